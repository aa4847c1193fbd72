"""A budget over the markets: the best division beside two rules of thumb, and what it owes to the response."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from relmark_helpers.calculations.market_plan_sensitivity import ResponseComparison
from relmark_helpers.calculations.market_plans import PlanAllocation
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.spider_axes import short_name
from relmark_helpers.figures.style import BLUE, GREEN, INK, PURPLE, VERMILION, house_style
from relmark_helpers.validation import InputError

__all__ = ["PlanPlot", "plan_figure", "responses_figure"]

_OWN = "Responses, weights and optimum are this workbook's own formalisation."


class PlanPlot(Plot[PlanAllocation]):
    """Spending on each market under three rules, with limits of the best division if they are given."""

    size = (7.0, 4.8)

    def __init__(self, limits: pd.DataFrame | None = None, *, source: str = "Computed, no real firm.") -> None:
        self._limits = limits
        self._source = source

    def setting(self, result: PlanAllocation) -> Hashable:
        return tuple(result.table.index), self._top(result)

    def lay_out(self, figure: Figure, result: PlanAllocation) -> list[Artist]:
        axes = figure.subplots()
        self._at = np.arange(len(result.table))
        axes.set(xlim=(0, self._top(result)), ylim=(len(self._at) - 0.4, -0.6), xlabel="Money (unit of the budget)")
        axes.set(yticks=self._at, yticklabels=[short_name(one) for one in result.table.index])
        axes.xaxis.set_major_formatter("{x:,.12g}")
        axes.grid(False, axis="y")
        self._bars = axes.barh(self._at, np.zeros(len(self._at)), height=0.5, color=f"{BLUE}", label="Best division")
        looks: dict[str, Any] = {"linestyle": "none", "markersize": 7.5, "markeredgecolor": "white", "clip_on": False}
        (self._proportional,) = axes.plot([], [], marker="D", color=VERMILION, label="By weight x gap", **looks)
        (self._equal,) = axes.plot([], [], marker="^", color=GREEN, label="Equal parts", **looks)
        if self._limits is not None:
            rows = self._limits.loc[result.table.index]
            axes.hlines(self._at + 0.33, rows["low"], rows["high"], color=INK, linewidth=2, label="Best: 95% limits")
        handles, labels = axes.get_legend_handles_labels()
        figure.legend([handles[-1], *handles[:-1]], [labels[-1], *labels[:-1]], loc="outside lower center", ncols=2)
        return [*self._bars, self._proportional, self._equal]

    def move(self, result: PlanAllocation) -> None:
        for bar, width in zip(self._bars, result.table["spend"], strict=True):
            bar.set_width(width)
        self._proportional.set_data(result.table["proportional"], self._at)
        self._equal.set_data(result.table["equal"], self._at)

    def words(self, result: PlanAllocation) -> Words:
        table, rules = result.table, result.rules
        ratio = rules["of_best"]
        listed = "; ".join(
            f"{market} {row['spend']:,.0f}{self._between(market)} (by weight x gap {row['proportional']:,.0f}, equal "
            f"{row['equal']:,.0f})"
            for market, row in table.iterrows()
        )
        nothing = [str(one) for one in table.index[table["spend"] <= 0]]
        step = result.budget / 100
        price = "without end" if math.isinf(result.shadow_price) else f"{step * result.shadow_price:.2g}"
        left = f" {result.unspent:,.0f} stays unspent, since all markets are at their caps." if result.unspent else ""
        limits = " Limits: 95% over resampled juries, all else taken as known." if self._limits is not None else ""
        return Words(
            title=(
                f"Weight x gap keeps {_share(ratio['proportional'])} of the best plan, equal parts "
                f"{_share(ratio['equal'])}"
            ),
            alt=f"Bars of the best spending on each market, with marks for two rules of thumb. {listed}.",
            caption=(
                f"{result.budget:,.0f} divided over {len(table)} markets, {result.response} response.{limits} {_OWN} "
                f"{self._source}"
            ).strip(),
            description=(
                f"The best plan closes {result.value:.2f} weighted points of {_worth(table):.2f}; 1% more budget "
                f"({step:,.12g}) would add {price} points at the rate of the last unit.{left} "
                + (f"Nothing goes to {', '.join(nothing)}." if nothing else "Every market gets something.")
            ),
            table=table,
        )

    def _between(self, market: Hashable) -> str:
        if self._limits is None:
            return ""
        row = self._limits.loc[market]
        return f" ({row['low']:,.0f} to {row['high']:,.0f})"

    def _top(self, result: PlanAllocation) -> float:
        """Return a round upper end, so that the axes are redrawn for large changes only."""
        drawn = float(result.table[["spend", "proportional", "equal"]].max().max())
        if self._limits is not None:
            drawn = max(drawn, float(self._limits["high"].max()))
        largest = 1.05 * max(drawn, 1e-9)
        unit = 10 ** math.floor(math.log10(largest))
        return float(next(unit * step for step in (1, 1.5, 2, 3, 5, 7.5, 10) if unit * step >= largest))


def plan_figure(plan: PlanAllocation, *, source: str, limits: pd.DataFrame | None = None) -> LessonFigure:
    """Draw the best division of a budget beside a proportional and an equal one; ``limits`` come from ``plan_limits``.

    Examples
    --------
    >>> from relmark_helpers.calculations.market_plans import allocate_budget
    >>> names = ["internal", "referral", "supplier"]
    >>> plans = pd.DataFrame({"gap": [4, 2, 1], "weight": 1, "half_cost": 10}, index=names)
    >>> plan_figure(allocate_budget(plans, 30), source="Invented.").figure.get_suptitle()
    'Weight x gap keeps 98.3% of the best plan, equal parts 87.5%'
    """
    if limits is not None:
        missing = [market for market in plan.table.index if market not in limits.index]
        if missing or not np.allclose(
            limits.loc[plan.table.index, "spend"], plan.table["spend"], atol=1e-6 * plan.budget
        ):
            raise InputError(
                "limits",
                found="limits of another plan",
                expected="limits of this one",
                mend="call plan_limits with the same plans, budget and response",
            )
    return PlanPlot(limits, source=source).figure(plan)


def responses_figure(compared: ResponseComparison, *, source: str) -> LessonFigure:
    """Draw the best spending on each market under every assumed response.

    Examples
    --------
    >>> from relmark_helpers.calculations.market_plan_sensitivity import compare_responses
    >>> names = ["internal", "referral", "supplier"]
    >>> plans = pd.DataFrame({"gap": [4, 2, 1], "weight": 1, "half_cost": 10}, index=names)
    >>> responses_figure(compare_responses(plans, 30), source="Invented.").figure.get_suptitle()
    'The safest plan keeps 96% or more under each of 9 responses'
    """
    spend, ranges = compared.spend, compared.ranges()
    at = np.arange(spend.shape[1])
    shapes = list(dict.fromkeys(name.split(" x ")[0] for name in spend.index))
    looks = {"exponential": (BLUE, "o"), "hyperbolic": (VERMILION, "s"), "power": (PURPLE, "^")}
    with house_style():
        figure = Figure(figsize=(7.0, 1.9 + 0.4 * len(at)), layout="constrained")
        axes = figure.subplots()
        axes.hlines(at, ranges["low"], ranges["high"], color=INK, linewidth=1.2)
        for shift, shape in zip(np.linspace(-0.2, 0.2, len(shapes)), shapes, strict=True):
            rows = spend.loc[[name.split(" x ")[0] == shape for name in spend.index]].to_numpy()
            colour, marker = looks[shape]
            axes.plot(
                rows.ravel(),
                np.tile(at + shift, len(rows)),
                linestyle="none",
                marker=marker,
                color=colour,
                markeredgecolor="white",
                label=shape.capitalize(),
            )
        axes.set(yticks=at, yticklabels=[short_name(one) for one in spend.columns], ylim=(len(at) - 0.5, -0.5))
        axes.set_xlabel("Best spending under each assumption (unit of the budget)")
        axes.xaxis.set_major_formatter("{x:,.12g}")
        axes.set_xlim(left=-0.02 * float(ranges["high"].max()))
        axes.grid(False, axis="y")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
        least = float(compared.worst.max())
        headline(
            figure,
            f"The safest plan keeps {_whole(least)} or more under each of {len(spend)} responses",
        )
    listed = "; ".join(f"{market} {row['low']:,.0f} to {row['high']:,.0f}" for market, row in ranges.iterrows())
    worst = compared.worst
    return LessonFigure(
        figure,
        alt=f"Best spending on each market under {len(spend)} assumed responses. Smallest to largest: {listed}.",
        caption=(
            f"Assumed: {'; '.join(spend.index)} (x: all costs of closing half a gap multiplied). {_OWN} {source}"
        ).strip(),
        description=(
            f"The plan made for {compared.safest} is the safest: at worst it keeps {least:.1%}. The plan made for "
            f"{worst.idxmin()} keeps {float(worst.min()):.1%} at worst."
        ),
        table=compared.kept,
    )


def _share(ratio: float) -> str:
    return "all" if ratio > 1 - 5e-4 else f"{ratio:.1%}"


def _whole(ratio: float) -> str:
    return f"{math.floor(100 * ratio + 1e-9):d}%"


def _worth(table: pd.DataFrame) -> float:
    return float((table["gap"] * table["weight"]).sum())
