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
    assert weigh_programme(SPENDING, **CASE).words.startswith("Wrong for everyone, right for 2")
    assert weigh_programme(SPENDING, margin_rate=0.6, cost=5, rise=0.1).words.startswith("Enough at stake")
    assert weigh_programme(SPENDING, margin_rate=0.01, cost=30, rise=0.05).words.startswith("Too little at stake")
    nothing = weigh_programme(SPENDING, margin_rate=0.25, cost=30, rise=0)
    assert nothing.words.startswith("Too little") and nothing.break_even_spending == math.inf
    assert nothing.break_even_rise == pytest.approx(30 / (0.25 * SPENDING.mean()))


def test_set_up_is_earned_back_by_yearly_gains():
    stake = weigh_programme([1000, 5000], margin_rate=0.2, cost=20, rise=0.05)
    years = stake.overtakes(120)
    assert years["everyone"] == pytest.approx(120 / (60 - 40)) and years["targeted"] == pytest.approx(120 / 30)
    assert weigh_programme([1000], margin_rate=0.2, cost=20, rise=0.05).overtakes(1)["everyone"] == math.inf


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
        weigh_programme([1000.0], **CASE).overtakes(-1)
