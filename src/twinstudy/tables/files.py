"""Tables on disk and in memory: CSV read with care, typed frames, files written whole or not."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.errors import Problem, Severity
from twinstudy.tables.schema import TABLES, Column, Table

Frames = dict[str, pd.DataFrame]

#: Control characters, line ends, those that turn the direction of writing, and no characters.
CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_BLANK = "\u00a0\u034f\u115f\u1160\u2007\u202f\u2800\u3164\uffa0"  # that are no Cf
_LONGEST_LINE = 100_000  # bytes; below the limit of the csv module for one cell
LARGEST_FILE = 1_000_000_000  # bytes
_MOST = 1_000  # problems of one kind that are kept
_LEFT_OVER = re.compile(r"\..+\.[0-9a-f]{16}")


@dataclass(frozen=True)
class Tables:
    """Tables as text and as typed frames, row for row, indexed by the line of the file.

    Of rows that could not be read, `unread` holds the first cells, by table.
    """

    text: Frames
    typed: Frames
    suffix: str = ".csv"
    unread: Mapping[str, set[str]] = field(default_factory=dict)

    def keyed(self) -> Tables:
        """Leave out rows that no reference can mean: their id is empty or not the first."""
        text, typed = dict(self.text), dict(self.typed)
        for name, frame in self.typed.items():
            if "id" in frame:
                rows = ((frame["id"] != "") & ~frame["id"].duplicated()).to_numpy(bool)
                text[name], typed[name] = text[name][rows], frame[rows]
        return Tables(text, typed, self.suffix, self.unread)


# -- folders ----------------------------------------------------------------------------------


def bundled_data() -> Path:
    """Return the folder of the data in the installed package, or in a checkout of the source."""
    package = Path(__file__).parents[1]
    packaged = package / "data"
    return packaged if packaged.is_dir() else package.parents[1] / "data"


def read_tables(folder: Path) -> tuple[Tables, list[Problem]]:
    """Read all tables of a folder, with what could not be read and why."""
    text: Frames = {}
    unread: dict[str, set[str]] = {}
    problems: list[Problem] = []
    for table in TABLES:
        path = folder / table.file
        try:
            message = _no_table(path)
            data = b"" if message else path.read_bytes()
        except OSError as error:
            message = f"the file cannot be read: {error.strerror}"
        if message:
            problems.append(Problem(table.file, 0, "", "", message))
            continue
        frame, found, unread[table.name] = text_frame(data, table)
        problems += found
        if frame is not None:
            text[table.name] = frame
    return type_tables(text, unread=unread), problems


def _no_table(path: Path) -> str:
    """Say why a path is no file that can be read as a table."""
    if not path.exists():
        return "the file is missing; every table needs one, if only with its header"
    if not path.is_file():  # a pipe or a device would never end
        return "it is no regular file; put the table in its place"
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return f"the file is {size:,} bytes large, of {LARGEST_FILE:,} allowed; split the data"
    return ""


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder, all of them or none, and clear what a cut-off run has left.

    Names may lead into folders below, which are made. All data are on the disk under other names
    before the first file is replaced, so a full disk or a kill leaves the old files; where one
    cannot be replaced, those before it are put back.
    """
    written: dict[Path, Path] = {}
    path = folder
    try:
        for name, data in files.items():
            path = Path(os.path.realpath(folder / name))  # a link stays, and leads to the new file
            path.parent.mkdir(parents=True, exist_ok=True)
            written[path] = _hidden(path)
            _write(data, written[path], like=path)
        _replace_all(written)
        for below in {path.parent for path in written}:
            for path in below.iterdir():
                if _LEFT_OVER.fullmatch(path.name):
                    path.unlink()
    except OSError as error:
        named = str(error.filename2 or path)  # the second name is the place of the new file
        raise OSError(error.errno, error.strerror, named) from error
    finally:
        for temporary in written.values():
            if temporary.exists():
                temporary.unlink()


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}")


