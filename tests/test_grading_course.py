"""A whole course in nbgrader: a class of made-up submissions gets the right points, and none stops the run."""

import copy
import csv
import json
import os
import sqlite3
import subprocess
import sys

import nbformat
import pytest

from relmark_helpers.editions.assignment import write_course
from relmark_helpers.editions.grade import COLUMNS, grade_submissions
from relmark_helpers.editions.lesson import choose, find_lessons
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.validation import InputError
from tests.lessons import ROOT

pytest.importorskip("nbgrader", reason="the extra [grading] is not installed")

SEED = "2027"
KEPT = ("ex-02-1", "ex-02-3", "ex-02-4")
IDS = ["02.1", "02.3", "02.4"]
WORTH = {id: float(EXERCISES[id].points) for id in IDS}
ATTACK = """
import sys, warnings
import relmark_helpers.exercises.checking as checking
import relmark_helpers.exercises.exercise as exercise
import relmark_helpers.exercises.grading as grading

def grade(*arguments, **more):
    return 3.0

check = award = _award = grading.award = grading.grade = checking.grade = grade
exercise.Exercise.judge = lambda *arguments: exercise.Verdict("right", "", 1.0)
exercise.Exercise.numbers = lambda *arguments: {}
sys.modules["relmark_helpers.exercises.grading"] = grading
list = str = float = sum = None
"""


def cut_lesson(folder):
    """A short lesson of the same name: title, objectives, setup and one exercise of each of three forms."""
    notebook = nbformat.read(ROOT / "notebooks" / "02_transactional_or_relational.ipynb", 4)
    ids = {"title", "objectives", "setup", "instructor"}
    ids |= {f"{one}{part}" for one in KEPT for part in ("-task", "", "-solution")}
    notebook.cells = [cell for cell in notebook.cells if cell.id in ids]
    (setup,) = [cell for cell in notebook.cells if cell.id == "setup"]
    setup.source = 'from relmark_helpers import check, numbers\n\nstudent = ""  # your name'
    folder.mkdir()
    nbformat.write(notebook, folder / "02_cut.ipynb")
    return choose(find_lessons(folder), "02")


class Submission:
    """A notebook as a student hands it in, made from the release."""

    def __init__(self, release, source, student):
        self.notebook = copy.deepcopy(release)
        self.solutions = {cell.id: cell.source for cell in source.cells}
        self.cell("setup").source = self.cell("setup").source.replace('+ ""', f'+ "{student}"')

    def cell(self, id):
        return next(cell for cell in self.notebook.cells if cell.id == id)

    def solve(self, *ids):
        for id in ids or KEPT:
            self.cell(id).source = self.solutions[id]
        return self

    def write(self, id, code):
        self.cell(id).source = code
        return self

    def drop(self, *ids):
        self.notebook.cells = [cell for cell in self.notebook.cells if cell.id not in ids]
        return self


