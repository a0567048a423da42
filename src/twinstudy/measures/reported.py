"""What sources report without naming members: totals and sizes, read as of a day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.evidence.consolidate import Choice, newest_day, shown_day, source_days
from twinstudy.evidence.hierarchy import existence, lineage
from twinstudy.measures.named import KIND_OF_LEVEL, note
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import LEVEL_OF_KIND


def reported(dataset: Dataset, choice: Choice, *, measure: str, by: str) -> pd.DataFrame:
    """Read the counts of a measure in areas of a level, as of the day.

    One row an area, kind, side, value and qualifier: ``count_id`` is the newest row of `counts`
    that says so; ``kind`` that of the pairings ("all" where the source gives none), or that which
    ties the counted units; ``earliest`` and ``latest`` the days between which it was so. Left out
    are counts of areas that do not exist on the day, of units some of which began or ended between
    its date and the day, and hedged totals of a later day, which bound nothing.
    """
    counts = _dated(dataset)
    counts = counts[(counts["measure"] == measure) & (counts["area_level"] == by)]
    areas = existence(dataset).loc[counts["area_id"]].set_axis(counts.index)
    gone = (areas["latest"] < choice.day) | (areas["earliest"] > choice.day)
    note(choice, f"counts of areas that do not exist on {shown_day(choice.day)}", gone)
    counts = counts[~gone]
    if measure in ("twinned", "border_units"):
        changed = counts["count_id"].isin(_of_other_units(dataset, counts, choice.day))
        note(choice, "counts of units that changed between their date and the day", changed)
        counts = counts[~changed]
    if measure in ("twinned", "pairings"):
        later = (counts["earliest"] > choice.day) & (counts["qualifier"] != "exact")
        note(choice, f"totals of a day after {shown_day(choice.day)} that are not exact", later)
        counts = counts[~later]
    nameless = counts["kind"].isna()
    note(choice, "counts of units that no kind of pairing ties", nameless)
    key = ["area_id", "kind", "side", "value", "qualifier"]
    counts = counts[~nameless & (counts["value"] > 0)].sort_values([*key, "latest", "count_id"])
    return counts.drop_duplicates(key, keep="last", ignore_index=True)


@remembered
def _dated(dataset: Dataset) -> pd.DataFrame:
    """Return the counts with the days of which they may speak, and the kinds that they bear on.

    A hedged date bounds nothing. No source speaks of a day after its publication, none of a day
    after the newest of the data, and a count of units of none after the last of them has ended.
    """
    counts = dataset.counts.rename(columns={"id": "count_id"})
    stated = date_bounds(counts["as_of"])
    plain = ~stated["qualified"]
    sources = source_days(dataset)
    published = counts["source_id"].map(sources["published"].where(~sources["hedged"]))
    level = counts["kind"].astype("str").map(LEVEL_OF_KIND)
    level = level.where(counts["measure"] != "border_units", counts["kind"].astype("str"))
    level = level.where(counts["measure"].isin(["twinned", "border_units"]))
    ends = counts.assign(level=level).merge(_last_units(dataset), how="left")["last"]
    counts["stated_latest"] = np.fmin(stated["latest"], published)
    counts["earliest"] = stated["earliest"].where(plain)
    counts["latest"] = np.fmin(stated["latest"].where(plain), published)
    counts["latest"] = np.fmin(counts["latest"], ends.set_axis(counts.index))
    counts["latest"] = counts["latest"].fillna(newest_day(dataset))
    kind = counts["kind"].astype("str")
    tied = kind.map(KIND_OF_LEVEL)
    counts["kind"] = tied.where(counts["measure"] == "border_units", kind.fillna("all"))
    counts["area_level"] = counts["area_id"].map(existence(dataset)["level"].astype("str"))
    return counts


@remembered
def _units_of_areas(dataset: Dataset) -> pd.DataFrame:
    """List the units of each counted area in which any began or ended, and when they did."""
    units = existence(dataset).reset_index().astype({"level": "str"})
    units["side"] = dataset.localities["country"]
    above = lineage(dataset)[["locality_id", "ancestor_id"]]
    above = above[above["ancestor_id"].isin(dataset.counts["area_id"])]
    itself = units[["locality_id"]].assign(ancestor_id=units["locality_id"])
    above = pd.concat([above, itself])
    changed = units.loc[units[["earliest", "latest"]].notna().any(axis=1), "locality_id"]
    areas = above.loc[above["locality_id"].isin(changed), "ancestor_id"]
    above = above[above["ancestor_id"].isin(areas)].drop_duplicates()
    names = {"ancestor_id": "area_id", "earliest": "began", "latest": "ended"}
    return above.merge(units, on="locality_id").rename(columns=names)


def _last_units(dataset: Dataset) -> pd.DataFrame:
    """Return by area, side and level the day on which the last of its units ended, if all did."""
    units = _units_of_areas(dataset).groupby(["area_id", "side", "level"])["ended"]
    last = units.max().where(units.count() == units.size())
    return last.rename("last").reset_index()


@remembered
def _changes(dataset: Dataset) -> pd.DataFrame:
    """List by area, side and level the days on which a unit began, or was no more."""
    units = _units_of_areas(dataset)
    over = units["ended"] + pd.Timedelta(days=1)
    days = pd.concat([units.assign(changed=units["began"]), units.assign(changed=over)])
    days = days[["area_id", "side", "level", "changed"]]
    return days.dropna(subset="changed").drop_duplicates()


def _of_other_units(dataset: Dataset, counts: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """List the counts of units some of which began or ended between their date and a day."""
    spoken = counts["latest"].where(counts["latest"] < day, day)
    spoken = spoken.where(~(counts["earliest"] > spoken), counts["earliest"])
    counts = counts.assign(
        since=spoken.where(spoken < day, day), until=spoken.where(spoken > day, day)
    )
    counts["level"] = counts["kind"].map(LEVEL_OF_KIND)
    found = counts.merge(_changes(dataset), on=["area_id", "side", "level"])
    between = (found["changed"] > found["since"]) & (found["changed"] <= found["until"])
    return found.loc[between, "count_id"]
