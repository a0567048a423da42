"""Units and pairings of areas, listed and counted: the numerators of coverage and density."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twinstudy.measures.named import Chosen, Placement, exists_on, note, opposite
from twinstudy.measures.reported import ALL_KINDS, off_border
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS

#: Kinds of pairing by number; the last stands for all together.
KIND_WORDS = [*KINDS, "all"]

#: What is counted for each kind by number: units of the level that it ties.
UNIT_WORDS = [*(LEVEL_OF_KIND.get(kind, "locality") for kind in KINDS), "locality"]

#: The columns that tell groups of units apart: numbers of area, kind and country (-1: pairings).
GROUP = ["area", "kind", "side"]

_LEVEL_OF_KIND = np.array([LEVELS.index(w) if w in LEVELS else -1 for w in UNIT_WORDS])


@dataclass(frozen=True)
class Entries:
    """Units of areas, one entry for each pairing of a unit in an area.

    Attributes
    ----------
    area, kind, side
        Numbers of area, kind of pairing, and country of the unit (-1 for pairings).
    unit
        Number of the unit: row of the locality, or of the pairing.
    pairing
        Row number of the pairing.
    certain
        Whether it is certain to be in being and to tie the unit.
    """

    area: np.ndarray
    kind: np.ndarray
    side: np.ndarray
    unit: np.ndarray
    pairing: np.ndarray
    certain: np.ndarray

    def __getitem__(self, rows: np.ndarray) -> Entries:
        """Take some of the entries."""
        return Entries(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def unit_entries(
    dataset: Dataset, chosen: Chosen, placement: Placement, counted: pd.DataFrame
) -> Entries:
    """List the members that are units of an area.

    Parameters
    ----------
    dataset
        Records.
    chosen
        Pairings; its `left_out` grows by the members that are no units of the level that their
        kind ties, do not exist on the day, or do not touch the border.
    placement
        Members in areas.
    counted
        Totals and sizes with ``area``, ``kind`` and ``side``. Where they count units across the
        border of the area's country, the units there that are tied to the area are listed too.

    Returns
    -------
    entries
        Units of their own area, and those across the border.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose, place
    >>> dataset = load()
    >>> chosen = choose(dataset, at=None, kind=None, statuses="agreed")
    >>> placement = place(dataset, chosen, by="country")
    >>> none = pd.DataFrame({name: np.array([], dtype=int) for name in GROUP})
    >>> entries = unit_entries(dataset, chosen, placement, none)
    >>> sorted(dataset.localities["name"].iloc[np.unique(entries.area)])
    ['Trung Quốc', 'Việt Nam']
    """
    countable = _countable(dataset, chosen, placement)
    near, far = _across(chosen, placement, counted)
    entry, area = np.arange(len(placement.pairing)), placement.area
    if len(far):
        entry, area = np.concatenate([entry, far]), np.concatenate([area, placement.area[near]])
    kept = (area >= 0) & countable[entry]
    entry = entry[kept]
    unit, pairing = placement.locality[entry], placement.pairing[entry]
    kind, certain = chosen.kind[pairing], chosen.certain[pairing]
    return Entries(area[kept], kind, chosen.country[unit], unit, pairing, certain)


def pairing_entries(chosen: Chosen, placement: Placement) -> Entries:
    """List the pairings that have a member in an area, as units of side -1.

    Parameters
    ----------
    chosen
        Pairings.
    placement
        Members in areas.

    Returns
    -------
    entries
        Pairings of areas.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose, place
    >>> dataset = load()
    >>> chosen = choose(dataset, at=None, kind=None, statuses="agreed")
    >>> entries = pairing_entries(chosen, place(dataset, chosen, by="country"))
    >>> len(np.unique(entries.unit)) == int(chosen.possible.sum())
    True
    """
    rows = placement.area >= 0
    pairing, area = placement.pairing[rows], placement.area[rows]
    none = np.full(len(pairing), -1)
    return Entries(area, chosen.kind[pairing], none, pairing, pairing, chosen.certain[pairing])


def pair_entries(dataset: Dataset, chosen: Chosen, placement: Placement) -> Entries:
    """List the pairs of units across the border that are tied, with the first in an area.

    Parameters
    ----------
    dataset, chosen, placement
        As in `unit_entries`.

    Returns
    -------
    entries
        Pairs, numbered, as units of side -1. Where sources do not say who is tied to whom, they
        are certain only if one side has a single member.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose, place
    >>> dataset = load()
    >>> chosen = choose(dataset, at=None, kind="commune", statuses="agreed")
    >>> entries = pair_entries(dataset, chosen, place(dataset, chosen, by="country"))
    >>> bool((entries.side == -1).all())
    True
    """
    countable = _countable(dataset, chosen, placement)
    near, far = opposite(placement, countable & (placement.area >= 0))
    place, country = placement.locality, chosen.country
    kept = countable[far] & (country[place[near]] != country[place[far]])
    near, far = near[kept], far[kept]
    _, pair = np.unique(place[near] * len(country) + place[far], return_inverse=True)
    pairing = placement.pairing[near]
    size = len(chosen.kind)
    joint = (dataset.coded["pairings"]["matching"] == "joint").to_numpy(bool)
    alone = (np.bincount(placement.pairing[placement.second], minlength=size) == 1) | (
        np.bincount(placement.pairing[~placement.second], minlength=size) == 1
    )
    certain = (chosen.certain & (joint | alone))[pairing]
    none = np.full(len(pairing), -1)
    return Entries(placement.area[near], chosen.kind[pairing], none, pair, pairing, certain)


def tally(entries: Entries, undated: np.ndarray) -> pd.DataFrame:
    """Count the distinct units of each area, kind and side.

    Parameters
    ----------
    entries
        Units, pairings or pairs.
    undated
        Whether each pairing of the dataset is without date.

    Returns
    -------
    counts
        One row a group, sorted: `GROUP`, ``named_certain``, ``named_possible`` and ``undated``
        (int64): units of which a pairing is certain; all; those without any dated pairing.

    Examples
    --------
    >>> none = np.zeros(3, dtype=int)
    >>> certain = np.array([False, True, False])
    >>> entries = Entries(none, none, none, np.array([5, 5, 6]), np.array([0, 1, 2]), certain)
    >>> counts = tally(entries, np.array([True, False, True]))
    >>> counts[["named_certain", "named_possible", "undated"]].to_numpy().tolist()
    [[1, 2, 1]]
    """
    sides = int(entries.side.max(initial=0)) + 2
    units = int(entries.unit.max(initial=0)) + 1
    key = entries.area * len(KIND_WORDS) + entries.kind
    key = (key * sides + entries.side + 1) * units + entries.unit
    # One sort puts all that is known of a unit side by side: bit 1 certain, bit 0 dated.
    known = np.sort(key * 4 + entries.certain * 2 + ~undated[entries.pairing])
    key = known >> 2
    first = np.flatnonzero(np.diff(key, prepend=-1))
    bits = np.bitwise_or.reduceat(known & 3, first) if len(first) else known
    of_unit = key[first] // units
    starts = np.flatnonzero(np.diff(of_unit, prepend=-1))
    group = of_unit[starts]
    named = np.diff(np.append(starts, len(of_unit)))
    dated = np.add.reduceat(bits & 1, starts) if len(starts) else named
    return pd.DataFrame(
        {
            "area": group // sides // len(KIND_WORDS),
            "kind": group // sides % len(KIND_WORDS),
            "side": group % sides - 1,
            "named_certain": np.add.reduceat(bits >> 1, starts) if len(starts) else named,
            "named_possible": named,
            "undated": named - dated,
        }
    )


def worded(numbers: pd.Series | np.ndarray, words: Sequence[str]) -> pd.Categorical[str]:
    """Put words in the place of their numbers.

    Parameters
    ----------
    numbers
        Places in `words`; -1 for missing.
    words
        The vocabulary.

    Returns
    -------
    column
        Categorical of the words, in their order.

    Examples
    --------
    >>> list(worded(np.array([1, -1]), ["a", "b"]))
    ['b', nan]
    """
    column: pd.Categorical[str] = pd.Categorical.from_codes(
        np.asarray(numbers, dtype=np.int64), categories=pd.Index(list(words), dtype="str")
    )
    return column


def _countable(dataset: Dataset, chosen: Chosen, placement: Placement) -> np.ndarray:
    """Tell which members are border units of the level that their kind ties, on the day."""
    level = dataset.coded["localities"]["level"].cat.codes.to_numpy()
    wanted = _LEVEL_OF_KIND[chosen.kind[placement.pairing]]
    fits = (wanted < 0) | (wanted == level[placement.locality])
    there = exists_on(dataset, chosen.day)[placement.locality]
    note(chosen.left_out, "members of another level than their kind of pairing ties", ~fits)
    note(chosen.left_out, f"members that do not exist on {chosen.day.date()}", fits & ~there)
    off = off_border(dataset)[placement.locality]
    note(chosen.left_out, "members that do not touch the border", fits & there & off)
    kept: np.ndarray = fits & there & ~off
    return kept


def _across(
    chosen: Chosen, placement: Placement, counted: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """Pair members in an area with those across the border, where a source counts the latter."""
    country = chosen.country
    foreign = counted[(counted["side"] >= 0) & (counted["side"] != country[counted["area"]])]
    if foreign.empty:
        return np.array([], dtype=int), np.array([], dtype=int)
    width = len(KIND_WORDS)
    groups = (foreign["area"] * width + foreign["kind"]).to_numpy()
    mine = placement.area * width + chosen.kind[placement.pairing]
    asked = np.isin(mine, groups) | np.isin(placement.area * width + ALL_KINDS, groups)
    near, far = opposite(placement, asked & (placement.area >= 0))
    abroad = country[placement.locality[near]] != country[placement.locality[far]]
    return near[abroad], far[abroad]
