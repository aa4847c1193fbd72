"""Relationship quality on two levels: episodes, and the relationship that they build or damage.

Liljander and Strandvik describe the model: on the level of the episode, performance against a comparison standard with
a zone of tolerance, then quality, sacrifice, value and satisfaction; on the level of the relationship the same again,
with image, bonds, commitment and behaviour. Their model is conceptual: it has no equation and no coefficient. Every
equation, and every number, in this module is this workbook's own formalisation. It is also a selection: a performance,
a standard and a zone of the relationship itself, which they name too, are carried by the episodes here. Bonds and
commitment are in ``relationship_commitment``, whole histories in ``relationship_history``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import broadcast, number, numbers, plain

__all__ = [
    "ANCHOR",
    "HIGHEST",
    "LOWEST",
    "TEACHING_MODEL",
    "Episode",
    "RelationshipModel",
    "RelationshipState",
    "experience_episode",
    "relationship_satisfaction",
]

LOWEST: Final = 1.0
"""Lowest score of performance, quality and alternatives."""
HIGHEST: Final = 10.0
"""Highest score."""
ANCHOR: Final = 8.0
"""Scale point at which a customer's sensitivity makes no difference."""


@dataclass(frozen=True)
class RelationshipModel:
    """The parameters of the model: what an episode does to the relationship, and what makes a customer stay.

    Parameters
    ----------
    zone_width : number
        Width of the zone of tolerance, points on the scale 1 to 10; 0 means that everything is noticed.
    speed : number
        Share of the distance from the zone by which relationship quality follows an episode, 0 to 1; written k.
    image_filter : number
        Weight of the image in how performance is perceived, 0 (seen as it is) to 1 (only the image counts).
    image_speed : number
        Share of the distance by which the image follows relationship quality after each episode, 0 to 1; small.
    quality_weight, value_weight : number
        Points of satisfaction per point of quality and of value.
    constant : number
        Commitment of a customer with neutral satisfaction, no bonds and an alternative of 5.5.
    satisfaction_effect, barrier_effect, tie_effect, alternative_effect : number, 0 or more
        Commitment gained per point of satisfaction, per barrier and per tie at full strength, and lost per point of
        the best alternative. Commitment is on the scale of the logit.

    Raises
    ------
    InputError
        If a parameter is outside its range.

    Notes
    -----
    Source: [liljander1995] for the constructs; the parameters are this workbook's own formalisation

    Examples
    --------
    >>> TEACHING_MODEL.speed
    0.3
    """

    zone_width: float
    speed: float
    image_filter: float
    image_speed: float
    quality_weight: float
    value_weight: float
    constant: float
    satisfaction_effect: float
    barrier_effect: float
    tie_effect: float
    alternative_effect: float

    def __post_init__(self) -> None:
        """Check the parameters."""
        highest = {"zone_width": HIGHEST - LOWEST, "speed": 1.0, "image_filter": 1.0, "image_speed": 1.0}
        for one in fields(self):
            low = -np.inf if one.name == "constant" else 0.0
            high = highest.get(one.name, np.inf)
            ends = "any size" if one.name == "constant" else f"0 {f'to {high:g}' if np.isfinite(high) else 'or more'}"
            checked = number(
                getattr(self, one.name), one.name, low=low, high=high, expected=f"one finite number, {ends}"
            )
            object.__setattr__(self, one.name, checked)


TEACHING_MODEL: Final = RelationshipModel(
    zone_width=1.7,
    speed=0.3,
    image_filter=0.2,
    image_speed=0.05,
    quality_weight=0.5,
    value_weight=0.5,
    constant=-0.2,
    satisfaction_effect=0.5,
    barrier_effect=0.7,
    tie_effect=0.4,
    alternative_effect=0.35,
)
"""The workbook's parameters. The first six are made up for teaching, save that 1.7 is the mean width of the zone in 17
libraries (willingness to help, on a scale from 1 to 9). The effects on commitment, save that of barriers, are
calibrated: with them, simulated customers show the correlations of an investment-model survey of couples; see
``relationship_simulation``."""


@dataclass(frozen=True, eq=False)
class RelationshipState:
    """Where a relationship stands between two episodes: its quality, its sacrifice, and the provider's image.

    Each is a number for one customer, or an array with an entry per customer. Quality and image are on the scale 1 to
    10; sacrifice is in points that price and effort take from quality to leave value.
    """

    quality: Any
    sacrifice: Any
    image: Any


@dataclass(frozen=True, eq=False)
class Episode:
    """One episode as the customer lives it; made by :func:`experience_episode`.

    Attributes
    ----------
    standard, low, high
        Comparison standard, and the ends of the zone of tolerance around it.
    quality
        Episode quality: performance as seen through the image.
    distance
        Points by which episode quality lies above the zone, or below it if negative; 0 inside.
    value, satisfaction
        Episode value (quality less sacrifice) and episode satisfaction.
    after : RelationshipState
        The relationship after the episode.
    """

    standard: Any
    low: Any
    high: Any
    quality: Any
    distance: Any
    value: Any
    satisfaction: Any
    after: RelationshipState


