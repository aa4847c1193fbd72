"""Figures of the life cycle: numbers in the alt text, positions as computed, text from data escaped."""

import numpy as np
import pandas as pd
import pytest

from relmark_helpers.calculations.life_cycle import STAGES, bought_next, life_cycle_stages, stage_moves
from relmark_helpers.datasets import load_dataset
from relmark_helpers.figures.life_cycle import bought_next_figure, stage_moves_figure

ACTIVITY = load_dataset("journey_activity")
EARLY, LATE = (life_cycle_stages(ACTIVITY, window=window) for window in ((5, 8), (9, 12)))
MOVES = stage_moves(EARLY, LATE)
BOUGHT = bought_next(LATE, ACTIVITY, period=13)


def moves(source="A source."):
    return stage_moves_figure(MOVES, source=source)


def bought(source="A source."):
    return bought_next_figure(BOUGHT, source=source)


def test_moves_are_told_and_written_in_the_cells():
    figure = moves()
    assert "2,463 households" in figure.alt
    assert "22% of development, 58% of maintenance, 29% of recovery" in figure.alt
    written = [text.get_text() for text in figure.figure.axes[0].texts]
    assert len(written) == 20 and "22% (178)" in written and "98% (40)" in written
    shades = figure.figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(shades.sum(axis=1), 1)


def test_stages_that_nobody_was_in_are_left_out():
    full = MOVES.copy()
    full.loc[["development", "not seen yet"], "households"] = 0
    figure = stage_moves_figure(full, source="Made up.")
    assert figure.figure.get_suptitle() == "Stages one window later"
    assert len(figure.figure.axes[0].texts) == 12
    assert "nan%" not in figure.alt


def test_purchases_are_told_and_drawn():
    figure = bought()
    assert "recovery 46% (limits 40% to 52%, of 264)" in figure.alt
    assert figure.figure.get_suptitle() == "Of those in recovery, 46% bought, in maintenance 89%"
    np.testing.assert_allclose(figure.figure.axes[0].lines[0].get_xdata(), BOUGHT["share"])
    fewer = bought_next_figure(BOUGHT.assign(households=[40, 742, 1417, 0]), source="Made up.")
    assert "recovery" not in fewer.alt and len(fewer.figure.axes[0].lines[0].get_xdata()) == 3
    assert "Open circle" not in figure.caption and len(figure.figure.axes[0].lines[1].get_xdata()) == 0


def test_part_of_a_stage_is_drawn_open():
    part = BOUGHT.loc[["recovery"]].set_axis(["of these,\nsilent"]).assign(share=0.3)
    figure = bought_next_figure(pd.concat([BOUGHT, part]), source="Made up.")
    assert "of these, silent 30% (limits" in figure.alt and "Open circle: a part of the stage above" in figure.caption
    marked = figure.figure.axes[0].lines[1]
    assert marked.get_xydata().tolist() == [[0.3, 4]] and marked.get_markerfacecolor() == "white"


@pytest.mark.parametrize("make", [moves, bought])
def test_words_are_escaped_and_pictures_repeat(make):
    figure = make(source="<script>alert(1)</script>")
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script" not in html and "&lt;script&gt;" in html
    assert make().png() == make().png()
    title = figure.figure._suptitle.get_window_extent()
    assert title.x1 <= figure.figure.bbox.x1


def test_table_holds_every_move():
    table = moves().table
    assert isinstance(table, pd.DataFrame) and set(table["stage_after"]) == set(STAGES)
    assert table["households"].sum() == len(LATE)
