"""A class enters its scores: sheets saved, files joined, every bad entry named by file, juror and market."""

import nbformat
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from relmark_helpers import collect_jury, read_jury, save_scores
from relmark_helpers.calculations import check_jury, jury_form, score_markets, simulate_jury
from relmark_helpers.calculations.jury import AXES, SECOND_VERSION
from relmark_helpers.editions.moving import publish
from relmark_helpers.editions.page import output
from relmark_helpers.editions.runner import WIDGET
from relmark_helpers.explore import enter_scores
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.juror_file import juror_file, juror_name, same_name
from relmark_helpers.validation import InputError
from tests.lab import CHROMIUM, Lab
from tests.lessons import LESSONS


def filled(jurors=("Ann",), **scores):
    return jury_form(jurors).assign(**{"present": 4, "desired": 8, **scores}).astype(object)


def fill(sheet, juror, present="4", desired="8", **markets):
    sheet.juror = juror
    sheet.entries = {market: markets.get(market, [present, desired]) for market in sheet.markets}


def press(sheet):
    """Press the button: the browser counts the presses, and each is answered."""
    sheet.presses += 1
    assert sheet.answer["press"] == sheet.presses
    return sheet.words


def test_thirty_jurors_give_the_figures_of_the_simulation(tmp_path):
    simulated = simulate_jury(30, np.random.default_rng(5))
    sheet = enter_scores(tmp_path / "class")
    for juror, rows in simulated.sample(frac=1, random_state=1).groupby("juror"):
        sheet.juror = juror
        sheet.entries = {row.market: [f"{row.present:g}", f"{row.desired:g}"] for row in rows.itertuples()}
        assert press(sheet).startswith(f"Saved: {juror}, 7 markets, in ")
    assert "The folder now holds 30 files." in sheet.words
    together = read_jury(tmp_path / "class")
    pd.testing.assert_frame_equal(together, check_jury(simulated))
    ours, theirs = (score_markets(one, generator=np.random.default_rng(2)) for one in (together, simulated))
    pd.testing.assert_frame_equal(ours.table, theirs.table)
    pd.testing.assert_frame_equal(ours.agreement(), theirs.agreement())


def test_nothing_is_answered_or_made_beforehand(tmp_path):
    sheet = enter_scores(tmp_path / "a" / "b")
    assert (sheet.juror, sheet.entries, sheet.words) == ("", {}, "Nothing is saved yet.")
    sheet._repr_mimebundle_()
    assert press(sheet) == "Not saved. To mend: the juror's name; all 7 markets."
    assert list(tmp_path.iterdir()) == []
    fill(sheet, "Ann")
    press(sheet)
    assert [file.name for file in (tmp_path / "a" / "b").iterdir()] == ["Ann.csv"]
    assert (sheet.juror, sheet.entries) == ("", {}), "the next juror would see the scores"


def test_problems_are_named_by_market_and_nothing_is_lost(tmp_path):
    sheet = enter_scores(tmp_path)
    fill(sheet, "Ann", supplier=["high", "8"], internal=["11", ""], referral=["", ""], influence=["7,5", " 10 "])
    before = dict(sheet.entries)
    assert press(sheet) == "Not saved. To mend: referral, supplier, internal."
    at = {market: str(place) for place, market in enumerate(AXES)}
    assert sheet.answer["problems"] == {
        at["referral"]: "both: missing",
        at["supplier"]: "present: 'high' is text, not a score",
        at["internal"]: "present: 11 is outside 2 to 10; desired: missing",
    }
    assert set(sheet.answer["bad"]) == {
        f"{at[market]} {score}"
        for market, score in [
            ("referral", "present"),
            ("referral", "desired"),
            ("supplier", "present"),
            ("internal", "present"),
            ("internal", "desired"),
        ]
    }
    assert (sheet.juror, sheet.entries) == ("Ann", before) and list(tmp_path.iterdir()) == []
    fill(sheet, "  ")
    assert press(sheet) == "Not saved. To mend: the juror's name."
    fill(sheet, "Ann", influence=["7,5", " 10 "])
    press(sheet)
    scores = read_jury(tmp_path).set_index("market").loc["influence"]
    assert scores[["present", "desired"]].tolist() == [7.5, 10]


