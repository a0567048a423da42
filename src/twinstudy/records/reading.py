"""Other people's cells: one spelling, one form of date, and what cannot be read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem, of_type, some
from twinstudy.tables.files import CONTROL, listed
from twinstudy.tables.schema import Column

Reader = Callable[[object], str]

BETWEEN = "\x1f"  # joins country and key to one text; white space, so it is never inside a part

_TIMED = re.compile(r"\+?([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")


def read_column(
    values: pd.Series | pd.Index, read: Reader, file: str, column: str, problems: list[Problem]
) -> pd.Series:
    """Read cells as text by row counted from 1, empty ones as ""; where it fails, it is missing."""
    try:
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
    except TypeError:
        raise ArgumentError(
            f"column {values.name!r} holds what is no text, number or date; make it text first"
        ) from None
    texts: dict[int, str] = {}
    faults: dict[int, tuple[str, str]] = {}
    for code, cell in enumerate(distinct.tolist()):
        value = "" if pd.isna(cell) is True else cell  # of a tuple, it is an array
        try:
            texts[code] = read(value)
        except ArgumentError as error:
            faults[code] = (str(value), str(error))
    rows = np.flatnonzero(np.isin(codes, list(faults))).tolist()
    problems += listed(Problem(file, n + 1, column, *faults[codes[n]]) for n in rows)
    return pd.Series(codes, pd.RangeIndex(1, len(codes) + 1)).map(texts).astype("str")


def read_frame(
    name: str, frame: pd.DataFrame, columns: dict[str, Column], problems: list[Problem]
) -> pd.DataFrame:
    """Read a frame with some of the columns as text, by row counted from 1; "" for a fault, too."""
    of_type(name, frame, (pd.DataFrame,), "a pandas DataFrame")
    unknown = [repr(str(column)) for column in frame.columns if column not in columns]
    if unknown or not frame.columns.is_unique:
        found, known = some(unknown) or "a column twice", ", ".join(columns)
        raise ArgumentError(f"`{name}` has {found}; use some of {known}, each once")
    cells = pd.DataFrame(dict.fromkeys(columns, ""), pd.RangeIndex(1, len(frame) + 1), dtype="str")
    for word in frame.columns:
        read = date_text if columns[word].type in ("date", "interval") else plain_text
        cells[word] = read_column(frame[word], read, name, word, problems).fillna("")
    return cells


def plain_text(value: object) -> str:
    """Read a value as text in Unicode NFC with single spaces; floats without exponent or ``.0``.

    A tuple is a key of several parts.
    """
    if isinstance(value, tuple):
        return BETWEEN.join(map(plain_text, value))
    if isinstance(value, float):
        value = np.format_float_positional(value + 0.0, trim="-")  # -0 is 0
    text = " ".join(unicodedata.normalize("NFC", str(value)).split())
    if len(text) > 1_000:  # so that a row never makes a line too long for a file
        said = f"{text[:20] + '…'!r} has {len(text):,} characters, of 1,000 allowed; shorten it"
        raise ArgumentError(said)
    if not text.isprintable() and (unclean := CONTROL.search(text)):
        raise ArgumentError(f"{text!r} holds the character {unclean.group()!r}; take it out")
    return text


def date_text(value: object) -> str:
    """Write a value as EDTF, without asking whether it is a date: years get four digits."""
    text = plain_text(value)
    timed = _TIMED.fullmatch(text)  # Wikidata has zeros where a month or day is not known
    text = timed.group(1).removesuffix("-00").removesuffix("-00") if timed else text
    return text if isinstance(value, str) else text.zfill(4)
