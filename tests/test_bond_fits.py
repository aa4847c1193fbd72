"""Bonds estimated: known weights recovered, other implementations, delta method, and data without an estimate."""

import functools
import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize

from relmark_helpers.calculations.bond_fits import fit_bonds, fit_choices
from relmark_helpers.calculations.bond_simulation import simulate_choices, simulate_stays
from relmark_helpers.calculations.bonds import (
    BONDS,
    TEACHING_WEIGHTS,
    BondWeights,
    choice_probabilities,
    marginal_effects,
    stay_probability,
)
from relmark_helpers.validation import InputError, StatisticalWarning

TRUE = pd.Series(vars(TEACHING_WEIGHTS))
LOOKS = [*BONDS, "price_gap"]


@functools.cache
def stays(n=600, seed=1):
    return simulate_stays(n, np.random.default_rng(seed))


@functools.cache
def choices(n=250, seed=1):
    return simulate_choices(n, np.random.default_rng(seed))


@functools.cache
def chosen_fit():
    return fit_choices(choices())


# ---- Simulation


def test_simulated_customers_stay_as_often_as_the_model_says():
    data = stays(40_000, 3)
    p = stay_probability(TEACHING_WEIGHTS, **{name: data[name].to_numpy() for name in LOOKS})
    assert data["stayed"].mean() == pytest.approx(p.mean(), abs=0.008)
    for part in (p < 0.2, (p > 0.4) & (p < 0.6), p > 0.8):
        assert data["stayed"][part].mean() == pytest.approx(p[part].mean(), abs=0.02)
    assert data[list(BONDS)].stack().between(0, 1).all() and data["price_gap"].between(-20, 60).all()


def test_simulated_customers_take_each_offer_as_often_as_the_model_says():
    data = choices(600, 4)
    probability = pd.concat(
        choice_probabilities(TEACHING_WEIGHTS, one.set_index("offer")) for _, one in data.groupby("customer")
    )
    taken = data.groupby("offer")["chosen"].mean()
    np.testing.assert_allclose(taken, probability.groupby(level=0).mean(), atol=0.04)
    assert (data.groupby("customer")["chosen"].sum() == 1).all()
    assert data.loc[data["offer"] != "stay", list(BONDS)].max(axis=None) <= 0.5


def test_same_seed_gives_the_same_customers_and_own_weights_count():
    for simulate in (simulate_stays, simulate_choices):
        first, second = (simulate(50, np.random.default_rng(5)) for _ in range(2))
        pd.testing.assert_frame_equal(first, second)
    held = simulate_stays(100, np.random.default_rng(5), weights=BondWeights(50, 0, 0, 0, 0.1))
    assert held["stayed"].all()


# ---- Known weights are recovered


def test_limits_cover_the_true_weights_as_often_as_they_say():
    worth = TRUE[:-1] / TRUE["price"]
    effects, covered, bias = [], [], []
    for seed in range(120):
        data = simulate_stays(600, np.random.default_rng([11, seed]))
        fit = fit_bonds(data)
        limits, money, slopes = fit.conf_int(), fit.price_equivalents(), fit.marginal_effects()
        covered.append(limits["low"].le(TRUE) & limits["high"].ge(TRUE))
        effects.append(money["low"].le(worth) & money["high"].ge(worth))
        truth = marginal_effects(TEACHING_WEIGHTS, data).mean()
        bias.append((slopes["estimate"] - truth) / slopes["std err"])
    covered, effects = pd.DataFrame(covered), pd.DataFrame(effects)
    assert 0.93 <= covered.mean(axis=None) <= 0.97 and covered.mean().min() >= 0.88
    assert 0.93 <= effects.mean(axis=None) <= 0.97
    assert pd.DataFrame(bias).mean().abs().max() < 0.25  # averages of 120, in standard errors


def test_limits_cover_the_true_weights_among_several_offers():
    covered = []
    for seed in range(14):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", StatisticalWarning)  # so few customers bring a caution
            limits = fit_choices(simulate_choices(110, np.random.default_rng([12, seed]))).conf_int()
        covered.append(limits["low"].le(TRUE) & limits["high"].ge(TRUE))
    assert np.mean(covered) >= 0.87  # of 70 intervals; at 95 per cent each, fewer have a chance of 0.2 per cent


