"""Checklists and comparison tables: scores by hand, unknowns apart, quizzes that give nothing away, sound data sets."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.calculations.checklist import draw_statements, score_checklist
from relmark_helpers.datasets import load_dataset
from relmark_helpers.validation import InputError

PITFALLS = load_dataset("crm_pitfalls")
TABLES = {
    "transactional_relational": ("transactional", "relational"),
    "exchange_comparison": ("transactional", "collaborative"),
}


def checklist(answer=("yes", "no", "unknown", "yes"), weight=(1, 2, 3, 4), **columns):
    return pd.DataFrame(
        {
            "pitfall": ["a", "b", "c", "d"],
            "question": ["A?", "B?", "C?", "D?"],
            "pitfall_answer": ["yes", "no", "yes", "no"],
            "weight": list(weight),
            "advice": ["do a", "do b", "do c", "do d"],
            "answer": list(answer),
        }
        | columns
    )


def test_score_by_hand():
    score = score_checklist(checklist())
    assert score.found.to_dict("list") == {"pitfall": ["b", "a"], "weight": [2, 1], "advice": ["do b", "do a"]}
    assert score.unknown.to_dict("list") == {"pitfall": ["c"], "weight": [3], "question": ["C?"]}
    assert score.clear.to_dict("list") == {"pitfall": ["d"], "weight": [4]}
    assert score.share == pytest.approx(3 / 7)
    assert score.share_range == (pytest.approx(0.3), pytest.approx(0.6))
    summary = score.summary()
    assert summary["questions"].tolist() == [2, 1, 1]
    assert summary["weight"].tolist() == [3, 3, 4] and summary["share_of_weight"].sum() == pytest.approx(1)


answers = st.lists(st.sampled_from(["yes", "no", "unknown"]), min_size=8, max_size=8)


@given(answers)
def test_every_question_falls_into_one_group(given_answers):
    score = score_checklist(PITFALLS.assign(answer=given_answers))
    groups = [part["pitfall"].tolist() for part in (score.found, score.unknown, score.clear)]
    assert sorted(sum(groups, [])) == sorted(PITFALLS["pitfall"])
    for part in (score.found, score.unknown, score.clear):
        assert part["weight"].is_monotonic_decreasing
    low, high = score.share_range
    assert 0 <= low <= high <= 1 and (low == high) == (not groups[1])
    if groups[0] or groups[2]:
        assert low - 1e-12 <= score.share <= high + 1e-12


@given(answers)
def test_resolving_an_unknown_stays_within_the_range(given_answers):
    low, high = score_checklist(PITFALLS.assign(answer=given_answers)).share_range
    for word in ("yes", "no"):
        resolved = [word if answer == "unknown" else answer for answer in given_answers]
        assert low - 1e-12 <= score_checklist(PITFALLS.assign(answer=resolved)).share <= high + 1e-12


@given(answers, st.floats(0.1, 100))
def test_only_the_proportion_of_weights_matters(given_answers, factor):
    table = PITFALLS.assign(answer=given_answers)
    one, other = (score_checklist(table.assign(weight=PITFALLS["weight"] * times)) for times in (1, factor))
    assert one.share_range == pytest.approx(other.share_range)
    assert one.found["pitfall"].tolist() == other.found["pitfall"].tolist()


def test_all_pitfalls_and_none():
    worst = score_checklist(PITFALLS.assign(answer=PITFALLS["pitfall_answer"]))
    assert worst.share == 1 and len(worst.found) == len(PITFALLS) and worst.unknown.empty
    best = score_checklist(PITFALLS.assign(answer=PITFALLS["pitfall_answer"].map({"yes": "no", "no": "yes"})))
    assert best.share == 0 and best.found.empty and best.share_range == (0, 0)


def test_nothing_known_is_a_range_but_no_share():
    score = score_checklist(checklist(answer=["unknown"] * 4))
    assert score.share_range == (0, 1) and len(score.unknown) == 4
    with pytest.raises(InputError, match="`answer`: found unknown for every question.*share_range"):
        _ = score.share


def test_row_labels_do_not_matter_and_the_table_stays_as_it_was():
    table = checklist().set_axis([7, 7, 7, 7])
    before = table.copy()
    pd.testing.assert_frame_equal(score_checklist(table).found, score_checklist(checklist()).found)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (PITFALLS, "`checklist`.*a column named 'answer'"),
        ([1], "`checklist`: found list; expected a pandas DataFrame"),
        (checklist(answer=["yes", "no", "maybe", "no"]), "`answer`: found 'maybe' for 'c'.*'yes', 'no', 'unknown'"),
        (checklist(answer=["yes", "no", None, "no"]), "`answer`: found (None|nan) for 'c'"),
        (checklist(answer=[True, False, True, True]), "`answer`: found True|`answer`: found np.True_"),
        (checklist(pitfall_answer=["yes", "no", "unknown", "no"]), "`pitfall_answer`: found 'unknown' for 'c'"),
        (checklist(weight=(1, -2, 3, 4)), "`weight`: found -2 at position 1"),
        (checklist(weight=(1, None, 3, 4)), "`weight`: found nan at position 1"),
        (checklist(weight=(0, 0, 0, 0)), "`weight`: found no weight above 0"),
    ],
)
def test_unfit_checklists_are_refused(table, message):
    with pytest.raises(InputError, match=message):
        score_checklist(table)


def test_answers_can_be_given_as_a_list():
    given_answers = ["yes", "no", "unknown", "yes"]
    score = score_checklist(checklist().drop(columns="answer"), given_answers)
    pd.testing.assert_frame_equal(score.summary(), score_checklist(checklist()).summary())


@pytest.mark.parametrize(
    ("given_answers", "message"),
    [
        (["no"] * 7, "`answers`: found 7 answers; expected 8, one for each question.*'unknown'"),
        ("unknown!", "`answers`: found 'unknown!'; expected 8"),
        (["No"] * 8, "`answer`: found 'No'.*lower case"),
    ],
)
def test_unfit_answers_are_refused(given_answers, message):
    with pytest.raises(InputError, match=message):
        score_checklist(PITFALLS, given_answers)


# ---- Quizzes


def draw(name, count, seed=5, **options):
    return draw_statements(load_dataset(name), count, np.random.default_rng(seed), **options)


@pytest.mark.parametrize(("name", "sides"), TABLES.items())
@pytest.mark.parametrize("ending", ["", "_chinese"])
def test_statements_come_from_the_side_that_is_named(name, sides, ending):
    table, columns = load_dataset(name), tuple(side + ending for side in sides)
    quiz = draw(name, len(table), sides=columns)
    assert quiz.index.tolist() == list(range(1, len(table) + 1)) and quiz.index.name == "number"
    rows = [table.index[table[side] == words].item() for words, side in quiz.itertuples(index=False)]
    assert sorted(rows) == table.index.tolist(), "each row is used once"


def test_same_seed_same_quiz():
    pd.testing.assert_frame_equal(draw("transactional_relational", 5), draw("transactional_relational", 5))
    assert not draw("transactional_relational", 5).equals(draw("transactional_relational", 5, seed=6))


def test_rows_and_sides_have_equal_chances():
    table, generator = load_dataset("transactional_relational"), np.random.default_rng(11)
    drawn = pd.concat([draw_statements(table, 2, generator) for _ in range(800)])
    counts = drawn["statement"].value_counts()
    assert len(counts) == 2 * len(table)
    expected = 1600 / len(counts)
    assert ((counts - expected) ** 2 / expected).sum() < 40  # chi-squared, 15 degrees of freedom: chance 0.0005


TWO = pd.DataFrame({"transactional": ["a", "b"], "relational": ["c", "d"]})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw("exchange_comparison", 2), "`table`.*a column named 'relational'"),
        (lambda: draw("transactional_relational", 0), "`count`: found 0.*1 to 8"),
        (lambda: draw("transactional_relational", 9), "`count`: found 9.*1 to 8"),
        (lambda: draw_statements(TWO, 1, 5), r"`generator`: found int.*default_rng\(1983\)"),
        (lambda: draw_statements(TWO.replace("d", "a"), 1, np.random.default_rng(1)), "`table`: found 'a', twice"),
        (lambda: draw_statements(TWO.replace("d", " "), 1, np.random.default_rng(1)), "an empty statement"),
        (lambda: draw_statements(TWO.replace("d", None), 1, np.random.default_rng(1)), "an empty statement"),
    ],
)
def test_unfit_quizzes_are_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


# ---- The tables


@pytest.mark.parametrize("name", [*TABLES, "crm_pitfalls"])
def test_chinese_is_simplified_and_texts_are_whole(name):
    table = load_dataset(name)
    for column in table.select_dtypes("str"):
        assert (table[column] == table[column].str.strip()).all() and table[column].is_unique == (column != "dimension")
        if "chinese" in column:
            assert table[column].str.contains("[\u4e00-\u9fff]").all()
            for text in table[column]:
                text.encode("gb2312")  # no traditional forms; all of it is in the workbook's font
        elif column not in {"aspect", "pitfall", "dimension"}:
            assert table[column].str.fullmatch(r"[A-Z][^\u4e00-\u9fff]*[.?]").all(), column


@pytest.mark.parametrize(("name", "sides"), TABLES.items())
def test_statements_do_not_name_their_own_side(name, sides):
    table = load_dataset(name)
    for side in sides:
        assert not table[side].str.contains("transactional|relational|collaborative", case=False).any()


def test_pitfalls_are_questions_of_both_kinds():
    assert len(PITFALLS) >= 8 and PITFALLS["question"].str.endswith("?").all()
    assert PITFALLS["pitfall_answer"].value_counts().min() >= 3, "saying yes to everything must not look good or bad"
