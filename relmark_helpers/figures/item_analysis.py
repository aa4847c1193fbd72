"""Figure of an item analysis: each exercise's difficulty and discrimination, with limits."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from relmark_helpers.calculations.item_analysis import EASY, HARD, WEAK, ItemAnalysis
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, GRID, QUIET, VERMILION, house_style


def item_figure(analysis: ItemAnalysis) -> LessonFigure:
    """Draw how hard each exercise was and whether it tells students apart, one row per exercise.

    Examples
    --------
    >>> import pandas as pd
    >>> from relmark_helpers.calculations.item_analysis import analyse_items
    >>> points = pd.DataFrame({"a": [1, 1, 1, 0, 0, 0], "b": [2, 2, 1, 1, 0, 0], "c": [0, 1, 0, 1, 0, 1]})
    >>> analysis = analyse_items(points, {"a": 1, "b": 2, "c": 1}, np.random.default_rng(1979))
    >>> item_figure(analysis).alt.split(". ")[0]
    'Dot plot of 3 exercises with limits, from 6 students'
    """
    items = analysis.items
    rows = np.arange(len(items))
    colours = [VERMILION if reading else BLUE for reading in items["reading"]]
    markers = ["D" if reading else "o" for reading in items["reading"]]
    with house_style():
        figure = Figure(figsize=(7.0, 1.7 + 0.34 * len(items)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        left.axvspan(0, HARD, color=GRID, zorder=0)
        left.axvspan(EASY, 1, color=GRID, zorder=0)
        right.axvspan(-1, WEAK, color=GRID, zorder=0)
        for axes, name in ((left, "difficulty"), (right, "discrimination")):
            bounds = items[[f"{name}_low", f"{name}_high"]].to_numpy()
            for row, value, (low, high), colour, marker in zip(
                rows, items[name], bounds, colours, markers, strict=True
            ):
                axes.plot([low, high], [row, row], color=colour, linewidth=1.6, solid_capstyle="butt")
                axes.plot(value, row, color=colour, marker=marker, markersize=7)
            axes.grid(axis="y", visible=False)
        without = items[items["discrimination_low"].isna()]
        for name, value in without["discrimination"].items():
            words = "all alike" if np.isnan(value) else "no limits"
            at = 0.03 if np.isnan(value) else value + 0.05
            right.text(at, items.index.get_loc(name), words, va="center", color=QUIET, fontsize=9.5)
        left.set(xlim=(-0.03, 1.03), yticks=rows, yticklabels=list(items.index), ylabel="exercise")
        left.set_xlabel("difficulty: mean share of the points\n(grey: few have it | nearly all have it)", fontsize=10)
        right.set(xlim=(min(-0.25, np.nanmin([-0.2, *items["discrimination_low"]]) - 0.05), 1.03))
        right.set_xlabel("discrimination: correlation with the rest\n(grey: hardly tells students apart)", fontsize=10)
        left.set_ylim(len(items) - 0.5, -0.5)
        headline(figure, _title(analysis))
    numbers = "; ".join(
        f"{name}: {row['difficulty']} and {row['discrimination']}" for name, row in analysis.summary().iterrows()
    )
    return LessonFigure(
        figure,
        alt=f"Dot plot of {len(items)} exercises with limits, from {analysis.students} students. "
        f"Difficulty and discrimination: {numbers}.",
        caption="Bars are 95 per cent bootstrap limits; diamonds mark exercises to look at. "
        + " ".join(analysis.notes),
        table=items,
    )


def _title(analysis: ItemAnalysis) -> str:
    low, high = analysis.alpha_interval
    limits = "" if np.isnan(low) else f" ({low:.2f} to {high:.2f})"
    names = analysis.to_look_at
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    found = f"{len(names)} exercises to look at" if len(names) > 4 else f"To look at: {listed}"
    return f"{found if names else 'No exercise stands out'}; alpha {analysis.alpha:.2f}{limits}"
