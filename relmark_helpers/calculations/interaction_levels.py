"""From acts to episodes, sequences and the relationship: a log of scored acts, aggregated by a stated rule."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    number,
    numbers,
    require_columns,
    shares,
)

__all__ = [
    "LEVELS",
    "MEAN",
    "PEAK_END",
    "AggregationRule",
    "InteractionLevels",
    "RuleComparison",
    "aggregate_log",
    "compare_rules",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

LEVELS: Final = ("act", "episode", "sequence", "relationship")
"""Holmlund's levels of interaction, from the smallest to the largest. A firm's relationships together, the level above,
are left out."""


@dataclass(frozen=True)
class AggregationRule:
    """How the scores of the parts of an interaction make the score of the whole.

    Parameters
    ----------
    peak_weight : number
        Share of the score that the most intense part gets, 0 to 1; the rest goes to the weighted mean of all parts.
    half_life : number
        Time after which a part counts half in that mean, 0 or more, in the unit of the log; infinity: all count
        alike; 0: only the last counts.
    critical_weight : number
        How many ordinary episodes one critical episode counts for, 1 or more; likewise sequences with a critical
        episode.

    Raises
    ------
    InputError
        If a number is outside its range.

    Notes
    -----
    Score = peak_weight x peak + (1 - peak_weight) x sum of w(i) s(i) / sum of w(i), where
    w(i) = c(i) 0.5^((T - t(i)) / half_life), t(i) the end of part i, T that of the last part, and c(i) the critical
    weight. The peak is the part with the largest c(i) |s(i) - neutral|; of equal ones the latest; simultaneous ones are
    averaged.

    Special cases: the plain mean (``MEAN``: no peak, infinite half-life); peak and end alike (``PEAK_END``: half for
    the peak, half-life 0), Kahneman's rule for how past experiences are remembered, here from memory and carried over
    from minutes of pain to years of service, for which it was not made; recency (a half-life between). The formula that
    holds them together, and its use on these levels, are this workbook's own.

    Source: this workbook's own formalisation; [kahneman1993] for peak and end

    Examples
    --------
    >>> PEAK_END
    AggregationRule(peak_weight=0.5, half_life=0.0, critical_weight=1.0)
    """

    peak_weight: float = 0.0
    half_life: float = np.inf
    critical_weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "peak_weight", float(shares(self.peak_weight, "peak_weight")))
        if self.half_life != np.inf:
            number(self.half_life, "half_life", low=0, expected="a time of 0 or more, or infinity (numpy.inf)")
        number(self.critical_weight, "critical_weight", low=1, expected="1 or more", mend="use 1 for no extra weight")


MEAN: Final = AggregationRule()
"""All parts count alike."""
PEAK_END: Final = AggregationRule(peak_weight=0.5, half_life=0.0)
"""The most intense part and the last one count half each."""


@dataclass(frozen=True, eq=False)
class InteractionLevels:
    """Scores on every level; made by :func:`aggregate_log`.

    Attributes
    ----------
    acts : pandas.DataFrame
        Indexed by ``act``, in order of time within each relationship: ``relationship``, ``sequence``, ``episode``,
        ``score``, ``start`` and ``end`` (the time of the act), ``critical`` (as logged). Acts without score left out.
    episodes, sequences, relationships : pandas.DataFrame
        Indexed by their names: the levels above, ``score``, ``act_mean`` (plain mean of all acts, for comparison),
        ``start``, ``end``, ``parts`` (of the level below), ``acts``, ``critical`` (an episode with an act flagged as
        critical; a whole with a critical part).
    rule : AggregationRule
        The rule used at each step.
    neutral : float
        The score that is neither good nor bad.
    left_out : int
        Acts without a score.
    """

    acts: pd.DataFrame = field(repr=False)
    episodes: pd.DataFrame = field(repr=False)
    sequences: pd.DataFrame = field(repr=False)
    relationships: pd.DataFrame
    rule: AggregationRule
    neutral: float
    left_out: int


@dataclass(frozen=True, eq=False)
class RuleComparison:
    """Scores of the same relationships under several rules; made by :func:`compare_rules`.

    Attributes
    ----------
    scores : pandas.DataFrame
        Indexed by ``relationship``, a column per rule.
    spread : pandas.Series
        Largest less smallest score of each relationship over the rules.
    pairs : int
        Pairs of relationships.
    reversals : int
        Pairs of which one relationship is better under one rule and worse under another.
    rules : mapping of str to AggregationRule
        The rules by the names of the columns.
    """

    scores: pd.DataFrame
    spread: pd.Series[float] = field(repr=False)
    pairs: int
    reversals: int
    rules: Mapping[str, AggregationRule] = field(repr=False)


def aggregate_log(log: pd.DataFrame, *, rule: AggregationRule = MEAN, neutral: float) -> InteractionLevels:
    """Return the scores of episodes, sequences and relationships from a log of scored acts.

    Use it to see how the same acts make a good or a poor relationship, according to what is taken to count. Do not take
    a rule for how customers judge: that is for data to say, such as relationship scores asked at the end.

    Parameters
    ----------
    log : pandas.DataFrame
        One row per act: ``act``, ``episode``, ``sequence``, ``relationship`` (names), ``time`` (number, such as days),
        ``score`` (number; missing where not rated), ``critical`` (true if the act makes its episode a critical one).
    rule : AggregationRule
        Used from acts to episodes, from episodes to sequences, and from sequences to relationships.
    neutral : number
        The score that is neither good nor bad, such as 4 on a scale of 1 to 7; needed to find the peak.

    Returns
    -------
    InteractionLevels

    Raises
    ------
    InputError
        If a column or a name is missing, an act is listed twice or stands in two episodes, an episode in two sequences,
        a sequence in two relationships, a time is missing, a flag is not true or false, or an episode has no score.

    Warns
    -----
    StatisticalWarning
        If acts have no score: they are left out, never counted as neutral.

    Notes
    -----
    The levels are Holmlund's: acts make episodes, episodes sequences, sequences a relationship. The rules are this
    workbook's own; see :class:`AggregationRule`. Three more choices:

    1. Aggregation goes step by step, so that an episode counts once however many acts it has. The mean of means is
       not the mean of all acts.
    2. A whole ends when its last rated part ends. Episodes may overlap in time.
    3. The critical weight acts on episodes and sequences; within an episode all acts count alike.

    Checked against: a loop over the parts of each whole.

    Source: [holmlund1997] for the levels

    Examples
    --------
    >>> log = pd.DataFrame(
    ...     {
    ...         "relationship": "guest",
    ...         "sequence": "year 1",
    ...         "episode": ["stay 1", "stay 1", "stay 2"],
    ...         "act": ["check in", "breakfast", "check in again"],
    ...         "time": [0, 1, 90],
    ...         "score": [6.0, 4.0, 1.0],
    ...         "critical": [False, False, True],
    ...     }
    ... )
    >>> aggregate_log(log, neutral=4).episodes[["score", "parts", "critical"]]
             score  parts  critical
    episode
    stay 1     5.0      2     False
    stay 2     1.0      1      True
    >>> float(aggregate_log(log, neutral=4).relationships.loc["guest", "score"])
    3.0
    >>> float(aggregate_log(log, rule=PEAK_END, neutral=4).relationships.loc["guest", "score"])
    1.0
    """
    middle = number(neutral, "neutral")
    rated, left_out = _checked(log)
    if left_out:
        warnings.warn(
            f"{left_out} of {len(log)} acts have no score and are left out.", StatisticalWarning, stacklevel=2
        )
    return _aggregate(rated, rule, middle, left_out)


def compare_rules(log: pd.DataFrame, rules: Mapping[str, AggregationRule], *, neutral: float) -> RuleComparison:
    """Return the scores of the relationships in a log under several rules, and how often their order changes.

    Use it before acting on a ranking of relationships: where the order depends on the rule, the rule must be argued.

    Parameters
    ----------
    log : pandas.DataFrame
        As in :func:`aggregate_log`.
    rules : mapping of str to AggregationRule
        Two rules or more, by names of your choice.
    neutral : number
        As in :func:`aggregate_log`.

    Returns
    -------
    RuleComparison

    Raises
    ------
    InputError
        As in :func:`aggregate_log`; if there are fewer than two rules.

    Warns
    -----
    StatisticalWarning
        As in :func:`aggregate_log`.

    Notes
    -----
    A pair is reversed if under one rule the first is better, and under another the second. Ties do not reverse.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.interaction_simulation import simulate_act_log
    >>> log = simulate_act_log(5, np.random.default_rng(1997))
    >>> rules = {"mean": MEAN, "peak and end": PEAK_END}
    >>> comparison = compare_rules(log, rules, neutral=4)
    >>> comparison.pairs
    10
    """
    if len(rules) < 2:
        raise InputError("rules", found=f"{len(rules)}", expected="two rules or more", mend="add MEAN, for example")
    rated, left_out = _checked(log)
    if left_out:
        warnings.warn(
            f"{left_out} of {len(log)} acts have no score and are left out.", StatisticalWarning, stacklevel=2
        )
    middle = number(neutral, "neutral")
    scores = pd.DataFrame(
        {name: _aggregate(rated, rule, middle, left_out).relationships["score"] for name, rule in rules.items()}
    )
    values = scores.to_numpy()
    apart = np.sign(np.round(values[:, None] - values[None, :], 9))
    first, second = np.triu_indices(len(values), 1)
    pairs = apart[first, second]
    reversed_ = (pairs.max(axis=1) > 0) & (pairs.min(axis=1) < 0)
    spread = scores.max(axis=1) - scores.min(axis=1)
    return RuleComparison(scores, spread.rename("spread"), len(pairs), int(reversed_.sum()), dict(rules))


def _checked(log: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rated acts in order of time, and how many have no score; raise where the log contradicts itself."""
    require_columns(log, "log", [*LEVELS, "time", "score", "critical"])
    if log.empty:
        raise InputError("log", found="no rows", expected="one act or more", mend="check how the log was read")
    codes = {name: pd.factorize(log[name])[0] for name in LEVELS}  # -1 where the name is missing
    for name, code in codes.items():
        if code.min() < 0:
            raise InputError(
                name,
                found=f"no name in row {int((code < 0).argmax())} ({int((code < 0).sum())} such rows)",
                expected=f"the {name} of every act",
                mend="name it, or leave out the act",
            )
    for lower, upper in zip(LEVELS, LEVELS[1:], strict=False):
        first = np.unique(codes[lower], return_index=True)[1]
        stray = codes[upper] != codes[upper][first[codes[lower]]]
        if stray.any():
            one = log[lower].iloc[int(stray.argmax())]
            homes = log.loc[log[lower] == one, upper].unique().tolist()
            raise InputError(
                lower,
                found=f"{lower} {one!r} in the {upper}s {homes} ({len(set(codes[lower][stray]))} such {lower}s)",
                expected=f"every {lower} in one {upper}",
                mend=f"give the {lower}s names of their own, such as '{upper} 1, {lower} 2'",
            )
    again = log["act"].duplicated()
    if again.any():
        raise InputError(
            "act",
            found=f"act {log.loc[again, 'act'].iloc[0]!r} in several rows ({int(again.sum())} rows too many)",
            expected="one row per act",
            mend="drop the copies, or give the acts names of their own",
        )
    expected = "a time for every act, as a number"
    if not pd.api.types.is_numeric_dtype(log["time"]):
        raise InputError(
            "time",
            found=f"{log['time'].dtype}",
            expected=expected,
            mend="turn dates into days, for example (log['date'] - log['date'].min()).dt.days",
        )
    time = numbers(log["time"].to_numpy(), "time", expected=expected, mend="add the time, or leave out the act")
    flag = log["critical"]
    known = flag.isin([True, False]).to_numpy()
    if not known.all():
        raise InputError(
            "critical", found=repr(flag[~known].iloc[0]), expected="true or false", mend="use True, False, 1 or 0"
        )
    critical = flag.to_numpy().astype(bool)
    rated = log["score"].notna().to_numpy()
    score = numbers(log["score"].to_numpy()[rated], "score")
    silent = np.flatnonzero(np.bincount(codes["episode"], rated) == 0)
    if silent.size:
        one = log["episode"].iloc[int((codes["episode"] == silent[0]).argmax())]
        raise InputError(
            "score",
            found=f"no score for any act of episode {one!r} ({silent.size} such episodes)",
            expected="one scored act or more in every episode",
            mend="leave out these episodes, and say so",
        )
    whole_critical = np.bincount(codes["episode"], critical)[codes["episode"]] > 0
    acts = log.loc[rated, ["relationship", "sequence", "episode"]].set_axis(
        pd.Index(log["act"][rated], name="act"), axis=0
    )
    columns = {"score": score, "start": time[rated], "end": time[rated], "critical": critical[rated]}
    acts = acts.assign(**columns, _critical=whole_critical[rated])
    return acts.iloc[np.lexsort([time[rated], codes["relationship"][rated]])], int((~rated).sum())


