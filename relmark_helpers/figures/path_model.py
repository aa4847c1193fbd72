"""A model as a diagram: ovals for constructs, arrows for paths, with estimate and interval on each arrow."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, FancyArrowPatch
from numpy.typing import NDArray

from relmark_helpers.calculations.path_structure import PathModel, path_layers
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError, require_columns

__all__ = ["ECSI_POSITIONS", "layered_positions", "path_model_figure"]

ECSI_POSITIONS: Final = {
    "Image": (0.0, 1.0),
    "Expectation": (0.0, -0.75),
    "Quality": (1.0, 0.1),
    "Value": (1.2, -1.0),
    "Satisfaction": (2.15, 0.1),
    "Complaints": (3.1, -0.75),
    "Loyalty": (3.1, 1.0),
}
"""Where the constructs of the European index stand best; chosen by eye."""

_PAGE: Final = np.array([9.6, 5.9])  # width and largest height in inches; all that follows is in inches too
_HALF: Final = np.array([0.68, 0.34])  # of an oval
_RISE: Final = 2.2  # at most, of one unit of position
_LABEL: Final = np.array([0.47, 0.17])  # half a label
_LEVELS = (-1.0, -0.5, 0.0, 0.5, 1.0)
_PLACES = (
    0.5,
    0.44,
    0.56,
    0.38,
    0.62,
    0.32,
    0.68,
    0.26,
    0.74,
    0.2,
    0.8,
)  # of a label on its arrow, in order of preference
_MOST = 14

Point = NDArray[np.float64]


def path_model_figure(
    paths: pd.DataFrame | PathModel,
    *,
    positions: Mapping[str, tuple[float, float]] | None = None,
    notes: Mapping[str, str] | None = None,
    limits: str = "95% limits",
    source: str = "",
) -> LessonFigure:
    """Draw constructs and the paths between them: wide arrows for large estimates, dashed where limits include 0.

    Parameters
    ----------
    paths : pandas.DataFrame or PathModel
        A model is drawn without numbers. A table is indexed by (source, target): ``estimate``, ``low``, ``high``, such
        as the ``summary()`` of :func:`~relmark_helpers.calculations.path_bootstrap.bootstrap_paths`.
    positions : mapping of str to (float, float), optional
        Place of each construct, x to the right and y upwards, about 1 apart; by default :func:`layered_positions`.
    notes : mapping of str to str, optional
        A second line for an oval, such as "R² 0.46".
    limits : str
        What the limits are, for the words.
    source : str
        Sentence on the data, for the caption.

    Raises
    ------
    InputError
        If a column is missing, a construct has no position, there are more constructs than can be read, or paths run
        in a circle.

    Examples
    --------
    >>> paths = pd.DataFrame({"estimate": [0.5, 0.1], "low": [0.3, -0.1], "high": [0.7, 0.3]})
    >>> paths.index = pd.MultiIndex.from_tuples([("trust", "loyalty"), ("bonds", "loyalty")])
    >>> path_model_figure(paths).alt[:87]
    'Path diagram of 3 constructs and 2 paths. trust to loyalty 0.50 (0.30 to 0.70); bonds t'
    """
    if isinstance(paths, PathModel):
        table = pd.DataFrame(index=pd.MultiIndex.from_tuples(paths.paths))
    else:
        require_columns(paths, "paths", ["estimate", "low", "high"])
        table = paths.assign(spans_zero=(paths["low"] <= 0) & (paths["high"] >= 0))
    pairs = [(str(source), str(target)) for source, target in table.index]
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    if len(names) > _MOST:
        raise InputError(
            "paths",
            found=f"{len(names)} constructs",
            expected=f"at most {_MOST}, as more cannot be read",
            mend="draw a part of the model, or show the table",
        )
    places = dict(layered_positions(names, pairs) if positions is None else positions)
    missing = [name for name in names if name not in places]
    if missing:
        raise InputError(
            "positions",
            found=f"no position of {missing[0]!r}",
            expected="a position for each construct",
            mend=f"add {{{missing[0]!r}: (0, 0)}}, or leave positions out",
        )
    at = _in_inches({name: places[name] for name in names})
    corner = np.array(list(at.values())).max(axis=0) + 1.1 * _HALF
    with house_style():
        figure = Figure(figsize=(_PAGE[0], corner[1] + 0.45), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(0, corner[0]), ylim=(0, corner[1]), xticks=[], yticks=[])
        if table.empty:
            _draw_claims(axes, at, pairs)
        else:
            _draw_arrows(axes, at, table)
        for name, place in at.items():
            _draw_oval(axes, place, name, (notes or {}).get(name, ""))
        headline(figure, _counted(names, pairs) if table.empty else _finding(table))
    if table.empty:
        return LessonFigure(
            figure,
            alt=f"Path diagram without estimates. {'; '.join(f'{one} to {other}' for one, other in pairs)}.",
            caption=f"Each arrow is a path of the model: a claim, not a finding. {source}".strip(),
        )
    spanning = [f"{one} to {other}" for (one, other), row in table.iterrows() if row["spans_zero"]]
    return LessonFigure(
        figure,
        alt=(
            f"Path diagram of {len(names)} constructs and {len(table)} paths. "
            + "; ".join(
                f"{one} to {other} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
                for (one, other), row in table.iterrows()
            )
            + f". Dashed, limits including 0: {', '.join(spanning) or 'none'}."
        ),
        caption=(
            f"Path coefficients with {limits}. Wider: larger; dashed: limits include 0; orange: below 0. {source}"
        ).strip(),
        description=" ".join(f"{name}: {note}." for name, note in (notes or {}).items()),
        table=table[["estimate", "low", "high"]],
    )


def layered_positions(names: Sequence[str], paths: Sequence[tuple[str, str]]) -> dict[str, tuple[float, float]]:
    """Return a place for each construct: causes left, effects right, heights such that arrows keep clear of ovals.

    A construct's column is the length of the longest way to it. Heights are found by moving one construct at a time to
    the height that gives the fewest arrows across ovals, then the fewest crossings, then the shortest arrows.

    Examples
    --------
    >>> places = layered_positions(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    >>> [x for x, y in places.values()], len({y for x, y in places.values()}) > 1
    ([0.0, 1.0, 2.0], True)
    """
    layers = path_layers(list(names), list(paths))
    x = np.array([float(layers[name]) for name in names])
    y = np.zeros(len(names))
    for column in np.unique(x):
        inside = np.flatnonzero(x == column)
        y[inside] = np.linspace(-1.0, 1.0, inside.size) if inside.size > 1 else 0.0
    scale = np.array([(_PAGE[0] - 2.2 * _HALF[0]) / max(x.max(), 1.0), _RISE])
    ends = [(list(names).index(source), list(names).index(target)) for source, target in paths]
    for _ in range(6):
        before = y.copy()
        for j in range(len(names)):
            costs = []
            for level in _LEVELS:
                y[j] = level
                costs.append(_disorder(np.column_stack([x, y]) * scale, ends))
            y[j] = _LEVELS[int(np.argmin(costs))]
        if np.array_equal(before, y):
            break
    return {name: (float(across), float(up)) for name, across, up in zip(names, x, y, strict=True)}


def _in_inches(places: Mapping[str, tuple[float, float]]) -> dict[str, Point]:
    """Return positions stretched over the page, ovals wholly on it."""
    given = np.array([places[name] for name in places], dtype=float)
    extent = np.ptp(given, axis=0)
    room = _PAGE - [0.0, 0.5] - 2.2 * _HALF
    stretch = room / np.where(extent > 0, extent, 1.0)
    stretch[1] = min(stretch[1], _RISE)
    return dict(zip(places, (given - given.min(axis=0)) * stretch + 1.1 * _HALF, strict=True))


def _disorder(places: Point, ends: Sequence[tuple[int, int]]) -> float:
    """Return how badly a layout reads: overlapping ovals, arrows through ovals or too short for a label, crossings."""
    cost = 0.0
    for one, other in combinations(range(len(places)), 2):
        cost += 100.0 * bool((np.abs(places[one] - places[other]) < 2.1 * _HALF).all())
    for source, target in ends:
        way = places[target] - places[source]
        seen = math.hypot(*(_edge(places[source], places[target]) - _edge(places[target], places[source])))
        cost += 0.02 * math.hypot(*way) + 5.0 * max(0.0, 1.0 - seen)
        for other in range(len(places)):
            if other not in (source, target):
                cost += 10.0 * (_clearance(places[other], places[source], places[target], 1.15 * _HALF) < 1)
    for (a, b), (c, d) in combinations(ends, 2):
        if len({a, b, c, d}) == 4:
            cost += _cross(places[a], places[b], places[c], places[d])
    return cost


def _clearance(place: Point, start: Point, end: Point, size: Point) -> float:
    """Return the distance of a place from a line between two points, in units of ``size``."""
    way = (end - start) / size
    along = np.clip(((place - start) / size) @ way / (way @ way), 0, 1)
    return math.hypot(*((place - start) / size - along * way))


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _counted(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> str:
    targets = {target for _, target in pairs}
    first = textwrap.shorten(" or ".join(name for name in names if name not in targets), 50, placeholder=" …")
    return f"{len(pairs)} paths among {len(names)} constructs; none leads to {first}"


def _draw_claims(axes: Axes, at: dict[str, Point], pairs: Sequence[tuple[str, str]]) -> None:
    for one, other in pairs:
        start, end = _edge(at[one], at[other]), _edge(at[other], at[one])
        _draw_arrow(axes, start, end, linewidth=2.0, color=BLUE)


def _draw_arrow(axes: Axes, start: Point, end: Point, **looks: Any) -> None:
    axes.add_patch(
        FancyArrowPatch(
            tuple(start), tuple(end), arrowstyle="-|>", mutation_scale=16, shrinkA=0, shrinkB=0, zorder=1, **looks
        )
    )


def _finding(table: pd.DataFrame) -> str:
    clear = table[~table["spans_zero"]]
    if clear.empty:
        return f"Limits exclude 0 for none of {len(table)} path{'s' * (len(table) > 1)}"
    one, other = clear["estimate"].abs().idxmax()
    value = clear.loc[(one, other), "estimate"]
    largest = textwrap.shorten(f"{one} to {other}", 50, placeholder="…")
    return f"Limits exclude 0 for {len(clear)} of {len(table)} paths; largest {largest}, {value:.2f}"


def _draw_oval(axes: Axes, place: Point, name: str, note: str) -> None:
    width, height = 2 * _HALF
    axes.add_patch(Ellipse(tuple(place), width, height, facecolor="#eef3f8", edgecolor=INK, linewidth=1.6, zorder=3))
    label = textwrap.fill(name, 14)
    size = 12.0 if len(label) <= 12 else 10.5  # a line off the middle has less room
    axes.text(
        place[0],
        place[1] + (0.09 if note else 0.0),
        label,
        ha="center",
        va="center",
        fontsize=size,
        fontweight="bold",
        zorder=4,
    )
    if note:
        axes.text(place[0], place[1] - 0.13, note, ha="center", va="center", fontsize=10, color=QUIET, zorder=4)


def _draw_arrows(axes: Axes, at: dict[str, Point], table: pd.DataFrame) -> None:
    largest = max(float(table["estimate"].abs().max()), 1e-12)
    taken: list[Point] = []
    lines = {(one, other): (_edge(at[one], at[other]), _edge(at[other], at[one])) for one, other in table.index}
    for pair, row in table.iterrows():
        start, end = lines[pair]
        others = [line for other, line in lines.items() if other != pair]
        _draw_arrow(
            axes,
            start,
            end,
            linewidth=1.0 + 4.0 * abs(row["estimate"]) / largest,
            linestyle=(0, (4, 2.5)) if row["spans_zero"] else "-",
            color=VERMILION if row["estimate"] < 0 else BLUE,
        )
        place = max(
            (start + t * (end - start) for t in _PLACES),
            key=partial(_room, taken=taken, ovals=list(at.values()), lines=others),
        )
        taken.append(place)
        axes.text(
            place[0],
            place[1],
            f"{row['estimate']:.2f}\n({row['low']:.2f} to {row['high']:.2f})".replace("-", "\N{MINUS SIGN}"),
            ha="center",
            va="center",
            fontsize=9.5,
            linespacing=0.95,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            zorder=2,
        )


def _edge(inside: Point, outside: Point) -> Point:
    """Return where the line between two ovals leaves the first."""
    way = outside - inside
    return np.asarray(inside + way / math.hypot(*(way / _HALF)))


def _room(place: Point, taken: list[Point], ovals: list[Point], lines: list[tuple[Point, Point]]) -> float:
    """Return how clear a label is of other labels, of ovals and of other arrows, enough counting as enough."""
    labels = min((float(np.abs((place - other) / (2 * _LABEL)).max()) for other in taken), default=1.0)
    from_ovals = min(float(np.abs((place - other) / (_LABEL + 0.85 * _HALF)).max()) for other in ovals)
    arrows = min((_clearance(place, start, end, 1.2 * _LABEL) for start, end in lines), default=1.0)
    return 4 * min(labels, 1.0) + 2 * min(from_ovals, 1.0) + min(arrows, 1.0)
