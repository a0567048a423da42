"""What the data say of pairings, places and sources, as plain values for pages and terminal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.evidence.consolidate import consolidate, members, newest_day
from twinstudy.evidence.names import fold, pairing_names
from twinstudy.evidence.trace import conflicts
from twinstudy.records.dataset import Dataset
from twinstudy.study.display import date_words

Values = dict[str, Any]

_SOURCE = ("id", "kind", "title", "publisher", "author", "published", "language", "url", "note")
_PLACE = ("id", "country", "level", "designation", "name", "name_zh")


def pairing_profiles(dataset: Dataset, ids: Collection[str] | None = None) -> list[Values]:
    """Collect what is known of pairings.

    Parameters
    ----------
    dataset
        Records.
    ids
        Keys of pairings; None for all.

    Returns
    -------
    profiles
        One a pairing, in the order of ``dataset.pairings``: its columns and those of
        `consolidate`; ``title``, its members by side; ``sides``, each with ``country`` and
        ``members``; ``claims``, each with its ``source`` and the ``names`` that it uses, the
        oldest publication first; ``events``, the oldest first; and ``conflicts``. Missing values
        are None.

    Examples
    --------
    >>> from twinstudy import load
    >>> [profile] = pairing_profiles(load(), ["p-po-hen-than-san"])
    >>> profile["title"], profile["signed"]
    ('Pò Hèn – Thán Sản', '2014-08-26')
    """
    pairings = consolidate(dataset).assign(
        id=dataset.coded["pairings"]["id"], note=dataset.coded["pairings"]["note"]
    )
    places, sources = (
        _keyed(dataset.coded["localities"], _PLACE),
        _keyed(dataset.coded["sources"], _SOURCE),
    )
    for source, original in zip(
        sources.values(), dataset.coded["sources"]["original_source_id"], strict=True
    ):
        source["original"] = sources.get(original)
    named = _grouped(plain_rows(dataset.coded["memberships"]), "claim_id")
    in_sides = _grouped(plain_rows(members(dataset)), "pairing_id")
    published = date_bounds(dataset.coded["sources"]["published"])["latest"].array
    first = published.take(dataset.coded["claims"]["source_id"].cat.codes.to_numpy())
    claims = _grouped(plain_rows(_in_time(dataset.coded["claims"], first)), "pairing_id")
    happened = date_bounds(dataset.coded["events"]["date"])["earliest"].array
    events = _grouped(plain_rows(_in_time(dataset.coded["events"], happened)), "pairing_id")
    apart = _grouped(plain_rows(conflicts(dataset)), "pairing_id")
    titles = pairing_names(dataset)
    profiles = []
    for pairing in plain_rows(pairings if ids is None else pairings[pairings["id"].isin(ids)]):
        key = pairing["id"]
        sides = _sides(in_sides[key], places)
        told = [
            claim
            | {
                "source": sources[claim["source_id"]],
                "names": [
                    name | {"place": places[name["locality_id"]]}
                    for name in sorted(named[claim["id"]], key=_viet_nam_first)
                ],
            }
            for claim in claims[key]
        ]
        happenings = [
            event | {"source": sources[event["source_id"]]} for event in events.get(key, [])
        ]
        profiles.append(
            pairing
            | {
                "title": titles[key],
                "sides": sides,
                "claims": told,
                "events": happenings,
                "conflicts": apart.get(key, []),
            }
        )
    return profiles


def _in_time(frame: pd.DataFrame, days: Any) -> pd.DataFrame:
    return frame.assign(_day=days).sort_values(["_day", "id"]).drop(columns="_day")


def _viet_nam_first(name: Values) -> tuple[bool, str]:
    return not name["locality_id"].startswith("l-vn-"), name["locality_id"]


def _sides(rows: list[Values], places: dict[str, Values]) -> list[Values]:
    """Sort members into two sides, Việt Nam's first, as the keys of the pairings have it."""
    sides = _grouped(rows, "side")
    if len(sides) == 1:  # two places of one country
        [(country, pair)] = sides.items()
        parts = [(country, [member]) for member in pair]
    else:
        parts = sorted(sides.items(), key=lambda side: (side[0] != "VN", side[0]))
    return [
        {"country": country, "members": [m | places[m["locality_id"]] for m in part]}
        for country, part in parts
    ]


