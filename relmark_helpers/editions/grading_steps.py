"""Two steps of nbgrader in which a course of this workbook differs: mend the marks, and run a submission.

The course's ``nbgrader_config.py`` names them. They need nbgrader; nothing else imports this module.
"""

from __future__ import annotations

import os
import queue
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from relmark_helpers.editions.assignment_notebook import SCHEMA, exercise_in, exercise_of
from relmark_helpers.editions.runner import CELL_SECONDS, fresh_kernel

OUT_OF_TIME = "OutOfTime"
KERNEL_ENDED = "KernelEnded"
_LOAD = "import relmark_helpers.exercises.grading"
"""Run before the clock starts, so that no cell's time goes into loading the package."""
_GRACE = 3.0
"""Seconds that an interrupted cell has to stop."""
_MOST_TEXT = 50_000
"""Characters of text that one cell may show; the rest is dropped."""
_OUTPUTS = {"stream", "display_data", "execute_result", "error"}


class MendMarks(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Put nbgrader's marks in a submission in order: none twice, none unknown, and no cell for points missing.

    A missing one is put back after the cell that answers. nbgrader's own steps give up a submission with a cell twice,
    with a cell from elsewhere, or where the answer is missing too.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put them in order."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as book:
            source = book.find_notebook(about["notebook"], about["assignment"])
            known = {cell.name for cell in source.source_cells}
            points = {cell.name: cell.max_score for cell in source.grade_cells}
            stored = {cell.name: (cell.source, cell.checksum) for cell in source.source_cells if cell.name in points}
        for cell in reversed(nb.cells):  # of a cell that is there twice the last one counts, as with nbgrader
            mark = _mark(cell)
            if mark in known:
                known.remove(mark)
            else:
                cell.metadata.pop("nbgrader", None)
        there = {_mark(cell) for cell in nb.cells}
        for mark, (text, checksum) in stored.items():
            if mark not in there:
                cell = nbformat.v4.new_code_cell(text)
                cell.metadata["nbgrader"] = {
                    "cell_type": "code",
                    "checksum": checksum,
                    "grade": True,
                    "grade_id": mark,
                    "locked": True,
                    "points": points[mark],
                    "schema_version": SCHEMA,
                    "solution": False,
                    "task": False,
                }
                nb.cells.insert(_after_answer(nb, mark), cell)
        return nb, resources


class RunSubmission(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a submission to its end, whatever it does; nbgrader's own step gives up a submission whose kernel ends.

    A cell that takes too long is interrupted and the next one runs. Where the kernel ends, or cannot be interrupted,
    the cells from there on fail and those before keep their points. The kernel is that of nbgrader's environment, and
    it reaches no other host.
    """

    timeout = Integer(30, help="Seconds that one cell may take.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run it."""
        ended = ""
        with fresh_kernel(Path(resources["metadata"]["path"]), RELMARK_PROGRESS=os.devnull) as (kernel, client):
            client.execute_interactive(_LOAD, silent=True, store_history=False, timeout=CELL_SECONDS)
            for number, cell in enumerate(nb.cells, start=1):
                if cell.cell_type != "code":
                    continue
                cell.outputs, cell.execution_count = [], None
                if ended:
                    cell.outputs.append(_error(KERNEL_ENDED, ended))
                elif not self._run(kernel, client, cell):
                    where = f" (exercise {exercise_in(cell)})" if exercise_in(cell) else ""
                    ended = f"Python ended in cell {number}{where}; this cell and those after it were not run."
                    cell.outputs.append(_error(KERNEL_ENDED, ended))
        return nb, resources

    def _run(self, kernel: Any, client: Any, cell: NotebookNode) -> bool:
        """Run one cell; return whether the kernel can run another."""
        sent = client.execute(cell.source, allow_stdin=False, stop_on_error=False)
        deadline = time.monotonic() + self.timeout
        late = False
        while True:
            try:
                message = client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if not kernel.is_alive():
                    return False
            else:
                if message["parent_header"].get("msg_id") == sent:
                    if _is_idle(message):
                        break
                    _keep(cell, message)
            if time.monotonic() > deadline:
                if late:
                    kernel.shutdown_kernel(now=True)
                    return False
                late = True
                deadline = time.monotonic() + _GRACE
                kernel.interrupt_kernel()
        if late:
            cell.outputs.append(_error(OUT_OF_TIME, f"This cell was stopped after {self.timeout} seconds."))
        return True


def _mark(cell: Mapping[str, Any]) -> str:
    mark = cell["metadata"].get("nbgrader")
    return str(mark.get("grade_id", "")) if isinstance(mark, Mapping) else ""


def _after_answer(nb: NotebookNode, mark: str) -> int:
    """Return the place after the cell that checks the exercise; the end where there is none."""
    call = re.compile(rf"""\bcheck\(\s*["']{re.escape(exercise_of(mark) or mark)}["']""")
    places = [place for place, cell in enumerate(nb.cells) if cell.cell_type == "code" and call.search(cell.source)]
    return places[-1] + 1 if places else len(nb.cells)


def _is_idle(message: Mapping[str, Any]) -> bool:
    return bool(message["msg_type"] == "status" and message["content"]["execution_state"] == "idle")


def _keep(cell: NotebookNode, message: Mapping[str, Any]) -> None:
    """Add an output to a cell; text that belongs together in one piece, and no more than :data:`_MOST_TEXT`."""
    if message["msg_type"] not in _OUTPUTS:
        return
    output = nbformat.v4.output_from_msg(message)
    last = cell.outputs[-1] if cell.outputs else {}
    if output.output_type != "stream":
        cell.outputs.append(output)
    elif last.get("output_type") != "stream" or last.get("name") != output.name:
        cell.outputs.append(output)
    elif len(last["text"]) < _MOST_TEXT:
        last["text"] += output.text


def _error(name: str, words: str) -> NotebookNode:
    lines = [f"{name}: {words}"]
    output: NotebookNode = nbformat.v4.new_output("error", ename=name, evalue=words, traceback=lines)
    return output
