"""Read a gradebook and say how the exercises worked: a table, and a figure."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from relmark_helpers.calculations.item_analysis import analyse_items
from relmark_helpers.figures.item_analysis import item_figure
from relmark_helpers.validation import InputError

_FORMS = (
    ("student", "exercise", "points", "max_points"),
    ("student_id", "assignment", "raw_score", "max_score"),
)
"""Columns of the file that ``relmark grade`` writes, and of ``nbgrader export``, where an item is an assignment."""
_SEED = 1951


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="grades_02.csv of relmark grade, or nbgrader's export")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where to write (default: beside the file)")


def make(given: argparse.Namespace) -> None:
    """Print and write what the gradebook says about the exercises."""
    points, worth, left_out = read_gradebook(given.file)
    analysis = analyse_items(points, worth, np.random.default_rng(_SEED))
    folder = given.out or given.file.parent
    folder.mkdir(parents=True, exist_ok=True)
    table, picture = folder / f"{given.file.stem}_items.csv", folder / f"{given.file.stem}_items.png"
    analysis.items.to_csv(table)
    picture.write_bytes(item_figure(analysis).png())
    low, high = analysis.alpha_interval
    limits = "" if np.isnan(low) else f" ({low:.2f} to {high:.2f})"
    print(analysis.summary().to_string())
    print(f"\n{analysis.students} students; alpha of the sum {analysis.alpha:.2f}{limits}")
    print("In brackets: 95 per cent limits. difficulty: mean share of the points; discrimination: correlation with")
    print("the other exercises; upper_lower: best less weakest 27 per cent of the class.")
    print(*analysis.notes, sep="\n")
    if left_out:
        print(f"Left out, as they could not be graded: {', '.join(left_out)}")
    print(f"Wrote {table}\nWrote {picture}")


def read_gradebook(path: Path) -> tuple[pd.DataFrame, dict[str, float], list[str]]:
    """Return points (students x exercises), the points to be earned, and the students left out as not gradable.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, a line has no number, or a student has an exercise twice or not
        at all.
    """
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise InputError(
            str(path), found=str(problem), expected="a gradebook as CSV", mend="name the file that relmark grade wrote"
        ) from problem
    form = next((form for form in _FORMS if set(form) <= set(table.columns)), None)
    if form is None or table.empty:
        raise InputError(
            str(path),
            found=f"{len(table)} lines with the columns {', '.join(table.columns)}",
            expected=" or ".join(", ".join(form) for form in _FORMS),
            mend="name the file that relmark grade or nbgrader export wrote",
        )
    tidy = table.rename(columns=dict(zip(form, _FORMS[0], strict=True)))
    numeric = tidy[["points", "max_points"]].apply(pd.to_numeric, errors="coerce")
    unread = numeric.isna().any(axis=1)
    twice = tidy.duplicated(["student", "exercise"])
    for wrong, what in ((unread, "no number for the points"), (twice, "the same student and exercise again")):
        if wrong.any():
            raise InputError(
                f"{path}, line {int(np.argmax(wrong)) + 2}",
                found=what,
                expected="one line with numbers for each student and exercise",
                mend="correct the line or take it out",
            )
    remarks = tidy.get("remark", pd.Series("", index=tidy.index))
    not_graded = remarks.str.startswith("Not graded")
    left_out = list(dict.fromkeys(tidy.loc[not_graded, "student"]))
    kept = tidy.assign(**numeric)[~not_graded]
    worth = kept.groupby("exercise")["max_points"].agg(["min", "max"])
    for exercise in worth.index[worth["min"] != worth["max"]]:
        raise InputError(
            str(path),
            found=f"different max_points for {exercise}",
            expected="the same for all students",
            mend="grade all submissions with the same source",
        )
    points = kept.pivot(index="student", columns="exercise", values="points")
    missing = points.isna().stack()
    if missing.any():
        student, exercise = missing.idxmax()
        raise InputError(
            str(path),
            found=f"no line for student {student} and {exercise}",
            expected="one for each student and exercise",
            mend="add it with 0 points, or leave the student out",
        )
    return points, {str(name): float(most) for name, most in worth["max"].items()}, left_out
