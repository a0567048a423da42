"""The null model rearranges who is paired with whom, and nothing else."""

import re
from collections.abc import Sequence
from itertools import permutations, product

import joblib
import numpy as np
import pandas as pd
import pytest

from twinstudy import ArgumentError, Dataset, distances, load, null_model, null_samples
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.schema import TABLES

POINT = "probable"


def border(
    pairings: Sequence[tuple[str, str, str]],
    places: dict[str, tuple[str, float | None, str]] | None = None,
) -> Dataset:
    """Make a dataset of (kind, members, members); a place is a country's letter and a kilometre.

    `v3` lies in Việt Nam at kilometre 3 of a border along a meridian, `c3` five kilometres across.
    `places` gives level, kilometre (None: no point) and position of other places.
    """
    known = places or {}
    names = sorted({name for _, a, b in pairings for name in f"{a} {b}".split()})
    localities, memberships = [], []
    for name in names:
        level, km, position = known.get(name, ("commune", float(name[1:]), "approximate"))
        point = {} if km is None else {"longitude": 105 + 0.05 * (name[0] == "c")}
        point |= {"latitude": 22 + km / 111.195} if point else {}
        localities.append(
            {"id": f"l-{name}", "country": "VN" if name[0] == "v" else "CN", "level": level}
            | {"name": name, **point}
            | ({"position": position, "position_source_id": "s-1"} if point else {})
        )
    for number, (_, a, b) in enumerate(pairings):
        memberships += [
            {"claim_id": f"c-{number:03}", "locality_id": f"l-{name}", "named_as": name}
            for name in sorted(f"{a} {b}".split())
        ]
    rows = {
        "sources": [{"id": "s-1", "kind": "other", "title": "Made up", "language": "en"}],
        "localities": localities,
        "pairings": [
            {"id": f"p-{n:03}", "kind": kind, "matching": "joint", "status": "agreed"}
            for n, (kind, _, _) in enumerate(pairings)
        ],
        "claims": [
            {
                "id": f"c-{n:03}",
                "pairing_id": f"p-{n:03}",
                "source_id": "s-1",
                "locator": f"row {n}",
            }
            for n in range(len(pairings))
        ],
        "memberships": memberships,
    }
    return dataset_from_text(
        {
            table.name: pd.DataFrame(
                rows.get(table.name, []), columns=list(table.column_names), dtype="str"
            ).fillna("")
            for table in TABLES
        }
    )


NEAR = [("commune", f"v{km}", f"c{km}") for km in range(0, 240, 20)]
SHUFFLED = [
    ("commune", f"v{km}", f"c{other}")
    for km, other in zip(
        range(0, 240, 20), np.random.default_rng(3).permutation(12) * 20, strict=True
    )
]


def row(
    table: pd.DataFrame, kind: str, statistic: str = "mean", position: str = POINT
) -> pd.Series:
    chosen = (
        (table["kind"] == kind)
        & (table["statistic"] == statistic)
        & (table["position"] == position)
    )
    assert chosen.sum() == 1
    return table[chosen].iloc[0]


def test_neighbours_are_nearer_than_chance() -> None:
    found = row(null_model(border(NEAR), samples=999), "commune")
    assert found["observed_km"] == pytest.approx(5.15, abs=0.05)
    assert found["p_value"] == 1 / 1000
    assert found["observed_km"] < found["null_low_km"] < found["null_km"] < found["null_high_km"]
    assert found["kept"] == pytest.approx(1 / 12, abs=0.02)


def test_a_random_arrangement_is_not() -> None:
    found = row(null_model(border(SHUFFLED), samples=999), "commune")
    assert found["null_low_km"] < found["observed_km"] < found["null_high_km"]
    assert found["p_value"] > 0.05


