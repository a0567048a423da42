"""A part of a dataset that is still a dataset."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem, Problems
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, STATUSES, TABLES
from twinstudy.tables.typed import Frames, codes_of

Names = str | Iterable[str]

_LISTED = 10  # so many allowed values are listed in a message; of more, the nearest


def restrict(
    dataset: Dataset,
    *,
    kinds: Names | None = None,
    statuses: Names | None = None,
    sources: Names | None = None,
    countries: Names | None = None,
    areas: Names | None = None,
) -> Dataset:
    """Keep a part of a dataset, with everything that it refers to.

    Parameters
    ----------
    dataset
        Records.
    kinds, statuses
        Keep pairings of these kinds and statuses.
    sources
        Keep what these sources say: their claims, events and counts, and pairings that still
        have a claim.
    countries
        Keep pairings all of whose members lie in these countries.
    areas
        Keep pairings with a member that is, or at some time lay in, one of these localities, and
        the counts of these localities and of what lay in them.

    Returns
    -------
    dataset
        Referentially closed: every key that it names is in it. Of localities it holds the members
        and the areas of counts, and what lies above them or came before or after, so that
        `ancestors` says of each what it says in the whole. A pairing that loses a side because the
        sources left name only the other one is left out, and `report` says so.

    Raises
    ------
    ArgumentError
        If a value is not a kind, a status, a source, a country or a locality of the dataset.

    Examples
    --------
    >>> from twinstudy import load
    >>> part = restrict(load(), kinds="border_post")
    >>> part.pairings["kind"].unique().tolist()
    ['border_post']
    """
    pairings, claims, counts = (
        dataset.coded["pairings"],
        dataset.coded["claims"],
        dataset.coded["counts"],
    )
    member = dataset.coded["memberships"]["locality_id"].cat.codes.to_numpy()
    claim_of = dataset.coded["memberships"]["claim_id"].cat.codes.to_numpy()
    pairing_of = claims["pairing_id"].cat.codes.to_numpy()
    places = dataset.coded["localities"]

    pairing = np.ones(len(pairings), dtype=bool)
    claim = np.ones(len(claims), dtype=bool)
    event = np.ones(len(dataset.coded["events"]), dtype=bool)
    count = np.ones(len(counts), dtype=bool)
    if kinds is not None:
        kinds = _listed(kinds)
        pairing &= _chosen("kinds", kinds, KINDS, pairings["kind"])
        count &= counts["measure"].isin(["border_units", "border_length"]) | counts["kind"].isin(
            kinds
        )
    if statuses is not None:
        pairing &= _chosen("statuses", statuses, STATUSES, pairings["status"])
    if sources is not None:
        sources = _listed(sources)
        known = dataset.coded["sources"]["id"]
        claim &= _chosen("sources", sources, known, claims["source_id"])
        event &= _chosen("sources", sources, known, dataset.coded["events"]["source_id"])
        count &= _chosen("sources", sources, known, counts["source_id"])
    if countries is not None:
        inside = _chosen("countries", countries, places["country"].unique(), places["country"])
        pairing[pairing_of[claim_of[~inside[member]]]] = False
        count &= inside[counts["area_id"].cat.codes.to_numpy()]
    if areas is not None:
        area = _chosen("areas", areas, places["id"], places["id"])
        area = _spread(area, (dataset.coded["containments"], "parent_id", "child_id"))
        touched = np.zeros(len(pairings), dtype=bool)
        touched[pairing_of[claim_of[area[member]]]] = True
        pairing &= touched
        count &= area[counts["area_id"].cat.codes.to_numpy()]

    claim &= pairing[pairing_of]
    wanted = np.bincount(pairing_of[claim], minlength=len(pairings)) > 0
    pairing &= _two_sided(dataset, claim)
    lost = pairings["id"][wanted & ~pairing]
    report = Problems(
        Problem("pairings.csv", 0, "id", key, f"{key!r} is left out: what is kept of its claims "
                "does not name two sides", "warning")
        for key in lost
    )  # fmt: skip
    claim &= pairing[pairing_of]
    event &= pairing[dataset.coded["events"]["pairing_id"].cat.codes.to_numpy()]
    locality = np.zeros(len(places), dtype=bool)
    locality[member[claim[claim_of]]] = True
    locality[counts["area_id"].cat.codes.to_numpy()[count]] = True
    locality = _spread(
        locality,
        (dataset.coded["containments"], "child_id", "parent_id"),
        (dataset.coded["successions"], "old_id", "new_id"),
        (dataset.coded["successions"], "new_id", "old_id"),
    )
    kept = {"pairings": pairing, "claims": claim, "events": event, "counts": count,
            "localities": locality}  # fmt: skip
    return _closed(dataset, kept, report)


def _listed(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _chosen(argument: str, names: Names, known: Iterable[str], values: pd.Series) -> np.ndarray:
    listed = _listed(names)
    known = list(known)
    unknown = sorted(set(listed) - set(known), key=str)
    if unknown:
        near = difflib.get_close_matches(str(unknown[0]), known, n=1)
        shown = (
            f"nearest: {near[0]!r}" if near else "see `dataset.localities` and `dataset.sources`"
        )
        remedy = f"use some of {', '.join(known)}" if len(known) <= _LISTED else shown
        raise ArgumentError(
            f"`{argument}` names {', '.join(map(repr, unknown))}, which the dataset does not have; "
            f"{remedy}"
        )
    return values.isin(listed).to_numpy(bool)


def _spread(mask: np.ndarray, *links: tuple[pd.DataFrame, str, str]) -> np.ndarray:
    """Add to a mask of localities all that links lead to from it."""
    steps = [
        (frame[start].cat.codes.to_numpy(), frame[end].cat.codes.to_numpy())
        for frame, start, end in links
    ]
    mask = mask.copy()
    while True:
        reached = np.concatenate([ends[mask[starts]] for starts, ends in steps])
        if mask[reached].all():
            return mask
        mask[reached] = True


def _two_sided(dataset: Dataset, claim: np.ndarray) -> np.ndarray:
    """Tell which pairings still have both sides by the claims that are kept."""
    countries, members = _sizes(dataset, claim)
    # Two members of one side of a border are left of some pairings: they are no pairing.
    kept: np.ndarray = countries == _sizes(dataset, np.ones_like(claim))[0]
    return kept & (members >= 2)


def _sizes(dataset: Dataset, claim: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the countries and the members of each pairing by some of the claims."""
    claim_of = dataset.coded["memberships"]["claim_id"].cat.codes.to_numpy()
    rows = claim[claim_of]
    pairing = codes_of(dataset.coded["claims"]["pairing_id"])[claim_of[rows]]
    place = dataset.coded["memberships"]["locality_id"].cat.codes.to_numpy()[rows]
    country = pd.factorize(dataset.coded["localities"]["country"])[0]
    size = max(len(country), 1)
    countries, members = (
        np.bincount(
            pd.unique(pairing * size + part) // size, minlength=len(dataset.coded["pairings"])
        )
        for part in (country[place], place)
    )
    return countries, members


