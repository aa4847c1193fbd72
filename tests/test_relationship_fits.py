"""The relationship quality model estimated: known parameters recovered, other implementations, data that fail."""

import functools
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from relmark_helpers.calculations.relationship_fits import fit_episodes, fit_relationship
from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
from relmark_helpers.calculations.relationship_simulation import CALIBRATED_POPULATION, simulate_relationships
from relmark_helpers.validation import InputError, StatisticalWarning

SATISFACTION = pd.Series({"constant": 8.0, "quality": 0.5, "value": 0.5})
COMMITMENT = pd.Series({"constant": -0.2, "satisfaction": 0.5, "barriers": 0.7, "ties": 0.4, "alternatives": -0.35})
TRUE = pd.concat(
    {"satisfaction": SATISFACTION, "commitment": COMMITMENT, "staying": pd.Series({"constant": 0.0, "commitment": 1.0})}
)


@functools.cache
def sample(n=100, seed=1):
    return simulate_relationships(n, np.random.default_rng([31, seed]))


@functools.cache
def episode_fit():
    return fit_episodes(sample().episodes)


def covers(summary, truth):
    return summary["low"].le(truth) & summary["high"].ge(truth)


# ---- Known parameters are recovered


def test_the_truths_here_are_those_of_the_model():
    model = TEACHING_MODEL
    assert SATISFACTION["quality"] == model.quality_weight and SATISFACTION["value"] == model.value_weight
    assert SATISFACTION["constant"] == 8 * (model.quality_weight + model.value_weight)
    assert COMMITMENT.tolist() == [
        model.constant,
        model.satisfaction_effect,
        model.barrier_effect,
        model.tie_effect,
        -model.alternative_effect,
    ]


def test_limits_of_episodes_cover_the_truth_as_often_as_they_say():
    covered, spread = [], []
    for seed in range(20):
        made = simulate_relationships(60, np.random.default_rng([21, seed]), episodes=8)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", StatisticalWarning)  # in so few customers a spread may be put at 0
            fit = fit_episodes(made.episodes)
        covered.append(covers(fit.summary(), SATISFACTION))
        spread.append(fit.random)
    assert 0.9 <= pd.DataFrame(covered).mean(axis=None) <= 0.99  # of 60 intervals
    means = pd.DataFrame(spread).mean()
    true = CALIBRATED_POPULATION
    assert means["sd of constant"] == pytest.approx(true.leniency_sd, abs=0.05)
    assert means["sd of quality"] == pytest.approx(true.sensitivity_sd, abs=0.03)
    assert means["sd within customers"] == pytest.approx(true.episode_noise_sd, abs=0.02)
    assert abs(means["correlation"]) < 0.15


def test_limits_of_the_relationship_cover_the_truth_as_often_as_they_say():
    covered = pd.DataFrame(
        [
            covers(
                fit_relationship(simulate_relationships(300, np.random.default_rng([22, at])).customers).summary(), TRUE
            )
            for at in range(120)
        ]
    )
    assert 0.93 <= covered.mean(axis=None) <= 0.97 and covered.mean().min() >= 0.88


def test_other_parameters_are_recovered_too():
    model = replace(TEACHING_MODEL, quality_weight=0.8, value_weight=0.3, tie_effect=0.0, barrier_effect=1.2)
    made = simulate_relationships(4000, np.random.default_rng(3), model=model)
    fit = fit_relationship(made.customers).summary()
    truth = pd.Series([8.8, 0.8, 0.3, -0.2, 0.5, 1.2, 0.0, -0.35, 0.0, 1.0], index=fit.index)
    assert ((fit["estimate"] - truth) / fit["std err"]).abs().max() < 3.5


def test_an_ordinary_regression_of_episodes_claims_too_much():
    table = sample().episodes
    x = np.column_stack([np.ones(len(table)), table["quality"] - 8, table["value"] - 8])
    plain = sm.OLS(table["satisfaction"].to_numpy(), x).fit()
    assert (plain.bse[:2] < 0.75 * episode_fit().bse.iloc[:2]).all()


