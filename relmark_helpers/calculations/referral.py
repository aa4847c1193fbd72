"""What a referred customer is worth beside another, and what a reward for referring may cost at most.

The published study: Schmitt, Skiera and Van den Bulte followed about 10,000 customers of a German bank for almost three
years. Referred customers had a higher margin, an advantage that faded, and a higher retention, an advantage that
lasted; they were worth at least 16 per cent more than others of like demographics and time of joining. The data set
``referral_study`` has the figures and where each was read. No interval was found in what could be read, so none is
given. Later studies of other companies, in the same data set, found higher retention again but lower margins
[armelini2015; wolters2019]. At a bank, retention was higher only as long as the one who referred stayed
[vandenbulte2018].
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from relmark_helpers.validation import InputError, number, shares, whole_number

__all__ = ["ReferralComparison", "compare_referred", "reward_limits"]


@dataclass(frozen=True, eq=False)
class ReferralComparison:
    """A referred customer beside one won otherwise, year by year; made by :func:`compare_referred`.

    Attributes
    ----------
    by_year : pandas.DataFrame
        Indexed by ``year`` from 1: ``margin``, ``referred_margin`` (of one still a customer), ``active``,
        ``referred_active`` (share still customers), ``value``, ``referred_value`` (present value of the year),
        ``lead`` (sum of the differences so far).
    from_margin, from_retention : float
        Parts of the difference in value: the mean of what each advantage adds when it comes first and when it comes
        second, so that the two add up.
    """

    by_year: pd.DataFrame = field(repr=False)
    from_margin: float
    from_retention: float

    @property
    def value(self) -> float:
        """Present value of a customer won otherwise."""
        return float(self.by_year["value"].sum())

    @property
    def referred_value(self) -> float:
        """Present value of a referred customer."""
        return float(self.by_year["referred_value"].sum())

    @property
    def difference(self) -> float:
        """How much more a referred customer is worth."""
        return self.referred_value - self.value

    @property
    def advantage(self) -> float:
        """The difference as a share of the value of a customer won otherwise; the study has "at least 16 per cent"."""
        return self.difference / self.value

    def paid_back(self, reward: float) -> int | None:
        """Return the first year by whose end the lead covers a reward, or None if none does.

        >>> compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1).paid_back(25)
        2
        """
        enough = self.by_year["lead"] >= number(reward, "reward", low=0, expected="money, 0 or more")
        return int(enough.idxmax()) if enough.any() else None


def compare_referred(
    margin: float,
    retention: float,
    *,
    margin_lead: float,
    fading: float,
    fewer_lost: float,
    discount: float = 0.1,
    years: int = 6,
) -> ReferralComparison:
    """Return a referred customer beside one won otherwise, with a margin lead that fades and fewer lost.

    Use it to see how two advantages make one difference in value, and how long the company waits for it. The inputs
    are yours: the study's abstract gives the result and the shape of both advantages, not their sizes by year.

    Parameters
    ----------
    margin : float
        Money per year of a customer won otherwise, above 0; written m.
    retention : float
        Share of these kept per year, 0 to 1; written r.
    margin_lead : float
        How much more margin a referred customer brings in year 1, as a share; below 0 where it is less, as in later
        studies; above -1; written a.
    fading : float
        Share of the lead that remains a year later, 0 to 1; written f.
    fewer_lost : float
        By which share the loss of referred customers is lower in every year, at most 1; written c.
    discount : float
        Discount rate per year, from 0 to below 1; written d.
    years : int
        Years counted, 1 or more. The published return on the reward counts six.

    Returns
    -------
    ReferralComparison

    Raises
    ------
    InputError
        If an input is out of range, or the referred would be kept with a share below 0.

    Notes
    -----
    Sum over t = 0, 1, ... of m (1 + a f^t) (1 - (1 - c)(1 - r))^t / (1 + d)^t against m r^t / (1 + d)^t: the first
    margin now and certain, as "now" in :func:`~relmark_helpers.calculations.lifetime_value.lifetime_value`. This
    workbook's own formalisation of the study's two findings.

    Checked against: :func:`~relmark_helpers.calculations.lifetime_value.lifetime_value` without advantages.

    Source: [schmitt2011] for the two advantages

    Examples
    --------
    Inputs chosen so that the result meets the published one, about 250 and at least 40 euro:

    >>> bank = compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1)
    >>> round(bank.value), round(bank.difference), round(bank.advantage, 2)
    (249, 42, 0.17)
    """
    m = number(margin, "margin", low=0, low_open=True, expected="money per year, above 0")
    r = float(shares(number(retention, "retention"), "retention"))
    lead = number(
        margin_lead, "margin_lead", low=-1, low_open=True, expected="a share above -1, 0.25 is a quarter more"
    )
    fade = float(shares(number(fading, "fading"), "fading"))
    fewer = number(fewer_lost, "fewer_lost", high=1, expected="a share of at most 1")
    d = number(discount, "discount", low=0, high=1, high_open=True, expected="a rate from 0 to below 1 per year")
    time = np.arange(whole_number(years, "years", low=1, high=1000))
    kept = 1 - (1 - fewer) * (1 - r)
    if kept < 0:
        raise InputError(
            "fewer_lost",
            found=f"{fewer:g}, which makes the retention of the referred {kept:.3g}",
            expected="a retention of 0 or more",
            mend="use a number nearer to 0",
        )
    margins = {False: np.full(time.size, m), True: m * (1 + lead * fade**time)}
    active = {False: r**time, True: kept**time}
    worth = {(a, b): margins[a] * active[b] / (1 + d) ** time for a in margins for b in active}
    total = {key: float(flow.sum()) for key, flow in worth.items()}
    plain, both = total[False, False], total[True, True]
    from_margin = (total[True, False] - plain + both - total[False, True]) / 2
    table = pd.DataFrame(
        {
            "margin": margins[False],
            "referred_margin": margins[True],
            "active": active[False],
            "referred_active": active[True],
            "value": worth[False, False],
            "referred_value": worth[True, True],
            "lead": np.cumsum(worth[True, True] - worth[False, False]),
        },
        index=pd.Index(time + 1, name="year"),
    )
    return ReferralComparison(table, from_margin, both - plain - from_margin)


def reward_limits(
    value: float,
    referred_value: float,
    *,
    other_acquisition: float = 0.0,
    running_cost: float = 0.0,
    come_anyway: float = 0.0,
) -> pd.Series[float]:
    """Return what the reward for one referred customer may cost at most.

    Use it before you set a reward. Two limits, as two questions are mixed up: may the reward eat the whole value of the
    customer, or must referring be no worse than the other ways to win one? It takes the difference in value as an
    effect of the referral; in the study customers were matched, not drawn by lot.

    Parameters
    ----------
    value, referred_value : float
        Present value of a customer won otherwise, and of a referred one, before what winning them costs.
    other_acquisition : float
        What winning one customer otherwise costs, 0 or more.
    running_cost : float
        What the programme costs per referred customer besides the reward, 0 or more.
    come_anyway : float
        Share of the rewarded referrals that would have come without a reward, 0 to 1.

    Returns
    -------
    pandas.Series
        ``break_even``: the reward that eats the value of what it brings; ``against_other_ways``: the reward at which
        referring is as good as the other ways to win customers. Below 0: no reward pays.

    Raises
    ------
    InputError
        If an input is out of range.

    Notes
    -----
    With s the share who come anyway: break_even = (1 - s) referred_value - running_cost; against_other_ways =
    (1 - s) (referred_value - value + other_acquisition) - running_cost. A reward to those who come anyway buys
    nothing. This workbook's own formalisation; effects on the one who refers are left out.

    Checked against: the study's published return, (40 - 25) / 25 = 60 per cent, from a difference of 40 euro and a
    reward of 25.

    Source: [schmitt2011]

    Examples
    --------
    A difference of 40 euro that is 16 per cent of the value puts that value near 250 euro.

    >>> reward_limits(250, 290).to_dict()
    {'break_even': 290.0, 'against_other_ways': 40.0}
    >>> reward_limits(250, 290, come_anyway=0.375).to_dict()
    {'break_even': 181.25, 'against_other_ways': 25.0}
    """
    plain = number(value, "value", expected="money, the value of a customer won otherwise")
    referred = number(referred_value, "referred_value", expected="money, the value of a referred customer")
    saved = number(other_acquisition, "other_acquisition", low=0, expected="money, 0 or more")
    running = number(running_cost, "running_cost", low=0, expected="money, 0 or more")
    bought = 1 - float(shares(number(come_anyway, "come_anyway"), "come_anyway"))
    limits = {
        "break_even": bought * referred - running,
        "against_other_ways": bought * (referred - plain + saved) - running,
    }
    return pd.Series(limits, name="reward").rename_axis("limit")
