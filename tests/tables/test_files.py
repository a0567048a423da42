"""Folders of tables: read row by row, typed, and written whole or not at all."""

import csv
import io
import os
import stat
from pathlib import Path

import pandas as pd
import pytest
from conftest import MINIATURE, Edit
from hypothesis import given, settings
from hypothesis import strategies as st

from twinstudy import DataError, Dataset, check, load, read_graph
from twinstudy.tables.files import (
    csv_bytes,
    text_frame,
    text_tables,
    type_tables,
    write_bytes,
    write_files,
)
from twinstudy.tables.schema import TABLES, table

MEMBERS = table("memberships")
HEADER = "claim_id,locality_id,named_as"
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
CELLS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc", "Cf"], exclude_characters="\u2028\u2029\ufffe\uffff"
    )
)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def read(text: str | bytes) -> tuple[list[list[str]], list[str]]:
    data = text if isinstance(text, bytes) else text.encode()
    frame, problems, _ = text_frame(data, MEMBERS)
    rows = [] if frame is None else frame.to_numpy().tolist()
    return rows, [str(problem) for problem in problems]


# -- there and back ---------------------------------------------------------------------------


def test_a_dataset_comes_back_equal(mini: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert mini.save(folder) == folder
    again = load(folder)
    for name, frame in mini.tables.items():
        pd.testing.assert_frame_equal(frame, again.tables[name])
    assert again.version == mini.version


def test_files_are_canonical_and_a_second_save_changes_no_byte(
    mini: Dataset, tmp_path: Path
) -> None:
    first = contents(mini.save(tmp_path))
    assert contents(load(tmp_path).save(tmp_path)) == first
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


def test_text_comes_back_row_for_row(mini: Dataset) -> None:
    text = text_tables(mini.tables)
    again = type_tables(text).typed
    for name, frame in mini.tables.items():
        pd.testing.assert_frame_equal(again[name].reset_index(drop=True), frame)


@pytest.mark.parametrize(
    ("cell", "value"), [("12", 12.0), ("0.5", 0.5), ("-3", -3.0), ("1e5", None), ("", None)]
)
def test_numbers_are_read_as_written(cell: str, value: float | None) -> None:
    counts = table("counts")
    row = dict.fromkeys(counts.column_names, "") | {"value": cell}
    typed = type_tables({"counts": pd.DataFrame([row], dtype="str")}).typed["counts"]
    found = typed["value"].iloc[0]
    assert pd.isna(found) if value is None else found == value


# -- rows that can and cannot be read ---------------------------------------------------------


def test_cells_are_read_as_they_stand() -> None:
    rows, problems = read(f'{HEADER}\nNA,007, x \n"a,b","say ""hi""",=1+1\nnull,it\'s "so",\n')
    assert rows == [["NA", "007", " x "], ["a,b", 'say "hi"', "=1+1"], ["null", 'it\'s "so"', ""]]
    assert problems == []


def test_a_header_alone_is_a_table_and_the_last_line_end_may_be_missing() -> None:
    assert read(HEADER) == read(f"{HEADER}\n") == ([], [])
    assert read(f"{HEADER}\na,b,c") == ([["a", "b", "c"]], [])


def test_every_bad_row_is_named_and_the_others_are_read() -> None:
    frame, problems, unread = text_frame(
        f'{HEADER}\na,b\n\nc,d,e\n"f\n",g,h\ni,j,k,l\nm,n,o\n'.encode(), MEMBERS
    )
    assert frame is not None
    assert frame["claim_id"].tolist() == ["c", "m"]
    assert frame.index.tolist() == [4, 8]
    assert [problem.line for problem in problems] == [2, 3, 5, 6, 7]
    assert {"a", "i"} <= unread


def test_an_open_quote_costs_its_own_row_only() -> None:
    rows, problems = read(f'{HEADER}\na,b,c\nd,"e,f\ng,h,i\n')
    assert rows == [["a", "b", "c"], ["g", "h", "i"]]
    assert len(problems) == 1
    assert problems[0].startswith("memberships.csv:3: the quotes of this row do not match")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "memberships.csv: the file is empty; write at least the header: " + HEADER),
        (
            b"\xef\xbb\xbf" + HEADER.encode(),
            "memberships.csv:1: the file starts with a byte order mark; save it as UTF-8 without BOM",
        ),
        (
            HEADER.encode() + b"\na,b,\xff\n",
            "memberships.csv:2: byte 0xff is not UTF-8; save the file as UTF-8",
        ),
        (
            HEADER.encode() + b"\r\na,b,c\r\n",
            "memberships.csv:1: the line ends with a carriage return; save the file with LF line ends",
        ),
        (
            HEADER.encode("utf-16"),
            "memberships.csv: the file is UTF-16; save it as UTF-8",
        ),
        (
            HEADER.replace(",", ";").encode(),
            "memberships.csv:1: the cells are separated by semicolons; use commas",
        ),
        (
            HEADER.encode() + b"\na,b," + b"x" * 100_000 + b"\n",
            "memberships.csv:2: the line is 100,004 bytes long, of 100,000 allowed; shorten it or "
            "close a quote",
        ),
    ],
)
def test_each_fault_of_a_file_has_its_message(data: bytes, message: str) -> None:
    assert read(data)[1] == [message]


