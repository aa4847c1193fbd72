"""The glossary: its rows are sound, and a search finds what a student types."""

import re

import pytest

from relmark_helpers.citations import known_keys
from relmark_helpers.datasets import load_dataset
from relmark_helpers.terms import glossary
from relmark_helpers.validation import InputError

TERMS = load_dataset("glossary")
PROPER = ("American", "BG/", "Cronbach", "D&D", "European", "Kaplan", "Kendall", "Markov", "Pareto", "SERVQUAL")
MET_IN_LESSON_ONE = """
acquisition cost|average revenue per user|avoidable churn|benchmarking|beta-discrete-Weibull model|churn|churn rate
cohort|contribution margin|customer lifetime value|customer retention|defensive marketing|discount rate
duration dependence|elasticity|expected lifetime|guanxi|hazard rate|heterogeneity|leaky bucket
lifetime value convention|margin multiple|maximum likelihood|mianzi|moment of truth|offensive marketing
quality function deployment|relationship marketing|renqing|residual lifetime|retention rate|ruse of heterogeneity
service blueprint|service encounter|shifted-beta-geometric model|steady state|survival|total quality management
word of mouth|zero defections
"""


def test_it_is_large_enough_and_every_term_occurs_once_in_order() -> None:
    terms = TERMS["term"].str.casefold().tolist()
    assert len(terms) >= 120
    assert terms == sorted(set(terms))


def test_terms_of_the_first_lessons_are_there() -> None:
    taught = set(TERMS.loc[TERMS["lesson"].isin(["01", "01b", "01c"]), "term"])
    assert set(re.split(r"[|\n]", MET_IN_LESSON_ONE.strip())) - taught == set()


def test_every_source_is_a_reference() -> None:
    assert set(TERMS["source"]) - known_keys() == set()


def test_terms_are_lower_case_unless_proper_names() -> None:
    assert [term for term in TERMS["term"] if term[0].isupper() and not term.startswith(PROPER)] == []


def test_chinese_is_simplified_chinese_and_abbreviations() -> None:
    for chinese in TERMS["chinese"]:
        first, *others = chinese.split("；")
        assert re.search(r"[\u4e00-\u9fff]", first), chinese
        for name in [first, *others]:
            assert re.fullmatch(r"[\u4e00-\u9fffA-Za-z0-9/&-]+", name), chinese
            # GB 2312 holds no traditional forms; the workbook's own font has exactly its characters.
            name.encode("gb2312")


def test_definitions_are_one_sentence_each() -> None:
    for definition in TERMS["definition"]:
        assert definition[0].isupper() and definition.endswith("."), definition
        assert not re.search(r"[.!?](\s|$)|  ", definition[:-1]), definition
        assert 4 <= len(definition.split()) <= 40, definition


def test_empty_search_gives_everything() -> None:
    assert glossary().equals(TERMS)


def test_order_is_equal_then_starts_then_contains_then_definition() -> None:
    found = glossary("churn")
    terms = found["term"].tolist()
    assert terms[0] == "churn"
    place = [0 if term == "churn" else 1 if term.startswith("churn") else 2 if "churn" in term else 3 for term in terms]
    assert place == sorted(place) and set(place) == {0, 1, 2, 3}
    assert found.loc[[rank == 3 for rank in place], "definition"].str.contains("churn", case=False).all()


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("Leaky Bucket", "leaky bucket"),
        ("  leaky   bucket ", "leaky bucket"),
        ("servqual", "SERVQUAL"),
        ("漏桶", "leaky bucket"),
        ("关系", "guanxi"),
        ("关系营销", "relationship marketing"),
        ("留存率", "retention rate"),
        ("clv", "customer lifetime value"),
        ("CRM", "customer relationship management"),
        ("BG/NBD", "BG/NBD model"),
        ("(of a scale", "reliability (of a scale)"),
    ],
)
def test_search_finds(search: str, first: str) -> None:
    assert glossary(search)["term"].iloc[0] == first


def test_lesson_limits_the_search() -> None:
    found = glossary("retention", lesson="01b")
    assert set(found["lesson"]) == {"01b"}
    assert len(found) < len(glossary("retention"))
    assert len(glossary(lesson="01c")) == (TERMS["lesson"] == "01c").sum()


@pytest.mark.parametrize(
    ("search", "hint"),
    [("retension rate", "retention rate"), ("hetrogeneity", "heterogeneity"), ("漏水桶原理", "leaky bucket")],
)
def test_nothing_found_names_the_nearest_terms(search: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        glossary(search)


def test_nothing_like_it_says_how_to_see_all() -> None:
    with pytest.raises(InputError, match=r"glossary\(\)"):
        glossary("qqqqqq")


def test_term_of_another_lesson_says_which() -> None:
    with pytest.raises(InputError, match=r"zone of tolerance \(lesson 03\)"):
        glossary("zone of tolerance", lesson="01")


def test_unknown_lesson_and_other_types_are_refused() -> None:
    with pytest.raises(InputError, match="'01b'"):
        glossary("churn", lesson="1b")
    with pytest.raises(InputError, match="text"):
        glossary(3)  # type: ignore[arg-type]