def test_a_name_that_exists_needs_a_second_press(tmp_path):
    sheet, folder = enter_scores(tmp_path), tmp_path.as_posix()
    fill(sheet, "Ann", present="2")
    press(sheet)
    for name in ("Ann", " ann ", "ANN"):
        old = (tmp_path / "Ann.csv").read_bytes()
        fill(sheet, name, present="9")
        asked = press(sheet)
        assert asked.startswith(f"Not saved yet. {juror_name(name)} has saved before, in {folder}/Ann.csv.")
        assert (tmp_path / "Ann.csv").read_bytes() == old and sheet.juror == name
        fill(sheet, name, present="high")
        press(sheet)
        fill(sheet, name, present="9")
        assert press(sheet) == asked, "a press in between takes the question back"
        assert press(sheet).startswith(f"Saved in place of the earlier scores: {juror_name(name)}, 7 markets")
        scores = read_jury(tmp_path)
        assert set(scores["juror"]) == {juror_name(name)} and set(scores["present"]) == {9}
        fill(sheet, juror_name(name), present="2")
        press(sheet), press(sheet)
    fill(sheet, "Ann")
    press(sheet)
    fill(sheet, "Bo")
    assert press(sheet).startswith("Saved: Bo"), "the question was about another name"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["Ann.csv", "Bo.csv"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "taken").write_text("a file")
    sheet = enter_scores(tmp_path / "taken")
    fill(sheet, "Ann")
    assert press(sheet).startswith(f"Not saved. The folder {tmp_path / 'taken'} cannot be written: ")
    assert sheet.juror == "Ann"


def test_other_markets_and_scales(tmp_path):
    sheet = enter_scores(tmp_path, markets=SECOND_VERSION, scale=(1, 7))
    fill(sheet, "Ann", present="1", desired="7")
    press(sheet)
    assert len(read_jury(tmp_path, markets=SECOND_VERSION, scale=(1, 7))) == 6
    for wrong in (["one", "One"], [], "internal"):
        with pytest.raises(InputError, match="markets"):
            enter_scores(tmp_path, markets=wrong)
    with pytest.raises(InputError, match="scale"):
        enter_scores(tmp_path, scale=(7, 1))


NAMES = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="aA/\\. :*?\"<>|-_~$é李明,;'\t", min_size=1, max_size=12),
)


@given(name=NAMES)
@example(name="李 明")
@example(name="../../Ann")
@example(name="C:\\Ann")
@example(name="...")
@example(name="CON")
@example(name="nul.txt")
@example(name="=1+1")
@example(name='"Ann"; Bo, Cy')
@example(name="n" * 300)
@example(name="李" * 300)
@example(name="e\u0301")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_every_name_comes_back_from_a_file_in_the_folder(tmp_path_factory, name):
    folder = tmp_path_factory.mktemp("names")
    kept = juror_name(name)
    if not kept:
        with pytest.raises(InputError, match="juror"):
            juror_file(folder, name)
        return
    file = save_scores(filled([kept]), folder)
    assert file == juror_file(folder, name) and list(folder.rglob("*")) == [file] and file.parent == folder
    assert (
        len(file.name.encode()) <= 200 and not file.name.startswith((".", "~")) and file.stem.strip(" .") == file.stem
    )
    assert not set('<>:"/\\|?*') & set(file.name)
    assert file.name.partition(".")[0].casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}
    assert set(read_jury(folder)["juror"]) == {kept} and juror_name(kept) == kept
    with pytest.raises(InputError, match="a new juror"):
        save_scores(filled([kept]), folder)


