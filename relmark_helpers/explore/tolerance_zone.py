"""Move the zone of tolerance, the mean and the spread between persons."""

from __future__ import annotations

from relmark_helpers.calculations.tolerance_tables import ExpectedShares, expected_shares
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.tolerance_zone import PersonsPlot


def explore_tolerance_zone() -> Explorer[ExpectedShares]:
    """Return sliders for minimum, desired and perceived mean and spread, with the shares of persons.

    It starts at the means of 17 libraries for "willingness to help users", rounded, with an assumed spread.

    Examples
    --------
    >>> explore_tolerance_zone().result.place
    'inside'
    """
    return Explorer(
        PersonsPlot(),
        lambda minimum, desired, perceived, spread: expected_shares(minimum, desired, perceived, spread=spread),
        {
            "minimum": slider("Minimum, mean", 6.2, 3, 7, 0.1, form=".1f"),
            "desired": slider("Desired, mean", 7.9, 7, 9, 0.1, form=".1f"),
            "perceived": slider("Perceived, mean", 7.0, 3, 9, 0.1, form=".1f"),
            "spread": slider("Spread between persons (sd)", 1.8, 0.2, 2.6, 0.1, form=".1f"),
        },
    )
