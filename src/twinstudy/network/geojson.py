"""Graphs as GeoJSON: localities as points, ties and pairings as lines."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx

from twinstudy.errors import ArgumentError

Attributes = dict[str, Any]
Points = dict[str, list[float]]


def feature_collection(graph: nx.Graph[Any]) -> Attributes:
    """Make a GeoJSON feature collection of a graph.

    Parameters
    ----------
    graph
        Incidence graph or locality graph.

    Returns
    -------
    collection
        Attributes of the graph as the foreign member ``metadata``; one feature a locality, then
        one a tie or pairing. What has no coordinates has a null geometry.

    Raises
    ------
    ArgumentError
        If no node has coordinates, or a graph with ``bipartite`` is not an incidence graph.

    Examples
    --------
    >>> from twinstudy import incidence_graph, load
    >>> collection = feature_collection(incidence_graph(load()))
    >>> sorted({f["geometry"]["type"] for f in collection["features"] if f["geometry"]})
    ['MultiLineString', 'Point']
    """
    points = {
        node: [attributes["longitude"], attributes["latitude"]]
        for node, attributes in graph.nodes(data=True)
        if "longitude" in attributes and "latitude" in attributes
    }
    if not points:
        msg = (
            "`graph` has no node with `longitude` and `latitude`, so there is nothing to map; "
            "use .graphml or .json"
        )
        raise ArgumentError(msg)
    if any("bipartite" in attributes for _, attributes in graph.nodes(data=True)):
        places, pairings = incidence_sides(graph)
        ties = [_pairing(graph, pairing, points) for pairing in pairings]
    else:
        places = list(graph)
        ties = [_tie(*edge, points) for edge in graph.edges(data=True)]
    spots = [_feature("Point", points.get(p), graph.nodes[p], id=p) for p in places]
    return {"type": "FeatureCollection", "metadata": graph.graph, "features": spots + ties}


def incidence_sides(graph: nx.Graph[Any]) -> tuple[list[str], list[str]]:
    """Return the localities and the pairings of an incidence graph.

    Parameters
    ----------
    graph
        Graph whose nodes have ``bipartite`` 0 or 1, and whose edges tie a 0 with a 1.

    Returns
    -------
    localities, pairings
        The nodes of each kind, in the order of the graph.

    Raises
    ------
    ArgumentError
        If `graph` is not of that form.

    Examples
    --------
    >>> incidence_sides(nx.Graph([("a", "p")]))
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: `graph` is not an incidence graph: node 'a' has no `bipartite` \
of 0 or 1; make one with incidence_graph
    """
    side = {node: attributes.get("bipartite") for node, attributes in graph.nodes(data=True)}
    stray = next((node for node in side if side[node] not in {0, 1}), None)
    inside = next((ends for ends in graph.edges if side[ends[0]] == side[ends[1]]), None)
    if stray is None and inside is None:
        return [n for n in side if side[n] == 0], [n for n in side if side[n] == 1]
    fault = f"edge {inside!r} ties two nodes of one `bipartite`"
    if stray is not None:
        fault = f"node {stray!r} has no `bipartite` of 0 or 1"
    msg = f"`graph` is not an incidence graph: {fault}; make one with incidence_graph"
    raise ArgumentError(msg)


def _tie(start: str, end: str, attributes: Attributes, points: Points) -> Attributes:
    line = [points[start], points[end]] if {start, end} <= points.keys() else None
    return _feature("LineString", line, {"source": start, "target": end} | attributes)


def _pairing(graph: nx.Graph[Any], pairing: str, points: Points) -> Attributes:
    members = graph.adj[pairing]
    bare = next((place for place in members if "side" not in members[place]), None)
    if bare is not None:
        msg = (
            f"edge {(bare, pairing)!r} has no `side`, so it is open whom it ties; "
            "make one with incidence_graph"
        )
        raise ArgumentError(msg)
    lines = [
        [points[a], points[b]]
        for a, b in combinations((place for place in members if place in points), 2)
        if len(members) == 2 or members[a]["side"] != members[b]["side"]
    ]
    missing = sum(place not in points for place in members)
    properties = graph.nodes[pairing] | {"members_without_point": missing}
    return _feature("MultiLineString", lines or None, properties, id=pairing)


def _feature(
    shape: str, coordinates: list[Any] | None, properties: Attributes, **identity: str
) -> Attributes:
    geometry = None if coordinates is None else {"type": shape, "coordinates": coordinates}
    return {"type": "Feature", **identity, "geometry": geometry, "properties": properties}
