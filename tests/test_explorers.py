"""Explorers: every corner of the sliders gives a picture and a sentence, and a page without a kernel a still figure."""

import base64
import io
import itertools
import re
import warnings
from pathlib import Path

import ipywidgets as widgets
import pytest
from PIL import Image

from relmark_helpers import explore, load_dataset
from relmark_helpers.calculations import CRITERIA, fill_bucket
from relmark_helpers.explore import (
    Explorer,
    explore_axis_order,
    explore_bucket,
    explore_churn_mixture,
    explore_conventions,
    explore_exchange,
)
from relmark_helpers.explore.explorer import Picture, slider
from relmark_helpers.figures.leaky_bucket import BucketPlot
from relmark_helpers.validation import StatisticalWarning

LIVE = "application/vnd.jupyter.widget-view+json"


def churn_mixture():
    survivors = load_dataset("fader_hardie_retention").set_index("year")["high_end"]
    return explore_churn_mixture((survivors / survivors.shift(1)).iloc[1:], "High End", "Fader and Hardie (2007).")


def exchange():
    return explore_exchange(dict(zip(CRITERIA, (8, 6, 4, 7, 6, 2), strict=True)))


EXPLORERS = {
    "explore_axis_order": explore_axis_order,
    "explore_bucket": explore_bucket,
    "explore_churn_mixture": churn_mixture,
    "explore_conventions": explore_conventions,
    "explore_exchange": exchange,
}
every = pytest.mark.parametrize("make", EXPLORERS.values(), ids=EXPLORERS)


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def state(explorer):
    shown = picture(explorer)
    return shown.jpeg, shown.alt, f"{shown.title}. {shown.reading}".strip()


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def test_every_explorer_is_tested():
    elsewhere = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*_figures.py"))
    made = {name for name in explore.__all__ if name.startswith("explore_")}
    assert set(EXPLORERS) <= made
    assert {name for name in made - set(EXPLORERS) if f"{name}(" not in elsewhere} == set()


@every
def test_pictures_for_a_page_without_a_kernel(make):
    explorer = make()
    for control, moving in zip(explorer.controls.values(), explorer.moving(), strict=True):
        values = [float(frame["value"].replace(",", "")) for frame in moving["frames"]]
        low, start, high = (
            format(value, control.readout_format) for value in (control.min, control.value, control.max)
        )
        shown = [frame["value"] for frame in moving["frames"]]
        assert (moving["name"], shown[0], shown[moving["start"]]) == (control.description, low, start)
        assert shown[-1] == high or (control.max - control.min) % control.step > 0
        assert values == sorted(set(values)) and 5 <= len(values) <= 9
        assert moving["frames"][moving["start"]]["alt"] == picture(explorer).alt


@pytest.mark.parametrize("name", [name for name in explore.__all__ if name.startswith("explore_")])
def test_picture_moves_after_the_panel_was_displayed(name):
    make = EXPLORERS.get(name, getattr(explore, name))
    displayed, fresh = make(), make()
    displayed._repr_mimebundle_()  # draws the still form of the same plot
    for explorer in (displayed, fresh):
        for control in explorer.controls.values():
            control.value += control.step
    assert state(displayed) == state(fresh)


@every
def test_every_corner_gives_a_picture_and_a_sentence(make):
    explorer = make()
    ends = [(control.min, control.max) for control in explorer.controls.values()]
    for corner in itertools.product(*ends):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        jpeg, alt, sentence = state(explorer)
        image = Image.open(io.BytesIO(jpeg))
        image.load()
        assert image.format == "JPEG" and image.size == tuple(int(104 * inches) for inches in explorer._plot.size)
        assert min(image.convert("L").getextrema()) < 100, "the picture is empty"
        assert sentence == explorer.sentence and sentence.count(".") >= 2 and "Caution" not in sentence
        assert len(alt) > 60 and not re.search(r"\b(nan|inf)\b", alt + sentence)
        assert explorer._plot.words(explorer.result).alt == alt


