"""The lessons' notebooks, read once for all tests."""

from pathlib import Path

from relmark_helpers.editions.lesson import Lesson

ROOT = Path(__file__).parents[1]
LESSONS = [Lesson(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: path.name.split("_"))]
