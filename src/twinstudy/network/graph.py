"""Pairings as graphs: the incidence graph is what the data say, the locality graph a view of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations, islice, product
from numbers import Integral
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import Choice, Words, choose, members
from twinstudy.evidence.hierarchy import ancestors, refuse_ended_level
from twinstudy.evidence.names import pairing_names, place_labels
from twinstudy.records.dataset import Dataset

_NODE_COLUMNS = ["label", "name", "name_zh", "country", "level", "longitude", "latitude"]
_AREAS = ["province", "district"]
_SWAPS = 100  # tried for each pairing of a walk
_CHAINS = 250  # walks at a time, so that memory is bounded
_BLOCK = 64  # steps whose random numbers are drawn at once


def incidence_graph(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
) -> nx.Graph[str]:
    """Build the bipartite graph of localities and the pairings that they are members of.

    Nothing is projected: a pairing of three with one is one node with four neighbours.

    Parameters
    ----------
    dataset
        Records.
    at
        Only pairings that exist by this day, for certain or possibly; a year or month means its
        last day. None for the newest day that the data speak of.
    kind, status
        Kinds of pairing (None for all) and statuses to take in: one word or several.

    Returns
    -------
    graph
        Locality nodes (``bipartite`` 0) with ``label`` (international name, unique), ``name,
        name_zh, country, level, longitude, latitude``, and ``province`` and ``district``, the ids
        of the units that it lies in on the day. Pairing nodes (``bipartite`` 1) with ``label``,
        ``kind, status, signed`` (EDTF) and ``exists`` (certain or possible). An edge has
        ``claims``, the number of claims that name the member, and ``side``, its country. What is
        missing has no key. ``graph.graph`` names the representation, the day, the data version, and
        how many pairings are left out by kind and status and as later; ``undated`` counts those
        taken in without a stated date.

    Raises
    ------
    ArgumentError
        If `at` is not a day, or `kind` or `status` holds another word.

    Notes
    -----
    Pairings without a stated date are possible at any day. Nodes and edges are sorted by id. Where
    nothing is dated, there is no newest day: all pairings are taken, and no day is named.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = incidence_graph(load())
    >>> graph.nodes["l-vn-phai-lau"]["name"], graph.nodes["l-vn-phai-lau"]["bipartite"]
    ('Phai Lầu', 0)
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    pairings = choice.pairings.set_index("pairing_id").assign(bipartite=1)
    pairings["exists"] = np.where(pairings["certain"], "certain", "possible")
    pairings["label"] = pairing_names(dataset)
    named = members(dataset)
    named = named[named["pairing_id"].isin(pairings.index)]
    named = named.sort_values(["locality_id", "pairing_id"])
    places = _places(dataset, named["locality_id"], choice.day)
    places.insert(0, "bipartite", 0)
    graph: nx.Graph[str] = nx.Graph(representation="incidence", **_facts(dataset, choice))
    graph.add_nodes_from(_attributes(places))
    shown = ["bipartite", "label", "kind", "status", "signed", "exists"]
    graph.add_nodes_from(_attributes(pairings[shown]))
    links = named.set_index(["locality_id", "pairing_id"])[["claims", "side"]]
    graph.add_edges_from((*ends, values) for ends, values in _attributes(links))
    return graph


