"""Move the costs and rates of a transactional and a relational programme."""

from __future__ import annotations

from relmark_helpers.calculations.programme_comparison import compare_programmes
from relmark_helpers.calculations.programme_cost import Programme
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.programme_cost import ComparisonAndBand, ProgrammePlot


def explore_programmes() -> Explorer[ComparisonAndBand]:
    """Return sliders for the costs and rates of two programmes, with their cumulative profit over fifteen years.

    Both start with 1,000 customers and pay 150 for each one won. The transactional programme wins 400 a year, the
    relational one 250; at the retention rates shown first, both hold their 1,000. Numbers are made up.

    Examples
    --------
    >>> round(explore_programmes().result.comparison.crossings()[0].year, 1)
    6.9
    """
    return Explorer(
        ProgrammePlot(),
        _compare,
        {
            "setup": slider("Set-up cost, relational", 60_000, 0, 200_000, 5_000, form=",.0f"),
            "yearly": slider("Cost a customer and year, relational", 10, 0, 50, 1, form=",.0f"),
            "kept_relational": slider("Retention a year, relational", 0.75, 0.3, 0.95, 0.01, form=".2f"),
            "kept_transactional": slider("Retention a year, transactional", 0.6, 0.3, 0.95, 0.01, form=".2f"),
            "margin": slider("Margin a customer and year", 100, 10, 300, 10, form=",.0f"),
            "discount": slider("Discount rate a year", 0.1, 0, 0.3, 0.01, form=".2f"),
        },
    )


def _compare(
    *, setup: float, yearly: float, kept_relational: float, kept_transactional: float, margin: float, discount: float
) -> ComparisonAndBand:
    base = {"customers": 1000, "margin": margin, "discount": discount, "acquisition_cost": 150}
    transactional = Programme(**base, retention=kept_transactional, won=400)
    relational = Programme(**base, retention=kept_relational, won=250, setup_cost=setup, cost_per_customer=yearly)
    return ComparisonAndBand(compare_programmes(transactional, relational, years=15))
