"""Mediation: how much of an effect goes through one or two mediators, and its closed-form limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.calculations.path_estimation import solve_each
from relmark_helpers.validation import InputError, number, numbers, require_columns

__all__ = ["MediationFit", "Roles", "effects_of", "fit_mediation", "scaled", "slopes_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Roles:
    """Which column plays which part in a mediation; made by :func:`fit_mediation`.

    Attributes
    ----------
    x, y : str
        Cause and outcome.
    mediators : tuple of str
        What lies between them, in order if ``serial``.
    covariates : tuple of str
        What is held fixed in every equation.
    serial : bool
        Whether the first mediator may act on the second.
    """

    x: str
    y: str
    mediators: tuple[str, ...]
    covariates: tuple[str, ...]
    serial: bool

    @property
    def names(self) -> list[str]:
        """All columns."""
        return [self.x, *self.mediators, self.y, *self.covariates]

    @property
    def equations(self) -> dict[str, list[str]]:
        """Sources of each mediator and of ``y``."""
        found = {}
        for k, mediator in enumerate(self.mediators):
            found[mediator] = [self.x, *(self.mediators[:k] if self.serial else ()), *self.covariates]
        return {**found, self.y: [self.x, *self.mediators, *self.covariates]}

    @property
    def coefficients(self) -> list[tuple[str, str]]:
        """Pairs (source, target), equation after equation."""
        return [(source, target) for target, sources in self.equations.items() for source in sources]

    @property
    def ways(self) -> list[tuple[str, ...]]:
        """Mediators on each way from ``x`` to ``y``; none on the direct one, which comes first."""
        single: list[tuple[str, ...]] = [(mediator,) for mediator in self.mediators]
        return [(), *single, *([self.mediators] if self.serial else [])]

    @property
    def steps(self) -> list[list[int]]:
        """Positions in :attr:`coefficients` of the steps of each way."""
        place = {pair: k for k, pair in enumerate(self.coefficients)}
        return [[place[pair] for pair in pairwise([self.x, *way, self.y])] for way in self.ways]

    @property
    def effects(self) -> pd.Index[str]:
        """Names of the effects: direct, through each way, their sum if there are several, total."""
        through = [f"through {', '.join(way)}" for way in self.ways[1:]]
        return pd.Index(["direct", *through, *(["indirect"] if len(through) > 1 else []), "total"], name="effect")


@dataclass(frozen=True, eq=False)
class MediationFit:
    """Equations of a mediation and the effects that follow from them; made by :func:`fit_mediation`.

    Attributes
    ----------
    roles : Roles
        Which column plays which part.
    params : pandas.Series
        Regression coefficients, indexed by (``source``, ``target``), in units of the target per unit of the source.
    cov_params : pandas.DataFrame
        Their covariance, indexed likewise.
    values : pandas.DataFrame
        The data used: ``x``, mediators, ``y``, covariates.

    Source: [baron1986] for the equations

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> fit = fit_mediation(load_dataset("mobi"), x="perq1", mediators=["cusa1"], y="cusl3")
    >>> fit.effects()["effect"].round(2).to_dict()["through cusa1"]
    0.35
    """

    roles: Roles
    params: pd.Series[float]
    cov_params: pd.DataFrame
    values: pd.DataFrame = field(repr=False)

    @property
    def nobs(self) -> int:
        """Rows of the data."""
        return len(self.values)

    @property
    def bse(self) -> pd.Series[float]:
        """Standard errors of the coefficients, by least squares."""
        return pd.Series(np.sqrt(np.diag(self.cov_params)), index=self.params.index, name="std err")

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``: normal limits of the coefficients (not of indirect effects)."""
        reach = _reach(alpha) * self.bse
        return pd.DataFrame({"low": self.params - reach, "high": self.params + reach})

    def summary(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return ``estimate``, ``std err``, ``low`` and ``high`` of the coefficients, with normal limits."""
        return pd.concat([self.params, self.bse, self.conf_int(alpha)], axis=1)

    def effects(self) -> pd.DataFrame:
        """Return the effects of ``x`` on ``y`` in column ``effect``; see :meth:`sobel` and the bootstrap for limits.

        Rows: "direct"; "through ..." for each way over mediators; "indirect", their sum if there are several; "total".
        """
        values = effects_of(self.params.to_numpy()[None], self.roles)[0]
        return pd.DataFrame({"effect": values}, index=self.roles.effects)

    def sobel(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the effects with limits in closed form: ``estimate``, ``std err``, ``low``, ``high``, ``z``, ``p``.

        Notes
        -----
        First-order delta method; for one mediator the variance of a b is b^2 var(a) + a^2 var(b), after Sobel. The
        limits are symmetric, but a product of two estimates is not distributed symmetrically: in small samples they lie
        too near to 0 on one side and too far on the other. Use it as a check on the bootstrap, not instead of it.

        Source: [sobel1982]
        """
        at = self.params.to_numpy()
        estimate = effects_of(at[None], self.roles)[0]
        gradient = _gradient(at, self.roles)
        error = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.cov_params.to_numpy(), gradient))
        z = np.divide(estimate, error, out=np.full_like(error, np.nan), where=error > 0)
        reach = _reach(alpha) * error
        return pd.DataFrame(
            {
                "estimate": estimate,
                "std err": error,
                "low": estimate - reach,
                "high": estimate + reach,
                "z": z,
                "p": 2 * special.ndtr(-np.abs(z)),
            },
            index=self.roles.effects,
        )


