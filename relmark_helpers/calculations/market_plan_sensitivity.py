"""What a plan owes to its assumptions: the shape and steepness of the response, and who sat in the jury."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from relmark_helpers.calculations.market_plans import RESPONSES, best_spending, plan_table, response_share
from relmark_helpers.calculations.resampling import percentile_limits
from relmark_helpers.validation import InputError, choice, number, numbers, require_columns

__all__ = ["ResponseComparison", "compare_responses", "plan_limits"]


@dataclass(frozen=True, eq=False)
class ResponseComparison:
    """The best plans under several assumptions, each judged under all; made by :func:`compare_responses`.

    Attributes
    ----------
    spend : pandas.DataFrame
        Best spending: indexed by ``assumed`` (such as "exponential x 0.5", half costs halved), columns by market.
    kept : pandas.DataFrame
        Share of the best value that a plan made for one assumption (row) keeps if another is true (column); 1 on the
        diagonal.
    """

    spend: pd.DataFrame
    kept: pd.DataFrame = field(repr=False)

    @property
    def worst(self) -> pd.Series[float]:
        """For each assumption, the smallest share of the best value that its plan keeps under any other."""
        return self.kept.min(axis=1)

    @property
    def safest(self) -> str:
        """The assumption whose plan keeps most in its worst case."""
        return str(self.worst.idxmax())

    def ranges(self) -> pd.DataFrame:
        """Return the smallest and largest spending on each market: ``low``, ``high``."""
        return pd.DataFrame({"low": self.spend.min(), "high": self.spend.max()})


def compare_responses(
    plans: pd.DataFrame,
    budget: float,
    *,
    responses: Sequence[str] = RESPONSES,
    costs: Sequence[float] = (0.5, 1.0, 2.0),
) -> ResponseComparison:
    """Return the best plan under each assumed response, and how well each does if another response is true.

    Use it before a plan is believed: amounts that move with the response rest on an assumption.

    Parameters
    ----------
    plans, budget
        As in :func:`relmark_helpers.calculations.market_plans.allocate_budget`.
    responses : sequence of str
        Shapes to compare.
    costs : sequence of numbers
        Factors, above 0, on all half costs: 0.5 means that gaps close with half the money.

    Returns
    -------
    ResponseComparison

    Raises
    ------
    InputError
        As ``allocate_budget``; or if there is nothing to compare.

    Notes
    -----
    Only these assumptions are compared. Errors of weights, and half costs that are wrong by market, come on top. Under
    "power" a factor on all costs changes no plan without limits as long as no gap is closed.

    Checked against: ``allocate_budget`` one by one.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> names = ["internal", "referral", "supplier"]
    >>> plans = pd.DataFrame({"gap": [4, 2, 1], "weight": 1, "half_cost": 10}, index=names)
    >>> compared = compare_responses(plans, 30, costs=[1])
    >>> compared.spend.round(1)
    market         internal  referral  supplier
    assumed
    exponential x 1     20.0      10.0       0.0
    hyperbolic x 1      17.2       9.2       3.6
    power x 1           22.9       5.7       1.4
    """
    money = number(budget, "budget", low=0, low_open=True, expected="an amount above 0")
    table = plan_table(plans, money)
    shapes = [choice(one, "responses", RESPONSES) for one in responses]
    factors = numbers(list(costs), "costs", low=0, low_open=True, expected="factors above 0")
    if not shapes or not factors.size:
        raise InputError("responses", found="nothing", expected="at least one response and cost", mend="name one")
    v, h, low, high = (table[name].to_numpy() for name in ("worth", "half_cost", "floor", "cap"))
    cases = [(shape, float(factor)) for shape in shapes for factor in factors]
    spends = np.array([best_spending(v, h * factor, low, high, money, shape)[0] for shape, factor in cases])
    values = np.array([[(v * response_share(one, h * f, shape)).sum() for shape, f in cases] for one in spends])
    names = pd.Index([f"{shape} x {factor:g}" for shape, factor in cases], name="assumed")
    return ResponseComparison(
        pd.DataFrame(spends, index=names, columns=table.index),
        pd.DataFrame(values / np.diag(values), index=names, columns=names.rename("true")),
    )


def plan_limits(
    plans: pd.DataFrame, budget: float, draws: pd.DataFrame, *, response: str = "exponential", alpha: float = 0.05
) -> pd.DataFrame:
    """Return how much the best spending moves with the jury: limits over resampled juries.

    Use it beside the plan: where the limits are wide, the amount rests on a few jurors.

    Parameters
    ----------
    plans, budget, response
        As in ``allocate_budget``; the column ``gap`` gives the plan itself.
    draws : pandas.DataFrame
        Gaps in resampled juries, resamples x markets: ``draws`` of the scored markets.
    alpha : float
        Share outside the limits.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``market``: ``spend``, ``low``, ``high``; ``nothing``, the share of resampled juries in which the
        market gets no more than its floor.

    Raises
    ------
    InputError
        As ``allocate_budget``; or if ``draws`` lacks a market or has no rows.

    Notes
    -----
    Resampled juries in which no gap is above 0 spend the floors only. Weights, half costs and the response are taken as
    known.

    Checked against: ``allocate_budget`` one by one.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> plans = pd.DataFrame({"gap": [4, 2], "weight": 1, "half_cost": 10}, index=["internal", "referral"])
    >>> draws = pd.DataFrame({"internal": [3.0, 4, 5], "referral": [3.0, 2, 0]})
    >>> plan_limits(plans, 20, draws).round(1)
              spend   low  high  nothing
    market
    internal   15.0  10.2  19.8      0.0
    referral    5.0   0.2   9.7      0.3
    """
    choice(response, "response", RESPONSES)
    money = number(budget, "budget", low=0, low_open=True, expected="an amount above 0")
    table = plan_table(plans, money)
    require_columns(draws, "draws", table.index)
    if not len(draws):
        raise InputError("draws", found="no rows", expected="resampled juries", mend="one juror alone has no limits")
    h, low, high = (table[name].to_numpy() for name in ("half_cost", "floor", "cap"))
    gaps = np.maximum(numbers(draws.loc[:, list(table.index)].to_numpy(), "draws"), 0.0)
    worth = gaps * table["weight"].to_numpy()
    spends = np.array([best_spending(one, h, low, high, money, response)[0] for one in worth])
    own = best_spending(table["worth"].to_numpy(), h, low, high, money, response)[0]
    limits = percentile_limits(spends, alpha=alpha)
    return pd.DataFrame(
        {
            "spend": own,
            "low": limits[:, 0],
            "high": limits[:, 1],
            "nothing": (spends <= low + 1e-9 * money).mean(axis=0),
        },
        index=table.index,
    )