@given(names=st.lists(NAMES.filter(juror_name), min_size=2, max_size=6))
@example(names=["a/b", "a_b", "a\\b", "a:b"])
@example(names=["n" * 50, "n" * 51])
@example(names=["Strauß", "STRAUSS"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_different_names_have_different_files_on_any_system(names):
    different = {same_name(name): name for name in names}
    files = {same_name(juror_file("jury_scores", name).name) for name in names}
    assert len(files) == len(different)


def test_a_folder_of_csv_and_excel_is_joined(tmp_path):
    (tmp_path / "from the course" / "Cy").mkdir(parents=True)
    (tmp_path / ".ipynb_checkpoints").mkdir()
    filled(["juror 10"]).to_csv(tmp_path / "juror 10.csv", index=False, sep=";")
    filled(["juror 2"], present=5.5).to_excel(tmp_path / "juror 2.xlsx", index=False)
    filled(["Cy", "李明"]).to_csv(tmp_path / "from the course" / "Cy" / "scores.CSV", index=False)
    filled(["juror 10"]).to_csv(tmp_path / ".ipynb_checkpoints" / "juror 10-checkpoint.csv", index=False)
    (tmp_path / "~$juror 2.xlsx").write_text("the mark of an open workbook")
    (tmp_path / "agenda.pdf").write_text("no table")
    together = read_jury(tmp_path)
    assert list(together["juror"].unique()) == ["Cy", "李明", "juror 2", "juror 10"]
    assert together.groupby("juror")["present"].mean()["juror 2"] == 5.5
    pd.testing.assert_frame_equal(read_jury(str(tmp_path)), together)


def test_every_bad_entry_of_a_class_is_named_by_file_juror_and_market(tmp_path):
    bad = filled(["Ann"])
    bad.loc[3, "present"], bad.loc[6, "desired"] = "high", 12
    bad.to_csv(tmp_path / "ann.csv", index=False)
    bad = filled(["Bo"])
    bad.loc[2, "market"] = "refferal"
    bad.to_excel(tmp_path / "bo.xlsx", index=False)
    filled(["ANN", "Dee"]).to_csv(tmp_path / "group.csv", index=False)
    filled(["Cy"]).to_csv(tmp_path / "good.csv", index=False)
    jury_form(["x"]).iloc[:0].to_csv(tmp_path / "nothing.csv", index=False)
    filled(["Eve"]).drop(columns="desired").to_csv(tmp_path / "no column.csv", index=False)
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    (tmp_path / "encoded.csv").write_bytes("juror,market,present,desired\n李,internal,4,8".encode("gb18030"))
    (tmp_path / "old.xls").write_bytes(b"?")
    with pytest.raises(InputError) as caught:
        read_jury(tmp_path)
    message = str(caught.value)
    for part in [
        "11 bad entries",
        "\n  file 'ann.csv', juror 'Ann': also in file 'group.csv'",
        "\n  file 'ann.csv', juror 'Ann', market 'supplier', present: 'high' is text, not a score",
        "\n  file 'ann.csv', juror 'Ann', market 'internal', desired: 12 is outside 2 to 10",
        "\n  file 'bo.xlsx', juror 'Bo', market 'refferal', market: unknown market",
        "\n  file 'bo.xlsx', juror 'Bo', market 'referral', row: not scored",
        "\n  file 'group.csv', juror 'ANN': also in file 'ann.csv'",
        "\n  file 'nothing.csv': no entries",
        "\n  file 'no column.csv': ",
        "\n  file 'broken.xlsx': ",
        "\n  file 'encoded.csv': ",
        "\n  file 'old.xls': ",
    ]:
        assert part in message
    assert "good.csv" not in message and "Dee" not in message


def test_the_good_files_of_a_class_and_every_problem_of_the_others(tmp_path):
    simulated = simulate_jury(30, np.random.default_rng(5)).astype(object)
    for juror, rows in simulated.groupby("juror", sort=False):
        rows.to_csv(tmp_path / f"{juror}.csv", index=False)
    rows.assign(present="7,5").to_excel(tmp_path / "thirty.xlsx", index=False)  # juror 30 a second time
    (tmp_path / "juror 4.csv").unlink()
    simulated[simulated["juror"] == "juror 4"].to_excel(tmp_path / "juror 4.xlsx", index=False)
    simulated[simulated["juror"] == "juror 7"].iloc[:-1].to_csv(tmp_path / "juror 7.csv", index=False)
    (tmp_path / "juror 9.csv").write_text("scores")
    filled(["Ann", "ANN"]).to_csv(tmp_path / "twins.csv", index=False)
    (tmp_path / "agenda.pdf").write_text("no table")
    found = collect_jury(tmp_path)
    bad = ["juror 7.csv", "juror 9.csv", "juror 30.csv", "thirty.xlsx", "twins.csv"]
    assert found.files.loc[found.files["problems"] > 0, "file"].tolist() == bad
    assert found.problems["file"].drop_duplicates().tolist() == bad and len(found.files) == 32
    assert found.problems.set_index("file")["problem"].to_dict() == {
        "juror 7.csv": "not scored",
        "juror 9.csv": found.problems["problem"][1],
        "juror 30.csv": "also in file 'thirty.xlsx'",
        "thirty.xlsx": "also in file 'juror 30.csv'",
        "twins.csv": "more than once, with other capitals",
    }
    assert found.words == (
        f"27 of 32 files can be used, with 27 jurors. To mend, or to leave out: {', '.join(bad)}. "
        "Passed over, since no tables: agenda.pdf."
    )
    rest = simulated[~simulated["juror"].isin(["juror 7", "juror 9", "juror 30"])]
    pd.testing.assert_frame_equal(found.scores, check_jury(rest))
    with pytest.raises(InputError, match="bad entries"):
        read_jury(tmp_path)
    for name in bad:
        (tmp_path / name).unlink()
    found = collect_jury(tmp_path)
    assert found.words.startswith("27 of 27 files can be used, with 27 jurors. Passed") and not len(found.problems)
    pd.testing.assert_frame_equal(found.scores, read_jury(tmp_path))


def test_the_lesson_shows_bad_files_and_leaves_them_out_only_if_told(tmp_path, monkeypatch):
    lesson = next(one for one in LESSONS if one.id == "04")
    cells = {cell.id: cell.source for cell in lesson.cells}
    monkeypatch.chdir(tmp_path)
    shown = []
    space = {"display": lambda *all: shown.extend(all)}
    exec(cells["setup"], space)

    def pictures(told=False):
        shown.clear()
        exec(cells["class-gaps"].replace("files = False", f"files = {told}"), space)
        return sum(isinstance(one, LessonFigure) for one in shown)

    assert pictures() == 2 and "A simulated class" in shown[0].data
    jurors = simulate_jury(6, np.random.default_rng(5)).astype(object)
    for _juror, rows in jurors.groupby("juror"):
        save_scores(rows, "jury_scores")
    assert pictures() == 2 and "6 of 6 files" in shown[0].data
    (tmp_path / "jury_scores" / "bad.csv").write_text("juror")
    assert pictures() == 0 and "6 of 7 files" in shown[0].data and len(shown) == 2
    assert pictures(told=True) == 2 and all("bad.csv" in one.caption for one in shown if isinstance(one, LessonFigure))
    for file in (tmp_path / "jury_scores").glob("juror*"):
        file.unlink()
    assert pictures(told=True) == 0, "nobody is left"


def test_a_folder_that_holds_nothing_is_no_error(tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "one.csv").write_text("")
    for folder in (tmp_path / "none", tmp_path / "bad"):
        found = collect_jury(folder)
        assert list(found.scores) == ["juror", "market", "present", "desired"] and not len(found.scores)
        assert list(found.problems) == ["file", "juror", "market", "entry", "problem"]
    assert found.words == "0 of 1 file can be used, with 0 jurors. To mend, or to leave out: one.csv."
    assert collect_jury(tmp_path / "none").words == "There are no files yet."
    with pytest.raises(InputError, match="scale"):
        collect_jury(tmp_path / "none", scale=(9, 2))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("juror,market,present,desired\nAnn,internal,7,5,8\n", r"line 2: Ann,internal,7,5,8; expected 4 entries"),
        ("juror,market,present,desired\nAnn,internal,4\n", "juror 'Ann', market 'internal', desired: missing"),
        ("juror,market,present,Present,desired\nAnn,internal,4,4,8\n", "2 columns named 'present'"),
        ('juror,market,present,desired\n"Ann,internal,4,8\n', "market"),
        ("\n \n", "four columns"),
    ],
)
def test_csv_with_too_many_or_too_few_entries(tmp_path, text, problem):
    (tmp_path / "jury.csv").write_text(text, encoding="utf-8")
    for path in (tmp_path, tmp_path / "jury.csv"):
        with pytest.raises(InputError, match=problem):
            read_jury(path)


