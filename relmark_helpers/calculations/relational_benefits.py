"""Relational benefits between firms: seven scales, what buyers receive of each, and how much it matters to them.

The seven benefits are known here from lecture notes; that they are Sweeney and Webb's is from memory. Which scores
decide what is this workbook's own formalisation. There are no real data: answers are simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from scipy import special

from relmark_helpers.calculations.scale_scores import ScaleScores, answer_table, mean_limits, score_scales
from relmark_helpers.validation import InputError, random_generator, whole_number

__all__ = [
    "BENEFIT_ITEMS",
    "BENEFIT_TYPES",
    "IMPORTANCE",
    "BenefitProfile",
    "measure_benefits",
    "simulate_benefit_answers",
]

BENEFIT_TYPES: Final = MappingProxyType(
    {
        "operational": "functional",
        "symbiotic": "functional",
        "economic": "functional",
        "customisation": "functional",
        "strategic": "functional",
        "psychological": "psychological",
        "social": "social",
    }
)
"""The seven benefits, with the type of higher order: functional, psychological and social are those of a later survey
(its abstract). Which benefit belongs to which type is this workbook's own reading of the names. The notes also say that
benefits are tangible or intangible, but not which is which."""
BENEFIT_ITEMS: Final = MappingProxyType({name: tuple(f"{name}_{i}" for i in (1, 2, 3)) for name in BENEFIT_TYPES})
"""Columns of the answers on what is received. No published items: they have no wording."""
IMPORTANCE: Final = MappingProxyType({name: f"importance_{name}" for name in BENEFIT_TYPES})
"""Column of the one answer on how important each benefit is."""
PLACES: Final = ("act first", "keep up", "enough", "more than asked", "borderline", "not known")

_LEVELS: Final = MappingProxyType(  # mean received and mean importance, points
    {
        "operational": (5.2, 5.6),
        "symbiotic": (4.2, 4.0),
        "economic": (4.1, 5.8),
        "customisation": (4.6, 4.8),
        "strategic": (3.9, 4.3),
        "psychological": (5.5, 5.7),
        "social": (5.1, 4.1),
    }
)


@dataclass(frozen=True, eq=False)
class BenefitProfile:
    """Benefits received and wanted; made by :func:`measure_benefits`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``benefit``, in the order given: ``type``; ``received``, ``received_low``, ``received_high`` (mean
        and limits, points); ``importance`` with limits; ``shortfall`` (importance less received) with limits; ``alpha``
        with limits; ``items``, ``respondents``, ``without`` (a score of what is received).
    matrix : pandas.DataFrame
        Indexed by ``benefit``: ``importance`` and ``received``, each less the mean over all benefits, with ``_low`` and
        ``_high``; ``place``: "act first" (important, little received), "keep up" (important, much received), "enough"
        (unimportant, little received), "more than asked" (unimportant, much received), "borderline" if limits of either
        take in 0, "not known" if limits are missing.
    types : pandas.DataFrame
        Indexed by ``type``: ``benefits`` (how many), mean ``received`` and ``importance``, each with limits.
    scales : ScaleScores
        The scores of the respondents.
    """

    table: pd.DataFrame
    matrix: pd.DataFrame
    types: pd.DataFrame = field(repr=False)
    scales: ScaleScores = field(repr=False)


def measure_benefits(
    answers: pd.DataFrame,
    *,
    generator: np.random.Generator,
    items: Mapping[str, Sequence[str]] = BENEFIT_ITEMS,
    importance: Mapping[str, str] = IMPORTANCE,
    types: Mapping[str, str] = BENEFIT_TYPES,
    scale: tuple[float, float] = (1, 7),
    resamples: int = 2_000,
) -> BenefitProfile:
    """Return what customers receive of each benefit and how important it is to them, with reliability and limits.

    Use it to see where a relationship gives less than customers ask for. Do not read a shortfall as dissatisfaction:
    importance and receipt are answers to two questions, and most benefits are rated important when asked about.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row per respondent; answers may be missing.
    generator : numpy.random.Generator
        Source of chance for the limits of alpha.
    items : dict of str to list of str
        For each benefit the columns of the items on what is received, two or more.
    importance : dict of str to str
        For each benefit the column of its importance: one item, so that its reliability cannot be estimated.
    types : dict of str to str
        A grouping of the benefits; pass your own, such as tangible and intangible.
    scale : tuple of two numbers
        Lowest and highest answer, the same for both questions.
    resamples : int
        Bootstrap resamples for alpha, 100 or more.

    Returns
    -------
    BenefitProfile

    Raises
    ------
    InputError
        As ``score_scales``; or if a benefit lacks its importance or its type.

    Warns
    -----
    StatisticalWarning
        As ``score_scales``.

    Notes
    -----
    1. Missing answers: a score of what is received needs half of the items; a shortfall needs both answers; the matrix
       uses respondents with all scores and all importances only.
    2. Limits are Student's, 95 per cent, one benefit at a time: with seven benefits about three such sets in ten
       have one that misses.
    3. The matrix asks what lies above or below the respondent's own mean over the benefits, so that people who rate
       everything high do not decide. It shows order among the benefits, not a level that is enough.

    Checked against: paired t limits of scipy; truth of simulated answers.

    Source: [sweeney2002] for the seven benefits (from memory); [gwinner1998] for asking what is received and how
    important it is; the places of the matrix are this workbook's own formalisation

    Examples
    --------
    >>> answers = simulate_benefit_answers(275, np.random.default_rng(2007))
    >>> profile = measure_benefits(answers, generator=np.random.default_rng(1951))
    >>> profile.matrix["place"].loc[["economic", "psychological"]].tolist()
    ['act first', 'keep up']
    """
    for name, mapping in (("importance", importance), ("types", types)):
        lacking = [benefit for benefit in items if benefit not in mapping]
        if lacking:
            raise InputError(
                name,
                found=f"nothing for {lacking[0]!r}",
                expected="an entry for every benefit of items",
                mend="add it",
            )
    scales = score_scales(answers, items, scale=scale, generator=generator, resamples=resamples)
    columns = [importance[benefit] for benefit in items]
    wanted = answer_table(answers, columns, scale).set_axis(list(items), axis=1)
    received = scales.scores
    index = pd.Index(list(items), name="benefit")
    table = pd.DataFrame({"type": [types[benefit] for benefit in items]}, index=index)
    for name, values in (("received", received), ("importance", wanted), ("shortfall", wanted - received)):
        table[_triple(name)] = [mean_limits(values[benefit].to_numpy()) for benefit in items]
    shown = ["alpha", "alpha_low", "alpha_high", "items", "respondents", "without"]
    table[shown] = scales.table[shown].to_numpy()
    table = table.astype({"items": int, "respondents": int, "without": int})
    full = received.notna().all(axis=1) & wanted.notna().all(axis=1)
    matrix = pd.DataFrame(index=index)
    for name, values in (("importance", wanted[full]), ("received", received[full])):
        own = values.sub(values.mean(axis=1), axis=0)
        matrix[_triple(name)] = [mean_limits(own[benefit].to_numpy()) for benefit in items]
    matrix["place"] = [_place(row) for _, row in matrix.iterrows()]
    groups = {}
    for kind in dict.fromkeys(types[benefit] for benefit in items):
        members = [benefit for benefit in items if types[benefit] == kind]
        ends = [mean_limits(values[members].mean(axis=1, skipna=False).to_numpy()) for values in (received, wanted)]
        groups[kind] = [len(members), *ends[0], *ends[1]]
    grouped = pd.DataFrame.from_dict(
        groups, orient="index", columns=["benefits", *_triple("received"), *_triple("importance")]
    ).astype({"benefits": int})
    return BenefitProfile(table, matrix, grouped.rename_axis("type"), scales)


def simulate_benefit_answers(respondents: int, generator: np.random.Generator) -> pd.DataFrame:
    """Return made-up answers of business buyers on seven benefits: three items each, and the importance of each.

    Use it to try a survey before you make one. It says nothing about real buyers: every number in it is chosen.

    Parameters
    ----------
    respondents : int
        Respondents, 1 or more.
    generator : numpy.random.Generator
        Source of chance.

    Returns
    -------
    pandas.DataFrame
        Columns of :data:`BENEFIT_ITEMS` and :data:`IMPORTANCE`, 1 to 7 or missing (3 per cent, at random).

    Raises
    ------
    InputError
        If ``respondents`` is not a whole number of 1 or more, or ``generator`` is none.

    Notes
    -----
    What is received is normal, with a factor for each type of higher order; answers are rounded and cut off at 1 and 7.
    Built in: psychological benefits are important and received, economic ones important and not received, social ones
    the reverse; the items on symbiotic benefits agree poorly.

    Source: this workbook's own

    Examples
    --------
    >>> simulate_benefit_answers(275, np.random.default_rng(2007)).shape
    (275, 28)
    """
    n = whole_number(respondents, "respondents", low=1)
    random_generator(generator)
    kinds = list(dict.fromkeys(BENEFIT_TYPES.values()))
    factor = special.ndtri(generator.random((n, len(kinds))))
    answers = {}
    for benefit, (received, wanted) in _LEVELS.items():
        own, noise, one, left = np.split(generator.random((n, 9)), [1, 4, 5], axis=1)
        true = received + 0.7 * factor[:, [kinds.index(BENEFIT_TYPES[benefit])]] + 0.7 * special.ndtri(own)
        spread = 2.0 if benefit == "symbiotic" else 0.9
        given = np.hstack([true + spread * special.ndtri(noise), wanted + 1.1 * special.ndtri(one)])
        given = np.where(left < 0.03, np.nan, np.clip(np.rint(given), 1, 7))
        for at, column in enumerate([*BENEFIT_ITEMS[benefit], IMPORTANCE[benefit]]):
            answers[column] = given[:, at]
    table = pd.DataFrame(answers)
    return table[[*(item for names in BENEFIT_ITEMS.values() for item in names), *IMPORTANCE.values()]].astype("Int64")


def _triple(name: str) -> list[str]:
    return [name, f"{name}_low", f"{name}_high"]


def _place(row: pd.Series[float]) -> str:
    sides = []
    for name in ("importance", "received"):
        low, high = row[f"{name}_low"], row[f"{name}_high"]
        if not (np.isfinite(low) and np.isfinite(high)):
            return PLACES[5]
        sides.append(1 if low > 0 else -1 if high < 0 else 0)
    if 0 in sides:
        return PLACES[4]
    return {(1, -1): PLACES[0], (1, 1): PLACES[1], (-1, -1): PLACES[2], (-1, 1): PLACES[3]}[sides[0], sides[1]]
