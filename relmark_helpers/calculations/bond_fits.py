"""The weights of bonds estimated from what customers chose, with their precision."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from relmark_helpers.calculations.bonds import BONDS, STAY, BondWeights
from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    number,
    numbers,
    require_columns,
    shares,
)

__all__ = ["BondFit", "fit_bonds", "fit_choices"]

_PARAMS: Final = ["constant", *BONDS, "price"]
_FEW: Final = 10  # customers of the rarer outcome per weight: a rule of thumb, below which normal limits are doubtful

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BondFit:
    """Weights estimated from choices. Made by :func:`fit_bonds` and :func:`fit_choices`.

    Attributes
    ----------
    model : str
        "logit" or "conditional logit".
    params : pandas.Series
        Estimates named as in :class:`~relmark_helpers.calculations.bonds.BondWeights`; ``price`` is a loss per unit of
        money, so that it is above 0 where customers dislike to pay.
    cov_params : pandas.DataFrame
        Covariance of the estimates, from the observed information.
    llf : float
        Log-likelihood at the estimates.
    nobs : int
        Customers.
    probability : numpy.ndarray
        Fitted probability of staying, one per customer.
    slopes : numpy.ndarray
        Its derivative in each weight, customers x weights.

    Notes
    -----
    Standard errors and limits hold if the model is right and customers choose independently. They do not cover a
    wrong model, or bonds that go together with what was not recorded: loyal customers may have been given the bonds.

    Source: [mcfadden1974]

    Examples
    --------
    >>> from relmark_helpers.calculations.bond_simulation import simulate_stays
    >>> fit = fit_bonds(simulate_stays(800, np.random.default_rng(1991)))
    >>> bool(fit.params["structural"] > fit.params["financial"])
    True
    """

    model: str
    params: pd.Series[float]
    cov_params: pd.DataFrame
    llf: float
    nobs: int
    probability: Floats = field(repr=False)
    slopes: Floats = field(repr=False)

    @property
    def bse(self) -> pd.Series[float]:
        """Standard errors of the estimates."""
        return pd.Series(np.sqrt(np.diag(self.cov_params)), index=self.params.index, name="std err")

    @property
    def weights(self) -> BondWeights:
        """The estimates as a model; raises if the estimated price weight is not above 0."""
        return BondWeights(**self.params)

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``: normal limits of the estimates at 1 - ``alpha`` confidence."""
        return self._table(self.params, self.bse, alpha)[["low", "high"]]

    def summary(self) -> pd.DataFrame:
        """Return ``estimate``, ``std err``, ``low`` and ``high`` (95 per cent limits), one row per weight."""
        return self._table(self.params, self.bse, 0.05)

    def marginal_effects(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return the average marginal effects on the probability of staying, with delta-method limits.

        Rows ``financial``, ``social``, ``structural`` (per whole range of the bond, 0 to 1) and ``price_gap`` (per unit
        of money that the present supplier asks more of all); columns as :meth:`summary`. Weight x mean of p (1 - p).
        """
        p = self.probability
        spread = float((p * (1 - p)).mean())
        tilt = ((1 - 2 * p)[:, None] * self.slopes).mean(axis=0)  # derivative of the spread in each weight
        signs = np.array([1.0, 1.0, 1.0, -1.0])
        slopes = self.params.to_numpy()[1:] * signs
        gradient = np.outer(slopes, tilt) + spread * np.eye(len(_PARAMS))[1:] * signs[:, None]
        index = pd.Index([*BONDS, "price_gap"])
        variance = np.einsum("ij,jk,ik->i", gradient, self.cov_params.to_numpy(), gradient)
        return self._table(pd.Series(slopes * spread, index), pd.Series(np.sqrt(variance), index), alpha)

    def price_equivalents(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return what each bond at full strength, and the constant, is worth in money, with delta-method limits.

        Weight / price: money per period by which a rival must be cheaper to make up for it. Columns as
        :meth:`summary`.

        Warns
        -----
        StatisticalWarning
            If the limits of the price weight include 0: the ratio can then be anything, and its limits mean nothing.
        """
        worth, price = self.params[:-1], self.params["price"]
        limits = self.conf_int(alpha).loc["price"]
        if limits["low"] <= 0 <= limits["high"]:
            _warn(
                f"the weight of the price is {price:.3g}, with limits {limits['low']:.3g} to {limits['high']:.3g} that "
                "include 0: bonds cannot be stated in money from these data. Do not use the ratios."
            )
        gradient = np.column_stack([np.eye(len(worth)) / price, -worth.to_numpy() / price**2])
        variance = np.einsum("ij,jk,ik->i", gradient, self.cov_params.to_numpy(), gradient)
        return self._table(worth / price, pd.Series(np.sqrt(variance), worth.index), alpha)

    @staticmethod
    def _table(estimate: pd.Series[float], error: pd.Series[float], alpha: float) -> pd.DataFrame:
        miss = number(
            alpha,
            "alpha",
            low=0,
            high=1,
            low_open=True,
            high_open=True,
            expected="a share above 0 and below 1",
            mend="use alpha=0.05 for 95 per cent limits",
        )
        reach = -special.ndtri(miss / 2) * error
        return pd.DataFrame(
            {"estimate": estimate, "std err": error, "low": estimate - reach, "high": estimate + reach}
        ).rename_axis("term")


def fit_bonds(data: pd.DataFrame) -> BondFit:
    """Return the weights of bonds and price that fit best whether customers stayed or left.

    Use it where each customer stayed or left and only the best rival offer is known. If you know which of several
    rivals was chosen, use :func:`fit_choices`, which uses more of the data.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per customer: ``financial``, ``social``, ``structural`` (strengths 0 to 1), ``price_gap`` (money per
        period by which the best rival is cheaper) and ``stayed`` (0 or 1).

    Returns
    -------
    BondFit

    Raises
    ------
    InputError
        If ``stayed`` is not 0 or 1, or is the same for all; a bond or the gap does not vary, or follows from the
        others; or bonds and gap tell without error who stays (separation): the weights would be infinite.

    Warns
    -----
    StatisticalWarning
        With fewer than ten customers of the rarer outcome per weight (a rule of thumb), or customers listed twice.

    Notes
    -----
    Maximum likelihood, by statsmodels' ``Logit``. Separation is found by a linear programme before the fit, also where
    it is partial (quasi-complete), which a search for the maximum easily misses.

    Checked against: 120 simulations of 600 customers with known weights: 95 per cent limits cover the truth in 93 to 97
    per cent of them, over all weights together.

    Source: [mcfadden1974], [albert1984] for separation

    Examples
    --------
    >>> from relmark_helpers.calculations.bond_simulation import simulate_stays
    >>> fit = fit_bonds(simulate_stays(800, np.random.default_rng(1991)))
    >>> fit.summary().loc["structural"].round(2).to_dict()
    {'estimate': 2.07, 'std err': 0.36, 'low': 1.36, 'high': 2.77}
    """
    import statsmodels.api as sm

    require_columns(data, "data", [*BONDS, "price_gap", "stayed"])
    stayed = _binary(data["stayed"], "stayed")
    x = np.column_stack([np.ones(len(data)), _strengths(data), -numbers(data["price_gap"].to_numpy(), "price_gap")])
    if stayed.min() == stayed.max():
        raise InputError(
            "stayed",
            found=f"{stayed[0]:g} for all {stayed.size} customers",
            expected="some customers who stayed and some who left",
            mend="observe longer, or more customers",
        )
    _check_variation(x[:, 1:] - x[0, 1:], [*BONDS, "price_gap"], "differs between customers")
    _check_separation(x * (2 * stayed - 1)[:, None], ["constant", *BONDS, "price_gap"])
    if caution := _caution(stayed):
        _warn(caution)
    if "customer" in data.columns and data["customer"].duplicated().any():
        _warn("some customers appear in several rows: their choices are not independent, and limits are too narrow.")
    fit = sm.Logit(stayed, x).fit(disp=0, method="newton", maxiter=100)
    p = special.expit(x @ fit.params)
    return _result("logit", fit.params, fit.cov_params(), float(fit.llf), p, (p * (1 - p))[:, None] * x)


def fit_choices(data: pd.DataFrame) -> BondFit:
    """Return the weights of bonds and price that fit best which of several offers customers took.

    Use it where the offers differ in bonds and price from customer to customer. This is a conditional logit: one weight
    per attribute, which holds for all offers. It is not ``MNLogit``, which takes traits of the customer and gives a
    set of weights per offer; bonds and prices belong to offers.

    Parameters
    ----------
    data : pandas.DataFrame
        One row per customer and offer: ``customer``, ``offer`` (one of each customer's is "stay"), ``financial``,
        ``social``, ``structural`` (0 to 1), ``price`` (money per period), ``chosen`` (1 for one offer per customer,
        else 0). Customers may have different rivals.

    Returns
    -------
    BondFit

    Raises
    ------
    InputError
        As :func:`fit_bonds`; if a customer has no offer called "stay", no rival, an offer twice, or has not chosen
        exactly one.

    Warns
    -----
    StatisticalWarning
        As :func:`fit_bonds`.

    Notes
    -----
    Maximum likelihood, by statsmodels' ``ConditionalLogit`` with the customer as group. Independence of irrelevant
    alternatives is assumed; see :func:`~relmark_helpers.calculations.bonds.choice_probabilities`.

    Checked against: simulations with known weights; the same likelihood written in numpy and climbed by scipy;
    :func:`fit_bonds` where each customer has one rival without bonds.

    Source: [mcfadden1974], [albert1984] for separation

    Examples
    --------
    >>> from relmark_helpers.calculations.bond_simulation import simulate_choices
    >>> fit = fit_choices(simulate_choices(300, np.random.default_rng(1991)))
    >>> fit.model, fit.nobs
    ('conditional logit', 300)
    """
    from statsmodels.discrete.conditional_models import ConditionalLogit

    require_columns(data, "data", ["customer", "offer", *BONDS, "price", "chosen"])
    chosen = _binary(data["chosen"], "chosen") == 1
    staying = (data["offer"] == STAY).to_numpy()
    group = data["customer"].factorize()[0]
    _check_choice_sets(data, group, staying, chosen)
    x = np.column_stack([staying, _strengths(data), -numbers(data["price"].to_numpy(), "price")]).astype(float)
    taken = np.empty((group.max() + 1, x.shape[1]))
    taken[group[chosen]] = x[chosen]
    against = (taken[group] - x)[~chosen]
    stayed = np.bincount(group[chosen & staying], minlength=len(taken)).astype(float)
    if stayed.min() == stayed.max():
        raise InputError(
            "chosen",
            found=f"all {stayed.size} customers {'stay' if stayed[0] else 'leave'}",
            expected="some customers who stay and some who leave",
            mend="observe longer, or more customers",
        )
    _check_variation(against[:, 1:], [*BONDS, "price"], "differs between the offers to one customer")
    _check_separation(against, ["constant", *BONDS, "price"])
    if caution := _caution(stayed):
        _warn(caution)
    unit = np.abs(against).max(axis=0)  # statsmodels' numerical curvature needs columns of like size, and none large
    from_taken = (x - taken[group]) / unit
    fit = ConditionalLogit(chosen.astype(float), from_taken, groups=group).fit(method="newton", maxiter=100, disp=0)
    params, cov = np.asarray(fit.params) / unit, np.asarray(fit.cov_params()) / np.outer(unit, unit)
    weight = np.exp((x - taken[group]) @ params)
    p = weight / np.bincount(group, weight)[group]
    mean = np.column_stack([np.bincount(group, p * column) for column in x.T])
    slopes = p[staying, None] * (x[staying] - mean[group[staying]])
    return _result("conditional logit", params, cov, float(fit.llf), p[staying], slopes)


def _result(model: str, params: Floats, cov: Floats, llf: float, probability: Floats, slopes: Floats) -> BondFit:
    return BondFit(
        model=model,
        params=pd.Series(np.asarray(params), index=_PARAMS, name="estimate"),
        cov_params=pd.DataFrame(np.asarray(cov), index=_PARAMS, columns=_PARAMS),
        llf=llf,
        nobs=probability.size,
        probability=probability,
        slopes=slopes,
    )


def _strengths(data: pd.DataFrame) -> Floats:
    return np.column_stack([shares(data[name].to_numpy(), name) for name in BONDS])


def _binary(column: pd.Series[float], name: str) -> Floats:
    expected, mend = "0 or 1 in each row", "code it, for example data['answer'].eq('yes').astype(int)"
    values = numbers(column.to_numpy(), name, expected=expected, mend=mend)
    odd = values[(values != 0) & (values != 1)]
    if odd.size or not values.size:
        raise InputError(name, found=f"{odd[0]:g}" if odd.size else "no rows", expected=expected, mend=mend)
    return values


def _check_choice_sets(data: pd.DataFrame, group: NDArray[np.intp], staying: Floats, chosen: Floats) -> None:
    names = data["customer"].drop_duplicates().to_list()
    twice = data.duplicated(["customer", "offer"]).to_numpy()
    for wrong, found, expected in (
        (np.bincount(group, staying) != 1, "no or several offers called 'stay'", "one such offer per customer"),
        (np.bincount(group) < 2, "one offer only", "an offer to stay and one rival or more"),
        (np.bincount(group, twice) > 0, "an offer that is listed twice", "each offer once per customer"),
        (np.bincount(group, chosen) != 1, "no or several offers chosen", "exactly one chosen offer per customer"),
    ):
        if wrong.any():
            first = names[int(np.flatnonzero(wrong)[0])]
            raise InputError(
                "data",
                found=f"{found} for customer {first!r} ({int(wrong.sum())} such customers)",
                expected=expected,
                mend="correct or leave out these customers",
            )


def _check_variation(differences: Floats, names: list[str], what: str) -> None:
    """Raise if a column of differences is 0 throughout, or follows from the others."""
    for name, column in zip(names, differences.T, strict=True):
        if not column.any():
            raise InputError(
                name,
                found="the same value throughout",
                expected=f"a value that {what}: else its effect cannot be seen",
                mend="collect data in which it varies",
            )
    _, sizes, directions = np.linalg.svd(differences / np.abs(differences).max(axis=0), full_matrices=False)
    if len(sizes) < len(names) or sizes[-1] < 1e-9 * sizes[0]:
        involved = [name for name, part in zip(names, directions[-1], strict=True) if abs(part) > 1e-6]
        raise InputError(
            ", ".join(involved),
            found="columns that follow from each other",
            expected="bonds and prices that vary separately: else their effects cannot be told apart",
            mend="collect data in which they do not always come together",
        )


def _caution(stayed: Floats) -> str:
    """Return a sentence where there are few customers for so many weights, else nothing."""
    rarer = int(min(stayed.sum(), stayed.size - stayed.sum()))
    if rarer >= _FEW * len(_PARAMS):
        return ""
    return (
        f"{rarer} customers of the rarer outcome for {len(_PARAMS)} weights, fewer than {_FEW} per weight (a rule of "
        "thumb). Estimates lean away from 0, and limits are rough."
    )


def _check_separation(favour: Floats, names: list[str]) -> None:
    """Raise if some weights put every choice on the right side, which are rows whose product with them is above 0."""
    from scipy.optimize import linprog

    scaled = favour / np.abs(favour).max(axis=0)
    best = linprog(-scaled.sum(axis=0), A_ub=-scaled, b_ub=np.zeros(len(scaled)), bounds=(-1, 1), method="highs")
    if -best.fun > 1e-4:
        involved = [name for name, part in zip(names, best.x, strict=True) if abs(part) > 1e-6 and name != "constant"]
        raise InputError(
            "data",
            found=f"that {', '.join(involved) or 'the constant'} tells without error who stays (separation)",
            expected="some overlap between those who stay and those who leave: else weights grow without end",
            mend="observe more customers, or look whether a column was filled in after the outcome was known",
        )


def _warn(message: str) -> None:
    warnings.warn(message, StatisticalWarning, stacklevel=3)
