"""The D&D grid: means and Welch's limits by scipy, both sides, missing scores, what is refused."""

import functools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from relmark_helpers.calculations.domains_dimensions import (
    DIMENSIONS,
    DOMAINS,
    score_domains,
    simulate_domain_ratings,
)
from relmark_helpers.validation import InputError, StatisticalWarning


@functools.cache
def ratings(raters=8):
    return simulate_domain_ratings(raters, np.random.default_rng(2001))


def cell(frame, side, domain, dimension):
    return frame.query("side == @side and domain == @domain and dimension == @dimension")["score"]


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_means_and_gaps_by_scipy(domain, dimension):
    scored = score_domains(ratings())
    buyer, seller = (cell(ratings(), side, domain, dimension) for side in scored.sides)
    low, high = stats.t.interval(0.95, 7, buyer.mean(), stats.sem(buyer))
    row = scored.table.loc[("buyer", domain, dimension)]
    assert row.tolist() == pytest.approx([buyer.mean(), low, high, 8])
    ends = stats.ttest_ind(seller, buyer, equal_var=False).confidence_interval(0.95)
    gap = scored.gaps.loc[(domain, dimension)]
    assert gap[["gap", "low", "high"]].tolist() == pytest.approx([seller.mean() - buyer.mean(), *ends])
    assert gap["verdict"] == ("higher" if gap["low"] > 0 else "lower" if gap["high"] < 0 else "borderline")


def test_sides_in_their_order_and_turned():
    turned = ratings().iloc[::-1]
    one, two = score_domains(ratings()), score_domains(turned)
    assert one.sides == ("buyer", "seller") and two.sides == ("seller", "buyer")
    np.testing.assert_allclose(one.gaps["gap"], -two.gaps["gap"])
    assert list(one.gaps.index) == [(a, b) for a in DOMAINS for b in DIMENSIONS]


def test_one_side_has_no_gaps():
    scored = score_domains(ratings().query("side == 'buyer'").drop(columns="side"))
    assert scored.gaps is None and scored.sides == ("all raters",) and len(scored.table) == 6


def test_several_scores_of_a_rater_are_averaged_and_missing_ones_left_out():
    frame = ratings()
    twice = pd.concat([frame, frame.assign(score=frame["score"].clip(upper=3))])
    extra = score_domains(twice)
    by_hand = (cell(frame, "buyer", "social", "process") + cell(frame, "buyer", "social", "process").clip(upper=3)) / 2
    assert extra.table.loc[("buyer", "social", "process"), "mean"] == pytest.approx(by_hand.mean())
    assert (extra.table["raters"] == 8).all()
    gone = frame.assign(score=frame["score"].astype("Int64"))
    gone.loc[gone.index[0], "score"] = pd.NA
    assert score_domains(gone).table["raters"].tolist() == [7] + [8] * 11


def test_few_raters_warn_and_one_has_no_limits():
    with pytest.warns(StatisticalWarning, match="1 rater: it has no limits"):
        scored = score_domains(ratings(1))
    assert scored.table[["low", "high"]].isna().all().all() and (scored.gaps["verdict"] == "no limits").all()
    with pytest.warns(StatisticalWarning, match="3 raters"):
        score_domains(ratings(3))


def test_raters_who_agree_in_full():
    frame = ratings().assign(score=5)
    frame.loc[frame["side"] == "seller", "score"] = 6
    assert score_domains(frame).gaps["verdict"].unique().tolist() == ["higher"]
    same = score_domains(ratings().assign(score=5)).gaps
    assert same["verdict"].unique().tolist() == ["borderline"] and (same["gap"] == 0).all()


def test_limits_hold_the_built_in_gap_as_often_as_stated():
    held, random = [], np.random.default_rng(11)
    base = ratings(10)
    for _ in range(60):
        noise = random.normal(size=len(base)) + 1.1 * (base["side"] == "seller")
        held.append(score_domains(base.assign(score=noise), scale=(-20, 20)).gaps.eval("low < 1.1 < high").to_numpy())
    assert np.mean(held) == pytest.approx(0.95, abs=0.04)


def test_simulation_has_the_gap_it_declares():
    gaps = score_domains(ratings(500)).gaps
    assert gaps["gap"].idxmax() == ("social", "process") and gaps["gap"].max() == pytest.approx(1.1, abs=0.2)
    with pytest.raises(InputError):
        simulate_domain_ratings(0, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda frame: frame.drop(columns="rater"), "rater"),
        (lambda frame: frame.replace({"domain": {"social": "legal"}}), "'legal'"),
        (lambda frame: frame.replace({"dimension": {"process": "input"}}), "'input'"),
        (lambda frame: frame.assign(score=9), "1 to 7"),
        (lambda frame: frame.assign(score=np.nan), "0 sides"),
        (lambda frame: frame.assign(side=frame["rater"]), "sides"),
        (lambda frame: frame.assign(rater="one"), "both sides"),
        (lambda frame: frame[frame["domain"] != "social"], "buyer, social, process"),
    ],
)
def test_unfit_input(change, match):
    with pytest.raises(InputError, match=match):
        score_domains(change(ratings()))
