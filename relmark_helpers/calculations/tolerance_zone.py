"""The zone of tolerance from the answers of persons: gaps, width, position, and shares below, inside and above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.calculations.tolerance_counts import (
    ABOVE,
    ADEQUACY,
    BELOW,
    COMPLETE,
    SUPERIORITY,
    ZONE,
    checked_scale,
    checked_tables,
    count_triples,
)
from relmark_helpers.validation import InputError, number

__all__ = ["ALL_ITEMS", "ToleranceZone", "measure_tolerance_zone"]

ALL_ITEMS = "all items"
ALL_ITEMS = "all items"
"""Name of the last row of both tables."""
_LEVELS = ("minimum", "desired", "perceived")


@dataclass(frozen=True, eq=False)
class ToleranceZone:
    """Gaps and shares of answers by item, with limits; made by :func:`measure_tolerance_zone`.

    Attributes
    ----------
    gaps : pandas.DataFrame
        Indexed by ``item``, last row "all items", in points: ``answers`` (complete), ``incomplete``, the means
        ``minimum``, ``desired``, ``perceived``; ``adequacy``, ``superiority`` and ``width``, each with ``_low`` and
        ``_high``; ``position`` (mean adequacy over mean width) with limits; ``position_median`` (middle of the
        positions of single answers); ``place`` (below, inside, above, or "borderline" where a limit does not exclude
        another place).
    shares : pandas.DataFrame
        Indexed by ``item``, last row "all items": ``answers`` (with a zone), shares ``below``, ``inside`` and
        ``above``, each with ``_low`` and ``_high``; ``reversed`` (answers with minimum above desired, left out here)
        and ``no_width`` (minimum equal to desired: counted in the shares, without a position).
    left_out : pandas.Series
        What was not used, and how much.
    respondents : int
        Respondents with at least one complete answer.
    level : float
        Confidence level of all limits.
    """

    gaps: pd.DataFrame = field(repr=False)
    shares: pd.DataFrame = field(repr=False)
    left_out: pd.Series[int]
    respondents: int
    level: float

    def summary(self) -> pd.DataFrame:
        """Return place, position and shares of every item in one table."""
        return self.gaps[["adequacy", "superiority", "width", "position", "place"]].join(
            self.shares[["below", "inside", "above"]]
        )


def measure_tolerance_zone(
    minimum: pd.DataFrame | ArrayLike,
    desired: pd.DataFrame | ArrayLike,
    perceived: pd.DataFrame | ArrayLike,
    *,
    scale: tuple[int, int] = (1, 9),
    missing: int | None = None,
    level: float = 0.95,
) -> ToleranceZone:
    """Return where perceived service lies against each person's own zone of tolerance, by item and over all items.

    Use it when every respondent rated the minimum, the desired and the perceived level of the same items. With means
    only, use ``zone_means``. Do not read the gaps as satisfaction: perceived service alone often predicts it as well.

    Parameters
    ----------
    minimum, desired, perceived : pandas.DataFrame or array_like, respondents by items
        Whole-number answers on the rating scale. DataFrames must have the same columns and the same index. Arrays of
        small integers (``numpy.int8``) are the quickest.
    scale : (int, int)
        Lowest and highest answer; at most 27 points.
    missing : int, optional
        A number that stands for "no answer", such as 0 or 99. Missing values (NaN, <NA>) always count as no answer.
    level : number
        Confidence level of the limits, between 0 and 1.

    Returns
    -------
    ToleranceZone
        With the tables ``gaps`` and ``shares`` and the account of what was left out.

    Raises
    ------
    InputError
        If the tables do not fit together, an answer is not on the scale, or an item has no complete answer.

    Notes
    -----
    Adequacy (MSA) is perceived less minimum, superiority (MSS) perceived less desired, width desired less minimum.
    Both limits belong to the zone. Rules, all this workbook's own:

    1. An answer counts when all three levels of the item are given; nothing is filled in.
    2. An answer with the minimum above the desired level contradicts itself. It stays in the means, so that they fit
       published tables, and is left out of shares and single positions. It is counted under ``reversed``.
    3. Position is mean adequacy over mean width; it has no limits where the width is not clearly above 0.
    4. Respondents are taken as drawn independently. Per item each gives one answer: t limits for gaps, Wilson limits
       for shares. Over all items answers of one respondent hang together, so the sampling unit is the respondent:
       linearised standard errors clustered by respondent, and Wilson limits with the number of independent answers
       that would have the same variance (never more than there are; the number of respondents if a share is 0 or 1).
    5. Limits hold for one item at a time; among many items some will miss by chance.

    Answers are counted in a table of the possible triples, so that a million respondents take a fraction of a second.

    Checked against: a plain pandas computation on the same answers.

    Source: [parasuraman1994], [zeithaml1993], [wilson1927]

    Examples
    --------
    >>> low, high = [[5, 6], [6, 6], [7, 8]], [[8, 8], [8, 8], [8, 7]]
    >>> zone = measure_tolerance_zone(low, high, [[6, 5], [8, 9], [7, 7]])
    >>> zone.gaps[["answers", "adequacy", "superiority", "width", "position", "place"]].round(2)
               answers  adequacy  superiority  width  position       place
    item
    item 1           3      1.00        -1.00   2.00      0.50  borderline
    item 2           3      0.33        -0.67   1.00      0.33  borderline
    all items        6      0.67        -0.83   1.50      0.44  borderline
    >>> zone.left_out
    incomplete answers                          0
    reversed answers                            1
    respondents with a reversed answer          1
    respondents without a complete answer       0
    dtype: int64
    """
    low, high = checked_scale(scale)
    share = number(level, "level", low=0, high=1, low_open=True, high_open=True, expected="a share between 0 and 1")
    tables, items = checked_tables({"minimum": minimum, "desired": desired, "perceived": perceived})
    counts, respondent_sums = count_triples(tables, low, high, missing)
    points = high - low + 2  # 0 stands for no answer
    cells = np.indices((points,) * 3).reshape(3, -1)
    given = (cells > 0).all(axis=0)
    cells, counts = cells[:, given], counts[:, given]
    empty = counts.sum(axis=1) == 0
    if empty.any():
        raise InputError(
            "perceived",
            found=f"no complete answer to item {items[int(empty.argmax())]!r}",
            expected="at least one respondent with all three levels for every item",
            mend="leave that item out",
        )
    features = _features(*cells)
    asked = tables["minimum"].shape[0]
    rows = [
        _Row(
            row, cells + low - 1, features.T @ row, (features.T * row) @ features, int(row.sum()), row @ features[:, 1]
        )
        for row in counts
    ]
    pooled = counts.sum(axis=0)
    rows.append(
        _Row(pooled, cells + low - 1, features.T @ pooled, respondent_sums.products, *respondent_sums.respondents)
    )
    index = pd.Index([*items, ALL_ITEMS], name="item")
    gaps = pd.DataFrame([row.gaps(share) for row in rows], index=index)
    gaps.insert(1, "incomplete", [asked - row.answers for row in rows[:-1]] + [asked * len(items) - rows[-1].answers])
    shares = pd.DataFrame([row.shares(share) for row in rows], index=index)
    left_out = {
        "incomplete answers": int(gaps["incomplete"].iloc[-1]),
        "reversed answers": int(shares["reversed"].iloc[-1]),
        "respondents with a reversed answer": respondent_sums.reversed,
        "respondents without a complete answer": asked - respondent_sums.respondents[0],
    }
    return ToleranceZone(gaps, shares, pd.Series(left_out), respondent_sums.respondents[0], share)


@dataclass(frozen=True)
class _Row:
    """One row of the tables: counts of triples, sums per answer, sums of products per respondent, respondents."""

    counts: NDArray[np.int64]
    cells: NDArray[np.int64]
    sums: NDArray[np.float64]
    products: NDArray[np.float64]
    respondents: int
    respondents_zone: int

    @property
    def answers(self) -> int:
        return int(self.counts.sum())

    def gaps(self, level: float) -> dict[str, Any]:
        from scipy.stats import t

        means = self.cells @ self.counts / self.answers
        row: dict[str, Any] = {"answers": self.answers, **dict(zip(_LEVELS, means, strict=True))}
        units = np.eye(6)
        width = units[ADEQUACY] - units[SUPERIORITY]
        times = float(t.ppf((1 + level) / 2, self.respondents - 1)) if self.respondents > 1 else np.nan
        for name, part, of in (
            ("adequacy", units[ADEQUACY], units[COMPLETE]),
            ("superiority", units[SUPERIORITY], units[COMPLETE]),
            ("width", width, units[COMPLETE]),
            ("position", units[ADEQUACY], width),
        ):
            ratio, variance = self._ratio(part, of)
            half = times * np.sqrt(variance * self.respondents / max(self.respondents - 1, 1))
            if name == "position" and not row["width_low"] > 0:
                half = np.nan
            row |= {name: ratio, f"{name}_low": ratio - half, f"{name}_high": ratio + half}
        row["position_median"] = self._median_position()
        row["place"] = _place(row)
        return row

    def shares(self, level: float) -> dict[str, Any]:
        from scipy.special import ndtri

        z = float(ndtri((1 + level) / 2))
        units = np.eye(6)
        answers = int(self.sums[ZONE])
        row: dict[str, Any] = {"answers": answers}
        inside = units[ZONE] - units[BELOW] - units[ABOVE]
        for name, part in (("below", units[BELOW]), ("inside", inside), ("above", units[ABOVE])):
            share, variance = self._ratio(part, units[ZONE])
            size = share * (1 - share) / variance if variance > 1e-15 else self.respondents_zone
            limits = _wilson(share, min(size, answers), z) if answers else (np.nan, np.nan)
            row |= {name: share, f"{name}_low": limits[0], f"{name}_high": limits[1]}
        minimum, desired, _ = self.cells
        row["reversed"] = int(self.counts[minimum > desired].sum())
        row["no_width"] = int(self.counts[minimum == desired].sum())
        return row

    def _ratio(self, part: NDArray[np.float64], of: NDArray[np.float64]) -> tuple[float, float]:
        """Return the ratio of two sums and its linearised variance, respondents being the sampling unit."""
        total = float(of @ self.sums)
        if total <= 0:
            return np.nan, np.nan
        ratio = float(part @ self.sums) / total
        residual = part - ratio * of
        return ratio, max(0.0, float(residual @ self.products @ residual)) / total**2

    def _median_position(self) -> float:
        minimum, desired, perceived = self.cells
        wide = (desired > minimum) & (self.counts > 0)
        if not wide.any():
            return np.nan
        position = (perceived - minimum)[wide] / (desired - minimum)[wide]
        order = np.argsort(position)
        running = np.cumsum(self.counts[wide][order])
        middle = [(running[-1] - 1) // 2, running[-1] // 2]
        return float(position[order][np.searchsorted(running, middle, side="right")].mean())


def _place(row: dict[str, Any]) -> str:
    """Return the place of a mean if its limits leave no other."""
    if row["adequacy_high"] < 0:
        return "below"
    if row["superiority_low"] > 0:
        return "above"
    return "inside" if row["adequacy_low"] > 0 and row["superiority_high"] < 0 else "borderline"


def _wilson(share: float, size: float, z: float) -> tuple[float, float]:
    middle = share + z**2 / (2 * size)
    half = z * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    scale = 1 + z**2 / size
    return max(0.0, float(middle - half) / scale), min(1.0, float(middle + half) / scale)


def _features(
    minimum: NDArray[np.int64], desired: NDArray[np.int64], perceived: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return for each triple what it adds to the six sums."""
    zone = minimum <= desired
    columns = [
        np.ones(len(zone)),
        zone,
        zone & (perceived < minimum),
        zone & (perceived > desired),
        perceived - minimum,
        perceived - desired,
    ]
    return np.column_stack(columns).astype(float)
