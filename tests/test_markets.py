"""Scores of the markets and areas of the spidergram: definitions, other bootstraps, coverage, chance, every order."""

import functools
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.axis_order import polygon_areas
from relmark_helpers.calculations.jury import AXES, INFLUENCE_GROUPS, SECOND_VERSION, jury_form, simulate_jury
from relmark_helpers.calculations.markets import score_markets, score_subgroups
from relmark_helpers.validation import InputError, StatisticalWarning


def rng(seed=1991):
    return np.random.default_rng(seed)


@functools.cache
def jury(jurors=12, seed=1991):
    return simulate_jury(jurors, rng(seed))


def wide(table, column):
    return table.pivot(index="juror", columns="market", values=column)[list(AXES)]


@pytest.mark.parametrize("average", ["mean", "median"])
def test_table_by_the_definitions(average):
    scored = score_markets(jury(), generator=rng(), average=average)
    present, desired = wide(jury(), "present"), wide(jury(), "desired")
    gap = desired - present
    for name, values in (("present", present), ("desired", desired), ("gap", gap)):
        pd.testing.assert_series_equal(scored.table[name], values.agg(average), check_names=False)
        pd.testing.assert_series_equal(scored.table[f"{name}_sd"], values.std(), check_names=False)
    if average == "mean":
        np.testing.assert_allclose(scored.table["gap"], scored.table["desired"] - scored.table["present"])
    order = scored.table["gap"].rank(ascending=False)
    pd.testing.assert_series_equal(scored.table["rank"], order, check_names=False)
    assert scored.table["first"].sum() == pytest.approx(1) and scored.draws.shape == (2000, 7)
    for _, row in scored.table.iterrows():
        assert row["verdict"] == ("more" if row["low"] > 0 else "less" if row["high"] < 0 else "borderline")
        assert row["low"] <= row["gap"] <= row["high"]


@pytest.mark.parametrize("average", ["mean", "median"])
def test_limits_by_scipy(average):
    scored = score_markets(jury(), generator=rng(), average=average, resamples=9_000)
    for name, columns in (("present", ["present_low", "present_high"]), ("gap", ["low", "high"])):
        values = wide(jury(), "present") if name == "present" else wide(jury(), "desired") - wide(jury(), "present")
        for market in AXES[:3]:
            other = stats.bootstrap(
                (values[market].to_numpy(),),
                getattr(np, average),
                method="percentile",
                n_resamples=9_000,
                rng=rng(4),
            ).confidence_interval
            tolerance = 0.06 if average == "mean" else 0.5  # medians step by half points
            assert scored.table.loc[market, columns].tolist() == pytest.approx(list(other), abs=tolerance)


def test_first_priority_counts_ties_in_equal_parts():
    flat = jury_form([str(one) for one in range(6)]).assign(present=4, desired=6)
    scored = score_markets(flat, generator=rng())
    np.testing.assert_allclose(scored.table["first"], 1 / 7)
    assert (scored.table["rank"] == 4).all() and (scored.table["verdict"] == "more").all()
    flat.loc[flat["market"] == "internal", "desired"] = 9
    scored = score_markets(flat, generator=rng())
    assert scored.table.loc["internal", "first"] == 1 and scored.table.loc["internal", "rank"] == 1


def test_first_priority_of_two_markets_is_the_normal_probability():
    random = rng(8)
    form = jury_form([str(one) for one in range(60)], markets=("a", "b")).assign(present=0.0)
    form["desired"] = random.normal([0.0, 0.1] * 60, 1.0)
    scored = score_markets(form, generator=rng(), markets=("a", "b"), scale=(-9, 9), resamples=20_000)
    lead = form.pivot(index="juror", columns="market", values="desired").eval("b - a")
    chance = stats.norm.cdf(lead.mean() / (lead.std(ddof=0) / np.sqrt(60)))
    assert scored.table.loc["b", "first"] == pytest.approx(chance, abs=0.015)


def test_limits_of_eight_jurors_hold_the_truth_about_nine_times_in_ten():
    random, held = rng(3), []
    form = jury_form([str(one) for one in range(8)]).assign(present=0.0)
    for _ in range(150):
        form["desired"] = random.normal(1.5, 1.2, len(form))
        table = score_markets(form, generator=random, scale=(-20, 20), resamples=400).table
        held.append(((table["low"] < 1.5) & (1.5 < table["high"])).to_numpy())
    chance = 1 - 2 * stats.t.sf(1.96 * np.sqrt(1 - 1 / 8), 7)
    assert chance == pytest.approx(0.89, abs=0.001)
    assert np.mean(held) == pytest.approx(chance, abs=0.03)


def test_words_name_every_market_once():
    scored = score_markets(jury(), generator=rng())
    assert scored.words == (
        "More is wanted for internal, existing customers, referral, influence. Less is wanted for new customers. "
        "Borderline: supplier, recruitment."
    )
    with pytest.warns(StatisticalWarning, match="no limits"):
        alone = score_markets(jury(1), generator=rng())
    assert alone.words == f"One juror gives no limits; the largest gap is {alone.table['gap'].idxmax()}."


