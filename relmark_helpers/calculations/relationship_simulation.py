"""Simulated customers and their episodes, made by the relationship quality model with known parameters.

The constructs are Liljander and Strandvik's, the equations and parameters this workbook's own. The constants of
:class:`Population` were found by search: what simulated customers answer has the moments of two real surveys (see
``relationship_moments``). Such moments do not show how episodes move a relationship: the zone of tolerance
and the speed are not calibrated, for want of data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.calculations.relationship_commitment import (
    BARRIERS,
    RELATIONSHIP_BONDS,
    bond_sums,
    commitment,
    commitment_kind,
)
from relmark_helpers.calculations.relationship_history import CustomerHistory, follow_customer
from relmark_helpers.calculations.relationship_quality import (
    HIGHEST,
    LOWEST,
    TEACHING_MODEL,
    RelationshipModel,
    RelationshipState,
    experience_episode,
    relationship_satisfaction,
)
from relmark_helpers.validation import number, random_generator, whole_number

__all__ = [
    "CALIBRATED_POPULATION",
    "SURVEY",
    "Population",
    "RelationshipSample",
    "simulate_history",
    "simulate_relationships",
]

Floats = NDArray[np.float64]

SURVEY: Final = {
    "expectations": "answer_expectations",
    "quality": "answer_quality",
    "value": "answer_value",
    "satisfaction": "answer_satisfaction",
    "repurchase": "answer_repurchase",
    "complaint": "complained",
}
"""Columns of simulated customers that stand for the constructs of the satisfaction survey."""

# How a state becomes an answer: 8 + shift + scale (state - 8) + noise x a normal draw, to the nearest 1/items, 1 to 10.
_ANSWERS: Final = {  # name: (state, shift, scale, noise, items)
    "answer_expectations": ("expectation", 0.0, 1.0, 0.55, 3),
    "answer_quality": ("quality", 0.35, 1.17, 0.6, 3),
    "answer_value": ("value", 0.6, 1.14, 0.6, 2),
    "answer_satisfaction": ("satisfaction", 0.0, 1.16, 0.5, 3),
    "answer_overall": ("satisfaction", 0.6, 1.13, 0.85, 1),
}
_REPURCHASE: Final = {"start": -0.7, "satisfaction": 1.0, "commitment": 0.65, "noise": 1.18, "repeat": 0.2}
_LOADINGS: Final = {"barriers": 0.9, "ties": 0.7}  # of each bond on what the five of its kind have in common


@dataclass(frozen=True)
class Population:
    """How customers and their episodes differ; most constants are calibrated, see the notes.

    Parameters
    ----------
    level, level_sd : number
        Mean and spread over customers of the performance that a customer meets, before it is cut off at 1 and 10.
    episode_sd : number
        Spread of performance over a customer's episodes.
    failure, failure_spread, severity : number
        Share of episodes that fail, how much more often they fail where the level is low (log per sd), and the points
        that a failure takes from performance.
    voice : number
        Probability that a failed episode makes the customer complain.
    expectation, expectation_sd, expectation_r : number
        Relationship quality before the first episode: mean, spread, and correlation with the level.
    sacrifice, sacrifice_sd, sacrifice_episode_sd : number
        Sacrifice: mean, spread over customers and over a customer's episodes, points.
    leniency_sd, sensitivity_sd, episode_noise_sd : number
        Spread over customers of the intercept and of the slope on quality in episode satisfaction; spread of what else
        moves satisfaction with an episode.
    tie_r : number
        Correlation of what a customer's five ties have in common with satisfaction. Barriers have none.
    alternative, alternative_sd, alternative_r : number
        The best alternative: mean, spread, and correlation with satisfaction (below 0).
    disposition_sd : number
        Spread of what else inclines customers to stay, on the scale of commitment.

    Raises
    ------
    InputError
        If a spread is below 0, a share outside 0 to 1, or a correlation outside -1 to 1.

    Notes
    -----
    Ties and alternatives are drawn after satisfaction, and correlate with it as investments and alternatives do in the
    survey. Which comes first in life is not known. Barriers are made up: the survey did not ask about them, no figures
    on their spread were found, and they take their part of what the survey leaves unexplained. ``episode_sd``,
    ``leniency_sd``, ``sensitivity_sd``, ``sacrifice_episode_sd`` and ``episode_noise_sd`` are chosen too, not
    calibrated: the surveys asked each person once.

    Source: this workbook's own formalisation
    """

    level: float = 8.4
    level_sd: float = 2.4
    episode_sd: float = 1.0
    failure: float = 0.038
    failure_spread: float = 0.8
    severity: float = 4.6
    voice: float = 0.45
    expectation: float = 8.35
    expectation_sd: float = 1.95
    expectation_r: float = 0.56
    sacrifice: float = 0.6
    sacrifice_sd: float = 1.15
    sacrifice_episode_sd: float = 0.5
    leniency_sd: float = 0.5
    sensitivity_sd: float = 0.2
    episode_noise_sd: float = 0.8
    tie_r: float = 0.86
    alternative: float = 5.0
    alternative_sd: float = 2.15
    alternative_r: float = -0.31
    disposition_sd: float = 1.35

    def __post_init__(self) -> None:
        """Check the constants."""
        for one in fields(self):
            low, high, words = -np.inf, np.inf, "one finite number"
            if one.name.endswith("_r"):
                low, high, words = -1.0, 1.0, "a correlation from -1 to 1"
            elif one.name.endswith("_sd"):
                low, words = 0.0, "a spread, 0 or more"
            elif one.name in ("failure", "voice"):
                low, high, words = 0.0, 1.0, "a share from 0 to 1"
            object.__setattr__(
                self, one.name, number(getattr(self, one.name), one.name, low=low, high=high, expected=words)
            )


CALIBRATED_POPULATION: Final = Population()
"""The population whose answers have the moments of the two surveys."""
_SATISFACTION: Final = (7.5, 1.86)  # mean and sd of the satisfaction of that population, to standardise it


@dataclass(frozen=True, eq=False)
class RelationshipSample:
    """Simulated customers and their episodes; made by :func:`simulate_relationships`.

    Attributes
    ----------
    model : RelationshipModel
        The true parameters.
    population : Population
        The true spread over customers and episodes.
    episodes : pandas.DataFrame
        A row per customer and episode: ``customer``, ``episode``, ``performance``, ``sacrifice``, ``failed``,
        ``standard``, ``low``, ``high``, ``quality``, ``distance``, ``value``, ``satisfaction``,
        ``relationship_quality`` (after the episode).
    customers : pandas.DataFrame
        A row per customer: ``customer``; states ``expectation``, ``quality``, ``sacrifice``, ``value``,
        ``satisfaction`` and ``image`` after the last episode; ``outside`` (episodes outside the zone); the ten bonds,
        ``barriers``, ``ties`` (sums of strengths); ``alternatives``, ``disposition``, ``commitment``,
        ``kind``, ``probability`` (of staying), ``stayed`` (0 or 1); answers on 1 to 10 ``answer_expectations``,
        ``answer_quality``, ``answer_value``, ``answer_satisfaction``, ``answer_overall`` (the single question on
        satisfaction), ``answer_repurchase``; ``complained`` (0 or 1).
    """

    model: RelationshipModel
    population: Population
    episodes: pd.DataFrame = field(repr=False)
    customers: pd.DataFrame = field(repr=False)


def simulate_relationships(
    n: int,
    generator: np.random.Generator,
    *,
    episodes: int = 12,
    model: RelationshipModel = TEACHING_MODEL,
    population: Population = CALIBRATED_POPULATION,
) -> RelationshipSample:
    """Return simulated customers, their episodes, and who stays.

    Use it to learn what the model implies and what an estimate can recover. It is no evidence about real customers.

    Parameters
    ----------
    n : int
        Customers, 1 or more.
    generator : numpy.random.Generator
        Source of chance, for example ``numpy.random.default_rng(1995)``.
    episodes : int
        Episodes per customer, 1 or more. The moments are calibrated at 12.
    model, population
        The true parameters; those of the workbook unless told otherwise.

    Returns
    -------
    RelationshipSample

    Raises
    ------
    InputError
        If ``n`` or ``episodes`` is not a whole number from 1, or ``generator`` is not a generator.

    Notes
    -----
    Each customer decides once, after the last episode, with probability 1 / (1 + exp(-commitment)). Nobody leaves
    before, so that all have the same number of episodes. Satisfaction and value are not cut off at the ends of the
    scale, answers are. The answer on repurchase rests on satisfaction and commitment, and a fifth of the customers
    repeat their answer on satisfaction instead: it is what customers say, not what they do.

    Source: [liljander1995] for the constructs; the rest is this workbook's own formalisation

    Examples
    --------
    >>> sample = simulate_relationships(500, np.random.default_rng(1995))
    >>> len(sample.episodes), len(sample.customers)
    (6000, 500)
    >>> moved = sample.episodes["relationship_quality"] != sample.episodes["standard"]
    >>> bool((moved == (sample.episodes["distance"] != 0)).all())
    True
    """
    size, length = whole_number(n, "n", low=1), whole_number(episodes, "episodes", low=1)
    random, who = random_generator(generator), population
    level, expectation, cost, leniency, sensitivity = random.standard_normal((5, size))
    sensitivity, leniency = who.sensitivity_sd * sensitivity, who.leniency_sd * leniency
    start = _mixed(who.expectation_r, level, expectation)
    start = np.clip(who.expectation + who.expectation_sd * start, LOWEST, HIGHEST)
    cost = who.sacrifice + who.sacrifice_sd * cost
    performance, failed = _performance(random, level, length, who)
    paid = cost + who.sacrifice_episode_sd * random.standard_normal((length, size))
    state = RelationshipState(quality=start, sacrifice=cost, image=start)
    lived: dict[str, list[Floats]] = {name: [] for name in (*_LIVED, "relationship_quality")}
    for at in range(length):
        episode = experience_episode(
            model,
            state,
            performance=performance[at],
            sacrifice=paid[at],
            leniency=leniency,
            sensitivity=sensitivity,
        )
        state = episode.after
        for name in _LIVED:
            lived[name].append(getattr(episode, name))
        lived["relationship_quality"].append(state.quality)
    columns: dict[str, Any] = {"performance": performance, "sacrifice": paid, "failed": failed.astype(int)}
    columns |= {name: np.asarray(values) for name, values in lived.items()}
    columns["satisfaction"] = columns["satisfaction"] + who.episode_noise_sd * random.standard_normal((length, size))
    table = pd.DataFrame({name: values.T.ravel() for name, values in columns.items()})
    table.insert(0, "customer", np.repeat(np.arange(1, size + 1), length))
    table.insert(1, "episode", np.tile(np.arange(1, length + 1), size))
    customers = pd.DataFrame(
        {
            "customer": np.arange(1, size + 1),
            "expectation": start,
            "quality": state.quality,
            "sacrifice": state.sacrifice,
            "value": state.quality - state.sacrifice,
            "satisfaction": relationship_satisfaction(model, state, leniency=leniency, sensitivity=sensitivity),
            "image": state.image,
            "outside": (columns["distance"] != 0).sum(axis=0),
        }
    )
    complained = (failed & (random.random((length, size)) < who.voice)).any(axis=0)
    customers = _decide(random, customers, model, who)
    return RelationshipSample(
        model=model,
        population=who,
        episodes=table,
        customers=_answer(random, customers).assign(complained=complained.astype(int)),
    )


def simulate_history(
    seed: int,
    *,
    episodes: int = 24,
    model: RelationshipModel = TEACHING_MODEL,
    barriers: float = 1.25,
    ties: float = 1.25,
    alternatives: float = 5.0,
) -> CustomerHistory:
    """Return the history of one simulated customer whose circumstances you choose.

    Use it to see one customer under other bonds, alternatives or parameters: the same seed brings the same episodes.

    Parameters
    ----------
    seed : int
        Chooses the customer and the episodes, 0 or more.
    episodes : int
        Episodes, 1 or more.
    model : RelationshipModel
        The parameters.
    barriers, ties : number
        Sums of the five strengths of each kind, 0 to 5, spread evenly over them.
    alternatives : number
        How good the best alternative looks, 1 to 10.

    Returns
    -------
    CustomerHistory

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    The customer starts at a relationship quality of 7 and meets a performance of 5 to 9 on average; an episode in
    twelve fails. Made up for teaching, to show more movement than a usual customer sees.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> simulate_history(3, barriers=4).probability > simulate_history(3, barriers=0).probability
    True
    """
    length = whole_number(episodes, "episodes", low=1)
    random = np.random.default_rng(whole_number(seed, "seed", low=0))
    sums = {"barriers": barriers, "ties": ties}
    held, tied = (
        number(value, name, low=0, high=5, expected="a sum of strengths from 0 to 5") / 5
        for name, value in sums.items()
    )
    level = random.uniform(5, 9)
    score = level + random.standard_normal(length) - 4 * (random.random(length) < 1 / 12)
    return follow_customer(
        model,
        np.clip(score, LOWEST, HIGHEST),
        sacrifice=1.0,
        expectation=7.0,
        bonds=dict.fromkeys(RELATIONSHIP_BONDS, tied) | dict.fromkeys(BARRIERS, held),
        alternatives=alternatives,
    )


_LIVED: Final = ("standard", "low", "high", "quality", "distance", "value", "satisfaction")


def _mixed(r: float, one: Floats, other: Floats) -> Floats:
    """Return a standard normal variable that correlates ``r`` with ``one``."""
    return np.asarray(r * one + np.sqrt(1 - r**2) * other)


def _performance(
    random: np.random.Generator, level: Floats, length: int, who: Population
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return performance and whether it failed, episodes x customers; ``level`` is a standard normal draw."""
    rate = who.failure * np.exp(-who.failure_spread * level - who.failure_spread**2 / 2)
    failed = random.random((length, level.size)) < rate
    score = who.level + who.level_sd * level + who.episode_sd * random.standard_normal((length, level.size))
    return np.clip(score - who.severity * failed, LOWEST, HIGHEST), failed