@every
def test_each_slider_moves_picture_alt_text_and_sentence(make):
    explorer = make()
    start = state(explorer)
    for control in explorer.controls.values():
        before = control.value
        control.value = before + control.step
        assert picture(explorer).jpeg != start[0], f"one step of {control.description}"
        control.value = before + 4 * control.step
        assert all(old != new for old, new in zip(start, state(explorer), strict=True)), control.description
        control.value = before
        assert state(explorer) == start


@every
def test_page_has_the_live_panel_and_the_still_figure(make):
    explorer = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bundle = explorer._repr_mimebundle_()
    assert set(bundle) == {LIVE, "text/html", "image/png", "text/plain"}
    assert bundle[LIVE]["model_id"] == explorer.panel.model_id
    still = explorer._plot.figure(explorer.result)
    assert {kind: bundle[kind] for kind in ("text/html", "image/png", "text/plain")} == still._repr_mimebundle_()
    assert 'alt="' in bundle["text/html"] and picture(explorer).alt in bundle["text/plain"]
    assert Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).format == "PNG"


@every
def test_sliders_still_move_the_picture_after_it_was_displayed(make):
    shown, fresh = make(), make()
    shown._repr_mimebundle_()
    for explorer in (shown, fresh):
        control = list(explorer.controls.values())[0]
        control.value += control.step
    assert state(shown) == state(fresh)


@every
def test_panel_holds_named_sliders_and_one_picture_and_no_output_widget(make):
    explorer = make()
    everything = list(walk(explorer.panel))
    assert not any(isinstance(widget, widgets.Output) for widget in everything)
    assert sum(isinstance(widget, Picture) for widget in everything) == 1
    assert list(explorer.panel.children[:-1]) == list(explorer.controls.values())
    assert "relmark-explorer" in explorer.panel._dom_classes, "the browser looks for this class to name the sliders"
    names = [control.description for control in explorer.controls.values()]
    assert all(names) and len(set(names)) == len(names)
    for control in explorer.controls.values():
        assert control.min < control.value < control.max and control.step > 0
        assert format(control.value, control.readout_format)


def test_result_is_the_calculation_at_the_sliders():
    explorer = explore_bucket()
    explorer.controls["won"].value = 600
    explorer.controls["retention"].value = 0.9
    assert explorer.result.steady_state == pytest.approx(6000)
    assert explorer.sentence.startswith("600 won a year, 90% kept: the base settles at 6,000.")
    explorer = explore_conventions()
    explorer.controls["margin"].value = 200
    assert explorer.result.values["if_retained"] == pytest.approx(200 * 0.8 / 0.3)


def test_source_of_the_points_is_the_one_that_was_given():
    explorer = churn_mixture()
    assert explorer._plot.words(explorer.result).caption.endswith(" High End. Fader and Hardie (2007).")
    own = explore_churn_mixture(explorer.result.observed, "our customers")
    assert own._plot.words(own.result).caption.endswith(" our customers.")


def cautious(start):
    if start > 5000:
        warnings.warn("few customers <b>", StatisticalWarning, stacklevel=2)
        warnings.warn("few customers <b>", StatisticalWarning, stacklevel=2)
    return fill_bucket(start, 100, 0.8, 5)


def test_warning_of_a_calculation_is_added_to_the_sentence_as_long_as_it_holds():
    explorer = Explorer(BucketPlot(), cautious, {"start": slider("Start", 4000, 0, 10_000, 1000, form=",.0f")})
    assert "Caution" not in explorer.sentence
    explorer.controls["start"].value = 8000
    assert explorer.sentence.endswith("years. Caution: few customers <b>")
    explorer.controls["start"].value = 9000
    assert explorer.sentence.endswith("Caution: few customers <b>"), "every time, not only the first"
    bundle = explorer._repr_mimebundle_()
    assert "Caution: few customers &lt;b&gt;" in bundle["text/html"]
    explorer.controls["start"].value = 1000
    assert "Caution" not in explorer.sentence


def test_picture_sends_what_the_browser_needs():
    synced = set(Picture(width=700).keys)
    assert {"jpeg", "alt", "title", "reading", "width", "_esm"} <= synced
