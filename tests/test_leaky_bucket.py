"""Leaky bucket: recursion against closed forms and simulation, cost of holding, break-even."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.leaky_bucket import (
    break_even_keeping_cost,
    cost_per_customer_saved,
    fill_bucket,
    holding_cost,
    replacement_need,
    steady_state,
)
from relmark_helpers.validation import InputError

counts = st.floats(0, 1e6)
retentions = st.floats(0, 0.99)


def test_first_periods_by_hand():
    table = fill_bucket(1_000, 50, 0.8, 2).table
    assert table.index.name == "period"
    assert list(table.columns) == ["customers", "lost", "won"]
    np.testing.assert_allclose(table["customers"], [1000, 850, 730])
    np.testing.assert_allclose(table["lost"], [0, 200, 170])
    np.testing.assert_allclose(table["won"], [0, 50, 50])


@settings(deadline=None)
@given(counts, counts, retentions, st.integers(1, 60))
def test_path_against_the_closed_form(start, won, retention, periods):
    path = fill_bucket(start, won, retention, periods)
    t = np.arange(periods + 1)
    expected = path.steady_state + retention**t * (start - path.steady_state)
    np.testing.assert_allclose(path.table["customers"], expected, rtol=1e-9, atol=1e-6)


@settings(deadline=None)
@given(counts, counts, st.floats(0, 1))
def test_stock_and_flow_balance(start, won, retention):
    table = fill_bucket(start, won, retention, 12).table
    balance = start + (table["won"] - table["lost"]).cumsum()
    np.testing.assert_allclose(table["customers"], balance, rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("start", [0, 250, 10_000])
def test_a_long_run_ends_in_the_steady_state(start):
    path = fill_bucket(start, 50, 0.8, 200)
    assert path.steady_state == pytest.approx(250)
    assert path.table["customers"].iloc[-1] == pytest.approx(250)
    assert path.table["lost"].iloc[-1] == pytest.approx(50)
    assert path.expected_lifetime == pytest.approx(5)
    assert path.steady_state == pytest.approx(50 * path.expected_lifetime)


def test_a_random_base_settles_around_the_steady_state():
    # Another way to the same number: every customer stays or leaves by chance.
    random = np.random.default_rng(20240501)
    size, sizes = 0, []
    for period in range(4_000):
        size = random.binomial(size, 0.8) + 50
        if period >= 100:
            sizes.append(size)
    assert np.mean(sizes) == pytest.approx(steady_state(50, 0.8), rel=0.01)


def test_half_way():
    path = fill_bucket(1_000, 0, 0.5, 4)
    assert path.half_way == pytest.approx(1)
    path = fill_bucket(0, 10, 0.5 ** (1 / 7), 7)
    assert path.half_way == pytest.approx(7)
    assert path.table["customers"].iloc[-1] == pytest.approx(path.steady_state / 2)
    assert fill_bucket(1_000, 10, 0, 1).half_way == 0


def test_a_bucket_without_a_leak_grows_and_never_settles():
    path = fill_bucket(100, 10, 1, 3)
    assert list(path.table["customers"]) == [100, 110, 120, 130]
    for name in ("steady_state", "half_way", "expected_lifetime"):
        with pytest.raises(InputError, match="`retention`: found 1.*a rate a little below 1"):
            getattr(path, name)


def test_path_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        fill_bucket(1, 1, 0.5, 1).won = 2


@settings(deadline=None)
@given(counts, retentions)
def test_the_replacement_need_holds_the_base(base, retention):
    need = replacement_need(base, retention)
    assert steady_state(need, retention) == pytest.approx(base)
    assert fill_bucket(base, need, retention, 5).table["customers"].iloc[-1] == pytest.approx(base)


def test_arrays():
    np.testing.assert_allclose(steady_state([10, 20], 0.5), [20, 40])
    np.testing.assert_allclose(replacement_need(100, [0.5, 1]), [50, 0])
    assert isinstance(steady_state(10, 0.5), float)


def test_holding_cost_by_hand():
    table = holding_cost(1_000, [0.8, 0.9], acquisition_cost=300, keeping_cost=[10, 25])
    assert table.index.name == "retention"
    np.testing.assert_allclose(table["won_needed"], [200, 100])
    np.testing.assert_allclose(table["acquisition_spending"], [60_000, 30_000])
    np.testing.assert_allclose(table["keeping_spending"], [10_000, 25_000])
    np.testing.assert_allclose(table["total"], [70_000, 55_000])
    one = holding_cost(1_000, 0.8, acquisition_cost=300, keeping_cost=10)
    assert len(one) == 1 and one["total"].iloc[0] == pytest.approx(70_000)


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(1, 1e4), st.floats(1, 1e5))
def test_at_break_even_both_ways_of_holding_the_base_cost_the_same(one, other, cost, base):
    now, better = sorted((one, other))
    extra = break_even_keeping_cost(now, better, acquisition_cost=cost)
    totals = holding_cost(base, [now, better], acquisition_cost=cost, keeping_cost=[0, extra])["total"]
    assert totals.iloc[0] == pytest.approx(totals.iloc[1], rel=1e-9, abs=1e-6)


def test_at_break_even_a_customer_saved_costs_what_a_customer_won_costs():
    extra = break_even_keeping_cost(0.8, 0.9, acquisition_cost=300)
    assert extra == pytest.approx(30)
    assert cost_per_customer_saved(0.8, 0.9, keeping_cost=extra) == pytest.approx(300)
    # "A sixth of the cost of winning" would be this spending; nothing in the arithmetic demands it.
    assert cost_per_customer_saved(0.8, 0.9, keeping_cost=extra / 6) == pytest.approx(50)


def test_one_customer_saved_and_one_won_are_the_same_to_the_size_of_the_base():
    base, retention = 1_000, 0.8
    saved = (retention * base + 1) + 50
    won = retention * base + (50 + 1)
    after_saving = fill_bucket(saved, 50, retention, 10).table["customers"]
    after_winning = fill_bucket(won, 50, retention, 10).table["customers"]
    np.testing.assert_allclose(after_saving, after_winning)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fill_bucket(-1, 50, 0.8, 2), "`start`: found -1.*0 or more"),
        (lambda: fill_bucket(100, -5, 0.8, 2), "`won`: found -5.*0 or more"),
        (lambda: fill_bucket(100, [5, 6], 0.8, 2), "`won`: found 2 values.*single number"),
        (lambda: fill_bucket(100, 5, 85, 2), "`retention`: found 85.*85 per cent is 0.85"),
        (lambda: fill_bucket(100, 5, [0.8, 0.9], 2), "`retention`: found 2 values.*single number"),
        (lambda: fill_bucket(100, 5, 0.8, 0), "`periods`: found 0.*1 or more"),
        (lambda: fill_bucket(100, 5, 0.8, 1.5), "`periods`: found 1.5.*whole number"),
        (lambda: steady_state(50, 1), "`retention`: found 1.*never settles.*fill_bucket"),
        (lambda: steady_state(-50, 0.8), "`won`: found -50.*correct that entry"),
        (lambda: steady_state([1, 2], [0.1, 0.2, 0.3]), "`won, retention`.*same length"),
        (lambda: replacement_need(-1, 0.8), "`base`: found -1.*correct that entry"),
        (lambda: replacement_need(100, 80), "`retention`: found 80.*divide percentages by 100"),
        (lambda: holding_cost(-1, 0.8, acquisition_cost=1, keeping_cost=1), "`base`: found -1"),
        (lambda: holding_cost(1, 0.8, acquisition_cost=-1, keeping_cost=1), "`acquisition_cost`: found -1"),
        (lambda: holding_cost(1, 0.8, acquisition_cost=1, keeping_cost=[-1]), "`keeping_cost`: found -1"),
        (
            lambda: holding_cost(1, [0.8, 0.9], acquisition_cost=1, keeping_cost=[1, 2, 3]),
            "`retention, keeping_cost`.*same length",
        ),
        (lambda: holding_cost(1, [[0.8]], acquisition_cost=1, keeping_cost=1), "`retention`.*pass one list of rates"),
        (
            lambda: break_even_keeping_cost(0.9, 0.8, acquisition_cost=1),
            "`retention_better`: found 0.8, below retention_now 0.9.*present rate first",
        ),
        (lambda: break_even_keeping_cost(80, 90, acquisition_cost=1), "`retention_now`: found 80.*by 100"),
        (lambda: break_even_keeping_cost(0.8, 0.9, acquisition_cost=-1), "`acquisition_cost`: found -1"),
        (lambda: cost_per_customer_saved(0.8, 0.8, keeping_cost=1), "`retention_better`: found the same rate"),
        (lambda: cost_per_customer_saved(0.8, 0.9, keeping_cost=-1), "`keeping_cost`: found -1"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
