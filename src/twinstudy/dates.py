"""EDTF dates: the text is kept, its bounds are computed.

Level 0 of EDTF and the part of level 1 that the data need: ``2018``, ``2015-12``,
``2014-08-26``, ``A/B``, ``A/..``, ``../B``, each date with ``~``, ``?`` or ``%`` after it.
Bounds come from precision alone. A qualifier never widens them; it bars the date from being
called certain.

References
----------
Library of Congress, Extended Date/Time Format (EDTF) Specification, 2019; ISO 8601-2:2019.
"""

from __future__ import annotations

import calendar
import contextlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import pandas as pd

from twinstudy.errors import ArgumentError

FORMS = "YYYY, YYYY-MM, YYYY-MM-DD, or A/B with .. for an open end; ~, ? or % after a date"

_DATE = "[0-9]{4}(?:-[0-9]{2}){0,2}[~?%]?"
FORM = re.compile(rf"{_DATE}(?:/(?:{_DATE}|\.\.))?|\.\./{_DATE}")

#: What others write for a date, or for one end of an interval, and what that is here.
_EQUIVALENTS = {
    r"|open|unknown": "..",
    r"[+y]?(\d{4}(?:-(?!00)\d\d){0,2})(?:-(?:00|xx|uu)){0,2}(?:T.*| \d\d:.*|年)?": r"\1",
    r"(\d{3})(?:[xu]|0'?s)": r"\g<1>0/\g<1>9",
    r"(\d\d)(\d\d)/(\d\d)": r"\1\2/\1\3",
    r"(\d\d?)[/.](\d{4})": r"\2-\1",
    r"(\d{2})(?:xx|uu)": r"\g<1>00/\g<1>99",
    r"(\d{4}(?:-\d\d){0,2})(?:~\?|\?~)": r"\1%",
    r"([~?%])(\d{4}(?:-\d\d){0,2})": r"\2\1",
    r"(?:c|ca|circa|about|khoảng)\.? ?(\d{4}(?:-\d\d){0,2})": r"\1~",
    r"(\d{4})(\d\d)(\d\d)": r"\1-\2-\3",
    r"(\d{4})(?:-|\.\.)(\d{4})": r"\1/\2",
    r"(\d{4})[-/.年] ?(\d\d?)[-/.月] ?(\d\d?)日?": r"\1-\2-\3",
    r"(\d{4})[-年](\d\d?)月?": r"\1-\2",
    r"(1[3-9]|2\d|3[01])[-/.](\d\d?)[-/.](\d{4})": r"\3-\2-\1",
}


@dataclass(frozen=True)
class FuzzyDate:
    """A date as a source states it, with the days that bound it.

    Attributes
    ----------
    text
        The EDTF text.
    earliest, latest
        First and last day that the text allows; None where an interval is open.
    approximate, uncertain
        Whether a part carries ``~`` or ``%``; ``?`` or ``%``.

    Examples
    --------
    >>> parse_date("2015-12").latest
    datetime.date(2015, 12, 31)
    """

    text: str
    earliest: date | None
    latest: date | None
    approximate: bool = False
    uncertain: bool = False

    @property
    def qualified(self) -> bool:
        """Whether the source hedges: such a date is never certain."""
        return self.approximate or self.uncertain

    def __str__(self) -> str:
        return self.text


def parse_date(text: str) -> FuzzyDate:
    """Read an EDTF date or interval.

    Parameters
    ----------
    text
        EDTF text, such as ``2018``, ``2014-08-26``, ``2013~`` or ``2014/..``.

    Returns
    -------
    date
        The text with its first and last possible day.

    Raises
    ------
    ArgumentError
        If it is no text, has another form, names a day that does not exist, or ends before it
        begins.

    Examples
    --------
    >>> parse_date("2018").earliest, parse_date("2018").latest
    (datetime.date(2018, 1, 1), datetime.date(2018, 12, 31))
    >>> parse_date("../2022?").uncertain
    True
    >>> parse_date("2013-13")
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: '2013-13' has no month 13; write a month from 01 to 12
    >>> parse_date("+1991-00-00T00:00:00Z")
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: '+1991-00-00T00:00:00Z' is not a date in a form read here; \
write '1991'
    """
    if not isinstance(text, str):
        raise ArgumentError(f"{text!r} is no text; write it as {_written(text)}")
    return _parsed(text)


@lru_cache(maxsize=10_000)  # the rules and the measures read the same dates one after the other
def _parsed(text: str) -> FuzzyDate:
    """Read a text as a date."""
    if text == "../..":
        raise ArgumentError(f"{text!r} has no bound; write at least one date, or leave it out")
    if not FORM.fullmatch(text):
        shown = text if len(text) <= 60 else f"{text[:60]}…"
        raise ArgumentError(f"{shown!r} is not a date in a form read here; write {_remedy(text)}")
    ends = [None if part == ".." else _days(part, text) for part in text.split("/")]
    start, end = ends[0], ends[-1]
    earliest, latest = start and start[0], end and end[1]
    if earliest and latest and earliest > latest:
        raise ArgumentError(f"{text!r} ends before it begins; write the earlier date first")
    both = "%" in text
    return FuzzyDate(text, earliest, latest, both or "~" in text, both or "?" in text)


