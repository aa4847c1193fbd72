"""Customers as a Markov chain: what a customer is worth who may pause and come back, or who is lost for good.

The two kinds of customer are built in :mod:`relmark_helpers.calculations.chain_models`, and a chain is estimated from a
log in :mod:`relmark_helpers.calculations.chain_estimates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import InputError, choice, number, numbers, shares, whole_number

__all__ = ["CustomerChain", "present_value"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CustomerChain:
    """States that a customer can be in, the chance of moving between them, and the money each brings.

    Use it where a customer's next state depends on the present one and not on how it was reached. Where customers
    differ in ways that the states do not show, it misleads.

    Parameters
    ----------
    states : sequence of str
        Names of the states, all different.
    transitions : array_like, states x states
        Row i, column j: probability that a customer in state i is in state j one period later; written P.
    reward : array_like, one per state
        Money at the time a customer is in the state, below 0 where it costs; written R.
    discount : float
        Discount rate per period, from 0 to below 1; written d.

    Raises
    ------
    InputError
        If names repeat, the table is not square, an entry is not a probability, a row does not sum to 1 (the message
        names the row), or the rewards do not fit the states.

    Notes
    -----
    Time is counted in periods from 0. The reward of the present state is received at once, in period 0.

    Source: [pfeifer2000]

    Examples
    --------
    >>> chain = CustomerChain(["buyer", "lost"], [[0.8, 0.2], [0, 1]], reward=[100, 0], discount=0.1)
    >>> chain.value().round(2).to_dict()
    {'buyer': 366.67, 'lost': 0.0}
    """

    states: Sequence[str]
    transitions: ArrayLike
    reward: ArrayLike
    discount: float

    def __post_init__(self) -> None:
        """Check the chain, and keep copies that cannot be changed."""
        names = tuple(self.states) if not isinstance(self.states, str) else (self.states,)
        if len(names) < 2 or len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
            raise InputError(
                "states",
                found=f"{list(names)}",
                expected="two names or more, all different",
                mend="give each state a name of its own, for example ['buyer', 'lost']",
            )
        matrix = shares(np.asarray(self.transitions), "transitions").copy()
        if matrix.shape != (len(names), len(names)):
            raise InputError(
                "transitions",
                found=f"a table of shape {matrix.shape}",
                expected=f"{len(names)} rows and {len(names)} columns, one for each state",
                mend="give every state a row with the probabilities of all states, 0 where it cannot be reached",
            )
        for name, total in zip(names, matrix.sum(axis=1), strict=True):
            if abs(total - 1) > 1e-9:
                raise InputError(
                    "transitions",
                    found=f"a sum of {total:g} in the row of {name!r}",
                    expected="a sum of 1: a customer must be in some state in the next period",
                    mend="add the missing probability, often that of being lost, or divide the row by its sum",
                )
        money = numbers(self.reward, "reward", expected="money per state", mend="correct that entry").copy()
        if money.shape != (len(names),):
            raise InputError(
                "reward",
                found=f"values of shape {money.shape}",
                expected=f"{len(names)} values, one for each state",
                mend="list the money of each state in the order of the states, 0 where there is none",
            )
        matrix.setflags(write=False)
        money.setflags(write=False)
        rate = number(
            self.discount,
            "discount",
            low=0,
            high=1,
            high_open=True,
            expected="a rate from 0 to below 1 per period",
            mend="divide percentages by 100, so that 10 per cent is 0.10",
        )
        for field, value in (("states", names), ("transitions", matrix), ("reward", money), ("discount", rate)):
            object.__setattr__(self, field, value)

    @property
    def matrix(self) -> Floats:
        """The probabilities as an array that cannot be changed; :meth:`power` gives them with names."""
        return np.asarray(self.transitions)

    @property
    def absorbing(self) -> tuple[str, ...]:
        """States that are never left."""
        return tuple(name for name, stays in zip(self.states, np.diag(self.matrix) == 1, strict=True) if stays)

    def value(self) -> pd.Series[float]:
        """Return the present value of all money expected from a customer, by present state, without end.

        V = (I - P / (1 + d))^-1 R, found by solving the equations. At discount 0 it is :meth:`undiscounted_value`.

        Checked against: Pfeifer and Carraway's example, 52.320, 5.554, 1.251, -1.820, 0 (inputs seen, values
        recomputed; that the paper prints them is from memory).

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2).value().round(3).to_list()
        [52.32, 5.554, 1.251, -1.82, 0.0]
        """
        if self.discount == 0:
            return self.undiscounted_value()
        return self._by_state(present_value(self.matrix, np.asarray(self.reward), self.discount), "value")

    def value_horizon(self, periods: int) -> pd.Series[float]:
        """Return the present value of the money of periods 0 to ``periods``, by present state.

        The sum of [P / (1 + d)]^t R over t = 0, ..., T: T = 4 adds up five periods. Leaving out t = 0 is the usual
        mistake.

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> chain = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
        >>> chain.value_horizon(4).round(3).to_list()
        [50.115, 4.22, 0.592, -1.98, 0.0]
        """
        term = total = np.asarray(self.reward)
        for _ in range(whole_number(periods, "periods", low=0, high=100_000)):
            term = self.matrix @ term / (1 + self.discount)
            total = total + term
        return self._by_state(total, "value")

    def undiscounted_value(self) -> pd.Series[float]:
        """Return the money expected until a customer is lost, by present state, without discount.

        The expected visits to each state times its reward. Raises where a customer is never lost from some state, or
        where a state that is never left brings money: the sum would have no end.

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> chain = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
        >>> round(float(chain.undiscounted_value().iloc[0]), 2)
        64.25
        """
        for name, money in zip(self.states, np.asarray(self.reward), strict=True):
            if name in self.absorbing and money != 0:
                raise InputError(
                    "reward",
                    found=f"{money:g} for ever in the state {name!r}",
                    expected="0 in a state that is never left: else the undiscounted value has no end",
                    mend="use a discount above 0, or value_horizon for a limited number of periods",
                )
        visits = self.expected_visits()
        reward = pd.Series(np.asarray(self.reward), index=list(self.states))
        return self._by_state((visits @ reward[visits.columns]).reindex(reward.index, fill_value=0.0), "value")

    def power(self, periods: int) -> pd.DataFrame:
        """Return the probabilities of moving between states in ``periods`` periods, P to that power.

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> recency_chain([0.3, 0.2, 0.05], margin=40, cost=4, discount=0.2).power(4).round(4).iloc[0].to_list()
        [0.0823, 0.0973, 0.1288, 0.6916]
        """
        matrix = np.linalg.matrix_power(self.matrix, whole_number(periods, "periods", low=0, high=100_000))
        return pd.DataFrame(matrix, index=self._index("from"), columns=self._index("to"))

    def occupancy(self, start: str, periods: int) -> pd.DataFrame:
        """Return the share of customers in each state in periods 0 to ``periods``, all of them in ``start`` at first.

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> recency_chain([0.5], margin=1, cost=0, discount=0).occupancy("recency 1", 2)["recency 1"].to_list()
        [1.0, 0.5, 0.25]
        """
        choice(start, "start", self.states)
        rows = [np.equal(self.states, start).astype(float)]
        for _ in range(whole_number(periods, "periods", low=1, high=100_000)):
            rows.append(rows[-1] @ self.matrix)
        return pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="period"), columns=self._index("state"))

    def expected_visits(self) -> pd.DataFrame:
        """Return how many periods a customer is expected to spend in each state before being lost for good.

        Rows: present state; columns: state visited, the present period included; states that are never left are
        left out. The fundamental matrix (I - Q)^-1, with Q the probabilities between the other states. Raises where a
        state leads to no state that is never left.

        Source: [kemeny1960]

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> recency_chain([0.5], margin=1, cost=0, discount=0).expected_visits().to_numpy()
        array([[2.]])
        """
        final = np.diag(self.matrix) == 1
        reach = final.copy()
        for _ in self.states:
            reach = reach | (self.matrix[:, reach] > 0).any(axis=1)
        if not reach.all():
            stuck = [name for name, ends in zip(self.states, reach, strict=True) if not ends]
            raise InputError(
                "transitions",
                found=f"no way from {stuck[0]!r} to a state that is never left ({len(stuck)} such states)",
                expected="that every customer is lost at last: else visits have no end",
                mend="add a state such as 'lost' with probability 1 of staying in it, or use value with a discount",
            )
        inner = np.flatnonzero(~final)
        names = [self.states[int(at)] for at in inner]
        visits = np.linalg.inv(np.eye(inner.size) - self.matrix[np.ix_(inner, inner)])
        return pd.DataFrame(visits, index=pd.Index(names, name="from"), columns=pd.Index(names, name="to"))

    def sensitivity(self, start: str, *, taken_from: str) -> pd.DataFrame:
        """Return how the value of a customer in ``start`` reacts to each transition probability.

        Entry i, j: change of the value per unit of probability moved, in row i, from the state ``taken_from`` to state
        j; multiply by 0.01 for one point. Exact for small moves only, at a discount above 0. The derivative is
        g N[start, i] (V[j] - V[taken_from]) with g = 1 / (1 + d) and N = (I - g P)^-1.

        Checked against: differences of the value at nearby probabilities.

        >>> from relmark_helpers.calculations.chain_models import retention_chain
        >>> chain = retention_chain(0.8, margin=100, discount=0.1, convention="now")
        >>> round(float(chain.sensitivity("customer", taken_from="lost").loc["customer", "customer"]), 2)
        1222.22
        """
        choice(start, "start", self.states)
        choice(taken_from, "taken_from", self.states)
        number(self.discount, "discount", low=0, low_open=True, expected="a rate above 0 for this derivative")
        kept = 1 / (1 + self.discount)
        value = self.value()
        weight = np.linalg.inv(np.eye(len(self.states)) - kept * self.matrix)[self.states.index(start)]
        gain = kept * np.outer(weight, value - value[taken_from])
        return pd.DataFrame(gain, index=self._index("from"), columns=self._index("to"))

    def stopped_from(self, state: str, *, cost: ArrayLike) -> CustomerChain:
        """Return the chain if nothing is invested in a customer from ``state`` on, in the order of the states.

        In ``state`` and all after it the customer goes to the last state for certain, and the cost is saved: with the
        reward margin - cost of a state in which the customer has just bought, the margin remains.

        Parameters
        ----------
        state : str
            First state without investment.
        cost : number, or one per state
            Money invested in a customer in each state, which the reward already takes off; written M.

        >>> from relmark_helpers.calculations.chain_models import recency_chain
        >>> chain = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
        >>> chain.stopped_from("recency 4", cost=4).value().round(3).to_list()
        [53.149, 6.621, 2.644, 0.0, 0.0]
        """
        choice(state, "state", self.states)
        last = len(self.states) - 1
        if self.states[last] not in self.absorbing:
            raise InputError(
                "states",
                found=f"{self.states[last]!r} in the last place, which customers leave again",
                expected="a last state that is never left: there go those in whom nothing is invested",
                mend="put the state of lost customers last; if some return, count them as newly won",
            )
        at = self.states.index(state)
        matrix, reward = self.matrix.copy(), np.array(self.reward, dtype=float)
        matrix[at:last] = np.arange(last + 1) == last
        saved = numbers(cost, "cost", low=0, expected="money per state, 0 or more", mend="correct that entry")
        try:
            saved = np.broadcast_to(saved, reward.shape)
        except ValueError:
            raise InputError(
                "cost",
                found=f"values of shape {saved.shape}",
                expected=f"one number, or one for each of {last + 1} states",
                mend="pass one number",
            ) from None
        reward[at:last] += saved[at:last]
        return CustomerChain(self.states, matrix, reward, self.discount)

    def _index(self, name: str) -> pd.Index[str]:
        return pd.Index(self.states, name=name)

    def _by_state(self, values: ArrayLike, name: str) -> pd.Series[float]:
        return pd.Series(np.asarray(values), index=self._index("state"), name=name)


def present_value(transitions: Floats, reward: Floats, discount: float) -> Floats:
    """Return (I - P / (1 + d))^-1 R for one chain or a stack of chains, unchecked; d must be above 0.

    >>> present_value(np.array([[0.8, 0.2], [0, 1]]), np.array([100.0, 0]), 0.1).round(2)
    array([366.67,   0.  ])
    """
    equations = np.eye(reward.size) - transitions / (1 + discount)
    return np.asarray(np.linalg.solve(equations, np.broadcast_to(reward[:, None], (*equations.shape[:-1], 1)))[..., 0])
