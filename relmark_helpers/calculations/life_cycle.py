"""Stages of the customer life cycle, read from behaviour by stated rules, and how far to trust them."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.retention_cost import four_steps
from relmark_helpers.validation import InputError, number, numbers, require_columns, shares, whole_number

__all__ = ["STAGES", "bought_next", "chance_of_silence", "life_cycle_stages", "loss_by_group", "stage_moves"]

STAGES: Final = ["acquisition", "development", "maintenance", "recovery"]
"""Stages of the customer life cycle in their order."""
NOT_SEEN: Final = "not seen yet"
PERIOD_DAYS: Final = 28

_ACTIVITY = ["household", "period", "shopping_days", "sales_usd", "first_day", "last_day"]


def life_cycle_stages(
    activity: pd.DataFrame, *, window: tuple[int, int], growth: float = 0.25, alarm: float = 0.05
) -> pd.DataFrame:
    """Return the stage of the customer life cycle in which each household is at the end of a window.

    Use it to see what behaviour can tell of the life cycle, and what changes when the rules do. Do not act on the
    stage of a single household without its numbers beside it: the stages are cuts through smooth quantities.

    Parameters
    ----------
    activity : pandas.DataFrame
        One row per household and period (four weeks) in which it bought, as the data set ``journey_activity``:
        ``household``, ``period`` (1, 2, ...), ``shopping_days``, ``sales_usd``, ``first_day`` and ``last_day`` (days
        counted through, 28 to a period).
    window : (int, int)
        First and last period of the window. The window before it, of the same length, is the comparison.
    growth : number
        Growth of dollars from the window before that counts as development, 0 or more; 0.25 is a quarter more.
    alarm : number
        A silence is an alarm if a steady customer would be silent so long with a smaller chance than this, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``household``, for those seen by the end of the window: ``stage``, ``dollars_before``, ``dollars``
        (in both windows), ``change`` (dollars / dollars_before - 1), ``shopping_days`` (until the end of the
        window), ``usual_gap`` (mean days between shopping days), ``silence`` (days since the last one) and
        ``chance_of_silence``; numbers are missing where one shopping day gives no gap, or nothing was bought before.

    Raises
    ------
    InputError
        If a column is missing, a number is out of range, a household has two rows for a period, or the window leaves
        no room for the one before it.

    Notes
    -----
    The first rule that holds decides:

    1. recovery (win back, or let go): nothing bought in the window, or ``chance_of_silence`` below ``alarm``;
    2. acquisition: first seen in the window;
    3. development: dollars at least ``growth`` above the window before (also after a window without a purchase);
    4. maintenance: all others, those who buy less included.

    The four phases are common in texts on customer relationships; Dwyer, Schurr and Oh have five. The rules are this
    workbook's own formalisation. What behaviour cannot show:

    - why a customer is silent: a failure of the company, a better offer, or a reason of the customer's own;
    - whether the customer buys elsewhere, so a customer in maintenance may be half lost;
    - whether a first purchase on record is the first in life;
    - what the customer feels: repeat purchase is not commitment;
    - growth from chance. Dollars go up and down without any development: compare the share of households that grew
      by the factor 1 + ``growth`` with the share that shrank by the same factor.

    Source: [dwyer1987]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> stages = life_cycle_stages(load_dataset("journey_activity"), window=(9, 12))
    >>> stages["stage"].value_counts().reindex(STAGES).to_dict()
    {'acquisition': 40, 'development': 742, 'maintenance': 1417, 'recovery': 264}
    """
    rows = _checked(activity)
    first, last = _window(window)
    grown = number(growth, "growth", low=0, expected="a share of growth, 0 or more")
    shares(alarm, "alarm")
    limit = number(alarm, "alarm")
    seen = (
        rows[rows["period"] <= last]
        .groupby("household")
        .agg(shopping_days=("shopping_days", "sum"), first_day=("first_day", "min"), last_day=("last_day", "max"))
    )
    now = rows[rows["period"].between(first, last)].groupby("household")["sales_usd"].sum()
    before = rows[rows["period"].between(2 * first - last - 1, first - 1)].groupby("household")["sales_usd"].sum()
    dollars, dollars_before = now.reindex(seen.index, fill_value=0.0), before.reindex(seen.index, fill_value=0.0)
    gaps = seen["shopping_days"] - 1
    usual_gap = ((seen["last_day"] - seen["first_day"]) / gaps).where(gaps > 0)
    silence = PERIOD_DAYS * last - seen["last_day"]
    chance = pd.Series(np.nan, index=seen.index)
    known = gaps > 0
    chance[known] = chance_of_silence(silence[known], usual_gap[known], gaps[known])
    rules = [
        ~seen.index.isin(now.index) | (chance < limit),
        seen["first_day"] > PERIOD_DAYS * (first - 1),
        dollars >= (1 + grown) * dollars_before,
    ]
    stage = np.select(rules, [STAGES[3], STAGES[0], STAGES[1]], default=STAGES[2])
    return pd.DataFrame(
        {
            "stage": pd.Categorical(stage, categories=STAGES),
            "dollars_before": dollars_before,
            "dollars": dollars,
            "change": (dollars / dollars_before.where(dollars_before > 0)) - 1,
            "shopping_days": seen["shopping_days"],
            "usual_gap": usual_gap,
            "silence": silence,
            "chance_of_silence": chance,
        },
        index=seen.index,
    )


def chance_of_silence(silence: ArrayLike, usual_gap: ArrayLike, gaps: ArrayLike) -> NDArray[np.float64]:
    """Return how likely so long a silence is for a customer who goes on as before.

    Use it to measure silence against the customer's own habit: thirty days mean little for one who comes monthly and
    much for one who comes daily. It takes purchases to come at random times, at a steady rate; regular customers are
    given too large a chance, and customers who buy in bursts too small a one.

    Parameters
    ----------
    silence : array_like
        Days since the last purchase, 0 or more; written s.
    usual_gap : array_like
        Mean days between purchases so far, above 0; written g.
    gaps : array_like
        Number of gaps the mean is taken from, 1 or more; written n.

    Returns
    -------
    numpy.ndarray
        Chances, 0 to 1.

    Raises
    ------
    InputError
        If a number is out of range.

    Notes
    -----
    (1 + s / (n g))^-n: exponential gaps of unknown rate, so that s / g follows F with 2 and 2n degrees of freedom.
    With many gaps it comes near exp(-s / g), 0.05 at three usual gaps; with few the same silence says less.

    Checked against: scipy.stats.f; a simulation of steady customers.

    Examples
    --------
    >>> chance_of_silence([30, 30], [10, 10], [2, 200]).round(3)
    array([0.16 , 0.051])
    """
    days = numbers(silence, "silence", low=0, expected="days, 0 or more")
    mean = numbers(usual_gap, "usual_gap", low=0, low_open=True, expected="days, above 0")
    count = numbers(gaps, "gaps", low=1, expected="a number of gaps, 1 or more")
    return np.asarray((1 + days / (count * mean)) ** -count, dtype=float)


def stage_moves(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return how many households moved from each stage to each stage between two windows.

    Use it to see whether a stage lasts. It is a count of one panel in one year, not a law of motion: before using
    it as a Markov chain, check that the next stage does not depend on earlier ones.

    Parameters
    ----------
    before, after : pandas.DataFrame
        From :func:`life_cycle_stages`, for an earlier and a later window of the same households.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``stage_before`` (the four stages and "not seen yet") and ``stage_after``: ``households``,
        ``share`` of those who were in the stage before, ``low`` and ``high`` (95 per cent limits).

    Raises
    ------
    InputError
        If a table lacks its stage, or a household of the earlier table is missing from the later one.

    Notes
    -----
    Limits by Wilson's formula, as if households were drawn independently.

    Source: [dwyer1987]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> activity = load_dataset("journey_activity")
    >>> early, late = (life_cycle_stages(activity, window=window) for window in [(5, 8), (9, 12)])
    >>> stage_moves(early, late).loc["development"].round(2)
                  households  share   low  high
    stage_after
    acquisition            0   0.00  0.00  0.00
    development          178   0.22  0.19  0.25
    maintenance          565   0.70  0.67  0.73
    recovery              60   0.07  0.06  0.10
    """
    for name, table in (("before", before), ("after", after)):
        require_columns(table, name, ["stage"])
    gone = before.index.difference(after.index)
    if len(gone):
        raise InputError(
            "after",
            found=f"no row for household {gone[0]}" + (f" and {len(gone) - 1} others" if len(gone) > 1 else ""),
            expected="every household of the earlier window",
            mend="pass the earlier window first, and take both from the same activity",
        )
    start = before["stage"].astype("str").reindex(after.index).fillna(NOT_SEEN)
    counts = pd.crosstab(start, after["stage"].astype("str")).reindex(
        index=[*STAGES, NOT_SEEN], columns=STAGES, fill_value=0
    )
    moves = counts.rename_axis(index="stage_before", columns="stage_after").stack().rename("households").to_frame()
    totals = np.repeat(counts.sum(axis=1).to_numpy(), len(STAGES))
    return _with_shares(moves, totals)


