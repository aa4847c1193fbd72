"""How far a weighted mean depends on its weights: exact ranges, instead of one number from weights somebody chose."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, number, numbers

__all__ = ["named_values", "share_of_weights", "weight_change_to_reach", "weight_range"]

_ROUNDING = 1e-12


def weight_range(values: ArrayLike, weights: ArrayLike, *, change: float) -> tuple[float, float]:
    """Return the lowest and the highest weighted mean when each weight may differ by up to ``change``.

    Use it whenever a score rests on weights that somebody chose. The range is exact, not sampled, and says nothing
    about doubts in the values themselves.

    Parameters
    ----------
    values : array_like, one-dimensional
        What is averaged.
    weights : array_like of the same length
        Weights, 0 or more; made to sum to 1.
    change : number
        Largest change of each weight as a share of 1, 0 to 1: 0.10 is ten percentage points. 0 gives the mean itself
        twice, 1 the smallest and the largest value.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    InputError
        If lengths differ, a weight is negative, all are 0, or the change is outside 0 to 1.

    Notes
    -----
    The linear programme: lowest and highest sum of v x value over weights v of 0 or more that sum to 1 and differ
    from the given ones by at most the change. Solved in closed form: every weight starts at its lower end, and what
    is missing to 1 goes to the lowest (or highest) values first.

    Checked against: scipy.optimize.linprog.

    Examples
    --------
    >>> low, high = weight_range([0.2, 0.8], [1, 1], change=0.1)
    >>> round(low, 3), round(high, 3)
    (0.44, 0.56)
    """
    return _range(*_pair(values, weights), weight_change(change, "change"))


def weight_change_to_reach(values: ArrayLike, weights: ArrayLike, *, border: float) -> float:
    """Return the smallest change of the weights that brings the weighted mean to a border.

    Use it to say how far a verdict is from flipping: "no weight needs to move by more than so many points". Small
    means that the verdict hangs on the weights.

    Parameters
    ----------
    values : array_like, one-dimensional
        What is averaged.
    weights : array_like of the same length
        Weights, 0 or more; made to sum to 1.
    border : number
        The border, in the unit of the values.

    Returns
    -------
    float
        A share of 1: 0.10 is ten percentage points. 0 if the mean is at the border; infinite if no weights bring it
        there, because all values are on one side.

    Raises
    ------
    InputError
        As :func:`weight_range`.

    Notes
    -----
    The range of :func:`weight_range` widens with the change, so the smallest change is found by halving, to 1e-12.

    Checked against: the linear programme that minimises the change directly.

    Examples
    --------
    >>> round(weight_change_to_reach([0.2, 0.9], [1, 1], border=0.5), 4)
    0.0714
    """
    value, weight = _pair(values, weights)
    at = number(border, "border")

    def touches(change: float) -> bool:
        low, high = _range(value, weight, change)
        return low <= at + _ROUNDING and high >= at - _ROUNDING

    if touches(0.0):
        return 0.0
    if not touches(1.0):
        return math.inf
    least, most = 0.0, 1.0
    while most - least > _ROUNDING:
        half = (least + most) / 2
        least, most = (least, half) if touches(half) else (half, most)
    return most


def share_of_weights(values: ArrayLike, *, border: float) -> float:
    """Return the share of all possible weightings whose weighted mean lies above a border.

    Use it to see what is left of a verdict when nothing is known about the weights. It takes every weighting to be
    equally likely, also those that rest on one value; do not read it as the chance that the verdict is right.

    Parameters
    ----------
    values : array_like, one-dimensional
        What is averaged.
    border : number
        The border, in the unit of the values.

    Returns
    -------
    float
        From 0 to 1; 0 if all values lie at the border.

    Raises
    ------
    InputError
        If a value or the border is missing or not a number.

    Notes
    -----
    The exact share of the simplex of weights (uniform: Dirichlet with all parameters 1) that a plane cuts off, by
    Varsi's recursion over the values above and below the border.

    Checked against: p / (p + q) for two values, p above and q below the border; divided differences in exact
    fractions; Dirichlet draws.

    Source: [varsi1973]

    Examples
    --------
    >>> round(share_of_weights([0.8, 0.4], border=0.5), 3)
    0.75
    """
    above = _values(values) - number(border, "border")
    if above.max() <= 0:
        return 0.0
    up = above[above >= 0]
    below = np.zeros(up.size + 1)
    below[0] = 1.0
    for down in -above[above < 0]:
        for at, size in enumerate(up, start=1):
            below[at] = (size * below[at] + down * below[at - 1]) / (size + down)
    return float(min(max(1 - below[-1], 0.0), 1.0))


def named_values(given: object, name: str, allowed: Iterable[str]) -> pd.Series:
    """Return values by name in the order of ``allowed``; raise unless each name is there exactly once.

    Use it for scores and weights that a reader writes down by name, so that their order cannot go wrong.

    Parameters
    ----------
    given : mapping or Series
        Values by name.
    name : str
        The argument's name, for the message.
    allowed : the names, in the order wanted.

    Returns
    -------
    pandas.Series
        The values, not yet checked.

    Raises
    ------
    InputError
        If ``given`` is neither mapping nor Series, or a name is missing, unknown or double.

    Examples
    --------
    >>> named_values({"b": 2, "a": 1}, "weights", ["a", "b"]).to_dict()
    {'a': 1, 'b': 2}
    """
    names = list(allowed)
    if not isinstance(given, (Mapping, pd.Series)):
        raise InputError(
            name,
            found=type(given).__name__,
            expected="values by name",
            mend=f"pass a dictionary, for example {{{names[0]!r}: 1, ...}}",
        )
    series = given if isinstance(given, pd.Series) else pd.Series(dict(given), dtype=object)
    check_names(series.index, name, names)
    return series[names]


def check_names(given: Iterable[object], name: str, allowed: Iterable[str]) -> None:
    """Raise unless ``given`` holds each of ``allowed`` exactly once, in any order.

    Examples
    --------
    >>> check_names(["b", "a"], "weights", ["a", "b"])
    """
    found, names = [str(entry) for entry in given], list(allowed)
    if sorted(found) != sorted(names):
        wrong = {
            "missing": [entry for entry in names if entry not in found],
            "unknown": [entry for entry in found if entry not in names],
            "more than once": sorted({entry for entry in found if found.count(entry) > 1}),
        }
        raise InputError(
            name,
            found="; ".join(f"{what} {', '.join(which)}" for what, which in wrong.items() if which),
            expected=f"each of {', '.join(names)} once",
            mend="rename your entries, add what is missing and leave out the rest",
        )


def normalised(weights: ArrayLike, name: str) -> NDArray[np.float64]:
    """Return weights that sum to 1; raise if one is negative or all are 0.

    Examples
    --------
    >>> normalised([1, 3], "weights")
    array([0.25, 0.75])
    """
    expected, mend = "weights of 0 or more, one of them above 0", "correct the weights"
    weight = _vector(numbers(weights, name, low=0, expected=expected, mend=mend), name)
    if weight.max() == 0:
        raise InputError(name, found="0 for all", expected=expected, mend=mend)
    weight = weight / weight.max()  # first, or the sum of very large weights is infinite
    return np.asarray(weight / weight.sum())


def weight_change(change: float, name: str) -> float:
    """Return ``change`` if it is a share of 1.

    Examples
    --------
    >>> weight_change(0.1, "change")
    0.1
    """
    return number(
        change,
        name,
        low=0,
        high=1,
        expected="a share from 0 to 1",
        mend="divide percentage points by 100, so that ten points are 0.10",
    )


def _range(value: NDArray[np.float64], weight: NDArray[np.float64], change: float) -> tuple[float, float]:
    lower = np.maximum(weight - change, 0.0)
    room = np.minimum(weight + change, 1.0) - lower
    missing = max(1 - lower.sum(), 0.0)
    rising = np.argsort(value)
    ends = []
    for order in (rising, rising[::-1]):
        extra = np.diff(np.minimum(np.cumsum(room[order]), missing), prepend=0.0)
        ends.append(float((lower[order] + extra) @ value[order]))
    smallest, largest = float(value[rising[0]]), float(value[rising[-1]])
    mean = min(max(float(value @ weight), smallest), largest)  # rounding may lead out of the values by a hair
    return min(max(ends[0], smallest), mean), max(min(ends[1], largest), mean)


def _pair(values: ArrayLike, weights: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    value, weight = _values(values), normalised(weights, "weights")
    if value.size != weight.size:
        raise InputError(
            "weights",
            found=f"{weight.size} weights for {value.size} values",
            expected="one weight for each value",
            mend="pass two lists of one length",
        )
    return value, weight


def _values(values: ArrayLike) -> NDArray[np.float64]:
    return _vector(numbers(values, "values"), "values")


def _vector(array: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    if array.ndim != 1 or not array.size:
        raise InputError(
            name,
            found=f"an array of shape {array.shape}",
            expected="a list of one or more numbers",
            mend="pass one list",
        )
    return array
