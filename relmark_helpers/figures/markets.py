"""The markets of a firm as a jury sees them: spidergram, and gaps with what comes first."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.calculations.markets import MarketScores
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.spider_axes import draw_web, label_places, places, short_name
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style

__all__ = ["market_gaps_figure", "spidergram_figure"]

_EVIDENCE = "Axes and scale after Peck et al. (1999); limits and priorities are this workbook's own formalisation."


def spidergram_figure(scores: MarketScores, *, source: str) -> LessonFigure:
    """Draw present and desired emphasis on each axis, with 95% limits of both along the axis.

    Examples
    --------
    >>> from relmark_helpers.calculations.jury import simulate_jury
    >>> from relmark_helpers.calculations.markets import score_markets
    >>> random = np.random.default_rng(1991)
    >>> scored = score_markets(simulate_jury(12, random), generator=random)
    >>> spidergram_figure(scored, source="Simulated.").figure.get_suptitle()
    'Clearly more wanted for 4 of 7 axes; largest gap +2.8'
    """
    table = scores.table
    with house_style():
        figure = Figure(figsize=(7.0, 5.6), layout="constrained")
        axes = figure.subplots()
        draw_web(axes, len(table), scores.scale)
        looks = (("present", BLUE, "-", "o", -0.035), ("desired", VERMILION, "--", "s", 0.035))
        for name, colour, line, marker, turn in looks:
            corners = places(table[name])
            axes.plot(
                *np.vstack([corners, corners[:1]]).T,
                color=colour,
                linestyle=line,
                marker=marker,
                label=f"{name.capitalize()} emphasis",
            )
            ends = [places(table[f"{name}_{end}"], turn=turn) for end in ("low", "high")]
            axes.plot(
                *[np.column_stack([ends[0][:, at], ends[1][:, at]]).T for at in (0, 1)],
                color=colour,
                linewidth=3.5,
                alpha=0.45,
                solid_capstyle="butt",
            )
        for (market, row), (x, y, side) in zip(
            table.iterrows(), label_places(len(table), 1.08 * scores.scale[1]), strict=True
        ):
            words = f"{_short(str(market))}\n{row['present']:.1f} to {row['desired']:.1f}"
            up = "bottom" if y > 0.9 * scores.scale[1] else "center"
            axes.text(x, y, words, ha=side, va=up, fontsize=10.5, color=INK)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        headline(figure, _wanted(scores))
    listed = "; ".join(f"{market} {row['present']:.1f} to {row['desired']:.1f}" for market, row in table.iterrows())
    return LessonFigure(
        figure,
        alt=(
            f"Spidergram with {len(table)} axes from {scores.scale[0]:g} to {scores.scale[1]:g}, two polygons. Present "
            f"to desired emphasis: {listed}."
        ),
        caption=(
            f"{scores.average.capitalize()} of {_jurors(scores)}. "
            + ("Bars along the axes: 95% limits over resampled juries. " if scores.jurors > 1 else "")
            + f"Compare axis by axis, not areas: they depend on the order of the axes. {_EVIDENCE} {source}"
        ).strip(),
        description=_agreement(scores),
        table=table,
    )


def market_gaps_figure(scores: MarketScores, *, source: str) -> LessonFigure:
    """Draw the gaps with limits, the largest first, beside the share of resampled juries that put each market first.

    Examples
    --------
    >>> from relmark_helpers.calculations.jury import simulate_jury
    >>> from relmark_helpers.calculations.markets import score_markets
    >>> random = np.random.default_rng(1991)
    >>> scored = score_markets(simulate_jury(12, random), generator=random)
    >>> market_gaps_figure(scored, source="Simulated.").figure.get_suptitle()
    'First: internal in 66% of resampled juries'
    """
    table = scores.table.sort_values("gap", ascending=False, kind="stable")
    at = np.arange(len(table))
    with house_style():
        figure = Figure(figsize=(7.0, 1.9 + 0.38 * len(table)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.9, 1])
        left.axvline(0, color=QUIET, linewidth=1.2)
        open_gap = table["verdict"].isin(["borderline", "no limits"]).to_numpy()
        for sure, marker, fill, label in (
            (True, "o", BLUE, "Limits exclude 0"),
            (False, "D", "white", "Borderline or no limits"),
        ):
            rows = np.flatnonzero(open_gap != sure)
            if rows.size:
                left.hlines(at[rows], table["low"].iloc[rows], table["high"].iloc[rows], color=BLUE, linewidth=1.8)
                left.plot(
                    table["gap"].iloc[rows],
                    at[rows],
                    linestyle="none",
                    marker=marker,
                    color=BLUE,
                    markerfacecolor=fill,
                    label=label,
                )
        left.set(
            yticks=at, yticklabels=[short_name(one) for one in table.index], xlabel="Gap, desired less present (points)"
        )
        left.set_ylim(len(table) - 0.5, -0.5)
        left.grid(False, axis="y")
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        first = table["first"].fillna(0.0)
        right.barh(at, first, height=0.55, color=VERMILION)
        for row, share in zip(at, table["first"], strict=True):
            right.text(
                (share if share == share else 0) + 0.03, row, _percent(share), va="center", fontsize=10, color=INK
            )
        right.set(xlim=(0, 1.3), xticks=[0, 0.5, 1], xlabel="Put first by")
        right.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        right.grid(False, axis="y")
        headline(figure, _first(scores))
    listed = "; ".join(
        f"{market} {row['gap']:+.1f}{_limits(row)}, {row['verdict']}, first in {_percent(row['first'])}"
        for market, row in table.iterrows()
    )
    return LessonFigure(
        figure,
        alt=f"Left: gaps with 95% limits, largest first; right: how often each is the largest. {listed}.",
        caption=(
            f"Gaps between desired and present emphasis: {scores.average} of {_jurors(scores)}, 95% limits over "
            "resampled juries, and the share of resampled juries in which a market has the largest gap (ties in equal "
            "parts). "
            f"{'Limits from so few jurors are too narrow. ' if scores.jurors < 10 else ''}{_EVIDENCE} {source}"
        ).strip(),
        description=_agreement(scores),
        table=table[["gap", "low", "high", "verdict", "rank", "first"]],
    )


def _wanted(scores: MarketScores) -> str:
    table = scores.table
    if scores.jurors == 1:
        return f"One juror's view: the largest gap is {table['gap'].max():+.1f} points"
    more = table["verdict"] == "more"
    if not more.any():
        return f"For none of {len(table)} axes is more emphasis clearly wanted"
    return f"Clearly more wanted for {int(more.sum())} of {len(table)} axes; largest gap {table['gap'].max():+.1f}"


def _first(scores: MarketScores) -> str:
    table = scores.table
    if scores.jurors == 1:
        return _wanted(scores)
    best = str(table["first"].idxmax())
    return f"First: {short_name(best)} in {_percent(table['first'].max())} of resampled juries"


def _agreement(scores: MarketScores) -> str:
    said = []
    for name, row in scores.agreement().iterrows():
        if np.isfinite(row["w"]):
            said.append(f"{name} W {row['w']:.2f} (p {_pvalue(row['p'])}; {row['w_by_chance']:.2f} by chance)")
        if np.isfinite(row["icc"]):
            ends = row[["icc_low", "icc_high"]]
            limits = f" ({ends.iloc[0]:.2f} to {ends.iloc[1]:.2f})" if np.isfinite(ends).all() else ""
            said.append(f"{name} intraclass correlation {row['icc']:.2f}{limits}")
    return f"Agreement among the jurors: {'; '.join(said)}." if said else "Agreement cannot be computed."


def _pvalue(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _jurors(scores: MarketScores) -> str:
    return "one juror" if scores.jurors == 1 else f"{scores.jurors} jurors"


def _limits(row: pd.Series[float]) -> str:
    return f" ({row['low']:+.1f} to {row['high']:+.1f})" if np.isfinite(row["low"]) else ""


def _percent(share: float) -> str:
    """Return a share as a percentage that is 0 or 100 only where it is."""
    if not np.isfinite(share):
        return "not known"
    return "below 1%" if 0 < share < 0.005 else "over 99%" if 0.995 < share < 1 else f"{share:.0%}"


def _short(market: str) -> str:
    name = short_name(market)
    return name.replace(" ", "\n", 1) if len(name) > 14 else name
