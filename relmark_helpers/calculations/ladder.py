"""The ladder of loyalty as a Markov chain in which customers also bring in others, who start at the foot.

The rungs are those of Peck, Payne, Christopher and Clark. Chances, money and referrals per rung are not theirs: no
published transition matrix was found. Rungs read from real behaviour are in
:mod:`relmark_helpers.calculations.ladder_log`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.validation import InputError, choice, number, numbers, shares, whole_number

__all__ = ["LOST", "RUNGS", "Ladder", "teaching_ladder"]

RUNGS: Final = ("prospect", "purchaser", "client", "supporter", "advocate", "partner")
"""Rungs of the ladder from the foot up."""
LOST: Final = "lost"

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ladder:
    """Six rungs, the chance of moving between them or being lost, and the money and referrals of each.

    Use it to ask what each rung is worth and which move pays. Where customers differ in ways that the rungs do not
    show, or where all who could be referred are customers already, it misleads.

    Parameters
    ----------
    transitions : array_like, 7 x 7
        Row i, column j: probability of being in j one period later; the six :data:`RUNGS` and "lost", which is never
        left.
    margin : array_like, one per rung
        Money that a customer brings per period, before the cost of the relationship.
    cost : array_like, one per rung
        Money spent on a customer per period, 0 or more.
    referrals : array_like, one per rung
        New prospects that a customer brings per period, 0 or more; they stand on the lowest rung one period later.
    discount : float
        Discount rate per period, above 0 and below 1; written d.

    Raises
    ------
    InputError
        If the chances are no chain that ends in "lost", or a list does not have one entry per rung.

    Notes
    -----
    This workbook's own formalisation. With P the chances between rungs and b the referrals, the means follow
    M = P + b e', where e' marks the lowest rung: a branching process of several types. It assumes

    - that the next rung depends on the present one only;
    - that referred prospects behave as other prospects do (the published study says they differ, see
      :mod:`relmark_helpers.calculations.referral`);
    - that there is no end to the people who can be referred.

    Source: [peck1999] for the rungs, [pfeifer2000] for customers as a chain

    Examples
    --------
    >>> ladder = teaching_ladder()
    >>> ladder.value().round(1).loc["prospect"].to_dict()
    {'alone': 107.9, 'with_referrals': 119.7}
    """

    transitions: ArrayLike
    margin: ArrayLike
    cost: ArrayLike
    referrals: ArrayLike
    discount: float

    def __post_init__(self) -> None:
        """Check the ladder, and keep copies that cannot be changed."""
        rows: dict[str, Floats] = {}
        for name, value, low in (
            ("margin", self.margin, -np.inf),
            ("cost", self.cost, 0.0),
            ("referrals", self.referrals, 0.0),
        ):
            row = _one_per_rung(value, name, low=low)
            row.setflags(write=False)
            rows[name] = row
        number(
            self.discount,
            "discount",
            low=0,
            high=1,
            low_open=True,
            high_open=True,
            expected="a rate above 0 and below 1 per period",
        )
        reward = np.append(rows["margin"] - rows["cost"], 0.0)
        chain = CustomerChain((*RUNGS, LOST), self.transitions, reward, self.discount)
        if LOST not in chain.absorbing:
            raise InputError(
                "transitions",
                found="a way back from 'lost'",
                expected="a last row with 1 in the last place: those who return are newly won",
                mend="write [0, 0, 0, 0, 0, 0, 1] as the last row",
            )
        for field, kept in (*rows.items(), ("transitions", chain.matrix), ("discount", chain.discount)):
            object.__setattr__(self, field, kept)
        object.__setattr__(self, "_chain", chain)

    @property
    def chain(self) -> CustomerChain:
        """The ladder without referrals, as a chain of six rungs and "lost"."""
        return self._chain  # type: ignore[attr-defined, no-any-return]

    @cached_property
    def mean_matrix(self) -> Floats:
        """Rung i, rung j: expected number on rung j one period later for one customer on i; written M."""
        mean = self.chain.matrix[:-1, :-1].copy()
        mean[:, 0] += np.asarray(self.referrals)
        mean.setflags(write=False)
        return mean

    @cached_property
    def growth(self) -> float:
        """Rate at which the customers multiply without new prospects, dominant eigenvalue of M less 1; below 0: fade.

        >>> round(teaching_ladder().growth, 3)
        -0.017
        """
        return float(np.abs(np.linalg.eigvals(self.mean_matrix)).max()) - 1.0

    @cached_property
    def referred_by_one(self) -> float:
        """Prospects whom one prospect brings in until lost, expected; above 1 the customers multiply by themselves.

        The first entry of (I - P)^-1 b, written k. Below 1, one prospect won means 1 / (1 - k) in the end.

        >>> round(teaching_ladder().referred_by_one, 3)
        0.604
        """
        step = self.chain.matrix[:-1, :-1]
        if np.abs(np.linalg.eigvals(step)).max() > 1 - 1e-9:
            raise InputError(
                "transitions",
                found="a rung from which nobody is ever lost",
                expected="some loss: else a customer refers without end",
                mend="give each rung, or one it leads to, a chance of being lost",
            )
        return float(np.linalg.solve(np.eye(len(RUNGS)) - step, np.asarray(self.referrals))[0])

    def value(self) -> pd.DataFrame:
        """Return what a customer on each rung is worth, alone and with all who are brought in by referral.

        Indexed by ``rung``: ``alone``, ``with_referrals``; present value without end, the money of this period
        included. Value with referrals credits those who will be brought in, and those whom they bring, to the one who
        refers. Summed over all who are there on one day, it counts each future newcomer once; do not add the newcomers'
        own value to it later, or they count twice. Raises where customers multiply at the discount rate or faster.

        V = (I - M / (1 + d))^-1 R.
        """
        alone = self.chain.value().to_numpy()[:-1]
        return pd.DataFrame({"alone": alone, "with_referrals": self._values}, index=pd.Index(RUNGS, name="rung"))

    def long_run_shares(self) -> pd.Series[float]:
        """Return the share on each rung in the long run, if the same number of prospects is found each period.

        Where customers fade without new ones, the shares of e'(I - M)^-1; where they multiply, the dominant left
        eigenvector of M. Rungs that no prospect ever reaches are left out of M. How many are found makes no difference.

        >>> teaching_ladder().long_run_shares().round(2).to_list()
        [0.26, 0.11, 0.19, 0.16, 0.14, 0.14]
        """
        reached = np.arange(len(RUNGS)) == 0
        for _ in RUNGS:
            reached = reached | (self.mean_matrix[reached] > 0).any(axis=0)
        mean = self.mean_matrix[np.ix_(reached, reached)]
        largest = float(np.abs(np.linalg.eigvals(mean)).max())
        rate = 1.0 if largest < 1 - 1e-9 else largest + 1e-11  # just above it only its vector counts
        found = np.linalg.solve(rate * np.eye(len(mean)) - mean.T, np.eye(len(mean))[0])
        base = np.zeros(len(RUNGS))
        base[reached] = found / found.sum()
        return pd.Series(base, index=pd.Index(RUNGS, name="rung"), name="share")

    def project(self, prospects: float, periods: int, *, start: ArrayLike | None = None) -> pd.DataFrame:
        """Return the expected number on each rung in periods 0 to ``periods``, with so many new prospects each period.

        ``start`` is the number on each rung in period 0; left out, the first new prospects.

        >>> teaching_ladder().project(100, 2)["prospect"].round(1).to_list()
        [100.0, 130.0, 139.0]
        >>> teaching_ladder().project(0, 1, start=[200, 80, 90, 40, 30, 10])["prospect"].round(1).to_list()
        [200.0, 76.0]
        """
        won = number(prospects, "prospects", low=0, expected="prospects won per period, 0 or more")
        entry = won * np.eye(len(RUNGS))[0]
        rows = [entry]
        if start is not None:
            rows = [_one_per_rung(start, "start", low=0.0)]
        for _ in range(whole_number(periods, "periods", low=1, high=10_000)):
            rows.append(rows[-1] @ self.mean_matrix + entry)
        return pd.DataFrame(rows, index=pd.RangeIndex(len(rows), name="period"), columns=pd.Index(RUNGS, name="rung"))

    def time_to(self, rung: str) -> pd.DataFrame:
        """Return the chance of ever standing on a rung, and how long it takes those who do, by present rung.

        Indexed by ``rung``: ``chance``; ``periods``, the expected number until the first time, among those who get
        there (missing where nobody does). Never quote the time without the chance: few get there, and the quick ones.

        With Q the chances between the other rungs and N = (I - Q)^-1, chance h = N q and periods (N h) / h.

        Source: [kemeny1960]

        >>> teaching_ladder().time_to("advocate").round(2).iloc[0].to_dict()
        {'chance': 0.11, 'periods': 9.76}
        """
        choice(rung, "rung", RUNGS)
        target = RUNGS.index(rung)
        step = self.chain.matrix[:-1, :-1]
        leads = np.arange(len(RUNGS)) == target
        for _ in RUNGS:
            leads = leads | (step[:, leads] > 0).any(axis=1)
        others = np.flatnonzero(leads & (np.arange(len(RUNGS)) != target))
        visits = np.linalg.inv(np.eye(others.size) - step[np.ix_(others, others)])
        chance, periods = np.zeros(len(RUNGS)), np.full(len(RUNGS), np.nan)
        chance[others] = visits @ step[others, target]
        periods[others] = (visits @ chance[others]) / chance[others]
        chance[target], periods[target] = 1.0, 0.0
        return pd.DataFrame({"chance": chance, "periods": periods}, index=pd.Index(RUNGS, name="rung"))

    def value_slopes(self, start: str = RUNGS[0], *, taken_from: str = LOST) -> pd.DataFrame:
        """Return how the value with referrals of a customer on ``start`` reacts to each chance.

        Entry i, j: change per unit of probability moved, in row i, from ``taken_from`` to j; multiply by 0.01 for one
        point. Exact for small moves only: g N[start, i] (V[j] - V[taken_from]), g = 1 / (1 + d), N = (I - g M)^-1.

        Checked against: differences of the value at nearby chances; without referrals,
        :meth:`~relmark_helpers.calculations.customer_chain.CustomerChain.sensitivity`.
        """
        at = RUNGS.index(choice(start, "start", RUNGS))
        value = np.append(self._values, 0.0)
        gap = value - value[self.chain.states.index(choice(taken_from, "taken_from", self.chain.states))]
        return self._table(self._weights[at][:, None] / (1 + self.discount) * gap)

    def levers(self) -> pd.DataFrame:
        """Return what one more point on each rung is worth: in money for a new prospect, and in growth.

        Indexed by ``rung``. Three levers: ``climb``, one in a hundred more of those on the rung go one rung up rather
        than stay; ``keep``, one in a hundred fewer are lost, and stay; ``refer``, one more prospect per hundred
        customers. Each as ``..._value`` (money, value with referrals of a prospect) and ``..._growth`` (rate). What a
        point costs to get is not in it. Where those who climb would otherwise be lost, a point is worth more than
        ``climb`` says, climb and keep together, and the order of the rungs may change: see :meth:`value_slopes`.

        >>> teaching_ladder().levers()[["climb_value", "keep_value", "refer_value"]].round(2).loc["purchaser"].to_list()
        [0.98, 1.76, 0.62]
        """
        left, right = self._vectors
        value, worth = np.append(self._values, 0.0), np.append(right, 0.0)
        weight = self._weights[0] / (1 + self.discount)
        here, top = np.arange(len(RUNGS)), len(RUNGS) - 1
        table: dict[str, Floats] = {}
        for name, reach, per in (("value", value, weight), ("growth", worth, left)):
            climb = 0.01 * per * (reach[here + 1] - reach[here])
            table[f"climb_{name}"] = np.where(here == top, np.nan, climb)
            table[f"keep_{name}"] = 0.01 * per * reach[here]
            table[f"refer_{name}"] = 0.01 * per * reach[0]
        return pd.DataFrame(table, index=pd.Index(RUNGS, name="rung"))

    @cached_property
    def _weights(self) -> Floats:
        return np.asarray(np.linalg.inv(np.eye(len(RUNGS)) - self.mean_matrix / (1 + self.discount)), dtype=float)

    @cached_property
    def _values(self) -> Floats:
        if self.growth >= self.discount:
            raise InputError(
                "referrals",
                found=f"growth of {self.growth:.3g} a period at a discount rate of {self.discount:.3g}",
                expected="growth below the discount rate: else the value with referrals has no end",
                mend="use fewer referrals (nobody's friends are without end), or read chain.value() and project()",
            )
        return np.asarray(self._weights @ np.asarray(self.chain.reward)[:-1])

    @cached_property
    def _vectors(self) -> tuple[Floats, Floats]:
        """Return the left and right eigenvector of the dominant eigenvalue, without signs and of inner product 1."""
        found, alike = [], 0
        for matrix in (self.mean_matrix.T, self.mean_matrix):
            values, vectors = np.linalg.eig(matrix)
            top = int(np.argmax(np.real(values)))
            found.append(np.abs(np.real(vectors[:, top])))
            alike = int((np.abs(values - values[top]) < 1e-7).sum())
        left, right = found
        both = float(left @ right)
        smooth = alike == 1 and both > 1e-9  # a double root has no derivative
        return left, right / both if smooth else np.full_like(right, np.nan)

    def _table(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(RUNGS, name="from"), columns=pd.Index(self.chain.states, name="to"))


def _one_per_rung(values: ArrayLike, name: str, *, low: float) -> Floats:
    row = numbers(values, name, low=low, expected="one number per rung" + ("" if low else ", 0 or more")).copy()
    if row.shape != (len(RUNGS),):
        raise InputError(
            name,
            found=f"values of shape {row.shape}",
            expected=f"{len(RUNGS)} values, one per rung",
            mend=f"list them in the order {', '.join(RUNGS)}",
        )
    return np.asarray(row, dtype=float)


_LOSS: Final = np.array([0.40, 0.25, 0.12, 0.08, 0.06, 0.05])
_CLIMB: Final = np.array([0.50, 0.60, 0.25, 0.20, 0.10, 0.0])  # of those not lost
_SLIP: Final = np.array([0.0, 0.0, 0.0, 0.10, 0.10, 0.05])  # of those not lost; who bought twice stays a client
_MARGIN: Final = np.array([0.0, 40.0, 90.0, 100.0, 110.0, 160.0])
_COST: Final = np.array([5.0, 10.0, 15.0, 15.0, 20.0, 40.0])
_REFERRALS: Final = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0])


def teaching_ladder(
    *, climb: float = 1.0, loss: float = 1.0, referrals: float = 0.4, margin: float = 1.0, discount: float = 0.1
) -> Ladder:
    """Return a ladder with invented numbers, made for teaching; a period is a year.

    Use it to learn how the parts hang together. It is no evidence about any company: no published transition matrix
    was found, so chances, money and referrals are made up.

    Parameters
    ----------
    climb : float
        Factor on the chance of going one rung up, for those not lost; 0 to 1.5.
    loss : float
        Factor on the chance of being lost; 0 to 1.8.
    referrals : float
        Prospects that an advocate, and a partner, brings in per year; those below bring none.
    margin : float
        Factor on the margins, 0 or more.
    discount : float
        Discount rate per year, above 0 and below 1.

    Returns
    -------
    Ladder

    Raises
    ------
    InputError
        If a factor is outside its range.

    Examples
    --------
    >>> teaching_ladder().chain.power(1).loc["purchaser"].round(2).to_list()
    [0.0, 0.3, 0.45, 0.0, 0.0, 0.0, 0.25]
    """
    faster = number(climb, "climb", low=0, high=1.5, expected="a factor from 0 to 1.5")
    leaving = shares(number(loss, "loss", low=0, high=1.8, expected="a factor from 0 to 1.8") * _LOSS, "loss")
    brought = number(referrals, "referrals", low=0, expected="prospects per year, 0 or more")
    dearer = number(margin, "margin", low=0, expected="a factor, 0 or more")
    kept = 1 - leaving
    up, down = kept * faster * _CLIMB, kept * _SLIP
    matrix = np.zeros((len(RUNGS) + 1, len(RUNGS) + 1))
    at = np.arange(len(RUNGS))
    matrix[at, at] = kept - up - down
    matrix[at[:-1], at[1:]] = up[:-1]
    matrix[at[1:], at[:-1]] = down[1:]
    matrix[at, -1] = leaving
    matrix[-1, -1] = 1.0
    return Ladder(matrix, dearer * _MARGIN, _COST, brought * _REFERRALS, discount)
