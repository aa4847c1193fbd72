"""Exercises: right answers by independent arithmetic, foreseen mistakes, hints, and answers of every kind."""

import hashlib
import itertools
import math
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from relmark_helpers import load_dataset
from relmark_helpers.calculations import simulate_jury, simulate_relationships
from relmark_helpers.exercises import EXERCISES, check, grade, numbers
from relmark_helpers.exercises.exercise import (
    ChoiceExercise,
    FunctionExercise,
    Given,
    Mistake,
    NumberExercise,
)
from relmark_helpers.validation import InputError

STUDENTS = ("", "20231234", "Ana Kovač", "王小明", "<script>", "\ud800")
NUMBERS = [one for one in EXERCISES.values() if isinstance(one, NumberExercise)]
CHOICES = [one for one in EXERCISES.values() if isinstance(one, ChoiceExercise)]
FUNCTIONS = [one for one in EXERCISES.values() if isinstance(one, FunctionExercise)]

every = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=lambda one: one.id)
every_number = pytest.mark.parametrize("exercise", NUMBERS, ids=lambda one: one.id)
every_choice = pytest.mark.parametrize("exercise", CHOICES, ids=lambda one: one.id)
every_function = pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda one: one.id)


def with_students(exercises):
    """Each exercise with the lesson's own numbers, and with those of students where it gives any."""
    pairs = [(one, student) for one in exercises for student in (STUDENTS if one.given else STUDENTS[:1])]
    return pytest.mark.parametrize(("exercise", "student"), pairs, ids=[f"{one.id}-{who}" for one, who in pairs])


@pytest.fixture(autouse=True)
def own_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("RELMARK_PROGRESS", str(tmp_path / "progress.jsonl"))


def drawable(exercise):
    """All combinations of given numbers: the lesson's own, and every one that a student can draw."""
    names = [given.name for given in exercise.given]
    yield exercise.numbers()
    for values in itertools.product(*(given.draws for given in exercise.given)):
        yield dict(zip(names, values, strict=True))


# ---- The collection


@every
def test_definition_is_complete(exercise):
    assert re.fullmatch(r"\d\d[a-z]?\.\d+", exercise.id)
    assert type(exercise).__mro__[1].__name__ == "Exercise"
    assert exercise.form in {"Read", "Complete", "Build", "Transfer"}
    assert exercise.title.strip() and exercise.well_done.endswith(".")
    assert exercise.points >= 0 and isinstance(exercise.points, int)
    assert 2 <= len(exercise.hints) == len(set(exercise.hints))
    assert all(hint.endswith((".", "?")) for hint in exercise.hints)
    names = [given.name for given in exercise.given]
    assert len(names) == len(set(names))
    assert all(given.draws and given.meaning for given in exercise.given)


def test_ids_are_unique_and_stand_in_order():
    assert all(key == exercise.id for key, exercise in EXERCISES.items())
    lessons = [key.split(".")[0] for key in EXERCISES]
    assert lessons == sorted(lessons)
    for lesson in set(lessons):
        own = [int(key.split(".")[1]) for key in EXERCISES if key.startswith(f"{lesson}.")]
        assert own == list(range(1, len(own) + 1))


def test_ids_have_the_prefix_of_the_module_that_defines_them():
    from relmark_helpers.exercises import (
        lesson_00,
        lesson_01,
        lesson_01b,
        lesson_01c,
        lesson_02,
        lesson_02b,
        lesson_02c,
        lesson_02d,
        lesson_03,
        lesson_03b,
        lesson_03c,
        lesson_03d,
        lesson_04,
        lesson_04b,
        lesson_04c,
        lesson_04d,
    )

    for module in (
        lesson_00,
        lesson_01,
        lesson_01b,
        lesson_01c,
        lesson_02,
        lesson_02b,
        lesson_02c,
        lesson_02d,
        lesson_03,
        lesson_03b,
        lesson_03c,
        lesson_03d,
        lesson_04,
        lesson_04b,
        lesson_04c,
        lesson_04d,
    ):
        lesson = module.__name__.rpartition("_")[2]
        assert {one.id.split(".")[0] for one in module.EXERCISES} == {lesson}
        assert lesson == "00" or len(module.EXERCISES) >= 4


# ---- Right answers, computed here from the numbers in print


def pay_back(setup, gain, discount):
    worth = [gain / (1 + discount) ** year for year in range(1, 50)]
    return 1 + sum(sum(worth[:years]) < setup - 1e-9 for years in range(1, 50))


def survival(alpha, beta, years):
    """Beta(alpha, beta + t) / Beta(alpha, beta), Fader and Hardie's equation 6."""
    logs = [
        math.lgamma(beta + years),
        math.lgamma(alpha + beta),
        -math.lgamma(beta),
        -math.lgamma(alpha + beta + years),
    ]
    return math.exp(sum(logs))


