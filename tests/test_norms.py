"""The fine: means and effects against arithmetic, closed forms and other implementations; what ten centres allow."""

import dataclasses
import itertools
import math
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.norm_panel import period_means, two_by_two, weekly_means
from relmark_helpers.calculations.norms import fit_fine, pre_trend
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError, StatisticalWarning

PANEL = load_dataset("daycare_fines")
EFFECTS = ["with_fine", "after_fine", "removal"]
FOLDER = Path(__file__).parent.parent / "datasets"


def quiet(function, *args, **options):
    with warnings.catch_warnings(action="ignore", category=StatisticalWarning):
        return function(*args, **options)


@pytest.fixture(scope="module")
def linear():
    return quiet(fit_fine, PANEL, model="linear")


@pytest.fixture(scope="module")
def poisson():
    return quiet(fit_fine, PANEL, model="poisson")


def panel_of(counts, fine):
    """Return a panel: counts[centre][week], two weeks before, two with and one after the fine."""
    periods = ["before fine"] * 2 + ["with fine"] * 2 + ["after fine"]
    rows = [
        (centre, "fine" if centre in fine else "control", week + 1, periods[week], count)
        for centre, row in enumerate(counts)
        for week, count in enumerate(row)
    ]
    return pd.DataFrame(rows, columns=["centre", "group", "week", "period", "late_pickups"])


# --- the data


def test_the_data_are_the_ten_centres_over_twenty_weeks():
    assert PANEL.groupby("centre")["week"].agg(["min", "max", "size"]).drop_duplicates().values.tolist() == [
        [1, 20, 20]
    ]
    assert PANEL.groupby("group", observed=True)["centre"].nunique().to_dict() == {"fine": 6, "control": 4}
    weeks = PANEL.groupby("period", observed=True)["week"].agg(["min", "max"])
    assert weeks.values.tolist() == [[1, 4], [5, 16], [17, 20]]
    assert PANEL.groupby("centre")["late_pickups"].sum().tolist() == [241, 221, 324, 347, 461, 231, 149, 221, 105, 260]
    assert (PANEL.groupby("centre")["children"].nunique() == 1).all()


def test_the_data_keep_their_own_licence_beside_them():
    manifest = yaml.safe_load((FOLDER / "daycare_fines.yml").read_text(encoding="utf-8"))
    assert manifest["licence"].startswith("GPL-3.0")
    notice = re.search(r"\w+\.txt", manifest["licence"])[0]
    text = (FOLDER / notice).read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 3, 29 June 2007" in text


# --- means


def test_known_means():
    means = period_means(PANEL)
    assert [f"{mean + 1e-9:.1f}" for mean in means["fine"]] == ["8.0", "16.4", "18.7"]
    assert [f"{mean + 1e-9:.1f}" for mean in means["control"]] == ["10.0", "9.2", "8.3"]
    weeks = weekly_means(PANEL)
    assert weeks.loc[1, ["fine", "control"]].tolist() == pytest.approx([50 / 6, 37 / 4])
    assert weeks["period"].value_counts().to_dict() == {"with fine": 12, "before fine": 4, "after fine": 4}


def test_effect_by_hand_from_the_table_of_means():
    means = period_means(PANEL)
    by_hand = two_by_two(
        fine_before=means.loc["before fine", "fine"],
        fine_later=means.loc["after fine", "fine"],
        control_before=means.loc["before fine", "control"],
        control_later=means.loc["after fine", "control"],
    )
    assert by_hand == pytest.approx(means.loc["after fine", "effect"])
    assert two_by_two(fine_before=1, fine_later=4, control_before=10, control_later=11) == 2


# --- the estimates


def test_linear_estimates_are_the_differences_of_means(linear):
    effect = period_means(PANEL)["effect"]
    expected = [effect["with fine"], effect["after fine"], effect["after fine"] - effect["with fine"]]
    np.testing.assert_allclose(linear.params[EFFECTS], expected)
    assert linear.params.round(2).tolist() == [9.22, 12.46, 3.24]


