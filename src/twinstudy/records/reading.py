"""Other people's cells: one spelling, one form of date, readable ids, and what cannot be read."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, Problem, of_type, some, warning
from twinstudy.records.folding import fold_name
from twinstudy.tables.cell_rules import unlikely_dates
from twinstudy.tables.files import CONTROL, listed
from twinstudy.tables.schema import LONGEST_ID, Column

Reader = Callable[[object], str]

BETWEEN = "\x1f"  # joins country and key to one text; white space, so it is never inside a part

_LONGEST_SLUG = LONGEST_ID - 10  # so that a letter before and a number behind have their place
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


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens, with a hash for other scripts."""
    folded = fold_name(text)
    words = re.findall("[a-z0-9]+", folded)
    foreign = not words or re.search(r"[^\W\x00-\x7f]", folded)
    return "-".join([*words, _hash(text)] if foreign else words)


def distinct_ids(slugs: pd.Series, contents: pd.Series) -> pd.Series:
    """Give all slugs that stand more than once, or are too long, a hash of what they mean."""
    hashed = slugs.duplicated(keep=False) | slugs.str.len().gt(_LONGEST_SLUG)
    ends = "-" + contents[hashed].map(_hash)
    return slugs.mask(hashed, slugs.str[: _LONGEST_SLUG - 13] + ends)


def _hash(text: str) -> str:
    """Hash a text to twelve hexadecimal digits, few to read and enough for millions."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def doubtful_dates(
    signed: pd.Series, file: str, column: object, unknown: str = "name {} in `undated_values`"
) -> Iterator[Problem]:
    """Yield years that hold many more dates than those around, and what `unlikely_dates` does."""
    bounds = date_bounds(signed[signed.ne("")])
    years = bounds["earliest"].dt.year
    years = years[years.eq(bounds["latest"].dt.year)].astype("int64").value_counts()
    every = years.reindex(range(min(years.index, default=0), max(years.index, default=0) + 1))
    around = pd.concat([every.fillna(0).shift(n) for n in (-2, -1, 1, 2)], axis=1).median(axis=1)
    crowded = years[years > 5 * around[years.index].clip(lower=1)].sort_index()
    for year, count in crowded.items():
        message = (
            f"{count} of {years.sum()} dates lie in {year}, where the years around it have "
            f"{around[year]:g} (median); if it stands for 'not known', {unknown.format('it')}"
        )
        yield warning(file, message, column, str(year))
    yield from unlikely_dates(signed, file, column, unknown)
