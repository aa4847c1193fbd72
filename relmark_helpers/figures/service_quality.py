"""Gaps of service quality by dimension, with their limits, and what importance points make of them."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from relmark_helpers.calculations.service_quality import ServiceQuality, WeightedGaps
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GREEN, INK, OCHRE, QUIET, VERMILION, house_style

_VERDICTS = {
    "short": (VERMILION, "o", "below expectation"),
    "borderline": (OCHRE, "D", "borderline: limits include 0"),
    "over": (GREEN, "^", "above expectation"),
}


def gaps_figure(quality: ServiceQuality, *, name: str, source: str) -> LessonFigure:
    """Draw the gap of each dimension and the overall gaps, with their limits.

    ``name`` says whose service was rated, ``source`` where the answers come from.

    Examples
    --------
    >>> import pandas as pd
    >>> from relmark_helpers.calculations.service_quality import measure_service_quality
    >>> wished = pd.DataFrame({"q1": [6, 7, 6, 7], "q2": [5, 6, 5, 5]})
    >>> seen = pd.DataFrame({"q1": [4, 5, 5, 5], "q2": [5, 5, 6, 5]})
    >>> quality = measure_service_quality(seen, wished, {"q1": "reliability", "q2": "empathy"})
    >>> gaps_figure(quality, name="a bank", source="Made up.").figure.get_suptitle()
    '1 of 2 dimensions below expectation, 1 borderline'
    """
    table = quality.summary()
    verdicts = np.select([table["high"] < 0, table["low"] > 0], ["short", "over"], "borderline")
    dimensions = len(quality.dimensions)
    heights = np.concatenate([-np.arange(dimensions), -np.arange(dimensions, len(table)) - 0.4])
    with house_style():
        figure = Figure(figsize=(7.0, 2.3 + 0.42 * len(table)), layout="constrained")
        axes = figure.subplots()
        axes.axvline(0, color=INK, linewidth=1.6)
        axes.axhline(-dimensions + 0.3, color=QUIET, linewidth=1, linestyle=":")
        for verdict, (colour, marker, label) in _VERDICTS.items():
            here = verdicts == verdict
            if here.any():
                rows = table[here]
                axes.hlines(heights[here], rows["low"], rows["high"], color=colour, linewidth=2.4)
                axes.plot(
                    rows["gap"], heights[here], color=colour, linestyle="", marker=marker, markersize=9, label=label
                )
        axes.set_yticks(heights, [f"{row}\nn = {n}" for row, n in table["respondents"].items()])
        axes.set(xlabel="Perception less expectation (points)", ylim=(heights[-1] - 0.6, 0.6))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=3)
        found = verdicts[:dimensions]
        short, near, over = (int((found == verdict).sum()) for verdict in _VERDICTS)
        rest = [f"{count} {word}" for count, word in ((near, "borderline"), (over, "above")) if count]
        headline(figure, ", ".join([f"{short} of {dimensions} dimensions below expectation", *rest]))
    said = "; ".join(
        f"{row} {values['gap']:+.2f} ({values['low']:+.2f} to {values['high']:+.2f})"
        for row, values in table.iterrows()
    )
    dropped = int(quality.left_out["dimension scores dropped by the rule"])
    return LessonFigure(
        figure,
        alt=f"Dot chart of perception less expectation for {name}, with {quality.level:.0%} limits: {said}.",
        caption=(
            f"SERVQUAL gaps of {name}, with {quality.level:.0%} limits from the spread between respondents. A "
            f"respondent counts in a dimension with at least {quality.least_answered:.0%} of its items; "
            f"{dropped} dimension scores were dropped by this rule. {source}"
        ).strip(),
        table=table,
    )


class WeightsPlot(Plot[WeightedGaps]):
    """Gap of each dimension, its dot as large as its points, and the overall gap with and without the points."""

    size = (6.4, 4.2)

    def setting(self, result: WeightedGaps) -> Hashable:
        return *result.table["gap"].items(), self._limits(result)

    def lay_out(self, figure: Figure, result: WeightedGaps) -> list[Artist]:
        axes = figure.subplots()
        heights = -np.arange(len(result.table))
        low, high = self._limits(result)
        axes.set(xlim=(low, high), ylim=(heights[-1] - 0.7, 0.7), xlabel="Perception less expectation (points)")
        axes.set_yticks(heights, list(result.table.index))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        axes.axvline(result.unweighted, color=QUIET, linestyle="--", linewidth=2, label="overall, equal points")
        self._overall = axes.axvline(0, color=VERMILION, linewidth=2.6, label="overall, your points")
        self._dots = axes.scatter(
            result.table["gap"], heights, s=80.0, color=BLUE, alpha=0.75, edgecolors=BLUE, label="gap, size by points"
        )
        self._points = [
            axes.text(high, float(height), "", ha="right", va="center", fontsize=11.5, color=INK) for height in heights
        ]
        legend = figure.legend(loc="outside lower center", ncols=3, fontsize=10.5)
        legend.legend_handles[-1].set_sizes([80])  # type: ignore[union-attr]
        return [self._overall, self._dots, *self._points]

    def move(self, result: WeightedGaps) -> None:
        self._overall.set_xdata([result.weighted] * 2)
        self._dots.set_sizes(20 + 18 * result.table["points"].to_numpy())
        for text, points in zip(self._points, result.table["points"], strict=True):
            text.set_text(f"{points:.0f} points")

    def words(self, result: WeightedGaps) -> Words:
        table = result.table
        listed = "; ".join(f"{row} {one['gap']:+.2f} ({one['points']:.0f} points)" for row, one in table.iterrows())
        moved = result.weighted - result.unweighted
        change = f"{abs(moved):.3f} {'lower' if moved < 0 else 'higher'}" if abs(moved) >= 5e-4 else "no different"
        return Words(
            title=f"Overall gap {result.weighted:+.3f}; with equal points {result.unweighted:+.3f}",
            alt=(
                f"Dot chart of gaps by dimension: {listed}. Lines mark the overall gaps {result.weighted:+.3f} with "
                f"these points and {result.unweighted:+.3f} with equal points."
            ),
            caption=(
                "Overall gap as the sum of gap x points / 100. Points are scaled to add up to 100. Gaps of dimensions "
                "without respondents: no limits can be given."
            ),
            description=(
                f"With these points the overall gap is {change} than with equal points. No points can bring it outside "
                f"{table['gap'].min():+.2f} to {table['gap'].max():+.2f}, the range of the dimensions."
            ),
            table=table,
        )

    @staticmethod
    def _limits(result: WeightedGaps) -> tuple[float, float]:
        low, high = float(result.table["gap"].min()), float(result.table["gap"].max())
        room = max(high - low, 0.1)
        return low - 0.2 * room, high + 0.55 * room


def weights_figure(weighted: WeightedGaps) -> LessonFigure:
    """Draw the gaps of the dimensions, their points, and the overall gap with and without the points.

    Examples
    --------
    >>> from relmark_helpers.calculations.service_quality import PUBLISHED_GAPS, weigh_gaps
    >>> weights_figure(weigh_gaps(PUBLISHED_GAPS)).figure.get_suptitle()
    'Overall gap -0.858; with equal points -0.858'
    """
    return WeightsPlot().figure(weighted)
