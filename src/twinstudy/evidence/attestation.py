"""Who says it: sources, witnesses and days of publication behind each pairing."""

from __future__ import annotations

import numpy as np

from twinstudy.dates import date_bounds
from twinstudy.evidence.signing import NO_BOUND, least
from twinstudy.records.dataset import Dataset
from twinstudy.tables.typed import codes_of


def attestation(dataset: Dataset) -> dict[str, np.ndarray]:
    """Count what stands behind each pairing; `evidence.consolidate` says how.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    columns
        ``claims``, ``witnesses`` (int64), ``official`` (bool), one value a pairing.

    Examples
    --------
    >>> from twinstudy import load
    >>> columns = attestation(load())
    >>> bool((columns["witnesses"] <= columns["claims"]).all())
    True
    """
    size = len(dataset.coded["pairings"])
    pairing = codes_of(dataset.coded["claims"]["pairing_id"])
    source = codes_of(dataset.coded["claims"]["source_id"])
    government = (dataset.coded["sources"]["kind"] == "government").to_numpy(bool)
    official = np.zeros(size, dtype=bool)
    official[pairing[government[source]]] = True
    return {
        "claims": np.bincount(pairing, minlength=size),
        "witnesses": distinct(pairing, witnesses(dataset)[source], size),
        "official": official,
    }


def observed_by(dataset: Dataset) -> np.ndarray:
    """Return the day by which a publication shows each pairing to be in being.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    days
        One a pairing (datetime64[s]), missing as `evidence.consolidate` says.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> len(observed_by(dataset)) == len(dataset.pairings)
    True
    """
    pairing = codes_of(dataset.coded["claims"]["pairing_id"])
    source = codes_of(dataset.coded["claims"]["source_id"])
    published = published_by(dataset)
    hedged = date_bounds(dataset.coded["sources"]["published"])["qualified"].to_numpy()
    agreed = (dataset.coded["pairings"]["status"] == "agreed").to_numpy(bool)
    known = (~np.isnat(published) & ~hedged)[source] & agreed[pairing]
    days = published.astype(np.int64)[source[known]]
    observed = least(days, pairing[known], len(agreed))
    return np.where(observed == NO_BOUND, np.datetime64("NaT"), observed.astype("datetime64[s]"))


def published_by(dataset: Dataset) -> np.ndarray:
    """Return the latest day of publication of each source.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    days
        One a source (datetime64[s]), missing where open or unknown.

    Examples
    --------
    >>> from twinstudy import load
    >>> published_by(load()).dtype
    dtype('<M8[s]')
    """
    return date_bounds(dataset.coded["sources"]["published"])["latest"].to_numpy("datetime64[s]")


def witnesses(dataset: Dataset) -> np.ndarray:
    """Return for each source the row of the source that is its witness: its original, or itself.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    rows
        Row numbers in ``dataset.sources``, one a source.

    Examples
    --------
    >>> from twinstudy import load
    >>> rows = witnesses(load())
    >>> bool((rows[rows] == rows).all())
    True
    """
    original = codes_of(dataset.coded["sources"]["original_source_id"])
    return np.where(original >= 0, original, np.arange(len(original)))


def distinct(groups: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """Count the distinct values of each group.

    Parameters
    ----------
    groups
        Group of each value, from 0 to `size` - 1.
    values
        Whole numbers from 0.
    size
        Number of groups.

    Returns
    -------
    counts
        One int64 a group.

    Examples
    --------
    >>> distinct(np.array([0, 0, 1]), np.array([5, 5, 7]), 3).tolist()
    [1, 1, 0]
    """
    width = int(values.max(initial=0)) + 1
    # Claims stand nearly in the order of their pairings, which a stable sort turns to use.
    pairs = np.sort(groups * width + values, kind="stable")
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = pairs[1:] != pairs[:-1]
    return np.bincount(pairs[first] // width, minlength=size)
