"""Mediation explorer and its figure: numbers in words and picture, every corner of the sliders."""

import io
import itertools
import re

import numpy as np
import pytest
from PIL import Image

from relmark_helpers.calculations.expected_mediation import expect_mediation
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.explore.mediation import explore_mediation
from relmark_helpers.figures.mediation import MediationPlot, mediation_figure
from tests.stills import still_without_title

EXPECTED = expect_mediation(0.3, 0.3, 0.2, 100)
PRODUCT = "product of two estimates, 95% of them"


def line(figure, label, panel):
    (found,) = [one for one in figure.figure.axes[panel].lines if one.get_label() == label]
    return found


def test_figure_says_and_draws_the_numbers():
    figure = mediation_figure(EXPECTED)
    for number in ("indirect effect 0.09 (0.02 to 0.19)", "0.071 below to 0.098 above", "0.005 to 0.175"):
        assert number in figure.alt
    assert "n = 100, a = 0.30, b = 0.30, direct effect 0.20" in figure.caption and "no data" in figure.caption
    for name in ("direct", "indirect", "total"):
        row = EXPECTED.table.loc[name]
        np.testing.assert_allclose(line(figure, f"_{name} limits", 0).get_xdata(), row[["low", "high"]].to_list())
        np.testing.assert_allclose(line(figure, f"_{name}", 0).get_xdata(), [row["effect"]])
    assert line(figure, "_direct", 0).get_markerfacecolor() == "white"
    assert line(figure, "_indirect", 0).get_markerfacecolor() != "white"
    np.testing.assert_allclose(
        line(figure, "_product limits", 1).get_xdata(), EXPECTED.table.loc["indirect", ["low", "high"]].to_list()
    )
    np.testing.assert_allclose(line(figure, "_normal limits", 1).get_xdata(), EXPECTED.normal)
    product, normal = line(figure, PRODUCT, 1), line(figure, "normal, 95% of them", 1)
    assert product.get_linestyle() != normal.get_linestyle() and product.get_color() != normal.get_color()
    assert product.get_ydata().max() == pytest.approx(1)


def test_title_states_the_finding():
    title = mediation_figure(EXPECTED).figure.get_suptitle()
    assert title == "With 100 respondents 72% of studies find the indirect effect"
    none = mediation_figure(expect_mediation(0, 0.6, 0.2, 1_000))
    assert none.figure.get_suptitle() == "With 1,000 respondents 5% of studies find an indirect effect that is 0"
    assert "For 80%" in mediation_figure(EXPECTED).description and "For 80%" not in none.description
    assert "over 99%" in mediation_figure(expect_mediation(0.6, 0.6, 0, 400)).figure.get_suptitle()


def test_effects_against_each_other_are_told():
    assert "against each other: the total, 0.01" in mediation_figure(expect_mediation(0.3, 0.3, -0.08, 50)).description
    assert "against" not in mediation_figure(EXPECTED).description


@pytest.mark.parametrize("arguments", [(0, 0, 0, 20), (-0.8, 0.8, 0.8, 1_000), (0.3, 0.3, 0.2, 100), (2, 2, 2, 20)])
def test_words_and_picture(arguments):
    figure = mediation_figure(expect_mediation(*arguments))
    assert figure.png() == mediation_figure(expect_mediation(*arguments)).png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None|-0\.00\b", figure.alt + figure.caption + figure.description)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
    low, high = figure.figure.axes[1].get_xlim()
    drawn = line(figure, "_product limits", 1).get_xdata()
    assert low <= min(drawn) and max(drawn) <= high
    low, high = figure.figure.axes[0].get_xlim()
    assert (
        low <= line(figure, "_total limits", 0).get_xdata()[0]
        and line(figure, "_total limits", 0).get_xdata()[1] <= high
    )


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer = explore_mediation()
    for corner in itertools.product(*((control.min, control.max) for control in explorer.controls.values())):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        image = Image.open(io.BytesIO(picture(explorer).jpeg))
        assert image.format == "JPEG" and image.size == (790, 405)
        text = picture(explorer).alt + explorer.sentence
        assert "Caution" not in text and not re.search(r"\b(nan|inf)\b", text)
        assert explorer.sentence.startswith(f"With {corner[-1]:,.0f} respondents")
        assert explorer.result.table.loc["indirect", "effect"] == pytest.approx(corner[0] * corner[1])


def test_axes_stay_wherever_the_sliders_stand():
    explorer = explore_mediation()
    start = MediationPlot().setting(explorer.result)
    for corner in itertools.product(*((control.min, control.max) for control in explorer.controls.values())):
        assert MediationPlot().setting(expect_mediation(*corner)) == start


def test_each_slider_moves_picture_and_words():
    explorer = explore_mediation()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for name, control in explorer.controls.items():
        before = control.value
        assert control.min < before < control.max
        control.value = before + 2 * control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert start[0] != now[0] and start[1] != now[1], control.description
        assert start[2] != now[2] or name == "direct", control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_moving_and_still_form_show_the_same():
    live = MediationPlot().open(dpi=144)
    for result in (EXPECTED, expect_mediation(-0.5, 0.4, 0.1, 60), expect_mediation(0.5, 0.4, 0.1, 60), EXPECTED):
        plot = MediationPlot()
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(plot, result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
