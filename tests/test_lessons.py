"""Every lesson has the form that readers, instructors and tools rely on. Nothing is run here."""

import ast
import re
import symtable
from collections import Counter
from typing import Any

import nbformat
import pytest
import yaml

from relmark_helpers.citations import known_keys
from relmark_helpers.datasets import load_dataset
from relmark_helpers.editions.lesson import FENCED, Lesson, called, checked_id
from relmark_helpers.exercises import EXERCISES
from tests.lessons import LESSONS, ROOT

TAUGHT = [lesson for lesson in LESSONS if lesson.id != "00"]
EVERY = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
EVERY_TAUGHT = pytest.mark.parametrize("lesson", TAUGHT, ids=lambda lesson: lesson.id)
COURSE_UNITS = sorted({lesson.id[:2] for lesson in TAUGHT})

CELLS, WORDS, CODE_LINES, CODE_WIDTH = 45, 2500, 200, 99
TAGS = {"setup", "predict", "exercise-task", "exercise", "solution", "instructor"}
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes"}  # "-" hides the cell in live slides
LEVELS = {"everyone", "beginner", "intermediate", "advanced"}
NUMBER = r"\d\d[a-z]?"
CHINESE = re.compile(r"[\u4e00-\u9fff]+(?:[-·][\u4e00-\u9fff]+)*")
HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
BULLET = re.compile(r"^- ", re.MULTILINE)
CITATION = re.compile(r'\[([^\]]*)\]\(#References(?: "([^"]*)")?\)')


def headings(lesson: Lesson) -> list[tuple[int, str]]:
    return [(len(marks), text) for marks, text in HEADING.findall(lesson.prose)]


def section(lesson: Lesson, title: str) -> str:
    """The text of the one cell that has this heading of level 2."""
    found = [cell.source for cell in lesson.markdown if cell.source.startswith(f"## {title}\n")]
    assert len(found) == 1, f'{len(found)} sections "## {title}" start a cell; exactly one should'
    return found[0]


def names_bound(code: str) -> set[str]:
    table = symtable.symtable(code, "cell", "exec")
    return {name.get_name() for name in table.get_symbols() if name.is_assigned() or name.is_imported()}


def test_there_is_a_start_page_and_a_first_lesson():
    assert {"00", "01"} <= {lesson.id for lesson in LESSONS}
    assert len({lesson.id for lesson in LESSONS}) == len(LESSONS), "two notebooks have the same number"


# ---- The file


@EVERY
def test_file_is_valid_and_written_as_jupyter_writes_it(lesson: Lesson):
    nbformat.validate(lesson.notebook)
    assert nbformat.writes(lesson.notebook).rstrip("\n") == lesson.text.rstrip("\n"), "save it once in JupyterLab"


@EVERY
def test_file_holds_no_outputs_and_nothing_left_over(lesson: Lesson):
    for cell in lesson.code:
        assert not cell.outputs and cell.execution_count is None, f"{cell.id}: clear the outputs"
    assert set(lesson.notebook.metadata) == {"kernelspec", "language_info", "relmark"}
    assert lesson.notebook.metadata.kernelspec["name"] == "python3"
    assert lesson.notebook.metadata.language_info == {"name": "python"}, "it should not name a version"
    for cell in lesson.cells:
        assert set(cell.metadata) <= {"slideshow", "tags"}, f"{cell.id}: {set(cell.metadata)}"
        assert set(cell.metadata.get("tags", [])) <= TAGS, f"{cell.id}: {cell.metadata.tags}"
        assert not cell.get("attachments"), f"{cell.id}: pictures come from the package"


