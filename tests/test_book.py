"""The book: everything is in it, every link leads somewhere, and it works from a folder without network."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, sync_playwright

from relmark_helpers.datasets import describe_dataset, list_datasets
from relmark_helpers.editions.book import _run_sphinx, write_book
from relmark_helpers.editions.book_api import FLOORS, exported_names, prepare_docstring
from relmark_helpers.editions.lesson import Lesson, called
from relmark_helpers.editions.teaching import grading, teaching_notes
from relmark_helpers.terms import glossary
from relmark_helpers.validation import InputError
from tests.lab import CHROMIUM, FLAGS
from tests.lessons import LESSONS

TAUGHT = [lesson for lesson in LESSONS if lesson.id != "00"]
EVERY = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
EVERY_TAUGHT = pytest.mark.parametrize("lesson", TAUGHT, ids=lambda lesson: lesson.id)
KINDS = {
    "start": "index.html",
    "lesson": "lessons/01_levitt_definition.html",
    "first lesson": "lessons/00_start_here.html",
    "sliders": "lessons/02b_bonds_and_chains.html",
    "list of names": "api/relmark_helpers.calculations.html",
    "module": "api/relmark_helpers.calculations.interaction_levels.html",
    "data sets": "data/index.html",
    "data set": "data/exchange_comparison.html",
    "glossary": "glossary.html",
    "references": "references.html",
    "teaching": "teaching/01.html",
}
EVERY_KIND = pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editions") / "book"
    assert write_book(folder)
    return folder


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text("utf-8"), "html.parser")


def content(page: Path) -> BeautifulSoup:
    return soup(page).select_one("article")


def text(page: Path) -> str:
    return " ".join(content(page).get_text(" ").split())


# ---- What is in it


@EVERY
def test_lesson_page(book: Path, lesson: Lesson):
    page = content(book / "lessons" / f"{lesson.path.stem}.html")
    source = (book / "lessons" / f"{lesson.path.stem}.html").read_text("utf-8")
    assert "<summary>For the instructor" not in source
    assert str(Path.home()) not in source, "the page tells where it was made"
    assert "$$" not in page.get_text()
    for fold in page.select("details"):
        assert not fold.has_attr("open")
    solutions = [fold.summary.get_text(strip=True) for fold in page.select("details") if fold.summary]
    assert [one for one in solutions if one.startswith("Solution")] == [f"Solution {task.id}" for task in lesson.tasks]
    assert len(page.select("details.hide")) == len(lesson.tagged("setup"))


@EVERY
def test_explorers_are_alive(book: Path, lesson: Lesson):
    page = content(book / "lessons" / f"{lesson.path.stem}.html")
    cells = [cell for cell in lesson.code if any(name.startswith("explore_") for name in called(cell.source))]
    explorers = page.select(".moving")
    assert len(explorers) == len(cells)
    for explorer in explorers:
        inputs = explorer.select("input[type=range]")
        assert inputs
        for one in inputs:
            assert explorer.find("label", attrs={"for": one["id"]}).get_text(strip=True)
            assert int(one["min"]) < int(one["max"])
        assert explorer.select_one("[role=status]").get_text(strip=True)
        for name in re.findall(r'"src": "([^"]+)"', explorer.script.string):
            assert (book / "lessons" / name).resolve().is_file()


def test_formulas_need_no_script(book: Path):
    assert content(book / "lessons" / "01_levitt_definition.html").select("math mfrac")
    assert not any(
        "mathjax" in script.get("src", "").lower() for script in soup(book / KINDS["lesson"]).select("script")
    )


@pytest.mark.parametrize("floor", FLOORS)
def test_every_exported_name_has_an_entry(book: Path, floor: str):
    names = exported_names(floor)
    listed = content(book / "api" / f"{floor}.html")
    assert len(names) > 3
    for one in names:
        page = content(book / "api" / f"{one.home}.html")
        assert page.find(id=f"{one.home}.{one.name}"), f"{one.home}.{one.name} has no entry"
        assert listed.find("a", href=f"{one.home}.html#{one.home}.{one.name}")


def test_docstrings_are_set_for_reading(book: Path):
    page = content(book / "api" / "relmark_helpers.calculations.retention_models.html")
    assert page.find("a", href="../references.html#ref-fader2007")
    assert "Parameters" in page.get_text() and "Checked against:" in page.get_text()
    assert page.h1.get_text().startswith("Retention models · calculations"), "figures have a page of that name too"
    assert [power.get_text() for power in page.select("sup")][:3] == ["c", "c", "t"]


@pytest.mark.parametrize("name", list(list_datasets()["name"]))
def test_every_data_set_has_a_page(book: Path, name: str):
    said = text(book / "data" / f"{name}.html")
    manifest = describe_dataset(name).manifest
    parts = [manifest["title"], manifest["licence"], manifest["source"], *manifest["known_flaws"]]
    for column in manifest["columns"]:
        parts += [column["name"], column["unit"] or "", column["meaning"]]
    for part in parts:
        assert plain(part) in plain(said)
    assert (book / "datasets" / f"{name}.csv").is_file()
    if manifest["kind"] == "simulated":
        assert "Simulated data:" in said


def plain(words: str) -> str:
    """Text without the differences that a page may make: spaces, and the form of quotation marks and dashes."""
    return re.sub(r"[\s\u2018\u2019\u201c\u201d'\"\u2013\u2014-]+", "", words)


def test_every_term_is_in_the_glossary(book: Path):
    said = [plain(term.get_text()) for term in content(book / "glossary.html").select("dt")]
    terms = glossary()
    assert len(said) == len(terms)
    for term, chinese in zip(terms["term"], terms["chinese"], strict=True):
        assert any(one.startswith(plain(term + chinese)) for one in said), term


@EVERY_TAUGHT
def test_teaching_page(book: Path, lesson: Lesson):
    page = content(book / "teaching" / f"{lesson.id}.html")
    said, notes = plain(page.get_text()), teaching_notes(lesson)
    timing, grades = (page.find("section", id=name).find("table") for name in ("timing", "grading"))
    minutes = [int(row.select("td")[1].get_text()) for row in timing.select("tbody tr")]
    assert minutes[-1] == sum(minutes[:-1]) == notes.minutes
    points = [int(row.select("td")[2].get_text()) for row in grades.select("tbody tr")]
    assert points[-1] == sum(points[:-1])
    assert len(points) - 1 == len(lesson.tasks)
    for row in grading(lesson):
        for answer, sentence in row.mistakes:
            assert plain(answer) in said and plain(sentence) in said
        assert plain(row.right) in said
    for one in notes.misconceptions:
        assert plain(one.question.replace("*", "").replace("`", "")) in said


# ---- Links


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.to: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name in {"href", "src"} and value and not value.startswith("data:"):
                self.to.add(value)


def addresses(page: Path) -> _Addresses:
    found = _Addresses()
    found.feed(re.sub(r'"data:[^"]*"', '""', page.read_text("utf-8")))
    return found


def test_every_link_inside_the_book_leads_somewhere(book: Path):
    pages = {page: addresses(page) for page in book.rglob("*.html") if "_static" not in page.parts}
    assert len(pages) > 60
    broken = []
    for page, found in pages.items():
        for address in found.to:
            parts = urlsplit(address)
            if parts.scheme in {"http", "https", "mailto"}:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not target.is_file() or (
                parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids
            ):
                broken.append(f"{page.relative_to(book)}: {address}")
    assert broken == []


# ---- In the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium or Chrome, and found neither")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """Requests to other machines and errors of the pages of one test; there must be none."""
    found: list[str] = []
    yield found
    assert found == []


def open_page(browser: Browser, faults: list[str], address: str, *, width: int = 1280) -> Page:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("request", lambda asked: asked.url.startswith(("file:", "data:")) or faults.append(asked.url))
    page.on("console", lambda said: said.type in {"error", "warning"} and faults.append(said.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address)
    return page


_COLOURS = """selector => [...document.querySelectorAll(selector)]
    .filter(part => part.checkVisibility() && part.textContent.trim()).map(part => {
        let under = part;
        while (under && getComputedStyle(under).backgroundColor === 'rgba(0, 0, 0, 0)') under = under.parentElement;
        return [part.textContent.trim().slice(0, 40), getComputedStyle(part).color,
                under ? getComputedStyle(under).backgroundColor : 'rgb(255, 255, 255)'];
    })"""
_WORDS = "article :is(p, li, td, th, figcaption, label, output, dt, code)"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it."""

    def light(colour: str) -> float:
        shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted([light(one), light(other)])
    return (bright + 0.05) / (dark + 0.05)


