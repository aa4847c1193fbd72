"""Cost of programmes over time: paths against closed sums, crossings against roots, draws against known chances."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from relmark_helpers.calculations.leaky_bucket import fill_bucket
from relmark_helpers.calculations.lifetime_value import lifetime_value
from relmark_helpers.calculations.programme_comparison import MEASURES, compare_programmes
from relmark_helpers.calculations.programme_cost import Programme, programme_path
from relmark_helpers.calculations.programme_simulation import Range, simulate_programmes
from relmark_helpers.validation import InputError

BASE = {"customers": 1000, "margin": 100, "discount": 0.1, "acquisition_cost": 150}
# Both hold their 1,000 customers. Transactional earns 40,000 a year, relational 52,500 after paying 60,000 at first.
TRANSACTIONAL = Programme(**BASE, retention=0.6, won=400)
RELATIONAL = Programme(**BASE, retention=0.75, won=250, setup_cost=60_000, cost_per_customer=10)

money = st.floats(0, 1e5)
programmes = st.builds(
    Programme,
    customers=st.floats(0, 1e5),
    retention=st.floats(0, 0.99),
    margin=st.floats(0, 1e3),
    discount=st.just(0.08),
    won=st.floats(0, 1e4),
    acquisition_cost=st.floats(0, 1e3),
    setup_cost=money,
    cost_per_customer=st.floats(0, 1e3),
    fixed_cost=money,
)
change = dataclasses.replace


def closed(programme, years, *, discount):
    """Cumulative cost and profit after ``years`` (any number), from the sums of geometric series, written apart."""
    p, v = programme, 1 / (1 + discount)

    def series(x):
        return years if x == 1 else x * (1 - x**years) / (1 - x)

    settled = p.won / (1 - p.retention)
    customers = settled * series(v) + (p.customers - settled) * series(p.retention * v)
    cost = p.setup_cost + (p.fixed_cost + p.acquisition_cost * p.won) * series(v) + p.cost_per_customer * customers
    return cost, p.margin * customers - cost


# ---- The path of one programme


def test_two_years_by_hand():
    programme = Programme(
        customers=100,
        retention=0.5,
        margin=10,
        discount=0.25,
        won=30,
        acquisition_cost=4,
        setup_cost=600,
        cost_per_customer=1,
        fixed_cost=20,
    )
    table = programme_path(programme, 2)
    assert table.index.name == "year"
    expected = {
        "customers": [100, 80, 70],
        "lost": [0, 50, 40],
        "won": [0, 30, 30],
        "cost": [600, 20 + 120 + 80, 20 + 120 + 70],
        "profit": [-600, 800 - 220, 700 - 210],
        "cumulative_cost": [600, 820, 1030],
        "cumulative_profit": [-600, -20, 470],
        "cumulative_cost_discounted": [600, 600 + 176, 776 + 134.4],
        "cumulative_profit_discounted": [-600, -600 + 464, -136 + 313.6],
    }
    pd.testing.assert_frame_equal(table, pd.DataFrame(expected, index=table.index), check_dtype=False)


@settings(max_examples=40)
@given(programmes, st.integers(1, 40))
def test_path_against_geometric_sums(programme, years):
    end = programme_path(programme, years).iloc[-1]
    for discount, ending in ((programme.discount, "_discounted"), (0, "")):
        cost, profit = closed(programme, years, discount=discount)
        close = {"rtol": 1e-9, "atol": 1e-6}
        np.testing.assert_allclose(end[f"cumulative_cost{ending}"], cost, **close)
        np.testing.assert_allclose(end[f"cumulative_profit{ending}"], profit, **(close | {"atol": 1e-9 * (cost + 1e3)}))


def test_customers_are_those_of_the_leaky_bucket():
    path, bucket = programme_path(change(RELATIONAL, customers=4000), 12), fill_bucket(4000, 250, 0.75, 12).table
    pd.testing.assert_frame_equal(path[["customers", "lost", "won"]], bucket, check_names=False)


def test_in_the_long_run_a_base_is_worth_its_lifetime_values():
    programme = Programme(customers=700, retention=0.8, margin=90, discount=0.1, cost_per_customer=15)
    worth = 700 * lifetime_value(75, 0.8, 0.1, convention="if_retained")
    assert programme_path(programme, 200)["cumulative_profit_discounted"].iloc[-1] == pytest.approx(worth)


@settings(max_examples=40)
@given(programmes, st.floats(0, 500))
def test_profit_is_linear_in_the_margin_and_cost_has_none_of_it(programme, more):
    paths = [programme_path(change(programme, margin=m), 10) for m in (0, more, 2 * more)]
    for measure in MEASURES:
        none, once, twice = (path[measure].to_numpy() for path in paths)
        np.testing.assert_allclose(twice - once, once - none, rtol=1e-9, atol=1e-3)
        assert "cost" not in measure or (once == none).all()


def test_programme_is_frozen_and_holds_plain_floats():
    programme = Programme(customers=np.int64(5), retention=1, margin=np.float32(2), discount=0)
    assert all(type(value) is float for value in dataclasses.astuple(programme))
    with pytest.raises(dataclasses.FrozenInstanceError):
        programme.margin = 3


# ---- Crossings


def test_formula_and_path_when_both_bases_are_held():
    comparison = compare_programmes(TRANSACTIONAL, RELATIONAL, 15)
    # Relational earns 12,500 more a year: 60,000 / 12,500 years, and with interest 1 - 0.6 x 0.8 = 1.1^-T.
    plain, discounted = comparison.closed_form("cumulative_profit"), comparison.closed_form()
    assert plain.year == pytest.approx(4.8) and plain.words == "T = 60,000 / 12,500 = 4.800"
    assert discounted.year == pytest.approx(math.log(1 - 60_000 * 0.1 / 12_500) / math.log(1 / 1.1))
    (crossing,) = comparison.crossings("cumulative_profit")
    assert crossing.year == pytest.approx(4.8) and crossing.ahead == "relational"
    assert crossing.level == pytest.approx(4.8 * 40_000)
    before, after = (12_500 * (1 - 1.1**-t) / 0.1 - 60_000 for t in (6, 7))
    assert comparison.crossings()[0].year == pytest.approx(6 - before / (after - before))


def test_formula_of_two_cohorts_without_new_customers():
    # One more unit of margin for 1,000 customers who leave at 20 per cent a year, for 2,000: 4 (1 - 0.8^T) = 2.
    base = Programme(customers=1000, retention=0.8, margin=5, discount=0)
    comparison = compare_programmes(base, change(base, margin=6, setup_cost=2000), 10)
    assert comparison.closed_form().year == pytest.approx(math.log(0.5) / math.log(0.8))
    assert 3 < comparison.crossings()[0].year < 4
    # 4,000 is the most that the extra margin can ever bring.
    never = compare_programmes(base, change(base, margin=6, setup_cost=4001), 200)
    assert never.crossings() == () and never.closed_form().year is None
    assert "No crossing" in never.closed_form().words


held = st.tuples(st.integers(5, 95), st.integers(100, 5000))


@settings(max_examples=40)
@given(held, held, st.sampled_from([0, 0.05, 0.1, 0.3]), st.integers(0, 300), st.integers(0, 1000))
def test_formula_falls_between_the_same_year_ends_as_the_path(one, other, discount, acquisition, thousands):
    (r1, n1), (r2, n2) = ((percent / 100, customers) for percent, customers in (one, other))
    setup = 1000 * thousands
    base = {"margin": 100, "discount": discount, "acquisition_cost": acquisition}
    transactional = Programme(**base, customers=n1, retention=r1, won=n1 * (1 - r1))
    relational = Programme(**base, customers=n2, retention=r2, won=n2 * (1 - r2), setup_cost=setup)
    comparison = compare_programmes(transactional, relational, 60)
    for measure, rate in zip(MEASURES, (discount, 0, discount, 0), strict=True):
        formula, crossings = comparison.closed_form(measure), comparison.crossings(measure)
        assert "No formula" not in formula.words
        assert len(crossings) == (formula.year is not None and formula.year < 60)
        if formula.year is not None and formula.year < 1000:
            which = "profit" in measure
            at = [closed(each, formula.year, discount=rate)[which] for each in (transactional, relational)]
            assert at[0] == pytest.approx(at[1], rel=1e-6, abs=1e-6 * (setup + n1 + n2) * 100)
        for crossing in crossings:
            same = math.floor(crossing.year) == math.floor(formula.year)
            assert same or crossing.year == pytest.approx(formula.year, abs=1e-6)


@settings(max_examples=40)
@given(programmes, programmes, st.integers(1, 30))
def test_crossings_are_the_changes_of_sign_on_the_path(transactional, relational, years):
    comparison = compare_programmes(transactional, relational, years)
    for measure in MEASURES:
        lead = comparison.lead(measure)
        signs = np.sign(lead[lead != 0].to_numpy())
        crossings = comparison.crossings(measure)
        assert len(crossings) == (signs[1:] != signs[:-1]).sum()
        size = lead.abs().max()
        for crossing in crossings:
            assert np.interp(crossing.year, lead.index, lead) == pytest.approx(0, abs=1e-9 * size)
            path = comparison.transactional_path[measure]
            at = np.interp(crossing.year, path.index, path)
            assert crossing.level == pytest.approx(at, rel=1e-6, abs=1e-6 * size)
        assert [each.ahead for each in crossings] == [
            "relational" if sign > 0 else "transactional" for sign in signs[1:][signs[1:] != signs[:-1]]
        ]


@settings(max_examples=40)
@given(programmes, programmes, st.integers(1, 30))
def test_exchanging_the_programmes_exchanges_the_leads(one, other, years):
    there, back = compare_programmes(one, other, years), compare_programmes(other, one, years)
    for measure in MEASURES:
        np.testing.assert_array_equal(there.lead(measure), -back.lead(measure))
        assert [each.year for each in there.crossings(measure)] == [each.year for each in back.crossings(measure)]


@settings(max_examples=40)
@given(programmes, st.integers(1, 30))
def test_equal_programmes_never_cross(programme, years):
    comparison = compare_programmes(programme, change(programme), years)
    for measure in MEASURES:
        assert comparison.crossings(measure) == () and not comparison.lead(measure).any()
        assert comparison.closed_form(measure).words == "No crossing: the two paths are the same."
    assert set(comparison.summary()["ahead_at_end"]) == {"neither"}


def test_equality_up_to_rounding_is_no_lead():
    # 0.1 + 0.2 and 0.3 are the same fixed cost to anyone but a computer.
    one, other = change(TRANSACTIONAL, fixed_cost=0.1 + 0.2), change(TRANSACTIONAL, fixed_cost=0.3)
    assert not compare_programmes(one, other, 20).lead().any()


def test_two_crossings_are_both_found():
    # Better retention pays at first; then the customers are gone and the yearly cost goes on.
    base = {"customers": 1000, "margin": 100, "discount": 0.1}
    transactional = Programme(**base, retention=0.5)
    relational = Programme(**base, retention=0.8, setup_cost=50_000, fixed_cost=20_000)
    comparison = compare_programmes(transactional, relational, 40)
    first, second = comparison.crossings()
    assert (first.ahead, second.ahead) == ("relational", "transactional")
    assert "No formula" in comparison.closed_form().words

    def lead(t):
        return closed(relational, t, discount=0.1)[1] - closed(transactional, t, discount=0.1)[1]

    for crossing in (first, second):
        low = math.floor(crossing.year)
        assert optimize.brentq(lead, low, low + 1) == pytest.approx(crossing.year, abs=0.2)


def test_a_crossing_at_a_year_end_is_exact_and_is_one():
    transactional, relational = change(TRANSACTIONAL, discount=0), change(RELATIONAL, discount=0, setup_cost=50_000)
    comparison = compare_programmes(transactional, relational, 10)
    assert comparison.lead()[4] == 0
    (crossing,) = comparison.crossings()
    assert crossing.year == comparison.closed_form().year == 4


def test_an_equal_start_and_a_tie_at_the_end_are_no_crossings():
    same_start = compare_programmes(TRANSACTIONAL, change(RELATIONAL, setup_cost=0), 10)
    assert same_start.crossings() == () and (same_start.lead()[1:] > 0).all()
    assert "No crossing" in same_start.closed_form().words
    tie = compare_programmes(change(TRANSACTIONAL, discount=0), change(RELATIONAL, discount=0, setup_cost=50_000), 4)
    assert tie.crossings() == () and tie.summary().loc["cumulative_profit", "ahead_at_end"] == "neither"


def test_paths_that_touch_and_part_do_not_cross():
    base = {"margin": 1, "discount": 0}
    transactional = Programme(**base, customers=0, retention=0)
    touching = compare_programmes(
        transactional, Programme(**base, customers=800, retention=0.25, setup_cost=100, fixed_cost=100), 3
    )
    assert touching.lead().tolist() == [-100, 0, -50, -137.5] and touching.crossings() == ()


def test_to_lead_in_cost_is_to_have_spent_less():
    comparison = compare_programmes(TRANSACTIONAL, RELATIONAL, 15)
    assert comparison.lead("cumulative_cost")[0] == -60_000
    assert comparison.crossings("cumulative_cost")[0].ahead == "relational"
    np.testing.assert_allclose(comparison.crossings("cumulative_cost")[0].level, 4.8 * 60_000)


@pytest.mark.parametrize("retention", [0.0, 1.0])
def test_everybody_leaves_or_everybody_stays(retention):
    base = Programme(customers=100, retention=retention, margin=10, discount=0)
    comparison = compare_programmes(base, change(base, setup_cost=250, margin=11), 5)
    if retention:  # 100 more a year
        assert comparison.closed_form().year == 2.5 == comparison.crossings()[0].year
    else:  # nobody is left to bring a margin
        assert comparison.closed_form().year is None and comparison.crossings() == ()


def test_a_base_without_a_leak_and_with_new_customers_has_no_formula_here():
    base = Programme(customers=0, retention=1, margin=1, discount=0, won=10)
    comparison = compare_programmes(base, change(base, won=20, setup_cost=100), 10)
    assert comparison.closed_form().year is None and "No formula" in comparison.closed_form().words
    assert comparison.lead().tolist() == [10 * t * (t + 1) / 2 - 100 for t in range(11)]
    assert comparison.crossings()[0].year == pytest.approx(4)


@settings(max_examples=40)
@given(programmes, programmes)
def test_summary_says_everything_in_words(transactional, relational):
    table = compare_programmes(transactional, relational, 12).summary()
    assert list(table.index) == list(MEASURES)
    words = " ".join(table.to_numpy().ravel())
    assert not any(bad in words for bad in ("nan", "inf", "None"))


# ---- Ranges and draws

SETUP = "relational.setup_cost"


def simulate(ranges, seed=7, draws=10_000, years=10, one=TRANSACTIONAL, other=RELATIONAL):
    generator = np.random.default_rng(seed)
    return simulate_programmes(one, other, years, ranges=ranges, generator=generator, draws=draws)


BETA = stats.beta(1 + 4 * 0.25, 1 + 4 * 0.75, loc=40_000, scale=80_000)
SHAPES = {
    "uniform": (Range("uniform", 40_000, 120_000), stats.uniform(40_000, 80_000)),
    "triangular": (
        Range("triangular", 40_000, 120_000, most_likely=60_000),
        stats.triang(0.25, loc=40_000, scale=80_000),
    ),
    "beta": (Range("beta", 40_000, 120_000, most_likely=60_000), BETA),
}
every_shape = pytest.mark.parametrize(("given_range", "law"), SHAPES.values(), ids=SHAPES)


@every_shape
def test_draws_follow_the_declared_shape(given_range, law):
    draws = given_range.draw(np.random.default_rng(3), 5000)
    assert stats.kstest(draws, law.cdf).pvalue > 0.001
    assert draws.min() >= 40_000 and draws.max() <= 120_000


def test_beta_has_the_mean_of_project_planning():
    assert BETA.mean() == pytest.approx((40_000 + 4 * 60_000 + 120_000) / 6)


@every_shape
def test_probability_against_the_distribution_function(given_range, law):
    # Relational pays within ten years if the set-up cost is below the worth of ten times 12,500.
    chance = law.cdf(12_500 * (1 - 1.1**-10) / 0.1)
    result = simulate({SETUP: given_range})
    assert result.standard_error == pytest.approx(math.sqrt(result.probability * (1 - result.probability) / 10_000))
    assert abs(result.probability - chance) < 4 * result.standard_error
    low, high = result.conf_int(0.9999)
    assert low < chance < high


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4])
def test_years_of_overtaking_against_the_distribution_function(share):
    result = simulate({SETUP: SHAPES["uniform"][0]})
    setup = 40_000 + 80_000 * share
    exact = compare_programmes(TRANSACTIONAL, change(RELATIONAL, setup_cost=setup), 10).crossings()[0].year
    assert result.year_reached(share) == pytest.approx(exact, abs=0.15)
    assert result.year_reached(0.9) is None and result.year_reached(1) is None


def test_ranges_with_equal_ends_give_the_path():
    fixed = {SETUP: Range("uniform", 60_000, 60_000), "both.discount": Range("beta", 0.1, 0.1, most_likely=0.1)}
    result = simulate(fixed, draws=20)
    comparison = compare_programmes(TRANSACTIONAL, RELATIONAL, 10)
    np.testing.assert_allclose(result.draws["overtaken"], comparison.crossings()[0].year)
    np.testing.assert_allclose(result.draws["lead"], comparison.lead()[10])
    for whose, path in (("relational", comparison.relational_path), ("transactional", comparison.transactional_path)):
        for end in ("low", "high"):
            np.testing.assert_allclose(result.bands[f"{whose}_{end}"], path[MEASURES[0]])
    assert result.probability == 1 and result.importance.empty and result.matters_most() == ()
    assert result.by_year["overtaken"].tolist() == [0] * 6 + [1] * 4


def test_each_draw_is_the_path_of_its_inputs():
    ranges = {
        "relational.retention": Range("triangular", 0.6, 0.8, most_likely=0.75),
        "transactional.won": Range("uniform", 300, 500),
        "both.discount": Range("uniform", 0, 0.2),
        "both.margin": Range("uniform", 50, 150),
    }
    result = simulate(ranges, draws=50)
    assert list(result.draws) == [*ranges, "lead", "overtaken"]
    for _, row in result.draws.iterrows():
        both = {"discount": row["both.discount"], "margin": row["both.margin"]}
        transactional = change(TRANSACTIONAL, won=row["transactional.won"], **both)
        relational = change(RELATIONAL, retention=row["relational.retention"], **both)
        comparison = compare_programmes(transactional, relational, 10)
        assert row["lead"] == pytest.approx(comparison.lead()[10])
        rises = [each.year for each in comparison.crossings() if each.ahead == "relational"]
        assert row["overtaken"] == pytest.approx(rises[0] if rises else np.inf)


def test_overtaken_once_counts_although_the_lead_is_lost_again():
    base = {"customers": 1000, "margin": 100, "discount": 0.1}
    one, other = (
        Programme(**base, retention=0.5),
        Programme(**base, retention=0.8, setup_cost=50_000, fixed_cost=20_000),
    )
    result = simulate({SETUP: Range("uniform", 45_000, 55_000)}, years=40, one=one, other=other, draws=200)
    end = result.by_year.iloc[-1]
    assert end["overtaken"] == result.probability == 1 and end["ahead"] == 0
    assert (result.by_year["overtaken"].diff().dropna() >= 0).all()


def test_a_programme_that_is_never_behind_overtakes_at_once():
    result = simulate({SETUP: Range("uniform", 0, 0)}, draws=10)
    assert (result.draws["overtaken"] == 0).all() and result.year_reached(0.5) == 0


def test_equal_programmes_never_pay():
    result = simulate({"both.margin": Range("uniform", 50, 150)}, draws=500, other=TRANSACTIONAL)
    assert result.probability == 0 and result.standard_error == 0
    low, high = result.conf_int()
    assert low == 0 and high == pytest.approx(1.96**2 / (500 + 1.96**2), rel=1e-3)
    assert result.matters_most() == () and result.importance["rank_correlation"].tolist() == [0]
    assert "none of those drawn" in result.summary().iloc[-1, 0]


def test_standard_error_is_the_spread_of_repeated_simulation():
    found = [simulate({SETUP: SHAPES["uniform"][0]}, seed, draws=400, years=8) for seed in range(150)]
    spread = np.std([each.probability for each in found], ddof=1)
    assert spread == pytest.approx(np.mean([each.standard_error for each in found]), rel=0.2)


THREE = {
    "relational.retention": Range("triangular", 0.65, 0.8, most_likely=0.75),
    SETUP: Range("uniform", 40_000, 120_000),
    "transactional.fixed_cost": Range("uniform", 0, 100),
}


def test_rank_correlations_are_spearmans_and_find_the_input_that_matters():
    result = simulate(THREE)
    for name, row in result.importance.iterrows():
        expected = stats.spearmanr(result.draws[name], result.draws["lead"]).statistic
        assert row["rank_correlation"] == pytest.approx(expected)
        assert row["low"] < row["rank_correlation"] < row["high"]
    assert result.importance.index[0] == result.matters_most()[0] == "relational.retention"
    assert result.importance.loc[SETUP, "rank_correlation"] < 0
    assert abs(result.importance.loc["transactional.fixed_cost", "rank_correlation"]) < 0.05


def test_inputs_that_the_draws_cannot_tell_apart_are_all_named():
    same = {"relational.fixed_cost": Range("uniform", 0, 1000), "transactional.fixed_cost": Range("uniform", 0, 1000)}
    assert set(simulate(same, draws=1000).matters_most()) == set(same)


def test_intervals_of_rank_correlations_cover_what_endless_draws_give():
    known = simulate(THREE, draws=200_000).importance["rank_correlation"]
    inside = []
    for seed in range(100):
        importance = simulate(THREE, seed, draws=300).importance
        inside.append((importance["low"] <= known[importance.index]) & (known[importance.index] <= importance["high"]))
    share = pd.concat(inside, axis=1).mean(axis=1)
    assert share.between(0.88, 1).all(), share


def test_same_seed_same_draws_other_seed_others():
    one, again, other = (simulate(THREE, seed, draws=100).draws for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_bands_hold_nine_tenths_of_the_draws():
    result = simulate({SETUP: SHAPES["uniform"][0]})
    ends = result.bands.loc[0, ["relational_low", "relational_high"]]
    np.testing.assert_allclose(ends, [-116_000, -44_000], rtol=0.02)
    assert (result.bands["transactional_low"] == result.bands["transactional_high"]).all()
    assert result.draws["lead"].between(*result.bands.loc[10, ["lead_low", "lead_high"]]).mean() == pytest.approx(0.9)


def test_summary_of_the_simulation_is_in_words():
    table = simulate(THREE).summary()
    assert list(table.index)[0] == "Does relational pay within 10 years?"
    words = " ".join(table["answer"])
    assert "10,000 draws (standard error 0.5%" in words and "75% not by year 10" in words
    assert not any(bad in words for bad in ("nan", "inf", "None"))


# ---- What is refused

UNIT = Range("uniform", 0.5, 0.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: change(TRANSACTIONAL, retention=60), "`retention`: found 60.*divide percentages by 100"),
        (lambda: change(TRANSACTIONAL, discount=1), "`discount`: found 1.*below 1"),
        (lambda: change(TRANSACTIONAL, margin=-1), "`margin`: found -1.*0 or more"),
        (lambda: change(TRANSACTIONAL, setup_cost=math.nan), "`setup_cost`: found nan"),
        (lambda: change(TRANSACTIONAL, won=[1, 2]), "`won`: found 2 values.*single number"),
        (lambda: change(TRANSACTIONAL, customers="many"), "`customers`: found 'many'"),
        (lambda: programme_path(TRANSACTIONAL, 0), "`years`: found 0.*1 to 200"),
        (lambda: programme_path(TRANSACTIONAL, 2.5), "`years`: found 2.5.*whole number"),
        (lambda: programme_path({"margin": 1}, 5), "`programme`: found dict; expected a Programme"),
        (lambda: compare_programmes(TRANSACTIONAL, None, 5), "`relational`: found NoneType"),
        (
            lambda: compare_programmes(TRANSACTIONAL, change(RELATIONAL, discount=0.2), 5),
            "`discount`: found 0.1 and 0.2.*dataclasses.replace",
        ),
        (lambda: compare_programmes(TRANSACTIONAL, RELATIONAL, 5).lead("profit"), "`measure`: found 'profit'"),
        (lambda: compare_programmes(TRANSACTIONAL, RELATIONAL, 5).crossings("cost"), "`measure`: found 'cost'"),
        (lambda: compare_programmes(TRANSACTIONAL, RELATIONAL, 5).closed_form(""), "`measure`: found ''"),
        (lambda: Range("normal", 0, 1), "`kind`: found 'normal'.*'uniform', 'triangular', 'beta'"),
        (lambda: Range("uniform", 1, 0), "`high`: found 0.*swap the two ends"),
        (lambda: Range("uniform", 0, 1, most_likely=0.5), "`most_likely`: found 0.5.*leave it out"),
        (lambda: Range("beta", 0, 1), "`most_likely`: found None; expected the likeliest value"),
        (lambda: Range("triangular", 0, 1, most_likely=2), "`most_likely`: found 2.*within the ends"),
        (lambda: simulate({}), "`ranges`: found {}; expected at least one range"),
        (lambda: simulate([UNIT]), "`ranges`.*at least one range by name"),
        (lambda: simulate({"retention": UNIT}), "`ranges`: found 'retention'.*'relational.retention'"),
        (lambda: simulate({"relational.discount": UNIT}), "`ranges`: found 'relational.discount'.*'both.discount'"),
        (lambda: simulate({SETUP: (0, 1)}), r"expected a Range.*write Range\("),
        (
            lambda: simulate({"relational.retention": Range("uniform", 0.9, 1.1)}),
            r"`ranges\['relational.retention'\]`: found 1.1.*from 0 to 1",
        ),
        (
            lambda: simulate({"both.margin": UNIT, "relational.margin": UNIT}),
            "`ranges`: found 'both.margin' beside.*drawn once",
        ),
        (lambda: simulate({SETUP: UNIT}, draws=9), "`draws`: found 9.*10 or more"),
        (
            lambda: simulate_programmes(TRANSACTIONAL, RELATIONAL, 5, ranges={SETUP: UNIT}, generator=1983),
            r"`generator`: found int.*numpy.random.default_rng\(1983\)",
        ),
        (lambda: simulate({SETUP: UNIT}, draws=10).conf_int(95), "`level`: found 95.*for 95 per cent write 0.95"),
        (lambda: simulate({SETUP: UNIT}, draws=10).year_reached(0), "`share`: found 0.*write 0.5"),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
