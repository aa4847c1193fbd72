"""The slides: a lesson as a folder that any browser shows on a projector, without network and without a kernel.

Python decides what stands on which slide; the script in ``templates/slides.js`` measures it in the browser, where fonts
and pictures are known, and goes on to a further slide before anything overflows. reveal.js turns the slides; it comes
out of the installed package sphinx-revealjs.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from relmark_helpers.editions import moving_page, page
from relmark_helpers.editions.lesson import Lesson, choose, find_lessons, tags
from relmark_helpers.editions.options import add_lesson, add_out, refuse_file
from relmark_helpers.editions.runner import run_lessons
from relmark_helpers.editions.speaker_notes import notes_by_heading, notes_of_exercises
from relmark_helpers.validation import InputError

_PREDICT = Markup("<p><strong>Let them write the prediction first.</strong> A key press shows the next result.</p>")
_REVEAL = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE")

_HEADING = re.compile(r"\s*<h([1-6])>(.*?)</h\1>", re.DOTALL)
_INNER_LINK = re.compile(r'<a\s+href="(?!https?:)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_LEFT_OUT = re.compile(r"<details\b.*?</details>|<style\b.*?</style>", re.DOTALL)
_PICTURE = re.compile(r'src="data:image/(png|jpeg);base64,([A-Za-z0-9+/=\s]+)"')


@dataclass(frozen=True)
class Piece:
    """What the script may put on the next slide: a text, code or an output.

    ``waits`` says that it is shown only at a key press, so that the class can predict it.
    """

    kind: str
    html: Markup
    waits: bool = False


@dataclass
class Slide:
    """A slide as the lesson means it; the browser makes more of it where it is too long.

    ``below`` puts it under the slide before it, as the lesson's sub-slides do. ``own_heading`` is False where the
    heading is that of the slide before.
    """

    id: str
    heading: Markup
    level: int
    below: bool
    own_heading: bool = True
    pieces: list[Piece] = field(default_factory=list)
    notes: list[Markup] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_lesson(parser)
    add_out(parser, "editions/slides")
    parser.add_argument("--no-code", action="store_true", help="leave the code out, except in exercises")


def make(given: argparse.Namespace) -> None:
    """Write the slides that the command line asks for."""
    refuse_file(given.out)
    lesson = choose(find_lessons(given.lessons), given.lesson)
    notebook = run_lessons([lesson])[lesson.id]
    print(f"Wrote {write_slides(lesson, notebook.cells, given.out, code=not given.no_code)}")


def write_slides(lesson: Lesson, cells: Sequence[Mapping[str, Any]], out: Path, *, code: bool = True) -> Path:
    """Write the folder with a lesson's slides into ``out`` and return its page.

    Parameters
    ----------
    lesson : the lesson.
    cells : its cells with their outputs, as the runner leaves them.
    out : where the folder goes; an older one of the same lesson is replaced.
    code : whether code is shown; the cells of exercises show theirs in any case.

    Raises
    ------
    InputError
        If the place of the folder holds something that is not a lesson's slides, or if reveal.js is not installed.
    """
    folder = out / lesson.path.stem
    _make_room(folder)
    _copy_reveal(folder / "reveal")
    page.write_font(folder)
    slides = slides_of(lesson, cells, folder / "pictures", code=code)
    templates = files("relmark_helpers.editions") / "templates"
    style = [page.style(), moving_page.style(), (templates / "slides.css").read_text("utf-8")]
    script = [page.script(), moving_page.script(), (templates / "slides.js").read_text("utf-8")]
    (folder / "slides.css").write_text("\n".join(style), "utf-8")
    (folder / "slides.js").write_text("\n".join(script), "utf-8")
    written = folder / "index.html"
    written.write_text(page.fill("slides.html.j2", lesson=lesson, slides=slides), "utf-8")
    return written


def slides_of(lesson: Lesson, cells: Sequence[Mapping[str, Any]], pictures: Path, *, code: bool = True) -> list[Slide]:
    """Return the slides of a lesson, in order, and write their pictures into ``pictures``.

    A cell that is marked "skip" is not shown; one without a mark continues the slide before it. Results after a
    question to predict wait for a key press. An explorer's one line of code and the line that says that an exercise is
    open are left out.
    """
    slides: list[Slide] = []
    predicting = False
    for cell in cells:
        begins = cell["metadata"].get("slideshow", {}).get("slide_type", "")
        if begins == "skip" or "instructor" in tags(cell):
            continue
        if begins == "notes" and slides:
            slides[-1].notes.append(page.markdown(cell["source"]))
            continue
        pieces = _pieces(cell, pictures, code)
        if begins in {"slide", "subslide"} or not slides:
            slides.append(_new_slide(cell["id"], pieces, slides, below=begins == "subslide"))
            predicting = False
        if predicting or begins == "fragment":
            pieces = [Piece(one.kind, one.html, waits=one.kind != "code") for one in pieces]
        slides[-1].pieces += pieces
        if "predict" in tags(cell):
            slides[-1].notes.append(_PREDICT)
            predicting = True
    _add_notes(lesson, slides)
    return [slide for slide in slides if slide.pieces or slide.own_heading]


def _new_slide(cell_id: str, pieces: list[Piece], before: list[Slide], *, below: bool) -> Slide:
    """Begin a slide: with the heading that its first piece begins with, or else under the heading before it."""
    heading = _HEADING.match(pieces[0].html) if pieces and pieces[0].kind == "text" else None
    if heading is None:
        last = before[-1] if before else Slide("", Markup(""), 2, below=False)
        return Slide(cell_id, last.heading, max(last.level, 2), below=below, own_heading=False)
    rest = Markup(pieces[0].html[heading.end() :])
    pieces[:1] = [Piece("text", rest)] if rest.strip() else []
    return Slide(cell_id, Markup(heading[2]), min(int(heading[1]), 2), below=below)


def _pieces(cell: Mapping[str, Any], pictures: Path, code: bool) -> list[Piece]:
    """Return what a cell shows on slides."""
    explorer = moving_page.explorer(cell, pictures, "pictures")
    if explorer:
        return [Piece("explorer", explorer)]
    exercise = "exercise" in tags(cell)
    found = page.blocks(cell, code=code or exercise)
    shown = [block for block in found if not (exercise and block.kind == "output" and 'role="status"' in block.html)]
    pieces = [Piece(block.kind, _for_slide(block.html, pictures)) for block in shown]
    return [piece for piece in pieces if piece.html.strip()]


def _for_slide(html: str, pictures: Path) -> Markup:
    """Leave out what a slide cannot use, and move pictures into files."""

    def write(found: re.Match[str]) -> str:
        picture = base64.b64decode(found[2])
        name = f"{hashlib.sha256(picture).hexdigest()[:16]}.{found[1]}"
        pictures.mkdir(parents=True, exist_ok=True)
        (pictures / name).write_bytes(picture)
        return f'src="pictures/{name}"'

    return Markup(_PICTURE.sub(write, _INNER_LINK.sub(r"\1", _LEFT_OUT.sub("", html))))


def _add_notes(lesson: Lesson, slides: list[Slide]) -> None:
    """Give each slide its speaker notes out of the instructor's cell and the solutions."""
    headings = [Markup(slide.heading).striptags() if slide.own_heading else "" for slide in slides]
    for place, notes in notes_by_heading(lesson, headings).items():
        slides[place].notes[:0] = notes
    by_cell = notes_of_exercises(lesson)
    for slide in slides:
        slide.notes += by_cell.get(slide.id, [])


def _make_room(folder: Path) -> None:
    """Remove older slides; refuse to remove anything else."""
    if folder.exists():
        if not folder.is_dir() or (any(folder.iterdir()) and not (folder / "slides.js").is_file()):
            raise InputError(
                "out",
                found=f"{folder}, which holds something else",
                expected="a place for the folder with the slides",
                mend="name another place with --out",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _copy_reveal(folder: Path) -> None:
    """Copy the few files of reveal.js that slides need, with its licence."""
    try:
        source = files("sphinx_revealjs") / "_static" / "revealjs"
    except ModuleNotFoundError as problem:
        raise InputError(
            "installation",
            found="no package sphinx-revealjs",
            expected="the package that holds reveal.js",
            mend='run `python -m pip install -c constraints.txt -e ".[editions]"` in the workbook\'s folder',
        ) from problem
    folder.mkdir()
    for name in _REVEAL:
        (folder / Path(name).name).write_bytes((source / name).read_bytes())
