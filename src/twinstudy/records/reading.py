"""Cells of anybody's frame as text: one spelling, one form of date, and what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, Problem
from twinstudy.tables.csvtext import CONTROL
from twinstudy.tables.schema import Column
from twinstudy.tables.typed import column_text

_LONGEST_TEXT = 1_000  # characters; so that a row never makes a line too long for a file
_UNCLEAN = re.compile(f"{CONTROL.pattern}|[\ud800-\udfff]")
_TIME_OF_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")


@dataclass(frozen=True)
class Cells:
    """A column of cells, distinct texts read once.

    Attributes
    ----------
    codes
        Position in `words` for each row, -1 where the cell is empty or cannot be read.
    words
        Distinct texts in order.
    faults
        Row position -> value and why it cannot be read.
    """

    codes: np.ndarray
    words: list[str]
    faults: dict[int, tuple[str, str]]

    def texts(self) -> np.ndarray:
        """Return one text a row, ``""`` where there is none."""
        texts: np.ndarray = np.array([*self.words, ""], dtype=object)[self.codes]
        return texts


def read_cells(column: pd.Series, read: Callable[[object], str]) -> Cells:
    """Read a column, each distinct value once.

    Parameters
    ----------
    column
        Values of any type.
    read
        Makes text of a value, ``""`` of one that means nothing; raises ArgumentError.

    Returns
    -------
    cells
        The texts; missing values (None, NaN, NaT, NA) are empty.

    Raises
    ------
    ArgumentError
        If values cannot be compared, such as lists.

    Examples
    --------
    >>> cells = read_cells(pd.Series(["Đồng  Văn", None, "Đồng Văn ", "NA"]), plain_text)
    >>> cells.codes.tolist(), cells.words
    ([1, -1, 1, 0], ['NA', 'Đồng Văn'])
    """
    try:
        codes, values = pd.factorize(column)
    except TypeError:
        raise ArgumentError(
            f"column {column.name!r} holds what is no text, number or date; make it text first"
        ) from None
    texts: list[str | None] = []
    faults = {}
    for position, value in enumerate(values.tolist()):
        try:
            texts.append(read(value) or None)
        except ArgumentError as error:
            texts.append(None)
            faults[position] = (str(value), str(error))
    numbers, words = pd.factorize(pd.Series(texts, dtype="str"), sort=True)
    rows = np.flatnonzero(np.isin(codes, list(faults))).tolist() if faults else []
    return Cells(
        np.append(numbers, -1)[codes],  # code -1 (missing) takes the extra last element
        words.tolist(),
        {row: faults[codes[row]] for row in rows},
    )


def column_cells(
    values: pd.Series, column: Column, file: str, problems: list[Problem]
) -> np.ndarray:
    """Read a column of anybody's frame as the text that would stand in a file.

    Parameters
    ----------
    values
        Values of any type.
    column
        The column of the data model that they stand for.
    file
        Name for messages.
    problems
        Grows by the cells that cannot be read; `line` is the row, counted from 1.

    Returns
    -------
    texts
        One text a row, ``""`` where there is none.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> as_of = table("counts").column("as_of")
    >>> column_cells(pd.Series([2014, None, date(2015, 12, 1)]), as_of, "counts", []).tolist()
    ['2014', '', '2015-12-01']
    """
    if column.type == "number" and pd.api.types.is_numeric_dtype(values):
        return column_text(values, column).to_numpy(object)
    cells = read_cells(values, date_text if column.type in ("date", "interval") else plain_text)
    problems += [
        Problem(file, row + 1, column.name, value, why)
        for row, (value, why) in cells.faults.items()
    ]
    return cells.texts()


def plain_text(value: object) -> str:
    r"""Read a value as text in Unicode NFC with single spaces; whole floats lose their ``.0``.

    Parameters
    ----------
    value
        Anything that is not missing.

    Returns
    -------
    text
        The text; any white space, line breaks too, is one space, and none stands at the ends.

    Raises
    ------
    ArgumentError
        If a control character stands in it, or it has more than 1,000 characters.

    Examples
    --------
    >>> plain_text(" 007"), plain_text(1001.0), plain_text("Ma\nLù Thàng")
    ('007', '1001', 'Ma Lù Thàng')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if len(text) > _LONGEST_TEXT:
        raise ArgumentError(
            f"{text[:20] + '…'!r} has {len(text):,} characters, of {_LONGEST_TEXT:,} allowed; "
            "shorten it"
        )
    unclean = None if text.isprintable() else _UNCLEAN.search(text)
    if unclean:
        raise ArgumentError(f"{text!r} holds the character {unclean.group()!r}; take it out")
    return text


def date_text(value: object) -> str:
    """Write a value as EDTF, without asking whether it is a date.

    Parameters
    ----------
    value
        EDTF text, an ISO date with or without time of day, a year as a number, a date or a
        timestamp.

    Returns
    -------
    text
        Years as four digits, timestamps as their day, all else as `plain_text` has it.

    Examples
    --------
    >>> date_text(2014), date_text(pd.Timestamp("2014-08-26 10:00")), date_text("2013~")
    ('2014', '2014-08-26', '2013~')
    """
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, np.datetime64):
        return str(value)[:10]
    text = plain_text(value)
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return text.zfill(4)
    timed = _TIME_OF_DAY.fullmatch(text)
    return timed.group(1) if timed else text


def date_reader(undated: Iterable[str]) -> Callable[[object], str]:
    """Make a reader of dates that lets declared placeholders through.

    Parameters
    ----------
    undated
        Texts, as `date_text` writes them, that need not be dates.

    Returns
    -------
    read
        As `date_text`, but raises ArgumentError for what is neither a date nor declared.

    Examples
    --------
    >>> read = date_reader(["0000-00-00"])
    >>> read("0000-00-00"), read("2014-08-26T00:00:00Z")
    ('0000-00-00', '2014-08-26')
    """
    declared = frozenset(undated)

    def read(value: object) -> str:
        text = date_text(value)
        if text and text not in declared:
            parse_date(text)
        return text

    return read
