"""The relationship quality model: histories by hand, invariants, commitment, and the simulation against its surveys."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from relmark_helpers.calculations.relationship_cells import CELLS, REASONS, staying_cells
from relmark_helpers.calculations.relationship_commitment import (
    BARRIERS,
    RELATIONSHIP_BONDS,
    bond_sums,
    commitment,
    commitment_kind,
)
from relmark_helpers.calculations.relationship_history import change_circumstances, follow_customer
from relmark_helpers.calculations.relationship_moments import TOLERANCES, compare_moments, repurchase_by_satisfaction
from relmark_helpers.calculations.relationship_quality import (
    TEACHING_MODEL,
    RelationshipModel,
    RelationshipState,
    experience_episode,
    relationship_satisfaction,
)
from relmark_helpers.calculations.relationship_simulation import (
    CALIBRATED_POPULATION,
    SURVEY,
    Population,
    simulate_history,
    simulate_relationships,
)
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

PLAIN = replace(TEACHING_MODEL, zone_width=2.0, speed=0.5, image_filter=0.0)
scores = st.floats(1, 10)
widths = st.floats(0, 9)


@functools.cache
def sample(n=30_000, seed=5):
    return simulate_relationships(n, np.random.default_rng(seed))


def history(model, performance, **given_):
    return follow_customer(model, performance, **{"expectation": 7, "bonds": {}, "alternatives": 5.5, **given_})


# ---- Histories by hand


def test_short_history_worked_out_by_hand():
    # zone 6 to 8: 7.5 inside; 9 is 1 above: 7 + 0.5; zone 6.5 to 8.5: 4 is 2.5 below: 7.5 - 1.25; zone 5.25 to 7.25
    one = history(PLAIN, [7.5, 9, 4, 6], sacrifice=[1, 1, 3, 1])
    assert one.episodes["distance"].tolist() == [0, 1, -2.5, 0]
    assert one.episodes["relationship_quality"].tolist() == [7, 7.5, 6.25, 6.25]
    assert one.episodes["standard"].tolist() == [7, 7, 7.5, 6.25]
    assert one.episodes["low"].tolist() == [6, 6, 6.5, 5.25] and one.episodes["high"].tolist() == [8, 8, 8.5, 7.25]
    assert one.episodes["value"].tolist() == [6.5, 8, 1, 5]
    assert one.episodes["satisfaction"].tolist() == [7, 8.5, 2.5, 5.5]
    assert one.state.sacrifice == 1.5  # 1, 1, 2, 1.5
    assert one.value == 4.75 and one.satisfaction == 5.5 and one.outside == 2 and not one.satisfied
    np.testing.assert_allclose(one.episodes["image"], [7, 7.025, 6.98625, 6.9494375])


def test_image_filters_what_is_seen_and_follows_slowly():
    model = replace(PLAIN, image_filter=0.25, image_speed=0.1)
    start = RelationshipState(quality=7.0, sacrifice=0.0, image=9.0)
    one = experience_episode(model, start, performance=3)
    assert one.quality == 0.75 * 3 + 0.25 * 9  # 4.5, 1.5 below the zone
    assert one.after.quality == 7 - 0.75
    assert one.after.image == pytest.approx(9 + 0.1 * (6.25 - 9))


def test_leniency_and_sensitivity_move_satisfaction_only():
    start = RelationshipState(7.0, 0.0, 7.0)
    plain_, own = (
        experience_episode(PLAIN, start, performance=5, sacrifice=1, **extra)
        for extra in ({}, {"leniency": 0.5, "sensitivity": 0.2})
    )
    assert own.satisfaction - plain_.satisfaction == pytest.approx(0.5 + 0.2 * (5 - 8))
    assert own.after.quality == plain_.after.quality and own.value == plain_.value
    assert relationship_satisfaction(PLAIN, start, leniency=0.5, sensitivity=0.2) == pytest.approx(7 + 0.5 - 0.2)


def test_arrays_of_customers_are_customers_one_by_one():
    random = np.random.default_rng(2)
    quality, image, performance, sacrifice = random.uniform(1, 10, (4, 20))
    together = experience_episode(
        TEACHING_MODEL, RelationshipState(quality, sacrifice, image), performance=performance, sacrifice=1.0
    )
    for at in range(20):
        alone = experience_episode(
            TEACHING_MODEL,
            RelationshipState(quality[at], sacrifice[at], image[at]),
            performance=performance[at],
            sacrifice=1.0,
        )
        for name in ("quality", "distance", "value", "satisfaction"):
            assert getattr(together, name)[at] == pytest.approx(getattr(alone, name))
        for name in ("quality", "sacrifice", "image"):
            assert getattr(together.after, name)[at] == pytest.approx(getattr(alone.after, name))


# ---- Invariants


@given(quality=scores, image=scores, performance=scores, width=widths, speed=st.floats(0, 1), filtered=st.floats(0, 1))
def test_inside_the_zone_nothing_moves_and_outside_it_moves_towards(
    quality, image, performance, width, speed, filtered
):
    model = replace(TEACHING_MODEL, zone_width=width, speed=speed, image_filter=filtered)
    one = experience_episode(model, RelationshipState(quality, 0.0, image), performance=performance)
    if one.low <= one.quality <= one.high:
        assert one.distance == 0 and one.after.quality == quality
    else:
        assert np.sign(one.distance) == np.sign(one.quality - quality)
        assert abs(one.after.quality - quality) <= abs(one.distance) + 1e-12
    assert 1 - 1e-9 <= one.after.quality <= 10 + 1e-9 and 1 - 1e-9 <= one.after.image <= 10 + 1e-9


@given(
    performance=st.lists(scores, min_size=1, max_size=15),
    one=widths,
    other=widths,
    speed=st.floats(0, 1),
    expectation=scores,
)
def test_a_wider_zone_never_gives_a_larger_step(performance, one, other, speed, expectation):
    narrow, wide = (
        history(
            replace(TEACHING_MODEL, zone_width=width, speed=speed, image_filter=0), performance, expectation=expectation
        )
        for width in sorted((one, other))
    )
    steps = [(h.episodes["relationship_quality"] - h.episodes["standard"]).abs().to_numpy() for h in (narrow, wide)]
    assert (steps[1] <= steps[0] + 1e-9).all()
    assert wide.outside <= narrow.outside or np.allclose(steps[1], 0, atol=1e-9)
    apart = (narrow.episodes["standard"] - wide.episodes["standard"]).abs()
    assert (apart <= abs(one - other) / 2 + 1e-9).all()


@given(quality=scores, image=scores, performance=scores, one=widths, other=widths)
def test_a_wider_zone_never_gives_a_larger_single_step_with_the_filter(quality, image, performance, one, other):
    low, high = sorted((one, other))
    steps = [
        experience_episode(
            replace(TEACHING_MODEL, zone_width=width), RelationshipState(quality, 0.0, image), performance=performance
        ).distance
        for width in (low, high)
    ]
    assert abs(steps[1]) <= abs(steps[0])


@given(
    strength=st.floats(0, 1),
    more=st.floats(0, 1),
    which=st.sampled_from(RELATIONSHIP_BONDS),
    satisfaction=st.floats(-5, 15),
    best=scores,
    better=scores,
)
def test_bonds_never_drive_away_and_alternatives_never_hold(strength, more, which, satisfaction, best, better):
    low, high = sorted((strength, more))
    base = {"satisfaction": satisfaction, "alternatives": best}
    assert commitment(TEACHING_MODEL, bonds={which: high}, **base) >= commitment(
        TEACHING_MODEL, bonds={which: low}, **base
    )
    one, two = sorted((best, better))
    given_ = {"satisfaction": satisfaction, "bonds": {which: strength}}
    assert commitment(TEACHING_MODEL, alternatives=two, **given_) <= commitment(
        TEACHING_MODEL, alternatives=one, **given_
    )


def test_image_nearer_to_quality_and_speed_0_and_1():
    still = history(replace(TEACHING_MODEL, speed=0), [1, 10, 3])
    assert (still.episodes["relationship_quality"] == 7).all() and still.outside == 3
    quick = history(replace(TEACHING_MODEL, speed=1, zone_width=0, image_filter=0), [1, 10, 3])
    assert quick.episodes["relationship_quality"].tolist() == [1, 10, 3]


# ---- Bonds and commitment


def test_commitment_by_hand():
    bonds = {"legal": 1, "time": 0.5, "social": 1}
    assert bond_sums(bonds) == (1.5, 1.0)
    found = commitment(TEACHING_MODEL, satisfaction=4, bonds=bonds, alternatives=7.5, disposition=0.1)
    assert found == pytest.approx(-0.2 - 0.5 * 1.5 + 0.7 * 1.5 + 0.4 - 0.35 * 2 + 0.1)  # -0.1
    table = pd.DataFrame({"legal": [1, 0], "social": [0, 1], "name": ["a", "b"]})
    assert [part.tolist() for part in bond_sums(table)] == [[1, 0], [0, 1]]
    both = commitment(TEACHING_MODEL, satisfaction=5.5, bonds=table, alternatives=5.5)
    np.testing.assert_allclose(both, [0.5, 0.2])
    assert len(RELATIONSHIP_BONDS) == len(set(RELATIONSHIP_BONDS)) == 10 and len(BARRIERS) == 5


def test_a_satisfied_customer_may_leave_and_a_dissatisfied_one_stay():
    free = history(TEACHING_MODEL, [8, 8, 8], expectation=8, alternatives=10)
    assert free.satisfied and free.kind == "none" and free.probability < 0.5
    bound = history(TEACHING_MODEL, [2, 2, 2, 2], expectation=5, bonds=dict.fromkeys(BARRIERS, 1), alternatives=3)
    assert not bound.satisfied and bound.kind == "negative" and bound.probability > 0.8
    table = change_circumstances(bound, better=4)
    assert table.loc["without barriers", "kind"] == "none"
    assert table.loc["as it is", "change"] == 0 and (table["change"].iloc[1:] < 0).all()
    assert table["alternatives"].tolist() == [3, 3, 3, 7, 7] and table["barriers"].tolist() == [5, 0, 0, 5, 0]
    np.testing.assert_allclose(table["probability"], expit(table["commitment"].astype(float)))
    assert change_circumstances(history(TEACHING_MODEL, [5], alternatives=9.5))["alternatives"].iloc[-1] == 10


def test_kind_of_commitment_at_its_borders():
    given_ = {"bonds": {}, "alternatives": 5.5}
    model = replace(TEACHING_MODEL, constant=0.0)
    assert commitment_kind(model, satisfaction=5.5, **given_) == "negative"  # even odds, not satisfied
    assert commitment_kind(model, satisfaction=5.51, **given_) == "positive"
    assert commitment_kind(model, satisfaction=5.49, **given_) == "none"


# ---- Wrong input


@pytest.mark.parametrize(
    ("name", "value"),
    [("zone_width", -0.1), ("speed", 1.1), ("image_filter", -1), ("tie_effect", -0.1), ("constant", np.inf)],
)
def test_parameters_outside_their_range_are_refused(name, value):
    with pytest.raises(InputError, match=name):
        replace(TEACHING_MODEL, **{name: value})


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"performance": [11]}, "performance"),
        ({"performance": []}, "at least one"),
        ({"performance": 5}, "at least one"),
        ({"sacrifice": [1, 2]}, "sacrifice"),
        ({"expectation": 0}, "expectation"),
        ({"bonds": {"love": 1}}, "love"),
        ({"bonds": {"legal": 1.5}}, "legal"),
        ({"alternatives": 11}, "alternatives"),
        ({"disposition": np.nan}, "disposition"),
    ],
)
def test_a_wrong_history_is_refused(arguments, match):
    given_ = {"performance": [5, 6, 7], "expectation": 7, "bonds": {}, "alternatives": 5, **arguments}
    with pytest.raises(InputError, match=match):
        follow_customer(TEACHING_MODEL, given_.pop("performance"), **given_)


def test_wrong_populations_and_seeds_are_refused():
    for wrong in ({"tie_r": 1.1}, {"level_sd": -1}, {"failure": 2}, {"level": np.nan}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            Population(**wrong)
    for call in (lambda: simulate_history(-1), lambda: simulate_history(1, barriers=6)):
        with pytest.raises(InputError):
            call()
    with pytest.raises(InputError):
        simulate_relationships(0, np.random.default_rng(1))
    with pytest.raises(InputError):
        simulate_relationships(5, 1)


# ---- Simulation


def test_only_episodes_outside_the_zone_move_simulated_relationships():
    table = sample(500, 1).episodes
    moved = table["relationship_quality"] != table["standard"]
    outside = (table["quality"] < table["low"]) | (table["quality"] > table["high"])
    assert moved.equals(outside) and 0.2 < moved.mean() < 0.7
    follows = table.groupby("customer")["standard"].shift(-1)
    assert (follows.dropna() == table.loc[follows.notna(), "relationship_quality"]).all()


def test_a_simulated_customer_is_the_hand_model():
    made = sample(500, 1)
    for who in (1, 77, 500):
        lived = made.episodes[made.episodes["customer"] == who]
        one = made.customers.set_index("customer").loc[who]
        again = follow_customer(
            TEACHING_MODEL,
            lived["performance"].to_numpy(),
            sacrifice=lived["sacrifice"].to_numpy(),
            expectation=one["expectation"],
            bonds=one[list(RELATIONSHIP_BONDS)].to_dict(),
            alternatives=one["alternatives"],
        )
        np.testing.assert_allclose(again.episodes["relationship_quality"], lived["relationship_quality"])
        assert again.state.quality == pytest.approx(one["quality"])
        assert again.outside == one["outside"] and again.state.image == pytest.approx(one["image"])
        total = commitment(
            TEACHING_MODEL,
            satisfaction=one["satisfaction"],
            bonds=one[list(RELATIONSHIP_BONDS)].to_dict(),
            alternatives=one["alternatives"],
            disposition=one["disposition"],
        )
        assert one["commitment"] == pytest.approx(total) and one["probability"] == pytest.approx(expit(total))


def test_same_seed_same_customers_and_shares_as_probabilities():
    one, two = (simulate_relationships(50, np.random.default_rng(8)) for _ in range(2))
    pd.testing.assert_frame_equal(one.customers, two.customers)
    pd.testing.assert_frame_equal(one.episodes, two.episodes)
    customers = sample().customers
    for part in (customers["probability"] < 0.3, customers["probability"].between(0.4, 0.6)):
        assert customers.loc[part, "stayed"].mean() == pytest.approx(
            customers.loc[part, "probability"].mean(), abs=0.03
        )
    answers = customers.filter(like="answer_")
    assert answers.min(axis=None) >= 1 and answers.max(axis=None) <= 10
    assert (customers[["answer_overall", "answer_repurchase"]] % 1 == 0).all(axis=None)
    barred = customers["barriers"].corr(customers["satisfaction"])
    assert abs(barred) < 0.03  # barriers have nothing to do with satisfaction; ties have
    assert customers["ties"].corr(customers["satisfaction"]) > 0.6


def test_a_wider_zone_moves_fewer_relationships():
    wide = simulate_relationships(400, np.random.default_rng(1), model=replace(TEACHING_MODEL, zone_width=5))
    narrow = simulate_relationships(400, np.random.default_rng(1), model=replace(TEACHING_MODEL, zone_width=0))
    assert wide.customers["outside"].mean() < 2 < 11 < narrow.customers["outside"].mean()
    assert (wide.episodes["performance"] == narrow.episodes["performance"]).all()


# ---- Moments


@functools.cache
def comparison(n=30_000, seed=5):
    return compare_moments(
        sample(n, seed).customers,
        survey=load_dataset("acsi_moments"),
        repurchase=load_dataset("acsi_repurchase"),
        commitment=load_dataset("commitment_moments"),
    )


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
def test_moments_lie_within_their_tolerances(seed):
    table = comparison(30_000, seed)
    assert table["within"].all(), table[~table["within"]]
    assert table["survey"].notna().all() and len(table) == 53
    assert (table["source"] == "investment model").sum() == 6


def test_moments_named_in_the_design_are_hit():
    table = comparison().set_index(["source", "moment"])
    published = table["survey"]
    named = {
        ("investment model", "correlation of satisfaction and commitment"): 0.597,
        ("investment model", "correlation of alternatives and commitment"): -0.463,
        ("investment model", "correlation of investments and commitment"): 0.529,
        ("satisfaction survey", "mean of satisfaction"): 7.334,
        ("satisfaction survey", "correlation of satisfaction and repurchase"): 0.832,
        ("satisfaction survey", "correlation of satisfaction and complaint"): -0.349,
    }
    for key, value in named.items():
        assert published[key] == value
    # the pooled steps as given with the data set
    steps = [1.37, 2.45, 3.07, 3.75, 4.89, 6.07, 7.05, 8.11, 8.94, 9.74]
    high = [0.01, 0.05, 0.02, 0.01, 0.04, 0.08, 0.15, 0.37, 0.74, 0.91]
    for at, (mean, share) in enumerate(zip(steps, high, strict=True), 1):
        assert published["satisfaction survey", f"mean repurchase at satisfaction {at}"] == pytest.approx(
            mean, abs=0.08
        )
        name = f"share answering 9 or 10 on repurchase at satisfaction {at}"
        assert published["satisfaction survey", name] == pytest.approx(share, abs=0.006)


def test_the_jump_from_8_to_9_is_there():
    share = repurchase_by_satisfaction(sample().customers)["share_9_or_10"]
    steps = share.diff()
    assert steps.idxmax() == 9 and steps[9] > 0.3


def test_moments_against_pandas():
    customers, table = sample().customers, comparison().set_index(["source", "moment"])["simulated"]
    assert table["satisfaction survey", "sd of value"] == pytest.approx(customers["answer_value"].std())
    r = customers[SURVEY["quality"]].corr(customers[SURVEY["repurchase"]])
    assert table["satisfaction survey", "correlation of quality and repurchase"] == pytest.approx(r)
    again = customers.loc[customers["answer_overall"] == 8, "answer_repurchase"]
    assert table["satisfaction survey", "mean repurchase at satisfaction 8"] == pytest.approx(again.mean())
    name = "share answering 9 or 10 on repurchase at satisfaction 8"
    assert table["satisfaction survey", name] == pytest.approx((again >= 9).mean())
    assert max(value for name, value in TOLERANCES.items() if "correlation" in name) <= 0.05


def test_moments_of_another_table_are_refused():
    with pytest.raises(InputError, match="alternatives"):
        compare_moments(
            sample(500, 1).customers,
            survey=load_dataset("commitment_moments"),
            repurchase=load_dataset("acsi_repurchase"),
            commitment=load_dataset("commitment_moments"),
        )


def test_another_population_misses_the_moments():
    odd = simulate_relationships(
        5000, np.random.default_rng(1), population=replace(CALIBRATED_POPULATION, level=6, alternative_r=0.5)
    )
    table = compare_moments(
        odd.customers,
        survey=load_dataset("acsi_moments"),
        repurchase=load_dataset("acsi_repurchase"),
        commitment=load_dataset("commitment_moments"),
    )
    assert not table["within"].all()


def test_published_moments_are_possible_and_kept():
    for name, size in (("acsi_moments", 6), ("commitment_moments", 4)):
        table = load_dataset(name)
        r = table[table["statistic"] == "correlation"].pivot(index="construct", columns="other", values="value")
        order = table.loc[table["statistic"] == "mean", "construct"].astype(str).tolist()
        square = r.reindex(index=order, columns=order).fillna(0).to_numpy()
        square = square + square.T + np.eye(size)
        assert np.linalg.eigvalsh(square).min() > 0
    # the regression that goes with the correlations of the investment model, as published with the data set
    t = (
        load_dataset("commitment_moments")
        .query("statistic == 'correlation'")
        .set_index(["construct", "other"])["value"]
    )
    x = np.array([[1, -0.289, 0.642], [-0.289, 1, -0.234], [0.642, -0.234, 1]])
    y = [t[name, "commitment"] for name in ("satisfaction", "alternatives", "investments")]
    beta = np.linalg.solve(x, y)
    np.testing.assert_allclose(beta, [0.37, -0.30, 0.22], atol=0.006)
    assert beta @ y == pytest.approx(0.48, abs=0.005)
    steps = load_dataset("acsi_repurchase")
    assert steps["customers"].sum() == 8232 and steps.groupby("industry", observed=True).size().tolist() == [10] * 4


# ---- Four cells


def test_four_cells_by_hand():
    model = RelationshipModel(0, 0, 0, 0, 0.5, 0.5, 0, 0.5, 1, 1, 0.5)
    customers = pd.DataFrame(
        {
            "satisfaction": [8, 8, 8, 3, 3],
            "barriers": [0, 0, 3, 4, 0],
            "ties": [1, 0, 1, 0, 0],
            "alternatives": [5, 9, 5, 5, 5],
            "disposition": [0, 0, 0, 0, 0.5],
            "probability": [0.9, 0.4, 0.9, 0.9, 0.6],
            "stayed": [1, 0, 1, 1, 0],
        }
    )
    cells = staying_cells(model, customers)
    assert cells.table["customers"].tolist() == [2, 1, 1, 1] and cells.table["share"].tolist() == [0.4, 0.2, 0.2, 0.2]
    assert cells.table["within"].tolist() == pytest.approx([2 / 3, 1 / 3, 0.5, 0.5])
    # the leaver: barriers 1 below the mean of the satisfied, ties 2/3, alternatives 8/3 above, times 0.5
    assert cells.main_reasons("satisfied, leaves")[0] == ("alternatives", 1.0)
    assert cells.main_reasons("dissatisfied, stays")[0] == ("barriers", 1.0)
    assert cells.main_reasons("dissatisfied, leaves")[0] == ("barriers", 1.0)
    assert cells.reasons["against the odds"].tolist() == [0, 0, 0, 1]
    assert cells.reasons.loc["satisfied, stays", ["barriers", "alternatives"]].tolist() == [0.5, 0.5]


def test_limits_of_cells_against_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    cells = staying_cells(TEACHING_MODEL, sample(500, 1).customers, level=0.9)
    table = cells.table
    low, high = proportion_confint(table["customers"], 500, alpha=0.1, method="wilson")
    np.testing.assert_allclose(table[["low", "high"]], np.column_stack([low, high]))
    group = table["customers"].groupby([0, 0, 1, 1]).transform("sum")
    low, high = proportion_confint(table["customers"], group, alpha=0.1, method="wilson")
    np.testing.assert_allclose(table[["within_low", "within_high"]], np.column_stack([low, high]))
    assert table["share"].sum() == pytest.approx(1) and list(table.index) == list(CELLS)
    np.testing.assert_allclose(cells.reasons[list(REASONS)].sum(axis=1), 1)


def test_satisfied_leavers_have_weaker_bonds_and_better_alternatives():
    cells = staying_cells(TEACHING_MODEL, sample().customers)
    table = cells.table
    for mood in ("satisfied", "dissatisfied"):
        stays, leaves = table.loc[f"{mood}, stays"], table.loc[f"{mood}, leaves"]
        assert stays["barriers"] > 1.5 * leaves["barriers"] and stays["alternatives"] < leaves["alternatives"] - 0.5
    assert table.loc["satisfied, leaves", "low"] > 0.1 and table.loc["dissatisfied, stays", "low"] > 0.05
    customers = sample().customers.assign(barriers=0.0)
    unhappy = customers[customers["satisfaction"] <= 5.5]
    without = expit(
        unhappy["commitment"] - TEACHING_MODEL.barrier_effect * sample().customers["barriers"][unhappy.index]
    )
    assert without.mean() < 0.85 * unhappy["probability"].mean()


def test_cells_of_few_customers():
    customers = sample(500, 1).customers
    happy = customers[customers["satisfaction"] > 5.5]
    cells = staying_cells(TEACHING_MODEL, happy)
    assert cells.table.loc["dissatisfied, stays", "customers"] == 0
    assert cells.table.loc["dissatisfied, stays", "low"] == 0 and cells.main_reasons("dissatisfied, stays") == []
    assert np.isnan(cells.table.loc["dissatisfied, stays", "within"])
    with pytest.raises(InputError, match="one customer or more"):
        staying_cells(TEACHING_MODEL, customers.iloc[:0])
    with pytest.raises(InputError, match="stayed"):
        staying_cells(TEACHING_MODEL, customers.assign(stayed=2))
    with pytest.raises(InputError, match="level"):
        staying_cells(TEACHING_MODEL, customers, level=1.0)
