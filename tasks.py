"""Make the locked environment and run one task in it.

    python3 tasks.py study    execute every notebook, write every figure and the site
    python3 tasks.py test     unit tests, doctests, notebooks, data check
    python3 tasks.py lab      JupyterLab on the notebooks
    python3 tasks.py site     the site alone, into results/site

    python3 tasks.py data     sort the tables, write what is generated from them
    python3 tasks.py lint     style and types
    python3 tasks.py browser  the tests in Chromium, which must be on PATH
    python3 tasks.py bench    benchmarks
    python3 tasks.py nightly  the tests that take minutes

Needs Python 3.11 or newer and nothing else. What follows the task is handed
to its first command, which is then the only one: `study --help`, `test -k
dates`, `lint --fix`. The environment is .venv, for lab, browser and bench
.venv-lab; it is made anew when its lock file changes. An active conda
environment made from environment.yml takes the place of both.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
SPREAD = "--hypothesis-profile=ci --numprocesses=auto --dist=loadfile"
SITE = "sphinx --fail-on-warning --keep-going --quiet --builder html docs results/site"
TASKS = {  # each command is a module that Python runs, or a script
    "study": ["twinstudy run", "tests/prose.py", SITE],
    "test": [
        f"pytest {SPREAD}",
        (
            "pytest --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval_sanitize.cfg"
            " notebooks examples"
        ),
        "twinstudy check",
    ],
    "lab": ["jupyterlab --allow-root --LabApp.default_url=/lab/tree/notebooks"],
    "site": [SITE],
    "data": ["data/make_files.py"],
    "lint": ["ruff check", "ruff format --check", "mypy"],
    "browser": ["pytest -m browser"],
    "bench": ["benchmarks/run.py"],
    "nightly": ["pytest -m nightly --hypothesis-profile=default"],
}
IN_LAB = ("lab", "browser", "bench")
REPEATABLE = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
# Without the news that JupyterLab offers, which lie over the first figure.
QUIET = '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}\n'


def main(task: str = "", *arguments: str) -> int:
    """Run a task to its end, also after a command has failed; return the first bad exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever Python is there
        sys.exit(f"tasks.py: needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    if task in ("", "-h", "--help"):
        print(__doc__)
        return 0 if task else 2
    if task not in TASKS:
        near = difflib.get_close_matches(task, TASKS, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        print(f"tasks.py: {task!r} is no task{meant}\nThe tasks are {', '.join(TASKS)}.")
        return 2
    os.chdir(ROOT)
    os.environ.update(REPEATABLE)
    if task not in ("browser", "bench", "lint") and conda_is_ready():
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        python = sys.executable
    else:
        python = environment("-lab" if task in IN_LAB else "")
    commands = [command.split() for command in TASKS[task]]
    if arguments:
        commands = [[*commands[0], *arguments]]
    codes = [
        subprocess.run(
            [python, *([] if command[0].endswith(".py") else ["-m"]), *command], check=False
        ).returncode
        for command in commands
    ]
    return next(filter(None, codes), 0)


def environment(name: str) -> str:
    """Return the Python of an environment, which is made first where it is missing or stale."""
    lock, folder = ROOT / f"requirements{name}.lock", ROOT / f".venv{name}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    made_from = folder / "made-from"
    wanted = f"{sys.version_info[:2]} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    if python.exists() and made_from.exists() and made_from.read_text("utf-8") == wanted:
        return str(python)
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "tasks.py: this Python cannot make an environment: its module ensurepip is missing.\n"
            "On Debian and Ubuntu: apt install python3-venv. Then run the same command again."
        )
    packages = len(re.findall("^[a-z0-9]", lock.read_text("utf-8"), re.MULTILINE))
    print(f"tasks.py: installing {packages} packages into {folder.name}: a minute or two, once")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install"]
    try:
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(*pip, "--require-hashes", "--requirement", str(lock))
        # The project itself, by a pointer to src, so that the command `twinstudy` is there.
        run(*pip, "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    except subprocess.CalledProcessError as error:
        sys.exit(f"tasks.py: exit code {error.returncode} from: {' '.join(error.cmd)}")
    if name == "-lab":
        settings = folder / "share/jupyter/lab/settings/overrides.json"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(QUIET, encoding="utf-8")
    made_from.write_text(wanted, encoding="utf-8")
    return str(python)


def run(*command: str) -> None:
    """Run a command whose lines are seen as they come."""
    sys.stdout.flush()
    subprocess.run(command, check=True)


def conda_is_ready() -> bool:
    """Tell whether this Python is an active conda environment's that has all the tasks need."""
    if Path(os.environ.get("CONDA_PREFIX", "")) != Path(sys.prefix):
        return False
    import tomllib  # here, so that an older Python gets as far as the word on its age

    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = table["project"], table["dependency-groups"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["run"], *extras["site"], *extras["geo"]]
    wanted += groups["test"] + groups["lab"]
    names = [re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in wanted]
    there = {re.sub(r"[-_.]+", "-", d.name).lower() for d in importlib.metadata.distributions()}
    missing = sorted(set(names) - there)
    if missing and os.environ.get("CONDA_DEFAULT_ENV") != "base":
        sys.exit(
            f"tasks.py: the active conda environment lacks {', '.join(missing)}.\n"
            "Make the project's own (conda env create -f environment.yml, then conda activate\n"
            "twinstudy), or use none (conda deactivate): then .venv is made and used."
        )
    return not missing


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("tasks.py: interrupted")