def _write(data: bytes, temporary: Path, *, like: Path) -> None:
    """Write a new file to the disk, with the mode of the one whose place it will take."""
    if like.exists() and not like.is_file():  # a folder, a pipe or a device
        raise OSError(errno.EINVAL, "it is no regular file", str(like))
    with temporary.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if like.exists():
        temporary.chmod(like.stat().st_mode)


def _replace_all(written: Mapping[Path, Path]) -> None:
    """Put new files in their places; at a fault put the old ones back."""
    kept = {path: _hidden(path) for path in written if path.exists()}
    try:
        for path, old in kept.items():
            try:
                os.link(path, old)
            except OSError:  # not every file system has links
                shutil.copy2(path, old)
        try:
            for path, temporary in written.items():
                temporary.replace(path)
        except BaseException:
            for path in written:
                if path in kept:
                    kept[path].replace(path)
                else:
                    path.unlink(missing_ok=True)
            raise
    finally:
        for old in kept.values():
            old.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write one file whole or not at all, into a folder that is there."""
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "the folder is not there", str(path.parent))
    write_files(path.parent, {path.name: data})


def write_tables(typed: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write typed frames into a folder, all of the files or none."""
    text = text_tables(typed)
    write_files(folder, {f"{name}.csv": csv_bytes(frame) for name, frame in text.items()})


# -- the text of a file -----------------------------------------------------------------------


def text_frame(data: bytes, table: Table) -> tuple[pd.DataFrame | None, list[Problem], set[str]]:
    r"""Turn the bytes of a file into a frame of text indexed by line; None if it is no such table.

    With it come what is wrong, and the first cells of rows that could not be read.

    >>> from twinstudy.tables.schema import table
    >>> print(*text_frame(b"claim_id,locality_id,named_as\nc-a,l-b\n", table("memberships"))[1])
    memberships.csv:2: the row has 2 cells where the header has 3; check its commas and quotes
    """
    problems: list[Problem] = []

    def fault(message: str, line: int = 0) -> None:
        problems.append(Problem(table.file, line, "", "", message))

    if not data.strip() or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        empty = "the file is empty; write at least the header: " + ",".join(table.column_names)
        fault("the file is UTF-16; save it as UTF-8" if data.strip() else empty)
        return None, problems, set()
    if data.startswith(b"\xef\xbb\xbf"):
        fault("the file starts with a byte order mark; save it as UTF-8 without BOM", 1)
        data = data[3:]
    if b"\r" in data:
        first = data.count(b"\n", 0, data.index(b"\r")) + 1
        fault("the line ends with a carriage return; save the file with LF line ends", first)
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    header, *lines = data.removesuffix(b"\n").split(b"\n")
    wrong = list(header_problems(header.decode(errors="replace"), table))
    if wrong:
        return None, problems + wrong, set()
    rows: dict[int, list[str]] = {}
    unread: dict[int, str] = {}
    refused: list[Problem] = []
    for number, line in enumerate(lines, start=2):
        row = _row(line, len(table.columns))
        if isinstance(row, list):
            rows[number] = row
        else:
            unread[number] = re.findall(rb"[a-z0-9-]*", line[:200].lstrip(b'" '))[0].decode()
            refused.append(Problem(table.file, number, "", "", row))
    columns = zip(*rows.values(), strict=True) if rows else [()] * len(table.columns)
    cells = dict(zip(table.column_names, map(list, columns), strict=True))
    frame = pd.DataFrame(cells, index=pd.Index(rows, dtype="int64"), dtype="str")
    found = [*problems, *listed(refused), *unclean_cells(frame, table)]
    return frame, found, set(unread.values())


def _row(line: bytes, width: int) -> list[str] | str:
    """Take a line apart, or say why that cannot be done."""
    if len(line) > _LONGEST_LINE:
        found = f"the line is {len(line):,} bytes long, of {_LONGEST_LINE:,} allowed"
        return f"{found}; shorten it or close a quote"
    try:
        row = next(csv.reader([line.decode()], strict=True))
    except UnicodeDecodeError as error:
        return f"byte {line[error.start]:#04x} is not UTF-8; save the file as UTF-8"
    except csv.Error:
        return (
            "the quotes of this row do not match, or a cell holds a line break; double a quote "
            "inside quotes, and write each row on one line"
        )
    if not row:
        return "the line is empty; take it out"
    if len(row) != width:
        cells = f"{len(row)} cell{'s' if len(row) != 1 else ''}"
        return f"the row has {cells} where the header has {width}; check its commas and quotes"
    return row


