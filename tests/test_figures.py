"""Figures: words and numbers beside every picture, text from data escaped, a palette for all eyes, one style."""

import base64
import io
import itertools
import logging
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from relmark_helpers import figures, load_dataset
from relmark_helpers.calculations import (
    compare_conventions,
    fill_bucket,
    fit_sbg,
    four_steps,
    projection_errors,
    value_gain,
)
from relmark_helpers.calculations.retention_models import RetentionModel
from relmark_helpers.figures import LessonFigure, house_style
from relmark_helpers.figures.leaky_bucket import BucketPlot
from relmark_helpers.figures.lifetime_value import ConventionPlot
from relmark_helpers.figures.retention_models import ChurnMixturePlot, ModelAndData
from relmark_helpers.figures.style import BLUE, INK, LINES, MARKERS, PALETTE, QUIET, VERMILION
from relmark_helpers.validation import InputError
from tests.stills import still_without_title

SURVIVORS = load_dataset("fader_hardie_retention").set_index("year")
RATES = (SURVIVORS / SURVIVORS.shift(1)).iloc[1:]
EVIL = '<script>1</script>&"><img src=x> $x^{$ 服务_a'


def accounts(*causes):
    return pd.DataFrame(
        {
            "revenue_usd": [50_000.0, *(100_000.0 * (at + 1) for at in range(len(causes)))],
            "status": ["kept", *["lost"] * len(causes)],
            "cause": [None, *causes],
            "avoidable": [None, *([True, False, None] * len(causes))[: len(causes)]],
        }
    )


def bucket():
    return figures.bucket_figure(fill_bucket(20_000, 300, 0.8, 15))


def churn_cost(cause="service failure", source="Made up."):
    cost = four_steps(accounts(cause, "price", "moved away"), margin_rate=0.1)
    return figures.churn_cost_figure(cost, source=source)


def churn_mixture(group="High End", source="Fader and Hardie (2007)."):
    return figures.churn_mixture_figure(RetentionModel(0.668, 3.806), RATES["high_end"], group=group, source=source)


def concept_map(name="CRM"):
    concepts = load_dataset("neighbours")[["concept", "chinese", "link", "lesson"]].copy()
    if name != "CRM":
        concepts.loc[0] = [name, name, name, name]
    return figures.concept_map_figure(concepts, centre="relationship\nmarketing" if name == "CRM" else name)


def convention():
    return figures.convention_figure(compare_conventions(100, 0.8, 0.1))


def exhibits(industry=""):
    table = load_dataset("five_points_exhibits")
    if industry:
        table.loc[0, "industry"] = industry
    return figures.exhibits_figure(table)


def gain(convention="if_retained"):
    retention = np.array([0.6, 0.7, 0.8, 0.9])
    columns = {d: value_gain(retention, d, points=0.05, convention="if_retained") for d in (0.05, 0.1, 0.2)}
    table = pd.DataFrame(columns, index=pd.Index(retention, name="retention"))
    return figures.gain_figure(table, points=0.05, convention=convention)


def projection(source="Fader and Hardie (2007)."):
    return figures.projection_figure(fit_sbg(SURVIVORS["high_end"][:8]), SURVIVORS["high_end"], source=source)


def reported_churn(firm="DISH Network", source="Annual reports."):
    churn = load_dataset("dish_network_annual").set_index("year")["monthly_churn"].dropna()
    return figures.reported_churn_figure(churn, firm=firm, source=source)


def retention_rate(name="high_end", source="Fader and Hardie (2007)."):
    return figures.retention_rate_figure(RATES.rename(columns={"high_end": name}), source=source)


def rival_curves(source="Fader and Hardie (2007)."):
    errors = projection_errors(SURVIVORS["high_end"], fitted_to=7)
    return figures.rival_curves_figure(errors, fitted_to=7, source=source)


def survival(name="high_end", source="Fader and Hardie (2007)."):
    return figures.survival_figure(SURVIVORS.rename(columns={"high_end": name}) / 1000, source=source)


def timeline(event=""):
    events = load_dataset("history")
    if event:
        events.loc[0, ["label", "event"]] = event
    return figures.timeline_figure(events, title=event or "From attracting customers to keeping them")


