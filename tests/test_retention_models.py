"""Retention models against published numbers, closed forms, integration, simulation and degenerate data."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special

from relmark_helpers.calculations import retention_likelihood, retention_models
from relmark_helpers.calculations.retention_fits import fit_bdw, fit_sbg, log_likelihood
from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.validation import InputError, StatisticalWarning

# Fader and Hardie (2007), table 1: survivors of 1,000 customers, years 0 to 12.
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]

shapes = st.floats(0.05, 50)
exponents = st.floats(0.3, 3)
models = st.builds(RetentionModel, shapes, shapes, exponents)


def expected_counts(model: RetentionModel, *, customers: float, periods: int) -> np.ndarray:
    return customers * model.survival(np.arange(periods + 1))


def simulate(model: RetentionModel, rng: np.random.Generator, *, customers: int, periods: int) -> list[int]:
    """Draw each customer's chance of leaving, then his or her last period: only for c = 1."""
    chance = rng.beta(model.alpha, model.beta, customers)
    lasted = rng.geometric(np.clip(chance, 1e-12, 1))
    return [int((lasted > period).sum()) for period in range(periods + 1)]


# Published numbers


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "llf", "mean_churn"),
    [(HIGH_END, 0.668, 3.806, -1611.158, 0.15), (REGULAR, 0.704, 1.182, -1680.265, 0.37)],
)
def test_sbg_fit_of_fader_and_hardie(survivors, alpha, beta, llf, mean_churn):
    fit = fit_sbg(survivors[:8])
    assert fit.params.round(3).to_dict() == {"alpha": alpha, "beta": beta}
    assert fit.llf == pytest.approx(llf, abs=5e-4)
    assert round(fit.model.mean_churn, 2) == mean_churn
    assert (fit.nobs, fit.n_periods, fit.converged) == (1000, 7, True)


@pytest.mark.parametrize(("parameter", "printed"), [(1.0, -2115.5), (0.01, -2741.7)])
def test_log_likelihood_at_the_printed_starting_values(parameter, printed):
    assert round(log_likelihood(HIGH_END[:8], parameter, parameter), 1) == printed


@pytest.mark.parametrize(
    ("survivors", "printed"),
    [(HIGH_END, [0.4604, 0.4358, 0.4142, 0.3951, 0.3780]), (REGULAR, [0.2201, 0.2044, 0.1912, 0.1799, 0.1700])],
)
def test_sbg_projections_of_years_8_to_12(survivors, printed):
    projected = fit_sbg(survivors[:8]).project(12)["survival"].loc[8:]
    assert projected.round(4).tolist() == printed


def test_lifetimes_of_the_high_end_segment():
    model = RetentionModel(0.668, 3.806)
    assert model.discounted_residual_lifetime(0.10, renewals=7) == pytest.approx(7.530, abs=5e-4)
    assert model.discounted_expected_lifetime(0.10) == pytest.approx(5.9226, abs=5e-5)


def test_bdw_fit_on_the_percent_scale_of_foretell():
    with pytest.warns(StatisticalWarning, match="not whole numbers.*100 customers"):
        fit = fit_bdw([100, 86.9, 74.3, 65.3, 59.3])
    # The package stops a little before the peak: parameters agree to three digits, the likelihood to all printed.
    assert fit.params.tolist() == pytest.approx([0.25937, 1.72276, 1.58428], rel=3e-4)
    assert fit.llf == pytest.approx(-122.27493, abs=5e-6)
    printed = [
        100, 86.91462, 74.19279, 65.47821, 59.29286, 54.66043, 51.03613, 48.10353, 45.66783, 43.60259, 41.82202
    ]  # fmt: skip
    assert (100 * fit.project(10)["survival"]).tolist() == pytest.approx(printed, abs=2e-3)


def test_bdw_at_the_printed_parameters_gives_the_printed_projections_and_likelihood():
    model = RetentionModel(0.25937, 1.72276, 1.58428)
    printed = [86.91462, 74.19279, 65.47821, 59.29286, 54.66043, 51.03613, 48.10353, 45.66783, 43.60259, 41.82202]
    assert (100 * model.survival(np.arange(1, 11))).tolist() == pytest.approx(printed, abs=2e-4)
    value = log_likelihood([100, 86.9, 74.3, 65.3, 59.3], 0.25937, 1.72276, 1.58428)
    assert value == pytest.approx(-122.27493, abs=5e-6)


