"""Exercises of lesson 04: a jury's middle, limits and agreement, the area of a spidergram, and how large a jury is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from statistics import mean, median
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.agreement import intraclass_correlation, kendall_w
from relmark_helpers.calculations.jury import AXES, by_juror, simulate_jury
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)

_TARGET: Final = 0.9
"""Reliability that the hospital wants of its jury's mean."""


def _votes(given: Mapping[str, float]) -> tuple[list[float], list[float]]:
    """Return present and desired scores of the hotel's five jurors."""
    return [7.0, 5.0, 5.0, 2.0, given["present"]], [5.0, 4.0, 10.0, 9.0, given["desired"]]


def _gaps(given: Mapping[str, float]) -> list[float]:
    return [then - now for now, then in zip(*_votes(given), strict=True)]


def _w(jurors: float, first: float, second: float, third: float, fourth: float) -> float:
    """Return Kendall's W of four markets from the sums of their ranks."""
    return 12 * _squares(first, second, third, fourth) / (jurors**2 * (4**3 - 4))


def _squares(*sums: float) -> float:
    return sum((one - mean(sums)) ** 2 for one in sums)


def _growth(given: Mapping[str, float], centre: float | None = None) -> float:
    """Return by how many per cent the area grows."""
    middle = given["centre"] if centre is None else centre
    return 100 * (((given["then"] - middle) / (given["now"] - middle)) ** 2 - 1)


def _jurors(single: float) -> float:
    """Return how many jurors it takes, not rounded."""
    return _TARGET * (1 - single) / (single * (1 - _TARGET))


def _needed(given: Mapping[str, float], scores: str = "desired") -> float:
    return float(math.ceil(_jurors(_agreement(given["jurors"], given["seed"], scores)[0])))


@cache
def _agreement(jurors: float, seed: float, scores: str) -> tuple[float, float, float]:
    """Return the intraclass correlation of one juror and of the mean, and Kendall's W."""
    jury: pd.DataFrame = simulate_jury(int(jurors), np.random.default_rng(int(seed)))
    jury["gap"] = jury["desired"] - jury["present"]
    ratings = by_juror(jury, scores, AXES)
    found = intraclass_correlation(ratings)
    return found.single, found.average, kendall_w(ratings).w


