"""What is at stake in a programme that costs money for each customer, and what would have to be true for it to pay."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from relmark_helpers.validation import InputError, number, numbers, shares

__all__ = ["ProgrammeStake", "read_effect", "weigh_programme"]


@dataclass(frozen=True, eq=False)
class ProgrammeStake:
    """What a programme brings a year for given customers; made by :func:`weigh_programme`.

    Attributes
    ----------
    customers : int
        Number of customers.
    pays_for : float
        Share of the customers for whom it pays, 0 to 1.
    everyone : float
        What it brings a year with all customers in, in money; below 0 is a loss.
    targeted : float
        What it brings a year with only those customers in for whom it pays; never below 0.
    break_even_spending : float
        What a customer must spend a year for the programme just to pay, in money.
    break_even_rise : float
        Rise of spending at which it just pays with everyone in, as a share; may exceed 1.
    table : pandas.DataFrame
        Indexed by ``rise`` (half, once and twice the assumed one): ``pays_for``, ``everyone``, ``targeted``.
    """

    customers: int
    pays_for: float
    everyone: float
    targeted: float
    break_even_spending: float
    break_even_rise: float
    table: pd.DataFrame = field(repr=False)

    @property
    def words(self) -> str:
        """What the sums say: right for everyone, right for some, or wrong for all of these customers."""
        if self.pays_for == 0:
            return "Too little at stake: wrong for every one of these customers"
        if self.everyone > 0:
            return "Enough at stake, even with everyone in"
        return f"Wrong for everyone, right for {self.pays_for:.1%} of them"

    def overtakes(self, setup_cost: float) -> pd.Series[float]:
        """Return after how many years a set-up cost is earned back, not discounted; infinite where it never is.

        >>> weigh_programme([1000, 5000], margin_rate=0.2, cost=30, rise=0.05).overtakes(200).to_dict()
        {'everyone': inf, 'targeted': 10.0}
        """
        paid = number(setup_cost, "setup_cost", low=0, expected="money paid once, 0 or more")
        yearly = {"everyone": self.everyone, "targeted": self.targeted}
        return pd.Series({who: paid / gain if gain > 0 else math.inf for who, gain in yearly.items()}, name="years")


def weigh_programme(spending: ArrayLike, *, margin_rate: float, cost: float, rise: float) -> ProgrammeStake:
    """Return what a programme brings a year that costs money for each customer and raises what customers spend.

    Use it to see what would have to be true for the programme to pay. Do not use it to prove that a programme pays:
    the rise is an assumption until somebody has measured it against customers left alone by lot.

    Parameters
    ----------
    spending : array_like, one-dimensional
        What each customer spends a year without the programme, in money, 0 or more.
    margin_rate : number
        Margin in one unit of spending, a share above 0 and up to 1.
    cost : number
        What the programme costs a year for each customer in it, in money, above 0.
    rise : number
        Rise of spending that the programme brings, a share from 0 to 1; the same for all.

    Returns
    -------
    ProgrammeStake

    Raises
    ------
    InputError
        If a number is out of range: per cents in the place of shares are refused.

    Notes
    -----
    For a customer who spends s the programme brings s x margin_rate x rise - cost a year. This is this workbook's own
    formalisation. It assumes:

    1. one rise for all, though heavy buyers may have less room to rise;
    2. one year: no lasting effect, no referrals, no discounting;
    3. that those for whom it pays are known beforehand. ``targeted`` adds only gains, so it is never below 0 and is
       no evidence for the programme.

    Checked against: sums by hand.

    Source: this workbook's own formalisation of break-even [farris2006]

    Examples
    --------
    >>> stake = weigh_programme([1000, 5000], margin_rate=0.2, cost=30, rise=0.05)
    >>> stake.words, stake.everyone, stake.targeted, stake.break_even_spending, stake.break_even_rise
    ('Wrong for everyone, right for 50.0% of them', 0.0, 20.0, 3000.0, 0.05)
    """
    spent = numbers(spending, "spending", low=0, expected="money a year, 0 or more")
    if spent.ndim != 1 or spent.size == 0 or spent.sum() == 0:
        raise InputError(
            "spending",
            found=f"{spent.size} amounts that sum to {spent.sum():g}",
            expected="a list of amounts that are not all 0",
            mend="pass one amount per customer",
        )
    margin = number(shares(margin_rate, "margin_rate", low_open=True).item(), "margin_rate")
    assumed = number(shares(rise, "rise").item(), "rise")
    price = number(cost, "cost", low=0, low_open=True, expected="money a year for each customer, above 0")
    rows = {}
    for share in (assumed / 2, assumed, 2 * assumed):
        net = spent * margin * share - price
        rows[share] = (float(np.mean(net > 0)), float(net.sum()), float(net[net > 0].sum()))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["pays_for", "everyone", "targeted"])
    pays_for, everyone, targeted = rows[assumed]
    return ProgrammeStake(
        customers=spent.size,
        pays_for=pays_for,
        everyone=everyone,
        targeted=targeted,
        break_even_spending=price / (margin * assumed) if assumed else math.inf,
        break_even_rise=float(price / (margin * spent.mean())),
        table=table.rename_axis("rise"),
    )


def read_effect(low: float, high: float, needed: float) -> str:
    """Return in words what the limits of a measured rise say about the rise that is needed.

    Use it to keep "not known" apart from "none". Do not use it on limits of a comparison that was not by lot without
    saying so: such limits leave out the error of the comparison itself.

    Parameters
    ----------
    low, high : number
        Limits of the measured rise, as shares.
    needed : number
        Rise that is needed, as a share.

    Returns
    -------
    str
        That the limits lie above, below or on both sides of what is needed.

    Raises
    ------
    InputError
        If a number is not finite or ``low`` is above ``high``.

    Examples
    --------
    >>> read_effect(-0.07, 0.10, 0.064)
    'Unknown, and unknown is not zero: the limits hold both no rise and the rise that is needed'
    >>> read_effect(0.01, 0.03, 0.064)
    'Less than needed: the limits end below the rise that is needed'
    """
    start, end, wanted = (number(value, name) for value, name in ((low, "low"), (high, "high"), (needed, "needed")))
    if start > end:
        raise InputError("low", found=f"{start:g}, above high {end:g}", expected="low up to high", mend="swap them")
    if end < wanted:
        return "Less than needed: the limits end below the rise that is needed"
    if start > wanted:
        return "Enough: the limits begin above the rise that is needed"
    if start <= 0:
        return "Unknown, and unknown is not zero: the limits hold both no rise and the rise that is needed"
    return "A rise, but perhaps too small: the limits hold the rise that is needed and smaller ones"
