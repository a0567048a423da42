"""Back to the sources, and where they disagree."""

from functools import partial

import pandas as pd
import pytest
from builders import PLACES, build, claimed

from twinstudy import Dataset, conflicts, consolidate, load, trace
from twinstudy.errors import ArgumentError
from twinstudy.evidence.trace import pairings


def test_conflicts(mini):
    found = conflicts(mini).astype("str")
    first, third = "p-phai-lau-trang-nhi", "p-thanh-thuy-minh-tan-thien-bao"
    two = "Thiên Bảo – Minh Tân + Thanh Thủy"
    three = "Thiên Bảo – Minh Tân + Thanh Đức + Thanh Thủy"
    apart, number = "no common day", "other number"
    agency, english, paper = "s-agency-2021-05", "s-agency-2021-06-en", "s-news-2022"
    assert found.to_numpy().tolist() == [
        [first, "signed", "2014-08-26", "c-phai-lau-trang-nhi-1", agency, apart],
        [first, "signed", "2014-08-26", "c-phai-lau-trang-nhi-2", english, apart],
        [first, "signed", "2015", "c-phai-lau-trang-nhi-3", paper, apart],
        [first, "agreement_items", "6", "c-phai-lau-trang-nhi-1", agency, number],
        [first, "agreement_items", "7", "c-phai-lau-trang-nhi-3", paper, number],
        [third, "members", two, "c-thanh-thuy-minh-tan-thien-bao-1", agency, "fewer members"],
        [third, "members", three, "c-thanh-thuy-minh-tan-thien-bao-2", paper, "all members"],
    ]


