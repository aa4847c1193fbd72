"""Monte Carlo over the uncertain inputs of two programmes: how likely relational pays, when, and what matters most.

The model of a programme is in ``programme_cost``; it and the ranges are this workbook's own formalisation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from relmark_helpers.calculations.programme_comparison import MEASURES, NOISE, compare_programmes
from relmark_helpers.calculations.programme_cost import INPUTS, Programme, accumulate, check_input
from relmark_helpers.validation import InputError, choice, number, random_generator, whole_number

__all__ = ["ProgrammeSimulation", "Range", "simulate_programmes"]

_KINDS = ("uniform", "triangular", "beta")
_WHOSE = ("transactional", "relational", "both")


@dataclass(frozen=True)
class Range:
    """What is thought possible for an uncertain input.

    Use "uniform" where only the ends are known, "triangular" or "beta" where one value is thought likeliest. The ends
    are limits, never passed: an input about which little is known needs a wide range.

    Parameters
    ----------
    kind : {"uniform", "triangular", "beta"}
        Shape. "beta" is the three-point beta of project planning (PERT): a smooth hump with mean
        (low + 4 most_likely + high) / 6.
    low, high : number
        Ends, in the unit of the input. Equal ends fix the input.
    most_likely : number or None
        The likeliest value, within the ends; None for "uniform", which has none.

    Raises
    ------
    InputError
        If the kind is not one of the three, the ends are reversed, or the likeliest value is missing, outside the
        ends, or given for "uniform".

    Examples
    --------
    >>> draws = Range("triangular", 0.7, 0.85, most_likely=0.8).draw(np.random.default_rng(1), 10_000)
    >>> print(f"{draws.mean():.2f}")
    0.78
    """

    kind: str
    low: float
    high: float
    most_likely: float | None = None

    def __post_init__(self) -> None:
        choice(self.kind, "kind", _KINDS)
        low = number(self.low, "low")
        number(self.high, "high", low=low, expected=f"a number no smaller than low, {low:g}", mend="swap the two ends")
        if self.kind == "uniform":
            if self.most_likely is not None:
                raise InputError(
                    "most_likely",
                    found=f"{self.most_likely:g}",
                    expected="no likeliest value, since all are equally likely in a uniform range",
                    mend='leave it out, or use kind "triangular" or "beta"',
                )
        else:
            number(
                self.most_likely,  # type: ignore[arg-type]  # None is refused like any other value that is no number
                "most_likely",
                low=low,
                high=self.high,
                expected=f"the likeliest value, from {low:g} to {self.high:g}",
                mend="name a value within the ends",
            )

    def draw(self, generator: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Return ``size`` values drawn from the range."""
        width = self.high - self.low
        if width == 0:
            return np.full(size, float(self.low))
        if self.most_likely is None:
            return generator.uniform(self.low, self.high, size)
        if self.kind == "triangular":
            return generator.triangular(self.low, self.most_likely, self.high, size)
        peak = (self.most_likely - self.low) / width
        return self.low + width * generator.beta(1 + 4 * peak, 1 + 4 * (1 - peak), size)


