"""Referred customers: the published return and value, the lifetime value formula, parts that add up, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.lifetime_value import cash_flows
from relmark_helpers.calculations.referral import compare_referred, reward_limits
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

STUDY = load_dataset("referral_study")


def figure(quantity, unit):
    rows = STUDY[STUDY["quantity"].str.startswith(quantity) & (STUDY["unit"] == unit)]
    (value,) = rows["value"]
    return value


def test_published_return_on_the_reward():
    lead, reward = figure("value of a referred", "euro"), figure("reward", "euro")
    limit = reward_limits(0, lead)["against_other_ways"]
    assert (limit - reward) / reward == pytest.approx(figure("return on", "share"))


def test_worked_example_meets_the_published_value():
    share, money = figure("value of a referred", "share"), figure("value of a referred", "euro")
    bank = compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1)
    assert bank.advantage >= share and bank.difference >= money
    assert bank.value == pytest.approx(money / share, rel=0.01)


@given(st.floats(0, 1), st.floats(0, 0.9), st.integers(1, 12))
def test_without_advantages_it_is_the_lifetime_value(retention, discount, years):
    same = compare_referred(50, retention, margin_lead=0, fading=0.5, fewer_lost=0, discount=discount, years=years)
    flows = cash_flows(50, retention, discount, periods=years, convention="now")
    assert same.value == pytest.approx(float(flows["cumulative_value"].iloc[years - 1]))
    assert same.difference == pytest.approx(0, abs=1e-9) and same.paid_back(1) is None and same.paid_back(0) == 1


@given(st.floats(0, 1), st.floats(-0.5, 1), st.floats(0, 1), st.floats(0, 1))
def test_parts_add_up_and_have_the_sign_of_their_cause(retention, lead, fading, fewer):
    both = compare_referred(50, retention, margin_lead=lead, fading=fading, fewer_lost=fewer)
    assert both.from_margin + both.from_retention == pytest.approx(both.difference, abs=1e-9)
    assert both.from_retention >= -1e-9
    assert both.from_margin * lead >= -1e-9
    assert float(both.by_year["lead"].iloc[-1]) == pytest.approx(both.difference, abs=1e-9)


def test_a_fading_margin_and_a_lasting_retention():
    table = compare_referred(50, 0.8, margin_lead=0.2, fading=0.5, fewer_lost=0.25).by_year
    lead = table["referred_margin"] / table["margin"] - 1
    assert lead.tolist() == pytest.approx([0.2 * 0.5**t for t in range(6)])
    kept = table["referred_active"].to_numpy()
    assert (kept[1:] / kept[:-1]).tolist() == pytest.approx([0.85] * 5)


def test_lower_margin_as_in_later_studies_can_undo_the_retention():
    later = compare_referred(50, 0.8, margin_lead=-0.3, fading=1, fewer_lost=0.2)
    assert later.from_retention > 0 > later.difference and later.paid_back(25) is None
    assert reward_limits(later.value, later.referred_value)["against_other_ways"] < 0


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 100), st.floats(0, 100), st.floats(0, 1))
def test_at_the_limit_both_ways_are_equal(value, referred, acquisition, running, anyway):
    limits = reward_limits(value, referred, other_acquisition=acquisition, running_cost=running, come_anyway=anyway)
    bought = 1 - anyway
    gain = bought * referred - running - limits["against_other_ways"]
    assert gain == pytest.approx(bought * (value - acquisition), abs=1e-9)
    assert bought * referred - running - limits["break_even"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"margin": 0}, "`margin`: found 0"),
        ({"retention": 85}, "`retention`: found 85"),
        ({"margin_lead": -1}, "`margin_lead`: found -1"),
        ({"fading": 1.5}, "`fading`: found 1.5"),
        ({"fewer_lost": 1.5}, "`fewer_lost`: found 1.5"),
        ({"fewer_lost": -9}, "`fewer_lost`: found -9, which makes the retention of the referred -0.5"),
        ({"discount": 1}, "`discount`: found 1"),
        ({"years": 0}, "`years`: found 0"),
    ],
)
def test_rejects(change, message):
    good = {"margin": 50, "retention": 0.85, "margin_lead": 0.2, "fading": 0.5, "fewer_lost": 0.1}
    with pytest.raises(InputError, match=message):
        compare_referred(**{**good, **change})


@pytest.mark.parametrize("name", ["other_acquisition", "running_cost", "come_anyway"])
def test_limits_reject(name):
    with pytest.raises(InputError, match=f"`{name}`: found -1"):
        reward_limits(250, 290, **{name: -1})
