"""Fit profile and continuum: closed forms, moves one by one, bootstrap against the normal limit, invariants."""

import dataclasses
import itertools
import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.exchange import (
    BEHAVIOURS,
    CRITERIA,
    EQUAL_BEHAVIOUR_WEIGHTS,
    EQUAL_WEIGHTS,
    STATIONS,
    WEIGHT_CHANGE,
    fit_profile,
    nearest_station,
    place_exchange,
)
from relmark_helpers.validation import InputError, StatisticalWarning

NAMES = list(CRITERIA)
LIFT = dict(zip(NAMES, [9, 10, 6, 7, 8, 2], strict=True))
SOAP = dict(zip(NAMES, [1, 0, 3, 1, 2, 1], strict=True))
scores = st.lists(st.floats(0, 10), min_size=6, max_size=6).map(lambda given: dict(zip(NAMES, given, strict=True)))
weights = st.lists(st.floats(0.01, 5), min_size=6, max_size=6).map(lambda given: dict(zip(NAMES, given, strict=True)))
changes = st.floats(0, 1)
behaviours = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(lambda g: dict(zip(BEHAVIOURS, g, strict=True)))


def raters(rows, seed=3):
    drawn = np.random.default_rng(seed).uniform(0, 10, (rows, 6))
    return pd.DataFrame(drawn, columns=NAMES, index=[f"rater {at}" for at in range(rows)])


def test_by_hand():
    profile = fit_profile(LIFT)
    assert profile.position == pytest.approx(42 / 60)
    assert profile.table.index.tolist() == NAMES and profile.table.index.name == "criterion"
    assert profile.table["contribution"].sum() == pytest.approx(0.7)
    assert profile.table["pull"].sum() == pytest.approx(0.2)
    # Weights of a sixth, a tenth up or down: the three lowest scores get 4/15 each, the three highest 1/15.
    low = (4 * (2 + 6 + 7) + (8 + 9 + 10)) / 150
    high = (4 * (8 + 9 + 10) + (2 + 6 + 7)) / 150
    assert profile.ranges.loc["changed weights"].tolist() == pytest.approx([low, high])
    assert profile.ranges.loc["any weights"].tolist() == pytest.approx([0.2, 1])
    assert profile.ranges.loc["given weights"].tolist() == pytest.approx([0.7, 0.7])
    assert (profile.low, profile.high) == pytest.approx((low, high))
    # The three lowest scores, 7, 6 and 2, have a mean of 5: the other three must lose their whole sixth to them.
    assert profile.weight_change_to_flip == pytest.approx(1 / 6)
    assert profile.verdict == "relational" and profile.tipping == ()
    assert not profile.table["flips"].any() and not profile.table["flips_left_out"].any()
    assert fit_profile(SOAP).verdict == "transactional"


def test_which_criterion_tips():
    # 33 of 60 points. Losing 3 points reaches the middle; the criteria with 3 points or more can, and flip with more.
    profile = fit_profile(dict(zip(NAMES, [9, 8, 3, 7, 2, 4], strict=True)), weight_change=0)
    assert profile.position == pytest.approx(0.55)
    assert profile.table["change_to_flip"].dropna().tolist() == pytest.approx([-3] * 5)
    assert profile.table["change_to_flip"].isna().tolist() == [False, False, False, False, True, False]
    assert profile.table["flips"].tolist() == [True, True, False, True, False, True]
    assert profile.table["left_out"].tolist() == pytest.approx([0.48, 0.5, 0.6, 0.52, 0.62, 0.58])
    assert profile.table["flips_left_out"].tolist() == [True, False, False, False, False, False]
    assert profile.tipping == ("value", "industrial", "switching_cost", "co_production"), "all need the same change"
    heavier = {**EQUAL_WEIGHTS, "switching_cost": 2}
    heavy = fit_profile(dict(zip(NAMES, [9, 8, 3, 7, 2, 4], strict=True)), weights=heavier)
    assert heavy.tipping[0] == "switching_cost"
    assert heavy.table.loc["switching_cost", "change_to_flip"] == pytest.approx(-(40 / 70 - 0.5) * 10 * 7 / 2)


