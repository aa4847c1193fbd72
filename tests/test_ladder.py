"""The ladder: the plain chain as its limit, finite differences, power iteration, simulation, clear refusals."""

import dataclasses
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.chain_estimates import estimate_chain
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.calculations.customer_logs import simulate_customers
from relmark_helpers.calculations.ladder import LOST, RUNGS, Ladder, teaching_ladder
from relmark_helpers.calculations.ladder_growth import sweep_referrals
from relmark_helpers.calculations.ladder_log import SEEN_RUNGS, UNSEEN_RUNGS, ladder_log
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError, StatisticalWarning

TEACHING = teaching_ladder()


@st.composite
def ladders(draw, most=0.05):
    """Ladders with any moves at all, a loss of 0.05 or more from each rung, and few enough referrals to be valued."""
    rows = [draw(st.lists(st.floats(0.02, 1), min_size=6, max_size=6)) for _ in RUNGS]
    lost = np.array(draw(st.lists(st.floats(0.05, 0.9), min_size=6, max_size=6)))
    matrix = np.zeros((7, 7))
    matrix[:6, :6] = np.array(rows) / np.sum(rows, axis=1, keepdims=True) * (1 - lost)[:, None]
    matrix[:6, 6], matrix[6, 6] = lost, 1
    referrals = draw(st.lists(st.floats(0, most), min_size=6, max_size=6))
    margin = draw(st.lists(st.floats(-50, 200), min_size=6, max_size=6))
    return Ladder(matrix, margin, [10] * 6, referrals, draw(st.floats(0.1, 0.5)))


def changed(ladder, matrix=None, referrals=None):
    return Ladder(
        ladder.transitions if matrix is None else matrix,
        ladder.margin,
        ladder.cost,
        ladder.referrals if referrals is None else referrals,
        ladder.discount,
    )


# ---- Value


@given(ladders())
def test_value_is_money_now_and_later_of_oneself_and_the_referred(ladder):
    value = ladder.value()["with_referrals"].to_numpy()
    later = ladder.chain.matrix[:-1, :-1] @ value + np.asarray(ladder.referrals) * value[0]
    np.testing.assert_allclose(value, ladder.chain.reward[:-1] + later / (1 + ladder.discount), atol=1e-6)


@given(ladders(most=0))
def test_without_referrals_it_is_the_chain(ladder):
    value = ladder.value()
    np.testing.assert_allclose(value["alone"], value["with_referrals"], atol=1e-8)
    np.testing.assert_allclose(value["alone"], ladder.chain.value()[:-1], atol=1e-8)
    slopes = ladder.chain.sensitivity("prospect", taken_from=LOST)
    np.testing.assert_allclose(ladder.value_slopes().to_numpy(), slopes.to_numpy()[:-1], atol=1e-6)
    assert ladder.referred_by_one == 0 and sweep_referrals(ladder, [0, 1]).threshold is None


@given(ladders())
def test_value_of_those_of_today_counts_each_newcomer_once(ladder):
    today = np.array([20, 8, 9, 4, 3, 1])
    people = ladder.project(0, 400, start=today).to_numpy()
    stream = people @ ladder.chain.reward[:-1] / (1 + ladder.discount) ** np.arange(401)
    assert today @ ladder.value()["with_referrals"] == pytest.approx(stream.sum(), abs=1e-4, rel=1e-6)


def test_value_by_simulation_of_the_people():
    generator, people, total, factor = np.random.default_rng(1999), np.array([4000, 0, 0, 0, 0, 0]), 0.0, 1.0
    for _ in range(150):
        total += factor * float(people @ TEACHING.chain.reward[:-1])
        factor /= 1 + TEACHING.discount
        moved = sum(
            generator.multinomial(n, row)[:-1] for n, row in zip(people, TEACHING.chain.matrix[:-1], strict=True)
        )
        moved[0] += generator.poisson(people @ np.asarray(TEACHING.referrals))
        people = moved
    assert total / 4000 == pytest.approx(TEACHING.value().loc["prospect", "with_referrals"], rel=0.06)


