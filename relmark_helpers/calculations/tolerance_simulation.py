"""Simulated respondents who rate minimum, desired and perceived service: their means are real, their spread is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, number, numbers, random_generator, require_columns, whole_number

__all__ = ["ASSUMED_SPREAD", "SimulatedAnswers", "simulate_tolerance_answers"]

_LEVELS = ("minimum", "desired", "perceived")
_LOW, _HIGH = 1, 9

ASSUMED_SPREAD: Final[Mapping[str, float]] = {"minimum": 1.9, "desired": 1.4, "perceived": 1.8}
"""Standard deviations between persons, in points: an assumption. None are published with the tables of means used here;
the range from 1.4 to 2.6 is that of items on a scale of 1 to 10 in a customer satisfaction survey."""
_LINKS: Final = np.array([[1.0, 0.85, 0.4], [0.85, 1.0, 0.4], [0.4, 0.4, 1.0]])
"""Latent correlations of the three levels within a person and item. The 0.4 is that between the 34 means of 17
institutions and two items (minimum with perceived 0.38, desired with perceived 0.41); the 0.85 was chosen so that few
set the minimum above the desired level. Both are assumptions about persons."""
_PERSON: Final = 0.5
"""Part of the latent variance that a person carries from item to item: an assumption."""


@dataclass(frozen=True, eq=False)
class SimulatedAnswers:
    """Answers that no person gave; made by :func:`simulate_tolerance_answers`.

    Attributes
    ----------
    minimum, desired, perceived : pandas.DataFrame
        Respondents by items, whole numbers from 1 to 9, as ``numpy.int8``.
    targets : pandas.DataFrame
        Indexed by ``item`` and ``level``: ``mean`` and ``sd`` that the answers have in expectation.
    """

    minimum: pd.DataFrame = field(repr=False)
    desired: pd.DataFrame = field(repr=False)
    perceived: pd.DataFrame = field(repr=False)
    targets: pd.DataFrame


def simulate_tolerance_answers(
    means: pd.DataFrame,
    respondents: int,
    *,
    generator: np.random.Generator,
    spread: Mapping[str, float] = ASSUMED_SPREAD,
) -> SimulatedAnswers:
    """Return made-up answers of persons on a scale of 1 to 9 whose item means are those of a table.

    Use it to practise on answers of persons where only means are published. The means, and with them zone width and
    position, are those of the table; everything about differences between persons is assumed. So do not take shares of
    persons below, inside or above the zone from it as findings: they follow from the assumed spread.

    Parameters
    ----------
    means : pandas.DataFrame
        Indexed by item, with ``minimum``, ``desired`` and ``perceived`` in points from 1 to 9.
    respondents : int
        How many to simulate, 1 or more.
    generator : numpy.random.Generator
        Source of chance, such as ``numpy.random.default_rng(1993)``.
    spread : mapping
        Standard deviation of the answers, in points, for each of the three levels.

    Returns
    -------
    SimulatedAnswers
        Three tables of answers, and the means and standard deviations aimed at.

    Raises
    ------
    InputError
        If a mean is not inside the scale, the minimum is not below the desired level, or a spread cannot go with a
        mean (close to an end of the scale there is little room).

    Notes
    -----
    A latent normal variable for each person, item and level is rounded and cut off at 1 and 9. Its mean and standard
    deviation are solved for, so that the *answers* have the mean and the spread asked for. Latent variables are
    correlated between the three levels (minimum with desired 0.85, perceived with both 0.4), and half of their variance
    is carried by the person over all items. The correlations and the part carried by the person are assumptions, the
    model is this workbook's own.

    Checked against: the means and standard deviations asked for, and the means of the data set
    ``libqual_institutions``, within stated tolerances.

    Source: derived here; the levels: [zeithaml1993]

    Examples
    --------
    >>> means = pd.DataFrame({"minimum": [6.2], "desired": [7.9], "perceived": [7.0]}, index=["helpful"])
    >>> made = simulate_tolerance_answers(means, 20_000, generator=np.random.default_rng(1993))
    >>> round(float(made.minimum["helpful"].mean()), 1), round(float(made.minimum["helpful"].std()), 1)
    (6.2, 1.9)
    """
    require_columns(means, "means", _LEVELS)
    size = whole_number(respondents, "respondents", low=1)
    chance = random_generator(generator)
    table = {
        level: numbers(
            means[level].to_numpy(),
            f"means[{level!r}]",
            low=_LOW,
            high=_HIGH,
            low_open=True,
            high_open=True,
            expected=f"means between {_LOW} and {_HIGH}",
        )
        for level in _LEVELS
    }
    if means.empty or not means.index.is_unique:
        raise InputError("means", found="no item, or one twice", expected="one row per item", mend="set the index")
    if (table["minimum"] >= table["desired"]).any():
        item = means.index[int((table["minimum"] >= table["desired"]).argmax())]
        raise InputError(
            "means",
            found=f"a minimum not below the desired level for item {item!r}",
            expected="a zone with a width",
            mend="check whether the two were exchanged",
        )
    if set(spread) != set(_LEVELS):
        raise InputError("spread", found=f"{list(spread)}", expected=f"{list(_LEVELS)}", mend="name all three levels")
    spreads = {level: number(spread[level], f"spread[{level!r}]", low=0, low_open=True) for level in _LEVELS}
    root = np.linalg.cholesky(_LINKS)
    person = chance.standard_normal((size, 3)) @ root.T
    answers = {level: np.empty((size, len(means)), np.int8) for level in _LEVELS}
    for item in range(len(means)):
        latent = np.sqrt(_PERSON) * person + np.sqrt(1 - _PERSON) * (chance.standard_normal((size, 3)) @ root.T)
        for column, level in enumerate(_LEVELS):
            middle, sd = _latent(float(table[level][item]), spreads[level], level)
            answers[level][:, item] = np.clip(np.rint(middle + sd * latent[:, column]), _LOW, _HIGH)
    targets = pd.DataFrame(
        {"mean": np.column_stack(list(table.values())).ravel(), "sd": list(spreads.values()) * len(means)},
        index=pd.MultiIndex.from_product([means.index, _LEVELS], names=["item", "level"]),
    )
    frames = {level: pd.DataFrame(answers[level], columns=means.index) for level in _LEVELS}
    return SimulatedAnswers(**frames, targets=targets)


def _latent(mean: float, sd: float, level: str) -> tuple[float, float]:
    """Return mean and standard deviation of the latent normal whose rounded and cut values have ``mean`` and ``sd``."""
    from scipy.optimize import brentq

    def middle(spread: float) -> float:
        reach = 40 * spread + 10
        return float(brentq(lambda at: _moments(at, spread)[0] - mean, _LOW - reach, _HIGH + reach, xtol=1e-10))

    def excess(log_spread: float) -> float:
        spread = float(np.exp(log_spread))
        return _moments(middle(spread), spread)[1] - sd

    narrow, wide = float(np.log(0.3)), float(np.log(60.0))
    if not excess(narrow) < 0 < excess(wide):
        raise InputError(
            "spread",
            found=f"{sd:g} with a mean of {mean:g} ({level})",
            expected=f"a standard deviation that whole numbers from {_LOW} to {_HIGH} with that mean can have",
            mend="take a spread between 1 and 2 for means in the upper half of the scale",
        )
    spread = float(np.exp(float(brentq(excess, narrow, wide, xtol=1e-8))))
    return middle(spread), spread


def _moments(middle: float, spread: float) -> tuple[float, float]:
    """Return mean and standard deviation of a normal variable after rounding and cutting off."""
    from scipy.special import ndtr

    points: NDArray[np.float64] = np.arange(_LOW, _HIGH + 1.0)
    steps = ndtr((points[:-1] + 0.5 - middle) / spread)
    chances = np.diff(np.concatenate([[0.0], steps, [1.0]]))
    mean = float(chances @ points)
    return mean, max(0.0, float(chances @ points**2) - mean**2) ** 0.5