def test_limits_that_end_at_nothing_are_borderline():
    form = jury_form(list("abcde"), markets=("one", "two")).assign(present=7.1, desired=7.1)
    form.loc[form["juror"].isin(["d", "e"]) & (form["market"] == "one"), "desired"] = 7.1 + 0.1 + 0.2
    table = score_markets(form, generator=rng(), markets=("one", "two")).table
    assert (table["verdict"] == "borderline").all()


def test_agreement_is_reported_for_present_desired_and_gap():
    together = score_markets(simulate_jury(10, rng(1), shared=1.5), generator=rng()).agreement()
    apart = score_markets(simulate_jury(10, rng(1), shared=0), generator=rng()).agreement()
    assert (together["w"] > 0.5).all() and (apart["w"] < 0.35).all()
    assert (together["icc"] > apart["icc"]).all() and (together["p"] < 0.001).all()
    flat = score_markets(jury_form(list("abcdef")).assign(present=4, desired=6), generator=rng())
    assert flat.agreement()[["w", "icc"]].isna().all().all()


def test_small_juries_warn_and_one_juror_has_no_limits():
    with pytest.warns(StatisticalWarning, match="3 jurors"):
        score_markets(jury(3), generator=rng())
    with pytest.warns(StatisticalWarning, match="no limits"):
        scored = score_markets(jury(1), generator=rng())
    assert scored.table[["low", "high", "first", "gap_sd", "present_low"]].isna().all().all()
    assert (scored.table["verdict"] == "no limits").all() and scored.draws.empty


def test_second_version_and_same_seed():
    form = jury_form(list("abcde"), markets=SECOND_VERSION).assign(present=4, desired=[*range(5, 11)] * 5)
    scored = score_markets(form, generator=rng(), markets=SECOND_VERSION)
    assert scored.table["gap"].tolist() == [1, 2, 3, 4, 5, 6]
    one, two = (score_markets(jury(), generator=rng(2)).table for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_second_level_scores_by_market():
    groups = {"influence": INFLUENCE_GROUPS, "supplier": ("parts", "services")}
    parts = [
        jury_form(list("abcdef"), markets=members).rename(columns={"market": "group"}).assign(market=market)
        for market, members in groups.items()
    ]
    table = pd.concat(parts, ignore_index=True).assign(present=4.0, desired=6.0)
    table.loc[table["group"] == "media", "desired"] = 9
    scored = score_subgroups(table, groups, generator=rng())
    assert list(scored) == list(groups) and scored["influence"].table["gap"].idxmax() == "media"
    assert scored["supplier"].table.index.tolist() == ["parts", "services"]
    bad = table.astype(object)
    bad.loc[0, "present"], bad.loc[37, "desired"], bad.loc[1, "market"] = "low", 99, "press"
    with pytest.raises(InputError) as caught:
        score_subgroups(bad, groups, generator=rng())
    for words in ("'influence, finance', present", "'supplier, services', desired: 99", "unknown market", "not scored"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"average": "mode"}, "average"),
        ({"resamples": 10}, "resamples"),
        ({"markets": ("internal", "internal")}, "markets"),
        ({"markets": "internal"}, "markets"),
        ({"scale": (2, 5)}, "outside 2 to 5"),
        ({"generator": 3}, "generator"),
    ],
)
def test_unfit_options(change, match):
    with pytest.raises(InputError, match=match):
        score_markets(jury(), **{"generator": rng(), **change})


# ---- Areas


def shoelace(radii):
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    x, y = radii * np.cos(angles), radii * np.sin(angles)
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(2, 10), min_size=3, max_size=5), st.floats(0, 2))
def test_areas_by_the_shoelace_formula_over_all_orders(values, centre):
    series = pd.Series(values, index=list("abcde")[: len(values)])
    found = polygon_areas(series, centre=centre)
    every = [shoelace(np.array(order) - centre) for order in itertools.permutations(values)]
    assert found.chosen == pytest.approx(shoelace(np.array(values) - centre), abs=1e-9)
    assert found.range == pytest.approx((min(every), max(every)), abs=1e-9)
    assert shoelace(found.smallest.to_numpy() - centre) == pytest.approx(min(every), abs=1e-9)
    assert shoelace(found.largest.to_numpy() - centre) == pytest.approx(max(every), abs=1e-9)
    assert sorted(found.largest.index) == sorted(series.index)


def test_seven_axes_have_360_orders_and_area_can_rank_two_firms_either_way():
    one = pd.Series([10, 2, 10, 2, 10, 2, 2], index=AXES, dtype=float)
    two = pd.Series([5.2] * 7, index=AXES)
    areas = polygon_areas(one)
    assert len(areas.areas) == 360 and areas.values.sum() > two.sum()
    flat = polygon_areas(two)
    assert flat.range[0] == pytest.approx(flat.range[1])
    assert areas.range[0] < flat.chosen < areas.range[1]
    assert areas.summary().loc["largest", "of_chosen"] == pytest.approx(areas.range[1] / areas.chosen)


@pytest.mark.parametrize(
    ("values", "centre"),
    [
        (pd.Series([1.0, 2]), 0),
        (pd.Series(range(10)), 0),
        ([3, 4, 5], 0),
        (pd.Series([3, 4, 5], index=list("aab")), 0),
        (pd.Series([3, 4, 5]), 4),
        (pd.Series([3, 4, np.nan]), 0),
    ],
)
def test_what_areas_refuse(values, centre):
    with pytest.raises(InputError):
        polygon_areas(values, centre=centre)
