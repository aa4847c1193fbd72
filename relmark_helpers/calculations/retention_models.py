"""Retention when customers differ: the shifted-beta-geometric and the beta-discrete-Weibull model.

Both describe a group of customers who started together under contract, so that leaving is seen. Each
customer has a chance of leaving of his or her own, and these chances differ from customer to customer.
Those with high chances leave first, so the retention rate of the group rises although nobody becomes
more loyal: the "ruse of heterogeneity" [vaupel1985].
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from relmark_helpers.validation import InputError, StatisticalWarning, number, numbers, plain, whole_number

__all__ = ["RetentionFit", "RetentionModel", "fit_bdw", "fit_sbg", "log_likelihood"]

Floats = NDArray[np.float64]

_SUMMED = 4096  # periods that a discounted sum adds one by one; the rest is an integral
_EDGE = 12.0  # the search keeps alpha and beta between exp(-12) and exp(12)
_EDGE_C = 3.0  # and c between exp(-3) and exp(3)
_NO_GAIN = 1e-3  # differences in log-likelihood below this show no heterogeneity
_FAR = 1e4  # from here on series replace gamma functions
_LIKE_ONE_CUSTOMER = 1e6  # the smaller of alpha and beta where all customers are alike


@dataclass(frozen=True)
class RetentionModel:
    """How many customers of one cohort stay, when each has a chance of leaving of his or her own.

    Use it to project the retention of customers who started together under contract. Do not use it where
    leaving is not seen (shops without contract) or where groups with different starts are mixed.

    Parameters
    ----------
    alpha, beta : float above 0
        Shape of the beta distribution of the chance of leaving; alpha and beta in Fader and Hardie.
    c : float above 0
        Duration dependence. 1 is the shifted-beta-geometric model (sBG). In the beta-discrete-Weibull (BdW) a
        customer's own chance of leaving rises with time if c is above 1, and falls if it is below.

    Raises
    ------
    InputError
        If a parameter is not a finite number above 0, or an argument of a method is outside its range.

    Notes
    -----
    S(t) = B(alpha, beta + t^c) / B(alpha, beta), with B the beta function and t whole periods after the start.

    1. Leaving is final, and customers leave independently of each other.
    2. A customer's chance of leaving is drawn once and is constant (c = 1) or changes with t^c.
    3. All started together, and nothing from outside (prices, rivals) changes over time.

    Checked against: Fader and Hardie (2007), High End and Regular; the projections that the package foretell
    prints for the beta-discrete-Weibull.

    Source: [fader2007], [fader2018]

    Examples
    --------
    >>> high_end = RetentionModel(alpha=0.668, beta=3.806)
    >>> high_end.survival([0, 8, 12]).round(3)
    array([1.   , 0.46 , 0.378])
    >>> high_end.retention_rate([1, 8]).round(3)
    array([0.851, 0.942])
    """

    alpha: float
    beta: float
    c: float = 1.0

    def __post_init__(self) -> None:
        """Check the parameters."""
        for name in ("alpha", "beta", "c"):
            size = number(
                getattr(self, name),
                name,
                low=0,
                low_open=True,
                expected="a finite number above 0",
                mend=f"use {name}=1.0",
            )
            object.__setattr__(self, name, size)

    @property
    def mean_churn(self) -> float:
        """Mean chance of leaving in the first period, alpha / (alpha + beta): E(theta) in Fader and Hardie."""
        return self.alpha / (self.alpha + self.beta)

    def survival(self, periods: ArrayLike) -> Any:
        """Return the share of the cohort still there after ``periods`` (0, 1, 2, ...); written S(t).

        >>> RetentionModel(1.0, 1.0).survival(3)
        0.25
        """
        return plain(np.exp(_log_survival(_periods(periods, low=0), self)))

    def retention_rate(self, periods: ArrayLike) -> Any:
        """Return the share of those left one period earlier who stay in ``periods`` (1, 2, ...); written r_t.

        >>> RetentionModel(1.0, 1.0).retention_rate([1, 2]).round(3)
        array([0.5  , 0.667])
        """
        return plain(np.exp(_log_rate(_periods(periods, low=1), self)))

    def churn_density(self, theta: ArrayLike) -> Any:
        """Return the density of customers over the chance of leaving ``theta``, above 0 and below 1.

        With c = 1 this is the chance of leaving in any period. With another c a customer's chance changes over
        time, and the density is that of the chance of leaving in the first period only.

        >>> RetentionModel(1.0, 1.0).churn_density([0.2, 0.7])
        array([1., 1.])
        """
        share = numbers(
            theta,
            "theta",
            low=0,
            high=1,
            low_open=True,
            high_open=True,
            expected="a share above 0 and below 1",
            mend="leave out 0 and 1, for example numpy.linspace(0.001, 0.999, 200)",
        )
        log_density = special.xlogy(self.alpha - 1, share) + special.xlog1py(self.beta - 1, -share)
        return plain(np.exp(log_density - special.betaln(self.alpha, self.beta)))

    def discounted_expected_lifetime(self, discount: float) -> float:
        """Return the expected number of payments of a new customer, each at its worth today; written DEL.

        The first payment comes at once and is certain. Times the margin per payment, this is the lifetime value
        in the convention "now". For a customer already with you see :meth:`discounted_residual_lifetime`.

        Parameters
        ----------
        discount : float
            Rate from 0 to below 1 per period. 0 only where c times alpha is above 1: else the sum has no limit.

        Notes
        -----
        Sum of S(t) / (1 + d)^t over t = 0, 1, 2, ... The first 4,096 terms are added; the others are an integral
        plus half its first term (Euler and Maclaurin), off by less than the fall between two periods at that
        point. For c = 1 the sum is 2F1(1, beta; alpha + beta; 1 / (1 + d)), which is not used because common
        implementations fail for large parameters.

        Checked against: scipy's hyp2f1 where it works; (alpha + beta - 1) / (alpha - 1) for d = 0 and c = 1.

        Source: [fader2010]

        Examples
        --------
        >>> round(RetentionModel(0.668, 3.806).discounted_expected_lifetime(0.10), 2)
        5.92
        """
        return self._discounted_sum(0, 0.0, discount)

    def discounted_residual_lifetime(self, discount: float, renewals: int) -> float:
        """Return the expected number of further payments after ``renewals`` renewals, at their worth today.

        "Today" is the moment before the next renewal. The customer may leave now; one who stays pays at once, and
        that payment is not discounted. The chance of this renewal is in the number: do not multiply by it again.

        Parameters
        ----------
        discount : float
            As for :meth:`discounted_expected_lifetime`.
        renewals : int
            Renewals already made, 0 or more; written n - 1 in Fader and Hardie.

        Notes
        -----
        Sum of S(t) / S(n-1) / (1 + d)^(t-n) over t = n, n + 1, ...; written DERL. For c = 1 this is
        (beta+n-1) / (alpha+beta+n-1) times 2F1(1, beta+n; alpha+beta+n; 1 / (1+d)).
        A new customer's expected lifetime is 1 + DERL(0 renewals) / (1 + d).

        Checked against: High End, 7 renewals made, 10 per cent: 7.530.

        Source: [fader2010]

        Examples
        --------
        >>> round(RetentionModel(0.668, 3.806).discounted_residual_lifetime(0.10, renewals=7), 2)
        7.53
        """
        made = whole_number(renewals, "renewals", low=0)
        return self._discounted_sum(made + 1, float(_log_survival(np.asarray(float(made)), self)), discount)

    def _discounted_sum(self, start: int, log_base: float, discount: float) -> float:
        """Return the sum of S(t) / exp(log_base) / (1 + discount)^(t - start) over t = start, start + 1, ..."""
        from scipy import integrate

        rate = number(
            discount,
            "discount",
            low=0,
            high=1,
            high_open=True,
            expected="a rate from 0 to below 1 per period",
            mend="divide percentages by 100, so that 10 per cent is 0.10",
        )
        if rate == 0 and self.c * self.alpha <= 1:
            raise InputError(
                "discount",
                found=f"0 with alpha = {self.alpha:g} and c = {self.c:g}",
                expected="a discount above 0: the expected lifetime is infinite unless c times alpha is above 1",
                mend="pass a discount, for example discount=0.1",
            )
        force = np.log1p(rate)
        t = np.arange(start, start + _SUMMED, dtype=float)
        added = float(np.exp(_log_survival(t, self) - log_base - force * (t - start)).sum())
        first = float(start + _SUMMED)
        # The tail runs over y with t = first * exp(y * stretch), which makes the integrand fall like exp(-y) if d = 0.
        stretch = 1.0 if force else 1 / (self.c * self.alpha - 1)
        end = np.log1p(745 / (force * first)) if force else np.inf  # exp(-745) is 0 to the computer

        def fallen(y: float) -> float:
            log_t = np.log(first) + y * stretch
            discounting = force * (np.exp(log_t) - start) if force else 0.0
            return float(stretch * np.exp(_log_survival_of_log(log_t, self) - log_base - discounting + log_t))

        area, _ = integrate.quad(fallen, 0, end, epsabs=1e-12 * added, epsrel=1e-10, limit=200)
        term = np.exp(_log_survival(np.asarray(first), self) - log_base - force * _SUMMED)
        return float(added + area + term / 2)


@dataclass(frozen=True, eq=False)
class RetentionFit:
    """A retention model fitted to survivors, with its precision. Made by :func:`fit_sbg` and :func:`fit_bdw`.

    Parameters
    ----------
    model : RetentionModel
    params : Series
        Estimates named alpha, beta and, for the beta-discrete-Weibull, c.
    cov_params : DataFrame
        Covariance of the estimates, from the observed information. Missing (NaN) where the likelihood has no peak.
    llf : float
        Log-likelihood at the estimates, or at the limit where the data show no difference between customers.
    nobs : float
        Customers at the start.
    n_periods : int
        Periods used, up to the one in which the last customer left.
    converged : bool
        True if the search ended on a peak of the likelihood.

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
            limits are missing where standard errors are.

        Notes
        -----
        Delta method on the scale log(-log S), usual for survival curves, so that limits stay within 0 to 1.

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
        log_survival = _log_survival(t, self.model)
        slopes = _slopes(t, self.model)[:, : len(self.params)]
        survival = self._with_limits(log_survival[1:], slopes[1:], z)
        rate = self._with_limits(_log_rate(t[1:], self.model), np.diff(slopes, axis=0), z)
        table = np.column_stack([np.vstack([np.ones(3), survival]), np.vstack([np.full(3, np.nan), rate])])
        names = ["survival", "survival_low", "survival_high", "retention_rate", "retention_low", "retention_high"]
        return pd.DataFrame(table, columns=names, index=pd.RangeIndex(t.size, name="period"))

    def _with_limits(self, log_share: Floats, slopes: Floats, z: float) -> Floats:
        """Return columns share, low, high for shares exp(log_share) whose logs have these slopes in the parameters."""
        variance = np.einsum("ij,jk,ik->i", slopes, self.cov_params.to_numpy(), slopes)
        factor = np.exp(z * np.sqrt(variance) / -log_share)
        return np.column_stack([np.exp(log_share), np.exp(log_share * factor), np.exp(log_share / factor)])


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
    return _log_likelihood(_counts(survivors), RetentionModel(alpha, beta, c))


