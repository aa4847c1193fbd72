"""One customer's history: episodes, what they do to the relationship, and what would change the customer's mind.

The constructs are Liljander and Strandvik's; the equations and numbers are this workbook's own formalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from relmark_helpers.calculations.relationship_commitment import (
    NEUTRAL,
    RELATIONSHIP_BONDS,
    bond_sums,
    commitment,
    commitment_kind,
)
from relmark_helpers.calculations.relationship_quality import (
    HIGHEST,
    LOWEST,
    RelationshipModel,
    RelationshipState,
    experience_episode,
    relationship_satisfaction,
)
from relmark_helpers.validation import InputError, broadcast, number, numbers

__all__ = ["CustomerHistory", "change_circumstances", "follow_customer"]


@dataclass(frozen=True, eq=False)
class CustomerHistory:
    """One customer's episodes and where they led; made by :func:`follow_customer`.

    Attributes
    ----------
    model : RelationshipModel
    expectation : float
        Relationship quality before the first episode.
    episodes : pandas.DataFrame
        Indexed by ``episode`` from 1: ``performance``, ``sacrifice``, ``standard``, ``low``, ``high``, ``quality``,
        ``distance``, ``value``, ``satisfaction``, and after the episode ``relationship_quality``, ``image``.
    state : RelationshipState
        The relationship after the last episode.
    bonds : pandas.Series
        Strength of each of the ten bonds.
    alternatives, disposition, satisfaction : float
        The best alternative, what else inclines the customer to stay, and relationship satisfaction.
    """

    model: RelationshipModel
    expectation: float
    episodes: pd.DataFrame = field(repr=False)
    state: RelationshipState = field(repr=False)
    bonds: pd.Series[float] = field(repr=False)
    alternatives: float
    disposition: float
    satisfaction: float

    @property
    def outside(self) -> int:
        """Number of episodes outside the zone of tolerance: those that moved relationship quality."""
        return int((self.episodes["distance"] != 0).sum())

    @property
    def value(self) -> float:
        """Relationship value: relationship quality less relationship sacrifice."""
        return float(self.state.quality - self.state.sacrifice)

    @property
    def commitment(self) -> float:
        """Commitment after the last episode, on the scale of the logit."""
        return float(commitment(self.model, **self._circumstances()))

    @property
    def probability(self) -> float:
        """Probability that the customer stays."""
        return float(special.expit(self.commitment))

    @property
    def kind(self) -> str:
        """Kind of commitment: "positive", "negative" or "none"; see :func:`commitment_kind`."""
        return str(commitment_kind(self.model, **self._circumstances()))

    @property
    def satisfied(self) -> bool:
        """Whether relationship satisfaction is above the middle of the scale, 5.5."""
        return self.satisfaction > NEUTRAL

    def _circumstances(self) -> dict[str, Any]:
        return {
            "satisfaction": self.satisfaction,
            "bonds": self.bonds.to_dict(),
            "alternatives": self.alternatives,
            "disposition": self.disposition,
        }


def follow_customer(
    model: RelationshipModel,
    performance: ArrayLike,
    *,
    sacrifice: ArrayLike = 0.0,
    expectation: float,
    bonds: Mapping[str, float],
    alternatives: float,
    leniency: float = 0.0,
    sensitivity: float = 0.0,
    disposition: float = 0.0,
) -> CustomerHistory:
    """Return what a series of episodes does to one customer's relationship, and whether the customer would stay.

    Parameters
    ----------
    model : RelationshipModel
        The parameters.
    performance : array_like
        What the provider did in each episode, on the scale 1 to 10, in order of time.
    sacrifice : number or array_like
        Sacrifice in each episode, points. The first is also the relationship's at the start.
    expectation : number
        Relationship quality, and image, before the first episode, 1 to 10.
    bonds, alternatives, leniency, sensitivity, disposition
        As for :func:`commitment` and :func:`experience_episode`, for one customer.

    Returns
    -------
    CustomerHistory

    Raises
    ------
    InputError
        If there is no episode or an argument is outside its range.

    Checked against: histories computed by hand.

    Source: [liljander1995] for the constructs; the equations are this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
    >>> history = follow_customer(TEACHING_MODEL, [7, 7.5, 3, 7], expectation=7, bonds={"legal": 1}, alternatives=6)
    >>> history.episodes["relationship_quality"].round(3).to_list()
    [7.0, 7.0, 6.295, 6.295]
    >>> history.outside, round(history.probability, 2), history.kind
    (1, 0.67, 'positive')
    """
    performed, sacrificed = broadcast(
        performance=numbers(performance, "performance"), sacrifice=numbers(sacrifice, "sacrifice")
    )
    if performed.ndim != 1 or not performed.size:
        raise InputError(
            "performance",
            found=f"shape {performed.shape}",
            expected="a list with one score per episode, at least one",
            mend="pass for example [7, 7.5, 3, 7]",
        )
    expected = f"a score from {LOWEST:g} to {HIGHEST:g}"
    start = number(expectation, "expectation", low=LOWEST, high=HIGHEST, expected=expected)
    state = RelationshipState(quality=start, sacrifice=float(sacrificed[0]), image=start)
    lived = []
    for score, cost in zip(performed, sacrificed, strict=True):
        episode = experience_episode(
            model, state, performance=score, sacrifice=cost, leniency=leniency, sensitivity=sensitivity
        )
        state = episode.after
        lived.append(episode)
    columns = ("standard", "low", "high", "quality", "distance", "value", "satisfaction")
    episodes = pd.DataFrame(
        {"performance": performed, "sacrifice": sacrificed}
        | {name: [getattr(one, name) for one in lived] for name in columns}
        | {"relationship_quality": [one.after.quality for one in lived], "image": [one.after.image for one in lived]},
        index=pd.RangeIndex(1, len(lived) + 1, name="episode"),
    )
    strengths = {name: number(value, f"bonds[{name!r}]") for name, value in bonds.items()}
    history = CustomerHistory(
        model=model,
        expectation=start,
        episodes=episodes,
        state=state,
        bonds=pd.Series({name: strengths.get(name, 0.0) for name in RELATIONSHIP_BONDS}, name="strength"),
        alternatives=number(alternatives, "alternatives", low=LOWEST, high=HIGHEST, expected=expected),
        disposition=number(disposition, "disposition"),
        satisfaction=float(relationship_satisfaction(model, state, leniency=leniency, sensitivity=sensitivity)),
    )
    bond_sums(strengths)
    return history


def change_circumstances(history: CustomerHistory, *, better: float = 2.0) -> pd.DataFrame:
    """Return what the same customer, just as satisfied, would do in other circumstances.

    Use it to see what holds this customer: the episodes, the bonds or the lack of an alternative. The answers are the
    model's: they hold only as far as its weights are causes.

    Parameters
    ----------
    history : CustomerHistory
        The customer.
    better : number
        Points by which a better alternative beats the present one, 0 or more; cut off at 10.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``circumstances``: ``barriers``, ``ties`` (sums of strengths), ``alternatives``, ``commitment``,
        ``probability`` (of staying), ``change`` (of it, from "as it is") and ``kind`` (of commitment).

    Raises
    ------
    InputError
        If ``better`` is below 0.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_commitment import BARRIERS
    >>> from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
    >>> bonds = dict.fromkeys(BARRIERS, 0.8)
    >>> bound = follow_customer(TEACHING_MODEL, [3, 3, 3], expectation=5, bonds=bonds, alternatives=7)
    >>> change_circumstances(bound)[["probability", "kind"]].round(2)
                                                 probability      kind
    circumstances
    as it is                                            0.83  negative
    without barriers                                    0.23      none
    without any bond                                    0.23      none
    with a better alternative                           0.71  negative
    without any bond, with a better alternative         0.13      none
    """
    more = number(better, "better", low=0, expected="points, 0 or more")
    best = min(history.alternatives + more, HIGHEST)
    now = history.bonds.to_dict()
    ties = {name: now[name] for name in RELATIONSHIP_BONDS[5:]}
    nothing: dict[str, float] = {}
    cases = {
        "as it is": (now, history.alternatives),
        "without barriers": (ties, history.alternatives),
        "without any bond": (nothing, history.alternatives),
        "with a better alternative": (now, best),
        "without any bond, with a better alternative": (nothing, best),
    }
    rows = []
    for bonds, alternatives in cases.values():
        circumstances: dict[str, Any] = {
            "satisfaction": history.satisfaction,
            "bonds": bonds,
            "alternatives": alternatives,
            "disposition": history.disposition,
        }
        total = commitment(history.model, **circumstances)
        barriers, own = bond_sums(bonds)
        kind = commitment_kind(history.model, **circumstances)
        rows.append((barriers, own, alternatives, total, float(special.expit(total)), kind))
    columns = ["barriers", "ties", "alternatives", "commitment", "probability", "kind"]
    table = pd.DataFrame(rows, index=pd.Index(list(cases), name="circumstances"), columns=columns)
    table.insert(5, "change", table["probability"] - table["probability"].iloc[0])
    return table
