"""Coverage on the miniature, counted by hand."""

from datetime import date

import pandas as pd
import pytest

from twinstudy import coverage, load


def row(table, area, kind, side=None):
    found = table[(table["area"] == area) & (table["kind"] == kind)]
    found = found[found["side"].isna()] if side is None else found[found["side"] == side]
    assert len(found) == 1
    return found.iloc[0]


def named(found):
    return found[["certain", "possible", "undated"]].tolist()


def further(grown, members, kind="village", signed="2016", **more):
    """The miniature with one more pairing, of these members."""
    return grown(
        pairings=[f"p-zz,{kind},joint,agreed,"],
        claims=[f"c-zz-1,p-zz,s-news-2022,par. 1,{signed},,,,"],
        memberships=[f"c-zz-1,{member}," for member in members.split()],
        **more,
    )


def test_named_reported_and_eligible_stand_side_by_side(mini):
    table = coverage(mini)
    communes = row(table, "Hà Giang", "commune", "VN")
    assert named(communes) == [3, 3, 0]
    assert communes[["eligible", "eligible_count_id"]].tolist() == [34, "n-ha-giang-1"]
    assert communes[["reported", "reported_count_id"]].tolist() == [34, "n-ha-giang-2"]
    assert communes[["lower", "reported_share"]].tolist() == pytest.approx([3 / 34, 1])
    villages = row(table, "Lạng Sơn", "village", "VN")
    assert named(villages) == [1, 1, 0]
    assert villages[["lower", "reported_share"]].tolist() == pytest.approx([1 / 73, 9 / 73])


def test_uncertain_and_undated_pairings_are_possible(mini):
    table = coverage(mini)
    # Tràng Vĩ is dated "2013~" by a source of "2019~": possible and dated. The post has no date,
    # but a source of 2022 reports it: certain and undated.
    assert named(row(table, "Quảng Ninh", "village", "VN")) == [1, 2, 0]
    assert named(row(table, "Hà Giang", "border_post", "VN")) == [1, 1, 1]
    assert named(row(table, "Hà Giang", "border_post")) == [1, 1, 1]
    # Both sides of the border are there.
    assert named(row(table, "Vân Nam", "commune", "CN")) == [1, 1, 0]
    assert named(row(table, "Quảng Tây", "village")) == [2, 3, 0]


@pytest.mark.parametrize(("units", "shares"), [(10, [0.1]), (0, [])])
def test_the_share_is_that_of_certain_units_and_none_of_no_units(grown, units, shares):
    line = "n-zz-1,l-vn-quang-ninh-province,border_units,village,VN,{},exact,2020,s-news-2022,,"
    table = coverage(grown(counts=[line.format(units)]))
    table = table.query("area == 'Quảng Ninh' and eligible.notna()")
    assert table["lower"].tolist() == shares


def test_before_all_dates_only_the_undated_are_possible(mini):
    table = coverage(mini, at="2000", by="country")
    posts = table[table["side"].isna() & table["possible"].gt(0)]
    assert posts["kind"].tolist() == ["border_post", "border_post"]
    assert named(row(table, "Việt Nam", "border_post")) == [0, 1, 1]
    assert table.attrs["left_out"]["pairings signed after 2000-12-31"] == 4


def test_units_across_the_border_are_counted_where_a_source_counts_them(grown):
    line = "n-zz-{},l-vn-ha-giang-province,twinned,{},CN,{},exact,2021-05,s-agency-2021-05,,"
    table = coverage(grown(counts=[line.format(1, "commune", 2), line.format(2, "", 5)]))
    sides = table[(table["area"] == "Hà Giang") & (table["kind"] == "commune")]["side"]
    assert sides.fillna("pairings").tolist() == ["VN", "CN", "pairings"]
    across = row(table, "Hà Giang", "commune", "CN")
    assert [*named(across), across["reported"]] == [1, 1, 0, 2]
    assert across[["eligible", "lower"]].isna().all()
    # Of all kinds the commune and the post of Thiên Bảo, the latter without stated date.
    together = row(table, "Hà Giang", "all", "CN")
    assert [*named(together), together["reported"]] == [2, 2, 1, 5]


