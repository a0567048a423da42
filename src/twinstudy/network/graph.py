"""Pairings as graphs: the incidence graph is what the data say, the locality graph a view of it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.errors import known_words
from twinstudy.evidence.consolidate import being_by, date_pairings, day_at
from twinstudy.evidence.hierarchy import ancestor_codes
from twinstudy.evidence.membership import members
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import STATUSES
from twinstudy.tables.typed import codes_of

_NODE_COLUMNS = ("name", "name_zh", "country", "level", "longitude", "latitude")
_MARKS = ("kind", "status", "signed", "being")
_LINKS = ("claims", "side")
_TIES = ("pairings", "certain", "weight")


def incidence_graph(
    dataset: Dataset, *, at: str | date | None = None, statuses: str | Iterable[str] = ("agreed",)
) -> nx.Graph[str]:
    """Build the bipartite graph of localities and the pairings that they are members of.

    Nothing is projected: a pairing of three with one is one node with four neighbours.

    Parameters
    ----------
    dataset
        Records.
    at
        Only pairings certainly or possibly in being by this day; None for the newest day that
        the data speak of.
    statuses
        Statuses of pairings to take in.

    Returns
    -------
    graph
        Locality nodes (``bipartite`` 0) with ``name, name_zh, country, level, longitude,
        latitude``, and pairing nodes (``bipartite`` 1) with ``kind, status, signed`` (EDTF) and
        ``being`` (certain or possible). An edge has ``claims``, the number of claims that name
        the member, and ``side``, its country. What is missing has no key. ``graph.graph`` names the
        representation, the day, the data version, and how many pairings are left out and why.

    Raises
    ------
    ArgumentError
        If `at` is not a day, or `statuses` holds another word.

    Notes
    -----
    Undated pairings are possible at any day. Nodes and edges are sorted by id.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = incidence_graph(load())
    >>> graph.nodes["l-vn-phai-lau"]["name"], graph.nodes["l-vn-phai-lau"]["bipartite"]
    ('Phai Lầu', 0)
    """
    pairings, facts = _in_being(dataset, at, statuses)
    kept = np.flatnonzero(pairings["possible"])
    member = members(dataset)
    member = member[pairings["possible"].to_numpy()[codes_of(member["pairing_id"])]]
    pairing, place = codes_of(member["pairing_id"]), codes_of(member["locality_id"])
    places = _occurring(place)
    marks = pairings.iloc[kept].assign(
        bipartite=1,
        being=np.where(pairings["certain"].to_numpy()[kept], "certain", "possible"),
    )
    ids = dataset.coded["localities"]["id"].to_numpy(object)
    pairing_ids = dataset.coded["pairings"]["id"].to_numpy(object)
    order = np.lexsort((pairing, place))
    graph: nx.Graph[str] = nx.Graph()
    graph.graph |= {"representation": "incidence"} | facts
    with _collector_paused():
        rows = dataset.coded["localities"].iloc[places].assign(bipartite=0)
        graph.add_nodes_from(_nodes(ids[places], rows, ("bipartite", *_NODE_COLUMNS)))
        graph.add_nodes_from(_nodes(pairing_ids[kept], marks, ("bipartite", *_MARKS)))
        graph.add_edges_from(
            _edges(ids[place[order]], pairing_ids[pairing[order]], member.iloc[order], _LINKS)
        )
    return graph


def locality_graph(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    level: str | None = None,
    statuses: str | Iterable[str] = ("agreed",),
) -> nx.Graph[str]:
    """Build the graph of localities that are tied across the sides of a pairing.

    Two members of one side are never tied: a projection of the incidence graph would tie them.

    Parameters
    ----------
    dataset
        Records.
    at
        Only pairings certainly or possibly in being by this day; None for the newest day that
        the data speak of.
    level
        Roll members up to their ancestors of this level at that day; None for the members
        themselves.
    statuses
        Statuses of pairings to take in.

    Returns
    -------
    graph
        Nodes as in `incidence_graph`, without ``bipartite``. An edge has ``pairings`` (int: those
        that tie the two), ``certain`` (int: those of them certainly in being) and ``weight``
        (float: the sum over them of 1/(v*c), v and c being the numbers of members of the two
        sides). The weights of all edges add up to the number of pairings in the graph.
        ``graph.graph`` names the representation, the day, the data version, and how many pairings
        are left out and why; ``unplaced`` counts those of which a side has no ancestor of `level`,
        or both sides the same one.

    Raises
    ------
    ArgumentError
        If `at` is not a day, `level` not a level, or `statuses` holds another word.

    Notes
    -----
    The weight shares each pairing equally among the pairs it ties, as in Newman's weighting of
    collaborations [1]_, here for two sides. Undated pairings are possible at any day.

    References
    ----------
    .. [1] M. E. J. Newman, Scientific collaboration networks. II. Shortest paths, weighted
       networks, and centrality, Physical Review E 64 (2001) 016132.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = locality_graph(load())
    >>> round(sum(w for *_, w in graph.edges(data="weight")), 6) == graph.graph["pairings"]
    True
    """
    pairings, facts = _in_being(dataset, at, statuses)
    member = members(dataset)
    pairing, place = codes_of(member["pairing_id"]), codes_of(member["locality_id"])
    side = member["second"].to_numpy()
    kept = pairings["possible"].to_numpy()[pairing]
    if level is not None:
        place = ancestor_codes(dataset, level=level, at=facts["at"])[place]
        kept &= place >= 0
    pairing, side, place = pairing[kept], side[kept], place[kept]
    if level is not None:
        pairing, side, place = _distinct(pairing, side, place)
    tied, left, right, share = pairs_across(pairing, side, place)
    size = max(len(dataset.coded["localities"]), 1)
    low, high = np.minimum(left, right), np.maximum(left, right)
    keys, edge = np.unique(low * size + high, return_inverse=True)
    certain = pairings["certain"].to_numpy()[tied]
    links = pd.DataFrame(
        {
            "pairings": np.bincount(edge, minlength=len(keys)),
            "certain": np.bincount(edge[certain], minlength=len(keys)),
            "weight": np.bincount(edge, weights=share, minlength=len(keys)),
        }
    )
    shown = len(_occurring(tied))
    facts |= {"pairings": shown, "unplaced": int(pairings["possible"].sum()) - shown}
    ids = dataset.coded["localities"]["id"].to_numpy(object)
    nodes = _occurring(np.concatenate([low, high]))
    graph: nx.Graph[str] = nx.Graph()
    graph.graph |= {"representation": "locality"} | ({"level": level} if level else {}) | facts
    with _collector_paused():
        graph.add_nodes_from(
            _nodes(ids[nodes], dataset.coded["localities"].iloc[nodes], _NODE_COLUMNS)
        )
        graph.add_edges_from(_edges(ids[keys // size], ids[keys % size], links, _TIES))
    return graph


def pairs_across(
    pairing: np.ndarray, second: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pair every member of the first side of a pairing with every member of the second.

    A pair of a place with itself, which a roll-up can make, is no tie: its pairing is left out.

    Parameters
    ----------
    pairing, second, place
        One entry a member, sorted: its pairing, whether it is of the second side, and its place.

    Returns
    -------
    pairing, left, right, share
        One entry a pair: its pairing, the two places, and 1/(v*c) for v and c members a side.

    Examples
    --------
    >>> second, place = np.array([False, True, True]), np.array([4, 7, 9])
    >>> [column.tolist() for column in pairs_across(np.zeros(3, int), second, place)]
    [[0, 0], [4, 4], [7, 9], [0.5, 0.5]]
    """
    size = int(pairing.max(initial=-1)) + 1
    first_pairing, first = pairing[~second], place[~second]
    second_pairing, others = pairing[second], place[second]
    v = np.bincount(first_pairing, minlength=size)
    c = np.bincount(second_pairing, minlength=size)
    repeats = c[first_pairing]
    tied = np.repeat(first_pairing, repeats)
    left = np.repeat(first, repeats)
    start = np.cumsum(c) - c
    within = np.arange(len(tied)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = others[start[tied] + within]
    loops = np.isin(tied, tied[left == right])
    tied, left, right = tied[~loops], left[~loops], right[~loops]
    return tied, left, right, 1 / (v[tied] * c[tied])


def _in_being(
    dataset: Dataset, at: str | date | None, statuses: str | Iterable[str]
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Mark the pairings in being by a day, and say what a graph leaves out."""
    statuses = known_words("statuses", statuses, STATUSES)
    pairings = date_pairings(dataset)
    day = day_at(dataset, at)
    state = being_by(pairings, day)
    chosen = pairings["status"].isin(statuses)
    facts = {
        "at": str(day.date()),
        "data_version": dataset.version,
        "left_out_by_status": int((~chosen).sum()),
        "left_out_as_later": int((chosen & ~state["possible"]).sum()),
        "undated": int((chosen & state["undated"]).sum()),
    }
    marked = state[["certain", "possible"]].apply(lambda column: column & chosen)
    return pairings.assign(**marked), facts


def _occurring(codes: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.bincount(codes))


def _distinct(*arrays: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the distinct rows of parallel arrays, sorted."""
    order = np.lexsort(arrays[::-1])
    ordered = [array[order] for array in arrays]
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.logical_or.reduce([array[1:] != array[:-1] for array in ordered])
    return tuple(array[first] for array in ordered)


def _nodes(
    ids: np.ndarray, frame: pd.DataFrame, names: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    return zip(ids.tolist(), _attributes(frame, names), strict=True)


def _edges(
    starts: np.ndarray, ends: np.ndarray, frame: pd.DataFrame, names: tuple[str, ...]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return zip(starts.tolist(), ends.tolist(), _attributes(frame, names), strict=True)


def _attributes(frame: pd.DataFrame, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Make one dictionary a row, in plain Python types, without what is missing."""
    gaps = {name: frame[name].isna().to_numpy() for name in names}
    whole = [name for name in names if not gaps[name].any()]
    columns = [_plain(frame[name]) for name in whole]
    made = [dict(zip(whole, row, strict=True)) for row in zip(*columns, strict=True)]
    for name in names:
        if name not in whole:
            there = np.flatnonzero(~gaps[name])
            for row, value in zip(there.tolist(), _plain(frame[name].iloc[there]), strict=True):
                made[row][name] = value
    return made


def _plain(column: pd.Series) -> list[Any]:
    return list(
        column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column.tolist()
    )


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from scanning millions of new dictionaries again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
