"""The entries of a relationship plan checked: every one that is missing, odd or too long is named."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from relmark_helpers.calculations.jury import SCALE, jury_problems
from relmark_helpers.calculations.plan_form import (
    HEAD,
    KEY,
    LISTS,
    MOST_JURORS,
    NEEDED,
    PARTS,
    Entry,
    as_day,
    entry_problem,
    entry_value,
    is_number,
    is_open,
    is_text,
)
from relmark_helpers.validation import InputError

__all__ = ["check_entries", "plan_problems"]


Problem = tuple[str, str]


def check_entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries in good order, or raise with all that are missing or odd.

    Parameters
    ----------
    entries : mapping
        As the example file has them. A part that is missing, empty, or "?" counts as not measured yet.

    Returns
    -------
    dict
        All parts by name; None for those not measured yet. Days are dates, numbers are floats, ``jury`` is a table.

    Raises
    ------
    InputError
        Listing every bad entry.

    Examples
    --------
    >>> from relmark_helpers import example_entries
    >>> checked = check_entries(example_entries() | {"service": "?"})
    >>> checked["date"], checked["service"], len(checked["jury"])
    (datetime.date(2026, 11, 22), None, 42)
    """
    problems = plan_problems(entries)
    if len(problems):
        listed = "".join(f"\n  {row.entry}: {row.problem}" for row in problems.itertuples(index=False))
        raise InputError(
            "entries",
            found=f"{len(problems)} bad {'entry' if len(problems) == 1 else 'entries'}:{listed}\n",
            expected="entries as in the example file",
            mend="correct these, or leave out a part that you have not measured yet",
        )
    tidy: dict[str, Any] = {name: entry_value(entry, entries.get(name)) for name, entry in HEAD.items()}
    for name, fields in PARTS.items():
        given = entries.get(name)
        tidy[name] = None if is_open(given) else {key: entry_value(one, given.get(key)) for key, one in fields.items()}  # type: ignore[union-attr]
    for name, (_, fields) in LISTS.items():
        rows = entries.get(name)
        tidy[name] = (
            None
            if is_open(rows)
            else [{key: entry_value(one, row.get(key)) for key, one in fields.items()} for row in rows]  # type: ignore[union-attr]
        )
    tidy["jury"] = None if is_open(entries.get("jury")) else _jury_table(entries["jury"])
    return tidy


def plan_problems(entries: Mapping[str, Any]) -> pd.DataFrame:
    """Return every entry of a plan that is missing, odd, or too long for one page.

    Parameters
    ----------
    entries : mapping
        As the example file has them.

    Returns
    -------
    pandas.DataFrame
        Columns ``entry`` (such as "segments, Regulars, margin") and ``problem``; empty if all is well.

    Raises
    ------
    InputError
        If the entries are no mapping at all.

    Notes
    -----
    A page holds four segments, six actions, four items of service and four numbers under control. A Chinese
    character is as wide as two letters, a capital as one and a half.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers import example_entries
    >>> entries = example_entries() | {"discount": "ten", "fir": "?"}
    >>> entries["segments"][0]["retention"] = 82
    >>> plan_problems(entries)
                               entry                                   problem
    0                       discount               'ten' is text, not a number
    1                            fir        unknown entry; do you mean 'firm'?
    2  segments, Regulars, retention  82 is outside 0 to below 1; write 0.82
    """
    if not isinstance(entries, Mapping):
        raise InputError(
            "entries", found=type(entries).__name__, expected="entries by name", mend="begin with example_entries()"
        )
    return pd.DataFrame(_problems(entries), columns=["entry", "problem"], dtype=object)


def _problems(entries: Mapping[str, Any]) -> Iterator[Problem]:
    known = [*HEAD, *PARTS, *LISTS, "jury"]
    yield from _row_problems("", {key: value for key, value in entries.items() if key in HEAD}, HEAD)
    yield from ((str(key), _unknown(key, known)) for key in entries if key not in known)
    yield from ((name, "missing; no plan without it") for name in NEEDED if is_open(entries.get(name)))
    for name, fields in PARTS.items():
        given = entries.get(name)
        if not is_open(given):
            if isinstance(given, Mapping):
                yield from _row_problems(f"{name}, ", given, fields)
            else:
                yield name, f"{given!r:.40} has no entries; needed are {', '.join(fields)}"
    for name in LISTS:
        if not is_open(entries.get(name)):
            yield from _list_problems(name, entries[name])
    if not is_open(entries.get("jury")):
        yield from _jury_faults(entries["jury"])
    yield from _relations(entries)


def _list_problems(name: str, rows: Any) -> Iterator[Problem]:
    most, fields = LISTS[name]
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        yield name, "expected a list of entries, each begun with a hyphen"
        return
    if len(rows) > most:
        yield name, f"{len(rows)} of them; the page holds {most}"
    names = [_label(name, at, row) for at, row in enumerate(rows, 1)]
    for row, label in zip(rows, names, strict=True):
        yield from _row_problems(f"{name}, {label}, ", row, fields)
    yield from ((f"{name}, {one}", "is there twice") for one in sorted({one for one in names if names.count(one) > 1}))


