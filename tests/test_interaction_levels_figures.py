"""Figures and explorer of interaction levels: numbers in words and picture, names escaped, corners of the sliders."""

import functools
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.interaction_levels import (
    MEAN,
    PEAK_END,
    AggregationRule,
    aggregate_log,
    compare_rules,
)
from relmark_helpers.calculations.interaction_simulation import simulate_act_log
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.explore.interaction_levels import explore_interaction
from relmark_helpers.figures.interaction_levels import HierarchyPlot, hierarchy_figure, rule_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
RULES = {"mean": MEAN, "peak and end": PEAK_END, "critical x 5": AggregationRule(critical_weight=5)}


@functools.cache
def log(relationships=1, seed=2):
    return simulate_act_log(relationships, np.random.default_rng(seed), critical_share=0.15)


@functools.cache
def levels(rule=MEAN):
    return aggregate_log(log(), rule=rule, neutral=4)


def boxes(figure):
    (found, *_) = figure.figure.axes[0].collections
    return [np.array(path.vertices[:4]) for path in found.get_paths()], found.get_facecolor()


def test_hierarchy_says_and_draws_the_numbers():
    result = levels(AggregationRule(0.2, 120, 2))
    figure = hierarchy_figure(result)
    whole = result.relationships.iloc[0]
    assert figure.figure.get_suptitle() == (
        f"R1: {whole['score']:.2f} by this rule, {whole['act_mean']:.2f} as the mean of its acts"
    )
    assert f"{len(result.episodes)} episodes" in figure.alt and f"{len(result.acts)} acts" in figure.alt
    critical = result.episodes.query("critical")["score"]
    assert len(critical) == 2 and f"2 critical: {critical.index[0]} {critical.iloc[0]:.1f}" in figure.alt
    for name, score in result.sequences["score"].items():
        assert f"{name} {score:.1f}" in figure.alt
    assert "20% for the peak, 80% for the mean (half-life 120 days), critical parts counted 2" in figure.caption
    corners, colours = boxes(figure)
    assert len(corners) == len(result.acts) + len(result.episodes) + len(result.sequences) + 1
    width = {row: [box[1, 0] - box[0, 0] for box in corners if box[0, 1] == row] for row in range(4)}
    assert width[0] == [1] * len(result.acts) and width[3] == [len(result.acts)]
    np.testing.assert_allclose(width[1], result.episodes["acts"])
    np.testing.assert_allclose(width[2], result.sequences["acts"])
    low = [colour for box, colour in zip(corners, colours, strict=True) if box[0, 1] == 1]
    assert low[int(result.episodes["score"].argmin())][0] > low[int(result.episodes["score"].argmax())][0]
    texts = [text.get_text() for text in figure.figure.axes[0].texts]
    assert f"{whole['score']:.1f}" in texts and f"{result.episodes['score'].max():.1f}" in texts
    (marks,) = figure.figure.axes[0].lines
    assert len(marks.get_xdata()) == 2


def test_parts_stand_over_the_whole_they_belong_to_whatever_the_order_of_the_log():
    shuffled = aggregate_log(log().sample(frac=1, random_state=3), neutral=4)
    for one, other in zip(boxes(hierarchy_figure(levels()))[0], boxes(hierarchy_figure(shuffled))[0], strict=True):
        assert one.shape == other.shape
    widths = [sorted(box[1, 0] - box[0, 0] for box in boxes(hierarchy_figure(one))[0]) for one in (levels(), shuffled)]
    assert widths[0] == widths[1]
    corners = boxes(hierarchy_figure(shuffled))[0]
    covered = {row: sorted((box[0, 0], box[1, 0]) for box in corners if box[0, 1] == row) for row in range(4)}
    for parts in covered.values():
        assert parts[0][0] == 0 and parts[-1][1] == len(log())
        assert all(left[1] == right[0] for left, right in itertools.pairwise(parts))


def test_no_critical_episode_and_plain_rule():
    calm = aggregate_log(simulate_act_log(1, np.random.default_rng(1), critical_share=0), rule=PEAK_END, neutral=4)
    figure = hierarchy_figure(calm)
    assert "none critical" in figure.alt and "the last part only" in figure.caption
    assert not figure.figure.legends
    one = aggregate_log(log().iloc[:1].assign(score=4.0), neutral=4)
    assert "1 sequence " in hierarchy_figure(one).alt and "1 act from 4 to 4" in hierarchy_figure(one).alt


