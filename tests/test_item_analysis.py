"""Item analysis: against numpy and written-out formulas, invariants, readings, the gradebook file and its figure."""

import argparse
import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from relmark_helpers.calculations.item_analysis import analyse_items
from relmark_helpers.editions import gradebook
from relmark_helpers.editions.gradebook import read_gradebook
from relmark_helpers.figures.item_analysis import item_figure
from relmark_helpers.validation import InputError


def analyse(points, worth=None, resamples=200, seed=1):
    table = pd.DataFrame(points)
    worth = worth or {name: 3 for name in table}
    return analyse_items(table, worth, np.random.default_rng(seed), resamples=resamples)


def classroom(students=40, exercises=6, seed=7, most=3):
    generator = np.random.default_rng(seed)
    ability = generator.normal(size=(students, 1))
    score = ability + generator.normal(size=(students, exercises))
    return pd.DataFrame(np.clip(np.round(score + 1.5), 0, most), columns=[f"e{at}" for at in range(exercises)])


def alpha_by_hand(values):
    k = values.shape[1]
    return k / (k - 1) * (1 - sum(values[:, i].var() for i in range(k)) / values.sum(axis=1).var())


# ---- Numbers


@pytest.mark.parametrize("seed", range(3))
def test_numbers_are_those_of_numpy(seed):
    points = classroom(seed=seed)
    values = points.to_numpy()
    result = analyse(points)
    assert result.alpha == pytest.approx(alpha_by_hand(values))
    for at, name in enumerate(points):
        rest = np.delete(values, at, axis=1)
        item = result.items.loc[name]
        assert item["difficulty"] == pytest.approx(values[:, at].mean() / 3)
        assert item["discrimination"] == pytest.approx(np.corrcoef(values[:, at], rest.sum(axis=1))[0, 1])
        assert item["alpha_without"] == pytest.approx(alpha_by_hand(rest))
    assert result.totals.tolist() == values.sum(axis=1).tolist()


def test_discrimination_of_right_or_wrong_is_the_point_biserial_correlation():
    from scipy import stats

    points = (classroom(seed=3) >= 2).astype(float)
    result = analyse(points, {name: 1 for name in points})
    for name in points:
        rest = points.drop(columns=name).sum(axis=1)
        assert result.items.loc[name, "discrimination"] == pytest.approx(
            stats.pointbiserialr(points[name], rest).statistic
        )


def test_alpha_of_right_or_wrong_is_kuder_and_richardsons_formula_20():
    points = (classroom(seed=4) >= 2).astype(float)
    p, k = points.mean(), points.shape[1]
    kr20 = k / (k - 1) * (1 - (p * (1 - p)).sum() / points.sum(axis=1).var(ddof=0))
    assert analyse(points, {name: 1 for name in points}).alpha == pytest.approx(kr20)


def test_parallel_exercises_have_alpha_one_and_correlation_one():
    points = pd.DataFrame({name: [0, 1, 2, 3, 3] for name in "abc"})
    result = analyse(points)
    assert result.alpha == pytest.approx(1)
    assert result.items["discrimination"].tolist() == pytest.approx([1, 1, 1])