@dataclass(frozen=True, eq=False)
class ProgrammeSimulation:
    """Many pairs of programmes with inputs drawn from ranges; made by :func:`simulate_programmes`.

    Attributes
    ----------
    transactional, relational : Programme
        The programmes as given; inputs without a range keep these values in every draw.
    years : int
        Years followed; written T.
    ranges : dict
        The :class:`Range` of each uncertain input.
    draws : pandas.DataFrame
        One row per draw: the drawn inputs, ``lead`` (how much more relational has earned by the end of year T,
        discounted, in money) and ``overtaken`` (the year at which relational leads for the first time, straight
        lines between year ends; 0 if it is never behind before; ``inf`` if it does not lead within T years).
    by_year : pandas.DataFrame
        Indexed by ``year`` 1 to T: ``overtaken`` (share of draws in which relational has led at some time up to this
        year end), ``ahead`` (share in which it leads at this year end), and for each its Monte Carlo standard error,
        ``overtaken_se`` and ``ahead_se``.
    bands : pandas.DataFrame
        Indexed by ``year`` 0 to T: what 5 per cent of the draws fall below (``_low``) or exceed (``_high``), for
        the cumulative discounted profit of ``transactional`` and ``relational`` and for the ``lead``. The first two
        share what is drawn for both, so that they can overlap although one leads in nearly all draws.
    importance : pandas.DataFrame
        Indexed by ``input``, the strongest first: ``rank_correlation`` of the input with ``lead`` (Spearman), ``low``
        and ``high`` (limits of a 95 per cent interval for what endless draws would give). Inputs with equal ends are
        not in it. All are 0 where nothing that was drawn moves the lead.
    """

    transactional: Programme
    relational: Programme
    years: int
    ranges: dict[str, Range] = field(repr=False)
    draws: pd.DataFrame = field(repr=False)
    by_year: pd.DataFrame = field(repr=False)
    bands: pd.DataFrame = field(repr=False)
    importance: pd.DataFrame = field(repr=False)

    @property
    def probability(self) -> float:
        """Share of draws in which relational pays, that is, leads at some time within the years."""
        return float(self.by_year["overtaken"].iloc[-1])

    @property
    def standard_error(self) -> float:
        """Monte Carlo standard error of the probability: the square root of p (1 - p) / draws."""
        return float(self.by_year["overtaken_se"].iloc[-1])

    def conf_int(self, level: float = 0.95) -> tuple[float, float]:
        """Return limits for the probability that endless draws would give (Wilson's interval).

        It covers chance in the drawing only. Wrong ranges make the probability wrong, however many draws there are.

        Parameters
        ----------
        level : number
            Confidence level, above 0 and below 1.
        """
        number(
            level,
            "level",
            low=0,
            high=1,
            low_open=True,
            high_open=True,
            expected="a level above 0 and below 1",
            mend="for 95 per cent write 0.95",
        )
        z, n, p = NormalDist().inv_cdf(0.5 + level / 2), len(self.draws), self.probability
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        return (middle - half if p > 0 else 0.0), (middle + half if p < 1 else 1.0)

    def year_reached(self, share: float) -> float | None:
        """Return the year by which relational has overtaken in this share of the draws, or None if later than T.

        Parameters
        ----------
        share : number
            Share of the draws, above 0 to 1; 0.5 gives the median.
        """
        wanted = number(
            share,
            "share",
            low=0,
            high=1,
            low_open=True,
            expected="a share above 0 and up to 1",
            mend="for half of the draws write 0.5",
        )
        year = float(np.quantile(self.draws["overtaken"], wanted, method="inverted_cdf"))
        return year if math.isfinite(year) else None

    def matters_most(self) -> tuple[str, ...]:
        """Return the input with the strongest rank correlation, and all whose intervals overlap with its own.

        More than one name means that the draws do not tell them apart; none, that no drawn input moves the lead.
        """
        limits = self.importance[["low", "high"]]
        if limits.empty or self.importance["rank_correlation"].iloc[0] == 0:
            return ()
        least = limits.abs().min(axis=1).where(np.sign(limits["low"]) == np.sign(limits["high"]), 0.0)
        return tuple(limits.index[limits.abs().max(axis=1) >= least.iloc[0]])

    def summary(self) -> pd.DataFrame:
        """Return the findings as a table: what is asked, and the answer in words.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``question``: ``answer``.
        """
        low, high = self.conf_int()
        years = {share: self.year_reached(share) for share in (0.25, 0.5, 0.75)}
        when = "; ".join(
            f"{share:.0%} of the draws by year {year:.1f}"
            if year is not None
            else f"{share:.0%} not by year {self.years}"
            for share, year in years.items()
        )
        ahead = self.by_year.iloc[-1]
        strongest = "; ".join(
            f"{name} (rank correlation {row['rank_correlation']:+.2f}, {row['low']:+.2f} to {row['high']:+.2f})"
            for name, row in self.importance.loc[list(self.matters_most())].iterrows()
        )
        rows = {
            f"Does relational pay within {self.years} years?": (
                f"in {self.probability:.1%} of {len(self.draws):,} draws (standard error {self.standard_error:.1%}, "
                f"95% interval {low:.1%} to {high:.1%})"
            ),
            f"Is it ahead at the end of year {self.years}?": (
                f"in {ahead['ahead']:.1%} (standard error {ahead['ahead_se']:.1%})"
            ),
            "When does it overtake?": when,
            "Which input matters most?": strongest or "none of those drawn moves the lead",
        }
        return pd.DataFrame({"answer": rows.values()}, index=pd.Index(rows, name="question"))


