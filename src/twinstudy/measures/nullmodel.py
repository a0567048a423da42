"""Null model: whether the sides of pairings are nearer than chance would bring them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from numbers import Integral
from typing import Any, cast

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import coded_members
from twinstudy.measures.distance import distances, distances_between
from twinstudy.measures.named import Words
from twinstudy.network.rewiring import rewired
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS
from twinstudy.tables.typed import codes_of

_ALL_KINDS = "all"
_STATISTICS: dict[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median}
_INTERVAL = (0.025, 0.975)
_UNUSED = ("domestic", "unplaced", "repeated", "vaguer")
_STRATUM = ["side_a", "side_b", "levels_a", "levels_b"]
_GROUP = {
    "kind": pd.CategoricalDtype([_ALL_KINDS, *KINDS]),
    "position": pd.CategoricalDtype(["exact", "approximate", "probable"]),
}
_COMPARISON = {
    **_GROUP,
    "statistic": pd.CategoricalDtype(list(_STATISTICS)),
    **dict.fromkeys(("pairings", *_UNUSED), "int64"),
    **dict.fromkeys(("observed_km", "null_km", "null_low_km", "null_high_km"), "float64"),
    **dict.fromkeys(("kept", "p_value"), "float64"),
}
_DRAWS = {**_GROUP, "pairings": "int64", "sample": "int64", "mean_km": float, "median_km": float}


def null_model(
    dataset: Dataset,
    *,
    samples: int = 1000,
    seed: int = 1,
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
    swaps: int = 100,
) -> pd.DataFrame:
    """Compare the distance of pairings with that of the same sides paired at random.

    What is random is who is paired with whom. Pairings exchange partners if they are of one kind
    and tie the same two countries and the same two levels, so that a village never meets a
    province. Every side keeps its members and its number of pairings, and no two sides are paired
    twice; all such arrangements are equally likely. A side of several members moves as one, with
    the distance that `distances` gives it, so each place keeps its number of pairings too. Only
    places that have a pairing take part.

    Parameters
    ----------
    dataset
        Records. To ask whether pairings are near within a province, `restrict` it first.
    samples
        Number of random arrangements.
    seed
        Whole number that fixes the draws; results are the same for any number of workers, and
        each kind has draws of its own that other kinds do not change.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest: pairings certainly or possibly in being by then. None for the newest day
        that the data speak of.
    statuses
        Statuses of pairing to take in.
    swaps
        Attempted exchanges a pairing for each arrangement; see Notes.

    Returns
    -------
    comparison
        One row a kind, position and statistic; kind "all" takes the pairings of all kinds
        together, each kind drawn by itself:

        - ``kind`` (category), ``position`` (category): the worst position of a point that is
          used, so "probable" takes all pairings and "exact" those with exact points alone, which
          are then arranged among themselves; positions that no pairing has are not shown;
        - ``statistic`` (category): "mean" or "median" over the pairings;
        - ``pairings`` (int64): how many are compared. Those that are not: ``unplaced`` (a side has
          no point), ``vaguer`` (a point is known less well), ``domestic`` (both sides lie in
          one country, so that neither is the first), ``repeated`` (the same two sides again);
          the first that holds, of domestic, unplaced, repeated, vaguer;
        - ``observed_km`` (float64, kilometres);
        - ``null_km``, ``null_low_km``, ``null_high_km`` (float64, kilometres): mean of the random
          arrangements, and the interval that holds the middle 95 % of them;
        - ``kept`` (float64, share of the pairings): how many of the observed pairings a random
          arrangement has too, on average. Near 1, there is hardly another arrangement;
        - ``p_value`` (float64): share of the arrangements, the observed one included, whose
          statistic is as small as the observed one, that is (1 + b) / (1 + samples) with b
          the number of such draws [1]_. One-sided: small values say "nearer than chance".

        What needs a pairing is missing where there is none. ``attrs`` holds ``at``,
        ``data_version``, ``samples``, ``seed``, ``swaps`` and ``left_out`` as in `distances`.

    Raises
    ------
    ArgumentError
        If an argument is out of its range.

    Notes
    -----
    Arrangements are drawn by a random walk on bipartite graphs. A step takes two pairings at
    random, with replacement, and lets them exchange their second sides; where that would repeat a
    pair, nothing moves, and the step counts all the same. Any arrangement can be reached by such
    exchanges [2]_, and counting the failed ones is what makes all equally likely [3]_. The number
    of steps, 100 for each pairing, is the advice of [4]_. Every draw is the end of a walk of its
    own, so draws need no thinning. All walks start where one walk from the observed arrangement
    ends, which makes the p-value valid even if that were too few steps [5]_.

    The work grows with `samples`, `swaps` and the square of the number of pairings of a kind: a
    second for 60 pairings and 1000 samples, many minutes for 10,000. With joblib (the extra
    ``parallel``) it runs under ``joblib.parallel_config``, in several processes or on a cluster.

    References
    ----------
    .. [1] B. Phipson and G. K. Smyth, Permutation p-values should never be zero, Statistical
       Applications in Genetics and Molecular Biology 9 (2010) 39.
    .. [2] H. J. Ryser, Combinatorial properties of matrices of zeros and ones, Canadian Journal
       of Mathematics 9 (1957) 371-377.
    .. [3] I. Miklós and J. Podani, Randomization of presence-absence matrices: comments and new
       algorithms, Ecology 85 (2004) 86-92.
    .. [4] R. Milo, N. Kashtan, S. Itzkovitz, M. E. J. Newman and U. Alon, On the uniform
       generation of random graphs with prescribed degree sequences, arXiv:cond-mat/0312028, 2003.
    .. [5] J. Besag and P. Clifford, Generalized Monte Carlo significance tests, Biometrika 76
       (1989) 633-642.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = null_model(load(), kind="district", samples=99)
    >>> bool((table["p_value"].dropna() >= 0.01).all())
    True
    """
    table = distances(dataset, kind=kind, at=at, statuses=statuses)
    plan = {"samples": samples, "seed": seed, "swaps": swaps}
    rows = [
        {"kind": run.kind, "position": run.position, "statistic": statistic}
        | {"pairings": len(run.observed_km), **run.unused}
        | _compared(run, statistic)
        for run in _runs(dataset, table, **plan)
        for statistic in _STATISTICS
    ]
    return _framed(rows, _COMPARISON, table.attrs | plan)


def null_samples(
    dataset: Dataset,
    *,
    samples: int = 1000,
    seed: int = 1,
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
    swaps: int = 100,
) -> pd.DataFrame:
    """Draw the random arrangements that `null_model` compares with, one row each.

    Parameters
    ----------
    dataset, samples, seed, kind, at, statuses, swaps
        As in `null_model`, which sums up the same draws.

    Returns
    -------
    draws
        One row a kind, position and arrangement, where there are pairings: ``kind``, ``position``
        (category) and ``pairings`` (int64) as in `null_model`, ``sample`` (int64, from 0), and
        ``mean_km``, ``median_km`` (float64, kilometres) over the pairings. ``attrs`` as there.

    Raises
    ------
    ArgumentError
        If an argument is out of its range.

    Examples
    --------
    >>> from twinstudy import load
    >>> draws = null_samples(load(), kind="district", samples=10)
    >>> draws.loc[draws["position"] == "probable", "sample"].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    table = distances(dataset, kind=kind, at=at, statuses=statuses)
    plan = {"samples": samples, "seed": seed, "swaps": swaps}
    rows = [
        {"kind": run.kind, "position": run.position, "pairings": len(run.observed_km)}
        | {"sample": sample, "mean_km": np.mean(km), "median_km": np.median(km)}
        for run in _runs(dataset, table, **plan)
        if len(run.observed_km)
        for sample, km in enumerate(run.km)
    ]
    return _framed(rows, _DRAWS, table.attrs | plan)


