"""The documents lead to what is there, and the worked example of CONTRIBUTING.md works."""

import re
import shutil
from pathlib import Path

import pytest

from twinstudy import __version__, check, load, trace
from twinstudy.files import bundled_data

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [each for each in targets if not (page.parent / each).exists()] == []


def test_every_figure_is_in_the_gallery() -> None:
    gallery = (ROOT / "docs/gallery.md").read_text("utf-8")
    shown = set(re.findall(r"figures/([\w-]+\.png)", gallery))
    assert shown == {path.name for path in ROOT.glob("figures/*.png")}


def test_the_citation_names_this_version() -> None:
    lines = (ROOT / "CITATION.cff").read_text("utf-8").splitlines()
    assert f"version: {__version__}" in lines


def rows_of_the_example() -> dict[str, list[str]]:
    """The rows that the worked example adds, by table, in its order."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found: dict[str, list[str]] = {}
    for words, block in re.findall(r"((?:(?!```).)*?)```\n(.*?)```\n", text, re.DOTALL):
        tables = re.findall(r"`data/(\w+)\.csv`", words)
        if tables:
            found[tables[-1]] = [line.strip() for line in block.splitlines() if line.strip()]
    return found


def test_the_worked_example_works(tmp_path: Path) -> None:
    folder = shutil.copytree(bundled_data(), tmp_path / "data")
    example = rows_of_the_example()
    assert list(example) == [
        "sources", "localities", "containments", "pairings", "claims", "memberships",
    ]  # fmt: skip
    for name, rows in example.items():
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as file:
            file.writelines(f"{row}\n" for row in rows)
    assert check(folder) == []
    (pairing,) = [row.split(",")[0] for row in example["pairings"]]
    assert trace(load(folder), pairing)["signed"].tolist() == ["2024-06"]
