"""Diagram of a path model and chart of effects: numbers in words and pictures, layout, labels escaped."""

import functools
import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Ellipse, FancyArrowPatch
from matplotlib.text import Text

from relmark_helpers import load_dataset
from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
from relmark_helpers.calculations.path_models import fit_pls
from relmark_helpers.calculations.path_structure import ECSI
from relmark_helpers.figures.path_effects import path_effects_figure
from relmark_helpers.figures.path_model import ECSI_POSITIONS, layered_positions, path_model_figure
from relmark_helpers.figures.style import BLUE, VERMILION
from relmark_helpers.validation import InputError

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'


@functools.cache
def boot():
    return bootstrap_paths(fit_pls(load_dataset("mobi"), ECSI), resamples=500, generator=np.random.default_rng(1979))


@functools.cache
def ecsi_figure():
    notes = {name: f"R² {value:.2f}" for name, value in boot().fit.rsquared.items()}
    return path_model_figure(boot().summary(), positions=ECSI_POSITIONS, notes=notes, source="250 customers.")


def arrows_of(figure):
    return [patch for patch in figure.figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def ovals_of(figure):
    return [patch for patch in figure.figure.axes[0].patches if isinstance(patch, Ellipse)]


def table(*rows):
    index = pd.MultiIndex.from_tuples([row[:2] for row in rows], names=["source", "target"])
    return pd.DataFrame([row[2:] for row in rows], index=index, columns=["estimate", "low", "high"])


def test_alt_reads_every_path():
    figure = ecsi_figure()
    for (source, target), row in boot().summary().iterrows():
        assert f"{source} to {target} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})" in figure.alt
    assert "7 constructs and 12 paths" in figure.alt
    assert figure.caption.endswith("250 customers.") and "Loyalty: R² 0.46." in figure.description
    dashed = figure.alt.split("limits including 0: ")[1]
    assert dashed == "Expectation to Value, Expectation to Satisfaction, Complaints to Loyalty."
    assert figure.figure.get_suptitle() == "Limits exclude 0 for 9 of 12 paths; largest Quality to Value, 0.56"


def test_arrows_are_drawn_as_the_numbers_say():
    rows = table(("a", "b", 0.6, 0.4, 0.8), ("b", "c", -0.3, -0.5, -0.1), ("a", "c", 0.1, -0.1, 0.3))
    first, second, third = arrows_of(path_model_figure(rows))
    assert [arrow.get_linestyle() for arrow in (first, second)] == ["-", "-"] and third.get_linestyle() != "-"
    assert first.get_linewidth() > second.get_linewidth() > third.get_linewidth()
    assert [arrow.get_edgecolor() for arrow in (first, second, third)].count(second.get_edgecolor()) == 1
    from matplotlib.colors import to_rgba

    assert second.get_edgecolor() == to_rgba(VERMILION) and first.get_edgecolor() == to_rgba(BLUE)
    labels = {text.get_text() for text in path_model_figure(rows).figure.axes[0].texts}
    assert "\N{MINUS SIGN}0.30\n(\N{MINUS SIGN}0.50 to \N{MINUS SIGN}0.10)" in labels


def test_a_model_is_drawn_without_numbers():
    figure = path_model_figure(ECSI, positions=ECSI_POSITIONS, source="A source.")
    assert figure.figure.get_suptitle() == "12 paths among 7 constructs; none leads to Image"
    assert len(arrows_of(figure)) == 12 and len(ovals_of(figure)) == 7
    assert {text.get_text() for text in figure.figure.axes[0].texts} == set(ECSI.constructs)
    assert all(f"{source} to {target}" in figure.alt for source, target in ECSI.paths)
    assert figure.caption.endswith("a claim, not a finding. A source.")


def test_labels_cover_what_lies_under_them():
    labels = [text for text in ecsi_figure().figure.axes[0].texts if text.get_bbox_patch()]
    assert len(labels) == 12 and all(text.get_bbox_patch().get_alpha() in (None, 1) for text in labels)


def test_nothing_but_zero_is_said_plainly():
    figure = path_model_figure(table(("a", "b", 0.1, -0.2, 0.4)))
    assert figure.figure.get_suptitle() == "Limits exclude 0 for none of 1 path" and "dashed" in figure.caption


@pytest.mark.parametrize("positions", [ECSI_POSITIONS, None], ids=["by hand", "by layers"])
def test_ovals_keep_apart_and_inside_and_labels_keep_apart(positions):
    figure = path_model_figure(boot().summary(), positions=positions)
    figure.png()
    inside = figure.figure.bbox
    ovals = ovals_of(figure)
    assert len(ovals) == 7 and len(arrows_of(figure)) == 12
    for one, other in combinations(ovals, 2):
        assert (np.abs(np.subtract(one.center, other.center)) > [one.width, one.height]).any()
    axes = figure.figure.axes[0]
    labels = [text for text in axes.texts if re.search(r"\d", text.get_text())]
    assert len(labels) == 12
    boxes = [text.get_window_extent() for text in axes.texts]
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 <= box.y1 for box in boxes)
    for one, other in combinations([text.get_window_extent() for text in labels], 2):
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        up = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert across <= 2 or up <= 2, "two labels lie over each other"
    for oval in ovals:
        name = next(text for text in axes.texts if text.get_position() == tuple(oval.center))
        assert name.get_window_extent().width < oval.get_window_extent().width


