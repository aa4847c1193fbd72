"""Projections of retention, and the model in which nobody changes although the rate rises."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from relmark_helpers.calculations.retention_fits import RetentionFit
from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GREEN, INK, LINES, OCHRE, PURPLE, QUIET, VERMILION, house_style

_CURVES = {"linear": VERMILION, "quadratic": PURPLE, "exponential": OCHRE, "sBG": BLUE, "BdW": GREEN}


def rival_curves_figure(errors: pd.DataFrame, *, fitted_to: int, source: str) -> LessonFigure:
    """Draw observed survival and the curves that were fitted to its first years.

    ``errors`` is the table of ``projection_errors``: one row per period and curve.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations import projection_errors
    >>> survivors = load_dataset("fader_hardie_retention")["high_end"]
    >>> errors = projection_errors(survivors, fitted_to=7)
    >>> rival_curves_figure(errors, fitted_to=7, source="").alt[:47]
    'Line chart of the share of customers still ther'
    """
    last = int(errors["period"].max())
    ends = errors[errors["period"] == last].set_index("curve")["error"]
    listed = ", ".join(f"{curve} {error:+.0%}" for curve, error in ends.items())
    observed = errors.drop_duplicates("period").set_index("period")["observed"]
    with house_style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        axes.axvspan(fitted_to + 0.5, last + 0.5, color="#f1f4f6", zorder=0)
        axes.text(fitted_to + 0.7, 1.02, "not used in fitting", va="top", color=QUIET, fontsize=10)
        for (curve, part), line in zip(errors.groupby("curve", sort=False), LINES, strict=False):
            axes.plot(part["period"], part["projected"], color=_CURVES[str(curve)], linestyle=line, label=str(curve))
        axes.plot(observed.index, observed, color=INK, linestyle="", marker="o", label="observed")
        axes.set(xlabel="Year", ylabel="Customers still there", xlim=(-0.3, last + 0.5), ylim=(0, 1.05))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.legend(loc="lower left", ncols=2)
        headline(figure, f"Fitted to years 0 to {fitted_to}, far apart in year {last}")
    return LessonFigure(
        figure,
        alt=(
            f"Line chart of the share of customers still there in years 0 to {last}, observed and by curves "
            f"fitted to years 0 to {fitted_to}. Errors in year {last}: {listed}."
        ),
        caption=(
            f"Curves fitted to years 0 to {fitted_to} and extended to year {last}; errors in year {last}: {listed}. "
            f"{source}"
        ),
        table=errors.pivot(index="period", columns="curve", values="projected").assign(observed=observed),
    )


def projection_figure(fit: RetentionFit, survivors: pd.Series[float], *, source: str) -> LessonFigure:
    """Draw a fitted model with its interval over the observed survivors, those used in fitting and those kept back.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations import fit_sbg
    >>> survivors = load_dataset("fader_hardie_retention")["high_end"]
    >>> projection_figure(fit_sbg(survivors[:8]), survivors, source="").alt[:41]
    'Line chart of the share of customers stil'
    """
    last = len(survivors) - 1
    shares = survivors.to_numpy(dtype=float) / float(survivors.iloc[0])
    projected = fit.project(last)
    end = projected.iloc[-1]
    with house_style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        axes.fill_between(projected.index, projected["survival_low"], projected["survival_high"], color=BLUE, alpha=0.2)
        axes.plot(projected.index, projected["survival"], color=BLUE, label="model, with 95% limits of the curve")
        used = np.arange(len(shares)) <= fit.n_periods
        years = np.arange(len(shares))
        axes.plot(years[used], shares[used], color=INK, linestyle="", marker="o", label="observed, used in fitting")
        axes.plot(
            years[~used],
            shares[~used],
            color=INK,
            linestyle="",
            marker="o",
            fillstyle="none",
            label="observed, kept back",
        )
        axes.set(xlabel="Year", ylabel="Customers still there", ylim=(0, 1.05))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.legend(loc="upper right")
        headline(figure, f"Year {last}: {end['survival']:.1%} projected, {shares[-1]:.1%} observed")
    return LessonFigure(
        figure,
        alt=(
            f"Line chart of the share of customers still there, years 0 to {last}. The model was fitted to years 0 to "
            f"{fit.n_periods} and projects {end['survival']:.1%} for year {last} (limits {end['survival_low']:.1%} to "
            f"{end['survival_high']:.1%}); {shares[-1]:.1%} were observed."
        ),
        caption=f"Observed survivors and the fitted model, extended from year {fit.n_periods} to year {last}. {source}",
        table=projected.assign(observed=shares),
    )


@dataclass(frozen=True, eq=False)
class ModelAndData:
    """What the model plot draws: a model, and the observed retention rates it is held against."""

    model: RetentionModel
    observed: pd.Series[float]
    group: str
    source: str = ""


class ChurnMixturePlot(Plot[ModelAndData]):
    """Left: how the chance of leaving is spread over customers. Right: the retention rate that follows, and data."""

    size = (7.0, 3.9)

    def setting(self, result: ModelAndData) -> Hashable:
        return result.group, *result.observed.items()

    def lay_out(self, figure: Figure, result: ModelAndData) -> list[Artist]:
        spread, rate = figure.subplots(1, 2)
        spread.set(xlim=(0, 1), ylim=(0, 5), xlabel="Chance of leaving in a year", ylabel="Density of customers")
        spread.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        (self._density,) = spread.plot([], [], color=BLUE)
        self._mean = spread.axvline(0, color=VERMILION, linestyle="--", linewidth=1.8)
        self._mean_text = spread.text(0.96, 0.94, "", transform=spread.transAxes, color=VERMILION, ha="right", va="top")
        years = result.observed.index
        rate.set(xlim=(0.5, years[-1] + 0.5), ylim=(0, 1.02), xlabel="Year", ylabel="Kept from the year before")
        rate.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        rate.xaxis.get_major_locator().set_params(integer=True)
        rate.plot(years, result.observed, color=INK, linestyle="", marker="o", label=f"observed, {result.group}")
        (self._rate,) = rate.plot([], [], color=BLUE, label="model")
        rate.legend(loc="lower right")
        return [self._density, self._mean, self._mean_text, self._rate]

    def move(self, result: ModelAndData) -> None:
        theta = np.linspace(0.002, 0.998, 250)
        years = result.observed.index
        self._density.set_data(theta, np.minimum(result.model.churn_density(theta), 20))
        self._mean.set_xdata([result.model.mean_churn] * 2)
        self._mean_text.set_text(f"mean {result.model.mean_churn:.0%}")
        self._rate.set_data(years, result.model.retention_rate(years))

    def words(self, result: ModelAndData) -> Words:
        years = result.observed.index
        rates = result.model.retention_rate(years)
        return Words(
            title=f"Nobody changes, yet the rate goes from {rates[0]:.0%} to {rates[-1]:.0%}",
            alt=(
                "Two panels. Left: the chance of leaving spread over customers, mean "
                f"{result.model.mean_churn:.0%} (alpha {result.model.alpha:.2f}, beta {result.model.beta:.2f}). "
                f"Right: the model's retention rate rises from {rates[0]:.0%} in year {years[0]} to {rates[-1]:.0%} "
                f"in year {years[-1]}; the points observed for {result.group} go from "
                f"{result.observed.iloc[0]:.0%} to {result.observed.iloc[-1]:.0%}."
            ),
            caption=(
                "Shifted-beta-geometric model: every customer keeps one chance of leaving for ever, drawn from the "
                f"left panel. Points: observed rates, {result.group}. {result.source}"
            ).strip(),
            description=(
                f"Mean chance of leaving {result.model.mean_churn:.0%}. "
                f"Mean distance of the model from the observed rates: {np.abs(rates - result.observed).mean():.1%}."
            ),
            table=pd.DataFrame({"model": rates, "observed": result.observed}, index=years),
        )


def churn_mixture_figure(
    model: RetentionModel, observed: pd.Series[float], *, group: str, source: str = ""
) -> LessonFigure:
    """Draw how churn is spread over customers in a model, and the retention rates that follow, against observed ones.

    Examples
    --------
    >>> observed = pd.Series([0.87, 0.86], index=pd.Index([1, 2], name="year"))
    >>> churn_mixture_figure(RetentionModel(0.668, 3.806), observed, group="high end").alt[:32]
    'Two panels. Left: the chance of '
    """
    return ChurnMixturePlot().figure(ModelAndData(model, observed, group, source))
