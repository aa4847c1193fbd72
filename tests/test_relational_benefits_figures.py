"""Figure of relational benefits: numbers in words and picture, reliability noted, escaping."""

import functools
import re

import numpy as np
import pytest
from matplotlib.text import Text

from relmark_helpers.calculations.relational_benefits import measure_benefits, simulate_benefit_answers
from relmark_helpers.figures.relational_benefits import benefit_profile_figure

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
BAD = "<img src=x> $x^{$ 服务_a"


@functools.cache
def profile(n=275):
    answers = simulate_benefit_answers(n, np.random.default_rng(2007))
    return measure_benefits(answers, generator=np.random.default_rng(1951), resamples=300)


@functools.cache
def content():
    """Return benefits of which customers receive more than they want."""
    answers = simulate_benefit_answers(100, np.random.default_rng(2007))
    answers = answers.assign(**{name: 1 for name in answers.columns if name.startswith("importance")})
    answers.loc[0, [name for name in answers.columns if name.startswith("importance")]] = 2
    items = {BAD: ["social_1", "social_2", "social_3"], "economic": ["economic_1", "economic_2", "economic_3"]}
    names = {BAD: "importance_social", "economic": "importance_economic"}
    return measure_benefits(
        answers, generator=np.random.default_rng(1), items=items, importance=names, types=dict.fromkeys(items, "all"),
        resamples=300,
    )  # fmt: skip


def line(figure, label):
    (found,) = [one for one in figure.figure.axes[0].lines if one.get_label() == label]
    return found


def test_profile_says_and_draws_means_limits_and_alpha():
    figure, table = benefit_profile_figure(profile(), source="Simulated."), profile().table
    order = table.sort_values("shortfall", ascending=False)
    for name in ("received", "importance"):
        np.testing.assert_allclose(line(figure, name).get_xdata(), order[name])
    ends = [one.get_xdata() for one in figure.figure.axes[0].lines if len(one.get_xdata()) == 2]
    expected = [order[[f"{name}_low", f"{name}_high"]].to_numpy() for name in ("received", "importance")]
    np.testing.assert_allclose(ends, np.concatenate(expected))
    drawn = [one.get_text() for one in figure.figure.findobj(Text)]
    for name, row in table.iterrows():
        assert f"{name} received {row['received']:.1f}, importance {row['importance']:.1f}" in figure.alt
        mark = "" if row["alpha_low"] >= 0.7 else "*"
        assert f"{row['alpha']:.2f} ({row['alpha_low']:.2f}–{row['alpha_high']:.2f}){mark}" in drawn
        assert (
            f"{row['shortfall']:+.1f} ({row['shortfall_low']:+.1f} to {row['shortfall_high']:+.1f})"
            in figure.description
        )
    assert figure.figure.get_suptitle().startswith("Economic benefits fall short most, by 1.")
    assert "symbiotic" in figure.alt.split("below 0.70 for")[1] and "from memory" in figure.caption
    looks = {(line(figure, name).get_color(), line(figure, name).get_marker()) for name in ("received", "importance")}
    assert len(looks) == 2


def test_title_does_not_claim_a_shortfall_that_is_not_there():
    figure = benefit_profile_figure(content(), source="S.")
    assert figure.figure.get_suptitle().startswith("No benefit surely falls short; the largest shortfall is -")
    assert "Sweeney" not in figure.caption and figure.caption.startswith("Benefits, 100")


def test_names_and_source_show_as_they_are():
    figure = benefit_profile_figure(content(), source=EVIL)
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and html.count("<img") == 1
    assert not any(text.get_parse_math() for text in figure.figure.findobj(Text) if text.get_text())


@pytest.mark.parametrize("made", [lambda: profile(), lambda: profile(40)])
def test_words_and_picture(made):
    figure = benefit_profile_figure(made(), source="S.")
    assert figure.png() == benefit_profile_figure(made(), source="S.").png()
    assert figure.alt.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    title = figure.figure.get_suptitle()
    assert re.search(r"\d", title) and title not in figure.alt
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"