def test_growth_at_the_discount_rate_has_no_value_but_a_projection():
    many = teaching_ladder(referrals=6)
    assert many.growth > 0.1
    with pytest.raises(InputError, match="growth of .* a period at a discount rate of 0.1"):
        many.value()
    numbers = many.project(10, 400).sum(axis=1)
    assert numbers.iloc[-1] / numbers.iloc[-2] == pytest.approx(1 + many.growth)


# ---- Growth and shares


@given(ladders(most=1.5))
def test_growth_by_power_iteration(ladder):
    people = np.linalg.matrix_power(ladder.mean_matrix, 400)[0]
    after = people @ ladder.mean_matrix
    if people.sum() > 1e-200:
        assert after.sum() / people.sum() == pytest.approx(1 + ladder.growth, rel=1e-6)


@given(ladders(most=1.5))
def test_customers_multiply_where_one_brings_more_than_one(ladder):
    one, growth = ladder.referred_by_one, ladder.growth
    if abs(one - 1) > 1e-6:
        assert (one > 1) == (growth > 0)
    visits = ladder.chain.expected_visits().loc["prospect"]
    assert one == pytest.approx(float(visits @ np.asarray(ladder.referrals)))
    threshold = sweep_referrals(ladder, [1]).threshold
    if threshold is not None and threshold < 1e6:
        assert changed(ladder, referrals=threshold * np.asarray(ladder.referrals)).growth == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("referrals", [0, 0.4, 1.2])
def test_long_run_shares_are_where_the_projection_goes(referrals):
    ladder = teaching_ladder(referrals=referrals)
    end = ladder.project(7, 2500).iloc[-1]
    np.testing.assert_allclose(ladder.long_run_shares(), end / end.sum(), atol=1e-9)
    assert ladder.long_run_shares().sum() == pytest.approx(1)


def test_long_run_shares_leave_out_rungs_that_no_prospect_reaches():
    matrix = np.zeros((7, 7))
    matrix[:5, :5], matrix[:5, 6] = 0.5 * np.eye(5), 0.3
    matrix[0, 1] = matrix[1, 0] = 0.2
    matrix[2:5, 6] = 0.5
    matrix[[5, 6], [5, 6]] = 1  # a partner is never lost, but nobody becomes one
    ladder = Ladder(matrix, [1] * 6, [0] * 6, [0] * 6, 0.1)
    assert ladder.growth == pytest.approx(0)
    end = ladder.project(1, 500).iloc[-1]
    np.testing.assert_allclose(ladder.long_run_shares(), end / end.sum(), atol=1e-9)
    assert ladder.long_run_shares().iloc[2:].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("partners", [1.0, 0.5])
def test_long_run_shares_where_two_rungs_are_never_lost(partners):
    matrix = np.zeros((7, 7))
    matrix[0, [1, 5, 6]] = 0.3, 0.3 * partners, 0.7 - 0.3 * partners
    matrix[[1, 5, 6], [1, 5, 6]] = 1
    matrix[2:5, 6] = 1
    shares = Ladder(matrix, [1] * 6, [0] * 6, [0] * 6, 0.1).long_run_shares()
    assert shares[["purchaser", "partner"]].tolist() == pytest.approx([1 / (1 + partners), partners / (1 + partners)])


def test_one_prospect_means_more_in_the_end():
    one = TEACHING.referred_by_one
    won = TEACHING.project(1, 3000).iloc[-1] @ np.asarray(TEACHING.referrals) + 1
    assert won == pytest.approx(1 / (1 - one))


def test_projection_from_customers_of_today():
    today = np.array([200, 80, 90, 40, 30, 10])
    found = TEACHING.project(5, 3, start=today)
    assert found.loc[0].tolist() == today.tolist()
    later = today @ np.linalg.matrix_power(TEACHING.mean_matrix, 3)
    np.testing.assert_allclose(found.loc[3] - TEACHING.project(5, 2).loc[2], later)
    for start, message in (([1, 2], "6 values, one per rung"), ([-1, 0, 0, 0, 0, 0], "0 or more")):
        with pytest.raises(InputError, match=message):
            TEACHING.project(0, 1, start=start)


