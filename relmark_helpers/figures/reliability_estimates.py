"""The map of items: how each item goes with the others of its construct."""

from __future__ import annotations

from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from relmark_helpers.calculations.item_answers import BootstrapEstimates
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, OCHRE, QUIET, VERMILION, house_style
from relmark_helpers.validation import require_columns

__all__ = ["item_map_figure"]

_KINDS: Final = {
    "alpha falls or holds": (BLUE, "o", "-"),
    "alpha rises, borderline": (OCHRE, "^", "--"),
    "alpha rises": (VERMILION, "s", "-."),
    "one item would be left": (QUIET, "D", ":"),
}


def item_map_figure(statistics: BootstrapEstimates, *, source: str) -> LessonFigure:
    """Draw the corrected item-total correlation of each item, marked by what leaving it out would do to alpha.

    ``statistics`` comes from ``measure_items``. "Borderline" means that alpha without the item is higher, with limits
    of the difference that include 0.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.reliability_estimates import measure_items
    >>> from relmark_helpers.datasets import load_dataset
    >>> loyalty = {"Loyalty": ["cusl1", "cusl2", "cusl3"]}
    >>> found = measure_items(load_dataset("mobi"), loyalty, generator=np.random.default_rng(1951))
    >>> item_map_figure(found, source="").alt[:74]
    'Dot chart of the corrected item-total correlations of 3 items with limits.'
    """
    params = statistics.params
    require_columns(params, "statistics", ["item_total", "gain"])
    low, high = statistics.limits()
    kinds = pd.Series(
        [_kind(gain, end) for gain, end in zip(params["gain"], low["gain"], strict=True)], index=params.index
    )
    places: list[float] = []
    at, previous = -1.0, None
    for construct, _ in params.index:
        at += 1.0 if construct == previous else 1.5
        places.append(at)
        previous = construct
    with house_style():
        figure = Figure(figsize=(7.0, 1.9 + 0.27 * at), layout="constrained")
        axes = figure.subplots()
        for kind, (colour, marker, line) in _KINDS.items():
            chosen = [i for i in range(len(params)) if kinds.iloc[i] == kind]
            for i in chosen:
                ends = [low["item_total"].iloc[i], high["item_total"].iloc[i]]
                axes.plot(ends, [places[i]] * 2, color=colour, linestyle=line, linewidth=2.0)
            if chosen:
                axes.plot(
                    params["item_total"].iloc[chosen],
                    [places[i] for i in chosen],
                    linestyle="",
                    marker=marker,
                    markersize=7,
                    color=colour,
                    label=kind,
                )
        axes.axvline(0, color=INK, linewidth=1.2)
        labels = [f"{construct}: {item}" for construct, item in params.index]
        axes.set(yticks=places, yticklabels=labels, xlabel="Correlation with the sum of the other items, with limits")
        axes.tick_params(axis="y", labelsize=10, length=0)
        axes.set_ylim(at + 0.7, -0.3)
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside lower center", ncols=2, title="Without the item")
        rises, borderline = (kinds == "alpha rises").sum(), (kinds == "alpha rises, borderline").sum()
        headline(figure, f"Alpha would rise without {rises} of {len(params)} items; {borderline} borderline")
    weakest = params["item_total"].idxmin()
    named = [
        f"{item} ({params.loc[(construct, item), 'gain']:+.2f})"
        for construct, item in kinds.index[kinds == "alpha rises"]
    ]
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of the corrected item-total correlations of {len(params)} items with limits. Weakest: "
            f"{weakest[1]} {params.loc[weakest, 'item_total']:.2f} ({low.loc[weakest, 'item_total']:.2f} to "
            f"{high.loc[weakest, 'item_total']:.2f}); strongest {params['item_total'].max():.2f}. Alpha would rise "
            f"without {rises} of them{': ' + ', '.join(named) if named else ''}; {borderline} borderline."
        ),
        caption=(
            f"Items within their constructs, {statistics.nobs} respondents, bootstrap percentile limits. Borderline: "
            f"the limits of the rise include 0. {source}"
        ).strip(),
        table=pd.concat(
            [params, low[["item_total"]].add_suffix("_low"), high[["item_total"]].add_suffix("_high")], axis=1
        ),
    )


def _kind(gain: float, low: float) -> str:
    if gain != gain:
        return "one item would be left"
    if gain <= 0:
        return "alpha falls or holds"
    return "alpha rises" if low > 0 else "alpha rises, borderline"
