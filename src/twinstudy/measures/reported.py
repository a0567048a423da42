"""What sources report without naming members: totals and sizes, read as of a day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.evidence.consolidate import newest_day
from twinstudy.measures.named import NEVER, Chosen, exists_on, note, seconds
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS
from twinstudy.tables.typed import codes_of

#: Number that stands for "all kinds" beside the numbers of the kinds.
ALL_KINDS = len(KINDS)

#: How the date of a total relates to the day that is asked about.
WHEN = ("by", "on", "after", "unclear")

_LOWER, _UPPER = 1, 2  # what a total bounds

_KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_KIND_OF_LEVEL = {level: _KIND_NUMBER[kind] for kind, level in LEVEL_OF_KIND.items()}
_KIND_NUMBER_OF_LEVEL = np.array([_KIND_OF_LEVEL.get(level, -1) for level in LEVELS])

_GROUP = ["area", "kind", "side", "value", "qualifier"]


def totals(dataset: Dataset, chosen: Chosen, *, measure: str, by: str) -> pd.DataFrame:
    """Read the totals of pairings or of twinned units, as of a day.

    Parameters
    ----------
    dataset
        Records.
    chosen
        Holds the day; its `left_out` grows by how many counts are left out, by reason.
    measure
        ``"pairings"`` or ``"twinned"``.
    by
        Level of the areas.

    Returns
    -------
    totals
        One row an area, kind, side, value and qualifier: ``area`` and ``side`` (row
        number of the area and number of the country, -1 for none), ``kind`` (number, `ALL_KINDS`
        for all), ``value``, ``qualifier``, ``when`` (one of `WHEN`), ``as_of`` and ``source_id``
        (text, joined where several say the same), ``earliest`` and ``latest`` (seconds since 1970
        between which it was so). A total ``by`` the day bounds the number at the day from below,
        as pairings last; one ``after`` it from above; one ``on`` it from both sides.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose
    >>> dataset = load()
    >>> chosen = choose(dataset, at="2025-06-30", kind=None, statuses="agreed")
    >>> frame = totals(dataset, chosen, measure="pairings", by="country")
    >>> frame["when"].isin(WHEN).all().item()
    True
    """
    counts = _of_areas(dataset, chosen, measure, by)
    if measure == "twinned":
        counts = _standing(dataset, chosen, counts)
    moment = seconds(chosen.day)
    early, late = counts["earliest"] >= moment, counts["latest"] <= moment
    counts["bounds"] = np.where(late, _LOWER, 0) + np.where(early, _UPPER, 0)
    useless = (counts["bounds"] == _UPPER) & (counts["qualifier"] != "exact")
    note(chosen.left_out, f"totals of a day after {chosen.day.date()} that are not exact", useless)
    united = _united(counts[~useless], bounds=np.bitwise_or.reduce)
    united["when"] = np.array(["unclear", "by", "after", "on"], object)[united.pop("bounds")]
    return united


def yearly_totals(dataset: Dataset, chosen: Chosen, *, by: str) -> pd.DataFrame:
    """Read the totals of pairings of areas, with the year that they speak of.

    Parameters
    ----------
    dataset, chosen, by
        As in `totals`.

    Returns
    -------
    totals
        As `totals`, one row for each year, with ``year``: that of the last day which the total may
        speak of by its date, or by the publication of its source where it has no end. Totals
        without such a day, or of a year after that of the day, are left out.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose
    >>> dataset = load()
    >>> chosen = choose(dataset, at="2025-06-30", kind=None, statuses="agreed")
    >>> frame = yearly_totals(dataset, chosen, by="country")
    >>> frame.loc[frame["value"] == 62, "year"].tolist()
    [2023]
    """
    counts = _of_areas(dataset, chosen, "pairings", by)
    stated = date_bounds(counts["as_of"].astype("str").replace("undated", None))["latest"]
    counts["latest"] = stated.fillna(counts.pop("known"))
    note(chosen.left_out, "totals without a year", counts["latest"].isna())
    counts = counts[counts["latest"].notna()]
    counts["year"] = counts["latest"].dt.year
    note(
        chosen.left_out,
        f"totals of a year after {chosen.day.year}",
        counts["year"] > chosen.day.year,
    )
    return _united(counts[counts["year"] <= chosen.day.year], "year")


def sizes(dataset: Dataset, chosen: Chosen, *, measure: str, by: str) -> pd.DataFrame:
    """Read the sizes of areas, as of a day: border units or kilometres of border.

    Parameters
    ----------
    dataset, chosen, by
        As in `totals`.
    measure
        ``"border_units"`` or ``"border_length"``.

    Returns
    -------
    sizes
        As `totals`, without ``when``; ``kind`` is the kind of pairing that ties units of the
        counted level. A number of units is left out where a unit of that level in the area began
        or ended between its date and the day: it speaks of other units.

    Examples
    --------
    >>> from twinstudy import load
    >>> from twinstudy.measures.named import choose
    >>> dataset = load()
    >>> chosen = choose(dataset, at="2025-06-30", kind=None, statuses="agreed")
    >>> frame = sizes(dataset, chosen, measure="border_length", by="province")
    >>> (frame["value"] > 0).all().item()
    True
    """
    counts = _of_areas(dataset, chosen, measure, by)
    if measure == "border_units":
        counts = _standing(dataset, chosen, counts)
    return _united(counts[counts["value"] > 0])


def off_border(dataset: Dataset) -> np.ndarray:
    """Tell which localities do not touch the border: a source counts 0 km of it for them.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    off
        One bool a locality; false where no source says so.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> off = off_border(dataset)
    >>> off[dataset.localities["id"] == "l-vn-sa-pa-district"].tolist()
    [True]
    """
    counts = dataset.coded["counts"]
    length = counts["value"].where(counts["measure"] == "border_length")
    off = np.zeros(len(dataset.coded["localities"]), dtype=bool)
    off[codes_of(counts["area_id"])[(length == 0).to_numpy(bool)]] = True
    off[codes_of(counts["area_id"])[(length > 0).to_numpy(bool)]] = False
    return off


def _of_areas(dataset: Dataset, chosen: Chosen, measure: str, by: str) -> pd.DataFrame:
    """Take the counts of a measure in areas of a level that exist on the day."""
    counts = dataset.coded["counts"]
    area = codes_of(counts["area_id"])
    rows = (counts["measure"] == measure).to_numpy(bool)
    rows = rows & (dataset.coded["localities"]["level"] == by).to_numpy(bool)[area]
    gone = rows & ~exists_on(dataset, chosen.day)[area]
    note(chosen.left_out, f"counts of areas that do not exist on {chosen.day.date()}", gone)
    rows = rows & ~gone
    counts, area = counts[rows], area[rows]

    word = counts["kind"].astype("object")
    if measure == "border_units":
        number = word.map(_KIND_OF_LEVEL).fillna(-1).astype(np.int64)
    else:
        number = word.map(_KIND_NUMBER).fillna(ALL_KINDS).astype(np.int64)
    known = _published(dataset, counts)
    bounds = _as_of(dataset, counts, known)
    frame = pd.DataFrame(
        {
            "area": area,
            "kind": number,
            "side": pd.Index(chosen.countries).get_indexer(counts["side"]),
            "value": counts["value"],
            "qualifier": counts["qualifier"].astype("object"),
            "as_of": counts["as_of"].astype("object").fillna("undated"),
            "source_id": counts["source_id"].astype("object"),
            "earliest": bounds[0],
            "latest": bounds[1],
            "known": known,
        }
    )
    note(chosen.left_out, "counts of units that no kind of pairing ties", number < 0)
    tied: pd.DataFrame = frame[number >= 0]
    return tied


def _published(dataset: Dataset, counts: pd.DataFrame) -> np.ndarray:
    """Return the last day of publication of the sources of counts, where it is not hedged."""
    published = date_bounds(dataset.coded["sources"]["published"])
    days = published["latest"].where(~published["qualified"]).to_numpy("datetime64[s]")
    return days[counts["source_id"].cat.codes.to_numpy()]


def _as_of(
    dataset: Dataset, counts: pd.DataFrame, known: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last second of which counts may speak.

    A hedged date bounds nothing. No source speaks of a day after its publication, nor of one
    after the newest day of the data.
    """
    stated = date_bounds(counts["as_of"])
    plain = ~stated["qualified"].to_numpy(bool)
    last = np.where(plain, stated["latest"].to_numpy("datetime64[s]"), np.datetime64("NaT"))
    last = np.fmin(last, known).astype("datetime64[s]")
    if np.isnat(last).any():
        last = np.fmin(last, newest_day(dataset).to_datetime64().astype("datetime64[s]"))
    first = stated["earliest"].to_numpy("datetime64[s]")
    dated = plain & ~np.isnat(first)
    return np.where(dated, first.astype(np.int64), -NEVER), last.astype(np.int64)


