"""Any frame of twinnings as a dataset: what real registers hold, and what is said of it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import dataset_from_text

from twinstudy import DataError, Dataset, ancestors, conflicts, from_edgelist
from twinstudy.errors import ArgumentError
from twinstudy.tables.files import text_tables

ENDS = {"left_country": "home", "right_country": "abroad"}
UNKNOWN = {"left_country": "ZZ", "right_country": "ZZ", "kind": "commune"}


def frame(*rows: tuple[Any, ...], columns: str = "city twin year") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split()[: len(rows[0])])


abroad = partial(frame, columns="city twin home abroad")


def read(pairs: pd.DataFrame, **arguments: Any) -> Dataset:
    given = {"left": "city", "right": "twin", "left_country": "DE", "right_country": "GB"}
    return from_edgelist(pairs, **(given | arguments))


def faults(pairs: pd.DataFrame, **arguments: Any) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(pairs, **arguments)
    return list(map(str, caught.value.problems))


def report(pairs: pd.DataFrame, **arguments: Any) -> list[str]:
    return list(map(str, read(pairs, **({"kind": "commune"} | arguments)).report))


def sound(dataset: Dataset) -> Dataset:
    """The tables break no rule, and are what reading them from files would give."""
    again = dataset_from_text(text_tables(dataset.tables))
    assert again.version == dataset.version
    for name, table in again.tables.items():
        pd.testing.assert_frame_equal(dataset.tables[name], table)
    return dataset


def placed(cells: dict[str, Any], *keys: str | None) -> dict[str, Any]:
    return {"localities": pd.DataFrame(cells, index=keys)}


def ids(dataset: Dataset, table: str = "localities", column: str = "id") -> list[str]:
    return dataset.tables[table][column].tolist()


def dated(*values: object) -> pd.DataFrame:
    names = [f"{n}" for n in range(len(values))]
    return pd.DataFrame({"city": names, "twin": "Leeds", "year": pd.Series(values, dtype=object)})


TOWNS = frame(("Ulm", "Leeds"))
YEARS = range(1990, 2010)
HALLE = TOWNS.assign(city="Halle", state=[["NW", "ST"]], twin="Bath", region="X").explode("state")
SEVERAL = {"left": ["city", "state"], "right": ["twin", "region"]}
KEYED = pd.DataFrame(
    {"level": ["commune", "province"], "parent": [("Land", "ST"), None]},
    pd.MultiIndex.from_tuples([("Halle", "ST"), ("Land", "ST")], names=["city", "state"]),
)

# What one row becomes


def test_one_row_is_one_pairing_with_one_claim_and_no_row_none() -> None:
    pairs = frame(("Cologne", "Liverpool", 1952.0))
    before = pairs.copy(deep=True)
    dataset = sound(read(pairs, signed="year", kind="commune"))
    pd.testing.assert_frame_equal(pairs, before)
    assert ids(dataset) == ["l-de-cologne", "l-gb-liverpool"]
    assert ids(dataset, column="level") == ["commune", "commune"]
    pairing, claim = dataset.pairings.iloc[0], dataset.claims.iloc[0]
    assert pairing.tolist()[:4] == ["p-de-cologne-gb-liverpool", "commune", "joint", "agreed"]
    assert claim["id"] == "c-de-cologne-gb-liverpool-1"
    assert claim[["source_id", "locator", "signed"]].tolist() == ["s-edge-list", "entry 1", "1952"]
    assert ids(dataset, "memberships", "named_as") == ["Cologne", "Liverpool"]
    assert ids(dataset, "sources", "title") == ["Edge list"]
    assert dataset.report == []
    assert {len(table) for table in sound(read(TOWNS.iloc[:0])).tables.values()} == {0}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1952", "1952"), ("1952-03~", "1952-03~"), ("1950/1952", "1950/1952"),
        (" 1952-03-01 ", "1952-03-01"), ("1952-03-01T10:00:00Z", "1952-03-01"),
        ("1952-03-01 10:00:00", "1952-03-01"), (1952, "1952"), (1952.0, "1952"),
        (np.int64(800), "0800"), (np.float64(1952), "1952"),
        (pd.Timestamp("1952-03-01 10:00"), "1952-03-01"),
        (pd.Timestamp("1952-03-01 23:00", tz="Asia/Ho_Chi_Minh"), "1952-03-01"),
        (np.datetime64("1952-03-01"), "1952-03-01"), (dt.date(1952, 3, 1), "1952-03-01"),
        (pd.Period("1952-03"), "1952-03"), (None, None), (float("nan"), None), (pd.NaT, None),
        (pd.NA, None), ("", None), ("  ", None),
        # times of Wikidata are as exact as they are meant
        ("+1995-02-18T00:00:00Z", "1995-02-18"), ("+1991-00-00T00:00:00Z", "1991"),
        ("1991-05-00T00:00:00Z", "1991-05"),
    ],
)  # fmt: skip
def test_forms_of_date(value: object, expected: str | None) -> None:
    signed = read(dated(value), signed="year").claims["signed"].iloc[0]
    assert signed == expected if expected else pd.isna(signed)


@pytest.mark.parametrize("dtype", ["Int64", "float64", "str", "category", "datetime64[s]"])
def test_columns_of_dates(dtype: str) -> None:
    years = pd.Series([1952, None, 1958], dtype="Int64")
    timed = pd.to_datetime(years.astype("str"), format="%Y")
    column = timed if "date" in dtype else years.astype("str" if dtype == "category" else dtype)
    claims = read(dated(1, 2, 3).assign(year=column), signed="year").claims
    assert sorted(claims["signed"].fillna("").str[:4]) == ["", "1952", "1958"]


def test_kind_date_and_source_are_columns_or_one_value() -> None:
    pairs = frame(("Ulm", "Leeds", 1952), ("Bonn", "Bath", None)).assign(
        what=["district", None], where=["Register of 1990", ""]
    )
    columns = read(pairs, kind="what", signed="year", source="where")
    assert ids(columns, "pairings", "kind") == ["other", "district"]
    assert ids(columns, "sources") == ["s-edge-list", "s-register-of-1990"]
    assert ids(columns, "claims", "source_id") == ["s-edge-list", "s-register-of-1990"]
    assert columns.localities.set_index("name")["level"].to_dict() == {
        "Ulm": "district", "Leeds": "district", "Bonn": "commune", "Bath": "commune",
    }  # fmt: skip
    constants = read(pairs, kind="province", signed=1990, source="Wikidata, 2026-01-05")
    assert ids(constants, "pairings", "kind") == ["province"] * 2
    assert ids(constants, "claims", "signed") == ["1990"] * 2
    assert ids(constants, "sources") == ["s-wikidata-2026-01-05"]


def test_a_tie_may_be_inside_one_country_or_a_country_not_known() -> None:
    assert ids(sound(read(TOWNS, right_country="DE")), "pairings") == ["p-de-leeds-de-ulm"]
    assert ids(from_edgelist(TOWNS, left="city", right="twin"), column="country") == ["ZZ", "ZZ"]


# What real registers hold


def test_a_pair_listed_again_is_one_pairing_with_claims_in_order_of_date() -> None:
    tie, back = ("Ulm", "Leeds", "DE", "GB"), ("Leeds", "Ulm", "GB", "DE")
    for years, dates in (([1952] * 3, ["1952"] * 3), ([None, 1958, 1952], ["1952", "1958", ""])):
        dataset = sound(read(abroad(tie, back, tie).assign(year=years), **ENDS, signed="year"))
        assert ids(dataset, "pairings") == ["p-de-ulm-gb-leeds"]
        assert ids(dataset, "claims") == [f"c-de-ulm-gb-leeds-{n}" for n in (1, 2, 3)]
        assert dataset.claims["signed"].fillna("").tolist() == dates
        assert conflicts(dataset).empty == (len(set(years)) == 1)


@pytest.mark.parametrize(
    ("pairs", "arguments", "names"),
    [
        # what only looks missing or a number
        (abroad(("NA", "nan", "NA", "GB"), ("None", "null", "NA", "GB")), ENDS,
         ["GB nan", "GB null", "NA NA", "NA None"]),
        (frame(("007", 7.0), ("7", 8)), {}, ["DE 007", "DE 7", "GB 7", "GB 8"]),
        # white space and accents have one form, and names that are almost alike stay apart
        (frame(("Köln", "Leeds"), ("Ko\u0308ln", " Leeds\u00a0"), ("Köln\n", "Leeds")), {},
         ["DE Köln", "GB Leeds"]),
        (frame(("Zürich", "Leeds"), ("zurich", "Leeds")), {}, ["DE Zürich", "DE zurich", "GB Leeds"]),
    ],
)  # fmt: skip
def test_names_survive(pairs: pd.DataFrame, arguments: dict[str, Any], names: list[str]) -> None:
    dataset = sound(read(pairs, **arguments))
    found = zip(ids(dataset, column="country"), ids(dataset, column="name"), strict=True)
    assert sorted(map(" ".join, found)) == names
    assert len(dataset.claims) == len(pairs)


def test_homonyms_are_told_apart_by_country_and_by_further_columns() -> None:
    assert len(read(HALLE).pairings) == 1
    dataset = sound(read(HALLE, **SEVERAL))
    assert ids(dataset) == ["l-de-halle-nw", "l-de-halle-st", "l-gb-bath-x"]
    assert ids(dataset, column="name") == ["Halle", "Halle", "Bath"]
    assert set(ids(dataset, "memberships", "named_as")) == {"Halle, NW", "Halle, ST", "Bath, X"}
    assert ids(read(frame(("Halle", "Halle")))) == ["l-de-halle", "l-gb-halle"]


def test_declared_placeholders_are_not_stated_and_counted() -> None:
    pairs = dated(2000, "2000", 2001, "n/a")
    dataset = sound(read(pairs, signed="year", undated_values=[2000, "n/a", "0000-00-00"]))
    assert dataset.claims["signed"].dropna().tolist() == ["2001"]
    assert list(map(str, dataset.report)) == [
        "localities: warning: level: 5 members have no level and count as commune; give `level` "
        "in `localities`",
        *[f"pairs: warning: year: '{value}' stands in {count} of 4 rows and is read as not stated"
          for value, count in (("0000-00-00", 0), ("2000", 2), ("n/a", 1))],
    ]  # fmt: skip
    (said,) = report(dated(*YEARS, *[2000] * 5), signed="year", undated_values=["2000"])
    assert said.endswith("is read as not stated")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        # a year of over five times its neighbours
        ([*YEARS, *[2000] * 5],
         "pairs: warning: year: 6 of 25 dates lie in 2000, where the years around it have 1 "
         "(median); if it stands for 'not known', name it in `undated_values`"),
        ([*YEARS, *[2009] * 5], "lie in 2009"),
        ([*YEARS, *[2000] * 4], ""),
        # neither peaks nor years without any date nor intervals over several years make one
        ([*[1998] * 3, 1999, *[2000] * 6, 2001, *[2002] * 3], ""),
        ([*[1990] * 5, *[2000] * 5], ""),
        ([*YEARS, *["2000/2004"] * 8], ""),
        ([85, 92, 1985], "2 of 3 dates lie before the year 800, such as 0085, 0092; write years"),
        ([1985, 2202, "9999"], "2 of 3 dates lie in the future, such as 2202, 9999; correct them"),
        ([f"{year}-01-01T00:00:00Z" for year in range(1960, 1966)], "6 of 6 dates are a 1 January"),
        (["1985/1996-03", "1990/.."], "2 of 2 dates span more than ten years, such as 1985/1996"),
        ([1985, "../1990", "1985/1995", "0800"], ""),
        (["2000-01-01", "2001-01-01", "2002-01-01", "2003-01-01"], ""),
        ([*[f"{year}-01-01" for year in range(1960, 1969)], "1970-01-02", "1971-01-02"], ""),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_meant_are_reported(values: list[Any], said: str) -> None:
    found = report(dated(*values), signed="year")
    assert said in "".join(found)
    assert len(found) == bool(said)


# Rows that cannot be used

BAD = frame(
    ("Ulm", "Leeds", 1952), (None, "Leeds", 1952), ("Ulm", " ", 1952), ("Ulm", "Ulm", 1952),
    ("Ulm", "Bath", "2013-13"), ("U\x07lm", "Bath", 1952), ("Ulm", "x" * 1001, 1952),
    ("Ulm\ud800", "Bath", 1952),
)  # fmt: skip
GIVEN = {"right_country": "DE", "signed": "year", "kind": "commune"}
SAID = [
    "pairs:2: city: the row names no place; fill the cell, or take the row out",
    "pairs:3: twin: the row names no place; fill the cell, or take the row out",
    "pairs:4: twin: 'Ulm' of DE is tied to itself; tell the two apart, as by country, or take the row out",
    "pairs:5: year: '2013-13' has no month 13; write a month from 01 to 12",
    "pairs:6: city: 'U\\x07lm' holds the character '\\x07'; take it out",
    "pairs:7: twin: 'xxxxxxxxxxxxxxxxxxxx…' has 1,001 characters, of 1,000 allowed; shorten it",
    "pairs:8: city: 'Ulm\\ud800' holds the character '\\ud800'; take it out",
]


def test_all_bad_rows_are_named_at_once_whatever_the_index_or_left_out_and_counted() -> None:
    for pairs in (BAD, BAD.set_index(pd.Index([5] * len(BAD)))):
        assert faults(pairs, **GIVEN) == SAID
    dataset = sound(read(BAD, **GIVEN, on_error="skip"))
    assert ids(dataset, column="name") == ["Leeds", "Ulm"]
    assert list(map(str, dataset.report)) == [
        "pairs: warning: 7 of 8 rows are left out",
        *[line.replace(": ", ": warning: ", 1) for line in SAID],
    ]


def test_of_many_rows_with_one_fault_a_thousand_are_named_and_all_left_out() -> None:
    dataset = read(dated("1952", *["soon"] * 1500), signed="year", on_error="skip", kind="commune")
    assert len(dataset.pairings) == 1
    assert len(dataset.report) == 1002
    assert "1500 of 1501 rows are left out" in str(dataset.report[0])
    assert str(dataset.report[1]) == "pairs: warning: year: 500 more rows have the same fault"


def test_what_is_no_code_and_no_kind_is_a_fault_of_its_row() -> None:
    pairs = pd.DataFrame({"city": "a", "twin": list("ABC"), "in": ["Chile", "fr", "DE"]})
    pairs["what"] = ["commune", "town", "commune"]
    given = {"left_country": "in", "kind": "what"}
    told = faults(pairs, **given)
    assert [line[: line.index(";")] for line in told] == [
        "pairs:1: in: 'Chile' is no two-letter ISO 3166-1 code in capitals",
        "pairs:2: in: 'fr' is no two-letter ISO 3166-1 code in capitals",
        "pairs:2: what: `kind` is 'town'",
    ]
    dataset = read(pairs, **given, on_error="skip")
    assert ids(dataset, "pairings") == ["p-de-a-gb-c"]
    assert "2 of 3 rows are left out" in str(dataset.report)


# Places

PLACES = pd.DataFrame(
    {
        "level": ["commune", "province", "country", "district"],
        "name": ["Ulm/Donau", None, None, None],
        "parent": ["Baden-Württemberg", "Deutschland", None, None],
        "longitude": [9.99, np.nan, np.nan, -1.55],
        "latitude": ["48.40", "", None, "53.80"],
    },
    index=["Ulm", "Baden-Württemberg", "Deutschland", "Leeds"],
)
SPOTS = pd.DataFrame(
    {"country": ["DE", "GB"], "longitude": [1.0, 2.0], "latitude": 3.0}, index=["Ulm", "Leeds"]
)
MOVED = pd.DataFrame(
    {
        "level": ["commune", None, "province", "province"],
        "parent": ["North", "South", None, None],
        "during": ["../2025-06-30", "2025-07-01/..", None, None],
    },
    index=["Ulm", "Ulm", "North", "South"],
)


def test_places_take_what_a_frame_says_of_them() -> None:
    pairs = frame(("Ulm", "Leeds"), ("Bonn", "Leeds"))
    dataset = sound(read(pairs, localities=PLACES, kind="district"))
    cells = dataset.localities.set_index("id")
    names = ["Baden-Württemberg", "Bonn", "Deutschland", "Ulm/Donau", "Leeds"]
    assert cells["name"].tolist() == names
    point = cells.loc["l-de-ulm", ["longitude", "latitude", "position"]].tolist()
    assert point == [9.99, 48.4, "approximate"]
    assert cells.loc["l-de-bonn", "level"] == "district"
    land, above = "l-de-baden-wurttemberg", dataset.containments.set_index("child_id")["parent_id"]
    assert above.to_dict() == {"l-de-ulm": land, land: "l-de-deutschland"}
    assert dataset.report == []


def test_places_by_key_and_country_and_by_several_keys() -> None:
    index = pd.MultiIndex.from_tuples([("Halle", "DE"), ("Halle", "GB"), ("Bund", "DE")])
    cells = {"level": ["district", "commune", "country"], "parent": ["Bund", None, None]}
    dataset = read(frame(("Halle", "Halle")), localities=pd.DataFrame(cells, index))
    assert ids(dataset) == ["l-de-bund", "l-de-halle", "l-gb-halle"]
    assert ids(dataset, column="level") == ["country", "district", "commune"]
    assert ids(dataset, "containments", "parent_id") == ["l-de-bund"]
    dataset = sound(read(HALLE, **SEVERAL, localities=KEYED))
    assert ids(dataset, "containments", "parent_id") == ["l-de-land-st"]


def test_faults_of_places_are_named_with_the_rows_of_their_frame() -> None:
    cells = {
        "country": ["DE", "DE", "GB", "GB", "DE", "DE"],
        "level": ["town", "commune", "commune", "commune", "commune", None],
        "longitude": [999, 1, None, None, None, None],
        "latitude": [1, None, None, None, None, None],
        "parent": [None, None, "Yorkshire", "Ulm", None, None],
    }
    places = placed(cells, "Ulm", "Bonn", "Leeds", "Bath", "Ulm", "Halle")
    assert faults(frame(("Ulm", "Leeds"), ("Bonn", "Bath")), **places) == [
        "localities:1: level: 'town' is not in the vocabulary; use one of country, province, "
        "prefecture, district, commune, village, border_post",
        "localities:1: longitude: '999' is out of bounds; write -180 to 180",
        "localities:2: longitude: a point needs longitude and latitude; give both or neither",
        "localities:2: position: longitude, latitude and position go together; say how well the "
        "point is known",
        "localities:3: parent: 'GB, Yorkshire' is not in `localities` or `pairs`; add the row, or correct the key",
        "localities:4: parent: 'GB, Ulm' is not in `localities` or `pairs`; add the row, or correct the key",
        "localities:6: level: the cell is empty; every row needs one: level of the unit, the same "
        "words for both countries",
        "localities: warning: 1 of 6 rows are neither a place of `pairs` nor above one, such as "
        "'Halle' of DE; `pairs` has 'Bonn' of DE, 'Ulm' of DE, 'Bath' of GB and 1 more; index the frame by "
        "key, or by key and country, as they are spelt there",
        "localities: warning: level: rows of one place differ, as those of 'Ulm' of DE; the first is kept, so give one",
    ]


@pytest.mark.parametrize(
    ("pairs", "arguments", "said"),
    [
        (abroad(("Ulm", "Leeds", "DE", None)), ENDS,
         "pairs:1: abroad: the row names no country; give its code, or ZZ where it is not known "
         "(for NA of Namibia read files with keep_default_na=False)"),
        (frame(("Halle", "Halle")), UNKNOWN,
         "pairs:1: twin: 'Halle' of ZZ is tied to itself; tell the two apart, as by country, or take the row out"),
        (dated("n/a"), {"signed": "year"},
         "pairs:1: year: 'n/a' is not a date; if none, name it in `undated_values`"),
        (frame(*[(f"{a}{u}", "Leeds") for u in "uü" for a in "abcde"]), {},
         "localities: warning: 'au' of DE and 'aü' of DE, 'bu' of DE and 'bü' of DE, 'cu' of DE and "
         "'cü' of DE and 2 more differ in accents, case or signs only"),
        (frame(("Ulm", "Leeds", "Atlas"), columns="city twin Source"), {"source": "source"},
         "pairs: warning: `source` is 'source', which is no column and holds for all rows; is the "
         "column 'Source' meant?"),
        (frame(("=1+1", "Leeds")), {},
         "localities: warning: name: '=1+1' would run as a formula in a spreadsheet; import the "
         "file as text"),
        (TOWNS, {"right_country": "UK"},
         "pairs: warning: UK: 'UK' is no code of ISO 3166-1; that of the United Kingdom is GB"),
        (frame(("Ulm", "Leeds"), ("Neu-Ulm", "Leeds")),
         placed({"level": "commune", "parent": ["Ulm", None]}, "Neu-Ulm", "Ulm"),
         "localities:1: parent: 'l-de-ulm' is not of a higher level"),
        (frame(("Halle", "Halle")), placed({"level": ["commune"]}, "Halle"),
         "localities: 1 of 1 rows are neither a place of `pairs` nor above one, such as 'Halle' of no clear country; "
         "`pairs` has 'Halle' of DE, 'Halle' of GB; index the frame by key, or by key and country"),
        (HALLE, SEVERAL | {"localities": KEYED[:1].assign(parent="Land")},
         "localities:1: parent: 'DE, Land' is not in `localities` or `pairs`; add the row"),
        (TOWNS, UNKNOWN | {"localities": pd.concat([SPOTS, SPOTS.assign(country="FR")])},
         "localities: 4 of 4 rows are neither a place of `pairs` nor above one, such as 'Ulm' of DE, 'Leeds' of GB, "
         "'Ulm' of FR and 1 more; `pairs` has 'Leeds' of ZZ, 'Ulm' of ZZ"),
        (TOWNS, {"localities": SPOTS.assign(country="FR")},
         "localities: 2 of 2 rows are neither a place of `pairs` nor above one, such as 'Ulm' of FR, 'Leeds' of FR; "
         "`pairs` has 'Ulm' of DE, 'Leeds' of GB; index the frame by key, or by key and country, "
         "as they are spelt there"),
        (TOWNS, placed({"country": ["DE", "GB"], "level": "commune"}, "Ulm", "LEEDS"),
         "localities: warning: 1 of 2 rows are neither a place of `pairs` nor above one, such as "
         "'LEEDS' of GB; `pairs` has 'Ulm' of DE, 'Leeds' of GB; index the frame"),
        (TOWNS, placed({"level": "commune"}, None, "Ulm"),
         "localities:1: the row names no place; fill the cell, or take the row out"),
        (frame(("Ulm", "Leeds", "district"), ("Ulm", "Leeds", "commune"), ("Ulm", "Leeds", None)),
         {"kind": "year"},
         "pairs: warning: year: 1 of 3 rows give another kind than is kept for the pairing, such as "
         "'district' in row 1 (kept: 'commune')"),
        (TOWNS, {"localities": MOVED.assign(during=[None, "2025-07-01/..", None, None])},
         "localities:2: during: '2025-07-01/..' overlaps with the time of another parent"),
        (TOWNS, {"localities": MOVED.assign(level=["commune", "village", "province", "province"])},
         "localities: warning: level: rows of one place differ, as those of 'Ulm' of DE; the first "
         "is kept, so give one"),
        (HALLE, SEVERAL | {"localities": KEYED.droplevel("state")[["level"]]},
         "localities: 2 of 2 rows are neither a place of `pairs` nor above one, such as 'Halle' of no clear country, "
         "'Land' of no clear country; `pairs` has 'Halle, NW' of DE"),
    ],
)  # fmt: skip
def test_what_is_said_of_rows_and_places(pairs: Any, arguments: dict[str, Any], said: str) -> None:
    given = {"kind": "commune"} | arguments
    found = report(pairs, **given) if "warning" in said else faults(pairs, **given)
    assert found[-1].startswith(said)
    assert len(found) == 1 or "differ in accents" in found[0]


def test_places_may_have_ids_and_tell_countries_that_are_not_known() -> None:
    dataset = read(TOWNS, localities=SPOTS.assign(id=["l-ulm", None]))
    assert ids(dataset) == ["l-gb-leeds", "l-ulm"]
    assert ids(dataset, "pairings") == ["p-ulm-gb-leeds"]
    dataset = read(TOWNS, localities=SPOTS, **UNKNOWN)
    assert ids(dataset) == ["l-de-ulm", "l-gb-leeds"]
    assert ids(dataset, column="longitude") == [1.0, 2.0]
    above = PLACES.drop("Leeds").assign(name=None)  # nothing but Ulm tells where they lie
    assert ids(read(TOWNS, localities=above, kind="commune"))[2] == "l-de-ulm"
    for empty in (SPOTS[:0], pd.DataFrame({"name": []})):
        assert read(TOWNS, localities=empty).version == read(TOWNS).version


def test_a_unit_that_moved_has_a_row_for_each_parent() -> None:
    dataset = read(TOWNS, localities=MOVED, kind="commune")
    for day, parent in (("2025-06-30", "l-de-north"), ("2025-07-01", "l-de-south")):
        assert ancestors(dataset, level="province", at=day)["l-de-ulm"] == parent


# Ids


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Đồng Văn", "dong-van"), ("Straße", "strasse"), ("Łódź", "lodz"), ("Tromsø", "tromso"),
        ("L'Aquila", "l-aquila"), ("İzmir", "izmir"), ("São  Paulo", "sao-paulo"),
        ("Ævar", "aevar"), ("Frankfurt (Oder)", "frankfurt-oder"), ("Q365", "q365"),
        *[(name, "(city-)?[0-9a-f]{12}") for name in ("名古屋", "Москва", "大阪 City", "???", "٣")],
        ("x" * 160, "x{74}-[0-9a-f]{12}"),
    ],
)  # fmt: skip
def test_ids_are_readable_or_have_a_hash(name: str, slug: str) -> None:
    dataset = sound(read(frame((name, "Leeds"))))
    assert dataset.localities["id"].str.fullmatch(f"l-de-{slug}").iloc[0]


def test_long_ids_are_cut_and_ids_stay_or_go_when_rows_are_added() -> None:
    long = read(frame(*[("x" * 60, "y" * 60)] * 10, ("x" * 60, "y" * 60 + "z")))
    assert long.claims["id"].str.fullmatch("c-de-x{60}-gb-y{10}-[0-9a-f]{12}-[0-9]{1,2}").all()
    assert len(sound(long).pairings) == 2
    few = read(frame(("Ulm", "Leeds"), ("Köln", "Bath")))
    more = read(frame(("Zell", "Ayr"), ("Köln", "Bath"), ("Ulm", "Leeds"), ("Ulm", "Bath")))
    for name in ("localities", "pairings", "claims"):
        assert set(ids(few, name)) <= set(ids(more, name))
    both = ids(read(frame(("Zürich", "Leeds"), ("Zurich", "Leeds"))))
    assert {"l-gb-leeds", "l-de-zurich"} & {*both} == {"l-gb-leeds"}


# Arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pairs": [("a", "b")]}, r"`pairs` is of type list; give a pandas DataFrame"),
        ({"left": "Stadt"}, r"`left` is 'Stadt'; use a column of `pairs`: 'city', 'twin', 'year'$"),
        ({"left": "City"}, r"'city', 'twin', 'year'; is the column 'city' meant\?"),
        ({"left": pd.Index(["city", "twin"]), "right": ["year"]},
         r"`left` has 2 columns and `right` 1; give as many for both, .* by `pairs.melt`"),
        ({"on_error": "ignore"}, r"`on_error` is 'ignore'; use one of raise, skip"),
        ({"undated_values": "2000"}, r"`undated_values` is '2000'; give a list of values"),
        ({"undated_values": 2000}, r"`undated_values` is 2000; give a list of values"),
        ({"left_country": "Germany"},
         r"`left_country` is no column of `pairs`, and 'Germany' is no two-letter ISO 3166-1 code"),
        ({"kind": ["commune"]}, r"`kind` is of type list; give one column of `pairs`, or a value"),
        ({"source": "a\x00b"}, r"`source` is no column of `pairs`, and .* holds the character"),
        ({"left_country": None}, r"`left_country` is no column of `pairs`, and the row names no country"),
        ({"kind": "twins"}, r"`kind` is 'twins'; use one of village, .*is the column 'twin' meant"),
        ({"signed": "Year"}, r"'Year' is not a date.*is the column 'year' meant\?"),
        ({"signed": "jahr"}, r"`signed` is no column of `pairs`, and 'jahr' is not a date"),
        ({"localities": {"Ulm": 1}}, r"`localities` is of type dict; give a pandas DataFrame"),
        ({"localities": pd.DataFrame({"town": [1]}, index=["Ulm"])},
         r"`localities` has 'town'; use some of id, country, level, designation"),
        ({"pairs": TOWNS.assign(twin=[["Leeds"]])},
         r"column 'twin' holds what is no text, number or date; make it text first"),
        ({"pairs": pd.DataFrame([("Ulm", "Leeds", "Bath")], columns=["city", "twin", "twin"])},
         r"`pairs` has the column 'twin' more than once"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_used(arguments: dict[str, Any], message: str) -> None:
    pairs = arguments.pop("pairs", frame(("Ulm", "Leeds", 1952), ("Bonn", "Bath", 1953)))
    with pytest.raises(ArgumentError, match=message):
        read(pairs, **arguments)
