"""Path models among constructs that are measured by several items: partial least squares and composite regression."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.path_estimation import (
    MAX_ITERATIONS,
    correlations_of,
    estimate_paths,
    total_effects,
)
from relmark_helpers.calculations.path_structure import PathModel, effect_pairs, path_numbers
from relmark_helpers.validation import InputError, StatisticalWarning, choice, numbers, require_columns

__all__ = ["SCHEMES", "PathFit", "fit_composites", "fit_pls"]

SCHEMES: Final = ("path", "factorial", "centroid")
"""Inner weighting schemes of partial least squares."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PathFit:
    """An estimated path model; made by :func:`fit_pls` and :func:`fit_composites`.

    Attributes
    ----------
    model : PathModel
        The model.
    scheme : str
        "path", "factorial", "centroid", or "equal weights" for composite regression.
    params : pandas.Series
        Path coefficients, indexed by (``source``, ``target``): standard deviations of the target per standard
        deviation of the source, the other sources of the target held fixed.
    weights : pandas.Series
        Indexed by (``construct``, ``item``): weight of the standardised item in the construct's score.
    loadings : pandas.Series
        Indexed likewise: correlation of the item with its construct's score.
    correlations : pandas.DataFrame
        Correlations among the scores.
    rsquared, rsquared_adj : pandas.Series
        Share of variance explained, by construct that a path leads to; the second adjusted for the number of sources.
    iterations : int
        Steps of the algorithm; 0 for composite regression.
    converged : bool
        Whether the weights had stopped changing.
    items : pandas.DataFrame
        The standardised items.

    Notes
    -----
    It has no standard errors of its own: see
    :func:`~relmark_helpers.calculations.path_bootstrap.bootstrap_paths`.

    Source: [tenenhaus2005]

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations.path_structure import ECSI
    >>> fit = fit_pls(load_dataset("mobi"), ECSI)
    >>> fit.summary().loc[("Satisfaction", "Loyalty")].round(3).to_dict()
    {'estimate': 0.485, 'rsquared': 0.457}
    """

    model: PathModel
    scheme: str
    params: pd.Series[float]
    weights: pd.Series[float]
    loadings: pd.Series[float]
    correlations: pd.DataFrame
    rsquared: pd.Series[float]
    rsquared_adj: pd.Series[float]
    iterations: int
    converged: bool
    items: pd.DataFrame = field(repr=False)

    @property
    def nobs(self) -> int:
        """Rows of the data."""
        return len(self.items)

    @property
    def scores(self) -> pd.DataFrame:
        """Scores of the constructs, one row per row of the data: mean 0, standard deviation 1."""
        names = list(self.model.constructs)
        belongs = np.eye(len(names))[self.model.blueprint.construct_of]
        scores = self.items.to_numpy() @ (self.weights.to_numpy()[:, None] * belongs)
        return pd.DataFrame(scores, index=self.items.index, columns=pd.Index(names, name="construct"))

    def effects(self) -> pd.DataFrame:
        """Return ``direct``, ``indirect`` and ``total`` effects of each construct on each that it leads to.

        An indirect effect is the sum, over all detours, of the product of the path coefficients on the detour.
        """
        names = list(self.model.constructs)
        direct = np.zeros((1, len(names), len(names)))
        for (source, target), value in self.params.items():
            direct[0, names.index(target), names.index(source)] = value
        total = total_effects(direct, self.model.blueprint.order)
        index, at = effect_pairs(self.model)
        return pd.DataFrame(
            {"direct": direct[0][at], "indirect": (total - direct)[0][at], "total": total[0][at]}, index=index
        )

    def summary(self) -> pd.DataFrame:
        """Return one row per path: ``estimate``, and ``rsquared`` of its target."""
        targets = self.params.index.get_level_values("target")
        return pd.DataFrame({"estimate": self.params, "rsquared": self.rsquared[targets].to_numpy()})


def fit_pls(data: pd.DataFrame, model: PathModel, *, scheme: str = "path") -> PathFit:
    """Return a path model estimated by partial least squares (PLS).

    Use it to weigh the items of constructs so that their scores predict along the paths, and to describe how constructs
    hang together. Do not read the coefficients as causes, or as correlations between error-free constructs: scores keep
    the error of their items, so that paths between them come out weaker than between what they stand for (and paths
    from correlated sources can err either way).

    Parameters
    ----------
    data : pandas.DataFrame
        One row per respondent; numeric, complete columns named as the items of the model.
    model : PathModel
        Constructs, items, paths.
    scheme : str
        How the proxy of a construct is made from its neighbours: "path" (regression weights of the sources,
        correlations with the targets), "factorial" (correlations) or "centroid" (signs of the correlations).

    Returns
    -------
    PathFit

    Raises
    ------
    InputError
        If an item is missing from the data, has missing values or does not vary, or if sources of one construct, or the
        items of a construct in mode B, are linearly dependent.

    Warns
    -----
    StatisticalWarning
        If the weights go on changing after 300 steps, or an item of a construct in mode A runs against it.

    Notes
    -----
    Items are standardised. Start: equal weights. Step: scores of unit variance; for each construct an inner proxy, the
    sum of its neighbours' scores weighted by the scheme; new weights, the covariances of the items with the proxy
    (mode A) or the regression of the proxy on the items (mode B). Stop: no weight changes by more than 1e-9. Then each
    score is regressed on its sources. Sign: a construct points in the direction in which its loadings sum to more than
    0. Assumes

    1. independent respondents;
    2. linear paths, and items of which equal steps mean equal amounts;
    3. that the construct is the weighted sum of its items.

    Checked against: SmartPLS 2.0.M3 output on ``mobi`` for the three schemes (8 digits, stored in the R package
    semPLS); the R package seminr on ``mobi``, also with a construct in mode B (9 digits).

    Source: [tenenhaus2005]

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations.path_structure import ECSI
    >>> fit_pls(load_dataset("mobi"), ECSI).effects().loc[("Image", "Loyalty")].round(3).to_dict()
    {'direct': 0.196, 'indirect': 0.204, 'total': 0.4}
    """
    return _fit(data, model, choice(scheme, "scheme", SCHEMES))


