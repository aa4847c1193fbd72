"""The ladder of loyalty as a drawing, the worth of its rungs, and growth with referral."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from relmark_helpers.calculations.ladder import LOST, RUNGS, Ladder
from relmark_helpers.calculations.ladder_growth import ReferralSweep
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GREEN, INK, QUIET, VERMILION, house_style

_LEFT, _RIGHT, _HALF = 0.0, 1.0, 0.27  # sides and half height of a rung's box


def ladder_figure(ladder: Ladder) -> LessonFigure:
    """Draw the rungs with their long-run shares, and the chances of climbing, slipping and being lost.

    Examples
    --------
    >>> from relmark_helpers.calculations.ladder import teaching_ladder
    >>> ladder_figure(teaching_ladder()).alt[:66]
    'Diagram of a ladder with six rungs from the foot up. prospect: 26%'
    """
    share, chances = ladder.long_run_shares(), ladder.chain.power(1)
    advocates = ladder.time_to("advocate").loc[RUNGS[0], "chance"]
    step = chances.to_numpy()[:-1, :-1]
    rows, columns = np.nonzero(step)
    jumps = bool((np.abs(rows - columns) > 1).any())
    with house_style():
        figure = Figure(figsize=(7.0, 5.6), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        for at, rung in enumerate(RUNGS):
            axes.add_patch(
                FancyBboxPatch(
                    (_LEFT, at - _HALF),
                    _RIGHT - _LEFT,
                    2 * _HALF,
                    boxstyle="round,pad=0,rounding_size=0.05",
                    facecolor="white",
                    edgecolor=INK,
                    linewidth=1.6,
                )
            )
            words = f"{rung}\n{share[rung]:.0%} in the long run"
            axes.text(0.5, at, words, ha="center", va="center", fontsize=10.5, linespacing=1.3)
            _arrow(axes, (_RIGHT, at), (1.36, at), VERMILION, ":")
            axes.text(1.4, at, f"{chances.loc[rung, LOST]:.2g} lost", va="center", color=VERMILION, fontsize=10)
            axes.text(-0.06, at, f"{step[at, at]:.2g} stay", ha="right", va="center", color=QUIET, fontsize=10)
            if at and step[at - 1, at] > 0:
                _arrow(axes, (0.3, at - 1 + _HALF), (0.3, at - _HALF), BLUE, "-")
                axes.text(0.27, at - 0.5, f"{step[at - 1, at]:.2g}", ha="right", va="center", color=BLUE, fontsize=10)
            if at and step[at, at - 1] > 0:
                _arrow(axes, (0.7, at - _HALF), (0.7, at - 1 + _HALF), GREEN, "--")
                axes.text(0.73, at - 0.5, f"{step[at, at - 1]:.2g}", va="center", color=GREEN, fontsize=10)
        axes.set_xlim(-0.45, 1.75)
        axes.set_ylim(-0.5, len(RUNGS) - 0.5)
        headline(figure, f"{advocates:.0%} of prospects ever become advocates")
    listed = "; ".join(
        f"{rung}: {share[rung]:.0%} of all in the long run, {chances.loc[rung, LOST]:.2g} lost a period"
        + (f", {step[at, at + 1]:.2g} climb" if at < len(RUNGS) - 1 else "")
        for at, rung in enumerate(RUNGS)
    )
    return LessonFigure(
        figure,
        alt=f"Diagram of a ladder with six rungs from the foot up. {listed}.",
        caption=(
            "Rungs after Peck, Payne, Christopher and Clark. Arrows: chance of the move in one period, up (solid), "
            "down (dashed), out (dotted). Shares: in the long run, with the same number of prospects found each period "
            "and referred ones added." + (" Moves over more than one rung are in the table only." if jumps else "")
        ),
        table=chances.iloc[:-1].assign(share=share.to_numpy()).rename_axis(columns=None),
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, line: str) -> None:
    style = {"arrowstyle": "-|>", "color": colour, "linestyle": line, "linewidth": 1.7, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=end, xytext=start, arrowprops=style)


class LadderPlot(Plot[Ladder]):
    """Left: long-run share of each rung. Right: worth of a customer on it, alone and with referrals."""

    size = (7.0, 3.9)

    def setting(self, result: Ladder) -> Hashable:
        return _money_ends(result)

    def lay_out(self, figure: Figure, result: Ladder) -> list[Artist]:
        left, right = figure.subplots(1, 2, sharey=True)
        left.set_yticks(range(len(RUNGS)), list(RUNGS))
        left.set(ylim=(-0.5, len(RUNGS) - 0.5), xlim=(0, 1), xlabel="Share of all on the ladder")
        left.set_title("In the long run", fontsize=11.5)
        left.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        right.set(xlim=_money_ends(result), xlabel="Money")
        right.set_title("Worth of a customer", fontsize=11.5)
        right.axvline(0, color=QUIET, linewidth=1.2)
        right.xaxis.set_major_locator(MaxNLocator(5))
        right.xaxis.set_major_formatter("{x:,.12g}")
        (self._shares,) = left.plot([], [], color=BLUE, linewidth=11, solid_capstyle="butt")
        (self._alone,) = right.plot([], [], color=BLUE, marker="o", linestyle="", markersize=7, label="alone")
        (self._all,) = right.plot(
            [], [], color=VERMILION, marker="s", linestyle="", markersize=9, fillstyle="none", label="with referrals"
        )
        figure.legend(handles=[self._alone, self._all], loc="outside lower right", ncols=2)
        return [self._shares, self._alone, self._all]

    def move(self, result: Ladder) -> None:
        at, value = np.arange(len(RUNGS)), result.value()
        ends = np.column_stack([np.zeros(at.size), result.long_run_shares(), np.full(at.size, np.nan)])
        self._shares.set_data(ends.ravel(), np.repeat(at, 3))
        self._alone.set_data(value["alone"], at)
        self._all.set_data(value["with_referrals"], at)

    def words(self, result: Ladder) -> Words:
        value, share = result.value(), result.long_run_shares()
        foot, growth, one = value.loc[RUNGS[0]], result.growth, result.referred_by_one
        verb = "multiply" if growth > 0 else "fade"
        added = foot["with_referrals"] - foot["alone"]
        listed = "; ".join(
            f"{rung}: {share[rung]:.0%}, worth {_money(value.loc[rung, 'alone'])} alone and "
            f"{_money(value.loc[rung, 'with_referrals'])} with referrals"
            for rung in RUNGS
        )
        return Words(
            title=(f"A prospect is worth {_money(foot['with_referrals'])}, of which {_money(added)} by referral"),
            alt=f"Bars and dots by rung of the ladder: share in the long run and worth of a customer. {listed}.",
            caption=(
                "Left: with the same number of prospects found each period, referred ones added. Right: present value "
                f"at a discount rate of {result.discount:.0%} a period. With referrals, the worth of those who will be "
                "brought in is included: do not add their own to it."
            ),
            description=(
                f"One prospect brings in {one:.2f} others until lost; without new prospects customers {verb} by "
                f"{abs(growth):.1%} a period."
            ),
            table=value.assign(share=share),
        )


def _money_ends(ladder: Ladder) -> tuple[float, float]:
    """Return round ends for the axis of money, 0 among them, so that it is redrawn for large changes only."""
    shown = np.append(ladder.value().to_numpy(), 0.0)
    size = max(float(np.abs(shown).max()), 1.0)
    unit = 10.0 ** np.floor(np.log10(size))
    whole = float(next(unit * step for step in (1, 2, 5, 10) if unit * step >= size))
    low = -whole if shown.min() < -0.1 * whole else -0.15 * whole
    return low, 1.05 * whole


def _money(value: float) -> str:
    """Return money with two digits and a true minus sign, never minus nothing."""
    return f"{round(value, 2) + 0.0:,.2f}".replace("-", "\N{MINUS SIGN}")


def value_figure(ladder: Ladder) -> LessonFigure:
    """Draw the long-run share and the worth of each rung, alone and with referrals.

    Examples
    --------
    >>> from relmark_helpers.calculations.ladder import teaching_ladder
    >>> value_figure(teaching_ladder()).description
    'One prospect brings in 0.60 others until lost; without new prospects customers fade by 1.7% a period.'
    """
    return LadderPlot().figure(ladder)


def levers_figure(ladder: Ladder) -> LessonFigure:
    """Draw what one more point of climbing, of keeping and of referring is worth on each rung, for money and growth.

    Examples
    --------
    >>> from relmark_helpers.calculations.ladder import teaching_ladder
    >>> levers_figure(teaching_ladder()).figure.get_suptitle()
    'Best for money: clients kept; for growth: partners kept'
    """
    levers = ladder.levers()
    columns = {name: levers.filter(like=name).stack().dropna() for name in ("value", "growth")}
    best = {name: column.idxmax() for name, column in columns.items() if len(column)}  # growth may have no derivative
    said = {name: _LEVERS[lever.partition("_")[0]][0].format(rung) for name, (rung, lever) in best.items()}
    at = np.arange(len(RUNGS))
    with house_style():
        figure = Figure(figsize=(7.0, 3.9), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        panels[0].set_yticks(at, list(RUNGS))
        for axes, name, unit in zip(panels, ("value", "growth"), (1, 100), strict=True):
            for lever, (_, label, colour, marker) in _LEVERS.items():
                shown = unit * levers[f"{lever}_{name}"]
                axes.plot(
                    shown, at, color=colour, marker=marker, markersize=8, linestyle="", fillstyle="none", label=label
                )
            axes.axvline(0, color=QUIET, linewidth=1.2)
            axes.xaxis.set_major_locator(MaxNLocator(5))
        panels[0].set(ylim=(-0.5, len(RUNGS) - 0.5), xlabel="Money per new prospect")
        panels[1].set(xlabel="Growth, points a period")
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
        headline(figure, f"Best for money: {said['value']}; for growth: {said.get('growth', 'not defined')}")
    growth = (
        f"{said['growth']}, {100 * columns['growth'].max():.2f} points a period" if "growth" in said else "not defined"
    )
    return LessonFigure(
        figure,
        alt=(
            "Dots by rung of the ladder for three levers, in two panels. Most money for a new prospect: "
            f"{said['value']}, {_money(columns['value'].max())}. Most growth: {growth}."
        ),
        caption=(
            "What one more point is worth: one more in a hundred goes one rung up rather than stays (climb), "
            "stays rather than is lost (keep), or brings a prospect (refer). For small moves, and without what a point "
            "costs."
        ),
        table=levers,
    )


_LEVERS = {
    "climb": ("{}s climbing", "climb", BLUE, "^"),
    "keep": ("{}s kept", "keep", VERMILION, "o"),
    "refer": ("{}s' referrals", "refer", GREEN, "s"),
}


def growth_figure(sweep: ReferralSweep) -> LessonFigure:
    """Draw the growth of the customers against a factor on their referrals, and where they begin to multiply.

    Examples
    --------
    >>> from relmark_helpers.calculations.ladder import teaching_ladder
    >>> from relmark_helpers.calculations.ladder_growth import sweep_referrals
    >>> growth_figure(sweep_referrals(teaching_ladder(), [0, 1, 2, 3])).figure.get_suptitle()
    'Growth without new prospects from 1.66 times the referrals on'
    """
    growth, threshold = sweep.table["growth"], sweep.threshold
    low, high = float(growth.index.min()), float(growth.index.max())
    if threshold is None:
        finding = "Nobody refers: no growth without new prospects"
    elif abs(threshold - 1) < 0.005:
        finding = "The present referrals just keep up the number of customers"
    else:
        finding = f"Growth without new prospects from {threshold:,.3g} times the referrals on"
    with house_style():
        figure = Figure(figsize=(7.0, 3.9), layout="constrained")
        axes = figure.subplots()
        axes.plot(growth.index, growth, color=BLUE, marker="o", markersize=4)
        axes.axhline(0, color=QUIET, linestyle="--", linewidth=1.4)
        if threshold is not None and low <= threshold <= high:
            axes.plot([threshold], [0], color=VERMILION, marker="D", markersize=9, linestyle="")
            axes.annotate(
                f"{threshold:,.3g} times",
                (threshold, 0),
                xytext=(8, -14),
                textcoords="offset points",
                color=VERMILION,
                fontsize=10.5,
            )
        axes.set(xlabel="Referrals, times the present ones", ylabel="Growth per period")
        axes.yaxis.set_major_formatter(PercentFormatter(1))
        headline(figure, finding)
    where = "" if threshold is None else f" It crosses 0 at {threshold:,.3g} times the present referrals."
    return LessonFigure(
        figure,
        alt=(
            f"Line chart: growth of the customers per period without new prospects, from {growth.iloc[0]:.1%} at "
            f"{growth.index[0]:g} times the present referrals to {growth.iloc[-1]:.1%} at {growth.index[-1]:g} times."
            f"{where}"
        ),
        caption=(
            "Dominant eigenvalue, less 1, of the matrix that moves customers between rungs and adds the prospects they "
            "bring in. It takes the people who can be referred as without end."
        ),
        table=sweep.table,
    )
