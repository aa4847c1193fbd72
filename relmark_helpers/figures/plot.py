"""One definition for the still and the moving form of a figure.

A :class:`Plot` is split into what stays (axes, labels, reference lines) and what moves (curves, markers, title).
A lesson shows the still form, :meth:`Plot.figure`. An explorer keeps the drawn axes as a background and draws the
moving artists over it, :meth:`Plot.open` and :meth:`Live.frame`, which takes a few milliseconds where a new figure
takes a hundred.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Hashable
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.style import house_style

Result = TypeVar("Result")


def headline(figure: Figure, finding: str) -> Text:
    """Write the finding over a figure, at its left edge."""
    return figure.suptitle(finding, x=0.01, ha="left", fontsize=13, fontweight="bold")


@dataclass(frozen=True)
class Words:
    """What a figure says: ``title`` is drawn on it and states the finding, the rest stands beside it."""

    title: str
    alt: str
    caption: str
    description: str = ""
    table: pd.DataFrame | None = None


class Plot(ABC, Generic[Result]):
    """A kind of figure, drawn from a kind of result.

    A subclass says what its axes depend on (:meth:`setting`), draws them (:meth:`lay_out`), puts the moving artists in
    place (:meth:`move`) and finds the words (:meth:`words`). It computes nothing beyond positions on the page. Since
    ``lay_out`` keeps its artists on the plot, each still and each moving form is drawn by a copy of its own.
    """

    size: tuple[float, float] = (7.0, 4.2)
    """Width and height in inches."""

    @abstractmethod
    def setting(self, result: Result) -> Hashable:
        """Return what the axes depend on, such as their limits; while it is equal the axes are not drawn again."""

    @abstractmethod
    def lay_out(self, figure: Figure, result: Result) -> list[Artist]:
        """Draw what stays, create what moves, and return the moving artists."""

    @abstractmethod
    def move(self, result: Result) -> None:
        """Put the moving artists where ``result`` says."""

    @abstractmethod
    def words(self, result: Result) -> Words:
        """Return title, alt text, caption, description and numbers for ``result``."""

    def figure(self, result: Result) -> LessonFigure:
        """Return the still form."""
        plot = copy(self)
        words = plot.words(result)
        with house_style():
            figure = Figure(figsize=plot.size, layout="constrained")
            plot.lay_out(figure, result)
            plot.move(result)
            headline(figure, words.title)
        return LessonFigure(figure, words.alt, words.caption, words.description, words.table)

    def open(self, dpi: int = 104) -> Live[Result]:
        """Return the moving form."""
        return Live(copy(self), dpi)


class Live(Generic[Result]):
    """The moving form of a plot: keeps the drawn axes and draws only the moving artists for each new result."""

    def __init__(self, plot: Plot[Result], dpi: int) -> None:
        self._plot = plot
        self._dpi = dpi
        self._setting: Hashable = object()
        self._moving: list[Artist] = []
        self._canvas: Any  # matplotlib gives no types for what it does
        self._background: Any

    def frame(self, result: Result) -> bytes:
        """Return the picture of ``result`` as JPEG, the quickest to encode of the formats every browser shows.

        The title is left to the page around it: drawing letters takes longer than drawing curves.
        """
        setting = self._plot.setting(result)
        if setting != self._setting:
            self._draw_axes(result)
            self._setting = setting
        self._plot.move(result)
        self._canvas.restore_region(self._background)
        for artist in self._moving:
            self._canvas.figure.draw_artist(artist)
        buffer = io.BytesIO()
        picture = Image.fromarray(np.asarray(self._canvas.buffer_rgba())).convert("RGB")
        picture.save(buffer, "jpeg", quality=90, subsampling=0)
        return buffer.getvalue()

    def _draw_axes(self, result: Result) -> None:
        with house_style():
            figure = Figure(figsize=self._plot.size, dpi=self._dpi, layout="constrained")
            self._canvas = FigureCanvasAgg(figure)
            self._moving = self._plot.lay_out(figure, result)
            self._plot.move(result)
            layout: Any = figure.get_layout_engine()
            layout.execute(figure)
            figure.set_layout_engine("none")
            for artist in self._moving:
                artist.set_animated(True)
            self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(figure.bbox)
