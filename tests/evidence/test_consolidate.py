"""Consolidation of claims: dates, witnesses, members, being."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import PLACES, build, claimed
from conftest import MINIATURE
from hypothesis import given
from hypothesis import strategies as st
from strategies import edtf_texts

from twinstudy import (
    ArgumentError,
    Dataset,
    being,
    consolidate,
    load,
    members,
    newest_day,
    parse_date,
)
from twinstudy.evidence.consolidate import being_by
from twinstudy.evidence.signing import choose_signed

RULES = ("narrowest", "earliest_published", "envelope")
FIRST, LAST = dt.date(1990, 1, 1), dt.date(2030, 12, 31)


def signed_of(dataset: Dataset, rule: str = "narrowest") -> tuple[object, bool, bool]:
    row = consolidate(dataset, rule=rule).iloc[0]
    text = None if pd.isna(row["signed"]) else row["signed"]
    return text, bool(row["signed_qualified"]), bool(row["signed_conflict"])


def test_newest_day(mini: Dataset) -> None:
    assert newest_day(mini) == pd.Timestamp("2023-10-20")


def test_newest_day_takes_the_start_of_an_interval_without_end() -> None:
    assert newest_day(claimed([""], ["2020-03/.."])) == pd.Timestamp("2020-03-01")


def test_newest_day_passes_over_plans() -> None:
    plan = claimed(["2030"], ["2023-10-20"], status="planned")
    assert newest_day(plan) == pd.Timestamp("2023-10-20")


def test_newest_day_without_any_date_is_the_end_of_time() -> None:
    assert newest_day(claimed([""])) == pd.Timestamp("9999-12-31")


def test_consolidate_says_who_says_what(mini: Dataset) -> None:
    found = consolidate(mini)
    assert found["pairing_id"].tolist() == mini.pairings["id"].tolist()
    assert found["signed"].astype("str").fillna("").tolist() == [
        "2015-12", "2014-08-26/2015", "2018", "", "2013~", "",
    ]  # fmt: skip
    assert found["signed_conflict"].tolist() == [False, True, False, False, False, False]
    assert found["signed_qualified"].tolist() == [False, False, False, False, True, False]
    # A year that is hedged bounds nothing, and a plan cannot be observed.
    assert found["observed_by"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "", "2021-05-31", "2021-05-31", "2022-07-04", "", "",
    ]  # fmt: skip
    assert found["claims"].tolist() == [1, 3, 2, 1, 1, 1]
    assert found["witnesses"].tolist() == [1, 2, 2, 1, 1, 1]
    assert found["official"].tolist() == [False] * 5 + [True]
    assert found["members"].tolist() == [2, 2, 4, 2, 2, 2]
    assert set(found["side_a"]) == {"CN"}
    assert set(found["side_b"]) == {"VN"}
    assert found["members_a"].tolist() == [1] * 6
    assert found["members_b"].tolist() == [1, 1, 3, 1, 1, 1]


def test_consolidate_has_the_types_that_it_names(mini: Dataset) -> None:
    types = consolidate(mini).dtypes.astype("str").to_dict()
    dates = dict.fromkeys(["signed_earliest", "signed_latest", "observed_by"], "datetime64[s]")
    flags = dict.fromkeys(["signed_qualified", "signed_conflict", "official"], "bool")
    numbers = dict.fromkeys(["claims", "witnesses", "members", "members_a", "members_b"], "int64")
    words = ["kind", "matching", "status", "signed", "side_a", "side_b"]
    expected = dates | flags | numbers | dict.fromkeys(words, "category") | {"pairing_id": "str"}
    assert types == expected


@pytest.mark.parametrize("rule", RULES)
def test_a_refinement_is_no_conflict(rule: str) -> None:
    text = {"narrowest": "2014-08-26", "earliest_published": "2014", "envelope": "2014"}[rule]
    dataset = claimed(["2014-08-26", "2014"], ["2020", "2019"])
    assert signed_of(dataset, rule) == (text, False, False)


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
        (["2014", "", "2014"], ("2014", False, False)),
        (["", ""], (None, False, False)),
        (["2014-01-01", "2014", "2016"], ("2014/2016", False, True)),
    ],
)
def test_narrowest(signed: list[str], expected: tuple[str, bool, bool]) -> None:
    assert signed_of(claimed(signed)) == expected
    assert signed_of(claimed(signed[::-1])) == expected


def test_envelope_of_overlapping_intervals() -> None:
    dataset = claimed(["2014-03/2014-05", "2014-04/2014~"])
    assert signed_of(dataset, "envelope") == ("2014-03/2014~", True, False)
    assert signed_of(claimed(["2014/2015", "2014-02/2014"]), "envelope")[0] == "2014/2015"
    assert signed_of(claimed(["../2015", "2012/.."]), "envelope") == (None, False, False)


def test_earliest_published() -> None:
    assert signed_of(claimed(["2015", "2014"], ["2018", "2019"]), "earliest_published") == (
        "2015", False, True,
    )  # fmt: skip
    undated_last = claimed(["2015", "2014", ""], ["", "2019", "2016"])
    assert signed_of(undated_last, "earliest_published")[0] == "2014"
    same_day = claimed(["2014", "2014-05"], ["2018", "2018-12-31"])
    assert signed_of(same_day, "earliest_published")[0] == "2014-05"
    assert signed_of(claimed(["2015", "2014-02"]), "earliest_published")[0] == "2014-02"


def test_unknown_rule(mini: Dataset) -> None:
    message = "^`rule` is 'widest'; use one of 'narrowest', 'earliest_published', 'envelope'$"
    with pytest.raises(ArgumentError, match=message):
        consolidate(mini, rule="widest")


def bounds(text: str) -> tuple[dt.date, dt.date]:
    parsed = parse_date(text)
    return parsed.earliest or dt.date.min, parsed.latest or dt.date.max


@given(
    claims=st.lists(
        st.tuples(st.integers(0, 2), edtf_texts(FIRST, LAST) | st.none(), st.integers(0, 3)),
        max_size=12,
    ),
    rule=st.sampled_from(RULES),
)
def test_chosen_dates_against_the_plain_rule(
    claims: list[tuple[int, str | None, int]], rule: str
) -> None:
    texts = pd.Series(pd.Categorical([text for _, text, _ in claims]))
    pairing = np.array([each for each, _, _ in claims], dtype=np.int64)
    published = np.array(["2020", "2021", "2022", "NaT"], dtype="datetime64[s]")
    day = published[np.array([each for _, _, each in claims], dtype=np.int64)]
    chosen = choose_signed(texts, pairing, 3, day, rule)
    for row in range(3):
        stated = [(text, when) for each, text, when in claims if each == row and text]
        spans = [bounds(text) for text, _ in stated]
        first, last = (f([s[i] for s in spans], default=None) for i, f in ((0, min), (1, max)))
        apart = bool(spans) and max(s[0] for s in spans) > min(s[1] for s in spans)
        text = chosen["signed"][row]
        assert chosen["signed_conflict"][row] == apart
        if pd.isna(text):
            endless = (first, last) == (dt.date.min, dt.date.max)
            assert not stated or (endless and (apart or rule == "envelope"))
            assert np.isnat(chosen["signed_earliest"][row])
            assert np.isnat(chosen["signed_latest"][row])
            assert not chosen["signed_qualified"][row]
            continue
        parsed = parse_date(text)
        for side in ("earliest", "latest"):
            got = chosen[f"signed_{side}"][row]
            assert (None if np.isnat(got) else got.astype(object).date()) == getattr(parsed, side)
        assert chosen["signed_qualified"][row] == parsed.qualified
        if rule == "envelope" or (apart and rule == "narrowest"):
            assert bounds(text) == (first, last)
        else:
            rivals = stated
            if rule == "earliest_published":
                rivals = [each for each in stated if each[1] == min(when for _, when in stated)]
            assert text in [each for each, _ in rivals]
            length = min((b - a for a, b in (bounds(each) for each, _ in rivals)))
            if length < dt.timedelta(days=366 * 50):  # not open
                assert bounds(text)[1] - bounds(text)[0] == length


def test_reprints_and_translations_are_one_witness() -> None:
    dataset = build(
        sources="""
            id,kind,published,original_source_id
            s-original,agency,2019,
            s-reprint,newspaper,2018,s-original
            s-state,government,2022,
        """,
        localities=PLACES,
        pairings="""
            id,kind,matching,status
            p-a-b,village,joint,agreed
            p-a-c,village,joint,doubtful
        """,
        claims="""
            id,pairing_id,source_id,signed
            c-1,p-a-b,s-original,
            c-2,p-a-b,s-reprint,
            c-3,p-a-c,s-reprint,2015
            c-4,p-a-c,s-state,2015
        """,
        memberships="""
            claim_id,locality_id
            c-1,l-cn-a
            c-1,l-vn-b
            c-2,l-cn-a
            c-3,l-cn-a
            c-4,l-vn-c
        """,
    )
    found = consolidate(dataset)
    assert found["witnesses"].tolist() == [1, 2]
    assert found["official"].tolist() == [False, True]
    assert found["observed_by"].iloc[0] == pd.Timestamp("2018-12-31")
    assert pd.isna(found["observed_by"].iloc[1])
    # Only what is agreed can be certain.
    assert being(dataset, at="2022")["certain"].tolist() == [True, False]
    assert being(dataset, at="2022")["possible"].tolist() == [True, True]


AT = {
    "2014-08-25": [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    # Signed 2014-08-26 or 2015, two witnesses: possible at once, certain when 2015 is over.
    "2014-08-26": [[0, 0, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    "2015": [[1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    # A source published in May 2021 reports the third one as agreed.
    "2021-05": [[1, 1, 0], [1, 1, 0], [1, 1, 0], [0, 1, 1], [0, 1, 0], [0, 1, 1]],
    "2022-07-04": [[1, 1, 0], [1, 1, 0], [1, 1, 0], [1, 1, 1], [0, 1, 0], [0, 1, 1]],
}


def test_being(mini: Dataset) -> None:
    columns = ["certain", "possible", "undated"]
    day = {at: being(mini, at=at)[columns].astype(int).to_numpy().tolist() for at in AT}
    assert day == AT
    assert being(mini).equals(being(mini, at="2023-10-20"))
    assert being(mini, at=dt.date(2014, 8, 25)).equals(being(mini, at="2014-08-25"))


@given(
    signed=st.lists(edtf_texts(FIRST, LAST) | st.just(""), min_size=1, max_size=3),
    days=st.lists(st.dates(FIRST, LAST), min_size=2, max_size=2),
    rule=st.sampled_from(RULES),
)
def test_being_never_ends(signed: list[str], days: list[dt.date], rule: str) -> None:
    texts = pd.Series(pd.Categorical([text or None for text in signed]))
    undated = np.array(["NaT"] * len(signed), dtype="datetime64[s]")
    row = choose_signed(texts, np.zeros(len(signed), dtype=np.int64), 1, undated, rule)
    pairing = pd.DataFrame(row).assign(
        status="agreed", observed_by=np.array(["2020-01-01"], dtype="datetime64[s]")
    )
    early, late = (being_at(pairing, day) for day in sorted(days))
    for each in (early, late):
        assert each["certain"] <= each["possible"]
        assert each["undated"] <= each["possible"]
    assert early["certain"] <= late["certain"]
    assert early["possible"] <= late["possible"]


def being_at(pairing: pd.DataFrame, day: dt.date) -> pd.Series:
    return being_by(pairing, pd.Timestamp(day)).iloc[0]


def test_members(mini: Dataset) -> None:
    found = members(mini)
    triple = found[found["pairing_id"] == "p-thanh-thuy-minh-tan-thien-bao"].astype(
        {"locality_id": "str", "side": "str"}
    )
    assert triple.drop(columns="pairing_id").to_numpy().tolist() == [
        ["l-cn-thien-bao-commune", "CN", False, 2, 2],
        ["l-vn-minh-tan-commune", "VN", True, 2, 2],
        ["l-vn-thanh-duc-commune", "VN", True, 1, 1],
        ["l-vn-thanh-thuy-commune", "VN", True, 2, 2],
    ]
    assert found["pairing_id"].cat.categories.tolist() == mini.pairings["id"].tolist()
    assert found["locality_id"].cat.categories.tolist() == mini.localities["id"].tolist()
    assert len(found) == 14


def test_sources_that_name_a_member_twice_count_once() -> None:
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities=PLACES,
        pairings="id,kind,matching,status\np-a-b,village,joint,agreed",
        claims="""
            id,pairing_id,source_id,locator
            c-1,p-a-b,s-1,par. 1
            c-2,p-a-b,s-1,par. 2
        """,
        memberships="""
            claim_id,locality_id
            c-1,l-cn-a
            c-1,l-vn-b
            c-2,l-vn-b
        """,
    )
    assert members(dataset)[["claims", "sources"]].to_numpy().tolist() == [[1, 1], [2, 1]]


def test_a_pairing_inside_one_country_has_two_sides() -> None:
    dataset = build(
        sources="id,kind\ns-1,newspaper",
        localities=PLACES,
        pairings="id,kind,matching,status\np-b-c,village,joint,agreed",
        claims="id,pairing_id,source_id\nc-1,p-b-c,s-1",
        memberships="claim_id,locality_id\nc-1,l-vn-b\nc-1,l-vn-c",
    )
    row = consolidate(dataset).iloc[0]
    assert row[["side_a", "side_b", "members_a", "members_b"]].tolist() == ["VN", "VN", 1, 1]
    assert members(dataset)["second"].tolist() == [False, True]


def test_nothing_to_consolidate() -> None:
    empty = build()
    assert consolidate(empty).empty
    assert members(empty).empty
    assert being(empty).empty


def test_row_order_does_not_matter(mini: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    for file in MINIATURE.glob("*.csv"):
        header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / file.name).write_text("".join([header, *rows[::-1]]), "utf-8", newline="")
    turned = load(folder)
    pd.testing.assert_frame_equal(consolidate(turned), consolidate(mini))
    pd.testing.assert_frame_equal(members(turned), members(mini))


def test_tables_stay_as_they_are(mini: Dataset) -> None:
    before = {name: table.copy() for name, table in mini.tables.items()}
    for rule in RULES:
        consolidate(mini, rule=rule)
    members(mini)
    being(mini)
    for name, table in mini.tables.items():
        pd.testing.assert_frame_equal(table, before[name])
