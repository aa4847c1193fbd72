"""Grade the submissions of an assignment with nbgrader, and write each student's points for each exercise."""

from __future__ import annotations

import argparse
import ast
import csv
import json
import logging
import os
import re
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relmark_helpers.editions.assignment import CONFIGURATION, COURSE, assignment_name
from relmark_helpers.editions.assignment_notebook import exercise_in, exercise_of
from relmark_helpers.exercises.grading import drawn_from
from relmark_helpers.validation import InputError

COLUMNS = ("student", "exercise", "points", "max_points", "remark")


@dataclass(frozen=True)
class Graded:
    """One student's points, earned and worth, for each exercise, and what the instructor should see."""

    student: str
    points: dict[str, tuple[float, float]]
    remarks: list[str] = field(default_factory=list)

    @property
    def total(self) -> tuple[float, float]:
        """Points earned, and points that can be earned."""
        earned, worth = zip(*self.points.values(), strict=True)
        return sum(earned), sum(worth)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("lesson", metavar="NUMBER", help="the lesson's number, such as 02 or 02b")
    parser.add_argument(
        "--course", type=Path, metavar="FOLDER", default=Path(COURSE), help="the course's folder (%(default)s)"
    )


def make(given: argparse.Namespace) -> None:
    """Grade what lies in ``submitted`` and write the points."""
    table = given.course / f"grades_{given.lesson}.csv"
    rows: list[Graded] = []
    for graded in grade_submissions(given.course, assignment_name(given.lesson)):
        earned, worth = graded.total
        print(f"{graded.student}: {earned:g} of {worth:g} points", *graded.remarks, sep="\n    ", flush=True)
        rows.append(graded)
    absent = _absent(given.course, assignment_name(given.lesson))
    if absent:
        print(f"Personal file, but nothing handed in (not in the table): {', '.join(absent)}")
    write_table(rows, table)
    print(f"Wrote {table}\nHow the exercises worked: relmark gradebook {table}")


def write_table(rows: list[Graded], path: Path) -> None:
    """Write points as CSV, one line per student and exercise: see :data:`COLUMNS`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            remark = " ".join(row.remarks)
            writer.writerows([row.student, exercise, *points, remark] for exercise, points in row.points.items())


def grade_submissions(course: Path, assignment: str) -> Iterator[Graded]:
    """Grade all submissions of an assignment anew, and yield each student's points as they come.

    Nothing that a submission does ends the run. One that nbgrader cannot grade gets 0 points, in its gradebook too,
    with a remark that says why.

    Parameters
    ----------
    course : the folder that ``relmark assignment`` wrote.
    assignment : the assignment's name, such as "lesson_02".

    Raises
    ------
    InputError
        If nbgrader is not installed, the folder holds no such assignment or no submission of it, or nbgrader refuses
        the source.
    """
    if not (course / "source" / assignment).is_dir() or not (course / CONFIGURATION).is_file():
        raise InputError(
            str(course),
            found=f"no assignment {assignment}",
            expected=f"{CONFIGURATION} and source/{assignment}",
            mend="write them with relmark assignment, or name the folder with --course",
        )
    students = sorted(path.parent.name for path in course.glob(f"submitted/*/{assignment}") if path.is_dir())
    if not students:
        raise InputError(
            str(course / "submitted"),
            found=f"no submission of {assignment}",
            expected=f"folders submitted/STUDENT/{assignment} with the students' notebooks",
            mend="put them there",
        )
    api = _open(course)
    with _quiet():
        made = api.generate_assignment(assignment, force=True)
    if not made["success"]:
        raise InputError(
            str(course / "source" / assignment),
            found=_reason(made),
            expected="a source that nbgrader takes",
            mend="write it anew with relmark assignment; if submissions were graded with an older source, take a new "
            "folder",
        )
    for student in students:
        with _quiet():
            result = api.autograde(assignment, student, force=True)
            yield _read_points(api, course, assignment, student, result)


def _absent(course: Path, assignment: str) -> list[str]:
    """Return the students with a personal file who have handed nothing in."""
    personal, submitted = (
        {path.parent.name for path in course.glob(f"{place}/*/{assignment}")} for place in ("personal", "submitted")
    )
    return sorted(personal - submitted)


def _open(course: Path) -> Any:
    """Return nbgrader for the folder, as its configuration says."""
    try:
        with _quiet():
            from nbgrader.apps.api import NbGraderAPI
            from traitlets.config.loader import PyFileConfigLoader
    except ImportError as problem:
        raise InputError(
            "nbgrader",
            found=f"no package {problem.name!r}",
            expected="nbgrader, which runs the submissions",
            mend='run `python -m pip install -c constraints.txt -e ".[grading]"` in the workbook\'s folder',
        ) from problem
    with _quiet():
        config = PyFileConfigLoader(CONFIGURATION, path=str(course)).load_config()
        config.CourseDirectory.root = str(course.resolve())
        return NbGraderAPI(config=config)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep nbgrader's log and warnings off the screen; what matters is said in remarks.

    Programs of this environment are found too: nbgrader calls one of them (alembic) by its bare name.
    """
    logger = logging.getLogger("traitlets")
    before, path = logger.propagate, os.environ.get("PATH", "")
    logger.propagate = False
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), path])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = before
        os.environ["PATH"] = path