def test_groups_of_27_per_cent_without_ties_are_the_plain_ones():
    generator = np.random.default_rng(5)
    totals = generator.permutation(100)
    points = pd.DataFrame({"a": totals % 10, "b": totals // 10 * 10.0})  # 27 of 100, all sums different
    result = analyse(points, {"a": 9, "b": 90})
    order = np.argsort(-totals)
    share = points["a"].to_numpy() / 9
    plain = share[order[:27]].mean() - share[order[-27:]].mean()
    assert result.items.loc["a", "upper_lower"] == pytest.approx(plain)


def test_ties_at_the_border_of_a_group_share_the_places():
    # Ten students, groups of 2.7: one with 4, and 1.7 places for the four with 2.
    points = pd.DataFrame({"a": [2, 2, 2, 0, 0, 0, 0, 0, 0, 0], "b": [2, 0, 0, 2, 2, 0, 0, 0, 0, 0]})
    result = analyse(points, {"a": 2, "b": 2})
    assert result.items.loc["a", "upper_lower"] == pytest.approx((1 + 1.7 * 2 / 4) / 2.7)


def test_limits_are_those_of_resampled_students():
    points, draws = classroom(students=60), []
    result = analyse(points, resamples=4000)
    generator = np.random.default_rng(99)
    for _ in range(4000):
        values = points.to_numpy()[generator.integers(0, 60, 60)]
        draws.append([values[:, 0].mean() / 3, np.corrcoef(values[:, 0], values[:, 1:].sum(axis=1))[0, 1]])
        draws[-1].append(alpha_by_hand(values))
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    item = result.items.loc["e0"]
    found_low = [item["difficulty_low"], item["discrimination_low"], result.alpha_interval[0]]
    found_high = [item["difficulty_high"], item["discrimination_high"], result.alpha_interval[1]]
    np.testing.assert_allclose(found_low, low, atol=0.02)
    np.testing.assert_allclose(found_high, high, atol=0.02)


points_of_classes = st.integers(3, 12).flatmap(
    lambda students: st.integers(2, 5).flatmap(
        lambda exercises: st.lists(
            st.lists(st.integers(0, 3), min_size=exercises, max_size=exercises), min_size=students, max_size=students
        )
    )
)


@settings(max_examples=60)
@given(points_of_classes, st.randoms(use_true_random=False))
def test_order_of_students_and_names_of_exercises_do_not_matter(rows, random):
    values = np.array(rows, dtype=float)
    assume(np.ptp(values.sum(axis=1)) > 0)
    points = pd.DataFrame(values).rename(columns=str)
    shuffled = points.sample(frac=1, random_state=random.randrange(1000))[random.sample(list(points), len(points.T))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = analyse(points, resamples=5), analyse(shuffled, resamples=5)
    columns = ["difficulty", "discrimination", "upper_lower", "alpha_without"]
    pd.testing.assert_frame_equal(one.items[columns], other.items.loc[one.items.index, columns])
    assert one.alpha == pytest.approx(other.alpha)
    assert one.items["difficulty"].between(0, 1).all()
    assert one.items["upper_lower"].between(-1 - 1e-9, 1 + 1e-9).all()
    known = one.items["discrimination"].dropna()
    assert known.between(-1 - 1e-9, 1 + 1e-9).all() and one.alpha <= 1 + 1e-9


@settings(max_examples=30)
@given(points_of_classes, st.sampled_from([0.5, 2.0, 100.0]))
def test_other_units_of_points_change_nothing_but_the_points(rows, factor):
    values = np.array(rows, dtype=float)
    assume(np.ptp(values.sum(axis=1)) > 0)
    points = pd.DataFrame(values).rename(columns=str)
    one = analyse(points, resamples=5)
    other = analyse(points * factor, {name: 3 * factor for name in points}, resamples=5)
    pd.testing.assert_frame_equal(one.items.drop(columns="max_points"), other.items.drop(columns="max_points"))
    assert one.alpha == pytest.approx(other.alpha)


# ---- Readings


def test_readings_say_perhaps_where_the_limits_reach_over_the_mark():
    base = classroom(students=200, exercises=4)
    generator = np.random.default_rng(1)
    points = base.assign(
        easy=3.0 * (generator.random(200) < 0.985),
        nearly=3.0 * (generator.random(200) < 0.91),
        hard=3.0 * (generator.random(200) < 0.1),
        against=3 - base["e0"],
        same=2.0,
    )
    result = analyse(points, resamples=500)
    reading = result.items["reading"]
    assert reading["easy"].startswith("nearly all have it")
    assert reading["nearly"].startswith("perhaps nearly all have it")
    assert reading["hard"].startswith("few have it; ")
    assert reading["against"] == "goes against the rest"
    assert reading["same"] == "all have the same points, so it tells nobody apart"
    assert list(reading[["e1", "e2", "e3"]]) == [""] * 3
    assert result.to_look_at == ["e0", "easy", "nearly", "hard", "against", "same"]
    assert result.notes == ()


def test_small_class_is_called_uncertain():
    assert analyse(classroom(29)).notes[0].startswith("29 students are few")
    assert not analyse(classroom(30)).notes
    assert "With 3 exercises alpha is low" in analyse(classroom(40, 3)).notes[0]


@pytest.mark.parametrize(
    ("points", "worth", "found"),
    [
        ({"a": [1, 2]}, None, "2 students and 1 exercises"),
        ({"a": [1, 2, 3], "b": [1, 2, np.nan]}, None, "`points in b`: found nan at position 2"),
        ({"a": [1, 2, 4], "b": [1, 2, 3]}, None, "`points in a`: found 4.*expected points from 0 to 3"),
        ({"a": [1, 2, -1], "b": [1, 2, 3]}, None, "found -1"),
        ({"a": [1, 2, 3], "b": [3, 2, 1]}, None, "the same sum, 4, for all students"),
        ({"a": [1, 2, 3], "b": [3, 2, 1]}, {"a": 3}, "`max_points`: found nothing for 'b'"),
        ({"a": [0, 0, 0], "b": [3, 2, 1]}, {"a": 0, "b": 3}, "`max_points`: found 0"),
    ],
)
def test_what_cannot_be_analysed_is_refused(points, worth, found):
    with pytest.raises(InputError, match=found):
        analyse(points, worth)


# ---- The file


def write(path, rows, columns=("student", "exercise", "points", "max_points", "remark")):
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def rows_of(points, most=3, remark=""):
    return [(f"s{at}", name, row[name], most, remark) for at, row in points.iterrows() for name in points]


def test_command_prints_and_writes(tmp_path, capsys):
    points = classroom(25)
    lost = [("lost", name, 0, 3, "Not graded, 0 points: no file") for name in points]
    path = write(tmp_path / "grades_02.csv", rows_of(points) + lost)
    parser = argparse.ArgumentParser()
    gradebook.add_arguments(parser)
    gradebook.make(parser.parse_args([str(path), "--out", str(tmp_path / "out")]))
    said = capsys.readouterr().out
    assert "25 students; alpha of the sum 0." in said and "25 students are few" in said
    assert "Left out, as they could not be graded: lost" in said
    assert max(map(len, said.splitlines())) < 170
    written = pd.read_csv(tmp_path / "out" / "grades_02_items.csv", index_col="exercise")
    pd.testing.assert_series_equal(written["difficulty"], points.mean() / 3, check_names=False)
    assert (tmp_path / "out" / "grades_02_items.png").read_bytes().startswith(b"\x89PNG")


def test_export_of_nbgrader_is_read_with_assignments_as_items(tmp_path):
    columns = "assignment duedate timestamp student_id last_name first_name email raw_score "
    columns += "late_submission_penalty score max_score"
    rows = [
        (name, "", "", f"s{at}", "", "", "", value, 1, value - 1, 10)
        for at, (one, two) in enumerate([(5, 6), (7, 3), (9, 9)])
        for name, value in (("lesson_01", one), ("lesson_02", two))
    ]
    points, worth, left_out = read_gradebook(write(tmp_path / "export.csv", rows, columns.split()))
    assert points["lesson_01"].tolist() == [5, 7, 9] and worth == {"lesson_01": 10, "lesson_02": 10}
    assert left_out == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda rows: rows + rows[:1], "line 8`: found the same student and exercise again"),
        (lambda rows: [("s0", "a", "much", 3, ""), *rows[1:]], "line 2`: found no number for the points"),
        (lambda rows: rows[1:], "found no line for student s0 and a"),
        (lambda rows: [("s0", "a", 1, 2, ""), *rows[1:]], "different max_points for a"),
        (lambda rows: [], "found 0 lines"),
    ],
)
def test_faulty_file_is_refused_with_its_line(tmp_path, change, found):
    rows = rows_of(pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 2]}))
    with pytest.raises(InputError, match=found):
        read_gradebook(write(tmp_path / "grades.csv", change(rows)))


