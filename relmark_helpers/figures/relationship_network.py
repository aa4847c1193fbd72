"""A company among the parties to which it is tied, drawn as a network."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from relmark_helpers.calculations.relationship_network import RelationshipNetwork
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, INK, VERMILION, house_style, series_styles
from relmark_helpers.validation import InputError

_MOST_PARTIES = 40


def network_figure(network: RelationshipNetwork) -> LessonFigure:
    """Draw the company, its parties and the ties, with the parties through whom others hang on marked.

    Where a party stands means nothing but closeness: the places are found so that distances on the page come near to
    the number of ties between two parties (Kamada and Kawai's layout, by networkx).

    Examples
    --------
    >>> from relmark_helpers.calculations.relationship_network import read_network
    >>> from relmark_helpers.datasets import load_dataset
    >>> network_figure(read_network(load_dataset("bakery_ties"), company="bakery")).figure.get_suptitle()
    '3 of 17 parties hang on wholesaler alone'
    """
    parties, brokers = network.parties, network.brokers
    if len(parties) > _MOST_PARTIES:
        raise InputError(
            "network",
            found=f"{len(parties)} parties",
            expected=f"at most {_MOST_PARTIES}, as more cannot be read",
            mend="draw one group of relationships at a time",
        )
    place = _places(network)
    if brokers:
        cut = int(parties["cut_off"].iloc[0])
        finding = f"{cut} of {len(parties)} parties hang on {_short(brokers[0])} alone"
    else:
        finding = f"No party stands between {_short(network.company)} and another"
    with house_style():
        figure = Figure(figsize=(7.0, 5.6), layout="constrained")
        axes = figure.subplots()
        axes.set_axis_off()
        most = float(network.ties["strength"].max())
        for group, colour, line, _ in series_styles(network.ties["group"].unique(), "network"):
            for at, tie in enumerate(network.ties[network.ties["group"] == group].itertuples()):
                ends = np.array([place[str(tie.one)], place[str(tie.other)]])
                width = 1.0 + 3.0 * float(tie.strength) / most
                axes.plot(*ends.T, color=colour, linestyle=line, linewidth=width, label="_" if at else group, zorder=1)
        ground: dict[str, Any] = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 0.8}
        for name, (x, y) in place.items():
            if name == network.company:
                axes.plot([x], [y], color=INK, marker="s", markersize=15, zorder=2)
            elif name in brokers:
                axes.plot([x], [y], color=VERMILION, marker="D", markersize=11, zorder=2)
            else:
                axes.plot([x], [y], color="white", marker="o", markersize=9, markeredgecolor=BLUE, zorder=2)
            axes.annotate(
                _short(name),
                (x, y),
                xytext=(0, -11),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=9,
                bbox=ground,
                zorder=3,
            )
        axes.margins(0.12)
        figure.legend(loc="outside lower center", ncols=4)
        headline(figure, finding)
    hang = "; ".join(f"{name} {parties.loc[name, 'cut_off']}" for name in brokers)
    groups = ", ".join(f"{count} {group}" for group, count in network.ties["group"].value_counts(sort=False).items())
    straight = int((parties["steps"] == 1).sum())
    return LessonFigure(
        figure,
        alt=(
            f"Network of {network.company} with {len(parties)} parties and {len(network.ties)} ties ({groups}); "
            f"{straight} parties are tied to it straight. "
            + (f"Parties cut off without another: {hang}." if brokers else "No party is cut off without another.")
        ),
        caption=(
            "Square: the company. Diamonds: parties without whom others cannot be reached. Lines: ties, the wider the "
            "stronger, by group of Gummesson's thirty relationships. Only ties that were written down are known."
        ),
        table=parties,
    )


def _places(network: RelationshipNetwork) -> dict[str, tuple[float, float]]:
    """Return a place on the page for every party; the same network gets the same places."""
    import networkx

    graph = networkx.Graph()
    graph.add_edges_from(network.ties[["one", "other"]].itertuples(index=False, name=None))
    found = networkx.kamada_kawai_layout(graph)
    return {str(name): (float(x), float(y)) for name, (x, y) in found.items()}


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"