def money_of_periods(p1, p2, margin, cost, discount, periods):
    """Backwards from the last period: worth with one period left, with two, ..."""
    first, second = margin - cost, -cost
    for _ in range(periods):
        bought, paused = first, second
        first = margin - cost + (p1 * bought + (1 - p1) * paused) / (1 + discount)
        second = -cost + p2 * bought / (1 + discount)
    return first


def donor_worth():
    """Writing or not is decided anew each year, whichever is worth more."""
    worth = [0.0] * 5
    for _ in range(500):
        write = [(p * worth[0] + (1 - p) * worth[at + 1]) / 1.1 - 3 for at, p in enumerate([0.35, 0.22, 0.14, 0.02])]
        worth = [50 * (at == 0) + max(0, one) for at, one in enumerate(write)] + [0.0]
    return worth[0]


def jurors_needed(wanted):
    """Components of variance from the analysis of variance by statsmodels; then more and more jurors."""
    jury = simulate_jury(9, np.random.default_rng(4))
    judges, markets, rest = anova_lm(ols("desired ~ C(juror) + C(market)", jury).fit())["mean_sq"]
    of_markets, of_judges = (markets - rest) / 9, (judges - rest) / 7
    return next(k for k in itertools.count(1) if of_markets / (of_markets + (of_judges + rest) / k) >= wanted)


def bucket(start, won, retention, years):
    level = won / (1 - retention)
    return level + retention**years * (start - level)


def explained_loyalty():
    """Share of variance of two loyalty questions explained by image, satisfaction and complaints; 1 less the rest."""
    mobi = load_dataset("mobi")
    z = (mobi - mobi.mean()) / mobi.std()
    loyalty = z["cusl1"] + z["cusl3"]
    sources = np.column_stack([z.filter(like="imag").sum(axis=1), z.filter(like="cusa").sum(axis=1), z["cusco"]])
    rest = loyalty - sources @ np.linalg.lstsq(sources, loyalty)[0]
    return 1 - (rest**2).sum() / (loyalty**2).sum()


def stays_by_odds(satisfaction, barriers, ties, alternatives, disposition=0.0):
    """Odds of staying multiply: each part of commitment is a factor."""
    odds = (
        math.exp(disposition - 0.2)
        * math.exp(0.5) ** (satisfaction - 5.5)
        * math.exp(0.7) ** barriers
        * math.exp(0.4) ** ties
    )
    odds /= math.exp(0.35) ** (alternatives - 5.5)
    return odds / (1 + odds)


def expected_to_leave():
    """Customer by customer, from the parts of commitment and not from their sum."""
    customers = simulate_relationships(5_000, np.random.default_rng(1995)).customers
    leave = [
        1 - stays_by_odds(one.satisfaction, one.barriers, one.ties, min(one.alternatives + 2, 10), one.disposition)
        for one in customers.itertuples()
        if one.satisfaction > 5.5
    ]
    return sum(leave) / len(leave)


def cell_of_nine(calculus, knowledge, identification, commitment, benefits):
    """Row and column of the table as printed in the notes, with benefits where it leaves both open."""
    column = max(at for at, score in enumerate((calculus, knowledge, identification)) if score >= 4.5)
    row = "STT SOO SSS".split()[(commitment < 5) + (commitment < 3)]
    return {"S": 0, "T": 1, "O": int(benefits >= 4)}[row[column]]


def called_true(*, trust, benefits):
    """Counted from means of the answers given; with half of the answers or more missing there is no score."""
    file = load_dataset("customer_relationships_simulated")
    scores = {}
    for name, count in (("calculus", 3), ("knowledge", 3), ("identification", 3), ("commitment", 4), ("benefits", 4)):
        answers = file[[f"{name}_{item}" for item in range(1, count + 1)]].astype(float)
        scores[name] = answers.mean(axis=1).where(answers.count(axis=1) >= count / 2)
    known = pd.DataFrame(scores).dropna(subset=["calculus", "knowledge", "identification", "commitment"])
    trusting = known[known[["calculus", "knowledge", "identification"]].max(axis=1) >= trust]
    return sum(
        max(one.knowledge, one.identification) >= trust
        and (one.commitment >= 5 or (one.commitment >= 3 and one.benefits >= benefits))
        for one in trusting.itertuples()
    )


def true_relationship(*, high, mid, benefits, knowledge):
    """Distances above the cuts in standard errors; the third kind of trust, 2.5 points below its cut, is left out."""
    high, mid, benefits, knowledge = (math.erfc(-z / math.sqrt(2)) / 2 for z in (high, mid, benefits, knowledge))
    return knowledge * (high + (mid - high) * benefits)


def poured(worth, half, floor, cap, budget):
    """Money at the price at which the budget is spent; the price is halved in on."""
    low, high = 1e-12, 1.0
    for _ in range(200):
        price = math.sqrt(low * high)
        wanted = np.log2(np.maximum(worth, 1e-300) * math.log(2) / (half * price)) * half
        spend = np.clip(wanted, floor, cap)
        low, high = (price, high) if spend.sum() > budget else (low, price)
    return spend, (worth * (1 - 0.5 ** (spend / half))).sum()


