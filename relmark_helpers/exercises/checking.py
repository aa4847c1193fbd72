"""The student's side of exercises: given numbers, the check, and progress."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from types import CodeType
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from relmark_helpers.exercises import (
    lesson_00,
    lesson_01,
    lesson_01b,
    lesson_01c,
    lesson_02,
    lesson_02b,
    lesson_02c,
    lesson_02d,
    lesson_03,
    lesson_03b,
    lesson_03c,
    lesson_03d,
    lesson_04,
    lesson_04b,
    lesson_04c,
    lesson_04d,
)
from relmark_helpers.exercises.exercise import Exercise, Given, Verdict, as_number
from relmark_helpers.exercises.progress import recall, remember
from relmark_helpers.validation import InputError

if TYPE_CHECKING:
    import pandas as pd

_LESSONS = (
    lesson_00,
    lesson_01,
    lesson_01b,
    lesson_01c,
    lesson_02,
    lesson_02b,
    lesson_02c,
    lesson_02d,
    lesson_03,
    lesson_03b,
    lesson_03c,
    lesson_03d,
    lesson_04,
    lesson_04b,
    lesson_04c,
    lesson_04d,
)
EXERCISES: dict[str, Exercise] = {exercise.id: exercise for lesson in _LESSONS for exercise in lesson.EXERCISES}
"""The exercises of all lessons, by number."""

_HEADINGS = {"right": "Right.", "wrong": "Not yet.", "missing": "Open.", "unreadable": "Not readable."}
_COLOURS = {"right": "#2f9e77", "wrong": "#c9500a", "missing": "#5d6b78", "unreadable": "#c9500a"}


@dataclass(frozen=True)
class GivenNumbers:
    """The numbers of one exercise; ``given["retention"]`` reads one of them."""

    _numbers: dict[str, float]
    _meanings: tuple[Given, ...]

    def __getitem__(self, name: str) -> float:
        if name not in self._numbers:
            raise InputError(
                "name", found=repr(name), expected=f"one of {list(self._numbers)}", mend="copy a name from the list"
            )
        return self._numbers[name]

    def __repr__(self) -> str:
        shown = ((g, " ".join([g.show(self._numbers[g.name]), g.unit]).strip()) for g in self._meanings)
        return "\n".join(f"{g.name} = {value}: {g.meaning}" for g, value in shown)

    def _repr_html_(self) -> str:
        row = Markup(
            "<tr><td style='text-align:left'><code>{}</code></td><td style='text-align:right'>{}</td>"
            "<td style='text-align:left'>{}</td><td style='text-align:left'>{}</td></tr>"
        )
        rows = Markup("").join(
            row.format(g.name, g.show(self._numbers[g.name]), g.unit, g.meaning) for g in self._meanings
        )
        names = ("Name", "Value", "Unit", "Meaning")
        head = Markup("").join(Markup("<th style='text-align:left'>{}</th>").format(name) for name in names)
        return Markup("<table><tr>{}</tr>{}</table>").format(head, rows)


@dataclass(frozen=True)
class CheckResult:
    """What a check says to the student; displays as one block of words."""

    exercise: Exercise
    verdict: Verdict
    hint: str
    kept: bool

    @property
    def _lines(self) -> list[str]:
        lines = [self.verdict.message]
        if self.hint:
            lines.append(self.hint)
        if not self.kept:
            lines.append("Progress could not be saved on this machine; the check itself is not affected.")
        return lines

    def __repr__(self) -> str:
        return " ".join([f"Exercise {self.exercise.id}: {_HEADINGS[self.verdict.outcome]}", *self._lines])

    def _repr_html_(self) -> str:
        block = Markup(
            '<div role="status" style="border-left:5px solid {};padding:0.3em 0.8em;margin:0.3em 0;max-width:720px">'
            "<strong>Exercise {}: {}</strong> {}</div>"
        )
        lines = Markup("<br>").join(self._lines)
        return block.format(_COLOURS[self.verdict.outcome], self.exercise.id, _HEADINGS[self.verdict.outcome], lines)


def find_exercise(exercise_id: str) -> Exercise:
    """Return the definition of an exercise, such as "01.2"; an unknown id is answered with the list of ids."""
    if exercise_id not in EXERCISES:
        raise InputError(
            "exercise_id",
            found=repr(exercise_id),
            expected=f"one of {', '.join(EXERCISES)}",
            mend="copy the id from the heading",
        )
    return EXERCISES[exercise_id]


def numbers(exercise_id: str, student: str | int = "") -> GivenNumbers:
    """Return the numbers that an exercise gives.

    Parameters
    ----------
    exercise_id : such as "01.2".
    student : a student's name or number, where the instructor asks for it; the same text draws the same numbers.

    Raises
    ------
    InputError
        For an unknown id, with the list of ids.

    Examples
    --------
    >>> numbers("01.3")["won"]
    300.0
    """
    exercise = find_exercise(exercise_id)
    return GivenNumbers(exercise.numbers(_name(student)), exercise.given)


def check(exercise_id: str, answer: Any, student: str | int = "") -> CheckResult:
    """Say in words whether an answer is right, and what is wrong where the mistake is a foreseen one.

    Each further wrong answer opens the next hint. The same answer checked again opens none.

    Parameters
    ----------
    exercise_id : such as "01.2".
    answer : a number, a letter, a list or a function, as the exercise asks.
    student : as for :func:`numbers`.

    Raises
    ------
    InputError
        For an unknown id. Nothing else: whatever the answer is, the check answers in words.

    Examples
    --------
    >>> check("01.1", ...)
    Exercise 01.1: Open. Not answered yet. Replace the three dots and run the cell again.
    """
    exercise, student = find_exercise(exercise_id), _name(student)
    verdict = exercise.judge(answer, student)
    if verdict.outcome == "missing":
        return CheckResult(exercise, verdict, "", kept=True)
    fingerprint = _fingerprint(answer)
    kept = remember(exercise.id, student, verdict.outcome == "right", fingerprint)
    hint = "" if verdict.outcome == "right" else _next_hint(exercise, student, fingerprint)
    return CheckResult(exercise, verdict, hint, kept)


def grade(exercise_id: str, answer: Any, student: str | int = "") -> float:
    """Return the points that an answer earns, without hints and without a record.

    Examples
    --------
    >>> grade("01.1", "Z")
    0.0
    """
    exercise = find_exercise(exercise_id)
    return exercise.points * exercise.judge(answer, _name(student)).score


def progress() -> pd.DataFrame:
    """Return how far the reader is: one row per exercise with title, form, points, tries and state.

    ``attrs["damaged_lines"]`` counts lines of the progress file that could not be read; the file is left as it is.

    Examples
    --------
    >>> list(progress().columns)
    ['lesson', 'title', 'form', 'points', 'tries', 'state']
    """
    import pandas as pd

    record = recall()
    rows = []
    for exercise in EXERCISES.values():
        tries = [one for one in record.tries if one.exercise == exercise.id]
        state = "solved" if any(one.right for one in tries) else "tried" if tries else "open"
        answers = len({one.fingerprint for one in tries})
        rows.append(
            (exercise.id, exercise.id.split(".")[0], exercise.title, exercise.form, exercise.points, answers, state)
        )
    columns = ["exercise", "lesson", "title", "form", "points", "tries", "state"]
    table = pd.DataFrame(rows, columns=columns).set_index("exercise")
    table.attrs["damaged_lines"] = record.damaged_lines
    return table


def _name(student: str | int) -> str:
    """Return a student's name as text: a number serves as well, and spaces around it do not count."""
    return str(student).strip()


def _next_hint(exercise: Exercise, student: str, fingerprint: str) -> str:
    wrong = {
        one.fingerprint
        for one in recall().tries
        if (one.exercise, one.student) == (exercise.id, student) and not one.right
    }
    stage = min(len(wrong | {fingerprint}), len(exercise.hints))
    return f"Hint {stage} of {len(exercise.hints)}: {exercise.hints[stage - 1]}"


def _fingerprint(answer: Any) -> str:
    """Return a short text that is equal for equal answers, also when the cell that made them is run again."""
    try:
        code, number = getattr(answer, "__code__", None), as_number(answer)
        text = _code_text(code) if isinstance(code, CodeType) else repr(answer if number is None else number)
    except Exception:
        text = type(answer).__name__
    text = re.sub(r" at 0x[0-9A-Fa-f]+", "", text)  # where an object lies in memory is not part of the answer
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:12]


def _code_text(code: CodeType) -> str:
    constants = [_code_text(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {constants}"