def locality_graph(
    dataset: Dataset,
    *,
    level: str | None = None,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
) -> nx.Graph[str]:
    """Build the graph of localities that are tied across the sides of a pairing.

    Two members of one side are never tied: a projection of the incidence graph would tie them.

    Parameters
    ----------
    dataset
        Records.
    level
        Roll members up to their ancestors of this level at that day; None for the members
        themselves.
    at
        Only pairings that exist by this day, for certain or possibly; a year or month means its
        last day. None for the newest day that the data speak of.
    kind, status
        Kinds of pairing (None for all) and statuses to take in: one word or several.

    Returns
    -------
    graph
        Nodes as the localities of `incidence_graph`; ``bipartite`` is 0 on the side whose country
        comes first in the alphabet and 1 on the other, and left out where a place stands on both.
        An edge has ``pairings`` (int: those that tie the two), ``certain`` (int: those of them that
        exist for certain) and ``weight`` (float: the sum over them of 1/(v*c), v and c being the
        numbers of members of the two sides). The weights of all edges add up to the number of
        pairings in the graph, ``graph.graph["pairings"]``. ``graph.graph`` names what that of
        `incidence_graph` does, and ``unplaced``: pairings of which a side has no ancestor of
        `level`, or both sides the same one.

    Raises
    ------
    ArgumentError
        If `at` is not a day, `level` not a level, or `kind` or `status` holds another word; if
        a country of the members has no unit of `level` any more on the day. It names the last
        day on which it had.

    Notes
    -----
    The weight shares each pairing equally among the pairs it ties, as in Newman's weighting of
    collaborations [1]_, here for two sides. Pairings without a stated date are possible at any day.

    References
    ----------
    .. [1] M. E. J. Newman, Scientific collaboration networks. II. Shortest paths, weighted
       networks, and centrality, Physical Review E 64 (2001) 016132.

    Examples
    --------
    >>> from twinstudy import load
    >>> graph = locality_graph(load(), level="district", at="2025-06-30")
    >>> round(sum(w for *_, w in graph.edges(data="weight")), 6) == graph.graph["pairings"]
    True
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    named = _named(dataset, choice, level)
    ties = _ties(named, choice)
    graph = _bare(dataset, choice, level, named)
    links = ties.groupby(["low", "high"]).agg(
        pairings=("pairing_id", "size"), certain=("certain", "sum"), weight=("weight", "sum")
    )
    graph.add_edges_from((*ends, values) for ends, values in _attributes(links))
    return graph


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
    """Draw locality graphs in which the same sides are paired at random.

    What is random is who is paired with whom. Pairings exchange partners if they are of one kind
    and tie the same two countries and the same levels, so that a village never meets a province.
    Every side keeps its members and its number of pairings, so every place keeps its number of
    pairings too; no two sides are paired twice. All such arrangements are equally likely. Compare
    any measure of the graph with its values on these.

    Parameters
    ----------
    dataset
        Records.
    samples
        Number of graphs. Where there are no more arrangements than that, each comes once, the
        observed one included, and nothing is random.
    seed
        Whole number that fixes the draws.
    level, at, kind, status
        As in `locality_graph`.
    within
        Level of areas, such as ``"province"``: only pairings whose Vietnamese side (the first side
        where no side is Vietnamese) lies in the same area exchange partners.

    Returns
    -------
    graphs
        An iterator of graphs with the nodes of `locality_graph` and edges with ``pairings`` and
        ``weight``. ``graph.graph`` has, beside what that of `locality_graph` has, ``exact`` (bool:
        these are all arrangements), ``arrangements`` (int: how many there are; left out where they
        are more than `samples`) and ``movable`` (int: pairings that another arrangement can give
        another partner).

    Raises
    ------
    ArgumentError
        As `locality_graph`, or if `samples` or `seed` is no whole number in range.

    Notes
    -----
    A pairing stays as it is where both sides lie in one country, so that neither is the first;
    where the same two sides are paired before it; and, with `within`, where its side has no area.

    Arrangements are drawn by a random walk on bipartite graphs. A step takes two pairings at
    random and lets them exchange their second sides; where that would repeat a pair, nothing
    moves, and the step counts all the same, which makes all arrangements equally likely [1]_. Any
    can be reached [2]_. A walk has 100 steps a pairing, as [3]_ advises, and all walks start where
    one from the observed arrangement ends, so that p-values hold for shorter walks too [4]_. A part
    of which all arrangements are listed is drawn from that list. With b of n drawn graphs as
    extreme as the observed one, p is (1 + b) / (1 + n); where `exact`, it is b / n.

    References
    ----------
    .. [1] I. Miklós and J. Podani, Randomization of presence-absence matrices: comments and new
       algorithms, Ecology 85 (2004) 86-92.
    .. [2] H. J. Ryser, Combinatorial properties of matrices of zeros and ones, Canadian Journal
       of Mathematics 9 (1957) 371-377.
    .. [3] R. Milo, N. Kashtan, S. Itzkovitz, M. E. J. Newman and U. Alon, On the uniform
       generation of random graphs with prescribed degree sequences, arXiv:cond-mat/0312028, 2003.
    .. [4] J. Besag and P. Clifford, Generalized Monte Carlo significance tests, Biometrika 76
       (1989) 633-642.

    Examples
    --------
    >>> from twinstudy import load
    >>> graphs = list(null_graphs(load(), samples=20, kind="district", at="2025-06-30"))
    >>> len(graphs), graphs[0].graph["exact"], len({len(graph) for graph in graphs})
    (20, False, 1)
    """
    for name, value, least in (("samples", samples, 1), ("seed", seed, 0)):
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ArgumentError(f"`{name}` is {value!r}; use a whole number of at least {least}")
    choice = choose(dataset, at=at, kind=kind, status=status)
    named = _named(dataset, choice, level)
    bare = _bare(dataset, choice, level, named)
    sides = _sides(dataset, choice, named, within)
    groups = sides.groupby("stratum").indices
    listed = {name: _listed(sides.iloc[rows], samples) for name, rows in groups.items()}
    exact = math.prod(map(len, listed.values())) <= samples
    draws = {
        name: np.array(found)
        if exact or len(found) <= samples
        else _rewired(sides.iloc[groups[name]], samples, seed, name)
        for name, found in listed.items()
    }
    movable = sum(int((drawn != drawn[0]).any(axis=0).sum()) for drawn in draws.values())
    bare.graph |= {"exact": exact, "movable": movable}
    if exact:
        rows = product(*draws.values())
        bare.graph["arrangements"] = math.prod(map(len, draws.values()))
    else:
        picked = (_picked(drawn, samples, seed, name) for name, drawn in draws.items())
        rows = zip(*picked, strict=True)
    return (_arranged(bare, sides, groups, row) for row in rows)


def _named(dataset: Dataset, choice: Choice, level: str | None) -> pd.DataFrame:
    """List the members of the chosen pairings, or their ancestors of a level, side by side.

    A pairing that a roll-up leaves without a side, or with one unit on both, is left out.
    """
    named = members(dataset)[["pairing_id", "side", "second", "locality_id"]]
    named = named[named["pairing_id"].isin(choice.pairings["pairing_id"])]
    if level is None:
        return named
    units = ancestors(dataset, level=level, at=choice.day)
    refuse_ended_level(dataset, level, choice.day, named["side"])
    named = named.assign(locality_id=named["locality_id"].map(units)).dropna().drop_duplicates()
    loops = named.loc[named.duplicated(["pairing_id", "locality_id"]), "pairing_id"]
    whole = named.groupby("pairing_id")["second"].transform("nunique") == 2
    return named[whole & ~named["pairing_id"].isin(loops)]


def _ties(named: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Pair every member of one side of a pairing with every member of the other.

    One row a tie, by pairing: its ends in order of their ids, 1/(v*c), and whether it is certain.
    """
    size = named.groupby(["pairing_id", "second"])["locality_id"].transform("size")
    second = named["second"]
    named = named[["pairing_id", "locality_id"]].assign(size=size)
    ties = named[~second].merge(named[second], on="pairing_id")
    left, right = ties["locality_id_x"], ties["locality_id_y"]
    certain = choice.pairings.loc[choice.pairings["certain"], "pairing_id"]
    return pd.DataFrame(
        {
            "pairing_id": ties["pairing_id"],
            "low": left.where(left < right, right),
            "high": right.where(left < right, left),
            "weight": 1 / (ties["size_x"] * ties["size_y"]),
            "certain": ties["pairing_id"].isin(certain),
        }
    )


