"""Consolidation of claims: dates, witnesses, members, existence by a day."""

import datetime as dt

import pandas as pd
import pytest
from builders import PLACES, build, claimed
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import FIRST, edtf_texts

from twinstudy import Dataset, consolidate, load, members, parse_date
from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import choose, existing, newest_day


def signed_of(dataset: Dataset, rule: str = "narrowest") -> tuple[object, bool, bool]:
    row = consolidate(dataset, rule=rule).iloc[0]
    text = None if pd.isna(row["signed"]) else row["signed"]
    return text, bool(row["signed_qualified"]), bool(row["signed_conflict"])


def test_newest_day(mini):
    assert newest_day(mini) == pd.Timestamp("2023-10-20")
    # An interval without end counts by its start, and plans do not count.
    assert newest_day(claimed([""], ["2020-03/.."])) == pd.Timestamp("2020-03-01")
    plan = claimed(["2030"], ["2023-10-20"], status="planned")
    assert newest_day(plan) == pd.Timestamp("2023-10-20")


def test_without_any_date_there_is_no_newest_day_and_everything_is_possible():
    dateless = claimed([""])
    assert newest_day(dateless) is pd.NaT
    state = existing(dateless)[["certain", "possible", "undated"]]
    assert state.to_numpy().tolist() == [[False, True, True]]
    choice = choose(dateless)
    assert (len(choice.pairings), choice.day, choice.left_out) == (1, pd.NaT, {})
    later = choose(claimed(["2030"], status="planned"), status="planned")
    assert later.left_out == {"pairings signed after no stated date": 1}


def test_consolidate_says_who_says_what(mini):
    found = consolidate(mini)
    assert found["pairing_id"].tolist() == mini.pairings["id"].tolist()
    said = ["signed", "signed_conflict", "signed_qualified", "claims", "witnesses", "official"]
    # A year that is hedged bounds nothing, and a plan cannot be observed. What exists does so by
    # the day of signing where it is plain, or of a report, whichever is earlier.
    said += ["members_b", "reported_by", "exists_by"]
    assert found[said].astype(dict.fromkeys(said[-2:], "str")).fillna("").to_numpy().tolist() == [
        ["2015-12", False, False, 1, 1, False, 1, "", "2015-12-31"],
        ["2014-08-26/2015", True, False, 3, 2, False, 1, "2021-05-31", "2015-12-31"],
        ["2018", False, False, 2, 2, False, 3, "2021-05-31", "2018-12-31"],
        ["", False, False, 1, 1, False, 1, "2022-07-04", "2022-07-04"],
        ["2013~", False, True, 1, 1, False, 1, "", ""],
        ["", False, False, 1, 1, True, 1, "", ""],
    ]
    assert set(found["members_a"]) == {1}
    assert set(zip(found["side_a"], found["side_b"], strict=True)) == {("CN", "VN")}


def test_consolidate_has_the_types_that_it_names(mini):
    types = consolidate(mini).dtypes.astype("str").to_dict()
    days = ["signed_earliest", "signed_latest", "reported_by", "exists_by"]
    dates = dict.fromkeys(days, "datetime64[s]")
    flags = dict.fromkeys(["signed_qualified", "signed_conflict", "official"], "bool")
    numbers = dict.fromkeys(["claims", "witnesses", "members", "members_a", "members_b"], "int64")
    words = dict.fromkeys(["kind", "matching", "status"], "category")
    texts = dict.fromkeys(["pairing_id", "signed", "side_a", "side_b"], "str")
    assert types == dates | flags | numbers | words | texts


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        (["2014?", "2014"], ("2014", False, False)),  # equally narrow: the plain one
        (["2014-08?", "2014"], ("2014-08?", True, False)),  # narrower, though hedged
        (["2013~", "2014"], ("2013~/2014", True, True)),  # a hedge does not widen
        (["2013~", "2013", "2015"], ("2013/2015", False, True)),  # a plain claim has that end too
        (["2014-03/2014-04", "2014-04/2014-05"], ("2014-03/2014-04", False, False)),  # ends first
        (["../2015", "2012/.."], ("../2015", False, False)),  # both endless: with a last day
        (["../2015", "../2013"], ("../2013", False, False)),
        (["2012/..", "2014/.."], ("2014/..", False, False)),
        (["../2015", "2012"], ("2012", False, False)),
        (["../2012", "2015"], ("../2015", False, True)),
        (["../2012", "2015/.."], (None, False, True)),  # an envelope without ends is no date
        (["2014-01-01", "2014", "2016"], ("2014/2016", False, True)),
    ],
)
def test_narrowest(signed, expected):
    assert signed_of(claimed(signed)) == expected
    assert signed_of(claimed(signed[::-1])) == expected


