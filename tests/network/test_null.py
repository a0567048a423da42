"""Random graphs keep the sides and their numbers of partners, and are drawn evenly."""

from collections import Counter
from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from builders import build

from twinstudy import load, locality_graph, null_graphs
from twinstudy.errors import ArgumentError
from twinstudy.network.null import rewire


def twinned(*pairs: str, inside: str = ""):
    """Make pairings of villages, such as "a x" of the Vietnamese a with the Chinese x."""
    names = sorted({name for pair in pairs for name in pair.split()})
    home = {name: "CN" if name in "uvwxyz" else "VN" for name in names}
    places = [f"l-{name},{home[name]},village,{name.upper()}" for name in names]
    places += ["l-east,VN,province,East", "l-west,VN,province,West"] if inside else []
    above = (
        [f"l-{name},l-{'east' if name in inside else 'west'}" for name in names] if inside else []
    )
    numbered = list(enumerate(pairs))
    return build(
        sources="id,kind,published\ns-1,newspaper,2020",
        localities="\n".join(["id,country,level,name", *places]),
        containments="\n".join(["child_id,parent_id", *above[: sum(n in "abcdef" for n in names)]]),
        pairings="\n".join(
            ["id,kind,matching,status", *(f"p-{n},village,joint,agreed" for n, _ in numbered)]
        ),
        claims="\n".join(
            ["id,pairing_id,source_id,locator", *(f"c-{n},p-{n},s-1,row {n}" for n, _ in numbered)]
        ),
        memberships="\n".join(
            ["claim_id,locality_id"]
            + [f"c-{n},l-{name}" for n, pair in numbered for name in pair.split()]
        ),
    )


def ties(graph: nx.Graph) -> frozenset:
    return frozenset(frozenset(edge) for edge in graph.edges)


def test_few_graphs_are_all_listed_once():
    listed = list(null_graphs(twinned("a x", "b y", "c z"), samples=10))
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


def test_draws_are_even():
    """Six graphs have these degrees; 6,000 draws of each chain come close to a sixth each."""
    left, right = np.array([0, 1, 2]), np.array([0, 1, 2])
    drawn = rewire(left, right, chains=6000, steps=60, rng=np.random.default_rng(7))
    numbers = Counter(map(tuple, drawn.tolist()))
    assert len(numbers) == 6
    assert sum((n - 1000) ** 2 / 1000 for n in numbers.values()) < 20.5  # chi2, 5 df, p 0.001


def test_draws_with_hubs_are_even():
    left, right = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 2, 1])
    drawn = rewire(left, right, chains=8000, steps=200, rng=np.random.default_rng(7))
    graphs = Counter(frozenset(zip(left.tolist(), row, strict=True)) for row in drawn.tolist())
    assert all(len(graph) == 5 for graph in graphs)
    share = 8000 / len(graphs)
    # Each graph comes as often as another, counted over the orders of its equal ends.
    assert sum((n - share) ** 2 / share for n in graphs.values()) < 3 * len(graphs) + 20


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


def test_pairings_inside_one_country_stay():
    listed = list(null_graphs(twinned("a b", "c d"), samples=10))
    assert len(listed) == 1


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
        next(iter(null_graphs(mini, **argument)))
