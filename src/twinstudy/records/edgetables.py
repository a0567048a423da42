"""The tables that the rows of an edge list make."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from twinstudy.records.edgerows import EdgeRows
from twinstudy.records.slugs import distinct_ids, slug
from twinstudy.tables.schema import TABLES
from twinstudy.tables.typed import Frames, Tables, type_tables

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
    titles = pd.DataFrame({"title": _titles(rows)}, dtype="str")
    titles = titles.iloc[np.unique(rows.source.codes)].drop_duplicates(ignore_index=True)
    ids = "s-" + distinct_ids(titles["title"].map(slug), titles)
    frames = {
        "sources": pd.DataFrame(
            {"id": ids, "kind": "other", "title": titles["title"]}
        ).set_axis([0] * len(titles)),
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
    """Make the tables of pairings, claims and memberships, and those of contents and events, empty.

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
    sides = pd.DataFrame({n: places.array.take(ends) for n, ends in enumerate(pairings.ends.T)})
    made = "p-" + distinct_ids(sides[0].str[2:] + "-" + sides[1].str[2:], sides)
    pairing_ids, pairing_order = _sorted(made)

    titles = pd.Index(typed["sources"]["title"])
    source = titles.get_indexer(pd.Index(_titles(rows)))[rows.source.codes]
    signed = np.where(rows.signed.codes < 0, len(rows.signed.words), rows.signed.codes)
    by_date = np.lexsort((source, signed, pairings.of_row))
    grouped = pairings.of_row[by_date]
    nth = np.arange(len(grouped)) - np.searchsorted(grouped, grouped) + 1
    ordinals = pd.array([str(n) for n in range(nth.max(initial=0) + 1)], dtype="str")
    ordinal = pd.Series(ordinals.take(nth), dtype="str")
    of_claim = pd.Series(made.str[1:].array.take(grouped), dtype="str")
    claim_ids, claim_order = _sorted("c" + of_claim + "-" + ordinal)
    row = by_date[claim_order]
    dates = pd.Categorical.from_codes(
        rows.signed.codes[row], pd.Index(rows.signed.words, dtype="str")
    )

    rank = _inverse(place_order)
    member = np.sort(np.column_stack([rank[rows.left[row]], rank[rows.right[row]]])).ravel()
    named = rows.places["1"].str.cat(rows.places.iloc[:, 2:], sep=", ").array
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
            locator=("entry " + ordinal).array.take(claim_order),
            signed=dates.remove_unused_categories(),
        ),
        "memberships": _typed(
            typed["memberships"],
            len(member),
            claim_id=_reference(np.repeat(np.arange(len(row)), 2), claim_ids),
            locality_id=_reference(member, place_ids),
            named_as=named.take(place_order[member]),
        ),
        "contents": typed["contents"].assign(claim_id=_reference(np.empty(0, int), claim_ids)),
        "events": typed["events"].assign(pairing_id=_reference(np.empty(0, int), pairing_ids)),
    }


def _titles(rows: EdgeRows) -> list[str]:
    """Return the title for each code of the sources of rows; the last is that of code -1."""
    return [*rows.source.words, _DEFAULT_SOURCE]


def _sorted(ids: pd.Series) -> tuple[pd.Index, np.ndarray]:
    """Return ids in order, and where each one stood."""
    index = pd.Index(ids.array)
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
