"""The rows of an edge list: which can be used, what they say, and what looks wrong in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, Problem
from twinstudy.records.reading import Cells, date_reader, plain_text, read_cells
from twinstudy.tables.schema import KINDS
from twinstudy.tables.typed import key_codes

_FILE = "pairs"
_NO_PLACE = "the row names no place; fill the cell, or take the row out"
_NO_COUNTRY = "the row names no country; give its code, or ZZ where it is not known"


@dataclass(frozen=True)
class EdgeRows:
    """Rows of an edge list, one element a row.

    Attributes
    ----------
    line
        Number of the row, counted from 1.
    left, right
        Numbers of the places, as in `places`; -1 for none.
    kind, signed, source
        Cells as read; the codes stand for the rows.
    places
        One row a place, sorted: ``country`` and the parts of the key.
    """

    line: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kind: Cells
    signed: Cells
    source: Cells
    places: pd.DataFrame

    def keep(self, rows: np.ndarray) -> EdgeRows:
        """Return some of the rows, with the places that they name."""
        if rows.all():
            return self
        ends = np.concatenate([self.left[rows], self.right[rows]])
        used, ends = np.unique(ends, return_inverse=True)
        left, right = np.split(ends, 2)
        kind, signed, source = (
            replace(cells, codes=cells.codes[rows])
            for cells in (self.kind, self.signed, self.source)
        )
        places = self.places.iloc[used].reset_index(drop=True)
        return EdgeRows(self.line[rows], left, right, kind, signed, source, places)


def read_rows(
    pairs: pd.DataFrame,
    *,
    left: list[Hashable],
    right: list[Hashable],
    countries: tuple[Hashable, Hashable],
    kind: Hashable,
    signed: Hashable,
    source: Hashable,
    declared: Iterable[str],
) -> tuple[EdgeRows, list[Problem]]:
    """Read the rows of an edge list.

    Parameters
    ----------
    pairs
        One row a twinning.
    left, right
        Columns of the keys.
    countries
        Column or code for left and right.
    kind, signed, source
        Column, or one value for all, or None.
    declared
        Dates that stand for "not stated".

    Returns
    -------
    rows, problems
        All rows, and what keeps some from being used.

    Raises
    ------
    ArgumentError
        If a name is no column, or countries or kinds are not of the data model.

    Examples
    --------
    >>> pairs = pd.DataFrame({"city": ["Köln", "Köln"], "twin": ["Lille", "Köln"]})
    >>> rows, problems = read_rows(pairs, left=["city"], right=["twin"], countries=("ZZ", "ZZ"),
    ...                            kind=None, signed=None, source=None, declared=())
    >>> print(*problems)
    pairs:2: twin: 'Köln' of ZZ is tied to itself; correct one of the two, or take the row out
    """
    problems: list[Problem] = []
    parts = []
    for one, other in [countries, *zip(left, right, strict=True)]:
        both = pd.concat([_values(pairs, one), _values(pairs, other)], ignore_index=True)
        both.name = f"{one} or {other}"
        parts.append(read_cells(both, plain_text))
        missing = _NO_PLACE if len(parts) > 1 else _NO_COUNTRY
        problems += _faults(parts[-1], (one, other), missing)
    wrong = [word for word in parts[0].words if not re.fullmatch("[A-Z]{2}", word)]
    if wrong:
        raise ArgumentError(
            f"`left_country` or `right_country` gives {_listed(wrong)}; give a column of "
            "two-letter ISO 3166-1 codes in capitals, or one code (ZZ where it is not known)"
        )
    places, ends = _places(parts)
    first, second = np.split(ends, 2)
    for row in np.flatnonzero((first == second) & (first >= 0)).tolist():
        country, *key = places.iloc[first[row]]
        problems.append(
            Problem(
                _FILE, row + 1, str(right[0]), key[0],
                f"{', '.join(key)!r} of {country} is tied to itself; "
                "correct one of the two, or take the row out",
            )
        )  # fmt: skip
    rows = EdgeRows(
        np.arange(1, len(pairs) + 1), first, second,
        kind=_kinds(pairs, kind),
        signed=_dates(pairs, signed, declared),
        source=read_cells(_values(pairs, source), plain_text),
        places=places,
    )  # fmt: skip
    for column, cells in ((kind, rows.kind), (signed, rows.signed), (source, rows.source)):
        problems += _faults(cells, (column,))
    return rows, problems


def _is_column(pairs: pd.DataFrame, value: Hashable) -> bool:
    return value is not None and value in pairs.columns


def _values(pairs: pd.DataFrame, value: Hashable) -> pd.Series:
    """Return a column, or one value for all rows."""
    if _is_column(pairs, value):
        column = pairs[value]
        if isinstance(column, pd.DataFrame):
            raise ArgumentError(f"`pairs` has the column {value!r} more than once; rename one")
        return column
    return pd.Series([value] * len(pairs), index=pairs.index, dtype="object")


def _listed(words: Sequence[str]) -> str:
    shown = ", ".join(map(repr, words[:50]))
    return shown if len(words) <= 50 else f"{shown} and {len(words) - 50} more"


def _faults(cells: Cells, columns: Sequence[Hashable], missing: str = "") -> list[Problem]:
    """Make problems of cells of one column, or of two that stand one below the other."""
    rows = max(len(cells.codes) // len(columns), 1)
    empty = np.flatnonzero(cells.codes < 0).tolist() if missing else []
    unread = dict.fromkeys(empty, ("", missing)) | cells.faults
    return [
        Problem(_FILE, row % rows + 1, str(columns[row // rows]), value, why)
        for row, (value, why) in unread.items()
    ]


def _places(parts: list[Cells]) -> tuple[pd.DataFrame, np.ndarray]:
    """Give a number to each distinct country and key, in order; -1 where a part is missing."""
    names = ["country", *map(str, range(1, len(parts)))]
    codes = pd.DataFrame({name: cells.codes for name, cells in zip(names, parts, strict=True)})
    combined = key_codes(codes, tuple(names))
    whole = np.flatnonzero((codes >= 0).all(axis=1))
    numbers, distinct = pd.factorize(combined[whole], sort=True)
    ends = np.full(len(codes), -1)
    ends[whole] = numbers
    row = np.empty(len(distinct), dtype=np.int64)
    row[numbers] = whole
    words = {
        name: pd.array(cells.words, dtype="str").take(cells.codes[row])
        for name, cells in zip(names, parts, strict=True)
    }
    return pd.DataFrame(words), ends


def _kinds(pairs: pd.DataFrame, kind: Hashable) -> Cells:
    cells = read_cells(_values(pairs, kind), plain_text)
    wrong = [word for word in cells.words if word not in KINDS]
    if wrong:
        raise ArgumentError(
            f"`kind` gives {_listed(wrong)}; give a column of kinds, or one kind, of "
            f"{', '.join(KINDS)}"
        )
    return cells


def _dates(pairs: pd.DataFrame, signed: Hashable, declared: Iterable[str]) -> Cells:
    read = date_reader(declared)
    if signed is not None and not _is_column(pairs, signed):
        try:
            read(signed)
        except ArgumentError as error:
            raise ArgumentError(f"`signed` is no column of `pairs`, and {error}") from None
    return read_cells(_values(pairs, signed), read)


def take_out_declared(
    signed: Cells, declared: Iterable[str], column: Hashable
) -> tuple[Cells, list[Problem]]:
    """Make dates that stand for "not stated" missing, and count them.

    Parameters
    ----------
    signed
        Dates as read.
    declared
        Dates that stand for "not stated".
    column
        Name for messages.

    Returns
    -------
    signed, warnings
        The other dates, and a warning for each value that occurs.

    Examples
    --------
    >>> cells = Cells(np.array([0, 0, 1]), ["2000", "2014"], {})
    >>> print(*take_out_declared(cells, ["2000"], "year")[1])
    pairs: warning: year: '2000' stands in 2 of 3 rows and is read as not stated
    """
    codes, warnings = signed.codes, []
    for word in sorted(set(declared) & set(signed.words)):
        rows = signed.codes == signed.words.index(word)
        codes = np.where(rows, -1, codes)
        message = f"{word!r} stands in {rows.sum()} of {len(rows)} rows and is read as not stated"
        warnings.append(Problem(_FILE, 0, str(column), word, message, "warning"))
    return replace(signed, codes=codes), warnings


def spikes(signed: Cells, column: Hashable) -> Iterator[Problem]:
    """Yield years that stand for "not known", by the look of it.

    Parameters
    ----------
    signed
        Dates as read.
    column
        Name for messages.

    Yields
    ------
    warning
        For each year with more than five times as many dates as the median of its neighbours, the
        two years on either side that lie within the dates (a median below 1 counts as 1).

    Examples
    --------
    >>> cells = Cells(np.array([0, 1, *[2] * 9, 3]), ["1998", "1999", "2000", "2001"], {})
    >>> print(*spikes(cells, "year"))
    pairs: warning: year: 9 of 12 dates lie in 2000, where the years around it have 1 (median); \
if it stands for 'not known', name it in `undated_values`
    """
    counts: Counter[int] = Counter()
    rows = np.bincount(signed.codes[signed.codes >= 0], minlength=len(signed.words))
    for word, count in zip(signed.words, rows.tolist(), strict=True):
        bounds = parse_date(word) if count else None
        years = {day.year for day in (bounds.earliest, bounds.latest) if day} if bounds else set()
        if len(years) == 1 and ".." not in word:
            counts[years.pop()] += count
    for year, count in sorted(counts.items()):
        around = [counts[y] for y in (year - 2, year - 1, year + 1, year + 2)
                  if min(counts) <= y <= max(counts)]  # fmt: skip
        if around and count > 5 * max(median(around), 1):
            message = (
                f"{count} of {counts.total()} dates lie in {year}, where the years around it have "
                f"{median(around):g} (median); if it stands for 'not known', name it in "
                "`undated_values`"
            )
            yield Problem(_FILE, 0, str(column), str(year), message, "warning")
