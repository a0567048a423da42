"""Typed columns: what each type takes, what comes back as text, and rows that no key can mean."""

import numpy as np
import pandas as pd
import pytest
from conftest import Edit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from twinstudy import Dataset, check, load
from twinstudy.tables.files import (
    column_text,
    key_codes,
    keyed_rows,
    read_tables,
    text_tables,
    type_tables,
)
from twinstudy.tables.schema import TABLES, table

POINT = table("localities").column("longitude")
ITEMS = table("claims").column("agreement_items")


def test_types_of_columns(mini: Dataset) -> None:
    expected = {
        "id": "str", "text": "str", "reference": "category", "vocabulary": "category",
        "date": "category", "interval": "category", "integer": "Int64", "number": "float64",
    }  # fmt: skip
    for each in TABLES:
        frame = mini.tables[each.name]
        assert frame.columns.tolist() == list(each.column_names)
        for column in each.columns:
            assert frame[column.name].dtype == expected[column.type], (each.name, column.name)


def test_the_code_of_a_reference_is_a_row_number(mini: Dataset) -> None:
    for each in TABLES:
        for column in each.columns:
            if column.target:
                cells = mini.tables[each.name][column.name]
                keys = mini.tables[column.target]["id"]
                there = cells.notna()
                assert (keys.to_numpy()[cells[there].cat.codes] == cells[there].to_numpy()).all()
                assert cells.cat.categories.tolist() == keys.tolist()


def test_vocabularies_keep_the_order_of_the_schema(mini: Dataset) -> None:
    kinds = mini.pairings["kind"].cat.categories.tolist()
    assert kinds == list(table("pairings").column("kind").words)


def test_rows_are_sorted_by_key(mini: Dataset) -> None:
    for each in TABLES:
        codes = key_codes(mini.tables[each.name], each.key)
        assert (np.diff(codes) > 0).all(), each.name


def test_text_comes_back_row_for_row(mini: Dataset) -> None:
    text = text_tables(mini.tables)
    assert list(text) == [each.name for each in TABLES]
    back = type_tables(text)
    for name, frame in mini.tables.items():
        pd.testing.assert_frame_equal(back.typed[name], frame)
        pd.testing.assert_frame_equal(text_tables(back.typed)[name], text[name])


def _numbers(texts: list[str], name: str = "longitude") -> pd.Series:
    column = table("localities").column(name)
    cells = {each.name: [""] * len(texts) for each in table("localities").columns}
    cells |= {"id": [f"l-{n:03}" for n in range(len(texts))], name: texts}
    frame = type_tables({"localities": pd.DataFrame(cells, dtype="str")}).typed["localities"]
    assert frame[name].dtype == ("Int64" if column.type == "integer" else "float64")
    return frame[name]


@settings(max_examples=100, deadline=None)
@given(st.floats(-180, 180) | st.integers(-(10**15) + 1, 10**15 - 1))
@example(0.00001)
@example(5e-324)
@example(0.1 + 0.2)
@example(-0.0)
@example(107.56780000000001)
def test_a_number_comes_back_from_its_text(number: float) -> None:
    text = column_text(pd.Series([float(number)]), POINT)[0]
    assert "e" not in text
    assert not text.endswith((".", ".0"))
    assert _numbers([text])[0] == number


@settings(max_examples=50, deadline=None)
@given(st.lists(st.from_regex(r"-?[0-9]{1,6}(\.[0-9]{1,20})?", fullmatch=True), max_size=5))
def test_a_number_is_the_nearest_to_its_text(texts: list[str]) -> None:
    assert _numbers(texts).tolist() == [float(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    ["1e3", "+1", "1.", ".5", "1,5", "1_000", "0x1", "nan", "inf", " 1", "１", "1 000", "--1"],
)
def test_what_is_no_plain_number_is_missing(text: str) -> None:
    assert _numbers([text, "1"]).isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "value"), [("6", 6), ("006", 6), ("-6", None), ("6.0", None), ("9" * 16, None)]
)
def test_whole_numbers(edited: Edit, text: str, value: int | None) -> None:
    typed = read_tables(edited("claims.csv", "2014-08-26,6,", f"2014-08-26,{text},"))[0].typed
    cell = typed["claims"].set_index("id")["agreement_items"]["c-phai-lau-trang-nhi-1"]
    assert pd.isna(cell) if value is None else cell == value


