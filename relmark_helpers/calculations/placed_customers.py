"""A customer file placed in the nine cells of true and spurious relationships, with the borderline customers marked.

The cells are those of :mod:`~relmark_helpers.calculations.true_relationships`, which says what of them is published.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.calculations.true_relationships import (
    NINE_CELLS,
    OUTCOMES,
    SCORES,
    TEACHING_CUTS,
    CustomerPlace,
    RelationshipCuts,
    cell_table,
    certainty,
    place_arrays,
)
from relmark_helpers.validation import InputError, number, numbers, require_columns

__all__ = ["PlacedCustomers", "place_customers", "vary_cuts"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PlacedCustomers:
    """A customer file placed in the nine cells; made by :func:`place_customers`.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per customer: ``commitment``, ``trust``, ``kind`` (as for :class:`CustomerPlace`), ``probability`` of
        that kind, ``borderline``; ``cell_probability`` of the cell; ``stage_skipped``, whether a kind of
        trust before the one reached lies below its cut.
    probabilities : pandas.DataFrame
        One row per customer: probability of "true", "spurious", "undecided", "outside the table"; missing for customers
        with a missing score on trust or commitment.
    cell_probabilities : pandas.DataFrame
        One row per customer, one column for each (commitment, trust).
    scores, errors : pandas.DataFrame
        What went in.
    cuts : RelationshipCuts
    sure : float
    """

    table: pd.DataFrame
    probabilities: pd.DataFrame = field(repr=False)
    cell_probabilities: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    errors: pd.DataFrame = field(repr=False)
    cuts: RelationshipCuts
    sure: float

    def one(self, customer: Hashable) -> CustomerPlace:
        """Return the place of one customer, by its label in the index."""
        if customer not in self.table.index:
            raise InputError(
                "customer",
                found=repr(customer),
                expected=f"a label of the index, such as {self.table.index[0]!r}",
                mend="look at the index of table",
            )
        row = self.table.loc[customer]
        return CustomerPlace(
            scores=self.scores.loc[customer],
            errors=self.errors.loc[customer],
            commitment=row["commitment"],
            trust=row["trust"],
            kind=row["kind"],
            cells=cell_table(self.cell_probabilities.loc[customer].to_numpy(dtype=float)),
            kinds=self.probabilities.loc[customer],
            cuts=self.cuts,
            sure=self.sure,
        )

    def cells(self, level: float = 0.95) -> pd.DataFrame:
        """Return the customers in each cell with limits, how many are borderline, and how many to expect.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``commitment`` and ``trust``, the nine cells: ``relationship`` (as in :data:`NINE_CELLS`),
            ``customers``, ``share`` of the customers with answers, ``low`` and ``high``; ``borderline`` and
            ``borderline_share`` (those of the cell's customers whose kind of relationship is not sure; another cell of
            the same kind does not count); ``expected`` (mean probability of the cell), ``expected_low``,
            ``expected_high``.

        Notes
        -----
        Limits of ``share`` are Wilson's, those of ``expected`` normal; both for the draw of customers. The first take
        each customer's cell as certain; the second take the errors of measurement in. Neither knows how far the cuts
        are right. See :meth:`ScaleScores.true_scores <relmark_helpers.calculations.scale_scores.ScaleScores>` for why
        ``expected`` should rest on estimated true scores.
        """
        labels = list(zip(self.table["commitment"], self.table["trust"], strict=True))
        index = pd.MultiIndex.from_tuples(list(NINE_CELLS), names=["commitment", "trust"])
        counted = self._counted(labels, list(NINE_CELLS), self.table["borderline"], self.cell_probabilities, level)
        counted.insert(0, "relationship", list(NINE_CELLS.values()))
        return counted.set_index(index)

    def kinds(self, level: float = 0.95) -> pd.DataFrame:
        """Return the customers of each kind of relationship; columns and limits as for :meth:`cells`.

        Indexed by ``kind``: true, spurious, undecided, outside the table. Customers with missing scores on trust or
        commitment are left out; :attr:`not_answered` counts them.
        """
        names = list(OUTCOMES[:4])
        found = self._counted(
            self.table["kind"].tolist(), names, self.table["borderline"], self.probabilities[names], level
        )
        return found.set_index(pd.Index(names, name="kind"))

    @property
    def not_answered(self) -> int:
        """Customers with a missing score on trust or commitment."""
        return int((self.table["kind"] == "not answered").sum())

    def _counted(
        self, labels: list[Any], names: list[Any], borderline: pd.Series[bool], p: pd.DataFrame, level: float
    ) -> pd.DataFrame:
        from statsmodels.stats.proportion import proportion_confint

        confidence = number(level, "level", low=0, high=1, low_open=True, high_open=True)
        of = len(self.table) - self.not_answered
        if not of:
            raise InputError(
                "customers",
                found="no customer with answers",
                expected="one or more",
                mend="look at the missing answers",
            )
        count = np.array([labels.count(name) for name in names])
        near = borderline.to_numpy(dtype=bool)
        unsure = np.array([sum(n for one, n in zip(labels, near, strict=True) if one == name) for name in names])
        low, high = proportion_confint(count, of, alpha=1 - confidence, method="wilson")
        known = p.dropna().to_numpy(dtype=float)
        expected = known.mean(axis=0)
        spread = known.std(axis=0, ddof=1) if of > 1 else np.full(len(names), np.nan)
        half = float(special.ndtri(0.5 + confidence / 2)) * spread / np.sqrt(of)
        return pd.DataFrame(
            {
                "customers": count,
                "share": count / of,
                "low": np.where(count == 0, 0.0, low),
                "high": np.where(count == of, 1.0, high),
                "borderline": unsure,
                "borderline_share": np.where(count > 0, unsure / np.maximum(count, 1), np.nan),
                "expected": expected,
                "expected_low": np.maximum(expected - half, 0),
                "expected_high": np.minimum(expected + half, 1),
            }
        )


def place_customers(
    scores: pd.DataFrame,
    errors: pd.DataFrame | float,
    *,
    cuts: RelationshipCuts = TEACHING_CUTS,
    sure: float = 0.9,
) -> PlacedCustomers:
    """Return the cell of every customer of a file, with probabilities, and the borderline ones marked.

    Use it to see how many relationships are true, and how many of them you cannot tell. Do not use it to treat single
    customers differently when they are borderline.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per customer, columns :data:`SCORES`. Scores may be missing.
    errors : pandas.DataFrame or number
        Standard error of each score, 0 or more: a table shaped as ``scores``, as from ``score_scales``, or one number.
    cuts : RelationshipCuts
        Where the scores are cut.
    sure : number
        Probability, above 0 and below 1, below which a customer counts as borderline.

    Returns
    -------
    PlacedCustomers

    Raises
    ------
    InputError
        If a column is missing, a score is no number, an error is missing or negative where there is a score, the index
        names a customer twice, or there are no customers.

    Notes
    -----
    1. Kind of trust: the last of the three, in the order calculus, knowledge, identification, whose score reaches the
       cut, since each is said to build on the one before. If none does, the table has no column for the customer, who
       is left "outside the table".
    2. Open cells: true if benefits reach their cut, spurious if not, "undecided" if benefits are missing.
    3. Missing trust or commitment: "not answered". Nobody is forced into a cell.
    4. Probabilities: errors are normal and independent, with all true scores taken as equally likely beforehand. So the
       probability that a true score reaches its cut is Phi((score - cut) / error), and those of the cells are products
       of these. With scores and errors from ``ScaleScores.true_scores`` the second assumption gives way to a normal
       distribution of true scores, and ``expected`` shares come out right on average: use these for a file.
    5. Behaviour is not used, so that it can be held against the result: see ``compare_signs``.

    Checked against: simulated draws of the errors; with errors of 0, the table.

    Source: [liljander2002] for the cells; [lewicki1996] for the kinds of trust (from memory); rules 1 to 4 are this
    workbook's own formalisation

    Examples
    --------
    >>> file = pd.DataFrame(
    ...     [[6.0, 5.8, 5.9, 6.2, 6], [5, 4.4, 2, 4, 5], [3, 2, 2, 6, 5]], columns=SCORES, index=["A", "B", "C"]
    ... )
    >>> place_customers(file, 0.4).table[["commitment", "trust", "kind", "probability", "borderline"]].round(2)
      commitment           trust               kind  probability  borderline
    A       high  identification               true         1.00       False
    B        mid        calculus           spurious         0.54        True
    C       high            none  outside the table         1.00       False
    """
    require_columns(scores, "scores", SCORES)
    if not len(scores) or not scores.index.is_unique:
        raise InputError(
            "scores",
            found="no rows" if not len(scores) else f"{scores.index[scores.index.duplicated()][0]!r} twice",
            expected="one row per customer",
            mend="put the customer number into the index, each once",
        )
    certain = certainty(sure)
    x, se = _scores(scores), _errors(errors, scores)
    found = place_arrays(x, se, cuts)
    step, cell, known = found.step, found.cell, found.known
    earlier = np.isin(cell % 3, (1, 2)) & (cell >= 0)
    low_before = (step[:, 0] == 0) | ((cell % 3 == 2) & (step[:, 1] == 0))
    table = pd.DataFrame(
        {
            "commitment": found.commitment,
            "trust": found.trust,
            "kind": np.array(OUTCOMES)[found.kind],
            "probability": found.own_kind,
            "borderline": known & (found.own_kind < certain),
            "cell_probability": found.own_cell,
            "stage_skipped": known & earlier & low_before,
        },
        index=scores.index,
    )
    return PlacedCustomers(
        table=table,
        probabilities=pd.DataFrame(found.p_kinds, scores.index, list(OUTCOMES[:4])),
        cell_probabilities=pd.DataFrame(found.p, scores.index, pd.MultiIndex.from_tuples(list(NINE_CELLS))),
        scores=pd.DataFrame(x, scores.index, list(SCORES)),
        errors=pd.DataFrame(se, scores.index, list(SCORES)),
        cuts=cuts,
        sure=certain,
    )


def vary_cuts(scores: pd.DataFrame, *, shift: float, cuts: RelationshipCuts = TEACHING_CUTS) -> pd.DataFrame:
    """Return how the shares of true and spurious relationships change when a cut moves.

    Use it before you report a share: nobody knows where the cuts belong. Do not use ``moved`` to rank the cuts: that of
    trust moves on three scales at a time, and takes customers into or out of the table as well.

    Parameters
    ----------
    scores : pandas.DataFrame
        As for :func:`place_customers`.
    shift : number
        How far each cut is moved down and up, one at a time, above 0; both cuts of commitment move together.
    cuts : RelationshipCuts
        Where the cuts lie to begin with.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``cuts`` ("as given", "trust -0.5", ...): shares ``true``, ``spurious``, ``undecided``, ``outside the
        table`` of the customers with answers, and ``moved``, the share whose kind differs from that with the cuts as
        given.

    Raises
    ------
    InputError
        As :func:`place_customers`; or if ``shift`` is not above 0, or nobody has answers.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> file = pd.DataFrame([[6.0, 5.8, 5.9, 6.2, 6], [5, 4.4, 2, 4, 5]], columns=SCORES)
    >>> vary_cuts(file, shift=0.5).loc[["as given", "trust -0.5"], ["true", "spurious", "moved"]]
                true  spurious  moved
    cuts
    as given     0.5       0.5    0.0
    trust -0.5   1.0       0.0    0.5
    """
    by = number(shift, "shift", low=0, low_open=True, expected="a shift above 0", mend="for half a point write 0.5")
    rows = {"as given": cuts}
    for sign in (-by, by):
        rows |= {
            f"trust {sign:+g}": replace(cuts, trust=cuts.trust + sign),
            f"commitment {sign:+g}": replace(
                cuts, mid_commitment=cuts.mid_commitment + sign, high_commitment=cuts.high_commitment + sign
            ),
            f"benefits {sign:+g}": replace(cuts, benefits=cuts.benefits + sign),
        }
    kinds = {name: place_customers(scores, 0.0, cuts=one).table["kind"] for name, one in rows.items()}
    answered = kinds["as given"] != "not answered"
    if not answered.any():
        raise InputError("scores", found="nobody with answers", expected="one or more", mend="look at missing answers")
    found = {
        name: [(kind[answered] == one).mean() for one in OUTCOMES[:4]] + [(kind != kinds["as given"])[answered].mean()]
        for name, kind in kinds.items()
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=[*OUTCOMES[:4], "moved"]).rename_axis("cuts")


def _scores(scores: pd.DataFrame) -> Floats:
    columns = []
    for name in SCORES:
        there = scores[name].notna().to_numpy()
        column = np.full(len(scores), np.nan)
        column[there] = numbers(scores[name].to_numpy(dtype=object)[there].tolist(), f"scores[{name!r}]")
        columns.append(column)
    return np.column_stack(columns)


def _errors(errors: pd.DataFrame | float, scores: pd.DataFrame) -> Floats:
    expected, mend = "standard errors, 0 or more", "take them from score_scales, or pass one number"
    if not isinstance(errors, pd.DataFrame):
        return np.full((len(scores), len(SCORES)), number(errors, "errors", low=0, expected=expected, mend=mend))
    require_columns(errors, "errors", SCORES)
    if not errors.index.equals(scores.index):
        raise InputError(
            "errors", found="another index than that of scores", expected="the same customers", mend="use errors.loc"
        )
    columns = []
    for name in SCORES:
        there = scores[name].notna().to_numpy()
        column = np.full(len(scores), np.nan)
        given = errors[name].to_numpy(dtype=float)[there]
        column[there] = numbers(given, f"errors[{name!r}]", low=0, expected=expected, mend=mend)
        columns.append(column)
    return np.column_stack(columns)
