"""The best relationship level over margin and number of customers, beside the grid of the textbooks.

The grid is printed here from memory and not verified. The map follows from stated costs and retention rates: it is
this workbook's own formalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.relationship_levels import level_terms
from relmark_helpers.calculations.weights import named_values
from relmark_helpers.validation import InputError, numbers

__all__ = ["TEXTBOOK_GRID", "LevelMap", "compare_with_textbook", "level_map"]

TEXTBOOK_GRID: Final = MappingProxyType(
    {
        ("many", "high"): ("accountable",),
        ("many", "medium"): ("reactive",),
        ("many", "low"): ("basic", "reactive"),
        ("medium", "high"): ("proactive",),
        ("medium", "medium"): ("accountable",),
        ("medium", "low"): ("reactive",),
        ("few", "high"): ("partnership",),
        ("few", "medium"): ("proactive",),
        ("few", "low"): ("accountable",),
    }
)
"""Level by (number of customers, margin). From memory, not verified; only few customers with a high margin =
partnership was seen, in a report of a talk."""

_SEEN = ("few", "high")


@dataclass(frozen=True, eq=False)
class LevelMap:
    """The best level over margin and number of customers; made by :func:`level_map`.

    Attributes
    ----------
    best : pandas.DataFrame
        Names of levels; indexed by ``margin``, one column for each number of ``customers``.
    lead : pandas.DataFrame
        Net benefit of the best minus that of the second, of the same shape; missing if there is one level only.
    discount : float
    convention : str
    """

    best: pd.DataFrame = field(repr=False)
    lead: pd.DataFrame = field(repr=False)
    discount: float
    convention: str


def level_map(
    levels: pd.DataFrame, *, margins: ArrayLike, customers: ArrayLike, discount: float, convention: str
) -> LevelMap:
    """Return the best level for every combination of margin and number of customers.

    Use it to draw the map that the textbook grid simplifies to nine cells. For one segment use ``choose_level``.

    Parameters
    ----------
    levels, discount, convention
        As for ``choose_level``.
    margins : array_like, one-dimensional
        Margins per customer and period, 0 or more.
    customers : array_like, one-dimensional
        Numbers of customers, above 0.

    Returns
    -------
    LevelMap
        With the best level and its lead over the second.

    Raises
    ------
    InputError
        As ``choose_level``.

    Source: [kotler2003]

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_levels import example_levels
    >>> level_map(example_levels(), margins=[50, 5000], customers=[20, 10_000], discount=0.1, convention="now").best
    customers        20.0         10000.0
    margin
    50.0             basic          basic
    5000.0     partnership    accountable
    """
    terms = level_terms(levels, discount, convention)
    amount, size = _margins(margins), _customers(customers)
    grid = np.meshgrid(amount, size, indexing="ij")
    net = terms.net_benefit(*grid)
    first = np.argmax(net, axis=0)
    ordered = np.sort(net, axis=0)
    lead = ordered[-1] - ordered[-2] if len(net) > 1 else np.full(net.shape[1:], np.nan)
    labels = {"index": pd.Index(amount, name="margin"), "columns": pd.Index(size, name="customers")}
    return LevelMap(
        best=pd.DataFrame(np.array(terms.names, dtype=object)[first], **labels),
        lead=pd.DataFrame(lead, **labels),
        discount=float(discount),
        convention=convention,
    )


def compare_with_textbook(
    levels: pd.DataFrame,
    *,
    margins: Mapping[str, float],
    customers: Mapping[str, float],
    discount: float,
    convention: str,
) -> pd.DataFrame:
    """Return, for the nine cells of the textbook grid, the level that pays, and what following the grid would cost.

    Use it to question the grid and your own numbers. The grid is printed from memory and not verified, and it gives
    no numbers: what "high" and "many" mean is for you to say.

    Parameters
    ----------
    levels, discount, convention
        As for ``choose_level``.
    margins : mapping
        Margin per customer and period that stands for ``low``, ``medium`` and ``high``.
    customers : mapping
        Number of customers that stands for ``few``, ``medium`` and ``many``.

    Returns
    -------
    pandas.DataFrame
        Nine rows: ``customer_group``, ``margin_group``, ``customers``, ``margin``, ``best``, ``lead`` (over the second
        best), ``textbook`` (one level, or two joined by "or"), ``agrees``, ``cost_of_textbook`` (net benefit given up
        by taking the textbook's level, the better of two; missing if it is not among the levels), ``evidence``.

    Raises
    ------
    InputError
        As ``choose_level``; or if a group is missing or unknown.

    Notes
    -----
    With costs proportional to customers, more customers spread the fixed cost, and so never speak for a level with a
    smaller one. The grid says the opposite: many customers, simpler level. For that, attention must become dearer
    with the number of customers (``crowding``), or the firm must be unable to hire enough of it.

    Source: [kotler2003]

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_levels import example_levels
    >>> compared = compare_with_textbook(
    ...     example_levels(), margins={"low": 50, "medium": 500, "high": 5000},
    ...     customers={"few": 20, "medium": 500, "many": 10_000}, discount=0.1, convention="now",
    ... )
    >>> compared.loc[~compared["agrees"], ["customer_group", "margin_group", "best", "textbook"]]
      customer_group margin_group         best     textbook
    7            few       medium  accountable    proactive
    8            few          low        basic  accountable
    """
    terms = level_terms(levels, discount, convention)
    margin_of = named_values(margins, "margins", ("low", "medium", "high"))
    customers_of = named_values(customers, "customers", ("few", "medium", "many"))
    amount = _margins(margin_of.reindex([group for _, group in TEXTBOOK_GRID]))
    size = _customers(customers_of.reindex([group for group, _ in TEXTBOOK_GRID]))
    net = terms.net_benefit(amount, size)
    rows = []
    for at, (groups, printed) in enumerate(TEXTBOOK_GRID.items()):
        benefits = pd.Series(net[:, at], index=terms.names)
        best = str(benefits.idxmax())
        rows.append(
            {
                "customer_group": groups[0],
                "margin_group": groups[1],
                "customers": size[at],
                "margin": amount[at],
                "best": best,
                "lead": float(benefits[best] - benefits.drop(best).max()),
                "textbook": " or ".join(printed),
                "agrees": best in printed,
                "cost_of_textbook": float(benefits[best] - benefits.reindex(list(printed)).max()),
                "evidence": "seen" if groups == _SEEN else "from memory, not verified",
            }
        )
    return pd.DataFrame(rows)


def _margins(margins: ArrayLike) -> NDArray[np.float64]:
    expected = "margins of 0 or more"
    return _list(numbers(margins, "margins", low=0, expected=expected, mend="correct that margin"), "margins")


def _customers(customers: ArrayLike) -> NDArray[np.float64]:
    expected, mend = "numbers of customers above 0", "leave out empty segments"
    return _list(numbers(customers, "customers", low=0, low_open=True, expected=expected, mend=mend), "customers")


def _list(array: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    if array.ndim != 1 or not array.size:
        raise InputError(
            name, found=f"an array of shape {array.shape}", expected="a list of numbers", mend="pass one list"
        )
    return array
