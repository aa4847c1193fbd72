"""Figures and explorer of customer chains: numbers in words and pictures, names escaped, corners of the sliders."""

import io
import itertools
import re

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text
from PIL import Image

from relmark_helpers.calculations.chain_models import compare_stopping, recency_chain, retention_chain
from relmark_helpers.calculations.customer_chain import CustomerChain
from relmark_helpers.explore.customer_chain import explore_stopping
from relmark_helpers.explore.explorer import Picture
from relmark_helpers.figures.customer_chain import StoppingPlot, chain_figure, stopping_figure
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
PAPER = recency_chain([0.3, 0.2, 0.15, 0.05], margin=40, cost=4, discount=0.2)
STOPPING = compare_stopping(PAPER, cost=4)
LADDER = CustomerChain(
    ["prospect", "purchaser", "client", "supporter", "advocate", "lost"],
    [
        [0.5, 0.3, 0, 0.1, 0, 0.1],
        [0, 0.3, 0.4, 0, 0, 0.3],
        [0, 0.1, 0.5, 0.2, 0, 0.2],
        [0, 0, 0.1, 0.6, 0.2, 0.1],
        [0, 0, 0, 0.1, 0.8, 0.1],
        [0, 0, 0, 0, 0, 1],
    ],
    [-5, 10, 20, 20, 30, 0],
    0.1,
)
DIAGRAMS = {
    "recency": PAPER,
    "retention": retention_chain(0.8, margin=100, discount=0.1, convention="now"),
    "ladder": LADDER,
    "no end": CustomerChain(["a", "b"], [[0.5, 0.5], [0.25, 0.75]], [1, 2], 0.1),
}
every = pytest.mark.parametrize("chain", DIAGRAMS.values(), ids=DIAGRAMS)


def drawn(figure, kind):
    return [patch for patch in figure.figure.axes[0].patches if type(patch) is kind]


@every
def test_diagram_has_a_box_per_state_and_an_arrow_per_probability(chain):
    figure = chain_figure(chain)
    matrix = chain.matrix
    assert len(drawn(figure, FancyBboxPatch)) == len(chain.states)
    assert len(drawn(figure, FancyArrowPatch)) == (matrix > 0).sum()
    texts = [text.get_text() for text in figure.figure.axes[0].texts]
    labels = sorted(float(text) for text in texts if re.fullmatch(r"[01](\.\d+)?", text))
    np.testing.assert_allclose(labels, sorted(matrix[matrix > 0]), atol=5e-4)
    for name, reward in zip(chain.states, np.asarray(chain.reward), strict=True):
        money = f"{reward:g}".replace("-", "\N{MINUS SIGN}")
        assert any(text.replace("\n", " ") == f"{name} {money}" for text in texts)


@every
def test_diagram_is_inside_its_axes_and_boxes_do_not_touch(chain):
    figure = chain_figure(chain)
    figure.png()
    axes = figure.figure.axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for arrow in drawn(figure, FancyArrowPatch):
        ends = axes.transData.inverted().transform(arrow.get_window_extent())
        assert left <= ends[0, 0] and ends[1, 0] <= right and low <= ends[0, 1] and ends[1, 1] <= high
    boxes = [box.get_window_extent() for box in drawn(figure, FancyBboxPatch)]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    for text, box in zip((t for t in axes.texts if "\n" in t.get_text()), boxes, strict=True):
        words = text.get_window_extent()
        assert box.x0 <= words.x0 and words.x1 <= box.x1 and box.y0 <= words.y0 and words.y1 <= box.y1
    labels = [text.get_window_extent() for text in axes.texts if "\n" not in text.get_text()]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(labels, 2))


def test_diagram_says_every_probability():
    figure = chain_figure(PAPER)
    assert "From recency 1: 0.3 to recency 1, 0.7 to recency 2, reward 36; " in figure.alt
    assert (
        "From recency 4: 0.05 to recency 1, 0.95 to former customer, reward -4; former customer is never" in figure.alt
    )
    assert figure.figure.get_suptitle() == "70% of those in recency 1 are in recency 2 a period later"
    assert chain_figure(LADDER).figure.get_suptitle() == "50% of those in prospect are still there a period later"
    np.testing.assert_allclose(figure.table[list(PAPER.states)], PAPER.matrix)
    assert figure.table["reward"].tolist() == [36, -4, -4, -4, 0]


def test_more_states_than_can_be_read_are_refused():
    long = recency_chain([0.1] * 6, margin=1, cost=0, discount=0.1)
    with pytest.raises(InputError, match=r"`chain`: found 7 states; expected at most 6.*power\(1\)"):
        chain_figure(long)


