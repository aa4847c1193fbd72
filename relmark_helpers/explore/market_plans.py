"""Move a budget, the cost of closing gaps and one market's weight, and see where the money goes."""

from __future__ import annotations

import pandas as pd

from relmark_helpers.calculations.jury import AXES
from relmark_helpers.calculations.market_plans import PlanAllocation, allocate_budget
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.market_plans import PlanPlot

_INVENTED = pd.DataFrame({"gap": (3.2, 0.2, 1.7, 0.6, 0.3, 1.0, 2.6), "weight": 1.0, "half_cost": 80.0}, index=AXES)


def explore_plans(plans: pd.DataFrame | None = None, budget: float = 400) -> Explorer[PlanAllocation]:
    """Return sliders for budget, cost, the weight of the first market and floor, with the best division.

    ``plans`` holds ``gap``, ``weight`` and ``half_cost`` by market, as for ``allocate_budget``; without it they are
    invented. ``budget`` is where that slider starts. The response is exponential.

    Examples
    --------
    >>> explore_plans().result.table["spend"].round().head(3)
    market
    existing customers    154.0
    new customers           6.0
    referral               81.0
    Name: spend, dtype: float64
    """
    given = _INVENTED if plans is None else plans[["gap", "weight", "half_cost"]]
    source = "Invented gaps, no real firm." if plans is None else "Gaps as given; the rest from the sliders."
    first = given.index[0]

    def plan(budget: float, cost: float, weight: float, floor: float) -> PlanAllocation:
        moved = given.assign(half_cost=cost * given["half_cost"], floor=floor * budget / len(given))
        moved.loc[first, "weight"] = weight
        return allocate_budget(moved, budget)

    return Explorer(
        PlanPlot(source=source),
        plan,
        {
            "budget": slider("Budget", budget, budget / 8, 2.5 * budget, budget / 16, form=",.0f"),
            "cost": slider("All costs, times", 1.0, 0.25, 4, 0.25, form=".2f"),
            "weight": slider(f"Weight of {first}", float(given.loc[first, "weight"]), 0, 3, 0.1, form=".1f"),
            "floor": slider("Floor, as part of an equal share", 0.1, 0, 1, 0.05, form=".2f"),
        },
    )
