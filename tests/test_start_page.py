"""The start page: an installation report that mends and never stops, and the map of lessons with progress."""

import json
import shutil
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

from relmark_helpers import check, check_installation, datasets, lesson_map, start_page, text_table
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.figures import style
from relmark_helpers.start_page import Finding, InstallationReport
from relmark_helpers.validation import InputError

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    path = tmp_path / "progress.jsonl"
    monkeypatch.setenv("RELMARK_PROGRESS", str(path))
    return path


def finding(item):
    (found,) = [one for one in check_installation().findings if one.item == item]
    return found


# ---- The installation


def test_sound_installation_says_so():
    report = check_installation()
    assert report.sound, report
    assert repr(report).startswith("The installation is sound.\nPython: 3.")
    items = [one.item for one in report.findings]
    assert items[0] == "Python" and items[-3:] == ["Data sets", "Chinese font 中文", "Progress file"]
    assert {"matplotlib", "pandas", "jupyterlab"} <= set(items) and "pytest" not in items
    assert all(one.found for one in report.findings)


def test_report_shows_as_a_table_with_a_sentence_and_escapes_what_it_found():
    report = InstallationReport((Finding("a", "1"), Finding("<b>", "<i>", "Do <u>.")))
    html = report._repr_html_()
    assert "<strong>To mend: 1 of 2. See the last column.</strong>" in html
    assert "&lt;b&gt;</td>" in html and "&lt;i&gt;</td>" in html and "Do &lt;u&gt;.</td>" in html
    assert html.count("sound</td>") == 1 and html.count("<tr>") == html.count("</tr>") == 3
    assert not report.sound and "To mend: 1 of 2." in repr(report)


@pytest.mark.parametrize(
    ("version", "sound"), [("3.11.0", True), ("3.14.2+", True), ("3.10.14", False), ("2.7", False)]
)
def test_old_python_is_named(monkeypatch, version, sound):
    monkeypatch.setattr("platform.python_version", lambda: version)
    found = finding("Python")
    assert found.found == version and ("Install Python 3.11" in found.mend) == (not sound)


def test_missing_and_outdated_libraries_are_named(monkeypatch):
    lines = ["numpy>=99", "relmark-no-such-library>=1", "pytest>=99; extra == 'test'", "pandas"]
    monkeypatch.setattr(metadata, "requires", lambda name: lines)
    assert "Needed: >=99." in finding("numpy").mend and "set-up command" in finding("numpy").mend
    assert finding("relmark-no-such-library").found == "missing"
    assert finding("pandas").mend == ""
    assert not [one for one in check_installation().findings if one.item == "pytest"]
    assert "To mend: 2 of " in repr(check_installation())


