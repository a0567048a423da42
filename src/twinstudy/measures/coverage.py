"""Coverage: how much of the border is twinned, by name and by report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from twinstudy.errors import known_words
from twinstudy.measures.named import Chosen, Words, choose, chosen_kinds, place
from twinstudy.measures.reported import ALL_KINDS, WHEN, sizes, totals
from twinstudy.measures.tally import (
    GROUP,
    KIND_WORDS,
    UNIT_WORDS,
    Entries,
    pairing_entries,
    tally,
    unit_entries,
    worded,
)
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

_FINDINGS = (
    "more named than reported",
    "more named since reported",
    "more named than eligible",
    "more reported than eligible",
)
_COLUMNS = (
    *("eligible", "eligible_qualifier", "eligible_as_of", "eligible_source_id"),
    *("named_certain", "named_possible", "undated"),
    *("reported", "reported_qualifier", "reported_as_of", "reported_source_id", "reported_when"),
    *("reported_by_then", "share_lower", "share_upper", "finding"),
)


def coverage(
    dataset: Dataset,
    *,
    by: str = "province",
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how many of the units of each area are twinned.

    Numerator: distinct localities that are members of pairings of a kind. Denominator: the
    border units of that level that a source counts in the area (*eligible*). What is named and
    what is reported stand side by side; neither corrects the other.

    Parameters
    ----------
    dataset
        Records.
    by
        Level of the areas; ``"country"`` is the whole border, once for each country.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest; None for the newest day that the data speak of. Areas and members are
        those of that day: ``"2025-06-30"`` shows the Vietnamese provinces as they were before the
        reform of July 2025.
    statuses
        Statuses of pairing to count.

    Returns
    -------
    coverage
        One row an area, kind and side, and one more for each further value where sources differ:

        - ``area_id``, ``area``, ``country`` (str): the area, its name and country.
        - ``kind`` (category): kind of pairing, or "all" beside totals of all kinds together.
        - ``unit`` (category): what is counted: "pairing", or the level of the units. Members of
          another level than the kind ties (a commune in a pairing of villages), and those of which
          a source says that they do not touch the border, are left out of the units and counted
          in ``attrs``; pairings count whatever their members are.
        - ``side`` (str): country of the counted units, missing for pairings. Where it is not the
          country of the area, the units are those across the border that are tied to the area.
        - ``eligible`` (Int64, units), ``eligible_qualifier``, ``eligible_as_of``,
          ``eligible_source_id`` (str): size, missing where no source states it.
        - ``named_certain``, ``named_possible``, ``undated`` (int64, units): in being by `at` for
          certain; at least possibly; those of the possible ones that rest on pairings without
          date of signing alone.
        - ``reported`` (Int64, units), ``reported_qualifier``, ``reported_as_of``,
          ``reported_source_id`` (str): a total that sources state.
        - ``reported_when`` (category): its date is "by" `at`, "on" that day, "after" it, or
          "unclear". As twinnings last, the first bounds the number at `at` from below, the
          second from both sides, an exact third one from above, the last not at all.
        - ``named_by_then`` (Int64, units): named for certain by the date of the total.
        - ``share_lower``, ``share_upper`` (float64, share of the eligible): from what is named
          for certain or reported as at least so many, to what cannot be excluded, which is all
          unless an exact total of the day or later says less. The denominator is taken as it is
          stated, whatever its qualifier.
        - ``finding`` (category): "more named than reported", already before the date of the
          total; "more named since reported", by `at`; "more named than eligible"; "more reported
          than eligible". A total of "at least" so many contradicts no greater number.

        Dates and sources that say the same are joined by "; ", a missing date being "undated".
        ``attrs`` holds ``at``, ``by``, ``data_version`` and ``left_out``: how many pairings,
        members and counts are left out, by reason.

    Raises
    ------
    ArgumentError
        If `by`, `kind`, `at` or `statuses` is not a level, kind, date or status.

    Notes
    -----
    An area that does not exist on the day is not shown, nor under its successors: a reform
    changes the units that are counted. For the same reason a number of units is used only while
    no unit of that level in the area has begun or ended since.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = coverage(load(), kind="commune", at="2025-06-30")
    >>> rows = table[(table["area"] == "Hà Giang") & (table["side"] == "VN")]
    >>> rows[["eligible", "reported"]].drop_duplicates().to_numpy().tolist()
    [[34, 34]]
    """
    kind = None if kind is None else known_words("kind", kind, KINDS)
    chosen = choose(dataset, at=at, kind=kind, statuses=statuses)
    placement = place(dataset, chosen, by=by)
    reported = pd.concat(
        [
            totals(dataset, chosen, measure="twinned", by=by),
            totals(dataset, chosen, measure="pairings", by=by).assign(side=-1),
        ]
    )
    eligible = sizes(dataset, chosen, measure="border_units", by=by)
    if kind is not None:
        reported = reported[reported["kind"].isin(chosen_kinds(kind))]
        eligible = eligible[eligible["kind"].isin(chosen_kinds(kind))]

    units = unit_entries(dataset, chosen, placement, pd.concat([reported, eligible]))
    listed = [units, pairing_entries(chosen, placement)]
    listed += [_of_all_kinds(chosen, entries, reported) for entries in listed]
    table = pd.concat([tally(entries, chosen.undated) for entries in listed])
    reported = reported.assign(
        by_then=_named_by(reported, "latest", listed, chosen),
        before=_named_by(reported, "earliest", listed, chosen),
    )
    table = table.merge(_prefixed(eligible, "eligible"), how="outer", on=GROUP)
    table = table.merge(_prefixed(reported, "reported"), how="outer", on=GROUP)
    frame = _described(dataset, chosen, _with_shares(table))
    frame.attrs = {
        "at": str(chosen.day.date()), "by": by, "data_version": dataset.version,
        "left_out": chosen.left_out,
    }  # fmt: skip
    return frame