def test_missing_file_and_other_columns_are_refused(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_gradebook(tmp_path / "none.csv")
    with pytest.raises(InputError, match="columns one, two; expected student, exercise, points, max_points or"):
        read_gradebook(write(tmp_path / "a.csv", [(1, 2)], ("one", "two")))


# ---- The figure


def test_figure_says_the_finding_and_carries_the_numbers():
    base = classroom(50)
    result = analyse(base.assign(against=3 - base["e0"], same=2.0))
    figure = item_figure(result)
    title = figure.figure.get_suptitle()
    assert title.startswith(f"To look at: against and same; alpha {result.alpha:.2f} (")
    assert f"from {result.students} students" in figure.alt and "against: 0." in figure.alt
    assert "same: 0.67 (0.67 to 0.67) and –" in figure.alt
    assert figure.png().startswith(b"\x89PNG")
    assert "No exercise stands out" in item_figure(analyse(base)).figure.get_suptitle()


@pytest.mark.parametrize("exercises", [2, 25])
def test_figure_holds_few_and_many_exercises(exercises):
    drawn = item_figure(analyse(classroom(30, exercises)))
    drawn.png()
    figure = drawn.figure
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    assert box.x0 >= -0.05 and box.x1 <= width + 0.05 and box.y0 >= -0.05 and box.y1 <= height + 0.05


def test_same_seed_gives_the_same_limits():
    points = classroom(20)
    for one, other in itertools.pairwise([analyse(points, seed=5) for _ in range(2)]):
        pd.testing.assert_frame_equal(one.items, other.items)
        assert one.alpha_interval == other.alpha_interval
