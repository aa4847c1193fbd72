"""A finished figure: the picture together with the words that stand for it where it cannot be seen."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from relmark_helpers.figures.style import house_style
from relmark_helpers.validation import InputError

_PAGE = Markup(
    '<figure style="margin:0.5em 0;max-width:{width}px">'
    '<img alt="{alt}" src="data:image/png;base64,{png}" style="width:100%;height:auto">'
    '<figcaption style="font-size:0.9em;max-width:{width}px">{caption}</figcaption>{details}</figure>'
)
_DETAILS = Markup("<details><summary>Description and numbers of this figure</summary>{description}{table}</details>")


@dataclass(frozen=True)
class LessonFigure:
    """A matplotlib figure with alt text and caption; displays as HTML, PNG or plain text, as the viewer can show.

    Parameters
    ----------
    figure : the matplotlib figure, finished.
    alt : what the picture shows, in one to three sentences, for a reader who does not see it.
    caption : what is plotted, of whom, from which source.
    description : a longer reading of the picture, opened on request; empty when the alt text says all.
    table : the plotted numbers, opened on request.

    Raises
    ------
    InputError
        If ``alt`` or ``caption`` is empty: a picture without words is not shown.

    Notes
    -----
    Text that comes from data is escaped in the HTML form, so a label such as ``<script>`` shows as these characters.
    """

    figure: Figure = field(repr=False)
    alt: str
    caption: str
    description: str = ""
    table: pd.DataFrame | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for name in ("alt", "caption"):
            if not getattr(self, name).strip():
                raise InputError(name, found="no text", expected="a sentence", mend="say what the figure shows")

    def png(self) -> bytes:
        """Return the picture as PNG; equal figures give equal bytes.

        Some parts, such as tick labels, are made only now, so the style is set here as well.
        """
        buffer = io.BytesIO()
        with house_style():
            self.figure.savefig(buffer, format="png", metadata={"Software": None})
        self.figure.set_layout_engine("none")  # laid out a second time, things would move by a hair
        return buffer.getvalue()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        png = base64.b64encode(self.png()).decode()
        width = round(self.figure.get_figwidth() * 104)
        html = _PAGE.format(width=width, alt=self.alt, png=png, caption=self.caption, details=self._details())
        return {"text/html": html, "image/png": png, "text/plain": f"{self.caption}\n[Picture: {self.alt}]"}

    def _details(self) -> Markup:
        if self.table is None and not self.description:
            return Markup("")
        description = Markup("<p>{}</p>").format(self.description) if self.description else Markup("")
        table = Markup("")
        if self.table is not None:
            table = Markup(self.table.to_html(escape=True, border=0, na_rep="", float_format=_shown))
        return _DETAILS.format(description=description, table=table)


def _shown(value: float) -> str:
    """Return a number of a table as text: whole from a thousand on, else to four digits."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
