"""The figure and the sliders of two programmes: what is drawn, what is said, the corners of the sliders."""

import dataclasses
import io
import itertools
import re

import numpy as np
import pytest
from PIL import Image

from relmark_helpers.calculations.programme_comparison import compare_programmes
from relmark_helpers.calculations.programme_cost import Programme
from relmark_helpers.calculations.programme_simulation import Range, simulate_programmes
from relmark_helpers.explore.programme_cost import explore_programmes
from relmark_helpers.figures.programme_cost import ComparisonAndBand, ProgrammePlot, programme_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

BASE = {"customers": 1000, "margin": 100, "discount": 0.1, "acquisition_cost": 150}
TRANSACTIONAL = Programme(**BASE, retention=0.6, won=400)
RELATIONAL = Programme(**BASE, retention=0.75, won=250, setup_cost=60_000, cost_per_customer=10)
BOTH = compare_programmes(TRANSACTIONAL, RELATIONAL, 15)
DRAWN = simulate_programmes(
    TRANSACTIONAL,
    RELATIONAL,
    15,
    ranges={"relational.setup_cost": Range("uniform", 50_000, 150_000)},
    generator=np.random.default_rng(4),
    draws=2000,
)
YEARS = np.arange(16)
ANNUITY = (1 - 1.1**-YEARS) / 0.1


def compared(**changes):
    return compare_programmes(TRANSACTIONAL, dataclasses.replace(RELATIONAL, **changes), 15)


def line(figure, label):
    (found,) = [each for axes in figure.figure.axes for each in axes.lines if each.get_label() == label]
    return found.get_xydata().T


def test_curves_and_crossing_are_drawn_as_computed():
    figure = programme_figure(BOTH)
    np.testing.assert_allclose(line(figure, "Transactional"), [YEARS, 40_000 * ANNUITY])
    np.testing.assert_allclose(line(figure, "Relational"), [YEARS, 52_500 * ANNUITY - 60_000])
    gap = 12_500 * ANNUITY - 60_000
    year = 6 - gap[6] / (gap[7] - gap[6])
    np.testing.assert_allclose(line(figure, "Lead of relational"), [YEARS, gap])
    np.testing.assert_allclose(line(figure, "The lead changes"), [[year], [0]])
    for axes in figure.figure.axes:
        (dropped,) = [each for each in axes.lines if each.get_linestyle() == ":"]
        np.testing.assert_allclose(dropped.get_xdata()[:2], year)
        np.testing.assert_allclose(dropped.get_ydata()[:2], axes.get_ylim())
    np.testing.assert_allclose(figure.table["transactional"], 40_000 * ANNUITY)
    np.testing.assert_allclose(figure.table["lead"], gap)


def test_words_hold_the_numbers():
    figure = programme_figure(BOTH)
    assert "transactional from 0 to 304,243" in figure.alt  # 40,000 x 7.60608
    assert "relational from -60,000 to 339,319" in figure.alt
    assert "the lead of relational, from -60,000 to 35,076" in figure.alt  # 12,500 x 7.60608 - 60,000
    assert "cross in year 6.9" in figure.alt and "from where relational leads" in figure.alt
    assert "60% and 75% a year, discount rate 10%" in figure.caption and "no real firm" in figure.caption
    assert "6.861" in figure.description
    assert figure.figure.get_suptitle() == "Relational overtakes transactional in year 6.9"


@pytest.mark.parametrize(
    ("comparison", "title", "marks"),
    [
        (compared(setup_cost=500_000), "Transactional leads for all 15 years; relational does not overtake", 0),
        (compared(setup_cost=0), "Relational leads for all 15 years; transactional does not overtake", 0),
        (compare_programmes(TRANSACTIONAL, TRANSACTIONAL, 15), "Neither programme ever leads", 0),
        (
            compared(setup_cost=0, retention=0.8, won=0, cost_per_customer=0),
            "Transactional overtakes relational in year ",
            1,
        ),
    ],
)
def test_title_states_the_finding(comparison, title, marks):
    figure = programme_figure(comparison)
    assert figure.figure.get_suptitle().startswith(title)
    assert line(figure, "The lead changes").shape == (2, marks)
    assert ("do not cross" in figure.alt) == (marks == 0)


def test_two_crossings_are_both_marked_and_named():
    base = {"customers": 1000, "margin": 100, "discount": 0.1}
    one, other = Programme(**base, retention=0.5), Programme(**base, retention=0.8, setup_cost=50_000, fixed_cost=2e4)
    figure = programme_figure(compare_programmes(one, other, 40))
    assert re.fullmatch(
        r"Relational overtakes transactional in year \d+\.\d; transactional leads again from year \d+\.\d",
        figure.figure.get_suptitle(),
    )
    assert line(figure, "The lead changes").shape == (2, 2) and figure.alt.count("in year") == 2


