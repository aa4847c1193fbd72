"""Item analysis: how hard each exercise of a test was, whether it tells students apart, and how reliable the sum is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.item_answers import BootstrapEstimates
from relmark_helpers.calculations.reliability import alpha_formula
from relmark_helpers.calculations.resampling import resample_counts, resampled_covariances
from relmark_helpers.validation import InputError, numbers

__all__ = ["EASY", "HARD", "ItemAnalysis", "SMALL_CLASS", "WEAK", "analyse_items"]

EASY: Final = 0.9
"""From this mean share of the points on, nearly everybody has the exercise (a convention)."""
HARD: Final = 0.3
"""Up to this mean share of the points, few have it (a convention)."""
WEAK: Final = 0.2
"""Below this correlation with the rest, an exercise hardly tells students apart (a convention)."""
SMALL_CLASS: Final = 30
"""Below this many students all numbers are called uncertain (this workbook's rule)."""
_GROUP: Final = 0.27
_COLUMNS: Final = ("difficulty", "discrimination")

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ItemAnalysis:
    """What a class's points say about the exercises; made by :func:`analyse_items`.

    Attributes
    ----------
    items : pandas.DataFrame
        Indexed by ``exercise``: ``max_points``; ``difficulty`` (mean share of the points), ``difficulty_low``,
        ``difficulty_high``; ``discrimination`` (correlation with the points in all other exercises),
        ``discrimination_low``, ``discrimination_high``; ``upper_lower`` (mean share of the best 27 per cent less that
        of the weakest 27 per cent); ``alpha_without`` (alpha of the other exercises); ``reading``.
    alpha : float
        Cronbach's alpha of the sum of the points.
    alpha_interval : tuple of float
        Its 95 per cent bootstrap limits; missing where resamples give no number.
    students : int
    totals : pandas.Series
        Each student's sum of points.
    notes : tuple of str
        What a reader should know, such as that the class is small.
    """

    items: pd.DataFrame
    alpha: float
    alpha_interval: tuple[float, float]
    students: int
    totals: pd.Series = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def to_look_at(self) -> list[str]:
        """The exercises with a reading, that is, those that a convention points to."""
        return [str(name) for name in self.items.index[self.items["reading"] != ""]]

    def summary(self) -> pd.DataFrame:
        """Return the table of items, rounded and with limits as text, for reading."""
        table = self.items
        shown = pd.DataFrame({"max": table["max_points"]}, index=table.index)
        for name in _COLUMNS:
            limits = zip(table[name], table[f"{name}_low"], table[f"{name}_high"], strict=True)
            shown[name] = [_with_limits(*three) for three in limits]
        for name in ("upper_lower", "alpha_without"):
            shown[name] = ["–" if np.isnan(value) else f"{value:.2f}" for value in table[name]]
        return shown.assign(reading=table["reading"])


def analyse_items(
    points: pd.DataFrame,
    max_points: Mapping[str, float],
    generator: np.random.Generator,
    *,
    resamples: int = 2000,
) -> ItemAnalysis:
    """Return how hard each exercise was, whether it tells students apart, and how reliable the sum of the points is.

    Use it to find exercises that need a look: a wrong key, a question that nobody understood, one that all can do. Do
    not drop an exercise for a number alone: an easy start, or a topic of its own, may be worth having.

    Parameters
    ----------
    points : pandas.DataFrame
        Students x exercises: points earned. Three students and two exercises or more, none missing.
    max_points : mapping
        For each exercise the points that can be earned, above 0.
    generator : numpy.random.Generator
        Source of chance for the limits, such as ``numpy.random.default_rng(1979)``.
    resamples : int
        Bootstrap resamples of students.

    Returns
    -------
    ItemAnalysis

    Raises
    ------
    InputError
        If points are missing, negative or above the maximum, there are too few students or exercises, or all students
        have the same sum.

    Notes
    -----
    With x the points of one student in one exercise and X the sum over the k exercises:

    - difficulty = mean of x / maximum. High means easy.
    - discrimination = correlation of x with X - x; for right or wrong, the point-biserial correlation with the rest.
      With X itself the exercise would be correlated with its own points.
    - upper_lower: the groups are the best and the weakest 27 per cent by X. Students with equal X at the border share
      the places left, so that the order of the rows does not matter.
    - alpha = k / (k - 1) x (1 - sum of the variances of x / variance of X). It is low too where exercises are few, or
      test different things.

    Readings: difficulty from 0.9 on or up to 0.3, discrimination below 0.2 or below 0. "perhaps" stands before them
    where the limits reach over the mark. The marks are rules of thumb that textbooks of testing give (from memory; we
    have not looked up who set them). Limits are percentile limits of a bootstrap of students. They are too narrow in
    a small class, and without width where all have the same points.

    Checked against: ``numpy.corrcoef`` and the formulas, written out.

    Source: [cronbach1951] for alpha

    Examples
    --------
    >>> points = pd.DataFrame({"a": [1, 1, 1, 0, 0, 0], "b": [2, 2, 1, 1, 0, 0], "c": [0, 1, 0, 1, 0, 1]})
    >>> result = analyse_items(points, {"a": 1, "b": 2, "c": 1}, np.random.default_rng(1979))
    >>> result.items["difficulty"].tolist()
    [0.5, 0.5, 0.5]
    >>> result.items["reading"].tolist()
    ['', '', 'perhaps goes against the rest']
    """
    values, worth, names = _checked(points, max_points)
    students = len(values)
    totals = values.sum(axis=1)
    covariances = np.cov(values.T, ddof=0)
    shares = values / worth
    stacks = [
        (_discrimination(stack, worth), _alpha(stack, worth))
        for stack in resampled_covariances(values, resamples, generator)
    ]
    means = resample_counts(students, resamples, generator) @ shares / students
    params = pd.DataFrame(
        {"difficulty": shares.mean(axis=0), "discrimination": _discrimination(covariances, worth)}, index=names
    )
    draws = np.stack([means, np.concatenate([one for one, _ in stacks])], axis=-1)
    low, high = BootstrapEstimates(params, draws, students, 0).limits()
    items = pd.DataFrame({"max_points": worth}, index=names)
    for name in _COLUMNS:
        items[name], items[f"{name}_low"], items[f"{name}_high"] = params[name], low[name], high[name]
    items["upper_lower"] = _group_weights(totals) @ shares - _group_weights(-totals) @ shares
    items["alpha_without"] = _alpha_without(covariances, worth)
    items["reading"] = [_reading(row) for row in items.round(9).to_dict("records")]
    alpha = pd.DataFrame({"alpha": [float(_alpha(covariances, worth))]})
    alpha_draws = np.concatenate([one for _, one in stacks])[:, None, None]
    limits = [float(limit.iloc[0, 0]) for limit in BootstrapEstimates(alpha, alpha_draws, students, 0).limits()]
    return ItemAnalysis(
        items,
        float(alpha.iloc[0, 0]),
        (limits[0], limits[1]),
        students,
        pd.Series(totals, index=points.index, name="total"),
        _notes(students, len(names)),
    )


def _checked(points: pd.DataFrame, max_points: Mapping[str, float]) -> tuple[Floats, Floats, pd.Index]:
    names = pd.Index([str(name) for name in points.columns], name="exercise")
    if len(points) < 3 or len(names) < 2:
        raise InputError(
            "points",
            found=f"{len(points)} students and {len(names)} exercises",
            expected="three students and two exercises or more",
            mend="wait for more, or read the points as they are",
        )
    unknown = [name for name in points.columns if name not in max_points]
    if unknown:
        raise InputError(
            "max_points",
            found=f"nothing for {unknown[0]!r}",
            expected="the points that can be earned in each exercise",
            mend="add it",
        )
    worth = numbers([max_points[name] for name in points.columns], "max_points", low=0, low_open=True)
    columns = []
    for name, most in zip(points.columns, worth, strict=True):
        columns.append(
            numbers(
                points[name].to_numpy(),
                f"points in {name}",
                low=0,
                high=float(most),
                expected=f"points from 0 to {most:g} for every student",
                mend="write 0 where nothing was handed in, or leave the student out",
            )
        )
    values = np.column_stack(columns)
    if np.ptp(values.sum(axis=1)) < 1e-9:
        raise InputError(
            "points",
            found=f"the same sum, {values[0].sum():g}, for all students",
            expected="sums that differ",
            mend="there is nothing to analyse; look at the exercises together with the class",
        )
    return values, worth, names


def _discrimination(covariances: Floats, worth: Floats) -> Floats:
    """Return the correlation of each exercise with the sum of the others, of one matrix or a stack."""
    variances = np.diagonal(covariances, axis1=-2, axis2=-1)
    with_total = covariances.sum(axis=-1)
    rest = with_total.sum(axis=-1, keepdims=True) - 2 * with_total + variances
    usable = np.minimum(variances, rest) > _tiny(worth)
    scale = np.sqrt(np.where(usable, variances * rest, np.nan))
    return np.asarray((with_total - variances) / scale)


def _alpha(covariances: Floats, worth: Floats) -> Floats:
    """Return alpha of one matrix or a stack; missing where the sum varies by no more than rounding."""
    total = covariances.sum(axis=(-2, -1))
    return np.where(total > _tiny(worth), alpha_formula(covariances), np.nan)


def _alpha_without(covariances: Floats, worth: Floats) -> Floats:
    k = len(covariances)
    if k < 3:
        return np.full(k, np.nan)
    others = [np.delete(np.arange(k), i) for i in range(k)]
    return np.array([float(_alpha(covariances[np.ix_(other, other)], worth)) for other in others])


def _tiny(worth: Floats) -> float:
    """Return the variance below which points are equal but for rounding."""
    return float(1e-12 * worth.sum() ** 2)


def _group_weights(totals: Floats) -> Floats:
    """Return weights, summing to 1, of the students in the best group; ties at its border share what is left."""
    left = max(1.0, _GROUP * len(totals))
    weights = np.zeros(len(totals))
    rounded = totals.round(9)
    for total in np.unique(rounded)[::-1]:
        tied = rounded == total
        weights[tied] = min(1.0, left / tied.sum())
        left -= weights[tied].sum()
        if left <= 1e-12:
            break
    return np.asarray(weights / weights.sum())


def _reading(item: Mapping[str, float]) -> str:
    """Return what the conventions say about an item; "perhaps" where its limits reach over the mark."""
    said = []
    difficulty, discrimination = item["difficulty"], item["discrimination"]
    if difficulty >= EASY:
        said.append(("nearly all have it", item["difficulty_low"] >= EASY))
    elif difficulty <= HARD:
        said.append(("few have it", item["difficulty_high"] <= HARD))
    if np.isnan(discrimination):
        said.append(("all have the same points, so it tells nobody apart", True))
    elif discrimination < 0:
        said.append(("goes against the rest", item["discrimination_high"] < 0))
    elif discrimination < WEAK:
        said.append(("hardly tells students apart", item["discrimination_high"] < WEAK))
    return "; ".join(words if sure else f"perhaps {words}" for words, sure in said)


def _notes(students: int, exercises: int) -> tuple[str, ...]:
    notes = []
    if students < SMALL_CLASS:
        notes.append(
            f"{students} students are few: another class could give quite other numbers. The limits are more to be "
            "trusted than the numbers, and even they are too narrow."
        )
    if exercises < 5:
        notes.append(f"With {exercises} exercises alpha is low even if each of them is good.")
    return tuple(notes)


def _with_limits(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:.2f} (no limits)" if np.isnan(low) else f"{value:.2f} ({low:.2f} to {high:.2f})"
