"""Pictures of service quality: drawn as computed, words with numbers and limits, escaping, corners of the sliders."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from relmark_helpers.calculations.service_quality import PUBLISHED_GAPS, measure_service_quality, weigh_gaps
from relmark_helpers.explore.service_quality import explore_service_weights
from relmark_helpers.figures.service_quality import WeightsPlot, gaps_figure, weights_figure

EVIL = '<script>1</script>&"><img src=x> $x^{$ 服务_a'
NAMES = list(PUBLISHED_GAPS)


def quality(names=("short", "near", "over")):
    random = np.random.default_rng(11)
    wished = pd.DataFrame(np.full((50, 3), 4.0), columns=["q1", "q2", "q3"])
    seen = wished + random.normal([-1, 0, 1], 0.5, (50, 3)).clip(-3, 3)
    points = dict(zip(names, (50, 30, 20), strict=True))
    return measure_service_quality(seen, wished, dict(zip(wished, names, strict=True)), points=points)


def test_gaps_are_drawn_as_computed():
    result = quality()
    figure = gaps_figure(result, name="a bank", source="Simulated.")
    (axes,) = figure.figure.axes
    table = result.summary()
    points = np.concatenate([line.get_xdata() for line in axes.lines if line.get_label()[0] != "_"])
    assert sorted(points) == pytest.approx(sorted(table["gap"]))
    ends = sorted(tuple(segment[:, 0]) for found in axes.collections for segment in found.get_segments())
    np.testing.assert_allclose(ends, sorted(zip(table["low"], table["high"], strict=True)))
    drawn = [line for line in axes.lines if line.get_label()[0] != "_"]
    assert len({line.get_marker() for line in drawn}) == len({line.get_color() for line in drawn}) == len(drawn) == 3
    assert figure.figure.get_suptitle() == "1 of 3 dimensions below expectation, 1 borderline, 1 above"
    row = table.loc["short"]
    assert f"short {row['gap']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})" in figure.alt
    assert "at least 50% of its items; 0 dimension scores" in figure.caption and "Simulated." in figure.caption
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [f"{name}\nn = 50" for name in table.index]


def test_weights_are_drawn_as_computed():
    weighed = weigh_gaps(PUBLISHED_GAPS, dict(zip(NAMES, [10, 40, 20, 15, 15], strict=True)))
    figure = weights_figure(weighed)
    (axes,) = figure.figure.axes
    assert {line.get_label(): line.get_xdata()[0] for line in axes.lines} == {
        "overall, equal points": pytest.approx(-0.858),
        "overall, your points": pytest.approx(-0.9275),
    }
    (dots,) = axes.collections
    np.testing.assert_allclose(dots.get_offsets()[:, 0], list(PUBLISHED_GAPS.values()))
    assert np.argsort(dots.get_sizes())[[0, -1]].tolist() == [0, 1]
    assert [text.get_text() for text in axes.texts] == [f"{n} points" for n in (10, 40, 20, 15, 15)]
    assert "reliability -1.10 (40 points)" in figure.alt and "lower than with equal points" in figure.description
    assert "no limits" in figure.caption and "-1.10 to -0.65" in figure.description


def test_one_dimension_and_equal_gaps_can_be_drawn():
    for gaps in ({"all": 0.0}, {"a": -1.0, "b": -1.0}):
        figure = weights_figure(weigh_gaps(gaps))
        assert "no different" in figure.description
        assert len(figure.png()) > 1000


def test_text_from_data_is_escaped():
    for figure in (
        gaps_figure(quality((EVIL, "b", "c")), name=EVIL, source=EVIL),
        weights_figure(weigh_gaps({EVIL: -1.0, "b": -2.0})),
    ):
        html = figure._repr_mimebundle_()["text/html"]
        assert "<script>" not in html and "<img src=x>" not in html and "&lt;script&gt;" in html


def test_every_corner_of_the_sliders():
    explorer = explore_service_weights()
    pictures = set()
    for corner in itertools.product((5, 100), repeat=5):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        expected = np.average(list(PUBLISHED_GAPS.values()), weights=corner)
        assert explorer.result.weighted == pytest.approx(expected)
        assert f"Overall gap {expected:+.3f}" in explorer.sentence and f"{expected:+.3f}" in explorer._picture.alt
        assert not re.search(r"\b(nan|inf)\b", explorer._picture.alt + explorer.sentence)
        pictures.add(explorer._picture.jpeg)
    assert len(pictures) == 31, "all low and all high are the same points"


@pytest.mark.parametrize("number", range(5))
def test_each_slider_moves_the_picture(number):
    explorer = explore_service_weights()
    start = explorer._picture.jpeg, explorer._picture.alt
    control = explorer.controls[f"dimension_{number}"]
    assert NAMES[number] in control.description
    control.value += control.step
    assert explorer._picture.jpeg != start[0] and explorer._picture.alt != start[1]
    control.value -= control.step
    assert (explorer._picture.jpeg, explorer._picture.alt) == start


def test_own_gaps_and_the_still_figure():
    explorer = explore_service_weights({"waiting time": -2.0, "staff": 0.5})
    assert explorer.result.weighted == pytest.approx(-0.75)
    assert WeightsPlot().figure(explorer.result).alt in explorer._repr_mimebundle_()["text/plain"]


def test_same_input_gives_the_same_picture():
    for make in (
        lambda: gaps_figure(quality(), name="a", source=""),
        lambda: weights_figure(weigh_gaps(PUBLISHED_GAPS)),
    ):
        assert make().png() == make().png()


def test_sliders_can_start_at_points():
    points = dict(zip(NAMES, (10, 40, 20, 15, 15), strict=True))
    explorer = explore_service_weights(PUBLISHED_GAPS, points=points)
    assert explorer.result.weighted == pytest.approx(-0.9275)
    assert [control.value for control in explorer.controls.values()] == list(points.values())
