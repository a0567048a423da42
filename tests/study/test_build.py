"""The notebooks are run, compared and put back as `twinstudy.study.build` promises."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from twinstudy.errors import ArgumentError
from twinstudy.study import build
from twinstudy.study.build import Run, changes, choose_notebooks, execute, find_project, update

ONE, TWO = "notebooks/01-one.ipynb", "notebooks/02-two.ipynb"
DRAW = "from pathlib import Path\n_ = Path('../figures/{0}').write_text('{0}')"


def write_notebook(path, *sources):
    cells = [new_markdown_cell("# Title", id="title")]
    cells += [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    write_notebook(folder / ONE, DRAW.format("a.svg"), "1 + 1")
    (folder / "pyproject.toml").write_text('[project]\nname = "twinstudy"\n')
    write_notebook(folder / TWO, "print({'b', 'a', 'c'})")
    write_notebook(folder / "examples" / "own-data.ipynb", "open('own.csv').read()")
    (folder / "examples" / "own.csv").write_text("left,right\n")
    return folder


def contents(project):
    paths = [path for path in project.rglob("*") if path.is_file()]
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}


def written(project, *runs, whole=True):
    """Put what runs gave into the project; return what that changed."""
    changed = changes(project, runs, whole=whole)
    update(project, changed)
    return [Path(name).name for name in changed]


# -- which -------------------------------------------------------------------------------------


def test_the_project_is_found_upwards_and_jobs_are_a_count(project):
    with pytest.raises(ArgumentError, match=r"^`jobs` is 0; use 1 or more$"):
        execute([], jobs=0)
    assert find_project(project / "examples") == project
    (project / "pyproject.toml").write_text('[project]\nname = "else"\n')
    with pytest.raises(ArgumentError, match=r"not inside the twinstudy repository, .*; clone"):
        find_project(project)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], ["01-one", "02-two", "own-data"]),
        (["own-data", "01", "01-one"], ["01-one", "own-data"]),
        (["02-two.ipynb"], ["02-two"]),
        (["../examples/own-data.ipynb"], ["own-data"]),
        (["03"], "'03' is no notebook of the project; use one of 01-one, 02-two, own-data"),
        (["0"], "'0' fits several notebooks; use one of 01-one, 02-two"),
    ],
)
def test_notebooks_are_chosen_by_path_name_or_start(project, names, chosen):
    if isinstance(chosen, list):
        assert [path.stem for path in choose_notebooks(project, names)] == chosen
    else:
        with pytest.raises(ArgumentError, match=f"^{chosen}$"):
            choose_notebooks(project, names)


# -- running -----------------------------------------------------------------------------------


def test_a_run_changes_nothing_and_its_update_is_repeatable(project):
    before = contents(project)
    notebooks = choose_notebooks(project)
    ended = []
    runs = execute(notebooks, jobs=2, on_end=lambda run: ended.append(run.notebook))
    assert [(run.notebook, run.failure) for run in runs] == [(path, "") for path in notebooks]
    assert sorted(ended) == sorted(notebooks)
    assert contents(project) == before

    everything = ["a.svg", "01-one.ipynb", "02-two.ipynb", "own-data.ipynb", "SHA256SUMS"]
    assert written(project, *runs) == everything
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=project / "figures",
                   check=True, capture_output=True)  # fmt: skip
    executed = nbformat.read(project / ONE, 4)
    assert [cell.execution_count for cell in executed.cells[1:]] == [1, 2]
    assert executed.cells[2].outputs[0].data["text/plain"] == "2"
    assert executed.metadata.language_info == {"name": "python"}
    assert not any("execution" in cell.metadata for cell in executed.cells)
    assert written(project, *execute(notebooks[:2]), whole=False) == []


def test_a_failing_cell_is_told_and_the_other_notebooks_run(project):
    cells = DRAW.format("b.svg"), "def f(x):\n    return 1 / x", "x = 0\nf(x)", "never = 1"
    source = write_notebook(project / TWO, *cells).read_bytes()
    runs = execute(choose_notebooks(project, ["01", "02"]))
    failures = [run.failure for run in runs if run.failure]
    assert failures == ["cell 3, line 2: f(x): ZeroDivisionError: division by zero"]
    assert b"ZeroDivisionError" in runs[1].executed
    assert written(project, *runs) == ["a.svg", "01-one.ipynb", "SHA256SUMS"]
    assert (project / TWO).read_bytes() == source
    assert list(build.read_sums(project / "figures")) == ["a.svg"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x =", r"cell 1, line 1: x =: SyntaxError: .*"),
        ("import os\nos._exit(3)", "cell 1: the kernel died; the cell may need much memory"),
        ("import time\ntime.sleep(60)", "cell 1: the cell took more than 1 s"),
        (None, "the file is no notebook: Notebook does not appear to be JSON: .*"),
    ],
)
def test_other_ways_to_fail(project, monkeypatch, source, message):
    monkeypatch.setattr(build, "TIMEOUT", 1)
    path = write_notebook(project / ONE, source or "")
    if source is None:
        path.write_text("{", encoding="utf-8")
    [run] = execute([path])
    assert re.fullmatch(message, run.failure)


def test_settings_of_the_user_reach_no_kernel(tmp_path, monkeypatch):
    (tmp_path / "matplotlibrc").write_text("patch.linewidth: 7\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "matplotlibrc"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    names = " + ".join(f"os.environ['{name}']" for name in build.REPEATABLE)
    source = f"import matplotlib, os\nmatplotlib.rcParams['patch.linewidth'], {names}"
    [run] = execute([write_notebook(tmp_path / "notebooks" / "a.ipynb", source)])
    output = nbformat.reads(run.executed.decode(), 4).cells[1].outputs[0].data["text/plain"]
    assert output == "(1.0, '0module://matplotlib_inline.backend_inline111')"


# -- writing -----------------------------------------------------------------------------------


def test_figures_that_no_notebook_draws_any_more_go_and_others_stay_as_they_are_drawn(project):
    one, two = project / ONE, project / TWO
    first = Run(one, b"1", {"a.svg": b"a"})
    written(project, first, Run(two, b"2", {"b.svg": b"b"}))
    (project / "figures" / "by-hand.svg").touch()
    assert written(project, first, Run(two, b"3", {}, "cell 1")) == []
    assert written(project, Run(two, b"2", {}), whole=False) == []
    assert written(project, first, Run(two, b"2", {})) == ["b.svg", "SHA256SUMS"]
    there = sorted(path.name for path in (project / "figures").iterdir())
    assert there == ["SHA256SUMS", "a.svg", "by-hand.svg"]
    (project / "figures" / "a.svg").write_bytes(b"edited")
    assert changes(project, [first], whole=False) == {"figures/a.svg": b"a"}


STEPS = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "shutil.copyfile"}


def killed(step, project, changed):
    """Update a project in a process that is killed before one of its steps; tell whether it was."""

    def kill(event, _arguments):
        nonlocal step
        step -= event in STEPS
        if step < 0:
            os._exit(9)

    child = os.fork()
    if not child:
        sys.addaudithook(kill)
        try:
            update(project, changed)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_whenever_a_run_is_killed_the_sums_show_it_and_the_next_run_mends_it(project, tmp_path):
    one, two = project / ONE, project / TWO
    figures = {"a.svg": b"a", "b.svg": b"b", "c.svg": b"c"}
    written(project, Run(one, b"old", figures), Run(two, b"old", {}))
    old = contents(project)
    runs = [Run(one, b"new", {"a.svg": b"A", "b.svg": b"B"}), Run(two, b"new", {"d.svg": b"D"})]
    whole = changes(project, runs, whole=True)
    new = {**old, **whole}
    del new["figures/c.svg"]
    for step in range(1000):
        copy = shutil.copytree(project, tmp_path / str(step))
        there = [run._replace(notebook=copy / run.notebook.relative_to(project)) for run in runs]
        if not killed(step, copy, whole):
            break
        found = {name: data for name, data in contents(copy).items() if "/." not in f"/{name}"}
        assert found.items() <= {*old.items(), *new.items()}
        check = subprocess.run(["sha256sum", "--check", "--status", "SHA256SUMS"],
                               cwd=copy / "figures", check=False)  # fmt: skip
        assert (check.returncode == 0) == (found in (old, new))
        written(copy, *there)
        assert contents(copy) == new
    assert step > 20
    assert contents(copy) == new


@pytest.mark.parametrize("name", ["../README.md", "/etc/motd", "a/../../b", ""])
def test_a_list_of_checksums_names_files_beside_it(tmp_path, name):
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  a.svg\n{'0' * 64}  {name}\n")
    with pytest.raises(ArgumentError, match=r"^SHA256SUMS:2: '0+  .*' is not a checksum and"):
        build.read_sums(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_run_leaves_nothing_and_says_so(project, tmp_path, number):
    scratch, begun = tmp_path / "scratch", tmp_path / "begun"
    scratch.mkdir()
    source = f"import time\nopen({str(begun)!r}, 'w').close()\ntime.sleep(60)"
    write_notebook(project / ONE, source)
    # a child ignores what its parent ignores, as in tests run in the background
    before = signal.signal(number, signal.SIG_DFL)
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}
    running = subprocess.Popen([sys.executable, "-m", "twinstudy", "run"], cwd=project,
                               env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, start_new_session=True)  # fmt: skip
    signal.signal(number, before)
    last = time.monotonic() + 60
    while not begun.exists() and time.monotonic() < last:
        time.sleep(0.1)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (130, "", "twinstudy: interrupted\n")
    assert list(scratch.iterdir()) == []
    assert not (project / "figures").exists()
