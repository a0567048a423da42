"""What the notebooks promise their readers, and that their checks compare something."""

from __future__ import annotations

import ast
import re
import unicodedata
from pathlib import Path

import pytest
from prose import claimed, unsupported

import twinstudy
from twinstudy.study.build import read_sums

ROOT = Path(__file__).parents[2]
FIGURES = ROOT / "figures"
STUDY = sorted((ROOT / "notebooks").glob("*.ipynb"))
ALL = STUDY + sorted((ROOT / "examples").glob("*.ipynb"))

MOST_CELLS, MOST_LINES, MOST_COLUMNS = 15, 60, 115
FORBIDDEN = re.compile(r"\b(def|class|read_csv|read_excel|open|sys\.path|warnings)\b")


def read(path: Path):
    nbformat = pytest.importorskip("nbformat")
    return nbformat.read(path, 4)


def code_cells(nb):
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def printed(cells) -> str:
    return "".join(o.text for cell in cells for o in cell.outputs if o.output_type == "stream")


def test_the_notebooks_of_the_study_are_there():
    assert [path.stem for path in STUDY] == [
        *("01-coverage", "02-density", "03-timelines", "04-evidence", "05-network"),
        *("06-distance", "07-contents"),
    ]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
class TestEveryNotebook:
    def test_it_is_executed_from_the_first_cell_to_the_last(self, path):
        cells = code_cells(read(path))
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))

    def test_its_outputs_hold_no_error_and_no_warning(self, path):
        outputs = [output for cell in code_cells(read(path)) for output in cell.outputs]
        assert [o for o in outputs if o.output_type == "error"] == []
        assert [o.text for o in outputs if o.get("name") == "stderr"] == []

    def test_no_output_is_hidden_by_a_semicolon(self, path):
        cells = code_cells(read(path))
        assert [c.id for c in cells if c.source.rstrip().endswith(";")] == []

    def test_it_is_thin(self, path):
        cells = code_cells(read(path))
        assert len(cells) <= MOST_CELLS
        lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= MOST_LINES
        for cell in cells:
            names = {n.id for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Name)}
            nodes = {type(node).__name__ for node in ast.walk(ast.parse(cell.source))}
            assert not nodes & {"FunctionDef", "ClassDef", "Lambda", "Global"}, cell.id
            assert not FORBIDDEN.search(cell.source), cell.id
            assert "display" not in names, cell.id

    def test_its_cells_have_distinct_names(self, path):
        ids = [cell.id for cell in read(path).cells]
        assert len(set(ids)) == len(ids)

    def test_it_names_no_version_of_python_and_no_time(self, path):
        nb = read(path)
        assert nb.metadata.language_info == {"name": "python"}
        assert [cell.id for cell in nb.cells if "execution" in cell.metadata] == []

    def test_its_text_is_composed_and_fits_the_page(self, path):
        nb = read(path)
        text = "\n".join([*(cell.source for cell in nb.cells), printed(code_cells(nb))])
        assert unicodedata.is_normalized("NFC", text)
        wide = [line for line in printed(code_cells(nb)).splitlines() if len(line) > MOST_COLUMNS]
        assert wide == []


@pytest.mark.parametrize("path", STUDY, ids=lambda path: path.stem)
class TestEveryStudy:
    def test_it_opens_with_its_question_and_its_limits(self, path):
        first = read(path).cells[0]
        assert first.cell_type == "markdown"
        assert first.source.startswith("# ")
        assert "**Findings.**" in first.source
        assert "cannot say.**" in first.source

    def test_it_prints_the_version_of_the_data(self, path):
        assert twinstudy.load().version in printed(code_cells(read(path))[:1])

    def test_every_cell_shows_something(self, path):
        silent = [cell.id for cell in code_cells(read(path)) if not cell.outputs]
        assert silent == []

    def test_every_number_of_the_prose_stands_in_an_output(self, path):
        assert unsupported(read(path)) == []

    def test_no_place_holder_is_left(self, path):
        prose = [c.source for c in read(path).cells if c.cell_type == "markdown"]
        assert [text for text in prose if re.search(r"\bXX\b|TODO|TBD", text)] == []

    def test_every_picture_has_words_and_a_caption(self, path):
        cells = [
            cell
            for cell in code_cells(read(path))
            if any("image/png" in output.get("data", {}) for output in cell.outputs)
        ]
        assert cells
        for cell in cells:
            told = cell.metadata["mystnb"]
            assert len(told["image"]["alt"]) > 80, cell.id
            assert told["figure"]["caption"], cell.id


def drawn() -> set[str]:
    source = "".join(cell.source for path in ALL for cell in code_cells(read(path)))
    return set(re.findall(r'"\.\./figures/([\w-]+)"', source))


def test_every_figure_is_there_twice_and_has_its_checksum():
    expected = {f"{name}{ending}" for name in drawn() for ending in (".png", ".svg")}
    assert set(read_sums(FIGURES)) == expected
    assert {path.name for path in FIGURES.iterdir()} == expected | {"SHA256SUMS"}


def test_the_checksums_are_those_of_the_files():
    from hashlib import sha256

    sums = read_sums(FIGURES)
    assert {n: sha256((FIGURES / n).read_bytes()).hexdigest() for n in sums} == sums


def test_a_vector_figure_names_no_program_and_no_day():
    for path in FIGURES.glob("*.svg"):
        text = path.read_text(encoding="utf-8")
        assert "<dc:date>" not in text, path.name
        assert "atplotlib v" not in text, path.name


class TestTheRuleOnNumbers:
    """The rule must find what it is meant to find."""

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
    def test_numbers_that_prose_claims(self, prose, found):
        assert claimed(prose) == found

    def test_a_number_must_stand_in_an_output(self):
        table = {"output_type": "execute_result", "data": {"text/plain": "since  2013-05\nx  54"}}
        cells = [
            {"cell_type": "markdown", "source": "54, since 2013", "id": "a"},
            {"cell_type": "code", "source": "1 / 99", "outputs": [table], "id": "b"},
            {"cell_type": "markdown", "source": ["54 after, and 55"], "id": "c"},
        ]
        assert unsupported({"cells": cells}) == ["cell c: 55"]
