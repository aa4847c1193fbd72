"""The relationship plan: closed forms, the single calculations, what is missing, and every bad entry named."""

import numpy as np
import pandas as pd
import pytest

from relmark_helpers import example_entries, read_entries, write_example
from relmark_helpers.calculations import (
    LINKS,
    allocate_budget,
    compare_referred,
    compare_responses,
    expected_shares,
    fit_profile,
    jury_form,
    make_plan,
    plan_limits,
    plan_problems,
    reward_limits,
    score_markets,
    zone_means,
)
from relmark_helpers.calculations.plan_entries import check_entries
from relmark_helpers.calculations.plan_form import text_width
from relmark_helpers.validation import InputError
from tests.plans import CHINESE, LATIN, changed, longest

ENTRIES = example_entries()
PLAN = make_plan(ENTRIES)


def rows(name: str, key: str) -> pd.DataFrame:
    return pd.DataFrame(ENTRIES[name]).set_index(key)


# ---- Numbers


def test_segments_against_closed_forms():
    table, given, d = PLAN.segments, rows("segments", "name"), ENTRIES["discount"]
    m, r = given["margin"], given["retention"]
    np.testing.assert_allclose(table["lifetime"], 1 / (1 - r))
    np.testing.assert_allclose(table["value"], m * (1 + d) / (1 + d - r))
    gain = m * (1 + d) * 0.05 / ((1 + d - r) * (1 + d - r - 0.05))
    np.testing.assert_allclose(table["gain"], gain)
    np.testing.assert_allclose(table["total_gain"], gain * given["customers"])
    np.testing.assert_allclose(table["total"], table["value"] * given["customers"])


def test_limits_of_a_counted_retention_are_wilsons():
    row = PLAN.segments.loc["Standing orders"]
    n, p, z = 30, 0.9, 1.959963984540054
    ends = (p + z * z / (2 * n) + np.array([-1, 1]) * z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (
        1 + z * z / n
    )
    np.testing.assert_allclose(row[["retention_low", "retention_high"]].astype(float), ends)
    np.testing.assert_allclose(row[["value_low", "value_high"]].astype(float), 640 * 1.1 / (1.1 - ends))
    assert PLAN.segments.loc["Passers-by", ["retention_low", "value_low", "total_high"]].isna().all()
    total, low, high = PLAN.value
    assert low < total < high
    assert low == pytest.approx(PLAN.segments["total_low"].sum() + PLAN.segments.loc["Passers-by", "total"])


def test_what_was_not_measured_counts_as_assumed():
    assert PLAN.segments["assumed"].tolist() == ["margin", "customers, margin, retention", ""]
    assert "Assumed, not measured: Regulars (margin); Passers-by (customers, margin, retention)." in PLAN.uncertain


def test_five_points_more_than_all_are_not_possible():
    table = make_plan(changed("segments/1/retention", 0.96)).segments
    assert np.isnan(table.loc["Passers-by", "gain"]) and table.loc["Passers-by", "value"] > 0


def test_position_and_markets_are_those_of_the_lessons():
    alone = fit_profile(ENTRIES["exchange"])
    assert (PLAN.position.position, PLAN.position.low, PLAN.position.high) == (alone.position, alone.low, alone.high)
    jury = check_entries(ENTRIES)["jury"]
    scored = score_markets(jury, generator=np.random.default_rng(1991))
    pd.testing.assert_frame_equal(PLAN.markets.table, scored.table)
    assert PLAN.first_priority == (scored.table["first"].idxmax(), scored.table["first"].max())
    pd.testing.assert_frame_equal(PLAN.markets.table, make_plan(ENTRIES).markets.table)


def test_money_is_that_of_the_best_division():
    given = rows("actions", "market")
    plans = pd.DataFrame({"gap": PLAN.markets.table.loc[given.index, "gap"], "weight": 1.0}, index=given.index)
    plans["half_cost"] = given["half_cost"]
    alone = allocate_budget(plans, 12_000, response="exponential").table["spend"]
    limits = plan_limits(plans, 12_000, PLAN.markets.draws)
    shapes = compare_responses(plans, 12_000).ranges()
    found = PLAN.actions.loc[given.index]
    np.testing.assert_allclose(found["spend"], alone)
    np.testing.assert_allclose(found[["spend_low", "spend_high"]], limits[["low", "high"]])
    np.testing.assert_allclose(found[["response_low", "response_high"]], shapes[["low", "high"]])
    assert found["spend"].sum() == pytest.approx(12_000)
    assert PLAN.actions["gap"].is_monotonic_decreasing


def test_weights_floors_and_caps_are_passed_on():
    entries = changed("actions/0/weight", 0)
    entries["actions"][1] |= {"floor": 5_000, "cap": 5_000}
    found = make_plan(entries).actions["spend"]
    assert found["internal"] == 0 and found["existing customers"] == pytest.approx(5_000)


def test_referral_is_that_of_the_lesson():
    given = ENTRIES["referral"]
    alone = compare_referred(
        210, 0.82, margin_lead=given["margin_lead"], fading=given["fading"], fewer_lost=given["fewer_lost"], years=6
    )
    limits = reward_limits(alone.value, alone.referred_value, other_acquisition=15, running_cost=4, come_anyway=0.3)
    pd.testing.assert_frame_equal(PLAN.referral.by_year, alone.by_year)
    assert PLAN.reward == {"reward": 10, **limits.to_dict(), "paid_back": alone.paid_back(10)}


def test_service_is_that_of_the_lesson():
    given = rows("service", "item")
    alone = zone_means(given[["minimum", "desired", "perceived"]])
    np.testing.assert_allclose(PLAN.service["adequacy"], alone["adequacy"])
    for name, row in given.iterrows():
        levels = row[["minimum", "desired", "perceived"]].to_dict()
        assert PLAN.service.loc[name, "below"] == expected_shares(**levels, spread=row["spread"]).below
    assert PLAN.service["place"].tolist() == ["inside", "borderline", "below"]
    row = PLAN.service.loc["Staff know me"]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.98157 * 1.6 / 112**0.5, abs=1e-4)  # t table, 111 degrees


