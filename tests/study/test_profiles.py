"""What pages and the terminal are told of pairings, places and sources."""

from pathlib import Path

import pandas as pd
import pytest

from twinstudy import Dataset, from_edgelist, load, pairing_names, signings
from twinstudy.study.profiles import (
    pairing_profiles,
    place_profiles,
    source_profiles,
)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(Path(__file__).parents[1] / "miniature")


def test_a_pairing_names_its_sides_with_viet_nam_first(dataset: Dataset) -> None:
    [profile] = pairing_profiles(dataset, ["p-thanh-thuy-minh-tan-thien-bao"])
    assert profile["title"] == "Minh Tân, Thanh Đức, Thanh Thủy – Thiên Bảo"
    assert [side["country"] for side in profile["sides"]] == ["VN", "CN"]
    assert [m["name"] for m in profile["sides"][0]["members"]] == [
        "Minh Tân",
        "Thanh Đức",
        "Thanh Thủy",
    ]


def test_claims_stand_in_order_of_publication_with_their_sources(dataset: Dataset) -> None:
    [profile] = pairing_profiles(dataset, ["p-phai-lau-trang-nhi"])
    assert [claim["source"]["published"] for claim in profile["claims"]] == [
        *("2021-05", "2021-06", "2022-07-04"),
    ]
    originals = [claim["source"]["original"] for claim in profile["claims"]]
    assert [original and original["id"] for original in originals] == [
        *(None, "s-agency-2021-05", None),
    ]
    assert [name["named_as"] for name in profile["claims"][1]["names"]] == ["Phai Lau", "Trang Nhi"]
    assert {row["about"] for row in profile["conflicts"]} == {"signed", "agreement_items"}
    assert [(e["quantity"], e["unit"]) for e in profile["events"]] == [(82, "calls")]


def test_what_is_missing_is_none(dataset: Dataset) -> None:
    [profile] = pairing_profiles(dataset, ["p-xin-man-ma-quan"])
    assert profile["signed"] is None
    assert profile["events"] == profile["conflicts"] == []
    assert profile["claims"][0]["agreement_items"] is None


def test_titles_of_all_pairings(dataset: Dataset) -> None:
    titles = pairing_names(dataset)
    assert titles.index.tolist() == dataset.pairings["id"].tolist()
    assert titles["p-trang-vi-van-vi"] == "Tràng Vĩ – Vạn Vĩ"


def test_pairings_of_one_name_are_told_apart_by_their_kind() -> None:
    pairs = pd.DataFrame({"a": ["Ash", "Ash", "Elm"], "b": ["Bay", "Bay", "Bay"]})
    pairs["home"], pairs["kind"] = ["XA", "WA", "XA"], ["commune", "border_post", "commune"]
    dataset = from_edgelist(
        pairs, left="a", right="b", left_country="home", right_country="XB", kind="kind"
    )
    assert pairing_names(dataset).tolist() == [
        "Ash – Bay (border post)",
        "Ash – Bay (commune)",
        "Elm – Bay",
    ]


def test_a_place_knows_where_it_lay_and_how_it_is_written(dataset: Dataset) -> None:
    [commune] = place_profiles(dataset, ["l-vn-thanh-thuy-commune"])
    assert commune["within"] == [
        "Vị Xuyên, Hà Giang (until 30 June 2025)",
        "Tuyên Quang (from 1 July 2025)",
    ]
    assert commune["pairing_ids"] == ["p-thanh-thuy-minh-tan-thien-bao"]
    [village] = place_profiles(dataset, ["l-vn-trang-vi"])
    assert village["other_names"] == ["Tràng Vỹ"]
    [province] = place_profiles(dataset, ["l-vn-ha-giang-province"])
    assert province["within"] == []
    assert [reform["place"]["name"] for reform in province["became"]] == ["Tuyên Quang"]


def test_places_stand_by_name_regardless_of_accents(dataset: Dataset) -> None:
    names = [place["name"] for place in place_profiles(dataset)]
    assert names[0] == "Ái Điểm"
    assert names.index("Hà Giang") < names.index("Lạng Sơn") < names.index("Mã Quan")


def test_a_source_tells_what_rests_on_it(dataset: Dataset) -> None:
    sources = {source["id"]: source for source in source_profiles(dataset)}
    paper = sources["s-news-2022"]
    assert paper["pairing_ids"] == [
        "p-phai-lau-trang-nhi",
        "p-thanh-thuy-minh-tan-thien-bao",
        "p-thanh-thuy-post-thien-bao",
    ]
    assert paper["counts"] == 1
    assert sources["s-agency-2021-06-en"]["original"]["id"] == "s-agency-2021-05"
    assert next(reversed(sources)) == "s-news-nd"  # no publisher known


def test_sides_stand_in_the_order_of_their_countries_where_none_is_viet_nam() -> None:
    pairs = pd.DataFrame({"left": ["Köln"], "right": ["Lille"]})
    dataset = from_edgelist(
        pairs, left="left", right="right", left_country="DE", right_country="FR"
    )
    assert pairing_names(dataset).to_dict() == {"p-de-koln-fr-lille": "Köln – Lille"}
    assert signings(dataset)["pairing"].tolist() == ["Köln – Lille"]
