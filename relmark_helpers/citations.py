"""Sources by their citation key: ``[levitt1983]`` in a lesson or docstring becomes a formatted reference.

The sources are in ``references.bib`` beside this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from relmark_helpers.validation import InputError

if TYPE_CHECKING:
    from pybtex.database import BibliographyData, Person

__all__ = ["References", "known_keys", "reference", "references"]

# Notes to whoever keeps references.bib; readers need only the others.
_INTERNAL_NOTES = ("DOI not confirmed",)


def known_keys() -> frozenset[str]:
    """Return the citation keys of all sources.

    Returns
    -------
    frozenset of str
        Family name of the first author in lower-case ASCII letters, year, and a letter where two works share both.

    Examples
    --------
    >>> "levitt1983" in known_keys()
    True
    """
    return frozenset(_bibliography().entries)


def reference(key: str) -> str:
    """Return one source as plain text in author-year style, with its DOI as a link.

    Use it for a single source in running text; for the list at the end of a lesson use ``references``.

    Parameters
    ----------
    key : citation key, one of ``known_keys()``.

    Raises
    ------
    InputError
        If no source has that key; the message lists the nearest keys.

    Examples
    --------
    >>> print(reference("levitt1983"))
    Levitt, T. (1983). After the sale is over... Harvard Business Review, 61(5), 87–93.
    """
    return str(_format(key))


def references(*keys: str) -> References:
    """Return a list of references: linked in a notebook, plain text with ``print``.

    Use it in the last section of a lesson. The list is in alphabetical order, without repetitions.

    Parameters
    ----------
    *keys : citation keys, each one of ``known_keys()``.

    Raises
    ------
    InputError
        If no key is given, or if no source has one of the keys.

    Examples
    --------
    >>> print(references("levitt1983", "fader2007"))
    Fader, P. S., & Hardie, B. G. S. (2007). How to project customer retention. Journal of Interactive Marketing, \
21(1), 76–90. https://doi.org/10.1002/dir.20074
    Levitt, T. (1983). After the sale is over... Harvard Business Review, 61(5), 87–93.
    """
    if not keys:
        raise InputError("keys", found="no key", expected="citation keys", mend="name one, such as 'levitt1983'")
    formatted = {key: _format(key) for key in keys}
    return References(tuple(sorted(formatted.values(), key=lambda item: str(item).casefold())))


@dataclass(frozen=True)
class _Reference:
    """One formatted reference: the text before the title of the journal or book, that title, the rest, the link."""

    before: str
    work: str
    after: str
    link: str

    def __str__(self) -> str:
        return " ".join(filter(None, [f"{self.before} {self.work}{self.after}", self.link]))

    def __html__(self) -> str:
        from markupsafe import Markup

        link = Markup(' <a href="{0}">{0}</a>').format(self.link) if self.link else ""
        return Markup("{} <cite>{}</cite>{}{}").format(self.before, self.work, self.after, link)


@dataclass(frozen=True)
class References:
    """A list of references; shows as an HTML list in a notebook and as plain text with ``print``."""

    items: tuple[_Reference, ...]

    def __str__(self) -> str:
        """Return one reference per line."""
        return "\n".join(map(str, self.items))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the list as HTML; every text is escaped."""
        from markupsafe import Markup

        items = Markup("").join(Markup("<li>{}</li>").format(item) for item in self.items)
        return str(Markup("<ul>{}</ul>").format(items))


@cache
def _bibliography() -> BibliographyData:
    from pybtex.database import parse_file

    return parse_file(str(Path(__file__).with_name("references.bib")), bib_format="bibtex", encoding="utf-8")


def _format(key: str) -> _Reference:
    entries = _bibliography().entries
    if key not in known_keys():
        nearest = get_close_matches(str(key).lower(), sorted(known_keys()), n=3, cutoff=0.5)
        raise InputError(
            "key",
            found=repr(key),
            expected="a citation key (family name and year, such as 'levitt1983')",
            mend=f"the nearest keys are {', '.join(nearest)}" if nearest else "look it up in sorted(known_keys())",
        )
    entry = entries[key]
    field = {name: _plain(value) for name, value in entry.fields.items()}
    letter = key[-1] if key[-1].isalpha() else ""
    who = f"{_names(entry.persons['author'])} ({field['year']}{letter})."
    note = field.get("note", "")
    tail = f" [{note}.]" if note and note not in _INTERNAL_NOTES else ""
    link = _link(field)
    if entry.type == "article":
        number = f"({field['number']})" if "number" in field else ""
        pages = f", {field['pages']}" if "pages" in field else ""
        details = f", {field['volume']}{number}{pages}.{tail}"
        return _Reference(f"{who} {_stop(field['title'])}", field["journal"], details, link)
    if entry.type == "incollection":
        editors = f"In {_names(entry.persons['editor'], family_first=False)} (Eds.),"
        where = [f"{label} {field[name]}" for name, label in (("volume", "Vol."), ("pages", "pp.")) if name in field]
        details = f" ({', '.join(where)}). {field['publisher']}.{tail}"
        return _Reference(f"{who} {_stop(field['title'])} {editors}", field["booktitle"], details, link)
    form = " [Doctoral thesis]" if entry.type == "phdthesis" else ""
    if "edition" in field:
        form = f" ({field['edition']} ed.)"
    stop = "" if not form and field["title"].endswith("?") else "."
    house = field.get("publisher") or field.get("school") or field["howpublished"]
    return _Reference(who, field["title"], f"{form}{stop} {house}.{tail}", link)


def _plain(value: str) -> str:
    """Return a BibTeX field as plain text: accents resolved, braces dropped, an en dash for a range."""
    from pybtex.richtext import Text

    return str(Text.from_latex(value))


def _stop(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def _names(persons: list[Person], *, family_first: bool = True) -> str:
    """Return names as 'Fader, P. S., & Hardie, B. G. S.', or 'P. S. Fader & B. G. S. Hardie' for editors."""
    names = []
    for person in persons:
        given = [_plain(name) for name in [*person.first_names, *person.middle_names]]
        initials = " ".join("-".join(f"{part[0].upper()}." for part in name.split("-")) for name in given)
        family = " ".join(_plain(name) for name in [*person.prelast_names, *person.last_names])
        names.append(f"{family}, {initials}" if family_first else f"{initials} {family}")
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])}{', ' if family_first or len(names) > 2 else ' '}& {names[-1]}"


def _link(field: dict[str, str]) -> str:
    from urllib.parse import quote

    # Old DOIs hold < and >, which a link must not.
    return f"https://doi.org/{quote(field['doi'], safe='/:;().-_')}" if "doi" in field else field.get("url", "")