def test_error_of_measurement_shrinks_the_slope_of_what_was_measured_and_lets_that_of_ties_grow():
    customers = simulate_relationships(4000, np.random.default_rng(4)).customers
    answered = customers.assign(satisfaction=customers["answer_overall"])
    true, found = (fit_relationship(table).commitment.params for table in (customers, answered))
    assert found["satisfaction"] < 0.85 * true["satisfaction"] and found["ties"] > 1.2 * true["ties"]


# ---- Against other implementations


def test_likelihood_of_the_mixed_model_written_in_numpy():
    table, fit = sample().episodes, episode_fit()
    a, b, r, error = fit.random
    omega = np.array([[a**2, r * a * b], [r * a * b, b**2]])
    information, score, quadratic, logdet = np.zeros((3, 3)), np.zeros(3), 0.0, 0.0
    for _, one in table.groupby("customer"):
        x = np.column_stack([np.ones(len(one)), one["quality"] - 8, one["value"] - 8])
        z, y = x[:, :2], one["satisfaction"].to_numpy()
        v = z @ omega @ z.T + error**2 * np.eye(len(one))
        inverse = np.linalg.inv(v)
        information += x.T @ inverse @ x
        score += x.T @ inverse @ y
        quadratic += y @ inverse @ y
        logdet += np.linalg.slogdet(v)[1]
    beta = np.linalg.solve(information, score)
    np.testing.assert_allclose(beta, fit.params, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.inv(information), fit.cov_params, rtol=0.02)  # theirs: whole Hessian
    rest = quadratic - beta @ score
    free = len(table) - 3
    restricted = -0.5 * (free * np.log(2 * np.pi) + logdet + np.linalg.slogdet(information)[1] + rest)
    assert fit.llf == pytest.approx(restricted, abs=1e-3)
    assert fit.nobs == 1200 and fit.customers == 100 and fit.converged and fit.method[-1] == "lbfgs"