def test_service_without_respondents_has_no_limits():
    entries = changed("service/1/respondents", ...)
    del entries["service"][1]["spread"]
    row = make_plan(entries).service.loc["Staff know me"]
    assert np.isnan(row["low"]) and np.isnan(row["below"]) and row["place"] == "inside"


@pytest.mark.parametrize(
    ("threshold", "now", "status"),
    [
        ({"alarm_below": 80}, 80, "in bounds"),
        ({"alarm_below": 80}, 79.9, "act now"),
        ({"alarm_above": 80}, 80.1, "act now"),
        ({"alarm_above": 80}, 0, "in bounds"),
        ({"alarm_above": 80}, None, "not measured yet"),
    ],
)
def test_control_calls_for_action(threshold, now, status):
    entries = changed("control/0/alarm_below", ...)
    entries["control"][0] |= {"now": now, **threshold}
    assert make_plan(entries).control["status"].iloc[0] == status


# ---- What is missing is said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("exchange", "not judged yet"),
        ("jury", "no jury has voted yet"),
        ("budget", "not divided yet"),
        ("referral", "not worked out yet"),
        ("service", "not measured yet"),
        ("control", "no number is watched yet"),
    ],
)
@pytest.mark.parametrize("gone", [None, "?", "not measured yet", []])
def test_a_part_that_is_missing_is_said(part, said, gone):
    if part == "budget" and gone is not None:
        return
    plan = make_plan(ENTRIES | {part: gone})
    assert any(said in one for one in plan.missing)
    assert not plan.chain()["says"].str.contains("nan").any()


def test_only_what_is_needed():
    needed = ["firm", "date", "filled_in_by", "currency", "discount", "value_proposition", "segments", "actions"]
    entries = {name: ENTRIES[name] for name in needed}
    del entries["value_proposition"]["proof"]
    plan = make_plan(entries)
    assert len(plan.missing) == 7 and "no proof" in plan.missing[0]
    assert plan.first_priority is None and plan.reward == {} and plan.actions["spend"].isna().all()
    assert plan.chain().index.tolist() == [link.name for link in LINKS]