def simulate_programmes(
    transactional: Programme,
    relational: Programme,
    years: int,
    *,
    ranges: Mapping[str, Range],
    generator: np.random.Generator,
    draws: int = 10_000,
) -> ProgrammeSimulation:
    """Return how likely a relational programme pays within some years when its inputs are known as ranges only.

    Use it when the crossing of :func:`compare_programmes` rests on guesses. Do not read the probability as a fact
    about the world: it says what follows from the ranges, and they are an opinion.

    Parameters
    ----------
    transactional, relational : Programme
        The programmes; inputs without a range stay as they are here.
    years : int
        Years to follow, 1 to 200; written T.
    ranges : mapping
        A :class:`Range` by name of the input: "transactional.retention", "relational.setup_cost",
        "both.margin" and so on. "both" draws one value for both programmes; the discount rate is always of both.
    generator : numpy.random.Generator
        Source of chance, for example ``numpy.random.default_rng(1983)``; the same seed gives the same draws.
    draws : int
        Number of draws, 10 or more.

    Returns
    -------
    ProgrammeSimulation
        With the probability and its Monte Carlo standard error, the years of overtaking, the bands for a figure and
        the rank correlations.

    Raises
    ------
    InputError
        If a range has an unknown name or ends outside the limits of its input, the same input is drawn twice, or
        another argument is not what it should be.

    Notes
    -----
    "Pays" means: has earned more than the transactional programme, discounted, at some time up to year T. Assumes

    1. inputs are drawn independently. In a real firm they move together: better service costs more and keeps more;
    2. each draw holds for all years: it stands for what is not known, not for good and bad years.

    The standard error is the square root of p (1 - p) / draws. The interval of a rank correlation uses Fisher's z with
    standard error 1.03 / sqrt(draws - 3), a common approximation (from memory, not looked up; it is good for
    correlations up to about 0.8, and the tests compare it with repeated simulation). An input is strong here if the
    lead reacts to it *and* its range is wide: a range that is too narrow hides an input.

    Checked against: ranges with equal ends, which give the path of :func:`compare_programmes`; probabilities worked
    out from the distribution function of a single uncertain input.

    Source: this workbook's own formalisation

    Examples
    --------
    >>> base = {"customers": 1000, "margin": 100, "discount": 0.1, "acquisition_cost": 150}
    >>> transactional = Programme(**base, retention=0.6, won=400)
    >>> relational = Programme(**base, retention=0.75, won=250, setup_cost=60_000, cost_per_customer=10)
    >>> ranges = {
    ...     "relational.retention": Range("triangular", 0.65, 0.8, most_likely=0.75),
    ...     "relational.setup_cost": Range("uniform", 40_000, 120_000),
    ... }
    >>> result = simulate_programmes(
    ...     transactional, relational, 10, ranges=ranges, generator=np.random.default_rng(1983)
    ... )
    >>> round(result.probability, 1), round(result.standard_error, 3)
    (0.3, 0.005)
    >>> result.matters_most()
    ('relational.retention',)
    """
    years = compare_programmes(transactional, relational, years).years
    size = whole_number(draws, "draws", low=10)
    random_generator(generator)
    checked = _checked(ranges)
    sample = {name: each.draw(generator, size) for name, each in checked.items()}
    paths = {}
    for programme, whose in ((transactional, "transactional"), (relational, "relational")):
        inputs = {name: np.full(size, value) for name, value in asdict(programme).items()}
        for name, values in sample.items():
            owner, _, which = name.partition(".")
            if owner in (whose, "both"):
                inputs[which] = values
        paths[whose] = accumulate(inputs, years)
    profit = {whose: path[MEASURES[0]] for whose, path in paths.items()}
    flows = sum(np.abs(path[column]).sum(axis=0) for path in paths.values() for column in ("cost", "profit"))
    lead = profit["relational"] - profit["transactional"]
    lead[np.abs(lead) <= NOISE * flows] = 0
    overtaken = _first_lead(lead)
    return ProgrammeSimulation(
        transactional,
        relational,
        years,
        checked,
        pd.DataFrame(
            sample | {"lead": lead[-1], "overtaken": overtaken}, index=pd.RangeIndex(1, size + 1, name="draw")
        ),
        _by_year(lead, overtaken),
        pd.DataFrame(
            {
                f"{whose}_{end}": np.quantile(path, share, axis=1)
                for whose, path in (profit | {"lead": lead}).items()
                for end, share in (("low", 0.05), ("high", 0.95))
            },
            index=pd.RangeIndex(years + 1, name="year"),
        ),
        _importance({name: values for name, values in sample.items() if np.ptp(values) > 0}, lead[-1]),
    )


