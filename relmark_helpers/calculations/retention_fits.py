"""Retention models fitted to the survivors of one cohort by maximum likelihood, with their precision."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from relmark_helpers.calculations.retention_likelihood import climb, fit_all_alike, log_likelihood_of, model_at
from relmark_helpers.calculations.retention_models import (
    Floats,
    RetentionModel,
    log_rate,
    log_survival,
    survival_slopes,
)
from relmark_helpers.validation import InputError, StatisticalWarning, number, numbers, whole_number

__all__ = ["RetentionFit", "fit_bdw", "fit_sbg", "log_likelihood"]

_NO_GAIN = 1e-3  # differences in log-likelihood below this show no heterogeneity


@dataclass(frozen=True, eq=False)
class RetentionFit:
    """A retention model fitted to survivors, with its precision. Made by :func:`fit_sbg` and :func:`fit_bdw`.

    Parameters
    ----------
    model : RetentionModel
        Where the data show no difference between customers, one whose alpha and beta are large enough to make all
        customers alike; its :attr:`mean_churn` and c are estimates, the size of alpha and beta is not.
    params : Series
        Estimates named alpha, beta and, for the beta-discrete-Weibull, c. alpha and beta are missing (NaN) where
        the data show no difference between customers.
    cov_params : DataFrame
        Covariance of the estimates, from the observed information. Missing where the estimate is, or where the
        likelihood has no peak.
    llf : float
        Log-likelihood at the estimates, or at the limit where the data show no difference between customers.
    nobs : float
        Customers at the start.
    n_periods : int
        Periods used, up to the one in which the last customer left.
    converged : bool
        True if the search ended on a peak of the likelihood.
    limit_cov : DataFrame or None
        Only where the data show no difference between customers: covariance of ``log force`` and, for the
        beta-discrete-Weibull, ``log c`` in the limiting model S(t) = exp(-force t^c). :meth:`project` uses it.

    Notes
    -----
    Standard errors and limits tell how far estimates scatter from one sample of customers to the next if the
    model is right. They do not cover a wrong model.

    Source: [fader2007], [fader2018]

    Examples
    --------
    >>> fit = fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> fit.params.round(3).to_dict(), round(fit.llf, 2)
    ({'alpha': 0.668, 'beta': 3.806}, -1611.16)
    """

    model: RetentionModel
    params: pd.Series[float]
    cov_params: pd.DataFrame
    llf: float
    nobs: float
    n_periods: int
    converged: bool
    limit_cov: pd.DataFrame | None = None

    def __repr__(self) -> str:
        """Return kind of model, estimates and fit in one line."""
        estimates = ", ".join(f"{name}={value:.4g}" for name, value in self.params.items())
        return (
            f"<RetentionFit {'BdW' if 'c' in self.params else 'sBG'}: {estimates}, mean_churn={self.mean_churn:.4g}, "
            f"llf={self.llf:.2f}, nobs={self.nobs:g}, n_periods={self.n_periods}>"
        )

    @property
    def mean_churn(self) -> float:
        """Mean chance of leaving in the first period; an estimate also where alpha and beta have none."""
        return self.model.mean_churn

    @property
    def bse(self) -> pd.Series[float]:
        """Standard errors of the estimates."""
        return pd.Series(np.sqrt(np.diag(self.cov_params)), index=self.params.index, name="std err")

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 k - 2 llf with k parameters; smaller is better on the same data."""
        return 2 * len(self.params) - 2 * self.llf

    @property
    def bic(self) -> float:
        """Schwarz's criterion, k ln(customers) - 2 llf; smaller is better on the same data."""
        return float(len(self.params) * np.log(self.nobs) - 2 * self.llf)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``: limits of the estimates at 1 - ``alpha`` confidence.

        Found on the log scale, estimate / f and estimate x f, so that they stay above 0. This ``alpha`` is the
        share of samples whose limits miss, and not the model's parameter.

        >>> fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491]).conf_int().round(2)
                low  high
        alpha  0.49  0.91
        beta   2.54  5.70
        """
        factor = np.exp(-special.ndtri(_open_share(alpha, "alpha") / 2) * self.bse / self.params)
        return pd.DataFrame({"low": self.params / factor, "high": self.params * factor})

    def summary(self) -> pd.DataFrame:
        """Return estimates, standard errors and 95 per cent limits (see :meth:`conf_int`), one row per parameter.

        >>> fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491]).summary().round(2)
               estimate  std err  [0.025  0.975]
        alpha      0.67     0.10    0.49    0.91
        beta       3.81     0.79    2.54    5.70
        """
        limits = self.conf_int()
        return pd.DataFrame(
            {"estimate": self.params, "std err": self.bse, "[0.025": limits["low"], "0.975]": limits["high"]}
        )

    def project(self, horizon: int, *, level: float = 0.95) -> pd.DataFrame:
        """Return survival and retention rate of the fitted model, period by period, with intervals.

        The intervals are those of the fitted curve: how far it may be off because customers were sampled. They
        are not prediction intervals: the survivors of one small cohort scatter more widely.

        Parameters
        ----------
        horizon : int
            Last period, counted from the start of the cohort, 1 to 10,000.
        level : float
            Confidence of the intervals, above 0 and below 1.

        Returns
        -------
        DataFrame
            Indexed by ``period`` 0 to ``horizon``: ``survival``, ``survival_low``, ``survival_high``,
            ``retention_rate``, ``retention_low``, ``retention_high``, all shares. Period 0 has no rate (NaN);
            limits are missing where the search found no peak.

        Notes
        -----
        Delta method on the scale log(-log S), usual for survival curves, so that limits stay within 0 to 1. Where
        the data show no difference between customers, the limits are those of the limiting model
        S(t) = exp(-force t^c), with c = 1 for the shifted-beta-geometric: they take for certain that customers are
        alike, and are too narrow if customers differ a little.

        Examples
        --------
        >>> fit = fit_sbg([1000, 869, 743, 653, 593, 551, 517, 491])
        >>> fit.project(12).loc[[0, 12], ["survival", "survival_low", "survival_high"]].round(3)
                survival  survival_low  survival_high
        period
        0          1.000         1.000          1.000
        12         0.378         0.340          0.416
        """
        t = np.arange(whole_number(horizon, "horizon", low=1, high=10_000) + 1, dtype=float)
        z = float(special.ndtri((1 + _open_share(level, "level")) / 2))
        if self.limit_cov is None:
            cov, slopes = self.cov_params.to_numpy(), survival_slopes(t, self.model)
        else:  # log S = -force t^c, in log force and log c
            cov, log_s = self.limit_cov.to_numpy(), log_survival(t, self.model)
            slopes = np.column_stack([log_s, self.model.c * log_s * np.log(np.maximum(t, 1))])
        slopes = slopes[:, : len(cov)]
        survival = _with_limits(log_survival(t[1:], self.model), slopes[1:], cov, z)
        rate = _with_limits(log_rate(t[1:], self.model), np.diff(slopes, axis=0), cov, z)
        table = np.column_stack([np.vstack([np.ones(3), survival]), np.vstack([np.full(3, np.nan), rate])])
        names = ["survival", "survival_low", "survival_high", "retention_rate", "retention_low", "retention_high"]
        return pd.DataFrame(table, columns=names, index=pd.RangeIndex(t.size, name="period"))


def log_likelihood(survivors: ArrayLike, alpha: float, beta: float, c: float = 1.0) -> float:
    """Return the log-likelihood of the survivors under given parameters.

    Use it to see what a fit maximises. For the best parameters use :func:`fit_sbg` or :func:`fit_bdw`.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers still there at periods 0, 1, 2, ...; counts, not shares.
    alpha, beta, c : float
        As in :class:`RetentionModel`.

    Returns
    -------
    float
        The nearer to 0, the better the parameters fit the same data.

    Raises
    ------
    InputError
        If the survivors are not counts that never rise, or a parameter is not above 0.

    Notes
    -----
    Sum of n_t ln P(T = t) over those who left in period t, plus customers left at the end times ln S(end).
    Forgetting the last term is the usual mistake. Computed as the same sum written with retention rates.

    Checked against: Fader and Hardie (2007), High End with alpha = beta = 1: -2115.5.

    Source: [fader2007]

    Examples
    --------
    >>> round(log_likelihood([1000, 869, 743, 653, 593, 551, 517, 491], alpha=1, beta=1), 1)
    -2115.5
    """
    return log_likelihood_of(_counts(survivors), RetentionModel(alpha, beta, c))


def fit_sbg(survivors: ArrayLike) -> RetentionFit:
    """Return the shifted-beta-geometric model that fits the survivors of one cohort best.

    Use it for customers under contract who started together, with two periods or more. Do not use it where
    retention rates fall over time (use :func:`fit_bdw`) or where groups with different starts are mixed.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers still there at periods 0, 1, 2, ... of equal length. Counts and not shares, because the
        standard errors depend on how many customers there are. Whole percentages (100, 87, 74, ...) cannot be
        told from counts: they are taken as 100 customers. The numbers that index a Series must have equal steps.

    Returns
    -------
    RetentionFit

    Raises
    ------
    InputError
        If survivors are missing, negative, shares, rise, cover one period only or leave a period out; or where no
        finite estimate exists: no churn, none after period 1, or nobody left after period 1.

    Warns
    -----
    StatisticalWarning
        If the data show no difference between customers (alpha and beta then have a ratio, but no size: both are
        NaN, see ``mean_churn``; projections keep their limits), nobody is left at the end, counts are not whole, or
        the search fails.

    Notes
    -----
    Maximum likelihood over log parameters with exact slopes. Assumptions, as in :class:`RetentionModel`:

    1. Leaving is seen and final, and customers leave independently of each other.
    2. A customer's chance of leaving is the same in every period, and differs between customers by a beta
       distribution.
    3. All started together, and nothing from outside (prices, rivals) changes over time.

    Checked against: Fader and Hardie (2007), High End .668, 3.806 (log-likelihood -1611.2); Regular .704, 1.182.

    Source: [fader2007]

    Examples
    --------
    >>> fit_sbg([1000, 631, 468, 382, 326, 289, 262, 241]).params.round(3).to_dict()
    {'alpha': 0.704, 'beta': 1.182}
    """
    return _fit(survivors, shape=False)


def fit_bdw(survivors: ArrayLike) -> RetentionFit:
    """Return the beta-discrete-Weibull model that fits the survivors of one cohort best.

    Use it as :func:`fit_sbg` where a customer's own chance of leaving may change over time, with three periods
    or more. Few periods determine its three parameters poorly: look at the standard errors.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        As for :func:`fit_sbg`: counts of customers at periods 0, 1, 2, ... of equal length.

    Returns
    -------
    RetentionFit

    Raises
    ------
    InputError
        As :func:`fit_sbg`, and with fewer than three periods. It warns as :func:`fit_sbg` does, too.

    Notes
    -----
    Maximum likelihood over log parameters with exact slopes; c = 1 gives the model of :func:`fit_sbg`. Assumptions:

    1. Leaving is seen and final, and customers leave independently of each other.
    2. A customer's chance of leaving in the first period differs between customers by a beta distribution.
    3. It then rises (c above 1) or falls (c below 1) in the same way for all: each one's survival is
       (1 - chance)^(t^c).
    4. All started together, and nothing from outside (prices, rivals) changes over time.

    Checked against: the package foretell, High End, years 0 to 4: .25937, 1.72276, 1.58428.

    Source: [fader2018]

    Examples
    --------
    >>> fit_bdw([1000, 869, 743, 653, 593]).params.round(2).to_dict()
    {'alpha': 0.26, 'beta': 1.72, 'c': 1.58}
    """
    return _fit(survivors, shape=True)


def _fit(survivors: ArrayLike, *, shape: bool) -> RetentionFit:
    counts = _fittable(survivors, shape=shape)
    if counts[-1] == 0:
        _warn(
            f"nobody is left after period {counts.size - 1}: later periods add nothing, and the model, whose curve "
            "never reaches 0, is a poor guide to the tail."
        )
    if (counts != np.floor(counts)).any():
        _warn(
            f"survivors are not whole numbers. The estimates stand; standard errors and limits are those of "
            f"{counts[0]:g} customers. If these are percentages, multiply by customers / 100 first."
        )
    names = ["alpha", "beta", "c"] if shape else ["alpha", "beta"]
    peak = climb(counts, shape=shape)
    alike = fit_all_alike(counts, shape=shape)
    k = len(names)
    model, llf, converged, cov, limit_cov = model_at(peak.at), peak.llf, True, np.full((k, k), np.nan), None
    params = pd.Series([getattr(model, name) for name in names], index=names, name="estimate")
    if peak.llf < alike.llf + _NO_GAIN:
        model, llf, converged = alike.model, alike.llf, False
        params[:] = [np.nan, np.nan, model.c][:k]
        limits = ["log force", "log c"][: k - 1]
        limit_cov = pd.DataFrame(alike.cov, index=limits, columns=limits)
        if shape:
            cov[2, 2] = model.c**2 * alike.cov[1, 1]
        ratio = f"their ratio (mean churn {model.mean_churn:.4g} in the first period)"
        determined = f"only {ratio} and c ({model.c:.4g}) are determined" if shape else f"only {ratio} is determined"
        _warn(
            "the data show no difference between customers in their chance of leaving: alpha and beta grow without "
            f"end and are given as NaN; {determined}. The model given treats all customers as alike, and so do the "
            "limits of its projections." + ("" if shape else " If retention rates fall over time, try fit_bdw.")
        )
    elif not peak.found:
        converged = False
        _warn(
            f"the search for the best parameters ended without a peak, at {model}. Do not read the estimates; "
            "standard errors and limits are missing. Look for odd periods in the data, or use a model with fewer "
            "parameters."
        )
    else:
        sizes = np.exp(peak.at)
        cov = np.linalg.inv(-peak.curvature) * np.outer(sizes, sizes)
    cov_params = pd.DataFrame(cov, index=names, columns=names)
    return RetentionFit(model, params, cov_params, llf, float(counts[0]), counts.size - 1, converged, limit_cov)


def _with_limits(log_share: Floats, slopes: Floats, cov: Floats, z: float) -> Floats:
    """Return columns share, low, high for shares exp(log_share) whose logs have these slopes in the parameters."""
    variance = np.einsum("ij,jk,ik->i", slopes, cov, slopes)
    factor = np.exp(z * np.sqrt(variance) / -log_share)
    return np.column_stack([np.exp(log_share), np.exp(log_share * factor), np.exp(log_share / factor)])


def _counts(survivors: ArrayLike) -> Floats:
    """Return the survivors as an array that starts above 1 and never rises."""
    counts = numbers(
        survivors,
        "survivors",
        low=0,
        expected="customers still there at periods 0, 1, 2, ..., each 0 or more",
        mend="fill in or correct the entries named here; end the sequence before periods not yet seen",
    )
    if counts.ndim != 1 or counts.size < 2:
        raise InputError(
            "survivors",
            found=f"{counts.size} values" if counts.ndim < 2 else f"an array with {counts.ndim} dimensions",
            expected="a flat sequence: the customers at the start, then those still there after each period",
            mend="pass for example survivors=[1000, 631, 468, 382]",
        )
    if isinstance(survivors, pd.Series) and pd.api.types.is_numeric_dtype(survivors.index.dtype):
        index = survivors.index.to_numpy(dtype=float)
        steps = np.diff(index)
        gaps = np.flatnonzero(~np.isclose(steps, steps[steps > 0].min(initial=np.inf)))
        if gaps.size:
            raise InputError(
                "survivors",
                found=f"an index that goes from {index[gaps[0]]:g} to {index[gaps[0] + 1]:g}",
                expected="periods of equal length in order of time, none left out",
                mend="fill in the missing period, end the series before it, or use survivors.to_numpy() if the index "
                "does not count periods",
            )
    if counts[0] <= 1:
        raise InputError(
            "survivors",
            found=f"a start of {counts[0]:g}",
            expected="counts of customers, not shares: the standard errors depend on how many there are",
            mend="multiply the shares by the number of customers at the start",
        )
    rises = np.flatnonzero(np.diff(counts) > 0)
    if rises.size:
        at = int(rises[0]) + 1
        raise InputError(
            "survivors",
            found=f"a rise from {counts[at - 1]:g} to {counts[at]:g} in period {at}",
            expected="numbers that never rise: customers who left do not come back, and new ones are another group",
            mend="follow one group that started together, and count those of it who never left",
        )
    return counts


def _fittable(survivors: ArrayLike, *, shape: bool) -> Floats:
    """Return the survivors up to the period in which the last one left; raise where no finite estimate exists."""
    counts = _counts(survivors)
    gone = np.flatnonzero(counts == 0)
    used = counts[: gone[0] + 1] if gone.size else counts
    periods, needed = used.size - 1, 3 if shape else 2
    other = ", or use fit_sbg" if shape and periods == 2 else ""
    for no_estimate, found, expected, mend in (
        (
            used[-1] == used[0],
            f"{used[0]:g} customers at the start and at the end",
            "at least one customer who left: with no churn every estimate of it is a guess",
            "observe more periods or a larger group",
        ),
        (
            used[1] == 0,
            "nobody left over after period 1",
            "some customers who stay: one period cannot show how customers differ",
            "use shorter periods, for example months in place of years",
        ),
        (
            periods < needed,
            f"{periods} period{'s' * (periods > 1)} with customers to lose",
            f"{needed} or more, as many as the model has parameters",
            f"observe more periods{other}",
        ),
        (
            used[1] == used[-1],
            "no churn after period 1",
            "churn in two periods or more: else alpha and beta shrink to 0 without end",
            "observe more periods; the share who left in period 1 is all that these data tell",
        ),
    ):
        if no_estimate:
            raise InputError("survivors", found=found, expected=expected, mend=mend)
    return used


def _open_share(value: float, name: str) -> float:
    mend = "divide percentages by 100, so that 95 per cent is 0.95"
    expected = "a share above 0 and below 1"
    return number(value, name, low=0, high=1, low_open=True, high_open=True, expected=expected, mend=mend)


def _warn(message: str) -> None:
    warnings.warn(message, StatisticalWarning, stacklevel=4)
