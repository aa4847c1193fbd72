"""Simulated respondents: moments within stated tolerances of the published means and the assumed spread."""

import numpy as np
import pandas as pd
import pytest

from relmark_helpers.calculations.tolerance_simulation import ASSUMED_SPREAD, simulate_tolerance_answers
from relmark_helpers.calculations.tolerance_tables import zone_means
from relmark_helpers.calculations.tolerance_zone import measure_tolerance_zone
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

LEVELS = ["minimum", "desired", "perceived"]
RESPONDENTS = 40_000


@pytest.fixture(scope="module")
def means():
    return load_dataset("libqual_institutions").groupby("item", observed=True)[LEVELS].mean()


@pytest.fixture(scope="module")
def made(means):
    return simulate_tolerance_answers(means, RESPONDENTS, generator=np.random.default_rng(1993))


def test_answers_are_ratings(made):
    for level in LEVELS:
        table = getattr(made, level)
        assert (table.dtypes == np.int8).all() and table.shape == (RESPONDENTS, 2)
        assert table.min().min() >= 1 and table.max().max() <= 9


@pytest.mark.parametrize("level", LEVELS)
def test_means_within_four_standard_errors_and_spread_within_two_per_cent(made, means, level):
    table = getattr(made, level)
    error = ASSUMED_SPREAD[level] / np.sqrt(RESPONDENTS)
    assert (table.mean() - means[level]).abs().max() < 4 * error
    np.testing.assert_allclose(table.std(), ASSUMED_SPREAD[level], rtol=0.02)
    assert 1.4 <= ASSUMED_SPREAD[level] <= 2.6


def test_width_and_position_are_those_of_the_libraries(made, means):
    # Widths within 0.03 points and positions within 0.03 of those of the table of means (about .44 on average).
    zone = measure_tolerance_zone(made.minimum, made.desired, made.perceived)
    expected = zone_means(means)
    found = zone.gaps.loc[means.index]
    assert (found["width"] - expected["width"]).abs().max() < 0.03
    assert (found["position"] - expected["position"]).abs().max() < 0.03
    assert found["position"].mean() == pytest.approx(0.44, abs=0.03)
    assert (found["place"] == "inside").all()


def test_few_set_the_minimum_above_the_desired_level(made):
    zone = measure_tolerance_zone(made.minimum, made.desired, made.perceived)
    assert 0 < zone.left_out["reversed answers"] / (2 * RESPONDENTS) < 0.03


def test_answers_of_a_person_hang_together(made):
    between = made.perceived.corr().iloc[0, 1]
    assert 0.35 < between < 0.5  # half of the latent variance, less what rounding and the ends of the scale take
    assert made.minimum.iloc[:, 0].corr(made.desired.iloc[:, 0]) > 0.7


def test_one_institution_below_its_zone():
    rows = load_dataset("libqual_institutions").set_index("institution").loc[["D"]].set_index("item")
    made = simulate_tolerance_answers(rows, 30_000, generator=np.random.default_rng(4))
    zone = measure_tolerance_zone(made.minimum, made.desired, made.perceived)
    assert zone.gaps.loc["Employees who are consistently courteous", "place"] == "below"
    assert zone.gaps.loc["Willingness to help users", "place"] == "inside"


def test_same_seed_same_answers(means):
    one, two, other = (
        simulate_tolerance_answers(means, 50, generator=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    for level in LEVELS:
        pd.testing.assert_frame_equal(getattr(one, level), getattr(two, level))
    assert not one.perceived.equals(other.perceived)
    assert one.targets.loc[("Willingness to help users", "desired"), "sd"] == ASSUMED_SPREAD["desired"]


@pytest.mark.parametrize("spread", [1.2, 1.4, 2.0, 2.6])
def test_other_spreads_are_met_too(spread):
    table = pd.DataFrame({"minimum": [3.0], "desired": [7.9], "perceived": [5.0]})
    made = simulate_tolerance_answers(
        table, 20_000, generator=np.random.default_rng(9), spread=dict.fromkeys(LEVELS, spread)
    )
    for level in LEVELS:
        answers = getattr(made, level)[0]
        assert answers.std() == pytest.approx(spread, rel=0.03)
        assert answers.mean() == pytest.approx(table[level][0], abs=4 * spread / np.sqrt(20_000))


ROW = {"minimum": [6.0], "desired": [8.0], "perceived": [7.0]}


@pytest.mark.parametrize(
    ("rows", "options", "said"),
    [
        (ROW | {"minimum": [8.5]}, {}, "exchanged"),
        (ROW | {"desired": [9.0]}, {}, "between 1 and 9"),
        ({"minimum": [6.0]}, {}, "desired"),
        (ROW, {"spread": {"minimum": 1.0}}, "spread"),
        (ROW | {"desired": [8.8]}, {"spread": dict.fromkeys(LEVELS, 2.6)}, "can have"),
        (ROW, {"spread": dict.fromkeys(LEVELS, 0.1)}, "can have"),
        (ROW, {"respondents": 0}, "respondents"),
        (ROW, {"generator": 7}, "generator"),
    ],
)
def test_refused(rows, options, said):
    arguments = {"respondents": 10, "generator": np.random.default_rng(1)} | options
    with pytest.raises(InputError, match=said):
        simulate_tolerance_answers(pd.DataFrame(rows), **arguments)
