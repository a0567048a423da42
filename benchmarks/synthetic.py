"""Made-up twinnings of two countries, of any size: the tables, and the same as a plain edge list.

Nothing here is a fact. Names are runs of syllables; every figure comes from a seeded generator.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.tables.files import csv_bytes
from twinstudy.tables.schema import TABLES, Table

_LEVELS = ("province", "district", "commune", "village")
_KINDS = {"commune": "commune", "village": "village", "district": "district"}
_SYLLABLES = np.array(
    "Bản Cốc Đồng Hà Khâu Lũng Mường Nà Phai Quảng Tràng Vĩnh Xín Ỷ".split(), object
)


def tables(pairings: int, *, seed: int = 0) -> dict[str, pd.DataFrame]:
    """Make the tables as frames of text.

    About one place per 1.5 pairings, on four levels in two countries; 70 % of the claims with a
    date; 5 % of the pairings with several members a side; every tenth pairing with two claims.
    """
    rng = np.random.default_rng(seed)
    localities, parent = _places(max(pairings * 2 // 3, 60), rng)
    sources = max(pairings // 1000, 5)
    pairing, level = _pairings(pairings, rng)
    member = _members(localities, level, rng)
    claimed = np.sort(np.concatenate([np.arange(pairings), rng.choice(pairings, pairings // 10)]))
    nth = np.arange(len(claimed)) - np.searchsorted(claimed, claimed)
    claims = pd.DataFrame(
        {
            "id": _join("c-", claimed, "-", nth + 1),
            "pairing_id": pairing["id"].to_numpy(object)[claimed],
            "source_id": _join("s-", rng.integers(sources, size=len(claimed))),
            "locator": _join("row ", np.arange(len(claimed)), width=1),
            "signed": _dates(len(claimed), rng),
        }
    )
    spread = member.merge(pd.DataFrame({"pairing": claimed, "claim": claims["id"]}), on="pairing")
    frames = {
        "sources": pd.DataFrame(
            {
                "id": _join("s-", np.arange(sources)),
                "kind": "other",
                "title": "A made-up register",
                "published": "2026",
            }
        ),
        "localities": localities,
        "containments": pd.DataFrame(
            {
                "child_id": localities["id"].to_numpy(object)[parent >= 0],
                "parent_id": localities["id"].to_numpy(object)[parent[parent >= 0]],
            }
        ),
        "pairings": pairing,
        "claims": claims,
        "memberships": pd.DataFrame(
            {
                "claim_id": spread["claim"],
                "locality_id": localities["id"].to_numpy(object)[spread["place"]],
                "named_as": localities["name"].to_numpy(object)[spread["place"]],
            }
        ),
        "counts": _counts(localities),
    }
    return {table.name: _complete(frames.get(table.name), table) for table in TABLES}


def write(frames: dict[str, pd.DataFrame], folder: Path) -> Path:
    """Write frames of text as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        (folder / f"{name}.csv").write_bytes(csv_bytes(frame))
    return folder


