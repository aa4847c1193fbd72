"""Cost over time: what a transactional and a relational programme cost and earn, and when one overtakes the other.

A row of the textbook comparison says that transactional marketing costs little at first and much later, and
relational marketing the reverse. It comes without formula or figures. The model here is this workbook's own
formalisation of that row.

Time base: one year. Order of events in it: (1) the share 1 - r of the customers at its start is lost; (2) customers are
won and their acquisition cost is paid; (3) every customer now active brings the margin and costs the yearly cost. All
money of a year falls due at its end; the set-up cost is paid now, at the end of year 0, when nothing else happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, number, numbers, shares, whole_number

__all__ = ["Programme", "programme_path"]

_SHARES: Final = {"retention": False, "discount": True}  # whether 1 itself is left out


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What a marketing programme costs and brings; the same in every year.

    Use it to put numbers to a way of marketing. Do not use it where retention rises with the length of a
    relationship or costs rise with the number won: it has one rate and one price for all.

    Parameters
    ----------
    customers : number
        Customers now, 0 or more; what it cost to win them is past and not counted. Written N(0).
    retention : number
        Share of customers kept from year to year, 0 to 1. Written r.
    margin : number
        Money an active customer brings per year, before the costs named here, 0 or more. Written m.
    discount : number
        Discount rate per year, from 0 to below 1. Written d.
    won : number
        Customers won per year, 0 or more. Written A.
    acquisition_cost : number
        Money to win one customer, 0 or more. Written a.
    setup_cost : number
        Money paid now, once, 0 or more. Written S.
    cost_per_customer : number
        Money the programme costs per active customer and year, 0 or more. Written c.
    fixed_cost : number
        Money the programme costs per year, however many customers there are, 0 or more. Written F.

    Raises
    ------
    InputError
        If a number is outside its range.

    Source: this workbook's own formalisation; customers develop as in the leaky bucket [peck1999]

    Examples
    --------
    >>> Programme(customers=1000, retention=0.8, margin=100, discount=0.1).setup_cost
    0.0
    """

    customers: float
    retention: float
    margin: float
    discount: float
    won: float = 0.0
    acquisition_cost: float = 0.0
    setup_cost: float = 0.0
    cost_per_customer: float = 0.0
    fixed_cost: float = 0.0

    def __post_init__(self) -> None:
        for name in INPUTS:
            check_input(getattr(self, name), name)
            object.__setattr__(self, name, number(getattr(self, name), name))


INPUTS: Final = tuple(entry.name for entry in fields(Programme))
"""Names of a programme's inputs."""


def check_input(value: ArrayLike, name: str, shown: str = "") -> NDArray[np.float64]:
    """Return values of the input ``name`` of a programme as an array; raise if one is outside its range.

    ``shown`` is the name for the message, where it is not ``name``.

    Examples
    --------
    >>> check_input(0.8, "retention")
    array(0.8)
    """
    if name in _SHARES:
        return shares(value, shown or name, high_open=_SHARES[name])
    return numbers(value, shown or name, low=0, expected="a number of 0 or more", mend="pass an amount of 0 or more")


def check_programme(value: Programme, name: str) -> Programme:
    """Return ``value`` if it is a programme; raise otherwise.

    Examples
    --------
    >>> check_programme(Programme(customers=1, retention=1, margin=1, discount=0), "programme").margin
    1.0
    """
    if not isinstance(value, Programme):
        raise InputError(
            name,
            found=type(value).__name__,
            expected="a Programme",
            mend="make one, for example Programme(customers=1000, retention=0.8, margin=100, discount=0.1)",
        )
    return value


def accumulate(inputs: Mapping[str, ArrayLike], years: int) -> dict[str, NDArray[np.float64]]:
    """Return the columns of :func:`programme_path` as arrays, for one programme or for many at once.

    Use it inside calculations that need thousands of paths; for one programme use :func:`programme_path`.

    Parameters
    ----------
    inputs : mapping
        The inputs of :class:`Programme` by name, each a number or an array of one common length.
    years : int
        Years to follow.

    Returns
    -------
    dict
        Arrays with one row per year 0 to ``years`` and one column per programme (none for single numbers).
    """
    arrays = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in inputs.values()))
    given = dict(zip(inputs, arrays, strict=True))
    shape = given["customers"].shape
    customers, lost, won, cost = (np.zeros((years + 1, *shape)) for _ in range(4))
    customers[0], cost[0] = given["customers"], given["setup_cost"]
    for year in range(1, years + 1):
        lost[year] = (1 - given["retention"]) * customers[year - 1]
        won[year] = given["won"]
        customers[year] = given["retention"] * customers[year - 1] + given["won"]
    yearly = given["fixed_cost"] + given["acquisition_cost"] * given["won"]
    cost[1:] = yearly + given["cost_per_customer"] * customers[1:]
    revenue = given["margin"] * customers
    revenue[0] = 0
    worth = (1 + given["discount"]) ** -np.arange(years + 1.0).reshape(-1, *(1 for _ in shape))
    profit = revenue - cost
    return {
        "customers": customers,
        "lost": lost,
        "won": won,
        "cost": cost,
        "profit": profit,
        "cumulative_cost": cost.cumsum(axis=0),
        "cumulative_profit": profit.cumsum(axis=0),
        "cumulative_cost_discounted": (cost * worth).cumsum(axis=0),
        "cumulative_profit_discounted": (profit * worth).cumsum(axis=0),
    }


def programme_path(programme: Programme, years: int) -> pd.DataFrame:
    """Return what a programme costs and earns year by year, and added up to each year.

    Use it to see when the money flows. Do not read it as a forecast: every rate and price stays as it is.

    Parameters
    ----------
    programme : Programme
        The programme.
    years : int
        Years to follow, 1 to 200.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``year`` 0 to ``years``: ``customers`` (at the end of the year), ``lost``, ``won``, ``cost`` and
        ``profit`` (of the year), and added up from year 0: ``cumulative_cost``, ``cumulative_profit``,
        ``cumulative_cost_discounted``, ``cumulative_profit_discounted`` (worth now).

    Raises
    ------
    InputError
        If ``programme`` is not a programme or ``years`` not a whole number from 1 to 200.

    Notes
    -----
    N(t) = r N(t - 1) + A; cost of year t: F + a A + c N(t), of year 0: S; profit of year t: m N(t) - cost; worth now:
    divided by (1 + d)^t. See the head of the module for the order of events. Customers are expected numbers.

    Checked against: geometric sums of N(t) = N* + r^t (N(0) - N*) with N* = A / (1 - r); without customers won, the
    lifetime value with the first margin "if_retained".

    Source: this workbook's own formalisation; customers develop as in the leaky bucket [peck1999]

    Examples
    --------
    >>> path = programme_path(Programme(customers=100, retention=0.5, margin=10, discount=0.1, setup_cost=600), 2)
    >>> path[["customers", "cost", "profit", "cumulative_profit", "cumulative_profit_discounted"]].round(2)
          customers   cost  profit  cumulative_profit  cumulative_profit_discounted
    year
    0         100.0  600.0  -600.0             -600.0                       -600.00
    1          50.0    0.0   500.0             -100.0                       -145.45
    2          25.0    0.0   250.0              150.0                         61.16
    """
    end = whole_number(years, "years", low=1, high=200)
    columns = accumulate(asdict(check_programme(programme, "programme")), end)
    return pd.DataFrame(columns, index=pd.RangeIndex(end + 1, name="year"))
