"""Bonds and switching: the chance that a customer stays as financial, social and structural bonds are added.

Berry and Parasuraman describe three levels of relationship: level 1 rests on financial bonds (price incentives,
frequency programmes), level 2 adds social bonds (personal service, clubs), level 3 adds structural bonds (ties that the
customer could not get elsewhere). The levels are theirs. The choice model that turns them into probabilities is this
workbook's own formalisation, and so are all its weights: no published estimate was found.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from relmark_helpers.validation import InputError, broadcast, number, numbers, plain, require_columns, shares

__all__ = [
    "BONDS",
    "LEVELS",
    "STAY",
    "TEACHING_WEIGHTS",
    "BondLevels",
    "BondWeights",
    "choice_probabilities",
    "compare_levels",
    "marginal_effects",
    "stay_probability",
    "switching_cost",
]

BONDS: Final = ("financial", "social", "structural")
"""The bonds, in the order of the levels at which they are added."""
LEVELS: Final = ("no bonds", "level 1: financial", "level 2: and social", "level 3: and structural")
STAY: Final = "stay"
"""Name of the present supplier's offer among the offers that a customer chooses from."""


@dataclass(frozen=True)
class BondWeights:
    """How much each bond, and each unit of money, counts in the choice between staying and leaving.

    Parameters
    ----------
    constant : float
        Utility of staying with no bonds at equal prices: habit, and the effort of changing.
    financial, social, structural : float
        Utility that a bond adds at full strength, 1.
    price : float
        Utility lost per unit of money that the present supplier asks more than the rival; above 0.

    Raises
    ------
    InputError
        If a weight is not a finite number, or ``price`` is not above 0.

    Notes
    -----
    Utility has no unit of its own. Only ratios can be read directly: weight / price is money per period.

    Source: [berry1991] for the bonds; the weights are this workbook's own formalisation

    Examples
    --------
    >>> TEACHING_WEIGHTS.structural / TEACHING_WEIGHTS.price
    20.0
    """

    constant: float
    financial: float
    social: float
    structural: float
    price: float

    def __post_init__(self) -> None:
        """Check the weights."""
        for name in ("constant", *BONDS):
            object.__setattr__(self, name, number(getattr(self, name), name, expected="one finite weight"))
        mend = "give it as a loss per unit of money; a customer who likes to pay more has no switching cost in money"
        price = number(self.price, "price", low=0, low_open=True, expected="a weight above 0", mend=mend)
        object.__setattr__(self, "price", price)

    def utility(self, financial: ArrayLike, social: ArrayLike, structural: ArrayLike) -> Any:
        """Return the utility of staying with these bonds at equal prices.

        >>> round(TEACHING_WEIGHTS.utility(1, 1, 0), 6)
        2.4
        """
        given = {"financial": financial, "social": social, "structural": structural}
        strengths = broadcast(**{name: shares(value, name) for name, value in given.items()})
        return plain(self.constant + sum(getattr(self, name) * b for name, b in zip(BONDS, strengths, strict=True)))


TEACHING_WEIGHTS: Final = BondWeights(constant=0.4, financial=0.8, social=1.2, structural=2.0, price=0.1)
"""Made up for teaching: switching costs of 4, 12, 24 and 44 units of money at the levels 0 to 3."""


@dataclass(frozen=True, eq=False)
class BondLevels:
    """What a rival's price cut does at each level of bonds; made by :func:`compare_levels`.

    Attributes
    ----------
    weights : BondWeights
        The model.
    price_gap : float
        Money per period by which the rival is cheaper.
    probability : pandas.Series
        Probability of staying at that gap, indexed by ``level`` (:data:`LEVELS`).
    switching_cost : pandas.Series
        Gap at which staying and leaving are equally likely, indexed by ``level``.
    curves : pandas.DataFrame
        Probability of staying, indexed by ``price_gap``, one column per level.
    """

    weights: BondWeights
    price_gap: float
    probability: pd.Series[float]
    switching_cost: pd.Series[float]
    curves: pd.DataFrame = field(repr=False)