def fit_composites(data: pd.DataFrame, model: PathModel) -> PathFit:
    """Return a path model on plain composites: each construct the sum of its standardised items, then regressions.

    Use it as the yardstick for :func:`fit_pls`, and wherever weights should not depend on the sample: scores can be
    compared between groups and years, and anybody can compute them. Reverse items that run against the others first.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per respondent; numeric, complete columns named as the items of the model.
    model : PathModel
        Constructs, items, paths. Modes do not matter here.

    Returns
    -------
    PathFit

    Raises
    ------
    InputError
        As :func:`fit_pls`.

    Warns
    -----
    StatisticalWarning
        If an item runs against its construct.

    Notes
    -----
    Scores are standardised sums of standardised items, paths ordinary least squares. Same assumptions as
    :func:`fit_pls`, and items that count alike.

    Checked against: statsmodels' least squares on sums computed with pandas.

    Source: derived here

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations.path_structure import ECSI
    >>> round(float(fit_composites(load_dataset("mobi"), ECSI).params["Satisfaction", "Loyalty"]), 3)
    0.406
    """
    return _fit(data, model, "equal weights")


def _fit(data: pd.DataFrame, model: PathModel, scheme: str) -> PathFit:
    values = _item_values(data, model)
    standard = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    n, p = values.shape
    found = estimate_paths(correlations_of(np.cov(standard.T).reshape(1, p, p)), model.blueprint, scheme, np.ones(p))
    if not np.isfinite(found.paths).all():
        raise InputError(
            "data",
            found="items or scores that follow from one another without error",
            expected="sources of a construct, and items in mode B, that each tell something of their own",
            mend="leave out a source or an item, or observe more respondents",
        )
    names = list(model.constructs)
    index = pd.MultiIndex.from_tuples(
        [(name, item) for name, items in model.constructs.items() for item in items], names=["construct", "item"]
    )
    label = pd.Index(names, name="construct")
    sources = pd.Series(model.blueprint.arrows.sum(axis=1), index=label)
    rsquared = pd.Series(found.r_squared[0], index=label, name="rsquared")[sources > 0]
    freedom = (n - 1) / (n - 1 - sources[sources > 0])
    converged = bool(found.iterations[0] < MAX_ITERATIONS)
    loadings = pd.Series(found.loadings[0], index=index, name="loading")
    _warn(loadings[~loadings.index.get_level_values("construct").isin(model.mode_b)], converged)
    return PathFit(
        model=model,
        scheme=scheme,
        params=pd.Series(
            found.paths[0][path_numbers(model)],
            index=pd.MultiIndex.from_tuples(model.paths, names=["source", "target"]),
            name="estimate",
        ),
        weights=pd.Series(found.weights[0], index=index, name="weight"),
        loadings=loadings,
        correlations=pd.DataFrame(found.correlations[0], index=label, columns=label),
        rsquared=rsquared,
        rsquared_adj=(1 - (1 - rsquared) * freedom).rename("rsquared_adj"),
        iterations=int(found.iterations[0]),
        converged=converged,
        items=pd.DataFrame(standard, index=data.index, columns=model.items),
    )


def _item_values(data: pd.DataFrame, model: PathModel) -> Floats:
    require_columns(data, "data", model.items)
    most = int(model.blueprint.arrows.sum(axis=1).max())
    if len(data) < most + 3:
        raise InputError(
            "data",
            found=f"{len(data)} rows",
            expected=f"{most + 3} respondents or more, as one construct has {most} sources",
            mend="observe more respondents, or simplify the model",
        )
    mend = "leave out these respondents, or fill the gaps by a rule that you state"
    values = np.column_stack([numbers(data[item].to_numpy(), item, mend=mend) for item in model.items])
    still = np.flatnonzero(np.ptp(values, axis=0) == 0)
    if still.size:
        raise InputError(
            model.items[still[0]],
            found=f"{values[0, still[0]]:g} in every row",
            expected="an item that varies",
            mend="leave the item out of the model",
        )
    return values


def _warn(loadings: pd.Series[float], converged: bool) -> None:
    against = [item for (_, item), loading in loadings.items() if loading < 0]
    if against:
        warnings.warn(
            f"{', '.join(against)} run(s) against the other items of the construct (loading below 0). Reverse what was "
            "asked the other way round, or leave it out.",
            StatisticalWarning,
            stacklevel=4,
        )
    if not converged:
        warnings.warn(
            f"the weights still changed after {MAX_ITERATIONS} steps: do not use the estimates. Try another scheme.",
            StatisticalWarning,
            stacklevel=4,
        )
