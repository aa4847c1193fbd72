"""Rules of thumb for reliability and validity, judged with the uncertainty of the estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from relmark_helpers.calculations.item_answers import BootstrapEstimates
from relmark_helpers.validation import InputError

__all__ = ["RULES", "Rule", "judge_measurement"]


@dataclass(frozen=True)
class Rule:
    """A rule of thumb: a convention among researchers, no theorem.

    Attributes
    ----------
    name : str
        The rule in words.
    coefficient : str
        The column that it is about.
    threshold : float
        The number to compare with.
    at_least : bool
        Whether the estimate should be at least the threshold (otherwise below it).
    source : str
        Where the convention comes from.
    """

    name: str
    coefficient: str
    threshold: float
    at_least: bool
    source: str

    def met(self, value: float) -> bool:
        """Return whether ``value`` is on the right side of the threshold."""
        return value >= self.threshold if self.at_least else value < self.threshold


RULES: Final = (
    Rule(
        "Cronbach's alpha (raw) at least .70",
        "alpha_raw",
        0.70,
        True,
        "Nunnally (1978), from memory: for early research",
    ),
    Rule("average variance extracted at least .50", "ave", 0.50, True, "Fornell and Larcker (1981)"),
    Rule("Fornell-Larcker: root of AVE above the correlation", "margin", 0.0, True, "Fornell and Larcker (1981)"),
    Rule("HTMT below .90 (constructs alike in meaning)", "htmt", 0.90, False, "Henseler et al. (2015)"),
    Rule("HTMT below .85 (constructs unlike in meaning)", "htmt", 0.85, False, "Henseler et al. (2015)"),
)
"""The conventions, in the order in which they are judged."""


def judge_measurement(
    reliability: BootstrapEstimates, validity: BootstrapEstimates | None = None, *, alpha: float = 0.05
) -> pd.DataFrame:
    """Return which rules of thumb pass, fail, or cannot be decided with these data.

    Use it to see where measurement needs thought. A rule that passes proves nothing, and a rule that fails is a reason
    to look at the items, not to drop them.

    Parameters
    ----------
    reliability : BootstrapEstimates
        From ``measure_reliability``.
    validity : BootstrapEstimates, optional
        From ``compare_constructs``.
    alpha : float
        Share outside the limits, above 0 and below 1.

    Returns
    -------
    pandas.DataFrame
        One row per rule and construct or pair: ``rule``, ``where``, ``estimate``, ``low``, ``high``, ``threshold``,
        ``by_estimate`` ("passes" or "fails" by the estimate alone, as is usual), ``verdict``, ``coefficient`` and
        ``source``. The verdict is "passes" or "fails" where both limits say so, "borderline" where the threshold lies
        between them, and "no limits" where there are none.

    Raises
    ------
    InputError
        If the tables do not hold the coefficients.

    Notes
    -----
    The three verdicts are this workbook's own formalisation; the thresholds are conventions of the sources named.
    Limits are for one rule at a time: with many rules some verdicts are wrong by chance.

    Source: [fornell1981], [henseler2015]

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.reliability_estimates import measure_reliability
    >>> from relmark_helpers.datasets import load_dataset
    >>> fit = measure_reliability(
    ...     load_dataset("mobi"),
    ...     {"Expectation": ["cuex1", "cuex2", "cuex3"], "Value": ["perv1", "perv2"]},
    ...     generator=np.random.default_rng(1951),
    ... )
    >>> judge_measurement(fit)[["where", "estimate", "threshold", "by_estimate", "verdict"]].round(2)
             where  estimate  threshold by_estimate     verdict
    0  Expectation      0.43        0.7       fails       fails
    1        Value      0.82        0.7      passes      passes
    2  Expectation      0.48        0.5       fails  borderline
    3        Value      0.85        0.5      passes      passes
    """
    rows: list[dict[str, Any]] = []
    for rule in RULES:
        estimates = reliability if rule.coefficient in ("alpha_raw", "ave") else validity
        if estimates is None:
            continue
        if rule.coefficient not in estimates.params:
            raise InputError(
                "reliability" if estimates is reliability else "validity",
                found=f"columns {list(estimates.params.columns)}",
                expected=f"a column {rule.coefficient!r}",
                mend="pass the results of measure_reliability and of compare_constructs, in this order",
            )
        low, high = (table[rule.coefficient] for table in estimates.limits(alpha))
        for place, value in estimates.params[rule.coefficient].items():
            ends = [float(low[place]), float(high[place])]
            rows.append(
                {
                    "rule": rule.name,
                    "where": " and ".join(place) if isinstance(place, tuple) else place,
                    "estimate": float(value),
                    "low": ends[0],
                    "high": ends[1],
                    "threshold": rule.threshold,
                    "by_estimate": "passes" if rule.met(float(value)) else "fails",
                    "verdict": _verdict(rule, ends),
                    "coefficient": rule.coefficient,
                    "source": rule.source,
                }
            )
    return pd.DataFrame(rows)


def _verdict(rule: Rule, ends: list[float]) -> str:
    if any(end != end for end in ends):
        return "no limits"
    met = [rule.met(end) for end in ends]
    return "passes" if all(met) else "borderline" if any(met) else "fails"
