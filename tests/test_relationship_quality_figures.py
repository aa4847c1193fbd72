"""Figures and explorer of relationship quality: numbers in words and pictures, labels escaped, corners of sliders."""

import functools
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from PIL import Image

from relmark_helpers.calculations.path_bootstrap import bootstrap_paths
from relmark_helpers.calculations.path_models import fit_composites
from relmark_helpers.calculations.path_structure import PathModel
from relmark_helpers.calculations.relationship_cells import staying_cells
from relmark_helpers.calculations.relationship_commitment import BARRIERS
from relmark_helpers.calculations.relationship_fits import fit_episodes, fit_relationship
from relmark_helpers.calculations.relationship_history import follow_customer
from relmark_helpers.calculations.relationship_paths import RELATIONSHIP_PATHS
from relmark_helpers.calculations.relationship_quality import TEACHING_MODEL
from relmark_helpers.calculations.relationship_simulation import simulate_history, simulate_relationships
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.explore.relationship_history import explore_relationship
from relmark_helpers.figures.relationship_cells import staying_cells_figure
from relmark_helpers.figures.relationship_history import HistoryPlot, history_figure
from relmark_helpers.figures.relationship_quality import relationship_model_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'


@functools.cache
def sample():
    return simulate_relationships(150, np.random.default_rng(1995))


@functools.cache
def fits():
    return fit_episodes(sample().episodes), fit_relationship(sample().customers)


@functools.cache
def cells():
    return staying_cells(TEACHING_MODEL, simulate_relationships(5000, np.random.default_rng(1995)).customers)


def estimated(source="Simulated."):
    return relationship_model_figure(TEACHING_MODEL, episodes=fits()[0], relationship=fits()[1], source=source)


@functools.cache
def paths():
    fit = fit_composites(sample().customers, RELATIONSHIP_PATHS)
    return bootstrap_paths(fit, resamples=200, generator=np.random.default_rng(1979))


def path_estimates(source="Simulated."):
    return relationship_model_figure(TEACHING_MODEL, episodes=fits()[0], relationship=paths(), source=source)


FIGURES = {
    "model": lambda: relationship_model_figure(TEACHING_MODEL),
    "estimates": estimated,
    "path estimates": path_estimates,
    "history": lambda: history_figure(simulate_history(11)),
    "cells": lambda: staying_cells_figure(cells(), source="Simulated."),
}
every = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


# ---- The model


def drawn(figure, kind):
    return [patch for patch in figure.figure.axes[0].patches if type(patch) is kind]


@pytest.mark.parametrize(
    "make", [FIGURES["model"], estimated, path_estimates], ids=["parameters", "estimates", "paths"]
)
def test_model_has_both_levels_all_boxes_and_arrows_that_end_on_them(make):
    figure = make()
    figure.png()
    boxes, arrows = drawn(figure, FancyBboxPatch), drawn(figure, FancyArrowPatch)
    assert len(boxes) == 16 and len(arrows) == len(figure.table) == 19
    areas = [box.get_window_extent() for box in boxes]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(areas, 2))
    texts = figure.figure.axes[0].texts
    assert {"Level of the episode", "Level of the relationship"} <= {text.get_text() for text in texts}
    extents = [text.get_window_extent() for text in texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(extents, 2))
    labels = [text for text in texts if re.search(r"\d", text.get_text())]
    assert not any(box.overlaps(text.get_window_extent()) for text in labels for box in areas)
    inside = [text for text in texts if any(b.x0 < text.get_window_extent().x0 < b.x1 for b in areas)]
    assert len(inside) >= len(boxes)
    shown = figure.figure.bbox
    assert all(
        box.x0 >= shown.x0 and box.x1 <= shown.x1 and box.y0 >= shown.y0 and box.y1 <= shown.y1 for box in extents
    )


def test_model_says_its_parameters_in_order_of_the_levels():
    figure = FIGURES["model"]()
    alt = figure.alt
    order = ["Level of the episode:", "Between the levels:", "Level of the relationship:"]
    places = [alt.index(words) for words in order]
    assert places == sorted(places)
    for words in (
        "1.7 points wide",
        "performance to quality 0.80",
        "image to quality 0.20",
        "quality is compared with the standard and its zone",
        "distance from the zone to relationship quality 0.30, outside the zone only",
        "sacrifice to relationship sacrifice 0.30, inside the zone too",
        "relationship sacrifice takes from relationship value, by definition",
        "barriers to commitment 0.70",
        "alternatives to commitment -0.35",
    ):
        assert words in alt
    assert "no numbers" in figure.caption and "workbook's own" in figure.caption
    assert alt.index("performance to quality") < places[1] < alt.index("image to quality") < places[2]


