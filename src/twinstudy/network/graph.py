"""Pairings as graphs: the incidence graph is what the data say, the locality graph a view of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.evidence.consolidate import Choice, Words, choose, dateless, members, shown_day
from twinstudy.evidence.hierarchy import ancestors, refuse_ended_level
from twinstudy.evidence.names import pairing_names, place_labels
from twinstudy.records.dataset import Dataset

_IDS = ("id", "low", "high", "locality_id", "pairing_id")
_PLACE = ["id", "label", "name", "name_zh", "country", "level", "longitude", "latitude"]
_AREAS = ["province", "district"]


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
        Only pairings that exist by this day, for certain or possibly; a year or month means its
        last day. None for the newest day that the data speak of.
    kind, status
        Kinds of pairing (None for all) and statuses to take in: one word or several.

    Returns
    -------
    graph
        Locality nodes (``bipartite`` 0) with ``label`` (international name, unique), ``name,
        name_zh, country, level, longitude, latitude``, and ``province`` and ``district``, the ids
        of the units that it lies in on the day. Pairing nodes (``bipartite`` 1) with ``label``,
        ``kind, status, signed`` (EDTF) and ``exists`` (certain or possible). An edge has
        ``claims``, the number of claims that name the member, and ``side``, its country. What is
        missing has no key. ``graph.graph`` names the representation, the day, the data version, and
        how many pairings are left out by kind and status and as later; ``undated`` counts those
        taken in without a stated date.

    Raises
    ------
    ArgumentError
        If `at` is not a day, or `kind` or `status` holds another word.

    Notes
    -----
    Pairings without a stated date are possible at any day. Nodes and edges are sorted by id. Where
    nothing is dated, there is no newest day: all pairings are taken, and no day is named.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = incidence_graph(load())
    >>> graph.nodes["l-vn-phai-lau"]["name"], graph.nodes["l-vn-phai-lau"]["bipartite"]
    ('Phai Lầu', 0)
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    pairings = choice.pairings.rename(columns={"pairing_id": "id"}).assign(bipartite=1)
    pairings["exists"] = np.where(pairings["certain"], "certain", "possible")
    pairings["label"] = pairings["id"].map(pairing_names(dataset))
    named = members(dataset)
    named = named[named["pairing_id"].isin(pairings["id"])]
    named = named.sort_values(["locality_id", "pairing_id"])
    places = _places(dataset, named["locality_id"], choice.day)
    places.insert(1, "bipartite", 0)
    graph: nx.Graph[str] = nx.Graph(representation="incidence", **_facts(dataset, choice))
    _add(graph, places)
    _add(graph, pairings[["id", "bipartite", "label", "kind", "status", "signed", "exists"]])
    _add(graph, named[["locality_id", "pairing_id", "claims", "side"]])
    return graph


def locality_graph(
    dataset: Dataset,
    *,
    level: str | None = None,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
) -> nx.Graph[str]:
    """Build the graph of localities that are tied across the sides of a pairing.

    Two members of one side are never tied: a projection of the incidence graph would tie them.

    Parameters
    ----------
    dataset
        Records.
    level
        Roll members up to their ancestors of this level at that day; None for the members
        themselves.
    at
        Only pairings that exist by this day, for certain or possibly; a year or month means its
        last day. None for the newest day that the data speak of.
    kind, status
        Kinds of pairing (None for all) and statuses to take in: one word or several.

    Returns
    -------
    graph
        Nodes as the localities of `incidence_graph`; ``bipartite`` is 0 on the side whose country
        comes first in the alphabet and 1 on the other, and left out where a place stands on both.
        An edge has ``pairings`` (int: those that tie the two), ``certain`` (int: those of them that
        exist for certain) and ``weight`` (float: the sum over them of 1/(v*c), v and c being the
        numbers of members of the two sides). The weights of all edges add up to the number of
        pairings in the graph, ``graph.graph["pairings"]``. ``graph.graph`` names what that of
        `incidence_graph` does, and ``unplaced``: pairings of which a side has no ancestor of
        `level`, or both sides the same one.

    Raises
    ------
    ArgumentError
        If `at` is not a day, `level` not a level, or `kind` or `status` holds another word; if
        a country of the members has no unit of `level` any more on the day. It names the last
        day on which it had.

    Notes
    -----
    The weight shares each pairing equally among the pairs it ties, as in Newman's weighting of
    collaborations [1]_, here for two sides. Pairings without a stated date are possible at any day.

    References
    ----------
    .. [1] M. E. J. Newman, Scientific collaboration networks. II. Shortest paths, weighted
       networks, and centrality, Physical Review E 64 (2001) 016132.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = locality_graph(load(), level="district", at="2025-06-30")
    >>> round(sum(w for *_, w in graph.edges(data="weight")), 6) == graph.graph["pairings"]
    True
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    named = named_members(dataset, choice, level)
    places = _places(dataset, named["locality_id"], choice.day)
    first, second = (named.loc[named["second"] == side, "locality_id"] for side in (False, True))
    if not first.isin(second).any():
        places.insert(1, "bipartite", places["id"].isin(second).astype("int64"))
    sides = named.groupby("pairing_id", sort=False)["second"].agg(["size", "sum"])
    shown = len(sides)
    facts: dict[str, Any] = {"representation": "locality"} | ({"level": level} if level else {})
    facts |= _facts(dataset, choice)
    graph: nx.Graph[str] = nx.Graph(**facts, pairings=shown, unplaced=len(choice.pairings) - shown)
    _add(graph, places)
    _add(graph, _ties(named, sides, choice))
    return graph


