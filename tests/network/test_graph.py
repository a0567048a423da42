"""The incidence graph is what the data say; the locality graph never ties one side."""

import re

import networkx as nx
import pytest
from builders import twinned

from twinstudy import incidence_graph, load, locality_graph
from twinstudy.errors import ArgumentError

THREE_WITH_ONE = "p-thanh-thuy-minh-tan-thien-bao"


def test_a_pairing_of_three_with_one_is_one_node_with_four_neighbours(mini):
    graph = incidence_graph(mini)
    names = "cn-thien-bao", "vn-minh-tan", "vn-thanh-duc", "vn-thanh-thuy"
    assert set(graph[THREE_WITH_ONE]) == {f"l-{name}-commune" for name in names}
    assert graph.nodes[THREE_WITH_ONE] == {
        "bipartite": 1, "label": "Minh Tân, Thanh Đức, Thanh Thủy – Thiên Bảo",
        "kind": "commune", "status": "agreed", "signed": "2018", "exists": "certain",
    }  # fmt: skip
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


@pytest.mark.parametrize("make", [incidence_graph, locality_graph])
def test_attributes_are_plain_python_and_places_come_before_pairings_sorted_by_id(make, mini):
    graph = make(mini)
    stated = [graph.graph, *(facts for *_, facts in [*graph.nodes.data(), *graph.edges.data()])]
    assert {type(value) for facts in stated for value in facts.values()} <= {str, int, float}
    assert list(graph) == sorted(graph, key=lambda node: (node[0] != "l", node))


def test_the_locality_graph_ties_across_only(mini):
    graph = locality_graph(mini)
    assert graph["l-vn-minh-tan-commune"]["l-cn-thien-bao-commune"] == {
        "pairings": 1, "certain": 1, "weight": pytest.approx(1 / 3),
    }  # fmt: skip
    assert not graph.has_edge("l-vn-minh-tan-commune", "l-vn-thanh-thuy-commune")
    assert graph.graph["pairings"] == 5


@pytest.mark.parametrize(
    ("at", "province", "district"),
    [
        ("2025-06", "l-vn-ha-giang-province", "l-vn-vi-xuyen-district"),
        ("2026", "l-vn-tuyen-quang-province", None),
    ],
)
def test_units_are_those_of_the_day(mini, at, province, district):
    place = locality_graph(mini, at=at).nodes["l-vn-minh-tan-commune"]
    assert (place["province"], place.get("district")) == (province, district)
    graph = locality_graph(mini, level="province", at=at)
    # Thanh Đức has no parent after the reform; the other two communes carry its pairing.
    assert graph["l-cn-van-nam-province"][province]["pairings"] == 2
    assert graph.graph["unplaced"] == 0


def test_a_day_leaves_out_what_was_signed_later_and_says_so(mini):
    graph = incidence_graph(mini, at="2014")
    pairings = {node for node, part in graph.nodes(data="bipartite") if part == 1}
    # 2013~ and 2014-08-26/2015 may have been, the undated border post always may have been.
    assert pairings == {"p-phai-lau-trang-nhi", "p-thanh-thuy-post-thien-bao", "p-trang-vi-van-vi"}
    assert graph.graph == {
        "representation": "incidence", "at": "2014-12-31", "data_version": mini.version,
        "left_out_by_kind": 0, "left_out_by_status": 1, "left_out_as_later": 2, "undated": 1,
    }  # fmt: skip


def test_other_status_are_taken_in_when_asked_for(mini):
    one, same = (locality_graph(mini, status=status) for status in ("planned", ("planned",)))
    assert set(one) == set(same)
    graph = locality_graph(mini, status=("agreed", "planned"))
    assert graph["l-vn-xin-man-district"]["l-cn-ma-quan-district"]["certain"] == 0
    assert graph.graph["left_out_by_status"] == 0


def test_a_roll_up_that_joins_both_sides_is_left_out_and_counted(edited):
    dataset = load(edited("memberships.csv", "l-cn-ai-diem", "l-vn-phai-lau"))
    # A pairing inside one country ties its two members.
    assert locality_graph(dataset)["l-vn-chi-ma"]["l-vn-phai-lau"]["weight"] == 1
    graph = locality_graph(dataset, level="country")
    assert list(graph.edges) == [("l-cn", "l-vn")]
    assert (graph.graph["pairings"], graph.graph["unplaced"]) == (4, 1)


SEVERAL = twinned("cn-a cn-b vn-x vn-x-2 vn-z", "cn-a vn-z", kinds=["village", "commune"])


def test_without_any_date_there_is_no_day_and_without_pairings_no_node(mini):
    for make in (incidence_graph, locality_graph):
        assert not list(make(mini, status="doubtful"))
    for graph in (incidence_graph(SEVERAL), locality_graph(SEVERAL, level="village")):
        assert "at" not in graph.graph
        assert graph.graph["undated"] == 2
    assert len(graph) == 5


def test_several_with_several_share_a_weight_and_have_labels_of_their_own_and_a_side():
    weights = locality_graph(SEVERAL, kind="village").edges(data="weight")
    assert [weight for *_, weight in weights] == [1 / 6] * 6
    graph = incidence_graph(SEVERAL, kind="commune")
    assert [node for node, part in graph.nodes(data="bipartite") if part == 1] == ["p-1"]
    assert graph.graph["left_out_by_kind"] == 1
    graph = locality_graph(SEVERAL)
    assert graph["l-cn-a"]["l-vn-z"] == {"pairings": 2, "certain": 0, "weight": 1 + 1 / 6}
    assert graph.nodes["l-vn-x"]["label"] != graph.nodes["l-vn-x-2"]["label"]
    sides = nx.get_node_attributes(graph, "bipartite")
    assert sides == {node: int(node.startswith("l-vn")) for node in graph}
    # A place on both sides leaves the graph without sides.
    dataset = twinned("cz-a de-b", "de-b fr-c")
    assert not nx.get_node_attributes(locality_graph(dataset), "bipartite")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "town"}, "`kind` is 'town'; use one of village, commune"),
        ({"at": "2014/2015"}, "`at` is '2014/2015'; give one date without ~ or ?, such as '2014'"),
        ({"level": "town"}, "`level` is 'town'; use one of country, province"),
        ({"level": "district", "at": "2026"}, "`level` is 'district', and on 2026-12-31 there"),
        ({"status": ("signed",)}, "`status` is 'signed'; use one of agreed, planned"),
        ({"dataset": "data"}, "`dataset` is a str; give a dataset, as `load"),
    ],
)
def test_bad_arguments_are_named(mini, arguments, message):
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}"):
        locality_graph(**({"dataset": mini} | arguments))
