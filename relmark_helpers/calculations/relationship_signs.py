"""Signs of true and spurious relationships in what customers do, held against where their scores place them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.validation import InputError, choice, number, require_columns

__all__ = ["SIGNS", "SignComparison", "compare_signs"]

SIGNS: Final = MappingProxyType(
    {
        "repeat_purchase": "true",
        "word_of_mouth": "true",
        "shares_information": "true",
        "long_duration": "true",
        "prefers_one_firm": "true",
        "several_suppliers": "spurious",
        "negative_commitment": "spurious",
    }
)
"""What each sign speaks for, in the lecture notes on Liljander and Roos. The notes list two signs of spurious
relationships that are the opposite of signs here: no or occasional purchase, and short duration; one column of true or
false covers both ends. Little confidence and no benefits, which they list too, are left out: they make the cells, as
trust, benefits and mutual commitment do."""


@dataclass(frozen=True, eq=False)
class SignComparison:
    """Signs by kind of relationship; made by :func:`compare_signs`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``sign``: ``speaks_for``; share of the customers who show it among the true relationships, ``true``
        with ``true_low``, ``true_high``, and among the spurious, ``spurious`` with its limits; ``difference`` (true
        less spurious) with ``low`` and ``high``; ``verdict``: "as expected" if both limits lie on the side the sign
        speaks for, "against" if both lie on the other, else "borderline".
    against : pandas.DataFrame
        Indexed by ``kind`` (true, spurious): ``customers`` with a sign known, and how many of them show more signs of
        the other kind than of their own, ``contradicted``, with ``share``, ``low``, ``high``.
    level : float
    """

    table: pd.DataFrame
    against: pd.DataFrame = field(repr=False)
    level: float


def compare_signs(
    kinds: pd.Series[str], signs: pd.DataFrame, *, speaks_for: Mapping[str, str] = SIGNS, level: float = 0.95
) -> SignComparison:
    """Return how often customers placed as true and as spurious show each sign, with limits.

    Use it as a test of the placing where the signs were observed, since the cells are made from what customers say and
    the signs are mostly what they do. It is no test of signs that were simulated from the kind of relationship, as in
    ``simulate_relationship_file``.

    Parameters
    ----------
    kinds : pandas.Series of str
        Kind of relationship of each customer, as in ``PlacedCustomers.table["kind"]``. Kinds other than "true" and
        "spurious" are left out.
    signs : pandas.DataFrame
        Same index; columns of true or false, or of missing answers. Only columns named in ``speaks_for`` are used.
    speaks_for : mapping
        "true" or "spurious" for each sign.
    level : number
        Confidence level, above 0 and below 1.

    Returns
    -------
    SignComparison

    Raises
    ------
    InputError
        If no sign is there, a sign is not true or false, the customers differ, or one of the two kinds is empty.

    Notes
    -----
    1. Missing answers to a sign are left out for that sign.
    2. Limits of shares are Wilson's, those of differences Newcombe's (by Wilson's limits of the two shares). Several
       signs are tested at a time: expect one in twenty to fall outside by chance.
    3. A customer is contradicted if more of the known signs speak for the other kind than for the own one. A sign that
       is not shown speaks for the other side. Counting signs alike is this workbook's own rule.
    4. Which sign tells most depends on the measure: near 0 or 1 a small difference of shares is a large odds ratio.
       Limits that overlap give no order.

    Checked against: ``statsmodels.stats.proportion``.

    Source: [liljander2002] for the signs, through lecture notes; [wilson1927] for limits

    Examples
    --------
    >>> kinds = pd.Series(["true", "true", "true", "spurious", "spurious", "spurious"])
    >>> signs = pd.DataFrame({"word_of_mouth": [True, True, True, False, False, True]})
    >>> compare_signs(kinds, signs).table[["true", "spurious", "difference", "verdict"]].round(2)
                   true  spurious  difference     verdict
    sign
    word_of_mouth   1.0      0.33        0.67  borderline
    """
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    confidence = number(level, "level", low=0, high=1, low_open=True, high_open=True)
    require_columns(signs, "signs", [])
    used = [name for name in speaks_for if name in signs.columns]
    if not used or not signs.index.equals(kinds.index):
        raise InputError(
            "signs",
            found=f"columns {list(signs.columns)} of {len(signs)} customers",
            expected=f"the customers of kinds, with some of {', '.join(speaks_for)}",
            mend="name the columns like the signs, and use the same index",
        )
    speaks = {name: choice(speaks_for[name], f"speaks_for[{name!r}]", ("true", "spurious")) for name in used}
    shown = pd.DataFrame({name: _yes_no(signs[name]) for name in used})
    rows = []
    for name in used:
        groups = [shown.loc[kinds == kind, name].dropna() for kind in ("true", "spurious")]
        if not all(len(group) for group in groups):
            raise InputError(
                "kinds",
                found=f"no answers on {name!r} from one of the kinds true and spurious",
                expected="some of both",
                mend="leave the sign out, or look at how the customers were placed",
            )
        count, of = [int(group.sum()) for group in groups], [len(group) for group in groups]
        limits = [
            proportion_confint(c, n, alpha=1 - confidence, method="wilson") for c, n in zip(count, of, strict=True)
        ]
        low, high = confint_proportions_2indep(
            count[0], of[0], count[1], of[1], method="newcomb", compare="diff", alpha=1 - confidence
        )
        p = [c / n for c, n in zip(count, of, strict=True)]
        ends = (low, high) if speaks[name] == "true" else (-high, -low)
        verdict = "as expected" if ends[0] > 0 else "against" if ends[1] < 0 else "borderline"
        rows.append([speaks[name], p[0], *limits[0], p[1], *limits[1], p[0] - p[1], low, high, verdict])
    columns = ["speaks_for", "true", "true_low", "true_high", "spurious", "spurious_low", "spurious_high"]
    columns += ["difference", "low", "high", "verdict"]
    for_true = shown.copy()
    for name in used:
        for_true[name] = shown[name] if speaks[name] == "true" else 1 - shown[name]
    known = for_true.notna().sum(axis=1)
    balance = 2 * for_true.sum(axis=1) - known
    against = []
    for kind, sign in (("true", -1), ("spurious", 1)):
        own = (kinds == kind) & (known > 0)
        n, odd = int(own.sum()), int((sign * balance[own] > 0).sum())
        against.append([n, odd, odd / n, *proportion_confint(odd, n, alpha=1 - confidence, method="wilson")])
    return SignComparison(
        table=pd.DataFrame(rows, index=pd.Index(used, name="sign"), columns=columns),
        against=pd.DataFrame(
            against,
            index=pd.Index(["true", "spurious"], name="kind"),
            columns=["customers", "contradicted", "share", "low", "high"],
        ),
        level=confidence,
    )


def _yes_no(column: pd.Series[bool]) -> pd.Series[float]:
    values = column.astype(object).where(column.notna(), np.nan)
    wrong = [one for one in values.dropna() if one not in (0, 1)]
    if wrong:
        raise InputError(
            f"signs[{column.name!r}]", found=repr(wrong[0]), expected="true or false", mend="write 1 for yes, 0 for no"
        )
    return values.astype(float)
