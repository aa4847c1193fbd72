"""The plan's page: one sheet whatever is entered, entries shown as they are, nothing asked of another machine."""

import base64
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from matplotlib.text import Text
from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader

from relmark_helpers import show_plan, write_plan
from relmark_helpers.__main__ import main
from relmark_helpers.calculations import RelationshipPlan, make_plan
from relmark_helpers.figures import small_spidergram_figure
from relmark_helpers.plan_page import PAPERS, SMALLEST, plan_html
from relmark_helpers.validation import InputError
from tests.lab import CHROMIUM, FLAGS
from tests.plans import CHINESE, LATIN, changed, example, longest

NEEDS_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome, and found neither")
EVIL = "<script>alert(1)</script>&'\"><img src=x>"
SHORTEST = {
    name: example()[name]
    for name in ("firm", "date", "filled_in_by", "currency", "discount", "value_proposition", "segments", "actions")
}
CASES = {
    "example": example(),
    "shortest": SHORTEST,
    "longest": longest(LATIN),
    "longest in Chinese": longest(CHINESE),
}


@pytest.fixture(scope="module")
def sheet() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1200, "height": 900})
        browser.close()


@cache
def plan_of(name: str) -> RelationshipPlan:
    return make_plan(CASES[name])


@cache
def page_of(name: str, paper: str) -> str:
    return plan_html(plan_of(name), paper=paper)


def text_of(page: str) -> str:
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").split())


def test_page_says_what_the_plan_says():
    plan = plan_of("example")
    said = text_of(page_of("example", "A4"))
    for words in [plan.firm, plan.author, "2026-11-22", *plan.chain()["says"], *plan.uncertain, *plan.missing]:
        assert words in said
    for row in example()["actions"]:
        assert all(str(row[name]) in said for name in ("action", "owner", "by", "measure"))
    for shown in ("825", "720 to 941", "75,326", "3,928", "-0.7", "64%*", "below 75: act now", "0.40"):
        assert shown in said
    picture = BeautifulSoup(page_of("example", "A4"), "html.parser").img
    assert "internal 3.8 to 7.8" in picture["alt"] and picture["src"].startswith("data:image/png;base64,")


def test_what_is_missing_is_said_in_its_place():
    said = text_of(page_of("shortest", "A4"))
    for words in (
        "no jury has scored present and desired emphasis",
        "No number is watched yet.",
        "No money divided",
        "Not measured yet.",
        "not known",
        "not set",
    ):
        assert words in said
    assert not re.search(r"\bnan\b|None|\binf\b", said)


def test_entries_show_as_they_are():
    entries = changed("segments/1/name", "<b>&amp;")
    entries |= {"firm": EVIL}
    entries["control"][0]["then"] = EVIL
    page = plan_html(make_plan(entries))
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.find_all("script")) == 1 and len(soup.find_all("img")) == 1 and not soup.find_all("b", string="&")
    assert EVIL in soup.h1.text and EVIL in soup.title.text and "<b>&amp;" in soup.get_text()


@pytest.mark.parametrize("name", CASES)
def test_page_needs_nothing_else(name):
    page = page_of(name, "A4")
    assert "//" not in re.sub(r"data:[^\"]+|^// .*$", "", page, flags=re.MULTILINE)
    assert set(re.findall(r'(?:src|href|url)[=(]"?(\w+):', page)) <= {"data"}
    assert "@import" not in page and "<link" not in page


def test_letters_for_chinese_are_inside_where_they_are_needed():
    assert "@font-face" not in page_of("example", "A4")
    page = plan_html(make_plan(changed("firm", "街角面包店 & co")))
    (letters,) = re.findall(r"data:font/woff;base64,([\w+/=]+)", page)
    font = TTFont(io.BytesIO(base64.b64decode(letters)))
    assert set(map(ord, "街角面包店")) <= set(font.getBestCmap()) and len(font.getBestCmap()) < 20
    assert "SIL" in str(font["name"]) or font["name"].getDebugName(13), "the licence stays in the font"


def one_page_of(pdf: bytes, plan: RelationshipPlan, paper: str) -> None:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    millimetres = [float(side) * 25.4 / 72 for side in (page.mediabox.width, page.mediabox.height)]
    assert millimetres == pytest.approx(PAPERS[paper], abs=0.5)
    printed = "".join(page.extract_text().split())
    assert "".join(plan.uncertain[-1].split()) in printed and "judgementsarethefirm's." in printed
    assert all("".join(str(action).split())[:10] in printed for action in plan.actions["action"])


@NEEDS_BROWSER
@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("name", CASES)
def test_one_sheet_in_letters_that_are_large_enough(sheet: Page, name, paper, tmp_path):
    asked: list[str] = []
    sheet.on("request", lambda request: asked.append(request.url))
    plan = plan_of(name)
    file = tmp_path / "plan.html"
    file.write_text(page_of(name, paper), "utf-8")
    sheet.goto(file.as_uri())
    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    sizes = """[document.body, ...document.querySelectorAll('main *')].map(
        part => parseFloat(getComputedStyle(part).fontSize) * 72 / 96)"""
    body, *inside = sheet.evaluate(sizes)
    assert body >= (8.0 if name == "example" else SMALLEST) - 0.01, f"{body} points"
    assert min(inside) >= 6.95, f"{min(inside)} points"
    wide = """[...document.querySelectorAll('main *')].filter(part => part.getBoundingClientRect().right >
        document.querySelector('main').getBoundingClientRect().right + 1).map(part => part.outerHTML.slice(0, 80))"""
    assert sheet.evaluate(wide) == []
    one_page_of(sheet.pdf(prefer_css_page_size=True, print_background=True), plan, paper)