@settings(max_examples=25)
@given(scores, weights)
def test_each_move_alone_does_what_the_table_says(given_scores, given_weights):
    profile = fit_profile(given_scores, weights=given_weights)
    assume(abs(profile.position - 0.5) > 1e-6)
    end = 0 if profile.position > 0.5 else 10
    for name, row in profile.table.iterrows():
        moved = fit_profile({**given_scores, name: end}, weights=given_weights).position
        assert row["at_other_end"] == pytest.approx(moved)
        assert bool(row["flips"]) == ((moved - 0.5) * (profile.position - 0.5) < -1e-12)
        without = fit_profile(given_scores, weights={**given_weights, name: 0}).position
        assert row["left_out"] == pytest.approx(without)
        if np.isnan(row["change_to_flip"]):
            assert (moved - 0.5) * (profile.position - 0.5) > -1e-9
        else:
            to = np.clip(given_scores[name] + row["change_to_flip"], 0, 10)
            assert fit_profile({**given_scores, name: to}, weights=given_weights).position == pytest.approx(0.5)


@settings(max_examples=50)
@given(scores, weights, st.floats(1e-3, 1e3))
def test_scaling_the_weights_changes_nothing(given_scores, given_weights, factor):
    one = fit_profile(given_scores, weights=given_weights)
    other = fit_profile(given_scores, weights={name: factor * at for name, at in given_weights.items()})
    assert other.position == pytest.approx(one.position)
    np.testing.assert_allclose(other.ranges, one.ranges)


@settings(max_examples=50)
@given(scores, weights, st.sampled_from(NAMES), st.floats(0, 10))
def test_position_and_range_rise_with_each_score(given_scores, given_weights, name, raised):
    assume(raised >= given_scores[name])
    one = fit_profile(given_scores, weights=given_weights)
    other = fit_profile({**given_scores, name: raised}, weights=given_weights)
    assert other.position >= one.position - 1e-12
    assert other.low >= one.low - 1e-12 and other.high >= one.high - 1e-12
    assert other.share_relational >= one.share_relational - 1e-9


@settings(max_examples=50)
@given(scores, weights, changes)
def test_ranges_hold_the_position_and_lie_in_each_other(given_scores, given_weights, change):
    profile = fit_profile(given_scores, weights=given_weights, weight_change=change)
    rows = profile.ranges.loc[["any weights", "changed weights", "given weights"]]
    assert 0 <= profile.low <= profile.position <= profile.high <= 1
    assert (rows["low"].diff().dropna() >= -1e-12).all() and (rows["high"].diff().dropna() <= 1e-12).all()


@settings(max_examples=50)
@given(scores, weights)
def test_turned_round_scores_give_the_mirror_image(given_scores, given_weights):
    one = fit_profile(given_scores, weights=given_weights)
    other = fit_profile({name: 10 - at for name, at in given_scores.items()}, weights=given_weights)
    assert other.position == pytest.approx(1 - one.position)
    assert (other.low, other.high) == pytest.approx((1 - one.high, 1 - one.low))
    assert other.weight_change_to_flip == pytest.approx(one.weight_change_to_flip, abs=1e-9)


def test_range_over_weights_against_a_grid_of_all_moves():
    # All weights that differ by -0.1, 0 or 0.1 from a sixth and sum to 1: the range must be attained among them.
    share = np.array(list(LIFT.values())) / 10
    found = [
        (1 / 6 + np.array(move) / 10) @ share for move in itertools.product((-1, 0, 1), repeat=6) if sum(move) == 0
    ]
    profile = fit_profile(LIFT, weight_change=0.1)
    assert (min(found), max(found)) == pytest.approx((profile.low, profile.high))


@settings(max_examples=50)
@given(scores, weights, changes)
def test_verdict_is_a_side_only_if_the_whole_range_is_on_it(given_scores, given_weights, change):
    profile = fit_profile(given_scores, weights=given_weights, weight_change=change)
    assert (profile.verdict == "both") == (profile.low - 1e-12 <= 0.5 <= profile.high + 1e-12)
    if change < profile.weight_change_to_flip - 1e-6:
        assert profile.verdict != "both"
    if change > profile.weight_change_to_flip + 1e-6:
        assert profile.verdict == "both"


