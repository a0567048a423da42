"""The bytes of a Parquet file to a frame of text and back."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd

from twinstudy.errors import MissingExtraError, Problem
from twinstudy.tables.csvtext import header_problems, unclean_cells
from twinstudy.tables.schema import Column, Table
from twinstudy.tables.typed import column_text

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:  # the extra `fast` is not installed
    pa = None

_NO_PYARROW = "Parquet files need pyarrow; install it with: pip install 'twinstudy[fast]'"


def parquet_frame(data: bytes, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Turn the bytes of a Parquet file into a frame of text, or say why that cannot be done.

    Parameters
    ----------
    data
        Content of the file.
    table
        The table that it should hold.

    Returns
    -------
    frame, problems
        The rows, indexed as the lines of a CSV file would be (the first row is 2); None if the
        file is no such table.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> print(*parquet_frame(b"no Parquet", table("claims"))[1])
    claims.parquet: the file is not sound Parquet; save the tables again
    """
    file = f"{table.name}.parquet"
    unsound = Problem(file, 0, "", "", "the file is not sound Parquet; save the tables again")
    if not (data.startswith(b"PAR1") and data.endswith(b"PAR1")):
        return None, [unsound]
    require_pyarrow()
    try:
        read = pq.read_table(pa.BufferReader(data), page_checksum_verification=True)
        names = read.column_names
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return None, [unsound]
    if sorted(names) != sorted(table.column_names):
        found = header_problems(",".join(names), table)
        return None, [replace(problem, file=file, line=0) for problem in found]
    arrays = {}
    for column in table.columns:
        try:
            arrays[column.name] = _text(read[column.name], column).array
        except (pa.ArrowException, UnicodeDecodeError):
            message = f"the column holds {read[column.name].type}, not text; save it as text"
            return None, [Problem(file, 0, column.name, "", message)]
    frame = pd.DataFrame(arrays, index=pd.RangeIndex(2, read.num_rows + 2))
    return frame, list(unclean_cells(frame, table, file=file))


def _text(values: pa.ChunkedArray, column: Column) -> pd.Series:
    if pa.types.is_floating(values.type):
        return column_text(values.to_pandas(), replace(column, type="number"))
    text = values.cast(pa.string()).fill_null("")
    text.validate(full=True)  # files may hold bytes that are not UTF-8
    return pd.Series(pd.array(text, dtype="str"))


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Write a typed frame as Parquet: categoricals as text, numbers as numbers.

    Parameters
    ----------
    frame
        Typed frame.

    Returns
    -------
    data
        The bytes of the file, with a checksum on every page.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> from twinstudy import load
    >>> data = parquet_bytes(load().pairings) if pa else b"PAR1"
    >>> data[:4]
    b'PAR1'
    """
    require_pyarrow()
    plain = frame.astype(
        {c: "str" for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)}
    )
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(plain, preserve_index=False)
    pq.write_table(table, buffer, write_page_checksum=True)
    return buffer.getvalue()


def require_pyarrow() -> None:
    """Say how to get pyarrow where it is not installed.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> require_pyarrow() if pa else None
    """
    if pa is None:
        raise MissingExtraError(_NO_PYARROW)
