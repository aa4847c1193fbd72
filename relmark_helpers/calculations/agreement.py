"""How far several people who judge the same things agree: Kendall's W on ranks, intraclass correlation on scores."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, numbers

__all__ = ["ConcordanceTest", "IntraclassCorrelation", "intraclass_correlation", "kendall_w"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ConcordanceTest:
    """Kendall's coefficient of concordance; made by :func:`kendall_w`.

    Attributes
    ----------
    w : float
        Agreement of the rankings, 0 (none) to 1 (all the same).
    chi2, df, pvalue : float
        Friedman's test that each judge ranks by chance.
    judges, objects : int
        How many judged how many things.
    """

    w: float
    chi2: float
    df: int
    pvalue: float
    judges: int
    objects: int


@dataclass(frozen=True)
class IntraclassCorrelation:
    """Intraclass correlations for absolute agreement; made by :func:`intraclass_correlation`.

    Attributes
    ----------
    single, single_low, single_high : float
        Of one judge's scores with 95% limits; written ICC(2,1).
    average, average_low, average_high : float
        Of the mean of all judges, with 95% limits; written ICC(2,k).
    judges, objects : int
        How many judged how many things.
    """

    single: float
    single_low: float
    single_high: float
    average: float
    average_low: float
    average_high: float
    judges: int
    objects: int


def kendall_w(ratings: ArrayLike) -> ConcordanceTest:
    """Return Kendall's coefficient of concordance of several judges, corrected for ties.

    Use it to see whether judges put the same things first. It looks at order only: judges who use other parts of the
    scale can agree fully. Do not read a small p-value as strong agreement; read W.

    Parameters
    ----------
    ratings : array_like, judges x objects
        Scores or ranks; two judges and two objects or more. Written m judges and n objects.

    Returns
    -------
    ConcordanceTest

    Raises
    ------
    InputError
        If a rating is missing, there are too few, or every judge rates everything alike.

    Notes
    -----
    W = 12 S / (m^2 (n^3 - n) - m T), with S the sum of squared deviations of the rank sums from their mean, ranks
    averaged within ties, and T the sum of t^3 - t over all ties of t scores. chi2 = m (n - 1) W with n - 1 degrees of
    freedom: an approximation, rough for few judges and things.

    W cannot be negative, and with few judges it is above 0 by chance: its mean under chance is 1 / m.

    Checked against: ``scipy.stats.friedmanchisquare``; for two judges, Spearman's correlation.

    Source: [kendall1939], from memory, unverified

    Examples
    --------
    >>> kendall_w([[1, 2, 3], [1, 2, 3], [2, 1, 3]]).w
    0.7777777777777778
    """
    from scipy import special

    scores = _table(ratings)
    m, n = scores.shape
    ranks = pd.DataFrame(scores).rank(axis=1).to_numpy()
    ties = sum(
        float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in scores)
    )
    room = m**2 * (n**3 - n) - m * ties
    if room <= 0:
        raise InputError(
            "ratings",
            found="judges who each rate everything alike",
            expected="at least one judge who prefers something",
            mend="agreement on an order needs an order; ask for scores that differ",
        )
    sums = ranks.sum(axis=0)
    w = 12 * float(((sums - sums.mean()) ** 2).sum()) / room
    chi2 = m * (n - 1) * w
    return ConcordanceTest(w, chi2, n - 1, float(special.chdtrc(n - 1, chi2)), m, n)


def intraclass_correlation(ratings: ArrayLike, *, alpha: float = 0.05) -> IntraclassCorrelation:
    """Return how far scores are the same whoever gives them: two-way random effects, absolute agreement.

    Use it beside Kendall's W: it also counts that judges use different parts of the scale. Low values come from
    disagreement, or from objects that hardly differ.

    Parameters
    ----------
    ratings : array_like, judges x objects
        Scores; two judges and two objects or more. Written k judges and n objects (Shrout and Fleiss: targets).
    alpha : float
        Share outside the limits, above 0 and below 1.

    Returns
    -------
    IntraclassCorrelation

    Raises
    ------
    InputError
        If a rating is missing, there are too few, or all are alike.

    Notes
    -----
    From the two-way analysis of variance with mean squares of objects R, judges C and rest E:
    ICC(2,1) = (R - E) / (R + (k - 1) E + k (C - E) / n), ICC(2,k) = (R - E) / (R + (C - E) / n). Estimates can be
    negative, and are missing where a denominator is not above 0, as with two judges of opposite opinions. Limits use
    F distributions with Satterthwaite's degrees of freedom.

    1. Judges and objects are random draws, with normal errors. Six markets are no draw from many, and scores stand on a
       short scale: limits are a guide.
    2. The judges are not resampled, since a judge drawn twice agrees with himself: a bootstrap would be too high.

    Checked against: analysis of variance by statsmodels; the six targets and four judges of Shrout and Fleiss (1979),
    .29 and .62 (numbers from memory); coverage of the limits by simulation.

    Source: [shrout1979], from memory, unverified

    Examples
    --------
    >>> judges = [[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]]
    >>> agreement = intraclass_correlation(judges)
    >>> round(agreement.single, 2), round(agreement.average, 2)
    (0.29, 0.62)
    """
    from scipy import special

    share = float(numbers(alpha, "alpha", low=0, high=1, low_open=True, high_open=True, expected="a share, 0 to 1"))
    scores = _table(ratings)
    k, n = scores.shape
    mean = scores.mean()
    objects, judges = scores.mean(axis=0), scores.mean(axis=1)
    rest = scores - objects - judges[:, None] + mean
    ms_objects = k * float(((objects - mean) ** 2).sum()) / (n - 1)
    ms_judges = n * float(((judges - mean) ** 2).sum()) / (k - 1)
    ms_rest = float((rest**2).sum()) / ((n - 1) * (k - 1))
    if np.ptp(scores) == 0:
        raise InputError(
            "ratings",
            found="scores that are all alike",
            expected="scores that differ",
            mend="nothing is to be told apart",
        )
    tiny = 1e-12 * (ms_objects + ms_judges)
    ms_rest = ms_rest if ms_rest > tiny else 0.0

    def correlation(between: float, count: int) -> float:
        below = between + (count - 1) * ms_rest + count * (ms_judges - ms_rest) / n
        return _ratio(between - ms_rest, below)

    single = correlation(ms_objects, k)
    average = _spearman_brown(single, k)
    if ms_rest == 0 and ms_judges <= tiny:
        return IntraclassCorrelation(single, single, single, average, average, average, k, n)
    a = k * single / (n * (1 - single))
    b = 1 + k * single * (n - 1) / (n * (1 - single))
    parts = a * ms_judges, b * ms_rest
    below = parts[0] ** 2 / (k - 1) + parts[1] ** 2 / ((n - 1) * (k - 1))
    freedom = max(sum(parts) ** 2 / below, 1e-3) if below > 0 else 1.0
    lower_f = float(special.fdtri(n - 1, freedom, 1 - share / 2))
    upper_f = float(special.fdtri(freedom, n - 1, 1 - share / 2))
    other = k * ms_judges + (k * n - k - n) * ms_rest
    low = _ratio(n * (ms_objects - lower_f * ms_rest), lower_f * other + n * ms_objects)
    high = _ratio(n * (upper_f * ms_objects - ms_rest), other + n * upper_f * ms_objects)
    return IntraclassCorrelation(single, low, high, average, _spearman_brown(low, k), _spearman_brown(high, k), k, n)


def _spearman_brown(single: float, judges: int) -> float:
    return _ratio(judges * single, 1 + (judges - 1) * single)


def _ratio(above: float, below: float) -> float:
    """Return a ratio, or a missing value where a variance in its denominator is estimated as nothing or less."""
    return above / below if below > 1e-9 else math.nan


def _table(ratings: ArrayLike) -> Floats:
    scores = numbers(ratings, "ratings", expected="a table of scores, judges x objects")
    if scores.ndim != 2 or min(scores.shape) < 2:
        raise InputError(
            "ratings",
            found=f"shape {scores.shape}",
            expected="two judges or more (rows) and two objects or more (columns)",
            mend="ask more people, or report the scores without agreement",
        )
    return scores