# Each figure: how it is made, a number that its alt text must hold (worked out apart from the package), size in inches.
FIGURES = {
    "bucket_figure": (bucket, "1,500", (7.0, 4.2)),  # 300 / 0.2
    "churn_cost_figure": (churn_cost, "17% of 60,000 dollars", (7.0, 3.1)),  # a tenth of 100,000 of 600,000
    "churn_mixture_figure": (churn_mixture, "from 85% in year 1", (7.0, 3.9)),  # 3.806 / 4.474
    "concept_map_figure": (concept_map, f"{len(load_dataset('neighbours'))} concepts", (7.0, 5.2)),
    "convention_figure": (convention, "367", (7.0, 4.2)),  # 100 x 1.1 / 0.3
    "exhibits_figure": (exhibits, "81 in the other", (7.0, None)),
    "gain_figure": (gain, "20% to value at a rate of 60%", (7.0, 4.2)),  # 65/60 x 50/45
    "projection_figure": (projection, "39.4% were observed", (7.0, 4.2)),
    "reported_churn_figure": (reported_churn, "between 1.57% and 1.86%", (7.0, 4.2)),
    "retention_rate_figure": (retention_rate, "high end goes from 87% to 96%", (7.0, 4.2)),
    "rival_curves_figure": (rival_curves, "linear -81%, quadratic +92%, exponential -30%", (7.0, 4.2)),
    "survival_figure": (survival, "17% of regular and 39% of high end", (7.0, 4.2)),
    "timeline_figure": (timeline, "1983", (7.0, None)),
}
every = pytest.mark.parametrize("name", FIGURES)


def make(name):
    return FIGURES[name][0]()


@cache
def made(name):
    """The figure and its bundle, for tests that only look at them."""
    figure = make(name)
    return figure, figure._repr_mimebundle_()


