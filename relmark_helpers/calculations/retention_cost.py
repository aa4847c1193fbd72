"""Kotler's four steps: measure retention, sort churn by cause, estimate the avoidable loss, spend less than that."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.retention import churn_rate, retention_rate
from relmark_helpers.validation import InputError, number, require_columns, shares

__all__ = ["RetentionCost", "four_steps", "judge_programmes"]


@dataclass(frozen=True, eq=False)
class RetentionCost:
    """The outcome of the four steps; made by :func:`four_steps`.

    Revenue is per period of the revenue column. Profit counts as many periods as ``value_multiple`` says.

    Attributes
    ----------
    at_start, lost : int
        Accounts at the start of the period and accounts lost during it.
    retention_rate, churn_rate : float
        Shares of the accounts at the start.
    by_cause : pandas.DataFrame
        Indexed by ``cause``, the largest loss of profit first: ``lost``, ``churn_rate``, ``lost_revenue``,
        ``lost_profit``, ``avoidable_lost``, ``avoidable_profit``, ``unjudged_lost``, ``unjudged_profit``.
    profit_lost : float
        Profit lost with all lost accounts: one period's, times ``value_multiple``.
    avoidable_profit : float
        The part lost with accounts whose loss was judged avoidable.
    unjudged_profit : float
        The part lost with accounts that nobody judged: neither avoidable nor unavoidable.
    value_multiple : float
        Profits of one period that a lost account is counted as.
    """

    at_start: int
    lost: int
    retention_rate: float
    churn_rate: float
    by_cause: pd.DataFrame = field(repr=False)
    profit_lost: float
    avoidable_profit: float
    unjudged_profit: float
    value_multiple: float

    @property
    def _horizon(self) -> str:
        if self.value_multiple == 1:
            return "one period's profit of each lost account"
        return f"each lost account as {self.value_multiple:.4g} times its profit of one period"

    def most_worth_spending(self, share_saved: float = 1.0) -> float:
        """Return the most that is worth spending in a period to prevent a share of that period's avoidable loss.

        Parameters
        ----------
        share_saved : number
            Share of the avoidable loss of profit that the spending prevents, 0 to 1.

        Returns
        -------
        float
            share_saved x avoidable profit, on the horizon of ``value_multiple``. With a multiple of 1 it is a
            floor, because an account that is saved and stays longer is worth more.

        Raises
        ------
        InputError
            If ``share_saved`` is not a share.
        """
        return _share(share_saved, "share_saved") * self.avoidable_profit

    def summary(self) -> pd.DataFrame:
        """Return the four steps as a table: what each asks, its number, and the number in words.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``step`` 1 to 4: ``task``, ``value`` (a share in steps 1 and 2, money in 3 and 4),
            ``in_words``.
        """
        causes = "; ".join(f"{cause} {rate:.2%}" for cause, rate in self.by_cause["churn_rate"].items())
        rows = [
            (
                "Define and measure the retention rate",
                self.retention_rate,
                f"{self.at_start - self.lost:,} of {self.at_start:,} accounts were kept: {self.retention_rate:.2%}",
            ),
            (
                "Distinguish the causes of churn and compute the churn rate per cause",
                self.churn_rate,
                f"{self.lost:,} accounts were lost: {self.churn_rate:.2%}" + (f" ({causes})" if causes else ""),
            ),
            (
                "Estimate the profit lost through avoidable churn",
                self.avoidable_profit,
                f"{self.avoidable_profit:,.0f} of the {self.profit_lost:,.0f} profit lost was judged avoidable; "
                f"{self.unjudged_profit:,.0f} was not judged (counting {self._horizon})",
            ),
            (
                "Spend on reducing churn as long as that costs less than the profit lost",
                self.most_worth_spending(),
                f"at most {self.most_worth_spending():,.0f} per period, if all avoidable churn could be prevented "
                f"(counting {self._horizon})",
            ),
        ]
        return pd.DataFrame(rows, columns=["task", "value", "in_words"], index=pd.RangeIndex(1, 5, name="step"))


def four_steps(
    accounts: pd.DataFrame, *, margin_rate: float, value_multiple: float = 1.0, revenue: str = "revenue_usd"
) -> RetentionCost:
    """Return the four steps of retention cost for a table of accounts.

    Use it on one period of accounts under contract, with a cause and a judgement for each loss. Do not read the
    result as the effect of a programme: what can be avoided in fact is known only by trying.

    Parameters
    ----------
    accounts : pandas.DataFrame
        One row per account at the start of the period. Columns: the revenue column; ``status``, "kept" or "lost";
        ``cause``, a name for every lost account ("not recorded" where nobody knows) and empty for kept ones;
        ``avoidable``, True, False or missing (not judged), looked at for lost accounts only.
    margin_rate : number
        Share of revenue that is profit, 0 to 1.
    value_multiple : number
        Profits of one period (usually a year) that a lost account is worth, above 0. The default 1 counts the
        profit of one period only, as in Kotler's example: a floor. For the lifetime pass
        ``margin_multiple(retention, discount, convention="now")`` with rates per period of the revenue column.
    revenue : str
        Name of the column with the revenue of the account per period, 0 or more, none missing.

    Returns
    -------
    RetentionCost
        With rates, a table by cause, the avoidable and the unjudged loss of profit, and ``summary()``.

    Raises
    ------
    InputError
        If ``value_multiple`` is not above 0; and, naming column and row, for an unknown status, a lost account
        without a cause, a kept account with one, a revenue that is missing or negative, a judgement that is neither
        True, False nor missing.

    Notes
    -----
    Profit lost = sum of the lost accounts' revenue x margin rate x value multiple. The multiple is this
    workbook's addition. Assumes

    1. an account that was lost would have brought the same revenue as in the period before, for as long as the
       multiple counts; accounts that were saved may stay for a shorter time than others;
    2. all accounts have the same margin rate;
    3. the judgement "avoidable" is right. It is made after the fact, by people who have an interest in it.

    Checked against: 64,000 accounts, 5 per cent lost, 40,000 revenue each, 10 per cent margin: 12,800,000 (Kotler's
    example; the printed number is quoted from memory and not verified, the arithmetic is).

    Source: [kotler2003]

    Examples
    --------
    >>> accounts = pd.DataFrame({
    ...     "revenue_usd": [1000.0, 400.0, 300.0, 200.0],
    ...     "status": ["kept", "lost", "lost", "lost"],
    ...     "cause": [None, "service failure", "moved away", "not recorded"],
    ...     "avoidable": [None, True, False, None],
    ... })
    >>> result = four_steps(accounts, margin_rate=0.1)
    >>> result.profit_lost, result.avoidable_profit, result.unjudged_profit
    (90.0, 40.0, 20.0)
    >>> from relmark_helpers.calculations.lifetime_value import margin_multiple
    >>> lifetime = margin_multiple(0.8, 0.1, convention="now")
    >>> round(four_steps(accounts, margin_rate=0.1, value_multiple=lifetime).avoidable_profit, 2)
    146.67
    """
    require_columns(accounts, "accounts", [revenue, "status", "cause", "avoidable"])
    if accounts.empty:
        raise InputError(
            "accounts", found="no rows", expected="one row per account", mend="check how the table was read or filtered"
        )
    margin = _share(margin_rate, "margin_rate")
    multiple = number(
        value_multiple,
        "value_multiple",
        low=0,
        low_open=True,
        expected="how many profits of one period a lost account is worth, above 0",
        mend="leave it out for one period's profit, or pass a margin_multiple",
    )
    money = _column(
        accounts,
        "accounts",
        revenue,
        expected="the revenue of the account per period, 0 or more",
        mend="correct the revenue; write 0 only if the account truly brought none",
    )
    status, cause, avoidable = accounts["status"], accounts["cause"], accounts["avoidable"]
    _check(
        accounts,
        "accounts",
        "status",
        ~status.isin(["kept", "lost"]),
        expected="'kept' or 'lost'",
        mend="rename the values, for example accounts['status'].map({'active': 'kept', 'gone': 'lost'})",
    )
    is_lost = (status == "lost").to_numpy(dtype=bool)
    blank = (cause.isna() | (cause.astype("str").str.strip() == "")).to_numpy(dtype=bool)
    _check(
        accounts,
        "accounts",
        "cause",
        is_lost & blank,
        expected="a cause for every lost account",
        mend="write 'not recorded' where nobody knows",
    )
    _check(
        accounts,
        "accounts",
        "cause",
        ~is_lost & ~blank,
        expected="no cause for an account that was kept",
        mend="empty the cause, or set the status to 'lost'",
    )
    _check(
        accounts,
        "accounts",
        "avoidable",
        is_lost & ~(avoidable.isna() | avoidable.isin([True, False])),
        expected="True, False or missing",
        mend="convert it, for example accounts['avoidable'].map({'yes': True, 'no': False}).astype('boolean')",
    )

    judged = avoidable[is_lost].isin([True]).to_numpy(dtype=bool)
    unjudged = avoidable[is_lost].isna().to_numpy(dtype=bool)
    profit = money[is_lost] * margin * multiple
    at_start, lost = len(accounts), int(is_lost.sum())
    rows = pd.DataFrame(
        {
            "cause": cause[is_lost].astype("str").to_numpy(),
            "lost": np.ones(lost, dtype=int),
            "churn_rate": np.full(lost, 1 / at_start),
            "lost_revenue": money[is_lost],
            "lost_profit": profit,
            "avoidable_lost": judged.astype(int),
            "avoidable_profit": profit * judged,
            "unjudged_lost": unjudged.astype(int),
            "unjudged_profit": profit * unjudged,
        }
    )
    by_cause = rows.groupby("cause").sum().sort_values("lost_profit", ascending=False, kind="stable")
    by_cause["churn_rate"] = by_cause["lost"] / at_start
    return RetentionCost(
        at_start=at_start,
        lost=lost,
        retention_rate=float(retention_rate(at_start - lost, at_start)),
        churn_rate=float(churn_rate(lost, at_start)),
        by_cause=by_cause,
        profit_lost=float(profit.sum()),
        avoidable_profit=float((profit * judged).sum()),
        unjudged_profit=float((profit * unjudged).sum()),
        value_multiple=multiple,
    )


def judge_programmes(result: RetentionCost, programmes: pd.DataFrame) -> pd.DataFrame:
    """Return for each programme against churn what it saves, what is left after its cost, and if it is worth it.

    Use it for the fourth step. Each programme is judged alone: two against the same cause save partly the same
    accounts, so their gains must not be added up.

    Parameters
    ----------
    result : RetentionCost
        From :func:`four_steps`.
    programmes : pandas.DataFrame
        One row per programme. Columns: ``programme`` (name), ``cause`` (one of the causes in the result),
        ``share_saved`` (share of the avoidable loss of that cause it prevents, 0 to 1), ``cost`` (money in the
        period in which it prevents these losses).

    Returns
    -------
    pandas.DataFrame
        The programmes with ``profit_saved``, ``net_gain`` (profit saved - cost), ``worth_it`` (net gain above 0)
        and ``unjudged_profit`` (lost for that cause with accounts that nobody judged; not counted as saved).
        All hold on the horizon of the result's ``value_multiple``: with 1, a programme that is not worth it within
        the period may be worth it over the lifetime of the accounts it saves.

    Raises
    ------
    InputError
        Naming column and row: an unknown cause, a share outside 0 to 1, a cost that is missing or negative.

    Source: [kotler2003]

    Examples
    --------
    >>> accounts = pd.DataFrame({
    ...     "revenue_usd": [1000.0, 400.0], "status": ["kept", "lost"],
    ...     "cause": [None, "service failure"], "avoidable": [None, True],
    ... })
    >>> programmes = pd.DataFrame({
    ...     "programme": ["call back", "night shift"], "cause": ["service failure"] * 2,
    ...     "share_saved": [0.5, 0.75], "cost": [15.0, 35.0],
    ... })
    >>> judged = judge_programmes(four_steps(accounts, margin_rate=0.1), programmes)
    >>> judged[["programme", "profit_saved", "net_gain", "worth_it"]]
         programme  profit_saved  net_gain  worth_it
    0    call back          20.0       5.0      True
    1  night shift          30.0      -5.0     False
    """
    require_columns(programmes, "programmes", ["programme", "cause", "share_saved", "cost"])
    _check(
        programmes,
        "programmes",
        "cause",
        ~programmes["cause"].isin(result.by_cause.index),
        expected=f"one of the causes of loss ({', '.join(map(repr, result.by_cause.index)) or 'no account was lost'})",
        mend="write the cause as it stands in result.by_cause",
    )
    share = _column(
        programmes,
        "programmes",
        "share_saved",
        high=1,
        expected="a share from 0 to 1",
        mend="divide percentages by 100, so that 85 per cent is 0.85",
    )
    cost = _column(programmes, "programmes", "cost", expected="money per period, 0 or more", mend="correct the cost")
    losses = result.by_cause.reindex(programmes["cause"])
    saved = share * losses["avoidable_profit"].to_numpy(dtype=float)
    return programmes.assign(
        profit_saved=saved,
        net_gain=saved - cost,
        worth_it=saved > cost,
        unjudged_profit=losses["unjudged_profit"].to_numpy(dtype=float),
    )


def _share(value: float, name: str) -> float:
    shares(value, name)
    return number(value, name)


def _column(
    table: pd.DataFrame, name: str, column: str, *, expected: str, mend: str, high: float = np.inf
) -> NDArray[np.float64]:
    """Return a column as floats; raise with the row where an entry is missing, no number or outside 0 to ``high``."""
    values: NDArray[np.float64] = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(values) | (values < 0) | (values > high)
    _check(table, name, column, wrong, expected=expected, mend=mend)
    return values


def _check(
    table: pd.DataFrame, name: str, column: str, wrong: NDArray[np.bool_] | pd.Series, *, expected: str, mend: str
) -> None:
    """Raise for the first row where ``wrong`` holds, naming column and row label."""
    rows = np.flatnonzero(np.asarray(wrong, dtype=bool))
    if rows.size:
        value, label = table[column].iloc[rows[0]], table.index[rows[0]]
        shown = "a missing value" if pd.isna(value) else _python(value)
        more = f" ({rows.size} such rows)" if rows.size > 1 else ""
        raise InputError(
            f"{name}[{column!r}]", found=f"{shown} in row {_python(label)}{more}", expected=expected, mend=mend
        )


def _python(value: object) -> str:
    return repr(value.item() if isinstance(value, np.generic) else value)
