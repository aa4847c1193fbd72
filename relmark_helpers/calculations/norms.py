"""A price in the place of a norm: difference-in-differences on few groups, with exact tests by lot."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.norm_panel import GROUPS, PERIODS, checked_panel, treated_centres
from relmark_helpers.validation import InputError, StatisticalWarning, choice, number

__all__ = ["FineEffect", "PreTrend", "fit_fine", "pre_trend"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

_EFFECTS = ["with_fine", "after_fine", "removal"]
_CONTRASTS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])  # of the two interactions, in the order of _EFFECTS
_MOST_DRAWS = 200_000
_FEW_CLUSTERS = 40  # rule of thumb; rules in use range from 20 to 50


@dataclass(frozen=True, eq=False)
class FineEffect:
    """The effect of the fine with its uncertainty; made by :func:`fit_fine`.

    Attributes
    ----------
    model : str
        "linear" (effects in late pick-ups per week) or "poisson" (effects as differences of logarithms).
    params : pandas.Series
        ``with_fine`` (change from before to with the fine), ``after_fine`` (change from before to after) and
        ``removal`` (change from with to after: what taking the fine away did), each in the fine group less that in
        the control group.
    bse : pandas.Series
        Standard errors clustered by centre.
    draws : pandas.DataFrame
        The three estimates under every way of choosing as many centres for the fine as were chosen; the first row is
        what was in fact drawn.
    treated, control : int
        Centres in each group.
    nobs : int
        Rows used (centres x weeks).
    """

    model: str
    params: pd.Series[float]
    bse: pd.Series[float]
    draws: pd.DataFrame = field(repr=False)
    treated: int
    control: int
    nobs: int

    @property
    def df(self) -> int:
        """Degrees of freedom of the t distribution: centres less one."""
        return self.treated + self.control - 1

    @property
    def tvalues(self) -> pd.Series[float]:
        """Estimates divided by their standard errors."""
        return self.params / self.bse

    @property
    def pvalues(self) -> pd.Series[float]:
        """Two-sided p-values from the clustered standard errors and t with :attr:`df` degrees of freedom."""
        from scipy import stats

        return pd.Series(2 * stats.t.sf(self.tvalues.abs(), self.df), index=self.params.index)

    @property
    def permutation_p(self) -> pd.Series[float]:
        """Share of all ways of drawing the centres whose estimate is at least as far from 0 as the actual one."""
        nearer = self.draws.abs() < self.params.abs() - 1e-9
        return 1 - nearer.mean()

    @property
    def ratios(self) -> pd.Series[float]:
        """By what the number of late pick-ups is multiplied: exp(params); for the Poisson model only."""
        if self.model != "poisson":
            raise InputError(
                "model",
                found=repr(self.model),
                expected="'poisson', whose effects are differences of logarithms",
                mend="fit with model='poisson'",
            )
        return np.exp(self.params)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``: params -/+ t(df) x bse at 1 - ``alpha`` confidence.

        >>> from relmark_helpers.datasets import load_dataset
        >>> with warnings.catch_warnings(action="ignore"):
        ...     effect = fit_fine(load_dataset("daycare_fines"), model="linear")
        >>> effect.conf_int().round(1)
                    low  high
        with_fine   6.3  12.1
        after_fine  8.0  16.9
        removal     0.9   5.6
        """
        from scipy import stats

        reach = float(stats.t.ppf(1 - _open_share(alpha) / 2, self.df)) * self.bse
        return pd.DataFrame({"low": self.params - reach, "high": self.params + reach})

    def summary(self) -> pd.DataFrame:
        """Return one row per effect: estimate, std err, 95 per cent limits, both p-values."""
        limits = self.conf_int()
        return pd.DataFrame(
            {
                "estimate": self.params,
                "std err": self.bse,
                "[0.025": limits["low"],
                "0.975]": limits["high"],
                "p clustered": self.pvalues,
                "p by lot": self.permutation_p,
            }
        )


@dataclass(frozen=True, eq=False)
class PreTrend:
    """Whether the groups drifted apart before the fine; made by :func:`pre_trend`.

    Attributes
    ----------
    slopes : pandas.DataFrame
        Indexed by ``centre``: ``group`` and ``slope`` (change in late pick-ups per week before the fine).
    difference : float
        Mean slope of the fine group less that of the control group.
    bse : float
        Standard error of the difference (groups may differ in spread).
    df : float
        Welch's degrees of freedom.
    permutation_p : float
        Share of all ways of drawing the centres with a difference at least as far from 0.
    """

    slopes: pd.DataFrame = field(repr=False)
    difference: float
    bse: float
    df: float
    permutation_p: float

    def conf_int(self, alpha: float = 0.05) -> tuple[float, float]:
        """Return the limits of the difference at 1 - ``alpha`` confidence."""
        from scipy import stats

        reach = float(stats.t.ppf(1 - _open_share(alpha) / 2, self.df)) * self.bse
        return self.difference - reach, self.difference + reach

    def drift(self, weeks: float) -> tuple[float, float]:
        """Return what the 95 per cent limits of the trend would add up to in so many weeks, if it went on.

        Use it to see what a check of the trend is worth: if the limits contain the whole effect, the check alone
        cannot tell an effect from a trend.
        """
        span = number(weeks, "weeks", low=0, expected="weeks, 0 or more")
        low, high = self.conf_int()
        return span * low, span * high


