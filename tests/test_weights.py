"""Ranges over weights: against linear programmes, exact fractions, random weights and hand calculation."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from relmark_helpers.calculations.weights import (
    check_names,
    named_values,
    normalised,
    share_of_weights,
    weight_change_to_reach,
    weight_range,
)
from relmark_helpers.validation import InputError

pairs = st.integers(1, 7).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(0, 1), min_size=n, max_size=n), st.lists(st.floats(0.01, 10), min_size=n, max_size=n)
    )
)
changes = st.floats(0, 1)


def test_range_by_hand():
    # Halves may move by a tenth: 0.6 x 0.2 + 0.4 x 0.8 and the reverse.
    assert weight_range([0.2, 0.8], [1, 1], change=0.1) == pytest.approx((0.44, 0.56))
    # No weight below 0: the third gives up its 0.1 only, and the first two take 0.05 each or one of them 0.1.
    assert weight_range([0, 1, 0.5], [9, 9, 2], change=0.2) == pytest.approx((0.3, 0.7))


@given(pairs, changes)
def test_range_against_a_linear_programme(pair, change):
    values, weights = pair
    share = np.array(weights) / sum(weights)
    bounds = [(max(0, at - change), min(1, at + change)) for at in share]
    low, high = weight_range(values, weights, change=change)
    for sign, end in ((1, low), (-1, high)):
        solved = linprog(sign * np.array(values), A_eq=[np.ones(len(values))], b_eq=[1], bounds=bounds)
        assert end == pytest.approx(sign * solved.fun, abs=1e-7)


@given(pairs, changes, changes)
def test_range_holds_the_mean_and_widens(pair, one, other):
    values, weights = pair
    mean = np.average(values, weights=weights)
    narrow = weight_range(values, weights, change=min(one, other))
    wide = weight_range(values, weights, change=max(one, other))
    assert wide[0] - 1e-12 <= narrow[0] <= mean + 1e-12 and mean - 1e-12 <= narrow[1] <= wide[1] + 1e-12
    assert weight_range(values, weights, change=0) == pytest.approx((mean, mean))
    assert weight_range(values, weights, change=1) == pytest.approx((min(values), max(values)))


@given(pairs, st.floats(0.05, 0.95))
def test_change_to_reach_against_a_linear_programme(pair, border):
    values, weights = map(np.array, pair)
    n, share = values.size, np.array(pair[1]) / sum(pair[1])
    assume(min(abs(values.min() - border), abs(values.max() - border)) > 1e-3)
    found = weight_change_to_reach(values, weights, border=border)
    # Unknowns: the weights and the largest change d. Smallest d with |v - w| <= d.
    step = np.column_stack([np.eye(n), -np.ones(n)])
    solved = linprog(
        [*np.zeros(n), 1],
        A_ub=np.vstack([step, np.column_stack([-np.eye(n), -np.ones(n)])]),
        b_ub=[*share, *-share],
        A_eq=[[*np.ones(n), 0], [*values, 0]],
        b_eq=[1, border],
    )
    if math.isinf(found):
        assert solved.status == 2, "the linear programme should have no solution either"
    else:
        assert found == pytest.approx(solved.fun, abs=1e-6)
        low, high = weight_range(values, weights, change=found)
        assert low <= border + 1e-9 and high >= border - 1e-9


def test_change_to_reach_by_hand():
    # 0.55 is to become 0.5: move x from one to the other, 0.7 x = 0.05.
    assert weight_change_to_reach([0.2, 0.9], [1, 1], border=0.5) == pytest.approx(0.05 / 0.7)
    assert weight_change_to_reach([0.4, 0.6], [1, 1], border=0.5) == 0
    assert weight_change_to_reach([0.6, 0.9], [1, 1], border=0.5) == math.inf


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_share_of_two(up, down):
    assert share_of_weights([up, -down], border=0) == pytest.approx(up / (up + down))


@given(st.lists(st.integers(0, 100), min_size=2, max_size=7, unique=True), st.integers(0, 100))
def test_share_against_divided_differences(values, border):
    # For distinct values: the sum over those above the border of (value - border)^(n-1) / product of the distances
    # to all other values, here without any rounding.
    expected = sum(
        Fraction((at - border) ** (len(values) - 1), math.prod(at - other for other in values if other != at))
        for at in values
        if at > border
    )
    assert share_of_weights(values, border=border) == pytest.approx(float(expected), abs=1e-12)


@given(st.lists(st.integers(0, 10), min_size=2, max_size=7), st.integers(1, 9))
def test_share_is_steady_where_values_are_equal(values, border):
    apart = [at + 1e-7 * place for place, at in enumerate(values)]
    assume(border not in values)
    assert share_of_weights(values, border=border) == pytest.approx(share_of_weights(apart, border=border), abs=1e-5)


@pytest.mark.parametrize("values", [[9, 10, 6, 7, 8, 2], [5, 5, 2, 8, 5, 4], [1, 1, 9], [0, 0, 10, 10, 3, 3]])
def test_share_against_random_weights(values):
    drawn = np.random.default_rng(1).dirichlet(np.ones(len(values)), 200_000) @ np.array(values)
    assert share_of_weights(values, border=5) == pytest.approx((drawn > 5).mean(), abs=0.004)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=7))
def test_share_and_its_mirror_make_a_whole(values):
    assume(any(abs(at) > 1e-6 for at in values))
    values = [0.0 if abs(at) <= 1e-6 else at for at in values]
    mirrored = share_of_weights([-at for at in values], border=0)
    assert share_of_weights(values, border=0) + mirrored == pytest.approx(1)


def test_share_at_the_ends():
    assert share_of_weights([0.5, 0.5], border=0.5) == 0
    assert share_of_weights([0.5, 0.6], border=0.5) == 1
    assert share_of_weights([0.5, 0.4], border=0.5) == 0
    assert share_of_weights([0.7], border=0.5) == 1


def test_names_in_any_order():
    assert named_values(pd.Series({"b": 2, "a": 1}), "weights", ["a", "b"]).tolist() == [1, 2]
    assert named_values({"b": 2, "a": 1}, "weights", ["a", "b"]).tolist() == [1, 2]


def test_very_large_and_very_small_weights():
    np.testing.assert_allclose(normalised([1e308, 1e308], "weights"), 0.5)
    np.testing.assert_allclose(normalised([1e-308, 3e-308], "weights"), [0.25, 0.75])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weight_range([1, 2], [1], change=0.1), "`weights`: found 1 weights for 2 values.*one length"),
        (lambda: weight_range([1, 2], [1, -1], change=0.1), "`weights`: found -1 at position 1.*0 or more"),
        (lambda: weight_range([1, 2], [0, 0], change=0.1), "`weights`: found 0 for all.*above 0"),
        (lambda: weight_range([1, 2], [1, 1], change=10), "`change`: found 10.*ten points are 0.10"),
        (lambda: weight_range([[1, 2]], [1, 1], change=0.1), "`values`: found an array of shape"),
        (lambda: weight_range([], [], change=0.1), "`values`: found an array of shape"),
        (lambda: weight_change_to_reach([1, np.nan], [1, 1], border=0.5), "`values`: found nan at position 1"),
        (lambda: weight_change_to_reach([1, 2], [1, 1], border=None), "`border`: found None"),
        (lambda: share_of_weights("high", border=0.5), "`values`: found 'high'"),
        (lambda: named_values([1, 2], "scores", ["a"]), "`scores`: found list.*by name.*dictionary"),
        (lambda: named_values({"a": 1}, "scores", ["a", "b"]), "`scores`: found missing b; expected each of a, b once"),
        (lambda: named_values({"a": 1, "c": 1}, "s", ["a", "b"]), "`s`: found missing b; unknown c"),
        (lambda: named_values(pd.Series([1, 2], ["a", "a"]), "s", ["a"]), "`s`: found more than once a"),
        (lambda: check_names(["a", "a", "b"], "s", ["a", "b"]), "`s`: found more than once a"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
