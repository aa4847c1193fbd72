"""A relationship plan for one firm: the five links of the relationship management chain with the numbers that follow.

The plan computes nothing of its own. It hands a firm's entries to the calculations of lessons 01 to 04 and keeps their
results together, with their limits, with what was assumed, and with what has not been measured yet.
"""

from __future__ import annotations

import datetime
import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.exchange import FitProfile, fit_profile
from relmark_helpers.calculations.lifetime_value import lifetime_value, value_gain
from relmark_helpers.calculations.market_plan_sensitivity import compare_responses, plan_limits
from relmark_helpers.calculations.market_plans import PLANS, PlanAllocation, allocate_budget
from relmark_helpers.calculations.markets import MarketScores, score_markets
from relmark_helpers.calculations.plan_entries import check_entries
from relmark_helpers.calculations.plan_form import LINKS
from relmark_helpers.calculations.plan_words import say_links, what_is_missing, what_is_uncertain
from relmark_helpers.calculations.referral import ReferralComparison, compare_referred, reward_limits
from relmark_helpers.calculations.retention import expected_lifetime
from relmark_helpers.calculations.tolerance_tables import expected_shares, zone_means
from relmark_helpers.validation import StatisticalWarning, whole_number

__all__ = ["CONVENTION", "POINTS", "RelationshipPlan", "make_plan"]

CONVENTION: Final = "now"
"""Lifetime values of a plan count the first margin at once and as certain: these are customers that the firm has."""
POINTS: Final = 0.05
"""What five points more retention are worth is worked out for every segment."""


@dataclass(frozen=True, eq=False)
class RelationshipPlan:
    """A firm's plan on one page; made by :func:`make_plan`. Parts that were not measured are None.

    Attributes
    ----------
    firm, author, currency : str
        Whose plan it is, who filled it in, the currency of all money.
    date : datetime.date
        Day of the plan.
    discount : float
        Discount rate a year.
    proposition : dict of str to str
        ``for_whom``, ``promise``, ``instead_of``, ``proof``.
    segments : pandas.DataFrame
        Indexed by ``segment``: ``customers``, ``margin`` (a year), ``retention`` (a year) with ``retention_low`` and
        ``retention_high``; ``lifetime`` (years); ``value`` of one customer with ``value_low``, ``value_high``; ``gain``
        (money per customer that five points more retention are worth; missing above 95%); ``total``, ``total_low``,
        ``total_high`` (value x customers); ``total_gain``; ``assumed`` (entries that were not measured, with commas).
    position : FitProfile or None
        Between transactional and relational.
    markets : MarketScores or None
        What the jury says.
    actions : pandas.DataFrame
        Indexed by ``market``: ``plan`` (of the six), ``action``, ``owner``, ``by``, ``measure``; ``gap`` with ``low``,
        ``high``; ``spend`` with ``spend_low``, ``spend_high`` (over resampled juries) and ``response_low``,
        ``response_high`` (over responses). The largest gap first.
    budget : PlanAllocation or None
        The money divided over the actions that have a cost.
    referral : ReferralComparison or None
        A referred customer beside another of the same segment.
    reward : dict of str to float
        ``reward``, ``break_even``, ``against_other_ways``, ``paid_back`` (year; missing if never); empty without.
    service : pandas.DataFrame or None
        Indexed by ``item``: ``minimum``, ``desired``, ``perceived``; ``adequacy`` with ``low``, ``high``; ``place``
        (below, inside, above, or "borderline"); ``below``, expected share of persons below their minimum.
    control : pandas.DataFrame or None
        Indexed by ``watch``: ``now``, ``threshold`` (in words), ``checked``, ``owner``, ``then``, ``status`` ("act
        now", "in bounds", "not measured yet").
    missing : tuple of str
        What has not been measured or decided yet, one sentence each.
    uncertain : tuple of str
        What the numbers rest on and how sure they are, one sentence each.
    """

    firm: str
    author: str
    currency: str
    date: datetime.date
    discount: float
    proposition: Mapping[str, str]
    segments: pd.DataFrame = field(repr=False)
    position: FitProfile | None = field(repr=False)
    markets: MarketScores | None = field(repr=False)
    actions: pd.DataFrame = field(repr=False)
    budget: PlanAllocation | None = field(repr=False)
    referral: ReferralComparison | None = field(repr=False)
    reward: Mapping[str, float] = field(repr=False)
    service: pd.DataFrame | None = field(repr=False)
    control: pd.DataFrame | None = field(repr=False)
    missing: tuple[str, ...] = field(repr=False)
    uncertain: tuple[str, ...] = field(repr=False)

    @property
    def value(self) -> tuple[float, float, float]:
        """Value of all customers, and its limits if every segment lies at its lower or at its upper limit."""
        ends = [self.segments[name].fillna(self.segments["total"]) for name in ("total_low", "total_high")]
        return float(self.segments["total"].sum()), float(ends[0].sum()), float(ends[1].sum())

    @property
    def first_priority(self) -> tuple[str, float] | None:
        """The market with the largest gap in most resampled juries, and in which share of them; None without a jury."""
        if self.markets is None:
            return None
        table = self.markets.table
        if self.markets.jurors == 1:
            return str(table["gap"].idxmax()), math.nan
        return str(table["first"].idxmax()), float(table["first"].max())

    def chain(self) -> pd.DataFrame:
        """Return the five links with what the plan says at each.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``link``: ``question``, ``lessons`` and ``says`` (one or two sentences).
        """
        return pd.DataFrame(
            {
                "question": [link.question for link in LINKS],
                "lessons": [", ".join(link.lessons) for link in LINKS],
                "says": say_links(self),
            },
            index=pd.Index([link.name for link in LINKS], name="link"),
        )


