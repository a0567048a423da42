"""Random bipartite graphs keep sides and degrees, and each is as likely as the others."""

import builtins
import random
from collections import Counter
from itertools import combinations

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from twinstudy.network.rewiring import rewire, rewired

Graph = tuple[tuple[int, int], ...]
DEGREES = [
    ((1, 1), (1, 1)),
    ((1, 1, 1), (1, 1, 1)),
    ((2, 1), (1, 1, 1)),
    ((1, 1, 1, 1), (2, 2)),
    ((2, 1, 1), (2, 1, 1)),
    ((2, 2, 1), (1, 2, 2)),
    ((2, 2, 2), (2, 2, 2)),
    ((3, 2, 1), (2, 2, 1, 1)),
    ((3, 1, 1, 1), (2, 2, 1, 1)),
]
STEPS = 100  # for each edge, as in the null model


def all_graphs(left: tuple[int, ...], right: tuple[int, ...]) -> list[Graph]:
    """Every bipartite graph of these degrees, by brute force."""
    if not left:
        return [()] if not any(right) else []
    found = []
    for chosen in combinations(range(len(right)), left[0]):
        rest = tuple(degree - (node in chosen) for node, degree in enumerate(right))
        if min(rest) >= 0:
            edges = tuple((0, node) for node in chosen)
            others = all_graphs(left[1:], rest)
            found += [(*edges, *((a + 1, b) for a, b in graph)) for graph in others]
    return found


def ends(graph: Graph) -> tuple[np.ndarray, np.ndarray]:
    return np.array([a for a, _ in graph]), np.array([b for _, b in graph])


def tally(left: np.ndarray, drawn: np.ndarray, graphs: list[Graph]) -> list[int]:
    """How often each graph was drawn; a drawn graph of other degrees is an error."""
    counts = Counter(tuple(sorted(zip(left.tolist(), row, strict=True))) for row in drawn.tolist())
    assert counts.keys() <= set(graphs)
    return [counts[graph] for graph in graphs]


@pytest.mark.parametrize(("left_degrees", "right_degrees"), DEGREES)
def test_every_graph_is_equally_likely(
    left_degrees: tuple[int, ...], right_degrees: tuple[int, ...]
) -> None:
    graphs = all_graphs(left_degrees, right_degrees)
    assert len(graphs) > 1
    left, right = ends(graphs[0])
    rng = np.random.default_rng(2014)
    drawn = rewire(left, right, chains=2500, steps=STEPS * len(left), rng=rng)
    assert chisquare(tally(left, drawn, graphs)).pvalue > 0.001


def test_counting_only_moves_that_succeed_would_be_seen() -> None:
    """The same test finds the usual mistake: rejected steps that do not count."""
    graphs = all_graphs((3, 1, 1, 1), (2, 2, 1, 1))
    left, _ = ends(graphs[0])
    pick = random.Random(2014)
    drawn = []
    for _ in range(2500):
        graph, moves = list(graphs[0]), 0
        while moves < 30:
            (a, b), (c, d) = one, other = pick.sample(graph, 2)
            if not {(a, d), (c, b)} & set(graph):
                graph = [edge for edge in graph if edge not in {one, other}] + [(a, d), (c, b)]
                moves += 1
        drawn.append([b for _, b in sorted(graph)])
    assert chisquare(tally(left, np.array(drawn), graphs)).pvalue < 0.001


def test_too_few_steps_would_be_seen() -> None:
    graphs = all_graphs((3, 2, 1), (2, 2, 1, 1))
    left, right = ends(graphs[0])
    rng = np.random.default_rng(2014)
    drawn = rewire(left, right, chains=2500, steps=len(left), rng=rng)
    assert chisquare(tally(left, drawn, graphs)).pvalue < 0.001


