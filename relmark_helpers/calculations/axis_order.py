"""Why the area of a spidergram says nothing: in another order of the axes the same scores enclose another area."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, number, numbers

__all__ = ["AxisOrders", "polygon_areas"]

_MOST = 9  # 20,160 orders

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AxisOrders:
    """Areas of one polygon under every order of its axes; made by :func:`polygon_areas`.

    Attributes
    ----------
    values : pandas.Series
        The score of each axis, in the order given.
    centre : float
        Score at the centre of the picture.
    areas : numpy.ndarray
        Area under each order, first the one given; orders that are turned or mirrored count once.
    positions : numpy.ndarray
        The orders, as positions of the axes: orders x axes.
    """

    values: pd.Series[float]
    centre: float
    areas: Floats = field(repr=False)
    positions: NDArray[np.intp] = field(repr=False)

    @property
    def chosen(self) -> float:
        """Area in the order given."""
        return float(self.areas[0])

    @property
    def smallest(self) -> pd.Series[float]:
        """The scores in an order with the smallest area."""
        return self.values.iloc[self.positions[self._first(self.areas.min())]]

    @property
    def largest(self) -> pd.Series[float]:
        """The scores in an order with the largest area."""
        return self.values.iloc[self.positions[self._first(self.areas.max())]]

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest area."""
        return float(self.areas.min()), float(self.areas.max())

    def summary(self) -> pd.DataFrame:
        """Return the areas of three orders: ``area``, ``of_chosen`` (1 is the area of the order given), ``axes``."""
        rows = {"smallest": self.smallest, "chosen": self.values, "largest": self.largest}
        areas = [self.range[0], self.chosen, self.range[1]]
        return pd.DataFrame(
            {
                "area": areas,
                "of_chosen": [area / self.chosen if self.chosen else np.nan for area in areas],
                "axes": [", ".join(map(str, one.index)) for one in rows.values()],
            },
            index=pd.Index(rows, name="order"),
        )

    def _first(self, area: float) -> int:
        return int(np.flatnonzero(np.isclose(self.areas, area, rtol=1e-12, atol=0))[0])


def polygon_areas(values: pd.Series[float], *, centre: float = 0.0) -> AxisOrders:
    """Return the area of a spidergram's polygon for every order of its axes.

    Use it to show that area must not be compared: the order of the axes is arbitrary, and so is the score at the
    centre. Compare axis by axis instead.

    Parameters
    ----------
    values : pandas.Series
        Score of each axis by name, in the order of the picture; 3 to 9 axes.
    centre : number
        Score that stands at the centre; no score may be below it.

    Returns
    -------
    AxisOrders

    Raises
    ------
    InputError
        If there are too few or too many axes, names occur twice, or a score is below the centre.

    Notes
    -----
    Area = sin(2 pi / n) / 2 times the sum of products of neighbouring scores, each less the centre. There are
    (n - 1)! / 2 orders that differ by more than turning and mirroring: 360 for seven axes. The largest area has the
    highest scores side by side. The sum of the scores is the same in every order.

    Checked against: the shoelace formula on the corners; all n! orders for five axes.

    Source: this workbook's own formalisation; the diagram: [peck1999]

    Examples
    --------
    >>> orders = polygon_areas(pd.Series({"a": 10, "b": 2, "c": 10, "d": 2}))
    >>> orders.summary()[["area", "axes"]]
              area        axes
    order
    smallest  40.0  a, b, c, d
    chosen    40.0  a, b, c, d
    largest   72.0  a, b, d, c
    """
    if not isinstance(values, pd.Series) or not 3 <= len(values) <= _MOST or values.index.has_duplicates:
        raise InputError(
            "values",
            found=f"{len(values)} axes" if isinstance(values, Sequence | pd.Series) else type(values).__name__,
            expected=f"a pandas Series of 3 to {_MOST} axes with different names",
            mend="take means by market, such as scores.table['present']",
        )
    middle = number(centre, "centre")
    radii = (
        numbers(values.to_numpy(), "values", low=middle, expected=f"scores not below the centre, {middle:g}") - middle
    )
    positions = _orders(len(values))
    around = radii[positions]
    areas = np.sin(2 * np.pi / len(values)) / 2 * (around * np.roll(around, -1, axis=1)).sum(axis=1)
    return AxisOrders(values.astype(float), middle, areas, positions)


@cache
def _orders(n: int) -> NDArray[np.intp]:
    """Return the orders of n axes that differ by more than turning and mirroring, the given one first."""
    rest = [order for order in itertools.permutations(range(1, n)) if order[0] < order[-1]]
    orders = np.array([(0, *order) for order in rest], dtype=np.intp)
    orders.setflags(write=False)
    return orders