def place_profiles(dataset: Dataset, ids: Collection[str] | None = None) -> list[Values]:
    """Collect what is known of places.

    Parameters
    ----------
    dataset
        Records.
    ids
        Keys of localities; None for all.

    Returns
    -------
    profiles
        One a place, by name regardless of accents: the columns of `localities`; ``within``, the
        units that it lies or lay in, in words; ``other_names``; ``became`` and ``came_of``, what
        reforms did, in words; ``pairing_ids``. Missing values are None.

    Examples
    --------
    >>> from twinstudy import load
    >>> place_profiles(load(), ["l-vn-phai-lau"])[0]["pairing_ids"]
    ['p-phai-lau-trang-nhi']
    """
    places = _keyed(dataset.coded["localities"])
    own_pairings = _grouped(plain_rows(members(dataset)), "locality_id")
    aliases = _grouped(plain_rows(dataset.coded["aliases"]), "locality_id")
    named = _grouped(plain_rows(dataset.coded["memberships"]), "locality_id")
    came, went = (
        _grouped(plain_rows(dataset.coded["successions"]), side) for side in ("new_id", "old_id")
    )
    above = _parents(dataset)
    today = newest_day(dataset)
    profiles = []
    for key, place in places.items():
        if ids is not None and key not in ids:
            continue
        written = [alias["name"] for alias in aliases.get(key, [])]
        written += [name["named_as"] for name in named.get(key, []) if name["named_as"]]
        known = {place["name"], place["name_zh"], f"{place['designation']} {place['name']}"}
        profiles.append(
            place
            | {
                "within": _within(key, above, places, today),
                "other_names": sorted(set(written) - known, key=lambda name: (fold(name), name)),
                "became": [_reform(s, places[s["new_id"]]) for s in went.get(key, [])],
                "came_of": [_reform(s, places[s["old_id"]]) for s in came.get(key, [])],
                "pairing_ids": [row["pairing_id"] for row in own_pairings.get(key, [])],
            }
        )
    return sorted(profiles, key=lambda place: (fold(place["name"]), place["id"]))


def _parents(dataset: Dataset) -> dict[str, list[Values]]:
    """List the containments of each unit, the oldest first."""
    frame = dataset.coded["containments"]
    frame = frame.assign(**date_bounds(frame["during"])[["earliest", "latest"]])
    return _grouped(plain_rows(frame.sort_values("latest", na_position="last")), "child_id")


def _within(
    key: str, above: dict[str, list[Values]], places: dict[str, Values], today: pd.Timestamp
) -> list[str]:
    lines = []
    for link in above.get(key, []):
        day = link["latest"] or max(today, link["earliest"] or today)
        chain = [places[unit] for unit in _chain(link["parent_id"], above, day)]
        words = ", ".join(unit["name"] for unit in chain if unit["level"] != "country")
        if words:
            lines.append(f"{words} ({date_words(link['during'])})" if link["during"] else words)
    return lines


def _chain(key: str, above: dict[str, list[Values]], day: pd.Timestamp) -> list[str]:
    """List a unit and those above it on a day."""
    held = [
        link["parent_id"]
        for link in above.get(key, [])
        if (link["earliest"] or day) <= day <= (link["latest"] or day)
    ]
    return [key, *_chain(held[0], above, day)] if held else []


def _reform(succession: Values, other: Values) -> Values:
    return succession | {"place": other}


def source_profiles(dataset: Dataset) -> list[Values]:
    """Collect what each source is used for.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    profiles
        One a source, by publisher and date: the columns of `sources`; ``original``, the source
        that it translates or reprints; ``pairing_ids`` of its claims and events; ``counts``, how
        many totals it reports.

    Examples
    --------
    >>> from twinstudy import load
    >>> len(source_profiles(load())) == len(load().sources)
    True
    """
    sources = _keyed(dataset.coded["sources"])
    said = pd.concat([dataset.coded["claims"], dataset.coded["events"]])[
        ["source_id", "pairing_id"]
    ].astype("str")
    pairings = _grouped(plain_rows(said.drop_duplicates().sort_values("pairing_id")), "source_id")
    counts = dataset.coded["counts"]["source_id"].value_counts()
    profiles = [
        source
        | {
            "original": sources.get(source["original_source_id"]),
            "pairing_ids": [row["pairing_id"] for row in pairings.get(key, [])],
            "counts": int(counts.get(key, 0)),
        }
        for key, source in sources.items()
    ]
    return sorted(
        profiles,
        key=lambda s: (s["publisher"] is None, fold(s["publisher"] or ""), s["published"] or "~"),
    )


def _keyed(frame: pd.DataFrame, columns: Collection[str] | None = None) -> dict[str, Values]:
    chosen = frame if columns is None else frame[list(columns)]
    return {row["id"]: row for row in plain_rows(chosen)}


def plain_rows(frame: pd.DataFrame) -> list[Values]:
    """Turn the rows of a frame into plain values; what is missing is None.

    Parameters
    ----------
    frame
        Any frame.

    Returns
    -------
    rows
        One dictionary a row, by name of the column.

    Examples
    --------
    >>> plain_rows(pd.DataFrame({"name": ["Chi Ma"], "longitude": [float("nan")]}))
    [{'name': 'Chi Ma', 'longitude': None}]
    """
    plain = frame.astype(object)
    return [
        dict(zip(frame.columns, values, strict=True))
        for values in plain.where(frame.notna().to_numpy(), None).itertuples(index=False, name=None)
    ]


def _grouped(rows: list[Values], key: str) -> dict[str, list[Values]]:
    groups: dict[str, list[Values]] = {}
    for row in rows:
        groups.setdefault(row[key], []).append(row)
    return groups
