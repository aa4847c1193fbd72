"""Make bonds stronger or weaker and let a rival cut the price."""

from __future__ import annotations

from relmark_helpers.calculations.bonds import TEACHING_WEIGHTS, BondLevels, BondWeights, compare_levels
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.bonds import BondLevelsPlot


def explore_bonds(weights: BondWeights = TEACHING_WEIGHTS) -> Explorer[BondLevels]:
    """Return sliders for the strength of each bond and the rival's price cut, with the three levels drawn.

    Parameters
    ----------
    weights : how much each bond and each unit of money counts; those of the workbook unless told otherwise.

    Examples
    --------
    >>> explore_bonds().result.probability.round(2).to_list()
    [0.25, 0.33, 0.48, 0.71]
    """
    return Explorer(
        BondLevelsPlot(),
        lambda **moved: compare_levels(weights, **moved),
        {
            "financial": slider("Financial bond (level 1)", 0.5, 0, 1, 0.05, form=".2f"),
            "social": slider("Social bond (level 2)", 0.5, 0, 1, 0.05, form=".2f"),
            "structural": slider("Structural bond (level 3)", 0.5, 0, 1, 0.05, form=".2f"),
            "price_gap": slider("Price cut by the rival", 15, 0, 60, 1, form=",.0f"),
        },
    )
