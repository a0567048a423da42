"""The hierarchy of places at a date: which unit lies in which, through reforms."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import day_at
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import LEVELS
from twinstudy.tables.typed import codes_of

#: Two columns of row numbers in `localities`: a unit, and where to look for its ancestor.
_Links = tuple[np.ndarray, np.ndarray]


def ancestors(dataset: Dataset, *, level: str, at: str | date | None = None) -> pd.Series:
    """Find the unit of a level that each locality lies in, at a date.

    Parameters
    ----------
    dataset
        Records.
    level
        Level of the units to find, such as ``"province"``.
    at
        Day; a year or month means its last day. None for `newest_day`.

    Returns
    -------
    ancestor
        Index ``locality_id`` (all localities, in their order), values ids (str, missing where
        there is none), named `level`. A locality of that level is its own ancestor.

    Raises
    ------
    ArgumentError
        If `level` is not a level or `at` is not a date.

    Notes
    -----
    A containment holds on every day that its interval allows, one without interval always. The
    way up with the fewest steps counts. A place without any containment on that day lies where it
    lay on the nearest day.

    A unit that does not exist on that day, by ``exists``, stands for its land: where no containment
    leads up from it, it has the ancestor that its successors have in common (before its time: those
    of its predecessors that are in the data), and none if they do not agree. A unit of the level
    asked for whose time is over gives way to its successor too; it stays its own ancestor if it
    has none, or several, and so does one whose time is still to come, since it may be made of more
    units than the data name.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> ancestors(dataset, level="province", at="2014")["l-vn-thanh-thuy-post"]
    'l-vn-ha-giang-province'
    >>> then = ancestors(dataset, level="province", at="2026")["l-vn-thanh-thuy-post"]
    >>> dataset.localities.set_index("id")["name"][then]
    'Tuyên Quang'
    """
    codes = ancestor_codes(dataset, level=level, at=at)
    places = dataset.coded["localities"]["id"]
    ids = places.array.take(codes, allow_fill=True)
    return pd.Series(ids, index=pd.Index(places, name="locality_id"), name=level)


def ancestor_codes(
    dataset: Dataset, *, level: str, at: str | date | None = None
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Find the ancestors of all localities as row numbers; `ancestors` says how.

    Parameters
    ----------
    dataset
        Records.
    level, at
        As in `ancestors`.

    Returns
    -------
    codes
        Row numbers in ``dataset.localities``, one a locality (int64), -1 where there is none.

    Raises
    ------
    ArgumentError
        As in `ancestors`.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> codes = ancestor_codes(dataset, level="country")
    >>> sorted(set(dataset.localities["name"].iloc[codes]))
    ['Trung Quốc', 'Việt Nam']
    """
    if level not in LEVELS:
        raise ArgumentError(f"`level` is {level!r}; use one of {', '.join(LEVELS)}")
    day = day_at(dataset, at)
    rank = dataset.coded["localities"]["level"].cat.codes.to_numpy()
    exists = date_bounds(dataset.coded["localities"]["exists"])
    ended, unborn = (exists["latest"] < day).to_numpy(), (exists["earliest"] > day).to_numpy()
    old, new = _stand_ins(dataset, ended, unborn)
    replaced = np.zeros(len(rank), dtype=bool)
    replaced[old] = True
    parents = _parents(dataset, day, ~replaced)
    # Where two parents are equally near, the higher one is written last, and stays.
    order = np.argsort(-rank[parents[1]], kind="stable")
    parents = (parents[0][order], parents[1][order])

    found = np.full(len(rank), -1)
    own = rank == LEVELS.index(level)
    for stays in (~ended, ~replaced, True):
        rows = np.flatnonzero(own & stays & (found < 0))
        found[rows] = rows
        _climb(found, parents, (old, new))
    return found


def _parents(dataset: Dataset, day: pd.Timestamp, kept: np.ndarray) -> _Links:
    """List the containments of a day; for kept units without any, those of the nearest day."""
    frame = dataset.coded["containments"]
    child = codes_of(frame["child_id"])
    parent = codes_of(frame["parent_id"])
    during = date_bounds(frame["during"])
    before, after = (during["earliest"] > day).to_numpy(), (during["latest"] < day).to_numpy()
    holds = ~before & ~after
    held = np.zeros(len(kept), dtype=bool)
    held[child[holds]] = True
    rows = np.flatnonzero((kept & ~held)[child])
    if len(rows):
        wait = np.where(before, during["earliest"] - day, day - during["latest"])[rows]
        nearest = pd.Series(wait).groupby(child[rows]).transform("min").to_numpy()
        holds[rows[wait == nearest]] = True
    return child[holds], parent[holds]


def _stand_ins(dataset: Dataset, ended: np.ndarray, unborn: np.ndarray) -> _Links:
    """List the successors of units that have ended, and the predecessors of unborn ones."""
    old = codes_of(dataset.coded["successions"]["old_id"])
    new = codes_of(dataset.coded["successions"]["new_id"])
    forward, backward = ended[old], unborn[new]
    return (
        np.concatenate([old[forward], new[backward]]),
        np.concatenate([new[forward], old[backward]]),
    )


def _climb(found: np.ndarray, parents: _Links, stand_ins: _Links) -> None:
    """Hand ancestors down from parents and stand-ins, one step a pass, until nothing is new."""
    child, parent = parents
    unit, stand_in = stand_ins
    units, group = np.unique(unit, return_inverse=True)
    while True:
        waiting = found[child] < 0
        child, parent = child[waiting], parent[waiting]
        given = found[parent]
        ready = given >= 0
        common = np.where(found[units] < 0, _common(found[stand_in], group, len(units)), -1)
        if not ready.any() and not (common >= 0).any():
            return
        found[units[common >= 0]] = common[common >= 0]
        found[child[ready]] = given[ready]


def _common(values: np.ndarray, group: np.ndarray, size: int) -> np.ndarray:
    """Take the value that all members of a group have, -1 where they differ or lack one."""
    low, high = np.full(size, np.iinfo(np.int64).max), np.full(size, -1)
    np.minimum.at(low, group, values)
    np.maximum.at(high, group, values)
    return np.where(low == high, high, -1)
