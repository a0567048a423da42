"""The miniature with further rows."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import MINIATURE

from twinstudy import Dataset, load

Grown = Callable[..., Dataset]


@pytest.fixture
def grown(tmp_path: Path) -> Grown:
    """Load the miniature with further rows: ``grown(counts=["…"])``."""

    def add(**lines: list[str]) -> Dataset:
        folder = shutil.copytree(MINIATURE, Path(tempfile.mkdtemp(dir=tmp_path)) / "data")
        for table, more in lines.items():
            with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as file:
                file.writelines(f"{line}\n" for line in more)
        return load(folder)

    return add
