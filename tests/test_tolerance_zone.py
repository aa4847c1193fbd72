"""Zone of tolerance: published means and rounding, answers against plain pandas, limits, what is left out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from relmark_helpers.calculations.tolerance_tables import check_printed_gaps, expected_shares, zone_means
from relmark_helpers.calculations.tolerance_zone import ALL_ITEMS, measure_tolerance_zone
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError
from tests.tolerance_speed import by_pandas

HELP, COURTESY = "Willingness to help users", "Employees who are consistently courteous"
GAPS = ["adequacy", "superiority", "width"]


@pytest.fixture(scope="module")
def institutions():
    return load_dataset("libqual_institutions").set_index(["item", "institution"])


@pytest.fixture(scope="module")
def groups():
    return load_dataset("libqual_user_groups").set_index(["item", "user_group"])


def answers(size, items, seed=5, gaps=0.0):
    """Return three tables with ties, reversals and, on request, missing answers; a person's gaps hang together."""
    random = np.random.default_rng(seed)
    tables = [
        np.clip(np.rint(middle + random.normal(0, 1, (size, 1)) + random.normal(0, 1, (size, items))), 1, 9)
        for middle in (6.2, 7.6, 6.9)
    ]
    return [pd.DataFrame(np.where(random.random(table.shape) < gaps, np.nan, table)) for table in tables]


# --- published tables


def test_seventeen_institutions_give_the_printed_means_and_counts(institutions):
    zones = zone_means(institutions)
    # The last line of each table on the page: minimum, desired, perceived, gap 1, gap 2.
    for item, printed in ((HELP, [6.23, 7.93, 6.99, 0.76, -0.94]), (COURTESY, [6.60, 8.06, 7.28, 0.69, -0.78])):
        columns = ["minimum", "desired", "perceived", "adequacy", "superiority"]
        assert zones.loc[item, columns].mean().round(2).tolist() == pytest.approx(printed, abs=0.0051)
    assert zones.loc[HELP, "place"].value_counts().to_dict() == {"inside": 16, "below": 1}
    assert zones.index[zones["place"] == "below"].tolist() == [(HELP, "F"), (COURTESY, "D"), (COURTESY, "F")]
    assert not (zones["place"] == "above").any() and not zones["borderline"].any()
    assert zones.loc[HELP, "width"].mean() == pytest.approx(1.695, abs=0.001)
    assert zones["position"].mean() == pytest.approx(0.44, abs=0.005)
    assert zones["position"].std() == pytest.approx(0.25, abs=0.005)
    wider = zone_means(institutions, margin=0.05)
    assert wider.index[wider["borderline"]].tolist() == [(HELP, "F"), (HELP, "K"), (COURTESY, "F"), (COURTESY, "K")]


def test_rounding_explains_every_printed_gap_of_the_institutions(institutions):
    checked = check_printed_gaps(institutions)
    assert len(checked) == 68
    assert checked["verdict"].value_counts().to_dict() == {"equal": 58, "rounding": 10}
    assert checked["difference"].abs().max() == pytest.approx(0.01)
    off = checked.loc[HELP].query("verdict == 'rounding'")
    assert off.index.tolist() == [
        ("A", "superiority"),
        ("B", "superiority"),
        ("F", "adequacy"),
        ("F", "superiority"),
        ("H", "adequacy"),
    ]


def test_two_printed_gaps_of_the_user_groups_are_misprints(groups):
    wrong = check_printed_gaps(groups).query("verdict == 'not rounding'")
    place = ("A comfortable and inviting location", "All users")
    assert wrong.index.tolist() == [(*place, "adequacy"), (*place, "superiority")]
    assert wrong["computed"].tolist() == pytest.approx([0.96, -0.31])
    assert wrong["printed"].tolist() == pytest.approx([1.16, -0.11])
    # The means are right: groups weighted by their size give the line of all users, and not 7.89.
    parts = groups.drop(index="All users", level="user_group")
    for level in ("minimum", "desired", "perceived"):
        sums = (parts[level] * parts["respondents"]).groupby("item", observed=True).sum()
        pooled = sums / 838
        printed = groups.xs("All users", level="user_group")[level]
        assert (pooled - printed[pooled.index]).abs().max() < 0.01


