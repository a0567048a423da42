"""Any frame of twinnings as a dataset."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, DataError, Problem, Problems
from twinstudy.records.dataset import Dataset, dataset_of
from twinstudy.records.edgerows import EdgeRows, read_rows, spikes, take_out_declared
from twinstudy.records.edgetables import Pairings, pairing_tables, place_tables
from twinstudy.records.gazetteer import locality_cells, read_localities
from twinstudy.records.reading import date_text
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS
from twinstudy.tables.table_rules import check_tables
from twinstudy.tables.typed import Tables, coded

_FILE = "pairs"
_DEFAULT_LEVEL = "commune"


def from_edgelist(
    pairs: pd.DataFrame,
    *,
    left: Hashable | list[Hashable],
    right: Hashable | list[Hashable],
    left_country: Hashable = "ZZ",
    right_country: Hashable = "ZZ",
    kind: Hashable = None,
    signed: Hashable = None,
    source: Hashable = None,
    localities: pd.DataFrame | None = None,
    undated_values: Iterable[object] = (),
    on_error: Literal["raise", "skip"] = "raise",
) -> Dataset:
    """Make a dataset of any frame of twinnings.

    A place is a country and a key. Rows about the same two places, in whichever order, are one
    pairing with one claim a row; claims with different dates are a conflict, not an error.

    Parameters
    ----------
    pairs
        One row a twinning.
    left, right
        Columns of the keys or names of the two places; a list where several columns make a key.
    left_country, right_country
        Column of two-letter country codes, or one code; ZZ for not known.
    kind
        Column of kinds of pairing, or one kind; where there is none, the kind is ``other``.
    signed
        Column of dates of signing, or one date: EDTF text, ISO dates with or without time of day,
        years as numbers, dates, timestamps; missing values are not stated.
    source
        Column of titles of sources, or one title; where there is none, "Edge list".
    localities
        Frame about places, indexed by key, or by key and country, with any columns of the
        localities table, and ``parent``: the key of the unit above, in the same country and named
        by `pairs` or this frame. Places without ``name`` are called by the first column of their
        key; points without ``position`` are approximate. The level of a member without ``level``
        is that of the kind of its pairings, else ``commune``, which the report says.
    undated_values
        Values of `signed` that stand for "not known", such as ``[2000]``.
    on_error
        ``"raise"``, or ``"skip"`` to leave out rows of `pairs` that cannot be used.

    Returns
    -------
    dataset
        Records that satisfy every rule of the data model. The order of the rows changes nothing
        but the row numbers in `report`, which holds warnings: rows left out; values declared
        undated; a year with more than five times as many dates as the median of the two years on
        either side of it; names that differ only in accents, case or signs; kinds that disagree;
        members without level. There, `line` is the number of a row in `pairs` or `localities`,
        counted from 1.

    Raises
    ------
    DataError
        If rows name no place, one place twice, or what is not a date, or `localities` breaks a
        rule of the data model: all faults at once.
    ArgumentError
        If an argument cannot be used, or kinds or countries are not of the data model.

    Notes
    -----
    Text is brought to Unicode NFC, and white space, line breaks too, to single spaces; nothing
    else is changed, so "NA" and "007" stay what they are. Ids are made of country and key:
    ``l-de-koln``, ``p-de-koln-fr-lille``, ``c-de-koln-fr-lille-1``. They depend on nothing else,
    except that places whose keys fold to the same ASCII letters all get a hash of their key at
    the end, as do keys with letters that have no ASCII form. The claims of a pairing are numbered
    by date.

    Examples
    --------
    >>> pairs = pd.DataFrame({"city": ["Köln", "Lille"], "twin": ["Lille", "Köln"],
    ...                       "home": ["DE", "FR"], "abroad": ["FR", "DE"], "year": [1958, 1959]})
    >>> dataset = from_edgelist(pairs, left="city", right="twin", left_country="home",
    ...                         right_country="abroad", signed="year")
    >>> dataset.claims[["id", "pairing_id", "signed"]]
                         id          pairing_id signed
    0  c-de-koln-fr-lille-1  p-de-koln-fr-lille   1958
    1  c-de-koln-fr-lille-2  p-de-koln-fr-lille   1959
    >>> print(dataset.report)
    localities: warning: level: 2 members have no level and count as commune; give `level` in \
