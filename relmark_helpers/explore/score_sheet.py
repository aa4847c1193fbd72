"""A sheet on which a juror scores the markets: a form with a Save button in JupyterLab, a blank table anywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets
from markupsafe import Markup

from relmark_helpers.calculations.jury import AXES, SCALE, jury_problems, scale_ends
from relmark_helpers.juror_file import juror_file, juror_name, same_name, save_scores
from relmark_helpers.validation import InputError

__all__ = ["ScoreSheet", "enter_scores"]

_HERE = files("relmark_helpers.explore")
_SCORES = ("present", "desired")
_START = "Nothing is saved yet."
_PAGE = Markup(
    "<p>Juror's name: ____________________________</p>"
    "<p>Score the emphasis on each market, now and as it should be: {low:g} is the least, {high:g} the most. "
    "Halves count too.</p>"
    '<table style="border-collapse:collapse"><thead><tr><th style="text-align:left">Market</th>'
    "<th>Present</th><th>Desired</th></tr></thead><tbody>{rows}</tbody></table>"
    "<p><small>A sheet to fill in by hand. In JupyterLab it is a form with a Save button.</small></p>"
)
_ROW = Markup(
    '<tr><th scope="row" style="text-align:left;vertical-align:middle;font-weight:normal;border-bottom:0">{market}</th>'
    "{cell}{cell}</tr>"
)
_CELL = Markup('<td style="border:1px solid #5d6b78;min-width:7em;height:1.9em"></td>')


def enter_scores(
    folder: str | Path = "jury_scores",
    *,
    markets: Sequence[str] = AXES,
    scale: tuple[float, float] = SCALE,
) -> ScoreSheet:
    """Return a sheet on which one juror after the other enters scores and saves them.

    Use it in a class or a board: everybody scores alone, before the talk. In JupyterLab it is a form; in slides,
    handouts and the book it is a blank table to fill in by hand.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where *Save* writes one CSV file for each juror; made at the first save.
    markets : sequence of str
        The axes to score.
    scale : tuple of two numbers
        Lowest and highest score; scores between the marks, such as 7.5, are allowed.

    Returns
    -------
    ScoreSheet
        Show it as the last line of a cell.

    Raises
    ------
    InputError
        If there is no market or one is named twice, or ``scale`` is not two numbers in order.

    Notes
    -----
    A class collects its scores in one of two ways.

    1. One folder for all. On one computer the sheet goes round: it is empty again after each save. On several,
       ``folder`` names one that all can write, such as a network drive or the shared folder of a JupyterHub.
    2. A folder each. Everybody saves on an own computer and hands in the file from ``jury_scores``. The instructor puts
       all files, CSV or Excel, into one folder, or unpacks there what the course's site has gathered: folders inside it
       are read too.

    Either way ``collect_jury(folder)`` joins the files, and names every bad entry by file, juror and market.

    A juror who has saved before is asked to press *Save* a second time; so is one whose name differs in capitals only.
    The file bears the juror's name. For anonymous scores let the class use numbers.

    Examples
    --------
    >>> sheet = enter_scores("jury_scores")
    >>> sheet.save()
    >>> sheet.words
    "Not saved. To mend: the juror's name; all 7 markets."
    """
    ends = scale_ends(scale)
    names = [str(market) for market in markets]
    if isinstance(markets, str) or not names or len({name.casefold() for name in names}) < len(names):
        raise InputError("markets", found=markets, expected="one name or more, each once", mend="name each axis once")
    return ScoreSheet(folder, names, ends)


class ScoreSheet(anywidget.AnyWidget):
    """A juror's name, two scores for each market, and a button that saves them; made by :func:`enter_scores`.

    Attributes
    ----------
    juror : str
        The name as typed.
    entries : dict
        For each market what was typed as present and desired score.
    """

    _esm = _HERE.joinpath("score_sheet.js").read_text(encoding="utf-8")
    _css = _HERE.joinpath("score_sheet.css").read_text(encoding="utf-8")
    markets = traitlets.List(traitlets.Unicode()).tag(sync=True)
    ends = traitlets.List(traitlets.Float()).tag(sync=True)
    juror = traitlets.Unicode().tag(sync=True)
    entries = traitlets.Dict().tag(sync=True)
    presses = traitlets.Int().tag(sync=True)
    answer = traitlets.Dict().tag(sync=True)

    def __init__(self, folder: str | Path, markets: Sequence[str], scale: tuple[float, float]) -> None:
        self.folder = Path(folder)
        self._scale = scale
        self._asked = ""
        super().__init__(markets=list(markets), ends=list(self._scale), answer=_answer(_START, 0))
        self.observe(lambda change: self.save(), "presses")

    @property
    def words(self) -> str:
        """What the sheet says after the last press of Save."""
        return str(self.answer["words"])

    def save(self) -> None:
        """Do what the button does: save the entries and empty the sheet, or say in ``words`` why not."""
        name = juror_name(self.juror)
        table = self._table(name)
        asked, self._asked = self._asked, ""
        if self._problems(table, name):
            return
        replace = asked == same_name(name)
        try:
            file = save_scores(table, self.folder, replace=replace, markets=self.markets, scale=self._scale)
        except InputError:
            self._asked = same_name(name)
            file = juror_file(self.folder, name)
            self._say(
                f"Not saved yet. {name} has saved before, in {file.as_posix()}. "
                "To replace those scores press Save again; otherwise change the name."
            )
            return
        except (OSError, UnicodeError) as problem:
            reason = getattr(problem, "strerror", None) or str(problem)
            self._say(f"Not saved. The folder {self.folder} cannot be written: {reason}.")
            return
        here = sum(not one.name.startswith(".") for one in self.folder.glob("*.csv"))
        with self.hold_sync():
            self.juror, self.entries = "", {}
            self._say(
                f"Saved{' in place of the earlier scores' if replace else ''}: {name}, {len(self.markets)} markets, in "
                f"{file.as_posix()}. The folder now holds {here} file{'' if here == 1 else 's'}. "
                "The sheet is empty for the next juror.",
                saved=True,
            )

    def _table(self, name: str) -> pd.DataFrame:
        typed = [[_point(text) for text in self.entries.get(market) or ("", "")] for market in self.markets]
        rows = [(name or "-", market, *scores) for market, scores in zip(self.markets, typed, strict=True)]
        return pd.DataFrame(rows, columns=["juror", "market", *_SCORES], dtype=object)

    def _problems(self, table: pd.DataFrame, name: str) -> bool:
        """Say which entries cannot be used, by market, and return whether there are any."""
        found = jury_problems(table, markets=self.markets, scale=self._scale)
        texts: dict[str, str] = {} if name else {"name": "missing"}
        bad = [] if name else ["name"]
        markets = []
        for market, rows in found.groupby("market", sort=False):
            at = self.markets.index(market)
            both = rows["problem"].nunique() == 1 and len(rows) == 2
            each = [f"{row.entry}: {row.problem}" for row in rows.itertuples()]
            texts[str(at)] = f"both: {rows['problem'].iloc[0]}" if both else "; ".join(each)
            bad += [f"{at} {entry}" for entry in rows["entry"]]
            markets.append(market)
        every = len(markets) == len(self.markets) > 1
        listed = [f"all {len(markets)} markets"] if every else [", ".join(markets)]
        wrong = "; ".join(filter(None, ["" if name else "the juror's name", *listed]))
        if wrong:
            self._say(f"Not saved. To mend: {wrong}.", problems=texts, bad=bad)
        return bool(wrong)

    def _say(self, words: str, **more: Any) -> None:
        """Answer a press of Save; its number tells the form that two equal answers are two."""
        self.answer = _answer(words, self.presses, **more)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        live, about = super()._repr_mimebundle_(**options) or ({}, {})
        rows = Markup("").join(_ROW.format(market=market, cell=_CELL) for market in self.markets)
        low, high = self._scale
        words = f"A score sheet for one juror: present and desired emphasis, {low:g} to {high:g}, on "
        still = {
            "text/html": _PAGE.format(low=low, high=high, rows=rows),
            "text/plain": f"{words}{', '.join(self.markets)}.",
        }
        return {**live, **still}, about


def _answer(
    words: str, press: int, *, problems: Mapping[str, str] | None = None, bad: Sequence[str] = (), saved: bool = False
) -> dict[str, Any]:
    return {"words": words, "press": press, "problems": dict(problems or {}), "bad": list(bad), "saved": saved}


def _point(text: object) -> str:
    """Return a typed score with a decimal point; many keyboards type a comma."""
    trimmed = str(text).strip()
    return trimmed.replace(",", ".") if re.fullmatch(r"\d+,\d+", trimmed) else trimmed
