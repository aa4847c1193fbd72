"""Exercises of lesson 03d: the nine cells of true and spurious relationships, and the gap between two sides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np

from relmark_helpers.calculations.placed_customers import place_customers
from relmark_helpers.calculations.relationship_file import RELATIONSHIP_ITEMS
from relmark_helpers.calculations.scale_scores import ScaleScores, score_scales
from relmark_helpers.calculations.true_relationships import TEACHING_CUTS, RelationshipCuts, place_customer
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _rules(calculus: float, knowledge: float, identification: float, commitment: float, benefits: float) -> float:
    """Return 1 for a true relationship, 0 for a spurious one."""
    scores = {"calculus": calculus, "knowledge": knowledge, "identification": identification}
    place = place_customer(scores | {"commitment": commitment, "benefits": benefits}, error=0)
    return float(place.kind == "true")


def _highest_kind(
    calculus: float, knowledge: float, identification: float, commitment: float, benefits: float
) -> float:
    """Return the verdict if the kind of trust with the highest score counts."""
    if calculus >= max(knowledge, identification) or commitment < 3:
        return 0.0
    return float(commitment >= 5 or benefits >= 4)


def _two_kinds(calculus: float, knowledge: float, identification: float, commitment: float, benefits: float) -> float:
    """Return the verdict if identification-based trust is left out."""
    return _rules(calculus, knowledge, 1.0, commitment, benefits)


def _without_cuts(
    calculus: float, knowledge: float, identification: float, commitment: float, benefits: float
) -> float:
    """Return the verdict if a score on a cut counts as below it."""
    if max(knowledge, identification) <= 4.5 or commitment <= 3:
        return 0.0
    return float(commitment > 5 or benefits > 4)


def _true(given: Mapping[str, float]) -> float:
    """Return the probability that the patient's relationship is a true one."""
    scores = {"calculus": 6.0, "knowledge": 6.5, "identification": 2.0}
    scores |= {name: given[name] for name in ("commitment", "benefits")}
    return float(place_customer(scores, error=given["error"]).kinds["true"])


def _reaches(given: Mapping[str, float], name: str, cut: float) -> float:
    return NormalDist().cdf((given[name] - cut) / given["error"])


@cache
def _scales() -> ScaleScores:
    file = load_dataset("customer_relationships_simulated").set_index("customer")
    return score_scales(file, RELATIONSHIP_ITEMS, scale=(1, 7), generator=np.random.default_rng(2002), resamples=100)


@cache
def _counted(trust: float, benefits: float, kind: str = "true", *, estimated: bool = False) -> float:
    """Return the customers of a kind, by plain means or by estimated true scores."""
    scores = _scales().true_scores()[0] if estimated else _scales().scores
    placed = place_customers(scores, 0.0, cuts=RelationshipCuts(trust=trust, benefits=benefits))
    return float((placed.table["kind"] == kind).sum())


def _lower(given: Mapping[str, float], reach: float = 2.14) -> float:
    """Return the lower limit of the gap."""
    error = ((given["sd_buyer"] ** 2 + given["sd_seller"] ** 2) / 8) ** 0.5
    return float(given["seller"] - given["buyer"] - reach * error)


