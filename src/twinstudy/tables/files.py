"""Tables on disk and in memory: CSV read with care, typed frames, files written whole or not."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.errors import Problem
from twinstudy.tables.schema import TABLES, Column, Table

Frames = dict[str, pd.DataFrame]

#: Control characters, line ends, those that turn the direction of writing, and no characters.
CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LONGEST_LINE = 100_000  # characters; below the limit of the csv module for one cell
LARGEST_FILE = 1_000_000_000  # bytes
_MOST = 1_000  # problems of one kind that are kept
_MARK = ".unfinished"  # holds the end of the names of files that take their places
_LEFT_OVER = re.compile(r"\..+\.[0-9a-f]{16}")

#: What stands for a number in a cell, by the type of the column.
NUMBERS = {"integer": r"[0-9]{1,15}", "number": r"-?[0-9]{1,15}(?:\.[0-9]+)?"}


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
                if not rows.all():
                    text[name], typed[name] = text[name][rows], frame[rows]
        return replace(self, text=text, typed=typed)


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
    unfinished = _unfinished(folder)
    for table in TABLES:
        path = Path(os.path.realpath(folder / table.file))
        path = unfinished.get(path, path)
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
    before the first file is replaced, so a full disk or a kill leaves the old files, or, while they
    are replaced, a mark by which `read_tables` finds all the new ones; where one cannot be
    replaced, those before it are put back.
    """
    token, back = secrets.token_hex(8), secrets.token_hex(8)
    new: dict[Path, Path] = {}
    old: dict[Path, Path] = {}
    path = folder
    try:
        for place, temporary in _unfinished(folder).items():  # of a writer that was cut off
            temporary.replace(place)
        for name, data in files.items():
            path = Path(os.path.realpath(folder / name))  # a link stays, and leads to the new file
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and not path.is_file():  # a folder, a pipe or a device
                raise OSError(errno.EINVAL, "it is no regular file", str(path))
            new[path] = _hidden(path, token)
            _to_disk(new[path], data)
            if path.exists():
                new[path].chmod(path.stat().st_mode)
                old[path] = _hidden(path, back)
                shutil.copy2(path, old[path])
        path = folder / _MARK
        if len(new) > 1:  # from here on `read_tables` takes the new files, wherever they are
            _to_disk(_hidden(path, token), token.encode())
            _to_disk(_hidden(path, back), back.encode())
            _hidden(path, token).replace(path)
        _replace_all(new, old, path, _hidden(path, back))
        below = {path.parent for path in (*new, path)}
        for path in (path for each in below for path in each.iterdir()):
            if _LEFT_OVER.fullmatch(path.name):
                path.unlink()
    except OSError as error:
        named = str(error.filename2 or path)  # the second name is the place of the new file
        raise OSError(error.errno, error.strerror, named) from error
    finally:
        marks = (_hidden(folder / _MARK, each) for each in (token, back))
        for temporary in (*new.values(), *old.values(), *marks):
            temporary.unlink(missing_ok=True)


def _unfinished(folder: Path) -> dict[Path, Path]:
    """Return the tables that a writer was putting into their places, by these places."""
    mark = folder / _MARK
    token = mark.read_text("latin-1") if mark.is_file() and mark.stat().st_size == 16 else ""
    if not re.fullmatch("[0-9a-f]{16}", token):
        return {}
    places = [Path(os.path.realpath(folder / table.file)) for table in TABLES]
    return {path: _hidden(path, token) for path in places if _hidden(path, token).is_file()}


def _hidden(path: Path, token: str) -> Path:
    return path.with_name(f".{path.name}.{token}")


