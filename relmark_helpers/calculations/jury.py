"""Scores of a jury of executives for the markets of a firm: a form to fill, every bad entry named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, numbers, random_generator, require_columns, whole_number

__all__ = [
    "AXES",
    "INFLUENCE_GROUPS",
    "SCALE",
    "SECOND_VERSION",
    "check_jury",
    "jury_form",
    "jury_problems",
    "simulate_jury",
]

AXES: Final = (
    "existing customers",
    "new customers",
    "referral",
    "supplier",
    "recruitment",
    "influence",
    "internal",
)
"""Axes of the relationship marketing network diagram: six markets, customers split in two (Peck et al., 1999)."""

SECOND_VERSION: Final = ("supplier", "internal", "competitor", "distributor", "customer", "influencer")
"""The six markets in a second version, known from lecture notes; the data set ``six_markets`` maps the two."""

INFLUENCE_GROUPS: Final = ("finance", "media", "government", "community", "consumer groups", "environmental groups")
"""Groups of the influence market, for a second-level diagram; named so in lecture notes."""

SCALE: Final = (2.0, 10.0)
"""Ends of an axis: the diagram of Peck et al. (1999) is marked 2, 4, 6, 8, 10, which they call arbitrary."""

_SCORES: Final = ("present", "desired")
_COLUMNS: Final = ("juror", "market", *_SCORES)
_COMMA: Final = re.compile(r"\d+,\d+")


def jury_form(jurors: Sequence[str], *, markets: Sequence[str] = AXES) -> pd.DataFrame:
    """Return an empty form: one row for each juror and market, with two scores to fill in.

    Use it to make a file for a class or a board: ``jury_form(names).to_csv("jury.csv", index=False)``.

    Parameters
    ----------
    jurors : list of str
        Names or numbers of the jurors, each once.
    markets : sequence of str
        The axes to score.

    Returns
    -------
    pandas.DataFrame
        Columns ``juror``, ``market``, ``present``, ``desired``; the scores are missing.

    Raises
    ------
    InputError
        If there is no juror, or a name occurs twice or is empty.

    Examples
    --------
    >>> jury_form(["Ann", "Bo"]).shape
    (14, 4)
    """
    names = [str(one).strip() for one in jurors]
    if not names or not all(names) or len(set(names)) < len(names):
        raise InputError("jurors", found=names, expected="one or more names, each once", mend="number the jurors")
    rows = [(juror, market) for juror in names for market in markets]
    return pd.DataFrame(rows, columns=_COLUMNS[:2]).assign(present=np.nan, desired=np.nan)


def jury_problems(
    scores: pd.DataFrame, *, markets: Sequence[str] = AXES, scale: tuple[float, float] = SCALE
) -> pd.DataFrame:
    """Return every entry of a jury's table that cannot be used, by juror and market.

    Use it to show a class what to mend; :func:`check_jury` raises with the same list.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per juror and market: ``juror``, ``market``, ``present``, ``desired``. Numbers written as text count as
        numbers, with a point or a comma (7,5); capitals and blanks around names of markets do not matter; rows without
        any entry are left out.
    markets : sequence of str
        The axes that each juror must score.
    scale : tuple of two numbers
        Lowest and highest score; scores between the marks, such as 5, are allowed.

    Returns
    -------
    pandas.DataFrame
        Columns ``juror``, ``market``, ``entry`` (row, juror, market, present or desired), ``problem``; empty if all is
        well.

    Raises
    ------
    InputError
        If a column is missing, or ``scale`` is not two numbers in order.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> form = jury_form(["Ann"]).assign(present=4, desired=8)
    >>> form["present"] = form["present"].astype(object)
    >>> form.loc[2, "present"], form.loc[4, "desired"] = "high", 12
    >>> jury_problems(form)
      juror       market    entry                      problem
    0   Ann     referral  present  'high' is text, not a score
    1   Ann  recruitment  desired    12 is outside 2 to 10
    """
    low, high = scale_ends(scale)
    given = tidy_jury(scores, markets)
    found: list[tuple[str, str, str, str]] = []
    for at, row in given.iterrows():
        juror, market = row["juror"], row["market"]
        if not juror:
            found.append((f"(row {at})", market, "juror", "the name of the juror is missing"))
        if not market:
            found.append((juror, f"(row {at})", "market", "the name of the market is missing"))
        elif market not in markets:
            found.append((juror, market, "market", f"unknown market; known are {', '.join(markets)}"))
        for name in _SCORES:
            problem = _score_problem(row[name], low, high)
            if problem:
                found.append((juror or f"(row {at})", market, name, problem))
    counts = given.groupby(["juror", "market"], sort=False).size()
    for (juror, market), count in counts.items():
        if count > 1 and juror and market in markets:
            found.append((juror, market, "row", f"scored {count} times"))
    pairs = set(counts.index)
    found += [
        (juror, market, "row", "not scored")
        for juror in dict.fromkeys(given["juror"])
        for market in markets
        if juror and (juror, market) not in pairs
    ]
    return pd.DataFrame(found, columns=["juror", "market", "entry", "problem"])


def check_jury(
    scores: pd.DataFrame, *, markets: Sequence[str] = AXES, scale: tuple[float, float] = SCALE
) -> pd.DataFrame:
    """Return a jury's scores in good order, or raise with all entries that cannot be used.

    Parameters
    ----------
    scores, markets, scale
        As in :func:`jury_problems`.

    Returns
    -------
    pandas.DataFrame
        Columns ``juror``, ``market`` (text), ``present``, ``desired`` (numbers): jurors in the order in which they
        occur, the markets of each in the order of ``markets``.

    Raises
    ------
    InputError
        Listing every bad entry by juror and market; or if there is no juror.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> check_jury(jury_form(["Ann"]).assign(present="4", desired=8))["present"].unique()
    array([4.])
    """
    problems = jury_problems(scores, markets=markets, scale=scale)
    low, high = scale_ends(scale)
    if len(problems):
        raise problems_error("scores", problems, low, high)
    given = tidy_jury(scores, markets)
    if not len(given):
        raise InputError("scores", found="no entries", expected="one juror or more", mend="fill in the form")
    jurors = list(dict.fromkeys(given["juror"]))
    full = pd.MultiIndex.from_product([jurors, list(markets)], names=_COLUMNS[:2])
    ordered = given.set_index(list(_COLUMNS[:2])).reindex(full)
    return ordered.apply(lambda column: column.map(float)).astype(float).reset_index()


def problems_error(name: str, problems: pd.DataFrame, low: float, high: float) -> InputError:
    """Return the error that lists the problems, one a line; what is empty is left out."""
    places = [name for name in ("file", "juror", "market") if name in problems]
    lines = ""
    for row in problems.to_dict("records"):
        where = [f"{name} {row[name]!r}" for name in places if row[name]]
        lines += f"\n  {', '.join([*where, *filter(None, [row['entry']])])}: {row['problem']}"
    return InputError(
        name,
        found=f"{len(problems)} bad {'entry' if len(problems) == 1 else 'entries'}:{lines}\n",
        expected=f"one row for each juror and market, with present and desired from {low:g} to {high:g}",
        mend="correct these entries, or leave out jurors who did not finish",
    )


def simulate_jury(jurors: int, generator: np.random.Generator, *, shared: float = 1.0) -> pd.DataFrame:
    """Return made-up scores of a jury for the seven axes.

    Use it to try the calculations before your own jury has voted. Built in: existing customers and the internal market
    are to gain most; recruitment stays as it is; new customers get a little less.

    Parameters
    ----------
    jurors : int
        Number of jurors, 1 or more.
    generator : numpy.random.Generator
        Source of chance.
    shared : float
        How far the jurors share one view, 0 (each market alike but for chance) to 1 or more.

    Returns
    -------
    pandas.DataFrame
        As :func:`check_jury`; whole scores from 2 to 10.

    Raises
    ------
    InputError
        If an argument is outside its range.

    Source: this workbook's own; simulated

    Examples
    --------
    >>> simulate_jury(6, np.random.default_rng(1991)).groupby("market")["present"].mean().idxmax()
    'new customers'
    """
    n = whole_number(jurors, "jurors", low=1)
    random_generator(generator)
    share = float(numbers(shared, "shared", low=0))
    present = 5.5 + share * np.array([-0.3, 2.5, -1.6, 0.4, 0.3, -1.2, -0.6])
    gap = 1.3 + share * np.array([1.7, -1.8, 0.4, -0.7, -1.2, -0.3, 1.2])
    leaning = generator.normal(0, 0.5, (n, 1))
    now = present + leaning + generator.normal(0, 1.0, (n, len(AXES)))
    then = now + gap + generator.normal(0, 0.9, now.shape)
    form = jury_form([f"juror {at}" for at in range(1, n + 1)])
    for name, values in zip(_SCORES, (now, then), strict=True):
        form[name] = np.clip(np.rint(values), *SCALE).ravel()
    return form


def scale_ends(scale: tuple[float, float]) -> tuple[float, float]:
    """Return lowest and highest score; raise if they are not two numbers in order."""
    ends = numbers(scale, "scale")
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise InputError("scale", found=scale, expected="lowest and highest score", mend="write scale=(2, 10)")
    return float(ends[0]), float(ends[1])


def tidy_jury(scores: pd.DataFrame, markets: Sequence[str]) -> pd.DataFrame:
    """Return the four columns, names as trimmed text ("" if missing), rows numbered from 1, empty rows left out."""
    require_columns(scores, "scores", _COLUMNS)
    table = scores.loc[:, list(_COLUMNS)].astype(object)
    table.index = pd.RangeIndex(1, len(table) + 1)
    table = table.map(lambda value: value.strip() if isinstance(value, str) else value)
    table[list(_SCORES)] = table[list(_SCORES)].map(_with_point)
    table = table.loc[~table.map(_missing).all(axis=1)]
    known = {market.casefold(): market for market in markets}
    table["juror"] = pd.Series([_name(one) for one in table["juror"]], index=table.index, dtype=object)
    table["market"] = pd.Series(
        [known.get(_name(one).casefold(), _name(one)) for one in table["market"]], index=table.index, dtype=object
    )
    return table


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value == "" or value != value


def _with_point(value: Any) -> Any:
    """Return a score typed with a decimal comma as text with a point, anything else as it is."""
    return value.replace(",", ".") if isinstance(value, str) and _COMMA.fullmatch(value) else value


def _name(value: Any) -> str:
    """Return a name as text; juror 3 read as 3.0 stays 3."""
    if _missing(value):
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value).strip()


def _score_problem(value: Any, low: float, high: float) -> str:
    if _missing(value):
        return "missing"
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        score = float(value)
    except (TypeError, ValueError):
        return f"{value!r} is text, not a score" if isinstance(value, str) else f"{value!r} is not a score"
    return "" if low <= score <= high else f"{score:g} is outside {low:g} to {high:g}"


def by_juror(checked: pd.DataFrame, column: str, markets: Sequence[str]) -> NDArray[np.float64]:
    """Return one column of checked scores as jurors x markets."""
    return np.asarray(checked[column], dtype=np.float64).reshape(-1, len(markets))
