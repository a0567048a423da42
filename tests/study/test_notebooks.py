"""What the notebooks promise their readers, and that their checks compare something."""

from __future__ import annotations

import ast
import re
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest
from prose import claimed, unsupported

import twinstudy
from twinstudy.study.build import read_sums

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "figures"
STUDY = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = {path.stem: nbformat.read(path, 4) for path in [*STUDY, *ROOT.glob("examples/*.ipynb")]}
CODE = {
    name: [cell for cell in notebook.cells if cell.cell_type == "code"]
    for name, notebook in ALL.items()
}
EACH = pytest.mark.parametrize("name", ALL)
EACH_STUDY = pytest.mark.parametrize("name", [path.stem for path in STUDY])

FORBIDDEN = re.compile(r"\b(def|class|lambda|global|read_csv|read_excel|open|sys\.path|warnings)\b")


def printed(cells) -> str:
    return "".join(o.text for cell in cells for o in cell.outputs if o.output_type == "stream")


def test_the_notebooks_of_the_study_are_there():
    topics = "coverage density timelines evidence network distance contents".split()
    assert [path.stem for path in STUDY] == [f"{n:02}-{topic}" for n, topic in enumerate(topics, 1)]


@EACH
def test_it_is_executed_from_the_first_cell_to_the_last_without_a_fault(name):
    cells = CODE[name]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == []
    # nor is a version of Python or a time in it
    assert ALL[name].metadata.language_info == {"name": "python"}
    assert [cell.id for cell in ALL[name].cells if "execution" in cell.metadata] == []
    assert len({cell.id for cell in ALL[name].cells}) == len(ALL[name].cells)


@EACH
def test_it_is_thin_and_hides_nothing(name):
    assert len(CODE[name]) <= 15
    lines = [line for cell in CODE[name] for line in cell.source.splitlines() if line.strip()]
    assert len(lines) <= 60
    for cell in CODE[name]:
        names = {n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)}
        assert not FORBIDDEN.search(cell.source), cell.id
        assert "display" not in names, cell.id
        assert not cell.source.rstrip().endswith(";"), cell.id


@EACH
def test_its_text_is_composed_and_fits_the_page(name):
    out = printed(CODE[name])
    text = "\n".join([*(cell.source for cell in ALL[name].cells), out])
    assert unicodedata.is_normalized("NFC", text)
    assert [line for line in out.splitlines() if len(line) > 115] == []


@EACH_STUDY
def test_it_opens_with_its_question_its_limits_and_the_version_of_the_data(name):
    first = ALL[name].cells[0]
    assert first.cell_type == "markdown"
    assert re.match(r"# .*\*\*Findings\.\*\*.*cannot say\.\*\*", first.source, re.DOTALL)
    assert twinstudy.load().version in printed(CODE[name][:1])


@EACH_STUDY
def test_every_cell_shows_something_and_every_number_of_the_prose_stands_in_an_output(name):
    assert [cell.id for cell in CODE[name] if not cell.outputs] == []
    assert unsupported(ALL[name]) == []
    prose = "\n".join(cell.source for cell in ALL[name].cells if cell.cell_type == "markdown")
    assert re.findall(r"\bXX\b|TODO|TBD", prose) == []


@EACH_STUDY
def test_every_picture_has_words_and_a_caption(name):
    cells = [c for c in CODE[name] if any("image/png" in o.get("data", {}) for o in c.outputs)]
    assert cells
    for cell in cells:
        told = cell.metadata["mystnb"]
        assert len(told["image"]["alt"]) > 80, cell.id
        assert told["figure"]["caption"], cell.id


def test_every_figure_is_there_twice_and_has_its_checksum():
    source = "".join(cell.source for cells in CODE.values() for cell in cells)
    drawn = re.findall(r'"\.\./figures/([\w-]+)"', source)
    expected = {f"{name}{ending}" for name in drawn for ending in (".png", ".svg")}
    assert {path.name for path in FIGURES.iterdir()} == expected | {"SHA256SUMS"}
    sums = {name: sha256((FIGURES / name).read_bytes()).hexdigest() for name in expected}
    assert read_sums(FIGURES) == sums
    for path in FIGURES.glob("*.svg"):  # they name no program and no day
        assert not re.search("<dc:date>|atplotlib v", path.read_text(encoding="utf-8")), path.name


# -- the rule on numbers must find what it is meant to find -----------------------------------


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("Of 34 communes 29 are named.", {34, 29}),
        ("It is 1,449.566 km, not 1449.6 km.", {1449.566, 1449.6}),
        ("On 30 June 2025, and in 2017", {2017}),
        ("5.27 pairings for 100 km, and the middle 95 %", {5.27}),
        ("four of them, and both; one is `kept 7` of [04](04-evidence.ipynb)", {4}),
        ("1. First\n2. Second, with 12 more", {12}),
    ],
)
def test_numbers_that_prose_claims(prose, found):
    assert claimed(prose) == found


def test_a_number_must_stand_in_an_output():
    table = {"output_type": "execute_result", "data": {"text/plain": "since  2013-05\nx  54  3.24"}}
    cells = [
        {"cell_type": "markdown", "source": "54, since 2013, and 3.2", "id": "a"},
        {"cell_type": "code", "source": "1 / 99", "outputs": [table], "id": "b"},
        {"cell_type": "markdown", "source": ["54 after, 5, and 55"], "id": "c"},
    ]
    assert unsupported({"cells": cells}) == ["cell c: 5", "cell c: 55"]
