"""Figures of the shoppers and of the campaign: numbers in the alt text, positions as computed, text escaped."""

import numpy as np
import pytest

from relmark_helpers.calculations.campaign import CampaignComparison, compare_mailed
from relmark_helpers.calculations.shopping import concentration, habits
from relmark_helpers.datasets import load_dataset
from relmark_helpers.figures.campaign import campaign_figure
from relmark_helpers.figures.shopping import concentration_figure, habits_figure

HOUSEHOLDS = load_dataset("journey_households")
COMPARISON = compare_mailed(HOUSEHOLDS, load_dataset("journey_activity"), before=(1, 4), during=(6, 6))


def spread(source="A source."):
    return concentration_figure(concentration(HOUSEHOLDS["sales_usd"]), source=source)


def habit(source="A source."):
    return habits_figure(habits(HOUSEHOLDS), source=source)


def campaign(source="A source."):
    return campaign_figure(COMPARISON, source=source)


def test_curve_is_told_and_drawn():
    figure = spread()
    assert "best fifth 55%; Gini coefficient 0.52" in figure.alt and "2,469 customers" in figure.alt
    curve = figure.figure.axes[0].lines[1]
    largest = HOUSEHOLDS["sales_usd"].nlargest(494).sum() / HOUSEHOLDS["sales_usd"].sum()
    assert 1 - np.interp(1 - 494 / 2469, *curve.get_xydata().T) == pytest.approx(largest)
    assert len(figure.table) == 11 and figure.table["amount"].iloc[[0, -1]].tolist() == pytest.approx([0, 1])


def test_habits_are_told_and_drawn():
    figure = habit()
    assert "main store 0.76 (from 0.43 to 1.00)" in figure.alt and "0.15 (from 0.09 to 0.23)" in figure.alt
    drawn = np.concatenate([axes.lines[0].get_xdata() for axes in figure.figure.axes])
    np.testing.assert_allclose(drawn, habits(HOUSEHOLDS)["median"])
    assert [axes.get_xlabel() for axes in figure.figure.axes] == ["Share", "Ratio to shopping on random days"]


def test_campaign_is_told_and_drawn_without_claiming_an_effect():
    figure = campaign()
    assert "139 (125 to 154)" in figure.alt and "151 (139 to 164)" in figure.alt
    assert "nobody drew lots" in figure.caption and "1,243 not mailed" in figure.caption
    assert figure.figure.get_suptitle() == "Mailed households spent 139 more; before the mail, 151 more"
    points = [line.get_xdata()[0] for line in figure.figure.axes[0].lines if line.get_linestyle() == "None"]
    np.testing.assert_allclose(points, COMPARISON.contrasts["estimate"])
    fewer = CampaignComparison(COMPARISON.groups, -COMPARISON.contrasts)
    assert "spent 139 less" in campaign_figure(fewer, source="Made up.").figure.get_suptitle()


@pytest.mark.parametrize("make", [spread, habit, campaign])
def test_words_are_escaped_pictures_repeat_and_titles_fit(make):
    figure = make(source="<script>alert(1)</script>")
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script" not in html and "&lt;script&gt;" in html
    assert make().png() == make().png()
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1
