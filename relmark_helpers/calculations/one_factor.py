"""Loadings of items on one factor by maximum likelihood, for many correlation matrices at once."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from relmark_helpers.calculations.path_estimation import solve_each

__all__ = ["HEYWOOD", "component_loadings", "factor_loadings"]

HEYWOOD: Final = float(np.sqrt(1 - 0.005))
"""Largest loading allowed: a loading here is a Heywood case, where the factor would explain all of an item."""
_STEPS: Final = 300
_SMALL: Final = 1e-10

Floats = NDArray[np.float64]


def factor_loadings(correlations: Floats) -> Floats:
    """Return the loadings of the items on one common factor, estimated by maximum likelihood.

    Use it for omega and for loadings that leave the items' errors out. Not identified for two items, whose loadings
    are missing. Where a loading reaches :data:`HEYWOOD` the solution is improper: do not read its numbers closely.

    Parameters
    ----------
    correlations : numpy.ndarray
        Stack x k x k.

    Returns
    -------
    numpy.ndarray
        Stack x k, signs such that they sum to 0 or more; missing where the iteration does not converge.

    Notes
    -----
    The model has correlations l_i l_j and ones on the diagonal. Fisher scoring on l with steps halved until the
    likelihood rises; each matrix stops by itself. Assumes one factor, independent errors and, for the likelihood,
    normal answers. The upper limit leaves each item an error variance of at least 0.005, as is customary.

    Checked against: ``statsmodels.multivariate.factor.Factor(method="ml")``; the closed form for three items,
    l_1^2 = r_12 r_13 / r_23.

    Source: [mcdonald1999]

    Examples
    --------
    >>> factor_loadings(np.array([[[1, 0.56, 0.48], [0.56, 1, 0.42], [0.48, 0.42, 1]]])).round(6)
    array([[0.8, 0.7, 0.6]])
    """
    stack, k = correlations.shape[:2]
    found = np.full((stack, k), np.nan)
    if k < 3:
        return found
    going = np.flatnonzero(np.isfinite(correlations).all(axis=(1, 2)))
    r = correlations[going]
    loadings = np.clip(0.9 * component_loadings(r), -0.95, 0.95)
    value = _misfit(loadings, r)
    for _ in range(_STEPS):
        step = _scoring_step(loadings, r)
        length = np.ones(len(r))
        new = np.clip(loadings + step, -HEYWOOD, HEYWOOD)
        new_value = _misfit(new, r)
        for _ in range(30):
            worse = new_value > value + 1e-13
            if not worse.any():
                break
            length[worse] /= 2
            new[worse] = np.clip(loadings[worse] + length[worse, None] * step[worse], -HEYWOOD, HEYWOOD)
            new_value[worse] = _misfit(new[worse], r[worse])
        moved = np.abs(new - loadings).max(axis=1) > _SMALL
        found[going[~moved]] = new[~moved]
        if not moved.any():
            break
        going, r, loadings, value = going[moved], r[moved], new[moved], new_value[moved]
    return np.where(found.sum(axis=1, keepdims=True) < 0, -found, found)


def component_loadings(correlations: Floats) -> Floats:
    """Return the loadings of the items on their first principal component, signs such that they sum to 0 or more.

    Use it for a composite that keeps the items' errors in: its loadings are larger than a factor's.

    Examples
    --------
    >>> component_loadings(np.array([[[1, 0.5], [0.5, 1]]])).round(4)
    array([[0.866, 0.866]])
    """
    usable = np.isfinite(correlations).all(axis=(1, 2))
    found = np.full(correlations.shape[:2], np.nan)
    size, direction = np.linalg.eigh(correlations[usable])
    found[usable] = direction[:, :, -1] * np.sqrt(size[:, -1:])
    return np.where(found.sum(axis=1, keepdims=True) < 0, -found, found)


def _misfit(loadings: Floats, r: Floats) -> Floats:
    """Return log |Sigma| + trace(r Sigma^-1), stack; Sigma = diag(1 - l^2) + l l'."""
    error = 1 - loadings**2
    ratio = loadings / error
    inner = 1 + (loadings * ratio).sum(axis=1)
    fitted = np.einsum("bi,bij,bj->b", ratio, r, ratio)
    return np.asarray(np.log(error).sum(axis=1) + np.log(inner) + (1 / error).sum(axis=1) - fitted / inner)


def _scoring_step(loadings: Floats, r: Floats) -> Floats:
    """Return the Fisher scoring step; loadings at their limit that would go beyond it stay."""
    k = loadings.shape[1]
    error = 1 - loadings**2
    ratio = loadings / error
    inner = 1 + (loadings * ratio).sum(axis=1)
    inverse = np.eye(k) / error[:, :, None] - ratio[:, :, None] * ratio[:, None, :] / inner[:, None, None]
    unexplained = inverse @ r @ inverse - inverse
    others = loadings[:, :, None] * (1 - np.eye(k))  # column j: loadings with the j-th set to 0
    slope = (unexplained * (1 - np.eye(k)) @ loadings[:, :, None])[:, :, 0]  # minus half the gradient of the misfit
    seen = inverse @ others
    information = inverse * (np.swapaxes(others, 1, 2) @ seen) + seen * np.swapaxes(seen, 1, 2)
    held = (np.abs(loadings) >= HEYWOOD) & (slope * loadings > 0)
    information = np.where(held[:, :, None] | held[:, None, :], np.eye(k), information) + 1e-12 * np.eye(k)
    scale = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    scaled = information / scale[:, :, None] / scale[:, None, :]
    right = np.where(held, 0.0, slope) / scale
    step = solve_each(scaled, right[:, :, None])[:, :, 0] / scale
    return np.asarray(np.where(np.isfinite(step).all(axis=1, keepdims=True), step, 0.1 * right))
