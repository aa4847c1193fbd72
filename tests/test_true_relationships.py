"""True and spurious relationships: the nine documented cases, every boundary, probabilities against draws, the file."""

import functools
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from relmark_helpers import load_dataset
from relmark_helpers.calculations.placed_customers import place_customers, vary_cuts
from relmark_helpers.calculations.relationship_file import RELATIONSHIP_ITEMS, simulate_relationship_file
from relmark_helpers.calculations.relationship_signs import SIGNS, compare_signs
from relmark_helpers.calculations.scale_scores import score_scales
from relmark_helpers.calculations.true_relationships import (
    COMMITMENTS,
    NINE_CELLS,
    SCORES,
    TEACHING_CUTS,
    TRUST_KINDS,
    RelationshipCuts,
    place_customer,
    relationship_kind,
)
from relmark_helpers.validation import InputError

# The table as printed in the lecture notes: rows high, mid, low; columns calculus, knowledge, identification.
DOCUMENTED = [
    ("high", "calculus", "spurious"),
    ("high", "knowledge", "true"),
    ("high", "identification", "true"),
    ("mid", "calculus", "spurious"),
    ("mid", "knowledge", "spurious or true"),
    ("mid", "identification", "spurious or true"),
    ("low", "calculus", "spurious"),
    ("low", "knowledge", "spurious"),
    ("low", "identification", "spurious"),
]
TRUST = {"none": (2, 2, 2), "calculus": (6, 2, 2), "knowledge": (6, 6, 2), "identification": (6, 6, 6)}
COMMITMENT = {"low": 2, "mid": 4, "high": 6}
BENEFITS = {"low": 2, "high": 6, None: math.nan}


def scores(*values):
    return dict(zip(SCORES, values, strict=True))


def file_of(rows, **options):
    return pd.DataFrame(rows, columns=list(SCORES), **options)


@functools.cache
def survey(n=6000):
    simulated = simulate_relationship_file(n, np.random.default_rng(2002))
    found = score_scales(
        simulated.answers, RELATIONSHIP_ITEMS, scale=(1, 7), generator=np.random.default_rng(1), resamples=100
    )
    return simulated, found


# --- the table


@pytest.mark.parametrize(("commitment", "trust", "kind"), DOCUMENTED)
def test_nine_documented_cells(commitment, trust, kind):
    assert relationship_kind(commitment, trust) == NINE_CELLS[commitment, trust] == kind


def test_the_table_has_nine_cells_and_cannot_be_changed():
    assert list(NINE_CELLS) == list(itertools.product(COMMITMENTS, TRUST_KINDS)) and len(NINE_CELLS) == 9
    with pytest.raises(TypeError):
        NINE_CELLS["high", "calculus"] = "true"


@pytest.mark.parametrize(("commitment", "trust", "kind"), DOCUMENTED)
@pytest.mark.parametrize("benefits", ["high", "low"])
def test_benefits_decide_the_open_cells_only(commitment, trust, kind, benefits):
    opened = {"high": "true", "low": "spurious"}[benefits]
    assert relationship_kind(commitment, trust, benefits) == (opened if kind == "spurious or true" else kind)


@pytest.mark.parametrize("words", [("huge", "calculus"), ("high", "blind"), ("high", "calculus", "some")])
def test_unknown_words(words):
    with pytest.raises(InputError, match="one of"):
        relationship_kind(*words)


@pytest.mark.parametrize(("commitment", "trust", "kind"), DOCUMENTED)
@pytest.mark.parametrize("benefits", ["high", "low", None])
def test_scores_far_from_cuts_give_the_documented_cell(commitment, trust, kind, benefits):
    place = place_customer(scores(*TRUST[trust], COMMITMENT[commitment], BENEFITS[benefits]), error=0.1)
    expected = relationship_kind(commitment, trust, benefits)
    assert (place.commitment, place.trust) == (commitment, trust)
    assert place.kind == ("undecided" if expected == "spurious or true" else expected)
    assert place.cells.loc[commitment, trust] == pytest.approx(1) and not place.borderline


