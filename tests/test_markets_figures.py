"""Figures and sliders of the markets, the order of axes and the plans: numbers, what is drawn, escaping, corners."""

import functools
import io
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.axis_order import polygon_areas
from relmark_helpers.calculations.jury import AXES, jury_form, simulate_jury
from relmark_helpers.calculations.market_plan_sensitivity import compare_responses, plan_limits
from relmark_helpers.calculations.market_plan_starts import allocate_with_starts
from relmark_helpers.calculations.market_plans import allocate_budget
from relmark_helpers.calculations.markets import score_markets
from relmark_helpers.calculations.two_markets import divide_between_two
from relmark_helpers.explore.axis_order import explore_axis_order
from relmark_helpers.explore.market_plans import explore_plans
from relmark_helpers.figures.axis_order import AxisOrderPlot, axis_order_figure
from relmark_helpers.figures.market_plans import PlanPlot, plan_figure, responses_figure
from relmark_helpers.figures.markets import market_gaps_figure, spidergram_figure
from relmark_helpers.figures.two_markets import two_markets_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
pytestmark = pytest.mark.filterwarnings("ignore:The jury has")


@functools.cache
def scored(jurors=12, seed=1991):
    random = np.random.default_rng(seed)
    return score_markets(simulate_jury(jurors, random), generator=random)


@functools.cache
def plan_and_limits():
    plans = pd.DataFrame({"gap": scored().table["gap"], "weight": 1.0, "half_cost": 80.0})
    return plans, allocate_budget(plans, 400), plan_limits(plans, 400, scored().draws.iloc[:300])


def two_markets():
    plans, _, _ = plan_and_limits()
    pair = plans.loc[["existing customers", "internal"]]
    uneven = pair.assign(weight=[1, 0.01])
    return [
        divide_between_two(pair, 200),
        divide_between_two(pair, 200, response="power"),
        divide_between_two(uneven, 90),
    ]


def made():
    plans, plan, limits = plan_and_limits()
    return [
        spidergram_figure(scored(), source="Simulated."),
        market_gaps_figure(scored(), source="Simulated."),
        axis_order_figure(polygon_areas(scored().table["present"])),
        plan_figure(plan, source="Simulated."),
        plan_figure(plan, source="Simulated.", limits=limits),
        responses_figure(compare_responses(plans, 400), source="Simulated."),
        plan_figure(allocate_with_starts(plans.assign(start=30), 400), source="Simulated."),
        *(two_markets_figure(one, source="Simulated.") for one in two_markets()),
    ]


def check(figure):
    words = (figure.alt, figure.caption, figure.description, figure.figure.get_suptitle())
    for one in words[:3]:
        assert one.endswith(".") and not re.search(r"\bnan\b|\binf\b|None", one)
    assert figure.alt != figure.caption and re.search(r"\d", figure.alt) and words[3] not in figure.alt
    assert figure.png()[:4] == b"\x89PNG"
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"


def test_every_figure_has_words_and_a_title_that_fits():
    for figure in made():
        check(figure)
        html = figure._repr_mimebundle_()["text/html"]
        assert html.count("<img ") == 1


def test_same_figure_twice_is_the_same_picture():
    for one, two in zip(made(), made(), strict=True):
        assert one.png() == two.png()


@pytest.mark.parametrize("jurors", [1, 2, 30])
def test_spidergram_and_gaps_of_small_and_large_juries(jurors):
    for figure in (spidergram_figure(scored(jurors), source="S."), market_gaps_figure(scored(jurors), source="S.")):
        check(figure)


def test_spidergram_draws_the_table():
    figure, table = spidergram_figure(scored(), source="S."), scored().table
    axes = figure.figure.axes[0]
    for name in ("present", "desired"):
        (line,) = [one for one in axes.lines if one.get_label() == f"{name.capitalize()} emphasis"]
        x, y = line.get_data()
        np.testing.assert_allclose(np.hypot(x, y), [*table[name], table[name].iloc[0]])
        assert x[0] == pytest.approx(0) and y[0] > 0 and x[1] > 0  # from the top, clockwise
    one, two = [line for line in axes.lines if str(line.get_label()).endswith("emphasis")]
    assert one.get_linestyle() != two.get_linestyle() and one.get_marker() != two.get_marker()
    for market, row in table.iterrows():
        assert f"{market} {row['present']:.1f} to {row['desired']:.1f}" in figure.alt
    more = (table["verdict"] == "more").sum()
    assert figure.figure.get_suptitle() == f"Clearly more wanted for {more} of 7 axes; largest gap +2.8"
    assert "intraclass" in figure.description and "not areas" in figure.caption