def _closed(dataset: Dataset, kept: dict[str, np.ndarray], report: Problems) -> Dataset:
    """Take rows, and of every other table the rows all of whose keys are kept."""
    frames: Frames = {}
    source = np.zeros(len(dataset.coded["sources"]), dtype=bool)
    for table in TABLES[1:]:
        frame = dataset.coded[table.name]
        mask = kept.get(table.name, np.ones(len(frame), dtype=bool))
        for column in table.columns:
            if column.target in kept and table.name not in kept:
                mask = mask & kept[column.target][frame[column.name].cat.codes.to_numpy()]
        frames[table.name] = frame[mask]
        for column in table.columns:
            if column.target == "sources":
                codes = frames[table.name][column.name].cat.codes.to_numpy()
                source[codes[codes >= 0]] = True
    original = dataset.coded["sources"]["original_source_id"].cat.codes.to_numpy()
    source[original[source & (original >= 0)]] = True
    frames["sources"] = dataset.coded["sources"][source]
    for table in TABLES:
        frame = frames[table.name].reset_index(drop=True)
        for column in table.columns:
            if column.type == "reference":
                keys = pd.Index(frames[column.target]["id"].array)
                frame[column.name] = frame[column.name].cat.set_categories(keys)
            elif column.type in ("date", "interval"):
                frame[column.name] = frame[column.name].cat.remove_unused_categories()
        frames[table.name] = frame
    return Dataset(frames, report)