def _standing(dataset: Dataset, chosen: Chosen, counts: pd.DataFrame) -> pd.DataFrame:
    """Leave out counts of units some of which began or ended between their date and the day."""
    moment = seconds(chosen.day)
    unit, ancestor, changed = _changes(dataset)
    kind = _KIND_NUMBER_OF_LEVEL[dataset.coded["localities"]["level"].cat.codes.to_numpy()[unit]]
    country = chosen.country[unit]
    other = np.zeros(len(counts), dtype=bool)
    if len(unit):
        spoken = np.clip(moment, counts["earliest"], counts["latest"]).to_numpy(np.int64)
        groups = zip(*(counts[name].tolist() for name in ("area", "kind", "side")), strict=True)
        for row, (area, of_kind, side) in enumerate(groups):
            same = (ancestor == area) & (kind == of_kind) & (country == side)
            since, until = sorted([int(spoken[row]), moment])
            other[row] = ((changed > since) & (changed <= until) & same).any()
    note(
        chosen.left_out,
        f"counts of units that changed between their date and {chosen.day.date()}",
        other,
    )
    return counts[~other]


def _changes(dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """List when units began and ended, with every area that they ever lay in."""
    bounds = date_bounds(dataset.coded["localities"]["exists"])
    began = bounds["earliest"].to_numpy("datetime64[s]")
    ended = bounds["latest"].to_numpy("datetime64[s]") + np.timedelta64(1, "D")
    unit = np.concatenate([np.flatnonzero(~np.isnat(began)), np.flatnonzero(~np.isnat(ended))])
    changed = np.concatenate([began[~np.isnat(began)], ended[~np.isnat(ended)]])
    child = dataset.coded["containments"]["child_id"].cat.codes.to_numpy()
    parent = dataset.coded["containments"]["parent_id"].cat.codes.to_numpy()
    found = pd.DataFrame({"unit": unit, "area": unit, "changed": changed.astype(np.int64)})
    step, above = found, pd.DataFrame({"area": child, "parent": parent})
    while len(step):
        step = step.merge(above, on="area").drop(columns="area")
        step = step.rename(columns={"parent": "area"}).drop_duplicates()
        found = pd.concat([found, step])
    return found["unit"].to_numpy(), found["area"].to_numpy(), found["changed"].to_numpy()


def _united(counts: pd.DataFrame, *keys: str, **more: Callable[..., object]) -> pd.DataFrame:
    """Unite counts that say the same, naming every date and source."""
    counts = counts.sort_values([*_GROUP, "latest", "as_of", "source_id"])
    groups = counts.groupby([*_GROUP, *keys], sort=True)
    united = {"as_of": groups["as_of"].agg(_joined), "source_id": groups["source_id"].agg(_joined)}
    united |= {"earliest": groups["earliest"].min(), "latest": groups["latest"].max()}
    united |= {name: groups[name].agg(how) for name, how in more.items()}
    return pd.DataFrame(united).reset_index()


def _joined(words: pd.Series) -> str:
    return "; ".join(dict.fromkeys(words))
