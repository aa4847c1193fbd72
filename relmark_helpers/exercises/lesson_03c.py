"""Exercises of lesson 03c: episodes outside the zone, and what makes customers stay or leave."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from relmark_helpers.calculations.relationship_commitment import NEUTRAL, commitment
from relmark_helpers.calculations.relationship_quality import HIGHEST, TEACHING_MODEL
from relmark_helpers.calculations.relationship_simulation import simulate_relationships
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    Exercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)


def _after(given: Mapping[str, float], *, half: float = 0.5) -> float:
    """Return relationship quality after an episode below the zone, whose end is ``half`` widths below it."""
    low = given["quality"] - half * given["width"]
    return given["quality"] + given["speed"] * (given["performance"] - low)


def _total(satisfaction: float, barriers: float, ties: float, alternatives: float) -> float:
    """Return commitment with the workbook's weights."""
    return -0.2 + 0.5 * (satisfaction - 5.5) + 0.7 * barriers + 0.4 * ties - 0.35 * (alternatives - 5.5)


def _odds(total: float) -> float:
    return 1 / (1 + math.exp(-total))


def _stays(given: Mapping[str, float], *bonds: str) -> float:
    """Return the probability that the customer stays with these bonds."""
    return _odds(
        float(
            commitment(
                TEACHING_MODEL,
                satisfaction=given["satisfaction"],
                bonds={name: given[name] for name in bonds},
                alternatives=given["alternatives"],
            )
        )
    )


def _fall(given: Mapping[str, float]) -> float:
    return _stays(given, "legal", "technological") - _stays(given, "legal")


@cache
def _customers() -> pd.DataFrame:
    return simulate_relationships(5_000, np.random.default_rng(1995)).customers


def _leaving(
    better: float,
    *,
    who: str = "satisfied",
    highest: float = HIGHEST,
    lowest: float = -np.inf,
    how: str = "mean probability",
    disposed: bool = True,
) -> float:
    """Return the expected share who leave if everybody's best alternative gets better by some points."""
    customers = _customers()
    satisfied = customers["satisfaction"] > NEUTRAL
    chosen = customers[{"satisfied": satisfied, "dissatisfied": ~satisfied, "all": satisfied | ~satisfied}[who]]
    gain = (chosen["alternatives"] + better).clip(lowest, highest) - chosen["alternatives"]
    total = chosen["commitment"] - TEACHING_MODEL.alternative_effect * gain
    if not disposed:
        total = total - chosen["disposition"]
    if how == "probability of the mean":
        return 1 - _odds(float(total.mean()))
    stay = special.expit(total)
    return float((stay < 0.5).mean() if how == "count" else 1 - stay.mean())


_STEPS: Final = tuple(step / 10 for step in range(14, 31) if step not in (18, 19))