@pytest.mark.parametrize("commitment", COMMITMENTS)
def test_without_any_trust_nobody_is_forced_into_a_cell(commitment):
    place = place_customer(scores(*TRUST["none"], COMMITMENT[commitment], 6), error=0.1)
    assert (place.trust, place.kind) == ("none", "outside the table")
    assert place.cells.to_numpy().sum() == pytest.approx(0, abs=1e-9)


# --- boundaries


@pytest.mark.parametrize("error", [0.0, 0.4])
@pytest.mark.parametrize(
    ("name", "cut", "on", "under"),
    [
        ("calculus", TEACHING_CUTS.trust, ("low", "calculus", "spurious"), ("low", "none", "outside the table")),
        ("knowledge", TEACHING_CUTS.trust, ("high", "knowledge", "true"), ("high", "calculus", "spurious")),
        ("identification", TEACHING_CUTS.trust, ("high", "identification", "true"), ("high", "knowledge", "true")),
        ("mid", TEACHING_CUTS.mid_commitment, ("mid", "knowledge", "true"), ("low", "knowledge", "spurious")),
        ("high", TEACHING_CUTS.high_commitment, ("high", "knowledge", "true"), ("mid", "knowledge", "spurious")),
        ("benefits", TEACHING_CUTS.benefits, ("mid", "knowledge", "true"), ("mid", "knowledge", "spurious")),
    ],
)
def test_a_score_on_a_cut_counts_as_above_it(name, cut, on, under, error):
    base = {
        "calculus": (cut, 1, 1, 1, 1),
        "knowledge": (6, cut, 1, 6, 1),
        "identification": (6, 6, cut, 6, 1),
        "mid": (6, 6, 1, cut, 6),
        "high": (6, 6, 1, cut, 1),
        "benefits": (6, 6, 1, 4.2, cut),
    }[name]
    at = base.index(cut)
    below = tuple(cut - 0.01 if i == at else one for i, one in enumerate(base))
    for values, expected in ((base, on), (below, under)):
        place = place_customer(scores(*values), error=error)
        assert (place.commitment, place.trust, place.kind) == expected
    if error:
        assert place_customer(scores(*base), error=error).cells.max().max() == pytest.approx(0.5, abs=0.01) or (
            name == "benefits"
        )


def test_a_cut_reached_but_for_the_rounding_of_the_computer():
    assert place_customer(scores(0.1 + 0.2 + 4.2, 1, 1, 1, 1), error=0).trust == "calculus"
    assert place_customer(scores(4.5 - 1e-12, 1, 1, 1, 1), error=0).trust == "calculus"
    assert place_customer(scores(4.5 - 1e-6, 1, 1, 1, 1), error=0).trust == "none"


def test_borderline_is_a_probability_below_the_stated_one():
    # One score only is near a cut: the probability of its side is Phi(distance / error).
    for distance, expected in ((1.28, True), (1.29, False)):
        place = place_customer(scores(6.5, 6.5, 1, 5 + 0.3 * distance, 1), error=0.3)
        assert place.probability == pytest.approx(norm.cdf(distance), abs=1e-3)
        assert place.borderline is expected
    assert not place_customer(scores(6.5, 6.5, 1, 5.01, 1), error=0).borderline


# --- probabilities


def test_probabilities_are_the_shares_of_draws():
    random = np.random.default_rng(7)
    file = file_of([[4.8, 4.3, 4.0, 4.7, 4.2], [4, 4.4, 4.9, 3.1, 3.8], [3, 3.5, 3.9, 2.6, 6]])
    errors = file_of(random.uniform(0.2, 0.9, (3, 5)))
    placed = place_customers(file, errors)
    n = 60_000
    for customer in range(3):
        drawn = file_of(file.loc[customer].to_numpy() + errors.loc[customer].to_numpy() * random.normal(size=(n, 5)))
        shares = place_customers(drawn, 0.0)
        np.testing.assert_allclose(
            placed.cell_probabilities.loc[customer], shares.cell_probabilities.mean(), atol=4 * 0.5 / np.sqrt(n)
        )
        np.testing.assert_allclose(
            placed.probabilities.loc[customer], shares.probabilities.mean(), atol=4 * 0.5 / np.sqrt(n)
        )


