"""Comparison standards: simulation against closed forms, fits against statsmodels and a plain loop, both truths."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from relmark_helpers.calculations.comparison_standards import (
    ATTRIBUTES,
    BEST_BRAND_TRUTH,
    FINDINGS_TRUTH,
    STANDARDS,
    SatisfactionTruth,
    attribute_column,
    direct_column,
    expected_sample_r_squared,
    population_covariance,
    population_r_squared,
    simulate_comparisons,
)
from relmark_helpers.calculations.difference_scores import difference_score_test
from relmark_helpers.calculations.standard_findings import FINDINGS, standard_findings
from relmark_helpers.calculations.standard_fits import (
    DIRECT,
    INFERRED,
    PERFORMANCE,
    PERFORMANCE_AND_DIRECT,
    PERFORMANCE_AND_STANDARD,
    POLYNOMIAL,
    attribute_specification,
    compare_specifications,
    specification,
)
from relmark_helpers.validation import InputError

MOOD_TRUTH = replace(FINDINGS_TRUTH, disconfirmation={}, spill=0.5)
"""No standard counts; a mood colours direct answers and satisfaction alike."""


@functools.cache
def answers(n=400, seed=1993, truth="findings"):
    truths = {"findings": FINDINGS_TRUTH, "best brand": BEST_BRAND_TRUTH, "mood": MOOD_TRUTH}
    return simulate_comparisons(n, np.random.default_rng(seed), truth=truths[truth])


@functools.cache
def compared(n=400, seed=1993, truth="findings", repeats=2):
    return compare_specifications(answers(n, seed, truth), np.random.default_rng(6), repeats=repeats)


def design(data, name):
    """Return the explanatory variables of a specification, by another way than the calculation: from the raw data."""
    family, _, standard = name.partition(": ")
    p = data["performance"]
    if name == attribute_specification():
        return [p, data["direct: brand norm"], *(data[attribute_column(one)] for one in ATTRIBUTES)]
    if family == PERFORMANCE:
        return [p]
    s, direct = data[standard], data[direct_column(standard)]
    return {
        INFERRED: [p - s],
        DIRECT: [direct],
        PERFORMANCE_AND_DIRECT: [p, direct],
        PERFORMANCE_AND_STANDARD: [p, s],
        POLYNOMIAL: [p, s, p**2, p * s, s**2],
    }[family]


def fitted(data, name):
    return sm.OLS(data["satisfaction"], sm.add_constant(np.column_stack(design(data, name)))).fit()


@pytest.mark.parametrize("truth", [FINDINGS_TRUTH, BEST_BRAND_TRUTH, MOOD_TRUTH])
def test_simulated_moments_against_the_closed_form(truth):
    n = 200_000
    data = simulate_comparisons(n, np.random.default_rng(20), truth=truth)
    covariance = population_covariance(truth)
    assert list(covariance) == list(data)
    variance = np.diag(covariance)
    error = np.sqrt((np.outer(variance, variance) + covariance.to_numpy() ** 2) / n)
    assert (np.abs(data.cov().to_numpy() - covariance.to_numpy()) < 5 * error).all()
    assert (
        np.abs(data.mean() - [7, 7, 7, 6.2, 7.9, 7.1, 8, 7.2, 0, 0.8, -0.9, -0.1, -1, -0.2, 0.3, -0.3, 0.1, -0.5])
        < 5 * np.sqrt(variance / n)
    ).all()


def test_the_truth_in_satisfaction_by_hand():
    """With no errors, satisfaction less its explained part is the noise, and direct answers are the differences."""
    truth = SatisfactionTruth(
        performance=0.3, disconfirmation={"desired": 0.2}, noise=0.7,
        performance_error=0, standard_error=0, direct_error=0,
    )  # fmt: skip
    data = simulate_comparisons(50_000, np.random.default_rng(3), truth=truth)
    np.testing.assert_allclose(data["direct: desired"], data["performance"] - data["desired"])
    by_attribute = data[[attribute_column(name) for name in ATTRIBUTES]].mean(axis=1)
    assert by_attribute.corr(data["direct: brand norm"]) > 0.9
    fit = sm.OLS(data["satisfaction"], sm.add_constant(data[["performance", "desired"]])).fit()
    np.testing.assert_allclose(fit.params, [7 - 0.5 * 7 + 0.2 * 7.9, 0.5, -0.2], atol=5 * fit.bse.max())
    assert fit.mse_resid**0.5 == pytest.approx(0.7, rel=0.02)
    explained = 1 - 0.7**2 / population_covariance(truth).loc["satisfaction", "satisfaction"]
    assert population_r_squared(truth, ["performance", "desired"]) == pytest.approx(explained)


def test_more_respondents_are_added_to_the_same_first_ones():
    pd.testing.assert_frame_equal(answers(50), answers(400).iloc[:50])


def test_population_r_squared_of_differences():
    whole = population_r_squared(FINDINGS_TRUTH, ["performance", "brand norm"])
    assert population_r_squared(
        FINDINGS_TRUTH, {"gap": {"performance": 1, "brand norm": -1}, "performance": {"performance": 2}}
    ) == pytest.approx(whole)
    covariance = population_covariance(FINDINGS_TRUTH)
    r = covariance.loc["satisfaction", "performance"] / np.sqrt(
        covariance.loc["satisfaction", "satisfaction"] * covariance.loc["performance", "performance"]
    )
    assert population_r_squared(FINDINGS_TRUTH, ["performance"]) == pytest.approx(r**2)


@pytest.mark.parametrize("n", [15, 60])
def test_mean_r_squared_of_small_samples_against_the_closed_form(n):
    columns = ["performance", "brand norm", "direct: desired"]
    population = population_r_squared(BEST_BRAND_TRUTH, columns)
    data = simulate_comparisons(4_000 * n, np.random.default_rng(n), truth=BEST_BRAND_TRUTH)
    samples = data[[*columns, "satisfaction"]].to_numpy().reshape(4_000, n, 4)
    samples = samples - samples.mean(axis=1, keepdims=True)
    products = samples.transpose(0, 2, 1) @ samples
    inner, outer = products[:, :3, :3], products[:, :3, 3:]
    explained = outer.transpose(0, 2, 1) @ np.linalg.solve(inner, outer)
    found = explained[:, 0, 0] / products[:, 3, 3]
    expected = expected_sample_r_squared(population, n=n, predictors=3)
    assert np.mean(found) == pytest.approx(expected, abs=5 * np.std(found) / np.sqrt(len(found)))
    assert expected > population


def test_expected_r_squared_limits():
    np.testing.assert_allclose(expected_sample_r_squared([0, 1], n=21, predictors=4), [0.2, 1])
    assert expected_sample_r_squared(0.4, n=1e7, predictors=3) == pytest.approx(0.4, abs=1e-6)


def test_fits_equal_statsmodels():
    table = compared().table
    assert len(table) == 1 + 5 * len(STANDARDS) + 1
    for name, row in table.iterrows():
        fit = fitted(answers(), name)
        np.testing.assert_allclose(
            row[["r_squared", "adj_r_squared", "aic"]].astype(float), [fit.rsquared, fit.rsquared_adj, fit.aic]
        )
        assert row["predictors"] == fit.df_model


def test_cross_validation_against_a_loop_that_fits_each_fold():
    data, repeats, folds = answers(120), 2, 4
    comparison = compare_specifications(data, np.random.default_rng(8), folds=folds, repeats=repeats)
    random, y = np.random.default_rng(8), data["satisfaction"].to_numpy()
    fold = [random.permutation(120) % folds for _ in range(repeats)]
    for name in (PERFORMANCE, specification(INFERRED, "desired"), specification(POLYNOMIAL, "brand norm"),
                 attribute_specification()):  # fmt: skip
        x = sm.add_constant(np.column_stack(design(data, name)))
        error, spread = np.zeros((repeats, 120)), np.zeros((repeats, 120))
        for r in range(repeats):
            for part in range(folds):
                out = fold[r] == part
                fit = sm.OLS(y[~out], x[~out]).fit()
                error[r, out] = (y[out] - fit.predict(x[out])) ** 2
                spread[r, out] = (y[out] - y[~out].mean()) ** 2
        row = comparison.table.loc[name]
        assert row["cv_r_squared"] == pytest.approx(1 - error.sum() / spread.sum())
        assert row["cv_repeat_sd"] == pytest.approx(np.std(1 - error.sum(axis=1) / spread.sum(axis=1), ddof=1))
        random_boot = np.random.default_rng(1)
        weights = random_boot.multinomial(120, np.full(120, 1 / 120), size=4_000)
        drawn = 1 - weights @ error.mean(axis=0) / (weights @ spread.mean(axis=0))
        assert (row["cv_high"] - row["cv_low"]) / 2 / 1.96 == pytest.approx(drawn.std(), rel=0.08)


def test_limits_of_cross_validation_against_the_spread_over_samples():
    names = [PERFORMANCE, specification(INFERRED, "brand norm"), specification(PERFORMANCE_AND_DIRECT, "brand norm")]
    found, errors, leads, lead_errors = [], [], [], []
    for seed in range(150):
        one = compared(150, seed, repeats=1)
        rows = one.table.loc[names]
        found.append(rows["cv_r_squared"])
        errors.append((rows["cv_high"] - rows["cv_low"]) / 2 / 1.96)
        lead = one.difference(names[2], names[0])
        leads.append(lead["estimate"])
        lead_errors.append((lead["high"] - lead["low"]) / 2 / 1.96)
    np.testing.assert_allclose(np.mean(errors, axis=0), np.std(found, axis=0), rtol=0.18)
    assert np.mean(lead_errors) == pytest.approx(np.std(leads), rel=0.18)


def test_differences():
    comparison = compared()
    a, b = specification(DIRECT, "brand norm"), specification(INFERRED, "brand norm")
    one, back = comparison.difference(a, b), comparison.difference(b, a)
    assert one["estimate"] == pytest.approx(
        comparison.table.loc[a, "cv_r_squared"] - comparison.table.loc[b, "cv_r_squared"]
    )
    np.testing.assert_allclose(one[["estimate", "low", "high"]], -back[["estimate", "high", "low"]].to_numpy())
    wide = comparison.difference(a, b, tests=10)
    assert (wide["high"] - wide["estimate"]) / (one["high"] - one["estimate"]) == pytest.approx(2.807 / 1.960, abs=1e-3)
    gains = comparison.clear_gains(b)
    assert len(gains) == len(comparison.table) - 1
    np.testing.assert_allclose(
        gains.loc[a, ["estimate", "low", "high"]].astype(float), comparison.difference(a, b, tests=len(gains))
    )
    assert gains["clear"].equals(gains["low"] > 0)
    assert comparison.difference(a, a).abs().max() == 0


def test_difference_score_is_restricted_least_squares():
    """The regression on performance less standard is the regression on both under b1 = -b2, and F is their contrast."""
    data = answers()
    table = difference_score_test(data)
    for standard in STANDARDS:
        free = fitted(data, specification(PERFORMANCE_AND_STANDARD, standard))
        restricted = sm.GLM(data["satisfaction"], sm.add_constant(data[["performance", standard]])).fit_constrained(
            (np.array([[0, 1, 1]]), [0])
        )
        gap = fitted(data, specification(INFERRED, standard))
        np.testing.assert_allclose(restricted.params.iloc[1:], [gap.params.iloc[1], -gap.params.iloc[1]])
        np.testing.assert_allclose(restricted.deviance, gap.ssr)
        row = table.loc[standard]
        assert row["f"] == pytest.approx((gap.ssr - free.ssr) / (free.ssr / free.df_resid))
        curved = fitted(data, specification(POLYNOMIAL, standard))
        assert row["polynomial_f"] == pytest.approx((gap.ssr - curved.ssr) / 4 / (curved.ssr / curved.df_resid))
        assert (row["df"], row["polynomial_df"]) == (1, 4)
        assert (row["df_resid"], row["polynomial_df_resid"]) == (free.df_resid, curved.df_resid)
        assert row["performance"] == pytest.approx(free.params.iloc[1])
        assert row["sum"] == pytest.approx(free.params.iloc[1:].sum())
        assert row["low"] < row["sum"] < row["high"]


def test_a_true_difference_is_not_rejected_more_often_than_it_should():
    truth = SatisfactionTruth(performance=0, disconfirmation={"desired": 0.5}, performance_error=0, standard_error=0)
    p = np.array(
        [
            difference_score_test(
                simulate_comparisons(120, np.random.default_rng(seed), truth=truth), standards=["desired"]
            )[["p", "polynomial_p"]].iloc[0]
            for seed in range(150)
        ]
    )
    assert ((p < 0.05).mean(axis=0) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)).all()
    assert (np.abs(p.mean(axis=0) - 0.5) < 3 / np.sqrt(12 * 150)).all()


def test_truth_is_recovered_by_cross_validated_fits():
    table = compared(3_000, repeats=1).table
    for standard in STANDARDS:
        for family, columns in (
            (INFERRED, {"gap": {"performance": 1, standard: -1}}),
            (DIRECT, [direct_column(standard)]),
            (PERFORMANCE_AND_DIRECT, ["performance", direct_column(standard)]),
            (PERFORMANCE_AND_STANDARD, ["performance", standard]),
            (POLYNOMIAL, ["performance", standard]),
        ):
            row = table.loc[specification(family, standard)]
            error = (row["cv_high"] - row["cv_low"]) / 2 / 1.96
            assert abs(row["cv_r_squared"] - population_r_squared(FINDINGS_TRUTH, columns)) < 3.5 * error


def test_findings_are_found_under_one_truth_and_not_under_another():
    found = standard_findings(compared(1_000, repeats=1))
    assert list(found.index) == list(FINDINGS) == [1, 2, 3, 4, 5]
    assert (found["verdict"] == "holds").all()
    other = standard_findings(compared(3_000, truth="best brand", repeats=1))
    assert (other["verdict"] == "fails").all()


def test_which_findings_stay_where_only_the_standard_and_the_errors_change():
    truth = SatisfactionTruth(disconfirmation={"best-brand norm": 0.4}, standard_error=0.2, direct_error=1.2)
    changed = ("disconfirmation", "standard_error", "direct_error")
    assert replace(truth, **{name: getattr(FINDINGS_TRUTH, name) for name in changed}) == FINDINGS_TRUTH
    for n in (500, 3_000):  # 500 as in the lesson
        data = simulate_comparisons(n, np.random.default_rng(1993), truth=truth)
        found = standard_findings(compare_specifications(data, np.random.default_rng(6)))
        assert found["verdict"].to_list() == ["fails", "holds", "fails", "holds", "fails"]


def test_a_finding_that_was_built_in_may_stay_open_in_a_sample():
    verdicts = [standard_findings(compared(500, seed, repeats=10))["verdict"] for seed in range(1, 13)]
    opened = pd.DataFrame(verdicts).eq("open").sum()
    assert opened.to_list() == [2, 0, 0, 0, 3]  # the lesson names these numbers
    assert not pd.DataFrame(verdicts).eq("fails").any(axis=None)


def test_a_mood_gives_most_findings_although_no_standard_counts():
    found = standard_findings(compared(1_000, truth="mood", repeats=1))
    assert found["verdict"].to_list() == ["holds", "holds", "open", "holds", "holds"]


def test_few_respondents_leave_findings_open():
    assert "open" in set(standard_findings(compared(60, repeats=1))["verdict"])


def test_findings_carry_the_numbers_that_decide():
    comparison = compared()
    found = standard_findings(comparison)
    for _, row in found.drop(index=2).iterrows():
        np.testing.assert_allclose(
            row[["estimate", "low", "high"]].astype(float), comparison.difference(row["first"], row["second"])
        )
        assert f"{row['estimate']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})" in row["evidence"]
    alone = comparison.table.loc[PERFORMANCE]
    assert f"{alone['cv_r_squared']:.3f} ({alone['cv_low']:.3f} to {alone['cv_high']:.3f})" in found.loc[2, "evidence"]
    strict = standard_findings(comparison, strong=0.95, little=0)
    assert strict.loc[2, "verdict"] == "fails" and strict.loc[4, "verdict"] == "open"


def test_other_standards_may_be_compared():
    data = answers().rename(columns={"desired": "my norm", "direct: desired": "direct: my norm"})
    comparison = compare_specifications(data, np.random.default_rng(1), standards=["my norm"], attributes=(), repeats=1)
    assert len(comparison.table) == 6 and np.isnan(comparison.table["cv_repeat_sd"]).all()
    with pytest.raises(InputError, match="`comparison`.*my norm.*no attributes.*'best-brand norm'"):
        standard_findings(comparison)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SatisfactionTruth(noise=0), "`noise`: found 0"),
        (lambda: SatisfactionTruth(direct_error=-1), "`direct_error`: found -1"),
        (lambda: SatisfactionTruth(disconfirmation={"ideal": 1}), "`disconfirmation`: found 'ideal'.*'brand norm'"),
        (lambda: simulate_comparisons(0, np.random.default_rng(1), truth=FINDINGS_TRUTH), "`n`: found 0"),
        (lambda: simulate_comparisons(5, 1993, truth=FINDINGS_TRUTH), "`generator`: found int"),
        (lambda: population_r_squared(FINDINGS_TRUTH, ["satisfaction"]), "`explanatory`: found 'satisfaction'"),
        (lambda: population_r_squared(FINDINGS_TRUTH, []), "`explanatory`: found nothing"),
        (lambda: expected_sample_r_squared(1.2, n=10, predictors=2), "`population`: found 1.2"),
        (lambda: expected_sample_r_squared(0.2, n=4, predictors=3), "`n`: found 4, for 3 predictors"),
        (lambda: specification("gap"), "`family`: found 'gap'"),
        (lambda: compare_specifications(answers().drop(columns="adequate"), np.random.default_rng(1)),
         "`answers`.*'adequate'"),
        (lambda: compare_specifications(answers().assign(desired=np.nan), np.random.default_rng(1)), "desired.*nan"),
        (lambda: compare_specifications(answers().assign(desired=5.0), np.random.default_rng(1)), "`desired`.*same"),
        (lambda: compare_specifications(answers().assign(satisfaction=5.0), np.random.default_rng(1)),
         "`satisfaction`.*same value"),
        (lambda: compare_specifications(answers().assign(desired=answers()["performance"] * 2),
                                        np.random.default_rng(1)), "follow from each other: performance, desired"),
        (lambda: compare_specifications(answers(15), np.random.default_rng(1)), "`answers`: found 15 respondents"),
        (lambda: compare_specifications(answers(), np.random.default_rng(1), folds=1), "`folds`: found 1"),
        (lambda: compare_specifications(answers(), 1), "`generator`: found int"),
        (lambda: compare_specifications(answers(), np.random.default_rng(1), standards=["desired"]),
         "`attributes`: found attributes without"),
        (lambda: compared().difference("gap", PERFORMANCE), "`specification`: found 'gap'"),
        (lambda: compared().difference(PERFORMANCE, PERFORMANCE, tests=0), "`tests`: found 0"),
        (lambda: standard_findings(compared(), strong=25), "`strong`: found 25"),
        (lambda: difference_score_test(answers().assign(desired=answers()["performance"]), standards=["desired"]),
         "follow from each other"),
    ],
)  # fmt: skip
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
