"""Customer chains estimated from a log of customers' states, with intervals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from relmark_helpers.calculations.chain_models import compare_stopping
from relmark_helpers.calculations.customer_chain import CustomerChain, present_value
from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    choice,
    number,
    numbers,
    random_generator,
    require_columns,
    whole_number,
)

__all__ = ["ChainEstimate", "estimate_chain"]

_FEW: Final = 30  # departures from a state; a rule of thumb, below which probabilities are rough

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ChainEstimate:
    """Transition probabilities estimated from a log, with their precision; made by :func:`estimate_chain`.

    Attributes
    ----------
    states : tuple of str
        Names of the states, in order.
    counts : pandas.DataFrame
        Transitions seen, from (rows) and to (columns).
    probabilities : pandas.DataFrame
        Counts divided by the sum of their row: the estimates of maximum likelihood.
    by_customer : numpy.ndarray
        Transitions of each customer, customers x states x states.
    final : tuple of str
        States declared never to be left; their transitions are not counted.

    Source: [anderson1957]

    Examples
    --------
    >>> log = pd.DataFrame({"customer": [1, 1, 1, 2, 2], "period": [0, 1, 2, 0, 1], "state": list("aabab")})
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # few transitions
    ...     estimate = estimate_chain(log, final=["b"])
    >>> estimate.probabilities.loc["a"].round(2).to_dict()
    {'a': 0.33, 'b': 0.67}
    """

    states: tuple[str, ...]
    counts: pd.DataFrame
    probabilities: pd.DataFrame
    by_customer: Floats = field(repr=False)
    final: tuple[str, ...] = ()

    @property
    def n_customers(self) -> int:
        """Customers in the log."""
        return len(self.by_customer)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the transitions out of each state with Wilson limits at 1 - ``alpha`` confidence.

        Indexed by ``from`` and ``to``: ``count``, ``departures`` (of the row), ``probability``, ``low``, ``high``. Each
        interval stands alone: the limits of a row do not sum to 1. They take transitions as independent, given the
        state; where customers differ they are too narrow. States declared final are left out.

        Checked against: statsmodels' ``proportion_confint``.

        Source: [wilson1927]
        """
        z = -float(special.ndtri(_open_share(alpha, "alpha") / 2))
        counts = self.counts.drop(index=list(self.final))
        table = counts.stack().rename("count").to_frame()
        n = counts.sum(axis=1).reindex(table.index, level="from")
        p = table["count"] / n
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        reach = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return table.assign(
            departures=n, probability=p, low=(middle - reach).clip(lower=0.0), high=(middle + reach).clip(upper=1.0)
        )

    def chain(self, reward: ArrayLike, discount: float) -> CustomerChain:
        """Return the estimated chain with this reward per state, in the order of ``states``, and this discount."""
        return CustomerChain(self.states, self.probabilities.to_numpy(), reward, discount)

    def bootstrap_value(
        self,
        reward: ArrayLike,
        discount: float,
        generator: np.random.Generator,
        *,
        repetitions: int = 1000,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Return the value by state with limits from drawing customers, not transitions, with replacement.

        Use it for the precision of a value. A customer's whole history is drawn at once, so that limits hold also where
        customers differ. They do not cover a wrong choice of states, or rewards that are not known exactly.

        Parameters
        ----------
        reward : array_like, one per state
            As for :class:`~relmark_helpers.calculations.customer_chain.CustomerChain`.
        discount : float
            Discount rate per period, above 0 and below 1.
        generator : numpy.random.Generator
            Source of chance.
        repetitions : int
            Samples drawn, 100 or more.
        level : float
            Confidence of the limits, above 0 and below 1.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``state``: ``value`` (of the estimate), ``std err``, ``low``, ``high`` (percentiles).

        Checked against: simulations from a known chain, whose value the limits cover.

        Source: [efron1979]
        """
        number(discount, "discount", low=0, low_open=True, expected="a rate above 0 for the bootstrap")
        chain = self.chain(reward, discount)
        miss = (1 - _open_share(level, "level")) / 2
        stack = self._resample(generator, repetitions)
        draws = present_value(stack, np.asarray(chain.reward), chain.discount)
        low, high = np.quantile(draws, [miss, 1 - miss], axis=0)
        table = pd.DataFrame({"value": chain.value(), "std err": draws.std(axis=0, ddof=1)})
        return table.assign(low=low, high=high)

    def bootstrap_stopping(
        self,
        reward: ArrayLike,
        discount: float,
        generator: np.random.Generator,
        *,
        cost: ArrayLike,
        repetitions: int = 200,
    ) -> pd.Series[float]:
        """Return in which share of the samples of customers each stopping point is the best.

        Use it before you act on :func:`~relmark_helpers.calculations.chain_models.compare_stopping` of an estimated
        chain: where two points share the samples, the log does not tell which is better. A share is no probability
        that the point is the best.

        Source: [efron1979]
        """
        stack = self._resample(generator, repetitions)
        best = [
            compare_stopping(CustomerChain(self.states, drawn, reward, discount), cost=cost).best for drawn in stack
        ]
        index = pd.Index([*self.states[:-1], "never"], name="stop_from")
        return pd.Series(best).value_counts(normalize=True).reindex(index, fill_value=0.0).rename("share")

    def _resample(self, generator: np.random.Generator, repetitions: int) -> Floats:
        """Return transition probabilities of samples of customers; a state nobody left in a sample keeps its row."""
        source = random_generator(generator)
        n, k = self.n_customers, len(self.states)
        flat = self.by_customer.reshape(n, -1)
        drawn = [
            np.bincount((n * source.random(n)).astype(int), minlength=n) @ flat
            for _ in range(whole_number(repetitions, "repetitions", low=100, high=100_000))
        ]
        counts = np.reshape(drawn, (-1, k, k))
        total = counts.sum(axis=2, keepdims=True)
        known = self.probabilities.to_numpy()
        return np.asarray(np.where(total > 0, counts / np.maximum(total, 1), known))


def estimate_chain(
    log: pd.DataFrame, *, states: Sequence[str] | None = None, final: Sequence[str] = ()
) -> ChainEstimate:
    """Return transition probabilities between states, estimated from a log of customers' states.

    Use it on a log in which each customer has a state in each period. For a log of purchases make the states with
    :func:`~relmark_helpers.calculations.customer_logs.recency_log` first. Periods must be of one length.

    Parameters
    ----------
    log : pandas.DataFrame
        One row per customer and period: ``customer``, ``period`` (whole numbers), ``state`` (text).
    states : sequence of str, optional
        All states in order, such as the order of recency; sorted by name if left out.
    final : sequence of str
        States that are never left, such as "lost": their row is set, whether or not the log follows the lost.

    Returns
    -------
    ChainEstimate

    Raises
    ------
    InputError
        If a column is missing; a customer has two rows in one period; a state is not among ``states``; or no
        transition out of a state is seen that is not declared final.

    Warns
    -----
    StatisticalWarning
        If fewer than 30 transitions out of a state are seen (a rule of thumb); if customers have gaps, or return out of
        a final state: these transitions are not counted.

    Notes
    -----
    Counts from i to j divided by counts from i. Assumes that the next state depends on the present one only, and that
    probabilities are the same for all customers and periods.

    Checked against: simulations from a known chain.

    Source: [anderson1957]

    Examples
    --------
    >>> from relmark_helpers.calculations.chain_models import recency_chain
    >>> from relmark_helpers.calculations.customer_logs import simulate_customers
    >>> chain = recency_chain([0.3, 0.2], margin=40, cost=4, discount=0.2)
    >>> log = simulate_customers(chain, 2000, 6, np.random.default_rng(2000))
    >>> estimate = estimate_chain(log, states=chain.states, final=["former customer"])
    >>> estimate.probabilities.loc["recency 1"].round(2).to_list()
    [0.3, 0.7, 0.0]
    """
    require_columns(log, "log", ["customer", "period", "state"])
    names = sorted(log["state"].unique()) if states is None else list(states)
    if len(names) < 2 or len(set(names)) < len(names):
        raise InputError(
            "states",
            found=f"{names}",
            expected="two states or more, all different",
            mend="list every state once, in order",
        )
    for state in [*log["state"].unique(), *final]:
        choice(state, "state", names)
    table = _sorted_log(log)
    customer, known = table["customer"].factorize()
    code = table["state"].map({name: at for at, name in enumerate(names)}).to_numpy()
    same = customer[1:] == customer[:-1]
    gap = np.diff(table["period"].to_numpy()) != 1
    ended = np.isin(code[:-1], [names.index(name) for name in final])
    returns, gaps = same & ended & (code[1:] != code[:-1]), same & ~ended & gap
    if returns.any():
        _warn(f"{int(returns.sum())} returns out of final states are not counted: those who return are newly won.")
    if gaps.any():
        _warn(f"{int(gaps.sum())} transitions over a gap of more than one period are not counted.")
    used = same & ~ended & ~gap
    by_customer = np.zeros((len(known), len(names), len(names)))
    np.add.at(by_customer, (customer[:-1][used], code[:-1][used], code[1:][used]), 1)
    counts = by_customer.sum(axis=0)
    departures = counts.sum(axis=1)
    _check_departures({name: left for name, left in zip(names, departures, strict=True) if name not in final})
    shares = counts / np.maximum(departures, 1)[:, None]
    for name in final:
        shares[names.index(name)] = np.equal(names, name)
    rows, columns = pd.Index(names, name="from"), pd.Index(names, name="to")
    return ChainEstimate(
        states=tuple(names),
        counts=pd.DataFrame(counts.astype(int), index=rows, columns=columns),
        probabilities=pd.DataFrame(shares, index=rows, columns=columns),
        by_customer=by_customer,
        final=tuple(final),
    )


def _sorted_log(log: pd.DataFrame) -> pd.DataFrame:
    """Return the log in order of customer and period; raise if a period is not whole or a customer twice in one."""
    period = numbers(log["period"].to_numpy(), "period", expected="whole numbers that count periods")
    if (period != np.floor(period)).any():
        raise InputError(
            "period", found="numbers that are not whole", expected="whole numbers", mend="count periods 0, 1, 2, ..."
        )
    table = log.assign(period=period).sort_values(["customer", "period"], kind="stable", ignore_index=True)
    twice = table.duplicated(["customer", "period"])
    if twice.any():
        row = table.loc[twice.idxmax()]
        raise InputError(
            "log",
            found=f"customer {row['customer']!r} twice in period {row['period']:g} ({int(twice.sum())} such rows)",
            expected="one state per customer and period",
            mend="keep one row, for example log.drop_duplicates(['customer', 'period'], keep='last')",
        )
    return table


def _check_departures(departures: dict[str, float]) -> None:
    few = []
    for name, left in departures.items():
        if left == 0:
            raise InputError(
                "log",
                found=f"no transition out of {name!r}",
                expected="at least one for every state that can be left",
                mend=f"declare it as final=[{name!r}] if customers never leave it, or observe longer",
            )
        if left < _FEW:
            few.append(f"{name} ({left:.0f})")
    if few:
        _warn(f"fewer than {_FEW} transitions (a rule of thumb) out of {', '.join(few)}: probabilities are rough.")


def _open_share(value: float, name: str) -> float:
    return number(
        value,
        name,
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        expected="a share above 0 and below 1",
        mend="divide percentages by 100, so that 95 per cent is 0.95",
    )


def _warn(message: str) -> None:
    warnings.warn(message, StatisticalWarning, stacklevel=3)