def _aggregate(acts: pd.DataFrame, rule: AggregationRule, neutral: float, left_out: int) -> InteractionLevels:
    tables: dict[str, pd.DataFrame] = {}
    below = acts.assign(acts=1, act_mean=acts["score"])
    for depth, level in enumerate(LEVELS[1:], start=1):
        codes, names = pd.factorize(below[level])
        # Within an episode all acts count alike: the flag marks the episode, not one act of it.
        weight = np.where(below["critical"], rule.critical_weight, 1.0) if depth > 1 else np.ones(len(below))
        score = _combine(below["score"].to_numpy(), below["end"].to_numpy(), weight, codes, rule, neutral)
        first = np.unique(codes, return_index=True)[1]
        table = below.iloc[first][list(LEVELS[depth + 1 :])].set_axis(pd.Index(names, name=level))
        flagged = below["_critical" if depth == 1 else "critical"].to_numpy()
        tables[level] = below = table.assign(
            score=score,
            act_mean=np.bincount(codes, below["act_mean"] * below["acts"]) / np.bincount(codes, below["acts"]),
            start=-_largest(-below["start"].to_numpy(), codes, len(names)),
            end=_largest(below["end"].to_numpy(), codes, len(names)),
            parts=np.bincount(codes),
            acts=np.bincount(codes, below["acts"]).astype(int),
            critical=np.bincount(codes, flagged) > 0,
        )
    return InteractionLevels(
        acts.drop(columns="_critical"),
        tables["episode"],
        tables["sequence"],
        tables["relationship"],
        rule,
        neutral,
        left_out,
    )


def _combine(score: Floats, end: Floats, weight: Floats, codes: Codes, rule: AggregationRule, neutral: float) -> Floats:
    """Return the score of each whole from those of its parts; ``codes`` says which part belongs where."""
    count = int(codes.max()) + 1
    age = _largest(end, codes, count)[codes] - end
    if rule.half_life == 0:
        weight_now = weight * (age == 0)
    else:
        weight_now = weight * np.exp2(-age / rule.half_life)
    mean = np.bincount(codes, weight_now * score, count) / np.bincount(codes, weight_now, count)
    if rule.peak_weight == 0:
        return np.asarray(mean)
    intensity = np.round(weight * np.abs(score - neutral), 9)
    peak = intensity == _largest(intensity, codes, count)[codes]
    peak &= end == _largest(np.where(peak, end, -np.inf), codes, count)[codes]
    top = np.bincount(codes, peak * score, count) / np.bincount(codes, peak, count)
    return np.asarray(rule.peak_weight * top + (1 - rule.peak_weight) * mean)


def _largest(values: Floats, codes: Codes, count: int) -> Floats:
    largest = np.full(count, -np.inf)
    np.maximum.at(largest, codes, values)
    return largest