`localities`
    """
    left, right = _checked_keys(pairs, left, right)
    if on_error not in ("raise", "skip"):
        raise ArgumentError(f"`on_error` is {on_error!r}; use 'raise' or 'skip'")
    if isinstance(undated_values, str) or not isinstance(undated_values, Iterable):
        raise ArgumentError(f"`undated_values` is {undated_values!r}; give a list of values")
    declared = sorted({date_text(value) for value in undated_values})
    rows, problems = read_rows(
        pairs, left=left, right=right, countries=(left_country, right_country),
        kind=kind, signed=signed, source=source, declared=declared,
    )  # fmt: skip
    faulty = np.isin(rows.line, [problem.line for problem in problems])
    rows = rows.keep(~faulty)
    if on_error == "skip" and faulty.any():
        problems = [replace(problem, severity="warning") for problem in problems]
        message = f"{faulty.sum()} of {len(faulty)} rows are left out"
        problems.append(Problem(_FILE, 0, "", "", message, "warning"))
    dates, undated = take_out_declared(rows.signed, declared, signed)
    rows = replace(rows, signed=dates)
    problems += [*undated, *spikes(dates, signed)]

    stated, found = read_localities(localities, rows.places)
    cells, unplaced = locality_cells(rows.places, stated)
    pairings, differing = _pairings(rows, kind)
    cells, unranked = _with_levels(cells, rows, pairings)
    tables = place_tables(cells, rows)
    problems += [*found, *unplaced, *differing, *unranked, *_broken_rules(tables)]
    report = Problems(sorted(problems))
    if any(problem.severity == "error" for problem in report):
        raise DataError(report)
    typed = coded(tables.typed)
    frames = typed | pairing_tables(rows, pairings, cells["id"], typed)
    return dataset_of(frames, report)


def _checked_keys(
    pairs: pd.DataFrame, left: Hashable | list[Hashable], right: Hashable | list[Hashable]
) -> tuple[list[Hashable], list[Hashable]]:
    if not isinstance(pairs, pd.DataFrame):
        raise ArgumentError(f"`pairs` is a {type(pairs).__name__}; give a pandas DataFrame")
    both = []
    for argument, value in (("left", left), ("right", right)):
        columns = value if isinstance(value, list) else [value]
        for column in columns:
            if column not in pairs.columns:
                known = ", ".join(repr(name) for name in pairs.columns)
                raise ArgumentError(f"`{argument}` is {column!r}; use a column of `pairs`: {known}")
        both.append(columns)
    if len(both[0]) != len(both[1]) or not both[0]:
        raise ArgumentError(
            f"`left` has {len(both[0])} columns and `right` {len(both[1])}; give as many for both, "
            "in the same order"
        )
    return both[0], both[1]


def _pairings(rows: EdgeRows, column: Hashable) -> tuple[Pairings, list[Problem]]:
    """Find the pairings; of the kinds that their rows state, take the first one of KINDS."""
    size = max(len(rows.places), 1)
    low, high = np.minimum(rows.left, rows.right), np.maximum(rows.left, rows.right)
    keys, of_row = np.unique(low * size + high, return_inverse=True)
    other = len(KINDS) - 1
    stated = np.array([KINDS.index(word) for word in rows.kind.words] + [other])[rows.kind.codes]
    kinds = np.full(len(keys), other)
    np.minimum.at(kinds, of_row, stated)
    warnings = []
    for row in np.flatnonzero((stated != kinds[of_row]) & (rows.kind.codes >= 0)).tolist():
        word, kept = KINDS[stated[row]], KINDS[kinds[of_row[row]]]
        message = f"{word!r} is not kept, since another row calls the same pairing {kept!r}"
        line = int(rows.line[row])
        warnings.append(Problem(_FILE, line, str(column), word, message, "warning"))
    return Pairings(np.column_stack([keys // size, keys % size]), of_row, kinds), warnings


def _with_levels(
    cells: pd.DataFrame, rows: EdgeRows, pairings: Pairings
) -> tuple[pd.DataFrame, list[Problem]]:
    """Fill in the levels of members, the highest one that the kinds of their pairings tell."""
    untold = len(LEVELS)
    told = [
        LEVELS.index(LEVEL_OF_KIND[kind]) if kind in LEVEL_OF_KIND else untold for kind in KINDS
    ]
    level = np.full(len(cells), untold)
    np.minimum.at(level, pairings.ends, np.array(told)[pairings.kinds][:, np.newaxis])
    stated = cells["level"] if "level" in cells else pd.Series("", index=cells.index, dtype="str")
    missing = (stated == "").to_numpy(bool) & (np.arange(len(cells)) < len(rows.places))
    words = pd.Series(np.array([*LEVELS, _DEFAULT_LEVEL], dtype=object)[level], dtype="str")
    unranked = int((missing & (level == untold)).sum())
    message = (
        f"{unranked} members have no level and count as {_DEFAULT_LEVEL}; "
        "give `level` in `localities`"
    )
    warnings = [Problem("localities", 0, "level", "", message, "warning")] if unranked else []
    return cells.assign(level=stated.mask(missing, words)), warnings


def _broken_rules(tables: Tables) -> Iterator[Problem]:
    """Yield the rules that what the user says of places and sources breaks."""
    file = {"localities": "localities", "containments": "localities", "sources": _FILE}
    column = {"child_id": "", "parent_id": "parent"}
    for problem in check_tables(tables):
        yield replace(
            problem, file=file[problem.file], column=column.get(problem.column, problem.column)
        )