def header_problems(line: str, table: Table) -> Iterator[Problem]:
    """Yield what is wrong with a header: columns missing, unknown, twice, or out of order.

    >>> from twinstudy.tables.schema import table
    >>> print(*header_problems("claim_id,locality_id", table("memberships")))
    memberships.csv:1: named_as: the column is missing; add it to the header
    """
    expected = list(table.column_names)
    header = next(csv.reader([line]), [])
    if header == expected:
        return
    if len(header) == 1 and ("\t" in line or ";" in line):
        mark = "tabs" if "\t" in line else "semicolons"
        yield Problem(table.file, 1, "", line, f"the cells are separated by {mark}; use commas")
        return
    listed = ",".join(expected)
    for name in expected:
        if name not in header:
            yield Problem(table.file, 1, name, "", "the column is missing; add it to the header")
    for name in header:
        if name not in expected:
            message = f"{name!r} is not a column of this table; the columns are {listed}"
            yield Problem(table.file, 1, name, name, message)
    if sorted(header) == sorted(expected):
        message = f"the columns stand in another order; write {listed}"
        yield Problem(table.file, 1, "", line, message)
    for name in dict.fromkeys(name for name in header if header.count(name) > 1):
        message = "the column stands twice; keep one of them"
        yield Problem(table.file, 1, name, name, message)


