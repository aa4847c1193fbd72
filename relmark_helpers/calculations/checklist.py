"""Score a checklist of pitfalls, and draw quiz statements from a table that compares two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.validation import InputError, numbers, random_generator, require_columns, whole_number

__all__ = ["ChecklistScore", "draw_statements", "score_checklist"]

_ANSWERS: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, eq=False)
class ChecklistScore:
    """What the answers to a checklist say; made by :func:`score_checklist`.

    Attributes
    ----------
    found : pandas.DataFrame
        The pitfalls that the answers point to, the heaviest first (in the order of the checklist where weights are
        equal): ``pitfall``, ``weight``, ``advice``.
    unknown : pandas.DataFrame
        The questions answered "unknown", the heaviest first: ``pitfall``, ``weight``, ``question``.
    clear : pandas.DataFrame
        The pitfalls that the answers speak against: ``pitfall``, ``weight``.
    """

    found: pd.DataFrame
    unknown: pd.DataFrame = field(repr=False)
    clear: pd.DataFrame = field(repr=False)

    @property
    def share_range(self) -> tuple[float, float]:
        """Weight found as a share of all weight, if no unknown pitfall is there and if all of them are."""
        found, unknown, clear = self._weights
        total = found + unknown + clear
        return found / total, (found + unknown) / total

    @property
    def share(self) -> float:
        """Weight found as a share of the weight of the questions answered yes or no; read it with the range."""
        found, _, clear = self._weights
        if found + clear == 0:
            raise InputError(
                "answer",
                found="unknown for every question that has a weight",
                expected="at least one yes or no, since a share of nothing means nothing",
                mend="find out one answer, or read share_range, which is then 0 to 1",
            )
        return found / (found + clear)

    def summary(self) -> pd.DataFrame:
        """Return counts and weights of the three kinds of answer.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``answers``, "pitfall found", "not known" and "no pitfall": ``questions``, ``weight``,
            ``share_of_weight`` (of all questions).
        """
        weights = np.asarray(self._weights)
        return pd.DataFrame(
            {
                "questions": [len(self.found), len(self.unknown), len(self.clear)],
                "weight": weights,
                "share_of_weight": weights / weights.sum(),
            },
            index=pd.Index(["pitfall found", "not known", "no pitfall"], name="answers"),
        )

    @property
    def _weights(self) -> tuple[float, float, float]:
        found, unknown, clear = (float(part["weight"].sum()) for part in (self.found, self.unknown, self.clear))
        return found, unknown, clear


def score_checklist(checklist: pd.DataFrame, answers: Sequence[str] | None = None) -> ChecklistScore:
    """Return which pitfalls the answers to a checklist point to, what to do about them, and what is not known.

    Use it to start a discussion with several people who answer by themselves. Do not read the share as a measurement:
    the questions and weights are a judgement, and nobody has tested them against results.

    Parameters
    ----------
    checklist : pandas.DataFrame
        One row per question. Columns ``pitfall``; ``question``; ``pitfall_answer``, "yes" or "no", the answer that
        points to the pitfall; ``weight``, 0 or more; ``advice``; and ``answer``, "yes", "no" or "unknown". The data
        set ``crm_pitfalls`` has all but ``answer``.
    answers : sequence of str, optional
        The answers in the order of the questions; without them the column ``answer`` is read.

    Returns
    -------
    ChecklistScore
        With the pitfalls found in order of weight, the unknown ones apart, and shares of the weight.

    Raises
    ------
    InputError
        If a column is missing, there are more or fewer answers than questions, an answer is not one of the three, a
        weight is missing or below 0, or all are 0.

    Notes
    -----
    share = weight found / (weight found + weight clear). Unknown answers count neither way; ``share_range`` shows what
    they could change: from weight found / all weight to (weight found + weight unknown) / all weight.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> answers = ["no", "yes", "unknown", "yes", "no", "no", "no", "unknown"]
    >>> score = score_checklist(load_dataset("crm_pitfalls"), answers)
    >>> list(score.found["pitfall"])
    ['Software mistaken for CRM', 'CRM cut off from the back office', 'Everyone treated as most favoured']
    >>> round(score.share, 2), tuple(round(end, 2) for end in score.share_range)
    (0.62, (0.44, 0.72))
    """
    columns = ["pitfall", "question", "pitfall_answer", "weight", "advice"]
    require_columns(checklist, "checklist", columns if answers is not None else [*columns, "answer"])
    if answers is not None:
        if isinstance(answers, str) or len(answers) != len(checklist):
            raise InputError(
                "answers",
                found=repr(answers) if isinstance(answers, str) else f"{len(answers)} answers",
                expected=f"{len(checklist)}, one for each question",
                mend="write 'unknown' where you do not know",
            )
        checklist = checklist.assign(answer=list(answers))
    _one_of(checklist, "pitfall_answer", _ANSWERS[:2])
    _one_of(checklist, "answer", _ANSWERS)
    weights = numbers(
        checklist["weight"].to_numpy(),
        "weight",
        low=0,
        expected="a weight of 0 or more for every question",
        mend="write 1 where you have no reason for more or less",
    )
    if not weights.sum() > 0:
        raise InputError(
            "weight",
            found="no weight above 0",
            expected="at least one question that counts",
            mend="give the questions weights, for example 1 each",
        )
    answer, points_to = checklist["answer"].astype("str"), checklist["pitfall_answer"].astype("str")
    outcome = np.select([answer == "unknown", answer == points_to], ["unknown", "found"], "clear")
    table = checklist.assign(weight=weights, outcome=outcome).sort_values("weight", ascending=False, kind="stable")

    def part(kind: str, *shown: str) -> pd.DataFrame:
        return table.loc[table["outcome"] == kind, ["pitfall", "weight", *shown]].reset_index(drop=True)

    return ChecklistScore(part("found", "advice"), part("unknown", "question"), part("clear"))


def draw_statements(
    table: pd.DataFrame,
    count: int,
    generator: np.random.Generator,
    *,
    sides: tuple[str, str] = ("transactional", "relational"),
) -> pd.DataFrame:
    """Return statements drawn from a table that compares two sides, each with the side to which it belongs.

    Use it for a quiz: show the statements, keep the sides back. Each row of the table is used once at most, so that no
    statement gives another away.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per aspect, with a column of text per side.
    count : int
        How many statements, 1 to the number of rows.
    generator : numpy.random.Generator
        Source of chance, for example ``numpy.random.default_rng(1983)``; the same seed gives the same quiz.
    sides : tuple of two str
        The two columns to draw from.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``number`` from 1: ``statement``, ``side`` (the name of its column).

    Raises
    ------
    InputError
        If a column is missing, a statement is empty or occurs twice, there are fewer rows than statements asked for,
        or the generator is not a numpy Generator.

    Notes
    -----
    Rows are drawn without replacement; then the side of each is drawn with equal chances.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> quiz = draw_statements(load_dataset("transactional_relational"), 3, np.random.default_rng(1983))
    >>> list(quiz.columns), len(quiz)
    (['statement', 'side'], 3)
    """
    require_columns(table, "table", sides)
    size = whole_number(count, "count", low=1, high=len(table))
    random_generator(generator)
    statements = table[list(sides)].to_numpy(dtype=object)
    words = [word if isinstance(word, str) else "" for word in statements.ravel()]
    unfit = next((word for word in words if not word.strip() or words.count(word) > 1), None)
    if unfit is not None:
        raise InputError(
            "table",
            found=f"{unfit!r:.60}, {'an empty statement' if not unfit.strip() else 'twice'}",
            expected="a different text in each row and side",
            mend="fill or leave out that row",
        )
    rows = generator.choice(len(table), size=size, replace=False)
    columns = generator.integers(2, size=size)
    return pd.DataFrame(
        {"statement": statements[rows, columns], "side": np.asarray(sides)[columns]},
        index=pd.RangeIndex(1, size + 1, name="number"),
    ).astype("str")


def _one_of(checklist: pd.DataFrame, column: str, allowed: tuple[str, ...]) -> None:
    wrong = checklist.loc[~checklist[column].isin(allowed)]
    if len(wrong):
        raise InputError(
            column,
            found=f"{wrong[column].iloc[0]!r} for {wrong['pitfall'].iloc[0]!r}",
            expected=f"one of {', '.join(map(repr, allowed))}",
            mend="use these words as they stand, in lower case",
        )