def test_band_of_the_lead_is_that_of_the_simulation():
    figure = programme_figure(BOTH, DRAWN)
    assert list(figure.figure.axes[0].collections) == []
    (band,) = figure.figure.axes[1].collections
    corners = band.get_paths()[0].vertices
    at_start = corners[corners[:, 0] == 0, 1]
    np.testing.assert_allclose([at_start.min(), at_start.max()], [-145_000, -55_000], rtol=0.03)
    share = (12_500 * ANNUITY[-1] - 50_000) / 100_000  # set-up costs up to this are paid back in 15 years
    assert abs(DRAWN.probability - share) < 4 * DRAWN.standard_error
    assert figure.figure.get_suptitle() == f"Relational pays within 15 years in {DRAWN.probability:.0%} of the draws"
    assert f"In {DRAWN.probability:.0%} of 2,000 draws (standard error 1." in figure.alt
    assert "the lead in the middle 90% of the draws" in figure.caption and "middle 90%" in figure.description
    np.testing.assert_allclose(figure.table[["lead_low", "lead_high"]], DRAWN.bands[["lead_low", "lead_high"]])


@pytest.mark.parametrize("comparison", [compared(setup_cost=1), compare_programmes(TRANSACTIONAL, RELATIONAL, 14)])
def test_bands_of_other_programmes_are_refused(comparison):
    with pytest.raises(InputError, match="`simulation`: found other programmes"):
        programme_figure(comparison, DRAWN)


@pytest.mark.parametrize("simulation", [None, DRAWN])
def test_page_is_plain_and_complete(simulation):
    figure = programme_figure(BOTH, simulation)
    html = figure._repr_mimebundle_()["text/html"]
    assert html.count("<img ") == 1 and "<script" not in html
    for words in (figure.alt, figure.caption, figure.description):
        assert words.endswith(".") and words in html
        assert not re.search(r"\bnan\b|\binf\b|None", words)


def test_series_differ_by_more_than_colour():
    lines = {each.get_label(): each for axes in programme_figure(BOTH).figure.axes for each in axes.lines}
    names = ["Transactional", "Relational", "Lead of relational"]
    for one, other in itertools.combinations([lines[name] for name in names], 2):
        assert one.get_color() != other.get_color()
        assert one.get_linestyle() != other.get_linestyle() and one.get_marker() != other.get_marker()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ComparisonAndBand(BOTH), ComparisonAndBand(compared(setup_cost=65_000))),
        (ComparisonAndBand(BOTH), ComparisonAndBand(compared(setup_cost=900_000))),
        (ComparisonAndBand(BOTH), ComparisonAndBand(BOTH, DRAWN)),
    ],
    ids=["same axes", "other axes", "with bands"],
)
def test_moving_form_shows_the_same_as_the_still_form(one, other):
    plot = ProgrammePlot()
    live = plot.open(dpi=144)
    for result in (one, other, one):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(plot, result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert moving.size == still.size
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4  # what JPEG loses


def test_all_of_every_curve_is_inside_the_axes():
    plot = ProgrammePlot()
    for comparison, drawn in ((BOTH, None), (BOTH, DRAWN), (compared(margin=0), None), (compared(margin=1e6), None)):
        result = ComparisonAndBand(comparison, drawn)
        table = plot.words(result).table
        above, below = plot.figure(result).figure.axes
        for axes, shown in ((above, table[["transactional", "relational"]]), (below, table.filter(like="lead"))):
            low, high = axes.get_ylim()
            assert low < shown.min().min() and shown.max().max() < high
            assert high - low < 4.5 * max(max(shown.max().max(), 0) - min(shown.min().min(), 0), 1)


# ---- Sliders


def test_explorer_starts_with_the_case_of_the_lesson():
    explorer = explore_programmes()
    assert explorer.result.comparison.relational == RELATIONAL
    assert explorer.result.comparison.transactional == TRANSACTIONAL
    assert explorer.sentence.startswith("Relational overtakes transactional in year 6.9.")


@pytest.mark.parametrize(
    ("control", "value", "title"),
    [
        ("setup", 30_000, "Relational overtakes transactional in year 2.9."),  # 0.76 = 1.1^-T
        ("yearly", 50, "Transactional leads"),
        ("kept_relational", 0.6, "Transactional leads"),
        ("kept_transactional", 0.75, "Transactional leads"),
        ("discount", 0.0, "Relational overtakes transactional in year 4.8."),
        ("margin", 300, "Relational overtakes transactional in year 6.9."),  # the margin is the same on both sides
    ],
)
def test_each_slider_moves_the_finding(control, value, title):
    explorer = explore_programmes()
    before = explorer._picture.jpeg
    explorer.controls[control].value = value
    assert explorer.sentence.startswith(title), explorer.sentence
    assert explorer._picture.jpeg != before and explorer._picture.alt == ProgrammePlot().words(explorer.result).alt


def test_corners_of_the_sliders_give_words_and_pictures():
    explorer = explore_programmes()
    plot, live = ProgrammePlot(), ProgrammePlot().open()
    ends = [(control.min, control.max) for control in explorer.controls.values()]
    for at, values in enumerate(itertools.product(*ends)):
        result = explorer._calculate(**dict(zip(explorer.controls, values, strict=True)))
        words = plot.words(result)
        assert not re.search(r"\bnan\b|\binf\b|None", words.title + words.alt + words.caption + words.description)
        assert len(words.title) < 75
        if at % 9 == 0:
            assert len(live.frame(result)) > 5000


def test_every_slider_has_a_name():
    names = [control.description for control in explore_programmes().controls.values()]
    assert len(set(names)) == len(names) == 6 and all(len(name) > 10 for name in names)
