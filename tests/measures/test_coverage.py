"""Coverage on the miniature, counted by hand."""

import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from conftest import MINIATURE

from twinstudy import ArgumentError, coverage, density, extend, load
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.typed import text_tables


def row(table, area, kind, unit, side=None):
    found = table[(table["area"] == area) & (table["kind"] == kind) & (table["unit"] == unit)]
    found = found[found["side"].isna()] if side is None else found[found["side"] == side]
    assert len(found) == 1
    return found.iloc[0]


def named(found):
    return found[["named_certain", "named_possible", "undated"]].tolist()


@pytest.fixture
def grown(tmp_path):
    """Load the miniature with further rows: ``grown(counts=["…"])``."""

    def add(**lines):
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "data"
        shutil.copytree(MINIATURE, folder)
        for table, more in lines.items():
            path = folder / f"{table}.csv"
            text = path.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in more)
            path.write_text(text, encoding="utf-8", newline="")
        return load(folder)

    return add


def test_named_reported_and_eligible_stand_side_by_side(mini):
    table = coverage(mini)
    communes = row(table, "Hà Giang", "commune", "commune", "VN")
    assert named(communes) == [3, 3, 0]
    assert communes[["eligible", "reported", "named_by_then"]].tolist() == [34, 34, 3]
    assert communes[["share_lower", "share_upper"]].tolist() == [1.0, 1.0]
    villages = row(table, "Lạng Sơn", "village", "village", "VN")
    assert named(villages) == [1, 1, 0]
    assert villages["share_lower"] == pytest.approx(9 / 73)
    assert villages["share_upper"] == 1.0
    assert villages["reported_as_of"] == "undated"
    assert villages["reported_source_id"] == "s-news-nd"


def test_uncertain_and_undated_pairings_are_possible(mini):
    table = coverage(mini)
    # Trà Vĩ is dated "2013~" by a source of "2019~": possible and dated. The post has no date,
    # but a source of 2022 reports it: certain and undated.
    assert named(row(table, "Quảng Ninh", "village", "village", "VN")) == [1, 2, 0]
    assert named(row(table, "Hà Giang", "border_post", "border_post", "VN")) == [1, 1, 1]
    assert named(row(table, "Hà Giang", "border_post", "pairing")) == [1, 1, 1]


def test_before_all_dates_only_the_undated_are_possible(mini):
    table = coverage(mini, at="2000", by="country")
    posts = table[(table["unit"] == "pairing") & table["named_possible"].gt(0)]
    assert posts["kind"].tolist() == ["border_post", "border_post"]
    assert named(row(table, "Việt Nam", "border_post", "pairing")) == [0, 1, 1]
    assert table.attrs["left_out"]["pairings signed after 2000-12-31"] == 4


def test_both_sides_of_the_border_are_there(mini):
    table = coverage(mini)
    assert set(table["country"]) == {"VN", "CN"}
    assert named(row(table, "Vân Nam", "commune", "commune", "CN")) == [1, 1, 0]
    assert named(row(table, "Quảng Tây", "village", "pairing")) == [2, 3, 0]


def test_units_across_the_border_are_counted_where_a_source_counts_them(grown):
    line = "n-zz-1,l-vn-ha-giang-province,twinned,commune,CN,2,exact,2021-05,s-agency-2021-05,,"
    table = coverage(grown(counts=[line]))
    across = row(table, "Hà Giang", "commune", "commune", "CN")
    assert named(across) == [1, 1, 0]
    assert across["reported"] == 2
    assert pd.isna(across["eligible"])
    assert pd.isna(across["share_lower"])


def test_the_reform_moves_land_but_not_counts(mini):
    table = coverage(mini, at="2026")
    assert "Hà Giang" not in set(table["area"])
    # Minh Tân and Thanh Thủy still exist; Thanh Đức, Vị Xuyên and Hà Giang do not.
    assert named(row(table, "Tuyên Quang", "commune", "commune", "VN")) == [2, 2, 0]
    assert named(row(table, "Tuyên Quang", "commune", "pairing")) == [1, 1, 0]
    assert row(table, "Tuyên Quang", "commune", "pairing")[["eligible", "reported"]].isna().all()
    assert table.attrs["left_out"] == {
        "planned pairings": 1,
        "members that do not exist on 2026-12-31": 1,
        "counts of areas that do not exist on 2026-12-31": 2,
    }


