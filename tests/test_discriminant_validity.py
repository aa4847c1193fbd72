"""Discriminant validity: seminr's fixtures, Holzinger-Swineford, closed forms, invariance."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.discriminant_validity import compare_constructs, fornell_larcker_table, pair_table
from relmark_helpers.calculations.measurement_rules import judge_measurement
from relmark_helpers.calculations.reliability_estimates import measure_reliability
from relmark_helpers.validation import InputError, StatisticalWarning
from tests.measurement import FOUR, FOUR_PATHS, HOLZINGER, HOLZINGER_SCALES, MOBI, SIX, pls_weights, seed


def compare(items=MOBI, constructs=FOUR, **options):
    return compare_constructs(items, constructs, **({"generator": seed(), "resamples": 100} | options))


def with_covariances(matrix, n=301):
    """Return answers whose covariances are exactly ``matrix``."""
    noise = np.random.default_rng(1939).normal(size=(n, len(matrix)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise.T))).T
    return pd.DataFrame(white @ np.linalg.cholesky(matrix).T, columns=[f"x{i + 1}" for i in range(len(matrix))])


def test_htmt_fixture():
    # Fixture htmt.csv of the R package seminr (tests/fixtures/V_3_6_0), four constructs.
    published = {
        ("Image", "Expectation"): 0.88803043,
        ("Image", "Value"): 0.65165939,
        ("Image", "Satisfaction"): 0.91010092,
        ("Expectation", "Value"): 0.58862898,
        ("Expectation", "Satisfaction"): 0.86510819,
        ("Value", "Satisfaction"): 0.74080893,
    }
    found = compare().params["htmt"]
    assert found.index.tolist() == list(published)
    np.testing.assert_allclose(found, list(published.values()), atol=6e-9)


def test_fornell_larcker_fixture():
    # Fixture fl_table.csv of the R package seminr: roots of AVE on the diagonal, correlations below.
    weights = pls_weights(MOBI.corr(), FOUR, FOUR_PATHS)
    table = fornell_larcker_table(MOBI, FOUR, weights=weights)
    np.testing.assert_allclose(np.diag(table), [0.691360857, 0.693186156, 0.921037825, 0.832684809], atol=2e-9)
    below = table.to_numpy()[[1, 2, 3, 2, 3, 3], [0, 0, 0, 1, 1, 2]]
    published = [0.505728413, 0.510787425, 0.695529337, 0.358245251, 0.511250544, 0.606306608]
    np.testing.assert_allclose(below, published, atol=2e-9)
    assert np.isnan(table.to_numpy()[np.triu_indices(4, 1)]).all()
    pairs = compare(weights=weights).params
    np.testing.assert_allclose(pairs["correlation"], [*published], atol=2e-9)
    assert pairs.loc[("Image", "Satisfaction"), "margin"] == pytest.approx(0.691360857 - 0.695529337, abs=4e-9)


def test_holzinger_and_swineford():
    # Published: HTMT .4243 .4665 .2896 and HTMT2 .3841 .3868 .2797, correlations without their signs.
    scales = {name: [f"x{i + 1}" for i in places] for name, places in HOLZINGER_SCALES.items()}
    found = compare(with_covariances(HOLZINGER), scales).params
    np.testing.assert_allclose(found["htmt"], [0.4243, 0.4665, 0.2896], atol=0.00005001)
    np.testing.assert_allclose(found["htmt2"], [0.3841, 0.3868, 0.2797], atol=0.00005001)


def test_image_and_satisfaction_fail_by_the_estimate_and_are_not_decided_by_the_limits():
    weights = pls_weights(MOBI.corr(), FOUR, FOUR_PATHS)
    reliability = measure_reliability(MOBI, FOUR, weights=weights, generator=seed())
    judged = judge_measurement(reliability, compare(weights=weights, resamples=5_000))
    pair = judged[judged["where"] == "Image and Satisfaction"].set_index("rule")
    assert pair["by_estimate"].eq("fails").all() and len(pair) == 3
    assert pair["verdict"].eq("borderline").all()
    assert judged["rule"].nunique() == 5
    value = judged[(judged["where"] == "Image and Value") & (judged["threshold"] == 0.90)]
    assert value["verdict"].tolist() == ["passes"]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(0.3, 0.9), min_size=6, max_size=6), st.floats(0.1, 1.0))
def test_htmt2_is_the_correlation_of_the_constructs(loadings, correlation):
    # Two factors with unequal loadings: HTMT2 is exact; HTMT is exact where the loadings within a construct are equal.
    load = np.array(loadings)
    between = np.where(np.equal.outer(np.arange(6) // 3, np.arange(6) // 3), 1.0, correlation)
    matrix = np.outer(load, load) * between
    np.fill_diagonal(matrix, 1.0)
    items = with_covariances(matrix)
    two = {"a": ["x1", "x2", "x3"], "b": ["x4", "x5", "x6"]}
    assert compare(items, two).params["htmt2"].iloc[0] == pytest.approx(correlation)
    equal = np.where(np.arange(6) < 3, load[0], load[3])
    matrix = np.outer(equal, equal) * between
    np.fill_diagonal(matrix, 1.0)
    assert compare(with_covariances(matrix), two).params["htmt"].iloc[0] == pytest.approx(correlation)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.floats(0.1, 50), min_size=16, max_size=16), st.floats(-100, 100))
def test_units_of_the_items_do_not_matter(scales, shift):
    items = [item for block in FOUR.values() for item in block]
    rescaled = MOBI[items] * scales[: len(items)] + shift
    np.testing.assert_allclose(compare(rescaled).params, compare().params, atol=1e-8)


def test_order_of_constructs_and_items_does_not_matter():
    turned = {name: FOUR[name][::-1] for name in reversed(FOUR)}
    found = compare(constructs=turned).params
    for (first, second), row in compare().params.iterrows():
        np.testing.assert_allclose(found.loc[(second, first)], row, atol=1e-10)


def test_constructs_that_are_one_have_a_ratio_of_one():
    random = np.random.default_rng(7)
    common = random.normal(size=(2000, 1))
    items = pd.DataFrame(common + random.normal(size=(2000, 6)), columns=list("abcdef"))
    fit = compare(items, {"x": ["a", "b", "c"], "y": ["d", "e", "f"]}, resamples=500)
    low, high = fit.conf_int().loc[("x", "y", "htmt")]
    assert low < 1 < high and high - low < 0.1


def test_weights_do_not_change_the_ratios():
    weighted = compare(weights=pls_weights(MOBI.corr(), FOUR, FOUR_PATHS))
    np.testing.assert_array_equal(weighted.params[["htmt", "htmt2"]], compare().params[["htmt", "htmt2"]])


def test_pair_table():
    table = pair_table(compare(constructs=SIX), "htmt")
    assert table.shape == (5, 5)
    assert table.loc["Satisfaction", "Image"] == pytest.approx(0.91010092)
    assert np.isnan(table.loc["Expectation", "Value"])
    assert table.notna().sum().sum() == 15
    with pytest.raises(InputError, match="`coefficient`: found 'HTMT'.*'htmt'"):
        pair_table(compare(), "HTMT")


def test_an_item_against_the_others_is_told():
    with pytest.warns(StatisticalWarning, match="Image: imag1 goes against"):
        compare(MOBI.assign(imag1=11 - MOBI["imag1"]))


@pytest.mark.parametrize(
    ("constructs", "message"),
    [
        ({"Image": SIX["Image"]}, "`constructs`: found 1.*two constructs or more"),
        ({"Image": SIX["Image"], "Complaints": ["cusco"]}, "Complaints.*two items or more"),
        ({"Image": SIX["Image"], "Trust": ["imag1", "imag2"]}, "'imag1', 'imag2' named more than once"),
    ],
)
def test_rejects(constructs, message):
    with pytest.raises(InputError, match=message):
        compare(constructs=constructs)
