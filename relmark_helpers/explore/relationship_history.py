"""Follow one customer: widen the zone, tie bonds, better the alternative, and see who stays."""

from __future__ import annotations

from dataclasses import replace

from relmark_helpers.calculations.relationship_history import CustomerHistory
from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL, RelationshipModel
from relmark_helpers.calculations.relationship_simulation import simulate_history
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.relationship_history import HistoryPlot


def explore_relationship(model: RelationshipModel = TEACHING_MODEL) -> Explorer[CustomerHistory]:
    """Return sliders for zone, speed, barriers, ties, alternative and seed, with one customer's history of 24 episodes.

    The episodes are simulated: the same number of the customer brings the same episodes.

    Parameters
    ----------
    model : the other parameters; those of the workbook unless told otherwise.

    Examples
    --------
    >>> explorer = explore_relationship()
    >>> explorer.controls["zone_width"].value = 9
    >>> explorer.result.outside
    1
    """
    return Explorer(
        HistoryPlot(),
        lambda zone_width, speed, barriers, ties, alternatives, seed: simulate_history(
            int(seed),
            model=replace(model, zone_width=zone_width, speed=speed),
            barriers=barriers,
            ties=ties,
            alternatives=alternatives,
        ),
        {
            "zone_width": slider("Width of the zone (points)", 1.7, 0, 9, 0.1, form=".1f"),
            "speed": slider("Speed k", 0.3, 0.05, 1, 0.05, form=".2f"),
            "barriers": slider("Barriers (sum of five strengths)", 1.25, 0, 5, 0.25, form=".2f"),
            "ties": slider("Ties (sum of five strengths)", 1.25, 0, 5, 0.25, form=".2f"),
            "alternatives": slider("Best alternative (1 to 10)", 5, 1, 10, 0.5, form=".1f"),
            "seed": slider("Number of the customer", 3, 1, 50, 1, form=".0f"),
        },
    )
