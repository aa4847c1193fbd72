"""Simulated customers who stay, leave or choose among offers, made by the model of bonds with known weights."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.bonds import BONDS, STAY, TEACHING_WEIGHTS, BondWeights, stay_probability
from relmark_helpers.validation import random_generator, whole_number

__all__ = ["simulate_choices", "simulate_stays"]

_RIVALS: Final = ("rival A", "rival B")


def simulate_stays(n: int, generator: np.random.Generator, *, weights: BondWeights = TEACHING_WEIGHTS) -> pd.DataFrame:
    """Return simulated customers who stay or leave, made by the model with known weights.

    Use it to learn what an estimate can recover. It is no evidence about real customers.

    Parameters
    ----------
    n : int
        Customers, 1 or more.
    generator : numpy.random.Generator
        Source of chance, for example ``numpy.random.default_rng(1991)``.
    weights : BondWeights
        The true weights; those of the workbook unless told otherwise.

    Returns
    -------
    pandas.DataFrame
        Columns ``customer``, ``financial``, ``social``, ``structural`` (uniform from 0 to 1), ``price_gap`` (uniform
        from -20 to 60 units of money) and ``stayed`` (0 or 1).

    Raises
    ------
    InputError
        If ``n`` is not a whole number from 1, or ``generator`` is not a generator.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> simulate_stays(2, np.random.default_rng(1991)).columns.to_list()
    ['customer', 'financial', 'social', 'structural', 'price_gap', 'stayed']
    """
    size = whole_number(n, "n", low=1)
    draws = random_generator(generator).random((size, 5))
    table = pd.DataFrame(draws[:, :3], columns=list(BONDS))
    table["price_gap"] = -20 + 80 * draws[:, 3]
    p = stay_probability(weights, **{name: table[name].to_numpy() for name in [*BONDS, "price_gap"]})
    table["stayed"] = (draws[:, 4] < p).astype(int)
    table.insert(0, "customer", np.arange(1, size + 1))
    return table


def simulate_choices(
    n: int, generator: np.random.Generator, *, weights: BondWeights = TEACHING_WEIGHTS
) -> pd.DataFrame:
    """Return simulated customers who choose between staying and two rivals, made by the model with known weights.

    Use it as :func:`simulate_stays`, for :func:`~relmark_helpers.calculations.bond_fits.fit_choices`.

    Parameters
    ----------
    n, generator, weights
        As for :func:`simulate_stays`.

    Returns
    -------
    pandas.DataFrame
        Three rows per customer: ``customer``, ``offer`` ("stay", "rival A", "rival B"), ``financial``, ``social``,
        ``structural`` (uniform from 0 to 1 for staying and from 0 to 0.5 for rivals, with whom the customer may deal
        too), ``price`` (uniform from 70 to 130) and ``chosen`` (1 for one offer, else 0).

    Raises
    ------
    InputError
        As :func:`simulate_stays`.

    Notes
    -----
    Each offer has the model's utility plus an independent Gumbel draw; the largest is chosen. This gives the
    probabilities of :func:`~relmark_helpers.calculations.bonds.choice_probabilities`.

    Source: [mcfadden1974] for choice by the largest utility

    Examples
    --------
    >>> int(simulate_choices(50, np.random.default_rng(1991)).groupby("customer")["chosen"].sum().max())
    1
    """
    size = whole_number(n, "n", low=1)
    offers = [STAY, *_RIVALS]
    draws = random_generator(generator).random((size, len(offers), 5))
    draws[:, 1:, :3] *= 0.5
    price = 70 + 60 * draws[..., 3]
    staying = np.arange(len(offers)) == 0
    known = draws[..., :3] @ [weights.financial, weights.social, weights.structural]
    utility = known + weights.constant * staying - weights.price * price - np.log(-np.log(draws[..., 4]))
    chosen = utility == utility.max(axis=1, keepdims=True)
    table = pd.DataFrame(draws[..., :3].reshape(-1, 3), columns=list(BONDS))
    table.insert(0, "customer", np.repeat(np.arange(1, size + 1), len(offers)))
    table.insert(1, "offer", offers * size)
    return table.assign(price=price.ravel(), chosen=chosen.ravel().astype(int))
