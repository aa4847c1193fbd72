"""A jury's table: good files in several forms, and every bad entry named by juror and market at once."""

import builtins
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from relmark_helpers.calculations.jury import (
    AXES,
    INFLUENCE_GROUPS,
    SECOND_VERSION,
    check_jury,
    jury_form,
    jury_problems,
    simulate_jury,
)
from relmark_helpers.datasets import load_dataset
from relmark_helpers.jury_files import read_jury
from relmark_helpers.validation import InputError


def filled(jurors=("Ann", "Bo"), **scores):
    return jury_form(jurors).assign(**{"present": 4, "desired": 8, **scores}).astype(object)


def test_seven_axes_of_six_markets_and_the_mapping_of_two_versions():
    table = load_dataset("six_markets")
    first = table.dropna(subset="first_version")
    assert len(first) == 6 and len(table.dropna(subset="second_version")) == 6
    assert {axis for axes in first["axes"] for axis in axes.split("; ")} == set(AXES) and len(set(AXES)) == 7
    assert set(table["second_version"].dropna()) == set(SECOND_VERSION)
    assert (table["relation"] == "same").sum() == 4
    both = table["first_version"].notna() & table["second_version"].notna()
    assert ((table["relation"] == "same") == both).all()


def test_every_bad_entry_is_listed_at_once_by_juror_and_market():
    table = filled(("Ann", "Bo", "Cy"))
    table.loc[0, "present"] = None
    table.loc[1, "desired"] = 11
    table.loc[2, "present"] = "high"
    table.loc[9, "market"] = "refferal"
    table.loc[11, "present"] = True
    table.loc[20, "juror"] = "  "
    table.loc[len(table)] = ["Bo", "supplier", 2, 4]
    found = jury_problems(table)
    listed = {(row.juror, row.market, row.entry) for row in found.itertuples()}
    assert listed == {
        ("Ann", "existing customers", "present"),
        ("Ann", "new customers", "desired"),
        ("Ann", "referral", "present"),
        ("Bo", "refferal", "market"),
        ("Bo", "referral", "row"),
        ("Bo", "recruitment", "present"),
        ("Bo", "supplier", "row"),
        ("(row 21)", "internal", "juror"),
        ("Cy", "internal", "row"),
    }
    with pytest.raises(InputError) as caught:
        check_jury(table)
    message = str(caught.value)
    assert "9 bad entries" in message and "scored 2 times" in message and "'high' is text" in message
    for row in found.itertuples():
        assert f"juror {row.juror!r}, market {row.market!r}, {row.entry}: {row.problem}" in message


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (1.9, "1.9 is outside 2 to 10"),
        (10.5, "10.5 is outside"),
        (np.inf, "inf is outside"),
        (-3, "-3 is outside"),
        ("7,", "'7,' is text"),
        ("7,5,5", "'7,5,5' is text"),
        ("75,5", "75.5 is outside"),
        ("", "missing"),
        (np.nan, "missing"),
        (pd.NA, "missing"),
        (pd.Timestamp("2026-01-01"), "is not a score"),
        ([4], "is not a score"),
    ],
)
def test_entries_that_are_no_scores(value, problem):
    table = filled(("Ann",))
    table.at[3, "desired"] = value
    found = jury_problems(table)
    assert found[["juror", "market", "entry"]].to_numpy().tolist() == [["Ann", "supplier", "desired"]]
    assert problem in found["problem"].item()


