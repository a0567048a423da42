"""The shape of the package: layers import downwards, names stay public and told."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import twinstudy

SOURCE = Path(twinstudy.__file__).parent
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
}

#: A layer imports only from those of a lower rank, and from itself.
RANK = {"__init__": 0, "errors": 1, "dates": 2, "tables": 3, "records": 4, "evidence": 5, "network": 6,
        "measures": 7, "figures": 8, "study": 9, "__main__": 10}  # fmt: skip

#: A dataset shows itself; what shows it must know more than a dataset does.
UPWARD = {("records.dataset", "study.display")}

NETWORK = {"socket", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}


def imports(module: str) -> set[str]:
    """All imports of a module from this package, deferred ones too."""
    names = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0
            if node.module == "twinstudy":
                names.add("__init__")
            elif node.module.startswith("twinstudy."):
                names.add(node.module.removeprefix("twinstudy."))
    return names & set(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_go_down(module: str) -> None:
    rank = RANK[module.split(".", maxsplit=1)[0]]
    upward = {name for name in imports(module) if RANK[name.split(".")[0]] > rank}
    assert {(module, name) for name in upward} <= UPWARD


@pytest.mark.parametrize("name", twinstudy.__all__)
def test_a_public_name_is_told_with_an_example(name: str) -> None:
    thing = getattr(twinstudy, name)
    assert ">>> " in (inspect.getdoc(thing) or "") or issubclass(thing, Exception)


@pytest.mark.parametrize("module", sorted(set(MODULES) - {"__main__", "study.dictionary"}))
def test_the_library_does_not_print(module: str) -> None:
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    assert "print" not in {call.id for call in calls if isinstance(call, ast.Name)}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_reaches_the_network_or_runs_text(module: str) -> None:
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & NETWORK
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in NETWORK
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"eval", "exec"}


def test_importing_the_package_costs_next_to_nothing() -> None:
    code = (
        "import sys, twinstudy\n"
        "heavy = {'pandas', 'numpy', 'networkx', 'matplotlib', 'pyarrow', 'scipy'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_loading_does_not_draw_or_build_graphs() -> None:
    code = (
        "import sys, twinstudy\n"
        "twinstudy.load()\n"
        "sys.exit(', '.join(sorted({'networkx', 'matplotlib', 'scipy'} & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_editors_and_type_checkers_see_every_public_name() -> None:
    stub = ast.parse((SOURCE / "__init__.pyi").read_text("utf-8"))
    told = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert told == {name: f"twinstudy.{module}" for name, module in twinstudy._MODULE_OF.items()}


def test_dir_shows_the_public_names_and_nothing_else() -> None:
    assert dir(twinstudy) == sorted(twinstudy.__all__)
