"""The project that holds the notebooks: what a run puts into it, and what it compares."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from twinstudy.errors import ArgumentError
from twinstudy.study.execution import Run
from twinstudy.tables.files import write_bytes

FOLDERS = ("notebooks", "examples")
SUMS = "SHA256SUMS"


def find_project(start: Path) -> Path:
    r"""Find the source checkout, whose notebooks can be run, from a folder upwards.

    Parameters
    ----------
    start
        Folder to start from.

    Returns
    -------
    project
        The folder that holds ``notebooks`` and the ``pyproject.toml`` of twinstudy.

    Raises
    ------
    ArgumentError
        If there is none, as with an installed package without its repository.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = Path(folder).resolve()
    ...     (project / "notebooks").mkdir()
    ...     _ = (project / "pyproject.toml").write_text('[project]\nname = "twinstudy"')
    ...     find_project(project / "notebooks") == project
    True
    """
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
    """Find notebooks of the project by path, name, or the start of a name.

    Parameters
    ----------
    project
        The source checkout.
    names
        Such as ``notebooks/01-coverage.ipynb``, ``01-coverage`` or ``01``; none for all.

    Returns
    -------
    notebooks
        Those of ``notebooks`` first, then those of ``examples``, by name.

    Raises
    ------
    ArgumentError
        If a name fits no notebook, or several.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (Path(folder) / "notebooks").mkdir()
    ...     (Path(folder) / "notebooks" / "01-coverage.ipynb").touch()
    ...     [found.name for found in choose_notebooks(Path(folder), ["01"])]
    ['01-coverage.ipynb']
    """
    known = [path for folder in FOLDERS for path in sorted((project / folder).glob("*.ipynb"))]
    if not known:
        raise ArgumentError(
            f"{str(project / 'notebooks')!r} holds no notebook; there is none to run"
        )
    if not names:
        return known
    wanted = set()
    for name in names:
        fitting = [path for path in known if path == Path(name).resolve()] or [
            path for path in known if name in (path.name, path.stem)
        ]
        fitting = fitting or [path for path in known if path.name.startswith(name)]
        if len(fitting) != 1:
            listed = ", ".join(path.stem for path in fitting or known)
            fault = "fits several notebooks" if fitting else "is no notebook of the project"
            raise ArgumentError(f"{name!r} {fault}; use one of {listed}")
        wanted.add(fitting[0])
    return [path for path in known if path in wanted]


def update(project: Path, runs: Iterable[Run], *, whole: bool) -> list[Path]:
    """Put executed notebooks and their figures into the project, each file whole or not at all.

    Parameters
    ----------
    project
        The source checkout.
    runs
        Notebooks that were run; what a failing one did is left out.
    whole
        Whether these are all notebooks of the project. If so, and if none failed, figures of
        earlier runs that none of them draws any more are taken away.

    Returns
    -------
    changed
        Files that were written or taken away because they are not what they were.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = Run(Path(folder, "a.ipynb"), b"{}", figures={"a.svg": b"<svg/>"})
    ...     changed = update(Path(folder), [run], whole=True)
    ...     [path.name for path in changed], update(Path(folder), [run], whole=True)
    (['a.ipynb', 'SHA256SUMS', 'a.svg'], [])
    """
    runs = list(runs)
    good = [run for run in runs if run.failure is None]
    figures = project / "figures"
    figures.mkdir(exist_ok=True)
    drawn = {name: data for run in good for name, data in run.figures.items()}
    sums = read_sums(figures)
    gone = set(sums) - set(drawn) if whole and len(good) == len(runs) else set()
    sums = {name: known for name, known in sums.items() if name not in gone} | {
        name: _sha256(data) for name, data in drawn.items()
    }
    listing = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    wanted = {run.notebook: run.executed for run in good}
    wanted |= {figures / name: data for name, data in drawn.items()}
    wanted[figures / SUMS] = listing
    changed = [p for p, data in wanted.items() if not p.is_file() or p.read_bytes() != data]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, wanted[path])
    for name in sorted(gone):
        (figures / name).unlink(missing_ok=True)
        changed.append(figures / name)
    return sorted(changed)


def differences(project: Path, runs: Iterable[Run], *, whole: bool) -> list[str]:
    """Compare figures as just drawn with those that the project holds.

    Parameters
    ----------
    project
        The source checkout.
    runs
        Notebooks that were run; what a failing one drew is not compared.
    whole
        Whether these are all notebooks of the project.

    Returns
    -------
    differences
        One line a figure that differs, is new, is drawn no more, or was changed by hand; sorted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     run = Run(Path(folder, "a.ipynb"), b"{}", figures={"a.svg": b"<svg/>"})
    ...     differences(Path(folder), [run], whole=True)
    ['figures/a.svg: drawn, but not in SHA256SUMS']
    """
    runs = list(runs)
    drawn = {n: _sha256(d) for run in runs if not run.failure for n, d in run.figures.items()}
    figures = project / "figures"
    sums = read_sums(figures)
    found = [
        f"figures/{name}: drawn otherwise than {SUMS} says" if name in sums
        else f"figures/{name}: drawn, but not in {SUMS}"
        for name, known in drawn.items() if sums.get(name) != known
    ]  # fmt: skip
    if whole and not any(run.failure for run in runs):
        found += [f"figures/{name}: drawn by no notebook" for name in set(sums) - set(drawn)]
    found += [
        f"figures/{name}: the file is not the one that {SUMS} names"
        for name, known in sums.items()
        if not (figures / name).is_file() or _sha256((figures / name).read_bytes()) != known
    ]
    return sorted(found)


def read_sums(folder: Path) -> dict[str, str]:
    """Read the checksums of a folder, by file name; none if it has no list of them.

    Parameters
    ----------
    folder
        Folder with a ``SHA256SUMS`` as sha256sum writes it.

    Returns
    -------
    sums
        Name of the file to its SHA-256 in hexadecimal.

    Raises
    ------
    ArgumentError
        If a line has another form.

    Examples
    --------
    >>> read_sums(Path("no-such-folder"))
    {}
    """
    path = folder / SUMS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    sums = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line)
        if match is None:
            raise ArgumentError(
                f"{SUMS}:{number}: {line!r} is not a checksum and a name; run the notebooks anew"
            )
        sums[match[2]] = match[1]
    return sums


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
