"""The profile of an exchange, and its place on the continuum from anonymous transaction to full collaboration."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from relmark_helpers.calculations.exchange import CRITERIA, STATIONS, ExchangePlacement, FitProfile, nearest_station
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, GRID, INK, MARKERS, PALETTE, QUIET, VERMILION, house_style
from relmark_helpers.validation import InputError

_LABELS = (
    "anonymous\ntransaction,\nautomated\npurchase",
    "transactional",
    "value-adding",
    "collaborative",
    "full\ncollaboration,\nintegration",
)
_SHORT = dict(
    zip(STATIONS, ("anonymous", "transactional", "value-adding", "collaborative", "full collaboration"), strict=True)
)
_ROWS: dict[str, tuple[float, str, str]] = {"profile": (1.0, BLUE, "o"), "behaviour": (2.0, VERMILION, "D")}


class _Row:
    """One exchange over the line of stations: its position, its range and its name."""

    def __init__(self, axes: Axes, height: float, colour: str, marker: str) -> None:
        self._height = height
        (self._bar,) = axes.plot([], [], color=colour, linewidth=9, alpha=0.3, solid_capstyle="butt")
        (self._drop,) = axes.plot([], [], color=colour, linewidth=1.4, linestyle=":")
        (self._point,) = axes.plot([], [], color=colour, marker=marker, markersize=13)
        self._text = axes.text(
            0, height + 0.27, "", color=colour, ha="center", va="bottom", fontsize=12.5, fontweight="bold"
        )
        self.artists: list[Artist] = [self._drop, self._bar, self._point, self._text]

    def move(self, name: str, position: float, low: float, high: float) -> None:
        self._bar.set_data([low, high], [self._height] * 2)
        self._drop.set_data([position] * 2, [0, self._height])
        self._point.set_data([position], [self._height])
        self._text.set_text(f"{name} {position:.2f} ({low:.2f} to {high:.2f})")
        self._text.set_x(np.clip(position, 0.16, 0.84))


def _draw_stations(axes: Axes, *, rows: int) -> None:
    axes.set(xlim=(-0.14, 1.14), ylim=(-2.0, 0.95 + rows))
    axes.axis("off")
    axes.plot([0, 1], [0, 0], color=INK, linewidth=4, solid_capstyle="round", zorder=1)
    for at, label in enumerate(_LABELS):
        lowered = at % 2
        axes.plot([at / 4] * 2, [0, -1.5 if lowered else -0.28], color=QUIET, linewidth=1, zorder=0)
        axes.plot(at / 4, 0, color=INK, marker="o", markersize=13, markerfacecolor="white", markeredgewidth=2.2)
        axes.text(at / 4, -1.55 if lowered else -0.33, label, ha="center", va="top", fontsize=12, linespacing=1.05)


class ContinuumPlot(Plot[ExchangePlacement]):
    """One line with five stations; above it the position by profile, and by behaviour if known, each with its range."""

    size = (6.0, 4.0)

    def setting(self, result: ExchangePlacement) -> Hashable:
        return tuple(result.table.index)

    def lay_out(self, figure: Figure, result: ExchangePlacement) -> list[Artist]:
        axes = figure.subplots()
        _draw_stations(axes, rows=len(result.table))
        self._rows = {basis: _Row(axes, *_ROWS[basis]) for basis in result.table.index}
        return [artist for row in self._rows.values() for artist in row.artists]

    def move(self, result: ExchangePlacement) -> None:
        for basis, row in result.table.iterrows():
            self._rows[str(basis)].move(str(basis), row["position"], row["low"], row["high"])

    def words(self, result: ExchangePlacement) -> Words:
        table = result.table
        profile = table.loc["profile"]
        said = [
            f"by its {basis} at {row['position']:.2f}, nearest to {row['station']} "
            f"(range {row['low']:.2f} to {row['high']:.2f}, {_span(row['station_low'], row['station_high'])})"
            for basis, row in table.iterrows()
        ]
        if "behaviour" in table.index:
            title = (
                f"Profile {profile['position']:.2f}, behaviour {table.loc['behaviour', 'position']:.2f}: "
                f"{'they disagree' if result.disagree else 'the ranges overlap'}"
            )
        else:
            title = (
                f"{_SHORT[profile['station']].capitalize()}: {profile['position']:.2f}, "
                f"range {profile['low']:.2f} to {profile['high']:.2f}"
            )
        return Words(
            title=title,
            alt=(
                "A line with five stations from anonymous transaction to full collaboration and integration. "
                f"The exchange stands {' and '.join(said)}."
            ),
            caption=(
                "Relationship continuum, 0 anonymous transaction to 1 full collaboration. The stations are from memory "
                "of the source and not verified; the rule that places an exchange is this workbook's own. Bars: range "
                "over other weights, and over raters where there are several."
            ),
            description=f"{result.reading}.",
            table=table,
        )


def continuum_figure(placement: ExchangePlacement) -> LessonFigure:
    """Draw where an exchange stands on the continuum, with its range, by profile and by behaviour.

    Examples
    --------
    >>> from relmark_helpers.calculations.exchange import fit_profile, place_exchange
    >>> print(continuum_figure(place_exchange(fit_profile(dict.fromkeys(CRITERIA, 6)))).alt[-78:])
    nearest to value-adding exchange (range 0.60 to 0.60, value-adding exchange).
    """
    return ContinuumPlot().figure(placement)


def businesses_figure(profiles: Mapping[str, FitProfile]) -> LessonFigure:
    """Draw where several businesses stand on the continuum, each with its range; a profile by name, two to four.

    The title tells of the two that stand farthest apart.

    Examples
    --------
    >>> from relmark_helpers.calculations.exchange import fit_profile
    >>> lifts, pens = (fit_profile(dict.fromkeys(CRITERIA, score)) for score in (7, 2))
    >>> businesses_figure({"lifts": lifts, "pens": pens}).alt[-58:]
    'pens at 0.20 (range 0.20 to 0.20, transactional exchange).'
    """
    if not 2 <= len(profiles) <= 4:
        raise InputError(
            "profiles",
            found=f"{len(profiles)} of them",
            expected="two to four businesses",
            mend="draw one business with continuum_figure(place_exchange(profile))",
        )
    table = pd.DataFrame(
        {name: (one.position, one.low, one.high) for name, one in profiles.items()}, index=["position", "low", "high"]
    ).T.rename_axis("business")
    ends = table["position"].sort_values(ascending=False, kind="stable").index
    with house_style():
        figure = Figure(figsize=(6.0, 0.81 * (2.95 + len(table))), layout="constrained")
        axes = figure.subplots()
        _draw_stations(axes, rows=len(table))
        for at, (name, row) in enumerate(table.iterrows()):
            look = float(len(table) - at), PALETTE[at], MARKERS[at]
            _Row(axes, *look).move(str(name), row["position"], row["low"], row["high"])
        said = [f"{name}: {profiles[name].verdict} at {profiles[name].position:.2f}" for name in (ends[0], ends[-1])]
        headline(figure, "; ".join(said).capitalize())
    places = "; ".join(
        f"{name} at {row['position']:.2f} (range {row['low']:.2f} to {row['high']:.2f}, "
        f"{nearest_station(row['position'])})"
        for name, row in table.iterrows()
    )
    return LessonFigure(
        figure,
        alt=f"A line with five stations from anonymous transaction to full collaboration and integration: {places}.",
        caption=(
            "Relationship continuum, 0 anonymous transaction to 1 full collaboration. The stations are from memory of "
            "the source and not verified; the rule that places a business is this workbook's own. Bars: range over "
            "other weights, and over raters where there are several."
        ),
        table=table,
    )


def profile_figure(profile: FitProfile, *, name: str) -> LessonFigure:
    """Draw the six scores of an exchange, and for each the score at which the verdict would flip, if there is one.

    Examples
    --------
    >>> from relmark_helpers.calculations.exchange import fit_profile
    >>> scores = dict(zip(CRITERIA, [9, 10, 6, 7, 8, 2], strict=True))
    >>> profile_figure(fit_profile(scores), name="lift maintenance").alt[:60]
    'Dot chart of six scores from 0 to 10 for lift maintenance. H'
    """
    table = profile.table
    flip = table["score"] + table["change_to_flip"]
    heights = np.arange(len(table))[::-1]
    tipping = profile.tipping
    tips = "no score alone tips it"
    if tipping:
        tips = f"{len(tipping)} of 6 scores could tip it" if len(tipping) > 1 else f"{_name(tipping[0])} alone tips it"
    moves = ", ".join(f"{_name(criterion)} at {flip[criterion]:.1f}" for criterion in tipping)
    with house_style():
        figure = Figure(figsize=(6.0, 4.4), layout="constrained")
        axes = figure.subplots()
        axes.axvline(5, color=QUIET, linewidth=1.4)
        axes.hlines(heights, 5, table["score"], color=BLUE, linewidth=4, alpha=0.35)
        if table["sd"].notna().any():
            ends = (table["score"] - table["sd"]).clip(0), (table["score"] + table["sd"]).clip(upper=10)
            axes.hlines(heights, *ends, color=INK, linewidth=1.4, label="one sd between raters")
        axes.plot(table["score"], heights, color=BLUE, linestyle="", marker="o", markersize=10, label="score")
        if flip.notna().any():
            axes.plot(
                flip,
                heights,
                color=VERMILION,
                linestyle="",
                marker="D",
                markersize=9,
                fillstyle="none",
                markeredgewidth=1.8,
                label="position crosses 0.5",
            )
        for height, (low, high) in zip(heights, CRITERIA.values(), strict=True):
            axes.text(0, height + 0.17, low, fontsize=10.5, color=QUIET, ha="left", va="bottom")
            axes.text(10, height + 0.17, high, fontsize=10.5, color=QUIET, ha="right", va="bottom")
        axes.set_yticks(heights, [f"{_name(str(at))}\n{table.loc[at, 'weight']:.0%}" for at in table.index])
        axes.set(xlim=(-0.3, 10.3), ylim=(-0.5, 5.7), xlabel="Score: 0 transactional end, 10 relational end")
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", color=GRID)
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="outside lower center", ncols=3)
        headline(
            figure,
            f"{profile.verdict.capitalize()} at {profile.position:.2f} "
            f"({profile.low:.2f} to {profile.high:.2f}): {tips}",
        )
    highest, lowest = table["score"].idxmax(), table["score"].idxmin()
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of six scores from 0 to 10 for {name}. Highest {_name(str(highest))}, "
            f"{table.loc[highest, 'score']:.1f}; lowest {_name(str(lowest))}, {table.loc[lowest, 'score']:.1f}. "
            f"Position {profile.position:.2f}, range {profile.low:.2f} to {profile.high:.2f}; "
            f"{tips}{f' ({moves})' if moves else ''}."
        ),
        caption=(
            f"Fit profile of {name}: scores and, under each name, its weight. Verdict "
            f"'{profile.verdict}': one side only if the whole range of the position is on that side of 0.5. "
            "Scoring and border are this workbook's own."
        ),
        description=(
            f"With each weight up to {100 * profile.weight_change:.0f} points different the position lies between "
            f"{profile.ranges.loc['changed weights', 'low']:.2f} and "
            f"{profile.ranges.loc['changed weights', 'high']:.2f}. {_flipping(profile)} "
            f"Of all possible weightings {profile.share_relational:.0%} put it above 0.5."
        ),
        table=table[["score", "weight", "contribution", "at_other_end", "change_to_flip"]],
    )


def _flipping(profile: FitProfile) -> str:
    if np.isinf(profile.weight_change_to_flip):
        return "No weights bring it to 0.5."
    return f"Weights must change by {100 * profile.weight_change_to_flip:.0f} points to bring it to 0.5."


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _name(criterion: str) -> str:
    """Return the name of a criterion for reading."""
    return {"not_commodity": "not a commodity", "co_production": "co-production"}.get(
        criterion, criterion.replace("_", " ")
    )
