"""Random graphs keep the sides and their numbers of partners, and are drawn evenly."""

from collections import Counter
from itertools import combinations, islice, product

import numpy as np
import pytest
from builders import twinned

from twinstudy import load, locality_graph, null_graphs
from twinstudy.errors import ArgumentError
from twinstudy.network.null import _every, rewire


def ties(graph):
    return frozenset(frozenset(edge) for edge in graph.edges)


@pytest.mark.parametrize(
    ("pairings", "number"), [("a x, b y, c z", 6), ("a x, b x, c y, d y, d z", 12)]
)
def test_few_graphs_are_all_listed_once_and_keep_the_degrees_of_both_sides(pairings, number):
    pairs = [f"vn-{pair[0]} cn-{pair[-1]}" for pair in pairings.split(", ")]
    observed = locality_graph(twinned(*pairs))
    listed = list(null_graphs(twinned(*pairs), samples=number))
    assert len(listed) == len({ties(graph) for graph in [*listed, observed]}) == number
    for graph in listed:
        assert dict(graph.degree) == dict(observed.degree)
        assert {(one[:4], other[:4]) for one, other in graph.edges} == {("l-cn", "l-vn")}
    facts = listed[0].graph
    assert (facts["exact"], facts["arrangements"], facts["movable"]) == (True, number, len(pairs))


def test_many_graphs_are_drawn_and_the_same_for_one_seed():
    first, again, other = (
        [ties(graph) for graph in null_graphs(load(), kind="commune", samples=5, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def all_graphs(left, right):
    """Every bipartite graph of these degrees, by brute force."""
    wanted = [*enumerate(left)], [*enumerate(right)]
    ends = product(range(len(left)), range(len(right)))
    return [
        graph
        for graph in combinations(ends, sum(left))
        if tuple(sorted(Counter(side).items()) for side in zip(*graph, strict=True)) == wanted
    ]


def graph_of(left, right):
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
    listed = list(null_graphs(twinned("vn-a vn-b cn-x", "vn-c cn-y"), samples=10))
    assert len(listed) == 2
    for graph in listed:
        assert graph.has_edge("l-vn-a", "l-cn-x") == graph.has_edge("l-vn-b", "l-cn-x")
        weights = sorted(weight for *_, weight in graph.edges(data="weight"))
        assert weights == [0.5, 0.5, 1.0]


def test_within_areas_sides_stay():
    areas = "l-vn-a,l-east l-vn-b,l-east l-vn-c,l-west"
    dataset = twinned("vn-a cn-x", "vn-b cn-y", "vn-c cn-z", areas=areas)
    listed = list(null_graphs(dataset, samples=10, within="province"))
    assert len(listed) <= 2
    assert all(graph.has_edge("l-vn-c", "l-cn-z") for graph in listed)


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
    assert len(list(null_graphs(twinned("vn-a vn-b", "vn-c vn-d"), samples=10))) == 1
    twice = twinned("vn-a cn-x", "vn-a cn-x", "vn-b cn-y", "vn-c cn-z")
    listed = list(null_graphs(twice, samples=100))
    assert len({ties(graph) for graph in listed}) == len(listed)
    assert all(graph.has_edge("l-vn-a", "l-cn-x") for graph in listed)


def test_units_of_a_level_are_arranged():
    units = {"level": "district", "at": "2025-06-30"}
    observed = locality_graph(load(), **units)
    for graph in null_graphs(load(), samples=3, **units):
        assert list(graph.nodes(data=True)) == list(observed.nodes(data=True))
        weights = sum(weight for *_, weight in graph.edges(data="weight"))
        assert weights == pytest.approx(observed.graph["pairings"])
        assert "arrangements" not in graph.graph
