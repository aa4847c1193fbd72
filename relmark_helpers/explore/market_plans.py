"""Move a budget, the cost of closing gaps and one market's weight, and see where the money goes."""

from __future__ import annotations

import pandas as pd

from relmark_helpers.calculations.jury import AXES
from relmark_helpers.calculations.market_plans import PlanAllocation, allocate_budget
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.market_plans import PlanPlot

_GAPS = (3.2, 0.2, 1.7, 0.6, 0.3, 1.0, 2.6)


def explore_plans(gaps: pd.Series[float] | None = None) -> Explorer[PlanAllocation]:
    """Return sliders for budget, cost, the weight of the first market and floor, with the best division.

    ``gaps`` are points by market, such as ``scores.table["gap"]``; without them they are invented. The response is
    exponential, and a gap costs the same in every market.

    Examples
    --------
    >>> explore_plans().result.table["spend"].round().head(3)
    market
    existing customers    154.0
    new customers           6.0
    referral               81.0
    Name: spend, dtype: float64
    """
    given = pd.Series(_GAPS, index=AXES) if gaps is None else gaps
    source = "Invented gaps, no real firm." if gaps is None else "Gaps as given; costs and weights from the sliders."
    first = given.index[0]

    def plan(budget: float, cost: float, weight: float, floor: float) -> PlanAllocation:
        plans = pd.DataFrame({"gap": given, "weight": 1.0, "half_cost": cost, "floor": floor * budget / len(given)})
        plans.loc[first, "weight"] = weight
        return allocate_budget(plans, budget)

    return Explorer(
        PlanPlot(source=source),
        plan,
        {
            "budget": slider("Budget", 400, 50, 1_000, 25, form=",.0f"),
            "cost": slider("Money that closes half of a gap", 80, 10, 300, 10, form=",.0f"),
            "weight": slider(f"Weight of {first} (others 1)", 1.0, 0, 3, 0.1, form=".1f"),
            "floor": slider("Least per market, of an equal part", 0.1, 0, 1, 0.05, form=".2f"),
        },
    )
