"""Move the scores of a spidergram and see how far its area hangs on the order of the axes."""

from __future__ import annotations

import pandas as pd

from relmark_helpers.calculations.axis_order import AxisOrders, polygon_areas
from relmark_helpers.calculations.jury import AXES, SCALE
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.axis_order import AxisOrderPlot

_START = (9, 3, 8, 3, 9, 4, 7)


def explore_axis_order() -> Explorer[AxisOrders]:
    """Return a slider for each of the seven axes, with the orders of the axes that give the smallest and largest area.

    The scores at the start are invented.

    Examples
    --------
    >>> [round(area) for area in explore_axis_order().result.range]
    [88, 113]
    """
    names = {axis.replace(" ", "_"): axis for axis in AXES}
    return Explorer(
        AxisOrderPlot(),
        lambda **scores: polygon_areas(pd.Series({names[name]: score for name, score in scores.items()})),
        {
            name: slider(f"Emphasis on {axis}", start, *SCALE, 0.5, form=".1f")
            for (name, axis), start in zip(names.items(), _START, strict=True)
        },
    )
