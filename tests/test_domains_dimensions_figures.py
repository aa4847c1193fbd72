"""Figure of the D&D grid: numbers in words and picture, what is not told apart from 0, escaping."""

import functools
import re

import numpy as np
import pytest
from matplotlib.text import Text

from relmark_helpers.calculations.domains_dimensions import DIMENSIONS, DOMAINS, score_domains, simulate_domain_ratings
from relmark_helpers.figures.domains_dimensions import domain_grid_figure

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'


@functools.cache
def ratings(raters=8):
    return simulate_domain_ratings(raters, np.random.default_rng(2001))


def buyers(raters=8):
    return ratings(raters).query("side == 'buyer'").drop(columns="side")


def drawn(figure):
    return [one.get_text() for one in figure.figure.findobj(Text) if one.get_text()]


def test_two_sides_say_and_draw_gaps_with_limits():
    scored = score_domains(ratings())
    figure = domain_grid_figure(scored, source="Simulated.")
    shown = drawn(figure)
    for key, row in scored.gaps.iterrows():
        limits = f"{row['low']:+.1f} to {row['high']:+.1f}"
        assert f"{' '.join(key)} {row['gap']:+.1f} ({limits}) ({row['verdict']})" in figure.alt
        assert f"{row['gap']:+.1f}" in shown and f"{limits} {row['verdict']}" in shown
        means = [scored.table.loc[(side, *key), "mean"] for side in scored.sides]
        assert f"buyer {means[0]:.1f}, seller {means[1]:.1f}" in shown
    assert figure.figure.get_suptitle() == "The two sides differ in 1 of 6 cells: social process"
    dashed = [patch.get_linestyle() for patch in figure.figure.axes[0].patches]
    assert dashed.count("--") == (scored.gaps["verdict"] == "borderline").sum() == 5
    assert "seller less buyer" in figure.caption and "from memory" in figure.caption


def test_one_side_says_and_draws_means():
    scored = score_domains(buyers())
    figure = domain_grid_figure(scored, source="Simulated.")
    for (_, *key), row in scored.table.iterrows():
        assert f"{' '.join(key)} {row['mean']:.1f} ({row['low']:.1f} to {row['high']:.1f})" in figure.alt
        assert f"{row['low']:.1f} to {row['high']:.1f}" in drawn(figure)
    assert figure.figure.get_suptitle() == "From social process 4.0 to technical outcome 5.1; limits overlap"
    assert [name for name in drawn(figure) if name in (*DOMAINS, *DIMENSIONS)] == [*DIMENSIONS, *DOMAINS]


def test_cells_that_are_clearly_apart():
    frame = buyers().copy()
    frame["score"] = np.where(frame["domain"] == "social", 2, 6)
    title = domain_grid_figure(score_domains(frame), source="S.").figure.get_suptitle()
    assert title == "From social process 2.0 to technical process 6.0"


def test_names_and_source_show_as_they_are():
    frame = ratings().replace({"side": {"seller": EVIL}})
    figure = domain_grid_figure(score_domains(frame), source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in figure.figure.findobj(Text) if text.get_text())


@pytest.mark.filterwarnings("ignore:A cell rests")
@pytest.mark.parametrize("frame", [ratings(), ratings(1), buyers(), buyers(1), buyers(3), ratings(400)])
def test_words_and_picture(frame):
    scored = score_domains(frame)
    figure = domain_grid_figure(scored, source="S.")
    assert figure.png() == domain_grid_figure(scored, source="S.").png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    text = figure.alt + figure.caption + figure.description + " ".join(drawn(figure))
    assert not re.search(r"\bnan\b|\binf\b|None", text)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