def test_model_says_and_draws_its_estimates():
    figure, (episodes, relationship) = estimated(), fits()
    table = relationship.summary()
    row = table.loc[("commitment", "satisfaction")]
    limits = f"({row['low']:.2f} to {row['high']:.2f})"
    assert figure.figure.get_suptitle() == f"A point of satisfaction adds {row['estimate']:.2f} {limits} to commitment"
    for start, end, one in (
        ("quality", "satisfaction", episodes.summary().loc["quality"]),
        ("relationship value", "relationship satisfaction", table.loc[("satisfaction", "value")]),
        ("ties", "commitment", table.loc[("commitment", "ties")]),
        ("commitment", "staying", table.loc[("staying", "commitment")]),
    ):
        said = f"{start} to {end} {one['estimate']:.2f} (95% limits {one['low']:.2f} to {one['high']:.2f})"
        assert said in figure.alt
        half = (one["high"] - one["low"]) / 2
        label = f"{one['estimate']:.2f} ±{half:.2f}".replace("-", "\N{MINUS SIGN}")
        assert any(text.get_text().replace("\n", " ") == label for text in figure.figure.axes[0].texts)
    assert (figure.table["how"] == "estimated").sum() == 9
    styles = {(arrow.get_edgecolor(), arrow.get_linestyle()) for arrow in drawn(figure, FancyArrowPatch)}
    assert len({colour for colour, _ in styles}) == 3 and len({line for _, line in styles}) == 2


def test_model_draws_the_paths_in_standard_deviations_and_says_so():
    figure, table = path_estimates(), paths().summary()
    row = table.loc[("satisfaction", "commitment")]
    limits = f"({row['low']:.2f} to {row['high']:.2f})"
    assert figure.figure.get_suptitle() == f"One sd of satisfaction adds {row['estimate']:.2f} {limits} to commitment"
    shown = {text.get_text() for text in figure.figure.axes[0].texts}
    assert {"blue: points", "blue: standard\ndeviations (sd)"} <= shown
    assert "An sd of the source" in figure.caption and "the last arrow is a correlation" in figure.caption
    for start, path in (
        ("relationship quality", ("quality", "satisfaction")),
        ("relationship value", ("value", "satisfaction")),
        ("relationship satisfaction", ("satisfaction", "commitment")),
        ("alternatives", ("alternatives", "commitment")),
        ("commitment", ("commitment", "staying")),
    ):
        end = "relationship satisfaction" if path[1] == "satisfaction" else path[1]
        found = figure.table.set_index("to", append=True).loc[(start, end)]
        np.testing.assert_allclose([found[name] for name in ("value", "low", "high")], table.loc[path].iloc[[0, 2, 3]])
    assert (figure.table["how"] == "estimated").sum() == 9
    assert "An sd" not in estimated().caption and "logit" in estimated().caption


def test_one_fit_alone_and_another_path_model_are_refused():
    with pytest.raises(InputError, match="both fits"):
        relationship_model_figure(TEACHING_MODEL, episodes=fits()[0])
    other = PathModel({"quality": ["quality"], "value": ["value"]}, [("quality", "value")])
    boot = bootstrap_paths(fit_composites(sample().customers, other), resamples=100, generator=np.random.default_rng(1))
    with pytest.raises(InputError, match="without the path 'sacrifice' to 'value'"):
        relationship_model_figure(TEACHING_MODEL, episodes=fits()[0], relationship=boot)


# ---- A history


def test_history_draws_dots_zone_and_steps():
    history = follow_customer(
        TEACHING_MODEL, [7, 9.9, 2, 6], expectation=7, bonds=dict.fromkeys(BARRIERS, 1), alternatives=4
    )
    figure = history_figure(history)
    lines = {line.get_label(): line for line in figure.figure.axes[0].lines}
    table = history.episodes
    for name, where in (
        ("episode inside the zone", table["distance"] == 0),
        ("above it", table["distance"] > 0),
        ("below it", table["distance"] < 0),
    ):
        np.testing.assert_allclose(lines[name].get_xydata(), table.loc[where, ["quality"]].reset_index().to_numpy())
    assert len({line.get_marker() for line in lines.values()}) >= 6
    zone, line = (patch.get_data() for patch in figure.figure.axes[0].patches[:2])
    level = [*table["standard"], table["relationship_quality"].iloc[-1]]
    np.testing.assert_allclose(line.values, level)
    np.testing.assert_allclose(zone.values - zone.baseline, 1.7)
    assert "Episodes above the zone 1, below it 1, inside 2;" in figure.alt
    assert f"It goes from 7.0 to {level[-1]:.1f}." in figure.alt
    assert f"probability of staying {history.probability:.0%}" in figure.alt
    assert "without barriers" in figure.description and "better alternative" in figure.description