def test_one_of_several_relationships():
    result = aggregate_log(log(3), neutral=4)
    figure = hierarchy_figure(result, relationship="R2")
    assert figure.figure.get_suptitle().startswith("R2: ")
    assert set(figure.table.index.str[:2]) == {"R2"}
    with pytest.raises(InputError, match="`relationship`: found None.*one of the 3 relationships, such as 'R1'"):
        hierarchy_figure(result)
    long = simulate_act_log(1, np.random.default_rng(1), sequences=60)
    with pytest.raises(InputError, match="`levels`: found .* acts in relationship 'R1'"):
        hierarchy_figure(aggregate_log(long, neutral=4))


def test_rules_say_and_draw_the_numbers():
    result = compare_rules(log(6), RULES, neutral=4)
    figure = rule_figure(result, source="Simulated.")
    most = result.spread.idxmax()
    title = figure.figure.get_suptitle()
    assert f"up to {result.spread[most]:.1f}" in title and f"{result.reversals} of 15 pairs" in title
    assert f"that of {most}: mean {result.scores.loc[most, 'mean']:.1f}" in figure.alt
    assert f"peak and end {result.scores['peak and end'].mean():.2f}" in figure.alt
    order = result.scores.sort_values("mean", ascending=False)
    for line in figure.figure.axes[0].lines:
        np.testing.assert_allclose(line.get_xdata(), order[line.get_label()])
    assert figure.caption.endswith("Simulated.") and len(figure.table) == 6
    with pytest.raises(InputError, match="`comparison`: found 16 relationships"):
        rule_figure(compare_rules(log(16), RULES, neutral=4), source="")
    with pytest.raises(InputError, match="`comparison`: found 6 columns"):
        rule_figure(compare_rules(log(2), {str(i): MEAN for i in range(6)}, neutral=4), source="")


def test_names_show_as_they_are():
    evil = log().replace({"relationship": "R1", "sequence": "R1.S3", "episode": "R1.S3.E1"}, EVIL)
    rules = {EVIL: MEAN, "peak and end": PEAK_END}
    for figure in (
        hierarchy_figure(aggregate_log(evil, neutral=4)),
        rule_figure(compare_rules(evil, rules, neutral=4), source=EVIL),
    ):
        html = figure._repr_mimebundle_()["text/html"]
        assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
        assert not any(text.get_parse_math() for text in figure.figure.findobj(Text))


@pytest.mark.parametrize(
    "make",
    [
        lambda: hierarchy_figure(levels(PEAK_END)),
        lambda: hierarchy_figure(aggregate_log(log().assign(relationship="An account with a long name"), neutral=4)),
        lambda: rule_figure(compare_rules(log(15), RULES, neutral=4), source="S."),
        lambda: rule_figure(compare_rules(log(), RULES, neutral=4), source="S."),
    ],
)
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, title


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer = explore_interaction()
    for corner in itertools.product(*((control.min, control.max) for control in explorer.controls.values())):
        for control, value in zip(explorer.controls.values(), corner, strict=True):
            control.value = value
        image = Image.open(io.BytesIO(picture(explorer).jpeg))
        assert image.format == "JPEG" and image.size == (728, 416)
        text = picture(explorer).alt + explorer.sentence
        assert "Caution" not in text and not re.search(r"\b(nan|inf)\b", text)
        assert explorer.result.rule == AggregationRule(*corner)


def test_each_slider_moves_picture_and_words():
    explorer = explore_interaction()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + 4 * control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_own_log_is_explored():
    own = log(3).query("relationship == 'R2'")
    assert explore_interaction(own).result.relationships.index.to_list() == ["R2"]
    with pytest.raises(InputError, match="`log`: found 3 relationships"):
        explore_interaction(log(3))


def test_moving_and_still_form_show_the_same():
    live = HierarchyPlot().open(dpi=144)
    for result in (levels(), levels(PEAK_END), levels(AggregationRule(0.5, 30, 4))):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(HierarchyPlot(), result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
