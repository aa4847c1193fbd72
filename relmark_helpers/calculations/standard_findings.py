"""Liljander and Strandvik's five findings on comparison standards, asked of the data at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from relmark_helpers.calculations.standard_fits import (
    DIRECT,
    INFERRED,
    PERFORMANCE,
    PERFORMANCE_AND_DIRECT,
    SpecificationComparison,
    attribute_specification,
    specification,
)
from relmark_helpers.validation import InputError, number

__all__ = ["FINDINGS", "standard_findings"]

FINDINGS: Final = {
    1: "inferred disconfirmation is inferior to all other models",
    2: "performance alone is a strong indicator of satisfaction",
    3: "performance and direct disconfirmation of the brand norm explain best",
    4: "attribute-specific standards add little explanation",
    5: "the best-brand norm is the least effective standard",
}
"""The findings in short, as their authors' abstract gives them for educational services. Of the fourth, that attributes
help diagnosis is left out: a fit cannot show it. Of the fifth the abstract says that this norm most resembles the
normative standard of SERVQUAL."""

_NORM: Final = "brand norm"
_BEST: Final = "best-brand norm"
_OPEN, _HOLDS, _FAILS = "open", "holds", "fails"


def standard_findings(
    comparison: SpecificationComparison, *, strong: float = 0.25, little: float = 0.02
) -> pd.DataFrame:
    """Return which of the five findings of Liljander and Strandvik hold in the data, which fail, and which stay open.

    Use it to try the findings on your own answers, or to see under which truth they arise. Do not read "holds" as
    proof: another sample, service or wording may differ, and the criteria below are only one way to ask.

    Parameters
    ----------
    comparison : SpecificationComparison
        Made by :func:`~relmark_helpers.calculations.standard_fits.compare_specifications`.
    strong : number
        Cross-validated R squared from which performance alone counts as a strong indicator, 0 to 1.
    little : number
        Gain in cross-validated R squared up to which attributes add little, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``finding`` 1 to 5: ``claim``; ``verdict`` ("holds", "fails", "open"); the comparison that
        decides: ``first``, ``second`` (specifications, or "criterion"), ``estimate`` (difference in cross-validated R
        squared, first less second), ``low``, ``high``; ``evidence`` (a sentence with the numbers).

    Raises
    ------
    InputError
        If the comparison lacks a standard or the attributes that a finding is about.

    Notes
    -----
    The criteria are this workbook's own; the abstract that states the findings gives none. All differences are in
    cross-validated R squared, on the same respondents and folds.

    1. For each standard, inferred is compared with performance, direct, and performance + direct.
    2. Performance alone is compared with ``strong``.
    3. Performance + direct brand norm is compared with performance and with inferred, direct, and performance + direct
       of every (other) standard. Polynomials and attributes do not take part.
    4. Attributes are added to performance + direct brand norm; the gain is compared with ``little``.
    5. Direct disconfirmation from each other standard, by itself, is compared with that from the best-brand norm.

    "Holds": in every comparison of the finding the lower limit is above 0. All must, so no allowance for their number
    is needed. "Fails": in at least one the upper limit is below 0, with limits that allow for their number
    (Bonferroni). Else "open". The row gives the least favourable comparison, that with the lowest lower limit; for
    "fails" that with the lowest upper limit, and limits that allow for the number.

    Checked against: simulations under truths that make the findings hold and fail.

    Source: [liljander1993] for the findings; [roszkowski2005] finds, for libraries, that perceived service alone
    predicts satisfaction better than a gap, which fits findings 1 and 2

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.comparison_standards import FINDINGS_TRUTH, simulate_comparisons
    >>> from relmark_helpers.calculations.standard_fits import compare_specifications
    >>> answers = simulate_comparisons(500, np.random.default_rng(1993), truth=FINDINGS_TRUTH)
    >>> findings = standard_findings(compare_specifications(answers, np.random.default_rng(6)))
    >>> findings["verdict"].to_list()
    ['holds', 'holds', 'holds', 'holds', 'holds']
    """
    high = number(strong, "strong", low=0, high=1, expected="a share of variance, 0 to 1")
    small = number(little, "little", low=0, high=1, expected="a share of variance, 0 to 1")
    names = comparison.standards
    if not {_NORM, _BEST} <= set(names) or attribute_specification() not in comparison.table.index:
        raise InputError(
            "comparison",
            found=f"the standards {list(names)}"
            + ("" if attribute_specification() in comparison.table.index else ", no attributes"),
            expected=f"{_NORM!r}, {_BEST!r} and attributes, which the findings are about",
            mend="compare all standards and attributes, or read comparison.table",
        )
    best = specification(PERFORMANCE_AND_DIRECT, _NORM)
    others = [specification(PERFORMANCE_AND_DIRECT, name) for name in names if name != _NORM]
    singles = [specification(family, name) for family in (INFERRED, DIRECT) for name in names]
    first = [
        (rival, specification(INFERRED, name))
        for name in names
        for rival in (
            PERFORMANCE,
            specification(DIRECT, name),
            specification(PERFORMANCE_AND_DIRECT, name),
        )
    ]
    third = [(best, rival) for rival in [PERFORMANCE, *others, *singles]]
    fifth = [(specification(DIRECT, name), specification(DIRECT, _BEST)) for name in names if name != _BEST]
    rows = [
        _pairs(comparison, first),
        _performance(comparison, high),
        _pairs(comparison, third),
        _attributes(comparison, best, small),
        _pairs(comparison, fifth),
    ]
    table = pd.DataFrame(rows, index=pd.Index(FINDINGS, name="finding"))
    table.insert(0, "claim", list(FINDINGS.values()))
    return table


def _pairs(comparison: SpecificationComparison, pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Return the verdict on a finding that the first of each pair explains more than the second."""
    listed = list(pairs)
    plain = pd.DataFrame([comparison.difference(*pair) for pair in listed])
    wide = pd.DataFrame([comparison.difference(*pair, tests=len(listed)) for pair in listed])
    against = wide["high"] < 0
    verdict = _FAILS if against.any() else _HOLDS if (plain["low"] > 0).all() else _OPEN
    at = int(wide["high"].argmin()) if verdict == _FAILS else int(plain["low"].argmin())
    row = (wide if verdict == _FAILS else plain).iloc[at]
    better, worse = listed[at]
    clear = f"{int((plain['low'] > 0).sum())} of {len(listed)} comparisons clearly for it"
    contrary = f", {int(against.sum())} clearly against it" if against.any() else ""
    return {
        "verdict": verdict,
        "first": better,
        "second": worse,
        **row.to_dict(),
        "evidence": f"{clear}{contrary}; least favourable: {better} less {worse}, {_numbers(row)}.",
    }


