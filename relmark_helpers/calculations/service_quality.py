"""Service quality as SERVQUAL measures it: perception minus expectation, by item, by dimension and over all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, number, numbers, require_columns

__all__ = [
    "PUBLISHED_GAPS",
    "SERVQUAL_LAYOUT",
    "ServiceQuality",
    "WeightedGaps",
    "measure_service_quality",
    "weigh_gaps",
]

_ITEMS_PER_DIMENSION = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}
SERVQUAL_LAYOUT: Final[Mapping[str, str]] = MappingProxyType(
    dict(
        zip(
            (f"item_{number}" for number in range(1, 23)),
            (dimension for dimension, items in _ITEMS_PER_DIMENSION.items() for _ in range(items)),
            strict=True,
        )
    )
)
"""Dimension of each of the 22 items. The numbers of items, 4, 5, 4, 4 and 5, are from memory: compare your
questionnaire before you use them."""
PUBLISHED_GAPS: Final[Mapping[str, float]] = MappingProxyType(
    {"tangibles": -0.65, "reliability": -1.10, "responsiveness": -0.83, "assurance": -0.70, "empathy": -1.01}
)
"""A worked example from a teaching forum (12manage), without respondents, scale or firm: unweighted mean -0.858."""


@dataclass(frozen=True, eq=False)
class WeightedGaps:
    """Gaps of the dimensions put together with importance points; made by :func:`weigh_gaps`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``dimension``: ``gap``, ``points`` (out of 100), ``contribution`` (gap x points / 100).
    unweighted, weighted : float
        Overall gaps: mean of the dimensions, and sum of the contributions.
    """

    table: pd.DataFrame
    unweighted: float
    weighted: float


@dataclass(frozen=True, eq=False)
class ServiceQuality:
    """Gaps with limits, from the answers of respondents; made by :func:`measure_service_quality`.

    Attributes
    ----------
    items : pandas.DataFrame
        Indexed by ``item``: ``dimension``, ``respondents`` (with both answers), means ``perception`` and
        ``expectation`` (reversed items already turned), ``gap``, ``low``, ``high``.
    dimensions : pandas.DataFrame
        Indexed by ``dimension``: ``items``, ``respondents`` (counted by the rule), ``gap``, ``low``, ``high`` and, if
        there are weights, ``points``.
    overall : pandas.DataFrame
        Rows ``unweighted`` and, if there are weights, ``weighted``: ``respondents``, ``gap``, ``low``, ``high``.
    left_out : pandas.Series
        What was not used, and how much.
    least_answered : float
        Share of a dimension's items that a respondent must have answered to be counted in it.
    level : float
        Confidence level of all limits.
    """

    items: pd.DataFrame = field(repr=False)
    dimensions: pd.DataFrame = field(repr=False)
    overall: pd.DataFrame
    left_out: pd.Series[int]
    least_answered: float
    level: float

    def summary(self) -> pd.DataFrame:
        """Return the gaps of the dimensions and the overall gaps in one table."""
        columns = ["respondents", "gap", "low", "high"]
        return pd.concat([self.dimensions[columns], self.overall[columns]])


def weigh_gaps(gaps: Mapping[str, float] | pd.Series[float], points: Mapping[str, float] | None = None) -> WeightedGaps:
    """Return the overall gap from the gaps of the dimensions, unweighted and weighted by importance points.

    Use it for published means of dimensions, and to see how much the weights matter. With answers of respondents use
    :func:`measure_service_quality`, which gives limits.

    Parameters
    ----------
    gaps : mapping or pandas.Series
        Perception minus expectation by dimension, in points of the rating scale.
    points : mapping, optional
        100 points divided over the same dimensions, none below 0. Without them every dimension counts the same.

    Returns
    -------
    WeightedGaps
        The table and the two overall gaps.

    Raises
    ------
    InputError
        If the dimensions differ, or the points do not add up to 100.

    Notes
    -----
    Unweighted: mean of the gaps. Weighted: sum of gap x points / 100. Whatever the weights, the overall gap lies
    between the smallest and the largest gap of a dimension.

    Checked against: the mean of the five gaps in ``PUBLISHED_GAPS``, -0.858, quoted as -0.86.

    Source: [parasuraman1988]

    Examples
    --------
    >>> round(weigh_gaps(PUBLISHED_GAPS).unweighted, 3)
    -0.858
    >>> points = {"tangibles": 10, "reliability": 40, "responsiveness": 20, "assurance": 15, "empathy": 15}
    >>> round(weigh_gaps(PUBLISHED_GAPS, points).weighted, 4)
    -0.9275
    """
    given = pd.Series(dict(gaps), dtype=object)
    if given.empty:
        raise InputError("gaps", found="no dimension", expected="at least one gap", mend="pass {'reliability': -1.1}")
    values = numbers(given.to_numpy(), "gaps")
    index = pd.Index(given.index, name="dimension")
    weights = pd.Series(100 / len(given), index=index) if points is None else _points(points, list(index))
    table = pd.DataFrame({"gap": values, "points": weights.to_numpy()}, index=index)
    table["contribution"] = table["gap"] * table["points"] / 100
    return WeightedGaps(table, float(values.mean()), float(table["contribution"].sum()))


def measure_service_quality(
    perception: pd.DataFrame,
    expectation: pd.DataFrame,
    dimensions: Mapping[str, str],
    *,
    scale: tuple[float, float] = (1, 7),
    reversed_items: Collection[str] = (),
    points: Mapping[str, float] | pd.DataFrame | None = None,
    least_answered: float = 0.5,
    level: float = 0.95,
) -> ServiceQuality:
    """Return gaps between perception and expectation by item, by dimension and over all, with limits.

    Use it when every respondent rated expected and perceived service on the same items. Limits tell how far the gaps
    may be off through the choice of respondents. They say nothing about whether a difference of two ratings is a good
    measure: a difference is less reliable than its parts, and expectations are often rated near the top of the scale.

    Parameters
    ----------
    perception, expectation : pandas.DataFrame, respondents by items
        Ratings, with the same index; missing values are allowed. Columns that ``dimensions`` does not name are unused.
    dimensions : mapping
        Dimension of each item, such as ``SERVQUAL_LAYOUT``; it may have any dimensions and any number of items.
    scale : (number, number)
        Lowest and highest rating.
    reversed_items : collection of str
        Items worded the other way round and not yet turned: a rating x becomes lowest + highest - x, in both tables.
    points : mapping or pandas.DataFrame, optional
        100 points divided over the dimensions: one set for all, or one row per respondent (same index) and one column
        per dimension. A respondent whose points are all missing is left out of the weighted gap.
    least_answered : number
        Share of a dimension's items, above 0 to 1, that must have both ratings for the respondent to count in it.
    level : number
        Confidence level of the limits, between 0 and 1.

    Returns
    -------
    ServiceQuality
        Tables of gaps and the account of what was left out.

    Raises
    ------
    InputError
        If tables, items or points do not fit together, a rating is off the scale, or fewer than two respondents
        remain for an item or a dimension.

    Notes
    -----
    The gap of an item is perception - expectation. Gaps of dimensions and the weighting are as published. The rules
    for what is missing, and the limits, are this workbook's own:

    1. An item counts for a respondent if both ratings are there; nothing is filled in.
    2. A respondent's gap on a dimension is the mean over the items answered, if these are at least the share
       ``least_answered``. The dimension's gap is the mean over these respondents.
    3. The overall gap is the mean, or with one set of points the weighted sum, of the dimensions' gaps, even if these
       rest on different respondents. Its limits add up what each respondent contributes to all dimensions.
    4. With points from each respondent the overall gap is the mean of the respondents' own weighted sums, over those
       with points and a gap on every dimension.
    5. Respondents are taken as drawn independently; limits are from t with respondents - 1 degrees of freedom.

    Checked against: a plain pandas computation, and t limits from scipy where nothing is missing.

    Source: [parasuraman1988]

    Examples
    --------
    >>> dims = {"q1": "reliability", "q2": "reliability", "q3": "empathy"}
    >>> expected = pd.DataFrame({"q1": [6, 7, 6], "q2": [6, 6, 7], "q3": [5, 6, 5]})
    >>> perceived = pd.DataFrame({"q1": [5, 5, 6], "q2": [5, None, 6], "q3": [5, 5, 6]})
    >>> quality = measure_service_quality(perceived, expected, dims, points={"reliability": 70, "empathy": 30})
    >>> quality.summary().round(2)
                 respondents   gap   low  high
    reliability            3 -1.17 -3.06  0.73
    empathy                3  0.00 -2.48  2.48
    unweighted             3 -0.58 -2.76  1.60
    weighted               3 -0.82 -2.88  1.25
    """
    items = _items(dimensions, reversed_items)
    share = number(least_answered, "least_answered", low=0, high=1, low_open=True, expected="a share above 0, to 1")
    confidence = number(level, "level", low=0, high=1, low_open=True, high_open=True, expected="a share of 0 to 1")
    seen = _ratings(perception, "perception", items, scale, reversed_items)
    wished = _ratings(expectation, "expectation", items, scale, reversed_items)
    if not seen.index.equals(wished.index) or not seen.index.is_unique:
        raise InputError(
            "expectation",
            found="other rows, or the same label twice",
            expected="the index of perception, each respondent once",
            mend="expectation = expectation.loc[perception.index], after perception.reset_index() if labels repeat",
        )
    gaps = seen - wished
    both = gaps.notna()
    item_table = pd.DataFrame(
        {
            "dimension": pd.Series(dict(dimensions), dtype="str"),
            "respondents": both.sum(),
            "perception": seen.where(both).mean(),
            "expectation": wished.where(both).mean(),
        }
    ).loc[items]
    item_table[["gap", "low", "high"]] = _limits(gaps, confidence)
    item_table.index.name = "item"

    names = list(dict.fromkeys(dimensions.values()))
    by_dimension = {name: [item for item in items if dimensions[item] == name] for name in names}
    too_few = pd.DataFrame({name: both[part].mean(axis=1) < share - 1e-9 for name, part in by_dimension.items()})
    scores = pd.DataFrame({name: gaps[part].mean(axis=1) for name, part in by_dimension.items()}).mask(too_few)
    partly = pd.DataFrame({name: ~both[part].all(axis=1) for name, part in by_dimension.items()}) & scores.notna()
    table = pd.DataFrame({"items": {name: len(part) for name, part in by_dimension.items()}})
    table["respondents"] = scores.notna().sum()
    table[["gap", "low", "high"]] = _limits(scores, confidence)
    table.index.name = "dimension"

    rows = {"unweighted": _combined(scores, pd.Series(1 / len(names), index=names), confidence)}
    without_points = 0
    if isinstance(points, pd.DataFrame):
        weights = _own_points(points, names, seen.index)
        without_points = int(weights.isna().any(axis=1).sum())
        table["points"] = weights.mean()
        own = (scores * weights / 100).sum(axis=1, skipna=False)
        rows["weighted"] = [int(own.notna().sum()), *_limits(own.to_frame("weighted"), confidence).iloc[0]]
    elif points is not None:
        table["points"] = _points(points, names)
        rows["weighted"] = _combined(scores, table["points"] / 100, confidence)
    overall = pd.DataFrame.from_dict(rows, orient="index", columns=["respondents", "gap", "low", "high"])
    left_out = {
        "pairs of ratings incomplete": int((~both).to_numpy().sum()),
        "dimension scores from some of the items": int(partly.to_numpy().sum()),
        "dimension scores dropped by the rule": int(scores.isna().to_numpy().sum()),
        "respondents dropped from a dimension": int(scores.isna().any(axis=1).sum()),
        "respondents dropped altogether": int(scores.isna().all(axis=1).sum()),
        "respondents without points": without_points,
    }
    return ServiceQuality(
        item_table, table, overall.astype({"respondents": int}), pd.Series(left_out), share, confidence
    )


def _limits(scores: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return mean and t limits of every column."""
    from scipy.stats import t

    respondents = scores.notna().sum()
    if (respondents < 2).any():
        name = respondents.index[int((respondents < 2).argmax())]
        raise InputError(
            "perception, expectation",
            found=f"{int(respondents[name])} respondents for {name!r}",
            expected="two or more, as from one no spread can be seen",
            mend="leave it out, add respondents, or lower least_answered",
        )
    half = t.ppf((1 + level) / 2, respondents - 1) * scores.std() / np.sqrt(respondents)
    return pd.DataFrame({"gap": scores.mean(), "low": scores.mean() - half, "high": scores.mean() + half})


