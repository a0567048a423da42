"""The hierarchy at a date."""

import datetime as dt
from itertools import product

import pandas as pd
import pytest
from builders import build
from hypothesis import given, settings
from hypothesis import strategies as st

from twinstudy import Dataset, ancestors
from twinstudy.errors import ArgumentError
from twinstudy.evidence.hierarchy import drawing_points, lineage, refuse_ended_level
from twinstudy.tables.schema import LEVELS

# One old and one new order: two districts and three communes, of which one is split, become three
# communes right under the province; the province takes another name. Before, a commune took another
# name twice.
REFORM = build(
    localities="""
        id,country,level,name,exists
        l-vn,VN,country,Việt Nam,
        l-vn-old-province,VN,province,Old,../2025-06-30
        l-vn-new-province,VN,province,New,2025-07-01/..
        l-vn-d1-district,VN,district,D1,../2025-06-30
        l-vn-d2-district,VN,district,D2,../2025-06-30
        l-vn-stays-commune,VN,commune,Stays,
        l-vn-merged-commune,VN,commune,Merged,../2025-06-30
        l-vn-split-commune,VN,commune,Split,../2025-06-30
        l-vn-lost-commune,VN,commune,Lost,../2019
        l-vn-n1-commune,VN,commune,N1,2025-07-01/..
        l-vn-n2-commune,VN,commune,N2,2025-07-01/..
        l-vn-first-commune,VN,commune,First,../2009
        l-vn-second-commune,VN,commune,Second,2010/2019
        l-vn-third-commune,VN,commune,Third,2020/..
        l-vn-hamlet,VN,village,Hamlet,
        l-vn-village,VN,village,Village,
        l-vn-post,VN,border_post,Post,
    """,
    containments="""
        child_id,parent_id,during
        l-vn-d1-district,l-vn-old-province,../2025-06-30
        l-vn-d2-district,l-vn-old-province,../2025-06-30
        l-vn-hamlet,l-vn-first-commune,
        l-vn-lost-commune,l-vn-d1-district,../2015
        l-vn-lost-commune,l-vn-d2-district,2016/2019
        l-vn-merged-commune,l-vn-d1-district,../2025-06-30
        l-vn-n1-commune,l-vn-new-province,2025-07-01/..
        l-vn-n2-commune,l-vn-new-province,2025-07-01/..
        l-vn-new-province,l-vn,2025-07-01/..
        l-vn-old-province,l-vn,../2025-06-30
        l-vn-post,l-vn-old-province,../2025-06-30
        l-vn-split-commune,l-vn-d2-district,../2025-06-30
        l-vn-stays-commune,l-vn-d1-district,../2025-06-30
        l-vn-stays-commune,l-vn-new-province,2025-07-01/..
        l-vn-third-commune,l-vn-old-province,../2025-06-30
        l-vn-third-commune,l-vn-new-province,2025-07-01/..
        l-vn-village,l-vn-split-commune,../2025-06-30
        l-vn-village,l-vn-n2-commune,2025-07-01/..
    """,
    successions="""
        old_id,new_id,date,kind
        l-vn-first-commune,l-vn-second-commune,2010,rename
        l-vn-merged-commune,l-vn-n1-commune,2025-07-01,merge
        l-vn-old-province,l-vn-new-province,2025-07-01,rename
        l-vn-second-commune,l-vn-third-commune,2020,rename
        l-vn-split-commune,l-vn-n1-commune,2025-07-01,split
        l-vn-split-commune,l-vn-n2-commune,2025-07-01,split
    """,
)
COMMUNES = {name: name for name in ("lost", "merged", "split", "stays", "third", "n1", "n2")}
RENAMED = "first", "second", "hamlet"
PLACES = [*COMMUNES, *RENAMED, "d1", "d2", "new", "old", "post", "village"]


@pytest.mark.parametrize(
    ("level", "day", "above"),
    [
        ("province", "2025-06-30", dict.fromkeys(PLACES, "old") | {"new": "new"}),
        ("province", "2025-07-01", dict.fromkeys(PLACES, "new")),
        ("district", "2014", {
            "d1": "d1", "d2": "d2", "lost": "d1", "merged": "d1", "split": "d2", "stays": "d1",
            "village": "d2", "n2": "d2",
        }),
        # Districts stand for themselves; what was in them lies in none, but for a commune that was
        # gone before and has no successor.
        ("district", "2026", {"d1": "d1", "d2": "d2", "lost": "d2"}),
        # A commune gives way to its successor unless it is split.
        ("commune", "2014", COMMUNES | {"village": "split"} | dict.fromkeys(RENAMED, "second")),
        ("commune", "2026",
         COMMUNES | {"merged": "n1", "village": "n2"} | dict.fromkeys(RENAMED, "third")),
    ],
)  # fmt: skip
def test_units_above_before_and_after_a_reform(level, day, above):
    found = ancestors(REFORM, level=level, at=day).dropna()
    short = {key[5:].split("-")[0]: value[5:].split("-")[0] for key, value in found.items()}
    assert short == above


def test_a_unit_gives_way_to_a_successor_that_is_gone_and_has_none():
    places = "l-a,VN,district,A,../2010", "l-b,VN,district,B,2011/2020", "l-c,VN,district,C,"
    dataset = build(
        localities="\n".join(["id,country,level,name,exists", *places]),
        successions="old_id,new_id,date,kind\nl-a,l-b,2011,rename",
    )
    assert ancestors(dataset, level="district", at="2026").tolist() == ["l-b", "l-b", "l-c"]


