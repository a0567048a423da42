"""From a pairing back to what its sources say, and where they disagree."""

from __future__ import annotations

from datetime import date

import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import of_type
from twinstudy.evidence.consolidate import consolidate, members, source_days
from twinstudy.evidence.hierarchy import ancestors
from twinstudy.evidence.names import Names, pairing_key, pairing_names, place_names
from twinstudy.records.dataset import Dataset

_ABOUT = ["signed", "members", "agreement_items", "status"]
_WORDS = ["no common day", "all members", "fewer members", "other members", "other number"]
_WORDS += ["other status"]
_CITED = ["source_id", "source_kind", "title", "publisher", "published", "url", "locator"]


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
        ``about`` (categorical: signed, members, agreement_items, status); ``value`` (str): the
        date, the names of the members ("a + b – c", an id where a side has a name twice), the
        number, or whether the source calls the pairing agreed or planned;
        ``claim_id``, ``source_id`` (str); ``disagreement`` (categorical):

        - *no common day*: there is no day that all stated dates of the pairing allow;
        - *other number*: not all claims state this number of agreed contents;
        - *other status*: some claims call the pairing agreed, and others planned;
        - *all members*: the claim names every member that any claim names, and others do not;
        - *fewer members*: all that it names, and more, stands in another claim;
        - *other members*: neither; it names one that another leaves out, and the other way round.

    Examples
    --------
    >>> from twinstudy import load
    >>> conflicts(load()).columns.tolist()
    ['pairing_id', 'about', 'value', 'claim_id', 'source_id', 'disagreement']
    """
    pairings = consolidate(dataset).set_index("pairing_id")
    claims = dataset.claims.rename(columns={"id": "claim_id"})
    apart = claims["pairing_id"].map(pairings["signed_conflict"]) & claims["signed"].notna()
    dates = claims[apart]
    dates = dates.assign(value=dates["signed"], disagreement="no common day")
    items = _differing(claims, "agreement_items", "other number")
    called = _differing(claims[claims["status"] != "silent"], "status", "other status")
    named = _memberships(dataset)
    partly = members(dataset)
    partly = partly[partly["claims"] < partly["pairing_id"].map(pairings["claims"])]
    named = named[named["pairing_id"].isin(partly["pairing_id"])]
    same = named.groupby(["pairing_id", "second", "name"])["locality_id"].transform("nunique")
    labels = named["name"].where(same == 1, named["locality_id"])  # two of one name on a side
    texts = _member_texts(named.assign(text=labels))
    listed = claims[claims["claim_id"].isin(texts.index)]
    listed = listed.assign(
        value=listed["claim_id"].map(texts),
        disagreement=listed["claim_id"].map(_member_words(named)),
    )
    parts = {"signed": dates, "members": listed, "agreement_items": items, "status": called}
    rows = pd.concat([part.assign(about=about) for about, part in parts.items()])
    rows["about"] = pd.Categorical(rows["about"], categories=_ABOUT)
    rows["disagreement"] = pd.Categorical(rows["disagreement"], categories=_WORDS)
    rows["value"] = rows["value"].astype("str")
    columns = ["pairing_id", "about", "value", "claim_id", "source_id", "disagreement"]
    return rows[columns].sort_values(["pairing_id", "about", "claim_id"], ignore_index=True)


def _differing(claims: pd.DataFrame, column: str, words: str) -> pd.DataFrame:
    """Take the claims that state a value where others on the same pairing state another one."""
    stated = claims.groupby("pairing_id")[column].transform("nunique")
    differing = claims[(stated > 1) & claims[column].notna()]
    return differing.assign(value=differing[column].astype("str"), disagreement=words)


def trace(dataset: Dataset, pairing: str, *, events: bool = False) -> pd.DataFrame:
    """List every claim behind a pairing with its source and what it states, or every event.

    Parameters
    ----------
    dataset
        Records.
    pairing
        Key of a pairing, or a name that only one has: its own ("Pò Hèn – Tansan", in Vietnamese,
        Chinese or international names) or that of a member ("Pò Hèn"), accents and case aside.
    events
        Whether to list what happened since (visits, calls, a pause) in place of the claims.

    Returns
    -------
    claims
        One row a claim, by the last day of publication of its source (those without date last),
        then by id; all columns str but the number: ``claim_id``, ``source_id``, ``source_kind``,
        ``title``, ``publisher``, ``published`` (EDTF), ``url``, ``locator``, ``signed`` (EDTF),
        ``agreement_items`` (Int64), ``members`` (as the source names them, "a + b – c"; our name
        where it does not), ``witness`` (id of the source of which this one is a translation or
        reprint, else of itself), ``note``. What is not stated is missing.

        With `events`, one row an event, by the first day that its date allows (those without date
        last), then by id; all columns str but two: ``event_id``, ``kind`` (categorical), ``date``
        (EDTF), ``quantity`` (Int64: how many ``unit``), ``unit``, and ``source_id`` to ``locator``
        and ``note`` as above.

    Raises
    ------
    UnknownKeyError
        If no pairing has that key or name.
    ArgumentError
        If several have that name; it lists them.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> trace(dataset, "po hen").equals(trace(dataset, "p-po-hen-than-san"))
    True
    >>> trace(dataset, "po hen", events=True).columns[:4].tolist()
    ['event_id', 'kind', 'date', 'quantity']
    """
    key = pairing_key(dataset, pairing)
    of_type("events", events, (int,), "True or False")
    if events:
        later = dataset.events.rename(columns={"id": "event_id"})
        rows = later[later["pairing_id"] == key]
        columns = ["event_id", "kind", "date", "quantity", "unit", *_CITED, "note"]
        return _in_time(_cited(dataset, rows), "date", "earliest")[columns]
    claims = dataset.claims[dataset.claims["pairing_id"] == key].rename(columns={"id": "claim_id"})
    named = _memberships(dataset)
    named = named[named["claim_id"].isin(claims["claim_id"])]
    texts = _member_texts(named.assign(text=named["named_as"].fillna(named["name"])))
    witness = claims["source_id"].map(source_days(dataset)["witness"])
    frame = _cited(dataset, claims).assign(
        members=claims["claim_id"].map(texts), witness=witness.astype("str")
    )
    columns = ["claim_id", *_CITED, "signed", "agreement_items", "members", "witness", "note"]
    return _in_time(frame, "published", "latest")[columns]


def pairings(
    dataset: Dataset, *, names: Names = "international", at: str | date | None = None
) -> pd.DataFrame:
    """List the pairings as one flat table, a readable row each.

    Parameters
    ----------
    dataset
        Records.
    names
        Which names of places to use: ``"international"`` (a Chinese place by its established
        English name or pinyin, the Vietnamese reading where neither is known), ``"vi"`` or
        ``"zh"`` (Chinese characters where they are known).
    at
        Day on which the provinces are taken, since units change; a year or month means its last
        day. None for the newest day that the data speak of. All pairings are listed on any day.

    Returns
    -------
    pairings
        One row a pairing of any status, in the order of ``dataset.pairings``; several places are
        parted by "; ", what is not known is missing:

        - ``pairing_id``, ``name`` (str); ``kind``, ``status`` (categorical);
        - ``side_a`` (str: the country code that comes first in the alphabet), ``places_a`` (in the
          names that are asked for), ``places_a_vi`` (Vietnamese names or readings),
          ``places_a_zh`` (Chinese names, missing where none is known), ``province_a`` (str); the
          same for ``b``;
        - ``signed`` (str, EDTF), ``earliest``, ``latest`` (datetime64[s]): the consolidated date of
          signing and the days that bound it; ``exists_by`` (datetime64[s]): the day from which the
          pairing exists for certain, also where no date of signing is stated; missing for planned
          and doubtful ones;
        - ``claims``, ``witnesses`` (int64), ``official`` (bool): as in `consolidate`;
        - ``url`` (str): address of the first of its sources, by date of publication, that has one.

    Raises
    ------
    ArgumentError
        If `names` is another word or `at` is not a date.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = pairings(load()).set_index("pairing_id")
    >>> table.loc["p-po-hen-than-san", ["name", "province_a", "province_b"]].tolist()
    ['Pò Hèn – Tansan', 'Guangxi', 'Quảng Ninh']
    """
    found = consolidate(dataset)
    found.insert(1, "name", found["pairing_id"].map(pairing_names(dataset, names)))
    places = dataset.localities.set_index("id")
    chosen = place_names(dataset, names)
    named = members(dataset)
    place = named["locality_id"]
    texts = {
        "places_{}": place.map(chosen),
        "places_{}_vi": place.map(places["name"]),
        "places_{}_zh": place.map(places["name_zh"]),
        "province_{}": place.map(ancestors(dataset, level="province", at=at)).map(chosen),
    }
    listed = ["pairing_id", "name", "kind", "status"]
    for side, second in (("a", False), ("b", True)):
        for column, text in texts.items():
            told = text[named["second"] == second].dropna().groupby(named["pairing_id"])
            joined = told.agg(lambda each: "; ".join(dict.fromkeys(each)))
            found[column.format(side)] = found["pairing_id"].map(joined).astype("str")
        listed += [f"side_{side}", *(column.format(side) for column in texts)]
    claims = _in_time(_cited(dataset, dataset.claims), "published", "latest").dropna(subset="url")
    first = claims.drop_duplicates("pairing_id").set_index("pairing_id")["url"]
    found["url"] = found["pairing_id"].map(first).astype("str")
    found = found.rename(columns={"signed_earliest": "earliest", "signed_latest": "latest"})
    rest = ["signed", "earliest", "latest", "exists_by", "claims", "witnesses", "official", "url"]
    return found[[*listed, *rest]]


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
    sides = members(dataset)[["pairing_id", "locality_id", "second"]]
    claims = dataset.claims.set_index("id")["pairing_id"]
    named = dataset.memberships.join(claims, on="claim_id").merge(sides)
    named["name"] = named["locality_id"].map(dataset.localities.set_index("id")["name"])
    return named.sort_values(["claim_id", "second", "locality_id"], ignore_index=True)


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
