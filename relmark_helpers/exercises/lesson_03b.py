"""Exercises of lesson 03b: reliability, discriminant validity and path models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relmark_helpers.calculations.path_models import PathFit, fit_composites, fit_pls
from relmark_helpers.calculations.path_structure import ECSI, PathModel
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)

_WITHOUT: Final = PathModel({**ECSI.constructs, "Loyalty": ["cusl1", "cusl3"]}, ECSI.paths)


def _unexplained(given: Mapping[str, float]) -> float:
    """Return the part of the variance of the sum that the items have by themselves."""
    return (given["variance_1"] + given["variance_2"] + given["variance_3"]) / given["variance_sum"]


def _composites() -> PathFit:
    return fit_composites(load_dataset("mobi"), _WITHOUT)


def _alone() -> float:
    """Return R² of loyalty where a model keeps only the path from satisfaction."""
    kept = {name: _WITHOUT.constructs[name] for name in ("Satisfaction", "Loyalty")}
    only = PathModel(kept, [("Satisfaction", "Loyalty")])
    return float(fit_composites(load_dataset("mobi"), only).rsquared["Loyalty"])


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "03b.1",
        "Complete",
        "Compute alpha of a trust scale",
        1,
        hints=(
            "Which share of the variance of the sum do the three questions have by themselves?",
            "Take that share from 1: what is left comes from the questions going together.",
            "Multiply what is left by k / (k - 1), with k the number of questions.",
        ),
        well_done="Had they not gone together, the variance of the sum would be the sum of the variances, and alpha 0.",
        given=(
            Given("variance_1", 6.0, "points²", "variance of the first question", (6.0, 6.2)),
            Given("variance_2", 5.0, "points²", "variance of the second question", (5.0, 5.2)),
            Given("variance_3", 4.0, "points²", "variance of the third question", (4.0, 4.3)),
            Given("variance_sum", 28.0, "points²", "variance of the sum of the three", (27.5, 28.0, 28.5, 29.0)),
        ),
        answer=lambda given: 1.5 * (1 - _unexplained(given)),
        unit="(alpha)",
        tolerance=0.001,
        mistakes=(
            Mistake(
                lambda given: 1 - _unexplained(given),
                "You left out k / (k - 1). Without it three questions that agree perfectly, and vary alike, miss 1.",
            ),
            Mistake(_unexplained, "That is the share that does not come from going together. Take it from 1."),
            Mistake(
                lambda given: 1.5 * (1 - _unexplained(given) / 3),
                "You took the mean of the variances. The formula has their sum.",
            ),
            Mistake(
                lambda given: 2 / 3 * (1 - _unexplained(given)),
                "You turned the factor round: it is k / (k - 1), above 1.",
            ),
            Mistake(
                lambda given: 3 * (1 - _unexplained(given)),
                "You multiplied by k. The factor is k / (k - 1).",
            ),
            Mistake(
                lambda given: 1.5 - _unexplained(given),
                "Brackets: take the share from 1 first, then multiply the rest by k / (k - 1).",
            ),
            Mistake(
                lambda given: 1 - 1.5 * _unexplained(given),
                "You multiplied the share before you took it from 1. The factor belongs to what is left.",
            ),
        ),
    ),
    ChoiceExercise(
        "03b.2",
        "Read",
        "Say what the weak question shows",
        1,
        hints=(
            "The figure shows which answers go together. Does it show what a question means?",
            "Who chose the two that are left, and by which data?",
        ),
        well_done="Numbers show that the price question goes its own way; what loyalty should mean is for you to say.",
        right="B",
        wrong={
            "A": (
                "A higher alpha is not a better measure. Without the price question nothing in the scale asks what "
                "leaving would take."
            ),
            "C": (
                "The question was left out because of these answers. In another sample alpha of the two may well be "
                "lower, and the limits reach below .60 already."
            ),
            "D": "Three questions that do not agree say something about the questions. Loyalty may still be there.",
        },
    ),
    FunctionExercise(
        "03b.3",
        "Build",
        "Write the ratio that tells two constructs apart",
        3,
        hints=(
            "The correlation between the constructs is compared with what there is inside each of them.",
            "The two means inside are joined by multiplying them and taking the root of the product.",
            "`x ** 0.5` is the root of x. Divide `between` by the root of the product.",
        ),
        well_done="Near 1, the questions of the two constructs go together as if there were only one.",
        answer=lambda between, within_first, within_second: between / (within_first * within_second) ** 0.5,
        cases=(
            ((0.3, 0.25, 0.49), "two constructs with unequal correlations inside"),
            ((0.45, 0.36, 0.64), "two constructs that are near to each other"),
            ((0.5, 0.2, 0.6), "a weak scale, which takes the ratio above 1"),
        ),
        mistakes=(
            (
                lambda between, within_first, within_second: between / ((within_first + within_second) / 2),
                "You divided by the arithmetic mean. Take the root of the product, the geometric mean.",
            ),
            (
                lambda between, within_first, within_second: between / (within_first * within_second),
                "You forgot the root.",
            ),
            (
                lambda between, within_first, within_second: (within_first * within_second) ** 0.5 / between,
                "The fraction stands on its head: `between` belongs above the line.",
            ),
            (
                lambda between, within_first, within_second: between / within_first * within_second**0.5,
                "Python goes from left to right, and takes the root first. Put brackets round the product of the two "
                "means, then the root, and brackets round what you divide by.",
            ),
            (
                lambda between, within_first, within_second: between / (within_first * within_second**0.5),
                "The root belongs to the product, so the product needs brackets of its own.",
            ),
            (
                lambda between, within_first, within_second: between**2 / (within_first * within_second),
                "That is the square of the ratio.",
            ),
        ),
        tolerance=0.0001,
    ),
    NumberExercise(
        "03b.4",
        "Complete",
        "Add up the detours",
        2,
        hints=(
            "How many ways lead from quality to loyalty along the arrows?",
            "One way goes through satisfaction alone, the other through value and then satisfaction.",
            "Multiply along each way, then add the two products.",
        ),
        well_done="Multiply along a way, add across ways: that is all that an indirect effect is.",
        given=(
            Given("quality_value", 0.6, "SD per SD", "path from quality to value", (0.5, 0.6, 0.7)),
            Given("value_satisfaction", 0.3, "SD per SD", "path from value to satisfaction", (0.2, 0.3)),
            Given("quality_satisfaction", 0.4, "SD per SD", "path from quality to satisfaction", (0.36, 0.4, 0.45)),
            Given("satisfaction_loyalty", 0.55, "SD per SD", "path from satisfaction to loyalty", (0.5, 0.55, 0.6)),
        ),
        answer=lambda given: (
            (given["quality_satisfaction"] + given["quality_value"] * given["value_satisfaction"])
            * given["satisfaction_loyalty"]
        ),
        unit="SD per SD",
        tolerance=0.001,
        mistakes=(
            Mistake(
                lambda given: given["quality_satisfaction"] * given["satisfaction_loyalty"],
                "That is the short way. There is another, through value.",
            ),
            Mistake(
                lambda given: given["quality_value"] * given["value_satisfaction"] * given["satisfaction_loyalty"],
                "That is the way through value. There is a shorter one besides.",
            ),
            Mistake(
                lambda given: given["quality_satisfaction"] + given["quality_value"] * given["value_satisfaction"],
                "That is the effect on satisfaction. One more step leads to loyalty.",
            ),
            Mistake(
                lambda given: sum(given.values()),
                "You added all arrows. Along one way the paths are multiplied.",
            ),
        ),
    ),
    NumberExercise(
        "03b.5",
        "Transfer",
        "Measure loyalty with two questions",
        2,
        hints=(
            "Make a second `PathModel`: the constructs of `ECSI`, with another list of questions for Loyalty.",
            '`{**ECSI.constructs, "Loyalty": [...]}` replaces one list; the paths stay `ECSI.paths`.',
            'Fit it with `fit_composites` and read `rsquared["Loyalty"]`.',
        ),
        well_done="R² rises, as a question that goes its own way is gone. So is a part of what loyalty meant.",
        answer=lambda given: float(_composites().rsquared["Loyalty"]),
        unit="(R²)",
        tolerance=0.001,
        mistakes=(
            Mistake(
                lambda given: float(fit_composites(load_dataset("mobi"), ECSI).rsquared["Loyalty"]),
                "That is R² with all three questions. Is the new list in the model that you fitted?",
            ),
            Mistake(
                lambda given: float(fit_pls(load_dataset("mobi"), _WITHOUT).rsquared["Loyalty"]),
                "That is R² by PLS. The exercise asks for plain composites.",
            ),
            Mistake(
                lambda given: float(fit_pls(load_dataset("mobi"), ECSI).rsquared["Loyalty"]),
                "That is R² by PLS, with all three questions. Change the list, and fit plain composites.",
            ),
            Mistake(
                lambda given: float(_composites().rsquared_adj["Loyalty"]),
                "That is R² adjusted for the number of sources. The exercise asks for the plain one.",
            ),
            Mistake(
                lambda given: float(_composites().params["Satisfaction", "Loyalty"]),
                "That is a path, from satisfaction to loyalty. Read `rsquared`.",
            ),
            Mistake(
                lambda given: float(fit_composites(load_dataset("mobi"), ECSI).params["Satisfaction", "Loyalty"]),
                "That is a path, and with all three questions. Change the list, and read `rsquared`.",
            ),
            Mistake(
                lambda given: _alone(),
                "That is R² of loyalty by satisfaction alone. Keep `ECSI.paths`: three arrows lead to loyalty.",
            ),
        ),
    ),
)