def _to_disk(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _replace_all(
    new: Mapping[Path, Path], old: Mapping[Path, Path], mark: Path, back: Path
) -> None:
    """Put new files in their places and take the mark away; at a fault put the old ones back."""
    try:
        for path, temporary in new.items():
            temporary.replace(path)
    except BaseException:
        if back.exists():  # from here on `read_tables` takes the old files
            back.replace(mark)
        for path in new:
            if path in old:
                old[path].replace(path)
            else:
                path.unlink(missing_ok=True)
        raise
    finally:
        mark.unlink(missing_ok=True)


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

    def fault(line: int, message: str) -> None:
        problems.append(Problem(table.file, line, "", "", message))

    if not data.strip() or b"\0" in data:
        empty = "the file is empty; write at least the header: " + ",".join(table.column_names)
        fault(0, "the file is UTF-16, or no text; save it as UTF-8" if data.strip() else empty)
        return None, problems, set()
    if data.startswith(b"\xef\xbb\xbf"):
        fault(1, "the file starts with a byte order mark; save it as UTF-8 without BOM")
        data = data[3:]
    if b"\r" in data:
        first = data.count(b"\n", 0, data.index(b"\r")) + 1
        fault(first, "the line ends with a carriage return; save the file with LF line ends")
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        text, sound = data.decode(), True
    except UnicodeDecodeError:
        text, sound = data.decode(errors="surrogateescape"), False
    header, *lines = text.removesuffix("\n").split("\n")
    wrong = header_problems(header, table)
    if wrong:
        return None, problems + wrong, set()
    unread: set[str] = set()
    refused: dict[int, Problem] = {}
    width = len(table.columns)
    for number, line in enumerate(lines, start=2):
        odd = not sound or line.count(",") != width - 1 or '"' in line or len(line) > _LONGEST_LINE
        if odd and (message := _unreadable(line, width)):
            refused[number] = Problem(table.file, number, "", "", message)
            unread.update(re.findall("^[a-z0-9-]*", line[:200].lstrip('" ')))
            lines[number - 2] = "," * (width - 1)
    rows = io.StringIO("\n".join([header, *lines]) if refused else text)
    frame = pd.read_csv(rows, dtype="str", na_filter=False, skip_blank_lines=False)
    frame = frame.set_axis(pd.RangeIndex(2, len(lines) + 2))
    frame = frame.drop(index=list(refused)) if refused else frame
    return frame, [*problems, *listed(refused.values())], unread


def _unreadable(line: str, width: int) -> str:
    """Say why a line cannot be read as a row of some cells."""
    size = len(line) + line.count('"')  # when they are written, quotes may have to be doubled
    if size > _LONGEST_LINE:
        found = f"the line is {size:,} characters long, of {_LONGEST_LINE:,} allowed"
        return f"{found}; shorten it or close a quote"
    if not line:
        return "the line is empty; take it out"
    if undecoded := re.search("[\udc80-\udcff]", line):
        byte = ord(undecoded[0]) - 0xDC00
        return f"byte {byte:#04x} is not UTF-8; save the file as UTF-8"
    try:
        cells = len(next(csv.reader([line], strict=True)))
    except csv.Error:
        return (
            "the quotes of this row do not match, or a cell holds a line break; double a quote "
            "inside quotes, and write each row on one line"
        )
    found = f"the row has {cells} cell{'s' if cells != 1 else ''} where the header has {width}"
    return "" if cells == width else f"{found}; check its commas and quotes"


def header_problems(line: str, table: Table) -> list[Problem]:
    """List what is wrong with a header: columns missing, unknown, twice, or out of order.

    >>> from twinstudy.tables.schema import table
    >>> print(*header_problems("claim_id,locality_id", table("memberships")))
    memberships.csv:1: named_as: the column is missing; add it to the header
    """
    expected = list(table.column_names)
    wanted = ",".join(expected)
    header = next(csv.reader([line]), [])
    twice = dict.fromkeys(name for name in header if header.count(name) > 1)
    if len(header) == 1 and ("\t" in line or ";" in line):
        mark = "tabs" if "\t" in line else "semicolons"
        found = [("", line, f"the cells are separated by {mark}; use commas")]
    else:
        unknown = f"is not a column of this table; the columns are {wanted}"
        found = [
            *((name, "", "the column is missing; add it to the header")
              for name in expected if name not in header),
            *((name, name, f"{name!r} {unknown}") for name in header if name not in expected),
            *((name, name, "the column stands twice; keep one of them") for name in twice),
        ]  # fmt: skip
        if sorted(header) == sorted(expected) and header != expected:
            found.append(("", line, f"the columns stand in another order; write {wanted}"))
    return [Problem(table.file, 1, *each) for each in found]


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
            key = [
                (frame[name].cat.codes if table.column(name).words else cells[name]).tolist()
                for name in table.key
            ]
            rows = list(zip(*key, strict=True)) if key[1:] else key[0]
            order = sorted(range(len(cells)), key=rows.__getitem__)
            in_order[table.name], typed[table.name] = cells.iloc[order], frame.iloc[order]
    return Tables(in_order, typed, suffix, unread or {})


def _typed(values: pd.Series, column: Column) -> pd.Series:
    match column.type:
        case "id":
            return values
        case "vocabulary":
            words = pd.CategoricalDtype(pd.Index(column.words, dtype="str"))
            codes = words.categories.get_indexer(pd.Index(values))
            typed = pd.Categorical.from_codes(codes, dtype=words)
            return pd.Series(typed, index=values.index)
        case "integer" | "number":
            fits = re.compile(NUMBERS[column.type]).fullmatch
            written = values.where(np.array([bool(fits(each)) for each in values.tolist()], bool))
            numbers = pd.to_numeric(written, errors="coerce")
            return numbers.astype("Int64" if column.type == "integer" else "float64")
        case _:
            empty = values == ""
            return values.mask(empty) if empty.any() else values


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
        text = [_decimal(number) for number in values.astype("float64").tolist()]
        return pd.Series(text, index=values.index, dtype="str")
    return values.astype("str").fillna("")


def _decimal(number: float) -> str:
    """Write the shortest text that gives the number back, without exponent."""
    if isnan(number):
        return ""
    text = repr(number + 0.0).removesuffix(".0")  # adding zero takes the sign from -0
    return np.format_float_positional(number, trim="-") if "e" in text else text
