"""Rates, survival, expected lifetime, churn by cause."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.retention import (
    change_period,
    churn_by_cause,
    churn_rate,
    expected_lifetime,
    rates_from_survival,
    retention_rate,
    retention_table,
    survival_from_rates,
)
from relmark_helpers.validation import InputError

# Fader and Hardie (2007), table 1: survivors of 1,000 in the segment "High End", years 0 to 12.
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]

rates = st.floats(0.01, 1.0)


def test_rates_from_counts():
    assert retention_rate(60_800, 64_000) == pytest.approx(0.95)
    assert churn_rate(3_200, 64_000) == pytest.approx(0.05)
    assert isinstance(retention_rate(1, 2), float)
    np.testing.assert_allclose(retention_rate([1, 2], [4, 4]), [0.25, 0.5])
    np.testing.assert_allclose(churn_rate([0, 4], 4), [0, 1])


@given(st.integers(1, 10**9), st.floats(0, 1))
def test_retention_and_churn_add_up_to_one(at_start, share):
    kept = int(share * at_start)
    assert retention_rate(kept, at_start) + churn_rate(at_start - kept, at_start) == pytest.approx(1)


@pytest.mark.parametrize(
    ("function", "arguments", "name", "mend"),
    [
        (retention_rate, (120, 100), "kept", "do not count customers won during the period among the kept"),
        (retention_rate, ([90, 120], [100, 110]), "kept", "found 120 kept of 110 at the start"),
        (retention_rate, (90, 0), "at_start", "leave out periods that began without customers"),
        (retention_rate, (-1, 10), "kept", "correct the count"),
        (retention_rate, ("90", 100), "kept", "pass a number, not text"),
        (retention_rate, ([1, 2], [3, 3, 3]), "kept, at_start", "give the arrays the same length"),
        (churn_rate, (101, 100), "lost", "won and lost within the period"),
        (churn_rate, (np.nan, 100), "lost", "correct the count"),
    ],
)
def test_rates_reject(function, arguments, name, mend):
    with pytest.raises(InputError, match=mend) as caught:
        function(*arguments)
    assert caught.value.name == name


def test_table_of_high_end():
    table = retention_table(HIGH_END)
    assert table.index.name == "period"
    assert list(table.columns) == ["survivors", "lost", "retention_rate", "churn_rate", "survival"]
    assert list(table.index) == list(range(13))
    assert table.loc[0, "lost"] == 0
    assert table.loc[0, ["retention_rate", "churn_rate"]].isna().all()
    assert table.loc[1, "retention_rate"] == pytest.approx(0.869)
    assert table.loc[12, "survival"] == pytest.approx(0.394)
    assert table["lost"].sum() == 1000 - 394
    np.testing.assert_allclose(table["retention_rate"].iloc[1:].prod(), 0.394)
    # The ruse of heterogeneity: the rate rises although the paper's model lets nobody change.
    assert table.loc[12, "retention_rate"] > table.loc[2, "retention_rate"]


def test_table_takes_a_series_whatever_its_index():
    series = pd.Series(HIGH_END, index=range(2001, 2014))
    pd.testing.assert_frame_equal(retention_table(series), retention_table(HIGH_END))


def test_degenerate_cohorts():
    stays = retention_table([10, 10, 10])
    assert (stays["retention_rate"].iloc[1:] == 1).all() and (stays["lost"] == 0).all()
    leaves = retention_table([10, 0, 0])
    assert leaves.loc[1, "retention_rate"] == 0
    assert np.isnan(leaves.loc[2, "retention_rate"])


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([1000, 700, 743, 600], "743 in period 2 after 700 in period 1.*only customers who were there in period 0"),
        ([1000], "2 or more numbers.*in order of time"),
        ([], "2 or more numbers"),
        ([0, 0], "0 in period 0.*the period in which the customers were won"),
        ([10, -1], "-1 at position 1.*correct that entry"),
        ([10, np.nan], "nan at position 1.*correct that entry"),
        ([[10, 9], [8, 7]], r"shape \(2, 2\)"),
        (["ten", "nine"], "convert text with pandas.to_numeric"),
    ],
)
def test_table_rejects(survivors, message):
    with pytest.raises(InputError, match=message) as caught:
        retention_table(survivors)
    assert caught.value.name == "survivors"


@given(st.lists(rates, min_size=1, max_size=30))
def test_survival_and_rates_round_trip(given_rates):
    survival = survival_from_rates(given_rates)
    assert survival[0] == 1
    assert survival.size == len(given_rates) + 1
    assert (np.diff(survival) <= 0).all()
    np.testing.assert_allclose(rates_from_survival(survival), given_rates, rtol=1e-9)


def test_survival_of_high_end_round_trip():
    survival = np.array(HIGH_END) / 1000
    np.testing.assert_allclose(survival_from_rates(rates_from_survival(survival)), survival)


@pytest.mark.parametrize(
    ("function", "values", "message"),
    [
        (survival_from_rates, [85, 90], "divide percentages by 100, so that 85 per cent is 0.85"),
        (survival_from_rates, [], "a list of 1 or more numbers"),
        (survival_from_rates, 0.8, "pass a list"),
        (rates_from_survival, [1000, 869], "divide all entries by the number at the start"),
        (rates_from_survival, [0.869, 0.743], "keep that period as the first entry"),
        (rates_from_survival, [1, 0.5, 0.6], "0.6 in period 2 after 0.5 in period 1"),
        (rates_from_survival, [1], "2 or more"),
    ],
)
def test_survival_rejects(function, values, message):
    with pytest.raises(InputError, match=message) as caught:
        function(values)
    assert caught.value.name in ("retention_rates", "survival")


def test_expected_lifetime():
    # Best, Market-Based Management, fig. 1.15: a life of 5 years is a retention of 80 per cent.
    assert expected_lifetime(0.8) == pytest.approx(5)
    assert expected_lifetime(0) == 1
    np.testing.assert_allclose(expected_lifetime([0.5, 0.9]), [2, 10])


@given(st.floats(0, 0.95))
def test_expected_lifetime_is_the_sum_of_survival(retention):
    assert expected_lifetime(retention) == pytest.approx(survival_from_rates([retention] * 1000).sum())


@pytest.mark.parametrize(
    ("retention", "message"),
    [(1, "infinite.*a rate a little below 1"), ([0.5, 1], "infinite"), (85, "85 per cent is 0.85"), (-0.1, "share")],
)
def test_expected_lifetime_rejects(retention, message):
    with pytest.raises(InputError, match=message) as caught:
        expected_lifetime(retention)
    assert caught.value.name == "retention"


def test_change_period_between_month_and_year():
    # 12 months at 0.995 multiplied out by hand.
    by_hand = 1.0
    for _ in range(12):
        by_hand *= 0.995
    assert change_period(0.995, months=1, to_months=12) == pytest.approx(by_hand)
    assert change_period(0.81, months=24, to_months=12) == pytest.approx(0.9)
    np.testing.assert_allclose(change_period([0, 1], months=12, to_months=1), [0, 1])


@given(rates, st.floats(0.5, 60), st.floats(0.5, 60))
def test_change_period_and_back(retention, months, to_months):
    there = change_period(retention, months=months, to_months=to_months)
    if there > 1e-200:
        assert change_period(there, months=to_months, to_months=months) == pytest.approx(retention)


def test_change_period_rejects():
    with pytest.raises(InputError, match="`months`: found 0.*write 1 for a month, 12 for a year"):
        change_period(0.9, months=0, to_months=12)
    with pytest.raises(InputError, match="`to_months`: found -12"):
        change_period(0.9, months=1, to_months=-12)
    with pytest.raises(InputError, match="`retention`: found 90.*divide percentages by 100"):
        change_period(90, months=1, to_months=12)


@pytest.mark.parametrize("kind", [dict, pd.Series])
def test_churn_by_cause(kind):
    table = churn_by_cause(kind({"price": 30, "service failure": 50, "not recorded": 20}), 1_000)
    assert table.index.name == "cause"
    assert list(table.index) == ["price", "service failure", "not recorded"]
    np.testing.assert_allclose(table["churn_rate"], [0.03, 0.05, 0.02])
    np.testing.assert_allclose(table["share_of_churn"], [0.3, 0.5, 0.2])


@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8), st.integers(0, 1000))
def test_rates_by_cause_add_up_to_the_churn_rate(counts, kept):
    at_start = sum(counts) + kept + 1
    table = churn_by_cause({f"cause {i}": count for i, count in enumerate(counts)}, at_start)
    assert table["churn_rate"].sum() == pytest.approx(churn_rate(sum(counts), at_start))
    if sum(counts):
        assert table["share_of_churn"].sum() == pytest.approx(1)


def test_nobody_lost():
    table = churn_by_cause({"price": 0}, 10)
    assert table.loc["price", "churn_rate"] == 0
    assert np.isnan(table.loc["price", "share_of_churn"])


@pytest.mark.parametrize(
    ("lost", "at_start", "message"),
    [
        ({"price": 60, "service": 60}, 100, "`lost`: found 120 lost of 100"),
        ({"price": -1}, 100, "`lost`: found -1.*correct the count of that cause"),
        ({"price": None}, 100, "`lost`: found nan"),
        ({"price": "many"}, 100, "`lost`.*pass numbers only"),
        ({}, 100, "`lost`: found nothing.*write for example"),
        ([1, 2], 100, "`lost`: found list; expected counts by cause"),
        (pd.Series([1, 2], index=["price", "price"]), 100, r"'price' more than once.*groupby\(level=0\)"),
        (pd.Series([1, 2], index=["price", None]), 100, 'under "not recorded"'),
        ({"price": 1}, 0, "`at_start`: found 0"),
        ({"price": 1}, [100, 100], "`at_start`: found 2 values"),
    ],
)
def test_churn_by_cause_rejects(lost, at_start, message):
    with pytest.raises(InputError, match=message):
        churn_by_cause(lost, at_start)
