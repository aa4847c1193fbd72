"""What mailed and other households spent, compared in several ways."""

from __future__ import annotations

from matplotlib.figure import Figure

from relmark_helpers.calculations.campaign import CampaignComparison
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, QUIET, VERMILION, house_style

_TOLD = {
    "during": "1 during the campaign",
    "before": "2 before it",
    "change": "3 change, row 1 less row 2",
    "change before": "4 change in the time\nbefore the campaign",
    "change, like with like": "5 change, among households\nthat spent alike before",
    "change, redeemed": "6 change, redeemers\nless other mailed",
}


def campaign_figure(comparison: CampaignComparison, *, source: str) -> LessonFigure:
    """Draw the differences between mailed and other households with their limits.

    Examples
    --------
    >>> from relmark_helpers.calculations.campaign import compare_mailed
    >>> from relmark_helpers.datasets import load_dataset
    >>> households, activity = load_dataset("journey_households"), load_dataset("journey_activity")
    >>> comparison = compare_mailed(households, activity, before=(1, 4), during=(6, 6))
    >>> campaign_figure(comparison, source="").alt[:45]
    'Dot chart of six differences in dollars per p'
    """
    table = comparison.contrasts.loc[list(_TOLD)]
    told = "; ".join(
        f"{_TOLD[str(name)].replace(chr(10), ' ')} {row['estimate']:.0f} ({row['low']:.0f} to {row['high']:.0f})"
        for name, row in table.iterrows()
    )
    rows = range(len(table))
    with house_style():
        figure = Figure(figsize=(7.0, 4.4), layout="constrained")
        axes = figure.subplots()
        for row, name in zip(rows, table.index, strict=True):
            level = name in ("during", "before")
            colour, marker = (BLUE, "o") if level else (VERMILION, "D")
            axes.plot(table.loc[name, ["low", "high"]], [row, row], color=colour, linewidth=2.2)
            axes.plot(table.loc[name, "estimate"], row, color=colour, marker=marker, markersize=8, linestyle="")
        axes.axvline(0, color=QUIET, linewidth=1.4)
        axes.axhline(1.5, color=QUIET, linewidth=0.8, linestyle=":")
        axes.set(yticks=rows, yticklabels=list(_TOLD.values()), xlabel="US dollars per household and period")
        axes.set_ylim(len(table) - 0.5, -0.5)
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0)
        during, before = (_more(float(table.loc[name, "estimate"])) for name in ("during", "before"))
        headline(figure, f"Mailed households spent {during}; before the mail, {before}")
    counts = ", ".join(f"{count:,.0f} {group}" for group, count in comparison.groups["households"].items())
    return LessonFigure(
        figure,
        alt=f"Dot chart of six differences in dollars per period, with 95% limits: {told}.",
        caption=(
            f"Differences between households that were sent a campaign and others ({counts}), with 95% limits. "
            "Rows 1 to 5: mailed less not mailed. Circles: levels; diamonds: changes. None is the effect of the "
            f"campaign: nobody drew lots. {source}"
        ),
        table=table,
    )


def _more(dollars: float) -> str:
    return f"{abs(dollars):.0f} {'more' if dollars >= 0 else 'less'}"
