"""Exercises of lesson 04b: diminishing returns, the marginal rule, the price of a promise, and a plan of one's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.jury import AXES, simulate_jury
from relmark_helpers.calculations.market_plans import PlanAllocation, allocate_budget, response_share
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _money_for_first(v1: float, v2: float, h1: float, h2: float, budget: float) -> float:
    """Return the money at which both marginal gains are equal, within the budget."""
    first = (math.log2(v1 * h2 / (v2 * h1)) + budget / h2) / (1 / h1 + 1 / h2)
    return min(max(first, 0.0), budget)


def _bakery(budget: float, promised: float = 0.0) -> PlanAllocation:
    """Return the bakery's plan with so much promised to the influence market."""
    return _promised(budget, promised)


@cache
def _promised(budget: float, promised: float) -> PlanAllocation:
    scores = simulate_jury(12, np.random.default_rng(1991))
    gaps = (scores["desired"] - scores["present"]).groupby(scores["market"]).mean()
    plans = pd.DataFrame({"gap": gaps.loc[list(AXES)]})
    plans["weight"] = [1, 0.5, 0.8, 0.6, 0.5, 0.4, 0.8]
    plans["half_cost"] = [4_000, 6_000, 2_000, 3_000, 5_000, 3_000, 6_000]
    plans["floor"] = np.where(plans.index == "influence", promised, 0.0)
    return allocate_budget(plans, budget)


def _price(given: Mapping[str, float]) -> float:
    """Return the points that the promise costs."""
    return _bakery(given["budget"]).value - _bakery(given["budget"], given["promised"]).value


@cache
def _school(budget: float, internal: float, cap: float, response: str = "exponential") -> PlanAllocation:
    """Return the plan of the language school."""
    plans = pd.DataFrame(
        {
            "gap": [3.0, 1.0, 2.0, 1.5],
            "weight": [1, 0.7, 0.6, 0.9],
            "half_cost": [1_000, 2_500, 2_000, internal],
            "cap": [np.inf, np.inf, cap, np.inf],
        },
        index=["existing customers", "new customers", "referral", "internal"],
    )
    return allocate_budget(plans, budget, response=response)


def _customers(given: Mapping[str, float], column: str = "spend", **other: float | str) -> float:
    """Return the money of the customer development plan, which serves two axes."""
    plan = _school(given["budget"], given["internal"], **{"cap": given["cap"], **other})
    return float(plan.table[column].iloc[:2].sum())


