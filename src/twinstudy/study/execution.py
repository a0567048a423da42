"""Notebooks to executed notebooks and figures: the same bytes from the same data and packages."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinstudy.errors import ArgumentError, MissingExtraError

try:
    import ipykernel  # noqa: F401 - the kernel is a process of its own
    import nbformat
    from nbclient.client import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
except ImportError as missing:
    raise MissingExtraError(
        f"running notebooks needs {missing.name}: pip install 'twinstudy[run]'"
    ) from missing

#: What would let the same notebook give other bytes.
REPEATABLE = {
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}

OnCell = Callable[[Path, int, int], None]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Failure:
    """Where a notebook stopped and why.

    Attributes
    ----------
    cell
        Number of the code cell, the first being 1; 0 for the notebook as a whole.
    line
        Line in the cell, the first being 1; 0 where it is not known.
    source
        That line.
    error
        Type and message of the error.

    Examples
    --------
    >>> print(Failure(3, 1, "1 / 0", "ZeroDivisionError: division by zero"))
    cell 3, line 1: 1 / 0: ZeroDivisionError: division by zero
    """

    cell: int
    line: int
    source: str
    error: str

    def __str__(self) -> str:
        places = [f"{word} {n}" for word, n in (("cell", self.cell), ("line", self.line)) if n]
        return ": ".join(filter(None, [", ".join(places), self.source, self.error]))


@dataclass(frozen=True)
class Run:
    """One notebook after its run.

    Attributes
    ----------
    notebook
        The notebook in the project.
    executed
        Content of the executed and scrubbed notebook; up to the failing cell if one failed.
    figures
        Name and content of the files that it wrote to ``../figures``.
    failure
        Why it did not come to its end, if so.
    """

    notebook: Path
    executed: bytes
    figures: dict[str, bytes] = field(default_factory=dict)
    failure: Failure | None = None


def execute(
    notebooks: Sequence[Path],
    *,
    jobs: int = 1,
    timeout: int = 600,
    on_cell: OnCell | None = None,
) -> list[Run]:
    """Run notebooks, each in a fresh kernel and a copy of its folder; change nothing.

    Parameters
    ----------
    notebooks
        Notebooks to run.
    jobs
        How many run at the same time.
    timeout
        Seconds that one cell may take.
    on_cell
        Called with the notebook, the number of cells done and the number of cells.

    Returns
    -------
    runs
        One a notebook, in the order given; a failing notebook does not stop the others.

    Raises
    ------
    ArgumentError
        If `jobs` is below 1.

    Examples
    --------
    >>> execute([])
    []
    """
    if jobs < 1:
        raise ArgumentError(f"`jobs` is {jobs!r}; use 1 or more")
    handles: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[Any]]] = []

    async def run_all() -> list[Run]:
        places = asyncio.Semaphore(jobs)

        async def run_in_turn(notebook: Path) -> Run:
            async with places:
                return await _run(notebook, timeout, on_cell)

        together = asyncio.gather(*map(run_in_turn, notebooks))
        handles.append((asyncio.get_running_loop(), together))
        return await together

    # Outside the main thread nbclient leaves the signal handlers alone, so that an interrupt
    # stops all the kernels and not just one.
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, run_all())
        try:
            return running.result()
        except KeyboardInterrupt:
            for loop, together in handles:
                loop.call_soon_threadsafe(together.cancel)
            raise


async def _run(notebook: Path, timeout: int, on_cell: OnCell | None) -> Run:
    try:
        nb = nbformat.read(notebook, 4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, ValueError) as error:
        fault = f"the file is no notebook: {str(error).splitlines()[0]}"
        return Run(notebook, notebook.read_bytes(), failure=Failure(0, 0, "", fault))
    cells = [i for i, c in enumerate(nb.cells) if c.cell_type == "code" and c.source.strip()]
    done = 0

    def tell(cell: object = None, cell_index: int = len(nb.cells)) -> None:  # noqa: ARG001
        nonlocal done
        done = len([index for index in cells if index < cell_index])
        if on_cell is not None:
            on_cell(notebook, done, len(cells))

    failure = None
    with tempfile.TemporaryDirectory(prefix="twinstudy-", ignore_cleanup_errors=True) as scratch:
        folder, figures = Path(scratch, notebook.parent.name), Path(scratch, "figures")
        shutil.copytree(notebook.parent, folder, ignore=shutil.ignore_patterns("*.ipynb", ".*"))
        figures.mkdir()
        client = NotebookClient(
            nb,
            kernel_name="python3",
            timeout=timeout,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=50"],
            resources={"metadata": {"path": str(folder)}},
            on_cell_execute=tell,
        )
        try:
            await client.async_execute(env=_environment(Path(scratch)))
        except CellExecutionError:
            failure = _failure(nb.cells[cells[done]], done + 1)
        except CellTimeoutError:
            failure = Failure(done + 1, 0, "", f"the cell took more than {timeout} s")
        except DeadKernelError:
            failure = Failure(done + 1, 0, "", "the kernel died; the cell may need much memory")
        drawn = {
            path.relative_to(figures).as_posix(): path.read_bytes()
            for path in sorted(figures.rglob("*"))
            if path.is_file()
        }
    tell()
    return Run(notebook, _scrubbed(nb), drawn, failure)


def _environment(scratch: Path) -> dict[str, str]:
    # The kernel must find the library that runs it, wherever that stands.
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        **REPEATABLE,
        "IPYTHONDIR": str(scratch / "ipython"),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }


def _failure(cell: Any, number: int) -> Failure:
    error = next(output for output in cell.outputs if output.output_type == "error")
    trace = _ANSI.sub("", "\n".join(error.traceback))
    lines = re.findall(rf"Cell In\[{cell.execution_count}\], line (\d+)", trace)
    line = int(lines[0]) if lines else 0
    source = cell.source.splitlines()[line - 1].strip() if line else ""
    return Failure(number, line, source, f"{error.ename}: {error.evalue}")


def _scrubbed(nb: Any) -> bytes:
    """Take out what differs between runs and Python patch versions."""
    nb.metadata["language_info"] = {"name": "python"}
    nb.metadata.pop("widgets", None)
    for cell in nb.cells:
        cell.metadata.pop("execution", None)
    text = nbformat.writes(nb, version=4)  # type: ignore[no-untyped-call]
    return f"{text.rstrip()}\n".encode()