@pytest.mark.parametrize(
    ("fit", "survivors", "last", "params", "llf"),
    [
        (fit_bdw, HIGH_END, 4, [0.25934, 1.72255, 1.58436], -1222.749),
        (fit_bdw, HIGH_END, 7, [0.21425, 1.42657, 1.72356], -1605.314),
        (fit_bdw, REGULAR, 7, [0.45561, 0.77933, 1.28345], -1679.603),
        (fit_sbg, HIGH_END, 4, [1.28097, 7.79038], None),
    ],
)
def test_fits_recomputed_elsewhere(fit, survivors, last, params, llf):
    found = fit(survivors[: last + 1])
    assert found.params.tolist() == pytest.approx(params, abs=1.1e-5)
    if llf is not None:
        assert found.llf == pytest.approx(llf, abs=5e-4)


def test_five_years_mislead_the_sbg_and_not_the_bdw():
    assert fit_sbg(HIGH_END[:5]).model.survival(12) == pytest.approx(0.3070, abs=5e-5)
    assert fit_bdw(HIGH_END[:5]).model.survival(12) == pytest.approx(0.3889, abs=5e-5)


# Independent implementations


@given(shapes, shapes)
def test_recursion_of_the_paper_gives_the_survival(alpha, beta):
    leaving = [alpha / (alpha + beta)]
    for t in range(2, 16):
        leaving.append(leaving[-1] * (beta + t - 2) / (alpha + beta + t - 1))
    assert RetentionModel(alpha, beta).survival(np.arange(1, 16)) == pytest.approx(1 - np.cumsum(leaving), abs=1e-12)


@given(shapes, shapes, st.integers(1, 200))
def test_closed_form_of_the_sbg_retention_rate(alpha, beta, t):
    rate = RetentionModel(alpha, beta).retention_rate(t)
    assert rate == pytest.approx((beta + t - 1) / (alpha + beta + t - 1), rel=1e-10)


@pytest.mark.parametrize("model", [RetentionModel(1.3, 3.8), RetentionModel(2.5, 1.4, 0.6), RetentionModel(4, 30, 1.6)])
def test_survival_is_the_mean_over_customers(model):
    for t in (1, 2, 7):
        mixture, _ = integrate.quad(lambda theta, t=t: (1 - theta) ** (t**model.c) * model.churn_density(theta), 0, 1)
        assert model.survival(t) == pytest.approx(mixture, rel=1e-8)


def test_churn_density_has_area_one_and_mean_mean_churn():
    model = RetentionModel(1.4, 3.8)
    assert integrate.quad(model.churn_density, 0, 1)[0] == pytest.approx(1)
    assert integrate.quad(lambda x: x * model.churn_density(x), 0, 1)[0] == pytest.approx(model.mean_churn)


def test_survival_far_out_follows_its_power_law():
    model = RetentionModel(0.668, 3.806, 1.2)
    far = np.array([1e8, 1e10, 1e18, 1e30])
    power = special.gamma(0.668 + 3.806) / special.gamma(3.806) * far ** (-0.668 * 1.2)
    assert model.survival(far) == pytest.approx(power, rel=1e-6)


@pytest.mark.parametrize("discount", [0.5, 0.1, 0.01, 1e-3, 1e-5])
@pytest.mark.parametrize(("alpha", "beta"), [(0.668, 3.806), (0.704, 1.182), (3.0, 0.5), (0.05, 2.0)])
def test_lifetimes_are_gauss_hypergeometric_functions(alpha, beta, discount):
    model, z = RetentionModel(alpha, beta), 1 / (1 + discount)
    gauss = special.hyp2f1(1, beta, alpha + beta, z)
    assert model.discounted_expected_lifetime(discount) == pytest.approx(gauss, rel=2e-8)
    n = 8
    gauss = (beta + n - 1) / (alpha + beta + n - 1) * special.hyp2f1(1, beta + n, alpha + beta + n, z)
    assert model.discounted_residual_lifetime(discount, renewals=n - 1) == pytest.approx(gauss, rel=2e-8)


def test_discounted_sums_where_the_gauss_function_of_scipy_fails():
    assert np.isnan(special.hyp2f1(1, 400, 450, 1 / 1.1))
    plain_sum = (RetentionModel(50, 400).survival(np.arange(2000)) / 1.1 ** np.arange(2000)).sum()
    assert RetentionModel(50, 400).discounted_expected_lifetime(0.1) == pytest.approx(plain_sum, rel=1e-12)


