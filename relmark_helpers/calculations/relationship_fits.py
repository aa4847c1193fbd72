"""The relationship quality model estimated: episodes within customers by a mixed model, the relationship by regression.

The relationship as a path model is in ``relationship_paths``. Which constructs stand in an equation is Liljander and
Strandvik's; that the equations are linear, and the one on staying a logit, is this workbook's own formalisation.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.relationship_commitment import NEUTRAL
from relmark_helpers.calculations.relationship_quality import ANCHOR
from relmark_helpers.validation import InputError, StatisticalWarning, number, numbers, require_columns

__all__ = ["EpisodeFit", "Equation", "RelationshipFit", "fit_episodes", "fit_relationship"]

_FEW: Final = 30  # customers below which spreads between customers are rough: a rule of thumb
_METHODS: Final = (["lbfgs"], ["powell", "lbfgs"])  # statsmodels' own order fails on random slopes

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Equation:
    """Estimates of one equation; made by :func:`fit_relationship` and, with more, by :func:`fit_episodes`.

    Attributes
    ----------
    outcome : str
        What the equation explains.
    params : pandas.Series
        Estimates by term.
    cov_params : pandas.DataFrame
        Their covariance.
    nobs : int
        Rows used.
    llf : float
        Log-likelihood at the estimates.
    rsquared : float
        Share of the variance explained; McFadden's for a logit, missing for a mixed model.
    """

    outcome: str
    params: pd.Series[float]
    cov_params: pd.DataFrame = field(repr=False)
    nobs: int
    llf: float
    rsquared: float

    @property
    def bse(self) -> pd.Series[float]:
        """Standard errors of the estimates."""
        return pd.Series(np.sqrt(np.diag(self.cov_params)), index=self.params.index, name="std err")

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Return columns ``low`` and ``high``: normal limits of the estimates at 1 - ``alpha`` confidence."""
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
        reach = NormalDist().inv_cdf(1 - miss / 2) * self.bse
        return pd.DataFrame({"low": self.params - reach, "high": self.params + reach})

    def summary(self) -> pd.DataFrame:
        """Return ``estimate``, ``std err``, ``low`` and ``high`` (95 per cent limits), one row per term."""
        return pd.concat([self.params.rename("estimate"), self.bse, self.conf_int()], axis=1).rename_axis("term")


@dataclass(frozen=True, eq=False)
class EpisodeFit(Equation):
    """Satisfaction with an episode, estimated by a mixed model; made by :func:`fit_episodes`.

    Attributes
    ----------
    random : pandas.Series
        Spread between customers: ``sd of constant``, ``sd of quality`` (of the slope), their ``correlation``, and
        ``sd within customers``. Point estimates: a normal approximation is poor for spreads, so no limits are given.
    customers : int
        Customers.
    converged : bool
        Whether the search for the maximum ended at one; always true, since a failed search raises.
    method : tuple of str
        Optimisers used.
    """

    random: pd.Series[float]
    customers: int
    converged: bool
    method: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RelationshipFit:
    """The relationship level, equation by equation; made by :func:`fit_relationship`.

    Attributes
    ----------
    satisfaction : Equation
        Relationship satisfaction from relationship quality and value.
    commitment : Equation
        Commitment from satisfaction, bonds and alternatives.
    staying : Equation
        Whether the customer stayed, from commitment: a logit.
    """

    satisfaction: Equation
    commitment: Equation
    staying: Equation

    def summary(self) -> pd.DataFrame:
        """Return the three summaries, indexed by ``outcome`` and ``term``."""
        parts = (self.satisfaction, self.commitment, self.staying)
        return pd.concat({part.outcome: part.summary() for part in parts}, names=["outcome", "term"])


