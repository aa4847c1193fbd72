"""A lesson as an edition needs it: read from its notebook, and refused with a sentence where it is faulty."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import nbformat

from relmark_helpers.exercises import EXERCISES
from relmark_helpers.validation import InputError

FENCED = re.compile(r"^```(\w*)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_BULLETS = re.compile(r"^- +(.+(?:\n  .+)*)", re.MULTILINE)
_FOLD = re.compile(r"<details>\s*<summary>(.*?)</summary>\s*(.*?)\s*</details>", re.DOTALL)
_ITALIC_LINE = re.compile(r"^\*(Reading .*)\*$", re.MULTILINE)
START_PAGE = "00"


@dataclass(frozen=True)
class Task:
    """An exercise as it stands in a lesson: the question, the cell with the gap, and the solution.

    ``question`` and ``explained`` are markdown; ``code`` is the cell that the student completes and ``solution`` the
    code that replaces the gap.
    """

    id: str
    cell_id: str
    question: str
    code: str
    solution: str
    explained: str

    @property
    def gap(self) -> ast.Assign | ast.FunctionDef:
        """What the student replaces: ``answer = ...`` or a function that raises NotImplementedError."""
        (gap,) = _gaps(self.code)
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
        return cast(nbformat.NotebookNode, nbformat.reads(self.text, 4))

    @property
    def id(self) -> str:
        """The number at the start of the file's name, such as "01b"."""
        return self.path.name.split("_")[0]

    @property
    def about(self) -> dict[str, Any]:
        """What the notebook's metadata say about the lesson."""
        return dict(self.notebook.metadata.get("relmark", {}))

    @property
    def title(self) -> str:
        return str(self.about.get("title", self.path.stem))

    @property
    def cells(self) -> list[nbformat.NotebookNode]:
        return list(self.notebook.cells)

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
        """Return the places of the cells with a tag."""
        return [place for place, cell in enumerate(self.cells) if tag in tags(cell)]

    @property
    def objectives(self) -> list[str]:
        """What the reader can do after the lesson: the bullets after "After this lesson you can"."""
        opening = "\n".join(cell.source for cell in self.markdown if "## Questions and objectives" in cell.source)
        return bullets(opening.partition("**After this lesson you can**")[2])

    @property
    def instructor_notes(self) -> str:
        """The markdown inside the folded cell for the instructor; "" where there is none."""
        places = self.tagged("instructor")
        return unfolded(self.cells[places[0]].source) if places else ""

    @property
    def tasks(self) -> list[Task]:
        """The lesson's exercises, in order."""
        tasks = []
        for place in self.tagged("exercise"):
            question, cell, solution = self.cells[place - 1 : place + 2]
            block = FENCED.search(solution.source)
            tasks.append(
                Task(
                    checked_id(cell.source),
                    cell.id,
                    question.source,
                    cell.source,
                    block[2] if block else "",
                    FENCED.sub("", unfolded(solution.source)).strip(),
                )
            )
        return tasks


def find_lessons(folder: Path | None = None) -> list[Lesson]:
    """Return the lessons of a folder of notebooks, in order, each one looked through.

    Parameters
    ----------
    folder : the folder with the notebooks; without it, ``notebooks`` beside the package or in the working folder.

    Raises
    ------
    InputError
        If there is no such folder, no lesson in it, or a faulty lesson (see :func:`look_through`).

    Examples
    --------
    >>> [lesson.id for lesson in find_lessons()][:2]
    ['00', '01']
    """
    if folder is None:
        places = (Path(__file__).parents[2] / "notebooks", Path("notebooks"))
        folder = next((place for place in places if place.is_dir()), places[-1])
    paths = sorted(folder.glob("[0-9][0-9]*_*.ipynb"), key=lambda path: path.name.split("_"))
    if not paths:
        raise InputError(
            "lessons",
            found=f"no lesson in the folder {str(folder)!r}",
            expected="a folder of numbered notebooks, such as 01_levitt_definition.ipynb",
            mend="run the command in the workbook's folder, or name the folder with --lessons",
        )
    lessons = [Lesson(path) for path in paths]
    for lesson in lessons:
        look_through(lesson)
    _refuse_twice((lesson.id for lesson in lessons), "number of a lesson", "notebooks")
    _refuse_twice((task.id for lesson in lessons for task in lesson.tasks), "exercise", "the lessons")
    return lessons


def choose(lessons: Sequence[Lesson], number: str) -> Lesson:
    """Return the lesson with this number; an unknown one is answered with the list of numbers."""
    for lesson in lessons:
        if lesson.id == number:
            return lesson
    raise InputError(
        "lesson",
        found=repr(number),
        expected=f"one of {', '.join(lesson.id for lesson in lessons)}",
        mend="give the number at the start of the notebook's name",
    )


