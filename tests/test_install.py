"""The package brings its data and its other files, from a wheel and from an editable install."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import twinstudy

ROOT = Path(__file__).resolve().parent.parent
SOURCE, DATA = ROOT / "src" / "twinstudy", ROOT / "data"
SUFFIXES = {".bib", ".csv", ".json", ".geojson", ".md"}

pytestmark = pytest.mark.wheel


def place(folder, kind, name):
    """Return where something of an environment is, in its ``scripts`` or ``purelib``."""
    return Path(sysconfig.get_path(kind, "venv", {"base": folder}), name)


@pytest.fixture
def environment(tmp_path):
    """Make an environment that has the packages of this one, but not twinstudy."""
    folder = tmp_path / "environment"
    venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    others = "".join(f"{sysconfig.get_path(kind)}\n" for kind in ("purelib", "platlib"))
    place(folder, "purelib", "others.pth").write_text(others)
    return folder


def run(folder, *command):
    """Run a program where the checkout cannot be seen; return what it prints."""
    hidden = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.check_output(command, cwd=folder, env=hidden, text=True, encoding="utf-8")


@pytest.mark.parametrize("options", [[], ["--editable"]], ids=["wheel", "editable"])
def test_data_load_in_an_empty_folder(environment, tmp_path, options):
    python = place(environment, "scripts", "python")
    offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--force-reinstall"]
    run(environment, sys.executable, "-m", "pip", "--python", python, "install", *offline,
        *options, ROOT)  # fmt: skip
    empty = tmp_path / "empty"
    empty.mkdir()
    version = run(empty, python, "-c", "import twinstudy; print(twinstudy.load().version)")
    assert version.strip() == twinstudy.load().version
    run(empty, place(environment, "scripts", "twinstudy"), "check")

    installed = place(environment, "purelib", "twinstudy")
    if options:  # nothing is copied that could go stale
        assert not installed.exists()
        return
    data = [path.relative_to(DATA) for path in DATA.rglob("*") if path.suffix in SUFFIXES]
    files = [path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file()]
    wanted = ["data" / path for path in data] + [path for path in files if path.suffix != ".pyc"]
    assert [path for path in wanted if not (installed / path).is_file()] == []