def _relations(entries: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield faults that take two entries to see."""

    def rows(name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        given = entries.get(name)
        for at, row in enumerate(given if isinstance(given, list) else [], 1):
            if isinstance(row, Mapping):
                yield f"{name}, {_label(name, at, row)}", row

    for where, row in rows("segments"):
        measured = row.get("measured") if isinstance(row.get("measured"), list) else []
        if ("retention" in measured) != (row.get("followed") is not None):  # type: ignore[operator]
            yield (
                f"{where}, followed",
                "a measured retention needs the number of customers followed; an assumed one has none",
            )
    today = as_day(entries.get("date"))
    for where, row in rows("actions"):
        due = as_day(row.get("by"))
        if today and due and due < today:
            yield f"{where}, by", f"{due} lies before the date of the plan, {today}"
        if all(is_number(row.get(end)) for end in ("floor", "cap")) and row["floor"] > row["cap"]:
            yield f"{where}, floor", f"{row['floor']:g} is above the cap, {row['cap']:g}"
    floors = [row["floor"] for _, row in rows("actions") if is_number(row.get("floor"))]
    if is_number(entries.get("budget")) and sum(floors) > entries["budget"]:
        yield "budget", f"the floors of the actions add up to {sum(floors):g}, more than {entries['budget']:g}"
    for where, row in rows("service"):
        levels = [row.get("minimum"), row.get("desired")]
        if all(map(is_number, levels)) and levels[0] > levels[1]:  # type: ignore[operator]
            yield f"{where}, minimum", f"{levels[0]:g} is above the desired level, {levels[1]:g}; are they exchanged?"
        if (row.get("respondents") is None) != (row.get("spread") is None):
            yield f"{where}, spread", "limits need both respondents and spread; leave out both or none"
    for where, row in rows("control"):
        if (row.get("alarm_below") is None) == (row.get("alarm_above") is None):
            yield f"{where}, alarm_below", "say one threshold, either alarm_below or alarm_above"
    referral = entries.get("referral")
    if isinstance(referral, Mapping) and is_text(referral.get("segment")):
        segments = {str(row.get("name")): row.get("retention") for _, row in rows("segments")}
        name, fewer = referral["segment"], referral.get("fewer_lost")
        if name not in segments:
            yield "referral, segment", f"{name!r} is none of {', '.join(segments)}"
        elif is_number(fewer) and is_number(segments[name]) and 1 - (1 - fewer) * (1 - segments[name]) < 0:  # type: ignore[operator]
            yield "referral, fewer_lost", f"{fewer:g} makes the retention of the referred less than 0"
        if is_number(referral.get("years")) and referral["years"] != int(referral["years"]):
            yield "referral, years", f"{referral['years']:g} is not a whole number"


def _row_problems(where: str, row: Mapping[str, Any], fields: Mapping[str, Entry]) -> Iterator[Problem]:
    for key, entry in fields.items():
        problem = entry_problem(entry, row.get(key))
        if problem:
            yield f"{where}{key}", problem
    for key in row:
        if key not in fields:
            cut = row[key] is None and where
            words = "cut off at a comma? Put the text before it in quotation marks, up to here"
            yield f"{where}{key}", words if cut else _unknown(key, list(fields))


def _jury_faults(jury: Any) -> Iterator[Problem]:
    if isinstance(jury, str):
        yield "jury", f"{jury!r:.40} is the name of a file; read the entries from a file with read_entries"
        return
    try:
        table = _jury_table(jury)
        found = jury_problems(table, scale=SCALE)
    except (InputError, TypeError, ValueError, AttributeError):
        yield "jury", "expected for each juror a score for each market: {internal: [present, desired], ...}"
        return
    for row in found.itertuples(index=False):
        yield f"jury, {row.juror}, {row.market}, {row.entry}", str(row.problem)
    jurors = table["juror"].nunique()
    if jurors > MOST_JURORS:
        yield "jury", f"{jurors} jurors; at most {MOST_JURORS}"


def _jury_table(jury: Any) -> pd.DataFrame:
    """Return a jury as a table, one row for each juror and market."""
    if isinstance(jury, pd.DataFrame):
        return jury
    rows = []
    for juror, scores in jury.items():
        for market, pair in scores.items():
            present, desired = pair
            rows.append((str(juror), str(market), present, desired))
    return pd.DataFrame(rows, columns=["juror", "market", "present", "desired"])


def _label(name: str, at: int, row: Mapping[str, Any]) -> str:
    label = row.get(KEY[name])
    return f"{label!s:.40}" if label not in (None, "") else f"number {at}"


def _unknown(key: object, known: list[str]) -> str:
    near = difflib.get_close_matches(str(key), known, 1)
    return f"unknown entry; do you mean {near[0]!r}?" if near else f"unknown entry; known are {', '.join(known)}"
