"""Coverage: how much of the border is twinned, by name and by report."""

from __future__ import annotations

from datetime import date

import pandas as pd

from twinstudy.evidence.consolidate import Choice, Words, choose
from twinstudy.measures.named import described, facts, named, tally
from twinstudy.measures.reported import reported
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

_GROUP = ["area_id", "kind", "side"]


def coverage(
    dataset: Dataset,
    *,
    by: str = "province",
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how many of the units of each area are twinned.

    Numerator: distinct localities that are members of pairings of a kind. Denominator: the units
    of that level at the border that a source counts in the area (*eligible*). What is named and
    what is reported stand side by side; neither corrects the other. A named count is a lower
    bound: a unit that is not named was not found.

    Parameters
    ----------
    dataset
        Records.
    by
        Level of the areas; ``"country"`` is the whole border, once for each country.
    kind
        Kinds of pairing; None for all.
    at
        Day of interest; None for the newest day that the data speak of. Areas and units are those
        of that day: ``"2025-06-30"`` shows the Vietnamese provinces before the reform of July 2025.
    status
        Statuses of pairing to count.

    Returns
    -------
    coverage
        One row an area, kind and side, and one more for each further value where sources differ:

        - ``area_id``, ``area``, ``country`` (str): the area, its name and its country;
        - ``kind`` (category): kind of pairing, or "all" beside totals of all kinds together;
        - ``side`` (str): country of the counted units; missing where pairings are counted. Where
          it is not the country of the area, the units are those across the border that are tied
          to the area;
        - ``certain``, ``possible`` (int64): named units, or pairings, that certainly exist by the
          day, and that are not excluded to; ``undated`` (int64): those of the possible ones of
          which no pairing has a stated date;
        - ``eligible`` (Int64), ``eligible_count_id`` (str): units at the border, and the row of
          ``dataset.counts`` that says so, where its source, date and hedge stand;
        - ``reported`` (Int64), ``reported_count_id`` (str): the total that a source gives;
        - ``lower`` (float64): share ``certain / eligible``, a lower bound on the day;
        - ``reported_share`` (float64): share ``reported / eligible`` on the date of the total.

        ``attrs``: ``at``, ``by``, ``data_version``, and ``left_out``, how many pairings, members
        and counts are left out, by reason.

    Raises
    ------
    ArgumentError
        If an argument is none of the words or dates that it can have.

    Notes
    -----
    A member that has ended by the day counts as its successor where it has one of its level: the
    district Phục Hòa, merged into Quảng Hòa in 2020, counts as Quảng Hòa in 2021. Members of
    another level than the kind ties, and those of which a source says that they do not touch the
    border, are no units; pairings count whatever their members are. Pairings without stated date
    are certain from the day on which a source reports them, and possible before; approximate dates
    make nothing certain; of conflicting dates the envelope counts (`consolidate`).

    Examples
    --------
    >>> from twinstudy import load
    >>> table = coverage(load(), kind="commune", at="2025-06-30")
    >>> row = table.query("area == 'Hà Giang' and side == 'VN'").iloc[0]
    >>> int(row["reported"]), int(row["eligible"]), bool(row["certain"] <= row["possible"])
    (34, 34, True)
    """
    choice = choose(dataset, at=at, kind=kind, status=status)
    members = named(dataset, choice, by=by)
    totals = [reported(dataset, choice, measure=each, by=by) for each in ("twinned", "pairings")]
    total = pd.concat(totals)
    sizes = reported(dataset, choice, measure="border_units", by=by)
    if kind is not None:
        total, sizes = (part[part["kind"].isin(choice.kinds)] for part in (total, sizes))
    placed = members.dropna(subset="area_id")
    rows = pd.concat([placed, _across(dataset, members, placed, pd.concat([total, sizes]))])
    rows = rows.astype({"kind": pd.CategoricalDtype([*KINDS, "all"])})
    overall = total.loc[total["kind"] == "all", ["area_id", "side"]].drop_duplicates()
    whole = rows[rows["area_id"].isin(overall["area_id"])].assign(kind="all")
    rows = pd.concat([rows, whole.astype(rows.dtypes.to_dict())])
    counted = pd.concat(
        [tally(rows, _GROUP, "unit_id"), tally(rows, ["area_id", "kind"], "pairing_id")]
    ).astype({"side": "str"})
    together = counted["kind"] == "all"
    table = pd.concat([counted[~together], counted[together].merge(overall)])
    for name, part in (("eligible", sizes), ("reported", total)):
        counts = part[[*_GROUP, "value", "count_id"]]
        counts = counts.rename(columns={"value": name, "count_id": f"{name}_count_id"})
        table = table.merge(counts, how="outer", on=_GROUP)
    return _described(dataset, choice, table, by)


def _across(
    dataset: Dataset, members: pd.DataFrame, placed: pd.DataFrame, counted: pd.DataFrame
) -> pd.DataFrame:
    """List the units across the border that are tied to an area where a source counts such."""
    home = dataset.localities.set_index("id")["country"]
    foreign = counted[counted["side"].notna() & (counted["side"] != counted["area_id"].map(home))]
    near = placed.loc[placed["area_id"].isin(foreign["area_id"]), ["pairing_id", "area_id"]]
    across = members.drop(columns="area_id").merge(near.drop_duplicates(), on="pairing_id")
    every = foreign.loc[foreign["kind"] == "all", ["area_id", "side"]]
    kept = [across.merge(keys.drop_duplicates()) for keys in (foreign[_GROUP], every)]
    return pd.concat(kept).astype(members.dtypes.to_dict())


def _described(dataset: Dataset, choice: Choice, table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Add shares, words and order."""
    numbers = ["certain", "possible", "undated"]
    table[numbers] = table[numbers].fillna(0).astype("int64")
    table["lower"] = table["certain"] / table["eligible"]
    table["reported_share"] = table["reported"] / table["eligible"]
    table[["eligible", "reported"]] = table[["eligible", "reported"]].astype("Int64")
    table["kind"] = pd.Categorical(table["kind"], categories=[*KINDS, "all"])
    home = dataset.localities.set_index("id")["country"]
    table["across"] = table["side"] != table["area_id"].map(home)
    table["pairings"] = table["side"].isna()
    order = ["area_id", "kind", "pairings", "across", "side", "eligible", "reported"]
    table = table.sort_values([*order, "reported_count_id"], ignore_index=True)
    columns = [*_GROUP, *numbers, "eligible", "eligible_count_id", "reported", "reported_count_id"]
    frame = described(dataset, table[[*columns, "lower", "reported_share"]].copy(), by)
    frame.attrs = facts(dataset, choice, by=by)
    return frame
