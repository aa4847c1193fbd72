"""Relationship levels: hand calculation, brute force over grids, root finding, and what must hold for any costs."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.lifetime_value import CONVENTIONS, cash_flows
from relmark_helpers.calculations.relationship_grid import TEXTBOOK_GRID, compare_with_textbook, level_map
from relmark_helpers.calculations.relationship_levels import (
    LEVELS,
    choose_level,
    example_levels,
    level_breakpoints,
    level_terms,
)
from relmark_helpers.validation import InputError

TERMS = {"discount": 0.1, "convention": "now"}
MARGINS = {"low": 50, "medium": 500, "high": 5_000}
CUSTOMERS = {"few": 20, "medium": 500, "many": 10_000}
TWO = pd.DataFrame(
    {"level": ["basic", "partnership"], "retention": [0.6, 0.85], "cost_per_customer": [0, 100], "fixed_cost": [0, 500]}
)


@st.composite
def level_tables(draw, crowding=True):
    names = draw(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=5, unique=True))

    def column(low, high):
        return draw(st.lists(st.integers(low, high), min_size=len(names), max_size=len(names)))

    table = {
        "level": names,
        "retention": np.array(column(0, 95)) / 100,
        "cost_per_customer": np.array(column(0, 500), dtype=float),
        "fixed_cost": np.array(column(0, 50_000), dtype=float),
        "margin_uplift": np.array(column(-20, 50)) / 100,
    }
    if crowding:
        table["crowding"] = np.array(column(0, 20)) / 100
    return pd.DataFrame(table)


conventions = st.sampled_from(CONVENTIONS)
sizes = st.integers(1, 5_000)


def test_two_levels_by_hand():
    # Multiples 1.1/0.5 = 2.2 and 1.1/0.25 = 4.4, 10 customers: 22 m against 44 (m - 100) - 500, equal at 4900/22.
    chosen = choose_level(TWO, margin=300, customers=10, **TERMS)
    assert chosen.best == "partnership"
    assert chosen.table["value_per_customer"].tolist() == pytest.approx([660, 880])
    assert chosen.table["net_benefit"].tolist() == pytest.approx([6_600, 8_300])
    assert chosen.table["lead"].tolist() == pytest.approx([-1_700, 1_700])
    assert chosen.margin_range == pytest.approx((4_900 / 22, math.inf))
    # Partnership needs a multiple of 7,100 / 2,000 = 3.55; basic one of 8,300 / 3,000.
    needed = [1.1 * (1 - 1 / multiple) for multiple in (8_300 / 3_000, 3.55)]
    assert chosen.table["retention_needed"].tolist() == pytest.approx(needed)
    below = choose_level(TWO, margin=200, customers=10, **TERMS)
    assert below.best == "basic" and below.margin_range == pytest.approx((0, 4_900 / 22))
    points = level_breakpoints(TWO, customers=10, **TERMS)
    assert points["level"].tolist() == ["basic", "partnership"]
    assert points["to_margin"].tolist() == pytest.approx([4_900 / 22, math.inf])


def test_value_is_the_sum_of_the_cash_flows():
    for convention in CONVENTIONS:
        table = choose_level(example_levels(), margin=700, customers=40, discount=0.1, convention=convention).table
        for _, row in table.iterrows():
            flows = cash_flows(row["net_margin"], row["retention"], 0.1, periods=400, convention=convention)
            assert row["value_per_customer"] == pytest.approx(flows["cumulative_value"].iloc[-1])
            assert row["net_benefit"] == pytest.approx(40 * row["value_per_customer"] - row["fixed_cost"])


def test_uplift_and_crowding_enter_the_margin():
    table = TWO.assign(margin_uplift=[0, 0.1], crowding=[0, 2])
    chosen = choose_level(table, margin=300, customers=10, **TERMS)
    assert chosen.table["net_margin"].tolist() == pytest.approx([300, 330 - 100 - 20])


@settings(max_examples=60)
@given(level_tables(), sizes, conventions)
def test_breakpoints_against_brute_force(levels, customers, convention):
    points = level_breakpoints(levels, customers=customers, discount=0.1, convention=convention)
    assert points["from_margin"].iloc[0] == 0 and points["to_margin"].iloc[-1] == math.inf
    assert points["from_margin"].iloc[1:].tolist() == points["to_margin"].iloc[:-1].tolist()
    assert (points["from_margin"] < points["to_margin"]).all()
    terms = level_terms(levels, 0.1, convention)
    top = 2 * max(points["from_margin"].iloc[-1], 100)
    margins = np.concatenate([np.linspace(0, top, 300), points["from_margin"]])
    net = terms.net_benefit(margins, np.full(margins.shape, float(customers)))
    stretch = np.searchsorted(points["from_margin"], margins, side="right") - 1
    row = [terms.names.index(points["level"].iloc[at]) for at in stretch]
    found = net[row, np.arange(margins.size)]
    np.testing.assert_allclose(found, net.max(axis=0), rtol=1e-9, atol=1e-6)


@settings(max_examples=60)
@given(level_tables(), st.floats(0, 5_000), sizes, conventions)
def test_choice_against_breakpoints_and_map(levels, margin, customers, convention):
    terms = {"discount": 0.1, "convention": convention}
    chosen = choose_level(levels, margin=margin, customers=customers, **terms)
    assert chosen.table["net_benefit"].max() == chosen.table.loc[chosen.best, "net_benefit"]
    assert chosen.margin_range[0] <= margin <= chosen.margin_range[1]
    assert level_map(levels, margins=[margin], customers=[customers], **terms).best.iloc[0, 0] == chosen.best
    points = level_breakpoints(levels, customers=customers, **terms)
    inside = points[(points["from_margin"] < margin - 1e-6) & (points["to_margin"] > margin + 1e-6)]
    ordered = chosen.table["net_benefit"].sort_values()
    if len(inside) and (len(ordered) == 1 or ordered.iloc[-1] - ordered.iloc[-2] > 1e-6):
        assert inside["level"].tolist() == [chosen.best]
        assert chosen.margin_range == (inside["from_margin"].iloc[0], inside["to_margin"].iloc[0])


@settings(max_examples=60)
@given(level_tables(), st.floats(1, 5_000), sizes, conventions)
def test_at_the_retention_needed_the_level_is_as_good_as_the_best_other(levels, margin, customers, convention):
    assume(len(levels) > 1)
    chosen = choose_level(levels, margin=margin, customers=customers, discount=0.1, convention=convention)
    for name, row in chosen.table.iterrows():
        needed = row["retention_needed"]
        if np.isnan(needed):
            continue
        changed = levels.assign(retention=levels["retention"].mask(levels["level"] == name, needed))
        lead = choose_level(changed, margin=margin, customers=customers, discount=0.1, convention=convention)
        if needed > 0:
            scale = max(abs(lead.table["net_benefit"]).max(), 1)
            assert lead.table.loc[name, "lead"] == pytest.approx(0, abs=1e-7 * scale)
        else:
            assert lead.table.loc[name, "lead"] >= -1e-6
        if name == chosen.best:
            assert needed <= row["retention"] + 1e-9


@settings(max_examples=60)
@given(level_tables(), sizes, conventions)
def test_a_higher_margin_never_leads_to_a_flatter_line(levels, customers, convention):
    terms = level_terms(levels, 0.1, convention)
    slopes = dict(zip(terms.names, terms.multiple * (1 + terms.uplift), strict=True))
    best = level_map(
        levels, margins=np.linspace(0, 4_000, 80), customers=[customers], discount=0.1, convention=convention
    ).best.iloc[:, 0]
    assert (best.map(slopes).diff().dropna() >= -1e-9).all()


@settings(max_examples=60)
@given(level_tables(crowding=False), st.floats(0, 4_000), conventions)
def test_without_crowding_more_customers_never_lead_to_a_smaller_fixed_cost(levels, margin, convention):
    # The textbook grid goes the other way: this is what it would have to explain.
    fixed = levels.set_index("level")["fixed_cost"]
    drawn = level_map(levels, margins=[margin], customers=np.arange(1, 3_000, 37), discount=0.1, convention=convention)
    clear = drawn.lead.iloc[0] > 1e-6 if len(levels) > 1 else drawn.lead.iloc[0].isna()
    assert (drawn.best.iloc[0][clear].map(fixed).diff().dropna() >= 0).all()


@settings(max_examples=40)
@given(level_tables(), st.floats(0, 4_000), sizes, st.randoms())
def test_order_of_rows_does_not_matter(levels, margin, customers, random):
    rows = list(levels.index)
    random.shuffle(rows)
    one = choose_level(levels, margin=margin, customers=customers, **TERMS)
    other = choose_level(levels.loc[rows], margin=margin, customers=customers, **TERMS)
    assert other.best == one.best
    pd.testing.assert_frame_equal(other.table, one.table)


def test_of_equal_levels_the_simpler_is_chosen():
    same = TWO.assign(retention=0.7, cost_per_customer=10, fixed_cost=0)
    assert choose_level(same, margin=100, customers=5, **TERMS).best == "basic"
    assert level_breakpoints(same, customers=5, **TERMS)["level"].tolist() == ["basic"]


def test_one_level_has_no_rival():
    chosen = choose_level(TWO.iloc[:1], margin=100, customers=5, **TERMS)
    assert chosen.best == "basic" and chosen.margin_range == (0, math.inf)
    assert np.isnan(chosen.table.loc["basic", "lead"]) and np.isnan(chosen.table.loc["basic", "retention_needed"])


def test_map_has_the_shape_and_the_leads_of_single_choices():
    drawn = level_map(example_levels(), margins=[50, 500, 5_000], customers=[20, 10_000], **TERMS)
    assert drawn.best.index.name == "margin" and drawn.best.columns.name == "customers"
    for margin in (50, 500, 5_000):
        for customers in (20, 10_000):
            chosen = choose_level(example_levels(), margin=margin, customers=customers, **TERMS)
            assert drawn.best.loc[margin, customers] == chosen.best
            assert drawn.lead.loc[margin, customers] == pytest.approx(chosen.table["lead"].max())


def test_the_example_is_best_somewhere_at_every_level():
    best = level_map(
        example_levels(), margins=np.geomspace(20, 20_000, 30), customers=np.geomspace(5, 5e4, 30), **TERMS
    ).best
    assert set(best.to_numpy().ravel()) == set(LEVELS)


def test_comparison_with_the_textbook():
    compared = compare_with_textbook(example_levels(), margins=MARGINS, customers=CUSTOMERS, **TERMS)
    assert len(compared) == 9 and set(TEXTBOOK_GRID) == set(
        zip(compared["customer_group"], compared["margin_group"], strict=True)
    )
    seen = compared[compared["evidence"] == "seen"]
    assert seen[["customer_group", "margin_group", "textbook"]].to_numpy().tolist() == [["few", "high", "partnership"]]
    assert (compared.loc[compared["evidence"] != "seen", "evidence"] == "from memory, not verified").all()
    for _, row in compared.iterrows():
        chosen = choose_level(example_levels(), margin=row["margin"], customers=row["customers"], **TERMS)
        printed = row["textbook"].split(" or ")
        followed = chosen.table.loc[printed, "net_benefit"].max()
        assert row["best"] == chosen.best and row["agrees"] == (chosen.best in printed)
        assert row["cost_of_textbook"] == pytest.approx(chosen.table["net_benefit"].max() - followed)
        assert row["lead"] == pytest.approx(chosen.table["lead"].max())
    assert ((compared["cost_of_textbook"] == 0) == compared["agrees"]).all()
    assert compared["agrees"].sum() == 7
    without = compare_with_textbook(
        example_levels().drop(columns="crowding"), margins=MARGINS, customers=CUSTOMERS, **TERMS
    )
    assert without["agrees"].sum() < compared["agrees"].sum()
    two = compare_with_textbook(TWO, margins=MARGINS, customers=CUSTOMERS, **TERMS)
    assert two["cost_of_textbook"].isna().sum() == 7


def broken(**columns):
    return example_levels().assign(**columns)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: choose_level(TWO, margin=-1, customers=5, **TERMS), "`margin`: found -1.*0 or more"),
        (lambda: choose_level(TWO, margin=1, customers=0, **TERMS), "`customers`: found 0.*above 0"),
        (lambda: choose_level(TWO, margin=[1, 2], customers=5, **TERMS), "`margin`: found 2 values"),
        (lambda: choose_level(TWO, margin=1, customers=5, discount=10, convention="now"), "`discount`: found 10"),
        (
            lambda: choose_level(TWO, margin=1, customers=5, discount=0.1, convention="later"),
            "`convention`: found 'lat",
        ),
        (
            lambda: choose_level(broken(retention=1.0), margin=1, customers=5, discount=0, convention="now"),
            "`retention, discount`: found retention 1 with discount 0",
        ),
        (
            lambda: level_breakpoints(TWO.drop(columns="fixed_cost"), customers=5, **TERMS),
            "`levels`: found columns.*'fixed_cost'",
        ),
        (lambda: level_breakpoints(broken(level="basic"), customers=5, **TERMS), r"`levels\['level'\]`.*at most once"),
        (lambda: level_breakpoints(broken(level=list("abcde")), customers=5, **TERMS), "of basic, reactive"),
        (lambda: level_breakpoints(TWO.iloc[:0], customers=5, **TERMS), r"`levels\['level'\]`: found \[\]"),
        (lambda: level_breakpoints(broken(retention=85), customers=5, **TERMS), r"`levels\['retention'\]`.*by 100"),
        (lambda: level_breakpoints(broken(retention=None), customers=5, **TERMS), r"`levels\['retention'\]`"),
        (lambda: level_breakpoints(broken(cost_per_customer=-1), customers=5, **TERMS), "cost_per_customer.*found -1"),
        (lambda: level_breakpoints(broken(fixed_cost="dear"), customers=5, **TERMS), r"`levels\['fixed_cost'\]`"),
        (lambda: level_breakpoints(broken(crowding=-1), customers=5, **TERMS), r"`levels\['crowding'\]`: found -1"),
        (lambda: level_breakpoints(broken(margin_uplift=-1), customers=5, **TERMS), "margin_uplift.*ten per cent"),
        (lambda: level_map(TWO, margins=[], customers=[5], **TERMS), "`margins`: found an array of shape"),
        (lambda: level_map(TWO, margins=[-5], customers=[5], **TERMS), "`margins`: found -5 at position 0"),
        (lambda: level_map(TWO, margins=[5], customers=[5, 0], **TERMS), "`customers`: found 0 at position 1"),
        (
            lambda: compare_with_textbook(TWO, margins={"low": 1, "high": 3}, customers=CUSTOMERS, **TERMS),
            "`margins`: found missing medium",
        ),
        (
            lambda: compare_with_textbook(TWO, margins=MARGINS, customers={**CUSTOMERS, "few": 0}, **TERMS),
            "`customers`: found 0",
        ),
    ],
)
def test_rejects(call, message):
    with pytest.raises(InputError, match=message):
        call()
