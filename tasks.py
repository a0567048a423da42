"""Make the locked environment and run one task in it.

    python3 tasks.py study    execute every notebook, write every figure and the report
    python3 tasks.py test     unit tests, doctests, notebooks, data check
    python3 tasks.py lab      JupyterLab on the notebooks
    python3 tasks.py data     sort the tables, write data/README.md and data/datapackage.json
    python3 tasks.py lint     style and types

    python3 tasks.py extras   the tests again, with every optional package: none is skipped
    python3 tasks.py browser  the tests in Chromium, which must be on PATH
    python3 tasks.py nightly  the tests that take minutes
    python3 tasks.py bench    benchmarks

Needs Python 3.11 or newer and nothing else. What follows the task is handed to its first command,
which is then the only one: `study --help`, `test -k dates`, `lint --fix`. The environment is .venv
(lab: .venv-lab; the last four: .venv-extras) and is made anew when its lock file changes. Where an
active conda environment was made from environment.yml, it takes the place of .venv and .venv-lab.
"""

from __future__ import annotations

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
TASKS = {  # each command is a module that Python runs, or a script
    "study": ["twinstudy run"],
    "test": [
        f"pytest {SPREAD}",
        (
            "pytest --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval_sanitize.cfg"
            " notebooks examples"
        ),
        "twinstudy check",
    ],
    "lab": [
        (
            "jupyterlab --LabApp.default_url=/lab/tree/notebooks --LabApp.news_url=None"
            " --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
        )
    ],
    "data": ["data/make_files.py"],
    "lint": ["ruff check", "ruff format --check", "mypy"],
    "extras": [f"pytest {SPREAD}"],
    "browser": ["pytest -m browser"],
    "nightly": ["pytest -m nightly --hypothesis-profile=default"],
    "bench": ["benchmarks/run.py"],
}
LOCKS = {"lab": "-lab", **dict.fromkeys(["extras", "browser", "nightly", "bench"], "-extras")}
REPEATABLE = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}


def main(task: str = "", *arguments: str) -> int:
    """Run a task to its end, also after a command has failed; return the first bad exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever Python is there
        sys.exit(f"tasks.py: needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    if task not in TASKS:
        print(__doc__)
        return 0 if task in ("-h", "--help") else 2
    os.chdir(ROOT)
    os.environ.update(REPEATABLE)
    if task not in ("lab", "browser"):  # where figures are to appear on the page
        os.environ["MPLBACKEND"] = "agg"
    lock = LOCKS.get(task, "")
    if lock != "-extras" and task != "lint" and conda_is_ready():
        os.environ["PYTHONPATH"] = str(ROOT / "src")
        python = sys.executable
    else:
        python = environment(lock)
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
            "tasks.py: this Python cannot make an environment, for want of its ensurepip module.\n"
            "On Debian and Ubuntu: apt install python3-venv. Then run the same command again."
        )
    print(f"tasks.py: making {folder.name} from {lock.name}; this takes a minute", flush=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    site = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        subprocess.run([*pip, "--require-hashes", "--requirement", str(lock)], check=True)
        packages = subprocess.run(site, check=True, capture_output=True, text=True).stdout.strip()
    except subprocess.CalledProcessError as error:
        sys.exit(f"tasks.py: exit code {error.returncode} from: {' '.join(error.cmd)}")
    # Relative, since Python before 3.13 reads .pth files in the encoding of the locale.
    source = os.path.relpath(ROOT / "src", packages)
    Path(packages, "twinstudy.pth").write_text(f"{source}\n", encoding="utf-8")
    made_from.write_text(wanted, encoding="utf-8")
    return str(python)


def conda_is_ready() -> bool:
    """Tell whether this Python is an active conda environment's that has all the tasks need."""
    if Path(os.environ.get("CONDA_PREFIX", "")) != Path(sys.prefix):
        return False
    import tomllib  # here, so that an older Python gets as far as the word on its age

    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = table["project"], table["dependency-groups"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["run"] + extras["parallel"] + groups["test"]
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
