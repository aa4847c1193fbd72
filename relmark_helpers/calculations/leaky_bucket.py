"""The leaky bucket: customers won pour in, customers lost run out; where the level ends, and what holding it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations import retention as _retention
from relmark_helpers.validation import InputError, broadcast, number, numbers, plain, shares, whole_number

__all__ = [
    "BucketPath",
    "break_even_keeping_cost",
    "cost_per_customer_saved",
    "fill_bucket",
    "holding_cost",
    "replacement_need",
    "steady_state",
]


@dataclass(frozen=True, eq=False)
class BucketPath:
    """The customer base over time; made by :func:`fill_bucket`.

    Attributes
    ----------
    start : float
        Customers in period 0.
    won : float
        Customers won in each period; written A.
    retention : float
        Share kept per period; written r.
    table : pandas.DataFrame
        Indexed by ``period`` 0 to n: ``customers`` (at the end of the period), ``lost`` and ``won`` (during it;
        0 in period 0, when nothing has happened yet).
    """

    start: float
    won: float
    retention: float
    table: pd.DataFrame = field(repr=False)

    @property
    def steady_state(self) -> float:
        """Customers at which as many are lost as are won; see :func:`steady_state`."""
        return float(steady_state(self.won, self.retention))

    @property
    def half_way(self) -> float:
        """Periods until half of the distance to the steady state is closed: ln(0.5) / ln(r)."""
        if self.retention == 1:
            raise _no_steady_state()
        return math.log(0.5) / math.log(self.retention) if self.retention > 0 else 0.0

    @property
    def expected_lifetime(self) -> float:
        """Periods for which a customer is expected to stay: 1 / (1 - r)."""
        return float(_retention.expected_lifetime(self.retention))


def fill_bucket(start: float, won: float, retention: float, periods: int) -> BucketPath:
    """Return how a customer base develops when the same number is won and the same share kept in every period.

    Use it to see a base settle, and to compare a larger inflow with a smaller leak. Do not use it as a forecast:
    in real bases retention rises with the time a customer has stayed.

    Parameters
    ----------
    start : number
        Customers in period 0, 0 or more; written N(0).
    won : number
        Customers won per period, 0 or more; written A.
    retention : number
        Share kept per period, 0 to 1; written r.
    periods : int
        Periods to follow, 1 or more.

    Returns
    -------
    BucketPath
        With the table of periods and what follows from the two numbers.

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    N(t + 1) = r N(t) + A. Order of events within a period: first the share 1 - r of the customers at its start is
    lost, then A customers are won, so that nobody is lost in the period in which they are won. Customers are
    expected numbers and are not rounded.

    Checked against: N(t) = N* + r^t (N(0) - N*), with N* the steady state.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> path = fill_bucket(1_000, 50, 0.8, 2)
    >>> path.table
            customers   lost   won
    period
    0          1000.0    0.0   0.0
    1           850.0  200.0  50.0
    2           730.0  170.0  50.0
    >>> round(path.steady_state, 6)
    250.0
    """
    base = _amount(start, "start", "customers in period 0, 0 or more")
    inflow = _amount(won, "won", "customers won per period, 0 or more")
    shares(retention, "retention")
    rate = number(retention, "retention")
    rows = [(base, 0.0, 0.0)]
    for _ in range(whole_number(periods, "periods", low=1)):
        customers = rows[-1][0]
        rows.append((rate * customers + inflow, (1 - rate) * customers, inflow))
    index = pd.RangeIndex(len(rows), name="period")
    return BucketPath(base, inflow, rate, pd.DataFrame(rows, columns=["customers", "lost", "won"], index=index))


def steady_state(won: ArrayLike, retention: ArrayLike) -> Any:
    """Return the size at which a customer base settles: as many are lost in a period as are won.

    Use it for the long run of constant winning and constant retention. The size at the start does not matter.

    Parameters
    ----------
    won : number or array_like
        Customers won per period, 0 or more; written A.
    retention : number or array_like
        Share kept per period, from 0 to below 1; written r.

    Returns
    -------
    float, or an array where an argument is an array
        Customers.

    Raises
    ------
    InputError
        If a rate is 1: without a leak there is no level at which the base settles.

    Notes
    -----
    A / (1 - r): customers won per period times expected lifetime.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> round(steady_state(50, 0.8), 6)
    250.0
    """
    inflow = numbers(won, "won", low=0, expected="customers won per period, 0 or more", mend="correct that entry")
    inflow, rate = broadcast(won=inflow, retention=shares(retention, "retention"))
    if (rate == 1).any():
        raise _no_steady_state()
    return plain(np.asarray(inflow / (1 - rate)))


def replacement_need(base: ArrayLike, retention: ArrayLike) -> Any:
    """Return how many customers must be won per period only to hold the base.

    Use it to see how much of the effort of winning goes into standing still.

    Parameters
    ----------
    base : number or array_like
        Customers to be held, 0 or more.
    retention : number or array_like
        Share kept per period, 0 to 1; written r.

    Returns
    -------
    float, or an array where an argument is an array
        Customers per period: base x (1 - r).

    Raises
    ------
    InputError
        If an argument is outside its range.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> round(replacement_need(250, 0.8), 6)
    50.0
    """
    held = numbers(base, "base", low=0, expected="customers, 0 or more", mend="correct that entry")
    held, rate = broadcast(base=held, retention=shares(retention, "retention"))
    return plain(np.asarray(held * (1 - rate)))


def holding_cost(
    base: float, retention: ArrayLike, *, acquisition_cost: float, keeping_cost: ArrayLike
) -> pd.DataFrame:
    """Return what it costs per period to hold a base, at one or several retention rates.

    Use it to compare mixes of winning (offensive marketing) and keeping (defensive marketing) that hold the same
    base. It compares costs only: customers are taken to be equally profitable however they came or stayed.

    Parameters
    ----------
    base : number
        Customers to be held, 0 or more.
    retention : number or array_like, one-dimensional
        Share kept per period, 0 to 1; written r.
    acquisition_cost : number
        Money to win one customer, 0 or more.
    keeping_cost : number or array_like
        Money spent on keeping per customer of the base and period, 0 or more: one number, or one for each
        retention rate.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``retention``: ``won_needed`` (customers per period), ``acquisition_spending``,
        ``keeping_spending`` and ``total`` (money per period).

    Raises
    ------
    InputError
        If an argument is outside its range or the lengths differ.

    Notes
    -----
    base (1 - r) acquisition_cost + base keeping_cost.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> holding_cost(1_000, [0.8, 0.9], acquisition_cost=300, keeping_cost=[10, 25]).round(2)
               won_needed  acquisition_spending  keeping_spending    total
    retention
    0.8             200.0               60000.0           10000.0  70000.0
    0.9             100.0               30000.0           25000.0  55000.0
    """
    held = _amount(base, "base", "customers, 0 or more")
    winning = _amount(acquisition_cost, "acquisition_cost", "money per customer won, 0 or more")
    keeping = _money(keeping_cost, "keeping_cost", "money per customer and period, 0 or more")
    rate, keeping = broadcast(retention=shares(retention, "retention"), keeping_cost=keeping)
    rate, keeping = np.atleast_1d(rate), np.atleast_1d(keeping)
    if rate.ndim > 1:
        raise InputError(
            "retention",
            found=f"an array of shape {rate.shape}",
            expected="a number or a list of numbers",
            mend="pass one list of rates",
        )
    needed = held * (1 - rate)
    return pd.DataFrame(
        {
            "won_needed": needed,
            "acquisition_spending": needed * winning,
            "keeping_spending": held * keeping,
            "total": needed * winning + held * keeping,
        },
        index=pd.Index(rate, name="retention"),
    )


def break_even_keeping_cost(
    retention_now: ArrayLike, retention_better: ArrayLike, *, acquisition_cost: ArrayLike
) -> Any:
    """Return the most that is worth spending on keeping, per customer and period, to lift the retention rate.

    Use it when the base is to be held: every customer kept need not be won. Below this sum mending the leak is
    cheaper than pouring in more, above it winning is cheaper.

    Parameters
    ----------
    retention_now : number or array_like
        Share kept per period without the extra spending, 0 to 1; written r1.
    retention_better : number or array_like
        Share kept per period with it, no smaller; written r2.
    acquisition_cost : number or array_like
        Money to win one customer, 0 or more; written c.

    Returns
    -------
    float, or an array where an argument is an array
        Extra money per customer *of the whole base* and period: c (r2 - r1).

    Raises
    ------
    InputError
        If the better rate is the smaller one, or an argument is outside its range.

    Notes
    -----
    The spending k goes to all customers, but only the share r2 - r1 is saved by it. The cost per customer saved is
    k / (r2 - r1), see :func:`cost_per_customer_saved`, and the break-even is where it equals c. So to the *size* of
    the base one customer saved and one customer won are worth the same. "Keeping costs a sixth of winning" is
    therefore not a law: it is a statement about costs, and an empirical question in each firm. Assumes

    1. customers won and customers saved behave alike afterwards (same margin, same retention);
    2. the acquisition cost does not depend on how many are won.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> round(break_even_keeping_cost(0.8, 0.9, acquisition_cost=300), 6)
    30.0
    """
    winning = _money(acquisition_cost, "acquisition_cost", "money per customer won, 0 or more")
    now, better = _lift(retention_now, retention_better)
    now, better, winning = broadcast(retention_now=now, retention_better=better, acquisition_cost=winning)
    return plain(np.asarray(winning * (better - now)))


def cost_per_customer_saved(retention_now: ArrayLike, retention_better: ArrayLike, *, keeping_cost: ArrayLike) -> Any:
    """Return what one customer saved costs, when money is spent on keeping all of them.

    Use it to compare keeping with the cost of winning one customer: this is the figure that "a sixth of the cost
    of winning" would have to be about.

    Parameters
    ----------
    retention_now : number or array_like
        Share kept per period without the extra spending, 0 to 1; written r1.
    retention_better : number or array_like
        Share kept per period with it, larger; written r2.
    keeping_cost : number or array_like
        Extra money per customer of the whole base and period, 0 or more; written k.

    Returns
    -------
    float, or an array where an argument is an array
        Money per customer saved: k / (r2 - r1).

    Raises
    ------
    InputError
        If the better rate is not the larger one, or an argument is outside its range.

    Source: derived here; the idea of the bucket in numbers: [peck1999]

    Examples
    --------
    >>> round(cost_per_customer_saved(0.8, 0.9, keeping_cost=5), 6)
    50.0
    """
    keeping = _money(keeping_cost, "keeping_cost", "money per customer and period, 0 or more")
    now, better = _lift(retention_now, retention_better)
    now, better, keeping = broadcast(retention_now=now, retention_better=better, keeping_cost=keeping)
    if (better == now).any():
        raise InputError(
            "retention_better",
            found="the same rate as retention_now",
            expected="a larger rate: if nobody is saved, there is no cost per customer saved",
            mend="pass the retention rate that the extra spending brings",
        )
    return plain(np.asarray(keeping / (better - now)))


def _lift(retention_now: ArrayLike, retention_better: ArrayLike) -> list[NDArray[np.float64]]:
    now, better = broadcast(
        retention_now=shares(retention_now, "retention_now"),
        retention_better=shares(retention_better, "retention_better"),
    )
    if (better < now).any():
        raise InputError(
            "retention_better",
            found=f"{better[better < now][0]:g}, below retention_now {now[better < now][0]:g}",
            expected="a rate no smaller than retention_now",
            mend="pass the present rate first and the better one second",
        )
    return [now, better]


def _amount(value: float, name: str, expected: str) -> float:
    return number(value, name, low=0, expected=expected, mend="pass one number of 0 or more")


def _money(value: ArrayLike, name: str, expected: str) -> NDArray[np.float64]:
    return numbers(value, name, low=0, expected=expected, mend="pass amounts of 0 or more")


def _no_steady_state() -> InputError:
    return InputError(
        "retention",
        found="1",
        expected="a share below 1: without a leak the base grows by all customers won and never settles",
        mend="use a rate a little below 1, or follow the base over time with fill_bucket",
    )
