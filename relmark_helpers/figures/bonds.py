"""What a rival's price cut does at each level of bonds, and the weights that choices reveal."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from relmark_helpers.calculations.bond_fits import BondFit
from relmark_helpers.calculations.bonds import BondLevels, BondWeights
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, QUIET, VERMILION, house_style, series_styles

_SHORT = {
    "no bonds": "no bonds",
    "level 1: financial": "1 financial",
    "level 2: and social": "2 and social",
    "level 3: and structural": "3 and structural",
}


class BondLevelsPlot(Plot[BondLevels]):
    """Probability of staying against the rival's price cut, a curve per level, with its switching cost marked."""

    def setting(self, result: BondLevels) -> Hashable:
        return float(result.curves.index[-1])

    def lay_out(self, figure: Figure, result: BondLevels) -> list[Artist]:
        axes = figure.subplots()
        end = float(result.curves.index[-1])
        axes.set(xlim=(0, end), ylim=(0, 1.02))
        axes.set(xlabel="Price cut by the rival (money per period)", ylabel="Probability of staying")
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.axhline(0.5, color=QUIET, linewidth=1.2)
        axes.text(0.995 * end, 0.51, "half stay", color=QUIET, ha="right", va="bottom", fontsize=10)
        self._here = axes.axvline(0, color=QUIET, linestyle=(0, (2, 2)), linewidth=1.6)
        self._curves, self._costs = {}, {}
        for level, colour, line, marker in series_styles(_SHORT, "result"):
            (self._curves[level],) = axes.plot([], [], color=colour, linestyle=line)
            (self._costs[level],) = axes.plot([], [], color=colour, marker=marker, markersize=9, linestyle="")
            axes.plot([], [], color=colour, linestyle=line, marker=marker, label=_SHORT[level])
        figure.legend(loc="outside lower center", ncols=4, columnspacing=1.2, handlelength=2.6)
        return [self._here, *self._curves.values(), *self._costs.values()]

    def move(self, result: BondLevels) -> None:
        self._here.set_xdata([result.price_gap] * 2)
        for level in _SHORT:
            self._curves[level].set_data(result.curves.index, result.curves[level])
            cost = result.switching_cost[level]
            inside = 0 <= cost <= result.curves.index[-1]
            self._costs[level].set_data([cost] if inside else [], [0.5] if inside else [])

    def words(self, result: BondLevels) -> Words:
        least, most = result.probability.iloc[0], result.probability.iloc[-1]
        at = f"{result.price_gap:,.0f}"
        each = "; ".join(
            f"{level}, {result.probability[level]:.0%} stay and a majority leaves "
            + (f"above a cut of {cost:,.1f}" if cost >= 0 else "even at equal prices")
            for level, cost in result.switching_cost.items()
        )
        one = result.weights
        return Words(
            title=f"Price cut of {at}: {least:.0%} stay without bonds, {most:.0%} with all",
            alt=(
                "Line chart of the probability of staying against the rival's price cut: four falling curves, one for "
                f"each level of bonds, the higher the more bonds there are. At a cut of {at}: {each}."
            ),
            caption=(
                "Levels of bonds after Berry and Parasuraman; the choice model is this workbook's own. Weights: "
                f"constant {one.constant:.3g}, financial {one.financial:.3g}, social {one.social:.3g}, structural "
                f"{one.structural:.3g}, price {one.price:.3g} per unit of money. Marks: switching cost."
            ),
            description=f"At a cut of {at}: {each}.",
            table=result.curves.iloc[::10].rename(columns=_SHORT).rename_axis(columns=None),
        )


def bond_levels_figure(levels: BondLevels) -> LessonFigure:
    """Draw the probability of staying against the rival's price cut, one curve per level of bonds.

    Examples
    --------
    >>> from relmark_helpers.calculations.bonds import TEACHING_WEIGHTS, compare_levels
    >>> bond_levels_figure(compare_levels(TEACHING_WEIGHTS, price_gap=20)).alt[-76:]
    'level 3: and structural, 92% stay and a majority leaves above a cut of 44.0.'
    """
    return BondLevelsPlot().figure(levels)


def bond_worth_figure(fit: BondFit, *, truth: BondWeights | None = None, source: str) -> LessonFigure:
    """Draw what each bond is worth in money, with 95 per cent limits; hollow marks show the truth of a simulation.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.bond_fits import fit_bonds
    >>> from relmark_helpers.calculations.bond_simulation import simulate_stays
    >>> fit = fit_bonds(simulate_stays(800, np.random.default_rng(1991)))
    >>> bond_worth_figure(fit, source="Simulated.").caption
    'Worth of each bond at full strength, from the choices of 800 customers (logit), 95% limits. Simulated.'
    """
    worth = fit.price_equivalents().drop(index="constant")
    if truth is not None:
        worth["truth"] = [getattr(truth, str(bond)) / truth.price for bond in worth.index]
    most = worth["estimate"].idxmax()
    best, listed = worth.loc[most], _listed(worth)
    with house_style():
        figure = Figure(figsize=(7.0, 3.2), layout="constrained")
        axes = figure.subplots()
        places = range(len(worth))
        axes.hlines(places, worth["low"], worth["high"], color=BLUE, linewidth=2.4)
        axes.plot(worth["estimate"], places, color=BLUE, marker="o", linestyle="", label="estimate, 95% limits")
        if truth is not None:
            axes.plot(
                worth["truth"],
                places,
                color=VERMILION,
                marker="D",
                linestyle="",
                markersize=11,
                fillstyle="none",
                markeredgewidth=1.8,
                label="truth of the simulation",
            )
            figure.legend(loc="outside lower center", ncols=2)
        axes.axvline(0, color=QUIET, linewidth=1.2)
        axes.set_yticks(list(places), [str(bond) for bond in worth.index])
        axes.set(ylim=(len(worth) - 0.5, -0.5), xlabel="Price cut by the rival that it makes up for (money per period)")
        headline(
            figure,
            f"Estimated worth of the {most} bond: {best['estimate']:.0f} ({best['low']:.0f} to {best['high']:.0f})",
        )
    known = "" if truth is None else " Hollow marks show the truth of the simulation."
    return LessonFigure(
        figure,
        alt=f"Dot chart of what three bonds are worth in money, with 95 per cent limits: {listed}.{known}",
        caption=(
            f"Worth of each bond at full strength, from the choices of {fit.nobs:,} customers ({fit.model}), "
            f"95% limits. {source}"
        ).strip(),
        table=worth.rename_axis("bond"),
    )


def _listed(worth: pd.DataFrame) -> str:
    return "; ".join(
        f"{bond} {row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})" for bond, row in worth.iterrows()
    )
