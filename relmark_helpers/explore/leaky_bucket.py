"""Move the flows of the leaky bucket."""

from __future__ import annotations

from relmark_helpers.calculations.leaky_bucket import BucketPath, fill_bucket
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.leaky_bucket import BucketPlot


def explore_bucket() -> Explorer[BucketPath]:
    """Return sliders for start, customers won and retention, with the customer base over twenty years.

    Examples
    --------
    >>> round(explore_bucket().result.steady_state)
    2000
    """
    return Explorer(
        BucketPlot(),
        lambda start, won, retention: fill_bucket(start, won, retention, periods=20),
        {
            "start": slider("Customers at the start", 5000, 0, 10_000, 250, form=",.0f"),
            "won": slider("Customers won a year", 400, 0, 2_000, 50, form=",.0f"),
            "retention": slider("Retention rate a year", 0.8, 0.5, 0.95, 0.01, form=".2f"),
        },
    )
