"""What is at stake in a programme that costs money for each customer, and what would have to be true for it to pay."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, choice, number, numbers, shares

__all__ = ["ProgrammeStake", "ProgrammeVerdict", "read_effect", "weigh_programme"]


@dataclass(frozen=True, eq=False)
class ProgrammeVerdict:
    """What may be said about a programme on the numbers given; made by :meth:`ProgrammeStake.judge`.

    Attributes
    ----------
    words : str
        The verdict in a sentence or two.
    findings : pandas.DataFrame
        What it rests on: ``question``, ``finding``.
    rise_for_some : float
        Rise of spending at which those above break-even pay the set-up within the horizon, as a share; may exceed 1.
    rise_for_everyone : float
        The same with everyone in; never below ``rise_for_some``.
    """

    words: str
    findings: pd.DataFrame = field(repr=False)
    rise_for_some: float
    rise_for_everyone: float


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
    _spending: NDArray[np.float64] = field(repr=False)
    _margin_rate: float = field(repr=False)
    _cost: float = field(repr=False)
    _rise: float = field(repr=False)

    @property
    def words(self) -> str:
        """What the sums say: gain or loss with everyone in, and how many customers are above break-even."""
        sign = "A gain" if self.everyone > 0 else "A loss" if self.everyone < 0 else "No gain and no loss"
        above = f"{self.pays_for:.1%} ({round(self.pays_for * self.customers):,} of {self.customers:,})"
        return f"{sign} with everyone in; above break-even: {above}"

    def payback(self, setup_cost: float) -> pd.Series[float]:
        """Return after how many years a set-up cost is earned back, not discounted; infinite where it never is.

        >>> weigh_programme([1000, 5000], margin_rate=0.2, cost=30, rise=0.05).payback(200).to_dict()
        {'everyone': inf, 'targeted': 10.0}
        """
        paid = number(setup_cost, "setup_cost", low=0, expected="money paid once, 0 or more")
        yearly = {"everyone": self.everyone, "targeted": self.targeted}
        return pd.Series({who: paid / gain if gain > 0 else math.inf for who, gain in yearly.items()}, name="years")

    def judge(
        self, setup_cost: float, *, horizon: float, wanted: str, measured: tuple[float, float] | None = None
    ) -> ProgrammeVerdict:
        """Return the verdict on the programme: wrong, right for some or for everyone, or unknown.

        Use it to see which answer decides. Do not use it in the place of an argument: it knows neither what a
        measurement covers nor whether the programme puts a price on a norm.

        Parameters
        ----------
        setup_cost : number
            Money paid once, 0 or more.
        horizon : number
            Years within which the set-up has to be paid, above 0; not discounted.
        wanted : str
            Whether customers want the programme: "yes", "no" or "unknown".
        measured : (number, number), optional
            Limits of a measured rise, as shares; None if nobody has measured one.

        Returns
        -------
        ProgrammeVerdict

        Raises
        ------
        InputError
            If a number is out of range, ``wanted`` is another word, or ``measured`` is no pair of limits.

        Notes
        -----
        The rules are this workbook's own. The first that holds decides:

        1. wrong, if customers do not want it;
        2. wrong, if even those above break-even do not pay the set-up within the horizon. It is judged at the rise
           that was assumed, or at the upper limit of the measured one where that is smaller;
        3. right, if the limits begin at the rise that is needed or above it;
        4. unknown.

        Rules 3 and 4 speak of everyone if everyone together pays the set-up within the horizon at the rise of rule 2,
        and otherwise of those above break-even only. With the k customers who spend most the rise that is needed is
        (setup_cost / horizon + k cost) / (margin_rate x their spending); ``rise_for_some`` is the smallest over k.

        Examples
        --------
        >>> stake = weigh_programme([1000, 5000], margin_rate=0.2, cost=30, rise=0.05)
        >>> stake.judge(20, horizon=3, wanted="yes").words
        'As assumed, not for everyone. For those above break-even unknown: test it by lot on some of them, then decide.'
        >>> stake.judge(200, horizon=3, wanted="yes").words
        'The wrong choice, unless the rise is larger than assumed: even those above break-even do not pay the set-up \
within 3 years.'
        """
        years = self.payback(setup_cost)
        limit = number(horizon, "horizon", low=0, low_open=True, expected="years, above 0")
        choice(wanted, "wanted", ["yes", "no", "unknown"])
        bounds = _limits(measured)
        largest = np.sort(self._spending)[::-1]
        members = np.arange(1, self.customers + 1)
        needed = (setup_cost / limit + self._cost * members) / (self._margin_rate * largest.cumsum())
        some, everyone = float(needed.min()), float(needed[-1])
        best = self._rise if bounds is None else min(self._rise, bounds[1])
        within = f"within {limit:g} year{'' if limit == 1 else 's'}"
        all_in = best >= everyone
        wish = everyone if all_in else some
        if wanted == "no":
            words = "The wrong choice: customers do not want it, whatever the sums say."
        elif best < some:
            than = "assumed" if best == self._rise else "was measured"
            words = (
                f"The wrong choice, unless the rise is larger than {than}: even those above break-even do not pay the "
                f"set-up {within}."
            )
        else:
            if bounds is not None and bounds[0] >= wish:
                some_only = "Right for those above break-even, if you can tell them beforehand; not for everyone."
                words = "Right for everyone." if all_in else some_only
            elif all_in and bounds is not None and bounds[0] >= some:
                words = "Right for those above break-even, if you can tell them beforehand; for everyone unknown."
            elif all_in:
                words = "As assumed, right for everyone; but the rise is unknown: test it by lot on some, then decide."
            else:
                words = (
                    "As assumed, not for everyone. For those above break-even unknown: test it by lot on some of "
                    "them, then decide."
                )
            if wanted == "unknown":
                words += " But first ask whether they want it."
        reading = "nobody has measured it; unknown is not zero"
        if bounds is not None:
            reading = f"{bounds[0]:+.1%} to {bounds[1]:+.1%}. {read_effect(*bounds, wish)}"
        paid = years.map("in {:.1f} years".format).replace("in inf years", "never")
        rows = {
            "Do customers want it?": {"no": "no: a veto", "yes": "yes"}.get(wanted, "unknown: ask them"),
            "What is at stake in a year?": (
                f"{self.words}. Everyone in: {self.everyone:,.0f}; only those above break-even: {self.targeted:,.0f}"
            ),
            "When is the set-up paid?": (
                f"Everyone in: {paid['everyone']}; only those above break-even: {paid['targeted']}. "
                f"It should be {within}"
            ),
            "Which rise does that need?": (
                f"Everyone in: {everyone:.1%}; only those above break-even: {some:.1%}. Assumed: {self._rise:.1%}"
            ),
            "Which rise was measured?": reading,
        }
        findings = pd.DataFrame(rows.items(), columns=["question", "finding"])
        return ProgrammeVerdict(words, findings, some, everyone)


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
    ('No gain and no loss with everyone in; above break-even: 50.0% (1 of 2)', 0.0, 20.0, 3000.0, 0.05)
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
        _spending=spent,
        _margin_rate=margin,
        _cost=price,
        _rise=assumed,
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


def _limits(measured: tuple[float, float] | None) -> tuple[float, float] | None:
    """Return the limits of a measured rise, or None; raise where they are no pair."""
    if measured is None:
        return None
    try:
        low, high = measured
    except (TypeError, ValueError):
        raise InputError(
            "measured",
            found=repr(measured),
            expected="the lower and the upper limit of a measured rise, or None",
            mend="write for example measured=(-0.07, 0.10), or None if nobody has measured it",
        ) from None
    start, end = numbers(
        [number(low, "measured[0]"), number(high, "measured[1]")],
        "measured",
        low=-1,
        high=1,
        expected="shares from -1 to 1",
        mend="divide percentages by 100, so that 10 per cent is 0.10",
    ).tolist()
    if start > end:
        raise InputError("measured", found=f"{start:g} before {end:g}", expected="low up to high", mend="swap them")
    return start, end
