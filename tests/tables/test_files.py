"""Folders of tables: CSV and Parquet, what is no such file, and writing whole or not at all."""

import io
import os
import shutil
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from conftest import MINIATURE, Edit
from twinstudy.tables.parquet import parquet_bytes, parquet_frame

from twinstudy import ArgumentError, Dataset, MissingExtraError, Problem, check, load
from twinstudy.tables.files import read_tables, write_bytes, write_tables
from twinstudy.tables.schema import TABLES, table

SRC = Path(__file__).resolve().parents[2] / "src"
ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
UNSOUND = "the file is not sound Parquet; save the tables again"


def assert_equal(one: Dataset, other: Dataset) -> None:
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name])
    assert one.version == other.version


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# -- there and back ---------------------------------------------------------------------------


def test_csv_comes_back_equal(mini: Dataset, tmp_path: Path) -> None:
    assert mini.save(tmp_path / "new" / "folder") == tmp_path / "new" / "folder"
    assert_equal(load(tmp_path / "new" / "folder"), mini)


def test_csv_is_canonical(mini: Dataset, tmp_path: Path) -> None:
    first = contents(mini.save(tmp_path / "a"))
    assert contents(load(tmp_path / "a").save(tmp_path / "b")) == first
    assert sorted(first) == sorted(each.file for each in TABLES)
    for name, data in first.items():
        if name != "localities.csv":  # it has 108.0, which is written 108
            assert data == (MINIATURE / name).read_bytes()


def test_a_second_save_changes_no_byte(mini: Dataset, tmp_path: Path) -> None:
    first = contents(mini.save(tmp_path))
    assert contents(mini.save(tmp_path)) == first


def test_parquet_comes_back_equal(mini: Dataset, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    mini.save(tmp_path, format="parquet")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".parquet"] * len(TABLES)
    assert_equal(load(tmp_path), mini)
    first = contents(tmp_path)
    assert contents(load(tmp_path).save(tmp_path, format="parquet")) == first