def test_gaps_of_nine_persons_are_ninths(groups):
    nine = groups.xs("Library staff", level="user_group")
    for column in ("minimum", "desired", "perceived", "adequacy_printed", "superiority_printed"):
        ninths = np.rint(nine[column] * 9) / 9
        np.testing.assert_allclose(ninths.round(2), nine[column], atol=1e-9)


@settings(max_examples=60)
@given(st.floats(1, 9), st.floats(1, 9), st.floats(1, 9), st.integers(0, 4))
def test_gaps_rounded_from_unrounded_means_are_always_explained(minimum, desired, perceived, decimals):
    row = {"minimum": minimum, "desired": desired, "perceived": perceived}
    row |= {"adequacy_printed": perceived - minimum, "superiority_printed": perceived - desired}
    table = pd.DataFrame([row]).round(decimals)
    assert set(check_printed_gaps(table, decimals=decimals)["verdict"]) <= {"equal", "rounding"}


def test_more_decimals_than_said_are_refused(institutions):
    with pytest.raises(InputError, match="at most 1 decimals"):
        check_printed_gaps(institutions, decimals=1)


def test_places_and_undefined_positions_of_means():
    rows = pd.DataFrame(
        {"minimum": [5, 5, 5, 7, 6, 6], "desired": [8, 8, 8, 6, 6, 6], "perceived": [4, 6.5, 9, 6.5, 6, 7]},
        index=list("abcdef"),
    )
    table = zone_means(rows)
    assert table["place"].tolist() == ["below", "inside", "above", "reversed", "inside", "above"]
    assert table["borderline"].tolist() == [False, False, False, False, True, False]
    assert table["position"].tolist() == pytest.approx([-1 / 3, 0.5, 4 / 3, np.nan, np.nan, np.nan], nan_ok=True)
    assert zone_means(rows, margin=1)["borderline"].tolist() == [True, False, True, True, True, True]


@given(st.floats(1, 9), st.floats(0, 5), st.floats(1, 9), st.floats(0.1, 4))
def test_expected_shares_against_scipy_and_each_other(minimum, width, perceived, spread):
    shares = expected_shares(minimum, minimum + width, perceived, spread=spread)
    assert shares.below + shares.inside + shares.above == pytest.approx(1)
    assert shares.below == pytest.approx(stats.norm.cdf(minimum, perceived, spread))
    assert shares.above == pytest.approx(stats.norm.sf(minimum + width, perceived, spread))


def test_expected_shares_hold_for_persons_with_zones_of_their_own():
    # Both gaps have the same spread although every person has other limits: shares depend on the gaps alone.
    random = np.random.default_rng(7)
    minimum = random.normal(6.2, 1.0, 400_000)
    perceived = minimum + random.normal(0.8, 1.5, minimum.size)
    shares = expected_shares(6.2, 7.9, 7.0, spread=1.5)
    assert (perceived < minimum).mean() == pytest.approx(shares.below, abs=0.003)
    assert (perceived > minimum + 1.7).mean() == pytest.approx(shares.above, abs=0.003)


# --- answers of persons


