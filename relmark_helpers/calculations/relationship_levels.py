"""Kotler's five relationship levels: which of them pays, by margin and number of customers, from stated costs.

The five levels are published. What a level costs and how long it makes customers stay is for the reader to say: the
calculation, with its lifetime values, is this workbook's own formalisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.lifetime_value import lifetime_value, margin_multiple
from relmark_helpers.validation import InputError, number, numbers, require_columns, shares

__all__ = [
    "LEVELS",
    "LevelChoice",
    "LevelTerms",
    "choose_level",
    "example_levels",
    "level_breakpoints",
    "level_terms",
]

LEVELS: Final = ("basic", "reactive", "accountable", "proactive", "partnership")
"""From selling without follow-up to working with the customer all the time."""


@dataclass(frozen=True, eq=False)
class LevelChoice:
    """The levels compared for one segment; made by :func:`choose_level`.

    Attributes
    ----------
    margin, customers : float
        The segment: margin per customer and period before the cost of the level, and number of customers.
    table : pandas.DataFrame
        Indexed by ``level``: ``retention``, ``net_margin`` (per customer and period, after the cost of the level),
        ``value_per_customer`` (lifetime value), ``fixed_cost``, ``net_benefit`` (of the whole segment), ``lead`` (net
        benefit minus that of the best other level; above 0 for the best only), ``retention_needed`` (at which the
        level would draw level with the best other one; missing if no retention does that).
    best : str
        The level with the highest net benefit; the simpler one if two are equal.
    margin_range : tuple of float
        Margins, for this number of customers, between which that level stays the best.
    """

    margin: float
    customers: float
    table: pd.DataFrame = field(repr=False)
    best: str
    margin_range: tuple[float, float]


@dataclass(frozen=True, eq=False)
class LevelTerms:
    """Checked columns of a table of levels, one entry per level, in Kotler's order; made by :func:`level_terms`."""

    names: list[str]
    retention: NDArray[np.float64]
    uplift: NDArray[np.float64]
    cost: NDArray[np.float64]
    crowding: NDArray[np.float64]
    fixed: NDArray[np.float64]
    multiple: NDArray[np.float64]

    def net_benefit(self, margin: NDArray[np.float64], customers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return net benefit, levels along the first axis, for margins and customers of one shape."""

        def up(column: NDArray[np.float64]) -> NDArray[np.float64]:
            return column.reshape(-1, *[1] * margin.ndim)

        net = (1 + up(self.uplift)) * margin - up(self.cost) - up(self.crowding) * customers
        return np.asarray(customers * up(self.multiple) * net - up(self.fixed))


def example_levels() -> pd.DataFrame:
    """Return a table of the five levels with costs and retention invented for teaching; no firm stands behind it.

    Use it to try the functions of this module and to see which columns they want. Do not quote it: the numbers were
    chosen so that every level is best somewhere, and so that most of the textbook grid comes out with ``crowding``.

    Returns
    -------
    pandas.DataFrame
        Columns as in :func:`choose_level`, per year; ``crowding`` included.

    Examples
    --------
    >>> example_levels()[["level", "retention", "cost_per_customer"]].tail(2)
             level  retention  cost_per_customer
    3    proactive       0.80              150.0
    4  partnership       0.88             1200.0
    """
    return pd.DataFrame(
        {
            "level": LEVELS,
            "retention": [0.60, 0.66, 0.74, 0.80, 0.88],
            "cost_per_customer": [0.0, 4.0, 30.0, 150.0, 1_200.0],
            "fixed_cost": [0.0, 200.0, 1_000.0, 2_000.0, 3_000.0],
            "crowding": [0.0, 0.002, 0.02, 0.2, 5.0],
        }
    )


def choose_level(
    levels: pd.DataFrame, *, margin: float, customers: float, discount: float, convention: str
) -> LevelChoice:
    """Return which relationship level brings most for a segment, by how much, and within which margins.

    Use it to put costs and benefits behind the choice of a level. Do not use it with guessed retention rates as if
    they were known: read ``retention_needed``, the rate at which the choice would change, and ask if it is safe.
    Margin, costs, retention and discount must share one time base.

    Parameters
    ----------
    levels : pandas.DataFrame
        One row per level. Columns: ``level`` (of :data:`LEVELS`), ``retention`` (share kept per period at that level,
        0 to 1), ``cost_per_customer`` (money per period), ``fixed_cost`` (money at the start for the whole segment;
        pass the present value of what recurs). Optional, 0 if not given: ``margin_uplift`` (by which share the level
        raises the margin), ``crowding`` (by how much the cost per customer rises with each customer of the segment,
        because attention is scarce).
    margin : number
        Money a customer leaves per period before the cost of the level, 0 or more; written m.
    customers : number
        Customers of the segment, above 0; written n.
    discount : number
        Discount rate per period, from 0 to below 1.
    convention : {"now", "if_retained", "next_period"}
        When the first margin is received and whether it is certain; see
        :mod:`relmark_helpers.calculations.lifetime_value`. The cost of the level falls due with the margin.

    Returns
    -------
    LevelChoice
        With a table of the levels, the best one, and the margins between which it stays the best.

    Raises
    ------
    InputError
        If a column is missing, a level unknown or double, a number outside its range, or a value infinite.

    Notes
    -----
    Net benefit of a level = n x lifetime value((1 + uplift) m - cost - crowding x n) - fixed cost. The segment is one
    cohort of n customers who are there at the start. Net benefit can be negative for all levels: serving none is not
    among the choices. Assumes

    1. the differences in retention are caused by the level, not by the customers who get it;
    2. the limits of lifetime value: constant rates, nobody comes back.

    Checked against: lifetime values by hand, a grid of margins, root finding.

    Source: [kotler2003]

    Examples
    --------
    >>> chosen = choose_level(example_levels(), margin=500, customers=500, discount=0.1, convention="now")
    >>> chosen.best, tuple(round(end) for end in chosen.margin_range)
    ('accountable', (200, 1303))
    >>> chosen.table.loc["accountable", ["retention", "retention_needed"]].round(3).tolist()
    [0.74, 0.692]
    """
    terms = level_terms(levels, discount, convention)
    amount, size = _margin(margin), _customers(customers)
    net_margin = (1 + terms.uplift) * amount - terms.cost - terms.crowding * size
    net = terms.net_benefit(np.asarray(amount), np.asarray(size))
    other = np.array([np.max(np.delete(net, at), initial=-np.inf) for at in range(net.size)])
    wanted = np.full(net.size, np.nan)
    for at in np.flatnonzero((net_margin > 0) & np.isfinite(other)):
        wanted[at] = _retention_for((other[at] + terms.fixed[at]) / (size * net_margin[at]), discount, convention)
    best = int(np.argmax(net))
    table = pd.DataFrame(
        {
            "retention": terms.retention,
            "net_margin": net_margin,
            "value_per_customer": lifetime_value(net_margin, terms.retention, discount, convention=convention),
            "fixed_cost": terms.fixed,
            "net_benefit": net,
            "lead": np.where(np.isfinite(other), net - other, np.nan),
            "retention_needed": wanted,
        },
        index=pd.Index(terms.names, name="level"),
    )
    pieces = _upper_envelope(*_lines(terms, size))
    ends = [(start, stop) for start, stop, at in pieces if at == best]
    low, high = ends[0] if ends else (amount, amount)  # three lines through one point: best at that point only
    return LevelChoice(amount, size, table, terms.names[best], (min(low, amount), max(high, amount)))


def level_breakpoints(levels: pd.DataFrame, *, customers: float, discount: float, convention: str) -> pd.DataFrame:
    """Return the margins at which the best level changes, for one number of customers.

    Use it to see how much margin a level needs, and which levels never pay. The breakpoints are as sure as the
    retention rates and costs they come from.

    Parameters
    ----------
    levels, customers, discount, convention
        As for :func:`choose_level`.

    Returns
    -------
    pandas.DataFrame
        One row per stretch of margins from 0 on: ``level``, ``from_margin``, ``to_margin`` (infinite in the last
        row). Levels that are best nowhere do not appear.

    Raises
    ------
    InputError
        As :func:`choose_level`.

    Notes
    -----
    For a given number of customers the net benefit of a level is a straight line in the margin, with slope
    n x multiple x (1 + uplift); the best is the upper envelope of the lines. It follows that a higher margin never
    leads to a level with a smaller slope, and, without crowding, that more customers never lead to a level with a
    smaller fixed cost.

    Checked against: the best level on a fine grid of margins.

    Source: [kotler2003]

    Examples
    --------
    >>> level_breakpoints(example_levels(), customers=500, discount=0.1, convention="now").round(1)
             level  from_margin  to_margin
    0        basic          0.0       43.0
    1     reactive         43.0      200.4
    2  accountable        200.4     1303.3
    3    proactive       1303.3    13189.0
    4  partnership      13189.0        inf
    """
    terms = level_terms(levels, discount, convention)
    pieces = _upper_envelope(*_lines(terms, _customers(customers)))
    return pd.DataFrame(
        [(terms.names[at], start, stop) for start, stop, at in pieces], columns=["level", "from_margin", "to_margin"]
    )


def level_terms(levels: pd.DataFrame, discount: float, convention: str) -> LevelTerms:
    """Return the checked columns of a table of levels, in Kotler's order.

    Use it to compute on many segments at once, as the map of levels does; for one use :func:`choose_level`.

    Parameters
    ----------
    levels, discount, convention
        As for :func:`choose_level`.

    Returns
    -------
    LevelTerms
        With the margin multiple of each level, and ``net_benefit(margin, customers)``.

    Raises
    ------
    InputError
        As :func:`choose_level`.

    Examples
    --------
    >>> terms = level_terms(example_levels(), 0.1, "now")
    >>> terms.net_benefit(np.array([500.0]), np.array([500.0])).round()[:, 0].tolist()
    [550000.0, 618550.0, 701778.0, 456333.0, -8003000.0]
    """
    require_columns(levels, "levels", ["level", "retention", "cost_per_customer", "fixed_cost"])
    named = levels["level"].tolist()
    unknown = [entry for entry in named if entry not in LEVELS]
    if unknown or len(set(named)) < len(named) or not named:
        raise InputError(
            "levels['level']",
            found=f"{named!r:.120}",
            expected=f"each level at most once, of {', '.join(LEVELS)}",
            mend="rename the levels, one row for each",
        )
    order = levels.set_index("level").reindex([entry for entry in LEVELS if entry in named])
    money = {"low": 0.0, "expected": "money of 0 or more", "mend": "correct that amount"}

    def column(name: str, **limits: object) -> NDArray[np.float64]:
        if name not in order:
            return np.zeros(len(order))
        return numbers(order[name].to_numpy(), f"levels[{name!r}]", **limits)  # type: ignore[arg-type]

    uplift = {
        "low": -1.0,
        "low_open": True,
        "expected": "a share above -1",
        "mend": "divide percentages by 100, so that ten per cent more is 0.10",
    }
    retention = shares(order["retention"].to_numpy(), "levels['retention']")
    number(discount, "discount")
    return LevelTerms(
        names=order.index.tolist(),
        retention=retention,
        uplift=column("margin_uplift", **uplift),
        cost=column("cost_per_customer", **money),
        crowding=column("crowding", **money),
        fixed=column("fixed_cost", **money),
        multiple=np.asarray(margin_multiple(retention, discount, convention=convention)),
    )


def _lines(terms: LevelTerms, customers: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return slope and intercept of net benefit as a line in the margin."""
    weight = customers * terms.multiple
    return weight * (1 + terms.uplift), -weight * (terms.cost + terms.crowding * customers) - terms.fixed


def _upper_envelope(slope: NDArray[np.float64], intercept: NDArray[np.float64]) -> list[tuple[float, float, int]]:
    """Return start, end and line of each piece of the upper envelope from 0 on; of equal lines the first."""
    here, at = 0.0, max(range(slope.size), key=lambda line: (intercept[line], slope[line], -line))
    pieces: list[tuple[float, float, int]] = []
    while True:
        steeper = np.flatnonzero(slope > slope[at])
        crossings = (intercept[at] - intercept[steeper]) / (slope[steeper] - slope[at])
        if not steeper.size:
            return [*pieces, (here, math.inf, at)]
        nearest = crossings.min()
        ties = steeper[crossings <= nearest]
        pieces.append((here, float(nearest), at))
        here, at = float(nearest), int(ties[np.argmax(slope[ties])])


def _retention_for(multiple: float, discount: float, convention: str) -> float:
    """Return the retention rate with that margin multiple: 0 if any rate is enough, missing if none is."""
    if multiple <= 0:
        return 0.0
    rate = {
        "now": (1 + discount) * (1 - 1 / multiple),
        "if_retained": multiple * (1 + discount) / (1 + multiple),
        "next_period": 1 + discount - 1 / multiple,
    }[convention]
    return max(rate, 0.0) if rate <= 1 else math.nan


def _margin(margin: float) -> float:
    return number(margin, "margin", low=0, expected="money per period, 0 or more", mend="pass one number of 0 or more")


def _customers(customers: float) -> float:
    expected, mend = "a number of customers above 0", "pass one number above 0"
    return number(customers, "customers", low=0, low_open=True, expected=expected, mend=mend)