def unclean_cells(frame: pd.DataFrame, table: Table, *, file: str = "") -> Iterator[Problem]:
    r"""Yield cells that no sound file holds: control characters, separate accents; long rows.

    >>> from twinstudy.tables.schema import table
    >>> cells = {"claim_id": "c-a", "locality_id": "l-b", "named_as": ["A\nB"]}
    >>> print(*unclean_cells(pd.DataFrame(cells, index=[2]), table("memberships")))
    memberships.csv:2: named_as: 'A\nB' holds the control character '\n'; take it out
    """
    file = file or table.file
    length = pd.Series(0, index=frame.index)
    for column in table.columns:
        cells = frame[column.name]
        length += cells.str.len()
        said = cells.map({value: _unclean(value) for value in cells.unique()})
        for severity in ("error", "warning"):
            rows = [n for n, (_, grade) in enumerate(said) if grade == severity]
            yield from listed(
                Problem(
                    file, int(cells.index[n]), column.name, cells.iloc[n], said.iloc[n][0], severity
                )
                for n in rows
            )
    for line in length.index[length > _LONGEST_LINE // 4]:
        size = len(csv_bytes(frame.loc[[line]]).partition(b"\n")[2]) - 1
        if size > _LONGEST_LINE:
            message = f"the row is {size:,} bytes long, of {_LONGEST_LINE:,} allowed; shorten it"
            yield Problem(file, int(line), "", "", message)


def _unclean(value: str) -> tuple[str, Severity | None]:
    """Say what is wrong with the characters of a cell, and how grave it is."""
    if value.isascii() and value.isprintable():
        return "", None
    control = CONTROL.search(value)
    if control:
        found = f"{shown(value)} holds the control character {control.group()!r}"
        return f"{found}; take it out", "error"
    if not unicodedata.is_normalized("NFC", value):
        remedy = "normalise it to Unicode NFC"
        return f"{shown(value)} has letters with separate accents; {remedy}", "error"
    for character in value:
        if unicodedata.category(character) == "Cf" or character in _BLANK:
            found = f"{shown(value)} holds the invisible character {character!a}"
            return f"{found}, which tells names apart that look the same; take it out", "warning"
    return "", None


def shown(value: str) -> str:
    """Return a value as messages show it: in quotes, escaped where it would not print, not long."""
    return repr(value if len(value) <= 100 else f"{value[:99]}…")


def listed(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Pass on the first thousand of problems of one kind, and count the rest."""
    every = iter(problems)
    yield from islice(every, _MOST)
    for last in every:
        rest = 1 + sum(1 for _ in every)
        message = f"{rest:,} more rows have the same fault"
        yield Problem(last.file, 0, last.column, "", message, last.severity, rest)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Write a frame of text as canonical CSV: UTF-8, LF, quotes only where needed.

    >>> csv_bytes(pd.DataFrame({"name": ["Đồng Văn", "NA"]})).decode()
    'name\nĐồng Văn\nNA\n'
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(frame.columns)
    writer.writerows(zip(*(frame[name].tolist() for name in frame.columns), strict=True))
    return buffer.getvalue().encode("utf-8")


# -- typed frames -----------------------------------------------------------------------------


def type_tables(
    text: Frames, suffix: str = ".csv", unread: Mapping[str, set[str]] | None = None
) -> Tables:
    """Sort frames of text by key and give their columns types; `suffix` is that of file names.

    Text, ids, references and dates are ``str``, vocabularies categories, integers Int64, numbers
    float64. Empty cells, and values that the type does not admit, are missing.

    >>> text = {"pairings": pd.DataFrame({"id": ["p-b", "p-a"], "kind": ["commune", "other"],
    ...     "matching": ["joint", ""], "status": ["agreed", "x"], "note": ["", ""]}, dtype="str")}
    >>> type_tables(text).typed["pairings"][["id", "kind", "status"]]
        id     kind  status
    1  p-a    other     NaN
    0  p-b  commune  agreed
    """
    in_order, typed = {}, {}
    for table in TABLES:
        if table.name in text:
            cells = text[table.name]
            columns = {c.name: _typed(cells[c.name], c) for c in table.columns}
            frame = pd.DataFrame(columns, index=cells.index)
            key = frame[list(table.key)].reset_index(drop=True)
            order = key.sort_values(list(table.key), kind="stable", na_position="first").index
            in_order[table.name], typed[table.name] = cells.iloc[order], frame.iloc[order]
    return Tables(in_order, typed, suffix, unread or {})


def _typed(values: pd.Series, column: Column) -> object:
    match column.type:
        case "id":
            return values.array
        case "vocabulary":
            words = pd.Index(column.words, dtype="str")
            codes = words.get_indexer(pd.Index(values))
            return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(words))
        case "integer":
            whole = values.where(values.str.fullmatch(r"[0-9]{1,15}"))
            return pd.to_numeric(whole, errors="coerce").astype("Int64").array
        case "number":
            plain = values.where(values.str.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]+)?"))
            return pd.to_numeric(plain, errors="coerce").astype("float64").array
        case _:
            return values.where(values != "").array


def text_tables(typed: Mapping[str, pd.DataFrame]) -> Frames:
    """Return typed frames as frames of text, the inverse of `type_tables`."""
    return {
        table.name: pd.DataFrame(
            {c.name: column_text(typed[table.name][c.name], c) for c in table.columns}
        )
        for table in TABLES
        if table.name in typed
    }


def column_text(values: pd.Series, column: Column) -> pd.Series:
    """Return a typed column as the text that stands in a file, ``""`` where it is missing.

    >>> from twinstudy.tables.schema import table
    >>> column_text(pd.Series([277.0, 74.5]), table("counts").column("value")).tolist()
    ['277', '74.5']
    """
    if column.type == "number":
        numbers = values.to_numpy(dtype="float64", na_value=np.nan)
        text = ["" if isnan(x) else _decimal(x) for x in numbers.tolist()]
        return pd.Series(text, index=values.index, dtype="str")
    return values.astype("str").where(values.notna(), "")


def _decimal(number: float) -> str:
    """Write the shortest text that gives the number back, without exponent."""
    text = repr(number + 0.0).removesuffix(".0")  # adding zero takes the sign from -0
    return np.format_float_positional(number, trim="-") if "e" in text else text
