"""The shape of the package: small, layers that import downwards, names that are public and told."""

import ast
import inspect
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import twinstudy

SOURCE = Path(twinstudy.__file__).parent
TESTS = Path(__file__).parent
TEXTS = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts): path.read_text("utf-8")
    for path in sorted(SOURCE.rglob("*.py"))
}
TREES = {module: ast.parse(text) for module, text in TEXTS.items()}
EACH = pytest.mark.parametrize("module", TREES)

#: A folder or module imports only from those of a lower rank, and from its own folder.
RANK = {"__init__": 0, "errors": 1, "dates": 2, "tables": 3, "records": 4, "evidence": 5, "network": 6,
        "measures": 7, "figures": 8, "study": 9, "__main__": 10}  # fmt: skip
NETWORK = {"socket", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}
BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
         tokenize.ENDMARKER}  # fmt: skip


def imports(module: str) -> Iterator[str]:
    """All modules of this package that a module imports, also where it does so late."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.ImportFrom) and node.module == "twinstudy":
            yield from (twinstudy._MODULE_OF.get(alias.name, "__init__") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("twinstudy."):
            path = (node.module or "").removeprefix("twinstudy.")
            yield from (path if path in TREES else f"{path}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ("__init__" for alias in node.names if alias.name == "twinstudy")


def lines_of(module: str) -> tuple[int, int]:
    """How many lines of a module hold code, and how many docstrings."""
    told: set[int] = set()
    for node in ast.walk(TREES[module]):
        kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        if isinstance(node, kinds) and ast.get_docstring(node) is not None:
            told.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(TEXTS[module]).readline):
        if token.type not in BLANK:
            code.update(range(token.start[0], token.end[0] + 1))
    return len(code - told), len(told)


# -- size --------------------------------------------------------------------------------------


def test_the_package_is_small() -> None:
    assert len(TREES) <= 34
    assert len(twinstudy.__all__) <= 40
    code, told = map(sum, zip(*map(lines_of, TREES), strict=True))
    assert code <= 5_200
    assert told <= 2_600


@EACH
def test_a_module_is_short(module: str) -> None:
    assert len(TEXTS[module].splitlines()) <= 500


def test_the_tests_are_not_much_longer_than_the_package() -> None:
    lines = (len(path.read_text("utf-8").splitlines()) for path in TESTS.rglob("*.py"))
    assert sum(lines) <= 8_000


# -- layers ------------------------------------------------------------------------------------


@EACH
def test_imports_only_go_down(module: str) -> None:
    folder = module.partition(".")[0]
    for name in imports(module):
        assert name in TREES
        other = name.partition(".")[0]
        assert other == folder or RANK[other] < RANK[folder], f"{module} imports {name}"


def test_no_imports_go_in_circles() -> None:
    graph = {module: set(imports(module)) for module in TREES}
    while free := {module for module, needed in graph.items() if not needed & set(graph)}:
        graph = {module: needed for module, needed in graph.items() if module not in free}
    assert graph == {}


@EACH
def test_nothing_prints_reaches_the_network_or_runs_text(module: str) -> None:
    forbidden = {"eval", "exec"} | ({"print"} if module != "__main__" else set())
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & NETWORK
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert (node.module or "").split(".")[0] not in NETWORK
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in forbidden


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import twinstudy", {"pandas", "numpy", "networkx", "matplotlib", "pyarrow", "scipy"}),
        ("import twinstudy; twinstudy.load()", {"networkx", "matplotlib", "scipy"}),
    ],
)
def test_nothing_is_imported_before_it_is_needed(statement: str, heavy: set[str]) -> None:
    code = f"{statement}; import sys; sys.exit(str({heavy} & set(sys.modules) or 0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "0\n"


# -- public names ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", twinstudy.__all__)
def test_a_public_name_is_told_with_an_example(name: str) -> None:
    thing = getattr(twinstudy, name)
    assert ">>> " in (inspect.getdoc(thing) or "") or issubclass(thing, Exception)


def test_dir_shows_the_public_names_and_nothing_else() -> None:
    assert dir(twinstudy) == sorted(twinstudy.__all__)
