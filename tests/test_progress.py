"""The progress file: survives crashes, two writers at once, damage, and places that cannot be written."""

import json
import subprocess
import sys

import pytest

from relmark_helpers import check, progress
from relmark_helpers.exercises import EXERCISES
from relmark_helpers.exercises.progress import Record, can_write, progress_file, recall, remember
from relmark_helpers.start_page import check_installation

pytestmark = pytest.mark.usefixtures("file")


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "progress.jsonl"
    monkeypatch.setenv("RELMARK_PROGRESS", str(path))
    return path


def tried():
    return [(one.exercise, one.student, one.right) for one in recall().tries]


def damaged_lines():
    return recall().damaged_lines


# ---- Where it is and what it holds


def test_file_is_where_the_variable_says_else_in_the_data_folder_of_the_user(file, monkeypatch):
    assert progress_file() == file
    monkeypatch.delenv("RELMARK_PROGRESS")
    assert (progress_file().parent.name, progress_file().name) == ("relmark", "progress.jsonl")
    monkeypatch.setenv("RELMARK_PROGRESS", "")
    assert progress_file().name == "progress.jsonl"


def test_missing_file_is_an_empty_record():
    assert recall() == Record((), 0)


def test_a_try_is_kept_with_its_time_and_in_order():
    assert remember("01.1", "", False, "aaa")
    assert remember("01.2", "王小明", True, "bbb")
    assert tried() == [("01.1", "", False), ("01.2", "王小明", True)]
    assert [one.fingerprint for one in recall().tries] == ["aaa", "bbb"]
    assert all(one.time.endswith("+00:00") for one in recall().tries)


def test_answers_themselves_are_not_stored(file):
    check("01.3", 424_242)
    check("01.1", "a secret answer")
    assert "424242" not in file.read_text("utf-8") and "secret" not in file.read_text("utf-8")


@pytest.mark.parametrize("student", ["王小明", "line\nbreak", "\u2028\x85\x0b\x1c", "\x00", "\ud800", '"],[', "<b>"])
def test_any_name_is_kept_on_one_line(student):
    assert remember("01.1", student, True, "aaa")
    assert remember("01.2", student, True, "bbb")
    assert tried() == [("01.1", student, True), ("01.2", student, True)]
    assert damaged_lines() == 0


# ---- Crashes and damage


def test_crash_in_the_middle_of_a_line_costs_that_line_only(file):
    remember("01.1", "", True, "aaa")
    whole = file.read_bytes()
    remember("01.2", "王", True, "bbb")
    line = file.read_bytes()[len(whole) :]
    for end in range(len(line)):
        file.write_bytes(whole + line[:end])
        remember("01.3", "", True, "ccc")
        ids = [exercise for exercise, _, _ in tried()]
        assert ids in (["01.1", "01.3"], ["01.1", "01.2", "01.3"])
        assert damaged_lines() <= 1
        assert len(ids) + damaged_lines() >= 2


@pytest.mark.parametrize(
    ("damage", "lines"),
    [
        (b"\x00" * 200, 1),
        (bytes(range(128, 256)), 1),
        (b"\xff\xfe\x00[\x00", 1),
        (b"\xef\xbb\xbf", 1),
        ("Größe".encode("latin-1"), 1),
        (b"{}", 1),
        (b"null", 1),
        (b"42", 1),
        (b'"abcde"', 1),
        (b'{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}', 1),
        (b'["01.1", "", true, "aaa"]', 1),
        (b'["01.1", "", 1, "aaa", "now"]', 1),
        (b'["01.1", 7, true, "aaa", "now"]', 1),
        (b'[["01.1"], "", true, "aaa", "now"]', 1),
        (b"[" * 100_000, 1),
        (b"[" + b"9" * 10_000 + b"]", 1),
        (b"not\njson\n\n\nat all", 3),
        (b"   \n\r\n\t", 0),
    ],
)
def test_damaged_lines_are_counted_and_the_others_still_count(file, damage, lines):
    remember("01.1", "", True, "aaa")
    with file.open("ab") as stream:
        stream.write(damage)
    remember("01.2", "", False, "bbb")
    assert tried() == [("01.1", "", True), ("01.2", "", False)]
    assert damaged_lines() == lines
    assert damage in file.read_bytes()


