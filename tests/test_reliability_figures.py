"""Figures and explorer of measurement: numbers in the alt text, marks as judged, text from data escaped."""

import warnings

import numpy as np
import pytest

from relmark_helpers.calculations.discriminant_validity import compare_constructs
from relmark_helpers.calculations.measurement_rules import judge_measurement
from relmark_helpers.calculations.reliability import alpha_by_length
from relmark_helpers.calculations.reliability_estimates import measure_items, measure_reliability
from relmark_helpers.explore.reliability import explore_alpha
from relmark_helpers.figures.measurement_rules import rules_figure
from relmark_helpers.figures.reliability import alpha_by_length_figure
from relmark_helpers.figures.reliability_estimates import item_map_figure
from relmark_helpers.validation import InputError
from tests.measurement import MOBI, SIX, seed

EVIL = "<script>alert(1)</script>"
with warnings.catch_warnings(action="ignore"):
    JUDGED = judge_measurement(
        measure_reliability(MOBI, SIX, generator=seed()), compare_constructs(MOBI, SIX, generator=seed())
    )
ITEMS = measure_items(MOBI, SIX, generator=seed())


def rules(coefficient="alpha_raw", source="A source."):
    return rules_figure(JUDGED, coefficient, source=source)


def item_map(source="A source."):
    return item_map_figure(ITEMS, source=source)


def test_alphas_are_told_and_drawn():
    figure = rules()
    assert figure.figure.get_suptitle() == "Cronbach's alpha against 0.70: 3 pass, 2 fail, 1 borderline"
    assert "By the estimate alone 2 fail: Loyalty 0.44, Expectation 0.43." in figure.alt
    assert "a convention" in figure.caption
    drawn = {tuple(line.get_xdata()) for line in figure.figure.axes[0].lines}
    rows = JUDGED[JUDGED["coefficient"] == "alpha_raw"]
    assert {(row["low"], row["high"]) for _, row in rows.iterrows()} <= drawn
    points = [line for line in figure.figure.axes[0].lines if line.get_marker() in "os^"]
    assert sorted(len(line.get_xdata()) for line in points) == [1, 2, 3]
    assert [text.get_text() for text in figure.figure.axes[0].get_yticklabels()][-1] == "Expectation"


def test_ratios_name_the_pairs_that_fail_by_the_estimate():
    figure = rules("htmt")
    assert "Image and Satisfaction 0.91" in figure.alt and "By the estimate alone 4 fail" in figure.alt
    labels = {text.get_text() for text in figure.figure.legends[0].get_texts()}
    assert {"0.90, a convention", "0.85, a convention"} <= labels
    assert len(figure.table) == 30


def test_item_map_tells_the_item_that_does_not_belong():
    figure = item_map()
    assert figure.figure.get_suptitle() == "Without cusl2 alpha of Loyalty rises from 0.44 to 0.70"
    assert (
        "Loyalty, 0.44 with all; without cusl1 0.18" in figure.alt
        and "cusl2 0.70 (0.57 to 0.79; alpha rises)" in figure.alt
    )
    assert "Value: two items" in figure.alt and "Borderline" in figure.caption
    texts = {text.get_text() for text in figure.figure.legends[0].get_texts()}
    kinds = {f"without the item alpha {kind}" for kind in ("falls", "rises, borderline", "rises")}
    assert texts == {"with all items"} | kinds
    limits = [tuple(line.get_xdata()) for line in figure.figure.axes[0].lines if len(line.get_xdata()) == 2]
    item = ("Loyalty", "cusl2")
    assert tuple(table.loc[item, "alpha_if_deleted"] for table in ITEMS.limits()) in limits
    labels = [text.get_text() for text in figure.figure.axes[0].get_yticklabels()]
    assert "Value without perv1 (one left)" in labels and len(labels) == 23


def test_item_map_where_no_item_lowers_alpha():
    found = measure_items(MOBI, {"Quality": SIX["Quality"]}, generator=seed(), resamples=200)
    figure = item_map_figure(found, source="")
    assert "7 items would clearly raise alpha in no case" in figure.figure.get_suptitle()


@pytest.mark.parametrize("make", [rules, lambda source="x": rules("htmt", source), item_map])
def test_every_figure_escapes_and_is_the_same_each_time(make):
    html = make(source=EVIL)._repr_mimebundle_()["text/html"]
    assert "<script" not in html and "&lt;script&gt;" in html
    assert make().png() == make().png()


def test_names_from_data_are_escaped():
    evil = {EVIL: SIX["Value"], "Image": SIX["Image"]}
    judged = judge_measurement(measure_reliability(MOBI, evil, generator=seed(), resamples=100))
    assert "<script" not in rules_figure(judged, "ave", source="")._repr_mimebundle_()["text/html"]
    found = measure_items(MOBI, evil, generator=seed(), resamples=100)
    assert "<script" not in item_map_figure(found, source="")._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize(
    "make", [*[lambda name=name: rules(name) for name in ("alpha_raw", "ave", "margin", "htmt")], item_map]
)
def test_titles_fit_on_the_page(make):
    figure = make().figure
    figure.canvas.draw()
    assert figure._suptitle.get_window_extent().x1 <= figure.bbox.x1


def test_rules_without_limits_are_drawn():
    without = JUDGED.assign(low=np.nan, high=np.nan, verdict="no limits")
    assert "6 without limits" in rules_figure(without, "alpha_raw", source="").figure.get_suptitle()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rules("alpha"), "`coefficient`: found 'alpha'.*'alpha_raw'"),
        (lambda: rules_figure(ITEMS.params, "alpha_raw", source=""), "`judged`.*columns named"),
        (
            lambda: item_map_figure(
                measure_reliability(MOBI, {"Value": SIX["Value"]}, generator=seed(), resamples=100), source=""
            ),
            "`statistics`.*item_total",
        ),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_length_of_a_scale():
    figure = alpha_by_length_figure(alpha_by_length(3, 0.3))
    assert figure.figure.get_suptitle() == "3 items at a correlation of 0.30: alpha 0.56"
    assert "reached with 6." in figure.alt and "not better items" in figure.description
    assert "1 item at" in alpha_by_length_figure(alpha_by_length(1, 0.9)).figure.get_suptitle()


def test_explorer_at_the_corners():
    panel = explore_alpha()
    lengths, correlations = panel.controls.values()
    for items in (lengths.min, lengths.max):
        for correlation in (correlations.min, correlations.max):
            lengths.value, correlations.value = items, correlation
            expected = items * correlation / (1 + (items - 1) * correlation)
            assert panel.result.alpha == pytest.approx(expected)
            assert f"alpha {expected:.2f}" in panel.sentence
            assert "<img" in panel._repr_mimebundle_()["text/html"]
