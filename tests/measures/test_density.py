"""Density on the miniature, counted by hand."""

import pytest

from twinstudy import density, load

LENGTH = "n-zz-{},l-vn-quang-ninh-province,{},,VN,{},exact,2020,s-news-2022,,"


def row(table, area, kind="all", basis="named"):
    found = table[(table["area"] == area) & (table["kind"] == kind) & (table["basis"] == basis)]
    assert len(found) == 1
    return found.iloc[0]


def test_pairings_for_100_km_of_border(mini):
    found = row(density(mini), "Hà Giang")
    # The communes and the posts of Hà Giang, on 277 km.
    assert found[["certain", "possible", "shortest", "longest"]].tolist() == [2, 2, 277, 277]
    assert found["lower"] == pytest.approx(100 * 2 / 277)
    assert found["shortest_count_id"] == "n-ha-giang-3"
    # Where several kinds are asked for, they are added up.
    table = density(mini, kind=("commune", "border_post"))
    assert table["kind"].unique().tolist() == ["commune + border_post"]
    assert row(table, "Hà Giang", "commune + border_post")["certain"] == 2


def test_several_lengths_make_one_interval(grown):
    lines = [LENGTH.format(1, "border_length", 100), LENGTH.format(2, "border_length", 120)]
    found = row(density(grown(counts=lines)), "Quảng Ninh", "village")
    # Phai Lầu is certain, Tràng Vĩ possible.
    assert found[["certain", "possible", "shortest", "longest"]].tolist() == [1, 2, 100, 120]
    assert found["lower"] == pytest.approx(100 / 120)
    assert found["upper"] == pytest.approx(200 / 100)
    assert found[["shortest_count_id", "longest_count_id"]].tolist() == ["n-zz-1", "n-zz-2"]


@pytest.mark.parametrize("measure", ["border_length_before_2009", "border_stretch"])
def test_lengths_of_another_measure_divide_nothing(grown, measure):
    table = density(grown(counts=[LENGTH.format(1, measure, 100)]))
    assert "Quảng Ninh" not in set(table["area"])


def test_reported_totals_stand_beside_named_ones_and_the_newest_counts(grown):
    total = "n-zz-{},l-vn-quang-ninh-province,pairings,{},,{},exact,{},s-gov-2023,,"
    totals = [(2, "village", 4, 2021), (3, "village", 5, 2022), (4, "commune", 3, 2022)]
    length = LENGTH.format(1, "border_length", 100)
    dataset = grown(counts=[length, *(total.format(*each) for each in totals)])
    told = row(density(dataset), "Quảng Ninh", "village", "reported")
    assert told[["certain", "possible", "count_id"]].tolist() == [5, 5, "n-zz-3"]
    assert told["lower"] == told["upper"] == pytest.approx(5)
    earlier = density(dataset, at="2021-12-31")
    assert row(earlier, "Quảng Ninh", "village", "reported")["count_id"] == "n-zz-2"
    both = density(dataset, kind=("village", "commune"))
    told = row(both, "Quảng Ninh", "village + commune", "reported")
    assert told[["certain", "count_id"]].tolist() == [8, "n-zz-3; n-zz-4"]


def test_a_count_that_is_left_out_is_told_once(mini):
    """Two areas have ended: the border units of one, and its length."""
    for per in ("unit", "border_km"):
        left_out = density(mini, per=per, at="2026").attrs["left_out"]
        assert left_out["counts of areas that do not exist on 2026-12-31"] == 1


def test_pairings_for_a_unit_at_the_border_and_none_across_it(grown):
    line = "n-zz-1,l-vn-ha-giang-province,border_units,commune,CN,3,exact,2021,s-news-2022,,"
    table = density(grown(counts=[line]), per="unit")
    communes = row(table, "Hà Giang", "commune")
    assert communes[["lower", "shortest", "longest"]].tolist() == pytest.approx([1 / 34, 34, 34])
    assert row(table, "Lạng Sơn", "village")["upper"] == pytest.approx(1 / 73)
    assert set(table["kind"]) == {"commune", "village"}


def test_other_pairings_off_the_border_are_left_out_too() -> None:
    """Bắc Quang, of Party committees, is not on the border."""
    table = density(load(), by="country", kind="other", at="2025-06-30")
    assert table.query("country == 'VN'")["possible"].item() == 2
    assert table.attrs["left_out"]["members that do not touch the border"] == 1
