"""Move margin, retention and discount rate under the three conventions of lifetime value."""

from __future__ import annotations

from relmark_helpers.calculations.lifetime_value import ConventionComparison, compare_conventions
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.lifetime_value import ConventionPlot


def explore_conventions() -> Explorer[ConventionComparison]:
    """Return sliders for margin, retention and discount rate, with one curve per convention.

    Examples
    --------
    >>> explore_conventions().result.values.round(1).to_dict()
    {'now': 366.7, 'if_retained': 266.7, 'next_period': 333.3}
    """
    return Explorer(
        ConventionPlot(),
        compare_conventions,
        {
            "margin": slider("Margin a year", 100, 10, 500, 10, form=",.0f"),
            "retention": slider("Retention rate a year", 0.8, 0.5, 0.95, 0.01, form=".2f"),
            "discount": slider("Discount rate a year", 0.1, 0.02, 0.3, 0.01, form=".2f"),
        },
    )
