"""Figures of the fine: numbers in the alt text, lines as computed, text from data escaped."""

import warnings

import numpy as np
import pytest

from relmark_helpers.calculations.norm_panel import period_means, weekly_means
from relmark_helpers.calculations.norms import fit_fine
from relmark_helpers.datasets import load_dataset
from relmark_helpers.figures.norms import fine_draws_figure, fine_weeks_figure
from relmark_helpers.validation import InputError

PANEL = load_dataset("daycare_fines")
EVIL = "<script>alert(1)</script>"


def weeks(source="A source."):
    return fine_weeks_figure(weekly_means(PANEL), period_means(PANEL), source=source)


def draws(model="linear", source="A source."):
    with warnings.catch_warnings(action="ignore"):
        return fine_draws_figure(fit_fine(PANEL, model=model), source=source)


def test_weeks_are_drawn_and_told_as_counted():
    figure = weeks()
    assert "8.0 a week before the fine, 16.4 with it and 18.7 after" in figure.alt
    assert "control group it is 10.0, 9.2, 8.3" in figure.alt
    assert "after week 4 and ended after week 16" in figure.description
    lines = figure.figure.axes[0].lines
    counts = PANEL.groupby(["week", "group"], observed=True)["late_pickups"].mean().unstack()
    np.testing.assert_allclose(lines[0].get_ydata(), counts["fine"])
    np.testing.assert_allclose(lines[1].get_ydata(), counts["control"])
    assert [line.get_xdata()[0] for line in lines[2:]] == [4.5, 16.5]
    assert len({(line.get_linestyle(), line.get_marker()) for line in lines[:2]}) == 2


@pytest.mark.parametrize(
    ("model", "said"), [("linear", "9.22 (limits 6.29 to 12.14), reached by 1 of 210"), ("poisson", "0.80")]
)
def test_draws_are_told_and_drawn(model, said):
    figure = draws(model)
    assert said in figure.alt and "6 of 10 centres" in figure.alt
    assert "9 degrees of freedom" in figure.caption
    strips = [line for line in figure.figure.axes[0].lines if line.get_marker() == "|"]
    assert [len(strip.get_xdata()) for strip in strips] == [209]
    assert figure.table.index.tolist() == ["with_fine"]


@pytest.mark.parametrize("make", [weeks, draws])
def test_every_figure_has_words_and_escapes_them(make):
    figure = make(source=EVIL)
    bundle = figure._repr_mimebundle_()
    assert "<script" not in bundle["text/html"] and "&lt;script&gt;" in bundle["text/html"]
    assert figure.figure.get_suptitle() and figure.alt != figure.caption
    assert make().png() == make().png()


@pytest.mark.parametrize("make", [weeks, draws, lambda: draws("poisson")])
def test_titles_fit_on_the_page(make):
    figure = make().figure
    figure.canvas.draw()
    title = figure._suptitle.get_window_extent()
    assert title.x1 <= figure.bbox.x1


def test_weeks_out_of_order_are_refused():
    mixed = weekly_means(PANEL).sort_values("fine")
    with pytest.raises(InputError, match="changes of the period.*sort the weeks"):
        fine_weeks_figure(mixed, period_means(PANEL), source="")