def stay_probability(
    weights: BondWeights,
    *,
    financial: ArrayLike = 0.0,
    social: ArrayLike = 0.0,
    structural: ArrayLike = 0.0,
    price_gap: ArrayLike = 0.0,
) -> Any:
    """Return the probability that a customer stays rather than takes the best rival offer.

    Use it to see what bonds are worth against a cheaper rival. With several rivals use :func:`choice_probabilities`.
    It describes one choice: it does not say how long a customer will stay.

    Parameters
    ----------
    weights : BondWeights
        How much each bond and each unit of money counts.
    financial, social, structural : number or array_like
        Strength of each bond, 0 (none) to 1 (as strong as it can be).
    price_gap : number or array_like
        Money per period by which the best rival is cheaper; below 0 if the rival is dearer.

    Returns
    -------
    float, or an array where an argument is an array
        Probability, 0 to 1.

    Raises
    ------
    InputError
        If a strength is outside 0 to 1, or a gap is not a finite number.

    Notes
    -----
    Binary logit, 1 / (1 + exp(-u)), with u = constant + weights x strengths - price x price_gap. Assumes

    1. that bonds add up, and that one can make up for another;
    2. that what the model leaves out is logistic and has nothing to do with bonds or prices.

    Checked against: closed forms, and a simulation of customers who choose the larger of two utilities.

    Source: [mcfadden1974] for the logit; its use on bonds is this workbook's own formalisation

    Examples
    --------
    >>> round(stay_probability(TEACHING_WEIGHTS, price_gap=20), 3)
    0.168
    >>> stay_probability(TEACHING_WEIGHTS, financial=1, social=1, structural=[0, 1], price_gap=20).round(3)
    array([0.599, 0.917])
    """
    utility = np.asarray(weights.utility(financial, social, structural))
    utility, gap = broadcast(strengths=utility, price_gap=numbers(price_gap, "price_gap", expected="money per period"))
    return plain(np.asarray(special.expit(utility - weights.price * gap)))


def choice_probabilities(weights: BondWeights, offers: pd.DataFrame) -> pd.Series[float]:
    """Return the probability with which a customer takes each of several offers.

    Use it where there are several rivals, or rivals with bonds of their own. Read the warning about similar rivals in
    the notes before you add a rival.

    Parameters
    ----------
    weights : BondWeights
        How much each bond and each unit of money counts. The constant counts for staying only.
    offers : pandas.DataFrame
        One row per offer, indexed by its name; the present supplier's is called "stay". Columns ``financial``,
        ``social``, ``structural`` (strengths 0 to 1) and ``price`` (money per period).

    Returns
    -------
    pandas.Series
        Probabilities that sum to 1, indexed as ``offers``.

    Raises
    ------
    InputError
        If a column is missing, a strength is outside 0 to 1, an offer is named twice, none is called "stay", or there
        is no rival.

    Notes
    -----
    Multinomial logit: exp(u) / sum of exp(u) over the offers. The ratio of two probabilities does not depend on the
    other offers (independence of irrelevant alternatives): a new rival takes from all others in proportion, even if it
    is a copy of one of them. Two rivals who are copies of each other count as two chances to leave.

    Checked against: :func:`stay_probability` for two offers.

    Source: [mcfadden1974]

    Examples
    --------
    >>> offers = pd.DataFrame(
    ...     {"financial": [1, 0, 0], "social": [1, 0, 0], "structural": 0, "price": [100, 90, 80]},
    ...     index=["stay", "rival A", "rival B"],
    ... )
    >>> choice_probabilities(TEACHING_WEIGHTS, offers).round(3).to_dict()
    {'stay': 0.522, 'rival A': 0.129, 'rival B': 0.35}
    """
    require_columns(offers, "offers", [*BONDS, "price"])
    if STAY not in offers.index or len(offers) < 2 or not offers.index.is_unique:
        raise InputError(
            "offers",
            found=f"rows {list(offers.index)}",
            expected=f"two rows or more with different names, one of them {STAY!r}",
            mend=f"name the present supplier's row, for example offers.rename(index={{'your name': {STAY!r}}})",
        )
    price = numbers(offers["price"].to_numpy(), "price", expected="money per period")
    strengths = {name: shares(offers[name].to_numpy(), name) for name in BONDS}
    utility = weights.utility(**strengths) - weights.constant * (offers.index != STAY) - weights.price * price
    return pd.Series(special.softmax(utility), index=offers.index, name="probability")


def switching_cost(
    weights: BondWeights, *, financial: ArrayLike = 0.0, social: ArrayLike = 0.0, structural: ArrayLike = 0.0
) -> Any:
    """Return the smallest price cut by the rival at which the majority of such customers leaves.

    Use it to state bonds in money. It is the cost of switching as customers feel it, and it holds for customers alike
    in the model's terms; it is not what switching costs in the books.

    Parameters
    ----------
    weights : BondWeights
        How much each bond and each unit of money counts.
    financial, social, structural : number or array_like
        Strength of each bond, 0 to 1.

    Returns
    -------
    float, or an array where an argument is an array
        Money per period. Below 0, the majority leaves at equal prices, and stays only if the rival is dearer by more.

    Raises
    ------
    InputError
        If a strength is outside 0 to 1.

    Notes
    -----
    (constant + weights x strengths) / price: the gap at which the probability of staying is one half. At any larger gap
    the majority leaves.

    Checked against: a search for the root of :func:`stay_probability`.

    Source: [burnham2003] for the idea of switching costs; the formula is this workbook's own formalisation

    Examples
    --------
    >>> switching_cost(TEACHING_WEIGHTS, financial=1, social=[0, 1]).round(6)
    array([12., 24.])
    """
    return plain(np.asarray(weights.utility(financial, social, structural)) / weights.price)