def test_more_customers_give_closer_estimates():
    few, many = fit_bonds(stays(600)), fit_bonds(stays(9_600))
    np.testing.assert_allclose(few.bse / many.bse, 4, rtol=0.2)
    assert ((many.params - TRUE) / many.bse).abs().max() < 3


# ---- Against other implementations


def test_logit_against_its_own_equations():
    data, fit = stays(), fit_bonds(stays())
    x = np.column_stack([np.ones(len(data)), data[list(BONDS)], -data["price_gap"]])
    p = 1 / (1 + np.exp(-x @ fit.params))
    np.testing.assert_allclose(x.T @ (data["stayed"] - p), 0, atol=1e-6)
    np.testing.assert_allclose(np.linalg.inv((x.T * p * (1 - p)) @ x), fit.cov_params, rtol=1e-6)
    log_p = np.where(data["stayed"] == 1, np.log(p), np.log1p(-p))
    assert fit.llf == pytest.approx(log_p.sum()) and fit.nobs == 600 and fit.model == "logit"
    np.testing.assert_allclose(fit.probability, p)


def test_marginal_effects_against_statsmodels():
    data = stays()
    x = sm.add_constant(data[LOOKS])
    theirs = sm.Logit(data["stayed"], x).fit(disp=0).get_margeff(at="overall").summary_frame()
    ours = fit_bonds(data).marginal_effects()
    np.testing.assert_allclose(ours["estimate"], theirs["dy/dx"], rtol=1e-6)
    np.testing.assert_allclose(ours["std err"], theirs["Std. Err."], rtol=1e-5)
    np.testing.assert_allclose(ours[["low", "high"]], theirs[["Conf. Int. Low", "Cont. Int. Hi."]], rtol=1e-4)
    averages = marginal_effects(fit_bonds(data).weights, data).mean()
    np.testing.assert_allclose(ours["estimate"], averages)


def test_price_equivalents_against_a_simulation_of_the_estimates():
    fit = fit_bonds(stays(9_600))
    draws = np.random.default_rng(6).multivariate_normal(fit.params, fit.cov_params, size=100_000)
    worth = draws[:, :4] / draws[:, 4:]
    money = fit.price_equivalents()
    np.testing.assert_allclose(money["estimate"], fit.params[:-1] / fit.params["price"])
    np.testing.assert_allclose(money["std err"], worth.std(axis=0), rtol=0.02)


