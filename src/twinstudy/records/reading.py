"""Other people's cells: one spelling, one form of date, readable ids, and what cannot be read."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds, parse_date
from twinstudy.errors import ArgumentError, Problem, some, warning
from twinstudy.tables.cell_rules import unlikely_dates
from twinstudy.tables.files import CONTROL, column_text, listed
from twinstudy.tables.schema import KINDS, LONGEST_ID, Column

Reader = Callable[[object], str]
Place = tuple[str, str]

PAIRS = "pairs"
BETWEEN = "\x1f"  # joins country and key to one text; white space, so it is never inside a part
_NO_PLACE = "the row names no place; fill the cell, or take the row out"
_NO_COUNTRY = (
    "the row names no country; give its code, or ZZ where it is not known (for NA of Namibia read "
    "files with keep_default_na=False)"
)

_LONGEST_TEXT = 1_000  # characters; so that a row never makes a line too long for a file
_LONGEST_SLUG = LONGEST_ID - 4  # so that a letter before and a number behind have their place
_TIMED = re.compile(r"\+?([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:.*")
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")
_ALIKE = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
_CHINESE = _ALIKE["chinese"]
_LETTERS = str.maketrans(_ALIKE["latin"] | dict(zip(_CHINESE[::2], _CHINESE[1::2], strict=True)))


def read_column(
    values: pd.Series, read: Reader, place: Place, problems: list[Problem], missing: str = ""
) -> pd.Series:
    """Read cells as text by row counted from 1, "" where there is none; a fault is missing.

    The place is a file and a column; `missing` says what is wrong with an empty cell, if anything.
    """
    try:
        codes, distinct = pd.factorize(values, use_na_sentinel=False)
    except TypeError:
        raise ArgumentError(
            f"column {values.name!r} holds what is no text, number or date; make it text first"
        ) from None
    texts: list[str | None] = []
    faults: dict[int, tuple[str, str]] = {}
    for code, value in enumerate(distinct.tolist()):
        known = "" if pd.isna(value) else str(value)
        try:
            text = read(value) if known else ""
            if missing and not text:
                raise ArgumentError(missing)
            texts.append(text)
        except ArgumentError as error:
            texts.append(None)
            faults[code] = (known, str(error))
    rows = np.flatnonzero(np.isin(codes, list(faults))).tolist()
    problems += listed(Problem(place[0], n + 1, place[1], *faults[codes[n]]) for n in rows)
    cells = pd.array(texts, dtype="str").take(codes)
    return pd.Series(cells, index=pd.RangeIndex(1, len(values) + 1))


def read_frame(
    name: str, frame: pd.DataFrame, columns: dict[str, Column], problems: list[Problem]
) -> pd.DataFrame:
    """Read a frame with some of the columns as text, by row counted from 1; "" for a fault, too."""
    refuse_no_frame(name, frame)
    unknown = [repr(str(column)) for column in frame.columns if column not in columns]
    if unknown or not frame.columns.is_unique:
        found, known = some(unknown) or "a column twice", ", ".join(columns)
        raise ArgumentError(f"`{name}` has {found}; use some of {known}, each once")
    rows = pd.RangeIndex(1, len(frame) + 1)
    cells = pd.DataFrame(dict.fromkeys(columns, ""), rows, dtype="str")
    for word in frame.columns:
        column, values = columns[word], frame[word]
        if column.type == "number" and pd.api.types.is_numeric_dtype(values):
            cells[word] = column_text(values, column).set_axis(rows)
        else:
            read = date_text if column.type in ("date", "interval") else plain_text
            cells[word] = read_column(values, read, (name, word), problems).fillna("")
    return cells


def refuse_no_frame(name: str, value: object) -> None:
    """Refuse what is no frame."""
    if not isinstance(value, pd.DataFrame):
        raise ArgumentError(f"`{name}` is a {type(value).__name__}; give a pandas DataFrame")


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
    unclean = None if text.isprintable() else CONTROL.search(text)
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
    timed = _TIMED.fullmatch(text)  # Wikidata has zeros where a month or day is not known
    return timed.group(1).removesuffix("-00").removesuffix("-00") if timed else text


def fold_name(text: str) -> str:
    """Fold a name for comparison: small letters without accents, Chinese in simplified form.

    >>> fold_name("Ðồng  Văn"), fold_name("東興市"), fold_name("L'Aquila")
    ('dong van', '东兴市', 'l aquila')
    """
    text = text.casefold()
    if not text.isascii():
        # Taken apart, some letters are capitals again, and some small ones can be taken apart.
        small = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFKD", small).translate(_LETTERS)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", text))


def main_part(name: str) -> str:
    """Return what stands before a comma or bracket: "Halifax" of "Halifax, West Yorkshire"."""
    return re.split(r"\s*[,;(（，、\[]", name, maxsplit=1)[0] or name


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens, with a hash for other scripts."""
    folded = fold_name(text)
    words = re.findall("[a-z0-9]+", folded)
    return "-".join([*words, _hash(text)] if not words or _FOREIGN.search(folded) else words)


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


