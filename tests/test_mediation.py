"""Mediation: least squares, a loop over resamples, closed forms, coverage; and the product of two estimates."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from relmark_helpers import load_dataset
from relmark_helpers.calculations.expected_mediation import expect_mediation, product_cdf, product_limits
from relmark_helpers.calculations.mediation import fit_mediation
from relmark_helpers.calculations.mediation_bootstrap import bootstrap_mediation
from relmark_helpers.calculations.resampling import resample_counts
from relmark_helpers.validation import InputError, StatisticalWarning

KINDS = {
    "one": {"mediators": ["m1"]},
    "parallel": {"mediators": ["m1", "m2"]},
    "serial": {"mediators": ["m1", "m2"], "serial": True},
    "one, covariates": {"mediators": ["m1"], "covariates": ["u", "v"]},
    "serial, covariate": {"mediators": ["m1", "m2"], "serial": True, "covariates": ["u"]},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def simulated(n, seed, *, a=0.4, b=0.5, direct=0.3):
    random = np.random.default_rng(seed)
    u, v, e, f, g = random.normal(size=(5, n))
    x = 0.5 * u + random.normal(size=n)
    m1 = a * x + 0.3 * u + e
    m2 = 0.3 * x + 0.4 * m1 + f
    y = direct * x + b * m1 - 0.3 * m2 + 0.2 * v + g
    return pd.DataFrame({"x": 100 * x + 3, "m1": m1, "m2": m2 / 50, "y": y, "u": u, "v": v})


def by_least_squares(data, *, mediators, serial=False, covariates=()):
    """The equations one by one with statsmodels, and the effects put together by hand."""
    fits = {}
    for k, mediator in enumerate(mediators):
        sources = ["x", *(mediators[:k] if serial else []), *covariates]
        fits[mediator] = sm.OLS(data[mediator], sm.add_constant(data[sources])).fit()
    fits["y"] = sm.OLS(data["y"], sm.add_constant(data[["x", *mediators, *covariates]])).fit()
    effects = {"direct": fits["y"].params["x"]}
    for mediator in mediators:
        effects[f"through {mediator}"] = fits[mediator].params["x"] * fits["y"].params[mediator]
    if serial:
        effects["through m1, m2"] = fits["m1"].params["x"] * fits["m2"].params["m1"] * fits["y"].params["m2"]
    indirect = sum(effects.values()) - effects["direct"]
    if len(mediators) > 1:
        effects["indirect"] = indirect
    return fits, {**effects, "total": effects["direct"] + indirect}


@every_kind
def test_equations_against_statsmodels(kind):
    data = simulated(120, 1)
    fit = fit_mediation(data, x="x", y="y", **KINDS[kind])
    fits, effects = by_least_squares(data, **KINDS[kind])
    for source, target in fit.params.index:
        assert fit.params[source, target] == pytest.approx(fits[target].params[source], rel=1e-9)
        assert fit.bse[source, target] == pytest.approx(fits[target].bse[source], rel=1e-9)
    assert fit.effects()["effect"].to_dict() == pytest.approx(effects, rel=1e-9)
    assert list(fit.effects().index) == list(effects)
    assert fit.nobs == 120
    z = 1.959963984540054
    np.testing.assert_allclose(fit.conf_int()["high"], fit.params + z * fit.bse)
    assert list(fit.summary().columns) == ["estimate", "std err", "low", "high"]


@every_kind
def test_the_total_effect_is_the_regression_on_the_cause_alone(kind):
    data = simulated(90, 2)
    fit = fit_mediation(data, x="x", y="y", **KINDS[kind])
    alone = sm.OLS(data["y"], sm.add_constant(data[["x", *KINDS[kind].get("covariates", ())]])).fit()
    assert fit.effects()["effect"]["total"] == pytest.approx(alone.params["x"], rel=1e-9)


@every_kind
def test_bootstrap_against_a_loop_over_the_same_rows(kind):
    data = simulated(60, 3)
    boot = bootstrap_mediation(
        fit_mediation(data, x="x", y="y", **KINDS[kind]), resamples=100, generator=np.random.default_rng(11)
    )
    counts = resample_counts(60, 100, np.random.default_rng(11)).astype(int)
    for k in range(0, 100, 5):
        _, effects = by_least_squares(data.iloc[np.repeat(np.arange(60), counts[k])], **KINDS[kind])
        assert boot.draws.iloc[k].to_dict() == pytest.approx(effects, rel=1e-7, abs=1e-10)
    for row in (0, 30, 59):
        _, effects = by_least_squares(data.drop(index=row), **KINDS[kind])
        np.testing.assert_allclose(boot._jackknife[row], list(effects.values()), rtol=1e-7, atol=1e-10)
    pd.testing.assert_series_equal(boot.bse, boot.draws.std(), check_names=False)
    np.testing.assert_allclose(boot.conf_int(0.2)["low"], boot.draws.quantile(0.1))
    assert list(boot.summary(limits="bca").columns) == ["estimate", "std err", "low", "high"]


@pytest.mark.parametrize("kind", ["one", "serial", "parallel"])
def test_in_a_large_sample_bootstrap_and_closed_form_agree(kind):
    fit = fit_mediation(simulated(8_000, 4), x="x", y="y", **KINDS[kind])
    boot = bootstrap_mediation(fit, resamples=4_000, generator=np.random.default_rng(5))
    sobel = fit.sobel()
    # 4,000 resamples give a standard error with an error of its own of 1.1 per cent; the sample adds about as much
    np.testing.assert_allclose(boot.bse, sobel["std err"], rtol=0.06)
    for limits in ("percentile", "bca"):
        apart = (boot.conf_int(limits=limits) - sobel[["low", "high"]]).abs().div(sobel["std err"], axis=0)
        assert (apart < 0.25).all(axis=None)


def test_sobel_by_hand():
    fit = fit_mediation(simulated(80, 6), x="x", y="y", mediators=["m1"])
    a, b = fit.params["x", "m1"], fit.params["m1", "y"]
    error = np.sqrt(b**2 * fit.bse["x", "m1"] ** 2 + a**2 * fit.bse["m1", "y"] ** 2)
    row = fit.sobel().loc["through m1"]
    assert row["std err"] == pytest.approx(error)
    assert row["z"] == pytest.approx(a * b / error)
    assert row["p"] == pytest.approx(special.erfc(abs(a * b / error) / np.sqrt(2)))
    assert row["high"] - row["low"] == pytest.approx(2 * 1.959963984540054 * error)


def test_sobel_for_the_total_effect_is_near_the_regression_on_the_cause_alone():
    data = simulated(5_000, 8)
    alone = sm.OLS(data["y"], sm.add_constant(data[["x"]])).fit()
    for kind in ("one", "parallel", "serial"):
        total = fit_mediation(data, x="x", y="y", **KINDS[kind]).sobel().loc["total"]
        assert total["std err"] == pytest.approx(alone.bse["x"], rel=0.01)


def test_limits_cover_a_known_indirect_effect():
    covered = {"percentile": 0, "bca": 0}
    for seed in range(300):
        random = np.random.default_rng([1986, seed])
        x, e, f = random.normal(size=(3, 100))
        m = 0.4 * x + e
        data = pd.DataFrame({"x": x, "m": m, "y": 0.4 * m + 0.2 * x + f})
        boot = bootstrap_mediation(fit_mediation(data, x="x", mediators=["m"], y="y"), resamples=500, generator=random)
        for limits in covered:
            low, high = boot.conf_int(limits=limits).loc["through m"]
            covered[limits] += low <= 0.16 <= high
    # binomial(300, .95): mean 285, standard deviation 3.8; four of them, and a little for 500 resamples of 100 rows
    for limits, count in covered.items():
        assert 266 <= count <= 298, (limits, count)


def test_limits_are_lopsided_where_the_closed_form_is_not():
    boot = bootstrap_mediation(
        fit_mediation(simulated(40, 9), x="x", mediators=["m1"], y="y"),
        resamples=4_000,
        generator=np.random.default_rng(2),
    )
    low, high = boot.conf_int().loc["through m1"]
    estimate = boot.params["through m1"]
    assert high - estimate > 1.1 * (estimate - low)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(-50, 50))
def test_units_change_effects_and_nothing_else(of_x, of_y, shift):
    data = simulated(50, 10)
    changed = data.assign(x=data["x"] * of_x + shift, y=data["y"] * of_y, m1=shift - data["m1"])
    one = fit_mediation(data, x="x", y="y", **KINDS["serial"])
    other = fit_mediation(changed, x="x", y="y", **KINDS["serial"])
    np.testing.assert_allclose(other.effects() * of_x / of_y, one.effects(), rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(other.sobel()["z"], one.sobel()["z"], rtol=1e-6)


def test_mobi():
    data = load_dataset("mobi")
    fit = fit_mediation(data, x="perq1", mediators=["perv1", "cusa1"], y="cusl3", covariates=["imag1"], serial=True)
    boot = bootstrap_mediation(fit, generator=np.random.default_rng(1986))
    assert boot.dropped == 0 and len(boot.draws) == 5_000
    assert boot.conf_int().loc["indirect", "low"] > 0 > boot.conf_int().loc["through perv1, cusa1", "low"]


def test_resamples_without_variation_are_left_out_and_told():
    data = simulated(30, 1)
    data["u"] = (np.arange(30) == 4).astype(float)
    fit = fit_mediation(data, x="x", mediators=["m1"], y="y", covariates=["u"])
    with pytest.warns(StatisticalWarning, match="resamples could not be used"):
        boot = bootstrap_mediation(fit, resamples=200, generator=np.random.default_rng(1))
    assert boot.dropped + len(boot.draws) == 200 and 30 < boot.dropped < 120
    assert np.isfinite(boot.conf_int().to_numpy()).all()
    with pytest.raises(InputError, match="row 4.*percentile"):
        boot.conf_int(limits="bca")


def test_product_of_two_standard_normals_has_a_known_density():
    for z in (0.2, 1.0, 2.5):
        closed = integrate.quad(lambda t: special.k0(t) / np.pi, 0, z)[0] + 0.5
        assert product_cdf(z, 0, 1, 0, 1) == pytest.approx(closed, abs=1e-3)


@pytest.mark.parametrize(
    ("a", "se_a", "b", "se_b"), [(0.3, 0.1, 0.3, 0.1), (0, 0.2, 0.5, 0.1), (-0.4, 0.1, 0.2, 0.3), (0, 1, 0, 2)]
)
def test_product_limits_against_simulation(a, se_a, b, se_b):
    random = np.random.default_rng(1)
    product = (a + se_a * random.standard_normal(400_000)) * (b + se_b * random.standard_normal(400_000))
    np.testing.assert_allclose(
        product_limits(a, se_a, b, se_b), np.quantile(product, [0.025, 0.975]), atol=0.01 * product.std() * 3
    )
    at = np.quantile(product, [0.05, 0.3, 0.6, 0.9])
    np.testing.assert_allclose(product_cdf(at, a, se_a, b, se_b), [0.05, 0.3, 0.6, 0.9], atol=0.004)


@settings(deadline=None, max_examples=25)
@given(st.floats(-2, 2), st.floats(0.01, 1), st.floats(-2, 2), st.floats(0.01, 1))
def test_product_limits_know_order_and_sign(a, se_a, b, se_b):
    low, high = product_limits(a, se_a, b, se_b)
    assert low <= a * b <= high or abs(a * b) < 1e-3 + max(high - low, 0)
    scale = high - low
    np.testing.assert_allclose(product_limits(b, se_b, a, se_a), (low, high), atol=0.02 * scale)
    np.testing.assert_allclose(product_limits(-a, se_a, b, se_b), (-high, -low), atol=0.02 * scale)


def test_expected_errors_are_those_of_simulated_samples():
    random = np.random.default_rng(3)
    a, b, direct, n = 0.4, 0.3, 0.2, 150
    found = []
    for _ in range(1_500):
        x, e, f = random.normal(size=(3, n))
        m = a * x + e
        y = direct * x + b * m + f
        (slope_a,) = np.linalg.lstsq(x[:, None], m, rcond=None)[0]
        rest, slope_b = np.linalg.lstsq(np.column_stack([x, m]), y, rcond=None)[0]
        found.append([rest, slope_a * slope_b, rest + slope_a * slope_b])
    expected = expect_mediation(a, b, direct, n)
    np.testing.assert_allclose(np.std(found, axis=0), expected.table["std err"], rtol=0.07)
    low, high = np.quantile([one[1] for one in found], [0.025, 0.975])
    np.testing.assert_allclose(expected.table.loc["indirect", ["low", "high"]].to_list(), [low, high], atol=0.015)


@pytest.mark.parametrize(("a", "b", "n"), [(0.3, 0.3, 100), (0.15, 0.5, 150)])
def test_power_is_near_the_share_of_studies_with_bootstrap_limits_clear_of_0(a, b, n):
    random = np.random.default_rng(11)
    clear = 0
    for _ in range(200):
        x, e, f = random.normal(size=(3, n))
        study = pd.DataFrame({"x": x, "m": a * x + e, "y": 0.2 * x + b * (a * x + e) + f})
        fit = fit_mediation(study, x="x", mediators=["m"], y="y")
        low, high = bootstrap_mediation(fit, resamples=300, generator=random).conf_int().loc["through m"]
        clear += low > 0 or high < 0
    assert clear / 200 == pytest.approx(expect_mediation(a, b, 0.2, n).power, abs=0.12)


def test_respondents_for_a_power_is_the_first_number_that_gives_it():
    expected = expect_mediation(0.3, 0.2, 0, 100)
    needed = int(expected.respondents_for(0.8))
    assert expect_mediation(0.3, 0.2, 0, needed).power >= 0.8 - 1e-3
    assert expect_mediation(0.3, 0.2, 0, needed - 2).power < 0.8
    assert expect_mediation(0.3, -0.2, 0, 100).respondents_for(0.8) == needed
    assert np.isinf(expect_mediation(0, 0.2, 0, 100).respondents_for())
    assert expect_mediation(0, 5, 0, 100).power == pytest.approx(0.05, abs=1e-6)


def test_expected_density_is_one():
    for arguments in [(0.3, 0.3, 0.2, 100), (0, 0, 0, 20), (-0.8, 0.8, 0.8, 1000)]:
        expected = expect_mediation(*arguments)
        step = np.diff(expected.density.index)[0]
        np.testing.assert_allclose(expected.density.sum() * step, 1, atol=0.01)
        centre = (expected.density.mul(expected.density.index, axis=0)).sum() * step
        np.testing.assert_allclose(centre, arguments[0] * arguments[1], atol=0.1 * expected.table["std err"].iloc[1])


DATA = simulated(40, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fit_mediation(DATA, x="x", mediators=[], y="y"), r"`mediators`: found 0 mediator\(s\).*one or two"),
        (lambda: fit_mediation(DATA, x="x", mediators=["m1", "m2", "u"], y="y"), "`mediators`: found 3.*path model"),
        (lambda: fit_mediation(DATA, x="x", mediators="m1", y="y", serial=True), "found 1.*in series.*two mediators"),
        (lambda: fit_mediation(DATA, x="x", mediators=["m3"], y="y"), "a column named 'm3'"),
        (lambda: fit_mediation(DATA, x="x", mediators=["x"], y="y"), "each column in one role"),
        (lambda: fit_mediation(DATA[:5], x="x", mediators=["m1"], y="y", covariates="u"), "`data`: found 5 rows"),
        (lambda: fit_mediation(DATA.assign(m1=np.nan), x="x", mediators=["m1"], y="y"), "`m1`: found nan"),
        (lambda: fit_mediation(DATA.assign(m1=2.0), x="x", mediators=["m1"], y="y"), "a column that does not vary"),
        (
            lambda: fit_mediation(DATA.assign(m1=3 * DATA["x"]), x="x", mediators=["m1"], y="y"),
            "follows from others without error",
        ),
        (
            lambda: bootstrap_mediation(
                fit_mediation(DATA, x="x", mediators="m1", y="y"), resamples=5, generator=np.random.default_rng(1)
            ),
            "`resamples`: found 5",
        ),
        (
            lambda: bootstrap_mediation(fit_mediation(DATA, x="x", mediators="m1", y="y"), generator=None),
            "`generator`: found NoneType",
        ),
        (
            lambda: bootstrap_mediation(
                fit_mediation(DATA, x="x", mediators="m1", y="y"), resamples=100, generator=np.random.default_rng(1)
            ).conf_int(limits="normal"),
            "`limits`: found 'normal'.*'percentile', 'bca'",
        ),
        (lambda: fit_mediation(DATA, x="x", mediators="m1", y="y").sobel(5), "`alpha`: found 5"),
        (lambda: expect_mediation(0.3, 0.3, 0, 100).respondents_for(1), "`power`: found 1"),
        (lambda: product_limits(1, 0, 1, 1), "`se_a`: found 0.*above 0"),
        (lambda: product_cdf("z", 1, 1, 1, 1), "`z`"),
        (lambda: product_limits(1, 1, 1, 1, alpha=1), "`alpha`: found 1"),
        (lambda: expect_mediation(0.1, 0.1, 0.1, 10), "`n`: found 10.*20 or more"),
        (lambda: expect_mediation(np.inf, 0.1, 0.1, 100), "`a`: found inf"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
