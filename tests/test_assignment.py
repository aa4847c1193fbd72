"""The assignment: source and release of every lesson, numbers of one's own, and what is refused."""

import argparse
import json
import re

import nbformat
import pytest

from relmark_helpers.editions import assignment
from relmark_helpers.editions.assignment import read_students, shared_numbers, write_course
from relmark_helpers.editions.assignment_notebook import (
    exercise_of,
    mark_of,
    personal_version,
    release_version,
    source_version,
)
from relmark_helpers.editions.lesson import Lesson, find_lessons, tags
from relmark_helpers.editions.runner import run_notebook
from relmark_helpers.exercises import EXERCISES, exercise, grading
from relmark_helpers.exercises.grading import award
from relmark_helpers.validation import InputError
from tests.lessons import LESSONS, ROOT

GRADED = [lesson for lesson in LESSONS if lesson.id != "00"]
every = pytest.mark.parametrize("lesson", GRADED, ids=lambda lesson: lesson.id)
LESSON = next(lesson for lesson in LESSONS if lesson.id == "02")


def marks(notebook):
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


def run(lesson, *arguments):
    parser = argparse.ArgumentParser()
    assignment.add_arguments(parser)
    assignment.make(parser.parse_args([lesson, *map(str, arguments)]))


@pytest.fixture
def changed(tmp_path):
    """Write lesson 02 with a change, and return it."""

    def change(how):
        notebook = nbformat.read(LESSON.path, 4)
        how(notebook)
        path = tmp_path / "notebooks" / LESSON.path.name
        path.parent.mkdir()
        nbformat.write(notebook, path)
        return Lesson(path)

    return change


def cell_of(notebook, id):
    return next(cell for cell in notebook.cells if cell.id == id)


# ---- The two versions


@every
def test_source_has_a_question_an_answer_and_points_for_each_exercise(lesson):
    source = source_version(lesson)
    nbformat.validate(source)
    ids = [task.id for task in lesson.tasks if EXERCISES[task.id].points]
    expected = [mark_of(id, role) for id in ids for role in ("question", "answer", "exercise")]
    assert list(marks(source)) == expected
    for mark, cell in marks(source).items():
        about = cell.metadata.nbgrader
        role = mark.split("-")[0]
        assert (about.grade, about.solution, about.locked, about.schema_version) == (
            role == "exercise",
            role == "answer",
            role != "answer",
            3,
        )
        assert re.fullmatch(r"[A-Za-z0-9_-]+", mark)
    worth = {exercise_of(mark): cell.metadata.nbgrader.get("points") for mark, cell in marks(source).items()}
    worth.pop(None)
    assert worth == {id: EXERCISES[id].points for id in ids}


@every
def test_release_holds_no_solution_and_no_word_for_the_instructor(lesson):
    source = source_version(lesson)
    release = release_version(source)
    text = nbformat.writes(release)
    assert not re.search(r"BEGIN|END SOLUTION|HIDDEN|award|instructor", text.replace("your instructor", ""))
    assert not [cell for cell in release.cells if {"solution", "instructor"} & set(tags(cell))]
    for task in lesson.tasks:
        for line in task.solution.splitlines():
            if len(line) > 20 and line not in task.code:
                assert line not in "\n".join(cell.source for cell in release.cells if "exercise" in tags(cell))
        if EXERCISES[task.id].points:
            cell = marks(release)[mark_of(task.id, "answer")]
            assert re.sub(r"\n+", "\n", cell.source) == re.sub(r"\n+", "\n", task.code)
            assert not re.search(r"\n{4}", cell.source)
            assert marks(release)[mark_of(task.id)].source.startswith(f"# Exercise {task.id}: ")
    rest = [cell.source for cell in release.cells if "nbgrader" not in cell.metadata and "setup" not in tags(cell)]
    kept = {cell.source for cell in lesson.cells}
    assert set(rest) <= kept


@every
def test_source_runs_in_words_and_its_answers_are_those_of_the_solutions(lesson):
    for cell in source_version(lesson).cells:
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")
    for task in lesson.tasks:
        if EXERCISES[task.id].points:
            cell = marks(source_version(lesson))[mark_of(task.id, "answer")]
            assert f"### BEGIN SOLUTION\n{task.solution.rstrip()}" in cell.source
            assert cell.source.index("### END SOLUTION") < cell.source.index(f'check("{task.id}"')


