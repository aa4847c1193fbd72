"""The handout: a lesson as a PDF with page numbers and room to write, printed by an installed browser."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from relmark_helpers.editions import page
from relmark_helpers.editions.browser import find_browser, print_pdf
from relmark_helpers.editions.lesson import Lesson, Task, choose, find_lessons, tags
from relmark_helpers.editions.options import add_lesson, add_out, refuse_file
from relmark_helpers.editions.runner import run_lessons
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.exercises.exercise import ChoiceExercise, Exercise, FunctionExercise, NumberExercise

PAPERS = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
"""Width and height in millimetres."""
MARGIN = 18.0
_LEFT_OUT = {"setup", "instructor", "solution"}
_LINES: dict[type[Exercise], int] = {ChoiceExercise: 2, NumberExercise: 4, FunctionExercise: 10}
_PREDICTION_LINES = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.epilog = "Chromium, Chrome or Edge prints it; RELMARK_BROWSER (an environment variable) names its program."
    add_lesson(parser)
    add_out(parser, "editions/handout")
    parser.add_argument("--paper", choices=PAPERS, default="A4", help="paper size (%(default)s)")
    parser.add_argument("--solutions", action="store_true", help="add the solutions, on pages of their own at the end")
    parser.add_argument("--no-code", action="store_true", help="leave the code out, for readers who only read")


def make(given: argparse.Namespace) -> None:
    """Print the handout that the command line asks for."""
    refuse_file(given.out)
    find_browser()
    lesson = choose(find_lessons(given.lessons), given.lesson)
    given.out.mkdir(parents=True, exist_ok=True)
    pdf = given.out / f"{lesson.path.stem}{'_solutions' if given.solutions else ''}.pdf"
    with tempfile.TemporaryDirectory() as folder:
        source = write_page(lesson, Path(folder), paper=given.paper, solutions=given.solutions, code=not given.no_code)
        print_pdf(source, pdf)
    print(f"Wrote {pdf}")


def write_page(lesson: Lesson, folder: Path, *, paper: str = "A4", solutions: bool = False, code: bool = True) -> Path:
    """Write the page that is printed, with its font, into ``folder`` and return its path.

    Parameters
    ----------
    lesson : the lesson; it is run, or its kept run is taken.
    folder : where to write.
    paper : a name in :data:`PAPERS`.
    solutions : whether solutions follow at the end.
    code : whether code is shown; the cells of exercises show theirs in any case.
    """
    notebook = run_lessons([lesson])[lesson.id]
    width, height = PAPERS[paper]
    text = page.fill(
        "handout.html.j2",
        lesson=lesson,
        style=page.style(),
        script=page.script(),
        sections=list(_sections(lesson, notebook.cells, code)),
        solutions=[(_title(task), page.python(task.solution), page.markdown(task.explained)) for task in lesson.tasks]
        if solutions
        else [],
        width=width,
        height=height,
        margin=MARGIN,
    )
    page.write_font(folder)
    written = folder / f"{lesson.path.stem}.html"
    written.write_text(text, "utf-8")
    return written


def _sections(lesson: Lesson, cells: list[Mapping[str, Any]], code: bool) -> Iterator[tuple[str, Markup]]:
    """Yield each part of the handout with its class: a cell, or an exercise with its room to write."""
    tasks = {task.cell_id: task for task in lesson.tasks}
    questions = {task.question for task in tasks.values()}
    for cell in cells:
        if _LEFT_OUT & set(tags(cell)) or cell["source"] in questions:
            continue
        if cell["id"] in tasks:
            yield "exercise", _exercise(tasks[cell["id"]], cell)
            continue
        with_code = code and cell["id"] != "references"
        html = Markup("\n").join(block.html for block in page.blocks(cell, code=with_code))
        if "predict" in tags(cell):
            yield "predict", html + _room(_PREDICTION_LINES)
        else:
            yield "cell", html


def _exercise(task: Task, cell: Mapping[str, Any]) -> Markup:
    """Return question, given numbers and room for the answer, more of it where a function is to be written."""
    shown = [page.output(output) for output in cell.get("outputs", [])]
    numbers = [html for html in shown if 'role="status"' not in html]
    kind = type(EXERCISES[task.id])
    gap = [page.python(task.code.rpartition("check(")[0].strip())] if kind is FunctionExercise else []
    return Markup("\n").join([page.markdown(task.question), *numbers, *gap, _room(_LINES[kind])])


def _room(lines: int) -> Markup:
    """Return ruled lines to write on."""
    return Markup('<div class="room" role="img" aria-label="Room to write">{}</div>').format(
        Markup("<div></div>") * lines
    )


def _title(task: Task) -> str:
    return f"Exercise {task.id}: {EXERCISES[task.id].title}"