@EVERY
def test_cell_ids_are_unique_words(lesson: Lesson):
    ids = [cell.id for cell in lesson.cells]
    assert [one for one, times in Counter(ids).items() if times > 1] == []
    machine_made = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")
    strange = [one for one in ids if machine_made.fullmatch(one) or not re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", one)]
    assert strange == [], "ids are short words joined by hyphens"


@EVERY
def test_slide_types_show_in_every_slide_tool(lesson: Lesson):
    for cell in lesson.cells:
        if "slideshow" in cell.metadata:
            found = cell.metadata.slideshow.get("slide_type")
            assert found in SLIDE_TYPES, f"{cell.id}: {found!r}; to continue a slide leave the key out"


@EVERY
def test_no_address_and_no_path_of_a_machine(lesson: Lesson):
    address = re.compile(r"\w+://|www\.|\b(?:localhost|127\.0)|(?:^|[\s\"'(])/\w+/|~/|\b[A-Za-z]:\\")
    for cell in lesson.cells:
        assert not (found := address.search(cell.source)), f"{cell.id}: {found}"


# ---- Size


@EVERY
def test_lesson_is_not_too_long(lesson: Lesson):
    text = "\n".join(lesson.cells[place].source for place in lesson.tagged("instructor"))
    words = len((re.sub(r"<[^>]+>", "", lesson.prose)).split()) - len(text.split())
    lines = sum(len(cell.source.splitlines()) for cell in lesson.code)
    assert len(lesson.cells) <= CELLS, "split the lesson"
    assert words <= WORDS, "split the lesson (the instructor's cell is not counted)"
    assert lines <= CODE_LINES, "split the lesson"


@EVERY
def test_code_lines_fit_on_a_projector(lesson: Lesson):
    sources = {cell.id: cell.source for cell in lesson.code}
    sources |= {f"solution of {task.id}": task.solution for task in lesson.tasks}
    wide = [(where, line) for where, code in sources.items() for line in code.splitlines() if len(line) > CODE_WIDTH]
    assert wide == [], f"more than {CODE_WIDTH} characters"


# ---- Metadata


@EVERY
def test_file_name_title_and_metadata_agree(lesson: Lesson):
    assert re.fullmatch(rf"{NUMBER}_[a-z0-9]+(_[a-z0-9]+)*\.ipynb", lesson.path.name)
    assert lesson.about["lesson"] == lesson.id
    assert headings(lesson)[0] == (1, f"{lesson.id} · {lesson.about['title']}")


@EVERY
def test_metadata_are_complete(lesson: Lesson):
    kinds = {"lesson": str, "title": str, "level": str, "reading_minutes": int, "exercise_minutes": int}
    kinds |= {"needs": list, "leads_to": list, "datasets": list}
    assert {key: type(value) for key, value in lesson.about.items()} == kinds
    assert lesson.about["level"] in LEVELS
    assert lesson.about["reading_minutes"] > 0
    assert (lesson.about["exercise_minutes"] > 0) == (lesson.id != "00")
    for number in [*lesson.about["needs"], *lesson.about["leads_to"]]:
        assert re.fullmatch(NUMBER, number), number


@EVERY_TAUGHT
def test_first_cell_says_what_the_metadata_say(lesson: Lesson):
    about = lesson.about
    numbers = re.compile(NUMBER)
    (line,) = re.findall(r"^\*Reading .*\*$", lesson.cells[0].source, re.MULTILINE)
    minutes, level, needs, leads_to = line.strip("*").split(" · ")
    assert minutes == f"Reading {about['reading_minutes']} minutes, exercises {about['exercise_minutes']} minutes"
    assert level == f"level: {about['level']}"
    assert (needs.split(": ")[0], numbers.findall(needs)) == ("needs", about["needs"])
    assert (leads_to.split(": ")[0], numbers.findall(leads_to)) == ("leads to", about["leads_to"])


@EVERY_TAUGHT
def test_needed_lessons_lead_here(lesson: Lesson):
    known = {one.id: one.about for one in LESSONS}
    for needed in lesson.about["needs"]:
        assert needed in known, f"there is no lesson {needed}"
        assert lesson.id in known[needed]["leads_to"], f"lesson {needed} should lead to {lesson.id}"


@EVERY
def test_metadata_name_the_data_sets_that_the_code_loads(lesson: Lesson):
    code = "\n".join([*(cell.source for cell in lesson.code), *(task.solution for task in lesson.tasks)])
    loaded = set(re.findall(r'\bload_dataset\("([^"]+)"\)', code))
    if "glossary" in called(code):
        loaded.add("glossary")
    assert set(lesson.about["datasets"]) == loaded


def test_manifests_name_the_lessons_that_use_them():
    manifests = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (ROOT / "datasets").glob("*.yml")}
    named = {name: set(manifest["lessons"]) for name, manifest in manifests.items()}
    used = {name: {lesson.id for lesson in LESSONS if name in lesson.about["datasets"]} for name in named}
    assert named == used


