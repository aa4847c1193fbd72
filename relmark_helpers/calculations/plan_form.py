"""The form of a relationship plan on one page: five links, and which entries each needs.

The relationship management chain is published: five steps in its form of 1993, known here from teaching notes, and four
linked elements within the internal and the external markets in Peck et al. (1999). Which entries a link needs, and how
long they may be, is this workbook's own.
"""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from relmark_helpers.calculations.exchange import CRITERIA
from relmark_helpers.calculations.jury import AXES
from relmark_helpers.calculations.market_plans import RESPONSES

__all__ = ["LINKS", "Link"]


@dataclass(frozen=True)
class Link:
    """A link of the chain: its name, long and short, its question, the entries it needs, the lessons that use them."""

    name: str
    short: str
    question: str
    entries: tuple[str, ...]
    lessons: tuple[str, ...]


LINKS: Final = (
    Link(
        "value proposition",
        "Value proposition",
        "What do we promise, to whom, and how do we know?",
        ("value_proposition",),
        ("01", "02"),
    ),
    Link(
        "segmentation, targeting, positioning",
        "Segments and position",
        "Whom do we serve, what are they worth, and how close do they want us?",
        ("segments", "exchange"),
        ("01b", "02"),
    ),
    Link(
        "operations and delivery systems",
        "Operations and delivery",
        "Who does what by when in which market, and with what money?",
        ("jury", "actions", "budget", "referral"),
        ("04", "04b", "04c"),
    ),
    Link("delivered value", "Delivered value", "Do customers get what they at least expect?", ("service",), ("03",)),
    Link(
        "control and feedback",
        "Control and feedback",
        "Which number calls for action, and what is done then?",
        ("control",),
        ("01", "03"),
    ),
)
"""The relationship management chain in its form of 1993, inside the internal and the external markets."""


@dataclass(frozen=True)
class Entry:
    """What one entry may be: a text of some width, a number in a range, a day, one of some words, or several."""

    kind: str
    most: int = 0
    low: float = float("-inf")
    high: float = float("inf")
    low_open: bool = False
    high_open: bool = False
    words: tuple[str, ...] = ()
    optional: bool = False


def _text(most: int, *, optional: bool = False) -> Entry:
    return Entry("text", most, optional=optional)


def _number(
    low: float, high: float = 1e12, *, low_open: bool = False, high_open: bool = False, optional: bool = False
) -> Entry:
    return Entry("number", 0, low, high, low_open, high_open, optional=optional)


HEAD: Final = MappingProxyType(
    {
        "firm": _text(40),
        "date": Entry("day"),
        "filled_in_by": _text(40),
        "currency": _text(10),
        "discount": _number(0, 1, high_open=True),
        "budget": _number(0, low_open=True, optional=True),
        "response": Entry("word", words=RESPONSES, optional=True),
    }
)
PARTS: Final = MappingProxyType(
    {
        "value_proposition": {
            "for_whom": _text(50),
            "promise": _text(84),
            "instead_of": _text(50),
            "proof": _text(70, optional=True),
        },
        "exchange": dict.fromkeys(CRITERIA, _number(0, 10)),
        "referral": {
            "segment": _text(20),
            "margin_lead": _number(-1, 10, low_open=True),
            "fading": _number(0, 1),
            "fewer_lost": _number(-10, 1),
            "years": _number(1, 100),
            "other_acquisition": _number(0),
            "running_cost": _number(0),
            "come_anyway": _number(0, 1),
            "reward": _number(0),
        },
    }
)
LISTS: Final = MappingProxyType(
    {
        "segments": (
            4,
            {
                "name": _text(20),
                "customers": _number(1),
                "margin": _number(-1e12),
                "retention": _number(0, 1, high_open=True),
                "followed": _number(1, optional=True),
                "measured": Entry("words", words=("customers", "margin", "retention"), optional=True),
            },
        ),
        "actions": (
            6,
            {
                "market": Entry("word", words=AXES),
                "action": _text(66),
                "owner": _text(18),
                "by": Entry("day"),
                "measure": _text(30),
                "half_cost": _number(0, low_open=True, optional=True),
                "weight": _number(0, optional=True),
                "floor": _number(0, optional=True),
                "cap": _number(0, optional=True),
            },
        ),
        "service": (
            4,
            {
                "item": _text(30),
                "minimum": _number(-1e6, 1e6),
                "desired": _number(-1e6, 1e6),
                "perceived": _number(-1e6, 1e6),
                "respondents": _number(2, optional=True),
                "spread": _number(0, 1e6, low_open=True, optional=True),
            },
        ),
        "control": (
            4,
            {
                "watch": _text(38),
                "now": _number(-1e12, optional=True),
                "alarm_below": _number(-1e12, optional=True),
                "alarm_above": _number(-1e12, optional=True),
                "checked": _text(14),
                "owner": _text(18),
                "then": _text(40),
            },
        ),
    }
)
NEEDED: Final = ("value_proposition", "segments", "actions")
KEY: Final = MappingProxyType({"segments": "name", "actions": "market", "service": "item", "control": "watch"})
MOST_JURORS: Final = 60


