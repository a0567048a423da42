"""Folders of tables: read row by row, typed, and written whole or not at all."""

import csv
import io
import os
import pkgutil
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from conftest import MINIATURE, Edit
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import LETTERS

from twinstudy import DataError, Dataset, check, load, read_graph, restrict
from twinstudy.tables.cell_rules import invisible, unclean, value_problems
from twinstudy.tables.files import (
    csv_bytes,
    text_frame,
    text_tables,
    type_tables,
    write_bytes,
    write_files,
)
from twinstudy.tables.schema import TABLES, TOPICS, table

MEMBERS = table("memberships")
HEADER = "claim_id,locality_id,named_as"
CELLS = st.text(LETTERS)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def read(text: str | bytes) -> tuple[list[list[str]], list[str]]:
    data = text if isinstance(text, bytes) else text.encode()
    frame, problems, _ = text_frame(data, MEMBERS)
    if frame is None:
        return [], list(map(str, problems))
    odd = value_problems(
        type_tables({"memberships": frame}),
        [(unclean, ("text",), "error"), (invisible, ("text",), "warning")],
    )
    return frame.to_numpy().tolist(), list(map(str, [*problems, *odd]))


# -- there and back ---------------------------------------------------------------------------


def test_files_are_canonical_and_a_second_save_changes_no_byte(
    mini: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "folder"
    assert mini.save(folder) == folder
    first = contents(folder)
    assert contents(load(folder).save(folder)) == first
    assert sorted(first) == sorted(each.file for each in TABLES)
    for name, data in first.items():
        if name != "localities.csv":  # it has 108.0, which is written 108
            assert data == (MINIATURE / name).read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=HEADER.split(","), dtype="str")
    data = csv_bytes(frame)
    assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [
        HEADER.split(","), *map(list, rows),
    ]  # fmt: skip
    back = text_frame(data, MEMBERS)[0]
    assert back is not None
    assert back.reset_index(drop=True).equals(frame)


def test_types_of_columns(mini: Dataset) -> None:
    for each in TABLES:
        for column in each.columns:
            dtype = str(mini.tables[each.name][column.name].dtype)
            wanted = {"vocabulary": "category", "integer": "Int64", "number": "float64"}
            assert dtype == wanted.get(column.type, "str"), (each.name, column.name)
    assert mini.pairings["kind"].cat.categories.tolist()[:2] == ["village", "commune"]


def test_rows_come_back_in_the_order_of_the_vocabulary(mini: Dataset) -> None:
    shuffled = text_tables(mini.tables)["contents"].iloc[::-1]
    topics = type_tables({"contents": shuffled}).typed["contents"]["topic"]
    assert topics.map([*TOPICS].index).tolist() == [2, 13, 13, 0, 4, 12, 5]


def test_numbers_are_read_as_written() -> None:
    cells = pd.Series(["12", "0.5", "-3", "1e5", ""], dtype="str")
    text = pd.DataFrame("", cells.index, table("counts").column_names, "str").assign(value=cells)
    typed = type_tables({"counts": text}).typed["counts"]
    assert sorted(typed["value"].dropna()) == [-3.0, 0.5, 12.0]


# -- rows that can and cannot be read ---------------------------------------------------------


LONGEST = "x" * (100_000 - 4)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("\n", []),
        ("\na,b,c", [["a", "b", "c"]]),
        (f"\na,b,{LONGEST}\n", [["a", "b", LONGEST]]),
        ("\nNA,007, x \n", [["NA", "007", " x "]]),
        ('\n"a,b","say ""hi""",=1+1\n', [["a,b", 'say "hi"', "=1+1"]]),
        ('\nnull,it\'s "so",\n', [["null", 'it\'s "so"', ""]]),
    ],
)
def test_cells_are_read_as_they_stand(text: str, rows: list[list[str]]) -> None:
    assert read(HEADER + text) == (rows, [])


