"""Pictures of the zone of tolerance: drawn as computed, words with numbers, escaping, every corner of the sliders."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from relmark_helpers.calculations.tolerance_tables import expected_shares, zone_means
from relmark_helpers.datasets import load_dataset
from relmark_helpers.explore.tolerance_zone import explore_tolerance_zone
from relmark_helpers.figures.style import house_style
from relmark_helpers.figures.tolerance_zone import PersonsPlot, persons_figure, zone_figure
from relmark_helpers.validation import InputError

EVIL = '<script>1</script>&"><img src=x> $x^{$ 服务_a'
ROWS = pd.DataFrame(
    {"minimum": [5, 5, 5, 7, 6], "desired": [8, 8, 8, 6, 6], "perceived": [4, 6.5, 9, 6.5, 6]}, index=list("abcde")
)


def markers(figure):
    (axes,) = figure.figure.axes
    return {line.get_label(): line for line in axes.lines if line.get_label()[0] != "_"}


def test_seventeen_libraries_are_drawn_as_computed():
    means = load_dataset("libqual_institutions").set_index("institution")[:17]
    figure = zone_figure(zone_means(means, margin=0.05), name="willingness to help users", source="Lehigh University.")
    (axes,) = figure.figure.axes
    bars = sorted(tuple(segment[:, 0]) for found in axes.collections for segment in found.get_segments())
    assert bars == sorted(zip(means["minimum"], means["desired"], strict=True))
    drawn = markers(figure)
    assert {label: len(line.get_xdata()) for label, line in drawn.items()} == {
        "below the minimum, borderline": 1,
        "inside the zone": 15,
        "inside the zone, borderline": 1,
    }
    assert drawn["below the minimum, borderline"].get_xdata().tolist() == [6.27]
    assert drawn["inside the zone"].get_markerfacecolor() != drawn["inside the zone, borderline"].get_markerfacecolor()
    assert drawn["inside the zone"].get_marker() != drawn["below the minimum, borderline"].get_marker()
    labels = [tick.get_text() for tick in axes.get_yticklabels()]
    assert labels[0] == "F" and labels[-1] == "J"
    for x, y in drawn["inside the zone"].get_xydata():
        assert means.loc[labels[round(y)], "perceived"] == x
    assert figure.figure.get_suptitle() == "16 of 17 inside the zone, 1 below; 2 borderline"
    assert "F below (6.27 against 6.30 to 7.88)" in figure.alt and "(mean 6.23)" in figure.alt
    assert "2 of 17 borderline" in figure.caption and "Lehigh University." in figure.caption
    assert "from -0.03 (F) to 1.22 (J)" in figure.description


def test_marked_rows_stand_out():
    figure = zone_figure(zone_means(ROWS), name="a", source="", marked=["c", "b"])
    (axes,) = figure.figure.axes
    bold = [label.get_text() for label in axes.get_yticklabels() if label.get_fontweight() == "bold"]
    assert sorted(bold) == ["b", "c"] and len(axes.patches) == 2
    assert "Marked: c 9.00 against 5.00 to 8.00; b 6.50 against 5.00 to 8.00." in figure.alt
    with pytest.raises(InputError, match="marked"):
        zone_figure(zone_means(ROWS), name="a", source="", marked=["z"])


def test_all_places_have_their_own_colour_and_marker():
    figure = zone_figure(zone_means(ROWS), name="a", source="")
    drawn = markers(figure)
    assert len(drawn) == 5
    looks = {(line.get_marker(), line.get_color(), line.get_markerfacecolor()) for line in drawn.values()}
    assert len(looks) == 5 and len({line.get_marker() for line in drawn.values()}) == 4
    assert figure.figure.get_suptitle() == "2 of 5 inside the zone, 1 below, 1 above, 1 reversed; 1 borderline"
    assert "a below (4.00 against 5.00 to 8.00)" in figure.alt
    assert "None lies outside" in zone_figure(zone_means(ROWS[1:2]), name="a", source="").alt


def test_labels_of_many_rows_stay_apart_and_differ():
    rows = load_dataset("libqual_user_groups").set_index(["item", "user_group"])
    figure = zone_figure(zone_means(rows), name="library space", source="")
    with house_style():
        figure.figure.canvas.draw()
    labels = figure.figure.axes[0].get_yticklabels()
    assert len({label.get_text() for label in labels}) == 24
    boxes = [label.get_window_extent() for label in labels]
    assert not any(one.overlaps(two) for one, two in itertools.pairwise(boxes))
    with pytest.raises(InputError, match="31 rows"):
        zone_figure(zone_means(pd.concat([rows] * 2)[:31]), name="a", source="")


def test_persons_are_drawn_as_computed():
    figure = persons_figure(expected_shares(6.2, 7.9, 7.0, spread=1.8))
    (axes,) = figure.figure.axes
    ends = [(patch.get_xy()[:, 0].min(), patch.get_xy()[:, 0].max()) for patch in axes.patches]
    assert ends == [pytest.approx(pair) for pair in ((0, 6.2), (6.2, 7.9), (7.9, 12))]
    outlines = [patch.get_xy() for patch in axes.patches]
    areas = [np.trapezoid(outline[1:-1, 1], outline[1:-1, 0]) for outline in outlines]
    np.testing.assert_allclose(np.array(areas) / sum(areas), [0.328, 0.362, 0.309], atol=0.004)  # cut off at 12
    assert len({patch.get_hatch() for patch in axes.patches}) == 3
    assert "33% of persons below, 36% inside, 31% above" in figure.alt and "assumed" in figure.caption
    assert figure.figure.get_suptitle() == "Mean inside the zone: 36% of persons are inside"


def test_text_from_data_is_escaped():
    rows = ROWS.rename(index={"a": EVIL})
    figure = zone_figure(zone_means(rows), name=EVIL, source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "<img src=x>" not in html and "&lt;script&gt;" in html


def test_every_corner_of_the_sliders():
    explorer = explore_tolerance_zone()
    ends = [(control.min, control.max) for control in explorer.controls.values()]
    pictures = set()
    for corner in itertools.product(*ends):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        result = explorer.result
        assert f"{result.below:.0%} of persons below" in explorer._picture.alt
        assert f"Mean {result.place} the zone" in explorer.sentence
        assert not re.search(r"\b(nan|inf)\b", explorer._picture.alt + explorer.sentence)
        pictures.add(explorer._picture.jpeg)
    assert len(pictures) == 16


@pytest.mark.parametrize("name", ["minimum", "desired", "perceived", "spread"])
def test_each_slider_moves_the_picture(name):
    explorer = explore_tolerance_zone()
    start = explorer._picture.jpeg, explorer._picture.alt
    control = explorer.controls[name]
    control.value += 2 * control.step
    assert explorer._picture.jpeg != start[0] and explorer._picture.alt != start[1]
    control.value -= 2 * control.step
    assert (explorer._picture.jpeg, explorer._picture.alt) == start


@pytest.mark.parametrize("values", list(itertools.product((3, 7), (7, 9), (3, 9), (0.2, 2.6))))
def test_words_on_the_picture_do_not_overlap(values):
    *levels, spread = values
    figure = persons_figure(expected_shares(*levels, spread=spread))
    with house_style():
        figure.figure.canvas.draw()
    (axes,) = figure.figure.axes
    boxes = [text.get_window_extent() for text in axes.findobj(Text) if text in axes.texts]
    width, height = figure.figure.bbox.size
    for box in boxes:
        assert box.x0 >= 0 and box.x1 <= width and box.y1 <= height
    assert not any(one.overlaps(two) for one, two in itertools.combinations(boxes, 2))


def test_the_panel_shows_the_still_figure_elsewhere():
    explorer = explore_tolerance_zone()
    assert PersonsPlot().figure(explorer.result).alt in explorer._repr_mimebundle_()["text/plain"]


def test_same_input_gives_the_same_picture():
    for make in (
        lambda: zone_figure(zone_means(ROWS), name="a", source=""),
        lambda: persons_figure(expected_shares(6, 8, 7, spread=1)),
    ):
        assert make().png() == make().png()
