"""The entries of a relationship plan in a file: an example to begin with, and a reader that names every fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from relmark_helpers.calculations.plan_entries import check_entries
from relmark_helpers.calculations.plan_form import is_open
from relmark_helpers.jury_files import read_jury
from relmark_helpers.validation import InputError

_OPEN: Final = re.compile(r"^( *[\w ]+:) *\? *(?:#.*)?$", re.MULTILINE)


def read_entries(path: str | Path) -> dict[str, Any]:
    """Return the entries of a plan from a YAML file, checked.

    Use it for a file begun with :func:`write_example`. Where ``jury`` is the name of a CSV or Excel file, that file is
    read from the same folder.

    Parameters
    ----------
    path : str or pathlib.Path
        A file ending in .yml or .yaml, in UTF-8.

    Returns
    -------
    dict
        As ``check_entries``.

    Raises
    ------
    InputError
        If the file cannot be read, or entries are bad: all are listed.

    Examples
    --------
    >>> import tempfile
    >>> file = write_example(Path(tempfile.mkdtemp()) / "my_plan.yml")
    >>> read_entries(file)["firm"]
    'Corner Bakery'
    """
    file = Path(path)
    if not file.is_file() or file.suffix.lower() not in {".yml", ".yaml"}:
        raise InputError(
            "path",
            found=str(path),
            expected="a .yml file that exists",
            mend="check folder and name, or begin with write_example('my_plan.yml')",
        )
    try:
        text = file.read_text(encoding="utf-8-sig")
        entries = yaml.safe_load(_OPEN.sub(r"\1", text))  # to YAML a question mark alone is half of an entry
    except UnicodeDecodeError:
        raise InputError(
            "path", found=f"{file.name}, not in UTF-8", expected="text in UTF-8", mend="save it as UTF-8"
        ) from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = f", {text.splitlines()[mark.line].strip():.60}" if mark and mark.line < len(text.splitlines()) else ""
        where = f" in line {mark.line + 1}{line}" if mark else ""
        raise InputError(
            "path",
            found=f"{file.name}, which breaks off{where} ({getattr(problem, 'problem', problem)})",
            expected="entries as in the example file",
            mend="put a text with a colon, a comma or a bracket in quotation marks, and indent with blanks",
        ) from None
    if isinstance(entries, Mapping) and isinstance(entries.get("jury"), str) and not is_open(entries["jury"]):
        entries = {**entries, "jury": read_jury(file.parent / str(entries["jury"]))}
    return check_entries(entries)


def example_entries() -> dict[str, Any]:
    """Return the entries of an invented bakery, to try the plan and to change.

    Examples
    --------
    >>> [segment["name"] for segment in example_entries()["segments"]]
    ['Regulars', 'Passers-by', 'Standing orders']
    """
    return dict(yaml.safe_load(_example().read_text(encoding="utf-8")))


def write_example(path: str | Path) -> Path:
    """Write the entries of the invented bakery to a file, with a comment on each, and return its path.

    Use it to begin a plan of your own: change the file in any editor, then :func:`read_entries`.

    Raises
    ------
    InputError
        If the file is there already: nobody's entries are written over.

    Examples
    --------
    >>> import tempfile
    >>> write_example(Path(tempfile.mkdtemp()) / "my_plan.yml").name
    'my_plan.yml'
    """
    file = Path(path)
    if file.exists():
        raise InputError("path", found=f"{file}, which is there already", expected="a new file", mend="choose a name")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_example().read_text(encoding="utf-8"), encoding="utf-8")
    return file


def _example() -> Any:
    return files("relmark_helpers") / "examples" / "bakery_plan.yml"
