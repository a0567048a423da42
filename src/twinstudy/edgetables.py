"""The tables that the rows of an edge list make."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .edgerows import EdgeRows
from .schema import TABLES
from .slugs import distinct_ids, slug
from .tables import Frames, Tables, type_tables

_DEFAULT_SOURCE = "Edge list"


class Pairings(NamedTuple):
    """Pairings of the rows of an edge list.

    Attributes
    ----------
    ends
        Two columns: the numbers of the two places of each pairing, the lower one first.
    of_row
        Number of the pairing of each row.
    kinds
        Position in KINDS for each pairing.
    """

    ends: np.ndarray
    of_row: np.ndarray
    kinds: np.ndarray


def place_tables(cells: pd.DataFrame, rows: EdgeRows) -> Tables:
    """Make the tables of sources and places; the others are empty.

    Parameters
    ----------
    cells
        Columns of the localities table, all of text, with ``parent`` (an id) and ``line``.
    rows
        Rows of the edge list, for their sources.

    Returns
    -------
    tables
        Text and typed frames; localities and containments are indexed by ``line``.
    """
    inside = cells[(cells["parent"] != "").to_numpy(bool)]
    titles = sorted(set(_titles(rows)))
    frames = {
        "sources": pd.DataFrame(
            {"id": _ids("s", [slug(title) for title in titles], [[title] for title in titles]),
             "kind": "other", "title": titles},
            index=[0] * len(titles),
        ),
        "localities": cells.set_index("line"),
        "containments": pd.DataFrame(
            {"child_id": inside["id"], "parent_id": inside["parent"]}
        ).set_axis(inside["line"]),
    }  # fmt: skip
    text = {}
    for table in TABLES:
        frame = frames.get(table.name, pd.DataFrame())
        empty = pd.Series("", index=frame.index, dtype="str")
        columns = {name: frame.get(name, empty) for name in table.column_names}
        text[table.name] = pd.DataFrame(columns, dtype="str")
    return type_tables(text, suffix="")


def pairing_tables(rows: EdgeRows, pairings: Pairings, places: pd.Series, typed: Frames) -> Frames:
    """Make the tables of pairings, claims and memberships.

    A claim is a row; the claims of a pairing are numbered by date, then by source.

    Parameters
    ----------
    rows
        Rows of the edge list.
    pairings
        Their pairings.
    places
        Ids of the places, in the order of `rows`.
    typed
        Typed frames of sources and localities, and empty ones of the tables to make.

    Returns
    -------
    frames
        Typed, sorted by key: sound by the way they are made.
    """
    place_ids, place_order = _sorted(places)
    ends = places.to_numpy(object)[pairings.ends]
    slugs = [f"{one[2:]}-{other[2:]}" for one, other in zip(*ends.T.tolist(), strict=True)]
    made = _ids("p", slugs, ends)
    pairing_ids, pairing_order = _sorted(made)

    source = pd.Index(typed["sources"]["title"]).get_indexer(pd.Index(_titles(rows)))
    signed = np.where(rows.signed.codes < 0, len(rows.signed.words), rows.signed.codes)
    by_date = np.lexsort((source, signed, pairings.of_row))
    grouped = pairings.of_row[by_date]
    nth = np.arange(len(grouped)) - np.searchsorted(grouped, grouped) + 1
    keys = np.array(made, dtype=object)[grouped].tolist()
    claim_ids, claim_order = _sorted(
        [f"c{key[1:]}-{n}" for key, n in zip(keys, nth.tolist(), strict=True)]
    )
    row = by_date[claim_order]
    entries = [f"entry {n + 1}" for n in range(nth.max(initial=0))]
    dates = pd.Categorical.from_codes(
        rows.signed.codes[row], pd.Index(rows.signed.words, dtype="str")
    )

    rank = _inverse(place_order)
    member = np.sort(np.column_stack([rank[rows.left[row]], rank[rows.right[row]]])).ravel()
    named = np.array([", ".join(key) for _, *key in rows.places], dtype=object)[place_order]
    return {
        "pairings": _typed(
            typed["pairings"],
            len(made),
            id=pairing_ids,
            kind=pairings.kinds[pairing_order],
            matching=np.zeros(len(made), dtype=int),
            status=np.zeros(len(made), dtype=int),
        ),
        "claims": _typed(
            typed["claims"],
            len(row),
            id=claim_ids,
            pairing_id=_reference(_inverse(pairing_order)[pairings.of_row[row]], pairing_ids),
            source_id=source[row],
            locator=pd.array(entries, dtype="str").take(nth[claim_order] - 1),
            signed=dates.remove_unused_categories(),
        ),
        "memberships": _typed(
            typed["memberships"],
            len(member),
            claim_id=_reference(np.repeat(np.arange(len(row)), 2), claim_ids),
            locality_id=_reference(member, place_ids),
            named_as=pd.array(named, dtype="str").take(member),
        ),
    }


def _titles(rows: EdgeRows) -> np.ndarray:
    words = [*rows.source.words, _DEFAULT_SOURCE]
    titles: np.ndarray = np.array(words, dtype=object)[rows.source.codes]
    return titles


def _ids(prefix: str, slugs: list[str], contents: np.ndarray | list[list[str]]) -> list[str]:
    return [f"{prefix}-{each}" for each in distinct_ids(slugs, contents)]


def _sorted(ids: pd.Series | list[str]) -> tuple[pd.Index, np.ndarray]:
    """Return ids in order, and where each one stood."""
    index = pd.Index(ids, dtype="str", name=None)
    order = index.argsort()
    return index[order], order


def _inverse(order: np.ndarray) -> np.ndarray:
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    return ranks


def _reference(rows: np.ndarray, ids: pd.Index) -> pd.Categorical[Any]:
    return pd.Categorical.from_codes(rows, dtype=pd.CategoricalDtype(ids), validate=False)


def _typed(empty: pd.DataFrame, rows: int, **columns: Any) -> pd.DataFrame:
    """Fill an empty typed frame; words and references may be given by their codes."""
    made: dict[str, Any] = {}
    for name in empty.columns:
        dtype, values = empty[name].dtype, columns.get(name)
        if values is None:
            made[name] = pd.Series(index=range(rows), dtype=dtype)
        elif isinstance(dtype, pd.CategoricalDtype) and isinstance(values, np.ndarray):
            made[name] = pd.Categorical.from_codes(values, dtype=dtype, validate=False)
        else:
            made[name] = values
    return pd.DataFrame(made)
