"""Rows added to a dataset: read, checked and named like those of files."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from builders import dataset_from_text

from twinstudy import DataError, Dataset, coverage, density, extend, from_edgelist
from twinstudy.errors import ArgumentError
from twinstudy.tables.files import text_tables


def rows(*cells: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(cells))


def towns() -> Dataset:
    pairs = pd.DataFrame({"town": ["Alder", "Ash"], "twin": ["Brook", "Birch"]})
    places = pd.DataFrame(
        {"level": ["province", "commune", "commune"], "parent": [None, "North", "North"]},
        index=["North", "Alder", "Ash"],
    )
    return from_edgelist(
        pairs, left="town", right="twin", left_country="XA", right_country="XB",
        kind="commune", localities=places,
    )  # fmt: skip


def faults(dataset: Dataset, **tables: pd.DataFrame) -> list[str]:
    with pytest.raises(DataError) as caught:
        extend(dataset, **tables)
    return list(map(str, caught.value.problems))


LENGTH = {
    "id": "n-1", "area_id": "l-xa-north", "measure": "border_length", "value": 50, "side": "XA",
    "qualifier": "exact", "source_id": "s-edge-list", "locator": "map",
}  # fmt: skip
UNITS = LENGTH | {"id": "n-2", "measure": "border_units", "kind": "commune", "value": 8.0}


def test_counts_give_own_data_their_denominators() -> None:
    before = towns()
    dataset = extend(before, counts=rows(LENGTH, UNITS))
    assert density(before, per="border_km").empty
    found = density(dataset, per="border_km").set_index("kind").loc["commune"]
    assert found[["lower", "upper"]].tolist() == [0, 100 * 2 / 50]
    shares = coverage(dataset).query("area == 'North' and side == 'XA'")
    assert shares[["kind", "possible", "eligible"]].to_numpy().tolist() == [["commune", 2, 8]]


def test_nothing_but_the_added_rows_is_new(mini: Dataset) -> None:
    assert extend(mini).version == mini.version
    assert extend(mini, counts=rows(LENGTH).iloc[:0]).version == mini.version
    added = {"id": "s-zz", "kind": "other", "title": "A", "published": 2020}
    dataset = extend(mini, sources=rows(added))
    assert len(dataset.sources) == len(mini.sources) + 1
    again = dataset.sources[dataset.sources["id"] != "s-zz"].reset_index(drop=True)
    pd.testing.assert_frame_equal(again, mini.sources, check_categorical=False)
    for name in set(mini.tables) - {"sources"}:
        left, right = text_tables(dataset.tables)[name], text_tables(mini.tables)[name]
        pd.testing.assert_frame_equal(left, right)
    assert dataset_from_text(text_tables(dataset.tables)).version == dataset.version
    assert dataset.version != mini.version


def test_a_further_claim_on_a_known_pairing(mini: Dataset) -> None:
    old = mini.claims.iloc[0]
    members = mini.memberships[mini.memberships["claim_id"] == old["id"]].assign(claim_id="c-zz")
    claim = {
        "id": "c-zz", "pairing_id": old["pairing_id"], "source_id": old["source_id"],
        "locator": "elsewhere", "signed": dt.date(2013, 5, 1),
    }  # fmt: skip
    dataset = extend(mini, claims=rows(claim), memberships=members)
    assert dataset.claims.set_index("id").loc["c-zz", "signed"] == "2013-05-01"


def test_values_are_brought_to_one_form() -> None:
    place = {"id": "l-xa-na", "country": "XA", "level": "commune", "name": "  Pò  He\u0300n\n"}
    place |= {"longitude": 107.5, "latitude": "21.60", "position": "exact", "designation": None}
    dataset = extend(towns(), localities=rows(place))
    found = dataset.localities.set_index("id").loc["l-xa-na"]
    assert found["name"] == "Pò Hèn"
    assert found[["longitude", "latitude"]].tolist() == [107.5, 21.6]
    assert pd.isna(found["designation"])


def test_all_faults_of_the_added_rows_alone_are_named_with_table_and_row() -> None:
    flagged = extend(towns(), sources=rows({"id": "s-zz", "kind": "other", "title": "=1+1"}))
    assert flagged.report
    bad = rows(
        LENGTH,
        LENGTH | {"id": "n-2", "area_id": "l-xa-nord", "as_of": "2013-13"},
        LENGTH | {"id": "n-3", "locator": "a\x00b", "value": "many"},
    )
    assert faults(flagged, counts=bad, sources=rows({"id": "s-edge-list", "kind": "other"})) == [
        "counts:2: area_id: 'l-xa-nord' is not in localities; nearest: 'l-xa-north'",
        "counts:2: as_of: '2013-13' has no month 13; write a month from 01 to 12",
        "counts:3: locator: 'a\\x00b' holds the character '\\x00'; take it out",
        "counts:3: value: 'many' is not a plain decimal number; write digits with a point, such as 277.5",
        "sources:1: id: 's-edge-list' repeats the id of an earlier row; keep one of them, or give this one a key of its own",
    ]


def test_a_fault_in_what_was_there_before_has_no_line() -> None:
    claim = {"id": "c-zz", "pairing_id": "p-xa-ash-xb-birch", "source_id": "s-edge-list"}
    third = {"id": "l-xc-elm", "country": "XC", "level": "commune", "name": "Elm"}
    member = {"claim_id": "c-zz", "locality_id": "l-xc-elm"}
    added = {"claims": rows(claim), "localities": rows(third), "memberships": rows(member)}
    assert faults(towns(), **added) == [
        "pairings: id: the members of 'p-xa-ash-xb-birch' do not make two sides; name members of two countries, or exactly two of one",
    ]


def test_warnings_are_told_once() -> None:
    named = {"country": "XA", "level": "commune"}
    once = extend(towns(), localities=rows({"id": "l-xa-one", "name": "=1+1"} | named))
    twice = extend(once, localities=rows({"id": "l-xa-two", "name": "-2"} | named))
    said = [str(each).split(" would")[0] for each in twice.report if each.column == "name"]
    assert said == [f"localities:1: warning: name: '{name}'" for name in ("=1+1", "-2")]
    other = extend(twice, sources=rows({"id": "s-zz", "kind": "other"}))
    assert other.report == twice.report


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"count": rows(LENGTH)}, "'count' is no table; give rows of some of sources, localities, "),
        ({"counts": [LENGTH]}, "`counts` is of type list; give a pandas DataFrame"),
        ({"counts": rows({"area": 1})}, "`counts` has 'area'; use some of id, area_id, "),
        ({"sources": pd.DataFrame([range(60)])},
         "`sources` has '0', '1', '2' and 57 more; use some of id, "),
        ({"counts": pd.DataFrame([["n-1", "n-2"]], columns=["id", "id"])},
         "`counts` has a column twice; use some of id, area_id, "),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_used(tables: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        extend(towns(), **tables)
    assert str(caught.value).startswith(message)


def test_dates_that_look_like_none_are_flagged() -> None:
    days = ["0085", "2199-06-01", *(f"{year}-01-01" for year in range(2001, 2010))]
    claims = pd.DataFrame({"id": [f"c-{day}" for day in days], "locator": days, "signed": days})
    claims[["pairing_id", "source_id"]] = "p-xa-alder-xb-brook", "s-edge-list"
    named = pd.DataFrame({"claim_id": claims["id"]}).assign(locality_id="l-xa-alder")
    before = towns()
    more = extend(before, claims=claims, memberships=named)
    assert list(map(str, more.report[len(before.report) :])) == [
        "claims: warning: signed: 1 of 11 dates lie before the year 800, such as 0085; write years "
        "with four digits",
        "claims: warning: signed: 1 of 11 dates lie in the future, such as 2199-06-01; correct "
        "them, or leave them empty",
        "claims: warning: signed: 9 of 11 dates are a 1 January, such as 2001-01-01, 2002-01-01, "
        "2003-01-01 and 6 more; where only the year is known, give it alone (.str[:4])",
    ]