def test_good_tables_in_any_order_and_form():
    table = filled()
    table["present"] = range(3, 10) if len(table) == 7 else [*range(3, 10), *range(2, 9)]
    plain = check_jury(table)
    shuffled = table.sample(frac=1, random_state=1)
    text = shuffled.astype(str).assign(market=shuffled["market"].str.upper() + " ")
    other = check_jury(text).sort_values("juror", kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(plain, other)
    assert plain["market"].tolist() == [*AXES, *AXES] and plain["present"].dtype == float
    blank = pd.concat([table, pd.DataFrame([[None] * 4] * 3, columns=table.columns)])
    pd.testing.assert_frame_equal(check_jury(blank), plain)
    halves = table.astype(object).assign(present="7,5", desired=" 10,0 ")
    assert check_jury(halves)[["present", "desired"]].drop_duplicates().to_numpy().tolist() == [[7.5, 10]]
    numbered = table.assign(juror=[1.0] * 7 + [2.0] * 7)
    assert check_jury(numbered)["juror"].unique().tolist() == ["1", "2"]


def test_other_axes_and_scales():
    form = jury_form(["Ann"], markets=SECOND_VERSION).assign(present=1, desired=7)
    assert len(check_jury(form, markets=SECOND_VERSION, scale=(1, 7))) == 6
    assert len(jury_problems(form, markets=SECOND_VERSION)) == 6  # 1 is below 2
    assert len(jury_form(["Ann"], markets=INFLUENCE_GROUPS)) == 6


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_files(tmp_path, separator, encoding):
    table = filled(("李", "Bo"))
    file = tmp_path / "jury.csv"
    table.rename(columns=str.title).to_csv(file, index=False, sep=separator, encoding=encoding)
    pd.testing.assert_frame_equal(read_jury(file), check_jury(table))
    assert read_jury(str(file))["juror"].iloc[0] == "李"


def test_csv_files_that_cannot_be_used(tmp_path):
    file = tmp_path / "jury.csv"
    table = filled(("NA", "Bo"))
    table.loc[3, "present"] = "n/a"
    table.to_csv(file, index=False)
    with pytest.raises(InputError, match=r"1 bad entry:\n  juror 'NA', market 'supplier', present: 'n/a' is text"):
        read_jury(file)
    file.write_bytes("juror,market,present,desired\n李,internal,4,8".encode("gb18030"))
    with pytest.raises(InputError, match="UTF-8"):
        read_jury(file)
    file.write_text("")
    with pytest.raises(InputError, match="four columns"):
        read_jury(file)
    file.write_text("juror,market,present\nAnn,internal,4")
    with pytest.raises(InputError, match="desired"):
        read_jury(file)
    file.write_text("juror,market,present,desired\n")
    with pytest.raises(InputError, match="no entries"):
        read_jury(file)
    with pytest.raises(InputError, match="exists"):
        read_jury(tmp_path / "none.csv")
    (tmp_path / "jury.pdf").write_text("x")
    with pytest.raises(InputError, match="csv or .xlsx"):
        read_jury(tmp_path / "jury.pdf")


def test_excel_file(tmp_path):
    pytest.importorskip("openpyxl")
    file, table = tmp_path / "jury.xlsx", filled()
    table.to_excel(file, index=False)
    pd.testing.assert_frame_equal(read_jury(file), check_jury(table))
    table.loc[3, "present"] = "high"
    table.to_excel(file, index=False)
    with pytest.raises(InputError, match="juror 'Ann', market 'supplier', present: 'high' is text"):
        read_jury(file)
    file.write_bytes(b"no workbook")
    with pytest.raises(InputError, match="an Excel workbook"):
        read_jury(file)


def test_excel_file_with_more_than_one_sheet(tmp_path):
    pytest.importorskip("openpyxl")
    file = tmp_path / "jury.xlsx"
    with pd.ExcelWriter(file) as book:
        pd.DataFrame().to_excel(book, sheet_name="empty", index=False)
        filled(("Ann",)).to_excel(book, sheet_name="one", index=False)
    assert read_jury(file)["juror"].unique().tolist() == ["Ann"]
    with pd.ExcelWriter(file) as book:
        for name in ("Ann", "Bo"):
            filled((name,)).to_excel(book, sheet_name=name, index=False)
    with pytest.raises(InputError, match="entries on 2 sheets, Ann, Bo"):
        read_jury(file)


def test_excel_without_openpyxl_says_what_to_do(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name == "openpyxl":
            raise ImportError(name)
        return real(name, *rest, **more)

    file = tmp_path / "jury.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x", "")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="pip install openpyxl"):
        read_jury(file)


def test_form_round_trip_and_what_it_refuses():
    form = jury_form(["Ann", "Bo"])
    assert len(jury_problems(form)) == 28 and form["present"].isna().all()
    buffer = io.StringIO(form.to_csv(index=False))
    pd.testing.assert_frame_equal(pd.read_csv(buffer), form, check_dtype=False)
    for names in ([], ["Ann", "Ann"], ["Ann", " "]):
        with pytest.raises(InputError):
            jury_form(names)
    with pytest.raises(InputError):
        jury_problems(form, scale=(10, 2))


def test_simulated_jury_has_what_it_declares():
    jury = check_jury(simulate_jury(400, np.random.default_rng(5)))
    gap = (jury["desired"] - jury["present"]).groupby(jury["market"]).mean()
    assert set(gap.nlargest(2).index) == {"existing customers", "internal"} and gap["new customers"] < 0
    assert abs(gap["recruitment"]) < 0.3
    flat = check_jury(simulate_jury(400, np.random.default_rng(5), shared=0))
    assert np.ptp((flat["desired"] - flat["present"]).groupby(flat["market"]).mean()) < 0.4
