"""The leaky bucket over time."""

from __future__ import annotations

import math
from collections.abc import Hashable

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.leaky_bucket import BucketPath
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import BLUE, OCHRE, QUIET, VERMILION


class BucketPlot(Plot[BucketPath]):
    """Customers at the end of each year, the level at which they settle, and the two flows."""

    def setting(self, result: BucketPath) -> Hashable:
        return self._top(result), len(result.table)

    def lay_out(self, figure: Figure, result: BucketPath) -> list[Artist]:
        axes = figure.subplots()
        years = result.table.index
        axes.set(xlim=(-0.5, years[-1] + 0.5), ylim=(0, self._top(result)), xlabel="Year", ylabel="Customers")
        axes.yaxis.set_major_formatter("{x:,.12g}")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        (self._level,) = axes.plot([], [], color=BLUE, marker="o", label="Customers at the end of the year")
        self._settle = axes.axhline(0, color=QUIET, linestyle="--", linewidth=1.6, label="Steady state")
        (self._lost,) = axes.plot([], [], color=VERMILION, marker="s", linestyle=":", label="Lost in the year")
        (self._won,) = axes.plot([], [], color=OCHRE, marker="^", linestyle="-.", label="Won in the year")
        figure.legend(loc="outside lower center", ncols=2)
        return [self._settle, self._lost, self._won, self._level]

    def move(self, result: BucketPath) -> None:
        table = result.table
        self._level.set_data(table.index, table["customers"])
        self._lost.set_data(table.index[1:], table["lost"].iloc[1:])
        self._won.set_data(table.index[1:], table["won"].iloc[1:])
        self._settle.set_ydata([result.steady_state] * 2)

    def words(self, result: BucketPath) -> Words:
        end = result.table["customers"].iloc[-1]
        years = result.table.index[-1]
        change = round(end) - round(result.start)
        moves = f"{'falls' if change < 0 else 'grows'} from {result.start:,.0f} to {end:,.0f}"
        return Words(
            title=(
                f"{result.won:,.0f} won a year, {result.retention:.0%} kept: "
                f"the base settles at {result.steady_state:,.0f}"
            ),
            alt=(
                f"Line chart of customers over {years} years. The base {moves if change else f'stays at {end:,.0f}'}; "
                f"a dashed line marks the level at which it settles, {result.steady_state:,.0f}. Two lower lines show "
                f"{result.won:,.0f} customers won each year and the customers lost each year, which approach that "
                "number."
            ),
            caption=(
                f"The leaky bucket: {result.start:,.0f} customers at the start, {result.won:,.0f} won a year, "
                f"{result.retention:.0%} kept from year to year. Computed, no real firm."
            ),
            description=(
                f"After {years} years there are {end:,.0f} customers. Half of the way to the steady state is covered "
                f"after {result.half_way:.1f} years."
            ),
            table=result.table,
        )

    @staticmethod
    def _top(result: BucketPath) -> float:
        """Return a round upper end, so that the axes are redrawn for large changes only."""
        largest = 1.08 * max(result.start, result.steady_state, 1.0)
        unit = 10 ** math.floor(math.log10(largest))
        return float(next(unit * step for step in (1, 2, 3, 5, 7.5, 10) if unit * step >= largest))


def bucket_figure(path: BucketPath) -> LessonFigure:
    """Draw a customer base over time and the level at which it settles.

    Examples
    --------
    >>> from relmark_helpers.calculations import fill_bucket
    >>> print(bucket_figure(fill_bucket(5000, 300, 0.8, 15)).caption)
    The leaky bucket: 5,000 customers at the start, 300 won a year, 80% kept from year to year. Computed, no real firm.
    """
    return BucketPlot().figure(path)