def make_plan(entries: Mapping[str, Any], *, seed: int = 1991) -> RelationshipPlan:
    """Return a firm's relationship plan: entries of the five links, and the numbers that lessons 01 to 04 make of them.

    Use it to see all links at once, and where one is open. Do not read the numbers without ``uncertain`` and
    ``missing``: a plan looks surer on paper than it is.

    Parameters
    ----------
    entries : mapping
        From :func:`~relmark_helpers.plan_files.read_entries` or
        :func:`~relmark_helpers.plan_files.example_entries`.
    seed : int
        Seed of the resampled juries; the same entries give the same plan.

    Returns
    -------
    RelationshipPlan

    Raises
    ------
    InputError
        Listing every entry that is missing, odd or too long.

    Notes
    -----
    1. Lifetime values: convention "now", same margin and retention for ever, one discount rate. Limits come from a
       retention that was counted (Wilson, 95%, on the customers followed); a margin has none.
    2. A number counts as assumed unless the entries list it as measured; the gaps of the jury are opinions.
    3. Service: limits of a mean by Student's t from ``spread`` and ``respondents``.
    4. Spending: the best division under the assumed response. Actions without a ``half_cost`` get no money here, gaps
       below 0 ask for none.
    5. Referred customers have the margin and the retention of the segment, changed as the entries assume.

    Checked against: the calculations of the lessons, called one by one.

    Source: [peck1999] for links, diagram and jury; entries and page are this workbook's own

    Examples
    --------
    >>> from relmark_helpers import example_entries
    >>> plan = make_plan(example_entries())
    >>> plan.segments[["lifetime", "value", "gain"]].round(1)
                     lifetime  value   gain
    segment
    Regulars              5.6  825.0  179.3
    Passers-by            2.2   80.0    8.0
    Standing orders      10.0 3520.0 1173.3
    >>> plan.first_priority[0], plan.missing
    ('internal', ('Watched, but not measured yet: Neighbours sent by regulars a month.',))
    """
    whole_number(seed, "seed", low=0)
    given = check_entries(entries)
    segments = _segments(given)
    position = fit_profile(given["exchange"]) if given["exchange"] else None
    markets = _markets(given["jury"], seed)
    actions, budget = _actions(given, markets)
    referral, reward = _referral(given, segments)
    service, control = _service(given["service"]), _control(given["control"])
    plan = RelationshipPlan(
        firm=given["firm"],
        author=given["filled_in_by"],
        currency=given["currency"],
        date=given["date"],
        discount=given["discount"],
        proposition={name: text or "" for name, text in given["value_proposition"].items()},
        segments=segments,
        position=position,
        markets=markets,
        actions=actions,
        budget=budget,
        referral=referral,
        reward=reward,
        service=service,
        control=control,
        missing=(),
        uncertain=(),
    )
    return replace(plan, missing=what_is_missing(plan), uncertain=what_is_uncertain(plan))


