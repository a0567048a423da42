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
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

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
_INLINE = "module://matplotlib_inline.backend_inline"
#: What would let the same notebook give other bytes.
REPEATABLE = {"PYTHONHASHSEED": "0", "MPLBACKEND": _INLINE} | dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)


@dataclass(frozen=True)
class Run:
    """One notebook after its run: what it became, what it drew, and why it stopped if it did."""

    notebook: Path
    executed: bytes
    figures: dict[str, bytes] = field(default_factory=dict)
    failure: str = ""


def find_project(start: Path) -> Path:
    """Find the source checkout, whose notebooks can be run, from a folder upwards."""
    for folder in [start.resolve(), *start.resolve().parents]:
        described = folder / "pyproject.toml"
        if (folder / "notebooks").is_dir() and described.is_file():
            table = tomllib.loads(described.read_text(encoding="utf-8"))
            if table.get("project", {}).get("name") == "twinstudy":
                return folder
    raise ArgumentError(
        f"{str(start)!r} is not inside the twinstudy repository, which holds the notebooks; "
        "clone the repository and run the command there"
    )


def choose_notebooks(project: Path, names: Sequence[str] = ()) -> list[Path]:
    """Find notebooks of the project by path, name, or the start of a name; all for no names."""
    known = [path for folder in FOLDERS for path in sorted((project / folder).glob("*.ipynb"))]
    wanted = set() if names else set(known)
    for name in names:
        stem = Path(name).name.removesuffix(".ipynb")
        fitting = [path for path in known if path.stem == stem]
        fitting = fitting or [path for path in known if path.stem.startswith(stem)]
        if len(fitting) != 1:
            listed = ", ".join(path.stem for path in fitting or known)
            fault = "fits several notebooks" if fitting else "is no notebook of the project"
            raise ArgumentError(f"{name!r} {fault}; use one of {listed}")
        wanted.add(fitting[0])
    return [path for path in known if path in wanted]


def execute(
    notebooks: Sequence[Path],
    *,
    jobs: int = 1,
    timeout: int = 600,
    on_end: Callable[[Run], object] = lambda run: None,  # noqa: ARG005 - nobody listens
) -> list[Run]:
    """Run notebooks, some at a time, each in a kernel and a copy of its folder of its own."""
    if jobs < 1:
        raise ArgumentError(f"`jobs` is {jobs!r}; use 1 or more")
    tasks: list[asyncio.Task[Any] | None] = []

    async def run_all(scratch: Path, bar: Any) -> list[Run]:
        tasks.append(asyncio.current_task())
        places = asyncio.Semaphore(jobs)

        async def run_in_turn(number: int, notebook: Path) -> Run:
            async with places:
                bar.set_postfix_str(notebook.stem)
                run = await _run(notebook, scratch / str(number), timeout, bar)
                with bar.external_write_mode():
                    on_end(run)
                return run

        return await asyncio.gather(*(run_in_turn(n, path) for n, path in enumerate(notebooks)))

    # Outside the main thread nbclient leaves the signal handlers alone, so that an interrupt
    # stops all the kernels and not just one; the scratch folder goes last.
    shown = {"bar_format": "{l_bar}{bar:24}| {elapsed}, {postfix}", "leave": False}
    with (
        tempfile.TemporaryDirectory(prefix="twinstudy-", ignore_cleanup_errors=True) as scratch,
        tqdm(total=len(notebooks), desc="running", disable=None, **shown) as bar,
        asyncio.Runner() as runner,
        ThreadPoolExecutor(1) as pool,
    ):
        Path(scratch, "matplotlibrc").touch()
        loop = runner.get_loop()
        running = pool.submit(runner.run, run_all(Path(scratch), bar))
        try:
            return running.result()
        except KeyboardInterrupt:
            for task in filter(None, tasks):
                loop.call_soon_threadsafe(task.cancel)
            raise


