"""Rules across rows and tables, and `check`, which runs every rule there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, Problem, Problems
from twinstudy.tables.cell_rules import CELL_RULES, problems_at
from twinstudy.tables.files import bundled_data, read_tables
from twinstudy.tables.schema import KINDS, LEVELS
from twinstudy.tables.typed import Tables, codes_of, keyed_rows

Rule = Callable[[Tables], Iterator[Problem]]

_DATED_BY_SOURCE = (("claims", "signed"), ("events", "date"), ("counts", "as_of"))


def original_sources(tables: Tables) -> Iterator[Problem]:
    """Yield translations and reprints whose original is itself, or itself a reprint."""
    frame = tables.typed["sources"]
    original = frame["original_source_id"].cat.codes.to_numpy()
    reprint = original >= 0
    chained = reprint & np.append(reprint, False)[original]
    yield from problems_at(
        tables, "sources", "original_source_id", chained,
        "{!r} has an original itself, or is this row; name the first report",
    )  # fmt: skip


def positions(tables: Tables) -> Iterator[Problem]:
    """Yield points that are half given, or given without `position` and its source."""
    cells = tables.text["localities"]
    parts = ["longitude", "latitude", "position", "position_source_id"]
    given = np.column_stack([(cells[part] != "").to_numpy(bool) for part in parts])
    yield from problems_at(
        tables, "localities", "longitude", given[:, 0] != given[:, 1],
        "a point needs longitude and latitude; give both or neither",
    )  # fmt: skip
    half = (given[:, 0] & given[:, 1]) != given[:, 2]
    yield from problems_at(
        tables, "localities", "position", half,
        "longitude, latitude and position go together; say how well the point is known",
    )  # fmt: skip
    yield from problems_at(
        tables, "localities", "position_source_id", given[:, 3] & ~given[:, 2],
        "a source of a point needs the point; give both or neither",
    )  # fmt: skip


def containment_levels(tables: Tables) -> Iterator[Problem]:
    """Yield parents that are not of a higher level than the child, or in another country.

    Levels descend strictly, so no chain of parents can come back to where it began.
    """
    places = tables.typed["localities"]
    frame = tables.typed["containments"]
    child, parent = frame["child_id"].cat.codes.to_numpy(), frame["parent_id"].cat.codes.to_numpy()
    known = (child >= 0) & (parent >= 0)
    level = np.append(places["level"].cat.codes.to_numpy(), -1)
    ranked = known & (level[child] >= 0) & (level[parent] >= 0)
    yield from problems_at(
        tables, "containments", "parent_id", ranked & (level[parent] >= level[child]),
        "{!r} is not of a higher level than its child; the levels are, from the top, "
        + ", ".join(LEVELS),
    )  # fmt: skip
    country = np.append(pd.factorize(places["country"])[0], -1)
    yield from problems_at(
        tables, "containments", "parent_id", known & (country[child] != country[parent]),
        "{!r} lies in another country than its child; correct one of them",
    )  # fmt: skip


def one_parent_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield containments that give a child two parents of one level on one day."""
    places = tables.typed["localities"]
    frame = tables.typed["containments"]
    # Codes of few places are small integers, which a product would overflow.
    child, parent = (codes_of(frame[n]) for n in ("child_id", "parent_id"))
    level = np.append(codes_of(places["level"]), -1)[parent]
    group = np.where((child >= 0) & (parent >= 0), child * (len(LEVELS) + 1) + level, -1)
    yield from problems_at(
        tables, "containments", "during", _overlaps(group, frame["during"]),
        "{!r} overlaps with the time of another parent of the same level; "
        "end one of the two before the other begins",
    )  # fmt: skip


