"""Exercises of lesson 03: service quality, the zone of tolerance, comparison standards and interaction levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from relmark_helpers.calculations.tolerance_tables import check_printed_gaps
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _weighted(given: Mapping[str, float]) -> float:
    rest = 100 - given["points_reliability"] - given["points_assurance"]
    return (
        given["points_reliability"] * given["gap_reliability"]
        + given["points_assurance"] * given["gap_assurance"]
        + rest * given["gap_tangibles"]
    ) / 100


def _mean(given: Mapping[str, float]) -> float:
    return (given["first"] + given["second"] + given["third"] + given["fourth"]) / 4


def _misprinted() -> pd.DataFrame:
    """Return the printed gaps of library space that rounding cannot explain, indexed by gap."""
    spaces = load_dataset("libqual_user_groups").set_index(["item", "user_group"])
    gaps = check_printed_gaps(spaces)
    return gaps[gaps["verdict"] == "not rounding"].droplevel(["item", "user_group"])


def _outside(minimum: float, desired: float, perceived: float) -> float:
    return min(perceived - minimum, 0.0) + max(perceived - desired, 0.0)


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "03.1",
        "Complete",
        "Weigh the gaps of a bank",
        1,
        hints=(
            "How many of the 100 points are left for tangibles?",
            "Multiply each gap by its points, add up the three products, and divide by 100.",
        ),
        well_done="Whatever the points, the overall gap stays between the smallest and the largest gap.",
        given=(
            Given("gap_reliability", -1.3, "points", "gap of reliability", (-1.4, -1.3, -1.2)),
            Given("gap_assurance", -0.4, "points", "gap of assurance", (-0.5, -0.4)),
            Given("gap_tangibles", 0.2, "points", "gap of tangibles", (0.2, 0.3)),
            Given("points_reliability", 50, "of 100", "importance of reliability", (50, 55, 60)),
            Given("points_assurance", 30, "of 100", "importance of assurance", (25, 30)),
        ),
        answer=_weighted,
        unit="points of the scale",
        tolerance=0.002,
        mistakes=(
            Mistake(
                lambda given: (given["gap_reliability"] + given["gap_assurance"] + given["gap_tangibles"]) / 3,
                "That is the unweighted mean. Use the importance points.",
            ),
            Mistake(
                lambda given: (
                    (
                        given["points_reliability"] * given["gap_reliability"]
                        + given["points_assurance"] * given["gap_assurance"]
                    )
                    / 100
                ),
                "Tangibles are missing. The points that are left belong to them.",
            ),
            Mistake(
                lambda given: -_weighted(given), "The sign is turned round: a gap is perception minus expectation."
            ),
            Mistake(lambda given: 100 * _weighted(given), "The points are out of 100. Divide by their sum."),
            Mistake(lambda given: _weighted(given) / 3, "The weights make the mean already. Do not divide again."),
        ),
    ),
    FunctionExercise(
        "03.2",
        "Build",
        "Write how far a rating lies outside the zone",
        3,
        hints=(
            "There are three cases: below the minimum, above the desired level, and between them.",
            "Below, return perceived - minimum, which is negative; above, perceived - desired; else 0.",
            "Write `if perceived < minimum:` and `if perceived > desired:`, each with a return line; then return 0.",
        ),
        well_done="Lesson 03c lets a relationship move only by what lies outside the zone, as this function does.",
        answer=_outside,
        cases=(
            ((6.5, 8.0, 6.1), "perceived service below the minimum"),
            ((6.0, 8.0, 7.0), "perceived service inside the zone"),
            ((5.5, 7.0, 7.8), "perceived service above the desired level"),
            ((6.0, 7.5, 6.0), "perceived service exactly at the minimum, which belongs to the zone"),
        ),
        mistakes=(
            (
                lambda minimum, desired, perceived: perceived - minimum,
                "That is service adequacy. Inside the zone the result should be 0.",
            ),
            (
                lambda minimum, desired, perceived: perceived - desired,
                "That is service superiority. Inside the zone the result should be 0.",
            ),
            (
                lambda minimum, desired, perceived: abs(_outside(minimum, desired, perceived)),
                "The size is right. Below the minimum the result should be negative.",
            ),
            (
                lambda minimum, desired, perceived: -_outside(minimum, desired, perceived),
                "Both signs are turned round. Take the limit from what is perceived.",
            ),
            (
                lambda minimum, desired, perceived: min(perceived - minimum, 0.0) - max(perceived - desired, 0.0),
                "Below and inside are right. Above the desired level the result should be positive.",
            ),
            (
                lambda minimum, desired, perceived: min(perceived - minimum, 0.0),
                "Below and inside are right. Above the desired level something is missing.",
            ),
            (
                lambda minimum, desired, perceived: max(perceived - desired, 0.0),
                "Above and inside are right. Below the minimum something is missing.",
            ),
        ),
        tolerance=0.0001,
    ),
    NumberExercise(
        "03.3",
        "Transfer",
        "Find a misprint in another library's table",
        2,
        hints=(
            "`check_printed_gaps` takes the table with item and group as its index. Which verdict is not harmless?",
            "Is the perceived mean of that row wrong, or are its gaps? The five groups, weighted, give all users.",
            "The groups bear out the printed mean. So compute the gap from the means of the row.",
        ),
        well_done="Both printed gaps of that row are wrong by the same amount; the means are right.",
        answer=lambda given: float(_misprinted().loc["adequacy", "computed"]),
        unit="points of the scale",
        tolerance=0.015,
        mistakes=(
            Mistake(
                lambda given: float(_misprinted().loc["adequacy", "printed"]),
                "That is the printed gap. It fits another perceived mean than the five groups give.",
            ),
            Mistake(
                lambda given: float(_misprinted().loc["superiority", "printed"]),
                "That is the printed superiority. Adequacy was asked for, and both printed gaps of the row are wrong.",
            ),
            Mistake(
                lambda given: float(_misprinted().loc["superiority", "computed"]),
                "That is superiority, perceived minus desired. Adequacy was asked for.",
            ),
            Mistake(
                lambda given: float(_misprinted().loc["adequacy", "difference"]),
                "That is by how much the printed gap is off.",
            ),
            Mistake(
                lambda given: -float(_misprinted().loc["adequacy", "computed"]),
                "The sign is turned round: adequacy is perceived minus minimum.",
            ),
        ),
    ),
    ChoiceExercise(
        "03.4",
        "Read",
        "Say what the rival regressions show",
        1,
        hints=(
            "In the first simulation we know the truth: does the brand norm count?",
            "By what can a regression on a computed gap lose, even where customers make the comparison?",
        ),
        well_done=(
            "A computed gap carries the errors of both answers, forces their weights to be equal, and leaves no room "
            "for an effect of performance itself."
        ),
        right="C",
        wrong={
            "A": "In the first simulation they do, by construction: 0.4 points for each point of difference.",
            "B": (
                "See the sentence under the table: in the second simulation the computed gap to the best brand "
                "explains as much as the direct answer."
            ),
            "D": (
                "These answers are simulated. They show under which truth findings arise, not which truth is that of "
                "customers."
            ),
        },
    ),
    NumberExercise(
        "03.5",
        "Complete",
        "Compare two rules on one customer",
        1,
        hints=(
            "The peak is the episode farthest from the neutral score of 4, up or down.",
            "Peak and end: half the score of the peak, half that of the last episode.",
            "Take that from the plain mean of the four.",
        ),
        well_done="The same episodes, another rule, another relationship: say which rule you used.",
        given=(
            Given("first", 5.7, "points", "score of the first episode", (5.5, 5.6, 5.7)),
            Given("second", 1.4, "points", "score of the second episode", (1.4, 1.7, 2.0)),
            Given("third", 5.1, "points", "score of the third episode", (4.2, 5.1)),
            Given("fourth", 4.6, "points", "score of the last episode", (4.6, 4.75)),
        ),
        answer=lambda given: (given["first"] + given["third"] - given["second"] - given["fourth"]) / 4,
        unit="points of the scale",
        tolerance=0.005,
        mistakes=(
            Mistake(_mean, "That is the plain mean. Take the score by peak and end from it."),
            Mistake(
                lambda given: (given["second"] + given["fourth"]) / 2,
                "That is the score by peak and end. By how much is it lower than the mean?",
            ),
            Mistake(
                lambda given: (given["second"] + given["fourth"] - given["first"] - given["third"]) / 4,
                "The sign is turned round: take peak and end from the mean.",
            ),
            Mistake(
                lambda given: _mean(given) - (given["first"] + given["fourth"]) / 2,
                "You took the best episode as the peak. Another lies farther from 4.",
            ),
            Mistake(
                lambda given: _mean(given) - given["second"],
                "That counts the peak alone. The last episode counts for the other half.",
            ),
        ),
    ),
)