def _bare(
    dataset: Dataset, choice: Choice, level: str | None, named: pd.DataFrame
) -> nx.Graph[str]:
    """Make a locality graph with its nodes and what it says of itself, without edges."""
    places = _places(dataset, named["locality_id"], choice.day)
    sides = named.groupby("locality_id")["second"].agg(["min", "max"])
    if sides["min"].equals(sides["max"]):
        places.insert(0, "bipartite", sides["max"].astype("int64"))
    shown = named["pairing_id"].nunique()
    facts = {"representation": "locality"} | ({"level": level} if level else {})
    facts |= _facts(dataset, choice)
    graph: nx.Graph[str] = nx.Graph(**facts, pairings=shown, unplaced=len(choice.pairings) - shown)
    graph.add_nodes_from(_attributes(places))
    return graph


def _sides(
    dataset: Dataset, choice: Choice, named: pd.DataFrame, within: str | None
) -> pd.DataFrame:
    """List the two sides of each pairing, and the stratum within which it exchanges partners."""
    a, b = (
        named[named["second"] == second].groupby("pairing_id")["locality_id"].agg(tuple)
        for second in (False, True)
    )
    sides = pd.DataFrame({"a": a, "b": b})
    pairings = choice.pairings.set_index("pairing_id").loc[sides.index]
    stratum = pairings["kind"].astype("str") + " " + pairings["side_a"] + " " + pairings["side_b"]
    level = dataset.localities.set_index("id")["level"].astype("str").to_dict()
    for side in (a, b):
        stratum = stratum + side.map(lambda ids: " " + "+".join(sorted({level[i] for i in ids})))
    stays = pairings["side_a"] == pairings["side_b"]
    if within is not None:
        unit = ancestors(dataset, level=within, at=choice.day).fillna("").to_dict()
        home = b.where(pairings["side_b"] == "VN", a)
        area = home.map(lambda ids: "+".join(sorted({unit[i] for i in ids})))
        stratum, stays = stratum + " " + area, stays | (area == "")
    sides["stratum"] = stratum.mask(stays)
    return sides.assign(stratum=sides["stratum"].mask(sides.duplicated()))


