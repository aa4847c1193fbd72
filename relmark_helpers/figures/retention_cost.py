"""What churn costs, cause by cause."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.calculations.retention_cost import RetentionCost
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import GRID, INK, OCHRE, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError


def churn_cost_figure(cost: RetentionCost, *, source: str) -> LessonFigure:
    """Draw the profit lost by cause of churn, split into avoidable, unavoidable and not judged.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations import four_steps
    >>> cost = four_steps(load_dataset("business_accounts_simulated"), margin_rate=0.1)
    >>> churn_cost_figure(cost, source="Simulated.").caption
    'Profit lost with the accounts of one year, one yearly profit for each, by the recorded cause. Simulated.'
    """
    if cost.by_cause.empty:
        raise InputError(
            "cost", found="no lost account", expected="one or more", mend="there is no churn to draw in this period"
        )
    worth = "one yearly profit" if cost.value_multiple == 1 else f"{cost.value_multiple:.3g} yearly profits"
    table = pd.DataFrame(
        {
            "avoidable": cost.by_cause["avoidable_profit"],
            "not judged": cost.by_cause["unjudged_profit"],
        }
    )
    table.insert(1, "unavoidable", cost.by_cause["lost_profit"] - table.sum(axis=1))
    parts = {"avoidable": (VERMILION, ""), "unavoidable": (GRID, "///"), "not judged": (OCHRE, "...")}
    largest = table["avoidable"].idxmax()
    share = cost.avoidable_profit / cost.profit_lost if cost.profit_lost else 0.0
    with house_style():
        figure = Figure(figsize=(7.0, 0.9 + 0.5 * len(table) + 0.7), layout="constrained")
        axes = figure.subplots()
        left = pd.Series(0.0, index=table.index)
        names = [str(cause) for cause in table.index]
        for part, (colour, hatch) in parts.items():
            axes.barh(
                names, table[part], left=left, color=colour, hatch=hatch, edgecolor=QUIET, linewidth=0.8, label=part
            )
            left = left + table[part]
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.set(xlabel="Profit lost (USD)", xlim=(0, 1.04 * table.sum(axis=1).max()))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        figure.legend(loc="outside lower center", ncols=3)
        headline(figure, f"{share:.0%} of the profit lost was judged avoidable")
    return LessonFigure(
        figure,
        alt=(
            f"Bar chart of the profit lost by cause of churn. {share:.0%} of {cost.profit_lost:,.0f} dollars was "
            f"judged avoidable; the cause with the largest avoidable loss is {largest}, "
            f"{table.loc[largest, 'avoidable']:,.0f} dollars."
        ),
        caption=f"Profit lost with the accounts of one year, {worth} for each, by the recorded cause. {source}",
        table=table,
    )
