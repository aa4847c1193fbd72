"""What a path model consists of: constructs with their items, and the paths between constructs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.path_estimation import Blueprint, total_effects
from relmark_helpers.validation import InputError, choice

__all__ = ["ECSI", "PathModel", "effect_pairs", "path_layers", "path_numbers"]


@dataclass(frozen=True)
class PathModel:
    """Constructs with their items, and the paths between constructs.

    Parameters
    ----------
    constructs : mapping of str to list of str
        Items of each construct, one or more. An item belongs to one construct. It cannot be changed afterwards; for
        another model write ``PathModel({**model.constructs, "Loyalty": [...]}, model.paths)``.
    paths : list of (str, str)
        Pairs (source, target) of construct names, without cycles. Every construct is in one path at least.
    mode_b : list of str
        Constructs whose items form the construct, each with a regression weight of its own (mode B, often called
        formative). All others are in mode A: items reflect the construct, and weigh by their covariance with it.

    Raises
    ------
    InputError
        If an item is used twice, a path leads to or from an unknown construct, a construct has no path, or paths run
        in a circle.

    Source: [tenenhaus2005]

    Examples
    --------
    >>> model = PathModel(
    ...     {"Satisfaction": ["cusa1", "cusa2", "cusa3"], "Loyalty": ["cusl1", "cusl3"]},
    ...     [("Satisfaction", "Loyalty")],
    ... )
    >>> model.items
    ['cusa1', 'cusa2', 'cusa3', 'cusl1', 'cusl3']
    """

    constructs: Mapping[str, Sequence[str]]
    paths: Sequence[tuple[str, str]]
    mode_b: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Check the model."""
        _check_constructs(self.constructs)
        constructs = MappingProxyType({name: tuple(items) for name, items in self.constructs.items()})
        object.__setattr__(self, "constructs", constructs)
        object.__setattr__(self, "paths", tuple(_pair(path) for path in self.paths))
        object.__setattr__(self, "mode_b", (self.mode_b,) if isinstance(self.mode_b, str) else tuple(self.mode_b))
        for name in self.mode_b:
            choice(name, "mode_b", self.constructs)
        path_layers(self.constructs, self.paths)

    @property
    def items(self) -> list[str]:
        """All items, in the order of the constructs."""
        return [item for items in self.constructs.values() for item in items]

    @cached_property
    def blueprint(self) -> Blueprint:
        """The model in numbers, for the estimation."""
        names = list(self.constructs)
        arrows = np.zeros((len(names), len(names)), dtype=bool)
        for source, target in self.paths:
            arrows[names.index(target), names.index(source)] = True
        sizes = [len(items) for items in self.constructs.values()]
        layers = path_layers(names, self.paths)
        order = sorted(range(len(names)), key=lambda j: layers[names[j]])
        return Blueprint(
            construct_of=np.repeat(np.arange(len(names)), sizes),
            arrows=arrows,
            order=tuple(order),
            mode_b=tuple(names.index(name) for name in self.mode_b),
        )


