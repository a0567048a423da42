"""What each part is measured against: the plain way to do the same."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pandera.pandas as pa

from twinstudy import FuzzyDate, parse_date
from twinstudy.tables.schema import TABLES, Column

_EDTF = (
    r"(?:[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?[~?%]?|\.\.)"
    r"(?:/(?:[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?[~?%]?|\.\.))?"
)


def rows_of_files(folder: Path) -> list[list[list[str]]]:
    """Read the files into lists of lists, checking nothing."""
    tables = []
    for table in TABLES:
        with (folder / table.file).open(encoding="utf-8", newline="") as file:
            tables.append(list(csv.reader(file)))
    return tables


def pandera_schemas(frames: dict[str, pd.DataFrame]) -> dict[str, pa.DataFrameSchema]:
    """Say the rules on cells, keys and references in pandera."""
    keys = {name: frame["id"] for name, frame in frames.items() if "id" in frame}
    return {
        table.name: pa.DataFrameSchema(
            {column.name: pa.Column("str", _checks(column, keys)) for column in table.columns},
            unique=list(table.key),
            strict=True,
            ordered=True,
        )
        for table in TABLES
    }


def _checks(column: Column, keys: dict[str, pd.Series]) -> list[pa.Check]:
    checks = []
    if column.required:
        checks.append(pa.Check(lambda cells: cells != ""))
    if column.pattern:
        checks.append(_matching(column.pattern))
    match column.type:
        case "vocabulary":
            checks.append(pa.Check.isin(["", *column.words]))
        case "reference":
            known = keys[column.target]
            checks.append(pa.Check(lambda cells: cells.isin(known) | (cells == "")))
        case "date" | "interval":
            checks.append(_matching(_EDTF))
        case "integer" | "number":
            checks.append(_matching(r"-?[0-9]+(?:\.[0-9]+)?"))
        case "text":
            checks.append(pa.Check(lambda cells: cells.str.strip() == cells))
    return checks


def _matching(pattern: str) -> pa.Check:
    return pa.Check(lambda cells: cells.str.fullmatch(pattern) | (cells == ""))


def validate(frames: dict[str, pd.DataFrame], schemas: dict[str, pa.DataFrameSchema]) -> None:
    """Validate every frame lazily, so that all faults are found."""
    for name, schema in schemas.items():
        schema.validate(frames[name], lazy=True)


class Parts:
    """The nodes and edges of a graph, for adding them bare."""

    def __init__(self, graph: nx.Graph) -> None:
        self.nodes = [(node, dict(facts)) for node, facts in graph.nodes(data=True)]
        self.edges = [(u, v, dict(facts)) for u, v, facts in graph.edges(data=True)]
        self.node_columns = _columns(self.nodes)
        self.edge_columns = _columns(self.edges)

    def added(self) -> nx.Graph:
        """Add dictionaries that are there already."""
        graph = nx.Graph()
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(self.edges)
        return graph

    def added_from_columns(self) -> nx.Graph:
        """Make the dictionaries of columns, as they stand in a frame, and add them."""
        graph = nx.Graph()
        for names, ends, columns in self.node_columns:
            facts = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
            graph.add_nodes_from((*end, fact) for end, fact in zip(ends, facts, strict=True))
        for names, ends, columns in self.edge_columns:
            facts = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
            graph.add_edges_from((*end, fact) for end, fact in zip(ends, facts, strict=True))
        return graph


def _columns(items: list[Any]) -> list[tuple[tuple[str, ...], list[Any], list[list[Any]]]]:
    """Turn nodes or edges into columns, those with the same attributes together."""
    alike = defaultdict(list)
    for *ends, facts in items:
        alike[tuple(facts)].append((ends, facts))
    return [
        (
            names,
            [ends for ends, _ in group],
            [[facts[name] for _, facts in group] for name in names],
        )
        for names, group in alike.items()
    ]


class Areas:
    """The province of a place, found by climbing."""

    def __init__(self, containments: pd.DataFrame, localities: pd.DataFrame) -> None:
        child, parent = containments["child_id"].tolist(), containments["parent_id"].tolist()
        self.parent = dict(zip(child, parent, strict=True))
        levels = localities["level"].astype("str").tolist()
        self.level = dict(zip(localities["id"].tolist(), levels, strict=True))

    def of(self, place: str) -> str | None:
        above: str | None = place
        while above is not None and self.level[above] != "province":
            above = self.parent.get(above)
        return above


def coverage(graph: nx.Graph, areas: Areas) -> dict[tuple[str | None, str, str], tuple[int, ...]]:
    """Count the members of each area, kind and side: certain, possible, undated."""
    certain, possible, dated = defaultdict(set), defaultdict(set), defaultdict(set)
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            members = list(graph[node])
            around = {place: areas.of(place) for place in members}
            for place in members:
                side = graph.nodes[place]["country"]
                for area in set(around.values()):
                    key = area, facts["kind"], side
                    possible[key].add(place)
                    if facts["being"] == "certain":
                        certain[key].add(place)
                    if "signed" in facts:
                        dated[key].add(place)
    return {
        key: (len(certain[key]), len(places), len(places - dated[key]))
        for key, places in possible.items()
    }


def density(
    graph: nx.Graph, areas: Areas, length: dict[str, float]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Count the pairings of each area and kind for 100 km of border: certain, possible."""
    certain, possible = defaultdict(int), defaultdict(int)
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            for area in {areas.of(place) for place in graph[node]}:
                for kind in (facts["kind"], "all"):
                    possible[area, kind] += 1
                    certain[area, kind] += facts["being"] == "certain"
    return {
        (area, kind): (100 * certain[area, kind] / length[area], 100 * n / length[area])
        for (area, kind), n in possible.items()
        if area in length
    }


class _Years:
    """Signings by year: certain, possible, undated, cumulative bounds."""

    def __init__(self) -> None:
        self.certain, self.possible, self.ended, self.begun = (defaultdict(int) for _ in range(4))
        self.undated = 0

    def add(self, bounds: FuzzyDate | None) -> None:
        if bounds is None:
            self.undated += 1
            return
        for year in range(bounds.earliest.year, bounds.latest.year + 1):
            self.possible[year] += 1
        self.begun[bounds.earliest.year] += 1
        if not bounds.qualified:
            self.ended[bounds.latest.year] += 1
            if bounds.earliest.year == bounds.latest.year:
                self.certain[bounds.latest.year] += 1

    def rows(self) -> list[tuple[int, ...]]:
        lower, upper, rows = 0, self.undated, []
        for year in range(min(self.possible, default=0), max(self.possible, default=0) + 1):
            lower += self.ended[year]
            upper += self.begun[year]
            counted = self.certain[year], self.possible[year], self.undated
            rows.append((year, *counted, lower, upper))
        return rows


def timeline(graph: nx.Graph) -> list[tuple[int, ...]]:
    """Count signings by year; the graph holds the date that was chosen for each pairing."""
    read, years = cache(parse_date), _Years()
    for _, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            years.add(read(facts["signed"]) if "signed" in facts else None)
    return years.rows()


def timelines(graph: nx.Graph, areas: Areas) -> dict[str | None, list[tuple[int, ...]]]:
    """Count signings by area and year."""
    read, years = cache(parse_date), defaultdict(_Years)
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            bounds = read(facts["signed"]) if "signed" in facts else None
            for area in {areas.of(place) for place in graph[node]}:
                years[area].add(bounds)
    return {area: counted.rows() for area, counted in years.items()}
