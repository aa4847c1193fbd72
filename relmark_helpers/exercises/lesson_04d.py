"""Exercises of lesson 04d: the checklist of relationships, chains through others, and the plan on one page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from relmark_helpers.calculations.lifetime_value import lifetime_value
from relmark_helpers.calculations.relationship_network import relationship_checklist, score_groups
from relmark_helpers.calculations.relationship_plan import make_plan
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)
from relmark_helpers.plan_files import example_entries


@cache
def _neglected(kept: float, weight: float, end: str) -> float:
    """Return an end of the share neglected: mega all neglected, nano all unknown and weighted."""
    blank = relationship_checklist(load_dataset("relationship_groups"))
    answers = ["yes"] * int(kept) + ["no"] * (23 - int(kept)) + ["unknown"] * 7
    filled = blank.assign(answer=answers, weight=[1.0] * 23 + [weight] * 7)
    return float(score_groups(filled).loc["all", end])


def _reach(straight: float, to_broker: float, from_broker: float) -> float:
    """Return the strength of the better of two chains, each as strong as its weakest tie."""
    return max(straight, min(to_broker, from_broker))


@cache
def _regulars(retention: float, margin: float, entry: str) -> float:
    """Return a number of the plan for the regulars, counted again."""
    entries = example_entries()
    entries["segments"][0] |= {"retention": retention, "margin": margin}
    return float(make_plan(entries).segments.loc["Regulars", entry])


def _five_per_cent(given: Mapping[str, float]) -> float:
    return 0.05 * _regulars(given["retention"], given["margin"], "total")


def _gain_next_period(given: Mapping[str, float]) -> float:
    """Return the gain with the convention that counts the first margin a year later."""
    before, after = (
        lifetime_value(given["margin"], given["retention"] + more, 0.1, convention="next_period") for more in (0, 0.05)
    )
    customers = example_entries()["segments"][0]["customers"]
    return float(customers * (after - before))


def _threshold(given: Mapping[str, float]) -> float:
    """Return the retention at which the customers are worth so much: solve n m (1 + d) / (1 + d - r) = V for r."""
    return 1.1 * (1 - given["customers"] * given["margin"] / given["worth"])


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "04d.1",
        "Complete",
        "Say how much may be neglected",
        2,
        hints=(
            "What weight have all thirty together? 23 of them count once, 7 count more.",
            "The most that may be neglected: what is neglected for certain, and all that is not known.",
            "Divide by the weight of all thirty, known or not.",
        ),
        well_done="The distance between both ends is what the firm does not know about itself.",
        given=(
            Given(
                "kept", 14, "relationships", "of the first 17, cared for; the others are neglected", (11, 12, 13, 14)
            ),
            Given("weight", 2, "points", "weight of each nano relationship", (2, 3, 4)),
        ),
        answer=lambda given: _neglected(given["kept"], given["weight"], "high"),
        unit="(share)",
        tolerance=0.0005,
        mistakes=(
            Mistake(
                lambda given: _neglected(given["kept"], given["weight"], "low"),
                "That is the least: none of the unknown neglected. The question is the most.",
            ),
            Mistake(
                lambda given: _neglected(given["kept"], 1.0, "high"),
                "You counted each nano relationship once. It weighs more.",
            ),
            Mistake(
                lambda given: (23 - given["kept"]) / 23,
                "You left out what is not known. It may all be neglected.",
            ),
            Mistake(
                lambda given: 1 - _neglected(given["kept"], given["weight"], "high"),
                "That is the share cared for. The question is the share neglected.",
            ),
            Mistake(
                lambda given: (23 - given["kept"] + 7 * given["weight"]) / 30,
                "Divide by the weight of all thirty, not by their number.",
            ),
        ),
    ),
    FunctionExercise(
        "04d.2",
        "Build",
        "Find the better way to a party",
        2,
        hints=(
            "A chain is as strong as its weakest tie. How strong is the way through the broker?",
            "Of two ways, the stronger one counts.",
        ),
        well_done="A good third party can be a better way than knocking at the door oneself.",
        answer=_reach,
        cases=(
            ((3, 4, 6), "the way through the broker is stronger, and its first tie is the weaker one"),
            ((3, 8, 5), "the way through the broker is stronger, and its second tie is the weaker one"),
            ((7, 4, 9), "the straight tie is stronger"),
            ((0, 4, 6), "there is no straight tie"),
            ((5, 5, 5), "all ties are alike"),
            ((6, 9, 2), "a strong tie to the broker does not help if the broker hardly knows the party"),
        ),
        mistakes=(
            (
                lambda straight, to_broker, from_broker: min(to_broker, from_broker),
                "You left out the straight tie. Where it is stronger, it counts.",
            ),
            (
                lambda straight, to_broker, from_broker: max(straight, to_broker, from_broker),
                "You took the strongest of three ties. The way through the broker is as strong as its weaker tie.",
            ),
            (
                lambda straight, to_broker, from_broker: max(straight, (to_broker + from_broker) / 2),
                "You took the mean of two ties. A chain is as strong as its weakest tie.",
            ),
            (
                lambda straight, to_broker, from_broker: min(straight, to_broker, from_broker),
                "You took the weakest of three ties. Of two ways, the stronger one counts.",
            ),
            (
                lambda straight, to_broker, from_broker: straight + min(to_broker, from_broker),
                "You added both ways. Here the better one counts.",
            ),
        ),
        tolerance=0.0001,
    ),
    NumberExercise(
        "04d.3",
        "Complete",
        "Count the regulars again",
        2,
        hints=(
            'Change two entries of the first segment: `again["segments"][0]["retention"]`, and the margin.',
            "`make_plan(again).segments` holds the numbers of each segment.",
            "The column `gain` is for one customer, `total_gain` for all of the segment.",
        ),
        well_done="The same five points are worth more where more stay already. Nothing here says what they cost.",
        given=(
            Given("retention", 0.86, "", "retention of the regulars, a year", (0.78, 0.8, 0.84, 0.86)),
            Given("margin", 190, "euro", "margin per regular and year", (180, 190, 220, 230)),
        ),
        answer=lambda given: _regulars(given["retention"], given["margin"], "total_gain"),
        unit="euro",
        tolerance=1.0,
        mistakes=(
            Mistake(
                lambda given: _regulars(given["retention"], given["margin"], "gain"),
                "That is for one customer. The question is about all regulars.",
            ),
            Mistake(
                lambda given: _regulars(given["retention"], given["margin"], "total"),
                "That is what the regulars are worth. The question is what five points would add.",
            ),
            Mistake(_five_per_cent, "That is five per cent of their value. Five points more retention add more."),
            Mistake(
                lambda given: _regulars(0.82, given["margin"], "total_gain"),
                "You changed the margin only. Change the retention too.",
            ),
            Mistake(
                lambda given: _regulars(given["retention"], 210.0, "total_gain"),
                "You changed the retention only. Change the margin too.",
            ),
            Mistake(
                lambda given: _regulars(0.82, 210.0, "total_gain"),
                "That is the number of the page as it stands. Change both entries, then make the plan again.",
            ),
            Mistake(
                _gain_next_period,
                "The first margin counts at once here: these customers are there already (convention now).",
            ),
        ),
    ),
    NumberExercise(
        "04d.4",
        "Transfer",
        "Find the threshold that calls for action",
        3,
        hints=(
            "All customers together are worth n m (1 + d) / (1 + d - r). Which of these letters is asked for?",
            "Multiply by (1 + d - r), divide by the worth, and solve for r.",
            "r = (1 + d) - n m (1 + d) / worth, with d = 0.10.",
        ),
        well_done="A threshold that follows from money can be explained to the people who have to act on it.",
        given=(
            Given("customers", 60, "", "members", (50, 55, 60, 65, 70)),
            Given("margin", 500, "euro", "margin per member and year", (470, 480, 500, 520)),
            Given("worth", 120_000, "euro", "what the members must be worth", (110_000, 115_000, 120_000, 125_000)),
        ),
        answer=_threshold,
        unit="(share)",
        tolerance=0.0005,
        mistakes=(
            Mistake(
                lambda given: 1 - given["customers"] * given["margin"] / given["worth"],
                "You left the discount rate out.",
            ),
            Mistake(
                lambda given: 1.1 - given["customers"] * given["margin"] / given["worth"],
                "You left out that the first margin comes at once: the value is n m (1 + d) / (1 + d - r).",
            ),
            Mistake(
                lambda given: 1.1 * given["worth"] / (given["customers"] * given["margin"] + given["worth"]),
                "You used m r / (1 + d - r), where the first margin is uncertain. Here it comes at once (now).",
            ),
            Mistake(
                lambda given: 1.1 * given["customers"] * given["margin"] / given["worth"],
                "That is 1 + d - r. Solve for r.",
            ),
        ),
    ),
    ChoiceExercise(
        "04d.5",
        "Read",
        "Say what may be said at the meeting",
        1,
        hints=(
            "Which numbers of the page have a star, and which have limits?",
            "What was counted, what is an opinion, and what was assumed?",
        ),
        well_done="It says who judged, how sure that is, and what has to be found out before the money is spent.",
        right="B",
        wrong={
            "A": "The value has limits, and parts of it are assumed: it is no sum for a balance sheet.",
            "C": "The effect of money on a gap is assumed. Nobody has measured that the gap will close.",
            "D": "A page with assumptions is of use if it says which they are. Without it they are made all the same.",
        },
    ),
    ChoiceExercise(
        "04d.6",
        "Read",
        "Choose a reading for the weakest link",
        1,
        hints=(
            "Which item lies below what customers expect at least, and what is to be done then?",
            "Who would have to be allowed something that they may not do now?",
        ),
        well_done="A reading is of use when it answers the question that the page leaves open.",
        right="C",
        wrong={
            "A": "Kinds of accounts say how customers leave. The open question is what staff may do about a complaint.",
            "B": "The bakery has its customers. What is weak is how complaints are dealt with.",
            "D": "This adds to the offer. The weak link is a complaint that waits until the owner comes.",
        },
    ),
)
