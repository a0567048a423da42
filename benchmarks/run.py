"""Measure speed and memory against the plain way to do the same, and print a table of ratios.

    python benchmarks/run.py 10000 100000 1000000

Each ratio is the fastest of a few runs by the fastest of a few runs of the peer on the same data in
the same process, the two taking turns.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

if "--without-pyarrow" in sys.argv:
    sys.modules["pyarrow"] = None  # type: ignore[assignment]  # an import of it now fails

import networkx as nx
import pandas as pd
import peers
import synthetic

import twinstudy
from twinstudy.dates import date_bounds
from twinstudy.tables.files import read_tables
from twinstudy.tables.table_rules import check_tables
from twinstudy.tables.typed import type_tables


class Part(NamedTuple):
    """A part, what it is measured against, and how many times as long it may take."""

    name: str
    peer_name: str
    target: dict[int, float] | float
    subject: Callable[[], object]
    peer: Callable[[], object]

    def target_at(self, size: int) -> float:
        if isinstance(self.target, dict):
            return self.target.get(size, math.nan)
        return self.target


class Result(NamedTuple):
    size: int
    name: str
    peer_name: str
    target: float
    seconds: float
    peer_seconds: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.peer_seconds


def reading(folder: Path) -> list[Part]:
    return [
        Part(
            "load" if sys.modules.get("pyarrow") else "load, no pyarrow",
            "csv.reader into lists",
            {10_000: 1.5, 1_000_000: 1.0},
            lambda: twinstudy.load(folder),
            lambda: peers.rows_of_files(folder),
        )
    ]


def parts(folder: Path, bad: Path, frames: dict[str, pd.DataFrame]) -> list[Part]:
    """List what is measured."""
    read, _ = read_tables(folder)
    schemas = peers.pandera_schemas(read.text)
    dataset = twinstudy.load(folder)
    signed = read.text["claims"]["signed"]
    signed = signed.where(signed != "")
    pairs = synthetic.edge_list(frames)
    keys = {"left": "left", "right": "right", "left_country": "left_country",
            "right_country": "right_country", "signed": "year"}  # fmt: skip
    incidence = twinstudy.incidence_graph(dataset)
    areas = peers.Areas(dataset.containments, dataset.localities)
    lengths = dataset.counts[dataset.counts["measure"] == "border_length"]
    length = dict(zip(lengths["area_id"].astype("str"), lengths["value"], strict=True))
    ties, incidences = peers.Parts(twinstudy.locality_graph(dataset)), peers.Parts(incidence)
    return [
        *reading(folder),
        Part("check, 1 % of rows bad", "check of the clean files", 2.0,
             lambda: twinstudy.check(bad), lambda: twinstudy.check(folder)),
        Part("types and checks", "lazy pandera schema", 0.5,
             lambda: check_tables(type_tables(dict(read.text))),
             lambda: peers.validate(read.text, schemas)),
        Part("date_bounds", "pd.factorize", 5.0,
             lambda: date_bounds(signed), lambda: pd.factorize(signed)),
        Part("from_edgelist", "nx.from_pandas_edgelist", 1.0,
             lambda: twinstudy.from_edgelist(pairs, **keys),
             lambda: nx.from_pandas_edgelist(pairs, "left", "right")),
        Part("locality_graph", "adding ready dictionaries", 1.2,
             lambda: twinstudy.locality_graph(dataset), ties.added),
        Part("locality_graph (2)", "adding nodes, edges from columns", 1.2,
             lambda: twinstudy.locality_graph(dataset), ties.added_from_columns),
        Part("incidence_graph", "adding nodes, edges from columns", math.nan,
             lambda: twinstudy.incidence_graph(dataset), incidences.added_from_columns),
        Part("coverage", "loop over the graph", {1_000_000: 0.1},
             lambda: twinstudy.coverage(dataset), lambda: peers.coverage(incidence, areas)),
        Part("density", "loop over the graph", {1_000_000: 0.1},
             lambda: twinstudy.density(dataset, per="border_km"),
             lambda: peers.density(incidence, areas, length)),
        Part("timeline", "loop over the graph", {1_000_000: 0.1},
             lambda: twinstudy.timeline(dataset), lambda: peers.timeline(incidence)),
        Part("timeline, by province", "loop over the graph", {1_000_000: 0.1},
             lambda: twinstudy.timeline(dataset, by="province"),
             lambda: peers.timelines(incidence, areas)),
        Part("version of the data", "csv.reader into lists", math.nan,
             lambda: twinstudy.Dataset.version.func(dataset), lambda: peers.rows_of_files(folder)),
    ]  # fmt: skip


def measure(part: Part, size: int, times: int) -> Result:
    """Let a part and its peer take turns, and keep the fastest run of each."""
    fastest = [math.inf, math.inf]
    for _ in range(times):
        for n, run in enumerate((part.subject, part.peer)):
            gc.collect()
            start = time.perf_counter()
            run()
            fastest[n] = min(fastest[n], time.perf_counter() - start)
    return Result(size, part.name, part.peer_name, part.target_at(size), *fastest)


def resident_bytes() -> float:
    """Return the memory of this process, not a number where the system has no /proc."""
    gc.collect()
    statm = Path("/proc/self/statm")
    pages = float(statm.read_text(encoding="ascii").split()[1]) if statm.exists() else math.nan
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory(what: str, folder: Path) -> dict[str, float]:
    """Return megabytes that a dataset, or plain frames of the same text, take in this process."""
    pd.DataFrame({"a": ["b"]}, dtype="str").sort_values("a")  # so that nothing is loaded later
    before = resident_bytes()
    if what == "dataset":
        kept = list(twinstudy.load(folder).tables.values())
    else:
        kept = [
            pd.read_csv(path, dtype="str", keep_default_na=False, engine="pyarrow")
            for path in sorted(folder.glob("*.csv"))
        ]
    resident = resident_bytes() - before
    counted, keys = 0, {}
    for frame in kept:
        for column in (frame[name] for name in frame):
            if isinstance(column.dtype, pd.CategoricalDtype):
                counted += column.cat.codes.nbytes
                keys[id(column.dtype)] = column.cat.categories  # once for all that refer to them
            else:
                counted += column.memory_usage(index=False, deep=True)
    counted += sum(index.memory_usage(deep=True) for index in keys.values())
    return {"resident": resident / 1e6, "counted": counted / 1e6}


def in_fresh_process(*arguments: object) -> str:
    """Run Python in a process of its own and return what it prints."""
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def import_seconds(modules: str, times: int = 7) -> float:
    code = f"import time; t = time.perf_counter(); import {modules}; print(time.perf_counter() - t)"
    return min(float(in_fresh_process("-c", code)) for _ in range(times))


def table(results: list[Result]) -> str:
    """Lay results out as a Markdown table: a part a row, a ratio a size."""
    sizes = sorted({result.size for result in results})
    heads = ["part", "against", "at most", *(f"{size:,}" for size in sizes), "seconds", "exponent"]
    lines = [" | ".join(heads), " | ".join(["---"] * len(heads))]
    for name in dict.fromkeys(result.name for result in results):
        found = {result.size: result for result in results if result.name == name}
        last = found[max(found)]
        targets = {f"{each.target:g}" for each in found.values() if not math.isnan(each.target)}
        ratios = [
            f"{found[size].ratio:.3g}{' !' if found[size].ratio > found[size].target else ''}"
            if size in found else ""
            for size in sizes
        ]  # fmt: skip
        growth = ""
        if len(found) > 1:
            first = found[min(found)]
            rise = math.log(last.seconds / first.seconds) / math.log(last.size / first.size)
            growth = f"{rise:.2f}"
        cells = [name, last.peer_name, " / ".join(sorted(targets, reverse=True)), *ratios,
                 f"{last.seconds:.3g}", growth]  # fmt: skip
        lines.append(" | ".join(cells))
    return "\n".join(f"| {line} |" for line in lines)


def machine() -> str:
    packages = ("pandas", "numpy", "networkx", "pyarrow", "pandera")
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    cores, python = os.cpu_count(), platform.python_version()
    return f"{platform.machine()}, {cores} cores, Python {python}, {listed}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--only", default="", help="parts whose name holds this")
    parser.add_argument("--without-pyarrow", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.without_pyarrow:
        (part,) = reading(options.without_pyarrow)
        print(json.dumps(measure(part, options.sizes[0], 2)))
        return
    if options.memory:
        print(json.dumps(memory(options.memory[0], Path(options.memory[1]))))
        return
    results = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in options.sizes:
            times = 7 if size <= 10_000 else 4 if size <= 100_000 else 2
            frames = synthetic.tables(size)
            folder = synthetic.write(frames, Path(scratch) / f"{size}")
            bad = synthetic.write(synthetic.spoiled(frames), Path(scratch) / f"{size}-bad")
            for part in parts(folder, bad, frames):
                if options.only in part.name:
                    results.append(measure(part, size, times))
                    print(f"{size:>9,} {part.name:<24} {results[-1].ratio:8.3f}", file=sys.stderr)
            if options.only in "load, no pyarrow":
                slow = in_fresh_process(__file__, size, "--without-pyarrow", folder)
                results.append(Result(*json.loads(slow)))
        print(table(results), end="\n\n")
        for kind in ("resident", "counted"):
            used, plain = (
                json.loads(in_fresh_process(__file__, "--memory", what, folder))[kind]
                for what in ("dataset", "frames")
            )
            print(f"Memory, {kind}, {size:,} pairings: {used:.0f} MB, plain frames of the same "
                  f"text {plain:.0f} MB: {used / plain:.2f} (at most 3)")  # fmt: skip
    ours, theirs = import_seconds("twinstudy"), import_seconds("pandas, networkx")
    print(f"Import: {ours:.4f} s, pandas and networkx {theirs:.3f} s: {ours / theirs:.3f} "
          "(at most 0.1)")  # fmt: skip
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
