"""Chains estimated from logs: known chains recovered, intervals, other implementations, logs that need care."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from relmark_helpers.calculations.chain_estimates import estimate_chain
from relmark_helpers.calculations.chain_models import FORMER, recency_chain, retention_chain
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.calculations.customer_logs import recency_log, simulate_customers
from relmark_helpers.validation import InputError, StatisticalWarning

CHAIN = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
REWARD = np.asarray(CHAIN.reward)
few = pytest.mark.filterwarnings("ignore:fewer than 30 transitions")


def simulated(n, periods=10, seed=1, chain=CHAIN):
    log = simulate_customers(chain, n, periods, np.random.default_rng(seed))
    return estimate_chain(log, states=chain.states, final=[chain.states[-1]])


# ---- Recovery


def test_known_probabilities_are_recovered():
    estimate = simulated(20_000)
    np.testing.assert_allclose(estimate.probabilities, CHAIN.matrix, atol=0.012)
    np.testing.assert_allclose(estimate.chain(REWARD, 0.2).value(), CHAIN.value(), atol=0.7)
    assert estimate.n_customers == 20_000 and estimate.states == CHAIN.states


@few
def test_wilson_limits_cover_the_true_probabilities():
    hits = []
    for seed in range(100):
        limits = simulated(200, 6, seed).conf_int()
        truth = CHAIN.power(1).stack().reindex(limits.index)
        inner = (truth > 0) & (truth < 1)
        hits.append(((limits["low"] <= truth) & (truth <= limits["high"]))[inner])
    assert 0.93 <= np.mean(hits) <= 0.97 and np.mean(hits, axis=0).min() >= 0.88


@few
def test_bootstrap_limits_cover_the_true_value():
    hits = []
    for seed in range(100):
        table = simulated(150, 10, seed).bootstrap_value(REWARD, 0.2, np.random.default_rng(seed), repetitions=200)
        hits.append((table["low"] <= CHAIN.value()) & (CHAIN.value() <= table["high"]))
    assert 0.90 <= np.mean(hits, axis=0)[0] <= 0.99  # of 100 percentile intervals of 95 per cent
    assert np.mean(hits, axis=0)[:4].min() >= 0.88


def test_bootstrap_error_against_repeated_samples():
    values = [simulated(400, 10, seed).chain(REWARD, 0.2).value().iloc[0] for seed in range(60)]
    table = simulated(400, 10, 99).bootstrap_value(REWARD, 0.2, np.random.default_rng(1), repetitions=400)
    assert table["std err"].iloc[0] == pytest.approx(np.std(values), rel=0.3)
    assert (table["low"] <= table["value"]).all() and (table["value"] <= table["high"]).all()
    assert table.loc[FORMER].tolist() == [0, 0, 0, 0]


def test_customers_who_differ_widen_the_bootstrap_but_not_wilson():
    # Two kinds of customers, one always there and one hardly ever: transitions of a customer are not independent.
    kept, lost = (retention_chain(r, margin=1, discount=0.1, convention="now") for r in (0.99, 0.5))
    logs = [simulate_customers(one, 150, 8, np.random.default_rng(seed)) for seed, one in enumerate((kept, lost))]
    logs[1]["customer"] += 1_000
    back = pd.concat(logs).replace({"state": {"lost": "away"}})
    mixed = estimate_chain(back, states=["customer", "away"], final=["away"])
    share = mixed.probabilities.loc["customer", "customer"]
    wilson = mixed.conf_int().loc[("customer", "customer")]
    width = wilson["high"] - wilson["low"]
    drawn = mixed._resample(np.random.default_rng(3), 500)[:, 0, 0]
    assert np.quantile(drawn, 0.975) - np.quantile(drawn, 0.025) > 1.2 * width
    assert np.mean(drawn) == pytest.approx(share, abs=0.01)


def test_stopping_points_share_the_samples_where_the_log_cannot_tell():
    clear = recency_chain([0.5, 0.4, 0.01], margin=100, cost=10, discount=0.1)
    shares = simulated(2_000, 8, 1, clear).bootstrap_stopping(clear.reward, 0.1, np.random.default_rng(1), cost=10)
    assert shares.idxmax() == "recency 3" and shares.max() > 0.99 and shares.sum() == pytest.approx(1)
    unclear = simulated(150, 6).bootstrap_stopping(REWARD, 0.2, np.random.default_rng(1), cost=4, repetitions=100)
    assert list(unclear.index) == [*CHAIN.states[:-1], "never"] and unclear.max() < 0.95


def test_same_seed_gives_the_same_limits():
    estimate = simulated(300)
    one, other = (estimate.bootstrap_value(REWARD, 0.2, np.random.default_rng(7), repetitions=100) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


# ---- By hand, and against another implementation

LOG = pd.DataFrame(
    {
        "customer": ["x", "x", "x", "x", "y", "y", "y", "z"],
        "period": [0, 1, 2, 3, 0, 1, 2, 5],
        "state": ["a", "b", "a", "lost", "a", "a", "b", "b"],
    }
)


@few
def test_counts_by_hand():
    estimate = estimate_chain(LOG.sample(frac=1, random_state=1), final=["lost"])
    assert estimate.states == ("a", "b", "lost") and estimate.n_customers == 3
    assert estimate.counts.to_numpy().tolist() == [[1, 2, 1], [1, 0, 0], [0, 0, 0]]
    assert estimate.probabilities.to_numpy().tolist() == [[0.25, 0.5, 0.25], [1, 0, 0], [0, 0, 1]]
    assert estimate.by_customer.sum(axis=0).tolist() == estimate.counts.to_numpy().tolist()
    assert isinstance(estimate.chain([1, 0, 0], 0.1), CustomerChain)


def test_wilson_against_statsmodels():
    limits = simulated(500).conf_int(0.1)
    low, high = proportion_confint(limits["count"], limits["departures"], alpha=0.1, method="wilson")
    np.testing.assert_allclose(limits["low"], low, atol=1e-12)
    np.testing.assert_allclose(limits["high"], high, atol=1e-12)
    np.testing.assert_allclose(limits["probability"], limits["count"] / limits["departures"])
    assert limits.index.names == ["from", "to"] and FORMER not in limits.index.get_level_values("from")
    assert limits[["low", "high"]].stack().between(0, 1).all()


@few
@given(st.integers(2, 40), st.integers(1, 8), st.integers(0, 10_000))
def test_estimates_are_always_a_chain(n, periods, seed):
    chain = recency_chain([0.6, 0.4], margin=10, cost=1, discount=0.1)
    log = simulate_customers(chain, n, periods, np.random.default_rng(seed))
    if {"recency 1", "recency 2"} <= set(log.loc[log["period"] < periods, "state"]):
        estimate = estimate_chain(log, states=chain.states, final=[FORMER])
        np.testing.assert_allclose(estimate.probabilities.sum(axis=1), 1)
        assert (estimate.probabilities.to_numpy()[chain.matrix == 0] == 0).all()


# ---- From purchases to states


def test_recency_log_by_hand():
    purchases = pd.DataFrame({"customer": [2, 1, 1, 1, 1, 3], "period": [4, 0, 0, 1, 6, 2]})
    log = recency_log(purchases, recencies=2, last_period=6)
    assert log[log["customer"] == 1].drop(columns="customer").to_numpy().tolist() == [
        [0, "recency 1"],
        [1, "recency 1"],
        [2, "recency 2"],
        [3, FORMER],
        [6, "recency 1"],
    ]
    assert log[log["customer"] == 2]["state"].tolist() == ["recency 1", "recency 2", FORMER]
    assert log[log["customer"] == 3]["period"].tolist() == [2, 3, 4]


@few
def test_those_who_return_are_counted_as_newly_won():
    purchases = pd.DataFrame({"customer": [1, 1, 2, 2, 2], "period": [0, 6, 0, 1, 3]})
    log = recency_log(purchases, recencies=2, last_period=6)
    with pytest.warns(StatisticalWarning, match="1 returns out of final states are not counted"):
        estimate = estimate_chain(log, final=[FORMER])
    assert estimate.counts.loc[FORMER].sum() == 0
    assert estimate.probabilities.loc[FORMER, FORMER] == 1


def test_purchases_of_a_known_chain_give_it_back():
    log = simulate_customers(CHAIN, 8_000, 12, np.random.default_rng(5))
    bought = log[log["state"] == "recency 1"]
    made = recency_log(bought[["customer", "period"]], recencies=4, last_period=12)
    pd.testing.assert_frame_equal(
        made, log[~log.duplicated(["customer", "state"]) | (log["state"] != FORMER)].reset_index(drop=True)
    )
    estimate = estimate_chain(made, states=CHAIN.states, final=[FORMER])
    np.testing.assert_allclose(estimate.probabilities, CHAIN.matrix, atol=0.02)


# ---- Logs that need care


@few
def test_gaps_are_not_counted():
    log = pd.DataFrame({"customer": 1, "period": [0, 1, 3, 4, 5], "state": ["a", "b", "a", "b", "a"]})
    with pytest.warns(StatisticalWarning, match="1 transitions over a gap"):
        estimate = estimate_chain(log)
    assert estimate.counts.to_numpy().tolist() == [[0, 2], [1, 0]]


def test_few_transitions_warn_and_name_the_states():
    with pytest.warns(StatisticalWarning, match=r"fewer than 30 transitions .* out of a \(4\), b \(1\): "):
        estimate_chain(LOG, final=["lost"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: estimate_chain(LOG.drop(columns="state")), "a column named 'state'"),
        (lambda: estimate_chain(LOG), "`log`: found no transition out of 'lost'.*final=.'lost'."),
        (lambda: estimate_chain(LOG, states=["a", "b"]), "`state`: found 'lost'; expected one of 'a', 'b'"),
        (lambda: estimate_chain(LOG, final=["gone"]), "`state`: found 'gone'"),
        (lambda: estimate_chain(LOG, states=["a", "b", "lost", "a"]), "`states`: .*all different"),
        (lambda: estimate_chain(LOG[:0]), "`states`: found .*two states or more"),
        (lambda: estimate_chain(LOG.assign(period=0)), r"`log`: found customer 'x' twice in period 0 \(5 such rows"),
        (lambda: estimate_chain(LOG.assign(period=0.5)), "`period`: found numbers that are not whole"),
        (lambda: estimate_chain(LOG.assign(period="May")), "`period`"),
        (lambda: simulated(200).conf_int(5), "`alpha`: found 5"),
        (lambda: simulated(200).chain([1, 0], 0.1), "`reward`: found values of shape"),
        (lambda: simulated(200).bootstrap_value(REWARD, 0.2, 7), "`generator`: found int"),
        (lambda: simulated(200).bootstrap_value(REWARD, 0, np.random.default_rng(1)), "`discount`: found 0"),
        (
            lambda: simulated(200).bootstrap_value(REWARD, 0.2, np.random.default_rng(1), repetitions=5),
            "`repetitions`: found 5",
        ),
        (
            lambda: simulated(200).bootstrap_value(REWARD, 0.2, np.random.default_rng(1), level=95),
            "`level`: found 95",
        ),
        (lambda: simulate_customers(CHAIN, 0, 1, np.random.default_rng(1)), "`n`: found 0"),
        (lambda: simulate_customers(CHAIN, 1, 0, np.random.default_rng(1)), "`periods`: found 0"),
        (lambda: simulate_customers(CHAIN, 1, 1, None), "`generator`: found NoneType"),
        (lambda: recency_log(LOG, recencies=0, last_period=5), "`n`: found 0"),
        (lambda: recency_log(LOG, recencies=2, last_period=4), "`period`: found 5.*up to 4"),
        (lambda: recency_log(LOG.assign(period=0.5), recencies=2, last_period=5), "`period`: .*not whole"),
        (lambda: recency_log(LOG.drop(columns="period"), recencies=2, last_period=5), "column named 'period'"),
    ],
)
@few
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