def path_layers(names: Sequence[str] | Mapping[str, Any], paths: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return how many paths the longest way to each name has: 0 for the names to which no path leads.

    Parameters
    ----------
    names : list of str
        What the paths connect.
    paths : list of (str, str)
        Pairs (source, target).

    Returns
    -------
    dict of str to int

    Raises
    ------
    InputError
        If a path is listed twice, names something unknown, or runs in a circle with others; or a name has no path.

    Source: derived here

    Examples
    --------
    >>> path_layers(["trust", "bond", "loyalty"], [("trust", "bond"), ("bond", "loyalty"), ("trust", "loyalty")])
    {'trust': 0, 'bond': 1, 'loyalty': 2}
    """
    known = ", ".join(names)
    for k, (source, target) in enumerate(paths):
        unknown = [name for name in (source, target) if name not in names]
        if unknown or (source, target) in paths[:k] or source == target:
            raise InputError(
                "paths",
                found=f"the path {source!r} to {target!r}" + ("" if unknown else " twice or to itself"),
                expected=f"each path once, between two of {known}",
                mend=f"correct the name {unknown[0]!r}" if unknown else "leave that path out",
            )
    alone = [name for name in names if not any(name in path for path in paths)]
    if alone:
        raise InputError(
            "paths",
            found=f"no path to or from {alone[0]!r}",
            expected="every construct in one path at least",
            mend=f"add a path, or leave {alone[0]!r} out",
        )
    layers = dict.fromkeys(names, 0)
    for _ in range(len(layers)):
        behind = [(source, target) for source, target in paths if layers[target] <= layers[source]]
        if not behind:
            return layers
        for source, target in behind:
            layers[target] = max(layers[target], layers[source] + 1)
    raise InputError(
        "paths",
        found=f"paths that run in a circle through {' -> '.join(_circle(paths))}",
        expected="paths that lead from causes to effects only",
        mend="leave out one path of the circle",
    )


def effect_pairs(model: PathModel) -> tuple[pd.MultiIndex, tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return which construct leads to which, on any way: as an index (source, target), and as (row, column) numbers."""
    names = list(model.constructs)
    ways = total_effects(model.blueprint.arrows[None].astype(float), model.blueprint.order)[0]
    columns, rows = np.nonzero(ways.T)
    pairs = [(names[source], names[target]) for source, target in zip(columns, rows, strict=True)]
    return pd.MultiIndex.from_tuples(pairs, names=["source", "target"]), (rows, columns)


def path_numbers(model: PathModel) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the paths as (row, column) numbers: target and source."""
    names = list(model.constructs)
    return (
        np.array([names.index(target) for _, target in model.paths]),
        np.array([names.index(source) for source, _ in model.paths]),
    )


def _check_constructs(constructs: Mapping[str, Sequence[str]]) -> None:
    expected = "a mapping of construct names to lists of item names, each item once"
    mend = "write for example {'Satisfaction': ['cusa1', 'cusa2'], 'Loyalty': ['cusl1']}"
    if not isinstance(constructs, Mapping) or not constructs:
        raise InputError("constructs", found=f"{constructs!r:.60}", expected=expected, mend=mend)
    seen: dict[str, str] = {}
    for name, items in constructs.items():
        if isinstance(items, str) or not len(items):
            raise InputError(
                "constructs",
                found=f"{items!r} for {name!r}",
                expected=expected,
                mend=f"write a list, {{{name!r}: [{items!r}]}}" if items else f"give {name!r} an item",
            )
        for item in items:
            if item in seen:
                raise InputError(
                    "constructs",
                    found=f"item {item!r} in {seen[item]!r} and in {name!r}",
                    expected=expected,
                    mend="leave it in one construct",
                )
            seen[item] = name


def _pair(path: tuple[str, str]) -> tuple[str, str]:
    if isinstance(path, str) or len(path) != 2:
        raise InputError(
            "paths",
            found=f"{path!r}",
            expected="pairs (source, target)",
            mend="write for example [('Satisfaction', 'Loyalty')]",
        )
    return (path[0], path[1])


def _circle(paths: Sequence[tuple[str, str]]) -> list[str]:
    """Return the names along one circle of paths, the first again at the end."""
    left = list(paths)
    while True:  # paths from a name to which none leads, or to one from which none leads, are in no circle
        inside = [(s, t) for s, t in left if any(s == other for _, other in left) and any(t == one for one, _ in left)]
        if len(inside) == len(left):
            break
        left = inside
    way = [left[0][0]]
    while way[-1] not in way[:-1]:
        way.append(next(target for source, target in left if source == way[-1]))
    return way[way.index(way[-1]) :]


ECSI: Final = PathModel(
    {
        "Image": ["imag1", "imag2", "imag3", "imag4", "imag5"],
        "Expectation": ["cuex1", "cuex2", "cuex3"],
        "Quality": ["perq1", "perq2", "perq3", "perq4", "perq5", "perq6", "perq7"],
        "Value": ["perv1", "perv2"],
        "Satisfaction": ["cusa1", "cusa2", "cusa3"],
        "Complaints": ["cusco"],
        "Loyalty": ["cusl1", "cusl2", "cusl3"],
    },
    [
        ("Image", "Expectation"),
        ("Expectation", "Quality"),
        ("Expectation", "Value"),
        ("Quality", "Value"),
        ("Image", "Satisfaction"),
        ("Expectation", "Satisfaction"),
        ("Quality", "Satisfaction"),
        ("Value", "Satisfaction"),
        ("Satisfaction", "Complaints"),
        ("Image", "Loyalty"),
        ("Satisfaction", "Loyalty"),
        ("Complaints", "Loyalty"),
    ],
)
"""European Customer Satisfaction Index model with the items of the dataset ``mobi``; source: [tenenhaus2005]."""
