"""Every division of a budget between two markets: total value, and what one more unit would bring in each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from relmark_helpers.calculations.market_plans import (
    PlanAllocation,
    allocate_budget,
    marginal_value,
    response_share,
)
from relmark_helpers.validation import InputError, number

__all__ = ["TwoMarkets", "divide_between_two"]


@dataclass(frozen=True, eq=False)
class TwoMarkets:
    """All divisions between two markets; made by :func:`divide_between_two`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``spend``, money for the first market (the second gets the rest): ``value``, ``first`` and
        ``second``, value of one more unit in either market.
    best : PlanAllocation
        The best division.
    """

    table: pd.DataFrame = field(repr=False)
    best: PlanAllocation

    def near_best(self, share: float = 0.95) -> tuple[float, float]:
        """Return the least and most money for the first market that keep so much of the best value.

        The value rises up to the best division and falls after it, so that halving finds each end.
        """
        kept = number(share, "share", low=0, high=1) * self.best.value * (1 - 1e-15)
        inside = float(self.best.table["spend"].iloc[0])
        low, high = (self._end(inside, end, kept) for end in (0.0, self.best.budget))
        return low, high

    def _end(self, inside: float, outside: float, kept: float) -> float:
        if self._value(outside) >= kept:
            return outside
        for _ in range(60):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if self._value(middle) >= kept else (inside, middle)
        return inside

    def _value(self, spend: float) -> float:
        """Return the total value if the first market gets ``spend`` and the second the rest."""
        own = self.best.table
        parts = np.array([spend, self.best.budget - spend])
        return float((own["gap"] * own["weight"] * response_share(parts, own["half_cost"], self.best.response)).sum())


def divide_between_two(
    plans: pd.DataFrame, budget: float, *, response: str = "exponential", steps: int = 400
) -> TwoMarkets:
    """Return what every division of a budget between two markets brings.

    Use it to see why marginal gains are equal at the best division, and how flat the top is.

    Parameters
    ----------
    plans, budget, response
        As in :func:`relmark_helpers.calculations.market_plans.allocate_budget`; two markets, without floors and caps.
    steps : int
        Into how many parts the budget is cut; the best division is added to them.

    Returns
    -------
    TwoMarkets

    Raises
    ------
    InputError
        As ``allocate_budget``; or if there are not two markets, or floors or caps are given.

    Notes
    -----
    With the response "power" one more unit brings endlessly much at 0; the table then holds infinity.

    Checked against: ``allocate_budget``; the largest value of the table; differences; ends of the near best in closed
    form.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> plans = pd.DataFrame({"gap": [4, 1], "weight": 1, "half_cost": 10}, index=["internal", "referral"])
    >>> two = divide_between_two(plans, 30, steps=30)
    >>> two.table.loc[[0, 25, 30]].round(3)
           value  first  second
    spend
    0.0    0.875  0.277   0.009
    25.0   3.586  0.049   0.049
    30.0   3.500  0.035   0.069
    >>> [round(one, 1) for one in two.near_best()]
    [17.8, 30.0]
    """
    if len(plans) != 2 or {"floor", "cap"} & set(plans.columns):
        raise InputError(
            "plans",
            found=f"{len(plans)} markets, columns {list(plans.columns)}",
            expected="two markets without floors and caps",
            mend='choose two: plans.loc[["internal", "referral"], ["gap", "weight", "half_cost"]]',
        )
    best = allocate_budget(plans, budget, response=response)
    own = best.table
    spend = np.unique(np.append(np.linspace(0, best.budget, steps + 1), own["spend"].iloc[0]))
    spend = spend[np.append(True, np.diff(spend) > 1e-9 * best.budget)]
    worth = (own["gap"] * own["weight"]).to_numpy()
    half = own["half_cost"].to_numpy()
    parts = np.stack([spend, best.budget - spend])
    value = (worth[:, None] * response_share(parts, half[:, None], response)).sum(axis=0)
    first, second = (marginal_value(w, part, h, response) for w, part, h in zip(worth, parts, half, strict=True))
    table = pd.DataFrame({"value": value, "first": first, "second": second}, index=pd.Index(spend, name="spend"))
    return TwoMarkets(table, best)
