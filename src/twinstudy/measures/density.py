"""Density: pairings against the length of the border, or the units on it."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

import pandas as pd

from twinstudy.errors import known_word
from twinstudy.evidence.consolidate import Choice, Words, choose
from twinstudy.measures.named import described, facts, named, tally
from twinstudy.measures.reported import reported
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

Per = Literal["border_km", "unit"]


def density(
    dataset: Dataset,
    *,
    per: Per = "border_km",
    by: str = "province",
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how dense the pairings of each area are.

    Numerator: pairings with a member in the area, named ones and, in rows of their own, the totals
    that sources report. Denominator: 100 km of the border of the area, or its units at the border.
    Sources give several lengths; each density is the interval that the longest and the shortest of
    them allow.

    Parameters
    ----------
    dataset
        Records.
    per
        ``"border_km"``: pairings for 100 km of border; ``"unit"``: pairings for a unit at the
        border of the level that the kind ties.
    by
        Level of the areas.
    kind
        One kind, or several, which are then added up in one row: ``("village", "commune")`` are
        the local twinnings. None for each kind in a row of its own, and for all together.
    at
        Day of interest; None for the newest day that the data speak of.
    status
        Statuses of pairing to count.

    Returns
    -------
    density
        One row an area, kind and basis:

        - ``area_id``, ``area``, ``country`` (str); ``kind`` (str): the kind, several joined by
          " + ", or "all"; ``basis`` (category): named, reported;
        - ``certain``, ``possible`` (Int64): pairings that certainly exist by the day, and that are
          not excluded to; both are the total where the basis is reported;
        - ``count_id`` (str): the row of ``dataset.counts`` with the total; several, for kinds that
          are added up, joined by "; "; missing for named ones;
        - ``shortest``, ``longest`` (float64): denominators, km or units; ``shortest_count_id``,
          ``longest_count_id`` (str): the rows of ``dataset.counts`` that give them;
        - ``lower`` (float64): ``certain`` over ``longest``; ``upper``: ``possible`` over
          ``shortest``; pairings per 100 km, or per unit.

        ``attrs``: ``at``, ``by``, ``per``, ``data_version`` and ``left_out``.

    Raises
    ------
    ArgumentError
        If an argument is none of the words or dates that it can have.

    Notes
    -----
    Pairings all of whose members in the area lie off the border by a source are left out, and so
    are lengths of the survey before 2009, lengths of a stretch that is shared with one neighbour,
    and totals of a later day. A pairing that ties two areas counts in both, so areas do not add up.
    Where several totals are reported, the newest counts. Pairings without stated date are possible
    at any day, certain from the first report. Counted against all *possible* pairs of units there
    is no density: hardly any two of them touch, so that the product of units is no denominator.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = density(load(), kind=("village", "commune"), at="2025-06-30")
    >>> bool((table["lower"] <= table["upper"]).all())
    True
    """
    known_word("per", per, get_args(Per))
    choice = choose(dataset, at=at, kind=kind, status=status)
    members = named(dataset, choice, by=by)
    units = members[members["unit_id"].notna()]
    if away := len(choice.pairings) - units["pairing_id"].nunique():
        choice.left_out["pairings none of whose members is a unit at the border"] = away
    placed = units.dropna(subset="area_id")
    totals = reported(dataset, choice, measure="pairings", by=by)
    totals = totals[~(totals["earliest"] > choice.day)].sort_values(["latest", "count_id"])
    totals = totals.drop_duplicates(["area_id", "kind"], keep="last")
    numbers = tally(placed, ["area_id", "kind"], "pairing_id")
    if kind is None:
        numbers = pd.concat([numbers, numbers.assign(kind="all")])
    elif choice.kinds == KINDS:
        numbers, totals = numbers.assign(kind="all"), totals[totals["kind"] == "all"]
    else:
        totals = totals[totals["kind"].isin(choice.kinds)]
        numbers, totals = (part.assign(kind=" + ".join(choice.kinds)) for part in (numbers, totals))
    by_name = numbers.groupby(["area_id", "kind"], as_index=False)[["certain", "possible"]].sum()
    by_report = totals.groupby(["area_id", "kind"], as_index=False).agg(
        certain=("value", "sum"), possible=("value", "sum"), count_id=("count_id", "; ".join)
    )
    table = pd.concat([by_name.assign(basis="named"), by_report.assign(basis="reported")])
    table = table.merge(_sizes(dataset, choice, per, by))
    scale = 100 if per == "border_km" else 1
    table["lower"] = scale * table["certain"].astype("float64") / table["longest"]
    table["upper"] = scale * table["possible"].astype("float64") / table["shortest"]
    return _described(dataset, choice, table, per, by)


def _sizes(dataset: Dataset, choice: Choice, per: Per, by: str) -> pd.DataFrame:
    """Find the smallest and the largest denominator of each area, with the rows of `counts`.

    Units at the border are of one kind each: those of several levels do not add up.
    """
    measure = "border_length" if per == "border_km" else "border_units"
    counts = reported(dataset, choice, measure=measure, by=by)
    keys = ["area_id"]
    if per == "unit":
        home = dataset.localities.set_index("id")["country"]
        counts = counts[counts["side"] == counts["area_id"].map(home)]
        keys = ["area_id", "kind"]
    counts = counts.sort_values([*keys, "value", "count_id"])[[*keys, "value", "count_id"]]
    least, most = (counts.drop_duplicates(keys, keep=keep) for keep in ("first", "last"))
    sizes = least.merge(most, on=keys)
    names = ["shortest", "shortest_count_id", "longest", "longest_count_id"]
    return sizes.set_axis([*keys, *names], axis=1)


def _described(
    dataset: Dataset, choice: Choice, table: pd.DataFrame, per: Per, by: str
) -> pd.DataFrame:
    """Add words and order."""
    table["basis"] = pd.Categorical(table["basis"], categories=["named", "reported"])
    table[["certain", "possible"]] = table[["certain", "possible"]].astype("Int64")
    rank = {word: number for number, word in enumerate([*KINDS, "all"])}
    table["rank"] = table["kind"].map(rank)
    table = table.sort_values(["area_id", "rank", "basis"], ignore_index=True)
    columns = ["area_id", "kind", "basis", "certain", "possible", "count_id"]
    columns += ["shortest", "shortest_count_id", "longest", "longest_count_id", "lower", "upper"]
    frame = described(dataset, table[columns].astype({"count_id": "str"}), by)
    frame.attrs = facts(dataset, choice, by=by, per=per)
    return frame
