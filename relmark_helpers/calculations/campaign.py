"""Households mailed and not mailed, compared in several ways, none of which is the effect of the mailing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.shopping import fifths
from relmark_helpers.validation import InputError, numbers, require_columns, whole_number

__all__ = ["CampaignComparison", "compare_mailed"]

Floats = NDArray[np.float64]

_GROUPS = ["not mailed", "mailed only", "mailed and redeemed"]


@dataclass(frozen=True, eq=False)
class CampaignComparison:
    """Spending with and without a mailing, compared in several ways; made by :func:`compare_mailed`.

    Attributes
    ----------
    groups : pandas.DataFrame
        Indexed by ``group``: ``households``, ``before``, ``during`` and ``change``, mean dollars per period.
    contrasts : pandas.DataFrame
        Indexed by ``contrast``, in dollars per period: ``estimate``, ``low``, ``high`` (95 per cent limits).
    """

    groups: pd.DataFrame
    contrasts: pd.DataFrame


def compare_mailed(
    households: pd.DataFrame, activity: pd.DataFrame, *, before: tuple[int, int], during: tuple[int, int]
) -> CampaignComparison:
    """Return what mailed and other households spent before and during a campaign, compared in several ways.

    Use it to see how far the answers lie apart. None of them is the effect of the campaign: the retailer chose whom
    to mail, by earlier purchases among other things, and the households chose whether to redeem.

    Parameters
    ----------
    households : pandas.DataFrame
        As the data set ``journey_households``: ``household`` and ``campaign_8``, "not mailed", "mailed only" or
        "mailed and redeemed".
    activity : pandas.DataFrame
        As the data set ``journey_activity``: ``household``, ``period``, ``sales_usd``. Periods without a row count
        as 0 dollars.
    before, during : (int, int)
        First and last period before and during the campaign; ``before`` of an even number of periods.

    Returns
    -------
    CampaignComparison
        For the households that bought at least once before. ``contrasts``, mailed (redeemed or not) less not mailed,
        in dollars per period:

        - ``during``: the bare difference during the campaign;
        - ``before``: the same difference before there was a campaign;
        - ``change``: the difference of the changes (difference-in-differences);
        - ``change before``: the same from the first to the second half of ``before``, when this campaign could have
          no effect yet (smaller ones ran). If it is not near 0, ``change`` cannot be trusted;
        - ``change, like with like``: the change within fifths of spending before, weighted by the mailed;
        - ``change, redeemed``: redeemers less other mailed households. They chose to redeem.

    Raises
    ------
    InputError
        If a column is missing, a label unknown, a group has fewer than two households, or the periods do not follow
        each other.

    Notes
    -----
    Limits are estimate -/+ 1.96 standard errors, with a variance of its own for each group. High spenders before are
    partly high by chance and fall afterwards (regression to the mean), which makes ``change`` too small where the
    high spenders were mailed. Only drawing lots for the mailing would give the effect.

    Source: [angrist2009]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> households, activity = load_dataset("journey_households"), load_dataset("journey_activity")
    >>> comparison = compare_mailed(households, activity, before=(1, 4), during=(6, 6))
    >>> comparison.contrasts.round(0).astype(int)
                             estimate  low  high
    contrast
    during                        139  125   154
    before                        151  139   164
    change                        -12  -22    -2
    change before                 -13  -21    -6
    change, like with like          3  -15    22
    change, redeemed               34    9    59
    """
    require_columns(households, "households", ["household", "campaign_8"])
    require_columns(activity, "activity", ["household", "period", "sales_usd"])
    early, late = _periods(before, "before"), _periods(during, "during")
    if early[-1] >= late[0] or len(early) % 2:
        raise InputError(
            "before",
            found=f"periods {early[0]} to {early[-1]}, and {late[0]} to {late[-1]} during",
            expected="an even number of periods that end before the campaign",
            mend="write for example before=(1, 4), during=(6, 6)",
        )
    numbers(activity["sales_usd"].to_numpy(), "activity['sales_usd']", low=0, expected="dollars, 0 or more")
    spent = activity.pivot_table(index="household", columns="period", values="sales_usd", aggfunc="sum")
    spent = spent.reindex(index=households["household"], columns=range(1, late[-1] + 1)).fillna(0.0)
    label = households.set_index("household")["campaign_8"].astype("str")
    if not label.isin(_GROUPS).all():
        raise InputError(
            "households['campaign_8']",
            found=repr(label[~label.isin(_GROUPS)].iloc[0]),
            expected=f"one of {', '.join(map(repr, _GROUPS))}",
            mend="rename the label",
        )
    buyers = (spent[early] > 0).any(axis=1)
    spent, label = spent[buyers], label[buyers]
    mailed, redeemed = (label != _GROUPS[0]).to_numpy(), (label == _GROUPS[2]).to_numpy()
    if min(mailed.sum() - redeemed.sum(), redeemed.sum(), (~mailed).sum()) < 2:
        raise InputError(
            "households['campaign_8']",
            found="a group with fewer than two households that bought before",
            expected="two or more in each group",
            mend="pass more households, or begin earlier",
        )
    half = len(early) // 2
    earlier, later = spent[early].mean(axis=1).to_numpy(), spent[late].mean(axis=1).to_numpy()
    drift = (spent[early[half:]].mean(axis=1) - spent[early[:half]].mean(axis=1)).to_numpy()
    change = later - earlier
    rows = {
        "during": _apart(later, mailed),
        "before": _apart(earlier, mailed),
        "change": _apart(change, mailed),
        "change before": _apart(drift, mailed),
        "change, like with like": _apart_within(change, mailed, fifths(earlier)),
        "change, redeemed": _apart(change[mailed], redeemed[mailed]),
    }
    contrasts = pd.DataFrame(
        [(estimate, estimate - 1.96 * error, estimate + 1.96 * error) for estimate, error in rows.values()],
        columns=["estimate", "low", "high"],
        index=pd.Index(rows, name="contrast"),
    )
    table = pd.DataFrame({"group": label.to_numpy(), "before": earlier, "during": later, "change": change})
    groups = table.groupby("group").mean().reindex(_GROUPS)
    groups.insert(0, "households", label.value_counts().reindex(_GROUPS))
    return CampaignComparison(groups=groups, contrasts=contrasts)


def _apart(values: Floats, chosen: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the difference of the means of chosen and other rows, and its standard error."""
    inside, outside = values[chosen], values[~chosen]
    error = np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside))
    return float(inside.mean() - outside.mean()), float(error)


def _apart_within(values: Floats, chosen: NDArray[np.bool_], strata: NDArray[np.int64]) -> tuple[float, float]:
    """Return the difference within strata, weighted by the chosen; strata without two rows on a side are left out."""
    parts = []
    for stratum in np.unique(strata):
        inside = strata == stratum
        if min((chosen & inside).sum(), (~chosen & inside).sum()) >= 2:
            parts.append((int((chosen & inside).sum()), *_apart(values[inside], chosen[inside])))
    if not parts:
        return float("nan"), float("nan")
    weights = np.array([part[0] for part in parts]) / sum(part[0] for part in parts)
    estimate = float(weights @ np.array([part[1] for part in parts]))
    return estimate, float(np.sqrt(weights**2 @ np.array([part[2] for part in parts]) ** 2))


def _periods(window: tuple[int, int], name: str) -> list[int]:
    try:
        start, end = window
    except (TypeError, ValueError):
        raise InputError(
            name, found=repr(window), expected="a first and a last period", mend=f"write for example {name}=(1, 4)"
        ) from None
    first = whole_number(start, f"{name}[0]", low=1)
    return list(range(first, whole_number(end, f"{name}[1]", low=first) + 1))
