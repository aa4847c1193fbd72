"""Rungs of the ladder read from real purchases by stated rules, as far as behaviour can show them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.validation import InputError, numbers, require_columns, whole_number

__all__ = ["SEEN_RUNGS", "UNSEEN_RUNGS", "ladder_log"]

SEEN_RUNGS: Final = ("purchaser", "client", "silent")
"""What purchases can show: two rungs, and silence, which is none: the silent may come back, or be lost for good."""
UNSEEN_RUNGS: Final = {
    "prospect": "a panel of buyers holds nobody who never bought, so the step from prospect to purchaser is not seen",
    "supporter": "liking the company is an attitude; a client who buys often may be indifferent, or have no choice",
    "advocate": "recommending happens among people; receipts do not show who told whom",
    "partner": "a partner shares plans and risks; receipts show money only",
}
"""Rungs that are not assigned, and why."""

_COLUMNS: Final = ("household", "period", "shopping_days", "sales_usd")


def ladder_log(activity: pd.DataFrame, *, silence: int = 3, known_from: int = 4) -> pd.DataFrame:
    """Return the rung of each household in each period, by three rules from its purchases.

    Use it to estimate a chain from real customers with
    :func:`~relmark_helpers.calculations.chain_estimates.estimate_chain`. It assigns two of the six rungs; the others
    are not on receipts, :data:`UNSEEN_RUNGS` says why. Do not fill them in by guessing from purchases: those who buy
    most need not be those who recommend most.

    Parameters
    ----------
    activity : pandas.DataFrame
        One row per household and period in which it bought, as the data set ``journey_activity``: ``household``,
        ``period`` (1, 2, ...), ``shopping_days``, ``sales_usd``.
    silence : int
        Periods without a purchase, the present one included, that count as silent; 1 or more.
    known_from : int
        First period of the log, 1 or more. The periods before only tell who has bought already.

    Returns
    -------
    pandas.DataFrame
        One row per household and period, from ``known_from`` or the first purchase on: ``customer``, ``period``,
        ``state`` (:data:`SEEN_RUNGS`), ``sales_usd`` (0 in a period without a purchase).

    Raises
    ------
    InputError
        If a column is missing, a number is out of range, a household has two rows for a period, or the record ends
        before ``known_from``.

    Notes
    -----
    The first rule that holds decides:

    1. silent: nothing bought in this period and the ``silence`` - 1 before;
    2. purchaser: one shopping day on record so far;
    3. client: two or more shopping days on record so far.

    The words are those of the ladder (a purchaser has bought once, a client repeatedly); the rules, a shopping day for
    a purchase, and the length of silence are this workbook's own formalisation. What to keep in mind:

    - the record begins for everybody on the same day, so who first appears in it may be an old customer;
    - the panel was chosen among frequent shoppers, so purchasers are few and hardly anybody is lost;
    - silence is no loss, and its length matters: of the households of ``journey_activity`` that had just become silent
      34 per cent bought in the next period, of those silent for longer 26 per cent, by memory or because they are other
      households. The chain takes one chance for all.

    Source: [peck1999] for the rungs

    Examples
    --------
    >>> from relmark_helpers.calculations.chain_estimates import estimate_chain
    >>> from relmark_helpers.datasets import load_dataset
    >>> estimate = estimate_chain(ladder_log(load_dataset("journey_activity")), states=SEEN_RUNGS)
    >>> estimate.conf_int().loc[("purchaser", "client")].round(2).to_list()
    [113.0, 306.0, 0.37, 0.32, 0.42]
    """
    require_columns(activity, "activity", _COLUMNS)
    quiet, start = whole_number(silence, "silence", low=1), whole_number(known_from, "known_from", low=1)
    for column, low in (("period", 1), ("shopping_days", 1), ("sales_usd", 0)):
        name = f"activity[{column!r}]"
        given = numbers(activity[column].to_numpy(), name, low=low, expected=f"numbers, {low} or more")
        if column != "sales_usd" and (given != np.floor(given)).any():
            raise InputError(name, found="numbers that are not whole", expected="whole numbers", mend="count in ones")
    twice = activity.duplicated(["household", "period"])
    if twice.any():
        first = activity.loc[twice, ["household", "period"]].astype("object").iloc[0]
        raise InputError(
            "activity",
            found=f"household {first['household']} twice in period {first['period']:g}",
            expected="one row per household and period",
            mend="sum up the rows of a household and period",
        )
    last = int(activity["period"].max()) if len(activity) else 0
    if last <= start:
        raise InputError(
            "known_from",
            found=f"{start} in a record that ends with period {last}",
            expected="two periods or more from there on",
            mend=f"write a period from 1 to {max(last - 1, 1)}",
        )
    every = pd.RangeIndex(1, last + 1)
    wide = activity.pivot(index="household", columns="period")
    days, money = (wide[name].reindex(columns=every).fillna(0.0).to_numpy() for name in ("shopping_days", "sales_usd"))
    so_far = days.cumsum(axis=1)
    latest = np.maximum.accumulate(np.where(days > 0, every.to_numpy(), 0), axis=1)
    state = np.select([every.to_numpy() - latest >= quiet, so_far == 1], [SEEN_RUNGS[2], SEEN_RUNGS[0]], SEEN_RUNGS[1])
    shown = (so_far > 0) & (every.to_numpy() >= start)
    household, period = np.nonzero(shown)
    return pd.DataFrame(
        {
            "customer": wide.index.to_numpy()[household],
            "period": every.to_numpy()[period],
            "state": state[shown],
            "sales_usd": money[shown],
        }
    )
