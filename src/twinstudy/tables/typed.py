"""Text cells to typed columns and back.

References, vocabularies and dates become categoricals, so that a reference is at once a readable
key and the row number of what it points to (its code), looked up once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np
import pandas as pd

from twinstudy.tables.schema import TABLES, Column

try:
    import pyarrow as pa
    import pyarrow.compute as pc
except ImportError:  # the extra `fast` is not installed
    pa = None

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Tables:
    """Tables as they stand in files and as typed frames, row for row, indexed by file line.

    Attributes
    ----------
    text
        Frames of text, one a readable table; an empty cell is ``""``.
    typed
        The same rows with typed columns; what cannot be typed is missing.
    suffix
        Ending of the files, for messages.
    """

    text: Frames
    typed: Frames
    suffix: str = ".csv"


def type_tables(text: Frames, suffix: str = ".csv") -> Tables:
    """Sort text frames by their keys and give their columns types.

    Parameters
    ----------
    text
        Frames of text, one a table, indexed by line; an empty cell is ``""``.
    suffix
        Ending of the files they came from.

    Returns
    -------
    tables
        The rows in the order of their keys. Typed: ids and text are str; references,
        vocabularies and dates are categoricals (a reference's code is the row number in its
        target); integers are Int64, numbers float64. Empty cells, and values that the type does
        not admit, are missing.

    Examples
    --------
    >>> text = {"pairings": pd.DataFrame({"id": ["p-b", "p-a"], "kind": ["commune", "other"],
    ...     "matching": ["joint", ""], "status": ["agreed", "x"], "note": ["", ""]}, dtype="str")}
    >>> type_tables(text).typed["pairings"][["id", "kind", "status"]]
        id     kind  status
    1  p-a    other     NaN
    0  p-b  commune  agreed
    """
    text = {
        name: frame.sort_values("id", kind="stable")
        if "id" in frame and not _ascends(frame["id"])
        else frame
        for name, frame in text.items()
    }
    keys = {
        name: pd.CategoricalDtype(pd.Index(frame["id"].array[_is_key(frame["id"])]))
        for name, frame in text.items()
        if "id" in frame
    }
    typed: Frames = {}
    for table in TABLES:
        if table.name not in text:
            continue
        cells = text[table.name]
        columns = {c.name: _typed(cells[c.name], c, keys) for c in table.columns}
        frame = pd.DataFrame(columns, index=cells.index)
        if table.key != ("id",):
            codes = key_codes(frame, table.key)
            if (np.diff(codes) < 0).any():
                order = np.argsort(codes, kind="stable")
                text[table.name], frame = cells.iloc[order], frame.iloc[order]
        typed[table.name] = frame
    return Tables(text, typed, suffix)


def keyed_rows(tables: Tables) -> Tables:
    """Leave out rows that no reference can mean, so that its code is the number of a row.

    Parameters
    ----------
    tables
        Tables as typed.

    Returns
    -------
    tables
        Without the rows whose id is empty or stands in an earlier row.

    Examples
    --------
    >>> text = {"pairings": pd.DataFrame({"id": ["p-a", "p-a", ""], "kind": "", "matching": "",
    ...                                   "status": "", "note": ""}, dtype="str")}
    >>> keyed_rows(type_tables(text)).typed["pairings"]["id"].tolist()
    ['p-a']
    """
    keyed = {name: _is_key(frame["id"]) for name, frame in tables.typed.items() if "id" in frame}
    text, typed = dict(tables.text), dict(tables.typed)
    for name, rows in keyed.items():
        if not rows.all():
            text[name], typed[name] = text[name][rows], typed[name][rows]
    return Tables(text, typed, tables.suffix)


def key_codes(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Give rows a number by the order of some columns; equal rows, equal number.

    Parameters
    ----------
    frame
        Typed frame.
    columns
        Columns that make the key, the first one counting most.

    Returns
    -------
    codes
        One int64 a row.

    Examples
    --------
    >>> key_codes(pd.DataFrame({"a": ["y", "x", "y"], "b": ["1", "2", "1"]}), ("a", "b")).tolist()
    [7, 5, 7]
    """
    combined = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes, size = codes_of(values), len(values.cat.categories)
        elif _ascends(values):
            codes, size = np.arange(len(values)), len(values)
        else:
            codes, uniques = pd.factorize(values, sort=True)
            size = len(uniques)
        if len(combined) and int(combined.max()) > 2**62 // (size + 1):
            combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
        combined = combined * (size + 1) + codes + 1
    return combined


def _ascends(values: pd.Series) -> bool:
    array = values.array
    return bool((array[:-1] < array[1:]).all())


def _is_key(ids: pd.Series) -> np.ndarray:
    """Tell which ids can be meant by a reference: they are not empty and stand there first."""
    first = np.ones(len(ids), dtype=bool) if _ascends(ids) else ~ids.duplicated().to_numpy()
    return first & (ids != "").to_numpy(bool)