def _written(value: object) -> str:
    """Say how a value that is no text is given as a date."""
    if isinstance(value, int) and 0 < value <= date.max.year and not isinstance(value, bool):
        return f"'{value:04}'"
    return f"'{value:%Y-%m-%d}'" if isinstance(value, date) and pd.notna(value) else FORMS


def _days(part: str, text: str) -> tuple[date, date]:
    """Return the first and the last day of a single date."""
    numbers = list(map(int, part.rstrip("~?%").split("-")))
    year, month, day = (*numbers, 1, 1)[:3]
    if not year:
        raise ArgumentError(f"{text!r} has the year 0000; write a year from 0001 to 9999")
    if month == 0 or 21 <= month <= 41:
        named = repr(part[:4]) if month == 0 else "its months as A/B"
        meant = "one that is not known" if month == 0 else "a season or a part of a year"
        raise ArgumentError(f"{text!r} has month {month:02}, for {meant}; write {named}")
    if month > 12:
        raise ArgumentError(f"{text!r} has no month {month:02}; write a month from 01 to 12")
    length = calendar.monthrange(year, month)[1]
    if not day:
        raise ArgumentError(f"{text!r} has day 00, for one that is not known; write {part[:7]!r}")
    if day > length:
        raise ArgumentError(f"{text!r} has no day {day:02}; {part[:7]} has days 01 to {length}")
    first = date(year, month, day)
    return first, (date(year, 12, 31), date(year, month, length), first)[len(numbers) - 1]


def _remedy(text: str) -> str:
    """Name the text that means the same here, else the forms that there are."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text)).strip()
    for parts in ([plain], plain.split("/")):
        meant = "/".join(map(_equivalent, parts[:3]))
        if FORM.fullmatch(meant):
            with contextlib.suppress(ArgumentError):
                return repr(parse_date(meant).text)
    return FORMS


def _equivalent(part: str) -> str:
    """Return what a single date of another form is here; the text itself where it is none."""
    for form, meant in _EQUIVALENTS.items():
        found = re.fullmatch(form, part, re.ASCII | re.IGNORECASE)
        if found:
            return re.sub(r"-(\d)(?!\d)", r"-0\1", found.expand(meant))
    return part


def date_bounds(column: pd.Series, *, errors: Literal["raise", "coerce"] = "raise") -> pd.DataFrame:
    """Compute the bounds of a column of EDTF texts; distinct texts are read once.

    Parameters
    ----------
    column
        EDTF texts or missing values; categorical, as in a `Dataset`, or plain text.
    errors
        ``"raise"``, or ``"coerce"`` to take what is not a date for not stated.

    Returns
    -------
    bounds
        On the index of `column`: ``earliest`` and ``latest`` (datetime64[s]; missing where open
        or not stated) and ``qualified`` (bool: the source hedges, so the date is never certain).

    Raises
    ------
    ArgumentError
        If a text is not a date and `errors` is ``"raise"``.

    Examples
    --------
    >>> date_bounds(pd.Series(["2015-12", None, "2018~"], dtype="str"))
        earliest     latest  qualified
    0 2015-12-01 2015-12-31      False
    1        NaT        NaT      False
    2 2018-01-01 2018-12-31       True
    """
    codes, texts = pd.factorize(column.astype("str"))
    found = [FuzzyDate("", None, None)] * (len(texts) + 1)  # the code of what is missing is -1
    for number, text in enumerate(texts):
        try:
            found[number] = parse_date(text)
        except ArgumentError:
            if errors == "raise":
                raise
    bounds = pd.DataFrame({"qualified": [each.qualified for each in found]})
    for name in ("latest", "earliest"):
        days = [getattr(each, name) for each in found]
        bounds.insert(0, name, pd.Series(days, dtype="datetime64[s]"))
    return bounds.take(codes).set_index(column.index)


def as_day(at: str | date) -> pd.Timestamp:
    """Turn a date argument into a day; of a year or month, its last day.

    >>> as_day("2014")
    Timestamp('2014-12-31 00:00:00')
    """
    match at:
        case str():
            parsed = parse_date(at)
            if parsed.latest and "/" not in at and not parsed.qualified:
                return pd.Timestamp(parsed.latest)
        case date() if pd.notna(at):
            return pd.Timestamp(at).tz_localize(None).normalize()
    example = _written(at).partition(",")[0].replace("YYYY", "'2014'")
    raise ArgumentError(f"`at` is {at!r}; give one date without ~ or ?, such as {example}")
