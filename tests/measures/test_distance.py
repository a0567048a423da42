"""Distances on the miniature, and what chance would bring."""

import numpy as np
import pandas as pd
import pytest

from twinstudy import distances, load, restrict
from twinstudy.measures.distance import great_circle_km, null_distances


def test_great_circles():
    # A quarter of the Earth, to the east and to the south; the short way over the date line.
    ways = np.array([[0, 0, 90, 0], [0, 0, 0, -90], [179, 0, -179, 0]], dtype=float)
    assert great_circle_km(*ways.T) == pytest.approx([10007.557, 10007.557, 222.390], abs=1e-3)
    # Opposite points are half the Earth apart.
    longitude, latitude = np.random.default_rng(1).uniform(-90, 90, (2, 1000))
    half = great_circle_km(longitude, latitude, longitude + 180, -latitude)
    assert half == pytest.approx(20015.115, abs=0.01)


def test_the_mean_and_the_nearest_pair(mini):
    table = distances(mini).set_index("pairing_id")
    communes = table.loc["p-thanh-thuy-minh-tan-thien-bao"]
    assert communes[["members_a", "members_b", "placed_a", "placed_b"]].tolist() == [1, 3, 1, 3]
    # Thiên Bảo to Thanh Thủy, Minh Tân and Thanh Đức: 4.4, 5.2 and 9.0 km.
    assert communes["km_min"] == pytest.approx(4.4, abs=0.1)
    assert communes["km"] == pytest.approx(6.2, abs=0.1)
    assert communes["position"] == "approximate"
    # Without a point there is no distance.
    assert pd.isna(table.loc["p-chi-ma-ai-diem", "km"])
    assert table.loc["p-chi-ma-ai-diem", "placed_a"] == 0
    left_out = table.attrs["left_out"]
    assert left_out["pairings without a point on a side"] == 3
    assert left_out["members without a point"] == 4


def test_kinds_and_statuses_are_chosen(mini):
    assert distances(mini, kind="commune")["kind"].tolist() == ["commune"]
    planned = distances(mini, status="planned")
    assert planned["certain"].tolist() == [False]
    assert planned["km"].item() == pytest.approx(37.2, abs=0.3)


def test_few_arrangements_are_listed_and_p_is_exact():
    """The districts of three stretches of the border."""
    for area, arrangements, as_near in (
        ("l-cn-quang-tay-province", 480, 1),
        ("l-cn-van-nam-province", 1200, 46),
        ("l-vn-lao-cai-province", 168, 46),
    ):
        known = restrict(load(), areas=area)
        found = null_distances(known, kind="district", at="2025-06-30").iloc[0]
        assert found[["exact", "arrangements"]].tolist() == [True, arrangements]
        assert found["p_value"] == pytest.approx(as_near / arrangements)


def test_many_arrangements_are_drawn_and_p_counts_the_observed_one():
    drawn, again, other = (
        null_distances(load(), kind="commune", samples=50, seed=seed, at="2025-06-30")
        for seed in (1, 1, 2)
    )
    found, draws = drawn.iloc[0], drawn.attrs["draws"]
    assert not found["exact"]
    assert found["p_value"] == pytest.approx(1 / 51)
    middle = [np.quantile(draws, 0.025), np.mean(draws), np.quantile(draws, 0.975)]
    assert found[["low_km", "null_km", "high_km"]].tolist() == pytest.approx(middle)
    assert len(draws) == 50
    assert again.attrs["draws"] == draws != other.attrs["draws"]


def test_where_nothing_can_move_chance_brings_what_is_observed(mini):
    """One pairing, of a commune with three."""
    known = null_distances(mini, kind="commune")
    once = null_distances(mini, kind=iter(["commune"]), status=iter(["agreed"]))
    pd.testing.assert_frame_equal(once, known)
    found = known.iloc[0]
    assert found[["pairings", "movable", "arrangements", "p_value"]].tolist() == [1, 0, 1, 1]
    assert known.attrs["draws"] == pytest.approx([found["observed_km"]])
    nothing = null_distances(restrict(mini, kind="border_post")).iloc[0]
    assert nothing["pairings"] == 0
    assert pd.isna(nothing["p_value"])


def test_within_an_area_sides_stay_in_it():
    whole, within = (
        null_distances(load(), kind="commune", samples=50, within=level, at="2025-06-30").iloc[0]
        for level in (None, "province")
    )
    assert within["movable"] < whole["movable"]
    assert within["null_km"] < whole["null_km"]


def test_the_nearest_is_that_of_its_kind():
    """A side of a commune may be nearer to a post, which is no counterpart of it."""
    kinds = ("commune", "border_post")
    both, *parts = (
        null_distances(load(), kind=kind, samples=50, at="2025-06-30").iloc[0]
        for kind in (kinds, *kinds)
    )
    assert both["pairings"] == sum(part["pairings"] for part in parts)
    nearest = sum(part["nearest"] * part["pairings"] for part in parts)
    assert both["nearest"] == pytest.approx(nearest / both["pairings"])


def test_the_observed_mean_is_that_of_the_distances():
    known = distances(load(), kind="commune", at="2025-06-30")
    found = null_distances(load(), kind="commune", samples=1, at="2025-06-30")
    assert found["observed_km"].item() == pytest.approx(known["km"].mean())
    assert found["pairings"].item() == known["km"].notna().sum()
    assert found.attrs["left_out"] == known.attrs["left_out"]
