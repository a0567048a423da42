"""The documents lead to what is there, and the worked example of CONTRIBUTING.md works."""

import inspect
import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

import twinstudy as ts
from twinstudy import Dataset, __version__, check, load, trace
from twinstudy.tables.files import bundled_data

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    # What the site generates is there only once it is built; the tests in the browser follow it.
    targets = re.findall(r"\]\((?!generated/)([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [each for each in targets if not (page.parent / each).exists()] == []


def test_the_reference_has_every_public_name_and_the_gallery_every_plot_and_figure() -> None:
    reference, gallery = (
        (ROOT / f"docs/{name}.md").read_text("utf-8") for name in ("api", "gallery")
    )
    assert re.findall(r"^   (\w+)$", reference, re.MULTILINE) == ts.__all__
    plots = {name for name in ts.__all__ if name.startswith("plot_")}
    assert plots == set(re.findall(r"ts\.(plot_\w+)\(", gallery))
    figures = {path.name for path in ROOT.glob("figures/*.png")}
    assert figures == set(re.findall(r"figures/([\w-]+\.png)", gallery))


def test_the_citation_is_of_the_data_and_names_this_version() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    kept = [cited[field] for field in ("type", "license", "version")]
    assert kept == ["dataset", "CC-BY-4.0", __version__]
    (software,) = cited["references"]
    assert (software["type"], software["license"]) == ("software", "MIT")
    deposit = json.loads((ROOT / ".zenodo.json").read_text("utf-8"))
    assert (deposit["upload_type"], deposit["license"]) == ("dataset", "cc-by-4.0")
    for field in ("title", "version", "keywords"):
        assert deposit[field] == cited[field]


def rows_of_the_example() -> dict[str, list[str]]:
    """The rows that the worked example adds, by table, in its order."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\nDisagreement is kept")[0]
    found: dict[str, list[str]] = {}
    for words, block in re.findall(r"((?:(?!```).)*?)```\n(.*?)```\n", text, re.DOTALL):
        if tables := re.findall(r"`data/(\w+)\.csv`", words):
            found[tables[-1]] = [line.strip() for line in block.splitlines() if line.strip()]
    return found


def test_the_worked_example_works(tmp_path: Path) -> None:
    folder = shutil.copytree(bundled_data(), tmp_path / "data")
    example = rows_of_the_example()
    tables = "sources localities containments pairings claims memberships"
    assert list(example) == tables.split()
    for name, rows in example.items():
        path = folder / f"{name}.csv"
        there = path.read_text("utf-8").splitlines()  # whoever tries the example has its rows
        with path.open("a", encoding="utf-8", newline="") as file:
            file.writelines(f"{row}\n" for row in rows if row not in there)
    assert check(folder) == []
    (pairing,) = [row.split(",")[0] for row in example["pairings"]]
    assert trace(load(folder), pairing)["signed"].tolist() == ["2024-06"]


#: Every public function that returns a frame, and what some need beside the dataset.
FRAMES = [
    name
    for name in ts.__all__
    if inspect.isfunction(getattr(ts, name))
    and inspect.signature(getattr(ts, name)).return_annotation == "pd.DataFrame"
]
MORE = {"find_localities": {"name": "Thanh Thủy"}, "timeline": {"by": "province"},
        "trace": {"pairing": "p-chi-ma-ai-diem"}}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_every_column_of_a_frame_is_told_in_its_docstring(name: str, mini: Dataset) -> None:
    text = inspect.getdoc(getattr(ts, name)) or ""
    told = set(re.findall(r"``(\w+)``", text))
    if "same for ``b``" in text:
        told |= {re.sub(r"_a\b|_a_", lambda side: side[0].replace("a", "b"), word) for word in told}
    assert set(getattr(ts, name)(mini, **MORE.get(name, {})).columns) - told == set()
