"""The command ``relmark``: make an edition of the lessons for the classroom."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from relmark_helpers.validation import InputError

_COMMANDS = {
    "slides": "slides for the projector: a folder that opens in any browser, without network",
    "handout": "a lesson as a printable PDF, with room to write",
    "book": "all lessons, the calculations, the data sets and the glossary as web pages",
    "assignment": "the exercises of a lesson, ready for grading",
    "grade": "a gradebook of all submissions of an assignment (needs nbgrader)",
    "gradebook": "a table and a figure that say how the exercises in a gradebook worked",
    "predict": "a notebook without explanations, in which the reader says what each cell will show",
    "plan": "a firm's relationship plan on one page, from a file of entries",
}
"""Each command has a module of its name in ``editions``, with ``add_arguments(parser)`` and ``make(given)``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks; return 0, or 2 after a sentence on what is wrong."""
    parser = argparse.ArgumentParser(
        prog="relmark",
        description="Make an edition of the lessons for the classroom. Everything works without network.",
        epilog="relmark COMMAND --help says more about one command.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    words = sys.argv[1:] if arguments is None else arguments
    try:
        for name, about in _COMMANDS.items():
            command = commands.add_parser(name, help=about, description=f"Make {about}.")
            if name in words[:1]:
                _edition(name).add_arguments(command)
                command.set_defaults(make=_edition(name).make)
        given = parser.parse_args(words)
        given.make(given)
    except InputError as problem:
        print(f"relmark: {problem}", file=sys.stderr)
        return 2
    return 0


def _edition(name: str) -> Any:
    """Return the module of a command, loaded only when asked for: most need libraries of an extra of the package."""
    try:
        return import_module(f"relmark_helpers.editions.{name}")
    except ModuleNotFoundError as problem:
        raise InputError(
            "installation",
            found=f"no package {problem.name!r}",
            expected="the packages that the editions need",
            mend='run `python -m pip install -c constraints.txt -e ".[editions]"` in the workbook\'s folder',
        ) from problem


if __name__ == "__main__":
    sys.exit(main())