def test_the_exact_middle_is_both():
    profile = fit_profile(dict.fromkeys(NAMES, 5), weight_change=0)
    assert profile.position == 0.5 and profile.verdict == "both" and profile.weight_change_to_flip == 0
    assert profile.table["flips"].all() and (profile.table["change_to_flip"] == 0).all()
    assert profile.share_relational == 0


def test_all_weight_on_one_criterion():
    profile = fit_profile(LIFT, weights={**dict.fromkeys(NAMES, 0), "co_production": 3}, weight_change=0)
    assert profile.position == pytest.approx(0.2)
    assert profile.tipping == ("co_production",)
    assert profile.table["left_out"].isna().tolist() == [False] * 5 + [True]
    assert profile.table["change_to_flip"].notna().tolist() == [False] * 5 + [True]


def test_several_raters():
    table = raters(40)
    profile = fit_profile(table)
    by_rater = table.mean(axis=1) / 10
    assert profile.position == pytest.approx(by_rater.mean())
    pd.testing.assert_series_equal(profile.raters, by_rater, check_names=False)
    assert profile.raters.index.tolist() == table.index.tolist()
    np.testing.assert_allclose(profile.table["sd"], table.std())
    np.testing.assert_allclose(profile.table["score"], table.mean())
    # The bootstrap of a mean of 40 is close to the normal limits with the divisor n.
    low, high = profile.ranges.loc["raters"]
    half = 1.96 * by_rater.std(ddof=0) / math.sqrt(40)
    assert (low, high) == pytest.approx((by_rater.mean() - half, by_rater.mean() + half), abs=0.1 * half)
    assert fit_profile(table).ranges.equals(profile.ranges), "same seed, same interval"
    assert fit_profile(table, seed=1).ranges.loc["raters", "low"] != low
    assert fit_profile(table, seed=1).ranges.loc["raters", "low"] == pytest.approx(low, abs=0.01)


def test_raters_who_differ_widen_the_range_and_the_order_of_columns_does_not_matter():
    table = raters(12)
    alone = fit_profile(table.mean())
    assert fit_profile(table[NAMES[::-1]]).position == pytest.approx(alone.position)
    together = fit_profile(table, weight_change=0)
    assert together.low < alone.position < together.high
    assert together.low == together.ranges.loc["raters", "low"]
    assert np.isnan(alone.ranges.loc["raters"]).all() and alone.table["sd"].isna().all()


def test_raters_who_agree_have_no_spread():
    table = pd.DataFrame([LIFT] * 10)
    profile = fit_profile(table)
    assert profile.ranges.loc["raters"].tolist() == pytest.approx([0.7, 0.7])
    assert (profile.table["sd"] == 0).all()


