"""The relationship level of the relationship quality model as a path model, and the paths that a simulation implies.

The constructs, and what leads to what, are Liljander and Strandvik's. That paths are linear, that bonds of a kind count
alike, and every number, are this workbook's own formalisation.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.path_structure import PathModel
from relmark_helpers.calculations.relationship_commitment import BARRIERS, RELATIONSHIP_BONDS
from relmark_helpers.calculations.relationship_simulation import RelationshipSample

__all__ = ["RELATIONSHIP_PATHS", "implied_paths"]

RELATIONSHIP_PATHS: Final = PathModel(
    {
        "sacrifice": ["sacrifice"],
        "quality": ["quality"],
        "value": ["value"],
        "satisfaction": ["satisfaction"],
        "barriers": BARRIERS,
        "ties": RELATIONSHIP_BONDS[5:],
        "alternatives": ["alternatives"],
        "commitment": ["commitment"],
        "staying": ["stayed"],
    },
    [
        ("quality", "value"),
        ("sacrifice", "value"),
        ("quality", "satisfaction"),
        ("value", "satisfaction"),
        ("satisfaction", "commitment"),
        ("barriers", "commitment"),
        ("ties", "commitment"),
        ("alternatives", "commitment"),
        ("commitment", "staying"),
    ],
)
"""The relationship level, with the columns of simulated customers as items. Barriers and ties are formed by five bonds
each, all others are single columns. Fit it with ``fit_composites``: the bonds of a kind count alike, as in the
simulation, and barriers need not agree with each other to hold a customer. Value is quality less sacrifice, so its
equation is an identity (R-squared 1). Staying is 0 or 1: its path is a correlation, and for probabilities use the logit
of :func:`~relmark_helpers.calculations.relationship_fits.fit_relationship`. For answers of a survey put their columns
in the place of states: ``PathModel({**RELATIONSHIP_PATHS.constructs, "quality": ["answer_quality"]},
RELATIONSHIP_PATHS.paths)``."""


def implied_paths(sample: RelationshipSample) -> pd.Series[float]:
    """Return the path coefficients that the parameters of a simulation imply: what an estimate should find.

    Use it on a large sample (50,000 customers or more), or take the mean of it over several, so that the spreads are
    those of the population. The coefficients are standardised, as those of a path model are: they depend on how much
    customers differ, and another population with the same parameters has others.

    Parameters
    ----------
    sample : RelationshipSample
        Simulated customers, with the true parameters.

    Returns
    -------
    pandas.Series
        Indexed by (``source``, ``target``), as the ``params`` of a path model fitted to :data:`RELATIONSHIP_PATHS`.

    Notes
    -----
    Parameter x spread of the source / spread of the target. This is exact for an infinite sample because in the
    simulation

    1. what else moves the target (leniency, sensitivity, disposition) is independent of its sources;
    2. the five bonds of a kind are equally spread, so that a sum of standardised bonds is the sum of strengths.

    The path to staying is the correlation of commitment with staying, by the true probabilities; no parameter gives it.

    Checked against: the spreads by pandas; fits of :data:`RELATIONSHIP_PATHS` in 1,000 simulations each of 100, 300 and
    1,000 customers (a benchmark), in which 95 per cent bootstrap limits hold these paths in 94 to 95 per cent of all
    cases.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
    >>> from relmark_helpers.calculations.path_models import fit_composites
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> truth = implied_paths(simulate_relationships(50_000, np.random.default_rng(1)))
    >>> fit = fit_composites(simulate_relationships(1_000, np.random.default_rng(1995)).customers, RELATIONSHIP_PATHS)
    >>> boot = bootstrap_paths(fit, resamples=1_000, generator=np.random.default_rng(1979))
    >>> boot.summary().xs("commitment", level="target").assign(truth=truth.xs("commitment", level="target")).round(2)
                  estimate  std err   low  high  truth
    source
    satisfaction      0.34     0.03  0.28  0.40   0.40
    barriers          0.44     0.02  0.40  0.47   0.42
    ties              0.24     0.03  0.19  0.29   0.19
    alternatives     -0.31     0.02 -0.35 -0.27  -0.31
    """
    model, customers = sample.model, sample.customers
    parameters = {
        ("quality", "value"): 1.0,
        ("sacrifice", "value"): -1.0,
        ("quality", "satisfaction"): model.quality_weight,
        ("value", "satisfaction"): model.value_weight,
        ("satisfaction", "commitment"): model.satisfaction_effect,
        ("barriers", "commitment"): model.barrier_effect,
        ("ties", "commitment"): model.tie_effect,
        ("alternatives", "commitment"): -model.alternative_effect,
    }
    spread = customers[sorted({name for path in parameters for name in path})].std()
    paths = {(source, target): size * spread[source] / spread[target] for (source, target), size in parameters.items()}
    probability, commitment = customers["probability"], customers["commitment"]
    mean = probability.mean()
    paths["commitment", "staying"] = commitment.cov(probability) / commitment.std() / np.sqrt(mean * (1 - mean))
    index = pd.MultiIndex.from_tuples(RELATIONSHIP_PATHS.paths, names=["source", "target"])
    return pd.Series([float(paths[path]) for path in RELATIONSHIP_PATHS.paths], index=index, name="implied")