def _combined(scores: pd.DataFrame, weights: pd.Series[float], level: float) -> list[float]:
    """Return respondents, weighted sum of the columns' means and limits by linearisation, which keep persons whole."""
    from scipy.stats import t

    means, counts = scores.mean(), scores.notna().sum()
    respondents = int(scores.notna().any(axis=1).sum())
    shifts = ((scores - means) * (weights / counts)).sum(axis=1)
    error = np.sqrt(respondents / (respondents - 1) * (shifts**2).sum())
    middle, half = float((weights * means).sum()), float(t.ppf((1 + level) / 2, respondents - 1) * error)
    return [respondents, middle, middle - half, middle + half]


def _items(dimensions: Mapping[str, str], reversed_items: Collection[str]) -> list[str]:
    if not dimensions:
        raise InputError("dimensions", found="no items", expected="the dimension of each item", mend="pass {'q1': 'a'}")
    if isinstance(reversed_items, str) or not set(reversed_items) <= set(dimensions):
        raise InputError(
            "reversed_items",
            found=repr(reversed_items),
            expected="a list of items that `dimensions` names",
            mend="write for example reversed_items=['q3']",
        )
    return list(dimensions)


def _ratings(
    frame: pd.DataFrame, name: str, items: list[str], scale: tuple[float, float], reversed_items: Collection[str]
) -> pd.DataFrame:
    low, high = (number(end, "scale") for end in scale)
    if low >= high:
        raise InputError("scale", found=repr(scale), expected="the lowest rating first", mend="write scale=(1, 7)")
    require_columns(frame, name, items)
    part = frame[items]
    if not part.columns.is_unique:
        raise InputError(name, found="a column twice", expected="each item once", mend="drop the second column")
    ratings = {}
    for item in items:
        given = part[item].dropna()
        numbers(
            given.to_numpy(),
            f"{name}[{item!r}]",
            low=low,
            high=high,
            expected=f"ratings from {low:g} to {high:g}, or missing values",
            mend="say scale=(lowest, highest), and turn codes such as 99 into missing values",
        )
        ratings[item] = part[item].astype("float64" if not part[item].isna().any() else "Float64").astype("float64")
        if item in reversed_items:
            ratings[item] = low + high - ratings[item]
    return pd.DataFrame(ratings)