# ---- Parts


@EVERY
def test_headings_are_in_order(lesson: Lesson):
    levels = [level for level, _ in headings(lesson)]
    assert levels[0] == 1 and levels.count(1) == 1, "one title, at the top"
    for (before, _), (after, text) in zip(headings(lesson), headings(lesson)[1:], strict=False):
        assert after <= before + 1, f"{text!r} skips a level"
    assert not re.search(r"^.+\n(=+|-+)$", lesson.prose, re.MULTILINE), "write headings with #"
    assert "<h" not in lesson.prose


@EVERY_TAUGHT
def test_questions_and_objectives(lesson: Lesson):
    opening = section(lesson, "Questions and objectives")
    _, questions, objectives = re.split(r"\*\*(?:Questions a manager would ask|After this lesson you can)\*\*", opening)
    assert 2 <= len(BULLET.findall(questions)) <= 4
    assert all(line.endswith("?") for line in questions.splitlines() if line.startswith("- "))
    assert 3 <= len(BULLET.findall(objectives)) <= 5
    vague = re.findall(r"^- (?:understand|know|learn|appreciate|be )\b.*", objectives, re.MULTILINE)
    assert vague == [], "an objective is something that can be checked"


@EVERY_TAUGHT
def test_first_win_comes_early(lesson: Lesson):
    shown = [name for cell in lesson.cells[:6] if cell.cell_type == "code" for name in called(cell.source)]
    assert any(name.endswith("_figure") or name.startswith("explore_") or name == "Markdown" for name in shown), (
        "one of the first six cells should show a picture, or say a computed number in a sentence"
    )


@EVERY_TAUGHT
def test_everything_is_imported_in_the_setup_cell(lesson: Lesson):
    (setup,) = lesson.tagged("setup")
    elsewhere = [
        cell.id
        for cell in lesson.code
        if any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(ast.parse(cell.source)))
    ]
    assert elsewhere == [lesson.cells[setup].id]
    assert re.search(r'^student = ""  # ', lesson.cells[setup].source, re.MULTILINE), "the student's name is left open"


@EVERY_TAUGHT
def test_predictions_come_before_code(lesson: Lesson):
    places = lesson.tagged("predict")
    assert len(places) >= 2
    for place in places:
        cell = lesson.cells[place]
        assert "**Predict before" in cell.source and "?" in cell.source, f"{cell.id}: ask for a prediction"
        assert lesson.cells[place + 1].cell_type == "code", f"{cell.id}: the code that answers comes next"


@EVERY_TAUGHT
def test_closing_sections(lesson: Lesson):
    titles = [text for level, text in headings(lesson) if level == 2]
    assert titles[-3:] == ["When this misleads", "Key points", "References"]
    points = section(lesson, "Key points").split("**New terms:**")[0]
    assert 1 <= len(BULLET.findall(points)) <= 5
    assert "**Read on:**" in section(lesson, "Key points")
    assert "**Ethics.**" in lesson.prose
    assert f"{lesson.about['title']}. Lesson {lesson.id} of" in section(lesson, "References"), "how to cite the lesson"
    assert called(lesson.cells[-1].source) == ["references"], "the list of references comes last"


