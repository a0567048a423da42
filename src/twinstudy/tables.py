"""CSV files to typed frames and back; the only module that touches data files.

A folder of tables is read in two steps. `read_tables` gets the cells as text, with the line of
the file as index, and reports what keeps a file from being a table. `typed_tables` gives the
columns their types: references, vocabularies and dates become categoricals, so that a reference
is at once a readable key and the row number of what it points to (its code), looked up once.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from .errors import MissingExtraError, Problem
from .schema import TABLES, Column, Table

try:
    import pyarrow as pa
    import pyarrow.csv as pa_csv
except ImportError:  # the extra `fast` is not installed
    pa = None

_LONGEST_LINE = 100_000  # bytes; below the limit of the csv module for one cell
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")

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


def text_frame(data: bytes, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Turn the bytes of a CSV file into a frame of text, or say why that cannot be done.

    Parameters
    ----------
    data
        Content of the file.
    table
        The table that it should hold.

    Returns
    -------
    frame, problems
        The well-formed rows, indexed by line; None if the file is no such table.

    Examples
    --------
    >>> from twinstudy.schema import table
    >>> frame, problems = text_frame(b"claim_id,locality_id,named_as\\nc-a,l-b\\n",
    ...                              table("memberships"))
    >>> print(problems[0])
    memberships.csv:2: the row has 2 cells where the header has 3; check its commas and quotes
    """
    file = table.file

    def whole(message: str, line: int = 0) -> tuple[None, list[Problem]]:
        return None, [Problem(file, line, "", "", message)]

    if not data.strip():
        return whole(
            "the file is empty; write at least the header: " + ",".join(table.column_names)
        )
    if data.startswith(b"\xef\xbb\xbf"):
        return whole("the file starts with a byte order mark; save it as UTF-8 without BOM", 1)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return whole(f"byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8", line)
    if b"\r" in data:
        line = data.count(b"\n", 0, data.index(b"\r")) + 1
        return whole("the line ends with a carriage return; save the file with LF line ends", line)
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return whole(f"the line holds the control character {control.group()!r}; take it out", line)
    ends = np.flatnonzero(np.frombuffer(data + b"\n" * (data[-1:] != b"\n"), np.uint8) == 10)
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() > _LONGEST_LINE:
        line = int(lengths.argmax()) + 1
        return whole(
            f"the line is {lengths.max():,} bytes long, of {_LONGEST_LINE:,} allowed; "
            "shorten it or close a quote",
            line,
        )
    problems = list(_header_problems(text[: text.find("\n")] if "\n" in text else text, table))
    if problems:
        return None, problems
    if not unicodedata.is_normalized("NFC", text):
        problems += _nfc_problems(text, file)
    frame = _parse_fast(data, table, rows=len(ends) - 1)
    if frame is None:
        frame, found = _parse_row_by_row(text, table)
        problems += found
    return frame, problems


def _header_problems(line: str, table: Table) -> Iterator[Problem]:
    expected = list(table.column_names)
    header = next(csv.reader([line]))
    if header == expected:
        return
    if "\t" in line or ";" in line:
        mark = "tabs" if "\t" in line else "semicolons"
        yield Problem(table.file, 1, "", line, f"the cells are separated by {mark}; use commas")
        return
    for name in expected:
        if name not in header:
            yield Problem(table.file, 1, name, "", "the column is missing; add it to the header")
    for name in header:
        if name not in expected:
            message = f"{name!r} is not a column of this table; the columns are " + ",".join(
                expected
            )
            yield Problem(table.file, 1, name, name, message)
    if sorted(header) == sorted(expected):
        message = "the columns stand in another order; write " + ",".join(expected)
        yield Problem(table.file, 1, "", line, message)
    elif len(header) != len(set(header)):
        yield Problem(table.file, 1, "", line, "a column stands twice; keep one of them")


