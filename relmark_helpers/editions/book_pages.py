"""The book's own pages: start, lessons, glossary, data sets, references and teaching pages, as Sphinx reads them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from markupsafe import Markup

from relmark_helpers.citations import known_keys, reference, references
from relmark_helpers.datasets import describe_dataset, list_datasets, load_dataset
from relmark_helpers.editions import moving_page
from relmark_helpers.editions.lesson import START_PAGE, Lesson, called, tags
from relmark_helpers.editions.page import fill, write_font
from relmark_helpers.editions.runner import WIDGET
from relmark_helpers.editions.teaching import grading, teaching_notes
from relmark_helpers.terms import glossary

_OF_THE_MACHINE = {"check_installation", "progress"}
"""What these show belongs to the computer that the lesson ran on."""
_RUN_IT_YOURSELF = "*Run this cell in the notebook: what it shows belongs to your own computer.*"
_CITED = re.compile(r'\]\(#References "([^"]+)"\)')
_NOTEBOOK_LINK = re.compile(r"""href=(["'])(\w+)\.ipynb\1""")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#$|~^])")


def write_pages(folder: Path, lessons: Sequence[Lesson]) -> None:
    """Write all pages but the lessons themselves into ``folder``."""
    taught = [lesson for lesson in lessons if lesson.id != START_PAGE]
    names = list(list_datasets()["name"])
    for name in ("teaching", "data", "_static"):
        (folder / name).mkdir()
    _write(folder / "index.md", "book_index.md.j2", lessons=lessons, taught=taught, opening=_opening, about=about)
    for lesson in taught:
        _write_teaching(folder / "teaching" / f"{lesson.id}.md", lesson, lessons)
    _write(folder / "teaching" / "index.md", "book_instructors.md.j2", lessons=taught, notes=teaching_notes)
    _write(folder / "data" / "index.md", "book_datasets.md.j2", datasets=list_datasets().to_dict("records"))
    for name in names:
        _write_dataset(folder / "data" / f"{name}.md", name, lessons)
    _write(folder / "glossary.md", "book_glossary.md.j2", letters=_by_letter(glossary()), pages=_pages(lessons))
    _write(folder / "references.md", "book_references.md.j2", sources=_sources())
    styles = {"moving.css": moving_page.style(), "moving.js": moving_page.script(), "book.css": fill("book.css")}
    for name, content in styles.items():
        (folder / "_static" / name).write_text(content, "utf-8")
    write_font(folder / "_static")


def write_lessons(folder: Path, lessons: Sequence[Lesson], done: Mapping[str, nbformat.NotebookNode]) -> None:
    """Write the lessons' pages into ``folder``; ``done`` holds the lessons with their outputs, by number."""
    (folder / "lessons").mkdir()
    for lesson in lessons:
        page = lesson_page(lesson, done[lesson.id], folder / "_static" / "explorers")
        nbformat.write(page, folder / "lessons" / lesson.path.name)


def lesson_page(lesson: Lesson, done: nbformat.NotebookNode, pictures: Path) -> nbformat.NotebookNode:
    """Return a lesson with its outputs as the book shows it: sliders move, and the instructor's cell is left out.

    ``pictures`` is the folder that takes the explorers' pictures.
    """
    page: nbformat.NotebookNode = nbformat.from_dict(
        {**done, "cells": [cell for cell in done.cells if "instructor" not in tags(cell)]}
    )
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = cited(cell.source)
            continue
        if "setup" in tags(cell):
            cell.metadata["tags"] = [*tags(cell), "hide-input"]
        sliders = moving_page.explorer(cell, pictures, "../_static/explorers")
        if sliders:
            cell.outputs = [_shown({"text/html": sliders})]
        elif _OF_THE_MACHINE & set(called(cell.source)):
            cell.outputs = [_shown({"text/markdown": _RUN_IT_YOURSELF})]
        for output in cell.outputs:
            _prepare(output)
    taught = lesson.id != START_PAGE
    # The link holds the notebook: one to a file would show the file's text where the book is opened from a folder.
    notebook = b64encode(lesson.text.encode()).decode()
    page.cells[0].source += "\n\n" + fill("book_lesson_links.html", lesson=lesson, taught=taught, notebook=notebook)
    return page


def cited(text: str) -> str:
    r"""Return markdown whose citations lead to the page of references, with the source in full as a tip.

    Examples
    --------
    >>> cited('[Levitt 1983](#References "levitt1983")')
    '[Levitt 1983](#ref-levitt1983 "Levitt, T. (1983). After the sale is over... Harvard Business Review, ...")'
    """
    return _CITED.sub(lambda key: f'](#ref-{key[1]} "{reference(key[1]).replace(chr(34), chr(39))}")', text)


def escaped(text: str) -> Markup:
    """Return plain text as markdown that shows just this text."""
    return Markup(_MARKS.sub(r"\\\1", str(text)))


def about(lesson: Lesson) -> dict[str, Any]:
    """Return what a lesson's metadata say, with "" or nothing in a list for what they leave out."""
    return {"reading_minutes": 0, "exercise_minutes": 0, "level": "", "needs": [], "leads_to": [], **lesson.about}


def _opening(lesson: Lesson) -> Markup:
    """Return the paragraph after the title."""
    return Markup(cited(lesson.cells[0].source.split("\n\n")[1].replace("\n", " ")))


def _shown(data: Mapping[str, str]) -> nbformat.NotebookNode:
    shown: nbformat.NotebookNode = nbformat.v4.new_output("display_data", {kind: str(data[kind]) for kind in data})
    return shown


def _prepare(output: nbformat.NotebookNode) -> None:
    """Keep of an output what a page without a kernel can show, and let its links lead to pages of the book."""
    data = output.get("data", {})
    data.pop(WIDGET, None)
    if "text/html" in data:
        data["text/html"] = _NOTEBOOK_LINK.sub(r'href="\2.html"', data["text/html"])


def _write_teaching(path: Path, lesson: Lesson, lessons: Iterable[Lesson]) -> None:
    rows = grading(lesson)
    notes = teaching_notes(lesson)
    pages = _pages(lessons)
    _write(
        path,
        "book_teaching.md.j2",
        lesson=lesson,
        about=about(lesson),
        notes=notes,
        rows=rows,
        pages=pages,
        cited=_cited,
    )


def _cited(text: str) -> Markup:
    return Markup(cited(text))


def _write_dataset(path: Path, name: str, lessons: Iterable[Lesson]) -> None:
    manifest = describe_dataset(name).manifest
    table = load_dataset(name)
    first = Markup(table.head(5).to_html(border=0, index=False, na_rep="", classes="table"))
    links = [key for key in manifest["references"] if key in known_keys()]
    _write(path, "book_dataset.md.j2", name=name, about=manifest, first=first, links=links, pages=_pages(lessons))


def _by_letter(terms: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    letters: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(terms.to_dict("records"), key=lambda row: row["term"].casefold()):
        first = row["term"][0].upper()
        letters.setdefault(first if first.isalpha() else "0–9", []).append(row)
    return letters


def _sources() -> list[tuple[str, Any]]:
    sources = [(key, references(key).items[0]) for key in known_keys()]
    return sorted(sources, key=lambda source: str(source[1]).casefold())


def _pages(lessons: Iterable[Lesson]) -> dict[str, str]:
    """Return the name of each lesson's page, by number."""
    return {lesson.id: lesson.path.stem for lesson in lessons}


def _write(path: Path, template: str, **values: Any) -> None:
    path.write_text(fill(template, md=escaped, **values), "utf-8")
