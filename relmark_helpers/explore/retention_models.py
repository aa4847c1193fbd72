"""Move the spread of churn over customers and watch the retention rate that follows."""

from __future__ import annotations

import pandas as pd

from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.retention_models import ChurnMixturePlot, ModelAndData


def explore_churn_mixture(observed: pd.Series[float], group: str, source: str = "") -> Explorer[ModelAndData]:
    """Return sliders for alpha and beta, with the spread of churn and the retention rate over observed rates.

    Parameters
    ----------
    observed : retention rates indexed by year, from year 1.
    group : name of the observed group, for the legend.
    source : where the observed rates are published, for the caption.

    Examples
    --------
    >>> observed = pd.Series([0.87, 0.86], index=pd.Index([1, 2], name="year"))
    >>> explore_churn_mixture(observed, "high end").result.model
    RetentionModel(alpha=1.0, beta=1.0, c=1.0)
    """
    return Explorer(
        ChurnMixturePlot(),
        lambda alpha, beta: ModelAndData(RetentionModel(alpha, beta), observed, group, source),
        {
            "alpha": slider("alpha (weight on leaving)", 1.0, 0.1, 8.0, 0.05, form=".2f"),
            "beta": slider("beta (weight on staying)", 1.0, 0.1, 40.0, 0.05, form=".2f"),
        },
    )
