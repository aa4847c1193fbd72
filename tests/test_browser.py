"""Lesson 01 in the real JupyterLab, used as a student uses it."""

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.lab import CHROMIUM, Lab

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome, and found neither")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder)
    with Lab(folder) as running:
        yield running
    assert running.outside == [], "a page asked another machine for something"
    assert running.errors == [], "the browser reported an error"


def lower_half(picture: Locator) -> bytes:
    """Return the pixels of a picture below its title."""
    shown = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    return shown.crop((0, shown.height // 4, shown.width, shown.height)).tobytes()


def test_lesson_01_as_a_student(lab: Lab) -> None:
    page = lab.open("01_levitt_definition.ipynb")
    lab.run_all(page)

    # A slider moves the picture, by keyboard, and has a name that a screen reader can say.
    panel = lab.cell(page, "bucket-explorer") + " .relmark-explorer"
    slider = page.locator(panel).get_by_role("slider", name="Retention rate a year", exact=True)
    picture = page.locator(f"{panel} img")
    before = picture.get_attribute("alt"), lower_half(picture)
    assert "80% kept" in page.inner_text(f"{panel} [role=status]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    lab.wait(page)
    after = picture.get_attribute("alt"), lower_half(picture)
    assert "81% kept" in page.inner_text(f"{panel} [role=status]")
    assert before[0] != after[0]
    assert before[1] != after[1], "the title may have changed, but the curves did not"
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300

    # A foreseen mistake, then another, then the right answer; each is answered in words.
    answer = 'given = numbers("01.3", student)\nanswer = {}\ncheck("01.3", answer, student)'
    said = lab.rewrite_and_run(page, "ex-01-3", answer.format('given["won"] / given["retention"]'))
    assert "Not yet" in said
    assert "divided by the share that stays" in said
    assert "Hint 1" in said
    said = lab.rewrite_and_run(page, "ex-01-3", answer.format("5000 * 0.85"))
    assert "forgot the customers who are won" in said
    assert "Hint 2" in said
    said = lab.rewrite_and_run(page, "ex-01-3", answer.format('given["won"] / (1 - given["retention"])'))
    assert "Right." in said
    assert "Hint" not in said
    page.close()


def test_every_control_of_every_explorer_has_a_name(lab: Lab) -> None:
    for notebook, cell in [
        ("01_levitt_definition.ipynb", "bucket-explorer"),
        ("01b_value_of_keeping.ipynb", "conventions-explorer"),
        ("01c_project_retention.ipynb", "sbg-explorer"),
    ]:
        page = lab.open(notebook)
        lab.run_all(page)
        panel = lab.cell(page, cell) + " .relmark-explorer"
        page.wait_for_selector(f"{panel} .noUi-handle[aria-label]")
        for control in page.query_selector_all(f"{panel} [role=slider], {panel} .widget-readout"):
            assert control.get_attribute("aria-label"), f"a control in {cell} of {notebook} has no name"
        assert page.get_attribute(f"{panel} img", "alt")
        page.close()


def test_the_start_page_counts_what_was_solved(lab: Lab) -> None:
    page = lab.open("00_start_here.ipynb")
    lab.run_all(page)
    assert "The installation is sound." in page.inner_text(lab.cell(page, "installation"))
    lessons = lab.cell(page, "lesson-map")
    assert "1 of 5" in page.inner_text(lessons)
    page.click(f"{lessons} a:has-text('Test Levitt')")
    page.wait_for_function("jupyterapp.shell.currentWidget.title.label === '01_levitt_definition.ipynb'")
    page.close()
