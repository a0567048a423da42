"""Distances are great circles between points that are known, and nothing else."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twinstudy import ArgumentError, Dataset, distances, load
from twinstudy.measures.distance import EARTH_RADIUS_KM, great_circle_km
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.typed import text_tables

Edit = Callable[..., Path]
THREE_WITH_ONE = "p-thanh-thuy-minh-tan-thien-bao"
TOWNSHIP, MINH_TAN = (104.8494, 22.9369), (104.9, 22.9333)
THANH_DUC, THANH_THUY = (104.7833, 22.8833), (104.8667, 22.9)


def chord_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The same distance by another way: the angle between two vectors."""
    a, b = (
        np.array([math.cos(y) * math.cos(x), math.cos(y) * math.sin(x), math.sin(y)])
        for x, y in (np.radians(point) for point in (one, other))
    )
    return EARTH_RADIUS_KM * 2 * math.asin(np.linalg.norm(a - b) / 2)


def test_great_circles_of_known_length() -> None:
    zero = np.zeros(4)
    longitude, latitude = np.array([0.0, 90.0, 180.0, 0.0]), np.array([0.0, 0.0, 0.0, 90.0])
    quarter = math.pi / 2 * EARTH_RADIUS_KM
    found = great_circle_km(zero, zero, longitude, latitude)
    assert found == pytest.approx([0, quarter, 2 * quarter, quarter])


def test_great_circles_agree_with_proj() -> None:
    pyproj = pytest.importorskip("pyproj", reason="the extra `geo` is not installed")
    rng = np.random.default_rng(1)
    x, y = rng.uniform(102, 109, 200), rng.uniform(20, 26, 200)
    other_x, other_y = x + rng.uniform(-1, 1, 200), y + rng.uniform(-1, 1, 200)
    found = great_circle_km(x, y, other_x, other_y)
    sphere = pyproj.Geod(a=EARTH_RADIUS_KM * 1000, f=0).inv(x, y, other_x, other_y)[2] / 1000
    assert found == pytest.approx(sphere, rel=1e-9)
    ellipsoid = pyproj.Geod(ellps="WGS84").inv(x, y, other_x, other_y)[2] / 1000
    assert found == pytest.approx(ellipsoid, rel=0.006)


def test_miniature(mini: Dataset) -> None:
    table = distances(mini).set_index("pairing_id")
    assert table.index.tolist() == mini.pairings["id"].tolist()[:-1]
    three = [chord_km(TOWNSHIP, village) for village in (MINH_TAN, THANH_DUC, THANH_THUY)]
    assert table["km"].to_dict() == pytest.approx(
        {
            "p-chi-ma-ai-diem": math.nan,
            "p-phai-lau-trang-nhi": math.nan,
            THREE_WITH_ONE: sum(three) / 3,
            "p-thanh-thuy-post-thien-bao": math.nan,
            "p-trang-vi-van-vi": chord_km((108.0167, 21.5333), (108.0, 21.5167)),
        },
        nan_ok=True,
    )
    assert table.loc[THREE_WITH_ONE, "km_min"] == pytest.approx(min(three))
    assert table.loc[THREE_WITH_ONE, "position"] == "approximate"
    assert table[["members_a", "members_b", "placed_a", "placed_b"]].to_numpy().tolist() == [
        [1, 1, 0, 1],
        [1, 1, 0, 1],
        [1, 3, 1, 3],
        [1, 1, 0, 0],
        [1, 1, 1, 1],
    ]
    assert set(table["side_a"]) == {"CN"}
    assert set(table["side_b"]) == {"VN"}
    assert table["certain"].tolist() == [True, True, True, True, False]
    assert table["position"].isna().tolist() == table["km"].isna().tolist()


def test_what_is_left_out_is_counted(mini: Dataset) -> None:
    attrs = distances(mini, at="2017").attrs
    assert attrs == {
        "at": "2017-12-31",
        "data_version": mini.version,
        "left_out": {
            "planned pairings": 1,
            "pairings signed after 2017-12-31": 1,
            "pairings without a point on a side": 3,
            "members without a point": 4,
        },
    }


