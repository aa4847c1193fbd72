"""The exercise of the start page, which shows how a check works."""

from __future__ import annotations

from typing import Final

from relmark_helpers.exercises.exercise import ChoiceExercise, Exercise

EXERCISES: Final[tuple[Exercise, ...]] = (
    ChoiceExercise(
        "00.1",
        "Read",
        "Try a check",
        0,
        hints=(
            "One question ends with the sale, the other begins there.",
            "Relationship marketing asks what happens after the sale.",
        ),
        well_done="That is how a check answers. In the lessons it also says what is wrong with a wrong answer.",
        right="B",
        wrong={"A": "That question ends with the sale. Relationship marketing asks what happens after it."},
    ),
)