@given(st.floats(0.05, 5), shapes, st.floats(0.3, 1.5), st.floats(0.02, 0.9), st.integers(0, 12))
@settings(max_examples=40)
def test_residual_lifetime_is_the_sum_of_its_payments(alpha, beta, c, discount, renewals):
    model = RetentionModel(alpha, beta, c)
    t = np.arange(renewals + 1, renewals + 2001)
    worth = np.exp(-np.log(1 + discount) * (t - t[0]))
    by_hand = (model.survival(t) / model.survival(renewals) * worth).sum()
    assert model.discounted_residual_lifetime(discount, renewals) == pytest.approx(by_hand, rel=1e-7)


@given(models, st.floats(0.002, 0.9))
@settings(max_examples=40)
def test_a_new_customers_lifetime_is_one_payment_and_the_rest(model, discount):
    rest = model.discounted_residual_lifetime(discount, renewals=0)
    assert model.discounted_expected_lifetime(discount) == pytest.approx(1 + rest / (1 + discount), rel=1e-7)


@given(st.floats(1.05, 20), shapes)
@settings(max_examples=40)
def test_expected_lifetime_without_discount(alpha, beta):
    finite = (alpha + beta - 1) / (alpha - 1)
    assert RetentionModel(alpha, beta).discounted_expected_lifetime(0) == pytest.approx(finite, rel=1e-7)


def test_expected_lifetime_without_discount_of_the_bdw():
    model = RetentionModel(2.0, 1.0, 1.5)
    head = model.survival(np.arange(100_000)).sum()
    # Beyond, S(t) = 2 / ((t^1.5 + 1) (t^1.5 + 2)) is near 2 t^-3, whose sum is near its integral.
    assert model.discounted_expected_lifetime(0) == pytest.approx(head + 1e5**-2, rel=1e-9)


@given(
    st.tuples(st.floats(-2, 3), st.floats(-2, 3), st.floats(-1, 1.2)),
    st.lists(st.integers(0, 300), min_size=4, max_size=9),
)
@settings(max_examples=60)
def test_gradient_agrees_with_differences(logs, losses):
    counts = np.append(0, np.cumsum(losses))[::-1].astype(float) + 20
    at = np.array(logs)
    for size in (2, 3):
        numeric = optimize.approx_fprime(at[:size], lambda x: retention_likelihood.value_and_slope(counts, x)[0], 1e-6)
        exact = retention_likelihood.value_and_slope(counts, at[:size])[1]
        assert exact == pytest.approx(numeric, rel=1e-3, abs=1e-3 * counts[0])


def test_slopes_keep_their_digits_far_out():
    model, t = RetentionModel(0.05, 0.2, 8.0), np.array([2.0, 4.0, 60.0])
    step = 1e-5
    up, down = (retention_models.log_survival(t, RetentionModel(0.05, 0.2, 8 + h)) for h in (step, -step))
    assert retention_models.survival_slopes(t, model)[:, 2] == pytest.approx((up - down) / (2 * step), rel=1e-6)


def test_survival_far_out_keeps_its_digits():
    # One more period far out costs a share of alpha / t: 1 - S(t) / S(t - 1) = alpha / (alpha + beta + t - 1).
    model = RetentionModel(0.668, 3.806)
    for t in (5_000, 20_000, 1e6):
        assert 1 - model.retention_rate(t) == pytest.approx(0.668 / (0.668 + 3.806 + t - 1), rel=1e-6)
    assert 1 - RetentionModel(1e3, 1e8).survival(3) == pytest.approx(3e-5, rel=1e-4)
    assert RetentionModel(2.5e7, 7.5e7).survival([1, 2]) == pytest.approx([0.75, 0.75**2], rel=1e-6)


def test_covariance_of_the_sbg_is_the_inverse_of_the_analytic_information():
    fit = fit_sbg(HIGH_END[:8])
    a, b = fit.params
    counts = np.array(HIGH_END[:8], dtype=float)
    left = -np.diff(counts)
    t = np.arange(1, 8)
    # ln P(t) = ln(a / (b + t - 1)) + ln S(t) with S(t) = the product of (b + i) / (a + b + i).
    total = np.array([-special.polygamma(1, a + b + u) + special.polygamma(1, a + b) for u in t])
    own = np.array([special.polygamma(1, b + u) - special.polygamma(1, b) for u in t])
    ends = np.append(left, counts[-1])
    total, own = np.append(total, total[-1]), np.append(own, own[-1])
    h_aa = (ends * total).sum() - left.sum() / a**2
    h_ab = (ends * total).sum()
    h_bb = (ends * (total + own)).sum() + (left / (b + t - 1) ** 2).sum()
    by_hand = np.linalg.inv(-np.array([[h_aa, h_ab], [h_ab, h_bb]]))
    assert fit.cov_params.to_numpy() == pytest.approx(by_hand, rel=1e-5)
    assert fit.bse.tolist() == pytest.approx(np.sqrt(np.diag(by_hand)), rel=1e-5)


