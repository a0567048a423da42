"""What each part is measured against: the plain way to do the same, with next to no checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import pandas as pd
import pandera.pandas as pa

from twinstudy import parse_date
from twinstudy.tables.schema import TABLES, Column

_EDTF = (
    r"(?:[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?[~?%]?|\.\.)"
    r"(?:/(?:[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?[~?%]?|\.\.))?"
)


_SHOWN = ["label", "name", "name_zh", "country", "level", "longitude", "latitude"]
_bounds = cache(parse_date)  # kept from round to round, as a dataset keeps the bounds of its dates


class Plain(NamedTuple):
    """What a plain script makes of the tables."""

    members: pd.DataFrame  # pairing, place, kind, country, province, year
    places: pd.DataFrame  # what nodes show, by place
    length: pd.Series


def read(folder: Path) -> Plain:
    """Read all tables, find province and district of each place, and join claims to members."""
    tables = {
        table.name: pd.read_csv(folder / table.file, dtype="str", keep_default_na=False)
        for table in TABLES
    }
    places = tables["localities"].set_index("id")
    parent = tables["containments"].set_index("child_id")["parent_id"]
    for level in ("province", "district"):
        above = pd.Series(places.index, index=places.index)
        for _ in range(3):
            above = above.where(above.map(places["level"]) == level, above.map(parent))
        places[level] = above
    places["label"] = places["name"]
    places[["longitude", "latitude"]] = places[["longitude", "latitude"]].astype(float)
    claims = tables["claims"].merge(tables["memberships"], left_on="id", right_on="claim_id")
    years = claims[claims["signed"] != ""].groupby("pairing_id")["signed"].min().str[:4]
    members = claims[["pairing_id", "locality_id"]].drop_duplicates()
    members = members.set_axis(["pairing", "place"], axis=1)
    kind = tables["pairings"].set_index("id")["kind"]
    members = members.assign(
        kind=members["pairing"].map(kind),
        country=members["place"].map(places["country"]),
        province=members["place"].map(places["province"]),
        year=members["pairing"].map(years),
    )
    counts = tables["counts"]
    length = counts[counts["measure"] == "border_length"].set_index("area_id")["value"]
    return Plain(members, places[[*_SHOWN, "province", "district"]], length.astype(float))


def graph_of(members: pd.DataFrame, places: pd.DataFrame) -> nx.Graph:
    """Tie the members of either side, with the attributes that `locality_graph` gives."""
    size = members.groupby(["pairing", "country"])["place"].transform("size")
    sides = members.assign(size=size)
    here, there = (sides[sides["country"] == country] for country in ("CN", "VN"))
    ties = here.merge(there, on="pairing")
    ties = ties.assign(certain=ties["year_x"].notna(), weight=1 / (ties["size_x"] * ties["size_y"]))
    links = ties.groupby(["place_x", "place_y"], as_index=False).agg(
        pairings=("pairing", "size"), certain=("certain", "sum"), weight=("weight", "sum")
    )
    nodes = places[places.index.isin(members["place"])]
    nodes = nodes.assign(bipartite=(nodes["country"] == "VN").astype(int))
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(zip(nodes.index, nodes.to_dict("records"), strict=True))
    facts = links[["pairings", "certain", "weight"]].to_dict("records")
    graph.add_edges_from(zip(links["place_x"], links["place_y"], facts, strict=True))
    return graph


def study(folder: Path) -> list[Any]:
    """Read the tables, make the graph of ties, and count coverage, density and signings."""
    members, places, length = read(folder)
    groups = members.groupby(["province", "kind", "country"])
    coverage = groups["place"].nunique(), groups["year"].agg(lambda years: years.isna().sum())
    pairings = members.groupby(["province", "kind"])["pairing"].nunique()
    density = 100 * pairings / length.reindex(pairings.index.get_level_values(0)).to_numpy()
    signed = members.drop_duplicates(["province", "pairing"]).groupby(["province", "year"]).size()
    graph = graph_of(members, places)
    return [graph, coverage, density, signed.groupby("province").cumsum()]


def coverage_loop(graph: nx.Graph) -> dict[Any, tuple[int, int, int]]:
    """Count members by province, kind and side, and pairings: certain, possible, undated."""
    certain, possible, dated = defaultdict(set), defaultdict(set), defaultdict(set)
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            kind, counted = facts["kind"], set()
            for place in graph[node]:
                known = graph.nodes[place]
                area = known.get("province")
                counted |= {((area, kind, known["country"]), place), ((area, kind, None), node)}
            for key, unit in counted:
                possible[key].add(unit)
                if facts["exists"] == "certain":
                    certain[key].add(unit)
                if "signed" in facts:
                    dated[key].add(unit)
    return {
        key: (len(certain[key]), len(units), len(units - dated[key]))
        for key, units in possible.items()
    }


def density_loop(graph: nx.Graph, length: dict[str, float]) -> dict[Any, tuple[float, float]]:
    """Count the pairings of each province and kind for 100 km of border: certain, possible."""
    certain, possible = defaultdict(int), defaultdict(int)
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            for area in {graph.nodes[place].get("province") for place in graph[node]}:
                for kind in (facts["kind"], "all"):
                    possible[area, kind] += 1
                    certain[area, kind] += facts["exists"] == "certain"
    return {
        key: (100 * certain[key] / length[key[0]], 100 * n / length[key[0]])
        for key, n in possible.items()
        if key[0] in length
    }


def timeline_loop(graph: nx.Graph) -> dict[Any, list[tuple[int, ...]]]:
    """Count signings by province and year: certain, possible, undated, cumulative bounds."""
    counted: dict[Any, Any] = defaultdict(lambda: [defaultdict(int) for _ in range(5)])
    for node, facts in graph.nodes(data=True):
        if facts["bipartite"] == 1:
            bounds = _bounds(facts["signed"]) if "signed" in facts else None
            for area in {graph.nodes[place].get("province") for place in graph[node]}:
                certain, possible, ended, begun, undated = counted[area]
                if bounds is None:
                    undated[0] += 1
                    continue
                first, last = bounds.earliest.year, bounds.latest.year
                for year in range(first, last + 1):
                    possible[year] += 1
                begun[first] += 1
                if not bounds.qualified:
                    ended[last] += 1
                    certain[last] += first == last
    rows: dict[Any, list[tuple[int, ...]]] = {}
    for area, (certain, possible, ended, begun, undated) in counted.items():
        lower, upper, rows[area] = 0, undated[0], []
        for year in range(min(possible, default=0), max(possible, default=0) + 1):
            lower, upper = lower + ended[year], upper + begun[year]
            rows[area].append((year, certain[year], possible[year], undated[0], lower, upper))
    return rows


def rebuild(graph: nx.Graph) -> Callable[[], nx.Graph]:
    """Return a function that adds the nodes and edges of a graph from columns of a frame."""
    nodes = pd.DataFrame.from_dict(dict(graph.nodes(data=True)), orient="index")
    edges = nx.to_pandas_edgelist(graph)

    def build() -> nx.Graph:
        made: nx.Graph = nx.Graph(**graph.graph)
        columns = [nodes[name].tolist() for name in nodes]
        facts = (dict(zip(nodes, row, strict=True)) for row in zip(*columns, strict=True))
        made.add_nodes_from(zip(nodes.index, facts, strict=True))
        columns = [edges[name].tolist() for name in edges.columns[2:]]
        names = list(edges.columns[2:])
        facts = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
        ends = zip(edges["source"].tolist(), edges["target"].tolist(), strict=True)
        made.add_edges_from((*end, fact) for end, fact in zip(ends, facts, strict=True))
        return made

    return build


def edge_list_graph(pairs: pd.DataFrame) -> nx.Graph:
    """Make a graph of an edge list, with the first year of each tie."""
    rows = pairs.assign(
        left=pairs["left"].str.strip(),
        right=pairs["right"].str.strip(),
        year=pd.to_numeric(pairs["year"], errors="coerce"),
    )
    ties = rows.groupby(["left", "right"], as_index=False)["year"].min()
    graph = nx.from_pandas_edgelist(ties, "left", "right", edge_attr="year")
    for side in ("left", "right"):
        country = rows.drop_duplicates(side).set_index(side)[f"{side}_country"]
        nx.set_node_attributes(graph, country.to_dict(), "country")
    return graph


def schemas(frames: dict[str, pd.DataFrame]) -> dict[str, pa.DataFrameSchema]:
    """Say the rules on cells, keys and references in pandera."""
    keys = {name: pd.Index(frame["id"]) for name, frame in frames.items() if "id" in frame}
    return {
        table.name: pa.DataFrameSchema(
            {column.name: pa.Column("str", _checks(column, keys)) for column in table.columns},
            unique=list(table.key),
            strict=True,
            ordered=True,
        )
        for table in TABLES
    }


def _checks(column: Column, keys: dict[str, pd.Index]) -> list[pa.Check]:
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
            checks.append(pa.Check(lambda cells: (known.get_indexer(cells) >= 0) | (cells == "")))
        case "date" | "interval":
            checks.append(_matching(_EDTF))
        case "integer" | "number":
            checks.append(_matching(r"-?[0-9]+(?:\.[0-9]+)?"))
        case "text":
            checks.append(pa.Check(lambda cells: cells.str.strip() == cells))
    return checks


def _matching(pattern: str) -> pa.Check:
    return pa.Check(lambda cells: cells.str.fullmatch(pattern) | (cells == ""))


def validate(frames: dict[str, pd.DataFrame], made: dict[str, pa.DataFrameSchema]) -> None:
    """Validate every frame lazily, so that all faults are found."""
    for name, schema in made.items():
        schema.validate(frames[name], lazy=True)