def test_a_folder_without_tables_and_no_folder_at_all(tmp_path):
    with pytest.raises(InputError, match=r"without a table; expected a folder with \.csv or \.xlsx files"):
        read_jury(tmp_path)
    with pytest.raises(InputError, match="file or folder that exists"):
        read_jury(tmp_path / "none")


def test_scores_are_saved_for_one_juror_and_only_if_they_are_sound(tmp_path):
    with pytest.raises(InputError, match="2 jurors"):
        save_scores(filled(["Ann", "Bo"]), tmp_path)
    with pytest.raises(InputError, match="market 'internal', row: not scored"):
        save_scores(filled(["Ann"]).iloc[:-1], tmp_path)
    assert list(tmp_path.iterdir()) == []
    file = save_scores(filled(["李明"], present=7.5), tmp_path)
    assert file.read_bytes().startswith("\ufeffjuror,market,present,desired\n李明,existing customers,7.5,8\n".encode())
    save_scores(filled(["李明"]), tmp_path, replace=True)
    assert [one.name for one in tmp_path.iterdir()] == ["李明.csv"] and set(read_jury(file)["present"]) == {4}


def test_pages_without_a_kernel_have_a_table_to_fill_by_hand(tmp_path):
    sheet = enter_scores(tmp_path / "class", markets=["internal", "<b>"])
    data, _ = sheet._repr_mimebundle_()
    assert {WIDGET, "text/html", "text/plain"} <= set(data) and "internal, <b>" in data["text/plain"]
    publish(sheet)  # has no slider, and so no pictures of places
    shown = BeautifulSoup(output(nbformat.v4.new_output("execute_result", data)), "html.parser")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in shown.table.find_all("tr")]
    assert rows == [["Market", "Present", "Desired"], ["internal", "", ""], ["<b>", "", ""]]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome, and found neither")
