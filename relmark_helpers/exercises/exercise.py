"""What an exercise is: the numbers it gives, the right answer, the mistakes that are foreseen, and hints in stages.

One definition serves the student's check, grading and the tests. The answer is computed from the numbers that the
student was given, so nothing in a notebook shows it and every student can have numbers of their own.
"""

from __future__ import annotations

import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Form = Literal["Read", "Complete", "Build", "Transfer"]
Outcome = Literal["right", "wrong", "missing", "unreadable"]


@dataclass(frozen=True)
class Given:
    """One number that an exercise gives: its value in the lesson, its unit, and the values that students can draw."""

    name: str
    value: float
    unit: str
    meaning: str
    draws: tuple[float, ...]

    def show(self, value: float) -> str:
        """Return ``value`` as text, without a thousands mark where it has no unit, as a calendar year."""
        return f"{value:,g}" if self.unit else f"{value:g}"


@dataclass(frozen=True)
class Verdict:
    """What a check found. ``score`` is the share of the exercise's points that the answer earns."""

    outcome: Outcome
    message: str
    score: float


@dataclass(frozen=True)
class Exercise(ABC):
    """The parts that every exercise has."""

    id: str
    form: Form
    title: str
    points: int
    hints: tuple[str, ...]
    well_done: str
    """What a right answer means, said after it."""
    given: tuple[Given, ...] = field(kw_only=True, default=())

    def numbers(self, student: str = "") -> dict[str, float]:
        """Return the given numbers: the lesson's own, or for a named student those drawn from that name."""
        if not student:
            return {given.name: given.value for given in self.given}
        return {given.name: given.draws[self._draw(given.name, student) % len(given.draws)] for given in self.given}

    def _draw(self, name: str, student: str) -> int:
        """Return a number that only depends on this text, so that it is the same on every machine and in every year."""
        text = f"{self.id} {name} {student}".encode(errors="backslashreplace")
        return int.from_bytes(hashlib.sha256(text).digest())

    def judge(self, answer: Any, student: str = "") -> Verdict:
        """Return the verdict on ``answer``; never raises, whatever the answer is."""
        if answer is None or answer is Ellipsis:
            return Verdict("missing", "Not answered yet. Replace the three dots and run the cell again.", 0.0)
        try:
            return self._judge(answer, self.numbers(student))
        except Exception as problem:
            return Verdict("unreadable", f"This answer could not be read ({_told(problem)}).", 0.0)

    @abstractmethod
    def _judge(self, answer: Any, numbers: Mapping[str, float]) -> Verdict: ...

    @abstractmethod
    def solution(self, student: str = "") -> Any:
        """Return a right answer, for grading and tests."""


Rule = Callable[[Mapping[str, float]], float]


@dataclass(frozen=True)
class Mistake:
    """A foreseen mistake: the value it leads to, computed from the given numbers, and what to say."""

    value: Rule
    sentence: str


@dataclass(frozen=True)
class NumberExercise(Exercise):
    """The answer is one number, right within ``tolerance`` (in ``unit``)."""

    answer: Rule = field(kw_only=True)
    unit: str = field(kw_only=True)
    tolerance: float = field(kw_only=True)
    mistakes: tuple[Mistake, ...] = field(kw_only=True, default=())

    def solution(self, student: str = "") -> float:
        return self.answer(self.numbers(student))

    def _judge(self, answer: Any, numbers: Mapping[str, float]) -> Verdict:
        value = as_number(answer)
        if value is None:
            message = f"The answer should be one number ({self.unit}); this is {_kind(answer)}."
            return Verdict("unreadable", message, 0.0)
        if self._equal(value, self.answer(numbers)):
            return Verdict("right", self.well_done, 1.0)
        you_have = f"You have {_shown(value)} {self.unit}."
        for mistake in self.mistakes:
            if self._equal(value, mistake.value(numbers)):
                return Verdict("wrong", f"{you_have} {mistake.sentence}", 0.0)
        return Verdict("wrong", f"{you_have} That is not it yet.", 0.0)

    def _equal(self, left: float, right: float) -> bool:
        return math.isclose(left, right, rel_tol=0.0, abs_tol=self.tolerance)


