"""Moves between the stages of the customer life cycle, and the test of the stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from relmark_helpers.calculations.life_cycle import STAGES
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, house_style

_SHADES = LinearSegmentedColormap.from_list("shades", ["white", "#86aed2"])  # dark text can be read on all of it


def stage_moves_figure(moves: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the share of each stage that is in each stage one window later; ``moves`` comes from ``stage_moves``.

    Examples
    --------
    >>> from relmark_helpers.calculations.life_cycle import life_cycle_stages, stage_moves
    >>> from relmark_helpers.datasets import load_dataset
    >>> activity = load_dataset("journey_activity")
    >>> early, late = (life_cycle_stages(activity, window=window) for window in [(5, 8), (9, 12)])
    >>> stage_moves_figure(stage_moves(early, late), source="").alt[:52]
    'Table of shaded cells: the stage of households in on'
    """
    counts = moves["households"].unstack()[STAGES]
    sizes = counts.sum(axis=1)
    shown = [stage for stage in moves.index.unique("stage_before") if sizes[stage] > 0]
    shares = moves["share"].unstack().loc[shown, STAGES]
    stayed = {stage: shares.loc[stage, stage] for stage in STAGES if stage in shown and stage != "acquisition"}
    kept = ", ".join(f"{share:.0%} of {stage}" for stage, share in stayed.items())
    with house_style():
        figure = Figure(figsize=(7.0, 1.5 + 0.55 * len(shown)), layout="constrained")
        axes = figure.subplots()
        axes.imshow(shares.to_numpy(), cmap=_SHADES, vmin=0, vmax=1, aspect="auto")
        for row, before in enumerate(shown):
            for column, after in enumerate(STAGES):
                share = shares.loc[before, after]
                axes.text(
                    column,
                    row,
                    f"{share:.0%} ({counts.loc[before, after]:,})",
                    ha="center",
                    va="center",
                    color=INK,
                    fontsize=11,
                )
        axes.set(xticks=range(len(STAGES)), xticklabels=STAGES, yticks=range(len(shown)), yticklabels=shown)
        axes.set(xlabel="Stage one window later", ylabel="Stage")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        if "development" in stayed:
            headline(figure, f"Of households in development, {stayed['development']:.0%} are there one window later")
        else:
            headline(figure, "Stages one window later")
    return LessonFigure(
        figure,
        alt=(
            f"Table of shaded cells: the stage of households in one window by row, in the next by column, with "
            f"{sizes.sum():,} households. Still in the same stage are {kept or 'none that can be counted'}."
        ),
        caption=(
            "Share (number) of the households of each stage by their stage in the next window; stages by the rules of "
            f"the workbook. {source}"
        ),
        table=moves.reset_index(level="stage_after"),
    )


def bought_next_figure(bought: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the share of each stage that bought in a later period, with its limits; from ``bought_next``.

    A row whose name is not one of the stages stands for a part of the stage above it, and is drawn open.

    Examples
    --------
    >>> from relmark_helpers.calculations.life_cycle import bought_next, life_cycle_stages
    >>> from relmark_helpers.datasets import load_dataset
    >>> activity = load_dataset("journey_activity")
    >>> stages = life_cycle_stages(activity, window=(9, 12))
    >>> bought_next_figure(bought_next(stages, activity, period=13), source="").alt[:50]
    'Dot chart of the share of households that bought i'
    """
    table = bought[bought["households"] > 0]
    told = "; ".join(
        f"{str(stage).replace(chr(10), ' ')} {row['share']:.0%} (limits {row['low']:.0%} to {row['high']:.0%}, "
        f"of {row['households']:,.0f})"
        for stage, row in table.iterrows()
    )
    part = ~table.index.isin(STAGES)
    with house_style():
        figure = Figure(figsize=(7.0, 1.5 + 0.5 * len(table)), layout="constrained")
        axes = figure.subplots()
        rows = range(len(table))
        lines = np.where(part, ":", "-").tolist()
        axes.hlines(rows, table["low"], table["high"], color=BLUE, linewidth=2.4, linestyle=lines)
        axes.plot(table["share"], rows, color=BLUE, linestyle="", marker="o", markersize=8)
        axes.plot(
            table["share"][part],
            np.flatnonzero(part),
            color=BLUE,
            linestyle="",
            marker="o",
            markersize=8,
            markerfacecolor="white",
        )
        axes.set(yticks=rows, yticklabels=table.index, xlim=(0, 1), xlabel="Bought in the later period")
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        if "recovery" in table.index:
            others = f", in maintenance {table.loc['maintenance', 'share']:.0%}" if "maintenance" in table.index else ""
            headline(figure, f"Of those in recovery, {table.loc['recovery', 'share']:.0%} bought{others}")
        else:
            headline(figure, "Who bought in the later period, by stage")
    return LessonFigure(
        figure,
        alt=f"Dot chart of the share of households that bought in a later period, by stage: {told}.",
        caption=(
            "Share of each stage that bought in a later period, with 95% limits. "
            f"{'Open circle: a part of the stage above it. ' if part.any() else ''}{source}"
        ),
        table=table,
    )
