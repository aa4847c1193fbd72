"""Survivors and retention rates of cohorts, and the churn that a firm reports."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, house_style, series_styles


def survival_figure(survival: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the share of each group that is still there, one line per column; the index counts years.

    Examples
    --------
    >>> shares = pd.DataFrame({"regular": [1.0, 0.6, 0.5]}, index=pd.RangeIndex(3, name="year"))
    >>> survival_figure(shares, source="made up").alt
    'Line chart of the share of customers still there over 2 years. After 2 years 50% of regular are left.'
    """
    years = int(survival.index[-1])
    left = " and ".join(f"{share:.0%} of {str(name).replace('_', ' ')}" for name, share in survival.iloc[-1].items())
    figure = _lines(survival, title=f"After {years} years {left} are left", y_label="Customers still there", low=0.0)
    return LessonFigure(
        figure,
        alt=(
            f"Line chart of the share of customers still there over {years} years. After {years} years {left} are left."
        ),
        caption=f"Share of a group of customers who were still there at the end of each year. {source}",
        table=survival,
    )


def retention_rate_figure(rates: pd.DataFrame, *, source: str) -> LessonFigure:
    """Draw the retention rate of each group year by year, one line per column; the index counts years from 1.

    Examples
    --------
    >>> rates = pd.DataFrame({"regular": [0.63, 0.74]}, index=pd.Index([1, 2], name="year"))
    >>> retention_rate_figure(rates, source="made up").alt
    'Line chart of yearly retention rates from year 1 to 2. The rate of regular goes from 63% to 74%.'
    """
    first, last = rates.index[0], rates.index[-1]
    moves = "; ".join(
        f"{str(name).replace('_', ' ')} goes from {rates[name].iloc[0]:.0%} to {rates[name].iloc[-1]:.0%}"
        for name in rates
    )
    rising = all(rates[name].iloc[-1] > rates[name].iloc[0] for name in rates)
    figure = _lines(
        rates,
        title="Retention rates end higher than they began" if rising else "Retention rates year by year",
        y_label="Kept from the year before",
        low=min(0.5, math.floor(10 * rates.min().min()) / 10),
    )
    return LessonFigure(
        figure,
        alt=f"Line chart of yearly retention rates from year {first} to {last}. The rate of {moves}.",
        caption=f"Share of the customers of one year who were still there in the next. {source}",
        table=rates,
    )


def reported_churn_figure(churn: pd.Series[float], *, firm: str, source: str) -> LessonFigure:
    """Draw the monthly churn rate that a firm reports, one value a year; the index holds calendar years.

    Examples
    --------
    >>> churn = pd.Series([0.016, 0.017], index=pd.Index([2001, 2002], name="year"))
    >>> reported_churn_figure(churn, firm="a firm", source="made up").alt
    'Line chart of the monthly churn rate of a firm, 2001 to 2002. It stays between 1.60% and 1.70% a month.'
    """
    first, last, low, high = churn.index[0], churn.index[-1], churn.min(), churn.max()
    with house_style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        axes.plot(churn.index, churn, color=BLUE, marker="o")
        axes.set(xlabel="Year", ylabel="Customers lost a month", ylim=(0, 1.25 * high))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=1))
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        headline(figure, f"{firm}: {low:.2%} to {high:.2%} of customers lost a month")
    return LessonFigure(
        figure,
        alt=(
            f"Line chart of the monthly churn rate of {firm}, {first} to {last}. "
            f"It stays between {low:.2%} and {high:.2%} a month."
        ),
        caption=f"Monthly churn rate reported for each year. {source}",
        table=churn.to_frame(),
    )


def _lines(table: pd.DataFrame, *, title: str, y_label: str, low: float) -> Figure:
    with house_style():
        figure = Figure(layout="constrained")
        axes = figure.subplots()
        heights = _apart(table.iloc[-1], 0.06 * (1 - low))
        for name, colour, line, marker in series_styles(table, "table"):
            values = table[name]
            axes.plot(values.index, values, color=colour, linestyle=line, marker=marker)
            axes.annotate(
                str(name).replace("_", " "),
                (values.index[-1], heights[name]),
                (9, 0),
                textcoords="offset points",
                color=INK,
                va="center",
            )
        axes.set(xlabel="Year", ylabel=y_label, ylim=(low, 1.02))
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))
        headline(figure, title)
    return figure


def _apart(ends: pd.Series[float], gap: float) -> pd.Series[float]:
    """Return heights for labels at the ends of lines, moved up where two would overlap."""
    heights = ends.sort_values()
    for at in range(1, len(heights)):
        heights.iloc[at] = max(heights.iloc[at], heights.iloc[at - 1] + gap)
    return heights
