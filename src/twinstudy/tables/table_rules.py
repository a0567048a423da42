"""Rules across rows and tables, and `check`, which runs every rule there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import ArgumentError, Problem, Problems, Severity
from twinstudy.tables import cell_rules
from twinstudy.tables.files import Tables, bundled_data, read_tables
from twinstudy.tables.schema import KINDS, LEVELS, table

Rule = Callable[[Tables], Iterator[Problem]]


def problems_at(
    tables: Tables,
    name: str,
    column: str,
    where: np.ndarray | pd.Series,
    message: str,
    *,
    severity: Severity = "error",
) -> Iterator[Problem]:
    """Make a problem of every row of a table for which `where` is true.

    >>> cells = pd.DataFrame({"id": ["p-a", "x"]}, index=[2, 3])
    >>> tables = Tables({"pairings": cells}, {})
    >>> print(*problems_at(tables, "pairings", "id", cells["id"] == "x", "{!r} is odd"))
    pairings.csv:3: id: 'x' is odd
    """
    cells = tables.text[name][column].iloc[np.flatnonzero(where)]
    yield from cell_rules.problems_of(cells, f"{name}{tables.suffix}", message, severity)


def _rows_of(references: pd.Series, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the row of another table that each reference means; missing where there is none."""
    return frame.set_index("id").reindex(references).set_axis(references.index)


def original_sources(tables: Tables) -> Iterator[Problem]:
    """Yield translations and reprints whose original is itself, or itself a reprint."""
    frame = tables.typed["sources"]
    reprints = frame["id"][frame["original_source_id"].notna()]
    wrong = frame["original_source_id"].isin(reprints)
    message = "{!r} has an original itself, or is this row; name the first report"
    yield from problems_at(tables, "sources", "original_source_id", wrong, message)


def positions(tables: Tables) -> Iterator[Problem]:
    """Yield points that are half given, or given without `position` and its source."""
    columns = ["longitude", "latitude", "position", "position_source_id"]
    given = tables.text["localities"][columns] != ""
    wrong = given["longitude"] != given["latitude"]
    message = "a point needs longitude and latitude; give both or neither"
    yield from problems_at(tables, "localities", "longitude", wrong, message)
    wrong = (given["longitude"] & given["latitude"]) != given["position"]
    message = "longitude, latitude and position go together; say how well the point is known"
    yield from problems_at(tables, "localities", "position", wrong, message)
    wrong = given["position_source_id"] & ~given["position"]
    message = "a source of a point needs the point; give both or neither"
    yield from problems_at(tables, "localities", "position_source_id", wrong, message)


def containment_levels(tables: Tables) -> Iterator[Problem]:
    """Yield parents that are not of a higher level than the child, or in another country.

    Levels descend strictly, so no chain of parents can come back to where it began.
    """
    frame = tables.typed["containments"]
    places = tables.typed["localities"][["id", "level", "country"]]
    child, parent = (_rows_of(frame[end], places) for end in ("child_id", "parent_id"))
    known = child.notna() & parent.notna()
    wrong = known["level"] & (parent["level"].cat.codes >= child["level"].cat.codes)
    levels = ", ".join(LEVELS)
    message = "{!r} is not of a higher level than its child; the levels are, from the top, "
    yield from problems_at(tables, "containments", "parent_id", wrong, message + levels)
    wrong = known["country"] & (parent["country"] != child["country"])
    message = "{!r} lies in another country than its child; correct one of them"
    yield from problems_at(tables, "containments", "parent_id", wrong, message)


