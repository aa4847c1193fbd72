"""Figures and explorer of the nine cells: numbers in words and pictures, escaping, every corner of the sliders."""

import functools
import io
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.placed_customers import place_customers
from relmark_helpers.calculations.true_relationships import NINE_CELLS, SCORES, place_customer
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.explore.true_relationships import explore_nine_cells
from relmark_helpers.figures.true_relationships import NineCellsPlot, customer_cells_figure, nine_cells_figure
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
NEAR = place_customer(dict(zip(SCORES, (6, 5, 3, 5.5, 5), strict=True)), error=0.5)
NO_TRUST = place_customer(dict(zip(SCORES, (2, 2, 2, 5.5, 5), strict=True)), error=0.1)
UNKNOWN = place_customer(dict(zip(SCORES, (6, 5.5, 2, 4, float("nan")), strict=True)), error=0.3)


@functools.cache
def placed():
    random = np.random.default_rng(2002)
    scores = pd.DataFrame(random.uniform(1, 7, (300, 5)), columns=list(SCORES))
    scores.iloc[0, 0] = np.nan
    return place_customers(scores, 0.4)


def texts(figure):
    return [one.get_text() for one in figure.figure.findobj(Text) if one.get_text()]


def test_one_customer_says_and_draws_the_probabilities():
    figure = customer_cells_figure(NEAR)
    assert figure.figure.get_suptitle() == "True by the scores, 84% sure: borderline"
    for (commitment, trust), _ in sorted(
        zip(NINE_CELLS, NEAR.cells.to_numpy().ravel(), strict=True), key=lambda x: -x[1]
    )[:3]:
        assert f"{commitment} commitment and {trust} {NEAR.cells.loc[commitment, trust]:.0%}" in figure.alt
    axes = figure.figure.axes[0]
    widths = sorted(
        patch.get_width() for patch in axes.patches if patch.get_height() == 0.12 and patch.get_width() != 0.76
    )
    np.testing.assert_allclose(widths, np.sort(0.76 * NEAR.cells.to_numpy().ravel()))
    pd.testing.assert_frame_equal(figure.table, NEAR.cells)
    assert "this workbook's own" in figure.caption and "standard error of each score 0.50" in figure.caption


def test_customers_without_a_cell_or_without_benefits():
    outside = customer_cells_figure(NO_TRUST)
    assert "no cell" in outside.alt and outside.figure.get_suptitle().startswith("Outside the table by the scores, ")
    unknown = customer_cells_figure(UNKNOWN)
    assert unknown.figure.get_suptitle().startswith("Undecided by the scores") and "undecided " in unknown.alt
    assert "benefits" not in unknown.caption.split("Nine cells")[0]


def test_file_says_and_draws_counts_limits_and_borderline_shares():
    figure = nine_cells_figure(placed(), source="Simulated.")
    cells, kinds = placed().cells(), placed().kinds()
    drawn = texts(figure)
    for _, row in cells.iterrows():
        assert f"{row['customers']}" in drawn
        assert f"{row['low']:.1%} to {row['high']:.1%}" in drawn
        assert f"{row['borderline_share']:.0%} borderline" in drawn
    for name, row in kinds.iterrows():
        if row["customers"]:
            assert f"{name} {row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%}" in figure.alt
    assert f"{kinds['borderline'].sum() / 299:.0%}" in figure.figure.get_suptitle()
    assert "1 left out for missing answers" in figure.caption and figure.caption.endswith("Simulated.")


def test_kinds_of_cells_differ_in_words_and_lines_as_well_as_colour():
    figure = nine_cells_figure(placed(), source="")
    drawn = texts(figure)
    assert [drawn.count(word) for word in ("spurious", "true", "benefits decide")] == [5, 2, 2]
    looks = {(patch.get_linestyle(), patch.get_edgecolor()) for patch in figure.figure.axes[0].patches}
    assert len(looks) == len({line for line, _ in looks}) == 3


def test_source_shows_as_it_is():
    figure = nine_cells_figure(placed(), source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: nine_cells_figure(placed(), source="S."),
        lambda: nine_cells_figure(place_customers(pd.DataFrame([[6] * 5], columns=list(SCORES)), 0.1), source="S."),
        lambda: customer_cells_figure(NEAR),
        lambda: customer_cells_figure(NO_TRUST),
        lambda: customer_cells_figure(UNKNOWN),
    ],
)
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    assert not re.search(
        r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description + " ".join(texts(figure))
    )
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
    renderer_box = figure.figure.bbox
    for text in figure.figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= renderer_box.x1 and box.y0 >= 0, text.get_text()


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_words():
    ends = [(control.min, control.max) for control in explore_nine_cells().controls.values()]
    for *corner, error in itertools.product(*ends):
        place = place_customer(dict(zip(SCORES, corner, strict=True)), error=error)
        words = NineCellsPlot().words(place)
        assert not re.search(r"\b(nan|inf)\b", words.title + words.alt + words.description)
        assert place.kinds.sum() == pytest.approx(1)
        assert error or words.title.endswith("100% sure")


def test_corners_give_a_picture_and_a_sentence():
    explorer = explore_nine_cells()
    knowledge, commitment, error = (explorer.controls[name] for name in ("knowledge", "commitment", "error"))
    for place in itertools.product(*((control.min, control.max) for control in (knowledge, commitment, error))):
        knowledge.value, commitment.value, error.value = place
        image = Image.open(io.BytesIO(picture(explorer).jpeg))
        assert image.format == "JPEG" and image.size == (728, 478)
        words = NineCellsPlot().words(explorer.result)
        assert (picture(explorer).alt, explorer.sentence) == (words.alt, f"{words.title}. {words.description}")


def test_each_slider_moves_picture_and_words():
    explorer = explore_nine_cells()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for name, control in explorer.controls.items():
        before = control.value
        assert control.min < before < control.max
        control.value = 4.2 if name == "calculus" else before + 5 * control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_moving_and_still_form_show_the_same():
    live = NineCellsPlot().open(dpi=144)
    for result in (NEAR, NO_TRUST, UNKNOWN, NEAR):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(NineCellsPlot(), result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-3
