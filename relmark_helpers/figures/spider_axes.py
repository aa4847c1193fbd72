"""Axes of a spidergram: rings, spokes and corners, shared by the figures of the markets."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.figures.style import GRID, QUIET

__all__ = ["draw_web", "label_places", "places", "short_name"]


def places(radii: ArrayLike, *, turn: float = 0.0) -> NDArray[np.float64]:
    """Return the points of radii on spokes that start at the top and go clockwise, turned by some radians."""
    lengths = np.asarray(radii, dtype=float)
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(lengths)) / len(lengths) - turn
    return np.column_stack([lengths * np.cos(angles), lengths * np.sin(angles)])


def short_name(name: object, most: int = 24) -> str:
    """Return a name that fits beside an axis; longer ones end in three dots."""
    text = str(name)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def label_places(count: int, radius: float) -> list[tuple[float, float, str]]:
    """Return x, y and horizontal alignment of the labels at the ends of the spokes."""
    return [
        (float(x), float(y), "center" if abs(x) < 0.1 * radius else "left" if x > 0 else "right")
        for x, y in places(np.full(count, radius))
    ]


def draw_web(axes: Axes, count: int, scale: tuple[float, float], *, marks: bool = True) -> None:
    """Draw rings at five marks of the scale (the centre is 0) and spokes, and leave room for labels."""
    top = scale[1]
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set(xlim=(-1.65 * top, 1.65 * top), ylim=(-1.22 * top, 1.22 * top))
    for ring in np.linspace(*scale, 5):
        corners = places(np.full(count, ring))
        axes.plot(*np.vstack([corners, corners[:1]]).T, color=GRID, linewidth=1.0)
        if marks:
            axes.text(0.02 * top, ring, f"{ring:g}", fontsize=9, color=QUIET, va="bottom")
    for x, y in places(np.full(count, top)):
        axes.plot([0, x], [0, y], color=GRID, linewidth=1.0)
