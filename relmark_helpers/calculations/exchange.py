"""Transactional or relational: the profile of an exchange, its place on the continuum, and how sure that is.

The criteria and the five positions are published; scoring, weighting and placing them is this workbook's own
formalisation. Nobody has shown that the scores are measured on one scale or that a high position pays.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.weights import (
    check_names,
    named_values,
    normalised,
    share_of_weights,
    weight_change_to_reach,
    weight_range,
)
from relmark_helpers.calculations.weights import weight_change as _weight_change
from relmark_helpers.validation import InputError, StatisticalWarning, number, numbers, shares, whole_number

__all__ = [
    "BEHAVIOURS",
    "CRITERIA",
    "EQUAL_BEHAVIOUR_WEIGHTS",
    "EQUAL_WEIGHTS",
    "STATIONS",
    "WEIGHT_CHANGE",
    "ExchangePlacement",
    "FitProfile",
    "fit_profile",
    "nearest_station",
    "place_exchange",
]

CRITERIA: Final = MappingProxyType(
    {
        "value": ("low value", "high value"),
        "industrial": ("everyday consumer good", "industrial product"),
        "not_commodity": ("commodity", "not a commodity"),
        "switching_cost": ("low switching cost", "high switching cost"),
        "continuity": ("prefers single transactions", "prefers a relationship"),
        "co_production": ("no part in production", "takes part in production"),
    }
)
"""The six criteria of fit, each with its transactional end (score 0) and its relational end (score 10).

