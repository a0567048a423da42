"""Graphs to and from files that other tools read: GraphML, node-link JSON, HIF and GeoJSON."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Hashable, Iterator
from copy import copy
from pathlib import Path
from typing import Any, TypeVar

import networkx as nx
from networkx.readwrite.graphml import GraphMLReader

from twinstudy.errors import ArgumentError, DataError, Problem
from twinstudy.network.geojson import feature_collection, incidence_sides
from twinstudy.tables.files import write_bytes

Attributes = dict[str, Any]
Function = TypeVar("Function")

_TYPES = {str: "text", int: "whole numbers", float: "floats"}
_TAKEN = {"node": ("id",), "edge": ("source", "target")}
# XML 1.0 cannot hold these, nor lone surrogates, and reads a carriage return as a line feed.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_SHOWN = 10


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
      that the lines of a pairing lack.

    Parameters
    ----------
    graph
        Undirected graph without parallel edges. Nodes are texts; attributes are `str`, `int` or
        `float`, and of one type for all nodes, or all edges, that have them. It is not changed.
    path
        File to write; its folder must exist.

    Returns
    -------
    path
        The file. The same graph gives the same bytes, and so does the graph read back from it.

    Raises
    ------
    ArgumentError
        If the suffix is another one, the folder is not there, `graph` holds what one of the
        formats cannot keep (all faults are named), HIF is asked for and `graph` is not an
        incidence graph, or GeoJSON and no node has coordinates.

    Notes
    -----
    What can be written in one format can be written in all, except for the needs of HIF and
    GeoJSON. Lines are straight in longitude and latitude; they are not cut at the antimeridian.

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
    path = Path(path)
    write = _of_suffix(_WRITERS, path)
    if not path.parent.is_dir():
        msg = f"`path` is {str(path)!r}, and there is no folder {str(path.parent)!r}; make it first"
        raise ArgumentError(msg)
    _refuse_faults(graph)
    write_bytes(path, write(graph))
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
        If the suffix is another one.
    DataError
        If the file does not hold what its suffix says.

    Examples
    --------
    >>> import tempfile
    >>> from twinstudy import load, locality_graph
    >>> graph = locality_graph(load())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_graph(write_graph(graph, f"{folder}/ties.graphml")).nodes["l-vn-phai-lau"]["name"]
    'Phai Lầu'
    """
    path = Path(path)
    if path.name.lower().endswith(".geojson"):
        msg = (
            f"`path` is {str(path)!r}; GeoJSON is only written, as it does not hold the whole "
            f"graph; read one of {', '.join(_READERS)}"
        )
        raise ArgumentError(msg)
    read = _of_suffix(_READERS, path)
    content = path.read_bytes()
    try:
        return read(content)
    except (
        SyntaxError,
        ValueError,
        TypeError,
        AttributeError,
        KeyError,
        nx.NetworkXError,
    ) as error:
        reason = str(error)
        if not isinstance(error, _UnreadableError):
            reason = f"{type(error).__name__}: {error}"
        message = (
            f"the file does not hold a graph in the format of its suffix: {reason}; GraphML has "
            "the suffix .graphml, node-link JSON .json, HIF .hif.json"
        )
        raise DataError([Problem(path.name, 0, "", "", message)]) from error


class _UnreadableError(ValueError):
    """The content of a file is not what its format asks for."""


def _of_suffix(functions: dict[str, Function], path: Path) -> Function:
    for suffix, function in functions.items():
        if path.name.lower().endswith(suffix):
            return function
    msg = f"`path` is {str(path)!r}; its suffix says the format; use one of {', '.join(functions)}"
    raise ArgumentError(msg)


def _refuse_faults(graph: nx.Graph[Any]) -> None:
    if graph.is_directed() or graph.is_multigraph():
        msg = (
            f"`graph` is a {type(graph).__name__}; only undirected graphs without parallel edges "
            "are written; make one with networkx.Graph(graph)"
        )
        raise ArgumentError(msg)
    faults = list(_faults(graph))
    if faults:
        shown = faults[:_SHOWN] + [f"… and {len(faults) - _SHOWN} more"] * (len(faults) > _SHOWN)
        raise ArgumentError("\n".join(["`graph` cannot be written:", *shown]))


def _faults(graph: nx.Graph[Any]) -> Iterator[str]:
    seen: dict[tuple[str, str], type] = {}
    for node in graph:
        if not isinstance(node, str):
            yield f"node {node!r} is not text; rename it with networkx.relabel_nodes(graph, str)"
        elif _UNWRITABLE.search(node):
            yield f"node {node!r} holds a control character; rename it"
    for scope, label, attributes in _attributed(graph):
        for key, value in attributes.items():
            fault = _fault(scope, key, value, seen.setdefault((scope, key), type(value)))
            if fault:
                yield f"{label}: {fault}"


