"""The incidence graph is what the data say; the locality graph never ties one side."""

import re

import networkx as nx
import pytest
from builders import build

from twinstudy import Dataset, incidence_graph, load, locality_graph
from twinstudy.errors import ArgumentError
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.files import text_tables

THREE_WITH_ONE = "p-thanh-thuy-minh-tan-thien-bao"


def test_a_pairing_of_three_with_one_is_one_node_with_four_neighbours(mini: Dataset) -> None:
    graph = incidence_graph(mini)
    assert set(graph[THREE_WITH_ONE]) == {
        "l-cn-thien-bao-commune",
        "l-vn-minh-tan-commune",
        "l-vn-thanh-duc-commune",
        "l-vn-thanh-thuy-commune",
    }
    assert graph.nodes[THREE_WITH_ONE] == {
        "bipartite": 1,
        "label": "Minh Tân, Thanh Đức, Thanh Thủy – Thiên Bảo",
        "kind": "commune",
        "status": "agreed",
        "signed": "2018",
        "exists": "certain",
    }
    assert graph[THREE_WITH_ONE]["l-vn-thanh-duc-commune"] == {"claims": 1, "side": "VN"}
    assert graph[THREE_WITH_ONE]["l-cn-thien-bao-commune"] == {"claims": 2, "side": "CN"}
    assert nx.is_bipartite(graph)
    # What is missing has no key.
    assert graph.nodes["l-cn-trang-nhi"] == {
        "bipartite": 0, "label": "Tràng Nhì", "name": "Tràng Nhì", "country": "CN",
        "level": "village", "province": "l-cn-quang-tay-province",
    }  # fmt: skip
    assert graph.nodes["l-cn-thien-bao-commune"]["name_zh"] == "天保"
    assert "signed" not in graph.nodes["p-thanh-thuy-post-thien-bao"]


def test_attributes_are_plain_python(mini: Dataset) -> None:
    for graph in (incidence_graph(mini), locality_graph(mini)):
        values = [*graph.graph.values()]
        for *_, attributes in [*graph.nodes(data=True), *graph.edges(data=True)]:
            values += attributes.values()
        assert {type(value) for value in values} <= {str, int, float}


def test_the_locality_graph_ties_across_only(mini: Dataset) -> None:
    graph = locality_graph(mini)
    country = nx.get_node_attributes(graph, "country")
    assert all(country[u] != country[v] for u, v in graph.edges)
    assert graph["l-vn-minh-tan-commune"]["l-cn-thien-bao-commune"] == {
        "pairings": 1,
        "certain": 1,
        "weight": pytest.approx(1 / 3),
    }
    assert not graph.has_edge("l-vn-minh-tan-commune", "l-vn-thanh-thuy-commune")
    assert graph.graph["pairings"] == 5
    assert sum(w for *_, w in graph.edges(data="weight")) == pytest.approx(5)


@pytest.mark.parametrize(
    ("at", "province"), [("2014", "l-vn-ha-giang-province"), ("2026", "l-vn-tuyen-quang-province")]
)
def test_a_roll_up_follows_the_hierarchy_of_its_day(mini: Dataset, at: str, province: str) -> None:
    graph = locality_graph(mini, level="province", at=at)
    pairings = graph["l-cn-van-nam-province"][province]["pairings"]
    # Thanh Đức has no parent after the reform; the other two communes carry its pairing.
    assert pairings == (1 if at == "2014" else 2)
    assert graph.graph["unplaced"] == 0


def test_a_day_leaves_out_what_was_signed_later_and_says_so(mini: Dataset) -> None:
    graph = incidence_graph(mini, at="2014")
    pairings = {node for node, part in graph.nodes(data="bipartite") if part == 1}
    # 2013~ and 2014-08-26/2015 may have been, the undated border post always may have been.
    assert pairings == {"p-phai-lau-trang-nhi", "p-thanh-thuy-post-thien-bao", "p-trang-vi-van-vi"}
    assert graph.graph == {
        "representation": "incidence",
        "at": "2014-12-31",
        "data_version": mini.version,
        "left_out_by_kind": 0,
        "left_out_by_status": 1,
        "left_out_as_later": 2,
        "undated": 1,
    }


def test_other_status_are_taken_in_when_asked_for(mini: Dataset) -> None:
    assert set(locality_graph(mini, status="planned")) == set(
        locality_graph(mini, status=("planned",))
    )
    graph = locality_graph(mini, status=("agreed", "planned"))
    assert graph["l-vn-xin-man-district"]["l-cn-ma-quan-district"]["certain"] == 0
    assert graph.graph["left_out_by_status"] == 0


def test_a_roll_up_that_joins_both_sides_is_left_out_and_counted(mini: Dataset) -> None:
    text = text_tables(mini.tables)
    abroad = text["memberships"]["locality_id"] == "l-cn-ai-diem"
    text["memberships"].loc[abroad, "locality_id"] = "l-vn-phai-lau"
    dataset = dataset_from_text(text)
    # A pairing inside one country ties its two members.
    assert locality_graph(dataset)["l-vn-chi-ma"]["l-vn-phai-lau"]["weight"] == 1
    graph = locality_graph(dataset, level="country")
    assert list(graph.edges) == [("l-cn", "l-vn")]
    assert (graph.graph["pairings"], graph.graph["unplaced"]) == (4, 1)


