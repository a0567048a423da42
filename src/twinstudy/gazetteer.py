"""A frame about places, and the localities table that it and an edge list make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from .errors import ArgumentError, Problem
from .rawcells import plain_text, read_cells
from .schema import LEVELS, table
from .slugs import distinct_ids, slug
from .tables import column_text

#: A country and the parts of a key.
Place = tuple[str, ...]
Key = tuple[str, ...]

_TABLE = table("localities")
_COLUMNS = (*_TABLE.column_names, "parent")
_FILE = "localities"
_BETWEEN = "\x1f"  # white space, so it is never inside a text


def read_localities(
    frame: pd.DataFrame | None, named: Sequence[Place], *, width: int
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a frame about places.

    Parameters
    ----------
    frame
        Indexed by key, or by key and country; columns of the localities table, and ``parent``.
        None for no frame.
    named
        Places that pairs name; they tell the country where the frame does not.
    width
        Number of parts of a key.

    Returns
    -------
    stated, problems
        The rows that can be used, indexed by row number counted from 1: all of text, with
        ``place`` and ``above`` (tuples of a country and a key; an empty tuple for no parent).

    Raises
    ------
    ArgumentError
        If the index or a column cannot be used.

    Examples
    --------
    >>> frame = pd.DataFrame({"level": ["commune"]}, index=["Köln"])
    >>> read_localities(frame, [("DE", "Köln")], width=1)[0]
         level       place above
    1  commune  (DE, Köln)    ()
    """
    if frame is None:
        return pd.DataFrame({"place": [], "above": []}, dtype=object), []
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(f"`localities` is a {type(frame).__name__}; give a pandas DataFrame")
    levels = frame.index.nlevels
    unknown = sorted(set(map(str, frame.columns)) - set(_COLUMNS))
    if unknown:
        raise ArgumentError(
            f"`localities` has the columns {', '.join(map(repr, unknown))}; "
            f"use some of {', '.join(_COLUMNS)}"
        )
    if levels not in (width, width + 1):
        raise ArgumentError(
            f"`localities` has an index of {levels} levels; index it by the {width} "
            "columns of the key, or by these and the country"
        )
    problems: list[Problem] = []
    index = frame.index.to_frame(index=False)
    parts = [_read(index.iloc[:, n], plain_text, "", problems) for n in range(width)]
    keys: list[Key] = list(zip(*parts, strict=True))
    above = _parents(frame["parent"], width, problems) if "parent" in frame else [()] * len(frame)
    if levels > width:
        countries = _read(index.iloc[:, width], plain_text, "", problems)
    elif "country" in frame:
        countries = _read(frame["country"], plain_text, "country", problems)
    else:
        countries = _inferred_countries(keys, above, named)
    stated = pd.DataFrame(
        {
            name: _column_texts(frame[name], name, problems)
            for name in _TABLE.column_names
            if name in frame and name != "country"
        },
        index=pd.RangeIndex(1, len(frame) + 1),
        dtype="str",
    )
    stated["place"] = [(c, *key) for c, key in zip(countries, keys, strict=True)]
    stated["above"] = [(c, *key) if key else () for c, key in zip(countries, above, strict=True)]
    good = []
    seen: set[Place] = set()
    for line, place in enumerate(stated["place"], start=1):
        fault = _fault(place, seen)
        if fault:
            problems.append(Problem(_FILE, line, "", ", ".join(place[1:]), fault))
        good.append(not fault)
        seen.add(place)
    return stated[good], problems


def _fault(place: Place, seen: set[Place]) -> str:
    country, *key = place
    if not all(key):
        return "the row has no key; fill the index"
    if not country:
        return f"the country of {', '.join(key)!r} is not clear; index the frame by key and country"
    if place in seen:
        return f"{_shown(place)} stands in an earlier row; keep one of them"
    return ""


def _shown(place: Place) -> str:
    return f"{', '.join(place[1:])!r} of {place[0]}"


def _read(
    values: pd.Series, read: Callable[[object], str], column: str, problems: list[Problem]
) -> np.ndarray:
    cells = read_cells(values, read)
    for row, (value, why) in cells.faults.items():
        problems.append(Problem(_FILE, row + 1, column, value, why))
    return cells.texts()