# ---- One more point


@given(ladders(most=0.3), st.integers(0, 5), st.integers(0, 6), st.integers(0, 6), st.integers(0, 5))
def test_slopes_against_differences(ladder, row, to, away, start):
    if ladder.growth > ladder.discount - 0.03:
        return
    step, move, states = 1e-6, np.zeros((7, 7)), [*RUNGS, LOST]
    move[row, to] += step
    move[row, away] -= step
    if ((ladder.chain.matrix + move < 0) | (ladder.chain.matrix - move < 0)).any():
        return
    up, down = (changed(ladder, ladder.chain.matrix + side * move) for side in (1, -1))
    slope = (up.value() - down.value())["with_referrals"].iloc[start] / (2 * step)
    table = ladder.value_slopes(RUNGS[start], taken_from=states[away])
    assert table.iloc[row, to] == pytest.approx(slope, rel=1e-3, abs=1e-2)
    if to == row and states[away] == LOST:
        rate = (up.growth - down.growth) / (2 * step)
        assert ladder.levers()["keep_growth"].iloc[row] == pytest.approx(0.01 * rate, rel=1e-3, abs=1e-6)


def test_levers_are_one_point():
    levers = TEACHING.levers()
    for at, rung in enumerate(RUNGS):
        for lever, to, away in (("climb", at + 1, at), ("keep", at, 6)):
            if (rung, lever) == ("partner", "climb"):
                assert levers.loc[rung, ["climb_value", "climb_growth"]].isna().all()
                continue
            matrix = TEACHING.chain.matrix.copy()
            matrix[at, to] += 1e-5
            matrix[at, away] -= 1e-5
            nearby = changed(TEACHING, matrix)
            gain = (nearby.value() - TEACHING.value()).loc["prospect", "with_referrals"] * 1000
            assert levers.loc[rung, f"{lever}_value"] == pytest.approx(gain, rel=2e-3)
            growth = (nearby.growth - TEACHING.growth) * 1000
            assert levers.loc[rung, f"{lever}_growth"] == pytest.approx(growth, rel=2e-3, abs=1e-9)
        more = np.array(TEACHING.referrals) + 1e-5 * (np.arange(6) == at)
        gain = (changed(TEACHING, referrals=more).value() - TEACHING.value()).loc["prospect", "with_referrals"] * 1000
        assert levers.loc[rung, "refer_value"] == pytest.approx(gain, rel=2e-3)
        growth = (changed(TEACHING, referrals=more).growth - TEACHING.growth) * 1000
        assert levers.loc[rung, "refer_growth"] == pytest.approx(growth, rel=2e-3)


def test_growth_has_no_slope_at_a_double_root():
    matrix = np.zeros((7, 7))
    matrix[[0, 1], [0, 1]] = 0.5
    matrix[0, 1] = matrix[0, 6] = 0.25
    matrix[1:6, 6] = 1 - np.diag(matrix)[1:6]
    matrix[6, 6] = 1
    ladder = Ladder(matrix, [1] * 6, [0] * 6, [0] * 6, 0.1)
    assert ladder.growth == pytest.approx(-0.5)
    assert ladder.levers()[["climb_growth", "keep_growth", "refer_growth"]].isna().all(axis=None)
    alone = np.diag([0.5] * 6 + [1.0])  # each rung by itself: growth would rise with any of the six, and fall with none
    alone[:6, 6] = 0.5
    apart = Ladder(alone, [1] * 6, [0] * 6, [0] * 6, 0.1)
    assert apart.levers()["keep_growth"].isna().all() and apart.levers()["keep_value"].notna().all()


