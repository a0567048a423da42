"""The files that describe the environment agree with each other."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {  # and what each is made for
    "requirements.lock": ["core", "run", "site", "geo", "test", "lint"],
    "requirements-lab.lock": ["lab", "bench", "browser"],
}
CONDA_ONLY = {"python", "pip"}
TABLE = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(*parts: str) -> dict[str, Requirement]:
    project = TABLE["project"]
    lists = project["optional-dependencies"] | TABLE["dependency-groups"]
    lists["core"] = project["dependencies"]
    wanted = [Requirement(text) for part in parts for text in lists[part]]
    return {r.name: r for r in wanted if r.name != "twinstudy"}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def conda_pins() -> dict[str, str]:
    """Name to pin, the empty text where there is none; of the pip part, only real packages."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    from_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    entries = [e for e in listed if isinstance(e, str)] + [e for e in from_pip if e != "-e ."]
    pins = {name: pin for name, _, pin in (re.split(r"(==?)", e + "=")[:3] for e in entries)}
    return {"igraph" if name == "python-igraph" else name: pin for name, pin in pins.items()}


def test_conda_has_the_direct_requirements_in_the_locked_versions() -> None:
    pins, versions = conda_pins(), locked("requirements-lab.lock")
    assert set(pins) - CONDA_ONLY == set(requirements("core", "run", "site", "geo", "test", "lab"))
    for name in set(pins) - CONDA_ONLY:
        assert f"{versions[name]}.".startswith(f"{pins[name]}."), f"{name}={pins[name]}"
    python = Requirement(f"python{TABLE['project']['requires-python']}")
    assert python.specifier.contains(pins["python"])


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_satisfies_the_requirements_names_no_place_and_hashes_everything(lock: str) -> None:
    versions = locked(lock)
    for name, requirement in requirements(*LOCKS[lock]).items():
        version = versions[canonicalize_name(name)]
        assert requirement.specifier.contains(version), f"{requirement}, locked {version}"
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = r"[a-z0-9-]+==\S+(?: ; [^\\\n]+)?"
    assert re.fullmatch(rf"(?:{pinned}(?: \\\n    --hash=sha256:[0-9a-f]{{64}})+\n)+", text)
    assert "//" not in text


def test_the_larger_lock_holds_the_same_versions() -> None:
    small, lab = (locked(name) for name in LOCKS)
    assert small.items() <= lab.items()
    # They are large, and pyarrow changes how pandas prints types, and so the stored outputs.
    assert not {"pyarrow", "scipy"} & {*lab, *conda_pins()}


def test_every_import_is_a_direct_requirement_and_types_are_shipped() -> None:
    assert (ROOT / "src/twinstudy/py.typed").is_file()
    imported = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add((node.module or "").partition(".")[0])
    owners = importlib.metadata.packages_distributions()
    others = imported - sys.stdlib_module_names - {"twinstudy"}
    used = {canonicalize_name(owners.get(name, [name])[0]) for name in others}
    assert used <= set(requirements("core", "run", "geo"))