def _of_all_kinds(chosen: Chosen, entries: Entries, reported: pd.DataFrame) -> Entries:
    """Take entries as of all kinds where a source gives a total of all kinds together."""
    overall = reported[reported["kind"] == ALL_KINDS]
    sides = len(chosen.countries) + 1
    groups = (overall["area"] * sides + overall["side"]).to_numpy()
    part = entries[np.isin(entries.area * sides + entries.side, groups)]
    return replace(part, kind=np.full(len(part.kind), ALL_KINDS))


def _named_by(
    reported: pd.DataFrame, bound: str, listed: list[Entries], chosen: Chosen
) -> list[int]:
    """Count for each total the units that are named for certain by a bound of its date."""
    number = []
    for row in reported[[*GROUP, bound]].to_numpy(np.int64).tolist():
        area, kind, side, day = row
        units = [
            entries.unit[same & (chosen.certain_from[entries.pairing] <= day)]
            for entries in listed
            for same in [(entries.area == area) & (entries.kind == kind) & (entries.side == side)]
        ]
        number.append(len(np.unique(np.concatenate(units))))
    return number


def _prefixed(counts: pd.DataFrame, prefix: str) -> pd.DataFrame:
    counts = counts.drop(columns=["earliest", "latest"]).rename(columns={"value": prefix})
    return counts.rename(columns={n: f"{prefix}_{n}" for n in counts if n not in (*GROUP, prefix)})


def _with_shares(table: pd.DataFrame) -> pd.DataFrame:
    """Bound the share of twinned units, and say where the figures contradict each other."""
    named = ["named_certain", "named_possible", "undated"]
    table[named] = table[named].fillna(0).astype(np.int64)
    when, hedge = table["reported_when"], table["reported_qualifier"]
    below = when.isin(["by", "on"]) & hedge.isin(["exact", "at_least"])
    above = when.isin(["after", "on"]) & (hedge == "exact")
    least = table["named_certain"].where(~below, table[["named_certain", "reported"]].max(axis=1))
    most = table["eligible"].where(~above, table["reported"])
    table["share_lower"] = least / table["eligible"]
    table["share_upper"] = pd.concat([least, most], axis=1).max(axis=1) / table["eligible"]
    table["finding"] = np.select(
        [
            (table["reported_before"] > table["reported"]) & (hedge != "at_least"),
            (table["named_certain"] > table["reported"]) & (hedge != "at_least"),
            table["named_certain"] > table["eligible"],
            table["reported"] > table["eligible"],
        ],
        [0, 1, 2, 3],
        -1,
    )
    return table


def _described(dataset: Dataset, chosen: Chosen, table: pd.DataFrame) -> pd.DataFrame:
    """Sort, and put words in the place of numbers."""
    places = dataset.coded["localities"]
    words = np.where(table["side"] < 0, "pairing", np.array(UNIT_WORDS)[table["kind"]])
    across = (table["side"] >= 0) & (table["side"] != chosen.country[table["area"]])
    values = [table[name].fillna(-1) for name in ("reported", "eligible")]
    keys = [table["reported_when"].fillna(""), table["reported_qualifier"].fillna(""), *values]
    order = np.lexsort(
        [*keys, table["side"], across, table["side"] < 0, table["kind"], table["area"]]
    )
    table, words = table.iloc[order], words[order]
    area = places.iloc[table["area"]].reset_index(drop=True)
    frame = pd.DataFrame(
        {
            "area_id": area["id"],
            "area": area["name"],
            "country": area["country"],
            "kind": worded(table["kind"], KIND_WORDS),
            "unit": pd.Categorical(words, [*dict.fromkeys([*UNIT_WORDS, "pairing"])]),
            "side": pd.array(
                np.array([*chosen.countries, None], dtype=object)[table["side"]], dtype="str"
            ),
        }
    )
    for name in _COLUMNS:
        column = table[name].reset_index(drop=True)
        if name in ("eligible", "reported", "reported_by_then"):
            frame[name] = column.astype("Int64")
        elif name == "finding":
            frame[name] = worded(column, _FINDINGS)
        elif name == "reported_when":
            frame[name] = pd.Categorical(column, WHEN)
        elif name.startswith(("named", "undated", "share")):
            frame[name] = column
        else:
            frame[name] = column.astype("str")
    return frame.rename(columns={"reported_by_then": "named_by_then"})