def experience_episode(
    model: RelationshipModel,
    state: RelationshipState,
    *,
    performance: ArrayLike,
    sacrifice: ArrayLike = 0.0,
    leniency: ArrayLike = 0.0,
    sensitivity: ArrayLike = 0.0,
) -> Episode:
    """Return one episode as a customer lives it, and the relationship after it.

    Use it to follow a customer by hand, episode by episode;
    :func:`~relmark_helpers.calculations.relationship_history.follow_customer` does so for a whole history. It is
    no estimate of how real customers update.

    Parameters
    ----------
    model : RelationshipModel
        The parameters.
    state : RelationshipState
        The relationship before the episode.
    performance : number or array_like
        What the provider did, on the scale 1 to 10.
    sacrifice : number or array_like
        Points of quality that price and effort take away; below 0 for a bargain.
    leniency, sensitivity : number or array_like
        How much this customer's satisfaction differs from that of most customers: in level, and per point of quality.

    Returns
    -------
    Episode
        Of numbers, or of arrays where an argument is an array (one entry per customer).

    Raises
    ------
    InputError
        If performance is outside 1 to 10, or another argument is not finite.

    Notes
    -----
    With RQ for relationship quality and width w, in this order:

    1. quality = (1 - image_filter) performance + image_filter image
    2. standard = RQ, so that an episode is compared with the relationship as it stands; zone: RQ - w/2 to RQ + w/2
    3. distance = quality - nearest end of the zone, or 0 inside it
    4. RQ after = RQ + speed x distance: **only an episode outside the zone moves relationship quality**
    5. value = quality - sacrifice
    6. satisfaction = quality_weight x quality + value_weight x value + leniency + sensitivity x (quality - 8)
    7. sacrifice after = sacrifice + speed x (this episode's - sacrifice); image after = image + image_speed x
       (RQ after - image)

    For the same RQ and quality, a wider zone never gives a larger step. Without the filter this holds for every step of
    whole histories, although they then differ in RQ: the two never drift further apart than the zones' ends do.

    Checked against: histories computed by hand; the invariants above.

    Source: [liljander1995] for constructs and order; the equations are this workbook's own formalisation, in which
    the comparison of an episode with the existing relationship follows Järvelin and Lehtinen (1996)

    Examples
    --------
    >>> start = RelationshipState(quality=7.0, sacrifice=1.0, image=7.0)
    >>> poor = experience_episode(TEACHING_MODEL, start, performance=4, sacrifice=1)
    >>> round(poor.quality, 3), round(poor.low, 3), round(poor.distance, 3)
    (4.6, 6.15, -1.55)
    >>> round(poor.after.quality, 3)
    6.535
    """
    expected = f"a score from {LOWEST:g} to {HIGHEST:g}"
    given = broadcast(
        performance=numbers(performance, "performance", low=LOWEST, high=HIGHEST, expected=expected),
        sacrifice=numbers(sacrifice, "sacrifice"),
        leniency=numbers(leniency, "leniency"),
        sensitivity=numbers(sensitivity, "sensitivity"),
        state=numbers(state.quality, "state.quality"),
    )
    performed, sacrificed, lenient, sensitive, standard = given
    quality = (1 - model.image_filter) * performed + model.image_filter * state.image
    low, high = standard - model.zone_width / 2, standard + model.zone_width / 2
    distance = quality - np.clip(quality, low, high)
    after = standard + model.speed * distance
    value = quality - sacrificed
    return Episode(
        standard=plain(standard),
        low=plain(low),
        high=plain(high),
        quality=plain(quality),
        distance=plain(distance),
        value=plain(value),
        satisfaction=plain(_satisfaction(model, quality, value, lenient, sensitive)),
        after=RelationshipState(
            quality=plain(after),
            sacrifice=plain(state.sacrifice + model.speed * (sacrificed - state.sacrifice)),
            image=plain(state.image + model.image_speed * (after - state.image)),
        ),
    )


def relationship_satisfaction(
    model: RelationshipModel, state: RelationshipState, *, leniency: ArrayLike = 0.0, sensitivity: ArrayLike = 0.0
) -> Any:
    """Return satisfaction with the relationship, by the same equation as satisfaction with an episode.

    Parameters
    ----------
    model : RelationshipModel
        The parameters.
    state : RelationshipState
        The relationship; its value is its quality less its sacrifice.
    leniency, sensitivity : number or array_like
        As for :func:`experience_episode`.

    Returns
    -------
    float, or an array where an argument is an array
        Points; not cut off at the ends of the scale.

    Source: [liljander1995] for the constructs; the equation is this workbook's own formalisation

    Examples
    --------
    >>> round(relationship_satisfaction(TEACHING_MODEL, RelationshipState(7.0, 1.0, 7.0)), 6)
    6.5
    """
    quality, sacrifice, lenient, sensitive = broadcast(
        quality=numbers(state.quality, "state.quality"),
        sacrifice=numbers(state.sacrifice, "state.sacrifice"),
        leniency=numbers(leniency, "leniency"),
        sensitivity=numbers(sensitivity, "sensitivity"),
    )
    return plain(_satisfaction(model, quality, quality - sacrifice, lenient, sensitive))


def _satisfaction(
    model: RelationshipModel,
    quality: NDArray[np.float64],
    value: NDArray[np.float64],
    leniency: NDArray[np.float64],
    sensitivity: NDArray[np.float64],
) -> NDArray[np.float64]:
    weighed = model.quality_weight * quality + model.value_weight * value
    return np.asarray(weighed + leniency + sensitivity * (quality - ANCHOR))