def fit_mediation(
    data: pd.DataFrame,
    *,
    x: str,
    mediators: Sequence[str],
    y: str,
    covariates: Sequence[str] = (),
    serial: bool = False,
) -> MediationFit:
    """Return the equations of a mediation by least squares: of ``x`` on the mediators, and of all on ``y``.

    Use it to split an effect into the part through mediators and the rest. Do not read the parts as causes unless ``x``
    and the mediators were randomised or all common causes are among the covariates: a common cause of mediator and
    outcome inflates b, so that it can pass for mediation.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per respondent; numeric, complete columns.
    x : str
        Column of the cause.
    mediators : list of str
        One or two columns.
    y : str
        Column of the outcome.
    covariates : list of str
        Columns held fixed in each equation.
    serial : bool
        With two mediators: whether the first acts on the second. Otherwise they stand side by side (parallel).

    Returns
    -------
    MediationFit

    Raises
    ------
    InputError
        If a column is missing, named twice, has missing values, or follows from others without error; if there are no
        or more than two mediators; or ``serial`` with one.

    Notes
    -----
    m = a x + covariates, y = c' x + b m + covariates, each with a constant. The indirect effect is a b, the direct
    effect c', the total effect c' + a b. In series the second mediator also has d m1, and the way over both is a1 d b2.
    Standard errors divide sums of squares by n less the coefficients of the equation; lavaan, which uses maximum
    likelihood, divides by n. Parallel mediators may be correlated beyond x, and ``cov_params`` takes account of it.
    Linear equations without products: an effect of the mediator that depends on x is not covered.

    Checked against: statsmodels' least squares for coefficients and standard errors.

    Source: [baron1986] for the equations

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> fit = fit_mediation(
    ...     load_dataset("mobi"), x="perq1", mediators=["perv1", "cusa1"], y="cusl3", serial=True
    ... )
    >>> list(fit.effects().index)
    ['direct', 'through perv1', 'through cusa1', 'through perv1, cusa1', 'indirect', 'total']
    """
    between = (mediators,) if isinstance(mediators, str) else tuple(mediators)
    fixed = (covariates,) if isinstance(covariates, str) else tuple(covariates)
    if not 1 <= len(between) <= 2 or (serial and len(between) == 1):
        raise InputError(
            "mediators",
            found=f"{len(between)} mediator(s)" + (" in series" if serial else ""),
            expected="two mediators" if serial else "one or two mediators",
            mend="use a path model for more (fit_composites with one item per construct)"
            if len(between) > 2
            else "name another mediator, or leave serial out",
        )
    roles = Roles(x, y, between, fixed, serial)
    names = roles.names
    require_columns(data, "data", names)
    if len(set(names)) < len(names):
        raise InputError(
            "data", found=f"the roles {names}", expected="each column in one role", mend="name each column once"
        )
    mend = "leave out these rows, or fill the gaps by a rule that you state"
    values = pd.DataFrame({name: numbers(data[name].to_numpy(), name, mend=mend) for name in names}, index=data.index)
    if len(values) < len(names) + 2:
        raise InputError(
            "data",
            found=f"{len(values)} rows",
            expected=f"{len(names) + 2} rows or more",
            mend="observe more respondents, or drop covariates",
        )
    varies = bool((values.std(ddof=0) > 0).all())
    slopes = slopes_of(np.cov(scaled(values).T, ddof=0)[None], values, roles)[0] if varies else np.array([np.nan])
    if not np.isfinite(slopes).all():
        raise InputError(
            "data",
            found="a column that does not vary, or follows from others without error",
            expected="columns that each tell something of their own",
            mend="leave out that column",
        )
    index = pd.MultiIndex.from_tuples(roles.coefficients, names=["source", "target"])
    params = pd.Series(slopes, index=index, name="estimate")
    return MediationFit(roles, params, _covariance(values, roles, params), values)