def _segments(given: Mapping[str, Any]) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    rows = given["segments"]
    table = pd.DataFrame(
        {name: [row[name] for row in rows] for name in ("customers", "margin", "retention")},
        index=pd.Index([row["name"] for row in rows], name="segment"),
    )
    limits = [
        proportion_confint(row["retention"] * row["followed"], row["followed"], method="wilson")
        if row["followed"]
        else (np.nan, np.nan)
        for row in rows
    ]
    d = given["discount"]
    table["retention_low"], table["retention_high"] = np.array(limits, dtype=float).T
    table["lifetime"] = expected_lifetime(table["retention"].to_numpy())
    table["value"] = lifetime_value(table["margin"].to_numpy(), table["retention"].to_numpy(), d, convention=CONVENTION)
    for end in ("low", "high"):
        table[f"value_{end}"] = [
            lifetime_value(margin, rate, d, convention=CONVENTION) if np.isfinite(rate) else np.nan
            for margin, rate in zip(table["margin"], table[f"retention_{end}"], strict=True)
        ]
    table["gain"] = [
        value * value_gain(rate, d, points=POINTS, convention=CONVENTION) if rate <= 1 - POINTS else np.nan
        for value, rate in zip(table["value"], table["retention"], strict=True)
    ]
    for name, of in (("total", "value"), ("total_low", "value_low"), ("total_high", "value_high")):
        table[name] = table["customers"] * table[of]
    table["total_gain"] = table["customers"] * table["gain"]
    table["assumed"] = [
        ", ".join(name for name in ("customers", "margin", "retention") if name not in row["measured"]) for row in rows
    ]
    return table


def _markets(jury: pd.DataFrame | None, seed: int) -> MarketScores | None:
    if jury is None:
        return None
    with warnings.catch_warnings():  # a small jury is said among what is uncertain
        warnings.simplefilter("ignore", StatisticalWarning)
        return score_markets(jury, generator=np.random.default_rng(seed))


def _actions(given: Mapping[str, Any], markets: MarketScores | None) -> tuple[pd.DataFrame, PlanAllocation | None]:
    """Return the actions with gaps and money, and the division of the budget."""
    rows = given["actions"]
    table = pd.DataFrame(
        {name: [row[name] for row in rows] for name in ("action", "owner", "by", "measure")},
        index=pd.Index([row["market"] for row in rows], name="market"),
    )
    table.insert(0, "plan", [PLANS[market] for market in table.index])
    numbers = ["gap", "low", "high", "spend", "spend_low", "spend_high", "response_low", "response_high"]
    table[numbers] = np.nan
    if markets is not None:
        table[["gap", "low", "high"]] = markets.table.loc[table.index, ["gap", "low", "high"]]
        table = table.sort_values("gap", ascending=False, kind="stable")
    costed = [row for row in rows if row["half_cost"]]
    if (
        markets is None
        or given["budget"] is None
        or not any(markets.table.loc[row["market"], "gap"] > 0 for row in costed)
    ):
        return table, None
    plans = pd.DataFrame(
        {
            "gap": [markets.table.loc[row["market"], "gap"] for row in costed],
            "weight": [1.0 if row["weight"] is None else row["weight"] for row in costed],
            "half_cost": [row["half_cost"] for row in costed],
            "floor": [row["floor"] or 0.0 for row in costed],
            "cap": [np.inf if row["cap"] is None else row["cap"] for row in costed],
        },
        index=pd.Index([row["market"] for row in costed], name="market"),
    )
    if not (plans["gap"].clip(lower=0) * plans["weight"]).any():
        return table, None
    money, response = given["budget"], given["response"] or "exponential"
    budget = allocate_budget(plans, money, response=response)
    table.loc[plans.index, "spend"] = budget.table["spend"]
    if markets.jurors > 1:
        limits = plan_limits(plans, money, markets.draws, response=response)
        table.loc[plans.index, ["spend_low", "spend_high"]] = limits[["low", "high"]].to_numpy()
    shapes = compare_responses(plans, money).ranges()
    table.loc[plans.index, ["response_low", "response_high"]] = shapes[["low", "high"]].to_numpy()
    return table, budget


