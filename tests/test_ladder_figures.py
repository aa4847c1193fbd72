"""Figures and explorer of the ladder: numbers in words and pictures, corners of the sliders, both forms alike."""

import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.ladder import RUNGS, Ladder, teaching_ladder
from relmark_helpers.calculations.ladder_growth import sweep_referrals
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.explore.ladder import explore_ladder
from relmark_helpers.figures.ladder import LadderPlot, growth_figure, ladder_figure, levers_figure, value_figure
from tests.stills import still_without_title

TEACHING = teaching_ladder()
JUMPS = Ladder(
    [[0.4, 0.2, 0.2, 0, 0, 0, 0.2], *[[0, 0.5, 0, 0, 0, 0, 0.5]] * 5, [0, 0, 0, 0, 0, 0, 1]],
    [-1] * 6,
    [0] * 6,
    [0] * 6,
    0.1,
)
FACTORS = np.linspace(0, 3, 31)


def test_ladder_shows_its_numbers():
    figure = ladder_figure(TEACHING)
    shown = [text.get_text() for text in figure.figure.findobj(Text)]
    share, chances = TEACHING.long_run_shares(), TEACHING.chain.power(1)
    for rung in RUNGS:
        assert f"{rung}\n{share[rung]:.0%} in the long run" in shown
        assert f"{chances.loc[rung, 'lost']:.2g} lost" in shown
        assert f"{rung}: {share[rung]:.0%}" in figure.alt
    assert figure.figure.get_suptitle() == "11% of prospects ever become advocates"
    assert figure.table.shape == (6, 8)
    assert "more than one rung" not in figure.caption and "more than one rung" in ladder_figure(JUMPS).caption


def test_values_are_drawn_where_they_are():
    figure = value_figure(TEACHING)
    left, right = figure.figure.axes
    value = TEACHING.value()
    lines = {line.get_label(): line.get_xdata() for line in right.lines}
    np.testing.assert_allclose(lines["alone"], value["alone"])
    np.testing.assert_allclose(lines["with referrals"], value["with_referrals"])
    np.testing.assert_allclose(left.lines[0].get_xdata()[1::3], TEACHING.long_run_shares())
    assert figure.figure.get_suptitle() == "A prospect is worth 119.74, of which 11.81 by referral"
    low, high = right.get_xlim()
    assert low < 0 and value.to_numpy().max() < high


def test_a_loss_is_shown_with_a_true_minus():
    figure = value_figure(JUMPS)
    assert "\N{MINUS SIGN}" in figure.figure.get_suptitle() and "0.00 by referral" in figure.figure.get_suptitle()
    low, _ = figure.figure.axes[1].get_xlim()
    assert low < JUMPS.value().to_numpy().min()


def test_growth_crosses_zero_where_it_says():
    sweep = sweep_referrals(TEACHING, FACTORS)
    figure = growth_figure(sweep)
    (axes,) = figure.figure.axes
    mark = next(line for line in axes.lines if line.get_marker() == "D")
    assert mark.get_xdata()[0] == pytest.approx(1 / TEACHING.referred_by_one)
    assert "1.66 times" in figure.alt and "1.66 times" in figure.figure.get_suptitle()
    just = teaching_ladder(referrals=0.4 / TEACHING.referred_by_one)
    assert "just keep up" in growth_figure(sweep_referrals(just, FACTORS)).figure.get_suptitle()
    none = growth_figure(sweep_referrals(teaching_ladder(referrals=0), FACTORS))
    assert none.figure.get_suptitle().startswith("Nobody refers") and "crosses" not in none.alt


def test_levers_are_drawn_where_they_are():
    figure, levers = levers_figure(TEACHING), TEACHING.levers()
    for axes, name, unit in zip(figure.figure.axes, ("value", "growth"), (1, 100), strict=True):
        drawn = {line.get_label(): line.get_xdata() for line in axes.lines}
        for lever in ("climb", "keep", "refer"):
            np.testing.assert_allclose(drawn[lever], unit * levers[f"{lever}_{name}"])
    assert "clients kept, 3.16" in figure.alt and "partners kept, 0.37 points" in figure.alt
    dear = levers_figure(teaching_ladder(loss=1.8)).figure.get_suptitle()
    assert "Best for money: prospects climbing" in dear


def test_levers_without_a_slope_of_growth():
    alone = np.diag([0.5] * 6 + [1.0])
    alone[:6, 6] = 0.5
    figure = levers_figure(Ladder(alone, [1] * 6, [0] * 6, [0] * 6, 0.1))
    assert figure.figure.get_suptitle() == "Best for money: prospects kept; for growth: not defined"
    assert figure.alt.endswith("Most growth: not defined.")


@pytest.mark.parametrize(
    "make",
    [
        lambda: ladder_figure(TEACHING),
        lambda: ladder_figure(JUMPS),
        lambda: value_figure(TEACHING),
        lambda: levers_figure(TEACHING),
        lambda: levers_figure(teaching_ladder(margin=0.1, climb=1.3)),
        lambda: levers_figure(teaching_ladder(loss=1.8)),
        lambda: growth_figure(sweep_referrals(TEACHING, FACTORS)),
        lambda: growth_figure(sweep_referrals(teaching_ladder(referrals=0.0123), FACTORS)),
        lambda: growth_figure(sweep_referrals(teaching_ladder(referrals=0), FACTORS)),
    ],
)
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.caption.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
    assert figure._repr_mimebundle_()["text/html"].count("<img") == 1


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer, live = explore_ladder(), LadderPlot().open()
    corners = itertools.product(*((control.min, control.max) for control in explorer.controls.values()))
    for at, corner in enumerate(corners):
        result = explorer._calculate(**dict(zip(explorer.controls, corner, strict=True)))
        words = LadderPlot().words(result)
        assert not re.search(r"\b(nan|inf)\b", words.alt + words.title + words.description)
        low, high = LadderPlot().setting(result)
        values = result.value().to_numpy()
        assert low < values.min() and values.max() < high
        if at in (0, 3, 5, 6, 9, 10, 12, 15):  # every pair of ends is among these
            image = Image.open(io.BytesIO(live.frame(result)))
            assert image.format == "JPEG" and image.size == (728, 405)


def test_each_slider_moves_picture_and_words():
    explorer = explore_ladder()
    start = picture(explorer).jpeg, picture(explorer).alt, picture(explorer).title
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + control.step
        now = picture(explorer).jpeg, picture(explorer).alt, picture(explorer).title
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, picture(explorer).title) == start


def test_moving_and_still_form_show_the_same():
    live = LadderPlot().open(dpi=144)
    for result in (TEACHING, teaching_ladder(climb=1.2), teaching_ladder(margin=0.1), TEACHING):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(LadderPlot(), result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
