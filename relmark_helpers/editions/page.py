"""The cells of a lesson as pieces of HTML, for pages that need no network: slides, handouts, teaching pages."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import jinja2
from latex2mathml.converter import convert as mathml
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from relmark_helpers.editions.runner import MOVING

Kind = Literal["text", "code", "output"]
_FONTS = files("relmark_helpers.figures") / "fonts"


@dataclass(frozen=True)
class Block:
    """A piece of a page: what kind of thing it is, the cell it comes from, and its HTML."""

    kind: Kind
    cell_id: str
    html: Markup


def blocks(cell: Mapping[str, Any], *, code: bool = True) -> list[Block]:
    """Return a cell's blocks: the text of a markdown cell, or a cell's code (unless ``code`` is False) and outputs.

    An explorer gives its still figure; :func:`moving` gives its pictures for each place of its sliders.
    """
    if cell["cell_type"] == "markdown":
        return [Block("text", cell["id"], markdown(cell["source"]))]
    shown = [Block("code", cell["id"], python(cell["source"]))] if code else []
    return shown + [Block("output", cell["id"], html) for html in map(output, cell.get("outputs", [])) if html]


def moving(cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the sliders of a cell's explorer with a picture for each of their places; [] where there is none."""
    found = [one["data"][MOVING] for one in cell.get("outputs", []) if MOVING in one.get("data", {})]
    return list(found[0]) if found else []


def markdown(text: str) -> Markup:
    r"""Return markdown as HTML; formulas become MathML, which browsers draw by themselves.

    Examples
    --------
    >>> markdown("the rate *r*")
    Markup('<p>the rate <em>r</em></p>\n')
    """
    return Markup(_reader().render(text))


def python(code: str) -> Markup:
    """Return code as HTML with its parts marked by class; :func:`style` colours them."""
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(cssclass="code")))


def output(shown: Mapping[str, Any]) -> Markup:
    """Return one output as HTML: the richest form that a page can show, or "" if it shows nothing."""
    if shown["output_type"] == "stream":
        return Markup("<pre>{}</pre>").format(shown["text"])
    data = shown.get("data", {})
    if "text/html" in data:
        return Markup(data["text/html"])
    if "text/markdown" in data:
        return markdown(data["text/markdown"])
    if "image/png" in data:
        return Markup('<img alt="{}" src="data:image/png;base64,{}">').format(data["text/plain"], data["image/png"])
    return Markup("<pre>{}</pre>").format(data["text/plain"]) if "text/plain" in data else Markup("")


def style() -> Markup:
    """Return the style sheet that all pages share: the house colours, tables, code, and the font for 中文."""
    return Markup(_template("page.css").render(highlighting=HtmlFormatter(style="friendly").get_style_defs(".code")))


def script() -> Markup:
    """Return the script that slides and handouts share: it aligns columns of numbers."""
    return Markup((files("relmark_helpers.editions") / "templates" / "page.js").read_text("utf-8"))


def write_font(folder: Path) -> None:
    """Write the font that the style sheet names, with its licence, so that 中文 draws on every machine."""
    for name in ("RelmarkSansSC-Regular.ttf", "OFL.txt"):
        (folder / name).write_bytes((_FONTS / name).read_bytes())


def fill(template: str, **values: Any) -> str:
    """Return one of the package's page templates, filled in; text is escaped unless it is marked as HTML."""
    return _template(template).render(**values)


def jpeg(encoded: str) -> bytes:
    """Return the picture that a frame of :func:`moving` holds as text."""
    return base64.b64decode(encoded)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("relmark_helpers.editions", "templates"),
        autoescape=jinja2.select_autoescape(["html", "j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> jinja2.Template:
    return _templates().get_template(name)


@cache
def _reader() -> MarkdownIt:
    def formula(text: str, about: Mapping[str, Any]) -> str:
        return str(mathml(text, display="block" if about["display_mode"] else "inline"))

    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    reader.use(dollarmath_plugin, renderer=formula)
    reader.add_render_rule("fence", lambda self, tokens, place, options, env: python(tokens[place].content))
    return reader
