"""How long a company waits until a referred customer has paid back the reward."""

from __future__ import annotations

from matplotlib.figure import Figure

from relmark_helpers.calculations.referral import ReferralComparison
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import headline
from relmark_helpers.figures.style import BLUE, QUIET, VERMILION, house_style
from relmark_helpers.validation import number


def referral_figure(comparison: ReferralComparison, *, reward: float) -> LessonFigure:
    """Draw by how much a referred customer is ahead of one won otherwise, year by year, against the reward.

    Parameters
    ----------
    comparison : ReferralComparison
        The two customers.
    reward : float
        What the one who refers is paid, 0 or more.

    Examples
    --------
    >>> from relmark_helpers.calculations.referral import compare_referred
    >>> bank = compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1)
    >>> referral_figure(bank, reward=25).figure.get_suptitle()
    'The referred are ahead by more than the reward from year 2 on'
    """
    paid = number(reward, "reward", low=0, expected="money, 0 or more")
    lead, year = comparison.by_year["lead"], comparison.paid_back(paid)
    end = float(lead.iloc[-1])
    if year is None:
        finding = f"After {_years(lead.size)} the lead of {_money(end)} does not cover the reward"
    elif end < paid:
        finding = f"The lead covers the reward in year {year}, and is lost again later"
    elif end == paid:
        finding = f"The lead covers the reward of {_money(paid)} exactly"
    else:
        finding = f"The referred are ahead by more than the reward from year {year} on"
    with house_style():
        figure = Figure(figsize=(7.0, 3.9), layout="constrained")
        axes = figure.subplots()
        axes.plot(lead.index, lead, color=BLUE, marker="o", label="lead of a referred customer so far")
        axes.axhline(paid, color=VERMILION, linestyle="--", label=f"reward, {_money(paid)}")
        axes.axhline(0, color=QUIET, linewidth=1.2)
        axes.set(xlabel="Year", ylabel="Money, present value")
        axes.set_xticks(lead.index if lead.size <= 15 else lead.index[:: lead.size // 8])
        axes.yaxis.set_major_formatter("{x:,.12g}")
        figure.legend(loc="outside lower center", ncols=2)
        headline(figure, finding)
    paid_back = "It is not covered" if year is None else f"It is first covered in year {year}"
    return LessonFigure(
        figure,
        alt=(
            f"Line chart: the lead of a referred customer over one won otherwise, {_money(float(lead.iloc[0]))} in the "
            f"first year and {_money(end)} after {_years(lead.size)}, against a reward of {_money(paid)}. {paid_back}."
        ),
        caption=(
            f"Worth of a customer won otherwise {_money(comparison.value)}, of a referred one "
            f"{_money(comparison.referred_value)}, {comparison.advantage:+.0%}; of the difference "
            f"{_money(comparison.from_margin)} comes from the margin and {_money(comparison.from_retention)} from "
            "retention. A calculation from assumed margins and retention, not data."
        ),
        table=comparison.by_year,
    )


def _money(value: float) -> str:
    return f"{round(value, 2) + 0.0:,.2f}".replace("-", "\N{MINUS SIGN}")


def _years(count: int) -> str:
    return "1 year" if count == 1 else f"{count} years"
