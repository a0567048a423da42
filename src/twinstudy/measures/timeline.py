"""Timelines: when pairings were signed, as far as sources say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from twinstudy.errors import known_words
from twinstudy.evidence.names import pairing_names
from twinstudy.measures.named import Chosen, Placement, Words, choose, chosen_kinds, place
from twinstudy.measures.reported import yearly_totals
from twinstudy.measures.tally import KIND_WORDS, worded
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

_PRECISIONS = ("day", "month", "year", "interval", "undated")
_STATED = ("qualifier", "as_of", "source_id")
_NAMED = (
    *("signed_certain", "signed_possible", "undated"),
    *("cumulative_lower", "cumulative_upper", "in_being_certain"),
)


def timeline(
    dataset: Dataset,
    *,
    by: str | None = None,
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
) -> pd.DataFrame:
    """Count the pairings that were signed in each year.

    A date of signing is the one that `consolidate` chooses. The date of publication of a source
    is never taken for one: it only shows that a pairing was in being by then.

    Parameters
    ----------
    dataset
        Records.
    by
        Level of the areas; None for the whole dataset.
    kind, statuses
        As in `coverage`.
    at
        Last day of the timeline, and the day whose areas are shown; None for the newest day that
        the data speak of.

    Returns
    -------
    timeline
        One row a year, from the first in which a pairing may have been signed or a total was
        reported to that of `at`, without gaps; with `by`, for each area. Where sources state
        further totals of a year, a row more for each, in which the columns of named pairings are
        missing, so that they can be summed.

        - with `by`: ``area_id``, ``area``, ``country`` (str); ``year`` (int64).
        - ``signed_certain``, ``signed_possible`` (Int64, pairings): signed in that year for
          certain, the whole of an unqualified date lying in it; at least possibly, the date
          meeting it. A pairing is possible in every year that its date allows.
        - ``undated`` (Int64, pairings): without any date, the same in every year.
        - ``cumulative_lower``, ``cumulative_upper`` (Int64, pairings): signed by the end of the
          year, by an unqualified date; not excluded to be, with all undated ones.
        - ``in_being_certain`` (Int64, pairings): known to be in being at the end of the year, by
          date of signing or of a publication. Its growth is partly growth of reporting.
        - ``reported`` (Int64, pairings), ``reported_kind`` (category), ``reported_qualifier``,
          ``reported_as_of``, ``reported_source_id`` (str): total that sources state for that year,
          or by it; dates and sources that say the same are joined by "; ".

        A pairing between two areas counts in both, so areas do not add up to the whole.
        ``attrs`` holds ``at``, ``by``, ``data_version``, ``left_out``, and ``pauses``: events that
        suspend exchanges, as (EDTF date, number of pairings).

    Raises
    ------
    ArgumentError
        If `by`, `kind`, `at` or `statuses` is not a level, kind, date or status.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = timeline(load(), kind="village")
    >>> bool(table.loc[table["year"] == 2014, "signed_certain"].item() >= 1)
    True
    >>> (table["cumulative_lower"] <= table["cumulative_upper"]).all().item()
    True
    """
    level = "country" if by is None else by
    kind = None if kind is None else known_words("kind", kind, KINDS)
    chosen = choose(dataset, at=at, kind=kind, statuses=statuses)
    reported = yearly_totals(dataset, chosen, by=level)
    if kind is not None:
        reported = reported[reported["kind"].isin(chosen_kinds(kind))]
    if by is None:
        pairing = np.flatnonzero(chosen.possible)
        area, reported = np.zeros(len(pairing), dtype=np.int64), reported.assign(area=0)
    else:
        pairing, area = _pairings_of_areas(place(dataset, chosen, by=by))
    listed = [area, reported["area"].to_numpy(np.int64)]
    areas = np.unique(np.concatenate(listed)) if by else np.array([0])
    named = _years(chosen, pairing, np.searchsorted(areas, area), len(areas), reported["year"])
    named["area"] = areas[named["area"]]
    table = _beside(named, reported)
    frame = _described(table)
    if by is not None:
        units = dataset.coded["localities"].iloc[table["area"]].reset_index(drop=True)
        names = {"area_id": units["id"], "area": units["name"], "country": units["country"]}
        frame = pd.concat([pd.DataFrame(names), frame], axis=1)
    frame.attrs = {
        "at": str(chosen.day.date()), "by": by, "data_version": dataset.version,
        "left_out": chosen.left_out, "pauses": _pauses(dataset, chosen),
    }  # fmt: skip
    return frame


def signings(
    dataset: Dataset,
    *,
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
) -> pd.DataFrame:
    """List the dates of signing with their precision, for drawing them as they are.

    Parameters
    ----------
    dataset
        Records.
    kind, statuses
        As in `coverage`.
    at
        Only pairings that are at least possibly in being by this day; None for the newest day
        that the data speak of.

    Returns
    -------
    signings
        One row a pairing, by date and id, undated ones last: ``pairing_id`` (str), ``pairing``
        (str: names of the members of both sides), ``kind`` (category), ``signed`` (str, EDTF),
        ``earliest``, ``latest`` (datetime64[s], missing where open or not stated), ``qualified``
        (bool: the source hedges), ``conflict`` (bool: sources disagree), ``precision`` (category:
        day, month, year, interval, undated). ``attrs`` is as in `timeline`.

    Raises
    ------
    ArgumentError
        If `kind`, `at` or `statuses` is not a kind, date or status.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = signings(load()).set_index("pairing")
    >>> table.loc["Pò Hèn – Thán Sản", ["signed", "precision"]].tolist()
    ['2014-08-26', 'day']
    """
    chosen = choose(dataset, at=at, kind=kind, statuses=statuses)
    rows = np.flatnonzero(chosen.possible)
    pairings = chosen.pairings.iloc[rows]
    frame = pd.DataFrame(
        {
            "pairing_id": pairings["pairing_id"],
            "pairing": pairing_names(dataset).array.take(rows),
            "kind": pairings["kind"],
            "signed": pairings["signed"].astype("str"),
            "earliest": pairings["signed_earliest"],
            "latest": pairings["signed_latest"],
            "qualified": pairings["signed_qualified"],
            "conflict": pairings["signed_conflict"],
            "precision": _precision(pairings),
        }
    )
    frame = frame.sort_values(["earliest", "latest", "pairing_id"], ignore_index=True)
    undated = frame["precision"] == "undated"
    frame = pd.concat([frame[~undated], frame[undated]], ignore_index=True)
    frame.attrs = {
        "at": str(chosen.day.date()), "data_version": dataset.version,
        "left_out": chosen.left_out, "pauses": _pauses(dataset, chosen),
    }  # fmt: skip
    return frame


def _pairings_of_areas(placement: Placement) -> tuple[np.ndarray, np.ndarray]:
    """List each pairing once for each area that a member of it lies in."""
    kept = placement.area >= 0
    size = int(placement.pairing.max(initial=0)) + 1
    key = np.sort(placement.area[kept] * size + placement.pairing[kept])
    key = key[np.diff(key, prepend=-1) > 0]
    return key % size, key // size


def _years(
    chosen: Chosen, pairing: np.ndarray, area: np.ndarray, areas: int, reported: pd.Series
) -> pd.DataFrame:
    """Count the pairings of each area and year; areas are numbered from 0."""
    signed = chosen.pairings.iloc[pairing]
    earliest, latest = signed["signed_earliest"].dt.year, signed["signed_latest"].dt.year
    last = chosen.day.year
    first = int(pd.concat([earliest, latest, reported, pd.Series([last])]).min())
    begin, end = (
        years.fillna(edge).clip(first, last).to_numpy(np.int64) - first
        for years, edge in ((earliest, first), (latest, last))
    )
    dated = ~chosen.undated[pairing]
    plain = dated & ~signed["signed_qualified"].to_numpy(bool)
    plain &= (signed["status"] == "agreed").to_numpy(bool)
    whole = plain & (earliest == latest).to_numpy(bool)
    over = plain & (signed["signed_latest"] <= chosen.day).to_numpy(bool)
    known = chosen.certain[pairing]
    known_from = chosen.certain_from[pairing].astype("datetime64[s]").astype("datetime64[Y]")
    known_from = np.clip(known_from.astype(np.int64) + 1970, first, last) - first

    shape = (areas, last - first + 1)

    def count(rows: np.ndarray, year: np.ndarray) -> np.ndarray:
        number = np.bincount(area[rows] * shape[1] + year[rows], minlength=shape[0] * shape[1])
        return number.reshape(shape)

    opened, closed = count(dated, begin).cumsum(axis=1), count(dated, end).cumsum(axis=1)
    undated = np.bincount(area[~dated], minlength=areas)[:, None] + np.zeros(shape, np.int64)
    columns = {
        "signed_certain": count(whole, begin),
        # Open in a year: begun by its end, and not closed by the end of the year before.
        "signed_possible": opened - np.pad(closed, ((0, 0), (1, 0)))[:, :-1],
        "undated": undated,
        "cumulative_lower": count(over, end).cumsum(axis=1),
        "cumulative_upper": opened + undated,
        "in_being_certain": count(known, known_from).cumsum(axis=1),
    }
    index = np.indices(shape).reshape(2, -1)
    counts = {name: pd.array(column.ravel(), dtype="Int64") for name, column in columns.items()}
    return pd.DataFrame({"area": index[0], "year": first + index[1]} | counts)


def _beside(named: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Put the first total of a year beside the named pairings, and further ones below it."""
    keys = ["area", "year"]
    reported = reported.sort_values([*keys, "kind", "value", "qualifier"], ignore_index=True)
    reported["place"] = reported.groupby(keys).cumcount()
    table = named.assign(place=0).merge(reported, how="outer", on=[*keys, "place"])
    return table.sort_values([*keys, "place"], ignore_index=True)