def test_layout_goes_from_causes_to_effects_and_round_ovals():
    names = list("abcdef")
    paths = [("a", "c"), ("b", "c"), ("c", "d"), ("d", "e"), ("c", "e"), ("e", "f"), ("b", "f")]
    places = layered_positions(names, paths)
    assert all(places[source][0] < places[target][0] for source, target in paths)
    assert places == layered_positions(names, paths)
    assert len(set(places.values())) == 6
    assert places["c"][1] != places["d"][1] or places["d"][1] != places["e"][1], "c to e would run through d"


def test_more_than_can_be_read_and_other_faults():
    many = table(*[(f"c{k}", f"c{k + 1}", 0.3, 0.1, 0.5) for k in range(15)])
    with pytest.raises(InputError, match="`paths`: found 16 constructs.*at most 14"):
        path_model_figure(many)
    with pytest.raises(InputError, match="no position of 'b'"):
        path_model_figure(table(("a", "b", 0.3, 0.1, 0.5)), positions={"a": (0, 0)})
    with pytest.raises(InputError, match="column named 'low'"):
        path_model_figure(table(("a", "b", 0.3, 0.1, 0.5)).drop(columns="low"))
    circle = table(("a", "b", 0.3, 0.1, 0.5), ("b", "a", 0.3, 0.1, 0.5))
    with pytest.raises(InputError, match="circle"):
        path_model_figure(circle)
    assert len(arrows_of(path_model_figure(circle, positions={"a": (0, 0), "b": (2, 0)}))) == 2


def test_effects_say_and_draw_the_numbers():
    effects = boot().effects_on("Loyalty")
    figure = path_effects_figure(effects, on="Loyalty", source="250 customers.")
    for (source, kind), row in effects.iterrows():
        assert f"{kind} {row['estimate']:.2f} ({row['low']:.2f} to {row['high']:.2f})" in figure.alt
        (mark,) = [one for one in figure.figure.axes[0].lines if one.get_label() == f"_{source}, {kind}"]
        assert mark.get_xdata() == pytest.approx([row["estimate"]])
        assert (mark.get_markerfacecolor() == "white") == (row["low"] <= 0 <= row["high"])
    limits = [one.get_xdata() for one in figure.figure.axes[0].lines if one.get_label() == "_limits"]
    np.testing.assert_allclose(limits, effects[["low", "high"]])
    assert figure.figure.get_suptitle().startswith("Largest total effect on Loyalty: Satisfaction, 0.52 (")
    looks = {(one.get_color(), one.get_marker()) for one in figure.figure.axes[0].lines if one.get_marker() != "None"}
    assert len(looks) == len({marker for _, marker in looks}) == 3


def test_effects_that_cannot_be_drawn():
    with pytest.raises(InputError, match="the effect 'half'.*rename"):
        path_effects_figure(table(("a", "half", 0.1, 0.0, 0.2)), on="b")
    with pytest.raises(InputError, match="`effects`: found 25 rows"):
        path_effects_figure(table(*[(f"a{k}", "total", 0.1, 0.0, 0.2) for k in range(25)]), on="b")


@pytest.mark.parametrize(
    "make",
    [
        lambda: path_model_figure(
            table((EVIL, "b", 0.5, 0.4, 0.6)), notes={"b": EVIL}, source=EVIL, positions={EVIL: (0, 0), "b": (2, 0)}
        ),
        lambda: path_effects_figure(table((EVIL, "total", 0.5, 0.4, 0.6)), on=EVIL, source=EVIL),
    ],
)
def test_names_show_as_they_are(make):
    figure = make()
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in figure.figure.findobj(Text))


@pytest.mark.parametrize(
    "make",
    [
        lambda: path_model_figure(boot().summary(), positions=ECSI_POSITIONS),
        lambda: path_model_figure(table(("trust", "loyalty", 0.5, 0.4, 0.6))),
        lambda: path_model_figure(ECSI),
        lambda: path_effects_figure(boot().effects_on("Satisfaction"), on="Satisfaction"),
        lambda: path_effects_figure(table(("image", "direct", 0.5, 0.4, 0.6)), on="loyalty"),
    ],
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