@EVERY_KIND
def test_page_fits_a_phone_and_is_legible_in_light_and_dark(book: Path, browser: Browser, faults: list[str], path: str):
    page = open_page(browser, faults, (book / path).as_uri(), width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_selector(f"html[data-theme={scheme}]")
        words = page.evaluate(_COLOURS, _WORDS)
        assert words
        pale = [(said, ink, paper) for said, ink, paper in words if contrast(ink, paper) < 4.5]
        assert pale == [], scheme
    page.close()


@EVERY
def test_the_notebook_is_downloaded(book: Path, browser: Browser, faults: list[str], lesson: Lesson):
    page = open_page(browser, faults, (book / "lessons" / f"{lesson.path.stem}.html").as_uri())
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this lesson's notebook").click()
    assert download.value.suggested_filename == lesson.path.name
    assert download.value.path().read_text("utf-8") == lesson.text
    page.close()


def test_a_slider_moves_the_picture(book: Path, browser: Browser, faults: list[str]):
    page = open_page(browser, faults, (book / KINDS["lesson"]).as_uri())
    explorer = page.locator(".moving")
    retention = explorer.get_by_role("slider", name="Retention rate a year")
    won = explorer.get_by_role("slider", name="Customers won a year")
    picture, status = explorer.locator("img"), explorer.locator("[role=status]")
    first = picture.get_attribute("src"), picture.get_attribute("alt"), status.inner_text()
    assert "80% kept" in first[2]
    retention.focus()
    page.keyboard.press("ArrowRight")
    moved = picture.get_attribute("src"), picture.get_attribute("alt"), status.inner_text()
    assert all(before != after for before, after in zip(first, moved, strict=True))
    assert retention.get_attribute("aria-valuetext") != "0.80"
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    won.focus()
    page.keyboard.press("ArrowRight")
    assert retention.get_attribute("aria-valuetext") == "0.80", "the others go back to their start"
    assert "80% kept" in status.inner_text()
    page.keyboard.press("ArrowLeft")
    assert (picture.get_attribute("src"), picture.get_attribute("alt"), status.inner_text()) == first
    page.close()


@pytest.mark.parametrize(
    ("word", "page_found"),
    [
        ("churn", "lessons/01c_project_retention.html"),
        ("churning", "glossary.html"),  # found by its stem
        ("fill_bucket", "api/relmark_helpers.calculations.leaky_bucket.html"),
        ("漏桶原理", "lessons/01_levitt_definition.html"),
        ("流失", "glossary.html"),
        ("终身价值", "glossary.html"),
    ],
)
def test_search_finds_english_and_chinese(book: Path, browser: Browser, faults: list[str], word: str, page_found: str):
    page = open_page(browser, faults, f"{(book / 'search.html').as_uri()}?q={word}")
    page.wait_for_selector("#search-results ul.search li a")
    page.wait_for_function("document.querySelector('.search-summary')?.textContent.includes('found')")
    links = page.eval_on_selector_all("#search-results ul.search li a", "all => all.map(one => one.href)")
    assert any(page_found in link for link in links), links
    page.close()


# ---- Building it


def test_book_is_not_built_again_without_need(book: Path):
    before = (book / "index.html").stat().st_mtime_ns
    assert not write_book(book)
    assert (book / "index.html").stat().st_mtime_ns == before


def test_other_files_are_not_overwritten(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="an earlier book"):
        write_book(tmp_path)
    assert (tmp_path / "thesis.txt").is_file()


def test_a_warning_of_sphinx_stops_the_book(tmp_path: Path):
    source = tmp_path / "source"
    (source / "_static").mkdir(parents=True)
    (source / "index.md").write_text("# Book\n\n[nowhere](#nowhere)\n")
    with pytest.raises(InputError, match=r"index\.md:3: WARNING: .*nowhere"):
        _run_sphinx(source, tmp_path / "result")


DOCSTRINGS = {
    """\
Parameters
----------
rate : share kept
""": """\
Parameters
----------
rate
    share kept
""",
    """\
Returns
-------
float
    A rate.

Source: [fader2007]""": """\
Returns
-------
float
    A rate.

Notes
-----
**Source:** :ref:`[fader2007] <ref-fader2007>`""",
    "K0(|z|) of [nobody1900]": r"K0(\|z\|) of [nobody1900]",
    "l_1^2 = r_12, rho_A, v_gap, ``r_t``": r"l\ :sub:`1`\ :sup:`2` = r\ :sub:`12`, rho\ :sub:`A`, v_gap, ``r_t``",
    "(1 + d)^-1 (m^((t - n(i)) / h))^0.5.": r"(1 + d)\ :sup:`-1` (m\ :sup:`(t - n(i)) / h`)\ :sup:`0.5`.",
    ">>> [1] | {2}\n3 | 2^4": ">>> [1] | {2}\n3 | 2^4",
}


@pytest.mark.parametrize("written", DOCSTRINGS)
def test_docstrings_are_prepared(written: str):
    lines = written.splitlines()
    prepare_docstring(None, "function", "name", None, None, lines)
    assert "\n".join(lines) == DOCSTRINGS[written].removesuffix("\n")
