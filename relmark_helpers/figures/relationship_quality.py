"""The relationship quality model as a picture: both levels, with parameters or estimates on the arrows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from relmark_helpers.calculations.path_bootstrap import PathBootstrap
from relmark_helpers.calculations.relationship_fits import EpisodeFit, Equation, RelationshipFit
from relmark_helpers.calculations.relationship_paths import RELATIONSHIP_PATHS
from relmark_helpers.calculations.relationship_quality import RelationshipModel
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, GRID, INK, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError

_HALF_WIDTH, _HALF_HEIGHT = 0.335, 0.25
_LEFT: Final = -0.47  # where an arrow passes the boxes on their left
_GROUND: Final = "#f2f5f7"
_BOXES: Final = {  # name: (words, column, row)
    "sacrifice": ("Episode\nsacrifice", 2, 0.0),
    "performance": ("Episode\nperformance", 0, 1.0),
    "quality": ("Episode\nquality", 1, 1.0),
    "value": ("Episode\nvalue", 2, 1.0),
    "satisfaction": ("Episode\nsatisfaction", 3, 1.0),
    "standard": ("Comparison\nstandard, zone", 1, 1.9),
    "image": ("Image", 0, 3.25),
    "relationship quality": ("Relationship\nquality", 1, 3.25),
    "relationship value": ("Relationship\nvalue", 2, 3.25),
    "relationship satisfaction": ("Relationship\nsatisfaction", 3, 3.25),
    "relationship sacrifice": ("Relationship\nsacrifice", 0, 4.25),
    "barriers": ("Five\nbarriers", 1, 4.25),
    "ties": ("Five ties", 2, 4.25),
    "alternatives": ("Alternatives", 1, 5.25),
    "commitment": ("Commitment", 2, 5.25),
    "staying": ("Stays\nor leaves", 3, 5.25),
}
_Known = dict[tuple[str, str], tuple[float, float, float]]  # estimate and limits by source and target
_EPISODE: Final = ("standard", "sacrifice", "performance", "quality", "value", "satisfaction")


@dataclass(frozen=True)
class _Arrow:
    start: str
    end: str
    how: str  # "set" (a parameter), "by definition", "compared" or "estimated"
    value: float
    low: float = float("nan")
    high: float = float("nan")

    def text(self, *, short: bool) -> str:
        """Return the number on the arrow, in two lines where the arrow is short."""
        if self.how == "by definition":
            return "+" if self.value > 0 else "\N{MINUS SIGN}"
        gap = "\n" if short else " "
        limits = f"{gap}±{(self.high - self.low) / 2:.2f}" if self.how == "estimated" else ""
        return f"{self.value:.2f}{limits}".replace("-", "\N{MINUS SIGN}")

    @property
    def words(self) -> str:
        if self.how == "compared":
            return f"{self.start} is compared with the {self.end} and its zone"
        if self.how == "by definition":
            return f"{self.start} {'adds to' if self.value > 0 else 'takes from'} {self.end}, by definition"
        limits = f" (95% limits {self.low:.2f} to {self.high:.2f})" if self.how == "estimated" else ""
        if self.end == "relationship quality":
            return f"distance from the zone to {self.end} {self.value:.2f}, outside the zone only"
        always = ", inside the zone too" if self.end == "relationship sacrifice" else ""
        return f"{self.start} to {self.end} {self.value:.2f}{limits}{always}"


def relationship_model_figure(
    model: RelationshipModel,
    *,
    episodes: EpisodeFit | None = None,
    relationship: RelationshipFit | PathBootstrap | None = None,
    source: str = "",
) -> LessonFigure:
    """Draw the model on two levels; give both fits to see estimates on the arrows in the place of parameters.

    ``relationship`` is either the equations of ``fit_relationship``, in points, or the bootstrapped path model
    ``RELATIONSHIP_PATHS``, in standard deviations.

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
    >>> figure = relationship_model_figure(TEACHING_MODEL)
    >>> figure.figure.get_suptitle()
    'Outside the zone, quality follows by 0.30 of the distance'
    """
    if (episodes is None) != (relationship is None):
        raise InputError(
            "episodes, relationship",
            found="one fit without the other",
            expected="both fits, or none",
            mend="pass fit_episodes(...) and fit_relationship(...) or bootstrap_paths(...)",
        )
    known = _relationship_estimates(relationship)
    arrows = _arrows(model, episodes, known)
    standardised = isinstance(relationship, PathBootstrap)
    title = f"Outside the zone, quality follows by {model.speed:.2f} of the distance"
    if known:
        size, low, high = known["satisfaction", "commitment"]
        unit = "One sd" if standardised else "A point"
        title = f"{unit} of satisfaction adds {size:.2f} ({low:.2f} to {high:.2f}) to commitment"
    with house_style():
        figure = Figure(figsize=(7.0, 5.4), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-0.62, 3.5), ylim=(5.7, -0.72))
        _draw_level(axes, -0.68, 2.19, "Level of the episode")
        _draw_level(axes, 2.26, 5.66, "Level of the relationship")
        for name, (words, column, row_at) in _BOXES.items():
            _draw_box(axes, words, column, row_at, decides=name == "staying")
        for arrow in arrows:
            _draw_arrow(axes, arrow)
        if standardised:
            for row_at, words in ((2.02, "blue: points"), (5.42, "blue: standard\ndeviations (sd)")):
                axes.text(-0.4, row_at, words, color=BLUE, fontsize=9.5, va="bottom" if row_at < 3 else "center")
        headline(figure, title)
    width = f"{model.zone_width:.2g}"
    listed = {level: "; ".join(arrow.words for arrow in arrows if _level(arrow) == level) for level in range(3)}
    shown = "Blue: estimates ± half the width of their 95% limits. " if known else ""
    units = "The last arrow is on the scale of the logit."
    if standardised:
        units = "An sd of the source moves the target by so many sd; the last arrow is a correlation."
    return LessonFigure(
        figure,
        alt=(
            "Diagram of boxes and arrows on two levels. Level of the episode: the comparison standard is relationship "
            f"quality as it stands, with a zone of tolerance {width} points wide; {listed[0]}. Between the "
            f"levels: {listed[1]}. Level of the relationship: {listed[2]}."
        ),
        caption=(
            "Constructs after Liljander and Strandvik (1995), whose model has no numbers; equations and numbers are "
            f"this workbook's own. {shown}Grey, dashed: set, or + and \N{MINUS SIGN} by definition. {units} {source}"
        ).strip(),
        description=(
            "Relationship sacrifice follows the episodes' sacrifice by the same speed, whether an episode is inside "
            "the zone or not, so an episode inside it can still move satisfaction and staying; the comparison standard "
            "of the next episode is relationship quality after this one. "
            "Liljander and Strandvik also name a performance, a standard and a zone on the level of the relationship; "
            "here the episodes carry them."
        ),
        table=pd.DataFrame(
            [(one.start, one.end, one.how, one.value, one.low, one.high) for one in arrows],
            columns=["from", "to", "how", "value", "low", "high"],
        ).set_index("from"),
    )


def _arrows(model: RelationshipModel, episodes: EpisodeFit | None, known: _Known) -> list[_Arrow]:
    pull, satisfied = "commitment", "relationship satisfaction"
    lived: _Known = {}
    if episodes is not None:
        lived = {(str(row.Index), "satisfaction"): (row.estimate, row.low, row.high) for row in _rows(episodes)}
    return [
        _Arrow("performance", "quality", "set", 1 - model.image_filter),
        _Arrow("quality", "standard", "compared", float("nan")),
        _Arrow("quality", "value", "by definition", 1.0),
        _Arrow("sacrifice", "value", "by definition", -1.0),
        _Arrow("quality", "satisfaction", *_number(lived, "quality", "satisfaction", model.quality_weight)),
        _Arrow("value", "satisfaction", *_number(lived, "value", "satisfaction", model.value_weight)),
        _Arrow("image", "quality", "set", model.image_filter),
        _Arrow("standard", "relationship quality", "set", model.speed),
        _Arrow("sacrifice", "relationship sacrifice", "set", model.speed),
        _Arrow("relationship quality", "image", "set", model.image_speed),
        _Arrow("relationship quality", "relationship value", "by definition", 1.0),
        _Arrow("relationship sacrifice", "relationship value", "by definition", -1.0),
        _Arrow("relationship quality", satisfied, *_number(known, "quality", "satisfaction", model.quality_weight)),
        _Arrow("relationship value", satisfied, *_number(known, "value", "satisfaction", model.value_weight)),
        _Arrow(satisfied, pull, *_number(known, "satisfaction", pull, model.satisfaction_effect)),
        _Arrow("barriers", pull, *_number(known, "barriers", pull, model.barrier_effect)),
        _Arrow("ties", pull, *_number(known, "ties", pull, model.tie_effect)),
        _Arrow("alternatives", pull, *_number(known, "alternatives", pull, -model.alternative_effect)),
        _Arrow(pull, "staying", *_number(known, pull, "staying", 1.0)),
    ]


def _relationship_estimates(relationship: RelationshipFit | PathBootstrap | None) -> _Known:
    """Return the estimates of the relationship level by source and target."""
    if relationship is None:
        return {}
    if isinstance(relationship, RelationshipFit):
        equations = (relationship.satisfaction, relationship.commitment, relationship.staying)
        return {
            (str(row.Index), one.outcome): (row.estimate, row.low, row.high) for one in equations for row in _rows(one)
        }
    table = relationship.summary()
    missing = [path for path in RELATIONSHIP_PATHS.paths if path not in table.index]
    if missing:
        raise InputError(
            "relationship",
            found=f"a path model without the path {missing[0][0]!r} to {missing[0][1]!r}",
            expected="the paths of RELATIONSHIP_PATHS",
            mend="pass bootstrap_paths(fit_composites(customers, RELATIONSHIP_PATHS), ...)",
        )
    ends = table[["estimate", "low", "high"]].to_numpy()
    return {(str(path[0]), str(path[1])): (row[0], row[1], row[2]) for path, row in zip(table.index, ends, strict=True)}


def _rows(fit: Equation) -> Iterator[Any]:
    yield from fit.summary().itertuples()


def _number(known: _Known, source: str, target: str, parameter: float) -> tuple[str, float, float, float]:
    """Return how a number is known, and the number with its limits."""
    if not known:
        return "set", parameter, float("nan"), float("nan")
    return "estimated", *known[source, target]


def _level(arrow: _Arrow) -> int:
    """Return 0 for an arrow within the episode, 1 for one between the levels, 2 for one within the relationship."""
    inside = (arrow.start in _EPISODE) + (arrow.end in _EPISODE)
    return {2: 0, 1: 1, 0: 2}[inside]


def _draw_level(axes: Axes, top: float, bottom: float, name: str) -> None:
    axes.add_patch(Rectangle((-0.6, top), 4.08, bottom - top, facecolor=_GROUND, edgecolor=GRID, zorder=0))
    axes.text(3.43, top + 0.09, name, color=QUIET, fontsize=11, fontweight="bold", ha="right", va="top")


def _draw_box(axes: Axes, words: str, column: float, row: float, *, decides: bool) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (column - _HALF_WIDTH, row - _HALF_HEIGHT),
            2 * _HALF_WIDTH,
            2 * _HALF_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=BLUE if decides else "white",
            edgecolor=BLUE,
            linewidth=1.6,
            zorder=2,
        )
    )
    colour = "white" if decides else INK
    axes.text(column, row, words, ha="center", va="center", fontsize=10, color=colour, linespacing=1.1, zorder=3)


def _draw_arrow(axes: Axes, arrow: _Arrow) -> None:
    """Draw an arrow between the nearest sides of two boxes; some go round the boxes between."""
    _, x0, y0 = _BOXES[arrow.start]
    _, x1, y1 = _BOXES[arrow.end]
    moves = arrow.end in ("standard", "relationship quality")
    colour = VERMILION if moves else BLUE if arrow.how == "estimated" else QUIET
    line = "-" if arrow.how == "estimated" or moves else (0, (4, 2))
    bend, path = "arc3", None
    if arrow.end == "relationship sacrifice":  # round the left of the boxes between
        start, end = (x0 - _HALF_WIDTH, y0), (x1 - _HALF_WIDTH, y1)
        path = Path([start, (_LEFT, y0), (_LEFT, y1), end])
        place = (0.45, y0)
    elif x1 - x0 == 2 and y0 == y1:  # from quality to satisfaction, below or above value
        side = 1.0 if arrow.start == "quality" else -1.0
        start, end = (x0 + 0.2, y0 + side * _HALF_HEIGHT), (x1 - 0.1, y1 + side * _HALF_HEIGHT)
        bend = f"arc3,rad={side * 0.2:g}"
        place = ((start[0] + end[0]) / 2, y0 + side * 0.61)
    elif x0 == x1:
        side = 1.0 if y1 > y0 else -1.0
        start, end = (x0, y0 + side * _HALF_HEIGHT), (x1, y1 - side * _HALF_HEIGHT)
        place = (x0, (start[1] + end[1]) / 2)
    elif y0 == y1:
        side = 1.0 if x1 > x0 else -1.0
        start, end = (x0 + side * _HALF_WIDTH, y0), (x1 - side * _HALF_WIDTH, y1)
        place = ((start[0] + end[0]) / 2, y0)
    else:  # from corner to corner
        across, down = (1.0 if x1 > x0 else -1.0), (1.0 if y1 > y0 else -1.0)
        start = (x0 + across * 0.25, y0 + down * _HALF_HEIGHT)
        end = (x1 - across * 0.25, y1 - down * _HALF_HEIGHT)
        near = 0.78 if arrow.start == "relationship satisfaction" else 0.62  # clear of the ties beside it
        place = (near * start[0] + (1 - near) * end[0], near * start[1] + (1 - near) * end[1])
    axes.add_patch(
        FancyArrowPatch(
            *((start, end) if path is None else (None, None)),
            path=path,
            connectionstyle=bend,
            arrowstyle="-|>",
            mutation_scale=13,
            color=colour,
            linestyle=line,
            linewidth=2.8 if moves else 1.5,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )
    if arrow.how == "compared":  # what comes of it is said by the next arrow
        return
    flat = y0 == y1 and abs(x1 - x0) == 1  # no room on so short an arrow: its number stands above it
    axes.text(
        place[0] + (0.1 if arrow.how == "by definition" and x0 == x1 else 0.0),
        place[1] - (0.05 if flat else 0.12 if arrow.how == "by definition" and x0 != x1 else 0.0),
        {"relationship quality": "outside the zone\n", "relationship sacrifice": "inside and outside the zone "}.get(
            arrow.end, ""
        )
        + arrow.text(short=flat),
        ha="center",
        va="bottom" if flat else "center",
        color=colour,
        fontsize=9.5,
        linespacing=1.1,
        bbox=None if flat or arrow.how == "by definition" else {"facecolor": _GROUND, "edgecolor": "none", "pad": 0.8},
        zorder=4,
    )
