"""Files of graphs hold all of the graph, and other tools read them."""

import json
import math
import os
import re
import sys
from functools import partial
from pathlib import Path
from unittest.mock import Mock

import igraph
import jsonschema
import networkx as nx
import numpy as np
import pytest

from twinstudy import incidence_graph, locality_graph, read_graph, write_graph
from twinstudy.errors import ArgumentError, DataError, MissingExtraError
from twinstudy.network.exchange import to_geodataframe

SCHEMA = json.loads((Path(__file__).parents[1] / "hif" / "hif_schema.json").read_text("utf-8"))
THREE_WITH_ONE = "p-thanh-thuy-minh-tan-thien-bao"
WHOLE = (".graphml", ".json", ".hif.json")
AWKWARD = "“A & <B>” ' \t\n Trạm 爱店社区 𠀀 é"  # the last one is not composed


def awkward() -> nx.Graph:
    """An incidence graph with all that a file format could spoil."""
    graph = nx.Graph(id="g 1", representation="incidence", share=0.1, rows=2**40, whole=True)
    graph.add_node("p-1", bipartite=1, kind="other", weight=2)
    graph.add_node("l-Ý", bipartite=0, name=AWKWARD, empty="", blank="  ", code="0123")
    graph.add_node("l-a&b", bipartite=0, name="NA", longitude=107.0, latitude=1e-17)
    graph.add_node("l-alone", bipartite=0, name="nan", longitude=-0.1)
    graph.add_edge("p-1", "l-Ý", claims=1, side="CN", weight=1.0)
    graph.add_edge("l-a&b", "p-1", claims=3, side="VN")
    return graph


def content(graph: nx.Graph) -> tuple[object, ...]:
    """All of a graph, with the types of its attributes, as text that no change reaches."""
    nodes = {node: repr(sorted(facts.items())) for node, facts in graph.nodes(data=True)}
    edges = {frozenset(tie): repr(sorted(facts.items())) for *tie, facts in graph.edges(data=True)}
    return type(graph), repr(sorted(graph.graph.items())), nodes, edges


write = partial(write_graph, awkward())


def mapped(graph: nx.Graph, folder: Path) -> dict[str, object]:
    """What a GeoJSON file of a graph holds."""
    return json.loads(write_graph(graph, folder / "graph.geojson").read_text("utf-8"))


@pytest.mark.parametrize("suffix", WHOLE)
def test_a_file_keeps_all_of_a_graph_and_its_bytes(mini, tmp_path, suffix):
    graphs = [incidence_graph(mini), awkward(), nx.Graph()]
    for graph in graphs if suffix == ".hif.json" else [*graphs, locality_graph(mini)]:
        before = content(graph)
        path = write_graph(graph, str(tmp_path / f"GRAPH{suffix.upper()}"))
        back = read_graph(path)
        assert content(back) == before == content(graph)
        assert list(back.edges) == list(graph.edges) or suffix == ".hif.json"
        written = [path.read_bytes()]
        written += [write_graph(each, path).read_bytes() for each in (graph, back)]
        assert written == written[:1] * 3
        assert written[0].endswith(b"\n")


def test_igraph_reads_graphml(mini, tmp_path):
    graph = incidence_graph(mini)
    read = igraph.Graph.Read_GraphML(str(write_graph(graph, tmp_path / "graph.graphml")))
    assert not read.is_directed()
    assert read["data_version"] == mini.version
    assert read.vs["id"] == list(graph)
    for vertex, (node, attributes) in zip(read.vs, graph.nodes(data=True), strict=True):
        found = vertex.attributes()
        assert {key: found.pop(key) for key in attributes} == attributes, node
        assert found.pop("id") == node
        assert all(value == "" or math.isnan(value) for value in found.values())
    for tie in read.es:
        assert tie.attributes() == graph.edges[tie.source_vertex["id"], tie.target_vertex["id"]]
    assert len(read.es) == graph.size()


