"""The figure of 3 processes: it tells what the data show, and no more."""

import pytest
from matplotlib.patches import FancyBboxPatch

from relmark_helpers.figures.relationship_processes import PROCESSES, relationship_processes_figure
from relmark_helpers.validation import InputError

SHOWN = {"planned communication": "campaign 8,\n1,076 mailed", "interaction": "26,055 receipts", "value": ""}


def processes(shown=SHOWN, source="A source."):
    return relationship_processes_figure(shown, source=source)


def test_title_alt_and_table_tell_what_the_data_show():
    figure = processes()
    assert figure.figure.get_suptitle() == "These data show 2 of 3 processes, not value"
    assert "planned communication, campaign 8, 1,076 mailed; interaction, 26,055 receipts; value, nothing" in figure.alt
    assert figure.table["process"].tolist() == list(PROCESSES)
    assert figure.table["these data show"].tolist() == ["campaign 8, 1,076 mailed", "26,055 receipts", "nothing"]
    assert "Grönroos (2004)" in figure.caption and "drawing" in figure.caption


@pytest.mark.parametrize(("told", "number"), [("", 0), ("something", 3)])
def test_title_follows_the_data(told, number):
    title = processes(dict.fromkeys(PROCESSES, told)).figure.get_suptitle()
    assert title == f"These data show {number} of 3 processes"


def test_dialogue_spans_the_lanes_of_the_first_two_processes_only():
    axes = processes().figure.axes[0]
    (frame,) = [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)]
    low, high = frame.get_y(), frame.get_y() + frame.get_height()
    lanes = sorted({line.get_ydata()[0] for line in axes.lines})
    assert low < lanes[0] < lanes[1] < high and low > 0.28
    (word,) = [text for text in axes.texts if text.get_text().startswith("dialogue")]
    assert low < word.get_position()[1] < high
    told = [text.get_text() for text in axes.texts]
    assert {"start", "result", "time", "nothing"} <= set(told)


def test_words_stay_on_the_picture_and_are_escaped():
    figure = processes(source="<script>alert(1)</script>")
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script" not in html and "&lt;script&gt;" in html
    assert processes().png() == processes().png()
    for shown in (SHOWN, SHOWN | {"planned communication": "", "value": "something"}):
        drawn = processes(shown).figure
        drawn.draw_without_rendering()
        for text in [drawn._suptitle, *drawn.axes[0].texts]:
            place = text.get_window_extent()
            assert drawn.bbox.x0 <= place.x0 and place.x1 <= drawn.bbox.x1, text.get_text()


@pytest.mark.parametrize("shown", [{}, {"value": ""}, {**SHOWN, "dialogue": "x"}])
def test_other_processes_are_refused(shown):
    with pytest.raises(InputError, match="shown"):
        processes(shown)
