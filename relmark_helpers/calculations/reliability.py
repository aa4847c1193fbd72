"""Reliability: how far the answers to several items agree, so that their sum measures one thing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, number, numbers, plain, whole_number

__all__ = [
    "AlphaByLength",
    "alpha_by_length",
    "average_variance_extracted",
    "composite_loadings",
    "composite_reliability",
    "cronbach_alpha",
    "rho_a",
    "spearman_brown",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AlphaByLength:
    """Alpha of scales of every length with the same mean correlation between items; see :func:`alpha_by_length`.

    Attributes
    ----------
    items : int
        Items of the scale asked about.
    correlation : float
        Mean correlation between items.
    table : pandas.DataFrame
        Indexed by ``items`` from 1 to at least the number asked about: ``alpha``.
    """

    items: int
    correlation: float
    table: pd.DataFrame = field(repr=False)

    @property
    def alpha(self) -> float:
        """Alpha of the scale asked about."""
        return float(self.table.loc[self.items, "alpha"])

    def items_needed(self, alpha: float) -> int:
        """Return the fewest items whose alpha reaches ``alpha``, above 0 and below 1."""
        goal = number(alpha, "alpha", low=0, high=1, low_open=True, high_open=True)
        exact = goal * (1 - self.correlation) / (self.correlation * (1 - goal))
        return max(1, int(np.ceil(exact - 1e-9)))


def cronbach_alpha(matrix: ArrayLike) -> Any:
    """Return Cronbach's alpha: how closely the sum of these items would agree with the sum of other items like them.

    Use it for the sum or mean of items that all load alike on one construct. It is no test that there is one construct,
    and with unequal loadings it is too low.

    Parameters
    ----------
    matrix : array_like
        Items x items, or a stack of such. Covariances give the **raw** alpha, of the sum of the answers; correlations
        give the **standardised** alpha, of the sum of the standardised answers.

    Returns
    -------
    float, or an array for a stack
        At most 1; below 0 if the items go against each other.

    Raises
    ------
    InputError
        If the matrix is not square, has fewer than two items, or its items have no variance in sum.

    Notes
    -----
    k / (k - 1) x (1 - sum of the variances / variance of the sum), k items. Assumes

    1. one construct behind all items, with equal loadings (tau-equivalence); otherwise it is a lower bound;
    2. errors that are independent between items. Items worded alike raise it without measuring better.

    Checked against: values for ``mobi`` (raw and standardised) and Holzinger-Swineford; Spearman-Brown.

    Source: [cronbach1951]

    Examples
    --------
    >>> round(cronbach_alpha([[1, 0.5], [0.5, 1]]), 4)
    0.6667
    """
    array = numbers(matrix, "matrix")
    if array.ndim < 2 or array.shape[-1] != array.shape[-2] or array.shape[-1] < 2:
        raise InputError(
            "matrix",
            found=f"an array of shape {array.shape}",
            expected="a square matrix of two items or more",
            mend="pass items.cov() or items.corr(), without further columns",
        )
    if (array.sum(axis=(-2, -1)) <= 0).any():
        raise InputError(
            "matrix",
            found="a sum of the items without variance",
            expected="items whose sum varies",
            mend="turn the items that are worded against the others",
        )
    return plain(np.asarray(alpha_formula(array)))


def spearman_brown(items: ArrayLike, correlation: ArrayLike) -> Any:
    """Return the reliability of a sum of parallel items: items of equal variance and equal correlation.

    Use it to see what a longer scale does to alpha. For such items it *is* alpha, raw and standardised.

    Parameters
    ----------
    items : number or array_like
        Number of items, 1 or more; written k.
    correlation : number or array_like
        Correlation between any two items, above 0 to 1; written r.

    Returns
    -------
    float, or an array where an argument is an array
        k r / (1 + (k - 1) r).

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    With more items it rises towards 1 at any r above 0. So a high alpha may say no more than that the scale is long.

    Source: [mcdonald1999]

    Examples
    --------
    >>> spearman_brown([2, 4, 8], 0.3).round(3)
    array([0.462, 0.632, 0.774])
    """
    k = numbers(items, "items", low=1, expected="a number of items, 1 or more")
    r = numbers(
        correlation,
        "correlation",
        low=0,
        high=1,
        low_open=True,
        expected="a correlation above 0, to 1",
        mend="turn items worded against the others; without a correlation there is no reliability",
    )
    return plain(np.asarray(k * r / (1 + (k - 1) * r)))


def alpha_by_length(items: int, correlation: float, *, longest: int = 30) -> AlphaByLength:
    """Return alpha for scales of every length, at one mean correlation between items.

    Parameters
    ----------
    items : int
        Items of the scale asked about, 1 or more.
    correlation : number
        Mean correlation between items, above 0 to 1.
    longest : int
        Longest scale in the table; at least ``items`` are shown.

    Raises
    ------
    InputError
        If an argument is outside its range.

    Source: derived here from the formula of Spearman and Brown, :func:`spearman_brown`

    Examples
    --------
    >>> scale = alpha_by_length(3, 0.3)
    >>> round(scale.alpha, 3), scale.items_needed(0.7)
    (0.562, 6)
    """
    asked = whole_number(items, "items", low=1)
    length = np.arange(1, max(asked, whole_number(longest, "longest", low=1)) + 1)
    alphas = spearman_brown(length, number(correlation, "correlation"))
    return AlphaByLength(
        asked, float(correlation), pd.DataFrame({"alpha": alphas}, index=pd.Index(length, name="items"))
    )


def composite_reliability(loadings: ArrayLike) -> Any:
    """Return composite reliability rho_C, also called Dillon-Goldstein's rho: reliability from loadings.

    Use it with loadings of one factor. With loadings of a composite (PLS mode A, principal component) it is the figure
    that PLS programs print, and too high, as such loadings hold part of the items' errors.

    Parameters
    ----------
    loadings : array_like
        Standardised loadings, items last; written lambda.

    Returns
    -------
    float, or an array for a stack
        (sum l)^2 / ((sum l)^2 + sum(1 - l^2)).

    Raises
    ------
    InputError
        If a loading lies outside -1 to 1.

    Source: [fornell1981]

    Examples
    --------
    >>> round(composite_reliability([0.8, 0.7, 0.6]), 4)
    0.7449
    """
    return plain(np.asarray(rho_c_formula(_loadings(loadings))))


def average_variance_extracted(loadings: ArrayLike) -> Any:
    """Return the average variance extracted (AVE): the share of the items' variance that the construct accounts for.

    As :func:`composite_reliability` it is larger with loadings of a composite than with loadings of a factor.

    Parameters
    ----------
    loadings : array_like
        Standardised loadings, items last.

    Returns
    -------
    float, or an array for a stack
        Mean of l^2.

    Raises
    ------
    InputError
        If a loading lies outside -1 to 1.

    Source: [fornell1981]

    Examples
    --------
    >>> round(average_variance_extracted([0.8, 0.7, 0.6]), 4)
    0.4967
    """
    return plain(np.asarray((_loadings(loadings) ** 2).mean(axis=-1)))


def rho_a(weights: ArrayLike, correlations: ArrayLike) -> Any:
    """Return rho_A, the reliability of a PLS construct score in mode A.

    Use it with the outer weights of a PLS path model in mode A. With other weights it is not a reliability.

    Parameters
    ----------
    weights : array_like
        Outer weights of one construct's items, items last; their scale does not matter.
    correlations : array_like
        Correlations of these items, items x items last.

    Returns
    -------
    float, or an array for a stack
        (w'w)^2 w'(R - I)w / w'(ww' - diag(ww'))w, for weights with w'Rw = 1.

    Raises
    ------
    InputError
        If the shapes do not fit, or only one weight differs from 0.

    Notes
    -----
    Published by Dijkstra and Henseler (2015), "Consistent partial least squares path modeling", MIS Quarterly 39(2).

    Checked against: values for ``mobi``.

    Examples
    --------
    >>> round(rho_a([1, 1], [[1, 0.5], [0.5, 1]]), 4)
    0.6667
    """
    w, r = numbers(weights, "weights"), numbers(correlations, "correlations")
    if r.shape[-2:] != (w.shape[-1] if w.ndim else 0,) * 2:
        raise InputError(
            "weights",
            found=f"shape {w.shape} for correlations of shape {r.shape}",
            expected="one weight per item",
            mend="pass the weights and correlations of one construct, items in the same order",
        )
    if (np.count_nonzero(w, axis=-1) < 2).any():
        raise InputError("weights", found="one weight that is not 0", expected="two or more", mend="leave it out")
    return plain(np.asarray(rho_a_formula(w, r)))


def composite_loadings(weights: ArrayLike, correlations: ArrayLike) -> Any:
    """Return the correlation of each item with the weighted sum of its construct's items.

    Use it for the loadings of a PLS construct in mode A. ``weights`` and ``correlations`` are as in :func:`rho_a`.

    Examples
    --------
    >>> composite_loadings([1, 1], [[1, 0.5], [0.5, 1]]).round(4)
    array([0.866, 0.866])
    """
    return composite_formula(numbers(weights, "weights"), numbers(correlations, "correlations"))


def alpha_formula(matrix: Floats) -> Floats:
    """Return Cronbach's alpha of each matrix; missing where the sum does not vary."""
    k = matrix.shape[-1]
    total = matrix.sum(axis=(-2, -1))
    variances = np.diagonal(matrix, axis1=-2, axis2=-1).sum(axis=-1)
    return np.asarray(k / (k - 1) * (1 - variances / np.where(total > 0, total, np.nan)))


def omega_formula(loadings: Floats, covariances: Floats) -> Floats:
    """Return omega of the sum of the answers from one-factor loadings and covariances."""
    variance = np.diagonal(covariances, axis1=-2, axis2=-1)
    common = (np.sqrt(variance) * loadings).sum(axis=-1) ** 2
    return np.asarray(common / (common + (variance * (1 - loadings**2)).sum(axis=-1)))


def rho_c_formula(loadings: Floats) -> Floats:
    """Return composite reliability, without checks."""
    common = loadings.sum(axis=-1) ** 2
    return np.asarray(common / (common + (1 - loadings**2).sum(axis=-1)))


def rho_a_formula(w: Floats, r: Floats) -> Floats:
    """Return rho_A, without checks."""
    score = np.einsum("...i,...ij,...j->...", w, r, w)
    square = (w**2).sum(axis=-1)
    off = score - square  # w'(R - I)w
    return np.asarray(square**2 * off / (score * (square**2 - (w**4).sum(axis=-1))))


def composite_formula(w: Floats, r: Floats) -> Floats:
    """Return the correlations of items with their weighted sum, without checks."""
    with_score = np.einsum("...ij,...j->...i", r, w)
    return np.asarray(with_score / np.sqrt((w * with_score).sum(axis=-1, keepdims=True)))


def _loadings(loadings: ArrayLike) -> Floats:
    return numbers(
        np.atleast_1d(np.asarray(loadings)),
        "loadings",
        low=-1,
        high=1,
        expected="standardised loadings from -1 to 1",
        mend="divide each loading by the standard deviation of its item, with a construct of variance 1",
    )
