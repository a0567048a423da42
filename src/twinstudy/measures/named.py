"""Pairings at a date, and their members in areas, as whole numbers: what the measures count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, known_words
from twinstudy.evidence.consolidate import being_by, certain_from, consolidate, day_at, members
from twinstudy.evidence.hierarchy import ancestor_codes
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, LEVELS, STATUSES
from twinstudy.tables.typed import codes_of

Words = str | Iterable[str]

#: Later than any day; stands for "never" where days are compared as whole numbers.
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Chosen:
    """The pairings that a measure counts, and what is known of them by a day.

    Attributes
    ----------
    day
        The day.
    pairings
        What `consolidate` says of each pairing.
    kind
        Number of the kind of each pairing, in the order of the vocabulary.
    certain, possible, undated
        Whether each pairing is in being by the day, and whether it is possible without any date;
        all false for pairings that were not chosen.
    certain_from
        Second since 1970 from which each pairing is certain; `NEVER` where it is not.
    country, countries
        Number of the country of each locality, and the codes in alphabetical order.
    left_out
        How many pairings are left out, by reason; grows by what measures leave out.
    """

    day: pd.Timestamp
    pairings: pd.DataFrame
    kind: np.ndarray
    certain: np.ndarray
    possible: np.ndarray
    undated: np.ndarray
    certain_from: np.ndarray
    country: np.ndarray
    countries: list[str]
    left_out: dict[str, int]


@dataclass(frozen=True)
class Placement:
    """The members of chosen pairings in the areas of a level, one entry a member.

    Attributes
    ----------
    pairing, locality, area
        Row numbers in the tables of the dataset, sorted by pairing and side; `area` is -1 for a
        member that lies in no area of the level on the day.
    second
        Whether the member is of the second side of its pairing.
    """

    pairing: np.ndarray
    locality: np.ndarray
    area: np.ndarray
    second: np.ndarray


def choose(
    dataset: Dataset, *, at: str | date | None, kind: Words | None, statuses: Words
) -> Chosen:
    """Choose pairings by kind and status, and tell which are in being by a day.

    Parameters
    ----------
    dataset
        Records.
    at
        Day; None for the newest day that the data speak of.
    kind
        Kinds of pairing to take in; None for all.
    statuses
        Statuses of pairing to take in.

    Returns
    -------
    chosen
        The pairings.

    Raises
    ------
    ArgumentError
        If `at` is no day, or `kind` or `statuses` hold an unknown word.

    Examples
    --------
    >>> from twinstudy import load
    >>> chosen = choose(load(), at=None, kind="commune", statuses="agreed")
    >>> bool((chosen.certain <= chosen.possible).all())
    True
    """
    kinds, wanted = chosen_kinds(kind), known_words("statuses", statuses, STATUSES)
    day = day_at(dataset, at)
    pairings = consolidate(dataset)
    number = codes_of(pairings["kind"])
    chosen = np.isin(number, kinds)
    left_out: dict[str, int] = {}
    for code, status in enumerate(STATUSES):
        if status not in wanted:
            rows = pairings["status"].cat.codes.to_numpy() == code
            note(left_out, f"{status} pairings", chosen & rows)
            chosen &= ~rows
    known = certain_from(pairings).to_numpy("datetime64[s]")
    state = being_by(pairings, day).to_numpy(bool)
    certain, possible, undated = chosen & state.T
    note(left_out, f"pairings signed after {day.date()}", chosen & ~possible)
    country, countries = pd.factorize(dataset.coded["localities"]["country"], sort=True)
    return Chosen(
        day=day,
        pairings=pairings,
        kind=number,
        certain=certain,
        possible=possible,
        undated=undated & possible,
        certain_from=np.where(np.isnat(known), NEVER, known.astype(np.int64)),
        country=country,
        countries=[*countries],
        left_out=left_out,
    )


def place(dataset: Dataset, chosen: Chosen, *, by: str) -> Placement:
    """Put the members of the chosen pairings that are possibly in being into areas.

    Parameters
    ----------
    dataset
        Records.
    chosen
        Pairings; its `left_out` grows by the members that lie in no area.
    by
        Level of the areas.

    Returns
    -------
    placement
        The members.

    Raises
    ------
    ArgumentError
        If `by` is no level.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> chosen = choose(dataset, at=None, kind=None, statuses="agreed")
    >>> bool((place(dataset, chosen, by="country").area >= 0).all())
    True
    """
    if by not in LEVELS:
        raise ArgumentError(f"`by` is {by!r}; use one of {', '.join(LEVELS)}")
    member = members(dataset)
    pairing = pd.Index(dataset.pairings["id"]).get_indexer(member["pairing_id"])
    locality = pd.Index(dataset.localities["id"]).get_indexer(member["locality_id"])
    second = member["second"].to_numpy(bool)
    if not chosen.possible.all():
        rows = chosen.possible[pairing]
        pairing, locality, second = pairing[rows], locality[rows], second[rows]
    area = ancestor_codes(dataset, level=by, at=chosen.day)[locality]
    note(chosen.left_out, f"members in no {by} on {chosen.day.date()}", area < 0)
    return Placement(pairing, locality, area, second)


def opposite(placement: Placement, entries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pair some members with every member of the other side of their pairing.

    Parameters
    ----------
    placement
        Members.
    entries
        Which of them to pair (bool).

    Returns
    -------
    entry, other
        Positions in the arrays of `placement`, one a pair.

    Examples
    --------
    >>> side = np.array([False, False, True])
    >>> three = Placement(np.array([7, 7, 7]), np.arange(3), np.arange(3), side)
    >>> [ends.tolist() for ends in opposite(three, side)]
    [[2, 2], [0, 1]]
    """
    pairing, second = placement.pairing, placement.second
    size = int(pairing.max(initial=-1)) + 1
    start = np.searchsorted(pairing, np.arange(size))
    seconds_of = np.bincount(pairing[second], minlength=size)
    firsts_of = np.bincount(pairing[~second], minlength=size)
    mine = np.flatnonzero(entries)
    of, is_second = pairing[mine], second[mine]
    repeats = np.where(is_second, firsts_of[of], seconds_of[of])
    begin = np.where(is_second, start[of], start[of] + firsts_of[of])
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return np.repeat(mine, repeats), np.repeat(begin, repeats) + within