The last two are about the customer: whether the customer prefers a relationship, and takes part in production."""

BEHAVIOURS: Final = MappingProxyType(
    {
        "repeat_share": "purchases made by customers who bought before",
        "share_of_wallet": "the customer's spending in the category that comes to this supplier",
        "customisation": "sales adapted to the single customer",
        "joint_work": "projects, plans or data worked on together",
    }
)
"""Four observed shares, 0 to 1, from which an exchange is placed without asking for opinions."""

EQUAL_WEIGHTS: Final = MappingProxyType(dict.fromkeys(CRITERIA, 1.0))
"""Each of the six criteria counts alike."""
EQUAL_BEHAVIOUR_WEIGHTS: Final = MappingProxyType(dict.fromkeys(BEHAVIOURS, 1.0))
"""Each of the four shares counts alike."""
WEIGHT_CHANGE: Final = 0.10
"""Up to ten percentage points more or less for each weight: by how much weights are doubted unless you say so."""

STATIONS: Final = (
    "anonymous transaction or automated purchase",
    "transactional exchange",
    "value-adding exchange",
    "collaborative exchange",
    "full collaboration and integration",
)
"""The five positions of the continuum, set by this workbook at 0, 0.25, 0.5, 0.75 and 1."""

_MIDDLE = 0.5
_ROUNDING = 1e-12
_DRAWS = 4000
_FEW_RATERS = 10


@dataclass(frozen=True, eq=False)
class FitProfile:
    """Position of an exchange between transactional (0) and relational (1); made by :func:`fit_profile`.

    Attributes
    ----------
    position : float
        Weighted mean of the six scores, as a share of the scale.
    table : pandas.DataFrame
        Indexed by ``criterion``: ``score`` (mean over raters), ``sd`` (between raters; missing for one rater),
        ``weight`` (sum 1), ``contribution`` (sum = position), ``pull`` (contribution counted from the middle, sum =
        position - 0.5), ``at_other_end`` (position if this score alone went to the end against the verdict),
        ``flips`` (whether that crosses 0.5), ``left_out`` (position without the criterion), ``flips_left_out``,
        ``change_to_flip`` (change of this score alone that brings the position to 0.5; missing if out of reach).
    ranges : pandas.DataFrame
        Indexed by ``doubt``: ``low`` and ``high`` end of the position. Rows ``given weights``, ``changed weights``,
        ``any weights`` and ``raters`` (95 per cent, missing for one rater).
    weight_change : float
        By how much each weight was allowed to change for ``changed weights``.
    weight_change_to_flip : float
        Smallest such change that brings the position to 0.5; infinite if no weights do.
    share_relational : float
        Share of all possible weightings, each equally likely, with a position above 0.5.
    raters : pandas.Series
        Position by rater.
    """

    position: float
    table: pd.DataFrame = field(repr=False)
    ranges: pd.DataFrame = field(repr=False)
    weight_change: float
    weight_change_to_flip: float
    share_relational: float
    raters: pd.Series[float] = field(repr=False)

    @property
    def low(self) -> float:
        """Lower end of the position: the lower of changed weights and raters."""
        return float(self.ranges.loc[["changed weights", "raters"], "low"].min())

    @property
    def high(self) -> float:
        """Upper end of the position: the higher of changed weights and raters."""
        return float(self.ranges.loc[["changed weights", "raters"], "high"].max())

    @property
    def verdict(self) -> str:
        """Say "relational" or "transactional" if the whole range low to high is on that side, otherwise "both"."""
        if self.low > _MIDDLE + _ROUNDING:
            return "relational"
        return "transactional" if self.high < _MIDDLE - _ROUNDING else "both"

    @property
    def tipping(self) -> tuple[str, ...]:
        """The criteria that can each tip the verdict alone, the one that needs the smallest change first."""
        changes = self.table.loc[self.table["flips"], "change_to_flip"].abs().round(9)
        return tuple(changes.sort_values(kind="stable").index)


@dataclass(frozen=True, eq=False)
class ExchangePlacement:
    """An exchange on the continuum, by its profile and by behaviour; made by :func:`place_exchange`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``basis`` (``profile`` and, if given, ``behaviour``): ``position``, ``low``, ``high`` and the
        nearest station to each: ``station``, ``station_low``, ``station_high``.
    gap : float
        Position by behaviour minus position by profile; missing (nan) without behaviour.
    """

    table: pd.DataFrame
    gap: float

    @property
    def disagree(self) -> bool:
        """Whether the two ranges do not overlap; False without behaviour."""
        if "behaviour" not in self.table.index:
            return False
        return bool(self.table["low"].max() > self.table["high"].min())

    @property
    def reading(self) -> str:
        """What profile and behaviour say together, in one sentence."""
        if "behaviour" not in self.table.index:
            return "Placed by its profile alone; observed behaviour may say something else"
        if not self.disagree:
            return "The ranges of profile and behaviour overlap"
        if self.gap > 0:
            return (
                "Behaviour is more relational than the profile: the relationship may cost more than it brings, "
                "habit may look like a relationship, or the scores are wrong"
            )
        return (
            "Behaviour is less relational than the profile: the relationship may not have been tried, "
            "customers may not want it, or the scores are wrong"
        )


def fit_profile(
    scores: Mapping[str, float] | pd.Series[float] | pd.DataFrame,
    *,
    weights: Mapping[str, float] | pd.Series[float] = EQUAL_WEIGHTS,
    weight_change: float = WEIGHT_CHANGE,
    seed: int = 0,
) -> FitProfile:
    """Return where an exchange stands between transactional and relational, and how far the verdict is from flipping.

    Use it to argue about one exchange, product by product and customer group by customer group: a firm can be at
    several places. Do not use it as proof that relationship marketing pays; that needs costs and retention.

    Parameters
    ----------
    scores : mapping, Series, or DataFrame with one row per rater
        One score from 0 (transactional end) to 10 (relational end) for each of :data:`CRITERIA`, by name.
    weights : mapping or Series
        Importance of each criterion, 0 or more, by name; only their proportions count.
    weight_change : number
        By how much each weight, as a share of 1, may be wrong: 0.10 is ten percentage points.
    seed : int
        Seed of the bootstrap over raters; nothing is random with one rater.

    Returns
    -------
    FitProfile
        With position, contributions, ranges over weights and raters, and what would flip the verdict.

    Raises
    ------
    InputError
        If a criterion is missing or unknown, a score is outside 0 to 10, or the weights are negative or all 0.

    Warns
    -----
    StatisticalWarning
        With two to nine raters: their bootstrap interval is too narrow.

    Notes
    -----
    Position = sum of weight x score / 10. A score moves the position by weight / 10 per point, so the change that
    brings it to the middle is (0.5 - position) x 10 / weight. The ranges over weights are exact and take the scores as
    right. Raters are drawn anew with replacement 4,000 times; the limits hold 95 per cent of the means. ``low`` and
    ``high`` span both ranges; doubts about weights and raters together can reach further. The criteria are published
    in teaching texts; scores, weights and the middle as border are this workbook's own formalisation. Assumes

    1. criteria compensate each other: high value can make up for low switching cost;
    2. a point means the same on every criterion.

    Checked against: linear programming, brute force and Dirichlet draws.

    Source: [efron1979], [varsi1973]

    Examples
    --------
    >>> lift = {"value": 9, "industrial": 10, "not_commodity": 6, "switching_cost": 7, "continuity": 8,
    ...         "co_production": 2}
    >>> profile = fit_profile(lift)
    >>> round(profile.position, 3), profile.verdict
    (0.7, 'relational')
    >>> profile.ranges.loc["changed weights"].round(3).to_dict()
    {'low': 0.58, 'high': 0.82}
    >>> profile.tipping, round(profile.share_relational, 3)
    ((), 0.964)
    """
    if isinstance(scores, pd.DataFrame):
        check_names(scores.columns, "scores", CRITERIA)
        table = scores
    else:
        table = named_values(scores, "scores", CRITERIA).to_frame().T
    if table.empty:
        raise InputError("scores", found="no rows", expected="one row per rater", mend="pass at least one row")
    rated = numbers(
        table[list(CRITERIA)].to_numpy(),
        "scores",
        low=0,
        high=10,
        expected="scores from 0 (transactional end) to 10 (relational end)",
        mend=f"correct the score; columns are {', '.join(CRITERIA)}",
    )
    weight = normalised(named_values(weights, "weights", CRITERIA).to_numpy(), "weights")
    change = _weight_change(weight_change, "weight_change")
    share = rated.mean(axis=0) / 10
    position, _ = weight_range(share, weight, change=0)
    by_rater = pd.Series(rated @ weight / 10, index=table.index.rename("rater"), name="position")
    ranges = {
        "given weights": (position, position),
        "changed weights": weight_range(share, weight, change=change),
        "any weights": (float(share.min()), float(share.max())),
        "raters": _rater_interval(by_rater.to_numpy(), whole_number(seed, "seed", low=0)),
    }
    return FitProfile(
        position=position,
        table=_criteria_table(share, weight, position, rated),
        ranges=pd.DataFrame.from_dict(ranges, orient="index", columns=["low", "high"]).rename_axis("doubt"),
        weight_change=change,
        weight_change_to_flip=weight_change_to_reach(share, weight, border=_MIDDLE),
        share_relational=share_of_weights(share, border=_MIDDLE),
        raters=by_rater,
    )


def nearest_station(position: float) -> str:
    """Return the station of the continuum nearest to a position from 0 to 1; half-way counts as the higher one.

    Use it for words beside a number, never in its place: the stations are names on a line, not classes.

    Parameters
    ----------
    position : number
        From 0 (transactional) to 1 (relational).

    Returns
    -------
    str
        One of :data:`STATIONS`.

    Raises
    ------
    InputError
        If the position is outside 0 to 1.

    Notes
    -----
    Stations stand at 0, 0.25, 0.5, 0.75 and 1. The names follow the spectrum from transactional to collaborative
    exchange (from memory, not verified); the equal distances are this workbook's own.

    Source: [day2000]

    Examples
    --------
    >>> nearest_station(0.55)
    'value-adding exchange'
    """
    shares(position, "position")
    return STATIONS[math.floor(4 * number(position, "position") + 0.5)]


def place_exchange(
    profile: FitProfile,
    behaviour: Mapping[str, float] | pd.Series[float] | None = None,
    *,
    behaviour_weights: Mapping[str, float] | pd.Series[float] = EQUAL_BEHAVIOUR_WEIGHTS,
) -> ExchangePlacement:
    """Return where an exchange stands on the continuum by its profile and, separately, by observed behaviour.

    Use it to confront what the exchange seems made for with what is done. The two are never averaged: where they
    disagree, the disagreement is the finding. Repeat purchase and share of wallet alone do not tell a relationship
    from an automated purchase or a habit.

    Parameters
    ----------
    profile : FitProfile
        From :func:`fit_profile`. Its weight change is used for behaviour too.
    behaviour : mapping or Series
        A share from 0 to 1 for each of :data:`BEHAVIOURS`, by name; all over one period.
    behaviour_weights : mapping or Series
        Importance of each, 0 or more, by name; only their proportions count.

    Returns
    -------
    ExchangePlacement
        With position, range and station for each basis, the gap, and whether they disagree.

    Raises
    ------
    InputError
        If a behaviour is missing or unknown, or no share; if the weights are negative or all 0.

    Notes
    -----
    Position by behaviour = weighted mean of the four shares; its range is exact over weights that differ by up to the
    profile's weight change, and leaves out errors in the shares. The two disagree if their ranges do not overlap.
    This rule is the workbook's own formalisation; the five positions are from memory of the source, not verified.

    Source: [day2000]

    Examples
    --------
    >>> profile = fit_profile(dict.fromkeys(CRITERIA, 7))
    >>> seen = {"repeat_share": 0.5, "share_of_wallet": 0.3, "customisation": 0.1, "joint_work": 0.0}
    >>> placed = place_exchange(profile, seen)
    >>> placed.table["station"].to_dict()
    {'profile': 'collaborative exchange', 'behaviour': 'transactional exchange'}
    >>> round(placed.gap, 3), placed.disagree
    (-0.475, True)
    """
    rows = {"profile": (profile.position, profile.low, profile.high)}
    if behaviour is not None:
        share = shares(named_values(behaviour, "behaviour", BEHAVIOURS).to_numpy(), "behaviour")
        given = named_values(behaviour_weights, "behaviour_weights", BEHAVIOURS)
        weight = normalised(given.to_numpy(), "behaviour_weights")
        position, _ = weight_range(share, weight, change=0)
        rows["behaviour"] = (position, *weight_range(share, weight, change=profile.weight_change))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["position", "low", "high"]).rename_axis("basis")
    for column, of in (("station", "position"), ("station_low", "low"), ("station_high", "high")):
        table[column] = [nearest_station(at) for at in table[of]]
    gap = rows["behaviour"][0] - rows["profile"][0] if behaviour is not None else math.nan
    return ExchangePlacement(table, gap)


def _criteria_table(
    share: NDArray[np.float64], weight: NDArray[np.float64], position: float, rated: NDArray[np.float64]
) -> pd.DataFrame:
    relational = position > _MIDDLE + _ROUNDING
    side = -1 if relational else 1  # the side against the verdict
    other_end = position + weight * ((0.0 if relational else 1.0) - share)
    others = weight * (1 - np.eye(len(weight)))
    rest = others.sum(axis=1)
    left_out = others @ share / np.where(rest > 0, rest, np.nan)  # nothing is left where one has all the weight
    with np.errstate(over="ignore"):  # a weight of almost nothing needs an endless change
        needed = (_MIDDLE - position) * 10 / np.where(weight > 0, weight, np.nan)
    reached = 10 * share + needed
    possible = (reached >= -_ROUNDING) & (reached <= 10 + _ROUNDING)
    return pd.DataFrame(
        {
            "score": 10 * share,
            "sd": rated.std(axis=0, ddof=1) if len(rated) > 1 else np.nan,
            "weight": weight,
            "contribution": weight * share,
            "pull": weight * (share - _MIDDLE),
            "at_other_end": other_end,
            "flips": side * (other_end - _MIDDLE) > _ROUNDING,
            "left_out": left_out,
            "flips_left_out": side * (left_out - _MIDDLE) > _ROUNDING,
            "change_to_flip": np.where(possible, needed, np.nan),
        },
        index=pd.Index(list(CRITERIA), name="criterion"),
    )


def _rater_interval(positions: NDArray[np.float64], seed: int) -> tuple[float, float]:
    if positions.size == 1:
        return math.nan, math.nan
    if positions.size < _FEW_RATERS:
        warnings.warn(
            f"{positions.size} raters: the interval of their mean is too narrow; read it as the least uncertainty",
            StatisticalWarning,
            stacklevel=3,
        )
    drawn = np.random.default_rng(seed).integers(0, positions.size, (_DRAWS, positions.size))
    low, high = np.quantile(positions[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)
