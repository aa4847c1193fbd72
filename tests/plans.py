"""Entries of plans for the tests: short ones, and ones as long as the form allows."""

import datetime
from typing import Any

from relmark_helpers.calculations.jury import AXES
from relmark_helpers.calculations.plan_form import HEAD, LISTS, PARTS, Entry, text_width
from relmark_helpers.plan_files import example_entries

LATIN = 'We promise R&D <b>bold</b> answers to "quoted" questions, well within 5 working days\' time; '
CHINESE = "关系营销强调服务质量与客户满意，持续沟通并兑现承诺；"


def example() -> dict[str, Any]:
    return example_entries()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with one entry changed; ``path`` is such as "segments/0/margin"; Ellipsis takes the entry out."""
    entries = example()
    place: Any = entries
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return entries


def long_text(most: int, words: str, at: int = 0) -> str:
    """A text as wide as the form allows; ``at`` makes it differ from others."""
    text = f"{at} {words * 10}"[:most]
    while text_width(text) > most:
        text = text[:-1]
    return text.strip()


def longest(words: str) -> dict[str, Any]:
    """Every list full, every text as long as it may be, large numbers everywhere."""

    def value(name: str, entry: Entry, at: int) -> Any:
        if entry.kind == "text":
            return long_text(entry.most, words, at)
        if entry.kind == "day":
            return datetime.date(2027, 12, 31)
        if entry.kind == "word":
            return entry.words[0]
        return [] if entry.kind == "words" else min(entry.high, 123_456.0) if entry.high > 1 else 0.42

    entries = {name: value(name, entry, 1) for name, entry in HEAD.items()}
    entries |= {part: {name: value(name, one, 0) for name, one in fields.items()} for part, fields in PARTS.items()}
    for part, (most, fields) in LISTS.items():
        entries[part] = [{name: value(name, one, at) for name, one in fields.items()} for at in range(most)]
    for row, market in zip(entries["actions"], AXES[1:], strict=True):
        row |= {"market": market, "floor": 0}
    for at, row in enumerate(entries["segments"]):
        row |= {"customers": 9_999_999 - at, "margin": 99_999, "retention": 0.93, "measured": ["retention"]}
    for row in entries["service"]:
        row |= {"minimum": 6.0, "desired": 8.0, "perceived": 6.1, "spread": 2.0, "respondents": 40}
    for at, row in enumerate(entries["control"]):
        row |= {"alarm_above": None, "now": None if at % 2 else -1_234_567.0}
    entries["date"] = datetime.date(2026, 11, 22)
    entries["budget"] = 9_999_999
    entries["referral"] |= {"segment": entries["segments"][0]["name"], "years": 12, "fading": 0.4, "margin_lead": 0.2}
    entries["jury"] = {
        f"juror {at}": {market: [2 + (at + of) % 5, 4 + (2 * at + of) % 6] for of, market in enumerate(AXES)}
        for at in range(7)
    }
    return entries