class Page(HTMLParser):
    """Reads an HTML page as a browser does: the tags, the attributes of the image, and the text of each part."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.image, self.rows, self.texts, self._open = [], {}, [], {}, []
        self.feed(str(html))  # a Markup would escape what is added to it

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "img":
            self.image = dict(attrs)
            return
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        for tag in self._open:
            self.texts[tag] = self.texts.get(tag, "") + data
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data


def page(figure):
    return Page(figure._repr_mimebundle_()["text/html"])


# ---- What every figure brings along


def test_every_figure_function_is_tested():
    others = (path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name)
    elsewhere = "".join(path.read_text(encoding="utf-8") for path in others)
    drawn = {name for name in figures.__all__ if name.endswith("_figure")}
    assert set(FIGURES) <= drawn
    assert {name for name in drawn - set(FIGURES) if f"{name}(" not in elsewhere} == set()


@every
def test_bundle_has_page_picture_and_plain_text(name):
    figure, bundle = made(name)
    assert set(bundle) == {"text/html", "image/png", "text/plain"}
    seen = Page(bundle["text/html"])
    assert seen.tags.count("img") == seen.tags.count("figure") == seen.tags.count("figcaption") == 1
    assert seen.image["alt"] == figure.alt
    assert seen.image["src"] == f"data:image/png;base64,{bundle['image/png']}"
    assert seen.texts["figcaption"] == figure.caption
    assert "details" in seen.tags and figure.description in seen.texts["details"]
    assert bundle["text/plain"] == f"{figure.caption}\n[Picture: {figure.alt}]"
    assert not seen._open


@every
def test_picture_has_the_size_of_the_style(name):
    width, height = FIGURES[name][2]
    figure, bundle = made(name)
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.format == "PNG" and picture.width == width * 144
    assert picture.height == pytest.approx(144 * (height or figure.figure.get_figheight()), abs=1)
    assert len(np.unique(np.asarray(picture.convert("L")))) > 20, "the picture is empty"


@every
def test_figure_that_is_shown_again_is_the_same_picture(name):
    figure, bundle = made(name)
    assert figure.png() == base64.b64decode(bundle["image/png"])


@every
def test_words_say_what_is_shown(name):
    figure, _ = made(name)
    assert FIGURES[name][1] in figure.alt, figure.alt
    assert figure.alt.endswith(".") and figure.caption.endswith((".", ")"))
    assert 60 < len(figure.alt) and figure.alt != figure.caption
    assert not re.search(r"\bnan\b|\binf\b|<NA>|None", figure.alt + figure.caption + figure.description)


@every
def test_table_shows_the_numbers_in_full(name):
    figure, bundle = made(name)
    rows = Page(bundle["text/html"]).rows
    body = [row for row in rows if len(row) == len(figure.table.columns) + 1][-len(figure.table) :]
    assert len(body) == len(figure.table)
    for shown, (label, values) in zip(body, figure.table.iterrows(), strict=True):
        if isinstance(label, float):
            assert float(shown[0]) == pytest.approx(label)
        else:
            assert shown[0] == str(label)
        for cell, value in zip(shown[1:], values, strict=True):
            if pd.isna(value):
                assert cell == ""
            elif isinstance(value, str):
                assert cell == value
            else:
                assert "e" not in cell, f"{value} shows as {cell}"
                assert float(cell.replace(",", "")) == pytest.approx(float(value), rel=6e-4, abs=1e-9)


def test_large_and_small_numbers_of_a_table():
    table = pd.DataFrame({"a": [10_000.0, 1_234_567.8, 999.5, 0.12345, 0.0, -20_000.4, np.nan]})
    shown = LessonFigure(Figure(), "An alt text.", "A caption.", table=table)
    assert [row[1] for row in page(shown).rows[1:]] == ["10,000", "1,234,568", "999.5", "0.1235", "0", "-20,000", ""]


# ---- The plotted numbers against arithmetic of our own


def plotted(figure, label):
    lines = [line for axes in figure.figure.axes for line in axes.lines if str(line.get_label()).startswith(label)]
    assert len(lines) == 1
    return lines[0].get_xydata().T


def test_bucket_is_drawn_as_computed():
    years = np.arange(16)
    level = 1500 + 0.8**years * (20_000 - 1500)
    figure = bucket()
    np.testing.assert_allclose(figure.table["customers"], level)
    np.testing.assert_allclose(plotted(figure, "Customers"), [years, level])
    np.testing.assert_allclose(plotted(figure, "Lost"), [years[1:], 0.2 * level[:-1]])
    np.testing.assert_allclose(plotted(figure, "Won"), [years[1:], [300] * 15])
    np.testing.assert_allclose(plotted(figure, "Steady")[1], [1500, 1500])
    assert 1.5 * np.log(2) / -np.log(0.8) > 3 and "after 3.1 years" in figure.description


def test_conventions_are_drawn_as_computed():
    figure = convention()
    retention = figure.table.index.to_numpy()
    below = 1.1 - retention
    np.testing.assert_allclose(figure.table["now"], 110 / below)
    np.testing.assert_allclose(figure.table["if_retained"], 100 * retention / below)
    np.testing.assert_allclose(figure.table["next_period"], 100 / below)
    assert "367 (first margin now, certain)" in figure.alt and "267" in figure.alt and "333" in figure.alt


def test_gains_are_drawn_as_computed():
    retention = np.array([0.6, 0.7, 0.8, 0.9])
    expected = (retention + 0.05) / retention * (1.1 - retention) / (1.05 - retention) - 1
    np.testing.assert_allclose(plotted(gain(), "discount rate 10%"), [retention, expected])
    np.testing.assert_allclose(gain().table[0.1], expected)


def test_churn_cost_is_drawn_as_computed():
    figure = churn_cost()
    assert figure.table.to_dict("index") == {
        "moved away": {"avoidable": 0, "unavoidable": 0, "not judged": 30_000},
        "price": {"avoidable": 0, "unavoidable": 20_000, "not judged": 0},
        "service failure": {"avoidable": 10_000, "unavoidable": 0, "not judged": 0},
    }
    widths = sorted(bar.get_width() for bar in figure.figure.axes[0].patches)
    assert widths == [0] * 6 + [10_000, 20_000, 30_000]
    assert "is service failure, 10,000 dollars" in figure.alt


def test_survival_and_rates_are_drawn_as_published():
    # Fader and Hardie (2007), table 1: 39.4 and 17.3 per cent are left after twelve years.
    assert survival().table.iloc[-1].tolist() == [0.173, 0.394]
    drawn = [line.get_ydata() for line in survival().figure.axes[0].lines]
    np.testing.assert_allclose(drawn, (SURVIVORS / 1000).to_numpy().T)
    assert retention_rate().table.iloc[0].tolist() == [0.631, 0.869]


def test_rival_curves_end_where_the_article_says():
    end = rival_curves().table.iloc[-1]
    assert end["observed"] == 0.394
    errors = end / end["observed"] - 1
    assert errors[["linear", "quadratic", "exponential"]].round(2).tolist() == [-0.81, 0.92, -0.30]
    assert errors["sBG"] == pytest.approx(0.378 / 0.394 - 1, abs=0.002)  # 0.378 is printed


def test_projection_has_limits_around_it_and_tells_used_from_kept_back():
    table = projection().table
    assert ((table["survival_low"] <= table["survival"]) & (table["survival"] <= table["survival_high"])).all()
    assert table["survival"].iloc[-1] == pytest.approx(0.378, abs=0.0005)
    assert plotted(projection(), "observed, used").shape == (2, 8)
    assert plotted(projection(), "observed, kept").shape == (2, 5)


def test_model_is_drawn_as_its_formula():
    years = np.arange(1, 13)
    expected = (3.806 + years - 1) / (0.668 + 3.806 + years - 1)
    np.testing.assert_allclose(plotted(churn_mixture(), "model"), [years, expected])
    np.testing.assert_allclose(plotted(churn_mixture(), "observed"), [years, RATES["high_end"]])
    assert "mean 15%" in churn_mixture().alt


def test_reported_churn_is_drawn_as_reported():
    years, rates = plotted(reported_churn(), "_child")
    assert dict(zip(years, rates, strict=True))[2014] == 0.0159


def test_exhibits_name_the_widest_gap():
    table = load_dataset("five_points_exhibits").set_index("industry")
    gaps = (table["peck_1999"] - table["reichheld_sasser_1990"]).abs()
    assert f"furthest apart for {gaps.idxmax()}: " in exhibits().alt


# ---- Words are required, and text from data stays text


@pytest.mark.parametrize("name", ["alt", "caption"])
@pytest.mark.parametrize("empty", ["", "  \n"])
def test_picture_without_words_is_refused(name, empty):
    words = {"alt": "An alt text.", "caption": "A caption.", name: empty}
    with pytest.raises(InputError, match=f"`{name}`: found no text; expected a sentence"):
        LessonFigure(Figure(), **words)


def test_description_and_table_are_optional():
    assert "details" not in page(LessonFigure(Figure(), "An alt text.", "A caption.")).tags


@pytest.mark.parametrize(
    ("figure", "arguments"),
    [
        (churn_cost, {"cause": EVIL}),
        (churn_cost, {"source": EVIL}),
        (churn_mixture, {"group": EVIL, "source": EVIL}),
        (concept_map, {"name": EVIL}),
        (exhibits, {"industry": EVIL}),
        (gain, {"convention": EVIL}),
        (projection, {"source": EVIL}),
        (reported_churn, {"firm": EVIL, "source": EVIL}),
        (retention_rate, {"name": EVIL, "source": EVIL}),
        (rival_curves, {"source": EVIL}),
        (survival, {"name": EVIL, "source": EVIL}),
        (timeline, {"event": EVIL}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value.__name__,
)
def test_markup_and_dollars_in_labels_show_as_they_are(figure, arguments):
    evil = figure(**arguments)
    bundle = evil._repr_mimebundle_()
    seen = Page(bundle["text/html"])
    assert not {"script", "b"} & set(seen.tags) and seen.tags.count("img") == 1
    assert set(seen.image) == {"alt", "src", "style"}
    assert seen.image["alt"] == evil.alt and seen.texts["figcaption"] == evil.caption
    words = bundle["text/plain"] + seen.texts["details"]
    assert any(text in words for text in (EVIL, EVIL.replace("_", " ")))
    drawn = [text for text in evil.figure.findobj(Text) if "script" in text.get_text()]
    assert not any(text.get_parse_math() for text in drawn)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({EVIL: [1.5]}),
        pd.DataFrame({"a": [EVIL]}),
        pd.DataFrame({"a": [1]}, index=[EVIL]),
        pd.DataFrame({"a": [1]}, index=pd.Index([1], name=EVIL)),
        pd.DataFrame({"a": [1]}).rename_axis(columns=EVIL),
        pd.DataFrame({"a": pd.Categorical([EVIL])}),
        pd.DataFrame({"a": [[EVIL]]}),
        pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([(EVIL, "a")])),
    ],
    ids=["column", "cell", "row", "index name", "columns name", "category", "list", "two levels"],
)
def test_markup_in_the_table_shows_as_it_is(table):
    seen = page(LessonFigure(Figure(), EVIL, EVIL, EVIL, table))
    assert "script" not in seen.tags and seen.tags.count("img") == 1
    assert "<script>" in seen.texts["table"] and EVIL in seen.texts["p"]


def test_more_series_than_styles_are_refused_not_dropped():
    six = pd.DataFrame(0.5, index=pd.RangeIndex(1, 4, name="year"), columns=list("abcdef"))
    with pytest.raises(InputError, match="found 6 columns; expected at most 5"):
        figures.survival_figure(six, source="Made up.")
    with pytest.raises(InputError, match="found 6 columns; expected at most 5"):
        figures.gain_figure(six.set_axis(np.arange(6) / 10, axis=1), points=0.05, convention="now")
    assert len(figures.survival_figure(six.iloc[:, :5], source="Made up.").figure.axes[0].lines) == 5


def test_nobody_lost_cannot_be_drawn():
    with pytest.raises(InputError, match="`cost`: found no lost account"):
        figures.churn_cost_figure(four_steps(accounts(), margin_rate=0.1), source="Made up.")


def test_low_rates_are_not_cut_off():
    rates = pd.DataFrame({"a": [0.21, 0.4]}, index=pd.Index([1, 2], name="year"))
    low, high = figures.retention_rate_figure(rates, source="Made up.").figure.axes[0].get_ylim()
    assert low <= 0.21 and high > 0.4


@pytest.mark.parametrize("level", [0.0, 10.0, 2000.0])
def test_base_in_its_steady_state_stays(level):
    figure = figures.bucket_figure(fill_bucket(level, level / 5, 0.8, 5))
    assert f"The base stays at {level:,.0f};" in figure.alt
    with house_style():
        figure.figure.draw_without_rendering()
    labels = [text.get_text() for text in figure.figure.axes[0].get_yticklabels()]
    assert len(labels) == len(set(labels)) and float(labels[-1].replace(",", "")) >= level


# ---- Chinese


def draw(text, weight):
    with house_style():
        figure = Figure(figsize=(2, 1))
        figure.text(0.1, 0.4, text, fontweight=weight, fontsize=20)
    return LessonFigure(figure, "An alt text.", "A caption.").png()


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_chinese_is_drawn_without_a_missing_character(weight, caplog):
    # A missing glyph is a warning, which the test settings turn into an error; a missing font is only logged.
    with caplog.at_level(logging.INFO, logger="matplotlib.font_manager"):
        pictures = {draw(text, weight) for text in ("关系营销", "客户流失", "漏桶原理", "Latin")}
    assert len(pictures) == 4, "characters that are missing all look the same"
    assert caplog.records == []


def test_all_chinese_of_the_workbook_is_in_the_font():
    from importlib.resources import files

    from fontTools.ttLib import TTFont

    font = TTFont(files("relmark_helpers.figures") / "fonts" / "RelmarkSansSC-Regular.ttf")
    known = set(font.getBestCmap())
    text = "".join(load_dataset("glossary").astype("str").to_numpy().ravel()) + "".join(
        load_dataset("neighbours")["chinese"]
    )
    assert {
        character for character in text if "\u4e00" <= character <= "\u9fff" and ord(character) not in known
    } == set()


# ---- Colours

# Simulated dichromacy, severity 1.0: Machado, Oliveira and Fernandes (2009), A physiologically-based model for
# simulation of color vision deficiency, IEEE TVCG 15(6), doi:10.1109/TVCG.2009.113; for linear RGB.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
FAR_ENOUGH = 0.10  # in Oklab; black and white are 1 apart, and 0.02 is about the least that is seen side by side


def linear(colour):
    rgb = np.array(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour):
    return linear(colour) @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    """The contrast ratio of WCAG 2."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(rgb):
    """Ottosson (2020), A perceptual color space for image processing."""
    cones = [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
    opponents = [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
    return np.array(opponents) @ np.cbrt(np.array(cones) @ np.clip(rgb, 0, 1))


def test_colour_arithmetic_is_right():
    assert contrast("white", "black") == pytest.approx(21)
    assert oklab(np.ones(3)) == pytest.approx([1, 0, 0], abs=1e-6)
    for matrix in EYES.values():
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)  # white stays white


@pytest.mark.parametrize("colour", [*PALETTE, INK, QUIET])
def test_colour_stands_out_from_white(colour):
    assert contrast(colour, "white") >= 3  # WCAG 2.2, 1.4.11, graphical objects
    if colour in (INK, QUIET, BLUE, VERMILION):
        assert contrast(colour, "white") >= 4.5  # WCAG 2.2, 1.4.3: these are used for text


@pytest.mark.parametrize("eye", EYES)
def test_first_three_colours_are_told_apart_by_all_eyes(eye):
    seen = [oklab(EYES[eye] @ linear(colour)) for colour in PALETTE[:3]]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) >= FAR_ENOUGH


