"""One spidergram in two orders of its axes: the same scores, another area."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from relmark_helpers.calculations.axis_order import AxisOrders
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words
from relmark_helpers.figures.spider_axes import draw_web, label_places, places, short_name
from relmark_helpers.figures.style import BLUE, INK, VERMILION

__all__ = ["AxisOrderPlot", "axis_order_figure"]


class AxisOrderPlot(Plot[AxisOrders]):
    """The scores in the order with the smallest and with the largest area."""

    size = (7.0, 3.1)

    def setting(self, result: AxisOrders) -> Hashable:
        return len(result.values), self._scale(result)

    def lay_out(self, figure: Figure, result: AxisOrders) -> list[Artist]:
        count, scale = len(result.values), self._scale(result)
        self._shapes, self._labels = [], []
        looks = (("Smallest area", BLUE, "-", "o"), ("Largest area", VERMILION, "--", "s"))
        for axes, (name, colour, line, marker) in zip(figure.subplots(1, 2), looks, strict=True):
            draw_web(axes, count, scale, marks=False)
            axes.set(xlim=(-2.0 * scale[1], 2.0 * scale[1]), ylim=(-1.3 * scale[1], 1.5 * scale[1]))
            axes.set_title(name, fontsize=11.5, color=colour, loc="center", pad=4)
            (shape,) = axes.fill([0], [0], facecolor=f"{colour}33", edgecolor="none")
            (edge,) = axes.plot([], [], color=colour, linestyle=line, marker=marker)
            self._shapes.append((shape, edge))
            labels = [
                axes.text(x, y, "", ha=side, va="bottom" if side == "center" else "center", fontsize=9, color=INK)
                for x, y, side in label_places(count, 1.15 * scale[1])
            ]
            for one in labels:
                one.set_in_layout(False)
            self._labels.append(labels)
        return [artist for pair in self._shapes for artist in pair] + [one for part in self._labels for one in part]

    def move(self, result: AxisOrders) -> None:
        for (shape, edge), labels, order in zip(
            self._shapes, self._labels, (result.smallest, result.largest), strict=True
        ):
            corners = places(order.to_numpy() - result.centre)
            shape.set_xy(corners)
            edge.set_data(*np.vstack([corners, corners[:1]]).T)
            for label, (name, value) in zip(labels, order.items(), strict=True):
                label.set_text(f"{short_name(str(name).removesuffix(' customers'), 12)}\n{value:g}")

    def words(self, result: AxisOrders) -> Words:
        low, high = result.range
        count = len(result.values)
        scores = ", ".join(f"{name} {value:g}" for name, value in result.values.items())
        ratio = high / low - 1 if low > 0 else np.inf
        more = f"by {ratio:.0%}" if np.isfinite(ratio) else "without end"
        orders = ("; ".join(map(str, order.index)) for order in (result.smallest, result.largest))
        small, large = orders
        same = np.isclose(low, high)
        return Words(
            title=f"The same {count} scores: area {low:.0f} in every order"
            if same
            else f"The same {count} scores: area {low:.0f} or {high:.0f}, by order alone",
            alt=(
                f"Two spidergrams of the same scores ({scores}). Area {low:.1f} with the axes in the order {small}; "
                f"{high:.1f} in the order {large}."
            ),
            caption=(
                f"One set of scores, sum {result.values.sum():g}, under {len(result.areas)} orders of {count} axes; "
                f"score {result.centre:g} at the centre. The axes have no natural order, so that area means nothing. "
                "This workbook's own demonstration."
            ),
            description=(
                f"The order given encloses {result.chosen:.1f}. "
                + ("All orders enclose the same." if same else f"The order of the axes changes the area {more}.")
            ),
            table=result.summary(),
        )

    @staticmethod
    def _scale(result: AxisOrders) -> tuple[float, float]:
        """Return rings up to an even number at or above the largest score; 10 at least on the usual scale."""
        reach = float(result.values.max()) - result.centre
        top = 10.0 if 5 < reach <= 10 else max(2 * float(np.ceil(reach / 2)), 2.0)
        return top / 5, top


def axis_order_figure(orders: AxisOrders) -> LessonFigure:
    """Draw the same scores in the order with the smallest and with the largest area.

    Examples
    --------
    >>> import pandas as pd
    >>> from relmark_helpers.calculations.axis_order import polygon_areas
    >>> axis_order_figure(polygon_areas(pd.Series({"a": 10, "b": 2, "c": 10, "d": 2}))).figure.get_suptitle()
    'The same 4 scores: area 40 or 72, by order alone'
    """
    return AxisOrderPlot().figure(orders)
