"""A customer chain as a diagram, and what a customer is worth by the point at which investment stops."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Hashable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.chain_models import StoppingComparison
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GREEN, INK, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError

_MOST_STATES = 6
_HALF_WIDTH, _HALF_HEIGHT = 0.33, 0.24  # of a state's box; states are 1 apart


def chain_figure(chain: CustomerChain) -> LessonFigure:
    """Draw the states of a chain as boxes with their rewards, and its probabilities as arrows.

    Examples
    --------
    >>> from relmark_helpers.calculations.chain_models import recency_chain
    >>> chain_figure(recency_chain([0.3, 0.2], margin=40, cost=4, discount=0.2)).alt[:53]
    'Diagram of a chain with 3 states. From recency 1: 0.3'
    """
    n = len(chain.states)
    if n > _MOST_STATES:
        raise InputError(
            "chain",
            found=f"{n} states",
            expected=f"at most {_MOST_STATES}, as more cannot be read",
            mend="show chain.power(1) as a table",
        )
    most = int(chain.matrix[0].argmax())
    place = f"in {_short(chain.states[most])}" if most else "still there"
    with house_style():
        figure = Figure(figsize=(7.0, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        for at, name in enumerate(chain.states):
            _draw_state(axes, at, name, np.asarray(chain.reward)[at], final=name in chain.absorbing)
            for to in np.flatnonzero(chain.matrix[at]):
                _draw_arrow(axes, at, int(to), float(chain.matrix[at, to]))
        rows, columns = np.nonzero(chain.matrix)
        back, skip = float((rows - columns).max(initial=0)), float((columns - rows).max(initial=0))
        axes.set_xlim(-0.45, n - 0.55)
        axes.set_ylim(-0.45 - 0.34 * back, 0.95 if skip < 2 else 0.7 + 0.34 * skip)
        headline(
            figure, f"{chain.matrix[0].max():.0%} of those in {_short(chain.states[0])} are {place} a period later"
        )
    return LessonFigure(
        figure,
        alt=f"Diagram of a chain with {n} states. {'; '.join(_moves(chain))}.",
        caption=(
            "Boxes: states of a customer, with the money that a period in the state brings. Arrows: probability of "
            "being in the other state one period later. Grey box: never left."
        ),
        table=chain.power(1).assign(reward=np.asarray(chain.reward)).rename_axis(columns=None),
    )


class StoppingPlot(Plot[StoppingComparison]):
    """Left: worth in the first state, by stopping point. Right: worth in later states, two policies."""

    size = (7.0, 3.7)

    def setting(self, result: StoppingComparison) -> Hashable:
        return result.chain.states, _round_ends(self._first(result)), _round_ends(self._later(result))

    def lay_out(self, figure: Figure, result: StoppingComparison) -> list[Artist]:
        left, right = figure.subplots(1, 2, width_ratios=[1.2, 1])
        points, later = list(result.values.index), self._later(result)
        left.set_yticks(range(len(points)), [_short(point) for point in points])
        left.set(ylim=(len(points) - 0.4, -0.8), ylabel="First state without investment")
        left.set_title(f"Worth of a customer\nin {_short(result.chain.states[0])}", fontsize=11.5)
        right.set_yticks(range(len(later.columns)), [_short(state) for state in later.columns])
        right.set(ylim=(len(later.columns) - 0.4, -0.8))
        right.set_title("Worth in later states\n", fontsize=11.5)
        right.axvline(0, color=QUIET, linewidth=1.2)
        for axes, values in ((left, self._first(result)), (right, later)):
            axes.set(xlim=_round_ends(values), xlabel="Money")
            axes.xaxis.set_major_locator(MaxNLocator(5))
            axes.xaxis.set_major_formatter("{x:,.12g}")
        (self._points,) = left.plot([], [], color=QUIET, marker="o", linestyle="", fillstyle="none", label="_others")
        (self._best,) = left.plot([], [], color=GREEN, marker="D", linestyle="", markersize=9, label="best point")
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
        self._texts = [
            left.text(0, at - 0.24, "", ha="center", va="bottom", fontsize=9.5, bbox=ground)
            for at in range(len(points))
        ]
        (self._never,) = right.plot(
            [], [], color=VERMILION, marker="s", linestyle="", markersize=8, fillstyle="none", label="never stopping"
        )
        (self._stopped,) = right.plot([], [], color=BLUE, marker="o", linestyle="", label="stopping at the best point")
        figure.legend(loc="outside lower center", ncols=3, columnspacing=1.2)
        return [self._points, self._best, *self._texts, self._never, self._stopped]

    def move(self, result: StoppingComparison) -> None:
        first, later = self._first(result), self._later(result)
        low, high = _round_ends(first)
        self._points.set_data(first, range(len(first)))
        self._best.set_data([first[result.best]], [first.index.get_loc(result.best)])
        for text, worth in zip(self._texts, first, strict=True):
            text.set_text(f"{worth:,.2f}".replace("-", "\N{MINUS SIGN}"))
            text.set_x(min(max(worth, low + 0.12 * (high - low)), high - 0.12 * (high - low)))
        places = range(len(later.columns))
        self._never.set_data(later.loc["never"], places)
        self._stopped.set_data(later.loc[result.best], places)

    def words(self, result: StoppingComparison) -> Words:
        chain, first = result.chain, self._first(result)
        best, never = first[result.best], first["never"]
        listed = ", ".join(f"{point} {value:,.2f}" for point, value in first.items())
        later = ", ".join(f"{state} {value:,.2f}" for state, value in self._later(result).loc["never"].items())
        stops = result.best != "never"
        return Words(
            title=(
                f"Stop at {_short(result.best)}: worth {best:,.2f}, against {never:,.2f} without stopping"
                if stops
                else f"Never stop: worth {best:,.2f} in {_short(chain.states[0])}"
            ),
            alt=(
                f"Two dot charts. Left: worth of a customer in {chain.states[0]}, by the first state without "
                f"investment: {listed}. Right: worth in later states if investment "
                f"never stops, {later or 'none'}{'; and with the best stop' if stops else ''}."
            ),
            caption=(
                f"Present value at a discount rate of {chain.discount:.0%} a period, by the point at which investment "
                "stops. On the right, a customer whose worth is below 0 costs more than is to be expected back."
            ),
            description=(f"Best point: {result.best}, ahead of the next best by {result.lead:,.2f}."),
            table=result.values.rename_axis(columns=None),
        )

    @staticmethod
    def _first(result: StoppingComparison) -> pd.Series[float]:
        return result.values.iloc[:, 0]

    @staticmethod
    def _later(result: StoppingComparison) -> pd.DataFrame:
        return result.values.loc[["never", result.best]].loc[lambda rows: ~rows.index.duplicated()].iloc[:, 1:-1]


def _round_ends(values: pd.Series[float] | pd.DataFrame) -> tuple[float, float]:
    """Return round ends for an axis, so that it is redrawn for large changes only; a table's axis holds 0 too."""
    shown = values.to_numpy() if isinstance(values, pd.Series) else np.append(values, 0.0)
    size = max(float(np.ptp(shown)), 0.02 * float(np.abs(shown).max()), 0.01)
    unit = 10 ** math.floor(math.log10(size))
    part = next(unit * step for step in (1, 2, 5, 10) if unit * step >= size) / 2
    low, high = part * math.floor(shown.min() / part), part * math.ceil(shown.max() / part)
    return low - 0.15 * part, high + 0.15 * part


