"""Move what decides between the relationship levels: what retention they bring, and what attention costs."""

from __future__ import annotations

import numpy as np

from relmark_helpers.calculations.relationship_grid import compare_with_textbook, level_map
from relmark_helpers.calculations.relationship_levels import example_levels
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.relationship_levels import LevelMapPlot, MapAndTextbook

_MARGINS = {"low": 50, "medium": 500, "high": 5_000}
_CUSTOMERS = {"few": 20, "medium": 500, "many": 10_000}
_UP, _ACROSS = np.geomspace(20, 20_000, 100), np.geomspace(5, 50_000, 120)


def explore_levels() -> Explorer[MapAndTextbook]:
    """Return sliders for gain in retention, costs and discount rate, with the map of the best level.

    The levels are those of ``example_levels``, invented for teaching.

    Examples
    --------
    >>> int(explore_levels().result.textbook["agrees"].sum())
    7
    """
    return Explorer(
        LevelMapPlot(),
        _changed,
        {
            "gain": slider("Share of the retention gain", 1.0, 0, 1.3, 0.05, form=".2f"),
            "cost": slider("Cost per customer, times", 1.0, 0.2, 3, 0.1, form=".1f"),
            "crowding": slider("Scarcity of attention, times", 1.0, 0, 3, 0.1, form=".1f"),
            "discount": slider("Discount rate a year", 0.1, 0.02, 0.3, 0.01, form=".2f"),
        },
    )


def _changed(gain: float, cost: float, crowding: float, discount: float) -> MapAndTextbook:
    levels = example_levels()
    basic = levels["retention"].iloc[0]
    levels = levels.assign(
        retention=basic + gain * (levels["retention"] - basic),
        cost_per_customer=cost * levels["cost_per_customer"],
        crowding=crowding * levels["crowding"],
    )
    drawn = level_map(levels, margins=_UP, customers=_ACROSS, discount=discount, convention="now")
    textbook = compare_with_textbook(
        levels, margins=_MARGINS, customers=_CUSTOMERS, discount=discount, convention="now"
    )
    return MapAndTextbook(drawn, textbook, "Costs and retention are invented for teaching.")
