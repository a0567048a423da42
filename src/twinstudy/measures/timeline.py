"""Timelines: when pairings were signed, as far as sources say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from twinstudy.errors import known_word
from twinstudy.evidence.consolidate import Choice, Words, choose, dateless, shown_day
from twinstudy.evidence.names import pairing_names
from twinstudy.measures.named import described, facts, named, note
from twinstudy.measures.reported import reported
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, LEVELS

_PRECISIONS = ["day", "month", "year", "interval", "none"]


def timeline(
    dataset: Dataset,
    *,
    by: str | None = None,
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Count the pairings that were signed in each year, and by its end.

    What exists by a day was signed by then: a pairing without stated date is signed by the day on
    which a source first reports it, and the cumulative lower bound counts it from there.

    Parameters
    ----------
    dataset
        Records.
    by
        Level of the areas; None for the record as a whole.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest, at which the timeline ends; None for the newest day that the data speak of.
    status
        Statuses of pairing to count.

    Returns
    -------
    timeline
        One row an area and year, from the first year that a date allows, and one more for each
        further total that sources report for that year. With `by`: ``area_id``, ``area``,
        ``country`` (str) in front.

        - ``year`` (int64);
        - ``certain`` (Int64): pairings signed in that year for certain; ``possible`` (Int64): dated
          pairings that may have been; ``undated`` (Int64): pairings without stated date that are
          not excluded to have been signed in that year, since they are first reported later;
        - ``lower``, ``upper`` (Int64): bounds of the number signed by the end of the year: that
          certainly exist by then, and that are not excluded to;
        - ``reported`` (Int64), ``reported_kind`` (category), ``reported_count_id`` (str): a total
          of pairings of that year, and the row of ``dataset.counts`` that gives it. The numbers of
          pairings are missing in rows of a further total.

        ``attrs``: ``at``, ``by``, ``data_version``, ``left_out``, and ``pauses``: date and number
        of pairings of suspensions.

    Raises
    ------
    ArgumentError
        If an argument is none of the words or dates that it can have.

    Notes
    -----
    Signing is known to lie between the first day of the date and `not_after` of `signings`.
    Approximate and uncertain dates (``~``, ``?``) make nothing certain by themselves; of
    conflicting dates the envelope counts. The data hold no ends: a pairing lasts once signed. A
    pairing counts in each area that a member lies in, so areas do not add up.

    Examples
    --------
    >>> from twinstudy import load
    >>> years = timeline(load()).dropna(subset="lower")
    >>> bool((years["lower"] <= years["upper"]).all() and years["lower"].is_monotonic_increasing)
    True
    """
    level = "country" if by is None else known_word("by", by, LEVELS)
    choice = choose(dataset, at=at, kind=kind, status=status)
    totals = _totals(dataset, choice, level, (*KINDS, "all") if kind is None else choice.kinds)
    dates = _dated(choice)
    if by is None:
        dates, totals = dates.assign(area_id=""), totals.assign(area_id="")
    else:
        areas = named(dataset, choice, by=by)[["pairing_id", "area_id"]].dropna()
        areas = areas.drop_duplicates().set_index("pairing_id")
        dates = dates.join(areas, on="pairing_id", how="inner").reset_index(drop=True)
    table = _beside(_years(choice, dates, totals), totals)
    table["reported_kind"] = pd.Categorical(table["reported_kind"], categories=[*KINDS, "all"])
    counts = ["certain", "possible", "undated", "lower", "upper", "reported"]
    table[counts] = table[counts].astype("Int64")
    table = table[["area_id", "year", *counts, "reported_kind", "reported_count_id"]]
    table = table.drop(columns="area_id") if by is None else described(dataset, table.copy(), by)
    kind = kind if kind is None or isinstance(kind, str) else list(choice.kinds)
    table.attrs = facts(dataset, choice, by=by, kind=kind, pauses=_pauses(dataset, choice))
    return table


