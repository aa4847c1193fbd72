"""Exercises of lesson 02b: bonds, relationship levels, and customers who come and go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from relmark_helpers.calculations.bonds import TEACHING_WEIGHTS, stay_probability
from relmark_helpers.calculations.chain_models import compare_stopping, recency_chain, retention_chain
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _matched(given: Mapping[str, float]) -> float:
    """Return the expected margin of a month if the price is matched and the financial bond alone holds."""
    return float(stay_probability(TEACHING_WEIGHTS, financial=1) * (given["margin"] - given["cut"]))


def _bonded(given: Mapping[str, float]) -> float:
    """Return the probability of staying with financial and social bonds and a cheaper rival."""
    return float(stay_probability(TEACHING_WEIGHTS, financial=1, social=1, price_gap=given["cut"]))


def _bond_cost(kept: float, given: Mapping[str, float]) -> float:
    """Return the cost at which a bond that keeps this share is as good as matching the price."""
    return given["margin"] - _matched(given) / kept


def _retention_needed(given: Mapping[str, float]) -> float:
    """Return the retention rate at which the dearer level draws level with the other."""
    ratio = (given["margin"] - given["cost_high"]) / (given["margin"] - given["cost_low"])
    return 1 + given["discount"] - ratio * (1 + given["discount"] - given["retention"])


def _retention_needed_if_retained(given: Mapping[str, float]) -> float:
    worth = (given["margin"] - given["cost_low"]) * given["retention"] / (1 + given["discount"] - given["retention"])
    multiple = worth / (given["margin"] - given["cost_high"])
    return multiple * (1 + given["discount"]) / (1 + multiple)


def _two_recencies(p1: float, p2: float, margin: float, cost: float, discount: float) -> CustomerChain:
    return recency_chain([p1, p2], margin=margin, cost=cost, discount=discount)


def _horizon(p1: float, p2: float, margin: float, cost: float, discount: float, periods: float) -> float:
    """Return the money of periods 0 to ``periods``, each discounted by its own number of periods."""
    return float(_two_recencies(p1, p2, margin, cost, discount).value_horizon(int(periods)).iloc[0])


def _terms(first: int, extra: int, discounted_by: int, *arguments: float) -> float:
    """Return the same sum with another first period, more or fewer periods, and a shifted discount."""
    p1, p2, margin, cost, discount, periods = arguments
    chain = _two_recencies(p1, p2, margin, cost, discount)
    total = 0.0
    for t in range(first, int(periods) + 1 + extra):
        money = np.linalg.matrix_power(chain.matrix, t) @ np.asarray(chain.reward)
        total += float(money[0]) / (1 + discount) ** (t + discounted_by)
    return total


def _donors(given: Mapping[str, float]) -> CustomerChain:
    p = [given[f"p{recency}"] for recency in (1, 2, 3, 4)]
    return recency_chain(p, margin=given["gift"], cost=given["letter"], discount=given["discount"])


def _stopped(given: Mapping[str, float], point: str) -> float:
    return float(compare_stopping(_donors(given), cost=given["letter"]).values["recency 1"][point])


def _best_stop(given: Mapping[str, float]) -> float:
    return float(compare_stopping(_donors(given), cost=given["letter"]).values["recency 1"].max())


def _cost_not_saved(given: Mapping[str, float]) -> float:
    """Return the value if nobody gives at recency 4 any more, but the letters are still paid for."""
    chain = _donors(given)
    matrix = chain.matrix.copy()
    matrix[3] = [0, 0, 0, 0, 1]
    return float(CustomerChain(chain.states, matrix, chain.reward, chain.discount).value().iloc[0])


def _best_stop_undiscounted(given: Mapping[str, float]) -> float:
    return _best_stop({**given, "discount": 0.0})


EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "02b.1",
        "Read",
        "Say whom a bond moves",
        1,
        hints=(
            "Read the two upper curves at a cut of 0 and at a cut of 30. How far apart are they each time?",
            "The weight of a bond is one number for everybody. Look at where on the curve the customer stands.",
        ),
        well_done=(
            "A bond adds the same utility everywhere. It changes the probability most for those who waver, near one "
            "half, and hardly at all for those who would have stayed anyhow."
        ),
        right="B",
        wrong={
            "A": "The model has one weight for the structural bond. No price changes it.",
            "C": (
                "At equal prices the curve of level 3 lies above that of level 2, though not by much: the bond does "
                "something there too."
            ),
            "D": (
                "The social bond keeps its utility too: the curve of level 2 lies above that of level 1 at every cut."
            ),
        },
    ),
    NumberExercise(
        "02b.2",
        "Complete",
        "Find the most that a social bond may cost",
        2,
        hints=(
            "Work out what each plan brings on average for one present customer: probability of staying × margin kept.",
            "If you match, the gap is 0 and the margin falls by the cut. With the bond the rival stays cheaper.",
            "Write both down as probability × margin kept. In one the cut is taken off, in the other the cost sought.",
        ),
        well_done=(
            "If the bond can be had for less, it beats matching the price, in this month and under these weights."
        ),
        given=(
            Given("margin", 60.0, "USD a month", "margin of a customer today", (50.0, 55.0, 60.0, 65.0, 70.0)),
            Given("cut", 20.0, "USD a month", "by which the rival is cheaper", (14.0, 15.0, 16.0, 18.0, 20.0)),
        ),
        answer=lambda given: _bond_cost(_bonded(given), given),
        unit="USD a month",
        tolerance=0.06,
        mistakes=(
            Mistake(
                lambda given: given["cut"],
                "That is the cut itself. The two plans do not keep the same share of customers, so they may not cost "
                "the same.",
            ),
            Mistake(
                lambda given: _bond_cost(float(stay_probability(TEACHING_WEIGHTS, financial=1, social=1)), given),
                "With the bond you do not touch the price, so the rival is still cheaper: set price_gap.",
            ),
            Mistake(
                lambda given: _bond_cost(
                    float(stay_probability(TEACHING_WEIGHTS, social=1, price_gap=given["cut"])), given
                ),
                "The social bond comes on top. The financial bond is there in both plans.",
            ),
            Mistake(
                lambda given: (
                    given["margin"] - stay_probability(TEACHING_WEIGHTS, financial=1) * given["margin"] / _bonded(given)
                ),
                "You matched the price without paying for it: the margin of those who stay falls by the cut.",
            ),
            Mistake(
                lambda given: _bonded(given) * given["margin"] - _matched(given),
                "That is by how much the bond is better before its cost, for each customer of today. The cost falls "
                "due only for those who stay: divide by their share.",
            ),
        ),
    ),
    NumberExercise(
        "02b.3",
        "Complete",
        "Find the retention that a dearer level needs",
        2,
        hints=(
            "Two levels are equally good when a customer has the same lifetime value at both.",
            'In the convention "now" the value is (margin − cost) × (1 + d) / (1 + d − r). The factor 1 + d cancels.',
            "So 1 + d − r at the dearer level is 1 + d − retention at the cheaper one, times a ratio of net margins.",
        ),
        well_done="Next, ask for evidence that proactive service lifts retention that far.",
        given=(
            Given(
                "margin",
                500.0,
                "USD a year",
                "margin of a customer before the cost of the level",
                (400.0, 500.0, 600.0),
            ),
            Given("cost_low", 30.0, "USD a year", "cost of a customer at the accountable level", (30.0,)),
            Given("cost_high", 150.0, "USD a year", "cost of a customer at the proactive level", (120.0, 135.0, 150.0)),
            Given("retention", 0.7, "share a year", "retention at the accountable level", (0.7, 0.78, 0.8)),
            Given("discount", 0.1, "share a year", "discount rate", (0.1,)),
        ),
        answer=_retention_needed,
        unit="(share a year)",
        tolerance=0.0006,
        mistakes=(
            Mistake(
                lambda given: 100 * _retention_needed(given),
                "That is a percentage. Give a share, such as 0.5 for 50 per cent.",
            ),
            Mistake(
                _retention_needed_if_retained,
                'That is the convention "if_retained". Here the first margin is earned now.',
            ),
            Mistake(
                lambda given: _retention_needed({**given, "discount": 0.0}),
                "You left out the discount rate.",
            ),
            Mistake(
                lambda given: _retention_needed(
                    {**given, "cost_low": given["cost_high"], "cost_high": given["cost_low"]}
                ),
                "You divided the net margins the other way round: a dearer level needs a higher rate, not a lower one.",
            ),
            Mistake(
                lambda given: _retention_needed(given) - given["retention"],
                "That is the rise. Add it to the retention of the accountable level.",
            ),
            Mistake(
                lambda given: (
                    given["retention"] * (given["margin"] - given["cost_low"]) / (given["margin"] - given["cost_high"])
                ),
                "You compared the margin of one year. A customer who stays longer pays for more than one.",
            ),
        ),
    ),
    FunctionExercise(
        "02b.4",
        "Build",
        "Mend a script that values customers",
        3,
        hints=(
            "Call it with periods = 0. Only the present period counts then: what should come out?",
            "Write down the first two terms of the sum by hand: the reward now, and the reward one period later.",
            "The power of P and the power of the discount factor are the same number t, which starts at 0.",
        ),
        well_done=("Each term belongs to one t: where the customer is then, and what money at that time is worth now."),
        answer=_horizon,
        cases=(
            ((0.3, 0.2, 40, 4, 0.2, 0), "no later period, so only the reward of now counts"),
            ((0.3, 0.2, 40, 4, 0.2, 1), "now and one period later"),
            ((0.3, 0.2, 40, 4, 0.2, 4), "five periods, from 0 to 4"),
            ((0.5, 0.3, 100, 10, 0.1, 10), "another firm, eleven periods"),
        ),
        mistakes=(
            (
                lambda *arguments: _terms(1, 1, -1, *arguments),
                "This is the script as it was. It begins one period late, and counts that period as if it were now.",
            ),
            (
                lambda *arguments: _terms(1, 0, 0, *arguments),
                "The discount is right now. The money of the present period is still missing.",
            ),
            (
                lambda *arguments: _terms(1, 1, 0, *arguments),
                "The discount is right now. The sum still begins one period late, and ends one period late.",
            ),
            (
                lambda *arguments: _terms(0, 1, 0, *arguments),
                "Each term is right now, but there is one too many: the last period is `periods`.",
            ),
            (
                lambda *arguments: _terms(0, 0, -1, *arguments),
                "The periods are right now. The discount is still one period behind: money of now must not grow.",
            ),
            (
                lambda *arguments: _terms(0, -1, 0, *arguments),
                "Each term is right now, but the last one is missing: range(n) ends before n.",
            ),
        ),
        tolerance=0.0005,
    ),
    NumberExercise(
        "02b.5",
        "Transfer",
        "Decide when to stop writing to donors",
        3,
        hints=(
            "Build the chain with `recency_chain`: a gift takes the place of the margin, a letter that of the cost.",
            "Compare the stopping points with `compare_stopping(chain, cost=...)`.",
            'The best point is the row with the highest value in the column "recency 1".',
        ),
        well_done="Whoever has let so many letters pass costs more than he or she is likely to give.",
        given=(
            Given("p1", 0.35, "share a year", "chance of a gift a year after the last one", (0.3, 0.35, 0.4)),
            Given("p2", 0.22, "share a year", "chance two years after", (0.18, 0.22)),
            Given("p3", 0.14, "share a year", "chance three years after", (0.12, 0.14)),
            Given("p4", 0.02, "share a year", "chance four years after", (0.01, 0.02)),
            Given("gift", 50.0, "USD", "a gift", (50.0, 60.0)),
            Given("letter", 3.0, "USD a year", "letters to one donor", (3.0, 3.5)),
            Given("discount", 0.1, "share a year", "discount rate", (0.1, 0.12)),
        ),
        answer=_best_stop,
        unit="USD",
        tolerance=0.06,
        mistakes=(
            Mistake(
                lambda given: _stopped(given, "never"),
                "That is the value if the letters never stop before the donor is a former one.",
            ),
            Mistake(
                lambda given: _stopped(given, "recency 3"),
                "You stop too early: at recency 3 a letter still brings more than it costs.",
            ),
            Mistake(
                lambda given: float(
                    retention_chain(
                        given["p1"],
                        margin=given["gift"] - given["letter"],
                        discount=given["discount"],
                        convention="now",
                    )
                    .value()
                    .iloc[0]
                ),
                "That writes a donor off after the first year without a gift. Donors pause and come back.",
            ),
            Mistake(
                _cost_not_saved,
                "You expect no more gifts from the stopping point on, but still pay for the letters.",
            ),
            Mistake(_best_stop_undiscounted, "You left out the discount rate."),
            Mistake(
                lambda given: _best_stop(given) - given["gift"],
                "You left out the gift just made. It is the reward of the present period, and the value counts it.",
            ),
        ),
    ),
)