def _attributed(graph: nx.Graph[Any]) -> Iterator[tuple[str, str, Attributes]]:
    yield "graph", "graph", graph.graph
    for node, attributes in graph.nodes(data=True):
        yield "node", f"node {node!r}", attributes
    for start, end, attributes in graph.edges(data=True):
        yield "edge", f"edge {start!r}, {end!r}", attributes


def _fault(scope: str, key: Hashable, value: object, first: type) -> str:
    if not isinstance(key, str) or _UNWRITABLE.search(key):
        return f"the name {key!r} is not plain text; rename the attribute"
    if key in _TAKEN.get(scope, ()):
        return f"the name {key!r} is taken by the file formats; rename the attribute"
    if type(value) not in _TYPES:
        return (
            f"{key!r} is {value!r}, a {type(value).__name__}; convert it to str, int or float, "
            "and leave out the key of what is missing"
        )
    if type(value) is not first:
        return f"{key!r} is {value!r}, but {_TYPES[first]} before; use one type for all"
    if (scope, key) == ("graph", "id") and not isinstance(value, str):
        return f"'id' is {value!r}; the id of a graph is a text"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{key!r} is {value!r}; leave out the key of what is missing"
    if isinstance(value, str) and _UNWRITABLE.search(value):
        return f"{key!r} is {value!r}, with a control character; take it out"
    return ""


def _graphml(graph: nx.Graph[Any]) -> bytes:
    own = copy(graph)  # networkx takes the id out of the dictionary of the graph
    own.graph = dict(graph.graph)
    buffer = io.BytesIO()
    # Not `write_graphml`: it writes other bytes where lxml happens to be installed.
    nx.write_graphml_xml(own, buffer)
    return buffer.getvalue() + b"\n"


def _read_graphml(content: bytes) -> nx.Graph[Any]:
    reader = GraphMLReader()
    graphs = list(reader(path=io.BytesIO(content)))
    if len(graphs) != 1:
        raise _UnreadableError(f"it holds {len(graphs)} graphs, not one")
    graph: nx.Graph[Any] = graphs[0]
    for name in ("node_default", "edge_default"):
        if not graph.graph[name]:
            del graph.graph[name]
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
        raise _UnreadableError(f"node {nameless!r} has no 'id'")
    edges = "edges" if "edges" in data else "links"  # as networkx before 3.4 has it
    graph: nx.Graph[Any] = nx.node_link_graph(data, edges=edges)
    return graph


def _hif(graph: nx.Graph[Any]) -> bytes:
    nodes, edges = incidence_sides(graph)
    data = {
        "network-type": "undirected",
        "metadata": graph.graph,
        "incidences": [
            _record({"edge": edge, "node": node}, attributes)
            for node in nodes
            for edge, attributes in graph.adj[node].items()
        ],
        "nodes": [_record({"node": node}, graph.nodes[node]) for node in nodes],
        "edges": [_record({"edge": edge}, graph.nodes[edge]) for edge in edges],
    }
    return _json(data)


def _record(ends: Attributes, attributes: Attributes) -> Attributes:
    own = {key: value for key, value in attributes.items() if key != "bipartite"}
    if isinstance(own.get("weight"), int | float):
        ends = ends | {"weight": own.pop("weight")}
    return ends | {"attrs": own}


def _read_hif(content: bytes) -> nx.Graph[Any]:
    data = _loaded(content, "incidences")
    network_type = data.get("network-type", "undirected")
    if network_type != "undirected":
        raise _UnreadableError(f"'network-type' is {network_type!r}; only 'undirected' can be read")
    incidences = data["incidences"]
    graph: nx.Graph[Any] = nx.Graph()
    graph.graph.update(data.get("metadata", {}))
    for side, (table, key) in enumerate((("nodes", "node"), ("edges", "edge"))):
        named = [(record[key], _own(record)) for record in data.get(table, [])]
        listed: list[tuple[str, Attributes]] = [(record[key], {}) for record in incidences]
        for name, attributes in (*named, *listed):
            if graph.nodes.get(name, {}).get("bipartite", side) != side:
                raise _UnreadableError(f"{name!r} names a node and an edge; rename one of them")
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
    return _json(feature_collection(graph))


def _json(data: object) -> bytes:
    return (json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()


def _loaded(content: bytes, key: str) -> Attributes:
    data = json.loads(content)
    if not isinstance(data, dict) or not isinstance(data.get(key), list):
        raise _UnreadableError(f"it has no list {key!r}")
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
