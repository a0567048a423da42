"""Graphs to and from what other tools read: GraphML, node-link JSON, HIF, GeoJSON, geopandas."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import networkx as nx
import numpy as np
import pandas as pd
from networkx.readwrite.graphml import GraphMLReader

from twinstudy.errors import ArgumentError, DataError, MissingExtraError, Problem
from twinstudy.evidence.hierarchy import drawing_points
from twinstudy.network.graph import locality_graph
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import LARGEST_FILE, write_bytes

if TYPE_CHECKING:
    import geopandas

Attributes = dict[str, Any]
Point = list[float]
Function = TypeVar("Function")

_TYPES = (str, int, float, bool)
_TAKEN = {"graph": (), "node": ("id",), "edge": ("source", "target")}
_WANTED = "give a graph, as `locality_graph(dataset)` returns it"
# XML 1.0 cannot hold these, nor lone surrogates, and reads a carriage return as a line feed.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_SHOWN = 3
_LEFT_BY_NETWORKX = ("node_default", "edge_default")
_UNREAD = (
    *(SyntaxError, ValueError, TypeError, AttributeError, LookupError, RecursionError),
    nx.NetworkXError,
)


def write_graph(graph: nx.Graph[Any], path: str | Path) -> Path:
    """Write a graph into a file, whole or not at all.

    The suffix of `path` says the format:

    - ``.graphml``: GraphML [1]_, with typed attributes;
    - ``.json``: networkx's node-link JSON;
    - ``.hif.json``: Hypergraph Interchange Format [2]_, of an incidence graph: each pairing is one
      hyperedge, however many members it has;
    - ``.geojson``: GeoJSON [3]_, which is only written. A locality is a point. A tie of a locality
      graph is a line; a pairing of an incidence graph is one feature, with a line for each pair of
      members across its sides. A feature without coordinates has a null geometry, as the standard
      provides; no other place stands in for it. ``members_without_point`` counts the members
      that the lines of a pairing lack. Lines are straight in longitude and latitude, the short way
      round, and cut at the date line.

    Parameters
    ----------
    graph
        Undirected graph without parallel edges. Nodes are texts; attributes are `str`, `int`,
        `float` or `bool`, also those of numpy, and of one type for all nodes, or all edges, that
        have them. It is not changed.
    path
        File to write; its folder must exist.

    Returns
    -------
    path
        The file. The same graph gives the same bytes, and so does the graph read back from it.

    Raises
    ------
    ArgumentError
        If `graph` is no graph, the suffix is another one, the folder is not there, `graph` holds
        what one of the formats cannot keep (three faults are named and the others counted), HIF is
        asked for and `graph` is not an incidence graph, or GeoJSON and no node has coordinates.

    Notes
    -----
    What can be written in one format can be written in all, except for the needs of HIF and
    GeoJSON. A graph that networkx has read from such a file can be written again.

    References
    ----------
    .. [1] U. Brandes, M. Eiglsperger, J. Lerner and C. Pich, Graph Markup Language (GraphML), in:
       Handbook of Graph Drawing and Visualization, CRC Press 2013, 517-541.
    .. [2] M. Coll et al., HIF: The hypergraph interchange format for higher-order networks,
       Network Science 13 (2025) e21.
    .. [3] H. Butler et al., The GeoJSON Format, RFC 7946, 2016.

    Examples
    --------
    >>> import tempfile
    >>> from twinstudy import incidence_graph, load, read_graph
    >>> graph = incidence_graph(load())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_graph(write_graph(graph, f"{folder}/pairings.hif.json")).adj == graph.adj
    True
    """
    path, write = _of_suffix(_WRITERS, path)
    if not isinstance(graph, nx.Graph):
        raise ArgumentError(f"`graph` is a {type(graph).__name__}; {_WANTED}")
    if path.is_dir() or not path.parent.is_dir():
        where = path if path.is_dir() else path.parent
        fault = "is a folder; name a file in it" if path.is_dir() else "is no folder; make it first"
        raise ArgumentError(f"`path` is {str(path)!r}, and {str(where)!r} {fault}")
    write_bytes(path, write(_plain(graph)))
    return path


def read_graph(path: str | Path) -> nx.Graph[Any]:
    """Read a graph that `write_graph`, or another tool, has written.

    Parameters
    ----------
    path
        File with the suffix ``.graphml``, ``.json`` or ``.hif.json``.

    Returns
    -------
    graph
        Equal to the graph that was written, types of attributes and order of nodes included; of a
        HIF file, an incidence graph: nodes have ``bipartite`` 0, hyperedges 1.

    Raises
    ------
    ArgumentError
        If the suffix is another one, or there is no such file.
    DataError
        If it is no regular file, or does not hold what its suffix says.

    Examples
    --------
    >>> import tempfile
    >>> from twinstudy import load, locality_graph
    >>> graph = locality_graph(load())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_graph(write_graph(graph, f"{folder}/ties.graphml")).nodes["l-vn-phai-lau"]["name"]
    'Phai Lầu'
    """
    path, read = _of_suffix(_READERS, path)
    if not path.exists():
        raise ArgumentError(f"`path` is {str(path)!r}, and there is no such file")
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            raise ValueError(f"it is no regular file of at most {LARGEST_FILE:,} bytes")
        return read(path.read_bytes())
    except _UNREAD as error:
        why = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
        message = (
            f"the file does not hold a graph in the format of its suffix: {why}; GraphML has the "
            "suffix .graphml, node-link JSON .json, HIF .hif.json"
        )
        raise DataError([Problem(path.name, 0, "", "", message)]) from error


def to_geodataframe(
    graph: nx.Graph[Any] | Dataset, layer: Literal["places", "ties"] = "places"
) -> geopandas.GeoDataFrame:
    """Turn a locality graph into a GeoDataFrame of its places or of its ties.

    Parameters
    ----------
    graph
        What `locality_graph` returns; of a dataset, its locality graph, in which a place without a
        point of its own borrows that of its commune, district or prefecture.
    layer
        ``"places"`` or ``"ties"``.

    Returns
    -------
    frame
        In WGS 84 (EPSG:4326). Places: index ``id``; the attributes of the nodes, such as ``label``,
        ``name``, ``level`` and ``province``; ``borrowed`` (bool: the point is that of a larger
        unit, so it says nothing of a distance) and ``drawn_at`` (str: the locality whose point it
        is); points, missing where there is none. Ties: ``source``, ``target`` (str), the attributes
        of the edges, ``borrowed`` (bool: an end is); lines, cut at the date line.

    Raises
    ------
    MissingExtraError
        If geopandas is not installed.
    ArgumentError
        If `graph` is neither graph nor dataset, or `layer` is another word.

    Examples
    --------
    >>> from twinstudy import load
    >>> ties = to_geodataframe(load(), "ties")  # doctest: +SKIP
    >>> ties.explore()  # doctest: +SKIP
    """
    if str(layer) not in ("places", "ties"):
        raise ArgumentError(f"`layer` is {layer!r}; use 'places' or 'ties'")
    if not isinstance(graph, nx.Graph | Dataset):
        raise ArgumentError(f"`graph` is a {type(graph).__name__}; {_WANTED}, or a dataset")
    try:
        import geopandas
    except ImportError:
        raise MissingExtraError(
            "GeoDataFrames need geopandas; in a clone of the project: pip install '.[geo]', "
            "elsewhere: pip install geopandas"
        ) from None
    places, ties = _features(_drawn(graph) if isinstance(graph, Dataset) else graph)
    features = places if layer == "places" else ties
    columns = None if features else ["geometry"]
    frame = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4326", columns=columns)
    if all("id" in feature for feature in features):
        frame = frame.set_index(pd.Index([feature["id"] for feature in features], name="id"))
    return frame


def _drawn(dataset: Dataset) -> nx.Graph[Any]:
    """Make the locality graph with a point for every place that can borrow one."""
    graph = locality_graph(dataset)
    for node, *point, own, at in drawing_points(dataset).loc[list(graph)].itertuples(name=None):
        if isinstance(at, str):
            names = ("longitude", "latitude", "borrowed", "drawn_at")
            graph.nodes[node].update(zip(names, (*point, not own, at), strict=True))
    for one, other, link in graph.edges(data=True):
        link["borrowed"] = any(graph.nodes[end].get("borrowed", False) for end in (one, other))
    return graph


def _of_suffix(functions: dict[str, Function], path: str | Path) -> tuple[Path, Function]:
    """Choose the function of a format by the suffix of a path."""
    if "\0" in str(path) or not isinstance(path, str | Path):
        raise ArgumentError(f"`path` is {path!r}; give the path of a file")
    for suffix, function in functions.items():
        if str(path).lower().endswith(suffix):
            return Path(path), function
    known = f"its suffix says the format; use one of {', '.join(functions)}"
    if str(path).lower().endswith(".geojson"):
        known = f"GeoJSON is only written; read one of {', '.join(functions)}"
    raise ArgumentError(f"`path` is {str(path)!r}; {known}")


def _plain(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Copy a graph with values of plain Python, or name what no file can keep."""
    if isinstance(graph, nx.DiGraph | nx.MultiGraph):
        raise ArgumentError(
            f"`graph` is a {type(graph).__name__}; only undirected graphs without parallel edges "
            "are written; make one with networkx.Graph(graph)"
        )
    graph = graph.copy()
    graph.graph = {k: v for k, v in graph.graph.items() if v or k not in _LEFT_BY_NETWORKX}
    faults = [
        f"node {node!r} is not plain text; rename it, as by networkx.relabel_nodes(graph, str)"
        for node in graph
        if _unwritable(node)
    ]
    first: dict[object, type] = {}
    parts: list[tuple[str, str, Attributes]] = [("graph", "graph", graph.graph)]
    parts += [("node", f"node {node!r}", own) for node, own in graph.nodes(data=True)]
    parts += [("edge", f"edge {a!r}, {b!r}", own) for a, b, own in graph.edges(data=True)]
    for scope, label, own in parts:
        for key, value in own.items():
            own[key] = plain = value.item() if isinstance(value, np.generic) else value
            before = first.setdefault((scope, key), type(plain))
            if _unwritable(key) or key in _TAKEN[scope]:
                faults.append(f"{label}: a file cannot keep the name {key!r}; rename the attribute")
            elif type(plain) not in _TYPES or (type(plain) is float and not math.isfinite(plain)):
                faults.append(
                    f"{label}: {key!r} is {plain!r}; make it a text, a number or a bool, and leave "
                    "out the key of what is missing"
                )
            elif type(plain) is not before:
                faults.append(f"{label}: {key!r} is {plain!r}; use one type for all")
            elif type(plain) is str and _unwritable(plain):
                faults.append(f"{label}: {key!r} is {plain!r}, with a control character; rename it")
    if faults:
        rest = [f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise ArgumentError("\n".join(["`graph` cannot be written:", *faults[:_SHOWN], *rest]))
    return graph


def _unwritable(text: object) -> bool:
    return bool(_UNWRITABLE.search(text)) if isinstance(text, str) else True


def _graphml(graph: nx.Graph[Any]) -> bytes:
    buffer = io.BytesIO()
    # Not `write_graphml`: it writes other bytes where lxml happens to be installed.
    nx.write_graphml_xml(graph, buffer)
    return buffer.getvalue() + b"\n"


def _read_graphml(content: bytes) -> nx.Graph[Any]:
    reader = GraphMLReader()
    graphs = list(reader(path=io.BytesIO(content)))
    if len(graphs) != 1:
        raise ValueError(f"it holds {len(graphs)} graphs, not one")
    graph: nx.Graph[Any] = graphs[0]
    for key in _LEFT_BY_NETWORKX:
        if not graph.graph[key]:
            del graph.graph[key]
    name = reader.xml.find(f"{{{reader.NS_GRAPHML}}}graph").get("id")
    if name is not None:
        graph.graph["id"] = name
    return graph


def _node_link(graph: nx.Graph[Any]) -> bytes:
    return _json(nx.node_link_data(graph, edges="edges"))


def _read_node_link(content: bytes) -> nx.Graph[Any]:
    data = _loaded(content, "nodes")
    nameless = next((node for node in data["nodes"] if "id" not in node), None)
    if nameless is not None:
        raise ValueError(f"node {nameless!r} has no 'id'")
    edges = "edges" if "edges" in data else "links"  # as networkx before 3.4 has it
    graph: nx.Graph[Any] = nx.node_link_graph(data, edges=edges)
    return graph


def _sides(graph: nx.Graph[Any]) -> tuple[list[str], list[str]]:
    """Return the localities and the pairings of an incidence graph."""
    side = nx.get_node_attributes(graph, "bipartite")
    fault = ""
    if graph.graph.get("representation") == "locality":
        fault = "it is a locality graph"
    elif stray := [node for node in graph if side.get(node) not in {0, 1}]:
        fault = f"node {stray[0]!r} has no `bipartite` of 0 or 1"
    elif inside := [ends for ends in graph.edges if side[ends[0]] == side[ends[1]]]:
        fault = f"edge {inside[0]!r} ties two nodes of one `bipartite`"
    if fault:
        raise ArgumentError(
            f"`graph` is not an incidence graph: {fault}; make one with incidence_graph"
        )
    return [n for n in side if side[n] == 0], [n for n in side if side[n] == 1]


def _hif(graph: nx.Graph[Any]) -> bytes:
    nodes, edges = _sides(graph)
    ties = [(node, edge, own) for node in nodes for edge, own in graph.adj[node].items()]

    def attrs(name: str) -> Attributes:
        return {key: value for key, value in graph.nodes[name].items() if key != "bipartite"}

    return _json(
        {
            "network-type": "undirected",
            "metadata": graph.graph,
            "incidences": [{"edge": edge, "node": node, "attrs": own} for node, edge, own in ties],
            "nodes": [{"node": node, "attrs": attrs(node)} for node in nodes],
            "edges": [{"edge": edge, "attrs": attrs(edge)} for edge in edges],
        }
    )


def _read_hif(content: bytes) -> nx.Graph[Any]:
    data = _loaded(content, "incidences")
    network_type = data.get("network-type", "undirected")
    if network_type != "undirected":
        raise ValueError(f"'network-type' is {network_type!r}; only 'undirected' can be read")
    incidences = data["incidences"]
    graph: nx.Graph[Any] = nx.Graph()
    graph.graph.update(data.get("metadata", {}))
    for side, (table, key) in enumerate((("nodes", "node"), ("edges", "edge"))):
        named = [(record[key], _own(record)) for record in data.get(table, [])]
        listed: list[tuple[str, Attributes]] = [(record[key], {}) for record in incidences]
        for name, attributes in (*named, *listed):
            if graph.nodes.get(name, {}).get("bipartite", side) != side:
                raise ValueError(f"{name!r} names a node and an edge; rename one of them")
            graph.add_node(name, bipartite=side)
            graph.nodes[name].update(attributes | {"bipartite": side})
    for record in incidences:
        graph.add_edge(record["node"], record["edge"])
        graph.edges[record["node"], record["edge"]].update(_own(record))
    return graph


def _own(record: Attributes) -> Attributes:
    weight = {"weight": record["weight"]} if "weight" in record else {}
    return {**weight, **record.get("attrs", {})}


def _geojson(graph: nx.Graph[Any]) -> bytes:
    places, ties = _features(graph)
    if not any(place["geometry"] for place in places):
        raise ArgumentError(
            "`graph` has no node with `longitude` and `latitude`, so there is nothing to map; "
            "use .graphml or .json"
        )
    features = {"type": "FeatureCollection", "metadata": graph.graph, "features": places + ties}
    return _json(features)


def _features(graph: nx.Graph[Any]) -> tuple[list[Attributes], list[Attributes]]:
    """Make a feature of each locality, and of each tie or pairing."""
    points = {
        node: [own["longitude"], own["latitude"]]
        for node, own in graph.nodes(data=True)
        if "longitude" in own and "latitude" in own
    }
    locality = graph.graph.get("representation") == "locality"
    incidence = not locality and any("bipartite" in own for _, own in graph.nodes(data=True))
    places, pairings = _sides(graph) if incidence else (list(graph), [])
    spots = []
    for place in places:
        point = {"type": "Point", "coordinates": points[place]} if place in points else None
        spots.append(_feature(point, graph.nodes[place], id=place))
    if not incidence:
        ends = graph.edges(data=True)
        return spots, [
            _feature(_lines([(a, b)], points), {"source": a, "target": b} | own)
            for a, b, own in ends
        ]
    ties = []
    for pairing in pairings:
        members = graph.adj[pairing]
        if bare := [place for place in members if "side" not in members[place]]:
            raise ArgumentError(
                f"edge {(bare[0], pairing)!r} has no `side`, so it is open whom it ties; "
                "make one with incidence_graph"
            )
        pairs = combinations(members, 2)
        alone = len(members) == 2
        across = [(a, b) for a, b in pairs if alone or members[a]["side"] != members[b]["side"]]
        missing = {"members_without_point": sum(place not in points for place in members)}
        line = _lines(across, points, several=True)
        ties.append(_feature(line, graph.nodes[pairing] | missing, id=pairing))
    return spots, ties


def _feature(geometry: Attributes | None, properties: Attributes, **identity: str) -> Attributes:
    return {"type": "Feature", **identity, "geometry": geometry, "properties": properties}


def _lines(
    ties: list[tuple[str, str]], points: dict[str, Point], *, several: bool = False
) -> Attributes | None:
    """Draw ties both ends of which have a point."""
    known = [(a, b) for a, b in ties if a in points and b in points]
    lines = [part for a, b in known for part in _cut(points[a], points[b])]
    if not lines:
        return None
    if several or len(lines) > 1:
        return {"type": "MultiLineString", "coordinates": lines}
    return {"type": "LineString", "coordinates": lines[0]}


def _cut(start: Point, end: Point) -> list[list[Point]]:
    """Cut a line that is shorter across the date line there (RFC 7946, 3.1.9)."""
    (x, y), (to_x, to_y) = start, end
    if abs(to_x - x) <= 180:
        return [[start, end]]
    edge, round_ = math.copysign(180, x), math.copysign(360, x)
    at = y + (to_y - y) * (edge - x) / (to_x + round_ - x)
    parts = [[start, [edge, at]], [[-edge, at], end]]
    return [part for part in parts if part[0] != part[1]]


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _loaded(content: bytes, key: str) -> Attributes:
    data = json.loads(content)
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        raise ValueError(f"it has no list {key!r}")
    return data


_WRITERS: dict[str, Callable[[nx.Graph[Any]], bytes]] = {
    ".hif.json": _hif,
    ".json": _node_link,
    ".graphml": _graphml,
    ".geojson": _geojson,
}
_READERS: dict[str, Callable[[bytes], nx.Graph[Any]]] = {
    ".hif.json": _read_hif,
    ".json": _read_node_link,
    ".graphml": _read_graphml,
}
