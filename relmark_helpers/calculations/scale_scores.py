"""Scores of scales for each respondent, with a stated rule for missing answers, and how sure each score is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.item_answers import BootstrapEstimates, covariance_stack, read_answers
from relmark_helpers.calculations.reliability import alpha_formula
from relmark_helpers.validation import InputError, numbers, require_columns

__all__ = ["ScaleScores", "answer_table", "mean_limits", "score_scales"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ScaleScores:
    """Scores of respondents on several scales; made by :func:`score_scales`.

    Attributes
    ----------
    scores : pandas.DataFrame
        One row per respondent, one column per scale: mean of the items answered; missing where fewer than half were.
    errors : pandas.DataFrame
        Standard error of measurement of each score, of the same shape.
    table : pandas.DataFrame
        Indexed by ``scale``: ``items``; ``respondents`` (with a score) and ``without`` (a score); ``mean`` with
        ``mean_low`` and ``mean_high``; ``sd``; raw ``alpha`` with ``alpha_low`` and ``alpha_high``, and ``complete``,
        the respondents it rests on; ``error``, the standard error of measurement of a score from all items.
    answered : pandas.DataFrame
        Number of items answered, shaped as ``scores``.
    """

    scores: pd.DataFrame = field(repr=False)
    errors: pd.DataFrame = field(repr=False)
    table: pd.DataFrame
    answered: pd.DataFrame = field(repr=False)

    def true_scores(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return estimates of the true scores from all scales together, and their standard errors.

        Use them to say how many respondents lie on either side of a cut. Scores as observed are spread more widely
        than true ones, so that counts from them put too many at the ends. Do not use them to compare groups: every
        respondent is drawn towards the mean of all.

        Returns
        -------
        tuple of pandas.DataFrame
            Estimates and standard errors, shaped as ``scores``; missing where the score is.

        Raises
        ------
        InputError
            If fewer than three respondents have a score on every scale.

        Notes
        -----
        The regression of the true scores on the observed ones: mean + T S^-1 (score - mean), where S is the covariance
        matrix of the observed scores and T = S less the variances of the errors. For one scale it is mean + alpha
        (score - mean), known as Kelley's formula (name from memory, unverified). What the errors still have in common
        is left out. Assumes normal true scores, and errors that are normal, alike for all who answered equally many
        items, and independent between scales.

        Checked against: the truth behind simulated answers; the formula for one scale.
        """
        x, error = self.scores.to_numpy(), self.errors.to_numpy()
        complete = np.isfinite(x).all(axis=1)
        if complete.sum() < 3:
            raise InputError(
                "scores",
                found=f"{int(complete.sum())} respondents with a score on every scale",
                expected="three or more",
                mend="score fewer scales at a time",
            )
        mean = x[complete].mean(axis=0)
        observed = np.atleast_2d(np.cov(x[complete].T))
        true = _without_negative_parts(observed - np.diag((error[complete] ** 2).mean(axis=0)))
        estimates, left = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
        patterns, which = np.unique(np.nan_to_num(error, nan=-1.0), axis=0, return_inverse=True)
        for at, pattern in enumerate(patterns):
            rows, there = np.flatnonzero(which.ravel() == at), np.flatnonzero(pattern >= 0)
            part = true[np.ix_(there, there)]
            weights = part @ np.linalg.pinv(part + np.diag(pattern[there] ** 2))
            estimates[np.ix_(rows, there)] = mean[there] + (x[np.ix_(rows, there)] - mean[there]) @ weights.T
            left[np.ix_(rows, there)] = np.sqrt(np.maximum(np.diag(part - weights @ part), 0.0))
        like = {"index": self.scores.index, "columns": self.scores.columns}
        return pd.DataFrame(estimates, **like), pd.DataFrame(left, **like)