def test_gaps_are_sorted_with_open_marks_where_borderline():
    figure = market_gaps_figure(scored(), source="S.")
    table = scored().table.sort_values("gap", ascending=False)
    left, right = figure.figure.axes
    assert [one.get_text() for one in left.get_yticklabels()] == list(table.index)
    (open_marks,) = [one for one in left.lines if one.get_label() == "Borderline or no limits"]
    np.testing.assert_allclose(open_marks.get_xdata(), table.loc[table["verdict"] == "borderline", "gap"])
    np.testing.assert_allclose([bar.get_width() for bar in right.patches], table["first"])
    for market, row in table.iterrows():
        assert f"{market} {row['gap']:+.1f} ({row['low']:+.1f} to {row['high']:+.1f}), {row['verdict']}" in figure.alt
    assert figure.figure.get_suptitle() == f"First: internal in {table['first'].max():.0%} of resampled juries"


def test_flat_jury():
    flat = score_markets(jury_form(list("abcdef")).assign(present=6, desired=6), generator=np.random.default_rng(1))
    figure = spidergram_figure(flat, source="S.")
    check(figure)
    check(market_gaps_figure(flat, source="S."))
    assert "none of 7" in figure.figure.get_suptitle() and "cannot be computed" in figure.description


def test_names_show_as_they_are():
    markets = (EVIL, "b", "c")
    form = jury_form(list("abcdef"), markets=markets).assign(present=3, desired=[4, 9, 5] * 6)
    result = score_markets(form, generator=np.random.default_rng(1), markets=markets)
    plans = pd.DataFrame({"gap": result.table["gap"], "weight": 1, "half_cost": 5})
    figures = [
        spidergram_figure(result, source=EVIL),
        market_gaps_figure(result, source=EVIL),
        plan_figure(allocate_budget(plans, 20), source=EVIL),
        responses_figure(compare_responses(plans, 20), source=EVIL),
        two_markets_figure(divide_between_two(plans.iloc[[0, 2]], 20), source=EVIL),
        axis_order_figure(polygon_areas(result.table["desired"])),
    ]
    for figure in figures:
        html = figure._repr_mimebundle_()["text/html"]
        assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
        assert not any(text.get_parse_math() for text in figure.figure.findobj(Text) if text.get_text())


def test_order_of_axes_draws_both_orders():
    orders = polygon_areas(pd.Series([9.0, 3, 8, 3, 9, 4, 7], index=AXES))
    figure = axis_order_figure(orders)
    for axes, order in zip(figure.figure.axes, (orders.smallest, orders.largest), strict=True):
        x, y = axes.lines[-1].get_data()
        np.testing.assert_allclose(np.hypot(x, y)[:-1], order)
        shoelace = abs(np.dot(x[:-1], y[1:]) - np.dot(y[:-1], x[1:])) / 2
        assert shoelace == pytest.approx(orders.range[axes is figure.figure.axes[1]])
    low, high = orders.range
    assert f"Area {low:.1f}" in figure.alt and f"{high:.1f}" in figure.alt
    same = axis_order_figure(polygon_areas(pd.Series([5.0] * 5, index=list("abcde"))))
    assert "in every order" in same.figure.get_suptitle()


def test_labels_of_the_axes_stay_on_the_picture():
    figure = axis_order_figure(polygon_areas(pd.Series([9.5, 9.5, 9.5, 9.5, 9.5, 9.5, 9.5], index=AXES)))
    figure.png()
    for place in (1, 2, 5):  # the longest name on the spokes that reach farthest
        for axes in figure.figure.axes:
            axes.texts[place].set_text("recruitment\n9.5")
    for text in figure.figure.axes[0].texts + figure.figure.axes[1].texts:
        box = text.get_window_extent()
        assert figure.figure.bbox.x0 <= box.x0 and box.x1 <= figure.figure.bbox.x1, text.get_text()


