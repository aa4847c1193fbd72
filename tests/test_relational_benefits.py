"""Relational benefits: means, limits and reliability by other routes, the matrix, missing answers, the simulation."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relmark_helpers.calculations.relational_benefits import (
    BENEFIT_ITEMS,
    BENEFIT_TYPES,
    IMPORTANCE,
    measure_benefits,
    simulate_benefit_answers,
)
from relmark_helpers.calculations.reliability import cronbach_alpha
from relmark_helpers.validation import InputError


def seed():
    return np.random.default_rng(1951)


@functools.cache
def answers(n=275):
    return simulate_benefit_answers(n, np.random.default_rng(2007))


@functools.cache
def profile():
    return measure_benefits(answers(), generator=seed(), resamples=500)


def test_the_seven_benefits_and_three_types_of_the_sources():
    assert list(BENEFIT_TYPES) == [
        "operational",
        "symbiotic",
        "economic",
        "customisation",
        "strategic",
        "psychological",
        "social",
    ]
    assert list(dict.fromkeys(BENEFIT_TYPES.values())) == ["functional", "psychological", "social"]


@pytest.mark.parametrize("benefit", BENEFIT_TYPES)
def test_scores_and_limits_by_pandas_and_scipy(benefit):
    items, row = answers()[list(BENEFIT_ITEMS[benefit])].astype(float), profile().table.loc[benefit]
    own = items.mean(axis=1).where(items.notna().sum(axis=1) >= 1.5)
    wanted = answers()[IMPORTANCE[benefit]].astype(float)
    for name, values in (("received", own), ("importance", wanted), ("shortfall", wanted - own)):
        known = values.dropna()
        low, high = stats.t.interval(0.95, len(known) - 1, known.mean(), stats.sem(known))
        assert row[[name, f"{name}_low", f"{name}_high"]].tolist() == pytest.approx([known.mean(), low, high])
    assert row["alpha"] == pytest.approx(cronbach_alpha(items.dropna().cov()))
    assert row["alpha_low"] < row["alpha"] < row["alpha_high"]
    assert (row["respondents"], row["without"]) == (own.notna().sum(), own.isna().sum())


def test_shortfall_limits_are_those_of_a_paired_test():
    own, wanted = profile().scales.scores["economic"], answers()["importance_economic"].astype(float)
    both = own.notna() & wanted.notna()
    ends = stats.ttest_rel(wanted[both], own[both]).confidence_interval(0.95)
    assert profile().table.loc["economic", ["shortfall_low", "shortfall_high"]].tolist() == pytest.approx(list(ends))


def test_matrix_is_about_each_respondents_own_mean():
    matrix = profile().matrix
    assert matrix[["importance", "received"]].sum().tolist() == pytest.approx([0, 0])
    generous = answers().copy()
    bonus = pd.Series(np.arange(len(generous)) % 2 * 3.0)  # half of the people answer three points more to everything
    generous = generous.astype(float).add(bonus, axis=0)
    shifted = measure_benefits(generous, generator=seed(), scale=(1, 10), resamples=500).matrix
    pd.testing.assert_frame_equal(shifted, matrix)


def test_places_follow_the_limits_and_find_what_was_built_in():
    found = measure_benefits(answers(2000), generator=seed(), resamples=100).matrix
    assert found["place"].drop(["customisation"]).to_dict() == {
        "operational": "keep up",
        "symbiotic": "enough",
        "economic": "act first",
        "strategic": "enough",
        "psychological": "keep up",
        "social": "more than asked",
    }
    for _, row in found.iterrows():
        crosses = any(row[f"{name}_low"] <= 0 <= row[f"{name}_high"] for name in ("importance", "received"))
        assert (row["place"] == "borderline") is crosses


def test_types_are_means_of_their_benefits():
    types, scores = profile().types, profile().scales.scores
    functional = [name for name, kind in BENEFIT_TYPES.items() if kind == "functional"]
    assert types.loc["functional", "received"] == pytest.approx(scores[functional].dropna().mean(axis=1).mean())
    assert types["benefits"].tolist() == [5, 1, 1]
    tangible = dict.fromkeys(BENEFIT_TYPES, "tangible") | {"psychological": "intangible", "social": "intangible"}
    own = measure_benefits(answers(), generator=seed(), types=tangible, resamples=100)
    assert own.types["benefits"].to_dict() == {"tangible": 5, "intangible": 2}


def test_missing_importance_leaves_the_matrix_unknown():
    gone = answers().copy()
    gone["importance_social"] = pd.NA
    found = measure_benefits(gone, generator=seed(), resamples=100)
    assert (found.matrix["place"] == "not known").all()
    assert np.isnan(found.table.loc["social", "importance"]) and found.table.loc["economic", "importance"] > 5


def test_own_benefits_may_be_fewer():
    two = {name: list(BENEFIT_ITEMS[name]) for name in ("economic", "social")}
    assert list(measure_benefits(answers(), generator=seed(), items=two, resamples=100).table.index) == list(two)


def test_simulation_is_declared_and_built_as_said():
    large = answers(20_000).astype(float)
    assert large.isna().mean().mean() == pytest.approx(0.03, abs=0.003)
    found = measure_benefits(answers(20_000), generator=seed(), resamples=100).table
    assert found["alpha"].idxmin() == "symbiotic" and found.loc["symbiotic", "alpha"] < 0.5
    assert (found["alpha"].drop("symbiotic") > 0.7).all()
    assert found["shortfall"].idxmax() == "economic" and found["shortfall"].idxmin() == "social"


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"importance": {"economic": "importance_economic"}}, "operational"),
        ({"types": {}}, "operational"),
        ({"items": {"economic": ["economic_1"]}}, "two items"),
        ({"scale": (1, 5)}, "1 to 5"),
    ],
)
def test_unfit_input(change, match):
    with pytest.raises(InputError, match=match):
        measure_benefits(answers(), generator=seed(), resamples=100, **change)


def test_unfit_simulation():
    with pytest.raises(InputError):
        simulate_benefit_answers(0, seed())
    with pytest.raises(InputError):
        simulate_benefit_answers(5, 7)
