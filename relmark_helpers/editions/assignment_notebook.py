"""The two notebooks of an assignment: the instructor's source and the students' release, with nbgrader's metadata.

Three cells of an exercise are marked: its question (read-only), the student's cell (the solution stands between marks
that are cut for students), and a cell for its points, whose hidden lines ask the one definition of the exercise.
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode

from relmark_helpers.editions.lesson import Lesson, Task, tags
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.exercises.grading import drawn_from
from relmark_helpers.validation import InputError

SCHEMA = 3
"""Version of nbgrader's metadata."""
_LEFT_OUT = {"instructor", "solution"}
_NAME_LINE = re.compile(r'^student = "".*$', re.MULTILINE)
_SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
_HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
_POINTS_CELL = """\
# Exercise {id}: {points}. Leave this cell as it is; the exercise is graded here.
### BEGIN HIDDEN TESTS
import sys as _sys

_own = {{name: _sys.modules.pop(name) for name in [*_sys.modules] if name.startswith("relmark_helpers")}}
try:
    from relmark_helpers.exercises.grading import award as _award  # afresh: nothing done to it before counts

    {result} = _award("{id}", {answer}, student, seed={seed!r}){reset}
finally:
    for _name in [name for name in _sys.modules if name.startswith("relmark_helpers")]:
        del _sys.modules[_name]
    _sys.modules.update(_own)
_points
### END HIDDEN TESTS"""


def source_version(lesson: Lesson, seed: str = "") -> NotebookNode:
    """Return a lesson as the instructor's source of an assignment.

    Parameters
    ----------
    lesson : the lesson; its notes for the instructor and the folded solutions are left out.
    seed : a text, such as a year; another one draws other numbers for the same students.

    Raises
    ------
    InputError
        If no exercise earns points, one has no solution, a mark would be used twice, the line with the student's name
        is missing, or the seed cannot stand in it.
    """
    name = lesson.path.name
    if not re.fullmatch(r"[A-Za-z0-9 ._-]*", seed):
        raise InputError(
            "seed",
            found=repr(seed),
            expected="letters, digits, spaces, . _ or -",
            mend="give a short text, such as 2027",
        )
    tasks = {task.cell_id: task for task in lesson.tasks if EXERCISES[task.id].points}
    if not tasks:
        raise InputError(
            name, found="no exercise that earns points", expected="at least one", mend="choose another lesson"
        )
    notebook = copy.deepcopy(lesson.notebook)
    notebook.metadata.pop("relmark", None)
    notebook.cells = [cell for cell in notebook.cells if not _LEFT_OUT & set(tags(cell))]
    named = [cell for cell in notebook.cells if cell.cell_type == "code" and _NAME_LINE.search(cell.source)]
    if len(named) != 1:
        raise InputError(
            name,
            found=f'{len(named)} lines `student = ""`',
            expected="one, in the first code cell, from which numbers are drawn",
            mend='write the line `student = ""` there',
        )
    named[0].source = _NAME_LINE.sub(_name_line(seed), named[0].source)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        task = tasks.get(cell.id)
        if task:
            _mark(cells[-1], "question", task, locked=True)
            cell.source = _with_solution(task, name)
            _mark(cell, "answer", task, solution=True)
        cells.append(cell)
        if task:
            cells.append(_points_cell(task, seed))
    notebook.cells = cells
    _refuse_marks_twice(notebook, name)
    return notebook


def release_version(source: NotebookNode) -> NotebookNode:
    """Return the students' version: without solutions and hidden lines, read-only where it is graded.

    It is what ``nbgrader generate_assignment`` makes of the source, with the folder's configuration.
    """
    notebook = copy.deepcopy(source)
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader")
        if not about:
            continue
        cell.metadata["deletable"] = False
        if not about["solution"]:
            cell.metadata["editable"] = False
        cell.source = _without(_without(cell.source, *_SOLUTION, instead=True), *_HIDDEN)
        about["checksum"] = _checksum(cell)
        about["cell_type"] = cell.cell_type
    return notebook


def personal_version(release: NotebookNode, student: str, seed: str = "") -> NotebookNode:
    """Return the students' version with one student's name filled in."""
    notebook = copy.deepcopy(release)
    line = f"student = {drawn_from(student, seed)!r}  # yours: your numbers are drawn from it"
    (cell,) = [cell for cell in notebook.cells if cell.cell_type == "code" and _name_line(seed) in cell.source]
    cell.source = cell.source.replace(_name_line(seed), line)
    return notebook


