"""Every lesson runs from top to bottom without network, within its limits, and its exercises do what they say."""

import ast
import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert import HTMLExporter

from relmark_helpers.editions.lesson import Lesson, called
from relmark_helpers.editions.runner import MOVING, WIDGET, run_lessons, run_notebook
from relmark_helpers.exercises.checking import CheckResult
from tests.lessons import LESSONS

EVERY = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
LESSON_SECONDS = 10
LESSON_MEGABYTES = 400  # with the pictures for pages that have no kernel

Runs = dict[str, "Future[nbformat.NotebookNode]"]


def run_one(lesson: Lesson) -> nbformat.NotebookNode:
    return run_lessons([lesson])[lesson.id]


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest) -> Iterator[Runs]:
    """The chosen tests' lessons, run two at a time; the tests of the editions take them from the cache."""
    parameters = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    chosen = {each["lesson"].id: each["lesson"] for each in parameters if isinstance(each.get("lesson"), Lesson)}
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {id: pool.submit(run_one, lesson) for id, lesson in chosen.items()}


@pytest.fixture
def done(lesson: Lesson, runs: Runs) -> nbformat.NotebookNode:
    """The lesson with its outputs."""
    return runs[lesson.id].result()


def outputs(notebook: nbformat.NotebookNode) -> Iterator[tuple[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell.id, output


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Errors, warnings and missing characters in the outputs."""
    found = []
    for place, output in outputs(notebook):
        if output.output_type == "error":
            found.append(f"{place}: {output.ename}: {output.evalue}")
        elif output.output_type == "stream" and output.name == "stderr":
            found.append(f"{place}: on stderr: {output.text}")
        elif "missing from" in str(output.get("text") or output.get("data")):
            found.append(f"{place}: a font lacks a character")
    return found


@EVERY
def test_lesson_runs_without_network_error_or_warning(done: nbformat.NotebookNode):
    assert faults(done) == []
    assert [cell.id for cell in done.cells if cell.cell_type == "code" and not cell.execution_count] == []


@EVERY
def test_lesson_is_light(lesson: Lesson, done: nbformat.NotebookNode, capsys: pytest.CaptureFixture[str]):
    took = done.metadata.run
    with capsys.disabled():
        slow = f", more than the {LESSON_SECONDS} s promised" if took.seconds > LESSON_SECONDS else ""
        print(f"\nlesson {lesson.id}: {took.seconds:.1f} s with start of the kernel{slow}; {took.megabytes} MB")
    if took.megabytes is not None:
        assert took.megabytes <= LESSON_MEGABYTES


@EVERY
def test_every_picture_has_words(done: nbformat.NotebookNode, caplog: pytest.LogCaptureFixture):
    page, _ = HTMLExporter(log=logging.getLogger("export")).from_notebook_node(done)
    assert [record.getMessage() for record in caplog.records] == []
    for picture in BeautifulSoup(page, "html.parser").find_all("img"):
        alt = picture.get("alt", "").strip()
        assert alt and "No description has been provided" not in alt
    assert "VBox(" not in page


@EVERY
def test_sliders_leave_a_still_picture_where_no_kernel_runs(done: nbformat.NotebookNode):
    assert "OutputModel" not in done.metadata.run.widgets, "an Output widget can stop a run without a browser"
    for cell in done.cells:
        if cell.cell_type == "code" and any(name.startswith("explore_") for name in called(cell.source)):
            (output,) = cell.outputs
            assert {WIDGET, MOVING, "text/html", "image/png", "text/plain"} <= set(output.data), cell.id
            assert output.data["text/html"].startswith("<figure"), cell.id
            for slider in output.data[MOVING]:
                start = slider["frames"][slider["start"]]
                assert start["alt"] == output.data[MOVING][0]["frames"][output.data[MOVING][0]["start"]]["alt"]
                assert len({frame["jpeg"] for frame in slider["frames"]}) > 1, f"{slider['name']} moves nothing"


@EVERY
def test_untouched_exercises_are_open(lesson: Lesson, done: nbformat.NotebookNode):
    said = {place: output.data["text/plain"] for place, output in outputs(done) if "data" in output}
    for place, task in zip(lesson.tagged("exercise"), lesson.tasks, strict=True):
        assert said[lesson.cells[place].id].startswith(f"Exercise {task.id}: Open. ")


def run_here(code: str, names: dict[str, Any]) -> Any:
    """Run a cell in this process and return the value of its last line."""
    tree = ast.parse(code)
    *_, last = tree.body
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "cell", "exec"), names)
        return None
    exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@EVERY
def test_every_solution_is_right_with_the_lessons_numbers_and_a_students(
    lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("RELMARK_PROGRESS", str(tmp_path / "progress.jsonl"))
    monkeypatch.chdir(lesson.path.parent)
    names: dict[str, Any] = {"display": lambda *shown: None, "__name__": "__main__"}
    tasks = dict(zip(lesson.tagged("exercise"), lesson.tasks, strict=True))
    for place, cell in enumerate(lesson.cells):
        if place in tasks:
            for student in ("ana", ""):
                names["student"] = student
                result = run_here(tasks[place].solved, names)
                assert isinstance(result, CheckResult)
                assert result.verdict.outcome == "right", f"student {student!r}: {result}"
        elif cell.cell_type == "code":
            run_here(cell.source, names)


def notebook_of(folder: Path, *code: str) -> Path:
    cells = [nbformat.v4.new_code_cell(one, id=f"cell-{number}") for number, one in enumerate(code, 1)]
    path = folder / "given" / "faulty.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_runner_finds_faults_and_stops_at_an_error(tmp_path):
    warned = "import warnings\nwarnings.warn('careful')"
    boxes = "print('Glyph 27969 missing from font(s)')"
    asked = "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=5)"
    first, second, third = faults(run_notebook(notebook_of(tmp_path, warned, boxes, asked, "1 / 0")))
    assert first.startswith("cell-1: on stderr") and "UserWarning: careful" in first
    assert second == "cell-2: a font lacks a character"
    assert third.startswith("cell-3: ConnectionRefusedError") and "without network" in third


def test_runner_stops_a_cell_that_does_not_end(tmp_path):
    with pytest.raises(TimeoutError, match="cell cell-1 took longer than 1 seconds"):
        run_notebook(notebook_of(tmp_path, "while True: pass"), seconds=1)