@pytest.mark.parametrize("survivors", [HIGH_END, REGULAR])
def test_covariance_of_the_bdw_agrees_with_second_differences(survivors):
    fit = fit_bdw(survivors)
    at = fit.params.to_numpy()
    steps = np.diag(1e-4 * at)

    def value(x):
        return log_likelihood(survivors, *x)

    hessian = [
        [
            (value(at + p + q) - value(at + p - q) - value(at - p + q) + value(at - p - q)) / (4 * p.sum() * q.sum())
            for q in steps
        ]
        for p in steps
    ]
    assert fit.cov_params.to_numpy() == pytest.approx(np.linalg.inv(-np.array(hessian)), rel=5e-3)


@pytest.mark.parametrize("fit", [fit_sbg, fit_bdw])
def test_no_point_nearby_is_better(fit):
    found = fit(REGULAR)
    rng = np.random.default_rng(3)
    for factor in np.exp(rng.normal(0, 0.05, (200, len(found.params)))):
        assert log_likelihood(REGULAR, *(found.params.to_numpy() * factor)) < found.llf


@pytest.mark.parametrize("parameters", [(1e-15, 1), (1, 1e-15), (1e-15, 1e-15), (1e8, 1e8), (1, 1, 1e-9), (1, 1, 300)])
def test_likelihood_at_extreme_parameters_is_poor_and_no_nonsense(parameters):
    assert log_likelihood(HIGH_END, *parameters) < log_likelihood(HIGH_END, 1, 1)


def test_two_periods_determine_the_sbg_exactly():
    fit = fit_sbg([1000, 800, 700])
    # r1 = b / (a + b) = .8 and r2 = (b + 1) / (a + b + 1) = .875 give a + b = 5 / 3.
    assert fit.params.tolist() == pytest.approx([1 / 3, 4 / 3])
    assert fit.project(2)["survival"].tolist() == pytest.approx([1, 0.8, 0.7])


def test_three_periods_determine_the_bdw_exactly():
    fit = fit_bdw([1000, 869, 743, 653])
    assert fit.project(3)["survival"].tolist() == pytest.approx([1, 0.869, 0.743, 0.653], rel=1e-6)


# Invariants


@given(models)
def test_survival_starts_at_one_and_falls(model):
    survival = model.survival(np.arange(60))
    assert survival[0] == 1
    assert (np.diff(survival) <= 0).all()
    assert (survival >= 0).all()


@given(shapes, shapes)
def test_retention_of_the_sbg_rises(alpha, beta):
    rates = RetentionModel(alpha, beta).retention_rate(np.arange(1, 40))
    assert (np.diff(rates) > 0).all()


@given(models, st.integers(1, 40))
def test_survival_is_the_product_of_retention_rates(model, t):
    rates = model.retention_rate(np.arange(1, t + 1))
    assert model.survival(t) == pytest.approx(rates.prod(), rel=1e-9)


@given(shapes, shapes)
def test_c_of_one_is_the_sbg(alpha, beta):
    one = log_likelihood(HIGH_END, alpha, beta, 1.0)
    assert one == log_likelihood(HIGH_END, alpha, beta)
    leaving = -np.diff(RetentionModel(alpha, beta).survival(np.arange(13)))
    by_hand = -np.diff(HIGH_END) @ np.log(leaving) + HIGH_END[-1] * np.log(RetentionModel(alpha, beta).survival(12))
    assert one == pytest.approx(by_hand, rel=1e-9)


@given(st.floats(0.4, 3), st.floats(0.4, 5), st.floats(0.7, 1.6))
@settings(max_examples=15, deadline=None)
def test_expected_survivors_give_back_their_parameters(alpha, beta, c):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)  # not whole numbers
        sbg = fit_sbg(expected_counts(RetentionModel(alpha, beta), customers=1e6, periods=8))
        bdw = fit_bdw(expected_counts(RetentionModel(alpha, beta, c), customers=1e6, periods=8))
    assert sbg.params.tolist() == pytest.approx([alpha, beta], rel=1e-5)
    assert bdw.params.tolist() == pytest.approx([alpha, beta, c], rel=1e-4)


