"""Speaker notes: the instructor's cell of a lesson, taken apart so that each slide gets its own part."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

from relmark_helpers.editions import page
from relmark_helpers.editions.lesson import Lesson, Task
from relmark_helpers.editions.teaching import Section, teaching_notes

_WORD = re.compile(r"[\w.]+")
_IDLE = frozenset(
    "a an and by exercise exercises for how in is it not of on one or that the this to what when with".split()
)


def place_timing(rows: Sequence[Section], headings: Sequence[str]) -> dict[int, Section]:
    """Return at which heading each row of the timing table begins.

    Parameters
    ----------
    rows : the timing table, in the order of the lesson.
    headings : the headings of the slides, "" for a slide without a heading of its own.

    Notes
    -----
    A row begins at the first heading that its first part names, after the last heading that the row before it names. If
    no heading is so called, it begins at the heading that follows there.
    """
    placed: dict[int, Section] = {}
    after = 0
    for row in rows:
        named = [_find(part, headings, after) for part in row_parts(row)]
        following = [place for place in range(after, len(headings)) if headings[place]]
        if not following:
            break
        start = named[0] if named[0] is not None else following[0]
        placed[start] = row
        after = max([start, *(place for place in named if place is not None)]) + 1
    return placed


def notes_by_heading(lesson: Lesson, headings: Sequence[str]) -> dict[int, list[Markup]]:
    """Return the notes for a lesson's slides, by the place of the slide.

    All notes stand at the first slide; the time of each section at its first slide; what to discuss at "Key points".
    """
    if not lesson.instructor_notes:
        return {}
    notes: dict[int, list[Markup]] = {0: [page.markdown(lesson.instructor_notes)]}
    for place, row in place_timing(teaching_notes(lesson).sections, headings).items():
        row_note = Markup("<p><strong>{}: {} minutes.</strong> Can be skipped: {}.</p>")
        notes.setdefault(place, []).append(row_note.format(row.name, row.minutes, row.skip))
    discuss = re.search(r"^\*\*To discuss:\*\*.*", lesson.instructor_notes, re.MULTILINE)
    if discuss and "Key points" in headings:
        notes.setdefault(headings.index("Key points"), []).append(page.markdown(discuss[0]))
    return notes


def notes_of_exercises(lesson: Lesson) -> dict[str, list[Markup]]:
    """Return the notes for exercises, by the id of the cell with the question: the solution, and mistakes to expect."""
    before = dict(zip((cell.id for cell in lesson.cells[1:]), (cell.id for cell in lesson.cells), strict=False))
    return {before[task.cell_id]: _solution(lesson, task) for task in lesson.tasks}


def _solution(lesson: Lesson, task: Task) -> list[Markup]:
    notes = [Markup("<p><strong>Solution:</strong></p>") + page.python(task.solution) + page.markdown(task.explained)]
    expected = _answer_note(lesson.instructor_notes, task.id)
    return [*notes, Markup("<p><strong>Answers:</strong> {}.</p>").format(expected)] if expected else notes


def _answer_note(notes: str, exercise_id: str) -> str:
    r"""Return what the answer notes say of one exercise.

    Examples
    --------
    >>> _answer_note("**Answer notes:** in 02.2 expect a division by six; in 02.3 the cost left out.", "02.3")
    'the cost left out'
    """
    text = " ".join(notes.partition("**Answer notes:**")[2].split())
    found = re.search(rf"\b[Ii]n {re.escape(exercise_id)} (.*?)[;,.]?(?= [Ii]n \d|$)", text)
    return found[1] if found else ""


def row_parts(row: Section) -> list[str]:
    """Return the parts of the lesson that a row of the timing table names, such as "Case" and "exercise 02.1"."""
    return [part.strip() for part in re.split(r",| and ", row.name.replace(" with sliders", "")) if part.strip()]


def _find(part: str, headings: Sequence[str], after: int) -> int | None:
    """Return the first place from ``after`` on whose heading has all words of ``part``, or None."""
    words = _words(part)
    for place in range(after, len(headings)):
        if words and all(any(_alike(word, other) for other in _words(headings[place])) for word in words):
            return place
    return None


def _words(text: str) -> list[str]:
    return [word for word in (word.strip(".").lower() for word in _WORD.findall(text)) if word not in _IDLE]


def _alike(one: str, other: str) -> bool:
    """Return whether two words are the same but for their ending."""
    return one == other or (min(len(one), len(other)) > 3 and (one.startswith(other) or other.startswith(one)))
