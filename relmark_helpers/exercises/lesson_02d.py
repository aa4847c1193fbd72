"""Exercises of lesson 02d: when relationship marketing is the wrong choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from relmark_helpers.datasets import load_dataset
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _break_even(given: Mapping[str, float]) -> float:
    return given["cost"] / (given["margin_rate"] * given["rise"])


def _revenue() -> pd.Series[float]:
    """Return the revenue of the simulated accounts that were kept; nobody can visit the others."""
    accounts = load_dataset("business_accounts_simulated")
    return accounts.loc[accounts["status"] == "kept", "revenue_usd"]


def _share_above(spending: float) -> float:
    """Return the percentage of these accounts with more revenue than this."""
    return float(100 * (_revenue() > spending).mean())


def _revenue_above(spending: float) -> float:
    """Return the percentage of the revenue that comes from those accounts."""
    revenue = _revenue()
    return float(100 * revenue[revenue > spending].sum() / revenue.sum())


EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "02d.1",
        "Read",
        "Say what the mailing shows",
        1,
        hints=(
            "Look at row 2: what was there before the campaign cannot come from it.",
            "Does a row whose limits hold zero say that the effect is zero, or that we cannot tell it from zero?",
        ),
        well_done="The gap was there first, and what the limits hold is not ruled out: neither nothing nor a gain.",
        right="B",
        wrong={
            "A": "The gap was there before the campaign, and larger. The chain mailed those who spent more already.",
            "C": "Limits that hold zero hold other values too. Not known is not the same as none.",
            "D": "Redeemers chose to redeem. Who expects to spend more has more reason to keep a coupon.",
        },
    ),
    NumberExercise(
        "02d.2",
        "Complete",
        "Find what a member must spend",
        2,
        hints=(
            "What does the programme add for a member who spends 1,000 dollars a year? Begin with the rise.",
            "Of what is added only the margin pays for the programme.",
            "At break-even, spending × margin rate × rise is just the cost. Solve that for the spending.",
        ),
        well_done="Whoever spends less costs more than the programme adds, however much they like it.",
        given=(
            Given("margin_rate", 0.40, "share", "margin in a dollar of spending", (0.35, 0.40, 0.50)),
            Given("cost", 34.0, "USD a year", "cost of the programme for each member", (26.0, 34.0, 47.0)),
            Given("rise", 0.08, "share", "rise in spending (an assumption)", (0.06, 0.08, 0.09)),
        ),
        answer=_break_even,
        unit="USD a year",
        tolerance=0.1,
        mistakes=(
            Mistake(
                lambda given: given["cost"] / given["rise"],
                "That would be right if every added dollar were profit. Only its margin is.",
            ),
            Mistake(
                lambda given: given["cost"] / given["margin_rate"],
                "You let the whole spending pay for the programme. It adds only the rise.",
            ),
            Mistake(
                lambda given: given["cost"] / (given["margin_rate"] * (1 + given["rise"])),
                "You counted all spending after the rise. The programme is to be paid from what it adds.",
            ),
            Mistake(
                lambda given: given["cost"] * given["margin_rate"] * given["rise"],
                "You multiplied. The smaller margin and rise are, the more a member must spend.",
            ),
            Mistake(
                lambda given: _break_even(given) / 100,
                "One of the two rates is in per cent. Leave both as shares: 40 per cent is 0.40.",
            ),
            Mistake(
                lambda given: _break_even(given) / 10_000,
                "Both rates are in per cent. Leave them as shares: 40 per cent is 0.40.",
            ),
        ),
    ),
    FunctionExercise(
        "02d.3",
        "Build",
        "Write the rise that a programme needs",
        3,
        hints=(
            "With everyone in, the mean member decides: what is a rise of one per cent worth there?",
            "Spending × margin rate is what a rise of 100 per cent would add for the mean member.",
            "Which part of that would just cover the cost?",
        ),
        well_done="Compare it with what anybody has measured: this number needs no guess about the effect.",
        answer=lambda mean_spending, margin_rate, cost: cost / (margin_rate * mean_spending),
        cases=(
            ((1861.5, 0.25, 30), "the households of this lesson"),
            ((500, 0.4, 10), "customers who spend little"),
            ((80_000, 0.1, 900), "large accounts"),
        ),
        mistakes=(
            (
                lambda mean_spending, margin_rate, cost: 100 * cost / (margin_rate * mean_spending),
                "That is in per cent. Return a share: a twentieth is 0.05.",
            ),
            (
                lambda mean_spending, margin_rate, cost: cost / mean_spending,
                "You let all the added spending pay. Only its margin does.",
            ),
            (
                lambda mean_spending, margin_rate, cost: margin_rate * mean_spending / cost,
                "That says how many times the margin covers the cost. Turn it round.",
            ),
            (
                lambda mean_spending, margin_rate, cost: margin_rate * mean_spending - cost,
                "That is money. The rise is a share of the spending.",
            ),
        ),
        tolerance=0.00001,
    ),
    NumberExercise(
        "02d.4",
        "Transfer",
        "Does a visit programme pay for business accounts?",
        3,
        hints=(
            "For each account: revenue × margin rate × rise is what the programme adds.",
            "Compare that with the cost, account by account. The mean of True and False is the share of True.",
            "An account pays if its revenue is above cost / (margin_rate × rise). Count these among the accounts kept.",
        ),
        well_done=(
            "With large revenue and a real margin, relationships can pay; here for some accounts and not for all."
        ),
        given=(
            Given("cost", 600.0, "USD a year", "cost of the visits for each account", (500.0, 600.0, 800.0)),
            Given("margin_rate", 0.12, "share", "margin in a dollar of revenue", (0.08, 0.12, 0.14)),
            Given("rise", 0.15, "share", "rise in revenue that the visits bring (an assumption)", (0.1, 0.15, 0.2)),
        ),
        answer=lambda given: _share_above(_break_even(given)),
        unit="per cent of the accounts kept",
        tolerance=0.1,
        mistakes=(
            Mistake(
                lambda given: _share_above(given["cost"] / given["rise"]),
                "You compared added revenue with the cost. Only its margin is left to pay for the visits.",
            ),
            Mistake(
                lambda given: _share_above(given["cost"] / given["margin_rate"]),
                "You compared the whole margin with the cost. The visits add only the rise.",
            ),
            Mistake(
                lambda given: 100 - _share_above(_break_even(given)),
                "Those are the accounts for which it does not pay.",
            ),
            Mistake(
                lambda given: _share_above(_break_even(given)) / 100,
                "The steps are right, but this is a share. Answer in per cent.",
            ),
            Mistake(
                lambda given: _share_above(_break_even(given)) * len(_revenue()) / 100,
                "That is the number of accounts. Which part of the accounts kept is it?",
            ),
            Mistake(
                lambda given: _revenue_above(_break_even(given)),
                "That is their part of the revenue. Count accounts, not dollars.",
            ),
        ),
    ),
)
