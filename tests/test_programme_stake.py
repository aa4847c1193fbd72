"""What is at stake in a programme: sums by hand, break-even in both directions, words that follow the numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.programme_stake import read_effect, weigh_programme
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

SPENDING = load_dataset("journey_households")["sales_usd"]
CASE = {"margin_rate": 0.25, "cost": 30, "rise": 0.05}


def test_sums_are_those_by_hand():
    stake = weigh_programme([400, 2400, 2500, 10_000], **CASE)
    # 400 adds 5, 2,400 just 30, 2,500 adds 31.25 and 10,000 adds 125.
    assert (stake.customers, stake.pays_for) == (4, 0.5)
    assert stake.everyone == pytest.approx(5 + 30 + 31.25 + 125 - 120)
    assert stake.targeted == pytest.approx(1.25 + 95)
    assert stake.break_even_spending == pytest.approx(2400)
    assert stake.break_even_rise == pytest.approx(120 / (0.25 * 15_300))
    assert stake.table.index.tolist() == [0.025, 0.05, 0.1]
    assert stake.table.loc[0.025].tolist() == pytest.approx([0.25, 2.5 + 15 + 15.625 + 62.5 - 120, 32.5])


def test_household_that_just_breaks_even_is_not_counted():
    assert weigh_programme([3200.0], margin_rate=0.25, cost=50, rise=0.0625).pays_for == 0


amounts = st.lists(st.floats(1, 1e6), min_size=1, max_size=30)
rates = st.floats(0.01, 1)


@given(spending=amounts, margin=rates, cost=st.floats(0.1, 1e4), rise=st.floats(0.001, 0.5))
def test_break_even_values_bring_nothing(spending, margin, cost, rise):
    stake = weigh_programme(spending, margin_rate=margin, cost=cost, rise=rise)
    assert stake.targeted >= max(0, stake.everyone) - 1e-6
    assert stake.break_even_spending * margin * rise == pytest.approx(cost)
    if stake.break_even_rise <= 1:
        at = weigh_programme(spending, margin_rate=margin, cost=cost, rise=stake.break_even_rise)
        assert at.everyone == pytest.approx(0, abs=1e-6 * cost * len(spending))


def test_words_follow_the_numbers():
    loss = "A loss with everyone in; above break-even: "
    assert weigh_programme(SPENDING, **CASE).words == f"{loss}27.2% (672 of 2,469)"
    assert weigh_programme(SPENDING, **CASE | {"rise": 0.005}).words == f"{loss}0.0% (1 of 2,469)"
    assert weigh_programme(SPENDING, margin_rate=0.6, cost=5, rise=0.1).words.startswith("A gain with everyone in")
    nothing = weigh_programme(SPENDING, margin_rate=0.25, cost=30, rise=0)
    assert nothing.words == f"{loss}0.0% (0 of 2,469)" and nothing.break_even_spending == math.inf
    assert nothing.break_even_rise == pytest.approx(30 / (0.25 * SPENDING.mean()))


def test_set_up_is_earned_back_by_yearly_gains():
    stake = weigh_programme([1000, 5000], margin_rate=0.2, cost=20, rise=0.05)
    years = stake.payback(120)
    assert years["everyone"] == pytest.approx(120 / (60 - 40)) and years["targeted"] == pytest.approx(120 / 30)
    assert weigh_programme([1000], margin_rate=0.2, cost=20, rise=0.05).payback(1)["everyone"] == math.inf


def judged(rise=0.05, setup_cost=20_000, wanted="yes", measured=None, **change):
    stake = weigh_programme(SPENDING, **CASE | {"rise": rise} | change)
    return stake.judge(setup_cost, horizon=3, wanted=wanted, measured=measured)


@given(spending=amounts, margin=rates, cost=st.floats(1, 1e4), setup=st.floats(1, 1e5), years=st.floats(0.5, 20))
def test_needed_rises_just_pay_the_set_up(spending, margin, cost, setup, years):
    start = weigh_programme(spending, margin_rate=margin, cost=cost, rise=0.05)
    verdict = start.judge(setup, horizon=years, wanted="yes")
    assert verdict.rise_for_some <= verdict.rise_for_everyone
    for rise, who in ((verdict.rise_for_some, "targeted"), (verdict.rise_for_everyone, "everyone")):
        if rise <= 1:
            gain = getattr(weigh_programme(spending, margin_rate=margin, cost=cost, rise=rise), who)
            assert gain * years == pytest.approx(setup, rel=1e-6, abs=1e-6 * cost * len(spending) * years)


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({"rise": 0.2, "wanted": "no", "measured": (0.1, 0.2)}, "The wrong choice: customers do not want it"),
        ({"rise": 0.005}, "The wrong choice, unless the rise is larger than assumed: even those above"),
        ({"rise": 0.01}, "The wrong choice, unless the rise is larger than assumed: even those above"),
        ({"measured": (-0.02, 0.02)}, "The wrong choice, unless the rise is larger than was measured"),
        ({}, "As assumed, not for everyone. For those above break-even unknown"),
        ({"measured": (-0.07, 0.10)}, "As assumed, not for everyone. For those above break-even unknown"),
        ({"measured": (0.04, 0.06)}, "Right for those above break-even, if you can tell them beforehand; not for"),
        ({"rise": 0.1}, "As assumed, right for everyone; but the rise is unknown"),
        ({"rise": 0.1, "measured": (0.02, 0.2)}, "As assumed, right for everyone; but the rise is unknown"),
        (
            {"rise": 0.1, "measured": (0.04, 0.2)},
            "Right for those above break-even, if you can tell them beforehand; for",
        ),
        ({"rise": 0.1, "measured": (0.08, 0.2)}, "Right for everyone."),
    ],
)
def test_first_rule_that_holds_gives_the_verdict(change, start):
    assert judged(**change).words.startswith(start)


def test_who_has_not_been_asked_comes_first():
    assert judged(wanted="unknown").words.endswith("But first ask whether they want it.")
    assert "ask" not in judged(rise=0.005, wanted="unknown").words


def test_findings_hold_the_numbers():
    verdict = judged(wanted="unknown", measured=(-0.07, 0.10))
    said = dict(zip(verdict.findings["question"], verdict.findings["finding"], strict=True))
    assert said["When is the set-up paid?"].startswith("Everyone in: never; only those above break-even: in 1.2 years")
    assert said["Which rise does that need?"] == "Everyone in: 7.0%; only those above break-even: 3.4%. Assumed: 5.0%"
    assert said["Which rise was measured?"].startswith("-7.0% to +10.0%. Unknown, and unknown is not zero")
    total, largest = SPENDING.sum(), np.sort(SPENDING)[::-1]
    assert verdict.rise_for_everyone == pytest.approx((20_000 / 3 + 30 * 2469) / (0.25 * total))
    by_hand = min((20_000 / 3 + 30 * k) / (0.25 * largest[:k].sum()) for k in range(1, 2470))
    assert verdict.rise_for_some == pytest.approx(by_hand)


def test_worked_arguments_of_lesson_02d_hold():
    stake = weigh_programme(SPENDING, margin_rate=0.25, cost=240, rise=0.1)
    assert stake.words.endswith("0.9% (23 of 2,469)") and stake.break_even_spending == pytest.approx(9600)
    verdict = stake.judge(20_000, horizon=3, wanted="unknown")
    assert verdict.words.startswith("The wrong choice") and round(verdict.rise_for_some, 3) == 0.143
    assert round(stake.payback(20_000)["targeted"], 1) == 16.6
    assert round(weigh_programme(SPENDING, margin_rate=0.25, cost=240, rise=0.05).payback(20_000)["targeted"]) == 282
    assert round(weigh_programme(SPENDING, **CASE | {"rise": 0.025}).payback(20_000)["targeted"], 1) == 7.3
    assert (
        not weigh_programme(SPENDING, margin_rate=0.25, cost=60, rise=0.1)
        .judge(20_000, horizon=3, wanted="yes")
        .words.startswith("The wrong")
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"wanted": "No"}, "wanted`: found 'No'; expected one of 'yes', 'no', 'unknown'"),
        ({"horizon": 0}, "horizon"),
        ({"setup_cost": -1}, "setup_cost"),
        ({"measured": 0.1}, "measured`: found 0.1; expected the lower and the upper limit"),
        ({"measured": (0.1, -0.1)}, "swap them"),
        ({"measured": ("a", "b")}, "measured"),
        ({"measured": (-7, 10)}, "divide percentages by 100"),
    ],
)
def test_unfit_answers_are_refused(change, message):
    arguments = {"setup_cost": 100, "horizon": 3, "wanted": "yes"} | change
    with pytest.raises(InputError, match=message):
        weigh_programme([1000.0], **CASE).judge(arguments.pop("setup_cost"), **arguments)


@pytest.mark.parametrize(
    ("low", "high", "needed", "start"),
    [
        (-0.07, 0.10, 0.05, "Unknown"),
        (-0.07, 0.04, 0.05, "Less than needed"),
        (0.06, 0.10, 0.05, "Enough"),
        (0.01, 0.10, 0.05, "A rise, but perhaps too small"),
    ],
)
def test_effect_is_read_from_its_limits(low, high, needed, start):
    assert read_effect(low, high, needed).startswith(start)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin_rate": 25}, "margin_rate`: found 25; expected a share above 0 to 1. .*divide percentages by 100"),
        ({"rise": 5}, "rise`: .*divide percentages by 100"),
        ({"margin_rate": 0}, "margin_rate"),
        ({"cost": 0}, "cost"),
        ({"rise": -0.1}, "rise"),
        ({"spending": []}, "spending"),
        ({"spending": [0.0, 0.0]}, "spending"),
        ({"spending": [[1.0]]}, "spending"),
        ({"spending": [np.nan]}, "spending"),
    ],
)
def test_unfit_numbers_are_refused(change, message):
    arguments = {"spending": [1000.0], **CASE, **change}
    with pytest.raises(InputError, match=message):
        weigh_programme(arguments.pop("spending"), **arguments)


def test_limits_in_the_wrong_order_and_negative_set_up_are_refused():
    with pytest.raises(InputError, match="swap them"):
        read_effect(0.1, -0.1, 0.05)
    with pytest.raises(InputError, match="setup_cost"):
        weigh_programme([1000.0], **CASE).payback(-1)
