"""Exercises of lesson 04c: the ladder of loyalty as a chain with referrals, and what a reward may cost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np

from relmark_helpers.calculations.chain_estimates import estimate_chain
from relmark_helpers.calculations.ladder import teaching_ladder
from relmark_helpers.calculations.ladder_log import SEEN_RUNGS, ladder_log
from relmark_helpers.calculations.referral import ReferralComparison, compare_referred, reward_limits
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


@cache
def _brought(climb: float, referrals: float) -> float:
    """Return the prospects whom one prospect of the branch brings in until lost."""
    return teaching_ladder(climb=climb, referrals=referrals).referred_by_one


def _one(given: Mapping[str, float]) -> float:
    return _brought(given["climb"], given["referrals"])


def _all_generations(prospects: float, one: float) -> float:
    """Return the prospects who come by referral in the end, besides those won."""
    return prospects * one / (1 - one)


def _two_rungs(
    buys: float,
    stays: float,
    refers: float,
    margin: float,
    cost: float,
    discount: float,
    *,
    referred_later: bool = True,
    bought_later: bool = True,
    turned: bool = False,
    rung: int = 0,
) -> float:
    """Return the worth of a prospect (rung 0) or a customer (rung 1) on a ladder of two rungs."""
    later = 1 / (1 + discount)
    mean = np.array([[0, buys * (later if bought_later else 1)], [refers * (later if referred_later else 1), 0]])
    mean[1, 1] = stays * later
    return float(np.linalg.solve(np.eye(2) - (mean.T if turned else mean), [-cost, margin])[rung])


def _customers_brought(buys: float, stays: float, refers: float, margin: float, cost: float, discount: float) -> float:
    """Return the worth if those referred count as customers at once."""
    customer = margin / (1 - (stays + refers) / (1 + discount))
    return buys * customer / (1 + discount) - cost


def _one_generation(buys: float, stays: float, refers: float, margin: float, cost: float, discount: float) -> float:
    """Return the worth if the referred refer nobody in their turn."""
    alone = _two_rungs(buys, stays, 0, margin, cost, discount)
    customer = (margin + refers * alone / (1 + discount)) / (1 - stays / (1 + discount))
    return buys * customer / (1 + discount) - cost


@cache
def _returning(silence: float) -> float:
    """Return the chance that a silent household buys in the next period."""
    log = ladder_log(load_dataset("journey_activity"), silence=int(silence))
    return float(estimate_chain(log, states=SEEN_RUNGS).probabilities.loc["silent", "client"])


@cache
def _clients_after_two(silence: float) -> float:
    log = ladder_log(load_dataset("journey_activity"), silence=int(silence))
    chances = estimate_chain(log, states=SEEN_RUNGS).probabilities.to_numpy()
    return float((chances @ chances)[2, 1])


def _back_within_two(given: Mapping[str, float], silence: float | None = None) -> float:
    """Return the households that buy again within two periods."""
    return given["households"] * (1 - (1 - _returning(silence or given["silence"])) ** 2)


def _provider(
    given: Mapping[str, float],
    *,
    margin_lead: float | None = None,
    fading: float = 1.0,
    fewer_lost: float | None = None,
) -> ReferralComparison:
    return compare_referred(
        given["margin"],
        given["retention"],
        margin_lead=-given["lower"] if margin_lead is None else margin_lead,
        fading=fading,
        fewer_lost=given["fewer_lost"] if fewer_lost is None else fewer_lost,
    )


def _reward(
    given: Mapping[str, float],
    kind: str = "against_other_ways",
    *,
    anyway: bool = True,
    ads: bool = True,
    **change: float,
) -> float:
    """Return the most that the provider may pay for one referral."""
    worth = _provider(given, **change)
    limits = reward_limits(
        worth.value,
        worth.referred_value,
        other_acquisition=given["ads"] if ads else 0.0,
        come_anyway=given["anyway"] if anyway else 0.0,
    )
    return float(limits[kind])


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "04c.1",
        "Complete",
        "Count all who come by referral",
        2,
        hints=(
            "Make the branch's ladder with `teaching_ladder(climb=..., referrals=...)` and read `.referred_by_one`.",
            "The first generation is prospects × k, the second prospects × k², and so on without end.",
            "Lesson 02b used 1 + x + x² + ... = 1 / (1 − x). Here the sum begins with x.",
        ),
        well_done="As long as one brings less than one other, the generations get smaller and have an end.",
        given=(
            Given("prospects", 60.0, "prospects", "won by the campaign", (40.0, 60.0, 80.0, 120.0)),
            Given("climb", 1.1, "", "chance of climbing, times the lesson's", (0.9, 1.05, 1.1)),
            Given("referrals", 0.35, "prospects a year", "whom an advocate or partner brings", (0.3, 0.35, 0.45)),
        ),
        answer=lambda given: _all_generations(given["prospects"], _one(given)),
        unit="prospects",
        tolerance=0.05,
        mistakes=(
            Mistake(
                lambda given: given["prospects"] * _one(given),
                "That is the first generation only. Those who are referred refer others.",
            ),
            Mistake(
                lambda given: given["prospects"] * (_one(given) + _one(given) ** 2),
                "Those are two generations. More follow.",
            ),
            Mistake(
                lambda given: given["prospects"] / (1 - _one(given)),
                "That includes those whom the campaign won. Count only those who come by referral.",
            ),
            Mistake(
                lambda given: _one(given) / (1 - _one(given)),
                "That is for one prospect. The campaign won more.",
            ),
            Mistake(
                lambda given: _all_generations(given["prospects"], _brought(1.0, 0.4)),
                "You used the lesson's own ladder. The branch has other chances and referrals.",
            ),
            Mistake(
                lambda given: _all_generations(given["prospects"], _brought(1.0, given["referrals"])),
                "You changed the referrals only. Pass climb=... as well.",
            ),
            Mistake(
                lambda given: _all_generations(given["prospects"], _brought(given["climb"], 0.4)),
                "You changed the climbing only. Pass referrals=... as well.",
            ),
        ),
    ),
    FunctionExercise(
        "04c.2",
        "Build",
        "Value a ladder of two rungs",
        3,
        hints=(
            "Write one equation for each rung: worth = money now + expected worth a year later / (1 + discount).",
            "A customer's worth a year later has two parts: the customer, if still there, and the referred prospects.",
            "With the two rows (0, buys) and (refers, stays) as M, it is the lesson's formula for two rungs.",
        ),
        well_done="Two equations, two unknowns. Six rungs are six equations, and nothing else.",
        answer=_two_rungs,
        cases=(
            ((1, 0, 0, 100, 10, 0.25), "every prospect buys once, a year later, and nobody refers"),
            ((0.3, 0.8, 0, 60, 5, 0.1), "customers may stay, and nobody refers"),
            ((0.3, 0.8, 0.5, 60, 5, 0.1), "customers refer others"),
            ((0.2, 0.9, 0.4, 40, 0, 0.1), "prospects cost nothing"),
            ((0.5, 0, 1, 30, 4, 0.2), "each customer is there for a year and refers one prospect"),
        ),
        mistakes=(
            (
                lambda buys, stays, refers, margin, cost, discount: _two_rungs(buys, stays, 0, margin, cost, discount),
                "Your function leaves out the prospects whom a customer brings.",
            ),
            (
                lambda *arguments: _two_rungs(*arguments, referred_later=False),
                "Referred prospects come a year later, so their worth is discounted too.",
            ),
            (
                lambda *arguments: _two_rungs(*arguments, bought_later=False),
                "A prospect becomes a customer a year later, so that worth is discounted too.",
            ),
            (
                lambda *arguments: _two_rungs(*arguments, turned=True),
                "Rows and columns are swapped: row by row, M says where those on a rung lead.",
            ),
            (
                lambda *arguments: _two_rungs(*arguments, rung=1),
                "That is the worth of a customer. Give that of a prospect.",
            ),
            (
                lambda buys, stays, refers, margin, cost, discount: _two_rungs(
                    buys, stays, refers, margin, 0, discount
                ),
                "Your function leaves out what a prospect costs.",
            ),
            (
                lambda buys, stays, refers, margin, cost, discount: (
                    _two_rungs(buys, stays, refers, margin, cost, 1e-9) if stays + buys * refers < 1 else float("nan")
                ),
                "Your function leaves out the discount rate.",
            ),
            (
                _customers_brought,
                "You count the referred as customers. They are prospects, who may or may not buy.",
            ),
            (
                _one_generation,
                "You count one generation. Those who are referred refer others in their turn.",
            ),
        ),
        tolerance=0.0005,
    ),
    ChoiceExercise(
        "04c.3",
        "Read",
        "Say what the levers allow",
        1,
        hints=(
            "What does a point cost? Look for it in the picture.",
            "A derivative is a slope at one place. And do both halves of the picture agree?",
        ),
        well_done="The picture gives the most that a point may cost. What it does cost must be found out elsewhere.",
        right="C",
        wrong={
            "A": "It stands highest, but may cost more than a point of another lever. The picture has no costs.",
            "B": (
                "It holds for small moves. Work out ten points anew: they are worth more than ten times one, "
                "since each client kept is also kept longer."
            ),
            "D": "The two halves do not agree: for growth the best lever is on another rung than for value.",
        },
    ),
    NumberExercise(
        "04c.4",
        "Complete",
        "Count who comes back after silence",
        2,
        hints=(
            "`ladder_log(..., silence=...)` changes the rule; then estimate the chain as in the lesson.",
            "`.probabilities.loc[from, to]` holds the chance of buying in the next period.",
            "Who has bought within two periods? Everybody but those who stay silent twice.",
        ),
        well_done="By the chain, which takes the second period to be like the first. The solution says how near it is.",
        given=(
            Given("silence", 4.0, "periods", "without a purchase that count as silent", (2.0, 4.0, 5.0)),
            Given("households", 300.0, "households", "that are silent now", (200.0, 300.0, 400.0, 500.0)),
        ),
        answer=_back_within_two,
        unit="households",
        tolerance=0.05,
        mistakes=(
            Mistake(
                lambda given: given["households"] * _returning(given["silence"]),
                "Those come back in the first period. Some more come in the second.",
            ),
            Mistake(
                lambda given: 2 * given["households"] * _returning(given["silence"]),
                "Who came back in the first period cannot come back again in the second.",
            ),
            Mistake(
                lambda given: given["households"] * _clients_after_two(given["silence"]),
                "Those are clients after two periods. A few came back in the first and are silent again by the rule.",
            ),
            Mistake(
                lambda given: _back_within_two(given, silence=3.0),
                "That is with the lesson's rule. Pass silence=... to `ladder_log`.",
            ),
            Mistake(
                lambda given: given["households"] - _back_within_two(given),
                "Those are the ones who stay silent.",
            ),
            Mistake(
                lambda given: _back_within_two(given) / given["households"],
                "That is a share. Give households.",
            ),
        ),
    ),
    NumberExercise(
        "04c.5",
        "Transfer",
        "Set the reward of a telephone provider",
        3,
        hints=(
            "A lower margin is a lead below 0. It does not fade, so all of it remains: fading=1.",
            "`compare_referred` gives both values; `reward_limits` takes them, and two more numbers of yours.",
            "Which of its two limits compares with advertising?",
        ),
        well_done=(
            "The advertising saved pays for most of the reward here: a referral is worth something even where the "
            "referred customer is worth no more."
        ),
        given=(
            Given("margin", 120.0, "euro a year", "margin of a customer won by advertising", (96.0, 120.0, 144.0)),
            Given("retention", 0.75, "share a year", "of these who are kept", (0.7, 0.75, 0.8)),
            Given("lower", 0.12, "share", "by which referred customers bring less", (0.08, 0.12)),
            Given("fewer_lost", 0.3, "share", "by which fewer of them are lost", (0.25, 0.3)),
            Given("ads", 60.0, "euro", "advertising for one customer won", (50.0, 60.0, 75.0)),
            Given("anyway", 0.2, "share", "of the rewarded who would have come anyway", (0.2, 0.3)),
        ),
        answer=_reward,
        unit="euro",
        tolerance=0.006,
        mistakes=(
            Mistake(
                lambda given: _reward(given, "break_even"),
                "At that reward the whole value of the referred customer is gone. Compare with advertising.",
            ),
            Mistake(
                lambda given: _reward(given, anyway=False),
                "You pay for those who would have come anyway, but they are not in your limit.",
            ),
            Mistake(
                lambda given: _reward(given, ads=False),
                "You left out that each customer who is referred saves the advertising.",
            ),
            Mistake(
                lambda given: _reward(given, margin_lead=given["lower"]),
                "Here referred customers bring less, not more: the lead is below 0.",
            ),
            Mistake(
                lambda given: _reward(given, fading=0.6),
                "With fading=0.6 the lower margin fades as the bank's lead does. Here all of it stays.",
            ),
            Mistake(
                lambda given: _reward(given, fading=0.0),
                "With fading=0 the lower margin is gone after the first year. It stays.",
            ),
            Mistake(
                lambda given: _reward(given, fewer_lost=0.0),
                "You left out that fewer referred customers are lost.",
            ),
            Mistake(
                lambda given: _reward(given, margin_lead=0.0),
                "You left out that referred customers bring lower margins.",
            ),
            Mistake(
                lambda given: _provider(given).difference,
                "That is the difference in value alone. Advertising saved, and those who come anyway, are missing.",
            ),
        ),
    ),
)