EXERCISES: Final[tuple[Exercise, ...]] = (
    FunctionExercise(
        "03d.1",
        "Build",
        "Write the rules of the nine cells",
        3,
        hints=(
            "Two columns of the table hold the same words. So what must you know about trust?",
            "Begin with what is spurious for certain: calculus-based trust only, or low commitment.",
            "After that, high commitment is true. What is left is mid commitment, where benefits decide.",
        ),
        well_done="The table is a rule with three questions. Where the cuts lie, it does not say.",
        answer=_rules,
        cases=(
            ((6, 5, 3, 5.5, 2), "high commitment, and knowledge-based trust on top of calculus-based trust"),
            ((6, 3, 3, 6, 6), "high commitment, but calculus-based trust only"),
            ((5, 6, 4.5, 4, 5), "mid commitment and high benefits"),
            ((5, 6, 2, 4, 3), "mid commitment and low benefits"),
            ((5, 6, 6, 2, 6), "low commitment"),
            ((5, 2, 6, 5, 3), "identification-based trust, and commitment on the cut"),
            ((5, 2, 6, 5.5, 3), "identification-based trust without knowledge-based trust, high commitment"),
            ((6, 4, 2, 3.5, 6), "calculus-based trust only, high benefits"),
        ),
        mistakes=(
            (
                _highest_kind,
                "You took the kind of trust with the highest score. The last kind that is there counts.",
            ),
            (
                _two_kinds,
                "You left identification-based trust out. It counts even where knowledge-based trust is below its cut.",
            ),
            (_without_cuts, "A score on a cut counts as above it: use >=."),
            (
                lambda calculus, knowledge, identification, commitment, benefits: float(
                    max(knowledge, identification) >= 4.5 and commitment >= 5
                ),
                "In the open cells, mid commitment with high benefits is true as well.",
            ),
            (
                lambda calculus, knowledge, identification, commitment, benefits: float(
                    max(knowledge, identification) >= 4.5 and commitment >= 3
                ),
                "With mid commitment a relationship is true only if benefits are high.",
            ),
            (
                lambda calculus, knowledge, identification, commitment, benefits: float(
                    commitment >= 5 or (commitment >= 3 and benefits >= 4)
                ),
                "Trust plays no part in your function. The first column of the table is spurious throughout.",
            ),
            (
                lambda calculus, knowledge, identification, commitment, benefits: float(
                    max(knowledge, identification) >= 4.5 and commitment >= 3 and benefits >= 4
                ),
                "Benefits decide the open cells only. With high commitment they need not be high.",
            ),
        ),
        tolerance=0.0001,
    ),
    NumberExercise(
        "03d.2",
        "Complete",
        "Place a patient of a dental practice",
        2,
        hints=(
            "Put the five scores into a dict: three kinds of trust, `commitment` and `benefits`.",
            "`place_customer(scores, error=...)` returns the place; `.kinds` holds the probability of each kind.",
            "Two ways lead to a true relationship: high commitment, or mid commitment with high benefits.",
        ),
        well_done="The scores say true. How sure that is depends on the errors, and on cuts that nobody has confirmed.",
        given=(
            Given("commitment", 5.3, "points", "score of commitment", (5.1, 5.2, 5.3, 5.4)),
            Given("benefits", 4.2, "points", "score of benefits", (4.1, 4.2, 4.3)),
            Given("error", 0.6, "points", "standard error of each score", (0.4, 0.5, 0.6)),
        ),
        answer=_true,
        unit="(probability)",
        tolerance=0.0005,
        mistakes=(
            Mistake(
                lambda given: _reaches(given, "commitment", TEACHING_CUTS.high_commitment),
                "That is the probability of high commitment. Mid commitment with high benefits is true as well.",
            ),
            Mistake(lambda given: 1 - _true(given), "That is the probability that the relationship is not true."),
            Mistake(
                lambda given: 1.0,
                "That is the verdict as if scores had no error. Pass the standard error.",
            ),
            Mistake(
                lambda given: (
                    _reaches(given, "commitment", TEACHING_CUTS.high_commitment)
                    * _reaches(given, "benefits", TEACHING_CUTS.benefits)
                ),
                "With high commitment the benefits need not be high. They decide the open cells only.",
            ),
            Mistake(lambda given: 100 * _true(given), "That is a percentage. Give a probability from 0 to 1."),
        ),
    ),
    ChoiceExercise(
        "03d.3",
        "Read",
        "Say what the garage may report",
        1,
        hints=(
            "What do the limits in the figure allow for, and what does the table of moved cuts add?",
            "A share of many customers and a verdict on one of them are not equally sure.",
        ),
        well_done="A share can be told, with the cuts that it rests on. Single customers mostly cannot be.",
        right="C",
        wrong={
            "A": "These limits are for the draw of customers. They leave out that other cuts give quite other shares.",
            "B": "More than half of those placed as spurious are borderline: some of them have a true relationship.",
            "D": (
                "Errors in both directions nearly cancel in a share, and most of the customers who are not borderline "
                "are placed right."
            ),
        },
    ),
    NumberExercise(
        "03d.4",
        "Transfer",
        "Count by plain means",
        2,
        hints=(
            "The plain means are in `scales.scores`. Which cuts does `place_customers` use if you give none?",
            "`RelationshipCuts(trust=..., benefits=...)` changes two cuts and leaves the others.",
            'Count the rows of `.table` whose `kind` is "true".',
        ),
        well_done="Two cuts a little elsewhere, and the count is another. Report the cuts with the count.",
        given=(
            Given(
                "trust",
                4.9,
                "points",
                "score from which on trust is there",
                (4.9, 5.3, 5.6, 5.8),
            ),
            Given("benefits", 3.6, "points", "score from which on benefits are high", (3.6, 4.1, 4.6, 4.8)),
        ),
        answer=lambda given: _counted(given["trust"], given["benefits"]),
        unit="customers",
        tolerance=0.5,
        mistakes=(
            Mistake(
                lambda given: _counted(given["trust"], given["benefits"], estimated=True),
                "You used the estimated true scores. Your colleague uses the plain means, `scales.scores`.",
            ),
            Mistake(
                lambda given: _counted(TEACHING_CUTS.trust, TEACHING_CUTS.benefits),
                "That is the count with the lesson's cuts. Pass cuts=....",
            ),
            Mistake(
                lambda given: _counted(TEACHING_CUTS.trust, TEACHING_CUTS.benefits, estimated=True),
                "That is the lesson's own count. Both the scores and the two cuts should change.",
            ),
            Mistake(
                lambda given: _counted(given["trust"], TEACHING_CUTS.benefits),
                "You moved the cut of trust only. Pass benefits=... as well.",
            ),
            Mistake(
                lambda given: _counted(TEACHING_CUTS.trust, given["benefits"]),
                "You moved the cut of benefits only. Pass trust=... as well.",
            ),
            Mistake(
                lambda given: _counted(given["trust"], given["benefits"], "spurious"), "Those are the spurious ones."
            ),
            Mistake(
                lambda given: _counted(given["trust"], given["benefits"]) / 599,
                "That is a share of those who answered. Give customers.",
            ),
        ),
    ),
    NumberExercise(
        "03d.5",
        "Complete",
        "Find the lower limit of a gap",
        2,
        hints=(
            "Square each standard deviation, divide each by the number of raters, add, and take the root.",
            "The lower limit is the gap less so many standard errors.",
        ),
        well_done="If it lies below 0 while the upper limit lies above, the two sides may well see the same.",
        given=(
            Given("buyer", 4.3, "points", "mean of the buyer's side", (4.1, 4.2, 4.3, 4.4)),
            Given("seller", 5.2, "points", "mean of the seller's side", (5.2, 5.3, 5.5)),
            Given("sd_buyer", 1.1, "points", "standard deviation on the buyer's side", (0.9, 1.0, 1.1)),
            Given("sd_seller", 0.8, "points", "standard deviation on the seller's side", (0.75, 0.8)),
        ),
        answer=_lower,
        unit="points",
        tolerance=0.002,
        mistakes=(
            Mistake(lambda given: _lower(given, reach=-2.14), "That is the upper limit."),
            Mistake(lambda given: _lower(given, reach=0), "That is the gap itself. Take the limits' reach from it."),
            Mistake(
                lambda given: _lower(given, reach=1.96),
                "1.96 belongs to large samples. With eight raters a side the limits lie 2.14 standard errors away.",
            ),
            Mistake(
                lambda given: _lower(given, reach=1),
                "You went one standard error down. The limits lie further away.",
            ),
            Mistake(
                lambda given: (
                    given["seller"] - given["buyer"] - 2.14 * (given["sd_buyer"] + given["sd_seller"]) / 8**0.5
                ),
                "You added standard deviations. Their squares add up.",
            ),
            Mistake(
                lambda given: _lower(given, reach=2.14 * 8**0.5),
                "You did not divide by the number of raters: a mean of eight varies less than one rater.",
            ),
            Mistake(
                lambda given: -_lower(given, reach=-2.14),
                "The sides are swapped: the gap is seller less buyer.",
            ),
        ),
    ),
)