def _column_texts(values: pd.Series, name: str, problems: list[Problem]) -> np.ndarray:
    column = _TABLE.column(name)
    if column.type == "number" and pd.api.types.is_numeric_dtype(values):
        return column_text(values, column).to_numpy(object)
    return _read(values, plain_text, name, problems)


def _parents(values: pd.Series, width: int, problems: list[Problem]) -> list[Key]:
    """Read the keys of the units above; a key of several parts is a tuple."""

    def read(value: object) -> str:
        parts = value if width > 1 else (value,)
        if not isinstance(parts, tuple) or len(parts) != width:
            raise ArgumentError(f"{value!r} is no key; write a tuple of {width} values")
        return _BETWEEN.join(map(plain_text, parts))

    texts = _read(values, read, "parent", problems)
    return [tuple(text.split(_BETWEEN)) if text else () for text in texts]


def _inferred_countries(
    keys: Sequence[Key], above: Sequence[Key], named: Sequence[Place]
) -> np.ndarray:
    """Take the country of a key from the pairs, and that of a parent from its children."""
    known: defaultdict[Key, set[str]] = defaultdict(set)
    for country, *key in named:
        known[tuple(key)].add(country)
    everywhere = {place[0] for place in named}
    for _ in LEVELS:
        for child, parent in zip(keys, above, strict=True):
            known[parent] |= known[child]
    found = [known[key] or everywhere for key in keys]
    countries = [next(iter(each)) if len(each) == 1 else "" for each in found]
    return np.array(countries, dtype=object)


def locality_cells(
    named: Sequence[Place], stated: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Make the rows of the localities table for the places of pairs and of a frame.

    Parameters
    ----------
    named
        Distinct places that pairs name.
    stated
        As `read_localities` gives it.

    Returns
    -------
    cells, problems
        One row a place, first the named ones: ``id, country, name`` and the columns of the frame
        as text, ``parent`` (the id of the unit above) and ``line`` (the row of the frame, 0 for
        none).

    Examples
    --------
    >>> stated, _ = read_localities(None, [], width=1)
    >>> locality_cells([("DE", "Köln")], stated)[0][["id", "country", "name"]]
              id country  name
    0  l-de-koln      DE  Köln
    """
    number = {place: n for n, place in enumerate(dict.fromkeys([*named, *stated["place"]]))}
    places = list(number)
    slugs = ["-".join([country.lower(), *map(slug, key)]) for country, *key in places]
    distinct = distinct_ids(slugs, places)
    cells = {
        "id": np.array([f"l-{each}" for each in distinct], dtype=object),
        "country": np.array([place[0] for place in places], dtype=object),
        "name": np.array([place[1] for place in places], dtype=object),
    }
    none = np.full(len(places), "", dtype=object)
    target = [number[place] for place in stated["place"]]
    for column in stated.columns.drop(["place", "above"]):
        told = none.copy()
        told[target] = stated[column]
        cells[column] = np.where(told != "", told, cells.get(column, none))
    if "longitude" in cells:
        position = cells.get("position", none)
        unsure = (cells["longitude"] != "") & (position == "")
        cells["position"] = np.where(unsure, "approximate", position)

    problems = _lookalikes(places, slugs, distinct)
    parent, line = none.copy(), np.zeros(len(places), dtype=np.int64)
    for row, place, above in stated[["place", "above"]].itertuples():
        line[number[place]] = row
        if above in number:
            parent[number[place]] = cells["id"][number[above]]
        elif above:
            message = f"{_shown(above)} is no place of `localities` or `pairs`; add its row"
            problems.append(Problem(_FILE, row, "parent", ", ".join(above[1:]), message))
    return pd.DataFrame(cells | {"parent": parent}, dtype="str").assign(line=line), problems


def _lookalikes(places: list[Place], slugs: list[str], distinct: list[str]) -> list[Problem]:
    """Flag different places that may be one, written in two ways."""
    alike: defaultdict[str, list[Place]] = defaultdict(list)
    for place, each, made in zip(places, slugs, distinct, strict=True):
        if made != each:
            alike[each].append(place)
    return [
        Problem(
            _FILE, 0, "", "",
            f"{' and '.join(map(_shown, group))} differ in accents, case or signs only, and count "
            f"as {len(group)} places; write them alike if they are one",
            "warning",
        )
        for group in alike.values()
    ]  # fmt: skip
