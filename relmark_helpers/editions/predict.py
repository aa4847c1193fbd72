"""The predict edition: the lesson without its explanations; the reader says what each cell will show, then runs it."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from typing import Any, cast

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from relmark_helpers.editions.lesson import Lesson, called, choose, find_lessons, tags
from relmark_helpers.editions.options import add_lesson, add_out, refuse_file

_INTRODUCTION = """# {id} · {title}: predict, then run

The explanations of this lesson have been cut. Before you run a cell, read its code and write into the cell above it
what it will show: a number and its unit, the shape of a curve, which of two is larger. Then run it. Write in one
sentence what surprised you.

The lesson itself explains what each step means. Read it afterwards."""
_ASK = """**Before you run the next cell{what}.** What will it show?

My prediction:

How sure am I (guess, fairly sure, sure)?"""
_AFTER = """## Look back

Where was your prediction furthest off? Which sentence of the lesson would have told you?

My answer:"""
_HEADING = re.compile(r"^#{2,3} +(.+)$", re.MULTILINE)
_CLOSING = {"When this misleads", "Key points", "References", "Questions and objectives"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_lesson(parser)
    add_out(parser, "editions/predict")


def make(given: argparse.Namespace) -> None:
    """Write the notebook that the command line asks for."""
    refuse_file(given.out)
    lesson = choose(find_lessons(given.lessons), given.lesson)
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / f"{lesson.path.stem}_predict.ipynb"
    nbformat.write(predict_notebook(lesson), path)
    print(f"Wrote {path}")


def predict_notebook(lesson: Lesson) -> NotebookNode:
    """Return the lesson as a notebook of code cells, each under a cell that asks for a prediction.

    Headings stay, and with them the questions that the lesson itself asks before a cell. Exercises, notes for the
    instructor and the list of references are left out. Outputs are empty, as in every stored lesson.
    """
    introduction = new_markdown_cell(_INTRODUCTION.format(id=lesson.id, title=lesson.title), id="introduction")
    cells = [introduction, *_asked(lesson), new_markdown_cell(_AFTER, id="look-back")]
    metadata = {key: lesson.notebook.metadata[key] for key in ("kernelspec", "language_info")}
    notebook = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return cast(NotebookNode, notebook)


def _asked(lesson: Lesson) -> Iterator[NotebookNode]:
    """Yield headings, questions and code, in the lesson's order."""
    question = ""
    for cell in lesson.cells:
        about = set(tags(cell))
        if about & {"exercise-task", "exercise", "solution", "instructor"}:
            continue
        if cell.cell_type == "markdown":
            headings = [text for text in _HEADING.findall(cell.source) if text not in _CLOSING]
            if headings:
                yield new_markdown_cell(f"## {headings[0]}", id=f"{cell.id}-heading")
            question = _question(cell.source) if "predict" in about else ""
        elif "setup" in about:
            yield _plain(cell)
        elif "references" not in called(cell.source):
            if _shows(cell.source):
                yield new_markdown_cell(_ask(question, cell.source), id=f"{cell.id}-ask")
            yield _plain(cell)
            question = ""


def _ask(question: str, code: str) -> str:
    moves = any(name.startswith("explore_") for name in called(code))
    ask = _ASK.format(what=", and again before you move a slider" if moves else "")
    return ask.replace("What will it show?", question) if question else ask


def _question(text: str) -> str:
    """Return what the lesson asks after "Predict before ..."."""
    after = re.split(r"\*\*Predict before[^*]*\*\*", text)[-1].strip()
    return " ".join(after.split())


def _shows(code: str) -> bool:
    """Return whether a cell can show something: it ends with a value, or displays or prints on the way."""
    body = ast.parse(code).body
    return bool(body) and (isinstance(body[-1], ast.Expr) or bool({"display", "print"} & set(called(code))))


def _plain(cell: Any) -> NotebookNode:
    return cast(NotebookNode, new_code_cell(cell.source, id=cell.id))
