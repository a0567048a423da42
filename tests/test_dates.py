"""EDTF texts: every form, every refusal, and the edtf package as a second opinion."""

import warnings
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import edtf_texts

from twinstudy import parse_date
from twinstudy.dates import FuzzyDate, as_day, date_bounds
from twinstudy.errors import ArgumentError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns of its own use of pyparsing
    from edtf import parse_edtf
    from edtf.parser.edtf_exceptions import EDTFParseException

FORMS = "write YYYY, YYYY-MM, YYYY-MM-DD or A/B, with ~ or ? after it"
VALID = {
    "2018": ((2018, 1, 1), (2018, 12, 31), ""),
    "2015-12": ((2015, 12, 1), (2015, 12, 31), ""),
    "2014-08-26": ((2014, 8, 26), (2014, 8, 26), ""),
    "2012-02": ((2012, 2, 1), (2012, 2, 29), ""),
    "1900-02": ((1900, 2, 1), (1900, 2, 28), ""),
    "2000-02-29": ((2000, 2, 29), (2000, 2, 29), ""),
    "0001": ((1, 1, 1), (1, 12, 31), ""),
    "9999-12-31": ((9999, 12, 31), (9999, 12, 31), ""),
    "2013~": ((2013, 1, 1), (2013, 12, 31), "~"),
    "2013-05?": ((2013, 5, 1), (2013, 5, 31), "?"),
    "2013-05-07%": ((2013, 5, 7), (2013, 5, 7), "~?"),
    "2013/2016": ((2013, 1, 1), (2016, 12, 31), ""),
    "2014/2014-05": ((2014, 1, 1), (2014, 5, 31), ""),
    "2014-05/2014": ((2014, 5, 1), (2014, 12, 31), ""),
    "2014/2014": ((2014, 1, 1), (2014, 12, 31), ""),
    "2013~/2016-02?": ((2013, 1, 1), (2016, 2, 29), "~?"),
    "2014/..": ((2014, 1, 1), None, ""),
    "../2022": (None, (2022, 12, 31), ""),
    "../2022-06-30~": (None, (2022, 6, 30), "~"),
}
REFUSED = {
    "2013-13": "has no month 13; write a month from 01 to 12",
    "2013-00": "has month 00, for one that is not known; write '2013'",
    "2015-21": "has month 21, for a season or a part of a year; write its months as A/B",
    "2014-02-30": "has no day 30; 2014-02 has days 01 to 28",
    "1900-02-29": "has no day 29; 1900-02 has days 01 to 28",
    "2014-02-00": "has day 00, for one that is not known; write '2014-02'",
    "0000": "has the year 0000; write a year from 0001 to 9999",
    "../..": "has no bound; write at least one date, or leave it out",
    "2014/2010": "ends before it begins; write the earlier date first",
    "2014-06/2014-05": "ends before it begins; write the earlier date first",
}
FOREIGN = {  # texts of other tools, with what means the same here
    "2014/": "'2014/..'", "/1984": "'../1984'", "1984/open": "'1984/..'", "~2004": "'2004~'",
    "+1991-00-00T00:00:00Z": "'1991'", "2014-08-26T10:00": "'2014-08-26'", "198X": "'1980/1989'",
    "1990s": "'1990/1999'", "2012/13": "'2012/2013'", "12/2018": "'2018-12'",
    "1991-00-00": "'1991'", "2014-8": "'2014-08'", "2014.08.26": "'2014-08-26'", "c. 2018": "'2018~'",
}  # fmt: skip
UNREAD = ("", " ", "14-08-26", "..", "/", "2014/2015/2016", "unknown")


@pytest.mark.parametrize("text", VALID)
def test_each_form_has_its_bounds_and_marks(text: str) -> None:
    earliest, latest, marks = VALID[text]
    parsed = parse_date(text)
    assert parsed.text == str(parsed) == text
    assert parsed.earliest == (date(*earliest) if earliest else None)
    assert parsed.latest == (date(*latest) if latest else None)
    assert parsed.approximate == ("~" in marks)
    assert parsed.uncertain == ("?" in marks)
    assert parsed.qualified == bool(marks)


