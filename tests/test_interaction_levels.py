"""Interaction levels: rules by hand and against a loop, special cases, contradictions in the log."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.interaction_levels import (
    MEAN,
    PEAK_END,
    AggregationRule,
    aggregate_log,
    compare_rules,
)
from relmark_helpers.calculations.interaction_simulation import simulate_act_log
from relmark_helpers.validation import InputError, StatisticalWarning


def small():
    return pd.DataFrame(
        {
            "relationship": ["R"] * 6,
            "sequence": ["S1", "S1", "S1", "S1", "S2", "S2"],
            "episode": ["E1", "E1", "E1", "E2", "E3", "E3"],
            "act": list("abcdef"),
            "time": [0, 1, 2, 30, 100, 110],
            "score": [6, 3, 5, 1, 5, 7],
            "critical": [0, 0, 0, 1, 0, 0],
        }
    )


def by_loop(log, rule, neutral):
    """Return the scores of all levels part by part, as the docstring of the rule has them."""
    parts = {
        row.act: (row.score, row.time, False, (row.relationship, row.sequence, row.episode)) for row in log.itertuples()
    }
    flagged = set(log.loc[log["critical"].astype(bool), "episode"])
    scores = {}
    for depth in (2, 1, 0):
        wholes = {}
        for name, (score, end, critical, home) in parts.items():
            wholes.setdefault(home[depth], []).append((score, end, critical, home, name))
        parts = {}
        for whole, members in wholes.items():
            last = max(end for _, end, _, _, _ in members)
            weighted = []
            for score, end, critical, _, _ in members:
                c = rule.critical_weight if critical else 1.0
                age = last - end
                fade = (1.0 if age == 0 else 0.0) if rule.half_life == 0 else 0.5 ** (age / rule.half_life)
                weighted.append((c * fade, score, round(c * abs(score - neutral), 9), end))
            mean = sum(w * s for w, s, _, _ in weighted) / sum(w for w, _, _, _ in weighted)
            top = max((intensity, end) for _, _, intensity, end in weighted)
            peaks = [s for _, s, intensity, end in weighted if (intensity, end) == top]
            peak = sum(peaks) / len(peaks)
            critical = whole in flagged if depth == 2 else any(member[2] for member in members)
            value = rule.peak_weight * peak + (1 - rule.peak_weight) * mean
            parts[whole] = (value, last, critical, members[0][3])
            scores[whole] = value
    return scores


def test_mean_by_hand():
    levels = aggregate_log(small(), neutral=4)
    np.testing.assert_allclose(levels.episodes["score"], [14 / 3, 1, 6])
    np.testing.assert_allclose(levels.sequences["score"], [(14 / 3 + 1) / 2, 6])
    np.testing.assert_allclose(levels.relationships["score"], [((14 / 3 + 1) / 2 + 6) / 2])
    np.testing.assert_allclose(levels.relationships["act_mean"], [27 / 6])
    np.testing.assert_allclose(levels.sequences["act_mean"], [15 / 4, 6])
    assert levels.episodes["critical"].to_list() == [False, True, False]
    assert levels.sequences["critical"].to_list() == [True, False]
    assert levels.relationships[["parts", "acts", "start", "end"]].iloc[0].to_list() == [2, 6, 0, 110]
    assert levels.episodes["parts"].to_list() == [3, 1, 2]


def test_peak_end_by_hand():
    levels = aggregate_log(small(), rule=PEAK_END, neutral=4)
    np.testing.assert_allclose(levels.episodes["score"], [(6 + 5) / 2, 1, 7])  # peak 6 is 2 from neutral, end 5
    np.testing.assert_allclose(levels.sequences["score"], [1, 7])  # peak and end of the first are both the episode 1
    np.testing.assert_allclose(levels.relationships["score"], [7])  # 1 and 7 are as intense: the later one is the peak


def test_recency_by_hand():
    levels = aggregate_log(small(), rule=AggregationRule(half_life=10), neutral=4)
    w = 0.5 ** np.array([0.2, 0.1, 0])
    np.testing.assert_allclose(levels.episodes["score"].iloc[0], w @ [6, 3, 5] / w.sum())
    np.testing.assert_allclose(levels.episodes["score"].iloc[2], (0.5 * 5 + 7) / 1.5)


def test_critical_weight_by_hand():
    levels = aggregate_log(small(), rule=AggregationRule(critical_weight=3), neutral=4)
    np.testing.assert_allclose(levels.episodes["score"], [14 / 3, 1, 6])
    first = (14 / 3 + 3 * 1) / 4
    np.testing.assert_allclose(levels.sequences["score"], [first, 6])
    np.testing.assert_allclose(levels.relationships["score"], [(3 * first + 6) / 4])
    peak = aggregate_log(small(), rule=AggregationRule(peak_weight=1, critical_weight=3), neutral=4)
    assert peak.relationships["score"].iloc[0] == 1  # three times as intense, so the later 7 is no longer the peak


RULES = st.builds(
    AggregationRule,
    peak_weight=st.sampled_from([0, 0.3, 1]),
    half_life=st.sampled_from([0, 5, 120, np.inf]),
    critical_weight=st.sampled_from([1, 2.5]),
)


@settings(max_examples=25)
@given(st.integers(0, 10**6), RULES)
def test_rules_against_a_loop(seed, rule):
    log = simulate_act_log(3, np.random.default_rng(seed), critical_share=0.3)
    levels = aggregate_log(log, rule=rule, neutral=4)
    found = pd.concat([levels.episodes["score"], levels.sequences["score"], levels.relationships["score"]]).to_dict()
    expected = by_loop(log, rule, 4)
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected)


@settings(max_examples=15)
@given(st.integers(0, 10**6), RULES)
def test_scores_stay_within_those_of_the_parts_and_move_with_the_scale(seed, rule):
    log = simulate_act_log(2, np.random.default_rng(seed), critical_share=0.2)
    levels = aggregate_log(log, rule=rule, neutral=4)
    for table in (levels.episodes, levels.sequences, levels.relationships):
        assert table["score"].between(log["score"].min() - 1e-9, log["score"].max() + 1e-9).all()
        assert table["acts"].sum() == len(log)
    moved = aggregate_log(log.assign(score=2 * log["score"] + 1), rule=rule, neutral=9)
    np.testing.assert_allclose(moved.relationships["score"], 2 * levels.relationships["score"] + 1)
    shuffled = aggregate_log(log.sample(frac=1, random_state=seed), rule=rule, neutral=4).relationships["score"]
    pd.testing.assert_series_equal(shuffled.sort_index(), levels.relationships["score"].sort_index())


def test_half_life_runs_from_the_end_to_the_mean():
    log = simulate_act_log(5, np.random.default_rng(4))
    score = {h: aggregate_log(log, rule=AggregationRule(half_life=h), neutral=4).relationships["score"]
             for h in (0, 1e-3, 1e9, np.inf)}  # fmt: skip
    np.testing.assert_allclose(score[1e9], score[np.inf], atol=1e-4)
    later = log.assign(time=log["time"] + np.arange(len(log)) / 1e3)  # no two acts at once, else near 0 is not 0
    at_end = aggregate_log(later, rule=AggregationRule(half_life=0), neutral=4).relationships["score"]
    last = later.sort_values("time").groupby("relationship", sort=False)["score"].last()
    np.testing.assert_allclose(at_end, last[at_end.index])
    np.testing.assert_allclose(
        aggregate_log(later, rule=AggregationRule(half_life=1e-5), neutral=4).relationships["score"], at_end
    )


def test_acts_without_score_are_left_out_and_said():
    log = small().astype({"score": float})
    log.loc[1, "score"] = np.nan
    with pytest.warns(StatisticalWarning, match="1 of 6 acts have no score"):
        levels = aggregate_log(log, neutral=4)
    assert levels.left_out == 1 and levels.episodes["score"].iloc[0] == 5.5
    assert len(levels.acts) == 5
    with pytest.warns(StatisticalWarning, match="left out"):
        compare_rules(log, {"mean": MEAN, "end": PEAK_END}, neutral=4)


def test_a_flag_on_an_act_without_score_still_marks_the_episode():
    log = small().astype({"score": float})
    log.loc[4, ["score", "critical"]] = [np.nan, 1]
    with pytest.warns(StatisticalWarning):
        assert aggregate_log(log, neutral=4).episodes["critical"].to_list() == [False, True, True]


def test_rules_compared():
    log = simulate_act_log(6, np.random.default_rng(5), critical_share=0.3)
    rules = {"mean": MEAN, "peak and end": PEAK_END, "critical": AggregationRule(critical_weight=5)}
    comparison = compare_rules(log, rules, neutral=4)
    for name, rule in rules.items():
        pd.testing.assert_series_equal(
            comparison.scores[name], aggregate_log(log, rule=rule, neutral=4).relationships["score"], check_names=False
        )
    reversals = 0
    for i in range(6):
        for j in range(i):
            apart = (comparison.scores.iloc[i] - comparison.scores.iloc[j]).to_numpy()
            reversals += bool((apart > 1e-9).any() and (apart < -1e-9).any())
    assert (comparison.pairs, comparison.reversals) == (15, reversals)
    assert reversals > 0
    np.testing.assert_allclose(comparison.spread, np.ptp(comparison.scores.to_numpy(), axis=1))
    same = compare_rules(log, {"a": MEAN, "b": MEAN}, neutral=4)
    assert same.reversals == 0 and same.spread.max() == 0


def test_simulated_log():
    log = simulate_act_log(300, np.random.default_rng(6), sequences=2, episodes=3, acts=2, critical_share=0.2)
    assert log["score"].between(1, 7).all() and (log["score"] % 1 == 0).all()
    assert (log.groupby("relationship")["sequence"].nunique() == 2).all()
    assert set(log.groupby("sequence")["episode"].nunique()) == {1, 2, 3}
    episodes = log.groupby("episode")
    assert set(episodes.size()) == {1, 2}
    assert episodes["critical"].any().mean() == pytest.approx(0.2, abs=0.04)
    assert (episodes["critical"].sum() <= 1).all()
    assert (log.groupby("relationship")["time"].diff().dropna() >= 0).all()
    ordinary = log[~episodes["critical"].transform("any")]["score"]
    assert ordinary.mean() == pytest.approx(4.8, abs=0.2)
    alone = simulate_act_log(1, np.random.default_rng(1), sequences=1, episodes=1, acts=1, critical_share=1)
    assert len(alone) == 1 and alone["critical"].all()


def test_dates_in_days_and_flags_as_booleans_give_the_same():
    log = small()
    dates = pd.Timestamp("2026-01-01") + pd.to_timedelta(log["time"], unit="D")
    other = log.assign(time=(dates - dates.min()).dt.days, critical=log["critical"].astype(bool))
    pd.testing.assert_frame_equal(aggregate_log(other, neutral=4).episodes, aggregate_log(log, neutral=4).episodes)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (lambda: small().drop(columns="critical"), "`log`.*'critical'"),
        (lambda: small().iloc[:0], "`log`: found no rows"),
        (lambda: small().assign(act=list("abcdea"), time=0), "`act`: found act 'a' in the episodes .*'E1', 'E3'"),
        (lambda: small().assign(act=list("abbdef")), "`act`: found act 'b' in several rows"),
        (lambda: small().assign(episode=["E1", "E1", "E1", "E2", "E3", "E1"]),
         "`episode`: found episode 'E1' in the sequences .*'S1', 'S2'"),
        (lambda: small().assign(relationship=list("RRRQRR")), "`sequence`: found sequence 'S1' in the relationships"),
        (lambda: small().assign(episode=["E1", None, "E1", "E2", "E3", "E3"]), "`episode`: found no name in row 1"),
        (lambda: small().assign(time=[0, 1, np.nan, 3, 4, 5]), "`time`: found nan at position 2.*add the time"),
        (lambda: small().assign(time=pd.Timestamp("2026-01-01")), "`time`: found datetime.*dt.days"),
        (lambda: small().assign(score=list("abcdef")), "score"),
        (lambda: small().assign(score=[6, 3, 5, np.nan, 5, 7]), "`score`: found no score for any act of episode 'E2'"),
        (lambda: small().assign(critical=["yes"] * 6), "`critical`: found 'yes'"),
    ],
)  # fmt: skip
def test_contradictions_in_the_log_are_named(log, message):
    with pytest.raises(InputError, match=message):
        aggregate_log(log(), neutral=4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: AggregationRule(peak_weight=2), "`peak_weight`: found 2"),
        (lambda: AggregationRule(half_life=-1), "`half_life`: found -1"),
        (lambda: AggregationRule(half_life=np.nan), "`half_life`: found nan"),
        (lambda: AggregationRule(critical_weight=0.5), "`critical_weight`: found 0.5"),
        (lambda: aggregate_log(small(), neutral=np.nan), "`neutral`: found nan"),
        (lambda: compare_rules(small(), {"mean": MEAN}, neutral=4), "`rules`: found 1"),
        (lambda: simulate_act_log(0, np.random.default_rng(1)), "`relationships`: found 0"),
        (lambda: simulate_act_log(1, 7), "`generator`: found int"),
        (lambda: simulate_act_log(1, np.random.default_rng(1), critical_share=10), "`critical_share`: found 10"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
