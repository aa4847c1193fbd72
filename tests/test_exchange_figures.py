"""Pictures of the fit profile and the continuum: drawn as computed, words with numbers, every corner of the sliders."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from relmark_helpers.calculations.exchange import BEHAVIOURS, CRITERIA, STATIONS, fit_profile, place_exchange
from relmark_helpers.explore.exchange import explore_exchange
from relmark_helpers.figures.exchange import ContinuumPlot, businesses_figure, continuum_figure, profile_figure
from relmark_helpers.figures.style import house_style
from relmark_helpers.validation import InputError

LIFT = dict(zip(CRITERIA, [9, 10, 6, 7, 8, 2], strict=True))
PENS = dict(zip(CRITERIA, [1, 0, 2, 1, 3, 0], strict=True))
MIDDLING = dict(zip(CRITERIA, [8, 6, 4, 7, 5, 3], strict=True))
HABIT = dict(zip(BEHAVIOURS, [0.5, 0.3, 0.1, 0.0], strict=True))
EVIL = '<script>1</script>&"><img src=x> $x^{$ 服务_a'
PHONE = 360
"""Width of a small phone in CSS pixels; a point is 1/72 of an inch of the figure."""


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]


def drawn_boxes(figure):
    with house_style():
        figure.canvas.draw()
    return [(text.get_text(), text.get_window_extent()) for text in texts(figure)]


def test_continuum_is_drawn_as_computed():
    figure = continuum_figure(place_exchange(fit_profile(LIFT), HABIT))
    (axes,) = figure.figure.axes
    points = {line.get_marker(): line.get_xydata()[0, 0] for line in axes.lines if line.get_marker() in "oD"}
    assert points["D"] == pytest.approx(0.225)
    bars = {line.get_color(): line.get_xdata() for line in axes.lines if line.get_linewidth() == 9}
    assert sorted(map(list, bars.values())) == [
        pytest.approx([0.15 * 0.8 + 0.35 * 0.1, 0.35 * 0.8 + 0.15 * 0.1]),
        pytest.approx([0.58, 0.82]),
    ]
    stations = [line.get_xdata()[0] for line in axes.lines if line.get_markerfacecolor() == "white"]
    assert stations == [0, 0.25, 0.5, 0.75, 1]


def test_continuum_in_words():
    one = continuum_figure(place_exchange(fit_profile(LIFT)))
    assert "by its profile at 0.70, nearest to collaborative exchange (range 0.58 to 0.82" in one.alt
    assert "value-adding exchange to collaborative exchange" in one.alt
    assert "not verified" in one.caption and "alone" in one.description
    both = continuum_figure(place_exchange(fit_profile(LIFT), HABIT))
    assert "by its behaviour at 0.23" in both.alt and "0.16 to 0.29" in both.alt
    assert "less relational" in both.description
    titles = [figure.figure.get_suptitle() for figure in (one, both)]
    assert titles == ["Collaborative: 0.70, range 0.58 to 0.82", "Profile 0.70, behaviour 0.23: they disagree"]
    assert both.table["position"].tolist() == pytest.approx([0.7, 0.225])


@pytest.mark.parametrize("score", [0, 1.5, 2.5, 5, 7.5, 8.5, 10])
@pytest.mark.parametrize("share", [None, 0, 0.3, 1])
def test_continuum_stays_inside_and_nothing_covers_anything(score, share):
    behaviour = None if share is None else dict.fromkeys(BEHAVIOURS, share)
    figure = continuum_figure(place_exchange(fit_profile({**LIFT, **dict.fromkeys(list(LIFT)[1:], score)}), behaviour))
    boxes = drawn_boxes(figure.figure)
    width, height = figure.figure.bbox.size
    for name, box in boxes:
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1, name
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.overlaps(second), f"{one!r} and {other!r}"


@pytest.mark.parametrize(
    "make",
    [
        lambda: continuum_figure(place_exchange(fit_profile(LIFT), HABIT)),
        lambda: profile_figure(fit_profile(LIFT), name="lifts"),
        lambda: businesses_figure({"lifts": fit_profile(LIFT), "pens": fit_profile(PENS)}),
    ],
    ids=["continuum", "profile", "businesses"],
)
def test_text_is_large_enough_on_a_phone(make):
    figure = make()
    pixels_per_point = PHONE / figure.figure.get_figwidth() / 72
    assert min(text.get_fontsize() for text in texts(figure.figure)) * pixels_per_point > 8.5


def test_all_stations_are_named():
    said = " ".join(text.get_text() for text in texts(continuum_figure(place_exchange(fit_profile(LIFT))).figure))
    for word in set(re.findall(r"[a-z-]+", " ".join(STATIONS))) - {"or", "exchange", "and"}:
        assert word in said


def test_businesses_are_drawn_as_computed():
    figure = businesses_figure({name: fit_profile(one) for name, one in (("lifts", LIFT), ("pens", PENS))})
    (axes,) = figure.figure.axes
    points = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_markersize() == 13][5:]
    assert points == [pytest.approx([0.7, 2]), pytest.approx([7 / 60, 1])]
    bars = [line.get_xdata() for line in axes.lines if line.get_linewidth() == 9]
    low = 7 / 60 - 0.1 * (3 + 2 + 1 - 1 - 0 - 0) / 10  # ten points from each of the three highest to the three lowest
    assert list(map(list, bars)) == [pytest.approx([0.58, 0.82]), pytest.approx([low, 2 * 7 / 60 - low])]
    looks = {(line.get_color(), line.get_marker()) for line in axes.lines if line.get_markersize() == 13}
    assert len({colour for colour, _ in looks}) == 3 and len({marker for _, marker in looks}) >= 2
    assert figure.figure.get_suptitle() == "Lifts: relational at 0.70; pens: transactional at 0.12"
    assert "lifts at 0.70 (range 0.58 to 0.82, collaborative exchange)" in figure.alt
    assert figure.table.loc["pens", "position"] == pytest.approx(7 / 60)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_businesses_stay_inside_and_nothing_covers_anything(count):
    given = {f"number {at}": fit_profile({**LIFT, "value": at, "continuity": at}) for at in range(count)}
    figure = businesses_figure(given)
    boxes = drawn_boxes(figure.figure)
    width, height = figure.figure.bbox.size
    assert all(box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1 for _, box in boxes)
    for (one, first), (other, second) in itertools.combinations(boxes, 2):
        assert not first.overlaps(second), f"{one!r} and {other!r}"


@pytest.mark.parametrize("count", [1, 5])
def test_one_business_or_five_are_refused(count):
    with pytest.raises(InputError, match=f"`profiles`: found {count} of them; expected two to four"):
        businesses_figure({str(at): fit_profile(LIFT) for at in range(count)})


def test_profile_is_drawn_as_computed():
    scores = dict(zip(CRITERIA, [9, 8, 3, 7, 2, 4], strict=True))
    figure = profile_figure(fit_profile(scores), name="printers")
    (axes,) = figure.figure.axes
    lines = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_allclose(lines["score"][:, 0], list(scores.values()))
    np.testing.assert_allclose(lines["position crosses 0.5"][:, 0], [6, 5, 0, 4, np.nan, 1], atol=1e-9)
    assert "for printers. Highest value, 9.0; lowest continuity, 2.0" in figure.alt
    assert "4 of 6 scores could tip it (value at 6.0, industrial at 5.0, switching cost at 4.0, co-" in figure.alt
    assert "co-production at 1.0)" in figure.alt
    assert figure.figure.get_suptitle() == "Both at 0.55 (0.40 to 0.70): 4 of 6 scores could tip it"
    assert "0.40 and 0.70" in figure.description and "must change by 3 points" in figure.description


def test_profile_says_when_nothing_tips():
    figure = profile_figure(fit_profile(dict.fromkeys(CRITERIA, 9)), name="a plant")
    assert "no score alone tips it" in figure.alt and "No weights bring it to 0.5" in figure.description
    assert "position crosses 0.5" not in [line.get_label() for line in figure.figure.axes[0].lines]
    one = profile_figure(fit_profile({**dict.fromkeys(CRITERIA, 5), "value": 6}), name="a plant")
    assert "value at 5.0" in one.alt and "Weights must change by" in one.description


def test_raters_are_drawn_with_their_spread():
    rated = pd.DataFrame(np.random.default_rng(5).uniform(0, 10, (12, 6)), columns=list(CRITERIA))
    figure = profile_figure(fit_profile(rated), name="lifts")
    (bars,) = [found for found in figure.figure.axes[0].collections if found.get_label() == "one sd between raters"]
    ends = np.array([segment[:, 0] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends.mean(axis=1), rated.mean(), atol=1.6)  # clipped at the ends of the scale
    assert (ends >= 0).all() and (ends <= 10).all()


def test_text_from_the_reader_is_escaped():
    figure = profile_figure(fit_profile(LIFT), name=EVIL)
    several = businesses_figure({EVIL: fit_profile(LIFT), "pens": fit_profile(PENS)})
    for one in (figure, several):
        html = one._repr_mimebundle_()["text/html"]
        assert "<script>" not in html and "&lt;script&gt;" in html and EVIL in one.alt


def test_same_input_gives_the_same_picture():
    for make in (
        lambda: continuum_figure(place_exchange(fit_profile(LIFT))),
        lambda: profile_figure(fit_profile(LIFT), name="a"),
        lambda: businesses_figure({"lifts": fit_profile(LIFT), "pens": fit_profile(PENS)}),
    ):
        assert make().png() == make().png()


def test_every_corner_of_the_sliders():
    explorer = explore_exchange(MIDDLING)
    pictures = set()
    for corner in itertools.product((0, 10), repeat=6):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        position = sum(corner) / 60
        assert explorer.result.table.loc["profile", "position"] == pytest.approx(position)
        assert f": {position:.2f}, range" in explorer.sentence
        assert f"at {position:.2f}" in explorer._picture.alt and not re.search(r"\b(nan|inf)\b", explorer._picture.alt)
        pictures.add(explorer._picture.jpeg)
    assert len(pictures) == 7, "one picture for each number of tens"


def test_sliders_start_at_the_given_scores():
    explorer = explore_exchange(pd.Series(LIFT))
    assert {name: control.value for name, control in explorer.controls.items()} == LIFT
    assert explorer.sentence.startswith("Collaborative: 0.70, range 0.58 to 0.82.")


def test_the_panel_shows_the_still_figure_elsewhere():
    explorer = explore_exchange(MIDDLING)
    assert ContinuumPlot().figure(explorer.result).alt in explorer._repr_mimebundle_()["text/plain"]
    assert explorer.result.table.loc["profile", "low"] < 0.5 < explorer.result.table.loc["profile", "high"]