@EVERY_TAUGHT
def test_instructor_cell(lesson: Lesson):
    (place,) = lesson.tagged("instructor")
    cell = lesson.cells[place]
    assert cell.metadata.slideshow.slide_type == "notes"
    assert "<details>\n<summary>For the instructor</summary>\n" in cell.source and "</details>" in cell.source
    assert "**Goal in one sentence:**" in cell.source
    assert re.search(r"^\| Section \| Minutes \| Can be skipped \|$", cell.source, re.MULTILINE)
    assert len(re.findall(r"^\| .+ \| \d+ \| .+ \|$", cell.source, re.MULTILINE)) >= 3
    misconceptions = re.findall(r"^- \*.+$", cell.source, re.MULTILINE)
    assert len(misconceptions) >= 2
    assert all(re.search(r"\* Ask\b.*\?", line) for line in misconceptions), "each misconception has its question"
    assert re.search(r"\*\*To discuss:\*\* .+\?", cell.source)
    unnamed = [task.id for task in lesson.tasks if task.id not in cell.source]
    hidden = [one for one in unnamed if not re.search(rf"{lesson.id}\.\d to {lesson.id}\.\d", cell.source)]
    assert hidden == [], "the timing names every exercise"


# ---- Exercises


def test_every_defined_exercise_appears_once_in_its_lesson():
    found = [(task.id, lesson.id) for lesson in LESSONS for task in lesson.tasks]
    assert sorted(found) == sorted((one, one.split(".")[0]) for one in EXERCISES)


@EVERY
def test_exercises_are_in_order(lesson: Lesson):
    ids = [task.id for task in lesson.tasks]
    assert ids == [f"{lesson.id}.{number}" for number in range(1, len(ids) + 1)]


@EVERY_TAUGHT
def test_every_exercise_is_question_gap_and_solution(lesson: Lesson):
    marked = {tag: lesson.tagged(tag) for tag in ("exercise-task", "exercise", "solution")}
    assert [place + 1 for place in marked["exercise-task"]] == marked["exercise"]
    assert [place + 1 for place in marked["exercise"]] == marked["solution"]
    for place in marked["exercise"]:
        task, cell, solution = lesson.cells[place - 1 : place + 2]
        number = checked_id(cell.source)
        assert number in EXERCISES, f"{cell.id} should end in check(id, answer, student) with the id of an exercise"
        defined = EXERCISES[number]
        heading = re.match(r"### Exercise (\S+) \((\w+)\): (.+)\n", task.source)
        assert heading, f"{task.id}: the heading is ### Exercise <id> (<Form>): <title>"
        assert heading.groups()[:2] == (number, defined.form)
        assert heading[3] == defined.title[0].lower() + defined.title[1:]
        assert [one.id for one in (task, cell, solution)] == [
            f"ex-{number.replace('.', '-')}{part}" for part in ("-task", "", "-solution")
        ]
        call: Any = ast.parse(cell.source).body[-1]
        *_, given, student = call.value.args
        assert isinstance(given, ast.Name) and ast.unparse(student) == "student", (
            f"{number}: check(id, answer, student)"
        )
        opening = f"<details>\n<summary>Solution {number}</summary>\n\n```python\n"
        assert solution.source.startswith(opening) and solution.source.endswith("\n\n</details>"), number
        assert [language for language, _ in FENCED.findall(solution.source)] == ["python"], number


@EVERY
def test_stub_and_solution_agree_apart_from_the_gap(lesson: Lesson):
    for task in lesson.tasks:
        assert "answer" not in names_bound(task.solution) or ast.unparse(task.gap) == "answer = ...", task.id
        if isinstance(task.gap, ast.FunctionDef):
            (solved,) = ast.parse(task.solution).body
            assert isinstance(solved, ast.FunctionDef)
            assert (solved.name, ast.unparse(solved.args)) == (task.gap.name, ast.unparse(task.gap.args)), task.id
            assert ast.get_docstring(solved) == ast.get_docstring(task.gap), task.id