def test_numbers_agree_with_all_arrangements_of_a_small_case() -> None:
    kilometres = (0, 10, 30, 35)
    pairs = [
        ("commune", f"v{a}", f"c{b}") for a, b in zip(kilometres, (10, 0, 30, 35), strict=True)
    ]
    dataset = border(pairs)
    pairs_of = list(product(kilometres, repeat=2))
    every = distances(border([("commune", f"v{a}", f"c{b}") for a, b in pairs_of]))
    apart = dict(zip(pairs_of, every["km"], strict=True))
    means = [
        np.mean([apart[pair] for pair in zip(kilometres, order, strict=True)])
        for order in permutations(kilometres)
    ]
    observed = np.mean([apart[0, 10], apart[10, 0], apart[30, 30], apart[35, 35]])
    found = row(null_model(dataset, samples=4000), "commune")
    exact = np.mean(np.array(means) <= observed + 1e-9)
    assert found["observed_km"] == pytest.approx(observed)
    assert found["p_value"] == pytest.approx(exact, abs=4 * (exact * (1 - exact) / 4000) ** 0.5)
    assert found["null_km"] == pytest.approx(np.mean(means), abs=4 * np.std(means) / 4000**0.5)
    draws = null_samples(dataset, samples=4000)
    assert set(draws["mean_km"].round(6)) == {round(mean, 6) for mean in means}


def test_the_observed_distances_are_those_of_the_table() -> None:
    dataset = border([*NEAR, ("commune", "v300 v310 v325", "c305"), ("commune", "v305", "c305")])
    table, found = distances(dataset), null_model(dataset, samples=20)
    assert row(found, "commune")["observed_km"] == pytest.approx(table["km"].mean())
    assert row(found, "commune", "median")["observed_km"] == pytest.approx(table["km"].median())
    assert row(found, "commune")["pairings"] == len(table)


def test_a_side_of_several_members_moves_as_one() -> None:
    dataset = border([("commune", "v0 v10 v40", "c0"), ("commune", "v100", "c100")])
    draws = null_samples(dataset, samples=50)
    together = distances(border([("commune", "v0 v10 v40", "c100"), ("commune", "v100", "c0")]))[
        "km"
    ].mean()
    observed = distances(dataset)["km"].mean()
    assert set(draws["mean_km"].round(9)) == {round(together, 9), round(observed, 9)}


def test_kinds_do_not_mix_and_have_draws_of_their_own() -> None:
    far = [("district", f"v{km}", f"c{km}") for km in (1000, 1100)]
    levels = {
        f"{side}{km}": ("district", km, "approximate") for side in "vc" for km in (1000, 1100)
    }
    alone = null_model(border(NEAR), samples=300)
    both = null_model(border([*NEAR, *far], levels), samples=300)
    assert both["kind"].unique().tolist() == ["all", "commune", "district"]
    assert row(both, "commune")["null_km"] == row(alone, "commune")["null_km"]
    chosen = null_model(border([*NEAR, *far], levels), samples=300, kind="commune")
    pd.testing.assert_frame_equal(chosen, alone.astype(chosen.dtypes))
    assert row(both, "all")["pairings"] == 14
    assert row(both, "all")["null_high_km"] < 150  # never a commune with a district far away
    weighted = (12 * row(both, "commune")["null_km"] + 2 * row(both, "district")["null_km"]) / 14
    assert row(both, "all")["null_km"] == pytest.approx(weighted)


def test_levels_do_not_mix_inside_a_kind() -> None:
    levels = {"v100": ("village", 100.0, "approximate"), "c100": ("village", 100.0, "approximate")}
    pairs = [("other", "v0", "c0"), ("other", "v20", "c20"), ("other", "v100", "c100")]
    draws = null_samples(border(pairs, levels), samples=60)
    arrangements = [
        distances(border([("other", "v0", f"c{a}"), ("other", "v20", f"c{b}"), pairs[2]], levels))
        for a, b in ((0, 20), (20, 0))
    ]
    expected = {round(table["km"].mean(), 9) for table in arrangements}
    assert set(draws["mean_km"].round(9)) == expected


