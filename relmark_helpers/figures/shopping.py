"""How concentrated real shoppers are, and the spread of their habits."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from relmark_helpers.calculations.shopping import Concentration
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style

_NAMES = {
    "main_store_share": "baskets at\nthe main store",
    "private_label_share": "dollars on\nprivate label",
    "deal_share": "dollars saved\non deals",
    "irregularity": "irregularity",
}


def concentration_figure(spread: Concentration, *, source: str) -> LessonFigure:
    """Draw the curve of concentration and mark the share of the best fifth.

    Examples
    --------
    >>> from relmark_helpers.calculations.shopping import concentration
    >>> from relmark_helpers.datasets import load_dataset
    >>> spread = concentration(load_dataset("journey_households")["sales_usd"])
    >>> concentration_figure(spread, source="").alt[:47]
    'Curve of concentration: customers from the smal'
    """
    best, limits = spread.best_fifth, spread.limits
    customers = len(spread.curve) - 1
    with house_style():
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=QUIET, linestyle="--", linewidth=1.6, label="all alike")
        axes.plot(spread.curve["customers"], spread.curve["amount"], color=BLUE, label="as spent")
        axes.vlines(0.8, 1 - best, 1, color=VERMILION, linewidth=2.4)
        axes.plot(0.8, 1 - best, color=VERMILION, marker="o", linestyle="")
        axes.text(0.78, 0.94, f"best fifth: {best:.0%}", color=INK, ha="right", va="center")
        axes.set(xlim=(0, 1), ylim=(0, 1.01), xlabel="Customers, from smallest to largest", ylabel="Share of dollars")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        figure.legend(loc="outside lower center", ncols=2)
        headline(figure, f"The best fifth of customers brings {best:.0%} of the dollars")
    marks = spread.curve.iloc[[round(share * customers / 10) for share in range(11)]]
    return LessonFigure(
        figure,
        alt=(
            f"Curve of concentration: customers from the smallest to the largest against their share of the dollars, "
            f"{customers:,} customers. It hangs below the diagonal of equal shares: the smaller four fifths have "
            f"{1 - best:.0%}, the best fifth {best:.0%}; Gini coefficient {spread.gini:.2f}."
        ),
        caption=(
            f"Cumulated share of dollars; best fifth {best:.0%} (limits {limits.loc['best_fifth', 'low']:.0%} to "
            f"{limits.loc['best_fifth', 'high']:.0%}), Gini {spread.gini:.2f} ({limits.loc['gini', 'low']:.2f} to "
            f"{limits.loc['gini', 'high']:.2f}). {source}"
        ),
        table=marks,
    )


def habits_figure(table: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the spread of the habits over households; ``table`` comes from ``habits``.

    Examples
    --------
    >>> from relmark_helpers.calculations.shopping import habits
    >>> from relmark_helpers.datasets import load_dataset
    >>> habits_figure(habits(load_dataset("journey_households")), source="").alt[:44]
    'Chart of the spread of 4 measures over house'
    """
    told = "; ".join(
        f"{_NAMES[str(name)].replace(chr(10), ' ')} {row['median']:.2f} (from {row['p10']:.2f} to {row['p90']:.2f})"
        for name, row in table.iterrows()
    )
    shares, ratios = table.drop(index="irregularity"), table.loc[["irregularity"]]
    with house_style():
        figure = Figure(figsize=(7.0, 2.6 + 0.6 * len(table)), layout="constrained")
        upper, lower = figure.subplots(2, height_ratios=[len(shares), 1.2])
        for axes, part in ((upper, shares), (lower, ratios)):
            rows = range(len(part))
            axes.hlines(rows, part["p10"], part["p90"], color=BLUE, linewidth=2, label="middle 80%")
            axes.hlines(rows, part["p25"], part["p75"], color=BLUE, linewidth=8, alpha=0.45, label="middle half")
            axes.plot(part["median"], rows, color=VERMILION, marker="D", linestyle="", label="median")
            axes.set(yticks=rows, yticklabels=[_NAMES[str(name)] for name in part.index])
            axes.set_ylim(len(part) - 0.5, -0.5)
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0)
        upper.set(xlim=(0, 1.02), xlabel="Share")
        upper.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        lower.axvline(1, color=QUIET, linestyle=":", linewidth=1.6)
        lower.set(xlim=(0, 1.1 * max(1.0, float(ratios["p90"].iloc[0]))), xlabel="Ratio to shopping on random days")
        figure.legend(*upper.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        main = table.loc["main_store_share", "median"]
        headline(figure, f"The median household makes {main:.0%} of its baskets at one store")
    return LessonFigure(
        figure,
        alt=(
            f"Chart of the spread of {len(table)} measures over households, median and middle 80 per cent of them: "
            f"{told}."
        ),
        caption=(
            "Median, middle half and middle 80 per cent of households. The main store is one of the chain's stores; "
            f"irregularity is 1 for a household that shops on days drawn at random. {source}"
        ),
        table=table,
    )
