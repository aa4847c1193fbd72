"""Every division of a budget between two markets: how flat the top is, and where the marginal gains meet."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.two_markets import TwoMarkets
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.spider_axes import short_name
from relmark_helpers.figures.style import BLUE, INK, OCHRE, QUIET, VERMILION, house_style

__all__ = ["two_markets_figure"]


def two_markets_figure(divided: TwoMarkets, *, source: str, kept: float = 0.95) -> LessonFigure:
    """Draw the total value of every division between two markets, and the marginal gain in each.

    ``kept`` is the share of the best value that the band marks. A marginal gain without end is cut off.

    Examples
    --------
    >>> import pandas as pd
    >>> from relmark_helpers.calculations.two_markets import divide_between_two
    >>> plans = pd.DataFrame({"gap": [4, 1], "weight": 1, "half_cost": 10}, index=["internal", "referral"])
    >>> two_markets_figure(divide_between_two(plans, 30), source="Invented.").figure.get_suptitle()
    'Best: 25 for internal. From 18 to 30 keeps 95%'
    """
    table, best = divided.table, divided.best
    one, other = (str(name) for name in best.table.index)
    spend, gains = float(best.table["spend"].iloc[0]), table[["first", "second"]].replace(np.inf, np.nan)
    low, high = divided.near_best(kept)
    each = 10.0 ** math.floor(math.log10(best.budget / 100))
    with house_style():
        figure = Figure(figsize=(7.4, 4.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        left.axvspan(low, high, color=OCHRE, alpha=0.18, label=f"{kept:.0%} of the best or more")
        left.plot(table.index, table["value"], color=BLUE, label="Both markets together")
        left.plot([spend], [best.value], marker="o", color=INK, linestyle="none", label="Best division")
        left.set(ylim=(0, 1.1 * best.value), ylabel="Weighted points closed")
        right.plot(table.index, each * gains["first"], color=BLUE, label=short_name(one).capitalize())
        right.plot(
            table.index, each * gains["second"], color=VERMILION, linestyle="--", label=short_name(other).capitalize()
        )
        right.axvline(spend, color=QUIET, linestyle=":", linewidth=1.4)
        top = float(np.nanquantile(each * gains, 0.98)) if np.isinf(table.to_numpy()).any() else None
        right.set(ylabel=f"Gained by the next {each:,.12g}", ylim=(0, top))
        for axes in (left, right):
            axes.set(xlim=(0, best.budget), xlabel=f"Money for {short_name(one)}")
            axes.xaxis.set_major_formatter("{x:,.12g}")
            axes.xaxis.set_major_locator(MaxNLocator(5))
            axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=10)
        headline(figure, f"Best: {spend:,.0f} for {short_name(one)}. From {low:,.0f} to {high:,.0f} keeps {kept:.0%}")
    price = each * best.shadow_price
    return LessonFigure(
        figure,
        alt=(
            f"Left: weighted points of gap closed against money for {one}; the curve is {table['value'].iloc[0]:.2f} "
            f"where {other} gets all, {best.value:.2f} at the best division and {table['value'].iloc[-1]:.2f} where "
            f"{one} gets all. Right: what the next {each:,.12g} gains in each market; the lines "
            + (f"cross at {price:.3g}." if 0 < spend < best.budget else "do not cross.")
        ),
        caption=(
            f"{best.budget:,.12g} divided: what {one} does not get goes to {other}. {best.response.capitalize()} "
            f"response; responses and weights are this workbook's own formalisation. {source}"
        ).strip(),
        description=(
            f"Best: {spend:,.0f} for {one} and {best.budget - spend:,.0f} for {other}. Every division from {low:,.0f} "
            f"to {high:,.0f} for {one} keeps {kept:.0%} of its value or more."
        ),
        table=best.table[["gap", "weight", "half_cost", "spend", "value", "marginal"]],
    )
