"""The slides in a browser: nothing overflows, nothing is lost, sliders move, notes stand where they belong."""

import base64
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from relmark_helpers.__main__ import main
from relmark_helpers.editions.runner import run_lessons
from relmark_helpers.editions.slides import slides_of, write_slides
from relmark_helpers.editions.speaker_notes import place_timing, row_parts
from relmark_helpers.editions.teaching import teaching_notes
from relmark_helpers.validation import InputError
from tests.lab import CHROMIUM
from tests.lessons import LESSONS

WITH_EXERCISES = [lesson for lesson in LESSONS if lesson.tasks]
BY_ID = {lesson.id: lesson for lesson in LESSONS}
SMALLEST_TEXT, SMALLEST_PICTURE = 14, 0.55
LOOK = """() => {
  const found = { outside: [], small: [], headings: [], pictures: [], ids: [] };
  for (const section of document.querySelectorAll(".slides section section")) {
    section.style.cssText = "display: block !important; visibility: visible; position: fixed; inset: 0";
    section.hidden = section.parentElement.hidden = false;
    section.parentElement.style.setProperty("display", "block", "important");
    const page = section.querySelector(".page");
    const frame = page.getBoundingClientRect();
    const body = page.querySelector(".body");
    found.ids.push(section.id);
    if (frame.width !== 1280 || frame.height !== 720) found.outside.push(`${section.id}: not 1280 x 720`);
    for (const box of [page, body]) {
      const over = box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth;
      if (over) found.outside.push(`${section.id}: ${box.className}`);
    }
    for (const part of page.querySelectorAll("*")) {
      const at = part.getBoundingClientRect();
      if (!at.width) continue;
      const over = at.left < 0 || at.top < 0 || at.right > 1280 || at.bottom > 720;
      if (over) found.outside.push(`${section.id}: ${part.tagName} ${part.className}`);
      const says = [...part.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
      const size = parseFloat(getComputedStyle(part).fontSize);
      if (says && size < SMALLEST && !part.closest("math")) found.small.push(`${section.id}: ${part.tagName} ${size}`);
    }
    found.headings.push(page.querySelectorAll(":scope > h1, :scope > h2").length);
    for (const picture of page.querySelectorAll("img")) {
      const own = parseFloat(picture.parentElement.style.maxWidth) || picture.width / 0.999;
      found.pictures.push([section.id, picture.alt, picture.naturalWidth, picture.getBoundingClientRect().width / own]);
    }
    section.style.cssText = "";
  }
  return found;
}""".replace("SMALLEST", str(SMALLEST_TEXT - 0.01))

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome, and found neither")


@pytest.fixture(scope="module")
def cells() -> dict[str, Any]:
    return {number: notebook.cells for number, notebook in run_lessons(WITH_EXERCISES).items()}


