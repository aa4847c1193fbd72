"""Input checks: what each lets through, and a message with name, found, expected and mend for the rest."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relmark_helpers.validation import (
    InputError,
    StatisticalWarning,
    broadcast,
    choice,
    number,
    numbers,
    plain,
    require_columns,
    shares,
    whole_number,
)

finite = st.floats(allow_nan=False, allow_infinity=False)


def complaint(check, *arguments, **options):
    with pytest.raises(InputError) as raised:
        check(*arguments, **options)
    assert isinstance(raised.value, ValueError)
    return str(raised.value)


def test_message_has_four_parts_and_the_name_can_be_read_by_code():
    error = InputError("retention", found="85", expected="a share between 0 and 1", mend="divide by 100")
    assert str(error) == "`retention`: found 85; expected a share between 0 and 1. To mend it: divide by 100."
    assert error.name == "retention"


def test_caution_is_a_warning_of_its_own():
    assert issubclass(StatisticalWarning, UserWarning)


# ---- numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (np.float32(0.5), 0.5),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        ([1, 2], [1.0, 2.0]),
        ((1, True), [1.0, 1.0]),
        (range(3), [0.0, 1.0, 2.0]),
        (np.array([[1, 2], [3, 4]]), [[1.0, 2.0], [3.0, 4.0]]),
        (pd.Series([1, 2], index=["a", "b"]), [1.0, 2.0]),
        (pd.Series([1, 2], dtype="Int64"), [1.0, 2.0]),
        (np.array([1, 2.5], dtype=object), [1.0, 2.5]),
        ([], []),
    ],
)
def test_numbers_come_back_as_floats_in_their_shape(value, expected):
    array = numbers(value, "x")
    assert array.dtype == float
    np.testing.assert_array_equal(array, expected, strict=True)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("85", "'85'"),
        (b"85", "b'85'"),
        (None, "None"),
        (["1", "2"], "['1', '2']"),
        ([1, "2"], "[1, '2']"),
        (np.array(["1"], dtype=object), "array(['1']"),
        (pd.Series(["1"]), "1"),
        ([[1], [1, 2]], "[[1], [1, 2]]"),
        ({"a": 1}, "{'a': 1}"),
        (1 + 2j, "(1+2j)"),
        (np.array([1 + 2j]), "array([1.+2.j])"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "2020-01-01"),
        (date(2020, 1, 1), "datetime.date(2020, 1, 1)"),
        (10**400, "1000000000"),
    ],
)
def test_numbers_reject_what_is_no_number(value, found):
    message = complaint(numbers, value, "survivors", expected="counts of customers")
    assert message.startswith("`survivors`: found ")
    assert found in message
    assert "; expected counts of customers. To mend it: pass " in message


def test_text_with_thousands_separators_is_sent_back_to_where_it_was_read():
    message = complaint(numbers, ["1,000", "869"], "survivors")
    assert message.endswith("read text such as '1,000' with pandas.read_csv(..., thousands=',')).")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.nan, "nan"),
        (-np.inf, "-inf"),
        ([1, None], "nan at position 1"),
        ([1, np.nan, np.inf], "nan at position 1 (2 such entries)"),
        (pd.Series([1, pd.NA], dtype="Int64"), "nan at position 1"),
        ([[1, 2], [3, -4]], "-4 at position (1, 1)"),
        ([0.5, 1.5, -0.5], "-0.5 at position 2"),
    ],
)
def test_numbers_name_the_first_entry_that_does_not_fit(value, found):
    message = complaint(numbers, value, "x", low=0, expected="0 or more", mend="look again")
    assert message == f"`x`: found {found}; expected 0 or more. To mend it: look again."


def test_ends_of_the_range_count_unless_they_are_open():
    assert numbers([0, 1], "x", low=0, high=1).tolist() == [0, 1]
    assert "found 0 at position 0;" in complaint(numbers, [0, 1], "x", low=0, low_open=True, high=1)
    assert "found 1 at position 1;" in complaint(numbers, [0, 1], "x", low=0, high=1, high_open=True)


@given(st.lists(finite), st.floats(-1e3, 1e3), st.floats(0, 1e3))
def test_numbers_accept_exactly_the_range(values, low, width):
    high = low + width
    if all(low <= value <= high for value in values):
        assert numbers(values, "x", low=low, high=high).tolist() == values
    else:
        assert complaint(numbers, values, "x", low=low, high=high).startswith("`x`: found ")


# ---- number, whole_number, plain


@given(finite)
def test_number_keeps_the_value(value):
    for form in (value, np.float64(value), np.array(value)):
        result = number(form, "x")
        assert type(result) is float and result == value


@pytest.mark.parametrize("value", [[1.0], [1.0, 2.0], [], pd.Series([1.0]), np.ones((2, 2))])
def test_number_rejects_more_or_less_than_one(value):
    message = complaint(number, value, "years")
    assert message == f"`years`: found {np.size(value)} values; expected one number. To mend it: pass a single number."


def test_number_passes_its_words_on():
    message = complaint(number, -1, "years", low=0, expected="years, 0 or more", mend="count forward")
    assert message == "`years`: found -1; expected years, 0 or more. To mend it: count forward."


@given(st.integers(1, 10**15))
def test_whole_number_is_an_int(value):
    for form in (value, float(value), np.int64(value)):
        result = whole_number(form, "periods", low=1)
        assert type(result) is int and result == value


@given(finite.filter(lambda value: not value.is_integer()))
def test_whole_number_rejects_parts(value):
    message = complaint(whole_number, value, "periods", low=-(10**12))
    assert message.startswith(f"`periods`: found {value:g}; expected a whole number, ")
    assert message.endswith("To mend it: pass a whole number in that range.")


@pytest.mark.parametrize(
    ("value", "high", "expected"),
    [(0, np.inf, "1 or more"), (11, 10, "1 to 10"), (np.nan, np.inf, "1 or more"), (np.inf, np.inf, "1 or more")],
)
def test_whole_number_says_its_range(value, high, expected):
    message = complaint(whole_number, value, "periods", low=1, high=high)
    assert message.startswith(f"`periods`: found {value:g}; expected a whole number, {expected}.")


@given(finite)
def test_plain_gives_scalars_for_scalars_and_leaves_arrays(value):
    assert type(plain(np.asarray(value))) is float and plain(np.asarray(value)) == value
    array = np.asarray([value])
    assert plain(array) is array


# ---- broadcast


def test_broadcast_brings_arrays_to_one_shape():
    column, row, one = np.ones((2, 1)), np.arange(3.0), np.array(5.0)
    shapes = [array.shape for array in broadcast(column=column, row=row, one=one)]
    assert shapes == [(2, 3)] * 3


def test_broadcast_names_the_shapes_that_do_not_fit():
    assert complaint(broadcast, kept=np.ones(2), at_start=np.ones(3)) == (
        "`kept, at_start`: found kept has shape (2,), at_start has shape (3,); expected single numbers or arrays of "
        "one common length. To mend it: give the arrays the same length, or pass single numbers."
    )


# ---- shares, choice, require_columns


def test_shares_include_both_ends_unless_open():
    assert shares([0, 0.5, 1], "retention").tolist() == [0, 0.5, 1]
    assert shares(0.5, "discount", low_open=True, high_open=True) == 0.5


@pytest.mark.parametrize(
    ("value", "options", "expected"),
    [
        (85, {}, "a share from 0 to 1"),
        (-0.1, {}, "a share from 0 to 1"),
        (0, {"low_open": True}, "a share above 0 to 1"),
        (1, {"high_open": True}, "a share from 0 and below 1"),
    ],
)
def test_shares_explain_percentages(value, options, expected):
    message = complaint(shares, value, "retention", **options)
    assert message.startswith(f"`retention`: found {value:g}; expected {expected}. To mend it: ")
    assert "85 per cent is 0.85" in message


def test_choice_gives_back_one_of_the_list():
    assert choice("now", "convention", ("now", "later")) == "now"
    assert choice("now", "convention", (word for word in ("now", "later"))) == "now"


@pytest.mark.parametrize("value", ["Now", "", None, 3, ["now"]])
def test_choice_lists_what_is_allowed(value):
    assert complaint(choice, value, "convention", ("now", "later")) == (
        f"`convention`: found {value!r}; expected one of 'now', 'later'. "
        "To mend it: write for example convention='now'."
    )


def test_require_columns_accepts_columns_in_any_order_and_further_ones():
    require_columns(pd.DataFrame(columns=["c", "b", "a"]), "accounts", ["a", "b"])
    require_columns(pd.DataFrame(), "accounts", [])


def test_require_columns_names_what_is_missing_and_how_to_rename():
    frame = pd.DataFrame(columns=["turnover"])
    assert complaint(require_columns, frame, "accounts", ["revenue"]) == (
        "`accounts`: found columns ['turnover']; expected a column named 'revenue'. "
        "To mend it: rename your column, for example accounts.rename(columns={'your name': 'revenue'})."
    )
    message = complaint(require_columns, frame, "accounts", ["revenue", "turnover", "cause"])
    assert "expected columns named ['revenue', 'cause']" in message


@pytest.mark.parametrize("value", [None, [1], {"revenue": [1]}, pd.Series([1], name="revenue")])
def test_require_columns_wants_a_table(value):
    message = complaint(require_columns, value, "accounts", ["revenue"])
    assert message.startswith(f"`accounts`: found {type(value).__name__}; expected a pandas DataFrame. To mend it: ")
