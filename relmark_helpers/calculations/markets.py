"""Present and desired emphasis on the markets of a firm, from a jury's scores: gaps, agreement and first priority.

The diagram with seven axes and a jury of executive opinion is published (Peck et al., 1999), without any scores. Means,
limits, agreement and the priorities drawn from them are this workbook's own formalisation.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.agreement import (
    ConcordanceTest,
    IntraclassCorrelation,
    intraclass_correlation,
    kendall_w,
)
from relmark_helpers.calculations.jury import AXES, SCALE, by_juror, check_jury, jury_problems, problems_error
from relmark_helpers.calculations.resampling import percentile_limits, resample_counts
from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    choice,
    random_generator,
    require_columns,
    whole_number,
)

__all__ = ["AVERAGES", "MarketScores", "score_subgroups", "score_markets"]

AVERAGES: Final = ("mean", "median")
"""Ways to sum a jury up in one number."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MarketScores:
    """What a jury says about each market; made by :func:`score_markets`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``market``: ``present``, ``desired`` (average over jurors, points of the scale); ``present_sd``,
        ``desired_sd``, ``gap_sd`` (spread between jurors); ``present_low``, ``present_high``, ``desired_low``,
        ``desired_high``, limits of the averages; ``gap`` (average of the jurors' own gaps, desired less
        present) with ``low`` and ``high``; ``verdict``, "more" or "less" (emphasis wanted), "borderline" if the limits
        take in 0, or "no limits"; ``rank`` (1 is the largest gap, ties share the mean rank); ``first``, the share of
        resampled juries in which this market has the largest gap.
    draws : pandas.DataFrame
        Gaps in resampled juries, resamples x markets; empty for one juror.
    jurors : int
        How many jurors scored.
    average : str
        "mean" or "median".
    scale : tuple of float
        Lowest and highest score.
    concordance : dict of str to ConcordanceTest
        Kendall's W of ``present``, ``desired`` and ``gap``; those that can be computed.
    correlation : dict of str to IntraclassCorrelation
        Intraclass correlations of the same.
    """

    table: pd.DataFrame
    draws: pd.DataFrame = field(repr=False)
    jurors: int
    average: str
    scale: tuple[float, float]
    concordance: Mapping[str, ConcordanceTest] = field(repr=False)
    correlation: Mapping[str, IntraclassCorrelation] = field(repr=False)

    @property
    def words(self) -> str:
        """For which markets the jury wants more, for which less, and which are open, the largest gap first."""
        order = self.table.sort_values("gap", ascending=False, kind="stable")["verdict"]
        kinds = {"more": "More is wanted for", "less": "Less is wanted for", "borderline": "Borderline:"}
        found = {words: ", ".join(order.index[order == verdict]) for verdict, words in kinds.items()}
        listed = " ".join(f"{words} {names}." for words, names in found.items() if names)
        return listed or f"One juror gives no limits; the largest gap is {order.index[0]}."

    def agreement(self) -> pd.DataFrame:
        """Return how far the jurors agree.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``scores`` (present, desired, gap): ``w`` and ``p`` (Kendall; 1 / jurors is the mean of W under
            chance, ``w_by_chance``), ``icc`` of one juror with ``icc_low`` and ``icc_high``, ``icc_jury`` of the mean
            of all. Missing where it cannot be computed.
        """
        rows = {}
        for name in ("present", "desired", "gap"):
            order, score = self.concordance.get(name), self.correlation.get(name)
            rows[name] = {
                "w": order.w if order else np.nan,
                "p": order.pvalue if order else np.nan,
                "w_by_chance": 1 / self.jurors,
                "icc": score.single if score else np.nan,
                "icc_low": score.single_low if score else np.nan,
                "icc_high": score.single_high if score else np.nan,
                "icc_jury": score.average if score else np.nan,
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("scores")


def score_markets(
    scores: pd.DataFrame,
    *,
    generator: np.random.Generator,
    markets: Sequence[str] = AXES,
    scale: tuple[float, float] = SCALE,
    average: str = "mean",
    resamples: int = 2_000,
) -> MarketScores:
    """Return present and desired emphasis on each market, the gaps with limits, and which market comes first.

    Use it to start a discussion of a jury that voted separately. Do not read the order of the gaps without ``first``:
    small juries often leave it open. What the jury wants need not be what pays.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per juror and market: ``juror``, ``market``, ``present``, ``desired``.
    generator : numpy.random.Generator
        Source of chance for the resamples.
    markets : sequence of str
        The axes: seven by default; ``SECOND_VERSION``, or your own.
    scale : tuple of two numbers
        Lowest and highest score.
    average : str
        "mean", or "median", which a single extreme juror moves less.
    resamples : int
        Resampled juries, 100 or more.

    Returns
    -------
    MarketScores

    Raises
    ------
    InputError
        Listing every entry that cannot be used, by juror and market; or if an option is outside its range.

    Warns
    -----
    StatisticalWarning
        If there are fewer than five jurors: limits are then far too narrow.

    Notes
    -----
    1. Limits are percentiles (95%) of resampled juries: jurors are drawn with replacement, each with all scores. They
       are too narrow for small juries: with normal gaps, those of n jurors hold the true mean gap with nearly the
       probability that t with n - 1 degrees of freedom stays within 1.96 sqrt(1 - 1/n), 0.89 for eight, 0.91 for
       twelve and 0.94 for thirty.
    2. ``first`` counts a tie for the largest gap as equal parts. It is a share of resampled juries, not the
       probability that the market ought to come first; it says how far the answer rests on who sat in the jury.
    3. Jurors count alike and judge separately. Jurors who talked beforehand are fewer than they look.
    4. With the median, the gap is the median of the jurors' gaps, which can differ from the median desired score less
       the median present one.

    Checked against: the basic definitions with pandas; ``scipy.stats.bootstrap``; coverage by simulation.

    Source: [peck1999] for axes, scale and jury; the statistics are this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.jury import simulate_jury
    >>> random = np.random.default_rng(1991)
    >>> scored = score_markets(simulate_jury(12, random), generator=random)
    >>> scored.table[["present", "desired", "gap", "low", "high", "verdict"]].round(1).head(2)
                        present  desired  gap  low  high verdict
    market
    existing customers      5.2      7.8  2.6  2.1   3.1    more
    new customers           8.1      7.4 -0.7 -1.0  -0.3    less
    """
    choice(average, "average", AVERAGES)
    times = whole_number(resamples, "resamples", low=100)
    random_generator(generator)
    axes = _axes(markets)
    checked = check_jury(scores, markets=axes, scale=scale)
    present, desired = by_juror(checked, "present", axes), by_juror(checked, "desired", axes)
    gaps = desired - present
    n = len(gaps)
    if n < 5:
        warnings.warn(
            f"The jury has {n} {'juror: there are' if n == 1 else 'jurors:'} "
            + ("no limits." if n == 1 else "limits are far too narrow, and first places open."),
            StatisticalWarning,
            stacklevel=2,
        )
    middle = np.mean if average == "mean" else np.median
    kinds = {"present": present, "desired": desired, "gap": gaps}
    counts = resample_counts(n, times, generator) if n > 1 else np.empty((0, n))
    table = pd.DataFrame(index=pd.Index(axes, name="market"))
    for name, values in kinds.items():
        table[name] = middle(values, axis=0)
    for name, values in kinds.items():
        table[f"{name}_sd"] = values.std(axis=0, ddof=1) if n > 1 else np.nan
        ends = ["low", "high"] if name == "gap" else [f"{name}_low", f"{name}_high"]
        draws = _resampled(values, average, counts)
        table[ends] = percentile_limits(draws) if n > 1 else np.nan
    table["verdict"] = [
        "no limits" if not np.isfinite(low) else "more" if low > 1e-9 else "less" if high < -1e-9 else "borderline"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]
    table["rank"] = table["gap"].round(9).rank(ascending=False)
    table["first"] = _first(draws) if n > 1 else np.nan
    concordance, correlation = {}, {}
    if n > 1 and len(axes) > 1:
        for name, values in kinds.items():
            if np.ptp(values, axis=1).any():
                concordance[name] = kendall_w(values)
            if np.ptp(values) > 0:
                correlation[name] = intraclass_correlation(values)
    return MarketScores(
        table,
        pd.DataFrame(draws, columns=table.index),
        n,
        average,
        (float(scale[0]), float(scale[1])),
        concordance,
        correlation,
    )


def score_subgroups(
    scores: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    *,
    generator: np.random.Generator,
    scale: tuple[float, float] = SCALE,
    average: str = "mean",
    resamples: int = 2_000,
) -> dict[str, MarketScores]:
    """Return second-level scores: for each market, present and desired emphasis on the groups it consists of.

    Use it once a market has turned out to matter, to see whom in it the firm has neglected.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per juror, market and group: ``juror``, ``market``, ``group``, ``present``, ``desired``.
    groups : dict of str to list of str
        The groups of each market, such as ``{"influence": INFLUENCE_GROUPS}``.
    generator, scale, average, resamples
        As in :func:`score_markets`.

    Returns
    -------
    dict of str to MarketScores
        By market; the index of each table is called ``market`` and holds the groups.

    Raises
    ------
    InputError
        Listing every entry that cannot be used, by juror, market and group.

    Source: [peck1999] recommends second-level diagrams; the statistics are this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.jury import INFLUENCE_GROUPS, jury_form
    >>> form = jury_form([str(one) for one in range(6)], markets=INFLUENCE_GROUPS).rename(columns={"market": "group"})
    >>> form = form.assign(market="influence", present=4, desired=6)
    >>> scored = score_subgroups(form, {"influence": INFLUENCE_GROUPS}, generator=np.random.default_rng(1))
    >>> scored["influence"].table["gap"].unique()
    array([2.])
    """
    require_columns(scores, "scores", ["juror", "market", "group", "present", "desired"])
    known = {market.casefold(): market for market in groups}
    names = scores["market"].astype(object).map(lambda one: str(one).strip())
    named = names.map(lambda one: known.get(one.casefold(), one))
    empty = scores[["juror", "group", "present", "desired"]].isna().all(axis=1)
    problems = [
        pd.DataFrame(
            {
                "juror": scores.loc[~named.isin(list(groups)) & ~empty, "juror"].astype(str),
                "market": named[~named.isin(list(groups)) & ~empty],
                "entry": "market",
                "problem": f"unknown market; known are {', '.join(groups)}",
            }
        )
    ]
    parts = {}
    for market, members in groups.items():
        parts[market] = scores.loc[named == market].drop(columns="market").rename(columns={"group": "market"})
        axes = _axes(members)
        found = jury_problems(parts[market], markets=axes, scale=scale)
        problems.append(found.assign(market=f"{market}, " + found["market"].astype(str)))
    listed = pd.concat(problems, ignore_index=True)
    if len(listed):
        raise problems_error("scores", listed, float(scale[0]), float(scale[1]))
    return {
        market: score_markets(
            part,
            generator=generator,
            markets=groups[market],
            scale=scale,
            average=average,
            resamples=resamples,
        )
        for market, part in parts.items()
    }


def _axes(markets: Sequence[str]) -> list[str]:
    axes = [str(one) for one in markets]
    if isinstance(markets, str) or len(axes) < 2 or len(set(axes)) < len(axes):
        raise InputError("markets", found=markets, expected="two or more names, each once", mend="name each axis once")
    return axes


def _resampled(values: Floats, average: str, counts: Floats) -> Floats:
    """Return the averages of resampled juries, resamples x markets."""
    n = len(values)
    if average == "mean" or not len(counts):
        return counts @ values / n
    drawn = np.repeat(np.tile(np.arange(n), len(counts)), counts.ravel().astype(int)).reshape(-1, n)
    return np.asarray(np.median(values[drawn], axis=1))


def _first(draws: Floats) -> Floats:
    """Return the share of draws in which each column is largest; ties count in equal parts."""
    best = draws >= draws.max(axis=1, keepdims=True) - 1e-9
    return np.asarray((best / best.sum(axis=1, keepdims=True)).mean(axis=0))