def _nfc_problems(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not unicodedata.is_normalized("NFC", line):
            message = "the line holds letters with separate accents; normalise it to Unicode NFC"
            yield Problem(file, number, "", line, message)


def _parse_fast(data: bytes, table: Table, *, rows: int) -> pd.DataFrame | None:
    """Parse well-formed CSV with pyarrow; None where the careful reader must say what is wrong."""
    if pa is None or not rows:
        return None
    names = table.column_names
    try:
        parsed = pa_csv.read_csv(
            pa.py_buffer(data),
            parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if parsed.num_rows != rows:  # a cell spans lines
        return None
    return _lined({name: pd.array(parsed[name], dtype="str") for name in names}, rows)


def _parse_row_by_row(text: str, table: Table) -> tuple[pd.DataFrame, list[Problem]]:
    width = len(table.columns)
    rows: list[list[str]] = []
    lines: list[int] = []
    problems: list[Problem] = []

    def refuse(line: int, message: str) -> None:
        problems.append(Problem(table.file, line, "", "", message))

    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            refuse(start, "the quotes of this row do not match; double a quote inside quotes")
            start = reader.line_num + 1
            continue
        line, start = start, reader.line_num + 1
        if line == 1:
            continue
        if reader.line_num > line:
            refuse(line, "a cell holds a line break; write it on one line, or close the quote")
        elif not row:
            refuse(line, "the line is empty; take it out")
        elif len(row) != width:
            cells = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
            message = f"the row has {cells} where the header has {width}"
            refuse(line, f"{message}; check its commas and quotes")
        else:
            rows.append(row)
            lines.append(line)
    columns = zip(*rows, strict=True) if rows else ((),) * width
    arrays = {
        name: pd.array(list(cells), dtype="str")
        for name, cells in zip(table.column_names, columns, strict=True)
    }
    return pd.DataFrame(arrays, index=pd.Index(lines, dtype="int64")), problems


def _lined(arrays: Mapping[str, object], rows: int) -> pd.DataFrame:
    return pd.DataFrame(arrays, index=pd.RangeIndex(2, rows + 2))


def _read_parquet(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    if not path.is_file():
        raise FileNotFoundError(path)
    if pa is None:
        raise MissingExtraError("Parquet files need pyarrow: pip install 'twinstudy[fast]'")
    import pyarrow.parquet as pq

    try:
        read = pq.read_table(path)
    except pa.ArrowInvalid as error:
        message = f"the file is not Parquet: {str(error).splitlines()[0]}"
        return None, [Problem(path.name, 0, "", "", message)]
    if sorted(read.column_names) != sorted(table.column_names):
        return None, list(_header_problems(",".join(read.column_names), table))
    arrays = {}
    for column in table.columns:
        values = read[column.name].to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
        arrays[column.name] = column_text(values, column).array
    return _lined(arrays, read.num_rows), []


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
        name: pd.CategoricalDtype(pd.Index(frame["id"].drop_duplicates(), name=None))
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


def key_codes(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Number the rows of a typed frame by the order of some columns; equal rows, equal number.

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
    [2, 1, 2]
    """
    combined = np.zeros(len(frame), dtype=np.int64)
    for name in columns:
        values = frame[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes, size = values.cat.codes.to_numpy(np.int64), len(values.cat.categories)
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


def _typed(values: pd.Series, column: Column, keys: Mapping[str, pd.CategoricalDtype]) -> object:
    match column.type:
        case "reference":
            dtype = keys.get(column.target, pd.CategoricalDtype(pd.Index([], dtype="str")))
            codes = dtype.categories.get_indexer(pd.Index(values))
            return pd.Categorical.from_codes(codes, dtype=dtype, validate=False)
        case "vocabulary":
            words = pd.Index(column.words, dtype="str")
            codes = words.get_indexer(pd.Index(values))
            return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(words))
        case "date" | "interval":
            return pd.Categorical(values.where(values != ""))
        case "integer":
            whole = values.where(values.str.fullmatch(r"[0-9]{1,15}"))
            return pd.to_numeric(whole, errors="coerce").astype("Int64").array
        case "number":
            plain = values.where(values.str.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"))
            return pd.to_numeric(plain, errors="coerce").astype("float64").array
        case "id":
            return values.array
        case _:
            return values.where(values != "").array


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
    >>> from twinstudy.schema import table
    >>> column_text(pd.Series([277.0, 74.5]), table("counts").column("value")).tolist()
    ['277', '74.5']
    """
    if column.type == "number":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        text = ["" if x != x else repr(x).removesuffix(".0") for x in numbers.tolist()]
        return pd.Series(text, index=values.index, dtype="str")
    return values.astype("str").where(values.notna(), "")


def text_tables(typed: Mapping[str, pd.DataFrame]) -> Frames:
    """Return typed frames as frames of text, the inverse of `typed_tables`.

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
    >>> tables, _ = read_tables(bundled_data())
    >>> text_tables(tables.typed)["claims"].equals(tables.text["claims"])
    True
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


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """Write a frame of text as canonical CSV: UTF-8, LF, quotes only where needed.

    Parameters
    ----------
    frame
        Frame of text.

    Returns
    -------
    data
        The bytes of the file.

    Examples
    --------
    >>> csv_bytes(pd.DataFrame({"name": ["Đồng Văn", "NA"]})).decode()
    'name\\nĐồng Văn\\nNA\\n'
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(frame[name].tolist() for name in frame.columns), strict=True))
    return buffer.getvalue().encode("utf-8")


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
        raise MissingExtraError("Parquet files need pyarrow: pip install 'twinstudy[fast]'")
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in typed.items():
        write_bytes(folder / f"{name}{suffix}", _encoded(name, frame, suffix))


def _encoded(name: str, frame: pd.DataFrame, suffix: str) -> bytes:
    if suffix == ".csv":
        return csv_bytes(text_tables({name: frame})[name])
    import pyarrow.parquet as pq

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
        os.chmod(temporary, path.stat().st_mode if path.exists() else 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
