"""A part of a dataset is a dataset: closed, checked, and with the same places above it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import dataset_from_text
from conftest import Edit

from twinstudy import Dataset, ancestors, extend, from_edgelist, load, restrict
from twinstudy.errors import ArgumentError
from twinstudy.tables.files import text_tables

HA_GIANG, TUYEN_QUANG = "l-vn-ha-giang-province", "l-vn-tuyen-quang-province"
PHAI_LAU, THIEN_BAO = "p-phai-lau-trang-nhi", "p-thanh-thuy-minh-tan-thien-bao"
XIN_MAN, POST = "p-xin-man-ma-quan", "p-thanh-thuy-post-thien-bao"


def assert_sound(part: Dataset, whole: Dataset) -> None:
    """No problem, nothing new, and the same ancestors as in the whole."""
    again = dataset_from_text(text_tables(part.tables))
    assert (again.report, again.version) == ([], part.version)
    for name, rows in text_tables(part.tables).items():
        assert len(rows.merge(text_tables(whole.tables)[name])) == len(rows), name
    there, above = (ancestors(each, level="province", at="2014") for each in (part, whole))
    pd.testing.assert_series_equal(there, above[there.index])


def test_without_arguments_all_that_sources_say_is_kept(mini: Dataset) -> None:
    part = restrict(mini)
    for name in ("pairings", "claims", "memberships", "events", "counts", "successions"):
        pd.testing.assert_frame_equal(part.tables[name], mini.tables[name])
    assert part.report == []


@pytest.mark.parametrize(
    ("chosen", "pairings", "counts"),
    [
        ({"kind": "commune"}, [THIEN_BAO], ["n-ha-giang-1", "n-ha-giang-2", "n-ha-giang-3", "n-lang-son-1"]),
        ({"status": "planned"}, [XIN_MAN], 6),
        ({"status": ["agreed", "doubtful"]}, 5, 6),
        ({"pairings": [POST, THIEN_BAO]}, [THIEN_BAO, POST], 6),
        ({"sources": "s-news-2022"}, [PHAI_LAU, THIEN_BAO, POST], ["n-ha-giang-3"]),
        ({"countries": "VN"}, [], 6),
        ({"countries": ["VN", "CN"]}, 6, 6),
        ({"areas": HA_GIANG}, [THIEN_BAO, POST, XIN_MAN],
         ["n-ha-giang-1", "n-ha-giang-2", "n-ha-giang-3"]),
        ({"areas": TUYEN_QUANG}, [THIEN_BAO, POST], []),
        ({"areas": "l-vn"}, 6, 6),
        ({"areas": ["l-cn-ai-diem"]}, ["p-chi-ma-ai-diem"], []),
        ({"kind": "commune", "sources": ["s-agency-2021-05", "s-stat-2020"], "areas": HA_GIANG},
         [THIEN_BAO], ["n-ha-giang-1", "n-ha-giang-2"]),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_kept(mini: Dataset, chosen: Any, pairings: Any, counts: Any) -> None:
    part = restrict(mini, **chosen)
    assert_sound(part, mini)
    for name, kept in (("pairings", pairings), ("counts", counts)):
        found = part.tables[name]["id"].tolist()
        assert (len(found) if isinstance(kept, int) else found) == kept


def test_of_sources_what_they_say_and_what_it_needs_is_kept(mini: Dataset) -> None:
    part = restrict(mini, sources="s-news-2022")
    assert set(part.claims["source_id"]) == {"s-news-2022"}
    assert len(part.events) == 0
    # the second has the points
    assert part.sources["id"].tolist() == ["s-news-2022", "s-stat-2020"]
    part = restrict(mini, sources="s-agency-2021-06-en")
    assert "s-agency-2021-05" in part.sources["id"].tolist()
    assert set(part.claims["source_id"]) == {"s-agency-2021-06-en"}


def test_of_places_those_above_before_and_after_are_kept(mini: Dataset) -> None:
    assert set(restrict(mini, countries="VN").localities["country"]) == {"VN"}
    part = restrict(mini, kind="district")
    assert {HA_GIANG, TUYEN_QUANG, "l-vn", "l-cn"} <= set(part.localities["id"])
    assert len(part.successions) == 1
    assert part.pairings["kind"].cat.categories.equals(mini.pairings["kind"].cat.categories)


LAST_SIDE = ("c-phai-lau-trang-nhi-3,l-cn-trang-nhi,Tràng Nhì\n", "")
OTHERS_INSIDE = [(f"c-phai-lau-trang-nhi-{n},l-cn-trang-nhi", f"c-phai-lau-trang-nhi-{n},l-vn-chi-ma")
                 for n in (1, 2)]  # fmt: skip
#: Two communes of one country would pass for a pairing inside that country.
TWO_LEFT = ("c-thanh-thuy-minh-tan-thien-bao-1,l-cn-thien-bao-commune,trấn Thiên Bảo\n", "")


@pytest.mark.parametrize(
    ("members", "source", "pairing"),
    [
        ([LAST_SIDE], "s-news-2022", PHAI_LAU),
        ([LAST_SIDE, *OTHERS_INSIDE], "s-news-2022", PHAI_LAU),
        ([TWO_LEFT], "s-agency-2021-05", THIEN_BAO),
    ],
    ids=["across a border", "inside a country", "two members of one side"],
)
def test_a_pairing_that_loses_a_side_is_left_out_and_told(
    edited: Edit, members: list[tuple[str, str]], source: str, pairing: str
) -> None:
    folders = [edited("memberships.csv", old, new) for old, new in members]
    part = restrict(load(folders[0]), sources=source)
    assert pairing not in part.pairings["id"].tolist()
    assert str(part.report) == (
        f"pairings.csv: warning: id: '{pairing}' is left out: what is kept of its claims does not "
        "name two sides"
    )


@pytest.mark.parametrize("make", [tuple, dict.fromkeys, iter, pd.Series, np.array])
def test_names_may_come_as_any_iterable(mini: Dataset, make: Any) -> None:
    kinds = ["commune", "district"]
    assert restrict(mini, kind=make(kinds)).version == restrict(mini, kind=kinds).version


@pytest.mark.parametrize(
    ("argument", "value", "said"),
    [
        ("pairings", "p-chi-ma", "names 'p-chi-ma', which the dataset does not have; it has "
         "p-chi-ma-ai-diem, p-phai-lau-trang-nhi, p-thanh-thuy-minh-tan-thien-bao and 3 more"),
        ("sources", "s-nowhere", "names 's-nowhere', which the dataset does not have; it has "
         "s-agency-2021-05, s-agency-2021-06-en, s-gov-2023 and 4 more"),
        ("countries", "vn", "names 'vn', which the dataset does not have; it has CN, VN"),
        ("areas", [None, "Atlantis", ""], "names '', 'Atlantis', 'None', which the dataset does not have; "
         "it has l-cn, l-cn-ai-diem, l-cn-ma-quan-district and 20 more"),
        ("areas", "l-cn-ai-dien", "names 'l-cn-ai-dien', which the dataset does not have; nearest: "
         "'l-cn-ai-diem'"),
        ("areas", "Thanh Thủy", "is 'Thanh Thủy', which 2 are called; use one of "
         "l-vn-thanh-thuy-commune, l-vn-thanh-thuy-post"),
        ("kind", 5, "is 5; use some of village, commune, district, province, border_post, other"),
        ("status", [["agreed"]], "is ['agreed']; use one of agreed, planned, doubtful"),
    ],
)  # fmt: skip
def test_what_names_none_or_several_is_refused(
    mini: Dataset, argument: str, value: Any, said: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        restrict(mini, **{argument: value})
    assert str(caught.value) == f"`{argument}` {said}"


def test_a_part_of_a_part(mini: Dataset) -> None:
    at_once = restrict(mini, kind="commune", areas=HA_GIANG)
    in_steps = restrict(restrict(mini, areas=HA_GIANG), kind="commune")
    assert in_steps.pairings["id"].tolist() == at_once.pairings["id"].tolist()
    assert_sound(in_steps, mini)


def test_nothing_is_a_dataset_too(mini: Dataset) -> None:
    part = restrict(mini, kind=[], areas=[])
    assert {name: len(frame) for name, frame in part.tables.items() if len(frame)} == {}
    assert repr(part).endswith("0 pairings, 0 localities, 0 claims, 0 sources>")
    assert_sound(restrict(part, status="agreed"), part)


@pytest.mark.parametrize(
    ("argument", "name", "key"),
    [
        ("areas", "Hà Giang", HA_GIANG), ("areas", "tỉnh HA GIANG", HA_GIANG),
        ("areas", "馬關", "l-cn-ma-quan-district"), ("sources", "plan of districts", "s-gov-2023"),
        # folded as find_localities folds them
        *[("areas", name, "l-vn-phai-lau") for name in ("PhaiLau", "phai  lầu", "Phai\u200bLau")],
    ],
)  # fmt: skip
def test_names_stand_for_keys(mini: Dataset, argument: str, name: str, key: str) -> None:
    assert restrict(mini, **{argument: name}).version == restrict(mini, **{argument: key}).version


def test_what_stands_in_brackets_may_be_left_out() -> None:
    pairs = pd.DataFrame({"a": ["Halifax, West Yorkshire", "Ash (Dosse)"], "b": ["Bay", "Brook"]})
    towns = from_edgelist(pairs, left="a", right="b", left_country="XA", right_country="XB")
    assert len(restrict(towns, areas="halifax").pairings) == 1
    assert len(restrict(towns, areas=["Halifax", "Ash"]).pairings) == 2


@pytest.mark.parametrize("function", [restrict, extend])
def test_what_is_no_dataset_is_told(function: Any) -> None:
    with pytest.raises(ArgumentError, match="`dataset` is a str; give a dataset, as `load"):
        function("data")