def bought_next(stages: pd.DataFrame, activity: pd.DataFrame, *, period: int) -> pd.DataFrame:
    """Return for each stage how many households bought in a later period: the test of the stages.

    Use it on a period that the stages have not seen. A household in recovery that bought again without having been
    won back was a false alarm.

    Parameters
    ----------
    stages : pandas.DataFrame
        From :func:`life_cycle_stages`.
    activity : pandas.DataFrame
        As in :func:`life_cycle_stages`, with the later period.
    period : int
        The later period.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``stage``: ``households``, ``bought``, ``share``, ``low`` and ``high`` (95 per cent limits).

    Raises
    ------
    InputError
        If nobody bought in the period, or a column is missing.

    Notes
    -----
    Limits by Wilson's formula, as if households were drawn independently.

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> activity = load_dataset("journey_activity")
    >>> stages = life_cycle_stages(activity, window=(9, 12))
    >>> bought_next(stages, activity, period=13).round(2)
                 households  bought  share   low  high
    stage
    acquisition          40      20   0.50  0.35  0.65
    development         742     624   0.84  0.81  0.87
    maintenance        1417    1260   0.89  0.87  0.90
    recovery            264     121   0.46  0.40  0.52
    """
    require_columns(stages, "stages", ["stage"])
    rows = _checked(activity)
    buyers = rows.loc[rows["period"] == whole_number(period, "period", low=1), "household"]
    if buyers.empty:
        raise InputError(
            "period",
            found=f"{period}, in which nobody bought",
            expected=f"a period of the activity, at most {rows['period'].max():g}",
            mend="choose a period after the window of the stages",
        )
    names = stages["stage"].astype("str")
    households = names.value_counts().reindex(STAGES, fill_value=0)
    bought = names[stages.index.isin(buyers)].value_counts().reindex(STAGES, fill_value=0)
    table = pd.DataFrame({"households": households, "bought": bought}).rename_axis("stage")
    return table[["households"]].join(_with_shares(table[["bought"]], households.to_numpy()))


