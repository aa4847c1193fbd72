"""What the start page shows: is the installation sound, which lessons are there, and how far the reader is."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from relmark_helpers.validation import InputError

_TABLE = Markup("<table><tr>{}</tr>{}</table>")
_SET_UP = "Run the set-up command of the README again."
_FONT = "Chinese font 中文"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, what was found, and what to do about it (empty if it is sound)."""

    item: str
    found: str
    mend: str = ""


@dataclass(frozen=True)
class InstallationReport:
    """All findings; displays as a table with a sentence above it."""

    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """True if nothing has to be mended."""
        return not any(finding.mend for finding in self.findings)

    @property
    def _verdict(self) -> str:
        wrong = sum(bool(finding.mend) for finding in self.findings)
        return (
            "The installation is sound."
            if self.sound
            else f"To mend: {wrong} of {len(self.findings)}. See the last column."
        )

    def __repr__(self) -> str:
        return "\n".join([self._verdict, *(f"{f.item}: {f.found}. {f.mend}".strip() for f in self.findings)])

    def _repr_html_(self) -> str:
        cell = Markup("<td style='text-align:left'>{}</td>")
        rows = Markup("").join(
            Markup("<tr>{}{}{}</tr>").format(cell.format(f.item), cell.format(f.found), cell.format(f.mend or "sound"))
            for f in self.findings
        )
        head = Markup("<th>Looked at</th><th>Found</th><th>State</th>")
        return Markup("<p><strong>{}</strong></p>{}").format(self._verdict, _TABLE.format(head, rows))


def check_installation() -> InstallationReport:
    """Look at Python, the libraries, the data sets, the Chinese font and the progress file, and say what to mend.

    Examples
    --------
    >>> check_installation().findings[0].item
    'Python'
    """
    looks = {
        "Python": _python,
        "Libraries": _libraries,
        "Data sets": _data_sets,
        _FONT: _font,
        "Progress file": _progress_file,
    }
    return InstallationReport(tuple(finding for item, look in looks.items() for finding in _look(item, look)))


def _look(item: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    """Return the findings of one look; a look that fails is a finding too, since a report must not stop half-way."""
    try:
        return look()
    except Exception as problem:
        mend = "Put the workbook's files back as they came. " + _SET_UP
        return [Finding(item, f"cannot be checked ({type(problem).__name__}: {problem})", mend)]


def _python() -> list[Finding]:
    version = platform.python_version()
    fits = tuple(int(part) for part in version.split(".")[:2]) >= (3, 11)
    mend = "" if fits else "Install Python 3.11 or newer and run the set-up command again."
    return [Finding("Python", version, mend)]


def _libraries() -> list[Finding]:
    from packaging.requirements import Requirement

    try:
        requirements = metadata.requires("relmark-helpers") or []
    except metadata.PackageNotFoundError:
        return [Finding("relmark-helpers", "found, but not installed", _SET_UP)]
    findings = []
    for line in requirements:
        needed = Requirement(line)
        if needed.marker and not needed.marker.evaluate():
            continue
        try:
            version = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            findings.append(Finding(needed.name, "missing", _SET_UP))
            continue
        fits = needed.specifier.contains(version, prereleases=True)
        mend = "" if fits else f"Needed: {needed.specifier}. {_SET_UP}"
        findings.append(Finding(needed.name, version, mend))
    return findings


def _data_sets() -> list[Finding]:
    from relmark_helpers.datasets import list_datasets, verify_dataset

    names = list(list_datasets()["name"])
    if not names:
        return [Finding("Data sets", "none", "Put the folder datasets back as it came with the workbook.")]
    changed = [name for name in names if not verify_dataset(name)]
    mend = f"Restore {', '.join(changed)}: the file is not the one that was published." if changed else ""
    return [Finding("Data sets", f"{len(names)} found", mend)]


def _font() -> list[Finding]:
    from matplotlib.font_manager import FontProperties, findfont

    from relmark_helpers.figures.style import CHINESE_FONT, house_style

    with house_style():
        try:
            findfont(FontProperties(family=CHINESE_FONT), fallback_to_default=False)
        except ValueError:
            return [Finding(_FONT, "missing", _SET_UP)]
    return [Finding(_FONT, CHINESE_FONT)]


def _progress_file() -> list[Finding]:
    from relmark_helpers.exercises.progress import can_write, progress_file, recall

    damaged = recall().damaged_lines
    if not can_write():
        mend = "Cannot be written; checks work, but progress is not kept."
    else:
        mend = f"One or more lines ({damaged}) cannot be read; the others still count." if damaged else ""
    return [Finding("Progress file", str(progress_file()), mend)]


@dataclass(frozen=True)
class Lesson:
    """What the metadata of a lesson's notebook say about it."""

    file: str
    id: str
    title: str
    reading_minutes: int
    exercise_minutes: int
    level: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class LessonMap:
    """The lessons in reading order, with the exercises solved so far."""

    lessons: tuple[Lesson, ...]
    solved: dict[str, int]
    exercises: dict[str, int]

    def __repr__(self) -> str:
        return "\n".join(
            f"{one.id} {one.title}: reading {one.reading_minutes} min, exercises {one.exercise_minutes} min, "
            f"{one.level}, solved {self.solved.get(one.id, 0)} of {self.exercises.get(one.id, 0)}"
            for one in self.lessons
        )

    def _repr_html_(self) -> str:
        row = Markup(
            "<tr><td style='text-align:left'>{}</td><td style='text-align:left'><a href='{}'>{}</a></td>"
            "<td>{} + {}</td><td>{}</td><td>{}</td><td>{}</td></tr>"
        )
        rows = Markup("").join(
            row.format(
                one.id,
                quote(one.file),
                one.title,
                one.reading_minutes,
                one.exercise_minutes,
                one.level,
                ", ".join(one.needs) or "nothing",
                f"{self.solved.get(one.id, 0)} of {self.exercises.get(one.id, 0)}",
            )
            for one in self.lessons
        )
        names = ("Lesson", "Title", "Minutes (reading + exercises)", "Level", "Needs", "Exercises solved")
        head = Markup("").join(Markup("<th style='text-align:left'>{}</th>").format(name) for name in names)
        return _TABLE.format(head, rows)


def lesson_map(folder: str | Path = ".") -> LessonMap:
    """Return the lessons in a folder with minutes, level and progress.

    Parameters
    ----------
    folder : where the notebooks are; the start page lies beside them.

    Raises
    ------
    InputError
        If the folder holds no lessons.

    Examples
    --------
    >>> lesson_map("notebooks").lessons[0].id
    '01'
    """
    from relmark_helpers.exercises import progress

    lessons = []
    for path in sorted(Path(folder).glob("*.ipynb")):
        try:
            about: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("relmark", {})
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            continue  # no notebook, or one that was damaged: JupyterLab says so when it is opened
        if "lesson" in about and re.fullmatch(r"\d\d[a-z]?", about["lesson"]) and about["lesson"] != "00":
            lessons.append(
                Lesson(
                    path.name,
                    about["lesson"],
                    about["title"],
                    about["reading_minutes"],
                    about["exercise_minutes"],
                    about["level"],
                    tuple(about["needs"]),
                )
            )
    if not lessons:
        raise InputError(
            "folder",
            found=f"no lessons in {Path(folder).resolve().name}",
            expected="the folder notebooks",
            mend="open the start page from it",
        )
    lessons.sort(key=lambda one: one.id)
    table = progress()
    return LessonMap(
        tuple(lessons),
        table[table["state"] == "solved"].groupby("lesson").size().to_dict(),
        table.groupby("lesson").size().to_dict(),
    )
