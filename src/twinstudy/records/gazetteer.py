"""A frame about places, and the localities table that it and an edge list make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem
from twinstudy.records.reading import column_cells, plain_text, read_cells
from twinstudy.records.slugs import distinct_ids, slug
from twinstudy.tables.schema import LEVELS, table

#: A country and the parts of a key.
Place = tuple[str, ...]
Key = tuple[str, ...]

_TABLE = table("localities")
_COLUMNS = (*_TABLE.column_names, "parent")
_FILE = "localities"
_BETWEEN = "\x1f"  # white space, so it is never inside a text


def read_localities(
    frame: pd.DataFrame | None, named: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a frame about places.

    Parameters
    ----------
    frame
        Indexed by key, or by key and country; columns of the localities table, and ``parent``.
        None for no frame.
    named
        Places that pairs name: ``country`` and the parts of the key. They tell the country where
        the frame does not.

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
    >>> read_localities(frame, pd.DataFrame({"country": ["DE"], "1": ["Köln"]}))[0]
         level       place above
    1  commune  (DE, Köln)    ()
    """
    if frame is None:
        return pd.DataFrame({"place": [], "above": []}, dtype=object), []
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(f"`localities` is a {type(frame).__name__}; give a pandas DataFrame")
    levels, width = frame.index.nlevels, named.shape[1] - 1
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
        countries = _inferred_countries(keys, above, _tuples(named))
    stated = pd.DataFrame(
        {
            name: column_cells(frame[name], _TABLE.column(name), _FILE, problems)
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


def locality_cells(named: pd.DataFrame, stated: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Make the rows of the localities table for the places of pairs and of a frame.

    Parameters
    ----------
    named
        Distinct places that pairs name: ``country`` and the parts of the key.
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
    >>> named = pd.DataFrame({"country": ["DE"], "1": ["Köln"]})
    >>> locality_cells(named, read_localities(None, named)[0])[0]
              id country  name parent  line
    0  l-de-koln      DE  Köln            0
    """
    number = {place: n for n, place in enumerate(_tuples(named))} if len(stated) else {}
    further = [place for place in stated["place"] if place not in number]
    number |= {place: len(named) + n for n, place in enumerate(further)}
    places = pd.concat(
        [named, pd.DataFrame(further, columns=named.columns, dtype="str")], ignore_index=True
    )
    slugs = places["country"].str.lower()
    for part in places.columns[1:]:
        slugs = slugs + "-" + pd.Series([slug(text) for text in places[part].tolist()], dtype="str")
    distinct = distinct_ids(slugs, places)
    cells = pd.DataFrame({"id": "l-" + distinct, "country": places["country"], "name": places["1"]})
    target = [number[place] for place in stated["place"]]
    for column in stated.columns.drop(["place", "above"]):
        told = pd.Series(stated[column].array, index=target).reindex(cells.index, fill_value="")
        cells[column] = told.where(told != "", cells.get(column, ""))
    if "longitude" in cells:
        position = cells.get("position", pd.Series("", index=cells.index, dtype="str"))
        unsure = (cells["longitude"] != "") & (position == "")
        cells["position"] = position.mask(unsure, "approximate")

    problems = _lookalikes(places, slugs, distinct)
    parent, line = [""] * len(cells), np.zeros(len(cells), dtype=np.int64)
    line[target] = stated.index
    for row, place, above in stated[["place", "above"]].itertuples():
        if above in number:
            parent[number[place]] = cells["id"].iloc[number[above]]
        elif above:
            message = f"{_shown(above)} is no place of `localities` or `pairs`; add its row"
            problems.append(Problem(_FILE, row, "parent", ", ".join(above[1:]), message))
    return cells.assign(parent=pd.Series(parent, dtype="str"), line=line), problems


def _tuples(places: pd.DataFrame) -> list[Place]:
    return list(places.itertuples(index=False, name=None))


def _lookalikes(places: pd.DataFrame, slugs: pd.Series, distinct: pd.Series) -> list[Problem]:
    """Flag different places that may be one, written in two ways."""
    alike: defaultdict[str, list[Place]] = defaultdict(list)
    changed = slugs != distinct
    for each, place in zip(slugs[changed], _tuples(places[changed]), strict=True):
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