def _listed(sides: pd.DataFrame, samples: int) -> list[list[int]]:
    """List the arrangements of some pairings, at most one more than are asked for."""
    left, right = pd.factorize(sides["a"])[0], pd.factorize(sides["b"])[0]
    return list(islice(_arrangements(left, right), samples + 1))


def _arrangements(left: np.ndarray, right: np.ndarray) -> Iterator[list[int]]:
    """Yield every bipartite graph with the degrees of a given one: the right ends of its edges."""
    degrees, room = np.bincount(left), np.bincount(right)
    edges = np.argsort(left, kind="stable")

    def choices(node: int, room: np.ndarray) -> Iterator[tuple[tuple[int, ...], np.ndarray]]:
        for chosen in combinations(np.flatnonzero(room).tolist(), degrees[node]):
            rest = room.copy()
            rest[list(chosen)] -= 1
            if _can_be_filled(degrees[node + 1 :], rest):
                yield chosen, rest

    stack, path = [choices(0, room)], []
    while stack:
        step = next(stack[-1], None)
        if step is None:
            stack.pop()
            path = path[:-1]
            continue
        chosen, rest = step
        if len(stack) < len(degrees):
            path = [*path, chosen]
            stack.append(choices(len(stack), rest))
        else:
            row = np.empty(len(left), dtype=np.int64)
            row[edges] = [end for ends in (*path, chosen) for end in ends]
            yield row.tolist()


def _can_be_filled(degrees: np.ndarray, room: np.ndarray) -> bool:
    """Tell by the theorem of Gale and Ryser whether there is a graph of these degrees."""
    wanted = np.cumsum(np.sort(degrees)[::-1])
    given = [int(np.minimum(room, count).sum()) for count in range(1, len(degrees) + 1)]
    return bool((wanted <= given).all())


def _rewired(sides: pd.DataFrame, samples: int, seed: int, name: str) -> np.ndarray:
    """Draw arrangements of some pairings by walks that start where one from theirs ends."""
    left, right = pd.factorize(sides["a"])[0], pd.factorize(sides["b"])[0]
    steps = _SWAPS * len(left)
    rng = _generator(seed, name)
    start = rewire(left, right, chains=1, steps=steps, rng=rng)[0]
    return np.concatenate(
        [
            rewire(left, start, chains=min(_CHAINS, samples - done), steps=steps, rng=rng)
            for done in range(0, samples, _CHAINS)
        ]
    )


def _picked(drawn: np.ndarray, samples: int, seed: int, name: str) -> np.ndarray:
    """Take as many arrangements as are asked for, at random where they are a list of all."""
    if len(drawn) == samples:
        return drawn
    picked: np.ndarray = drawn[_generator(seed, name).integers(len(drawn), size=samples)]
    return picked


def _generator(seed: int, name: str) -> np.random.Generator:
    """Make a source of randomness that depends on a stratum, and not on the other ones."""
    key = int.from_bytes(name.encode(), "big")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(key,)))


