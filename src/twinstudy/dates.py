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
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError

FORMS = "YYYY, YYYY-MM, YYYY-MM-DD or A/B, with ~ or ? after it"

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?([~?%]?)", re.ASCII)


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
    twinstudy.errors.ArgumentError: '2013-13' is not a date; write YYYY, YYYY-MM, YYYY-MM-DD or \
A/B, with ~ or ? after it
    """
    if not isinstance(text, str):
        raise ArgumentError(f"{text!r} is no text; write {FORMS}")
    if text.count("/") == 1:
        left, right = text.split("/")
        if left == ".." and right == "..":
            raise ArgumentError(f"{text!r} has no bound; write at least one date, or leave it out")
        start = _day_range(left, text) if left != ".." else None
        end = _day_range(right, text) if right != ".." else None
        earliest = start[0] if start else None
        latest = end[1] if end else None
        if earliest and latest and earliest > latest:
            raise ArgumentError(f"{text!r} ends before it begins; write the earlier date first")
        marks = (start[2] if start else "") + (end[2] if end else "")
    else:
        earliest, latest, marks = _day_range(text, text)
    return FuzzyDate(
        text, earliest, latest, "~" in marks or "%" in marks, "?" in marks or "%" in marks
    )


def _day_range(part: str, text: str) -> tuple[date, date, str]:
    match = _DATE.fullmatch(part)
    if match is None:
        raise ArgumentError(f"{text!r} is not a date; write {FORMS}")
    year, month, day, mark = match.groups()
    try:
        if day:
            first = last = date(int(year), int(month), int(day))
        elif month:
            first = date(int(year), int(month), 1)
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        else:
            first = date(int(year), 1, 1)
            last = date(int(year), 12, 31)
    except ValueError:
        raise ArgumentError(f"{text!r} is not a date; write {FORMS}") from None
    return first, last, mark


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
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, texts = column.cat.codes.to_numpy(), column.cat.categories
    else:
        codes, texts = pd.factorize(column)
    table = bounds_of_texts(texts.tolist(), errors=errors)
    # Code -1 (missing) takes the extra last row.
    return pd.DataFrame({name: array[codes] for name, array in table.items()}, index=column.index)


def bounds_of_texts(
    texts: list[str], *, errors: Literal["raise", "coerce"] = "raise"
) -> dict[str, np.ndarray]:
    """Compute the bounds of distinct texts, with one more row for "not stated" at the end."""
    found = []
    for text in texts:
        try:
            found.append(parse_date(text))
        except ArgumentError:
            if errors == "raise":
                raise
            found.append(FuzzyDate(text, None, None))
    found.append(FuzzyDate("", None, None))
    return {
        "earliest": np.array([date.earliest for date in found], dtype="datetime64[s]"),
        "latest": np.array([date.latest for date in found], dtype="datetime64[s]"),
        "qualified": np.array([date.qualified for date in found], dtype=bool),
    }


def as_day(at: str | date) -> pd.Timestamp:
    """Turn a date argument into a day; a year or month means its last day.

    Parameters
    ----------
    at
        EDTF date without qualifier, a date or a timestamp.

    Returns
    -------
    day
        The last day of what `at` names.

    Raises
    ------
    ArgumentError
        If `at` is not a date, or is open, an interval or qualified.

    Examples
    --------
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
    raise ArgumentError(f"`at` is {at!r}; give one date without ~ or ?, such as '2014'")