@pytest.fixture(scope="module")
def built(cells: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("slides")
    return {lesson.id: write_slides(lesson, cells[lesson.id], folder) for lesson in WITH_EXERCISES}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = ["--disable-gpu", "--no-sandbox", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.set_default_timeout(30_000)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on(
        "request",
        lambda request: None if request.url.startswith(("file:", "data:")) else complaints.append(request.url),
    )
    yield context
    context.close()
    assert complaints == []


def opened(context: BrowserContext, file: Path, at: str = "") -> Page:
    page = context.new_page()
    page.goto(f"{file.as_uri()}#/{at}")
    page.wait_for_selector("html[data-ready]")
    return page


@pytest.mark.parametrize("lesson_id", [lesson.id for lesson in WITH_EXERCISES])
def test_every_slide_fits_and_nothing_is_lost(lesson_id: str, built: dict[str, Path], context: BrowserContext) -> None:
    source = BeautifulSoup(built[lesson_id].read_text("utf-8"), "html.parser")
    page = opened(context, built[lesson_id])
    assert_legible(page.evaluate(LOOK))
    shown = BeautifulSoup(page.content(), "html.parser").select_one(".slides")
    assert shown is not None
    for selector in ("li", "tr:has(td)", ".piece p:not(.moving-note)", ".moving label", "figcaption", "math"):
        assert texts(shown, selector) == texts(source, selector), f"{selector} is lost or shown twice"
    assert lines(shown.select(".line")) == lines(source.select(".piece pre"))
    words = shown.get_text(" ")
    assert "Not answered yet" not in words
    assert "Description and numbers" not in " ".join(one.get_text() for one in shown.select("summary"))
    for cell in BY_ID[lesson_id].cells:
        begins = cell.metadata.get("slideshow", {}).get("slide_type")
        if begins in {"slide", "subslide"} and cell.cell_type == "markdown":
            assert shown.find(id=cell.id), f"the slide of cell {cell.id} is missing"


def assert_legible(found: dict[str, list[Any]]) -> None:
    assert found["outside"] == []
    assert found["small"] == []
    assert set(found["headings"]) == {1}
    assert len(set(found["ids"])) == len(found["ids"])
    for slide, alt, pixels, scale in found["pictures"]:
        assert alt, f"a picture on {slide} has no words"
        assert pixels > 300, f"a picture on {slide} did not load"
        assert scale >= SMALLEST_PICTURE, f"a picture on {slide} is too small"


def texts(soup: Any, selector: str) -> Counter[str]:
    found = [one for one in soup.select(selector) if not one.find_parent("aside") and not one.find_parent("blockquote")]
    return Counter("".join(one.get_text().split()) for one in found)


def lines(boxes: Sequence[Any]) -> Counter[str]:
    return Counter(line for box in boxes for line in box.get_text().splitlines() if line.strip())


def test_a_slide_too_full_goes_on_and_stays_legible(tmp_path: Path, context: BrowserContext) -> None:
    sentence = "Relationship marketing turns from winning customers to keeping them. "
    rows = "".join(f"<tr><td>row {row}</td><td>{row * 3}</td></tr>" for row in range(60))
    table = f"<table><thead><tr><th>Name</th><th>Value</th></tr></thead><tbody>{rows}</tbody></table>"
    heads, numbers = "<th>column</th>" * 18, "<td>123,456</td>" * 18
    wide = f"<table><thead><tr>{heads}</tr></thead><tbody><tr>{numbers}</tr></tbody></table>"
    cells = [
        text("opening", f"# An opening\n\n{sentence}"),
        text("rows", "## Rows"),
        code("rows-code", "rows", table),
        text("wide", "## Wide"),
        code("wide-code", "wide", wide),
        text("long-code", "## Code"),
        code("lines", "\n".join(f"value_{at} = {at}" for at in range(90))),
        text("bullets", "## List\n\n" + "\n".join(f"{at}. {sentence}" for at in range(1, 40))),
        text("prose", f"## Prose\n\n{sentence * 60}"),
        text("word", f"## Word\n\n{'x' * 400}"),
        text("tall", f"## {sentence}"),
        code("tall-code", "picture", picture(1000, 1250)),
        text("full", "## Full"),
        code("full-code", "picture\n" * 12, picture(1000, 600), table),
    ]
    page = opened(context, write_slides(BY_ID["01"], cells, tmp_path))
    found = page.evaluate(LOOK)
    assert_legible(found)
    assert {"rows-2", "rows-3", "lines-2", "bullets-2", "prose-2"} <= {
        one.replace("long-code", "lines") for one in found["ids"]
    }
    for part in page.query_selector_all("section[id^=rows] table"):
        assert part.query_selector("thead")
    numbered = page.evaluate("[...document.querySelectorAll('ol')].map((list) => [list.start, list.children.length])")
    assert [start for start, _ in numbered] == [
        1 + sum(count for _, count in numbered[:at]) for at in range(len(numbered))
    ]
    assert "(continued)" in str(page.text_content("section#rows-2 h2"))


def text(cell_id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": cell_id,
        "source": source,
        "metadata": {"slideshow": {"slide_type": "slide"}},
    }


def code(cell_id: str, source: str, *outputs: str) -> dict[str, Any]:
    shown = [{"output_type": "display_data", "data": {"text/html": html}} for html in outputs]
    return {"cell_type": "code", "id": cell_id, "source": source, "metadata": {}, "outputs": shown}


def picture(width: int, height: int) -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "png")
    encoded = base64.b64encode(buffer.getvalue()).decode()
    image = f'<img alt="teal" src="data:image/png;base64,{encoded}">'
    return f'<figure style="max-width:728px">{image}<figcaption>Teal.</figcaption></figure>'


def test_a_slider_moves_the_picture_and_not_the_slide(built: dict[str, Path], context: BrowserContext) -> None:
    page = opened(context, built["01"], "bucket-explorer")
    panel = page.locator("section.present .moving")
    retention = panel.get_by_role("slider", name="Retention rate a year")
    state = """panel => [panel.querySelector("img").src, panel.querySelector("img").alt,
                         panel.querySelector("[role=status]").textContent]"""
    before, slide = panel.evaluate(state), page.evaluate("Reveal.getCurrentSlide().id")
    start = retention.input_value()
    retention.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    after = panel.evaluate(state)
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert page.evaluate("Reveal.getCurrentSlide().id") == slide
    assert panel.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    panel.get_by_role("slider", name="Customers won a year").focus()
    page.keyboard.press("ArrowRight")
    assert retention.input_value() == start, "the others go back to their start"
    assert "go back to their start" in panel.inner_text()
    page.keyboard.press("PageDown")  # a remote control
    assert page.evaluate("Reveal.getCurrentSlide().id") != slide


def test_results_wait_until_the_class_has_predicted(built: dict[str, Path], context: BrowserContext) -> None:
    page = opened(context, built["02"], "quiz")
    statements = page.locator("section.present .fragment").first
    assert page.locator("section.present .fragment").count() == 1
    assert statements.evaluate("part => getComputedStyle(part).opacity") == "0"
    page.keyboard.press("ArrowRight")
    page.wait_for_function("getComputedStyle(document.querySelector('section.present .fragment')).opacity === '1'")
    assert "Let them write the prediction first." in page.text_content("section.present aside.notes")


def test_no_slide_opens_empty(built: dict[str, Path], context: BrowserContext) -> None:
    page = opened(context, built["02c"])
    firsts = page.query_selector_all(".page .body > .piece:first-child")
    assert firsts
    assert not [one for one in firsts if "fragment" in str(one.get_attribute("class"))]


def test_the_speaker_sees_the_notes_of_the_slide(built: dict[str, Path], context: BrowserContext) -> None:
    page = opened(context, built["02"], "ex-02-2-task")
    with context.expect_page() as opening:
        page.keyboard.press("s")
    speaker = opening.value
    speaker.wait_for_selector(".speaker-controls-notes:not(.hidden) .value strong")
    said = speaker.inner_text(".speaker-controls-notes")
    assert "answer = total / 7 / 10" in said
    assert "a division by six" in said


@pytest.mark.parametrize(
    "lesson", [lesson for lesson in LESSONS if lesson.instructor_notes], ids=lambda lesson: lesson.id
)
def test_each_section_has_its_time_at_its_first_slide(lesson: Any, cells: dict[str, Any], tmp_path: Path) -> None:
    slides = slides_of(lesson, cells[lesson.id], tmp_path)
    headings = [slide.heading.striptags() if slide.own_heading else "" for slide in slides]
    placed = place_timing(teaching_notes(lesson).sections, headings)
    assert list(placed.values()) == list(teaching_notes(lesson).sections)
    assert list(placed) == sorted(placed)
    for place, end in zip(placed, [*list(placed)[1:], len(slides)], strict=True):
        assert f"{placed[place].minutes} minutes" in " ".join(slides[place].notes)
        for part in row_parts(placed[place]):
            number = part.removeprefix("exercises ").removeprefix("exercise ")
            if number.startswith(lesson.id + "."):
                assert any(number in heading for heading in headings[place:end]), f"{number} is not in its section"
    assert "Misconceptions" in slides[0].notes[0]
    assert any("To discuss" in note for note in slides[headings.index("Key points")].notes)
    solved = [note for slide in slides for note in slide.notes if "Solution:" in note]
    assert len(solved) == len(lesson.tasks)


def test_code_can_be_left_out_but_not_of_exercises(cells: dict[str, Any], tmp_path: Path) -> None:
    slides = slides_of(BY_ID["02"], cells["02"], tmp_path, code=False)
    with_code = {slide.id for slide in slides for piece in slide.pieces if piece.kind == "code"}
    assert with_code == {f"ex-02-{number}-task" for number in range(1, 6)}


def test_the_command_writes_one_folder_that_has_all_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["slides", "02", "--out", str(tmp_path)]) == 0
    folder = tmp_path / "02_transactional_or_relational"
    assert str(folder / "index.html") in capsys.readouterr().out
    source = BeautifulSoup((folder / "index.html").read_text("utf-8"), "html.parser")
    assert source.html["lang"] == "en"
    named = [one.get("src") or one.get("href") for one in source.select("script[src], link[href], img[src]")]
    assert all((folder / name).is_file() for name in named)
    assert not any(one.get("src", "").startswith("data:") for one in source.select("img"))
    assert (folder / "OFL.txt").is_file(), "the licence of the font"
    assert "Hakim El Hattab" in (folder / "reveal" / "LICENSE").read_text("utf-8")
    assert main(["slides", "02", "--out", str(tmp_path)]) == 0, "written a second time, in the place of the first"
    assert main(["slides", "77", "--out", str(tmp_path)]) == 2
    assert "one of 00, 01" in capsys.readouterr().err


def test_a_folder_with_something_else_is_left_alone(cells: dict[str, Any], tmp_path: Path) -> None:
    mine = tmp_path / BY_ID["02"].path.stem / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")
    with pytest.raises(InputError, match="something else"):
        write_slides(BY_ID["02"], cells["02"], tmp_path)
    assert mine.read_text() == "mine"
