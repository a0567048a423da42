"""Random graphs in which every side of a pairing keeps its number of partners."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from numbers import Integral

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, known_word
from twinstudy.evidence.consolidate import Choice, Words, choose
from twinstudy.evidence.hierarchy import ancestors, existence
from twinstudy.network.graph import locality_graph, named_members
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import LEVELS

Side = tuple[str, ...]

_SWAPS = 20  # tried swaps an edge; means settle after some 10


def null_graphs(
    dataset: Dataset,
    *,
    samples: int = 1000,
    seed: int = 1,
    level: str | None = None,
    within: str | None = None,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
) -> Iterator[nx.Graph[str]]:
    """Draw locality graphs at random in which every side keeps its number of partners.

    The sides of the pairings are paired anew, among pairings of one kind whose sides are of the
    same levels and countries; no two sides are paired twice. All such graphs are equally likely.
    Any measure of the observed graph can be compared with that of these.

    Parameters
    ----------
    dataset
        Records.
    samples
        Number of graphs to draw. Where there are no more than that, each of them comes once, the
        observed one among them.
    seed
        Seed of the random numbers.
    level
        Roll members up to their ancestors of this level; None for the members themselves.
    within
        Level of areas, such as ``"province"``: sides change places only among pairings whose sides
        lie in the same areas of that level. None for no such bound.
    at
        Day; only pairings that exist certainly or possibly by then. None for the newest day.
    kind, status
        Kinds of pairing (None for all) and statuses to take in: one word or several.

    Returns
    -------
    graphs
        An iterator of graphs as of `locality_graph`, with ``pairings`` and ``weight`` on their
        edges. ``graph.graph`` adds ``exact`` (bool: all graphs are listed), ``arrangements`` (int:
        how many there are; left out where they are more than `samples`) and ``movable`` (int:
        pairings that can have another partner).

    Raises
    ------
    ArgumentError
        If an argument is none of the words, numbers or dates that it can have, or `level` is gone
        on the day, as in `locality_graph`.

    Notes
    -----
    Where graphs are drawn, each comes of a chain of tried swaps of two partners, 20 for each
    pairing; a swap that would pair two sides twice leaves the graph as it is, which makes the
    draws uniform [1]_. Pairings inside one country stay as they are, and so does one of two sides
    that another one pairs already. With b of n drawn graphs as extreme as the observed one, p is
    (1 + b) / (1 + n); where ``exact``, it is b / n.

    References
    ----------
    .. [1] B. K. Fosdick, D. B. Larremore, J. Nishimura and J. Ugander, Configuring random graph
       models with fixed degree sequences, SIAM Review 60 (2018) 315-355.

    Examples
    --------
    >>> from twinstudy import load, restrict
    >>> lao_cai = restrict(load(), areas=["l-vn-lao-cai-province"])
    >>> graphs = list(null_graphs(lao_cai, kind="border_post", samples=10))
    >>> graphs[0].graph["exact"], len(graphs) == graphs[0].graph["arrangements"]
    (True, True)
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    drawn = arrangements(dataset, choice, samples=samples, seed=seed, within=within, level=level)
    observed = locality_graph(dataset, level=level, at=at, kind=kind, status=status)
    observed.graph |= {"exact": drawn.exact, "movable": drawn.movable}
    if drawn.exact:
        observed.graph["arrangements"] = drawn.number
    return (_arranged(observed, drawn, ends) for ends in drawn.partners.tolist())


def _arranged(observed: nx.Graph[str], drawn: Arrangements, ends: list[int]) -> nx.Graph[str]:
    """Make the graph of one arrangement, with the nodes of the observed one."""
    shares: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for side, partner in zip(drawn.first, ends, strict=True):
        other = drawn.second[partner]
        for tie in itertools.product(side, other):
            shares[tie].append(1 / (len(side) * len(other)))
    graph: nx.Graph[str] = nx.create_empty_copy(observed)
    for tie, each in sorted(shares.items()):
        graph.add_edge(*tie, pairings=len(each), weight=math.fsum(each))
    return graph


@dataclass(frozen=True)
class Arrangements:
    """Ways to pair sides: of each way, the number in `second` of the partner of each of `first`."""

    pairing_ids: list[str]
    first: list[Side]
    second: list[Side]
    partners: np.ndarray
    exact: bool
    number: int
    movable: int


