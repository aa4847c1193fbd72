"""What an instructor needs for a lesson: its notes taken apart, and a grading table from the exercises' definitions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from relmark_helpers.editions.lesson import Lesson, Task, bullets
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.exercises.exercise import ChoiceExercise, Exercise, FunctionExercise, NumberExercise
from relmark_helpers.validation import InputError

_ROW = re.compile(r"^\| *(.+?) *\| *(\d+) *\| *(.+?) *\|$", re.MULTILINE)
_BELIEF = re.compile(r"\*(.+?)\* +(Ask\b.*?\?)(?: \((.*)\))?")
_BETWEEN_PROMPTS = re.compile(r"(?<=[.?!]\))\s+|(?<=\?)\s+(?!\()")
_PROMPT = re.compile(r"(.+?[.?!])(?: \((.*)\))?")


@dataclass(frozen=True)
class Section:
    """A row of the timing table: what it covers, how long it takes in class, and whether it can be skipped."""

    name: str
    minutes: int
    skip: str


@dataclass(frozen=True)
class Misconception:
    """What students believe, the question that shows it, and the answer where the notes give one."""

    belief: str
    question: str
    answer: str


@dataclass(frozen=True)
class Prompt:
    """A prompt for discussion, and what to listen for."""

    question: str
    listen_for: str


@dataclass(frozen=True)
class TeachingNotes:
    """A lesson's notes for the instructor; texts are markdown."""

    goal: str
    sections: tuple[Section, ...]
    advice: str
    misconceptions: tuple[Misconception, ...]
    prompts: tuple[Prompt, ...]
    answers: str

    @property
    def minutes(self) -> int:
        """The time that the whole lesson takes in class."""
        return sum(section.minutes for section in self.sections)


@dataclass(frozen=True)
class Graded:
    """An exercise as a grader needs it.

    ``right`` is the right answer with the lesson's own numbers. ``mistakes`` are the foreseen ones: the answer they
    lead to with these numbers, and what the check says. ``cases`` are those that a function is called with: the call,
    what it should give, and what the case is about.
    """

    exercise: Exercise
    task: Task
    right: str
    tolerance: str
    mistakes: tuple[tuple[str, str], ...] = ()
    cases: tuple[tuple[str, str, str], ...] = ()


def teaching_notes(lesson: Lesson) -> TeachingNotes:
    """Return a lesson's notes for the instructor.

    Raises
    ------
    InputError
        If a part is missing, or written so that it cannot be told apart.

    Examples
    --------
    >>> from relmark_helpers.editions.lesson import choose, find_lessons
    >>> teaching_notes(choose(find_lessons(), "01")).minutes
    110
    """
    notes = lesson.instructor_notes
    head, _, rest = notes.partition("**Misconceptions")
    rows = list(_ROW.finditer(head))
    parts = TeachingNotes(
        goal=_paragraph(notes, "Goal in one sentence"),
        sections=tuple(Section(row[1], int(row[2]), row[3]) for row in rows),
        advice=head[rows[-1].end() :].strip() if rows else "",
        misconceptions=tuple(
            Misconception(found[1], found[2], found[3] or "")
            for found in map(_BELIEF.fullmatch, bullets(rest))
            if found
        ),
        prompts=tuple(map(_prompt, filter(None, _BETWEEN_PROMPTS.split(_paragraph(notes, "To discuss"))))),
        answers=_paragraph(notes, "Answer notes"),
    )
    expected = {
        "goal": '"**Goal in one sentence:**" and the goal',
        "sections": "a table with the columns Section, Minutes, Can be skipped, and whole minutes",
        "misconceptions": '"**Misconceptions**" and bullets such as "- *What they believe.* Ask: what? (The answer.)"',
        "prompts": '"**To discuss:**" and questions',
    }
    for part, form in expected.items():
        if not getattr(parts, part):
            raise _unreadable(lesson, f"no {part}", form)
    if len(parts.misconceptions) < len(bullets(rest)):
        raise _unreadable(lesson, "a misconception without its question", expected["misconceptions"])
    return parts


def grading(lesson: Lesson) -> list[Graded]:
    """Return a lesson's exercises as a grader needs them, from the definitions that also check the students.

    Examples
    --------
    >>> from relmark_helpers.editions.lesson import choose, find_lessons
    >>> rows = grading(choose(find_lessons(), "01"))
    >>> rows[1].right, rows[1].tolerance
    ('0.6801 share of visits', '± 0.0006 share of visits')
    """
    return [_graded(EXERCISES[task.id], task) for task in lesson.tasks]


def _graded(exercise: Exercise, task: Task) -> Graded:
    given = exercise.numbers()
    if isinstance(exercise, NumberExercise):

        def shown(value: float) -> str:
            return f"{_to_digit(value, exercise.tolerance)} {exercise.unit}"

        mistakes = tuple((shown(mistake.value(given)), mistake.sentence) for mistake in exercise.mistakes)
        return Graded(exercise, task, shown(exercise.solution()), f"± {exercise.tolerance:g} {exercise.unit}", mistakes)
    if isinstance(exercise, ChoiceExercise):
        return Graded(exercise, task, exercise.right, "the letter", tuple(sorted(exercise.wrong.items())))
    if isinstance(exercise, FunctionExercise):
        cases = tuple(_case(exercise, arguments, about) for arguments, about in exercise.cases)
        mistakes = tuple((_first_slip(exercise, mistaken), sentence) for mistaken, sentence in exercise.mistakes)
        return Graded(exercise, task, "a function", f"± {exercise.tolerance:g} in each case", mistakes, cases)
    return Graded(exercise, task, "as the solution", "as its check says")


def _first_slip(exercise: FunctionExercise, mistaken: Callable[..., float]) -> str:
    """Return the first case in which a foreseen mistake shows, and what it gives there."""
    slips = [
        (arguments, mistaken(*arguments))
        for arguments, _ in exercise.cases
        if abs(mistaken(*arguments) - exercise.answer(*arguments)) > exercise.tolerance
    ]
    arguments, value = slips[0]
    return f"{_to_digit(value, exercise.tolerance)} for {_listed(arguments)}"


def _case(exercise: FunctionExercise, arguments: tuple[float, ...], about: str) -> tuple[str, str, str]:
    return _listed(arguments), _to_digit(exercise.answer(*arguments), exercise.tolerance), about


def _listed(arguments: tuple[float, ...]) -> str:
    return ", ".join(f"{argument:g}" for argument in arguments)


def _to_digit(value: float, tolerance: float) -> str:
    """Return a number to the first digit that lies below the tolerance.

    Examples
    --------
    >>> _to_digit(2000.0000001, 0.5), _to_digit(0.680064, 0.0006)
    ('2,000.0', '0.6801')
    """
    return f"{value:,.{max(0, -math.floor(math.log10(tolerance)))}f}"


def _prompt(text: str) -> Prompt:
    found = _PROMPT.fullmatch(text)
    return Prompt(found[1], found[2] or "") if found else Prompt(text, "")


def _paragraph(notes: str, name: str) -> str:
    """Return the paragraph that begins with a name in bold and a colon, without them; "" if there is none."""
    found = re.search(rf"^\*\*{re.escape(name)}:\*\* *((?:.+\n?)+)", notes, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _unreadable(lesson: Lesson, found: str, expected: str) -> InputError:
    return InputError(
        f"{lesson.path.name}, the cell for the instructor",
        found=found,
        expected=expected,
        mend="write that part as another lesson has it",
    )
