"""Direct, indirect and total effects with their limits, one below the other."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError, require_columns

__all__ = ["path_effects_figure"]

_LOOKS: Final = {"direct": (BLUE, "o", 7.0), "indirect": (VERMILION, "s", 7.0), "total": (INK, "D", 8.0)}
_MOST: Final = 24


def path_effects_figure(
    effects: pd.DataFrame, *, on: str, limits: str = "95% limits", source: str = ""
) -> LessonFigure:
    """Draw the effects of each construct on one of them; a hollow marker where the limits include 0.

    Parameters
    ----------
    effects : pandas.DataFrame
        Indexed by (source, effect), where effect is "direct", "indirect" or "total": ``estimate``, ``low``, ``high``,
        such as ``effects_on(target)`` of :func:`~relmark_helpers.calculations.path_bootstrap.bootstrap_paths`.
    on : str
        The construct affected.
    limits : str
        What the limits are, for the words.
    source : str
        Sentence on the data, for the caption.

    Raises
    ------
    InputError
        If a column is missing, an effect has another name, or there are more rows than can be read.

    Examples
    --------
    >>> effects = pd.DataFrame({"estimate": [0.2, 0.5], "low": [-0.1, 0.3], "high": [0.5, 0.7]})
    >>> effects.index = pd.MultiIndex.from_tuples([("image", "direct"), ("image", "total")])
    >>> path_effects_figure(effects, on="loyalty").alt[:62]
    'Dot chart of effects on loyalty. image: direct 0.20 (-0.10 to '
    """
    require_columns(effects, "effects", ["estimate", "low", "high"])
    rows = [(str(name), str(kind)) for name, kind in effects.index]
    odd = [kind for _, kind in rows if kind not in _LOOKS]
    if odd or not 1 <= len(rows) <= _MOST:
        raise InputError(
            "effects",
            found=f"the effect {odd[0]!r}" if odd else f"{len(rows)} rows",
            expected=f"1 to {_MOST} rows of {', '.join(_LOOKS)} effects",
            mend="rename it" if odd else "choose the rows to draw",
        )
    names = list(dict.fromkeys(name for name, _ in rows))
    heights, groups, height = [], {}, 0.0
    for name in names:
        first = height
        for kind in [kind for one, kind in rows if one == name]:
            heights.append((name, kind, height))
            height += 1.0
        groups[name] = (first + height - 1.0) / 2
        height += 0.6
    with house_style():
        figure = Figure(figsize=(7.0, 1.5 + 0.2 * height), layout="constrained")
        axes = figure.subplots()
        axes.axvline(0, color=QUIET, linewidth=1.2)
        for name, kind, place in heights:
            row = effects.loc[(name, kind)]
            colour, marker, size = _LOOKS[kind]
            spans = row["low"] <= 0 <= row["high"]
            axes.plot([row["low"], row["high"]], [place] * 2, color=colour, linewidth=2.0, label="_limits")
            axes.plot(
                [row["estimate"]],
                [place],
                color=colour,
                marker=marker,
                markersize=size,
                markerfacecolor="white" if spans else colour,
                linestyle="",
                label=f"_{name}, {kind}",
            )
        axes.set_yticks(list(groups.values()), names)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        axes.set(ylim=(height - 0.9, -0.7), xlabel=f"Effect on {on}, with {limits}")
        handles = [
            Line2D([], [], color=colour, marker=marker, markersize=size, label=kind)
            for kind, (colour, marker, size) in _LOOKS.items()
            if any(kind == one for _, one in rows)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        headline(figure, _finding(effects, rows, on))
    said = "; ".join(
        f"{name}: "
        + ", ".join(
            f"{kind} {effects.loc[(name, kind), 'estimate']:.2f} "
            f"({effects.loc[(name, kind), 'low']:.2f} to {effects.loc[(name, kind), 'high']:.2f})"
            for one, kind in rows
            if one == name
        )
        for name in names
    )
    hollow = [
        f"{name} {kind}"
        for name, kind in rows
        if effects.loc[(name, kind), "low"] <= 0 <= effects.loc[(name, kind), "high"]
    ]
    return LessonFigure(
        figure,
        alt=f"Dot chart of effects on {on}. {said}. Hollow, limits including 0: {', '.join(hollow) or 'none'}.",
        caption=(
            f"In standard deviations where scores are standardised. Total: direct plus indirect. Hollow: limits "
            f"include 0. {source}"
        ).strip(),
        table=effects,
    )


def _finding(effects: pd.DataFrame, rows: list[tuple[str, str]], on: str) -> str:
    kind = "total" if any(kind == "total" for _, kind in rows) else rows[0][1]
    of_kind = effects[[one == kind for _, one in rows]]
    name, _ = of_kind["estimate"].abs().idxmax()
    row = effects.loc[(name, kind)]
    return f"Largest {kind} effect on {on}: {name}, {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})"
