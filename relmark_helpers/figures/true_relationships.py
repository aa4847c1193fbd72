"""The nine cells of true and spurious relationships: for one customer, and for a customer file."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from relmark_helpers.calculations.placed_customers import PlacedCustomers
from relmark_helpers.calculations.true_relationships import COMMITMENTS, NINE_CELLS, SCORES, TRUST_KINDS, CustomerPlace
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, INK, OCHRE, QUIET, VERMILION, house_style

__all__ = ["NineCellsPlot", "customer_cells_figure", "nine_cells_figure"]

_LOOKS: Final = {  # fill, edge, line, word in the corner
    "true": ("#e3eef7", BLUE, "-", "true"),
    "spurious": ("#fbeee3", VERMILION, "--", "spurious"),
    "spurious or true": ("#faf4e0", OCHRE, "-.", "benefits decide"),
}
_EVIDENCE: Final = (
    "Nine cells after Liljander and Roos, from lecture notes; cuts, the rule for the kind of trust, and that benefits "
    "decide the open cells are this workbook's own."
)
_GAP = 0.04


class NineCellsPlot(Plot[CustomerPlace]):
    """The nine cells, each with a bar and a number for the probability that one customer belongs there."""

    size = (7.0, 4.6)

    def setting(self, result: CustomerPlace) -> Hashable:
        return 0

    def lay_out(self, figure: Figure, result: CustomerPlace) -> list[Artist]:
        axes = _grid(figure)
        self._bars: list[Rectangle] = []
        self._numbers: list[Text] = []
        for commitment, trust in NINE_CELLS:
            column, row = _corner(commitment, trust)
            edge = _LOOKS[NINE_CELLS[commitment, trust]][1]
            axes.add_patch(Rectangle((column + 0.12, row + 0.72), 0.76, 0.12, facecolor="white", edgecolor=QUIET))
            self._bars.append(Rectangle((column + 0.12, row + 0.72), 0.0, 0.12, facecolor=edge))
            axes.add_patch(self._bars[-1])
            self._numbers.append(
                axes.text(
                    column + 0.5, row + 0.48, "", ha="center", va="center", fontsize=16, fontweight="bold", color=INK
                )
            )
        self._frame = Rectangle((0, 0), 1, 1, fill=False, edgecolor=INK, linewidth=3.2)
        axes.add_patch(self._frame)
        self._sums = axes.text(3, 3.14, "", ha="right", va="center", color=INK)
        for one in (*self._numbers, self._sums):
            one.set_in_layout(False)  # or the cells would be smaller for longer words
        return [*self._bars, self._frame, *self._numbers, self._sums]

    def move(self, result: CustomerPlace) -> None:
        cells = result.cells.to_numpy().ravel()
        for p, bar, number in zip(cells, self._bars, self._numbers, strict=True):
            bar.set_width(0.76 * p)
            number.set_text(_percent(p))
        inside = result.trust in TRUST_KINDS
        self._frame.set_visible(inside)
        if inside:
            column, row = _corner(result.commitment, result.trust)
            self._frame.set_bounds(column + _GAP, row + _GAP, 1 - 2 * _GAP, 1 - 2 * _GAP)
        self._sums.set_text(_four(result))

    def words(self, result: CustomerPlace) -> Words:
        errors = result.errors.dropna()
        error = f"{errors.iloc[0]:.2f}" if errors.nunique() == 1 else f"{errors.min():.2f} to {errors.max():.2f}"
        given = ", ".join(
            f"{name} {result.scores[name]:.1f}" for name in SCORES if result.scores[name] == result.scores[name]
        )
        cell = (
            f"{result.commitment} commitment, {result.trust}-based trust" if result.trust in TRUST_KINDS else "no cell"
        )
        likely = sorted(zip(NINE_CELLS, result.cells.to_numpy().ravel(), strict=True), key=lambda one: -one[1])[:3]
        shown = "; ".join(f"{row} commitment and {column} {_percent(p)}" for (row, column), p in likely)
        four = _four(result)
        return Words(
            title=f"{result.kind.capitalize()} by the scores, {_percent(result.probability)} sure"
            + (": borderline" if result.borderline else ""),
            alt=(
                f"Nine cells, commitment by kind of trust, with the probability of each for one customer. Most likely: "
                f"{shown}. By kind of relationship: {four}. The frame marks the cell of the scores: {cell}."
            ),
            caption=(
                f"One customer with scores of {given}; standard error of each score {error}. {_EVIDENCE} Computed, no "
                "data."
            ),
            description=(
                f"The scores fall into {cell}. Probabilities: {four}. Borderline means below {result.sure:.0%}."
            ),
            table=result.cells,
        )


def customer_cells_figure(place: CustomerPlace) -> LessonFigure:
    """Draw the probabilities of the nine cells for one customer.

    Examples
    --------
    >>> from relmark_helpers.calculations.true_relationships import place_customer
    >>> scores = {"calculus": 6, "knowledge": 5, "identification": 3, "commitment": 5.5, "benefits": 5}
    >>> customer_cells_figure(place_customer(scores, error=0.5)).figure.get_suptitle()
    'True by the scores, 84% sure: borderline'
    """
    return NineCellsPlot().figure(place)


def nine_cells_figure(placed: PlacedCustomers, *, source: str) -> LessonFigure:
    """Draw how many customers of a file each cell holds, with limits, and how many of them are borderline.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.placed_customers import place_customers
    >>> from relmark_helpers.calculations.true_relationships import SCORES
    >>> scores = pd.DataFrame(np.random.default_rng(2002).uniform(1, 7, (200, 5)), columns=SCORES)
    >>> figure = nine_cells_figure(place_customers(scores, 0.4), source="Random numbers.")
    >>> figure.figure.get_suptitle()
    'True: 34% of 200 customers; borderline between kinds: 32%'
    """
    cells, kinds = placed.cells(), placed.kinds()
    n = len(placed.table) - placed.not_answered
    near = int(kinds["borderline"].sum())
    with house_style():
        figure = Figure(figsize=(7.0, 4.9), layout="constrained")
        axes = _grid(figure)
        for (commitment, trust), one in cells.iterrows():
            column, row = _corner(commitment, trust)
            centre: dict[str, Any] = {"ha": "center", "va": "center"}
            axes.text(column + 0.5, row + 0.42, f"{one['customers']}", fontsize=17, fontweight="bold", **centre)
            axes.text(
                column + 0.5, row + 0.64, f"{one['low']:.1%} to {one['high']:.1%}", fontsize=9.5, color=INK, **centre
            )
            unsure = f"{one['borderline_share']:.0%} borderline" if one["customers"] else "nobody"
            axes.text(column + 0.5, row + 0.82, unsure, fontsize=9.5, color=INK, **centre)
        outside = kinds.loc["outside the table"]
        below = (
            f"Outside the table (no kind of trust): {outside['customers']:.0f}, {outside['low']:.1%} to "
            f"{outside['high']:.1%}"
        )
        axes.text(3, 3.14, below, ha="right", va="center")
        headline(
            figure,
            f"True: {kinds.loc['true', 'share']:.0%} of {n:,} customers; borderline between kinds: {near / n:.0%}",
        )
    listed = "; ".join(f"{name} {_shares(row)}" for name, row in kinds.iterrows() if row["customers"])
    largest = cells.sort_values("customers", ascending=False, kind="stable").head(3)
    most = "; ".join(
        f"{commitment} commitment and {trust} {one['customers']} ({_borderline(one)})"
        for (commitment, trust), one in largest.iterrows()
    )
    left = f" {placed.not_answered} left out for missing answers." if placed.not_answered else ""
    return LessonFigure(
        figure,
        alt=(
            f"Nine cells, commitment by kind of trust, with the customers in each. Largest: {most}. Shares by kind "
            f"with limits: {listed}."
        ),
        caption=(
            f"Customers by cell, 95% limits of the share, and share of the cell's customers whose kind of relationship "
            f"is less than {placed.sure:.0%} sure (borderline).{left} {_EVIDENCE} {source}"
        ).strip(),
        description=(
            f"Of {n:,} customers, {near} are borderline between kinds of relationship. Expected shares, with errors of "
            "measurement taken in: "
            + "; ".join(
                f"{name} {row['expected']:.1%}"
                + (f" ({row['expected_low']:.1%} to {row['expected_high']:.1%})" if n > 1 else "")
                for name, row in kinds.iterrows()
                if row["expected"] > 0
            )
            + "."
        ),
        table=cells,
    )


def _grid(figure: Figure) -> Axes:
    """Draw the nine empty cells with their names."""
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set(xlim=(-0.22, 3.02), ylim=(3.28, -0.3))
    axes.text(1.5, -0.25, "Kind of trust", ha="center", va="center", color=QUIET)
    axes.text(-0.19, 1.5, "Commitment", rotation=90, ha="center", va="center", color=QUIET)
    for at, trust in enumerate(TRUST_KINDS):
        axes.text(at + 0.5, -0.08, f"{trust}-based", ha="center", va="center", fontweight="bold", color=INK)
    for at, commitment in enumerate(COMMITMENTS):
        axes.text(-0.06, at + 0.5, commitment, rotation=90, ha="center", va="center", fontweight="bold", color=INK)
    for (commitment, trust), kind in NINE_CELLS.items():
        column, row = _corner(commitment, trust)
        fill, edge, line, word = _LOOKS[kind]
        axes.add_patch(
            Rectangle(
                (column + _GAP, row + _GAP),
                1 - 2 * _GAP,
                1 - 2 * _GAP,
                facecolor=fill,
                edgecolor=edge,
                linestyle=line,
                linewidth=1.6,
            )
        )
        axes.text(column + 0.5, row + 0.18, word, ha="center", va="center", fontsize=10.5, color=INK)
    return axes


def _corner(commitment: str, trust: str) -> tuple[int, int]:
    return TRUST_KINDS.index(trust), COMMITMENTS.index(commitment)


def _four(place: CustomerPlace) -> str:
    """Return the probabilities by kind of relationship in words."""
    return ", ".join(f"{name} {_percent(p)}" for name, p in place.kinds.items() if name != "undecided" or p)


def _percent(p: float) -> str:
    """Return a probability as a percentage that is 0 or 100 only where it is just about that."""
    if p != p:
        return "not known"
    if 0 < p < 0.005:
        return "below 1%" if p > 1e-9 else "0%"
    if 0.995 < p < 1:
        return "over 99%" if p < 1 - 1e-9 else "100%"
    return f"{p:.0%}"


def _shares(row: pd.Series[float]) -> str:
    return f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%}, {row['borderline']:.0f} borderline)"


def _borderline(one: pd.Series[float]) -> str:
    return f"{one['borderline_share']:.0%} borderline" if one["customers"] else "nobody"