def test_poisson_estimates_are_the_ratios_of_ratios(poisson):
    fine, control = period_means(PANEL)["fine"], period_means(PANEL)["control"]
    ratio = (fine / control) / (fine["before fine"] / control["before fine"])
    expected = [ratio["with fine"], ratio["after fine"], ratio["after fine"] / ratio["with fine"]]
    np.testing.assert_allclose(poisson.ratios, expected, rtol=1e-6)
    assert poisson.ratios.round(2).tolist() == [2.23, 2.83, 1.27]


@pytest.mark.parametrize("model", ["linear", "poisson"])
def test_standard_errors_against_a_sandwich_by_hand(model, request):
    effect = request.getfixturevalue(model)
    dummies = pd.get_dummies(PANEL["centre"]).to_numpy(float)
    later = np.column_stack([PANEL["period"] == "with fine", PANEL["period"] == "after fine"]).astype(float)
    design = np.column_stack([dummies, later, later * (PANEL["group"] == "fine").to_numpy(float)[:, None]])
    outcome = PANEL["late_pickups"].to_numpy(float)
    if model == "linear":
        fitted = design @ np.linalg.lstsq(design, outcome, rcond=None)[0]
        weights = np.ones_like(fitted)
    else:  # the closed form of the fitted means: share of the centre in its group's total, by the mean of the cell
        cell = PANEL.groupby(["group", "period"], observed=True)["late_pickups"].transform("sum")
        group = PANEL.groupby("group", observed=True)["late_pickups"].transform("sum")
        centre = PANEL.groupby("centre")["late_pickups"].transform("sum")
        length = PANEL.groupby(["centre", "period"], observed=True)["week"].transform("size")
        fitted = weights = (centre / group * cell / length).to_numpy(float)
    bread = np.linalg.inv(design.T @ (weights[:, None] * design))
    scores = pd.DataFrame(design * (outcome - fitted)[:, None]).groupby(PANEL["centre"].to_numpy()).sum().to_numpy()
    rows, columns = design.shape
    covariance = bread @ scores.T @ scores @ bread * 10 / 9 * (rows - 1) / (rows - columns)
    step = np.array([[1, 0], [0, 1], [-1, 1]])
    np.testing.assert_allclose(effect.bse, np.sqrt(np.diag(step @ covariance[-2:, -2:] @ step.T)), rtol=1e-5)


def test_limits_and_p_values_are_those_of_t_with_nine_degrees_of_freedom(linear):
    assert (linear.treated, linear.control, linear.df, linear.nobs) == (6, 4, 9, 200)
    limits = linear.conf_int(alpha=0.1)
    np.testing.assert_allclose(limits.mean(axis=1), linear.params)
    np.testing.assert_allclose(limits["high"] - linear.params, 1.833113 * linear.bse, rtol=1e-6)
    edge = linear.conf_int(alpha=float(linear.pvalues["removal"]))
    assert edge.loc["removal", "low"] == pytest.approx(0, abs=1e-9)
    summary = linear.summary()
    assert list(summary.index) == EFFECTS
    np.testing.assert_allclose(summary["p by lot"], linear.permutation_p)


# --- the test by lot


def test_all_210_draws_and_their_p_values(linear):
    cells = PANEL.pivot_table(index="centre", columns="period", values="late_pickups", observed=True)
    change = (cells["with fine"] - cells["before fine"]).to_numpy()
    draws = [
        change[list(chosen)].mean() - np.delete(change, chosen).mean()
        for chosen in itertools.combinations(range(10), 6)
    ]
    assert len(draws) == math.comb(10, 6) == 210
    np.testing.assert_allclose(np.sort(linear.draws["with_fine"]), np.sort(draws))
    np.testing.assert_allclose(linear.draws.iloc[0], linear.params)
    assert (linear.permutation_p * 210).round(6).tolist() == [1, 1, 10]


