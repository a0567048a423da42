"""Rules that one table can break by itself, and references: each rule is one function."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, Problem, Severity
from twinstudy.tables.files import Tables, listed, shown
from twinstudy.tables.schema import LONGEST_ID, TABLES, Column, Table

_COMPARISONS = 200_000  # that the search for keys near to the missing ones of a column may take


def problems_at(
    tables: Tables,
    name: str,
    column: str,
    where: np.ndarray | pd.Series,
    message: str | Callable[[str], str],
    *,
    severity: Severity = "error",
) -> Iterator[Problem]:
    """Make a problem of every row of a table for which `where` is true.

    `message` is a function of the value, or a template with ``{!r}`` for it.

    >>> cells = pd.DataFrame({"id": ["p-a", "x"]}, index=[2, 3])
    >>> tables = Tables({"pairings": cells}, {})
    >>> print(*problems_at(tables, "pairings", "id", cells["id"] == "x", "{!r} is odd"))
    pairings.csv:3: id: 'x' is odd
    """
    rows = np.flatnonzero(where)
    text = tables.text[name].iloc[rows]
    values = text[column] if column else pd.Series("", index=text.index)
    file = f"{name}{tables.suffix}"
    yield from listed(
        Problem(file, line, column, value, _said(message, value), severity)
        for line, value in zip(text.index.tolist(), values, strict=True)
    )


def _said(message: str | Callable[[str], str], value: str) -> str:
    return message.replace("{!r}", shown(value)) if isinstance(message, str) else message(value)


def _columns(tables: Tables, *types: str) -> Iterator[tuple[Table, Column, pd.Series, pd.Series]]:
    for table in TABLES:
        if table.name in tables.text:
            for column in table.columns:
                if column.type in types:
                    text = tables.text[table.name][column.name]
                    yield table, column, text, tables.typed[table.name][column.name]


def required_cells(tables: Tables) -> Iterator[Problem]:
    """Yield required cells that are empty."""
    for table in TABLES:
        if table.name in tables.text:
            for column in table.columns:
                if column.required:
                    empty = (tables.text[table.name][column.name] == "").to_numpy()
                    words = column.description[0].lower() + column.description[1:].rstrip(".")
                    yield from problems_at(
                        tables, table.name, column.name, empty,
                        f"the cell is empty; every row needs one: {words}",
                    )  # fmt: skip


def patterns(tables: Tables) -> Iterator[Problem]:
    """Yield values that do not match the pattern of their column."""
    for table, column, text, _ in _columns(tables, "id", "text"):
        if column.pattern:
            wrong = ~text.str.fullmatch(column.pattern).to_numpy(bool) & (text != "").to_numpy(bool)
            yield from problems_at(
                tables, table.name, column.name, wrong,
                f"{{!r}} has the wrong form; write {column.form}",
            )  # fmt: skip


def long_ids(tables: Tables) -> Iterator[Problem]:
    """Yield ids that are too long for the name of a file."""
    for table, column, text, _ in _columns(tables, "id"):
        yield from problems_at(
            tables, table.name, column.name, text.str.len() > LONGEST_ID,
            f"{{!r}} is longer than {LONGEST_ID} characters; shorten it",
        )  # fmt: skip


def vocabularies(tables: Tables) -> Iterator[Problem]:
    """Yield values that are not words of their column's vocabulary."""
    for table, column, text, typed in _columns(tables, "vocabulary"):
        wrong = typed.isna().to_numpy() & (text != "").to_numpy(bool)
        words = ", ".join(column.words)
        yield from problems_at(
            tables, table.name, column.name, wrong,
            f"{{!r}} is not in the vocabulary; use one of {words}",
        )  # fmt: skip


def dates(tables: Tables) -> Iterator[Problem]:
    """Yield texts that are no EDTF date, or no interval where an interval must stand."""
    for table, column, text, _ in _columns(tables, "date", "interval"):
        wrong: dict[str, str] = {}
        for value in text[text != ""].unique():
            try:
                parse_date(value)
            except ArgumentError as error:
                wrong[value] = str(error)
            else:
                if column.type == "interval" and "/" not in value:
                    wrong[value] = f"{value!r} is not an interval; write A/B, A/.. or ../B"
        where = text.isin(list(wrong))
        yield from problems_at(tables, table.name, column.name, where, wrong.__getitem__)


