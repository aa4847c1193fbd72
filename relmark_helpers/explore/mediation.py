"""Move the paths of a mediation and the size of the study."""

from __future__ import annotations

from relmark_helpers.calculations.expected_mediation import ExpectedMediation, expect_mediation
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.mediation import MediationPlot


def explore_mediation() -> Explorer[ExpectedMediation]:
    """Return sliders for the two paths, the direct effect and the sample, with what studies of that size find.

    Examples
    --------
    >>> round(float(explore_mediation().result.table.loc["indirect", "effect"]), 3)
    0.09
    """
    return Explorer(
        MediationPlot(),
        expect_mediation,
        {
            "a": slider("Cause to mediator, a", 0.3, 0.0, 0.6, 0.05, form=".2f"),
            "b": slider("Mediator to outcome, b", 0.3, 0.0, 0.6, 0.05, form=".2f"),
            "direct": slider("Cause to outcome, direct", 0.2, -0.6, 0.6, 0.05, form=".2f"),
            "n": slider("Respondents, n", 100, 40, 1000, 10, form=",.0f"),
        },
    )