def test_every_bad_row_is_named_and_the_others_are_read() -> None:
    text = f'{HEADER}\na,b\n\nc,d,e\n"f\n",g,h\ni,j,k,l\nm,n,o\n'
    frame, problems, unread = text_frame(text.encode(), MEMBERS)
    assert frame is not None
    assert frame["claim_id"].tolist() == ["c", "m"]
    assert frame.index.tolist() == [4, 8]
    assert [problem.line for problem in problems] == [2, 3, 5, 6, 7]
    assert {"a", "i"} <= unread


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", f": the file is empty; write at least the header: {HEADER}"),
        (b" \n\n", f": the file is empty; write at least the header: {HEADER}"),
        (HEADER.encode("utf-16"), ": the file is UTF-16, or no text; save it as UTF-8"),
        (f"{HEADER}\na,b,a\x00d\n", ": the file is UTF-16, or no text; save it as UTF-8"),
        (f"\ufeff{HEADER}", ":1: the file starts with a byte order mark; save it as UTF-8 without BOM"),
        (f"{HEADER}\na,b,c\r\n", ":2: the line ends with a carriage return; save the file with LF line ends"),
        (f"{HEADER}\na,b,\xff\n".encode("latin-1"), ":2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (f"{HEADER}\n\n", ":2: the line is empty; take it out"),
        (f"{HEADER}\na,b\n", ":2: the row has 2 cells where the header has 3; check its commas and quotes"),
        (f"{HEADER}\na\n", ":2: the row has 1 cell where the header has 3; check its commas and quotes"),
        (f'{HEADER}\na,"b,c\n', ":2: the quotes of this row do not match, or a cell holds a line break; double a quote inside quotes, and write each row on one line"),
        (f'{HEADER}\n"x"y,b,c\n', ":2: the quotes of this row do not match, or a cell holds a line break; double a quote inside quotes, and write each row on one line"),
        (f"{HEADER}\na,b,{'x' * 100_000}\n", ":2: the line is 100,004 characters long, of 100,000 allowed; shorten it or close a quote"),
        # A row that can be read, and is too long when its quotes are doubled.
        (f"{HEADER}\na,b,x{chr(34) * 60_000}\n", ":2: the line is 120,005 characters long, of 100,000 allowed; shorten it or close a quote"),
    ],
)  # fmt: skip
def test_each_fault_of_a_file_has_its_message(data: str | bytes, message: str) -> None:
    assert read(data)[1] == [f"memberships.csv{message}"]


CONTROL = "holds the control character", ": named_as: "
HIDDEN = "holds the invisible character", ": warning: named_as: "
APART = "letters with separate accents; normalise it to Unicode NFC", ": named_as: "


@pytest.mark.parametrize(
    ("character", "words"),
    [(each, CONTROL) for each in "\x1b\t\x7f\x85\x9b\u2028\u202e\ufeff"]
    + [(each, HIDDEN) for each in "\u200b\u00ad\u00a0\u2800\u3164"]
    + [("\u0300", APART)],
)
def test_odd_characters_are_named_and_escaped(character: str, words: tuple[str, str]) -> None:
    rows, problems = read(f"{HEADER}\na,b,a{character}d\na,b,à\n")
    assert len(rows) == 2
    assert len(problems) == 1
    assert all(word in problems[0] for word in words)
    assert (character in problems[0]) <= (words != CONTROL)
    assert (ascii(character)[1:-1] in problems[0]) >= (words == HIDDEN)


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        (f"{HEADER},named_as", ["named_as: the column stands twice; keep one of them"]),
        ("claim_id,name,named_as", [
            "locality_id: the column is missing; add it to the header",
            f"name: 'name' is not a column of this table; the columns are {HEADER}",
        ]),
        ("locality_id,claim_id,named_as", [f"the columns stand in another order; write {HEADER}"]),
        (HEADER.replace(",", ";"), ["the cells are separated by semicolons; use commas"]),
        (HEADER.replace(",", "\t"), ["the cells are separated by tabs; use commas"]),
    ],
)  # fmt: skip
def test_each_fault_of_a_header_is_named(header: str, messages: list[str]) -> None:
    problems = read(f"{header}\na,b,c\n")[1]
    assert problems == [f"memberships.csv:1: {message}" for message in messages]


def test_thousands_of_bad_rows_are_counted() -> None:
    problems = read("\n".join([HEADER, *["a,b"] * 5001, ""]))[1]
    assert len(problems) == 1001
    assert "4,001 more rows have the same fault" in problems[-1]


# -- what is no table -------------------------------------------------------------------------


def test_what_is_no_regular_file_is_said_at_once(edited: Edit) -> None:
    path = edited("events.csv", "calls", "talks") / "claims.csv"
    path.unlink()
    odd = "claims.csv: it is no regular file; put the table in its place"
    missing = "claims.csv: the file is missing; every table needs one, if only with its header"
    to_zero, to_nowhere = (partial(path.symlink_to, to) for to in ("/dev/zero", "nowhere.csv"))
    makes = {path.mkdir: odd, partial(os.mkfifo, path): odd, to_zero: odd, to_nowhere: missing}
    for make, message in makes.items():
        make()
        assert [str(problem) for problem in check(path.parent)] == [message]
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_file_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    words = "the file cannot be read: Permission denied"
    assert {str(each) for each in check(MINIATURE)} == {f"{each.file}: {words}" for each in TABLES}