@EVERY
def test_answers_cannot_change_the_rest_of_the_lesson(lesson: Lesson):
    lesson_cells = [cell for cell in lesson.code if "exercise" not in cell.metadata.get("tags", [])]
    taught = set().union(*(names_bound(cell.source) for cell in lesson_cells))
    for task in lesson.tasks:
        assert names_bound(task.solved) & taught - {"check"} == set(), f"{task.id} uses a name of the lesson again"


@EVERY_TAUGHT
def test_a_lesson_has_three_forms_of_exercise(lesson: Lesson):
    assert len({EXERCISES[task.id].form for task in lesson.tasks}) >= 3


@pytest.mark.parametrize("unit", COURSE_UNITS)
def test_a_lesson_with_its_extras_has_all_forms_and_eight_exercises(unit):
    forms = [EXERCISES[task.id].form for lesson in TAUGHT if lesson.id[:2] == unit for task in lesson.tasks]
    assert set(forms) == {"Read", "Complete", "Build", "Transfer"}
    assert len(forms) >= 8


# ---- Words and sources


def glossary_names() -> dict[str, set[str]]:
    """The English terms of every Chinese name in the glossary."""
    names: dict[str, set[str]] = {}
    table = load_dataset("glossary")
    for term, chinese in zip(table["term"], table["chinese"], strict=True):
        for name in chinese.split("；"):
            names.setdefault(name, set()).add(term)
    return names


@EVERY
def test_chinese_terms_are_those_of_the_glossary(lesson: Lesson):
    names = glossary_names()
    unknown = {one for cell in lesson.markdown for one in CHINESE.findall(cell.source)} - set(names)
    assert unknown == set(), "use the glossary's term, or add this one to it"


@EVERY
def test_chinese_terms_stand_by_their_english_terms(lesson: Lesson):
    names = glossary_names()
    for paragraph in re.split(r"\n\n|\n- ", lesson.prose):
        plain = " ".join(re.sub(r"[*>#]", "", paragraph).casefold().split())
        for one in set(CHINESE.findall(paragraph)) & set(names):
            assert any(term.casefold() in plain for term in names[one]), f"{one} is {names[one]}: {plain[:80]}"


@EVERY_TAUGHT
def test_new_terms_are_in_the_glossary(lesson: Lesson):
    listed = re.search(r"^\*\*New terms:\*\* ([^.]+)\.", section(lesson, "Key points"), re.MULTILINE)
    assert listed, "the key points end with the new terms"
    pairs = [tuple(pair.rsplit(" ", 1)) for pair in " ".join(listed[1].split()).split(", ")]
    names = glossary_names()
    assert [(term, chinese) for term, chinese in pairs if term not in names.get(chinese, set())] == []


@EVERY
def test_links_lead_to_files_that_are_there(lesson: Lesson):
    targets = re.findall(r"\]\(([^)\s]+)[^)]*\)", lesson.prose)
    missing = [one for one in targets if one != "#References" and not (lesson.path.parent / one).is_file()]
    assert missing == []


@EVERY_TAUGHT
def test_list_of_references_holds_what_the_lesson_cites(lesson: Lesson):
    cited = CITATION.findall(lesson.prose)
    assert [text for text, key in cited if key not in known_keys()] == [], "the link's title is a key of references.bib"
    assert [(text, key) for text, key in cited if re.sub(r"^[a-z]+", "", key) not in text] == [], "the link's year"
    (call,) = (node for node in ast.walk(ast.parse(lesson.cells[-1].source)) if isinstance(node, ast.Call))
    listed = [ast.literal_eval(argument) for argument in call.args]
    assert listed == sorted({key for _, key in cited}), "the last cell lists exactly what is cited, in order"
