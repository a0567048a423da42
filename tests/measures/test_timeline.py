"""Timelines on the miniature, counted by hand."""

import re

import pandas as pd
import pytest
from builders import PLACES, build

from twinstudy import ArgumentError, signings, timeline
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.typed import text_tables

NAMED = [
    "signed_certain",
    "signed_possible",
    "undated",
    "cumulative_lower",
    "cumulative_upper",
    "in_being_certain",
]


def signed(*dates, **more):
    """Pairings of two villages, one for each date; their source has no date itself."""
    numbers = range(len(dates))
    return build(
        localities=PLACES,
        sources="id,kind\ns-x,newspaper",
        pairings="id,kind,matching,status\n"
        + "\n".join(f"p-{n},village,joint,agreed" for n in numbers),
        claims="id,pairing_id,source_id,signed\n"
        + "\n".join(f"c-{n},p-{n},s-x,{date}" for n, date in zip(numbers, dates, strict=True)),
        memberships="claim_id,locality_id\n"
        + "\n".join(f"c-{n},l-{place}" for n in numbers for place in ("cn-a", "vn-b")),
        **more,
    )


def test_the_miniature_year_by_year(mini):
    table = timeline(mini).set_index("year")[NAMED].astype(int)
    assert table.index.tolist() == list(range(2013, 2024))
    assert table.loc[2013].tolist() == [0, 1, 1, 0, 2, 0]
    assert table.loc[2014].tolist() == [0, 1, 1, 0, 3, 0]
    assert table.loc[2015].tolist() == [1, 2, 1, 2, 4, 2]
    assert table.loc[2018].tolist() == [1, 1, 1, 3, 5, 3]
    # The undated post is in being by its publication in 2022, and never signed for certain.
    assert table.loc[2022].tolist() == [0, 0, 1, 3, 5, 4]
    assert (table["undated"] == 1).all()


def test_a_pairing_is_possible_in_every_year_that_its_date_allows():
    table = timeline(signed("2010/2012", "2011?", "2012-05/2012-07"), at="2013")
    assert table["year"].tolist() == [2010, 2011, 2012, 2013]
    assert table["signed_certain"].tolist() == [0, 0, 1, 0]
    assert table["signed_possible"].tolist() == [1, 2, 2, 0]
    assert table["cumulative_lower"].tolist() == [0, 0, 2, 2]
    assert table["cumulative_upper"].tolist() == [1, 2, 3, 3]


def test_open_dates_reach_to_the_ends():
    table = timeline(signed("2012/..", "../2011", "2010"), at="2013")
    assert table["year"].tolist() == [2010, 2011, 2012, 2013]
    assert table["signed_possible"].tolist() == [2, 1, 1, 1]
    assert table["cumulative_lower"].tolist() == [1, 2, 2, 2]
    assert table["cumulative_upper"].tolist() == [2, 2, 3, 3]


def test_the_last_year_ends_on_the_day():
    table = timeline(signed("2012", "2013", "2014"), at="2013-06-30")
    assert table["year"].tolist() == [2012, 2013]
    assert table["signed_certain"].tolist() == [1, 1]
    assert table["cumulative_lower"].tolist() == [1, 1]
    assert table["cumulative_upper"].tolist() == [1, 2]
    assert table.attrs["left_out"] == {"pairings signed after 2013-06-30": 1}


def test_totals_stand_in_the_year_that_they_speak_of(mini):
    table = timeline(mini)
    reported = table[table["reported"].notna()]
    columns = ["year", "reported", "reported_kind", "reported_source_id"]
    assert reported[columns].to_numpy().tolist() == [
        [2017, 25, "village", "s-agency-2021-05"]
    ]
    assert timeline(mini, kind="commune")["reported"].isna().all()
    assert timeline(mini, by="province")["reported"].isna().all()


