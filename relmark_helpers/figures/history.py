"""A timeline of dated events, and a map of neighbouring concepts."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, GRID, INK, QUIET, house_style


def timeline_figure(events: pd.DataFrame, *, title: str) -> LessonFigure:
    """Draw events down a line of years; columns ``year``, ``label`` and ``event``.

    Examples
    --------
    >>> events = pd.DataFrame({"year": [1983], "label": ["1983"], "event": ["Levitt: after the sale is over"]})
    >>> timeline_figure(events, title="A start").alt
    'Timeline with 1 entries. 1983: Levitt: after the sale is over.'
    """
    with house_style():
        figure = Figure(figsize=(7.0, 0.8 + 0.46 * len(events)), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 0], [0, len(events) - 1], color=QUIET, linewidth=2, zorder=1)
        for at, event in enumerate(events.itertuples()):
            axes.plot(0, at, color=BLUE, marker="o", markersize=9, zorder=2)
            axes.text(-0.15, at, event.label, ha="right", va="center", fontweight="bold", color=BLUE)
            axes.text(0.15, at, event.event, ha="left", va="center")
        axes.set(xlim=(-1.1, 8.6), ylim=(len(events) - 0.4, -0.6))
        axes.axis("off")
        headline(figure, title)
    listed = "; ".join(f"{event.label}: {event.event}" for event in events.itertuples())
    return LessonFigure(
        figure,
        alt=f"Timeline with {len(events)} entries. {listed}.",
        caption="The spacing of the entries is even, not to scale.",
        table=events.set_index("year"),
    )


def concept_map_figure(concepts: pd.DataFrame, *, centre: str) -> LessonFigure:
    """Draw concepts around a centre; columns ``concept``, ``chinese``, ``link`` (how it relates) and ``lesson``.

    Examples
    --------
    >>> one = {"concept": ["CRM"], "chinese": ["客户关系管理"], "link": ["carries it out"], "lesson": ["02"]}
    >>> concept_map_figure(pd.DataFrame(one), centre="relationship marketing").alt
    'Map with relationship marketing in the centre and 1 concepts around it. CRM: carries it out.'
    """
    angles = np.linspace(np.pi / 2, np.pi / 2 - 2 * np.pi, len(concepts), endpoint=False)
    with house_style():
        figure = Figure(figsize=(7.0, 5.2), layout="constrained")
        axes = figure.subplots()
        for angle, concept in zip(angles, concepts.itertuples(), strict=True):
            x, y = 1.15 * np.cos(angle), np.sin(angle)
            axes.plot([0, x], [0, y], color=QUIET, linewidth=1.2, zorder=1)
            axes.text(
                x / 1.75,
                y / 1.75,
                concept.link,
                ha="center",
                va="center",
                fontsize=9,
                color=INK,
                bbox=_box(GRID, "none"),
            )
            name = f"{fill(concept.concept, 14)}\n{concept.chinese}"
            axes.text(x, y, name, ha="center", va="center", fontsize=10.5, bbox=_box("white", BLUE))
        axes.text(0, 0, centre, ha="center", va="center", fontweight="bold", color="white", bbox=_box(BLUE, BLUE))
        axes.set(xlim=(-1.6, 1.6), ylim=(-1.25, 1.2))
        axes.axis("off")
        headline(figure, "Neighbours, and what each does")
    listed = "; ".join(f"{concept.concept}: {concept.link}" for concept in concepts.itertuples())
    name = " ".join(centre.split())
    return LessonFigure(
        figure,
        alt=f"Map with {name} in the centre and {len(concepts)} concepts around it. {listed}.",
        caption="Neighbouring concepts. The table below gives a sentence on each and the lesson that uses it.",
        table=concepts.set_index("concept"),
    )


def _box(face: str, edge: str) -> dict[str, object]:
    return {"boxstyle": "round,pad=0.35", "facecolor": face, "edgecolor": edge, "linewidth": 1.4}
