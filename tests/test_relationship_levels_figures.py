"""The map of relationship levels: drawn as computed, words with numbers, every corner of the sliders."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

from relmark_helpers.calculations.relationship_grid import compare_with_textbook, level_map
from relmark_helpers.calculations.relationship_levels import LEVELS, example_levels
from relmark_helpers.explore.relationship_levels import explore_levels
from relmark_helpers.figures.relationship_levels import level_map_figure
from relmark_helpers.figures.style import house_style
from relmark_helpers.validation import InputError

TERMS = {"discount": 0.1, "convention": "now"}
EVIL = '<script>1</script>&"><img src=x> $x^{$ 服务_a'


def level_at(best, *, customers, margin):
    """The level of the map at the nearest place."""
    row = np.abs(np.log(best.index / margin)).argmin()
    return best.iloc[row, np.abs(np.log(best.columns / customers)).argmin()]


def drawn(levels=None, source="Made up."):
    levels = example_levels() if levels is None else levels
    across, up = np.geomspace(5, 50_000, 40), np.geomspace(20, 20_000, 30)
    textbook = compare_with_textbook(
        levels,
        margins={"low": 50, "medium": 500, "high": 5_000},
        customers={"few": 20, "medium": 500, "many": 10_000},
        **TERMS,
    )
    best = level_map(levels, margins=up, customers=across, **TERMS)
    return level_map_figure(best, textbook, source=source), best, textbook


def test_map_is_drawn_as_computed():
    figure, computed, textbook = drawn()
    (axes,) = figure.figure.axes
    (mesh,) = [found for found in axes.collections if found.get_array() is not None]
    names = np.array(LEVELS)[np.asarray(mesh.get_array()).astype(int).reshape(computed.best.shape)]
    assert (names == computed.best.to_numpy()).all()
    marks = {line.get_label(): line.get_xydata() for line in axes.lines}
    assert len(marks["textbook, the same level"]) == 7 and len(marks["textbook, another level"]) == 2
    np.testing.assert_allclose(
        marks["textbook, another level"], textbook.loc[~textbook["agrees"], ["customers", "margin"]]
    )
    numerals = [text.get_text() for text in axes.texts if text.get_text() not in LEVELS]
    assert numerals == ["3", "2", "1/2", "4", "3", "2", "5", "4", "3"]


def test_each_name_stands_on_its_region_and_on_no_mark():
    figure, computed, _ = drawn()
    (axes,) = figure.figure.axes
    with house_style():
        figure.figure.canvas.draw()
    marks = [text.get_window_extent() for text in axes.texts if text.get_text() not in LEVELS]
    for text in axes.texts:
        if text.get_text() in LEVELS:
            x, y = text.get_position()
            assert text.get_visible() and computed.best.loc[y, x] == text.get_text()
            assert not any(text.get_window_extent().overlaps(mark) for mark in marks), text.get_text()


def test_map_in_words():
    figure, computed, textbook = drawn()
    assert figure.figure.get_suptitle() == "Accountable is best for 500 customers with a margin of 500"
    assert figure.description.startswith("These costs agree with 7 of the 9 cells of the textbook grid as remembered;")
    shares = computed.best.stack().value_counts(normalize=True)
    for name, share in shares.items():
        assert f"{name} {share:.0%}" in figure.alt
    assert "With 500 customers and a margin of 500, accountable is best, 83,228 ahead" in figure.alt
    assert "from memory and not verified" in figure.caption and figure.caption.endswith("Made up.")
    assert f"{textbook['cost_of_textbook'].sum():,.0f}" in figure.description
    assert figure.table["evidence"].tolist().count("seen") == 1


def test_a_level_that_pays_nowhere_is_not_written():
    figure, computed, _ = drawn(example_levels().assign(cost_per_customer=[0, 4, 30, 150, 1e6]))
    assert "partnership" not in set(computed.best.to_numpy().ravel())
    shown = {text.get_text(): text.get_visible() for text in figure.figure.axes[0].texts}
    assert not shown["partnership"] and shown["basic"] and "partnership 0%" not in figure.alt


def test_fewer_levels_than_the_textbook_names():
    figure, _, _ = drawn(example_levels().iloc[:2])
    assert "names levels that are not among those compared" in figure.description
    assert not re.search(r"\b(nan|inf)\b", figure.alt + figure.description)
    one, _, _ = drawn(example_levels().iloc[:1])
    assert "basic is best." in one.alt and "basic 100%" in one.alt


def test_text_from_the_reader_is_escaped():
    html = drawn(source=EVIL)[0]._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_same_input_gives_the_same_picture():
    assert drawn()[0].png() == drawn()[0].png()


@pytest.mark.parametrize("margins", [[100], [0, 100], [100, 50]])
def test_map_needs_rising_margins(margins):
    computed = level_map(example_levels(), margins=margins, customers=[10, 100], **TERMS)
    with pytest.raises(InputError, match="`levels`: found margins from.*geomspace"):
        level_map_figure(computed, drawn()[2], source="")


def test_every_corner_of_the_sliders():
    explorer = explore_levels()
    ends = [(control.min, control.max) for control in explorer.controls.values()]
    for corner in itertools.product(*ends):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        alt, sentence = explorer._picture.alt, explorer.sentence
        agrees = int(explorer.result.textbook["agrees"].sum())
        best = level_at(explorer.result.map.best, customers=500, margin=500)
        assert re.match(rf"{best.capitalize()} is best for 500 customers with a margin of 500\. ", sentence)
        assert f"These costs agree with {agrees} of the 9 cells" in sentence
        assert not re.search(r"\b(nan|inf)\b", alt + sentence) and "Caution" not in sentence
        if corner[0] == 0:
            assert "basic 100%" in alt, "without a gain in retention nothing beats the cheapest level"


def test_each_slider_moves_picture_and_words():
    explorer = explore_levels()
    for control in explorer.controls.values():
        before = explorer._picture.jpeg, explorer._picture.alt
        start = control.value
        control.value = start + 4 * control.step
        assert explorer._picture.jpeg != before[0] and explorer._picture.alt != before[1], control.description
        control.value = start
        assert (explorer._picture.jpeg, explorer._picture.alt) == before


def test_one_step_changes_the_picture():
    explorer = explore_levels()
    for control in explorer.controls.values():
        before = explorer._picture.jpeg
        control.value += control.step
        assert explorer._picture.jpeg != before, control.description


def test_explorer_says_that_the_levels_are_invented():
    assert "invented for teaching" in explore_levels()._repr_mimebundle_()["text/html"]
    assert isinstance(explore_levels().result.textbook, pd.DataFrame)
