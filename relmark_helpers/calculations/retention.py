"""Retention and churn: rates from counts, survival from rates and back, expected lifetime, churn by cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, broadcast, number, numbers, plain, shares

__all__ = [
    "change_period",
    "churn_by_cause",
    "churn_rate",
    "expected_lifetime",
    "rates_from_survival",
    "retention_rate",
    "retention_table",
    "survival_from_rates",
]


def retention_rate(kept: ArrayLike, at_start: ArrayLike) -> Any:
    """Return the share of the customers at the start of a period who are still customers at its end.

    Use it when you know who stayed. Do not use it where customers come and go without a contract: there
    nobody can count who is still a customer.

    Parameters
    ----------
    kept : number or array_like
        Customers of the start who are still there at the end. Customers won in between do not count.
    at_start : number or array_like
        Customers at the start of the period, above 0.

    Returns
    -------
    float, or an array where an argument is an array
        Share per period, 0 to 1; written r in the literature.

    Raises
    ------
    InputError
        If more customers are kept than there were, or a count is negative or missing.

    Notes
    -----
    kept / at_start.

    Source: [kotler2003]

    Examples
    --------
    >>> retention_rate(60_800, 64_000)
    0.95
    """
    return plain(_share_of_start(kept, at_start, "kept", "do not count customers won during the period among the kept"))


def churn_rate(lost: ArrayLike, at_start: ArrayLike) -> Any:
    """Return the share of the customers at the start of a period who are lost by its end.

    Use it when you know who left. It is 1 minus the retention rate of the same period.

    Parameters
    ----------
    lost : number or array_like
        Customers of the start who are gone at the end. Customers won and lost in between do not count.
    at_start : number or array_like
        Customers at the start of the period, above 0.

    Returns
    -------
    float, or an array where an argument is an array
        Share per period, 0 to 1.

    Raises
    ------
    InputError
        If more customers are lost than there were, or a count is negative or missing.

    Notes
    -----
    lost / at_start. Firms that publish churn often divide by the average number of customers instead, or count
    every disconnection: their rate is not this rate.

    Source: [kotler2003]

    Examples
    --------
    >>> churn_rate(3_200, 64_000)
    0.05
    """
    return plain(
        _share_of_start(lost, at_start, "lost", "do not count customers who were won and lost within the period")
    )


def retention_table(survivors: ArrayLike) -> pd.DataFrame:
    """Return, period by period, how many of one cohort are left, how many went, and the rates.

    Use it for one cohort: customers who were won together. Do not use it for the size of a customer base that
    new customers join.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers left at the end of period 0 (when all were won), 1, 2, ... in order of time. Shares or per cent
        of the cohort serve as well as counts.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period``: ``survivors``, ``lost`` (since the period before), ``retention_rate`` and
        ``churn_rate`` (of the customers left one period earlier), ``survival`` (of those at the start). Period 0
        has lost nobody and has no rates (NaN); nor has a period that began with nobody left.

    Raises
    ------
    InputError
        If survivors rise from one period to the next, or there are fewer than two numbers, or none to start with.

    Notes
    -----
    retention_rate(t) = survivors(t) / survivors(t - 1); survival(t) = survivors(t) / survivors(0).

    Source: [fader2007]

    Examples
    --------
    >>> retention_table([1000, 869, 743]).round(3)
            survivors   lost  retention_rate  churn_rate  survival
    period
    0          1000.0    0.0             NaN         NaN     1.000
    1           869.0  131.0           0.869       0.131     0.869
    2           743.0  126.0           0.855       0.145     0.743
    """
    left = _series(survivors, "survivors", at_least=2)
    if left[0] == 0:
        raise InputError(
            "survivors",
            found="0 in period 0",
            expected="a cohort of at least one customer",
            mend="begin with the period in which the customers were won",
        )
    _never_rises(left, "survivors")
    lost = np.concatenate([[0.0], left[:-1] - left[1:]])
    retention = np.concatenate([[np.nan], _ratios(left)])
    return pd.DataFrame(
        {
            "survivors": left,
            "lost": lost,
            "retention_rate": retention,
            "churn_rate": 1 - retention,
            "survival": left / left[0],
        },
        index=pd.RangeIndex(left.size, name="period"),
    )


def survival_from_rates(retention_rates: ArrayLike) -> NDArray[np.float64]:
    """Return the share of a cohort that is left after each period, from the retention rates of the periods.

    Use it to project a cohort from rates that are known or assumed. One constant rate hides differences between
    customers; see the sBG model for that.

    Parameters
    ----------
    retention_rates : array_like, one-dimensional
        Rates of period 1, 2, ..., each a share from 0 to 1; written r_t in Fader and Hardie.

    Returns
    -------
    numpy.ndarray
        One entry more than the rates: 1, r_1, r_1 r_2, ...; written S(t) in Fader and Hardie.

    Raises
    ------
    InputError
        If a rate is not a share, or there is none.

    Source: [fader2007]

    Examples
    --------
    >>> survival_from_rates([0.8, 0.5])
    array([1. , 0.8, 0.4])
    """
    rates = _series(shares(retention_rates, "retention_rates"), "retention_rates", at_least=1)
    return np.concatenate([[1.0], np.cumprod(rates)])


def rates_from_survival(survival: ArrayLike) -> NDArray[np.float64]:
    """Return the retention rate of each period from the share of a cohort that is left.

    Use it to undo :func:`survival_from_rates`. For counts of customers use :func:`retention_table`.

    Parameters
    ----------
    survival : array_like, one-dimensional
        Shares left after period 0 (always 1), 1, 2, ...; written S(t) in Fader and Hardie.

    Returns
    -------
    numpy.ndarray
        One entry fewer: S(1)/S(0), S(2)/S(1), ...; NaN for a period that began with nobody left.

    Raises
    ------
    InputError
        If the first entry is not 1, an entry is larger than the one before, or there are fewer than two.

    Source: [fader2007]

    Examples
    --------
    >>> rates_from_survival([1, 0.8, 0.4])
    array([0.8, 0.5])
    """
    left = _series(survival, "survival", at_least=2)
    if not np.isclose(left[0], 1.0, rtol=0, atol=1e-12):
        raise InputError(
            "survival",
            found=f"{left[0]:g} in period 0",
            expected="1 in period 0, when all customers are there",
            mend="divide all entries by the number at the start, and keep that period as the first entry",
        )
    _never_rises(left, "survival")
    return _ratios(left)


def expected_lifetime(retention: ArrayLike) -> Any:
    """Return for how many periods a customer is expected to stay when every period has the same retention rate.

    Use it as a rule of thumb. Do not use it when retention differs between customers: the average of their
    lifetimes is longer than the lifetime at their average rate.

    Parameters
    ----------
    retention : number or array_like
        Share kept per period, from 0 to below 1; written r.

    Returns
    -------
    float, or an array where the argument is an array
        Periods of the rate's own time base, the first one included.

    Raises
    ------
    InputError
        If a rate is 1 (the lifetime is infinite) or not a share.

    Notes
    -----
    1 + r + r^2 + ... = 1 / (1 - r). Assumes

    1. the rate is the same in all periods and for all customers;
    2. a customer who is lost does not come back.

    Checked against: Best, *Market-Based Management*, fig. 1.15 (a life of 5 years is a retention of 80 per cent).

    Source: derived here (geometric lifetime).

    Examples
    --------
    >>> round(expected_lifetime(0.8), 6)
    5.0
    """
    rate = shares(retention, "retention")
    if (rate == 1).any():
        raise InputError(
            "retention",
            found="1",
            expected="a share below 1: if nobody ever leaves, the expected lifetime is infinite",
            mend="use a rate a little below 1, or measure over a period in which somebody leaves",
        )
    return plain(1 / (1 - rate))


def change_period(retention: ArrayLike, *, months: float, to_months: float) -> Any:
    """Return the retention rate over a period of another length, such as the yearly rate from the monthly one.

    Use it before rates meet in one formula: margin, retention and discount must share one time base. Never
    multiply or divide a rate by 12.

    Parameters
    ----------
    retention : number or array_like
        Share kept per period of ``months``.
    months : number
        Length of the period of the given rate, in months, above 0.
    to_months : number
        Length of the period wanted, in months, above 0.

    Returns
    -------
    float, or an array where ``retention`` is an array
        Share kept per period of ``to_months``.

    Raises
    ------
    InputError
        If the rate is not a share or a length is not above 0.

    Notes
    -----
    r ** (to_months / months). Assumes the same rate in every part of the period.

    Source: derived here (geometric lifetime).

    Examples
    --------
    >>> round(change_period(0.995, months=1, to_months=12), 4)
    0.9416
    """
    rate = shares(retention, "retention")
    lengths = {
        name: number(
            value,
            name,
            low=0,
            low_open=True,
            expected="a length in months, above 0",
            mend="write 1 for a month, 12 for a year",
        )
        for name, value in (("months", months), ("to_months", to_months))
    }
    return plain(np.asarray(rate ** (lengths["to_months"] / lengths["months"])))


def churn_by_cause(lost: pd.Series | Mapping[str, float], at_start: float) -> pd.DataFrame:
    """Return the churn rate that each cause of loss accounts for.

    Use it to see which leak is the largest. Every customer lost must be counted once, under one cause.

    Parameters
    ----------
    lost : mapping or pandas.Series
        Cause -> customers lost for it during the period. Write "not recorded" for those without a known cause.
    at_start : number
        Customers at the start of the period, above 0.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``cause``, in the order given: ``lost``, ``churn_rate`` (of all customers at the start; the
        rates add up to the churn rate), ``share_of_churn`` (of the customers lost; NaN if none was lost).

    Raises
    ------
    InputError
        If a cause has no name or comes twice, a count is negative or missing, or more are lost than there were.

    Source: [kotler2003]

    Examples
    --------
    >>> churn_by_cause({"price": 30, "service failure": 50, "not recorded": 20}, 1_000)
                      lost  churn_rate  share_of_churn
    cause
    price             30.0        0.03             0.3
    service failure   50.0        0.05             0.5
    not recorded      20.0        0.02             0.2
    """
    if not isinstance(lost, (pd.Series, Mapping)) or len(lost) == 0:
        raise InputError(
            "lost",
            found="nothing" if isinstance(lost, (pd.Series, Mapping)) else type(lost).__name__,
            expected="counts by cause",
            mend='write for example {"price": 30, "not recorded": 20}',
        )
    counts = pd.Series(lost)
    if counts.index.hasnans:
        raise InputError(
            "lost",
            found="a cause without a name",
            expected="a name for every cause",
            mend='count customers lost for an unknown cause under "not recorded"',
        )
    if not counts.index.is_unique:
        raise InputError(
            "lost",
            found=f"{counts.index[counts.index.duplicated()][0]!r} more than once",
            expected="every cause once",
            mend="add the counts up first, for example lost.groupby(level=0).sum()",
        )
    amounts = numbers(
        counts.to_numpy(dtype=object),
        "lost",
        low=0,
        expected="counts of 0 or more",
        mend="correct the count of that cause",
    )
    total = float(amounts.sum())
    rate = churn_rate(total, number(at_start, "at_start", mend="pass one number of customers"))
    return pd.DataFrame(
        {
            "lost": amounts,
            "churn_rate": rate * amounts / total if total else amounts,
            "share_of_churn": amounts / total if total else np.full(amounts.size, np.nan),
        },
        index=counts.index.rename("cause"),
    )


def _share_of_start(part: ArrayLike, at_start: ArrayLike, name: str, mend: str) -> NDArray[np.float64]:
    """Return part / at_start after checking that the part is not larger than the whole."""
    count = numbers(part, name, low=0, expected="a count of 0 or more", mend="correct the count")
    start = numbers(
        at_start,
        "at_start",
        low=0,
        low_open=True,
        expected="a count above 0",
        mend="leave out periods that began without customers",
    )
    count, start = broadcast(**{name: count, "at_start": start})
    wrong = count > start
    if wrong.any():
        raise InputError(
            name,
            found=f"{count[wrong][0]:g} {name} of {start[wrong][0]:g} at the start",
            expected="no more than there were at the start",
            mend=f"{mend}, and check the order of the arguments: {name} first, at_start second",
        )
    return np.asarray(count / start)


def _series(value: ArrayLike, name: str, *, at_least: int) -> NDArray[np.float64]:
    """Return one number per period, none negative, at least so many."""
    array = numbers(value, name, low=0, expected="numbers of 0 or more", mend="correct that entry")
    if array.ndim != 1 or array.size < at_least:
        raise InputError(
            name,
            found=f"an array of shape {array.shape}",
            expected=f"a list of {at_least} or more numbers, one per period",
            mend="pass the periods in order of time, for example [1000, 869, 743]" if at_least > 1 else "pass a list",
        )
    return array


def _never_rises(left: NDArray[np.float64], name: str) -> None:
    rising = np.flatnonzero(np.diff(left) > 0)
    if rising.size:
        period = int(rising[0]) + 1
        raise InputError(
            name,
            found=f"{left[period]:g} in period {period} after {left[period - 1]:g} in period {period - 1}",
            expected="numbers that never rise: a cohort can only shrink",
            mend="count only customers who were there in period 0, and keep the periods in order of time",
        )


def _ratios(left: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return left(t) / left(t - 1), NaN where nobody was left."""
    ratios = np.full(left.size - 1, np.nan)
    np.divide(left[1:], left[:-1], out=ratios, where=left[:-1] > 0)
    return ratios
