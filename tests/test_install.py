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
SOURCE = ROOT / "src" / "twinstudy"

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
    version = run(
        empty,
        program(environment, "python"),
        "-c",
        "import twinstudy; print(twinstudy.load().version)",
    )
    assert version.strip() == twinstudy.load().version
    run(empty, program(environment, "twinstudy"), "check")


def test_every_file_is_in_the_wheel(environment: Path) -> None:
    install(environment)
    installed = packages(environment) / "twinstudy"
    wanted = {p for p in SOURCE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert {p for p in wanted if not (installed / p.relative_to(SOURCE)).is_file()} == set()
    data = {
        p
        for p in (ROOT / "data").rglob("*")
        if p.suffix in {".bib", ".csv", ".json", ".geojson", ".md"}
    }
    assert {
        p for p in data if not (installed / "data" / p.relative_to(ROOT / "data")).is_file()
    } == set()


def test_an_editable_install_copies_no_data(environment: Path) -> None:
    install(environment, "--editable")
    assert not (packages(environment) / "twinstudy").exists()
