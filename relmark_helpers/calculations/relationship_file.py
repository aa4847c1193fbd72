"""A made-up customer file: answers on trust, commitment and benefits, what customers do, and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from relmark_helpers.calculations.placed_customers import place_customers
from relmark_helpers.calculations.true_relationships import SCORES, TEACHING_CUTS
from relmark_helpers.validation import random_generator, whole_number

__all__ = ["RELATIONSHIP_ITEMS", "RelationshipFile", "simulate_relationship_file"]

RELATIONSHIP_ITEMS: Final = MappingProxyType(
    {
        name: tuple(f"{name}_{number}" for number in range(1, count + 1))
        for name, count in zip(SCORES, (3, 3, 3, 4, 4), strict=True)
    }
)
"""Columns of the items of each score. No published scale: the items have no wording."""

_MEAN = np.array([5.3, 4.5, 3.4, 3.8, 3.8])  # of the true scores, in the order of SCORES
_SD = np.array([1.0, 1.2, 1.3, 1.3, 1.2])
_COMMON = np.array([0.50, 0.85, 0.80, 0.80, 0.70])  # correlation of each true score with what they share
_ITEM_SD = 0.9  # spread of a single answer about the true score
_MISSING = 0.02  # share of answers left out
_SIGNS = MappingProxyType(  # probability that a true and any other relationship shows the sign
    {
        "repeat_purchase": (0.90, 0.78),
        "word_of_mouth": (0.65, 0.25),
        "shares_information": (0.55, 0.25),
        "prefers_one_firm": (0.70, 0.35),
        "several_suppliers": (0.30, 0.60),
        "negative_commitment": (0.05, 0.20),
    }
)
_YEARS = (7.0, 4.0)  # mean years of a true and any other relationship


@dataclass(frozen=True, eq=False)
class RelationshipFile:
    """A simulated customer file with the truth; made by :func:`simulate_relationship_file`.

    Attributes
    ----------
    answers : pandas.DataFrame
        One row per customer: ``customer``, ``years``, six signs (true or false), and the items of
        :data:`RELATIONSHIP_ITEMS`, 1 to 7 or missing.
    truth : pandas.DataFrame
        One row per customer: the true scores (columns ``SCORES``) and ``kind``, by the teaching cuts. Known in a
        simulation only.
    """

    answers: pd.DataFrame
    truth: pd.DataFrame = field(repr=False)


def simulate_relationship_file(customers: int, generator: np.random.Generator) -> RelationshipFile:
    """Return a made-up customer file in which the true kind of each relationship is known.

    Use it to see how many customers a placing by scores gets right. It says nothing about real customers: no survey of
    this kind with data was found, and every number in it is chosen.

    Parameters
    ----------
    customers : int
        Customers, 1 or more.
    generator : numpy.random.Generator
        Source of chance. Only its uniform draws are used, which NumPy keeps stable.

    Returns
    -------
    RelationshipFile

    Raises
    ------
    InputError
        If ``customers`` is not a whole number of 1 or more, or ``generator`` is none.

    Notes
    -----
    True scores are normal with a common factor. Answers are true score plus error (sd 0.9), rounded and cut off at 1
    and 7; 2 per cent are left out at random. Signs and years are drawn from the true kind only, so that holding them
    against it is no test. Chosen so that more relationships are spurious than true, and repeat purchase is frequent in
    both: this workbook's reading of the abstract of a study of car dealers' customers (commitment high in behaviour).
    The lecture notes list "no or occasional purchase" among the signs of spurious relationships, which this departs
    from. Nothing else is taken from a study.

    Source: this workbook's own; [liljander2002] for the direction of two findings (abstract)

    Examples
    --------
    >>> file = simulate_relationship_file(600, np.random.default_rng(2002))
    >>> file.answers.shape, sorted(set(file.truth["kind"]))
    ((600, 25), ['outside the table', 'spurious', 'true'])
    """
    n = whole_number(customers, "customers", low=1)
    items = [item for names in RELATIONSHIP_ITEMS.values() for item in names]
    owner = np.repeat(np.arange(5), [len(names) for names in RELATIONSHIP_ITEMS.values()])
    drawn = random_generator(generator).random((n, 6 + 2 * len(items) + len(_SIGNS) + 1))
    u_score, u_item, u_left, u_rest = np.split(drawn, np.cumsum([6, len(items), len(items)]), axis=1)
    z = special.ndtri(u_score)
    scores = _MEAN + _SD * (_COMMON * z[:, :1] + np.sqrt(1 - _COMMON**2) * z[:, 1:])
    truth = pd.DataFrame(scores, columns=list(SCORES))
    truth["kind"] = place_customers(truth, 0.0, cuts=TEACHING_CUTS).table["kind"]
    other = (truth["kind"] != "true").to_numpy(dtype=int)
    answers = pd.DataFrame({"customer": [f"R{number:04d}" for number in range(1, n + 1)]})
    answers["years"] = np.round(np.minimum(0.5 - np.array(_YEARS)[other] * np.log1p(-u_rest[:, -1]), 30), 1)
    for at, (sign, odds) in enumerate(_SIGNS.items()):
        answers[sign] = u_rest[:, at] < np.array(odds)[other]
    given = np.clip(np.rint(scores[:, owner] + _ITEM_SD * special.ndtri(u_item)), 1, 7)
    table = pd.DataFrame(np.where(u_left < _MISSING, np.nan, given), columns=items).astype("Int64")
    return RelationshipFile(pd.concat([answers, table], axis=1), truth)
