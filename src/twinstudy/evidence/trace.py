"""From a pairing back to what its sources say, and where they disagree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import UnknownKeyError
from twinstudy.evidence.attestation import witnesses
from twinstudy.evidence.consolidate import consolidate
from twinstudy.evidence.membership import members
from twinstudy.evidence.names import nearest_texts
from twinstudy.records.dataset import Dataset
from twinstudy.tables.typed import codes_of

_ABOUT = ["signed", "members", "agreement_items"]
_WORDS = ["no common day", "all members", "fewer members", "other members", "other number"]


def conflicts(dataset: Dataset) -> pd.DataFrame:
    """List what claims on one pairing state where they disagree.

    Independent sources or not, or one source twice: every disagreement is listed. More precision
    is none: ``2014`` and ``2014-08-26`` agree. What a claim does not state is no disagreement.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    conflicts
        One row a stated value, sorted by pairing, `about` and claim: ``pairing_id`` (str);
        ``about`` (categorical: signed, members, agreement_items); ``value`` (str): the date, the
        number, or the names of the members ("a + b – c", an id where a side has a name twice);
        ``claim_id``, ``source_id`` (str); ``disagreement`` (categorical):

        - *no common day*: there is no day that all stated dates of the pairing allow;
        - *other number*: not all claims state this number of agreed contents;
        - *all members*: the claim names every member that any claim names, and others do not;
        - *fewer members*: all that it names, and more, stands in another claim;
        - *other members*: neither; it names one that another leaves out, and the other way round.

    Examples
    --------
    >>> from twinstudy import load
    >>> conflicts(load()).columns.tolist()
    ['pairing_id', 'about', 'value', 'claim_id', 'source_id', 'disagreement']
    """
    claims = dataset.coded["claims"]
    pairing = codes_of(claims["pairing_id"])
    apart = consolidate(dataset)["signed_conflict"].to_numpy()[pairing]
    signed = np.flatnonzero(apart & claims["signed"].notna().to_numpy())
    items = np.flatnonzero(_differing(claims["agreement_items"], pairing))
    named = _memberships(dataset, _differently_named(dataset))
    names, words = _member_texts(named, _labels(dataset, named)), _member_words(named)
    listed = np.array(list(names), dtype=np.int64)
    dates = claims["signed"].iloc[signed].astype("str").tolist()
    numbers = claims["agreement_items"].iloc[items].astype("str").tolist()
    stated = [
        _stated(dataset, signed, "signed", dates, ["no common day"]),
        _stated(dataset, listed, "members", list(names.values()), [words[c] for c in names]),
        _stated(dataset, items, "agreement_items", numbers, ["other number"]),
    ]
    rows = pd.concat(stated, ignore_index=True)
    return rows.sort_values(["pairing_id", "about", "claim_id"], ignore_index=True)


def trace(dataset: Dataset, pairing_id: str) -> pd.DataFrame:
    """List every claim behind a pairing, with its source and what it states.

    Parameters
    ----------
    dataset
        Records.
    pairing_id
        Id of a pairing.

    Returns
    -------
    claims
        One row a claim, by the latest day of publication of its source (undated ones last), then
        by id; all columns str but the number: ``claim_id``, ``source_id``, ``source_kind``,
        ``title``, ``publisher``, ``published`` (EDTF), ``url``, ``locator``, ``signed`` (EDTF),
        ``agreement_items`` (Int64), ``members`` (as the source names them, "a + b – c"; our name
        where it does not), ``witness`` (id of the source of which this one is a translation or
        reprint, else of itself), ``note``. What is not stated is missing.

    Raises
    ------
    UnknownKeyError
        If there is no such pairing.

    Examples
    --------
    >>> from twinstudy import load
    >>> trace(load(), "p-phai-lau-trang-nhi")["claim_id"].str.startswith("c-").all()
    np.True_
    """
    claims = _rows_of(dataset, dataset.coded["claims"], pairing_id)
    named = _memberships(dataset, claims.index.to_numpy())
    written = dataset.coded["memberships"]["named_as"].iloc[named["row"]].reset_index(drop=True)
    names = _member_texts(named, written.where(written.notna(), named["name"]))
    witness = witnesses(dataset)[codes_of(claims["source_id"])]
    frame = pd.concat([claims[["id"]], _cited(dataset, claims)], axis=1).assign(
        signed=claims["signed"].astype("str"),
        agreement_items=claims["agreement_items"],
        members=pd.array([names[claim] for claim in claims.index], dtype="str"),
        witness=dataset.coded["sources"]["id"].array.take(witness),
        note=claims["note"],
    )
    return _in_time(frame.rename(columns={"id": "claim_id"}), "published", "latest")


def history(dataset: Dataset, pairing_id: str) -> pd.DataFrame:
    """List the dated events of a pairing.

    Parameters
    ----------
    dataset
        Records.
    pairing_id
        Id of a pairing.

    Returns
    -------
    events
        One row an event, by the first day that its date allows (last where there is none), then
        by id; all columns str but two: ``event_id``, ``kind`` (categorical), ``date`` (EDTF),
        ``quantity`` (Int64: how many `unit`), ``unit``,
        ``source_id``, ``source_kind``, ``title``, ``publisher``, ``published`` (EDTF), ``url``,
        ``locator``, ``note``. What is not stated is missing.

    Raises
    ------
    UnknownKeyError
        If there is no such pairing.

    Examples
    --------
    >>> from twinstudy import load
    >>> history(load(), "p-phai-lau-trang-nhi").columns[:4].tolist()
    ['event_id', 'kind', 'date', 'quantity']
    """
    events = _rows_of(dataset, dataset.coded["events"], pairing_id)
    own = events[["id", "kind", "date", "quantity", "unit"]].assign(
        date=events["date"].astype("str")
    )
    frame = pd.concat([own, _cited(dataset, events), events[["note"]]], axis=1)
    return _in_time(frame.rename(columns={"id": "event_id"}), "date", "earliest")


def _rows_of(dataset: Dataset, table: pd.DataFrame, pairing_id: str) -> pd.DataFrame:
    """Take the rows of a table that speak of a pairing."""
    ids = dataset.coded["pairings"]["id"]
    if not (ids == pairing_id).any():
        near = nearest_texts(pairing_id, ids.tolist())
        remedy = f"nearest: {near[0]!r}" if near else "no id is near it; see the table of pairings"
        raise UnknownKeyError(f"`pairing_id` is {pairing_id!r}, which is no pairing; {remedy}")
    return table[(table["pairing_id"] == pairing_id).to_numpy()]


def _cited(dataset: Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """Cite the source of each row."""
    sources = dataset.coded["sources"].iloc[codes_of(rows["source_id"])].set_index(rows.index)
    cited = sources[["id", "kind", "title", "publisher", "published", "url"]].astype("str")
    return cited.rename(columns={"id": "source_id", "kind": "source_kind"}).assign(
        locator=rows["locator"]
    )


def _in_time(frame: pd.DataFrame, column: str, bound: str) -> pd.DataFrame:
    """Sort rows, which stand in the order of their ids, by a bound of a date."""
    days = date_bounds(frame[column])[bound].to_numpy()
    return frame.iloc[np.argsort(days, kind="stable")].reset_index(drop=True)  # NaT comes last


def _stated(
    dataset: Dataset, rows: np.ndarray, about: str, values: list[str], words: list[str]
) -> pd.DataFrame:
    """List what some claims state; one word is for all."""
    claims = dataset.coded["claims"].iloc[rows]
    words = words * len(rows) if len(words) == 1 else words
    return pd.DataFrame(
        {
            "pairing_id": claims["pairing_id"].astype("str").array,
            "about": pd.Categorical([about] * len(rows), categories=_ABOUT),
            "value": pd.Series(values, dtype="str").array,
            "claim_id": claims["id"].array,
            "source_id": claims["source_id"].astype("str").array,
            "disagreement": pd.Categorical(words, categories=_WORDS),
        }
    )


def _differing(values: pd.Series, pairing: np.ndarray) -> np.ndarray:
    """Tell which stated numbers belong to a pairing for which not all claims state the same."""
    stated = values.groupby(pairing)
    differs = stated.transform("min") != stated.transform("max")
    return (differs.fillna(value=False) & values.notna()).to_numpy(bool)


def _differently_named(dataset: Dataset) -> np.ndarray:
    """List the claims on pairings whose claims do not all name the same members."""
    pairing, size = codes_of(dataset.coded["claims"]["pairing_id"]), len(dataset.coded["pairings"])
    named = members(dataset)
    member_of = codes_of(named["pairing_id"])
    differs = np.zeros(size, dtype=bool)
    partly = named["claims"].to_numpy() < np.bincount(pairing, minlength=size)[member_of]
    differs[member_of[partly]] = True
    return np.flatnonzero(differs[pairing])


def _memberships(dataset: Dataset, claims: np.ndarray) -> pd.DataFrame:
    """List whom some claims name, by claim and side: row in memberships, claim, place, name."""
    claim, place = (
        codes_of(dataset.coded["memberships"][name]) for name in ("claim_id", "locality_id")
    )
    rows = np.flatnonzero(np.isin(claim, claims))
    pairing = codes_of(dataset.coded["claims"]["pairing_id"])[claim[rows]]
    name = dataset.coded["localities"]["name"].array.take(place[rows])
    named = pd.DataFrame(
        {"row": rows, "claim": claim[rows], "pairing": pairing, "place": place[rows], "name": name}
    )
    union = members(dataset)
    sides = pd.DataFrame(
        {
            "pairing": codes_of(union["pairing_id"]),
            "place": codes_of(union["locality_id"]),
            "second": union["second"],
        }
    )
    sides = sides[np.isin(sides["pairing"], pairing)]
    return named.merge(sides).sort_values(["claim", "second", "place"], ignore_index=True)


def _labels(dataset: Dataset, named: pd.DataFrame) -> pd.Series:
    """Return the names of members, their ids where a side has two of one name."""
    same = named.groupby(["pairing", "second", "name"])["place"].transform("nunique")
    ids = pd.Series(dataset.coded["localities"]["id"].array.take(named["place"]), dtype="str")
    return named["name"].where(same == 1, ids)


def _member_texts(named: pd.DataFrame, texts: pd.Series) -> dict[int, str]:
    """Write the members of each claim as "a + b – c"."""
    sides: dict[int, dict[bool, list[str]]] = {}
    columns = (named["claim"].tolist(), named["second"].tolist(), texts)
    for claim, second, text in zip(*columns, strict=True):
        sides.setdefault(claim, {}).setdefault(second, []).append(text)
    return {
        claim: " – ".join(" + ".join(side) for side in both.values())
        for claim, both in sides.items()
    }


def _member_words(named: pd.DataFrame) -> dict[int, str]:
    """Say of each claim how its members differ from what other claims on its pairing name."""
    words = {}
    for _, rows in named.groupby("pairing"):
        places: dict[int, set[int]] = {}
        for claim, place in zip(rows["claim"].tolist(), rows["place"].tolist(), strict=True):
            places.setdefault(claim, set()).add(place)
        union = set().union(*places.values())
        for claim, own in places.items():
            fewer = any(own < other for other in places.values())
            words[claim] = (
                "all members" if own == union else "fewer members" if fewer else "other members"
            )
    return words
