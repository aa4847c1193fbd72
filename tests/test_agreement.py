"""Kendall's W and intraclass correlations against scipy, statsmodels, a published table, and chance."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.agreement import intraclass_correlation, kendall_w
from relmark_helpers.validation import InputError

SHROUT_FLEISS = np.array([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2], [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]])
tables = st.tuples(st.integers(3, 8), st.integers(3, 7), st.integers(0, 10_000)).map(
    lambda one: np.random.default_rng(one[2]).integers(1, 6, one[:2])
)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_w_by_friedman_test_with_ties(scores):
    if not np.ptp(scores, axis=1).any():
        return
    found = kendall_w(scores)
    expected = stats.friedmanchisquare(*scores.T)
    assert found.chi2 == pytest.approx(expected.statistic) and found.pvalue == pytest.approx(expected.pvalue)
    assert found.w == pytest.approx(expected.statistic / (len(scores) * (scores.shape[1] - 1)))
    assert -1e-12 <= found.w <= 1 + 1e-12
    assert kendall_w(np.exp(scores) * 3).w == pytest.approx(found.w)  # order only


def test_w_by_the_mean_rank_correlation_of_the_pairs():
    ranks = np.random.default_rng(2).permuted(np.tile(np.arange(7.0), (5, 1)), axis=1)
    pairs = [stats.spearmanr(ranks[a], ranks[b]).statistic for a in range(5) for b in range(a)]
    assert (5 * kendall_w(ranks).w - 1) / 4 == pytest.approx(np.mean(pairs))


def test_full_agreement_and_chance():
    assert kendall_w([[2, 4, 6]] * 4).w == pytest.approx(1)
    random = np.random.default_rng(3)
    drawn = [kendall_w(random.random((5, 7))) for _ in range(400)]
    assert np.mean([one.w for one in drawn]) == pytest.approx(1 / 5, abs=0.015)
    assert np.mean([one.pvalue < 0.05 for one in drawn]) < 0.07


@settings(max_examples=15, deadline=None)
@given(tables)
def test_correlation_by_analysis_of_variance_of_statsmodels(scores):
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    if np.ptp(scores) == 0:
        return
    k, n = scores.shape
    long = pd.DataFrame(
        {"y": scores.ravel().astype(float), "judge": np.repeat(np.arange(k), n), "thing": np.tile(np.arange(n), k)}
    )
    table = anova_lm(ols("y ~ C(judge) + C(thing)", long).fit())
    judge, thing, rest = table["sum_sq"] / table["df"]
    found = intraclass_correlation(scores)
    below = thing + (k - 1) * rest + k * (judge - rest) / n
    if below > 1e-9 and rest > 1e-9:
        assert found.single == pytest.approx((thing - rest) / below, abs=1e-9)
        assert found.single_low - 1e-9 <= found.single <= found.single_high + 1e-9
        average_below = thing + (judge - rest) / n
        if average_below > 1e-6:
            assert found.average == pytest.approx((thing - rest) / average_below, rel=1e-6, abs=1e-9)


def test_table_of_shrout_and_fleiss():
    found = intraclass_correlation(SHROUT_FLEISS)
    assert (round(found.single, 2), round(found.average, 2)) == (0.29, 0.62)
    assert (round(found.single_low, 2), round(found.single_high, 2)) == (0.02, 0.76)  # as R's psych prints, from memory
    assert (found.judges, found.objects) == (4, 6)


def test_shifted_judges_agree_in_order_but_not_in_score():
    base = np.array([2.0, 4, 5, 7, 8])
    shifted = np.array([base, base + 1, base + 2])
    assert kendall_w(shifted).w == pytest.approx(1)
    assert intraclass_correlation(shifted).single < 0.95
    same = intraclass_correlation(np.array([base] * 3))
    assert same.single == same.single_low == same.single_high == same.average == 1


def test_few_judges_without_agreement_give_missing_values_not_errors():
    opposite = intraclass_correlation([[1, 2], [2, 1]])
    assert np.isnan([opposite.single, opposite.average]).all()
    for size in ((2, 2), (2, 3), (3, 2)):
        for scores in itertools.product((1, 2, 3), repeat=size[0] * size[1]):
            if len(set(scores)) > 1:
                found = intraclass_correlation(np.reshape(scores, size))
                assert not found.single_low > found.single + 1e-9 and not found.single_high < found.single - 1e-9
                assert not found.average > 1 + 1e-9


def test_limits_hold_the_true_correlation_as_often_as_stated():
    random, held = np.random.default_rng(6), []
    for _ in range(400):
        scores = random.normal(size=(1, 7)) + 0.5 * random.normal(size=(8, 1)) + random.normal(size=(8, 7))
        found = intraclass_correlation(scores)
        held.append(found.single_low < 1 / 2.25 < found.single_high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("function", [kendall_w, intraclass_correlation])
@pytest.mark.parametrize("ratings", [[[1, 2, 3]], [1, 2, 3], [[1], [2]], [[1, 2], [1, np.nan]], [[4, 4], [4, 4]], "x"])
def test_what_is_refused(function, ratings):
    with pytest.raises(InputError):
        function(ratings)
