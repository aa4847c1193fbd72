"""Holmlund's D&D grid: technical, social and economic matters of a relationship, each by its process and its outcome.

The six cells are known here from lecture notes; that they are Holmlund's is from memory. She gives no scores: means,
limits and gaps between the two sides are this workbook's own formalisation.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.scale_scores import mean_limits
from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    numbers,
    random_generator,
    require_columns,
    whole_number,
)

__all__ = ["DIMENSIONS", "DOMAINS", "DomainScores", "score_domains", "simulate_domain_ratings"]

DOMAINS: Final = ("technical", "social", "economic")
DIMENSIONS: Final = ("process", "outcome")
_CELLS: Final = [(domain, dimension) for domain in DOMAINS for dimension in DIMENSIONS]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DomainScores:
    """A relationship scored on the grid; made by :func:`score_domains`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``side``, ``domain``, ``dimension``: ``mean``, ``low``, ``high`` (points), ``raters``.
    gaps : pandas.DataFrame or None
        With two sides: indexed by ``domain`` and ``dimension``: ``gap`` (second side less first) with ``low`` and
        ``high``, and ``verdict``, "higher" or "lower" (of the second side), "borderline" if the limits take in 0, or
        "no limits".
    sides : tuple of str
        One or two names, in the order in which they occur.
    scale : tuple of float
        Lowest and highest score.
    """

    table: pd.DataFrame
    gaps: pd.DataFrame | None = field(repr=False)
    sides: tuple[str, ...]
    scale: tuple[float, float]


def score_domains(ratings: pd.DataFrame, *, scale: tuple[float, float] = (1, 7)) -> DomainScores:
    """Return the mean of several raters in each of the six cells, with limits, and the gaps between two sides.

    Use it to talk about one relationship: where the two sides see it differently, and where the process is worse than
    the outcome. Do not compare cells by small differences, and do not add the cells up: nothing says how they weigh.

    Parameters
    ----------
    ratings : pandas.DataFrame
        One row per score: ``rater``, ``domain`` (technical, social, economic), ``dimension`` (process, outcome),
        ``score``, and ``side`` (such as buyer and seller) if both sides rated. Scores may be missing.
    scale : tuple of two numbers
        Lowest and highest score that can be given.

    Returns
    -------
    DomainScores

    Raises
    ------
    InputError
        If a column is missing, a domain or dimension is unknown, there are more than two sides, a rater is on both,
        a score is off the scale, or a cell of a side has no score.

    Warns
    -----
    StatisticalWarning
        If a cell has one rater (no limits), or fewer than five.

    Notes
    -----
    1. Scores that a rater gives to one cell are averaged first; raters then count alike. Missing scores are left out.
    2. Limits of a mean are Student's; those of a gap Welch's, for two groups of different people. Both take the raters
       as drawn by chance from all who could judge, and as independent. People of one firm who talk to each other are
       not: the limits are then too narrow.
    3. Six gaps are looked at together: about one in four relationships without any gap would show one by chance.
    4. The grid says where quality is seen, not what causes it, and it was made for relations between firms.

    Checked against: ``scipy.stats.ttest_ind`` with unequal variances.

    Source: [holmlund2001] for the six cells (from memory, unverified); the scoring is this workbook's own formalisation

    Examples
    --------
    >>> scored = score_domains(simulate_domain_ratings(8, np.random.default_rng(2001)))
    >>> scored.gaps[["gap", "low", "high", "verdict"]].round(2).loc[[("social", "process"), ("technical", "outcome")]]
                         gap   low  high     verdict
    domain    dimension
    social    process    1.50  0.27  2.73      higher
    technical outcome    0.38 -0.75  1.50  borderline
    """
    require_columns(ratings, "ratings", ["rater", "domain", "dimension", "score"])
    low, high = numbers(scale, "scale")
    known = ratings.loc[ratings["score"].notna()]
    for name, allowed in (("domain", DOMAINS), ("dimension", DIMENSIONS)):
        wrong = known.loc[~known[name].isin(allowed), name]
        if len(wrong):
            raise InputError(
                f"ratings[{name!r}]",
                found=repr(wrong.iloc[0]),
                expected=f"one of {', '.join(allowed)}",
                mend="use these words as they stand",
            )
    score = numbers(
        known["score"].to_numpy(dtype=float),
        "ratings['score']",
        low=low,
        high=high,
        expected=f"scores from {low:g} to {high:g}, or missing",
        mend="recode codes such as 99 for no answer as missing, or give the scale",
    )
    side = known["side"].astype(str) if "side" in known.columns else pd.Series("all raters", index=known.index)
    sides = tuple(dict.fromkeys(side))
    people = pd.DataFrame({"rater": known["rater"], "side": side}).drop_duplicates()
    twice = people.loc[people["rater"].duplicated(), "rater"]
    if not 1 <= len(sides) <= 2 or len(twice):
        raise InputError(
            "ratings['side']",
            found=f"rater {twice.iloc[0]!r} on both sides" if len(twice) else f"{len(sides)} sides",
            expected="one or two sides, and every rater on one of them",
            mend="leave out the others, or give raters of different firms different names",
        )
    each = (
        pd.DataFrame({"side": side, "domain": known["domain"].astype(str), "dimension": known["dimension"].astype(str)})
        .assign(rater=known["rater"].to_numpy(), score=score)
        .groupby(["side", "domain", "dimension", "rater"], sort=False)["score"]
        .mean()
    )
    groups = {key: values.to_numpy(dtype=float) for key, values in each.groupby(level=[0, 1, 2], sort=False)}
    keys = [(one, *cell) for one in sides for cell in _CELLS]
    lacking = [key for key in keys if key not in groups]
    if lacking:
        raise InputError(
            "ratings", found=f"no score for {', '.join(lacking[0])}", expected="a score in each cell", mend="ask for it"
        )
    fewest = min(len(groups[key]) for key in keys)
    if fewest < 5:
        warnings.warn(
            f"A cell rests on {fewest} {'rater' if fewest == 1 else 'raters'}: "
            + ("it has no limits." if fewest == 1 else "limits are wide, and rest on scores being roughly normal."),
            StatisticalWarning,
            stacklevel=2,
        )
    table = pd.DataFrame(
        [(*mean_limits(groups[key]), len(groups[key])) for key in keys],
        index=pd.MultiIndex.from_tuples(keys, names=["side", "domain", "dimension"]),
        columns=["mean", "low", "high", "raters"],
    )
    gaps = None
    if len(sides) == 2:
        rows = [_welch(groups[(sides[1], *cell)], groups[(sides[0], *cell)]) for cell in _CELLS]
        gaps = pd.DataFrame(
            rows,
            index=pd.MultiIndex.from_tuples(_CELLS, names=["domain", "dimension"]),
            columns=["gap", "low", "high"],
        )
        gaps["verdict"] = [
            "no limits" if not np.isfinite(one) else "higher" if one > 0 else "lower" if two < 0 else "borderline"
            for one, two in zip(gaps["low"], gaps["high"], strict=True)
        ]
    return DomainScores(table, gaps, sides, (float(low), float(high)))


def simulate_domain_ratings(raters: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return made-up scores of one relationship by raters of the buyer's and of the seller's side.

    Use it to see a filled grid. Built in: the seller sees the social process about a point better than the buyer does.

    Parameters
    ----------
    raters : int
        Raters on each side, 1 or more.
    generator : numpy.random.Generator
        Source of chance.

    Returns
    -------
    pandas.DataFrame
        One row per score: ``rater``, ``side``, ``domain``, ``dimension``, ``score`` (1 to 7).

    Raises
    ------
    InputError
        If ``raters`` is not a whole number of 1 or more, or ``generator`` is none.

    Source: this workbook's own; simulated

    Examples
    --------
    >>> simulate_domain_ratings(4, np.random.default_rng(2001)).shape
    (48, 5)
    """
    n = whole_number(raters, "raters", low=1)
    random_generator(generator)
    means = {
        "buyer": [5.4, 5.6, 4.0, 4.8, 4.6, 5.0],
        "seller": [5.5, 5.7, 5.1, 5.0, 4.2, 5.1],
    }
    rows = []
    for side, levels in means.items():
        given = np.array(levels) + generator.normal(0, 0.5, (n, 1)) + generator.normal(0, 0.8, (n, 6))
        for rater, scores in enumerate(np.clip(np.rint(given), 1, 7).astype(int), start=1):
            rows += [(f"{side} {rater}", side, *cell, one) for cell, one in zip(_CELLS, scores.tolist(), strict=True)]
    return pd.DataFrame(rows, columns=["rater", "side", "domain", "dimension", "score"])


def _welch(second: Floats, first: Floats) -> tuple[float, float, float]:
    """Return the difference of two means with Welch's limits; both ends are it if neither group varies."""
    from scipy import special

    gap = float(second.mean() - first.mean())
    if min(second.size, first.size) < 2:
        return gap, np.nan, np.nan
    parts = [one.var(ddof=1) / one.size for one in (second, first)]
    total = sum(parts)
    if total == 0:
        return gap, gap, gap
    freedom = total**2 / sum(part**2 / (one.size - 1) for part, one in zip(parts, (second, first), strict=True))
    half = float(special.stdtrit(freedom, 0.975) * np.sqrt(total))
    return gap, gap - half, gap + half