def test_members_without_a_point_are_left_out(edited: Edit) -> None:
    point = "104.9,22.9333,approximate,s-stat-2020"
    table = distances(load(edited("localities.csv", f"Minh Tân,,,{point},", "Minh Tân,,,,,,,")))
    row = table.set_index("pairing_id").loc[THREE_WITH_ONE]
    assert (row["members_b"], row["placed_b"]) == (3, 2)
    two = [chord_km(TOWNSHIP, village) for village in (THANH_DUC, THANH_THUY)]
    assert row["km"] == pytest.approx(sum(two) / 2)
    assert table.attrs["left_out"]["members without a point"] == 5


def test_position_is_the_worst_of_the_points_used(edited: Edit) -> None:
    folder = edited(
        "localities.csv", "22.8833,approximate,s-stat-2020", "22.8833,probable,s-stat-2020"
    )
    table = distances(load(folder)).set_index("pairing_id")
    assert table.loc[THREE_WITH_ONE, "position"] == "probable"
    assert table.loc["p-trang-vi-van-vi", "position"] == "approximate"


def test_kinds_and_statuses_are_chosen(mini: Dataset) -> None:
    assert distances(mini, kind="commune")["pairing_id"].tolist() == [THREE_WITH_ONE]
    planned = distances(mini, kind="district", statuses="planned")
    assert planned["km"].tolist() == pytest.approx(
        [chord_km((104.3949, 23.0117), (104.4667, 22.6833))]
    )


def test_a_pairing_inside_one_country_has_a_distance(edited: Edit) -> None:
    edited("pairings.csv", "p-xin-man-ma", "p-inside,commune,joint,agreed,\np-xin-man-ma")
    edited("claims.csv", "c-phai-lau-trang-nhi-1", "c-inside-1,p-inside,s-news-nd,par. 1,,,\n"
           "c-phai-lau-trang-nhi-1")  # fmt: skip
    folder = edited(
        "memberships.csv",
        "c-phai-lau-trang-nhi-1,l-cn",
        "c-inside-1,l-vn-minh-tan-commune,Minh Tân\n"
        "c-inside-1,l-vn-thanh-duc-commune,Thanh Đức\nc-phai-lau-trang-nhi-1,l-cn",
    )
    row = distances(load(folder)).set_index("pairing_id").loc["p-inside"]
    assert (row["side_a"], row["side_b"], row["placed_a"], row["placed_b"]) == ("VN", "VN", 1, 1)
    assert row["km"] == pytest.approx(chord_km(MINH_TAN, THANH_DUC))


def test_rows_in_another_order_give_the_same(mini: Dataset) -> None:
    before = text_tables(mini.tables)
    shuffled = {
        name: frame.sample(frac=1, random_state=3).reset_index(drop=True)
        for name, frame in text_tables(mini.tables).items()
    }
    pd.testing.assert_frame_equal(distances(mini), distances(dataset_from_text(shuffled)))
    for name, frame in text_tables(mini.tables).items():
        pd.testing.assert_frame_equal(frame, before[name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"kind": "town"},
            (
                "`kind` is 'town'; use one of village, commune, district, province, "
                "border_post, other"
            ),
        ),
        ({"statuses": "signed"}, "`statuses` is 'signed'; use one of agreed, planned, doubtful"),
        ({"at": "14"}, "'14' is not a date"),
    ],
)
def test_bad_arguments(mini: Dataset, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        distances(mini, **arguments)


def test_the_bundled_data() -> None:
    table = distances(load())
    measured = table.dropna(subset="km")
    assert (measured["km_min"] <= measured["km"] + 1e-9).all()
    one_to_one = measured[(measured["placed_a"] == 1) & (measured["placed_b"] == 1)]
    assert np.allclose(one_to_one["km"], one_to_one["km_min"])
    # Villages and communes that are tied lie on either side of the border.
    near = measured[measured["kind"].isin(["village", "commune"])]
    assert near["km"].max() < 60
