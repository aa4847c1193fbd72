"""Customer chains: published values, the lifetime value formulas, simulation, dynamic programming, clear refusals."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.chain_models import (
    FORMER,
    compare_stopping,
    recency_chain,
    recency_names,
    retention_chain,
)
from relmark_helpers.calculations.customer_chain import CustomerChain, present_value
from relmark_helpers.calculations.customer_logs import simulate_customers
from relmark_helpers.calculations.lifetime_value import CONVENTIONS, cash_flows, lifetime_value
from relmark_helpers.validation import InputError

# Pfeifer and Carraway (2000): the inputs were seen; the results were recomputed, and that the paper prints them is from
# memory. The undiscounted values, the three recencies and the payoff without cost are published by others.
PAPER = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
THREE = recency_chain([0.3, 0.2, 0.05], margin=40, cost=4, discount=0.2)

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=6)
discounts = st.floats(0.01, 0.9)


@st.composite
def chains(draw, states=4):
    rows = [draw(st.lists(st.floats(0.01, 1), min_size=states, max_size=states)) for _ in range(states)]
    matrix = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    reward = draw(st.lists(st.floats(-100, 100), min_size=states, max_size=states))
    return CustomerChain([f"s{at}" for at in range(states)], matrix, reward, draw(discounts))


# ---- Published values


def test_value_without_end():
    np.testing.assert_allclose(PAPER.value(), [52.320, 5.554, 1.251, -1.820, 0], atol=5e-4)


def test_value_of_five_periods():
    np.testing.assert_allclose(PAPER.value_horizon(4), [50.115, 4.220, 0.592, -1.980, 0], atol=5e-4)


def test_value_without_discount():
    assert PAPER.undiscounted_value()["recency 1"] == pytest.approx(64.25, abs=5e-3)
    hardly = [[0.3, 0.7, 0, 0, 0], [0.2, 0, 0.8, 0, 0], [0.15, 0, 0, 0.85, 0], [0.01, 0, 0, 0, 0.99], [0, 0, 0, 0, 1]]
    chain = CustomerChain(PAPER.states, hardly, [36, -4, -4, 0, 0], 0.2)
    assert chain.undiscounted_value()["recency 1"] == pytest.approx(65.70, abs=5e-3)


def test_stopping_points_of_the_paper():
    stopping = compare_stopping(PAPER, cost=4)
    np.testing.assert_allclose(stopping.values.loc["recency 4"], [53.149, 6.621, 2.644, 0, 0], atol=5e-4)
    np.testing.assert_allclose(stopping.values.loc["recency 3"], [51.574, 4.596, 0, 0, 0], atol=5e-4)
    np.testing.assert_allclose(stopping.values.loc["never"], PAPER.value())
    assert stopping.best == "recency 4" and stopping.lead == pytest.approx(53.149 - 52.320, abs=1e-3)


def test_three_recencies():
    np.testing.assert_allclose(THREE.value_horizon(4), [49.405, 2.688, -1.983, 0], atol=5e-4)
    np.testing.assert_allclose(THREE.value(), [50.444, 3.142, -1.898, 0], atol=5e-4)
    four_steps = [
        [0.0823, 0.0973, 0.1288, 0.6916],
        [0.037, 0.0406, 0.056, 0.8664],
        [0.0070, 0.0080, 0.0084, 0.9766],
        [0, 0, 0, 1],
    ]
    np.testing.assert_allclose(THREE.power(4), four_steps, atol=5e-5)


def test_payoff_without_cost():
    chain = recency_chain([0.5, 0.2, 0.1], margin=100, cost=0, discount=0.1)
    np.testing.assert_allclose(chain.value(), [231.08, 57.29, 21.01, 0], atol=5e-3)


def test_usual_mistake_is_another_number():
    # Code in circulation leaves out period 0; the horizon then misses the reward of the present period.
    five = sum(np.linalg.matrix_power(PAPER.matrix / 1.2, t) @ PAPER.reward for t in range(1, 6))
    assert PAPER.value_horizon(4).iloc[0] - five[0] > 30


# ---- Lost-for-good is the retention model


@pytest.mark.parametrize("convention", CONVENTIONS)
@given(retention=st.floats(0, 1), margin=st.floats(-100, 1000), discount=discounts)
def test_lost_for_good_is_lifetime_value(convention, retention, margin, discount):
    chain = retention_chain(retention, margin=margin, discount=discount, convention=convention)
    expected = lifetime_value(margin, retention, discount, convention=convention)
    assert chain.value()["customer"] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert chain.value()["lost"] == 0


def test_horizon_of_lost_for_good_is_its_cash_flow():
    chain = retention_chain(0.8, margin=100, discount=0.1, convention="now")
    flows = cash_flows(100, 0.8, 0.1, periods=7, convention="now")
    for periods in range(8):
        assert chain.value_horizon(periods)["customer"] == pytest.approx(flows["cumulative_value"][periods])
    np.testing.assert_allclose(chain.occupancy("customer", 7)["customer"], flows["share_active"])


@given(st.floats(0, 1), st.floats(0, 100), st.floats(0, 10), discounts)
def test_always_a_share_with_one_recency_is_lost_for_good(p, margin, cost, discount):
    one = recency_chain([p], margin=margin, cost=cost, discount=discount)
    other = retention_chain(p, margin=margin - cost, discount=discount, convention="now")
    np.testing.assert_allclose(one.value(), other.value())


def test_counting_a_pause_as_a_loss_undervalues_the_customer():
    assert lifetime_value(36, 0.3, 0.2, convention="now") == pytest.approx(48)
    assert PAPER.value().iloc[0] > 52


# ---- Invariants and other ways to the same number


@given(chains())
def test_value_is_reward_now_plus_value_later(chain):
    value = chain.value()
    np.testing.assert_allclose(value, chain.reward + chain.matrix @ value / (1 + chain.discount), atol=1e-6)


@given(chains())
def test_a_long_horizon_is_the_value(chain):
    periods = int(np.ceil(40 / np.log1p(chain.discount)))
    np.testing.assert_allclose(chain.value_horizon(periods), chain.value(), atol=1e-6)


@given(chains(), st.integers(0, 12), st.integers(0, 12))
def test_powers_are_probabilities_and_add_up(chain, one, other):
    both = chain.power(one) @ chain.power(other).to_numpy()
    np.testing.assert_allclose(both, chain.power(one + other), atol=1e-12)
    np.testing.assert_allclose(chain.power(one).sum(axis=1), 1)
    occupancy = chain.occupancy("s1", 12)
    np.testing.assert_allclose(occupancy.loc[one], chain.power(one).loc["s1"], atol=1e-12)
    np.testing.assert_allclose(occupancy.sum(axis=1), 1)


@given(probabilities, st.floats(1, 100), st.floats(0, 20), discounts)
def test_undiscounted_value_is_the_limit_of_small_discounts(response, margin, cost, discount):
    response = [0.9 * p for p in response]
    nearly = recency_chain(response, margin=margin, cost=cost, discount=1e-12).value()
    none = recency_chain(response, margin=margin, cost=cost, discount=0)
    np.testing.assert_allclose(none.undiscounted_value(), nearly, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(none.value(), none.undiscounted_value())
    other = recency_chain(response, margin=margin, cost=cost, discount=discount)
    np.testing.assert_allclose(other.undiscounted_value(), none.undiscounted_value())


def test_value_and_visits_by_simulation():
    log = simulate_customers(PAPER, 10_000, 45, np.random.default_rng(2000))
    received = log["state"].map(dict(zip(PAPER.states, PAPER.reward, strict=True))) / 1.2 ** log["period"]
    assert received.sum() / 10_000 == pytest.approx(PAPER.value().iloc[0], rel=0.015)
    visits = log["state"].value_counts()[list(PAPER.states[:-1])] / 10_000
    np.testing.assert_allclose(visits, PAPER.expected_visits().loc["recency 1"], rtol=0.03)
    shares = log[log["period"] == 6]["state"].value_counts(normalize=True)[list(PAPER.states)]
    np.testing.assert_allclose(shares, PAPER.occupancy("recency 1", 6).loc[6], atol=0.01)


def test_expected_visits_are_the_sum_of_occupancies():
    visits = PAPER.expected_visits()
    assert list(visits.index) == list(visits.columns) == list(PAPER.states[:-1])
    for state in visits.index:
        np.testing.assert_allclose(PAPER.occupancy(state, 400).sum()[:-1], visits.loc[state], rtol=1e-9)
    assert PAPER.absorbing == (FORMER,)


@given(chains(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_sensitivity_against_differences(chain, row, to, away):
    step = 1e-6
    move = np.zeros((4, 4))
    move[row, to] += step
    move[row, away] -= step
    ends = [present_value(chain.matrix + side * move, np.asarray(chain.reward), chain.discount) for side in (-1, 1)]
    slope = (ends[1] - ends[0])[2] / (2 * step)
    table = chain.sensitivity("s2", taken_from=f"s{away}")
    assert table.iloc[row, to] == pytest.approx(slope, rel=1e-4, abs=1e-3)


def test_sensitivity_to_retention_is_the_slope_of_lifetime_value():
    chain = retention_chain(0.8, margin=100, discount=0.1, convention="now")
    gain = chain.sensitivity("customer", taken_from="lost").loc["customer", "customer"]
    assert gain == pytest.approx(100 * 1.1 / 0.3**2)


def test_stack_of_chains():
    stack = np.stack([PAPER.matrix, np.eye(5)])
    values = present_value(stack, np.asarray(PAPER.reward), 0.2)
    np.testing.assert_allclose(values, [PAPER.value(), np.asarray(PAPER.reward) * 6])


# ---- Where to stop


def best_by_dynamic_programming(response, margin, cost, discount):
    """Value of a customer who just bought, if mailing or not is chosen for the best in every recency."""
    value = np.zeros(len(response) + 1)
    for _ in range(3000):
        new = value.copy()
        for at, p in enumerate(response):
            mailed = -cost + (p * value[0] + (1 - p) * value[at + 1]) / (1 + discount)
            new[at] = max(mailed, value[at + 1] / (1 + discount)) + (margin if at == 0 else 0)
        if np.abs(new - value).max() < 1e-10:
            break
        value = new
    return value[0]


@given(
    st.lists(st.floats(0, 0.8), min_size=1, max_size=5).map(lambda p: sorted(p, reverse=True)),
    st.floats(1, 100),
    st.floats(0, 20),
    st.floats(0.05, 0.9),
)
def test_best_stopping_point_is_the_best_policy_where_response_falls_with_recency(response, margin, cost, discount):
    stopping = compare_stopping(recency_chain(response, margin=margin, cost=cost, discount=discount), cost=cost)
    best = stopping.values.iloc[:, 0][stopping.best]
    assert best == pytest.approx(best_by_dynamic_programming(response, margin, cost, discount), abs=1e-6)
    assert best == stopping.values.iloc[:, 0].max() and stopping.lead >= 0


def test_without_response_nobody_is_mailed_and_without_cost_everybody():
    stopping = compare_stopping(recency_chain([0, 0], margin=40, cost=4, discount=0.1), cost=4)
    assert stopping.best == "recency 1" and stopping.values.loc["recency 1"].tolist() == [40, 0, 0]
    free = compare_stopping(recency_chain([0.3, 0.2], margin=40, cost=0, discount=0.1), cost=0)
    assert free.best == "never"


def test_cost_by_state():
    stopped = PAPER.stopped_from("recency 3", cost=[4, 4, 4, 4, 0])
    assert stopped.reward.tolist() == [36, -4, 0, 0, 0]
    np.testing.assert_allclose(stopped.value(), compare_stopping(PAPER, cost=4).values.loc["recency 3"])
    np.testing.assert_allclose(stopped.matrix.sum(axis=1), 1)
    assert PAPER.reward.tolist() == [36, -4, -4, -4, 0], "the chain itself stays as it was"


# ---- A chain keeps its own copies, and refuses what is no chain


def test_chain_is_frozen():
    matrix = np.array([[0.8, 0.2], [0, 1]])
    chain = CustomerChain(["a", "b"], matrix, [1, 0], 0.1)
    matrix[0] = [0, 1]
    assert chain.matrix[0, 0] == 0.8 and chain.states == ("a", "b")
    with pytest.raises(ValueError, match="read-only"):
        chain.matrix[0, 0] = 0.5
    with pytest.raises(dataclasses.FrozenInstanceError):
        chain.discount = 0


def test_rows_may_be_off_by_rounding():
    assert CustomerChain(["a", "b"], [[0.1 + 0.2, 0.7], [0, 1]], [1, 0], 0.1).matrix.shape == (2, 2)


def two(matrix=((0.8, 0.2), (0, 1)), reward=(1, 0), discount=0.1, states=("buyer", "lost")):
    return CustomerChain(states, matrix, reward, discount)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: two(states=["a", "a"]), r"`states`: found \['a', 'a'\].*all different"),
        (lambda: two(states=["a"]), "`states`: .*two names or more"),
        (lambda: two(states="ab"), "`states`: .*two names"),
        (lambda: two(states=[1, 2]), "`states`: found"),
        (lambda: two(matrix=[[0.8, 0.2]]), r"`transitions`: found a table of shape \(1, 2\).*2 rows and 2 columns"),
        (lambda: two(matrix=[[0.8, 0.1], [0, 1]]), "`transitions`: found a sum of 0.9 in the row of 'buyer'"),
        (lambda: two(matrix=[[0.8, 0.2], [0.5, 0.6]]), "a sum of 1.1 in the row of 'lost'"),
        (lambda: two(matrix=[[1.2, -0.2], [0, 1]]), "`transitions`: found 1.2.*from 0 to 1"),
        (lambda: two(matrix=[[np.nan, 1], [0, 1]]), "`transitions`: found nan"),
        (lambda: two(reward=[1]), r"`reward`: found values of shape \(1,\).*2 values"),
        (lambda: two(reward=[1, np.inf]), "`reward`: found inf"),
        (lambda: two(discount=10), "`discount`: found 10.*10 per cent is 0.10"),
        (lambda: two(discount=-0.1), "`discount`: found -0.1"),
        (lambda: two().value_horizon(-1), "`periods`: found -1"),
        (lambda: two().power(1.5), "`periods`: found 1.5"),
        (lambda: two().occupancy("won", 3), "`start`: found 'won'; expected one of 'buyer', 'lost'"),
        (lambda: two().sensitivity("buyer", taken_from="won"), "`taken_from`: found 'won'"),
        (lambda: two(discount=0).sensitivity("buyer", taken_from="lost"), "`discount`: found 0"),
        (lambda: two(reward=[1, 2]).undiscounted_value(), "`reward`: found 2 for ever in the state 'lost'"),
        (lambda: two(reward=[1, 2], discount=0).value(), "`reward`: found 2 for ever"),
        (lambda: two(matrix=[[0.8, 0.2], [0.1, 0.9]]).expected_visits(), "no way from 'buyer' to a state.*2 such"),
        (lambda: two(matrix=[[0.8, 0.2], [0.1, 0.9]], discount=0).value(), "no way from 'buyer'"),
        (lambda: two().stopped_from("won", cost=1), "`state`: found 'won'"),
        (lambda: two(matrix=[[0.8, 0.2], [0.1, 0.9]]).stopped_from("buyer", cost=1), "`states`: found 'lost' in the l"),
        (lambda: compare_stopping(two(), cost=-1), "`cost`: found -1"),
        (lambda: compare_stopping(two(), cost=[1, 2, 3]), "`cost`: found values of shape.*each of 2 states"),
        (lambda: recency_chain([], margin=1, cost=0, discount=0.1), "`response_probabilities`: .*per recency"),
        (lambda: recency_chain([[0.1]], margin=1, cost=0, discount=0.1), "`response_probabilities`"),
        (lambda: recency_chain([30], margin=1, cost=0, discount=0.1), "`response_probabilities`: found 30"),
        (lambda: recency_chain([0.3], margin=1, cost=-1, discount=0.1), "`cost`: found -1"),
        (lambda: recency_names(0), "`n`: found 0"),
        (lambda: retention_chain(80, margin=1, discount=0.1, convention="now"), "`retention`: found 80"),
        (lambda: retention_chain(0.8, margin=1, discount=1, convention="now"), "`discount`: found 1"),
        (lambda: retention_chain(0.8, margin=1, discount=0.1, convention="later"), "`convention`: found 'later'"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_state_that_cannot_be_left_for_good_is_named():
    matrix = [[0.5, 0.5, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    chain = CustomerChain(["a", "b", "c", "lost"], matrix, [1, 1, 1, 0], 0.1)
    assert chain.value()["b"] == pytest.approx(11)
    with pytest.raises(InputError, match=r"no way from 'a' to a state that is never left \(3 such states\)"):
        chain.undiscounted_value()
