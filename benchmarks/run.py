"""Measure processor time against the plain way to do the same; exit 1 where a bound is missed.

    python benchmarks/run.py            # up to 10^5 pairings
    python benchmarks/run.py --growth   # and the growth up to 10^6: some minutes, 6 GB

Each ratio is the median of rounds in which a part and its peer take turns.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import peers
import synthetic

import twinstudy as ts
from twinstudy.tables.files import read_tables, type_tables
from twinstudy.tables.table_rules import check_tables

IMPORT = [sys.executable, "-c", "import pandas, networkx"]
# Figures and measures in a process of their own, since a dataset keeps what follows from it.
BUNDLED = """
import gc, json, time
import matplotlib, matplotlib.pyplot, networkx, pandas
import twinstudy as ts
import twinstudy.figures.map, twinstudy.measures.coverage
matplotlib.use("agg")
seconds = {}
def timed(name, call):
    gc.collect()
    start = time.process_time()
    seconds[name] = call()
    seconds[name] = time.process_time() - start
dataset = None
def load():
    global dataset
    dataset = ts.load()
timed("load", load)
for name in ("coverage", "density", "timeline", "signings", "distances", "contents"):
    timed(name, lambda: getattr(ts, name)(dataset))
for name in ("map", "coverage", "density", "timeline", "signings", "pairings", "contents"):
    timed(f"plot_{name}", lambda: getattr(ts, f"plot_{name}")(dataset))
    matplotlib.pyplot.close("all")
print(json.dumps(seconds))
"""
Seconds = tuple[float, float]
Part = tuple[str, str, float, Callable[[ts.Dataset], object], Callable[[], object]]


def in_process(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call."""
    gc.collect()
    start = time.process_time()
    call()
    return time.process_time() - start


def as_process(command: list[str]) -> float:
    """Return the processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Report:
    """The rows of the table, and whether a bound was missed."""

    def __init__(self) -> None:
        self.missed = 0
        print("| what | against | at most | ratio | range | seconds |")
        print("|---|---|--:|--:|---|--:|")

    def add(self, what: str, against: str, bound: float, rounds: list[Seconds]) -> None:
        ratios = [ours / peer for ours, peer in rounds]
        self.row(what, against, bound, statistics.median(ratios),
                 f"{min(ratios):.2f} to {max(ratios):.2f}",
                 statistics.median(ours for ours, _ in rounds))  # fmt: skip

    def row(
        self, what: str, against: str, bound: float, value: float, span: str, seconds: float
    ) -> None:
        miss = value > bound
        self.missed += miss
        print(f"| {what} | {against} | {bound:g} | {value:.2f}{' !' if miss else ''} | {span} "
              f"| {seconds:.3g} |", flush=True)  # fmt: skip


def processes(report: Report, rounds: int) -> None:
    """Measure commands, and what is done with the bundled data."""
    command = [sys.executable, "-m", "twinstudy"]
    for name in ("check", "info", "show"):
        line = [*command, name, *(["p-po-hen-than-san"] if name == "show" else [])]
        seconds = [(as_process(line), as_process(IMPORT)) for _ in range(rounds)]
        report.add(f"`twinstudy {name}`", "import of pandas, networkx", 1.3, seconds)
    found: dict[str, list[Seconds]] = {}
    for _ in range(rounds):
        line = [sys.executable, "-c", BUNDLED]
        out = subprocess.run(line, check=True, capture_output=True, text=True).stdout
        peer = as_process(IMPORT)
        for name, seconds in json.loads(out).items():
            found.setdefault(name, []).append((seconds, peer))
    for name, seconds in found.items():
        bound = 1.5 if name == "plot_map" else 0.2
        report.add(f"{name}, bundled data", "the same import", bound, seconds)


def study(folder: Path) -> None:
    """Do what `peers.study` does."""
    dataset = ts.load(folder)
    ts.locality_graph(dataset)
    ts.coverage(dataset)
    ts.density(dataset)
    ts.timeline(dataset, by="province")


def parts(folder: Path, size: int) -> list[Part]:
    """List what is measured at a size."""
    read, _ = read_tables(folder)
    text = dict(read.text)
    typed, made = type_tables(text), peers.schemas(text)
    ready = peers.rebuild(ts.locality_graph(ts.load(folder)))
    listed: list[Part] = [
        ("load, checks, graph, measures", "plain pandas and networkx", 1.6,
         lambda _: study(folder), lambda: peers.study(folder)),
        ("locality_graph", "adding nodes and edges from columns", 1.3,
         ts.locality_graph, ready),
        ("checks alone", "lazy pandera with an index lookup", 0.6,
         lambda _: check_tables(typed), lambda: peers.validate(text, made)),
    ]  # fmt: skip
    if size >= 100_000:
        plain = peers.read(folder)
        graph, length = ts.incidence_graph(ts.load(folder)), plain.length.to_dict()
        loop = "loop over the graph, provinces known"
        listed += [
            ("coverage by province", loop, 0.5, ts.coverage,
             lambda: peers.coverage_loop(graph)),
            ("density by province", loop, 0.5, ts.density,
             lambda: peers.density_loop(graph, length)),
            ("timeline by province", loop, 0.5,
             lambda dataset: ts.timeline(dataset, by="province"),
             lambda: peers.timeline_loop(graph)),
        ]  # fmt: skip
    return listed


def edge_list(report: Report, rounds: int) -> None:
    """Measure the way from an edge list to a graph with years."""
    pairs = synthetic.edge_list(synthetic.tables(25_000)).head(25_000)
    keys = {"left": "left", "right": "right", "left_country": "left_country",
            "right_country": "right_country", "signed": "year"}  # fmt: skip
    seconds = [
        (in_process(lambda: ts.incidence_graph(ts.from_edgelist(pairs, **keys))),
         in_process(lambda: peers.edge_list_graph(pairs)))
        for _ in range(rounds)
    ]  # fmt: skip
    report.add("edge list of 25,000 rows to graph with year", "pandas and networkx", 4, seconds)


def main() -> int:
    """Print the table; return 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--growth", action="store_true", help="measure the growth to 10^6, too")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    report = Report()
    processes(report, options.rounds)
    edge_list(report, options.rounds)
    took = {}
    with tempfile.TemporaryDirectory() as scratch:
        for size in (10_000, 100_000):
            folder = synthetic.write(synthetic.tables(size), Path(scratch) / f"{size}")
            for name, against, bound, ours, peer in parts(folder, size):
                seconds = []
                for _ in range(options.rounds):
                    call = functools.partial(ours, ts.load(folder))
                    call()  # whose dataset then has kept what the peers are handed
                    seconds.append((in_process(call), in_process(peer)))
                if name.startswith("load"):
                    took[size] = statistics.median(pair[0] for pair in seconds)
                report.add(f"{name}, {size:,} pairings", against, bound, seconds)
        if options.growth:
            folder = synthetic.write(synthetic.tables(1_000_000), Path(scratch) / "1000000")
            last = in_process(lambda: study(folder))
            exponent = math.log(last / took[10_000]) / math.log(100)
            report.row("growth, 10^4 to 10^6", "exponent", 1.05, exponent, "", last)
    packages = ", ".join(f"{p} {version(p)}" for p in ("pandas", "numpy", "networkx", "pandera"))
    cores, python = os.cpu_count(), platform.python_version()
    print(f"\n{platform.machine()}, {cores} cores, Python {python}, {packages}")
    return int(report.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
