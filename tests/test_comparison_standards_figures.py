"""Figure and explorer of comparison standards: numbers in words and picture, names escaped, corners of the sliders."""

import functools
import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.comparison_standards import (
    BEST_BRAND_TRUTH,
    FINDINGS_TRUTH,
    SatisfactionTruth,
    simulate_comparisons,
)
from relmark_helpers.calculations.standard_fits import compare_specifications
from relmark_helpers.explore.comparison_standards import explore_standards
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.figures.comparison_standards import FitPlot, fit_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
TRUTHS = {
    "findings": FINDINGS_TRUTH,
    "best brand": BEST_BRAND_TRUTH,
    "nothing": SatisfactionTruth(performance=0.0),
    "expectation": SatisfactionTruth(disconfirmation={"predictive expectation": 0.5}, direct_error=0.1),
    "stated": SatisfactionTruth(
        0.0, {"predictive expectation": 1.0}, performance_error=0.0, standard_error=0.0, direct_error=3.0
    ),
}


@functools.cache
def compared(truth="findings", n=300):
    answers = simulate_comparisons(n, np.random.default_rng(1993), truth=TRUTHS[truth])
    return compare_specifications(answers, np.random.default_rng(6), repeats=2)


def test_says_and_draws_the_numbers():
    result = compared()
    figure = fit_figure(result, source="Simulated.")
    table = result.table
    for name in ("performance", "inferred: brand norm", "direct: brand norm", "performance + direct: brand norm"):
        assert f"{table.loc[name, 'cv_r_squared']:.2f}" in figure.alt
    gain = result.clear_gains().loc["performance + direct: brand norm"]
    assert f"{gain['estimate']:+.2f} ({gain['low']:+.2f} to {gain['high']:+.2f})" in figure.description
    assert figure.figure.get_suptitle().startswith(f"Direct brand norm adds {gain['estimate']:.2f} to performance")
    assert "300 respondents, 10 folds, 95% limits" in figure.caption and figure.caption.endswith("Simulated.")
    axes = figure.figure.axes[0]
    lines = {one.get_label(): one for one in axes.lines}
    np.testing.assert_allclose(
        lines["performance alone, limits shaded"].get_xdata(), table.loc["performance", "cv_r_squared"]
    )
    (band,) = axes.patches
    np.testing.assert_allclose(
        [band.get_x(), band.get_x() + band.get_width()], table.loc["performance", ["cv_low", "cv_high"]].astype(float)
    )
    for family, label in (("inferred", "inferred: performance less standard"), ("direct", "direct answer")):
        rows = table.loc[[f"{family}: {name}" for name in result.standards]]
        np.testing.assert_allclose(lines[label].get_xdata(), rows["cv_r_squared"])
        ends = [np.array(one)[:, 0] for limits in axes.collections for one in limits.get_segments()]
        assert all(any(np.allclose(pair, end) for end in ends) for pair in rows[["cv_low", "cv_high"]].to_numpy())
    looks = {(one.get_color(), one.get_marker()) for one in lines.values() if one.get_marker() != "None"}
    assert len({colour for colour, _ in looks}) == len({marker for _, marker in looks}) == 4
    assert len(figure.table) == len(table)


def test_draws_the_chosen_standards_with_limits_for_all():
    result = compared()
    figure = fit_figure(result, source="Simulated.", standards=["desired", "brand norm"])
    labels = [tick.get_text() for tick in figure.figure.axes[0].get_yticklabels()]
    assert labels == ["desired", "brand norm"]
    whole = fit_figure(result, source="Simulated.")
    assert figure.figure.get_suptitle() == whole.figure.get_suptitle()
    assert figure.description.split(". Best")[0] == whole.description.split(". Best")[0]
    assert "for 2 comparison standards" in figure.alt and "product norm" not in figure.alt
    assert "4 more standards were compared" in figure.caption and "more standards" not in whole.caption
    assert len(figure.table) == len(result.table)
    with pytest.raises(InputError, match="standards"):
        fit_figure(result, source="", standards=["price"])


@pytest.mark.parametrize("truth", TRUTHS)
def test_words_and_title_of_each_truth(truth):
    figure = fit_figure(compared(truth), source="Simulated.")
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt and figure.alt.endswith(".")
    figure.png()
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, title
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    gains = compared(truth).clear_gains()
    assert title.startswith("No regression is clearly above") == (not gains["clear"].any())


def test_names_show_as_they_are():
    answers = simulate_comparisons(200, np.random.default_rng(1), truth=FINDINGS_TRUTH)
    answers = answers.rename(columns={"brand norm": EVIL, "direct: brand norm": f"direct: {EVIL}"})
    result = compare_specifications(answers, np.random.default_rng(1), standards=[EVIL], attributes=())
    figure = fit_figure(result, source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in figure.figure.findobj(Text))
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1


def test_axis_reaches_fits_below_zero():
    answers = simulate_comparisons(40, np.random.default_rng(3), truth=TRUTHS["nothing"])
    result = compare_specifications(answers, np.random.default_rng(6), repeats=1)
    axes = fit_figure(result, source="Simulated.").figure.axes[0]
    assert axes.get_xlim()[0] <= result.table["cv_low"].min() < 0


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_corners_give_a_picture_and_a_sentence():
    """Every corner of weights and errors, half of them with few respondents and half with many."""
    explorer = explore_standards()
    *controls, respondents = explorer.controls.values()
    for high in itertools.product((False, True), repeat=len(controls)):
        for control, up in zip(controls, high, strict=True):
            control.value = control.max if up else control.min
        respondents.value = respondents.max if sum(high) % 2 else respondents.min
        image = Image.open(io.BytesIO(picture(explorer).jpeg))
        assert image.format == "JPEG" and image.size == (728, 520)
        text = picture(explorer).alt + explorer.sentence
        assert "Caution" not in text and not re.search(r"\b(nan|inf)\b", text)


def test_each_slider_moves_picture_and_words():
    explorer = explore_standards()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + 3 * control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_moving_and_still_form_show_the_same():
    live = FitPlot("Simulated.").open(dpi=144)
    for result in (compared(), compared("best brand"), compared()):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(FitPlot("Simulated."), result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
