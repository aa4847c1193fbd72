"""Options that several editions share."""

from __future__ import annotations

import argparse
from pathlib import Path

from relmark_helpers.validation import InputError


def add_lessons(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the folder with the notebooks."""
    parser.add_argument("--lessons", type=Path, metavar="FOLDER", help="folder with the notebooks (default: notebooks)")


def add_lesson(parser: argparse.ArgumentParser) -> None:
    """Add the lesson's number, and the folder with the notebooks."""
    parser.add_argument("lesson", metavar="NUMBER", help="the lesson's number, such as 02 or 02b")
    add_lessons(parser)


def add_out(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the option that says where to write."""
    parser.add_argument("--out", type=Path, metavar="PATH", default=Path(default), help="where to write (%(default)s)")


def refuse_file(out: Path) -> None:
    """Raise an InputError if a file lies where a folder is to be written."""
    for place in (out, *out.parents):
        if place.is_file():
            raise InputError(
                "out", found=f"a file, {place}", expected="a folder to write into", mend="name another place with --out"
            )