@dataclass(frozen=True)
class _Run:
    """One comparison: distances as observed, and in each random arrangement a row of them.

    `kept` says of the latter which are of two sides that are paired in the observed one.
    """

    kind: str
    position: str
    unused: dict[str, int]
    observed_km: np.ndarray
    km: np.ndarray
    kept: np.ndarray


def _runs(
    dataset: Dataset, table: pd.DataFrame, *, samples: int, seed: int, swaps: int
) -> Iterator[_Run]:
    for name, value, least in (("samples", samples, 1), ("seed", seed, 0), ("swaps", swaps, 1)):
        _refuse_unless_whole(name, value, least)
    table = _with_sides(dataset, table)
    usable = table["unused"] == ""
    known = table["position"].cat.codes
    runs: dict[object, _Run] = {}
    for rank, position in reversed(list(enumerate(table["position"].cat.categories))):
        if not (usable & (known <= rank)).any() and position != "probable":
            continue
        state = table.assign(unused=table["unused"].mask(usable & (known > rank), "vaguer"))
        for kind, rows in state.groupby("kind", observed=True):
            before = runs.get(kind)
            if before is not None and (rows["unused"] == "").sum() == len(before.observed_km):
                runs[kind] = replace(before, position=position)
            else:
                runs[kind] = _run(dataset, rows, position, samples=samples, seed=seed, swaps=swaps)
        if len(runs) > 1:
            yield _together(list(runs.values()))
        yield from runs.values()


