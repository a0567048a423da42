"""Rules on what was agreed: one broken input each, with the full message."""

import pytest
from conftest import Edit

from twinstudy import Dataset, check, load, restrict
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.files import text_tables
from twinstudy.tables.schema import TOPICS, table

CASES = {
    "unknown topic": (
        "contents.csv", "1,visits,", "1,festivals,",
        ["contents.csv:2: topic: 'festivals' is not in the vocabulary; use one of "
         + ", ".join(TOPICS)],
    ),
    "topic twice in a claim": (
        "contents.csv", "1,visits,", "1,crime_and_order,",
        ["contents.csv:3: claim_id: 'c-phai-lau-trang-nhi-1' repeats the claim_id, topic of an "
         "earlier row; keep one of them, or give this one a key of its own"],
    ),
    "contents of no claim": (
        "contents.csv", "c-xin-man-ma-quan-1", "c-xin-man-ma-quan-2",
        ["contents.csv:8: claim_id: 'c-xin-man-ma-quan-2' is not in claims.csv; nearest: "
         "'c-xin-man-ma-quan-1'"],
    ),
    "nothing stated": (
        "contents.csv", "deepen friendship", "",
        ["contents.csv:5: stated: the cell is empty; every row needs one: what is to be done, in "
         "our own words"],
    ),
    "long statement": (
        "contents.csv", "deepen friendship", "x" * 101,
        [f"contents.csv:5: stated: '{'x' * 99}…' has the wrong form; write at most 100 characters, "
         "in your own words"],
    ),
    "aim in plain words": (
        "contents.csv", "aim,implied", "aim,explicit",
        ["contents.csv:5: certainty: 'explicit' does not fit an aim, from which contents follow "
         "only; write implied"],
    ),
    "whole list without contents": (
        "claims.csv", "2015-12,,,", "2015-12,4,whole,",
        ["claims.csv:2: list: 'whole' needs rows of this claim in contents.csv; add them, or "
         "write counted"],
    ),
    "part of a list without contents": (
        "claims.csv", "2015-12,,,", "2015-12,,part,",
        ["claims.csv:2: list: 'part' needs rows of this claim in contents.csv; add them, or write "
         "counted"],
    ),
    "counted although told": (
        "claims.csv", "2014-08-26,6,part", "2014-08-26,6,counted",
        ["claims.csv:3: list: 'counted' does not fit a claim with rows in contents.csv; write "
         "whole or part"],
    ),
    "counted without a number": (
        "claims.csv", "2015,7,counted", "2015,,counted",
        ["claims.csv:5: list: 'counted' needs the number in agreement_items; give it, or leave "
         "this empty"],
    ),
    "a number without a word on the list": (
        "claims.csv", "2015,7,counted", "2015,7,",
        ["claims.csv:5: warning: list: the claim counts contents and has none in contents.csv; add "
         "them, or write counted where the source lists none"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_rule_names_place_value_and_remedy(edited: Edit, case: str) -> None:
    file, old, new, expected = CASES[case]
    assert [str(problem) for problem in check(edited(file, old, new))] == expected


def test_a_number_without_a_list_does_not_keep_data_out(edited: Edit) -> None:
    folder = edited("claims.csv", "2015,7,counted", "2015,7,")
    assert [problem.severity for problem in load(folder).report] == ["warning"]


@pytest.mark.parametrize("items", ["1", "6"])
def test_rows_need_not_be_as_many_as_the_items(edited: Edit, items: str) -> None:
    assert check(edited("claims.csv", "2014-08-26,6,part", f"2014-08-26,{items},whole")) == []


def test_a_whole_list_needs_no_number(mini: Dataset) -> None:
    claims = mini.claims.set_index("id")
    whole = claims[claims["list"] == "whole"]
    assert whole["agreement_items"].isna().all()
    assert len(whole) == 1


def test_topics_stand_in_their_order_and_with_their_claim(mini: Dataset) -> None:
    text = text_tables(mini.tables)
    text["contents"] = text["contents"].iloc[::-1]
    again = dataset_from_text(text).contents
    assert again.equals(mini.contents)
    assert again["topic"].cat.categories.tolist() == list(TOPICS)
    assert again["claim_id"].dtype == "str"


def test_contents_go_with_their_claim(mini: Dataset) -> None:
    part = restrict(mini, sources="s-news-2022")
    assert part.contents["topic"].tolist() == ["livelihood", "markers_and_line"]


def test_every_topic_is_defined_in_one_sentence() -> None:
    column = table("contents").column("topic")
    assert len(column.words) == len(column.meanings) == 14
    for meaning in column.meanings:
        assert meaning.startswith("To ")
        assert meaning.count(".") == 1
        assert meaning.endswith(".")