def fit_episodes(episodes: pd.DataFrame) -> EpisodeFit:
    """Return how satisfaction with an episode follows from its quality and value, for customers who differ.

    Use it where the same customers report several episodes: an ordinary regression would take them for strangers, and
    its limits would be too narrow. Each customer has an own level and an own slope on quality.

    Parameters
    ----------
    episodes : pandas.DataFrame
        One row per customer and episode: ``customer``, ``quality``, ``value``, ``satisfaction`` (points).

    Returns
    -------
    EpisodeFit
        Terms ``constant`` (satisfaction with an episode of quality 8 and value 8), ``quality``, ``value``.

    Raises
    ------
    InputError
        If a column is missing or not numbers; there are fewer than three customers with three episodes or more; quality
        and value do not vary separately; or no optimiser converges.

    Warns
    -----
    StatisticalWarning
        With fewer than 30 customers (a rule of thumb), or where a spread between customers is estimated at its border,
        0, or the two as one: the data then do not show that customers differ so.

    Notes
    -----
    satisfaction = constant + u + (quality slope + v) (quality - 8) + value slope x (value - 8) + error, with u and v
    normal over customers. Restricted maximum likelihood by statsmodels' ``MixedLM``, with lbfgs, and after Powell's
    method where that fails. Assumes

    1. that u and v have nothing to do with the quality a customer meets; real customers who judge mildly may get better
       service, and the slopes are then biased;
    2. that errors of a customer's episodes are independent of each other.

    Checked against: maximum likelihood written in numpy; 20 simulations of 60 customers with 8 episodes and known
    parameters, in which 95 per cent limits cover the truth in 90 to 99 per cent of all 60 cases.

    Source: [liljander1995] for the constructs; the equation is this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> fit = fit_episodes(simulate_relationships(150, np.random.default_rng(1995)).episodes)
    >>> fit.summary().loc["quality"].round(2).to_dict()
    {'estimate': 0.54, 'std err': 0.04, 'low': 0.47, 'high': 0.62}
    """
    require_columns(episodes, "episodes", ["customer", "quality", "value", "satisfaction"])
    quality, value, satisfaction = (
        numbers(episodes[name].to_numpy(), name) for name in ("quality", "value", "satisfaction")
    )
    group = episodes["customer"].factorize()[0]
    enough = int((np.bincount(group) >= 3).sum()) if group.size else 0
    if enough < 3:
        raise InputError(
            "episodes",
            found=f"{enough} customers with three episodes or more",
            expected="at least three such customers: else slopes cannot differ between customers",
            mend="observe more episodes per customer",
        )
    x = np.column_stack([np.ones(quality.size), quality - ANCHOR, value - ANCHOR])
    _check_rank(x, "quality, value")
    result, method, cautions = _fit_mixed(satisfaction, x, group)
    covariance = np.asarray(result.cov_re)
    spread = np.sqrt(np.clip(np.diag(covariance), 0, None))
    customers = int(group.max()) + 1
    if customers < _FEW:
        cautions.append(
            f"{customers} customers, fewer than {_FEW} (a rule of thumb): spreads between customers are rough."
        )
    for caution in cautions:
        warnings.warn(caution, StatisticalWarning, stacklevel=2)
    terms = ["constant", "quality", "value"]
    random = {
        "sd of constant": spread[0],
        "sd of quality": spread[1],
        "correlation": covariance[0, 1] / spread.prod() if spread.prod() > 0 else np.nan,
        "sd within customers": np.sqrt(result.scale),
    }
    return EpisodeFit(
        outcome="episode satisfaction",
        params=pd.Series(np.asarray(result.fe_params), index=terms, name="estimate"),
        cov_params=pd.DataFrame(np.asarray(result.cov_params())[:3, :3], index=terms, columns=terms),
        nobs=satisfaction.size,
        llf=float(result.llf),
        rsquared=float("nan"),
        random=pd.Series(random, name="estimate"),
        customers=customers,
        converged=True,
        method=tuple(method),
    )


def fit_relationship(customers: pd.DataFrame) -> RelationshipFit:
    """Return the relationship level as three equations: satisfaction, commitment, staying.

    Use it on customers whose constructs are known, as in a simulation, or measured without much error. Put answers of a
    survey in the place of states to see what error of measurement does: the slope of what was measured shrinks, and
    that of a term that goes with it can grow. With several questions per construct, and for effects along the whole
    chain, use the path model :data:`~relmark_helpers.calculations.relationship_paths.RELATIONSHIP_PATHS`.

    Parameters
    ----------
    customers : pandas.DataFrame
        One row per customer: ``quality``, ``value``, ``satisfaction`` (points), ``barriers``, ``ties`` (sums of
        strengths), ``alternatives`` (1 to 10), ``commitment``, ``stayed`` (0 or 1).

    Returns
    -------
    RelationshipFit
        Terms of ``satisfaction``: ``constant`` (at quality 8, value 8), ``quality``, ``value``; of ``commitment``:
        ``constant`` (at satisfaction 5.5, no bonds, alternatives 5.5), ``satisfaction``, ``barriers``, ``ties``,
        ``alternatives`` (below 0 if they draw customers away); of ``staying``: ``constant``, ``commitment``.

    Raises
    ------
    InputError
        If a column is missing or not numbers; terms do not vary separately; all customers stayed, or all left; or
        commitment tells without error who stays.

    Warns
    -----
    StatisticalWarning
        With fewer than ten customers who left, or who stayed, per term of the logit (a rule of thumb).

    Notes
    -----
    Least squares with standard errors that allow for unequal spread (HC3), since customers differ in their slope on
    quality; a logit for staying. Each is right only if what it leaves out has nothing to do with its terms: commitment
    has a part, the disposition, that is left out and independent in the simulation, and need not be so in life.

    Checked against: 120 simulations of 300 customers with known parameters, in which 95 per cent limits cover the truth
    in 93 to 97 per cent of all cases.

    Source: [liljander1995] for the constructs; the equations are this workbook's own formalisation

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_simulation import simulate_relationships
    >>> fit = fit_relationship(simulate_relationships(1000, np.random.default_rng(1995)).customers)
    >>> fit.commitment.summary().round(2)
                  estimate  std err   low  high
    term
    constant         -0.17     0.08 -0.33 -0.01
    satisfaction      0.44     0.04  0.37  0.51
    barriers          0.74     0.03  0.68  0.80
    ties              0.50     0.05  0.39  0.61
    alternatives     -0.36     0.02 -0.40 -0.31
    """
    import statsmodels.api as sm

    columns = ["quality", "value", "satisfaction", "barriers", "ties", "alternatives", "commitment", "stayed"]
    require_columns(customers, "customers", columns)
    data = {name: numbers(customers[name].to_numpy(), name) for name in columns}
    stayed, one = data["stayed"], np.ones(len(customers))
    left = int((stayed == 0).sum())
    if not np.isin(stayed, (0, 1)).all() or left in (0, stayed.size):
        raise InputError(
            "stayed",
            found=f"{left} zeros and {int((stayed == 1).sum())} ones in {stayed.size} rows",
            expected="0 or 1 in each row, and both of them",
            mend="code leaving as 0, or observe longer",
        )
    made = _least_squares(
        "satisfaction",
        data["satisfaction"],
        {"constant": one, "quality": data["quality"] - ANCHOR, "value": data["value"] - ANCHOR},
    )
    drawn = _least_squares(
        "commitment",
        data["commitment"],
        {
            "constant": one,
            "satisfaction": data["satisfaction"] - NEUTRAL,
            "barriers": data["barriers"],
            "ties": data["ties"],
            "alternatives": data["alternatives"] - NEUTRAL,
        },
    )
    x = np.column_stack([one, data["commitment"]])
    _check_rank(x, "commitment")
    ends = [(data["commitment"][stayed == kind].min(), data["commitment"][stayed == kind].max()) for kind in (0, 1)]
    if ends[0][1] <= ends[1][0] or ends[1][1] <= ends[0][0]:
        raise InputError(
            "stayed",
            found="that commitment tells without error who stays (separation)",
            expected="some overlap between those who stay and those who leave: else the slope grows without end",
            mend="observe more customers",
        )
    if min(left, stayed.size - left) < 10 * x.shape[1]:
        warnings.warn(
            f"{min(left, stayed.size - left)} customers of the rarer outcome for {x.shape[1]} terms, fewer than 10 per "
            "term (a rule of thumb): limits of the equation on staying are rough.",
            StatisticalWarning,
            stacklevel=2,
        )
    logit = sm.Logit(stayed, x).fit(disp=0, method="newton", maxiter=100)
    return RelationshipFit(made, drawn, _equation("staying", ["constant", "commitment"], logit, float(logit.prsquared)))