@pytest.mark.parametrize("fit", [fit_sbg, fit_bdw])
@given(factor=st.integers(2, 500))
@settings(max_examples=8, deadline=None)
def test_more_customers_sharpen_and_do_not_move_the_estimates(fit, factor):
    few, many = fit(HIGH_END), fit(np.array(HIGH_END) * factor)
    assert many.params.tolist() == pytest.approx(few.params.tolist(), rel=1e-6)
    assert many.llf == pytest.approx(factor * few.llf)
    assert factor * many.cov_params.to_numpy() == pytest.approx(few.cov_params.to_numpy(), rel=1e-4)
    assert many.nobs == factor * few.nobs


@pytest.mark.parametrize("survivors", [HIGH_END, REGULAR, [100, 60, 45, 40, 37]])
def test_the_bdw_never_fits_worse_than_the_sbg(survivors):
    assert fit_bdw(survivors).llf >= fit_sbg(survivors).llf - 1e-9


def test_information_criteria():
    fit = fit_sbg(HIGH_END[:8])
    assert fit.aic == pytest.approx(2 * 2 + 2 * 1611.158, abs=1e-3)
    assert fit.bic == pytest.approx(2 * np.log(1000) + 2 * 1611.158, abs=1e-3)


def test_limits_widen_with_confidence_and_stay_above_zero():
    fit = fit_sbg([30, 26, 23, 21, 20])
    wide, narrow = fit.conf_int(0.01), fit.conf_int(0.5)
    assert (wide["low"] > 0).all()
    assert (wide["low"] < narrow["low"]).all()
    assert (narrow["high"] < wide["high"]).all()
    assert np.sqrt(wide["low"] * wide["high"]).tolist() == pytest.approx(fit.params.tolist())
    summary = fit.summary()
    assert summary["0.975]"].tolist() == fit.conf_int()["high"].tolist()
    assert summary["std err"].tolist() == fit.bse.tolist()


@pytest.mark.parametrize("fit", [fit_sbg, fit_bdw])
def test_projection_table(fit):
    found = fit(HIGH_END[:8])
    table = found.project(20)
    assert list(table.index) == list(range(21))
    assert table.index.name == "period"
    assert table.loc[0, "survival":"survival_high"].tolist() == [1, 1, 1]
    assert table.loc[0, "retention_rate":].isna().all()
    later = table.loc[1:]
    assert later["survival"].tolist() == pytest.approx(found.model.survival(np.arange(1, 21)).tolist())
    assert later["retention_rate"].tolist() == pytest.approx(found.model.retention_rate(np.arange(1, 21)).tolist())
    for low, mid, high in (
        ("survival_low", "survival", "survival_high"),
        ("retention_low", "retention_rate", "retention_high"),
    ):
        assert ((0 < later[low]) & (later[low] < later[mid]) & (later[mid] < later[high]) & (later[high] < 1)).all()
    wider = found.project(20, level=0.99).loc[1:]
    assert (wider["survival_low"] < later["survival_low"]).all()


def test_projection_limits_by_the_delta_method_with_numeric_slopes():
    fit = fit_sbg(HIGH_END[:8])
    at = fit.params.to_numpy()

    def scale(x):
        return np.log(-np.log(RetentionModel(*x).survival(12)))

    slope = optimize.approx_fprime(at, scale, 1e-7)
    spread = 1.959964 * np.sqrt(slope @ fit.cov_params.to_numpy() @ slope)
    limits = np.exp(-np.exp(scale(at) + np.array([spread, -spread])))
    assert fit.project(12).loc[12, ["survival_low", "survival_high"]].tolist() == pytest.approx(limits, rel=1e-5)


# Simulation


def test_limits_cover_the_truth_as_often_as_they_say():
    truth = RetentionModel(0.9, 3.0)
    rng = np.random.default_rng(20260401)
    runs, hits, curve = 250, np.zeros(2), 0
    for _ in range(runs):
        fit = fit_sbg(simulate(truth, rng, customers=2000, periods=8))
        limits = fit.conf_int()
        hits += (limits["low"] < [0.9, 3.0]) & (limits["high"] > [0.9, 3.0])
        row = fit.project(12).loc[12]
        curve += row["survival_low"] < truth.survival(12) < row["survival_high"]
    # 95 per cent of 250, give or take three standard errors of a share.
    for share in (*hits / runs, curve / runs):
        assert share == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


