"""Teaching notes are read part by part, and the grading table says what the checks say."""

from pathlib import Path

import nbformat
import pytest

from relmark_helpers.editions.lesson import Lesson
from relmark_helpers.editions.teaching import grading, teaching_notes
from relmark_helpers.exercises import EXERCISES, check
from relmark_helpers.exercises.exercise import ChoiceExercise, FunctionExercise, NumberExercise
from relmark_helpers.validation import InputError
from tests.lessons import LESSONS

TAUGHT = [lesson for lesson in LESSONS if lesson.id != "00"]
EVERY_TAUGHT = pytest.mark.parametrize("lesson", TAUGHT, ids=lambda lesson: lesson.id)

NOTES = """<details>
<summary>For the instructor</summary>

**Goal in one sentence:** they compute.

| Section | Minutes | Can be skipped |
|---|---|---|
| Case | 20 | no |
| Sliders, exercise 01.1 | 25 | the sliders |

In a short hour: leave the sliders out.

**Misconceptions, each with a question that shows it**

- *More is better.* Ask: better for
  whom? (For nobody.)
- *Less is worse.* Ask before the picture: is it?

**To discuss:** Who pays (and when)? (Look at the bill.) Which is next? Compare two firms. (They differ.)

**Answer notes:** in 01.1 expect the mean.

</details>"""


def lesson_with(notes: str, folder: Path) -> Lesson:
    cell = nbformat.v4.new_markdown_cell(notes, metadata={"tags": ["instructor"]})
    path = folder / "01_made_up.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return Lesson(path)


def test_notes_are_taken_apart(tmp_path: Path):
    notes = teaching_notes(lesson_with(NOTES, tmp_path))
    assert notes.goal == "they compute."
    assert [(section.name, section.minutes, section.skip) for section in notes.sections] == [
        ("Case", 20, "no"),
        ("Sliders, exercise 01.1", 25, "the sliders"),
    ]
    assert notes.minutes == 45
    assert notes.advice == "In a short hour: leave the sliders out."
    assert [(one.belief, one.question, one.answer) for one in notes.misconceptions] == [
        ("More is better.", "Ask: better for whom?", "For nobody."),
        ("Less is worse.", "Ask before the picture: is it?", ""),
    ]
    assert [(prompt.question, prompt.listen_for) for prompt in notes.prompts] == [
        ("Who pays (and when)?", "Look at the bill."),
        ("Which is next?", ""),
        ("Compare two firms.", "They differ."),
    ]
    assert notes.answers == "in 01.1 expect the mean."


@pytest.mark.parametrize(
    ("cut", "put", "found"),
    [
        ("**Goal in one sentence:** they compute.", "", "no goal"),
        ("| Case | 20 | no |\n| Sliders, exercise 01.1 | 25 | the sliders |", "| Case | long | no |", "no sections"),
        (" Ask before the picture: is it?", "", "a misconception without its question"),
        ("**To discuss:**", "To discuss:", "no prompts"),
    ],
)
def test_notes_with_a_part_missing_are_refused(cut: str, put: str, found: str, tmp_path: Path):
    assert cut in NOTES
    with pytest.raises(InputError, match=rf"01_made_up\.ipynb, the cell for the instructor.*{found}"):
        teaching_notes(lesson_with(NOTES.replace(cut, put), tmp_path))


@EVERY_TAUGHT
def test_every_lesson_has_readable_notes(lesson: Lesson):
    notes = teaching_notes(lesson)
    assert 60 <= notes.minutes <= 150
    for text in [notes.goal, *(one.question for one in notes.misconceptions), *(one.question for one in notes.prompts)]:
        assert text.count("(") == text.count(")"), text


@EVERY_TAUGHT
def test_grading_says_what_the_checks_say(lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RELMARK_PROGRESS", str(tmp_path / "progress.jsonl"))
    rows = grading(lesson)
    assert [row.exercise.id for row in rows] == [task.id for task in lesson.tasks]
    for row in rows:
        exercise = EXERCISES[row.exercise.id]
        if isinstance(exercise, NumberExercise):
            answers = [row.right, *(answer for answer, _ in row.mistakes)]
            numbers = [float(answer.removesuffix(exercise.unit).replace(",", "")) for answer in answers]
            assert exercise.judge(numbers[0]).outcome == "right"
            for number, (_, sentence) in zip(numbers[1:], row.mistakes, strict=True):
                assert sentence in exercise.judge(number).message
        elif isinstance(exercise, ChoiceExercise):
            assert repr(check(exercise.id, row.right)).startswith(f"Exercise {exercise.id}: Right.")
            for letter, sentence in row.mistakes:
                assert sentence in exercise.judge(letter).message
        elif isinstance(exercise, FunctionExercise):
            assert len(row.cases) == len(exercise.cases)
            assert [sentence for _, sentence in row.mistakes] == [sentence for _, sentence in exercise.mistakes]
