"""The likelihood of retention models and the search for its peak; what :mod:`retention_fits` stands on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy import special

from relmark_helpers.calculations.retention_models import Floats, RetentionModel, log_rate, survival_slopes

_EDGE = 12.0  # the search keeps alpha and beta between exp(-12) and exp(12)
_EDGE_C = 3.0  # and c between exp(-3) and exp(3)
_LIKE_ONE_CUSTOMER = 1e6  # the smaller of alpha and beta where all customers are alike,
_LARGEST = 1e8  # unless this holds the larger one back


class Peak(NamedTuple):
    """Where a search ended."""

    at: Floats  # logs of the parameters
    llf: float
    curvature: Floats  # second derivatives of the log-likelihood in the logs
    found: bool


class Alike(NamedTuple):
    """The best fit of S(t) = exp(-force t^c), the limit in which all customers are alike."""

    model: RetentionModel
    llf: float
    cov: Floats  # of log force and, if c is estimated, log c; NaN where there is no peak


def climb(counts: Floats, *, shape: bool) -> Peak:
    """Return the maximum of the log-likelihood over the logs of the parameters."""
    from scipy import optimize

    size = counts[0] - counts[-1]

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, slope = value_and_slope(counts, logs)
        return -value / size, -slope / size

    def slope_only(logs: Floats) -> Floats:
        return loss(logs)[1]

    def curvature(logs: Floats) -> Floats:
        return _differences(slope_only, logs)

    edges = [(-_EDGE, _EDGE)] * 2 + [(-_EDGE_C, _EDGE_C)] * shape
    mean = 1 - counts[1:].sum() / counts[:-1].sum()  # churn per customer and period
    starts = [np.log([spread * mean, spread * (1 - mean), *[1.0] * shape]) for spread in (1.0, 10.0)]
    if shape:
        starts.append(np.append(climb(counts, shape=False).at, 0.0))
    precise = {"ftol": 1e-12, "maxiter": 500}
    runs = [optimize.minimize(loss, x, jac=True, method="SLSQP", bounds=edges, options=precise) for x in starts]
    at = min(runs, key=lambda run: float(run.fun)).x
    low, high = np.transpose(edges)
    for _ in range(30):  # Newton's steps sharpen the peak; where there is none they end at once
        step = np.linalg.lstsq(curvature(at), -slope_only(at), rcond=None)[0]
        outside = (np.abs(step) > 1) | (at + step < low) | (at + step > high)
        if outside.any() or np.abs(slope_only(at + step)).max() >= np.abs(slope_only(at)).max():
            break
        at = at + step
    bent = curvature(at)
    inside = ((low + 0.01 < at) & (at < high - 0.01)).all()
    found = inside and np.abs(slope_only(at)).max() < 1e-7 and np.linalg.eigvalsh(bent).min() > 1e-8
    return Peak(at, float(-loss(at)[0] * size), -bent * size, bool(found))


def fit_all_alike(counts: Floats, *, shape: bool) -> Alike:
    """Return the limit of large alpha and beta, S(t) = exp(-force t^c), at its best."""
    from scipy import optimize

    t = np.arange(counts.size, dtype=float)

    def loss(logs: Floats) -> float:
        """Of log force and, if ``shape``, log c."""
        fall = np.exp(logs[0]) * np.diff(t ** np.exp(logs[1:].sum()))
        return float(counts[1:] @ fall - special.xlogy(-np.diff(counts), -np.expm1(-fall)).sum())

    def slope(logs: Floats) -> Floats:
        """Return the derivatives of the loss."""
        force, c = np.exp(logs[0]), np.exp(logs[1:].sum())
        fall = force * np.diff(t**c)
        in_logs = np.column_stack([fall, force * c * np.diff(special.xlogy(t**c, t))])[:, : logs.size]
        return np.asarray((counts[1:] + np.diff(counts) / np.expm1(fall)) @ in_logs)

    start = [np.log(-np.log(counts[1:].sum() / counts[:-1].sum())), *[0.0] * shape]
    edges = [(-40.0, 6.0)] + [(-_EDGE_C, _EDGE_C)] * shape
    options = {"xatol": 1e-10, "fatol": 1e-10, "maxiter": 2000}
    best = optimize.minimize(loss, start, method="Nelder-Mead", bounds=edges, options=options)
    churn = -np.expm1(-np.exp(best.x[0]))
    size = min(_LIKE_ONE_CUSTOMER / min(churn, 1 - churn), _LARGEST / max(churn, 1 - churn))
    model = RetentionModel(size * churn, size * (1 - churn), np.exp(best.x[1:].sum()))
    low, high = np.transpose(edges)
    bent = _differences(slope, best.x)
    inside = ((low + 0.01 < best.x) & (best.x < high - 0.01)).all()
    peak = inside and np.isfinite(bent).all() and np.linalg.eigvalsh(bent).min() > 1e-8
    cov = np.asarray(np.linalg.inv(bent) if peak else np.full_like(bent, np.nan), dtype=float)
    return Alike(model, -float(best.fun), cov)


def value_and_slope(counts: Floats, logs: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood and its slopes in the logs of the parameters."""
    model = model_at(logs)
    t = np.arange(counts.size, dtype=float)
    weight = counts[1:] + np.diff(counts) / np.expm1(-log_rate(t[1:], model))
    slopes = weight @ np.diff(survival_slopes(t, model), axis=0)
    return log_likelihood_of(counts, model), slopes[: logs.size] * np.exp(logs)


def log_likelihood_of(counts: Floats, model: RetentionModel) -> float:
    """Return the log-likelihood of survivors that were checked before."""
    rate = log_rate(np.arange(1.0, counts.size), model)
    # A period in which nobody was there or nobody left adds nothing, hence the two products that take 0 log 0 as 0.
    stayed = np.where(counts[1:] > 0, counts[1:] * rate, 0.0)
    return float(stayed.sum() + special.xlogy(-np.diff(counts), -np.expm1(rate)).sum())


def _differences(slope: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return second derivatives by central differences of exact first ones."""
    steps = 1e-5 * np.eye(at.size)
    table = np.array([(slope(at + step) - slope(at - step)) / 2e-5 for step in steps])
    return np.asarray((table + table.T) / 2)


def model_at(logs: Floats) -> RetentionModel:
    """Return the model whose parameters have these logs."""
    return RetentionModel(*np.exp(logs).tolist())