def score_scales(
    answers: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    *,
    scale: tuple[float, float],
    generator: np.random.Generator,
    resamples: int = 2_000,
) -> ScaleScores:
    """Return each respondent's mean on each scale, with standard errors, and alpha of each scale with limits.

    Use it to place single respondents. For a model of the constructs use a path model, which keeps the items apart.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row per respondent; items worded against the others turned. Answers may be missing.
    scales : dict of str to list of str
        For each scale the columns of its items, two or more.
    scale : tuple of two numbers
        Lowest and highest answer that can be given, such as (1, 7).
    generator : numpy.random.Generator
        Source of chance for the limits of alpha.
    resamples : int
        Bootstrap resamples, 100 or more.

    Returns
    -------
    ScaleScores

    Raises
    ------
    InputError
        If a column is missing, an answer is off the scale, or the items of a scale hold fewer than three complete rows.

    Warns
    -----
    StatisticalWarning
        If an item goes against its scale, or fewer than 30 rows are complete.

    Notes
    -----
    1. Missing answers: the score is the mean of the items answered if these are half of the items or more, and missing
       otherwise. That takes the items of a scale as interchangeable. The rule of one half is this workbook's choice.
    2. Alpha is raw, from the respondents who answered all items of that scale; limits are bootstrap percentiles,
       missing where many resamples give no alpha.
    3. Standard error of measurement: sd sqrt(1 - alpha), larger by the root of items / items answered where some were
       left out. It is the same for all who answered equally many: the spread of one respondent's few answers says too
       little about that respondent. Where alpha is too low (unequal loadings) it is too large.
    4. Limits of a mean are Student's, 95 per cent, for respondents drawn by chance.

    Source: [cronbach1951]; [mcdonald1999] for the error of measurement (from memory)

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> loyalty = {"Loyalty": ["cusl1", "cusl2", "cusl3"]}
    >>> found = score_scales(load_dataset("mobi"), loyalty, scale=(1, 10), generator=np.random.default_rng(1951))
    >>> found.table[["mean", "sd", "alpha", "error"]].round(2)
             mean    sd  alpha  error
    scale
    Loyalty   6.7  1.78   0.44   1.33
    """
    if not isinstance(scales, Mapping) or not scales:
        raise InputError(
            "scales",
            found=f"{scales!r:.80}",
            expected="a dictionary from the name of a scale to the list of its items",
            mend="write for example scales={'trust': ['trust_1', 'trust_2']}",
        )
    scores, errors, answered, rows = {}, {}, {}, []
    for name, items in scales.items():
        values = answer_table(answers, list(items), scale)
        checked = read_answers(values.dropna(), {name: items})
        covariances, _ = covariance_stack(checked, resamples, generator)
        alphas = np.asarray(alpha_formula(covariances))
        drawn = BootstrapEstimates(pd.DataFrame({"alpha": alphas[:1]}), alphas[1:, None, None], len(checked.values), 0)
        limits = [float(end.iloc[0, 0]) for end in drawn.limits()]
        count = values.notna().sum(axis=1)
        score = values.mean(axis=1).where(2 * count >= len(items))
        sd = float(np.sqrt(covariances[0].mean()))
        error = sd * float(np.sqrt(1 - max(alphas[0], 0.0)))
        rows.append(
            [len(items), int(score.notna().sum()), int(score.isna().sum()), *mean_limits(score.to_numpy())]
            + [sd, alphas[0], *limits, len(checked.values), error]
        )
        scores[name], answered[name] = score, count
        errors[name] = (error * np.sqrt(len(items) / count.where(count > 0))).where(score.notna())
    columns = ["items", "respondents", "without", "mean", "mean_low", "mean_high", "sd"]
    columns += ["alpha", "alpha_low", "alpha_high", "complete", "error"]
    table = pd.DataFrame(rows, index=pd.Index(list(scales), name="scale"), columns=columns)
    return ScaleScores(pd.DataFrame(scores), pd.DataFrame(errors), table, pd.DataFrame(answered))


def answer_table(answers: pd.DataFrame, columns: list[str], scale: tuple[float, float]) -> pd.DataFrame:
    """Return the columns as floats, missing answers as NaN; raise if one lies off the scale.

    Examples
    --------
    >>> answer_table(pd.DataFrame({"a": [1, None]}), ["a"], (1, 7))["a"].tolist()
    [1.0, nan]
    """
    require_columns(answers, "answers", columns)
    low, high = numbers(scale, "scale")
    filled = {}
    for name in columns:
        column = answers[name]
        there = column.notna()
        checked = numbers(
            column[there].to_numpy(dtype=object).tolist(),
            f"answers[{name!r}]",
            low=low,
            high=high,
            expected=f"answers from {low:g} to {high:g}, or missing",
            mend="recode codes such as 99 for no answer as missing",
        )
        filled[name] = pd.Series(np.nan, index=answers.index)
        filled[name][there] = checked
    return pd.DataFrame(filled, index=answers.index)


def mean_limits(values: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Return the mean of the values that are there, and Student's limits; limits are missing for fewer than two.

    Examples
    --------
    >>> [round(end, 3) for end in mean_limits(np.array([1.0, 2.0, 3.0, np.nan]))]
    [2.0, -0.484, 4.484]
    """
    from scipy import special

    there = values[np.isfinite(values)]
    if not there.size:
        return np.nan, np.nan, np.nan
    mean = float(there.mean())
    if there.size < 2:
        return mean, np.nan, np.nan
    half = float(special.stdtrit(there.size - 1, 0.5 + level / 2) * there.std(ddof=1) / np.sqrt(there.size))
    return mean, mean - half, mean + half


def _without_negative_parts(matrix: Floats) -> Floats:
    """Return the nearest covariance matrix: large errors can leave a true variance below 0."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)