def look_through(lesson: Lesson) -> None:
    """Raise an InputError that says where a lesson is faulty and how to mend it; return nothing if it is sound.

    Looked for: a file that is no notebook, an id that two cells share, code that is not Python, no title, no objectives
    (the start page needs none), an exercise without a question, its gap, a known id, or a solution that has code.
    """
    name = lesson.path.name
    try:
        _refuse_twice((cell["id"] for cell in json.loads(lesson.text)["cells"] if "id" in cell), "cell id", name)
        nbformat.validate(lesson.notebook)
    except InputError:
        raise
    except (OSError, KeyError, ValueError, nbformat.ValidationError) as problem:
        told = str(problem).splitlines()[0]
        raise InputError(
            name, found=told, expected="a notebook of version 4", mend="open it in JupyterLab and save it"
        ) from problem
    for cell in lesson.code:
        _look_at_code(name, cell)
    if not lesson.about.get("title"):
        raise InputError(
            name,
            found="no title",
            expected='"title" under "relmark" in the metadata',
            mend="add it in JupyterLab's property inspector, under notebook metadata",
        )
    if lesson.id != START_PAGE and not lesson.objectives:
        raise InputError(
            name,
            found="no objectives",
            expected='a cell "## Questions and objectives" with bullets after "**After this lesson you can**"',
            mend="say in three to five bullets what a reader can do afterwards",
        )
    for place in lesson.tagged("exercise"):
        _look_at_exercise(lesson, place)


def tags(cell: Mapping[str, Any]) -> list[str]:
    """Return the tags of a cell."""
    return list(cell["metadata"].get("tags", []))


def bullets(text: str) -> list[str]:
    r"""Return the first-level bullets of a piece of markdown.

    Examples
    --------
    >>> bullets("- one\n- two")
    ['one', 'two']
    """
    return [" ".join(bullet.split()) for bullet in _BULLETS.findall(text)]


def unfolded(source: str) -> str:
    """Return the markdown inside the first ``<details>`` of a cell, or the cell itself where nothing is folded."""
    fold = _FOLD.search(source)
    return fold[2] if fold else source


def checked_id(code: str) -> str:
    r"""Return the id in the call of ``check`` that ends an exercise's cell, or "" if it does not end so.

    Examples
    --------
    >>> checked_id('answer = ...\ncheck("01.3", answer, student)')
    '01.3'
    """
    last = ast.parse(code).body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) and ast.unparse(last.value.func) == "check":
        return str(ast.literal_eval(last.value.args[0]))
    return ""


def called(code: str) -> list[str]:
    """Return the names of the functions that code calls by their bare name, in order.

    Examples
    --------
    >>> called("explore_bucket(); numpy.mean(x)")
    ['explore_bucket']
    """
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    return [call.func.id for call in calls if isinstance(call.func, ast.Name)]


def _gaps(code: str) -> list[ast.Assign | ast.FunctionDef]:
    nodes = [node for node in ast.parse(code).body if isinstance(node, ast.Assign | ast.FunctionDef)]
    return [
        node
        for node in nodes
        if ast.unparse(node) == "answer = ..."
        or (isinstance(node, ast.FunctionDef) and "raise NotImplementedError" in ast.unparse(node))
    ]


def _look_at_code(name: str, cell: nbformat.NotebookNode) -> None:
    try:
        ast.parse(cell.source)
    except SyntaxError as problem:
        raise InputError(
            f"{name}, cell {cell.id}",
            found=f"{problem.msg} in line {problem.lineno}",
            expected="plain Python; the editions read it without IPython's % and !",
            mend="correct the line, or leave it out",
        ) from problem


def _look_at_exercise(lesson: Lesson, place: int) -> None:
    cell = lesson.cells[place]
    where = f"{lesson.path.name}, cell {cell.id}"
    exercise_id = checked_id(cell.source)
    if exercise_id not in EXERCISES:
        raise InputError(
            where,
            found=f"the exercise {exercise_id!r}" if exercise_id else "no call of check at its end",
            expected="the id of an exercise that is defined in relmark_helpers/exercises",
            mend="define the exercise there, or correct the id in check(...)",
        )
    gaps = len(_gaps(cell.source))
    if gaps != 1:
        raise InputError(
            where,
            found=f"{gaps} gaps",
            expected="one: `answer = ...` or a function that raises NotImplementedError",
            mend="leave exactly one for the student to fill",
        )
    before, after = lesson.cells[place - 1], lesson.cells[place + 1 : place + 2]
    if place == 0 or before.cell_type != "markdown":
        raise InputError(
            where,
            found="no question before it",
            expected="a markdown cell with the question",
            mend="write the question in the cell above",
        )
    if not after or "solution" not in tags(after[0]) or not FENCED.search(after[0].source):
        raise InputError(
            where,
            found="no solution after it",
            expected='a markdown cell with the tag "solution" that holds a block of code',
            mend="write the solution in the cell below and tag it",
        )


def _refuse_twice(names: Iterable[str], what: str, where: str) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(
            where, found=f"the {what} {twice[0]!r} twice", expected="each one once", mend="give one of them another"
        )
