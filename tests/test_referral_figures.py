"""The lead of a referred customer against the reward: every kind of title, numbers in words and picture."""

import re

import numpy as np
import pytest

from relmark_helpers.calculations.referral import compare_referred
from relmark_helpers.figures.referral import referral_figure
from relmark_helpers.validation import InputError

BANK = compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1)
LOWER = compare_referred(72, 0.85, margin_lead=-0.3, fading=1, fewer_lost=0.1)
EARLY = compare_referred(72, 0.85, margin_lead=0.5, fading=0, fewer_lost=-1)
SHORT = compare_referred(72, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1, years=1)
LONG = compare_referred(72000, 0.85, margin_lead=0.25, fading=0.6, fewer_lost=0.1, years=60)


def test_lead_and_reward_are_drawn():
    figure = referral_figure(BANK, reward=25)
    lines = {line.get_label(): line for line in figure.figure.axes[0].lines}
    np.testing.assert_allclose(lines["lead of a referred customer so far"].get_ydata(), BANK.by_year["lead"])
    assert lines["reward, 25.00"].get_ydata()[0] == 25
    assert "18.00 in the first year and 41.68 after 6 years, against a reward of 25.00" in figure.alt
    assert "+17%" in figure.caption


@pytest.mark.parametrize(
    ("comparison", "reward", "title"),
    [
        (BANK, 25, "The referred are ahead by more than the reward from year 2 on"),
        (BANK, 60, "After 6 years the lead of 41.68 does not cover the reward"),
        (SHORT, 60, "After 1 year the lead of 18.00 does not cover the reward"),
        (SHORT, 18, "The lead covers the reward of 18.00 exactly"),
        (LOWER, 25, "After 6 years the lead of \N{MINUS SIGN}63.16 does not cover the reward"),
        (EARLY, 25, "The lead covers the reward in year 1, and is lost again later"),
        (LONG, 1e6, "After 60 years the lead of 49,868.24 does not cover the reward"),
    ],
)
def test_words(comparison, reward, title):
    figure = referral_figure(comparison, reward=reward)
    shown = figure.figure.get_suptitle()
    assert re.sub(r"[\d,.]+ does", "x does", shown) == re.sub(r"[\d,.]+ does", "x does", title)
    assert figure.png() == referral_figure(comparison, reward=reward).png()
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
    assert figure.alt.endswith(".") and not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption)


def test_rejects_a_reward_below_nothing():
    with pytest.raises(InputError, match="`reward`: found -1"):
        referral_figure(BANK, reward=-1)
