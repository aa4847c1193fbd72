"""The glossary of the workbook, English and Chinese, and a search in it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from relmark_helpers.validation import InputError, choice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["glossary"]


def glossary(search: str = "", *, lesson: str | None = None) -> pd.DataFrame:
    """Return the terms of the workbook that fit a search in English or Chinese, best matches first.

    Use it to look up a word of a lesson. A definition is one sentence in plain words; the source that its row
    names says more, and ``relmark_helpers.citations.reference(source)`` writes that source out.

    Parameters
    ----------
    search : English or Chinese text, or a part of it; capital letters do not matter. Empty gives all terms.
    lesson : only terms taught in this lesson, such as "01b".

    Returns
    -------
    pandas.DataFrame
        Columns term, chinese, definition, lesson, source. First comes the term that equals the search, then terms
        that start with it, then terms that contain it, then definitions that contain it.

    Raises
    ------
    InputError
        If nothing fits (the message names the nearest terms), or if there is no such lesson.

    Examples
    --------
    >>> glossary("churn", lesson="01")["term"].tolist()[:2]
    ['churn', 'churn rate']
    >>> glossary("漏桶")["term"].item()
    'leaky bucket'
    """
    from relmark_helpers.datasets import load_dataset

    terms = load_dataset("glossary")
    if not isinstance(search, str):
        raise InputError("search", found=type(search).__name__, expected="text", mend="write it in quotation marks")
    wanted = " ".join(search.casefold().split())
    rank = terms.apply(lambda row: _rank(wanted, row["term"], row["chinese"], row["definition"]), axis=1)
    found = terms.loc[rank.dropna().sort_values(kind="stable").index]
    fitting = found
    if lesson is not None:
        fitting = found[found["lesson"] == choice(lesson, "lesson", sorted(set(terms["lesson"])))]
    if fitting.empty:
        raise _not_found(search, found if len(found) else _nearest(wanted, terms))
    return fitting.reset_index(drop=True)


def _rank(wanted: str, term: str, chinese: str, definition: str) -> float:
    """Return 0 for an equal term, 1 for one that starts with it, 2 contains, 3 in the definition, NaN for none."""
    names = [term.casefold(), *chinese.casefold().split("；")]
    if wanted in names:
        return 0.0
    if any(name.startswith(wanted) for name in names):
        return 1.0
    if any(wanted in name for name in names):
        return 2.0
    return 3.0 if wanted in definition.casefold() else float("nan")


def _nearest(wanted: str, terms: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose term, or a Chinese form of it, is spelt most like ``wanted``, the nearest first."""
    names = {term.casefold(): term for term in terms["term"]}
    for term, chinese in zip(terms["term"], terms["chinese"], strict=True):
        names |= {name.casefold(): term for name in chinese.split("；") if name.casefold() not in names}
    near = dict.fromkeys(names[name] for name in get_close_matches(wanted, list(names), n=5, cutoff=0.55))
    return terms.set_index("term", drop=False).loc[list(near)]


def _not_found(search: str, near: pd.DataFrame) -> InputError:
    first = near.head(5)
    listed = ", ".join(f"{term} (lesson {lesson})" for term, lesson in zip(first["term"], first["lesson"], strict=True))
    return InputError(
        "search",
        found=f"no term for {search!r}",
        expected="a term, a Chinese term or a word of a definition",
        mend=f"try one of {listed}" if listed else "try a shorter word, or glossary() for all terms",
    )