def stopping_figure(comparison: StoppingComparison) -> LessonFigure:
    """Draw what a customer is worth by the point at which investment stops.

    Examples
    --------
    >>> from relmark_helpers.calculations.chain_models import compare_stopping, recency_chain
    >>> chain = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
    >>> stopping_figure(compare_stopping(chain, cost=4)).description
    'Best point: recency 4, ahead of the next best by 0.83.'
    """
    return StoppingPlot().figure(comparison)


def _short(name: str) -> str:
    """Return a name that fits on an axis; the alt text and the table have it in full."""
    return name if len(name) <= 18 else f"{name[:17]}…"


def _moves(chain: CustomerChain) -> list[str]:
    return [
        f"{name} is never left"
        if name in chain.absorbing
        else f"From {name}: "
        + ", ".join(f"{row[to]:.3g} to {chain.states[int(to)]}" for to in np.flatnonzero(row))
        + f", reward {reward:,.6g}"
        for name, row, reward in zip(chain.states, chain.matrix, np.asarray(chain.reward), strict=True)
    ]


def _draw_state(axes: Axes, at: int, name: str, reward: float, *, final: bool) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (at - _HALF_WIDTH, -_HALF_HEIGHT),
            2 * _HALF_WIDTH,
            2 * _HALF_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#e8ecef" if final else "white",
            edgecolor=QUIET if final else BLUE,
            linestyle="--" if final else "-",
            linewidth=1.8,
        )
    )
    words = textwrap.fill(name, 10, max_lines=2, placeholder="…")
    money = f"{reward:,.6g}".replace("-", "\N{MINUS SIGN}")
    axes.text(at, 0, f"{words}\n{money}", ha="center", va="center", fontsize=10, color=INK, linespacing=1.35)


def _draw_arrow(axes: Axes, at: int, to: int, probability: float) -> None:
    """Draw a step to the next state straight, to itself as a loop, further on as an arc above, back as one below."""
    reach, colour = abs(to - at), BLUE
    if to == at + 1:
        path = Path([(at + _HALF_WIDTH, 0.0), (to - _HALF_WIDTH, 0.0)])
        place = (at + 0.5, 0.1)
    elif to == at:
        top = _HALF_HEIGHT + 0.55
        points = [(at - 0.14, _HALF_HEIGHT), (at - 0.3, top), (at + 0.3, top), (at + 0.14, _HALF_HEIGHT)]
        path = Path(points, [Path.MOVETO, *[Path.CURVE4] * 3])
        place = (at, _HALF_HEIGHT + 0.5)
    else:
        side = 1.0 if to > at else -1.0
        colour = BLUE if to > at else VERMILION
        start = (at + side * (0.18 - 0.05 * (reach - 1)), side * _HALF_HEIGHT)
        end = (to + side * (0.09 * (reach - 1) - 0.2), side * _HALF_HEIGHT)  # those from further on land outside
        lift = 0.62 * reach + (0.2 if to > at else 0.0)  # over the labels of the loops
        turn = ((start[0] + end[0]) / 2, side * (_HALF_HEIGHT + lift))
        path = Path([start, turn, end], [Path.MOVETO, Path.CURVE3, Path.CURVE3])
        place = ((start[0] + 2 * turn[0] + end[0]) / 4, (start[1] + 2 * turn[1] + end[1]) / 4)
    line = "-" if to >= at else (0, (5, 2))
    axes.add_patch(
        FancyArrowPatch(path=path, arrowstyle="-|>", mutation_scale=14, color=colour, linestyle=line, linewidth=1.6)
    )
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
    axes.text(*place, f"{probability:.3g}", ha="center", va="center", color=colour, fontsize=10, bbox=ground)
