"""Logs of customers' states: made from a log of purchases, or simulated from a known chain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from relmark_helpers.calculations.chain_models import recency_names
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.validation import InputError, numbers, random_generator, require_columns, whole_number

__all__ = ["recency_log", "simulate_customers"]


def recency_log(purchases: pd.DataFrame, *, recencies: int, last_period: int) -> pd.DataFrame:
    """Return each customer's recency in each period from the first purchase on, made from a log of purchases.

    Use it to turn purchases into the states of
    :func:`~relmark_helpers.calculations.chain_models.recency_chain`. A customer is followed until becoming a former
    customer for one period; one who buys again after that starts anew at recency 1.

    Parameters
    ----------
    purchases : pandas.DataFrame
        One row per purchase: ``customer``, ``period`` (whole numbers). Several purchases in a period count once.
    recencies : int
        Recencies told apart, 1 or more; after as many periods without a purchase a customer is a former one.
    last_period : int
        Last period that was observed for all customers.

    Returns
    -------
    pandas.DataFrame
        ``customer``, ``period``, ``state``. Former customers are not followed, so estimate the chain with
        ``final=["former customer"]``.

    Raises
    ------
    InputError
        If a column is missing, a period is not a whole number, or a purchase lies after ``last_period``.

    Source: [pfeifer2000]

    Examples
    --------
    >>> recency_log(pd.DataFrame({"customer": ["a", "a"], "period": [0, 2]}), recencies=2, last_period=5)
      customer  period            state
    0        a       0        recency 1
    1        a       1        recency 2
    2        a       2        recency 1
    3        a       3        recency 2
    4        a       4  former customer
    """
    require_columns(purchases, "purchases", ["customer", "period"])
    names = recency_names(recencies)
    low = purchases["period"].min() if len(purchases) else 0
    last = whole_number(last_period, "last_period", low=int(low))
    period = numbers(purchases["period"].to_numpy(), "period", high=last, expected=f"whole numbers up to {last}")
    if (period != np.floor(period)).any():
        raise InputError(
            "period", found="numbers that are not whole", expected="whole numbers", mend="count periods from 0"
        )
    rows: list[tuple[object, int, str]] = []
    for customer, bought in purchases.assign(period=period.astype(int)).groupby("customer", sort=True)["period"]:
        times = sorted(set(bought))
        for this, following in zip(times, [*times[1:], last + 1], strict=True):
            end = min(following, this + len(names))
            rows += [(customer, at, names[at - this]) for at in range(this, min(end, last + 1))]
    return pd.DataFrame(rows, columns=["customer", "period", "state"])


def simulate_customers(chain: CustomerChain, n: int, periods: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return a simulated log of customers who move by a known chain, all of them in its first state in period 0.

    Use it to learn what an estimate can recover. It is no evidence about real customers.

    Parameters
    ----------
    chain : CustomerChain
        The truth.
    n : int
        Customers, 1 or more.
    periods : int
        Periods after period 0, 1 or more.
    generator : numpy.random.Generator
        Source of chance.

    Returns
    -------
    pandas.DataFrame
        ``customer``, ``period`` (0 to ``periods``), ``state``; one row per customer and period.

    Source: [pfeifer2000]

    Examples
    --------
    >>> from relmark_helpers.calculations.chain_models import retention_chain
    >>> chain = retention_chain(1.0, margin=1, discount=0.1, convention="now")
    >>> simulate_customers(chain, 1, 2, np.random.default_rng(1))["state"].to_list()
    ['customer', 'customer', 'customer']
    """
    size, end = whole_number(n, "n", low=1), whole_number(periods, "periods", low=1)
    draws = random_generator(generator).random((end, size))
    cumulative = chain.matrix.cumsum(axis=1)[:, :-1]
    path = [np.zeros(size, dtype=int)]
    for draw in draws:
        path.append((draw[:, None] >= cumulative[path[-1]]).sum(axis=1))
    return pd.DataFrame(
        {
            "customer": np.tile(np.arange(1, size + 1), end + 1),
            "period": np.repeat(np.arange(end + 1), size),
            "state": np.array(chain.states)[np.concatenate(path)],
        }
    ).sort_values(["customer", "period"], ignore_index=True)