def test_formats_give_one_version(mini: Dataset, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    mini.save(tmp_path / "p", format="parquet")
    load(tmp_path / "p").save(tmp_path / "c")
    assert contents(tmp_path / "c") == contents(mini.save(tmp_path / "d"))


def test_the_version_does_not_hang_on_pyarrow(
    mini: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("csvtext", "parquet", "tables"):
        monkeypatch.setattr(f"twinstudy.{module}.pa", None)
    with pd.option_context("mode.string_storage", "python"):
        plain = load(MINIATURE)
        assert plain.version == mini.version
        for name, frame in mini.tables.items():
            assert plain.tables[name].astype(object).equals(frame.astype(object)), name


def test_a_process_without_pyarrow_reads_and_writes_the_same(mini: Dataset, tmp_path: Path) -> None:
    script = """
        import sys
        sys.modules["pyarrow"] = None
        from twinstudy import MissingExtraError, load
        dataset = load(sys.argv[1])
        print(dataset.version)
        dataset.save(sys.argv[2])
        try:
            dataset.save(sys.argv[2] + "-parquet", format="parquet")
        except MissingExtraError as error:
            print(error)
    """
    assert run(script, str(MINIATURE), str(tmp_path / "out")).splitlines() == [
        mini.version,
        "Parquet files need pyarrow; install it with: pip install 'twinstudy[fast]'",
    ]
    assert contents(tmp_path / "out") == contents(mini.save(tmp_path / "here"))
    assert not (tmp_path / "out-parquet").exists()


def run(script: str, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(SRC)}
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_another_format_is_refused(mini: Dataset, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"^`format` is 'xlsx'; use 'csv' or 'parquet'$"):
        mini.save(tmp_path, format="xlsx")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_parquet_without_pyarrow(
    mini: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in ("sources.parquet", "claims.parquet"):
        (tmp_path / file).write_bytes(b"PAR1 PAR1")
    monkeypatch.setattr("twinstudy.tables.parquet.pa", None)
    message = r"^Parquet files need pyarrow; install it with: pip install 'twinstudy\[fast\]'$"
    with pytest.raises(MissingExtraError, match=message):
        check(tmp_path)
    with pytest.raises(MissingExtraError, match=message):
        mini.save(tmp_path / "new", format="parquet")
    assert not (tmp_path / "new").exists()


# -- one format a folder ----------------------------------------------------------------------


def test_a_folder_in_both_formats_is_a_problem(mini: Dataset, tmp_path: Path) -> None:
    # Either could be the older one, and reading it would be a silent mistake.
    pytest.importorskip("pyarrow")
    mini.save(tmp_path, format="parquet")
    shutil.copy(MINIATURE / "sources.csv", tmp_path)
    assert [str(problem) for problem in check(tmp_path)] == [
        "sources.parquet: sources.csv stands beside it; keep the tables in one format, and take "
        "out the other"
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [("csv", "parquet"), ("parquet", "csv")])
def test_a_second_format_is_not_put_beside_the_first(
    mini: Dataset, tmp_path: Path, first: str, second: str
) -> None:
    pytest.importorskip("pyarrow")
    before = contents(mini.save(tmp_path, format=first))
    with pytest.raises(ArgumentError) as caught:
        mini.save(tmp_path, format=second)
    assert str(caught.value) == (
        f"`folder` is '{tmp_path}', which holds tables as .{first} files; take them out, or give "
        "another folder"
    )
    assert contents(tmp_path) == before


# -- what is no table -------------------------------------------------------------------------


def test_a_folder_in_place_of_a_file(edited: Edit) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / "claims.csv").unlink()
    (folder / "claims.csv").mkdir()
    found = [str(problem) for problem in check(folder)]
    assert found == ["claims.csv: the file cannot be read: Is a directory"]


def test_a_file_that_may_not_be_read(edited: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / "claims.csv").chmod(0)
    if ROOT:  # who may read everything
        read = Path.read_bytes

        def refuse(path: Path) -> bytes:
            if path.name == "claims.csv":
                raise PermissionError(13, "Permission denied", str(path))
            return read(path)

        monkeypatch.setattr(Path, "read_bytes", refuse)
    found = [str(problem) for problem in check(folder)]
    assert found == ["claims.csv: the file cannot be read: Permission denied"]


def test_a_link_to_nowhere_is_a_missing_file(edited: Edit) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / "claims.csv").unlink()
    (folder / "claims.csv").symlink_to(folder / "nowhere.csv")
    assert [str(problem) for problem in check(folder)] == [
        "claims.csv: the file is missing; every table needs one, if only with its header"
    ]


def test_a_table_that_cannot_be_read_makes_no_problems_elsewhere(edited: Edit) -> None:
    folder = edited("events.csv", "calls", "talks")
    (folder / "localities.csv").write_bytes(b"\xff")
    assert {problem.file for problem in check(folder)} == {"localities.csv"}


@pytest.fixture
def parquet(mini: Dataset, tmp_path: Path) -> Path:
    pytest.importorskip("pyarrow")
    return mini.save(tmp_path / "parquet", format="parquet")


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"PAR1PAR1", b"PAR1\xff\xff\xff\x7fPAR1", b"id,kind\n"]
)
def test_what_is_no_parquet(parquet: Path, data: bytes) -> None:
    (parquet / "claims.parquet").write_bytes(data)
    assert [str(problem) for problem in check(parquet)] == [f"claims.parquet: {UNSOUND}"]


def test_half_a_parquet_file(parquet: Path) -> None:
    file = parquet / "claims.parquet"
    file.write_bytes(file.read_bytes()[:1000])
    assert check(parquet) == [Problem("claims.parquet", 0, "", "", UNSOUND)]


