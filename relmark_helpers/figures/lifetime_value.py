"""What a customer is worth under three conventions, and what five points more retention add."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from relmark_helpers.calculations.lifetime_value import CONVENTIONS, ConventionComparison
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, QUIET, VERMILION, house_style, series_styles

_MEANINGS = {
    "now": "first margin now, certain",
    "next_period": "first margin next year, certain",
    "if_retained": "first margin next year, if kept",
}


class ConventionPlot(Plot[ConventionComparison]):
    """Lifetime value against retention, one curve per convention, with the present retention rate marked."""

    def setting(self, result: ConventionComparison) -> Hashable:
        return self._top(result), float(result.curves.index[0]), float(result.curves.index[-1])

    def lay_out(self, figure: Figure, result: ConventionComparison) -> list[Artist]:
        axes = figure.subplots()
        retention = result.curves.index
        axes.set(xlim=(retention[0], retention[-1]), ylim=(0, self._top(result)))
        axes.set(xlabel="Retention rate a year", ylabel="Worth of one customer")
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.yaxis.set_major_formatter("{x:,.12g}")
        self._here = axes.axvline(result.retention, color=QUIET, linewidth=1.2)
        self._curves: dict[str, Artist] = {}
        self._points: dict[str, Artist] = {}
        for name, colour, line, marker in series_styles(_MEANINGS, "result"):
            (self._curves[name],) = axes.plot([], [], color=colour, linestyle=line)
            (self._points[name],) = axes.plot([], [], color=colour, marker=marker, markersize=9)
            axes.plot(
                [], [], color=colour, linestyle=line, marker=marker, label=_MEANINGS[name].removeprefix("first margin ")
            )
        figure.legend(loc="outside lower center", ncols=3, title="First margin:")
        return [self._here, *self._curves.values(), *self._points.values()]

    def move(self, result: ConventionComparison) -> None:
        self._here.set_xdata([result.retention] * 2)
        for name in _MEANINGS:
            self._curves[name].set_data(result.curves.index, result.curves[name])  # type: ignore[attr-defined]
            self._points[name].set_data([result.retention], [result.values[name]])  # type: ignore[attr-defined]

    def words(self, result: ConventionComparison) -> Words:
        low, high = result.values.min(), result.values.max()
        business = (
            f"margin {result.margin:,.0f} a year, retention {result.retention:.0%}, discount rate {result.discount:.0%}"
        )
        listed = ", ".join(f"{result.values[name]:,.0f} ({_MEANINGS[name]})" for name in _MEANINGS)
        return Words(
            title=f"The same customer is worth {low:,.0f} to {high:,.0f}, by convention",
            alt=(
                f"Line chart of lifetime value against retention, three curves that rise ever more steeply. "
                f"At {business}, the values are {listed}."
            ),
            caption=f"Lifetime value under three conventions; {business}. Computed, no real firm.",
            description=f"Worth of one customer: {listed}.",
            table=result.curves.loc[:, list(CONVENTIONS)].iloc[::5],
        )

    @staticmethod
    def _top(result: ConventionComparison) -> float:
        largest = 1.15 * float(result.curves.max().max())
        unit = 10 ** math.floor(math.log10(largest))
        return float(next(unit * step for step in (1, 1.5, 2, 3, 5, 7.5, 10) if unit * step >= largest))


def convention_figure(comparison: ConventionComparison) -> LessonFigure:
    """Draw lifetime value against retention under the three conventions.

    Examples
    --------
    >>> from relmark_helpers.calculations import compare_conventions
    >>> print(convention_figure(compare_conventions(100, 0.8, 0.1)).caption)
    Lifetime value under three conventions; margin 100 a year, retention 80%, discount rate 10%. Computed, no real firm.
    """
    return ConventionPlot().figure(comparison)


def gain_figure(gains: pd.DataFrame, *, points: float, convention: str) -> LessonFigure:
    """Draw the relative gain in value from some points more retention, by retention rate (rows) and discount rate.

    Examples
    --------
    >>> gains = pd.DataFrame({0.1: [0.15, 0.4]}, index=pd.Index([0.6, 0.9], name="retention"))
    >>> print(gain_figure(gains, points=0.05, convention="if_retained").caption)
    Relative gain in lifetime value when retention rises by 5 points; convention 'if_retained'.
    """
    first, last = gains.index[0], gains.index[-1]
    middle = gains.columns[len(gains.columns) // 2]
    low, high = gains[middle].iloc[0], gains[middle].iloc[-1]
    with house_style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        for discount, colour, line, _ in series_styles(gains, "gains"):
            axes.plot(gains.index, gains[discount], color=colour, linestyle=line, label=f"discount rate {discount:.0%}")
        axes.set(xlabel="Retention rate before", ylabel="Gain in lifetime value", ylim=(0, None), xlim=(first, last))
        axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.legend(loc="upper left")
        least, most = gains.min().min(), gains.max().max()
        headline(figure, f"{100 * points:.0f} points more retention: from {least:.0%} to {most:.0%} more value")
    return LessonFigure(
        figure,
        alt=(
            f"Line chart. At a discount rate of {middle:.0%}, {100 * points:.0f} points more retention add {low:.0%} "
            f"to value at a rate of {first:.0%}, and {high:.0%} at {last:.0%}."
        ),
        caption=(
            f"Relative gain in lifetime value when retention rises by {100 * points:.0f} points; "
            f"convention {convention!r}."
        ),
        table=gains.iloc[::5] if len(gains) > 12 else gains,
    )


def exhibits_figure(exhibits: pd.DataFrame) -> LessonFigure:
    """Draw the two printed exhibits of "five points" side by side, one row per industry; hollow marks are unverified.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> exhibits_figure(load_dataset("five_points_exhibits")).alt[:48]
    'Dot chart of the profit increase printed for fiv'
    """
    rows = exhibits.sort_values(["peck_1999", "reichheld_sasser_1990"], ascending=False, ignore_index=True)
    gap = (rows["peck_1999"] - rows["reichheld_sasser_1990"]).abs()
    apart = rows.loc[gap.idxmax()]
    with house_style():
        figure = Figure(figsize=(7.0, 1.4 + 0.36 * len(rows)), layout="constrained")
        axes = figure.subplots()
        for at, row in rows.iterrows():
            axes.plot(
                [row["reichheld_sasser_1990"], row["peck_1999"]], [at - 0.14, at + 0.14], color=QUIET, linewidth=1.2
            )
        checked = rows["reichheld_sasser_evidence"] == "seen"
        older = rows["reichheld_sasser_1990"]
        style: dict[str, Any] = {"color": BLUE, "linestyle": "", "marker": "o", "markersize": 9}
        axes.plot(older[checked], older[checked].index - 0.14, label="Reichheld & Sasser 1990", **style)
        axes.plot(
            older[~checked], older[~checked].index - 0.14, fillstyle="none", label="the same, not verified", **style
        )
        axes.plot(
            rows["peck_1999"],
            rows.index + 0.14,
            color=VERMILION,
            linestyle="",
            marker="s",
            markersize=8,
            label="Peck and others 1999",
        )
        axes.set_yticks(rows.index, rows["industry"])
        axes.invert_yaxis()
        axes.set(xlabel="Printed increase for five points more retention (per cent)", xlim=(0, 105))
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=2)
        headline(
            figure, f"{apart['industry']}: {apart['reichheld_sasser_1990']:.0f} or {apart['peck_1999']:.0f} per cent?"
        )
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of the profit increase printed for five points more retention in {len(rows)} industries, "
            f"in two versions. They are furthest apart for {apart['industry']}: "
            f"{apart['reichheld_sasser_1990']:.0f} per cent in one and {apart['peck_1999']:.0f} in the other."
        ),
        caption=(
            "Increase that an article and a book print for five points more retention. "
            "Hollow marks: not checked against a copy."
        ),
        table=exhibits,
    )