def price_of_a_promise(budget, promised):
    jury = simulate_jury(12, np.random.default_rng(1991))
    scores = jury.pivot_table(index="market", values=["present", "desired"], sort=False)
    gaps = np.maximum(scores["desired"] - scores["present"], 0).to_numpy()
    half = np.array([4, 6, 2, 3, 5, 3, 6]) * 1000.0
    floor = np.array([0, 0, 0, 0, 0, promised, 0.0])
    worth = gaps * [1, 0.5, 0.8, 0.6, 0.5, 0.4, 0.8]
    return poured(worth, half, 0 * floor, np.inf, budget)[1] - poured(worth, half, floor, np.inf, budget)[1]


def best_of_a_grid(v1, v2, h1, h2, budget):
    first = np.linspace(0, budget, 100_001)
    return first[np.argmax(v1 * (1 - 0.5 ** (first / h1)) + v2 * (1 - 0.5 ** ((budget - first) / h2)))]


def by_referral(won, climb, brings):
    """Newcomers counted year by year, each rung a line; 3,000 years are as good as no end."""
    prospect, purchaser, client, supporter, advocate, partner = won, 0.0, 0.0, 0.0, 0.0, 0.0
    total = 0.0
    for _ in range(3000):
        new = brings * (advocate + partner)
        total += new
        prospect, purchaser, client, supporter, advocate, partner = (
            new + 0.6 * (1 - 0.5 * climb) * prospect,
            0.3 * climb * prospect + 0.75 * (1 - 0.6 * climb) * purchaser,
            0.45 * climb * purchaser + 0.88 * (1 - 0.25 * climb) * client + 0.092 * supporter,
            0.22 * climb * client + 0.92 * (0.9 - 0.2 * climb) * supporter + 0.094 * advocate,
            0.184 * climb * supporter + 0.94 * (0.9 - 0.1 * climb) * advocate + 0.0475 * partner,
            0.094 * climb * advocate + 0.9025 * partner,
        )
    return total


def worth_of_a_prospect(buys, stays, refers, margin, cost, discount):
    """Worth with no year left, with one, with two, ..."""
    prospect = customer = 0.0
    for _ in range(3000):
        later = (stays * customer + refers * prospect) / (1 + discount)
        prospect, customer = buys * customer / (1 + discount) - cost, margin + later
    return prospect


