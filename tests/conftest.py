"""Shared miniature data, small enough to be checked by hand."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from twinstudy import Dataset, load

os.environ.setdefault("MPLBACKEND", "agg")  # no test opens a window

MINIATURE = Path(__file__).parent / "miniature"

Edit = Callable[..., Path]


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
