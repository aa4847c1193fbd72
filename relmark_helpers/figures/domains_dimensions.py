"""The D&D grid: means of the six cells, or the gaps between two sides, with numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from relmark_helpers.calculations.domains_dimensions import DIMENSIONS, DOMAINS, DomainScores
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import INK, QUIET, VERMILION, house_style

__all__ = ["domain_grid_figure"]

_LEVEL = LinearSegmentedColormap.from_list("level", ["#ffffff", "#a9c9e4"])
_GAP = LinearSegmentedColormap.from_list("gap", ["#f0b48a", "#ffffff", "#a9c9e4"])


def domain_grid_figure(scores: DomainScores, *, source: str) -> LessonFigure:
    """Draw the six cells: shaded by the mean of one side, or by the gap between two, with numbers and limits.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.domains_dimensions import score_domains, simulate_domain_ratings
    >>> scored = score_domains(simulate_domain_ratings(8, np.random.default_rng(2001)))
    >>> domain_grid_figure(scored, source="Simulated.").figure.get_suptitle()
    'The two sides differ in 1 of 6 cells: social process'
    """
    gaps = scores.gaps
    if gaps is None:
        table = scores.table.loc[scores.sides[0]]
        low, high = table["mean"].idxmin(), table["mean"].idxmax()
        title = (
            f"From {_name(low)} {table.loc[low, 'mean']:.1f} to {_name(high)} {table.loc[high, 'mean']:.1f}"
            + _apart(table.loc[low], table.loc[high])
        )
        shade = (table["mean"] - scores.scale[0]) / (scores.scale[1] - scores.scale[0])
        alt = "means with limits. " + "; ".join(
            f"{_name(key)} {one['mean']:.1f}{_limits(one)}" for key, one in table.iterrows()
        )
        shown = f"means of {_raters(table)}, shaded by the mean"
    else:
        table = gaps
        apart = table.index[table["verdict"].isin(["higher", "lower"])]
        title = f"The two sides differ in {len(apart)} of 6 cells" + (
            f": {', '.join(map(_name, apart))}" if 0 < len(apart) < 3 else ""
        )
        reach = 0.5 * (scores.scale[1] - scores.scale[0])
        shade = 0.5 + (table["gap"] / (2 * reach)).clip(-0.5, 0.5)
        alt = f"gaps, {scores.sides[1]} less {scores.sides[0]}. " + "; ".join(
            f"{_name(key)} {one['gap']:+.1f}{_limits(one, sign='+')} ({one['verdict']})"
            for key, one in table.iterrows()
        )
        shown = (
            "means of both sides and their gap, "
            + ", ".join(f"{side}: {_raters(scores.table.loc[side])}" for side in scores.sides)
            + f"; shaded by the gap ({scores.sides[1]} less {scores.sides[0]}); dashed: limits of the gap take in 0 or "
            "are missing"
        )
    with house_style():
        figure = Figure(figsize=(7.0, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-0.34, 2.02), ylim=(3.02, -0.18))
        for at, dimension in enumerate(DIMENSIONS):
            axes.text(at + 0.5, -0.09, dimension, ha="center", va="center", fontweight="bold", color=QUIET)
        for at, domain in enumerate(DOMAINS):
            axes.text(-0.03, at + 0.5, domain, ha="right", va="center", fontweight="bold", color=QUIET)
        for row, domain in enumerate(DOMAINS):
            for column, dimension in enumerate(DIMENSIONS):
                one = table.loc[(domain, dimension)]
                sure = gaps is None or one["verdict"] in ("higher", "lower")
                colours = _LEVEL if gaps is None else _GAP
                axes.add_patch(
                    Rectangle(
                        (column + 0.02, row + 0.03),
                        0.96,
                        0.94,
                        facecolor=colours(float(shade.loc[(domain, dimension)])),
                        edgecolor=QUIET if gaps is None or not sure else VERMILION,
                        linestyle="-" if sure else "--",
                        linewidth=2.4 if gaps is not None and sure else 1.2,
                    )
                )
                big, lines = _cell_words(scores, one, domain, dimension)
                put: dict[str, Any] = {"ha": "center", "va": "center", "color": INK}
                axes.text(column + 0.5, row + 0.3, big, fontsize=15, fontweight="bold", **put)
                for at, line in enumerate(lines):
                    axes.text(column + 0.5, row + 0.6 + 0.2 * at, line, fontsize=9.5, **put)
        headline(figure, title)
    return LessonFigure(
        figure,
        alt=f"Grid of three domains by process and outcome with {alt}.",
        caption=(
            f"Holmlund's domains and dimensions (from memory): {shown}. 95% limits, scale {scores.scale[0]:g} to "
            f"{scores.scale[1]:g}. Raters of one firm are not independent, so that limits may be too narrow. {source}"
        ).strip(),
        description="Six cells are looked at together; expect a chance gap in about one relationship in four."
        if gaps is not None
        else "Nothing says how the cells weigh, so they are not added up.",
        table=scores.table if gaps is None else scores.table["mean"].unstack("side")[list(scores.sides)].join(gaps),
    )


def _cell_words(scores: DomainScores, one: pd.Series[float], domain: str, dimension: str) -> tuple[str, list[str]]:
    if scores.gaps is None:
        return f"{one['mean']:.1f}", [_limits(one).strip(" ()") or "no limits", f"{one['raters']:.0f} raters"]
    sides = [f"{side} {scores.table.loc[(side, domain, dimension), 'mean']:.1f}" for side in scores.sides]
    return f"{one['gap']:+.1f}", [", ".join(sides), f"{_limits(one, sign='+').strip(' ()')} {one['verdict']}".strip()]


def _limits(one: pd.Series[float], sign: str = "") -> str:
    return f" ({one['low']:{sign}.1f} to {one['high']:{sign}.1f})" if np.isfinite(one["low"]) else ""


def _name(cell: Any) -> str:
    return " ".join(cell)


def _raters(table: pd.DataFrame) -> str:
    least, most = table["raters"].min(), table["raters"].max()
    return f"{most:.0f} {'rater' if most == 1 else 'raters'}" if least == most else f"{least:.0f} to {most:.0f} raters"


def _apart(low: pd.Series[float], high: pd.Series[float]) -> str:
    """Return a warning for a title if the limits of the worst and the best cell overlap, or there are none."""
    if not np.isfinite([low["high"], high["low"]]).all():
        return "; no limits"
    return "" if high["low"] > low["high"] else "; limits overlap"
