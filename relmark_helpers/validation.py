"""Input checks that every calculation shares, and the warning for statistical cautions.

Each check returns the value in the type that calculations use, or raises :class:`InputError` with four
parts: which argument or column, what was found, what is expected, and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd


class InputError(ValueError):
    """A value that a calculation cannot use.

    Examples
    --------
    >>> raise InputError("retention", found="85", expected="a share between 0 and 1", mend="divide by 100")
    Traceback (most recent call last):
    ...
    relmark_helpers.validation.InputError: `retention`: found 85; expected a share between 0 and 1. \
To mend it: divide by 100.
    """

    def __init__(self, name: str, *, found: object, expected: str, mend: str) -> None:
        self.name = name
        super().__init__(f"`{name}`: found {found}; expected {expected}. To mend it: {mend}.")


class StatisticalWarning(UserWarning):
    """A result that was computed but should be read with care (few data, edge of the model, poor fit)."""


def numbers(
    value: ArrayLike,
    name: str,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
    expected: str = "finite numbers",
    mend: str = "correct or leave out the entries named here",
) -> NDArray[np.float64]:
    """Return ``value`` as a float array; raise if an entry is missing, not a number or outside the range.

    Parameters
    ----------
    value : number or array_like of any shape.
    name : the argument's name, for the message.
    low, high : ends of the allowed range; ``low_open`` and ``high_open`` leave the end itself out.
    expected, mend : words for the message.

    Raises
    ------
    InputError
        Naming the first entry that does not fit and how many there are.

    Examples
    --------
    >>> numbers([1, 2], "survivors", low=0)
    array([1., 2.])
    """
    if isinstance(value, (str, bytes)) or value is None:
        raise InputError(name, found=repr(value), expected=expected, mend="pass a number, not text or None")
    try:
        given = np.asarray(value)
        text = given.dtype == object and any(isinstance(entry, (str, bytes)) for entry in given.flat)
        if text or given.dtype.kind not in "biufO":
            raise TypeError("text, dates and complex numbers are not numbers, though numpy would convert them")
        array = given.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            name,
            found=f"{value!r:.80}",
            expected=expected,
            mend="pass numbers only (convert text with pandas.to_numeric; read text such as '1,000' with "
            "pandas.read_csv(..., thousands=','))",
        ) from None
    below = array <= low if low_open else array < low
    above = array >= high if high_open else array > high
    wrong = ~np.isfinite(array) | below | above
    if wrong.any():
        first = np.argwhere(wrong)[0]
        where = f" at position {first[0] if first.size == 1 else tuple(first.tolist())}" if array.ndim else ""
        more = f" ({int(wrong.sum())} such entries)" if wrong.sum() > 1 else ""
        raise InputError(name, found=f"{array[tuple(first)]:g}{where}{more}", expected=expected, mend=mend)
    return array


def number(
    value: float,
    name: str,
    *,
    low: float = -np.inf,
    high: float = np.inf,
    low_open: bool = False,
    high_open: bool = False,
    expected: str = "one finite number",
    mend: str = "pass one number in that range",
) -> float:
    """Return ``value`` as a float; as :func:`numbers`, for exactly one number.

    Examples
    --------
    >>> number(3, "years", low=0)
    3.0
    """
    array = numbers(
        value, name, low=low, high=high, low_open=low_open, high_open=high_open, expected=expected, mend=mend
    )
    if array.ndim:
        raise InputError(name, found=f"{array.size} values", expected="one number", mend="pass a single number")
    return float(array)


def whole_number(value: float, name: str, *, low: int, high: float = np.inf) -> int:
    """Return ``value`` as an int; raise if it is not whole or outside ``low`` to ``high``.

    Examples
    --------
    >>> whole_number(12, "periods", low=1)
    12
    """
    end = "or more" if np.isinf(high) else f"to {high:g}"
    expected = f"a whole number, {low} {end}"
    mend = "pass a whole number in that range"
    given = number(value, name, low=low, high=high, expected=expected, mend=mend)
    if given != int(given):
        raise InputError(name, found=f"{given:g}", expected=expected, mend=mend)
    return int(given)


def shares(value: ArrayLike, name: str, *, low_open: bool = False, high_open: bool = False) -> NDArray[np.float64]:
    """Return ``value`` as a float array of shares from 0 to 1 (a retention rate, a churn rate, a survival).

    Examples
    --------
    >>> shares(0.8, "retention")
    array(0.8)
    """
    return numbers(
        value,
        name,
        low=0.0,
        high=1.0,
        low_open=low_open,
        high_open=high_open,
        expected=f"a share {'above' if low_open else 'from'} 0 {'and below' if high_open else 'to'} 1",
        mend="divide percentages by 100, so that 85 per cent is 0.85",
    )


def choice(value: str, name: str, allowed: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``allowed``; raise with the list otherwise.

    Examples
    --------
    >>> choice("linear", "curve", ["linear", "quadratic"])
    'linear'
    """
    options = list(allowed)
    if value not in options:
        listed = ", ".join(repr(option) for option in options)
        raise InputError(
            name, found=repr(value), expected=f"one of {listed}", mend=f"write for example {name}={options[0]!r}"
        )
    return value


def require_columns(frame: pd.DataFrame, name: str, columns: Iterable[str]) -> None:
    """Raise if ``frame`` is not a DataFrame or lacks one of ``columns``.

    Examples
    --------
    >>> import pandas as pd
    >>> require_columns(pd.DataFrame({"revenue": [1.0]}), "accounts", ["revenue"])
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(
            name, found=type(frame).__name__, expected="a pandas DataFrame", mend="pass a table, one row per unit"
        )
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise InputError(
            name,
            found=f"columns {list(frame.columns)}",
            expected=f"a column named {missing[0]!r}" if len(missing) == 1 else f"columns named {missing}",
            mend=f"rename your column, for example {name}.rename(columns={{'your name': {missing[0]!r}}})",
        )


def broadcast(**arrays: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the named arrays in one common shape; raise if their shapes do not fit together.

    Examples
    --------
    >>> broadcast(kept=np.asarray([1.0, 2.0]), at_start=np.asarray(4.0))
    [array([1., 2.]), array([4., 4.])]
    """
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} has shape {array.shape}" for name, array in arrays.items())
        raise InputError(
            ", ".join(arrays),
            found=shapes,
            expected="single numbers or arrays of one common length",
            mend="give the arrays the same length, or pass single numbers",
        ) from None


def random_generator(value: np.random.Generator, name: str = "generator") -> np.random.Generator:
    """Return ``value`` if it is a numpy random generator; raise otherwise, since a result of chance needs its seed.

    Examples
    --------
    >>> random_generator(np.random.default_rng(1983)).random() < 1
    True
    """
    if not isinstance(value, np.random.Generator):
        raise InputError(
            name,
            found=type(value).__name__,
            expected="a numpy random generator",
            mend="pass numpy.random.default_rng(1983), with a seed of your own",
        )
    return value


def plain(array: NDArray[np.float64]) -> Any:
    """Return a float for a single number and the array otherwise, so that scalars in give scalars out.

    Examples
    --------
    >>> plain(np.asarray(2.0)), plain(np.asarray([2.0]))
    (2.0, array([2.]))
    """
    return float(array) if np.ndim(array) == 0 else array