def fit_fine(panel: pd.DataFrame, *, model: str) -> FineEffect:
    """Return the effect of the fine by difference-in-differences, with an exact test by lot.

    Use it when a measure was given to some of a few groups and all were counted before, with and after it. Do not
    read it as an effect if the groups were chosen because of how they were developing.

    Parameters
    ----------
    panel : pandas.DataFrame
        One row per centre and week, every centre in every week. Columns: ``centre``; ``group``, "fine" or
        "control", the same in all weeks; ``week``; ``period``, "before fine", "with fine" or "after fine", the same
        for all centres; ``late_pickups``, counts of 0 or more.
    model : str
        "linear": the fine adds a number of late pick-ups. "poisson": it multiplies them, so that centres of
        different size may react in proportion.

    Returns
    -------
    FineEffect
        With ``params``, ``bse``, ``conf_int()``, ``permutation_p`` and ``summary()``.

    Raises
    ------
    InputError
        If a column is missing, a label unknown, a centre absent in a week or in both groups, fewer than two centres
        are in a group, or (Poisson) a group had no late pick-up in a period.

    Warns
    -----
    StatisticalWarning
        If there are fewer than 40 centres: the clustered standard errors then tend to be too small.

    Notes
    -----
    count = centre effect + period effect + with_fine x (fine group, with fine) + after_fine x (fine group, after),
    by least squares or as the logarithm of the mean in a Poisson regression; removal = after_fine - with_fine. With
    every centre in every week the estimates are, in the linear model, the difference-in-differences of the means, and
    in the Poisson model the logarithm of the ratio of the ratios of the means. Two kinds of uncertainty:

    1. Standard errors clustered by centre allow any dependence between the weeks of a centre and any spread, with the
       usual correction G/(G-1) x (N-1)/(N-K). They are approximations for many centres; with few they are too
       small on average, which t with G - 1 degrees of freedom repairs in part.
    2. The test by lot (permutation, randomisation test) needs no distribution. If the fine changed nothing in any
       centre, each choice of centres was equally likely to give its estimate. Six of ten can be drawn in 210 ways,
       so the smallest possible p-value is 1/210 = 0.005: with ten centres stronger evidence cannot be had.

    Neither says *why* parents changed. That a price replaced a norm is one reading; that the fine told parents how
    little can happen to them is another. Both are in the source.

    Checked against: the closed forms above; a sandwich covariance computed by hand; t-tests on the ten changes.

    Source: [gneezy2000], [angrist2009]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> with warnings.catch_warnings(action="ignore"):
    ...     effect = fit_fine(load_dataset("daycare_fines"), model="linear")
    >>> effect.summary()[["estimate", "std err", "p by lot"]].round(3)
                estimate  std err  p by lot
    with_fine      9.215    1.293     0.005
    after_fine    12.458    1.962     0.005
    removal        3.243    1.021     0.048
    """
    choice(model, "model", ["linear", "poisson"])
    rows = checked_panel(panel)
    cells = rows.pivot_table(index="centre", columns="period", values="late_pickups")[PERIODS]
    treated = treated_centres(rows)
    estimator = _linear if model == "linear" else _log_ratios
    values = cells.to_numpy()
    if model == "poisson" and (
        min(values[treated].sum(axis=0).min(), values[~treated].sum(axis=0).min()) == 0
        or (values.sum(axis=1) == 0).any()
    ):
        raise InputError(
            "panel",
            found="a centre, or a group in one of the periods, without any late pick-up",
            expected="late pick-ups above 0 in each centre and in each group and period, as their logarithm is taken",
            mend="fit with model='linear'",
        )
    params, bse = _regression(rows, model)
    draws = _all_draws(values, treated, estimator)
    if len(cells) < _FEW_CLUSTERS:
        _warn_few(treated)
    return FineEffect(
        model=model,
        params=pd.Series(params, index=_EFFECTS),
        bse=pd.Series(bse, index=_EFFECTS, name="std err"),
        draws=pd.DataFrame(draws, columns=_EFFECTS, index=pd.RangeIndex(len(draws), name="draw")),
        treated=int(treated.sum()),
        control=int((~treated).sum()),
        nobs=len(rows),
    )


