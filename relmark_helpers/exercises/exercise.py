"""What an exercise is: the numbers it gives, the right answer, the mistakes that are foreseen, and hints in stages.

One definition serves the student's check, grading and the tests. The answer is computed from the numbers that the
student was given, so nothing in a notebook shows it and every student can have numbers of their own.
"""

from __future__ import annotations

import _thread
import hashlib
import math
import re
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Form = Literal["Read", "Complete", "Build", "Transfer"]
Outcome = Literal["right", "wrong", "missing", "unreadable"]
CALL_SECONDS = 3.0
"""How long a student's function may take for one case."""
_NUMBER_AT_END = re.compile(r"(.*?)([0-9]{0,18})", re.DOTALL)


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
        """Return the given numbers: the lesson's own, or for a named student those drawn from that name.

        Students whose names end in following numbers (s17 and s18) never share all numbers of an exercise. Capitals do
        not count.
        """
        if not student:
            return {given.name: given.value for given in self.given}
        place = self._place(student)
        numbers = {}
        for given in self.given:
            place, at = divmod(place, len(given.draws))
            numbers[given.name] = given.draws[at]
        return numbers

    def _place(self, student: str) -> int:
        """Return which of all combinations of draws a student gets; the same on every machine and in every year.

        The name without the number at its end gives a start, and each following number is a step further. The step has
        no divisor in common with the number of combinations, so that all are used before one comes again.
        """
        combinations = math.prod(len(given.draws) for given in self.given)
        name, number = _NUMBER_AT_END.fullmatch(student).groups()  # type: ignore[union-attr]  # it fits every text
        start = hashlib.sha256(f"{self.id} {name.casefold()}".encode(errors="backslashreplace")).digest()
        step = next(
            step for step in range(combinations * 5 // 8, 2 * combinations) if math.gcd(step, combinations) == 1
        )
        return (int.from_bytes(start) + int(number or 0) * step) % combinations

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
            message = f"The answer should be one number ({self.unit.strip('()')}); this is {_kind(answer)}."
            return Verdict("unreadable", message, 0.0)
        if self._equal(value, self.answer(numbers)):
            return Verdict("right", self.well_done, 1.0)
        you_have = f"You have {_shown(value)} {self.unit}."
        for mistake in self.mistakes:
            if self._equal(value, mistake.value(numbers)):
                return Verdict("wrong", f"{you_have} {mistake.sentence}", 0.0)
        if self._in_per_cent(value, self.answer(numbers)):
            return Verdict("wrong", f"{you_have} Is that in per cent? Give it as a share, between 0 and 1.", 0.0)
        if _rounded_too_far(value, self.answer(numbers)):
            return Verdict("wrong", f"{you_have} That is close: give more decimals.", 0.0)
        return Verdict("wrong", f"{you_have} That is not it yet.", 0.0)

    def _in_per_cent(self, value: float, right: float) -> bool:
        """Return whether a value is the right share in per cent."""
        return 0.01 <= abs(right) <= 1 and "per cent" not in self.unit and self._equal(value / 100, right)

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
                returned = _call(answer, arguments)
            except NotImplementedError:
                return Verdict("missing", "Not written yet. Replace the line with NotImplementedError.", 0.0)
            except _StillRunning:
                complaint = complaint or f"{call} is still running after {CALL_SECONDS:g} seconds. Does its loop end?"
                break  # further cases would only take as long again
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
        value = as_number(_call(one, arguments))
        return value is not None and abs(value - other(*arguments)) <= tolerance
    except (Exception, SystemExit):
        return False


class _StillRunning(Exception):
    """A student's function took too long."""


def _call(function: Callable[..., Any], arguments: tuple[float, ...]) -> Any:
    """Call a student's function, and stop it with _StillRunning where its loop does not end.

    A timer interrupts it, as the stop button does; this works on every system, but only in the main thread, where
    notebooks run, and not inside one long step of compiled code. There nbgrader's limit for a cell takes over.
    """
    if threading.current_thread() is not threading.main_thread():
        return function(*arguments)
    rang = threading.Event()

    def ring() -> None:
        rang.set()
        _thread.interrupt_main()

    timer = threading.Timer(CALL_SECONDS, ring)
    timer.daemon = True
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background may ignore it
    timer.start()
    try:
        try:
            return function(*arguments)
        finally:
            timer.cancel()
            timer.join()  # if it rings at this moment, the interrupt comes here and not later
    except KeyboardInterrupt:
        if rang.is_set():
            raise _StillRunning from None
        raise
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


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


def _rounded_too_far(value: float, right: float) -> bool:
    """Return whether a value is the right answer with fewer decimals, and not so far from it that it may be a guess."""
    shorter = any(math.isclose(value, round(right, digits), rel_tol=1e-9) for digits in range(6))
    return shorter and abs(value - right) <= 0.02 * abs(right)


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