@dataclass(frozen=True)
class Register:
    """The rows of an edge list, read column by column, and what is wrong in them."""

    pairs: pd.DataFrame
    problems: list[Problem]
    skip: bool

    def keys(self, left: Any, right: Any) -> tuple[list[Hashable], list[Hashable]]:
        """Return the columns of the keys of both sides."""
        both = []
        for argument, value in (("left", left), ("right", right)):
            both.append(list(value) if isinstance(value, list | pd.Index | np.ndarray) else [value])
            for column in both[-1]:
                if not self.has(column):
                    shown = ", ".join(map(repr, self.pairs.columns[:10]))
                    raise ArgumentError(
                        f"`{argument}` is {column!r}; use a column of `pairs`: {shown}"
                        f"{', …' * (len(self.pairs.columns) > 10)}{self.near(column)}"
                    )
        if len(both[0]) != len(both[1]) or not both[0]:
            raise ArgumentError(
                f"`left` has {len(both[0])} columns and `right` {len(both[1])}; give as many for "
                "both, which make one key; of a table with a column a twin, make one row a "
                "twinning first, by `pairs.melt`"
            )
        return both[0], both[1]

    def has(self, value: Any) -> bool:
        """Tell whether an argument names a column."""
        try:
            return value is not None and value in self.pairs.columns
        except TypeError:
            return False

    def near(self, value: object) -> str:
        """Ask for the column that a value which is none looks like, if there is one."""
        columns = {} if self.has(value) else {str(c).casefold(): c for c in self.pairs.columns}
        found = difflib.get_close_matches(str(value).casefold(), columns, n=1, cutoff=0.8)
        return f"; is the column {columns[found[0]]!r} meant?" if found else ""

    def read(
        self, argument: str, value: Any, how: Reader = plain_text, missing: str = ""
    ) -> pd.Series:
        """Read a column, where a fault is missing, or one value for all rows."""
        if self.has(value):
            cells = self.pairs[value]
            if isinstance(cells, pd.DataFrame):
                raise ArgumentError(f"`pairs` has the column {value!r} more than once; rename one")
            return read_column(cells, how, (PAIRS, str(value)), self.problems, missing)
        if isinstance(value, list | dict | set | pd.DataFrame | pd.Series | np.ndarray):
            given = type(value).__name__
            raise ArgumentError(
                f"`{argument}` is a {given}; give one column of `pairs`, or a value"
            )
        near = self.near(value) if isinstance(value, str) else ""
        try:
            text = "" if pd.isna(value) else how(value)
        except ArgumentError as error:
            said = f"`{argument}` is no column of `pairs`, and {error}{near}"
            raise ArgumentError(said) from None
        if near:
            said = f"`{argument}` is {value!r}, which is no column and holds for all rows{near}"
            self.problems.append(warning(PAIRS, said))
        return pd.Series(text, pd.RangeIndex(1, len(self.pairs) + 1), dtype="str")

    def countries(self, side: str, column: Any) -> pd.Series:
        """Read the countries of one side; what is no code is missing."""
        codes = self.read(f"{side}_country", column, missing=_NO_COUNTRY)
        known = codes.dropna().unique().tolist()
        words = sorted(word for word in known if not re.fullmatch("[A-Z]{2}", word))
        wrong = codes.isin(words)
        if words:
            remedy = "give one two-letter ISO 3166-1 code in capitals, or a column of them"
            if self.has(column):
                short = all(len(word) == 2 for word in words)
                step = "str.upper()" if short else f"map({{{words[0]!r}: …}})"
                remedy = f"make two-letter ISO 3166-1 codes of it by pairs[{column!r}].{step}"
            message = (
                f"`{side}_country` gives {some(list(map(repr, words)))} in {wrong.sum():,} of "
                f"{len(codes):,} rows; {remedy} (ZZ where it is not known)"
            )
            if not self.skip or not self.has(column):
                raise ArgumentError(message + self.near(column))
            self.problems.append(warning(PAIRS, message, column))
        if "UK" in known:
            said = "'UK' is no code of ISO 3166-1; that of the United Kingdom is GB"
            self.problems.append(warning(PAIRS, said, column, "UK"))
        return codes.mask(wrong)

    def places(
        self, side: str, columns: list[Hashable], country: Any, known: pd.Series
    ) -> pd.Series:
        """Read the places of one side; those of ZZ take the country known of their key, if any."""
        code = self.countries(side, country)
        key = joined(self.read(side, column, missing=_NO_PLACE) for column in columns)
        code = code.mask(code.eq("ZZ") & key.isin(known.index), key.map(known))
        return joined([code, key])

    def kinds(self, kind: Any) -> pd.Series:
        """Read the kinds, all of which must be of the data model."""
        cells = self.read("kind", kind)
        wrong = sorted({*cells.dropna().unique()} - {"", *KINDS})
        if wrong:
            raise ArgumentError(
                f"`kind` gives {some(list(map(repr, wrong)))}; give a column of kinds, or one "
                f"kind, of {', '.join(KINDS)}{self.near(kind)}"
            )
        return cells

    def dates(self, signed: Any, declared: set[str]) -> pd.Series:
        """Read the dates, letting through what is declared to be none."""

        def read(value: object) -> str:
            text = date_text(value)
            if text and text not in declared and not any(map(str.isdecimal, text)):
                raise ArgumentError(f"{text!r} is not a date; if none, name it in `undated_values`")
            if text and text not in declared:
                parse_date(text)
            return text

        return self.read("signed", signed, read)


def joined(parts: Iterable[pd.Series]) -> pd.Series:
    """Join country and key, or the parts of a key, to one text a row; missing where one is."""
    return reduce(lambda text, part: text + BETWEEN + part, parts)