@pytest.mark.parametrize(
    ("arguments", "said", "kind"),
    [
        ({"performance": [9], "bonds": {}, "alternatives": 10}, "Satisfied (9.0), borderline; 0 of 1", "none"),
        ({"performance": [2, 2, 2, 2], "expectation": 4, "bonds": {}, "alternatives": 9}, "likely to leave", "none"),
        (
            {"performance": [2, 2, 2], "expectation": 4, "bonds": dict.fromkeys(BARRIERS, 1.0), "alternatives": 4},
            "Dissatisfied",
            "negative",
        ),
        (
            {"performance": [5.6], "expectation": 5.6, "bonds": {}, "alternatives": 1},
            "Borderline satisfied (5.6)",
            "positive",
        ),
    ],
)
def test_outcomes_are_named_with_their_doubt(arguments, said, kind):
    history = follow_customer(TEACHING_MODEL, **{"expectation": 9, **arguments})
    figure = history_figure(history)
    assert said in figure.figure.get_suptitle() and history.kind == kind
    unsure = "orderline" in figure.figure.get_suptitle()
    assert ("near a border" in figure.description) == unsure


def test_probabilities_are_not_rounded_to_none_or_all():
    sure = follow_customer(
        TEACHING_MODEL, [9], expectation=9, bonds=dict.fromkeys(BARRIERS, 1), alternatives=1, disposition=5
    )
    assert "over 99%" in history_figure(sure).alt
    gone = follow_customer(TEACHING_MODEL, [2], expectation=2, bonds={}, alternatives=10, disposition=-5)
    assert "under 1%" in history_figure(gone).alt


# ---- Cells


def test_cells_say_shares_limits_and_reasons():
    figure, table = FIGURES["cells"](), cells().table
    for cell, row in table.iterrows():
        assert f"{cell}: {row['share']:.1%} ({row['low']:.1%} to {row['high']:.1%})" in figure.alt
        assert f"{row['share']:.0%}" in [text.get_text() for text in figure.figure.axes[0].texts]
    leave, stay = table.loc["satisfied, leaves", "within"], table.loc["dissatisfied, stays", "within"]
    assert figure.figure.get_suptitle() == f"{leave:.0%} of the satisfied leave, {stay:.0%} of the dissatisfied stay"
    assert "few barriers" in figure.alt and "against the odds" in figure.description
    assert len(drawn(figure, FancyBboxPatch)) == 4
    assert {patch.get_linestyle() for patch in drawn(figure, FancyBboxPatch)} == {"-", "--"}


def test_empty_cells_are_drawn_empty():
    customers = sample().customers
    figure = staying_cells_figure(
        staying_cells(TEACHING_MODEL, customers[(customers["satisfaction"] > 5.5) & (customers["stayed"] == 1)]),
        source="Simulated.",
    )
    assert figure.figure.get_suptitle() == "0% of the satisfied leave, none of the dissatisfied stay"
    assert not re.search(r"\bnan\b", figure.alt + figure.description)


# ---- All


@every
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.caption.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
    assert min(text.get_fontsize() for text in figure.figure.axes[0].texts) >= 9.5


@pytest.mark.parametrize("make", [estimated, lambda source: staying_cells_figure(cells(), source=source)])
def test_sources_show_as_they_are(make):
    figure = make(source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in [*figure.figure.axes[0].texts, figure.figure._suptitle])


# ---- Explorer


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer, live = explore_relationship(), HistoryPlot().open()
    corners = itertools.product(*((control.min, control.max) for control in explorer.controls.values()))
    for at, corner in enumerate(corners):
        result = explorer._calculate(**dict(zip(explorer.controls, corner, strict=True)))
        words = HistoryPlot().words(result)
        assert not re.search(r"\b(nan|inf)\b", words.alt + words.title + words.description)
        assert 0 < result.probability < 1
        if at % 9 == 0:
            image = Image.open(io.BytesIO(live.frame(result)))
            assert image.format == "JPEG" and image.size == (728, 457)


def test_each_slider_moves_picture_and_words():
    explorer = explore_relationship()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + 4 * control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_sliders_of_circumstances_leave_the_episodes_alone():
    explorer = explore_relationship()
    before = explorer.result
    explorer.controls["barriers"].value = 5
    explorer.controls["alternatives"].value = 1
    after = explorer.result
    assert before.episodes.equals(after.episodes) and after.probability > before.probability
    explorer.controls["seed"].value = 9
    assert not explorer.result.episodes.equals(before.episodes)


def test_moving_and_still_form_show_the_same():
    live = HistoryPlot().open(dpi=144)
    for result in (simulate_history(3), simulate_history(11, barriers=0, alternatives=10), simulate_history(3)):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(HistoryPlot(), result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
