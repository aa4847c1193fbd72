"""Exercises of lesson 01: definitions, the service blueprint, and the leaky bucket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relmark_helpers.calculations.leaky_bucket import fill_bucket, steady_state
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)

_BLUE_APRON_2017Q1: Final = 1_036_000
_BLUE_APRON_2017Q2: Final = 943_000

_VISIT: Final = ("arrival", "repair", "explanation")


def _encounters(given: Mapping[str, float]) -> float:
    return given["arrival"] * given["repair"] * given["explanation"]


def _share(name: str, value: float, meaning: str) -> Given:
    """Return one step; students draw around its value, so that no two steps are equally good."""
    draws = tuple(round(value + step, 3) for step in (-0.015, -0.01, 0, 0.01, 0.015))
    return Given(name, value, "share", meaning, draws)


def _bucket(start: float, won: float, retention: float, years: float) -> float:
    """Return the customers after a number of years, 0 years included."""
    return float(retention**years * start + won * (1 - retention**years) / (1 - retention))


EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "01.1",
        "Read",
        "Tell the definitions apart",
        1,
        hints=(
            "Read the definitions themselves, not only the key words: one of them uses a verb that speaks of money.",
            "Look for the author whose four verbs end with a condition about cost and profit in the long run.",
        ),
        well_done=(
            "Grönroos adds 'commercialise': the relationship is kept where the long-run ratio of cost to profit allows "
            "it."
        ),
        right="C",
        wrong={
            "A": "Levitt says when the relationship matters (after the sale), but sets no test of profit.",
            "B": (
                "Berry names attracting, maintaining and enhancing. None of these says that the relationship must pay."
            ),
            "D": "Morgan and Hunt speak of successful exchanges built on commitment and trust, not of a profit test.",
        },
    ),
    NumberExercise(
        "01.2",
        "Complete",
        "Find the chance that a visit goes well",
        2,
        hints=(
            "Only the steps that the customer sees count here: the lane 'encounter'.",
            (
                "All encounters of one visit must go well. "
                "For independent steps, shares that must hold together are multiplied."
            ),
            "Multiply the three shares in the lane 'encounter'.",
        ),
        well_done=(
            "Three good steps in a row leave clearly fewer good visits. "
            "That is why standards start at the encounter points."
        ),
        given=(
            _share("arrival", 0.92, "visits that start within the promised hour (encounter)"),
            _share("repair", 0.88, "faults mended at the first visit (encounter)"),
            _share("explanation", 0.84, "visits with the repair explained to the customer (encounter)"),
            Given("dispatch", 0.9, "share", "visits planned without an error (backstage)", (0.9, 0.93, 0.97)),
            Given("parts", 0.95, "share", "vans with the right parts on board (support)", (0.85, 0.95, 0.98)),
        ),
        answer=_encounters,
        unit="share of visits",
        tolerance=0.0006,
        mistakes=(
            Mistake(
                lambda given: _encounters(given) * given["dispatch"] * given["parts"],
                (
                    "You multiplied all five steps. The customer does not see dispatch and parts: they are not "
                    "encounter points."
                ),
            ),
            Mistake(
                lambda given: sum(given[step] for step in _VISIT) / 3,
                (
                    "That is the mean of the three shares. A visit counts only if all three steps go well in the same "
                    "visit."
                ),
            ),
            Mistake(
                lambda given: min(given[step] for step in _VISIT),
                "That is the weakest step alone. The other steps fail some of the visits that passed it.",
            ),
            Mistake(
                lambda given: 100 * _encounters(given),
                "The steps are right, but this is a percentage. The answer is asked as a share between 0 and 1.",
            ),
            Mistake(lambda given: 1 - _encounters(given), "That is the share of visits in which something goes wrong."),
        ),
    ),
    NumberExercise(
        "01.3",
        "Complete",
        "Find the level at which the bucket stops moving",
        2,
        hints=(
            "In the steady state as many customers leave in a year as are won.",
            "Write the customers who leave as N times the churn rate, and set that equal to the customers won.",
            "The churn rate is 1 minus the retention rate; solve N × churn = won for N.",
        ),
        well_done="The starting number does not matter: the level is set by customers won and by the churn rate alone.",
        given=(
            Given("start", 5000.0, "customers", "customers today", (4000.0, 5000.0, 6000.0)),
            Given("won", 300.0, "customers a year", "new customers won each year", (240.0, 300.0, 360.0, 420.0)),
            Given(
                "retention",
                0.85,
                "share a year",
                "share of customers kept from one year to the next",
                (0.7, 0.75, 0.8, 0.85),
            ),
        ),
        answer=lambda given: steady_state(given["won"], given["retention"]),
        unit="customers",
        tolerance=1.0,
        mistakes=(
            Mistake(
                lambda given: given["won"] / given["retention"],
                "You divided by the share that stays. What empties the bucket is the share that leaves.",
            ),
            Mistake(
                lambda given: given["start"] * given["retention"] + given["won"],
                "That is the number after one year. The question is where the number settles after many years.",
            ),
            Mistake(
                lambda given: given["start"] * given["retention"],
                "You forgot the customers who are won each year.",
            ),
            Mistake(
                lambda given: given["won"] * given["retention"] / (1 - given["retention"]),
                (
                    "You let the customers won this year lose a share in the same year. "
                    "In this lesson they can leave from the next year on."
                ),
            ),
            Mistake(
                lambda given: given["start"],
                "That is where the base starts. As long as those lost and those won differ, it moves.",
            ),
            Mistake(
                lambda given: given["won"] * (1 - given["retention"]),
                "You multiplied by the leak. To find the level at which the leak equals those won, divide by it.",
            ),
        ),
    ),
    FunctionExercise(
        "01.4",
        "Build",
        "Write the leaky bucket as a function",
        3,
        hints=(
            "Work through one year on paper: which customers are still there, and who is new?",
            "Inside a loop: customers = customers * retention + won.",
            "Repeat that line `years` times with `for year in range(years):` and return customers after the loop.",
        ),
        well_done="The same two lines are behind the helper `fill_bucket`.",
        answer=lambda start, won, retention, years: float(
            fill_bucket(start, won, retention, int(years)).table["customers"].iloc[-1]
        ),
        cases=(
            ((1000, 0, 0.8, 1), "nobody is won, so four fifths stay"),
            ((1000, 100, 0.8, 1), "one year with customers won"),
            ((1000, 100, 0.8, 3), "three years, one after the other"),
            ((500, 100, 0.8, 40), "many years: it should come close to the steady state"),
        ),
        mistakes=(
            (lambda start, won, retention, years: won * years, "You forgot the customers who are still there."),
            (
                lambda start, won, retention, years: (
                    start * (1 - retention) ** years + won * (1 - (1 - retention) ** years) / retention
                ),
                "You kept the share that leaves. Multiply by the retention rate.",
            ),
            (
                lambda start, won, retention, years: start * retention + won,
                "This is the first year only. Repeat the step for every year.",
            ),
            (
                lambda start, won, retention, years: start * retention**years + won * years,
                "You let new customers stay for ever. From the year after they were won, they leave at the same rate.",
            ),
            (
                lambda start, won, retention, years: start * retention**years,
                "You forgot the customers who are won each year.",
            ),
            (
                lambda start, won, retention, years: _bucket(start, won * retention, retention, years),
                "Customers just won leave in the same year here. First keep the share that stays, then add those won.",
            ),
            (
                lambda start, won, retention, years: _bucket(start, won, retention, years + 1),
                "This is one year too many.",
            ),
            (
                lambda start, won, retention, years: _bucket(start, won, retention, years - 1),
                "This is one year too few. Does the loop run `years` times?",
            ),
        ),
        tolerance=0.01,
    ),
    NumberExercise(
        "01.5",
        "Transfer",
        "Find the customers that a report does not show",
        2,
        hints=(
            "How many of the customers of 2017Q1 are still there in 2017Q2, at the given retention?",
            "Customers at the end = customers kept + customers won. Solve it for the customers won.",
            "Customers of 2017Q2, less the retention rate times customers of 2017Q1.",
        ),
        well_done=(
            "So many were won, and the base shrank all the same. The number hangs on the assumed retention: try others."
        ),
        given=(
            Given(
                "retention",
                0.7,
                "share a quarter",
                "customers kept (an assumption, not reported)",
                (0.6, 0.65, 0.7, 0.75),
            ),
        ),
        answer=lambda given: _BLUE_APRON_2017Q2 - given["retention"] * _BLUE_APRON_2017Q1,
        unit="customers",
        tolerance=1.0,
        mistakes=(
            Mistake(
                lambda given: _BLUE_APRON_2017Q2 - _BLUE_APRON_2017Q1,
                "That is the change of the base. Those who left were partly replaced: first find how many were kept.",
            ),
            Mistake(
                lambda given: (1 - given["retention"]) * _BLUE_APRON_2017Q1,
                "That is how many were lost. The base was not held, so fewer than that were won.",
            ),
            Mistake(
                lambda given: given["retention"] * _BLUE_APRON_2017Q1, "That is how many were kept. The rest were won."
            ),
            Mistake(
                lambda given: (1 - given["retention"]) * _BLUE_APRON_2017Q2,
                "Retention is a share of the customers of the quarter before, not of the same quarter.",
            ),
            Mistake(
                lambda given: given["retention"] * _BLUE_APRON_2017Q1 - _BLUE_APRON_2017Q2,
                "The size is right, but the sign is not: won = customers at the end less customers kept.",
            ),
        ),
    ),
)
