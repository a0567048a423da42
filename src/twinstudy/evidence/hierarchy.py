"""Which unit a place lies in, at a date, through reforms."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, known_word
from twinstudy.evidence.consolidate import dateless, day_at
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import LEVELS

_POINT_LEVELS = ("commune", "district", "prefecture")  # those whose point a smaller unit borrows
_END = pd.Timestamp("9999-12-31")  # where nothing is dated, units are taken as they are in the end


@remembered
def existence(dataset: Dataset) -> pd.DataFrame:
    """Return by locality: ``level``, and the first and last day on which it exists."""
    places = dataset.localities
    bounds = date_bounds(places["exists"])[["earliest", "latest"]]
    bounds.insert(0, "level", places["level"])
    return bounds.set_index(pd.Index(places["id"], name="locality_id"))


@remembered
def _containments(dataset: Dataset) -> pd.DataFrame:
    """Return the containments with the bounds of their intervals."""
    frame = dataset.containments
    bounds = date_bounds(frame["during"])[["earliest", "latest"]]
    return pd.concat([frame[["child_id", "parent_id"]], bounds], axis=1)


@remembered
def lineage(dataset: Dataset) -> pd.DataFrame:
    """List every unit above each place, at any time.

    One row a place and a unit above it, by each way up: ``locality_id``, ``ancestor_id`` (str),
    ``level`` of the ancestor (categorical), ``earliest`` and ``latest`` (datetime64[s], missing
    where open): the days on which all containments of the way hold.
    """
    above = _containments(dataset)
    step = above.set_axis(["locality_id", "ancestor_id", "earliest", "latest"], axis=1)
    found = [step]
    while len(step):
        step = step.merge(
            above, left_on="ancestor_id", right_on="child_id", suffixes=("", "_above")
        )
        step["ancestor_id"] = step["parent_id"]
        step["earliest"] = np.fmax(step["earliest"], step["earliest_above"])
        step["latest"] = np.fmin(step["latest"], step["latest_above"])
        step = step[found[0].columns].drop_duplicates()
        step = step[~(step["earliest"] > step["latest"])]
        found.append(step)
    whole = pd.concat(found, ignore_index=True).drop_duplicates()
    levels = existence(dataset)["level"].astype(pd.CategoricalDtype(list(LEVELS)))
    whole["level"] = whole["ancestor_id"].map(levels)
    return whole.sort_values(["locality_id", "level", "ancestor_id"], ignore_index=True)


def ancestors(dataset: Dataset, *, level: str, at: str | date | None = None) -> pd.Series:
    """Find the unit of a level that each locality lies in, at a date.

    Parameters
    ----------
    dataset
        Records.
    level
        Level of the units to find, such as ``"province"``.
    at
        Day; a year or month means its last day. None for the newest day that the data speak of;
        where they speak of none, the hierarchy is taken as it is in the end.

    Returns
    -------
    ancestor
        Index ``locality_id`` (all localities, in their order), values ids (str, missing where
        there is none), named `level`. A locality of that level is its own ancestor.

    Raises
    ------
    ArgumentError
        If `level` is not a level or `at` is not a date.

    Notes
    -----
    A containment holds on every day that its interval allows, one without interval always. The
    way up with the fewest steps counts. A place without any containment on that day lies where it
    lay on the nearest day.

    A unit that does not exist on that day, by ``exists``, stands for its land: where no containment
    leads up from it, it has the ancestor that its successors have in common (before its time: those
    of its predecessors that are in the data), and none if they do not agree. A unit of the level
    asked for whose time is over gives way to its successor too; it stays its own ancestor if it
    has none, or several, and so does one whose time is still to come, since it may be made of more
    units than the data name.

    Examples
    --------
    >>> from twinstudy import load
    >>> dataset = load()
    >>> ancestors(dataset, level="province", at="2014")["l-vn-thanh-thuy-post"]
    'l-vn-ha-giang-province'
    >>> then = ancestors(dataset, level="province", at="2026")["l-vn-thanh-thuy-post"]
    >>> dataset.localities.set_index("id")["name"][then]
    'Tuyên Quang'
    """
    known_word("level", level, LEVELS)
    day = day_at(dataset, at)
    return _ancestors(dataset, level, _END if dateless(day) else day)


@remembered
def _ancestors(dataset: Dataset, level: str, day: pd.Timestamp) -> pd.Series:
    """Find the ancestors of a level and a day once."""
    units = existence(dataset)
    ended = units.index[units["latest"] < day]
    unborn = units.index[units["earliest"] > day]
    links = dataset.successions[["old_id", "new_id"]]
    heirs = links[links["old_id"].isin(ended)]
    forebears = links.loc[links["new_id"].isin(unborn), ["new_id", "old_id"]]
    steps = (each.set_axis(["unit", "other"], axis=1) for each in (heirs, forebears))
    stand_ins = pd.concat(steps, ignore_index=True)
    replaced = units.index.isin(stand_ins["unit"])
    parents = _parents(dataset, day, units.index[~replaced])
    found = pd.Series(np.nan, index=units.index, dtype="str", name=level)
    itself = found.index.to_series().where(units["level"] == level)
    for stays in (~units.index.isin(ended), ~replaced, np.ones(len(units), dtype=bool)):
        known = found.fillna(itself.where(stays))
        if known.count() > found.count():
            found = _climbed(known, parents, stand_ins)
    return found


def _parents(dataset: Dataset, day: pd.Timestamp, kept: pd.Index) -> pd.DataFrame:
    """List the containments of a day, higher parents last; for kept units without, the nearest."""
    frame = _containments(dataset)
    before, after = frame["earliest"] > day, frame["latest"] < day
    holds = ~before & ~after
    lost = frame["child_id"].isin(kept) & ~frame["child_id"].isin(frame.loc[holds, "child_id"])
    wait = (frame["earliest"] - day).where(before, day - frame["latest"])[lost]
    nearest = wait == wait.groupby(frame["child_id"]).transform("min")
    links = frame.loc[holds | nearest.reindex(frame.index, fill_value=False)]
    rank = links["parent_id"].map(existence(dataset)["level"].cat.codes)
    return links.loc[rank.sort_values(ascending=False, kind="stable").index]


def _climbed(found: pd.Series, parents: pd.DataFrame, stand_ins: pd.DataFrame) -> pd.Series:
    """Hand ancestors down from parents and stand-ins, one step a pass, until nothing is new."""
    while True:
        missing = found.index[found.isna()]
        waiting = parents[parents["child_id"].isin(missing)].set_index("child_id")["parent_id"]
        given = waiting.map(found).dropna()
        given = given[~given.index.duplicated(keep="last")]
        handed = stand_ins[stand_ins["unit"].isin(missing)]
        answers = handed["other"].map(found).groupby(handed["unit"])
        common = answers.first()[answers.nunique(dropna=False).lt(2)].dropna()
        if given.empty and common.empty:
            return found
        found = found.fillna(given).fillna(common)


def refuse_ended_level(
    dataset: Dataset, level: str, day: pd.Timestamp, countries: pd.Series
) -> None:
    """Refuse a level of which a country has no unit any more on a day."""
    units = existence(dataset)
    units = units[units["level"] == level]
    country = dataset.localities.set_index("id")["country"].reindex(units.index)
    last = units["latest"].fillna(_END).groupby(country).max()
    over = last[(last < day) & last.index.isin(countries)]
    if len(over):
        good = over.min().date()
        raise ArgumentError(
            f"`level` is {level!r}, and on {day.date()} there is no {level} any more in "
            f"{', '.join(over.index)}; the last good day is {good}: give at='{good}'"
        )


@remembered
def drawing_points(dataset: Dataset) -> pd.DataFrame:
    """Give every locality a point to be drawn at, and say whose point it is.

    A locality without a point of its own borrows that of the unit that it lies, or lay, in: its
    commune, else its district, else its prefecture. Only for drawing: a borrowed point says nothing
    of a distance. Index ``locality_id`` (all localities, in their order); ``longitude``,
    ``latitude`` (float64, degrees; missing where nothing can be borrowed), ``own`` (bool) and
    ``drawn_at`` (str: the locality whose point it is; missing where there is none).
    """
    points = dataset.localities.set_index("id")[["longitude", "latitude"]]
    points.index.name = "locality_id"
    own = points["longitude"].notna()
    above = lineage(dataset)
    above = above[above["level"].isin(_POINT_LEVELS) & above["ancestor_id"].map(own)]
    # The smallest unit, of several the one that it lay in last.
    above = above.assign(open=above["latest"].isna())
    above = above.sort_values(["level", "open", "latest", "ancestor_id"], kind="stable")
    nearest = above.drop_duplicates("locality_id", keep="last").set_index("locality_id")
    itself = pd.Series(points.index, index=points.index, dtype="str")
    at = itself.where(own, nearest["ancestor_id"].reindex(points.index))
    drawn = points.reindex(at).set_axis(points.index)
    return drawn.assign(own=own, drawn_at=at)


@remembered
def west_to_east(dataset: Dataset, level: str = "province") -> pd.Series:
    """Return by unit the mean longitude of the places of pairings within it, or its own.

    Only units of one level have a mean.
    """
    own = dataset.localities.set_index("id")["longitude"]
    twinned = own[own.index.isin(dataset.memberships["locality_id"])]
    within = lineage(dataset)
    within = within[within["level"] == level].drop_duplicates(["locality_id", "ancestor_id"])
    mean = within["locality_id"].map(twinned).groupby(within["ancestor_id"]).mean()
    return mean.reindex(own.index).fillna(own)
