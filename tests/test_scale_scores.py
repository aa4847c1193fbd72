"""Scale scores: the missing-answer rule, errors of measurement, and true scores against the truth of a simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relmark_helpers.calculations.reliability import cronbach_alpha
from relmark_helpers.calculations.scale_scores import answer_table, mean_limits, score_scales
from relmark_helpers.validation import InputError

ITEMS = ["a", "b", "c", "d"]


def answers(n=200, sd=1.0):
    random = np.random.default_rng(1951)
    return pd.DataFrame(random.normal(size=(n, 1)) + sd * random.normal(size=(n, 4)) + 10, columns=ITEMS)


def score(table, scales=None, scale=(0, 20)):
    scales = scales or {"one": ITEMS}
    return score_scales(table, scales, scale=scale, generator=np.random.default_rng(1), resamples=200)


def test_means_alpha_and_error_of_complete_answers():
    table = answers()
    found = score(table)
    row = found.table.loc["one"]
    np.testing.assert_allclose(found.scores["one"], table.mean(axis=1))
    alpha = cronbach_alpha(table.cov())
    assert row["alpha"] == pytest.approx(alpha) and row["alpha_low"] < alpha < row["alpha_high"]
    assert row["error"] == pytest.approx(table.mean(axis=1).std() * np.sqrt(1 - alpha))
    np.testing.assert_allclose(found.errors["one"], row["error"])
    low, high = stats.t.interval(0.95, 199, table.mean(axis=1).mean(), stats.sem(table.mean(axis=1)))
    assert (row["mean_low"], row["mean_high"]) == pytest.approx((low, high))


def test_missing_answers_follow_the_stated_rule():
    table = answers()
    table.loc[0, ["a"]] = np.nan
    table.loc[1, ["a", "b"]] = np.nan
    table.loc[2, ["a", "b", "c"]] = np.nan
    table.loc[3, ITEMS] = np.nan
    found = score(table)
    assert found.scores["one"].isna().tolist()[:5] == [False, False, True, True, False]
    assert found.scores.loc[1, "one"] == pytest.approx(table.loc[1, ["c", "d"]].mean())
    error = found.table.loc["one", "error"]
    expected = error * np.sqrt([4 / 3, 2, np.nan, np.nan, 1])
    np.testing.assert_allclose(found.errors["one"].to_numpy()[:5], expected)
    assert found.table.loc["one", ["respondents", "without", "complete"]].tolist() == [198, 2, 196]
    estimates, errors = found.true_scores()
    assert (
        estimates["one"].isna().tolist()[:5] == errors["one"].isna().tolist()[:5] == [False, False, True, True, False]
    )
    assert errors.loc[1, "one"] > errors.loc[0, "one"] > errors.loc[4, "one"]


def test_true_scores_of_one_scale_are_kelleys():
    found = score(answers())
    row = found.table.loc["one"]
    estimates, errors = found.true_scores()
    np.testing.assert_allclose(estimates["one"], row["mean"] + row["alpha"] * (found.scores["one"] - row["mean"]))
    np.testing.assert_allclose(errors["one"], row["sd"] * np.sqrt(row["alpha"] * (1 - row["alpha"])))


def test_true_scores_come_closer_to_the_truth_with_errors_of_the_right_size():
    random = np.random.default_rng(5)
    truth = pd.DataFrame(random.multivariate_normal([4, 5], [[1, 0.6], [0.6, 1.5]], 20_000), columns=["one", "two"])
    table = pd.DataFrame({f"{name}{i}": truth[name] + random.normal(size=20_000) for name in truth for i in range(3)})
    table = table.mask(random.random(table.shape) < 0.05)
    found = score(table, {name: [f"{name}{i}" for i in range(3)] for name in truth}, (-10, 20))
    estimates, errors = found.true_scores()
    off, raw = truth - estimates, truth - found.scores
    np.testing.assert_allclose((off / errors).std(), 1, atol=0.02)
    np.testing.assert_allclose((raw / found.errors).std(), 1, atol=0.02)
    covariance = np.linalg.inv(np.linalg.inv([[1, 0.6], [0.6, 1.5]]) + 3 * np.eye(2))  # of a normal posterior
    assert (errors.min() ** 2).tolist() == pytest.approx(np.diag(covariance).tolist(), abs=0.01)
    assert ((off**2).mean() < (raw**2).mean()).all()
    np.testing.assert_allclose(np.corrcoef(off.dropna().T, estimates.dropna().T)[:2, 2:], 0, atol=0.02)


def test_scores_without_anything_in_common_get_the_mean():
    random = np.random.default_rng(3)
    table = pd.DataFrame(random.normal(size=(100, 4)), columns=ITEMS)
    table["d"] = -table[["a", "b", "c"]].sum(axis=1) + 0.1 * random.normal(size=100)
    with pytest.warns(UserWarning, match="goes against"):
        found = score(table, scale=(-20, 20))
    assert found.table.loc["one", "alpha"] < 0
    estimates, errors = found.true_scores()
    np.testing.assert_allclose(estimates["one"], found.table.loc["one", "mean"])
    np.testing.assert_allclose(errors["one"], 0, atol=1e-6)


def test_nullable_integers_and_an_index_of_names():
    table = pd.DataFrame({"a": [1, 2, None, 5], "b": [2, 2, 3, 7]}, index=list("wxyz")).astype("Int64")
    assert answer_table(table, ["a", "b"], (1, 7)).loc["z"].tolist() == [5, 7]
    with pytest.warns(UserWarning, match="3 complete rows"):
        found = score(table, {"one": ["a", "b"]}, (1, 7))
    assert found.scores["one"].to_dict() == {"w": 1.5, "x": 2.0, "y": 3.0, "z": 6.0}


@pytest.mark.parametrize(
    ("table", "scales", "match"),
    [
        (answers(), {}, "dictionary"),
        (answers(), {"one": ["a"]}, "two items"),
        (answers(), {"one": ["a", "e"]}, "'e'"),
        (answers().replace({"a": answers()["a"].iloc[0]}, 99), {"one": ITEMS}, "99"),
        (answers().assign(a="x"), {"one": ITEMS}, "numbers"),
        (answers().assign(a=np.nan), {"one": ITEMS}, "0 complete rows"),
    ],
)
def test_unfit_input(table, scales, match):
    with pytest.raises(InputError, match=match):
        score_scales(table, scales, scale=(0, 20), generator=np.random.default_rng(1), resamples=100)


def test_too_few_for_true_scores():
    table = answers().join(answers().add_prefix("z"))
    table.loc[:100, ITEMS] = np.nan
    table.loc[101:, [f"z{item}" for item in ITEMS]] = np.nan
    found = score(table, {"one": ITEMS, "two": [f"z{item}" for item in ITEMS]})
    with pytest.raises(InputError, match="every scale"):
        found.true_scores()


def test_mean_limits_of_few_values():
    assert np.isnan(mean_limits(np.array([np.nan]))).all()
    mean, low, high = mean_limits(np.array([3.0, np.nan]))
    assert mean == 3 and np.isnan([low, high]).all()
