"""The house style: one palette, one set of sizes, and a font that draws Chinese on every machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import matplotlib.style
from matplotlib import font_manager

from relmark_helpers.validation import InputError

INK: Final = "#1b2a38"
"""Text and axes."""
QUIET: Final = "#5d6b78"
"""Secondary text, reference lines."""
GRID: Final = "#dfe5ea"

BLUE: Final = "#0b4f8a"
VERMILION: Final = "#c9500a"
GREEN: Final = "#2f9e77"
PURPLE: Final = "#6b3d8f"
OCHRE: Final = "#b98a00"

PALETTE: Final = (BLUE, VERMILION, GREEN, PURPLE, OCHRE)
"""Series colours in order of use; told apart also by :data:`LINES` and :data:`MARKERS`, never by colour alone."""
LINES: Final = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))
MARKERS: Final = ("o", "s", "^", "D", "v")

CHINESE_FONT: Final = "Relmark Sans SC"

_STYLE: Final = {
    "figure.facecolor": "white",
    "figure.figsize": (7.0, 4.2),
    "figure.dpi": 144,
    "font.size": 11.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": QUIET,
    "axes.facecolor": "white",
    "axes.labelcolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlepad": 12,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.9,
    "lines.linewidth": 2.4,
    "lines.markersize": 6,
    "legend.frameon": False,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
}


@cache
def _register_font() -> None:
    """Make the font known, and let its one weight stand for bold too, or matplotlib reports a missing weight."""
    manager = font_manager.fontManager
    manager.addfont(str(files("relmark_helpers.figures") / "fonts" / "RelmarkSansSC-Regular.ttf"))
    manager.ttflist.append(replace(manager.ttflist[-1], weight=700))


@contextmanager
def house_style() -> Iterator[None]:
    """Draw everything inside the ``with`` block in the workbook's style; the reader's own settings stay as they were.

    The style starts from matplotlib's defaults, so a figure looks the same whatever the reader has set.
    The font family is a list, so a character that the first font lacks (中文) is taken from the second.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> with house_style():
    ...     axes = Figure().subplots()
    >>> axes.get_axisbelow()
    True
    """
    _register_font()
    with matplotlib.style.context({**_STYLE, "font.family": ["DejaVu Sans", CHINESE_FONT]}, after_reset=True):
        yield


def series_styles(names: Iterable[Any], argument: str) -> list[tuple[Any, str, Any, str]]:
    """Return name, colour, line and marker of each series; raise if there are more than can be told apart.

    Examples
    --------
    >>> series_styles(["regular"], "survival")
    [('regular', '#0b4f8a', '-', 'o')]
    """
    series = list(names)
    if len(series) > len(PALETTE):
        raise InputError(
            argument,
            found=f"{len(series)} columns",
            expected=f"at most {len(PALETTE)}, as more cannot be told apart",
            mend="choose the columns to draw",
        )
    return list(zip(series, PALETTE, LINES, MARKERS, strict=False))
