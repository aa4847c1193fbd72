"""True and spurious relationships: nine cells from the kind of trust and the strength of commitment.

The idea is Liljander and Roos's. The table of nine cells is the one printed in lecture notes on their article; the
article itself was not compared. The kinds of trust come from Lewicki and Bunker (from memory, unverified). Cuts, the
rule for the kind of trust, and the rule for open cells are this workbook's own formalisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.validation import InputError, choice, number

__all__ = [
    "COMMITMENTS",
    "NINE_CELLS",
    "SCORES",
    "TEACHING_CUTS",
    "TRUST_KINDS",
    "CustomerPlace",
    "RelationshipCuts",
    "place_customer",
    "relationship_kind",
]

TRUST_KINDS: Final = ("calculus", "knowledge", "identification")
"""Kinds of trust, each said to build on the one before it."""
COMMITMENTS: Final = ("high", "mid", "low")
SCORES: Final = (*TRUST_KINDS, "commitment", "benefits")
"""What a customer must be scored on."""
NINE_CELLS: Final = MappingProxyType(
    {
        ("high", "calculus"): "spurious",
        ("high", "knowledge"): "true",
        ("high", "identification"): "true",
        ("mid", "calculus"): "spurious",
        ("mid", "knowledge"): "spurious or true",
        ("mid", "identification"): "spurious or true",
        ("low", "calculus"): "spurious",
        ("low", "knowledge"): "spurious",
        ("low", "identification"): "spurious",
    }
)
"""Kind of relationship by (commitment, kind of trust), as in the lecture notes."""
OUTCOMES: Final = ("true", "spurious", "undecided", "outside the table", "not answered")

_TOUCH = 1e-9  # a score this far below a cut counts as on it: 0.1 + 0.2 is not quite 0.3 in a computer

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RelationshipCuts:
    """Scores from which on trust is there, commitment is middling or high, and benefits are high.

    A score on a cut counts as above it. No source gives cuts: they are this workbook's own choice, for scales from 1 to
    7. See ``vary_cuts`` for what depends on them.

    Raises
    ------
    InputError
        If a cut is not a number, or commitment is high from a lower score on than it is middling.
    """

    trust: float = 4.5
    mid_commitment: float = 3.0
    high_commitment: float = 5.0
    benefits: float = 4.0

    def __post_init__(self) -> None:
        """Check the cuts."""
        for name in ("trust", "mid_commitment", "high_commitment", "benefits"):
            number(getattr(self, name), name)
        if self.high_commitment < self.mid_commitment:
            raise InputError(
                "high_commitment",
                found=f"{self.high_commitment:g}, below mid_commitment {self.mid_commitment:g}",
                expected="a cut no lower than that",
                mend="swap the two cuts",
            )


TEACHING_CUTS: Final = RelationshipCuts()
"""The cuts used in lessons. Invented."""


@dataclass(frozen=True, eq=False)
class CustomerPlace:
    """Where one customer belongs, and how sure that is; made by :func:`place_customer`.

    Attributes
    ----------
    scores, errors : pandas.Series
        The scores and their standard errors, indexed by :data:`SCORES`.
    commitment, trust : str
        The cell by the scores; ``trust`` is "none" where no kind reaches its cut.
    kind : str
        "true", "spurious", "undecided" (an open cell, benefits unknown), "outside the table" (no kind of trust) or
        "not answered".
    cells : pandas.DataFrame
        Probability of each cell: rows ``commitment``, columns ``trust``. The rest to 1 lies outside the table.
    kinds : pandas.Series
        Probability of "true", "spurious", "undecided" and "outside the table".
    cuts : RelationshipCuts
    sure : float
        Probability below which the customer is called borderline.
    """

    scores: pd.Series[float]
    errors: pd.Series[float]
    commitment: str
    trust: str
    kind: str
    cells: pd.DataFrame = field(repr=False)
    kinds: pd.Series[float] = field(repr=False)
    cuts: RelationshipCuts = field(repr=False)
    sure: float = field(repr=False)

    @property
    def probability(self) -> float:
        """Probability that the kind of relationship is the one that the scores show."""
        return float(self.kinds[self.kind]) if self.kind in self.kinds.index else float("nan")

    @property
    def borderline(self) -> bool:
        """Whether measurement error leaves another kind of relationship more than just possible."""
        return not self.probability >= self.sure


def relationship_kind(commitment: str, trust: str, benefits: str | None = None) -> str:
    """Return what the table of nine cells says of a relationship: true or spurious.

    Use it to read the table. For scores, which are never certain, use :func:`place_customer`.

    Parameters
    ----------
    commitment : str
        Strength of commitment: "high", "mid" or "low".
    trust : str
        Kind of trust: "calculus", "knowledge" or "identification".
    benefits : str, optional
        Relational benefits, "high" or "low". They count in the two open cells only.

    Returns
    -------
    str
        "true" or "spurious"; "spurious or true" in an open cell if ``benefits`` are not given.

    Raises
    ------
    InputError
        If a word is none of these.

    Notes
    -----
    The nine cells are documented in lecture notes on the article. That benefits decide where the table leaves both
    open is this workbook's own rule: the notes name benefits as a third characteristic and do not say how they count.

    Checked against: the nine cells as printed in the lecture notes.

    Source: [liljander2002] through lecture notes; [lewicki1996] for the kinds of trust (from memory, unverified)

    Examples
    --------
    >>> relationship_kind("high", "calculus")
    'spurious'
    >>> relationship_kind("mid", "knowledge")
    'spurious or true'
    >>> relationship_kind("mid", "knowledge", "high")
    'true'
    """
    cell = NINE_CELLS[choice(commitment, "commitment", COMMITMENTS), choice(trust, "trust", TRUST_KINDS)]
    if benefits is None:
        return cell
    high = choice(benefits, "benefits", ("high", "low")) == "high"
    return cell if cell in ("true", "spurious") else "true" if high else "spurious"


def place_customer(
    scores: Mapping[str, float], *, error: float, cuts: RelationshipCuts = TEACHING_CUTS, sure: float = 0.9
) -> CustomerPlace:
    """Return the cell of one customer from five scores, with the probability of every cell.

    Use it to see how far errors of measurement move a customer. For a file use ``place_customers``.

    Parameters
    ----------
    scores : mapping
        Score by name in :data:`SCORES`; ``benefits`` may be missing (NaN).
    error : number
        Standard error of each score, 0 or more.
    cuts, sure
        As for ``place_customers``.

    Returns
    -------
    CustomerPlace

    Raises
    ------
    InputError
        As ``place_customers``.

    Source: [liljander2002]; cuts and probabilities are this workbook's own formalisation

    Examples
    --------
    >>> scores = {"calculus": 6, "knowledge": 5, "identification": 3, "commitment": 5.5, "benefits": 5}
    >>> found = place_customer(scores, error=0.5)
    >>> found.commitment, found.trust, found.kind, round(found.probability, 2), found.borderline
    ('high', 'knowledge', 'true', 0.84, True)
    """
    lacking = [name for name in SCORES if name not in scores]
    if lacking:
        raise InputError(
            "scores", found=f"no {lacking[0]!r}", expected=f"a score for each of {', '.join(SCORES)}", mend="add it"
        )
    x = np.array([[_score(scores[name], name) for name in SCORES]])
    size = number(error, "error", low=0, expected="a standard error, 0 or more", mend="pass one number")
    found = place_arrays(x, np.full_like(x, size), cuts)
    return CustomerPlace(
        scores=pd.Series(x[0], list(SCORES)),
        errors=pd.Series(size, list(SCORES)),
        commitment=str(found.commitment[0]),
        trust=str(found.trust[0]),
        kind=OUTCOMES[found.kind[0]],
        cells=cell_table(found.p[0]),
        kinds=pd.Series(found.p_kinds[0], list(OUTCOMES[:4])),
        cuts=cuts,
        sure=certainty(sure),
    )


@dataclass(frozen=True, eq=False)
class Placed:
    """Customers in the nine cells, as arrays; a row for each customer."""

    known: NDArray[np.bool_]
    step: Floats  # which cuts the scores reach
    cell: NDArray[np.intp]  # position in NINE_CELLS, -1 for none
    kind: NDArray[np.intp]  # position in OUTCOMES
    commitment: NDArray[np.str_]
    trust: NDArray[np.str_]
    p: Floats
    p_kinds: Floats
    own_cell: Floats
    own_kind: Floats


def place_arrays(x: Floats, se: Floats, cuts: RelationshipCuts) -> Placed:
    known = np.asarray(~np.isnan(x[:, :4]).any(axis=1))
    step = _reached(x, np.zeros_like(x), cuts)
    at, at_kinds = _probabilities(step)
    p, p_kinds = _probabilities(_reached(x, se, cuts))
    p_kinds = np.where(known[:, None], p_kinds, np.nan)  # no cell is known if trust or commitment is not
    p = np.where(known[:, None], p, np.nan)
    cell = np.where(known & (at.max(axis=1) > 0.5), at.argmax(axis=1), -1)
    kind = np.where(known, at_kinds.argmax(axis=1), 4)
    row = np.arange(len(x))
    commitment = np.select([step[:, 4] == 1, step[:, 3] == 1], COMMITMENTS[:2], COMMITMENTS[2])
    trust = np.array(["none", *TRUST_KINDS])[np.where(cell >= 0, cell % 3 + 1, 0)]
    return Placed(
        known=known,
        step=step,
        cell=cell,
        kind=kind,
        commitment=np.where(known, commitment, OUTCOMES[4]),
        trust=np.where(known, trust, OUTCOMES[4]),
        p=p,
        p_kinds=p_kinds,
        own_cell=np.where(cell >= 0, p[row, cell], p_kinds[:, 3]),
        own_kind=p_kinds[row, np.minimum(kind, 3)],
    )


def _score(value: float, name: str) -> float:
    """Return a score, which may be missing for now."""
    return float("nan") if value is None or value is pd.NA or value != value else number(value, f"scores[{name!r}]")


def certainty(sure: float) -> float:
    return number(sure, "sure", low=0, high=1, low_open=True, high_open=True)


def cell_table(p: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        p.reshape(3, 3), index=pd.Index(COMMITMENTS, name="commitment"), columns=pd.Index(TRUST_KINDS, name="trust")
    )


def _reached(x: Floats, se: Floats, cuts: RelationshipCuts) -> Floats:
    """Return the probabilities that the true scores reach the cuts: three of trust, mid, high commitment, benefits."""
    which = [0, 1, 2, 3, 3, 4]
    above = x[:, which] - np.array([cuts.trust] * 3 + [cuts.mid_commitment, cuts.high_commitment, cuts.benefits])
    error = se[:, which]
    found = special.ndtr(np.divide(above, error, out=np.zeros_like(above), where=error > _TOUCH))
    found = np.where(error > _TOUCH, found, (above >= -_TOUCH).astype(float))
    return np.where(np.isnan(above), np.nan, found)


def _probabilities(reach: Floats) -> tuple[Floats, Floats]:
    """Return probabilities of the nine cells, in the order of NINE_CELLS, and of the first four outcomes."""
    calculus, knowledge, identification, mid, high, benefits = reach.T
    trust = np.stack(
        [
            (1 - identification) * (1 - knowledge) * calculus,
            (1 - identification) * knowledge,
            identification,
        ],
        axis=1,
    )
    commitment = np.stack([high, mid - high, 1 - mid], axis=1)
    cells = (commitment[:, :, None] * trust[:, None, :]).reshape(-1, 9)
    kinds = np.array(list(NINE_CELLS.values()))
    opened = cells[:, kinds == "spurious or true"].sum(axis=1)
    decided = np.isfinite(benefits)
    good = np.where(decided, benefits, 0.0)
    true = cells[:, kinds == "true"].sum(axis=1) + opened * good
    spurious = cells[:, kinds == "spurious"].sum(axis=1) + opened * np.where(decided, 1 - good, 0.0)
    outside = (1 - calculus) * (1 - knowledge) * (1 - identification)
    return cells, np.stack([true, spurious, np.where(decided, 0.0, opened), outside], axis=1)