def test_hif_is_valid_and_a_pairing_is_one_hyperedge(mini, tmp_path):
    for graph in (awkward(), incidence_graph(mini)):
        path = write_graph(graph, tmp_path / "graph.hif.json")
        data = json.loads(path.read_text("utf-8"))
        jsonschema.validate(data, SCHEMA)
    assert {record["edge"] for record in data["edges"]} == set(mini.pairings["id"][:-1])
    members = [r["node"] for r in data["incidences"] if r["edge"] == THREE_WITH_ONE]
    assert members == sorted(graph[THREE_WITH_ONE])


def test_foreign_files_are_read(tmp_path):
    incidences = [{"edge": 1, "node": "a", "weight": 0.5}, {"edge": 1, "node": "b"}]
    nodes = [{"node": "alone", "weight": 2, "attrs": {"name": "爱店"}}]
    data = {"network-type": "undirected", "incidences": incidences, "nodes": nodes}
    path = tmp_path / "foreign.hif.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    graph = read_graph(path)
    assert dict(graph.nodes(data=True)) == {
        "alone": {"bipartite": 0, "weight": 2, "name": "爱店"},
        "a": {"bipartite": 0},
        "b": {"bipartite": 0},
        1: {"bipartite": 1},
    }
    assert list(graph.edges(data=True)) == [("a", 1, {"weight": 0.5}), ("b", 1, {})]
    links = [{"source": "a", "target": "b"}]
    old = {"multigraph": False, "nodes": [{"id": "a"}, {"id": "b"}], "links": links}
    path = tmp_path / "old.json"
    path.write_text(json.dumps(old), encoding="utf-8")
    assert list(read_graph(path).edges) == [("a", "b")]


def test_geojson_of_the_incidence_graph(mini, tmp_path):
    graph = incidence_graph(mini)
    data = mapped(graph, tmp_path)
    assert data["metadata"] == graph.graph
    shapes = {feature["id"]: feature["geometry"] for feature in data["features"]}
    properties = {feature["id"]: feature["properties"] for feature in data["features"]}
    assert list(shapes) == list(graph)
    assert shapes["l-vn-phai-lau"] == {"type": "Point", "coordinates": [107.5678, 21.6084]}
    assert shapes["l-cn-trang-nhi"] is shapes["p-phai-lau-trang-nhi"] is None
    assert properties["l-cn-trang-nhi"]["name"] == "Tràng Nhì"
    ends = [[104.9, 22.9333], [104.7833, 22.8833], [104.8667, 22.9]]
    lines = [[[104.8494, 22.9369], end] for end in ends]
    assert shapes[THREE_WITH_ONE] == {"type": "MultiLineString", "coordinates": lines}
    missing = [properties[p]["members_without_point"] for p in mini.pairings["id"][:-1]]
    assert missing == [1, 1, 0, 2, 0]


def test_geojson_of_the_locality_graph(mini, tmp_path):
    graph = locality_graph(mini)
    drawn = mapped(graph, tmp_path)["features"]
    assert [feature["id"] for feature in drawn[: len(graph)]] == list(graph)
    ties = drawn[len(graph) :]
    ends = [(tie["properties"]["source"], tie["properties"]["target"]) for tie in ties]
    assert ends == list(graph.edges)
    lines = [tie["geometry"]["coordinates"] for tie in ties if tie["geometry"]]
    assert len(lines) == 4
    assert [[108.0167, 21.5333], [108.0, 21.5167]] in lines


def test_geojson_ties_the_two_members_of_one_country(tmp_path):
    graph = nx.Graph([("a", "p", {"side": "VN"}), ("b", "p", {"side": "VN"})])
    graph.nodes["a"].update(bipartite=0, longitude=1.0, latitude=2.0)
    graph.nodes["b"].update(bipartite=0, longitude=3.0, latitude=4.0)
    graph.nodes["p"]["bipartite"] = 1
    shapes = {feature["id"]: feature["geometry"] for feature in mapped(graph, tmp_path)["features"]}
    assert shapes["p"]["coordinates"] == [[[1.0, 2.0], [3.0, 4.0]]]