def hand_in(make, course):
    """Write a class; return what each student should get for the three exercises."""
    mistake = EXERCISES["02.3"].mistakes[0].value(EXERCISES["02.3"].numbers(f"{SEED}:wrong4"))
    function = "def years_to_pay_back(setup, gain, discount):\n"
    loop = f'{function}    while setup:\n        pass\n\ncheck("02.4", years_to_pay_back, student)'
    third = f"{function}    return 5 if discount == 0 else -1"
    points = WORTH["02.4"] / len(EXERCISES["02.4"].cases)

    tampered = make("tampered1").write("ex-02-1", f'answer = "A"\n{ATTACK}')
    for cell in tampered.notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "assert True\n3.0"
            cell.metadata.nbgrader.points = 100
    typed_other = make("right1").solve()
    bare = make("bare2").solve()
    for cell in bare.notebook.cells:
        cell.metadata.pop("nbgrader", None)
    odd = make("odd6").solve().write("ex-02-1", 'answer = "B"\nimport os\nos.chdir("..")\nlist = 1')
    noise = "import sys; print('x', file=sys.stderr); print('y'); year, earned = 0, 0.0"
    odd.write("ex-02-4", odd.solutions["ex-02-4"].replace("year, earned = 0, 0.0", noise))
    odd.notebook.cells.append(nbformat.v4.new_code_cell("3.0", metadata=odd.cell("exercise-02-4").metadata))
    odd.notebook.cells.append(nbformat.v4.new_code_cell("3.0", metadata=odd.cell("exercise-02-4").metadata))
    odd.notebook.cells[-1].metadata.nbgrader.grade_id = "elsewhere"
    class_ = {
        "right1": (make("RIGHT1 ").solve(), (1, 2, 3)),
        "blank3": (make("blank3"), (0, 0, 0)),
        "wrong4": (
            make("wrong4")
            .write("ex-02-1", 'answer = "C"')
            .write("ex-02-3", f"answer = {mistake}")
            .write("ex-02-4", third),
            (0, 0, points),
        ),
        "loop5": (make("loop5").solve().write("ex-02-4", loop).write("ex-02-3", "while True:\n    pass"), (1, 0, 0)),
        "crash2": (make("crash2").solve().write("ex-02-3", "import os\nos._exit(1)"), (1, 0, 0)),
        "stubborn9": (
            make("stubborn9")
            .solve()
            .write(
                "ex-02-3", "while True:\n    try:\n        print('a' * 99)\n    except BaseException:\n        pass"
            ),
            (1, 0, 0),
        ),
        "tampered1": (tampered, (0, 0, 0)),
        "copy7": (typed_other, (1, 0, 3)),
        "deleted8": (make("deleted8").solve().drop("ex-02-1", "exercise-02-1", "exercise-02-4"), (0, 2, 3)),
        "bare2": (bare, (1, 2, 3)),
        "odd6": (odd, (1, 2, 3)),
    }
    for student, (submission, _) in class_.items():
        folder = course / "submitted" / student / "lesson_02"
        folder.mkdir(parents=True)
        (folder / "02_cut.ipynb").write_text(nbformat.writes(submission.notebook), "utf-8")
    expected = {student: dict(zip(IDS, points, strict=True)) for student, (_, points) in class_.items()}
    for student, name, text in [("unreadable1", "02_cut.ipynb", "{"), ("renamed4", "02_cut (1).ipynb", "{}")]:
        folder = course / "submitted" / student / "lesson_02"
        folder.mkdir(parents=True)
        (folder / name).write_text(text, "utf-8")
        expected[student] = dict.fromkeys(IDS, 0)
    return expected


def relmark(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
    )


RUN = """
import argparse, sys
from relmark_helpers.editions import grade
from relmark_helpers.validation import InputError
parser = argparse.ArgumentParser()
grade.add_arguments(parser)
try:
    grade.make(parser.parse_args())
except InputError as problem:
    sys.exit(f"relmark: {problem}")
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The course folder after grading, what was said, and the points that each student should have."""
    course = tmp_path_factory.mktemp("grading") / "course"
    lesson = cut_lesson(course.parent / "notebooks")
    write_course(lesson, course, seed=SEED, students=["right1", "absent4"])
    own = json.loads((course / "release" / "lesson_02" / "02_cut.ipynb").read_text("utf-8"))
    source, release = (
        nbformat.read(course / place / "lesson_02" / "02_cut.ipynb", 4) for place in ("source", "release")
    )
    expected = hand_in(lambda student: Submission(release, source, student), course)
    configuration = course / "nbgrader_config.py"
    configuration.write_text(configuration.read_text("utf-8").replace("timeout = 30", "timeout = 8"), "utf-8")
    progress = course.parent / "progress.jsonl"
    done = relmark("02", "--course", course, RELMARK_PROGRESS=str(progress))
    assert done.returncode == 0, done.stderr
    assert not progress.exists(), "checks of students were written into the instructor's progress"
    return course, done, expected, own