def test_conditional_logit_against_the_likelihood_in_numpy():
    data, fit = choices(), chosen_fit()
    x = np.column_stack([data["offer"] == "stay", data[list(BONDS)], -data["price"]]).astype(float).reshape(-1, 3, 5)
    x -= x.mean(axis=1, keepdims=True)
    taken = data["chosen"].to_numpy().reshape(-1, 3) == 1

    def negative(weights):
        utility = x @ weights
        return np.log(np.exp(utility).sum(axis=1)).sum() - utility[taken].sum()

    best = minimize(negative, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(fit.params, best.x, rtol=1e-4, atol=1e-5)
    assert fit.llf == pytest.approx(-best.fun)
    p = np.exp(x @ fit.params.to_numpy())
    p /= p.sum(axis=1, keepdims=True)
    mean = np.einsum("ij,ijk->ik", p, x)
    information = np.einsum("ij,ijk,ijl->kl", p, x, x) - mean.T @ mean
    np.testing.assert_allclose(fit.bse, np.sqrt(np.diag(np.linalg.inv(information))), rtol=1e-4)
    np.testing.assert_allclose(fit.probability, p[:, 0])


def test_marginal_effects_among_several_offers_against_differences():
    fit, data = chosen_fit(), choices()
    weights = fit.weights

    def mean_stay(weights=weights, **moved):
        table = data.copy()
        for name, by in moved.items():
            table.loc[table["offer"] == "stay", name] += by
        utility = weights.utility(0, 0, 0) * (table["offer"] == "stay") - weights.price * table["price"]
        utility += table[list(BONDS)] @ [weights.financial, weights.social, weights.structural]
        odds = np.exp(utility - utility.max())
        return (odds / odds.groupby(table["customer"]).transform("sum"))[table["offer"] == "stay"].mean()

    effects, step = fit.marginal_effects(), 1e-5
    for name in BONDS:
        slope = (mean_stay(**{name: step}) - mean_stay(**{name: -step})) / (2 * step)
        assert effects.loc[name, "estimate"] == pytest.approx(slope, rel=1e-4)
    slope = (mean_stay(price=step) - mean_stay(price=-step)) / (2 * step)
    assert effects.loc["price_gap", "estimate"] == pytest.approx(slope, rel=1e-4)

    # Delta method: the effect of 'social' at nearby weights, by differences.
    def effect(params):
        near = BondWeights(*params)
        return (mean_stay(near, social=1e-3) - mean_stay(near, social=-1e-3)) / 2e-3

    at, gradient = fit.params.to_numpy(), []
    for by in 1e-4 * np.eye(5):
        gradient.append((effect(at + by) - effect(at - by)) / 2e-4)
    error = np.sqrt(np.array(gradient) @ fit.cov_params.to_numpy() @ gradient)
    assert effects.loc["social", "std err"] == pytest.approx(error, rel=1e-3)


def test_one_rival_without_bonds_is_the_binary_model():
    data = stays(300)
    stay = data.assign(offer="stay", price=100 + data["price_gap"], chosen=data["stayed"])
    rival = data.assign(offer="rival", financial=0, social=0, structural=0, price=100, chosen=1 - data["stayed"])
    long = pd.concat([rival, stay]).sample(frac=1, random_state=1)
    one, other = fit_bonds(data), fit_choices(long)
    np.testing.assert_allclose(other.params, one.params, rtol=1e-5)
    np.testing.assert_allclose(other.bse, one.bse, rtol=1e-4)
    np.testing.assert_allclose(other.marginal_effects(), one.marginal_effects(), rtol=1e-3)
    assert other.llf == pytest.approx(one.llf)


def test_the_unit_of_money_changes_price_only():
    cents = fit_bonds(stays().assign(price_gap=stays()["price_gap"] * 100))
    np.testing.assert_allclose(cents.params[:-1], fit_bonds(stays()).params[:-1], rtol=1e-6)
    large = fit_choices(choices().assign(price=choices()["price"] * 1e5))
    np.testing.assert_allclose(large.params / chosen_fit().params, [1, 1, 1, 1, 1e-5], rtol=1e-6)
    np.testing.assert_allclose(large.bse / chosen_fit().bse, [1, 1, 1, 1, 1e-5], rtol=1e-5)


def test_tables_of_a_fit():
    fit = fit_bonds(stays())
    summary = fit.summary()
    assert list(summary.columns) == ["estimate", "std err", "low", "high"] and list(summary.index) == list(TRUE.index)
    np.testing.assert_allclose((summary["high"] - summary["low"]) / (2 * summary["std err"]), 1.959964, rtol=1e-6)
    narrow, wide = fit.conf_int(0.5), fit.conf_int(0.01)
    assert (narrow["low"] > wide["low"]).all() and (narrow["high"] < wide["high"]).all()
    assert fit.weights.social == pytest.approx(fit.params["social"])
    with pytest.raises(InputError, match="`alpha`: found 95"):
        fit.conf_int(95)


# ---- Data that need care, or have no estimate


def test_a_price_that_hardly_counts_gives_no_worth_in_money():
    data = simulate_stays(400, np.random.default_rng(9), weights=BondWeights(-2, 0.8, 1.2, 2.0, 1e-9))
    fit = fit_bonds(data)
    with pytest.warns(StatisticalWarning, match="include 0: bonds cannot be stated in money"):
        fit.price_equivalents()


def test_few_customers_warn():
    with pytest.warns(StatisticalWarning, match=r"\d+ customers of the rarer outcome for 5 weights"):
        fit_bonds(stays(60, 2))
    with pytest.warns(StatisticalWarning, match="rarer outcome"):
        fit_choices(choices(60, 2))


def test_customers_in_several_rows_warn():
    with pytest.warns(StatisticalWarning, match="several rows"):
        fit_bonds(stays().assign(customer=1))


def separated():
    """Whoever has a structural bond above one half stays; the others differ."""
    data = stays().copy()
    data["structural"] = (data["structural"] > 0.5).astype(float)
    data.loc[data["structural"] == 1, "stayed"] = 1
    return data


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda: stays().drop(columns="social"), "a column named 'social'"),
        (lambda: stays().assign(stayed=2), "`stayed`: found 2.*0 or 1"),
        (lambda: stays().assign(stayed="yes"), "`stayed`: found array(?s:.*)expected 0 or 1"),
        (lambda: stays().assign(stayed=np.nan), "`stayed`: found nan"),
        (lambda: stays()[:0], "`stayed`: found no rows"),
        (lambda: stays().assign(stayed=1), "`stayed`: found 1 for all 600 customers"),
        (lambda: stays().assign(social=0.3), "`social`: found the same value throughout.*differs between customers"),
        (lambda: stays().assign(price_gap=5.0), "`price_gap`: found the same value throughout"),
        (lambda: stays().assign(social=stays()["financial"] / 2), "`financial, social`: found columns that follow"),
        (lambda: stays().assign(social=70), "`social`: found 70.*from 0 to 1"),
        (lambda: stays().assign(price_gap=np.inf), "`price_gap`: found inf"),
        (lambda: stays().assign(stayed=(stays()["price_gap"] < 9).astype(int)), "price_gap tells without error"),
        (separated, "structural tells without error who stays .separation."),
        (lambda: stays()[:5], "tells? without error|follow from each other"),
    ],
)
def test_stays_without_an_estimate(data, message):
    with pytest.raises(InputError, match=message):
        fit_bonds(data())