def test_a_changed_byte_is_found_or_changes_nothing(mini: Dataset) -> None:
    pytest.importorskip("pyarrow")
    data, members = parquet_bytes(mini.memberships), table("memberships")
    expected = parquet_frame(data, members)[0]
    found = 0
    for at in range(4, len(data), 29):
        frame, problems = parquet_frame(
            data[:at] + bytes([data[at] ^ 0x15]) + data[at + 1 :], members
        )
        assert problems or (frame is not None and frame.equals(expected)), at
        found += bool(problems)
    assert found > 20


def rewritten(folder: Path, file: str, column: str, values: Any) -> list[str]:
    """Put other values into a column of a Parquet file; return what is wrong with the folder."""
    import pyarrow.parquet as pq

    frame = pq.read_table(folder / file)
    place = frame.column_names.index(column)
    pq.write_table(frame.set_column(place, column, values), folder / file)
    return [str(problem) for problem in check(folder)]


def pa() -> Any:
    return pytest.importorskip("pyarrow")


FINE: dict[str, tuple[str, str, Callable[[], Any]]] = {
    "words as a dictionary": ("pairings", "kind", lambda: pa().array(["district"] * 6).dictionary_encode()),
    "large text": ("claims", "note", lambda: pa().array(["a"] * 9, pa().large_string())),
    "no value at all": ("claims", "note", lambda: pa().nulls(9)),
    "whole numbers as floats": ("claims", "agreement_items", lambda: pa().array([6.0] * 8 + [None])),
    "whole numbers as text": ("claims", "agreement_items", lambda: pa().array(["6"] * 9)),
    "numbers as text": ("counts", "value", lambda: pa().array(["34"] * 6)),
    "numbers as small whole numbers": ("counts", "value", lambda: pa().array([34] * 6, pa().int8())),
    "years as numbers": ("claims", "signed", lambda: pa().array([2014] * 6 + [None] * 3)),
}  # fmt: skip


@pytest.mark.parametrize("case", FINE)
def test_parquet_of_other_makers_is_read(parquet: Path, case: str) -> None:
    name, column, values = FINE[case]
    assert rewritten(parquet, f"{name}.parquet", column, values()) == []


FAULTY: dict[str, tuple[str, Callable[[], Any], str]] = {
    "lists": ("note", lambda: pa().array([["a"]] * 9),
        "claims.parquet: note: the column holds list<element: string>, not text; save it as text"),
    "bytes": ("note", lambda: pa().array([b"\xff"] * 9),
        "claims.parquet: note: the column holds binary, not text; save it as text"),
    "timestamps": ("signed", lambda: pa().array([pd.Timestamp("2014-08-26")] + [None] * 8),
        "claims.parquet:2: signed: '2014-08-26 00:00:00.000000' is not a date; write YYYY, YYYY-MM, "
        "YYYY-MM-DD or A/B, with ~ or ? after it"),
    "truth": ("agreement_items", lambda: pa().array([True] + [None] * 8),
        "claims.parquet:2: agreement_items: 'true' is not a whole number; write digits only"),
    "separate accents": ("note", lambda: pa().array([""] * 8 + ["Tra\u0300ng"]),
        "claims.parquet:10: note: 'Tra\u0300ng' has letters with separate accents; normalise it to "
        "Unicode NFC"),
    "a line break": ("note", lambda: pa().array(["a\nb"] + [None] * 8),
        "claims.parquet:2: note: 'a\\nb' holds the control character '\\n'; take it out"),
    "a null byte": ("note", lambda: pa().array(["a\0b"] + [None] * 8),
        "claims.parquet:2: note: 'a\\x00b' holds the control character '\\x00'; take it out"),
    "ten megabytes": ("note", lambda: pa().array(["đ" * 5_000_000] + [None] * 8),
        "claims.parquet:2: the row is 10,000,064 bytes long, of 100,000 allowed; shorten it"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTY)
def test_parquet_that_cannot_be_right(parquet: Path, case: str) -> None:
    column, values, message = FAULTY[case]
    assert rewritten(parquet, "claims.parquet", column, values()) == [message]


def test_parquet_with_other_columns(parquet: Path) -> None:
    frame = pd.read_parquet(parquet / "aliases.parquet").rename(columns={"language": "lang"})
    frame.to_parquet(parquet / "aliases.parquet")
    assert [str(problem) for problem in check(parquet)] == [
        "aliases.parquet: lang: 'lang' is not a column of this table; the columns are "
        "locality_id,name,language,source_id",
        "aliases.parquet: language: the column is missing; add it to the header",
    ]  # fmt: skip


def test_columns_of_parquet_may_stand_in_any_order(mini: Dataset) -> None:
    pytest.importorskip("pyarrow")
    data = parquet_bytes(mini.claims[mini.claims.columns[::-1]])
    frame, problems = parquet_frame(data, table("claims"))
    assert problems == []
    assert frame is not None
    assert frame.columns.tolist() == list(table("claims").column_names)


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
    assert (tmp_path / "new").read_bytes() == b"2"


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
def test_a_fault_on_the_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(tmp_path / "file", b"new")
    assert contents(tmp_path) == {"file": b"old"}


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "file", b"new")
    assert contents(tmp_path) == {"file": b"old"}


