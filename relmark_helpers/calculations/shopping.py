"""How concentrated, regular, exclusive and deal-prone real shoppers are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, numbers, require_columns

__all__ = [
    "Concentration",
    "DealLink",
    "concentration",
    "deal_link",
    "habits",
]

Floats = NDArray[np.float64]

_RESAMPLES = 1_000
_SEED = 8451
_FEWEST_GAPS = 20


@dataclass(frozen=True, eq=False)
class Concentration:
    """How unevenly amounts are spread over customers; made by :func:`concentration`.

    Attributes
    ----------
    gini : float
        0 if all customers have the same amount, near 1 if one has all.
    best_fifth : float
        Share of the amount with the fifth of the customers who have most.
    curve : pandas.DataFrame
        Lorenz curve, from the smallest to the largest customer: ``customers`` and ``amount``, cumulated shares.
    limits : pandas.DataFrame
        Indexed by ``gini`` and ``best_fifth``: ``low`` and ``high``, 95 per cent limits.
    """

    gini: float
    best_fifth: float
    curve: pd.DataFrame = field(repr=False)
    limits: pd.DataFrame = field(repr=False)


@dataclass(frozen=True, eq=False)
class DealLink:
    """Whether customers who spend more buy more on deals; made by :func:`deal_link`.

    Attributes
    ----------
    correlation : float
        Spearman's rank correlation of spending and deal share, -1 to 1.
    low, high : float
        Its 95 per cent limits.
    by_fifth : pandas.DataFrame
        Indexed by ``fifth`` of spending, 1 the smallest: ``households``, ``sales_usd`` (mean), ``deal_share`` (mean)
        with ``low`` and ``high`` (95 per cent limits of the mean).
    """

    correlation: float
    low: float
    high: float
    by_fifth: pd.DataFrame = field(repr=False)


def concentration(amounts: ArrayLike) -> Concentration:
    """Return how unevenly an amount, such as dollars, is spread over customers.

    Use it to see how much a firm depends on its best customers. Do not read it as a law: it depends on the length of
    the period and on who counts as a customer, and one year's best fifth is not the next one's.

    Parameters
    ----------
    amounts : array_like, one-dimensional
        One amount per customer, 0 or more, for at least five customers.

    Returns
    -------
    Concentration
        With the Gini coefficient, the share of the best fifth, the curve, and limits.

    Raises
    ------
    InputError
        If an amount is negative or missing, there are fewer than five, or all are 0.

    Notes
    -----
    Gini = sum of (2i - n - 1) x_i / (n sum of x_i) with x sorted upward. Where a fifth is not a whole number of
    customers the curve is read between two of them. Limits are percentiles of 1,000 bootstrap samples of the
    customers (fixed seed).

    Checked against: half the mean absolute difference over the mean; 55 per cent for the best fifth of the 2,469
    households.

    Source: [efron1979]

    Examples
    --------
    >>> spread = concentration([10, 10, 10, 10, 60])
    >>> round(spread.gini, 3), round(spread.best_fifth, 3)
    (0.4, 0.6)
    """
    values = numbers(amounts, "amounts", low=0, expected="amounts of 0 or more")
    if values.ndim != 1 or values.size < 5 or values.sum() == 0:
        raise InputError(
            "amounts",
            found=f"{values.size} amounts that sum to {values.sum():g}",
            expected="a list of five or more amounts that are not all 0",
            mend="pass one amount per customer",
        )
    sorted_values = np.sort(values)
    gini, best = _unevenness(sorted_values[None, :])[:, 0]
    samples = _resampled(lambda rows: _unevenness(np.sort(values[rows], axis=1)), values.size)
    limits = np.nanpercentile(samples, [2.5, 97.5], axis=1).T
    curve = pd.DataFrame(
        {
            "customers": np.arange(values.size + 1) / values.size,
            "amount": np.concatenate([[0.0], sorted_values.cumsum() / values.sum()]),
        }
    )
    names = pd.Index(["gini", "best_fifth"])
    return Concentration(float(gini), float(best), curve, pd.DataFrame(limits, index=names, columns=["low", "high"]))


def habits(households: pd.DataFrame) -> pd.DataFrame:
    """Return how exclusive, regular and deal-prone households are: the spread of four measures.

    Use it before speaking of "the" shopper. Exclusive here means among the stores of one chain: what households buy
    from other chains is not known, so none of the measures is a share of wallet.

    Parameters
    ----------
    households : pandas.DataFrame
        As the data set ``journey_households``: ``main_store_share``, ``private_label_share``, ``deal_share``,
        ``gap_cv``, ``mean_gap_days`` and ``shopping_days``.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``measure``: ``households`` (counted for it), ``p10``, ``p25``, ``median``, ``p75``, ``p90``. The
        measures are ``main_store_share`` (of baskets), ``private_label_share`` (of dollars without fuel),
        ``deal_share`` (of dollars at shelf prices) and ``irregularity``.

    Raises
    ------
    InputError
        If a column is missing or a number out of range.

    Notes
    -----
    irregularity = gap_cv / sqrt(1 - 1 / mean_gap_days), for households with 20 gaps or more: the spread of the gaps
    against that of a household that shops on days drawn at random as often as it does. 1 is no habit at all, below
    1 a rhythm, above 1 bursts. The measure is this workbook's own formalisation; the square root is the coefficient
    of variation of the geometric distribution.

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> habits(load_dataset("journey_households"))[["households", "p10", "median", "p90"]].round(2)
                         households   p10  median   p90
    measure
    main_store_share           2469  0.43    0.76  1.00
    private_label_share        2467  0.10    0.21  0.37
    deal_share                 2469  0.09    0.15  0.23
    irregularity               1772  0.71    0.96  1.40
    """
    plain = ["main_store_share", "private_label_share", "deal_share"]
    require_columns(households, "households", [*plain, "gap_cv", "mean_gap_days", "shopping_days"])
    measures = {}
    for column in plain:
        known = households[column].dropna()
        measures[column] = pd.Series(
            numbers(known.to_numpy(), f"households[{column!r}]", low=0, high=1, expected="shares from 0 to 1")
        )
    often = households[households["shopping_days"] > _FEWEST_GAPS]
    gap = numbers(often["mean_gap_days"].to_numpy(), "households['mean_gap_days']", low=1, expected="1 day or more")
    cv = numbers(often["gap_cv"].to_numpy(), "households['gap_cv']", low=0, expected="0 or more")
    measures["irregularity"] = pd.Series(cv[gap > 1] / np.sqrt(1 - 1 / gap[gap > 1]))
    levels = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
    rows = [
        {"households": len(values), **{name: values.quantile(level) for name, level in levels.items()}}
        for values in measures.values()
    ]
    return pd.DataFrame(rows, index=pd.Index(measures, name="measure"))


def deal_link(households: pd.DataFrame) -> DealLink:
    """Return whether households that spend more buy a larger share on deals.

    Use it to test whether the best customers are bought with discounts. It is an association: it does not say what a
    household would spend without deals.

    Parameters
    ----------
    households : pandas.DataFrame
        At least five rows with ``sales_usd`` and ``deal_share``, as the data set ``journey_households``.

    Returns
    -------
    DealLink

    Raises
    ------
    InputError
        If a column is missing, a number out of range, or there are fewer than five households.

    Notes
    -----
    Spearman's correlation with percentiles of 1,000 bootstrap samples of households (fixed seed); means of the fifths
    with -/+ 1.96 standard errors. Both quantities come from the same receipts, so an error in one is an error in
    the other; and a small household's share rests on few baskets and scatters more, which is not a habit.

    Checked against: scipy.stats.spearmanr.

    Source: [efron1979]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> link = deal_link(load_dataset("journey_households"))
    >>> [round(value, 2) for value in (link.correlation, link.low, link.high)]
    [-0.04, -0.08, 0.0]
    """
    require_columns(households, "households", ["sales_usd", "deal_share"])
    dollars = numbers(households["sales_usd"].to_numpy(), "households['sales_usd']", low=0, expected="0 or more")
    deals = numbers(
        households["deal_share"].to_numpy(), "households['deal_share']", low=0, high=1, expected="shares from 0 to 1"
    )
    if len(dollars) < 5:
        raise InputError(
            "households", found=f"{len(dollars)} rows", expected="five households or more", mend="pass more households"
        )
    observed = _rank_correlation(dollars[None, :], deals[None, :])[0]
    samples = _resampled(lambda rows: _rank_correlation(dollars[rows], deals[rows])[None, :], len(dollars))
    low, high = np.nanpercentile(samples, [2.5, 97.5])
    fifth = pd.Series(fifths(dollars), name="fifth")
    grouped = pd.DataFrame({"sales_usd": dollars, "deal_share": deals}).groupby(fifth)
    table = (
        grouped["sales_usd"].agg(households="size", sales_usd="mean").assign(deal_share=grouped["deal_share"].mean())
    )
    reach = 1.96 * grouped["deal_share"].sem()
    table = table.assign(low=table["deal_share"] - reach, high=table["deal_share"] + reach)
    return DealLink(float(observed), float(low), float(high), table)


def _unevenness(rows: Floats) -> Floats:
    """Return Gini and share of the best fifth for each row of amounts sorted upward."""
    n = rows.shape[1]
    totals = rows.sum(axis=1)
    with np.errstate(invalid="ignore"):
        gini = rows @ (2 * np.arange(1, n + 1) - n - 1) / (n * totals)
        cumulated = rows.cumsum(axis=1)
        place = 0.8 * n
        whole = int(place)
        below = cumulated[:, whole - 1] + (place - whole) * rows[:, whole]
        return np.array([gini, 1 - below / totals])


def _rank_correlation(first: Floats, second: Floats) -> Floats:
    """Return Spearman's correlation of each row with the row beside it; missing where a row does not vary."""
    from scipy import stats

    ranks = [stats.rankdata(values, axis=1) for values in (first, second)]
    centred = [rank - rank.mean(axis=1, keepdims=True) for rank in ranks]
    spread = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    with np.errstate(invalid="ignore"):
        return np.asarray((centred[0] * centred[1]).sum(axis=1) / spread, dtype=float)


def _resampled(statistic: Callable[[NDArray[np.int64]], Floats], size: int) -> Floats:
    """Return a statistic over bootstrap samples, drawn in blocks so that memory stays small."""
    random = np.random.default_rng(_SEED)
    blocks = [statistic(random.integers(0, size, (100, size))) for _ in range(_RESAMPLES // 100)]
    return np.concatenate(blocks, axis=1)


def fifths(values: Floats) -> NDArray[np.int64]:
    """Return the fifth of each value, 1 the smallest; equal values are split by their place in the table."""
    order = np.argsort(values, kind="stable")
    fifth = np.empty(len(values), dtype=np.int64)
    fifth[order] = np.arange(len(values)) * 5 // len(values) + 1
    return fifth