def test_a_line_over_the_date_line_is_cut_there(tmp_path):
    graph = nx.Graph([("a", "b"), ("b", "c")])
    for node, x, y in (("a", 179.0, -17.0), ("b", -179.5, -18.0), ("c", 180.0, -18.0)):
        graph.nodes[node].update(longitude=x, latitude=y)
    first, second = (feature["geometry"] for feature in mapped(graph, tmp_path)["features"][3:])
    middle = pytest.approx(-17 - 1 / 1.5)
    parts = [[[179.0, -17.0], [180.0, middle]], [[-180.0, middle], [-179.5, -18.0]]]
    assert first == {"type": "MultiLineString", "coordinates": parts}
    # What ends on the date line has nothing behind it.
    assert second == {"type": "LineString", "coordinates": [[-179.5, -18.0], [-180.0, -18.0]]}


def test_geopandas_reads_geojson(mini, tmp_path):
    why = "the extra `geo` is not installed, so GeoJSON is not read by an independent reader"
    geopandas = pytest.importorskip("geopandas", reason=why)
    pytest.importorskip("pyogrio", reason=why)
    graph = incidence_graph(mini)
    path = write_graph(graph, tmp_path / "pairings.geojson")
    frame = geopandas.read_file(path, engine="pyogrio").set_index("id")
    assert frame.crs.to_epsg() == 4326
    assert frame.index.tolist() == list(graph)
    assert frame.loc["l-cn-thien-bao-commune", "name_zh"] == "天保"
    assert frame.geometry["l-vn-phai-lau"].coords[0] == (107.5678, 21.6084)
    places = frame[frame["bipartite"] == 0]
    placed = nx.get_node_attributes(graph, "longitude")
    assert set(places.index[places.geometry.notna()]) == set(placed)
    assert len(frame.geometry[THREE_WITH_ONE].geoms) == 3


def test_writing_is_atomic(mini, tmp_path, monkeypatch):
    path = write_graph(locality_graph(mini), tmp_path / "ties.json")
    before = path.read_bytes()
    monkeypatch.setattr("os.fsync", Mock(side_effect=OSError(28, "disk full")))
    with pytest.raises(OSError, match=r"disk full: .*ties\.json"):
        write_graph(incidence_graph(mini), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


SUFFIX = "`path` is {!r}; its suffix says the format; use one of .hif.json, .json, .graphml"


@pytest.mark.parametrize(
    ("function", "name", "message"),
    [
        (write, "graph.gml", f"{SUFFIX}, .geojson"),
        (write, "a\0.json", "`path` is {!r}; give the path of a file"),
        *[(write, name, "`path` is {!r}; name a file in a folder that is there")
          for name in ("no/graph.json", "folder.json")],
        (read_graph, "graph.gml", SUFFIX),
        (read_graph, "graph.geojson", SUFFIX),
        (read_graph, "no.graphml", "`path` is {!r}, and there is no such file"),
    ],
)  # fmt: skip
def test_paths_that_cannot_be_used(function, tmp_path, name, message):
    (tmp_path / "folder.json").mkdir()
    path = tmp_path / name
    message = re.escape(message.format(str(path), str(path.parent)))
    with pytest.raises(ArgumentError, match=f"^{message}$"):
        function(str(path))


CONVERT = "make it a text, a number or a bool, and leave out the key of what is missing"


@pytest.mark.parametrize("suffix", [*WHOLE, ".geojson"])
@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"name": None}, f"'name' is None; {CONVERT}"),
        ({"name": ["a"]}, f"'name' is ['a']; {CONVERT}"),
        ({"name": math.nan}, f"'name' is nan; {CONVERT}"),
        ({"name": "a\rb"}, r"'name' is 'a\rb', with a control character; rename it"),
        ({"id": "a"}, "a file cannot keep the name 'id'; rename the attribute"),
        ({5: "a"}, "a file cannot keep the name 5; rename the attribute"),
    ],
)
def test_attributes_that_a_file_would_spoil_are_refused(tmp_path, suffix, attributes, message):
    graph = nx.Graph()
    graph.add_nodes_from([("a", {"bipartite": 0} | attributes)])
    message = re.escape(f"`graph` cannot be written:\nnode 'a': {message}")
    with pytest.raises(ArgumentError, match=f"^{message}$"):
        write_graph(graph, tmp_path / f"graph{suffix}")
    assert not list(tmp_path.iterdir())