async def _run(notebook: Path, scratch: Path, timeout: int, bar: Any) -> Run:
    """Run one notebook to its end or to the first cell that fails."""
    try:
        nb = nbformat.read(notebook, 4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, ValueError) as error:
        fault = f"the file is no notebook: {str(error).splitlines()[0]}"
        bar.update(1)
        return Run(notebook, notebook.read_bytes(), failure=fault)
    cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
    begun = 0

    def begin(**_cell: object) -> None:
        nonlocal begun
        begun += 1
        bar.update(1 / (len(cells) + 1))

    folder, figures = scratch / notebook.parent.name, scratch / "figures"
    shutil.copytree(notebook.parent, folder, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
    figures.mkdir()
    settings: Any = {"timeout": timeout, "record_timing": False, "coalesce_streams": True,
                "extra_arguments": ["--log-level=50"], "on_cell_execute": begin,
                "resources": {"metadata": {"path": str(folder)}}}  # fmt: skip
    client = NotebookClient(nb, kernel_name="python3", **settings)
    client.create_kernel_manager().connection_file = str(scratch / "kernel.json")
    failure = ""
    try:
        await client.async_execute(env=_environment(scratch))
    except CellExecutionError:
        failure = f"cell {begun}, {_error_of(cells[begun - 1])}"
    except CellTimeoutError:
        failure = f"cell {begun}: the cell took more than {timeout} s"
    except DeadKernelError:
        failure = f"cell {begun}: the kernel died; the cell may need much memory"
    finally:
        atexit.unregister(client._cleanup_kernel)  # noqa: SLF001 - else it speaks at the end
        if client.km is not None:  # as where it was interrupted while the kernel started
            await client.km.shutdown_kernel(now=True)  # type: ignore[misc]
    bar.update(1 - begun / (len(cells) + 1))
    files = [path for path in sorted(figures.rglob("*")) if path.is_file()]
    drawn = {path.relative_to(figures).as_posix(): path.read_bytes() for path in files}
    return Run(notebook, _scrubbed(nb), drawn, failure)


def _environment(scratch: Path) -> dict[str, str]:
    """Return the variables of a kernel: no settings of the user, and the library that runs it."""
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        **REPEATABLE,
        "IPYTHONDIR": str(scratch / "ipython"),
        "MATPLOTLIBRC": str(scratch.parent / "matplotlibrc"),
        "MPLCONFIGDIR": str(scratch.parent / "matplotlib"),  # with the list of fonts, made once
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def _error_of(cell: Any) -> str:
    """Say in which line a cell failed, and why."""
    error = next(output for output in cell.outputs if output.output_type == "error")
    trace = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error.traceback))
    where = f"{error.ename}: {error.evalue}"
    if lines := re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", trace):
        where = f"line {lines[0]}: {cell.source.splitlines()[int(lines[0]) - 1].strip()}: {where}"
    return where


def _scrubbed(nb: Any) -> bytes:
    """Take out what differs between runs and Python patch versions."""
    nb.metadata["language_info"] = {"name": "python"}
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
    text = nbformat.writes(nb, version=4)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()}\n".encode()


def changes(project: Path, runs: Iterable[Run], *, whole: bool) -> dict[Path, bytes | None]:
    """Say which files of the project would be others, and their content; None takes one away.

    What a failing notebook did is left out. Where `whole` says that these are all notebooks, and
    none failed, figures of earlier runs that none of them draws any more are taken away.
    """
    runs, figures = list(runs), project / "figures"
    good = [run for run in runs if not run.failure]
    drawn = {name: data for run in good for name, data in run.figures.items()}
    sums = read_sums(figures)
    gone = set(sums) - set(drawn) if whole and len(good) == len(runs) else set()
    sums |= {name: hashlib.sha256(data).hexdigest() for name, data in drawn.items()}
    listing = "".join(f"{sums[name]}  {name}\n" for name in sorted(set(sums) - gone))
    wanted: dict[Path, bytes | None] = {figures / name: None for name in gone}
    wanted |= {run.notebook: run.executed for run in good}
    wanted |= {figures / name: data for name, data in drawn.items()}
    wanted |= {figures / SUMS: listing.encode()}
    there = {path: path.read_bytes() if path.is_file() else None for path in wanted}
    return {path: wanted[path] for path in sorted(wanted) if wanted[path] != there[path]}


def update(changed: Mapping[Path, bytes | None]) -> None:
    """Put files into the project, all of them or none, then take away what is None."""
    new = {str(path.resolve()): data for path, data in changed.items() if data is not None}
    write_files(Path(), new)
    for path, data in changed.items():
        if data is None:
            path.unlink(missing_ok=True)


def read_sums(folder: Path) -> dict[str, str]:
    """Read the checksums of the files in a folder, by name; none if it has no list of them."""
    path = folder / SUMS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    sums = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.fullmatch(r"([0-9a-f]{64})  ((?!/)[^\\:]+)", line)
        if match is None or ".." in PurePosixPath(match[2]).parts:
            raise ArgumentError(
                f"{path.name}:{number}: {line!r} is not a checksum and the name of a file in "
                f"{folder.name}/; take the line out and run the notebooks anew"
            )
        sums[match[2]] = match[1]
    return sums
