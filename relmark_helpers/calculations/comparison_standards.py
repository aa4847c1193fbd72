"""Simulated customers who compare performance with several standards, and what the rival explanations should reach.

The standards are those of Liljander and Strandvik; the equations and all numbers are this workbook's own. Everything is
linear and normal, so that each result of a simulation can be set against a closed form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from relmark_helpers.validation import (
    InputError,
    broadcast,
    choice,
    number,
    numbers,
    plain,
    random_generator,
    shares,
    whole_number,
)

__all__ = [
    "ATTRIBUTES",
    "BEST_BRAND_TRUTH",
    "FINDINGS_TRUTH",
    "STANDARDS",
    "SatisfactionTruth",
    "attribute_column",
    "direct_column",
    "expected_sample_r_squared",
    "population_covariance",
    "population_r_squared",
    "simulate_comparisons",
]

Floats = NDArray[np.float64]

STANDARDS: Final = (
    "predictive expectation",
    "adequate",
    "desired",
    "brand norm",
    "best-brand norm",
    "product norm",
)
"""Comparison standards: what customers expect to get, would put up with, and wish for; what this brand, the best brand
and brands of this kind should deliver."""

ATTRIBUTES: Final = ("teaching", "material", "staff", "rooms")
"""Attributes of a made-up educational service; overall performance is their mean."""

# Mean, sd and correlation with performance of each standard: assumptions, in points of a scale of 1 to 9. The means of
# performance, adequate and desired are near those of library users; nothing else is taken from a survey.
_STANDARDS: Final = {
    "predictive expectation": (7.0, 1.2, 0.30),
    "adequate": (6.2, 1.2, 0.20),
    "desired": (7.9, 1.2, 0.20),
    "brand norm": (7.1, 1.3, 0.20),
    "best-brand norm": (8.0, 2.4, 0.00),
    "product norm": (7.2, 1.3, 0.20),
}
_PERFORMANCE: Final = {"teaching": 7.4, "material": 6.8, "staff": 7.2, "rooms": 6.6}  # means of attributes
_SPREAD: Final = 1.8  # sd of performance of one attribute between customers
_HALO: Final = 0.6  # correlation of the performance of two attributes
_DEMAND: Final = 0.5  # loading of each standard on how demanding the customer is, as a share of its sd
_OWN: Final = 1.0  # sd of a brand norm for one attribute around the overall brand norm
_SATISFACTION: Final = 7.0  # mean of satisfaction


@dataclass(frozen=True)
class SatisfactionTruth:
    """What moves satisfaction in a simulation, and how well each question measures what it asks.

    Parameters
    ----------
    performance : number
        Points of satisfaction per point of performance, standards held fixed at what was felt.
    disconfirmation : mapping of str to number
        Points of satisfaction per point of felt disconfirmation (performance less standard) from each standard named;
        standards left out have no weight.
    attribute : number
        Points of satisfaction per point of felt disconfirmation from the brand norm in one attribute, teaching, beyond
        what overall disconfirmation does.
    noise : number
        Spread (sd) of what else moves satisfaction, points, above 0.
    performance_error, standard_error, direct_error : number
        Error (sd, points) of answers on performance, on each standard, and on each direct question "better or worse
        than ...", overall or by attribute; 0 or more.
    spill : number
        Points by which a direct answer moves per point of what else moves satisfaction: a mood that colours both
        answers. It makes direct questions fit better without their telling more about the cause.

    Raises
    ------
    InputError
        If a standard is not one of ``STANDARDS``, a spread is negative, or ``noise`` is 0.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> SatisfactionTruth(disconfirmation={"brand norm": 0.4}).performance
    0.5
    """

    performance: float = 0.5
    disconfirmation: Mapping[str, float] = field(default_factory=dict)
    attribute: float = 0.0
    noise: float = 0.8
    performance_error: float = 0.4
    standard_error: float = 1.2
    direct_error: float = 0.5
    spill: float = 0.0

    def __post_init__(self) -> None:
        for name in ("performance", "attribute", "spill"):
            number(getattr(self, name), name)
        for name in ("performance_error", "standard_error", "direct_error"):
            number(getattr(self, name), name, low=0, expected="a spread, 0 or more")
        number(self.noise, "noise", low=0, low_open=True, expected="a spread above 0")
        for standard, weight in self.disconfirmation.items():
            choice(standard, "disconfirmation", STANDARDS)
            number(weight, f"disconfirmation[{standard!r}]")


FINDINGS_TRUTH: Final = SatisfactionTruth(
    performance=0.5,
    disconfirmation={"brand norm": 0.4},
    standard_error=1.8,
    direct_error=0.4,
)
"""A truth made so that the five findings of Liljander and Strandvik can come out. That they do shows nothing about
customers: it shows what must hold for the findings to arise."""

BEST_BRAND_TRUTH: Final = SatisfactionTruth(
    performance=0.0,
    disconfirmation={"best-brand norm": 0.6},
    attribute=0.4,
    noise=1.8,
    performance_error=1.2,
    standard_error=0.2,
    direct_error=1.2,
)
"""A truth under which the findings fail: performance counts only against the best brand, and in one attribute against
the brand norm; standards are stated well, and direct questions answered badly."""


def direct_column(standard: str) -> str:
    """Return the name of the column with the direct answers "better or worse than" a standard.

    Examples
    --------
    >>> direct_column("brand norm")
    'direct: brand norm'
    """
    return f"direct: {standard}"


def attribute_column(attribute: str) -> str:
    """Return the name of the column with the direct answers on one attribute against the brand norm.

    Examples
    --------
    >>> attribute_column("teaching")
    'attribute: teaching'
    """
    return f"attribute: {attribute}"


def simulate_comparisons(n: int, generator: np.random.Generator, *, truth: SatisfactionTruth) -> pd.DataFrame:
    """Return made-up answers on performance, comparison standards, direct disconfirmation and satisfaction.

    Use it to see which explanation of satisfaction wins under a known truth. It is no evidence about real customers.

    Parameters
    ----------
    n : int
        Respondents, 1 or more.
    generator : numpy.random.Generator
        Source of chance; with the same seed a larger ``n`` adds respondents to the same first ones.
    truth : SatisfactionTruth
        What moves satisfaction, and the errors of the answers.

    Returns
    -------
    pandas.DataFrame
        One row per respondent, points of a scale of 1 to 9: ``satisfaction``, ``performance``, the six standards by
        name, a direct answer per standard ("direct: ...", performance better (+) or worse (-)) and per attribute
        ("attribute: ...", against the brand norm).

    Raises
    ------
    InputError
        If ``n`` is not a whole number of 1 or more, or ``generator`` is none.

    Notes
    -----
    Written with P performance, S(k) standard, D(k) = P - S(k) felt disconfirmation, all before errors and as deviations
    from their means: satisfaction = 7 + b P + sum of w(k) D(k) + c D(teaching) + noise. Answers are what is felt plus
    an independent normal error. Assumptions:

    1. All is linear and normal. Answers are neither rounded nor cut off at the ends of the scale, so that closed forms
       hold; real scales have ends, which pull correlations down.
    2. Means, spreads and correlations are made up. The best-brand norm varies most between respondents, who have
       different best brands in mind, and hangs least together with performance. That makes it the least effective
       standard unless the truth gives it weight.
    3. Standards are held before, and not altered by, performance.

    Checked against: :func:`population_covariance`.

    Source: this workbook's own formalisation; the standards after [liljander1993]

    Examples
    --------
    >>> answers = simulate_comparisons(300, np.random.default_rng(1993), truth=FINDINGS_TRUTH)
    >>> answers.shape
    (300, 18)
    >>> round(float(answers["satisfaction"].corr(answers["performance"])), 2)
    0.82
    """
    size = whole_number(n, "n", low=1)
    means, loadings = _loadings(truth)
    draws = random_generator(generator).standard_normal((size, loadings.shape[1]))
    return pd.DataFrame(means.to_numpy() + draws @ loadings.to_numpy().T, columns=means.index)


def population_covariance(truth: SatisfactionTruth) -> pd.DataFrame:
    """Return the covariance matrix that simulated answers have in the long run.

    Parameters
    ----------
    truth : SatisfactionTruth
        As in :func:`simulate_comparisons`.

    Returns
    -------
    pandas.DataFrame
        Columns and rows as the columns of the simulated answers, in squared points.

    Notes
    -----
    Each answer is a sum of independent standard normal draws times loadings; the matrix is loadings x their transpose.

    Source: derived here

    Examples
    --------
    >>> covariance = population_covariance(SatisfactionTruth(performance=1, noise=1, performance_error=0))
    >>> float(round(covariance.loc["satisfaction", "satisfaction"] - covariance.loc["performance", "performance"], 9))
    1.0
    """
    _, loadings = _loadings(truth)
    return loadings @ loadings.T


def population_r_squared(truth: SatisfactionTruth, explanatory: Mapping[str, Iterable[str]] | Iterable[str]) -> float:
    """Return the share of the variance of satisfaction that a linear regression explains in an endless sample.

    Use it to see what a regression on simulated answers aims at. It holds for all specifications that are linear in
    the answers; squares and products add nothing here, since the truth is linear and normal.

    Parameters
    ----------
    truth : SatisfactionTruth
        As in :func:`simulate_comparisons`.
    explanatory : list of str, or mapping of str to weights
        Columns of the answers; or, for sums and differences, a mapping such as
        ``{"inferred": {"performance": 1, "brand norm": -1}}``, one entry per explanatory variable.

    Returns
    -------
    float
        R squared of the population, 0 to 1; written rho squared.

    Raises
    ------
    InputError
        If a column is unknown or none is given.

    Notes
    -----
    c' V^-1 c / var(satisfaction), with V the covariance of the explanatory variables and c theirs with satisfaction.

    Source: derived here

    Examples
    --------
    >>> round(population_r_squared(FINDINGS_TRUTH, ["performance"]), 3)
    0.593
    >>> round(population_r_squared(FINDINGS_TRUTH, {"inferred": {"performance": 1, "brand norm": -1}}), 3)
    0.301
    """
    covariance = population_covariance(truth)
    columns = [name for name in covariance.columns if name != "satisfaction"]
    weights = pd.DataFrame(0.0, index=columns, columns=list(explanatory))
    for name in weights.columns:
        given: Any = explanatory[name] if isinstance(explanatory, Mapping) else {name: 1.0}
        for part, weight in given.items():
            weights.loc[choice(part, "explanatory", columns), name] = weight
    if weights.empty:
        raise InputError("explanatory", found="nothing", expected="one column or more", mend="name a column")
    inner = weights.T @ covariance.loc[columns, columns] @ weights
    outer = weights.T @ covariance.loc[columns, "satisfaction"]
    explained = float(outer @ np.linalg.solve(inner, outer))
    return explained / float(covariance.loc["satisfaction", "satisfaction"])


def expected_sample_r_squared(population: ArrayLike, *, n: ArrayLike, predictors: ArrayLike) -> Any:
    """Return the mean of the R squared that regressions of ``n`` normal respondents reach.

    Use it to see how far R squared flatters: with no relation at all it is predictors / (n - 1) on average.

    Parameters
    ----------
    population : number or array_like
        R squared of the population, 0 to 1; written rho squared.
    n : number or array_like
        Respondents, more than ``predictors`` + 1.
    predictors : number or array_like
        Explanatory variables without the constant, 1 or more; written p.

    Returns
    -------
    float, or an array where an argument is an array

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    1 - (n - 1 - p) / (n - 1) (1 - rho squared) F(1, 1; (n + 1) / 2; rho squared), F the hypergeometric function. Exact
    where satisfaction and explanatory variables are jointly normal. A standard result, written here from memory and
    checked by simulation.

    Checked against: means over simulated samples.

    Examples
    --------
    >>> round(expected_sample_r_squared(0, n=101, predictors=5), 6)
    0.05
    >>> round(expected_sample_r_squared(0.5, n=101, predictors=5), 3)
    0.52
    """
    from scipy.special import hyp2f1

    rho, size, p = broadcast(
        population=shares(population, "population"),
        n=numbers(n, "n", low=3, expected="respondents, 3 or more"),
        predictors=numbers(predictors, "predictors", low=1, expected="explanatory variables, 1 or more"),
    )
    if (size <= p + 1).any():
        raise InputError(
            "n",
            found=f"{size[size <= p + 1].flat[0]:g}, for {p[size <= p + 1].flat[0]:g} predictors",
            expected="more respondents than predictors and the constant",
            mend="ask more respondents",
        )
    return plain(np.asarray(1 - (size - 1 - p) / (size - 1) * (1 - rho) * hyp2f1(1.0, 1.0, (size + 1) / 2, rho)))


def _loadings(truth: SatisfactionTruth) -> tuple[pd.Series[float], pd.DataFrame]:
    """Return the means of the answers, and how each depends on independent standard normal draws."""
    noises = [
        *("common", *(f"own {name}" for name in ATTRIBUTES)),
        *("demand", *(f"own {name}" for name in STANDARDS), *(f"norm {name}" for name in ATTRIBUTES)),
        *("else", "error performance", *(f"error {name}" for name in STANDARDS)),
        *(f"error {direct_column(name)}" for name in STANDARDS),
        *(f"error {attribute_column(name)}" for name in ATTRIBUTES),
    ]
    draw = dict(zip(noises, np.eye(len(noises)), strict=True))
    attribute = {
        name: _SPREAD * (np.sqrt(_HALO) * draw["common"] + np.sqrt(1 - _HALO) * draw[f"own {name}"])
        for name in ATTRIBUTES
    }
    performance = np.mean(list(attribute.values()), axis=0)
    unit = performance / np.linalg.norm(performance)
    standard = {
        name: sd * (r * unit + _DEMAND * draw["demand"] + np.sqrt(1 - r**2 - _DEMAND**2) * draw[f"own {name}"])
        for name, (_, sd, r) in _STANDARDS.items()
    }
    felt = {name: attribute[name] - standard["brand norm"] - _OWN * draw[f"norm {name}"] for name in ATTRIBUTES}
    other = truth.noise * draw["else"]
    satisfaction = truth.performance * performance + truth.attribute * felt["teaching"] + other
    for name, weight in truth.disconfirmation.items():
        satisfaction = satisfaction + weight * (performance - standard[name])
    centre = float(np.mean(list(_PERFORMANCE.values())))
    norm = _STANDARDS["brand norm"][0]
    rows: dict[str, tuple[float, Floats]] = {
        "satisfaction": (_SATISFACTION, satisfaction),
        "performance": (centre, performance + truth.performance_error * draw["error performance"]),
    }
    for name in STANDARDS:
        rows[name] = _STANDARDS[name][0], standard[name] + truth.standard_error * draw[f"error {name}"]
    for name in STANDARDS:
        column = direct_column(name)
        answer = performance - standard[name] + truth.direct_error * draw[f"error {column}"] + truth.spill * other
        rows[column] = centre - _STANDARDS[name][0], answer
    for name in ATTRIBUTES:
        column = attribute_column(name)
        answer = felt[name] + truth.direct_error * draw[f"error {column}"] + truth.spill * other
        rows[column] = _PERFORMANCE[name] - norm, answer
    means = pd.Series({name: mean for name, (mean, _) in rows.items()})
    return means, pd.DataFrame([loading for _, loading in rows.values()], index=means.index, columns=noises)
