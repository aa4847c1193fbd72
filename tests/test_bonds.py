"""Bonds: probabilities against closed forms and customers who choose, switching cost, marginal effects, levels."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from relmark_helpers.calculations.bonds import (
    BONDS,
    LEVELS,
    TEACHING_WEIGHTS,
    BondWeights,
    choice_probabilities,
    compare_levels,
    marginal_effects,
    stay_probability,
    switching_cost,
)
from relmark_helpers.validation import InputError

shares = st.floats(0, 1)
sizes = st.floats(-3, 3)
prices = st.floats(0.01, 2)
weights = st.builds(BondWeights, sizes, sizes, sizes, sizes, prices)


def offers(**rows):
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*BONDS, "price"], dtype=float)
    return table


@given(weights, shares, shares, shares, st.floats(-50, 50))
def test_log_odds_are_the_utility(one, financial, social, structural, gap):
    p = stay_probability(one, financial=financial, social=social, structural=structural, price_gap=gap)
    utility = one.constant + one.financial * financial + one.social * social + one.structural * structural
    odds = np.exp(utility - one.price * gap)
    assert p == pytest.approx(odds / (1 + odds), abs=1e-12)


@given(st.floats(0, 3), st.floats(0, 3), shares, shares, st.floats(-50, 50))
def test_a_bond_with_a_weight_above_0_holds_and_a_lower_price_draws(constant, weight, one, other, gap):
    held = BondWeights(constant, weight, 0, 0, 0.1)
    low, high = sorted((one, other))
    p = stay_probability(held, financial=[low, high], price_gap=gap)
    assert p[0] <= p[1]
    assert stay_probability(held, price_gap=gap + 1) < stay_probability(held, price_gap=gap)


def test_customers_who_choose_the_larger_utility_stay_as_often():
    # Another way to the same number: two Gumbel draws, and the larger utility is chosen.
    random = np.random.default_rng(19910301)
    stay = 0.4 + 0.8 + 1.2 * 0.5 - 0.1 * 12 + random.gumbel(size=200_000)
    leave = random.gumbel(size=200_000)
    expected = stay_probability(TEACHING_WEIGHTS, financial=1, social=0.5, price_gap=12)
    assert np.mean(stay > leave) == pytest.approx(expected, abs=0.004)


@given(weights, shares, shares, shares, st.floats(-40, 40))
def test_two_offers_are_the_binary_model(one, financial, social, structural, gap):
    table = offers(stay=[financial, social, structural, 100 + gap], rival=[0, 0, 0, 100])
    probability = choice_probabilities(one, table)
    expected = stay_probability(one, financial=financial, social=social, structural=structural, price_gap=gap)
    assert probability["stay"] == pytest.approx(expected, abs=1e-12)
    assert probability.sum() == pytest.approx(1)
    np.testing.assert_allclose(choice_probabilities(one, table[::-1])[::-1], probability)


def test_many_offers_by_simulation():
    table = offers(A=[0, 0.5, 0, 95], stay=[1, 0.5, 0, 100], B=[0.5, 0, 0.2, 90])
    random = np.random.default_rng(19910302)
    utility = np.array([0.6 - 9.5, 0.4 + 0.8 + 0.6 - 10, 0.4 + 0.4 - 9])
    taken = (utility + random.gumbel(size=(200_000, 3))).argmax(axis=1)
    expected = choice_probabilities(TEACHING_WEIGHTS, table)
    np.testing.assert_allclose(np.bincount(taken) / taken.size, expected, atol=0.004)


def test_a_copy_of_a_rival_takes_from_all_in_proportion():
    # The red bus and the blue bus: independence of irrelevant alternatives, which the docstring warns of.
    two = offers(stay=[0, 0, 0, 100], red=[0, 0, 0, 96])
    three = offers(stay=[0, 0, 0, 100], red=[0, 0, 0, 96], blue=[0, 0, 0, 96])
    before, after = choice_probabilities(TEACHING_WEIGHTS, two), choice_probabilities(TEACHING_WEIGHTS, three)
    assert before["stay"] == pytest.approx(0.5) and after["stay"] == pytest.approx(1 / 3)
    assert before["stay"] / before["red"] == pytest.approx(after["stay"] / after["red"])


def test_large_utilities_do_not_overflow():
    huge = BondWeights(0, 0, 0, 500, 0.1)
    assert stay_probability(huge, structural=1, price_gap=[0, 20_000]).tolist() == [1, 0]
    assert choice_probabilities(huge, offers(stay=[0, 0, 1, 1e6], rival=[0, 0, 0, 0]))["stay"] == 0


@given(weights, shares, shares, shares)
def test_switching_cost_is_the_root(one, financial, social, structural):
    bonds = {"financial": financial, "social": social, "structural": structural}
    cost = switching_cost(one, **bonds)
    root = brentq(lambda gap: stay_probability(one, **bonds, price_gap=gap) - 0.5, cost - 50, cost + 50)
    assert root == pytest.approx(cost, abs=1e-6)
    assert (
        stay_probability(one, **bonds, price_gap=cost + 0.01)
        < 0.5
        < stay_probability(one, **bonds, price_gap=cost - 0.01)
    )


def test_switching_costs_of_the_teaching_weights():
    np.testing.assert_allclose(switching_cost(TEACHING_WEIGHTS, financial=[0, 1]), [4, 12])
    assert switching_cost(TEACHING_WEIGHTS, financial=1, social=1) == pytest.approx(24)
    assert switching_cost(TEACHING_WEIGHTS, financial=1, social=1, structural=1) == pytest.approx(44)
    assert switching_cost(BondWeights(-1, 1, 1, 1, 0.5)) == pytest.approx(-2)


@given(weights, shares, shares, shares, st.floats(-30, 30))
def test_marginal_effects_against_differences(one, financial, social, structural, gap):
    at = {"financial": financial, "social": social, "structural": structural, "price_gap": gap}
    effects = marginal_effects(one, pd.DataFrame([at])).iloc[0]
    step = 1e-4
    for name, value in at.items():
        # A share at its end cannot move both ways, so bonds are moved inwards.
        ends = (value - step, value + step) if name == "price_gap" else (max(value - step, 0), min(value + step, 1))
        p = [stay_probability(one, **{**at, name: end}) for end in ends]
        assert (p[1] - p[0]) / (ends[1] - ends[0]) == pytest.approx(effects[name], abs=1e-3)


def test_marginal_effects_are_largest_for_those_who_waver():
    customers = pd.DataFrame({"financial": 0.0, "social": 0.0, "structural": 0.0, "price_gap": [4, -40, 60]})
    effects = marginal_effects(TEACHING_WEIGHTS, customers)
    np.testing.assert_allclose(effects.iloc[0], [0.2, 0.3, 0.5, -0.025])
    assert (effects.iloc[0].abs() > effects.iloc[1:].abs()).all(axis=None)


def test_levels_add_the_bonds_one_by_one():
    levels = compare_levels(TEACHING_WEIGHTS, financial=0.5, social=1, structural=0.2, price_gap=10, highest_gap=40)
    assert list(levels.curves.columns) == list(levels.probability.index) == list(LEVELS)
    np.testing.assert_allclose(levels.switching_cost, [4, 8, 20, 24])
    np.testing.assert_allclose(levels.probability, 1 / (1 + np.exp(10 * 0.1 - np.array([0.4, 0.8, 2.0, 2.4]))))
    np.testing.assert_allclose(levels.curves.loc[10.0], levels.probability)
    assert levels.curves.index[0] == 0 and levels.curves.index[-1] == 40
    assert (levels.curves.diff().dropna() < 0).all(axis=None)
    assert (levels.curves.diff(axis=1).iloc[:, 1:] > 0).all(axis=None)


def test_weights_are_frozen_and_floats():
    assert isinstance(BondWeights(0, 1, 1, 1, 1).financial, float)
    with pytest.raises(dataclasses.FrozenInstanceError):
        TEACHING_WEIGHTS.price = 2


def test_arrays_and_numbers():
    assert isinstance(stay_probability(TEACHING_WEIGHTS, financial=1), float)
    assert stay_probability(TEACHING_WEIGHTS, financial=[[0], [1]], price_gap=[1, 2, 3]).shape == (2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BondWeights(0, 1, 1, 1, 0), "`price`: found 0.*above 0.*loss per unit of money"),
        (lambda: BondWeights(0, 1, 1, 1, -0.1), "`price`: found -0.1"),
        (lambda: BondWeights(0, np.nan, 1, 1, 1), "`financial`: found nan"),
        (lambda: stay_probability(TEACHING_WEIGHTS, social=50), "`social`: found 50.*from 0 to 1"),
        (lambda: stay_probability(TEACHING_WEIGHTS, price_gap="5"), "`price_gap`: found '5'"),
        (lambda: stay_probability(TEACHING_WEIGHTS, social=[0, 1], price_gap=[1, 2, 3]), "price_gap.*same length"),
        (lambda: switching_cost(TEACHING_WEIGHTS, structural=-0.1), "`structural`: found -0.1"),
        (lambda: compare_levels(TEACHING_WEIGHTS, price_gap=[1, 2]), "`price_gap`: found 2 values"),
        (lambda: compare_levels(TEACHING_WEIGHTS, price_gap=1, highest_gap=0), "`highest_gap`: found 0"),
        (lambda: compare_levels(TEACHING_WEIGHTS, price_gap=1, social=2), "`social`: found 2.*strength"),
        (lambda: choice_probabilities(TEACHING_WEIGHTS, offers(stay=[0, 0, 0, 1])), "`offers`: found rows.*two rows"),
        (lambda: choice_probabilities(TEACHING_WEIGHTS, offers(a=[0] * 4, b=[0] * 4)), "one of them 'stay'"),
        (
            lambda: choice_probabilities(TEACHING_WEIGHTS, pd.concat([offers(stay=[0] * 4)] * 2)),
            "`offers`: .*different names",
        ),
        (
            lambda: choice_probabilities(TEACHING_WEIGHTS, offers(stay=[2, 0, 0, 1], rival=[0] * 4)),
            "`financial`: found 2",
        ),
        (
            lambda: choice_probabilities(TEACHING_WEIGHTS, offers(stay=[0, 0, 0, np.nan], rival=[0] * 4)),
            "`price`: found nan",
        ),
        (lambda: choice_probabilities(TEACHING_WEIGHTS, pd.DataFrame({"price": [1]})), "columns named"),
        (lambda: marginal_effects(TEACHING_WEIGHTS, pd.DataFrame({"price_gap": [1]})), "`customers`.*columns named"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