def test_a_point_from_the_lost_is_climb_and_keep_together():
    levers, slopes = TEACHING.levers(), 0.01 * TEACHING.value_slopes()
    for at, rung in enumerate(RUNGS[:-1]):
        together = levers.loc[rung, ["climb_value", "keep_value"]].sum()
        assert slopes.loc[rung, RUNGS[at + 1]] == pytest.approx(together)
    best = levers[["climb_value", "keep_value"]].stack().idxmax()
    assert best == ("client", "keep_value") and slopes.loc["prospect", "purchaser"] > levers.loc[best]


# ---- Time to a rung


def test_time_to_a_rung_by_simulation():
    log = simulate_customers(TEACHING.chain, 20_000, 120, np.random.default_rng(26))
    first = log[log["state"] == "client"].groupby("customer")["period"].min()
    expected = TEACHING.time_to("client").loc["prospect"]
    assert len(first) / 20_000 == pytest.approx(expected["chance"], abs=0.01)
    assert first.mean() == pytest.approx(expected["periods"], rel=0.02)


def test_time_to_a_rung_in_closed_form():
    sure = teaching_ladder().time_to("purchaser")
    assert sure.loc["prospect", "chance"] == pytest.approx(0.3 / 0.7)
    assert sure.loc["prospect", "periods"] == pytest.approx(1 / 0.7), "leaving the foot takes as long up as out"
    assert sure.loc["purchaser"].tolist() == [1, 0]
    assert (sure["chance"].iloc[2:] == 0).all() and sure["periods"].iloc[2:].isna().all()
    stuck = teaching_ladder(climb=0).time_to("partner")
    assert stuck["chance"].tolist() == [0, 0, 0, 0, 0, 1]


# ---- Clear refusals