def _of(given: Mapping[str, float], scores: str = "desired") -> tuple[float, float, float]:
    return _agreement(given["jurors"], given["seed"], scores)


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "04.1",
        "Complete",
        "Find the middle gap of a hotel's jury",
        2,
        hints=(
            "Which comes first: a gap for each juror, or a median?",
            "Subtract juror by juror. Then sort the five gaps and take the one in the middle.",
        ),
        well_done="One extreme juror cannot move a median far. Mean and median can differ: say which you report.",
        given=(
            Given("present", 4, "points", "what the fifth juror sees today", (4, 4.5)),
            Given("desired", 7, "points", "what the fifth juror wants", (6, 7, 8, 9)),
        ),
        answer=lambda given: median(_gaps(given)),
        unit="points",
        tolerance=0.01,
        mistakes=(
            Mistake(
                lambda given: median(_votes(given)[1]) - median(_votes(given)[0]),
                "That is the difference of two medians. It need not be the gap of any juror.",
            ),
            Mistake(lambda given: mean(_gaps(given)), "That is the mean of the gaps. The hotel asks for the median."),
            Mistake(lambda given: -median(_gaps(given)), "The sign is wrong: a gap is desired less present."),
            Mistake(lambda given: sum(_gaps(given)), "That is the sum of the gaps."),
        ),
    ),
    ChoiceExercise(
        "04.2",
        "Read",
        "Say what the owner may conclude",
        1,
        hints=(
            "Limits that leave 0 out say one thing; which of two gaps is the larger is another question.",
            "What was resampled: jurors, or what would happen to the bakery?",
        ),
        well_done="More for both is clear. Which comes first is left to argument, and to more jurors.",
        right="C",
        wrong={
            "A": "Its gap is the largest in this jury. In a good part of the resampled juries it is not.",
            "B": (
                "The shares say how often a jury drawn from these jurors puts a market first, not what will pay. "
                "That was never asked."
            ),
            "D": "Overlapping limits leave the order open. They leave out 0, so that more is wanted for both.",
        },
    ),
    FunctionExercise(
        "04.3",
        "Build",
        "Write Kendall's W",
        3,
        hints=(
            "How far are the four sums of ranks from their mean? Square, and add up.",
            "If all jurors agree, the sums are m, 2m, 3m and 4m. W must then be 1.",
            "Divide 12 times the sum of squares by m squared times (4 to the power of 3, less 4).",
        ),
        well_done="It needs nothing but the sums of ranks: it cannot know how far apart the scores are.",
        answer=_w,
        cases=(
            ((4, 5, 9, 11, 15), "four jurors who agree in part"),
            ((3, 3, 6, 9, 12), "three jurors who agree fully"),
            ((2, 5, 5, 5, 5), "two jurors with opposite orders"),
            ((5, 18, 9, 13, 10), "five jurors, sums in no order"),
            ((30, 45, 70, 90, 95), "a class of thirty"),
        ),
        mistakes=(
            (
                lambda jurors, *sums: 12 * _squares(*sums) / (jurors * 60),
                "You divided by m. It is m squared: twice the jurors make the sums' distances twice as large.",
            ),
            (
                lambda jurors, *sums: _squares(*sums) / (jurors**2 * 60),
                "The 12 is missing: where all agree, W must be 1.",
            ),
            (
                lambda jurors, *sums: 12 * sum(one**2 for one in sums) / (jurors**2 * 60),
                "You squared the sums themselves. Square how far they are from their mean.",
            ),
            (
                lambda jurors, *sums: 12 * _squares(*sums) / (jurors**2 * 64),
                "With n markets it is n cubed less n, not n cubed.",
            ),
            (
                lambda jurors, *sums: 12 * _squares(*sums) / (jurors**2 * (jurors**3 - jurors)),
                "You took the number of jurors for n. There are four markets.",
            ),
            (
                lambda jurors, *sums: 3 * _squares(*sums) / (jurors**2 * 60),
                "You averaged the squares. Add them up.",
            ),
        ),
        tolerance=0.0001,
    ),
    NumberExercise(
        "04.4",
        "Complete",
        "Say how much an area exaggerates",
        2,
        hints=(
            "How far from the centre is a score drawn? Both scores, less the score at the centre.",
            "If all seven distances grow by a factor, by which factor grows the area?",
            "Growth in per cent: 100 times (factor of the area, less 1).",
        ),
        well_done="The same step, and a picture that makes it several times as large. Compare axis by axis.",
        given=(
            Given("now", 6, "points", "all seven scores at present", (5, 6, 7)),
            Given("then", 8, "points", "all seven scores as desired", (8, 9, 9.5)),
            Given("centre", 2, "points", "score drawn at the centre", (1, 1.5, 2)),
        ),
        answer=_growth,
        unit="per cent",
        tolerance=0.1,
        mistakes=(
            Mistake(
                lambda given: 100 * (given["then"] / given["now"] - 1),
                "By that the scores grow. The question is the area.",
            ),
            Mistake(lambda given: _growth(given, 0), "So it would be with 0 at the centre. Take the centre off first."),
            Mistake(
                lambda given: 100 * ((given["then"] - given["centre"]) / (given["now"] - given["centre"]) - 1),
                "By that each axis grows in the picture. An area grows in two directions.",
            ),
            Mistake(
                lambda given: _growth(given) + 100,
                "That is the new area in per cent of the old one. By how much has it grown?",
            ),
            Mistake(lambda given: _growth(given) / 100, "That is a share. Give per cent."),
        ),
    ),
    NumberExercise(
        "04.5",
        "Transfer",
        "Find how large a hospital's jury must be",
        3,
        hints=(
            "Run the three lines with the hospital's numbers. What does `.correlation[...].single` hold?",
            "Set the formula for the mean of k jurors equal to 0.9, and solve it for k.",
            "k is 0.9 (1 - r) / (r (1 - 0.9)). Half a juror cannot vote: which way do you round?",
        ),
        well_done="Agreement tells how many to ask. It does not tell whom: a large jury of managers is still managers.",
        given=(
            Given("jurors", 9, "jurors", "size of the jury that has voted", (8, 9, 10)),
            Given("seed", 4, "", "seed from which its scores are drawn", (4, 13, 14, 17, 22)),
        ),
        answer=_needed,
        unit="jurors",
        tolerance=0.01,
        mistakes=(
            Mistake(
                lambda given: _needed(given) - 1,
                "With so many jurors the mean is still below 0.9. Round up.",
            ),
            Mistake(
                lambda given: _jurors(_of(given)[0]),
                "The formula is right. Give a whole number of jurors, with which the mean reaches 0.9.",
            ),
            Mistake(
                lambda given: _needed(given, "present"),
                "You took the present scores. Take the desired.",
            ),
            Mistake(lambda given: _needed(given, "gap"), "You took the gaps. Take the desired scores."),
            Mistake(
                lambda given: float(math.ceil(_jurors(_of(given)[2]))),
                "You put Kendall's W into the formula. It needs the intraclass correlation of one juror.",
            ),
            Mistake(
                lambda given: float(math.ceil(_jurors(_of(given)[1]))),
                "You put the correlation of the whole jury's mean into the formula. It needs that of one juror.",
            ),
            Mistake(
                lambda given: _needed(given) - given["jurors"],
                "That is how many have to be added. How many does the jury have in all?",
            ),
        ),
    ),
)