def test_positions_are_told_apart_and_what_is_left_out_is_counted() -> None:
    places = {
        "v0": ("commune", 0.0, "exact"),
        "c0": ("commune", 0.0, "exact"),
        "v20": ("commune", 20.0, "exact"),
        "c20": ("commune", 20.0, "exact"),
        "v60": ("commune", 60.0, "probable"),
        "c80": ("commune", None, ""),
    }
    dataset = border([*NEAR, ("commune", "v900", "v910"), ("commune", "v0", "c0")], places)
    table = null_model(dataset, samples=50)
    assert table["position"].unique().tolist() == ["probable", "approximate", "exact"]
    names = ["pairings", "domestic", "unplaced", "repeated", "vaguer"]
    counts = {p: row(table, "commune", position=p)[names].tolist() for p in table["position"]}
    assert counts == {
        "probable": [11, 1, 1, 1, 0],
        "approximate": [10, 1, 1, 1, 1],
        "exact": [2, 1, 1, 1, 9],
    }
    exact = row(table, "commune", position="exact")
    assert exact["kept"] == pytest.approx(0.5, abs=0.25)
    draws = null_samples(dataset, samples=50)
    assert draws.groupby("position", observed=True)["pairings"].first().to_dict() == {
        "probable": 11,
        "approximate": 10,
        "exact": 2,
    }


def test_what_cannot_be_compared_is_missing_and_not_significant(mini: Dataset) -> None:
    table = null_model(mini, samples=30)
    assert table["kind"].unique().tolist() == [
        "all",
        "village",
        "commune",
        "border_post",
    ]
    post = row(table, "border_post")
    assert post[["pairings", "unplaced"]].tolist() == [0, 1]
    assert post[["observed_km", "null_km", "kept", "p_value"]].isna().all()
    only = row(table, "commune")
    assert only[["pairings", "kept", "p_value"]].tolist() == [1, 1, 1]
    assert only["null_low_km"] == pytest.approx(only["observed_km"])


def test_nothing_at_all() -> None:
    dataset = border([("commune", "v0", "c0")])
    assert null_model(dataset, kind="district").empty
    assert null_samples(dataset, kind="district").empty
    unplaced = border([("commune", "v0", "c0")], {"v0": ("commune", None, "")})
    assert null_model(unplaced, samples=5)["unplaced"].tolist() == [1, 1]


def test_summary_is_of_the_draws() -> None:
    dataset = border(SHUFFLED)
    draws, table = null_samples(dataset, samples=200), null_model(dataset, samples=200)
    draws = draws[draws["position"] == "probable"]
    assert draws["sample"].tolist() == list(range(200))
    for statistic in ("mean", "median"):
        null, found = draws[f"{statistic}_km"], row(table, "commune", statistic, "probable")
        assert found["null_km"] == pytest.approx(null.mean())
        assert found["null_low_km"] == pytest.approx(null.quantile(0.025))
        assert found["null_high_km"] == pytest.approx(null.quantile(0.975))
        assert found["p_value"] == (1 + (null <= found["observed_km"] + 1e-9).sum()) / 201


def test_seed_decides_and_workers_do_not() -> None:
    dataset = border(SHUFFLED)
    table = null_model(dataset, samples=600)
    pd.testing.assert_frame_equal(table, null_model(dataset, samples=600))
    with joblib.parallel_config(backend="threading", n_jobs=3):
        pd.testing.assert_frame_equal(table, null_model(dataset, samples=600))
    other = null_model(dataset, samples=600, seed=2)
    assert row(other, "commune")["null_km"] != row(table, "commune")["null_km"]


def test_attributes(mini: Dataset) -> None:
    table = null_model(mini, samples=30, seed=9, swaps=10, at="2020")
    expected = distances(mini, at="2020").attrs | {"samples": 30, "seed": 9, "swaps": 10}
    assert (
        table.attrs == expected == null_samples(mini, samples=30, seed=9, swaps=10, at="2020").attrs
    )


@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("samples", 0, 1), ("samples", 10.5, 1), ("seed", -1, 0), ("seed", None, 0), ("swaps", 0, 1)],
)
def test_bad_numbers(mini: Dataset, name: str, value: object, least: int) -> None:
    message = f"`{name}` is {value!r}; use a whole number of at least {least}"
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
        null_model(mini, **{name: value})


def test_the_bundled_data() -> None:
    table = null_model(load(), samples=199)
    assert row(table, "all")["pairings"] >= 20
    assert row(table, "all")["p_value"] < 0.05
    counts = table[["pairings", "domestic", "unplaced", "repeated", "vaguer"]].sum(axis=1)
    assert counts.groupby(table["kind"], observed=True).nunique().eq(1).all()
