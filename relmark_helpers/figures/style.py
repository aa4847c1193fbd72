"""The house style: one palette, one set of sizes, and a font that draws Chinese on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

import matplotlib as mpl
from matplotlib import font_manager

INK: Final = "#1b2a38"
"""Text and axes."""
QUIET: Final = "#5d6b78"
"""Secondary text, reference lines."""
GRID: Final = "#dfe5ea"

BLUE: Final = "#0b4f8a"
VERMILION: Final = "#d4570a"
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
    """Draw everything inside the ``with`` block in the workbook's style; settings outside stay as they were.

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
    with mpl.rc_context({**_STYLE, "font.family": ["DejaVu Sans", CHINESE_FONT]}):  # type: ignore[dict-item]
        yield
