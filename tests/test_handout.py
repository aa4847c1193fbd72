"""The handout prints well: whole lines, whole figures and tables, page numbers, 中文, room to write."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader

from relmark_helpers.__main__ import main
from relmark_helpers.editions.handout import MARGIN, PAPERS, write_page
from relmark_helpers.editions.lesson import Lesson
from relmark_helpers.exercises import EXERCISES
from tests.lab import CHROMIUM, FLAGS
from tests.lessons import LESSONS

NEEDS_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome, and found neither")
EVERY = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
PIXELS = 96 / 25.4  # a millimetre in the units of a style sheet
POINTS = 72 / 25.4
WIDE, CUT = (
    """margin => [...document.body.querySelectorAll('*')].filter(
        part => part.getBoundingClientRect().right > document.body.getBoundingClientRect().right + 1.5
    ).map(part => part.tagName + ' ' + part.textContent.trim().slice(0, 60))""",
    """tall => [...document.querySelectorAll('figure, img, table:not(.long), .room')].filter(
        part => part.getBoundingClientRect().height > tall
    ).map(part => part.tagName + ' ' + part.textContent.trim().slice(0, 60))""",
)


def soup(lesson: Lesson, folder: Path, **options: bool) -> BeautifulSoup:
    return BeautifulSoup(write_page(lesson, folder, **options).read_text("utf-8"), "html.parser")


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page()
        browser.close()


@EVERY
def test_exercises_have_room_and_their_solutions_come_last_or_not_at_all(lesson: Lesson, tmp_path: Path):
    plain = soup(lesson, tmp_path)
    assert all(len(room.select("div")) == 2 for room in plain.select(".predict > .room"))
    rooms = plain.select(".exercise .room")
    assert len(rooms) == len(lesson.tasks)
    for task, exercise in zip(lesson.tasks, plain.select(".exercise"), strict=True):
        assert len(exercise.select(".room div")) >= 2
        assert "Open." not in exercise.text, "what the check says to an untouched exercise is left out"
        for name in EXERCISES[task.id].numbers():
            assert name in exercise.text
    assert not plain.select(".solutions")
    assert "Solution 0" not in plain.text
    with_solutions = soup(lesson, tmp_path, solutions=True).select_one(".solutions")
    assert (with_solutions is not None) == bool(lesson.tasks)
    for task in lesson.tasks:
        assert task.solution.strip().splitlines()[-1].strip() in with_solutions.text


@EVERY
def test_nothing_for_the_instructor_or_the_machine_is_printed(lesson: Lesson, tmp_path: Path):
    text = soup(lesson, tmp_path).get_text()
    assert "Goal in one sentence" not in text
    assert lesson.id == "00" or "import " not in text
    assert "$" not in re.sub(r"\$ ?\d", "", soup(lesson, tmp_path, code=False).get_text()), "a formula stayed raw"


@NEEDS_BROWSER
@EVERY
def test_nothing_is_wider_than_the_paper_or_cut(lesson: Lesson, tmp_path: Path, browser_page: Page):
    for paper, (width, height) in PAPERS.items():
        browser_page.goto(write_page(lesson, tmp_path, paper=paper, solutions=True).as_uri())
        browser_page.emulate_media(media="print")
        assert browser_page.evaluate("document.body.clientWidth") == round((width - 2 * MARGIN) * PIXELS)
        assert browser_page.evaluate(WIDE, None) == []
        assert browser_page.evaluate(CUT, (height - 2 * MARGIN - 2) * PIXELS) == []


@NEEDS_BROWSER
@pytest.mark.parametrize("paper", PAPERS)
def test_pdf_has_the_paper_page_numbers_and_chinese(paper: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["handout", "01", "--paper", paper, "--solutions", "--out", str(tmp_path)]) == 0
    assert "01_levitt_definition_solutions.pdf" in capsys.readouterr().out
    (written,) = tmp_path.glob("*.pdf")
    pdf = PdfReader(written)
    pages = [page.extract_text() for page in pdf.pages]
    for number, (page, text) in enumerate(zip(pdf.pages, pages, strict=True), 1):
        assert (page.mediabox.width, page.mediabox.height) == pytest.approx(
            [mm * POINTS for mm in PAPERS[paper]], abs=1
        )
        assert f"{number} / {len(pages)}" in text
        assert "lesson 01" in text
    assert "关系营销" in "".join(pages)
    assert [number for number, text in enumerate(pages) if "Solutions" in text] == [len(pages) - 1]
    fonts = {str(font.get("/BaseFont")) for page in pdf.pages for font in _fonts(page)}
    assert any("RelmarkSansSC" in font for font in fonts), "中文 should be drawn by the workbook's own font"


@NEEDS_BROWSER
def test_a_question_stays_with_what_it_asks_and_columns_of_numbers_stand_flush_right(
    tmp_path: Path, browser_page: Page
):
    (lesson,) = (lesson for lesson in LESSONS if lesson.id == "03c")
    browser_page.goto(write_page(lesson, tmp_path).as_uri())
    browser_page.emulate_media(media="print")
    aligned = (
        "name => getComputedStyle([...document.querySelectorAll('td')].find(td => td.textContent === name)).textAlign"
    )
    assert browser_page.evaluate(aligned, "7.50") == "right"
    assert browser_page.evaluate(aligned, "satisfaction survey") == "left"
    assert main(["handout", "03c", "--out", str(tmp_path)]) == 0
    (written,) = tmp_path.glob("*.pdf")
    pages = [page.extract_text() for page in PdfReader(written).pages]
    (asked,) = (page for page in pages if "With the zone at 0" in page)
    assert "Predict before you move." in asked


def _fonts(page: object) -> list[dict[str, object]]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_a_missing_browser_is_said_before_anything_is_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RELMARK_BROWSER", "no-such-browser")
    assert main(["handout", "01", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "no program 'no-such-browser'" in said
    assert "Chromium, Chrome or Edge" in said
    assert list(tmp_path.iterdir()) == []
