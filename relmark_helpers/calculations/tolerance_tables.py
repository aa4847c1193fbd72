"""The zone of tolerance from means: published tables, how their printed gaps were rounded, and what a mean hides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from relmark_helpers.validation import InputError, number, numbers, require_columns, whole_number

__all__ = ["ExpectedShares", "check_printed_gaps", "expected_shares", "zone_means"]

_LEVELS = ("minimum", "desired", "perceived")


@dataclass(frozen=True)
class ExpectedShares:
    """Shares of persons below, inside and above the zone when gaps are normal; made by :func:`expected_shares`.

    Attributes
    ----------
    minimum, desired, perceived : float
        Means of the three levels.
    spread : float
        Standard deviation between persons.
    below, inside, above : float
        Shares of persons; they add up to 1.
    """

    minimum: float
    desired: float
    perceived: float
    spread: float
    below: float
    inside: float
    above: float

    @property
    def place(self) -> str:
        """Where the mean lies: below, inside or above the zone."""
        if self.perceived < self.minimum:
            return "below"
        return "above" if self.perceived > self.desired else "inside"


def zone_means(means: pd.DataFrame, *, margin: float = 0.01) -> pd.DataFrame:
    """Return the gaps, the width of the zone and the place in it for every row of a table of means.

    Use it for published tables, where no answers of single persons are given. It knows nothing of sampling error:
    with answers of persons use ``measure_tolerance_zone``, which gives limits.

    Parameters
    ----------
    means : pandas.DataFrame
        With ``minimum`` (in Parasuraman, Zeithaml and Berry: adequate service), ``desired`` and ``perceived``, in
        points of the rating scale. Further columns are left out; the index is kept.
    margin : number
        Points, 0 or more. A row whose perceived level is no farther than this from a limit of the zone is called
        borderline. The default is what rounding the means to two decimals can do. Where the number of respondents is
        known, pass a limit of the sampling error instead.

    Returns
    -------
    pandas.DataFrame
        One row per row of ``means``: the three levels; ``adequacy`` (perceived - minimum, written MSA, in LibQUAL
        "adequacy gap"); ``superiority`` (perceived - desired, MSS, "superiority gap"); ``width`` (desired - minimum);
        ``position`` ((perceived - minimum) / width; 0 at the minimum, 1 at the desired level; missing where the width
        is 0 or below); ``place`` (below, inside, above, or "reversed" where the minimum exceeds the desired level);
        ``borderline`` (True or False).

    Raises
    ------
    InputError
        If a column is missing or holds anything but finite numbers.

    Notes
    -----
    Both limits belong to the zone. The measures are published; ``position`` and "borderline" are this workbook's own.

    Checked against: the means over 17 libraries that are printed under the table of the data set
    ``libqual_institutions``, for both items.

    Source: [parasuraman1994], [zeithaml1993]

    Examples
    --------
    >>> rows = {"minimum": [6.11, 6.30], "desired": [8.00, 7.88], "perceived": [7.01, 6.27]}
    >>> table = zone_means(pd.DataFrame(rows, index=["A", "F"]))
    >>> table[["adequacy", "superiority", "width", "position", "place"]].round(2)
       adequacy  superiority  width  position   place
    A      0.90        -0.99   1.89      0.48  inside
    F     -0.03        -1.61   1.58     -0.02   below
    """
    require_columns(means, "means", _LEVELS)
    near = number(margin, "margin", low=0, expected="points of the scale, 0 or more") + 1e-9
    table = pd.DataFrame({level: numbers(means[level].to_numpy(), f"means[{level!r}]") for level in _LEVELS})
    table.index = means.index
    table["adequacy"] = table["perceived"] - table["minimum"]
    table["superiority"] = table["perceived"] - table["desired"]
    table["width"] = table["desired"] - table["minimum"]
    table["position"] = table["adequacy"] / table["width"].where(table["width"] > 1e-9)
    table["place"] = np.select(
        [table["width"] < -1e-9, table["adequacy"] < -1e-9, table["superiority"] > 1e-9],
        ["reversed", "below", "above"],
        "inside",
    )
    table["borderline"] = (table["adequacy"].abs() <= near) | (table["superiority"].abs() <= near)
    return table


def check_printed_gaps(table: pd.DataFrame, *, decimals: int = 2) -> pd.DataFrame:
    """Return printed gaps beside gaps computed from the printed means, and whether rounding explains the difference.

    Use it before quoting a published table: a difference that rounding cannot make is a misprint or another sample.

    Parameters
    ----------
    table : pandas.DataFrame
        With ``minimum``, ``desired``, ``perceived``, ``adequacy_printed`` and ``superiority_printed``, in points.
    decimals : int
        Decimals to which the table is printed.

    Returns
    -------
    pandas.DataFrame
        Two rows per row of ``table``, indexed by its index and ``gap`` (adequacy, superiority): ``computed``,
        ``printed``, ``difference`` (printed - computed) and ``verdict`` (equal, rounding, not rounding).

    Raises
    ------
    InputError
        If a column is missing, holds anything but numbers, or has more decimals than ``decimals``.

    Notes
    -----
    With u the unit of the last decimal, each mean was moved by at most u / 2 when it was rounded. A gap of two means is
    therefore within u of the true gap, and the printed gap within u / 2 of it: together 1.5 u. Both are whole
    multiples of u, so a table whose gaps were taken before rounding differs from ours by -u, 0 or u; 2 u or more has
    another cause. "Rounding" says that rounding can explain the difference, not that it is the cause.

    Source: derived here; the gaps: [parasuraman1994]

    Examples
    --------
    >>> row = {"minimum": 6.11, "desired": 8.03, "perceived": 7.31}
    >>> printed = pd.DataFrame([{**row, "adequacy_printed": 1.20, "superiority_printed": -0.71}], index=["B"])
    >>> check_printed_gaps(printed)
                   computed  printed  difference   verdict
      gap
    B adequacy         1.20     1.20        0.00     equal
      superiority     -0.72    -0.71        0.01  rounding
    """
    places = whole_number(decimals, "decimals", low=0, high=9)
    unit = 10.0**places
    require_columns(table, "table", [*_LEVELS, "adequacy_printed", "superiority_printed"])
    whole = {}
    for column in [*_LEVELS, "adequacy_printed", "superiority_printed"]:
        values = numbers(table[column].to_numpy(), f"table[{column!r}]") * unit
        if (np.abs(values - np.rint(values)) > 1e-6).any():
            first = values[np.abs(values - np.rint(values)) > 1e-6][0] / unit
            raise InputError(
                f"table[{column!r}]",
                found=f"{first:g}",
                expected=f"numbers of at most {places} decimals, as printed",
                mend="pass the figures as they stand in the source, or say decimals=",
            )
        whole[column] = np.rint(values)
    parts = []
    for gap, limit in (("adequacy", "minimum"), ("superiority", "desired")):
        computed, printed = whole["perceived"] - whole[limit], whole[f"{gap}_printed"]
        off = np.abs(printed - computed)
        part = pd.DataFrame(
            {
                "computed": computed / unit,
                "printed": printed / unit,
                "difference": (printed - computed) / unit,
                "verdict": np.select([off == 0, off == 1], ["equal", "rounding"], "not rounding"),
            },
            index=table.index,
        )
        parts.append(part.assign(row=np.arange(len(part)), gap=gap))
    both = pd.concat(parts).sort_values("row", kind="stable").drop(columns="row")
    return both.set_index("gap", append=True)


def expected_shares(minimum: float, desired: float, perceived: float, *, spread: float) -> ExpectedShares:
    """Return how many persons are below, inside and above the zone, if persons differ normally around the means.

    Use it to see what a mean hides: a mean inside the zone says little about how many persons are inside. Do not use
    it in place of counting where answers of persons exist (``measure_tolerance_zone``).

    Parameters
    ----------
    minimum, desired : number
        Limits of the zone in points; the minimum not above the desired level.
    perceived : number
        Mean perceived level in points.
    spread : number
        Standard deviation, between persons, of perceived service less the person's own limit, in points; above 0. If
        all persons have the same limits it is the standard deviation of perceived service.

    Returns
    -------
    ExpectedShares
        The shares with the figures they came from.

    Raises
    ------
    InputError
        If the minimum is above the desired level, or the spread is not above 0.

    Notes
    -----
    Share below: Phi((minimum - perceived) / spread); share above: 1 - Phi((desired - perceived) / spread). Assumes

    1. a normal distribution of both gaps, with the same standard deviation;
    2. a scale without ends and without steps: a real scale of 1 to 9 has both.

    This is this workbook's own formalisation; the spread is not published for the tables used here.

    Source: derived here; the zone: [zeithaml1993]

    Examples
    --------
    >>> shares = expected_shares(6.23, 7.93, 6.99, spread=1.8)
    >>> shares.place, round(shares.below, 2), round(shares.inside, 2), round(shares.above, 2)
    ('inside', 0.34, 0.36, 0.3)
    """
    from scipy.special import ndtr

    low, high, mean = (number(value, name) for value, name in zip((minimum, desired, perceived), _LEVELS, strict=True))
    if low > high:
        raise InputError(
            "minimum",
            found=f"{low:g}, above the desired level {high:g}",
            expected="a minimum no higher than the desired level",
            mend="check whether the two were exchanged",
        )
    sd = number(spread, "spread", low=0, low_open=True, expected="a standard deviation above 0")
    below, above = float(ndtr((low - mean) / sd)), float(ndtr((mean - high) / sd))
    return ExpectedShares(low, high, mean, sd, below, max(0.0, 1 - below - above), above)
