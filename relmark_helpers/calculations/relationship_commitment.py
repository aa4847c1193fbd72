"""Why customers stay: satisfaction, ten bonds and alternatives make commitment, and commitment decides.

The ten bonds, and positive and negative commitment, are Liljander and Strandvik's. They give no equation and no number:
every equation and number in this module is this workbook's own formalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.relationship_quality import HIGHEST, LOWEST, RelationshipModel
from relmark_helpers.validation import InputError, broadcast, numbers, plain, shares

__all__ = ["BARRIERS", "NEUTRAL", "RELATIONSHIP_BONDS", "bond_sums", "commitment", "commitment_kind"]

RELATIONSHIP_BONDS: Final = (
    "legal",
    "economic",
    "technological",
    "geographical",
    "time",
    "knowledge",
    "social",
    "cultural",
    "ideological",
    "psychological",
)
"""The ten bonds of Liljander and Strandvik."""
BARRIERS: Final = RELATIONSHIP_BONDS[:5]
"""Bonds that work as barriers to leaving; the other five are ties of the customer's own. From memory, unverified."""
NEUTRAL: Final = 5.5
"""Middle of the scale from 1 to 10: a customer above it counts as satisfied."""


def bond_sums(bonds: Mapping[str, ArrayLike] | pd.DataFrame) -> tuple[Any, Any]:
    """Return how much barriers hold a customer and how much the customer's own ties do.

    Parameters
    ----------
    bonds : mapping or pandas.DataFrame
        Strength of each bond, 0 (none) to 1 (as strong as it can be), by its name in :data:`RELATIONSHIP_BONDS`. A bond
        that is not named is absent. Other columns of a table are ignored; other names of a mapping are not.

    Returns
    -------
    tuple
        Sum of the five barriers, and sum of the five ties, each 0 to 5.

    Raises
    ------
    InputError
        If a strength is outside 0 to 1 or a mapping names something that is not a bond.

    Notes
    -----
    Within each of the two kinds bonds count alike, for want of figures on their weights.

    Source: [liljander1995] for the bonds (list from memory, unverified)

    Examples
    --------
    >>> bond_sums({"legal": 1, "time": 0.5, "social": 0.25})
    (1.5, 0.25)
    """
    unknown = [name for name in bonds if name not in RELATIONSHIP_BONDS]
    if unknown and not isinstance(bonds, pd.DataFrame):
        raise InputError(
            "bonds",
            found=repr(unknown[0]),
            expected=f"names among {', '.join(RELATIONSHIP_BONDS)}",
            mend="correct the name",
        )
    size = np.zeros(len(bonds)) if isinstance(bonds, pd.DataFrame) else np.zeros(())
    sums = []
    for names in (BARRIERS, RELATIONSHIP_BONDS[5:]):
        strengths: list[NDArray[np.float64]] = [shares(bonds[name], name) for name in names if name in bonds]
        sums.append(plain(np.asarray(sum(strengths, size))))
    return sums[0], sums[1]


def commitment(
    model: RelationshipModel,
    *,
    satisfaction: ArrayLike,
    bonds: Mapping[str, ArrayLike] | pd.DataFrame,
    alternatives: ArrayLike,
    disposition: ArrayLike = 0.0,
) -> Any:
    """Return how strongly a customer is committed; above 0, staying is more likely than leaving.

    Use it to see why a satisfied customer may leave (weak bonds, a good alternative) and a dissatisfied one stay. The
    probability of staying is 1 / (1 + exp(-commitment)).

    Parameters
    ----------
    model : RelationshipModel
        The parameters.
    satisfaction : number or array_like
        Relationship satisfaction, points.
    bonds : mapping or pandas.DataFrame
        As for :func:`bond_sums`.
    alternatives : number or array_like
        How good the best alternative looks, 1 to 10.
    disposition : number or array_like
        What else inclines this customer to stay, on the scale of commitment.

    Returns
    -------
    float, or an array where an argument is an array

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    constant + satisfaction_effect (satisfaction - 5.5) + barrier_effect x barriers + tie_effect x ties -
    alternative_effect (alternatives - 5.5) + disposition. That satisfaction, alternatives and investments add up to
    commitment, and that commitment decides on staying, is the form of the investment model of close relationships.

    Checked against: hand computations; more bonds never give less.

    Source: [liljander1995] for the constructs; the equation is this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
    >>> happy = commitment(TEACHING_MODEL, satisfaction=8, bonds={}, alternatives=10)
    >>> bound = commitment(TEACHING_MODEL, satisfaction=3, bonds=dict.fromkeys(BARRIERS, 1), alternatives=2)
    >>> round(happy, 3), round(bound, 3)
    (-0.525, 3.275)
    """
    barriers, ties = bond_sums(bonds)
    expected = f"a score from {LOWEST:g} to {HIGHEST:g}"
    satisfied, barrier, tie, best, own = broadcast(
        satisfaction=numbers(satisfaction, "satisfaction"),
        barriers=np.asarray(barriers),
        ties=np.asarray(ties),
        alternatives=numbers(alternatives, "alternatives", low=LOWEST, high=HIGHEST, expected=expected),
        disposition=numbers(disposition, "disposition"),
    )
    return plain(
        model.constant
        + model.satisfaction_effect * (satisfied - NEUTRAL)
        + model.barrier_effect * barrier
        + model.tie_effect * tie
        - model.alternative_effect * (best - NEUTRAL)
        + own
    )


def commitment_kind(
    model: RelationshipModel,
    *,
    satisfaction: ArrayLike,
    bonds: Mapping[str, ArrayLike] | pd.DataFrame,
    alternatives: ArrayLike,
    disposition: ArrayLike = 0.0,
) -> Any:
    """Return whether a customer's commitment is positive, negative, or not there.

    "none": leaving is more likely than staying. Else "positive" for a satisfied customer, and "negative" for a
    dissatisfied one, who stays for other reasons: bonds, or the lack of an alternative. Arguments, and what is raised,
    as for :func:`commitment`.

    Returns
    -------
    str, or an array of str where an argument is an array

    Notes
    -----
    Liljander and Strandvik speak of positive and negative commitment, and of customers with a negative attitude whom
    bonds hold. The sharp borders, at even odds and at the middle of the scale of satisfaction, are this workbook's own
    formalisation. A customer near a border is borderline: look at the probability and the satisfaction.

    Source: [liljander1995]

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
    >>> bound = dict.fromkeys(BARRIERS, 1)
    >>> commitment_kind(TEACHING_MODEL, satisfaction=[3, 8, -3], bonds=bound, alternatives=5).tolist()
    ['negative', 'positive', 'none']
    """
    total = np.asarray(
        commitment(model, satisfaction=satisfaction, bonds=bonds, alternatives=alternatives, disposition=disposition)
    )
    satisfied = np.asarray(satisfaction, dtype=float) > NEUTRAL
    kind = np.where(total < 0, "none", np.where(satisfied, "positive", "negative"))
    return str(kind) if kind.ndim == 0 else kind
