"""Random graphs keep the sides and their numbers of partners, and are drawn evenly."""

from collections import Counter
from itertools import combinations, islice, permutations

import networkx as nx
import numpy as np
import pytest
from builders import build

from twinstudy import load, locality_graph, null_graphs
from twinstudy.errors import ArgumentError
from twinstudy.network.null import _every, rewire


def twinned(*pairs: str, inside: str = ""):
    """Make pairings of villages, such as "a x" of the Vietnamese a with the Chinese x."""
    names = sorted({name for pair in pairs for name in pair.split()})
    home = {name: "CN" if name in "uvwxyz" else "VN" for name in names}
    places = [f"l-{name},{home[name]},village,{name.upper()}" for name in names]
    places += ["l-east,VN,province,East", "l-west,VN,province,West"] if inside else []
    above = (
        [f"l-{name},l-{'east' if name in inside else 'west'}" for name in names] if inside else []
    )
    numbers = range(len(pairs))
    agreed = [f"p-{n},village,joint,agreed" for n in numbers]
    claims = [f"c-{n},p-{n},s-1,row {n}" for n in numbers]
    members = [f"c-{n},l-{name}" for n in numbers for name in pairs[n].split()]
    return build(
        sources="id,kind,published\ns-1,newspaper,2020",
        localities="\n".join(["id,country,level,name", *places]),
        containments="\n".join(["child_id,parent_id", *above[: sum(n in "abcdef" for n in names)]]),
        pairings="\n".join(["id,kind,matching,status", *agreed]),
        claims="\n".join(["id,pairing_id,source_id,locator", *claims]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )


def ties(graph: nx.Graph) -> frozenset:
    return frozenset(frozenset(edge) for edge in graph.edges)


def test_few_graphs_are_all_listed_once():
    listed = list(null_graphs(twinned("a x", "b y", "c z"), samples=6))
    assert len(listed) == 6 == len({ties(graph) for graph in listed})
    wanted = {
        frozenset(frozenset((f"l-{v}", f"l-{c}")) for v, c in zip("abc", order, strict=True))
        for order in permutations("xyz")
    }
    assert {ties(graph) for graph in listed} == wanted
    facts = listed[0].graph
    assert (facts["exact"], facts["arrangements"], facts["movable"]) == (True, 6, 3)


def test_degrees_of_both_sides_are_kept():
    dataset = twinned("a x", "b x", "c y", "d y", "d z")
    observed = locality_graph(dataset)
    listed = list(null_graphs(dataset, samples=1000))
    assert listed[0].graph["exact"]
    assert ties(observed) in {ties(graph) for graph in listed}
    for graph in listed:
        assert dict(graph.degree) == dict(observed.degree)
        assert graph.size() == observed.size() == 5


def test_many_graphs_are_drawn_and_the_same_for_one_seed():
    known = load()
    first, again, other = (
        [ties(graph) for graph in null_graphs(known, kind="commune", samples=5, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


DEGREES = [
    ((1, 1), (1, 1)),
    ((1, 1, 1), (1, 1, 1)),
    ((1, 1, 1, 1), (2, 2)),
    ((2, 2, 1), (1, 2, 2)),
    ((2, 2, 2), (2, 2, 2)),
    ((3, 2, 1), (2, 2, 1, 1)),
    ((3, 1, 1, 1), (2, 2, 1, 1)),
]
Graph = tuple[tuple[int, int], ...]


def all_graphs(left: tuple[int, ...], right: tuple[int, ...]) -> list[Graph]:
    """Every bipartite graph of these degrees, by brute force."""
    ends = [(a, b) for a in range(len(left)) for b in range(len(right))]
    return [
        graph
        for graph in combinations(ends, sum(left))
        if all(sum(a == n for a, _ in graph) == degree for n, degree in enumerate(left))
        and all(sum(b == n for _, b in graph) == degree for n, degree in enumerate(right))
    ]


def graph_of(left: np.ndarray, right: list[int]) -> Graph:
    return tuple(sorted(zip(left.tolist(), right, strict=True)))


@pytest.mark.parametrize(("left", "right"), DEGREES)
def test_all_graphs_of_given_degrees_are_listed_once_and_drawn_evenly(
    left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    graphs = all_graphs(left, right)
    first, second = (np.array(ends) for ends in zip(*graphs[0], strict=True))
    listed = [graph_of(first, way.tolist()) for way in _every(first, second)]
    assert sorted(listed) == graphs
    rng = np.random.default_rng(2014)
    drawn = rewire(first, second, chains=3000, steps=20 * len(first), rng=rng)
    numbers = Counter(graph_of(first, way) for way in drawn.tolist())
    assert numbers.keys() <= set(graphs)
    share = 3000 / len(graphs)
    chi2 = sum((numbers[graph] - share) ** 2 / share for graph in graphs)
    spread = (2 * (len(graphs) - 1)) ** 0.5
    assert chi2 < len(graphs) - 1 + 4.5 * spread  # seldomer than once in a thousand


def test_listing_does_not_lose_itself_in_what_cannot_be_filled() -> None:
    """A hub that all must be paired with leaves most first choices without an end."""
    left = np.repeat(np.arange(14), 2)
    right = np.concatenate([[0, 1 + n] for n in range(14)])
    assert len(list(islice(_every(left, right), 1000))) == 1000
    many = np.arange(3000)
    assert len(list(islice(_every(many, many), 3))) == 3
    star = np.zeros(40, dtype=int)
    assert len(list(_every(star, np.arange(40)))) == 1


def test_sides_of_several_members_move_as_one():
    listed = list(null_graphs(twinned("a b x", "c y"), samples=10))
    assert len(listed) == 2
    for graph in listed:
        assert graph.has_edge("l-a", "l-x") == graph.has_edge("l-b", "l-x")
        weights = sorted(weight for *_, weight in graph.edges(data="weight"))
        assert weights == [0.5, 0.5, 1.0]


def test_within_areas_sides_stay():
    dataset = twinned("a x", "b y", "c z", inside="ab")
    listed = list(null_graphs(dataset, samples=10, within="province"))
    assert len(listed) <= 2
    assert all(graph.has_edge("l-c", "l-z") for graph in listed)


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"samples": 0}, "`samples` is 0; use a whole number of at least 1"),
        ({"samples": True}, "`samples` is True; use a whole number of at least 1"),
        ({"seed": -1}, "`seed` is -1; use a whole number of at least 0"),
        ({"within": "x"}, "`within` is 'x'; use one of country,"),
    ],
)
def test_wrong_arguments_are_refused(mini, argument, message):
    with pytest.raises(ArgumentError, match=message):
        null_graphs(mini, **argument)


def test_pairings_inside_one_country_and_sides_that_are_paired_twice_stay():
    assert len(list(null_graphs(twinned("a b", "c d"), samples=10))) == 1
    listed = list(null_graphs(twinned("a x", "a x", "b y", "c z"), samples=100))
    assert len({ties(graph) for graph in listed}) == len(listed)
    assert all(graph.has_edge("l-a", "l-x") for graph in listed)


def test_units_of_a_level_are_arranged():
    known = load()
    graphs = list(null_graphs(known, level="district", at="2025-06-30", samples=3))
    observed = locality_graph(known, level="district", at="2025-06-30")
    for graph in graphs:
        assert list(graph.nodes(data=True)) == list(observed.nodes(data=True))
        weights = sum(weight for *_, weight in graph.edges(data="weight"))
        assert weights == pytest.approx(observed.graph["pairings"])
        assert "arrangements" not in graph.graph
    with pytest.raises(ArgumentError, match="the last good day is 2025-06-30"):
        null_graphs(known, level="district", at="2026")