def test_few_raters_are_warned_about():
    with pytest.warns(StatisticalWarning, match="3 raters.*too narrow"):
        fit_profile(raters(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit_profile(raters(10))
        fit_profile(raters(1))


def test_stations():
    assert [nearest_station(at) for at in (0, 0.25, 0.5, 0.75, 1)] == list(STATIONS)
    assert nearest_station(0.12) == STATIONS[0] and nearest_station(0.125) == STATIONS[1]
    assert nearest_station(0.87) == STATIONS[3] and nearest_station(0.88) == STATIONS[4]


@given(st.floats(0, 1))
def test_no_station_is_nearer(position):
    distances = [abs(position - at / 4) for at in range(5)]
    assert distances[STATIONS.index(nearest_station(position))] == pytest.approx(min(distances))


def test_placement_by_profile_alone():
    placed = place_exchange(fit_profile(LIFT))
    assert placed.table.index.tolist() == ["profile"]
    assert placed.table.loc["profile", ["position", "low", "high"]].tolist() == pytest.approx([0.7, 0.58, 0.82])
    assert placed.table.loc["profile", ["station", "station_low", "station_high"]].tolist() == [
        "collaborative exchange",
        "value-adding exchange",
        "collaborative exchange",
    ]
    assert math.isnan(placed.gap) and not placed.disagree and "alone" in placed.reading


def test_placement_by_behaviour():
    profile = fit_profile(LIFT)
    placed = place_exchange(profile, dict(zip(BEHAVIOURS, [0.9, 0.7, 0.0, 0.0], strict=True)))
    row = placed.table.loc["behaviour"]
    assert row["position"] == pytest.approx(0.4)
    # Quarters that move by a tenth: .35 and .15.
    assert (row["low"], row["high"]) == pytest.approx((0.15 * 1.6, 0.35 * 1.6))
    assert placed.gap == pytest.approx(-0.3)
    assert placed.disagree and "less relational" in placed.reading
    one_sided = place_exchange(
        profile,
        dict(zip(BEHAVIOURS, [0.9, 0.7, 0.0, 0.0], strict=True)),
        behaviour_weights={**EQUAL_BEHAVIOUR_WEIGHTS, "customisation": 0, "joint_work": 0},
    )
    assert one_sided.table.loc["behaviour", "position"] == pytest.approx(0.8)
    assert not one_sided.disagree and "overlap" in one_sided.reading
    habit = place_exchange(fit_profile(SOAP), dict(zip(BEHAVIOURS, [1, 1, 0.2, 0], strict=True)))
    assert habit.disagree and habit.gap > 0 and "more relational" in habit.reading


@given(scores, behaviours, changes)
def test_profile_and_behaviour_stay_apart(given_scores, behaviour, change):
    profile = fit_profile(given_scores, weight_change=change)
    placed = place_exchange(profile, behaviour)
    table = placed.table
    assert table.loc["profile", "position"] == profile.position
    assert table.loc["behaviour", "position"] == pytest.approx(np.mean(list(behaviour.values())))
    assert (table["low"] <= table["position"]).all() and (table["position"] <= table["high"]).all()
    one, other = (table.loc[basis] for basis in ("profile", "behaviour"))
    assert placed.disagree == (one["low"] > other["high"] or other["low"] > one["high"])
    if change == 1 and min(behaviour.values()) <= profile.high and max(behaviour.values()) >= profile.low:
        assert not placed.disagree


def test_constants_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        EQUAL_WEIGHTS["value"] = 2
    assert WEIGHT_CHANGE == 0.1
    with pytest.raises(dataclasses.FrozenInstanceError):
        fit_profile(LIFT).position = 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_profile({"value": 5}), "`scores`: found missing industrial, .*each of value, industrial"),
        (lambda: fit_profile({**LIFT, "price": 5}), "`scores`: found unknown price.*leave out the rest"),
        (lambda: fit_profile({**LIFT, "value": 11}), "`scores`: found 11 at position .*from 0 .*to 10"),
        (lambda: fit_profile({**LIFT, "value": "high"}), "`scores`: found .*numbers only"),
        (lambda: fit_profile({**LIFT, "value": None}), "`scores`: found "),
        (lambda: fit_profile([1, 2, 3, 4, 5, 6]), "`scores`: found list; expected values by name"),
        (lambda: fit_profile(raters(3).iloc[:0]), "`scores`: found no rows.*one row per rater"),
        (lambda: fit_profile(raters(3).drop(columns="value")), "`scores`: found missing value"),
        (lambda: fit_profile(raters(3).mask(raters(3) > 9)), "`scores`: found nan at position"),
        (lambda: fit_profile(LIFT, weights={"value": 1}), "`weights`: found missing industrial"),
        (lambda: fit_profile(LIFT, weights=dict.fromkeys(NAMES, 0)), "`weights`: found 0 for all"),
        (lambda: fit_profile(LIFT, weights={**EQUAL_WEIGHTS, "value": -1}), "`weights`: found -1"),
        (lambda: fit_profile(LIFT, weight_change=10), "`weight_change`: found 10.*ten points are 0.10"),
        (lambda: fit_profile(raters(10), seed=-1), "`seed`: found -1"),
        (lambda: nearest_station(70), "`position`: found 70.*share"),
        (lambda: nearest_station([0.1, 0.2]), "`position`: found 2 values"),
        (lambda: place_exchange(fit_profile(LIFT), {"repeat_share": 1}), "`behaviour`: found missing share_of_wallet"),
        (
            lambda: place_exchange(fit_profile(LIFT), dict.fromkeys(BEHAVIOURS, 50)),
            "`behaviour`: found 50.*85 per cent is 0.85",
        ),
        (
            lambda: place_exchange(
                fit_profile(LIFT), dict.fromkeys(BEHAVIOURS, 1), behaviour_weights={"joint_work": 1}
            ),
            "`behaviour_weights`: found missing",
        ),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
