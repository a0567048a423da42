"""Claims to one row a pairing: what the sources, taken together, say."""

from __future__ import annotations

from datetime import date
from typing import get_args

import numpy as np
import pandas as pd

from twinstudy.dates import as_day, bounds_of_texts
from twinstudy.errors import ArgumentError
from twinstudy.evidence.attestation import attestation, observed_by, published_by
from twinstudy.evidence.membership import country_column, members
from twinstudy.evidence.signing import Rule, choose_signed
from twinstudy.records.dataset import Dataset
from twinstudy.tables.typed import codes_of

_DATES = (
    ("sources", "published"),
    ("claims", "signed"),
    ("events", "date"),
    ("counts", "as_of"),
)


def newest_day(dataset: Dataset) -> pd.Timestamp:
    """Find the newest day that the data speak of, which stands for "now" in every measure.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    day
        Latest bound of all dates of publication, of signing, of events and of counts. An interval
        that is open at its end counts with its first day. Dates of signing of planned pairings
        are left out: a plan is no observation. 9999-12-31 where no date is stated at all.

    Examples
    --------
    >>> from twinstudy import load
    >>> newest_day(load()) >= pd.Timestamp("2021-01-01")
    True
    """
    planned = (dataset.coded["pairings"]["status"] == "planned").to_numpy(bool)
    newest = []
    for table, name in _DATES:
        column = dataset.coded[table][name]
        if table == "claims" and planned.any():
            column = column[~planned[dataset.coded["claims"]["pairing_id"].cat.codes.to_numpy()]]
            column = column.cat.remove_unused_categories()
        bounds = bounds_of_texts(column.cat.categories.tolist())
        last = np.where(np.isnat(bounds["latest"]), bounds["earliest"], bounds["latest"])
        newest += last[~np.isnat(last)].tolist()
    return pd.Timestamp(max(newest, default=date(9999, 12, 31)))


def day_at(dataset: Dataset, at: str | date | None) -> pd.Timestamp:
    """Return the day that an `at` argument means.

    Parameters
    ----------
    dataset
        Records.
    at
        Day; a year or month means its last day. None for `newest_day`.

    Returns
    -------
    day
        The day.

    Raises
    ------
    ArgumentError
        If `at` is not a date, or is open, an interval or qualified.

    Examples
    --------
    >>> from twinstudy import load
    >>> day_at(load(), "2014-02")
    Timestamp('2014-02-28 00:00:00')
    """
    return newest_day(dataset) if at is None else as_day(at)


def consolidate(dataset: Dataset, *, rule: Rule = "narrowest") -> pd.DataFrame:
    """Consolidate the claims on each pairing into one row.

    Two dates disagree when there is no day that both allow; ``2014`` and ``2014-08-26`` do not
    disagree, the second is more precise. A qualifier never widens the bounds, so ``2013~`` and
    ``2014`` do. Every claim counts here, whether its source is independent or not.

    Parameters
    ----------
    dataset
        Records.
    rule
        Which date of signing to take where several are stated. ``"narrowest"``: the shortest
        stated interval; the envelope if not all of them overlap. ``"earliest_published"``: what
        the source published first states (by the latest day of its publication; sources without
        a date come last). ``"envelope"``: from the first to the last day that any claim allows.

    Returns
    -------
    pairings
        One row a pairing, in the order and on the index of ``dataset.pairings``:

        - ``pairing_id`` (str), ``kind``, ``matching``, ``status`` (categorical);
        - ``signed`` (categorical): the chosen date as EDTF text, missing where no claim gives one;
          ``signed_earliest``, ``signed_latest`` (datetime64[s], missing where open or unknown)
          and ``signed_qualified`` (bool) are the bounds and the hedge of that text;
        - ``signed_conflict`` (bool): not all stated intervals overlap, whatever `rule` is;
        - ``observed_by`` (datetime64[s]): earliest latest day of publication among its sources;
          missing where none has an unqualified date of publication, and for planned and doubtful
          pairings, which no source can show to be in being;
        - ``claims`` (int64); ``witnesses`` (int64): distinct sources, a translation or reprint
          being one with its original; ``official`` (bool): a claim stands in a source of kind
          government;
        - ``members`` (int64): distinct localities over all claims; ``side_a``, ``side_b``
          (categorical): the country codes of the two sides in alphabetical order, twice the same
          for a pairing inside one country; ``members_a``, ``members_b`` (int64).

    Raises
    ------
    ArgumentError
        If `rule` is another word.

    Notes
    -----
    Ties. Of two equally long intervals the one that ends first is taken, of two equal ones the
    one that is not qualified. A shorter qualified date wins against a longer plain one, and the
    pairing is then not certain to be signed in any year. Of two intervals that are open at one
    end, both being endless, one with a last day wins. An envelope that is open at both ends is no
    date: `signed` is then missing. An envelope ends where the outermost claims end and carries
    their hedge; where two claims share that end, that of the plain one, which is none.

    Examples
    --------
    >>> from twinstudy import load
    >>> pairings = consolidate(load())
    >>> bool((pairings["members"] == pairings["members_a"] + pairings["members_b"]).all())
    True
    """
    dated = date_pairings(dataset, rule=rule)
    counted = pd.DataFrame(attestation(dataset) | _sides(dataset), index=dated.index)
    return pd.concat([dated, counted], axis=1)


