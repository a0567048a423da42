"""Folders of data files; with `csvtext`, the only code that knows how tables lie on disk."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from .csvtext import csv_bytes, header_problems, text_frame
from .errors import MissingExtraError, Problem
from .schema import TABLES, Table
from .tables import Frames, Tables, column_text, text_tables, type_tables

try:
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError:  # the extra `fast` is not installed
    pa = None

_NO_PYARROW = "Parquet files need pyarrow; install it with: pip install 'twinstudy[fast]'"


def bundled_data() -> Path:
    """Return the folder of the data that come with the package.

    Returns
    -------
    folder
        ``data`` inside the installed package, or at the top of a source checkout.

    Examples
    --------
    >>> (bundled_data() / "pairings.csv").is_file()
    True
    """
    packaged = Path(__file__).parent / "data"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "data"


def read_tables(folder: Path) -> tuple[Tables, list[Problem]]:
    """Read all tables of a folder, from Parquet where ``sources.parquet`` exists, else from CSV.

    Parameters
    ----------
    folder
        Folder that holds one file a table.

    Returns
    -------
    tables, problems
        The rows that could be read, and what could not be read and why.

    Examples
    --------
    >>> tables, problems = read_tables(bundled_data())
    >>> problems
    []
    """
    suffix = ".parquet" if (folder / "sources.parquet").is_file() else ".csv"
    text: Frames = {}
    problems: list[Problem] = []
    for table in TABLES:
        path = folder / f"{table.name}{suffix}"
        frame = None
        try:
            if suffix == ".parquet":
                frame, found = _read_parquet(path, table)
            else:
                frame, found = text_frame(path.read_bytes(), table)
        except FileNotFoundError:
            found = [Problem(path.name, 0, "", "", "the file is missing; every table needs one, "
                             "if only with its header")]  # fmt: skip
        except OSError as error:
            found = [Problem(path.name, 0, "", "", f"the file cannot be read: {error.strerror}")]
        problems += found
        if frame is not None:
            text[table.name] = frame
    return type_tables(text, suffix), problems


def _read_parquet(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    if not path.is_file():
        raise FileNotFoundError(path)
    if pa is None:
        raise MissingExtraError(_NO_PYARROW)
    try:
        read = pq.read_table(path)
    except pa.ArrowInvalid as error:
        message = f"the file is not Parquet: {str(error).splitlines()[0]}"
        return None, [Problem(path.name, 0, "", "", message)]
    if sorted(read.column_names) != sorted(table.column_names):
        return None, list(header_problems(",".join(read.column_names), table))
    arrays = {}
    for column in table.columns:
        values = read[column.name].to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        arrays[column.name] = column_text(values, column).array
    return pd.DataFrame(arrays, index=pd.RangeIndex(2, read.num_rows + 2)), []


def write_tables(typed: Mapping[str, pd.DataFrame], folder: Path, *, suffix: str = ".csv") -> None:
    """Write typed frames into a folder, each file whole or not at all.

    Parameters
    ----------
    typed
        Typed frames.
    folder
        Folder to write to; made if it is not there.
    suffix
        ``.csv`` or ``.parquet``.

    Raises
    ------
    MissingExtraError
        If Parquet is asked for and pyarrow is not installed.

    Examples
    --------
    >>> import tempfile
    >>> tables, _ = read_tables(bundled_data())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_tables(tables.typed, Path(folder))
    ...     len(list(Path(folder).glob("*.csv")))
    11
    """
    if suffix == ".parquet" and pa is None:
        raise MissingExtraError(_NO_PYARROW)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in typed.items():
        write_bytes(folder / f"{name}{suffix}", _encoded(name, frame, suffix))


def _encoded(name: str, frame: pd.DataFrame, suffix: str) -> bytes:
    if suffix == ".csv":
        return csv_bytes(text_tables({name: frame})[name])
    plain = frame.astype(
        {c: "str" for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)}
    )
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(plain, preserve_index=False), buffer)
    return buffer.getvalue()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically: a reader, or a kill, sees the old file or the new one.

    Parameters
    ----------
    path
        File to write; its folder must exist.
    data
        Content.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_bytes(Path(folder) / "a.txt", b"new")
    ...     (Path(folder) / "a.txt").read_bytes()
    b'new'
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
