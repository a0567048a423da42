"""The notebooks are run, compared and put back as `twinstudy.study` promises."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from twinstudy.errors import ArgumentError
from twinstudy.study.execution import Run, execute
from twinstudy.study.study import (
    choose_notebooks,
    differences,
    find_project,
    read_sums,
    update,
)

DRAW = "from pathlib import Path\n_ = Path('../figures/{0}').write_text('{1}')"


def write_notebook(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# Title", id="title")]
    cells += [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "twinstudy"\n')
    write_notebook(tmp_path / "notebooks" / "01-one.ipynb", DRAW.format("a.svg", "a"), "1 + 1")
    write_notebook(tmp_path / "notebooks" / "02-two.ipynb", "print({'b', 'a', 'c'})")
    write_notebook(tmp_path / "examples" / "own-data.ipynb", "open('own.csv').read()")
    (tmp_path / "examples" / "own.csv").write_text("left,right\n")
    return tmp_path


def names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]


def test_the_project_is_found_upwards_from_any_folder_of_it(project: Path) -> None:
    assert find_project(project / "examples") == project


def test_without_the_repository_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "else"\n')
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ArgumentError, match=r"not inside the twinstudy repository, .*; clone"):
        find_project(tmp_path)


def test_notebooks_are_chosen_by_path_name_or_start(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert names(choose_notebooks(project)) == ["01-one.ipynb", "02-two.ipynb", "own-data.ipynb"]
    assert names(choose_notebooks(project, ["own-data", "01"])) == [
        "01-one.ipynb",
        "own-data.ipynb",
    ]
    monkeypatch.chdir(project / "notebooks")
    assert names(choose_notebooks(project, ["02-two.ipynb"])) == ["02-two.ipynb"]
    assert names(choose_notebooks(project, ["../examples/own-data.ipynb"])) == ["own-data.ipynb"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("03", "'03' is no notebook of the project; use one of 01-one, 02-two, own-data"),
        ("0", "'0' fits several notebooks; use one of 01-one, 02-two"),
    ],
)
def test_a_wrong_notebook_is_named_with_those_there_are(
    project: Path, name: str, message: str
) -> None:
    with pytest.raises(ArgumentError, match=f"^{message}$"):
        choose_notebooks(project, [name])


def test_a_run_changes_nothing_and_its_update_is_repeatable(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    notebooks = choose_notebooks(project)
    seen: list[tuple[str, int, int]] = []
    runs = execute(
        notebooks, jobs=2, on_cell=lambda path, done, cells: seen.append((path.name, done, cells))
    )
    assert [run.failure for run in runs] == [None] * 3
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
    assert ("01-one.ipynb", 2, 2) in seen

    changed = update(project, runs, whole=True)
    assert names(changed) == [
        "own-data.ipynb",
        "SHA256SUMS",
        "a.svg",
        "01-one.ipynb",
        "02-two.ipynb",
    ]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=project / "figures",
                   check=True, capture_output=True)  # fmt: skip
    executed = nbformat.read(notebooks[0], 4)
    assert [cell.execution_count for cell in executed.cells[1:]] == [1, 2]
    assert executed.cells[2].outputs[0].data["text/plain"] == "2"
    assert executed.metadata.language_info == {"name": "python"}
    assert not any("execution" in cell.metadata for cell in executed.cells)

    again = execute(notebooks[:2])
    assert update(project, again, whole=False) == []
    assert differences(project, again, whole=False) == []


def test_a_failing_cell_is_told_and_the_other_notebooks_run(project: Path) -> None:
    broken = write_notebook(
        project / "notebooks" / "02-two.ipynb",
        DRAW.format("b.svg", "b"),
        "def f(x):\n    return 1 / x",
        "x = 0\nf(x)",
        "never = 1",
    )
    source = broken.read_bytes()
    runs = execute(choose_notebooks(project, ["01", "02"]))
    failures = [str(run.failure) for run in runs if run.failure]
    assert failures == ["cell 3, line 2: f(x): ZeroDivisionError: division by zero"]
    changed = update(project, runs, whole=True)
    assert broken not in changed
    assert broken.read_bytes() == source
    assert list(read_sums(project / "figures")) == ["a.svg"]
    assert b"ZeroDivisionError" in runs[1].executed


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x =", r"cell 1, line 1: x =: SyntaxError: .*"),
        ("import os\nos._exit(3)", "cell 1: the kernel died; the cell may need much memory"),
        ("import time\ntime.sleep(60)", "cell 1: the cell took more than 1 s"),
    ],
)
def test_other_ways_to_fail(project: Path, source: str, message: str) -> None:
    notebook = write_notebook(project / "notebooks" / "01-one.ipynb", source)
    [run] = execute([notebook], timeout=1)
    with pytest.raises(AssertionError, match=f"^{message}$"):
        raise AssertionError(run.failure)


def test_a_file_that_is_no_notebook(project: Path) -> None:
    notebook = project / "notebooks" / "01-one.ipynb"
    notebook.write_text("{")
    [run] = execute([notebook])
    assert str(run.failure).startswith("the file is no notebook: Notebook does not appear")


def test_figures_that_no_notebook_draws_any_more_go(project: Path) -> None:
    one, two = project / "notebooks" / "01-one.ipynb", project / "notebooks" / "02-two.ipynb"
    both = [Run(one, b"1", {"a.svg": b"a"}), Run(two, b"2", {"b.svg": b"b"})]
    update(project, both, whole=True)
    (project / "figures" / "by-hand.svg").touch()
    fewer = [both[0], Run(two, b"2", {})]
    assert differences(project, fewer, whole=True) == ["figures/b.svg: drawn by no notebook"]
    update(project, fewer[1:], whole=False)
    assert sorted(read_sums(project / "figures")) == ["a.svg", "b.svg"]
    update(project, fewer, whole=True)
    assert sorted(path.name for path in (project / "figures").iterdir()) == [
        "SHA256SUMS",
        "a.svg",
        "by-hand.svg",
    ]


def test_differences_are_named(project: Path) -> None:
    one = project / "notebooks" / "01-one.ipynb"
    update(project, [Run(one, b"1", {"a.svg": b"a", "b.svg": b"b", "c.svg": b"c"})], whole=True)
    (project / "figures" / "c.svg").write_bytes(b"edited")
    drawn = [Run(one, b"1", {"a.svg": b"A", "c.svg": b"c", "new.svg": b"n"})]
    assert differences(project, drawn, whole=True) == [
        "figures/a.svg: drawn otherwise than SHA256SUMS says",
        "figures/b.svg: drawn by no notebook",
        "figures/c.svg: the file is not the one that SHA256SUMS names",
        "figures/new.svg: drawn, but not in SHA256SUMS",
    ]
    assert differences(project, drawn, whole=False)[1] == (
        "figures/c.svg: the file is not the one that SHA256SUMS names"
    )


def test_a_broken_list_of_checksums_is_told(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text("abc  a.svg\n")
    with pytest.raises(ArgumentError, match=r"^SHA256SUMS:1: 'abc  a.svg' is not a checksum"):
        read_sums(tmp_path)


def test_jobs_must_be_a_count() -> None:
    with pytest.raises(ArgumentError, match=r"^`jobs` is 0; use 1 or more$"):
        execute([], jobs=0)