def test_a_line_of_exactly_the_longest_length_is_read() -> None:
    rows, problems = read(f"{HEADER}\na,b,{'x' * (100_000 - 4)}\n")
    assert len(rows) == 1
    assert problems == []


@pytest.mark.parametrize("character", [*"\x00\x1b\t\x7f\x85\x9b", "\u2028", "\u202e", "\ufeff"])
def test_control_characters_are_refused_and_escaped(character: str) -> None:
    problems = read(f"{HEADER}\na,b,c{character}\n")[1]
    assert len(problems) == 1
    assert "holds the control character" in problems[0]
    assert character not in problems[0]


@pytest.mark.parametrize("character", ["\u200b", "\u00ad", "\u00a0", "\u2800", "\u3164"])
def test_invisible_characters_are_warned_of(character: str) -> None:
    problems = read(f"{HEADER}\na,b,c{character}d\n")[1]
    assert len(problems) == 1
    assert ": warning: named_as: " in problems[0]
    assert f"invisible character {character!a}" in problems[0]


def test_letters_with_separate_accents_are_refused() -> None:
    rows, problems = read(f"{HEADER}\na,b,Tra\u0300ng\na,b,Tràng\n")
    assert len(rows) == 2
    assert len(problems) == 1
    assert "letters with separate accents; normalise it to Unicode NFC" in problems[0]


@pytest.mark.parametrize(
    ("header", "messages"),
    [
        ("claim_id,locality_id,named_as,named_as", ["a column stands twice", "stands twice"]),
        (
            "claim_id,name,named_as",
            ["locality_id: the column is missing", "'name' is not a column"],
        ),
        ("locality_id,claim_id,named_as", ["the columns stand in another order; write " + HEADER]),
    ],
)
def test_each_fault_of_a_header_is_named(header: str, messages: list[str]) -> None:
    frame, problems, _ = text_frame(f"{header}\na,b,c\n".encode(), MEMBERS)
    assert frame is None
    assert problems
    assert any(message in str(problem) for problem in problems for message in messages)


def test_thousands_of_bad_rows_are_counted() -> None:
    _, problems, _ = text_frame(f"{HEADER}\n{'a,b' + chr(10)}".encode() + b"a,b\n" * 5000, MEMBERS)
    assert len(problems) == 1001
    assert "4,001 more rows have the same fault" in str(problems[-1])


# -- what is no table -------------------------------------------------------------------------


def odd(edited: Edit) -> Path:
    folder = edited("events.csv", "calls", "talks")
    (folder / "claims.csv").unlink()
    return folder


