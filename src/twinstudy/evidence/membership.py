"""Who belongs to a pairing: the union over its claims, side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twinstudy.evidence.attestation import distinct
from twinstudy.records.dataset import Dataset
from twinstudy.tables.typed import codes_of


def members(dataset: Dataset) -> pd.DataFrame:
    """List the members of each pairing: the union over its claims.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    members
        One row a pairing and locality, sorted by pairing, side and locality: ``pairing_id``,
        ``locality_id`` (categorical, as references of a `Dataset`: codes are row numbers),
        ``side`` (categorical: country code), ``second`` (bool: of the second side, which in a
        pairing inside one country is the second of its two members), ``claims`` and ``sources``
        (int64): how many claims and how many distinct sources name it.

    Examples
    --------
    >>> from twinstudy import load
    >>> members(load()).columns.tolist()
    ['pairing_id', 'locality_id', 'side', 'second', 'claims', 'sources']
    """
    claim = dataset.coded["memberships"]["claim_id"].cat.codes.to_numpy()
    pairing = codes_of(dataset.coded["claims"]["pairing_id"])[claim]
    source = codes_of(dataset.coded["claims"]["source_id"])[claim]
    place = codes_of(dataset.coded["memberships"]["locality_id"])
    country, countries = pd.factorize(dataset.coded["localities"]["country"], sort=True)
    side = country[place]
    key = (pairing * max(len(countries), 1) + side) * max(len(country), 1) + place
    order = np.argsort(key, kind="stable")  # claims stand nearly in the order of their pairings
    new = np.ones(len(key), dtype=bool)
    new[1:] = key[order][1:] != key[order][:-1]
    member = np.cumsum(new) - 1
    rows = order[new]
    pairing, side = pairing[rows], side[rows]
    total = np.bincount(pairing, minlength=len(dataset.coded["pairings"]))
    last = np.cumsum(total)[pairing] - 1
    first = last - total[pairing] + 1
    alone = side[first] == side[last]
    return pd.DataFrame(
        {
            "pairing_id": _like(dataset.coded["claims"]["pairing_id"], pairing),
            "locality_id": _like(dataset.coded["memberships"]["locality_id"], place[rows]),
            "side": country_column(side, countries),
            "second": np.where(alone, np.arange(len(rows)) > first, side != side[first]),
            "claims": np.bincount(member, minlength=len(rows)),
            "sources": distinct(member, source[order], len(rows)),
        }
    )


def pairing_names(dataset: Dataset) -> pd.Series:
    """Name pairings by their members.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    names
        Index ``pairing_id`` (all pairings, in their order), values such as
        ``Minh Tân, Thanh Đức – Thiên Bảo`` (str): the names of the members of both sides, that of
        Việt Nam first. Where several pairings would have one name, their kind follows it.

    Examples
    --------
    >>> from twinstudy import load
    >>> pairing_names(load())["p-po-hen-than-san"]
    'Pò Hèn – Thán Sản'
    """
    member = members(dataset)
    named = pd.DataFrame(
        {
            "pairing": codes_of(member["pairing_id"]),
            "abroad": (member["side"] != "VN").to_numpy(),
            "second": member["second"],
            "name": dataset.coded["localities"]["name"].array.take(codes_of(member["locality_id"])),
        }
    )
    sides = named.groupby(["pairing", "abroad", "second"])["name"].agg(", ".join)
    names = pd.Series(sides.groupby("pairing").agg(" – ".join).array, dtype="str")
    kinds = dataset.coded["pairings"]["kind"].astype("str").str.replace("_", " ")
    names = names.mask(names.duplicated(keep=False), names + " (" + kinds + ")")
    index = pd.Index(dataset.coded["pairings"]["id"], name="pairing_id")
    return names.set_axis(index).rename("pairing")


def country_column(numbers: np.ndarray, countries: pd.Index) -> pd.Categorical[str]:
    """Make a column of country codes.

    Parameters
    ----------
    numbers
        Positions in `countries`.
    countries
        Codes in alphabetical order.

    Returns
    -------
    column
        Categorical of all the codes.

    Examples
    --------
    >>> list(country_column(np.array([1, 0]), pd.Index(["CN", "VN"])))
    ['VN', 'CN']
    """
    return pd.Categorical.from_codes(numbers, categories=pd.Index(countries, dtype="str"))


def _like(column: pd.Series, codes: np.ndarray) -> pd.Categorical[str]:
    return pd.Categorical.from_codes(codes, dtype=column.array.dtype, validate=False)
