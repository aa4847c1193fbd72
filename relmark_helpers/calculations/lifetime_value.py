"""What a customer is worth: lifetime value under three conventions, and how it depends on retention.

The same business has three different lifetime values, because authors disagree about when the first margin is
received and whether it is certain. Every function therefore asks for the convention by name:

===================  =====================================================  ====================
``convention``       first margin                                           lifetime value
===================  =====================================================  ====================
``"now"``            received at once, certain                              m (1 + d)/(1 + d - r)
``"if_retained"``    one period later, if the customer is retained          m r/(1 + d - r)
``"next_period"``    one period later, certain                              m/(1 + d - r)
===================  =====================================================  ====================

m margin, r retention, d discount, all per period of the *same* length.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, broadcast, choice, number, numbers, plain, shares, whole_number

__all__ = [
    "CONVENTIONS",
    "ConventionComparison",
    "cash_flows",
    "compare_conventions",
    "lifetime_value",
    "margin_multiple",
    "retention_elasticity",
    "value_gain",
]

CONVENTIONS = ("now", "if_retained", "next_period")
"""When the first margin comes: at once, after a period if the customer is kept, or after a period in any case."""


@dataclass(frozen=True, eq=False)
class ConventionComparison:
    """One business valued under all three conventions; made by :func:`compare_conventions`.

    Attributes
    ----------
    margin, retention, discount : float
        The business, per period of one length.
    values : pandas.Series
        Lifetime value, indexed by ``convention`` in the order of :data:`CONVENTIONS`.
    curves : pandas.DataFrame
        Lifetime value at other retention rates: indexed by ``retention``, one column per convention.
    """

    margin: float
    retention: float
    discount: float
    values: pd.Series
    curves: pd.DataFrame = field(repr=False)


def lifetime_value(margin: ArrayLike, retention: ArrayLike, discount: ArrayLike, *, convention: str) -> Any:
    """Return the present value of all margins expected from one customer.

    Use it for customers under contract, when the margin and the retention rate are about the same in every
    period. Do not use it for customers who buy when they like, nor to judge winning customers without taking off
    the cost of winning one. Margin, retention and discount must share one time base: all per month or all per year.

    Parameters
    ----------
    margin : number or array_like
        Money a retained customer leaves per period, after variable cost and the cost of keeping; written m. May
        be negative.
    retention : number or array_like
        Share kept per period, 0 to 1; written r.
    discount : number or array_like
        Discount rate per period, from 0 to below 1; written d (i in Gupta and Lehmann).
    convention : {"now", "if_retained", "next_period"}
        When the first margin is received and whether it is certain; see the table at the head of the module.

    Returns
    -------
    float, or an array where an argument is an array
        Money at the time the customer is won.

    Raises
    ------
    InputError
        If a rate is outside its range, the value is infinite (retention 1 with discount 0), or the convention is
        not one of the three.

    Notes
    -----
    Convention "now" m (1 + d)/(1 + d - r); "if_retained" m r/(1 + d - r); "next_period" m/(1 + d - r). The first
    minus the second is always m. Assumes

    1. margin, retention and discount are constant, for ever, and the same for all customers;
    2. a customer who is lost does not come back.

    Checked against: an internet service provider with a fee of 19.95, variable cost 1.50, marketing of 6 a year,
    attrition of 0.5 per cent and a discount rate of 1 per cent a month: 1,209 ("now"; seen in the transcript of a
    lecture and in slides, not in a book or article).

    Source: [fader2012], [gupta2003]

    Examples
    --------
    >>> round(lifetime_value(17.95, 0.995, 0.01, convention="now"), 2)
    1208.63
    >>> round(lifetime_value(17.95, 0.995, 0.01, convention="if_retained"), 2)
    1190.68
    """
    amount = numbers(margin, "margin", expected="money per period", mend="correct or leave out the entries named here")
    rate, cost = _rates(retention, discount)
    amount, rate, cost = broadcast(margin=amount, retention=rate, discount=cost)
    return plain(amount * _multiple(rate, cost, convention))


def margin_multiple(retention: ArrayLike, discount: ArrayLike, *, convention: str) -> Any:
    """Return how many margins of one period a customer is worth.

    Use it to see what retention and discount do, whatever the margin: lifetime value = margin x multiple. The
    limits of :func:`lifetime_value` hold. Retention and discount must share one time base, and so must the margin
    that is multiplied.

    Parameters
    ----------
    retention : number or array_like
        Share kept per period, 0 to 1; written r.
    discount : number or array_like
        Discount rate per period, from 0 to below 1; written d (i in Gupta and Lehmann).
    convention : {"now", "if_retained", "next_period"}
        See the table at the head of the module. Gupta and Lehmann's margin multiple is "if_retained".

    Returns
    -------
    float, or an array where an argument is an array
        A pure number.

    Raises
    ------
    InputError
        As :func:`lifetime_value`.

    Checked against: 2.67 at retention 80 and discount 10 per cent. The other values for retention 60 to 90 and
    discount 10 to 16 per cent are recomputed; that Gupta and Lehmann print this table is from memory, not verified.

    Source: [gupta2003]

    Examples
    --------
    >>> round(margin_multiple(0.8, 0.1, convention="if_retained"), 2)
    2.67
    """
    rate, cost = _rates(retention, discount)
    return plain(_multiple(rate, cost, convention))


def retention_elasticity(retention: ArrayLike, discount: ArrayLike, *, convention: str) -> Any:
    """Return by how many per cent lifetime value rises when the retention rate rises by one per cent of itself.

    Use it for small changes. For a given number of percentage points use :func:`value_gain`: one per cent of 0.90
    is 0.9 points. Retention and discount must share one time base.

    Parameters
    ----------
    retention : number or array_like
        Share kept per period, 0 to 1; written r.
    discount : number or array_like
        Discount rate per period, from 0 to below 1; written d.
    convention : {"now", "if_retained", "next_period"}
        See the table at the head of the module.

    Returns
    -------
    float, or an array where an argument is an array
        A pure number. It does not depend on the margin.

    Raises
    ------
    InputError
        As :func:`lifetime_value`.

    Notes
    -----
    (dV/dr)(r/V): "now" and "next_period" r/(1 + d - r); "if_retained" (1 + d)/(1 + d - r), one more. For
    "if_retained" at retention 0 it is the limit as retention goes to 0.

    Checked against: numerical derivatives of :func:`lifetime_value`.

    Source: [gupta2003]

    Examples
    --------
    >>> round(retention_elasticity(0.9, 0.1, convention="if_retained"), 6)
    5.5
    """
    rate, cost = _rates(retention, discount)
    extra = 1.0 if choice(convention, "convention", CONVENTIONS) == "if_retained" else 0.0
    return plain(np.asarray(rate / (1 + cost - rate) + extra))


def value_gain(retention: ArrayLike, discount: ArrayLike, *, points: ArrayLike, convention: str) -> Any:
    """Return the relative change of lifetime value when retention rises or falls by some percentage points.

    Use it to derive what "five points more retention" is worth, instead of quoting it. It says nothing about what
    the change costs. Retention and discount must share one time base: five points a month are not five points a year.

    Parameters
    ----------
    retention : number or array_like
        Share kept per period before the change, 0 to 1; written r.
    discount : number or array_like
        Discount rate per period, from 0 to below 1; written d.
    points : number or array_like
        Change of the retention rate as a share: 0.05 is a rise of five percentage points, -0.05 a fall.
    convention : {"now", "if_retained", "next_period"}
        See the table at the head of the module.

    Returns
    -------
    float, or an array where an argument is an array
        Relative change: 0.5 means that the value is half as large again, -0.5 that half of it is lost. It does not
        depend on the margin.

    Raises
    ------
    InputError
        If retention + points is below 0 or above 1, if the value is infinite before or after the change, or if it
        is 0 before (retention 0 with "if_retained").

    Notes
    -----
    V(r + points)/V(r) - 1. Two percentages in the literature called "the effect of five points" can both be right:
    they hold for different retention rates, discount rates and conventions.

    Source: [reichheld1990], [gupta2003]

    Examples
    --------
    >>> round(value_gain(0.9, 0.1, points=0.05, convention="now"), 4)
    0.3333
    >>> round(value_gain(0.9, 0.1, points=0.05, convention="if_retained"), 4)
    0.4074
    >>> round(value_gain(0.9, 0.1, points=-0.05, convention="if_retained"), 4)
    -0.2444
    """
    rate, cost = _rates(retention, discount)
    change = numbers(
        points,
        "points",
        low=-1,
        high=1,
        expected="a change of -1 to 1",
        mend="divide by 100, so that five points are 0.05",
    )
    rate, cost, change = broadcast(retention=rate, discount=cost, points=change)
    after = rate + change
    below, above = after < -1e-12, after > 1 + 1e-12  # numpy.arange(0.5, 1, 0.05) + 0.05 ends above 1 by rounding
    if below.any():
        r, p = float(rate[below][0]), float(change[below][0])
        raise InputError(
            "points",
            found=f"retention {r:g} + points {p:g} = {r + p:g}",
            expected="a sum of at least 0: fewer than no customers cannot be kept",
            mend=f"let retention fall by fewer points, at most {r:g} where it is {r:g}",
        )
    if above.any():
        r, p = float(rate[above][0]), float(change[above][0])
        raise InputError(
            "points",
            found=f"retention {r:g} + points {p:g} = {r + p:g}",
            expected="a sum of at most 1: more than all customers cannot be kept",
            mend=f"choose fewer points, at most {1 - r:g} where retention is {r:g}",
        )
    before = _multiple(rate, cost, convention)
    if (before == 0).any():
        raise InputError(
            "retention",
            found=f"0 with convention {convention!r}",
            expected="a value above 0 before the change, to compare with",
            mend="use a retention above 0, or compare the two values by their difference",
        )
    after, cost = _rates(np.clip(after, 0.0, 1.0), cost)
    return plain(np.asarray(_multiple(after, cost, convention) / before - 1))


def cash_flows(margin: float, retention: float, discount: float, *, periods: int, convention: str) -> pd.DataFrame:
    """Return the margins expected from one customer period by period, and what they are worth today.

    Use it to see where a lifetime value comes from, or when only a limited number of periods should count. Margin,
    retention and discount must share one time base.

    Parameters
    ----------
    margin : number
        Money a retained customer leaves per period; written m.
    retention : number
        Share kept per period, 0 to 1; written r.
    discount : number
        Discount rate per period, from 0 to below 1; written d.
    periods : int
        Last period of the table, 1 or more. Period 0 is the time at which the customer is won.
    convention : {"now", "if_retained", "next_period"}
        See the table at the head of the module.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period`` 0 to ``periods``: ``share_active`` (chance that the customer is still there to pay
        the margin received in that period), ``expected_margin`` (margin x share; nothing in period 0 unless the
        convention is "now"), ``discount_factor``, ``present_value``, ``cumulative_value``.

    Raises
    ------
    InputError
        If an argument is outside its range. Retention 1 with discount 0 is allowed here: the table ends.

    Notes
    -----
    share_active is r^t, and r^(t - 1) from period 1 on with "next_period". As the periods grow, the last
    cumulative value approaches :func:`lifetime_value`.

    Source: [fader2012]

    Examples
    --------
    >>> flows = cash_flows(100, 0.8, 0.1, periods=2, convention="now")
    >>> flows[["share_active", "expected_margin", "cumulative_value"]].round(2)
            share_active  expected_margin  cumulative_value
    period
    0               1.00            100.0            100.00
    1               0.80             80.0            172.73
    2               0.64             64.0            225.62
    """
    choice(convention, "convention", CONVENTIONS)
    amount = number(margin, "margin", expected="money per period, one number", mend="pass one number")
    shares(retention, "retention")
    _discount(discount)
    rate, cost = number(retention, "retention"), number(discount, "discount")
    period = np.arange(whole_number(periods, "periods", low=1) + 1)
    active = rate ** (np.maximum(period - 1, 0) if convention == "next_period" else period)
    paid = amount * active
    if convention != "now":
        paid[0] = 0.0
    factor = (1 + cost) ** -period.astype(float)
    return pd.DataFrame(
        {
            "share_active": active,
            "expected_margin": paid,
            "discount_factor": factor,
            "present_value": paid * factor,
            "cumulative_value": np.cumsum(paid * factor),
        },
        index=pd.RangeIndex(period.size, name="period"),
    )


def compare_conventions(margin: float, retention: float, discount: float) -> ConventionComparison:
    """Return what one customer is worth under all three conventions, at this and at other retention rates.

    Use it to see how far the conventions lie apart before you compare values from two sources. Margin, retention
    and discount must share one time base.

    Parameters
    ----------
    margin : number
        Money a retained customer leaves per period; written m.
    retention : number
        Share kept per period, 0 to 1; written r.
    discount : number
        Discount rate per period, from 0 to below 1; written d.

    Returns
    -------
    ConventionComparison
        With the three values, and curves in steps of one percentage point from 0.50 to 0.95, or to the given
        retention rate where it lies outside.

    Raises
    ------
    InputError
        As :func:`lifetime_value`.

    Source: [fader2012]

    Examples
    --------
    >>> compare_conventions(100, 0.8, 0.1).values.round(2)
    convention
    now            366.67
    if_retained    266.67
    next_period    333.33
    dtype: float64
    """
    amount = number(margin, "margin", expected="money per period, one number", mend="pass one number")
    _rates(retention, discount)
    rate, cost = number(retention, "retention"), number(discount, "discount")
    steps = np.arange(min(50, math.floor(100 * rate)), max(96, math.ceil(100 * rate))) / 100
    rates = np.append(steps[steps < rate - 1e-9], rate) if rate > steps[-1] else steps

    def values(at: ArrayLike) -> dict[str, Any]:
        return {name: lifetime_value(amount, at, cost, convention=name) for name in CONVENTIONS}

    return ConventionComparison(
        margin=amount,
        retention=rate,
        discount=cost,
        values=pd.Series(values(rate)).rename_axis("convention"),
        curves=pd.DataFrame(values(rates), index=pd.Index(rates, name="retention")),
    )


def _discount(discount: ArrayLike) -> NDArray[np.float64]:
    return numbers(
        discount,
        "discount",
        low=0,
        high=1,
        high_open=True,
        expected="a rate from 0 to below 1 per period",
        mend="divide percentages by 100, so that 10 per cent is 0.10",
    )


def _rates(retention: ArrayLike, discount: ArrayLike) -> list[NDArray[np.float64]]:
    """Return both rates in one shape; raise where the value would be infinite."""
    rate, cost = broadcast(retention=shares(retention, "retention"), discount=_discount(discount))
    endless = 1 + cost - rate <= 0
    if endless.any():
        raise InputError(
            "retention, discount",
            found=f"retention {rate[endless][0]:g} with discount {cost[endless][0]:g}",
            expected="retention below 1 or discount clearly above 0: endless margins without discount have an infinite "
            "value",
            mend="use a discount above 0, or cash_flows for a limited number of periods",
        )
    return [rate, cost]


def _multiple(rate: NDArray[np.float64], cost: NDArray[np.float64], convention: str) -> NDArray[np.float64]:
    choice(convention, "convention", CONVENTIONS)
    first = {"now": 1 + cost, "if_retained": rate, "next_period": np.ones_like(rate)}[convention]
    return np.asarray(first / (1 + cost - rate))