def compare_levels(
    weights: BondWeights,
    *,
    financial: float = 1.0,
    social: float = 1.0,
    structural: float = 1.0,
    price_gap: float,
    highest_gap: float = 60.0,
) -> BondLevels:
    """Return what a rival's price cut does as the bonds are added one by one, in the order of the three levels.

    Use it to compare the levels. The strengths say how well each bond is made; a level has the bonds of all levels
    below it.

    Parameters
    ----------
    weights : BondWeights
        How much each bond and each unit of money counts.
    financial, social, structural : number
        Strength of each bond where it is present, 0 to 1.
    price_gap : number
        Money per period by which the rival is cheaper.
    highest_gap : number
        Last point of the curves, above 0. They start at equal prices.

    Returns
    -------
    BondLevels

    Raises
    ------
    InputError
        If an argument is outside its range.

    Source: [berry1991] for the levels; the numbers are this workbook's own formalisation

    Examples
    --------
    >>> levels = compare_levels(TEACHING_WEIGHTS, price_gap=20)
    >>> pd.DataFrame({"probability": levels.probability, "switching_cost": levels.switching_cost}).round(3)
                             probability  switching_cost
    level
    no bonds                       0.168             4.0
    level 1: financial             0.310            12.0
    level 2: and social            0.599            24.0
    level 3: and structural        0.917            44.0
    """
    gap = number(price_gap, "price_gap", expected="money per period, one number")
    end = number(highest_gap, "highest_gap", low=0, low_open=True, expected="money per period, above 0")
    added = np.tril(np.ones((len(LEVELS), len(BONDS))), -1)
    present = {
        name: column * number(value, name, low=0, high=1, expected="a strength from 0 to 1")
        for name, column, value in zip(BONDS, added.T, (financial, social, structural), strict=True)
    }
    index = pd.Index(LEVELS, name="level")
    gaps = np.linspace(0.0, end, 121)
    curves = stay_probability(weights, **present, price_gap=gaps[:, None])
    return BondLevels(
        weights=weights,
        price_gap=gap,
        probability=pd.Series(stay_probability(weights, **present, price_gap=gap), index=index, name="probability"),
        switching_cost=pd.Series(switching_cost(weights, **present), index=index, name="switching_cost"),
        curves=pd.DataFrame(curves, index=pd.Index(gaps, name="price_gap"), columns=index),
    )


def marginal_effects(weights: BondWeights, customers: pd.DataFrame) -> pd.DataFrame:
    """Return, customer by customer, how much the probability of staying changes with each bond and with the price gap.

    Use it to see whom a stronger bond would move. A weight is the same for all customers, its effect on the probability
    is not: it is largest for those who waver. The mean of a column is the average marginal effect.

    Parameters
    ----------
    weights : BondWeights
        How much each bond and each unit of money counts.
    customers : pandas.DataFrame
        One row per customer, columns ``financial``, ``social``, ``structural`` (0 to 1) and ``price_gap`` (money).

    Returns
    -------
    pandas.DataFrame
        Indexed as ``customers``, same columns: change of the probability per unit. A bond's unit is its whole range
        from 0 to 1: multiply by 0.1 for a tenth of it. Exact for small changes only.

    Raises
    ------
    InputError
        If a column is missing or a value is outside its range.

    Notes
    -----
    Weight x p (1 - p), with p the probability of staying; -price x p (1 - p) for the gap.

    Checked against: numerical derivatives of :func:`stay_probability`, and statsmodels for the averages.

    Source: [mcfadden1974]

    Examples
    --------
    >>> customers = pd.DataFrame({"financial": [1, 1], "social": [1, 0], "structural": 0, "price_gap": [24, -30]})
    >>> marginal_effects(TEACHING_WEIGHTS, customers).round(3)
       financial  social  structural  price_gap
    0      0.200   0.300       0.500     -0.025
    1      0.012   0.018       0.029     -0.001
    """
    require_columns(customers, "customers", [*BONDS, "price_gap"])
    p: NDArray[np.float64] = np.asarray(
        stay_probability(weights, **{name: customers[name].to_numpy() for name in [*BONDS, "price_gap"]})
    )
    slopes = {name: getattr(weights, name) for name in BONDS} | {"price_gap": -weights.price}
    return pd.DataFrame({name: slope * p * (1 - p) for name, slope in slopes.items()}, index=customers.index)
