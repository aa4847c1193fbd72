"""References: entries are complete and correct in form, every key is used, every key used exists, HTML is escaped."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
import yaml
from pybtex.database import parse_file, parse_string

import relmark_helpers.citations as citations
from relmark_helpers.citations import known_keys, reference, references
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

ROOT = Path(citations.__file__).parent.parent
ENTRIES = parse_file(str(ROOT / "relmark_helpers" / "references.bib"), bib_format="bibtex", encoding="utf-8").entries
CITED = re.compile(r"\[((?:[a-z]+(?:19|20)\d\d[a-z]?)(?:[,;] *[a-z]+(?:19|20)\d\d[a-z]?)*)\]")
IN_CALL = re.compile(r"\breferences?\(([^)]*)\)")
KEY = re.compile(r"[a-z]+(?:19|20)\d\d[a-z]?")
FIELDS = {
    "article": {"author", "title", "journal", "volume", "year"},
    "book": {"author", "title", "publisher", "year"},
    "incollection": {"author", "title", "booktitle", "editor", "publisher", "year"},
    "phdthesis": {"author", "title", "school", "year"},
    "misc": {"author", "title", "howpublished", "year", "url"},
}
NOTES = {"DOI not confirmed", "Bibliographic details from memory, not checked against a copy"}
# Further reading of lessons 01 to 01c that neither the glossary nor a manifest cites.
FURTHER_READING = {"fader2014", "levitt1983b", "sharp2010"}


def keys_in(text: str) -> set[str]:
    bracketed = {key for match in CITED.finditer(text) for key in KEY.findall(match[1])}
    return bracketed | {key for match in IN_CALL.finditer(text) for key in KEY.findall(match[1])}


def keys_by_place() -> dict[str, set[str]]:
    places = {"glossary": set(load_dataset("glossary")["source"])}
    for path in (ROOT / "datasets").glob("*.yml"):
        places[path.name] = set(yaml.safe_load(path.read_text(encoding="utf-8"))["references"])
    for path in (ROOT / "relmark_helpers").rglob("*.py"):
        places[str(path.relative_to(ROOT))] = keys_in(path.read_text(encoding="utf-8"))
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        places[path.name] = {key for cell in cells for key in keys_in("".join(cell["source"]))}
    return places


def ascii_letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", name).lower())


def test_every_key_cited_anywhere_exists() -> None:
    unknown = {place: keys - known_keys() for place, keys in keys_by_place().items()}
    assert {place: keys for place, keys in unknown.items() if keys} == {}


def test_every_source_is_cited() -> None:
    assert known_keys() - set().union(*keys_by_place().values()) - FURTHER_READING == set()


def test_keys_are_found_in_text_and_calls() -> None:
    text = 'Source: [fader2007]. See [gupta2003; gupta2005], not [0, 1]. references("levitt1983", "berry1983")'
    assert keys_in(text) == {"fader2007", "gupta2003", "gupta2005", "levitt1983", "berry1983"}


def test_file_has_each_key_once_in_alphabetical_order() -> None:
    text = (ROOT / "relmark_helpers" / "references.bib").read_text(encoding="utf-8")
    keys = re.findall(r"^@\w+\{(.*),$", text, re.MULTILINE)
    assert keys == sorted(set(keys))
    assert set(keys) == known_keys()


@pytest.mark.parametrize("key", sorted(ENTRIES))
class TestEntry:
    def test_is_complete(self, key: str) -> None:
        entry = ENTRIES[key]
        present = set(entry.fields) | {role for role in entry.persons if entry.persons[role]}
        assert FIELDS[entry.type] <= present
        assert present <= FIELDS[entry.type] | {"number", "pages", "edition", "volume", "doi", "note"}
        assert entry.fields.get("note", "DOI not confirmed") in NOTES

    def test_key_is_family_name_and_year(self, key: str) -> None:
        person = ENTRIES[key].persons["author"][0]
        family = "".join(citations._plain(name) for name in [*person.prelast_names, *person.last_names])
        assert re.fullmatch(ascii_letters(family) + ENTRIES[key].fields["year"] + "[a-z]?", key)

    def test_doi_and_note_fit(self, key: str) -> None:
        fields = ENTRIES[key].fields
        assert re.fullmatch(r"10\.\d{4,9}/\S+", fields.get("doi", "10.1000/none"))
        assert not {"doi", "note"} <= set(fields)

    def test_pages_are_a_range_or_a_page(self, key: str) -> None:
        pages = ENTRIES[key].fields.get("pages", "1")
        assert re.fullmatch(r"\d+(--\d+)?", pages)
        first, *last = map(int, pages.split("--"))
        assert not last or first < last[0]

    def test_is_formatted_without_remains_of_latex(self, key: str) -> None:
        text = reference(key).replace("over...", "over")
        assert not re.search(r"[{}\\`]|--|''|\.\.| ,|  ", text)
        assert ENTRIES[key].fields["year"] in text


def test_two_works_of_one_year_carry_the_letter_of_their_key() -> None:
    assert "(1983)" in reference("levitt1983")
    assert "(1983b)" in reference("levitt1983b")


@pytest.mark.parametrize(
    ("key", "start"),
    [
        ("gronroos1994", "Grönroos, C. (1994). "),
        ("juttner1994", "Jüttner, U., & Wehrli, H. P. (1994). "),
        ("henseler2015", "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). "),
        ("vanraaij2005", "van Raaij, E. M. (2005). "),
        ("tenenhaus2005", "Tenenhaus, M., Esposito Vinzi, V., Chatelin, Y.-M., & Lauro, C. (2005). "),
        ("fader2005", "Fader, P. S., Hardie, B. G. S., & Lee, K. L. (2005). “Counting your customers” the easy way"),
        ("booms1981", "Booms, B. H., & Bitner, M. J. (1981). Marketing strategies and organization structures for "
         "service firms. In J. H. Donnelly & W. R. George (Eds.), Marketing of Services (pp. 47–51)."),
        ("kotler2012", "Kotler, P., & Keller, K. L. (2012). Marketing Management (14th ed.). Prentice Hall."),
        ("holmlund1997", "Holmlund, M. (1997). Perceived Quality in Business Relationships [Doctoral thesis]. Hanken"),
        ("fader2014", "Fader, P. S., & Hardie, B. G. S. (2014). What's Wrong With This CLV Formula? Technical note"),
        ("oliver1999", "Oliver, R. L. (1999). Whence consumer loyalty? Journal of Marketing, 63(4, special issue)"),
    ],
)  # fmt: skip
def test_names_accents_and_kinds_of_work(key: str, start: str) -> None:
    assert reference(key).startswith(start)


def test_link_of_a_doi_with_angle_brackets_is_a_valid_address() -> None:
    assert reference("pfeifer2000").endswith(
        " https://doi.org/10.1002/(SICI)1520-6653(200021)14:2%3C43::AID-DIR4%3E3.0.CO;2-H"
    )


def test_reader_sees_that_details_are_from_memory_but_no_note_to_editors() -> None:
    assert reference("day2000").endswith("[Bibliographic details from memory, not checked against a copy.]")
    assert reference("schneider1980").endswith("9(2), 52–65.")


def test_list_is_alphabetical_without_repetition_and_shows_links() -> None:
    shown = references("vaupel1985", "fader2007", "levitt1983", "fader2007")
    assert [line.split(",")[0] for line in str(shown).splitlines()] == ["Fader", "Levitt", "Vaupel"]
    html = shown._repr_html_()
    assert html.count("<li>") == 3
    assert '<a href="https://doi.org/10.1002/dir.20074">https://doi.org/10.1002/dir.20074</a>' in html
    assert "<cite>Journal of Interactive Marketing</cite>" in html
    assert "P. S., &amp; Hardie" in html and "&amp;amp;" not in html


def test_html_of_a_hostile_entry_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = """@article{evil2000, author = {<script>, Eve}, title = {<img src=x onerror=alert(1)>},
        journal = {"><script>alert(2)</script>}, volume = {1}, year = {2000}, doi = {10.1000/"><script>}}"""
    monkeypatch.setattr(citations, "_bibliography", lambda: parse_string(hostile, "bibtex"))
    html = references("evil2000")._repr_html_()
    assert "<script" not in html and "<img" not in html
    assert re.findall(r"<(\w+)", html) == ["ul", "li", "cite", "a"]


def test_unknown_key_lists_the_nearest() -> None:
    with pytest.raises(InputError, match="levitt1983"):
        reference("levit1983")
    with pytest.raises(InputError, match="fader2007"):
        references("levitt1983", "Fader2007")
    with pytest.raises(InputError, match="known_keys"):
        reference("???")
    with pytest.raises(InputError, match="no key"):
        references()