def test_the_reform_moves_land_but_not_counts(mini):
    table = coverage(mini, at="2026")
    assert "Hà Giang" not in set(table["area"])
    # Minh Tân and Thanh Thủy still exist; Thanh Đức, Vị Xuyên and Hà Giang do not.
    assert named(row(table, "Tuyên Quang", "commune", "VN")) == [2, 2, 0]
    assert named(row(table, "Tuyên Quang", "commune")) == [1, 1, 0]
    assert row(table, "Tuyên Quang", "commune")[["eligible", "reported"]].isna().all()
    assert table.attrs["left_out"] == {
        "planned pairings": 1,
        "members that do not exist on 2026-12-31": 1,
        "counts of areas that do not exist on 2026-12-31": 2,
    }


INSIDE = "l-vn-aa,l-vn-lang-son-province,,"
UNIT = "l-vn-{0},VN,{1},xã,{0},,{2},,,,,,,"


@pytest.mark.parametrize(
    ("units", "heirs", "communes"),
    [
        ("aa commune 2025-07-01/..", "thanh-duc-commune aa 2025-07-01", 3),
        # One of the next level is no heir, and none is either of two.
        ("aa district 2025-07-01/..", "thanh-duc-commune aa 2025-07-01", 2),
        ("aa commune 2025-07-01/..; bb commune 2025-07-01/..",
         "thanh-duc-commune aa 2025-07-01; thanh-duc-commune bb 2025-07-01", 2),
        # An heir has an heir.
        ("aa commune 2025-07-01/2025-12-31; bb commune 2026-01-01/..",
         "thanh-duc-commune aa 2025-07-01; aa bb 2026-01-01", 3),
    ],
)  # fmt: skip
def test_the_one_heir_of_the_level_stands_for_a_member(grown, units, heirs, communes):
    rows = [unit.split() for unit in units.split("; ")]
    dataset = grown(
        localities=[UNIT.format(*each) for each in rows],
        containments=[f"l-vn-{name},l-vn-tuyen-quang-province,2025-07-01/..," for name, *_ in rows],
        successions=["l-vn-{},l-vn-{},{},merge,".format(*h.split()) for h in heirs.split("; ")],
    )
    after, before = (coverage(dataset, at=day) for day in ("2026", "2025-06-30"))
    assert named(row(after, "Tuyên Quang", "commune", "VN")) == [communes, communes, 0]
    assert named(row(before, "Hà Giang", "commune", "VN")) == [3, 3, 0]


def test_a_member_counts_from_its_first_day_to_its_last(grown):
    """A member that a pairing without date names before it exists."""
    unit = UNIT.format("aa", "commune", "2025-07-01/2025-12-31")
    members = "l-vn-aa l-cn-thien-bao-commune"
    dataset = further(grown, members, "commune", "", localities=[unit], containments=[INSIDE])
    for day, number in [("2025-06-30", 0), ("2025-07-01", 1), ("2025-12-31", 1), ("2026", 0)]:
        table = coverage(dataset, at=day, kind="commune")
        counted = table[(table["area"] == "Lạng Sơn") & (table["side"] == "VN")]
        assert counted["possible"].sum() == number, day
    assert table.attrs["left_out"]["members that do not exist on 2026-12-31"] == 2


@pytest.mark.parametrize(
    ("level", "reason"),
    [
        ("commune", "members of another level than their kind of pairing ties"),
        ("village", "members that do not exist on 2022-07-04"),
    ],
)
def test_a_member_is_left_out_for_one_reason(grown, level, reason):
    """One that has ended and lies off the border, in a pairing of villages."""
    unit = UNIT.format("aa", level, "../2020").replace(",,,,,,,", ",,,,,no,s-stat-2020,")
    members = "l-vn-aa l-cn-ai-diem"
    dataset = further(grown, members, localities=[unit], containments=[INSIDE])
    left_out = coverage(dataset, kind="village", at="2022-07-04").attrs["left_out"]
    assert [each for each in left_out if each.startswith("members")] == [reason]


@pytest.mark.parametrize("measure", ["twinned,village,VN", "pairings,village,"])
def test_totals_of_later_days_hold_if_they_are_exact(grown, measure):
    line = f"n-zz-1,l-vn-lang-son-province,{measure},20,{{}},2020,s-news-nd,,"
    days = [("exact", "2019", True), ("about", "2019", False),
            ("about", date(2020, 1, 1), True), ("about", "2021", True)]  # fmt: skip
    for word, day, kept in days:
        table = coverage(grown(counts=[line.format(word)]), at=day)
        assert (20 in table["reported"].dropna().tolist()) == kept
        reason = "totals of a day after 2019-12-31 that are not exact"
        assert table.attrs["left_out"].get(reason, 0) == (not kept)


