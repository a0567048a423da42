"""Random bipartite graphs in which every node keeps its side and its degree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_BATCH = 250  # a constant, so that the draws do not depend on the number of workers
_BLOCK = 64  # steps whose random numbers are drawn at once


def rewired(
    left: np.ndarray,
    right: np.ndarray,
    *,
    samples: int,
    steps: int,
    seeds: np.random.SeedSequence,
) -> np.ndarray:
    """Draw bipartite graphs as `rewire` does, with a start of their own and on many workers.

    All walks start where one walk from the given graph ends. The given graph and the draws are
    then exchangeable, however short the walks are.

    Parameters
    ----------
    left, right
        Ends of the edges, as whole numbers; no pair twice. They are not changed.
    samples
        Number of graphs to draw.
    steps
        Length of each walk.
    seeds
        Root of the seeds of all walks. The same root gives the same graphs, with joblib and
        without it, for any number of workers.

    Returns
    -------
    right
        One row a graph: the right ends of its edges; the left ends are `left`.

    Examples
    --------
    >>> left, right = np.array([0, 1]), np.array([0, 1])
    >>> graphs = rewired(left, right, samples=9, steps=9, seeds=np.random.SeedSequence(1))
    >>> graphs.sum(axis=1).tolist()
    [1, 1, 1, 1, 1, 1, 1, 1, 1]
    """
    first, *rest = map(np.random.default_rng, seeds.spawn(1 + -(-samples // _BATCH)))
    start = rewire(left, right, chains=1, steps=steps, rng=first)[0]
    calls = [
        {"left": left, "right": start, "steps": steps, "rng": rng}
        | {"chains": min(_BATCH, samples - batch * _BATCH)}
        for batch, rng in enumerate(rest)
    ]
    return np.concatenate(_in_parallel(rewire, calls))


def rewire(
    left: np.ndarray, right: np.ndarray, *, chains: int, steps: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw bipartite graphs without parallel edges that have the degrees of a given one.

    Each graph is the end of a random walk of its own. A step takes two edges at random, with
    replacement, and lets them exchange their right ends, unless that would make parallel edges;
    then nothing moves, and the step counts. Every step and its reverse are equally likely, and a
    step may stay, so that all graphs of the given degrees are equally likely in the end.

    Parameters
    ----------
    left, right
        Ends of the edges, as whole numbers; no pair twice. They are not changed.
    chains
        Number of graphs to draw.
    steps
        Length of each walk.
    rng
        Source of randomness.

    Returns
    -------
    right
        One row a graph: the right ends of its edges; the left ends are `left`.

    Examples
    --------
    >>> left, right = np.array([0, 0, 1]), np.array([0, 1, 2])
    >>> graphs = rewire(left, right, chains=200, steps=50, rng=np.random.default_rng(1))
    >>> sorted({tuple(sorted(zip(left.tolist(), graph))) for graph in graphs.tolist()})
    [((0, 0), (0, 1), (1, 2)), ((0, 0), (0, 2), (1, 1)), ((0, 1), (0, 2), (1, 0))]
    """
    edges = len(right)
    state = np.tile(np.asarray(right, dtype=np.int64), chains)
    if edges == 0:
        return state.reshape(chains, 0)
    fellows = _fellows(np.asarray(left))
    start = np.arange(chains) * edges
    for done in range(0, steps, _BLOCK):
        for one, other in rng.integers(edges, size=(min(_BLOCK, steps - done), 2, chains)):
            at_one, at_other = start + one, start + other
            one_end, other_end = state[at_one], state[at_other]
            # Also true where the two edges are one, or share an end: nothing is to change then.
            clash = (state[start + fellows.take(one, axis=1)] == other_end).any(axis=0)
            clash |= (state[start + fellows.take(other, axis=1)] == one_end).any(axis=0)
            state[at_one] = np.where(clash, one_end, other_end)
            state[at_other] = np.where(clash, other_end, one_end)
    return state.reshape(chains, edges)


def _fellows(left: np.ndarray) -> np.ndarray:
    """List for each edge those with the same left end, in columns as long as the longest list."""
    order = np.argsort(left, kind="stable")
    _, group, degree = np.unique(left, return_inverse=True, return_counts=True)
    first = np.cumsum(degree) - degree
    rank = np.minimum(np.arange(degree.max())[:, None], degree[group] - 1)
    fellows: np.ndarray = order[first[group] + rank]
    return fellows


def _in_parallel(function: Callable[..., Any], calls: list[dict[str, Any]]) -> list[Any]:
    try:
        from joblib import Parallel, delayed
    except ImportError:  # the extra `parallel` is not installed
        return [function(**call) for call in calls]
    return list(Parallel()(delayed(function)(**call) for call in calls))