def test_whole_lesson_with_its_solutions_earns_all_points(tmp_path):
    nbformat.write(source_version(LESSON, "2027"), tmp_path / "source.ipynb")
    done = run_notebook(tmp_path / "source.ipynb")
    assert not [output for cell in done.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    graded = {mark: cell for mark, cell in marks(done).items() if exercise_of(mark)}
    assert len(graded) == 5
    for cell in graded.values():
        (output,) = cell.outputs
        assert float(output.data["text/plain"]) == cell.metadata.nbgrader.points


def test_release_is_what_nbgrader_makes_of_a_whole_lesson(tmp_path):
    preprocessors = pytest.importorskip("nbgrader.preprocessors", reason="the extra [grading] is not installed")
    source = source_version(LESSON, "2027")
    steps = ["LockCells", "ClearSolutions", "ClearOutput", "CheckCellMetadata", "ComputeChecksums"]
    steps += ["ClearHiddenTests", "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata"]
    made = nbformat.reads(nbformat.writes(source), 4)
    for step in steps:
        doer = getattr(preprocessors, step)()
        if step == "ClearSolutions":
            doer.code_stub = {"python": ""}
        made, _ = doer.preprocess(made, {})
    assert json.loads(nbformat.writes(made)) == json.loads(nbformat.writes(release_version(source)))


def test_notebook_of_the_lesson_is_left_alone():
    before = nbformat.writes(LESSON.notebook)
    release_version(source_version(LESSON))
    assert nbformat.writes(LESSON.notebook) == before


# ---- The graded cell


def points_cell(id, seed=""):
    return marks(source_version(LESSON, seed))[mark_of(id)].source


def run_cell(id, seed="", **names):
    space = {"student": "", **names}
    source = points_cell(id, seed)
    exec(source.replace("\n_points\n", "\nlast = _points\n"), space)
    return space


def test_graded_cell_gives_points_and_forgets_the_answer():
    after = run_cell("02.1", answer="B")
    assert (after["last"], after["answer"]) == (1.0, ...)
    assert run_cell("02.1", answer="A")["last"] == 0
    function = EXERCISES["02.4"].answer
    after = run_cell("02.4", years_to_pay_back=function)
    assert after["last"] == 3.0 and after["years_to_pay_back"] is function
    with pytest.raises(NameError):
        run_cell("02.1")


def test_graded_cell_takes_the_definition_afresh_and_leaves_the_modules_as_they_were(monkeypatch):
    monkeypatch.setattr(grading, "award", lambda *arguments, **more: 99.0)
    monkeypatch.setattr(exercise.Exercise, "judge", lambda *arguments: exercise.Verdict("right", "", 1.0))
    import sys

    before = {name: module for name, module in sys.modules.items() if name.startswith("relmark_helpers")}
    assert run_cell("02.1", answer="A", list=None, str=None)["last"] == 0
    with pytest.raises(NameError):
        run_cell("02.1")
    after = {name: module for name, module in sys.modules.items() if name.startswith("relmark_helpers")}
    assert after == before


def test_while_grading_the_folder_says_who_the_student_is(tmp_path, monkeypatch):
    folder = tmp_path / "autograded" / "s17" / "lesson_02"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    own, typed = (EXERCISES["02.3"].solution(text) for text in ("2027:s17", "2027:s18"))
    assert own != typed
    assert [award("02.3", value, "2027:s18", seed="2027") for value in (own, typed)] == [0, 2]
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert [award("02.3", value, "2027:s18", seed="2027") for value in (own, typed)] == [2, 0]
    assert award("02.3", EXERCISES["02.3"].solution("s17"), "") == 2


def test_noise_of_a_students_function_is_dropped(capsys):
    def loud(setup, gain, discount):
        import sys
        import warnings

        print("out")
        print("err", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return EXERCISES["02.4"].answer(setup, gain, discount)

    assert award("02.4", loud, "") == 3
    assert capsys.readouterr() == ("", "")


def test_endless_function_is_stopped_in_words_and_keeps_the_cases_before(monkeypatch):
    monkeypatch.setattr(exercise, "CALL_SECONDS", 0.2)
    cases = EXERCISES["02.4"].cases
    answers = iter([EXERCISES["02.4"].answer(*cases[0][0])])

    def endless(setup, gain, discount):
        for value in answers:
            return value
        while True:
            pass

    verdict = EXERCISES["02.4"].judge(endless)
    assert verdict.outcome == "wrong" and verdict.score == 1 / len(cases)
    assert "is still running after 0.2 seconds. Does its loop end?" in verdict.message
    with pytest.raises(KeyboardInterrupt):  # the stop button stays the stop button
        EXERCISES["02.4"].judge(lambda *numbers: (_ for _ in ()).throw(KeyboardInterrupt))


# ---- The course folder


def test_command_writes_a_course(tmp_path, capsys):
    run("02", "--out", tmp_path, "--seed", "2027")
    name = LESSON.path.name
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        f"source/lesson_02/{name}",
        f"release/lesson_02/{name}",
        "nbgrader_config.py",
        "readme.txt",
    }
    release = nbformat.read(tmp_path / "release" / "lesson_02" / name, 4)
    assert '\nstudent = "2027:" + ""  # ' in cell_of(release, "setup").source
    assert capsys.readouterr().out.count("Wrote ") == 2
    compile((tmp_path / "nbgrader_config.py").read_text("utf-8"), "nbgrader_config.py", "exec")
    assert max(map(len, (tmp_path / "readme.txt").read_text("utf-8").splitlines())) <= 120


def test_second_lesson_joins_and_what_is_there_stays(tmp_path):
    run("02", "--out", tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("# my own")
    (tmp_path / "submitted" / "s1").mkdir()
    run("02b", "--out", tmp_path)
    assert (tmp_path / "nbgrader_config.py").read_text() == "# my own"
    assert {path.name for path in (tmp_path / "source").iterdir()} == {"lesson_02", "lesson_02b"}
    assert (tmp_path / "submitted" / "s1").is_dir()


def test_class_list_gives_personal_files_with_numbers_of_ones_own(tmp_path, capsys):
    roster = tmp_path / "class.csv"
    students = [f"s{number:02}" for number in range(1, 31)]
    roster.write_text("student,name\n" + "\n".join(f"{student},x" for student in students), "utf-8")
    run("02", "--out", tmp_path / "course", "--seed", "2027", "--students", roster)
    assert "same numbers" not in capsys.readouterr().out
    for student in ("s01", "s30"):
        path = tmp_path / "course" / "personal" / student / "lesson_02" / LESSON.path.name
        setup = cell_of(nbformat.read(path, 4), "setup").source
        assert f"\nstudent = '2027:{student}'  # yours" in setup
    assert len(list((tmp_path / "course" / "personal").iterdir())) == 30


def test_neighbours_who_share_numbers_are_named():
    names = [f"{letter}{other}" for letter in "abcdefghijklmno" for other in "xyz"]
    shared = shared_numbers(LESSON, names)
    for one, other, id in shared:
        assert EXERCISES[id].numbers(one) == EXERCISES[id].numbers(other)
    assert shared and shared != shared_numbers(LESSON, names, seed="2027")
    assert shared_numbers(LESSON, [f"20{number}" for number in range(100, 130)]) == []


def test_personal_version_changes_one_line():
    release = release_version(source_version(LESSON))
    own = personal_version(release, "王小明")
    lines = [
        (before, after)
        for cell, new in zip(release.cells, own.cells, strict=True)
        for before, after in zip(cell.source.splitlines(), new.source.splitlines(), strict=True)
        if before != after
    ]
    assert lines == [
        (
            'student = ""  # your student id, as in the course list, between the quotation marks',
            "student = '王小明'  # yours: your numbers are drawn from it",
        )
    ]


# ---- Refusals


def test_unknown_lesson_is_refused(tmp_path):
    with pytest.raises(InputError, match="`lesson`: found '99'; expected one of 00, 01, "):
        run("99", "--out", tmp_path)


def test_start_page_has_nothing_to_grade(tmp_path):
    with pytest.raises(InputError, match="no exercise that earns points"):
        run("00", "--out", tmp_path)


def test_exercise_without_solution_is_refused(changed):
    lesson = changed(lambda notebook: notebook.cells.remove(cell_of(notebook, "ex-02-3-solution")))
    with pytest.raises(InputError, match="cell ex-02-3`: found no solution after it"):
        find_lessons(lesson.path.parent)


def test_empty_solution_is_refused(changed):
    def empty(notebook):
        cell = cell_of(notebook, "ex-02-3-solution")
        cell.source = re.sub(r"```python\n.*?\n```", "```python\n\n```", cell.source, flags=re.DOTALL)

    with pytest.raises(InputError, match="cell ex-02-3`: found a solution without code"):
        source_version(changed(empty))


def test_grade_id_twice_is_refused(changed):
    def mark(notebook):
        cell_of(notebook, "profile-by-hand").metadata["nbgrader"] = {"grade_id": "exercise-02-3"}

    with pytest.raises(InputError, match="grade id 'exercise-02-3' twice.* take nbgrader's marks out"):
        source_version(changed(mark))


def test_lesson_without_the_students_name_is_refused(changed):
    def drop(notebook):
        cell = cell_of(notebook, "setup")
        cell.source = cell.source.replace("student = ", "somebody = ")

    with pytest.raises(InputError, match='found 0 lines `student = ""`'):
        source_version(changed(drop))


@pytest.mark.parametrize("seed", ['"', "a\nb", "\\", "{x}"])
def test_seed_that_cannot_stand_in_the_notebook_is_refused(seed):
    with pytest.raises(InputError, match="`seed`"):
        source_version(LESSON, seed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, "No such file"),
        ("", "No columns"),
        ("id\ns1", "found the columns id"),
        ("student\ns1\nS1", "line 3`: found 'S1' twice"),
        ("student\ns1\n../x", r"line 3`: found '\.\./x'"),
        ("student,name\n,x", "line 2`: found ''"),
        ("student\na+b", r"found 'a\+b'"),
    ],
)
def test_faulty_class_list_is_refused(tmp_path, text, found):
    path = tmp_path / "class.csv"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=found):
        read_students(path)


def test_written_notebooks_name_no_folder_of_this_machine(tmp_path):
    for path in write_course(LESSON, tmp_path, seed="x", students=["s1"]):
        assert str(ROOT) not in path.read_text("utf-8") and str(tmp_path) not in path.read_text("utf-8")
