"""The comparison of two sides, drawn in English and Chinese."""

import io

import numpy as np
import pytest
from PIL import Image

from relmark_helpers import load_dataset
from relmark_helpers.figures.comparison import comparison_figure
from relmark_helpers.validation import InputError

EXCHANGE = load_dataset("exchange_comparison")
MARKETING = load_dataset("transactional_relational")


@pytest.mark.parametrize(("table", "other"), [(EXCHANGE, "collaborative"), (MARKETING, "relational")])
@pytest.mark.parametrize(("language", "suffix"), [("english", ""), ("chinese", "_chinese")])
def test_every_statement_is_in_words_and_in_the_picture(table, other, language, suffix):
    shown = comparison_figure(table, other=other, language=language)
    drawn = " ".join(text.get_text().replace("\n", " " if not suffix else "") for text in shown.figure.axes[0].texts)
    for column in ("aspect", "transactional", other):
        for statement in table[f"{column}{suffix}"]:
            assert statement in shown.alt
            assert statement.replace(" ", "") in drawn.replace(" ", "")
    pixels = np.asarray(Image.open(io.BytesIO(shown.png())).convert("L"))
    assert pixels[:, -3:].min() > 200, "text runs over the edge"


def test_statement_shows_as_text():
    table = EXCHANGE.assign(transactional="<script>alert(1)</script> costs $5 or $6")
    html = comparison_figure(table, other="collaborative")._repr_mimebundle_()["text/html"]
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_unknown_side_is_refused():
    with pytest.raises(InputError, match="one of 'relational', 'collaborative'"):
        comparison_figure(EXCHANGE, other="private")
    with pytest.raises(InputError, match="relational"):
        comparison_figure(EXCHANGE, other="relational")
