"""Rules that one table can break by itself, and references: each rule is one function."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd

from twinstudy.dates import date_bounds, parse_date
from twinstudy.errors import ArgumentError, Problem, Severity, some, warning
from twinstudy.tables.files import CONTROL, NUMBERS, Tables, listed
from twinstudy.tables.schema import LONGEST_ID, TABLES, Column, Type

#: Says of the distinct values of a column, none of them empty, what is wrong with which.
ValueRule = Callable[[Column, set[str]], dict[str, str]]

_BLANK = "\u00a0\u034f\u115f\u1160\u2007\u202f\u2800\u3164\uffa0"  # that are no Cf
_COMPARISONS = 200_000  # that the search for keys near to the missing ones of a column may take


def unclean(_: Column, values: set[str]) -> dict[str, str]:
    """Find values that no sound file holds: with control characters, or separate accents."""
    wrong = {}
    for value in (each for each in values if not (each.isascii() and each.isprintable())):
        control = CONTROL.search(value)
        if control:
            wrong[value] = f"holds the control character {control.group()!r}; take it out"
        elif not unicodedata.is_normalized("NFC", value):
            wrong[value] = "has letters with separate accents; normalise it to Unicode NFC"
    return {value: f"{shown(value)} {message}" for value, message in wrong.items()}


def invisible(_: Column, values: set[str]) -> dict[str, str]:
    """Find, as warnings, values with characters that nobody can see."""
    remedy = "which tells names apart that look the same; take it out"
    return {
        value: f"{shown(value)} holds the invisible character {character!a}, {remedy}"
        for value in values
        for character in ("" if value.isascii() else value)
        if unicodedata.category(character) == "Cf" or character in _BLANK
    }


def patterns(column: Column, values: set[str]) -> dict[str, str]:
    """Find values that do not match the pattern of their column."""
    if not column.pattern:
        return {}
    fits = re.compile(column.pattern).fullmatch
    remedy = f"has the wrong form; write {column.form}"
    return {value: f"{shown(value)} {remedy}" for value in values if not fits(value)}


def long_ids(_: Column, values: set[str]) -> dict[str, str]:
    """Find ids that are too long for the name of a file."""
    remedy = f"is longer than {LONGEST_ID} characters; shorten it"
    return {value: f"{shown(value)} {remedy}" for value in values if len(value) > LONGEST_ID}


def vocabularies(column: Column, values: set[str]) -> dict[str, str]:
    """Find values that are not words of their column's vocabulary."""
    remedy = f"is not in the vocabulary; use one of {', '.join(column.words)}"
    return {value: f"{shown(value)} {remedy}" for value in values if value not in column.words}


def dates(column: Column, values: set[str]) -> dict[str, str]:
    """Find texts that are no EDTF date, or no interval where an interval must stand."""
    wrong = {}
    for value in values:
        try:
            parse_date(value)
        except ArgumentError as error:
            wrong[value] = str(error)
        else:
            if column.type == "interval" and "/" not in value:
                wrong[value] = f"{value!r} is not an interval; write A/B, A/.. or ../B"
    return wrong


def numbers(column: Column, values: set[str]) -> dict[str, str]:
    """Find cells that are no number of their column's type."""
    remedy = "is not a plain decimal number; write digits with a point, such as 277.5"
    if column.type == "integer":
        remedy = "is not a whole number; write digits only"
    fits = re.compile(NUMBERS[column.type]).fullmatch
    return {value: f"{shown(value)} {remedy}" for value in values if not fits(value)}


def bounds(column: Column, values: set[str]) -> dict[str, str]:
    """Find numbers that are out of the bounds of their column."""
    low = float("-inf") if column.minimum is None else column.minimum
    high = float("inf") if column.maximum is None else column.maximum
    meant = f"{low:g} or more" if column.maximum is None else f"{low:g} to {high:g}"
    fits = re.compile(NUMBERS[column.type]).fullmatch
    return {
        value: f"{shown(value)} is out of bounds; write {meant}"
        for value in values
        if fits(value) and not low <= float(value) <= high
    }


def trimmed_text(_: Column, values: set[str]) -> dict[str, str]:
    """Find free text with spaces around it."""
    remedy = "has spaces around it; take them out"
    return {value: f"{shown(value)} {remedy}" for value in values if value.strip() != value}


def formula_text(_: Column, values: set[str]) -> dict[str, str]:
    """Find, as warnings, free text that a spreadsheet would run as a formula."""
    remedy = "would run as a formula in a spreadsheet; import the file as text"
    return {value: f"{shown(value)} {remedy}" for value in values if value[0] in "=+@-"}


#: Every rule on single values, with the types of the columns that it is about.
VALUE_RULES: tuple[tuple[ValueRule, tuple[Type, ...], Severity], ...] = (
    (unclean, ("text",), "error"),
    (invisible, ("text",), "warning"),
    (patterns, ("id", "text"), "error"),
    (long_ids, ("id",), "error"),
    (vocabularies, ("vocabulary",), "error"),
    (dates, ("date", "interval"), "error"),
    (numbers, ("integer", "number"), "error"),
    (bounds, ("integer", "number"), "error"),
    (trimmed_text, ("text",), "error"),
    (formula_text, ("text",), "warning"),
)