def back_in_two_periods(households, silence):
    """Each household's periods with a purchase, one by one, from period 4 on."""
    activity = load_dataset("journey_activity")
    silent = back = 0
    for _, bought in activity.groupby("household")["period"]:
        for period in range(4, 13):
            before = [one for one in bought if one <= period]
            if before and period - max(before) >= silence:
                silent += 1
                back += period + 1 in set(bought)
    return households * (1 - (1 - back / silent) ** 2)


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("00.1", "B"),
        ("01.1", "C"),
        ("01.2", 0.92 * 0.88 * 0.84),
        ("01.3", 300 / 0.15),
        ("01.4", bucket),
        ("01.5", 943_000 - 0.7 * 1_036_000),  # customers of the second and of the first quarter of 2017
        ("01b.1", "A"),
        ("01b.2", 919.10),  # in print
        ("01b.3", lambda r, d: (r + 0.05) / r * (1 + d - r) / (1 + d - r - 0.05) - 1),
        ("01b.4", 0.6 * 12_800_000),
        ("01b.5", 0.4 * 83.77 / 0.0159 / 853),  # DISH's report for 2014
        ("01c.1", (0.4 * 0.92**2 + 0.6 * 0.5**2) / (0.4 * 0.92 + 0.6 * 0.5)),
        ("01c.2", "B"),
        ("01c.3", survival),
        ("01c.4", 1000 * 0.1700),  # S(12) in print
        ("01c.5", 0.825),  # 0.9841 twelve times
        ("02.1", "B"),
        ("02.2", (5 + 8 + 6 + 2 * 3 + 4 + 2) / 70),
        ("02.3", 120 * 125 - 800 * 12),
        ("02.4", pay_back),
        ("02.5", 853 * 0.001),  # DISH's report for 2014
        ("02b.1", "B"),
        ("02b.2", 60 - 40 * (1 + math.exp(-0.4)) / (1 + math.exp(-1.2))),
        ("02b.3", 1.1 - 0.40 * 350 / 470),
        ("02b.4", money_of_periods),
        ("02b.5", donor_worth()),
        ("02c.1", (8.4 - 14) - (10.7 - 12)),
        ("02c.2", lambda n, k: math.factorial(k) * math.factorial(n - k) / math.factorial(n)),
        ("02c.3", "C"),
        ("02c.4", 400 / 5.5),  # of 100 offers at 4 dollars, a tenth of 55 households is won back
        ("02d.1", "B"),
        ("02d.2", 34 * 2.5 * 12.5),  # two fifths of the spending are margin, and two twenty-fifths of that are added
        ("02d.3", lambda mean, margin, cost: cost / mean / margin),
        ("02d.4", 100 * 365 / 1056),  # accounts kept with revenue above 33,333.33 dollars, counted in the file
        ("03.1", -0.65 - 0.12 + 0.04),
        (
            "03.2",
            lambda minimum, desired, perceived: perceived - np.clip(perceived, minimum, desired),
        ),
        ("03.3", 7.69 - 6.73),  # the five groups, weighted by their respondents, give 7.683 and 6.732
        ("03.4", "C"),
        ("03.5", (5.7 + 1.4 + 5.1 + 4.6) / 4 - (1.4 + 4.6) / 2),
        ("03b.1", 13 / 28 * 3 / 2),  # of 28, 13 is left when 6, 5 and 4 are taken away
        ("03b.2", "B"),
        (
            "03b.3",
            lambda between, first, second: math.exp(math.log(between) - (math.log(first) + math.log(second)) / 2),
        ),
        ("03b.4", 0.4 * 0.55 + 0.6 * 0.3 * 0.55),
        ("03b.5", explained_loyalty()),
        ("03c.1", 7.6 - 0.4 * (6.6 - 3.5)),  # the zone begins at 6.6
        ("03c.2", stays_by_odds),
        ("03c.3", "D"),
        ("03c.4", 1 / (1 + math.exp(0.2 + 0.55 - 0.98 + 0.35)) - 1 / (1 + math.exp(0.2 + 0.55 - 0.35 + 0.35))),
        ("03c.5", expected_to_leave()),
        ("03d.1", cell_of_nine),
        ("03d.2", true_relationship(high=0.3 / 0.6, mid=2.3 / 0.6, benefits=0.2 / 0.6, knowledge=2.0 / 0.6)),
        ("03d.3", "C"),
        ("03d.4", called_true(trust=4.9, benefits=3.6)),
        ("03d.5", 0.9 - 2.14 * math.hypot(1.1, 0.8) / math.sqrt(8)),
        ("04.1", 3),  # gaps -2, -1, 5, 7, 3
        ("04.2", "C"),
        ("04.3", lambda jurors, *sums: np.var(sums) / np.var([jurors * rank for rank in (1, 2, 3, 4)])),
        ("04.4", 125),  # distances from 4 to 6: half as long again, so nine quarters of the area
        ("04.5", jurors_needed(0.9)),
        ("04b.1", 2.4 - 2.4 / 2**1.7),
        ("04b.2", best_of_a_grid),
        ("04b.3", price_of_a_promise(20_000, 3_000)),
        ("04b.4", "D"),
        (
            "04b.5",
            poured(np.array([3, 0.7, 1.2, 1.35]), np.array([1, 2.5, 2, 3.5]), 0, [99, 99, 1.5, 99], 13)[0][:2].sum()
            * 1000,
        ),
        ("04c.1", by_referral(60, 1.1, 0.35)),
        ("04c.2", worth_of_a_prospect),
        ("04c.3", "C"),
        ("04c.4", back_in_two_periods(300, 4)),
        ("04c.5", 0.8 * (sum(120 * (0.88 * 0.825**t - 0.75**t) / 1.1**t for t in range(6)) + 60)),
        ("04d.1", (9 + 14) / (17 + 6 + 14)),
        ("04d.2", lambda straight, to_broker, from_broker: np.median([straight, np.inf, min(to_broker, from_broker)])),
        ("04d.3", 420 * 190 * 1.1 * (1 / 0.19 - 1 / 0.24)),
        ("04d.4", 1.1 - 60 * 500 * 1.1 / 120_000),
        ("04d.5", "B"),
        ("04d.6", "C"),
    ],
)
def test_independent_answer_is_right(id, answer):
    result = check(id, answer)
    assert result.verdict.outcome == "right", result
    assert result.hint == ""
    assert grade(id, answer) == EXERCISES[id].points
    assert repr(result) == f"Exercise {id}: Right. {EXERCISES[id].well_done}"


def test_every_exercise_has_an_independent_answer():
    ids = test_independent_answer_is_right.pytestmark[0].args[1]
    assert [id for id, _ in ids] == list(EXERCISES)


def test_five_points_as_in_the_published_tables():
    # Multiples in the second convention at 10 per cent: 2.67 at .80 and 4.50 at .90 (Gupta and Lehmann).
    function = EXERCISES["01b.3"].solution()
    assert (1 + function(0.8, 0.1)) * (1 + function(0.85, 0.1)) == pytest.approx(4.50 / 2.67, abs=0.004)


@with_students(EXERCISES.values())
def test_solution_earns_all_points(exercise, student):
    answer = exercise.solution(student)
    assert check(exercise.id, answer, student).verdict.outcome == "right"
    assert grade(exercise.id, answer, student) == exercise.points


