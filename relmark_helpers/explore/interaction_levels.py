"""Change the rule by which acts make a relationship, and see every level follow."""

from __future__ import annotations

import numpy as np
import pandas as pd

from relmark_helpers.calculations.interaction_levels import (
    AggregationRule,
    InteractionLevels,
    aggregate_log,
)
from relmark_helpers.calculations.interaction_simulation import simulate_act_log
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.interaction_levels import HierarchyPlot
from relmark_helpers.validation import InputError, require_columns


def explore_interaction(log: pd.DataFrame | None = None, *, neutral: float = 4.0) -> Explorer[InteractionLevels]:
    """Return sliders for the peak, the half-life and critical episodes, with the levels of one relationship drawn.

    Parameters
    ----------
    log : a log of one relationship, as ``aggregate_log`` takes it, in days; a simulated one unless given.
    neutral : the score that is neither good nor bad.

    Raises
    ------
    InputError
        If the log has several relationships.

    Examples
    --------
    >>> round(float(explore_interaction().result.relationships["score"].iloc[0]), 2)
    2.78
    """
    shown = simulate_act_log(1, np.random.default_rng(2), critical_share=0.15) if log is None else log
    require_columns(shown, "log", ["relationship"])
    if shown["relationship"].nunique() > 1:
        raise InputError(
            "log",
            found=f"{shown['relationship'].nunique()} relationships",
            expected="one relationship",
            mend="choose one, for example log[log['relationship'] == 'R1']",
        )
    return Explorer(
        HierarchyPlot(),
        lambda **moved: aggregate_log(shown, rule=AggregationRule(**moved), neutral=neutral),
        {
            "peak_weight": slider("Weight of the peak", 0.2, 0, 1, 0.05, form=".2f"),
            "half_life": slider("Half-life (days)", 120, 0, 1_000, 10, form=",.0f"),
            "critical_weight": slider("Weight of a critical episode", 2, 1, 10, 0.5, form=".1f"),
        },
    )
