"""Kotler's four steps on small tables with known answers."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.lifetime_value import cash_flows, margin_multiple
from relmark_helpers.calculations.retention import churn_by_cause
from relmark_helpers.calculations.retention_cost import four_steps, judge_programmes
from relmark_helpers.validation import InputError


def accounts_table():
    """Six accounts: two kept; lost profit at 10 %: 40 avoidable, 30 not, 20 + 10 for service (one unjudged)."""
    return pd.DataFrame(
        {
            "revenue_usd": [1000.0, 500.0, 400.0, 300.0, 200.0, 100.0],
            "status": ["kept", "kept", "lost", "lost", "lost", "lost"],
            "cause": [None, None, "price", "moved away", "service", "service"],
            "avoidable": pd.array([None, None, True, False, True, None], dtype="boolean"),
        },
        index=["A1", "A2", "A3", "A4", "A5", "A6"],
    )


def programmes_table():
    return pd.DataFrame(
        {
            "programme": ["call back", "match price", "rebate"],
            "cause": ["service", "price", "price"],
            "share_saved": [0.5, 0.5, 1.0],
            "cost": [4.0, 25.0, 40.0],
        },
        index=["P1", "P2", "P3"],
    )


def test_small_table_by_hand():
    result = four_steps(accounts_table(), margin_rate=0.1)
    assert (result.at_start, result.lost) == (6, 4)
    assert result.retention_rate == pytest.approx(1 / 3)
    assert result.churn_rate == pytest.approx(2 / 3)
    assert result.profit_lost == pytest.approx(100)
    assert result.avoidable_profit == pytest.approx(60)
    assert result.unjudged_profit == pytest.approx(10)
    table = result.by_cause
    assert table.index.name == "cause"
    assert list(table.index) == ["price", "moved away", "service"]
    expected = pd.DataFrame(
        {
            "lost": [1, 1, 2],
            "churn_rate": [1 / 6, 1 / 6, 1 / 3],
            "lost_revenue": [400.0, 300.0, 300.0],
            "lost_profit": [40.0, 30.0, 30.0],
            "avoidable_lost": [1, 0, 1],
            "avoidable_profit": [40.0, 0.0, 20.0],
            "unjudged_lost": [0, 0, 1],
            "unjudged_profit": [0.0, 0.0, 10.0],
        },
        index=pd.Index(["price", "moved away", "service"], name="cause"),
    )
    pd.testing.assert_frame_equal(table, expected)


def test_kotlers_64_000_accounts():
    # Printed number from memory, unverified; the arithmetic is checked here.
    number, lost = 64_000, 3_200
    accounts = pd.DataFrame(
        {
            "revenue_usd": np.full(number, 40_000),
            "status": np.where(np.arange(number) < lost, "lost", "kept"),
            "cause": np.where(np.arange(number) < lost, "poor service", None),
            "avoidable": np.where(np.arange(number) < lost, True, None),
        }
    )
    result = four_steps(accounts, margin_rate=0.10)
    assert result.churn_rate == pytest.approx(0.05)
    assert result.by_cause.loc["poor service", "lost_revenue"] == pytest.approx(128_000_000)
    assert result.profit_lost == pytest.approx(12_800_000)
    assert result.most_worth_spending() == pytest.approx(12_800_000)
    assert result.most_worth_spending(0.25) == pytest.approx(3_200_000)


accounts_lists = st.lists(
    st.tuples(
        st.integers(0, 100_000),
        st.sampled_from([None, "price", "service", "not recorded"]),
        st.sampled_from([True, False, None]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=50, deadline=None)
@given(accounts_lists, st.floats(0, 1))
def test_nothing_is_dropped(rows, margin_rate):
    accounts = pd.DataFrame(rows, columns=["revenue_usd", "cause", "avoidable"]).astype({"cause": object})
    accounts["status"] = np.where(accounts["cause"].isna(), "kept", "lost")
    result = four_steps(accounts, margin_rate=margin_rate)
    assert result.lost == sum(cause is not None for _, cause, _ in rows)
    assert result.retention_rate + result.churn_rate == pytest.approx(1)
    table = result.by_cause
    lost_revenue = sum(revenue for revenue, cause, _ in rows if cause is not None)
    unavoidable = sum(revenue for revenue, cause, judged in rows if cause is not None and judged is False)
    assert result.profit_lost == pytest.approx(margin_rate * lost_revenue)
    parts = result.avoidable_profit + result.unjudged_profit + margin_rate * unavoidable
    assert parts == pytest.approx(result.profit_lost)
    for column, total in (
        ("lost", result.lost),
        ("churn_rate", result.churn_rate),
        ("lost_profit", result.profit_lost),
        ("avoidable_profit", result.avoidable_profit),
        ("unjudged_profit", result.unjudged_profit),
    ):
        assert table[column].sum() == pytest.approx(total)


def test_rates_by_cause_agree_with_churn_by_cause():
    accounts = accounts_table()
    other = churn_by_cause(accounts["cause"].value_counts(), len(accounts))
    table = four_steps(accounts, margin_rate=0.1).by_cause
    pd.testing.assert_series_equal(
        table["churn_rate"], other["churn_rate"].reindex(table.index), check_index_type=False
    )


@pytest.mark.parametrize(
    "convert",
    [
        lambda table: table.astype({"avoidable": object}),
        lambda table: table.astype({"status": "category", "cause": "category"}),
        lambda table: table.assign(avoidable=[np.nan, np.nan, 1.0, 0.0, 1.0, np.nan]),
        lambda table: table.assign(cause=["", " ", "price", "moved away", "service", "service"]),
        lambda table: table.astype({"revenue_usd": "Int64"}),
        lambda table: table.assign(avoidable=[True, False, True, False, True, None]),
        lambda table: table.iloc[::-1],
    ],
)
def test_kinds_of_columns_that_mean_the_same(convert):
    plain, other = (four_steps(table, margin_rate=0.1) for table in (accounts_table(), convert(accounts_table())))
    assert other.profit_lost == pytest.approx(plain.profit_lost)
    assert other.avoidable_profit == pytest.approx(plain.avoidable_profit)
    assert other.unjudged_profit == pytest.approx(plain.unjudged_profit)
    pd.testing.assert_frame_equal(other.by_cause.sort_index(), plain.by_cause.sort_index())


def test_the_table_passed_in_is_not_changed_and_the_result_is_frozen():
    accounts = accounts_table()
    result = four_steps(accounts, margin_rate=0.1)
    pd.testing.assert_frame_equal(accounts, accounts_table())
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.lost = 0


def test_another_revenue_column():
    accounts = accounts_table().rename(columns={"revenue_usd": "umsatz"})
    assert four_steps(accounts, margin_rate=0.1, revenue="umsatz").profit_lost == pytest.approx(100)
    with pytest.raises(InputError, match="'revenue_usd'.*rename your column"):
        four_steps(accounts, margin_rate=0.1)


def test_everybody_stays():
    result = four_steps(accounts_table().iloc[:2], margin_rate=0.1)
    assert result.retention_rate == 1
    assert result.by_cause.empty and "lost_profit" in result.by_cause.columns
    assert result.most_worth_spending() == 0
    assert "0 accounts were lost: 0.00%" in result.summary().loc[2, "in_words"]
    with pytest.raises(InputError, match="no account was lost"):
        judge_programmes(result, programmes_table())


def test_everybody_leaves():
    result = four_steps(accounts_table().iloc[2:], margin_rate=0.1)
    assert result.retention_rate == 0
    assert result.profit_lost == pytest.approx(100)


def test_summary_tells_the_four_steps():
    summary = four_steps(accounts_table(), margin_rate=0.1).summary()
    assert summary.index.name == "step"
    assert list(summary.index) == [1, 2, 3, 4]
    assert list(summary.columns) == ["task", "value", "in_words"]
    np.testing.assert_allclose(summary["value"], [1 / 3, 2 / 3, 60, 60])
    assert summary.loc[1, "in_words"] == "2 of 6 accounts were kept: 33.33%"
    assert "service 33.33%" in summary.loc[2, "in_words"]
    assert summary.loc[3, "in_words"] == (
        "60 of the 100 profit lost was judged avoidable; 10 was not judged "
        "(counting one period's profit of each lost account)"
    )
    assert "at most 60 per period" in summary.loc[4, "in_words"]
    assert "one period's profit" in summary.loc[4, "in_words"]


def test_a_lost_account_may_be_worth_more_than_one_period():
    year = four_steps(accounts_table(), margin_rate=0.1)
    multiple = margin_multiple(0.8, 0.1, convention="now")
    life = four_steps(accounts_table(), margin_rate=0.1, value_multiple=multiple)
    assert (year.value_multiple, life.value_multiple) == (1, multiple)
    assert life.lost == year.lost and life.churn_rate == year.churn_rate
    scaled = ["lost_profit", "avoidable_profit", "unjudged_profit"]
    for column in year.by_cause:
        factor = multiple if column in scaled else 1
        np.testing.assert_allclose(life.by_cause[column], factor * year.by_cause[column])
    # The avoidable profit is what the two accounts judged avoidable would have paid, 40 and 20 a year.
    paid = cash_flows(40 + 20, 0.8, 0.1, periods=400, convention="now")["present_value"].sum()
    assert life.avoidable_profit == pytest.approx(paid)
    assert life.most_worth_spending() == pytest.approx(paid)
    for step in (3, 4):
        assert "each lost account as 3.667 times its profit of one period" in life.summary().loc[step, "in_words"]
    # The price programme costs more than it saves in the year, and less than it saves over the lifetime.
    assert judge_programmes(year, programmes_table())["worth_it"].tolist() == [True, False, False]
    assert judge_programmes(life, programmes_table())["worth_it"].tolist() == [True, True, True]


@pytest.mark.parametrize("multiple", [0, -1, np.nan, [1, 2]])
def test_value_multiple_must_be_one_number_above_0(multiple):
    with pytest.raises(InputError, match="`value_multiple`"):
        four_steps(accounts_table(), margin_rate=0.1, value_multiple=multiple)


def test_programmes_by_hand():
    programmes = programmes_table()
    judged = judge_programmes(four_steps(accounts_table(), margin_rate=0.1), programmes)
    assert list(judged.index) == ["P1", "P2", "P3"]
    np.testing.assert_allclose(judged["profit_saved"], [10, 20, 40])
    np.testing.assert_allclose(judged["net_gain"], [6, -5, 0])
    assert judged["worth_it"].tolist() == [True, False, False]
    np.testing.assert_allclose(judged["unjudged_profit"], [10, 0, 0])
    pd.testing.assert_frame_equal(programmes, programmes_table())


def broken(column, row, value):
    table = accounts_table().astype({"avoidable": object, "revenue_usd": object})
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("accounts", "margin_rate", "message"),
    [
        (
            broken("status", "A2", "active"),
            0.1,
            r"`accounts\['status'\]`: found 'active' in row 'A2'.*rename the values",
        ),
        (broken("status", "A2", None), 0.1, r"`accounts\['status'\]`: found a missing value in row 'A2'"),
        (broken("cause", "A4", None), 0.1, r"`accounts\['cause'\]`: found a missing value in row 'A4'.*'not recorded'"),
        (broken("cause", "A4", " "), 0.1, r"`accounts\['cause'\]`: found ' ' in row 'A4'"),
        (broken("cause", "A1", "price"), 0.1, r"`accounts\['cause'\]`: found 'price' in row 'A1'.*empty the cause"),
        (broken("revenue_usd", "A3", -5), 0.1, r"`accounts\['revenue_usd'\]`: found -5.* in row 'A3'.*0 or more"),
        (broken("revenue_usd", "A3", None), 0.1, r"`accounts\['revenue_usd'\]`: found a missing value in row 'A3'"),
        (broken("revenue_usd", "A3", "40,000"), 0.1, r"found '40,000' in row 'A3'.*correct the revenue"),
        (broken("avoidable", "A3", "yes"), 0.1, r"`accounts\['avoidable'\]`: found 'yes' in row 'A3'.*convert it"),
        (accounts_table().drop(columns="cause"), 0.1, "`accounts`.*'cause'.*rename your column"),
        (accounts_table().iloc[:0], 0.1, "`accounts`: found no rows"),
        ([1, 2], 0.1, "`accounts`: found list; expected a pandas DataFrame"),
        (accounts_table(), 10, "`margin_rate`: found 10.*divide percentages by 100"),
        (accounts_table(), [0.1, 0.2], "`margin_rate`: found 2 values"),
    ],
)
def test_four_steps_rejects(accounts, margin_rate, message):
    with pytest.raises(InputError, match=message):
        four_steps(accounts, margin_rate=margin_rate)


def test_the_number_of_wrong_rows_and_plain_row_numbers_are_shown():
    table = accounts_table().assign(revenue_usd=-1.0).reset_index(drop=True)
    with pytest.raises(InputError, match=r"found -1.0 in row 0 \(6 such rows\)"):
        four_steps(table, margin_rate=0.1)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "cause",
            "prices",
            r"`programmes\['cause'\]`: found 'prices' in row 'P2'; expected one of .*'price', 'moved away'",
        ),
        ("share_saved", 50, r"`programmes\['share_saved'\]`: found 50.* in row 'P2'.*85 per cent is 0.85"),
        ("cost", -1, r"`programmes\['cost'\]`: found -1.* in row 'P2'.*correct the cost"),
        ("cost", None, r"`programmes\['cost'\]`: found a missing value in row 'P2'"),
    ],
)
def test_programmes_reject(column, value, message):
    programmes = programmes_table()
    programmes.loc["P2", column] = value
    with pytest.raises(InputError, match=message):
        judge_programmes(four_steps(accounts_table(), margin_rate=0.1), programmes)


def test_share_saved_must_be_a_share():
    result = four_steps(accounts_table(), margin_rate=0.1)
    with pytest.raises(InputError, match="`share_saved`: found 50.*divide percentages by 100"):
        result.most_worth_spending(50)