def _referral(given: Mapping[str, Any], segments: pd.DataFrame) -> tuple[ReferralComparison | None, dict[str, float]]:
    entries = given["referral"]
    if entries is None or not segments.loc[entries["segment"], "margin"] > 0:
        return None, {}
    segment = segments.loc[entries["segment"]]
    compared = compare_referred(
        float(segment["margin"]),
        float(segment["retention"]),
        margin_lead=entries["margin_lead"],
        fading=entries["fading"],
        fewer_lost=entries["fewer_lost"],
        discount=given["discount"],
        years=int(entries["years"]),
    )
    limits = reward_limits(
        compared.value,
        compared.referred_value,
        other_acquisition=entries["other_acquisition"],
        running_cost=entries["running_cost"],
        come_anyway=entries["come_anyway"],
    )
    paid_back = compared.paid_back(entries["reward"])
    return compared, {
        "reward": entries["reward"],
        **{str(name): float(limit) for name, limit in limits.items()},
        "paid_back": math.nan if paid_back is None else float(paid_back),
    }


def _service(rows: Sequence[Mapping[str, Any]] | None) -> pd.DataFrame | None:
    from scipy.stats import t

    if rows is None:
        return None
    parts = []
    for row in rows:
        levels = {name: row[name] for name in ("minimum", "desired", "perceived")}
        half = (
            t.ppf(0.975, row["respondents"] - 1) * row["spread"] / row["respondents"] ** 0.5 if row["spread"] else 0.0
        )
        measured = zone_means(pd.DataFrame(levels, index=[row["item"]]), margin=half or 0.01).iloc[0]
        reach = half if row["spread"] else np.nan
        parts.append(
            {
                **levels,
                "adequacy": measured["adequacy"],
                "low": measured["adequacy"] - reach,
                "high": measured["adequacy"] + reach,
                "place": "borderline" if measured["borderline"] else measured["place"],
                "below": expected_shares(**levels, spread=row["spread"]).below if row["spread"] else np.nan,
            }
        )
    return pd.DataFrame(parts, index=pd.Index([row["item"] for row in rows], name="item"))


def _control(rows: Sequence[Mapping[str, Any]] | None) -> pd.DataFrame | None:
    if rows is None:
        return None
    parts = []
    for row in rows:
        low, now = row["alarm_below"], row["now"]
        threshold = f"below {low:,.12g}" if low is not None else f"above {row['alarm_above']:,.12g}"
        if now is None:
            status = "not measured yet"
        else:
            status = "act now" if (now < low if low is not None else now > row["alarm_above"]) else "in bounds"
        now = np.nan if now is None else now
        parts.append([now, threshold, row["checked"], row["owner"], row["then"], status])
    columns = ["now", "threshold", "checked", "owner", "then", "status"]
    return pd.DataFrame(parts, columns=columns, index=pd.Index([row["watch"] for row in rows], name="watch"))
