"""Other people's cells: one spelling, one form of date, readable ids, and what cannot be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem
from twinstudy.tables.files import CONTROL, column_text
from twinstudy.tables.schema import Column

_LONGEST_TEXT = 1_000  # characters; so that a row never makes a line too long for a file
_UNCLEAN = re.compile(f"{CONTROL.pattern}|[\ud800-\udfff]")
_TIME_OF_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")
_WORD = re.compile("[a-z0-9]+")
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")
#: Latin letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
     "ħ": "h", "ŧ": "t", "ŋ": "ng", "ə": "e"}
)  # fmt: skip


def read_column(
    values: pd.Series, read: Callable[[object], str], file: str, column: str,
    problems: list[Problem],
) -> pd.Series:  # fmt: skip
    """Read cells as text by row counted from 1, "" where missing; faults go to the problems."""
    try:
        codes, distinct = pd.factorize(values)
    except TypeError:
        raise ArgumentError(
            f"column {values.name!r} holds what is no text, number or date; make it text first"
        ) from None
    texts, faults = [], {}
    for code, value in enumerate(distinct.tolist()):
        try:
            texts.append(read(value))
        except ArgumentError as error:
            texts.append("")
            faults[code] = (str(value), str(error))
    for row in np.flatnonzero(np.isin(codes, list(faults))).tolist() if faults else ():
        problems.append(Problem(file, row + 1, column, *faults[codes[row]]))
    cells = pd.Series([*texts, ""], dtype="str").array.take(codes)  # the last one for missing
    return pd.Series(cells, index=pd.RangeIndex(1, len(values) + 1))


def read_as(values: pd.Series, column: Column, file: str, problems: list[Problem]) -> pd.Series:
    """Read cells as the text that would stand in a column of a table."""
    if column.type == "number" and pd.api.types.is_numeric_dtype(values):
        return column_text(values, column).set_axis(pd.RangeIndex(1, len(values) + 1))
    read = date_text if column.type in ("date", "interval") else plain_text
    return read_column(values, read, file, column.name, problems)


def plain_text(value: object) -> str:
    """Read a value as text in Unicode NFC with single spaces; whole floats lose their ``.0``."""
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
    """Write a value as EDTF, without asking whether it is a date: years get four digits."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, np.datetime64):
        return str(value)[:10]
    text = plain_text(value)
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return text.zfill(4)
    timed = _TIME_OF_DAY.fullmatch(text)
    return timed.group(1) if timed else text


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens, with a hash for other scripts."""
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = _WORD.findall(folded)
    if not words or (not folded.isascii() and _FOREIGN.search(folded)):
        words.append(_hash(text))
    return "-".join(words)


def distinct_ids(slugs: pd.Series, contents: pd.Series) -> pd.Series:
    """Give all slugs that stand more than once a hash of what they mean, so that none moves."""
    again = slugs.duplicated(keep=False)
    return slugs.mask(again, slugs + "-" + contents.map(_hash))


def _hash(text: str) -> str:
    """Hash a text to twelve hexadecimal digits, few to read and enough for millions."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
