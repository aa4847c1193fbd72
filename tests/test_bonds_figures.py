"""Figures and explorer of bonds: numbers in words and pictures, labels escaped, every corner of the sliders."""

import functools
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.bond_fits import fit_bonds
from relmark_helpers.calculations.bond_simulation import simulate_stays
from relmark_helpers.calculations.bonds import TEACHING_WEIGHTS, BondWeights, compare_levels
from relmark_helpers.explore.bonds import explore_bonds
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.figures.bonds import BondLevelsPlot, bond_levels_figure, bond_worth_figure
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
LEVELS = compare_levels(TEACHING_WEIGHTS, price_gap=20)


@functools.cache
def fit():
    return fit_bonds(simulate_stays(800, np.random.default_rng(1991)))


def line(figure, label):
    (found,) = [one for one in figure.figure.axes[0].lines if one.get_label() == label]
    return found


def test_levels_say_and_draw_the_numbers():
    figure = bond_levels_figure(LEVELS)
    for number in (
        "no bonds, 17%",
        "a cut of 4.0",
        "financial, 31%",
        "social, 60%",
        "structural, 92%",
        "a cut of 44.0",
    ):
        assert number in figure.alt
    assert "price 0.1 per unit of money" in figure.caption and "workbook's own" in figure.caption
    curves = [one for one in figure.figure.axes[0].lines if len(one.get_xdata()) > 2]
    assert len(curves) == 4
    for curve, utility in zip(curves, [0.4, 1.2, 2.4, 4.4], strict=True):
        gap, p = curve.get_data()
        np.testing.assert_allclose(p, 1 / (1 + np.exp(0.1 * gap - utility)))
    marks = [one.get_xydata().tolist() for one in figure.figure.axes[0].lines if one.get_linestyle() == "None"]
    np.testing.assert_allclose(marks, [[[4, 0.5]], [[12, 0.5]], [[24, 0.5]], [[44, 0.5]]])
    looks = {(one.get_color(), one.get_linestyle()) for one in curves}
    assert len({colour for colour, _ in looks}) == len({style for _, style in looks}) == 4


def test_switching_costs_outside_the_axis_are_said_and_not_drawn():
    figure = bond_levels_figure(compare_levels(BondWeights(-1, 0.5, 1, 9, 0.1), price_gap=5))
    assert "leaves even at equal prices" in figure.alt and "above a cut of 95.0" in figure.alt
    marks = [one for one in figure.figure.axes[0].lines if one.get_linestyle() == "None" and len(one.get_xdata())]
    assert len(marks) == 1 and marks[0].get_xdata() == pytest.approx([5])


def test_worth_says_and_draws_estimates_limits_and_truth():
    worth = fit().price_equivalents()
    figure = bond_worth_figure(fit(), truth=TEACHING_WEIGHTS, source="Simulated.")
    for bond in ("financial", "social", "structural"):
        row = worth.loc[bond]
        assert f"{bond} {row['estimate']:.1f} ({row['low']:.1f} to {row['high']:.1f})" in figure.alt
    np.testing.assert_allclose(line(figure, "estimate, 95% limits").get_xdata(), worth["estimate"][1:])
    np.testing.assert_allclose(line(figure, "truth of the simulation").get_xdata(), [8, 12, 20])
    most = worth.loc["structural"]
    assert figure.figure.get_suptitle() == (
        f"Estimated worth of the structural bond: {most['estimate']:.0f} ({most['low']:.0f} to {most['high']:.0f})"
    )
    (limits,) = figure.figure.axes[0].collections
    np.testing.assert_allclose([ends[:, 0] for ends in limits.get_segments()], worth[["low", "high"]][1:])
    without = bond_worth_figure(fit(), source="A survey.")
    assert "truth" not in without.table.columns and "Hollow" not in without.alt
    assert without.caption.endswith("A survey.")


def test_source_shows_as_it_is():
    figure = bond_worth_figure(fit(), source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in figure.figure.findobj(Text))


@pytest.mark.parametrize(
    "make", [lambda: bond_levels_figure(LEVELS), lambda: bond_worth_figure(fit(), truth=TEACHING_WEIGHTS, source="S.")]
)
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    box = figure.figure._suptitle.get_window_extent()
    assert box.x1 <= figure.figure.bbox.x1, "the title runs off the picture"


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer = explore_bonds()
    for corner in itertools.product(*((control.min, control.max) for control in explorer.controls.values())):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        image = Image.open(io.BytesIO(picture(explorer).jpeg))
        assert image.format == "JPEG" and image.size == (728, 436)
        text = picture(explorer).alt + explorer.sentence
        assert "Caution" not in text and not re.search(r"\b(nan|inf)\b", text)
        assert explorer.sentence.startswith(f"Price cut of {corner[-1]:.0f}: ")
        np.testing.assert_allclose(explorer.result.switching_cost.iloc[-1], 4 + corner @ np.array([8, 12, 20, 0]))


def test_each_slider_moves_picture_and_words():
    explorer = explore_bonds()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_own_weights_are_explored():
    assert explore_bonds(BondWeights(0, 0, 0, 10, 1)).result.switching_cost.iloc[-1] == pytest.approx(5)


def test_moving_and_still_form_show_the_same():
    live = BondLevelsPlot().open(dpi=144)
    for result in (LEVELS, compare_levels(TEACHING_WEIGHTS, social=0.2, price_gap=50), LEVELS):
        plot = BondLevelsPlot()
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(plot, result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
