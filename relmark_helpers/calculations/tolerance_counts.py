"""Answers to minimum, desired and perceived service, checked and counted, as the zone of tolerance needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, whole_number

__all__ = ["RespondentSums", "checked_scale", "checked_tables", "count_triples"]

COMPLETE, ZONE, BELOW, ABOVE, ADEQUACY, SUPERIORITY = range(6)
"""What is added up per respondent: answers, answers with a zone, below, above, and the two gaps."""
_BLOCK = 1 << 15
"""Respondents counted at a time, so that the work stays in the processor's cache."""


@dataclass
class RespondentSums:
    """Sums over respondents of the products of what is added up per respondent, and counts of respondents."""

    products: NDArray[np.float64]
    respondents: tuple[int, int] = (0, 0)
    reversed: int = 0


def count_triples(
    tables: dict[str, NDArray[Any]], low: int, high: int, missing: int | None
) -> tuple[NDArray[np.int64], RespondentSums]:
    """Return the number of every triple of answers by item, and the sums of products over respondents."""
    respondents, items = tables["minimum"].shape
    points = high - low + 2
    counts = np.zeros((items, points**3), np.int64)
    sums = RespondentSums(np.zeros((6, 6)))
    for start in range(0, respondents, _BLOCK):
        minimum, desired, perceived = (
            _codes(table[start : start + _BLOCK], name, low, high, missing) for name, table in tables.items()
        )
        added = np.zeros((6, minimum.shape[1]), np.int32)
        for item, (least, best, seen) in enumerate(zip(minimum, desired, perceived, strict=True)):
            triple = least.astype(np.int16)
            for level in (best, seen):
                triple *= points
                triple += level
            counts[item] += np.bincount(triple, minlength=points**3)
            complete = (least > 0) & (best > 0) & (seen > 0)
            zone = complete & (least <= best)
            added[COMPLETE] += complete
            added[ZONE] += zone
            added[BELOW] += zone & (seen < least)
            added[ABOVE] += zone & (seen > best)
            added[ADEQUACY] += (seen - least) * complete
            added[SUPERIORITY] += (seen - best) * complete
        as_float = added.astype(float)
        sums.products += as_float @ as_float.T
        with_any = int((added[COMPLETE] > 0).sum()), int((added[ZONE] > 0).sum())
        sums.respondents = sums.respondents[0] + with_any[0], sums.respondents[1] + with_any[1]
        sums.reversed += int((added[COMPLETE] > added[ZONE]).sum())
    return counts, sums


def _codes(block: NDArray[Any], name: str, low: int, high: int, missing: int | None) -> NDArray[np.int8]:
    """Return items by respondents, 0 for no answer and 1 for the lowest answer; raise if an answer is off the scale."""
    gone = np.isnan(block) if block.dtype.kind == "f" else None
    if missing is not None:
        gone = block == missing if gone is None else gone | (block == missing)
    if gone is None and block.dtype.kind != "f" and low <= block.min() and block.max() <= high:
        wrong = np.zeros((0, 0), bool)  # the usual case, without a look at every answer
    else:
        wrong = (block < low) | (block > high)
        if block.dtype.kind == "f":
            wrong |= block != np.rint(block)
    if gone is not None:
        wrong &= ~gone
    if wrong.any():
        raise InputError(
            name,
            found=f"{block[wrong][0]:g} ({int(wrong.sum())} such answers among the first rows that were read)",
            expected=f"whole numbers from {low} to {high}",
            mend="say scale=(lowest, highest), and missing= if a number stands for 'no answer'",
        )
    if gone is not None and block.dtype.kind == "f":
        block = np.where(gone, low, block)
    codes = np.ascontiguousarray(block.T).astype(np.int8) - np.int8(low - 1)
    if gone is not None:
        codes[gone.T] = 0
    return codes


def checked_scale(scale: Sequence[int]) -> tuple[int, int]:
    """Return the lowest and the highest answer; raise if they are not whole or too far apart to be counted."""
    try:
        low, high = scale
    except (TypeError, ValueError):
        raise InputError(
            "scale", found=repr(scale), expected="the lowest and the highest answer", mend="write scale=(1, 9)"
        ) from None
    bottom = whole_number(low, "scale", low=-99)
    return bottom, whole_number(high, "scale", low=bottom + 1, high=bottom + 26)


def checked_tables(given: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], list[Any]]:
    """Return the three tables as arrays of one shape with the names of the items; raise if they do not fit."""
    frames = [value for value in given.values() if isinstance(value, pd.DataFrame)]
    if frames and len(frames) < len(given):
        raise InputError(
            ", ".join(given),
            found="a mixture of DataFrames and arrays",
            expected="three DataFrames, or three arrays",
            mend="pass all three as DataFrames, so that rows and columns can be compared",
        )
    tables = {}
    for name, value in given.items():
        if frames:
            value = _same_labels(value, frames[0], name)
        table = _plain_array(value, name)
        if table.ndim != 2 or 0 in table.shape:
            raise InputError(
                name,
                found=f"an array of shape {table.shape}",
                expected="a table, respondents by items",
                mend="pass one row per respondent; one item is a table of one column",
            )
        tables[name] = table
    shapes = {table.shape for table in tables.values()}
    if len(shapes) > 1:
        raise InputError(
            ", ".join(given),
            found="; ".join(f"{name} {table.shape}" for name, table in tables.items()),
            expected="three tables of one shape",
            mend="pass the same respondents and the same items in all three",
        )
    width = shapes.pop()[1]
    return tables, list(frames[0].columns) if frames else [f"item {number}" for number in range(1, width + 1)]


def _same_labels(frame: pd.DataFrame, first: pd.DataFrame, name: str) -> pd.DataFrame:
    same = frame.columns.is_unique and set(frame.columns) == set(first.columns)
    if not same or not frame.index.equals(first.index):
        raise InputError(
            name,
            found="other rows" if same else f"columns {list(frame.columns)}",
            expected="the index and the columns of minimum, each column once",
            mend=f"give the same items the same names, and the same respondents: {name} = {name}.loc[minimum.index]",
        )
    return frame if frame.columns.equals(first.columns) else frame[first.columns]


def _plain_array(value: Any, name: str) -> NDArray[Any]:
    if isinstance(value, pd.DataFrame):
        kinds = value.dtypes
        if all(pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in kinds):
            plain = all(isinstance(kind, np.dtype) for kind in kinds)
            numeric: NDArray[Any] = value.to_numpy() if plain else value.to_numpy(dtype=float, na_value=np.nan)
            return numeric
        array: NDArray[Any] = np.empty(0, object)
    else:
        array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise InputError(
            name,
            found="answers that are not numbers",
            expected="whole numbers on the rating scale",
            mend="convert text with pandas.to_numeric",
        )
    return array
