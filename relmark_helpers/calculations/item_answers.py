"""Answers to the items of several constructs, their checks, and estimates from them with bootstrap limits."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.path_estimation import correlations_of
from relmark_helpers.calculations.resampling import percentile_limits, resampled_covariances
from relmark_helpers.validation import InputError, StatisticalWarning, numbers, require_columns, whole_number

__all__ = ["BootstrapEstimates", "ItemAnswers", "covariance_stack", "read_answers"]

_FEW: Final = 30  # rows below which percentile limits are doubtful: this workbook's choice
_USABLE: Final = 0.95  # share of resamples that must give a number, or no limits are given: this workbook's choice
_LEAST: Final = 100  # resamples

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ItemAnswers:
    """Checked answers. Made by :func:`read_answers`.

    Attributes
    ----------
    values : numpy.ndarray
        Complete rows x items.
    items : list of str
        Names of the items, construct after construct.
    blocks : dict of str to numpy.ndarray
        For each construct the positions of its items in ``items``.
    dropped : int
        Rows left out because an answer was missing.
    """

    values: Floats = field(repr=False)
    items: list[str]
    blocks: dict[str, NDArray[np.intp]]
    dropped: int


@dataclass(frozen=True, eq=False)
class BootstrapEstimates:
    """A table of estimates with the same table for each bootstrap resample.

    Attributes
    ----------
    params : pandas.DataFrame
        The estimates: one row per construct, item or pair of constructs, one column per coefficient.
    draws : numpy.ndarray
        Resamples x rows x columns of ``params``.
    nobs : int
        Respondents used.
    dropped : int
        Respondents left out because an answer was missing.
    notes : tuple of str
        What a reader should know about single numbers, such as why one is missing.
    """

    params: pd.DataFrame
    draws: Floats = field(repr=False)
    nobs: int
    dropped: int
    notes: tuple[str, ...] = ()

    @property
    def bse(self) -> pd.DataFrame:
        """Bootstrap standard errors: the standard deviation over the resamples that give a number."""
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # a column without any number
            return self._like(np.nanstd(self.draws, axis=0, ddof=1))

    def limits(self, alpha: float = 0.05) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return two tables shaped as ``params``: low and high percentile limits at 1 - ``alpha`` confidence.

        Missing where more than 5 per cent of the resamples give no number (the 5 per cent are this workbook's rule).
        """
        flat = self.draws.reshape(len(self.draws), -1)
        found = np.full((flat.shape[1], 2), np.nan)
        finite = np.isfinite(flat)
        share = finite.mean(axis=0)
        whole = share == 1
        if whole.any():
            found[whole] = percentile_limits(flat[:, whole], alpha=alpha)
        for column in np.flatnonzero((share >= _USABLE) & ~whole):
            found[column] = percentile_limits(flat[finite[:, column], column, None], alpha=alpha)[0]
        low, high = found.T.reshape(2, *self.params.shape)
        return self._like(low), self._like(high)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``, one row for each row and coefficient of ``params``."""
        return self._long(dict(zip(("low", "high"), self.limits(alpha), strict=True)))

    def summary(self) -> pd.DataFrame:
        """Return ``estimate``, ``std err``, ``low`` and ``high`` (95 per cent limits), one row per coefficient."""
        low, high = self.limits()
        return self._long({"estimate": self.params, "std err": self.bse, "low": low, "high": high})

    def _like(self, values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.params.index, columns=self.params.columns)

    def _long(self, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        rows = [
            (*(row if isinstance(row, tuple) else (row,)), name) for row in self.params.index for name in self.params
        ]
        index = pd.MultiIndex.from_tuples(rows, names=[*self.params.index.names, "coefficient"])
        return pd.DataFrame({name: table.to_numpy().ravel() for name, table in tables.items()}, index=index)


def read_answers(items: pd.DataFrame, constructs: Mapping[str, Sequence[str]]) -> ItemAnswers:
    """Return the answers to the items of the constructs, checked and complete.

    Parameters
    ----------
    items : pandas.DataFrame
        One row per respondent, one column per item, answers as numbers. Items worded against the others must have been
        turned, for example ``11 - answer`` on a scale from 1 to 10.
    constructs : dict of str to list of str
        For each construct the columns of its items, two or more; no item twice.

    Raises
    ------
    InputError
        If a column is missing, is no number, or does not vary; if a construct has fewer than two items; if an item is
        named twice; if fewer than three rows are complete.

    Warns
    -----
    StatisticalWarning
        If rows were left out, if fewer than 30 are left, or if an item correlates negatively with its construct.

    Notes
    -----
    Rows with a missing answer to any of the items named are left out (listwise deletion). That is harmless only if
    answers are missing completely at random.

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> answers = read_answers(load_dataset("mobi"), {"Value": ["perv1", "perv2"]})
    >>> answers.values.shape, answers.dropped
    ((250, 2), 0)
    """
    if not isinstance(constructs, Mapping) or not constructs:
        raise InputError(
            "constructs",
            found=f"{constructs!r:.80}",
            expected="a dictionary from the name of a construct to the list of its items",
            mend="write for example constructs={'Value': ['perv1', 'perv2']}",
        )
    names = _item_names(constructs)
    require_columns(items, "items", names)
    complete = items[names].dropna()
    dropped = len(items) - len(complete)
    if len(complete) < 3:
        raise InputError(
            "items",
            found=f"{len(complete)} complete rows of {len(items)}",
            expected="three rows or more with an answer to every item",
            mend="name fewer items, or fill in the answers that are missing by a rule that you state",
        )
    values = np.column_stack([numbers(complete[name].to_numpy(), f"items[{name!r}]") for name in names])
    for name, column in zip(names, values.T, strict=True):
        if np.ptp(column) == 0:
            raise InputError(
                f"items[{name!r}]",
                found=f"the same answer, {column[0]:g}, in all {len(column)} rows",
                expected="answers that differ between respondents, or there is no correlation",
                mend="leave the item out",
            )
    ends = np.cumsum([len(block) for block in constructs.values()])
    blocks = dict(zip(constructs, np.split(np.arange(len(names)), ends[:-1]), strict=True))
    if dropped:
        _warn(
            f"{dropped} of {len(items)} rows were left out because an answer was missing. Say so in the report, and "
            "see whether these respondents differ from the others."
        )
    if len(values) < _FEW:
        _warn(f"{len(values)} complete rows: estimates move much from sample to sample, and limits are doubtful.")
    for construct, block in blocks.items():
        _warn_of_turned_items(construct, [names[i] for i in block], values[:, block])
    return ItemAnswers(values, names, blocks, dropped)


def covariance_stack(answers: ItemAnswers, resamples: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Return the covariance and correlation matrices of the sample (first) and its resamples.

    Covariances are divided by n - 1. Both matrices of a resample in which an item does not vary are missing.

    Examples
    --------
    >>> from relmark_helpers.datasets import load_dataset
    >>> answers = read_answers(load_dataset("mobi"), {"Value": ["perv1", "perv2"]})
    >>> covariances, correlations = covariance_stack(answers, 200, np.random.default_rng(1979))
    >>> covariances.shape, round(float(correlations[0, 0, 1]), 2)
    ((201, 2, 2), 0.7)
    """
    n = len(answers.values)
    times = whole_number(resamples, "resamples", low=_LEAST)
    spread = answers.values.std(axis=0, ddof=1)
    standardised = answers.values / spread  # so that "does not vary" means the same in every unit
    drawn = np.concatenate(list(resampled_covariances(standardised, times, generator))) * n / (n - 1)
    stack = np.concatenate([np.cov(standardised.T)[None], drawn])
    correlations = correlations_of(stack)
    return np.where(np.isnan(correlations), np.nan, stack * np.outer(spread, spread)), correlations


def _item_names(constructs: Mapping[str, Sequence[str]]) -> list[str]:
    names: list[str] = []
    for construct, block in constructs.items():
        if isinstance(block, str) or len(block) < 2:
            raise InputError(
                f"constructs[{construct!r}]",
                found=f"{block!r}",
                expected="a list of two items or more: with one item there is nothing to compare its answers with",
                mend="leave the construct out; the reliability of a single item cannot be estimated from one survey",
            )
        names += block
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            "constructs",
            found=f"{', '.join(map(repr, twice))} named more than once",
            expected="every item in one place",
            mend="give each item to one construct, or make one call for each scale",
        )
    return names


def _warn_of_turned_items(construct: str, names: list[str], values: Floats) -> None:
    sums = values.sum(axis=1, keepdims=True) - values
    turned = [
        name
        for name, own, rest in zip(names, values.T, sums.T, strict=True)
        if np.sum((own - own.mean()) * (rest - rest.mean())) < 0
    ]
    if turned:
        _warn(
            f"{construct}: {', '.join(turned)} goes against the other items. If it is worded against them, turn its "
            "answers first; if not, the items do not measure one thing."
        )


def _warn(message: str) -> None:
    warnings.warn(message, StatisticalWarning, stacklevel=4)