def test_a_missing_number_is_an_empty_cell() -> None:
    assert column_text(pd.Series([pd.NA, 6], dtype="Int64"), ITEMS).tolist() == ["", "6"]
    assert column_text(pd.Series([np.nan, 6.5]), POINT).tolist() == ["", "6.5"]


def test_text_that_only_looks_missing_is_kept(edited: Edit) -> None:
    for old, new in [("Phai Lầu,,", "NA,,"), ("Chi Ma,,", "null,,"), ("Vạn Vĩ,,", "-,,")]:
        folder = edited("localities.csv", old, new)
    places = load(folder).localities.set_index("id")
    assert places["name"][["l-vn-phai-lau", "l-vn-chi-ma", "l-cn-van-vi"]].tolist() == [
        "NA",
        "null",
        "-",
    ]
    assert pd.isna(places["name_zh"]["l-vn-phai-lau"])


def test_keys_sort_by_their_first_column_first() -> None:
    frame = pd.DataFrame({"a": ["b", "a", "b", None], "b": ["1", "2", "0", "9"]}, dtype="str")
    assert np.argsort(key_codes(frame, ("a", "b"))).tolist() == [3, 1, 2, 0]


def test_keys_of_many_columns_do_not_overflow() -> None:
    columns = tuple("abcdef")
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({name: rng.permutation(5000).astype(str) for name in columns}, dtype="str")
    frame = pd.concat([frame, frame.iloc[::-1]], ignore_index=True)
    codes = key_codes(frame, columns)
    assert (codes[:5000] == codes[::-1][:5000]).all()
    assert len(set(codes.tolist())) == 5000
    assert (
        np.argsort(codes[:5000]).tolist() == frame[:5000].sort_values(list(columns)).index.tolist()
    )


def test_a_repeated_id_is_one_problem_and_not_one_for_every_row_after_it(edited: Edit) -> None:
    # Row numbers after it are no codes any more; else every rule on parents goes wrong.
    folder = edited("localities.csv", "l-cn-ma-quan-district,", "l-cn-ai-diem,")
    assert [(p.file, p.line, p.column, p.value) for p in check(folder)] == [
        ("aliases.csv", 2, "locality_id", "l-cn-ma-quan-district"),
        ("containments.csv", 3, "child_id", "l-cn-ma-quan-district"),
        ("localities.csv", 4, "id", "l-cn-ai-diem"),
        ("memberships.csv", 21, "locality_id", "l-cn-ma-quan-district"),
    ]


@pytest.mark.parametrize(
    ("file", "old"),
    [
        ("sources.csv", "s-stat-2020,statistics"),
        ("localities.csv", "l-cn,CN"),
        ("claims.csv", "c-chi-ma-ai-diem-1,"),
    ],
)
def test_an_empty_id_is_no_target_of_empty_references(edited: Edit, file: str, old: str) -> None:
    folder = edited(file, old, old[old.index(",") :])
    problems = check(folder)
    assert [p.line for p in problems if p.value == ""] == [
        p.line for p in problems if p.file == file and p.column == "id"
    ]
    gone = old[: old.index(",")]
    assert {p.value for p in problems if p.value} <= {gone, "p-chi-ma-ai-diem"}


def test_rows_that_no_key_can_mean_are_left_out_of_both_frames() -> None:
    cells = {
        "id": ["", "p-b", "p-a", "p-b"],
        "kind": "other",
        "matching": "",
        "status": "",
        "note": "",
    }
    text = pd.DataFrame(cells, index=[2, 3, 4, 5]).astype("str")
    tables = type_tables({"pairings": text})
    assert tables.typed["pairings"].index.tolist() == [2, 4, 3, 5]
    keyed = keyed_rows(tables)
    assert keyed.typed["pairings"].index.tolist() == keyed.text["pairings"].index.tolist() == [4, 3]
    assert tables.typed["pairings"].index.tolist() == [2, 4, 3, 5]