def test_a_number_of_units_holds_only_while_the_units_do(grown):
    dataset = grown(
        localities=["l-vn-bac-xa,VN,commune,xã,Bắc Xa,,../2025-06-30,,,,,"],
        containments=["l-vn-bac-xa,l-vn-lang-son-province,../2025-06-30,"],
        counts=[
            "n-zz-1,l-vn-lang-son-province,border_units,commune,VN,21,exact,2019-10,s-news-nd,,",
            "n-zz-2,l-vn-lang-son-province,twinned,commune,VN,2,exact,2019-10,s-news-nd,,",
        ],
    )
    before = row(coverage(dataset, at="2025-06-30"), "Lạng Sơn", "commune", "commune", "VN")
    assert before[["eligible", "reported"]].tolist() == [21, 2]
    after = coverage(dataset, at="2025-07-01")
    assert after[(after["area"] == "Lạng Sơn") & (after["kind"] == "commune")].empty
    reason = "counts of units that changed between their date and 2025-07-01"
    assert after.attrs["left_out"][reason] == 2
    # Villages did not change.
    assert 73 in after["eligible"].dropna().tolist()


def test_totals_bound_from_the_side_of_their_date(grown):
    day = "n-zz-1,l-vn-lang-son-province,twinned,village,VN,{},exact,{},s-news-nd,,"
    dataset = grown(counts=[day.format(20, "2020-06-01")])

    def at(date):
        table = coverage(dataset, at=date, kind="village")
        found = table[(table["reported"] == 20)].iloc[0]
        return found[["reported_when", "share_lower", "share_upper"]].tolist()

    assert at("2020-06-01") == ["on", pytest.approx(20 / 73), pytest.approx(20 / 73)]
    assert at("2021") == ["by", pytest.approx(20 / 73), 1.0]
    assert at("2019") == ["after", pytest.approx(1 / 73), pytest.approx(20 / 73)]


@pytest.mark.parametrize("qualifier", ["at_least", "about"])
def test_hedged_totals_of_later_days_are_left_out(grown, qualifier):
    line = f"n-zz-1,l-vn-lang-son-province,twinned,village,VN,20,{qualifier},2020,"
    dataset = grown(counts=[line + "s-news-nd,,"])
    table = coverage(dataset, at="2019")
    assert 20 not in table["reported"].dropna().tolist()
    reason = "totals of a day after 2019-12-31 that are not exact"
    assert table.attrs["left_out"][reason] == 1
    later = coverage(dataset, at="2021", kind="village")
    bound = later.loc[later["reported"] == 20, "share_lower"].item()
    assert bound == pytest.approx((20 if qualifier == "at_least" else 1) / 73)


def test_differing_sources_give_a_row_each_and_agreeing_ones_unite(grown):
    line = "n-zz-{},l-vn-lang-son-province,{},{},VN,{},exact,2020,s-news-2022,,"
    table = coverage(
        grown(
            counts=[
                line.format(1, "border_units", "village", 73),
                line.format(2, "border_units", "village", 75),
                line.format(3, "twinned", "village", 12),
            ]
        ),
        kind="village",
    )
    rows = table[(table["area"] == "Lạng Sơn") & (table["unit"] == "village")]
    pairs = rows[["eligible", "reported"]].astype(int).to_numpy().tolist()
    assert pairs == [[73, 9], [73, 12], [75, 9], [75, 12]]
    both = rows[rows["eligible"] == 73].iloc[0]
    assert both["eligible_source_id"] == "s-news-2022; s-news-nd"
    assert both["eligible_as_of"] == "2020; undated"


def test_more_named_than_reported_is_a_finding(grown):
    def finding(value, qualifier, day):
        line = (
            "n-zz-1,l-vn-quang-ninh-province,twinned,village,VN,{},{},{},s-gov-2023,,"
        )
        table = coverage(grown(counts=[line.format(value, qualifier, day)]))
        return row(table, "Quảng Ninh", "village", "village", "VN")["finding"]

    assert finding(0, "exact", "2022") == "more named than reported"
    assert finding(0, "exact", "2014") == "more named since reported"
    assert pd.isna(finding(0, "at_least", "2022"))
    assert pd.isna(finding(1, "exact", "2022"))


def test_a_total_of_all_kinds_stands_beside_all_kinds(grown):
    line = "n-zz-1,l-vn-quang-ninh-province,pairings,,,7,exact,2022,s-gov-2023,,"
    table = coverage(grown(counts=[line]))
    together = row(table, "Quảng Ninh", "all", "pairing")
    assert named(together) == [1, 2, 0]
    assert together["reported"] == 7
    assert (table["kind"] == "all").sum() == 1


def test_units_of_another_level_are_no_units(grown):
    dataset = grown(
        pairings=["p-zz,village,joint,agreed,"],
        claims=["c-zz-1,p-zz,s-news-2022,par. 1,2016,,"],
        memberships=["c-zz-1,l-vn-minh-tan-commune,", "c-zz-1,l-cn-ai-diem,"],
    )
    table = coverage(dataset)
    assert table.attrs["left_out"]["members of another level than their kind of pairing ties"] == 1
    assert named(row(table, "Hà Giang", "village", "pairing")) == [1, 1, 0]
    assert "village" not in set(table.loc[table["area"] == "Hà Giang", "unit"])


