"""Breaks valid tables in every way that the data model knows, and says what must be found."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.tables.cell_rules import shown
from twinstudy.tables.schema import LEVELS, TABLES, Column, Table, table

Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Fault:
    """What must be found: a problem of this rule in one of these lines, with these words."""

    rule: str
    file: str
    lines: tuple[int, ...]
    column: str
    words: str


Corruption = Callable[[Frames, random.Random], Fault]

WRONG_DATES = (
    "2013-13", "2014-02-30", "2014/2010", "../..", "c. 2014", "2014-8-6", "201X", "2014/",
)  # fmt: skip
WRONG_NUMBERS = {
    "integer": ("six", "6.0", "-1", "1e3", "0x6", "６", "9" * 16),
    "number": ("1,5", "nan", "inf", "1e3", "1.5.2", "+1", "²"),
}
NOWHERE = {"sources": "s-nowhere", "localities": "l-nowhere", "pairings": "p-x", "claims": "c-x"}
ODD_BYTES = (
    b'"', b'""', b",", b"\n", b"\n\n", b'"x', b',"', b'",', b'"x"y', b"\t", b";", b"'", b"\\",
    b"\x00", b"\r", b"\xc3", b"\xe2\x80\xa8", b'"a,b"', b'\n"', b'"\n', b"#", b"\xef\xbb\xbf",
    b"\x1a", b"=1", b" ",
)  # fmt: skip


# -- one cell ---------------------------------------------------------------------------------


def row_of(text: Frames, name: str, rng: random.Random, wanted: object = None) -> int:
    """Position of some row, among those where `wanted` is true."""
    wanted = [True] * len(text[name]) if wanted is None else wanted
    return rng.choice([row for row, is_so in enumerate(wanted) if is_so])


def put(text: Frames, name: str, row: int, column: str, value: str) -> None:
    text[name].iloc[row, text[name].columns.get_loc(column)] = value


def append(text: Frames, name: str, /, **cells: str) -> int:
    """Add a row at the end; return its position."""
    row = {column: cells.get(column, "") for column in table(name).column_names}
    added = pd.DataFrame([row], dtype="str")
    text[name] = pd.concat([text[name], added], ignore_index=True)
    return len(text[name]) - 1


def fault(rule: str, name: str, rows: int | list[int], column: str, words: str) -> Fault:
    rows = [rows] if isinstance(rows, int) else rows
    return Fault(rule, f"{name}.csv", tuple(row + 2 for row in rows), column, words)


def spoil_cell(rule: str, name: str, column: str, values: tuple[str, ...]) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        row = row_of(text, name, rng)
        value = rng.choice(values).format(text[name][column].iloc[row] or "x")
        put(text, name, row, column, value)
        words = shown(value) if value else "the cell is empty"
        return fault(rule, name, row, column, words)

    return corrupt


def wrong_values(column: Column) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Values that a column must not hold, with the rule that must say so."""
    if column.required:
        yield "required_cells", ("",)
    match column.type:
        case "id":
            yield "patterns", ("p-Ü", "x", "p_1", "l-vn--x", "-", "L-VN")
            yield "long_ids", (f"{column.pattern[0]}-{'x' * 100}",)
        case "reference":
            yield "references", (NOWHERE[column.target], "x", "Đồng Văn")
        case "vocabulary":
            yield "vocabularies", ("nonsense", "None", "Commune", "0")
        case "date":
            yield "dates", WRONG_DATES
        case "interval":
            yield "dates", (*WRONG_DATES, "2014", "2014-08~")
        case "integer" | "number":
            yield "numbers", WRONG_NUMBERS[column.type]
            out = [] if column.maximum is None else [column.maximum + 1]
            yield "bounds", tuple(f"{value:g}" for value in (column.minimum - 1, *out))
        case "text":
            yield "unclean", ("{}\x1b", "{}e\u0301")
            yield "invisible", ("a\u200b{}", "{}\u3164.")
            yield "trimmed_text", (" {}", "{} ", "{}\u00a0", "\t{}")
            yield "formula_text", ("=1+1", "+84", "-x", "@here")
            if column.pattern:
                odd = ("§", "Việt Nam", "vn ", "http//x", "x" * 101)
                yield "patterns", tuple(x for x in odd if not re.fullmatch(column.pattern, x))


