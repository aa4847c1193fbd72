"""Path models estimated from correlation matrices, many at a time: the sample is one, its resamples are thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Blueprint", "PathEstimates", "correlations_of", "estimate_paths", "solve_each", "total_effects"]

TOLERANCE: Final = 1e-9
"""The iteration has converged when no outer weight changes by more than this."""
MAX_ITERATIONS: Final = 300
_SINGULAR = 1e-10  # pivot of a correlation matrix below which its variables count as linearly dependent

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Blueprint:
    """A path model in numbers instead of names; made by ``PathModel.blueprint``.

    Attributes
    ----------
    construct_of : numpy.ndarray
        Number of the construct of each item.
    arrows : numpy.ndarray
        Constructs x constructs, true where a path leads to the row from the column.
    order : tuple of int
        The constructs, each after all from which a path leads to it.
    mode_b : tuple of int
        Constructs whose outer weights are regression weights.
    """

    construct_of: NDArray[np.intp]
    arrows: NDArray[np.bool_]
    order: tuple[int, ...]
    mode_b: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PathEstimates:
    """Estimates of a stack of matrices, the first axis throughout. Where a matrix cannot be solved they are missing.

    Attributes
    ----------
    weights, loadings : numpy.ndarray
        Stack x items.
    correlations : numpy.ndarray
        Stack x constructs x constructs.
    paths : numpy.ndarray
        Stack x constructs x constructs, to the row from the column.
    iterations : numpy.ndarray
        Steps taken; converged where below :data:`MAX_ITERATIONS`.
    """

    weights: Floats
    loadings: Floats
    correlations: Floats
    paths: Floats
    iterations: NDArray[np.intp]

    @property
    def r_squared(self) -> Floats:
        """Share of the variance of each construct that its predecessors explain, stack x constructs."""
        return np.asarray((self.paths * self.correlations).sum(axis=2))


def correlations_of(covariances: Floats) -> Floats:
    """Return correlation matrices; all missing where an item does not vary.

    Examples
    --------
    >>> correlations_of(np.array([[[4.0, 1.0], [1.0, 1.0]]]))
    array([[[1. , 0.5], [0.5, 1. ]]])
    """
    variance = np.diagonal(covariances, axis1=1, axis2=2)
    varies: NDArray[np.bool_] = np.asarray((variance > 1e-12).all(axis=1))
    spread = np.sqrt(np.where(varies[:, None], variance, np.nan))
    return np.asarray(covariances / spread[:, :, None] / spread[:, None, :])


def estimate_paths(correlations: Floats, blueprint: Blueprint, scheme: str, signs: Floats) -> PathEstimates:
    """Return the estimates of each correlation matrix.

    Parameters
    ----------
    correlations : numpy.ndarray
        Stack x items x items.
    blueprint : Blueprint
        The model.
    scheme : str
        "path", "factorial", "centroid", or "equal weights" for composites that are not iterated.
    signs : numpy.ndarray
        One number per item. A construct's sign is such that its loadings times these numbers sum to more than 0.

    Returns
    -------
    PathEstimates

    Notes
    -----
    Each matrix starts from equal weights and stops by itself, so that the result does not depend on the stack.

    Examples
    --------
    >>> two = Blueprint(np.array([0, 0, 1]), np.array([[False, False], [True, False]]), (0, 1), ())
    >>> r = np.array([[[1, 0.5, 0.4], [0.5, 1, 0.2], [0.4, 0.2, 1]]])
    >>> estimate_paths(r, two, "centroid", np.ones(3)).paths[0, 1].round(3)
    array([0.378, 0.   ])
    """
    belongs = np.eye(len(blueprint.arrows))[blueprint.construct_of]
    usable = np.isfinite(correlations[:, 0, 0])
    iterations = np.zeros(len(correlations), dtype=np.intp)
    weights = np.full(correlations.shape[:2], np.nan)
    weights[usable] = 1.0
    if scheme != "equal weights":
        going = np.flatnonzero(usable)
        matrices, old = correlations[going], np.zeros((going.size, correlations.shape[1]))
        inverses = _inverses(matrices, blueprint)
        new = weights[going]
        for step in range(MAX_ITERATIONS):
            new, with_scores, between = _scores(matrices, new, belongs, blueprint.construct_of)
            still = np.abs(new - old).max(axis=1) > TOLERANCE  # false where the matrix has turned out to be singular
            weights[going[~still]] = new[~still]
            iterations[going] = step
            if not still.any():
                break
            if not still.all():
                going, matrices, new = going[still], matrices[still], new[still]
                with_scores, between = with_scores[still], between[still]
                inverses = {j: one[still] for j, one in inverses.items()}
            old = new
            inner = _inner_weights(between, blueprint, scheme)
            new = (with_scores * inner[:, blueprint.construct_of]).sum(axis=2)
            for j, inverse in inverses.items():
                block = blueprint.construct_of == j
                new[:, block] = (inverse @ new[:, block, None])[:, :, 0]
        else:
            weights[going], iterations[going] = new, MAX_ITERATIONS
    weights, with_scores, between = _scores(correlations, weights, belongs, blueprint.construct_of)
    loadings = np.take_along_axis(with_scores, blueprint.construct_of[None, :, None], axis=2)[:, :, 0]
    turn = np.where((loadings * signs) @ belongs < 0, -1.0, 1.0)
    between = between * turn[:, :, None] * turn[:, None, :]
    turn_items = turn[:, blueprint.construct_of]
    paths = _regressions(between, blueprint)
    return PathEstimates(weights * turn_items, loadings * turn_items, between, paths, iterations)


def total_effects(paths: Floats, order: tuple[int, ...]) -> Floats:
    """Return direct plus indirect effects, stack x constructs x constructs, on the row from the column.

    Examples
    --------
    >>> chain = np.zeros((1, 3, 3))
    >>> chain[0, 1, 0], chain[0, 2, 1] = 0.5, 0.4
    >>> total_effects(chain, (0, 1, 2))[0, 2]
    array([0.2, 0.4, 0. ])
    """
    total = np.zeros_like(paths)
    for j in order:
        total[:, j] = paths[:, j] + (paths[:, j, None, :] @ total)[:, 0]
    return total


def solve_each(matrices: Floats, right: Floats) -> Floats:
    """Return the solutions of many small systems with positive definite matrices; missing where one is singular.

    Parameters
    ----------
    matrices : numpy.ndarray
        ... x k x k, with ones or numbers near one on the diagonal.
    right : numpy.ndarray
        ... x k x m.

    Notes
    -----
    Gauss-Jordan elimination of all systems at once. A call of LAPACK per system takes three times as long.

    Examples
    --------
    >>> solve_each(np.array([[[1.0, 0.5], [0.5, 1.0]]]), np.array([[[0.75], [0.0]]]))[0, :, 0]
    array([ 1. , -0.5])
    """
    k = matrices.shape[-1]
    work = np.concatenate([matrices, right], axis=-1)
    for i in range(k):
        pivot = work[..., i : i + 1, i : i + 1]
        row = work[..., i : i + 1, i:] / np.where(pivot > _SINGULAR, pivot, np.nan)
        work[..., i:] -= work[..., :, i : i + 1] * row
        work[..., i : i + 1, i:] = row
    return work[..., k:]


def _scores(
    matrices: Floats, weights: Floats, belongs: Floats, construct_of: NDArray[np.intp]
) -> tuple[Floats, Floats, Floats]:
    """Return weights that give scores a variance of 1, correlations of items with scores, and among the scores."""
    with_scores = matrices @ (weights[:, :, None] * belongs)
    between = belongs.T @ (weights[:, :, None] * with_scores)
    spread = np.sqrt(np.diagonal(between, axis1=1, axis2=2))
    return (
        weights / spread[:, construct_of],
        with_scores / spread[:, None, :],
        between / spread[:, :, None] / spread[:, None, :],
    )


def _inner_weights(between: Floats, blueprint: Blueprint, scheme: str) -> Floats:
    """Return how much each neighbour (last axis) counts in the inner proxy of each construct."""
    if scheme == "path":
        return _regressions(between, blueprint) + blueprint.arrows.T * between
    neighbours = blueprint.arrows | blueprint.arrows.T
    return neighbours * (np.sign(between) if scheme == "centroid" else between)


def _regressions(between: Floats, blueprint: Blueprint) -> Floats:
    """Return the regression of each construct on its predecessors, all in one call.

    Shorter lists of predecessors are filled up with the construct itself, whose equation is then 1 x coefficient = 0.
    """
    targets = np.flatnonzero(blueprint.arrows.any(axis=1))
    longest = int(blueprint.arrows.sum(axis=1).max())
    lists = [np.flatnonzero(blueprint.arrows[j]) for j in targets]
    sources = np.array([[*found, *[j] * (longest - found.size)] for j, found in zip(targets, lists, strict=True)])
    real = sources != targets[:, None]
    keep = real[:, :, None] & real[:, None, :]
    matrices = np.where(keep, between[:, sources[:, :, None], sources[:, None, :]], np.eye(longest))
    right = np.where(real, between[:, sources, targets[:, None]], 0.0)
    paths = np.zeros_like(between)
    paths[:, targets[:, None], sources] = solve_each(matrices, right[..., None])[..., 0]
    return paths


def _inverses(matrices: Floats, blueprint: Blueprint) -> dict[int, Floats]:
    """Return the inverted item correlations of each construct in mode B."""
    found = {}
    for j in blueprint.mode_b:
        block = np.flatnonzero(blueprint.construct_of == j)
        identity = np.broadcast_to(np.eye(block.size), (len(matrices), block.size, block.size))
        found[j] = solve_each(matrices[:, block[:, None], block], identity)
    return found
