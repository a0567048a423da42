"""Named members of the chosen pairings, in areas: what the measures count."""

from __future__ import annotations

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import Choice, members
from twinstudy.evidence.hierarchy import ancestors, existence
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import LEVEL_OF_KIND, LEVELS

_OF_PAIRING = ["kind", "certain", "undated", "certain_from", "matching"]


def named(dataset: Dataset, choice: Choice, *, by: str) -> pd.DataFrame:
    """List the members of the chosen pairings, one row each, with what is known of them.

    ``pairing_id``, ``locality_id``, ``side`` (country), ``second``; ``kind``, ``certain``,
    ``undated``, ``certain_from``, ``matching`` of the pairing; ``area_id`` (missing where none);
    ``unit_id``: the unit of the level of the kind that stands for the member on the day, which is
    a successor where the member has ended; missing for members that are no such unit.
    """
    if by not in LEVELS:
        raise ArgumentError(f"`by` is {by!r}; use one of {', '.join(LEVELS)}")
    listed = members(dataset)[["pairing_id", "locality_id", "side", "second"]]
    listed = listed.merge(choice.pairings[["pairing_id", *_OF_PAIRING]], on="pairing_id")
    areas = ancestors(dataset, level=by, at=choice.day)
    listed["area_id"] = listed["locality_id"].map(areas)
    note(choice, f"members in no {by} on {day_word(choice)}", listed["area_id"].isna())

    units = existence(dataset)
    listed["unit_id"] = listed["locality_id"].map(standing(dataset, choice.day))
    wanted = listed["kind"].astype("str").map(LEVEL_OF_KIND)
    level = listed["locality_id"].map(units["level"].astype("str"))
    fits = wanted.isna() | (wanted == level)
    gone, off = listed["unit_id"].isna(), listed["locality_id"].isin(off_border(dataset))
    note(choice, "members of another level than their kind of pairing ties", ~fits)
    note(choice, f"members that do not exist on {day_word(choice)}", fits & gone)
    note(choice, "members that do not touch the border", fits & ~gone & off)
    listed["unit_id"] = listed["unit_id"].where(fits & ~off)
    return listed


@remembered
def standing(dataset: Dataset, day: pd.Timestamp) -> pd.Series:
    """Return by locality the unit that stands for it on a day: itself, or its one successor."""
    units = existence(dataset)
    there = ~(units["latest"] < day) & ~(units["earliest"] > day)
    stand = pd.Series(units.index, index=units.index, dtype="str")
    links = dataset.successions[["old_id", "new_id"]].drop_duplicates()
    links = links[~links["old_id"].duplicated(keep=False)].set_index("old_id")["new_id"]
    ended = units.index[units["latest"] < day]
    for _ in range(len(links)):
        step = stand.map(links[links.index.isin(ended)]).fillna(stand)
        if step.equals(stand):
            break
        stand = step
    same = stand.map(units["level"].astype("str")) == units["level"].astype("str")
    return stand.where(stand.map(there) & same)


@remembered
def off_border(dataset: Dataset) -> frozenset[str]:
    """Return the localities of which a source says that they do not touch the border."""
    lengths = dataset.counts[dataset.counts["measure"] == "border_length"]
    none = set(lengths.loc[lengths["value"] == 0, "area_id"])
    return frozenset(none - set(lengths.loc[lengths["value"] > 0, "area_id"]))


def tally(units: pd.DataFrame, keys: list[str], unit: str) -> pd.DataFrame:
    """Count the distinct units of each group.

    ``certain``: units of which a pairing certainly exists; ``possible``: all; ``undated``: those
    none of whose pairings has a stated date.
    """
    units = units.dropna(subset=[unit])
    known = units.groupby([*keys, unit], dropna=False, observed=True).agg(
        certain=("certain", "any"), undated=("undated", "all")
    )
    counts = known.groupby(keys, dropna=False, observed=True).agg(
        certain=("certain", "sum"), possible=("certain", "size"), undated=("undated", "sum")
    )
    return counts.astype("int64").reset_index()


def note(choice: Choice, reason: str, rows: pd.Series) -> None:
    """Add the number of rows that are left out for a reason, if there are any."""
    if rows.any():
        choice.left_out[reason] = choice.left_out.get(reason, 0) + int(rows.sum())


def day_word(choice: Choice) -> str:
    """Return the day of a choice in words."""
    return "no day" if pd.isna(choice.day) else str(choice.day.date())


def facts(dataset: Dataset, choice: Choice, **more: object) -> dict[str, object]:
    """Return the ``attrs`` of a measure: its day, the data version and what it leaves out."""
    at = None if pd.isna(choice.day) else str(choice.day.date())
    return {"at": at, **more, "data_version": dataset.version, "left_out": choice.left_out}


def described(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Put name and country of the area in front."""
    places = dataset.localities.set_index("id")
    frame.insert(1, "area", frame["area_id"].map(places["name"]))
    frame.insert(2, "country", frame["area_id"].map(places["country"]))
    return frame
