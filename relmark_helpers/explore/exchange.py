"""Move the six scores of an exchange along the continuum."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from relmark_helpers.calculations.exchange import ExchangePlacement, fit_profile, place_exchange
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.exchange import ContinuumPlot

_LABELS = {
    "value": "Value of the product",
    "industrial": "Industrial, not everyday",
    "not_commodity": "Not a commodity",
    "switching_cost": "Switching cost",
    "continuity": "Customer prefers to stay",
    "co_production": "Takes part in production",
}


def explore_exchange(scores: Mapping[str, float] | pd.Series[float]) -> Explorer[ExchangePlacement]:
    """Return sliders for the six scores, with the position on the continuum and its range over other weights.

    Parameters
    ----------
    scores : mapping or Series
        Where the sliders start: a score from 0 to 10, in steps of a half, for each of ``CRITERIA``, by name.

    Examples
    --------
    >>> scores = {"value": 8, "industrial": 6, "not_commodity": 4, "switching_cost": 7, "continuity": 5,
    ...           "co_production": 3}
    >>> explore_exchange(scores).result.table.loc["profile", "station"]
    'value-adding exchange'
    """
    start = fit_profile(scores).table["score"]
    return Explorer(
        ContinuumPlot(),
        lambda **given: place_exchange(fit_profile(given)),
        {name: slider(label, float(start[name]), 0, 10, 0.5, form=".1f") for name, label in _LABELS.items()},
    )