def edge_list(frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row a claim: its first member of either country, and what it says."""
    places = frames["localities"].set_index("id")["country"]
    member = frames["memberships"].assign(
        country=lambda frame: places.reindex(frame["locality_id"]).to_numpy()
    )
    first = member.drop_duplicates(["claim_id", "country"]).pivot(
        index="claim_id", columns="country", values="locality_id"
    )
    claims = frames["claims"].set_index("id").reindex(first.index)
    return pd.DataFrame(
        {
            "left": first["VN"].to_numpy(),
            "right": first["CN"].to_numpy(),
            "left_country": "VN",
            "right_country": "CN",
            "year": claims["signed"].str[:4].replace("", None).to_numpy(),
        }
    ).sample(frac=1, random_state=0, ignore_index=True)


def _join(start: str, numbers: np.ndarray, *more: object, width: int = 7) -> list[str]:
    ends = [""] * len(numbers)
    if more:
        ends = [f"{more[0]}{number}" for number in np.asarray(more[1]).tolist()]
    return [f"{start}{n:0{width}}{e}" for n, e in zip(numbers.tolist(), ends, strict=True)]


def _places(size: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Place `size` units into a tree of four levels in each country; return the parent's row."""
    share = np.array([0.002, 0.02, 0.2])
    counts = np.maximum((share * size).astype(int), 6) // 2 * 2
    counts = np.append(counts, size - counts.sum())
    starts = np.concatenate([[0], np.cumsum(counts)])
    row = np.arange(size)
    level = np.searchsorted(starts, row, side="right") - 1
    # Even rows lie in one country, odd ones in the other, and so do their parents.
    above = np.maximum(level - 1, 0)
    parent = starts[above] + rng.integers(counts[above] // 2) * 2 + (row - starts[above]) % 2
    parent = np.where(level > 0, parent, -1)
    country = np.where(row % 2, "CN", "VN")
    names = _SYLLABLES[rng.integers(len(_SYLLABLES), size=(size, 2))]
    places = pd.DataFrame(
        {
            "id": [f"l-{c.lower()}-{n:07}" for c, n in zip(country, row.tolist(), strict=True)],
            "country": country,
            "level": np.array(_LEVELS, object)[level],
            "name": [f"{a} {b}" for a, b in names.tolist()],
            "longitude": [f"{x:.4f}" for x in rng.uniform(102, 108, size).tolist()],
            "latitude": [f"{x:.4f}" for x in rng.uniform(21, 24, size).tolist()],
            "position": "approximate",
        }
    )
    return places, parent


def _pairings(size: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    level = rng.choice(["village", "commune", "district"], p=[0.75, 0.2, 0.05], size=size)
    kind = pd.Series(level).map(_KINDS)
    frame = pd.DataFrame(
        {"id": _join("p-", np.arange(size)), "kind": kind, "matching": "joint", "status": "agreed"}
    )
    return frame, level


def _members(localities: pd.DataFrame, level: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the members of both sides: one each, but up to three for 5 % of the pairings."""
    drawn = []
    several = rng.random(len(level)) < 0.05
    for country in ("VN", "CN"):
        for word in np.unique(level):
            units = np.flatnonzero(
                (localities["country"] == country) & (localities["level"] == word)
            )
            rows = np.flatnonzero(level == word)
            copies = np.where(several[rows], rng.integers(1, 4, len(rows)), 1)
            rows = np.repeat(rows, copies)
            drawn.append(np.column_stack([rows, rng.choice(units, len(rows))]))
    joined = pd.DataFrame(np.concatenate(drawn), columns=["pairing", "place"])
    return joined.drop_duplicates().sort_values(["pairing", "place"], ignore_index=True)


def _dates(size: int, rng: np.random.Generator) -> list[str]:
    """Days, months and years from 2005 to 2024, a few hedged, on 70 % of the rows."""
    days = np.datetime64("2005-01-01") + rng.integers(20 * 365, size=size)
    text = days.astype(str).astype(object)
    length = rng.choice([4, 7, 10], p=[0.5, 0.2, 0.3], size=size)
    mark = rng.choice(["", "~", "?"], p=[0.96, 0.02, 0.02], size=size)
    stated = rng.random(size) < 0.7
    rows = zip(text.tolist(), length.tolist(), mark.tolist(), stated.tolist(), strict=True)
    return [day[:n] + m if there else "" for day, n, m, there in rows]


def _counts(localities: pd.DataFrame) -> pd.DataFrame:
    """Give every province a number of border villages and a length of border."""
    provinces = localities[localities["level"] == "province"]
    area = provinces["id"].to_numpy(object)
    units = pd.DataFrame(
        {"id": [f"n-{a[2:]}-1" for a in area], "area_id": area, "measure": "border_units",
         "kind": "village", "side": provinces["country"].to_numpy(), "value": "500"}
    )  # fmt: skip
    length = pd.DataFrame(
        {"id": [f"n-{a[2:]}-2" for a in area], "area_id": area, "measure": "border_length",
         "value": "150.5"}
    )  # fmt: skip
    both = pd.concat([units, length]).sort_values("id", ignore_index=True)
    return both.assign(qualifier="exact", as_of="2020", source_id="s-0000000")


def _complete(frame: pd.DataFrame | None, table: Table) -> pd.DataFrame:
    made = pd.DataFrame() if frame is None else frame
    made = made.reindex(columns=list(table.column_names)).fillna("").astype("str")
    return made.sort_values(list(table.key), ignore_index=True)