def _refuse_unless_whole(name: str, value: object, least: int) -> None:
    if not isinstance(value, Integral) or value < least:
        raise ArgumentError(f"`{name}` is {value!r}; use a whole number of at least {least}")


def _run(
    dataset: Dataset, table: pd.DataFrame, position: str, *, samples: int, seed: int, swaps: int
) -> _Run:
    """Compare the pairings of one kind, drawing each stratum by itself."""
    kind = str(table["kind"].iloc[0])
    used = table[table["unused"] == ""]
    observed, drawn = [np.empty(0)], [np.empty((2, samples, 0))]
    for stratum, ties in used.groupby(_STRATUM, observed=True):
        side_a, side_b, *levels = cast("tuple[str, str, int, int]", stratum)
        countries = int.from_bytes(f"{side_a}{side_b}".encode(), "big")
        seeds = np.random.SeedSequence(seed, spawn_key=(KINDS.index(kind), countries, *levels))
        observed.append(ties["km"].to_numpy())
        drawn.append(_draw(dataset, ties, samples=samples, seeds=seeds, swaps=swaps))
    unused = {reason: int((table["unused"] == reason).sum()) for reason in _UNUSED}
    return _Run(kind, position, unused, np.concatenate(observed), *np.concatenate(drawn, axis=2))


def _together(runs: list[_Run]) -> _Run:
    return _Run(
        _ALL_KINDS,
        runs[0].position,
        {reason: sum(run.unused[reason] for run in runs) for reason in _UNUSED},
        np.concatenate([run.observed_km for run in runs]),
        np.concatenate([run.km for run in runs], axis=1),
        np.concatenate([run.kept for run in runs], axis=1),
    )


def _with_sides(dataset: Dataset, table: pd.DataFrame) -> pd.DataFrame:
    """Add the members and levels of both sides, and why a pairing cannot be used.

    Members are row numbers; levels are one number a set of levels.
    """
    table, member = table.copy(), coded_members(dataset)
    pairing = member["pairing_id"].cat.codes.to_numpy()
    locality, second = member["locality_id"].cat.codes.to_numpy(), member["second"].to_numpy()
    rows = pd.Index(dataset.coded["pairings"]["id"]).get_indexer(table["pairing_id"])
    level = 1 << codes_of(dataset.coded["localities"]["level"])
    for name, entries in (("a", ~second), ("b", second)):
        low, high = (np.searchsorted(pairing[entries], rows, side) for side in ("left", "right"))
        sides = [tuple(locality[entries][i:j].tolist()) for i, j in zip(low, high, strict=True)]
        table[name] = pd.Series(sides, index=table.index, dtype=object)
        table[f"levels_{name}"] = [int(np.bitwise_or.reduce(level[list(side)])) for side in sides]
    reasons = {
        "domestic": table["side_a"].astype("str") == table["side_b"].astype("str"),
        "unplaced": table["km"].isna(),
        "repeated": table.duplicated(["kind", "a", "b"]),
    }
    return table.assign(unused=np.select(list(reasons.values()), list(reasons), default=""))


def _draw(
    dataset: Dataset, ties: pd.DataFrame, *, samples: int, seeds: np.random.SeedSequence, swaps: int
) -> np.ndarray:
    """Pair the sides of `ties` at random; return distances, and which pairs were there before."""
    (left, sides_a), (right, sides_b) = pd.factorize(ties["a"]), pd.factorize(ties["b"])
    tied = np.zeros((len(sides_a), len(sides_b)))
    tied[left, right] = 1
    km = distances_between(dataset, list(sides_a), list(sides_b))
    drawn = rewired(left, right, samples=samples, steps=swaps * len(ties), seeds=seeds)
    return np.stack([km[left, drawn], tied[left, drawn]])


def _compared(run: _Run, statistic: str) -> dict[str, float]:
    if not len(run.observed_km):
        return {}
    observed = _STATISTICS[statistic](run.observed_km)
    null = _STATISTICS[statistic](run.km, axis=1)
    low, high = np.quantile(null, _INTERVAL)
    # The same arrangement, summed in another order, may differ in the last digit.
    as_small = np.count_nonzero(null <= observed * (1 + 1e-9))
    return {
        "observed_km": observed,
        "null_km": null.mean(),
        "null_low_km": low,
        "null_high_km": high,
        "kept": run.kept.mean(),
        "p_value": (1 + as_small) / (1 + len(null)),
    }


def _framed(
    rows: list[dict[str, Any]], types: dict[str, Any], attrs: dict[Any, Any]
) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(types)).astype(types)
    frame.attrs = attrs
    return frame
