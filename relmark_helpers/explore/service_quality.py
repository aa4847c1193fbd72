"""Move the importance points of the dimensions of service quality."""

from __future__ import annotations

from collections.abc import Mapping

from relmark_helpers.calculations.service_quality import PUBLISHED_GAPS, WeightedGaps, weigh_gaps
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.service_quality import WeightsPlot


def explore_service_weights(
    gaps: Mapping[str, float] = PUBLISHED_GAPS, *, points: Mapping[str, float] | None = None
) -> Explorer[WeightedGaps]:
    """Return one slider of importance per dimension, with the overall gap; the points are scaled to add up to 100.

    They start at ``points``, from 5 to 100 for each name of ``gaps``, or at equal ones.

    Examples
    --------
    >>> round(explore_service_weights().result.weighted, 3)
    -0.858
    """

    def weigh(**importance: float) -> WeightedGaps:
        total = sum(importance.values())
        scaled = [100 * value / total for value in importance.values()]
        return weigh_gaps(gaps, dict(zip(gaps, scaled, strict=True)))

    controls = {
        f"dimension_{number}": slider(
            f"Importance of {name}", 20 if points is None else points[name], 5, 100, 5, form=".0f"
        )
        for number, name in enumerate(gaps)
    }
    return Explorer(WeightsPlot(), weigh, controls)
