"""An explorer without a kernel: one picture for each place of each slider, made while the kernel is there."""

from __future__ import annotations

from typing import Any

from IPython.display import display

from relmark_helpers.editions.runner import MOVING
from relmark_helpers.explore.explorer import Explorer
from relmark_helpers.explore.score_sheet import ScoreSheet


def publish(shown: Any) -> None:
    """Display an explorer's pictures beside its panel; for the runner, in the kernel.

    Raises
    ------
    TypeError
        If the cell did not end with the explorer, as every lesson's explorer cells do.
    """
    if isinstance(shown, ScoreSheet):
        return  # a sheet to fill in, on which nothing moves
    if not isinstance(shown, Explorer):
        raise TypeError(f"the cell should end with the explorer; it ends with a value of type {type(shown).__name__}")
    display({MOVING: shown.moving()}, raw=True)
