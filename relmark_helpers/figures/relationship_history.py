"""One customer's episodes over the zone of tolerance, and the relationship that only some of them move."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from relmark_helpers.calculations.relationship_commitment import NEUTRAL, bond_sums
from relmark_helpers.calculations.relationship_history import CustomerHistory, change_circumstances
from relmark_helpers.calculations.relationship_quality import HIGHEST, LOWEST
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import BLUE, GREEN, INK, OCHRE, QUIET, VERMILION

_BORDERLINE = 0.1  # a probability this near to one half is called borderline
_NEAR = 0.25  # and so is a satisfaction this near to the middle of the scale


class HistoryPlot(Plot[CustomerHistory]):
    """Episode quality as dots over the zone, relationship quality as a line of steps, and the outcome at its end."""

    size = (7.0, 4.4)

    def setting(self, result: CustomerHistory) -> Hashable:
        return len(result.episodes)

    def lay_out(self, figure: Figure, result: CustomerHistory) -> list[Artist]:
        axes = figure.subplots()
        n = len(result.episodes)
        after = max(1.5, 0.19 * n)
        axes.set(xlim=(0.4, n + 0.5 + after), ylim=(LOWEST - 0.4, HIGHEST + 0.4), yticks=range(1, 11))
        axes.set(xlabel="Episode", ylabel="Quality (1 to 10)")
        step = max(1, round(n / 8))
        axes.set_xticks(range(step, n + 1, step))
        border = axes.axvline(n + 0.5, color=QUIET, linewidth=1.2, linestyle=(0, (2, 2)))
        edges = np.append(np.arange(0.5, n + 1), n + 0.5 + after)
        self._zone: Any = StepPatch(
            np.zeros(n + 1), edges, baseline=0.0, fill=True, facecolor="#d5e3ef", edgecolor="none"
        )
        axes.add_patch(self._zone)
        bare: Any = None  # no baseline: a line, not an outline
        self._line = StepPatch(np.zeros(n + 1), edges, baseline=bare, fill=False, edgecolor=BLUE, linewidth=2.4)
        axes.add_patch(self._line)
        looks: dict[str, dict[str, Any]] = {
            "inside": {"color": QUIET, "marker": "o", "fillstyle": "none", "label": "episode inside the zone"},
            "above": {"color": GREEN, "marker": "^", "label": "above it", "markersize": 8},
            "below": {"color": VERMILION, "marker": "v", "label": "below it", "markersize": 8},
        }
        self._dots = {name: axes.plot([], [], linestyle="", **look)[0] for name, look in looks.items()}
        (self._stays,) = axes.plot([], [], color=BLUE, marker="s", markersize=11, linestyle="")
        (self._leaves,) = axes.plot([], [], color=INK, marker="X", markersize=12, linestyle="")
        (self._open,) = axes.plot([], [], color=OCHRE, marker="D", markersize=10, linestyle="", fillstyle="none")
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.85}
        self._outcome = axes.text(n + 0.5 + after / 2, 0, "", ha="center", va="center", fontsize=10, bbox=ground)
        axes.plot([], [], color=BLUE, label="relationship quality")
        axes.fill_between([], [], color="#d5e3ef", label="zone of tolerance")
        figure.legend(loc="outside lower center", ncols=3, columnspacing=1.2)
        self._end = n + 0.5 + after / 2
        return [
            self._zone,
            border,
            self._line,
            *self._dots.values(),
            self._stays,
            self._leaves,
            self._open,
            self._outcome,
        ]

    def move(self, result: CustomerHistory) -> None:
        table, half = result.episodes, result.model.zone_width / 2
        level = np.append(table["standard"], table["relationship_quality"].iloc[-1])
        self._zone.set_data(values=level + half, baseline=level - half)
        self._line.set_data(values=level)
        where = {"inside": table["distance"] == 0, "above": table["distance"] > 0, "below": table["distance"] < 0}
        for name, chosen in where.items():
            self._dots[name].set_data(table.index[chosen], table.loc[chosen, "quality"])
        likely = _outcome(result)
        for name, mark in (("stays", self._stays), ("leaves", self._leaves), ("borderline", self._open)):
            mark.set_data([self._end] if likely == name else [], [level[-1]] if likely == name else [])
        self._outcome.set_text(f"{_VERDICTS[likely]}\n{_share(result.probability)}")
        up = level[-1] < NEUTRAL
        self._outcome.set_position((self._end, level[-1] + (1.35 if up else -1.35)))

    def words(self, result: CustomerHistory) -> Words:
        table, likely, n = result.episodes, _outcome(result), len(result.episodes)
        above, below = int((table["distance"] > 0).sum()), int((table["distance"] < 0).sum())
        near = abs(result.satisfaction - NEUTRAL) < _NEAR
        mood = "Borderline satisfied" if near else "Satisfied" if result.satisfied else "Dissatisfied"
        unsure = " (near a border)" if near or likely == "borderline" else ""
        others = change_circumstances(result).drop(index="as it is")
        listed = ", ".join(f"{name} {_share(row['probability'])}" for name, row in others.iterrows())
        barriers, ties = bond_sums(result.bonds.to_dict())
        final = float(table["relationship_quality"].iloc[-1])
        return Words(
            title=f"{mood} ({result.satisfaction:.1f}), {_VERDICTS[likely]}; {result.outside} of {n} moved quality",
            alt=(
                f"Chart of {n} episodes as dots over a band, the zone of tolerance, {result.model.zone_width:.1f} "
                f"points wide around a line, relationship quality. Episodes above the zone {above}, below it {below}, "
                f"inside {n - above - below}; the line steps only after those outside. It goes from "
                f"{result.expectation:.1f} to {final:.1f}. At its end the mark says {_VERDICTS[likely]}: "
                f"probability of staying {_share(result.probability)}."
            ),
            caption=(
                f"One customer, speed {result.model.speed:.2f}, barriers {barriers:.1f} of 5, ties {ties:.1f} of 5, "
                f"best alternative {result.alternatives:.1f} of 10. Satisfied means above 5.5; within 0.25 of it, or "
                "10 points of even odds, the word is borderline. Constructs after Liljander and Strandvik, equations "
                "and numbers this workbook's own."
            ),
            description=(
                f"Commitment is {_KINDS[result.kind]}{unsure}. Probability that the same customer, just as satisfied, "
                f"stays: as it is {_share(result.probability)}, {listed}."
            ),
            table=table.drop(columns="image"),
        )


_VERDICTS = {"stays": "likely to stay", "leaves": "likely to leave", "borderline": "borderline"}
_KINDS = {
    "positive": "positive: satisfied, and more likely to stay than to leave",
    "negative": "negative: dissatisfied, and yet more likely to stay than to leave",
    "none": "not there: leaving is more likely than staying",
}


def history_figure(history: CustomerHistory) -> LessonFigure:
    """Draw one customer's episodes, the zone of tolerance, relationship quality and where it ends.

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_history
    >>> history_figure(simulate_history(3)).caption[:62]
    'One customer, speed 0.30, barriers 1.2 of 5, ties 1.2 of 5, be'
    """
    return HistoryPlot().figure(history)


def _outcome(history: CustomerHistory) -> str:
    """Return "stays", "leaves", or "borderline" where the probability is near one half."""
    if abs(history.probability - 0.5) < _BORDERLINE:
        return "borderline"
    return "stays" if history.probability > 0.5 else "leaves"


def _share(probability: float) -> str:
    """Return a probability in per cent, never rounded to none or all."""
    if 0 < probability < 0.005:
        return "under 1%"
    return "over 99%" if 0.995 <= probability < 1 else f"{probability:.0%}"
