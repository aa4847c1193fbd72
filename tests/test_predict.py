"""The predict edition: every cell that shows something is preceded by the question what it will show."""

from pathlib import Path

import nbformat
import pytest

from relmark_helpers.__main__ import main
from relmark_helpers.editions.lesson import Lesson
from relmark_helpers.editions.predict import predict_notebook
from tests.lessons import LESSONS

EVERY = pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda lesson: lesson.id)


@EVERY
def test_prose_is_cut_and_code_is_not(lesson: Lesson):
    notebook = predict_notebook(lesson)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    kept = {cell.id: cell.source for cell in code}
    original = {cell.id: cell.source for cell in lesson.code}
    left_out = set(original) - set(kept)
    assert kept == {name: source for name, source in original.items() if name not in left_out}
    assert left_out == {task.cell_id for task in lesson.tasks} | {lesson.cells[-1].id}
    written = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "<details>" not in written, "no solution, no notes"
    lines = {line for cell in lesson.markdown for line in cell.source.splitlines() if len(line) > 60}
    told = {line for line in lines if line in written.splitlines()}
    assert told == set(), "an explanation was kept"


@EVERY
def test_each_cell_that_shows_something_is_asked_about(lesson: Lesson):
    cells = predict_notebook(lesson).cells
    for before, cell in zip(cells, cells[1:], strict=False):
        if cell.cell_type == "code" and "setup" not in cell.id:
            asks = before.cell_type == "markdown" and "My prediction:" in before.source and "?" in before.source
            assert asks or "=" in cell.source.splitlines()[-1], f"nothing asks what {cell.id} will show"


def test_a_question_of_the_lesson_is_kept():
    (lesson,) = (one for one in LESSONS if one.id == "02")
    asked = {cell.id: cell.source for cell in predict_notebook(lesson).cells}
    assert "alone, bring the position across 0.5?" in asked["profile-explorer-ask"]
    assert "again before you move a slider" in asked["profile-explorer-ask"]


def test_command_writes_a_notebook_that_jupyter_can_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["predict", "01b", "--out", str(tmp_path)]) == 0
    (written,) = tmp_path.iterdir()
    assert str(written) in capsys.readouterr().out
    notebook = nbformat.read(written, 4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec["name"] == "python3"
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
