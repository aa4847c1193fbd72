"""Four cells: satisfied or not, staying or leaving, with shares, limits and reasons."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from relmark_helpers.calculations.relationship_cells import StayingCells
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style

_PLACES = {
    "satisfied, stays": (0, 0),
    "satisfied, leaves": (1, 0),
    "dissatisfied, stays": (0, 1),
    "dissatisfied, leaves": (1, 1),
}
_ODD = ("satisfied, leaves", "dissatisfied, stays")


def staying_cells_figure(cells: StayingCells, *, source: str) -> LessonFigure:
    """Draw the four cells with share, limits, typical circumstances and main reason of each.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.relationship_cells import staying_cells
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> sample = simulate_relationships(5000, np.random.default_rng(1995))
    >>> figure = staying_cells_figure(staying_cells(sample.model, sample.customers), source="Simulated.")
    >>> figure.figure.get_suptitle()
    '16% of the satisfied leave, 45% of the dissatisfied stay'
    """
    table = cells.table
    shares = [f"{share:.0%}" if share == share else "none" for share in (table.loc[cell, "within"] for cell in _ODD)]
    with house_style():
        figure = Figure(figsize=(7.0, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set(xlim=(-0.2, 2.02), ylim=(2.02, -0.16))
        for column, name in enumerate(("Stays", "Leaves")):
            axes.text(column + 0.5, -0.07, name, ha="center", va="center", fontweight="bold", color=QUIET)
        for row, name in enumerate(("Satisfied", "Dissatisfied")):
            axes.text(-0.1, row + 0.5, name, rotation=90, ha="center", va="center", fontweight="bold", color=QUIET)
        for cell, (column, row) in _PLACES.items():
            _draw_cell(axes, cells, cell, column, row)
        headline(figure, f"{shares[0]} of the satisfied leave, {shares[1]} of the dissatisfied stay")
    listed = "; ".join(_words(cells, cell) for cell in _PLACES)
    return LessonFigure(
        figure,
        alt=f"Four cells, satisfied or dissatisfied by stays or leaves. {listed}.",
        caption=(
            f"Shares of {int(table['customers'].sum()):,} customers, with {cells.level:.0%} limits for the draw of "
            "customers; means of the sums of barriers and ties (0 to 5) and of the best alternative (1 to 10). Last "
            "line: the two reasons that most often are a customer's largest push towards what the customer did, "
            "against the mean of others in the same mood; own disposition is all that the model gives no reason for. "
            f"Dashed: the cells that satisfaction alone cannot explain. {source}"
        ).strip(),
        description=(
            "Of the satisfied, "
            + _range(table.loc["satisfied, leaves"])
            + " leave; of the dissatisfied, "
            + _range(table.loc["dissatisfied, stays"])
            + " stay. "
            + " ".join(
                f"{cell}: "
                + ", ".join(
                    f"{_named(str(reason), cell)} {share:.0%}" for reason, share in cells.reasons.loc[cell].items()
                )
                + "."
                for cell in _ODD
                if table.loc[cell, "customers"]
            )
        ),
        table=table.join(cells.reasons.add_suffix(" as reason")),
    )


def _draw_cell(axes: Axes, cells: StayingCells, cell: str, column: int, row: int) -> None:
    odd = cell in _ODD
    one = cells.table.loc[cell]
    axes.add_patch(
        FancyBboxPatch(
            (column + 0.03, row + 0.03),
            0.94,
            0.94,
            boxstyle="round,pad=0,rounding_size=0.04",
            facecolor="white" if odd else "#f2f5f7",
            edgecolor=VERMILION if odd else BLUE,
            linestyle="--" if odd else "-",
            linewidth=2.2 if odd else 1.4,
        )
    )
    put = axes.text
    middle = column + 0.5
    put(middle, row + 0.24, f"{one['share']:.0%}", ha="center", va="center", fontsize=22, fontweight="bold", color=INK)
    put(
        middle, row + 0.45, f"{one['low']:.1%} to {one['high']:.1%}", ha="center", va="center", color=QUIET, fontsize=10
    )
    if one["customers"]:
        put(
            middle,
            row + 0.62,
            f"barriers {one['barriers']:.1f}, ties {one['ties']:.1f}, alternative {one['alternatives']:.1f}",
            ha="center",
            va="center",
            fontsize=10,
        )
        words = ", ".join(f"{_named(reason, cell)} {share:.0%}" for reason, share in cells.main_reasons(cell))
        put(middle, row + 0.79, words, ha="center", va="center", fontsize=10, color=VERMILION if odd else BLUE)


def _words(cells: StayingCells, cell: str) -> str:
    one = cells.table.loc[cell]
    start = f"{cell}: {one['share']:.1%} ({one['low']:.1%} to {one['high']:.1%})"
    if not one["customers"]:
        return start
    reasons = ", ".join(f"{_named(reason, cell)} for {share:.0%}" for reason, share in cells.main_reasons(cell))
    return (
        f"{start}, mean barriers {one['barriers']:.1f}, ties {one['ties']:.1f}, alternative {one['alternatives']:.1f}, "
        f"main reasons {reasons}"
    )


def _named(reason: str, cell: str) -> str:
    """Return a reason in words that say which way it speaks."""
    if cell.endswith("stays"):
        return {"alternatives": "poor alternative", "satisfaction": "more satisfied"}.get(reason, reason)
    weak = {"barriers": "few barriers", "ties": "few ties", "alternatives": "good alternative"}
    return {**weak, "satisfaction": "less satisfied"}.get(reason, reason)


def _range(row: pd.Series[float]) -> str:
    within, low, high = (row[name] for name in ("within", "within_low", "within_high"))
    return f"{within:.1%} ({low:.1%} to {high:.1%})" if within == within else "no one"
