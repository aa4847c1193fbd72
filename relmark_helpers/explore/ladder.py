"""Change climbing, loss, referrals and margin, and see who stands where on the ladder and what a prospect is worth."""

from __future__ import annotations

from relmark_helpers.calculations.ladder import Ladder, teaching_ladder
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.ladder import LadderPlot


def explore_ladder() -> Explorer[Ladder]:
    """Return sliders for climbing, loss, referrals and margin of the teaching ladder, whose numbers are invented.

    A partner brings as many prospects a year as an advocate.

    Examples
    --------
    >>> round(explore_ladder().result.growth, 3)
    -0.017
    """
    return Explorer(
        LadderPlot(),
        teaching_ladder,
        {
            "climb": slider("Climbing, times the start", 1.0, 0.6, 1.3, 0.05, form=".2f"),
            "loss": slider("Being lost, times the start", 1.0, 0.8, 1.6, 0.05, form=".2f"),
            "referrals": slider("Prospects an advocate brings", 0.4, 0, 0.8, 0.05, form=".2f"),
            "margin": slider("Margins, times the start", 1.0, 0.5, 1.5, 0.05, form=".2f"),
        },
    )