def _performance(comparison: SpecificationComparison, strong: float) -> dict[str, object]:
    one = comparison.table.loc[PERFORMANCE]
    low, high = float(one["cv_low"]), float(one["cv_high"])
    share = one["cv_r_squared"] / comparison.table.loc[comparison.best, "cv_r_squared"]
    return {
        "verdict": _HOLDS if low > strong else _FAILS if high < strong else _OPEN,
        "first": PERFORMANCE,
        "second": "criterion",
        "estimate": one["cv_r_squared"] - strong,
        "low": low - strong,
        "high": high - strong,
        "evidence": (
            f"performance explains {one['cv_r_squared']:.3f} ({low:.3f} to {high:.3f}) against a criterion of "
            f"{strong:g}; that is {share:.0%} of what the best model explains ({comparison.best})."
        ),
    }


def _attributes(comparison: SpecificationComparison, base: str, little: float) -> dict[str, object]:
    gain = comparison.difference(attribute_specification(), base)
    return {
        "verdict": _HOLDS if gain["high"] < little else _FAILS if gain["low"] > little else _OPEN,
        "first": attribute_specification(),
        "second": base,
        **gain.to_dict(),
        "evidence": f"attributes add {_numbers(gain)} against a criterion of {little:g}.",
    }


def _numbers(row: pd.Series[float]) -> str:
    return f"{row['estimate']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