def test_actions_without_cost_and_gaps_below_zero():
    plan = make_plan(changed("actions/0/half_cost", ...))
    assert np.isnan(plan.actions.loc["internal", "spend"])
    assert "Cost not known, so no money divided: internal." in plan.missing
    content = jury_form(["a", "b", "c"]).assign(present=8, desired=4)
    assert make_plan(ENTRIES | {"jury": content}).budget is None


def test_a_jury_of_one_has_no_limits():
    plan = make_plan(ENTRIES | {"jury": {"Ann": ENTRIES["jury"]["Owner"]}})
    assert plan.first_priority[0] == "internal" and np.isnan(plan.first_priority[1])
    assert plan.actions["spend"].notna().all() and plan.actions["spend_low"].isna().all()
    assert "The gaps are one person's opinion; there are no limits." in plan.uncertain


# ---- Bad entries


@pytest.mark.parametrize(
    ("path", "value", "entry", "problem"),
    [
        ("firm", ..., "firm", "missing"),
        ("firm", "x" * 41, "firm", "as wide as 41 letters, and the page has room for 40; shorten it"),
        ("firm", "面" * 21, "firm", "as wide as 42 letters"),
        ("date", "22.11.2026", "date", "'22.11.2026' is no day; write it as 2026-11-22"),
        ("discount", 10, "discount", "10 is outside 0 to below 1; write 0.1"),
        ("discount", True, "discount", "True is not a number"),
        ("budget", 0, "budget", "0 is not a number above 0"),
        ("response", "linear", "response", "'linear' is none of exponential"),
        ("chapter", 1, "chapter", "unknown entry; known are"),
        ("value_proposition", "?", "value_proposition", "missing; no plan without it"),
        ("value_proposition", "bread", "value_proposition", "has no entries"),
        ("value_proposition/promise", "", "value_proposition, promise", "missing"),
        ("value_proposition/promise", ["a"], "value_proposition, promise", "is no text"),
        ("segments", {}, "segments", "missing"),
        ("segments", "many", "segments", "expected a list"),
        ("segments/0/margin", "12 euro", "segments, Regulars, margin", "'12 euro' is text, not a number"),
        ("segments/1/retention", "55%", "segments, Passers-by, retention", "write ten per cent as 0.10"),
        ("segments/0/margin", float("nan"), "segments, Regulars, margin", "not a number"),
        ("segments/0/retention", 1, "segments, Regulars, retention", "1 is outside 0 to below 1"),
        ("segments/0/name", ..., "segments, number 1, name", "missing"),
        ("segments/0/name", "Passers-by", "segments, Passers-by", "is there twice"),
        ("segments/0/measured", ["margins"], "segments, Regulars, measured", "'margins' is none of"),
        ("segments/0/measured", "margin", "segments, Regulars, measured", "write for example [retention]"),
        ("segments/0/followed", ..., "segments, Regulars, followed", "a measured retention needs"),
        ("segments/1/followed", 9, "segments, Passers-by, followed", "an assumed one has none"),
        ("actions/0/market", "inside", "actions, inside, market", "is none of existing customers"),
        ("actions/0/by", "2026-11-21", "actions, internal, by", "lies before the date of the plan"),
        ("actions/0/floor", 20_000, "budget", "add up to 20000"),
        ("actions/0/half yearly", None, "actions, internal, half yearly", "cut off at a comma?"),
        ("actions/0/owners", "x", "actions, internal, owners", "do you mean 'owner'?"),
        ("service/0/minimum", 9, "service, Bread as promised at seven, minimum", "are they exchanged?"),
        ("service/0/spread", ..., "service, Bread as promised at seven, spread", "need both"),
        ("control/0/alarm_above", 90, "control, Retention of regulars, %, alarm_below", "either alarm_below or"),
        ("referral/segment", "Irregulars", "referral, segment", "'Irregulars' is none of Regulars"),
        ("referral/fewer_lost", -9, "referral, fewer_lost", "less than 0"),
        ("referral/years", 2.5, "referral, years", "not a whole number"),
        ("jury", "jury.csv", "jury", "read_entries"),
        ("jury", 7, "jury", "expected for each juror"),
        ("jury/Owner/internal", 4, "jury", "expected for each juror"),
        ("jury/Owner/internal", [4, 11], "jury, Owner, internal, desired", "11 is outside 2 to 10"),
        ("jury/Owner/internal", ..., "jury, Owner, internal, row", "not scored"),
    ],
)
def test_a_bad_entry_is_named(path, value, entry, problem):
    entries = changed(path, value)
    found = plan_problems(entries)
    assert (found["entry"] == entry).any(), found
    assert found.loc[found["entry"] == entry, "problem"].str.contains(problem, regex=False).any(), found
    with pytest.raises(InputError) as raised:
        make_plan(entries)
    assert f"\n  {entry}: " in str(raised.value)