def test_what_is_no_regular_file_is_said_at_once(edited: Edit) -> None:
    folder = odd(edited)
    message = "claims.csv: it is no regular file; put the table in its place"
    (folder / "claims.csv").mkdir()
    assert [str(problem) for problem in check(folder)] == [message]
    (folder / "claims.csv").rmdir()
    os.mkfifo(folder / "claims.csv")
    assert [str(problem) for problem in check(folder)] == [message]
    (folder / "claims.csv").unlink()
    (folder / "claims.csv").symlink_to("/dev/zero")
    assert [str(problem) for problem in check(folder)] == [message]


def test_a_link_to_nowhere_is_a_missing_file(edited: Edit) -> None:
    folder = odd(edited)
    (folder / "claims.csv").symlink_to(folder / "nowhere.csv")
    assert [str(problem) for problem in check(folder)] == [
        "claims.csv: the file is missing; every table needs one, if only with its header"
    ]


@pytest.mark.skipif(ROOT, reason="root may read everything")
def test_a_file_that_may_not_be_read(edited: Edit) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / "claims.csv").chmod(0)
    assert [str(problem) for problem in check(folder)] == [
        "claims.csv: the file cannot be read: Permission denied"
    ]


@pytest.mark.parametrize("name", ["sources", "localities", "pairings", "claims"])
def test_a_table_that_cannot_be_read_accuses_no_other(edited: Edit, name: str) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / f"{name}.csv").write_bytes(b"\xff")
    assert {problem.file for problem in check(folder)} == {f"{name}.csv"}


def test_one_bad_row_accuses_no_reference_to_it(edited: Edit) -> None:
    folder = edited("sources.csv", "Foreign relations,", "Foreign, relations,")
    found = check(folder)
    assert [(problem.file, problem.line) for problem in found] == [("sources.csv", 5)]


# -- whole or not at all ----------------------------------------------------------------------


def test_a_new_file_has_the_usual_mode_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_bytes(tmp_path / "new", b"1")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "new").chmod(0o604)
    write_bytes(tmp_path / "new", b"2")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o604


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.chmod"])
def test_a_fault_on_the_way_leaves_all_old_files_and_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    calls = []

    def fail(*_: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(OSError, match="No space left") as caught:
        write_files(tmp_path, {"a": b"new", "b": b"new"})
    assert caught.value.filename == str(tmp_path / "b")
    assert contents(tmp_path) == {"a": b"old", "b": b"old"}


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_fault_between_two_files_puts_the_old_ones_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    for name in "ac":
        (tmp_path / name).write_bytes(b"old")
    replace, calls = Path.replace, []

    def fail_late(source: Path, target: Path) -> Path:
        if target.name == "c" and not calls:
            calls.append(target)
            raise error(5, "Input/output error", str(source), None, str(target))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", fail_late)
    with pytest.raises(error) as caught:
        write_files(tmp_path, dict.fromkeys("abc", b"new"))
    if isinstance(caught.value, OSError):
        assert caught.value.filename == str(tmp_path / "c")
    assert contents(tmp_path) == {"a": b"old", "c": b"old"}


def test_an_interrupt_leaves_the_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "file", b"new")
    assert contents(tmp_path) == {"file": b"old"}


def test_what_a_killed_run_has_left_is_cleared(mini: Dataset, tmp_path: Path) -> None:
    (tmp_path / ".claims.csv.0123456789abcdef").write_bytes(b"half")
    mini.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(t.file for t in TABLES)


def test_a_link_stays_and_what_is_no_file_is_not_replaced(tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "target.csv")
    write_bytes(tmp_path / "link.csv", b"new")
    assert (tmp_path / "target.csv").read_bytes() == b"new"
    assert (tmp_path / "link.csv").is_symlink()
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(OSError, match=r"it is no regular file: .*pipe\.csv'$"):
        write_bytes(tmp_path / "pipe.csv", b"new")
    assert (tmp_path / "pipe.csv").is_fifo()


def test_a_graph_larger_than_memory_is_not_read(tmp_path):
    with (tmp_path / "large.graphml").open("wb") as file:
        file.truncate(5_000_000_000)
    with pytest.raises(DataError, match=r"of at most 1,000,000,000 bytes"):
        read_graph(tmp_path / "large.graphml")
