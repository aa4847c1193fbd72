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
    """Draw the effect of the fine under every way of drawing the centres, and as they were in fact drawn.

    Examples
    --------
    >>> import warnings
    >>> from relmark_helpers.calculations.norms import fit_fine
    >>> from relmark_helpers.datasets import load_dataset
    >>> with warnings.catch_warnings(action="ignore"):
    ...     effect = fit_fine(load_dataset("daycare_fines"), model="linear")
    >>> fine_draws_figure(effect, source="").alt[:58]
    'Strip chart of the effect under each of the 210 ways of dr'
    """
    draws, low_high = effect.draws["with_fine"], effect.conf_int().loc["with_fine"]
    ways, estimate = len(draws), effect.params["with_fine"]
    reached = round(effect.permutation_p["with_fine"] * ways)
    unit = "late pick-ups a week" if effect.model == "linear" else "difference of logarithms"
    with house_style():
        figure = Figure(figsize=(7.0, 2.5), layout="constrained")
        axes = figure.subplots()
        others = draws.iloc[1:]
        axes.plot(
            others,
            [0] * len(others),
            linestyle="",
            marker="|",
            markersize=18,
            color=BLUE,
            alpha=0.5,
            label="centres drawn otherwise",
        )
        axes.plot(low_high, [1, 1], color=VERMILION, linewidth=2.2)
        axes.plot(
            estimate,
            1,
            linestyle="",
            marker="D",
            markersize=8,
            color=VERMILION,
            label="as drawn, with 95% limits",
        )
        axes.axvline(0, color=QUIET, linewidth=1.4)
        axes.set(yticks=[], ylim=(1.6, -0.6), xlabel=f"Effect of the fine ({unit})")
        figure.legend(loc="outside lower center", ncols=2)
        verb = "gives" if reached == 1 else "give"
        headline(figure, f"{reached} of {ways} draws of the centres {verb} so large an effect")
    return LessonFigure(
        figure,
        alt=(
            f"Strip chart of the effect under each of the {ways} ways of drawing {effect.treated} of "
            f"{effect.treated + effect.control} centres, with the actual one marked. In {unit}, from before the fine "
            f"to the weeks with it: {estimate:.2f} (limits {low_high['low']:.2f} to {low_high['high']:.2f}), reached "
            f"by {reached} of {ways}."
        ),
        caption=(
            "Difference in differences as drawn, and if other centres had been drawn for the fine. The limits are from "
            f"standard errors clustered by centre and t with {effect.df} degrees of freedom. {source}"
        ),
        table=effect.summary().loc[["with_fine"]],
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
