"""The relationship level as a path model: the paths that a simulation implies are recovered, with their coverage."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
from relmark_helpers.calculations.path_models import fit_composites, fit_pls
from relmark_helpers.calculations.path_structure import PathModel
from relmark_helpers.calculations.relationship_paths import RELATIONSHIP_PATHS, implied_paths
from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
from relmark_helpers.calculations.relationship_simulation import CALIBRATED_POPULATION, simulate_relationships


@functools.cache
def large():
    return simulate_relationships(150_000, np.random.default_rng([23, 0]))


@functools.cache
def truth():
    return implied_paths(large())


def test_implied_paths_are_the_parameters_in_standard_deviations():
    spread, model, paths = large().customers.std(numeric_only=True), TEACHING_MODEL, truth()
    for source, target, size in (
        ("quality", "value", 1),
        ("sacrifice", "value", -1),
        ("quality", "satisfaction", model.quality_weight),
        ("value", "satisfaction", model.value_weight),
        ("satisfaction", "commitment", model.satisfaction_effect),
        ("barriers", "commitment", model.barrier_effect),
        ("ties", "commitment", model.tie_effect),
        ("alternatives", "commitment", -model.alternative_effect),
    ):
        assert paths[source, target] == pytest.approx(size * spread[source] / spread[target])
    customers = large().customers
    assert paths["commitment", "staying"] == pytest.approx(customers["commitment"].corr(customers["stayed"]), abs=0.005)
    assert list(paths.index) == list(RELATIONSHIP_PATHS.paths)


def test_a_large_sample_recovers_the_implied_paths():
    fit = fit_composites(large().customers, RELATIONSHIP_PATHS)
    np.testing.assert_allclose(fit.params, truth(), atol=0.008)  # four standard errors of a sample of this size
    assert fit.rsquared["value"] == pytest.approx(1)


def test_other_parameters_and_another_population_are_recovered_too():
    model = replace(TEACHING_MODEL, quality_weight=0.8, value_weight=0.3, tie_effect=0.0, barrier_effect=1.2)
    population = replace(CALIBRATED_POPULATION, sacrifice_sd=2.0, tie_r=0.3, alternative_r=0.2)
    one, other = (
        simulate_relationships(size, np.random.default_rng([23, size]), model=model, population=population)
        for size in (40_000, 4_000)
    )
    implied = implied_paths(one)
    boot = bootstrap_paths(
        fit_composites(other.customers, RELATIONSHIP_PATHS), resamples=300, generator=np.random.default_rng(1)
    )
    assert ((boot.params - implied) / boot.bse).abs().max() < 3.5
    assert implied["ties", "commitment"] == 0 and abs(implied["quality", "value"] - truth()["quality", "value"]) > 0.1


def test_limits_of_the_paths_cover_what_is_implied_as_often_as_they_say():
    covered, errors = [], []
    for at in range(100):
        made = simulate_relationships(300, np.random.default_rng([25, at]))
        fit = fit_composites(made.customers, RELATIONSHIP_PATHS)
        limits = bootstrap_paths(fit, resamples=400, generator=np.random.default_rng([26, at])).conf_int()
        covered.append(limits["low"].le(truth()) & limits["high"].ge(truth()))
        errors.append(fit.params - truth())
    covered, errors = pd.DataFrame(covered), pd.DataFrame(errors)
    assert 0.91 <= covered.mean(axis=None) <= 0.97 and covered.mean().min() >= 0.85  # 95 per cent limits
    assert (errors.mean().abs() < 3.5 * errors.std() / 10).all()  # no bias beyond chance


def test_paths_are_least_squares_on_standardised_sums_by_statsmodels():
    customers = simulate_relationships(400, np.random.default_rng(3)).customers
    fit = fit_composites(customers, RELATIONSHIP_PATHS)
    z = (customers - customers.mean(numeric_only=True)) / customers.std(numeric_only=True)
    sums = {name: z[list(items)].sum(axis=1) for name, items in RELATIONSHIP_PATHS.constructs.items()}
    scores = pd.DataFrame(sums).apply(lambda column: column / column.std())
    for target in ("value", "satisfaction", "commitment", "staying"):
        sources = [source for source, to in RELATIONSHIP_PATHS.paths if to == target]
        by_hand = sm.OLS(scores[target], scores[sources]).fit().params
        np.testing.assert_allclose(fit.params.xs(target, level="target")[sources], by_hand, atol=1e-9)


def test_effects_run_along_the_paths():
    paths = fit_composites(large().customers, RELATIONSHIP_PATHS)
    effects, direct = paths.effects(), paths.params
    to_satisfaction = direct["quality", "satisfaction"] + direct["quality", "value"] * direct["value", "satisfaction"]
    to_commitment = to_satisfaction * direct["satisfaction", "commitment"]
    assert effects.loc[("quality", "commitment"), "total"] == pytest.approx(to_commitment)
    assert effects.loc[("quality", "staying"), "total"] == pytest.approx(
        to_commitment * direct["commitment", "staying"]
    )


def test_partial_least_squares_agrees_where_bonds_count_alike():
    customers = simulate_relationships(5_000, np.random.default_rng(4)).customers
    one, other = fit_composites(customers, RELATIONSHIP_PATHS), fit_pls(customers, RELATIONSHIP_PATHS)
    np.testing.assert_allclose(one.params, other.params, atol=0.01)


def test_answers_in_the_place_of_states_shrink_paths_and_two_questions_less_than_one():
    customers = large().customers

    def pull(items):
        model = PathModel({**RELATIONSHIP_PATHS.constructs, "satisfaction": items}, RELATIONSHIP_PATHS.paths)
        return fit_composites(customers, model).params["satisfaction", "commitment"]

    one, two = pull(["answer_overall"]), pull(["answer_overall", "answer_satisfaction"])
    assert one < 0.85 * truth()["satisfaction", "commitment"] and one < two < truth()["satisfaction", "commitment"]