def rewire(
    left: np.ndarray, right: np.ndarray, *, chains: int, steps: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw bipartite graphs of given degrees by walks: one row a graph, its right ends.

    A step takes two edges at random, with replacement, and lets them exchange their right ends,
    unless that would make parallel edges; then nothing moves, and the step counts. Every step and
    its reverse are equally likely, so all graphs of the given degrees are in the end.
    """
    edges = len(right)
    state = np.tile(np.asarray(right, dtype=np.int64), chains)
    fellows = _fellows(np.asarray(left))
    start = np.arange(chains) * edges
    for done in range(0, steps if edges else 0, _BLOCK):
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
    rank = np.minimum(np.arange(degree.max(initial=0))[:, None], degree[group] - 1)
    fellows: np.ndarray = order[first[group] + rank]
    return fellows


def _arranged(
    bare: nx.Graph[str], sides: pd.DataFrame, groups: dict[str, np.ndarray], draw: Any
) -> nx.Graph[str]:
    """Make the locality graph of an arrangement: for each stratum the partners of its pairings."""
    first, second = sides["a"].tolist(), sides["b"].tolist()
    partners = list(second)
    for rows, ends in zip(groups.values(), draw, strict=True):
        known = list(dict.fromkeys(second[row] for row in rows))
        for row, end in zip(rows, ends, strict=True):
            partners[row] = known[end]
    links: dict[tuple[str, str], list[float]] = {}
    for one, other in zip(first, partners, strict=True):
        for a, b in product(one, other):
            link = links.setdefault((min(a, b), max(a, b)), [0, 0.0])
            link[0] += 1
            link[1] += 1 / (len(one) * len(other))
    graph = bare.copy()
    graph.add_edges_from(
        (*ends, {"pairings": number, "weight": weight})
        for ends, (number, weight) in sorted(links.items())
    )
    return graph


def pairs_across(
    pairing: np.ndarray, second: np.ndarray, place: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pair every member of the first side of a pairing with every member of the second.

    A pair of a place with itself, which a roll-up can make, is no tie: its pairing is left out.

    Parameters
    ----------
    pairing, second, place
        One entry a member, sorted: its pairing, whether it is of the second side, and its place.

    Returns
    -------
    pairing, left, right, share
        One entry a pair: its pairing, the two places, and 1/(v*c) for v and c members a side.

    Examples
    --------
    >>> second, place = np.array([False, True, True]), np.array([4, 7, 9])
    >>> [column.tolist() for column in pairs_across(np.zeros(3, int), second, place)]
    [[0, 0], [4, 4], [7, 9], [0.5, 0.5]]
    """
    size = int(pairing.max(initial=-1)) + 1
    first_pairing, first = pairing[~second], place[~second]
    second_pairing, others = pairing[second], place[second]
    v = np.bincount(first_pairing, minlength=size)
    c = np.bincount(second_pairing, minlength=size)
    repeats = c[first_pairing]
    tied = np.repeat(first_pairing, repeats)
    left = np.repeat(first, repeats)
    start = np.cumsum(c) - c
    within = np.arange(len(tied)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = others[start[tied] + within]
    loops = np.isin(tied, tied[left == right])
    tied, left, right = tied[~loops], left[~loops], right[~loops]
    return tied, left, right, 1 / (v[tied] * c[tied])


def _facts(dataset: Dataset, choice: Choice) -> dict[str, Any]:
    """Say which day and data a graph shows, and what it leaves out."""
    kinds = len(dataset.pairings) - len(choice.pairings) - sum(choice.left_out.values())
    late = sum(n for why, n in choice.left_out.items() if why.startswith("pairings signed"))
    return ({} if pd.isna(choice.day) else {"at": str(choice.day.date())}) | {
        "data_version": dataset.version,
        "left_out_by_kind": kinds,
        "left_out_by_status": sum(choice.left_out.values()) - late,
        "left_out_as_later": late,
        "undated": int(choice.pairings["undated"].sum()),
    }


def _places(dataset: Dataset, ids: pd.Series, day: pd.Timestamp) -> pd.DataFrame:
    """Describe the localities that are named, sorted by id."""
    places = dataset.localities.set_index("id")
    places = places[places.index.isin(ids)].assign(label=place_labels(dataset))
    for level in _AREAS:
        places[level] = ancestors(dataset, level=level, at=day)
    return places[[*_NODE_COLUMNS, *_AREAS]]


def _attributes(frame: pd.DataFrame) -> Iterable[tuple[Any, dict[str, Any]]]:
    """Pair each label of the index with its row in plain Python types, without what is missing."""
    rows: list[dict[str, Any]] = [{} for _ in range(len(frame))]
    for name, column in frame.items():
        values = column.astype("str") if column.dtype == "category" else column
        known = np.flatnonzero(values.notna()).tolist()
        for row, value in zip(known, values.dropna().tolist(), strict=True):
            rows[row][str(name)] = value
    return zip(frame.index.tolist(), rows, strict=True)
