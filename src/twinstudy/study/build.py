"""The notebooks of the project: run them, keep what they give, compare it with what is there.

The same data and packages give the same bytes. A run changes nothing; `changes` says where the
project has other files than it gave, and `update` puts them there.
"""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from twinstudy.errors import ArgumentError, MissingExtraError
from twinstudy.tables.files import write_files

try:
    import ipykernel  # noqa: F401 - the kernel is a process of its own
    import nbformat
    from nbclient.client import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from tqdm import tqdm
except ImportError as missing:
    raise MissingExtraError(
        f"running notebooks needs {missing.name}; in a clone of the repository: "
        "pip install '.[run]'"
    ) from missing

FOLDERS = ("notebooks", "examples")
SUMS = "SHA256SUMS"
LEFT_OVER = ".*." + 16 * "[0-9a-f]"  # of a run that was killed while it wrote
TIMEOUT = 600  # seconds for one cell
#: What would let the same notebook give other bytes.
REPEATABLE = {"PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
REPEATABLE |= {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}


class Run(NamedTuple):
    """One notebook after its run: what it became, what it drew, and why it stopped if it did."""

    notebook: Path
    executed: bytes
    figures: dict[str, bytes]
    failure: str = ""


def find_project(start: Path) -> Path:
    """Find the source checkout, whose notebooks can be run, from a folder upwards."""
    for folder in [start.resolve(), *start.resolve().parents]:
        told = "".join(path.read_text("utf-8") for path in folder.glob("pyproject.toml"))
        if 'name = "twinstudy"' in told and (folder / "notebooks").is_dir():
            return folder
    raise ArgumentError(
        f"{str(start)!r} is not inside the twinstudy repository, which holds the notebooks; "
        "clone the repository and run the command there"
    )


def choose_notebooks(project: Path, names: Sequence[str] = ()) -> list[Path]:
    """Find notebooks of the project by path, name, or the start of a name; all for no names."""
    known = [path for folder in FOLDERS for path in sorted((project / folder).glob("*.ipynb"))]
    wanted = []
    for name in names:
        stem = Path(name).name.removesuffix(".ipynb")
        fitting = [path for path in known if path.stem.startswith(stem)]
        fitting = [path for path in fitting if path.stem == stem] or fitting
        if len(fitting) != 1:
            listed = ", ".join(path.stem for path in fitting or known)
            fault = "fits several notebooks" if fitting else "is no notebook of the project"
            raise ArgumentError(f"{name!r} {fault}; use one of {listed}")
        wanted += fitting
    return [path for path in known if path in wanted or not names]


def execute(
    notebooks: Sequence[Path], *, jobs: int = 1, on_end: Callable[[Run], object] = bool
) -> list[Run]:
    """Run notebooks, some at a time, each in a kernel and a copy of its folder of its own."""
    if jobs < 1:
        raise ArgumentError(f"`jobs` is {jobs!r}; use 1 or more")
    # Outside the main thread nbclient leaves the signal handlers alone, so that an interrupt
    # stops all the kernels and not just one; the scratch folder goes last.
    with (
        tempfile.TemporaryDirectory(prefix="twinstudy-", ignore_cleanup_errors=True) as scratch,
        tqdm(total=len(notebooks), desc="running", disable=None, leave=False) as bar,
        asyncio.Runner() as runner,
        ThreadPoolExecutor(1) as pool,
    ):
        Path(scratch, "matplotlibrc").touch()
        places = asyncio.Semaphore(jobs)

        async def run_in_turn(notebook: Path) -> Run:
            async with places:
                bar.set_postfix_str(notebook.stem)
                run = await _run(notebook, Path(scratch, f"{notebook.parent.name}-{notebook.stem}"))
                with bar.external_write_mode():
                    on_end(run)
                bar.update()
                return run

        loop = runner.get_loop()
        runs = asyncio.gather(*[loop.create_task(run_in_turn(path)) for path in notebooks])
        try:
            return pool.submit(loop.run_until_complete, runs).result()
        except KeyboardInterrupt:
            loop.call_soon_threadsafe(runs.cancel)
            raise


async def _run(notebook: Path, scratch: Path) -> Run:
    """Run one notebook to its end or to the first cell that fails."""
    try:
        nb = nbformat.read(notebook, 4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, ValueError) as error:
        fault = f"the file is no notebook: {str(error).splitlines()[0]}"
        return Run(notebook, notebook.read_bytes(), {}, fault)
    folder, figures = scratch / notebook.parent.name, scratch / "figures"
    shutil.copytree(notebook.parent, folder, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
    figures.mkdir()
    begun: list[Any] = []
    # No settings of the user, and the library that runs it.
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | REPEATABLE | {
        "IPYTHONDIR": str(scratch / "ipython"),
        "MATPLOTLIBRC": str(scratch.parent / "matplotlibrc"),
        "MPLCONFIGDIR": str(scratch.parent / "matplotlib"),  # with the list of fonts, made once
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }  # fmt: skip
    client = NotebookClient(
        nb, timeout=TIMEOUT, kernel_name="python3", coalesce_streams=True,
        extra_arguments=["--log-level=50"], resources={"metadata": {"path": str(folder)}},
        on_cell_execute=lambda cell, **_: begun.append(cell),
    )  # fmt: skip
    client.create_kernel_manager().connection_file = str(scratch / "kernel.json")
    failure = ""
    try:
        await client.async_execute(env=environment)
    except CellExecutionError:
        failure = f"cell {len(begun)}, {_error_of(begun[-1])}"
    except CellTimeoutError:
        failure = f"cell {len(begun)}: the cell took more than {TIMEOUT} s"
    except DeadKernelError:
        failure = f"cell {len(begun)}: the kernel died; the cell may need much memory"
    finally:
        atexit.unregister(client._cleanup_kernel)  # noqa: SLF001 - else it speaks at the end
        if client.km is not None:  # as where it was interrupted while the kernel started
            await client.km.shutdown_kernel(now=True)  # type: ignore[misc]
    files = [path for path in sorted(figures.rglob("*")) if path.is_file()]
    drawn = {path.relative_to(figures).as_posix(): path.read_bytes() for path in files}
    # What differs between runs, and between patch versions of Python, is taken out.
    nb.metadata["language_info"] = {"name": "python"}
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
    text = nbformat.writes(nb, version=4)  # type: ignore[no-untyped-call]
    return Run(notebook, f"{text.rstrip()}\n".encode(), drawn, failure)


def _error_of(cell: Any) -> str:
    """Say in which line a cell failed, and why."""
    error = next(output for output in cell.outputs if output.output_type == "error")
    trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    lines = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", trace)
    where = [f"line {n}: {cell.source.splitlines()[int(n) - 1].strip()}" for n in lines[:1]]
    return ": ".join([*where, error.ename, error.evalue])


def changes(project: Path, runs: Sequence[Run], *, whole: bool) -> dict[str, bytes | None]:
    """Say which files of the project would be others, and their content; None takes one away.

    What a failing notebook did is left out. Where `whole` says that these are all notebooks, and
    none failed, figures of earlier runs that none of them draws any more are taken away. The
    checksums come last: where whoever writes is cut off, they do not fit the figures.
    """
    good = [run for run in runs if not run.failure]
    drawn = {name: data for run in good for name, data in run.figures.items()}
    sums = read_sums(project / "figures")
    gone = set(sums) - set(drawn) if whole and len(good) == len(runs) else set()
    sums |= {name: hashlib.sha256(data).hexdigest() for name, data in drawn.items()}
    listing = "".join(f"{sums[name]}  {name}\n" for name in sorted(set(sums) - gone))
    wanted = {f"figures/{name}": drawn.get(name) for name in sorted({*drawn, *gone})}
    wanted |= {run.notebook.relative_to(project).as_posix(): run.executed for run in good}
    left = [path for folder in (*FOLDERS, "figures") for path in (project / folder).glob(LEFT_OVER)]
    wanted |= {path.relative_to(project).as_posix(): None for path in left}
    wanted[f"figures/{SUMS}"] = listing.encode()
    there = {name: path.read_bytes() for name in wanted if (path := project / name).is_file()}
    return {name: data for name, data in wanted.items() if data != there.get(name)}


def update(project: Path, changed: Mapping[str, bytes | None]) -> None:
    """Take away what is None, then put the other files into the project, all of them or none."""
    for name in (name for name, data in changed.items() if data is None):
        (project / name).unlink()
    write_files(project, {name: data for name, data in changed.items() if data is not None})


def read_sums(folder: Path) -> dict[str, str]:
    """Read the checksums of the files in a folder, by name; none if it has no list of them."""
    path = folder / SUMS
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    sums = {}
    for number, line in enumerate(lines, start=1):
        match = re.fullmatch(r"([0-9a-f]{64})  (?!/|.*\.\.)([^\\:]+)", line)
        if match is None:
            raise ArgumentError(
                f"{path.name}:{number}: {line!r} is not a checksum and the name of a file in "
                f"{folder.name}/; take the line out and run the notebooks anew"
            )
        sums[match[2]] = match[1]
    return sums
