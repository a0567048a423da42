"""A dataset is frozen and valid, and knows its version; what is wrong can be printed and passed on."""

import copy
import dataclasses
import pickle
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import dataset_from_text
from conftest import MINIATURE

import twinstudy
from twinstudy import DataError, Dataset, Problem, TwinstudyError, load
from twinstudy.errors import ArgumentError, MissingExtraError, Problems, UnknownKeyError
from twinstudy.tables.files import bundled_data, text_tables
from twinstudy.tables.schema import TABLES

DATE = Problem("claims.csv", 14, "signed", "2013-13", "'2013-13' is not a date")


# -- datasets ---------------------------------------------------------------------------------


def test_datasets_and_problems_are_frozen(mini: Dataset) -> None:
    for frozen, field in ((mini, "claims"), (mini, "extra"), (DATE, "line")):
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"assign to field '{field}'"):
            setattr(frozen, field, 1)
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"delete field '{field}'"):
            delattr(frozen, field)


def test_the_tables_are_those_of_the_schema_and_counted_in_a_line(mini: Dataset) -> None:
    counts = "6 pairings, 23 localities, 9 claims, 7 sources"
    assert repr(mini) == f"<twinstudy.Dataset {mini.version}: {counts}>"
    assert list(mini.tables) == [table.name for table in TABLES]
    for name, frame in mini.tables.items():
        pd.testing.assert_frame_equal(getattr(mini, name), frame)


def test_nothing_done_to_a_frame_changes_the_dataset(mini: Dataset) -> None:
    before = mini.version, mini.claims["id"].tolist()
    claims, tables = mini.claims, mini.tables
    claims.loc[0, "id"] = "changed"
    claims.index = claims.index[::-1]
    del claims["signed"], tables["claims"]["note"], tables["events"]
    assert (mini.version, mini.claims["id"].tolist()) == before
    assert {"note", "signed"} <= set(mini.claims)
    assert "events" in mini.tables


def test_a_dataset_can_be_pickled_and_copied(mini: Dataset) -> None:
    for again in (pickle.loads(pickle.dumps(mini)), copy.deepcopy(mini)):
        assert again.version == mini.version
        for name, frame in mini.tables.items():
            pd.testing.assert_frame_equal(again.tables[name], frame)


@pytest.mark.parametrize(
    ("folder", "said"),
    [(5, "is of type int"), ("a\nb", r"is 'a\\nb'"), (Path(__file__, "a"), "is '.*py' is a file")],
)
def test_what_is_no_folder_is_not_written_to(mini: Dataset, folder: Any, said: str) -> None:
    with pytest.raises(ArgumentError, match=f"^`folder` {said}.*; give the path of a folder$"):
        mini.save(folder)


def test_the_version_is_that_of_the_package_and_of_the_content(mini: Dataset) -> None:
    assert load().version == load(str(bundled_data())).version
    assert re.fullmatch(re.escape(twinstudy.__version__) + r"\+[0-9a-f]{8}", mini.version)
    assert load(MINIATURE).version == mini.version


CHANGES = {
    "text": ("pairings", "note", "p-phai-lau-trang-nhi", "Two dates."),
    "word": ("pairings", "status", "p-xin-man-ma-quan", "doubtful"),
    "date": ("claims", "signed", "c-chi-ma-ai-diem-1", "2015-11"),
    "qualifier": ("claims", "signed", "c-trang-vi-van-vi-1", "2013"),
    "whole number": ("claims", "agreement_items", "c-phai-lau-trang-nhi-1", "7"),
    "number": ("localities", "longitude", "l-vn-phai-lau", "107.5679"),
    "reference": ("localities", "position_source_id", "l-vn-phai-lau", "s-news-nd"),
    "emptied cell": ("localities", "name_zh", "l-cn", ""),
    "filled cell": ("pairings", "note", "p-chi-ma-ai-diem", "x"),
    "id": ("events", "id", "e-chi-ma-ai-diem-1", "e-chi-ma-ai-diem-2"),
    "text moved to the right": ("claims", ["locator", "note"], "c-chi-ma-ai-diem-1", ["", "par. 5"]),
    "text moved down": (
        "pairings", "note", ["p-phai-lau-trang-nhi", "p-thanh-thuy-minh-tan-thien-bao"],
        ["", "Two sources give two dates."],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "column", "key", "value"), CHANGES.values(), ids=CHANGES)
def test_any_change_of_a_cell_changes_the_version(
    mini: Dataset, name: str, column: Any, key: Any, value: Any
) -> None:
    text = text_tables(mini.tables)
    frame = text[name].set_index("id", drop=False)
    frame.loc[key, column] = value
    text[name] = frame.reset_index(drop=True)
    assert dataset_from_text(text).version != mini.version


def test_the_version_tells_in_which_column_a_text_stands(mini: Dataset) -> None:
    versions = {mini.version}
    for column in ("author", "licence", "note"):  # which nothing else stands in
        text = text_tables(mini.tables)
        text["sources"].loc[0, column] = "x"
        versions.add(dataset_from_text(text).version)
    assert len(versions) == 4


def test_frames_of_text_are_checked_like_files(mini: Dataset) -> None:
    text = text_tables(mini.tables)
    text["claims"].loc[0, ["signed", "note"]] = ["2015-13", "Tra\u0300ng\nVi"]
    with pytest.raises(DataError) as caught:
        dataset_from_text(text)
    assert [(p.file, p.line, p.column) for p in caught.value.problems] == [
        ("claims.csv", 0, "note"),
        ("claims.csv", 0, "signed"),
    ]
    assert "holds the control character '\\n'" in str(caught.value)


# -- what is wrong ----------------------------------------------------------------------------


def test_problems_print_their_place() -> None:
    assert str(Problem("a.csv", 2, "", "", "too long")) == "a.csv:2: too long"
    assert str(Problem("a.csv", 2, "b", "=1", "odd", "warning")) == "a.csv:2: warning: b: odd"


def test_problems_are_sorted_in_file_order() -> None:
    places = [("a.csv", 0, ""), ("a.csv", 9, "a"), ("a.csv", 9, "b"), ("a.csv", 10, "a")]
    places.append(("b.csv", 1, ""))
    problems = sorted(Problem(*place, "", "") for place in reversed(places))
    assert [(p.file, p.line, p.column) for p in problems] == places


def test_a_list_of_problems_prints_one_a_line_and_is_a_safe_table() -> None:
    problems = Problems([DATE, Problem("a.csv", 0, "", "", "<script>'&'</script>")])
    assert str(problems) == repr(problems) == f"{DATE}\na.csv: <script>'&'</script>"
    shown = problems._repr_html_()
    assert "&lt;script&gt;&#x27;&amp;&#x27;&lt;/script&gt;" in shown
    assert "<script>" not in shown
    assert Problems()._repr_html_() == "<p>no problems</p>"


def test_an_error_is_counted_and_told_before_warnings() -> None:
    old = Problem("a.csv", 0, "", "", "it is old", "warning")
    assert str(DataError([old, DATE])) == f"1 error and 1 warning in the data:\n{DATE}\n{old}"


@pytest.mark.parametrize(
    ("error", "builtin"),
    [(DataError([DATE, DATE]), ValueError), (ArgumentError("a"), ValueError),
     (UnknownKeyError("b"), LookupError), (MissingExtraError("c"), ImportError)],
)  # fmt: skip
def test_every_error_is_ours_and_a_builtin_and_can_be_pickled(
    error: TwinstudyError, builtin: type
) -> None:
    assert isinstance(error, builtin)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert getattr(again, "problems", None) == getattr(error, "problems", None)
