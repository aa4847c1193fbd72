"""Real shoppers: known figures of the panel, measures against other implementations and closed forms."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.shopping import concentration, deal_link, habits
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

HOUSEHOLDS = load_dataset("journey_households")
ACTIVITY = load_dataset("journey_activity")


# --- the data: figures known from the receipts themselves


def test_known_figures_of_the_panel():
    assert len(HOUSEHOLDS) == 2_469
    assert HOUSEHOLDS["baskets"].sum() == 155_848
    assert HOUSEHOLDS["baskets"].median() == 43
    assert HOUSEHOLDS["sales_usd"].sum() == pytest.approx(4_596_039.58)
    assert (HOUSEHOLDS["campaigns"] > 0).sum() == 1_559
    assert (HOUSEHOLDS["coupons_redeemed"] > 0).sum() == 410
    assert HOUSEHOLDS["campaigns"].sum() == 6_589
    assert HOUSEHOLDS["coupons_redeemed"].sum() == 2_102
    assert HOUSEHOLDS["income"].notna().sum() == 801
    assert (HOUSEHOLDS["campaign_8"] != "not mailed").sum() == 1_076
    assert HOUSEHOLDS["fuel_usd"].sum() / HOUSEHOLDS["sales_usd"].sum() == pytest.approx(0.084, abs=0.0005)


def test_nobody_redeems_what_was_not_received():
    assert (HOUSEHOLDS.loc[HOUSEHOLDS["coupons_redeemed"] > 0, "campaigns"] > 0).all()
    assert (HOUSEHOLDS.loc[HOUSEHOLDS["campaign_8"] != "not mailed", "campaigns"] > 0).all()


def test_identities_within_a_household():
    shelf = HOUSEHOLDS["sales_usd"] + HOUSEHOLDS["loyalty_discount_usd"]
    discounts = HOUSEHOLDS["loyalty_discount_usd"] + HOUSEHOLDS["coupon_discount_usd"]
    # Matched coupons are part of the shelf value too, so the share lies between these two.
    assert (HOUSEHOLDS["deal_share"] <= discounts / shelf + 6e-5).all()
    assert (HOUSEHOLDS["deal_share"] >= discounts / (shelf + HOUSEHOLDS["coupon_discount_usd"]) - 6e-5).all()
    gaps = HOUSEHOLDS["shopping_days"] - 1
    span = HOUSEHOLDS["last_day"] - HOUSEHOLDS["first_day"]
    assert ((HOUSEHOLDS["mean_gap_days"] * gaps - span).abs() <= 0.0051 * gaps)[gaps > 0].all()
    assert HOUSEHOLDS["gap_cv"].isna().equals(gaps < 5)
    assert (HOUSEHOLDS["fuel_usd"] <= HOUSEHOLDS["sales_usd"] + 0.005).all()
    assert (HOUSEHOLDS["main_store_share"] * HOUSEHOLDS["stores"] >= 1 - 1e-3).all()


def test_activity_sums_up_to_the_households():
    summed = ACTIVITY.groupby("household").agg(
        baskets=("baskets", "sum"),
        shopping_days=("shopping_days", "sum"),
        sales_usd=("sales_usd", "sum"),
        first_day=("first_day", "min"),
        last_day=("last_day", "max"),
    )
    households = HOUSEHOLDS.set_index("household")[summed.columns]
    pd.testing.assert_frame_equal(summed, households, check_exact=False, atol=0.011)


def test_days_lie_in_their_periods_and_the_closed_day_is_empty():
    last = np.where(ACTIVITY["period"] == 13, 365, 28 * ACTIVITY["period"])
    assert ((ACTIVITY["first_day"] > 28 * (ACTIVITY["period"] - 1)) & (ACTIVITY["last_day"] <= last)).all()
    assert (ACTIVITY["shopping_days"] <= ACTIVITY["last_day"] - ACTIVITY["first_day"] + 1).all()
    # Day 359 (25 December) was removed; time that was not turned back to the shop's own would bring it in.
    assert 359 not in set(ACTIVITY["first_day"]) | set(ACTIVITY["last_day"])
    assert not ACTIVITY.duplicated(["household", "period"]).any()


# --- concentration


def test_best_fifth_of_the_households_has_55_per_cent():
    spread = concentration(HOUSEHOLDS["sales_usd"])
    assert round(spread.best_fifth, 2) == 0.55
    assert spread.gini == pytest.approx(0.5247, abs=0.0001)
    assert spread.limits.loc["best_fifth", "low"] < 0.5457 < spread.limits.loc["best_fifth", "high"]
    assert (spread.limits["high"] - spread.limits["low"]).between(0.01, 0.05).all()
    assert spread.curve.iloc[0].tolist() == [0, 0] and spread.curve.iloc[-1].tolist() == pytest.approx([1, 1])


def test_concentration_by_hand():
    alike = concentration([7.0] * 10)
    assert alike.gini == pytest.approx(0, abs=1e-12) and alike.best_fifth == pytest.approx(0.2)
    one = concentration([0] * 9 + [5])
    assert one.gini == pytest.approx(0.9) and one.best_fifth == 1
    # 80 per cent of 7 customers are 5.6: five of 1 and 0.6 of the customer with 2.
    assert concentration([1, 1, 1, 1, 1, 2, 3]).best_fifth == pytest.approx(1 - 6.2 / 10)


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=30).filter(any), st.integers(1, 1000))
def test_gini_against_the_mean_difference(amounts, factor):
    values = np.asarray(amounts, dtype=float)
    spread = concentration(values)
    difference = np.abs(values[:, None] - values).mean()
    assert spread.gini == pytest.approx(difference / (2 * values.mean()), abs=1e-9)
    assert spread.best_fifth >= 0.2 - 1e-9
    other = concentration(factor * values[::-1])
    assert (other.gini, other.best_fifth) == pytest.approx((spread.gini, spread.best_fifth))
    assert spread.curve["amount"].is_monotonic_increasing


def test_limits_cover_a_known_truth():
    # Exponential spending has Gini 1/2 and (1 + ln 5) / 5 with the best fifth.
    truth = np.array([0.5, (1 + np.log(5)) / 5])
    random = np.random.default_rng(20170701)
    covered = np.zeros(2)
    for _ in range(40):
        limits = concentration(random.exponential(size=200)).limits
        covered += (limits["low"] <= truth) & (truth <= limits["high"])
    assert (covered >= 33).all()


# --- habits


def test_habits_are_quantiles_of_the_columns():
    table = habits(HOUSEHOLDS)
    assert table.loc["main_store_share", "median"] == HOUSEHOLDS["main_store_share"].median()
    assert table.loc["deal_share", "p90"] == pytest.approx(HOUSEHOLDS["deal_share"].quantile(0.9))
    assert table["households"].tolist() == [2469, 2467, 2469, (HOUSEHOLDS["shopping_days"] > 20).sum()]
    assert (table[["p10", "p25", "median", "p75", "p90"]].diff(axis=1).iloc[:, 1:] >= 0).all(axis=None)


def test_irregularity_is_one_for_days_drawn_at_random():
    random = np.random.default_rng(20171001)
    rows = []
    for chance in np.repeat([0.1, 0.3, 0.6, 0.9], 60):
        gaps = np.diff(np.flatnonzero(random.random(2000) < chance))
        rows.append((gaps.std(ddof=1) / gaps.mean(), gaps.mean(), len(gaps) + 1))
    drawn = pd.DataFrame(rows, columns=["gap_cv", "mean_gap_days", "shopping_days"])
    table = habits(drawn.assign(main_store_share=1.0, private_label_share=0.2, deal_share=0.1))
    assert table.loc["irregularity", "median"] == pytest.approx(1, abs=0.02)
    weekly = drawn.assign(gap_cv=0.0, mean_gap_days=7.0, main_store_share=1.0, private_label_share=0.2, deal_share=0.1)
    assert habits(weekly).loc["irregularity", "p90"] == 0


# --- deals


def test_deals_and_spending_against_scipy():
    link = deal_link(HOUSEHOLDS)
    other = stats.spearmanr(HOUSEHOLDS["sales_usd"], HOUSEHOLDS["deal_share"])
    assert link.correlation == pytest.approx(other.statistic)
    # Fisher's transformation as another way to the limits.
    reach = 1.96 * np.sqrt((1 + link.correlation**2 / 2) / (len(HOUSEHOLDS) - 3))
    assert (link.low, link.high) == pytest.approx(
        (np.tanh(np.arctanh(link.correlation) - reach), np.tanh(np.arctanh(link.correlation) + reach)), abs=0.01
    )
    assert link.by_fifth["households"].sum() == 2469
    smallest = HOUSEHOLDS.nsmallest(494, "sales_usd")["deal_share"]
    assert link.by_fifth.loc[1, "deal_share"] == pytest.approx(smallest.mean())
    assert link.by_fifth.loc[1, "high"] == pytest.approx(smallest.mean() + 1.96 * smallest.sem())


def test_a_link_that_is_there_is_found():
    dollars = np.arange(1.0, 51)
    table = pd.DataFrame({"sales_usd": dollars, "deal_share": dollars / 100})
    link = deal_link(table)
    assert link.correlation == pytest.approx(1) and link.low > 0.99
    assert deal_link(table.assign(deal_share=(100 - dollars) / 100)).correlation == pytest.approx(-1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: concentration([1, 2, 3]), "`amounts`: found 3 amounts.*five or more"),
        (lambda: concentration([0] * 6), "6 amounts that sum to 0"),
        (lambda: concentration([[1, 2, 3], [4, 5, 6]]), "a list of five or more"),
        (lambda: concentration([1, 2, 3, 4, -5]), "found -5 at position 4"),
        (lambda: habits(HOUSEHOLDS.drop(columns="deal_share")), "a column named 'deal_share'"),
        (lambda: habits(HOUSEHOLDS.assign(deal_share=15)), "deal_share.*shares from 0 to 1"),
        (lambda: deal_link(HOUSEHOLDS[:3]), "3 rows.*five households"),
        (lambda: deal_link(HOUSEHOLDS.assign(sales_usd=np.nan)), "sales_usd.*found nan"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
