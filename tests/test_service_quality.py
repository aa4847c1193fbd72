"""SERVQUAL: published example, plain computations, reversed items, the rule for incomplete answers, limits."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.service_quality import (
    PUBLISHED_GAPS,
    SERVQUAL_LAYOUT,
    measure_service_quality,
    weigh_gaps,
)
from relmark_helpers.validation import InputError

NAMES = ["tangibles", "reliability", "responsiveness", "assurance", "empathy"]
POINTS = dict(zip(NAMES, [10, 40, 20, 15, 15], strict=True))
DIMS = {"q1": "a", "q2": "a", "q3": "a", "q4": "b"}


def ratings(size=60, seed=3, gaps=0.0, items=SERVQUAL_LAYOUT):
    random = np.random.default_rng(seed)
    tables = []
    for middle in (5.0, 5.8):
        values = np.clip(
            np.rint(middle + random.normal(0, 1, (size, 1)) + random.normal(0, 1, (size, len(items)))), 1, 7
        )
        tables.append(pd.DataFrame(np.where(random.random(values.shape) < gaps, np.nan, values), columns=list(items)))
    return tables


def test_published_example():
    weighed = weigh_gaps(PUBLISHED_GAPS)
    assert weighed.table["gap"].sum() == pytest.approx(-4.29)
    assert weighed.unweighted == weighed.weighted == pytest.approx(-0.858)
    assert f"{weighed.unweighted:.2f}" == "-0.86"
    assert weigh_gaps(PUBLISHED_GAPS, POINTS).weighted == pytest.approx(-0.065 - 0.44 - 0.166 - 0.105 - 0.1515)


def test_layout_has_22_items_in_five_dimensions():
    layout = pd.Series(SERVQUAL_LAYOUT)
    assert layout.value_counts(sort=False).to_dict() == dict(zip(NAMES, [4, 5, 4, 4, 5], strict=True))
    assert layout.index.tolist() == [f"item_{number}" for number in range(1, 23)]
    with pytest.raises(TypeError):
        SERVQUAL_LAYOUT["item_1"] = "empathy"


@settings(max_examples=50)
@given(st.lists(st.floats(-6, 6), min_size=5, max_size=5), st.lists(st.integers(1, 100), min_size=5, max_size=5))
def test_overall_lies_between_the_dimensions(gaps, raw):
    points = {name: 100 * value / sum(raw) for name, value in zip(NAMES, raw, strict=True)}
    weighed = weigh_gaps(dict(zip(NAMES, gaps, strict=True)), points)
    assert min(gaps) - 1e-9 <= weighed.weighted <= max(gaps) + 1e-9
    assert weighed.table["contribution"].sum() == pytest.approx(weighed.weighted)


def test_complete_answers_against_plain_pandas_and_scipy():
    seen, wished = ratings()
    quality = measure_service_quality(seen, wished, SERVQUAL_LAYOUT, points=POINTS)
    gaps = seen - wished
    scores = pd.DataFrame(
        {name: gaps[[i for i, d in SERVQUAL_LAYOUT.items() if d == name]].mean(axis=1) for name in NAMES}
    )
    own = {"unweighted": scores.mean(axis=1), "weighted": scores @ (pd.Series(POINTS) / 100)}
    for table, columns in ((quality.items, gaps), (quality.dimensions, scores), (quality.overall, pd.DataFrame(own))):
        for name in columns:
            expected = stats.ttest_1samp(columns[name], 0).confidence_interval(0.95)
            row = table.loc[name]
            assert [row["gap"], row["low"], row["high"]] == pytest.approx([columns[name].mean(), *expected])
    assert quality.overall.loc["unweighted", "gap"] == pytest.approx(quality.dimensions["gap"].mean())
    assert (quality.left_out == 0).all()
    assert quality.items["perception"].tolist() == pytest.approx(seen.mean().tolist())
    assert quality.dimensions["items"].tolist() == [4, 5, 4, 4, 5]
    assert quality.summary().index.tolist() == [*NAMES, "unweighted", "weighted"]


def test_unequal_item_numbers_do_not_weigh():
    seen = pd.DataFrame([[1, 1, 1, 5], [1, 1, 1, 5.0]], columns=list(DIMS))
    wished = seen.where(seen > 1, 3)
    assert measure_service_quality(seen, wished, DIMS).overall.loc["unweighted", "gap"] == -1


def test_reversed_items_are_turned_in_both_tables():
    seen, wished = ratings()
    turned = ["item_3", "item_10"]
    raw = [table.assign(**{item: 8 - table[item] for item in turned}) for table in (seen, wished)]
    right = measure_service_quality(seen, wished, SERVQUAL_LAYOUT)
    mended = measure_service_quality(*raw, SERVQUAL_LAYOUT, reversed_items=turned)
    forgotten = measure_service_quality(*raw, SERVQUAL_LAYOUT)
    pd.testing.assert_frame_equal(right.items, mended.items)
    pd.testing.assert_frame_equal(right.summary(), mended.summary())
    assert forgotten.items.loc["item_3", "gap"] == pytest.approx(-right.items.loc["item_3", "gap"])


def test_rule_for_incomplete_answers():
    seen = pd.DataFrame(
        {
            "q1": [3, 3, 3, 3, 3],
            "q2": [3, 3, None, None, 3],
            "q3": [3, None, None, None, 3],
            "q4": [3, 3, 3, None, 3],
        }
    )
    wished = pd.DataFrame(
        {"q1": [4, 5, 6, None, 3], "q2": [4, 7, 4, 4, 3], "q3": [4, 4, 4, 4, 3], "q4": [5, 3, 3, 3, 3]}
    )
    half = measure_service_quality(seen, wished, DIMS)
    # a: -1 (three items), -3 (two of three), dropped (one of three), dropped (none), 0. b: -2, 0, 0, dropped, 0.
    assert half.dimensions["respondents"].tolist() == [3, 4]
    assert half.dimensions["gap"].tolist() == pytest.approx([-4 / 3, -1 / 2])
    assert half.overall.loc["unweighted", ["respondents", "gap"]].tolist() == pytest.approx([4, -11 / 12])
    assert half.left_out.to_dict() == {
        "pairs of ratings incomplete": 7,
        "dimension scores from some of the items": 1,
        "dimension scores dropped by the rule": 3,
        "respondents dropped from a dimension": 2,
        "respondents dropped altogether": 1,
        "respondents without points": 0,
    }
    third = measure_service_quality(seen, wished, DIMS, least_answered=1 / 3)
    assert third.dimensions.loc["a", ["respondents", "gap"]].tolist() == pytest.approx([4, -7 / 4])
    strict = measure_service_quality(seen, wished, DIMS, least_answered=1)
    assert strict.dimensions.loc["a", ["respondents", "gap"]].tolist() == pytest.approx([2, -1 / 2])
    with pytest.raises(InputError, match="1 respondents for 'q3'"):
        measure_service_quality(seen[:4], wished[:4], DIMS)


def test_limits_of_the_overall_gap_with_gaps_in_the_data_agree_with_the_jackknife():
    size = 40
    seen, wished = ratings(size=size, gaps=0.3)
    quality = measure_service_quality(seen, wished, SERVQUAL_LAYOUT, points=POINTS)
    assert quality.left_out["dimension scores dropped by the rule"] > 20
    without = pd.DataFrame(
        [
            measure_service_quality(seen.drop(row), wished.drop(row), SERVQUAL_LAYOUT, points=POINTS).overall["gap"]
            for row in seen.index
        ]
    )
    error = np.sqrt((size - 1) / size * ((without - without.mean()) ** 2).sum())
    half = (quality.overall["high"] - quality.overall["low"]) / 2 / stats.t.ppf(0.975, size - 1)
    np.testing.assert_allclose(half, error, rtol=0.04)


def test_points_from_each_respondent():
    seen, wished = ratings(size=40)
    random = np.random.default_rng(2)
    own = pd.DataFrame(100 * random.dirichlet(np.ones(5), 40), columns=NAMES)
    own.iloc[3] = np.nan
    quality = measure_service_quality(seen, wished, SERVQUAL_LAYOUT, points=own)
    gaps = seen - wished
    scores = pd.DataFrame(
        {name: gaps[[i for i, d in SERVQUAL_LAYOUT.items() if d == name]].mean(axis=1) for name in NAMES}
    )
    expected = (scores * own / 100).sum(axis=1, skipna=False).dropna()
    assert quality.overall.loc["weighted", ["respondents", "gap"]].tolist() == pytest.approx([39, expected.mean()])
    assert quality.left_out["respondents without points"] == 1
    same = pd.DataFrame([POINTS] * 40)
    one_set = measure_service_quality(seen, wished, SERVQUAL_LAYOUT, points=POINTS)
    pd.testing.assert_frame_equal(
        measure_service_quality(seen, wished, SERVQUAL_LAYOUT, points=same).overall, one_set.overall
    )


def test_nullable_and_unused_columns():
    seen, wished = ratings(size=30, gaps=0.1)
    plain = measure_service_quality(seen, wished, SERVQUAL_LAYOUT)
    nullable = measure_service_quality(seen.astype("Int64").assign(name="x"), wished.astype("Float64"), SERVQUAL_LAYOUT)
    pd.testing.assert_frame_equal(plain.summary(), nullable.summary())


@settings(max_examples=8)
@given(st.integers(0, 1000), st.integers(-2, 4))
def test_gaps_do_not_depend_on_where_the_scale_starts(seed, shift):
    seen, wished = ratings(size=12, seed=seed)
    here = measure_service_quality(seen, wished, SERVQUAL_LAYOUT, reversed_items=["item_1"])
    there = measure_service_quality(
        seen + shift, wished + shift, SERVQUAL_LAYOUT, reversed_items=["item_1"], scale=(1 + shift, 7 + shift)
    )
    pd.testing.assert_frame_equal(here.summary(), there.summary())


GOOD = pd.DataFrame([[5, 5, 5, 5], [6, 6, 6, 6]], columns=list(DIMS))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"perception": GOOD.replace(6, 9)}, "ratings from 1 to 7"),
        ({"perception": GOOD.astype(str)}, "ratings from 1 to 7"),
        ({"perception": GOOD.drop(columns="q2")}, "column named 'q2'"),
        ({"perception": [[5, 5, 5, 5]]}, "DataFrame"),
        ({"expectation": GOOD.set_index(pd.Index([4, 5]))}, "other rows"),
        ({"perception": GOOD[["q1", "q1", "q2", "q3", "q4"]]}, "twice"),
        ({"dimensions": {}}, "no items"),
        ({"reversed_items": "q1"}, "list of items"),
        ({"reversed_items": ["q9"]}, "list of items"),
        ({"scale": (7, 1)}, "lowest rating first"),
        ({"least_answered": 0}, "least_answered"),
        ({"level": 1}, "level"),
        ({"points": {"a": 50, "b": 40}}, "add up to 90"),
        ({"points": {"a": 100}}, "points for a"),
        ({"points": {"a": 120, "b": -20}}, "0 or more"),
        ({"points": pd.DataFrame({"a": [50, 50], "b": [50, 60]})}, "add up to 110"),
        ({"points": pd.DataFrame({"a": [50, 50], "b": [50, np.nan]})}, "for every dimension"),
        ({"points": pd.DataFrame({"a": [50], "b": [50]})}, "other rows"),
    ],
)
def test_refused(change, said):
    arguments = {"perception": GOOD, "expectation": GOOD, "dimensions": DIMS} | change
    with pytest.raises(InputError, match=said):
        measure_service_quality(**arguments)


def test_weigh_gaps_refuses():
    with pytest.raises(InputError, match="no dimension"):
        weigh_gaps({})
    with pytest.raises(InputError, match="gaps"):
        weigh_gaps({"a": np.nan})
    with pytest.raises(InputError, match="add up to 1"):
        weigh_gaps({"a": 1.0}, {"a": 1})