def one_parent_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield containments that give a child two parents of one level on one day."""
    frame = tables.typed["containments"]
    level = _rows_of(frame["parent_id"], tables.typed["localities"][["id", "level"]])["level"]
    wrong = _overlaps(frame[["child_id", "during"]].assign(level=level.astype("str")))
    message = (
        "{!r} overlaps with the time of another parent of the same level; "
        "end one of the two before the other begins"
    )
    yield from problems_at(tables, "containments", "during", wrong, message)


def one_code_at_a_time(tables: Tables) -> Iterator[Problem]:
    """Yield codes that mean two localities on one day, and localities with two codes at once."""
    frame = tables.typed["codes"].astype({"system": "str"})
    for thing, column in (("code", "code"), ("locality", "locality_id")):
        wrong = _overlaps(frame[["system", column, "during"]])
        message = (
            f"{{!r}} overlaps with another row of the same system and {thing}; "
            "end one of the two before the other begins"
        )
        yield from problems_at(tables, "codes", "during", wrong, message)


def _overlaps(spans: pd.DataFrame) -> pd.Series:
    """Tell which rows begin before an earlier row, alike in all but `during`, has ended."""
    alike = [name for name in spans if name != "during"]
    spans = spans.reset_index(drop=True)
    twice = spans.duplicated(alike, keep=False) & spans[alike].notna().all(axis=1)
    bounds = date_bounds(spans["during"][twice], errors="coerce")
    start = bounds["earliest"].fillna(pd.Timestamp("0001-01-01"))
    end = bounds["latest"].fillna(pd.Timestamp("9999-12-31"))
    found = spans[twice].assign(start=start, end=end).sort_values("start", kind="stable")
    found["reached"] = found.groupby(alike)["end"].cummax()
    earlier = found.groupby(alike)["reached"].shift()
    return (found["start"] <= earlier).reindex(spans.index, fill_value=False)


def acyclic_successions(tables: Tables) -> Iterator[Problem]:
    """Yield successions that lead back to where they began."""
    steps = tables.typed["successions"][["old_id", "new_id"]].reset_index(drop=True)
    rest = steps.dropna()
    size = -1
    while len(rest) != size:  # what nothing leads to, or what leads nowhere, is on no circle
        size = len(rest)
        rest = rest[rest["old_id"].isin(rest["new_id"]) & rest["new_id"].isin(rest["old_id"])]
    message = "{!r} becomes its own successor; take one step of the circle out"
    yield from problems_at(tables, "successions", "old_id", steps.index.isin(rest.index), message)


def pairing_sides(tables: Tables) -> Iterator[Problem]:
    """Yield pairings without claims, claims without members, and pairings without two sides."""
    claims, members = tables.typed["claims"], tables.typed["memberships"]
    pairings, places = tables.typed["pairings"]["id"], tables.typed["localities"]
    # What is missing may stand in a row that cannot be read, or under a key that is misspelt.
    whole_claims = not tables.unread.get("claims") and claims["pairing_id"].isin(pairings).all()
    whole_members = (
        not tables.unread.get("memberships") and members["claim_id"].isin(claims["id"]).all()
    )
    if whole_members:
        wrong = ~claims["id"].isin(members["claim_id"])
        message = f"{{!r}} names no member; add its rows to memberships{tables.suffix}"
        yield from problems_at(tables, "claims", "id", wrong, message)
    if whole_claims:
        wrong = ~pairings.isin(claims["pairing_id"])
        message = "{!r} has no claim; add one, or take the pairing out"
        yield from problems_at(tables, "pairings", "id", wrong, message)
    if whole_claims and whole_members:
        pairing = _rows_of(members["claim_id"], claims[["id", "pairing_id"]])["pairing_id"]
        country = _rows_of(members["locality_id"], places[["id", "country"]])["country"]
        named = members[["locality_id"]].assign(pairing=pairing, country=country)
        size = named.groupby("pairing", sort=False)[["country", "locality_id"]].nunique()
        two = (size["country"] == 2) | ((size["country"] == 1) & (size["locality_id"] == 2))
        unknown = named["pairing"][named["country"].isna()]
        wrong = pairings.isin(size.index[~two]) & ~pairings.isin(unknown)
        message = (
            "the members of {!r} do not make two sides; name members of two countries, "
            "or exactly two of one"
        )
        yield from problems_at(tables, "pairings", "id", wrong, message)


def implied_aims(tables: Tables) -> Iterator[Problem]:
    """Yield contents that are known from an aim and called explicit."""
    cells = tables.text["contents"]
    wrong = (cells["basis"] == "aim") & (cells["certainty"] == "explicit")
    message = "{!r} does not fit an aim, from which contents follow only; write implied"
    yield from problems_at(tables, "contents", "certainty", wrong, message)


def lists_of_contents(tables: Tables) -> Iterator[Problem]:
    """Yield claims whose `list` does not fit their rows of contents.

    As a warning, those that count contents and say nothing of their list.
    """
    cells = tables.text["claims"]
    told = cells["id"].isin(tables.text["contents"]["claim_id"])
    items = cells["agreement_items"] != ""
    counted = cells["list"] == "counted"
    file = f"contents{tables.suffix}"
    wrong = cells["list"].isin(["whole", "part"]) & ~told
    message = f"{{!r}} needs rows of this claim in {file}; add them, or write counted"
    yield from problems_at(tables, "claims", "list", wrong, message)
    message = f"{{!r}} does not fit a claim with rows in {file}; write whole or part"
    yield from problems_at(tables, "claims", "list", counted & told, message)
    message = "{!r} needs the number in agreement_items; give it, or leave this empty"
    yield from problems_at(tables, "claims", "list", counted & ~items, message)
    wrong = items & ~told & (cells["list"] == "")
    message = (
        f"the claim counts contents and has none in {file}; "
        "add them, or write counted where the source lists none"
    )
    yield from problems_at(tables, "claims", "list", wrong, message, severity="warning")


def event_quantities(tables: Tables) -> Iterator[Problem]:
    """Yield events with a quantity and no unit, or a unit and no quantity."""
    cells = tables.text["events"]
    half = (cells["quantity"] == "") != (cells["unit"] == "")
    message = "quantity and unit go together; give both or neither"
    yield from problems_at(tables, "events", "quantity", half, message)


def count_shapes(tables: Tables) -> Iterator[Problem]:
    """Yield counts whose kind or side does not fit what they measure."""
    cells = tables.text["counts"]
    fitting = {"pairings": (*KINDS, ""), "twinned": (*KINDS, ""), "border_units": LEVELS}
    for measure in table("counts").column("measure").words:
        words = fitting.get(measure, ("",))
        wrong = (cells["measure"] == measure) & ~cells["kind"].isin(words)
        remedy = f"use one of {', '.join(filter(None, words))}" if any(words) else "leave it empty"
        message = f"{{!r}} does not fit {measure}; {remedy}"
        yield from problems_at(tables, "counts", "kind", wrong, message)
    wrong = (cells["measure"] == "pairings") & (cells["side"] != "")
    message = "{!r} does not fit pairings, which have two sides; leave it empty"
    yield from problems_at(tables, "counts", "side", wrong, message)
    wrong = cells["measure"].isin(["twinned", "border_units"]) & (cells["side"] == "")
    message = "the units stand on one side; give the country code of it"
    yield from problems_at(tables, "counts", "side", wrong, message)
    wrong = cells["measure"].isin(fitting) & (tables.typed["counts"]["value"] % 1 > 0)
    message = "{!r} is no whole number of units; correct it"
    yield from problems_at(tables, "counts", "value", wrong, message)


def not_after_publication(tables: Tables) -> Iterator[Problem]:
    """Yield dates that a source could not know, being later than its publication."""
    sources = tables.typed["sources"][["id", "published"]]
    sources = sources.assign(day=date_bounds(sources["published"], errors="coerce")["latest"])
    planned = tables.typed["pairings"].query("status == 'planned'")["id"]
    message = "{!r} is later than the publication of its source; correct one of the two dates"
    for name, column in (("claims", "signed"), ("events", "date"), ("counts", "as_of")):
        frame = tables.typed[name]
        known_by = _rows_of(frame["source_id"], sources)["day"]
        late = date_bounds(frame[column], errors="coerce")["earliest"] > known_by
        if name == "claims":
            late &= ~frame["pairing_id"].isin(planned) & (frame["status"] != "planned")
        yield from problems_at(tables, name, column, late, message)


def read_when_published(tables: Tables) -> Iterator[Problem]:
    """Yield sources that were read before they were published."""
    frame = tables.typed["sources"]
    published = date_bounds(frame["published"], errors="coerce")["earliest"]
    accessed = date_bounds(frame["accessed"], errors="coerce")["latest"]
    message = "{!r} is earlier than the publication; correct one of the two dates"
    yield from problems_at(tables, "sources", "accessed", published > accessed, message)


def border_flags(tables: Tables) -> Iterator[Problem]:
    """Yield sources of an empty `at_border`, and lengths of the border of units away from it."""
    cells, counts = tables.text["localities"], tables.text["counts"]
    empty = (cells["at_border"] == "") & (cells["at_border_source_id"] != "")
    message = "{!r} is the source of an empty cell; write yes or no into at_border, or take it out"
    yield from problems_at(tables, "localities", "at_border_source_id", empty, message)
    away = counts["area_id"].isin(cells["id"][cells["at_border"] == "no"])
    wrong = away & counts["measure"].str.startswith("border_")
    remedy = "correct its at_border in localities, or the count"
    message = f"{{!r}} is said not to touch the border; {remedy}"
    yield from problems_at(tables, "counts", "area_id", wrong, message)


def claimed_agreements(tables: Tables) -> Iterator[Problem]:
    """Yield agreed pairings of which every claim speaks as of a plan."""
    pairings, claims = tables.text["pairings"], tables.text["claims"]
    planned = claims["status"] == "planned"
    plans = set(claims["pairing_id"][planned].tolist())
    plans.difference_update(claims["pairing_id"][~planned].tolist())
    wrong = (pairings["status"] == "agreed") & pairings["id"].isin(plans)
    message = "every claim on this pairing says planned; write planned, or correct a claim"
    yield from problems_at(tables, "pairings", "status", wrong, message)


def likely_dates(tables: Tables) -> Iterator[Problem]:
    """Yield, as warnings, dates of signing that can hardly be meant, but for those of plans."""
    pairings, claims = tables.text["pairings"], tables.text["claims"]
    planned = pairings["id"][pairings["status"] == "planned"]
    signed = claims["signed"][~claims["pairing_id"].isin(planned) & (claims["status"] != "planned")]
    file = f"claims{tables.suffix}"
    yield from cell_rules.unlikely_dates(signed, file, "signed", "leave {} empty")


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
    (likely_dates, ("pairings", "claims")),
)


def check_tables(tables: Tables, found: Iterable[Problem] = ()) -> Problems:
    """Run every rule that has its tables over tables in memory; `found` are earlier problems.

    >>> check_tables(read_tables(bundled_data())[0])
    no problems
    """
    cells = [*cell_rules.value_problems(tables), *cell_rules.unique_keys(tables)]
    missing = list(cell_rules.references(tables))
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