def chosen_kinds(kind: Words | None) -> np.ndarray:
    """Return the numbers of the chosen kinds of pairing.

    Parameters
    ----------
    kind
        Kinds; None for all.

    Returns
    -------
    numbers
        Places in the vocabulary, in its order.

    Raises
    ------
    ArgumentError
        If a word is no kind.

    Examples
    --------
    >>> chosen_kinds(["border_post", "commune"]).tolist()
    [1, 4]
    """
    words = KINDS if kind is None else known_words("kind", kind, KINDS)
    return np.array([number for number, word in enumerate(KINDS) if word in words])


def exists_on(dataset: Dataset, day: pd.Timestamp) -> np.ndarray:
    """Tell which localities exist on a day, as far as is known.

    Parameters
    ----------
    dataset
        Records.
    day
        The day.

    Returns
    -------
    exists
        One bool a locality.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> there = exists_on(dataset, pd.Timestamp("2025-07-01"))
    >>> there[dataset.localities["id"] == "l-vn-ha-giang-province"].tolist()
    [False]
    """
    bounds = date_bounds(dataset.coded["localities"]["exists"])
    return ~((bounds["earliest"] > day) | (bounds["latest"] < day)).to_numpy(bool)


def seconds(day: pd.Timestamp) -> int:
    """Return a day as the second since 1970 at which it begins.

    Parameters
    ----------
    day
        The day.

    Returns
    -------
    second
        Whole number, as days are compared in arrays.

    Examples
    --------
    >>> seconds(pd.Timestamp("1970-01-02"))
    86400
    """
    return int(day.to_datetime64().astype("datetime64[s]").astype(np.int64))


def note(left_out: dict[str, int], reason: str, rows: pd.Series | np.ndarray) -> None:
    """Add the number of rows that are left out for a reason, if there are any.

    Parameters
    ----------
    left_out
        Numbers by reason; changed.
    reason
        What is left out.
    rows
        Which rows are (bool).

    Examples
    --------
    >>> left_out = {"planned pairings": 1}
    >>> note(left_out, "planned pairings", np.array([True, False, True]))
    >>> left_out
    {'planned pairings': 3}
    """
    if rows.any():
        left_out[reason] = left_out.get(reason, 0) + int(rows.sum())
