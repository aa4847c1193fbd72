"""A small file that remembers which exercises were tried and solved.

Every try is one line of JSON, added in one write that begins and ends with a line break. So a crash in the middle of a
write costs that line at most, two kernels can write at the same time, and a damaged line is passed over and counted.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs


@dataclass(frozen=True)
class Try:
    """One try at one exercise. ``fingerprint`` tells different answers apart without storing them."""

    exercise: str
    student: str
    right: bool
    fingerprint: str
    time: str


@dataclass(frozen=True)
class Record:
    """All tries that could be read, and how many lines of the file could not."""

    tries: tuple[Try, ...]
    damaged_lines: int


def progress_file() -> Path:
    """Return where progress is kept: the user's data folder, or the file named by the variable RELMARK_PROGRESS."""
    named = os.environ.get("RELMARK_PROGRESS")
    return Path(named) if named else platformdirs.user_data_path("relmark") / "progress.jsonl"


def remember(exercise: str, student: str, right: bool, fingerprint: str) -> bool:
    """Add one try to the file; return False where the file cannot be written, since a check must not fail for that."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = json.dumps([exercise, student, right, fingerprint, now])
    return _append(f"\n{line}\n")


def can_write() -> bool:
    """Return whether the file can be written; what it holds stays as it is."""
    return _append("")


def _append(text: str) -> bool:
    path, line = progress_file(), text.encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return os.write(handle, line) == len(line)
        finally:
            os.close(handle)
    except OSError:
        return False


def recall() -> Record:
    """Read the file; a missing file is an empty record."""
    try:
        lines = progress_file().read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return Record((), 0)
    tries: list[Try] = []
    damaged = 0
    for line in filter(str.strip, lines):
        try:
            exercise, student, right, fingerprint, time = json.loads(line)
        except (ValueError, TypeError, RecursionError):
            damaged += 1
            continue
        if isinstance(right, bool) and all(isinstance(text, str) for text in (exercise, student, fingerprint, time)):
            tries.append(Try(exercise, student, right, fingerprint, time))
        else:
            damaged += 1
    return Record(tuple(tries), damaged)
