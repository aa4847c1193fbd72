"""Change response, margin, cost and discount rate, and find the recency at which to stop mailing."""

from __future__ import annotations

from collections.abc import Sequence

from relmark_helpers.calculations.chain_models import StoppingComparison, compare_stopping, recency_chain
from relmark_helpers.explore.explorer import Explorer, slider
from relmark_helpers.figures.customer_chain import StoppingPlot


def explore_stopping(
    response_probabilities: Sequence[float] = (0.3, 0.2, 0.15, 0.05),
) -> Explorer[StoppingComparison]:
    """Return sliders for response, margin, cost and discount rate, with the worth of a customer by stopping point.

    Parameters
    ----------
    response_probabilities : chance of buying at recency 1, 2, ..., each at most 0.5; the first slider multiplies all.
        Those of Pfeifer and Carraway's example unless told otherwise.

    Examples
    --------
    >>> explore_stopping().result.best
    'recency 4'
    """

    def calculate(response: float, margin: float, cost: float, discount: float) -> StoppingComparison:
        chain = recency_chain(
            [response * p for p in response_probabilities], margin=margin, cost=cost, discount=discount
        )
        return compare_stopping(chain, cost=cost)

    return Explorer(
        StoppingPlot(),
        calculate,
        {
            "response": slider("Response, times the present one", 1.0, 0.2, 2.0, 0.05, form=".2f"),
            "margin": slider("Margin of a purchase", 40, 10, 100, 2, form=",.0f"),
            "cost": slider("Cost of mailing a period", 4, 0, 15, 0.5, form=".1f"),
            "discount": slider("Discount rate a period", 0.2, 0.02, 0.5, 0.02, form=".2f"),
        },
    )
