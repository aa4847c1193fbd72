"""Two ways of doing business side by side, row by row."""

from __future__ import annotations

from textwrap import fill
from typing import Literal

import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, GRID, INK, VERMILION, house_style
from relmark_helpers.validation import choice, require_columns

_NAMES = {
    "english": {"transactional": "Transactional", "relational": "Relational", "collaborative": "Collaborative"},
    "chinese": {"transactional": "交易型", "relational": "关系型", "collaborative": "协作型"},
}


def comparison_figure(
    table: pd.DataFrame, *, other: str, language: Literal["english", "chinese"] = "english"
) -> LessonFigure:
    """Draw a table that compares a transactional side with another one: a row per aspect, a column per side.

    ``other`` is the column of the other side, "relational" or "collaborative"; ``language`` chooses the words drawn.

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> comparison_figure(load_dataset("exchange_comparison"), other="collaborative").alt[:62]
    'Table drawn with 8 rows. place of the sale: The sale is the en'
    """
    choice(other, "other", ("relational", "collaborative"))
    choice(language, "language", tuple(_NAMES))
    suffix, letters = ("_chinese", 13) if language == "chinese" else ("", 34)
    columns = [f"aspect{suffix}", f"transactional{suffix}", f"{other}{suffix}"]
    require_columns(table, "table", columns)
    rows = [[fill(str(text), letters) for text in row] for row in table[columns].itertuples(index=False)]
    heights = [max(text.count("\n") for text in row) + 1.7 for row in rows]
    names = _NAMES[language]
    with house_style():
        figure = Figure(figsize=(7.0, 0.9 + 0.2 * sum(heights)), layout="constrained")
        axes = figure.subplots()
        top = 0.0
        axes.text(3.1, -0.7, names["transactional"], color=VERMILION, fontweight="bold", ha="left", va="center")
        axes.text(6.7, -0.7, names[other], color=BLUE, fontweight="bold", ha="left", va="center")
        for (aspect, left, right), height in zip(rows, heights, strict=True):
            middle = top + height / 2
            axes.axhline(top, color=GRID, linewidth=1)
            axes.text(0, middle, fill(aspect, 22 if not suffix else 9), va="center", fontsize=9.5, color=INK)
            axes.text(3.1, middle, left, va="center", fontsize=9.5, color=INK)
            axes.text(6.7, middle, right, va="center", fontsize=9.5, color=INK)
            top += height
        axes.set(xlim=(0, 10.2), ylim=(top, -1.4))
        axes.axis("off")
        headline(figure, f"{names['transactional']} / {names[other].lower()}")
    listed = "; ".join(f"{row[0]}: {row[1]} / {row[2]}" for row in table[columns].itertuples(index=False, name=None))
    return LessonFigure(
        figure,
        alt=f"Table drawn with {len(rows)} rows. {listed}",
        caption="Textbook contrasts, in our own words; real businesses lie between the two columns.",
        table=table[columns].set_index(columns[0]),
    )
