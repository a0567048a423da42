"""Choosing one date of signing where claims state several."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from twinstudy.dates import bounds_of_texts
from twinstudy.tables.typed import codes_of

Rule = Literal["narrowest", "earliest_published", "envelope"]

#: Stands for "no bound" where days are compared as whole numbers.
NO_BOUND = np.iinfo(np.int64).max

_UNKNOWN = np.datetime64("NaT", "s")


def choose_signed(
    signed: pd.Series, pairing: np.ndarray, size: int, published: np.ndarray, rule: Rule
) -> dict[str, object]:
    """Choose the date of signing of each pairing; `evidence.consolidate` says how.

    Distinct texts are ranked once, and claims are compared by the rank of their text.

    Parameters
    ----------
    signed
        EDTF texts of the claims, categorical.
    pairing
        Row number of the pairing of each claim.
    size
        Number of pairings.
    published
        Latest day of publication of the source of each claim (datetime64[s]).
    rule
        Rule of choice.

    Returns
    -------
    columns
        ``signed``, ``signed_earliest``, ``signed_latest``, ``signed_qualified`` and
        ``signed_conflict``, one value a pairing.

    Examples
    --------
    >>> texts = pd.Series(["2014", "2014-08", "2018"], dtype="category")
    >>> day = np.array(["2020-01-01"] * 3, dtype="datetime64[s]")
    >>> chosen = choose_signed(texts, np.array([0, 0, 1]), 2, day, "narrowest")
    >>> list(chosen["signed"])
    ['2014-08', '2018']
    """
    code = codes_of(signed)
    dated = code >= 0
    code, pairing, published = code[dated], pairing[dated], published[dated]
    texts = signed.cat.categories.tolist()
    bounds = {name: array[:-1] for name, array in bounds_of_texts(texts).items()}
    first = np.where(np.isnat(bounds["earliest"]), -NO_BOUND, bounds["earliest"].astype(np.int64))
    last = np.where(np.isnat(bounds["latest"]), NO_BOUND, bounds["latest"].astype(np.int64))

    closed = (first != -NO_BOUND) & (last != NO_BOUND)
    length = np.subtract(last, first, where=closed, out=np.full(len(texts), NO_BOUND))
    narrowest = np.lexsort((bounds["qualified"], -first, last, length))
    latest_start = -least(-first[code], pairing, size)
    conflict = latest_start > least(last[code], pairing, size)

    if rule == "earliest_published":
        day = np.where(np.isnat(published), NO_BOUND, published.astype(np.int64))
        foremost = day == least(day, pairing, size)[pairing]
        chosen = _best(narrowest, code[foremost], pairing[foremost], size)
    else:
        chosen = _best(narrowest, code, pairing, size)
    heads, tails = _parts(texts)
    start = _best(_by_bound(first, heads), code, pairing, size)
    end = _best(_by_bound(-last, tails), code, pairing, size)
    enveloped = (rule == "envelope") | (conflict & (rule == "narrowest"))
    chosen = np.where(enveloped, start, chosen)
    rows = np.flatnonzero(enveloped & (start != end))
    spans, span = np.unique(np.column_stack([start, end])[rows], axis=0, return_inverse=True)
    # From here on a date is a row of the stated texts, or of the envelopes that follow them.
    chosen[rows] = len(texts) + span
    start, end = spans.T
    texts += [_span(heads[a], tails[b]) for a, b in spans.tolist()]
    hedged = [_hedged(heads)[start] | _hedged(tails)[end]]
    earliest = np.concatenate([bounds["earliest"], bounds["earliest"][start], [_UNKNOWN]])
    latest = np.concatenate([bounds["latest"], bounds["latest"][end], [_UNKNOWN]])
    qualified = np.concatenate([bounds["qualified"], *hedged, [False]])
    chosen[(np.isnat(earliest) & np.isnat(latest))[chosen]] = -1
    return {
        "signed": _as_column(texts, chosen),
        "signed_earliest": earliest[chosen],
        "signed_latest": latest[chosen],
        "signed_qualified": qualified[chosen],
        "signed_conflict": conflict,
    }


def least(values: np.ndarray, groups: np.ndarray, size: int) -> np.ndarray:
    """Take the least value of each group.

    Parameters
    ----------
    values
        Whole numbers.
    groups
        Group of each value, from 0 to `size` - 1.
    size
        Number of groups.

    Returns
    -------
    least
        One int64 a group; the greatest int64 for a group without values.

    Examples
    --------
    >>> least(np.array([3, 1, 2]), np.array([0, 0, 1]), 2).tolist()
    [1, 2]
    """
    result = np.full(size, NO_BOUND)
    np.minimum.at(result, groups, values)
    return result


def _best(order: np.ndarray, code: np.ndarray, pairing: np.ndarray, size: int) -> np.ndarray:
    """Take for each pairing the text that comes first in an order, -1 where it has none."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    best = least(rank[code], pairing, size)
    found: np.ndarray = np.append(order, -1)[np.minimum(best, len(order))]
    return found


def _parts(texts: list[str]) -> tuple[list[str], list[str]]:
    """Return the text that bounds each date from below, and the one that does from above."""
    pairs = [text.partition("/") for text in texts]
    return [start for start, _, _ in pairs], [end or start for start, _, end in pairs]


def _hedged(parts: list[str]) -> np.ndarray:
    return np.array([part[-1] in "~?%" for part in parts], dtype=bool)


def _by_bound(bound: np.ndarray, parts: list[str]) -> np.ndarray:
    """Order texts by a bound; of one bound, a plain part comes before a hedged one."""
    return np.lexsort((np.array(parts, dtype="U"), _hedged(parts), bound))


def _span(start: str, end: str) -> str:
    return start if start == end else f"{start}/{end}"


def _as_column(texts: list[str], chosen: np.ndarray) -> pd.Categorical[str]:
    """Make a column of the chosen texts; its categories are sorted, and each is used."""
    used = np.flatnonzero(np.bincount(chosen + 1, minlength=len(texts) + 1)[1:])
    index = pd.Index([texts[row] for row in used.tolist()], dtype="str")
    place, categories = pd.factorize(index, sort=True)
    codes = np.full(len(texts) + 1, -1)
    codes[used] = place
    return pd.Categorical.from_codes(codes[chosen], categories=categories)
