"""A dataset with more rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem, Problems
from twinstudy.records.dataset import Dataset, dataset_of
from twinstudy.records.reading import column_cells
from twinstudy.tables.schema import TABLES, Table
from twinstudy.tables.table_rules import check_tables
from twinstudy.tables.typed import text_tables, type_tables


def extend(dataset: Dataset, **tables: pd.DataFrame) -> Dataset:
    """Add rows to tables of a dataset, such as counts that own data lack, or a further claim.

    Parameters
    ----------
    dataset
        Records.
    **tables
        Frames by the name of the table that they add to, such as ``counts=``, with any columns of
        that table; what a frame leaves out is not stated.

    Returns
    -------
    dataset
        A new dataset, to which every rule of the data model has been applied again, with a version
        of its own; `report` holds what the checks flag, after that of the dataset given.

    Raises
    ------
    ArgumentError
        If a name is no table, a value no frame, or a column none of its table.
    DataError
        If a rule is broken: all faults at once. `file` names the table, and `line` the row of the
        added frame, counted from 1; 0 for a row that was in the dataset before.

    Notes
    -----
    Text is brought to Unicode NFC with single spaces. Dates may be EDTF text, years as numbers,
    dates or timestamps.

    Examples
    --------
    >>> from twinstudy import load
    >>> length = {"id": "n-mine", "area_id": "l-vn-tuyen-quang-province", "value": 277,
    ...           "measure": "border_length", "side": "VN", "qualifier": "at_least",
    ...           "as_of": 2026, "source_id": "s-mine", "locator": "field notes"}
    >>> source = {"id": "s-mine", "kind": "other"}
    >>> dataset = load()
    >>> more = extend(dataset, sources=pd.DataFrame([source]), counts=pd.DataFrame([length]))
    >>> len(more.counts) - len(dataset.counts), more.version == dataset.version
    (1, False)
    """
    known = {table.name: table for table in TABLES}
    text = {  # line 0: what was there before has no row in an added frame
        name: frame.set_axis(np.zeros(len(frame), dtype=np.int64))
        for name, frame in text_tables(dataset.coded).items()
    }
    problems: list[Problem] = []
    for name, frame in tables.items():
        if name not in known:
            raise ArgumentError(f"{name!r} is no table; give rows of some of {', '.join(known)}")
        added = _rows(frame, known[name], problems)
        text[name] = pd.concat([text[name], added])
    typed = type_tables(text, suffix="")
    found = check_tables(typed)
    # What is flagged in rows that were there before stands in the report already.
    problems += [each for each in found if each.line or each.severity == "error"]
    return dataset_of(typed.typed, Problems([*dataset.report, *sorted(problems)]))


def _rows(frame: pd.DataFrame, table: Table, problems: list[Problem]) -> pd.DataFrame:
    """Read the rows of a frame as text, indexed by row number counted from 1."""
    if not isinstance(frame, pd.DataFrame):
        message = f"`{table.name}` is a {type(frame).__name__}; give a pandas DataFrame"
        raise ArgumentError(message)
    unknown = [str(name) for name in frame.columns if name not in table.column_names]
    if unknown or not frame.columns.is_unique:
        shown = ", ".join(map(repr, unknown)) or "a column twice"
        raise ArgumentError(
            f"`{table.name}` has {shown}; use some of {', '.join(table.column_names)}, each once"
        )
    cells = {
        column.name: column_cells(frame[column.name], column, table.name, problems)
        if column.name in frame
        else ""
        for column in table.columns
    }
    return pd.DataFrame(cells, index=pd.RangeIndex(1, len(frame) + 1), dtype="str")
