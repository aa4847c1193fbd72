"""The budget for the six plans where a plan must be started: below a first sum, money in a market brings nothing."""

from __future__ import annotations

from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.market_plans import (
    RESPONSES,
    PlanAllocation,
    best_spending,
    plan_allocation,
    plan_table,
    response_share,
)
from relmark_helpers.validation import InputError, choice, number, numbers, require_columns

__all__ = ["allocate_with_starts"]

MOST_MARKETS: Final = 12
"""More markets than this make too many sets to try."""


def allocate_with_starts(plans: pd.DataFrame, budget: float, *, response: str = "exponential") -> PlanAllocation:
    """Return the best division of a budget where each market needs a first sum before money has any effect.

    Use it where a little does nothing: a training that cannot be halved, a person to hire. The response then is no
    longer concave, and dividing among all markets can bring nothing anywhere.

    Parameters
    ----------
    plans : pandas.DataFrame
        As in :func:`relmark_helpers.calculations.market_plans.allocate_budget`, with a column ``start``: money, 0 or
        more, that must be spent in a market before the response begins. At most 12 markets.
    budget, response
        As in ``allocate_budget``; the response applies to the money beyond the start.

    Returns
    -------
    PlanAllocation
        With ``start`` in the table. ``shadow_price`` holds for small changes, which start no further market.

    Raises
    ------
    InputError
        As ``allocate_budget``; or if ``start`` is missing or out of range, or there are too many markets.

    Notes
    -----
    Every set of markets that the budget can start is tried. Within a set the problem is that of ``allocate_budget``
    with the starts paid in advance, which is solved exactly; the set with the largest value wins, and of equal ones
    the smallest. The rules of thumb know nothing of starts.

    Checked against: ``allocate_budget`` where all starts are 0; all divisions on a grid.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> names = ["internal", "referral", "supplier"]
    >>> plans = pd.DataFrame({"gap": [4, 2, 1], "weight": 1, "half_cost": 10, "start": 11}, index=names)
    >>> plan = allocate_with_starts(plans, 30)
    >>> plan.table["spend"]
    market
    internal    30.0
    referral     0.0
    supplier     0.0
    Name: spend, dtype: float64
    >>> plan.rules["of_best"].round(2)
    rule
    best            1.00
    proportional    0.47
    equal           0.00
    Name: of_best, dtype: float64
    """
    choice(response, "response", RESPONSES)
    money = number(budget, "budget", low=0, low_open=True, expected="an amount above 0")
    require_columns(plans, "plans", ["start"])
    table = plan_table(plans, money)
    table["start"] = numbers(plans["start"].to_numpy(), "start", low=0, expected="0 or more in each market")
    v, h, low, high, start = (table[name].to_numpy() for name in ("worth", "half_cost", "floor", "cap", "start"))
    asks = [at for at in range(len(v)) if v[at] > 0 and start[at] < high[at]]
    if len(asks) > MOST_MARKETS:
        raise InputError("plans", found=f"{len(asks)} markets", expected=f"at most {MOST_MARKETS}", mend="join some")
    spend, price, value = low.astype(float), 0.0, -1.0
    for size in range(len(asks) + 1):
        for chosen in combinations(asks, size):
            on = list(chosen)
            left = money - low.sum() + low[on].sum() - start[on].sum()
            least = np.maximum(low[on] - start[on], 0)
            if left < least.sum() - 1e-9 * money:
                continue
            beyond, rate = best_spending(v[on], h[on], least, high[on] - start[on], max(left, 0.0), response)
            gained = float((v[on] * response_share(beyond, h[on], response)).sum())
            if gained > value + 1e-12:
                spend, price, value = low.astype(float), rate, gained
                spend[on] = start[on] + beyond
    return plan_allocation(table, money, response, spend, price)
