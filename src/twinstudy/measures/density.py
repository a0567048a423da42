"""Density: pairings against the length of the border, the units on it, and the possible pairs."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.measures.named import Chosen, Words, choose, note, place
from twinstudy.measures.reported import ALL_KINDS, sizes, totals
from twinstudy.measures.tally import (
    KIND_WORDS,
    UNIT_WORDS,
    pair_entries,
    pairing_entries,
    tally,
    worded,
)
from twinstudy.records.dataset import Dataset

Per = Literal["border_km", "unit", "pair"]

_DENOMINATORS = {"border_km": "km of border", "unit": "{}", "pair": "pairs of {}s"}
_UNITS = {
    "border_km": "pairings per 100 km",
    "unit": "pairings per {}",
    "pair": "share of possible pairs",
}
_AREA_KIND = ["area", "kind"]
_STATED = ("qualifier", "as_of", "source_id")


def density(
    dataset: Dataset,
    *,
    per: Per,
    by: str = "province",
    kind: Words | None = None,
    at: str | date | None = None,
    statuses: Words = ("agreed",),
) -> pd.DataFrame:
    """Measure how dense the pairings of each area are.

    Parameters
    ----------
    dataset
        Records.
    per
        Denominator: ``"border_km"``, pairings per 100 km of border of the area; ``"unit"``,
        pairings per border unit of the level that the kind ties; ``"pair"``, the share of all
        pairs of a unit of the area and a unit across the border that are tied.
    by, kind, at, statuses
        As in `coverage`.

    Returns
    -------
    density
        One row an area, kind and `basis`, one more for each further denominator or total where
        sources differ, and none where no source states a denominator:

        - ``area_id``, ``area``, ``country`` (str); ``kind`` (category), "all" being all together,
          which only a length of border can be set against.
        - ``side`` (str): country of the units in the denominator, for ``per="unit"``.
        - ``basis`` (category): "named", counted from the pairings of the dataset with a member in
          the area; "reported", a total of pairings that sources state, of a day that is not after
          `at`. Named pairings are those that were found, so a density of them is a lower bound.
        - ``certain``, ``possible`` (Int64, pairings; tied pairs of units for ``per="pair"``): in
          being by `at` for certain, and at least possibly; for a total twice its value.
        - ``undated`` (Int64): part of the possible ones without date; missing for totals.
        - ``basis_qualifier``, ``basis_as_of``, ``basis_source_id`` (str): of a total.
        - ``denominator`` (float64) and ``denominator_unit`` (str), ``denominator_qualifier``,
          ``denominator_as_of``, ``denominator_source_id`` (str): as stated; nothing is corrected
          for "at least" or "about".
        - ``density_certain``, ``density_possible`` (float64), in ``unit`` (str).

        Dates and sources are joined by "; ". ``attrs`` is as in `coverage`, with ``per``.

    Raises
    ------
    ArgumentError
        If `per` is another word, or as in `coverage`.

    Notes
    -----
    ``per="pair"`` is the density of the bipartite graph of all border units [1]_: its denominator
    is the product of the units of both sides, which sources must state. ``networkx.density`` of
    the graph would divide by the pairs of units that happen to be in the data, where an absent
    edge only means that no source names it. Members that a source says do not touch the border are
    no border units, as in `coverage`. A pairing whose sources do not say who is tied to
    whom is certain to tie pairs only where one side has a single member.

    References
    ----------
    .. [1] S. P. Borgatti and M. G. Everett, Network analysis of 2-mode data, Social Networks 19
       (1997) 243-269.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = density(load(), per="border_km", at="2025-06-30")
    >>> (table["density_certain"] <= table["density_possible"]).all().item()
    True
    >>> table["unit"].unique().tolist()
    ['pairings per 100 km']
    """
    if per not in get_args(Per):
        raise ArgumentError(f"`per` is {per!r}; use one of {', '.join(get_args(Per))}")
    chosen = choose(dataset, at=at, kind=kind, statuses=statuses)
    placement = place(dataset, chosen, by=by)
    measure = "border_length" if per == "border_km" else "border_units"
    size = sizes(dataset, chosen, measure=measure, by=by)
    kinds = np.unique(chosen.kind[chosen.possible])
    if per == "pair":
        size = _products(chosen, size, by)
        counted = tally(pair_entries(dataset, chosen, placement), chosen.undated)
    else:
        counted = tally(pairing_entries(chosen, placement), chosen.undated)
        if per == "border_km" and kind is None:
            # A pairing is of one kind, so kinds add up.
            together = counted.groupby(["area", "side"], as_index=False).sum()
            counted = pd.concat([counted, together.assign(kind=ALL_KINDS)])
            kinds = np.append(kinds, ALL_KINDS)
    if per == "border_km":
        size = size.drop(columns="kind").merge(pd.DataFrame({"kind": kinds}), how="cross")
    bare = ~counted["area"].isin(size["area"])
    note(chosen.left_out, "areas without a stated denominator", ~counted["area"][bare].duplicated())
    size = size[size["kind"].isin(kinds)]
    table = size.merge(counted.drop(columns="side"), how="left", on=_AREA_KIND).assign(basis=0)
    if per != "pair":
        table = pd.concat([table, _reported(dataset, chosen, size, by)])
    frame = _described(dataset, chosen, table, per)
    frame.attrs = {
        "at": str(chosen.day.date()), "by": by, "per": per, "data_version": dataset.version,
        "left_out": chosen.left_out,
    }  # fmt: skip
    return frame


def _products(chosen: Chosen, size: pd.DataFrame, by: str) -> pd.DataFrame:
    """Multiply the border units of an area with those that it faces, for each pair of sources."""
    is_own = size["side"] == chosen.country[size["area"]]
    own, facing = size[is_own], size[~is_own]
    if by == "country":
        # What one country counts of itself, the other one faces.
        opposite = own.rename(columns={"area": "of"}).merge(own[_AREA_KIND], on="kind")
        facing = pd.concat([facing, opposite[opposite["of"] != opposite["area"]]])
    both = own.merge(facing, on=_AREA_KIND, suffixes=("", "_facing")).drop_duplicates()
    hedges = both[["qualifier", "qualifier_facing"]]
    return both.assign(
        side=-1,
        value=both["value"] * both["value_facing"],
        qualifier=np.select(
            [(hedges == "about").any(axis=1), (hedges == "at_least").any(axis=1)],
            ["about", "at_least"], "exact",
        ),
        as_of=both["as_of"] + "; " + both["as_of_facing"],
        source_id=both["source_id"] + "; " + both["source_id_facing"],
    )[size.columns]  # fmt: skip


def _reported(dataset: Dataset, chosen: Chosen, size: pd.DataFrame, by: str) -> pd.DataFrame:
    """Set totals of pairings that are not of a later day against the denominators."""
    reported = totals(dataset, chosen, measure="pairings", by=by)
    later = reported["when"] == "after"
    note(chosen.left_out, f"totals of a day after {chosen.day.date()}", later)
    reported = reported[~later].drop(columns=["side", "earliest", "latest", "when"])
    table = size.merge(reported, on=_AREA_KIND, suffixes=("", "_basis"))
    return table.assign(
        basis=1, named_certain=table["value_basis"], named_possible=table["value_basis"]
    )


def _described(dataset: Dataset, chosen: Chosen, table: pd.DataFrame, per: Per) -> pd.DataFrame:
    """Sort, put words in the place of numbers, and divide."""
    for name in ("named_certain", "named_possible", "undated"):
        named = table["basis"] == 0
        table[name] = table[name].where(~named, table[name].fillna(0)).astype("Int64")
    table = table.reindex(
        columns=[*table, *(f"{n}_basis" for n in _STATED if f"{n}_basis" not in table)]
    )
    keys = ["area", "kind", "side", "basis", "named_certain", "value", "qualifier"]
    table = table.sort_values(keys, ignore_index=True)
    area = dataset.coded["localities"].iloc[table["area"]].reset_index(drop=True)
    words = np.array(UNIT_WORDS, dtype=object)[table["kind"]]
    return pd.DataFrame(
        {
            "area_id": area["id"],
            "area": area["name"],
            "country": area["country"],
            "kind": worded(table["kind"], KIND_WORDS),
            "side": pd.array(
                np.array([*chosen.countries, None], dtype=object)[table["side"]], dtype="str"
            ),
            "basis": worded(table["basis"], ["named", "reported"]),
            "certain": table["named_certain"],
            "possible": table["named_possible"],
            "undated": table["undated"],
            **{f"basis_{name}": table[f"{name}_basis"].astype("str") for name in _STATED},
            "denominator": table["value"],
            "denominator_unit": _worded(_DENOMINATORS[per], words),
            **{f"denominator_{name}": table[name].astype("str") for name in _STATED},
            "density_certain": _ratio(table["named_certain"], table["value"], per),
            "density_possible": _ratio(table["named_possible"], table["value"], per),
            "unit": _worded(_UNITS[per], words),
        }
    )


def _worded(template: str, words: np.ndarray) -> pd.Series:
    return pd.Series([template.format(word) for word in words], dtype="str")


def _ratio(number: pd.Series, denominator: pd.Series, per: Per) -> pd.Series:
    scale = 100 if per == "border_km" else 1
    return scale * number.astype("float64") / denominator