EXERCISES: Final[tuple[Exercise, ...]] = (
    NumberExercise(
        "03c.1",
        "Complete",
        "Follow a bad episode",
        1,
        hints=(
            "Where does the zone of tolerance end at the bottom? Half of its width lies below relationship quality.",
            "How far below that end is the episode? That distance counts, not the one from the middle.",
            "Relationship quality falls by the speed times the distance.",
        ),
        well_done="The zone forgives the first points of a failure. Only what goes beyond it moves the relationship.",
        given=(
            Given("quality", 7.6, "points", "relationship quality before the episode", (7.2, 7.6, 8.0)),
            Given("width", 2.0, "points", "width of the zone of tolerance", (1.6, 2.0, 2.4)),
            Given("speed", 0.4, "share", "speed", (0.25, 0.4, 0.45)),
            Given("performance", 3.5, "points", "quality of the episode", (3.0, 3.5, 4.0)),
        ),
        answer=_after,
        unit="points",
        tolerance=0.005,
        mistakes=(
            Mistake(
                lambda given: _after(given, half=0),
                "You measured from the middle of the zone. Inside the zone nothing counts: start at its lower end.",
            ),
            Mistake(
                lambda given: _after(given, half=1),
                "You took the whole width. The zone reaches half of it below relationship quality.",
            ),
            Mistake(
                lambda given: _after(given, half=-0.5),
                "You measured from the upper end of the zone. This episode is a bad one: start at the lower end.",
            ),
            Mistake(
                lambda given: _after({**given, "speed": 1}),
                "You left out the speed: the relationship follows the episode only by a share of the distance.",
            ),
            Mistake(
                lambda given: _after(given) - given["quality"],
                "That is the change. Add it to relationship quality before the episode.",
            ),
            Mistake(
                lambda given: 2 * given["quality"] - _after(given),
                "The episode lies below the zone, so relationship quality cannot rise.",
            ),
        ),
    ),
    FunctionExercise(
        "03c.2",
        "Build",
        "Write the probability of staying",
        3,
        hints=(
            "Commitment is a sum of five parts. Which of them count from the middle of the scale?",
            "Satisfaction less 5.5, and alternatives less 5.5, each times its weight; the last part is taken away.",
            "The probability is 1 / (1 + np.exp(-c)) for a commitment of c.",
        ),
        well_done="Satisfaction is one part of four. A customer can be bound, or have nowhere to go.",
        answer=lambda satisfaction, barriers, ties, alternatives: _odds(
            _total(satisfaction, barriers, ties, alternatives)
        ),
        cases=(
            ((5.5, 0, 0, 5.5), "a customer in the middle of both scales, without bonds"),
            ((8, 0, 0.5, 9), "a satisfied customer with a good alternative"),
            ((3, 3, 0, 4), "a dissatisfied customer behind three barriers"),
            ((6, 1, 2, 2), "bonds of both kinds"),
        ),
        mistakes=(
            (
                _total,
                "That is commitment, which can be any number. Turn it into a probability with np.exp.",
            ),
            (
                lambda satisfaction, barriers, ties, alternatives: _odds(
                    _total(satisfaction, barriers, ties, 11 - alternatives)
                ),
                "A good alternative draws customers away: its part is taken away, not added.",
            ),
            (
                lambda satisfaction, barriers, ties, alternatives: _odds(
                    _total(satisfaction + 5.5, barriers, ties, alternatives + 5.5)
                ),
                "Satisfaction and alternatives count from the middle of the scale: take 5.5 from each.",
            ),
            (
                lambda satisfaction, barriers, ties, alternatives: _odds(
                    -_total(satisfaction, barriers, ties, alternatives)
                ),
                "That is the probability of leaving: a minus sign is missing in np.exp, or there is one too many.",
            ),
            (
                lambda satisfaction, barriers, ties, alternatives: _odds(
                    _total(satisfaction, barriers, ties, alternatives) + 0.2
                ),
                "You left out the constant.",
            ),
            (
                lambda satisfaction, barriers, ties, alternatives: _odds(
                    _total(satisfaction, ties, barriers, alternatives)
                ),
                "The weights of barriers and ties are swapped.",
            ),
        ),
        tolerance=0.0005,
    ),
    ChoiceExercise(
        "03c.3",
        "Read",
        "Say what the four cells show",
        1,
        hints=(
            "Compare the two lower cells: what do those who stay have more of, and what less?",
            "Which customers are these, and what was decided before they were simulated?",
        ),
        well_done=(
            "Staying is behaviour. Who is held stays too, until a barrier falls or somebody offers something better."
        ),
        right="D",
        wrong={
            "A": ("Far more of the satisfied stay than of the dissatisfied: it counts, and does not decide alone."),
            "B": (
                "The limits are for the draw of simulated customers. How many of the dissatisfied stay follows from "
                "barriers that this workbook chose."
            ),
            "C": (
                "They stay with more barriers and poorer alternatives than those who leave. Take these away, and the "
                "model lets many of them go."
            ),
        },
    ),
    NumberExercise(
        "03c.4",
        "Complete",
        "Take a barrier away",
        2,
        hints=(
            "Compute the probability of staying twice: with both bonds, and with the legal bond alone.",
            "`commitment(TEACHING_MODEL, satisfaction=..., bonds={...}, alternatives=...)` gives commitment, not yet "
            "the probability.",
            "Turn each commitment into a probability with 1 / (1 + np.exp(-c)), then subtract.",
        ),
        well_done="In the model, such a law hits most the provider that relies on barriers.",
        given=(
            Given("satisfaction", 4.4, "points", "relationship satisfaction", (3.8, 4.1, 4.4)),
            Given("legal", 0.5, "strength", "legal bond: a contract", (0.4, 0.5, 0.6)),
            Given("technological", 0.9, "strength", "technological bond: the number would change", (0.8, 0.9, 1.0)),
            Given("alternatives", 6.5, "points", "the best alternative", (6.0, 6.5, 7.0)),
        ),
        answer=_fall,
        unit="(share)",
        tolerance=0.001,
        mistakes=(
            Mistake(
                lambda given: _stays(given, "legal"),
                "That is the probability without the technological bond. By how much is it lower than before?",
            ),
            Mistake(
                lambda given: _stays(given, "legal", "technological"),
                "That is the probability as it is. How high is it without the technological bond?",
            ),
            Mistake(
                lambda given: _stays(given, "legal", "technological") - _stays(given),
                "You took both bonds away. The contract stays.",
            ),
            Mistake(
                lambda given: _stays(given, "legal", "technological") - _stays(given, "technological"),
                "You took the contract away. The law takes the technological bond.",
            ),
            Mistake(
                lambda given: _fall(given) / _stays(given, "legal", "technological"),
                "That is the fall as a share of the probability before. Give the difference of the two.",
            ),
            Mistake(
                lambda given: 0.7 * given["technological"],
                "That is how far commitment falls. Turn both commitments into probabilities first.",
            ),
            Mistake(lambda given: -_fall(given), "The question is by how much it falls: give a number above 0."),
            Mistake(lambda given: 100 * _fall(given), "Those are percentage points. Give a share."),
        ),
    ),
    NumberExercise(
        "03c.5",
        "Transfer",
        "Better the alternatives of a whole market",
        3,
        hints=(
            "Keep the satisfied customers only. By how much does each one's best alternative get better?",
            "Nobody's alternative passes the end of the scale: `.clip(upper=10)`.",
            "A point of the alternative takes 0.35 from commitment. Turn the new commitment into a probability.",
            "The expected share who leave is 1 less the mean probability of staying.",
        ),
        well_done="A rival's offer empties a base of satisfied customers that nothing else holds.",
        given=(Given("better", 2.0, "points", "by which the best alternative gets better", _STEPS),),
        answer=lambda given: _leaving(given["better"]),
        unit="(share)",
        tolerance=0.0005,
        mistakes=(
            Mistake(
                lambda given: _leaving(given["better"], highest=np.inf),
                "Some alternatives are above the end of the scale now. Cut them off there, then take the difference.",
            ),
            Mistake(
                lambda given: 1 - _leaving(given["better"]),
                "That is the share who are expected to stay.",
            ),
            Mistake(
                lambda given: _leaving(0.0),
                "That is the share before the website. Has the new alternative reached commitment?",
            ),
            Mistake(
                lambda given: _leaving(-given["better"], lowest=1),
                "The alternatives got worse in your sum: a better one takes away from commitment.",
            ),
            Mistake(
                lambda given: _leaving(given["better"], who="all"),
                "Those are all customers. The question is about the satisfied.",
            ),
            Mistake(
                lambda given: _leaving(given["better"], who="dissatisfied"),
                "Those are the dissatisfied. Satisfaction above the middle of the scale is asked for.",
            ),
            Mistake(
                lambda given: _leaving(given["better"], disposed=False),
                "Each customer's own disposition is missing: the formula alone leaves it out. Start from the column "
                "`commitment`, which holds it.",
            ),
            Mistake(
                lambda given: _leaving(given["better"], how="probability of the mean"),
                "You turned the mean commitment into a probability. Take each customer's probability first, then the "
                "mean.",
            ),
            Mistake(
                lambda given: _leaving(given["better"]) - _leaving(0.0),
                "That is by how much the share rises.",
            ),
            Mistake(
                lambda given: _leaving(given["better"], how="count"),
                "You counted those for whom leaving is likelier. Of them some stay, and of the others some leave: take "
                "the mean of the probabilities.",
            ),
        ),
    ),
)
