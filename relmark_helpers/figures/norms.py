"""Late pick-ups week by week, and what the test by lot compares."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.norms import FineEffect
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError

_EFFECTS = {
    "with_fine": "fine begins\n(before to with)",
    "after_fine": "over all\n(before to after)",
    "removal": "fine taken away\n(with to after)",
}


def fine_weeks_figure(weeks: pd.DataFrame, means: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the weekly means of both groups, with the weeks in which the fine began and ended.

    ``weeks`` comes from ``weekly_means``, ``means`` from ``period_means``.

    Examples
    --------
    >>> from relmark_helpers.calculations.norm_panel import period_means, weekly_means
    >>> from relmark_helpers.datasets import load_dataset
    >>> panel = load_dataset("daycare_fines")
    >>> fine_weeks_figure(weekly_means(panel), period_means(panel), source="").alt[:61]
    'Line chart of mean late pick-ups per centre over 20 weeks in '
    """
    before, during, after = map(_tenths, means["fine"])
    calm = ", ".join(map(_tenths, means["control"]))
    turns = _turns(weeks["period"])
    with house_style():
        figure = Figure(figsize=(7.0, 4.2), layout="constrained")
        axes = figure.subplots()
        for name, colour, line, marker in (
            ("fine", VERMILION, "-", "o"),
            ("control", BLUE, "--", "s"),
        ):
            axes.plot(weeks.index, weeks[name], color=colour, linestyle=line, marker=marker, label=f"{name} group")
        top = 1.18 * float(weeks[["fine", "control"]].to_numpy().max())
        for turn, name in zip(turns, ("fine begins", "fine ends"), strict=True):
            axes.axvline(turn, color=QUIET, linestyle=":", linewidth=1.8)
            axes.text(turn + 0.15, top, name, color=INK, va="top", fontsize=10.5)
        axes.set(xlabel="Week", ylabel="Late pick-ups per centre", ylim=(0, top))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside lower center", ncols=2)
        headline(figure, f"Late pick-ups: {before} before the fine, {during} with it, {after} after it")
    return LessonFigure(
        figure,
        alt=(
            f"Line chart of mean late pick-ups per centre over {len(weeks)} weeks in two groups. In the fine group the "
            f"mean is {before} a week before the fine, {during} with it and {after} after it was taken away; in the "
            f"control group it is {calm} in the same weeks."
        ),
        caption=f"Mean late pick-ups per centre and week, centres with a fine and centres without. {source}",
        description=(
            f"The fine began after week {int(turns[0])} and ended after week {int(turns[1])}; dotted lines mark it."
        ),
        table=weeks,
    )


def fine_draws_figure(effect: FineEffect, *, source: str) -> LessonFigure:
    """Draw the estimates under every way of drawing the centres, and the one that was in fact drawn.

    Examples
    --------
    >>> import warnings
    >>> from relmark_helpers.calculations.norms import fit_fine
    >>> from relmark_helpers.datasets import load_dataset
    >>> with warnings.catch_warnings(action="ignore"):
    ...     effect = fit_fine(load_dataset("daycare_fines"), model="linear")
    >>> fine_draws_figure(effect, source="").alt[:58]
    'Strip chart of the estimates under each of the 210 ways of'
    """
    ways = len(effect.draws)
    reached = (effect.permutation_p * ways).round().astype(int)
    limits = effect.conf_int()
    unit = "late pick-ups a week" if effect.model == "linear" else "difference of logarithms"
    with house_style():
        figure = Figure(figsize=(7.0, 3.9), layout="constrained")
        axes = figure.subplots()
        for row, name in enumerate(_EFFECTS):
            others = effect.draws[name].iloc[1:]
            axes.plot(
                others,
                [row - 0.14] * len(others),
                linestyle="",
                marker="|",
                markersize=13,
                color=BLUE,
                alpha=0.5,
                label="centres drawn otherwise" if row == 0 else None,
            )
            axes.plot(limits.loc[name], [row + 0.16] * 2, color=VERMILION, linewidth=2.2)
            axes.plot(
                effect.params[name],
                row + 0.16,
                linestyle="",
                marker="D",
                markersize=8,
                color=VERMILION,
                label="as drawn, with 95% limits" if row == 0 else None,
            )
        axes.axvline(0, color=QUIET, linewidth=1.4)
        axes.set(yticks=range(len(_EFFECTS)), yticklabels=list(_EFFECTS.values()), xlabel=f"Effect ({unit})")
        axes.set_ylim(len(_EFFECTS) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=2)
        verb = "gives" if reached["with_fine"] == 1 else "give"
        headline(figure, f"{reached['with_fine']} of {ways} draws of the centres {verb} so large an effect")
    words = "; ".join(
        f"{label.split(chr(10))[0]} {effect.params[name]:.2f} (limits {limits.loc[name, 'low']:.2f} to "
        f"{limits.loc[name, 'high']:.2f}), reached by {reached[name]} of {ways}"
        for name, label in _EFFECTS.items()
    )
    return LessonFigure(
        figure,
        alt=(
            f"Strip chart of the estimates under each of the {ways} ways of drawing {effect.treated} of "
            f"{effect.treated + effect.control} centres, with the actual estimate marked. In {unit}: {words}."
        ),
        caption=(
            "Difference-in-differences as drawn, and if other centres had been drawn for the fine. The limits are from "
            f"standard errors clustered by centre and t with {effect.df} degrees of freedom. {source}"
        ),
        table=effect.summary(),
    )


def _tenths(value: float) -> str:
    """Return a mean to one decimal, halves upward, so that 8.25 reads 8.3, as it is usually quoted."""
    return f"{value + 1e-9:.1f}"


def _turns(periods: pd.Series[str]) -> list[float]:
    """Return the places between two weeks where the period changes."""
    weeks = periods.index.to_numpy(dtype=float)
    changes = (periods.to_numpy()[1:] != periods.to_numpy()[:-1]).nonzero()[0]
    if len(changes) != 2:
        raise InputError(
            "weeks",
            found=f"{len(changes)} changes of the period",
            expected="two: the fine begins and ends once",
            mend="sort the weeks, and label them 'before fine', 'with fine', 'after fine' in this order",
        )
    return [float((weeks[at] + weeks[at + 1]) / 2) for at in changes]
