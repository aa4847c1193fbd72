"""The spidergram of a relationship plan, small enough for a page that holds the whole plan."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from relmark_helpers.calculations.markets import MarketScores
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.spider_axes import draw_web, label_places, places
from relmark_helpers.figures.style import BLUE, INK, VERMILION, house_style

__all__ = ["small_spidergram_figure"]


def small_spidergram_figure(scores: MarketScores) -> LessonFigure:
    """Draw present and desired emphasis without limits or a title, for print beside a table that has the limits.

    Use ``spidergram_figure`` where there is room: it shows how far the jurors differ.

    Examples
    --------
    >>> from relmark_helpers.calculations.jury import simulate_jury
    >>> from relmark_helpers.calculations.markets import score_markets
    >>> random = np.random.default_rng(1991)
    >>> small_spidergram_figure(score_markets(simulate_jury(12, random), generator=random)).alt[:46]
    'Spidergram with 7 axes from 2 to 10: existing '
    """
    table, top = scores.table, scores.scale[1]
    with house_style():
        figure = Figure(figsize=(70 / 25.4, 52 / 25.4), dpi=300)
        axes = figure.add_axes((0.0, 0.07, 1.0, 0.93))
        draw_web(axes, len(table), scores.scale, marks=False)
        axes.set(xlim=(-2.05 * top, 2.05 * top), ylim=(-1.27 * top, 1.35 * top))
        for name, colour, line, marker in (("present", BLUE, "-", "o"), ("desired", VERMILION, "--", "s")):
            corners = places(table[name])
            axes.plot(
                *np.vstack([corners, corners[:1]]).T,
                color=colour,
                linestyle=line,
                linewidth=1.2,
                marker=marker,
                markersize=2.5,
                label=f"{name} emphasis",
            )
        for (market, row), (x, y, side) in zip(table.iterrows(), label_places(len(table), 1.09 * top), strict=True):
            up = "bottom" if y > 0.9 * top else "center"
            words = f"{market}\n{row['present']:.1f} to {row['desired']:.1f}"
            axes.text(x, y, words, ha=side, va=up, fontsize=7, linespacing=1.05, color=INK)
        figure.legend(loc="lower center", ncols=2, fontsize=7, handlelength=2.6, borderpad=0, borderaxespad=0.2)
    listed = "; ".join(f"{market} {row['present']:.1f} to {row['desired']:.1f}" for market, row in table.iterrows())
    jurors = "one juror" if scores.jurors == 1 else f"{scores.jurors} jurors"
    return LessonFigure(
        figure,
        alt=f"Spidergram with {len(table)} axes from {scores.scale[0]:g} to {top:g}: {listed}.",
        caption=f"Present and desired emphasis on the markets, {scores.average} of {jurors}.",
        table=table[["present", "desired", "gap", "low", "high"]],
    )
