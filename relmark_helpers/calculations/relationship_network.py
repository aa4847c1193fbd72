"""Gummesson's thirty relationships as a checklist to score, and a company's own relationships as a network.

The data set ``relationship_groups`` has the four groups and how many of the thirty stand in each. The thirty names are
in the book; they are not repeated here, as no copy was at hand to check them against. Readers write in the parties that
they have. Chains of relationships through third parties are the reason to draw a network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from relmark_helpers.calculations.checklist import score_checklist
from relmark_helpers.validation import InputError, choice, numbers, require_columns, whole_number

__all__ = ["RelationshipNetwork", "read_network", "relationship_checklist", "score_groups"]


def relationship_checklist(groups: pd.DataFrame) -> pd.DataFrame:
    """Return a checklist with a line for each of the thirty relationships, for the reader to fill in.

    Use it with the book beside you: write into ``pitfall`` the party you have there, into ``weight`` how much it
    matters (0 where you have no such relationship), into ``answer`` yes, no or unknown. Then
    :func:`~relmark_helpers.calculations.checklist.score_checklist` lists what to mend; :func:`score_groups` sums up.

    Parameters
    ----------
    groups : pandas.DataFrame
        The data set ``relationship_groups``: ``group``, ``first`` and ``last`` number, ``side``, ``advice``.

    Returns
    -------
    pandas.DataFrame
        One row per relationship: ``number``, ``group``, ``side``, and the columns of ``score_checklist``: ``pitfall``,
        ``question``, ``pitfall_answer`` ("no"), ``weight`` (1), ``advice``, ``answer`` ("unknown").

    Raises
    ------
    InputError
        If a column is missing, or the numbers do not run through from 1.

    Source: [gummesson1999]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> blank = relationship_checklist(load_dataset("relationship_groups"))
    >>> blank["group"].value_counts(sort=False).to_list(), blank["pitfall"].iloc[3]
    ([3, 14, 6, 7], 'R4')
    """
    require_columns(groups, "groups", ["group", "first", "last", "side", "advice"])
    rows: list[dict[str, object]] = []
    for group in groups.to_dict("records"):
        first = whole_number(group["first"], "groups['first']", low=1)
        if first != len(rows) + 1:
            raise InputError(
                "groups['first']",
                found=f"{first} after {len(rows)} relationships",
                expected="numbers that run through from 1",
                mend="let each group begin where the one before ends",
            )
        for at in range(first, whole_number(group["last"], "groups['last']", low=first) + 1):
            rows.append(
                {
                    "number": at,
                    "group": str(group["group"]),
                    "side": str(group["side"]),
                    "pitfall": f"R{at}",
                    "question": "Does this relationship get the care that its weight asks for?",
                    "pitfall_answer": "no",
                    "weight": 1,
                    "advice": str(group["advice"]),
                    "answer": "unknown",
                }
            )
    return pd.DataFrame(rows)


def score_groups(checklist: pd.DataFrame) -> pd.DataFrame:
    """Return for each group of relationships how much of its weight is neglected, cared for, or not known.

    Use it to see where a company looks and where it does not: many unknowns outside the market are a finding too. The
    weights are the reader's, so a share compares nobody with anybody else.

    Parameters
    ----------
    checklist : pandas.DataFrame
        From :func:`relationship_checklist`, filled in.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``group`` in the order of the checklist, "all" last: ``relationships`` (with a weight above 0),
        ``weight``, ``neglected``, ``cared_for``, ``unknown`` (weights), ``low`` and ``high``: the share neglected if
        none and if all of the unknown are.

    Raises
    ------
    InputError
        As in ``score_checklist``; groups without any weight have no share.

    Notes
    -----
    ``low`` and ``high`` are no confidence limits: they show what the unknown answers could change.

    Source: [gummesson1999] for the groups; the score is this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> blank = relationship_checklist(load_dataset("relationship_groups"))
    >>> filled = blank.assign(answer=["yes"] * 17 + ["no"] * 3 + ["unknown"] * 10)
    >>> score_groups(filled)[["neglected", "unknown", "low", "high"]].round(2)
                    neglected  unknown  low  high
    group
    classic market        0.0      0.0  0.0  0.00
    special market        0.0      0.0  0.0  0.00
    mega                  3.0      3.0  0.5  1.00
    nano                  0.0      7.0  0.0  1.00
    all                   3.0     10.0  0.1  0.43
    """
    require_columns(checklist, "checklist", ["group"])
    score_checklist(checklist)
    rows = {}
    parts = [*checklist.groupby(checklist["group"].astype("str"), sort=False), ("all", checklist)]
    for name, part in parts:
        if not part["weight"].sum() > 0:
            rows[name] = [0, 0.0, 0.0, 0.0, 0.0, np.nan, np.nan]
            continue
        score = score_checklist(part)
        found, clear, unknown = (float(t["weight"].sum()) for t in (score.found, score.clear, score.unknown))
        counted = int((part["weight"] > 0).sum())
        rows[name] = [counted, found + clear + unknown, found, clear, unknown, *score.share_range]
    columns = ["relationships", "weight", "neglected", "cared_for", "unknown", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("group")


@dataclass(frozen=True, eq=False)
class RelationshipNetwork:
    """A company among the parties to which it is tied, straight or through others; made by :func:`read_network`.

    Attributes
    ----------
    company : str
        The company at the centre.
    ties : pandas.DataFrame
        One row per tie: ``one``, ``other``, ``group``, ``strength``.
    parties : pandas.DataFrame
        Indexed by ``party``, those who matter most to the whole first: ``ties``, ``steps`` (from the company; 1 is a
        straight tie), ``cut_off`` (parties that could not be reached any more if this one fell away), ``weakest`` (the
        strength of the weakest tie on the best path from the company).
    """

    company: str
    ties: pd.DataFrame = field(repr=False)
    parties: pd.DataFrame = field(repr=False)

    @property
    def brokers(self) -> list[str]:
        """Parties through whom others hang on, the most important first."""
        return list(self.parties.index[self.parties["cut_off"] > 0])


def read_network(ties: pd.DataFrame, *, company: str) -> RelationshipNetwork:
    """Return a company's network: how far each party is, and which party others hang on.

    Use it to find third parties without whom others cannot be reached. It knows the ties that were written down, no
    others: a party that looks like the only way may not be.

    Parameters
    ----------
    ties : pandas.DataFrame
        One row per tie: ``one`` and ``other`` (names), ``group`` (of the thirty relationships), ``strength`` (a
        judgement, above 0).
    company : str
        The name of the company in the table.

    Returns
    -------
    RelationshipNetwork

    Raises
    ------
    InputError
        If a column is missing, a name is empty, a tie is there twice or ties a party to itself, the company has no
        tie, or a party cannot be reached from it.

    Notes
    -----
    Ties count in both directions. ``weakest`` is the largest strength that a chain of ties from the company can
    keep up, a chain being as strong as its weakest tie.

    Checked against: networkx' shortest paths and articulation points.

    Source: [gummesson1999] for a company as part of a network; the numbers are this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> network = read_network(load_dataset("bakery_ties"), company="bakery")
    >>> network.parties.head(2)
                ties  steps  cut_off  weakest
    party
    wholesaler     4      1        3      7.0
    regulars       3      1        1      9.0
    """
    require_columns(ties, "ties", ["one", "other", "group", "strength"])
    strength = numbers(
        ties["strength"].to_numpy(), "ties['strength']", low=0, low_open=True, expected="a strength above 0"
    )
    table = ties[["one", "other", "group"]].astype("str").assign(strength=strength).reset_index(drop=True)
    graph: dict[str, dict[str, float]] = {}
    for one, other, power in zip(table["one"], table["other"], strength, strict=True):
        if not one.strip() or not other.strip() or one == other or other in graph.get(one, {}):
            raise InputError(
                "ties",
                found=f"a tie of {one!r} and {other!r}" + (" twice" if other in graph.get(one, {}) else ""),
                expected="each tie once, between two different parties with names",
                mend="correct or leave out that row",
            )
        graph.setdefault(one, {})[other] = power
        graph.setdefault(other, {})[one] = power
    choice(company, "company", graph)
    steps = _steps(graph, company)
    missing = [party for party in graph if party not in steps]
    if missing:
        raise InputError(
            "ties",
            found=f"no way from {company!r} to {missing[0]!r} ({len(missing)} such parties)",
            expected="a network in one piece",
            mend="add the tie that joins them, or leave them out",
        )
    best = _best_chain(graph, company)
    others = [party for party in graph if party != company]
    rows = pd.DataFrame(
        {
            "ties": [len(graph[party]) for party in others],
            "steps": [steps[party] for party in others],
            "cut_off": [len(others) - len(_steps(graph, company, without=party)) for party in others],
            "weakest": [best[party] for party in others],
        },
        index=pd.Index(others, name="party"),
    )
    order = rows.sort_values(["cut_off", "ties"], ascending=False, kind="stable")
    return RelationshipNetwork(company, table, order)


def _steps(graph: Mapping[str, Iterable[str]], start: str, *, without: str | None = None) -> dict[str, int]:
    """Return the steps from the start to every party that can be reached, the start included."""
    steps, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for party in graph[here]:
            if party != without and party not in steps:
                steps[party] = steps[here] + 1
                queue.append(party)
    return steps


def _best_chain(graph: Mapping[str, Mapping[str, float]], start: str) -> dict[str, float]:
    """Return for every party the largest strength that a chain from the start keeps up."""
    best = {start: float("inf")}
    open_ends = dict(graph[start])
    while open_ends:
        party = max(open_ends, key=lambda name: open_ends[name])
        best[party] = open_ends.pop(party)
        for other, power in graph[party].items():
            if other not in best:
                open_ends[other] = max(open_ends.get(other, 0.0), min(power, best[party]))
    return best
