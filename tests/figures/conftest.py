"""Figures are pyplot's: each test closes its own."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from twinstudy import Dataset, from_edgelist

mpl.use("agg")


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def elsewhere() -> Dataset:
    """Own data, far from the border of the outlines."""
    places = pd.DataFrame(
        {"longitude": [6.96, 3.06, 24.1], "latitude": [50.94, 50.64, 56.95], "level": "commune"},
        index=["Köln", "Lille", "Rīga"],
    )
    pairs = pd.DataFrame({"a": ["Köln", "Köln"], "b": ["Lille", "Rīga"], "of": ["FR", "LV"]})
    return from_edgelist(
        pairs, left="a", right="b", left_country="DE", right_country="of", kind="commune",
        localities=places,
    )  # fmt: skip
