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


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """Make an environment that has the packages of this one, but not twinstudy."""
    folder = tmp_path / "environment"
    venv.EnvBuilder(symlinks=os.name != "nt").create(folder)
    (packages(folder) / "others.pth").write_text(
        "".join(f"{sysconfig.get_path(kind)}\n" for kind in ("purelib", "platlib"))
    )
    return folder


def packages(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": folder}))


def program(folder: Path, name: str) -> str:
    return str(Path(sysconfig.get_path("scripts", "venv", {"base": folder}), name))


def run(folder: Path, *command: str) -> str:
    """Run a program where the checkout cannot be seen; return what it prints."""
    hidden = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.check_output(command, cwd=folder, env=hidden, text=True, encoding="utf-8")


def install(folder: Path, *options: str) -> None:
    pip = [sys.executable, "-m", "pip", "--python", program(folder, "python"), "install"]
    offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--force-reinstall"]
    run(folder, *pip, *offline, *options, str(ROOT))


@pytest.mark.parametrize("options", [[], ["--editable"]], ids=["wheel", "editable"])
def test_data_load_in_an_empty_folder(
    environment: Path, tmp_path: Path, options: list[str]
) -> None:
    install(environment, *options)
    empty = tmp_path / "empty"
    empty.mkdir()
    code = "import twinstudy; print(twinstudy.load().version)"
    version = run(empty, program(environment, "python"), "-c", code)
    assert version.strip() == twinstudy.load().version
    run(empty, program(environment, "twinstudy"), "check")

    installed = packages(environment) / "twinstudy"
    if options:  # nothing is copied that could go stale
        assert not installed.exists()
        return
    data = [path for path in DATA.rglob("*") if path.suffix in SUFFIXES]
    wanted = {installed / "data" / path.relative_to(DATA) for path in data} | {
        installed / path.relative_to(SOURCE)
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path for path in wanted if not path.is_file()} == set()