def entry_problem(entry: Entry, value: Any) -> str:
    """Return what is wrong with a value, or ""."""
    if value is None or value == "" or is_text(value) and not value.strip():
        return "" if entry.optional else "missing"
    if entry.kind == "text":
        if isinstance(value, bool):
            return "YAML reads this as yes or no; put it in quotation marks"
        if isinstance(value, (Mapping, list)):
            return f"{value!r:.30} is no text; put it in quotation marks"
        width = text_width(str(value))
        return (
            ""
            if width <= entry.most
            else f"as wide as {width} letters, and the page has room for {entry.most}; shorten it"
        )
    if entry.kind == "number":
        return _number_problem(entry, value)
    if entry.kind == "day":
        return "" if as_day(value) else f"{value!r:.30} is no day; write it as 2026-11-22"
    if entry.kind == "word":
        return "" if value in entry.words else f"{value!r:.40} is none of {', '.join(entry.words)}"
    odd = [one for one in value if one not in entry.words] if isinstance(value, list) else [value]
    return f"{odd[0]!r:.40} is none of {', '.join(entry.words)}; write for example [retention]" if odd else ""


def _number_problem(entry: Entry, value: Any) -> str:
    if not is_number(value):
        per_cent = is_text(value) and value.strip().endswith("%")
        mend = "; write ten per cent as 0.10, without a sign" if per_cent else ""
        return f"{value!r:.30} is {'text, ' if is_text(value) else ''}not a number{mend}"
    below = value <= entry.low if entry.low_open else value < entry.low
    above = value >= entry.high if entry.high_open else value > entry.high
    if not below and not above:
        return ""
    if entry.high >= 1e6:
        return f"{value:g} is not a number {'above' if entry.low_open else 'from'} {entry.low:g}"
    share = f"; write {value / 100:g}" if entry.high == 1 and 1 < value <= 100 else ""
    low, high = "above " * entry.low_open, "below " * entry.high_open
    return f"{value:g} is outside {low}{entry.low:g} to {high}{entry.high:g}{share}"


def entry_value(entry: Entry, value: Any) -> Any:
    """Return a checked value in its type."""
    if value is None or value == "":
        return [] if entry.kind == "words" else None
    if entry.kind == "text":
        return str(value).strip()
    if entry.kind == "number":
        return float(value)
    return as_day(value) if entry.kind == "day" else value


def text_width(text: str) -> int:
    """Return the width of a text in letters: Chinese characters, M and W are as wide as two, other capitals 1.5.

    >>> text_width("bread"), text_width("面包"), text_width("R&D")
    (5, 4, 4)
    """
    return math.ceil(
        sum(
            2 if one in "MW" or unicodedata.east_asian_width(one) in "WF" else 1.5 if one.isupper() else 1
            for one in text.strip()
        )
    )


def is_open(value: Any) -> bool:
    """Return whether a part has not been measured yet."""
    if isinstance(value, pd.DataFrame):
        return bool(value.empty)
    if isinstance(value, str):
        return value.strip().lower() in {"", "?", "not measured yet"}
    return value is None or value == [] or value == {}


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def as_day(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