def _share(given: Mapping[str, float], response: str = "exponential") -> float:
    return float(response_share(np.array(given["spend"]), np.array(given["half_cost"]), response))


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "04b.1",
        "Complete",
        "Find what a sum closes",
        1,
        hints=(
            "How many times is the half cost in the spending? So often is what is left of the gap halved.",
            "Part of the gap that is left: 0.5 to the power of spending / half cost.",
            "What is closed is the gap less what is left of it.",
        ),
        well_done="The first half was cheap. Each further half of what is left costs as much again.",
        given=(
            Given("gap", 2.4, "points", "gap of the market", (2.0, 2.2, 2.6, 3.0)),
            Given("half_cost", 5_000.0, "dollars", "money that closes half of a gap", (3_000.0, 4_500.0, 5_000.0)),
            Given("spend", 8_500.0, "dollars", "money spent", (7_000.0, 8_500.0, 9_600.0)),
        ),
        answer=lambda given: given["gap"] * _share(given),
        unit="points",
        tolerance=0.005,
        mistakes=(
            Mistake(
                lambda given: given["gap"] * given["spend"] / given["half_cost"] / 2,
                "You let the gap close in a straight line. The second half cost closes half of what is left, not half "
                "of the gap.",
            ),
            Mistake(_share, "That is the share that is closed. Give points: times the gap."),
            Mistake(lambda given: given["gap"] * (1 - _share(given)), "Those are the points that stay open."),
            Mistake(
                lambda given: given["gap"] * _share(given, "hyperbolic"),
                "That is another response, spend / (spend + half cost). Here each half cost halves what is left.",
            ),
            Mistake(
                lambda given: given["gap"] * (1 - math.exp(-given["spend"] / given["half_cost"])),
                "You used e, as in `np.exp`. A half cost leaves a half: take 0.5 to the power of spending / half cost.",
            ),
        ),
    ),
    FunctionExercise(
        "04b.2",
        "Build",
        "Hand out a budget by marginal gains",
        3,
        hints=(
            "Keep two sums, spent on the first and on the second market, and begin both at 0.",
            "What a market closes after spending s is worth `worth * (1 - 0.5 ** (s / half))`. What does one more step "
            "add to it?",
            "In a loop: compute what the step adds in each market, and add the step to the sum of the market where it "
            "adds more.",
        ),
        well_done="No optimiser was needed: always giving the next step to the larger gain ends at the best division.",
        answer=_money_for_first,
        cases=(
            ((4, 1, 10, 10, 30), "the first market is worth four times as much, half costs are equal"),
            ((2, 2, 5, 5, 12), "two markets that are alike"),
            ((3, 3, 4, 12, 24), "equal worth, but the second gap costs more to close"),
            ((3, 2, 10, 5, 20), "the first is worth more, the second is cheaper"),
            ((4, 1, 10, 10, 15), "a budget so small that the second market gets nothing"),
            ((1, 6, 10, 10, 8), "a budget so small that the first market gets nothing"),
        ),
        mistakes=(
            (
                lambda v1, v2, h1, h2, budget: budget * v1 / (v1 + v2),
                "You divided in proportion to worth. Ask at each step where it adds more, given what is spent already.",
            ),
            (
                lambda v1, v2, h1, h2, budget: budget if v1 / h1 >= v2 / h2 else 0.0,
                "Your function gives all to one market. Gains shrink with what is spent: compute them anew at each "
                "step.",
            ),
            (
                lambda v1, v2, h1, h2, budget: min(max(h1 * math.log2(v1 * h2 / (v2 * h1)), 0.0), budget),
                "The second market never gets its steps. Add them to its sum: with each, its next step brings less.",
            ),
            (lambda v1, v2, h1, h2, budget: budget / 2, "Half of the budget for each is right only for equal markets."),
            (
                lambda v1, v2, h1, h2, budget: _money_for_first(v1, v2, h1, h1, budget),
                "You used one half cost for both markets. Each has its own.",
            ),
            (
                lambda v1, v2, h1, h2, budget: budget - _money_for_first(v1, v2, h1, h2, budget),
                "That is the money of the second market.",
            ),
            (
                lambda v1, v2, h1, h2, budget: (math.log2(v1 * h2 / (v2 * h1)) + budget / h2) / (1 / h1 + 1 / h2),
                "No market can get less than nothing, or more than the budget.",
            ),
        ),
        tolerance=0.1,
    ),
    NumberExercise(
        "04b.3",
        "Complete",
        "Find what a promise costs",
        2,
        hints=(
            "Make two plans, with and without the promise, and compare their `.value`.",
            '`plans.assign(floor=...)` gives every market the same floor. Begin with 0 and set the row "influence" '
            "with `.loc`.",
            "The cost is the value without the promise less the value with it.",
        ),
        well_done="A promise has a price in points of other gaps. Whether it is worth it is not for the sum to say.",
        given=(
            Given("budget", 20_000.0, "dollars", "the budget", (14_000.0, 16_000.0, 20_000.0, 23_000.0)),
            Given("promised", 3_000.0, "dollars", "promised to the influence market", (2_000.0, 3_000.0, 4_500.0)),
        ),
        answer=_price,
        unit="weighted points",
        tolerance=0.001,
        mistakes=(
            Mistake(
                lambda given: -_price(given), "The sign is the wrong way round: a promise cannot add to the best value."
            ),
            Mistake(
                lambda given: _bakery(given["budget"], given["promised"]).value,
                "That is what the plan with the promise closes. How much less is it than without?",
            ),
            Mistake(
                lambda given: _bakery(given["budget"]).value - _bakery(given["budget"] - given["promised"]).value,
                "You took the promised money out of the budget. It closes part of the influence gap, which counts too.",
            ),
            Mistake(
                lambda given: _bakery(24_000.0).value - _bakery(given["budget"], given["promised"]).value,
                "You compared with the plan for 24,000 dollars. Make the plan without the promise for the new budget.",
            ),
            Mistake(
                lambda given: _bakery(given["budget"]).shadow_price * given["promised"],
                "The shadow price holds for the next dollar, not for a sum as large as this. Make both plans.",
            ),
            Mistake(
                lambda given: _price(given) / _bakery(given["budget"]).value,
                "That is a share of the best value. Give weighted points.",
            ),
        ),
    ),
    ChoiceExercise(
        "04b.4",
        "Read",
        "Say what the plan says",
        1,
        hints=(
            "Which part of the plan stayed under every response and in nearly every jury, and which moved?",
            "A market that gets nothing has no use for the next dollar at this budget. What would change that?",
        ),
        well_done="Say what holds under every assumption you tried, and give ranges for the rest.",
        right="D",
        wrong={
            "A": "Under other responses the same gaps ask for other sums, some of them thousands of dollars away.",
            "B": (
                "These gaps are small or cost much to close, at this budget. A larger budget or another response "
                "brings some of them in, and what is done today may be needed to keep the gap small."
            ),
            "C": (
                "No response has been measured, but all those we tried agree on where most of the money belongs, and "
                "equal parts give much of it away."
            ),
        },
    ),
    NumberExercise(
        "04b.5",
        "Transfer",
        "Plan a budget of one's own",
        3,
        hints=(
            "Put the four markets into a DataFrame with gap, weight, half_cost and cap; no cap is `np.inf`.",
            "`allocate_budget(table, budget)` divides. Which two axes does the customer development plan serve?",
            "`.by_plan()` adds the markets that one plan serves.",
        ),
        well_done="Now change the table into your own firm's, and ask which of your entries you could defend.",
        given=(
            Given("budget", 13_000.0, "dollars", "the budget", (12_000.0, 13_000.0, 14_000.0, 15_000.0)),
            Given("internal", 3_500.0, "dollars", "half cost of the internal market", (3_000.0, 3_500.0, 4_000.0)),
            Given("cap", 1_500.0, "dollars", "the most that the referral plan can use", (1_200.0, 1_500.0, 1_800.0)),
        ),
        answer=_customers,
        unit="dollars",
        tolerance=5,
        mistakes=(
            Mistake(lambda given: _customers(given, cap=math.inf), "You left out the cap of the referral plan."),
            Mistake(
                lambda given: float(_school(given["budget"], given["internal"], given["cap"]).table["spend"].iloc[0]),
                "That is the money for existing customers. The customer development plan serves new ones as well.",
            ),
            Mistake(
                lambda given: float(_school(given["budget"], given["internal"], given["cap"]).table["spend"].iloc[3]),
                "That is the money of the internal plan.",
            ),
            Mistake(lambda given: _customers(given, "proportional"), "That is the division by weight x gap."),
            Mistake(lambda given: _customers(given, "equal"), "That is the division in equal parts."),
            Mistake(
                lambda given: _customers(given, response="hyperbolic"),
                "You assumed the hyperbolic response. Use the exponential one.",
            ),
        ),
    ),
)
