"""The folder of results: executed notebooks, figures, report, and a manifest of them all."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from twinstudy import __version__
from twinstudy.errors import ArgumentError
from twinstudy.records.dataset import Dataset
from twinstudy.study.dictionary import data_package
from twinstudy.study.execution import Run
from twinstudy.study.report import write_report
from twinstudy.study.study import SUMS
from twinstudy.tables.files import write_bytes

MANIFEST = "manifest.json"
_PACKAGES = (
    *("adjusttext", "ipykernel", "jinja2", "matplotlib", "nbclient", "nbconvert", "nbformat"),
    *("networkx", "numpy", "pandas", "scipy"),
)


def write_results(
    dataset: Dataset, project: Path, runs: Iterable[Run], notebooks: Iterable[Path], folder: Path
) -> Path:
    """Write everything that a run gives into one folder.

    Parameters
    ----------
    dataset
        Records, for the report.
    project
        The source checkout: what was not run and not drawn now is taken from there.
    runs
        Notebooks that were run.
    notebooks
        All notebooks of the project.
    folder
        Folder to write to; made if it is not there. What an earlier manifest in it lists and this
        run does not give is taken away; nothing else is.

    Returns
    -------
    manifest
        ``manifest.json``: versions, the state of each notebook, and the SHA-256 of each output.
        It holds no dates and no paths of the machine.

    Raises
    ------
    ArgumentError
        If `folder` is the project or a folder above it.

    Examples
    --------
    >>> from twinstudy import load
    >>> project = Path.cwd()
    >>> write_results(load(), project, [], [], project.parent)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: `results` is ..., which holds the project; use another
    """
    folder = folder.resolve()
    if folder == project or folder in project.parents:
        raise ArgumentError(f"`results` is {str(folder)!r}, which holds the project; use another")
    old = _listed(folder / MANIFEST)
    ran = {run.notebook: run for run in runs}
    states, executed, outputs = {}, {}, []
    for notebook in notebooks:
        run = ran.get(notebook)
        data = run.executed if run else notebook.read_bytes()
        name = notebook.relative_to(project).as_posix()
        failure = run.failure if run else None
        states[name] = f"failed in cell {failure.cell}" if failure else "run" if run else "not run"
        executed[notebook.stem] = data
        outputs.append(_write(folder / name, data))
    figures = {
        path.relative_to(project / "figures").as_posix(): path.read_bytes()
        for path in (project / "figures").rglob("*")
        if path.is_file() and path.name != SUMS
    }
    for run in ran.values():
        figures |= {} if run.failure else run.figures
    outputs += [_write(folder / "figures" / name, data) for name, data in figures.items()]
    outputs += write_report(dataset, folder / "report", notebooks=executed)
    sums = {path.relative_to(folder).as_posix(): _sha256(path) for path in sorted(outputs)}
    for name in set(old) - set(sums):
        (folder / name).unlink(missing_ok=True)
    manifest = {
        "twinstudy": __version__,
        "data": {
            "version": dataset.version,
            "tables": {r["path"]: r["hash"] for r in data_package(dataset)["resources"]},
        },
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "notebooks": states,
        "outputs": sums,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    return _write(folder / MANIFEST, text.encode())


def _listed(manifest: Path) -> list[str]:
    """Read what an earlier run wrote; nothing outside of the folder."""
    try:
        names = json.loads(manifest.read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts]


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, data)
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
