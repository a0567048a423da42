"""Pairings as graphs: the incidence graph is what the data say, the locality graph a view of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.evidence.consolidate import Choice, Words, choose, members
from twinstudy.evidence.hierarchy import ancestors
from twinstudy.records.dataset import Dataset

_NODE_COLUMNS = ["name", "name_zh", "country", "level", "longitude", "latitude"]


def incidence_graph(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
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
    kind
        Kinds of pairings to take in; None for all.
    status
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
        If `at` is not a day, or `kind` or `status` hold another word.

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
    choice = choose(dataset, at=at, kind=kind, status=status)
    pairings = choice.pairings.set_index("pairing_id").assign(bipartite=1)
    pairings["being"] = np.where(pairings["certain"], "certain", "possible")
    named = members(dataset)
    named = named[named["pairing_id"].isin(pairings.index)]
    named = named.sort_values(["locality_id", "pairing_id"])
    places = _places(dataset, named["locality_id"]).assign(bipartite=0)
    graph: nx.Graph[str] = nx.Graph(representation="incidence", **_facts(dataset, choice))
    graph.add_nodes_from(_attributes(places[["bipartite", *_NODE_COLUMNS]]))
    graph.add_nodes_from(_attributes(pairings[["bipartite", "kind", "status", "signed", "being"]]))
    links = named.set_index(["locality_id", "pairing_id"])[["claims", "side"]]
    graph.add_edges_from((*ends, values) for ends, values in _attributes(links))
    return graph


def locality_graph(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    level: str | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
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
    kind
        Kinds of pairings to take in; None for all.
    status
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
        If `at` is not a day, `level` not a level, or `kind` or `status` hold another word.

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
    choice = choose(dataset, at=at, kind=kind, status=status)
    ties = _ties(dataset, choice, level)
    links = ties.groupby(["low", "high"]).agg(
        pairings=("pairing_id", "size"), certain=("certain", "sum"), weight=("weight", "sum")
    )
    shown = ties["pairing_id"].nunique()
    facts = _facts(dataset, choice)
    facts |= {"pairings": shown, "unplaced": len(choice.pairings) - shown}
    places = _places(dataset, pd.concat([ties["low"], ties["high"]]))
    graph: nx.Graph[str] = nx.Graph()
    graph.graph |= {"representation": "locality"} | ({"level": level} if level else {}) | facts
    graph.add_nodes_from(_attributes(places[_NODE_COLUMNS]))
    graph.add_edges_from((*ends, values) for ends, values in _attributes(links))
    return graph


def _ties(dataset: Dataset, choice: Choice, level: str | None) -> pd.DataFrame:
    """Pair every member of one side of a pairing with every member of the other.

    One row a tie, by pairing: its ends in order of their ids, 1/(v*c), and whether it is certain.
    A pair of a place with itself, which a roll-up can make, is no tie: its pairing is left out.
    """
    named = members(dataset)[["pairing_id", "second", "locality_id"]]
    named = named[named["pairing_id"].isin(choice.pairings["pairing_id"])]
    if level is not None:
        units = ancestors(dataset, level=level, at=choice.day)
        named["locality_id"] = named["locality_id"].map(units)
        named = named.dropna().drop_duplicates()
    named["size"] = named.groupby(["pairing_id", "second"])["locality_id"].transform("size")
    ties = named[~named["second"]].merge(named[named["second"]], on="pairing_id")
    loops = ties.loc[ties["locality_id_x"] == ties["locality_id_y"], "pairing_id"]
    ties = ties[~ties["pairing_id"].isin(loops)]
    left, right = ties["locality_id_x"], ties["locality_id_y"]
    certain = choice.pairings.loc[choice.pairings["certain"], "pairing_id"]
    return pd.DataFrame(
        {
            "pairing_id": ties["pairing_id"],
            "low": left.where(left < right, right),
            "high": right.where(left < right, left),
            "weight": 1 / (ties["size_x"] * ties["size_y"]),
            "certain": ties["pairing_id"].isin(certain),
        }
    )


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


def _facts(dataset: Dataset, choice: Choice) -> dict[str, Any]:
    """Say which day and data a graph shows, and what it leaves out."""
    late = choice.left_out.get(f"pairings signed after {choice.day.date()}", 0)
    return {
        "at": str(choice.day.date()),
        "data_version": dataset.version,
        "left_out_by_status": sum(choice.left_out.values()) - late,
        "left_out_as_later": late,
        "undated": int(choice.pairings["undated"].sum()),
    }


def _places(dataset: Dataset, ids: pd.Series) -> pd.DataFrame:
    """Take the localities that are named, sorted by id."""
    places = dataset.localities
    return places[places["id"].isin(ids)].set_index("id")


def _attributes(frame: pd.DataFrame) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Yield each label of the index with its row in plain Python types, without what is missing."""
    plain = frame.astype(dict.fromkeys(frame.select_dtypes("category"), "str"))
    names = [str(name) for name in plain]
    rows = zip(*(plain[name].astype(object).tolist() for name in names), strict=True)
    there = zip(*(plain[name].notna().tolist() for name in names), strict=True)
    for label, row, has in zip(frame.index.tolist(), rows, there, strict=True):
        known = zip(names, row, has, strict=True)
        yield label, {name: value for name, value, is_there in known if is_there}
