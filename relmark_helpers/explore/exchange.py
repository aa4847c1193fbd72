"""Move the six scores of an exchange along the continuum."""

from __future__ import annotations

from relmark_helpers.calculations.exchange import ExchangePlacement, fit_profile, place_exchange
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.exchange import ContinuumPlot


def explore_exchange() -> Explorer[ExchangePlacement]:
    """Return sliders for the six scores, with the position on the continuum and its range over other weights.

    Examples
    --------
    >>> explore_exchange().result.table.loc["profile", "station"]
    'value-adding exchange'
    """
    scores = {
        "value": ("Value of the product", 8.0),
        "industrial": ("Industrial, not everyday", 6.0),
        "not_commodity": ("Not a commodity", 4.0),
        "switching_cost": ("Switching cost", 7.0),
        "continuity": ("Customer prefers to stay", 5.0),
        "co_production": ("Takes part in production", 3.0),
    }
    return Explorer(
        ContinuumPlot(),
        lambda **given: place_exchange(fit_profile(given)),
        {name: slider(label, start, 0, 10, 0.5, form=".1f") for name, (label, start) in scores.items()},
    )