def _positions(values: pd.Series, keys: pd.Index) -> np.ndarray:
    """Find each value among the keys: its position, or -1."""
    if values.empty:
        return np.empty(0, dtype=np.int32)
    if pa is None:
        return keys.get_indexer(pd.Index(values))
    found = pc.index_in(pa.array(values), value_set=pa.array(keys))
    positions: np.ndarray = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
    return positions


def _typed(values: pd.Series, column: Column, keys: Mapping[str, pd.CategoricalDtype]) -> object:
    match column.type:
        case "reference":
            dtype = keys.get(column.target, pd.CategoricalDtype(pd.Index([], dtype="str")))
            codes = _positions(values, dtype.categories)
            return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)
        case "vocabulary":
            words = pd.Index(column.words, dtype="str")
            codes = _positions(values, words)
            return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(words))
        case "date" | "interval":
            return pd.Categorical(values.where(values != ""))
        case "integer":
            whole = values.where(values.str.fullmatch(r"[0-9]{1,15}"))
            return pd.to_numeric(whole, errors="coerce").astype("Int64").array
        case "number":
            plain = values.where(values.str.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]+)?"))
            return pd.to_numeric(plain, errors="coerce").astype("float64").array
        case "id":
            return values.array
        case _:
            return values.where(values != "").array


def codes_of(column: pd.Series) -> np.ndarray:
    """Return the codes of a categorical column: of a reference, row numbers in its table.

    Parameters
    ----------
    column
        Categorical.

    Returns
    -------
    codes
        One int64 a row, -1 where missing.

    Examples
    --------
    >>> codes_of(pd.Series(["p-b", None, "p-a"], dtype="category")).tolist()
    [1, -1, 0]
    """
    return column.cat.codes.to_numpy(np.int64)


def column_text(values: pd.Series, column: Column) -> pd.Series:
    """Return a typed column as the text that stands in a file, ``""`` where it is missing.

    Parameters
    ----------
    values
        Typed column.
    column
        Its description.

    Returns
    -------
    text
        On the same index, dtype str.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> column_text(pd.Series([277.0, 74.5]), table("counts").column("value")).tolist()
    ['277', '74.5']
    """
    if column.type == "number":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        text = ["" if isnan(x) else _decimal(x) for x in numbers.tolist()]
        return pd.Series(text, index=values.index, dtype="str")
    if isinstance(values.dtype, pd.CategoricalDtype):
        return pd.Series(_words(values), index=values.index, dtype="str")
    return values.astype("str").where(values.notna(), "")


def _words(values: pd.Series) -> np.ndarray:
    # Code -1 (missing) takes the extra last word.
    words: np.ndarray = np.append(values.cat.categories.to_numpy(object), "")
    return words[values.cat.codes.to_numpy()]


def column_bytes(values: pd.Series, column: Column) -> bytes:
    r"""Return a typed column as bytes that depend on nothing but its cells and their order.

    Parameters
    ----------
    values
        Typed column.
    column
        Its description.

    Returns
    -------
    data
        References as row numbers (int32, -1 where missing) and numbers as float64 (NaN where
        missing), both little-endian; all else as in a file, one cell a line.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> column_bytes(pd.Series(["Phai Lầu", None]), table("pairings").column("note")).decode()
    'Phai Lầu\n'
    """
    match column.type:
        case "reference":
            return values.cat.codes.to_numpy("<i4").tobytes()
        case "integer" | "number":
            return values.to_numpy("<f8", na_value=np.nan).tobytes()
        case "vocabulary" | "date" | "interval":
            return "\n".join(_words(values).tolist()).encode()
    cells = column_text(values, column)
    if pa is None:
        return "\n".join(cells.tolist()).encode()
    array = pa.table({"cells": cells})["cells"].cast(pa.large_string()).combine_chunks()
    row = pa.LargeListArray.from_arrays([0, len(array)], array)
    return bytes(pc.binary_join(row, pa.scalar("\n", pa.large_string()))[0].as_buffer())


def _decimal(number: float) -> str:
    """Write the shortest text that gives the number back, without exponent."""
    text = repr(number + 0.0).removesuffix(".0")  # adding zero takes the sign from -0
    return np.format_float_positional(number, trim="-") if "e" in text else text


def text_tables(typed: Mapping[str, pd.DataFrame]) -> Frames:
    """Return typed frames as frames of text, the inverse of `type_tables`.

    Parameters
    ----------
    typed
        Typed frames.

    Returns
    -------
    frames
        Frames of text with the same rows and index.

    Examples
    --------
    >>> typed = {"pairings": pd.DataFrame({"id": ["p-a"], "kind": pd.Categorical(["other"]),
    ...     "matching": "joint", "status": "agreed", "note": [None]})}
    >>> text_tables(typed)["pairings"].iloc[0].tolist()
    ['p-a', 'other', 'joint', 'agreed', '']
    """
    return {
        table.name: pd.DataFrame(
            {
                column.name: column_text(typed[table.name][column.name], column)
                for column in table.columns
            }
        )
        for table in TABLES
        if table.name in typed
    }