def numbers(tables: Tables) -> Iterator[Problem]:
    """Yield cells that are no number of their column's type, or out of its bounds."""
    for table, column, text, typed in _columns(tables, "integer", "number"):
        word = "a whole number" if column.type == "integer" else "a plain decimal number"
        form = "digits only" if column.type == "integer" else "digits with a point, such as 277.5"
        wrong = typed.isna().to_numpy(bool) & (text != "").to_numpy(bool)
        yield from problems_at(
            tables, table.name, column.name, wrong,
            f"{{!r}} is not {word}; write {form}",
        )  # fmt: skip
        values = typed.to_numpy(dtype="float64", na_value=np.nan)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        bounds = f"{low:g} or more" if high == np.inf else f"{low:g} to {high:g}"
        yield from problems_at(
            tables, table.name, column.name, (values < low) | (values > high),
            f"{{!r}} is out of bounds; write {bounds}",
        )  # fmt: skip


def trimmed_text(tables: Tables) -> Iterator[Problem]:
    """Yield free text with spaces around it."""
    for table, column, text, _ in _columns(tables, "text"):
        where = (text.str.strip() != text).to_numpy(bool)
        yield from problems_at(
            tables, table.name, column.name, where,
            "{!r} has spaces around it; take them out",
        )  # fmt: skip


def formula_text(tables: Tables) -> Iterator[Problem]:
    """Yield, as warnings, free text that a spreadsheet would run as a formula."""
    for table, column, text, _ in _columns(tables, "text"):
        yield from problems_at(
            tables, table.name, column.name, text.str.match("[=+@-]").to_numpy(bool),
            "{!r} would run as a formula in a spreadsheet; import the file as text",
            severity="warning",
        )  # fmt: skip


def unique_keys(tables: Tables) -> Iterator[Problem]:
    """Yield rows whose key stands in an earlier row."""
    for table in TABLES:
        for key in filter(None, (table.key, table.unique)):
            if table.name not in tables.text:
                continue
            cells = tables.text[table.name][list(key)]
            # Of a key that may have empty parts, an empty part is one more value.
            usable = (cells[list(table.key)] != "").all(axis=1) if key == table.key else True
            columns = ", ".join(key)
            yield from problems_at(
                tables, table.name, key[0], cells.duplicated() & usable,
                f"{{!r}} repeats the {columns} of an earlier row; keep one of them, or give this "
                "one a key of its own",
            )  # fmt: skip


def references(tables: Tables) -> Iterator[Problem]:
    """Yield references to keys that do not exist, with the nearest one that does."""
    for table, column, text, _ in _columns(tables, "reference"):
        if column.target in tables.text:
            keys = tables.text[column.target]["id"]
            known = text.isin(keys) | text.isin(list(tables.unread.get(column.target, ())))
            lost = "" in {*keys} or "" in tables.unread.get(column.target, ())
            say = _nearest(f"{column.target}{tables.suffix}", keys[keys != ""].tolist(), lost=lost)
            yield from problems_at(tables, table.name, column.name, (text != "") & ~known, say)


def _nearest(file: str, keys: list[str], *, lost: bool) -> Callable[[str], str]:
    @cache  # a key that is missing is often missing in many rows
    def say(value: str) -> str:
        if not keys:
            return f"{shown(value)} is not in {file}, which is empty; add the row"
        searched = say.cache_info().currsize + 1
        near = keys if searched * len(keys) <= _COMPARISONS else []
        found = difflib.get_close_matches(value[:200], near, n=1, cutoff=0.8)
        remedy = f"nearest: {found[0]!r}" if found else "add the row, or correct the key"
        remedy = "a row there has lost its key; mend that first" if lost else remedy
        return f"{shown(value)} is not in {file}; {remedy}"

    return say


CELL_RULES = (
    required_cells,
    patterns,
    long_ids,
    vocabularies,
    dates,
    numbers,
    trimmed_text,
    formula_text,
    unique_keys,
)
