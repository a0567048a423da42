"""Graphs to and from what other tools read: GraphML, node-link JSON, HIF, GeoJSON, geopandas."""

from __future__ import annotations

import io
import json
import math
import re
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import networkx as nx
import numpy as np
import pandas as pd
from networkx.readwrite.graphml import GraphMLReader

from twinstudy.errors import ArgumentError, DataError, MissingExtraError, Problem, known_word
from twinstudy.evidence.hierarchy import drawing_points
from twinstudy.network.graph import locality_graph
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import CONTROL, LARGEST_FILE, write_bytes

if TYPE_CHECKING:
    import geopandas

Attributes = dict[str, Any]
Point = list[float]
Function = TypeVar("Function")

_TYPES = (str, int, float, bool)
_TAKEN = {"graph": (), "node": ("id",), "edge": ("source", "target")}
_WANTED = "give a plain graph, as `locality_graph(dataset)` or networkx.Graph(graph) returns it"
# XML 1.0 cannot hold these, nor lone surrogates, and reads a carriage return as a line feed.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_SHOWN = 3
_CONVERT = "make it a text, a number or a bool, and leave out the key of what is missing"
_UNREAD = (SyntaxError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


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
    if isinstance(graph, nx.DiGraph | nx.MultiGraph) or not isinstance(graph, nx.Graph):
        raise ArgumentError(f"`graph` is a {type(graph).__name__}; {_WANTED}")
    if path.is_dir() or not path.parent.is_dir():
        raise ArgumentError(f"`path` is {str(path)!r}; name a file in a folder that is there")
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
    except (*_UNREAD, nx.NetworkXError) as error:
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
    known_word("layer", layer, ("places", "ties"))
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
    for *ends, link in graph.edges(data=True):
        link["borrowed"] = any(graph.nodes[end].get("borrowed", False) for end in ends)
    return graph


def _of_suffix(functions: dict[str, Function], path: str | Path) -> tuple[Path, Function]:
    """Choose the function of a format by the suffix of a path."""
    if CONTROL.search(str(path)) or not isinstance(path, str | Path):
        raise ArgumentError(f"`path` is {path!r}; give the path of a file")
    for suffix, function in functions.items():
        if str(path).lower().endswith(suffix):
            return Path(path), function
    known = f"its suffix says the format; use one of {', '.join(functions)}"
    raise ArgumentError(f"`path` is {str(path)!r}; {known}")


def _plain(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Copy a graph with values of plain Python, or name what no file can keep."""
    graph = _without_defaults(graph.copy())
    faults = [
        f"node {node!r} is not plain text; rename it, as by networkx.relabel_nodes(graph, str)"
        for node in graph
        if not _writable(node)
    ]
    parts: list[tuple[str, str, Attributes]] = [("graph", "graph", graph.graph)]
    parts += [("node", f"node {node!r}", own) for node, own in graph.nodes(data=True)]
    parts += [("edge", f"edge {a!r}, {b!r}", own) for a, b, own in graph.edges(data=True)]
    first: dict[object, type] = {}
    for scope, label, own in parts:
        for key, value in own.items():
            own[key] = plain = value.item() if isinstance(value, np.generic) else value
            told = f"{label}: {key!r} is {plain!r}"
            if not _writable(key) or key in _TAKEN[scope]:
                faults.append(f"{label}: a file cannot keep the name {key!r}; rename the attribute")
            elif type(plain) not in _TYPES or (type(plain) is float and not math.isfinite(plain)):
                faults.append(f"{told}; {_CONVERT}")
            elif first.setdefault((scope, key), type(plain)) is not type(plain):
                faults.append(f"{told}; use one type for all")
            elif type(plain) is str and not _writable(plain):
                faults.append(f"{told}, with a control character; rename it")
    if faults:
        rest = [f"… and {len(faults) - _SHOWN} more"] if len(faults) > _SHOWN else []
        raise ArgumentError("\n".join(["`graph` cannot be written:", *faults[:_SHOWN], *rest]))
    return graph


def _writable(text: object) -> bool:
    return isinstance(text, str) and not _UNWRITABLE.search(text)


def _without_defaults(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Take out the empty defaults that networkx leaves in a graph that it has read."""
    kept = {k: v for k, v in graph.graph.items() if v or k not in ("node_default", "edge_default")}
    graph.graph = kept
    return graph


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
    graph = _without_defaults(graphs[0])
    name = reader.xml.find(f"{{{reader.NS_GRAPHML}}}graph").get("id")
    if name is not None:
        graph.graph["id"] = name
    return graph


def _node_link(graph: nx.Graph[Any]) -> bytes:
    return _json(nx.node_link_data(graph, edges="edges"))


def _read_node_link(content: bytes) -> nx.Graph[Any]:
    data = _loaded(content, "nodes")
    edges = "edges" if "edges" in data else "links"  # as networkx before 3.4 has it
    graph: nx.Graph[Any] = nx.node_link_graph(data, edges=edges)
    return graph


def _sides(graph: nx.Graph[Any]) -> tuple[list[str], list[str]]:
    """Return the localities and the pairings of an incidence graph."""
    side = nx.get_node_attributes(graph, "bipartite")
    stray = [f"node {n!r} has no `bipartite` of 0 or 1" for n in graph if side.get(n) not in {0, 1}]
    faults = ["it is a locality graph"] * (graph.graph.get("representation") == "locality") + stray
    same = [ends for ends in graph.edges if side.get(ends[0]) == side.get(ends[1])]
    faults += [f"edge {ends!r} ties two nodes of one `bipartite`" for ends in same]
    if faults:
        said = f"`graph` is not an incidence graph: {faults[0]}; make one with incidence_graph"
        raise ArgumentError(said)
    return [n for n in side if side[n] == 0], [n for n in side if side[n] == 1]


def _hif(graph: nx.Graph[Any]) -> bytes:
    nodes, edges = _sides(graph)
    for own in graph.nodes.values():
        del own["bipartite"]
    ties = [(node, edge, own) for node in nodes for edge, own in graph.adj[node].items()]
    data = {
        "network-type": "undirected",
        "metadata": graph.graph,
        "incidences": [{"edge": edge, "node": node, "attrs": own} for node, edge, own in ties],
        "nodes": [{"node": node, "attrs": graph.nodes[node]} for node in nodes],
        "edges": [{"edge": edge, "attrs": graph.nodes[edge]} for edge in edges],
    }
    return _json(data)


def _read_hif(content: bytes) -> nx.Graph[Any]:
    data = _loaded(content, "incidences")
    if (kind := data.get("network-type", "undirected")) != "undirected":
        raise ValueError(f"'network-type' is {kind!r}; only 'undirected' can be read")
    graph: nx.Graph[Any] = nx.Graph(**data.get("metadata", {}))
    for side, (table, key) in enumerate((("nodes", "node"), ("edges", "edge"))):
        for record in [*data.get(table, []), *({key: one[key]} for one in data["incidences"])]:
            name = record[key]
            if graph.nodes.get(name, {}).get("bipartite", side) != side:
                raise ValueError(f"{name!r} names a node and an edge; rename one of them")
            graph.add_node(name, bipartite=side)
            graph.nodes[name].update(_own(record) | {"bipartite": side})
    graph.add_edges_from((one["node"], one["edge"], _own(one)) for one in data["incidences"])
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
    sided = bool(nx.get_node_attributes(graph, "bipartite"))
    incidence = sided and graph.graph.get("representation") != "locality"
    places, pairings = _sides(graph) if incidence else (list(graph), [])
    x, y = (nx.get_node_attributes(graph, name) for name in ("longitude", "latitude"))
    points = {place: [x[place], y[place]] for place in x if place in y}
    spots = {place: {"type": "Point", "coordinates": point} for place, point in points.items()}
    ties = [_pairing(graph, pairing, points) for pairing in pairings]
    if not incidence:
        ties = [
            _feature(_lines([(a, b)], points), {"source": a, "target": b} | own)
            for a, b, own in graph.edges(data=True)
        ]
    return [_feature(spots.get(place), graph.nodes[place], id=place) for place in places], ties


def _pairing(graph: nx.Graph[Any], pairing: str, points: dict[str, Point]) -> Attributes:
    """Make one feature of a pairing, with a line for each two members across its sides."""
    side = {place: own.get("side") for place, own in graph.adj[pairing].items()}
    if bare := [place for place in side if side[place] is None]:
        raise ArgumentError(
            f"edge {(bare[0], pairing)!r} has no `side`, so it is open whom it ties; "
            "make one with incidence_graph"
        )
    across = [(a, b) for a, b in combinations(side, 2) if len(side) == 2 or side[a] != side[b]]
    missing = {"members_without_point": sum(place not in points for place in side)}
    line = _lines(across, points, several=True)
    return _feature(line, graph.nodes[pairing] | missing, id=pairing)


def _feature(geometry: Attributes | None, properties: Attributes, **identity: str) -> Attributes:
    return {"type": "Feature", **identity, "geometry": geometry, "properties": properties}


def _lines(
    ties: list[tuple[str, str]], points: dict[str, Point], *, several: bool = False
) -> Attributes | None:
    """Draw ties both ends of which have a point."""
    known = [(points[a], points[b]) for a, b in ties if a in points and b in points]
    lines = [part for ends in known for part in cut_at_date_line(*ends)]
    if several or len(lines) > 1:
        return {"type": "MultiLineString", "coordinates": lines} if lines else None
    return {"type": "LineString", "coordinates": lines[0]} if lines else None


def cut_at_date_line(start: Point, end: Point) -> list[list[Point]]:
    """Cut a line that is shorter across the date line there (RFC 7946, 3.1.9)."""
    (x, y), (to_x, to_y) = start, end
    if abs(to_x - x) <= 180:
        return [[start, end]]
    edge, round_ = math.copysign(180, x), math.copysign(360, x)
    at = y + (to_y - y) * (edge - x) / (to_x + round_ - x)
    return [part for part in ([start, [edge, at]], [[-edge, at], end]) if part[0] != part[1]]


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _loaded(content: bytes, key: str) -> Attributes:
    data = json.loads(content)
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        raise ValueError(f"it has no list {key!r}")
    return data


_WRITERS = {".hif.json": _hif, ".json": _node_link, ".graphml": _graphml, ".geojson": _geojson}
_READERS = {".hif.json": _read_hif, ".json": _read_node_link, ".graphml": _read_graphml}