def exercise_of(mark: str) -> str | None:
    """Return the exercise whose points a marked cell holds.

    Examples
    --------
    >>> exercise_of("exercise-02b-4"), exercise_of("answer-02b-4")
    ('02b.4', None)
    """
    return mark.removeprefix("exercise-").replace("-", ".") if mark.startswith("exercise-") else None


def exercise_in(cell: Mapping[str, Any]) -> str:
    """Return the exercise that a marked cell belongs to; "" for a cell without a mark.

    Examples
    --------
    >>> exercise_in({"metadata": {"nbgrader": {"grade_id": "answer-02b-4"}}})
    '02b.4'
    """
    mark = cell["metadata"].get("nbgrader")
    return str(mark.get("grade_id", "")).partition("-")[2].replace("-", ".") if isinstance(mark, Mapping) else ""


def mark_of(exercise_id: str, role: str = "exercise") -> str:
    """Return the name of a marked cell; nbgrader's own pages allow letters, digits and hyphens.

    Examples
    --------
    >>> mark_of("02b.4")
    'exercise-02b-4'
    """
    return f"{role}-{exercise_id.replace('.', '-')}"


def _name_line(seed: str) -> str:
    if not seed:
        return 'student = ""  # your student id, as in the course list, between the quotation marks'
    return f'student = "{drawn_from("", seed)}" + ""  # your student id, as in the course list, in the empty marks'


def _mark(cell: NotebookNode, role: str, task: Task, *, solution: bool = False, locked: bool = False) -> None:
    cell.metadata["nbgrader"] = {
        "grade": False,
        "grade_id": mark_of(task.id, role),
        "locked": locked,
        "schema_version": SCHEMA,
        "solution": solution,
        "task": False,
    }


def _with_solution(task: Task, name: str) -> str:
    """Return the student's cell with the solution, between marks, after the gap."""
    if not task.solution.strip():
        raise InputError(
            f"{name}, cell {task.cell_id}",
            found="a solution without code",
            expected="code that replaces the gap",
            mend="write it in the block of the solution's cell",
        )
    lines = task.code.splitlines()
    end = task.gap.end_lineno or task.gap.lineno
    rest = lines[end:]
    if not rest[0].strip():
        rest = rest[1:]  # the solution leaves an empty line behind
    return "\n".join([*lines[:end], _SOLUTION[0], *task.solution.splitlines(), _SOLUTION[1], *rest])


def _points_cell(task: Task, seed: str) -> NotebookNode:
    points = EXERCISES[task.id].points
    is_function = hasattr(task.gap, "name")
    source = _POINTS_CELL.format(
        id=task.id,
        points=f"{points} point{'' if points == 1 else 's'}",
        answer=task.gap.name if is_function else "answer",  # type: ignore[union-attr]
        seed=seed,
        result="_points" if is_function else "_points, answer",
        reset="" if is_function else ", ...",  # so that it does not stand for the next answer
    )
    cell: NotebookNode = nbformat.v4.new_code_cell(source, id=mark_of(task.id))
    _mark(cell, "exercise", task, locked=True)
    cell.metadata["nbgrader"].update(grade=True, points=points)
    return cell


def _without(source: str, begin: str, end: str, *, instead: bool = False) -> str:
    """Return source without what stands between two marks; ``instead`` leaves an empty line, as nbgrader does."""
    kept: list[str] = []
    inside = False
    for line in source.split("\n"):
        if begin in line:
            inside = True
            kept += [""] if instead else []
        elif end in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _checksum(cell: NotebookNode) -> str:
    """Return the sum by which nbgrader notices a change; it is published with its metadata format."""
    about = cell.metadata["nbgrader"]
    locked = about["grade"] or about["locked"]
    parts = [cell.source, cell.cell_type, str(about["grade"]), str(about["solution"]), str(locked), about["grade_id"]]
    parts += [str(float(about["points"]))] if about["grade"] else []
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


def _refuse_marks_twice(notebook: NotebookNode, name: str) -> None:
    marks = [cell.metadata["nbgrader"].get("grade_id") for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [cell.id for cell in notebook.cells]
    for what, names in (("grade id", marks), ("cell id", ids)):
        twice = [one for one, times in Counter(names).items() if times > 1]
        if twice:
            raise InputError(
                name,
                found=f"the {what} {twice[0]!r} twice",
                expected="each one once",
                mend="take nbgrader's marks out of the lesson (property inspector), or rename the cell",
            )