def test_plan_draws_the_table_and_says_the_limits():
    _, plan, limits = plan_and_limits()
    figure = plan_figure(plan, source="S.", limits=limits)
    axes = figure.figure.axes[0]
    np.testing.assert_allclose([bar.get_width() for bar in axes.patches], plan.table["spend"])
    drawn = {line.get_label(): line.get_xdata() for line in axes.lines}
    np.testing.assert_allclose(drawn["By weight x gap"], plan.table["proportional"])
    np.testing.assert_allclose(drawn["Equal parts"], plan.table["equal"])
    row = limits.loc["internal"]
    spend = plan.table.loc["internal", "spend"]
    assert f"internal {spend:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})" in figure.alt
    assert f"{plan.rules.loc['equal', 'of_best']:.1%}" in figure.figure.get_suptitle()
    with pytest.raises(InputError, match="limits of another plan"):
        plan_figure(allocate_budget(plan.table[["gap", "weight", "half_cost"]], 300), source="S.", limits=limits)


def test_two_markets_draw_the_table():
    (divided, power, uneven) = two_markets()
    figure = two_markets_figure(divided, source="S.")
    left, right = figure.figure.axes
    np.testing.assert_allclose(left.lines[0].get_ydata(), divided.table["value"])
    np.testing.assert_allclose(right.lines[0].get_ydata(), divided.table["first"])
    np.testing.assert_allclose(right.lines[1].get_ydata(), divided.table["second"])
    spend = divided.best.table["spend"].iloc[0]
    low, high = divided.near_best()
    assert f"Best: {spend:,.0f} for existing customers" in figure.figure.get_suptitle()
    assert f"{low:,.0f} to {high:,.0f} keeps 95%" in figure.figure.get_suptitle()
    assert f"cross at {divided.best.shadow_price:.3g}" in figure.alt
    assert "do not cross" in two_markets_figure(uneven, source="S.").alt
    for axes in two_markets_figure(power, source="S.").figure.axes:
        assert all(np.isfinite(axes.get_ylim()))


def test_responses_title_and_ranges():
    plans, _, _ = plan_and_limits()
    compared = compare_responses(plans, 400)
    figure = responses_figure(compared, source="S.")
    for market, row in compared.ranges().iterrows():
        assert f"{market} {row['low']:,.0f} to {row['high']:,.0f}" in figure.alt
    assert f"{int(100 * compared.worst.max())}% or more under each of 9" in figure.figure.get_suptitle()
    check(responses_figure(compare_responses(plans, 400, responses=["power"], costs=[1]), source="S."))


@pytest.mark.parametrize("case", ["order", "plan"])
def test_moving_form_shows_the_same_as_the_still_form(case):
    if case == "order":
        plot = AxisOrderPlot()
        results = [polygon_areas(pd.Series(v, index=AXES, dtype=float)) for v in ([9, 3, 8, 3, 9, 4, 7], [5] * 7)]
    else:
        plot, explorer = PlanPlot(), explore_plans()
        results = [explorer.result]
        explorer.controls["weight"].value = 2
        results.append(explorer.result)
    live = plot.open(dpi=144)
    for result in (*results, results[0]):
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(plot, result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert moving.size == still.size and apart.mean() < 1.5 and (apart > 100).mean() < 2e-4


@pytest.mark.parametrize("explore", [explore_axis_order, explore_plans])
def test_corners_and_each_slider(explore):
    explorer = explore()
    plot = explorer._plot
    names = [control.description for control in explorer.controls.values()]
    assert len(set(names)) == len(names) <= 7 and all(len(name) > 5 for name in names)
    for control in explorer.controls.values():
        assert control.min < control.value < control.max
        before = explorer._picture.jpeg, explorer._picture.alt
        start, control.value = control.value, control.value + 2 * control.step
        assert explorer._picture.jpeg != before[0] and explorer._picture.alt != before[1], control.description
        control.value = start
    ends = [(control.min, control.max) for control in explorer.controls.values()]
    live = plot.open()
    for at, values in enumerate(itertools.product(*ends)):
        result = explorer._calculate(**dict(zip(explorer.controls, values, strict=True)))
        words = plot.words(result)
        assert not re.search(r"\bnan\b|\binf\b|None", words.title + words.alt + words.caption + words.description)
        assert len(words.title) < 68
        if at % 17 == 0:
            assert len(live.frame(result)) > 5000


def test_explorer_of_plans_takes_plans_of_a_jury():
    plans, plan, _ = plan_and_limits()
    explorer = explore_plans(plans, 400)
    explorer.controls["floor"].value = 0
    np.testing.assert_allclose(explorer.result.table["spend"], plan.table["spend"])
