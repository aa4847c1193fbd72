"""Profile of relational benefits: what is received and what is important, with limits and reliability."""

from __future__ import annotations

from matplotlib.figure import Figure

from relmark_helpers.calculations.relational_benefits import BENEFIT_TYPES, BenefitProfile
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, QUIET, VERMILION, house_style

__all__ = ["benefit_profile_figure"]

_CONVENTION = 0.7


def benefit_profile_figure(profile: BenefitProfile, *, source: str) -> LessonFigure:
    """Draw what is received of each benefit and how important it is, the largest shortfall first, with alpha beside it.

    Examples
    --------
    >>> import numpy as np
    >>> from relmark_helpers.calculations.relational_benefits import measure_benefits, simulate_benefit_answers
    >>> answers = simulate_benefit_answers(275, np.random.default_rng(2007))
    >>> profile = measure_benefits(answers, generator=np.random.default_rng(1951))
    >>> benefit_profile_figure(profile, source="Simulated.").figure.get_suptitle()
    'Economic benefits fall short most, by 1.6 points (1.4 to 1.7)'
    """
    table = profile.table.sort_values("shortfall", ascending=False, kind="stable")
    worst = table.iloc[0]
    ends = f"{worst['shortfall_low']:.1f} to {worst['shortfall_high']:.1f}"
    if worst["shortfall_low"] > 0:
        finding = (
            f"{str(table.index[0]).capitalize()} benefits fall short most, by {worst['shortfall']:.1f} points ({ends})"
        )
    else:
        finding = f"No benefit surely falls short; the largest shortfall is {worst['shortfall']:.1f} ({ends})"
    weak = [str(name) for name, one in table.iterrows() if not one["alpha_low"] >= _CONVENTION]
    with house_style():
        figure = Figure(figsize=(7.0, 1.7 + 0.48 * len(table)), layout="constrained")
        axes = figure.subplots()
        for name, colour, marker, line, shift in (
            ("received", BLUE, "o", "-", -0.13),
            ("importance", VERMILION, "s", "--", 0.13),
        ):
            places = [at + shift for at in range(len(table))]
            for at, (low, high) in zip(places, table[[f"{name}_low", f"{name}_high"]].to_numpy(), strict=True):
                axes.plot([low, high], [at, at], color=colour, linestyle=line, linewidth=2.2)
            axes.plot(table[name], places, linestyle="", marker=marker, markersize=7, color=colour, label=name)
        for at, (name, one) in enumerate(table.iterrows()):
            text = f"{one['alpha']:.2f} ({one['alpha_low']:.2f}–{one['alpha_high']:.2f}){'*' if name in weak else ''}"
            axes.text(1.02, at, text, transform=axes.get_yaxis_transform(), va="center", fontsize=10)
        axes.text(1.02, -0.75, "Alpha", transform=axes.get_yaxis_transform(), va="center", fontsize=10, color=QUIET)
        axes.set(yticks=range(len(table)), yticklabels=table.index, xlabel="Mean, points, with 95% limits")
        axes.set_ylim(len(table) - 0.5, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
        figure.legend(loc="outside lower center", ncols=2)
        headline(figure, finding)
    places = profile.matrix["place"]
    whose = (
        "Seven benefits after Sweeney and Webb (from memory)" if set(table.index) == set(BENEFIT_TYPES) else "Benefits"
    )
    listed = "; ".join(
        f"{name} received {one['received']:.1f}, importance {one['importance']:.1f}" for name, one in table.iterrows()
    )
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of {len(table)} benefits, received and importance with limits, the largest shortfall first: "
            f"{listed}. Alpha runs from {table['alpha'].min():.2f} to {table['alpha'].max():.2f}; its lower limit is "
            + (f"below 0.70 for {', '.join(weak)}." if weak else "never below 0.70.")
        ),
        caption=(
            f"{whose}, {int(table['respondents'].min())} respondents or more for each. Beside it: raw alpha of what is "
            "received, with bootstrap limits; * the lower limit is below 0.70, a convention. Importance is one "
            f"question, whose reliability is not known. {source}"
        ).strip(),
        description=" ".join(
            f"{name.capitalize()}: {shortfall:+.1f} ({low:+.1f} to {high:+.1f}), {places[name]}."
            for name, shortfall, low, high in table[["shortfall", "shortfall_low", "shortfall_high"]].itertuples()
        ),
        table=table,
    )
