"""Move the scores of one customer through the nine cells."""

from __future__ import annotations

from relmark_helpers.calculations.true_relationships import CustomerPlace, place_customer
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.true_relationships import NineCellsPlot

__all__ = ["explore_nine_cells"]


def explore_nine_cells() -> Explorer[CustomerPlace]:
    """Return sliders for five scores and their standard error, with the probability of each cell.

    Examples
    --------
    >>> explore_nine_cells().result.kind
    'true'
    """
    return Explorer(
        NineCellsPlot(),
        lambda error, **scores: place_customer(scores, error=error),
        {
            "calculus": slider("Calculus-based trust", 5.5, 1, 7, 0.1, form=".1f"),
            "knowledge": slider("Knowledge-based trust", 5.0, 1, 7, 0.1, form=".1f"),
            "identification": slider("Identification-based trust", 3.6, 1, 7, 0.1, form=".1f"),
            "commitment": slider("Strength of commitment", 4.6, 1, 7, 0.1, form=".1f"),
            "benefits": slider("Relational benefits", 4.7, 1, 7, 0.1, form=".1f"),
            "error": slider("Standard error of each score", 0.5, 0, 1.5, 0.05, form=".2f"),
        },
    )