def test_series_are_told_apart_in_grey():
    assert len(PALETTE) == len(LINES) == len(MARKERS) == len(set(LINES)) == len(set(MARKERS))


@every
def test_lines_of_a_figure_are_told_apart_in_grey(name):
    for axes in made(name)[0].figure.axes:
        lines = [line for line in axes.lines if not line.get_label().startswith("_") or len(line.get_xdata()) > 2]
        for one, other in itertools.combinations(lines, 2):
            same_colour = one.get_color() == other.get_color()
            near = abs(luminance(one.get_color()) - luminance(other.get_color())) < 0.04
            if near or same_colour:
                looks = [
                    (line.get_linestyle(), line._dash_pattern, line.get_marker(), line.get_fillstyle())
                    for line in (one, other)
                ]
                assert looks[0] != looks[1], (one, other)


@every
def test_text_can_be_read_on_its_ground(name):
    figure = made(name)[0].figure
    for text in figure.findobj(Text):
        if text.get_text().strip() and text.get_visible():
            box = text.get_bbox_patch()
            ground = box.get_facecolor() if box is not None else "white"
            assert contrast(text.get_color(), ground) >= 4.5, text


# ---- One style, whatever the reader has set

SETTINGS = {
    "font.size": 30,
    "font.family": "serif",
    "text.parse_math": True,
    "savefig.dpi": 40,
    "savefig.bbox": "tight",
    "figure.facecolor": "black",
    "xtick.color": "red",
    "axes.grid": False,
    "lines.linestyle": ":",
    "legend.fontsize": 4,
    "axes.xmargin": 0.4,
}


