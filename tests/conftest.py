"""Shared miniature data, small enough to be checked by hand."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from twinstudy import Dataset, load

plt.switch_backend("agg")  # no test opens a window
os.environ.setdefault("MPLBACKEND", "agg")  # nor what it starts


MINIATURE = Path(__file__).parent / "miniature"

Edit = Callable[..., Path]


class _Closes:
    """Closes the figures of each test, and of each example of the documentation."""

    def pytest_runtest_teardown(self) -> None:
        plt.close("all")


def pytest_configure(config: pytest.Config) -> None:
    """Have it for examples too: a fixture of this file would hold in this folder only."""
    config.pluginmanager.register(_Closes())


@pytest.fixture(scope="session")
def mini() -> Dataset:
    """The miniature: 23 localities, 6 pairings, 9 claims."""
    return load(MINIATURE)


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Copy the miniature and put `new` in the place of `old`, which must stand once in the file."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "data"
        if not folder.exists():
            shutil.copytree(MINIATURE, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8", newline="")
        return folder

    return edit
