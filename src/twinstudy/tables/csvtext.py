"""The bytes of a CSV file to a frame of text and back; nothing is lost on bad input."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from twinstudy.errors import Problem
from twinstudy.tables.schema import Table

try:
    import pyarrow as pa
    import pyarrow.csv as pa_csv
except ImportError:  # the extra `fast` is not installed
    pa = None

_LONGEST_LINE = 100_000  # bytes; below the limit of the csv module for one cell
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ufffe\uffff]")
_LINE_END = re.compile(r"[\n\r]")
_RARE = tuple(character.encode() for character in "\x7f\u2028\u2029\ufffe\uffff")


def text_frame(data: bytes, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    r"""Turn the bytes of a CSV file into a frame of text, or say why that cannot be done.

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
    >>> from twinstudy.tables.schema import table
    >>> frame, problems = text_frame(b"claim_id,locality_id,named_as\nc-a,l-b\n",
    ...                              table("memberships"))
    >>> print(problems[0])
    memberships.csv:2: the row has 2 cells where the header has 3; check its commas and quotes
    """
    text = _clean_text(data, table)
    if isinstance(text, Problem):
        return None, [text]
    problems = list(header_problems(text[: text.find("\n")] if "\n" in text else text, table))
    if problems:
        return None, problems
    if not unicodedata.is_normalized("NFC", text):
        problems += _nfc_problems(text, table.file)
    rows = data.count(b"\n") - 1 + (not data.endswith(b"\n"))
    frame = _parse_fast(data, table, rows=rows) if _quotes_match(text) else None
    if frame is None:
        frame, found = _parse_row_by_row(text, table)
        problems += found
    return frame, problems


def _clean_text(data: bytes, table: Table) -> str | Problem:
    """Decode UTF-8 with LF line ends, or name the first thing that keeps bytes from being that."""

    def fault(message: str, offset: int | None = None) -> Problem:
        line = 0 if offset is None else data.count(b"\n", 0, offset) + 1
        return Problem(table.file, line, "", "", message)

    if not data.strip():
        return fault(
            "the file is empty; write at least the header: " + ",".join(table.column_names)
        )
    if data.startswith(b"\xef\xbb\xbf"):
        return fault("the file starts with a byte order mark; save it as UTF-8 without BOM", 0)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte {data[error.start]:#04x} is not UTF-8"
        return fault(f"{found}; save the file as UTF-8", error.start)
    if b"\r" in data:
        message = "the line ends with a carriage return; save the file with LF line ends"
        return fault(message, data.index(b"\r"))
    codes = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(codes == ord("\n"))
    # Looking for the character is slow, so it is done only where there may be one.
    suspect = np.count_nonzero(codes < ord(" ")) > len(ends) or any(byte in data for byte in _RARE)
    control = CONTROL.search(text) if suspect else None
    if control:
        offset = len(text[: control.start()].encode())
        return fault(
            f"the line holds the control character {control.group()!r}; take it out", offset
        )
    ends = np.append(ends, len(data))
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() > _LONGEST_LINE:
        found = f"the line is {lengths.max():,} bytes long, of {_LONGEST_LINE:,} allowed"
        return fault(f"{found}; shorten it or close a quote", int(ends[lengths.argmax()]))
    return text


def header_problems(line: str, table: Table) -> Iterator[Problem]:
    """Yield what is wrong with the header of a table.

    Parameters
    ----------
    line
        First line of the file.
    table
        The table that it should head.

    Yields
    ------
    problem
        Columns that are missing, unknown, twice or out of order, or another separator.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> print(*header_problems("claim_id,locality_id", table("memberships")))
    memberships.csv:1: named_as: the column is missing; add it to the header
    """
    expected = list(table.column_names)
    header = next(csv.reader([line]))
    if header == expected:
        return
    if len(header) == 1 and ("\t" in line or ";" in line):
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


def unclean_cells(frame: pd.DataFrame, table: Table, *, file: str) -> Iterator[Problem]:
    r"""Yield what a CSV file could not hold, in rows that come from elsewhere.

    Parameters
    ----------
    frame
        Frame of text, indexed by line.
    table
        The table that it holds.
    file
        Name of the file, for messages.

    Yields
    ------
    problem
        Cells that are not NFC or hold line breaks or control characters, and rows that are too
        long.

    Examples
    --------
    >>> from twinstudy.tables.schema import table
    >>> cells = {"claim_id": "c-a", "locality_id": "l-b", "named_as": ["A\nB"]}
    >>> found = unclean_cells(pd.DataFrame(cells, index=[2]), table("memberships"), file="a.csv")
    >>> print(*found)
    a.csv:2: named_as: 'A\nB' holds the control character '\n'; take it out
    """
    longest = np.zeros(len(frame), dtype=np.int64)
    for column in table.columns:
        if column.type == "text" and not column.pattern:
            cells = frame[column.name].tolist()
            longest += 4 * np.fromiter(map(len, cells), np.int64, len(cells))
            joined = "".join(cells)
            if joined.isprintable() and unicodedata.is_normalized("NFC", joined):
                continue
            for line, value in zip(frame.index.tolist(), cells, strict=True):
                message = _unclean(value)
                if message:
                    yield Problem(file, line, column.name, value, message)
    for row in np.flatnonzero(longest > _LONGEST_LINE).tolist():
        line = csv_bytes(frame.iloc[[row]]).partition(b"\n")[2]
        if len(line) > _LONGEST_LINE:
            message = f"the row is {len(line):,} bytes long, of {_LONGEST_LINE:,} allowed"
            yield Problem(file, int(frame.index[row]), "", "", f"{message}; shorten it")


def _unclean(value: str) -> str:
    control = CONTROL.search(value) or _LINE_END.search(value)
    if control:
        return f"{value!r} holds the control character {control.group()!r}; take it out"
    if not unicodedata.is_normalized("NFC", value):
        return f"{value!r} has letters with separate accents; normalise it to Unicode NFC"
    return ""


def _nfc_problems(text: str, file: str) -> Iterator[Problem]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not unicodedata.is_normalized("NFC", line):
            message = "the line holds letters with separate accents; normalise it to Unicode NFC"
            yield Problem(file, number, "", line, message)


def _quotes_match(text: str) -> bool:
    """Tell whether quotes surround cells: pyarrow lets letters follow a closing quote."""
    quoted = (line for line in text.split("\n") if '"' in line) if '"' in text else ()
    try:
        for _ in csv.reader(quoted, strict=True):
            pass
    except csv.Error:
        return False
    return True


def _parse_fast(data: bytes, table: Table, *, rows: int) -> pd.DataFrame | None:
    """Parse well-formed CSV with pyarrow; None where the careful reader must say what is wrong."""
    if pa is None or not rows or b"\n\n" in data:
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
    arrays = {name: pd.array(parsed[name], dtype="str") for name in names}
    return pd.DataFrame(arrays, index=pd.RangeIndex(2, rows + 2))


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


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Write a frame of text as canonical CSV: UTF-8, LF, quotes only where needed.

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
    'name\nĐồng Văn\nNA\n'
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(frame[name].tolist() for name in frame.columns), strict=True))
    return buffer.getvalue().encode("utf-8")