@with_students(EXERCISES.values())
@pytest.mark.parametrize("untouched", [..., None])
def test_untouched_exercise_is_open_and_leaves_no_trace(exercise, student, untouched):
    result = check(exercise.id, untouched, student)
    assert (result.verdict.outcome, result.verdict.score, result.hint) == ("missing", 0, "")
    assert repr(result).startswith(f"Exercise {exercise.id}: Open. ")
    assert grade(exercise.id, untouched, student) == 0
    assert check(exercise.id, object()).hint.startswith("Hint 1 ")


@every_function
def test_stub_of_a_function_is_open(exercise):
    def stub(*arguments):
        raise NotImplementedError("replace this line")

    assert check(exercise.id, stub).verdict.outcome == "missing"
    assert grade(exercise.id, stub) == 0


@every_number
def test_right_value_in_another_type_is_right(exercise):
    value = exercise.solution()
    exact = round(value, 6)
    forms = [
        np.float64(value),
        np.array(value),
        np.array([value]),
        np.array(value, dtype=object),
        pd.Series([value], index=["a"]),
        pd.DataFrame({"a": [value]}),
        [value],
        Decimal(exact),
        Fraction(exact),
    ]
    if value == round(value):
        forms += [int(value), np.int64(value), np.int32(value)]
    for form in forms:
        assert check(exercise.id, form).verdict.outcome == "right", repr(form)


@with_students(NUMBERS)
def test_tolerance_is_as_stated(exercise, student):
    value, tolerance = exercise.solution(student), exercise.tolerance
    for sign in (-1, 1):
        assert grade(exercise.id, value + sign * 0.99 * tolerance, student) == exercise.points
        assert grade(exercise.id, value + sign * 1.01 * tolerance, student) == 0


@every_choice
def test_letters_in_any_case_with_spaces(exercise):
    assert check(exercise.id, f" {exercise.right.lower()}\n").verdict.outcome == "right"


# ---- Numbers of one's own


@every
def test_draws_are_the_same_every_time_and_do_not_depend_on_libraries(exercise):
    combinations = list(itertools.product(*(given.draws for given in reversed(exercise.given))))
    for student in STUDENTS[1:5]:
        drawn = numbers(exercise.id, student)
        name, number = ("", 20231234) if student == "20231234" else (student.casefold(), 0)
        start = int(hashlib.sha256(f"{exercise.id} {name}".encode()).hexdigest(), 16)
        size = len(combinations)
        step = min(one for one in range(5 * size // 8, 2 * size) if math.gcd(one, size) == 1)
        values = combinations[(start + number * step) % size][::-1]
        assert [drawn[given.name] for given in exercise.given] == list(values)
        assert numbers(exercise.id, f" {student.upper()} ") == drawn


@pytest.mark.parametrize("exercise", [one for one in EXERCISES.values() if one.given], ids=lambda one: one.id)
def test_neighbours_in_a_class_of_thirty_get_other_numbers_and_mostly_other_answers(exercise):
    answers = {}
    for form in ("{}", "s{:03}", "2027:s{}", "2026{:04}", "stud {} "):
        drawn = [exercise.numbers(form.format(number).strip()) for number in range(1, 31)]
        keys = [tuple(one.values()) for one in drawn]
        answers |= {key: exercise.answer(one) for key, one in zip(keys, drawn, strict=True) if key not in answers}
        pairs = list(itertools.pairwise(keys))
        assert all(left != right for left, right in pairs)
        assert sum(abs(answers[left] - answers[right]) <= exercise.tolerance for left, right in pairs) <= 2


def test_a_number_serves_as_a_name():
    assert numbers("01.3", 20231234) == numbers("01.3", "20231234")
    answer = EXERCISES["01.3"].solution("20231234")
    assert grade("01.3", answer, 20231234) == 2
    first, same, other = check("01.3", -1, 20231234), check("01.3", -1, "20231234"), check("01.3", -1, 7)
    assert (first.hint, other.hint) == (same.hint, first.hint)
    assert first.kept and same.kept


@pytest.mark.parametrize("exercise", [one for one in EXERCISES.values() if one.given], ids=lambda one: one.id)
def test_students_mostly_get_other_numbers(exercise):
    students = [f"student {number}" for number in range(60)]
    drawn = [tuple(exercise.numbers(student).values()) for student in students]
    pairs = list(itertools.combinations(drawn, 2))
    assert sum(one != other for one, other in pairs) / len(pairs) > 0.6
    for at, given in enumerate(exercise.given):
        assert {values[at] for values in drawn} == set(given.draws)


def test_given_numbers_show_as_text_and_table():
    given = numbers("01.3")
    assert repr(given).splitlines()[1] == "won = 300 customers a year: new customers won each year"
    html = given._repr_html_()
    assert "<code>start</code>" in html and ">5,000<" in html
    assert ">2014<" in numbers("01b.5")._repr_html_()
    with pytest.raises(InputError, match=r"found 'retain'; expected one of \['start', 'won', 'retention'\]"):
        given["retain"]


@pytest.mark.parametrize("act", [numbers, check, grade])
def test_unknown_id_lists_the_ids(act):
    arguments = () if act is numbers else (1,)
    with pytest.raises(InputError, match="found '1.2'; expected one of 00.1, 01.1, 01.2"):
        act("1.2", *arguments)


# ---- Foreseen mistakes


@every_number
def test_no_two_outcomes_coincide_for_any_numbers_that_can_be_drawn(exercise):
    for given in drawable(exercise):
        right = exercise.answer(given)
        assert math.isfinite(right)
        values = [(mistake.value(given), mistake.sentence) for mistake in exercise.mistakes]
        for value, sentence in values:
            assert abs(value - right) > 2 * exercise.tolerance, (given, sentence)
        for (one, what), (other, else_) in itertools.combinations(values, 2):
            assert what == else_ or abs(one - other) > 2 * exercise.tolerance, (given, what, else_)


@with_students(NUMBERS)
def test_foreseen_mistake_gets_its_own_sentence(exercise, student):
    given = exercise.numbers(student)
    assert exercise.mistakes
    for mistake in exercise.mistakes:
        value = mistake.value(given)
        result = check(exercise.id, value, student)
        assert (result.verdict.outcome, result.verdict.score) == ("wrong", 0)
        assert result.verdict.message.startswith("You have ") and f"{exercise.unit}. " in result.verdict.message
        assert result.verdict.message.endswith(mistake.sentence)


@every_function
def test_foreseen_wrong_function_gets_its_own_sentence(exercise):
    assert exercise.mistakes
    for function, sentence in exercise.mistakes:
        result = check(exercise.id, function)
        assert result.verdict.outcome == "wrong" and 0 <= result.verdict.score < 1
        assert sentence in result.verdict.message
        assert f"of {len(exercise.cases)} cases are right" in result.verdict.message
        assert grade(exercise.id, function) == exercise.points * result.verdict.score


@every_choice
def test_wrong_option_gets_its_own_sentence(exercise):
    assert exercise.right not in exercise.wrong
    assert len(set(exercise.wrong.values())) == len(exercise.wrong)
    for letter, sentence in exercise.wrong.items():
        verdict = check(exercise.id, letter).verdict
        assert (verdict.outcome, verdict.message, verdict.score) == ("wrong", f"You chose {letter}. {sentence}", 0)
    verdict = check(exercise.id, "Z").verdict
    assert (
        verdict.outcome == "unreadable" and ", ".join(sorted([*exercise.wrong, exercise.right])[:-1]) in verdict.message
    )


def test_unforeseen_number_is_told_without_a_guess():
    assert check("01.3", 123).verdict.message == "You have 123 customers. That is not it yet."
    assert check("01b.4", 7_700_000).verdict.message == "You have 7,700,000 USD a year. That is not it yet."


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (72.7, "You have 72.7 USD. That is close: give more decimals."),
        (73, "You have 73 USD. That is close: give more decimals."),
        (72.6, "You have 72.6 USD. That is not it yet."),  # cut off, or a guess
        (70, "You have 70 USD. That is not it yet."),  # no decimals are missing
    ],
)
def test_right_answer_with_too_few_decimals_is_called_close(answer, message):
    assert check("02c.4", answer).verdict.message == message
    assert grade("02c.4", answer) == 0


