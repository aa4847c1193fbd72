"""Estimates with their limits against a rule of thumb."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, OCHRE, QUIET, VERMILION, house_style
from relmark_helpers.validation import choice, require_columns

__all__ = ["rules_figure"]

_NAMES: Final = {
    "alpha_raw": "Cronbach's alpha",
    "ave": "Average variance extracted",
    "margin": "Root of AVE less correlation",
    "htmt": "HTMT",
}
_MARKS: Final = {
    "passes": (BLUE, "o", "-"),
    "borderline": (OCHRE, "^", "--"),
    "fails": (VERMILION, "s", "-."),
    "no limits": (QUIET, "X", ""),
}


def rules_figure(judged: pd.DataFrame, coefficient: str, *, source: str) -> LessonFigure:
    """Draw one coefficient of all constructs or pairs, with limits, against the rules of thumb about it.

    Parameters
    ----------
    judged : pandas.DataFrame
        From ``judge_measurement``.
    coefficient : str
        "alpha_raw", "ave", "margin" or "htmt". Where two rules concern it, the marks show the verdict of the first.
    source : str
        Where the data come from, for the caption.

    Raises
    ------
    InputError
        If ``judged`` holds no such coefficient.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.measurement_rules import judge_measurement
    >>> from relmark_helpers.calculations.reliability_estimates import measure_reliability
    >>> from relmark_helpers.datasets import load_dataset
    >>> fit = measure_reliability(
    ...     load_dataset("mobi"), {"Value": ["perv1", "perv2"]}, generator=np.random.default_rng(1951)
    ... )
    >>> rules_figure(judge_measurement(fit), "alpha_raw", source="").alt[:56]
    "Dot chart of Cronbach's alpha with limits, against 0.70."
    """
    require_columns(
        judged, "judged", ["coefficient", "rule", "where", "estimate", "low", "high", "by_estimate", "verdict"]
    )
    about = judged[judged["coefficient"] == choice(coefficient, "coefficient", dict.fromkeys(judged["coefficient"]))]
    thresholds = list(dict.fromkeys(about["threshold"]))
    rows = about[about["threshold"] == thresholds[0]].sort_values("estimate", ascending=False)
    first = f"{thresholds[0]:.2f}"
    counts = rows["verdict"].value_counts()
    result = _counted(counts)
    with house_style():
        figure = Figure(figsize=(7.0, 1.7 + (0.34 if len(rows) < 9 else 0.2) * len(rows)), layout="constrained")
        axes = figure.subplots()
        for verdict, (colour, marker, line) in _MARKS.items():
            chosen = [(at, row) for at, (_, row) in enumerate(rows.iterrows()) if row["verdict"] == verdict]
            for at, row in chosen:
                axes.plot([row["low"], row["high"]], [at, at], color=colour, linestyle=line, linewidth=2.2)
            if chosen:
                axes.plot(
                    [row["estimate"] for _, row in chosen],
                    [at for at, _ in chosen],
                    linestyle="",
                    marker=marker,
                    markersize=8,
                    color=colour,
                    label=verdict,
                )
        for threshold, line in zip(thresholds, ("-", ":"), strict=False):
            axes.axvline(threshold, color=INK, linestyle=line, linewidth=1.6, label=f"{threshold:.2f}, a convention")
        axes.set(yticks=range(len(rows)), yticklabels=rows["where"], xlabel=f"{_NAMES[coefficient]}, with limits")
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=3)
        headline(figure, f"{_NAMES[coefficient]} against {first}: {result}")
    numbers = "; ".join(
        f"{row['where']} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f}, {row['verdict']})"
        for _, row in rows.iterrows()
    )
    failed = rows[rows["by_estimate"] == "fails"]
    listed = ", ".join(f"{row['where']} {row['estimate']:.2f}" for _, row in failed.iterrows())
    failing = (
        f"By the estimate alone {len(failed)} fail: {listed}." if len(failed) else "By the estimate alone none fails."
    )
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of {_NAMES[coefficient]} with limits, against {first}. {result.capitalize()}. {failing} "
            f"Highest: {rows['where'].iloc[0]} {rows['estimate'].iloc[0]:.2f}; lowest: {rows['where'].iloc[-1]} "
            f"{rows['estimate'].iloc[-1]:.2f}."
        ),
        caption=(
            f"Bootstrap percentile limits. Verdict on “{rows['rule'].iloc[0]}”, a convention; borderline: the line "
            f"crosses it. {source}"
        ).strip(),
        description=f"{numbers}.",
        table=about.drop(columns=["coefficient"]).set_index("where"),
    )


def _counted(counts: pd.Series[int]) -> str:
    """Return the verdicts in words, such as "3 pass, 1 fails, 2 borderline"."""
    words = {
        "passes": ("passes", "pass"),
        "fails": ("fails", "fail"),
        "borderline": ("borderline",) * 2,
        "no limits": ("without limits",) * 2,
    }
    return ", ".join(
        f"{counts[name]} {one if counts[name] == 1 else many}" for name, (one, many) in words.items() if name in counts
    )
