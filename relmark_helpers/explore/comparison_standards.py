"""Choose what moves satisfaction and how well it is asked, and see which regression explains it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from relmark_helpers.calculations.comparison_standards import FINDINGS_TRUTH, simulate_comparisons
from relmark_helpers.calculations.standard_fits import SpecificationComparison, compare_specifications
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.comparison_standards import FitPlot

_SEED = 1993


def explore_standards() -> Explorer[SpecificationComparison]:
    """Return sliders for weights, errors and respondents of a simulation, with the fit of the rival regressions.

    The same seed is used throughout, so that what changes in the picture is due to the slider.

    Examples
    --------
    >>> explore_standards().result.nobs
    500
    """
    return Explorer(
        FitPlot("Simulated."),
        _compare,
        {
            "performance": slider("Weight of performance", FINDINGS_TRUTH.performance, 0, 1, 0.05, form=".2f"),
            "norm": slider(
                "Weight of the brand norm", FINDINGS_TRUTH.disconfirmation["brand norm"], 0, 1, 0.05, form=".2f"
            ),
            "standard_error": slider("Error of stated standards", FINDINGS_TRUTH.standard_error, 0, 3, 0.1, form=".1f"),
            "direct_error": slider("Error of direct answers", FINDINGS_TRUTH.direct_error, 0, 3, 0.1, form=".1f"),
            "n": slider("Respondents", 500, 50, 1_000, 50, form=",.0f"),
        },
    )


def _compare(
    performance: float, norm: float, standard_error: float, direct_error: float, n: float
) -> SpecificationComparison:
    truth = replace(
        FINDINGS_TRUTH,
        performance=performance,
        disconfirmation={"brand norm": norm},
        standard_error=standard_error,
        direct_error=direct_error,
    )
    answers = simulate_comparisons(int(n), np.random.default_rng(_SEED), truth=truth)
    return compare_specifications(answers, np.random.default_rng(_SEED), folds=5, repeats=1)
