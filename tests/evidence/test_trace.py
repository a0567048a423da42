"""Back to the sources, and where they disagree."""

import pandas as pd
import pytest
from builders import PLACES, build

from twinstudy import Dataset, UnknownKeyError, conflicts, consolidate, history, load, trace


def test_conflicts(mini: Dataset) -> None:
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
    ids = {"a": "l-cn-a", "b": "l-vn-b", "c": "l-vn-c"}
    stated = [f"c-{n},p-1,s-1,par. {n},{day},{items}" for n, (day, items, _) in enumerate(claims)]
    members = [f"c-{n},{ids[who]}" for n, claim in enumerate(claims) for who in claim[2]]
    return build(
        sources="id,kind\ns-1,newspaper",
        localities=PLACES,
        pairings="id,kind,matching,status\np-1,village,joint,agreed",
        claims="\n".join(["id,pairing_id,source_id,locator,signed,agreement_items", *stated]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )


def test_more_precision_and_silence_are_no_conflict() -> None:
    dataset = disputed(("2014", "6", "ab"), ("2014-08-26", "", "ab"), ("", "6", "ab"))
    assert conflicts(dataset).empty
    assert conflicts(dataset).columns.tolist() == conflicts(load()).columns.tolist()


def test_one_source_can_contradict_itself() -> None:
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
def test_member_words(named: tuple[str, ...], words: list[str]) -> None:
    found = conflicts(disputed(*(("", "", each) for each in named)))
    assert found["disagreement"].tolist() == [f"{word} members" for word in words]
    assert (found["about"] == "members").all()


def test_members_of_one_name_are_told_apart() -> None:
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities="""
            id,country,level,name
            l-cn-a,CN,village,A
            l-vn-b,VN,village,B
            l-vn-b-commune,VN,commune,B
        """,
        pairings="id,kind,matching,status\np-1,village,joint,agreed",
        claims="id,pairing_id,source_id,locator\nc-1,p-1,s-1,par. 1\nc-2,p-1,s-1,par. 2",
        memberships="claim_id,locality_id\nc-1,l-cn-a\nc-1,l-vn-b\nc-2,l-cn-a\nc-2,l-vn-b-commune",
    )
    assert conflicts(dataset)["value"].tolist() == ["A – l-vn-b", "A – l-vn-b-commune"]


def test_dates_in_conflict_are_those_that_consolidation_flags() -> None:
    dataset = load()
    flagged = consolidate(dataset).query("signed_conflict")["pairing_id"]
    listed = conflicts(dataset).query("about == 'signed'")["pairing_id"]
    assert set(flagged) == set(listed)


def test_trace(mini: Dataset) -> None:
    found = trace(mini, "p-phai-lau-trang-nhi")
    assert found["claim_id"].tolist() == [f"c-phai-lau-trang-nhi-{n}" for n in (1, 2, 3)]
    assert found["published"].tolist() == ["2021-05", "2021-06", "2022-07-04"]
    assert found["signed"].tolist() == ["2014-08-26", "2014-08-26", "2015"]
    assert found["agreement_items"].fillna(0).tolist() == [6, 0, 7]
    assert found["members"].tolist() == [
        "thôn Tràng Nhì – bản Phai Lầu", "Trang Nhi – Phai Lau", "Tràng Nhì – Phai Lầu",
    ]  # fmt: skip
    assert found["witness"].tolist() == ["s-agency-2021-05", "s-agency-2021-05", "s-news-2022"]
    assert found["locator"].tolist() == ["par. 2", "par. 2", "par. 9"]
    assert found["url"].iloc[0] == "https://example.org/a"
    assert found["title"].iloc[1] == "Clusters in English"
    assert found["source_kind"].tolist() == ["agency", "agency", "newspaper"]


def test_trace_of_several_members_and_of_what_is_not_stated(mini: Dataset) -> None:
    several = trace(mini, "p-thanh-thuy-minh-tan-thien-bao")
    assert (
        several["members"].iloc[1] == "trấn Thiên Bảo – xã Minh Tân + xã Thanh Đức + xã Thanh Thủy"
    )
    silent = trace(mini, "p-chi-ma-ai-diem").iloc[0]
    assert silent[["published", "url", "agreement_items", "note"]].isna().all()


def test_trace_uses_our_name_where_the_source_gives_none() -> None:
    assert trace(disputed(("", "", "abc")), "p-1")["members"].tolist() == ["A – B + C"]


def test_trace_puts_sources_without_date_last() -> None:
    dataset = build(
        sources="id,kind,published\ns-1,newspaper,\ns-2,newspaper,2020\ns-3,newspaper,2019-05",
        localities=PLACES,
        pairings="id,kind,matching,status\np-1,village,joint,agreed",
        claims="id,pairing_id,source_id\nc-1,p-1,s-1\nc-2,p-1,s-2\nc-3,p-1,s-3",
        memberships="claim_id,locality_id\nc-1,l-cn-a\nc-1,l-vn-b\nc-2,l-cn-a\nc-3,l-cn-a",
    )
    found = trace(dataset, "p-1")
    assert found["claim_id"].tolist() == ["c-3", "c-2", "c-1"]
    assert found["members"].tolist() == ["A", "A", "A – B"]


def test_every_claim_and_event_is_traced_once() -> None:
    dataset = load()
    ids = dataset.pairings["id"]
    claims = pd.concat([trace(dataset, pairing) for pairing in ids])["claim_id"]
    assert sorted(claims) == dataset.claims["id"].tolist()
    events = pd.concat([history(dataset, pairing) for pairing in ids])["event_id"]
    assert sorted(events) == dataset.events["id"].tolist()


def test_history(mini: Dataset) -> None:
    found = history(mini, "p-phai-lau-trang-nhi")
    assert found.drop(columns=["title", "url"]).astype("str").iloc[0].fillna("").tolist() == [
        "e-phai-lau-trang-nhi-1", "call", "2014/2021", "82", "calls", "s-agency-2021-05",
        "agency", "Agency", "2021-05", "par. 7", "",
    ]  # fmt: skip
    assert history(mini, "p-trang-vi-van-vi").empty


def test_unknown_pairing(mini: Dataset) -> None:
    message = "^`pairing_id` is 'p-phai-lau', which is no pairing; nearest: 'p-phai-lau-trang-nhi'$"
    for function in (trace, history):
        with pytest.raises(UnknownKeyError, match=message):
            function(mini, "p-phai-lau")
    message = "^`pairing_id` is 'x', which is no pairing; no id is near it; see the table of pairin"
    with pytest.raises(UnknownKeyError, match=message):
        trace(mini, "x")


def test_tables_stay_as_they_are(mini: Dataset) -> None:
    before = {name: table.copy() for name, table in mini.tables.items()}
    conflicts(mini)
    trace(mini, "p-phai-lau-trang-nhi")
    history(mini, "p-phai-lau-trang-nhi")
    for name, table in mini.tables.items():
        pd.testing.assert_frame_equal(table, before[name])
