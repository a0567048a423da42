"""Named members of the chosen pairings, in areas: what the measures count."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import Choice, members
from twinstudy.evidence.hierarchy import ancestors, existence, west_to_east
from twinstudy.evidence.names import place_names
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import LEVEL_OF_KIND, LEVELS

_OF_PAIRING = ["kind", "certain", "undated", "exists_by", "matching"]


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
    every = dataset.successions[["old_id", "new_id"]].drop_duplicates()
    lone = every[~every["old_id"].duplicated(keep=False)]
    lone = lone[lone["old_id"].isin(units.index[units["latest"] < day])]
    heir = dict(lone.itertuples(index=False, name=None))
    stand = pd.Series(units.index, index=units.index, dtype="str")
    while stand.isin(heir).any():
        stand = stand.map(lambda unit: heir.get(unit, unit))
    same = stand.map(units["level"].astype("str")) == units["level"].astype("str")
    return stand.where(stand.map(there) & same)


def off_border(dataset: Dataset) -> pd.Series:
    """Return the ids of the localities of which a source says that they do not touch the border."""
    return dataset.localities.loc[dataset.localities["at_border"] == "no", "id"]


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
    word = str(choice.day)[:10]
    return "no day" if word == "NaT" else word


def facts(dataset: Dataset, choice: Choice, **more: Any) -> dict[Hashable | None, Any]:
    """Return the ``attrs`` of a measure: its day, the data version and what it leaves out."""
    day = day_word(choice)
    made: dict[Hashable | None, Any] = {"at": None if day == "no day" else day}
    return made | dict(more) | {"data_version": dataset.version, "left_out": choice.left_out}


def described(dataset: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Put name and country of the area in front, and areas from west to east by country."""
    places = dataset.localities.set_index("id")
    country = frame["area_id"].map(places["country"])
    longitude = frame["area_id"].map(west_to_east(dataset))
    key = pd.DataFrame({"country": country, "longitude": longitude, "area": frame["area_id"]})
    frame = frame.loc[
        key.sort_values(["country", "longitude", "area"], kind="stable").index
    ].reset_index(drop=True)
    frame.insert(1, "area", frame["area_id"].map(place_names(dataset)))
    frame.insert(2, "country", frame["area_id"].map(places["country"]))
    return frame