def test_package_that_is_not_installed_is_a_finding(monkeypatch):
    def unknown(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", unknown)
    assert "set-up command" in finding("relmark-helpers").mend


def test_a_look_that_fails_is_a_finding_and_the_others_go_on(monkeypatch):
    def fail():
        raise RuntimeError("<b>")

    monkeypatch.setattr(start_page, "_libraries", fail)
    assert finding("Libraries").found == "cannot be checked (RuntimeError: <b>)"
    assert "set-up command" in finding("Libraries").mend
    assert finding("Progress file").mend == ""
    assert "<b>" not in check_installation()._repr_html_()


# ---- Data sets


@pytest.fixture
def copies(tmp_path, monkeypatch):
    folder = tmp_path / "copies"
    shutil.copytree(datasets.dataset_folder(), folder)
    monkeypatch.setattr(datasets, "dataset_folder", lambda: folder)
    return folder


def test_changed_and_missing_files_are_named(copies):
    assert finding("Data sets").mend == ""
    with (copies / "history.csv").open("a", encoding="utf-8") as file:
        file.write("2000,2000,mine\n")
    (copies / "glossary.csv").unlink()
    assert finding("Data sets").mend == "Restore glossary, history: the file is not the one that was published."


@pytest.mark.parametrize("text", ["", "- a list", "title: [", "\x00", "title: only"])
def test_damaged_manifest_is_a_finding(copies, text):
    (copies / "history.yml").write_text(text)
    found = finding("Data sets")
    assert found.found.startswith("cannot be checked (") and "Put the workbook's files back" in found.mend


def test_folder_without_data_is_a_finding(copies):
    shutil.rmtree(copies)
    assert (finding("Data sets").found, "folder datasets" in finding("Data sets").mend) == ("none", True)


# ---- Font


def test_font_that_is_not_found_is_a_finding(monkeypatch):
    monkeypatch.setattr(style, "CHINESE_FONT", "No Such Font")
    assert finding("Chinese font 中文").found == "missing"


def test_font_file_that_is_missing_or_damaged_is_a_finding(monkeypatch, tmp_path):
    fonts = tmp_path / "package" / "fonts"
    for damage in (None, b"", b"not a font"):
        if damage is not None:
            fonts.mkdir(parents=True, exist_ok=True)
            (fonts / "RelmarkSansSC-Regular.ttf").write_bytes(damage)
        style._register_font.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(style, "files", lambda package: fonts.parent)
            found = finding("Chinese font 中文")
        assert found.found.startswith("cannot be checked (") and "set-up command" in found.mend
    style._register_font.cache_clear()
    assert finding("Chinese font 中文").mend == ""


# ---- Progress file


def test_damaged_progress_is_a_finding(own_progress):
    check("01.1", "A")
    with own_progress.open("ab") as file:
        file.write(b"\xff\xfe\n")
    assert finding("Progress file").mend == "One or more lines (1) cannot be read; the others still count."


def test_progress_that_cannot_be_kept_is_a_finding(own_progress):
    own_progress.mkdir()
    assert finding("Progress file").mend == "Cannot be written; checks work, but progress is not kept."


# ---- The map of lessons


def notebook(folder, name, **about):
    known = {
        "lesson": "05",
        "title": "A title",
        "reading_minutes": 10,
        "exercise_minutes": 20,
        "level": "beginner",
        "needs": [],
    }
    path = folder / name
    path.write_text(json.dumps({"metadata": {"relmark": {**known, **about}}, "cells": []}), encoding="utf-8")
    return path


def test_map_holds_the_lessons_of_the_workbook_in_order():
    lessons = lesson_map(NOTEBOOKS).lessons
    ids = [one.id for one in lessons]
    assert ids == sorted({id.split(".")[0] for id in EXERCISES} - {"00"})
    assert all((NOTEBOOKS / one.file).is_file() and one.file.startswith(one.id) for one in lessons)
    assert all(one.reading_minutes > 0 and one.exercise_minutes > 0 and one.level and one.title for one in lessons)
    assert all(set(one.needs) <= set(ids) for one in lessons)


def test_map_counts_solved_exercises(monkeypatch):
    monkeypatch.chdir(NOTEBOOKS)  # where the start page lies
    number = sum(id.startswith("01.") for id in EXERCISES)
    assert f"solved 0 of {number}" in repr(lesson_map()).splitlines()[0]
    check("01.1", EXERCISES["01.1"].solution())
    check("01.1", EXERCISES["01.1"].solution())
    check("01.2", -1)
    assert f"solved 1 of {number}" in repr(lesson_map()).splitlines()[0]
    assert f"<td>1 of {number}</td>" in lesson_map()._repr_html_()


def test_map_escapes_text_and_links(tmp_path):
    notebook(tmp_path, "05 <b>'.ipynb", title="<script>alert(1)</script>", level="<i>", needs=["<u>"])
    html = lesson_map(tmp_path)._repr_html_()
    assert not any(tag in html for tag in ("<script", "<i>", "<u>", "<b>"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;</a>" in html
    assert "href='05%20%3Cb%3E%27.ipynb'" in html
    assert "<td>10 + 20</td>" in html and "<td>0 of 0</td>" in html


def test_link_cannot_be_read_as_another_address(tmp_path):
    notebook(tmp_path, "javascript:alert(1).ipynb")
    assert "href='javascript%3Aalert" in lesson_map(tmp_path)._repr_html_()


def test_map_passes_over_other_notebooks_and_damaged_ones(tmp_path):
    notebook(tmp_path, "05.ipynb")
    notebook(tmp_path, "00.ipynb", lesson="00")
    notebook(tmp_path, "own.ipynb", lesson="my notes")
    (tmp_path / "plain.ipynb").write_text('{"metadata": {}, "cells": []}')
    (tmp_path / "half.ipynb").write_text('{"metadata": {"relm')
    (tmp_path / "empty.ipynb").write_text("")
    (tmp_path / "list.ipynb").write_text("[1]")
    (tmp_path / "other.ipynb").write_text('{"cells": []}')
    (tmp_path / "strange.ipynb").write_text('{"metadata": null}')
    (tmp_path / "binary.ipynb").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.ipynb").mkdir()
    assert [one.file for one in lesson_map(tmp_path).lessons] == ["05.ipynb"]


def test_map_of_nothing_says_where_to_look(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match="`folder`: found no lessons in .*; expected the folder notebooks"):
            lesson_map(folder)


# ---- Tables of words


def test_text_table_shows_text_as_it_is():
    table = text_table(pd.DataFrame({"<b>": ["<script>alert(1)</script>"], "n": [1]}).rename_axis(columns="<i>"))
    html = table.to_html()
    assert not any(tag in html for tag in ("<script", "<b>", "<i>"))
    assert "&lt;script&gt;" in html and "text-align: left" in html