def test_differing_sources_give_a_row_each_and_agreeing_ones_unite(grown):
    line = "n-zz-{},l-vn-lang-son-province,{},village,VN,{},exact,2020,s-news-2022,,"
    numbers = [("border_units", 73), ("border_units", 75), ("twinned", 12)]
    more = [line.format(n, *each) for n, each in enumerate(numbers, start=1)]
    table = coverage(grown(counts=more), kind="village")
    rows = table[(table["area"] == "Lạng Sơn") & (table["side"] == "VN")]
    pairs = rows[["eligible", "reported"]].astype(int).to_numpy().tolist()
    assert pairs == [[73, 9], [73, 12], [75, 9], [75, 12]]
    assert set(rows["eligible_count_id"]) == {"n-lang-son-1", "n-zz-2"}


def test_a_total_of_all_kinds_stands_beside_all_kinds_and_one_kind_is_all_that_is_told(grown):
    line = "n-zz-1,l-vn-quang-ninh-province,pairings,,,7,exact,2022,s-gov-2023,,"
    dataset = grown(counts=[line])
    table = coverage(dataset)
    together = row(table, "Quảng Ninh", "all")
    assert [*named(together), together["reported"]] == [1, 2, 0, 7]
    assert (table["kind"] == "all").sum() == 1
    alone = coverage(dataset, kind="commune")
    assert set(alone["kind"]) == {"commune"}
    # Kinds may be given once only.
    pd.testing.assert_frame_equal(coverage(dataset, kind=iter(["commune"])), alone)


@pytest.mark.parametrize(
    ("kind", "signed", "ends", "counted"),
    [
        # A unit of another level is no unit, but for pairings of other kinds.
        ("village", "2016", "l-vn-minh-tan-commune l-cn-ai-diem", {"Hà Giang": [1, 1, 0]}),
        ("other", "2016", "l-vn-minh-tan-commune l-cn-ai-diem", {"Hà Giang VN": [1, 1, 0]}),
        # A unit of several pairings counts once, by the best, and by one with a date.
        ("village", "2016", "l-vn-trang-vi l-cn-ai-diem",
         {"Quảng Ninh VN": [2, 2, 0], "Quảng Ninh": [2, 3, 0], "Quảng Tây CN": [2, 3, 0]}),
        ("village", "", "l-vn-chi-ma l-cn-trang-nhi",
         {"Lạng Sơn VN": [1, 1, 0], "Lạng Sơn": [2, 2, 1]}),
        # A pairing inside one country counts on its own side.
        ("village", "2016", "l-vn-trang-vi l-vn-chi-ma",
         {"Lạng Sơn VN": [1, 1, 0], "Lạng Sơn": [2, 2, 0]}),
    ],
)  # fmt: skip
def test_members_of_a_further_pairing(grown, kind, signed, ends, counted):
    table = coverage(further(grown, ends, kind, signed))
    for where, numbers in counted.items():
        area, side = (where[:-3], where[-2:]) if where[-2:] in ("VN", "CN") else (where, None)
        assert named(row(table, area, kind, side)) == numbers
    reason = "members of another level than their kind of pairing ties"
    assert (reason in table.attrs["left_out"]) == ("Hà Giang" in counted)
    found = table[(table["area"] == "Hà Giang") & (table["kind"] == "village")]
    assert found["side"].isna().all()


def test_planned_pairings_count_when_asked_for_and_are_never_certain(mini):
    table = coverage(mini, status=("agreed", "planned"), kind="district")
    assert named(row(table, "Hà Giang", "district")) == [0, 1, 1]
    assert "planned pairings" not in table.attrs["left_out"]


def test_a_unit_off_the_border_is_no_unit(edited):
    point = "104.8667,22.9,exact,s-stat-2020,"
    folder = edited("localities.csv", f"{point},,", f"{point}no,s-stat-2020,")
    table = coverage(load(folder), kind="commune")
    assert named(row(table, "Hà Giang", "commune", "VN")) == [2, 2, 0]
    assert named(row(table, "Hà Giang", "commune")) == [1, 1, 0]
    assert table.attrs["left_out"]["members that do not touch the border"] == 1


def test_areas_go_from_west_to_east_in_each_country() -> None:
    areas = coverage(load(), at="2025-06-30")["area"].unique().tolist()
    assert areas == ["Yunnan", "Guangxi", "Điện Biên", "Lai Châu", "Lào Cai", "Hà Giang",
                     "Cao Bằng", "Lạng Sơn", "Quảng Ninh"]  # fmt: skip
