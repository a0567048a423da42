"""Density on the miniature, counted by hand."""

import re

import pandas as pd
import pytest
from builders import build

from twinstudy import ArgumentError, density
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.typed import text_tables

PLACES = """
    id,country,level,name
    l-cn,CN,country,CN
    l-cn-a,CN,commune,A
    l-cn-b,CN,commune,B
    l-vn,VN,country,VN
    l-vn-c,VN,commune,C
    l-vn-d,VN,commune,D
"""
INSIDE = """
    child_id,parent_id
    l-cn-a,l-cn
    l-cn-b,l-cn
    l-vn-c,l-vn
    l-vn-d,l-vn
"""
SOURCES = """
    id,kind,published
    s-x,newspaper,2020
    s-y,newspaper,2020
"""


def pairs(matching, counts):
    """Two communes of one country with two of the other, in one pairing."""
    return build(
        localities=PLACES,
        containments=INSIDE,
        sources=SOURCES,
        pairings=f"id,kind,matching,status\np-p,commune,{matching},agreed",
        claims="id,pairing_id,source_id,signed\nc-p,p-p,s-x,2018",
        memberships="claim_id,locality_id\nc-p,l-cn-a\nc-p,l-cn-b\nc-p,l-vn-c\nc-p,l-vn-d",
        counts="id,area_id,measure,kind,side,value,qualifier,as_of,source_id\n" + "\n".join(counts),
    )


def units(number, area, side, value, qualifier="exact"):
    return f"n-{number},{area},border_units,commune,{side},{value},{qualifier},2019,s-x"


def test_pairings_per_100_km_by_kind_and_together(mini):
    table = density(mini, per="border_km")
    assert set(table["area"]) == {"Hà Giang"}
    together = table[table["kind"] == "all"].iloc[0]
    assert together[["certain", "possible", "undated"]].tolist() == [2, 2, 1]
    assert together["density_certain"] == pytest.approx(200 / 277)
    assert together["denominator_qualifier"] == "at_least"
    assert together["denominator_source_id"] == "s-news-2022"
    kinds = table[table["kind"] != "all"].set_index("kind")["certain"].to_dict()
    # A kind that is in the data but not in the area is a row of zeros.
    assert kinds == {"village": 0, "commune": 1, "border_post": 1}
    assert table.attrs["left_out"]["areas without a stated denominator"] == 4


def test_pairings_per_unit_of_the_level_that_the_kind_ties(mini):
    table = density(mini, per="unit").set_index("area")
    assert table.loc["Hà Giang", ["certain", "denominator"]].tolist() == [1, 34]
    assert table.loc["Lạng Sơn", "density_possible"] == pytest.approx(1 / 73)
    assert table["unit"].tolist() == ["pairings per commune", "pairings per village"]
    assert table["side"].tolist() == ["VN", "VN"]


def test_each_denominator_has_its_own_row():
    length = "n-{0},l-vn,border_length,,VN,{1},exact,,s-{2}"
    dataset = pairs("joint", [length.format(1, 50, "x"), length.format(2, 40, "y")])
    table = density(dataset, per="border_km", by="country", kind="commune")
    assert table["denominator"].tolist() == [40, 50]
    assert table["density_certain"].tolist() == [2.5, 2.0]
    assert table["denominator_source_id"].tolist() == ["s-y", "s-x"]


def test_reported_pairings_are_set_against_the_same_denominators():
    dataset = pairs(
        "joint",
        [units(1, "l-vn", "VN", 4), "n-2,l-vn,pairings,commune,,3,at_least,2019,s-y"],
    )
    table = density(dataset, per="unit", by="country")
    assert table["basis"].tolist() == ["named", "reported"]
    assert table["density_certain"].tolist() == [0.25, 0.75]
    reported = table.iloc[1]
    assert reported[["basis_qualifier", "basis_source_id"]].tolist() == ["at_least", "s-y"]
    assert reported["undated"] is pd.NA
    early = density(dataset, per="unit", by="country", at="2018")
    assert early["basis"].tolist() == ["named"]
    reason = "totals of a day after 2018-12-31 that are not exact"
    assert early.attrs["left_out"][reason] == 1


@pytest.mark.parametrize(("matching", "certain"), [("joint", 4), ("unspecified", 0)])
def test_share_of_the_possible_pairs(matching, certain):
    dataset = pairs(matching, [units(1, "l-vn", "VN", 10), units(2, "l-cn", "CN", 5, "about")])
    table = density(dataset, per="pair", by="country")
    assert table["area"].tolist() == ["CN", "VN"]
    assert table["certain"].tolist() == [certain, certain]
    assert table["possible"].tolist() == [4, 4]
    assert table["denominator"].tolist() == [50, 50]
    assert table["denominator_qualifier"].tolist() == ["about", "about"]
    assert table["denominator_unit"].tolist() == ["pairs of communes"] * 2
    assert table["density_possible"].tolist() == [4 / 50, 4 / 50]


def test_units_that_an_area_faces_are_a_denominator_of_pairs():
    dataset = pairs("joint", [units(1, "l-vn", "VN", 10), units(2, "l-vn", "CN", 3)])
    table = density(dataset, per="pair", by="country")
    assert table[["area", "denominator"]].to_numpy().tolist() == [["VN", 30]]


def test_no_denominator_gives_no_row(mini):
    table = density(mini, per="pair")
    assert table.empty
    full = density(mini, per="unit")
    pd.testing.assert_series_equal(table.dtypes, full.dtypes)
    assert table.attrs["per"] == "pair"


def test_rows_are_the_same_in_any_order(mini):
    text = text_tables(mini.tables)
    shuffled = {name: frame.sample(frac=1, random_state=2) for name, frame in text.items()}
    other = dataset_from_text(shuffled)
    for per in ("border_km", "unit", "pair"):
        pd.testing.assert_frame_equal(density(other, per=per), density(mini, per=per))


def test_wrong_denominators_are_refused(mini):
    message = "`per` is 'km'; use one of border_km, unit, pair"
    with pytest.raises(ArgumentError, match=re.escape(message)):
        density(mini, per="km")