def test_a_share_in_per_cent_is_told():
    right = EXERCISES["03b.1"].solution()
    for answer in (100 * right, round(100 * right, 1)):
        assert "Is that in per cent? Give it as a share" in check("03b.1", answer).verdict.message
    assert "per cent?" not in check("01.3", 100 * EXERCISES["01.3"].solution()).verdict.message
    assert "one number (alpha);" in check("03b.1", "much").verdict.message


def test_nought_is_not_close_to_a_small_share():
    assert check("02.2", 0).verdict.message.endswith("That is not it yet.")
    assert check("02.2", 0.44).verdict.message.endswith("That is close: give more decimals.")


def test_unforeseen_function_is_shown_the_first_case_that_fails():
    def f(start, won, retention, years):
        return bucket(start, won, retention, years) + (years > 1)

    result = check("01.4", f)
    assert "f(1000, 100, 0.8, 3) gives 757. Look at this case: three years" in result.verdict.message
    assert result.verdict.score == 0.5 and grade("01.4", f) == 1.5


# ---- Nothing gives the answer away


def spoken(text):
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text.replace("−", "-"))]


@every_number
def test_hints_and_sentences_never_hold_the_answer(exercise):
    texts = [*exercise.hints, *(mistake.sentence for mistake in exercise.mistakes)]
    said = {number for text in texts for number in spoken(text)}
    for given in drawable(exercise):
        right = exercise.answer(given)
        shown = {round(right, digits) for digits in range(4)} | {round(100 * right), right}
        assert not any(math.isclose(number, abs(value)) for number in said for value in shown if value not in (0, 1))
        assert not any(abs(number - right) <= exercise.tolerance for number in said)


