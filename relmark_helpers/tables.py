"""Tables of words, set for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler


def text_table(frame: pd.DataFrame) -> Styler:
    """Return a table whose text and headings are set to the left; text from data shows as it is, never as HTML.

    Examples
    --------
    >>> import pandas as pd
    >>> "&lt;b&gt;" in text_table(pd.DataFrame({"term": ["<b>"]})).to_html()
    True
    """
    left = [
        {"selector": "", "props": "display: block; overflow-x: auto"},
        {"selector": "th, td", "props": "text-align: left; vertical-align: top; min-width: 4em"},
    ]
    return (
        frame.style.format(escape="html").format_index(escape="html", axis=1).set_table_styles(left).hide(axis="index")
    )
