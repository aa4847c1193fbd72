"""Exercises of lesson 02c: fines and norms, and where relationships end."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _won_back(given: Mapping[str, float]) -> float:
    return (1 - given["anyway"]) * given["brought_back"]


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "02c.1",
        "Complete",
        "Find the effect of a cancellation fee",
        1,
        hints=(
            "What would have happened in the branches with a fee if there had been none?",
            "Take later less before, first in the branches with a fee, then in the others.",
            "Take the change of the others away from the change of the branches with a fee, and mind the signs.",
        ),
        well_done="The change that came without any fee is taken away; what is left is the fee's, if both moved alike.",
        given=(
            Given("fee_before", 14.0, "a week", "late cancellations, branches with a fee, before", (13.0, 14.0, 15.0)),
            Given("fee_later", 8.4, "a week", "late cancellations, branches with a fee, with it", (8.0, 8.4)),
            Given("control_before", 12.0, "a week", "late cancellations, other branches, before", (11.6, 12.0)),
            Given("control_later", 10.7, "a week", "late cancellations, other branches, later", (10.3, 10.7)),
        ),
        answer=lambda given: (
            given["fee_later"] - given["fee_before"] - (given["control_later"] - given["control_before"])
        ),
        unit="late cancellations a week",
        tolerance=0.05,
        mistakes=(
            Mistake(
                lambda given: given["fee_later"] - given["fee_before"],
                "That is the change in the branches with a fee. Part of it came in the other branches too.",
            ),
            Mistake(
                lambda given: given["fee_later"] - given["control_later"],
                "That compares the groups at the end only. They did not start alike.",
            ),
            Mistake(
                lambda given: given["control_later"] - given["control_before"],
                "That is the change without a fee: what you take away, not what is left.",
            ),
            Mistake(
                lambda given: (
                    given["fee_later"] - given["fee_before"] + given["control_later"] - given["control_before"]
                ),
                "You added the change of the other branches. Take it away: minus a fall is plus.",
            ),
            Mistake(
                lambda given: (
                    given["fee_before"] - given["fee_later"] - (given["control_before"] - given["control_later"])
                ),
                "The size is right, the sign is not: take later less before, so that a fall is negative.",
            ),
        ),
    ),
    FunctionExercise(
        "02c.2",
        "Build",
        "Write the smallest p-value that a lot can give",
        3,
        hints=(
            "Each way of choosing the units is equally likely, so one draw has one share of all ways.",
            "The order in which units are drawn does not matter: `comb` counts each set once.",
            "Exactly one of all the ways was drawn. How large a part of them is that?",
        ),
        well_done="Few units put a floor under every p-value, however many weeks are counted.",
        answer=lambda units, treated: 1 / math.comb(int(units), int(treated)),
        cases=(
            ((10, 6), "the ten centres"),
            ((5, 2), "five units: not even one in twenty can be reached"),
            ((8, 1), "one unit with a fine"),
        ),
        mistakes=(
            (lambda units, treated: math.comb(int(units), int(treated)), "That is the number of ways, not a share."),
            (
                lambda units, treated: 2 / math.comb(int(units), int(treated)),
                "That is the least two-sided p where the groups are of equal size. Return the share of one draw alone.",
            ),
            (
                lambda units, treated: 1 / math.perm(int(units), int(treated)),
                "You counted orders. Drawing centre 1 before centre 2 gives the same group as 2 before 1.",
            ),
            (
                lambda units, treated: 0.5**units,
                "That would be right if a coin were tossed for each unit. Here the size of the group is fixed.",
            ),
            (lambda units, treated: treated / units, "That is the chance of one unit to be drawn, not of one group."),
        ),
        tolerance=0.00001,
    ),
    ChoiceExercise(
        "02c.3",
        "Read",
        "Say no more than ten centres allow",
        1,
        hints=(
            "Ask of each sentence: which number in the figure or table shows it?",
            "The counts show what parents did. Do they show what parents thought?",
        ),
        well_done="The lot supports the effect; the reason is a matter of interpretation, and the authors offer two.",
        right="C",
        wrong={
            "A": "That is one reading of the result. The counts show what parents did, not why.",
            "B": "The lot was drawn among ten centres. The weeks of one centre are not independent pieces of evidence.",
            "D": (
                "Four weeks cannot rule out a drift: its limits hold the whole effect. The lot is what protects the "
                "result."
            ),
        },
    ),
    NumberExercise(
        "02c.4",
        "Complete",
        "Price a win-back offer",
        2,
        hints=(
            "Who on the list comes back only because of the offer? Not those who would have come anyway.",
            "Of one household on the list, the part that counts is (1 − anyway) × brought_back.",
            "If one household in ten came back because of its offer, how many offers are paid for each of them?",
        ),
        well_done="False alarms do not only waste the offer; they make every household won back dearer.",
        given=(
            Given("anyway", 0.45, "share", "of the list would have come back anyway", (0.4, 0.45, 0.6)),
            Given("brought_back", 0.1, "share", "of the others come back because of the offer", (0.08, 0.1, 0.12)),
            Given("offer_cost", 4.0, "USD", "cost of the offer for each household on the list", (3.0, 4.0, 6.0)),
        ),
        answer=lambda given: given["offer_cost"] / _won_back(given),
        unit="USD",
        tolerance=0.01,
        mistakes=(
            Mistake(
                lambda given: given["offer_cost"] / given["brought_back"],
                "You counted the whole list as truly lost. Some would have come back anyway.",
            ),
            Mistake(
                lambda given: given["offer_cost"] / (given["anyway"] * given["brought_back"]),
                "You took those who would have come anyway. The offer can win back only the others.",
            ),
            Mistake(
                lambda given: given["offer_cost"] / (given["anyway"] + _won_back(given)),
                "You divided by all who came back. Most of them did not need the offer.",
            ),
            Mistake(
                lambda given: given["offer_cost"] * _won_back(given),
                "You multiplied. Several offers are paid for each household won back, so it costs more than one offer.",
            ),
        ),
    ),
)