def _described(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": table["year"].astype(np.int64),
            **{name: table[name] for name in _NAMED},
            "reported": table["value"].astype("Int64"),
            "reported_kind": worded(table["kind"].fillna(-1), KIND_WORDS),
            **{f"reported_{name}": table[name].astype("str") for name in _STATED},
        }
    )


def _precision(pairings: pd.DataFrame) -> pd.Categorical[str]:
    """Tell what span of time each date of signing names."""
    first, last = pairings["signed_earliest"], pairings["signed_latest"]
    year = (first.dt.day_of_year == 1) & (
        last + pd.Timedelta(days=1) == first + pd.DateOffset(years=1)
    )
    month = (first.dt.day == 1) & (last + pd.Timedelta(days=1) == first + pd.DateOffset(months=1))
    chosen = [pairings["signed"].isna(), first == last, month, year]
    number = np.select(chosen, [4, 0, 1, 2], 3)
    return worded(number, _PRECISIONS)


def _pauses(dataset: Dataset, chosen: Chosen) -> list[tuple[str, int]]:
    """List when exchanges were suspended, and in how many of the pairings."""
    events = dataset.coded["events"][dataset.coded["events"]["kind"] == "suspension"]
    pairing = events["pairing_id"].cat.codes.to_numpy()
    events = events[chosen.possible[pairing]]
    paused = events.groupby(events["date"].astype("str"))["pairing_id"].nunique()
    return [(str(day), int(number)) for day, number in paused.items()]
