"""Mailed and other households: a table by hand, a simulation with known truth, and the real panel."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relmark_helpers.calculations.campaign import compare_mailed
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

HOUSEHOLDS = load_dataset("journey_households")
ACTIVITY = load_dataset("journey_activity")
LABELS = ["not mailed", "mailed only", "mailed and redeemed"]


def tables(spending, labels):
    """Return households and activity of spending[household][period]; zeros have no row."""
    spent = np.asarray(spending, dtype=float)
    household, period = np.nonzero(spent)
    activity = pd.DataFrame({"household": household, "period": period + 1, "sales_usd": spent[household, period]})
    return pd.DataFrame({"household": np.arange(len(spent)), "campaign_8": labels}), activity


def simulated(effect, *, seed, size=4000):
    """Households that differ, that are mailed the more the more they spent before, and a campaign of known effect."""
    random = np.random.default_rng(seed)
    level = random.gamma(2, 50, size)
    spent = level[:, None] * random.gamma(4, 0.25, (size, 4))
    score = spent[:, :2].sum(axis=1) + random.normal(0, 100, size)
    mailed = score > np.median(score)
    spent[mailed, 3] += effect
    labels = np.where(mailed, np.where(random.random(size) < 0.2, LABELS[2], LABELS[1]), LABELS[0])
    return tables(spent, labels)


def test_small_table_by_hand():
    # Periods 1 and 2 before, 3 during. The last household bought nothing before and does not count.
    spending = [[1, 3, 2], [3, 1, 4], [10, 10, 8], [12, 8, 12], [20, 20, 30], [20, 20, 26], [0, 0, 50]]
    labels = [LABELS[0]] * 2 + [LABELS[1]] * 2 + [LABELS[2]] * 2 + [LABELS[0]]
    comparison = compare_mailed(*tables(spending, labels), before=(1, 2), during=(3, 3))
    assert comparison.groups["households"].tolist() == [2, 2, 2]
    assert comparison.groups["before"].tolist() == [2, 10, 20]
    assert comparison.groups["during"].tolist() == [3, 10, 28]
    estimates = comparison.contrasts["estimate"]
    assert estimates[["during", "before", "change"]].tolist() == [19 - 3, 15 - 2, (0 + 8) / 2 - 1]
    assert estimates["change before"] == pytest.approx(np.mean([0, -4, 0, 0]) - 0)
    assert estimates["change, redeemed"] == 8
    assert np.isnan(estimates["change, like with like"])  # no fifth holds two of each


def test_contrasts_of_the_panel():
    contrasts = compare_mailed(HOUSEHOLDS, ACTIVITY, before=(1, 4), during=(6, 6)).contrasts
    assert contrasts.loc["before", "low"] > 130
    assert contrasts.loc["change before", "high"] < 0, "the groups drifted apart without this campaign"
    assert contrasts.loc["change, like with like", "low"] < 0 < contrasts.loc["change, like with like", "high"]
    assert contrasts["estimate"].round().tolist() == [139, 151, -12, -13, 3, 34]


def test_limits_against_scipy():
    comparison = compare_mailed(HOUSEHOLDS, ACTIVITY, before=(1, 4), during=(6, 6))
    spent = ACTIVITY.pivot(index="household", columns="period", values="sales_usd").fillna(0)
    spent = spent[(spent[[1, 2, 3, 4]] > 0).any(axis=1)]
    mailed = HOUSEHOLDS.set_index("household")["campaign_8"].reindex(spent.index) != "not mailed"
    other = stats.ttest_ind(spent.loc[mailed, 6], spent.loc[~mailed, 6], equal_var=False)
    row = comparison.contrasts.loc["during"]
    assert row["estimate"] / other.statistic == pytest.approx((row["high"] - row["low"]) / 3.92, rel=1e-3)
    assert comparison.groups["households"].sum() == len(spent)


def test_bare_differences_mislead_and_like_with_like_comes_near():
    # True effect 10. The bare difference is many times that; the change suffers from regression to the mean.
    estimates = [
        compare_mailed(*simulated(10, seed=seed), before=(1, 2), during=(4, 4)).contrasts["estimate"]
        for seed in range(5)
    ]
    mean = pd.concat(estimates, axis=1).mean(axis=1)
    assert mean["during"] > 50
    assert mean["change"] < 5
    assert abs(mean["change, like with like"] - 10) < abs(mean["change"] - 10)


def test_redeeming_is_no_effect_where_redeemers_are_drawn_at_random():
    contrasts = compare_mailed(*simulated(0, seed=1), before=(1, 2), during=(4, 4)).contrasts
    assert contrasts.loc["change, redeemed", "low"] < 0 < contrasts.loc["change, redeemed", "high"]


def test_order_of_rows_does_not_matter():
    one = compare_mailed(HOUSEHOLDS, ACTIVITY, before=(1, 4), during=(6, 6)).contrasts
    other = compare_mailed(
        HOUSEHOLDS.sample(frac=1, random_state=3), ACTIVITY.sample(frac=1, random_state=4), before=(1, 4), during=(6, 6)
    ).contrasts
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"before": (1, 3)}, "an even number of periods"),
        ({"before": (5, 8)}, "end before the campaign"),
        ({"before": 4}, "`before`: found 4.*write for example"),
        ({"during": (6, 5)}, r"`during\[1\]`: found 5"),
        ({"households": HOUSEHOLDS.drop(columns="campaign_8")}, "a column named 'campaign_8'"),
        ({"households": HOUSEHOLDS.assign(campaign_8="yes")}, "found 'yes'.*'mailed only'"),
        ({"households": HOUSEHOLDS.assign(campaign_8="not mailed")}, "fewer than two households"),
        ({"activity": ACTIVITY.assign(sales_usd=-1)}, "sales_usd.*found -1"),
    ],
)
def test_rejects(change, message):
    given = {"households": HOUSEHOLDS, "activity": ACTIVITY, "before": (1, 4), "during": (6, 6)} | change
    with pytest.raises(InputError, match=message):
        compare_mailed(given.pop("households"), given.pop("activity"), **given)