def _fit_mixed(y: Floats, x: Floats, group: NDArray[np.intp]) -> tuple[Any, list[str], list[str]]:
    """Return the converged fit, the optimisers used, and cautions in words."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    for method in _METHODS:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                result = sm.MixedLM(y, x, groups=group, exog_re=x[:, :2]).fit(method=method)
            except (np.linalg.LinAlgError, ValueError):
                continue
        precise = bool(np.isfinite(np.asarray(result.bse_fe)).all())
        if result.converged and precise:
            told = [str(one.message) for one in caught if issubclass(one.category, ConvergenceWarning)]
            covariance = np.asarray(result.cov_re)
            smallest = float(np.linalg.eigvalsh(covariance)[0])
            at_border = smallest < 1e-4 * result.scale or any("boundary" in message for message in told)
            caution = (
                "a spread between customers is estimated at its border (no spread, or level and slope that vary as "
                "one): these data do not show that customers differ in both. The slopes can be read, the spreads not."
            )
            return result, method, [caution] if at_border else []
    raise InputError(
        "episodes",
        found="no maximum of the likelihood (the optimisers did not converge)",
        expected="data from which a level and a slope per customer can be estimated",
        mend="observe more episodes per customer or more customers, and look for a column that is nearly constant",
    )


def _least_squares(outcome: str, y: Floats, terms: dict[str, Floats]) -> Equation:
    import statsmodels.api as sm

    x = np.column_stack(list(terms.values()))
    _check_rank(x, ", ".join(name for name in terms if name != "constant"))
    fit = sm.OLS(y, x).fit(cov_type="HC3")
    return _equation(outcome, list(terms), fit, float(fit.rsquared))


def _equation(outcome: str, terms: list[str], fit: Any, rsquared: float) -> Equation:
    return Equation(
        outcome=outcome,
        params=pd.Series(np.asarray(fit.params), index=terms, name="estimate"),
        cov_params=pd.DataFrame(np.asarray(fit.cov_params()), index=terms, columns=terms),
        nobs=int(fit.nobs),
        llf=float(fit.llf),
        rsquared=rsquared,
    )


def _check_rank(x: Floats, names: str) -> None:
    """Raise if there are too few rows, or columns that follow from each other."""
    scaled = x / np.maximum(np.abs(x).max(axis=0), 1e-300)
    sizes = np.linalg.svd(scaled, compute_uv=False)
    if len(x) <= x.shape[1] + 1 or sizes[-1] < 1e-9 * sizes[0]:
        raise InputError(
            names,
            found=f"{len(x)} rows in which these follow from each other or do not vary",
            expected="more rows than terms, and columns that vary separately",
            mend="collect data in which each varies while the others stand still",
        )