def loss_by_group(accounts: pd.DataFrame, *, margin_rate: float) -> pd.DataFrame:
    """Return the losses by where their cause lies: with the company, the competition or the customer.

    Use it after Kotler's second step, which gives the causes one by one. The group says who could have done
    something: better service or product (company), better terms (competition), nothing (customer).

    Parameters
    ----------
    accounts : pandas.DataFrame
        As in ``four_steps``, with a column ``cause_group`` that names the group of each lost account.
    margin_rate : number
        Share of revenue that is profit, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``cause_group``, the largest loss of profit first: ``causes`` (their names), ``lost`` (accounts),
        ``churn_rate``, ``share`` of the lost accounts with ``low`` and ``high`` (95 per cent limits), ``lost_profit``,
        ``avoidable_profit``, ``unjudged_profit``.

    Raises
    ------
    InputError
        As in ``four_steps``, or if a lost account has no group, or a cause stands in two groups.

    Notes
    -----
    The sums over the groups are those over the causes. Recorded causes are what somebody wrote down; a customer who
    names the price may have left for the service. The share of losses that is not recorded is shown, not spread
    over the others. Limits by Wilson's formula.

    Source: [kotler2003]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> losses = loss_by_group(load_dataset("business_accounts_simulated"), margin_rate=0.1)
    >>> losses[["lost", "share", "low", "high"]].round(2)
                  lost  share   low  high
    cause_group
    competition     44   0.31  0.24  0.39
    company         45   0.31  0.24  0.39
    customer        43   0.30  0.23  0.38
    not recorded    12   0.08  0.05  0.14
    """
    require_columns(accounts, "accounts", ["status", "cause", "cause_group"])
    cost = four_steps(accounts, margin_rate=margin_rate)
    lost = accounts[accounts["status"] == "lost"]
    blank = lost["cause_group"].isna()
    if blank.any():
        raise InputError(
            "accounts['cause_group']",
            found=f"no group for the lost account in row {blank.index[blank.to_numpy()][0]}",
            expected="a group for every lost account",
            mend="write 'not recorded' where nobody knows",
        )
    groups = lost["cause_group"].astype("str")
    spread = groups.groupby(lost["cause"].astype("str")).nunique()
    if (spread > 1).any():
        raise InputError(
            "accounts['cause_group']",
            found=f"the cause {spread.index[spread > 1][0]!r} in {spread.max()} groups",
            expected="each cause in one group",
            mend="give the cause one group, or split it into two causes",
        )
    table = four_steps(accounts.assign(cause=accounts["cause_group"]), margin_rate=margin_rate).by_cause
    names = lost["cause"].astype("str").groupby(groups).agg(lambda causes: ", ".join(sorted(set(causes))))
    shared = _with_shares(table[["lost"]], np.full(len(table), cost.lost))[["share", "low", "high"]]
    parts = [names.rename("causes"), table[["lost", "churn_rate"]], shared]
    money = table[["lost_profit", "avoidable_profit", "unjudged_profit"]]
    return pd.concat([*parts, money], axis=1).reindex(table.index).rename_axis("cause_group")


