"""Lifetime value: published values, closed forms against sums, properties, messages."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.lifetime_value import (
    CONVENTIONS,
    cash_flows,
    compare_conventions,
    lifetime_value,
    margin_multiple,
    retention_elasticity,
    value_gain,
)
from relmark_helpers.validation import InputError

margins = st.floats(-1e6, 1e6)
retentions = st.floats(0.01, 0.98)
discounts = st.floats(0.0, 0.5)
conventions = st.sampled_from(CONVENTIONS)


@pytest.mark.parametrize(
    ("margin", "retention", "convention", "value"),
    [
        # Internet service provider: fee 19.95, variable cost 1.50, marketing 6 a year, attrition 0.5 % a month,
        # discount 1 % a month. 1,209 is in a lecture transcript and slides; 1,191 is in Marketing Metrics.
        (19.95 - 1.50 - 6 / 12, 0.995, "now", 1208.63),
        (19.95 - 1.50 - 6 / 12, 0.995, "if_retained", 1190.68),
        # The same with half the spending on keeping and twice the attrition: do not cut.
        (19.95 - 1.50 - 3 / 12, 0.99, "now", 919.10),
    ],
)
def test_internet_service_provider(margin, retention, convention, value):
    assert lifetime_value(margin, retention, 0.01, convention=convention) == pytest.approx(value, abs=0.005)


def test_internet_service_provider_rounded_as_in_its_sources():
    assert round(lifetime_value(17.95, 0.995, 0.01, convention="now")) == 1209
    assert round(lifetime_value(17.95, 0.995, 0.01, convention="if_retained")) == 1191


def test_berry_type_profit_of_a_campaign():
    # 100,000 customers, acquisition 30 each, margin 100 - 50 - 10, discount 15 %, retention 50 %.
    value = lifetime_value(100 - 50 - 10, 0.5, 0.15, convention="now")
    assert 100_000 * (value - 30) == pytest.approx(4_076_923.08, abs=0.005)


def test_margin_multiple_table_of_gupta_and_lehmann():
    retention = np.array([[0.6], [0.7], [0.8], [0.9]])
    discount = np.array([0.10, 0.12, 0.14, 0.16])
    table = [
        [1.20, 1.15, 1.11, 1.07],
        [1.75, 1.67, 1.59, 1.52],
        [2.67, 2.50, 2.35, 2.22],
        [4.50, 4.09, 3.75, 3.46],
    ]
    multiples = margin_multiple(retention, discount, convention="if_retained")
    assert multiples.shape == (4, 4)
    np.testing.assert_allclose(multiples, table, atol=0.005)


def test_discount_factors_reproduce_printed_present_values():
    # Best, Market-Based Management, fig. 1.15: -51, 30, 42, 44, 49, 55 at 15 %; 91.17 with printed, rounded factors.
    factor = cash_flows(1, 0.8, 0.15, periods=5, convention="now")["discount_factor"]
    np.testing.assert_allclose(factor.iloc[1:], [0.870, 0.756, 0.658, 0.572, 0.497], atol=0.0005)
    flows = np.array([-51, 30, 42, 44, 49, 55])
    assert flows @ factor == pytest.approx(91.14, abs=0.005)
    assert flows @ factor.round(3) == pytest.approx(91.17, abs=0.01)
    # Gupta and Lehmann's 100 customers, in Kotler and Keller: 13,286.52 from rounded present values.
    customers = np.array([90, 80, 72, 60, 48, 34, 23, 12, 6, 2])
    margin = np.array([30, 38, 45, 49, 52, 56, 60, 61, 61, 62])
    factor = cash_flows(1, 0.8, 0.10, periods=10, convention="now")["discount_factor"].iloc[1:]
    assert (customers * margin * factor).round(2).sum() == pytest.approx(13_286.52, abs=0.005)


@given(margins, retentions, discounts)
def test_now_and_if_retained_differ_by_one_margin(margin, retention, discount):
    now = lifetime_value(margin, retention, discount, convention="now")
    later = lifetime_value(margin, retention, discount, convention="if_retained")
    assert now - later == pytest.approx(margin, rel=1e-6, abs=1e-9)


@given(margins, retentions, discounts)
def test_next_period_is_now_discounted_once(margin, retention, discount):
    now = lifetime_value(margin, retention, discount, convention="now")
    assert lifetime_value(margin, retention, discount, convention="next_period") == pytest.approx(now / (1 + discount))


@given(margins, retentions, discounts, conventions)
def test_value_is_margin_times_multiple(margin, retention, discount, convention):
    value = lifetime_value(margin, retention, discount, convention=convention)
    assert value == pytest.approx(margin * margin_multiple(retention, discount, convention=convention))


@given(retentions, discounts, conventions)
def test_elasticity_against_a_numerical_derivative(retention, discount, convention):
    step = 1e-5
    up = margin_multiple(retention * np.exp(step), discount, convention=convention)
    down = margin_multiple(retention * np.exp(-step), discount, convention=convention)
    numerical = (np.log(up) - np.log(down)) / (2 * step)
    assert retention_elasticity(retention, discount, convention=convention) == pytest.approx(numerical, rel=1e-4)


def test_elasticity_where_five_points_come_from():
    assert retention_elasticity(0.9, 0.1, convention="if_retained") == pytest.approx(5.5)
    assert retention_elasticity(0.9, 0.1, convention="now") == pytest.approx(4.5)
    assert retention_elasticity(0.9, 0.1, convention="next_period") == pytest.approx(4.5)
    np.testing.assert_allclose(retention_elasticity([0.0, 0.5], 0.0, convention="if_retained"), [1, 2])


@given(retentions, discounts, st.floats(0, 0.015), conventions)
def test_value_gain_is_the_ratio_of_two_values(retention, discount, points, convention):
    before = lifetime_value(7, retention, discount, convention=convention)
    after = lifetime_value(7, retention + points, discount, convention=convention)
    gain = value_gain(retention, discount, points=points, convention=convention)
    assert gain == pytest.approx(after / before - 1, abs=1e-9)
    assert gain >= 0


def test_value_gain_by_hand():
    # 1.1/0.2 against 1.1/0.15, and 0.9/0.2 against 0.95/0.15.
    assert value_gain(0.9, 0.1, points=0.05, convention="now") == pytest.approx(1 / 3)
    assert value_gain(0.9, 0.1, points=0.05, convention="if_retained") == pytest.approx(0.95 / 0.15 / (0.9 / 0.2) - 1)
    assert value_gain(0.5, 0.1, points=0, convention="now") == 0
    # All customers may be kept, also where the sum misses 1 by a rounding error.
    steps = np.arange(0.5, 1.0, 0.05)
    assert steps[-1] + 0.05 > 1
    assert value_gain(steps, 0.1, points=0.05, convention="now")[-1] == pytest.approx(0.15 / 0.1 - 1)
    np.testing.assert_allclose(
        value_gain(0.9, 0.1, points=[0.05, 0.1], convention="next_period"), [0.2 / 0.15 - 1, 0.2 / 0.1 - 1]
    )


def test_a_fall_undoes_a_rise():
    # 0.85/0.25 against 0.9/0.2.
    assert value_gain(0.9, 0.1, points=-0.05, convention="if_retained") == pytest.approx(3.4 / 4.5 - 1)
    for convention in CONVENTIONS:
        up = value_gain(0.8, 0.1, points=0.15, convention=convention)
        down = value_gain(0.95, 0.1, points=-0.15, convention=convention)
        assert (1 + up) * (1 + down) == pytest.approx(1)
    # Nobody may be kept, also where the sum misses 0 by a rounding error.
    assert value_gain(0.3, 0.1, points=-0.3, convention="if_retained") == -1
    assert value_gain(0.1 + 0.2 - 1e-16, 0.1, points=-0.3 - 1e-16, convention="if_retained") == -1


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize(("retention", "discount"), [(0.8, 0.1), (0.0, 0.1), (1.0, 0.2), (0.9, 0.0)])
def test_cash_flows_converge_to_the_closed_form(convention, retention, discount):
    table = cash_flows(100, retention, discount, periods=400, convention=convention)
    value = lifetime_value(100, retention, discount, convention=convention)
    assert table["cumulative_value"].iloc[-1] == pytest.approx(value)
    assert table["present_value"].sum() == pytest.approx(value)


def test_cash_flows_by_hand():
    tables = {name: cash_flows(100, 0.8, 0.25, periods=3, convention=name) for name in CONVENTIONS}
    assert list(tables["now"].columns) == [
        "share_active",
        "expected_margin",
        "discount_factor",
        "present_value",
        "cumulative_value",
    ]
    for table in tables.values():
        assert table.index.name == "period"
        assert list(table.index) == [0, 1, 2, 3]
        np.testing.assert_allclose(table["discount_factor"], [1, 0.8, 0.64, 0.512])
    np.testing.assert_allclose(tables["now"]["expected_margin"], [100, 80, 64, 51.2])
    np.testing.assert_allclose(tables["if_retained"]["expected_margin"], [0, 80, 64, 51.2])
    np.testing.assert_allclose(tables["next_period"]["expected_margin"], [0, 100, 80, 64])
    np.testing.assert_allclose(tables["next_period"]["share_active"], [1, 1, 0.8, 0.64])
    np.testing.assert_allclose(tables["now"]["cumulative_value"], [100, 164, 204.96, 231.1744])


def test_cash_flows_end_where_a_value_would_be_infinite():
    table = cash_flows(10, 1, 0, periods=4, convention="now")
    assert table["cumulative_value"].iloc[-1] == 50


def test_compare_conventions():
    comparison = compare_conventions(17.95, 0.995, 0.01)
    assert list(comparison.values.index) == list(CONVENTIONS)
    np.testing.assert_allclose(comparison.values, [1208.63, 1190.68, 1196.67], atol=0.005)
    np.testing.assert_allclose(comparison.curves["now"] - comparison.curves["if_retained"], 17.95)
    assert comparison.curves.index.name == "retention"


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0.001, 0.5))
def test_curves_pass_through_the_present_business(retention, discount):
    comparison = compare_conventions(100, retention, discount)
    rates = comparison.curves.index.to_numpy()
    assert rates[0] <= min(0.5, retention) and rates[-1] >= max(0.95, retention)
    assert (np.diff(rates) > 0).all() and np.diff(rates).max() <= 0.01 + 1e-9
    for name in CONVENTIONS:
        curve = comparison.curves[name].to_numpy()
        assert (np.diff(curve) > 0).all()
        below, above = curve[rates <= retention].max(), curve[rates >= retention].min()
        assert below <= comparison.values[name] * (1 + 1e-12) and comparison.values[name] <= above * (1 + 1e-12)


def test_curves_have_the_same_steps_for_usual_rates():
    assert compare_conventions(1, 0.97 + 1e-15, 0).curves.index.is_unique
    for retention in (0.5, 0.8, 0.834, 0.95):
        np.testing.assert_allclose(compare_conventions(1, retention, 0).curves.index, np.arange(50, 96) / 100)


def test_scalars_in_scalars_out_and_arrays_broadcast():
    assert isinstance(lifetime_value(10, 0.8, 0.1, convention="now"), float)
    assert lifetime_value([1, 2, 3], 0.8, 0.1, convention="now").shape == (3,)
    assert lifetime_value(1, np.full((2, 1), 0.8), [0.1, 0.2, 0.3], convention="now").shape == (2, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: lifetime_value(10, 0.8, 0.1),
        lambda: margin_multiple(0.8, 0.1),
        lambda: retention_elasticity(0.8, 0.1),
        lambda: value_gain(0.8, 0.1, points=0.05),
        lambda: cash_flows(10, 0.8, 0.1, periods=2),
    ],
)
def test_the_convention_cannot_be_left_out(call):
    with pytest.raises(TypeError, match="convention"):
        call()


CALLS = [
    lambda retention, discount, convention: lifetime_value(10, retention, discount, convention=convention),
    lambda retention, discount, convention: margin_multiple(retention, discount, convention=convention),
    lambda retention, discount, convention: retention_elasticity(retention, discount, convention=convention),
    lambda retention, discount, convention: value_gain(retention, discount, points=0, convention=convention),
    lambda retention, discount, convention: cash_flows(10, retention, discount, periods=2, convention=convention),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((85, 0.1, "now"), "`retention`: found 85.*divide percentages by 100, so that 85 per cent is 0.85"),
        ((-0.1, 0.1, "now"), "`retention`: found -0.1"),
        ((np.nan, 0.1, "now"), "`retention`: found nan"),
        (("0.8", 0.1, "now"), "`retention`: found '0.8'.*not text"),
        ((0.8, 10, "now"), "`discount`: found 10.*so that 10 per cent is 0.10"),
        ((0.8, -0.1, "now"), "`discount`: found -0.1"),
        ((0.8, 0.1, "later"), "`convention`: found 'later'; expected one of 'now', 'if_retained', 'next_period'"),
    ],
)
def test_every_function_rejects(call, arguments, message):
    with pytest.raises(InputError, match=message):
        call(*arguments)


@pytest.mark.parametrize("call", CALLS[:-1])
def test_an_infinite_value_is_explained(call):
    with pytest.raises(InputError, match="`retention, discount`: .*infinite value.*cash_flows for a limited number"):
        call([0.5, 1], 0, "now")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lifetime_value("ten", 0.8, 0.1, convention="now"), "`margin`.*not text"),
        (lambda: lifetime_value([1, np.inf], 0.8, 0.1, convention="now"), "`margin`: found inf at position 1"),
        (lambda: lifetime_value([1, 2], [0.1, 0.2, 0.3], 0, convention="now"), "margin has shape .*same length"),
        (lambda: value_gain(0.97, 0.1, points=0.05, convention="now"), r"0.97 \+ points 0.05 = 1.02.*at most 0.03"),
        (lambda: value_gain(0.5, 0.1, points=5, convention="now"), "`points`: found 5.*five points are 0.05"),
        (lambda: value_gain(0.05, 0.1, points=-0.1, convention="now"), r"0.05 \+ points -0.1 = -0.05.*at most 0.05"),
        (lambda: value_gain(0.5, 0.1, points=-5, convention="now"), "`points`: found -5.*five points are 0.05"),
        (lambda: lifetime_value(1, 1, 1e-17, convention="now"), "retention 1 with discount 1e-17.*clearly above 0"),
        (lambda: value_gain(0.95, 0, points=0.05, convention="now"), "infinite value"),
        (lambda: value_gain(0, 0.1, points=0.1, convention="if_retained"), "`retention`: found 0.*difference"),
        (lambda: cash_flows([1, 2], 0.8, 0.1, periods=2, convention="now"), "`margin`: found 2 values"),
        (lambda: cash_flows(1, [0.8, 0.9], 0.1, periods=2, convention="now"), "`retention`: found 2 values"),
        (lambda: cash_flows(1, 0.8, [0.1, 0.2], periods=2, convention="now"), "`discount`: found 2 values"),
        (lambda: compare_conventions([1, 2], 0.8, 0.1), "`margin`: found 2 values"),
        (lambda: compare_conventions(1, [0.8, 0.9], 0.1), "`retention`: found 2 values"),
        (lambda: compare_conventions(1, 80, 0.1), "`retention`: found 80.*divide percentages by 100"),
        (lambda: compare_conventions(1, 1, 0), "infinite value"),
        (lambda: cash_flows(1, 0.8, 0.1, periods=0, convention="now"), "`periods`: found 0.*1 or more"),
        (lambda: cash_flows(1, 0.8, 0.1, periods=2.5, convention="now"), "`periods`: found 2.5.*whole number"),
    ],
)
def test_single_mistakes(call, message):
    with pytest.raises(InputError, match=message):
        call()
