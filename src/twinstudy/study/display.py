"""How records look to people: the card of a dataset, dates and names in words."""

from __future__ import annotations

import calendar
import html
import textwrap

import numpy as np
import pandas as pd

from twinstudy.evidence.consolidate import coded_members, newest_day
from twinstudy.evidence.hierarchy import ancestor_codes
from twinstudy.evidence.names import fold
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS
from twinstudy.tables.typed import codes_of

#: Kinds of pairing as headings, by what they tie.
KIND_WORDS = {
    "village": "village",
    "commune": "commune",
    "district": "district",
    "province": "province",
    "border_post": "post",
    "other": "other",
}
_ROWS = 20


def summary(dataset: Dataset) -> pd.DataFrame:
    """Count what the data hold in each province and of each kind.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    counts
        One row a province of today that has a member of a pairing, sorted by country and name,
        with a row for members in no known province: ``country``, ``area`` (str, the name;
        missing where it is not known), one column a kind of pairing that occurs (pairings with a
        member there, of any status), and ``pairings``, ``localities`` (distinct members there),
        ``claims`` and ``sources`` (of those pairings), all int64. A pairing counts in each
        province that has a member of it, so that columns do not add up over rows.

    Examples
    --------
    >>> from twinstudy import load
    >>> summary(load()).columns[-4:].tolist()
    ['pairings', 'localities', 'claims', 'sources']
    """
    places, named = dataset.coded["localities"], coded_members(dataset)
    pairing = codes_of(named["pairing_id"])
    locality = codes_of(named["locality_id"])
    kinds = dataset.coded["pairings"]["kind"]
    rows = pd.DataFrame(
        {
            "country": places["country"].to_numpy()[locality],
            "province_code": ancestor_codes(dataset, level="province")[locality],
            "pairing": pairing,
            "locality": locality,
            "kind": kinds.cat.codes.to_numpy()[pairing],
        }
    )
    claims = pd.DataFrame(
        {
            "pairing": dataset.coded["claims"]["pairing_id"].cat.codes,
            "claim": np.arange(len(dataset.coded["claims"])),
            "source": dataset.coded["claims"]["source_id"].cat.codes,
        }
    )
    groups = ["country", "province_code"]
    pairings = rows.drop_duplicates([*groups, "pairing"])
    by_kind = {
        kind: pairings[pairings["kind"] == code].groupby(groups).size()
        for code, kind in enumerate(KINDS)
        if (kinds == kind).any()
    }
    claimed = pairings.merge(claims, on="pairing").groupby(groups)
    counts = pd.DataFrame(
        by_kind
        | {
            "pairings": pairings.groupby(groups).size(),
            "localities": rows.groupby(groups)["locality"].nunique(),
            "claims": claimed["claim"].nunique(),
            "sources": claimed["source"].nunique(),
        }
    )
    counts = counts.fillna(0).astype("int64").reset_index()
    provinces = counts.pop("province_code").to_numpy()
    counts.insert(1, "area", places["name"].array.take(provinces, allow_fill=True))
    order = counts["country"] + " " + counts["area"].fillna("").map(fold)
    return counts.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def headline(dataset: Dataset) -> str:
    """Say in a line how much the data hold.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    text
        Totals, and the newest day that the data speak of.

    Examples
    --------
    >>> from twinstudy import load
    >>> headline(load()).endswith(f"newest day {newest_day(load()).date()}")
    True
    """
    agreed = int((dataset.coded["pairings"]["status"] == "agreed").sum())
    other = len(dataset.coded["pairings"]) - agreed
    aside = f" ({other:,} planned or doubtful)" if other else ""
    return (
        f"{len(dataset.coded['pairings']):,} pairings{aside} named by {len(dataset.coded['claims']):,} claims; "
        f"{len(dataset.coded['localities']):,} localities, {len(dataset.coded['sources']):,} sources; "
        f"newest day {newest_day(dataset).date()}"
    )


def card_text(dataset: Dataset) -> str:
    """Write the card of a dataset for a terminal of 80 columns.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    text
        Version, totals, and pairings by province and kind.

    Examples
    --------
    >>> from twinstudy import load
    >>> print(card_text(load()).split("+")[0])
    twinstudy 0.1.0
    """
    counts, more = _shown(summary(dataset))
    width = max(map(len, counts["area"]), default=0)
    # Padded, since pandas would set names to the right.
    counts = counts.assign(area=counts["area"].str.ljust(width))
    counts = counts.drop(columns=["localities", "claims", "sources"])
    heads = {**KIND_WORDS, "country": "", "area": "area".ljust(width)}
    lines = [f"twinstudy {dataset.version}", *textwrap.wrap(headline(dataset), 79)]
    if len(counts):
        lines += ["", counts.rename(columns=heads).to_string(index=False)]
    return "\n".join([*lines, *more])


def card_html(dataset: Dataset) -> str:
    """Write the card of a dataset for a notebook.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    html
        The same as `card_text`, and localities, claims and sources by province; every text of
        the data is escaped.

    Examples
    --------
    >>> from twinstudy import load
    >>> card_html(load()).startswith("<div>")
    True
    """
    counts, more = _shown(summary(dataset))
    table = counts.rename(columns=KIND_WORDS).to_html(index=False, border=0, escape=True)
    title = f"<strong>twinstudy {html.escape(dataset.version)}</strong>"
    lines = [html.escape(line) for line in (headline(dataset), *more)]
    return f"<div>{title}<br>{lines[0]}{table}{''.join(lines[1:])}</div>"


def _shown(counts: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Keep the provinces with the most pairings, and say how many are left out."""
    kept = counts.nlargest(_ROWS, "pairings", keep="first").sort_index()
    kept = kept.assign(area=kept["area"].fillna("not known"))
    left = len(counts) - len(kept)
    return kept, [f"… and {left:,} more provinces with fewer pairings"] if left else []


def date_words(text: str) -> str:
    """Say an EDTF date in words.

    Parameters
    ----------
    text
        EDTF text, such as ``2014-08-26``, ``2013~`` or ``../2021-05``.

    Returns
    -------
    words
        The same in English.

    Examples
    --------
    >>> [date_words(text) for text in ("2014-08-26", "2015-12", "2013~", "../2021?")]
    ['26 August 2014', 'December 2015', 'about 2013', 'until 2021 (uncertain)']
    >>> date_words("2014/2021"), date_words("2020/..")
    ('2014 to 2021', 'from 2020')
    """
    if "/" not in text:
        return _day_words(text)
    start, end = text.split("/")
    if start == "..":
        return f"until {_day_words(end)}"
    return (
        f"from {_day_words(start)}" if end == ".." else f"{_day_words(start)} to {_day_words(end)}"
    )


def _day_words(text: str) -> str:
    plain = text.rstrip("~?%")
    parts = [int(part) for part in plain.split("-")]
    words = " ".join(
        [str(part) for part in parts[2:]]
        + [calendar.month_name[m] for m in parts[1:2]]
        + [plain[:4]]
    )
    about = "about " if text[-1] in "~%" else ""
    return f"{about}{words}{' (uncertain)' if text[-1] in '?%' else ''}"