def _decide(
    random: np.random.Generator, customers: pd.DataFrame, model: RelationshipModel, who: Population
) -> pd.DataFrame:
    """Return the customers with bonds, alternatives, commitment and whether they stay."""
    size, satisfaction = len(customers), customers["satisfaction"].to_numpy()
    standard = (satisfaction - _SATISFACTION[0]) / _SATISFACTION[1]
    common = random.standard_normal((2, size))
    common[1] = _mixed(who.tie_r, standard, common[1])
    latent = [
        _mixed(loading, shared[:, None], random.standard_normal((size, 5)))
        for loading, shared in zip(_LOADINGS.values(), common, strict=True)
    ]
    strength = np.clip(2 * special.ndtr(np.hstack(latent)) - 1, 0, 1)  # about half of the bonds are absent
    bonds = pd.DataFrame(strength, columns=list(RELATIONSHIP_BONDS))
    best = who.alternative + who.alternative_sd * _mixed(who.alternative_r, standard, random.standard_normal(size))
    barriers, ties = bond_sums(bonds)
    circumstances: dict[str, Any] = {
        "alternatives": np.clip(best, LOWEST, HIGHEST),
        "disposition": who.disposition_sd * random.standard_normal(size),
    }
    given = {"satisfaction": satisfaction, "bonds": bonds, **circumstances}
    total = commitment(model, **given)
    probability = special.expit(total)
    return pd.concat([customers, bonds], axis=1).assign(
        barriers=barriers,
        ties=ties,
        **circumstances,
        commitment=total,
        kind=commitment_kind(model, **given),
        probability=probability,
        stayed=(random.random(size) < probability).astype(int),
    )


def _answer(random: np.random.Generator, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with what they answer in a survey."""
    draws = dict(zip([*_ANSWERS, "own"], random.standard_normal((len(_ANSWERS) + 1, len(customers))), strict=True))
    answers = {
        name: _rounded(8 + shift + scale * (customers[state] - 8) + noise * draws[name], items)
        for name, (state, shift, scale, noise, items) in _ANSWERS.items()
    }
    how = _REPURCHASE
    meant = how["satisfaction"] * customers["satisfaction"] + how["commitment"] * customers["commitment"]
    own = _rounded(how["start"] + meant + how["noise"] * draws["own"], 1)
    repeats = random.random(len(customers)) < how["repeat"]  # some give two single questions the same answer
    answers["answer_repurchase"] = own.where(~repeats, answers["answer_overall"])
    return customers.assign(**answers)


def _rounded(value: pd.Series[float], items: int) -> pd.Series[float]:
    return (np.round(value * items) / items).clip(LOWEST, HIGHEST)
