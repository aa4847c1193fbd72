"""Rival explanations of satisfaction: performance, standards, computed and direct disconfirmation, by how they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.comparison_standards import ATTRIBUTES, STANDARDS, attribute_column, direct_column
from relmark_helpers.validation import (
    InputError,
    choice,
    number,
    numbers,
    random_generator,
    require_columns,
    whole_number,
)

__all__ = [
    "DIRECT",
    "INFERRED",
    "PERFORMANCE",
    "PERFORMANCE_AND_DIRECT",
    "PERFORMANCE_AND_STANDARD",
    "POLYNOMIAL",
    "SpecificationComparison",
    "attribute_specification",
    "compare_specifications",
    "specification",
]

Floats = NDArray[np.float64]

PERFORMANCE: Final = "performance"
INFERRED: Final = "inferred"
DIRECT: Final = "direct"
PERFORMANCE_AND_DIRECT: Final = "performance + direct"
PERFORMANCE_AND_STANDARD: Final = "performance, standard"
POLYNOMIAL: Final = "polynomial"
_FAMILIES: Final = (PERFORMANCE, INFERRED, DIRECT, PERFORMANCE_AND_DIRECT, PERFORMANCE_AND_STANDARD, POLYNOMIAL)
_NORM: Final = "brand norm"
_NEAR: Final = 1e-5  # share of a column's spread that the others must leave unexplained


@dataclass(frozen=True, eq=False)
class SpecificationComparison:
    """How well rival regressions explain satisfaction; made by :func:`compare_specifications`.

    Attributes
    ----------
    table : pandas.DataFrame
        Indexed by ``specification``: ``family``, ``standard`` ("" for none), ``predictors`` (without the constant),
        ``r_squared``, ``adj_r_squared``, ``aic``; ``cv_r_squared`` (cross-validated) with limits ``cv_low`` and
        ``cv_high``; ``cv_repeat_sd`` (its spread over repeats, which shows what the chance of the folds does).
    nobs : int
        Respondents.
    folds, repeats : int
        Parts into which respondents were divided, and how often.
    level : float
        Confidence level of all limits.
    standards : tuple of str
        The standards compared.
    """

    table: pd.DataFrame = field(repr=False)
    nobs: int
    folds: int
    repeats: int
    level: float
    standards: tuple[str, ...]
    _errors: pd.DataFrame = field(repr=False)
    _spread: Floats = field(repr=False)

    @property
    def best(self) -> str:
        """Specification with the largest cross-validated R squared; among many, part of its lead is luck."""
        return str(self.table["cv_r_squared"].idxmax())

    def difference(self, first: str, second: str, *, tests: int = 1) -> pd.Series[float]:
        """Return by how much the cross-validated R squared of one specification exceeds that of another.

        Parameters
        ----------
        first, second : str
            Names of specifications, rows of ``table``.
        tests : int
            Comparisons among which this one was picked: limits then allow for it (Bonferroni).

        Returns
        -------
        pandas.Series
            ``estimate`` (first less second), ``low``, ``high``.

        Raises
        ------
        InputError
            If a specification is unknown, or ``tests`` is not 1 or more.

        Notes
        -----
        Both are judged on the same respondents and folds, so errors are compared respondent by respondent. That is
        more exact than looking whether two intervals overlap.
        """
        for name in (first, second):
            choice(name, "specification", self.table.index)
        count = whole_number(tests, "tests", low=1)
        gain = self._errors[second].to_numpy() - self._errors[first].to_numpy()
        estimate, error = (float(value) for value in _ratio(gain, self._spread))
        reach = _normal(1 - (1 - self.level) / count) * error
        return pd.Series({"estimate": estimate, "low": estimate - reach, "high": estimate + reach})

    def clear_gains(self, baseline: str = PERFORMANCE) -> pd.DataFrame:
        """Return by how much each other specification exceeds ``baseline``, with limits that allow for their number.

        Indexed by ``specification``: ``estimate``, ``low``, ``high``, and ``clear`` (``low`` above 0), as
        :meth:`difference` with as many ``tests`` as there are other specifications.
        """
        choice(baseline, "baseline", self.table.index)
        others = [name for name in self.table.index if name != baseline]
        gain = self._errors[[baseline]].to_numpy() - self._errors[others].to_numpy()
        estimate, error = _ratio(gain, self._spread[:, None])
        reach = _normal(1 - (1 - self.level) / len(others)) * error
        table = pd.DataFrame({"estimate": estimate, "low": estimate - reach, "high": estimate + reach})
        return table.assign(clear=table["low"] > 0).set_index(pd.Index(others, name="specification"))


def specification(family: str, standard: str = "") -> str:
    """Return the name of a specification in the tables of :func:`compare_specifications`.

    Parameters
    ----------
    family : str
        One of "performance", "inferred", "direct", "performance + direct", "performance, standard", "polynomial".
    standard : str
        The comparison standard; none for performance alone.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If the family is unknown.

    Examples
    --------
    >>> specification(PERFORMANCE), specification(DIRECT, "brand norm")
    ('performance', 'direct: brand norm')
    """
    choice(family, "family", _FAMILIES)
    return f"{family}: {standard}" if standard else family


def attribute_specification() -> str:
    """Return the name of the specification that adds direct answers by attribute.

    Examples
    --------
    >>> attribute_specification()
    'performance + direct: brand norm, by attribute'
    """
    return f"{specification(PERFORMANCE_AND_DIRECT, _NORM)}, by attribute"


def compare_specifications(
    answers: pd.DataFrame,
    generator: np.random.Generator,
    *,
    standards: Sequence[str] = STANDARDS,
    attributes: Sequence[str] = ATTRIBUTES,
    folds: int = 10,
    repeats: int = 10,
    level: float = 0.95,
) -> SpecificationComparison:
    """Return how well performance, standards and disconfirmation explain satisfaction, by every rival regression.

    Use it to ask which comparison, if any, explains satisfaction. Do not read the best fit as the cause: direct
    answers are given beside those on satisfaction, and a common mood makes them fit.

    Parameters
    ----------
    answers : pandas.DataFrame
        One row per respondent: ``satisfaction``, ``performance``, each standard by name, and per standard the direct
        answer in a column "direct: <standard>"; as :func:`~relmark_helpers.calculations.comparison_standards.
        simulate_comparisons` gives them. Performance and standards on the same scale.
    generator : numpy.random.Generator
        Source of chance for the folds.
    standards : sequence of str
        Standards to compare.
    attributes : sequence of str
        Attributes with columns "attribute: <attribute>", direct answers against the brand norm; empty for none.
    folds : int
        Parts into which respondents are divided; each is predicted from the others. 2 or more.
    repeats : int
        Divisions, over which errors are averaged, 1 or more.
    level : number
        Confidence level of limits.

    Returns
    -------
    SpecificationComparison
        Specifications: performance; and for each standard: "inferred" (performance less standard), "direct",
        "performance + direct", "performance, standard" and "polynomial" (performance, standard, both squares, their
        product); with attributes, one more that adds them to performance and the direct brand norm.

    Raises
    ------
    InputError
        If a column is missing, an entry is not a number, respondents are too few, or columns follow from each other.

    Notes
    -----
    Ordinary least squares. AIC counts the constant, as statsmodels does. Cross-validated R squared is 1 - sum of
    squared errors of prediction / sum of squared distances from the mean of the other folds; it can fall below 0.

    Limits of cross-validated R squared: linearised standard error of that ratio with respondents as the sampling unit,
    and normal quantiles. The fitted models are held as they are: limits leave out that another sample would give other
    coefficients, which matters little while predictors are few against respondents. The spread over repeats is no
    confidence interval, and is listed apart.

    Checked against: a loop that fits each fold with statsmodels; statsmodels' R squared, adjusted R squared and AIC;
    limits against the spread over simulated samples.

    Source: [liljander1993] for the rival explanations, [edwards1993] for the polynomial, [hastie2009] for
    cross-validation; the limits are this workbook's own

    Examples
    --------
    >>> from relmark_helpers.calculations.comparison_standards import FINDINGS_TRUTH, simulate_comparisons
    >>> answers = simulate_comparisons(500, np.random.default_rng(1993), truth=FINDINGS_TRUTH)
    >>> comparison = compare_specifications(answers, np.random.default_rng(6))
    >>> comparison.best
    'performance + direct: brand norm, by attribute'
    >>> comparison.difference("performance + direct: brand norm", "performance").round(2).to_dict()
    {'estimate': 0.1, 'low': 0.07, 'high': 0.13}
    """
    names = list(dict.fromkeys(standards))
    parts, inferred, groups = _specifications(names, list(dict.fromkeys(attributes)))
    confidence = number(level, "level", low=0, high=1, low_open=True, high_open=True, expected="a share below 1")
    divisions = whole_number(repeats, "repeats", low=1)
    columns = [*dict.fromkeys(part for row in parts.values() for part in row if part in answers or "|" not in part)]
    require_columns(answers, "answers", ["satisfaction", *(name for name in columns if name not in inferred)])
    n = len(answers)
    k = whole_number(folds, "folds", low=2, high=max(2, n))
    most = max(len(row) for row in parts.values()) + 1
    if n - -(-n // k) <= 2 * most:
        raise InputError(
            "answers",
            found=f"{n} respondents, of whom {n - -(-n // k)} are left to fit with",
            expected=f"more than {2 * most} to fit {most} coefficients",
            mend="ask more respondents, use more folds, or compare fewer attributes",
        )
    values = _design(answers, names, [name for name in columns if name not in inferred])
    y = numbers(answers["satisfaction"].to_numpy(), "answers['satisfaction']")
    if np.ptp(y) == 0:
        raise InputError(
            "satisfaction", found="the same value throughout", expected="answers that differ", mend="check the column"
        )
    fold = np.array([random_generator(generator).permutation(n) % k for _ in range(divisions)])
    return _compare(values, y - y.mean(), parts, groups, fold, k, confidence, tuple(names))


def _specifications(
    standards: list[str], attributes: list[str]
) -> tuple[dict[str, list[str]], set[str], dict[str, tuple[str, str]]]:
    """Return the columns of each specification, the columns that are made, and family and standard of each."""
    if attributes and _NORM not in standards:
        raise InputError(
            "attributes",
            found=f"attributes without the standard {_NORM!r}",
            expected=f"{_NORM!r} among the standards, against which attributes are asked",
            mend="add it to standards, or pass attributes=()",
        )
    parts, groups = {PERFORMANCE: [PERFORMANCE]}, {PERFORMANCE: (PERFORMANCE, "")}
    made = {_square(PERFORMANCE)}
    for standard in standards:
        direct, gap = direct_column(standard), f"gap|{standard}"
        squares = [_square(PERFORMANCE), f"product|{standard}", _square(standard)]
        made |= {gap, *squares}
        for family, columns in (
            (INFERRED, [gap]),
            (DIRECT, [direct]),
            (PERFORMANCE_AND_DIRECT, [PERFORMANCE, direct]),
            (PERFORMANCE_AND_STANDARD, [PERFORMANCE, standard]),
            (POLYNOMIAL, [PERFORMANCE, standard, *squares]),
        ):
            parts[specification(family, standard)] = columns
            groups[specification(family, standard)] = (family, standard)
    if attributes:
        by_attribute = [attribute_column(name) for name in attributes]
        parts[attribute_specification()] = [PERFORMANCE, direct_column(_NORM), *by_attribute]
        groups[attribute_specification()] = ("performance + direct, by attribute", _NORM)
    return parts, made, groups


def _square(name: str) -> str:
    return f"square|{name}"


def _design(answers: pd.DataFrame, standards: list[str], given: list[str]) -> dict[str, Floats]:
    """Return every column that a regression uses, centred and of spread 1, which alters no fit."""
    raw = {name: numbers(answers[name].to_numpy(), f"answers[{name!r}]") for name in given}
    values = {name: _unit(column, name) for name, column in raw.items()}
    values[_square(PERFORMANCE)] = _unit(values[PERFORMANCE] ** 2, PERFORMANCE)
    for name in standards:
        values[f"gap|{name}"] = _unit(raw[PERFORMANCE] - raw[name], f"{PERFORMANCE} less {name}")
        values[f"product|{name}"] = _unit(values[PERFORMANCE] * values[name], name)
        values[_square(name)] = _unit(values[name] ** 2, name)
    return values


def _unit(column: Floats, name: str) -> Floats:
    spread = column.std()
    if spread <= 1e-12 * max(1.0, float(np.abs(column).max())):
        raise InputError(
            name,
            found="the same value throughout, or two values as far from their mean",
            expected="answers that differ in three values or more",
            mend="leave that column out",
        )
    return np.asarray((column - column.mean()) / spread)


def _compare(
    values: Mapping[str, Floats],
    y: Floats,
    parts: Mapping[str, list[str]],
    groups: Mapping[str, tuple[str, str]],
    fold: NDArray[np.int64],
    k: int,
    level: float,
    standards: tuple[str, ...],
) -> SpecificationComparison:
    """Fit all from sums of cross-products: those of the respondents outside a fold are the total less the fold's."""
    n, repeats = y.size, len(fold)
    place = {name: at for at, name in enumerate(values, start=1)}
    x = np.column_stack([np.ones(n), *values.values()])
    both = np.column_stack([x, y])
    inside = np.array([[_products(both[one == part]) for part in range(k)] for one in fold])
    total = inside[0].sum(axis=0)
    outside = total - inside
    mean = outside[:, :, 0, -1] / outside[:, :, 0, 0]
    repeat = np.arange(repeats)[:, None]
    spread = (y - mean[repeat, fold]) ** 2
    z = _normal(level)
    rows, errors = {}, {}
    for name, columns in parts.items():
        at = [0, *(place[column] for column in columns)]
        try:
            if np.diag(np.linalg.cholesky(total[np.ix_(at, at)] / n)).min() < _NEAR:
                raise np.linalg.LinAlgError
            fit = np.linalg.solve(total[np.ix_(at, at)], total[at, -1])
            square = outside[:, :, at][:, :, :, at]
            folds = np.linalg.solve(square, outside[:, :, at, -1][..., None])[..., 0]
        except np.linalg.LinAlgError:
            raise columns_follow([column.replace("|", " of ") for column in columns]) from None
        predicted = np.einsum("rnp,np->rn", folds[repeat, fold], x[:, at])
        error = (y - predicted) ** 2
        errors[name] = error.mean(axis=0)
        unexplained, error_of_ratio = _ratio(errors[name], spread.mean(axis=0))
        left = float(total[-1, -1] - total[at, -1] @ fit)
        cv = 1 - float(unexplained)
        rows[name] = {
            "family": groups[name][0],
            "standard": groups[name][1],
            "predictors": len(columns),
            "r_squared": 1 - left / total[-1, -1],
            "adj_r_squared": 1 - left / total[-1, -1] * (n - 1) / (n - len(at)),
            "aic": n * (np.log(2 * np.pi * left / n) + 1) + 2 * len(at),
            "cv_r_squared": cv,
            "cv_low": cv - z * float(error_of_ratio),
            "cv_high": cv + z * float(error_of_ratio),
            "cv_repeat_sd": float((error.sum(axis=1) / spread.sum(axis=1)).std(ddof=1)) if repeats > 1 else np.nan,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("specification")
    return SpecificationComparison(
        table, n, k, repeats, level, standards, pd.DataFrame(errors), np.asarray(spread.mean(axis=0))
    )


def _products(rows: Floats) -> Floats:
    return np.asarray(rows.T @ rows)


def _ratio(upper: Floats, lower: Floats) -> tuple[Floats, Floats]:
    """Return ratios of sums over respondents, which are rows, and their linearised standard errors."""
    ratio = np.asarray(upper.sum(axis=0) / lower.sum(axis=0))
    n = len(upper)
    return ratio, np.sqrt(((upper - ratio * lower) ** 2).sum(axis=0) * n / (n - 1)) / lower.sum(axis=0)


def _normal(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def columns_follow(columns: list[str]) -> InputError:
    """Return the error for columns that cannot be told apart."""
    return InputError(
        "answers",
        found=f"columns that follow from each other: {', '.join(columns)}",
        expected="answers that vary separately, from more respondents than coefficients",
        mend="leave one of them out, or check whether one was computed from the others",
    )