def value_problems(
    tables: Tables, rules: Iterable[tuple[ValueRule, tuple[Type, ...], Severity]] = VALUE_RULES
) -> Iterator[Problem]:
    """Yield required cells that are empty, and cells that a rule on single values refuses."""
    for file, column, cells in _columns(tables):
        found = [(rule, severity) for rule, types, severity in rules if column.type in types]
        values = set(cells.tolist()) if found or column.required else set()
        if column.required and "" in values:
            words = column.description[0].lower() + column.description[1:].rstrip(".")
            message = f"the cell is empty; every row needs one: {words}"
            yield from wrong_values(cells, file, {"": message})
        values.discard("")
        for rule, severity in found:
            messages = rule(column, values)
            yield from wrong_values(cells, file, messages, severity)
            if severity == "error":  # what is wrong already may break the next rule by it
                values.difference_update(messages)


def _columns(tables: Tables) -> Iterator[tuple[str, Column, pd.Series]]:
    for table in TABLES:
        if table.name in tables.text:
            for column in table.columns:
                yield f"{table.name}{tables.suffix}", column, tables.text[table.name][column.name]


def problems_of(
    cells: pd.Series, file: str, message: str | Mapping[str, str], severity: Severity = "error"
) -> Iterator[Problem]:
    """Make a problem of each cell; `message` has a text for each value, or ``{!r}`` for it."""
    if isinstance(message, str):
        values = cells.unique().tolist()
        message = {value: message.replace("{!r}", shown(value)) for value in values}
    yield from listed(
        Problem(file, line, str(cells.name), value, message[value], severity)
        for line, value in zip(cells.index.tolist(), cells.tolist(), strict=True)
    )


def wrong_values(
    cells: pd.Series, file: str, messages: Mapping[str, str], severity: Severity = "error"
) -> Iterator[Problem]:
    """Make a problem of every cell of a column whose value has a message."""
    if messages:
        yield from problems_of(cells[cells.isin(list(messages))], file, messages, severity)


def shown(value: str) -> str:
    """Return a value as messages show it: in quotes, escaped where it would not print, not long."""
    return repr(value if len(value) <= 100 else f"{value[:99]}…")


def unique_keys(tables: Tables) -> Iterator[Problem]:
    """Yield rows whose key stands in an earlier row."""
    for table in TABLES:
        for key in filter(None, (table.key, table.unique)):
            if table.name in tables.text:
                cells = tables.text[table.name][list(key)]
                again = cells[cells.duplicated()]
                if key == table.key:  # of `unique`, an empty part is one more value
                    again = again[(again != "").all(axis=1)]
                remedy = "keep one of them, or give this one a key of its own"
                message = f"{{!r}} repeats the {', '.join(key)} of an earlier row; {remedy}"
                yield from problems_of(again[key[0]], f"{table.name}{tables.suffix}", message)


def references(tables: Tables) -> Iterator[Problem]:
    """Yield references to keys that do not exist, with the nearest one that does."""
    keys = {name: frame["id"].tolist() for name, frame in tables.text.items() if "id" in frame}
    known = {name: {"", *ids, *tables.unread.get(name, ())} for name, ids in keys.items()}
    for file, column, cells in _columns(tables):
        lost = set(cells.tolist()) - known[column.target] if column.target in known else set()
        if lost:
            wrong = cells[cells.isin(list(lost))]
            there, target = keys[column.target], f"{column.target}{tables.suffix}"
            if "" in there or "" in tables.unread.get(column.target, ()):
                remedy = "a row there has lost its key; mend that first"
                yield from problems_of(wrong, file, f"{{!r}} is not in {target}; {remedy}")
                continue
            yield from problems_of(wrong, file, _nearest(wrong.unique().tolist(), there, target))


def _nearest(lost: list[str], keys: list[str], file: str) -> dict[str, str]:
    """Say of keys that are not in a file which one there is the nearest, if it takes not long."""
    messages = {}
    for searched, value in enumerate(lost, start=1):
        near = keys if searched * len(keys) <= _COMPARISONS else []
        found = difflib.get_close_matches(value[:200], near, n=1, cutoff=0.8)
        remedy = f"nearest: {found[0]!r}" if found else "add the row, or correct the key"
        where = f"{file}; {remedy}" if keys else f"{file}, which is empty; add the row"
        messages[value] = f"{shown(value)} is not in {where}"
    return messages


def unlikely_dates(signed: pd.Series, file: str, column: object, unknown: str) -> Iterator[Problem]:
    """Yield, as warnings, dates of signing that can hardly be meant, all of a kind in one."""
    counts = signed[signed.ne("")].value_counts().sort_index()
    text = counts.index.to_series()
    bounds = date_bounds(text, errors="coerce")
    first, last = bounds["earliest"].dt.year, bounds["latest"].dt.year
    days = bounds["earliest"].eq(bounds["latest"])
    firsts = days & text.str[4:10].eq("-01-01")
    many = firsts & (counts[firsts].sum() >= max(5, 0.9 * counts[days].sum()))
    late = bounds["earliest"] > pd.Timestamp.now()
    long = first.notna() & ~(last - first <= 10)
    for found, said, remedy in (
        (last < 800, "lie before the year 800", "write years with four digits"),
        (late, "lie in the future", f"correct them, or {unknown.format('them')}"),
        (many, "are a 1 January", "where only the year is known, give it alone (.str[:4])"),
        (long, "span more than ten years", "an interval is signed within: give beginnings alone"),
    ):  # fmt: skip
        if found.any():
            number, shown = f"{counts[found].sum()} of {counts.sum()}", some([*text[found]])
            yield warning(file, f"{number} dates {said}, such as {shown}; {remedy}", column)


def doubtful_dates(signed: pd.Series, file: str, column: object, unknown: str) -> Iterator[Problem]:
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
