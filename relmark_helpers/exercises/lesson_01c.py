"""Exercises of lesson 01c: mixtures of customers, the shifted-beta-geometric model, and rates with a time base."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relmark_helpers.calculations.retention import change_period
from relmark_helpers.calculations.retention_fits import fit_bdw, fit_sbg
from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _left(given: Mapping[str, float], year: int) -> tuple[float, float]:
    """Return how many loyal and how many restless customers of 1,000 are left after ``year`` years."""
    loyal = 1000 * given["loyal_share"] * given["loyal_retention"] ** year
    restless = 1000 * (1 - given["loyal_share"]) * given["restless_retention"] ** year
    return loyal, restless


def _regular(year: int) -> float:
    """Return the projected survivors of the Regular segment from a fit to years 0 to 7."""
    survivors = load_dataset("fader_hardie_retention")["regular"].to_numpy()[:8]
    return float(1000 * fit_sbg(survivors).model.survival(year))


def _straight_line(year: int) -> float:
    survivors = load_dataset("fader_hardie_retention")["regular"].to_numpy(dtype=float)[:8]
    middle = 3.5
    slope = sum((t - middle) * n for t, n in enumerate(survivors)) / sum((t - middle) ** 2 for t in range(8))
    return float(survivors.mean() + slope * (year - middle))


EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "01c.1",
        "Complete",
        "Mix two kinds of customers",
        2,
        hints=(
            "Follow the loyal and the restless customers apart: how many of each are left after one year?",
            (
                "Retention in year 2 = customers left after two years / customers left after one year, both kinds "
                "together."
            ),
        ),
        well_done=(
            "The rate rose although nobody changed: the restless customers left first, and those who remain are mostly "
            "loyal."
        ),
        given=(
            Given("loyal_share", 0.4, "share", "customers who are loyal at the start", (0.3, 0.4, 0.6)),
            Given(
                "loyal_retention", 0.92, "share a year", "retention of a loyal customer, every year", (0.88, 0.9, 0.92)
            ),
            Given(
                "restless_retention",
                0.5,
                "share a year",
                "retention of a restless customer, every year",
                (0.4, 0.5, 0.55),
            ),
        ),
        answer=lambda given: sum(_left(given, 2)) / sum(_left(given, 1)),
        unit="share a year",
        tolerance=0.0006,
        mistakes=(
            Mistake(
                lambda given: sum(_left(given, 1)) / sum(_left(given, 0)),
                "That is the rate of the first year. In the second year the mix of customers is another one.",
            ),
            Mistake(
                lambda given: sum(_left(given, 2)) / sum(_left(given, 0)),
                "That is the share left after two years. The rate of year 2 compares with those left after year 1.",
            ),
            Mistake(
                lambda given: (given["loyal_retention"] + given["restless_retention"]) / 2,
                (
                    "That is the plain mean of the two rates. "
                    "The two groups no longer have the sizes that they started with."
                ),
            ),
            Mistake(
                lambda given: 100 * sum(_left(given, 2)) / sum(_left(given, 1)),
                "That is a percentage. Give a share.",
            ),
        ),
    ),
    ChoiceExercise(
        "01c.2",
        "Read",
        "Say why the retention rate rises",
        1,
        hints=(
            "In the model, what changes for one customer from year to year?",
            "Nothing changes for anyone. What does change is who is still in the group.",
        ),
        well_done=(
            "Sorting, not learning: the ruse of heterogeneity. "
            "A rising rate alone does not show that customers grow loyal."
        ),
        right="B",
        wrong={
            "A": (
                "In the model every customer keeps one churn probability for ever. "
                "Nobody grows more loyal, and still the rate rises."
            ),
            "C": "No marketing is in the model, and the data do not show what the firm did.",
            "D": "The rate is a share of those still there, so a smaller group does not raise it by itself.",
        },
    ),
    FunctionExercise(
        "01c.3",
        "Build",
        "Write the survival curve of the model",
        3,
        hints=(
            "The rate in year t is (beta + t − 1) / (alpha + beta + t − 1).",
            "Survival is a product of rates: start with 1 and multiply by the rate of each year up to `years`.",
        ),
        well_done="Two parameters and one line of arithmetic: the whole survival curve follows.",
        answer=lambda alpha, beta, years: float(RetentionModel(alpha, beta).survival(years)),
        cases=(
            ((1.0, 1.0, 1), "after one year, beta / (alpha + beta)"),
            ((0.668, 3.806, 4), "four years, as in the High End segment"),
            ((0.704, 1.182, 12), "twelve years, as in the Regular segment"),
        ),
        mistakes=(
            (
                lambda alpha, beta, years: (beta + years - 1) / (alpha + beta + years - 1),
                "That is the rate of the last year. Survival multiplies the rates of all years so far.",
            ),
            (
                lambda alpha, beta, years: (beta / (alpha + beta)) ** years,
                "You used the first year's rate for every year. The rate changes with t.",
            ),
            (
                lambda alpha, beta, years: 1 - float(RetentionModel(alpha, beta).survival(years)),
                "That is the share that has left. Survival is the share that is still there.",
            ),
            (
                lambda alpha, beta, years: float(
                    RetentionModel(alpha, beta).survival(years + 1) / RetentionModel(alpha, beta).survival(1)
                ),
                "Every rate is one year too late. The rate of year 1 is beta / (alpha + beta).",
            ),
        ),
        tolerance=0.0005,
    ),
    NumberExercise(
        "01c.4",
        "Transfer",
        "Project the Regular segment",
        2,
        hints=(
            "Fit the model to years 0 to 7 only: eight numbers, from 1000 to 241.",
            "Use `fit_sbg` on the column `regular`, then `.model.survival(12)`, times 1000 customers.",
        ),
        well_done=(
            "The firm had 173 left. A straight line through the same eight years would predict a negative number of "
            "customers."
        ),
        answer=lambda given: _regular(12),
        unit="customers",
        tolerance=0.6,
        mistakes=(
            Mistake(
                lambda given: _regular(12) / 1000,
                "That is a share. The question asks for customers out of 1,000.",
            ),
            Mistake(
                lambda given: (
                    1000 * float(fit_sbg(load_dataset("fader_hardie_retention")["regular"]).model.survival(12))
                ),
                "You fitted all thirteen numbers. A projection may use only what was known: years 0 to 7.",
            ),
            Mistake(
                lambda given: _straight_line(12), "That is the straight line. It runs below zero: look at its sign."
            ),
            Mistake(
                lambda given: 173.0, "That is what happened, read from the table. The question asks for the projection."
            ),
            Mistake(
                lambda given: (
                    1000
                    * float(
                        fit_sbg(load_dataset("fader_hardie_retention")["high_end"].to_numpy()[:8]).model.survival(12)
                    )
                ),
                "That is the High End segment. Use the column `regular`.",
            ),
            Mistake(
                lambda given: (
                    1000 * float(fit_bdw(load_dataset("fader_hardie_retention")["regular"][:8]).model.survival(12))
                ),
                "That is the beta-discrete-Weibull model. Use `fit_sbg`.",
            ),
            Mistake(lambda given: _regular(7), "That is year 7. The question asks for year 12."),
        ),
    ),
    NumberExercise(
        "01c.5",
        "Complete",
        "Turn a monthly rate into a yearly one",
        2,
        hints=(
            "A customer who stays a year stays twelve times in a row.",
            "Monthly retention is 1 minus monthly churn; raise it to the power 12.",
        ),
        well_done="A churn rate that looks small by the month loses a large part of the customers in a year.",
        given=(
            Given(
                "churn",
                0.0159,
                "share a month",
                "churn rate of a firm such as DISH Network",
                (0.0157, 0.0164, 0.0176, 0.0186),
            ),
        ),
        answer=lambda given: change_period(1 - given["churn"], months=1, to_months=12),
        unit="share a year",
        tolerance=0.0006,
        mistakes=(
            Mistake(lambda given: 1 - given["churn"], "You used months, the rate asked for is yearly."),
            Mistake(
                lambda given: 1 - 12 * given["churn"],
                (
                    "You took twelve times the monthly churn away. "
                    "Each month loses a share of those still there, not of all who started."
                ),
            ),
            Mistake(
                lambda given: 1 - (1 - given["churn"]) ** 12,
                "That is the yearly churn rate. The question asks for retention.",
            ),
            Mistake(
                lambda given: given["churn"] ** 12,
                "You raised churn to the power 12. It is staying that happens twelve times.",
            ),
            Mistake(
                lambda given: 12 * given["churn"],
                "That adds up twelve months of churn. The question asks for the share that stays.",
            ),
            Mistake(
                lambda given: 100 * change_period(1 - given["churn"], months=1, to_months=12),
                "That is a percentage. Give a share.",
            ),
        ),
    ),
)