def test_a_unit_of_several_pairings_counts_once_by_the_best(grown):
    dataset = grown(
        pairings=["p-zz,village,joint,agreed,"],
        claims=["c-zz-1,p-zz,s-news-2022,par. 1,2016,,"],
        memberships=["c-zz-1,l-vn-trang-vi,", "c-zz-1,l-cn-ai-diem,"],
    )
    table = coverage(dataset)
    assert named(row(table, "Quảng Ninh", "village", "village", "VN")) == [2, 2, 0]
    assert named(row(table, "Quảng Ninh", "village", "pairing")) == [2, 3, 0]
    assert named(row(table, "Quảng Tây", "village", "village", "CN")) == [2, 3, 0]


def test_planned_pairings_count_when_asked_for_and_are_never_certain(mini):
    table = coverage(mini, statuses=("agreed", "planned"), kind="district")
    assert named(row(table, "Hà Giang", "district", "pairing")) == [0, 1, 1]
    assert "planned pairings" not in table.attrs["left_out"]


def test_pairings_inside_one_country_count_on_their_own_side(grown):
    dataset = grown(
        pairings=["p-zz,village,joint,agreed,"],
        claims=["c-zz-1,p-zz,s-news-2022,par. 1,2016,,"],
        memberships=["c-zz-1,l-vn-trang-vi,", "c-zz-1,l-vn-chi-ma,"],
    )
    table = coverage(dataset)
    assert named(row(table, "Lạng Sơn", "village", "village", "VN")) == [1, 1, 0]
    assert named(row(table, "Lạng Sơn", "village", "pairing")) == [2, 2, 0]


def test_rows_are_the_same_in_any_order_and_the_input_unchanged(mini):
    before = {name: frame.copy() for name, frame in mini.tables.items()}
    table = coverage(mini)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, mini.tables[name])
    text = {
        name: frame.sample(frac=1, random_state=1) for name, frame in text_tables(before).items()
    }
    pd.testing.assert_frame_equal(coverage(dataset_from_text(text)), table)


def test_an_empty_answer_keeps_columns_and_types(mini):
    table = coverage(mini)
    nothing = coverage(mini, by="prefecture")
    assert nothing.empty
    assert nothing.columns.tolist() == table.columns.tolist()
    pd.testing.assert_series_equal(nothing.dtypes, table.dtypes)


def test_shares_are_ordered(mini):
    for at in ("2014", "2018", "2022", None):
        table = coverage(mini, at=at)
        assert (table["named_certain"] <= table["named_possible"]).all()
        assert (table["undated"] <= table["named_possible"]).all()
        shares = table[["share_lower", "share_upper"]].dropna()
        assert (shares["share_lower"] <= shares["share_upper"]).all()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"by": "region"}, "`by` is 'region'; use one of country, province, prefecture, district,"),
        ({"kind": "villages"}, "`kind` is 'villages'; use one of village, commune,"),
        ({"statuses": ["agreed", "x"]}, "`statuses` is 'x'; use one of agreed, planned, doubtful"),
    ],
)
def test_wrong_words_are_refused(mini, argument, message):
    with pytest.raises(ArgumentError, match=re.escape(message)):
        coverage(mini, **argument)


def test_kinds_may_be_given_once_only() -> None:
    listed = coverage(load(), kind=["commune"])
    pd.testing.assert_frame_equal(coverage(load(), kind=iter(["commune"])), listed)
    with pytest.raises(ArgumentError, match=r"^`kind` is 3; use some of village, "):
        coverage(load(), kind=3)


def test_a_unit_off_the_border_is_no_border_unit(mini):
    zero = {
        "id": "n-zero", "area_id": "l-vn-thanh-thuy-commune", "measure": "border_length",
        "side": "VN", "value": 0, "qualifier": "exact", "source_id": mini.sources["id"].iloc[0],
        "locator": "a",
    }  # fmt: skip
    inland = extend(mini, counts=pd.DataFrame([zero]))
    counted = coverage(inland, kind="commune")
    row = counted[(counted["area"] == "Hà Giang") & (counted["side"] == "VN")].iloc[0]
    assert row["named_certain"] == 2
    assert counted.attrs["left_out"]["members that do not touch the border"] == 1
    pairings = counted[(counted["area"] == "Hà Giang") & (counted["unit"] == "pairing")]
    assert (pairings["named_certain"] == 1).all()
    # Where another source has a length, the unit counts.
    disagreed = extend(inland, counts=pd.DataFrame([zero | {"id": "n-some", "value": 3}]))
    counted = coverage(disagreed, kind="commune")
    row = counted[(counted["area"] == "Hà Giang") & (counted["side"] == "VN")].iloc[0]
    assert row["named_certain"] == 3
    # No density is divided by nothing.
    lengths = density(disagreed, per="border_km", by="commune")["denominator"]
    assert lengths.unique().tolist() == [3]
    assert density(inland, per="border_km", by="commune").empty