@pytest.mark.parametrize(
    ("rule", "published", "text"),
    [
        ("narrowest", {"2014-08-26": "2020", "2014": "2019"}, "2014-08-26"),
        ("earliest_published", {"2014-08-26": "2020", "2014": "2019"}, "2014"),
        ("earliest_published", {"2015": "2018", "2014": "2019"}, "2015"),
        ("earliest_published", {"2015": "", "2014": "2019", "": "2016"}, "2014"),
        ("earliest_published", {"2014": "2018", "2014-05": "2018-12-31"}, "2014-05"),
        ("earliest_published", {"2015": "", "2014-02": ""}, "2014-02"),
        ("envelope", {"2014-08-26": "2020", "2014": "2019"}, "2014"),
        ("envelope", {"2014-03/2014-05": "", "2014-04/2014~": ""}, "2014-03/2014~"),
        ("envelope", {"2014/2015": "", "2014-02/2014": ""}, "2014/2015"),
        ("envelope", {"../2015": "", "2012/..": ""}, None),
    ],
)
def test_rules(rule, published, text):
    assert signed_of(claimed([*published], [*published.values()]), rule)[0] == text


def bounds(text: str) -> tuple[dt.date, dt.date]:
    parsed = parse_date(text)
    return parsed.earliest or dt.date.min, parsed.latest or dt.date.max


SIGNED = edtf_texts(FIRST, dt.date(2019, 12, 31)) | st.just("")
PUBLISHED = st.sampled_from(["2020", "2021", ""])


@settings(max_examples=25, deadline=None)
@given(
    claims=st.lists(st.tuples(SIGNED, PUBLISHED), min_size=1, max_size=6),
    rule=st.sampled_from(["narrowest", "earliest_published", "envelope"]),
)
def test_chosen_dates_against_the_plain_rule(claims, rule):
    row = consolidate(claimed(*map(list, zip(*claims, strict=True))), rule=rule).iloc[0]
    stated = [(text, day or "9999") for text, day in claims if text]
    spans = [bounds(text) for text, _ in stated]
    first, last = (f([s[i] for s in spans], default=None) for i, f in ((0, min), (1, max)))
    apart = bool(spans) and max(s[0] for s in spans) > min(s[1] for s in spans)
    text = row["signed"]
    assert row["signed_conflict"] == apart
    if pd.isna(text):
        endless = (first, last) == (dt.date.min, dt.date.max)
        assert not stated or (endless and (apart or rule == "envelope"))
        assert row[["signed_earliest", "signed_latest"]].isna().all()
        assert not row["signed_qualified"]
        return
    parsed = parse_date(text)
    for side in ("earliest", "latest"):
        got = row[f"signed_{side}"]
        assert (None if pd.isna(got) else got.date()) == getattr(parsed, side)
    assert row["signed_qualified"] == parsed.qualified
    if rule == "envelope" or (apart and rule == "narrowest"):
        assert bounds(text) == (first, last)
        return
    rivals = stated
    if rule == "earliest_published":
        rivals = [each for each in stated if each[1] == min(when for _, when in stated)]
    assert text in [each for each, _ in rivals]
    length = min((b - a for a, b in (bounds(each) for each, _ in rivals)))
    if length < dt.timedelta(days=366 * 50):  # not open
        assert bounds(text)[1] - bounds(text)[0] == length


