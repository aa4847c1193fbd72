"""The best relationship level over margin and number of customers, with the cells of the textbook grid."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from relmark_helpers.calculations.relationship_grid import LevelMap
from relmark_helpers.calculations.relationship_levels import LEVELS
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import INK, VERMILION
from relmark_helpers.validation import InputError

_TINTS = ("#eef1f4", "#d3e3f1", "#a9c9e4", "#f6d7b8", "#e8b9a0")
_MARGIN_OF_A_LABEL = 0.03
"""Share of the map that must lie clear around a level's name, or it is not written."""


@dataclass(frozen=True, eq=False)
class MapAndTextbook:
    """What the map of levels draws: the map, and the table of ``compare_with_textbook`` for its nine marks."""

    map: LevelMap
    textbook: pd.DataFrame
    source: str = ""


class LevelMapPlot(Plot[MapAndTextbook]):
    """Regions of the best level on two logarithmic axes; numbered marks for what the textbook grid says."""

    size = (7.0, 4.8)

    def setting(self, result: MapAndTextbook) -> Hashable:
        best, cells = result.map.best, result.textbook
        return *best.index, *best.columns, *cells["customers"], *cells["margin"], *cells["textbook"]

    def lay_out(self, figure: Figure, result: MapAndTextbook) -> list[Artist]:
        best, cells = result.map.best, result.textbook
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log", xlabel="Number of customers", ylabel="Margin per customer and year")
        self._mesh = axes.pcolormesh(
            best.columns,
            best.index,
            np.zeros(best.shape),
            cmap=ListedColormap(_TINTS),
            vmin=-0.5,
            vmax=4.5,
            shading="nearest",
            rasterized=True,
        )
        axes.set(xlim=(best.columns[0], best.columns[-1]), ylim=(best.index[0], best.index[-1]))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:,.12g}")
            axis.set_minor_locator(NullLocator())
        axes.grid(visible=False)
        self._names = [
            axes.text(1, 1, name, ha="center", va="center", fontsize=12.5, fontweight="bold", color=INK)
            for name in LEVELS
        ]
        (self._same,) = axes.plot(
            [],
            [],
            linestyle="",
            marker="o",
            markersize=21,
            color=INK,
            markerfacecolor="white",
            markeredgewidth=1.8,
            label="textbook, the same level",
        )
        (self._other,) = axes.plot(
            [],
            [],
            linestyle="",
            marker="s",
            markersize=20,
            color=VERMILION,
            markerfacecolor="white",
            markeredgewidth=2.2,
            label="textbook, another level",
        )
        numerals = [
            axes.text(row["customers"], row["margin"], _numeral(row["textbook"]), ha="center", va="center", fontsize=10)
            for _, row in cells.iterrows()
        ]
        key = ", ".join(f"{at} {name}" for at, name in enumerate(LEVELS, start=1))
        legend = figure.legend(loc="outside lower center", ncols=2, title=key, markerscale=0.55, fontsize=10.5)
        legend.get_title().set_fontsize(10.5)
        return [self._mesh, *self._names, self._same, self._other, *numerals]

    def move(self, result: MapAndTextbook) -> None:
        best, cells = result.map.best, result.textbook
        codes = _codes(best)
        self._mesh.set_array(codes)
        across, up = (np.log(np.asarray(axis, dtype=float)) for axis in (best.columns, best.index))
        for level, text in enumerate(self._names):
            place = _clear_place(codes == level, across, up, cells)
            text.set_visible(place is not None)
            if place is not None:
                text.set_position((best.columns[place[1]], best.index[place[0]]))
        agrees = cells["agrees"].to_numpy(dtype=bool)
        for line, chosen in ((self._same, agrees), (self._other, ~agrees)):
            line.set_data(cells.loc[chosen, "customers"], cells.loc[chosen, "margin"])

    def words(self, result: MapAndTextbook) -> Words:
        best, cells = result.map.best, result.textbook
        codes = _codes(best)
        parts = ", ".join(f"{name} {(codes == at).mean():.0%}" for at, name in enumerate(LEVELS) if (codes == at).any())
        agrees = int(cells["agrees"].sum())
        middle = cells[(cells["customer_group"] == "medium") & (cells["margin_group"] == "medium")].iloc[0]
        lead = "" if np.isnan(middle["lead"]) else f", {middle['lead']:,.0f} ahead of the next"
        lost = cells["cost_of_textbook"].sum()
        return Words(
            title=(
                f"{str(middle['best']).capitalize()} is best for {middle['customers']:,.0f} customers with a margin of "
                f"{middle['margin']:,.0f}"
            ),
            alt=(
                f"Map of the best relationship level over the number of customers ({best.columns[0]:,.0f} to "
                f"{best.columns[-1]:,.0f}) and the yearly margin per customer ({best.index[0]:,.0f} to "
                f"{best.index[-1]:,.0f}), both logarithmic. Shares of the map: {parts}. {agrees} of {len(cells)} "
                f"textbook cells lie on the level they name. With {middle['customers']:,.0f} customers and a margin of "
                f"{middle['margin']:,.0f}, {middle['best']} is best{lead}."
            ),
            caption=(
                f"Best level by lifetime value less costs; convention {result.map.convention!r}, discount rate "
                f"{result.map.discount:.0%}. The textbook grid (numbered marks) is printed from memory and not "
                "verified, except few customers with a high margin; what its words mean in numbers was chosen for this "
                f"figure. {result.source}"
            ).strip(),
            description=(
                f"These costs agree with {agrees} of the {len(cells)} cells of the textbook grid as remembered; "
                f"following it in all cells would give up {lost:,.0f} of net benefit in sum."
                if np.isfinite(cells["cost_of_textbook"]).all()
                else "The textbook names levels that are not among those compared."
            ),
            table=pd.DataFrame(
                {
                    "customers": cells["customers"],
                    "margin": cells["margin"],
                    "best": cells["best"],
                    "textbook": cells["textbook"],
                    "cost_of_textbook": cells["cost_of_textbook"],
                    "evidence": cells["evidence"],
                }
            ),
        )