def cell_corruptions() -> Iterator[tuple[str, Corruption]]:
    """Every rule on single cells, for every column that it is about; none hides another."""
    for each in TABLES:
        for column in each.columns:
            for rule, values in wrong_values(column):
                corrupt = spoil_cell(rule, each.name, column.name, values)
                yield f"{rule}: {each.name}.{column.name}", corrupt


# -- rules across rows and tables -------------------------------------------------------------


def repeat_key(each: Table, key: tuple[str, ...]) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        old = row_of(text, each.name, rng)
        cells = text[each.name].iloc[old].to_dict()
        again = {} if key == each.key else {"id": f"{cells['id']}-again"}
        row = append(text, each.name, **cells | again)
        words = f"{cells[key[0]]!r} repeats the {', '.join(key)}"
        return fault("unique_keys", each.name, [row, old] if again else row, key[0], words)

    return corrupt


Where = Callable[[Frames, pd.DataFrame], pd.Series]  # which rows of a table a corruption may take


def put_cells(
    rule: str, place: str, words: str, cells: dict[str, str], where: Where | None = None
) -> Corruption:
    """Put cells into a row and find it at fault; a cell of ``{column}`` is taken from that row."""
    name, column = place.split(".")

    def corrupt(text: Frames, rng: random.Random) -> Fault:
        row = row_of(text, name, rng, where and where(text, text[name]))
        old = text[name].iloc[row].to_dict()
        for each, value in cells.items():
            put(text, name, row, each, value.format(**old))
        return fault(rule, name, row, column, words.format(**old))

    return corrupt


def _untold(text: Frames, claims: pd.DataFrame) -> pd.Series:
    return ~claims["id"].isin(text["contents"]["claim_id"])


def _placed(_: Frames, places: pd.DataFrame) -> pd.Series:
    return places["position"] != ""


def _bounded(text: Frames, rows: pd.DataFrame) -> pd.Series:
    """Rows of sources that are known to be published by a day, and of no planned pairing."""
    dates = text["sources"].set_index("id")["published"]
    latest = {key: parse_date(date).latest if date else None for key, date in dates.items()}
    fits = rows["source_id"].map(latest).notna()
    if "signed" in rows:
        pairings = text["pairings"]
        fits &= ~rows["pairing_id"].isin(pairings["id"][pairings["status"] == "planned"])
    return fits


NO_POINT = dict.fromkeys(["longitude", "latitude", "position"], "")
LISTS, COUNTS, POINTS = "lists_of_contents", "count_shapes", "positions"
LATE = {"claims": "signed", "events": "date", "counts": "as_of"}
ONE_ROW = (
    put_cells("original_sources", "sources.original_source_id", "original itself", {"original_source_id": "{id}"}),
    put_cells(POINTS, "localities.longitude", "give both or neither", {"longitude": ""}, _placed),
    put_cells(POINTS, "localities.position_source_id", "needs the point", NO_POINT | {"position_source_id": "s-1"}),
    put_cells("implied_aims", "contents.certainty", "does not fit an aim", {"basis": "aim", "certainty": "explicit"}),
    put_cells(LISTS, "claims.list", "'part' needs rows", {"list": "part", "agreement_items": "6"}, _untold),
    put_cells("event_quantities", "events.quantity", "go together", {"quantity": "", "unit": "calls"}),
    put_cells(COUNTS, "counts.kind", "'country' does not fit", {"measure": "twinned", "kind": "country"}),
    put_cells(COUNTS, "counts.kind", "'' does not fit", {"measure": "border_units", "kind": ""}),
    put_cells("read_when_published", "sources.accessed", "earlier than", {"published": "2022-07", "accessed": "2022-06-30"}),
    put_cells("border_flags", "localities.at_border_source_id", "empty cell", {"at_border": "", "at_border_source_id": "s-1"}),
    *(put_cells("not_after_publication", f"{name}.{column}", f"'{date}' is later", {column: date}, _bounded)
      for name, column in LATE.items() for date in ("2999", "2999-01/..", "2999-01-01?")),
)  # fmt: skip


def wrong_parent(text: Frames, rng: random.Random) -> Fault:
    row, places = row_of(text, "containments", rng), text["localities"].set_index("id")
    child = places.loc[text["containments"]["child_id"].iloc[row]]
    abroad = places["country"] != child["country"]
    below = places["level"].map(LEVELS.index) >= LEVELS.index(child["level"])
    wanted, words = rng.choice([(abroad, "lies in an"), (below & ~abroad, "is not of a")])
    parent = rng.choice(places.index[wanted].tolist())
    put(text, "containments", row, "parent_id", parent)
    return fault("containment_levels", "containments", row, "parent_id", f"{parent!r} {words}")