def scaled(values: pd.DataFrame) -> Floats:
    """Return the data in standard deviations, so that units cannot spoil the solution of the equations."""
    return np.asarray(((values - values.mean()) / values.std(ddof=0)).to_numpy())


def slopes_of(covariances: Floats, values: pd.DataFrame, roles: Roles) -> Floats:
    """Return the regression coefficients that follow from each covariance matrix of the :func:`scaled` data.

    They are in the units of ``values``, one row per matrix, in the order of ``roles.coefficients``.
    """
    found = []
    for target, sources in roles.equations.items():
        at = [roles.names.index(source) for source in sources]
        matrices = covariances[:, np.array(at)[:, None], at]
        found.append(solve_each(matrices, covariances[:, at, roles.names.index(target), None])[:, :, 0])
    spread = values.std(ddof=0)
    units = np.array([spread[target] / spread[source] for source, target in roles.coefficients])
    return np.asarray(np.hstack(found) * units)


def effects_of(slopes: Floats, roles: Roles) -> Floats:
    """Return the effects that follow from each row of coefficients, in the order of ``roles.effects``."""
    parts = np.column_stack([slopes[:, steps].prod(axis=1) for steps in roles.steps])
    indirect = [parts[:, 1:].sum(axis=1)] if parts.shape[1] > 2 else []
    return np.column_stack([parts, *indirect, parts.sum(axis=1)])


def _gradient(at: Floats, roles: Roles) -> Floats:
    """Return the derivatives of the effects (rows) in the coefficients."""
    parts = np.zeros((len(roles.ways), at.size))
    for row, way in zip(parts, roles.steps, strict=True):
        for k in way:
            row[k] = np.prod([at[other] for other in way if other != k])
    indirect = [parts[1:].sum(axis=0)] if len(parts) > 2 else []
    return np.vstack([parts, *indirect, parts.sum(axis=0)])


def _covariance(values: pd.DataFrame, roles: Roles, params: pd.Series[float]) -> pd.DataFrame:
    """Return the covariance of the coefficients; between equations too, where residuals are correlated."""
    n = len(values)
    designs, residuals, inverses = [], [], []
    for target, sources in roles.equations.items():
        design = (values[sources] - values[sources].mean()).to_numpy()
        outcome = (values[target] - values[target].mean()).to_numpy()
        designs.append(design)
        residuals.append(outcome - design @ params.xs(target, level="target")[sources].to_numpy())
        inverses.append(np.linalg.inv(design.T @ design))
    blocks = []
    for one, left, across in zip(designs, residuals, inverses, strict=True):
        row = []
        for other, right, down in zip(designs, residuals, inverses, strict=True):
            freedom = np.sqrt((n - 1 - one.shape[1]) * (n - 1 - other.shape[1]))
            row.append((left @ right / freedom) * across @ one.T @ other @ down)
        blocks.append(row)
    return pd.DataFrame(np.block(blocks), index=params.index, columns=params.index)


def _reach(alpha: float) -> float:
    share = number(
        alpha,
        "alpha",
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        expected="a share above 0 and below 1",
        mend="use alpha=0.05 for 95 per cent limits",
    )
    return float(-special.ndtri(share / 2))