# Degenerate data and wrong input


@pytest.mark.parametrize("fit", [fit_sbg, fit_bdw])
@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([1000, 1000, 1000, 1000], "1000 customers at the start and at the end.*no churn"),
        ([1000, 0, 0, 0], "nobody left over after period 1.*shorter periods"),
        ([1000, 600, 600, 600], "no churn after period 1.*two periods or more"),
        ([1000, 800], "1 period with customers to lose.*as many as the model has parameters.*observe more"),
        ([1000], "found 1 values.*still there after each period"),
        ([[1000, 800], [700, 600]], "2 dimensions"),
        ([1.0, 0.869, 0.743, 0.653], "a start of 1; expected counts of customers, not shares.*multiply"),
        ([1000, 800, 850, 700], "a rise from 800 to 850 in period 2.*follow one group"),
        ([1000, 800, -1, -2], "-1 at position 2 .2 such entries"),
        ([1000, np.nan, 700, 600], "nan at position 1"),
        (["1000", "many"], "pass numbers only"),
        (None, "not text or None"),
    ],
)
def test_data_that_cannot_be_fitted(fit, survivors, message):
    with pytest.raises(InputError, match=f"(?s)`survivors`.*{message}"):
        fit(survivors)


def test_two_periods_are_too_few_for_the_bdw():
    with pytest.raises(InputError, match="2 periods with customers to lose; expected 3 or more.*or use fit_sbg"):
        fit_bdw([1000, 800, 700])


@pytest.mark.parametrize(
    ("survivors", "rate"),
    [([1000, 800, 640, 512], 0.8), ([1000, 900, 700, 400], 2000 / 2600), ([10, 9, 9, 8], 26 / 28)],
)
def test_customers_who_do_not_differ(survivors, rate):
    with pytest.warns(StatisticalWarning, match="no difference between customers.*only their ratio.*try fit_bdw"):
        fit = fit_sbg(survivors)
    assert not fit.converged
    for nothing in (fit.params, fit.bse, fit.cov_params, fit.conf_int(), fit.summary()):
        assert nothing.isna().all(axis=None)
    assert fit.mean_churn == pytest.approx(1 - rate)
    assert repr(fit).startswith(f"<RetentionFit sBG: alpha=nan, beta=nan, mean_churn={1 - rate:.4g}, llf=")
    assert fit.model.retention_rate([1, 2, 10]) == pytest.approx([rate] * 3, abs=1e-4)
    stayed, left = sum(survivors[1:]), survivors[0] - survivors[-1]
    assert fit.llf == pytest.approx(stayed * np.log(rate) + left * np.log(1 - rate))
    table = fit.project(3)
    assert table["survival"].tolist() == pytest.approx([1, rate, rate**2, rate**3], abs=1e-4)
    # The limits of a geometric model: log(-log r) scatters by sqrt((1 - r) / (n r)) / -log r, n customer periods.
    seen = sum(survivors[:-1])
    factor = np.exp(1.959964 * np.sqrt((1 - rate) / seen / rate) / -np.log(rate))
    for t in (1, 2, 3):
        low, high = (np.exp(t * np.log(rate) * f) for f in (factor, 1 / factor))
        assert table.loc[t, ["survival_low", "survival_high"]].tolist() == pytest.approx([low, high], abs=1e-4)
        low, high = (np.exp(np.log(rate) * f) for f in (factor, 1 / factor))
        assert table.loc[t, ["retention_low", "retention_high"]].tolist() == pytest.approx([low, high], abs=1e-4)


def test_customers_who_do_not_differ_and_age():
    force, c = 0.05, 1.5
    survivors = np.round(1e6 * np.exp(-force * np.arange(9.0) ** c))
    with pytest.warns(StatisticalWarning, match="only their ratio.*mean churn 0.04877.*and c .1.5. are.*projections.$"):
        fit = fit_bdw(survivors)
    assert fit.params["c"] == pytest.approx(c, rel=1e-3)
    assert fit.params[["alpha", "beta"]].isna().all() and fit.bse[["alpha", "beta"]].isna().all()
    low, high = fit.conf_int().loc["c"]
    assert low < c < high
    assert fit.model.mean_churn == pytest.approx(1 - np.exp(-force), rel=1e-3)
    assert fit.project(8)["survival"].to_numpy() == pytest.approx(survivors / 1e6, abs=1e-4)