def two_parents_at_once(text: Frames, rng: random.Random) -> Fault:
    old = text["containments"].iloc[row_of(text, "containments", rng)]
    there = text["localities"].set_index("id").loc[old["parent_id"], ["country", "level"]]
    append(text, "localities", id="l-xx", name="Another", **there.to_dict())
    append(text, "containments", **old.to_dict() | {"parent_id": "l-xx"})
    again = [n for n, key in enumerate(text["containments"]["child_id"]) if key == old["child_id"]]
    return fault("one_parent_at_a_time", "containments", again, "during", "another parent")


def code_of_two_places(text: Frames, rng: random.Random) -> Fault:
    old = row_of(text, "codes", rng)
    other = text["localities"]["id"][~text["localities"]["id"].isin(text["codes"]["locality_id"])]
    cells = text["codes"].iloc[old].to_dict() | {"locality_id": rng.choice(other.tolist())}
    row = append(text, "codes", **cells)
    return fault("one_code_at_a_time", "codes", [old, row], "during", "same system and code")


def circle_of_successors(text: Frames, rng: random.Random) -> Fault:
    old = text["successions"].iloc[row_of(text, "successions", rng)]
    steps = [(old["new_id"], old["old_id"]), (old["new_id"], old["new_id"])]
    start, end = rng.choice(steps)
    row = append(text, "successions", old_id=start, new_id=end, date="2026", kind="rename")
    return fault("acyclic_successions", "successions", row, "old_id", f"{start!r} becomes its own")


def pairing_of_three_sides(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "pairings", rng)
    pairing = text["pairings"]["id"].iloc[row]
    claim = text["claims"]["id"][text["claims"]["pairing_id"] == pairing].iloc[0]
    append(text, "localities", id="l-xx", country="XX", level="village", name="Third")
    append(text, "memberships", claim_id=claim, locality_id="l-xx")
    return fault("pairing_sides", "pairings", row, "id", f"{pairing!r} do not make two sides")


def agreement_of_plans(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "pairings", rng, text["pairings"]["status"] == "agreed")
    pairing = text["pairings"]["id"].iloc[row]
    text["claims"].loc[text["claims"]["pairing_id"] == pairing, "status"] = "planned"
    return fault("claimed_agreements", "pairings", row, "status", "every claim on this pairing")


def date_of_two_digits(text: Frames, rng: random.Random) -> Fault:
    planned = text["pairings"]["id"][text["pairings"]["status"] == "planned"]
    stated = ~text["claims"]["pairing_id"].isin(planned) & (text["claims"]["status"] != "planned")
    put(text, "claims", row_of(text, "claims", rng, stated), "signed", "0085")
    return fault("likely_dates", "claims", -2, "signed", "lie before the year 800, such as 0085")


def table_corruptions() -> Iterator[tuple[str, Corruption]]:
    """Every fault that takes more than one cell to see."""
    for each in TABLES:
        for key in filter(None, (each.key, each.unique)):
            yield f"{each.name} repeats {', '.join(key)}", repeat_key(each, key)
    yield from ((f"cells of one row {n}", corrupt) for n, corrupt in enumerate(ONE_ROW))
    special = wrong_parent, two_parents_at_once, code_of_two_places, circle_of_successors
    for corrupt in (*special, pairing_of_three_sides, agreement_of_plans, date_of_two_digits):
        yield corrupt.__name__, corrupt


# -- bytes -----------------------------------------------------------------------------------


def mutated(data: bytes, seed: int) -> bytes:
    """Put odd bytes into a file, or take some out, mostly below its header."""
    rng = random.Random(seed)
    for _ in range(rng.choice([1, 1, 2, 4])):
        low = 0 if rng.random() < 0.1 else data.index(b"\n") + 1 if b"\n" in data else 0
        at = rng.randrange(low, len(data) + 1)
        match rng.randrange(3):
            case 0:
                data = data[:at] + data[at + rng.randrange(1, 6) :]
            case 1:
                data = data[:at] + rng.choice(ODD_BYTES) + data[at:]
            case _:
                data = data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
    return data