def test_p_by_lot_against_scipy(linear):
    cells = PANEL.pivot_table(index="centre", columns="period", values="late_pickups", observed=True)
    change = (cells["after fine"] - cells["with fine"]).to_numpy()
    other = stats.permutation_test(
        (change[:6], change[6:]), lambda a, b: np.abs(np.mean(a) - np.mean(b)), alternative="greater", n_resamples=1000
    )
    assert linear.permutation_p["removal"] == pytest.approx(other.pvalue)


def test_p_by_lot_keeps_its_promise_when_the_fine_does_nothing():
    # The same seven centres whichever three are drawn: over all 35 draws, p is at most 0.2 in at most a fifth of them.
    random = np.random.default_rng(20000129)
    counts = random.poisson(random.gamma(4, 2, size=(7, 1)), size=(7, 5))
    found = np.array(
        [
            quiet(fit_fine, panel_of(counts, set(chosen)), model="linear").permutation_p["with_fine"]
            for chosen in itertools.combinations(range(7), 3)
        ]
    )
    for level in (1 / 35, 0.05, 0.1, 0.2, 0.5):
        assert (found <= level + 1e-9).mean() <= level + 1e-9
    assert found.min() == pytest.approx(1 / 35)


def test_a_known_effect_is_found_again():
    counts = np.tile([[10, 10, 10, 10, 10]], (8, 1)) + np.arange(8)[:, None]
    counts[:4, 2:4] += 6
    counts[:4, 4] += 2
    effect = quiet(fit_fine, panel_of(counts, {0, 1, 2, 3}), model="linear")
    np.testing.assert_allclose(effect.params, [6, 2, -4])
    np.testing.assert_allclose(effect.bse, 0, atol=1e-6)


@settings(max_examples=15)
@given(st.lists(st.lists(st.integers(0, 30), min_size=5, max_size=5), min_size=5, max_size=6), st.integers(-5, 30))
def test_what_all_centres_share_does_not_matter(counts, shift):
    one = quiet(fit_fine, panel_of(counts, {0, 1}), model="linear")
    moved = np.asarray(counts) + np.array([5, 5, 5, 5, 5 + shift])
    other = quiet(fit_fine, panel_of(moved, {0, 1}), model="linear")
    np.testing.assert_allclose(other.params, one.params, atol=1e-8)
    np.testing.assert_allclose(other.permutation_p, one.permutation_p)
    assert (one.permutation_p >= 1 / math.comb(len(counts), 2) - 1e-12).all()


@pytest.mark.parametrize("model", ["linear", "poisson"])
def test_order_of_rows_and_names_of_centres_do_not_matter(model, request):
    effect = request.getfixturevalue(model)
    names = {centre: f"centre {11 - centre:02d}" for centre in range(1, 11)}
    shuffled = PANEL.assign(centre=PANEL["centre"].map(names)).sample(frac=1, random_state=7)
    other = quiet(fit_fine, shuffled, model=model)
    np.testing.assert_allclose(other.params, effect.params, rtol=1e-6)
    np.testing.assert_allclose(other.bse, effect.bse, rtol=1e-5)
    np.testing.assert_allclose(other.permutation_p, effect.permutation_p)


def test_few_centres_are_warned_of():
    with pytest.warns(StatisticalWarning, match=r"only 10 centres \(6 with the fine\).*210 ways.*below 0.0048"):
        fit_fine(PANEL, model="linear")


# --- before the fine


def test_trend_before_the_fine_against_scipy():
    trend = pre_trend(PANEL)
    slopes = [
        stats.linregress(rows["week"], rows["late_pickups"]).slope
        for _, rows in PANEL[PANEL["week"] <= 4].groupby("centre")
    ]
    np.testing.assert_allclose(trend.slopes["slope"], slopes, atol=1e-12)
    other = stats.ttest_ind(slopes[:6], slopes[6:], equal_var=False)
    assert trend.difference / trend.bse == pytest.approx(other.statistic)
    assert trend.df == pytest.approx(other.df)
    assert trend.conf_int() == pytest.approx(tuple(other.confidence_interval()))
    assert trend.permutation_p == pytest.approx(0.41, abs=0.005)
    assert trend.slopes["group"].tolist() == ["fine"] * 6 + ["control"] * 4