def level_map_figure(levels: LevelMap, textbook: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the map of the best level, with the cells of the textbook grid marked; ``source`` tells of the costs.

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_grid import compare_with_textbook, level_map
    >>> from relmark_helpers.calculations.relationship_levels import example_levels
    >>> terms = {"discount": 0.1, "convention": "now"}
    >>> drawn = level_map(example_levels(), margins=[10, 100, 9000], customers=[5, 500, 20_000], **terms)
    >>> compared = compare_with_textbook(
    ...     example_levels(), margins={"low": 50, "medium": 500, "high": 5000},
    ...     customers={"few": 20, "medium": 500, "many": 10_000}, **terms,
    ... )
    >>> level_map_figure(drawn, compared, source="Invented.").alt[:51]
    'Map of the best relationship level over the number '
    """
    rising = levels.best.index.is_monotonic_increasing and levels.best.columns.is_monotonic_increasing
    if min(levels.best.shape) < 2 or levels.best.index[0] <= 0 or not rising:
        raise InputError(
            "levels",
            found=(
                f"margins from {levels.best.index[0]:g} and {levels.best.shape[0]} of them, "
                f"{levels.best.shape[1]} numbers of customers"
            ),
            expected="two or more of each, rising and above 0, for logarithmic axes",
            mend="make the map with margins and customers such as numpy.geomspace(10, 10_000, 80)",
        )
    return LevelMapPlot().figure(MapAndTextbook(levels, textbook, source))


def _codes(best: pd.DataFrame) -> NDArray[np.int_]:
    names = best.to_numpy(dtype=object)
    return np.select([names == name for name in LEVELS], np.arange(len(LEVELS)))


def _numeral(levels: str) -> str:
    """Return the numbers of one or two levels, as 1 for basic."""
    return "/".join(str(LEVELS.index(name) + 1) for name in levels.split(" or "))


def _clear_place(
    region: NDArray[np.bool_], across: NDArray[np.float64], up: NDArray[np.float64], cells: pd.DataFrame
) -> tuple[int, int] | None:
    """Return row and column in a region that lie farthest from its border and from the marks, if there is room."""
    from scipy.ndimage import distance_transform_edt

    free = np.pad(region, 1)
    columns = np.abs(across[:, None] - np.log(cells["customers"].to_numpy(dtype=float))).argmin(axis=0)
    rows = np.abs(up[:, None] - np.log(cells["margin"].to_numpy(dtype=float))).argmin(axis=0)
    free[rows + 1, columns + 1] = False
    # A name is about four times as wide as high, so distances across count a quarter.
    distance = distance_transform_edt(free, sampling=[1 / len(up), 0.25 / len(across)])[1:-1, 1:-1]
    place = np.unravel_index(distance.argmax(), distance.shape)
    return (int(place[0]), int(place[1])) if distance[place] >= _MARGIN_OF_A_LABEL else None
