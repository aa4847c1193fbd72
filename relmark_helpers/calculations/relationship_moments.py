"""Whether simulated customers answer as real ones did: moments of two surveys beside those of a simulation."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.calculations.relationship_simulation import SURVEY
from relmark_helpers.validation import InputError, require_columns

__all__ = ["TOLERANCES", "compare_moments", "repurchase_by_satisfaction"]

TOLERANCES: Final = {
    "mean": 0.1,
    "sd": 0.12,
    "mean of complaint": 0.025,
    "correlation": 0.05,
    "repurchase, satisfaction 1 to 4": 0.7,
    "repurchase, satisfaction 5 to 10": 0.25,
    "share answering 9 or 10": 0.08,
}
"""How far a moment of many simulated customers may lie from that of the survey; points, shares or correlations."""

_INVESTMENT: Final = {
    "satisfaction": "answer_satisfaction",
    "alternatives": "alternatives",
    "investments": "ties",
    "commitment": "commitment",
}


def repurchase_by_satisfaction(customers: pd.DataFrame) -> pd.DataFrame:
    """Return what customers say about buying again, for each answer on satisfaction.

    Use it to see what a cut does: the mean rises evenly, the share that answers 9 or 10 jumps. A jump is no proof of a
    bend: in the simulation nothing bends, and a cut together with customers who give both questions the same answer
    makes one. These are intentions.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row per customer with ``answer_overall`` and ``answer_repurchase``, whole numbers from 1 to 10.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``satisfaction`` 1 to 10: ``customers``, ``mean_repurchase``, ``share_9_or_10``; the last two are
        missing where nobody gave the answer.

    Raises
    ------
    InputError
        If a column is missing.

    Source: [fornell1996] for the survey

    Examples
    --------
    >>> answers = pd.DataFrame({"answer_overall": [8, 8, 10], "answer_repurchase": [7, 9, 10]})
    >>> repurchase_by_satisfaction(answers).loc[[8, 10]]
                  customers  mean_repurchase  share_9_or_10
    satisfaction
    8                     2              8.0            0.5
    10                    1             10.0            1.0
    """
    require_columns(customers, "customers", ["answer_overall", "answer_repurchase"])
    again = customers["answer_repurchase"]
    groups = pd.DataFrame({"again": again, "high": again >= 9}).groupby(customers["answer_overall"].astype(int))
    table = pd.DataFrame(
        {
            "customers": groups.size(),
            "mean_repurchase": groups["again"].mean(),
            "share_9_or_10": groups["high"].mean(),
        }
    ).reindex(pd.RangeIndex(1, 11, name="satisfaction"))
    return table.assign(customers=table["customers"].fillna(0).astype(int))


def compare_moments(
    customers: pd.DataFrame, *, survey: pd.DataFrame, repurchase: pd.DataFrame, commitment: pd.DataFrame
) -> pd.DataFrame:
    """Return the moments of two surveys beside those of simulated customers, with the tolerance of each.

    Use it to see how far a simulation can be trusted to look like a survey. It is no test of the model: many models
    give these moments, and none of them depends on the zone of tolerance alone.

    Parameters
    ----------
    customers : pandas.DataFrame
        The customers of a :class:`~relmark_helpers.calculations.relationship_simulation.RelationshipSample`.
    survey, repurchase, commitment : pandas.DataFrame
        The data sets ``acsi_moments``, ``acsi_repurchase`` and ``commitment_moments``.

    Returns
    -------
    pandas.DataFrame
        A row per moment: ``source`` ("satisfaction survey" or "investment model"), ``moment`` (in words),
        ``survey``, ``simulated``, ``difference``, ``tolerance`` and ``within`` (whether the difference is no larger
        than the tolerance; chance of the draw is not allowed for, so simulate some ten thousand).

    Raises
    ------
    InputError
        If a column is missing.

    Notes
    -----
    The moments of the surveys were computed by this workbook from published answers; no publication prints them.
    Answers on repurchase are pooled over the four industries: means weighted by customers, cells without a
    mean left out. Of the investment model only correlations are compared, since its scales are others; its investments
    are taken for a customer's own ties, and its couples for customers, which is this workbook's own assumption.

    Checked against: pandas' own means and correlations.

    Source: [fornell1996] for the survey; the comparison is this workbook's own

    Examples
    --------
    >>> from relmark_helpers import load_dataset
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> sample = simulate_relationships(20_000, np.random.default_rng(1995))
    >>> table = compare_moments(
    ...     sample.customers,
    ...     survey=load_dataset("acsi_moments"),
    ...     repurchase=load_dataset("acsi_repurchase"),
    ...     commitment=load_dataset("commitment_moments"),
    ... )
    >>> len(table), bool(table["within"].all())
    (53, True)
    """
    for frame, name in ((survey, "survey"), (commitment, "commitment")):
        require_columns(frame, name, ["statistic", "construct", "other", "value"])
    require_columns(customers, "customers", [*SURVEY.values(), *_INVESTMENT.values(), "answer_overall"])
    require_columns(repurchase, "repurchase", ["satisfaction", "customers", "mean_repurchase", "share_9_or_10"])
    correlations = commitment[commitment["statistic"] == "correlation"]
    rows = [
        *_moments(customers, survey, SURVEY, "satisfaction survey"),
        *_steps(customers, repurchase),
        *_moments(customers, correlations, _INVESTMENT, "investment model"),
    ]
    table = pd.DataFrame(rows, columns=["source", "moment", "survey", "simulated", "tolerance"])
    table.insert(4, "difference", table["simulated"] - table["survey"])
    return table.assign(within=table["difference"].abs() <= table["tolerance"])


def _moments(
    customers: pd.DataFrame, published: pd.DataFrame, columns: dict[str, str], source: str
) -> list[tuple[str, str, float, float, float]]:
    unknown = sorted(set(published["construct"]) - set(columns))
    if unknown:
        raise InputError(
            "construct",
            found=repr(unknown[0]),
            expected=f"constructs among {', '.join(columns)}",
            mend="pass the data set of that name",
        )
    answers = customers[list(columns.values())].set_axis(list(columns), axis=1).astype(float)
    r = pd.DataFrame(np.corrcoef(answers.to_numpy(), rowvar=False), index=list(columns), columns=list(columns))
    rows = []
    for one in published.itertuples():
        construct = str(one.construct)
        if one.statistic == "correlation":
            name, found, kind = (
                f"correlation of {construct} and {one.other}",
                r.loc[construct, one.other],
                "correlation",
            )
        else:
            name, found = (
                f"{one.statistic} of {construct}",
                answers[construct].agg(str(one.statistic).replace("sd", "std")),
            )
            kind = name if name in TOLERANCES else str(one.statistic)
        rows.append((source, name, float(one.value), float(found), TOLERANCES[kind]))
    return rows


def _steps(customers: pd.DataFrame, published: pd.DataFrame) -> list[tuple[str, str, float, float, float]]:
    found = repurchase_by_satisfaction(customers)
    rows = []
    for level, group in published.groupby("satisfaction"):
        at = int(str(level))
        weight = group["customers"]
        known = group["mean_repurchase"].notna()
        mean = float(np.average(group["mean_repurchase"][known], weights=weight[known]))
        share = float(np.average(group["share_9_or_10"], weights=weight))
        which = "repurchase, satisfaction 1 to 4" if at <= 4 else "repurchase, satisfaction 5 to 10"
        simulated = found.loc[at]
        rows += [
            (f"mean repurchase at satisfaction {at}", mean, float(simulated["mean_repurchase"]), TOLERANCES[which]),
            (
                f"share answering 9 or 10 on repurchase at satisfaction {at}",
                share,
                float(simulated["share_9_or_10"]),
                TOLERANCES["share answering 9 or 10"],
            ),
        ]
    return [("satisfaction survey", *row) for row in rows]
