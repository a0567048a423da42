"""From a pairing back to what its sources say, and where they disagree."""

from __future__ import annotations

import difflib

import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import UnknownKeyError
from twinstudy.evidence.consolidate import consolidate, members, source_days
from twinstudy.records.dataset import Dataset

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
    claims = dataset.claims.rename(columns={"id": "claim_id"})
    pairings = consolidate(dataset).set_index("pairing_id")
    apart = claims["pairing_id"].map(pairings["signed_conflict"]) & claims["signed"].notna()
    dates = claims[apart].assign(value=claims.loc[apart, "signed"], disagreement="no common day")
    stated = claims["agreement_items"].groupby(claims["pairing_id"])
    differs = stated.transform("min").ne(stated.transform("max")).fillna(value=False)
    items = claims[differs & claims["agreement_items"].notna()]
    items = items.assign(value=items["agreement_items"].astype("str"), disagreement="other number")
    named = _memberships(dataset)
    partly = members(dataset)
    partly = partly[partly["claims"] < partly["pairing_id"].map(pairings["claims"])]
    named = named[named["pairing_id"].isin(partly["pairing_id"])]
    texts = _member_texts(named.assign(text=_labels(named)))
    listed = claims[claims["claim_id"].isin(texts.index)]
    listed = listed.assign(
        value=listed["claim_id"].map(texts),
        disagreement=listed["claim_id"].map(_member_words(named)),
    )
    parts = {"signed": dates, "members": listed, "agreement_items": items}
    rows = pd.concat([part.assign(about=about) for about, part in parts.items()])
    rows["about"] = pd.Categorical(rows["about"], categories=_ABOUT)
    rows["disagreement"] = pd.Categorical(rows["disagreement"], categories=_WORDS)
    rows["value"] = rows["value"].astype("str")
    columns = ["pairing_id", "about", "value", "claim_id", "source_id", "disagreement"]
    return rows[columns].sort_values(["pairing_id", "about", "claim_id"], ignore_index=True)


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
    claims = _rows_of(dataset, dataset.claims, pairing_id).rename(columns={"id": "claim_id"})
    named = _memberships(dataset)
    named = named[named["claim_id"].isin(claims["claim_id"])]
    texts = _member_texts(named.assign(text=named["named_as"].fillna(named["name"])))
    witness = claims["source_id"].map(source_days(dataset)["witness"])
    frame = _cited(dataset, claims).assign(
        members=claims["claim_id"].map(texts), witness=witness.astype("str")
    )
    columns = ["claim_id", *_CITED, "signed", "agreement_items", "members", "witness", "note"]
    return _in_time(frame, "published", "latest")[columns]


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
    events = _rows_of(dataset, dataset.events, pairing_id).rename(columns={"id": "event_id"})
    columns = ["event_id", "kind", "date", "quantity", "unit", *_CITED, "note"]
    return _in_time(_cited(dataset, events), "date", "earliest")[columns]


_CITED = ["source_id", "source_kind", "title", "publisher", "published", "url", "locator"]


def _rows_of(dataset: Dataset, table: pd.DataFrame, pairing_id: str) -> pd.DataFrame:
    """Take the rows of a table that speak of a pairing."""
    ids = dataset.pairings["id"]
    if not (ids == pairing_id).any():
        near = difflib.get_close_matches(str(pairing_id), ids.tolist(), n=1)
        remedy = f"nearest: {near[0]!r}" if near else "no id is near it; see the table of pairings"
        raise UnknownKeyError(f"`pairing_id` is {pairing_id!r}, which is no pairing; {remedy}")
    return table[table["pairing_id"] == pairing_id]


def _cited(dataset: Dataset, rows: pd.DataFrame) -> pd.DataFrame:
    """Join the source of each row."""
    sources = dataset.sources.set_index("id")[["kind", "title", "publisher", "published", "url"]]
    sources = sources.rename(columns={"kind": "source_kind"}).astype("str")
    return rows.join(sources, on="source_id")


def _in_time(frame: pd.DataFrame, column: str, bound: str) -> pd.DataFrame:
    """Sort rows, which stand in the order of their ids, by a bound of a date; unknown ones last."""
    days = date_bounds(frame[column])[bound]
    order = days.sort_values(kind="stable", na_position="last").index
    return frame.loc[order].reset_index(drop=True)


def _memberships(dataset: Dataset) -> pd.DataFrame:
    """List whom each claim names, by claim, side and place."""
    pairing = dataset.claims.set_index("id")["pairing_id"]
    named = dataset.memberships.assign(
        pairing_id=dataset.memberships["claim_id"].map(pairing),
        name=dataset.memberships["locality_id"].map(dataset.localities.set_index("id")["name"]),
    )
    sides = members(dataset)[["pairing_id", "locality_id", "second"]]
    named = named.merge(sides, on=["pairing_id", "locality_id"])
    return named.sort_values(["claim_id", "second", "locality_id"], ignore_index=True)


def _labels(named: pd.DataFrame) -> pd.Series:
    """Return the names of members, their ids where a side has two of one name."""
    same = named.groupby(["pairing_id", "second", "name"])["locality_id"].transform("nunique")
    return named["name"].where(same == 1, named["locality_id"])


def _member_texts(named: pd.DataFrame) -> pd.Series:
    """Write the members of each claim, sorted by side, as "a + b – c"."""
    sides = named.groupby(["claim_id", "second"])["text"].agg(" + ".join)
    return sides.groupby("claim_id").agg(" – ".join)


def _member_words(named: pd.DataFrame) -> dict[str, str]:
    """Say of each claim how its members differ from what other claims on its pairing name."""
    words = {}
    for _, rows in named.groupby("pairing_id"):
        places = rows.groupby("claim_id")["locality_id"].agg(set)
        union = set().union(*places)
        for claim, own in places.items():
            fewer = any(own < other for other in places)
            words[str(claim)] = (
                "all members" if own == union else "fewer members" if fewer else "other members"
            )
    return words