def _checked(activity: pd.DataFrame) -> pd.DataFrame:
    """Return the columns used, as numbers; raise if one is missing or a household has two rows for a period."""
    require_columns(activity, "activity", _ACTIVITY)
    rows = activity[_ACTIVITY].copy()
    for column in _ACTIVITY[1:]:
        low = 0 if column == "sales_usd" else 1
        rows[column] = numbers(rows[column].to_numpy(), f"activity[{column!r}]", low=low, expected=f"{low} or more")
    twice = rows.duplicated(["household", "period"])
    if twice.any():
        raise InputError(
            "activity",
            found=f"household {rows['household'][twice].iloc[0]} twice in period {rows['period'][twice].iloc[0]:g}",
            expected="one row per household and period",
            mend="sum up the rows of a household and period",
        )
    return rows


def _window(window: tuple[int, int]) -> tuple[int, int]:
    try:
        start, end = window
    except (TypeError, ValueError):
        raise InputError(
            "window", found=repr(window), expected="a first and a last period", mend="write for example window=(5, 8)"
        ) from None
    first = whole_number(start, "window[0]", low=1)
    last = whole_number(end, "window[1]", low=first)
    if 2 * first - last < 2:
        raise InputError(
            "window",
            found=f"periods {first} to {last}",
            expected=f"a window with {last - first + 1} periods before it",
            mend=f"begin with period {last - first + 2} or later",
        )
    return first, last


def _with_shares(counts: pd.DataFrame, totals: NDArray[np.int64]) -> pd.DataFrame:
    """Return a table of one column of counts with their share of the totals and Wilson's 95 per cent limits."""
    from scipy import special

    z2 = float(special.ndtri(0.975)) ** 2
    total = np.where(totals > 0, totals, np.nan).astype(float)
    share = counts.iloc[:, 0].to_numpy() / total
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    reach = np.sqrt(z2 * (share * (1 - share) / total + z2 / (4 * total**2))) / (1 + z2 / total)
    low, high = np.where(share == 0, 0, middle - reach), np.where(share == 1, 1, middle + reach)
    return counts.assign(share=share, low=low, high=high)
