"""Rival curves against the equations that Fader and Hardie (2007) print, other implementations and wrong input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.retention_fits import fit_bdw, fit_sbg
from relmark_helpers.calculations.trend_curves import fit_trend_curve, projection_error, projection_errors
from relmark_helpers.validation import InputError, StatisticalWarning

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]


@pytest.mark.parametrize(
    ("survivors", "kind", "params", "rsquared"),
    [
        (HIGH_END, "linear", [0.925, -0.071], 0.922),
        (HIGH_END, "quadratic", [0.997, -0.142, 0.010], 0.998),
        (HIGH_END, "exponential", [-0.062, -0.102], 0.964),  # .963 in print
        (REGULAR, "linear", [0.773, -0.092], 0.776),
        (REGULAR, "quadratic", [0.930, -0.249, 0.022], 0.960),
        (REGULAR, "exponential", [-0.248, -0.190], 0.915),
    ],
)
def test_printed_equations_come_from_years_0_to_7(survivors, kind, params, rsquared):
    curve = fit_trend_curve(survivors[:8], kind)
    assert curve.params.round(3).tolist() == params
    assert curve.rsquared == pytest.approx(rsquared, abs=6e-4)


@pytest.mark.parametrize(
    ("survivors", "kind", "percent"),
    [
        (HIGH_END, "linear", -81),
        (HIGH_END, "quadratic", 92),
        (HIGH_END, "exponential", -30),
        (REGULAR, "exponential", -54),
    ],
)
def test_printed_errors_in_year_12(survivors, kind, percent):
    projected = fit_trend_curve(survivors[:8], kind).survival(12)
    assert round(100 * projection_error(projected, survivors[12] / 1000)) == percent


@pytest.mark.parametrize(("kind", "degree"), [("linear", 1), ("quadratic", 2)])
def test_least_squares_agree_with_statsmodels(kind, degree):
    from statsmodels.api import OLS

    years = np.arange(8.0)
    y = np.array(REGULAR[:8]) / 1000
    other = OLS(y, np.column_stack([years**power for power in range(degree + 1)])).fit()
    curve = fit_trend_curve(REGULAR[:8], kind)
    assert curve.params.tolist() == pytest.approx(other.params.tolist())
    assert curve.rsquared == pytest.approx(other.rsquared)
    assert curve.survival(years) == pytest.approx(other.fittedvalues)


@given(st.floats(0.05, 0.9))
def test_an_exponential_through_equal_retention_is_exact(rate):
    curve = fit_trend_curve(rate ** np.arange(6.0), "exponential")
    assert curve.params.tolist() == pytest.approx([0, np.log(rate)], abs=1e-9)
    assert curve.rsquared == pytest.approx(1)
    assert curve.survival(9) == pytest.approx(rate**9)


@pytest.mark.parametrize("kind", ["linear", "quadratic", "exponential"])
def test_the_scale_of_the_survivors_does_not_matter(kind):
    counts, shares = fit_trend_curve(HIGH_END, kind), fit_trend_curve(np.array(HIGH_END) / 1000, kind)
    assert counts.params.tolist() == pytest.approx(shares.params.tolist())


def test_curves_that_leave_reason_are_returned_as_they_are():
    assert fit_trend_curve(REGULAR[:8], "linear").survival(12) < 0
    parabola = fit_trend_curve(REGULAR[:8], "quadratic")
    assert parabola.survival(15) > parabola.survival(12) > parabola.survival(7)
    assert isinstance(parabola.survival(15), float)


def test_no_variance_to_explain():
    assert np.isnan(fit_trend_curve([10, 10, 10, 10], "linear").rsquared)


@pytest.mark.parametrize(
    ("survivors", "kind", "message"),
    [
        (HIGH_END, "cubic", "`kind`: found 'cubic'; expected one of 'linear', 'quadratic', 'exponential'"),
        ([1000, 800, 0, 0], "exponential", "found 0 at position 2 .2 such entries.*logarithm"),
        ([1000, 800], "linear", "found 2 values.*3 or more: fewer fit any such curve exactly"),
        ([1000, 800, 700], "quadratic", "found 3 values.*4 or more"),
        ([[1, 2], [3, 4]], "linear", "2 dimensions"),
        ([0, 0, 0, 0], "linear", "0 at the start"),
        ([1000, np.nan, 700], "linear", "nan at position 1"),
        ([1000, 800, -3], "linear", "-3 at position 2"),
    ],
)
def test_survivors_that_no_curve_fits(survivors, kind, message):
    with pytest.raises(InputError, match=message):
        fit_trend_curve(survivors, kind)


def test_curves_start_at_period_0():
    with pytest.raises(InputError, match="`periods`: found -1"):
        fit_trend_curve(HIGH_END, "linear").survival(-1)


def test_projection_error_input():
    assert projection_error([1, 3], [2, 2]).tolist() == [-0.5, 0.5]
    with pytest.raises(InputError, match="`observed`: found 0.*nobody left"):
        projection_error(0.1, 0)
    with pytest.raises(InputError, match="`predicted`.*one prediction per observation"):
        projection_error([1, 2, 3], [1, 2])


def test_table_of_projection_errors():
    table = projection_errors(HIGH_END, fitted_to=7)
    assert list(table.columns) == ["period", "curve", "projected", "observed", "error"]
    assert table["curve"].unique().tolist() == ["linear", "quadratic", "exponential", "sBG", "BdW"]
    assert (table.groupby("curve")["period"].agg(list).map(lambda x: x == list(range(13)))).all()
    year_12 = table[table["period"] == 12].set_index("curve")
    assert (100 * year_12["error"]).round().tolist() == [-81, 92, -30, -4, 3]
    assert (year_12["observed"] == 0.394).all()
    assert year_12.loc["sBG", "projected"] == pytest.approx(0.378, abs=5e-4)
    assert year_12.loc["BdW", "projected"] == fit_bdw(HIGH_END[:8]).model.survival(12)


def test_table_shows_nothing_that_the_fits_have_not_seen():
    changed = [*HIGH_END[:8], 400, 300, 200, 100, 50]
    columns = ["period", "curve", "projected"]
    assert projection_errors(changed, 7)[columns].equals(projection_errors(HIGH_END, 7)[columns])
    sbg = projection_errors(REGULAR, 4).query("curve == 'sBG'")["projected"]
    assert sbg.tolist() == fit_sbg(REGULAR[:5]).model.survival(np.arange(13)).tolist()


@pytest.mark.parametrize("fitted_to", [0, 2, 12, 7.5, -1])
def test_wrong_last_fitted_period(fitted_to):
    with pytest.raises(InputError, match="`fitted_to`.*3 to 11"):
        projection_errors(HIGH_END, fitted_to)


@pytest.mark.parametrize(
    ("survivors", "message"),
    [
        ([1000, 800, 700, 650], "found 4 values.*5 or more"),
        ([1000, 800, 700, 650, 0], "found 0 at position 4.*end before the last one left"),
        ([1, 0.8, 0.7, 0.65, 0.61], "counts of customers, not shares"),
        ([1000, 800, 850, 700, 600], "a rise from 800 to 850 in period 2"),
    ],
)
def test_survivors_that_cannot_be_compared(survivors, message):
    with pytest.raises(InputError, match=message):
        projection_errors(survivors, 3)


def test_cautions_of_the_fits_reach_the_caller():
    with pytest.warns(StatisticalWarning, match="no difference between customers"):
        projection_errors([1000, 800, 640, 512, 410, 328], 4)
