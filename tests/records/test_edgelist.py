"""Any frame of twinnings as a dataset: what real registers hold, and what is said of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinstudy import DataError, Dataset, ancestors, conflicts, from_edgelist, load
from twinstudy.errors import ArgumentError
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.files import text_tables

COUNTRIES = {"left_country": "DE", "right_country": "GB"}


def frame(*rows: tuple[Any, ...], columns: str = "city twin year") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split()[: len(rows[0])])


def read(pairs: pd.DataFrame, **arguments: Any) -> Dataset:
    return from_edgelist(pairs, **({"left": "city", "right": "twin"} | COUNTRIES | arguments))


def faults(pairs: pd.DataFrame, **arguments: Any) -> list[str]:
    with pytest.raises(DataError) as caught:
        read(pairs, **arguments)
    return list(map(str, caught.value.problems))


def assert_sound(dataset: Dataset) -> None:
    """The tables break no rule, and are what reading them from files would give."""
    again = dataset_from_text(text_tables(dataset.tables))
    assert again.version == dataset.version
    for name, frame in again.tables.items():
        pd.testing.assert_frame_equal(dataset.tables[name], frame)


# What one row becomes


def test_one_row_is_one_pairing_with_one_claim() -> None:
    dataset = read(frame(("Cologne", "Liverpool", 1952)), signed="year", kind="commune")
    assert_sound(dataset)
    assert dataset.localities["id"].tolist() == ["l-de-cologne", "l-gb-liverpool"]
    assert dataset.localities["level"].tolist() == ["commune", "commune"]
    pairing = dataset.pairings.iloc[0]
    assert pairing["id"] == "p-de-cologne-gb-liverpool"
    assert pairing[["kind", "matching", "status"]].tolist() == ["commune", "joint", "agreed"]
    claim = dataset.claims.iloc[0]
    assert claim["id"] == "c-de-cologne-gb-liverpool-1"
    assert claim[["source_id", "locator", "signed"]].tolist() == ["s-edge-list", "entry 1", "1952"]
    assert dataset.memberships["named_as"].tolist() == ["Cologne", "Liverpool"]
    assert dataset.sources["title"].tolist() == ["Edge list"]
    assert dataset.report == []


def test_input_is_not_changed() -> None:
    pairs = frame((" Cologne", "Liverpool", 1952.0))
    before = pairs.copy(deep=True)
    read(pairs, signed="year")
    pd.testing.assert_frame_equal(pairs, before)


def test_no_rows_make_an_empty_dataset() -> None:
    dataset = read(frame(("a", "b")).iloc[:0])
    assert_sound(dataset)
    assert {len(table) for table in dataset.tables.values()} == {0}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1952", "1952"),
        ("1952-03~", "1952-03~"),
        ("1950/1952", "1950/1952"),
        (" 1952-03-01 ", "1952-03-01"),
        ("1952-03-01T10:00:00Z", "1952-03-01"),
        ("1952-03-01 10:00:00", "1952-03-01"),
        (1952, "1952"),
        (1952.0, "1952"),
        (np.int64(800), "0800"),
        (np.float64(1952), "1952"),
        (pd.Timestamp("1952-03-01 10:00"), "1952-03-01"),
        (pd.Timestamp("1952-03-01 23:00", tz="Asia/Ho_Chi_Minh"), "1952-03-01"),
        (np.datetime64("1952-03-01"), "1952-03-01"),
        (dt.date(1952, 3, 1), "1952-03-01"),
        (pd.Period("1952-03"), "1952-03"),
        (None, None),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        ("", None),
        ("  ", None),
    ],
)
def test_forms_of_date(value: object, expected: str | None) -> None:
    pairs = frame(("Cologne", "Liverpool", None)).astype({"year": "object"})
    pairs.at[0, "year"] = value  # noqa: PD008 - iat and loc would take a Timestamp apart
    dataset = read(pairs, signed="year")
    assert_sound(dataset)
    signed = dataset.claims["signed"].iloc[0]
    assert signed == expected if expected else pd.isna(signed)


@pytest.mark.parametrize("dtype", ["Int64", "float64", "str", "category", "datetime64[s]"])
def test_columns_of_dates(dtype: str) -> None:
    years = pd.Series([1952, None, 1958], dtype="Int64")
    texts = years.astype("str")
    timed = pd.to_datetime(texts, format="%Y")
    column = timed if "date" in dtype else (texts if dtype == "category" else years).astype(dtype)
    pairs = frame(("A", "B"), ("C", "D"), ("E", "F")).assign(year=column)
    signed = read(pairs, signed="year").claims["signed"].fillna("").str[:4]
    assert sorted(signed) == ["", "1952", "1958"]


def test_kind_date_and_source_are_columns_or_one_value() -> None:
    pairs = frame(("Ulm", "Leeds", 1952), ("Bonn", "Bath", None)).assign(
        what=["district", None], where=["Register of 1990", ""]
    )
    columns = read(pairs, kind="what", signed="year", source="where")
    assert columns.pairings["kind"].tolist() == ["other", "district"]
    assert columns.sources["id"].tolist() == ["s-edge-list", "s-register-of-1990"]
    assert columns.claims["source_id"].tolist() == ["s-edge-list", "s-register-of-1990"]
    assert columns.localities.set_index("name")["level"].to_dict() == {
        "Ulm": "district", "Leeds": "district", "Bonn": "commune", "Bath": "commune",
    }  # fmt: skip
    constants = read(pairs, kind="province", signed=1990, source="Wikidata, 2026-01-05")
    assert constants.pairings["kind"].tolist() == ["province"] * 2
    assert constants.claims["signed"].tolist() == ["1990"] * 2
    assert constants.sources["id"].tolist() == ["s-wikidata-2026-01-05"]


def test_ties_inside_one_country() -> None:
    dataset = read(frame(("Ulm", "Bonn")), right_country="DE")
    assert_sound(dataset)
    assert dataset.pairings["id"].tolist() == ["p-de-bonn-de-ulm"]


def test_country_is_not_known_by_default() -> None:
    dataset = from_edgelist(frame(("Ulm", "Bonn")), left="city", right="twin")
    assert dataset.localities["country"].tolist() == ["ZZ", "ZZ"]


# What real registers hold


def test_the_same_pair_twice_is_one_pairing_with_two_claims() -> None:
    dataset = read(frame(("Ulm", "Leeds", 1952), ("Ulm", "Leeds", 1952)), signed="year")
    assert_sound(dataset)
    assert dataset.pairings["id"].tolist() == ["p-de-ulm-gb-leeds"]
    assert dataset.claims["id"].tolist() == ["c-de-ulm-gb-leeds-1", "c-de-ulm-gb-leeds-2"]
    assert len(conflicts(dataset)) == 0


def test_a_pair_listed_from_both_ends_is_one_pairing() -> None:
    pairs = frame(("Ulm", "Leeds", "DE", "GB"), ("Leeds", "Ulm", "GB", "DE"),
                  columns="city twin home abroad")  # fmt: skip
    dataset = read(pairs, left_country="home", right_country="abroad")
    assert_sound(dataset)
    assert dataset.pairings["id"].tolist() == ["p-de-ulm-gb-leeds"]
    assert len(dataset.claims) == 2


def test_two_years_of_one_pair_are_a_conflict() -> None:
    dataset = read(frame(("Ulm", "Leeds", 1958), ("Ulm", "Leeds", 1952)), signed="year")
    assert dataset.claims["signed"].tolist() == ["1952", "1958"]
    assert conflicts(dataset)["pairing_id"].unique().tolist() == ["p-de-ulm-gb-leeds"]


def test_what_only_looks_missing_survives() -> None:
    pairs = frame(("NA", "nan", "NA", "GB"), ("None", "null", "NA", "GB"),
                  columns="city twin home abroad")  # fmt: skip
    dataset = read(pairs, left_country="home", right_country="abroad")
    assert_sound(dataset)
    assert dataset.localities["name"].tolist() == ["nan", "null", "NA", "None"]
    assert dataset.localities["country"].tolist() == ["GB", "GB", "NA", "NA"]


def test_leading_zeros_survive_and_whole_floats_are_numbers() -> None:
    dataset = read(frame(("007", 7.0), ("7", 8)))
    assert sorted(dataset.localities["name"]) == ["007", "7", "7", "8"]


def test_homonyms_are_told_apart_by_country_and_by_further_columns() -> None:
    columns = "city state twin region"
    pairs = frame(("Halle", "NW", "Bath", "X"), ("Halle", "ST", "Bath", "X"), columns=columns)
    assert len(read(pairs).pairings) == 1
    dataset = read(pairs, left=["city", "state"], right=["twin", "region"])
    assert_sound(dataset)
    assert dataset.localities["id"].tolist() == ["l-de-halle-nw", "l-de-halle-st", "l-gb-bath-x"]
    assert dataset.localities["name"].tolist() == ["Halle", "Halle", "Bath"]
    assert set(dataset.memberships["named_as"]) == {"Halle, NW", "Halle, ST", "Bath, X"}
    twins = read(frame(("Halle", "Halle")))
    assert twins.localities["id"].tolist() == ["l-de-halle", "l-gb-halle"]


def test_white_space_and_accents_are_brought_to_one_form() -> None:
    decomposed = "Ko\u0308ln"
    pairs = frame(("Köln", "Leeds"), (decomposed, " Leeds\u00a0"), ("Köln\n", "Leeds"))
    dataset = read(pairs)
    assert_sound(dataset)
    assert dataset.localities["name"].tolist() == ["Köln", "Leeds"]
    assert len(dataset.claims) == 3


def test_declared_placeholder_years_are_not_stated() -> None:
    pairs = frame(("A", "B", 2000), ("C", "D", "2000"), ("E", "F", 2001), ("G", "H", "0000-00-00"))
    dataset = read(pairs, signed="year", undated_values=[2000, "0000-00-00"])
    assert_sound(dataset)
    assert dataset.claims["signed"].dropna().tolist() == ["2001"]
    assert list(map(str, dataset.report)) == [
        "localities: warning: level: 8 members have no level and count as commune; give `level` "
        "in `localities`",
        "pairs: warning: year: '0000-00-00' stands in 1 of 4 rows and is read as not stated",
        "pairs: warning: year: '2000' stands in 2 of 4 rows and is read as not stated",
    ]


def spiked(year: int, times: int) -> pd.DataFrame:
    years = [*range(1990, 2010), *[year] * (times - 1)]
    return frame(*[(f"a{n}", f"b{n}", y) for n, y in enumerate(years)])


def test_a_year_of_over_five_times_its_neighbours_is_reported() -> None:
    report = read(spiked(2000, 6), signed="year", kind="commune").report
    assert list(map(str, report)) == [
        "pairs: warning: year: 6 of 25 dates lie in 2000, where the years around it have 1 "
        "(median); if it stands for 'not known', name it in `undated_values`"
    ]
    assert read(spiked(2000, 5), signed="year", kind="commune").report == []
    assert read(spiked(2009, 6), signed="year", kind="commune").report[0].value == "2009"
    declared = read(spiked(2000, 6), signed="year", kind="commune", undated_values=["2000"])
    assert "is read as not stated" in str(declared.report)


def test_intervals_over_several_years_make_no_spike() -> None:
    pairs = spiked(2000, 2).assign(year=lambda f: f["year"].astype("str"))
    more = pd.DataFrame({"city": list("abcdefgh"), "twin": list("ABCDEFGH"), "year": "2000/2004"})
    assert read(pd.concat([pairs, more]), signed="year", kind="commune").report == []


def test_kinds_that_disagree_are_reported() -> None:
    pairs = frame(("Ulm", "Leeds", "district"), ("Ulm", "Leeds", "commune"), ("Ulm", "Leeds", None))
    dataset = read(pairs, kind="year")
    assert dataset.pairings["kind"].tolist() == ["commune"]
    assert list(map(str, dataset.report)) == [
        "pairs: warning: year: 1 of 3 rows give another kind than is kept for the pairing, such as "
        "'district' in row 1 (kept: 'commune')"
    ]


def test_names_that_are_almost_alike_are_two_places_and_reported() -> None:
    dataset = read(frame(("Zürich", "Leeds"), ("zurich", "Leeds")), left_country="CH")
    assert_sound(dataset)
    assert len(dataset.pairings) == 2
    assert "'Zürich' of CH and 'zurich' of CH differ in accents" in str(dataset.report)


# Rows that cannot be used

BAD = frame(
    ("Ulm", "Leeds", 1952), (None, "Leeds", 1952), ("Ulm", " ", 1952), ("Ulm", "Ulm", 1952),
    ("Ulm", "Bath", "2013-13"), ("U\x07lm", "Bath", 1952), ("Ulm", "x" * 1001, 1952),
)  # fmt: skip
SAID = [
    "pairs:2: city: the row names no place; fill the cell, or take the row out",
    "pairs:3: twin: the row names no place; fill the cell, or take the row out",
    "pairs:4: twin: 'Ulm' of DE is tied to itself; correct one of the two, or take the row out",
    "pairs:5: year: '2013-13' has no month 13; write a month from 01 to 12",
    "pairs:6: city: 'U\\x07lm' holds the character '\\x07'; take it out",
    "pairs:7: twin: 'xxxxxxxxxxxxxxxxxxxx…' has 1,001 characters, of 1,000 allowed; shorten it",
]


def test_all_bad_rows_are_named_at_once() -> None:
    assert faults(BAD, right_country="DE", signed="year", kind="commune") == SAID


def test_bad_rows_are_left_out_and_counted() -> None:
    dataset = read(BAD, right_country="DE", signed="year", kind="commune", on_error="skip")
    assert_sound(dataset)
    assert dataset.localities["name"].tolist() == ["Leeds", "Ulm"]
    assert list(map(str, dataset.report)) == [
        "pairs: warning: 6 of 7 rows are left out",
        *[line.replace(": ", ": warning: ", 1) for line in SAID],
    ]
    assert [problem.line for problem in dataset.report] == [0, 2, 3, 4, 5, 6, 7]


def test_half_a_character_is_refused() -> None:
    pairs = pd.DataFrame({"city": ["Ulm\ud800"], "twin": ["Leeds"]}, dtype="object")
    assert faults(pairs)[-1] == (
        "pairs:1: city: 'Ulm\\ud800' holds the character '\\ud800'; take it out"
    )


def test_rows_without_country() -> None:
    pairs = frame(("Ulm", "Leeds", "DE", None), columns="city twin home abroad")
    assert faults(pairs, left_country="home", right_country="abroad") == [
        "pairs:1: abroad: the row names no country; give its code, or ZZ where it is not known "
        "(for NA of Namibia read files with keep_default_na=False)"
    ]


def test_row_numbers_do_not_depend_on_the_index() -> None:
    pairs = BAD.set_index(pd.Index([5] * len(BAD)))
    assert faults(pairs, right_country="DE", signed="year", kind="commune") == SAID


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


def test_places_take_what_a_frame_says_of_them() -> None:
    dataset = read(frame(("Ulm", "Leeds"), ("Bonn", "Leeds")), localities=PLACES, kind="district")
    assert_sound(dataset)
    cells = dataset.localities.set_index("id")
    assert cells["name"].to_dict() == {
        "l-de-baden-wurttemberg": "Baden-Württemberg", "l-de-bonn": "Bonn",
        "l-de-deutschland": "Deutschland", "l-de-ulm": "Ulm/Donau", "l-gb-leeds": "Leeds",
    }  # fmt: skip
    assert cells.loc["l-de-ulm", ["longitude", "latitude", "position"]].tolist() == [
        9.99, 48.4, "approximate",
    ]  # fmt: skip
    assert cells.loc["l-de-bonn", "level"] == "district"
    assert dataset.containments[["child_id", "parent_id"]].to_numpy().tolist() == [
        ["l-de-baden-wurttemberg", "l-de-deutschland"],
        ["l-de-ulm", "l-de-baden-wurttemberg"],
    ]
    assert dataset.report == []


def test_places_by_key_and_country_and_by_several_keys() -> None:
    index = pd.MultiIndex.from_tuples([("Halle", "DE"), ("Halle", "GB"), ("Bund", "DE")])
    places = pd.DataFrame(
        {"level": ["district", "commune", "country"], "parent": ["Bund", None, None]}, index=index
    )
    dataset = read(frame(("Halle", "Halle")), localities=places)
    assert dataset.localities.set_index("id")["level"].to_dict() == {
        "l-de-bund": "country", "l-de-halle": "district", "l-gb-halle": "commune",
    }  # fmt: skip
    assert dataset.containments["parent_id"].tolist() == ["l-de-bund"]

    index = pd.MultiIndex.from_tuples([("Halle", "ST"), ("Land", "ST")], names=["city", "state"])
    places = pd.DataFrame(
        {"level": ["commune", "province"], "parent": [("Land", "ST"), None]}, index
    )
    pairs = frame(("Halle", "ST", "Bath", "X"), columns="city state twin region")
    dataset = read(pairs, left=["city", "state"], right=["twin", "region"], localities=places)
    assert_sound(dataset)
    assert dataset.containments["parent_id"].tolist() == ["l-de-land-st"]


def test_places_with_a_column_of_countries_and_ids_of_their_own() -> None:
    places = pd.DataFrame(
        {"country": ["DE", "GB"], "id": ["l-ulm", None], "level": "commune"}, index=["Ulm", "Leeds"]
    )
    dataset = read(frame(("Ulm", "Leeds")), localities=places)
    assert dataset.localities["id"].tolist() == ["l-gb-leeds", "l-ulm"]
    assert dataset.pairings["id"].tolist() == ["p-ulm-gb-leeds"]


def test_faults_of_places_are_named_with_the_rows_of_their_frame() -> None:
    places = pd.DataFrame(
        {
            "level": ["town", "commune", "commune", "commune", "commune", None],
            "longitude": [999, 1, np.nan, np.nan, np.nan, np.nan],
            "latitude": [1, np.nan, np.nan, np.nan, np.nan, np.nan],
            "parent": [None, None, "Yorkshire", "Ulm", None, None],
        },
        index=["Ulm", "Bonn", "Leeds", "Bath", "Ulm", "Halle"],
    )
    pairs = frame(("Ulm", "Leeds"), ("Bonn", "Bath"))
    countries = pd.MultiIndex.from_arrays([places.index, ["DE", "DE", "GB", "GB", "DE", "DE"]])
    assert faults(pairs, localities=places.set_index(countries)) == [
        "localities: 1 of 6 rows repeat a place, such as 'Ulm' of DE; keep one of each by "
        "drop_duplicates on key and country; of a unit that moved say in `during` when it lay in "
        "which `parent`",
        "localities:1: level: 'town' is not in the vocabulary; use one of country, province, "
        "prefecture, district, commune, village, border_post",
        "localities:1: longitude: '999' is out of bounds; write -180 to 180",
        "localities:2: longitude: a point needs longitude and latitude; give both or neither",
        "localities:2: position: longitude, latitude and position go together; say how well the "
        "point is known",
        "localities:3: parent: 'Yorkshire' of GB is no place of `localities` or `pairs`; add its "
        "row",
        "localities:4: parent: 'Ulm' of GB is no place of `localities` or `pairs`; add its row",
        "localities:6: level: the cell is empty; every row needs one: level of the unit, the same "
        "words for both countries",
        "localities: warning: 1 of 6 rows are neither a place of `pairs` nor above one, such as "
        "'Halle' of DE; they have no pairing",
    ]


def test_a_parent_of_no_higher_level_is_refused() -> None:
    places = pd.DataFrame({"level": "commune", "parent": ["Ulm", None]}, index=["Neu-Ulm", "Ulm"])
    (said,) = faults(
        frame(("Ulm", "Leeds"), ("Neu-Ulm", "Leeds")), localities=places, kind="commune"
    )
    assert said.startswith("localities:1: parent: 'l-de-ulm' is not of a higher level")


def test_a_key_in_two_countries_needs_the_country() -> None:
    places = pd.DataFrame({"level": ["commune"]}, index=["Halle"])
    said = faults(frame(("Halle", "Halle")), localities=places, kind="commune")
    assert said == [
        "localities: 1 of 1 rows have no clear country, such as 'Halle'; index the frame by key "
        "and country"
    ]


def test_names_that_would_run_as_formulas_are_reported() -> None:
    dataset = read(frame(("=1+1", "Leeds")), kind="commune")
    assert dataset.localities["name"].tolist() == ["=1+1", "Leeds"]
    assert list(map(str, dataset.report)) == [
        "localities: warning: name: '=1+1' would run as a formula in a spreadsheet; import the "
        "file as text"
    ]


# Ids


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Đồng Văn", "dong-van"), ("Straße", "strasse"), ("Łódź", "lodz"), ("Tromsø", "tromso"),
        ("L'Aquila", "l-aquila"), ("İzmir", "izmir"), ("São  Paulo", "sao-paulo"),
        ("Ævar", "aevar"), ("Frankfurt (Oder)", "frankfurt-oder"), ("Q365", "q365"),
    ],
)  # fmt: skip
def test_ids_are_readable(name: str, slug: str) -> None:
    dataset = read(frame((name, "Leeds")))
    assert_sound(dataset)
    assert dataset.localities["id"].tolist() == [f"l-de-{slug}", "l-gb-leeds"]


@pytest.mark.parametrize("name", ["名古屋", "Москва", "大阪 City", "???", "٣", "한강"])
def test_names_without_ascii_form_have_a_hash(name: str) -> None:
    dataset = read(frame((name, "Leeds")))
    assert_sound(dataset)
    assert dataset.localities["id"].str.fullmatch("l-de-(city-)?[0-9a-f]{12}").iloc[0]


def test_ids_stay_when_rows_are_added() -> None:
    few = read(frame(("Ulm", "Leeds"), ("Köln", "Bath")))
    more = read(frame(("Zell", "Ayr"), ("Köln", "Bath"), ("Ulm", "Leeds"), ("Ulm", "Bath")))
    for name in ("localities", "pairings", "claims"):
        assert set(few.tables[name]["id"]) <= set(more.tables[name]["id"])


def test_an_id_never_comes_to_mean_another_place() -> None:
    one = read(frame(("Zürich", "Leeds"))).localities.set_index("id")["name"]
    both = read(frame(("Zürich", "Leeds"), ("Zurich", "Leeds"))).localities.set_index("id")["name"]
    assert one.drop("l-de-zurich").to_dict().items() <= both.to_dict().items()
    assert "l-de-zurich" not in both.index


# Arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pairs": [("a", "b")]}, r"`pairs` is a list; give a pandas DataFrame"),
        ({"left": "Stadt"}, r"`left` is 'Stadt'; use a column of `pairs`: 'city', 'twin', 'year'"),
        ({"left": ["city", "year"]}, r"`left` has 2 columns and `right` 1; give as many for both"),
        ({"on_error": None}, r"`on_error` is None; use 'raise' or 'skip'"),
        ({"on_error": "ignore"}, r"`on_error` is 'ignore'; use 'raise' or 'skip'"),
        ({"undated_values": "2000"}, r"`undated_values` is '2000'; give a list of values"),
        ({"undated_values": 2000}, r"`undated_values` is 2000; give a list of values"),
        ({"left_country": "Germany"},
         r"`left_country` gives 'Germany' in 2 of 2 rows; give one two-letter ISO 3166-1 code in "
         r"capitals, or a column of them \(ZZ where it is not known\)"),
        ({"left": "City"}, r"'city', 'twin', 'year'; is the column 'city' meant\?"),
        ({"left": pd.Index(["city", "twin"]), "right": ["year"]},
         r"`left` has 2 columns and `right` 1; .* by `pairs.melt`"),
        ({"left": {"city": 1}}, r"`left` is \{'city': 1\}; use a column"),
        ({"kind": ["commune"]}, r"`kind` is a list; give one column of `pairs`, or a value"),
        ({"signed": "Year"}, r"'Year' is not a date.*is the column 'year' meant\?"),
        ({"kind": "twin"},
         r"`kind` gives 'Bath', 'Leeds'; give a column of kinds, or one kind, of "
         r"village, commune, district, province, border_post, other"),
        ({"kind": "sister_city"}, r"`kind` gives 'sister_city'; give a column of kinds"),
        ({"signed": "jahr"}, r"`signed` is no column of `pairs`, and 'jahr' is not a date"),
        ({"localities": {"Ulm": 1}}, r"`localities` is a dict; give a pandas DataFrame"),
        ({"localities": pd.DataFrame({"town": [1]}, index=["Ulm"])},
         r"`localities` has the columns 'town'; use some of id, country, level, designation"),
        ({"localities": pd.DataFrame(index=pd.MultiIndex.from_tuples([("a", "b", "c")]))},
         r"`localities` has an index of 3 levels; index it by the 1 columns of the key"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be_used(arguments: dict[str, Any], message: str) -> None:
    pairs = arguments.pop("pairs", frame(("Ulm", "Leeds", 1952), ("Bonn", "Bath", 1953)))
    with pytest.raises(ArgumentError, match=message):
        read(pairs, **arguments)


def test_columns_that_cannot_be_read() -> None:
    pairs = frame(("Ulm", "Leeds")).assign(twin=[["Leeds"]])
    with pytest.raises(ArgumentError, match=r"column 'twin' holds what is no text, number or date"):
        read(pairs, left="city", right="twin")
    twice = pd.DataFrame([("Ulm", "Leeds", "Bath")], columns=["city", "twin", "twin"])
    with pytest.raises(ArgumentError, match=r"`pairs` has the column 'twin' more than once"):
        read(twice)


# Whatever the frame

NAMES = st.text(max_size=8) | st.sampled_from(["Ulm", "ULM", "Köln", "NA", "007", "7", "=1", "a-b"])
ROWS = st.lists(
    st.tuples(
        NAMES, NAMES, st.sampled_from(["DE", "GB", "ZZ"]), st.sampled_from(["DE", "GB", "ZZ"]),
        st.sampled_from([None, 1952, "1952-03", "1950/1953~", 2000.0]),
        st.sampled_from([None, "commune", "district"]), st.sampled_from([None, "A", "B 1", "b-1"]),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True)
@given(ROWS, st.randoms(use_true_random=False))
def test_any_frame_becomes_sound_tables_in_any_order(rows: list[Any], random: Any) -> None:
    columns = "city twin home abroad year what where"
    arguments = {
        "left": "city", "right": "twin", "left_country": "home", "right_country": "abroad",
        "signed": "year", "kind": "what", "source": "where", "on_error": "skip",
    }  # fmt: skip
    dataset = from_edgelist(frame(*rows, columns=columns), **arguments)
    assert_sound(dataset)
    random.shuffle(rows)
    assert from_edgelist(frame(*rows, columns=columns), **arguments).version == dataset.version


def test_saved_and_loaded_it_is_the_same(tmp_path: Any) -> None:
    pairs = frame(("Ulm", "Leeds", 1952), ("Köln", "=Bath", "1958~"), ("名古屋", 'a "b", c', None))
    dataset = read(pairs, signed="year", localities=PLACES)
    assert load(dataset.save(tmp_path)).version == dataset.version


# Registers as they are


def test_names_of_countries_are_told_by_three_and_skipped() -> None:
    names = ["Albania", "Belgium", "Chile", "Denmark", "DE"]
    pairs = pd.DataFrame({"city": list("abcde"), "twin": list("ABCDE"), "in": names})
    with pytest.raises(ArgumentError) as caught:
        read(pairs, left_country="in")
    assert str(caught.value) == (
        "`left_country` gives 'Albania', 'Belgium', 'Chile' and 1 more in 4 of 5 rows; make "
        "two-letter ISO 3166-1 codes of it by pairs['in'].map({'Albania': …}) (ZZ where it is not "
        "known)"
    )
    dataset = read(pairs, left_country="in", on_error="skip", kind="commune")
    assert dataset.pairings["id"].tolist() == ["p-de-e-gb-e"]
    assert "4 of 5 rows are left out" in str(dataset.report)
    with pytest.raises(ArgumentError, match=r"pairs\['in'\].str.upper\(\)"):
        read(pairs.assign(**{"in": "fr"}), left_country="in")
    assert "is GB" in str(read(pairs, right_country="UK").report)


def test_a_value_that_looks_like_a_column_is_reported() -> None:
    pairs = frame(("Ulm", "Leeds", "Atlas"), columns="city twin Source")
    assert str(read(pairs, source="source", kind="commune").report) == (
        "pairs: warning: `source` is 'source', which is no column and holds for all rows; is the "
        "column 'Source' meant?"
    )


def test_a_place_tied_to_itself_without_country_asks_for_the_country() -> None:
    said = faults(frame(("Halle", "Halle")), left_country="ZZ", right_country="ZZ")
    assert said[-1].endswith("is tied to itself; give the countries, or take the row out")


def test_look_alikes_are_told_by_three() -> None:
    names = [f"{letter}u" for letter in "abcde"] + [f"{letter}ü" for letter in "abcde"]
    said = str(read(frame(*[(name, "Leeds") for name in names]), kind="commune").report)
    assert said.count("\n") == 0
    assert said.startswith("localities: warning: 'au' of DE and 'aü' of DE, 'bu' of DE and")
    assert "and 2 more differ in accents, case or signs only" in said


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([85, 92, 1985], "2 of 3 dates lie before the year 800, such as 0085, 0092; write years"),
        ([1985, 2202, "9999"], "2 of 3 dates lie in the future, such as 2202, 9999; correct them"),
        ([f"{year}-01-01T00:00:00Z" for year in range(1960, 1966)], "6 of 6 dates are a 1 January"),
        (["1985/2022-03", "1990/.."], "2 of 2 dates span more than ten years, such as 1985/2022"),
    ],
)
def test_dates_that_cannot_be_meant_are_reported(values: list[Any], said: str) -> None:
    pairs = pd.DataFrame({"city": map(str, values), "twin": "Leeds", "year": values})
    assert said in str(read(pairs, signed="year", kind="commune").report)


def test_dates_that_can_be_meant_are_not_reported() -> None:
    values = [1985, "../1990", "1985/1990", "2000-01-01", "2001-01-01", "2002-05-04", "800"]
    values[-1] = "0800"
    pairs = pd.DataFrame({"city": map(str, values), "twin": "Leeds", "year": values})
    assert read(pairs, signed="year", kind="commune").report == []


@pytest.mark.parametrize(
    ("time", "day"),
    [("+1995-02-18T00:00:00Z", "1995-02-18"), ("+1991-00-00T00:00:00Z", "1991"),
     ("1991-05-00T00:00:00Z", "1991-05")],
)  # fmt: skip
def test_times_of_wikidata_are_as_exact_as_they_are_meant(time: str, day: str) -> None:
    assert read(frame(("Ulm", "Leeds", time)), signed="year").claims["signed"].tolist() == [day]


# Frames about places that do not meet the pairs

SPOTS = pd.DataFrame(
    {"country": ["DE", "GB"], "longitude": [1.0, 2.0], "latitude": 3.0}, index=["Ulm", "Leeds"]
)
TOWNS = frame(("Ulm", "Leeds"))
UNKNOWN = {"left_country": "ZZ", "right_country": "ZZ", "kind": "commune"}


def test_places_of_unknown_country_take_that_of_the_frame() -> None:
    dataset = read(TOWNS, localities=SPOTS, **UNKNOWN)
    assert dataset.localities["id"].tolist() == ["l-de-ulm", "l-gb-leeds"]
    assert dataset.localities["longitude"].tolist() == [1.0, 2.0]
    twice = pd.concat([SPOTS, SPOTS.assign(country="FR")])
    (said,) = faults(TOWNS, localities=twice, **UNKNOWN)
    assert "`pairs` has 'Ulm' of ZZ" in said


def test_a_frame_of_which_no_row_is_a_place_of_the_pairs_is_refused() -> None:
    (said,) = faults(TOWNS, localities=SPOTS.assign(country="FR"), kind="commune")
    assert said == (
        "localities: 2 of 2 rows are no place of `pairs`, such as 'Ulm' of FR, 'Leeds' of FR; "
        "`pairs` has 'Ulm' of DE, 'Leeds' of GB; index the frame by key, or by key and country, "
        "as they are spelt there"
    )
    (said,) = faults(TOWNS, localities=SPOTS.reset_index(drop=True), kind="commune")
    assert "such as '0' of DE, '1' of GB; `pairs` has 'Ulm' of DE" in said


def test_rows_that_meet_no_place_are_reported_with_both_spellings() -> None:
    places = SPOTS.rename(index={"Leeds": "LEEDS"}).assign(level="commune")
    assert str(read(TOWNS, localities=places, kind="commune").report).splitlines()[-1] == (
        "localities: warning: 1 of 2 rows are neither a place of `pairs` nor above one, such as "
        "'LEEDS' of GB; `pairs` has 'Leeds' of GB, so spell key and country alike"
    )


def test_repeated_rows_of_places_are_one_fault() -> None:
    (said,) = faults(TOWNS, localities=pd.concat([SPOTS] * 3), kind="commune")
    assert said.startswith("localities: 4 of 6 rows repeat a place, such as 'Ulm' of DE, 'Leeds'")
    assert "drop_duplicates" in said


def test_a_frame_without_rows_is_as_none() -> None:
    for empty in (SPOTS[:0], pd.DataFrame({"name": []}), pd.DataFrame()):
        assert read(TOWNS, localities=empty).version == read(TOWNS).version


def test_a_unit_that_moved_has_a_row_for_each_parent() -> None:
    places = pd.DataFrame(
        {
            "level": ["commune", None, "province", "province"],
            "parent": ["North", "South", None, None],
            "during": ["../2025-06-30", "2025-07-01/..", None, None],
        },
        index=["Ulm", "Ulm", "North", "South"],
    )
    dataset = read(TOWNS, localities=places, kind="commune")
    for day, parent in (("2025-06-30", "l-de-north"), ("2025-07-01", "l-de-south")):
        assert ancestors(dataset, level="province", at=day)["l-de-ulm"] == parent
    both = places.assign(during=[None, "2025-07-01/..", None, None])
    (said,) = faults(TOWNS, localities=both, kind="commune")
    assert "overlaps with the time of another parent" in said


def test_words_for_no_date_are_named_and_must_stand_somewhere():
    pairs = pd.DataFrame({"a": ["A", "C"], "b": ["B", "D"], "day": ["n/a", "2018"]})
    with pytest.raises(DataError, match=r"'n/a' is not a date; if none, name it in `undated_val"):
        from_edgelist(pairs, left="a", right="b", signed="day")
    by = {"left": "a", "right": "b", "signed": "day", "undated_values": ["n/a", 1900]}
    report = str(from_edgelist(pairs, **by).report)
    assert "'1900' stands in 0 of 2 rows" in report
    assert "'n/a' stands in 1 of 2 rows" in report
