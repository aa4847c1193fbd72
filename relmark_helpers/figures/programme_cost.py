"""Cumulative profit of a transactional and a relational programme, and how far one leads the other."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.programme_comparison import MEASURES, ProgrammeComparison
from relmark_helpers.calculations.programme_simulation import ProgrammeSimulation
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import BLUE, GREEN, INK, QUIET, VERMILION
from relmark_helpers.validation import InputError

_SHOWN = MEASURES[0]
_STEPS = (1, 1.5, 2, 3, 4, 5, 7.5, 10)
_LOOKS = {"transactional": (VERMILION, "--", "s"), "relational": (BLUE, "-", "o")}


@dataclass(frozen=True)
class ComparisonAndBand:
    """What the figure shows: two paths and, if drawn, the simulation of the same programmes that gives the band."""

    comparison: ProgrammeComparison
    simulation: ProgrammeSimulation | None = None


class ProgrammePlot(Plot[ComparisonAndBand]):
    """Above: cumulative discounted profit of both. Below: how far relational leads, with crossings and any band."""

    size = (7.0, 5.4)

    def setting(self, result: ComparisonAndBand) -> Hashable:
        return self._ends(result), self._lead_ends(result), result.comparison.years, result.simulation

    def lay_out(self, figure: Figure, result: ComparisonAndBand) -> list[Artist]:
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.25, 1])
        years = result.comparison.years
        for axes, ends in ((above, self._ends(result)), (below, self._lead_ends(result))):
            axes.set(xlim=(-0.02 * years, 1.02 * years), ylim=ends)
            axes.yaxis.set_major_formatter("{x:,.12g}")
            axes.yaxis.set_major_locator(MaxNLocator(5))
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.axhline(0, color=QUIET, linewidth=1.2)
        above.set(ylabel="Profit added up,\ndiscounted")
        below.set(xlabel="End of year (0 is now)", ylabel="Lead of relational")
        if result.simulation is not None:
            bands = result.simulation.bands
            below.fill_between(
                bands.index,
                bands["lead_low"],
                bands["lead_high"],
                facecolor=(GREEN, 0.18),
                edgecolor=(GREEN, 0.6),
                linewidth=0.5,
                label="Its lead in 90% of draws",
            )
        self._lines = {
            name: above.plot([], [], color=colour, linestyle=line, marker=marker, label=name.capitalize())[0]
            for name, (colour, line, marker) in _LOOKS.items()
        }
        self._drops = [axes.plot([], [], color=INK, linestyle=":", linewidth=1.4)[0] for axes in (above, below)]
        (self._lead,) = below.plot([], [], color=GREEN, linestyle="-.", marker="^", label="Lead of relational")
        (self._points,) = below.plot(
            [], [], color=INK, linestyle="", marker="D", markersize=11, fillstyle="none", label="The lead changes"
        )
        figure.legend(
            loc="outside lower center", ncols=3 if result.simulation else 4, columnspacing=0.9, handlelength=1.7
        )
        return [*self._drops, *self._lines.values(), self._lead, self._points]

    def move(self, result: ComparisonAndBand) -> None:
        comparison = result.comparison
        for name, path in _paths(comparison).items():
            self._lines[name].set_data(path.index, path[_SHOWN])
        lead = comparison.lead(_SHOWN)
        self._lead.set_data(lead.index, lead)
        crossings = comparison.crossings(_SHOWN)
        self._points.set_data([each.year for each in crossings], [0.0] * len(crossings))
        for drop, (low, high) in zip(self._drops, (self._ends(result), self._lead_ends(result)), strict=True):
            drop.set_data(
                [year for each in crossings for year in (each.year, each.year, np.nan)],
                [level for _ in crossings for level in (low, high, np.nan)],
            )

    def words(self, result: ComparisonAndBand) -> Words:
        comparison, simulation = result.comparison, result.simulation
        years, crossings = comparison.years, comparison.crossings(_SHOWN)
        lead = comparison.lead(_SHOWN)
        ends = {name: path[_SHOWN].iloc[[0, -1]] for name, path in _paths(comparison).items()}
        moves = "; ".join(f"{name} from {_money(two.iloc[0])} to {_money(two.iloc[1])}" for name, two in ends.items())
        met = "; ".join(
            f"in year {each.year:.1f} at {_money(each.level)}, from where {each.ahead} leads" for each in crossings
        )
        title, formula = _finding(comparison), comparison.closed_form(_SHOWN)
        shaded = chance = spread = ""
        if simulation is not None:
            share, last = f"{simulation.probability:.0%}", simulation.bands.iloc[-1]
            title = f"Relational pays within {years} years in {share} of the draws"
            shaded = " Shaded: the lead in the middle 90% of the draws, while the lines show the inputs as given."
            chance = (
                f" In {share} of {len(simulation.draws):,} draws (standard error {simulation.standard_error:.1%}) "
                f"relational leads at some time within {years} years."
            )
            spread = (
                f" After {years} years its lead lies between {_money(last['lead_low'])} and "
                f"{_money(last['lead_high'])} in the middle 90% of the draws."
            )
        return Words(
            title=title,
            alt=(
                f"Two line charts. Above, the profit of two programmes, added up over {years} years and discounted: "
                f"{moves}. Below, the lead of relational, from {_money(lead.iloc[0])} to {_money(lead.iloc[-1])}. "
                f"{f'The curves cross {met}' if met else 'The curves do not cross'}.{chance}"
            ),
            caption=(
                f"Set-up cost {_money(comparison.transactional.setup_cost)} (transactional) and "
                f"{_money(comparison.relational.setup_cost)} (relational), retention "
                f"{comparison.transactional.retention:.0%} and {comparison.relational.retention:.0%} a year, discount "
                f"rate {comparison.relational.discount:.0%}. Straight lines between year ends.{shaded} Computed, no "
                "real firm."
            ),
            description=(f"By formula: {formula.words}." if formula.year is not None else formula.words) + spread,
            table=_table(result),
        )

    @staticmethod
    def _ends(result: ComparisonAndBand) -> tuple[float, float]:
        """Return round ends of the axis of profit, so that the axes are redrawn for large changes only."""
        return _round_ends(_table(result)[list(_LOOKS)])

    @staticmethod
    def _lead_ends(result: ComparisonAndBand) -> tuple[float, float]:
        """Return round ends of the axis of the lead, which hold the band too."""
        return _round_ends(_table(result).drop(columns=list(_LOOKS)).filter(like="lead"))


def programme_figure(comparison: ProgrammeComparison, simulation: ProgrammeSimulation | None = None) -> LessonFigure:
    """Draw the cumulative discounted profit of two programmes, the lead of one, and where the lead changes.

    With a ``simulation`` of the same programmes over the same years, a band shows the lead in 90 per cent of its draws.

    Raises
    ------
    InputError
        If the simulation is of other programmes or another number of years.

    Examples
    --------
    >>> from relmark_helpers.calculations.programme_comparison import compare_programmes
    >>> from relmark_helpers.calculations.programme_cost import Programme
    >>> base = {"customers": 1000, "margin": 100, "discount": 0.1, "acquisition_cost": 150}
    >>> transactional = Programme(**base, retention=0.6, won=400)
    >>> relational = Programme(**base, retention=0.75, won=250, setup_cost=60_000, cost_per_customer=10)
    >>> programme_figure(compare_programmes(transactional, relational, 15)).description
    'By formula: T = ln(0.52) / ln(0.909091) = 6.861.'
    """
    if simulation is not None:
        same = (comparison.transactional, comparison.relational, comparison.years)
        if (simulation.transactional, simulation.relational, simulation.years) != same:
            raise InputError(
                "simulation",
                found="other programmes or another number of years than in the comparison",
                expected="a simulation of the programmes that are compared",
                mend="pass the same two programmes and years to compare_programmes and simulate_programmes",
            )
    return ProgrammePlot().figure(ComparisonAndBand(comparison, simulation))


def _finding(comparison: ProgrammeComparison) -> str:
    crossings, lead = comparison.crossings(_SHOWN), comparison.lead(_SHOWN)
    if not lead.any():
        return "Neither programme ever leads"
    if not crossings:
        leader, other = ("Relational", "transactional") if lead.sum() > 0 else ("Transactional", "relational")
        return f"{leader} leads for all {comparison.years} years; {other} does not overtake"
    first, *more = crossings
    other = "transactional" if first.ahead == "relational" else "relational"
    title = f"{first.ahead.capitalize()} overtakes {other} in year {first.year:.1f}"
    return title + (f"; {more[0].ahead} leads again from year {more[0].year:.1f}" if more else "")


def _round_ends(shown: pd.DataFrame) -> tuple[float, float]:
    high = _round_up(1.06 * float(shown.to_numpy().max()), _STEPS)
    depth = _round_up(-1.06 * float(shown.to_numpy().min()), _STEPS)
    return -max(depth, 0.04 * high, 0.01), max(high, 0.04 * depth, 0.01)


def _round_up(amount: float, steps: tuple[float, ...]) -> float:
    if amount <= 0:
        return 0.0
    unit = 10.0 ** math.floor(math.log10(amount))
    return next(unit * step for step in steps if unit * step >= amount)


def _paths(comparison: ProgrammeComparison) -> dict[str, pd.DataFrame]:
    return {"transactional": comparison.transactional_path, "relational": comparison.relational_path}


def _table(result: ComparisonAndBand) -> pd.DataFrame:
    table = pd.DataFrame({name: path[_SHOWN] for name, path in _paths(result.comparison).items()})
    table["lead"] = result.comparison.lead(_SHOWN)
    return table if result.simulation is None else table.join(result.simulation.bands[["lead_low", "lead_high"]])


def _money(amount: float) -> str:
    return f"{round(amount):,}"
