"""A panel of sliders tied to a calculation and a figure: live in JupyterLab, a still picture anywhere else."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.resources import files
from typing import Any, Generic, TypeVar

import anywidget
import ipywidgets as widgets
import traitlets

from relmark_helpers.figures.plot import Plot, Words

Result = TypeVar("Result")

_MOST_PLACES, _MOST_PICTURES = 9, 36
"""How many pictures a page without a kernel gets: of one slider, and about how many of all."""


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
    controls : the sliders by the name of the argument that they feed.

    Notes
    -----
    Displays as a live panel together with the still figure of its present values. JupyterLab shows the panel; a page
    without a kernel (book, slides, PDF) shows the figure. It uses no ``Output`` widget, which can stop a headless run.
    A warning of the calculation is added to the words over the picture, and to the caption of the figure.
    """

    def __init__(
        self, plot: Plot[Result], calculate: Callable[..., Result], controls: Mapping[str, widgets.FloatSlider]
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
        return self._calculate(**self._values)

    @property
    def _values(self) -> dict[str, float]:
        return {name: control.value for name, control in self.controls.items()}

    @property
    def sentence(self) -> str:
        """The words over the picture: its title, what it says, and cautions."""
        return f"{self._picture.title}. {self._picture.reading}".strip()

    def moving(self) -> list[dict[str, Any]]:
        """Return what a page without a kernel needs to move the sliders, one at a time, the others at their start.

        Returns
        -------
        list of dict
            For each slider its ``name``, the place that is the ``start``, and ``frames``: for each place the ``value``
            as the slider shows it, the ``jpeg`` (base64), ``alt``, ``title`` and ``reading``. A slider has nine places,
            fewer where there are more than four sliders, so that the page stays light.
        """
        start = self._values
        shown_at_start = self._shown(start)
        places = min(_MOST_PLACES, _MOST_PICTURES // len(self.controls))
        moving = []
        for name, control in self.controls.items():
            values = _spread(control, places)
            frames = [
                {
                    "value": format(value, control.readout_format),
                    **(shown_at_start if value == control.value else self._shown({**start, name: value})),
                }
                for value in values
            ]
            moving.append({"name": control.description, "start": values.index(control.value), "frames": frames})
        return moving

    def _shown(self, values: Mapping[str, float]) -> dict[str, str]:
        result, words, reading = self._read(values)
        jpeg = base64.b64encode(self._live.frame(result)).decode()
        return {"jpeg": jpeg, "alt": words.alt, "title": words.title, "reading": reading}

    def _read(self, values: Mapping[str, float]) -> tuple[Result, Words, str]:
        """Return the result for some values, its words, and what stands over the picture after the title."""
        result, cautions = self._result_and_cautions(values)
        words = self._plot.words(result)
        return result, words, " ".join(filter(None, [words.description, *cautions]))

    def _show(self, change: object = None) -> None:
        result, words, reading = self._read(self._values)
        with self._picture.hold_sync():
            self._picture.jpeg = self._live.frame(result)
            self._picture.alt = words.alt
            self._picture.title = words.title
            self._picture.reading = reading

    def _result_and_cautions(self, values: Mapping[str, float]) -> tuple[Result, list[str]]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = self._calculate(**values)
        return result, list(dict.fromkeys(f"Caution: {one.message}" for one in caught))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        result, cautions = self._result_and_cautions(self._values)
        figure = self._plot.figure(result)
        still = replace(figure, caption=" ".join([figure.caption, *cautions]))._repr_mimebundle_()
        live = self.panel._repr_mimebundle_()
        return {**still, **(live[0] if isinstance(live, tuple) else live), "text/plain": still["text/plain"]}


def _spread(control: widgets.FloatSlider, places: int) -> list[float]:
    """Return the values of a slider's places from end to end, its present value among them."""
    steps = round((control.max - control.min) / control.step)
    at = range(steps + 1) if steps < places else (round(place * steps / (places - 1)) for place in range(places))
    values = [round(control.min + step * control.step, 9) for step in at]

    def away(value: float) -> float:
        return abs(value - float(control.value))

    gives_way = [value for value in values if away(value) < control.step / 2] or values[1:-1]
    values[values.index(min(gives_way, key=away))] = control.value
    return values
