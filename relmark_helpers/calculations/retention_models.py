"""Retention when customers differ: the shifted-beta-geometric and the beta-discrete-Weibull model.

Both describe a group of customers who started together under contract, so that leaving is seen. Each
customer has a chance of leaving of his or her own, and these chances differ from customer to customer.
Those with high chances leave first, so the retention rate of the group rises although nobody becomes
more loyal: the "ruse of heterogeneity" [vaupel1985].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from relmark_helpers.validation import InputError, number, numbers, plain, whole_number

__all__ = ["RetentionModel"]

Floats = NDArray[np.float64]

_SUMMED = 4096  # periods that a discounted sum adds one by one; the rest is an integral
_LARGEST = 1e8  # alpha and beta beyond lose the digits of survival
_FAR = 1e4  # from here on series replace gamma functions


@dataclass(frozen=True)
class RetentionModel:
    """How many customers of one cohort stay, when each has a chance of leaving of his or her own.

    Use it to project the retention of customers who started together under contract. Do not use it where
    leaving is not seen (shops without contract) or where groups with different starts are mixed.

    Parameters
    ----------
    alpha, beta : float above 0, at most 1e8
        Shape of the beta distribution of the chance of leaving; alpha and beta in Fader and Hardie.
    c : float above 0
        Duration dependence. 1 is the shifted-beta-geometric model (sBG). In the beta-discrete-Weibull (BdW) a
        customer's own chance of leaving rises with time if c is above 1, and falls if it is below.

    Raises
    ------
    InputError
        If a parameter is not a finite number above 0, alpha or beta is above 1e8, or an argument of a method is
        outside its range.

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
            if name != "c" and size > _LARGEST:
                raise InputError(
                    name,
                    found=f"{size:g}",
                    expected="a number of at most 1e8: beyond, rounding errors grow",
                    mend="where alpha and beta are both large, all customers are alike: use survival = (1 - churn)**t "
                    "with churn = alpha / (alpha + beta)",
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
        return plain(np.exp(log_survival(_periods(periods, low=0), self)))

    def retention_rate(self, periods: ArrayLike) -> Any:
        """Return the share of those left one period earlier who stay in ``periods`` (1, 2, ...); written r_t.

        >>> RetentionModel(1.0, 1.0).retention_rate([1, 2]).round(3)
        array([0.5  , 0.667])
        """
        return plain(np.exp(log_rate(_periods(periods, low=1), self)))

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
        return self._discounted_sum(made + 1, float(log_survival(np.asarray(float(made)), self)), discount)

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
        added = float(np.exp(log_survival(t, self) - log_base - force * (t - start)).sum())
        first = float(start + _SUMMED)
        # The tail runs over y with t = first * exp(y * stretch), which makes the integrand fall like exp(-y) if d = 0.
        stretch = 1.0 if force else 1 / (self.c * self.alpha - 1)
        end = np.log1p(745 / (force * first)) if force else np.inf  # exp(-745) is 0 to the computer

        def fallen(y: float) -> float:
            log_t = np.log(first) + y * stretch
            discounting = force * (np.exp(log_t) - start) if force else 0.0
            return float(stretch * np.exp(_log_survival_of_log(log_t, self) - log_base - discounting + log_t))

        area, _ = integrate.quad(fallen, 0, end, epsabs=1e-12 * added, epsrel=1e-10, limit=200)
        term = np.exp(log_survival(np.asarray(first), self) - log_base - force * _SUMMED)
        return float(added + area + term / 2)


def log_survival(periods: Floats, model: RetentionModel) -> Floats:
    """Return log S(t), one value per period."""
    with np.errstate(divide="ignore"):
        return _log_survival_of_log(np.log(periods), model)


def log_rate(periods: Floats, model: RetentionModel) -> Floats:
    """Return the log of the retention rate, never above 0 by rounding."""
    return np.minimum(log_survival(periods, model) - log_survival(periods - 1, model), 0)


def _log_survival_of_log(log_periods: Floats | float, model: RetentionModel) -> Floats:
    """Return log S(t) from log t; beyond t^c = exp(50), where S(t) has become a power of t, by that power."""
    log_u = model.c * np.asarray(log_periods)
    x = model.beta + np.exp(np.minimum(log_u, 50))
    near = _log_gamma_gap(x, model.alpha) - _log_gamma_gap(model.beta, model.alpha)
    return np.asarray(near - model.alpha * np.maximum(log_u - 50, 0))


def survival_slopes(periods: Floats, model: RetentionModel) -> Floats:
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


def _periods(value: ArrayLike, *, low: int) -> Floats:
    mend = f"count whole periods from the start of the group, {low} or more"
    t = numbers(value, "periods", low=low, expected=f"whole numbers, {low} or more", mend=mend)
    if (t != np.floor(t)).any():
        part = t[t != np.floor(t)].flat[0]
        raise InputError("periods", found=f"{part:g}", expected="whole numbers: ends of periods", mend=mend)
    return t
