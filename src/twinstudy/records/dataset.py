"""The frozen `Dataset`: valid tables and nothing else."""

from __future__ import annotations

import hashlib
import html
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import numpy as np
import pandas as pd

from twinstudy import __version__
from twinstudy.errors import ArgumentError, DataError, Problems, of_type
from twinstudy.tables import files
from twinstudy.tables.files import Frames, column_text
from twinstudy.tables.schema import TABLES, Column
from twinstudy.tables.table_rules import checked_tables


class _Table:
    """A table of a dataset; whoever reads it gets a copy."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.__doc__ = f"The table `{name}`."

    def __get__(self, dataset: Dataset, owner: type) -> pd.DataFrame:
        frames = dataset._frames  # noqa: SLF001 - this is a part of Dataset
        return frames[self.name].copy(deep=False)


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Twinning records that satisfy every rule of the data model.

    Attributes
    ----------
    sources, localities, aliases, codes, containments, successions, pairings, claims, \
memberships, contents, events, counts
        The tables of the data model, sorted by key: text as ``str``, vocabularies as
        categoricals in the order of the data model, numbers as ``float64`` or ``Int64``. Each is
        a copy: nothing done to it changes the dataset.
    report
        What was left out or flagged on the way in.

    Examples
    --------
    >>> dataset = load()
    >>> dataset.pairings["kind"].cat.categories[0]
    'village'
    """

    _frames: Frames
    report: Problems = field(default_factory=Problems)
    remembered: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def tables(self) -> Frames:
        """Copies of the tables by name."""
        return {name: frame.copy(deep=False) for name, frame in self._frames.items()}

    sources = _Table()
    localities = _Table()
    aliases = _Table()
    codes = _Table()
    containments = _Table()
    successions = _Table()
    pairings = _Table()
    claims = _Table()
    memberships = _Table()
    contents = _Table()
    events = _Table()
    counts = _Table()

    @cached_property
    def version(self) -> str:
        """Version of the package and a short hash of the content of the tables.

        The hash is the start of the SHA-256 of all columns that hold anything, in the order of
        the data model and each after its name: references as row numbers (int32) and numbers as
        float64, both little-endian; all else as in a CSV file, one cell a line. Rows are sorted
        by key, so neither their order nor the format of the files changes it.
        """
        digest = hashlib.sha256()
        for table in TABLES:
            for column in table.columns:
                values = self._frames[table.name][column.name]
                if values.notna().any():
                    digest.update(f"{table.name}.{column.name}\n".encode())
                    digest.update(self._content(values, column))
        return f"{__version__}+{digest.hexdigest()[:8]}"

    def _content(self, values: pd.Series, column: Column) -> bytes:
        """Return a column as bytes that depend on nothing but its cells and their order."""
        if column.type == "reference":
            keys = pd.Index(self._frames[column.target]["id"])
            return bytes(keys.get_indexer(pd.Index(values)).astype("<i4").tobytes())
        if column.type in ("integer", "number"):
            return bytes(values.to_numpy("<f8", na_value=np.nan).tobytes())
        return "\n".join(column_text(values, column).tolist()).encode()

    def save(self, folder: str | Path) -> Path:
        """Write the tables into a folder as CSV files, all of them or none.

        Parameters
        ----------
        folder
            Folder to write to; made if it is not there.

        Returns
        -------
        folder
            The folder, which `load` reads back as an equal dataset.

        Raises
        ------
        ArgumentError
            If `folder` is no path, or a file.
        OSError
            If a file cannot be written, which the error names; the old files are as they were.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load(load().save(folder)).version == load().version
        True
        """
        of_type("folder", folder, (str, Path), "the path of a folder")
        path = Path(folder)
        if files.CONTROL.search(str(path)):
            raise ArgumentError(f"`folder` is {str(path)!r}; give the path of a folder")
        for each in (path, *path.parents):
            if each.exists() and not each.is_dir():
                raise ArgumentError(f"`folder` is {str(path)!r}, and {str(each)!r} is a file; give "
                                    "the path of a folder")  # fmt: skip
        files.write_tables(self._frames, path)
        return path

    def __repr__(self) -> str:
        counts = (f"{len(self._frames[name])} {name}" for name in _SUMMARY)
        return f"<twinstudy.Dataset {self.version}: {', '.join(counts)}>"

    def __str__(self) -> str:
        rows = [f"{len(frame):>9,} {name}" for name, frame in self._frames.items()]
        return "\n".join([f"twinstudy {self.version}", *rows, *self._flagged()])

    def _repr_html_(self) -> str:
        rows = (
            f"<tr><td>{table.name}</td><td style='text-align: right'>"
            f"{len(self._frames[table.name]):,}</td>"
            f"<td style='text-align: left'>{html.escape(table.description)}</td></tr>"
            for table in TABLES
        )
        head = "<tr><th>table</th><th>rows</th><th style='text-align: left'>what it holds</th></tr>"
        title = f"<strong>twinstudy {html.escape(self.version)}</strong>"
        return f"<div>{title}<table>{head}{''.join(rows)}</table>{''.join(self._flagged())}</div>"

    def _flagged(self) -> list[str]:
        """Say in a line how much was flagged on the way in."""
        number = sum(problem.count for problem in self.report)
        return [f"{number:,} warning{'s' if number != 1 else ''} in `report`"] if number else []


_P = ParamSpec("_P")
_T = TypeVar("_T")


def refuse_other(dataset: object) -> None:
    """Refuse what is no dataset."""
    if not isinstance(dataset, Dataset):
        given = type(dataset).__name__
        raise ArgumentError(f"`dataset` is a {given}; give a dataset, as `load()` returns it")


def remembered(
    function: Callable[Concatenate[Dataset, _P], _T],
) -> Callable[Concatenate[Dataset, _P], _T]:
    """Keep what a function says of a dataset with the dataset, and hand out copies."""

    @wraps(function)
    def answer(dataset: Dataset, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        refuse_other(dataset)
        # What has no hash can only be refused, which is left to the function.
        key = (function.__module__, function.__qualname__, repr((args, sorted(kwargs.items()))))
        if key not in dataset.remembered:
            dataset.remembered[key] = function(dataset, *args, **kwargs)
        value: Any = dataset.remembered[key]
        if isinstance(value, (pd.DataFrame, pd.Series)):
            value = value.copy(deep=False)
        return cast(_T, value)

    return cast(Callable[Concatenate[Dataset, _P], _T], answer)


_SUMMARY = ("pairings", "localities", "claims", "sources")


def load(path: str | Path | None = None) -> Dataset:
    """Read and check a folder of tables.

    Parameters
    ----------
    path
        Folder with one CSV file a table; None for the bundled data.

    Returns
    -------
    dataset
        The records; its `report` holds warnings.

    Raises
    ------
    DataError
        If any rule is broken; its `problems` holds all faults of all files.
    ArgumentError
        If `path` is not a folder.

    Examples
    --------
    >>> load().localities["country"].unique().tolist()
    ['CN', 'VN']
    """
    tables, problems = checked_tables(path)
    return dataset_of(tables.typed, problems)


def dataset_of(typed: Frames, problems: Problems) -> Dataset:
    """Make a dataset of typed frames that have been checked, unless a problem is an error."""
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    frames = {name: frame.reset_index(drop=True) for name, frame in typed.items()}
    return Dataset(frames, problems)