def test_a_reprint_may_be_the_first_report_and_statistics_are_no_government_source(edited):
    edited("sources.csv", "2021-06,en", "2021-04,en")
    folder = edited("sources.csv", "s-agency-2021-05,agency", "s-agency-2021-05,statistics")
    row = consolidate(load(folder)).set_index("pairing_id").loc["p-phai-lau-trang-nhi"]
    assert row[["witnesses", "official"]].tolist() == [2, False]
    assert row["reported_by"] == pd.Timestamp("2021-04-30")


AT = {
    "2014-08-25": [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    # Signed 2014-08-26 or 2015, two witnesses: possible at once, certain when 2015 is over.
    "2014-08-26": [[0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    "2015": [[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    # A source published in May 2021 reports the third one as agreed.
    "2021-05": [[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    "2022-07-04": [[1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1], [0, 1, 0], [0, 1, 1]],
}


def test_existing(mini):
    columns = ["certain", "possible", "undated"]
    day = {at: existing(mini, at=at)[columns].astype(int).to_numpy().tolist() for at in AT}
    assert day == AT
    # Only what is agreed can be certain.
    doubtful = existing(claimed(["2015"], ["2022"], status="doubtful"), at="2022")
    assert doubtful[columns].to_numpy().tolist() == [[False, True, False]]
    assert existing(mini).equals(existing(mini, at="2023-10-20"))
    assert existing(mini, at=dt.date(2014, 8, 25)).equals(existing(mini, at="2014-08-25"))


def test_a_choice_says_what_it_leaves_out(mini):
    choice = choose(mini, at="2014", kind=("commune", "village"))
    assert choice.pairings["pairing_id"].tolist() == ["p-phai-lau-trang-nhi", "p-trang-vi-van-vi"]
    assert not choice.pairings["certain"].any()
    assert choice.left_out == {"pairings signed after 2014-12-31": 2}
    assert choose(mini).left_out == {"planned pairings": 1}


@pytest.mark.parametrize("function", [consolidate, existing, members, newest_day, choose])
def test_arguments(mini, function):
    with pytest.raises(ArgumentError, match=r"^`dataset` is a str; give a dataset, as `load\(\)`"):
        function("data")
    with pytest.raises(ArgumentError, match=r"^`kind` is 'town'; use one of "):
        choose(mini, kind="town")
    message = "^`rule` is 'widest'; use one of narrowest, earliest_published, envelope$"
    with pytest.raises(ArgumentError, match=message):
        consolidate(mini, rule="widest")


def test_members(mini):
    found = members(mini)
    triple = found[found["pairing_id"] == "p-thanh-thuy-minh-tan-thien-bao"]
    assert triple.drop(columns="pairing_id").to_numpy().tolist() == [
        ["l-cn-thien-bao-commune", "CN", False, 2, 2],
        ["l-vn-minh-tan-commune", "VN", True, 2, 2],
        ["l-vn-thanh-duc-commune", "VN", True, 1, 1],
        ["l-vn-thanh-thuy-commune", "VN", True, 2, 2],
    ]
    assert len(found) == 14


def test_a_pairing_inside_one_country_has_two_sides_and_a_source_counts_once():
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities=PLACES,
        pairings="id,kind,matching,status\np-b-c,village,joint,agreed",
        claims="id,pairing_id,source_id,locator\nc-1,p-b-c,s-1,par. 1\nc-2,p-b-c,s-1,par. 2",
        memberships="claim_id,locality_id\nc-1,l-vn-b\nc-1,l-vn-c\nc-2,l-vn-c",
    )
    row = consolidate(dataset).iloc[0]
    assert row[["side_a", "side_b", "members_a", "members_b"]].tolist() == ["VN", "VN", 1, 1]
    found = members(dataset)[["second", "claims", "sources"]]
    assert found.to_numpy().tolist() == [[False, 1, 1], [True, 2, 1]]


def test_nothing_to_consolidate():
    for function in (consolidate, members, existing):
        assert function(build()).empty