def test_four_weeks_cannot_exclude_a_trend_as_large_as_the_effect(linear):
    # From the middle of weeks 1-4 to the middle of weeks 5-16 are eight weeks.
    low, high = pre_trend(PANEL).drift(8)
    assert low < 0 < linear.params["with_fine"] < high


# --- what is refused


def test_results_are_frozen_and_the_panel_unchanged(linear):
    before = PANEL.copy()
    quiet(fit_fine, PANEL, model="linear")
    pd.testing.assert_frame_equal(PANEL, before)
    with pytest.raises(dataclasses.FrozenInstanceError):
        linear.nobs = 3


def changed(**columns):
    return PANEL.astype({"group": object, "period": object}).assign(**columns)


LATE = PANEL["late_pickups"]


@pytest.mark.parametrize(
    ("panel", "message"),
    [
        ([1, 2], "`panel`: found list.*DataFrame"),
        (PANEL.drop(columns="week"), "`panel`.*a column named 'week'"),
        (changed(late_pickups=LATE.where(LATE.index != 3, -1)), "late_pickups.*found -1 at position 3"),
        (changed(late_pickups=LATE.where(LATE.index != 3)), "late_pickups.*found nan at position 3"),
        (changed(group=PANEL["group"].astype(object).replace("fine", "test")), "'control', 'test'.*rename your labels"),
        (PANEL[PANEL["period"] != "after fine"], "period.*'after fine'.*each at least once"),
        (PANEL.iloc[:0], "found no rows"),
        (changed(group=PANEL["group"].astype(object).where(PANEL.index != 0, "control")), "two labels for centre 1"),
        (changed(period=PANEL["period"].astype(object).where(PANEL.index != 0, "after fine")), "two labels for week 1"),
        (PANEL.drop(index=5), "centre 1 0 times in week 6.*every centre once"),
        (pd.concat([PANEL, PANEL.iloc[[0]]]), "centre 1 2 times in week 1"),
        (PANEL[PANEL["centre"] <= 7], "1 centre in group 'control'"),
        (changed(centre=PANEL["centre"].where(PANEL.index != 0)), "a row without centre or week"),
    ],
)
@pytest.mark.parametrize(
    "function", [period_means, weekly_means, pre_trend, lambda panel: fit_fine(panel, model="linear")]
)
def test_rejects_bad_panels(function, panel, message):
    with pytest.raises(InputError, match=message):
        function(panel)


def test_rejects_other_input(linear):
    with pytest.raises(InputError, match="one of 'linear', 'poisson'"):
        fit_fine(PANEL, model="logit")
    with pytest.raises(InputError, match="'linear'.*model='poisson'"):
        _ = linear.ratios
    with pytest.raises(InputError, match="`alpha`: found 1"):
        linear.conf_int(alpha=1)
    with pytest.raises(InputError, match="`alpha`"):
        pre_trend(PANEL).conf_int(alpha=0)
    with pytest.raises(InputError, match="`weeks`: found -1"):
        pre_trend(PANEL).drift(-1)
    with pytest.raises(InputError, match="`fine_later`"):
        two_by_two(fine_before=1, fine_later=math.nan, control_before=1, control_later=1)
    with pytest.raises(InputError, match="1 week before the fine"):
        pre_trend(PANEL[PANEL["week"] >= 4])
    with pytest.raises(InputError, match="without any late pick-up.*model='linear'"):
        fit_fine(
            panel_of([[0, 0, 1, 1, 1], [0, 0, 2, 1, 2], [1, 2, 3, 1, 1], [2, 2, 1, 1, 2]], {0, 1}), model="poisson"
        )
    with pytest.raises(InputError, match="24 centres.*2,704,156 ways.*fewer centres"):
        fit_fine(panel_of(np.ones((24, 5), dtype=int), set(range(12))), model="linear")
