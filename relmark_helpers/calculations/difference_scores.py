"""Whether answers bear what a difference score, performance less a standard, takes for granted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from relmark_helpers.calculations.comparison_standards import STANDARDS
from relmark_helpers.calculations.standard_fits import PERFORMANCE, columns_follow
from relmark_helpers.validation import numbers, require_columns

__all__ = ["difference_score_test"]


def difference_score_test(answers: pd.DataFrame, *, standards: Sequence[str] = STANDARDS) -> pd.DataFrame:
    """Return whether the answers bear what a difference score takes for granted, one row per standard.

    Use it before explaining satisfaction by performance less a standard. A difference score gives both parts the same
    weight with opposite signs; regressing on both parts lets the answers say.

    Parameters
    ----------
    answers : pandas.DataFrame
        ``satisfaction``, ``performance`` and the standards by name.
    standards : sequence of str
        Standards to test.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``standard``: ``performance`` and ``standard_weight`` (coefficients of both in the linear
        regression), their ``sum`` (0 under the difference score) with 95 per cent limits ``low`` and ``high``; ``f``,
        ``df`` and ``p`` of that restriction; ``polynomial_f``, ``polynomial_df``, ``polynomial_p`` of the same and no
        curvature in the polynomial; ``df_resid`` and ``polynomial_df_resid``.

    Raises
    ------
    InputError
        If a column is missing or not a number, or a standard follows from performance.

    Notes
    -----
    F tests of b1 + b2 = 0 in s = b0 + b1 P + b2 S, and of b1 + b2 = b3 = b4 = b5 = 0 in
    s = b0 + b1 P + b2 S + b3 P^2 + b4 P S + b5 S^2, by statsmodels. P and S are taken from the mean of both, which does
    not alter the tests. Errors of the answers on the standard pull b2 towards 0: a rejected restriction may show a
    badly asked standard as well as a wrong theory. The p-values hold for one standard at a time.

    Checked against: the F ratio from the sums of squares with and without the restriction.

    Source: [edwards1993]

    Examples
    --------
    >>> from relmark_helpers.calculations.comparison_standards import FINDINGS_TRUTH, simulate_comparisons
    >>> answers = simulate_comparisons(500, np.random.default_rng(1993), truth=FINDINGS_TRUTH)
    >>> table = difference_score_test(answers, standards=["brand norm"])
    >>> table[["performance", "standard_weight", "sum", "low", "high"]].round(2)
                performance  standard_weight  sum   low  high
    standard
    brand norm         0.82            -0.13  0.7  0.64  0.76
    """
    import statsmodels.api as sm

    require_columns(answers, "answers", ["satisfaction", PERFORMANCE, *standards])
    y = numbers(answers["satisfaction"].to_numpy(), "answers['satisfaction']")
    performance = numbers(answers[PERFORMANCE].to_numpy(), "answers['performance']")
    rows = []
    for name in standards:
        standard = numbers(answers[name].to_numpy(), f"answers[{name!r}]")
        centre = (performance.mean() + standard.mean()) / 2
        p, s = performance - centre, standard - centre
        x = np.column_stack([np.ones_like(p), p, s, p**2, p * s, s**2])
        if np.linalg.matrix_rank(x) < x.shape[1] or len(x) <= x.shape[1]:
            raise columns_follow([PERFORMANCE, name])
        linear, curved = sm.OLS(y, x[:, :3]).fit(), sm.OLS(y, x).fit()
        restriction = np.array([[0.0, 1, 1, 0, 0, 0], *np.eye(6)[3:]])
        one = linear.t_test(restriction[:1, :3])
        simple, full = linear.f_test(restriction[:1, :3]), curved.f_test(restriction)
        low, high = one.conf_int()[0]
        rows.append(
            {
                "performance": linear.params[1],
                "standard_weight": linear.params[2],
                "sum": one.effect[0],
                "low": low,
                "high": high,
                "f": float(simple.fvalue),
                "df": int(simple.df_num),
                "df_resid": int(simple.df_denom),
                "p": float(simple.pvalue),
                "polynomial_f": float(full.fvalue),
                "polynomial_df": int(full.df_num),
                "polynomial_df_resid": int(full.df_denom),
                "polynomial_p": float(full.pvalue),
            }
        )
    return pd.DataFrame(rows, index=pd.Index(list(standards), name="standard"))