def signings(
    dataset: Dataset,
    *,
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """List when each pairing was signed, as precisely as sources bound it.

    Parameters
    ----------
    dataset
        Records.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest; None for the newest day that the data speak of.
    status
        Statuses of pairing to list.

    Returns
    -------
    signings
        One row a pairing that exists certainly or possibly by the day, by date, those without
        stated date last:

        - ``pairing_id``, ``pairing`` (str): key and name; ``kind`` (category);
        - ``signed`` (str): the stated date (EDTF), missing where none is;
        - ``earliest``, ``latest`` (datetime64[s]): its first and last day;
        - ``not_after`` (datetime64[s]): the last day on which it can have been signed: the last day
          of an unqualified date, or the first day by which a source reports the pairing,
          whichever is earlier; missing for pairings that are not agreed;
        - ``qualified``, ``conflict`` (bool): the date is hedged; claims exclude each other;
        - ``precision`` (category): day, month, year, interval, none.

        ``attrs`` as in `timeline`.

    Raises
    ------
    ArgumentError
        If an argument is none of the words or dates that it can have.

    Examples
    --------
    >>> from twinstudy import load
    >>> dates = signings(load())
    >>> bool(dates["not_after"].notna().all())
    True
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    dates = _dated(choice)
    dates["pairing"] = dates["pairing_id"].map(pairing_names(dataset))
    dates["precision"] = _precision(dates)
    columns = ["pairing_id", "pairing", "kind", "signed", "earliest", "latest", "not_after"]
    dates = dates[[*columns, "qualified", "conflict", "precision"]]
    dates = dates.assign(first=dates["earliest"].fillna(dates["latest"]))
    order = ["first", "latest", "not_after", "pairing_id"]
    dates = dates.sort_values(order, ignore_index=True).drop(columns="first")
    dates.attrs = facts(dataset, choice, pauses=_pauses(dataset, choice))
    return dates


def _dated(choice: Choice) -> pd.DataFrame:
    """Return the chosen pairings with short names for the bounds of their dates."""
    dates = choice.pairings.rename(columns=lambda name: name.removeprefix("signed_"))
    return dates.rename(columns={"exists_by": "not_after"}).reset_index(drop=True)


def _totals(dataset: Dataset, choice: Choice, level: str, kinds: Words) -> pd.DataFrame:
    """Read the totals of pairings with the year of the last day that they may speak of."""
    totals = reported(dataset, choice, measure="pairings", by=level)
    totals = totals[totals["kind"].isin(kinds)]
    totals = totals.assign(year=totals["stated_latest"].dt.year)
    note(choice, "totals without a year", totals["year"].isna())
    late = totals["year"] > choice.day.year
    note(choice, f"totals of a year after that of {shown_day(choice.day)}", late)
    totals = totals[totals["year"].notna() & ~late].astype({"year": "int64"})
    names = {"value": "reported", "kind": "reported_kind", "count_id": "reported_count_id"}
    return totals.rename(columns=names)[["area_id", "year", *names.values()]]


def _years(choice: Choice, dates: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Count the pairings of each area and year."""
    stated = pd.concat([dates["earliest"].dt.year, dates["latest"].dt.year, totals["year"]])
    if dateless(choice.day) or (dates.empty and totals.empty):
        return pd.DataFrame(columns=["area_id", "year", *_NUMBERS]).astype({"year": "int64"})
    last = choice.day.year
    first = int(stated.clip(upper=last).fillna(last).min())
    years = np.arange(first, last + 1)
    end = dates[["latest", "not_after"]].min(axis=1).dt.year.fillna(last).clip(first, last)
    # A source may report a pairing before the date that another one states.
    begin = dates["earliest"].dt.year.fillna(first).clip(upper=end)
    known = dates["not_after"].where(dates["certain"]).dt.year.clip(first, last)
    dated = dates["signed"].notna()
    area = dates["area_id"].astype("category")
    plain = dated & ~dates["qualified"] & dates["status"].eq("agreed")
    whole = plain & dates["earliest"].dt.year.eq(end)
    areas = sorted({*dates["area_id"], *totals["area_id"]})

    def count(year: pd.Series) -> pd.DataFrame:
        """Count the pairings that have a year by it and by area, years down and areas across."""
        found = dates.groupby([year, area], observed=True).size().unstack(fill_value=0)
        return found.reindex(index=years, columns=areas, fill_value=0)

    open_end, over = count(end.mask(dated)), count(end.where(dated)).cumsum()
    frames = {
        "certain": count(begin.where(whole)),
        # Open in a year: begun by its end, and not over by the end of the year before.
        "possible": count(begin.where(dated)).cumsum() - over.shift(fill_value=0),
        "undated": open_end.sum() - open_end.cumsum().shift(fill_value=0),
        "lower": count(known).cumsum(),
        "upper": count(begin).cumsum(),
    }
    table = pd.concat({name: frame.unstack() for name, frame in frames.items()}, axis=1)
    return table.rename_axis(["area_id", "year"]).reset_index()


_NUMBERS = ["certain", "possible", "undated", "lower", "upper"]


def _beside(years: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Put the first total of a year beside the named pairings, and further ones below it."""
    keys = ["area_id", "year"]
    totals = totals.sort_values([*keys, "reported_kind", "reported", "reported_count_id"])
    totals["place"] = totals.groupby(keys).cumcount()
    table = years.assign(place=0).merge(totals, how="outer", on=[*keys, "place"])
    return table.sort_values([*keys, "place"], ignore_index=True)


def _precision(dates: pd.DataFrame) -> pd.Categorical[str]:
    """Tell what span of time each date of signing names."""
    first, last = dates["earliest"], dates["latest"] + pd.Timedelta(days=1)
    year = (first.dt.day_of_year == 1) & (last == first + pd.DateOffset(years=1))
    month = (first.dt.day == 1) & (last == first + pd.DateOffset(months=1))
    day = first == dates["latest"]
    chosen = np.select([dates["signed"].isna(), day, month, year], [4, 0, 1, 2], 3)
    return pd.Categorical.from_codes(chosen, categories=pd.Index(_PRECISIONS))


def _pauses(dataset: Dataset, choice: Choice) -> list[tuple[str, int]]:
    """List when exchanges were suspended, and in how many of the pairings."""
    events = dataset.events[dataset.events["kind"] == "suspension"]
    events = events[events["pairing_id"].isin(choice.pairings["pairing_id"])]
    paused = events.groupby("date")["pairing_id"].nunique()
    return [(str(day), int(number)) for day, number in paused.items()]
