"""The shape of the package: imports go down, modules stay small, names stay public and told."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import twinstudy

SOURCE = Path(twinstudy.__file__).parent
MODULES = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(SOURCE.glob("*.py"))}

#: A module imports only from those above it.
ORDER = """
errors dates schema slugs csvtext tables parquet files cells checks records restriction dictionary
rawcells extension gazetteer edgerows edgetables edgelist signing attestation membership evidence places names tracing
graph placement totals tally coverages densities timelines distance rewiring nullmodel style marks
maplabels map figures timefigures nullfigure ladder geojson interchange execution study display profiles terminal
notebook_pages report results __main__
""".split()

#: A dataset shows itself; what shows it must know more than a dataset does.
UPWARD = {("records", "display")}

#: Names of the design, and what was added to them.
DESIGNED = """
Dataset Problem load check from_edgelist restrict parse_date find_localities ancestors consolidate
conflicts trace incidence_graph locality_graph coverage density timeline plot_coverage plot_density
plot_timeline plot_pairings plot_map save_figure write_graph read_graph
""".split()

NETWORK = {"socket", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp"}


def imports(module: str) -> set[str]:
    names = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.ImportFrom) and node.level == 1:
            found = [node.module.split(".")[0]] if node.module else [a.name for a in node.names]
            names |= {name for name in found if name in MODULES}
    return names


def functions(module: str) -> list[ast.FunctionDef]:
    found = [node for node in MODULES[module].body if isinstance(node, ast.FunctionDef)]
    return [node for node in found if not node.name.startswith("_")]


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(set(MODULES) - {"__init__"})


@pytest.mark.parametrize("module", ORDER)
def test_imports_only_go_down(module: str) -> None:
    above = ORDER[: ORDER.index(module)]
    upward = {name for name in imports(module) if name not in above}
    assert {(module, name) for name in upward} <= UPWARD


@pytest.mark.parametrize("module", sorted(set(ORDER) - {"schema"}))  # tables as plain data are long
def test_modules_stay_small(module: str) -> None:
    assert len((SOURCE / f"{module}.py").read_text("utf-8").splitlines()) <= 350


@pytest.mark.parametrize(
    "module", sorted(set(ORDER) - {"cells", "checks"})
)  # one rule, one function
def test_modules_have_one_idea(module: str) -> None:
    assert len(functions(module)) <= 8


@pytest.mark.parametrize("module", ORDER)
def test_every_function_is_typed_and_told(module: str) -> None:
    for function in functions(module):
        arguments = function.args.args + function.args.kwonlyargs + function.args.posonlyargs
        assert all(argument.annotation for argument in arguments), function.name
        assert function.returns is not None, function.name
        assert ast.get_docstring(function), function.name


def test_the_public_names_are_those_of_the_design_and_told_with_an_example() -> None:
    assert set(DESIGNED) <= set(twinstudy.__all__)
    for name in twinstudy.__all__:
        thing = getattr(twinstudy, name)
        example = ">>> " in (inspect.getdoc(thing) or "")
        assert example or issubclass(thing, Exception), f"{name} has no example"


@pytest.mark.parametrize("name", twinstudy.__all__)
def test_a_name_is_not_hidden_by_a_module(name: str) -> None:
    assert name not in MODULES


@pytest.mark.parametrize("module", sorted(set(ORDER) - {"__main__", "dictionary"}))
def test_the_library_does_not_print(module: str) -> None:
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    assert "print" not in {call.id for call in calls if isinstance(call, ast.Name)}


@pytest.mark.parametrize("module", ORDER)
def test_nothing_reaches_the_network_or_runs_text(module: str) -> None:
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & NETWORK
        if isinstance(node, ast.ImportFrom) and node.level == 0:
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
    told = {
        alias.name: (node.module, alias.asname)
        for node in ast.walk(ast.parse((SOURCE / "__init__.py").read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert told == {name: (module, name) for name, module in twinstudy._MODULE_OF.items()}