def arrangements(
    dataset: Dataset,
    choice: Choice,
    *,
    samples: int,
    seed: int,
    within: str | None = None,
    level: str | None = None,
) -> Arrangements:
    """Draw ways to pair the sides of the chosen pairings, or list all where they are few."""
    for name, value, least in (("samples", samples, 1), ("seed", seed, 0)):
        if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
            raise ArgumentError(f"`{name}` is {value!r}; use a whole number of at least {least}")
    if within is not None:
        known_word("within", within, LEVELS)
    sides = _sides(dataset, choice, within, level)
    lefts = pd.factorize(sides["first"])[0]
    rights, second = pd.factorize(sides["second"])
    strata = [rows.to_numpy() for rows in sides.groupby("stratum").groups.values()]
    ways = [_every(lefts[rows], rights[rows]) for rows in strata]
    few = [list(itertools.islice(each, samples + 1)) for each in ways]
    number = math.prod(map(len, few))
    exact = number <= samples
    partners = np.tile(rights, (number if exact else samples, 1))
    if exact:
        for row, way in enumerate(itertools.product(*few)):
            for rows, ends in zip(strata, way, strict=True):
                partners[row, rows] = ends
    else:
        for rows, rng in zip(strata, np.random.default_rng(seed).spawn(len(strata)), strict=True):
            partners[:, rows] = rewire(lefts[rows], rights[rows], chains=samples, rng=rng)
    place = lefts * len(second)
    movable = int((~np.isin(place + partners, place + rights)).any(axis=0).sum())
    ids, first = sides["pairing_id"].tolist(), sides["first"].tolist()
    return Arrangements(ids, first, list(second), partners, exact, number if exact else 0, movable)


def _sides(dataset: Dataset, choice: Choice, within: str | None, level: str | None) -> pd.DataFrame:
    """List the pairings with both sides and the number of the stratum in which they may swap."""
    listed = named_members(dataset, choice, level)
    if listed.empty:
        return pd.DataFrame(columns=["pairing_id", "first", "second", "stratum"])
    place = listed["locality_id"]
    listed["level"] = place.map(existence(dataset)["level"].astype("str"))
    listed["area"] = ""
    if within is not None:
        listed["area"] = place.map(ancestors(dataset, level=within, at=choice.day)).fillna(place)
    grouped = listed.groupby(["pairing_id", "second"])
    sides = grouped["locality_id"].agg(tuple).unstack().set_axis(["first", "second"], axis=1)
    # What sides that change places have in common.
    alike = [
        grouped[name].agg(lambda words: " ".join(sorted(set(words)))).unstack()
        for name in ("side", "level", "area")
    ]
    kinds = choice.pairings.set_index("pairing_id")["kind"].astype("str").reindex(sides.index)
    home = (alike[0][False] == alike[0][True]) | sides.assign(kind=kinds).duplicated()
    alone = sides.index.to_series().where(home, "")  # these stay as they are
    keys = pd.concat([kinds, alone, *alike], axis=1).agg("|".join, axis=1)
    sides["stratum"] = pd.factorize(keys, sort=True)[0]
    return sides.reset_index()


def _every(left: np.ndarray, right: np.ndarray) -> Iterator[np.ndarray]:
    """Yield every way to give each left end as many distinct right ends as it has, once."""
    back = np.argsort(np.argsort(left, kind="stable"))
    degrees = np.bincount(np.unique(left, return_inverse=True)[1])

    def choices(node: int, room: np.ndarray) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        """Give a left end its partners, so that there are enough for those after it."""
        for chosen in itertools.combinations(np.flatnonzero(room).tolist(), degrees[node]):
            rest = room.copy()
            rest[list(chosen)] -= 1
            if _can_be_filled(degrees[node + 1 :], rest):
                yield chosen, rest

    # Not by recursion: there may be thousands of left ends.
    steps, path = [choices(0, np.bincount(right))], list[tuple[int, ...]]()
    while steps:
        chosen, rest = next(steps[-1], ((), None))
        path[len(steps) - 1 :] = [chosen]
        if rest is None:
            steps.pop()
        elif len(steps) < len(degrees):
            steps.append(choices(len(steps), rest))
        else:
            yield np.array([*itertools.chain(*path)])[back]


def _can_be_filled(degrees: np.ndarray, room: np.ndarray) -> bool:
    """Tell by the theorem of Gale and Ryser whether a graph of these degrees on two sides exists.

    The sums of both are equal.
    """
    wanted = np.cumsum(np.sort(degrees)[::-1])
    places = np.bincount(room, minlength=len(degrees) + 1)[::-1].cumsum()[::-1]  # with n or more
    return bool((wanted <= np.cumsum(places[1:])[: len(degrees)]).all())


def rewire(
    left: np.ndarray, right: np.ndarray, *, chains: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw bipartite graphs without parallel edges that have the degrees of a given one.

    Each chain starts at the given graph and tries swaps of the right ends of two edges; one row a
    chain of the right end of each edge.
    """
    edges = len(right)
    state = np.tile(right, chains)
    # For each edge those with the same left end, in columns as long as the longest list.
    fellows = [np.flatnonzero(left == end) for end in left]
    longest = max(map(len, fellows))
    table = np.array([np.resize(rows, longest) for rows in fellows]).T
    start = np.arange(chains) * edges
    for _ in range(_SWAPS * edges if edges > 1 else 0):
        one, other = rng.integers(edges, size=(2, chains))
        at_one, at_other = start + one, start + other
        one_end, other_end = state[at_one], state[at_other]
        # Also true where the two edges are one, or share an end: nothing is to change then.
        clash = (state[start + table[:, one]] == other_end).any(axis=0)
        clash |= (state[start + table[:, other]] == one_end).any(axis=0)
        state[at_one] = np.where(clash, one_end, other_end)
        state[at_other] = np.where(clash, other_end, one_end)
    return state.reshape(chains, edges)
