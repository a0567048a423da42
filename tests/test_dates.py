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

VALID = {  # first day, last day, marks
    "2018": ("2018-01-01", "2018-12-31", ""), "2015-12": ("2015-12-01", "2015-12-31", ""),
    "2014-08-26": ("2014-08-26", "2014-08-26", ""), "2012-02": ("2012-02-01", "2012-02-29", ""),
    "1900-02": ("1900-02-01", "1900-02-28", ""), "2000-02-29": ("2000-02-29", "2000-02-29", ""),
    "0001": ("0001-01-01", "0001-12-31", ""), "9999-12-31": ("9999-12-31", "9999-12-31", ""),
    "2013~": ("2013-01-01", "2013-12-31", "~"), "2013-05?": ("2013-05-01", "2013-05-31", "?"),
    "2013-05-07%": ("2013-05-07", "2013-05-07", "~?"),
    "2013/2016": ("2013-01-01", "2016-12-31", ""),
    "2014/2014-05": ("2014-01-01", "2014-05-31", ""),
    "2014-05/2014": ("2014-05-01", "2014-12-31", ""),
    "2014/2014": ("2014-01-01", "2014-12-31", ""),
    "2013~/2016-02?": ("2013-01-01", "2016-02-29", "~?"), "2014/..": ("2014-01-01", None, ""),
    "../2022": (None, "2022-12-31", ""), "../2022-06-30~": (None, "2022-06-30", "~"),
}  # fmt: skip
FORMS = "YYYY, YYYY-MM, YYYY-MM-DD, or A/B with .. for an open end; ~, ? or % after a date"
OTHER = "is not a date in a form read here; write "
REFUSED = {
    2018: "is no text; write it as '2018'",
    date(2014, 8, 26): "is no text; write it as '2014-08-26'",
    **dict.fromkeys([None, 14.5], f"is no text; write it as {FORMS}"),
    "2013-13": "has no month 13; write a month from 01 to 12",
    "2013-20": "has no month 20; write a month from 01 to 12",
    "2013-42": "has no month 42; write a month from 01 to 12",
    "2013-00": "has month 00, for one that is not known; write '2013'",
    "2015-21": "has month 21, for a season or a part of a year; write its months as A/B",
    "2015-41": "has month 41, for a season or a part of a year; write its months as A/B",
    "2014-02-30": "has no day 30; 2014-02 has days 01 to 28",
    "1900-02-29": "has no day 29; 1900-02 has days 01 to 28",
    "2014-02-00": "has day 00, for one that is not known; write '2014-02'",
    "0000": "has the year 0000; write a year from 0001 to 9999",
    "../..": "has no bound; write at least one date, or leave it out",
    "2014/2010": "ends before it begins; write the earlier date first",
    "2014-06/2014-05": "ends before it begins; write the earlier date first",
    **dict.fromkeys(["", " ", "14-08-26", "..", "/", "2014/2015/2016", "unknown"], OTHER + FORMS),
    # texts of other tools, with what means the same here
    **{
        text: f"{OTHER}'{meant}'"
        for text, meant in {
            "2014/": "2014/..", "/1984": "../1984", "1984/open": "1984/..", "~2004": "2004~",
            "+1991-00-00T00:00:00Z": "1991", "2014-08-26T10:00": "2014-08-26", "198X": "1980/1989",
            "1990s": "1990/1999", "2012/13": "2012/2013", "12/2018": "2018-12",
            "1991-xx-xx": "1991", "2014-8": "2014-08", "2014.08.26": "2014-08-26",
            "c. 2018": "2018~", "19xx": "1900/1999", "2014~?": "2014%", "20140826": "2014-08-26",
            "2014-2016": "2014/2016", "2014年8月": "2014-08", "26/8/2014": "2014-08-26",
            "+1991-05-00": "1991-05", "y2014": "2014", " 2014–2016 ": "2014/2016",
        }.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_each_form_has_its_bounds_and_marks(text: str) -> None:
    *bounds, marks = VALID[text]
    earliest, latest = (day and date.fromisoformat(day) for day in bounds)
    parsed = parse_date(text)
    assert str(parsed) == text
    assert parsed == FuzzyDate(text, earliest or None, latest or None, "~" in marks, "?" in marks)
    assert parsed.qualified == bool(marks)
    with pytest.raises(AttributeError, match="cannot assign to field 'text'"):
        parsed.text = "2019"  # type: ignore[misc]


@pytest.mark.parametrize("text", REFUSED)
def test_each_refusal_has_its_message_and_a_remedy_that_works(text: object) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_date(text)  # type: ignore[arg-type]
    assert str(caught.value) == f"{text!r} {REFUSED[text]}"
    if str(caught.value).endswith("'"):
        parse_date(str(caught.value).split("'")[-2])


def _oracle(text: str) -> tuple[object, object]:
    parsed = parse_edtf(text)
    return tuple(
        None if isinstance(bound, float) else date(*bound[:3])  # infinity where an end is open
        for bound in (parsed.lower_strict(), parsed.upper_strict())
    )


@settings(max_examples=140, deadline=None)
@given(
    edtf_texts()
    | st.text("0123-/.~?% ", max_size=12)
    | st.from_regex(r"[0-9]{4}(-[0-9]{2}){0,2}", fullmatch=True)
    | st.text(max_size=30)
)
def test_what_is_a_date_has_the_bounds_of_the_edtf_package(text: str) -> None:
    # Not the other way round: that package takes seasons, unions and inverted intervals too.
    try:
        parsed = parse_date(text)
    except ArgumentError:
        return
    try:
        assert (parsed.earliest, parsed.latest) == _oracle(text)
    except EDTFParseException:
        pytest.fail(f"{text!r} is taken for a date")


# -- columns -----------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.none() | edtf_texts(), max_size=12))
def test_a_column_has_the_bounds_of_its_texts(texts: list[str | None]) -> None:
    expected = [FuzzyDate("", None, None) if text is None else parse_date(text) for text in texts]
    for dtype in ("str", "object", "category"):
        column = pd.Series(texts, index=range(len(texts), 0, -1), dtype=dtype)
        bounds = date_bounds(column)
        assert bounds.index.tolist() == column.index.tolist()
        assert bounds.dtypes.astype(str).tolist() == ["datetime64[s]", "datetime64[s]", "bool"]
        for name in ("earliest", "latest"):
            days = bounds[name].to_numpy("datetime64[D]").tolist()
            assert days == [getattr(each, name) for each in expected]
        assert bounds["qualified"].tolist() == [each.qualified for each in expected]


def test_a_column_with_a_wrong_date_is_refused_or_lacks_it() -> None:
    column = pd.Series(["2013", "2013-13"], dtype="str")
    with pytest.raises(ArgumentError, match="'2013-13' has no month 13"):
        date_bounds(column)
    assert date_bounds(column, errors="coerce")["latest"].isna().tolist() == [False, True]
    without = column.astype("category").iloc[:1]  # a category without rows does not matter
    assert date_bounds(without)["earliest"].tolist() == [pd.Timestamp("2013")]


# -- days --------------------------------------------------------------------------------------

NO_DAY = "`at` is {!r}; give one date without ~ or ?, such as '2014'"


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2014", "2014-12-31"), ("2014-02", "2014-02-28"), ("2014-08-26", "2014-08-26"),
        (date(2014, 8, 26), "2014-08-26"), (pd.Timestamp("2014-08-26 12:00"), "2014-08-26"),
        (datetime(2014, 8, 26, 23, 59), "2014-08-26"),  # noqa: DTZ001
        (datetime(2014, 8, 26, 23, 59, tzinfo=UTC), "2014-08-26"),
    ],
)  # fmt: skip
def test_an_argument_that_names_a_day(at: str | date, day: str) -> None:
    assert as_day(at) == pd.Timestamp(day)


@pytest.mark.parametrize(
    "at", ["2014/2015", "2014/..", "../2014", "2014~", "2014?", 2014, None, pd.NaT, "2014-13"]
)
def test_an_argument_that_names_no_day(at: object) -> None:
    with pytest.raises(ArgumentError) as caught:
        as_day(at)  # type: ignore[arg-type]
    wrong = f"'2014-13' {REFUSED['2013-13']}" if at == "2014-13" else NO_DAY.format(at)
    assert str(caught.value) == wrong