def test_stopping_says_and_draws_the_numbers():
    figure = stopping_figure(STOPPING)
    assert "recency 1 40.00, recency 2 48.00, recency 3 51.57, recency 4 53.15, never 52.32" in figure.alt
    assert "recency 2 5.55, recency 3 1.25, recency 4 -1.82" in figure.alt
    assert figure.figure.get_suptitle() == "Stop at recency 4: worth 53.15, against 52.32 without stopping"
    assert "ahead of the next best by 0.83" in figure.description
    left, right = figure.figure.axes
    lines = {line.get_label(): line.get_xydata().T for line in [*left.lines, *right.lines]}
    np.testing.assert_allclose(lines["_others"], [[40, 48, 51.574, 53.149, 52.320], range(5)], atol=5e-4)
    np.testing.assert_allclose(lines["best point"], [[53.149], [3]], atol=5e-4)
    assert [text.get_text() for text in left.texts] == ["40.00", "48.00", "51.57", "53.15", "52.32"]
    assert left.get_title(loc="left") == "Worth of a customer\nin recency 1"
    np.testing.assert_allclose(lines["never stopping"][0], PAPER.value().iloc[1:-1])
    np.testing.assert_allclose(lines["stopping at the best point"][0], STOPPING.values.loc["recency 4"].iloc[1:-1])
    for axes in (left, right):
        low, high = axes.get_xlim()
        assert all(low < x < high for line in axes.lines for x in line.get_xdata())
        shown = [x for line in axes.lines for x in line.get_xdata()]
        assert high - low < 3 * (max(shown) - min(shown)), "the points fill the axis"


def test_never_stopping_and_stopping_at_once_are_said():
    free = stopping_figure(compare_stopping(recency_chain([0.3, 0.2], margin=40, cost=0, discount=0.1), cost=0))
    assert free.figure.get_suptitle().startswith("Never stop: worth ")
    dear = stopping_figure(compare_stopping(recency_chain([0.1], margin=40, cost=30, discount=0.1), cost=30))
    assert dear.figure.get_suptitle().startswith("Stop at recency 1: worth 40.00, against ")
    assert "if investment never stops, none" in dear.alt
    nothing = stopping_figure(compare_stopping(recency_chain([0.1, 0.1], margin=0, cost=0, discount=0.1), cost=0))
    assert "0.00" in nothing.alt


@pytest.mark.parametrize("make", [chain_figure, lambda chain: stopping_figure(compare_stopping(chain, cost=0))])
def test_names_show_as_they_are(make):
    figure = make(
        CustomerChain([EVIL, "<b>late</b>", "lost"], [[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 1]], [1, 1, 0], 0.1)
    )
    bundle = figure._repr_mimebundle_()
    html = bundle["text/html"]
    assert "<script>" not in html and "<b>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    assert EVIL in bundle["text/plain"]
    drawn_names = [text for text in figure.figure.findobj(Text) if "script" in text.get_text()]
    assert drawn_names and not any(text.get_parse_math() for text in drawn_names)


@pytest.mark.parametrize("make", [lambda: chain_figure(PAPER), lambda: stopping_figure(STOPPING)])
def test_words_and_picture_of_each_figure(make):
    figure = make()
    assert figure.png() == make().png()
    assert figure.alt.endswith(".") and figure.caption.endswith(".") and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption + figure.description)
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"


def picture(explorer):
    (found,) = [child for child in explorer.panel.children if isinstance(child, Picture)]
    return found


def test_every_corner_gives_a_picture_and_a_sentence():
    explorer, live = explore_stopping(), StoppingPlot().open()
    corners = itertools.product(*((control.min, control.max) for control in explorer.controls.values()))
    for at, corner in enumerate(corners):
        result = explorer._calculate(**dict(zip(explorer.controls, corner, strict=True)))
        words = StoppingPlot().words(result)
        assert not re.search(r"\b(nan|inf)\b", words.alt + words.title + words.description)
        values = result.values.iloc[:, 0]
        assert values[result.best] == values.max() and (result.best == "never" or corner[2] > 0)
        if at in (0, 3, 5, 6, 9, 10, 12, 15):  # every pair of ends is among these
            image = Image.open(io.BytesIO(live.frame(result)))
            assert image.format == "JPEG" and image.size == (728, 384)


def test_each_slider_moves_picture_and_words():
    explorer = explore_stopping()
    start = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
    for control in explorer.controls.values():
        before = control.value
        assert control.min < before < control.max
        control.value = before + control.step
        now = picture(explorer).jpeg, picture(explorer).alt, explorer.sentence
        assert all(old != new for old, new in zip(start, now, strict=True)), control.description
        control.value = before
        assert (picture(explorer).jpeg, picture(explorer).alt, explorer.sentence) == start


def test_own_responses_are_explored():
    assert explore_stopping([0.2, 0.1]).result.chain.matrix[0, 0] == pytest.approx(0.2)


def test_moving_and_still_form_show_the_same():
    live = StoppingPlot().open(dpi=144)
    others = [
        compare_stopping(recency_chain(p, margin=margin, cost=4, discount=0.2), cost=4)
        for p, margin in (([0.33, 0.2, 0.15, 0.05], 40), ([0.2, 0.1, 0.1, 0.05], 90))
    ]
    for result in (STOPPING, *others, STOPPING):
        plot = StoppingPlot()
        moving = Image.open(io.BytesIO(live.frame(result))).convert("RGB")
        still = Image.open(io.BytesIO(still_without_title(plot, result))).convert("RGB")
        apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
        assert apart.mean() < 1.5 and (apart > 100).mean() < 1e-4