def several_with_several() -> Dataset:
    """One pairing of two with three places, one of them paired with another one, too."""
    named = ["c-1,l-cn-a", "c-1,l-cn-b", "c-1,l-vn-x", "c-1,l-vn-y", "c-1,l-vn-z"]
    return build(
        sources="id,kind\ns-1,newspaper",
        localities="""
            id,country,level,name
            l-cn-a,CN,village,A
            l-cn-b,CN,village,B
            l-vn-x,VN,village,X
            l-vn-y,VN,village,X
            l-vn-z,VN,village,Z
        """,
        pairings="""
            id,kind,matching,status
            p-1,village,unspecified,agreed
            p-2,commune,joint,agreed
        """,
        claims="id,pairing_id,source_id\nc-1,p-1,s-1\nc-2,p-2,s-1",
        memberships="\n".join(["claim_id,locality_id", *named, "c-2,l-cn-a", "c-2,l-vn-z"]),
    )


def test_weights_of_several_with_several() -> None:
    graph = locality_graph(several_with_several(), kind="village")
    assert {weight for *_, weight in graph.edges(data="weight")} == {1 / 6}
    assert len(graph.edges) == 6
    both = locality_graph(several_with_several())
    assert both["l-cn-a"]["l-vn-z"] == {"pairings": 2, "certain": 0, "weight": 1 + 1 / 6}
    graph = incidence_graph(several_with_several(), kind="commune")
    assert [node for node, part in graph.nodes(data="bipartite") if part == 1] == ["p-2"]
    assert graph.graph["left_out_by_kind"] == 1


def test_nodes_of_one_name_have_labels_of_their_own_and_a_side() -> None:
    graph = locality_graph(several_with_several())
    assert graph.nodes["l-vn-x"]["label"] != graph.nodes["l-vn-y"]["label"]
    assert nx.get_node_attributes(graph, "bipartite") == {
        "l-cn-a": 0, "l-cn-b": 0, "l-vn-x": 1, "l-vn-y": 1, "l-vn-z": 1,
    }  # fmt: skip
    assert nx.bipartite.is_bipartite_node_set(graph, {"l-cn-a", "l-cn-b"})
    labels = list(nx.get_node_attributes(locality_graph(load()), "label").values())
    assert len(labels) == len(set(labels))


def test_a_place_on_both_sides_leaves_the_graph_without_sides() -> None:
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities="id,country,level,name\nl-a,CZ,commune,A\nl-b,DE,commune,B\nl-c,FR,commune,C",
        pairings="id,kind,matching,status\np-1,commune,joint,agreed\np-2,commune,joint,agreed",
        claims="id,pairing_id,source_id\nc-1,p-1,s-1\nc-2,p-2,s-1",
        memberships="claim_id,locality_id\nc-1,l-a\nc-1,l-b\nc-2,l-b\nc-2,l-c",
    )
    assert not nx.get_node_attributes(locality_graph(dataset), "bipartite")


def test_nodes_carry_the_units_that_they_lie_in_on_the_day(mini: Dataset) -> None:
    before, after = (
        locality_graph(mini, at=day).nodes["l-vn-minh-tan-commune"] for day in ("2025-06", "2026")
    )
    assert (before["province"], after["province"]) == (
        "l-vn-ha-giang-province",
        "l-vn-tuyen-quang-province",
    )
    assert (before["district"], after.get("district")) == ("l-vn-vi-xuyen-district", None)


def test_without_any_date_there_is_no_day_and_without_pairings_no_node(mini: Dataset) -> None:
    for make in (incidence_graph, locality_graph):
        assert not list(make(mini, status="doubtful"))
        graph = make(several_with_several())
        assert "at" not in graph.graph
        assert graph.graph["undated"] == 2
    assert len(locality_graph(several_with_several(), level="village")) == 5


@pytest.mark.parametrize("make", [incidence_graph, locality_graph])
def test_places_come_before_pairings_sorted_by_id(make, mini: Dataset) -> None:  # type: ignore[no-untyped-def]
    nodes = list(make(mini))
    assert nodes == sorted(nodes, key=lambda node: (node[0] != "l", node))


BAD = [
    ({"kind": "town"}, "`kind` is 'town'; use one of village, commune"),
    ({"at": "2014/2015"}, "`at` is '2014/2015'; give one date without ~ or ?, such as '2014'"),
    ({"level": "town"}, "`level` is 'town'; use one of country, province"),
    ({"status": ("signed",)}, "`status` is 'signed'; use one of agreed, planned"),
]


def test_bad_arguments_are_named(mini: Dataset) -> None:
    with pytest.raises(ArgumentError, match=r"^`dataset` is a str; give a dataset, as `load"):
        locality_graph("data")
    for arguments, message in BAD:
        with pytest.raises(ArgumentError, match=f"^{re.escape(message)}"):
            locality_graph(mini, **arguments)
    message = "there is no district any more in VN; the last good day is 2025-06-30: give at='2025-"
    with pytest.raises(ArgumentError, match=message):
        locality_graph(load(), level="district", at="2026")
    assert len(locality_graph(load(), level="district", at="2025-06-30"))
