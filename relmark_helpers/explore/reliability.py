"""Move the length of a scale and the correlation between its items."""

from __future__ import annotations

from relmark_helpers.calculations.reliability import AlphaByLength, alpha_by_length
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.reliability import AlphaByLengthPlot

__all__ = ["explore_alpha"]


def explore_alpha() -> Explorer[AlphaByLength]:
    """Return sliders for the number of items and their mean correlation, with alpha over the length of the scale.

    Examples
    --------
    >>> round(explore_alpha().result.alpha, 2)
    0.56
    """
    return Explorer(
        AlphaByLengthPlot(),
        lambda items, correlation: alpha_by_length(int(items), correlation),
        {
            "items": slider("Items in the scale", 3, 1, 30, 1, form=".0f"),
            "correlation": slider("Mean correlation between items", 0.3, 0.05, 0.9, 0.01, form=".2f"),
        },
    )