@pytest.mark.parametrize("gaps", [0.0, 0.2])
@pytest.mark.parametrize("form", ["frames", "nullable", "int8"])
def test_equal_to_plain_pandas(gaps, form):
    tables = answers(70_000 if form == "int8" else 3_000, 4, gaps=gaps)
    expected = by_pandas(*tables)
    given_tables, missing = tables, None
    if form == "nullable":
        given_tables = [table.astype("Int64") for table in tables]
    if form == "int8":  # more than one block, and a code for no answer that is not next to the scale
        given_tables, missing = [table.fillna(-9).to_numpy(np.int8) for table in tables], -9
    zone = measure_tolerance_zone(*given_tables, missing=missing)
    gap_table, share_table = zone.gaps.iloc[:-1], zone.shares.iloc[:-1]
    for column in ("minimum", "desired", "perceived", *GAPS, "position", "position_median"):
        np.testing.assert_allclose(gap_table[column], expected[column], rtol=1e-12, err_msg=column)
    for column in ("below", "inside", "above", "reversed", "no_width"):
        np.testing.assert_allclose(share_table[column], expected[column], rtol=1e-12, err_msg=column)
    half = stats.t.ppf(0.975, gap_table["answers"] - 1) * expected["adequacy_se"].to_numpy()
    np.testing.assert_allclose((gap_table["adequacy_high"] - gap_table["adequacy_low"]) / 2, half, rtol=1e-9)
    complete = sum(table.notna().to_numpy().astype(int) for table in tables) == 3
    assert zone.left_out["incomplete answers"] == (~complete).sum() == gap_table["incomplete"].sum()
    assert zone.respondents == complete.any(axis=1).sum()


def test_all_items_against_a_plain_computation_by_respondent():
    low, high, seen = answers(800, 5, gaps=0.15)
    zone = measure_tolerance_zone(low, high, seen)
    ok = low.notna() & high.notna() & seen.notna()
    inside_zone = ok & (low <= high)
    for name, value, base in (
        ("adequacy", (seen - low).where(ok), ok),
        ("width", (high - low).where(ok), ok),
        ("below", ((seen < low) & inside_zone).astype(float), inside_zone),
    ):
        sums, sizes = value.sum(axis=1).to_numpy(), base.sum(axis=1).to_numpy()
        mean = sums.sum() / sizes.sum()
        people = (sizes > 0).sum()
        spread = ((sums - mean * sizes) ** 2).sum() / sizes.sum() ** 2
        table = zone.shares if name == "below" else zone.gaps
        row = table.loc[ALL_ITEMS]
        assert row[name] == pytest.approx(mean)
        if name == "below":
            size = mean * (1 - mean) / spread
            assert size < 0.9 * sizes.sum(), "answers of one person hang together"
            # Another way to Wilson's limits: the shares whose score test has exactly this z.
            z = stats.norm.ppf(0.975)
            for limit in (row["below_low"], row["below_high"]):
                assert abs(mean - limit) / np.sqrt(limit * (1 - limit) / size) == pytest.approx(z)
        else:
            half = stats.t.ppf(0.975, people - 1) * np.sqrt(spread * people / (people - 1))
            assert row[f"{name}_high"] - mean == pytest.approx(half)


def test_item_limits_are_wilsons():
    zone = measure_tolerance_zone(*answers(300, 2))
    for _, row in zone.shares.iloc[:-1].iterrows():
        for name in ("below", "inside", "above"):
            limits = stats.binomtest(round(row[name] * row["answers"]), int(row["answers"])).proportion_ci(
                method="wilson"
            )
            assert [row[f"{name}_low"], row[f"{name}_high"]] == pytest.approx(list(limits))


def test_one_item_gives_the_same_in_both_rows():
    zone = measure_tolerance_zone(*answers(250, 1, gaps=0.1))
    for table in (zone.gaps, zone.shares):
        one, pooled = (table.iloc[row].drop("place", errors="ignore").astype(float) for row in (0, 1))
        np.testing.assert_allclose(one, pooled, rtol=1e-9)


def test_a_copied_item_adds_no_certainty():
    single = measure_tolerance_zone(*answers(250, 1))
    copied = measure_tolerance_zone(*[pd.concat([table] * 6, axis=1, ignore_index=True) for table in answers(250, 1)])
    one, six = single.gaps.loc[ALL_ITEMS], copied.gaps.loc[ALL_ITEMS]
    for column in ("adequacy_low", "width_high", "position_low", "position_median"):
        assert six[column] == pytest.approx(one[column])
    assert copied.shares.loc[ALL_ITEMS, "below_high"] == pytest.approx(single.shares.loc[ALL_ITEMS, "below_high"])


