"""The command line: ``twinstudy`` or ``python -m twinstudy``."""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinstudy import __version__

if TYPE_CHECKING:
    from twinstudy.errors import Problem
    from twinstudy.records.dataset import Dataset
    from twinstudy.study.build import Run

_CODES = "exit codes: 0 all is well; 1 {}; 2 it could not run; 130 interrupted"
_SUFFIXES = {"graphml": ".graphml", "json": ".json", "hif": ".hif.json", "geojson": ".geojson"}
_FOLDERS = ("csv",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        Words of the command line; None for those of this process.

    Returns
    -------
    code
        0 all is well; 1 the data have problems, a notebook failed, figures differ, or nothing was
        found; 2 the command could not run; 130 it was interrupted.

    Examples
    --------
    >>> main(["check"])
    no problems
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names that it cannot show must not stop us
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    # Imported late, so that --help is fast.
    from twinstudy.errors import DataError, TwinstudyError

    try:
        code: int = options.function(options)
        sys.stdout.flush()
    except DataError as error:
        print(f"twinstudy: {error}", file=sys.stderr)
        return 1
    except TwinstudyError as error:
        print(f"twinstudy: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # as with `| head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        print(f"twinstudy: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("twinstudy: interrupted", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="twinstudy",
        description="Border twinning between Việt Nam and China: look at the data, check them, "
        "export them, and run the notebooks.",
        epilog=_CODES.format("problems, differences, or nothing found"),
    )
    parser.add_argument("--version", action="version", version=f"twinstudy {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, words: str, code_1: str, *examples: str) -> argparse.ArgumentParser:
        lines = ["examples:", *(f"  twinstudy {name} {text}".rstrip() for text in examples)]
        made = commands.add_parser(
            name,
            help=words,
            description=words,
            epilog="\n".join([*lines, "", _CODES.format(code_1)]),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(function=globals()[f"_{name}"])
        return made

    folder: dict[str, Any] = {"type": Path, "metavar": "DIR", "help": "folder of tables"}
    bundled = " (default: the data that come with the package)"

    info = command("info", "say what the data hold, by province and kind",
                   "the data have problems", "", "my-data")  # fmt: skip
    info.add_argument("data", nargs="?", **folder | {"help": folder["help"] + bundled})

    check = command("check", "find every problem in a folder of tables",
                    "problems were found (warnings alone do not count)",
                    "", "my-data", "data --format github")  # fmt: skip
    check.add_argument("data", nargs="?", **folder | {"help": folder["help"] + bundled})
    check.add_argument("--format", choices=("text", "json", "github"), default="text",
                       help="for people, for programs, or as annotations of GitHub")  # fmt: skip

    show = command("show", "tell all about a pairing or a place, each fact with its source",
                   "nothing was found", "p-po-hen-than-san", "'phai lau'", "'xã Đồng Văn'",
                   "爱店")  # fmt: skip
    show.add_argument("name", metavar="PLACE-OR-PAIRING",
                      help="key, or name with or without accents and level word")  # fmt: skip
    show.add_argument("--data", **folder)

    export = command("export", "write the pairings as a graph, or the tables",
                     "the data have problems", "graphml pairings.graphml",
                     "geojson ties.geojson --graph locality", "csv my-folder")  # fmt: skip
    graphs = ", ".join(_SUFFIXES)
    export.add_argument("format", metavar="FORMAT", choices=(*_SUFFIXES, *_FOLDERS),
                        help=f"a graph: {graphs}; or the tables: csv")  # fmt: skip
    export.add_argument("file", metavar="FILE", type=Path, help="file to write; for csv and "
                        "csv a folder")  # fmt: skip
    export.add_argument("--graph", choices=("incidence", "locality"), default="incidence",
                        help="pairings as nodes (default), or ties between localities")  # fmt: skip
    export.add_argument("--at", metavar="DATE", help="only what is in being by this date")
    export.add_argument("--data", **folder)

    run = command("run", "run the notebooks, and write figures and executed notebooks",
                  "a notebook failed, or with --check something differs", "", "01-coverage",
                  "--check --jobs 2")  # fmt: skip
    run.add_argument("notebooks", nargs="*", metavar="NOTEBOOK",
                     help="path, name or start of a name (default: all)")  # fmt: skip
    run.add_argument("--check", action="store_true",
                     help="change nothing; name what would change")  # fmt: skip
    run.add_argument("--jobs", type=int, default=1, metavar="N",
                     help="notebooks that run at the same time (default: 1)")  # fmt: skip
    return parser


def _load(folder: Path | None) -> Dataset:
    from twinstudy.records.dataset import load
    from twinstudy.study.terminal import Progress

    with Progress("reading the data"):
        return load(folder)


def _info(options: argparse.Namespace) -> int:
    from twinstudy.study.display import card_text

    dataset = _load(options.data)
    print(card_text(dataset))
    print()
    for name, frame in dataset.coded.items():
        print(f"{name:<13}{len(frame):>9,} rows")
    return 0


def _check(options: argparse.Namespace) -> int:
    from twinstudy.study.terminal import Progress
    from twinstudy.tables.files import bundled_data
    from twinstudy.tables.table_rules import check

    folder = bundled_data() if options.data is None else options.data
    with Progress("checking the data"):
        problems = check(folder)
    if options.format == "json":
        print(json.dumps([vars(problem) for problem in problems], ensure_ascii=False, indent=2))
    elif options.format == "github":
        for problem in problems:
            print(_annotation(problem, folder))
    else:
        print(problems)
    return int(any(problem.severity == "error" for problem in problems))


def _annotation(problem: Problem, folder: Path) -> str:
    """Write a problem as a workflow command of GitHub, whose marks are escaped."""

    def escaped(text: str, marks: str) -> str:
        for mark in "%" + marks:
            text = text.replace(mark, f"%{ord(mark):02X}")
        return text

    path = Path(os.path.relpath(folder / problem.file)).as_posix()
    place = "file=" + escaped(path, "\r\n:,")
    if problem.line:
        place += f",line={problem.line}"
    text = f"{problem.column}: {problem.message}" if problem.column else problem.message
    return f"::{problem.severity} {place}::" + escaped(text, "\r\n")


def _show(options: argparse.Namespace) -> int:
    from twinstudy.evidence.names import find_localities
    from twinstudy.study.terminal import pairing_text, place_text

    dataset, name = _load(options.data), options.name
    if name in set(dataset.coded["pairings"]["id"]):
        print(pairing_text(dataset, name))
        return 0
    if name in set(dataset.coded["localities"]["id"]):
        print(place_text(dataset, name))
        return 0
    found = find_localities(dataset, name)
    if found.empty:
        near = ", ".join(found.attrs["nearest"])
        remedy = f"; close to it: {near}" if near else ""
        print(f"twinstudy: no place or pairing is called {name!r}{remedy}", file=sys.stderr)
        return 1
    print("\n\n".join(place_text(dataset, key) for key in found["id"]))
    return 0


def _export(options: argparse.Namespace) -> int:
    from twinstudy.errors import ArgumentError
    from twinstudy.network.exchange import write_graph
    from twinstudy.network.graph import incidence_graph, locality_graph
    from twinstudy.study.terminal import Progress

    suffix = _SUFFIXES.get(options.format, "")
    if not options.file.name.lower().endswith(suffix):
        raise ArgumentError(
            f"FILE is {str(options.file)!r}; a file of format {options.format} ends in {suffix}"
        )
    dataset = _load(options.data)
    with Progress("writing"):
        if options.format in _FOLDERS:
            dataset.save(options.file)
        else:
            make = locality_graph if options.graph == "locality" else incidence_graph
            write_graph(make(dataset, at=options.at), options.file)
    print(f"wrote {options.file}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from twinstudy.study.build import changes, choose_notebooks, execute, find_project, update

    def stop(*_signal: object) -> None:
        for number in signals:  # so that nothing keeps what follows from cleaning up
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGHUP")  # of which Windows lacks one
    signals = [getattr(signal, name) for name in names if hasattr(signal, name)]
    for number in signals:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup has it
            signal.signal(number, stop)
    project = find_project(Path.cwd())
    chosen = choose_notebooks(project, options.notebooks)

    def tell(run: Run) -> None:
        drawn = f"ok, {len(run.figures)} figure{'' if len(run.figures) == 1 else 's'}"
        name = run.notebook.relative_to(project).as_posix()
        print(f"{name}: {run.failure or drawn}", flush=True)

    runs = execute(chosen, jobs=options.jobs, on_end=tell)
    failed = any(run.failure for run in runs)
    changed = changes(project, runs, whole=chosen == choose_notebooks(project))
    for path, data in changed.items():
        word = "no longer made" if data is None else "differs" if path.is_file() else "is new"
        print(f"{path.relative_to(project).as_posix()}: {word}")
    if not changed and not failed:
        print("all is as it was")
    if not options.check:
        update(changed)
    return int(failed or bool(options.check and changed))


if __name__ == "__main__":
    sys.exit(main())
