"""Stages of the life cycle: rules on small cases, closed forms, simulation, real households; causes of loss."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.life_cycle import (
    STAGES,
    bought_next,
    chance_of_silence,
    life_cycle_stages,
    loss_by_group,
    stage_moves,
)
from relmark_helpers.calculations.retention_cost import four_steps
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

ACTIVITY = load_dataset("journey_activity")
ACCOUNTS = load_dataset("business_accounts_simulated")


def activity_of(purchases):
    """Return the activity of {household: [(day, dollars), ...]}."""
    rows = pd.DataFrame(
        [(household, day, usd) for household, bought in purchases.items() for day, usd in bought],
        columns=["household", "day", "sales_usd"],
    )
    period = ((rows["day"] - 1) // 28 + 1).rename("period")
    grouped = rows.groupby(["household", period])
    return grouped.agg(
        shopping_days=("day", "nunique"),
        sales_usd=("sales_usd", "sum"),
        first_day=("day", "min"),
        last_day=("day", "max"),
    ).reset_index()


def weekly(days, usd=10.0):
    return [(day, usd) for day in days]


# Periods 1 and 2 are days 1 to 56, periods 3 and 4 days 57 to 112.
CASES = activity_of(
    {
        "steady": weekly(range(1, 113, 7)),
        "grown": weekly(range(1, 57, 7)) + weekly(range(57, 113, 7), 12.5),
        "grown a little": weekly(range(1, 57, 7)) + weekly(range(57, 113, 7), 12.4),
        "shrunk": weekly(range(1, 57, 7)) + weekly(range(57, 113, 7), 2),
        "new": weekly(range(64, 113, 7)),
        "new, bought once": weekly([100]),
        "new and silent": weekly(range(57, 77)),
        "silent for its habit": weekly(range(1, 90)),
        "slow": weekly([1, 41, 81]),
        "gone": weekly(range(1, 57, 7)),
        "back": weekly([10]) + weekly([105]),
        "later": weekly([120]),
    }
)


def test_rules_on_small_cases():
    stages = life_cycle_stages(CASES, window=(3, 4))
    assert stages["stage"].astype(str).to_dict() == {
        "steady": "maintenance",
        "grown": "development",
        "grown a little": "maintenance",
        "shrunk": "maintenance",
        "new": "acquisition",
        "new, bought once": "acquisition",
        "new and silent": "recovery",
        "silent for its habit": "recovery",
        "slow": "maintenance",
        "gone": "recovery",
        "back": "maintenance",
    }
    assert life_cycle_stages(CASES, window=(4, 4)).loc["back", "stage"] == "development"  # nothing in period 3
    assert list(stages["stage"].cat.categories) == STAGES


def test_numbers_behind_the_stages():
    stages = life_cycle_stages(CASES, window=(3, 4))
    steady = stages.loc["steady"]
    assert (steady["usual_gap"], steady["silence"], steady["shopping_days"]) == (7, 112 - 106, 16)
    assert steady["chance_of_silence"] == pytest.approx((1 + 6 / (15 * 7)) ** -15)
    assert stages.loc["grown", "change"] == pytest.approx(0.25)
    assert stages.loc["shrunk", "change"] == pytest.approx(-0.8)
    assert stages.loc["new, bought once", ["usual_gap", "chance_of_silence", "change"]].isna().all()
    assert stages.loc["gone", "dollars"] == 0 and stages.loc["new", "dollars_before"] == 0


def test_rules_move_with_their_limits():
    loose = life_cycle_stages(CASES, window=(3, 4), growth=0.24, alarm=0)
    assert loose.loc["grown a little", "stage"] == "development"
    assert loose.loc["silent for its habit", "stage"] == "maintenance"
    strict = life_cycle_stages(CASES, window=(3, 4), alarm=1)
    assert (strict["stage"] == "recovery").sum() == 10  # all with a gap: none is certain to be silent so long


# --- silence


@given(st.floats(0, 400), st.floats(0.5, 100), st.integers(1, 300))
def test_chance_of_silence_against_the_f_distribution(silence, gap, gaps):
    expected = stats.f.sf(silence / gap, 2, 2 * gaps)
    assert chance_of_silence(silence, gap, gaps) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_many_gaps_lead_to_three_usual_gaps():
    assert chance_of_silence(3 * 7, 7, 10**6) == pytest.approx(np.exp(-3), rel=1e-4)


def test_alarms_among_steady_customers_are_as_rare_as_promised():
    # Each buys on any day with a chance of its own that never changes; every alarm is then a false one.
    random = np.random.default_rng(20170101)
    rates = random.uniform(0.05, 0.6, 1500)
    bought = random.random((1500, 224)) < rates[:, None]
    household, day = np.nonzero(bought)
    rows = pd.DataFrame({"household": household, "day": day + 1, "sales_usd": 1.0})
    grouped = rows.groupby(["household", (rows["day"] - 1) // 28 + 1])
    activity = grouped.agg(
        shopping_days=("day", "size"), sales_usd=("sales_usd", "sum"), first_day=("day", "min"), last_day=("day", "max")
    )
    stages = life_cycle_stages(activity.rename_axis(["household", "period"]).reset_index(), window=(5, 8))
    assert 0.02 < (stages["chance_of_silence"] < 0.05).mean() < 0.055


# --- real households


@pytest.fixture(scope="module")
def windows():
    return [life_cycle_stages(ACTIVITY, window=window) for window in ((5, 8), (9, 12))]


def test_every_household_seen_has_one_stage(windows):
    for stages, last in zip(windows, (8, 12), strict=True):
        assert stages.index.is_unique
        assert len(stages) == ACTIVITY.loc[ACTIVITY["period"] <= last, "household"].nunique()
        assert stages["stage"].notna().all()


def test_numbers_of_a_household_by_hand(windows):
    rows = ACTIVITY[(ACTIVITY["household"] == 1) & (ACTIVITY["period"] <= 12)]
    household = windows[1].loc[1]
    assert household["dollars"] == pytest.approx(rows.loc[rows["period"] >= 9, "sales_usd"].sum())
    assert household["dollars_before"] == pytest.approx(rows.loc[rows["period"].between(5, 8), "sales_usd"].sum())
    assert household["silence"] == 336 - rows["last_day"].max()
    span = rows["last_day"].max() - rows["first_day"].min()
    assert household["usual_gap"] == pytest.approx(span / (rows["shopping_days"].sum() - 1))


def test_at_least_as_many_households_shrink_as_grow(windows):
    # Growth by a quarter says little: a fall by the same factor is as frequent, and more so.
    change = windows[1]["change"].dropna()
    assert round((change >= 0.25).mean(), 2) == 0.30
    assert round((change <= 1 / 1.25 - 1).mean(), 2) == 0.38


def test_moves_count_every_household_once(windows):
    moves = stage_moves(*windows)
    assert moves["households"].sum() == len(windows[1])
    starts = moves.groupby("stage_before")["households"].sum()
    assert starts.drop("not seen yet").to_dict() == windows[0]["stage"].value_counts().to_dict()
    ends = moves.groupby("stage_after")["households"].sum()
    assert ends.to_dict() == windows[1]["stage"].value_counts().to_dict()
    np.testing.assert_allclose(moves.groupby("stage_before")["share"].sum(), 1)
    assert moves.loc[("development", "development"), "households"] == 178


def test_limits_are_wilsons(windows):
    moves = stage_moves(*windows)
    for (before, _), row in moves.iterrows():
        total = int(moves.loc[before, "households"].sum())
        limits = stats.binomtest(int(row["households"]), total).proportion_ci(method="wilson")
        assert (row["low"], row["high"]) == pytest.approx((limits.low, limits.high), abs=1e-9)


def test_stage_that_nobody_is_in_has_no_shares():
    early, late = (life_cycle_stages(CASES, window=window) for window in [(2, 2), (3, 3)])
    moves = stage_moves(early, late)
    assert moves["households"].sum() == len(late)
    assert moves.loc["acquisition", "share"].isna().all()


def test_the_stages_against_what_happened_next(windows):
    bought = bought_next(windows[1], ACTIVITY, period=13)
    again = set(ACTIVITY.loc[ACTIVITY["period"] == 13, "household"])
    for stage in STAGES:
        members = windows[1].index[windows[1]["stage"] == stage]
        assert bought.loc[stage, "households"] == len(members)
        assert bought.loc[stage, "bought"] == len(again & set(members))
    assert bought.loc["recovery", "high"] < bought.loc["development", "low"]
    assert bought.loc["recovery", "share"] == pytest.approx(0.46, abs=0.005)


# --- causes of loss


def test_losses_by_group_are_the_causes_summed_up():
    losses = loss_by_group(ACCOUNTS, margin_rate=0.1)
    cost = four_steps(ACCOUNTS, margin_rate=0.1)
    assert losses["lost"].sum() == cost.lost == 144
    assert losses["share"].sum() == pytest.approx(1)
    assert losses["lost_profit"].sum() == pytest.approx(cost.profit_lost)
    assert losses["avoidable_profit"].sum() == pytest.approx(cost.avoidable_profit)
    assert losses["unjudged_profit"].sum() == pytest.approx(cost.unjudged_profit)
    company = cost.by_cause.loc[["service failure", "product failure"]].sum()
    assert losses.loc["company", "lost"] == company["lost"] == 45
    assert losses.loc["company", "avoidable_profit"] == pytest.approx(company["avoidable_profit"])
    assert losses.loc["company", "causes"] == "product failure, service failure"
    assert losses["lost_profit"].is_monotonic_decreasing
    limits = stats.binomtest(45, 144).proportion_ci(method="wilson")
    assert losses.loc["company", ["low", "high"]].tolist() == pytest.approx([limits.low, limits.high])


# --- what is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: life_cycle_stages(CASES.drop(columns="first_day"), window=(3, 4)), "a column named 'first_day'"),
        (lambda: life_cycle_stages(pd.concat([CASES, CASES[:1]]), window=(3, 4)), "household back twice in period 1"),
        (lambda: life_cycle_stages(CASES.assign(sales_usd=-1), window=(3, 4)), "sales_usd.*found -1"),
        (lambda: life_cycle_stages(CASES.assign(period=np.nan), window=(3, 4)), "period.*found nan"),
        (lambda: life_cycle_stages(CASES, window=4), "`window`: found 4.*write for example"),
        (lambda: life_cycle_stages(CASES, window=(4, 3)), r"`window\[1\]`: found 3"),
        (lambda: life_cycle_stages(CASES, window=(2, 4)), "periods 2 to 4.*begin with period 4 or later"),
        (lambda: life_cycle_stages(CASES, window=(3, 4), growth=-0.1), "`growth`: found -0.1"),
        (lambda: life_cycle_stages(CASES, window=(3, 4), alarm=5), "`alarm`: found 5.*divide percentages"),
        (lambda: chance_of_silence(-1, 7, 3), "`silence`: found -1"),
        (lambda: chance_of_silence(1, 0, 3), "`usual_gap`: found 0"),
        (lambda: chance_of_silence(1, 7, 0), "`gaps`: found 0"),
        (
            lambda: stage_moves(*[life_cycle_stages(CASES, window=window) for window in [(3, 4), (2, 2)]]),
            "no row for household new and .* others.*earlier window first",
        ),
        (lambda: stage_moves(CASES, CASES), "`before`.*a column named 'stage'"),
        (
            lambda: bought_next(life_cycle_stages(CASES, window=(3, 4)), CASES, period=9),
            "9, in which nobody bought.*at most 5",
        ),
        (lambda: loss_by_group(ACCOUNTS.drop(columns="cause_group"), margin_rate=0.1), "a column named 'cause_group'"),
        (lambda: loss_by_group(ACCOUNTS.assign(cause_group=None), margin_rate=0.1), "no group for the lost account"),
        (
            lambda: loss_by_group(
                ACCOUNTS.assign(cause_group=ACCOUNTS["segment"].where(ACCOUNTS["status"] == "lost")), margin_rate=0.1
            ),
            "in 3 groups.*each cause in one group",
        ),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
