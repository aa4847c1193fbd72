"""The three processes of a relationship over time, and what the data at hand show of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, GREEN, INK, PURPLE, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError

PROCESSES: Final = ("planned communication", "interaction", "value")
"""The processes in the order of their lanes, from the top."""
_LABELS: Final = {
    "planned communication": "Planned\ncommunication\nmail, calls, offers",
    "interaction": "Interaction\n(the core)\nvisits, service",
    "value": "Value\nfor the customer\nstart and result",
}
_HEIGHTS: Final = {"planned communication": 2.0, "interaction": 1.0, "value": 0.0}
_MAIL: Final = np.array([0.6, 2.1, 3.6, 5.1, 6.6])
_VISITS: Final = np.array([0.9, 1.4, 2.3, 2.8, 3.3, 4.1, 4.5, 5.2, 5.8, 6.3, 6.9])
_DIALOGUE: Final = (3.0, 5.5)


def relationship_processes_figure(shown: Mapping[str, str], *, source: str) -> LessonFigure:
    """Draw the three processes as lanes over time, each with what the data at hand show of it.

    Use it to ask of a data set which part of a relationship it holds. The marks in the lanes are a drawing, not data.

    Parameters
    ----------
    shown : mapping
        For "planned communication", "interaction" and "value": what the data show of it, in a few words; "" for
        nothing.
    source : str
        Where the data come from, for the caption.

    Raises
    ------
    InputError
        If the keys are not the three processes.

    Notes
    -----
    Published (abstract): interaction is the core, planned communication supports it, customer value is the outcome; if
    the first two are integrated and serve value, a dialogue may come about. That value is the start too is how courses
    teach it. The lanes and their look are this workbook's own.

    Source: after [gronroos2004]

    Examples
    --------
    >>> relationship_processes_figure({"planned communication": "", "interaction": "receipts", "value": ""}, source=""
    ...     ).figure.get_suptitle()
    'These data show 1 of 3 processes'
    """
    if set(shown) != set(PROCESSES):
        raise InputError(
            "shown",
            found=f"{list(shown)}",
            expected=f"the keys {', '.join(map(repr, PROCESSES))}",
            mend='write "" where the data show nothing',
        )
    seen = [name for name in PROCESSES if shown[name].strip()]
    told = {name: shown[name].strip() or "nothing" for name in PROCESSES}
    with house_style():
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        _draw_lanes(axes)
        for name in PROCESSES:
            weight = "bold" if name in seen else "normal"
            colour = INK if name in seen else QUIET
            axes.text(7.75, _HEIGHTS[name], told[name], va="center", fontsize=10.5, color=colour, fontweight=weight)
        axes.text(7.75, 2.62, "These data show", fontsize=10.5, color=QUIET, va="center")
        axes.set(xlim=(-2.5, 10.6), ylim=(-0.85, 2.8), xticks=[], yticks=[])
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
        missing = [name for name in PROCESSES if name not in seen]
        rest = f", not {missing[0]}" if len(missing) == 1 else ""
        headline(figure, f"These data show {len(seen)} of 3 processes{rest}")
    words = "; ".join(f"{name}, {told[name]}".replace("\n", " ") for name in PROCESSES)
    return LessonFigure(
        figure,
        alt=(
            "Diagram of three lanes over time: planned communication above, interaction as the core in the middle, "
            "value for the customer below, from start to result. A frame around a part of the upper two marks "
            f"dialogue, which may come about where both are integrated. What the data show: {words}."
        ),
        caption=(
            "Three processes of a relationship, drawn after Grönroos (2004) in this workbook's own lanes; the marks "
            f"are a drawing, the words on the right tell of the data. {source}"
        ),
        table=pd.DataFrame({"process": PROCESSES, "these data show": [told[n].replace("\n", " ") for n in PROCESSES]}),
    )


def _draw_lanes(axes: Any) -> None:
    """Draw the three lanes, their names, the frame of the dialogue and the arrow of time."""
    marks = {"planned communication": (BLUE, "s", _MAIL), "interaction": (VERMILION, "o", _VISITS)}
    for name, height in _HEIGHTS.items():
        axes.fill_between([0.2, 7.4], height - 0.28, height + 0.28, color="#eef2f5", linewidth=0)
        axes.text(-2.45, height, _LABELS[name], va="center", fontsize=10.5)
        if name in marks:
            colour, marker, times = marks[name]
            axes.plot(times, np.full(times.size, height), color=colour, linewidth=1.4, marker=marker, markersize=8)
    axes.annotate("", (6.5, 0.0), (1.1, 0.0), arrowprops={"arrowstyle": "-|>", "color": GREEN, "linewidth": 2.4})
    axes.text(1.0, 0.0, "start", va="center", ha="right", fontsize=10.5, color=INK)
    axes.text(6.6, 0.0, "result", va="center", fontsize=10.5, color=INK)
    left, right = _DIALOGUE
    axes.add_patch(
        FancyBboxPatch(
            (left, 0.66),
            right - left,
            1.68,
            boxstyle="round,pad=0.02,rounding_size=0.12",
            fill=False,
            edgecolor=PURPLE,
            linewidth=2.0,
            linestyle="--",
        )
    )
    axes.text(
        (left + right) / 2,
        1.5,
        "dialogue, if both\nfit together",
        ha="center",
        va="center",
        fontsize=10.5,
        color=PURPLE,
    )
    axes.annotate("", (7.4, -0.55), (0.2, -0.55), arrowprops={"arrowstyle": "->", "color": QUIET})
    axes.text(0.2, -0.73, "time", fontsize=10.5, color=QUIET, va="center")
