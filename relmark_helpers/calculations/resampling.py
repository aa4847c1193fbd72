"""The bootstrap for statistics that depend on the data through means and covariances: resamples without the rows.

A resample of n rows gives each row a count. Means and cross-products of the resample are these counts times the
cross-products of the rows, so that thousands of resampled covariance matrices are one product of two matrices.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.validation import StatisticalWarning, number, random_generator, whole_number

__all__ = ["LIMITS", "bca_limits", "leave_one_out", "percentile_limits", "resample_counts", "resampled_covariances"]

LIMITS: Final = ("percentile", "bca")
"""Kinds of bootstrap limits: :func:`percentile_limits` and :func:`bca_limits`."""

_BLOCK = 500  # resamples worked on at a time: their matrices then stay near the processor
_CELLS = 8_000_000  # counts held at a time, so that large files do not fill the memory

Floats = NDArray[np.float64]


def resample_counts(n: int, resamples: int, generator: np.random.Generator) -> Floats:
    """Return how often each of ``n`` rows is drawn in each resample of ``n`` rows with replacement.

    Use it where a statistic can be computed from counts; otherwise repeat the rows by them.

    Parameters
    ----------
    n : int
        Rows of the data, 1 or more.
    resamples : int
        Resamples, 1 or more; written B.
    generator : numpy.random.Generator
        Source of chance, such as ``numpy.random.default_rng(1979)``.

    Returns
    -------
    numpy.ndarray
        Counts, resamples x rows; each row of it sums to ``n``.

    Raises
    ------
    InputError
        If a number is not whole and positive, or ``generator`` is none.

    Notes
    -----
    Rows are drawn independently and alike. It holds for rows that are independent of each other, not for several rows
    of one customer.

    Source: [efron1979]

    Examples
    --------
    >>> counts = resample_counts(4, 3, np.random.default_rng(1979))
    >>> counts.shape, counts.sum(axis=1)
    ((3, 4), array([4., 4., 4.]))
    """
    rows, times = whole_number(n, "n", low=1), whole_number(resamples, "resamples", low=1)
    drawn = random_generator(generator).integers(0, rows, (times, rows))
    drawn += rows * np.arange(times)[:, None]
    return np.bincount(drawn.ravel(), minlength=times * rows).reshape(times, rows).astype(float)


def resampled_covariances(values: Floats, resamples: int, generator: np.random.Generator) -> Iterator[Floats]:
    """Yield the covariance matrices of resamples, in stacks of at most 500.

    Use it to bootstrap correlations, regressions and path models. The stacks together have ``resamples`` matrices.

    Parameters
    ----------
    values : numpy.ndarray
        Rows x variables.
    resamples : int
        Resamples, 1 or more.
    generator : numpy.random.Generator
        Source of chance. The rows drawn are those of one call of :func:`resample_counts`.

    Yields
    ------
    numpy.ndarray
        Stack x variables x variables; sums of squares are divided by n.

    Raises
    ------
    InputError
        As :func:`resample_counts`.

    Checked against: ``numpy.cov`` of the rows repeated by their counts.

    Source: derived here

    Examples
    --------
    >>> values = np.random.default_rng(1).normal(size=(50, 3))
    >>> [stack.shape for stack in resampled_covariances(values, 1_200, np.random.default_rng(1979))]
    [(500, 3, 3), (500, 3, 3), (200, 3, 3)]
    """
    n, p = values.shape
    left = whole_number(resamples, "resamples", low=1)
    stack = _products(values)
    block = max(1, min(_BLOCK, _CELLS // n))
    while left:
        taken = min(block, left)
        yield _covariances(resample_counts(n, taken, generator) @ stack / n, p)
        left -= taken


def leave_one_out(values: Floats) -> Floats:
    """Return the covariance matrices of the data without each row in turn: the jackknife, needed for BCa limits.

    Parameters
    ----------
    values : numpy.ndarray
        Rows x variables, two rows or more.

    Returns
    -------
    numpy.ndarray
        Rows x variables x variables; sums of squares are divided by n - 1, the rows that are left.

    Source: [efron1987]

    Examples
    --------
    >>> values = np.array([[1.0], [2.0], [6.0]])
    >>> leave_one_out(values).ravel()
    array([4.  , 6.25, 0.25])
    """
    n, p = values.shape
    stack = _products(values)
    return _covariances((stack.sum(axis=0) - stack) / (n - 1), p)


def percentile_limits(draws: Floats, *, alpha: float = 0.05) -> Floats:
    """Return the percentile limits of bootstrapped statistics: the middle share 1 - ``alpha`` of the resamples.

    Use it as the first choice: it follows a skewed distribution and never leaves the range of the statistic. With
    a statistic that is biased, such as a squared multiple correlation, use :func:`bca_limits`.

    Parameters
    ----------
    draws : numpy.ndarray
        Resamples x statistics.
    alpha : float
        Share outside the limits, above 0 and below 1.

    Returns
    -------
    numpy.ndarray
        Statistics x 2: low, high.

    Raises
    ------
    InputError
        If ``alpha`` is not a share.

    Checked against: ``scipy.stats.bootstrap``.

    Source: [efron1979]

    Examples
    --------
    >>> percentile_limits(np.arange(101.0)[:, None], alpha=0.1)
    array([[ 5., 95.]])
    """
    share = _alpha(alpha)
    return np.quantile(draws, [share / 2, 1 - share / 2], axis=0).T


def bca_limits(draws: Floats, estimate: Floats, jackknife: Floats, *, alpha: float = 0.05) -> Floats:
    """Return bias-corrected and accelerated (BCa) limits of bootstrapped statistics.

    Use it for statistics whose resamples lie to one side of the estimate, or spread more where the statistic is larger.
    In small samples and for indirect effects near 0 it can be too narrow; see the coverage in the tests of mediation.

    Parameters
    ----------
    draws : numpy.ndarray
        Resamples x statistics.
    estimate : numpy.ndarray
        Statistics of the sample.
    jackknife : numpy.ndarray
        Rows of the sample x statistics: without each row in turn.
    alpha : float
        Share outside the limits, above 0 and below 1.

    Returns
    -------
    numpy.ndarray
        Statistics x 2: low, high. Missing where all resamples lie on one side of the estimate; both the estimate where
        it does not vary (such as the loading of a single item).

    Raises
    ------
    InputError
        If ``alpha`` is not a share.

    Warns
    -----
    StatisticalWarning
        If limits are missing.

    Notes
    -----
    The limits are quantiles of the draws at Phi(z0 + (z0 + z) / (1 - a (z0 + z))), where z is the normal quantile of
    alpha / 2 or 1 - alpha / 2. Bias z0: normal quantile of the share of draws below the estimate, draws equal to it
    counting one half. Acceleration a: sum of cubes / (6 (sum of squares)^1.5) of the mean of the jackknife less each
    of its values.

    Checked against: ``scipy.stats.bootstrap``.

    Source: [efron1987]

    Examples
    --------
    >>> random = np.random.default_rng(1987)
    >>> sample = random.exponential(size=40)
    >>> draws = resample_counts(40, 2_000, random) @ sample / 40
    >>> without = (sample.sum() - sample) / 39
    >>> low, high = bca_limits(draws[:, None], np.array([sample.mean()]), without[:, None])[0]
    >>> bool(high - sample.mean() > sample.mean() - low)
    True
    """
    share = _alpha(alpha)
    below = ((draws < estimate).mean(axis=0) + (draws <= estimate).mean(axis=0)) / 2
    off = jackknife.mean(axis=0) - jackknife
    spread = (off**2).sum(axis=0) ** 1.5
    acceleration = np.divide((off**3).sum(axis=0), 6 * spread, out=np.zeros_like(spread), where=spread > 0)
    fixed = np.ptp(draws, axis=0) <= 1e-12 * np.maximum(np.abs(estimate), 1.0)
    one_sided = ((below <= 0) | (below >= 1)) & ~fixed
    if one_sided.any():
        warnings.warn(
            f"{int(one_sided.sum())} of {one_sided.size} BCa limits are missing: all resamples lie on one side of the "
            "estimate. Use percentile limits, and look at the histogram of the resamples.",
            StatisticalWarning,
            stacklevel=2,
        )
    bias = special.ndtri(np.where(one_sided | fixed, 0.5, below))
    limits = np.where(fixed[:, None], estimate[:, None], np.full((estimate.size, 2), np.nan))
    for end, z in enumerate(special.ndtri([share / 2, 1 - share / 2])):
        level = special.ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
        for j in np.flatnonzero(~one_sided & ~fixed):
            limits[j, end] = np.quantile(draws[:, j], level[j])
    return limits


def _alpha(alpha: float) -> float:
    return number(
        alpha,
        "alpha",
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        expected="a share above 0 and below 1",
        mend="use alpha=0.05 for 95 per cent limits",
    )


def _products(values: Floats) -> Floats:
    """Return the variables, centred, beside their products, each pair once."""
    centred = values - values.mean(axis=0)
    first, second = np.triu_indices(values.shape[1])
    return np.hstack([centred, centred[:, first] * centred[:, second]])


def _covariances(means: Floats, p: int) -> Floats:
    """Return covariance matrices from the means of what :func:`_products` gives, one row per matrix."""
    first, second = np.triu_indices(p)
    pair = np.empty((p, p), dtype=int)
    pair[first, second] = pair[second, first] = np.arange(first.size)
    centre, product = means[:, :p], means[:, p:]
    return np.asarray((product - centre[:, first] * centre[:, second])[:, pair.ravel()].reshape(-1, p, p))
