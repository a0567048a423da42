"""Of which days a count speaks, by its date, its source and the life of the counted units."""

import pytest

from twinstudy import timeline
from twinstudy.evidence.consolidate import choose
from twinstudy.measures.reported import reported

COUNT = "n-zz-1,l-vn-{},{},{},VN,20,exact,{},{},,"
LATE = "s-late,other,Late,,,2026-03-05,vi,,,,,,"
UNIT = "l-vn-{0},VN,commune,xã,{0},,{1},,,,,,,"


def communes(grown, times, count):
    """The miniature with communes of Lạng Sơn, each of its time, and a count."""
    return grown(
        sources=[LATE],
        localities=[UNIT.format(*each) for each in times.items()],
        containments=[f"l-vn-{name},l-vn-lang-son-province,," for name in times],
        counts=[count],
    )


def days(dataset, at=None, measure="twinned", by="province"):
    found = reported(dataset, choose(dataset, at=at), measure=measure, by=by)
    found = found.loc[found["count_id"] == "n-zz-1", ["earliest", "latest"]]
    return [tuple(row) for row in found.astype("str").fillna("NaT").to_numpy()]


@pytest.mark.parametrize(
    ("stated", "source", "earliest", "latest"),
    [
        ("2018", "s-news-2022", "2018-01-01", "2018-12-31"),
        ("2018~", "s-news-2022", "NaT", "2022-07-04"),  # a hedge bounds nothing
        ("../2026", "s-news-2022", "NaT", "2022-07-04"),  # no source knows what comes
        ("2018/..", "s-news-2022", "2018-01-01", "2022-07-04"),
        ("", "s-news-2022", "NaT", "2022-07-04"),
        ("", "s-thesis-2019", "NaT", "2023-10-20"),  # published 2019~: the newest day of the data
        ("", "s-news-nd", "NaT", "2023-10-20"),
    ],
)
def test_days_of_a_count(grown, stated, source, earliest, latest):
    line = COUNT.format("lang-son-province", "twinned", "village", stated, source)
    assert days(grown(counts=[line])) == [(earliest, latest)]


def test_a_count_of_a_later_source_ends_with_the_last_of_its_units(grown):
    count = COUNT.format("lang-son-province", "twinned", "commune", "", "s-late")
    # Of the day of the source, when one of the units was gone: the other one is counted.
    for end, latest in (("../2020-12-31", "2020-12-31"), ("", "2026-03-05")):
        dataset = communes(grown, {"a": "../2020-06-30", "b": end}, count)
        assert days(dataset, at="2020-12-31") == [("NaT", latest)]


def test_units_across_the_border_do_not_change_with_those_of_the_area(grown):
    count = COUNT.format("lang-son-province", "twinned", "commune", "2020", "s-news-2022")
    dataset = communes(grown, {"aa": "../2025-06-30"}, count.replace(",VN,", ",CN,"))
    assert days(dataset, "2025-12-31") == [("2020-01-01", "2020-12-31")]


def test_an_area_may_be_the_counted_unit_itself(grown):
    line = COUNT.format("xin-man-district", "twinned", "district", "", "s-late")
    dataset = grown(sources=[LATE], counts=[line])
    assert days(dataset, "2025-06-30", by="district") == [("NaT", "2025-06-30")]


@pytest.mark.parametrize(
    ("stated", "year"),
    [("", 2022), ("2019", 2019), ("2019~", 2019), ("../2026", 2022), ("2019/2020", 2020)],
)
def test_the_year_of_a_total_is_that_of_its_date_or_else_its_source(grown, stated, year):
    line = f"n-zz-1,l-vn,pairings,commune,,20,exact,{stated},s-news-2022,,"
    table = timeline(grown(counts=[line])).dropna(subset="reported")
    assert table.loc[table["reported"] == 20, "year"].tolist() == [year]


@pytest.mark.parametrize("measure", ["border_units", "twinned"])
@pytest.mark.parametrize(
    ("stated", "at", "kept"),
    [
        ("2025-07-01", "2025-12-31", True),  # the day of a reform is of the units after it
        ("2025-06-30", "2025-12-31", False),
        ("2025-06-30", "2025-06-30", True),
        ("2025-08", "2025-06-30", False),
        ("2025-08", "2025-12-31", True),
    ],
)
def test_counts_are_of_the_units_of_their_day(grown, measure, stated, at, kept):
    count = COUNT.format("lang-son-province", measure, "commune", stated, "s-late")
    dataset = communes(grown, {"aa": "../2025-06-30", "bb": ""}, count)
    choice = choose(dataset, at=at)
    found = reported(dataset, choice, measure=measure, by="province")
    assert ("n-zz-1" in found["count_id"].tolist()) == kept
    assert 73 in found["value"].tolist() or measure == "twinned"  # villages did not change
    reason = "counts of units that changed between their date and the day"
    assert choice.left_out.get(reason, 0) == (not kept)


@pytest.mark.parametrize(("at", "kept"), [("2025-07-01", True), ("2025-06-30", False)])
def test_counts_of_an_area_hold_while_it_exists(grown, at, kept):
    dataset = grown(
        sources=[LATE],
        localities=[UNIT.format("xx", "2025-07-01/..").replace("commune,xã", "province,tỉnh")],
        containments=["l-vn-xx,l-vn,,"],
        counts=[COUNT.format("xx", "border_units", "commune", "2025-08", "s-late")],
    )
    assert days(dataset, at, "border_units") == [("2025-08-01", "2025-08-31")] * kept


def test_the_newest_count_of_equal_ones_is_taken(grown):
    newer = COUNT.format("lang-son-province", "twinned", "village", "2020", "s-news-2022")
    older = newer.replace("zz-1", "zz-2").replace(",2020,", ",2018,")
    assert days(grown(counts=[newer, older])) == [("2020-01-01", "2020-12-31")]
