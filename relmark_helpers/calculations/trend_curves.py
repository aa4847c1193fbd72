"""Rival curves for projecting survival: a line, a parabola and an exponential, and how far each goes astray.

They follow the survivors of one cohort by least squares and know nothing about customers. Close to the data
they look better than they are; beyond the data they show what a good fit is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.retention_fits import fit_bdw, fit_sbg
from relmark_helpers.validation import InputError, choice, numbers, plain, whole_number

__all__ = ["CURVES", "TrendCurve", "fit_trend_curve", "projection_error", "projection_errors"]

CURVES: Final = {
    "linear": ("intercept", "slope"),
    "quadratic": ("intercept", "slope", "square"),
    "exponential": ("intercept", "slope"),
}


@dataclass(frozen=True, eq=False)
class TrendCurve:
    """A least-squares curve through the survival of one cohort. Made by :func:`fit_trend_curve`.

    Parameters
    ----------
    kind : str
        "linear", "quadratic" or "exponential".
    params : Series
        intercept, slope and, for the parabola, square: of survival on periods. Those of the exponential are of
        the natural logarithm of survival.
    rsquared : float
        Share of the variance explained, 0 to 1; for the exponential, of the logarithm of survival.

    Source: [fader2007]

    Examples
    --------
    >>> line = fit_trend_curve([1000, 869, 743, 653, 593, 551, 517, 491], "linear")
    >>> line.params.round(3).to_dict(), round(line.rsquared, 3)
    ({'intercept': 0.925, 'slope': -0.071}, 0.922)
    """

    kind: str
    params: pd.Series[float]
    rsquared: float

    def survival(self, periods: ArrayLike) -> Any:
        """Return the curve at ``periods`` (0 or more): what it claims to be the share of the cohort still there.

        Nothing is cut off: a line may claim less than nobody, and a parabola that customers come back.

        >>> line = fit_trend_curve([1000, 869, 743, 653, 593, 551, 517, 491], "linear")
        >>> line.survival([12, 14]).round(3)
        array([ 0.074, -0.068])
        """
        t = numbers(periods, "periods", low=0, expected="numbers of periods, 0 or more", mend="count from the start")
        curve = np.polynomial.polynomial.polyval(t, self.params.to_numpy())
        return plain(np.asarray(np.exp(curve) if self.kind == "exponential" else curve))


def fit_trend_curve(survivors: ArrayLike, kind: str) -> TrendCurve:
    """Return the line, parabola or exponential that runs closest to the survival of one cohort.

    Use it as a rival of the retention models. Do not use it to project: it ignores that customers differ, and
    may leave the range 0 to 1.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers still there at periods 0, 1, 2, ...; counts, shares or per cent, all above 0 for "exponential".
    kind : str
        "linear", "quadratic" or "exponential".

    Returns
    -------
    TrendCurve

    Raises
    ------
    InputError
        If ``kind`` is unknown, there are not more values than parameters, or a value is missing, negative, or 0
        at the start or with "exponential".

    Notes
    -----
    Ordinary least squares of survival, value / first value, on periods, the start included. The exponential is a
    line through the logarithm of survival, so that it weighs errors in per cent. rsquared is missing (NaN) if
    nobody left. That neighbouring errors of a survival curve are alike is ignored, as in the article.

    Checked against: Fader and Hardie (2007), years 0 to 7, High End and Regular: .925 - .071 t (R2 .922),
    .997 - .142 t + .010 t^2 (R2 .998), ln = -.062 - .102 t (R2 .963 in print, .964 here).

    Source: [fader2007]

    Examples
    --------
    >>> fit_trend_curve([1000, 631, 468, 382, 326, 289, 262, 241], "exponential").params.round(3).to_dict()
    {'intercept': -0.248, 'slope': -0.19}
    """
    names = CURVES[choice(kind, "kind", CURVES)]
    exponential = kind == "exponential"
    values = numbers(
        survivors,
        "survivors",
        low=0,
        low_open=exponential,
        expected="numbers above 0, for their logarithm is taken" if exponential else "numbers from 0",
        mend="fit the periods in which customers are left" if exponential else "correct the entries named here",
    )
    if values.ndim != 1 or values.size <= len(names):
        raise InputError(
            "survivors",
            found=f"{values.size} values" if values.ndim < 2 else f"an array with {values.ndim} dimensions",
            expected=f"a flat sequence of {len(names) + 1} or more: fewer fit any such curve exactly",
            mend="observe more periods",
        )
    if values[0] == 0:
        raise InputError(
            "survivors", found="0 at the start", expected="customers at the start", mend="leave out period 0"
        )
    y = np.log(values / values[0]) if exponential else values / values[0]
    powers = np.vander(np.arange(values.size), len(names), increasing=True)
    estimates = np.linalg.lstsq(powers, y, rcond=None)[0]
    spread = float(((y - y.mean()) ** 2).sum())
    missed = float(((y - powers @ estimates) ** 2).sum())
    params = pd.Series(estimates, index=list(names), name="estimate")
    return TrendCurve(kind, params, 1 - missed / spread if spread else float("nan"))


def projection_error(predicted: ArrayLike, observed: ArrayLike) -> Any:
    """Return how far a projection is off, as a share of what was observed.

    Use it to compare curves at one period. Do not average it over curves that miss on both sides.

    Parameters
    ----------
    predicted : number or array_like
        What the curve says, for example a survival.
    observed : number or array_like
        What happened, in the same unit, above 0.

    Returns
    -------
    float, or an array where an argument is an array
        predicted / observed - 1: -0.81 is 81 per cent too low.

    Raises
    ------
    InputError
        If a value is missing, an observed one is not above 0, or the lengths differ.

    Source: [fader2007]

    Examples
    --------
    >>> round(projection_error(0.378, 0.394), 3)
    -0.041
    """
    expected = "numbers above 0, as the error is a share of them"
    seen = numbers(
        observed, "observed", low=0, low_open=True, expected=expected, mend="leave out periods with nobody left"
    )
    said = numbers(predicted, "predicted")
    try:
        return plain(np.asarray(said / seen - 1))
    except ValueError:
        raise InputError(
            "predicted",
            found=f"shape {said.shape} beside {seen.shape} in `observed`",
            expected="one prediction per observation",
            mend="pass sequences of one length",
        ) from None


def projection_errors(survivors: ArrayLike, fitted_to: int) -> pd.DataFrame:
    """Return what five curves, fitted to the first periods, say about all periods, and how far they are off.

    Use it to test projections on periods held out. Do not choose a curve by its errors in the fitted periods.

    Parameters
    ----------
    survivors : array_like, one-dimensional
        Customers still there at periods 0, 1, 2, ...; counts, not shares (see :func:`fit_sbg`), above 0.
    fitted_to : int
        Last period that the fits see: 3 or more, and before the last one observed.

    Returns
    -------
    DataFrame
        One row per curve and period: ``period``, ``curve`` ("linear", "quadratic", "exponential", "sBG", "BdW"),
        ``projected`` and ``observed`` (shares of the start) and ``error`` (see :func:`projection_error`).
        Periods up to ``fitted_to`` show the fit, later ones the projection.

    Raises
    ------
    InputError
        If ``survivors`` cannot be fitted (see :func:`fit_sbg`, :func:`fit_trend_curve`) or ``fitted_to`` is
        outside its range.

    Notes
    -----
    The first three are least-squares curves, the others retention models fitted by maximum likelihood.

    Checked against: Fader and Hardie (2007), High End, year 12: -81, +92 and -30 per cent for the three curves.

    Source: [fader2007], [fader2018]

    Examples
    --------
    >>> high_end = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]
    >>> errors = projection_errors(high_end, fitted_to=7)
    >>> errors[errors["period"] == 12].set_index("curve")["error"].round(2).to_dict()
    {'linear': -0.81, 'quadratic': 0.92, 'exponential': -0.3, 'sBG': -0.04, 'BdW': 0.03}
    """
    expected = "customers still there at periods 0, 1, 2, ..., above 0"
    counts = numbers(
        survivors, "survivors", low=0, low_open=True, expected=expected, mend="end before the last one left"
    )
    if counts.ndim != 1 or counts.size < 5:
        raise InputError(
            "survivors",
            found=f"{counts.size} values" if counts.ndim < 2 else f"an array with {counts.ndim} dimensions",
            expected="a flat sequence of 5 or more: periods 0 to 3 to fit the curves, and one to test them",
            mend="observe more periods",
        )
    last = whole_number(fitted_to, "fitted_to", low=3, high=counts.size - 2)
    seen: NDArray[np.float64] = counts[: last + 1]
    curves: dict[str, Callable[[ArrayLike], Any]] = {kind: fit_trend_curve(seen, kind).survival for kind in CURVES}
    curves |= {"sBG": fit_sbg(seen).model.survival, "BdW": fit_bdw(seen).model.survival}
    period = np.arange(counts.size)
    observed = counts / counts[0]
    parts = [
        pd.DataFrame({"period": period, "curve": name, "projected": survival(period), "observed": observed})
        for name, survival in curves.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table["error"] = projection_error(table["projected"], table["observed"])
    return table