def test_coverage_of_clustered_limits():
    # 200 surveys of 60 persons with ten items. Limits over all items should hold the truth in 95 per cent of them;
    # limits that take the 600 answers as independent hold it far less often.
    everybody = measure_tolerance_zone(*answers(200_000, 10, seed=1))
    truth = everybody.gaps.loc[ALL_ITEMS, "adequacy"], everybody.shares.loc[ALL_ITEMS, "below"]
    held = np.zeros((2, 2))
    for seed in range(200):
        tables = answers(60, 10, seed=1000 + seed)
        apart = [table.to_numpy().reshape(-1, 1) for table in tables]
        for way, zone in enumerate((measure_tolerance_zone(*tables), measure_tolerance_zone(*apart))):
            gap, share = zone.gaps.loc[ALL_ITEMS], zone.shares.loc[ALL_ITEMS]
            held[way, 0] += gap["adequacy_low"] <= truth[0] <= gap["adequacy_high"]
            held[way, 1] += share["below_low"] <= truth[1] <= share["below_high"]
    clustered, independent = held / 200
    assert (clustered > 0.91).all() and (clustered < 0.985).all()
    assert (independent < 0.85).all()


def test_what_is_left_out_is_counted():
    low = [[5, 8, 0], [5, 6, 0], [0, 0, 0], [7, 7, 4]]
    high = [[8, 6, 0], [8, 6, 9], [8, 8, 8], [6, 7, 8]]
    seen = [[6, 7, 0], [0, 6, 5], [5, 5, 5], [7, 8, 3]]
    with pytest.raises(InputError, match="0 \\(.*such answers"):
        measure_tolerance_zone(low, high, seen)
    zone = measure_tolerance_zone(low, high, seen, missing=0)
    assert zone.left_out.tolist() == [6, 2, 2, 1]
    assert zone.respondents == 3 and zone.gaps["answers"].tolist() == [2, 3, 1, 6]
    assert zone.shares["answers"].tolist() == [1, 2, 1, 4]
    assert zone.shares["reversed"].tolist() == [1, 1, 0, 2] and zone.shares["no_width"].tolist() == [0, 2, 0, 2]
    assert zone.shares.loc[ALL_ITEMS, ["below", "inside", "above"]].tolist() == [0.25, 0.5, 0.25]
    assert np.isnan(zone.gaps.loc["item 3", "adequacy_low"]), "one answer has no spread"
    assert zone.gaps.loc["item 3", "place"] == "borderline"
    # Two answers without width and a reversed one: no position of a single answer exists.
    assert np.isnan(zone.gaps.loc["item 2", "position_median"]) and np.isnan(zone.gaps.loc["item 2", "position"])


def test_place_needs_limits_that_exclude_the_others():
    size = 400
    low, high = np.full((size, 4), 5), np.full((size, 4), 7)
    seen = np.tile([[4, 6, 8, 5]], (size, 1))
    seen[::2] += [[0, 0, 0, 1]]
    seen[::4] -= [[0, 0, 0, 2]]
    zone = measure_tolerance_zone(low, high, seen)
    assert zone.gaps["place"].tolist()[:4] == ["below", "inside", "above", "borderline"]
    assert zone.shares.iloc[0][["below", "below_high"]].tolist() == pytest.approx([1, 1])
    assert zone.shares.loc["item 2", "below_high"] == pytest.approx(
        stats.binomtest(0, size).proportion_ci(method="wilson").high
    )


def test_position_has_no_limits_where_the_width_may_be_zero():
    low, high = [[5], [6], [7]], [[6], [6], [6]]
    zone = measure_tolerance_zone(low, high, [[5], [6], [7]])
    assert np.isnan(zone.gaps["position_low"]).all()


def test_columns_are_matched_by_name():
    low, high, seen = answers(100, 3)
    right = measure_tolerance_zone(low, high, seen)
    mixed = measure_tolerance_zone(low, high[[2, 0, 1]], seen[[1, 2, 0]])
    pd.testing.assert_frame_equal(right.gaps, mixed.gaps)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(-3, 3))
