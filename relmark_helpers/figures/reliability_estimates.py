"""The map of items: what alpha of a construct would be without each of its items."""

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
    "alpha falls": (BLUE, "o", "-"),
    "alpha rises, borderline": (OCHRE, "^", "--"),
    "alpha rises": (VERMILION, "s", "-."),
}


def item_map_figure(statistics: BootstrapEstimates, *, source: str) -> LessonFigure:
    """Draw alpha of each construct without each of its items, against alpha with all of them.

    ``statistics`` comes from ``measure_items``. "Borderline" means that alpha without the item is higher, with limits
    of the difference that include 0. Items of constructs with two items are named, but have no alpha to draw.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.reliability_estimates import measure_items
    >>> from relmark_helpers.datasets import load_dataset
    >>> loyalty = {"Loyalty": ["cusl1", "cusl2", "cusl3"]}
    >>> found = measure_items(load_dataset("mobi"), loyalty, generator=np.random.default_rng(1951))
    >>> item_map_figure(found, source="").alt[:73]
    'Dot chart of alpha without each of 3 items, with limits. Loyalty, 0.44 wi'
    """
    params = statistics.params
    require_columns(params, "statistics", ["item_total", "alpha_if_deleted", "gain"])
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
    height = pd.Series(places, index=params.index)
    with_all = (params["alpha_if_deleted"] - params["gain"]).groupby(level=0, sort=False).first()
    with house_style():
        figure = Figure(figsize=(7.0, 2.0 + 0.27 * at), layout="constrained")
        axes = figure.subplots()
        for construct, alpha in with_all.items():
            own = height[construct]
            ends = [own.min() - 0.45, own.max() + 0.45]
            label = "with all items" if construct == with_all.index[-1] else "_with all"
            axes.plot([alpha] * 2, ends, color=INK, linewidth=1.6, label=label)
        for kind, (colour, marker, line) in _KINDS.items():
            chosen = kinds.index[kinds == kind]
            for item in chosen:
                ends = [low.loc[item, "alpha_if_deleted"], high.loc[item, "alpha_if_deleted"]]
                axes.plot(ends, [height[item]] * 2, color=colour, linestyle=line, linewidth=2.0)
            if len(chosen):
                axes.plot(
                    params.loc[chosen, "alpha_if_deleted"],
                    height[chosen],
                    linestyle="",
                    marker=marker,
                    markersize=7,
                    color=colour,
                    label=f"without the item {kind}",
                )
        labels = [
            f"{construct} without {item}" + (" (one left)" if kinds[construct, item] == "one left" else "")
            for construct, item in params.index
        ]
        axes.set(yticks=places, yticklabels=labels, xlabel="Cronbach's alpha of the other items, with limits")
        axes.axvline(0, color=QUIET, linewidth=1.0)
        axes.tick_params(axis="y", labelsize=10, length=0)
        axes.set_ylim(at + 0.7, -0.3)
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside lower center", ncols=2)
        headline(figure, _finding(params, kinds))
    return LessonFigure(
        figure,
        alt=f"Dot chart of alpha without each of {len(params)} items, with limits. {_told(params, low, high, kinds)}",
        caption=(
            f"{statistics.nobs} respondents; limits hold the middle 95% of the results of resampling them. "
            + (
                "Borderline: the limits of the rise itself include 0. "
                if (kinds == "alpha rises, borderline").any()
                else ""
            )
            + source
        ).strip(),
        table=pd.concat(
            [params, low[["alpha_if_deleted"]].add_suffix("_low"), high[["alpha_if_deleted"]].add_suffix("_high")],
            axis=1,
        ),
    )


def _kind(gain: float, low: float) -> str:
    if gain != gain:
        return "one left"
    if gain <= 0:
        return "alpha falls"
    return "alpha rises" if low > 0 else "alpha rises, borderline"


def _finding(params: pd.DataFrame, kinds: pd.Series[str]) -> str:
    rising = kinds.index[kinds == "alpha rises"]
    if not len(rising):
        return f"Leaving out one of these {len(params)} items would clearly raise alpha in no case"
    construct, item = params.loc[rising, "gain"].idxmax()
    row = params.loc[(construct, item)]
    before = row["alpha_if_deleted"] - row["gain"]
    more = f" (and {len(rising) - 1} more)" if len(rising) > 1 else ""
    return f"Without {item}{more} alpha of {construct} rises from {before:.2f} to {row['alpha_if_deleted']:.2f}"


def _told(params: pd.DataFrame, low: pd.DataFrame, high: pd.DataFrame, kinds: pd.Series[str]) -> str:
    """Return alpha of each construct, with all items and without each."""
    said = []
    for construct, own in params.groupby(level=0, sort=False):
        known = own["alpha_if_deleted"].dropna()
        if known.empty:
            said.append(f"{construct}: two items, none can be left out.")
            continue
        each = ", ".join(
            f"{item} {value:.2f} ({low.loc[(name, item), 'alpha_if_deleted']:.2f} to "
            f"{high.loc[(name, item), 'alpha_if_deleted']:.2f}; {kinds[name, item]})"
            for (name, item), value in known.items()
        )
        said.append(f"{construct}, {known.iloc[0] - own['gain'].iloc[0]:.2f} with all; without {each}.")
    return " ".join(said)
