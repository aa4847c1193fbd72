"""How well rival comparisons explain satisfaction: a dot with its limits per regression."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from relmark_helpers.calculations.standard_fits import (
    DIRECT,
    INFERRED,
    PERFORMANCE,
    PERFORMANCE_AND_DIRECT,
    POLYNOMIAL,
    SpecificationComparison,
    specification,
)
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import GRID, QUIET, series_styles
from relmark_helpers.validation import choice

_FAMILIES = {  # order of drawing: words of the legend
    INFERRED: "inferred: performance less standard",
    DIRECT: "direct answer",
    PERFORMANCE_AND_DIRECT: "performance + direct answer",
    POLYNOMIAL: "polynomial of performance and standard",
}
_STEP = 0.19


class FitPlot(Plot[SpecificationComparison]):
    """Cross-validated R squared of each family of regressions, by standard, against performance alone."""

    size = (7.0, 5.0)

    def __init__(self, source: str, standards: Iterable[str] = ()) -> None:
        self._source = source
        self._chosen = tuple(standards)
        if self._chosen:
            self.size = (7.0, 1.9 + 0.52 * len(self._chosen))

    def setting(self, result: SpecificationComparison) -> Hashable:
        return self._standards(result), _left_end(result)

    def _standards(self, result: SpecificationComparison) -> tuple[str, ...]:
        return tuple(str(choice(name, "standards", result.standards)) for name in self._chosen) or result.standards

    def lay_out(self, figure: Figure, result: SpecificationComparison) -> list[Artist]:
        axes = figure.subplots()
        standards = self._standards(result)
        count = len(standards)
        axes.set(
            xlim=(_left_end(result), 1),
            ylim=(count - 0.5, -0.5),
            xlabel="Cross-validated R², share of variance predicted",
        )
        axes.set_yticks(range(count), [_short(name) for name in standards])
        axes.grid(axis="y", visible=False)
        for row in range(1, count):
            axes.axhline(row - 0.5, color=GRID, linewidth=0.9)
        self._band = Rectangle((0, -0.5), 0, count, color=GRID, linewidth=0)
        axes.add_patch(self._band)
        self._alone = axes.axvline(0, color=QUIET, linewidth=1.6, label="performance alone, limits shaded")
        self._dots, self._limits = {}, {}
        for family, colour, _, marker in series_styles(_FAMILIES, "result"):
            self._limits[family] = LineCollection([], colors=[colour], linewidths=1.8)
            axes.add_collection(self._limits[family])
            (self._dots[family],) = axes.plot(
                [], [], color=colour, marker=marker, linestyle="", label=_FAMILIES[family]
            )
        figure.legend(loc="outside lower center", ncols=2, columnspacing=1.2, fontsize=10.5)
        return [self._band, self._alone, *self._limits.values(), *self._dots.values()]

    def move(self, result: SpecificationComparison) -> None:
        table = result.table
        alone = table.loc[PERFORMANCE]
        self._alone.set_xdata([alone["cv_r_squared"]] * 2)
        self._band.set_x(alone["cv_low"])
        self._band.set_width(alone["cv_high"] - alone["cv_low"])
        standards = self._standards(result)
        rows = np.arange(len(standards))
        for at, family in enumerate(_FAMILIES):
            one = table.loc[[specification(family, name) for name in standards]]
            y = rows + (at - 1.5) * _STEP
            self._dots[family].set_data(one["cv_r_squared"], y)
            ends = one[["cv_low", "cv_high"]].to_numpy()
            self._limits[family].set_segments(list(np.stack([ends, np.column_stack([y, y])], axis=-1)))

    def words(self, result: SpecificationComparison) -> Words:
        standards = self._standards(result)
        table = result.table[result.table["standard"].isin(standards) & result.table["family"].isin(_FAMILIES)]
        alone = result.table.loc[PERFORMANCE]
        gains = result.clear_gains().loc[table.index]
        left_out = len(result.standards) - len(standards)
        clear = gains[gains["clear"]]
        by_family = "; ".join(
            f"{words}, from {_name_and_value(one, one['cv_r_squared'].idxmin())} to "
            f"{_name_and_value(one, one['cv_r_squared'].idxmax())}"
            for words, one in ((_FAMILIES[family], table[table["family"] == family]) for family in _FAMILIES)
        )
        best = str((clear if len(clear) else gains)["estimate"].idxmax())
        gain = gains.loc[best]
        lead = f"{best} less performance alone: {gain['estimate']:+.2f} ({gain['low']:+.2f} to {gain['high']:+.2f})"
        return Words(
            title=_title(result, best, clear=len(clear) > 0),
            alt=(
                f"Dot chart of cross-validated R squared for {len(standards)} comparison standards and four "
                f"kinds of regression, with {result.level:.0%} limits. Performance alone reaches "
                f"{alone['cv_r_squared']:.2f} ({alone['cv_low']:.2f} to {alone['cv_high']:.2f}). Others: {by_family}."
            ),
            caption=(
                f"Rival explanations of satisfaction, {result.nobs:,} respondents, {result.folds} folds, "
                f"{result.level:.0%} limits. Regressions share respondents, so that overlapping limits do not mean "
                f"that two are alike. {f'{left_out} more standards were compared. ' if left_out else ''}{self._source}"
            ).strip(),
            description=(
                f"Largest {'clear ' if len(clear) else ''}difference, limits allowing for {len(result.table) - 1} "
                f"comparisons: {lead}. Best of each kind: {_best(table)}."
            ),
            table=result.table.drop(columns=["family", "standard"]),
        )


def fit_figure(comparison: SpecificationComparison, *, source: str, standards: Iterable[str] = ()) -> LessonFigure:
    """Draw how well rival explanations of satisfaction fit; ``source`` says whose answers they are.

    ``standards`` picks those to draw, in order; all unless given. Limits allow for all that were compared.

    Examples
    --------
    >>> from relmark_helpers.calculations.comparison_standards import FINDINGS_TRUTH, simulate_comparisons
    >>> from relmark_helpers.calculations.standard_fits import compare_specifications
    >>> answers = simulate_comparisons(500, np.random.default_rng(1993), truth=FINDINGS_TRUTH)
    >>> figure = fit_figure(compare_specifications(answers, np.random.default_rng(6)), source="Simulated.")
    >>> print(figure.figure.get_suptitle())
    Direct brand norm adds 0.10 to performance (0.63)
    """
    return FitPlot(source, standards).figure(comparison)


def _left_end(result: SpecificationComparison) -> float:
    """Return 0, or a round number below where a limit falls below 0."""
    return min(0.0, math.floor(float(result.table["cv_low"].min()) * 5) / 5)


def _title(result: SpecificationComparison, best: str, *, clear: bool) -> str:
    alone = f"{result.table.loc[PERFORMANCE, 'cv_r_squared']:.2f}"
    if not clear:
        return f"No regression is clearly above performance alone ({alone})"
    family, standard = result.table.loc[best, ["family", "standard"]]
    gain = f"{result.clear_gains().loc[best, 'estimate']:.2f}"
    name = _clip(str(standard))
    return {
        INFERRED: f"Performance less {name}: {gain} above performance",
        DIRECT: f"Direct answer on {name}: {gain} above performance",
        PERFORMANCE_AND_DIRECT: f"Direct {name} adds {gain} to performance ({alone})",
        POLYNOMIAL: f"Polynomial, {name}: {gain} above performance",
    }[str(family)]


def _best(table: pd.DataFrame) -> str:
    """Return the largest value of each family with its limits and standard."""
    rows = table.loc[[table.loc[table["family"] == family, "cv_r_squared"].idxmax() for family in _FAMILIES]]
    return "; ".join(
        f"{family} {row.cv_r_squared:.2f} ({row.cv_low:.2f} to {row.cv_high:.2f}; {row.standard})"
        for family, row in zip(_FAMILIES, rows.itertuples(), strict=True)
    )


def _clip(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"


def _short(name: str) -> str:
    """Return a name broken at a space, so that it does not take the room of the picture."""
    name = _clip(name)
    middle = name.rfind(" ", 0, 14) if len(name) > 14 else -1
    return name if middle < 0 else f"{name[:middle]}\n{name[middle + 1 :]}"


def _name_and_value(one: pd.DataFrame, name: object) -> str:
    row = one.loc[[name]].iloc[0]
    return f"{row['cv_r_squared']:.2f} ({row['standard']})"
