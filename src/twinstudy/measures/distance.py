"""Distance: how far apart the two sides of a pairing lie."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from twinstudy.evidence.consolidate import coded_members, consolidate
from twinstudy.measures.named import Chosen, Words, choose
from twinstudy.network.graph import pairs_across
from twinstudy.records.dataset import Dataset
from twinstudy.tables.typed import codes_of

EARTH_RADIUS_KM = 6371.0088

_COLUMNS = (
    "pairing_id",
    "kind",
    "certain",
    "side_a",
    "side_b",
    "members_a",
    "members_b",
    "placed_a",
    "placed_b",
    "position",
    "km",
    "km_min",
)


def distances(
    dataset: Dataset,
    *,
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how far apart the two sides of each pairing lie.

    The distance of a pairing is the mean great-circle distance over all pairs of a member of one
    side with a member of the other, each pair having the same weight, as in `locality_graph`. With
    one member a side it is the distance of the two. Members without a point are left out of it
    and counted; nothing stands in for a missing point.

    Parameters
    ----------
    dataset
        Records.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest: pairings certainly or possibly in being by then. None for the newest day
        that the data speak of.
    statuses
        Statuses of pairing to take in.

    Returns
    -------
    distances
        One row a pairing, sorted by its id:

        - ``pairing_id`` (str), ``kind`` (category);
        - ``certain`` (bool): in being by `at` for certain, and not only possibly;
        - ``side_a``, ``side_b`` (category): country codes of the sides in alphabetical order,
          twice the same for a pairing inside one country;
        - ``members_a``, ``members_b`` (int64, localities), and how many of them have a point:
          ``placed_a``, ``placed_b``;
        - ``position`` (category): how well the points are known, by the worst of those used;
        - ``km``, ``km_min`` (float64, kilometres): the mean, and the nearest pair alone. Missing,
          like the position, where a side has no point.

        ``attrs`` holds ``at``, ``data_version`` and ``left_out``: how many pairings are left out
        by reason, how many have no distance as a side has no point, and how many members have no
        point.

    Raises
    ------
    ArgumentError
        If `kind`, `at` or `statuses` is not a kind, date or status.

    Notes
    -----
    Points stand for areas: the point of a commune is its seat or middle, so two communes that
    touch are some kilometres apart. Distances are on a sphere, as in `great_circle_km`. Where a
    source does not say who is tied to whom (``matching`` unspecified), the mean is over all pairs
    that may be meant.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = distances(load(), kind="commune").set_index("pairing_id")
    >>> bool((table["km_min"].dropna() <= table["km"].dropna() + 1e-9).all())
    True
    """
    chosen = choose(dataset, at=at, kind=kind, statuses=statuses)
    names = ["pairing_id", "kind", "side_a", "side_b", "members_a", "members_b"]
    table = consolidate(dataset)[names].assign(certain=chosen.certain, **_measured(dataset, chosen))
    table = table.loc[chosen.possible, list(_COLUMNS)].reset_index(drop=True)
    gaps = {
        "pairings without a point on a side": table["km"].isna().sum(),
        "members without a point": (
            table[["members_a", "members_b"]].sum().sum()
            - table[["placed_a", "placed_b"]].sum().sum()
        ),
    }
    table.attrs = {
        "at": str(chosen.day.date()),
        "data_version": dataset.version,
        "left_out": chosen.left_out | {reason: int(n) for reason, n in gaps.items() if n},
    }
    return table


def distances_between(
    dataset: Dataset, sides: list[tuple[int, ...]], others: list[tuple[int, ...]]
) -> np.ndarray:
    """Measure how far apart any two sides lie, as `distances` does for those of a pairing.

    Parameters
    ----------
    dataset
        Records.
    sides, others
        Members of each side, as row numbers in ``dataset.localities``; one of them at least
        must have a point.

    Returns
    -------
    distance
        Kilometres; one row for each of `sides` and one column for each of `others`.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> placed = dataset.localities["longitude"].notna().to_numpy().nonzero()[0].tolist()
    >>> distances_between(dataset, [(placed[0],)], [(placed[0],)]).tolist()
    [[0.0]]
    """
    x, y = (dataset.coded["localities"][name].to_numpy(float) for name in ("longitude", "latitude"))
    (of, a), (other_of, b) = (_placed(part, ~np.isnan(x)) for part in (sides, others))
    km = pd.DataFrame(great_circle_km(x[a, None], y[a, None], x[b], y[b]))
    return km.groupby(of).mean().T.groupby(other_of).mean().T.to_numpy()


def _placed(sides: list[tuple[int, ...]], placed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    side = np.repeat(np.arange(len(sides)), [len(side) for side in sides])
    place = np.concatenate([np.asarray(side) for side in sides])
    return side[placed[place]], place[placed[place]]


def great_circle_km(
    longitude: np.ndarray,
    latitude: np.ndarray,
    other_longitude: np.ndarray,
    other_latitude: np.ndarray,
) -> np.ndarray:
    """Measure great-circle distances by the haversine formula [1]_.

    Parameters
    ----------
    longitude, latitude, other_longitude, other_latitude
        Degrees; arrays that broadcast against each other.

    Returns
    -------
    distance
        Kilometres on a sphere with the mean radius of the Earth, 6371.0088 km [2]_; within 0.6 %
        of the distance on the ellipsoid.

    References
    ----------
    .. [1] R. W. Sinnott, Virtues of the haversine, Sky and Telescope 68 (1984) 159.
    .. [2] H. Moritz, Geodetic Reference System 1980, Journal of Geodesy 74 (2000) 128-133.

    Examples
    --------
    >>> origin, quarter = np.array([0.0]), np.array([90.0])
    >>> great_circle_km(origin, origin, quarter, origin).round(1).tolist()
    [10007.6]
    """
    phi, other_phi = np.radians(latitude), np.radians(other_latitude)
    across = np.radians(other_longitude - longitude)
    half_chord = (
        np.sin((other_phi - phi) / 2) ** 2
        + np.cos(phi) * np.cos(other_phi) * np.sin(across / 2) ** 2
    )
    # Rounding can lift the chord of opposite points above the diameter.
    angle: np.ndarray = 2 * np.arcsin(np.sqrt(np.minimum(half_chord, 1)))
    return EARTH_RADIUS_KM * angle


def _measured(dataset: Dataset, chosen: Chosen) -> dict[str, Any]:
    """Measure the pairings: placed members a side, worst position, mean and least distance."""
    size, places, member = len(chosen.pairings), dataset.coded["localities"], coded_members(dataset)
    pairing, place = (codes_of(member[name]) for name in ("pairing_id", "locality_id"))
    second = member["second"].to_numpy()
    used = chosen.possible[pairing] & places["longitude"].notna().to_numpy()[place]
    pairing, place, second = pairing[used], place[used], second[used]

    of, one, other, share = pairs_across(pairing, second, place)
    x, y = (places[name].to_numpy(float) for name in ("longitude", "latitude"))
    km = great_circle_km(x[one], y[one], x[other], y[other])
    least = np.full(size, np.inf)
    np.minimum.at(least, of, km)
    rank = codes_of(places["position"])
    worst = np.full(size, -1)
    np.maximum.at(worst, of, np.maximum(rank[one], rank[other]))
    apart = worst >= 0
    return {
        "placed_a": np.bincount(pairing[~second], minlength=size),
        "placed_b": np.bincount(pairing[second], minlength=size),
        "position": pd.Categorical.from_codes(worst, categories=places["position"].cat.categories),
        "km": np.where(apart, np.bincount(of, weights=share * km, minlength=size), np.nan),
        "km_min": np.where(apart, least, np.nan),
    }
