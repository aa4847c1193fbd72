"""Helpers of the Relationship Marketing Workbook: tested calculations, figures, sliders, data and self-checks.

Three floors, each using only the ones before it: ``calculations``, ``figures``, ``explore``. What is imported from here
is loaded when it is first used, so that importing the package is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from relmark_helpers.citations import references as references
    from relmark_helpers.datasets import describe_dataset as describe_dataset
    from relmark_helpers.datasets import list_datasets as list_datasets
    from relmark_helpers.datasets import load_dataset as load_dataset
    from relmark_helpers.exercises import check as check
    from relmark_helpers.exercises import numbers as numbers
    from relmark_helpers.exercises import progress as progress
    from relmark_helpers.juror_file import save_scores as save_scores
    from relmark_helpers.jury_files import collect_jury as collect_jury
    from relmark_helpers.jury_files import read_jury as read_jury
    from relmark_helpers.plan_files import example_entries as example_entries
    from relmark_helpers.plan_files import read_entries as read_entries
    from relmark_helpers.plan_files import write_example as write_example
    from relmark_helpers.plan_page import show_plan as show_plan
    from relmark_helpers.plan_page import write_plan as write_plan
    from relmark_helpers.start_page import check_installation as check_installation
    from relmark_helpers.start_page import lesson_map as lesson_map
    from relmark_helpers.tables import text_table as text_table
    from relmark_helpers.terms import glossary as glossary

_HOMES = {
    "check": "exercises",
    "check_installation": "start_page",
    "collect_jury": "jury_files",
    "describe_dataset": "datasets",
    "example_entries": "plan_files",
    "glossary": "terms",
    "lesson_map": "start_page",
    "list_datasets": "datasets",
    "load_dataset": "datasets",
    "numbers": "exercises",
    "progress": "exercises",
    "read_entries": "plan_files",
    "read_jury": "jury_files",
    "references": "citations",
    "save_scores": "juror_file",
    "show_plan": "plan_page",
    "text_table": "tables",
    "write_example": "plan_files",
    "write_plan": "plan_page",
}

__all__ = list(_HOMES)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
