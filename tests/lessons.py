"""The lessons' notebooks, read once for all tests."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[1]
FENCED = re.compile(r"^```(\w*)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Task:
    """An exercise as it stands in a lesson: the question, the cell with the gap, and the solution's code."""

    id: str
    question: str
    code: str
    solution: str

    @property
    def gap(self) -> ast.Assign | ast.FunctionDef:
        """What the student replaces: ``answer = ...`` or a function that raises NotImplementedError."""
        (gap,) = (one for one in ast.parse(self.code).body if _is_gap(one))
        return gap

    @property
    def solved(self) -> str:
        """The cell with the solution in place of the gap."""
        lines = self.code.splitlines()
        lines[self.gap.lineno - 1 : self.gap.end_lineno] = self.solution.splitlines()
        return "\n".join(lines)


@dataclass(frozen=True)
class Lesson:
    """One notebook."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        return nbformat.reads(self.text, 4)

    @property
    def id(self) -> str:
        """The number at the start of the file's name, such as "01b"."""
        return self.path.name.split("_")[0]

    @property
    def about(self) -> dict[str, Any]:
        """What the notebook's metadata say about the lesson."""
        return self.notebook.metadata.get("relmark", {})

    @property
    def cells(self) -> list[nbformat.NotebookNode]:
        return self.notebook.cells

    @property
    def code(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def markdown(self) -> list[nbformat.NotebookNode]:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def prose(self) -> str:
        """All markdown without blocks of code."""
        return "\n\n".join(FENCED.sub("", cell.source) for cell in self.markdown)

    def tagged(self, tag: str) -> list[int]:
        """The places of the cells with a tag."""
        return [place for place, cell in enumerate(self.cells) if tag in cell.metadata.get("tags", [])]

    @property
    def tasks(self) -> list[Task]:
        tasks = []
        for place in self.tagged("exercise"):
            question, cell, solution = self.cells[place - 1 : place + 2]
            block = FENCED.search(solution.source)
            tasks.append(Task(checked_id(cell.source), question.source, cell.source, block[2] if block else ""))
        return tasks


def checked_id(code: str) -> str:
    """Return the id in the call of ``check`` that ends an exercise's cell, or "" if it does not end so."""
    last = ast.parse(code).body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and ast.unparse(last.value.func) == "check":
        return str(ast.literal_eval(last.value.args[0]))
    return ""


def called(code: str) -> list[str]:
    """Return the names of the functions that code calls by their bare name, in order."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [call.func.id for call in calls if isinstance(call.func, ast.Name)]


def _is_gap(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef):
        return "raise NotImplementedError" in ast.unparse(node)
    return isinstance(node, ast.Assign) and ast.unparse(node) == "answer = ..."


LESSONS = [Lesson(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: path.name.split("_"))]