SCORE = st.floats(1, 7)


@given(st.tuples(SCORE, SCORE, SCORE, SCORE, SCORE), st.floats(0, 2))
def test_probabilities_sum_to_one_and_stay_in_range(values, error):
    place = place_customer(scores(*values), error=error)
    assert place.kinds.sum() == pytest.approx(1)
    assert place.cells.to_numpy().sum() + place.kinds["outside the table"] == pytest.approx(1)
    assert (place.kinds >= -1e-12).all() and (place.cells.to_numpy() >= -1e-12).all()
    assert 0 <= place.probability <= 1 + 1e-12


@given(st.tuples(SCORE, SCORE, SCORE, SCORE, SCORE), st.integers(1, 4), st.floats(0.05, 2), st.floats(0, 1))
def test_more_of_anything_but_calculus_never_makes_a_true_relationship_less_likely(values, which, error, more):
    better = list(values)
    better[which] += more
    before, after = (place_customer(scores(*one), error=error).kinds["true"] for one in (values, better))
    assert after >= before - 1e-9


def test_one_customer_alone_and_in_a_file():
    file = file_of([[6, 5, 3, 5.5, 5], [4, 4, 4, 2, math.nan]], index=["A", "B"])
    placed = place_customers(file, 0.5, sure=0.8)
    for name, row in file.iterrows():
        one, alone = placed.one(name), place_customer(row.to_dict(), error=0.5, sure=0.8)
        assert (one.commitment, one.trust, one.kind, one.borderline) == (
            alone.commitment,
            alone.trust,
            alone.kind,
            alone.borderline,
        )
        pd.testing.assert_frame_equal(one.cells, alone.cells)
        np.testing.assert_allclose(one.kinds, alone.kinds)
    with pytest.raises(InputError, match="'C'"):
        placed.one("C")


# --- missing answers


def test_missing_scores_are_not_guessed():
    rows = [[math.nan, 6, 6, 6, 6], [6, 6, 6, math.nan, 6], [6, 6, 2, 4, math.nan], [6, 6, 2, 6, math.nan]]
    placed = place_customers(file_of(rows), 0.1)
    assert placed.table["kind"].tolist() == ["not answered", "not answered", "undecided", "true"]
    assert placed.table.loc[0, ["commitment", "trust"]].tolist() == ["not answered"] * 2
    assert placed.probabilities.isna().all(axis=1).tolist() == [True, True, False, False]
    assert placed.not_answered == 2
    kinds = placed.kinds()
    assert kinds["customers"].to_dict() == {"true": 1, "spurious": 0, "undecided": 1, "outside the table": 0}
    assert kinds["share"].sum() == 1
    assert not placed.one(0).probability >= 0 and placed.one(0).borderline
    with pytest.raises(InputError, match="no customer with answers"):
        place_customers(file_of(rows[:2]), 0.1).kinds()


def test_skipped_stages_are_marked():
    rows = [[6, 6, 6, 4, 4], [6, 2, 6, 4, 4], [2, 6, 2, 4, 4], [6, 2, 2, 4, 4], [2, 2, 2, 4, 4]]
    assert place_customers(file_of(rows), 0.1).table["stage_skipped"].tolist() == [False, True, True, False, False]


# --- counts


def test_counts_and_limits():
    simulated, found = survey()
    placed = place_customers(*found.true_scores())
    cells, kinds = placed.cells(), placed.kinds()
    n = len(placed.table) - placed.not_answered
    assert cells["customers"].sum() + kinds.loc["outside the table", "customers"] == n == kinds["customers"].sum()
    for key, row in cells.iterrows():
        own = (placed.table["commitment"] == key[0]) & (placed.table["trust"] == key[1])
        assert row["customers"] == own.sum() and row["borderline"] == placed.table.loc[own, "borderline"].sum()
        low, high = proportion_confint(own.sum(), n, method="wilson")
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-12)
        assert row["relationship"] == NINE_CELLS[key]
    p = placed.probabilities["true"].dropna()
    half = norm.ppf(0.975) * p.std() / np.sqrt(n)
    row = kinds.loc["true"]
    assert (row["expected"], row["expected_low"], row["expected_high"]) == pytest.approx(
        (p.mean(), p.mean() - half, p.mean() + half)
    )
    assert placed.kinds(0.5).loc["true", "low"] > row["low"]


