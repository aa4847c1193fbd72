"""How fast the customers on a ladder multiply with fewer and more referrals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from relmark_helpers.calculations.ladder import Ladder
from relmark_helpers.validation import InputError, numbers

__all__ = ["ReferralSweep", "sweep_referrals"]


@dataclass(frozen=True, eq=False)
class ReferralSweep:
    """A ladder with fewer and more referrals; made by :func:`sweep_referrals`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``factor`` on the present referrals: ``growth`` (rate per period), ``referred_by_one`` (prospects).
    threshold : float or None
        Factor from which customers multiply without new prospects; None where nobody refers.
    """

    table: pd.DataFrame
    threshold: float | None


def sweep_referrals(ladder: Ladder, factors: ArrayLike) -> ReferralSweep:
    """Return the growth of the customers with their referrals multiplied by each factor.

    Use it to see how far a company is from customers who multiply by themselves. Do not read high growth as a forecast:
    the people who can be referred run out.

    Parameters
    ----------
    ladder : Ladder
        With the present referrals.
    factors : array_like
        Factors on the referrals, 0 or more; one list.

    Returns
    -------
    ReferralSweep

    Raises
    ------
    InputError
        If a factor is below 0 or there is none, or nobody is ever lost from some rung.

    Notes
    -----
    Referrals enter in proportion, so the threshold is 1 / ``referred_by_one``.

    Examples
    --------
    >>> from relmark_helpers.calculations.ladder import teaching_ladder
    >>> round(sweep_referrals(teaching_ladder(), [0, 1, 10]).threshold, 1)
    1.7
    """
    times = np.atleast_1d(numbers(factors, "factors", low=0, expected="factors of 0 or more"))
    if times.ndim != 1 or not times.size:
        raise InputError("factors", found=f"shape {times.shape}", expected="one list", mend="write [0, 1, 2]")
    rows = [
        Ladder(ladder.transitions, ladder.margin, ladder.cost, factor * np.asarray(ladder.referrals), ladder.discount)
        for factor in times
    ]
    table = pd.DataFrame(
        {"growth": [row.growth for row in rows], "referred_by_one": [row.referred_by_one for row in rows]},
        index=pd.Index(times, name="factor"),
    )
    one = ladder.referred_by_one
    return ReferralSweep(table, 1 / one if one > 0 else None)
