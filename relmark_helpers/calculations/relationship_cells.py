"""Four kinds of customers: satisfied or not, staying or leaving, and why the odd ones do what they do.

The question is Liljander and Strandvik's, and Storbacka, Strandvik and Grönroos's: why satisfaction alone does not
decide. The table and its reasons are this workbook's own formalisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.relationship_commitment import NEUTRAL
from relmark_helpers.calculations.relationship_quality import RelationshipModel
from relmark_helpers.validation import InputError, number, numbers, require_columns

__all__ = ["REASONS", "StayingCells", "staying_cells"]

CELLS: Final = ("satisfied, stays", "satisfied, leaves", "dissatisfied, stays", "dissatisfied, leaves")
REASONS: Final = ("satisfaction", "barriers", "ties", "alternatives", "own disposition")
"""What can speak for staying or leaving, in a customer whose reasons are known, as in a simulation."""


@dataclass(frozen=True, eq=False)
class StayingCells:
    """Customers by satisfaction and behaviour; made by :func:`staying_cells`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``cell`` (four): ``customers``, ``share`` (of all), ``low``, ``high`` (its limits), and means of
        ``satisfaction``, ``barriers``, ``ties``, ``alternatives``; ``within`` (share of the satisfied, or of the
        dissatisfied, who do this), ``within_low``, ``within_high``.
    reasons : pandas.DataFrame
        Indexed by ``cell``: share of the cell's customers for whom each reason speaks most for what they did, and
        ``against the odds``, the share for whom the other behaviour was more likely.
    level : float
        Confidence level of the limits.
    """

    table: pd.DataFrame
    reasons: pd.DataFrame = field(repr=False)
    level: float

    def main_reasons(self, cell: str) -> list[tuple[str, float]]:
        """Return the two most frequent reasons in a cell with their shares; nothing for an empty cell."""
        shares = self.reasons.loc[cell, list(REASONS)].dropna().nlargest(2)
        return [(str(reason), float(share)) for reason, share in shares.items()]


def staying_cells(model: RelationshipModel, customers: pd.DataFrame, *, level: float = 0.95) -> StayingCells:
    """Return how many customers are satisfied or not and stay or leave, with limits and with reasons.

    Use it to see that satisfaction is not loyalty: some satisfied customers leave, and some dissatisfied ones stay.

    Parameters
    ----------
    model : RelationshipModel
        The true parameters, which say how much each reason weighs.
    customers : pandas.DataFrame
        One row per customer: ``satisfaction``, ``barriers``, ``ties`` (sums of strengths), ``alternatives``,
        ``disposition``, ``probability`` (of staying) and ``stayed`` (0 or 1), as from ``simulate_relationships``.
    level : number
        Confidence level, above 0 and below 1.

    Returns
    -------
    StayingCells

    Raises
    ------
    InputError
        If a column is missing, there are no customers, ``stayed`` is not 0 or 1, or ``level`` is out of range.

    Notes
    -----
    1. Satisfied: relationship satisfaction above 5.5, the middle of the scale.
    2. A reason's push for a customer is its part in commitment less the mean part of all who are satisfied, or of all
       who are not. The reason is the one that pushes most towards what the customer did: so it says how the customer
       differs from others in the same mood, and not what a change would have done; for that see
       :func:`~relmark_helpers.calculations.relationship_history.change_circumstances`.
    3. Limits are Wilson's, for customers drawn by chance. They do not cover a wrong model. Reasons are known because
       the customers are simulated; no survey shows them like this.

    Checked against: four customers worked out by hand; Wilson's limits by statsmodels.

    Source: [liljander1995], [storbacka1994] for the question; [wilson1927] for limits; the rest is this workbook's own

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> sample = simulate_relationships(5000, np.random.default_rng(1995))
    >>> cells = staying_cells(sample.model, sample.customers)
    >>> cells.table[["customers", "share", "low", "high"]].round(3)
                          customers  share    low   high
    cell
    satisfied, stays           3558  0.712  0.699  0.724
    satisfied, leaves           681  0.136  0.127  0.146
    dissatisfied, stays         344  0.069  0.062  0.076
    dissatisfied, leaves        417  0.083  0.076  0.091
    """
    columns = ["satisfaction", "barriers", "ties", "alternatives", "disposition", "probability", "stayed"]
    require_columns(customers, "customers", columns)
    if not len(customers):
        raise InputError("customers", found="no rows", expected="one customer or more", mend="simulate some")
    confidence = number(
        level,
        "level",
        low=0,
        high=1,
        low_open=True,
        high_open=True,
        expected="a level above 0 and below 1",
        mend="for 95 per cent write 0.95",
    )
    data = {name: numbers(customers[name].to_numpy(), name) for name in columns}
    stayed = data["stayed"]
    if not np.isin(stayed, (0, 1)).all():
        raise InputError("stayed", found="other values", expected="0 or 1 in each row", mend="code leaving as 0")
    satisfied = data["satisfaction"] > NEUTRAL
    cell = np.where(satisfied, 0, 2) + (stayed == 0)
    count = np.bincount(cell, minlength=4)
    group = np.repeat([satisfied.sum(), (~satisfied).sum()], 2)
    parts = np.column_stack(
        [
            model.satisfaction_effect * data["satisfaction"],
            model.barrier_effect * data["barriers"],
            model.tie_effect * data["ties"],
            -model.alternative_effect * data["alternatives"],
            data["disposition"],
        ]
    )
    for mood in (satisfied, ~satisfied):
        parts[mood] -= parts[mood].mean(axis=0) if mood.any() else 0.0
    push = parts * np.where(stayed == 1, 1.0, -1.0)[:, None]
    which = push.argmax(axis=1)
    odd = (data["probability"] >= 0.5) != (stayed == 1)
    index = pd.Index(CELLS, name="cell")
    low, high = _wilson(count, np.full(4, len(cell)), confidence)
    within_low, within_high = _wilson(count, group, confidence)
    table = pd.DataFrame({"customers": count, "share": count / len(cell), "low": low, "high": high}, index=index)
    with np.errstate(invalid="ignore"):
        for name in ("satisfaction", "barriers", "ties", "alternatives"):
            table[name] = np.bincount(cell, data[name], minlength=4) / count
        table["within"] = count / group
        reasons = {name: np.bincount(cell, which == at, minlength=4) / count for at, name in enumerate(REASONS)} | {
            "against the odds": np.bincount(cell, odd, minlength=4) / count
        }
    return StayingCells(
        table=table.assign(within_low=within_low, within_high=within_high),
        reasons=pd.DataFrame(reasons, index=index),
        level=confidence,
    )


def _wilson(count: np.ndarray, of: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's limits of shares; missing where there is nobody to take a share of."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = count / of
        middle = (p + z**2 / (2 * of)) / (1 + z**2 / of)
        half = z / (1 + z**2 / of) * np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2))
    return np.where(count == 0, 0 * p, middle - half), np.where(count == of, p, middle + half)
