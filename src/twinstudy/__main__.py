"""The command line: ``twinstudy`` or ``python -m twinstudy``."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not sys.flags.safe_path:
    del sys.path[0]  # the folder that is checked may hold a pandas.py, which is not to be run

import argparse
import difflib
import io
import json
import os
import re
import signal
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import twinstudy as ts  # what its names stand for is imported at their first use
from twinstudy.errors import ArgumentError, DataError, TwinstudyError

_CODES = "exit codes: 0 all is well; 1 {}; 2 it could not run; 130 interrupted"


class _Parser(argparse.ArgumentParser):
    """A parser that names the nearest word for a mistyped one."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if wrong is not None:
            words = re.findall(r"[\w-]+", wrong[2])
            near = difflib.get_close_matches(wrong[1], words, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            message = f"{wrong[1]!r} is none of {', '.join(words)}{meant}"
        super().error(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1, 2 or 130."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names that it cannot show must not stop us
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        parser.print_help()
        return 2
    options = parser.parse_args(arguments)
    try:
        code: int = options.function(options)
        print(end="", flush=True)  # also where stdout is closed, and so None
    except BrokenPipeError:  # as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (TwinstudyError, OSError) as error:
        print(f"twinstudy: {error}", file=sys.stderr)
        return 1 if isinstance(error, DataError) else 2
    except KeyboardInterrupt:
        print("twinstudy: interrupted", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    """Describe the commands in lines of at most 79 columns."""
    parser = _Parser(
        prog="twinstudy",
        description="Border twinning between Việt Nam and China: look at the data, check them, "
        "export them, and run the notebooks.",
        epilog=_CODES.format("problems, differences, or nothing found"),
    )
    parser.add_argument("--version", action="version", version=f"twinstudy {ts.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, words: str, code_1: str, *examples: str) -> Callable[..., Any]:
        lines = ["examples:", *(f"  twinstudy {name} {text}".rstrip() for text in examples), ""]
        made = commands.add_parser(
            name,
            help=words,
            description=textwrap.fill(words, 79),
            epilog="\n".join([*lines, textwrap.fill(_CODES.format(code_1), 79)]),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.set_defaults(function=globals()[f"_{name}"])
        return lambda name, words, **more: made.add_argument(name, help=words, **more)

    tables: Any = {"words": "folder of tables (default: the data of the package)", "type": Path,
                   "metavar": "DIR"}  # fmt: skip
    add = command("info", "say what the data hold, by province and kind",
                  "the data have problems", "", "my-data")  # fmt: skip
    add("data", nargs="?", **tables)

    add = command("check", "find every problem in a folder of tables",
                  "problems were found (warnings alone do not count)",
                  "", "my-data", "data --format json")  # fmt: skip
    add("data", nargs="?", **tables)
    add("--format", "for people, or for programs", choices=("text", "json"), default="text")

    add = command("show", "tell of a pairing or a place, with its sources", "nothing was found",
                  "p-po-hen-than-san --full", "'phai lau'", "'xã Đồng Văn'", "爱店")  # fmt: skip
    add("name", "key, or name with or without accents and level word", metavar="PLACE-OR-PAIRING")
    add("--full", "every claim, event and note", action="store_true")
    add("--data", **tables)

    add = command("diff", "say what was added, changed and withdrawn between two folders of "
                  "tables, and which headline numbers moved", "they differ",
                  "old-data data")  # fmt: skip
    add("old", "folder of tables", metavar="OLD", type=Path)
    add("new", "folder of tables", metavar="NEW", type=Path)

    add = command("export", "write the pairings as a graph or a flat table, or the sources",
                  "the data have problems", "csv pairings.csv", "bib sources.bib",
                  "geojson ties.geojson --graph locality --at 2020")  # fmt: skip
    add("format", "a graph: graphml, json, hif, geojson; one row a pairing: csv; the sources: bib",
        metavar="FORMAT", choices=("graphml", "json", "hif", "geojson", "csv", "bib"))  # fmt: skip
    add("file", "file to write", metavar="FILE", type=Path)
    add("--graph", "pairings as nodes (default), or ties between localities",
        choices=("incidence", "locality"), default="incidence")  # fmt: skip
    add("--at", "of a graph: only what exists by this date", metavar="DATE")
    add("--data", **tables)

    add = command("run", "run the notebooks, and write figures and executed notebooks",
                  "a notebook failed, or with --check something differs", "", "01-coverage",
                  "--check --jobs 2")  # fmt: skip
    add("notebooks", "path, name or start of a name (default: all)", nargs="*", metavar="NOTEBOOK")
    add("--check", "change nothing; name what would change", action="store_true")
    add("--jobs", "notebooks that run at the same time (default: 1)", type=int, default=1,
        metavar="N")  # fmt: skip
    return parser


def _info(options: argparse.Namespace) -> int:
    """Print the opening table and the size of each table."""
    dataset = ts.load(options.data)
    print(f"twinstudy {dataset.version}\n")
    print(ts.show(dataset, "Agreed pairings by Vietnamese province, west to east"), end="\n\n")
    for name, frame in dataset.tables.items():
        print(f"{name:<13}{len(frame):>9,} rows")
    return 0


def _check(options: argparse.Namespace) -> int:
    """Print every problem."""
    problems = ts.check(options.data)
    rows = [vars(problem) for problem in problems]
    print(json.dumps(rows, indent=2) if options.format == "json" else problems)
    return int(any(problem.severity == "error" for problem in problems))


def _show(options: argparse.Namespace) -> int:
    """Tell of what a key or a name means."""
    from twinstudy.study.show import record

    dataset, name = ts.load(options.data), options.name
    keys = [name]
    if name not in {*dataset.pairings["id"], *dataset.localities["id"]}:
        found = ts.find_localities(dataset, name)
        keys = found["id"].tolist()
        if not keys:
            near = ", ".join(found.attrs["nearest"][:3])
            remedy = f"; close to it: {near}" if near else ""
            print(f"twinstudy: no place or pairing is called {name!r}{remedy}", file=sys.stderr)
            return 1
    print("\n\n".join(record(dataset, key, full=options.full) for key in keys))
    return 0


def _diff(options: argparse.Namespace) -> int:
    """Print what two folders of tables do not have in common."""
    from twinstudy.study.show import compare

    lines = compare(ts.load(options.old), ts.load(options.new))
    print("\n".join(lines) or "no difference")
    return int(bool(lines))


def _export(options: argparse.Namespace) -> int:
    """Write a graph, the flat table or the bibliography."""
    from twinstudy.study.show import bibliography, flat_table
    from twinstudy.tables.files import write_bytes

    file, suffix = options.file, ".hif.json" if options.format == "hif" else f".{options.format}"
    if not file.name.lower().endswith(suffix):
        raise ArgumentError(
            f"FILE is {str(file)!r}; a file of format {options.format} ends in {suffix}"
        )
    dataset = ts.load(options.data)
    if options.format == "csv":
        write_bytes(file, flat_table(dataset))
    elif options.format == "bib":
        write_bytes(file, bibliography(dataset).encode())
    else:
        make = ts.locality_graph if options.graph == "locality" else ts.incidence_graph
        ts.write_graph(make(dataset, at=options.at), file)
    print(f"wrote {file}")
    return 0


def _run(options: argparse.Namespace) -> int:
    """Run notebooks, and put what they give into the project."""
    from twinstudy.study.build import Run, changes, choose_notebooks, execute, find_project, update

    def stop(*_signal: object) -> None:
        for number in signals:  # so that nothing keeps what follows from cleaning up
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Windows has no SIGHUP.
    signals = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGINT)}
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
    for name, data in changed.items():
        there = (project / name).is_file()
        print(f"{name}: {'no longer made' if data is None else 'differs' if there else 'is new'}")
    if not changed and not failed:
        print("all is as it was")
    if not options.check:
        update(project, changed)
    return int(failed or bool(options.check and changed))


if __name__ == "__main__":
    sys.exit(main())