def test_probabilities_from_true_scores_are_right_as_often_as_they_say():
    simulated, found = survey()
    placed = place_customers(*found.true_scores())
    right = placed.table["kind"] == simulated.truth["kind"]
    groups = pd.cut(placed.table["probability"], [0, 0.6, 0.8, 0.9, 1])
    compared = pd.DataFrame({"right": right, "p": placed.table["probability"]}).groupby(groups, observed=True).mean()
    np.testing.assert_allclose(compared["right"], compared["p"], atol=0.035)
    truth = simulated.truth["kind"].value_counts(normalize=True)
    expected = placed.kinds()["expected"]
    np.testing.assert_allclose(expected[truth.index], truth, atol=0.015)
    observed = place_customers(found.scores, found.errors)
    assert abs(observed.kinds().loc["true", "share"] - truth["true"]) > abs(expected["true"] - truth["true"])
    assert (placed.table["kind"] == simulated.truth["kind"]).mean() > (
        observed.table["kind"] == simulated.truth["kind"]
    ).mean()


def test_with_errors_of_zero_expected_and_counted_shares_are_one():
    kinds = place_customers(survey()[0].truth[list(SCORES)], 0.0).kinds()
    np.testing.assert_allclose(kinds["expected"], kinds["share"])
    assert kinds["borderline"].sum() == 0


# --- cuts


def test_moved_cuts():
    file = file_of([[6, 4.2, 2, 6, 2], [6, 6, 2, 4.8, 2], [6, 6, 2, 4, 4.2], [4.2, 2, 2, 2, 2]])
    varied = vary_cuts(file, shift=0.5)
    assert varied.loc["as given"].to_dict() == {
        "true": 0.25,
        "spurious": 0.5,
        "undecided": 0,
        "outside the table": 0.25,
        "moved": 0,
    }
    assert varied["moved"].to_dict() == {
        "as given": 0,
        "trust -0.5": 0.5,
        "commitment -0.5": 0.25,
        "benefits -0.5": 0,
        "trust +0.5": 0,
        "commitment +0.5": 0,
        "benefits +0.5": 0.25,
    }
    assert varied.loc["trust -0.5", "true"] == 0.5
    with pytest.raises(InputError, match="above 0"):
        vary_cuts(file, shift=0)
    with pytest.raises(InputError, match="nobody with answers"):
        vary_cuts(file.assign(commitment=math.nan), shift=1)


@pytest.mark.parametrize("wrong", [{"trust": math.nan}, {"mid_commitment": 6}, {"benefits": "high"}])
def test_unfit_cuts(wrong):
    with pytest.raises(InputError, match=next(iter(wrong)) if "mid_commitment" not in wrong else "high_commitment"):
        RelationshipCuts(**wrong)


GOOD = file_of([[6, 5, 3, 5.5, 5], [4, 4, 4, 2, 3]])


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: place_customers(GOOD.drop(columns="benefits"), 0.1), "benefits"),
        (lambda: place_customers(GOOD.iloc[:0], 0.1), "no rows"),
        (lambda: place_customers(GOOD.set_axis(["A", "A"]), 0.1), "'A' twice"),
        (lambda: place_customers(GOOD.assign(trust="x", calculus="x"), 0.1), "calculus"),
        (lambda: place_customers(GOOD, -0.1), "0 or more"),
        (lambda: place_customers(GOOD, GOOD.assign(benefits=math.nan)), "benefits"),
        (lambda: place_customers(GOOD, GOOD.set_axis(["A", "B"])), "index"),
        (lambda: place_customers(GOOD, 0.1, sure=1), "sure"),
        (lambda: place_customer({"calculus": 5}, error=0.1), "'knowledge'"),
        (lambda: place_customer(scores("x", 1, 1, 1, 1), error=0.1), "calculus"),
        (lambda: place_customer(scores(1, 1, 1, 1, 1), error=-1), "0 or more"),
        (lambda: place_customer(scores(1, 1, 1, 1, 1), error=1, sure=2), "sure"),
    ],
)
def test_unfit_input(call, match):
    with pytest.raises(InputError, match=match):
        call()


