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
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "data"
        shutil.copytree(MINIATURE, folder)
        for table, more in lines.items():
            path = folder / f"{table}.csv"
            text = path.read_text(encoding="utf-8") + "".join(f"{line}\n" for line in more)
            path.write_text(text, encoding="utf-8", newline="")
        return load(folder)

    return add