def test_moving_the_scale_moves_only_the_means(seed, shift):
    tables = answers(40, 3, seed=seed, gaps=0.1)
    here = measure_tolerance_zone(*tables)
    there = measure_tolerance_zone(*[table + shift for table in tables], scale=(1 + shift, 9 + shift))
    pd.testing.assert_frame_equal(here.shares, there.shares)
    moved = ["minimum", "desired", "perceived"]
    pd.testing.assert_frame_equal(here.gaps.drop(columns=moved), there.gaps.drop(columns=moved))
    np.testing.assert_allclose(there.gaps[moved] - here.gaps[moved], shift, atol=1e-9)
    shares = here.shares[["below", "inside", "above"]].sum(axis=1)
    np.testing.assert_allclose(shares[here.shares["answers"] > 0], 1)


LOW, HIGH, SEEN = [[5, 6], [6, 6]], [[8, 8], [8, 8]], [[6, 7], [7, 7]]


@pytest.mark.parametrize(
    ("tables", "options", "said"),
    [
        ((LOW, HIGH, [[6, 7], [7, 12]]), {}, "whole numbers from 1 to 9"),
        ((LOW, HIGH, [[6, 7], [7, 6.5]]), {}, "6.5"),
        ((LOW, HIGH, [[6, 7], [7, np.inf]]), {}, "inf"),
        ((LOW, HIGH, [["6", "7"], ["7", "7"]]), {}, "not numbers"),
        ((LOW, HIGH, [[6, 7]]), {}, "shape"),
        ((LOW, HIGH, [6, 7]), {}, "respondents by items"),
        ((np.zeros((0, 2)),) * 3, {}, "respondents by items"),
        ((LOW, HIGH, [[6, np.nan], [7, np.nan]]), {}, "no complete answer to item 'item 2'"),
        ((LOW, HIGH, SEEN), {"scale": (9, 1)}, "scale"),
        ((LOW, HIGH, SEEN), {"scale": (0, 100)}, "scale"),
        ((LOW, HIGH, SEEN), {"scale": 9}, "scale"),
        ((LOW, HIGH, SEEN), {"level": 95}, "level"),
        ((pd.DataFrame(LOW), HIGH, SEEN), {}, "mixture"),
        ((pd.DataFrame(LOW), pd.DataFrame(HIGH), pd.DataFrame(SEEN, columns=["a", "b"])), {}, "columns"),
        ((pd.DataFrame(LOW), pd.DataFrame(HIGH), pd.DataFrame(SEEN, index=[1, 2])), {}, "other rows"),
        ((pd.DataFrame(LOW), pd.DataFrame(HIGH), pd.DataFrame(SEEN).astype(str)), {}, "not numbers"),
        ((pd.DataFrame(LOW), pd.DataFrame(HIGH), pd.DataFrame(SEEN) > 6), {}, "not numbers"),
    ],
)
def test_refused(tables, options, said):
    with pytest.raises(InputError, match=said):
        measure_tolerance_zone(*tables, **options)


def test_input_is_not_changed():
    tables = answers(50, 2, gaps=0.2)
    copies = [table.copy() for table in tables]
    measure_tolerance_zone(*tables)
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)


def test_unsigned_answers_and_a_large_code():
    low, high, seen = (np.array(table, np.uint8) for table in (LOW, HIGH, SEEN))
    seen[0, 0] = 255
    zone = measure_tolerance_zone(low, high, seen, missing=255, scale=(0, 10))
    assert zone.gaps["answers"].tolist() == [1, 2, 3]


def test_summary_has_one_row_per_item():
    zone = measure_tolerance_zone(LOW, HIGH, SEEN)
    assert zone.summary().index.tolist() == ["item 1", "item 2", ALL_ITEMS]
    assert {"position", "place", "below", "inside", "above"} <= set(zone.summary().columns)


def test_expected_shares_and_tables_refuse():
    with pytest.raises(InputError, match="exchanged"):
        expected_shares(8, 6, 7, spread=1)
    with pytest.raises(InputError, match="spread"):
        expected_shares(6, 8, 7, spread=0)
    with pytest.raises(InputError, match="column named 'desired'"):
        zone_means(pd.DataFrame({"minimum": [1], "perceived": [2]}))