def test_relationship_against_normal_equations():
    customers = sample(300, 2).customers
    fit = fit_relationship(customers)
    x = np.column_stack(
        [
            np.ones(len(customers)),
            customers["satisfaction"] - 5.5,
            customers["barriers"],
            customers["ties"],
            customers["alternatives"] - 5.5,
        ]
    )
    y = customers["commitment"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    np.testing.assert_allclose(fit.commitment.params, beta)
    rest = y - x @ beta
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    meat = (x * (rest / (1 - leverage))[:, None] ** 2).T @ x
    np.testing.assert_allclose(fit.commitment.cov_params, inverse @ meat @ inverse)
    assert fit.commitment.rsquared == pytest.approx(1 - rest.var() / y.var())
    p = 1 / (1 + np.exp(-(fit.staying.params.iloc[0] + fit.staying.params.iloc[1] * y)))
    np.testing.assert_allclose([(customers["stayed"] - p).sum(), ((customers["stayed"] - p) * y).sum()], 0, atol=1e-6)


def test_results_are_laid_out_as_those_of_statsmodels():
    fit = fit_relationship(sample(300, 2).customers)
    table = fit.summary()
    assert table.index.names == ["outcome", "term"] and list(table.columns) == ["estimate", "std err", "low", "high"]
    pd.testing.assert_series_equal(
        table.loc["satisfaction", "std err"], fit.satisfaction.bse, check_names=False, check_index_type=False
    )
    wide, narrow = (fit.commitment.conf_int(alpha) for alpha in (0.01, 0.1))
    assert (wide["low"] < narrow["low"]).all() and (wide["high"] > narrow["high"]).all()
    theirs = 1.959964 * fit.commitment.bse
    np.testing.assert_allclose(fit.commitment.conf_int()["high"], fit.commitment.params + theirs, rtol=1e-6)
    for alpha in (0, 1, 5):
        with pytest.raises(InputError, match="alpha"):
            fit.commitment.conf_int(alpha)


def test_order_of_rows_and_names_of_customers_do_not_matter():
    table = sample(40, 2).episodes
    shuffled = table.sample(frac=1, random_state=1).assign(customer=lambda t: "c" + t["customer"].astype(str))
    np.testing.assert_allclose(fit_episodes(table).params, fit_episodes(shuffled).params, rtol=1e-4)


# ---- Data with cautions, and without estimates


def test_few_customers_and_equal_customers_bring_cautions():
    with pytest.warns(StatisticalWarning) as caught:
        fit_episodes(sample(25, 6).episodes)
    assert "25 customers, fewer than 30" in str(caught[-1].message)
    alike = replace(CALIBRATED_POPULATION, leniency_sd=0.0, sensitivity_sd=0.0)
    made = simulate_relationships(60, np.random.default_rng(9), population=alike)
    with pytest.warns(StatisticalWarning, match="at its border"):
        fit = fit_episodes(made.episodes)
    assert fit.random["sd of quality"] < 0.1
    few = sample(500, 3).customers
    rare = pd.concat([few[few["stayed"] == 1].head(60), few[few["stayed"] == 0].head(8)])
    with pytest.warns(StatisticalWarning, match="8 customers of the rarer outcome"):
        fit_relationship(rare)


def test_a_search_that_fails_raises(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    tried = []

    class Lost:
        converged = False
        bse_fe = np.ones(3)

    def lost(self, method):
        tried.append(method)
        return Lost()

    monkeypatch.setattr(MixedLM, "fit", lost)
    with pytest.raises(InputError, match="did not converge"):
        fit_episodes(sample(40, 2).episodes)
    assert tried == [["lbfgs"], ["powell", "lbfgs"]]


def test_the_second_optimiser_is_used_where_the_first_fails(monkeypatch):
    from statsmodels.regression.mixed_linear_model import MixedLM

    whole = MixedLM.fit

    def first_fails(self, method):
        if method == ["lbfgs"]:
            raise np.linalg.LinAlgError("Singular matrix")
        return whole(self, method=method)

    expected = fit_episodes(sample(40, 2).episodes)
    monkeypatch.setattr(MixedLM, "fit", first_fails)
    found = fit_episodes(sample(40, 2).episodes)
    assert found.method == ("powell", "lbfgs")
    np.testing.assert_allclose(found.params, expected.params, rtol=1e-3)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.drop(columns="value"), "value"),
        (lambda t: t[t["episode"] <= 2], "three episodes or more"),
        (lambda t: t.iloc[:0], "three episodes or more"),
        (lambda t: t.assign(value=t["quality"] - 1), "quality, value"),
        (lambda t: t.assign(quality=np.nan), "quality"),
    ],
)
def test_episodes_without_an_estimate_are_refused(change, match):
    with pytest.raises(InputError, match=match):
        fit_episodes(change(sample(40, 2).episodes))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda t: t.drop(columns="ties"), "ties"),
        (lambda t: t.assign(stayed=1), "both of them"),
        (lambda t: t.assign(stayed=t["stayed"] * 2), "0 or 1"),
        (lambda t: t.assign(barriers=2.0), "satisfaction, barriers, ties"),
        (lambda t: t.assign(value=t["quality"]), "quality, value"),
        (lambda t: t.assign(stayed=(t["commitment"] > 1).astype(int)), "separation"),
        (lambda t: t.assign(stayed=(t["commitment"] < 1).astype(int)), "separation"),
        (lambda t: t.groupby("stayed").head(2), "more rows than terms"),
    ],
)
def test_relationships_without_an_estimate_are_refused(change, match):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        with pytest.raises(InputError, match=match):
            fit_relationship(change(sample().customers))