def named_members(dataset: Dataset, choice: Choice, level: str | None) -> pd.DataFrame:
    """List the members of the chosen pairings, or their ancestors of a level, side by side.

    A pairing that a roll-up leaves without a side, or with one unit on both, is left out.
    """
    named = members(dataset)[["pairing_id", "side", "second", "locality_id"]]
    named = named[named["pairing_id"].isin(choice.pairings["pairing_id"])]
    if level is None:
        return named
    units = ancestors(dataset, level=level, at=choice.day)
    refuse_ended_level(dataset, level, choice.day, named["side"])
    named = named.assign(locality_id=named["locality_id"].map(units)).dropna().drop_duplicates()
    loops = named.loc[named.duplicated(["pairing_id", "locality_id"]), "pairing_id"]
    whole = named.groupby("pairing_id")["second"].transform("nunique") == 2
    return named[whole & ~named["pairing_id"].isin(loops)]


def _ties(named: pd.DataFrame, sides: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Tie every member of one side of a pairing to every member of the other.

    One row a tie, by its ends in order of their ids: ``pairings``, ``certain`` and ``weight``.
    """
    sides["weight"] = 1 / (sides["sum"] * (sides["size"] - sides["sum"]))
    sides["certain"] = choice.pairings.set_index("pairing_id")["certain"]
    second, named = named["second"], named[["pairing_id", "locality_id"]]
    ties = named[~second].merge(named[second], on="pairing_id").join(sides, on="pairing_id")
    one, other = ties["locality_id_x"], ties["locality_id_y"]
    ordered = one < other
    ties = ties.assign(low=one.where(ordered, other), high=other.where(ordered, one), pairings=1)
    return ties.groupby(["low", "high"], as_index=False)[["pairings", "certain", "weight"]].sum()


def _facts(dataset: Dataset, choice: Choice) -> dict[str, Any]:
    """Say which day and data a graph shows, and what it leaves out."""
    kinds = len(dataset.pairings) - len(choice.pairings) - sum(choice.left_out.values())
    late = sum(n for why, n in choice.left_out.items() if why.startswith("pairings signed"))
    return ({} if dateless(choice.day) else {"at": shown_day(choice.day)}) | {
        "data_version": dataset.version,
        "left_out_by_kind": kinds,
        "left_out_by_status": sum(choice.left_out.values()) - late,
        "left_out_as_later": late,
        "undated": int(choice.pairings["undated"].sum()),
    }


def _places(dataset: Dataset, ids: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """Describe the localities that are named, sorted by id."""
    places = dataset.localities
    places = places[places["id"].isin(ids)]
    places["label"] = places["id"].map(place_labels(dataset))
    for level in _AREAS:
        places[level] = places["id"].map(ancestors(dataset, level=level, at=day))
    return places[[*_PLACE, *_AREAS]]


def _add(graph: nx.Graph[str], frame: pd.DataFrame) -> None:
    """Add a node for each row with an id, or an edge for each with two, and what else it holds."""
    columns = {name: column.tolist() for name, column in frame.items()}
    ids = [columns.pop(name) for name in _IDS if name in columns]
    facts = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for name in columns:
        for row in np.flatnonzero(frame[name].isna()):
            del facts[row][name]
    add: Any = graph.add_nodes_from if len(ids) == 1 else graph.add_edges_from
    add(zip(*ids, facts, strict=True))
