"""A budget for the six plans: how much each market gets when more money closes less and less of its gap.

The six plans are published by name only. Responses, weights, the optimum and what it is compared with are this
workbook's own formalisation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, choice, number, require_columns

__all__ = ["PLANS", "RESPONSES", "PlanAllocation", "allocate_budget", "best_spending", "response_share"]

PLANS: Final = {
    "existing customers": "customer development plan",
    "new customers": "customer development plan",
    "referral": "referral plan",
    "supplier": "supplier plan",
    "recruitment": "recruitment plan",
    "influence": "influence plan",
    "internal": "internal plan",
}
"""The plan that serves each axis of the diagram: six plans for seven axes."""

RESPONSES: Final = ("exponential", "hyperbolic", "power")
"""Rival shapes of a response; see :func:`response_share`."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlanAllocation:
    """A budget divided over markets; made by :func:`allocate_budget`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``market``: ``gap``, ``weight``, ``half_cost``, ``floor``, ``cap`` as given (a gap below 0 counts as
        0); ``spend``; ``closed``, share of the gap that the spending closes; ``value``, weight x gap x closed;
        ``marginal``, value of one more unit of money in this market; ``proportional`` and ``equal``, what these rules
        would spend.
    rules : pandas.DataFrame
        Indexed by ``rule`` (best, proportional, equal): ``value``, ``of_best`` (share of the best value), ``spent``.
    budget, unspent : float
        Money to divide, and what no market can use (all at their caps).
    shadow_price : float
        Value that one more unit of budget would add, at the rate of the next small sum; 0 if money is left over.
    response : str
        The response assumed.
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    budget: float
    unspent: float
    shadow_price: float
    response: str

    @property
    def value(self) -> float:
        """Weighted points of gap closed by the best division."""
        return float(self.table["value"].sum())

    def by_plan(self) -> pd.Series[float]:
        """Return the spending by plan: markets that one plan serves are added; names not in ``PLANS`` stay."""
        plans = [PLANS.get(str(market), str(market)) for market in self.table.index]
        return self.table["spend"].groupby(pd.Index(plans, name="plan"), sort=False).sum()


def response_share(spend: Floats, half_cost: Floats, response: str) -> Floats:
    """Return the share of a gap that some spending closes.

    Parameters
    ----------
    spend : numpy.ndarray
        Money spent, 0 or more.
    half_cost : numpy.ndarray
        Money that closes half of the gap, above 0; written h.
    response : str
        "exponential": 1 - 2^(-s/h), each h closes half of what is left. "hyperbolic": s / (s + h), closes slower later.
        "power": sqrt(s/h) / 2, the steepest start, until the gap is closed at s = 4 h.

    Returns
    -------
    numpy.ndarray
        Shares from 0 to 1; 1/2 at ``half_cost`` under each response, so that the three can be compared.

    Raises
    ------
    InputError
        If ``response`` is unknown.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> [response_share(np.array([0.0, 10.0, 40.0]), np.array(10.0), one).round(3).tolist() for one in RESPONSES]
    [[0.0, 0.5, 0.938], [0.0, 0.5, 0.8], [0.0, 0.5, 1.0]]
    """
    choice(response, "response", RESPONSES)
    ratio = np.asarray(spend) / half_cost
    if response == "exponential":
        return np.asarray(-np.expm1(-np.log(2) * ratio))
    if response == "hyperbolic":
        return np.asarray(ratio / (1 + ratio))
    return np.asarray(np.minimum(np.sqrt(ratio) / 2, 1.0))


class _Form(NamedTuple):
    """A response written so that the money wanted at price p is ``scale * u - shift``, where u falls as p rises."""

    marginal: Callable[[Floats, Floats, Floats], Floats]  # value, spend, half cost -> value per unit of money
    scale: Callable[[Floats, Floats], Floats]  # value, half cost
    shift: Callable[[Floats, Floats], Floats]


_LN2 = float(np.log(2))
# exponential: spend = h / ln2 * ln(v ln2 / (h p)), with u = -ln p
# hyperbolic:  spend = sqrt(v h) / sqrt(p) - h, with u = 1 / sqrt(p)
# power:       spend = v^2 / (16 h p^2), with u = 1 / p^2
_FORMS: Final = {
    "exponential": _Form(
        lambda v, s, h: v * _LN2 / h * np.exp2(-s / h),
        lambda v, h: h / _LN2,
        lambda v, h: -h / _LN2 * np.log(v * _LN2 / h),
    ),
    "hyperbolic": _Form(lambda v, s, h: v * h / (s + h) ** 2, lambda v, h: np.sqrt(v * h), lambda v, h: h),
    "power": _Form(
        lambda v, s, h: _over(v, 4 * np.sqrt(h * s)), lambda v, h: v**2 / (16 * h), lambda v, h: np.zeros_like(h)
    ),
}
_PRICE: Final[dict[str, Callable[[float], float]]] = {
    "exponential": lambda u: float(np.exp(-u)),
    "hyperbolic": lambda u: u**-2.0,
    "power": lambda u: u**-0.5,
}


def best_spending(
    value: Floats, half_cost: Floats, floor: Floats, cap: Floats, budget: float, response: str
) -> tuple[Floats, float]:
    """Return the division of a budget with the largest total value, and the value of one more unit of money.

    Use :func:`allocate_budget` for a table with names; this is its core, without checks, for many divisions in a row.

    Parameters
    ----------
    value : numpy.ndarray
        Value of closing each gap fully, weight x gap, 0 or more; written v.
    half_cost, floor, cap : numpy.ndarray
        Money that closes half of a gap, least and most money; floor not above cap, floors within the budget.
    budget : float
        Money to divide; written B.
    response : str
        As in :func:`response_share`.

    Returns
    -------
    tuple of numpy.ndarray and float
        Spending, and the shadow price: 0 if money is left over.

    Notes
    -----
    Water-filling in closed form: at the optimum all markets between floor and cap have one marginal value, the shadow
    price; those at their floor have less, those at their cap more. The money wanted falls as the price rises, with a
    kink where a market meets a floor or a cap. Kinks are sorted; between two of them the price solves one equation.

    Checked against: the Karush-Kuhn-Tucker conditions; ``scipy.optimize``; all divisions on a grid.

    Source: derived here

    Examples
    --------
    >>> ones = np.ones(2)
    >>> spend, price = best_spending(np.array([4.0, 1.0]), ones, 0 * ones, 9 * ones, 4.0, "hyperbolic")
    >>> spend, price
    (array([3., 1.]), 0.25)
    """
    form = _FORMS[response]
    if response == "power":  # the gap is closed at four times the half cost: more money has no use
        cap = np.maximum(floor, np.minimum(cap, 4 * half_cost))
    useful = value > 0
    spend = floor.astype(float).copy()
    left = budget - float(floor.sum())
    if not useful.any() or left <= 1e-12 * max(budget, 1.0):
        price = form.marginal(value, spend, half_cost)[useful & (cap > floor)]
        return spend, float(price.max()) if price.size else 0.0
    v, h, low, high = value[useful], half_cost[useful], floor[useful], cap[useful]
    free = budget - float(floor[~useful].sum())
    if high.sum() <= free:
        spend[useful] = high
        return spend, 0.0
    # position of each kink on the scale u, which rises with the money wanted
    scale, shift = form.scale(v, h), form.shift(v, h)
    starts, ends = (low + shift) / scale, (high + shift) / scale
    kinks = np.unique(np.concatenate([starts, ends[np.isfinite(ends)]]))
    wanted = np.clip(scale * kinks[:, None] - shift, low, high).sum(axis=1)
    at = int(np.searchsorted(wanted, free, side="right")) - 1
    lower = kinks[max(at, 0)]
    moving = (starts <= lower) & (lower < ends)
    fixed = np.where(ends <= lower, high, low)[~moving].sum()
    u = (free - fixed + shift[moving].sum()) / scale[moving].sum() if moving.any() else lower
    spend[useful] = np.clip(scale * u - shift, low, high)
    return spend, _PRICE[response](float(u))


def allocate_budget(plans: pd.DataFrame, budget: float, *, response: str = "exponential") -> PlanAllocation:
    """Return the best division of a budget over markets, beside a proportional and an equal one.

    Use it to see what gaps, weights and costs together ask for, and what a rule of thumb gives away. Do not take the
    amounts for the truth: they follow from a response that nobody has measured; see ``compare_responses``.

    Parameters
    ----------
    plans : pandas.DataFrame
        Indexed by market: ``gap`` (points), ``weight`` (0 or more: what a point is worth), ``half_cost`` (money that
        closes half of the gap, above 0); and, if wanted, ``floor`` and ``cap``, least and most money (0 and no end).
    budget : number
        Money to divide, above 0, in the unit of ``half_cost``; written B.
    response : str
        "exponential", "hyperbolic" or "power".

    Returns
    -------
    PlanAllocation

    Raises
    ------
    InputError
        If a column is missing, a number is out of range, floors exceed the budget or a cap, or no market has both a
        gap and a weight above 0.

    Notes
    -----
    Maximises the sum of weight x gap x R(spend / half_cost), with the sum of spending at most B and each market between
    floor and cap. R rises ever more slowly. "proportional" divides by weight x gap, "equal" evenly, both within floors
    and caps.

    1. A market works by itself: money for one does not help another, though the six plans are meant to.
    2. Spending on a market that should get less (gap below 0) has no value; money taken away from it is not counted.
    3. Time is left out: all that the money does is done at once.

    Checked against: the Karush-Kuhn-Tucker conditions; ``scipy.optimize``; all divisions on a grid.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> names = ["internal", "referral", "supplier"]
    >>> plans = pd.DataFrame({"gap": [4, 2, 1], "weight": 1, "half_cost": 10}, index=names)
    >>> plan = allocate_budget(plans, 30)
    >>> plan.table["spend"]
    market
    internal    20.0
    referral    10.0
    supplier     0.0
    Name: spend, dtype: float64
    >>> plan.rules["of_best"].round(3)
    rule
    best            1.000
    proportional    0.983
    equal           0.875
    Name: of_best, dtype: float64
    """
    choice(response, "response", RESPONSES)
    money = number(budget, "budget", low=0, low_open=True, expected="an amount above 0")
    table = plan_table(plans, money)
    v, h, low, high = (table[name].to_numpy() for name in ("worth", "half_cost", "floor", "cap"))
    spend, price = best_spending(v, h, low, high, money, response)
    return plan_allocation(table, money, response, spend, price)


def plan_allocation(table: pd.DataFrame, money: float, response: str, spend: Floats, price: float) -> PlanAllocation:
    """Return a division of a checked table with what it brings, beside the two rules; ``start`` may be a column."""
    v, h, low, high = (table[name].to_numpy() for name in ("worth", "half_cost", "floor", "cap"))
    start = table["start"].to_numpy() if "start" in table else np.zeros_like(v)
    divisions = {"best": spend, "proportional": _clipped(v, low, high, money)}
    divisions["equal"] = _clipped(np.ones_like(v), low, high, money)
    closed = {rule: response_share(np.maximum(one - start, 0), h, response) for rule, one in divisions.items()}
    values = {rule: float((v * one).sum()) for rule, one in closed.items()}
    table = table.drop(columns="worth").assign(
        spend=spend,
        closed=closed["best"],
        value=v * closed["best"],
        marginal=np.where(spend < start, 0.0, marginal_value(v, np.maximum(spend - start, 0), h, response)),
        proportional=divisions["proportional"],
        equal=divisions["equal"],
    )
    rules = pd.DataFrame(
        {
            "value": values,
            "of_best": {rule: one / values["best"] if values["best"] else np.nan for rule, one in values.items()},
            "spent": {rule: float(one.sum()) for rule, one in divisions.items()},
        }
    ).rename_axis("rule")
    unspent = max(money - float(spend.sum()), 0.0)
    return PlanAllocation(table, rules, money, unspent if unspent > 1e-9 * money else 0.0, price, response)


def marginal_value(value: Floats, spend: Floats, half_cost: Floats, response: str) -> Floats:
    """Return the value of one more unit of money at some spending; 0 where there is no value to gain."""
    marginal = np.where(value > 0, _FORMS[response].marginal(np.maximum(value, 1e-300), spend, half_cost), 0.0)
    return np.where(spend >= 4 * half_cost * (1 - 1e-12), 0.0, marginal) if response == "power" else marginal


def plan_table(plans: pd.DataFrame, budget: float) -> pd.DataFrame:
    """Return checked plans with ``worth``, weight x gap; gaps below 0 count as 0."""
    require_columns(plans, "plans", ["gap", "weight", "half_cost"])
    if not len(plans) or plans.index.has_duplicates:
        raise InputError(
            "plans", found=f"markets {list(plans.index)}", expected="one row per market", mend="name each market once"
        )
    table = pd.DataFrame(index=plans.index.rename("market"))
    markets = [str(one) for one in plans.index]
    table["gap"] = np.maximum(_column(plans, "gap", markets, low=-np.inf), 0.0)
    table["weight"] = _column(plans, "weight", markets, low=0.0)
    table["half_cost"] = _column(plans, "half_cost", markets, low=0.0, low_open=True)
    table["floor"] = _column(plans, "floor", markets, low=0.0) if "floor" in plans else 0.0
    # missing or infinite means no cap
    given = plans["cap"] if "cap" in plans else pd.Series(np.inf, index=plans.index)
    limited = given.notna() & ~given.isin([np.inf])
    table["cap"] = np.inf
    if limited.any():
        names = [name for name, one in zip(markets, limited, strict=True) if one]
        table.loc[limited.to_numpy(), "cap"] = _column(plans.loc[limited.to_numpy()], "cap", names, low=0.0)
    crossed = table.index[table["floor"] > table["cap"]]
    if len(crossed) or table["floor"].sum() > budget * (1 + 1e-12):
        found = f"a floor above the cap for {crossed[0]!r}" if len(crossed) else f"floors of {table['floor'].sum():g}"
        raise InputError(
            "floor",
            found=found,
            expected=f"floors below caps, and within the budget of {budget:g}",
            mend="lower floors",
        )
    table["worth"] = table["gap"] * table["weight"]
    if not (table["worth"] > 0).any():
        raise InputError(
            "plans",
            found="no market with both a gap and a weight above 0",
            expected="at least one",
            mend="nothing asks for money; check the gaps",
        )
    return table


def _column(plans: pd.DataFrame, name: str, markets: list[str], *, low: float, low_open: bool = False) -> Floats:
    """Return one column as numbers; an error names the market."""
    values: list[float] = []
    for market, value in zip(markets, plans[name], strict=True):
        values.append(
            number(
                value,
                f"{name} of {market}",
                low=low,
                low_open=low_open,
                expected="a number" + ("" if low == -np.inf else " above 0" if low_open else ", 0 or more"),
                mend="correct this entry",
            )
        )
    return np.array(values)


def _clipped(share: Floats, low: Floats, high: Floats, budget: float) -> Floats:
    """Return shares of the budget, each between floor and cap: clip(t x share, low, high), with t spending it all."""
    ends = np.minimum(high, budget)
    if np.where(share > 0, ends, low).sum() <= budget:
        return np.where(share > 0, ends, low)
    asks = share > 0
    kinks = np.unique(np.concatenate([bound[asks] / share[asks] for bound in (low, ends)]))
    spent = np.clip(kinks[:, None] * share, low, ends).sum(axis=1)
    at = max(int(np.searchsorted(spent, budget, side="right")) - 1, 0)
    if at + 1 >= len(kinks):
        return np.asarray(np.clip(kinks[at] * share, low, ends))
    part = (budget - spent[at]) / (spent[at + 1] - spent[at])
    return np.asarray(np.clip((kinks[at] + part * (kinks[at + 1] - kinks[at])) * share, low, ends))


def _over(value: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.divide(value, below))