@pytest.mark.parametrize("fit", [fit_sbg, fit_bdw])
def test_limits_of_alike_customers_agree_with_the_likelihood(fit):
    survivors = np.round(5000 * np.exp(-0.1 * np.arange(5) ** 1.3))
    with pytest.warns(StatisticalWarning, match="no difference"):
        found = fit(survivors)
    size = len(found.limit_cov)
    t = np.arange(5)

    def llf(logs):
        s = np.exp(-np.exp(logs[0]) * t ** np.exp(logs[1:].sum()))
        return -np.diff(survivors) @ np.log(-np.diff(s)) + survivors[-1] * np.log(s[-1])

    at = np.append(np.log(-np.log1p(-found.mean_churn)), np.log(found.model.c))[:size]
    h = 1e-3 * np.eye(size)
    hessian = [[(llf(at + p + q) - llf(at + p - q) - llf(at - p + q) + llf(at - p - q)) / 4e-6 for q in h] for p in h]
    cov = np.linalg.inv(-np.array(hessian))
    assert found.limit_cov.to_numpy() == pytest.approx(cov, rel=1e-3)
    row = found.project(8).loc[8]
    slope = np.array([1, found.model.c * np.log(8)])[:size]  # of log(-log S)
    factor = np.exp(1.959964 * np.sqrt(slope @ cov @ slope))
    expected = np.log(row["survival"]) * np.array([factor, 1 / factor])
    assert np.log(row[["survival_low", "survival_high"]]).tolist() == pytest.approx(expected, rel=1e-3)
    assert row["retention_low"] < row["retention_rate"] < row["retention_high"]


def test_limits_of_alike_customers_cover_the_truth():
    rng = np.random.default_rng(8)
    hits, runs = 0, 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StatisticalWarning)
        for _ in range(60):
            found = fit_sbg((rng.geometric(0.2, 500)[:, None] > np.arange(6)).sum(axis=0))
            if found.limit_cov is not None:
                row = found.project(12).loc[12]
                hits, runs = hits + (row["survival_low"] < 0.8**12 < row["survival_high"]), runs + 1
    assert runs > 20
    assert hits / runs > 0.8


def test_few_who_leave_are_not_too_extreme_for_the_model():
    with pytest.warns(StatisticalWarning, match="no difference"):
        found = fit_sbg([1_000_000, 999_990, 999_980, 999_970])
    assert found.mean_churn == pytest.approx(1e-5, rel=1e-4)
    assert 1 - found.project(3).loc[3, "survival"] == pytest.approx(3e-5, rel=1e-3)


def test_a_fit_is_shown_in_one_line():
    shown = "<RetentionFit sBG: alpha=0.6681, beta=3.806, mean_churn=0.1493, llf=-1611.16, nobs=1000, n_periods=7>"
    assert repr(fit_sbg(HIGH_END[:8])) == shown
    assert repr(fit_bdw(HIGH_END[:8])).startswith("<RetentionFit BdW: alpha=0.2143, beta=1.427, c=1.724, mean_churn=")


@pytest.mark.parametrize(
    ("index", "gap"),
    [
        ([0, 1, 2, 4, 5], "2 to 4"),
        ([0, 2, 3, 4, 5], "0 to 2"),
        ([0, 1, 1, 2, 3], "1 to 1"),
        ([4, 3, 2, 1, 0], "4 to 3"),
    ],
)
def test_a_period_left_out_of_a_series_is_refused(index, gap):
    with pytest.raises(InputError, match=f"`survivors`: found an index that goes from {gap};.*none left out"):
        fit_sbg(pd.Series(HIGH_END[:5], index=index))


@pytest.mark.parametrize(
    "index", [range(5), range(2001, 2006), [0, 12, 24, 36, 48], [0.5, 0.6, 0.7, 0.8, 0.9], list("abcde")]
)
def test_a_series_with_equal_steps_or_names_is_taken(index):
    assert fit_sbg(pd.Series(HIGH_END[:5], index=index)).llf == fit_sbg(HIGH_END[:5]).llf


def test_falling_retention_suits_the_bdw_only():
    survivors = np.round(expected_counts(RetentionModel(2.0, 40.0, 1.8), customers=1e6, periods=6))
    with pytest.warns(StatisticalWarning, match="no difference"):
        fit_sbg(survivors)
    assert fit_bdw(survivors).params.tolist() == pytest.approx([2.0, 40.0, 1.8], rel=0.05)


