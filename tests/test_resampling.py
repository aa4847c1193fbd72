"""Resampling by counts: covariances against repeated rows, limits against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.resampling import (
    bca_limits,
    leave_one_out,
    percentile_limits,
    resample_counts,
    resampled_covariances,
)
from relmark_helpers.validation import InputError, StatisticalWarning


def test_counts_are_those_of_rows_drawn_with_replacement():
    counts = resample_counts(20, 4_000, np.random.default_rng(1))
    assert counts.shape == (4_000, 20)
    assert (counts.sum(axis=1) == 20).all()
    assert counts.mean(axis=0) == pytest.approx(np.ones(20), abs=0.08)
    assert counts.var(axis=0) == pytest.approx(np.full(20, 0.95), abs=0.12)  # binomial(20, 1/20)


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 40), st.integers(1, 6), st.integers(0, 10**6))
def test_covariances_are_those_of_repeated_rows(n, p, seed):
    values = np.random.default_rng(seed).normal(5, 2, (n, p))
    (stack,) = resampled_covariances(values, 3, np.random.default_rng(seed))
    counts = resample_counts(n, 3, np.random.default_rng(seed)).astype(int)
    for matrix, count in zip(stack, counts, strict=True):
        rows = values[np.repeat(np.arange(n), count)]
        np.testing.assert_allclose(matrix, np.cov(rows.T, ddof=0).reshape(p, p), atol=1e-10)
    for row, matrix in enumerate(leave_one_out(values)):
        np.testing.assert_allclose(matrix, np.cov(np.delete(values, row, 0).T, ddof=0).reshape(p, p), atol=1e-10)


def test_stacks_draw_the_rows_of_one_call():
    values = np.random.default_rng(1).normal(size=(30, 2))
    found = np.concatenate(list(resampled_covariances(values, 1_201, np.random.default_rng(9))))
    counts = resample_counts(30, 1_201, np.random.default_rng(9)).astype(int)
    assert len(found) == 1_201
    for k in (0, 499, 500, 1_200):
        np.testing.assert_allclose(found[k], np.cov(values[np.repeat(np.arange(30), counts[k])].T, ddof=0))


@pytest.mark.parametrize("alpha", [0.05, 0.2])
@pytest.mark.parametrize("statistic", ["mean", "variance"])
def test_limits_against_scipy(alpha, statistic):
    sample = np.random.default_rng(4).exponential(size=35)
    counts = resample_counts(35, 3_000, np.random.default_rng(2))

    def value(x, axis=-1):
        return np.mean(x, axis=axis) if statistic == "mean" else np.var(x, axis=axis)

    rows = np.array([sample[np.repeat(np.arange(35), count.astype(int))] for count in counts])
    draws = value(rows)[:, None]
    without = np.array([value(np.delete(sample, k)) for k in range(35)])[:, None]

    def of_scipy(method):
        earlier = stats.bootstrap(
            (sample,), value, n_resamples=3_000, method=method, confidence_level=1 - alpha, vectorized=True,
            rng=np.random.default_rng(8),
        )  # fmt: skip
        # with no new resamples, scipy takes the limits of the distribution it is given
        earlier.bootstrap_distribution = draws[:, 0]
        found = stats.bootstrap(
            (sample,), value, n_resamples=0, method=method, confidence_level=1 - alpha, bootstrap_result=earlier
        )
        return found.confidence_interval

    np.testing.assert_allclose(percentile_limits(draws, alpha=alpha)[0], of_scipy("percentile"), atol=1e-12)
    ours = bca_limits(draws, np.array([value(sample)]), without, alpha=alpha)[0]
    np.testing.assert_allclose(ours, of_scipy("BCa"), atol=1e-12)


def test_limits_of_several_statistics_are_those_of_each():
    random = np.random.default_rng(3)
    draws, jackknife = random.normal(size=(500, 3)), random.exponential(size=(20, 3))
    together = bca_limits(draws, np.zeros(3), jackknife)
    for j in range(3):
        alone = bca_limits(draws[:, [j]], np.zeros(1), jackknife[:, [j]])
        np.testing.assert_allclose(together[[j]], alone)
        np.testing.assert_allclose(percentile_limits(draws)[[j]], percentile_limits(draws[:, [j]]))


def test_without_bias_and_acceleration_bca_is_percentile():
    draws = np.linspace(-1, 1, 2_001)[:, None]
    np.testing.assert_allclose(
        bca_limits(draws, np.zeros(1), np.array([[-1.0], [1.0]])), percentile_limits(draws), atol=1e-12
    )
    np.testing.assert_allclose(bca_limits(draws, np.zeros(1), np.zeros((5, 1))), percentile_limits(draws), atol=1e-12)


def test_an_estimate_outside_its_resamples_has_no_bca_limits():
    with pytest.warns(StatisticalWarning, match="1 of 2 BCa limits are missing"):
        limits = bca_limits(np.random.default_rng(1).normal(size=(200, 2)), np.array([0.0, 9.0]), np.ones((4, 2)))
    assert np.isfinite(limits[0]).all() and np.isnan(limits[1]).all()


def test_a_statistic_that_does_not_vary_is_its_own_limit():
    limits = bca_limits(np.full((50, 1), 0.3), np.array([0.3]), np.full((9, 1), 0.3))
    np.testing.assert_allclose(limits, [[0.3, 0.3]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: resample_counts(0, 5, np.random.default_rng(1)), "`n`: found 0"),
        (lambda: resample_counts(5, 0.5, np.random.default_rng(1)), "`resamples`: found 0.5"),
        (lambda: resample_counts(5, 5, 1), "`generator`: found int"),
        (lambda: percentile_limits(np.ones((5, 1)), alpha=95), "`alpha`: found 95.*above 0 and below 1"),
        (lambda: bca_limits(np.ones((5, 1)), np.ones(1), np.ones((5, 1)), alpha=0), "`alpha`: found 0"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
