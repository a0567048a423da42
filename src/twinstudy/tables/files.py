"""Folders of data files; with `csvtext`, the only code that knows how tables lie on disk."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from twinstudy.errors import ArgumentError, Problem
from twinstudy.tables.csvtext import csv_bytes, text_frame
from twinstudy.tables.parquet import parquet_bytes, parquet_frame, require_pyarrow
from twinstudy.tables.schema import TABLES
from twinstudy.tables.typed import Frames, Tables, text_tables, type_tables


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
    package = Path(__file__).parents[1]
    packaged = package / "data"
    return packaged if packaged.is_dir() else package.parents[1] / "data"


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
    read = parquet_frame if suffix == ".parquet" else text_frame
    text: Frames = {}
    problems: list[Problem] = []
    if suffix == ".parquet" and (folder / "sources.csv").is_file():
        message = (
            "sources.csv stands beside it; keep the tables in one format, and take out the other"
        )
        problems.append(Problem("sources.parquet", 0, "", "", message))
    for table in TABLES:
        path = folder / f"{table.name}{suffix}"
        frame = None
        try:
            frame, found = read(path.read_bytes(), table)
        except FileNotFoundError:
            found = [Problem(path.name, 0, "", "", "the file is missing; every table needs one, "
                             "if only with its header")]  # fmt: skip
        except OSError as error:
            found = [Problem(path.name, 0, "", "", f"the file cannot be read: {error.strerror}")]
        problems += found
        if frame is not None:
            text[table.name] = frame
    return type_tables(text, suffix), problems


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
    ArgumentError
        If the folder holds tables in the other format.
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
    other = ".csv" if suffix == ".parquet" else ".parquet"
    if (folder / f"sources{other}").is_file():
        raise ArgumentError(
            f"`folder` is {str(folder)!r}, which holds tables as {other} files; "
            "take them out, or give another folder"
        )
    if suffix == ".parquet":
        require_pyarrow()
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in typed.items():
        write_bytes(folder / f"{name}{suffix}", _encoded(name, frame, suffix))


def _encoded(name: str, frame: pd.DataFrame, suffix: str) -> bytes:
    if suffix == ".csv":
        return csv_bytes(text_tables({name: frame})[name])
    return parquet_bytes(frame)


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
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
