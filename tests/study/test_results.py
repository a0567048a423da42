"""`twinstudy run` from end to end, in a small project."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from twinstudy.__main__ import main
from twinstudy.errors import ArgumentError
from twinstudy.figures.map import plot_map
from twinstudy.records.dataset import Dataset
from twinstudy.study.results import write_results

ROOT = Path(__file__).resolve().parents[2]
DRAW = """from twinstudy import load
from pathlib import Path
_ = Path("../figures/{0}.svg").write_text(f"<svg>{{len(load().pairings) > 0}}</svg>")"""


def write_notebook(path: Path, source: str) -> None:
    cells = [new_markdown_cell(f"# {path.stem}", id="title"), new_code_cell(source, id="code")]
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "twinstudy"\n')
    write_notebook(folder / "notebooks" / "01-one.ipynb", DRAW.format("one"))
    write_notebook(folder / "notebooks" / "02-two.ipynb", "x = 1\nx / 0")
    monkeypatch.chdir(folder / "notebooks")
    # Placing names takes seconds, and nothing here is about them.
    monkeypatch.setattr("twinstudy.report.plot_map", partial(plot_map, labels=False))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_run_from_end_to_end(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--jobs", "2"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "notebooks/01-one.ipynb: ok, 1 figure",
        "notebooks/02-two.ipynb: cell 1, line 2: x / 0: ZeroDivisionError: division by zero",
        "changed: figures/SHA256SUMS",
        "changed: figures/one.svg",
        "changed: notebooks/01-one.ipynb",
        "open ../results/report/index.html",
    ]
    manifest = json.loads((project / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["notebooks"] == {
        "notebooks/01-one.ipynb": "run",
        "notebooks/02-two.ipynb": "failed in cell 1",
    }
    assert set(manifest["outputs"]) == set(files(project / "results")) - {"manifest.json"}
    assert str(project) not in json.dumps(manifest)
    page = (project / "results" / "report" / "notebooks" / "02-two.html").read_text("utf-8")
    assert "ZeroDivisionError" in page

    write_notebook(project / "notebooks" / "02-two.ipynb", DRAW.format("two"))
    assert main(["run", "02"]) == 0
    first = files(project)
    manifest = json.loads(first["results/manifest.json"])
    assert list(manifest["notebooks"].values()) == ["not run", "run"]
    assert main(["run", "02"]) == 0
    assert files(project) == first
    assert "nothing changed" in capsys.readouterr().out


def test_check_changes_nothing_and_names_what_differs(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "notebooks" / "02-two.ipynb").unlink()
    assert main(["run", "--results", str(project.parent / "first")]) == 0
    assert main(["run", "--check"]) == 0
    assert "all figures are as figures/SHA256SUMS says" in capsys.readouterr().out
    assert not (project / "results").exists()
    write_notebook(
        project / "notebooks" / "01-one.ipynb", DRAW.format("one").replace("<svg>", "<svg >", 1)
    )
    before = files(project)
    assert main(["run", "--check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "notebooks/01-one.ipynb: ok, 1 figure",
        "figures/one.svg: drawn otherwise than SHA256SUMS says",
    ]
    assert files(project) == before


def test_results_forget_what_is_no_more_and_keep_what_is_not_theirs(
    project: Path, mini: Dataset
) -> None:
    folder = project / "results"
    (folder / "figures").mkdir(parents=True)
    (folder / "figures" / "old.svg").touch()
    (folder / "mine.txt").touch()
    (project / "precious.txt").touch()
    outputs = {"figures/old.svg": "", "../precious.txt": ""}
    (folder / "manifest.json").write_text(json.dumps({"outputs": outputs}))
    write_results(mini, project, [], [], folder)
    assert not (folder / "figures" / "old.svg").exists()
    assert (folder / "mine.txt").exists()
    assert (project / "precious.txt").exists()


def test_results_do_not_go_where_the_project_is(project: Path, mini: Dataset) -> None:
    with pytest.raises(ArgumentError, match=r"^`results` is '.*/project', which holds the project"):
        write_results(mini, project, [], [], project)


def test_an_interrupt_stops_the_kernels_and_changes_nothing(project: Path) -> None:
    (project / "notebooks" / "02-two.ipynb").unlink()
    mark = project / "started"
    write_notebook(
        project / "notebooks" / "01-one.ipynb",
        f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)",
    )
    before = files(project)
    with subprocess.Popen([sys.executable, "-m", "twinstudy", "run"], cwd=project,
                          env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
                          # a shell's background jobs ignore interrupts, and hand that down
                          preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
                          stderr=subprocess.PIPE, text=True) as command:  # fmt: skip
        while not (mark.exists() and mark.read_text()):
            assert command.poll() is None
            time.sleep(0.1)
        command.send_signal(signal.SIGINT)
        _, said = command.communicate(timeout=30)
    assert command.returncode == 130
    assert said == "twinstudy: interrupted\n"
    kernel = int(mark.read_text())
    mark.unlink()
    assert files(project) == before
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
