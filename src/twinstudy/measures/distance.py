"""Distance: how far apart the two sides of a pairing lie, and how far at random."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from twinstudy.evidence.consolidate import Choice, Words, choose, members
from twinstudy.measures.named import facts, note
from twinstudy.network.null import Arrangements, arrangements
from twinstudy.records.dataset import Dataset

EARTH_RADIUS_KM = 6371.0088

_POSITIONS = ["exact", "approximate", "probable"]
_COMPARED = ["observed_km", "null_km", "low_km", "high_km", "p_value", "nearest", "null_nearest"]
_ROUNDING = 1 + 1e-9  # sums of the same distances differ by the order in which they are added


def distances(
    dataset: Dataset,
    *,
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how far apart the two sides of each pairing lie.

    Parameters
    ----------
    dataset
        Records.
    kind
        Kinds of pairing; None for all.
    at
        Day; only pairings that exist certainly or possibly by then. None for the newest day.
    status
        Statuses of pairing to measure.

    Returns
    -------
    distances
        One row a pairing, in the order of ``dataset.pairings``:

        - ``pairing_id`` (str), ``kind`` (category), ``certain`` (bool): it certainly exists;
        - ``side_a``, ``side_b`` (str): country codes; ``members_a``, ``members_b``, ``placed_a``,
          ``placed_b`` (int64): members of each side, and those that have a point of their own;
        - ``position`` (category): how well the points are known, by the worst of those used;
        - ``km``, ``km_min`` (float64, kilometres): mean over all pairs across, and the nearest
          pair. Missing, like the position, where a side has no point.

        ``attrs``: ``at``, ``data_version`` and ``left_out``, with how many pairings have no
        distance since a side has no point, and how many members have no point.

    Raises
    ------
    ArgumentError
        If `kind`, `at` or `status` is not a kind, date or status.

    Notes
    -----
    Great circles by the haversine formula [1]_ on a sphere with the mean radius of the Earth,
    6371.0088 km [2]_, within 0.6 % of the distance on the ellipsoid. Points stand for areas: that
    of a commune is its seat or middle, so two communes that touch are some kilometres apart.

    References
    ----------
    .. [1] R. W. Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984) 159.
    .. [2] H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74 (2000) 128-133.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = distances(load(), kind="commune").dropna(subset="km")
    >>> bool((table["km_min"] <= table["km"] + 1e-9).all())
    True
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    ends = _ends(dataset, choice)
    names = ["pairing_id", "kind", "certain", "side_a", "side_b", "members_a", "members_b"]
    table = choice.pairings[names].copy()
    placed = ends[ends["longitude"].notna()]
    for name, second in (("placed_a", False), ("placed_b", True)):
        numbers = placed[placed["second"] == second].groupby("pairing_id").size()
        table[name] = table["pairing_id"].map(numbers).fillna(0).astype("int64")
    pairs = placed[~placed["second"]].merge(placed[placed["second"]], on="pairing_id")
    pairs["km"] = great_circle_km(
        *(pairs[f"{name}_{side}"].to_numpy() for side in "xy" for name in ("longitude", "latitude"))
    )
    pairs["rank"] = pairs[["rank_x", "rank_y"]].max(axis=1)
    measured = pairs.groupby("pairing_id").agg(
        rank=("rank", "max"), km=("km", "mean"), km_min=("km", "min")
    )
    table = table.merge(measured, how="left", left_on="pairing_id", right_index=True)
    words = table.pop("rank").map(dict(enumerate(_POSITIONS)))
    table.insert(9, "position", words.astype(pd.CategoricalDtype(_POSITIONS)))
    note(choice, "pairings without a point on a side", table["km"].isna())
    note(choice, "members without a point", ends["longitude"].isna())
    table.attrs = facts(dataset, choice)
    return table.reset_index(drop=True)


def null_distances(
    dataset: Dataset,
    *,
    samples: int = 2000,
    seed: int = 1,
    kind: Words | None = None,
    within: str | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Compare the mean distance of pairings with that of the same sides paired at random.

    One row: ``pairings`` that can be measured, ``movable`` ones, ``arrangements`` (0 where they
    are too many to list) and ``exact``; ``observed_km``, and of the arrangements ``null_km``
    (mean), ``low_km`` and ``high_km`` (the middle 95 %); ``p_value``: the share of arrangements
    that are as near, the observed one counted among them; ``nearest`` and ``null_nearest``: share
    of pairings whose second side is the nearest of its kind. ``attrs["draws"]``: their mean km.
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    table = distances(dataset, kind=choice.kinds, at=at, status=choice.statuses)
    left_out = table.attrs["left_out"]
    measured = table.dropna(subset="km").set_index("pairing_id")
    usable = choice.pairings[choice.pairings["pairing_id"].isin(measured.index)]
    chosen = replace(choice, pairings=usable, left_out={})
    drawn = arrangements(dataset, chosen, samples=samples, seed=seed, within=within)
    found: dict[str, Any] = {
        "pairings": len(measured), "movable": drawn.movable, "arrangements": drawn.number,
        "exact": drawn.exact,
    }  # fmt: skip
    found |= dict.fromkeys(_COMPARED, np.nan)
    draws = np.empty(0)
    if len(measured):
        measured = measured.loc[drawn.pairing_ids]
        km, best = _between(dataset, drawn, measured["kind"])
        of_draws = km[np.arange(len(km)), drawn.partners]
        own, draws = measured["km"].to_numpy(), of_draws.mean(axis=1)
        as_near = int((draws <= own.mean() * _ROUNDING).sum())
        low, high = np.quantile(draws, [0.025, 0.975])
        exact_p, drawn_p = as_near / len(draws), (1 + as_near) / (1 + len(draws))
        values = [own.mean(), draws.mean(), low, high, exact_p if drawn.exact else drawn_p]
        values += [(each <= best * _ROUNDING).mean() for each in (own, of_draws)]
        found |= dict(zip(_COMPARED, values, strict=True))
    frame = pd.DataFrame([found])
    choice.left_out.update(left_out)
    frame.attrs = facts(dataset, choice, draws=draws.tolist(), samples=samples, seed=seed)
    return frame


def _between(
    dataset: Dataset, drawn: Arrangements, kinds: pd.Series
) -> tuple[np.ndarray, np.ndarray]:
    """Return the km from each first side to each second one, and to the nearest of its kind."""
    points = dataset.localities.set_index("id")[["longitude", "latitude"]].dropna()
    ends, starts, numbers = [], [], []
    for sides in (drawn.first, drawn.second):
        placed = [[place for place in side if place in points.index] for side in sides]
        number = np.array([len(side) for side in placed])
        ends.append(points.loc[list(itertools.chain(*placed))].to_numpy())
        starts.append(number.cumsum() - number)
        numbers.append(number)
    (first, second), (rows, columns) = ends, starts
    every = great_circle_km(first[:, :1], first[:, 1:], second[:, 0], second[:, 1])
    sums = np.add.reduceat(np.add.reduceat(every, rows, axis=0), columns, axis=1)
    km = sums / np.outer(*numbers)
    nearest = np.empty(len(km))
    for alike in kinds.reset_index(drop=True).groupby(kinds.to_numpy()).groups.values():
        others = np.unique(drawn.partners[:, alike])
        nearest[alike] = km[alike][:, others].min(axis=1)
    return km, nearest


def great_circle_km(
    longitude: np.ndarray,
    latitude: np.ndarray,
    other_longitude: np.ndarray,
    other_latitude: np.ndarray,
) -> np.ndarray:
    """Measure great-circle distances between points in degrees, in km; `distances` says how."""
    phi, other_phi = np.radians(latitude), np.radians(other_latitude)
    across = np.radians(other_longitude - longitude)
    half_chord = np.sin((other_phi - phi) / 2) ** 2
    half_chord += np.cos(phi) * np.cos(other_phi) * np.sin(across / 2) ** 2
    # Rounding can lift the chord of opposite points above the diameter.
    angle: np.ndarray = 2 * np.arcsin(np.sqrt(np.minimum(half_chord, 1)))
    return EARTH_RADIUS_KM * angle


def _ends(dataset: Dataset, choice: Choice) -> pd.DataFrame:
    """List the members of the chosen pairings with their points and how well these are known."""
    listed = members(dataset)[["pairing_id", "locality_id", "second"]]
    listed = listed[listed["pairing_id"].isin(choice.pairings["pairing_id"])]
    places = dataset.localities.set_index("id")[["longitude", "latitude", "position"]]
    ends = listed.join(places, on="locality_id")
    ends["rank"] = ends.pop("position").astype("str").map(_POSITIONS.index, na_action="ignore")
    return ends