def date_pairings(dataset: Dataset, *, rule: Rule = "narrowest") -> pd.DataFrame:
    """Consolidate what the claims on each pairing say of its date, and nothing else.

    Parameters
    ----------
    dataset, rule
        As in `consolidate`.

    Returns
    -------
    pairings
        The columns of `consolidate` up to ``observed_by``.

    Raises
    ------
    ArgumentError
        If `rule` is another word.

    Examples
    --------
    >>> from twinstudy import load
    >>> date_pairings(load()).columns.tolist()[-1]
    'observed_by'
    """
    if rule not in get_args(Rule):
        allowed = ", ".join(map(repr, get_args(Rule)))
        raise ArgumentError(f"`rule` is {rule!r}; use one of {allowed}")
    pairings = dataset.coded["pairings"]
    facts: dict[str, object] = {"pairing_id": pairings["id"]}
    facts |= {name: pairings[name] for name in ("kind", "matching", "status")}
    facts |= _signing(dataset, rule) | {"observed_by": observed_by(dataset)}
    return pd.DataFrame(facts, index=pairings.index)


def being(
    dataset: Dataset, *, at: str | date | None = None, rule: Rule = "narrowest"
) -> pd.DataFrame:
    """Tell which pairings are in being by a day.

    Parameters
    ----------
    dataset
        Records.
    at
        Day; a year or month means its last day. None for `newest_day`.
    rule
        As in `consolidate`.

    Returns
    -------
    pairings
        One row a pairing, in the order of ``dataset.pairings``: ``pairing_id`` (str), ``kind``,
        ``status`` (categorical), and three bools. ``certain``: the pairing is agreed, and its
        date of signing is not qualified and ends by that day, or a source published by that day
        reports it. ``possible``: certain, or undated, or its date begins by that day.
        ``undated``: there is no date of signing, so `consolidate` leaves ``signed`` missing.

    Raises
    ------
    ArgumentError
        If `at` is not a date or `rule` is another word.

    Examples
    --------
    >>> from twinstudy import load
    >>> early = being(load(), at="1900")
    >>> bool(early["certain"].any()), bool((early["undated"] <= early["possible"]).all())
    (False, True)
    """
    pairings = date_pairings(dataset, rule=rule)
    day = day_at(dataset, at)
    return pd.concat([pairings[["pairing_id", "kind", "status"]], being_by(pairings, day)], axis=1)


def being_by(pairings: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Tell which consolidated pairings are in being by a day.

    Parameters
    ----------
    pairings
        What `consolidate` or `date_pairings` returns, or some of its rows.
    day
        The day.

    Returns
    -------
    being
        On the index of `pairings`: ``certain``, ``possible``, ``undated`` (bool) as in `being`.

    Examples
    --------
    >>> from twinstudy import load
    >>> being_by(consolidate(load()), pd.Timestamp("2020-01-01")).columns.tolist()
    ['certain', 'possible', 'undated']
    """
    undated = pairings["signed"].isna()
    certain = pd.Series(certain_from(pairings) <= day.to_datetime64(), index=pairings.index)
    earliest = pairings["signed_earliest"]
    possible = certain | undated | earliest.isna() | (earliest <= day)
    return pd.DataFrame({"certain": certain, "possible": possible, "undated": undated})


def certain_from(pairings: pd.DataFrame) -> np.ndarray:
    """Find the day from which each consolidated pairing is certain to be in being.

    Parameters
    ----------
    pairings
        What `consolidate` or `date_pairings` returns, or some of its rows.

    Returns
    -------
    days
        One a row (datetime64[s]): the last day of an unqualified date of signing, or the day by
        which a publication shows it, whichever is earlier; missing where there is neither, and
        for pairings that are not agreed.

    Examples
    --------
    >>> from twinstudy import load
    >>> pairings = consolidate(load())
    >>> certain_from(pairings)[pairings["pairing_id"] == "p-po-hen-than-san"]
    array(['2014-08-26T00:00:00'], dtype='datetime64[s]')
    """
    signed = pairings["signed_latest"].mask(pairings["signed_qualified"])
    known = np.fmin(signed.to_numpy(), pairings["observed_by"].to_numpy())  # passes over missing
    agreed = (pairings["status"] == "agreed").to_numpy(bool)
    return np.where(agreed, known, np.datetime64("NaT")).astype("datetime64[s]")


def _signing(dataset: Dataset, rule: Rule) -> dict[str, object]:
    claims = dataset.coded["claims"]
    published = published_by(dataset)[codes_of(claims["source_id"])]
    return choose_signed(
        claims["signed"],
        codes_of(claims["pairing_id"]),
        len(dataset.coded["pairings"]),
        published,
        rule,
    )


def _sides(dataset: Dataset) -> dict[str, object]:
    size = len(dataset.coded["pairings"])
    named = members(dataset)
    pairing, side = codes_of(named["pairing_id"]), codes_of(named["side"])
    total = np.bincount(pairing, minlength=size)
    # Members stand in the order of their sides, so the first and the last one show the two.
    last = np.cumsum(total) - 1
    members_b = np.bincount(pairing[named["second"]], minlength=size)
    countries = named["side"].cat.categories
    return {
        "members": total,
        "side_a": country_column(side[last - total + 1], countries),
        "side_b": country_column(side[last], countries),
        "members_a": total - members_b,
        "members_b": members_b,
    }