def _checked(ranges: Mapping[str, Range]) -> dict[str, Range]:
    """Return the ranges; raise unless each is a range of an input that is drawn once."""
    if not isinstance(ranges, Mapping) or not ranges:
        raise InputError(
            "ranges",
            found=f"{ranges!r:.60}",
            expected="at least one range by name of the input",
            mend='write for example {"relational.retention": Range("uniform", 0.7, 0.8)}',
        )
    allowed = [f"{whose}.{name}" for whose in _WHOSE for name in INPUTS if whose == "both" or name != "discount"]
    for name, each in ranges.items():
        choice(name, "ranges", allowed)
        if not isinstance(each, Range):
            raise InputError(
                f"ranges[{name!r}]", found=repr(each), expected="a Range", mend='write Range("uniform", low, high)'
            )
        check_input([each.low, each.high], name.partition(".")[2], shown=f"ranges[{name!r}]")
        if name.startswith("both.") and {f"{whose}.{name[5:]}" for whose in _WHOSE[:2]} & set(ranges):
            raise InputError(
                "ranges",
                found=f"{name!r} beside the same input of one programme",
                expected="each input drawn once",
                mend='keep either "both" or the two programmes one by one',
            )
    return dict(ranges)


def _first_lead(lead: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each column when it first rises above 0, on straight lines between rows; inf if it never does."""
    leads = lead > 0
    first = leads.argmax(axis=0)
    each = np.arange(lead.shape[1])
    before, after = lead[np.maximum(first - 1, 0), each], lead[first, each]
    crosses = leads.any(axis=0) & (first > 0)
    part = np.divide(-before, after - before, out=np.zeros(len(each)), where=crosses)
    return np.where(leads.any(axis=0), np.where(crosses, first - 1 + part, 0.0), np.inf)


def _by_year(lead: NDArray[np.float64], overtaken: NDArray[np.float64]) -> pd.DataFrame:
    years, size = len(lead) - 1, lead.shape[1]
    columns = {
        "overtaken": (np.logical_or.accumulate(lead > 0, axis=0)).mean(axis=1)[1:],
        "ahead": (lead > 0).mean(axis=1)[1:],
    }
    errors = {f"{name}_se": np.sqrt(share * (1 - share) / size) for name, share in columns.items()}
    return pd.DataFrame(columns | errors, index=pd.RangeIndex(1, years + 1, name="year"))


def _importance(sample: Mapping[str, NDArray[np.float64]], lead: NDArray[np.float64]) -> pd.DataFrame:
    """Return Spearman's rank correlation of each input with the lead, with limits by Fisher's z."""
    from scipy.stats import rankdata

    moves = np.ptp(lead) > NOISE * np.abs(lead).max()
    ranks = rankdata(lead)
    found = pd.Series(
        {name: np.corrcoef(rankdata(values), ranks)[0, 1] if moves else 0.0 for name, values in sample.items()},
        dtype=float,
    )
    z, half = np.arctanh(found.clip(-1 + 1e-12, 1 - 1e-12)), 1.96 * 1.03 / math.sqrt(len(lead) - 3)
    table = pd.DataFrame({"rank_correlation": found, "low": np.tanh(z - half), "high": np.tanh(z + half)})
    return table.rename_axis("input").sort_values("rank_correlation", key=np.abs, ascending=False)
