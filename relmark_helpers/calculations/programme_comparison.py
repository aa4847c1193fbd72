"""Two programmes side by side: who leads, where the lead changes, and whether a formula says so.

The model of a programme is in ``programme_cost``; it is this workbook's own formalisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.programme_cost import Programme, check_programme, programme_path
from relmark_helpers.validation import InputError, choice

__all__ = ["MEASURES", "ClosedForm", "Crossing", "ProgrammeComparison", "compare_programmes"]

MEASURES: Final = (
    "cumulative_profit_discounted",
    "cumulative_profit",
    "cumulative_cost_discounted",
    "cumulative_cost",
)
"""What two programmes can be compared on; columns of ``programme_path``."""

NOISE: Final = 1e-9
"""Differences below this share of all the money that flows are rounding, not a lead."""


@dataclass(frozen=True)
class Crossing:
    """A point at which the lead changes.

    Attributes
    ----------
    year : float
        When. Between two year ends the path is a straight line.
    ahead : str
        Who leads from here: "relational" or "transactional". To lead is to have earned more or, where costs are
        compared, to have spent less.
    level : float
        What both have earned or spent at that point.
    """

    year: float
    ahead: str
    level: float


@dataclass(frozen=True)
class ClosedForm:
    """The crossing as a formula, or the reason why there is none.

    Attributes
    ----------
    year : float or None
        When the two geometric sums are equal, if a formula gives it; None otherwise. The formula reads the sums as
        smooth curves, the path as straight lines between year ends: both give the same year interval, and the same
        point at a year end or where the curves are straight.
    words : str
        The formula with its numbers, or why there is no crossing, or why there is no formula.
    """

    year: float | None
    words: str


@dataclass(frozen=True, eq=False)
class ProgrammeComparison:
    """Two programmes side by side; made by :func:`compare_programmes`.

    Attributes
    ----------
    transactional, relational : Programme
        The two programmes.
    years : int
        Years followed.
    transactional_path, relational_path : pandas.DataFrame
        Their paths, see ``programme_path``.
    """

    transactional: Programme
    relational: Programme
    years: int
    transactional_path: pd.DataFrame = field(repr=False)
    relational_path: pd.DataFrame = field(repr=False)

    def lead(self, measure: str = MEASURES[0]) -> pd.Series[float]:
        """Return how far the relational programme leads at each year end, in money; negative where it is behind.

        To lead is to have earned more or, where ``measure`` is a cost, to have spent less.

        Parameters
        ----------
        measure : str
            One of :data:`MEASURES`.

        Returns
        -------
        pandas.Series
            Indexed by ``year``; exactly 0 where the difference is rounding.

        Raises
        ------
        InputError
            If the measure is not one of the four.
        """
        choice(measure, "measure", MEASURES)
        gap = self.relational_path[measure] - self.transactional_path[measure]
        paths = (self.relational_path, self.transactional_path)
        flows = sum(float(path[["cost", "profit"]].abs().to_numpy().sum()) for path in paths)
        gap = -gap if "cost" in measure else gap
        return gap.where(gap.abs() > NOISE * flows, 0.0).rename("lead")

    def crossings(self, measure: str = MEASURES[0]) -> tuple[Crossing, ...]:
        """Return every point within the years at which the lead changes, the first one first; empty if there is none.

        Parameters
        ----------
        measure : str
            One of :data:`MEASURES`.

        Returns
        -------
        tuple of Crossing
            Exact on the path, which is a straight line between year ends. An equal start is no change of lead, and
            neither are paths that touch and part again.

        Raises
        ------
        InputError
            If the measure is not one of the four.
        """
        lead = self.lead(measure).to_numpy()
        level = self.relational_path[measure].to_numpy()
        decided = np.flatnonzero(lead)
        found = []
        for before, after in zip(decided, decided[1:], strict=False):
            if lead[before] * lead[after] < 0:
                last = after - 1  # one year end before, or the last one at which both are equal
                part = float(lead[last] / (lead[last] - lead[after]))
                leader = "relational" if lead[after] > 0 else "transactional"
                found.append(
                    Crossing(float(last + part), leader, float(level[last] + part * (level[after] - level[last])))
                )
        return tuple(found)

    def closed_form(self, measure: str = MEASURES[0]) -> ClosedForm:
        """Return the crossing as a formula, or the reason why there is none; the years followed do not limit it.

        Parameters
        ----------
        measure : str
            One of :data:`MEASURES`.

        Returns
        -------
        ClosedForm
            With the year or None, and words.

        Raises
        ------
        InputError
            If the measure is not one of the four.

        Notes
        -----
        The geometric sums make each path a constant plus terms in T, v^T and (r v)^T, with v = 1 / (1 + d). So is the
        difference of two paths. With one term left in it nothing crosses. With two left, other than T beside a power,
        the equation is solved by a division or by logarithms, and there is one crossing at most. With more, or with T
        beside a power, there is no elementary formula.
        """
        choice(measure, "measure", MEASURES)
        relational, transactional = _terms(self.relational, measure), _terms(self.transactional, measure)
        if relational is None or transactional is None:
            return ClosedForm(None, "No formula here: nobody is lost and customers are won, so the base never settles.")
        return _solve(relational, transactional)

    def summary(self) -> pd.DataFrame:
        """Return where the lead changes, for the four measures.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``measure``: ``ahead_at_end``, ``crossings`` (on the path), ``closed_form``, all in words.
        """
        rows = []
        for measure in MEASURES:
            points = "; ".join(f"year {each.year:.2f}, {each.ahead} ahead" for each in self.crossings(measure))
            end = self.lead(measure).iloc[-1]
            ahead = "relational" if end > 0 else "transactional" if end < 0 else "neither"
            rows.append((ahead, points or f"none in {self.years} years", self.closed_form(measure).words))
        index = pd.Index(MEASURES, name="measure")
        return pd.DataFrame(rows, columns=["ahead_at_end", "crossings", "closed_form"], index=index)


def compare_programmes(transactional: Programme, relational: Programme, years: int) -> ProgrammeComparison:
    """Return the paths of two programmes and the points at which one overtakes the other.

    Use it to ask when a programme that costs much at first has paid. Judge by profit, discounted. To be cheaper is
    not to be better: a programme that keeps more customers has more of them to serve.

    Parameters
    ----------
    transactional, relational : Programme
        The programmes. The names say which is which; nothing else in the model makes a programme relational.
    years : int
        Years to follow, 1 to 200.

    Returns
    -------
    ProgrammeComparison
        With the paths, ``crossings()``, ``closed_form()``, ``lead()`` and ``summary()``.

    Raises
    ------
    InputError
        If the discount rates differ (a firm has one), or an argument is not what it should be.

    Notes
    -----
    Two programmes can cross more than once: all crossings within the years are found, none after them. Whether the
    inputs are right is another matter, see ``simulate_programmes``.

    Checked against: the formulas, where there are any; the roots of the closed sums, found by bisection.

    Source: this workbook's own formalisation of the cost row in textbook comparisons

    Examples
    --------
    >>> base = {"customers": 1000, "margin": 100, "discount": 0.1, "acquisition_cost": 150}
    >>> transactional = Programme(**base, retention=0.6, won=400)
    >>> relational = Programme(**base, retention=0.75, won=250, setup_cost=60_000, cost_per_customer=10)
    >>> comparison = compare_programmes(transactional, relational, 15)
    >>> [(round(each.year, 2), each.ahead) for each in comparison.crossings()]
    [(6.86, 'relational')]
    >>> comparison.closed_form().words
    'T = ln(0.52) / ln(0.909091) = 6.861'
    """
    first, second = check_programme(transactional, "transactional"), check_programme(relational, "relational")
    if first.discount != second.discount:
        raise InputError(
            "discount",
            found=f"{first.discount:g} and {second.discount:g}",
            expected="the same discount rate in both programmes, since it belongs to the firm",
            mend="make them equal, for example dataclasses.replace(relational, discount=transactional.discount)",
        )
    paths = programme_path(first, years), programme_path(second, years)
    return ProgrammeComparison(first, second, len(paths[0]) - 1, *paths)


_Terms = dict[tuple[float, int], float]  # (base, power of T): coefficient, for coefficient x T^power x base^T


def _terms(programme: Programme, measure: str) -> _Terms | None:
    """Return a cumulative measure as a function of T, or None where it has terms of another kind."""
    p, cost = programme, "cost" in measure
    rate = 1 / (1 + p.discount) if "discounted" in measure else 1.0
    sign = 1.0 if cost else -1.0
    per_customer = p.cost_per_customer if cost else p.margin - p.cost_per_customer
    if p.retention == 1 and p.won > 0 and per_customer:
        return None
    level = p.customers if p.retention == 1 else p.won / (1 - p.retention)
    terms: _Terms = {(1.0, 0): sign * p.setup_cost}
    yearly = sign * (p.fixed_cost + p.acquisition_cost * p.won) + per_customer * level
    for amount, base in ((yearly, rate), (per_customer * (p.customers - level), rate * p.retention)):
        if base == 1:  # the sum over the years is amount x T
            terms[1.0, 1] = terms.get((1.0, 1), 0.0) + amount
        elif base > 0:  # the sum of amount x base^t from t = 1 to T
            limit = amount * base / (1 - base)
            terms[1.0, 0] += limit
            terms[base, 0] = terms.get((base, 0), 0.0) - limit
    return terms


def _solve(relational: _Terms, transactional: _Terms) -> ClosedForm:
    """Return where two sums of terms are equal after the start, if a formula says so."""
    size = sum(abs(amount) for terms in (relational, transactional) for amount in terms.values())
    differences = {key: relational.get(key, 0.0) - transactional.get(key, 0.0) for key in relational | transactional}
    left = sorted(((key, amount) for key, amount in differences.items() if abs(amount) > NOISE * size), reverse=True)
    if not left:
        return ClosedForm(None, "No crossing: the two paths are the same.")
    if len(left) == 1:
        return ClosedForm(None, "No crossing: one programme leads all the time, or from the first year on.")
    linear = any(power for (_, power), _ in left)
    if len(left) > 2 or (linear and left[1][0] != (1.0, 0)):
        return ClosedForm(None, f"No formula: the difference of the paths has {len(left)} terms; read the path.")
    ((base, _), first), ((other, _), second) = left
    if linear:
        year, words = -second / first, f"T = {abs(second):,.10g} / {abs(first):,.10g}"
    elif first * second > 0:
        return ClosedForm(None, "No crossing: the same programme leads at all times.")
    else:
        ratio = -first / second
        year, words = math.log(ratio) / math.log(other / base), f"T = ln({ratio:.6g}) / ln({other / base:.6g})"
    if year <= NOISE:
        return ClosedForm(None, "No crossing after the start.")
    return ClosedForm(year, f"{words} = {year:.3f}")