@NEEDS_BROWSER
def test_the_browser_that_is_installed_prints_the_page(tmp_path):
    plan = plan_of("longest")
    written = write_plan(plan, tmp_path / "out", paper="Letter")
    assert written.note == "" and repr(written).startswith("Wrote relationship_plan.html and relationship_plan.pdf")
    one_page_of(written.pdf.read_bytes(), plan, "Letter")


@NEEDS_BROWSER
def test_what_would_need_smaller_letters_is_refused_and_named(tmp_path):
    with pytest.raises(InputError, match=r"found 2 pages; .*value_proposition, promise; .*actions, \w+, action"):
        write_plan(make_plan(longest("wohnungsbaugenossenschaft ")), tmp_path)
    assert not (tmp_path / "relationship_plan.pdf").exists()


@NEEDS_BROWSER
def test_page_can_be_read_on_a_telephone(sheet: Page, tmp_path):
    file = tmp_path / "plan.html"
    file.write_text(page_of("example", "A4"), "utf-8")
    try:
        sheet.set_viewport_size({"width": 390, "height": 800})
        sheet.goto(file.as_uri())
        assert sheet.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        sheet.set_viewport_size({"width": 1200, "height": 900})


def test_without_a_browser_the_page_is_written_and_the_way_to_paper_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("RELMARK_BROWSER", "no-such-browser")
    (tmp_path / "relationship_plan.pdf").write_text("of last year", "utf-8")
    written = write_plan(plan_of("example"), tmp_path)
    assert written.pdf is None and written.html.is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["relationship_plan.html"], "no old PDF beside a new page"
    assert "No PDF, as no Chromium, Chrome or Edge was found: open the HTML file in any browser" in repr(written)


def test_a_browser_that_prints_nothing_or_two_pages(tmp_path, monkeypatch):
    def fails(page: Path, pdf: Path) -> None:
        raise InputError("browser", found="nothing", expected="a PDF file", mend="print it")

    monkeypatch.setattr("relmark_helpers.plan_page.find_browser", lambda: "browser")
    monkeypatch.setattr("relmark_helpers.plan_page.print_pdf", fails)
    assert "the browser did not print" in write_plan(plan_of("example"), tmp_path).note
    two = b"/Type /Pages /Type /Page\n/Type /Page\n"
    monkeypatch.setattr("relmark_helpers.plan_page.print_pdf", lambda page, pdf: pdf.write_bytes(two))
    with pytest.raises(InputError, match="found 2 pages; expected one"):
        write_plan(plan_of("example"), tmp_path)
    assert not (tmp_path / "relationship_plan.pdf").exists()


def test_page_inside_a_notebook():
    shown = show_plan(make_plan(changed("firm", EVIL)))._repr_mimebundle_()
    assert set(shown) == {"text/html", "text/plain"}
    frame = BeautifulSoup(shown["text/html"], "html.parser")
    assert len(frame.find_all(True)) == 1 and "Relationship plan" in frame.iframe["title"]
    assert BeautifulSoup(frame.iframe["srcdoc"], "html.parser").h1.text == f"Relationship plan: {EVIL}"
    assert shown["text/plain"].startswith(f"{EVIL}. value proposition: Warm bread")
    with pytest.raises(InputError, match="`paper`: found 'A5'"):
        show_plan(plan_of("example"), paper="A5")


def test_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RELMARK_BROWSER", "no-such-browser")
    monkeypatch.chdir(tmp_path)
    assert main(["plan"]) == 2 and "relmark plan --example my_plan.yml" in capsys.readouterr().err
    assert main(["plan", "--example", "my_plan.yml"]) == 0 and "Wrote my_plan.yml" in capsys.readouterr().out
    assert main(["plan", "my_plan.yml", "--out", "out", "--paper", "Letter"]) == 0
    assert "size: 215.9mm 279.4mm" in (tmp_path / "out" / "relationship_plan.html").read_text("utf-8")
    (tmp_path / "my_plan.yml").write_text("firm: x", "utf-8")
    assert main(["plan", "my_plan.yml"]) == 2 and "filled_in_by: missing" in capsys.readouterr().err


@pytest.mark.parametrize("jurors", [1, 6])
def test_small_spidergram_has_every_axis_and_is_the_same_each_time(jurors):
    entries = example()
    entries["jury"] = dict(list(entries["jury"].items())[:jurors])
    scores = make_plan(entries).markets
    figure = small_spidergram_figure(scores)
    drawn = [text.get_text() for text in figure.figure.findobj(Text)]
    for market, row in scores.table.iterrows():
        assert f"{market}\n{row['present']:.1f} to {row['desired']:.1f}" in drawn
        assert f"{market} {row['present']:.1f} to {row['desired']:.1f}" in figure.alt
    assert figure.png() == small_spidergram_figure(scores).png()
    edge = figure.figure.bbox
    boxes = [text.get_window_extent() for text in figure.figure.findobj(Text) if text.get_text()]
    assert all(box.x0 >= 0 and box.x1 <= edge.x1 and box.y0 >= 0 and box.y1 <= edge.y1 for box in boxes)