def test_three_faults_are_named_and_the_rest_counted(tmp_path):
    graph = nx.Graph([("a", "b", {"weight": 1, "source": "x"}), ("b", "c", {"weight": 0.5})])
    graph.add_nodes_from([1, "a\x00"])
    with pytest.raises(ArgumentError) as caught:
        write_graph(graph, tmp_path / "graph.graphml")
    rename = "is not plain text; rename it, as by networkx.relabel_nodes(graph, str)"
    assert str(caught.value).splitlines() == [
        "`graph` cannot be written:",
        f"node 1 {rename}",
        rf"node 'a\x00' {rename}",
        "edge 'a', 'b': a file cannot keep the name 'source'; rename the attribute",
        "… and 1 more",
    ]


def test_a_graph_that_networkx_has_read_and_changed_is_written_again(mini, tmp_path):
    path = write_graph(locality_graph(mini), tmp_path / "ties.graphml")
    graph = nx.read_graphml(path)
    numbers = {"number": np.int64(7), "share": np.float64(0.5), "flag": np.bool_(1)}
    graph.nodes["l-vn-phai-lau"].update(numbers)
    back = read_graph(write_graph(graph, path))
    assert [back.nodes["l-vn-phai-lau"][key] for key in numbers] == [7, 0.5, True]
    assert type(graph.nodes["l-vn-phai-lau"]["number"]) is np.int64  # it is not changed
    assert not {"node_default", "edge_default"} & back.graph.keys()


def refused_graphs() -> list[tuple[nx.Graph, str, str]]:
    wanted = "`graph` is a {}; give a plain graph, as `locality_graph(dataset)` or networkx.Graph(graph) returns it"
    wrong = "`graph` is not an incidence graph: {}; make one with incidence_graph"
    inside = "edge ('l-Ý', 'l-alone') ties two nodes of one `bipartite`"
    pointless = "`graph` has no node with `longitude` and `latitude`, so there is nothing to map"
    sideless = "edge ('l-Ý', 'p-1') has no `side`, so it is open whom it ties"
    clash = "`graph` cannot be written:\nedge 'b', 'c': 'weight' is 0.5; use one type for all"
    mixed = nx.Graph([("a", "b", {"weight": 1}), ("b", "c", {"weight": 0.5})])
    stray, locality = nx.Graph([("a", "b")]), nx.Graph(representation="locality")
    tied, bare = awkward(), awkward()
    tied.add_edge("l-Ý", "l-alone")
    del bare.edges["l-Ý", "p-1"]["side"]
    return [
        ("a", ".json", wanted.format("str")),
        (nx.DiGraph(), ".json", wanted.format("DiGraph")),
        (nx.MultiGraph(), ".json", wanted.format("MultiGraph")),
        (mixed, ".graphml", clash),
        (locality, ".hif.json", wrong.format("it is a locality graph")),
        (stray, ".hif.json", wrong.format("node 'a' has no `bipartite` of 0 or 1")),
        (tied, ".hif.json", wrong.format(inside)),
        (stray, ".geojson", f"{pointless}; use .graphml or .json"),
        (bare, ".geojson", f"{sideless}; make one with incidence_graph"),
    ]