def test_a_fault_in_the_middle_of_a_save_leaves_readable_files(
    mini: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mini.save(tmp_path)
    real, calls = os.replace, []

    def fail_late(source: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == 5:
            raise OSError(28, "No space left on device")
        real(source, target)
        return Path(target)

    monkeypatch.setattr(Path, "replace", fail_late)
    with pytest.raises(OSError, match="No space left"):
        mini.save(tmp_path)
    assert_equal(load(tmp_path), mini)
    assert len(list(tmp_path.iterdir())) == len(TABLES)


def test_a_folder_that_cannot_be_written(mini: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileExistsError):
        mini.save(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        mini.save(tmp_path / "file" / "below")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        write_bytes(tmp_path / "nowhere" / "file", b"")


def test_a_read_only_folder(mini: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o500)
    if ROOT:  # who may write everywhere

        def refuse(path: Path, *_: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "open", refuse)
    try:
        with pytest.raises(PermissionError, match="Permission denied"):
            mini.save(tmp_path)
        assert list(tmp_path.iterdir()) == []
    finally:
        tmp_path.chmod(0o700)


def test_a_kill_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    script = """
        import itertools, os, signal, sys, time
        from pathlib import Path
        from twinstudy.tables.files import write_bytes

        target, killed = Path(sys.argv[1]), 0
        for wait in (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15):
            child = os.fork()
            if not child:
                for n in itertools.count():
                    write_bytes(target, (b"%09d" % (n % 7)) * 300_000)
            while not target.exists():
                time.sleep(0.001)
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            data = target.read_bytes()
            assert len(data) == 2_700_000 and data == data[:9] * 300_000
            left = list(target.parent.glob(".file.*"))
            assert len(left) <= 1
            killed += len(left)
            for path in left:
                path.unlink()
        print(killed > 0)
    """
    assert run(script, str(tmp_path / "file")) == "True\n"  # some died in the middle of a write


def test_what_a_kill_leaves_behind_is_no_table(mini: Dataset, tmp_path: Path) -> None:
    mini.save(tmp_path)
    (tmp_path / ".claims.csv.0123456789abcdef").write_bytes(b"id,pair")
    assert check(tmp_path) == []


def test_only_tables_are_written(mini: Dataset, tmp_path: Path) -> None:
    write_tables({"events": mini.events}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
    frame = pd.read_csv(io.BytesIO((tmp_path / "events.csv").read_bytes()), dtype="str")
    assert frame["id"].tolist() == mini.events["id"].tolist()
    tables, problems = read_tables(tmp_path)
    assert list(tables.typed) == ["events"]
    assert len(problems) == len(TABLES) - 1
