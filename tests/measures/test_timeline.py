"""Timelines on the miniature, counted by hand."""

import pandas as pd
import pytest
from builders import claimed

from twinstudy import signings, timeline

COLUMNS = ["certain", "possible", "undated", "lower", "upper"]


def year(table, number):
    found = table[(table["year"] == number) & table["upper"].notna()]
    assert len(found) == 1
    return found[COLUMNS].iloc[0].tolist()


def test_each_year_of_the_miniature(mini):
    table = timeline(mini)
    # Tràng Vĩ 2013~; Phai Lầu 2014-08-26/2015; Chi Ma 2015-12; the communes 2018, first reported
    # by the end of 2021-05; the post has no date and is first reported on 2022-07-04.
    assert year(table, 2013) == [0, 1, 1, 0, 2]
    assert year(table, 2014) == [0, 1, 1, 0, 3]
    assert year(table, 2015) == [1, 2, 1, 2, 4]
    assert year(table, 2018) == [1, 1, 1, 3, 5]
    assert year(table, 2021) == [0, 0, 1, 3, 5]
    assert year(table, 2022) == [0, 0, 1, 4, 5]
    assert year(table, 2023) == [0, 0, 0, 4, 5]
    # What is reported later does not exist yet.
    assert year(timeline(mini, at="2022-07-03"), 2022) == [0, 0, 1, 3, 5]
    assert year(timeline(mini, at="2022-07-04"), 2022) == [0, 0, 1, 4, 5]


def test_a_plan_exists_by_no_day_and_its_date_is_certain_in_no_year(mini, grown):
    assert year(timeline(mini, status=("agreed", "planned")), 2023) == [0, 0, 1, 4, 6]
    assert signings(mini, status="planned")["not_after"].isna().all()
    dataset = grown(
        claims=["c-zz-1,p-xin-man-ma-quan,s-news-2022,par. 3,2022,,,,"],
        memberships=["c-zz-1,l-vn-xin-man-district,", "c-zz-1,l-cn-ma-quan-district,"],
    )
    assert year(timeline(dataset, status="planned"), 2022) == [0, 1, 0, 0, 1]


def test_a_pairing_without_date_was_signed_by_the_day_of_its_first_report(mini):
    dates = signings(mini).set_index("pairing_id")
    post = dates.loc["p-thanh-thuy-post-thien-bao"]
    assert pd.isna(post["signed"])
    assert post["not_after"] == pd.Timestamp("2022-07-04")
    assert post["precision"] == "none"
    assert dates.loc["p-chi-ma-ai-diem", "not_after"] == pd.Timestamp("2015-12-31")


@pytest.mark.parametrize(
    ("signed", "first_reported", "years"),
    [
        # A hedged date makes nothing certain.
        ("2013~", "2019-05-01",
         {2013: [0, 1, 0, 0, 1], 2018: [0, 0, 0, 0, 1], 2019: [0, 0, 0, 1, 1]}),
        # A date without end is ended by the report.
        ("2013/..", "2015-05-01", {2014: [0, 1, 0, 0, 1], 2015: [0, 1, 0, 1, 1]}),
        # A report of the year of signing makes the year certain.
        ("2015/2016", "2015-05-01", {2015: [1, 1, 0, 1, 1]}),
        # Centuries are counted.
        ("0836", "2020", {836: [1, 1, 0, 1, 1], 2020: [0, 0, 0, 1, 1]}),
    ],
)  # fmt: skip
def test_what_a_date_and_a_report_make_certain(signed, first_reported, years):
    table = timeline(claimed([signed], [first_reported]))
    assert {number: year(table, number) for number in years} == years


def test_the_total_of_a_year_stands_beside_it(mini):
    table = timeline(mini)
    stated = ["year", "reported", "reported_kind", "reported_count_id"]
    row = table.loc[table["reported"].notna(), stated].iloc[0]
    assert row.tolist() == [2017, 25, "village", "n-vn-1"]
    assert timeline(mini, kind="commune")["reported"].isna().all()
    assert timeline(mini, at="2017")["reported"].dropna().tolist() == [25]
    before = timeline(mini, at="2016")
    assert before["reported"].isna().all()
    assert before.attrs["left_out"]["totals of a year after that of 2016-12-31"] == 1


def test_areas_count_a_pairing_each(mini):
    table = timeline(mini, by="province").dropna(subset="lower")
    last = table.groupby("area").tail(1).set_index("area")
    assert last["lower"].to_dict() == {
        "Hà Giang": 2, "Lạng Sơn": 1, "Quảng Ninh": 1, "Quảng Tây": 2, "Vân Nam": 2,
    }  # fmt: skip
    assert last.loc["Quảng Ninh", "upper"] == 2


def test_pauses_are_told(mini):
    assert timeline(mini).attrs["pauses"] == [("2020/..", 1)]
    assert timeline(mini, kind="commune").attrs["pauses"] == []


def test_precision():
    intervals = dict.fromkeys(["2014/2015", "2014-03/2015-02", "2014-03-05/2014-04-04"], "interval")
    precisions = {"2014-08-26": "day", "2014-08": "month", "2014": "year"} | intervals
    for date, precision in precisions.items():
        assert signings(claimed([date], ["2020"]))["precision"].tolist() == [precision]


def test_a_record_without_dates_has_no_years():
    nothing = claimed([""], [""])
    assert timeline(nothing).empty
    assert timeline(nothing).attrs["at"] is None
    assert signings(nothing)["not_after"].isna().all()


def test_a_pairing_reported_before_its_date_was_possible_by_the_report(mini, grown):
    claim = "c-zz-{0},p-zz,{1},par. 1,{2},,,,"
    dataset = grown(
        pairings=["p-zz,village,joint,agreed,"],
        claims=[claim.format(1, "s-agency-2021-05", ""), claim.format(2, "s-gov-2023", "2023")],
        memberships=[f"c-zz-{n},{end}," for n in (1, 2) for end in ("l-vn-chi-ma", "l-cn-van-vi")],
    )
    with_it, without = (timeline(each).set_index("year") for each in (dataset, mini))
    columns = ["possible", "lower", "upper"]
    more = (with_it[columns] - without[columns]).loc[2020:2023]
    assert more.to_numpy().tolist() == [[0, 0, 0], [1, 1, 1], [0, 1, 1], [0, 1, 1]]
