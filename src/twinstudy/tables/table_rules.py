"""Rules across rows and tables, and `check`, which runs every rule there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, Problem, Problems
from twinstudy.tables.cell_rules import CELL_RULES, problems_at, references
from twinstudy.tables.files import Tables, bundled_data, read_tables
from twinstudy.tables.schema import KINDS, LEVELS

Rule = Callable[[Tables], Iterator[Problem]]

_DATED_BY_SOURCE = (("claims", "signed"), ("events", "date"), ("counts", "as_of"))


def original_sources(tables: Tables) -> Iterator[Problem]:
    """Yield translations and reprints whose original is itself, or itself a reprint."""
    frame = tables.typed["sources"]
    reprints = frame["id"][frame["original_source_id"].notna()]
    yield from problems_at(
        tables, "sources", "original_source_id", frame["original_source_id"].isin(reprints),
        "{!r} has an original itself, or is this row; name the first report",
    )  # fmt: skip


def positions(tables: Tables) -> Iterator[Problem]:
    """Yield points that are half given, or given without `position` and its source."""
    given = tables.text["localities"] != ""
    yield from problems_at(
        tables, "localities", "longitude", given["longitude"] != given["latitude"],
        "a point needs longitude and latitude; give both or neither",
    )  # fmt: skip
    half = (given["longitude"] & given["latitude"]) != given["position"]
    yield from problems_at(
        tables, "localities", "position", half,
        "longitude, latitude and position go together; say how well the point is known",
    )  # fmt: skip
    yield from problems_at(
        tables, "localities", "position_source_id",
        given["position_source_id"] & ~given["position"],
        "a source of a point needs the point; give both or neither",
    )  # fmt: skip


def _looked_up(references: pd.Series, frame: pd.DataFrame, column: str) -> pd.Series:
    """Return what a column of another table says of each reference; missing where unknown."""
    found = frame.set_index("id")[column].reindex(references)  # `map` fails on no rows of dates
    return found.set_axis(references.index)


def containment_levels(tables: Tables) -> Iterator[Problem]:
    """Yield parents that are not of a higher level than the child, or in another country.

    Levels descend strictly, so no chain of parents can come back to where it began.
    """
    frame = tables.typed["containments"]
    places = tables.typed["localities"].assign(level=lambda t: t["level"].cat.codes)
    places["level"] = places["level"].where(places["level"] >= 0)
    level, country = (
        [_looked_up(frame[end], places, column) for end in ("child_id", "parent_id")]
        for column in ("level", "country")
    )
    yield from problems_at(
        tables, "containments", "parent_id", level[1] >= level[0],
        "{!r} is not of a higher level than its child; the levels are, from the top, "
        + ", ".join(LEVELS),
    )  # fmt: skip
    known = country[0].notna() & country[1].notna()
    yield from problems_at(
        tables, "containments", "parent_id", known & (country[0] != country[1]),
        "{!r} lies in another country than its child; correct one of them",
    )  # fmt: skip


def one_parent_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield containments that give a child two parents of one level on one day."""
    frame = tables.typed["containments"]
    level = _looked_up(frame["parent_id"], tables.typed["localities"], "level").astype("str")
    yield from problems_at(
        tables, "containments", "during", _overlaps([frame["child_id"], level], frame["during"]),
        "{!r} overlaps with the time of another parent of the same level; "
        "end one of the two before the other begins",
    )  # fmt: skip