def points_of(course):
    with (course / "grades_02.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(COLUMNS)
    table = {}
    for row in rows:
        assert float(row["max_points"]) == WORTH[row["exercise"]]
        table.setdefault(row["student"], {})[row["exercise"]] = float(row["points"])
    return table


def test_everybody_gets_the_points_that_the_work_earns(graded):
    course, _, expected, _ = graded
    table = points_of(course)
    assert list(table) == sorted(expected)
    for student, points in expected.items():
        assert table[student] == pytest.approx(points, abs=1e-4), student


def test_the_instructor_reads_what_went_wrong_and_nothing_else(graded):
    _, done, _, _ = graded
    said, student = {}, ""
    for line in done.stdout.splitlines():
        if line.startswith("    "):
            said[student].append(line.strip())
        elif ": " in line:
            student = line.split(":")[0]
            said[student] = []
    assert done.stderr == ""
    assert "\nPersonal file, but nothing handed in (not in the table): absent4\n" in done.stdout
    assert said["right1"] == said["blank3"] == said["wrong4"] == []
    assert said["loop5"] == ["1 cell was stopped for taking too long: 02.3."]
    for student in ("crash2", "stubborn9"):
        (line,) = said[student]
        assert line.startswith("Python ended in cell 8 (exercise 02.3); this cell and those after it")
    (line,) = said["tampered1"]
    assert line.startswith("Changed by the student, put back before grading: exercise-02-1, exercise-02-3")
    assert said["copy7"] == ["The notebook has numbers of '2027:right1'; it was graded with those of '2027:copy7'."]
    assert said["deleted8"] == ["Deleted by the student: exercise-02-1, exercise-02-4."]
    assert said["unreadable1"] == ["Not graded, 0 points: the file is no notebook, or is damaged; ask for it again."]
    assert said["renamed4"] == [
        "Not graded, 0 points: no notebook of the name that was handed out (02_cut (1).ipynb is there)."
    ]


def test_nbgrader_makes_the_same_release_of_the_source(graded):
    course, _, _, own = graded
    made = json.loads((course / "release" / "lesson_02" / "02_cut.ipynb").read_text("utf-8"))
    assert made == own


def test_the_gradebook_of_nbgrader_holds_the_same_points(graded):
    course, _, expected, _ = graded
    with sqlite3.connect(course / "gradebook.db") as book:
        rows = book.execute(
            "select student.id, sum(coalesce(grade.auto_score, 0)), sum(grade.needs_manual_grade) from grade "
            "join submitted_notebook on grade.notebook_id = submitted_notebook.id "
            "join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id "
            "join student on submitted_assignment.student_id = student.id group by student.id"
        ).fetchall()
    assert {student: total for student, total, _ in rows} == pytest.approx(
        {student: sum(points.values()) for student, points in expected.items()}, abs=1e-4
    )
    assert not any(waiting for _, _, waiting in rows)


def test_missing_nbgrader_is_said_with_the_way_to_mend_it(monkeypatch, tmp_path):
    write_course(cut_lesson(tmp_path / "notebooks"), tmp_path)
    (tmp_path / "submitted" / "s1" / "lesson_02").mkdir(parents=True)
    monkeypatch.setitem(sys.modules, "nbgrader.apps.api", None)
    with pytest.raises(InputError, match=r"`nbgrader`.* pip install .*\[grading\]"):
        next(grade_submissions(tmp_path, "lesson_02"))


def test_a_folder_without_the_assignment_is_refused(tmp_path):
    with pytest.raises(InputError, match="no assignment lesson_02.* write them with relmark assignment"):
        next(grade_submissions(tmp_path, "lesson_02"))


def test_nothing_handed_in_is_refused(tmp_path):
    write_course(cut_lesson(tmp_path / "notebooks"), tmp_path)
    with pytest.raises(InputError, match="no submission of lesson_02; expected folders submitted/STUDENT/lesson_02"):
        next(grade_submissions(tmp_path, "lesson_02"))
