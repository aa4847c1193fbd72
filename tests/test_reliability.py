"""Reliability: published values, closed forms, statsmodels, an own PLS and NumPy on repeated rows."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.item_answers import covariance_stack, read_answers
from relmark_helpers.calculations.measurement_rules import RULES, judge_measurement
from relmark_helpers.calculations.one_factor import HEYWOOD, component_loadings, factor_loadings
from relmark_helpers.calculations.reliability import (
    alpha_by_length,
    average_variance_extracted,
    composite_loadings,
    composite_reliability,
    cronbach_alpha,
    omega_formula,
    rho_a,
    spearman_brown,
)
from relmark_helpers.calculations.reliability_estimates import measure_items, measure_reliability
from relmark_helpers.calculations.resampling import resample_counts
from relmark_helpers.validation import InputError, StatisticalWarning
from tests.measurement import FOUR, FOUR_PATHS, HOLZINGER, HOLZINGER_SCALES, MOBI, SIX, SIX_PATHS, pls_weights, seed

HEYWOOD_WARNING = pytest.mark.filterwarnings("ignore:Loyalty")


# --- published values


@HEYWOOD_WARNING
def test_mobi_full_model():
    # Values of the full ECSI model, all mode A: computed for the reference notes by an independent script from the
    # same data. rho_C, AVE and rho_A rest on PLS weights.
    published = pd.DataFrame(
        {
            "Image": [0.7144, 0.7228, 0.8189, 0.4784, 0.7403],
            "Expectation": [0.4326, 0.4519, 0.7332, 0.4804, 0.4621],
            "Quality": [0.8724, 0.8770, 0.9047, 0.5767, 0.8842],
            "Value": [0.8167, 0.8236, 0.9180, 0.8484, 0.8550],
            "Satisfaction": [0.7701, 0.7792, 0.8713, 0.6931, 0.7891],
            "Loyalty": [0.4417, 0.4724, 0.7217, 0.5173, 0.7457],
        },
        index=["alpha_raw", "alpha_standardised", "rho_c", "ave", "rho_a"],
    ).T
    weights = pls_weights(MOBI.corr(), {**SIX, "Complaints": ["cusco"]}, SIX_PATHS)
    found = measure_reliability(MOBI, SIX, weights=weights, generator=seed(), resamples=100).params
    np.testing.assert_allclose(found[published.columns].loc[published.index], published, atol=0.00005001)


def test_mobi_four_constructs_to_all_digits():
    # Fixture reliability.csv of the R package seminr (tests/fixtures/V_3_6_0): standardised alpha, rhoC, AVE, rhoA.
    published = {
        "Image": [0.722834595, 0.818325774, 0.477979835, 0.745291554],
        "Expectation": [0.451902556, 0.733177802, 0.480507047, 0.461657987],
        "Value": [0.823631979, 0.917897282, 0.848310675, 0.857527048],
        "Satisfaction": [0.779195022, 0.871457928, 0.693363991, 0.784023594],
    }
    weights = pls_weights(MOBI.corr(), FOUR, FOUR_PATHS)
    fit = measure_reliability(MOBI, FOUR, weights=weights, generator=seed(), resamples=100)
    found = fit.params[["alpha_standardised", "rho_c", "ave", "rho_a"]]
    for construct, values in published.items():
        np.testing.assert_allclose(found.loc[construct], values, atol=2e-9)


def test_holzinger_and_swineford():
    # Raw alphas of 301 pupils as semTools prints them.
    published = {"visual": 0.6261172, "textual": 0.8827069, "speed": 0.6884550}
    for scale, places in HOLZINGER_SCALES.items():
        assert cronbach_alpha(HOLZINGER[np.ix_(places, places)]) == pytest.approx(published[scale], abs=2e-7)


@HEYWOOD_WARNING
def test_what_fails_on_mobi_comes_out():
    fit = measure_reliability(MOBI, SIX, generator=seed())
    judged = judge_measurement(fit)
    alphas = judged[judged["coefficient"] == "alpha_raw"].set_index("where")["verdict"]
    assert alphas.to_dict() == {
        "Image": "borderline",
        "Expectation": "fails",
        "Quality": "passes",
        "Value": "passes",
        "Satisfaction": "passes",
        "Loyalty": "fails",
    }
    ave = judged[judged["coefficient"] == "ave"].set_index("where")["by_estimate"]
    assert ave[ave == "fails"].index.tolist() == ["Image", "Expectation"]
    assert any(note.startswith("Value: no omega") for note in fit.notes)
    assert any("Expectation" in note and "no proper solution" in note for note in fit.notes)
    items = measure_items(MOBI, {"Loyalty": SIX["Loyalty"]}, generator=seed())
    assert items.params["gain"].idxmax() == ("Loyalty", "cusl2")
    assert items.limits()[0].loc[("Loyalty", "cusl2"), "gain"] > 0


@HEYWOOD_WARNING
def test_omega_of_one_factor_against_confirmatory_models_of_all_factors():
    # Holzinger-Swineford: the standard model of lavaan, three factors. mobi: six factors with semopy 2.3.11, maximum
    # likelihood, complaints left out. A factor of its own for each construct gives a little more.
    sd = np.sqrt(np.diag(HOLZINGER))
    published = {"visual": 0.6253, "textual": 0.8852, "speed": 0.6878}
    for scale, places in HOLZINGER_SCALES.items():
        block = np.ix_(places, places)
        loadings = factor_loadings((HOLZINGER / np.outer(sd, sd))[block][None])
        assert 0 <= omega_formula(loadings, HOLZINGER[block][None])[0] - published[scale] < 0.0085
    semopy = pd.DataFrame(
        {
            "Image": [0.7191, 0.3556],
            "Expectation": [0.4587, 0.2309],
            "Quality": [0.8727, 0.5049],
            "Satisfaction": [0.7807, 0.5404],
            "Loyalty": [0.5340, 0.3828],
        },
        index=["omega", "ave"],
    ).T
    scales = {name: SIX[name] for name in semopy.index}
    found = measure_reliability(MOBI, scales, loadings="factor", generator=seed(), resamples=100).params
    more = found[["omega", "ave"]] - semopy
    assert more["omega"].between(0, 0.012).all()
    assert more.loc[["Image", "Quality", "Satisfaction"], "ave"].between(0, 0.006).all()
    assert more.loc[["Expectation", "Loyalty"], "ave"].between(0.05, 0.065).all()


# --- closed forms


@settings(deadline=None)
@given(st.integers(2, 40), st.floats(0.01, 1))
def test_alpha_of_parallel_items_is_spearman_brown(k, r):
    matrix = np.full((k, k), r) + (1 - r) * np.eye(k)
    assert cronbach_alpha(matrix) == pytest.approx(spearman_brown(k, r))
    assert cronbach_alpha(7.3 * matrix) == pytest.approx(spearman_brown(k, r))


@settings(deadline=None)
@given(st.integers(2, 12), st.floats(0.05, 0.95))
def test_all_coefficients_agree_for_parallel_items(k, r):
    matrix = np.full((k, k), r) + (1 - r) * np.eye(k)
    loadings = np.full(k, np.sqrt(r))
    alpha = spearman_brown(k, r)
    assert composite_reliability(loadings) == pytest.approx(alpha)
    assert rho_a(np.ones(k), matrix) == pytest.approx(alpha)
    assert average_variance_extracted(loadings) == pytest.approx(r)
    if k > 2:
        np.testing.assert_allclose(factor_loadings(matrix[None])[0], loadings, atol=1e-7)
    larger = (1 + (k - 1) * r) / k  # the component keeps the items' errors in
    np.testing.assert_allclose(composite_loadings(np.ones(k), matrix) ** 2, larger)
    np.testing.assert_allclose(component_loadings(matrix[None])[0] ** 2, larger)


@settings(deadline=None)
@given(st.lists(st.floats(0.2, 0.95), min_size=3, max_size=8))
def test_alpha_is_a_lower_bound_for_one_factor(loadings):
    load = np.array(loadings)
    matrix = np.outer(load, load) + np.diag(1 - load**2)
    np.testing.assert_allclose(factor_loadings(matrix[None])[0], load, atol=1e-5)
    assert cronbach_alpha(matrix) <= composite_reliability(load) + 1e-12


def test_three_items_have_a_closed_form():
    r12, r13, r23 = 0.5, 0.4, 0.3
    r = np.array([[1, r12, r13], [r12, 1, r23], [r13, r23, 1]])
    expected = np.sqrt([r12 * r13 / r23, r12 * r23 / r13, r13 * r23 / r12])
    np.testing.assert_allclose(factor_loadings(r[None])[0], expected, atol=1e-8)


@pytest.mark.parametrize("construct", ["Image", "Expectation", "Quality", "Satisfaction"])
def test_factor_against_statsmodels(construct):
    from statsmodels.multivariate.factor import Factor

    r = MOBI[SIX[construct]].corr().to_numpy()
    theirs = np.abs(Factor(corr=r, n_factor=1, method="ml").fit().loadings.ravel())
    np.testing.assert_allclose(factor_loadings(r[None])[0], theirs, atol=1e-6)


def test_factor_of_a_stack_is_that_of_each_matrix():
    answers = read_answers(MOBI, {"Image": SIX["Image"]})
    _, stack = covariance_stack(answers, 100, seed())
    together = factor_loadings(stack)
    alone = np.concatenate([factor_loadings(one[None]) for one in stack])
    np.testing.assert_allclose(together, alone, atol=1e-8)


def test_a_heywood_case_is_bounded_and_told():
    r = np.array([[1, 0.7, 0.7], [0.7, 1, 0.1], [0.7, 0.1, 1]])
    assert factor_loadings(r[None])[0].max() == pytest.approx(HEYWOOD)
    with pytest.warns(StatisticalWarning, match="Loyalty: the one-factor model has no proper solution"):
        measure_reliability(MOBI, {"Loyalty": SIX["Loyalty"]}, generator=seed(), resamples=100)
    assert np.isnan(factor_loadings(np.array([[[1, 0.5], [0.5, 1]]]))).all()


def test_omega_is_of_the_sum_of_the_answers():
    fit = measure_reliability(MOBI, {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    load, sd = factor_loadings(MOBI[SIX["Image"]].corr().to_numpy()[None])[0], MOBI[SIX["Image"]].std().to_numpy()
    total = (sd * load).sum() ** 2 + (sd**2 * (1 - load**2)).sum()
    assert fit.params.loc["Image", "omega"] == pytest.approx((sd * load).sum() ** 2 / total)
    scaled = MOBI[SIX["Image"]] / sd
    standardised = measure_reliability(scaled, {"Image": SIX["Image"]}, generator=seed(), resamples=100).params.iloc[0]
    assert standardised["omega"] == pytest.approx(composite_reliability(load))
    assert standardised["alpha_raw"] == pytest.approx(standardised["alpha_standardised"])


def test_loadings_of_a_factor_are_smaller_than_of_a_component():
    two = [
        measure_reliability(MOBI, {"Quality": SIX["Quality"]}, loadings=way, generator=seed(), resamples=100).params
        for way in ("factor", "component")
    ]
    assert (two[0][["rho_c", "ave"]] < two[1][["rho_c", "ave"]]).all(axis=None)
    np.testing.assert_array_equal(*[table["alpha_raw"] for table in two])


def test_scale_length():
    scale = alpha_by_length(3, 0.3)
    needed = scale.items_needed(0.7)
    assert scale.table.loc[needed - 1, "alpha"] < 0.7 <= scale.table.loc[needed, "alpha"]
    assert (scale.table["alpha"].diff().dropna() > 0).all()
    assert alpha_by_length(40, 0.3).table.index[-1] == 40
    assert alpha_by_length(1, 0.3).alpha == pytest.approx(0.3)
    assert alpha_by_length(2, 1.0).items_needed(0.7) == 1


# --- item statistics and bootstrap against pandas, row by row


def test_items_against_pandas():
    found = measure_items(MOBI, {"Image": SIX["Image"], "Value": SIX["Value"]}, generator=seed(), resamples=100).params
    image = MOBI[SIX["Image"]]
    for item in SIX["Image"]:
        rest = image.drop(columns=item)
        k = rest.shape[1]
        alpha = k / (k - 1) * (1 - rest.var().sum() / rest.sum(axis=1).var())
        row = found.loc[("Image", item)]
        assert row["mean"] == pytest.approx(image[item].mean())
        assert row["sd"] == pytest.approx(image[item].std())
        assert row["item_total"] == pytest.approx(image[item].corr(rest.sum(axis=1)))
        assert row["alpha_if_deleted"] == pytest.approx(alpha)
        assert row["gain"] == pytest.approx(alpha - cronbach_alpha(image.cov()))
    assert found.loc["Value", ["alpha_if_deleted", "gain"]].isna().all(axis=None)


def test_resamples_are_those_of_repeated_rows():
    fit = measure_reliability(MOBI, {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    counts = resample_counts(len(MOBI), 100, seed()).astype(int)
    for draw in (0, 57):
        rows = MOBI[SIX["Image"]].loc[MOBI.index.repeat(counts[draw])].reset_index(drop=True)
        own = measure_reliability(rows, {"Image": SIX["Image"]}, generator=seed(), resamples=100).params
        np.testing.assert_allclose(fit.draws[draw], own, atol=1e-8)
    low, high = np.quantile(fit.draws[:, 0, 0], [0.05, 0.95])
    assert fit.conf_int(0.1).loc[("Image", "alpha_raw")].tolist() == pytest.approx([low, high])
    assert fit.bse.loc["Image", "alpha_raw"] == pytest.approx(fit.draws[:, 0, 0].std(ddof=1))
    assert list(fit.summary().columns) == ["estimate", "std err", "low", "high"]


def test_standard_error_of_the_mean():
    found = measure_items(MOBI, {"Value": SIX["Value"]}, generator=seed()).bse["mean"].to_numpy()
    np.testing.assert_allclose(found, MOBI[SIX["Value"]].sem(), rtol=0.03)


def test_limits_of_alpha_cover_the_truth_about_as_often_as_they_say():
    # Two parallel items, r = 0.5: alpha is 2/3. 300 samples of 150; the standard error of the share is 0.013.
    random = np.random.default_rng(20261122)
    inside = 0
    for _ in range(300):
        common, own = random.normal(size=(150, 1)), random.normal(size=(150, 2))
        items = pd.DataFrame(common + own, columns=["a", "b"])
        fit = measure_reliability(items, {"x": ["a", "b"]}, generator=random, resamples=300)
        low, high = fit.conf_int().loc[("x", "alpha_raw")]
        inside += low <= 2 / 3 <= high
    assert 0.91 <= inside / 300 <= 0.99


def test_weights_as_series_list_and_function():
    weights = pls_weights(MOBI.corr(), FOUR, FOUR_PATHS)
    turned = {name: pd.Series(list(w), FOUR[name])[::-1] for name, w in weights.items()}

    def find(stack):
        items = [item for block in FOUR.values() for item in block]
        each = [pls_weights(pd.DataFrame(one, items, items), FOUR, FOUR_PATHS) for one in stack]
        return {name: np.array([one[name] for one in each]) for name in FOUR}

    fits = [
        measure_reliability(MOBI, FOUR, weights=one, generator=seed(), resamples=100) for one in (weights, turned, find)
    ]
    pd.testing.assert_frame_equal(fits[0].params, fits[1].params)
    pd.testing.assert_frame_equal(fits[0].params, fits[2].params)
    assert (fits[2].draws[:, :, -1] != fits[0].draws[:, :, -1]).all()


# --- rules


def test_verdicts():
    fit = measure_reliability(MOBI, {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    fit.draws[:, 0, 0] = np.linspace(0.6, 0.8, 100)
    assert judge_measurement(fit)["verdict"].iloc[0] == "borderline"
    fit.draws[:, 0, 0] = np.linspace(0.71, 0.8, 100)
    assert judge_measurement(fit)["verdict"].iloc[0] == "passes"
    fit.draws[:, 0, 0] = np.linspace(0.5, 0.69, 100)
    assert judge_measurement(fit)["verdict"].iloc[0] == "fails"
    fit.draws[:4, 0, 0] = np.nan
    assert judge_measurement(fit)["verdict"].iloc[0] == "fails"
    fit.draws[:6, 0, 0] = np.nan
    assert judge_measurement(fit)["verdict"].iloc[0] == "no limits"
    assert all(rule.source for rule in RULES)
    with pytest.raises(InputError, match="`reliability`.*measure_reliability and of compare_constructs"):
        judge_measurement(measure_items(MOBI, {"Value": SIX["Value"]}, generator=seed(), resamples=100))


# --- missing values and input that cannot be used


def test_missing_answers_are_left_out_and_told():
    holes = MOBI[SIX["Image"]].astype(float)
    holes.iloc[3, 0] = holes.iloc[7, 2] = np.nan
    with pytest.warns(StatisticalWarning, match="2 of 250 rows were left out"):
        fit = measure_reliability(holes, {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    whole = measure_reliability(holes.dropna(), {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    pd.testing.assert_frame_equal(fit.params, whole.params)
    assert (fit.nobs, fit.dropped, whole.dropped) == (248, 2, 0)


def test_a_missing_answer_elsewhere_does_not_matter():
    holes = MOBI.astype(float)
    holes.loc[3, "cusco"] = np.nan
    assert measure_items(holes, {"Value": SIX["Value"]}, generator=seed(), resamples=100).nobs == 250


def test_items_against_the_others_and_few_rows_are_told():
    turned = MOBI.assign(imag1=11 - MOBI["imag1"])
    with pytest.warns(StatisticalWarning, match="Image: imag1 goes against the other items"):
        measure_items(turned, {"Image": SIX["Image"]}, generator=seed(), resamples=100)
    with pytest.warns(StatisticalWarning, match="20 complete rows"):
        measure_items(MOBI.head(20), {"Quality": SIX["Quality"]}, generator=seed(), resamples=100)


def test_negative_mean_correlation_gives_negative_alpha_with_a_warning():
    against = pd.DataFrame({"a": np.arange(40.0), "b": -(np.arange(40.0) ** 1.1)})
    with pytest.warns(StatisticalWarning, match="x: a, b goes against"):
        fit = measure_reliability(against, {"x": ["a", "b"]}, generator=seed(), resamples=100)
    assert fit.params.loc["x", "alpha_standardised"] < 0


def test_a_resample_in_which_an_item_does_not_vary_gives_no_number_and_no_noise():
    rare = pd.DataFrame({"a": [2.0] + [1.0] * 39, "b": np.arange(40.0) % 5, "c": np.arange(40.0) % 7})
    with warnings.catch_warnings(action="ignore", category=StatisticalWarning):
        fit = measure_items(rare, {"x": ["a", "b", "c"]}, generator=seed(), resamples=400)
    share = np.isnan(fit.draws[:, 0, 2]).mean()
    assert share == pytest.approx((39 / 40) ** 40, abs=0.1)
    assert np.isnan(fit.limits()[0].loc[("x", "a"), "item_total"])
    assert np.isfinite(fit.limits()[0].loc[("x", "a"), "mean"])


VALUE = {"Value": ["perv1", "perv2"]}


def reliability(items=MOBI, constructs=VALUE, **options):
    return measure_reliability(items, constructs, **({"generator": seed(), "resamples": 100} | options))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reliability(constructs={}), "`constructs`: found {}.*dictionary"),
        (lambda: reliability(constructs=["perv1", "perv2"]), "`constructs`.*dictionary"),
        (lambda: reliability(constructs={"Complaints": ["cusco"]}), "Complaints.*two items or more.*single item"),
        (lambda: reliability(constructs={"Value": "perv"}), "Value.*a list of two items"),
        (lambda: reliability(constructs={"Value": ["perv1", "perv1"]}), "'perv1' named more than once"),
        (lambda: reliability(constructs={"Value": ["perv1", "price"]}), "`items`.*a column named 'price'"),
        (lambda: reliability(MOBI.to_numpy()), "`items`: found ndarray.*DataFrame"),
        (lambda: reliability(MOBI.assign(perv1=7)), "perv1.*the same answer, 7, in all 250 rows"),
        (lambda: reliability(MOBI.assign(perv1="seven")), r"(?s)perv1.*pass numbers"),
        (lambda: reliability(MOBI.assign(perv1=np.inf)), "perv1.*inf"),
        (lambda: reliability(MOBI.assign(perv1=np.nan)), "`items`: found 0 complete rows of 250"),
        (lambda: reliability(loadings="pls"), "`loadings`: found 'pls'.*'component', 'factor'"),
        (lambda: reliability(resamples=99), "`resamples`: found 99.*100 or more"),
        (lambda: reliability(generator=3), "`generator`: found int"),
        (lambda: reliability(weights={"Image": [1, 1]}), "`weights`.*weights of 'Value' as well"),
        (lambda: reliability(weights={"Value": [1, 1, 1]}), "Value.*shape .3,.*2 numbers"),
        (lambda: reliability(weights={"Value": pd.Series([1.0, 2.0], ["a", "b"])}), "Value.*nan"),
        (lambda: reliability().conf_int(2), "`alpha`: found 2"),
        (lambda: cronbach_alpha([[1.0]]), "`matrix`.*two items or more.*items.cov"),
        (lambda: cronbach_alpha([[1, 2, 3], [1, 2, 3]]), "`matrix`.*square"),
        (lambda: cronbach_alpha([[1, -1], [-1, 1]]), "`matrix`.*without variance.*turn the items"),
        (lambda: composite_reliability([0.5, 1.2]), "`loadings`: found 1.2.*standardised"),
        (lambda: rho_a([1, 2, 3], np.eye(2)), "`weights`.*one weight per item"),
        (lambda: rho_a([1, 0], np.eye(2)), "`weights`.*two or more"),
        (lambda: spearman_brown(0, 0.5), "`items`: found 0"),
        (lambda: spearman_brown(3, 0), "`correlation`: found 0"),
        (lambda: alpha_by_length(2.5, 0.3), "`items`: found 2.5.*whole number"),
        (lambda: alpha_by_length(3, 0.3).items_needed(1), "`alpha`: found 1"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
