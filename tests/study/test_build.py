"""The notebooks are run, compared and put back as `twinstudy.study.build` promises."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from twinstudy.errors import ArgumentError
from twinstudy.study import build
from twinstudy.study.build import (
    Run,
    changes,
    choose_notebooks,
    execute,
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


def written(project: Path, *runs: Run, whole: bool = True) -> list[str]:
    """Put what runs gave into the project; return what that changed."""
    changed = changes(project, runs, whole=whole)
    update(project, changed)
    return [name.rpartition("/")[2] for name in changed]


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
    ended: list[Path] = []
    runs = execute(notebooks, jobs=2, on_end=lambda run: ended.append(run.notebook))
    assert [run.failure for run in runs] == [""] * 3
    assert [run.notebook for run in runs] == notebooks
    assert sorted(ended) == sorted(notebooks)
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before

    assert written(project, *runs) == [
        *("own-data.ipynb", "SHA256SUMS", "a.svg", "01-one.ipynb", "02-two.ipynb"),
    ]
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=project / "figures",
                   check=True, capture_output=True)  # fmt: skip
    executed = nbformat.read(notebooks[0], 4)
    assert [cell.execution_count for cell in executed.cells[1:]] == [1, 2]
    assert executed.cells[2].outputs[0].data["text/plain"] == "2"
    assert executed.metadata.language_info == {"name": "python"}
    assert not any("execution" in cell.metadata for cell in executed.cells)
    assert written(project, *execute(notebooks[:2]), whole=False) == []


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
    failures = [run.failure for run in runs if run.failure]
    assert failures == ["cell 3, line 2: f(x): ZeroDivisionError: division by zero"]
    assert written(project, *runs) == ["SHA256SUMS", "a.svg", "01-one.ipynb"]
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
def test_other_ways_to_fail(
    project: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    notebook = write_notebook(project / "notebooks" / "01-one.ipynb", source)
    monkeypatch.setattr(build, "TIMEOUT", 1)
    [run] = execute([notebook])
    with pytest.raises(AssertionError, match=f"^{message}$"):
        raise AssertionError(run.failure)


def test_a_file_that_is_no_notebook(project: Path) -> None:
    notebook = project / "notebooks" / "01-one.ipynb"
    notebook.write_text("{")
    [run] = execute([notebook])
    assert run.failure.startswith("the file is no notebook: Notebook does not appear")


def test_settings_of_the_user_reach_no_kernel(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "matplotlibrc").write_text("patch.linewidth: 7\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    notebook = write_notebook(
        project / "notebooks" / "01-one.ipynb",
        "import matplotlib, os",
        "print(matplotlib.rcParams['patch.linewidth'], os.environ['PYTHONHASHSEED'])",
    )
    [run] = execute([notebook])
    assert b'"1.0 0\\n"' in run.executed


def test_figures_that_no_notebook_draws_any_more_go_and_others_stay(project: Path) -> None:
    one, two = project / "notebooks" / "01-one.ipynb", project / "notebooks" / "02-two.ipynb"
    first = Run(one, b"1", {"a.svg": b"a"})
    written(project, first, Run(two, b"2", {"b.svg": b"b"}))
    (project / "figures" / "by-hand.svg").touch()
    failed = Run(two, b"3", {}, failure="cell 1")
    assert written(project, first, failed) == []
    assert written(project, Run(two, b"2", {}), whole=False) == []
    assert written(project, first, Run(two, b"2", {})) == ["SHA256SUMS", "b.svg"]
    there = sorted(path.name for path in (project / "figures").iterdir())
    assert there == ["SHA256SUMS", "a.svg", "by-hand.svg"]


def test_what_was_changed_by_hand_is_seen(project: Path) -> None:
    run = Run(project / "notebooks" / "01-one.ipynb", b"1", {"a.svg": b"a"})
    written(project, run)
    (project / "figures" / "a.svg").write_bytes(b"edited")
    assert changes(project, [run], whole=True) == {"figures/a.svg": b"a"}


@pytest.mark.parametrize("name", ["../README.md", "/etc/motd", "a/../../b", ""])
def test_a_list_of_checksums_names_files_beside_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  a.svg\n{'0' * 64}  {name}\n")
    with pytest.raises(ArgumentError, match=r"^SHA256SUMS:2: '0+  .*' is not a checksum and"):
        read_sums(tmp_path)


def test_jobs_must_be_a_count() -> None:
    with pytest.raises(ArgumentError, match=r"^`jobs` is 0; use 1 or more$"):
        execute([], jobs=0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_run_leaves_nothing_and_says_so(
    project: Path, tmp_path_factory: pytest.TempPathFactory, number: signal.Signals
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    begun = project / "begun"
    source = f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(60)"
    write_notebook(project / "notebooks" / "01-one.ipynb", source)
    # a child ignores what its parent ignores, as in tests run in the background
    before = signal.signal(number, signal.SIG_DFL)
    running = subprocess.Popen(
        [sys.executable, "-m", "twinstudy", "run"],
        cwd=project,
        env={**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    signal.signal(number, before)
    last = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < last:
        time.sleep(0.1)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "twinstudy: interrupted\n")
    assert list(scratch.iterdir()) == []
    assert not (project / "figures").exists()