def fit_sbg(survivors: ArrayLike) -> RetentionFit:
    """Return the shifted-beta-geometric model that fits the survivors of one cohort best.

    Use it for customers under contract who started together, with two periods or more. Do not use it where
    retention rates fall over time (use :func:`fit_bdw`) or where groups with different starts are mixed.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers still there at periods 0, 1, 2, ... of equal length. Counts and not shares, because the
        standard errors depend on how many customers there are.

    Returns
    -------
    RetentionFit

    Raises
    ------
    InputError
        If survivors are missing, negative, shares, rise or cover one period only; or where no finite estimate
        exists: no churn, none after period 1, or nobody left after period 1.

    Warns
    -----
    StatisticalWarning
        If the data show no difference between customers (alpha and beta then have a ratio, but no size and no
        standard error), nobody is left at the end, counts are not whole, or the search fails.

    Notes
    -----
    Maximum likelihood over log parameters with exact slopes. Assumptions: see :class:`RetentionModel`.

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
        As for :func:`fit_sbg`.

    Returns
    -------
    RetentionFit

    Raises
    ------
    InputError
        As :func:`fit_sbg`, and with fewer than three periods. It warns as :func:`fit_sbg` does, too.

    Notes
    -----
    As :func:`fit_sbg`; c = 1 gives that model.

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
    peak = _climb(counts, shape=shape)
    alike, alike_llf = _all_alike(counts, shape=shape)
    k = len(names)
    model, llf, converged, cov = _model(peak.at), peak.llf, True, np.full((k, k), np.nan)
    if peak.llf < alike_llf + _NO_GAIN:
        model, llf, converged = alike, alike_llf, False
        _warn(
            "the data show no difference between customers in their chance of leaving: alpha and beta grow without "
            "end, and only their ratio is determined. The model given treats all customers as alike; standard errors "
            "and limits are missing." + ("" if shape else " If retention rates fall over time, try fit_bdw.")
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
    params = pd.Series([getattr(model, name) for name in names], index=names, name="estimate")
    cov_params = pd.DataFrame(cov, index=names, columns=names)
    return RetentionFit(model, params, cov_params, llf, float(counts[0]), counts.size - 1, converged)


class _Peak(NamedTuple):
    at: Floats  # logs of the parameters
    llf: float
    curvature: Floats  # second derivatives of the log-likelihood in the logs
    found: bool


def _climb(counts: Floats, *, shape: bool) -> _Peak:
    """Return the maximum of the log-likelihood over the logs of the parameters."""
    from scipy import optimize

    size = counts[0] - counts[-1]

    def loss(logs: Floats) -> tuple[float, Floats]:
        value, slope = _value_and_slope(counts, logs)
        return -value / size, -slope / size

    def slope_only(logs: Floats) -> Floats:
        return loss(logs)[1]

    def curvature(logs: Floats) -> Floats:
        return _differences(slope_only, logs)

    edges = [(-_EDGE, _EDGE)] * 2 + [(-_EDGE_C, _EDGE_C)] * shape
    mean = 1 - counts[1:].sum() / counts[:-1].sum()  # churn per customer and period
    starts = [np.log([spread * mean, spread * (1 - mean), *[1.0] * shape]) for spread in (1.0, 10.0)]
    if shape:
        starts.append(np.append(_climb(counts, shape=False).at, 0.0))
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
    return _Peak(at, float(-loss(at)[0] * size), -bent * size, bool(found))


def _all_alike(counts: Floats, *, shape: bool) -> tuple[RetentionModel, float]:
    """Return the limit of large alpha and beta, S(t) = exp(-force t^c), at its best, and its log-likelihood."""
    from scipy import optimize

    t = np.arange(counts.size, dtype=float)

    def loss(logs: Floats) -> float:
        """Of log force and, if ``shape``, log c."""
        fall = np.exp(logs[0]) * np.diff(t ** np.exp(logs[1:].sum()))
        return float(counts[1:] @ fall - special.xlogy(-np.diff(counts), -np.expm1(-fall)).sum())

    start = [np.log(-np.log(counts[1:].sum() / counts[:-1].sum())), *[0.0] * shape]
    edges = [(-40.0, 6.0)] + [(-_EDGE_C, _EDGE_C)] * shape
    options = {"xatol": 1e-10, "fatol": 1e-10, "maxiter": 2000}
    best = optimize.minimize(loss, start, method="Nelder-Mead", bounds=edges, options=options)
    churn = -np.expm1(-np.exp(best.x[0]))
    size = _LIKE_ONE_CUSTOMER / min(churn, 1 - churn)
    return RetentionModel(size * churn, size * (1 - churn), np.exp(best.x[1:].sum())), -float(best.fun)


def _value_and_slope(counts: Floats, logs: Floats) -> tuple[float, Floats]:
    """Return the log-likelihood and its slopes in the logs of the parameters."""
    model = _model(logs)
    t = np.arange(counts.size, dtype=float)
    log_rate = _log_rate(t[1:], model)
    weight = counts[1:] + np.diff(counts) / np.expm1(-log_rate)
    return _log_likelihood(counts, model), (weight @ np.diff(_slopes(t, model), axis=0))[: logs.size] * np.exp(logs)


def _log_likelihood(counts: Floats, model: RetentionModel) -> float:
    log_rate = _log_rate(np.arange(1.0, counts.size), model)
    # A period in which nobody was there or nobody left adds nothing, hence the two products that take 0 log 0 as 0.
    stayed = np.where(counts[1:] > 0, counts[1:] * log_rate, 0.0)
    return float(stayed.sum() + special.xlogy(-np.diff(counts), -np.expm1(log_rate)).sum())


def _log_survival(periods: Floats, model: RetentionModel) -> Floats:
    """Return log S(t), one value per period."""
    with np.errstate(divide="ignore"):
        return _log_survival_of_log(np.log(periods), model)


def _log_rate(periods: Floats, model: RetentionModel) -> Floats:
    """Return the log of the retention rate, never above 0 by rounding."""
    return np.minimum(_log_survival(periods, model) - _log_survival(periods - 1, model), 0)


def _log_survival_of_log(log_periods: Floats | float, model: RetentionModel) -> Floats:
    """Return log S(t) from log t; beyond t^c = exp(50), where S(t) has become a power of t, by that power."""
    log_u = model.c * np.asarray(log_periods)
    x = model.beta + np.exp(np.minimum(log_u, 50))
    near = _log_gamma_gap(x, model.alpha) - _log_gamma_gap(model.beta, model.alpha)
    return np.asarray(near - model.alpha * np.maximum(log_u - 50, 0))


def _slopes(periods: Floats, model: RetentionModel) -> Floats:
    """Return the derivatives of log S(t) in alpha, beta and c, one row per period."""
    a, b = model.alpha, model.beta
    u = periods**model.c
    in_alpha = special.digamma(a + b) - special.digamma(a + b + u)
    in_u = _digamma_gap(b + u, a)
    return np.column_stack([in_alpha, in_u - _digamma_gap(b, a), in_u * special.xlogy(u, periods)])


def _log_gamma_gap(x: Floats | float, a: float) -> Floats:
    """Return log Gamma(x) - log Gamma(x + a); for large x by Stirling's series, which keeps the digits."""
    far = a - (x - 0.5) * np.log1p(a / x) - a * np.log(x + a) + a / x / (x + a) / 12
    return np.where(np.greater(x, _FAR), far, special.gammaln(x) - special.gammaln(x + a))