# --- signs


def test_signs_against_statsmodels_and_by_hand():
    kinds = pd.Series(["true"] * 40 + ["spurious"] * 60 + ["outside the table"] * 5)
    shown = pd.DataFrame(
        {
            "word_of_mouth": [True] * 30 + [False] * 10 + [True] * 15 + [False] * 45 + [True] * 5,
            "several_suppliers": [True] * 10 + [False] * 30 + [True] * 14 + [False] * 46 + [True] * 5,
        }
    )
    found = compare_signs(kinds, shown)
    row = found.table.loc["word_of_mouth"]
    assert (row["true"], row["spurious"], row["difference"]) == (0.75, 0.25, 0.5)
    assert (row["true_low"], row["true_high"]) == pytest.approx(proportion_confint(30, 40, method="wilson"))
    assert (row["low"], row["high"]) == pytest.approx(
        confint_proportions_2indep(30, 40, 15, 60, method="newcomb", compare="diff")
    )
    assert found.table["verdict"].to_dict() == {"word_of_mouth": "as expected", "several_suppliers": "borderline"}
    turned = compare_signs(kinds, shown, speaks_for={"word_of_mouth": "spurious"})
    assert turned.table["verdict"].tolist() == ["against"]
    # True: both signs of the other kind in none (the first 10 suppliers recommend). Spurious: 45 do not recommend.
    assert found.against.loc["true", "contradicted"] == 0
    assert found.against.loc["spurious", ["customers", "contradicted"]].tolist() == [60, 1]


def test_missing_signs_are_left_out():
    kinds = pd.Series(["true", "true", "spurious", "spurious"])
    shown = pd.DataFrame({"word_of_mouth": pd.array([True, None, False, None], dtype="boolean")})
    found = compare_signs(kinds, shown)
    assert found.table.loc["word_of_mouth", ["true", "spurious"]].tolist() == [1, 0]
    assert found.against["customers"].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("kinds", "shown", "match"),
    [
        (["true", "spurious"], {"colour": [True, False]}, "colour"),
        (["true", "spurious"], {"word_of_mouth": ["yes", "no"]}, "'yes'"),
        (["true", "true"], {"word_of_mouth": [True, False]}, "one of the kinds"),
        (["true", "spurious", "true"], {"word_of_mouth": [True, False]}, "same index"),
    ],
)
def test_unfit_signs(kinds, shown, match):
    with pytest.raises(InputError, match=match):
        compare_signs(pd.Series(kinds), pd.DataFrame(shown))


# --- the simulated file


def test_simulated_file_is_the_data_set_and_does_what_the_manifest_says():
    simulated = simulate_relationship_file(600, np.random.Generator(np.random.PCG64(2002)))
    frame = load_dataset("customer_relationships_simulated")
    pd.testing.assert_frame_equal(simulated.answers, frame, check_dtype=False)
    kinds = simulated.truth["kind"].value_counts(normalize=True)
    assert kinds["spurious"] > kinds["true"] > kinds["outside the table"]
    left = frame[[item for names in RELATIONSHIP_ITEMS.values() for item in names]].isna().mean().mean()
    assert 0.015 < left < 0.025


def test_simulated_signs_follow_the_true_kind():
    simulated, _ = survey()
    frame = simulated.answers.assign(long_duration=simulated.answers["years"] >= 5)
    found = compare_signs(simulated.truth["kind"], frame)
    assert set(found.table.index) == set(SIGNS)
    assert (found.table["verdict"] == "as expected").all()
    assert found.table.loc["repeat_purchase", ["true", "spurious"]].tolist() == pytest.approx([0.9, 0.78], abs=0.03)


@pytest.mark.parametrize(("n", "generator"), [(0, np.random.default_rng(1)), (1.5, np.random.default_rng(1)), (5, 7)])
def test_unfit_simulation(n, generator):
    with pytest.raises(InputError):
        simulate_relationship_file(n, generator)