def test_damage_is_shown_and_the_table_still_counts(file):
    check("01.1", EXERCISES["01.1"].solution())
    with file.open("ab") as stream:
        stream.write(b"\xff\nrubbish\n")
    assert progress().attrs["damaged_lines"] == 2
    assert progress().loc["01.1", "state"] == "solved"
    finding = check_installation().findings[-1]
    assert finding.item == "Progress file" and "(2) cannot be read" in finding.mend


def test_line_ends_of_windows_are_read(file):
    remember("01.1", "", True, "aaa")
    remember("01.2", "", True, "bbb")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert len(tried()) == 2 and damaged_lines() == 0


# ---- Two kernels at once

WRITER = """
import sys
from relmark_helpers.exercises.progress import remember
sys.stdin.readline()
assert all(remember("01.1", sys.argv[1], False, f"{sys.argv[1]} {number}") for number in range(300))
"""


def test_two_processes_lose_nothing(file):
    command = [sys.executable, "-c", WRITER]
    writers = [subprocess.Popen([*command, name], stdin=subprocess.PIPE, text=True) for name in ("one", "two")]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert damaged_lines() == 0
    for name in ("one", "two"):
        own = [one.fingerprint for one in recall().tries if one.student == name]
        assert own == [f"{name} {number}" for number in range(300)]


# ---- Places that cannot be written


def folder_in_place_of_the_file(file):
    file.mkdir(parents=True)


def file_in_place_of_the_folder(file):
    file.parent.write_text("")


@pytest.mark.parametrize("hinder", [folder_in_place_of_the_file, file_in_place_of_the_folder])
def test_check_answers_where_progress_cannot_be_kept(file, hinder):
    hinder(file)
    assert not remember("01.1", "", True, "aaa") and not can_write()
    assert recall() == Record((), 0)
    result = check("01.1", EXERCISES["01.1"].solution())
    assert result.verdict.outcome == "right"
    for text in (repr(result), result._repr_html_()):
        assert "Progress could not be saved" in text
    assert "Hint 1 of" in repr(check("01.1", "A"))
    assert set(progress()["state"]) == {"open"}
    finding = check_installation().findings[-1]
    assert str(file) in finding.found and "Cannot be written" in finding.mend


def test_disk_that_takes_only_half_a_line_is_reported(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda handle, line: len(line) // 2)
        assert not remember("01.1", "", True, "aaa")


def test_looking_whether_it_can_be_written_changes_nothing(file):
    assert can_write()
    assert file.read_bytes() == b""
    remember("01.1", "", True, "aaa")
    before = file.read_bytes()
    assert can_write() and file.read_bytes() == before


# ---- The table


def test_table_has_every_exercise_and_counts_answers_not_runs():
    table = progress()
    assert list(table.index) == list(EXERCISES)
    assert set(table["state"]) == {"open"} and table["tries"].sum() == 0
    assert table.attrs["damaged_lines"] == 0
    for answer in ("A", "A", "B", ..., None):
        check("01.1", answer)
    assert progress().loc["01.1", ["tries", "state"]].tolist() == [2, "tried"]
    check("01.1", "C")
    check("01.1", "A")
    assert progress().loc["01.1", ["tries", "state"]].tolist() == [3, "solved"]
    assert (progress().drop("01.1")["state"] == "open").all()


def test_table_passes_over_exercises_it_does_not_know(file):
    file.parent.mkdir()
    file.write_text(json.dumps(["99.9", "", True, "aaa", "2030-01-01"]))
    assert "99.9" not in progress().index and progress().attrs["damaged_lines"] == 0