@pytest.mark.parametrize("name", ["sources", "localities", "pairings", "claims"])
def test_a_table_that_cannot_be_read_accuses_no_other(edited: Edit, name: str) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / f"{name}.csv").write_bytes(b"\xff")
    assert {problem.file for problem in check(folder)} == {f"{name}.csv"}


# -- whole or not at all ----------------------------------------------------------------------


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    new = tmp_path / "new"
    old = os.umask(0o027)
    try:
        write_bytes(new, b"1")
    finally:
        os.umask(old)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640
    new.chmod(0o604)
    write_bytes(new, b"2")
    assert stat.S_IMODE(new.stat().st_mode) == 0o604


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
@pytest.mark.parametrize(
    ("step", "file"), [("os.fsync", "b"), ("shutil.copy2", "d"), ("pathlib.Path.replace", "c")]
)
def test_a_fault_on_the_way_leaves_all_old_files_and_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type, step: str, file: str
) -> None:
    for name in "abd":
        (tmp_path / name).write_bytes(b"old")
    there, calls = pkgutil.resolve_name(step), []

    def fail_late(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) == 3:
            paths = [str(arguments[0]), None, str(arguments[1])] if "replace" in step else []
            raise error(28, "No space left on device", *paths)
        return there(*arguments)

    monkeypatch.setattr(step, fail_late)
    with pytest.raises(error) as caught:
        write_files(tmp_path, dict.fromkeys("acbd", b"new"))
    assert contents(tmp_path) == dict.fromkeys("abd", b"old")
    if error is OSError:
        assert caught.value.filename == str(tmp_path / file)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_named_and_not_replaced(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "b")
    with pytest.raises(OSError, match=r"it is no regular file: .*b'$") as caught:
        write_files(tmp_path, {"a": b"new", "b": b"new"})
    assert caught.value.filename == str(tmp_path / "b")
    assert [path.is_file() for path in tmp_path.iterdir()] == [False]


def killed(step: int, dataset: Dataset, folder: Path, failing: int) -> bool:
    """Save in a process that ends at a step; tell whether it came to that; one renaming may fail."""
    left, renamed = step, 0

    def kill(event: str, _: object) -> None:
        nonlocal left, renamed
        left -= event in ("open", "os.rename", "os.remove")
        renamed += event == "os.rename"
        if left < 0:
            os._exit(9)
        if event == "os.rename" and renamed == failing:
            raise OSError

    child = os.fork()
    if not child:
        sys.addaudithook(kill)
        try:
            dataset.save(folder)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize(("first", "failing"), [(0, 0), (36, 7)])
def test_whenever_a_save_is_killed_the_old_or_the_new_set_is_loaded(
    mini: Dataset, tmp_path: Path, first: int, failing: int
) -> None:
    part = restrict(mini, status="agreed")
    part.version  # noqa: B018 - so that the process that is killed only writes
    found = set()
    for step in range(first, 1000):
        folder = mini.save(tmp_path / str(step))
        linked = (folder / "sources.csv").rename(tmp_path / f"{step}.csv")
        (folder / "sources.csv").symlink_to(linked)
        if not killed(step, part, folder, failing):
            break
        found.add(version := load(folder).version)
        write_bytes(folder / "other", b"written in between")
        assert load(folder).version == version
        (folder / "other").unlink()
        mini.save(folder)
        assert sorted(contents(folder)) == sorted(each.file for each in TABLES)
        assert not list(tmp_path.glob(".*"))
    assert step > 36
    assert found == {mini.version, part.version}


def test_a_link_stays(tmp_path: Path) -> None:
    target, link = tmp_path / "target.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    write_bytes(link, b"new")
    assert (target.read_bytes(), link.is_symlink()) == (b"new", True)


def test_files_larger_than_memory_are_not_read(mini: Dataset, tmp_path: Path) -> None:
    for name in ("large.graphml", ".unfinished"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(5_000_000_000)
    assert load(mini.save(tmp_path)).version == mini.version
    with pytest.raises(DataError, match=r"of at most 1,000,000,000 bytes"):
        read_graph(tmp_path / "large.graphml")