@every
def test_same_input_gives_the_same_bytes_whatever_the_reader_has_set(name):
    expected = made(name)[1]
    with mpl.rc_context(SETTINGS):
        before = dict(mpl.rcParams)
        assert make(name)._repr_mimebundle_() == expected
        assert dict(mpl.rcParams) == before


def test_settings_come_back_after_an_error():
    before = dict(mpl.rcParams)
    with pytest.raises(ZeroDivisionError), house_style():
        assert mpl.rcParams["text.parse_math"] is False
        1 / 0  # noqa: B018
    assert dict(mpl.rcParams) == before


# ---- The moving form

MOVING = {
    "bucket, same axes": (BucketPlot(), fill_bucket(5000, 400, 0.8, 20), fill_bucket(4000, 500, 0.75, 20)),
    "bucket, other axes": (BucketPlot(), fill_bucket(5000, 400, 0.8, 20), fill_bucket(100, 2000, 0.95, 10)),
    "convention, same axes": (
        ConventionPlot(),
        compare_conventions(100, 0.8, 0.1),
        compare_conventions(100, 0.6, 0.1),
    ),
    "churn mixture, other data": (
        ChurnMixturePlot(),
        ModelAndData(RetentionModel(1, 1), RATES["high_end"], "High End"),
        ModelAndData(RetentionModel(1, 1), RATES["regular"], "Regular"),
    ),
}
every_move = pytest.mark.parametrize(("plot", "one", "other"), MOVING.values(), ids=MOVING)


@every_move
def test_moving_leaves_no_trace(plot, one, other):
    live = type(plot)().open()
    first = live.frame(one)
    second = live.frame(other)
    assert first != second
    assert live.frame(one) == first
    with mpl.rc_context(SETTINGS):
        assert type(plot)().open().frame(other) == second


@every_move
def test_moving_and_still_form_show_the_same(plot, one, other):
    live = type(plot)().open(dpi=144)
    live.frame(one)
    moving = Image.open(io.BytesIO(live.frame(other))).convert("RGB")
    still = Image.open(io.BytesIO(still_without_title(plot, other))).convert("RGB")
    assert moving.size == still.size
    apart = np.abs(np.asarray(moving, dtype=float) - np.asarray(still, dtype=float))
    assert apart.mean() < 1 and (apart > 100).mean() < 5e-4  # what JPEG loses
