"""Exercises of lesson 01b: the three conventions, five points more retention, and Kotler's four steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relmark_helpers.calculations.lifetime_value import lifetime_value, value_gain
from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _margin_per_dollar(given: Mapping[str, float]) -> float:
    """Return the expected margin of a subscriber over the lifetime, per dollar of acquisition cost."""
    row = load_dataset("dish_network_annual").set_index("year").loc[int(given["year"])]
    return float(given["margin_share"] * row["arpu_usd"] / row["monthly_churn"] / row["sac_usd"])


def _churn(given: Mapping[str, float]) -> float:
    return float(load_dataset("dish_network_annual").set_index("year").loc[int(given["year"]), "monthly_churn"])


EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "01b.1",
        "Read",
        "Choose the convention for a case",
        1,
        hints=(
            "Ask two things: when is the first margin earned, and can the customer leave before it?",
            "The fee is paid at sign-up, so nobody can leave before the first payment.",
        ),
        well_done=(
            "The first fee is in hand at sign-up, so it is neither discounted nor multiplied by the retention rate."
        ),
        right="A",
        wrong={
            "B": (
                "This convention waits one period and counts the first margin only if the customer stays. "
                "Here it is paid at sign-up."
            ),
            "C": "This convention waits one period for the first margin. Here the fee is paid on the first day.",
        },
    ),
    NumberExercise(
        "01b.2",
        "Complete",
        "Should the firm halve its spending on keeping customers?",
        2,
        hints=(
            "Work per month: the yearly marketing spending has to be divided by 12 first.",
            "Margin a month = fee − variable cost − marketing a month; retention a month = 1 − attrition a month.",
            "Put margin, retention and discount rate into `lifetime_value(..., convention='now')`.",
        ),
        well_done=(
            "Compare it with the value before the cut: the smaller budget adds a little margin and costs far more in "
            "lifetime."
        ),
        given=(
            Given("fee", 19.95, "USD a month", "fee that a customer pays", (17.95, 19.95, 21.95)),
            Given("cost", 1.5, "USD a month", "variable cost of a customer", (1.0, 1.5, 2.0)),
            Given("marketing", 3.0, "USD a year", "marketing spent on a customer after the cut", (3.0, 3.6, 4.2)),
            Given("attrition", 0.01, "share a month", "customers lost a month after the cut", (0.01, 0.012, 0.015)),
            Given("discount", 0.01, "share a month", "discount rate", (0.01,)),
        ),
        answer=lambda given: lifetime_value(
            given["fee"] - given["cost"] - given["marketing"] / 12,
            1 - given["attrition"],
            given["discount"],
            convention="now",
        ),
        unit="USD",
        tolerance=0.06,
        mistakes=(
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"] - given["marketing"],
                    1 - given["attrition"],
                    given["discount"],
                    convention="now",
                ),
                "The marketing figure is a year's, the fee is a month's. Bring both to one month first.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"], 1 - given["attrition"], given["discount"], convention="now"
                ),
                "You left out the marketing that is spent on the customer.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"] - given["marketing"] / 12,
                    1 - given["attrition"],
                    given["discount"],
                    convention="if_retained",
                ),
                "This is the second convention: it leaves out the first payment, which is made at sign-up here.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"] - given["marketing"] / 12,
                    1 - given["attrition"],
                    given["discount"],
                    convention="next_period",
                ),
                "This is the third convention: it waits a month for the first payment.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    12 * (given["fee"] - given["cost"]) - given["marketing"],
                    1 - given["attrition"],
                    given["discount"],
                    convention="now",
                ),
                "You used a year's margin with monthly rates. Margin, retention and discount rate need one time base.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"] - given["marketing"] / 12,
                    1 - given["attrition"],
                    0.0,
                    convention="now",
                ),
                "Discounting is missing: a dollar of next month is worth a little less today.",
            ),
            Mistake(
                lambda given: lifetime_value(
                    given["fee"] - given["cost"] - given["marketing"] / 12,
                    given["attrition"],
                    given["discount"],
                    convention="now",
                ),
                "You used the share that leaves where the share that stays belongs.",
            ),
        ),
    ),
    FunctionExercise(
        "01b.3",
        "Build",
        "Write the effect of five points more retention",
        3,
        hints=(
            "The margin cancels: the gain is the multiple after divided by the multiple before, minus 1.",
            "The multiple in the second convention is r / (1 + d − r).",
            "Compute it once with r and once with r + 0.05, and return later / earlier - 1.",
        ),
        well_done=(
            "The gain depends only on where the retention rate starts and on the discount rate. "
            "No law, only arithmetic."
        ),
        answer=lambda retention, discount: value_gain(retention, discount, points=0.05, convention="if_retained"),
        cases=(
            ((0.6, 0.1), "a low retention rate"),
            ((0.9, 0.1), "a high retention rate: the gain is larger"),
            ((0.9, 0.2), "a higher discount rate: the gain is smaller"),
        ),
        mistakes=(
            (
                lambda retention, discount: value_gain(
                    retention, discount, points=0.05 * retention, convention="if_retained"
                ),
                "You raised retention by five per cent of itself. Five points means adding 0.05.",
            ),
            (
                lambda retention, discount: value_gain(retention, discount, points=0.05, convention="now"),
                (
                    "That is the gain with the first margin counted as certain. "
                    "In the second convention the multiple has r on top."
                ),
            ),
            (
                lambda retention, discount: value_gain(retention, discount, points=0.05, convention="if_retained") + 1,
                "That is the ratio of the two values. Take away 1 to get the gain.",
            ),
            (
                lambda retention, discount: (
                    100 * value_gain(retention, discount, points=0.05, convention="if_retained")
                ),
                "The steps are right, but this is a percentage. Return a share: 0.25 for 25 per cent.",
            ),
            (
                lambda retention, discount: (
                    (retention + 0.05) / (1 + discount - retention - 0.05) - retention / (1 + discount - retention)
                ),
                "That is the difference of the two multiples. The gain compares it with the multiple before.",
            ),
        ),
        tolerance=0.0005,
    ),
    NumberExercise(
        "01b.4",
        "Complete",
        "Find the most that is worth spending against churn",
        2,
        hints=(
            (
                "Follow the steps: accounts lost, revenue lost, profit lost, and of that the part that could have been "
                "avoided."
            ),
            "Profit lost = accounts × churn rate × revenue × margin rate.",
            (
                "Multiply the profit lost by the avoidable share. "
                "Beyond that sum, fighting churn costs more than it saves."
            ),
        ),
        well_done="Any programme that stops all avoidable churn for less than this sum pays in the same year.",
        given=(
            Given(
                "accounts", 64_000.0, "accounts", "accounts at the start of the year", (48_000.0, 56_000.0, 64_000.0)
            ),
            Given("churn", 0.05, "share a year", "accounts lost in the year", (0.04, 0.05, 0.06)),
            Given("revenue", 40_000.0, "USD a year", "revenue of an account", (30_000.0, 40_000.0, 50_000.0)),
            Given("margin_rate", 0.1, "share", "profit in a dollar of revenue", (0.1, 0.12)),
            Given("avoidable", 0.6, "share", "lost profit that could have been avoided", (0.55, 0.6, 0.7)),
        ),
        answer=lambda given: (
            given["accounts"] * given["churn"] * given["revenue"] * given["margin_rate"] * given["avoidable"]
        ),
        unit="USD a year",
        tolerance=1.0,
        mistakes=(
            Mistake(
                lambda given: given["accounts"] * given["churn"] * given["revenue"] * given["avoidable"],
                "That is revenue. A lost dollar of revenue costs the firm only its margin.",
            ),
            Mistake(
                lambda given: given["accounts"] * given["churn"] * given["revenue"] * given["margin_rate"],
                "That is the profit lost through all churn. Money cannot stop the part that was unavoidable.",
            ),
            Mistake(
                lambda given: (
                    given["accounts"]
                    * given["churn"]
                    * given["revenue"]
                    * given["margin_rate"]
                    * (1 - given["avoidable"])
                ),
                "You took the unavoidable part. The avoidable part is what spending can save.",
            ),
            Mistake(
                lambda given: given["accounts"] * given["churn"] * given["revenue"],
                "That is the revenue of all lost accounts. Take the margin of it, and then the avoidable part.",
            ),
            Mistake(
                lambda given: (
                    given["accounts"]
                    * given["churn"]
                    * given["revenue"]
                    * given["margin_rate"]
                    * given["avoidable"]
                    / 1e6
                ),
                "That is in millions. Give dollars.",
            ),
        ),
    ),
    NumberExercise(
        "01b.5",
        "Transfer",
        "Does a new subscriber earn back what it cost?",
        2,
        hints=(
            "A subscriber brings margin share × revenue a month, for an expected 1 / churn months.",
            "Both the revenue and the churn rate are by the month, so no conversion is needed.",
            "Margin share × arpu_usd / monthly_churn, and all that divided by sac_usd.",
        ),
        well_done="Above 1 the acquisition cost is earned back. Discounting and a smaller margin would lower it.",
        given=(
            Given("year", 2014.0, "", "year of the row to use", (2004.0, 2006.0, 2008.0, 2010.0, 2012.0, 2014.0)),
            Given(
                "margin_share", 0.4, "share", "margin in a dollar of revenue (an assumption)", (0.3, 0.35, 0.4, 0.45)
            ),
        ),
        answer=_margin_per_dollar,
        unit="dollars of margin for each dollar of acquisition cost",
        tolerance=0.006,
        mistakes=(
            Mistake(
                lambda given: _margin_per_dollar(given) / given["margin_share"],
                "That is revenue. Only the margin share of it is left to pay for the acquisition.",
            ),
            Mistake(
                lambda given: 12 * _margin_per_dollar(given),
                "Revenue and churn are both by the month. Do not bring one of them to a year.",
            ),
            Mistake(
                lambda given: _margin_per_dollar(given) / 12,
                "Revenue and churn are both by the month. Do not bring one of them to a year.",
            ),
            Mistake(
                lambda given: _margin_per_dollar(given) * _churn(given),
                "That is about one month's margin for each dollar of cost. The expected lifetime is 1 / churn months.",
            ),
            Mistake(
                lambda given: 1 / _margin_per_dollar(given),
                "You divided the other way round: acquisition cost goes below the line.",
            ),
        ),
    ),
)