@pytest.mark.parametrize(("graph", "suffix", "message"), refused_graphs())
def test_other_graphs_are_refused(tmp_path, graph, suffix, message):
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
        write_graph(graph, tmp_path / f"graph{suffix}")


ENCODED = '<?xml version="1.0" encoding="no-such"?><graphml/>'
DIRECTED = '{"network-type": "directed", "incidences": []}'
LOOP = '{"incidences": [{"node": 1, "edge": 1}]}'
UNREADABLE = [
    (".graphml", "not XML", "ParseError: syntax error: line 1, column 0"),
    (".graphml", "<graphml/>", "it holds 0 graphs, not one"),
    (".graphml", ENCODED, ""),
    (".json", os.mkfifo, ""),  # which is answered at once
    (".json", os.mkdir, ""),
    (".json", "{", "JSONDecodeError: Expecting property name"),
    (".json", "[]", "it has no list 'nodes'"),
    (".json", '{"nodes": [], "incidences": []}', "KeyError: 'links'"),
    (".json", '{"nodes": ' + "[" * 3000 + "]" * 3000 + "}", ""),
    (".hif.json", "{}", "it has no list 'incidences'"),
    (".hif.json", DIRECTED, "'network-type' is 'directed'; only 'undirected' can be read"),
    (".hif.json", LOOP, "1 names a node and an edge; rename one of them"),
]


@pytest.mark.parametrize(("suffix", "made", "reason"), UNREADABLE)
def test_files_that_are_not_what_they_seem(tmp_path, suffix, made, reason):
    path = tmp_path / f"graph{suffix}"
    path.write_text(made, encoding="utf-8") if isinstance(made, str) else made(path)
    message = f"{path.name}: the file does not hold a graph in the format of its suffix: {reason}"
    remedy = "; GraphML has the suffix .graphml, node-link JSON .json, HIF .hif.json"
    with pytest.raises(DataError, match=f"{re.escape(message)}.*{re.escape(remedy)}$"):
        read_graph(path)


def test_geopandas_gets_places_and_ties_with_borrowed_points_marked(mini):
    pytest.importorskip("geopandas", reason="the extra `geo` is not installed")
    places, ties = (to_geodataframe(mini, layer) for layer in ("places", "ties"))
    assert places.crs.to_epsg() == ties.crs.to_epsg() == 4326
    graph = locality_graph(mini)
    assert places.index.tolist() == list(graph)
    assert [*zip(ties["source"], ties["target"], strict=True)] == list(graph.edges)
    post = places.loc["l-vn-thanh-thuy-post"]
    assert (post["borrowed"], post["drawn_at"]) == (True, "l-vn-thanh-thuy-commune")
    assert not places.loc["l-vn-phai-lau", "borrowed"]
    assert places.geometry["l-cn-trang-nhi"] is None
    assert ties["borrowed"].any()
    assert set(ties.geometry.dropna().geom_type) == {"LineString"}
    assert to_geodataframe(graph).geometry["l-vn-thanh-thuy-post"] is None  # none is borrowed
    pairings = to_geodataframe(incidence_graph(mini), "ties")
    assert pairings.index.tolist() == mini.pairings["id"].tolist()[:-1]
    assert to_geodataframe(nx.Graph(), "ties").empty


def test_without_geopandas_the_remedy_can_be_carried_out(mini, monkeypatch):
    monkeypatch.setitem(sys.modules, "geopandas", None)
    remedy = r"in a clone of the project: pip install '\.\[geo\]'"
    with pytest.raises(MissingExtraError, match=remedy):
        to_geodataframe(mini)
    with pytest.raises(ArgumentError, match=r"^`layer` is 'x'; use one of places, ties$"):
        to_geodataframe(mini, "x")
    with pytest.raises(
        ArgumentError, match=r"^`graph` is a str; give a plain graph, .*, or a dataset$"
    ):
        to_geodataframe("x")
