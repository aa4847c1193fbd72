"""Alpha over the length of a scale."""

from __future__ import annotations

from collections.abc import Hashable

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from relmark_helpers.calculations.reliability import AlphaByLength
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION

__all__ = ["AlphaByLengthPlot", "alpha_by_length_figure"]

_CONVENTION = 0.7


class AlphaByLengthPlot(Plot[AlphaByLength]):
    """The curve of Spearman and Brown, the scale asked about on it, and the convention of .70."""

    def setting(self, result: AlphaByLength) -> Hashable:
        return len(result.table)

    def lay_out(self, figure: Figure, result: AlphaByLength) -> list[Artist]:
        axes = figure.subplots()
        axes.set(xlim=(0, len(result.table) + 0.5), ylim=(0, 1.02), xlabel="Items in the scale", ylabel="Alpha")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.axhline(_CONVENTION, color=INK, linestyle="--", linewidth=1.6, label="0.70, a convention")
        self._same = axes.axhline(0, color=QUIET, linestyle=":", linewidth=2, label="Mean correlation between items")
        (self._curve,) = axes.plot([], [], color=BLUE, label="Alpha")
        (self._scale,) = axes.plot([], [], color=VERMILION, marker="D", markersize=10, linestyle="", label="This scale")
        figure.legend(loc="outside lower center", ncols=2)
        return [self._same, self._curve, self._scale]

    def move(self, result: AlphaByLength) -> None:
        self._same.set_ydata([result.correlation] * 2)
        self._curve.set_data(result.table.index, result.table["alpha"])
        self._scale.set_data([result.items], [result.alpha])

    def words(self, result: AlphaByLength) -> Words:
        needed = result.items_needed(_CONVENTION)
        scale = f"{result.items} {'item' if result.items == 1 else 'items'}"
        curve = result.table["alpha"]
        return Words(
            title=f"{scale} at a correlation of {result.correlation:.2f}: alpha {result.alpha:.2f}",
            alt=(
                f"Line chart of alpha over the number of items at a mean correlation of {result.correlation:.2f} "
                f"between items. Alpha rises from {curve.iloc[0]:.2f} with 1 item to {curve.iloc[-1]:.2f} with "
                f"{len(curve)}; the scale of {scale} is marked at {result.alpha:.2f}. The line at 0.70 is reached with "
                f"{needed}."
            ),
            caption=(
                f"Alpha of scales whose items correlate {result.correlation:.2f} on average, by the formula of "
                "Spearman and Brown. Computed, no data. That 0.70 is enough is a convention."
            ),
            description=(
                f"{needed} {'such item reaches' if needed == 1 else 'such items reach'} 0.70, although every pair of "
                f"items goes together no better than {result.correlation:.2f}: a longer scale has a higher alpha, not "
                "better items."
            ),
            table=result.table,
        )


def alpha_by_length_figure(scale: AlphaByLength) -> LessonFigure:
    """Draw alpha over the number of items.

    Examples
    --------
    >>> from relmark_helpers.calculations.reliability import alpha_by_length
    >>> alpha_by_length_figure(alpha_by_length(3, 0.3)).description[:30]
    '6 such items reach 0.70, altho'
    """
    return AlphaByLengthPlot().figure(scale)