@dataclass(frozen=True)
class ChoiceExercise(Exercise):
    """The answer is one of lettered options; each wrong option has a sentence that says what is wrong with it."""

    right: str = field(kw_only=True)
    wrong: Mapping[str, str] = field(kw_only=True)

    def solution(self, student: str = "") -> str:
        return self.right

    def _judge(self, answer: Any, numbers: Mapping[str, float]) -> Verdict:
        letters = sorted([self.right, *self.wrong])
        letter = answer.strip().upper() if isinstance(answer, str) else ""
        if letter == self.right:
            return Verdict("right", self.well_done, 1.0)
        if letter in self.wrong:
            return Verdict("wrong", f"You chose {letter}. {self.wrong[letter]}", 0.0)
        expected = f"{', '.join(letters[:-1])} or {letters[-1]}"
        return Verdict("unreadable", f"The answer should be a letter in quotation marks, {expected}.", 0.0)


@dataclass(frozen=True)
class FunctionExercise(Exercise):
    """The answer is a function; it is called with each case and compared with ``answer``.

    A case is chosen so that a foreseen mistake shows: ``sentence`` says what that case is about.
    """

    answer: Callable[..., float] = field(kw_only=True)
    cases: tuple[tuple[tuple[float, ...], str], ...] = field(kw_only=True)
    mistakes: tuple[tuple[Callable[..., float], str], ...] = field(kw_only=True, default=())
    tolerance: float = field(kw_only=True)

    def solution(self, student: str = "") -> Callable[..., float]:
        return self.answer

    def _judge(self, answer: Any, numbers: Mapping[str, float]) -> Verdict:
        if not callable(answer):
            return Verdict("unreadable", "Pass the function itself, without brackets after its name.", 0.0)
        passed = 0
        complaint = ""
        for arguments, about in self.cases:
            call = f"{getattr(answer, '__name__', 'your function')}({', '.join(f'{value:g}' for value in arguments)})"
            try:
                returned = answer(*arguments)
            except NotImplementedError:
                return Verdict("missing", "Not written yet. Replace the line with NotImplementedError.", 0.0)
            except (Exception, SystemExit) as problem:
                complaint = complaint or f"{call} stopped with {_told(problem)}."
                continue
            value = as_number(returned)
            if returned is None:
                complaint = complaint or f"{call} gives nothing back. Does the function end with a return line?"
            elif value is None:
                complaint = complaint or f"{call} should give one number; it gives {_kind(returned)}."
            elif abs(value - self.answer(*arguments)) <= self.tolerance:
                passed += 1
            else:
                complaint = complaint or self._explain(answer, f"{call} gives {_shown(value)}.", about)
        if not complaint:
            return Verdict("right", self.well_done, 1.0)
        return Verdict(
            "wrong", f"{complaint} ({passed} of {len(self.cases)} cases are right.)", passed / len(self.cases)
        )

    def _explain(self, answer: Callable[..., Any], start: str, about: str) -> str:
        for mistaken, sentence in self.mistakes:
            if all(_close(answer, mistaken, arguments, self.tolerance) for arguments, _ in self.cases):
                return f"{start} {sentence}"
        return f"{start} Look at this case: {about}."


def _close(
    one: Callable[..., Any], other: Callable[..., float], arguments: tuple[float, ...], tolerance: float
) -> bool:
    try:
        value = as_number(one(*arguments))
        return value is not None and abs(value - other(*arguments)) <= tolerance
    except (Exception, SystemExit):
        return False


def as_number(answer: Any) -> float | None:
    """Return a single finite number as a float, whatever type holds it; None for anything else."""
    if isinstance(answer, Sequence) and len(answer) != 1:
        return None
    try:
        array = np.asarray(answer)
        if array.size != 1 or array.dtype.kind not in "iufO":
            return None
        item = array.reshape(()).item()
        value = math.nan if isinstance(item, (str, bytes, bool)) else float(item)
    except (TypeError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def _shown(value: float) -> str:
    """Return a number as text: whole where it is large, else to six digits."""
    return f"{value:,.0f}" if 1e6 <= abs(value) < 1e15 else f"{value:,.6g}"


def _kind(answer: Any) -> str:
    """Return what kind of thing an answer is, where a number was expected."""
    if isinstance(answer, str):
        return f"the text {answer!r:.40}"
    if isinstance(answer, float) and not math.isfinite(answer):
        return str(float(answer))
    return f"a value of type {type(answer).__name__}"


def _told(problem: BaseException) -> str:
    """Return what an error says; its text comes from the student's code, so it can be long or fail in its turn."""
    try:
        text = f"{type(problem).__name__}: {problem}".removesuffix(": ")
    except Exception:
        text = type(problem).__name__
    return text if len(text) <= 200 else f"{text[:200]} ..."
