"""Random graphs keep the sides and their numbers of partners, and are drawn evenly."""

from collections import Counter
from itertools import combinations, islice, permutations, product

import networkx as nx
import numpy as np
import pytest
from builders import build

from twinstudy import load, locality_graph, null_graphs
from twinstudy.errors import ArgumentError
from twinstudy.network.null import _every, rewire


def twinned(*pairs: str, areas: str = ""):
    """Make pairings of villages, such as "a x" of the Vietnamese a with the Chinese x."""
    names = sorted({name for pair in pairs for name in pair.split()})
    places = [f"l-{name},{'CN' if name in 'uvwxyz' else 'VN'},village,{name}" for name in names]
    places += ["l-east,VN,province,East", "l-west,VN,province,West"]
    agreed = [f"p-{n},village,joint,agreed" for n in range(len(pairs))]
    claims = [f"c-{n},p-{n},s-1,row {n}" for n in range(len(pairs))]
    members = [f"c-{n},l-{name}" for n, pair in enumerate(pairs) for name in pair.split()]
    return build(
        sources="id,kind,published\ns-1,newspaper,2020",
        localities="\n".join(["id,country,level,name", *places]),
        containments="\n".join(["child_id,parent_id", *areas.split()]),
        pairings="\n".join(["id,kind,matching,status", *agreed]),
        claims="\n".join(["id,pairing_id,source_id,locator", *claims]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )


def ties(graph: nx.Graph) -> frozenset:
    return frozenset(frozenset(edge) for edge in graph.edges)


def test_few_graphs_are_all_listed_once():
    listed = list(null_graphs(twinned("a x", "b y", "c z"), samples=6))
    wanted = [zip("abc", order, strict=True) for order in permutations("xyz")]
    assert Counter(map(ties, listed)) == Counter(
        frozenset(frozenset((f"l-{one}", f"l-{other}")) for one, other in pairs) for pairs in wanted
    )
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


def test_many_graphs_are_drawn_and_the_same_for_one_seed():
    first, again, other = (
        [ties(graph) for graph in null_graphs(load(), kind="commune", samples=5, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


Graph = tuple[tuple[int, int], ...]


def all_graphs(left: tuple[int, ...], right: tuple[int, ...]) -> list[Graph]:
    """Every bipartite graph of these degrees, by brute force."""
    wanted = [*enumerate(left)], [*enumerate(right)]
    ends = product(range(len(left)), range(len(right)))
    return [
        graph
        for graph in combinations(ends, sum(left))
        if tuple(sorted(Counter(side).items()) for side in zip(*graph, strict=True)) == wanted
    ]


def graph_of(left: np.ndarray, right: list[int]) -> Graph:
    return tuple(sorted(zip(left.tolist(), right, strict=True)))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((1, 1), (1, 1)),
        ((1, 1, 1, 1), (2, 2)),
        ((2, 2, 1), (1, 2, 2)),
        ((2, 2, 2), (2, 2, 2)),
        ((3, 2, 1), (2, 2, 1, 1)),
        ((3, 1, 1, 1), (2, 2, 1, 1)),
    ],
)
def test_all_graphs_of_given_degrees_are_listed_once_and_drawn_evenly(left, right):
    graphs = all_graphs(left, right)
    first, second = (np.array(ends) for ends in zip(*graphs[0], strict=True))
    listed = [graph_of(first, way.tolist()) for way in _every(first, second)]
    assert sorted(listed) == graphs
    rng = np.random.default_rng(2014)
    drawn = rewire(first, second, chains=3000, rng=rng)
    numbers = Counter(graph_of(first, way) for way in drawn.tolist())
    assert numbers.keys() <= set(graphs)
    share = 3000 / len(graphs)
    chi2 = sum((numbers[graph] - share) ** 2 / share for graph in graphs)
    spread = (2 * (len(graphs) - 1)) ** 0.5
    assert chi2 < len(graphs) - 1 + 4.5 * spread  # seldomer than once in a thousand


@pytest.mark.parametrize(
    ("left", "right", "most", "number"),
    [
        # A hub that all must be paired with leaves most first choices without an end.
        (np.repeat(np.arange(14), 2), [end for n in range(14) for end in (0, 1 + n)], 1000, 1000),
        (np.arange(3000), np.arange(3000), 3, 3),
        (np.zeros(40, dtype=int), np.arange(40), 1000, 1),
    ],
)
def test_listing_does_not_lose_itself_in_what_cannot_be_filled(left, right, most, number):
    assert len(list(islice(_every(left, np.array(right)), most))) == number


def test_sides_of_several_members_move_as_one():
    listed = list(null_graphs(twinned("a b x", "c y"), samples=10))
    assert len(listed) == 2
    for graph in listed:
        assert graph.has_edge("l-a", "l-x") == graph.has_edge("l-b", "l-x")
        weights = sorted(weight for *_, weight in graph.edges(data="weight"))
        assert weights == [0.5, 0.5, 1.0]


def test_within_areas_sides_stay():
    dataset = twinned("a x", "b y", "c z", areas="l-a,l-east l-b,l-east l-c,l-west")
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
        ({"level": "district", "at": "2026"}, "the last good day is 2025-06-30"),
    ],
)
def test_wrong_arguments_are_refused(argument, message):
    with pytest.raises(ArgumentError, match=message):
        null_graphs(load(), **argument)


def test_pairings_inside_one_country_and_sides_that_are_paired_twice_stay():
    assert len(list(null_graphs(twinned("a b", "c d"), samples=10))) == 1
    listed = list(null_graphs(twinned("a x", "a x", "b y", "c z"), samples=100))
    assert len({ties(graph) for graph in listed}) == len(listed)
    assert all(graph.has_edge("l-a", "l-x") for graph in listed)


def test_units_of_a_level_are_arranged():
    units = {"level": "district", "at": "2025-06-30"}
    observed = locality_graph(load(), **units)
    for graph in null_graphs(load(), samples=3, **units):
        assert list(graph.nodes(data=True)) == list(observed.nodes(data=True))
        weights = sum(weight for *_, weight in graph.edges(data="weight"))
        assert weights == pytest.approx(observed.graph["pairings"])
        assert "arrangements" not in graph.graph
