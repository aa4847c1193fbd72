"""Counts of centres before, with and after a fine: checks of the panel, and its means."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import InputError, number, numbers, require_columns

__all__ = ["period_means", "two_by_two", "weekly_means"]

PERIODS: Final = ["before fine", "with fine", "after fine"]
GROUPS: Final = ["fine", "control"]


def two_by_two(*, fine_before: float, fine_later: float, control_before: float, control_later: float) -> float:
    """Return the difference-in-differences of four means: the change in one group less the change in the other.

    Use it to see by hand what the regression does. It has no measure of uncertainty; see ``fit_fine``.

    Parameters
    ----------
    fine_before, fine_later : number
        Means of the group with the fine, in both periods.
    control_before, control_later : number
        Means of the group without.

    Returns
    -------
    float
        (fine_later - fine_before) - (control_later - control_before), in the unit of the means.

    Raises
    ------
    InputError
        If a mean is not a finite number.

    Notes
    -----
    It is the effect of the fine if, without the fine, both groups would have changed by the same amount.

    Source: [angrist2009], [gneezy2000]

    Examples
    --------
    >>> round(two_by_two(fine_before=8.0, fine_later=16.4, control_before=10.0, control_later=9.2), 1)
    9.2
    """
    means = {
        "fine_before": fine_before,
        "fine_later": fine_later,
        "control_before": control_before,
        "control_later": control_later,
    }
    checked = {name: number(value, name) for name, value in means.items()}
    return (checked["fine_later"] - checked["fine_before"]) - (checked["control_later"] - checked["control_before"])


def weekly_means(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the mean number of late pick-ups per centre, week by week, for both groups.

    Use it for the picture that comes before any model.

    Parameters
    ----------
    panel : pandas.DataFrame
        As in ``fit_fine``.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``week``: ``fine`` and ``control`` (late pick-ups per centre and week), ``period``.

    Raises
    ------
    InputError
        As in ``fit_fine``.

    Source: [gneezy2000]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> weekly_means(load_dataset("daycare_fines")).loc[[4, 8]].round(2)
           fine  control       period
    week
    4      7.83     9.75  before fine
    8     17.17    10.75    with fine
    """
    rows = checked_panel(panel)
    means = rows.pivot_table(index="week", columns="group", values="late_pickups")[GROUPS]
    means.columns.name = None
    return means.assign(period=rows.drop_duplicates("week").set_index("week")["period"])


def period_means(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the mean number of late pick-ups per centre and week in each period, for both groups.

    Use it as the table from which a difference-in-differences can be taken by hand.

    Parameters
    ----------
    panel : pandas.DataFrame
        As in ``fit_fine``.

    Returns
    -------
    pandas.DataFrame
        Indexed by ``period``: ``fine``, ``control``, ``difference`` (fine less control) and ``effect`` (the
        difference less the one before the fine: the difference-in-differences).

    Raises
    ------
    InputError
        As in ``fit_fine``.

    Notes
    -----
    Checked against: means computed from the counts of the ten centres: 8.00, 16.44, 18.71 with the fine, 10.00, 9.23,
    8.25 without.

    Source: [gneezy2000]

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> period_means(load_dataset("daycare_fines")).round(1)
                 fine  control  difference  effect
    period
    before fine   8.0     10.0        -2.0     0.0
    with fine    16.4      9.2         7.2     9.2
    after fine   18.7      8.2        10.5    12.5
    """
    means = (
        checked_panel(panel).pivot_table(index="period", columns="group", values="late_pickups").loc[PERIODS, GROUPS]
    )
    means.columns.name = None
    difference = means["fine"] - means["control"]
    return means.assign(difference=difference, effect=difference - difference.iloc[0])


def checked_panel(panel: pd.DataFrame) -> pd.DataFrame:
    """Return the columns used, as plain types; raise if the panel is not complete and well labelled."""
    require_columns(panel, "panel", ["centre", "group", "week", "period", "late_pickups"])
    rows = panel[["centre", "group", "week", "period", "late_pickups"]].copy()
    rows["late_pickups"] = numbers(
        rows["late_pickups"].to_numpy(), "panel['late_pickups']", low=0, expected="counts, 0 or more"
    )
    if rows[["centre", "week"]].isna().any(axis=None):
        raise InputError(
            "panel",
            found="a row without centre or week",
            expected="both in every row",
            mend="fill them in, or drop the row",
        )
    for column, allowed in (("group", GROUPS), ("period", PERIODS)):
        rows[column] = rows[column].astype("str")
        found = set(rows[column])
        if found != set(allowed):
            raise InputError(
                f"panel[{column!r}]",
                found=", ".join(map(repr, sorted(found))) or "no rows",
                expected=f"the labels {', '.join(map(repr, allowed))}, each at least once",
                mend=f"rename your labels, for example panel[{column!r}].map({{'your label': {allowed[0]!r}}})",
            )
    for unit, column in (("centre", "group"), ("week", "period")):
        mixed = rows.groupby(unit)[column].nunique()
        if (mixed > 1).any():
            raise InputError(
                f"panel[{column!r}]",
                found=f"two labels for {unit} {mixed.index[mixed > 1][0]}",
                expected=f"one {column} per {unit}",
                mend="correct that label",
            )
    times = rows.groupby(["centre", "week"]).size().unstack(fill_value=0)
    if (times != 1).any(axis=None):
        centre, week = times.stack()[lambda seen: seen != 1].index[0]
        raise InputError(
            "panel",
            found=f"centre {centre} {times.loc[centre, week]} times in week {week}",
            expected="every centre once in every week",
            mend="drop weeks that are not complete, or sum up rows of one centre and week",
        )
    sizes = rows.groupby("group")["centre"].nunique()
    if sizes.min() < 2:
        raise InputError(
            "panel['group']",
            found=f"{sizes.min()} centre in group {sizes.idxmin()!r}",
            expected="two or more centres in each group",
            mend="add centres; from one centre no spread can be seen",
        )
    return rows


def treated_centres(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return, in the order of the centres, whether each had the fine."""
    mask: NDArray[np.bool_] = (
        rows.drop_duplicates("centre").set_index("centre")["group"].sort_index() == "fine"
    ).to_numpy()
    return mask
