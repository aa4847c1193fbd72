"""Settings for all tests: no time limit per example; progress and kept runs are not the reader's own."""

import os
import tempfile

import pytest
from hypothesis import settings

settings.register_profile("workbook", deadline=None)
settings.load_profile("workbook")


def pytest_configure(config: pytest.Config) -> None:
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    os.environ["RELMARK_PROGRESS"] = os.path.join(folder.name, "progress.jsonl")
    os.environ["RELMARK_CACHE"] = os.path.join(folder.name, "cache")