def test_all_bad_entries_are_named_at_once():
    entries = changed("discount", "ten") | {"firm": ""}
    entries["segments"][0]["margin"] = None
    entries["actions"] *= 2
    with pytest.raises(InputError, match="found 8 bad entries"):
        make_plan(entries)
    assert "8 of them; the page holds 6" in set(plan_problems(entries)["problem"])


def test_entries_that_are_none():
    with pytest.raises(InputError, match="`entries`: found list; expected entries by name"):
        make_plan([])  # type: ignore[arg-type]
    assert len(plan_problems({})) == 8


@pytest.mark.parametrize("words", [LATIN, CHINESE])
def test_longest_entries_are_allowed(words):
    assert plan_problems(longest(words)).empty
    assert text_width(" 中a ") == 3


# ---- Files


def test_example_file_has_the_example_entries_and_is_not_written_over(tmp_path):
    file = write_example(tmp_path / "new" / "my_plan.yml")
    assert read_entries(file)["segments"] == check_entries(ENTRIES)["segments"]
    file.write_text("firm: mine", "utf-8")
    with pytest.raises(InputError, match="is there already"):
        write_example(file)
    assert file.read_text("utf-8") == "firm: mine"


def test_jury_from_a_file_beside_the_entries(tmp_path):
    file = write_example(tmp_path / "plan.yaml")
    text = file.read_text("utf-8")
    start, end = text.index("jury:"), text.index("budget:")
    file.write_text(f"{text[:start]}jury: votes.csv\n{text[end:]}", "utf-8")
    with pytest.raises(InputError, match=r"votes\.csv; expected a file"):
        read_entries(file)
    jury_form(["Ann", "Bo"]).assign(present=4, desired=8).to_csv(tmp_path / "votes.csv", index=False)
    assert make_plan(read_entries(file)).markets.jurors == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.txt", b"firm: x", "expected a .yml file that exists"),
        ("plan.yml", b"firm: [x", "which breaks off in line"),
        ("plan.yml", b"firm: a: b", "which breaks off in line 1, firm: a: b"),
        ("plan.yml", "firm: Bäckerei".encode("latin-1"), "not in UTF-8"),
        ("plan.yml", b"firm: \x00", "which breaks off"),
        ("plan.yml", b"- a list", "expected entries by name"),
        ("plan.yml", b"", "expected entries by name"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_entries(tmp_path / name)


@pytest.mark.parametrize("mark", ["", " ?", " ?   # later", " # later"])
def test_a_part_left_open_in_the_file(tmp_path, mark):
    file = write_example(tmp_path / "plan.yml")
    text = file.read_text("utf-8")
    start, end = text.index("service:"), text.index("control:")
    opened = f"{text[:start]}service:{mark}\n{text[end:]}"
    file.write_text(opened.replace('proof: "Asked', f'proof:{mark}\n  # "Asked'), "utf-8")
    plan = make_plan(read_entries(file))
    assert plan.service is None and not plan.proposition["proof"]


def test_words_that_yaml_reads_as_something_else(tmp_path):
    file = write_example(tmp_path / "plan.yml")
    text = file.read_text("utf-8").replace('firm: "Corner Bakery"', "firm: 1884").replace('owner: "Owner"', "owner: No")
    file.write_text(text, "utf-8-sig")
    with pytest.raises(InputError, match="owner: YAML reads this as yes or no; put it in quotation marks"):
        read_entries(file)
    file.write_text(text.replace("owner: No", "owner: 'No'"), "utf-8-sig")
    assert read_entries(file)["firm"] == "1884"