def pre_trend(panel: pd.DataFrame) -> PreTrend:
    """Return whether late pick-ups developed alike in both groups before the fine, centre by centre.

    Use it to look for a trend that would be mistaken for an effect. A large p-value does not show that the trends
    were alike: look at how large a difference the interval still allows, see :meth:`PreTrend.drift`.

    Parameters
    ----------
    panel : pandas.DataFrame
        As in :func:`fit_fine`, with at least two weeks before the fine.

    Returns
    -------
    PreTrend

    Raises
    ------
    InputError
        As in :func:`fit_fine`, or if there is only one week before the fine.

    Notes
    -----
    A straight line through the weeks before the fine for each centre; the slopes of the two groups are compared by
    Welch's t and by all ways of drawing the centres. Each centre counts once, so weeks need not be independent.

    Checked against: scipy.stats.ttest_ind with unequal variances.

    Source: [angrist2009]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> trend = pre_trend(load_dataset("daycare_fines"))
    >>> round(trend.difference, 2), [round(limit, 1) for limit in trend.conf_int()]
    (-0.58, [-2.6, 1.5])
    """
    rows = checked_panel(panel)
    before = rows[rows["period"] == PERIODS[0]].pivot_table(index="centre", columns="week", values="late_pickups")
    if before.shape[1] < 2:
        raise InputError(
            "panel",
            found=f"{before.shape[1]} week before the fine",
            expected="two or more, as a trend needs two points",
            mend="include earlier weeks",
        )
    weeks = before.columns.to_numpy(dtype=float)
    slopes = np.polyfit(weeks, before.to_numpy().T, 1)[0]
    treated = treated_centres(rows)
    parts = [slopes[treated].var(ddof=1) / treated.sum(), slopes[~treated].var(ddof=1) / (~treated).sum()]
    spread = float(sum(parts))
    freedom = spread**2 / (parts[0] ** 2 / (treated.sum() - 1) + parts[1] ** 2 / ((~treated).sum() - 1))
    draws = _all_draws(slopes[:, None], treated, _means_apart)[:, 0]
    return PreTrend(
        slopes=pd.DataFrame({"group": np.where(treated, *GROUPS), "slope": slopes}, index=before.index),
        difference=float(draws[0]),
        bse=math.sqrt(spread),
        df=float(freedom),
        permutation_p=float((np.abs(draws) >= abs(draws[0]) - 1e-9).mean()),
    )


def _means_apart(values: Floats, drawn: Mask) -> Floats:
    apart: Floats = values[drawn].mean(axis=0) - values[~drawn].mean(axis=0)
    return apart


def _linear(values: Floats, drawn: Mask) -> Floats:
    apart = _means_apart(values, drawn)
    effects: Floats = _CONTRASTS @ (apart[1:] - apart[0])
    return effects


def _log_ratios(values: Floats, drawn: Mask) -> Floats:
    with np.errstate(divide="ignore"):
        apart = np.log(values[drawn].sum(axis=0)) - np.log(values[~drawn].sum(axis=0))
    effects: Floats = _CONTRASTS @ (apart[1:] - apart[0])
    return effects


def _all_draws(values: Floats, treated: Mask, estimator: Callable[[Floats, Mask], Floats]) -> Floats:
    """Return the estimates under every choice of as many centres as were treated, the actual choice first."""
    centres, chosen = len(treated), int(treated.sum())
    ways = math.comb(centres, chosen)
    if ways > _MOST_DRAWS:
        raise InputError(
            "panel",
            found=f"{centres} centres, from which {chosen} can be drawn in {ways:,} ways",
            expected=f"at most {_MOST_DRAWS:,} ways, as all of them are gone through",
            mend="use fewer centres; with this many the clustered standard errors of statsmodels serve",
        )
    masks = [treated]
    for members in itertools.combinations(range(centres), chosen):
        mask = np.zeros(centres, dtype=bool)
        mask[list(members)] = True
        if not (mask == treated).all():
            masks.append(mask)
    return np.array([estimator(values, mask) for mask in masks])


def _regression(rows: pd.DataFrame, model: str) -> tuple[Floats, Floats]:
    """Return the three effects and their clustered standard errors from a regression with statsmodels."""
    import statsmodels.api as sm

    centre = pd.get_dummies(rows["centre"]).to_numpy(dtype=float)
    later = np.column_stack([rows["period"] == period for period in PERIODS[1:]]).astype(float)
    interaction = later * (rows["group"] == "fine").to_numpy(dtype=float)[:, None]
    design = np.column_stack([centre, later, interaction])
    outcome = rows["late_pickups"].to_numpy(dtype=float)
    fitter = sm.OLS(outcome, design) if model == "linear" else sm.GLM(outcome, design, family=sm.families.Poisson())
    fitted = fitter.fit(cov_type="cluster", cov_kwds={"groups": pd.factorize(rows["centre"])[0]})
    covariance = _CONTRASTS @ np.asarray(fitted.cov_params())[-2:, -2:] @ _CONTRASTS.T
    return _CONTRASTS @ np.asarray(fitted.params)[-2:], np.sqrt(np.diag(covariance))


def _warn_few(treated: Mask) -> None:
    ways = math.comb(len(treated), int(treated.sum()))
    message = (
        f"only {len(treated)} centres ({treated.sum()} with the fine): the weeks of a centre are not independent, so "
        f"this is evidence from {len(treated)} units. Clustered standard errors from so few tend to be too small; read "
        f"permutation_p too. The centres could be drawn in {ways:,} ways, so it cannot fall below {1 / ways:.2g}"
    )
    warnings.warn(message, StatisticalWarning, stacklevel=3)


def _open_share(alpha: float) -> float:
    return number(alpha, "alpha", low=0, high=1, low_open=True, high_open=True, expected="a share above 0 and below 1")