@pytest.mark.parametrize("text", REFUSED)
def test_each_refusal_has_its_message(text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_date(text)
    assert str(caught.value) == f"{text!r} {REFUSED[text]}"


@pytest.mark.parametrize("text", FOREIGN)
def test_a_date_of_another_tool_is_told_its_form_here(text: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_date(text)
    meant = FOREIGN[text]
    assert str(caught.value).endswith(f"write {meant}")
    parse_date(meant.strip("'"))


@pytest.mark.parametrize("text", UNREAD)
def test_any_other_text_is_told_the_forms(text: str) -> None:
    with pytest.raises(ArgumentError, match="write YYYY"):
        parse_date(text)


@pytest.mark.parametrize("value", [2018, None, 2014.5, date(2014, 8, 26)])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ArgumentError, match="is no text; write it as ") as caught:
        parse_date(value)  # type: ignore[arg-type]
    assert str(caught.value).startswith(repr(value))


def test_a_fuzzy_date_is_frozen() -> None:
    with pytest.raises(AttributeError, match="cannot assign to field 'text'"):
        parse_date("2018").text = "2019"  # type: ignore[misc]


def _parsed(text: str) -> FuzzyDate | None:
    try:
        return parse_date(text)
    except ArgumentError:
        return None


def _oracle(text: str) -> tuple[object, object]:
    parsed = parse_edtf(text)
    return tuple(
        None if isinstance(bound, float) else date(*bound[:3])  # infinity where an end is open
        for bound in (parsed.lower_strict(), parsed.upper_strict())
    )


@settings(max_examples=40, deadline=None)
@given(edtf_texts())
def test_the_bounds_are_those_of_the_edtf_package(text: str) -> None:
    parsed = parse_date(text)
    assert (parsed.earliest, parsed.latest) == _oracle(text)


@settings(max_examples=100, deadline=None)
@given(
    st.text("0123-/.~?% ", max_size=12) | st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True)
)
def test_what_the_edtf_package_refuses_is_refused(text: str) -> None:
    # Not the other way round: that package takes seasons, unions and inverted intervals too.
    parsed = _parsed(text)
    if parsed is None:
        return
    try:
        assert (parsed.earliest, parsed.latest) == _oracle(text)
    except EDTFParseException:
        pytest.fail(f"{text!r} is taken for a date")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_other_text_is_a_bad_argument(text: str) -> None:
    parsed = _parsed(text)
    assert parsed is None or parsed.text == text


def _days(column: pd.Series) -> list[str]:
    return ["" if pd.isna(day) else str(day.date()) for day in column]


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_the_bounds_of_a_column(dtype: str) -> None:
    texts = ["2018", None, "../2022?", "2014/..", "2018"]
    column = pd.Series(texts, index=[7, 5, 3, 2, 0], dtype=dtype)
    bounds = date_bounds(column)
    assert bounds.index.tolist() == [7, 5, 3, 2, 0]
    assert bounds.dtypes.astype(str).tolist() == ["datetime64[s]", "datetime64[s]", "bool"]
    assert _days(bounds["earliest"]) == ["2018-01-01", "", "", "2014-01-01", "2018-01-01"]
    assert _days(bounds["latest"]) == ["2018-12-31", "", "2022-12-31", "", "2018-12-31"]
    assert bounds["qualified"].tolist() == [False, False, True, False, False]
    assert column.tolist()[0] == "2018"


@pytest.mark.parametrize("column", [
    pd.Series([], dtype="str"), pd.Series([], dtype="category"), pd.Series([None], dtype="str"),
])  # fmt: skip
def test_the_bounds_of_a_column_without_dates(column: pd.Series) -> None:
    bounds = date_bounds(column)
    assert len(bounds) == len(column)
    assert bounds["latest"].isna().all()
    assert bounds["latest"].dtype == "datetime64[s]"
    assert not bounds["qualified"].any()


def test_categories_without_rows_do_not_matter() -> None:
    column = pd.Series(["2018", "2019", None], dtype="category").iloc[[1, 2]]
    assert _days(date_bounds(column)["earliest"]) == ["2019-01-01", ""]


@pytest.mark.parametrize("dtype", ["str", "category"])
def test_a_column_with_a_wrong_date_is_refused(dtype: str) -> None:
    with pytest.raises(ArgumentError, match="'2013-13' has no month 13"):
        date_bounds(pd.Series(["2013", "2013-13"], dtype=dtype))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.none() | edtf_texts(), max_size=12))
def test_a_column_has_the_bounds_of_its_texts(texts: list[str | None]) -> None:
    expected = [None if text is None else parse_date(text) for text in texts]
    for dtype in ("str", "category"):
        bounds = date_bounds(pd.Series(texts, dtype=dtype))
        for name in ("earliest", "latest"):
            days = bounds[name].to_numpy("datetime64[D]").tolist()
            assert days == [getattr(each, name) if each else None for each in expected]
        assert bounds["qualified"].tolist() == [bool(each and each.qualified) for each in expected]


DAYS = {
    "2014": "2014-12-31",
    "2014-02": "2014-02-28",
    "2014-08-26": "2014-08-26",
    date(2014, 8, 26): "2014-08-26",
    datetime(2014, 8, 26, 23, 59): "2014-08-26",  # noqa: DTZ001
    datetime(2014, 8, 26, 23, 59, tzinfo=UTC): "2014-08-26",
    pd.Timestamp("2014-08-26 12:00"): "2014-08-26",
}


@pytest.mark.parametrize("at", DAYS, ids=str)
def test_an_argument_that_names_a_day(at: str | date) -> None:
    assert as_day(at) == pd.Timestamp(DAYS[at])


@pytest.mark.parametrize(
    "at", ["2014/2015", "2014/..", "../2014", "2014~", "2014?", 2014, None, pd.NaT]
)
def test_an_argument_that_names_no_day(at: object) -> None:
    with pytest.raises(ArgumentError) as caught:
        as_day(at)  # type: ignore[arg-type]
    assert str(caught.value) == (f"`at` is {at!r}; give one date without ~ or ?, such as '2014'")


def test_an_argument_that_is_no_date() -> None:
    with pytest.raises(ArgumentError, match=r"^'2014-13' has no month 13"):
        as_day("2014-13")