def take(offer):
    return lambda: choices().assign(chosen=(choices()["offer"] == offer).astype(int))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda: choices().drop(columns="offer"), "a column named 'offer'"),
        (lambda: choices().assign(chosen=0.5), "`chosen`: found 0.5.*0 or 1"),
        (lambda: choices().assign(chosen=0), r"no or several offers chosen for customer 1 \(250 such"),
        (lambda: choices().assign(chosen=1), "exactly one chosen offer"),
        (lambda: choices().iloc[1:], "no or several offers called 'stay' for customer 1"),
        (lambda: choices().assign(offer="stay"), "no or several offers called 'stay'"),
        (lambda: choices().query("offer == 'stay'").assign(chosen=1), "one offer only for customer 1"),
        (lambda: choices().replace({"offer": {"rival B": "rival A"}}), "an offer that is listed twice"),
        (take("stay"), "`chosen`: found all 250 customers stay"),
        (take("rival A"), "`chosen`: found all 250 customers leave"),
        (
            lambda: choices().assign(social=choices()["customer"] / 250),
            "`social`: found the same value throughout.*between the offers to one customer",
        ),
        (
            lambda: choices().assign(
                chosen=choices().groupby("customer")["price"].transform(lambda price: price == price.min()).astype(int)
            ),
            "price tells without error",
        ),
    ],
)
def test_choices_without_an_estimate(data, message):
    with pytest.raises(InputError, match=message):
        fit_choices(data())


def test_partial_separation_is_no_false_alarm_when_one_customer_overlaps():
    data = separated()
    data.loc[data.index[data["structural"] == 1][0], "stayed"] = 0
    assert fit_bonds(data).params["structural"] > 2


@pytest.mark.parametrize("simulate", [simulate_stays, simulate_choices])
def test_simulation_rejects(simulate):
    with pytest.raises(InputError, match="`generator`: found int.*default_rng"):
        simulate(5, 1991)
    with pytest.raises(InputError, match="`n`: found 0"):
        simulate(0, np.random.default_rng(1))