def test_shape(mini):
    # Without any date, units are taken as they are in the end.
    in_the_end = ancestors(REFORM, level="province", at="9999")
    assert ancestors(REFORM, level="province").equals(in_the_end)
    found = ancestors(mini, level="province", at="2014")
    assert (found.name, found.index.name, found.dtype) == ("province", "locality_id", "str")
    assert found.index.tolist() == mini.localities["id"].tolist()
    assert found.equals(ancestors(mini, level="province", at=dt.date(2014, 12, 31)))


def test_lineage_lists_every_unit_above_with_its_days():
    found = lineage(REFORM)
    above = found[found["locality_id"] == "l-vn-lost-commune"]
    days = above[["earliest", "latest"]].astype("str").fillna("")
    assert [*zip(above["ancestor_id"].str[5:], days["earliest"], days["latest"], strict=True)] == [
        ("", "", "2015-12-31"),
        ("", "2016-01-01", "2019-12-31"),
        ("old-province", "", "2015-12-31"),
        ("old-province", "2016-01-01", "2019-12-31"),
        ("d1-district", "", "2015-12-31"),
        ("d2-district", "2016-01-01", "2019-12-31"),
    ]


def test_a_level_that_is_gone_is_refused_with_its_last_day():
    for level, day, country in (
        ("district", "2025-06-30", "VN"),
        ("commune", "2026-01-01", "VN"),
        ("district", "2026-01-01", "CN"),
    ):
        refuse_ended_level(REFORM, level, pd.Timestamp(day), pd.Series([country]))
    message = "^`level` is 'district', and on 2026-01-01 there is no district any more in VN; the last good day is 2025-06-30: give at='2025-06-30'$"
    with pytest.raises(ArgumentError, match=message):
        refuse_ended_level(REFORM, "district", pd.Timestamp("2026-01-01"), pd.Series(["VN"]))


def test_drawing_points_are_borrowed_from_the_smallest_unit_that_has_one():
    dataset = build(
        sources="id,kind\ns-1,map",
        localities="""
            id,country,level,name,longitude,latitude,position,position_source_id
            l-vn-c,VN,commune,C,,,,
            l-vn-d,VN,district,D,105,22,exact,s-1
            l-vn-f,VN,prefecture,F,106,23,exact,s-1
            l-vn-p,VN,province,P,107,24,exact,s-1
            l-vn-q,VN,village,Q,,,,
            l-vn-v,VN,village,V,,,,
        """,
        containments="child_id,parent_id\nl-vn-c,l-vn-d\nl-vn-d,l-vn-f\nl-vn-f,l-vn-p\n"
        "l-vn-q,l-vn-p\nl-vn-v,l-vn-c",
    )
    points = drawing_points(dataset)
    assert points["drawn_at"].fillna("").str[5:].tolist() == ["d", "d", "f", "p", "", "d"]
    assert points["own"].tolist() == [False, True, True, True, False, False]
    assert points.loc["l-vn-v", ["longitude", "latitude"]].tolist() == [105, 22]
    assert points.loc["l-vn-q", ["longitude", "latitude"]].isna().all()


def test_arguments(mini):
    with pytest.raises(ArgumentError, match=f"^`level` is 'town'; use one of {', '.join(LEVELS)}$"):
        ancestors(mini, level="town")
    message = r"^`at` is '2014~'; give one date without ~ or \?, such as '2014'$"
    with pytest.raises(ArgumentError, match=message):
        ancestors(mini, level="province", at="2014~")


SPANS = {"": (0, 9999), "../2010": (0, 2010), "2011/..": (2011, 9999), "2005/2015": (2005, 2015)}


@st.composite
def hierarchies(draw: st.DrawFn) -> Dataset:
    """Villages to provinces without reforms, each with at most one parent of each level."""
    ranks = draw(st.lists(st.sampled_from([1, 3, 4, 5]), min_size=1, max_size=12))
    rows = [f"l-vn-{n:02},VN,{LEVELS[rank]},N" for n, rank in enumerate(ranks)]
    links = []
    for child, rank in enumerate(ranks):
        for level in {other for other in ranks if other < rank}:
            parents = [n for n, other in enumerate(ranks) if other == level]
            parent = draw(st.none() | st.sampled_from(parents))
            if parent is not None:
                span = draw(st.sampled_from([*SPANS]))
                links.append(f"l-vn-{child:02},l-vn-{parent:02},{span}")
    return build(
        localities="\n".join(["id,country,level,name", *rows]),
        containments="\n".join(["child_id,parent_id,during", *links]),
    )


def holding(dataset: Dataset, year: int) -> dict[str, list[str]]:
    """Parents of each place in a year, or in the nearest year in which it has any."""
    spans: dict[str, list[tuple[int, str]]] = {}
    links = dataset.containments[["child_id", "parent_id", "during"]].astype("str").fillna("")
    for child, parent, text in links.itertuples(index=False):
        begin, end = SPANS[text]
        spans.setdefault(child, []).append((max(begin - year, year - end, 0), parent))
    return {
        child: [parent for wait, parent in waits if wait == min(waits)[0]]
        for child, waits in spans.items()
    }


@settings(max_examples=25, deadline=None)
@given(dataset=hierarchies())
def test_ancestors_against_a_plain_climb(dataset):
    level_of = dataset.localities.set_index("id")["level"].to_dict()
    for year, level in product((2004, 2008, 2011, 2017), ("province", "district")):
        parents = holding(dataset, year)
        found = ancestors(dataset, level=level, at=str(year))
        for place in level_of:
            reached = [place]
            while reached and not any(level_of[each] == level for each in reached):
                reached = [parent for each in reached for parent in parents.get(each, [])]
            goals = {each for each in reached if level_of[each] == level}
            assert (found[place] in goals) if goals else pd.isna(found[place])
