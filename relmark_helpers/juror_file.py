"""One juror's scores in a file of the juror's own: its name, and saving it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from relmark_helpers.calculations.jury import AXES, SCALE, check_jury
from relmark_helpers.validation import InputError

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[\d¹²³])\s*(\.|$)", re.IGNORECASE)
_LONGEST: Final = 40


def save_scores(
    scores: pd.DataFrame,
    folder: str | Path,
    *,
    replace: bool = False,
    markets: Sequence[str] = AXES,
    scale: tuple[float, float] = SCALE,
) -> Path:
    """Write the scores of one juror into a folder, as a CSV file that bears the juror's name.

    Use it where jurors hand in one by one; :func:`~relmark_helpers.jury_files.read_jury` joins the folder.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per market: ``juror``, ``market``, ``present``, ``desired``.
    folder : str or pathlib.Path
        Where the file goes; made if there is none.
    replace : bool
        Whether an older file of the same juror gives way.
    markets, scale
        As in :func:`~relmark_helpers.calculations.jury.jury_problems`.

    Returns
    -------
    pathlib.Path
        The file: UTF-8, marked as such for Excel.

    Raises
    ------
    InputError
        If an entry is bad, there is not exactly one juror, or the juror has a file and ``replace`` is False.
    OSError
        If the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from relmark_helpers.calculations.jury import jury_form
    >>> save_scores(jury_form(["Ann"]).assign(present=4, desired=8), tempfile.mkdtemp()).name
    'Ann.csv'
    """
    checked = check_jury(scores, markets=markets, scale=scale)
    jurors = checked["juror"].unique()
    if len(jurors) > 1:
        raise InputError("scores", found=f"{len(jurors)} jurors", expected="one juror", mend="save them one by one")
    name = juror_name(jurors[0])
    file = juror_file(folder, name)
    content = checked.assign(juror=name).to_csv(index=False, lineterminator="\n", float_format="%g").encode("utf-8-sig")
    file.parent.mkdir(parents=True, exist_ok=True)
    if not replace:
        try:
            with file.open("xb") as new:
                new.write(content)
        except FileExistsError:
            raise InputError(
                "scores", found=f"a file of {name!r}", expected="a new juror", mend="replace it, or add to the name"
            ) from None
        return file
    aside = file.with_name(f".{file.name}")
    aside.write_bytes(content)
    aside.replace(file)
    return file


def juror_name(text: str) -> str:
    r"""Return a name as it is kept: one space between words, no control characters.

    Examples
    --------
    >>> juror_name("  Ann\t O'Neill ")
    "Ann O'Neill"
    """
    seen = (letter if letter.isprintable() else " " for letter in unicodedata.normalize("NFC", text))
    return " ".join("".join(seen).split())


def same_name(text: str) -> str:
    """Return what two spellings of one name share: capitals and ways to write an accent do not count.

    Examples
    --------
    >>> same_name("ANN") == same_name("Ann")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", juror_name(text)).casefold())


def juror_file(folder: str | Path, juror: str) -> Path:
    """Return the file of a juror: the one that is there, whatever its capitals, or the one to be made.

    A name that some system could not take as a file name is changed, and bears a code so that it stays apart.

    Raises
    ------
    InputError
        If the name is empty.

    Examples
    --------
    >>> juror_file("jury_scores", "李明").name, juror_file("jury_scores", "Ann/Bo").name
    ('李明.csv', 'Ann_Bo-35031e2f.csv')
    """
    name = juror_name(juror)
    if not name:
        raise InputError("juror", found=repr(juror), expected="a name", mend="write a name or a number")
    safe = re.sub(r'[<>:"/\\|?*]', "_", name[:_LONGEST])
    safe = re.sub(r"^[.~]|[. ]$", "_", safe)
    safe = f"_{safe}" if _RESERVED.match(safe) else safe
    if safe != name:
        safe = f"{safe}-{hashlib.sha256(same_name(name).encode()).hexdigest()[:8]}"
    place = Path(folder)
    there = sorted(place.glob("*.csv")) if place.is_dir() else []
    return next((file for file in there if same_name(file.stem) == same_name(safe)), place / f"{safe}.csv")
