"""Files with a jury's scores: a file or a folder of a whole class, read and checked."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from relmark_helpers.calculations.jury import (
    AXES,
    SCALE,
    check_jury,
    jury_form,
    jury_problems,
    problems_error,
    scale_ends,
    tidy_jury,
)
from relmark_helpers.juror_file import same_name
from relmark_helpers.validation import InputError

_OTHER_TABLES: Final = {".ods", ".numbers", ".tsv", ".txt", ".xls"}
_NO_PROBLEM: Final = pd.DataFrame(columns=["file", "juror", "market", "entry", "problem"], dtype=object)


def read_jury(path: str | Path, *, markets: Sequence[str] = AXES, scale: tuple[float, float] = SCALE) -> pd.DataFrame:
    """Return a jury's scores from a CSV or Excel file, or from a folder with such files.

    Use it for forms of :func:`~relmark_helpers.calculations.jury.jury_form` that were filled in, and for what
    :func:`~relmark_helpers.explore.score_sheet.enter_scores` saves.

    Parameters
    ----------
    path : str or pathlib.Path
        A file ending in .csv (UTF-8; columns parted by comma, semicolon or tab) or .xlsx (one sheet); or a
        folder: all such files in it and in its folders are joined, except those whose names begin with . or ~$.
    markets, scale
        As in :func:`~relmark_helpers.calculations.jury.jury_problems`.

    Returns
    -------
    pandas.DataFrame
        As :func:`~relmark_helpers.calculations.jury.check_jury`; the files of a folder in the order of their names,
        "juror 2" before "juror 10".

    Raises
    ------
    InputError
        If a file cannot be read, openpyxl is needed and not installed, a folder holds no file, or entries are bad: all
        are listed by juror and market, in a folder also by file. Two files with one juror are bad; capitals do not
        make another juror.

    Examples
    --------
    >>> import tempfile
    >>> from relmark_helpers.calculations.jury import jury_form
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("Ann", "Bo"):
    ...     jury_form([name]).assign(present=4, desired=8).to_csv(folder / f"{name}.csv", index=False)
    >>> read_jury(folder / "Bo.csv").shape, read_jury(folder).shape
    ((7, 4), (14, 4))
    """
    source = Path(path)
    if source.is_dir():
        return _read_folder(source, markets, scale)
    if not source.is_file():
        raise InputError("path", found=str(path), expected="a file or folder that exists", mend="check folder and name")
    return check_jury(_read_table(source), markets=markets, scale=scale)


@dataclass(frozen=True, eq=False)
class JuryFiles:
    """What a folder holds, good and bad; made by :func:`collect_jury`.

    Attributes
    ----------
    files : pandas.DataFrame
        One row per file, in the order of their names: ``file``, ``jurors`` (names, parted by a comma), ``problems``
        (how many were found; 0 if the file is good).
    problems : pandas.DataFrame
        One row per bad entry: ``file``, ``juror``, ``market``, ``entry``, ``problem``.
    scores : pandas.DataFrame
        Scores of the good files, as :func:`~relmark_helpers.calculations.jury.check_jury`; without a row if none is.
    others : tuple of str
        Files that are no tables, such as a .pdf; they are passed over.
    """

    files: pd.DataFrame
    problems: pd.DataFrame
    scores: pd.DataFrame = field(repr=False)
    others: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """How many files and jurors there are, which files are bad, and which are no tables."""
        passed = f" Passed over, since no tables: {', '.join(self.others)}." if self.others else ""
        if not len(self.files):
            return f"There are no files yet.{passed}"
        bad = self.files.loc[self.files["problems"] > 0, "file"]
        jurors = self.scores["juror"].nunique()
        good = len(self.files) - len(bad)
        said = f"{good} of {len(self.files)} file{'' if len(self.files) == 1 else 's'} can be used"
        said += f", with {jurors} juror{'' if jurors == 1 else 's'}."
        return said + (f" To mend, or to leave out: {', '.join(bad)}." if len(bad) else "") + passed


def collect_jury(folder: str | Path, *, markets: Sequence[str] = AXES, scale: tuple[float, float] = SCALE) -> JuryFiles:
    """Return what the files in a folder hold: the scores of the good ones, and every problem of the others.

    Use it to see what a class has handed in before you mend it, or decide to go on without some. :func:`read_jury`
    returns the scores only if all files are good.

    Parameters
    ----------
    folder : str or pathlib.Path
        As in :func:`read_jury`; a folder that is missing or empty gives empty tables.
    markets, scale
        As in :func:`~relmark_helpers.calculations.jury.jury_problems`.

    Returns
    -------
    JuryFiles
        A file with one bad entry is bad as a whole. Where one juror is in two files both are bad: which one counts is
        not for a program to say.

    Raises
    ------
    InputError
        If ``scale`` is not two numbers in order.

    Examples
    --------
    >>> import tempfile
    >>> from relmark_helpers.calculations.jury import jury_form
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, score in (("Ann", 8), ("Bo", 12)):
    ...     jury_form([name]).assign(present=4, desired=score).to_csv(folder / f"{name}.csv", index=False)
    >>> collect_jury(folder).words
    '1 of 2 files can be used, with 1 juror. To mend, or to leave out: Bo.csv.'
    """
    scale_ends(scale)
    place = Path(folder)
    read = [(file.relative_to(place).as_posix(), *_read_and_list(file, markets, scale)) for file in _tables(place)]
    where: dict[str, list[str]] = {}
    named: dict[str, list[str]] = {}
    for name, table, _ in read:
        named[name] = [] if table is None else [one for one in dict.fromkeys(tidy_jury(table, markets)["juror"]) if one]
        for juror in named[name]:
            where.setdefault(same_name(juror), []).append(name)
    files, problems, good = [], [], []
    for name, table, found in read:
        for juror in named[name]:
            others = [f"{other!r}" for other in dict.fromkeys(where[same_name(juror)]) if other != name]
            if others:
                found.loc[len(found)] = [juror, "", "", f"also in file {', '.join(others)}"]
            elif where[same_name(juror)].count(name) > 1:
                found.loc[len(found)] = [juror, "", "juror", "more than once, with other capitals"]
        files.append((name, ", ".join(named[name]), len(found)))
        problems.append(found.assign(file=name))
        if table is not None and not len(found):
            good.append(check_jury(table, markets=markets, scale=scale))
    return JuryFiles(
        pd.DataFrame(files, columns=["file", "jurors", "problems"]),
        pd.concat([_NO_PROBLEM, *problems], ignore_index=True) if problems else _NO_PROBLEM.copy(),
        pd.concat(good, ignore_index=True) if good else jury_form(["-"], markets=markets).iloc[:0],
        tuple(file.relative_to(place).as_posix() for file in _seen(place) if not _is_table(file)),
    )


def _tables(folder: Path) -> list[Path]:
    """Return the files with tables in a folder and its folders, in the order of their names."""
    return [file for file in _seen(folder) if _is_table(file)]


def _seen(folder: Path) -> list[Path]:
    files = [file for file in folder.rglob("*") if file.is_file() and not _hidden(file.relative_to(folder))]
    return sorted(files, key=lambda file: _order(file, folder))


def _is_table(file: Path) -> bool:
    return file.suffix.lower() in {".csv", ".xlsx", *_OTHER_TABLES}


def _read_folder(folder: Path, markets: Sequence[str], scale: tuple[float, float]) -> pd.DataFrame:
    found = collect_jury(folder, markets=markets, scale=scale)
    if not len(found.files):
        raise InputError(
            "path",
            found=f"{folder}, without a table",
            expected="a folder with .csv or .xlsx files",
            mend="save scores first",
        )
    if len(found.problems):
        raise problems_error("path", found.problems, *scale_ends(scale))
    return found.scores


def _read_and_list(
    file: Path, markets: Sequence[str], scale: tuple[float, float]
) -> tuple[pd.DataFrame | None, pd.DataFrame]:
    """Return the table of one file, or None if it cannot be read, and what is wrong with it."""
    problem = "no entries"
    try:
        table = _read_table(file)
        found = jury_problems(table, markets=markets, scale=scale)
        if len(tidy_jury(table, markets)):
            return table, found
    except InputError as error:
        problem = re.sub(r"^`\w+`: found ", "", str(error)).removesuffix(".")
    return None, pd.DataFrame([["", "", "", problem]], columns=["juror", "market", "entry", "problem"])


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


def _order(file: Path, folder: Path) -> tuple[list[tuple[int, str]], str]:
    """Return a key that sorts names as people count: numbers by size, the rest by letters."""
    name = file.relative_to(folder).as_posix()
    parts = re.split(r"(\d+)", same_name(name))
    return [(int(part) if at % 2 else 0, "" if at % 2 else part) for at, part in enumerate(parts)], name


def _read_table(file: Path) -> pd.DataFrame:
    """Return the table of a file as it stands, with the names of its columns in small letters."""
    readers = {".csv": _read_csv, ".xlsx": _read_excel}
    if file.suffix.lower() not in readers:
        raise InputError("path", found=file.name, expected="a .csv or .xlsx file", mend="save the table as CSV UTF-8")
    table = readers[file.suffix.lower()](file)
    table.columns = [str(name).strip().lower() for name in table.columns]
    twice = table.columns[table.columns.duplicated() & (table.columns != "")]
    if len(twice):
        raise _no_table(f"{file.name}: {len(twice) + 1} columns named {twice[0]!r}")
    return table


def _read_csv(file: Path) -> pd.DataFrame:
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(
            "path", found=f"{file.name}, not in UTF-8", expected="text in UTF-8", mend="save it as CSV UTF-8"
        ) from None
    separator = max(",;\t", key=text.partition("\n")[0].count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [(lines.line_num, row) for row in lines if any(map(str.strip, row))]
    except csv.Error as problem:
        raise _no_table(f"{file.name}, line {lines.line_num}: {problem}") from None
    if not rows:
        raise _no_table(f"{file.name}: nothing")
    width = len(rows[0][1])
    longer = [f"line {line}: {separator.join(row)}" for line, row in rows if any(row[width:])]
    if longer:
        raise InputError(
            "path",
            found=f"{file.name}, {'; '.join(longer)}",
            expected=f"{width} entries in each line",
            mend="write halves with a point, as 7.5",
        )
    entries = [[*row, *[""] * width][:width] for _, row in rows[1:]]
    return pd.DataFrame(entries, columns=rows[0][1], dtype=object)


def _no_table(found: str) -> InputError:
    return InputError("path", found=found, expected="a table with four columns", mend="start from jury_form")


def _read_excel(file: Path) -> pd.DataFrame:
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise InputError(
            "path",
            found=f"{file.name}, and openpyxl, which reads Excel files, is not installed",
            expected="a .csv file, or openpyxl installed",
            mend="save the sheet as CSV UTF-8, or run: pip install openpyxl",
        ) from None
    try:
        sheets = pd.read_excel(
            file, sheet_name=None, dtype=object, engine="openpyxl", keep_default_na=False, na_values=[""]
        )
    except Exception as problem:  # a damaged file fails in many ways, each with its own exception
        raise InputError(
            "path", found=f"{file.name}: {problem}", expected="an Excel workbook", mend="save the sheet as CSV UTF-8"
        ) from None
    filled = [name for name, sheet in sheets.items() if sheet.size or len(sheet.columns)]
    if len(filled) > 1:
        raise InputError(
            "path",
            found=f"{file.name}: entries on {len(filled)} sheets, {', '.join(filled)}",
            expected="one sheet with all rows",
            mend="save each sheet as a file of its own",
        )
    return sheets[filled[0]] if filled else pd.DataFrame()
