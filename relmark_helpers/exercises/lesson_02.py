"""Exercises of lesson 02: two kinds of exchange, the fit profile, and what a relational programme costs over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relmark_helpers.calculations.leaky_bucket import break_even_keeping_cost
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)

_SCORES: Final = ("value", "industrial", "not_commodity", "switching_cost", "continuity", "co_production")


def _score(name: str, value: float, meaning: str, draws: tuple[float, ...]) -> Given:
    return Given(name, value, "of 10", meaning, draws)


def _position(given: Mapping[str, float], weight: float) -> float:
    """Return the position if the switching cost counts ``weight`` times as much as each other criterion."""
    total = sum(given[name] * (weight if name == "switching_cost" else 1.0) for name in _SCORES)
    return total / (len(_SCORES) - 1 + weight) / 10


def _gain(given: Mapping[str, float]) -> float:
    fewer_won = given["won_transactional"] - given["won_relational"]
    return fewer_won * given["acquisition_cost"] - given["customers"] * given["programme_cost"]


def _years(setup: float, gain: float, discount: float, first: int = 1) -> float:
    year, earned = 0, 0.0
    while earned < setup - 1e-9:
        year += 1
        earned += gain / (1 + discount) ** (year - 1 + first)
    return float(year)


def _years_multiplied(setup: float, gain: float, discount: float) -> float:
    """Return the same with each year's gain multiplied by 1 - discount instead of divided by 1 + discount."""
    year, earned = 0, 0.0
    while earned < setup - 1e-9:
        year += 1
        earned += gain * (1 - discount) ** year
    return float(year)


def _dish(given: Mapping[str, float], column: str) -> float:
    return float(load_dataset("dish_network_annual").set_index("year").loc[int(given["year"]), column])


def _worth(given: Mapping[str, float]) -> float:
    now = 1 - _dish(given, "monthly_churn")
    return float(break_even_keeping_cost(now, now + given["points"] / 100, acquisition_cost=_dish(given, "sac_usd")))


EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "02.1",
        "Read",
        "Tell the two kinds of exchange apart",
        1,
        hints=(
            "Look at the row on dependence in the second table.",
            "Ask of each sentence: would it still be true if the buyer were replaced by another one tomorrow?",
        ),
        well_done="In a collaborative exchange the partners know and need each other; replacing one would cost both.",
        right="B",
        wrong={
            "A": "That is the transactional side: the sale is the goal, and with it the exchange is over.",
            "C": "That is the transactional side: it counts new customers, not what existing ones are worth.",
            "D": "That is the transactional side: mass communication speaks to buyers who are not known.",
        },
    ),
    NumberExercise(
        "02.2",
        "Complete",
        "Weigh the criteria",
        2,
        hints=(
            "A weighted mean: multiply each score by its weight, add up, and divide by the sum of the weights.",
            "The weights are 1, 1, 1, 2, 1, 1. Their sum is not 6.",
            "Divide the weighted mean by 10 to bring it from the scale of the scores to 0 to 1.",
        ),
        well_done="One weight moved the position. Say whose judgement a weight is before you act on it.",
        given=(
            _score("value", 5.0, "value of the product or service", (4.5, 5.0)),
            _score("industrial", 8.0, "industrial product", (7.0, 8.0)),
            _score("not_commodity", 6.0, "not a commodity", (4.0, 6.0)),
            _score("switching_cost", 3.0, "switching cost", (1.0, 2.0, 3.0)),
            _score("continuity", 4.0, "prefers a continuing relationship", (4.0, 8.0)),
            _score("co_production", 2.0, "takes part in production", (2.0,)),
        ),
        answer=lambda given: _position(given, 2.0),
        unit="on the scale from 0 to 1",
        tolerance=0.0006,
        mistakes=(
            Mistake(
                lambda given: _position(given, 1.0),
                "That is the position with equal weights. Count the switching cost twice.",
            ),
            Mistake(
                lambda given: 10 * _position(given, 2.0),
                "The mean is right, but on the scale of the scores. The position runs from 0 to 1.",
            ),
            Mistake(
                lambda given: 100 * _position(given, 2.0),
                "The mean is right, but in per cent of the scale. The position runs from 0 to 1.",
            ),
            Mistake(
                lambda given: _position(given, 2.0) * 7 / 6,
                "You divided by six criteria. With one counted twice, the weights add up to seven.",
            ),
            Mistake(
                lambda given: sum(given[name] for name in _SCORES if name != "switching_cost") / 50,
                "You left the switching cost out. It counts twice.",
            ),
        ),
    ),
    NumberExercise(
        "02.3",
        "Complete",
        "Find what a relational programme brings a year",
        2,
        hints=(
            "Both programmes hold the same number of customers, so the margin is the same. What differs?",
            "The relational programme saves acquisitions and costs something for each customer of the base.",
            "Savings come from the customers who need not be won; the programme is paid for everybody in the base.",
        ),
        well_done="The gain is acquisition saved, less what keeping costs. The set-up cost is earned from it.",
        given=(
            Given("customers", 800.0, "customers", "customers that both programmes hold", (700.0, 800.0, 900.0)),
            Given("won_transactional", 320.0, "customers a year", "won without the programme", (320.0, 340.0)),
            Given("won_relational", 200.0, "customers a year", "won with the programme", (200.0, 210.0)),
            Given("acquisition_cost", 125.0, "USD", "cost of winning one customer", (110.0, 125.0, 145.0)),
            Given(
                "programme_cost", 12.0, "USD a year", "cost of the programme for each customer", (7.0, 8.0, 9.0, 12.0)
            ),
        ),
        answer=_gain,
        unit="USD a year",
        tolerance=0.5,
        mistakes=(
            Mistake(
                lambda given: (given["won_transactional"] - given["won_relational"]) * given["acquisition_cost"],
                "That is what is saved on winning. The programme itself costs something for every customer.",
            ),
            Mistake(
                lambda given: -_gain(given),
                "The size is right, but the sign is not: winning fewer customers saves money.",
            ),
            Mistake(
                lambda given: (
                    (given["won_transactional"] - given["won_relational"])
                    * (given["acquisition_cost"] - given["programme_cost"])
                ),
                "The programme is paid for every customer of the base, not only for those who need not be won.",
            ),
            Mistake(
                lambda given: given["customers"] * given["programme_cost"],
                "That is what the programme costs a year. What does it save?",
            ),
        ),
    ),
    FunctionExercise(
        "02.4",
        "Build",
        "Write the pay-back time",
        3,
        hints=(
            "Keep two numbers in a loop: the year, and what has been earned so far at its worth today.",
            "What is earned at the end of year t is worth gain / (1 + discount) ** t today.",
            "Use while earned < setup: add one to year, then add this year's discounted gain; return year at the end.",
        ),
        well_done="With discounting it takes longer, because later gains count for less.",
        answer=_years,
        cases=(
            ((1000, 200, 0.0), "without discounting the set-up cost is earned in exactly five years"),
            ((1000, 400, 0.0), "the last year is needed although only part of it"),
            ((1000, 300, 0.1), "with discounting each later gain counts for less"),
            ((1000, 200, 0.15), "a smaller gain and a higher rate take much longer"),
        ),
        mistakes=(
            (lambda setup, gain, discount: _years(setup, gain, 0.0), "You left out the discount rate."),
            (
                lambda setup, gain, discount: _years(setup, gain, discount, first=0),
                "You count the first gain as if it came at once. It comes at the end of year 1 and is discounted once.",
            ),
            (
                _years_multiplied,
                "Divide by (1 + d) for each year. Multiplying by (1 − d) discounts too hard.",
            ),
            (
                lambda setup, gain, discount: float(setup // gain),
                "Whole division cuts off the part of a year that is still needed, and leaves out the discount rate.",
            ),
            (
                lambda setup, gain, discount: _years(setup, gain, discount) - 1,
                "This is one year short. Does the loop count the year in which the sum is reached?",
            ),
            (
                lambda setup, gain, discount: _years(setup, gain, discount) + 1,
                "This is one year too many. Does the loop start at year 0?",
            ),
        ),
        tolerance=0.001,
    ),
    NumberExercise(
        "02.5",
        "Transfer",
        "Say what a better relationship may cost a real firm",
        2,
        hints=(
            "The base is to be held: every subscriber kept need not be won at the acquisition cost sac_usd.",
            "Of all subscribers, the given points are saved each month. Points are hundredths.",
            "Which column says what replacing one subscriber costs? Take the share of it that the points stand for.",
        ),
        well_done="The sum is small, because it is paid for all subscribers and saves few of them.",
        given=(
            Given("year", 2014.0, "", "year of the row to use", (2004.0, 2006.0, 2008.0, 2010.0, 2012.0, 2014.0)),
            Given("points", 0.1, "points a month", "by which monthly churn falls (an assumption)", (0.1, 0.2, 0.25)),
        ),
        answer=_worth,
        unit="USD a month for each subscriber",
        tolerance=0.006,
        mistakes=(
            Mistake(
                lambda given: 100 * _worth(given),
                "You used points as whole shares. A tenth of a point is 0.001.",
            ),
            Mistake(
                lambda given: 12 * _worth(given),
                "That is the sum for a year. Churn is by the month, and so is the answer.",
            ),
            Mistake(
                lambda given: _dish(given, "sac_usd") * _dish(given, "monthly_churn"),
                "That is what replacing everybody who leaves costs. Only the points of churn that are saved count.",
            ),
            Mistake(
                lambda given: _dish(given, "arpu_usd") * given["points"] / 100,
                "You multiplied by revenue. What a kept subscriber saves here is the acquisition cost.",
            ),
            Mistake(
                lambda given: _worth(given) * _dish(given, "monthly_churn"),
                "The points are taken from all subscribers already. Do not multiply by churn once more.",
            ),
        ),
    ),
)