@every_choice
def test_hints_and_sentences_never_hold_the_letter(exercise):
    for text in (*exercise.hints, *exercise.wrong.values()):
        assert not re.search(rf"\b(?:answer|option|letter) (?:is )?{exercise.right}\b|['\"]{exercise.right}['\"]", text)


@every_function
def test_message_shows_what_the_function_gives_and_not_what_it_should(exercise):
    right = exercise.solution()

    def function(*arguments):
        return right(*arguments) + 0.137

    message = check(exercise.id, function).verdict.message
    arguments = exercise.cases[0][0]
    assert f"gives {right(*arguments) + 0.137:,.6g}." in message
    said = spoken(message.split(" gives ")[1])
    assert not any(math.isclose(number, right(*arguments), rel_tol=1e-4) for number in said)


# ---- Hints in stages


@every
def test_each_new_wrong_answer_opens_the_next_hint(exercise):
    wrong = [f"wrong {number}" for number in range(len(exercise.hints) + 2)]
    for number, answer in enumerate(wrong):
        stage = min(number + 1, len(exercise.hints))
        expected = f"Hint {stage} of {len(exercise.hints)}: {exercise.hints[stage - 1]}"
        for _ in range(2):  # the same answer again opens none
            result = check(exercise.id, answer)
            assert result.hint == expected and expected in repr(result)
    assert check(exercise.id, wrong[0]).hint == expected
    assert check(exercise.id, exercise.solution()).hint == ""
    assert check(exercise.id, wrong[0], "another student").hint.startswith("Hint 1 ")


@pytest.mark.parametrize("same", [1234, 1234.0, np.float64(1234), np.array([1234]), pd.Series([1234.0])])
def test_equal_numbers_are_one_answer(same):
    assert check("01.3", 1234).hint == check("01.3", same).hint


FUNCTION = """
def customers_after(start, won, retention, years):
    step = lambda customers: customers * {factor}
    return {name}([step(start) for year in range(years)])
"""


def test_function_that_is_defined_again_is_the_same_answer():
    def written(factor, name):
        space = {}
        exec(FUNCTION.format(factor=factor, name=name), space)
        return space["customers_after"]

    stages = [
        check("01.4", written(*parts)).hint[:6]
        for parts in [(2, "sum"), (2, "sum"), (3, "sum"), (3, "sum"), (3, "max")]
    ]
    assert stages == ["Hint 1", "Hint 1", "Hint 2", "Hint 2", "Hint 3"]


def test_object_without_a_text_of_its_own_is_the_same_answer():
    assert check("01.3", object()).hint == check("01.3", object()).hint


def test_grading_leaves_no_record():
    for answer in (1, 2, 3):
        grade("01.3", answer)
    assert check("01.3", 4).hint.startswith("Hint 1 ")


# ---- Answers of every kind


class Fails:
    """Every way of looking at it fails."""

    def fail(self, *arguments):
        raise RuntimeError("no")

    __repr__ = __str__ = __eq__ = __float__ = __array__ = __len__ = __iter__ = __bool__ = __hash__ = fail  # type: ignore[assignment]


class FailsSpeechlessly(Exception):
    def __str__(self):
        raise ValueError("not even a message")


class Attributes:
    def __getattr__(self, name):
        raise FailsSpeechlessly


class FailsWhenRead:
    def __float__(self):
        raise FailsSpeechlessly


def raises(problem):
    def function(*arguments):
        raise problem

    return function


def recursion(*arguments):
    return recursion(*arguments)


def generator(*arguments):
    yield 1


def lists():
    endless = []
    endless.append(endless)
    deep = []
    for _ in range(3000):
        deep = [deep]
    return endless, deep


STRANGE = {
    "empty text": "",
    "text": "two thousand",
    "number as text": "2000",
    "html": "<script>alert(1)</script>",
    "surrogate": "\ud800",
    "bytes": b"2000",
    "nan": math.nan,
    "numpy nan": np.float64("nan"),
    "inf": math.inf,
    "minus inf": -math.inf,
    "long integer": 10**400,
    "longer integer": 10**5000,
    "complex": 1 + 2j,
    "numpy complex": np.complex128(2000 + 1j),
    "true": True,
    "numpy true": np.True_,
    "decimal nan": Decimal("NaN"),
    "empty list": [],
    "dots in a list": [...],
    "list": [2000, 2000],
    "list of text": ["2000"],
    "endless list": lists()[0],
    "deep list": lists()[1],
    "ragged list": [[1], [2, 3]],
    "tuple": ("A", "B"),
    "dictionary": {"answer": 2000},
    "set": {2000},
    "long range": range(10**12),
    "generator": (number for number in [2000]),
    "empty array": np.array([]),
    "large array": np.random.default_rng(0).normal(size=(1000, 1000)),
    "text array": np.array("2000"),
    "date": np.datetime64("2020-01-01"),
    "missing": pd.NA,
    "missing date": pd.NaT,
    "series": pd.Series([1, 2]),
    "table": pd.DataFrame({"<b>": ["<i>"]}),
    "class": int,
    "module": math,
    "object": object(),
    "failing object": Fails(),
    "failing class": Fails,
    "failing attributes": Attributes(),
    "failing message": FailsWhenRead(),
    "exception": ValueError("<b>"),
    "call without brackets": print,
    "wrong arity": lambda: 1,
    "recursion": recursion,
    "generator function": generator,
    "function of nothing": lambda *arguments: None,
    "function of dots": lambda *arguments: ...,
    "function of text": lambda *arguments: "<b>0.8</b>",
    "function of nan": lambda *arguments: math.nan,
    "function of a function": lambda *arguments: raises,
    "function of a table": lambda *arguments: pd.DataFrame({"a": [1, 2]}),
    "function of a failing object": lambda *arguments: Fails(),
    "function that divides by zero": lambda *arguments: 1 / 0,
    "function that fails": raises(KeyError("<script>")),
    "function that fails at length": raises(ValueError("x" * 100_000)),
    "function that fails speechlessly": raises(FailsSpeechlessly()),
    "function that exits": raises(SystemExit(1)),
    "function that warns": lambda *arguments: np.float64(1) / np.float64(0),
}


