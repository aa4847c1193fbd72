"""A faulty lesson is refused before an edition is made, with a sentence that says where and how to mend it."""

import copy
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from relmark_helpers.__main__ import main
from relmark_helpers.editions.lesson import Lesson, choose, find_lessons, look_through
from relmark_helpers.validation import InputError
from tests.lessons import LESSONS

SOUND = next(lesson for lesson in LESSONS if lesson.id == "01")


def changed(folder: Path, change: Callable[[nbformat.NotebookNode], None]) -> Lesson:
    """Return lesson 01 with a change, written into ``folder``."""
    notebook = copy.deepcopy(SOUND.notebook)
    change(notebook)
    path = folder / SOUND.path.name
    path.write_text(json.dumps(notebook), "utf-8")
    return Lesson(path)


def cell(notebook: nbformat.NotebookNode, name: str) -> nbformat.NotebookNode:
    return next(one for one in notebook.cells if one.id == name)


def drop(name: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda notebook: notebook.cells.remove(cell(notebook, name))


def rename(old: str, new: str) -> Callable[[nbformat.NotebookNode], None]:
    return lambda notebook: cell(notebook, old).update(id=new)


def rewrite(name: str, old: str, new: str) -> Callable[[nbformat.NotebookNode], None]:
    def change(notebook: nbformat.NotebookNode) -> None:
        one = cell(notebook, name)
        assert old in one.source
        one.source = one.source.replace(old, new)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rewrite("objectives", "**After this lesson you can**", "After it:"), "found no objectives"),
        (drop("ex-01-1-solution"), "cell ex-01-1`: found no solution after it"),
        (rewrite("ex-01-1-solution", "```", ""), "cell ex-01-1`: found no solution after it"),
        (rewrite("ex-01-1", '"01.1"', '"01.99"'), "cell ex-01-1`: found the exercise '01.99'"),
        (rewrite("ex-01-1", "answer = ...", 'answer = "B"'), "cell ex-01-1`: found 0 gaps"),
        (rewrite("ex-01-1", "answer = ...", "answer = = 1"), "cell ex-01-1`: found invalid syntax in line "),
        (rewrite("setup", "import", "%matplotlib inline\nimport"), "cell setup`: found invalid syntax in line 1"),
        (rename("objectives", "title"), "found the cell id 'title' twice"),
        (lambda notebook: notebook.metadata.relmark.pop("title"), "found no title"),
    ],
)
def test_fault_is_named_with_its_place_and_how_to_mend_it(tmp_path: Path, change, said: str):
    with pytest.raises(InputError) as refused:
        look_through(changed(tmp_path, change))
    assert SOUND.path.name in str(refused.value)
    assert said in str(refused.value)
    assert "To mend it: " in str(refused.value)


def test_file_that_is_no_notebook_is_refused(tmp_path: Path):
    path = tmp_path / "01_broken.ipynb"
    path.write_text("{", "utf-8")
    with pytest.raises(InputError, match="01_broken.ipynb.*a notebook of version 4"):
        look_through(Lesson(path))


def test_sound_lessons_pass_and_an_unknown_number_is_answered_with_the_list():
    lessons = find_lessons()
    assert [lesson.id for lesson in lessons] == [lesson.id for lesson in LESSONS]
    with pytest.raises(InputError, match="found '77'; expected one of 00, 01"):
        choose(lessons, "77")


def test_two_lessons_with_one_number_and_an_empty_folder_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no lesson in the folder"):
        find_lessons(tmp_path)
    shutil.copy(SOUND.path, tmp_path)
    shutil.copy(SOUND.path, tmp_path / "01_again.ipynb")
    with pytest.raises(InputError, match="'01' twice"):
        find_lessons(tmp_path)


@pytest.mark.parametrize("command", ["slides", "handout", "predict", "assignment"])
def test_every_edition_refuses_a_faulty_lesson(tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str):
    changed(tmp_path, drop("ex-01-1-solution"))
    assert main([command, "01", "--lessons", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "no solution after it" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["slides", "handout", "predict", "assignment"])
def test_a_file_where_a_folder_is_to_be_written_is_left_alone(tmp_path: Path, capsys, command: str):
    file = tmp_path / "editions"
    file.write_text("mine", "utf-8")
    assert main([command, "01", "--out", str(file / "new")]) == 2
    assert f"`out`: found a file, {file}; expected a folder" in capsys.readouterr().err
    assert file.read_text("utf-8") == "mine"


def test_a_command_needs_only_its_own_libraries(tmp_path: Path):
    code = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(['jupyter_client', 'nbformat', 'sphinx']))\n"
        "from relmark_helpers.__main__ import main\n"
        "print(main(['plan', '--example', 'my_plan.yml']), main(['book']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, encoding="utf-8")
    assert done.stdout.endswith("0 2\n") and (tmp_path / "my_plan.yml").is_file(), done.stderr
    assert "no package 'nbformat'" in done.stderr


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for command in ("slides", "handout", "book", "assignment", "grade", "gradebook", "predict", "plan"):
        assert re.search(rf"^ +{command}\b", said, re.MULTILINE)
