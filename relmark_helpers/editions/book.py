"""The book: all lessons with their outputs, the package, the data sets and the glossary as web pages.

The pages open from a folder and ask no other machine for anything. :mod:`book_pages` and :mod:`book_api` write what
Sphinx reads, :mod:`book_sphinx` is run in a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

from relmark_helpers.datasets import dataset_folder
from relmark_helpers.editions.lesson import Lesson, find_lessons
from relmark_helpers.editions.options import add_lessons, add_out
from relmark_helpers.editions.runner import run_lessons
from relmark_helpers.validation import InputError

_STATE = ".relmark-book"
"""A file in the finished book: what it was made of."""
_LIBRARIES = ("sphinx", "myst-nb", "sphinx-book-theme", "pydata-sphinx-theme", "latex2mathml", "pandas", "matplotlib")
_VERSIONS = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    add_lessons(parser)
    add_out(parser, "editions/book")


def make(given: argparse.Namespace) -> None:
    """Write the book that the command line asks for, unless it is there and nothing has changed."""
    changed = write_book(given.out, given.lessons)
    page = given.out / "index.html"
    print(f"Wrote {page}" if changed else f"{page} is up to date")


def write_book(out: Path, lessons_folder: Path | None = None) -> bool:
    """Write the book into the folder ``out``; return False if it was there and nothing it is made of has changed.

    Raises
    ------
    InputError
        If ``out`` holds something else, a lesson is faulty or fails, or Sphinx finds fault with a page.
    """
    from relmark_helpers.editions.book_api import write_api
    from relmark_helpers.editions.book_pages import write_lessons, write_pages

    if out.exists() and not (out / _STATE).is_file() and (out.is_file() or any(out.iterdir())):
        raise InputError(
            "out",
            found=f"other files in {str(out)!r}",
            expected="a new folder, or that of an earlier book",
            mend="name another with --out",
        )
    lessons = find_lessons(lessons_folder)
    state = _state(lessons)
    if (out / _STATE).is_file() and (out / _STATE).read_text("utf-8") == state:
        return False
    out.parent.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as beside, tempfile.TemporaryDirectory(prefix=".book-", dir=out.parent) as scratch:
        source, result = Path(scratch, "source"), Path(scratch, "result")
        source.mkdir()
        running = beside.submit(run_lessons, lessons)
        write_pages(source, lessons)
        write_api(source / "api")
        write_lessons(source, lessons, running.result())
        _run_sphinx(source, result)
        shutil.rmtree(result / "_sources", ignore_errors=True)
        _add_downloads(result)
        (result / _STATE).write_text(state, "utf-8")
        if out.exists():
            shutil.rmtree(out)
        result.rename(out)
    return True


def _run_sphinx(source: Path, result: Path) -> None:
    command = [sys.executable, "-m", "relmark_helpers.editions.book_sphinx"]
    done = subprocess.run(
        [*command, str(source), str(result), str(source.with_name("scratch"))],
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode != 0:
        told = done.stderr.strip().splitlines()
        raise InputError(
            "book",
            found=(told[-1] if "Traceback" in done.stderr else told[0]) if told else "no result from Sphinx",
            expected="pages without a warning of Sphinx",
            mend="correct the text or docstring that it names",
        )


def _add_downloads(result: Path) -> None:
    """Put the data sets, with their licence notices, beside the pages that link them."""
    (result / "datasets").mkdir()
    for file in dataset_folder().iterdir():
        if file.suffix in {".csv", ".txt"}:
            shutil.copyfile(file, result / "datasets" / file.name)


def _state(lessons: Sequence[Lesson]) -> str:
    """Return a text that changes when anything changes that the book is made of."""
    package = Path(__file__).parents[1]
    files = {path for folder in (package, dataset_folder()) for path in folder.rglob("*") if path.is_file()}
    digest = hashlib.sha256()
    for path in [*sorted(path for path in files if path.suffix != ".pyc"), *(lesson.path for lesson in lessons)]:
        digest.update(path.name.encode() + path.read_bytes())
    return "\n".join([digest.hexdigest(), sys.version, *_VERSIONS])
