"""The network picture: parties and ties drawn, numbers in words, names escaped, refusals."""

import re

import pandas as pd
import pytest
from matplotlib.text import Text

from relmark_helpers.calculations.relationship_network import read_network
from relmark_helpers.datasets import load_dataset
from relmark_helpers.figures.relationship_network import network_figure
from relmark_helpers.validation import InputError

EVIL = '<script>alert("1")</script> & \'"><img src=x onerror=alert(1)> $x^{$ 服务_a'
BAKERY = read_network(load_dataset("bakery_ties"), company="bakery")


def star(n, name="party"):
    ties = pd.DataFrame({"one": "we", "other": [f"{name} {at}" for at in range(n)], "group": "nano", "strength": 1})
    return read_network(ties, company="we")


def test_every_party_and_tie_is_drawn():
    figure = network_figure(BAKERY)
    (axes,) = figure.figure.axes
    shown = [text.get_text() for text in figure.figure.findobj(Text)]
    assert all(party in shown for party in [*BAKERY.parties.index, "bakery"])
    assert sum(len(line.get_xdata()) == 2 for line in axes.lines) == len(BAKERY.ties)
    marks = [line.get_marker() for line in axes.lines if len(line.get_xdata()) == 1]
    assert marks.count("s") == 1 and marks.count("D") == 4 and len(marks) == 18
    styles = {(line.get_color(), line.get_linestyle()) for line in axes.lines if len(line.get_xdata()) == 2}
    assert len({colour for colour, _ in styles}) == len({line for _, line in styles}) == 4
    assert "17 parties and 20 ties (10 classic market, 4 special market, 3 mega, 3 nano); 11 parties" in figure.alt
    assert "wholesaler 3; regulars 1" in figure.alt


@pytest.mark.parametrize("network", [BAKERY, star(1), star(40)])
def test_words_and_picture(network):
    figure = network_figure(network)
    assert figure.png() == network_figure(network).png()
    assert figure.alt.endswith(".") and not re.search(r"\bnan\b|\binf\b|None", figure.alt + figure.caption)
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1, "the title runs off the picture"


def test_a_star_has_no_broker():
    figure = network_figure(star(3))
    assert figure.figure.get_suptitle() == "No party stands between we and another"
    assert "No party is cut off" in figure.alt


def test_names_show_as_they_are():
    ties = pd.DataFrame({"one": ["we", EVIL], "other": [EVIL, "far"], "group": EVIL, "strength": 1})
    figure = network_figure(read_network(ties, company="we"))
    html = figure._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html and html.count("<img") == 1
    drawn = [text for text in figure.figure.findobj(Text) if "script" in text.get_text()]
    assert drawn and not any(text.get_parse_math() for text in drawn)
    assert figure.figure._suptitle.get_window_extent().x1 <= figure.figure.bbox.x1


def test_too_many_are_refused():
    with pytest.raises(InputError, match="found 41 parties; expected at most 40"):
        network_figure(star(41))
    ties = star(6).ties.assign(group=[f"g{at}" for at in range(6)])
    with pytest.raises(InputError, match="`network`: found 6 columns"):
        network_figure(read_network(ties, company="we"))
