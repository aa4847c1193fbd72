"""Zones of tolerance side by side, and the persons behind a mean."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.text import Text
from numpy.typing import NDArray

from relmark_helpers.calculations.tolerance_tables import ExpectedShares
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GREEN, GRID, INK, OCHRE, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError, choice, require_columns

_PLACES = {
    "below": (VERMILION, "v", "below the minimum"),
    "inside": (BLUE, "o", "inside the zone"),
    "above": (GREEN, "^", "above the desired level"),
    "reversed": (OCHRE, "X", "minimum above desired"),
}
_MOST_ROWS = 30


def zone_figure(zones: pd.DataFrame, *, name: str, source: str, marked: Iterable[str] = ()) -> LessonFigure:
    """Draw the zone of tolerance and the perceived level of each row, the highest adequacy on top.

    ``zones`` comes from ``zone_means``, one row per institution, group or item; ``name`` says what was rated. Rows that
    are borderline have an open marker; rows ``marked`` stand on a band, their names in bold.

    Examples
    --------
    >>> from relmark_helpers.calculations.tolerance_tables import zone_means
    >>> from relmark_helpers.datasets import load_dataset
    >>> means = load_dataset("libqual_institutions").set_index("institution")[:17]
    >>> zone_figure(zone_means(means), name="willingness to help", source="").figure.get_suptitle()
    '16 of 17 inside the zone, 1 below'
    """
    require_columns(zones, "zones", ["minimum", "desired", "perceived", "adequacy", "place", "borderline"])
    if not 1 <= len(zones) <= _MOST_ROWS:
        raise InputError(
            "zones", found=f"{len(zones)} rows", expected=f"1 to {_MOST_ROWS} rows", mend="choose the rows to draw"
        )
    special = [choice(row, "marked", zones.index) for row in marked]
    table = zones.sort_values("adequacy", kind="stable")
    heights = np.arange(len(table))
    counts = table["place"].value_counts()
    near = int(table["borderline"].sum())
    with house_style():
        figure = Figure(figsize=(7.0, 1.9 + 0.24 * len(table)), layout="constrained")
        axes = figure.subplots()
        axes.hlines(
            heights, table["minimum"], table["desired"], color=QUIET, alpha=0.4, linewidth=9, label="zone of tolerance"
        )
        for place, (colour, marker, label) in _PLACES.items():
            for borderline in (False, True):
                here = ((table["place"] == place) & (table["borderline"] == borderline)).to_numpy()
                if here.any():
                    axes.plot(
                        table["perceived"][here],
                        heights[here],
                        linestyle="",
                        color=colour,
                        marker=marker,
                        markersize=8.5,
                        markerfacecolor="white" if borderline else colour,
                        markeredgewidth=1.8,
                        label=f"{label}{', borderline' if borderline else ''}",
                    )
        axes.set_yticks(heights, [_short(row) for row in table.index])
        for height, tick, row in zip(heights, axes.get_yticklabels(), table.index, strict=True):
            if row in special:
                axes.axhspan(height - 0.5, height + 0.5, color=GRID, linewidth=0, zorder=0)
                tick.set_fontweight("bold")
        axes.set(
            xlabel="Mean rating (points)", ylabel="Farther above the minimum, higher up", ylim=(-0.7, len(table) - 0.3)
        )
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=2)
        inside = int(counts.get("inside", 0))
        rest = [f"{counts[place]} {place}" for place in ("below", "above", "reversed") if place in counts]
        finding = ", ".join([f"{inside} of {len(table)} inside the zone", *rest])
        headline(figure, f"{finding}; {near} borderline" if near else finding)
    outside = [
        f"{_short(row, 40)} {values['place']} ({values['perceived']:.2f} against "
        f"{values['minimum']:.2f} to {values['desired']:.2f})"
        for row, values in table[table["place"] != "inside"].iterrows()
    ]
    points = [
        f"{_short(row, 40)} {zones.loc[row, 'perceived']:.2f} against {zones.loc[row, 'minimum']:.2f} to "
        f"{zones.loc[row, 'desired']:.2f}"
        for row in special
    ]
    said = f" Marked: {_listed(points)}." if points else ""
    ends = table.iloc[-1], table.iloc[0]
    return LessonFigure(
        figure,
        alt=(
            f"Bar and dot chart of {name} in {len(table)} rows: bars from the minimum (mean "
            f"{table['minimum'].mean():.2f}) to the desired level (mean {table['desired'].mean():.2f}), dots for the "
            f"perceived level (mean {table['perceived'].mean():.2f}). {inside} dots lie inside their bar. "
            f"{f'Outside: {_listed(outside)}.' if outside else 'None lies outside.'}{said}"
        ),
        caption=(
            f"Zones of tolerance, {name}: means of the minimum, desired and perceived level, ordered by adequacy "
            f"(perceived less minimum). {near} of {len(table)} borderline (open markers). Means without their "
            f"sampling error. {source}"
        ).strip(),
        description=(
            f"Adequacy goes from {ends[1]['adequacy']:.2f} ({_short(ends[1].name, 40)}) to {ends[0]['adequacy']:.2f} "
            f"({_short(ends[0].name, 40)})."
        ),
        table=zones,
    )


class PersonsPlot(Plot[ExpectedShares]):
    """Perceived service spread over persons, cut by the zone into those below, inside and above."""

    size = (6.4, 4.0)

    def setting(self, result: ExpectedShares) -> Hashable:
        return "points from 0 to 12"

    def lay_out(self, figure: Figure, result: ExpectedShares) -> list[Artist]:
        axes = figure.subplots()
        axes.set(xlim=(0, 12), ylim=(0, 1.32), xlabel="Perceived service (points; the scale ends at 1 and at 9)")
        axes.set_xticks(range(0, 13))
        for end in (1, 9):
            axes.axvline(end, ymax=0.86, color=QUIET, linestyle=":", linewidth=1.6)
        axes.set_yticks([])
        axes.set_ylabel("Persons")
        axes.grid(visible=False)
        self._areas: dict[str, Polygon] = {}
        self._texts: dict[str, Text] = {}
        for place, hatch in (("below", "\\\\"), ("inside", ""), ("above", "//")):
            colour = _PLACES[place][0]
            area = Polygon([(0, 0), (0, 0), (0, 0)], facecolor=colour, edgecolor=colour, alpha=0.45, hatch=hatch)
            axes.add_patch(area)
            self._areas[place] = area
            self._texts[place] = axes.text(
                {"below": 0.15, "inside": 6.0, "above": 11.85}[place],
                1.24,
                "",
                color=colour,
                fontsize=12.5,
                fontweight="bold",
                ha={"below": "left", "inside": "center", "above": "right"}[place],
                va="center",
            )
        (self._mean,) = axes.plot([], [], color=INK, linewidth=2)
        self._limits = [axes.axvline(0, ymax=0.86, color=QUIET, linestyle=line, linewidth=2) for line in ("--", "-.")]
        self._names = [
            axes.text(0, 1.15, "", color=INK, ha=side, va="center", fontsize=11) for side in ("right", "left")
        ]
        return [*self._areas.values(), *self._limits, self._mean, *self._texts.values(), *self._names]

    def move(self, result: ExpectedShares) -> None:
        points = np.linspace(0, 12, 241)
        edges = {
            "below": (0.0, result.minimum),
            "inside": (result.minimum, result.desired),
            "above": (result.desired, 12.0),
        }
        for place, (low, high) in edges.items():
            at = np.unique(np.clip(np.concatenate([[low, high], points]), low, high))
            height = self._height(at, result)
            self._areas[place].set_xy(np.column_stack([[low, *at, high], [0.0, *height, 0.0]]))
            self._texts[place].set_text(f"{place} {getattr(result, place):.0%}")
        self._mean.set_data([result.perceived] * 2, [0, 1])
        for line, name, label, value in zip(
            self._limits, self._names, ("minimum", "desired"), (result.minimum, result.desired), strict=True
        ):
            line.set_xdata([value] * 2)
            name.set_x(value + (0.08 if label == "desired" else -0.08))
            name.set_text(f"{label} {value:.1f}")

    def words(self, result: ExpectedShares) -> Words:
        zone = f"the zone from {result.minimum:.2f} to {result.desired:.2f}"
        return Words(
            title=f"Mean {result.place} the zone: {result.inside:.0%} of persons are inside",
            alt=(
                f"Bell curve of perceived service with mean {result.perceived:.2f} and standard deviation "
                f"{result.spread:.2f}, cut by {zone}: {result.below:.0%} of persons below, {result.inside:.0%} inside, "
                f"{result.above:.0%} above."
            ),
            caption=(
                "Normal distribution of perceived service, drawn as if all persons had the same zone. This workbook's "
                "own formalisation; the spread is assumed, and a real scale of 1 to 9 has ends and steps."
            ),
            description=(
                f"Perceived {result.perceived:.2f}, {zone}: {result.below:.0%} of persons below, {result.inside:.0%} "
                f"inside, {result.above:.0%} above."
            ),
            table=pd.DataFrame({"share of persons": {place: getattr(result, place) for place in list(_PLACES)[:3]}}),
        )

    @staticmethod
    def _height(at: NDArray[np.float64], result: ExpectedShares) -> NDArray[np.float64]:
        """Return the curve with its top at 1, so that the picture keeps its scale."""
        height: NDArray[np.float64] = np.exp(-(((at - result.perceived) / result.spread) ** 2) / 2)
        return height


def persons_figure(shares: ExpectedShares) -> LessonFigure:
    """Draw how persons are spread around a mean, and how many of them the zone leaves out.

    Examples
    --------
    >>> from relmark_helpers.calculations.tolerance_tables import expected_shares
    >>> persons_figure(expected_shares(6.23, 7.93, 6.99, spread=1.8)).figure.get_suptitle()
    'Mean inside the zone: 36% of persons are inside'
    """
    return PersonsPlot().figure(shares)


def _short(label: object, most: int = 28) -> str:
    """Return a label with its middle left out if it is long, since rows often differ at either end."""
    text = ", ".join(map(str, label)) if isinstance(label, tuple) else str(label)
    return text if len(text) <= most else f"{text[: most // 2 - 2]}...{text[-(most // 2 - 1) :]}"


def _listed(parts: list[str], most: int = 6) -> str:
    return "; ".join(parts[:most]) + (f"; and {len(parts) - most} more" if len(parts) > most else "")