def disputed(*claims: tuple[str, str, str]) -> Dataset:
    """One pairing; each claim has a date, a number of items, and members by letter."""
    ids = {"a": "l-cn-a", "b": "l-vn-b", "c": "l-vn-c", "d": "l-vn-d"}
    stated = [f"c-{n},p-1,s-1,par. {n},{day},{items}" for n, (day, items, _) in enumerate(claims)]
    members = [f"c-{n},{ids[who]}" for n, claim in enumerate(claims) for who in claim[2]]
    return build(
        sources="id,kind\ns-1,newspaper",
        localities=f"{PLACES.rstrip()}\n    l-vn-d,VN,commune,B",
        pairings="id,kind,matching,status\np-1,village,joint,agreed",
        claims="\n".join(["id,pairing_id,source_id,locator,signed,agreement_items", *stated]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )


def test_precision_and_silence_are_no_conflict_but_a_source_can_contradict_itself():
    dataset = disputed(("2014", "6", "ab"), ("2014-08-26", "", "ab"), ("", "6", "ab"))
    assert conflicts(dataset).empty
    assert conflicts(dataset).columns.tolist() == conflicts(load()).columns.tolist()
    # One source can contradict itself.
    found = conflicts(disputed(("2014", "6", "ab"), ("2015", "7", "ab"), ("", "", "ab")))
    assert found["value"].tolist() == ["2014", "2015", "6", "7"]
    assert set(found["source_id"]) == {"s-1"}


@pytest.mark.parametrize(
    ("named", "words"),
    [
        (("abc", "abc"), []),
        (("ab", "abc"), ["fewer", "all"]),
        (("ab", "ac"), ["other", "other"]),
        (("a", "ab", "ac"), ["fewer", "other", "other"]),
        (("ab", "ac", "abc"), ["fewer", "fewer", "all"]),
    ],
)
def test_member_words(named, words):
    found = conflicts(disputed(*(("", "", each) for each in named)))
    assert found["disagreement"].tolist() == [f"{word} members" for word in words]
    assert (found["about"] == "members").all()


def test_members_of_one_name_are_told_apart():
    found = conflicts(disputed(("", "", "ab"), ("", "", "ad")))
    assert found["value"].tolist() == ["A – l-vn-b", "A – l-vn-d"]


def test_dates_in_conflict_are_those_that_consolidation_flags():
    flagged = consolidate(load()).query("signed_conflict")["pairing_id"]
    assert set(flagged) == set(conflicts(load()).query("about == 'signed'")["pairing_id"])


def test_trace(mini):
    found = trace(mini, "p-phai-lau-trang-nhi").set_index("claim_id")
    assert found.index.tolist() == [f"c-phai-lau-trang-nhi-{n}" for n in (1, 2, 3)]
    stated = found[["published", "signed", "agreement_items", "locator", "source_kind", "members"]]
    assert stated.fillna(0).to_numpy().tolist() == [
        ["2021-05", "2014-08-26", 6, "par. 2", "agency", "thôn Tràng Nhì – bản Phai Lầu"],
        ["2021-06", "2014-08-26", 0, "par. 2", "agency", "Trang Nhi – Phai Lau"],
        ["2022-07-04", "2015", 7, "par. 9", "newspaper", "Tràng Nhì – Phai Lầu"],
    ]
    assert found["witness"].tolist() == ["s-agency-2021-05", "s-agency-2021-05", "s-news-2022"]
    assert found["url"].iloc[0] == "https://example.org/a"
    assert found["title"].iloc[1] == "Clusters in English"
    # A name stands for the pairing that alone has it.
    assert trace(mini, "phai lau").equals(trace(mini, "p-phai-lau-trang-nhi"))


def test_trace_of_several_members_and_of_what_is_not_stated(mini):
    members = trace(mini, "p-thanh-thuy-minh-tan-thien-bao")["members"]
    assert members[1] == "trấn Thiên Bảo – xã Minh Tân + xã Thanh Đức + xã Thanh Thủy"
    silent = trace(mini, "p-chi-ma-ai-diem").iloc[0]
    assert silent[["published", "url", "agreement_items", "note"]].isna().all()
    # Our name is used where none is given, and sources without date come last.
    assert trace(disputed(("", "", "abc")), "p-1")["members"].tolist() == ["A – B + C"]
    found = trace(claimed([""] * 3, ["", "2020", "2019-05"]), "p-a-b")
    assert found["claim_id"].tolist() == ["c-3", "c-2", "c-1"]


def test_every_event_is_traced_once_when_asked_for(mini):
    events = [trace(load(), pairing, events=True) for pairing in load().pairings["id"]]
    assert sorted(pd.concat(events)["event_id"]) == load().events["id"].tolist()
    found = trace(mini, "p-phai-lau-trang-nhi", events=True)
    assert found.drop(columns=["title", "url"]).astype("str").iloc[0].fillna("").tolist() == [
        "e-phai-lau-trang-nhi-1", "call", "2014/2021", "82", "calls", "s-agency-2021-05",
        "agency", "Agency", "2021-05", "par. 7", "",
    ]  # fmt: skip
    assert trace(mini, "p-trang-vi-van-vi", events=True).empty


@pytest.mark.parametrize("function", [partial(trace, pairing="phai lau"), conflicts, pairings])
def test_what_is_no_dataset_is_answered(function):
    with pytest.raises(ArgumentError, match=r"^`dataset` is a str; give a dataset"):
        function("data")


def test_the_flat_table(mini):
    found = pairings(mini).set_index("pairing_id")
    row = found.loc["p-thanh-thuy-minh-tan-thien-bao"].drop(["kind", "status"])
    days = row.index.isin(["earliest", "latest", "exists_by"])
    assert row.mask(days, row.astype("str").str[:10]).astype("str").fillna("").tolist() == [
        "Minh Tân, Thanh Đức, Thanh Thủy – Thiên Bảo",
        "CN", "Thiên Bảo", "Thiên Bảo", "天保", "Vân Nam",
        "VN", "Minh Tân; Thanh Đức; Thanh Thủy", "Minh Tân; Thanh Đức; Thanh Thủy", "", "Hà Giang",
        "2018", "2018-01-01", "2018-12-31", "2018-12-31", "2", "2", "False",
        "https://example.org/a",
    ]  # fmt: skip
    traced = [trace(mini, key)["url"].isna().all() for key in found.index]
    assert found["url"].isna().tolist() == traced
    assert pairings(mini, names="zh").loc[2, "places_a"] == "天保"
    late = pairings(mini, at="2026").set_index("pairing_id")["province_b"]
    assert late["p-thanh-thuy-post-thien-bao"] == "Tuyên Quang"
    assert pairings(build()).empty


def test_tables_stay_as_they_are(mini):
    before = {name: table.copy() for name, table in mini.tables.items()}
    for frame in (trace(mini, "phai lau"), conflicts(mini), pairings(mini), consolidate(mini)):
        frame["pairing_id"] = "changed"
    assert "changed" not in set(consolidate(mini)["pairing_id"])
    for name, table in mini.tables.items():
        pd.testing.assert_frame_equal(table, before[name])