def _digamma_gap(x: Floats | float, a: float) -> Floats:
    """Return digamma(x) - digamma(x + a), the derivative of the gap between the log gammas."""
    far = -np.log1p(a / x) - a / x / (x + a) / 2
    return np.where(np.greater(x, _FAR), far, special.digamma(x) - special.digamma(x + a))


def _differences(slope: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Return second derivatives by central differences of exact first ones."""
    steps = 1e-5 * np.eye(at.size)
    table = np.array([(slope(at + step) - slope(at - step)) / 2e-5 for step in steps])
    return np.asarray((table + table.T) / 2)


def _model(logs: Floats) -> RetentionModel:
    return RetentionModel(*np.exp(logs).tolist())


def _periods(value: ArrayLike, *, low: int) -> Floats:
    mend = f"count whole periods from the start of the group, {low} or more"
    t = numbers(value, "periods", low=low, expected=f"whole numbers, {low} or more", mend=mend)
    if (t != np.floor(t)).any():
        part = t[t != np.floor(t)].flat[0]
        raise InputError("periods", found=f"{part:g}", expected="whole numbers: ends of periods", mend=mend)
    return t


def _open_share(value: float, name: str) -> float:
    mend = "divide percentages by 100, so that 95 per cent is 0.95"
    expected = "a share above 0 and below 1"
    return number(value, name, low=0, high=1, low_open=True, high_open=True, expected=expected, mend=mend)


def _warn(message: str) -> None:
    warnings.warn(message, StatisticalWarning, stacklevel=4)


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
            mend="pass for example survivors=[1000, 869, 743]",
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
