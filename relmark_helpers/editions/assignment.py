"""The assignment: a lesson's exercises as a course folder of nbgrader, made from their one definition."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import nbformat
import pandas as pd

from relmark_helpers.editions.assignment_notebook import personal_version, release_version, source_version
from relmark_helpers.editions.lesson import Lesson, choose, find_lessons
from relmark_helpers.editions.options import add_lesson, add_out, refuse_file
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.exercises.grading import drawn_from
from relmark_helpers.validation import InputError

COURSE = "editions/assignment"
CONFIGURATION = "nbgrader_config.py"
_ID = re.compile(r"[^\s/\\:*?\"<>|+.][^/\\:*?\"<>|+\r\n\t]*")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_lesson(parser)
    add_out(parser, COURSE)
    parser.add_argument(
        "--seed", default="", metavar="TEXT", help="such as 2027; another one deals other numbers (default: none)"
    )
    parser.add_argument(
        "--students", type=Path, metavar="FILE", help="CSV file with a column student: makes a file for each of them"
    )


def make(given: argparse.Namespace) -> None:
    """Write the course folder that the command line asks for."""
    refuse_file(given.out)
    lesson = choose(find_lessons(given.lessons), given.lesson)
    students = read_students(given.students) if given.students else []
    written = write_course(lesson, given.out, seed=given.seed, students=students)
    print("\n".join(f"Wrote {path}" for path in written))
    shared = shared_numbers(lesson, students, seed=given.seed)
    if shared:
        print("Neighbours in the list with the same numbers (another --seed deals anew):")
        print("\n".join(f"  {one} and {other}: exercise {exercise}" for one, other, exercise in shared))
    print(f"What to do with it: {given.out / 'readme.txt'}")


def write_course(lesson: Lesson, folder: Path, *, seed: str = "", students: Sequence[str] = ()) -> list[Path]:
    """Write a lesson's assignment into a course folder and return the notebooks written.

    Submissions and grades in the folder stay as they are, and so does a configuration that is there.

    Parameters
    ----------
    lesson : a sound lesson, see :func:`relmark_helpers.editions.lesson.find_lessons`.
    folder : the course's folder; lessons share it.
    seed : a text; another one deals other numbers.
    students : ids; each gets a file with the id filled in.

    Raises
    ------
    InputError
        If the lesson cannot be made into an assignment.
    """
    source = source_version(lesson, seed)
    release = release_version(source)
    versions = {Path("source"): source, Path("release"): release}
    versions |= {Path("personal", student): personal_version(release, student, seed) for student in students}
    written = []
    for place, notebook in versions.items():
        path = folder / place / assignment_name(lesson.id) / lesson.path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        written.append(path)
    (folder / "submitted").mkdir(exist_ok=True)
    templates = files("relmark_helpers.editions") / "templates"
    (folder / "readme.txt").write_text((templates / "course_readme.txt").read_text("utf-8"), "utf-8")
    if not (folder / CONFIGURATION).exists():
        (folder / CONFIGURATION).write_text((templates / "nbgrader_config.txt").read_text("utf-8"), "utf-8")
    return written


def assignment_name(number: str) -> str:
    """Return what a lesson's assignment is called in nbgrader.

    Examples
    --------
    >>> assignment_name("02b")
    'lesson_02b'
    """
    return f"lesson_{number}"


def read_students(path: Path) -> list[str]:
    """Return the ids in a class list, a CSV file with a column ``student``.

    Raises
    ------
    InputError
        If the file or the column is missing, or an id is empty, there twice, or cannot be a folder's name.
    """
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise InputError(
            str(path),
            found=str(problem),
            expected="a CSV file with a column student",
            mend="save the list as CSV UTF-8",
        ) from problem
    if "student" not in table:
        raise InputError(
            str(path),
            found=f"the columns {', '.join(table.columns)}",
            expected="a column student",
            mend="name the column with the ids student",
        )
    students = [str(student).strip() for student in table["student"]]
    for line, student in enumerate(students, start=2):
        folded = [one.casefold() for one in students[: line - 2]]
        if not _ID.fullmatch(student) or student.casefold() in folded:
            raise InputError(
                f"{path}, line {line}",
                found=f"{student!r}{' twice' if student.casefold() in folded else ''}",
                expected="each student's id once, fit to be a folder's name",
                mend="correct the id, or leave out the line",
            )
    return students


def shared_numbers(lesson: Lesson, students: Sequence[str], *, seed: str = "") -> list[tuple[str, str, str]]:
    """Return the neighbours in a class list who have all numbers of an exercise in common, with that exercise."""
    drawn = [EXERCISES[task.id] for task in lesson.tasks if EXERCISES[task.id].given]
    pairs = list(zip(students, students[1:], strict=False))
    return [
        (one, other, exercise.id)
        for one, other in pairs
        for exercise in drawn
        if exercise.numbers(drawn_from(one, seed)) == exercise.numbers(drawn_from(other, seed))
    ]