def one_code_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield codes that mean two localities on one day, and localities with two codes at once."""
    frame = tables.typed["codes"]
    system = codes_of(frame["system"])
    code = pd.factorize(frame["code"])[0]
    place = codes_of(frame["locality_id"])
    usable = (system >= 0) & (code >= 0) & (place >= 0)
    for thing, number in (("code", code), ("locality", place)):
        size = int(number.max(initial=0)) + 1
        group = np.where(usable, system * size + number, -1)
        yield from problems_at(
            tables, "codes", "during", _overlaps(group, frame["during"]),
            "{!r} overlaps with another row of the same system "
            f"and {thing}; end one of the two before the other begins",
        )  # fmt: skip


def _overlaps(group: np.ndarray, during: pd.Series) -> np.ndarray:
    """Tell which rows begin before an earlier row of their group (group >= 0) has ended."""
    rows = np.flatnonzero(group >= 0)
    if len(rows) == len(pd.unique(group[rows])):
        return np.zeros(len(group), dtype=bool)
    bounds = date_bounds(during, errors="coerce").iloc[rows]
    start, end = (bounds[name].to_numpy("datetime64[s]") for name in ("earliest", "latest"))
    start = np.where(np.isnat(start), np.iinfo(np.int64).min, start.astype(np.int64))
    end = np.where(np.isnat(end), np.iinfo(np.int64).max, end.astype(np.int64))
    order = np.lexsort((start, group[rows]))
    spans = pd.DataFrame({"group": group[rows][order], "end": end[order]})
    spans["reached"] = spans.groupby("group")["end"].cummax()
    follows = np.diff(spans["group"], prepend=-1) == 0
    clash = follows & (start[order] <= spans["reached"].shift(fill_value=0).to_numpy())
    result = np.zeros(len(group), dtype=bool)
    result[rows[order[clash]]] = True
    return result


def acyclic_successions(tables: Tables) -> Iterator[Problem]:
    """Yield successions that lead back to where they began."""
    frame = tables.typed["successions"]
    old, new = frame["old_id"].cat.codes.to_numpy(), frame["new_id"].cat.codes.to_numpy()
    rest = np.flatnonzero((old >= 0) & (new >= 0))
    while True:
        # What nothing leads to, or what leads nowhere, is on no cycle.
        on = np.isin(old[rest], new[rest]) & np.isin(new[rest], old[rest])
        if on.all():
            break
        rest = rest[on]
    where = np.zeros(len(frame), dtype=bool)
    where[rest] = True
    yield from problems_at(
        tables, "successions", "old_id", where,
        "{!r} becomes its own successor; take one step of the circle out",
    )  # fmt: skip


def pairing_sides(tables: Tables) -> Iterator[Problem]:
    """Yield pairings without claims, claims without members, and pairings without two sides."""
    claims, members = tables.typed["claims"], tables.typed["memberships"]
    pairings, places = tables.typed["pairings"], tables.typed["localities"]
    pairing_of = codes_of(claims["pairing_id"])
    claim = codes_of(members["claim_id"])
    place = codes_of(members["locality_id"])
    yield from problems_at(
        tables, "claims", "id", np.bincount(claim[claim >= 0], minlength=len(claims)) == 0,
        f"{{!r}} names no member; add its rows to memberships{tables.suffix}",
    )  # fmt: skip
    claimed = np.bincount(pairing_of[pairing_of >= 0], minlength=len(pairings)) > 0
    yield from problems_at(
        tables, "pairings", "id", ~claimed,
        "{!r} has no claim; add one, or take the pairing out",
    )  # fmt: skip
    country, countries = pd.factorize(places["country"])
    pairing = np.append(pairing_of, -1)[claim]
    known = (pairing >= 0) & (np.append(country, -1)[place] >= 0)
    sides = pd.unique(pairing[known] * len(countries) + country[place[known]])
    size = max(len(places), 1)
    joined = pd.unique(pairing[known] * size + place[known])
    side_count = np.bincount(sides // max(len(countries), 1), minlength=len(pairings))
    member_count = np.bincount(joined // size, minlength=len(pairings))
    wrong = (side_count > 2) | ((side_count == 1) & (member_count != 2))
    whole = np.isin(np.arange(len(pairings)), pairing[~known & (pairing >= 0)], invert=True)
    yield from problems_at(
        tables, "pairings", "id", wrong & whole & claimed,
        "the members of {!r} do not make two sides; name members of two "
        "countries, or exactly two of one",
    )  # fmt: skip


def implied_aims(tables: Tables) -> Iterator[Problem]:
    """Yield contents that are known from an aim and called explicit."""
    cells = tables.text["contents"]
    wrong = (cells["basis"] == "aim") & (cells["certainty"] == "explicit")
    yield from problems_at(
        tables, "contents", "certainty", wrong.to_numpy(bool),
        "{!r} does not fit an aim, from which contents follow only; write implied",
    )  # fmt: skip


def lists_of_contents(tables: Tables) -> Iterator[Problem]:
    """Yield claims whose `list` does not fit their rows of contents.

    As a warning, those that count contents and say nothing of their list.
    """
    cells = tables.text["claims"]
    told = cells["id"].isin(tables.text["contents"]["claim_id"])
    counted = cells["agreement_items"] != ""
    file = f"contents{tables.suffix}"
    faults = (
        (cells["list"].isin(["whole", "part"]) & ~told,
         f"{{!r}} needs rows of this claim in {file}; add them, or write counted"),
        ((cells["list"] == "counted") & told,
         f"{{!r}} does not fit a claim with rows in {file}; write whole or part"),
        ((cells["list"] == "counted") & ~counted,
         "{!r} needs the number in agreement_items; give it, or leave this empty"),
    )  # fmt: skip
    for wrong, message in faults:
        yield from problems_at(tables, "claims", "list", wrong.to_numpy(bool), message)
    yield from problems_at(
        tables, "claims", "list", (counted & ~told & (cells["list"] == "")).to_numpy(bool),
        f"the claim counts contents and has none in {file}; "
        "add them, or write counted where the source lists none",
        severity="warning",
    )  # fmt: skip


def event_quantities(tables: Tables) -> Iterator[Problem]:
    """Yield events with a quantity and no unit, or a unit and no quantity."""
    cells = tables.text["events"]
    half = ((cells["quantity"] == "") != (cells["unit"] == "")).to_numpy(bool)
    yield from problems_at(
        tables, "events", "quantity", half,
        "quantity and unit go together; give both or neither",
    )  # fmt: skip


def count_shapes(tables: Tables) -> Iterator[Problem]:
    """Yield counts whose kind or side does not fit what they measure."""
    cells = tables.text["counts"]
    measure, kind, side = (cells[name].to_numpy(object) for name in ("measure", "kind", "side"))
    twinning = np.isin(measure, ["pairings", "twinned"])
    words = {
        "pairings": (*KINDS, ""), "twinned": (*KINDS, ""),
        "border_units": LEVELS, "border_length": ("",),
    }  # fmt: skip
    for name, allowed in words.items():
        shown = ", ".join(word for word in allowed if word)
        remedy = f"use one of {shown}" if shown else "leave it empty"
        yield from problems_at(
            tables, "counts", "kind", (measure == name) & ~np.isin(kind, allowed),
            f"{{!r}} does not fit {name}; {remedy}",
        )  # fmt: skip
    yield from problems_at(
        tables, "counts", "side", (measure == "pairings") & (side != ""),
        "{!r} does not fit pairings, which have two sides; leave it empty",
    )  # fmt: skip
    sided = np.isin(measure, ["twinned", "border_units"])
    yield from problems_at(
        tables, "counts", "side", sided & (side == ""),
        "the units stand on one side; give the country code of it",
    )  # fmt: skip
    whole = twinning | (measure == "border_units")
    value = tables.typed["counts"]["value"].to_numpy()
    yield from problems_at(
        tables, "counts", "value", whole & (np.floor(value) != value) & ~np.isnan(value),
        "{!r} is no whole number of units; correct it",
    )  # fmt: skip


def not_after_publication(tables: Tables) -> Iterator[Problem]:
    """Yield dates that a source could not know, being later than its publication."""
    published = date_bounds(tables.typed["sources"]["published"], errors="coerce")[
        "latest"
    ].to_numpy()
    published = np.append(published, np.datetime64("NaT"))
    for name, column in _DATED_BY_SOURCE:
        frame = tables.typed[name]
        known_by = published[frame["source_id"].cat.codes.to_numpy()]
        late = date_bounds(frame[column], errors="coerce")["earliest"].to_numpy() > known_by
        if name == "claims":
            status = tables.typed["pairings"]["status"]
            planned = np.append((status == "planned").to_numpy(bool), False)
            late &= ~planned[frame["pairing_id"].cat.codes.to_numpy()]
        yield from problems_at(
            tables, name, column, late,
            "{!r} is later than the publication of its source; "
            "correct one of the two dates",
        )  # fmt: skip


#: Every rule across rows or tables, with the tables that it reads.
TABLE_RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (original_sources, ("sources",)),
    (positions, ("localities",)),
    (containment_levels, ("localities", "containments")),
    (one_parent_at_a_time, ("localities", "containments")),
    (one_code_at_a_time, ("localities", "codes")),
    (acyclic_successions, ("localities", "successions")),
    (pairing_sides, ("localities", "pairings", "claims", "memberships")),
    (implied_aims, ("contents",)),
    (lists_of_contents, ("claims", "contents")),
    (event_quantities, ("events",)),
    (count_shapes, ("counts",)),
    (not_after_publication, ("sources", "pairings", "claims", "events", "counts")),
)


def check_tables(tables: Tables) -> Problems:
    """Run every rule over tables in memory.

    Parameters
    ----------
    tables
        Tables as read; a rule that needs a table that could not be read is not run.

    Returns
    -------
    problems
        Every fault, sorted by file and line.

    Examples
    --------
    >>> tables, _ = read_tables(bundled_data())
    >>> check_tables(tables)
    no problems
    """
    problems = [problem for rule in CELL_RULES for problem in rule(tables)]
    tables = keyed_rows(tables)
    for rule, needed in TABLE_RULES:
        if all(name in tables.typed for name in needed):
            problems += rule(tables)
    return Problems(sorted(problems))


def check(path: str | Path | None = None) -> Problems:
    """Find every problem in a folder of tables.

    Parameters
    ----------
    path
        Folder that holds the tables; None for the bundled data.

    Returns
    -------
    problems
        Every fault, sorted by file and line, each with value, rule and remedy; empty if the data
        are sound. Faults of severity ``"warning"`` do not keep the data from being loaded.

    Raises
    ------
    ArgumentError
        If `path` is not a folder. Bad data never raise.

    Examples
    --------
    >>> check()
    no problems
    """
    return checked_tables(path)[1]


def checked_tables(path: str | Path | None = None) -> tuple[Tables, Problems]:
    """Read a folder of tables and run every rule over them.

    Parameters
    ----------
    path
        Folder that holds the tables; None for the bundled data.

    Returns
    -------
    tables, problems
        What could be read, and every fault.

    Raises
    ------
    ArgumentError
        If `path` is not a folder.

    Examples
    --------
    >>> tables, problems = checked_tables()
    >>> sorted(tables.typed)[:3]
    ['aliases', 'claims', 'codes']
    """
    folder = bundled_data() if path is None else Path(path)
    if not folder.is_dir():
        raise ArgumentError(
            f"`path` is {str(path)!r}, which is no folder; give one with the tables"
        )
    tables, problems = read_tables(folder)
    return tables, Problems(sorted([*problems, *check_tables(tables)]))