@pytest.mark.parametrize("answer", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("exercise", [NUMBERS[0], CHOICES[0], FUNCTIONS[0]], ids=["number", "choice", "function"])
def test_strange_answer_is_answered_in_words(exercise, answer):
    with warnings.catch_warnings(record=True):  # those of the student's own code are shown as usual
        warnings.simplefilter("always")
        result = check(exercise.id, answer)
        again = check(exercise.id, answer)
        assert grade(exercise.id, answer) == 0
    assert result.verdict.outcome in {"wrong", "unreadable"} and result.verdict.score == 0
    assert repr(result) == repr(again), "the same answer again opens no hint"
    assert result.hint.startswith("Hint 1 ") and result.kept
    assert len(result.verdict.message) < 600 and "Traceback" not in result.verdict.message
    assert set(re.findall(r"</?\w+", result._repr_html_())) <= {"<div", "</div", "<strong", "</strong", "<br"}


@every
@pytest.mark.parametrize("answer", ["html", "nan", "failing object", "table", "function that fails"])
def test_no_exercise_stops_at_a_strange_answer(exercise, answer):
    assert exercise.judge(STRANGE[answer]).outcome in {"wrong", "unreadable"}


def test_what_was_given_is_said():
    assert "this is the text '2000'" in repr(check("01.3", "2000"))
    assert "this is nan" in repr(check("01.3", np.float64("nan")))
    assert "this is a value of type DataFrame" in repr(check("01.3", STRANGE["table"]))
    assert "should be a letter in quotation marks, A, B, C or D." in repr(check("01.1", ["C"]))
    assert "Pass the function itself, without brackets" in repr(check("01.4", 520.0))
    assert "<lambda>(1000, 0, 0.8, 1) stopped with TypeError: " in repr(check("01.4", lambda: 1))
    assert "gives nothing back. Does the function end with a return line?" in repr(check("01.4", lambda *a: None))
    assert "should give one number; it gives the text '<b>0.8</b>'." in repr(check("01.4", lambda *a: "<b>0.8</b>"))
    assert "should give one number; it gives inf." in repr(check("01.4", lambda *a: math.inf))
    assert "stopped with ZeroDivisionError: division by zero." in repr(check("01.4", lambda *a: 1 / 0))
    assert "stopped with AssertionError." in repr(check("01.4", raises(AssertionError())))


def test_exit_in_a_function_is_an_error_of_that_function():
    assert "stopped with SystemExit: 1." in repr(check("01.4", raises(SystemExit(1))))


def test_interrupt_of_the_reader_passes_through():
    class Interrupted:
        def __float__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("01.4", raises(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        check("01.3", Interrupted())


def test_html_shows_text_of_an_answer_as_text():
    html = check("01.3", "<script>alert(1)</script>")._repr_html_()
    assert "<script" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert 'role="status"' in html

    def function(*arguments):
        raise ValueError("<img src=x onerror=alert(1)>")

    function.__name__ = "<b>"
    html = check("01.4", function)._repr_html_()
    assert "<img" not in html and "&lt;img src=x" in html and "&lt;b&gt;(1000" in html


# ---- Kinds of exercise, on made-up definitions


def test_first_mistake_that_fits_is_told():
    exercise = NumberExercise(
        "99.2",
        "Complete",
        "Double",
        1,
        hints=("one", "two"),
        well_done="Yes.",
        given=(Given("x", 2.0, "", "a number", (3.0,)),),
        answer=lambda given: 2 * given["x"],
        unit="m",
        tolerance=0.1,
        mistakes=(Mistake(lambda given: given["x"], "First."), Mistake(lambda given: given["x"], "Second.")),
    )
    assert exercise.judge(2).message == "You have 2 m. First."
    assert exercise.judge(6, "student").outcome == "right"
    assert exercise.judge(4, "student").message == "You have 4 m. That is not it yet."
