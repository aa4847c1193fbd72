"""The book's Sphinx: its settings, formulas as MathML, and a search that finds 中文.

``python -m relmark_helpers.editions.book_sphinx SOURCE RESULT SCRATCH`` builds the pages in SOURCE into RESULT. It ends
with 1 if Sphinx has a warning, and prints the warnings.
"""

from __future__ import annotations

import gc
import io
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert as mathml
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from relmark_helpers.editions.book_api import FLOORS, modules_of, prepare_docstring

TITLE = "Relationship Marketing Workbook"
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST = 8

_SETTINGS: dict[str, Any] = {
    "project": TITLE,
    "author": "The Relationship Marketing Workbook authors",
    "copyright": "the Relationship Marketing Workbook authors. Text CC BY 4.0, code MIT",
    "extensions": ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "relmark_helpers.editions.book_sphinx"],
    "nb_execution_mode": "off",
    "nb_ipywidgets_js": {},
    "nb_code_prompt_show": "Show the set-up",
    "nb_code_prompt_hide": "Hide the set-up",
    "myst_enable_extensions": ["dollarmath"],
    "myst_heading_anchors": 3,
    "autodoc_member_order": "bysource",
    "autodoc_default_options": {"members": True},
    "autodoc_typehints": "signature",
    "autodoc_type_aliases": {"ArrayLike": "ArrayLike", "Floats": "Floats"},
    "python_use_unqualified_type_names": True,
    "python_maximum_signature_line_length": 70,
    "add_module_names": False,
    "toc_object_entries_show_parents": "hide",
    "napoleon_google_docstring": False,
    "napoleon_use_rtype": False,
    "html_theme": "sphinx_book_theme",
    "html_theme_options": {
        "navbar_persistent": [],  # else a second search box stands in an empty bar
        "use_download_button": False,  # it would give the page's source; the pages link the notebook itself
        "show_toc_level": 2,
        "collapse_navbar": True,
    },
    "html_title": TITLE,
    "html_context": {"default_mode": "auto"},  # light or dark as the reader's system is
    "html_static_path": ["_static"],
    "html_css_files": ["moving.css", "book.css"],
    "html_js_files": ["moving.js"],
    "html_copy_source": False,
    "html_show_sphinx": False,
    "html_use_index": False,  # no page links these two, and they are wider than a phone
    "html_domain_indices": False,
    "html_math_renderer": "mathml",
    "html_search_language": "en-zh",
    "html_show_search_summary": False,  # pages opened from a folder may not read each other
}


class SearchEnglishAndChinese(SearchEnglish):
    """English words by their stem; of a run of Chinese characters every part, since no spaces tell its words apart."""

    lang = "en-zh"

    def stem(self, word: str) -> str:
        """Return a word's stem; most words come many times."""
        return _stem(word)

    def split(self, input: str) -> list[str]:
        """Return the words of a text, and the parts of its Chinese.

        Examples
        --------
        >>> SearchEnglishAndChinese({}).split("churn 流失率")
        ['churn', '流失率', '流', '流失', '流失率', '失', '失率', '率']
        """
        runs = _CHINESE.findall(input)
        parts = [
            run[start:end]
            for run in runs
            for start in range(len(run))
            for end in range(start + 1, min(len(run), start + _LONGEST) + 1)
        ]
        return [*super().split(input), *parts]


@cache
def _stem(word: str) -> str:
    return SearchEnglish({}).stem(word)


def build(source: Path, result: Path, scratch: Path) -> list[str]:
    """Build the pages in ``source`` into ``result``, and return Sphinx's warnings."""
    warnings = io.StringIO()
    for floor in FLOORS:
        modules_of(floor)  # imported here, once, for the processes that share the reading
    app = Sphinx(
        source,
        None,
        result,
        scratch,
        "html",
        _SETTINGS,
        status=None,
        warning=warnings,
        freshenv=True,
        parallel=os.cpu_count() or 1,
    )
    app.build()
    return warnings.getvalue().replace(f"{source}/", "").splitlines()


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the book's parts to Sphinx, which calls this."""
    app.add_search_language(SearchEnglishAndChinese)
    app.add_html_math_renderer("mathml", (_inline_formula, None), (_display_formula, None))
    app.connect("autodoc-process-docstring", prepare_docstring, priority=400)  # before napoleon reads it
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline_formula(translator: Any, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{mathml(node.astext())}</span>')
    raise nodes.SkipNode


def _display_formula(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="math">{mathml(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


if __name__ == "__main__":
    gc.disable()  # looking for garbage among the pages takes a third of the time, and the process soon ends
    told = build(*map(Path, sys.argv[1:]))
    print("\n".join(told), file=sys.stderr)
    sys.exit(1 if told else 0)
