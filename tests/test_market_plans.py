"""Plans: Karush-Kuhn-Tucker conditions, closed forms, scipy, all divisions on a grid, assumptions."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from relmark_helpers.calculations.market_plan_sensitivity import compare_responses, plan_limits
from relmark_helpers.calculations.market_plan_starts import allocate_with_starts
from relmark_helpers.calculations.market_plans import (
    PLANS,
    RESPONSES,
    allocate_budget,
    best_spending,
    response_share,
)
from relmark_helpers.calculations.two_markets import divide_between_two
from relmark_helpers.validation import InputError

every_response = pytest.mark.parametrize("response", RESPONSES)


def plans(gap, half_cost=10.0, weight=1.0, **more):
    names = [f"m{at}" for at in range(len(gap))]
    return pd.DataFrame({"gap": gap, "weight": weight, "half_cost": half_cost, **more}, index=names)


@st.composite
def problems(draw):
    random = np.random.default_rng(draw(st.integers(0, 100_000)))
    n = draw(st.integers(1, 8))
    gap = random.uniform(-1, 5, n)
    gap[0] = 2.0
    budget = draw(st.floats(1, 300))
    floor = random.uniform(0, budget / n, n) * random.integers(0, 2, n)
    cap = np.where(random.random(n) < 0.5, np.inf, floor + random.uniform(0, budget, n))
    table = plans(gap, random.uniform(1, 50, n), random.uniform(0.2, 3, n), floor=floor, cap=cap)
    return table, budget, draw(st.sampled_from(RESPONSES))


def slope(value, spend, half, response):
    """Right-hand and left-hand marginal values by differences."""
    step = 1e-6 * (1 + spend)

    def worth(at):
        return value * float(response_share(np.array(at), np.array(half), response))

    left = (worth(spend) - worth(max(spend - step, 0))) / min(step, spend) if spend > 0 else np.inf
    return (worth(spend + step) - worth(spend)) / step, left


@settings(max_examples=80, deadline=None)
@given(problems())
def test_karush_kuhn_tucker_conditions(problem):
    table, budget, response = problem
    plan = allocate_budget(table, budget, response=response)
    price = plan.shadow_price
    spend, near = plan.table["spend"], 1e-7 * budget
    assert (spend >= plan.table["floor"] - near).all() and (spend <= plan.table["cap"] + near).all()
    assert spend.sum() + plan.unspent == pytest.approx(budget)
    if plan.unspent:
        assert price == 0
    for row in plan.table.itertuples():
        worth = row.gap * row.weight
        right, left = slope(worth, row.spend, row.half_cost, response)
        slack = 1e-3 * max(price, 1e-9) + 1e-7
        if row.spend < min(row.cap, budget) - near:  # more money would not be worth more than the price
            assert right <= price + slack
        if row.spend > row.floor + near:  # nor is the last unit worth less
            assert left >= price - slack
    for rule in ("proportional", "equal"):
        assert plan.rules.loc[rule, "of_best"] <= 1 + 1e-9
        assert plan.table[rule].sum() <= budget + near
        assert (plan.table[rule] >= plan.table["floor"] - near).all()
        assert (plan.table[rule] <= plan.table["cap"] + near).all()


@settings(max_examples=40, deadline=None)
@given(problems(), st.floats(1.05, 2))
def test_more_budget_and_weight_never_take_money_away(problem, times):
    table, budget, response = problem
    plan = allocate_budget(table, budget, response=response)
    richer = allocate_budget(table, times * budget, response=response)
    assert (richer.table["spend"] >= plan.table["spend"] - 1e-7 * budget).all()
    assert richer.value >= plan.value - 1e-9 and richer.shadow_price <= plan.shadow_price * (1 + 1e-7) + 1e-12
    heavier = table.copy()
    heavier.loc["m0", "weight"] *= times
    other = allocate_budget(heavier, budget, response=response)
    assert other.table.loc["m0", "spend"] >= plan.table.loc["m0", "spend"] - 1e-7 * budget


def test_closed_forms_for_two_markets():
    plan = allocate_budget(plans([4, 1]), 30)
    # exponential: marginal values equal, 2^((s0 - s1) / h) = 4, so s0 - s1 = 2 h
    assert plan.table["spend"].tolist() == pytest.approx([25, 5])
    assert plan.shadow_price == pytest.approx(4 * np.log(2) / 10 * 2**-2.5)
    plan = allocate_budget(plans([4, 1]), 30, response="hyperbolic")
    # (s0 + h) / (s1 + h) = sqrt(4)
    assert (plan.table["spend"] + 10).tolist() == pytest.approx([100 / 3, 50 / 3])
    plan = allocate_budget(plans([4, 1]), 17, response="power")
    assert plan.table["spend"].tolist() == pytest.approx([16, 1])  # as the squares of the values
    plan = allocate_budget(plans([4, 1]), 68, response="power")
    assert plan.table["spend"].tolist() == pytest.approx([40, 28])  # the first gap is closed at 4 h
    plan = allocate_budget(plans([4, 1]), 100, response="power")
    assert plan.unspent == pytest.approx(20) and plan.shadow_price == 0 and plan.value == pytest.approx(5)


@every_response
def test_by_all_divisions_on_a_grid(response):
    table = plans([3.0, 1.5, 0.8], [10, 4, 6], [1, 2, 1.5], floor=[0, 2, 1], cap=[9, 30, 30])
    plan = allocate_budget(table, 24, response=response)
    worth = (table["gap"] * table["weight"]).to_numpy()
    half = table["half_cost"].to_numpy()
    grid = np.arange(0, 24.01, 0.25)
    best = max(
        (worth * response_share(np.array([a, b, 24 - a - b]), half, response)).sum()
        for a, b in itertools.product(grid, grid)
        if a <= 9 and b >= 2 and 24 - a - b >= 1
    )
    assert best <= plan.value + 1e-12 and plan.value == pytest.approx(best, abs=2e-3)


@every_response
def test_by_scipy(response):
    random = np.random.default_rng(7)
    worth, half = random.uniform(0.5, 5, 6), random.uniform(5, 40, 6)
    floor, cap = np.full(6, 1.0), np.full(6, 35.0)
    spend, _ = best_spending(worth, half, floor, cap, 100.0, response)
    found = optimize.minimize(
        lambda s: -(worth * response_share(s, half, response)).sum(),
        np.full(6, 100 / 6),
        method="SLSQP",
        bounds=list(zip(floor, cap, strict=True)),
        constraints={"type": "eq", "fun": lambda s: s.sum() - 100},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    np.testing.assert_allclose(spend, found.x, atol=0.02)
    assert (worth * response_share(spend, half, response)).sum() >= -found.fun - 1e-10


@every_response
def test_shadow_price_is_the_derivative_of_the_best_value(response):
    table = plans([3.0, 1.5, 0.8, -1], [10, 4, 6, 5], floor=[0, 5, 0, 1])
    price = allocate_budget(table, 20, response=response).shadow_price
    ends = [allocate_budget(table, 20 + step, response=response).value for step in (-1e-3, 1e-3)]
    assert price == pytest.approx((ends[1] - ends[0]) / 2e-3, rel=1e-5)


@every_response
def test_responses_rise_ever_more_slowly_through_one_half(response):
    share = response_share(np.linspace(0, 80, 400), np.array(10.0), response)
    assert share[0] == 0 and (np.diff(share) >= -1e-15).all() and (np.diff(share, 2) <= 1e-12).all() and share[-1] <= 1
    assert response_share(np.array(10.0), np.array(10.0), response) == pytest.approx(0.5)


def test_scale_of_money_does_not_matter():
    one = allocate_budget(plans([3.0, 2, 1], [10, 20, 15]), 50)
    thousand = allocate_budget(plans([3.0, 2, 1], [10_000, 20_000, 15_000]), 50_000)
    np.testing.assert_allclose(thousand.table["spend"], 1000 * one.table["spend"])
    assert thousand.value == pytest.approx(one.value) and 1000 * thousand.shadow_price == pytest.approx(
        one.shadow_price
    )


def test_rules_of_thumb():
    plan = allocate_budget(plans([4, 2, -1, 2], floor=[0, 0, 3, 0], cap=[10, np.nan, np.inf, np.inf]), 43)
    assert plan.table["proportional"].tolist() == pytest.approx([10, 15, 3, 15])
    assert plan.table["equal"].tolist() == pytest.approx([10, 11, 11, 11])
    assert allocate_budget(plans([2, 2, 2]), 30).rules["of_best"].tolist() == pytest.approx([1, 1, 1])
    alone = allocate_budget(plans([2, -1], floor=[0, 5], cap=[8, 100]), 30)
    assert alone.table["spend"].tolist() == [8, 5] and alone.unspent == 17 and alone.shadow_price == 0
    floors = allocate_budget(plans([2, 1], floor=[10, 20]), 30)
    assert floors.table["spend"].tolist() == [10, 20]


def test_six_plans_serve_seven_axes():
    assert len(PLANS) == 7 and len(set(PLANS.values())) == 6
    table = plans([2.0] * 7).set_axis(list(PLANS))
    by_plan = allocate_budget(table, 70).by_plan()
    assert by_plan["customer development plan"] == pytest.approx(20) and by_plan.sum() == pytest.approx(70)


@pytest.mark.parametrize(
    ("table", "budget", "match"),
    [
        (plans([2, 1]).drop(columns="weight"), 10, "weight"),
        (plans([2, np.nan]), 10, "gap of m1"),
        (plans([2, 1], half_cost=[0, 1]), 10, "half_cost of m0"),
        (plans([2, 1], weight=[1, -1]), 10, "weight of m1"),
        (plans([2, 1], floor=[1, 20], cap=[5, 10]), 30, "floor above the cap for 'm1'"),
        (plans([2, 1], floor=6), 10, "floors of 12"),
        (plans([0, -1]), 10, "no market"),
        (plans([2, 1]), 0, "budget"),
        (pd.concat([plans([2]), plans([1])]), 10, "each market once"),
        (plans([]), 10, "one row per market"),
        (plans(["two", 1]), 10, "gap of m0"),
    ],
)
def test_what_is_refused(table, budget, match):
    with pytest.raises(InputError, match=match):
        allocate_budget(table, budget)
    with pytest.raises(InputError, match=match):
        compare_responses(table, budget)
    with pytest.raises(InputError):
        allocate_budget(plans([1]), 1, response="linear")


def test_comparison_of_responses_one_by_one():
    table = plans([3.0, 1.5, 0.8], [10, 4, 6])
    compared = compare_responses(table, 20)
    assert compared.spend.shape == (9, 3)
    np.testing.assert_allclose(np.diag(compared.kept), 1)
    assert (compared.kept.to_numpy() <= 1 + 1e-12).all()
    for shape, factor in itertools.product(RESPONSES, (0.5, 1.0, 2.0)):
        own = allocate_budget(table.assign(half_cost=factor * table["half_cost"]), 20, response=shape)
        name = f"{shape} x {factor:g}"
        np.testing.assert_allclose(compared.spend.loc[name], own.table["spend"])
        held = response_share(compared.spend.loc["exponential x 1"].to_numpy(), own.table["half_cost"], shape)
        value = (table["gap"].to_numpy() * held).sum()
        assert compared.kept.loc["exponential x 1", name] == pytest.approx(value / own.value)
    assert compared.worst[compared.safest] == compared.worst.max()
    assert (compared.ranges()["low"] <= compared.ranges()["high"]).all()
    with pytest.raises(InputError):
        compare_responses(table, 20, responses=[])


@every_response
def test_limits_over_juries_one_by_one(response):
    table = plans([3.0, 1.5, 0.8], [10, 4, 6])
    draws = pd.DataFrame(np.random.default_rng(4).normal([3.0, 1.5, 0.8], 0.7, (200, 3)), columns=table.index)
    found = plan_limits(table, 20, draws, response=response)
    spends = []
    for _, gap in draws.iterrows():
        spends.append(allocate_budget(table.assign(gap=gap), 20, response=response).table["spend"].to_numpy())
    np.testing.assert_allclose(found[["low", "high"]].T, np.quantile(spends, [0.025, 0.975], axis=0))
    np.testing.assert_allclose(found["nothing"], (np.array(spends) <= 2e-8).mean(axis=0))
    same = pd.DataFrame([table["gap"]] * 3)
    np.testing.assert_allclose(plan_limits(table, 20, same, response=response)["low"], found["spend"])
    nobody = plan_limits(table, 20, -same, response=response)
    assert (nobody["high"] == 0).all() and (nobody["nothing"] == 1).all()
    for bad in (draws.drop(columns="m0"), draws.iloc[:0]):
        with pytest.raises(InputError):
            plan_limits(table, 20, bad)


# ---- Plans that must be started


def share_beyond(spend, start, half, response):
    return response_share(np.maximum(spend - start, 0), half, response)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_without_starts_it_is_the_plan_without_starts(problem):
    table, budget, response = problem
    plain = allocate_budget(table, budget, response=response)
    started = allocate_with_starts(table.assign(start=0.0), budget, response=response)
    np.testing.assert_allclose(started.table["spend"], plain.table["spend"], atol=1e-7 * budget)
    np.testing.assert_allclose(started.rules, plain.rules)
    if plain.unspent == 0:
        assert started.shadow_price == pytest.approx(plain.shadow_price, rel=1e-6)


@every_response
@pytest.mark.parametrize("start", [1.0, 5.0, [2.0, 7.0, 3.0], [0.0, 30.0, 4.0]])
def test_starts_by_all_divisions_on_a_grid(response, start):
    table = plans([3.0, 1.5, 0.8], [10, 4, 6], [1, 2, 1.5], floor=[0, 2, 1], cap=[12, 30, 30], start=start)
    plan = allocate_with_starts(table, 24, response=response)
    worth, half = (table["gap"] * table["weight"]).to_numpy(), table["half_cost"].to_numpy()
    grid = np.arange(0, 24.01, 0.25)
    divisions = np.stack(np.meshgrid(grid, grid, grid, indexing="ij"), axis=-1).reshape(-1, 3)
    allowed = (divisions.sum(axis=1) <= 24) & (divisions >= table["floor"].to_numpy()).all(axis=1)
    divisions = divisions[allowed & (divisions <= table["cap"].to_numpy()).all(axis=1)]
    best = (worth * share_beyond(divisions, table["start"].to_numpy(), half, response)).sum(axis=1).max()
    own = (worth * share_beyond(plan.table["spend"].to_numpy(), table["start"].to_numpy(), half, response)).sum()
    assert plan.value == pytest.approx(own) and plan.table["spend"].sum() <= 24 + 1e-9
    assert best <= plan.value + 1e-12 and plan.value == pytest.approx(best, rel=5e-3)
    assert (plan.table["spend"] >= table["floor"]).all() and (plan.table["spend"] <= table["cap"]).all()


def test_more_to_start_is_never_better_and_equal_parts_can_bring_nothing():
    table = plans([4.0, 2, 1, 1], 5)
    values = [allocate_with_starts(table.assign(start=start), 20).value for start in (0, 1, 2, 4, 5, 8, 19, 20)]
    assert all(one >= other for one, other in itertools.pairwise(values)) and values[-1] == 0
    plan = allocate_with_starts(table.assign(start=5), 20)
    assert plan.rules.loc["equal", "value"] == 0 and plan.value > 0
    assert plan.table.loc[plan.table["spend"] == 0, "marginal"].eq(0).all()
    nothing = allocate_with_starts(table.assign(start=30), 20)
    assert nothing.value == 0 and nothing.unspent == 20 and nothing.shadow_price == 0
    assert nothing.rules["of_best"].isna().all()


def test_what_is_refused_of_starts():
    for bad, match in [
        (plans([2, 1]), "start"),
        (plans([2, 1], start=[1, -1]), "start"),
        (plans([2, 1], start=[1, np.nan]), "start"),
        (plans([1.0] * 13, start=1), "13 markets"),
    ]:
        with pytest.raises(InputError, match=match):
            allocate_with_starts(bad, 30)


# ---- Two markets


@every_response
def test_every_division_between_two(response):
    table = plans([4.0, 2.5], [10, 6], [1, 0.8])
    divided = divide_between_two(table, 20, response=response)
    assert divided.table["value"].max() == pytest.approx(divided.best.value)
    assert divided.table["value"].idxmax() == pytest.approx(divided.best.table["spend"].iloc[0])
    slopes = np.gradient(divided.table["value"], divided.table.index.to_numpy())
    between = divided.table["first"] - divided.table["second"]
    middle = slice(60, -100)  # near an end a marginal gain of "power" has no end, or falls to 0 at once
    np.testing.assert_allclose(slopes[middle], between.iloc[middle], rtol=0.01, atol=1e-3)
    low, high = divided.near_best(0.9)
    worth, half = (table["gap"] * table["weight"]).to_numpy(), table["half_cost"].to_numpy()
    for at, outside in ((low, low - 0.01), (high, high + 0.01)):
        inner, outer = (
            (worth * response_share(np.array([one, 20 - one]), half, response)).sum() for one in (at, outside)
        )
        assert inner >= 0.9 * divided.best.value - 1e-9
        assert outer < 0.9 * divided.best.value
    assert low <= divided.best.table["spend"].iloc[0] <= high
    assert divided.near_best(1) == pytest.approx((divided.best.table["spend"].iloc[0],) * 2)


def test_ends_of_the_near_best_in_closed_form():
    divided = divide_between_two(plans([4.0, 1.0]), 30)
    # with x = 2^(-s / h), the value is 5 - 4 x - 1 / (8 x): 95 per cent of the best is a quadratic equation
    short = 5 - 0.95 * divided.best.value
    half_way = (short + np.sqrt(short**2 - 2)) / 8
    assert divided.near_best()[0] == pytest.approx(-10 * np.log2(half_way))
    assert divided.near_best() == pytest.approx((divided.near_best()[0], 30))
    assert divided.near_best(0) == (0, 30) and divided.near_best(1) == pytest.approx((25, 25), abs=1e-4)
    full = divide_between_two(plans([4.0, 1.0]), 100, response="power")  # both gaps closed by 40 each
    assert full.near_best(1) == pytest.approx((40, 60), abs=1e-4)


def test_two_markets_are_two():
    for bad in (plans([1.0, 2, 3]), plans([1.0, 2], floor=1)):
        with pytest.raises(InputError, match="two markets without"):
            divide_between_two(bad, 10)