def test_further_totals_of_a_year_are_rows_that_do_not_add_up():
    count = "n-{0},l-vn,pairings,village,,{1},exact,{2},s-x"
    rows = [(1, 5, "2012"), (2, 7, "2012-12"), (3, 7, "../2012"), (4, 9, ""), (5, 9, "2013?")]
    places = PLACES.rstrip() + "\n    l-vn,VN,country,V\n"
    dataset = signed("2012")
    text = text_tables(dataset.tables)
    more = build(
        localities=places,
        sources="id,kind\ns-x,newspaper",
        counts="id,area_id,measure,kind,side,value,qualifier,as_of,source_id\n"
        + "\n".join(count.format(*row) for row in rows),
    )
    text |= {name: text_tables(more.tables)[name] for name in ("localities", "counts")}
    table = timeline(dataset_from_text(text), at="2012")
    assert table["year"].tolist() == [2012, 2012]
    assert table["reported"].tolist() == [5, 7]
    assert table["reported_as_of"].tolist() == ["2012", "../2012; 2012-12"]
    assert table["signed_certain"].tolist() == [1, pd.NA]
    assert table["signed_certain"].sum() == 1
    assert table.attrs["left_out"] == {"totals without a year": 1, "totals of a year after 2012": 1}


def test_areas_have_the_same_years_and_count_a_pairing_each(mini):
    table = timeline(mini, by="province")
    assert set(table["area"]) == {"Hà Giang", "Lạng Sơn", "Quảng Ninh", "Quảng Tây", "Vân Nam"}
    assert table.groupby("area")["year"].nunique().unique().tolist() == [11]
    last = table[table["year"] == 2023].set_index("area")
    assert last.loc["Quảng Tây", NAMED].tolist() == [0, 0, 0, 2, 3, 2]
    assert last.loc["Hà Giang", NAMED].tolist() == [0, 0, 1, 1, 2, 2]


def test_pauses_go_with_the_table(mini):
    assert timeline(mini).attrs["pauses"] == [("2020/..", 1)]
    assert timeline(mini, kind="commune").attrs["pauses"] == []


def test_bounds_are_ordered_and_grow(mini):
    for by in (None, "province"):
        table = timeline(mini, by=by)
        assert (table["signed_certain"] <= table["signed_possible"]).all()
        assert (table["cumulative_lower"] <= table["in_being_certain"]).all()
        assert (table["in_being_certain"] <= table["cumulative_upper"]).all()
        groups = table.groupby("area_id") if by else [("", table)]
        for _, group in groups:
            for name in NAMED[3:]:
                assert group[name].is_monotonic_increasing


def test_rows_are_the_same_in_any_order(mini):
    text = text_tables(mini.tables)
    other = dataset_from_text(
        {name: frame.sample(frac=1, random_state=3) for name, frame in text.items()}
    )
    pd.testing.assert_frame_equal(timeline(other), timeline(mini))
    pd.testing.assert_frame_equal(timeline(other, by="province"), timeline(mini, by="province"))
    pd.testing.assert_frame_equal(signings(other), signings(mini))


def test_signings_keep_the_precision_of_their_dates():
    dates = ("2012-02-29", "2012-02", "2012", "2011/2012", "2013/..", "2012-01-01/2012-06-30", "")
    table = signings(signed(*dates)).set_index("pairing_id")
    wanted = ["day", "month", "year", "interval", "interval", "interval", "undated"]
    assert table.loc[[f"p-{n}" for n in range(7)], "precision"].tolist() == wanted
    assert table["signed"].tolist()[-1:] == table.loc[["p-6"], "signed"].tolist()


def test_signings_name_both_sides(mini):
    table = signings(mini)
    assert table["pairing"].tolist() == [
        "Tràng Vĩ – Vạn Vĩ",
        "Phai Lầu – Tràng Nhì",
        "Chi Ma – Ái Điểm",
        "Minh Tân, Thanh Đức, Thanh Thủy – Thiên Bảo",
        "Thanh Thủy – Thiên Bảo",
    ]
    assert table["conflict"].tolist() == [False, True, False, False, False]
    assert table["qualified"].tolist() == [True, False, False, False, False]
    assert len(signings(mini, at="2014")) == 3


def test_wrong_words_are_refused(mini):
    with pytest.raises(ArgumentError, match=re.escape("`by` is 'area'; use one of country,")):
        timeline(mini, by="area")
    with pytest.raises(ArgumentError, match=re.escape("`kind` is 'town'; use one of")):
        signings(mini, kind="town")