def _read_points(api: Any, course: Path, assignment: str, student: str, result: dict[str, Any]) -> Graded:
    with api.gradebook as book:
        submission = book.update_or_create_submission(assignment, student)
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        if not result["success"]:
            for grade in grades:
                grade.auto_score, grade.needs_manual_grade = 0, False
            book.db.commit()
        points = {exercise_of(grade.name): (float(grade.score or 0), float(grade.max_score)) for grade in grades}
    named = {exercise: both for exercise, both in points.items() if exercise}
    if not result["success"]:
        remarks = [f"Not graded, 0 points: {_reason(result)}"]
    else:
        remarks = _remarks_of_run(course / "autograded" / student / assignment)
    remarks += _remarks_of_changes(course, assignment, student) + _remarks_on_name(course, assignment, student)
    return Graded(student, dict(sorted(named.items())), remarks)


def _remarks_of_run(folder: Path) -> list[str]:
    """Return what stopped cells of a graded submission."""
    from relmark_helpers.editions.grading_steps import KERNEL_ENDED, OUT_OF_TIME

    remarks = []
    for path in sorted(folder.glob("*.ipynb")):
        errors = [
            (exercise_in(cell), output)
            for cell in _cells(path)
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]
        late = [exercise for exercise, error in errors if error["ename"] == OUT_OF_TIME]
        if late:
            where = ", ".join(exercise or "a cell outside the exercises" for exercise in late)
            remarks.append(
                f"{len(late)} cell{'s were' if len(late) > 1 else ' was'} stopped for taking too long: {where}."
            )
        remarks += [error["evalue"] for _, error in errors if error["ename"] == KERNEL_ENDED][:1]
    return remarks


def _remarks_of_changes(course: Path, assignment: str, student: str) -> list[str]:
    """Return which read-only cells a submission has changed or deleted."""
    changed, deleted = [], []
    for path in sorted((course / "submitted" / student / assignment).glob("*.ipynb")):
        if not _cells(path):
            continue  # not a notebook, which is said elsewhere
        handed_in = _marked(path)
        for mark, source in _marked(course / "release" / assignment / path.name).items():
            if mark.startswith("answer"):
                continue
            if mark not in handed_in:
                deleted.append(mark)
            elif handed_in[mark] != source:
                changed.append(mark)
    words = {"Changed by the student, put back before grading": changed, "Deleted by the student": deleted}
    return [f"{what}: {', '.join(marks)}." for what, marks in words.items() if marks]


def _remarks_on_name(course: Path, assignment: str, student: str) -> list[str]:
    """Say so where a notebook draws its numbers from another name than the student's."""
    remarks = []
    for path in sorted((course / "submitted" / student / assignment).glob("*.ipynb")):
        typed, source = typed_name(path), typed_name(course / "source" / assignment / path.name)
        if typed is None or source is None:
            continue
        expected = drawn_from(student, source.removesuffix(":"))
        if typed.strip().casefold() != expected.casefold():
            found = "no student id" if typed == source else f"numbers of {typed!r}"
            remarks.append(f"The notebook has {found}; it was graded with those of {expected!r}.")
    return remarks


def _cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook; none where the file is no notebook, whatever else it is."""
    try:
        return [
            {**cell, "source": "".join(cell["source"]), "metadata": dict(cell.get("metadata", {}))}
            for cell in json.loads(path.read_text("utf-8"))["cells"]
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def _marked(path: Path) -> dict[str, str]:
    """Return the sources of the cells with nbgrader's marks."""
    marks = ((cell["metadata"].get("nbgrader"), cell["source"]) for cell in _cells(path))
    return {str(mark.get("grade_id")): source for mark, source in marks if isinstance(mark, dict)}


def typed_name(path: Path) -> str | None:
    """Return the text that a notebook draws its numbers from; None where the line cannot be found."""
    sources = [cell["source"] for cell in _cells(path) if cell.get("cell_type") == "code"]
    for source in sources:
        for line in re.findall(r"^student = ([^#\n]*)", source, re.MULTILINE):
            try:
                return "".join(ast.literal_eval(part.strip()) for part in line.split(" + "))
            except (ValueError, SyntaxError, TypeError):
                continue
    return None


def _reason(result: dict[str, Any]) -> str:
    """Return what nbgrader says about a failure, in one line."""
    lines = [line.strip() for line in result.get("log", "").splitlines() + result.get("error", "").splitlines()]
    unknown = [line for line in lines if "Skipping unknown notebook" in line]
    if unknown:
        return (
            f"no notebook of the name that was handed out ({Path(unknown[0].split(':', 1)[1].strip()).name} is there)."
        )
    if any("NotJSONError" in line for line in lines):
        return "the file is no notebook, or is damaged; ask for it again."
    errors = [
        line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line) and "NbGraderException" not in line
    ]
    notable = errors or [line for line in lines if line.startswith("[ERROR]")] or lines or ["no word about it"]
    return f"{notable[-1][:300]}"