def bad(**change):
    parts = {
        "transitions": TEACHING.chain.matrix,
        "margin": [1] * 6,
        "cost": [1] * 6,
        "referrals": [0] * 6,
        "discount": 0.1,
    }
    return Ladder(**{**parts, **change})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bad(margin=[1, 2]), r"`margin`: found values of shape \(2,\); expected 6 values.*prospect, purchaser"),
        (lambda: bad(cost=[-1] * 6), "`cost`: found -1.*0 or more"),
        (lambda: bad(referrals=[-1] * 6), "`referrals`: found -1.*0 or more"),
        (lambda: bad(discount=0), "`discount`: found 0"),
        (lambda: bad(transitions=np.eye(6)), "`transitions`: found a table of shape"),
        (lambda: bad(transitions=np.roll(np.eye(7), 1, axis=1)), "`transitions`: found a way back from 'lost'"),
        (lambda: TEACHING.time_to("client "), "`rung`: found 'client '"),
        (lambda: TEACHING.time_to(LOST), "`rung`: found 'lost'"),
        (lambda: TEACHING.value_slopes("lost"), "`start`: found 'lost'"),
        (lambda: TEACHING.value_slopes("prospect", taken_from="gone"), "`taken_from`: found 'gone'"),
        (lambda: TEACHING.project(-1, 3), "`prospects`: found -1"),
        (lambda: TEACHING.project(1, 0), "`periods`: found 0"),
        (lambda: teaching_ladder(loss=0).referred_by_one, "`transitions`: found a rung from which nobody is ever lost"),
        (lambda: teaching_ladder(climb=2), "`climb`: found 2"),
        (lambda: teaching_ladder(loss=3), "`loss`: found 3"),
        (lambda: teaching_ladder(referrals=-1), "`referrals`: found -1"),
        (lambda: sweep_referrals(TEACHING, []), "`factors`: found shape"),
        (lambda: sweep_referrals(TEACHING, [-1]), "`factors`: found -1"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_ladder_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TEACHING.discount = 0.2
    with pytest.raises(ValueError, match="read-only"):
        TEACHING.mean_matrix[0, 0] = 1
    assert isinstance(TEACHING.chain, CustomerChain)


# ---- Rungs from behaviour

SMALL = pd.DataFrame(
    {
        "household": [1, 1, 1, 2, 3, 3],
        "period": [1, 2, 6, 3, 4, 7],
        "shopping_days": [1, 1, 2, 1, 3, 1],
        "sales_usd": [10.0, 20.0, 30.0, 5.0, 7.0, 8.0],
    }
)


def test_rules_by_hand():
    log = ladder_log(SMALL, silence=3, known_from=1).set_index(["customer", "period"])
    p, c, s = SEEN_RUNGS
    assert log.loc[1, "state"].tolist() == [p, c, c, c, s, c, c]
    assert log.loc[2, "state"].tolist() == [p, p, p, s, s]
    assert log.loc[3, "state"].tolist() == [c, c, c, c], "three shopping days in the first period make a client"
    assert log.loc[1, "sales_usd"].tolist() == [10, 20, 0, 0, 0, 30, 0]
    later = ladder_log(SMALL, silence=3, known_from=4)
    assert later["period"].min() == 4 and later.query("customer == 1")["state"].tolist() == [c, s, c, c]


def test_real_households_and_what_they_cannot_show():
    activity = load_dataset("journey_activity")
    log = ladder_log(activity)
    assert set(log["state"]) == set(SEEN_RUNGS) and set(UNSEEN_RUNGS) | set(SEEN_RUNGS[:2]) == set(RUNGS)
    known = activity[activity["period"] >= 4]
    assert log["sales_usd"].sum() == pytest.approx(known["sales_usd"].sum())
    with warnings.catch_warnings():
        warnings.simplefilter("error", StatisticalWarning)
        limits = estimate_chain(log, states=SEEN_RUNGS).conf_int()
    assert limits["count"].sum() == len(log) - log["customer"].nunique()
    assert (limits["low"] <= limits["probability"] + 1e-12).all()
    assert (limits["probability"] <= limits["high"] + 1e-12).all()
    assert limits.loc[("client", "purchaser"), "count"] == 0, "who has bought twice has bought once no more"


def test_longer_silence_ends_less_often():
    log = ladder_log(load_dataset("journey_activity"), known_from=1)
    before, after = log.shift(1), log.shift(-1)
    silent = (log["state"] == "silent") & (log["customer"] == after["customer"]) & (log["period"] > 3)
    new = silent & (before["state"] != "silent")
    back = after["state"] == "client"
    assert back[new].mean() == pytest.approx(0.34, abs=0.005)
    assert back[silent & ~new].mean() == pytest.approx(0.26, abs=0.005)


@pytest.mark.parametrize(("silence", "low", "high"), [(2, 0.04, 0.05), (4, -0.03, 0.03), (5, -0.03, 0.03)])
def test_two_periods_by_the_chain_and_by_following_the_silent(silence, low, high):
    log = ladder_log(load_dataset("journey_activity"), silence=silence)
    state = log.groupby("customer")["state"]
    one, two = state.shift(-1), state.shift(-2)
    followed = (log["state"] == "silent") & two.notna()
    back = ((one == "client") | (two == "client"))[followed].mean()
    chance = estimate_chain(log, states=SEEN_RUNGS).probabilities.loc["silent", "client"]
    assert low < 1 - (1 - chance) ** 2 - back < high


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ladder_log(SMALL.drop(columns="period")), "a column named 'period'"),
        (lambda: ladder_log(pd.concat([SMALL, SMALL])), "household 1 twice in period 1"),
        (lambda: ladder_log(SMALL.assign(shopping_days=0)), r"`activity\['shopping_days'\]`: found 0"),
        (lambda: ladder_log(SMALL.assign(period=1.5)), "numbers that are not whole"),
        (lambda: ladder_log(SMALL, silence=0), "`silence`: found 0"),
        (lambda: ladder_log(SMALL, known_from=7), "`known_from`: found 7 in a record that ends with period 7"),
        (lambda: ladder_log(SMALL.head(0)), "`known_from`"),
    ],
)
def test_log_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