def test_nobody_left_at_the_end():
    with pytest.warns(StatisticalWarning) as caught:
        fit = fit_sbg([1000, 500, 400, 350, 0, 0, 0])
    assert "nobody is left after period 4: later periods add nothing" in str(caught[0].message)
    assert "no difference between customers" in str(caught[1].message)
    assert fit.n_periods == 4
    assert caught[0].filename == __file__


def test_a_search_without_a_peak():
    with pytest.warns(StatisticalWarning, match="ended without a peak.*Do not read the estimates"):
        fit = fit_bdw([1000, 1000, 500, 499])
    assert not fit.converged
    assert fit.bse.isna().all()
    assert fit.project(3)["survival_low"].loc[1:].isna().all()


@pytest.mark.parametrize(
    ("horizon", "found"), [(0, "0"), (-3, "-3"), (2.5, "2.5"), (np.nan, "nan"), (20_000, "20000"), ([5, 6], "2 values")]
)
def test_wrong_horizon(horizon, found):
    with pytest.raises(InputError, match=f"`horizon`: found {found}"):
        fit_sbg(HIGH_END[:8]).project(horizon)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_wrong_level(level):
    fit = fit_sbg(HIGH_END[:8])
    with pytest.raises(InputError, match="`level`.*divide percentages by 100"):
        fit.project(5, level=level)
    with pytest.raises(InputError, match="`alpha`.*above 0 and below 1"):
        fit.conf_int(level)


@pytest.mark.parametrize(
    ("name", "values"), [("alpha", (0, 1)), ("beta", (1, -1)), ("c", (1, 1, 0)), ("c", (1, 1, np.inf))]
)
def test_wrong_parameters(name, values):
    with pytest.raises(InputError, match=f"`{name}`.*above 0"):
        RetentionModel(*values)
    with pytest.raises(InputError, match=f"`{name}`"):
        log_likelihood(HIGH_END, *values)


@pytest.mark.parametrize(("name", "values"), [("alpha", (1e14, 3e14)), ("alpha", (1e300, 1)), ("beta", (1, 1.1e8))])
def test_parameters_that_lose_the_digits_are_refused(name, values):
    with pytest.raises(InputError, match=rf"`{name}`.*at most 1e8.*use survival = \(1 - churn\)\*\*t"):
        RetentionModel(*values)


def test_wrong_arguments_of_the_model():
    model = RetentionModel(0.668, 3.806)
    with pytest.raises(InputError, match="`periods`: found 2.5; expected whole numbers"):
        model.survival([1, 2.5])
    with pytest.raises(InputError, match="`periods`: found -1 at position 0"):
        model.survival([-1, 2])
    with pytest.raises(InputError, match="`periods`: found 0.*1 or more"):
        model.retention_rate(0)
    with pytest.raises(InputError, match="`theta`.*leave out 0 and 1"):
        model.churn_density([0, 0.5])
    with pytest.raises(InputError, match="`discount`: found 10;.*10 per cent is 0.10"):
        model.discounted_expected_lifetime(10)
    with pytest.raises(InputError, match="`renewals`: found -1"):
        model.discounted_residual_lifetime(0.1, renewals=-1)
    with pytest.raises(InputError, match="`renewals`: found 1.5"):
        model.discounted_residual_lifetime(0.1, renewals=1.5)


@pytest.mark.parametrize("model", [RetentionModel(0.668, 3.806), RetentionModel(1, 1), RetentionModel(2, 5, 0.5)])
def test_an_endless_expected_lifetime_is_refused(model):
    with pytest.raises(InputError, match="`discount`: found 0 with alpha.*infinite unless c times alpha is above 1"):
        model.discounted_expected_lifetime(0)
    with pytest.raises(InputError, match="infinite"):
        model.discounted_residual_lifetime(0, renewals=3)


def test_shapes_in_are_shapes_out():
    model = RetentionModel(1, 1)
    assert isinstance(model.survival(3), float)
    assert model.survival([[1, 2], [3, 4]]).shape == (2, 2)
    assert isinstance(model.retention_rate(np.int64(3)), float)
    assert isinstance(model.churn_density(0.5), float)


def test_import_does_not_load_statsmodels_or_matplotlib():
    code = (
        "import sys, relmark_helpers.calculations.trend_curves\n"
        "print(sorted({'statsmodels', 'matplotlib', 'ipywidgets'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
