"""Named members of the chosen pairings, in areas: what the measures count."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twinstudy.errors import known_word
from twinstudy.evidence.consolidate import Choice, dateless, members, shown_day
from twinstudy.evidence.hierarchy import ancestors, existence, west_to_east
from twinstudy.evidence.names import place_names
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS

#: The kind of pairing that ties units of a level.
KIND_OF_LEVEL = {level: kind for kind, level in LEVEL_OF_KIND.items()}
_KIND = pd.CategoricalDtype(pd.Index(KINDS, dtype="str"))


def named(dataset: Dataset, choice: Choice, *, by: str) -> pd.DataFrame:
    """List the members of the chosen pairings, one row each, with what is known of them.

    ``pairing_id``, ``side`` (country; both categorical), ``locality_id``, ``second``; ``kind``,
    ``certain``, ``undated`` of the pairing; ``area_id`` (categorical, missing where none);
    ``unit_id`` (categorical): the unit of the level of the kind that stands for the member on the
    day, which is a successor where the member has ended; missing for members that are no such unit.
    """
    known_word("by", by, LEVELS)
    chosen = choice.pairings.set_index("pairing_id")[["kind", "certain", "undated"]]
    chosen["pairing"] = pd.Categorical(chosen.index, categories=chosen.index)
    listed = _placed(dataset, by, choice.day)
    listed = listed.join(chosen, on="pairing_id", how="inner").reset_index(drop=True)
    listed["pairing_id"] = listed.pop("pairing")  # counting categories is quick
    note(choice, f"members in no {by} on {shown_day(choice.day)}", listed["area_id"].isna())

    fits = (listed["kind"] == listed.pop("tied")) | ~listed["kind"].isin(LEVEL_OF_KIND)
    gone, off = listed["unit_id"].isna(), listed.pop("off")
    note(choice, "members of another level than their kind of pairing ties", ~fits)
    note(choice, f"members that do not exist on {shown_day(choice.day)}", fits & gone)
    note(choice, "members that do not touch the border", fits & ~gone & off)
    listed["unit_id"] = listed["unit_id"].where(fits & ~off)
    return listed


@remembered
def _placed(dataset: Dataset, by: str, day: pd.Timestamp) -> pd.DataFrame:
    """List all members with their areas and units on a day, and what is known of these."""
    units = standing(dataset, day)
    places = pd.DataFrame(
        {
            "area_id": ancestors(dataset, level=by, at=day).astype("category"),
            "unit_id": pd.Categorical(units, categories=units.index),
            "tied": existence(dataset)["level"].map(KIND_OF_LEVEL).astype(_KIND),
            "off": units.index.isin(off_border(dataset)),
            "side": pd.Categorical(dataset.localities["country"]),
        }
    )
    listed = members(dataset)[["pairing_id", "locality_id", "second"]]
    return listed.join(places, on="locality_id")


@remembered
def standing(dataset: Dataset, day: pd.Timestamp) -> pd.Series:
    """Return by locality the unit that stands for it on a day: itself, or its one successor."""
    units = existence(dataset)
    there = ~(units["latest"] < day) & ~(units["earliest"] > day)
    links = dataset.successions[["old_id", "new_id"]].drop_duplicates()
    lone = links.drop_duplicates("old_id", keep=False).set_index("old_id")["new_id"]
    heir = lone[lone.index.isin(units.index[units["latest"] < day])]
    last = heir
    while last.isin(heir.index).any():
        last = last.map(heir).fillna(last)
    level = units["level"].astype("str")
    stands = last.map(there) & (last.map(level) == level[last.index])
    found = pd.Series(units.index, index=units.index, dtype="str").where(there)
    found[last.index] = last.where(stands)
    return found


def off_border(dataset: Dataset) -> pd.Series:
    """Return the ids of the localities of which a source says that they do not touch the border."""
    return dataset.localities.loc[dataset.localities["at_border"] == "no", "id"]


def tally(units: pd.DataFrame, keys: list[str], unit: str) -> pd.DataFrame:
    """Count the distinct units of each group; keys of groups come as text.

    ``certain``: units of which a pairing certainly exists; ``possible``: all; ``undated``: those
    none of whose pairings has a stated date.
    """
    of_unit = units.groupby([*keys, unit], observed=True)
    distinct = of_unit.agg(certain=("certain", "any"), undated=("undated", "all"))
    counts = distinct.groupby(keys, observed=True).agg(
        possible=("certain", "size"), certain=("certain", "sum"), undated=("undated", "sum")
    )
    return counts.reset_index().astype(dict.fromkeys(keys, "str"))


def note(choice: Choice, reason: str, rows: pd.Series) -> None:
    """Add the number of rows that are left out for a reason, if there are any."""
    reason = reason.removesuffix(" on no stated date")
    if rows.any():
        choice.left_out[reason] = choice.left_out.get(reason, 0) + int(rows.sum())


def facts(dataset: Dataset, choice: Choice, **more: Any) -> dict[Any, Any]:
    """Return the ``attrs`` of a measure: its day, the data version and what it leaves out."""
    day = None if dateless(choice.day) else shown_day(choice.day)
    return {"at": day, **more, "data_version": dataset.version, "left_out": choice.left_out}


def described(dataset: Dataset, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Put name and country of the area in front, and areas from west to east by country."""
    places = dataset.localities.set_index("id")
    country = frame["area_id"].map(places["country"])
    longitude = frame["area_id"].map(west_to_east(dataset, by))
    key = pd.DataFrame({"country": country, "longitude": longitude, "area": frame["area_id"]})
    order = key.sort_values(["country", "longitude", "area"], kind="stable").index
    frame = frame.loc[order].reset_index(drop=True)
    frame.insert(1, "area", frame["area_id"].map(place_names(dataset)))
    frame.insert(2, "country", frame["area_id"].map(places["country"]))
    return frame
