"""A panel of sliders tied to a calculation and a figure: live in JupyterLab, a still picture anywhere else."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, Generic, TypeVar

import anywidget
import ipywidgets as widgets
import traitlets

from relmark_helpers.figures.plot import Plot

Result = TypeVar("Result")


class Picture(anywidget.AnyWidget):
    """The picture of an explorer with its alt text, under words that a screen reader speaks after each change."""

    _esm = files("relmark_helpers.explore").joinpath("picture.js").read_text(encoding="utf-8")
    jpeg = traitlets.Bytes().tag(sync=True)
    alt = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    reading = traitlets.Unicode().tag(sync=True)
    width = traitlets.Int().tag(sync=True)


def slider(name: str, start: float, low: float, high: float, step: float, *, form: str) -> widgets.FloatSlider:
    """Return a slider with its name written in full; ``form`` is the number format of its reading, such as ".2f"."""
    return widgets.FloatSlider(
        value=start,
        min=low,
        max=high,
        step=step,
        description=name,
        readout_format=form,
        style={"description_width": "17em"},
        layout=widgets.Layout(width="95%", max_width="720px"),
    )


class Explorer(Generic[Result]):
    """Sliders, a calculation and a plot, joined.

    Parameters
    ----------
    plot : draws the result.
    calculate : takes the controls' values by name and returns the result.
    controls : the widgets by the name of the argument that they feed.

    Notes
    -----
    Displays as a live panel together with the still figure of its present values. JupyterLab shows the panel; a page
    without a kernel (book, slides, PDF) shows the figure. It uses no ``Output`` widget, which can stop a headless run.
    A warning of the calculation is added to the words over the picture, and to the caption of the figure.
    """

    def __init__(
        self, plot: Plot[Result], calculate: Callable[..., Result], controls: Mapping[str, widgets.ValueWidget]
    ) -> None:
        self._plot = plot
        self._calculate = calculate
        self.controls = dict(controls)
        self._live = plot.open()
        self._picture = Picture(width=round(plot.size[0] * 104))
        self.panel = widgets.VBox([*self.controls.values(), self._picture])
        self.panel.add_class("relmark-explorer")
        for control in self.controls.values():
            control.observe(self._show, "value")
        self._show()

    @property
    def result(self) -> Result:
        """The calculation's result at the controls' present values."""
        return self._calculate(**{name: control.value for name, control in self.controls.items()})

    @property
    def sentence(self) -> str:
        """The words over the picture: its title, what it says, and cautions."""
        return f"{self._picture.title}. {self._picture.reading}".strip()

    def _show(self, change: object = None) -> None:
        result, cautions = self._result_and_cautions()
        words = self._plot.words(result)
        with self._picture.hold_sync():
            self._picture.jpeg = self._live.frame(result)
            self._picture.alt = words.alt
            self._picture.title = words.title
            self._picture.reading = " ".join(filter(None, [words.description, *cautions]))

    def _result_and_cautions(self) -> tuple[Result, list[str]]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = self.result
        return result, list(dict.fromkeys(f"Caution: {one.message}" for one in caught))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        result, cautions = self._result_and_cautions()
        figure = self._plot.figure(result)
        still = replace(figure, caption=" ".join([figure.caption, *cautions]))._repr_mimebundle_()
        live = self.panel._repr_mimebundle_()
        return {**still, **(live[0] if isinstance(live, tuple) else live), "text/plain": still["text/plain"]}
