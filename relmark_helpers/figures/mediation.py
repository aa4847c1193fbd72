"""How estimates of direct, indirect and total effect are spread in studies of one size, and how many find it."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.expected_mediation import ExpectedMediation
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION

__all__ = ["MediationPlot", "mediation_figure"]

_USUAL = (-0.25, 0.8)
_EFFECTS = {"direct": (BLUE, "o"), "indirect": (VERMILION, "s"), "total": (INK, "D")}


class MediationPlot(Plot[ExpectedMediation]):
    """Left: the three effects with the spread of estimates. Right: that of the indirect effect, and a normal curve.

    The curves of the right panel are drawn equally high, so that their shapes can be compared; the axis tells the size.
    Within the reach of the explorer's sliders both axes stay as they are.
    """

    size = (7.6, 3.9)

    def setting(self, result: ExpectedMediation) -> Hashable:
        return self._reach(result), self._window(result)

    def lay_out(self, figure: Figure, result: ExpectedMediation) -> list[Artist]:
        left, right = figure.subplots(1, 2)
        reach = self._reach(result)
        left.axvline(0, color=QUIET, linewidth=1.2)
        left.set(xlim=(-reach, reach), ylim=(2.6, -0.6), xlabel="Effect, and 95% of its estimates")
        left.set_yticks(range(3), list(_EFFECTS))
        left.grid(axis="y", visible=False)
        right.axvline(0, color=QUIET, linewidth=1.2)
        right.set(xlim=self._window(result), ylim=(-0.04, 1.45), xlabel="Estimate of the indirect effect", yticks=[])
        right.set_ylabel("Density")
        for axes in (left, right):
            axes.xaxis.set_major_locator(MaxNLocator(5))
        self._limits, self._marks = {}, {}
        for place, (name, (colour, marker)) in enumerate(_EFFECTS.items()):
            (self._limits[name],) = left.plot([], [], color=colour, linewidth=2.4, label=f"_{name} limits")
            (self._marks[name],) = left.plot(
                [], [], color=colour, marker=marker, markersize=8, linestyle="", label=f"_{name}"
            )
            self._limits[name].set_ydata([place, place])
            self._marks[name].set_ydata([place])
        (self._product,) = right.plot([], [], color=VERMILION, label="product of two estimates, 95% of them")
        (self._normal,) = right.plot([], [], color=QUIET, linestyle="--", linewidth=1.8, label="normal, 95% of them")
        (self._ends,) = right.plot([], [], color=VERMILION, marker="|", markersize=14, label="_product limits")
        (self._normal_ends,) = right.plot(
            [], [], color=QUIET, marker="|", markersize=14, linestyle="--", linewidth=1.8, label="_normal limits"
        )
        figure.legend(loc="outside lower center", ncols=2)
        moving = [*self._limits.values(), *self._marks.values()]
        return [*moving, self._product, self._normal, self._ends, self._normal_ends]

    def move(self, result: ExpectedMediation) -> None:
        for place, name in enumerate(_EFFECTS):
            row = result.table.loc[name]
            self._limits[name].set_data([row["low"], row["high"]], [place, place])
            self._marks[name].set_data([row["effect"]], [place])
            spans = row["low"] <= 0 <= row["high"]
            self._marks[name].set_markerfacecolor("white" if spans else self._marks[name].get_color())
        top = float(result.density.to_numpy().max())
        self._product.set_data(result.density.index, result.density["product"] / top)
        self._normal.set_data(result.density.index, result.density["normal"] / top)
        row = result.table.loc["indirect"]
        self._ends.set_data([row["low"], row["high"]], [1.14, 1.14])
        self._normal_ends.set_data(result.normal, [1.3, 1.3])

    def words(self, result: ExpectedMediation) -> Words:
        said = {
            name: f"{row['effect']:.2f} ({row['low']:.2f} to {row['high']:.2f})".replace("-0.00", "0.00")
            for name, row in result.table.iterrows()
        }
        row = result.table.loc["indirect"]
        found = f"{result.power:.0%}" if result.power < 0.995 else "over 99%"
        needed = result.respondents_for(0.8)
        below, above = row["effect"] - row["low"], row["high"] - row["effect"]
        total = result.table.loc["total", "effect"]
        opposed = result.a * result.b * result.direct < 0
        return Words(
            title=(
                f"With {result.n:,} respondents {found} of studies "
                + ("find the indirect effect" if row["effect"] else "find an indirect effect that is 0")
            ),
            alt=(
                f"Two panels. Left: direct effect {said['direct']}, indirect effect {said['indirect']}, total effect "
                f"{said['total']}, each with 95% of its estimates; hollow where these include 0. Right: distribution "
                f"of the estimated indirect effect; 95% reach from {below:.3f} below to {above:.3f} above, of a normal "
                f"curve from {result.normal[0]:.3f} to {result.normal[1]:.3f}."
            ),
            caption=(
                f"Spread of estimates with n = {result.n:,}, a = {result.a:.2f}, b = {result.b:.2f}, direct effect "
                f"{result.direct:.2f}; cause and residuals of variance 1. Computed for known coefficients, no data. A "
                "study finds the effect if the limits of a and of b exclude 0."
            ),
            description=(
                f"Indirect effect {result.a:.2f} x {result.b:.2f} = {row['effect']:.2f}; 95% of estimates from "
                f"{row['low']:.3f} to {row['high']:.3f}.".replace("-0.000", "0.000")
                + (f" For 80% of studies to find it, {needed:,.0f} respondents." if needed < 1e9 else "")
                + (
                    f" Direct and indirect effect work against each other: the total, {total:.2f}, hides both."
                    if opposed
                    else ""
                )
            ),
            table=result.table,
        )

    @staticmethod
    def _reach(result: ExpectedMediation) -> float:
        """Return a round end of the left axis, so that the axes are redrawn for large changes only."""
        return _doubled(1.5, 1.02 * float(result.table[["low", "high"]].abs().to_numpy().max()))

    @staticmethod
    def _window(result: ExpectedMediation) -> tuple[float, float]:
        """Return the ends of the right axis, the same for all studies of a usual size."""
        low, high = (float(result.table.loc["indirect", end]) for end in ("low", "high"))
        if _USUAL[0] <= low and high <= _USUAL[1]:
            return _USUAL
        end = _doubled(_USUAL[1], float(np.abs(result.density.index).max()))
        return -end, end


def _doubled(first: float, least: float) -> float:
    """Return ``first``, doubled until it is at least ``least``."""
    return first * 2.0 ** max(0, math.ceil(math.log2(least / first)))


def mediation_figure(expected: ExpectedMediation) -> LessonFigure:
    """Draw how estimates of direct, indirect and total effect are spread, and say how many studies find the second.

    Examples
    --------
    >>> from relmark_helpers.calculations.expected_mediation import expect_mediation
    >>> mediation_figure(expect_mediation(0.3, 0.3, 0.2, 100)).alt[:61]
    'Two panels. Left: direct effect 0.20 (0.00 to 0.40), indirect'
    """
    return MediationPlot().figure(expected)