def one_code_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield codes that mean two localities on one day, and localities with two codes at once."""
    frame = tables.typed["codes"]
    system = frame["system"].astype("str")
    for thing, column in (("code", "code"), ("locality", "locality_id")):
        yield from problems_at(
            tables, "codes", "during", _overlaps([system, frame[column]], frame["during"]),
            "{!r} overlaps with another row of the same system "
            f"and {thing}; end one of the two before the other begins",
        )  # fmt: skip


def _overlaps(group: list[pd.Series], during: pd.Series) -> pd.Series:
    """Tell which rows begin before an earlier row of their group has ended."""
    spans = pd.DataFrame(dict(enumerate(group))).reset_index(drop=True)
    parts = list(spans)
    bounds = date_bounds(during.reset_index(drop=True), errors="coerce")
    for name, column, unbounded in (("start", "earliest", -np.inf), ("end", "latest", np.inf)):
        seconds = bounds[column].astype("int64").astype("float64")
        spans[name] = seconds.where(bounds[column].notna(), unbounded)
    spans = spans.dropna().sort_values("start", kind="stable")
    grouped = spans.groupby(parts)["end"]
    reached = grouped.cummax().groupby([spans[part] for part in parts]).shift()
    clash = (spans["start"] <= reached).reindex(range(len(during)), fill_value=False)
    return clash.set_axis(during.index)


def acyclic_successions(tables: Tables) -> Iterator[Problem]:
    """Yield successions that lead back to where they began."""
    steps = tables.typed["successions"][["old_id", "new_id"]].reset_index(drop=True)
    rest = steps.dropna()
    while True:
        # What nothing leads to, or what leads nowhere, is on no circle.
        on = rest["old_id"].isin(rest["new_id"]) & rest["new_id"].isin(rest["old_id"])
        if on.all():
            break
        rest = rest[on]
    yield from problems_at(
        tables, "successions", "old_id", steps.index.isin(rest.index),
        "{!r} becomes its own successor; take one step of the circle out",
    )  # fmt: skip


def pairing_sides(tables: Tables) -> Iterator[Problem]:
    """Yield pairings without claims, claims without members, and pairings without two sides."""
    claims, members = tables.typed["claims"], tables.typed["memberships"]
    pairings, places = tables.typed["pairings"], tables.typed["localities"]
    # What is missing may stand in a row that cannot be read, or under a key that is misspelt.
    claims_whole = (
        not tables.unread.get("claims") and claims["pairing_id"].isin(pairings["id"]).all()
    )
    members_whole = (
        not tables.unread.get("memberships") and members["claim_id"].isin(claims["id"]).all()
    )
    if members_whole:
        yield from problems_at(
            tables, "claims", "id", ~claims["id"].isin(members["claim_id"]),
            f"{{!r}} names no member; add its rows to memberships{tables.suffix}",
        )  # fmt: skip
    claimed = pairings["id"].isin(claims["pairing_id"])
    if claims_whole:
        yield from problems_at(
            tables, "pairings", "id", ~claimed,
            "{!r} has no claim; add one, or take the pairing out",
        )  # fmt: skip
    if not (claims_whole and members_whole):
        return
    named = pd.DataFrame({
        "pairing": _looked_up(members["claim_id"], claims, "pairing_id"),
        "place": members["locality_id"],
        "country": _looked_up(members["locality_id"], places, "country"),
    })  # fmt: skip
    size = named.groupby("pairing")[["country", "place"]].nunique()
    two = (size["country"] == 2) | ((size["country"] == 1) & (size["place"] == 2))
    unknown = named["pairing"][named["country"].isna()]
    wrong = pairings["id"].isin(size.index[~two]) & ~pairings["id"].isin(unknown)
    yield from problems_at(
        tables, "pairings", "id", wrong,
        "the members of {!r} do not make two sides; name members of two "
        "countries, or exactly two of one",
    )  # fmt: skip


def implied_aims(tables: Tables) -> Iterator[Problem]:
    """Yield contents that are known from an aim and called explicit."""
    cells = tables.text["contents"]
    wrong = (cells["basis"] == "aim") & (cells["certainty"] == "explicit")
    yield from problems_at(
        tables, "contents", "certainty", wrong,
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
        yield from problems_at(tables, "claims", "list", wrong, message)
    yield from problems_at(
        tables, "claims", "list", counted & ~told & (cells["list"] == ""),
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
        "border_length_before_2009": ("",), "border_stretch": ("",),
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
    sources = tables.typed["sources"]
    sources = sources.assign(day=date_bounds(sources["published"], errors="coerce")["latest"])
    planned = tables.typed["pairings"].query("status == 'planned'")["id"]
    for name, column in _DATED_BY_SOURCE:
        frame = tables.typed[name]
        known_by = _looked_up(frame["source_id"], sources, "day")
        late = date_bounds(frame[column], errors="coerce")["earliest"] > known_by
        if name == "claims":
            late &= ~frame["pairing_id"].isin(planned) & (frame["status"] != "planned")
        yield from problems_at(
            tables, name, column, late,
            "{!r} is later than the publication of its source; "
            "correct one of the two dates",
        )  # fmt: skip


def read_when_published(tables: Tables) -> Iterator[Problem]:
    """Yield sources that were read before they were published."""
    frame = tables.typed["sources"]
    published = date_bounds(frame["published"], errors="coerce")["earliest"]
    accessed = date_bounds(frame["accessed"], errors="coerce")["latest"]
    yield from problems_at(
        tables, "sources", "accessed", (published > accessed).to_numpy(bool),
        "{!r} is earlier than the publication; correct one of the two dates",
    )  # fmt: skip


def border_flags(tables: Tables) -> Iterator[Problem]:
    """Yield sources of an empty `at_border`, and lengths of the border of units away from it."""
    cells, counts = tables.text["localities"], tables.text["counts"]
    empty = (cells["at_border"] == "") & (cells["at_border_source_id"] != "")
    yield from problems_at(
        tables, "localities", "at_border_source_id", empty.to_numpy(bool),
        "{!r} is the source of an empty cell; write yes or no into at_border, or take it out",
    )  # fmt: skip
    away = counts["area_id"].isin(cells.loc[cells["at_border"] == "no", "id"])
    sized = counts["measure"].str.startswith("border_")
    yield from problems_at(
        tables, "counts", "area_id", (away & sized).to_numpy(bool),
        "{!r} is said not to touch the border; correct its at_border in localities, or the count",
    )  # fmt: skip


def claimed_agreements(tables: Tables) -> Iterator[Problem]:
    """Yield agreed pairings of which every claim speaks as of a plan."""
    pairings, claims = tables.text["pairings"], tables.text["claims"]
    other = claims.loc[claims["status"] != "planned", "pairing_id"]
    claimed = pairings["id"].isin(claims["pairing_id"])
    wrong = (pairings["status"] == "agreed") & claimed & ~pairings["id"].isin(other)
    yield from problems_at(
        tables, "pairings", "status", wrong.to_numpy(bool),
        "every claim on this pairing says planned; write planned, or correct a claim",
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
    (read_when_published, ("sources",)),
    (border_flags, ("localities", "counts")),
    (claimed_agreements, ("pairings", "claims")),
)


def check_tables(tables: Tables, found: Iterable[Problem] = ()) -> Problems:
    """Run every rule that has its tables over tables in memory; `found` are earlier problems.

    >>> check_tables(read_tables(bundled_data())[0])
    no problems
    """
    cells = [problem for rule in CELL_RULES for problem in rule(tables)]
    missing = list(references(tables))
    tables = tables.keyed()
    across = [
        problem
        for rule, needed in TABLE_RULES
        if all(name in tables.typed for name in needed)
        for problem in rule(tables)
    ]
    return Problems.in_order(found, cells, missing, across)


def check(path: str | Path | None = None) -> Problems:
    """Find every problem in a folder of tables.

    Parameters
    ----------
    path
        Folder that holds the tables; None for the bundled data.

    Returns
    -------
    problems
        Every fault with place, value, rule and remedy: errors before warnings, which do not keep
        the data from being loaded, and causes before what may follow from them; empty if the data
        are sound. Of more than 1,000 of one kind the rest is counted.

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
    """Read a folder of tables and run every rule over them."""
    if not (path is None or isinstance(path, str | Path)):
        raise ArgumentError(
            f"`path` is of type {type(path).__name__}; give the path of a folder with the tables, "
            "or nothing for the bundled data"
        )
    folder = bundled_data() if path is None else Path(path)
    if not folder.is_dir():
        raise ArgumentError(
            f"`path` is {str(path)!r}, which is no folder; give one with the tables"
        )
    tables, problems = read_tables(folder)
    return tables, check_tables(tables, problems)
