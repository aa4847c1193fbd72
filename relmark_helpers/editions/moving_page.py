"""An explorer on a page without a kernel: sliders that move among pictures made beforehand.

The page needs :func:`script` and :func:`style` once, and :func:`explorer` for each cell with an explorer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup
from PIL import Image

from relmark_helpers.editions.page import fill, jpeg, moving

_TEMPLATES = files("relmark_helpers.editions") / "templates"


def explorer(cell: Mapping[str, Any], folder: Path, address: str) -> Markup:
    """Return a cell's explorer as HTML, or "" if the cell has none, and write its pictures into ``folder``.

    Parameters
    ----------
    cell : a code cell as the runner leaves it.
    folder : where the pictures go; equal pictures share a file.
    address : the folder as the page names it, such as "../pictures".

    Notes
    -----
    Without JavaScript the page shows the picture of the start.
    """
    sliders = [
        {**slider, "frames": [_frame(frame, folder, address) for frame in slider["frames"]]} for slider in moving(cell)
    ]
    if not sliders:
        return Markup("")
    start = sliders[0]["frames"][sliders[0]["start"]]
    width, height = _size(folder / Path(start["src"]).name)
    return Markup(
        fill("moving.html", cell_id=cell["id"], sliders=sliders, start=start, width=width, height=height).strip()
    )


def script() -> str:
    """Return the script that moves the explorers of a page."""
    return (_TEMPLATES / "moving.js").read_text("utf-8")


def style() -> str:
    """Return the style sheet of the explorers."""
    return (_TEMPLATES / "moving.css").read_text("utf-8")


def _frame(frame: Mapping[str, str], folder: Path, address: str) -> dict[str, str]:
    """Write one picture, and return the frame with the picture's address in its place."""
    picture = jpeg(frame["jpeg"])
    name = f"{hashlib.sha256(picture).hexdigest()[:16]}.jpg"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).is_file():
        (folder / name).write_bytes(picture)
    words = {part: frame[part] for part in ("value", "alt", "title", "reading")}
    return {**words, "src": f"{address}/{name}"}


def _size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size
