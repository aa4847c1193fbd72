"""The two kinds of customer as Markov chains: always-a-share and lost-for-good; and the point to stop investing.

An always-a-share customer buys from several suppliers, pauses, and returns; a lost-for-good customer who has left does
not return (Jackson). Dwyer pairs the first with a migration model and the second with a retention model. Pfeifer and
Carraway's Markov chain holds both: :func:`recency_chain` builds the first, :func:`retention_chain` the second.

Source: [jackson1985], [dwyer1989], [pfeifer2000]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.calculations.lifetime_value import CONVENTIONS
from relmark_helpers.validation import InputError, choice, number, shares, whole_number

__all__ = [
    "FORMER",
    "StoppingComparison",
    "compare_stopping",
    "recency_chain",
    "recency_names",
    "retention_chain",
]

FORMER = "former customer"
"""Name of the last state of :func:`recency_chain`."""


@dataclass(frozen=True, eq=False)
class StoppingComparison:
    """A chain valued with investment stopped from each state on, and never; made by :func:`compare_stopping`.

    Attributes
    ----------
    chain : CustomerChain
        The chain without stopping.
    values : pandas.DataFrame
        Value by state (columns), indexed by ``stop_from``: each state but the last in turn, and "never".
    best : str
        The row with the highest value of a customer in the first state.
    lead : float
        By how much that value is above the next best: a small lead is no firm ground in estimated chains.
    """

    chain: CustomerChain
    values: pd.DataFrame
    best: str
    lead: float


def compare_stopping(chain: CustomerChain, *, cost: ArrayLike) -> StoppingComparison:
    """Return what a customer is worth if investment stops from each state on, and the best point to stop.

    Use it where states are in order of recency, and money is spent per period to bring the customer back. It compares
    stopping points only: mailing in some late state again after a pause is not looked at.

    Parameters
    ----------
    chain : CustomerChain
        With investment in every state; its last state is never left.
    cost : number, or one per state
        Money invested per period in a customer in each state, which the rewards already take off; written M.

    Returns
    -------
    StoppingComparison

    Raises
    ------
    InputError
        If the last state can be left, or a cost is below 0.

    Notes
    -----
    The best row is the best for a customer in the first state. Equal values count for the earlier stop.

    Checked against: Pfeifer and Carraway's example (stop at recency 4: 53.149; at recency 3: 51.574; never: 52.320;
    recomputed from inputs seen), and dynamic programming over mailing or not in every state.

    Source: [pfeifer2000]

    Examples
    --------
    >>> chain = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
    >>> compare_stopping(chain, cost=4).values["recency 1"].round(3).to_dict()
    {'recency 1': 40.0, 'recency 2': 48.0, 'recency 3': 51.574, 'recency 4': 53.149, 'never': 52.32}
    """
    rows = {state: chain.stopped_from(state, cost=cost).value() for state in chain.states[:-1]}
    values = pd.DataFrame([*rows.values(), chain.value()], index=pd.Index([*rows, "never"], name="stop_from"))
    first = values.iloc[:, 0]
    ranked = first.sort_values(ascending=False, kind="stable")
    return StoppingComparison(chain, values, str(ranked.index[0]), float(ranked.iloc[0] - ranked.iloc[1]))


def recency_chain(response_probabilities: ArrayLike, *, margin: float, cost: float, discount: float) -> CustomerChain:
    """Return the chain of an always-a-share customer: recency grows with each period without a purchase.

    Use it for customers who buy when they like, such as those of a catalogue, and who get a mailing every period. A
    customer who does not buy in the last recency is a former customer for good; one who came back later would be
    counted as newly won.

    Parameters
    ----------
    response_probabilities : array_like, one-dimensional
        Probability of buying in a period at recency 1 (bought last period), 2, ...; written p1, p2, ...
    margin : number
        Money that a purchase leaves; written NC.
    cost : number
        Money spent on a customer per period until the last recency, 0 or more; written M.
    discount : number
        Discount rate per period, from 0 to below 1; written d.

    Returns
    -------
    CustomerChain
        States "recency 1", "recency 2", ..., "former customer". Rewards margin - cost, -cost, ..., -cost, 0.

    Raises
    ------
    InputError
        If a probability is outside 0 to 1, the cost is below 0, or the discount outside its range.

    Checked against: see :meth:`CustomerChain.value`, and a three-state variant for :meth:`CustomerChain.power`.

    Source: [pfeifer2000]

    Examples
    --------
    >>> recency_chain([0.3, 0.2], margin=40, cost=4, discount=0.2).power(1)
    to               recency 1  recency 2  former customer
    from
    recency 1              0.3        0.7              0.0
    recency 2              0.2        0.0              0.8
    former customer        0.0        0.0              1.0
    """
    p = shares(response_probabilities, "response_probabilities")
    if p.ndim != 1 or p.size == 0:
        raise InputError(
            "response_probabilities",
            found=f"values of shape {p.shape}",
            expected="a list with one probability per recency",
            mend="pass for example [0.3, 0.2, 0.15, 0.05]",
        )
    profit = number(margin, "margin", expected="money per purchase, one number")
    spent = number(cost, "cost", low=0, expected="money per period, 0 or more")
    matrix = np.zeros((p.size + 1, p.size + 1))
    matrix[np.arange(p.size), np.arange(p.size) + 1] = 1 - p
    matrix[:-1, 0] += p
    matrix[-1, -1] = 1.0
    reward = np.append(np.full(p.size, -spent), 0.0)
    reward[0] += profit
    return CustomerChain(recency_names(p.size), matrix, reward, discount)


def recency_names(n: int) -> tuple[str, ...]:
    """Return the names of ``n`` recencies and the state of former customers.

    >>> recency_names(2)
    ('recency 1', 'recency 2', 'former customer')
    """
    return (*(f"recency {at}" for at in range(1, whole_number(n, "n", low=1) + 1)), FORMER)


def retention_chain(retention: float, *, margin: float, discount: float, convention: str) -> CustomerChain:
    """Return the chain of a lost-for-good customer: kept with one probability, and once lost never back.

    Use it for customers under contract. Its value is the lifetime value of the retention model.

    Parameters
    ----------
    retention : number
        Share kept per period, 0 to 1; written r.
    margin : number
        Money a retained customer leaves per period; written m.
    discount : number
        Discount rate per period, from 0 to below 1; written d.
    convention : {"now", "if_retained", "next_period"}
        When the first margin is received and whether it is certain, as for
        :func:`~relmark_helpers.calculations.lifetime_value.lifetime_value`.

    Returns
    -------
    CustomerChain
        States "customer" and "lost".

    Raises
    ------
    InputError
        If a rate is outside its range, or the convention is not one of the three.

    Notes
    -----
    The reward of the state "customer" is m ("now"), m r / (1 + d) ("if_retained": the margin of the next period, if
    retained) or m / (1 + d) ("next_period"). Assumes one retention rate for all customers and all time.

    Checked against: :func:`~relmark_helpers.calculations.lifetime_value.lifetime_value` under all three conventions.

    Source: [pfeifer2000], [dwyer1989] for the distinction

    Examples
    --------
    >>> retention_chain(0.8, margin=100, discount=0.1, convention="now").value().round(2).to_dict()
    {'customer': 366.67, 'lost': 0.0}
    """
    choice(convention, "convention", CONVENTIONS)
    r = float(shares(number(retention, "retention"), "retention"))
    m = number(margin, "margin", expected="money per period, one number")
    d = number(discount, "discount", low=0, high=1, high_open=True, expected="a rate from 0 to below 1 per period")
    reward = {"now": m, "if_retained": m * r / (1 + d), "next_period": m / (1 + d)}[convention]
    return CustomerChain(("customer", "lost"), [[r, 1 - r], [0.0, 1.0]], [reward, 0.0], d)