def _points(points: Mapping[str, float], names: list[str]) -> pd.Series[float]:
    if set(points) != set(names):
        raise InputError(
            "points",
            found=f"points for {', '.join(map(str, points))}",
            expected=f"points for {', '.join(map(str, names))}",
            mend="name every dimension once; a dimension that does not matter has 0 points",
        )
    values = numbers([points[name] for name in names], "points", low=0, expected="points, 0 or more")
    _hundred(values.reshape(1, -1))
    return pd.Series(values, index=names)


def _own_points(points: pd.DataFrame, names: list[str], index: pd.Index) -> pd.DataFrame:
    require_columns(points, "points", names)
    if not points.index.equals(index):
        raise InputError(
            "points",
            found="other rows",
            expected="the index of perception",
            mend="points = points.reindex(perception.index)",
        )
    own = points[names].astype("float64")
    given = own.dropna(how="all")
    _hundred(numbers(given.to_numpy(), "points", low=0, expected="points, 0 or more, for every dimension or for none"))
    return own


def _hundred(rows: NDArray[np.float64]) -> None:
    sums = rows.sum(axis=1)
    if (np.abs(sums - 100) > 1e-6).any():
        raise InputError(
            "points",
            found=f"points that add up to {sums[np.abs(sums - 100) > 1e-6][0]:g}",
            expected="100 points",
            mend="multiply all points by 100 and divide by their sum",
        )
