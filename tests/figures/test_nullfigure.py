"""The figure of the null model, by its artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twinstudy import ArgumentError, Dataset, from_edgelist, null_model, null_samples, plot_null

PLAN = {"samples": 40, "seed": 3}


@pytest.fixture(scope="module")
def ladder() -> Dataset:
    """Three communes facing three, and a district that faces one: all but one with points."""
    names = [f"A{n}" for n in range(5)] + [f"B{n}" for n in range(5)]
    places = pd.DataFrame(
        {
            "longitude": [0.0, 2, 4, 9, np.nan, 0, 2, 4, 9, 20],
            "latitude": [0.0] * 4 + [np.nan] + [0.1] * 5,
            "level": ["commune"] * 3 + ["district", "commune"] + ["commune"] * 3
            + ["district", "commune"],
        },
        index=names,
    )  # fmt: skip
    pairs = pd.DataFrame({"a": names[:5], "b": names[5:]})
    pairs["kind"] = ["commune"] * 3 + ["district", "commune"]
    return from_edgelist(
        pairs, left="a", right="b", left_country="XA", right_country="XB", kind="kind",
        localities=places,
    )  # fmt: skip


def test_a_row_a_kind_of_two_pairings_or_more(ladder: Dataset) -> None:
    comparison, draws = null_model(ladder, **PLAN), null_samples(ladder, **PLAN)
    axes = plot_null(comparison, draws)
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "all kinds",
        "communes and towns",
    ]
    means = comparison[comparison["statistic"] == "mean"]
    mean = means[means["position"] == "probable"].set_index("kind")
    diamonds = [line for line in axes.lines if line.get_marker() == "D"]
    assert [float(line.get_xdata()[0]) for line in diamonds] == [
        mean.loc[kind, "observed_km"] for kind in ("all", "commune")
    ]
    spans = [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "None"]
    assert spans == [
        mean.loc[kind, ["null_low_km", "null_high_km"]].tolist() for kind in ("all", "commune")
    ]
    texts = [text.get_text() for text in axes.texts]
    assert f"4 pairings\np = {mean.loc['all', 'p_value']:.4f}" in texts
    assert f"{mean.loc['commune', 'observed_km']:.1f}" in texts


def test_its_bars_are_the_arrangements(ladder: Dataset) -> None:
    comparison = null_model(ladder, kind="commune", **PLAN)
    draws = null_samples(ladder, kind="commune", **PLAN)
    axes = plot_null(comparison, draws)
    draws = draws[draws["position"] == "probable"]
    values, edges, baseline = axes.patches[0].get_data()
    counts = np.histogram(draws["mean_km"], edges)[0]
    heights = baseline - values
    assert np.allclose(heights / heights.max(), counts / counts.max())
    assert counts.sum() == PLAN["samples"]


def test_its_note_says_what_it_rests_on(ladder: Dataset) -> None:
    axes = plot_null(null_model(ladder, **PLAN), null_samples(ladder, **PLAN))
    said = " ".join(axes.texts[-1].get_text().split())
    assert said.startswith(f"twinstudy {ladder.version}; as of ")
    assert "pairings without a point on a side (1)" in said
    assert said.endswith("40 random arrangements, seed 3.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c, d: (d, c),
            "`comparison` lacks the column 'statistic'; give what `null_model` returns",
        ),
        (
            lambda c, _: (c, c),
            "`draws` lacks the column 'sample'; give what `null_samples` returns",
        ),
        (
            lambda c, d: (c[c["kind"] == "district"], d),
            "`comparison` has no two pairings of one kind; nothing to draw",
        ),
    ],
)
def test_tables_that_cannot_be_drawn(ladder: Dataset, change, message: str) -> None:
    tables = change(null_model(ladder, **PLAN), null_samples(ladder, **PLAN))
    with pytest.raises(ArgumentError) as caught:
        plot_null(*tables)
    assert str(caught.value) == message


def test_tables_that_do_not_belong_together(ladder: Dataset) -> None:
    with pytest.raises(ArgumentError, match="different arguments or data; make them with the same"):
        plot_null(null_model(ladder, **PLAN), null_samples(ladder, samples=41, seed=3))