def test_two_jurors_at_the_keyboard(tmp_path):
    code = "from relmark_helpers.explore import enter_scores\nenter_scores('class')"
    cells = [nbformat.v4.new_code_cell(code, id="sheet"), nbformat.v4.new_code_cell("", id="after")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "vote.ipynb")
    with Lab(tmp_path) as lab:
        tab = lab.open("vote.ipynb")
        lab.run_all(tab)
        sheet = tab.locator(lab.cell(tab, "sheet")).get_by_role("group", name="Score sheet of one juror")
        status, button = sheet.get_by_role("status"), sheet.get_by_role("button", name="Save")
        assert status.inner_text() == "Nothing is saved yet."

        # By keyboard only, in the order of the page; letters are text here, not commands of the notebook.
        name = sheet.get_by_role("textbox", name="Juror's name")
        name.focus()
        tab.keyboard.type("Dada Abba")
        for at in range(len(AXES)):
            for score in ("3", "high" if at == 3 else "7,5"):
                tab.keyboard.press("Tab")
                tab.keyboard.type(score)
        tab.keyboard.press("Tab")
        assert button.evaluate("one => one === document.activeElement")
        tab.keyboard.press("Enter")
        expect(status).to_have_text("Not saved. To mend: supplier.")
        wrong = sheet.get_by_role("textbox", name="supplier Desired, 2 to 10", exact=True)
        expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(wrong).to_have_accessible_description("desired: 'high' is text, not a score")
        assert tab.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == 2

        wrong.fill("8")
        button.dblclick()  # one press, since the second half of a double click does not count
        expect(status).to_contain_text(
            "Saved: Dada Abba, 7 markets, in class/Dada Abba.csv. The folder now holds 1 file."
        )
        assert [one.input_value() for one in sheet.get_by_role("textbox").all()] == [""] * 15
        expect(name).to_be_focused()
        expect(wrong).to_have_attribute("aria-invalid", "false")
        saved = read_jury(tmp_path / "class").set_index("market")
        assert saved["desired"].to_dict() == {market: 8 if market == "supplier" else 7.5 for market in AXES}

        # The same name again: asked first, then replaced. The same answer twice is two answers.
        for _ in range(2):
            button.click()
            expect(status).to_have_text("Not saved. To mend: the juror's name; all 7 markets.")
        name.fill("DADA ABBA")
        for field in sheet.get_by_role("textbox").all()[1:]:
            field.fill("4")
        button.click()
        expect(status).to_contain_text("DADA ABBA has saved before")
        assert set(read_jury(tmp_path / "class")["juror"]) == {"Dada Abba"}
        button.click()
        expect(status).to_contain_text("Saved in place of the earlier scores: DADA ABBA")
        assert set(read_jury(tmp_path / "class")["juror"]) == {"DADA ABBA"}
        assert lab.outside == [] and lab.errors == []