@pytest.mark.parametrize("size", [60, 200])
def test_walks_forget_where_they_began(size: int) -> None:
    """A random matching keeps one edge of the first one on average, and none in 1/e of cases."""
    left = right = np.arange(size)
    chains = 400
    steps = STEPS * size // 5  # a fifth of the walk is enough already
    drawn = rewire(left, right, chains=chains, steps=steps, rng=np.random.default_rng(7))
    kept = (drawn == right).sum(axis=1)
    assert kept.mean() == pytest.approx(1, abs=4 / chains**0.5)
    assert (kept == 0).mean() == pytest.approx(np.exp(-1), abs=4 * 0.49 / chains**0.5)


def test_hubs_slow_the_walk_but_not_too_much() -> None:
    """With hubs too, a fifth of the walk and the whole walk end in the same distribution."""
    degrees = [12, 8, 4, 2, *[1] * 14]
    left = np.repeat(np.arange(len(degrees)), degrees)
    right = np.concatenate([np.arange(degree) for degree in degrees])
    rng = np.random.default_rng(11)
    part, whole = (
        ((rewire(left, right, chains=400, steps=n * len(left), rng=rng) - left) ** 2).mean(axis=1)
        for n in (STEPS // 5, STEPS)
    )
    spread = whole.std() * (2 / 400) ** 0.5
    assert part.mean() == pytest.approx(whole.mean(), abs=4 * spread)


@st.composite
def simple_graphs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    pairs = st.tuples(st.integers(0, 6), st.integers(0, 6))
    edges = draw(st.lists(pairs, unique=True, max_size=25))
    return ends(tuple(edges))


@settings(max_examples=60, deadline=None)
@given(simple_graphs(), st.integers(0, 2**32))
def test_sides_and_degrees_are_kept(graph: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    left, right = graph[0].astype(int), graph[1].astype(int)
    before = left.copy(), right.copy()
    drawn = rewire(left, right, chains=4, steps=40, rng=np.random.default_rng(seed))
    assert drawn.shape == (4, len(left))
    for row in drawn:
        assert sorted(row) == sorted(right)
        assert len(set(zip(left.tolist(), row.tolist(), strict=True))) == len(left)
    assert (left == before[0]).all()
    assert (right == before[1]).all()


def test_the_given_graph_and_the_draws_are_exchangeable() -> None:
    """Even after very short walks the given graph ranks anywhere among the draws."""
    size, repeats = 8, 400
    left = np.arange(size)
    rng = np.random.default_rng(5)
    ranks = np.zeros(5)
    for seed in range(repeats):
        given_graph = rng.permutation(size)
        seeds = np.random.SeedSequence(seed)
        drawn = rewired(left, given_graph, samples=4, steps=3, seeds=seeds)
        score = np.array([(left * row).sum() + rng.random() for row in (given_graph, *drawn)])
        ranks[(score[1:] < score[0]).sum()] += 1
    assert chisquare(ranks).pvalue > 0.001


LEFT, RIGHT = np.repeat(np.arange(10), 2), np.tile(np.arange(10), 2)


def draws() -> np.ndarray:
    shifted = (RIGHT + LEFT) % 10
    return rewired(LEFT, shifted, samples=600, steps=40, seeds=np.random.SeedSequence(3))


def test_draws_are_the_same_for_any_number_of_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    serial = draws()
    assert serial.shape == (600, 20)
    for backend in ("loky", "threading"):
        with joblib.parallel_config(backend=backend, n_jobs=2):
            assert (draws() == serial).all()

    imported = builtins.__import__

    def without_joblib(name: str, *rest: object, **others: object) -> object:
        if name == "joblib":
            raise ImportError(name)
        return imported(name, *rest, **others)

    monkeypatch.setattr(builtins, "__import__", without_joblib)
    assert (draws() == serial).all()


def test_draws_differ_from_each_other_and_by_seed() -> None:
    drawn = draws()
    assert len(np.unique(drawn, axis=0)) == 600
    other = rewired(
        LEFT, (RIGHT + LEFT) % 10, samples=600, steps=40, seeds=np.random.SeedSequence(4)
    )
    assert not (drawn == other).all()
