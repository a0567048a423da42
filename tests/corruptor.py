"""Breaks valid tables in every way that the data model knows, and says what must be found."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.tables.files import csv_bytes, shown
from twinstudy.tables.schema import KINDS, LEVELS, TABLES, Column, Table, table

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
    "2013-13",
    "2014-02-30",
    "2014/2010",
    "../..",
    "c. 2014",
    "2014-8-6",
    "201X",
    "2014/",
)
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
    frame = text[name]
    rows = range(len(frame)) if wanted is None else [n for n, is_so in enumerate(wanted) if is_so]
    return rng.choice(rows)


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


def spoil_cell(rule: str, each: Table, column: Column, values: tuple[str, ...]) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        row, value = row_of(text, each.name, rng), rng.choice(values)
        put(text, each.name, row, column.name, value)
        words = "the cell is empty" if value == "" else shown(value)
        return fault(rule, each.name, row, column.name, words)

    return corrupt


def pad_cell(each: Table, column: Column) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        row = row_of(text, each.name, rng)
        value = text[each.name][column.name].iloc[row] or "x"
        value = rng.choice([f" {value}", f"{value} ", f"{value}\u00a0", f"\t{value}"])
        put(text, each.name, row, column.name, value)
        return fault("trimmed_text", each.name, row, column.name, shown(value))

    return corrupt


def wrong_values(column: Column) -> dict[str, tuple[str, ...]]:
    """Values that a column must not hold, by the rule that must say so."""
    values: dict[str, tuple[str, ...]] = {}
    if column.required:
        values["required_cells"] = ("",)
    match column.type:
        case "id":
            values["patterns"] = ("p-Ü", "x", "p_1", "l-vn--x", "-", "L-VN")
            values["long_ids"] = (f"{column.pattern[0]}-{'x' * 100}",)
        case "reference":
            values["references"] = (NOWHERE[column.target], "x", "Đồng Văn")
        case "vocabulary":
            values["vocabularies"] = ("nonsense", "None", "Commune", "0")
        case "date":
            values["dates"] = WRONG_DATES
        case "interval":
            values["dates"] = (*WRONG_DATES, "2014", "2014-08~")
        case "integer" | "number":
            low, high = column.minimum, column.maximum
            out = () if low is None else (f"{low - 1:g}",)
            out += () if high is None else (f"{high + 1:g}",)
            values["numbers"] = WRONG_NUMBERS[column.type]
            values["bounds"] = out
        case "text":
            values["formula_text"] = ("=1+1", "+84", "-x", "@here")
            if column.pattern:
                odd = ("§", "Việt Nam", "vn ", "http//x", "x" * 101)
                wrong = (text for text in odd if not re.fullmatch(column.pattern, text))
                values["patterns"] = tuple(wrong)
    return values


def cell_corruptions() -> Iterator[tuple[str, Corruption]]:
    """Every rule on single cells, for every column that it is about; none hides another."""
    for each in TABLES:
        for column in each.columns:
            place = f"{each.name}.{column.name}"
            if column.type == "text":
                yield f"trimmed_text: {place}", pad_cell(each, column)
            for rule, values in wrong_values(column).items():
                yield f"{rule}: {place}", spoil_cell(rule, each, column, values)


# -- keys -------------------------------------------------------------------------------------


def key_corruptions() -> Iterator[tuple[str, Corruption]]:
    """A repeated key, for every key that there is."""
    for each in TABLES:
        yield f"unique_keys: {each.name}", repeat_key(each)
        if each.unique:
            yield f"unique_keys: {each.name} {each.unique}", repeat_unique(each)


def repeat_key(each: Table) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        cells = text[each.name].iloc[row_of(text, each.name, rng)].to_dict()
        row = append(text, each.name, **cells)
        return fault("unique_keys", each.name, row, each.key[0], repr(cells[each.key[0]]))

    return corrupt


def repeat_unique(each: Table) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        old = row_of(text, each.name, rng)
        cells = text[each.name].iloc[old].to_dict()
        row = append(text, each.name, **cells | {"id": f"{cells['id']}-again"})
        words = ", ".join(each.unique)
        return fault("unique_keys", each.name, [old, row], each.unique[0], words)

    return corrupt


# -- rules across rows and tables -------------------------------------------------------------


def original_of_itself(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "sources", rng)
    put(text, "sources", row, "original_source_id", text["sources"]["id"].iloc[row])
    return fault("original_sources", "sources", row, "original_source_id", "original itself")


def reprint_of_a_reprint(text: Frames, rng: random.Random) -> Fault:
    ids = text["sources"]["id"].tolist()
    first, second, third = rng.sample(range(len(ids)), 3)
    put(text, "sources", second, "original_source_id", ids[first])
    put(text, "sources", third, "original_source_id", ids[second])
    return fault("original_sources", "sources", third, "original_source_id", repr(ids[second]))


def half_a_point(text: Frames, rng: random.Random) -> Fault:
    part = rng.choice(["longitude", "latitude"])
    row = row_of(text, "localities", rng, text["localities"][part] != "")
    put(text, "localities", row, part, "")
    return fault("positions", "localities", row, "longitude", "give both or neither")


def point_of_unknown_quality(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "localities", rng, text["localities"]["position"] != "")
    put(text, "localities", row, "position", "")
    return fault("positions", "localities", row, "position", "how well the point is known")


def source_without_a_point(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "localities", rng, text["localities"]["position"] == "")
    put(text, "localities", row, "position_source_id", rng.choice(text["sources"]["id"].tolist()))
    return fault("positions", "localities", row, "position_source_id", "needs the point")


def _facts(text: Frames, column: str) -> dict[str, str]:
    return dict(zip(text["localities"]["id"], text["localities"][column], strict=True))


def parent_below(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "containments", rng)
    level, country = _facts(text, "level"), _facts(text, "country")
    child = text["containments"]["child_id"].iloc[row]
    lower = [
        key for key in level
        if LEVELS.index(level[key]) >= LEVELS.index(level[child]) and country[key] == country[child]
    ]  # fmt: skip
    parent = rng.choice(lower)
    put(text, "containments", row, "parent_id", parent)
    return fault("containment_levels", "containments", row, "parent_id", f"{parent!r} is not of a")


def parent_abroad(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "containments", rng)
    country = _facts(text, "country")
    child = text["containments"]["child_id"].iloc[row]
    parent = rng.choice([key for key in country if country[key] != country[child]])
    put(text, "containments", row, "parent_id", parent)
    return fault("containment_levels", "containments", row, "parent_id", f"{parent!r} lies in an")


def two_parents_at_once(text: Frames, rng: random.Random) -> Fault:
    level, country = _facts(text, "level"), _facts(text, "country")
    parents = text["containments"].groupby("child_id")["parent_id"].agg(set).to_dict()

    def others(row: int) -> list[str]:
        child, parent = text["containments"].iloc[row][["child_id", "parent_id"]]
        return [
            key for key in level
            if level[key] == level[parent] and country[key] == country[parent]
            and key not in parents[child]
        ]  # fmt: skip

    rows = range(len(text["containments"]))
    row = row_of(text, "containments", rng, [bool(others(each)) for each in rows])
    old = text["containments"].iloc[row]
    added = append(
        text, "containments",
        child_id=old["child_id"], parent_id=rng.choice(others(row)), during=old["during"],
    )  # fmt: skip
    again = [n for n, key in enumerate(text["containments"]["child_id"]) if key == old["child_id"]]
    assert added in again
    return fault("one_parent_at_a_time", "containments", again, "during", "another parent")


def code_of_two_places(text: Frames, rng: random.Random) -> Fault:
    old = row_of(text, "codes", rng)
    cells = text["codes"].iloc[old].to_dict()
    other = [
        key for key in text["localities"]["id"] if key not in set(text["codes"]["locality_id"])
    ]
    row = append(text, "codes", **cells | {"locality_id": rng.choice(other)})
    return fault("one_code_at_a_time", "codes", [old, row], "during", "same system and code")


def two_codes_of_a_place(text: Frames, rng: random.Random) -> Fault:
    old = row_of(text, "codes", rng)
    cells = text["codes"].iloc[old].to_dict()
    start = cells["during"].split("/")
    during = f"1901/{start[1]}" if start[0] == ".." else f"{start[0]}/2399"
    row = append(text, "codes", **cells | {"code": "odd", "during": during})
    rows = [n for n, key in enumerate(text["codes"]["locality_id"]) if key == cells["locality_id"]]
    assert row in rows
    return fault("one_code_at_a_time", "codes", rows, "during", "same system and locality")


def successor_of_itself(text: Frames, rng: random.Random) -> Fault:
    key = rng.choice(text["localities"]["id"].tolist())
    row = append(text, "successions", old_id=key, new_id=key, date="2025", kind="rename")
    return fault("acyclic_successions", "successions", row, "old_id", repr(key))


def circle_of_successors(text: Frames, rng: random.Random) -> Fault:
    old = text["successions"].iloc[row_of(text, "successions", rng)]
    row = append(
        text, "successions",
        old_id=old["new_id"], new_id=old["old_id"], date="2026", kind="rename",
    )  # fmt: skip
    return fault("acyclic_successions", "successions", row, "old_id", "its own successor")


def claim_without_members(text: Frames, rng: random.Random) -> Fault:
    cells = text["claims"].iloc[row_of(text, "claims", rng)].to_dict()
    row = append(text, "claims", **cells | {"id": "c-nobody", "locator": "nowhere else"})
    return fault("pairing_sides", "claims", row, "id", "'c-nobody' names no member")


def pairing_without_claims(text: Frames, rng: random.Random) -> Fault:
    kind = rng.choice(KINDS)
    row = append(text, "pairings", id="p-nobody", kind=kind, matching="joint", status="agreed")
    return fault("pairing_sides", "pairings", row, "id", "'p-nobody' has no claim")


def _members(text: Frames, pairing: str) -> list[int]:
    claims = set(text["claims"]["id"][text["claims"]["pairing_id"] == pairing])
    return [n for n, claim in enumerate(text["memberships"]["claim_id"]) if claim in claims]


def pairing_of_one_side(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "pairings", rng)
    pairing = text["pairings"]["id"].iloc[row]
    rows = _members(text, pairing)
    place = text["memberships"]["locality_id"].iloc[rng.choice(rows)]
    claims = dict.fromkeys(text["memberships"]["claim_id"].iloc[rows])
    text["memberships"] = text["memberships"].drop(text["memberships"].index[rows])
    for claim in claims:
        append(text, "memberships", claim_id=claim, locality_id=place)
    return fault("pairing_sides", "pairings", row, "id", f"{pairing!r} do not make two sides")


def pairing_of_three_sides(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "pairings", rng)
    pairing = text["pairings"]["id"].iloc[row]
    append(text, "localities", id="l-xx", country="XX", level="village", name="Third")
    claim = text["memberships"]["claim_id"].iloc[_members(text, pairing)[0]]
    append(text, "memberships", claim_id=claim, locality_id="l-xx")
    return fault("pairing_sides", "pairings", row, "id", f"{pairing!r} do not make two sides")


def aim_in_plain_words(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "contents", rng)
    put(text, "contents", row, "basis", "aim")
    put(text, "contents", row, "certainty", "explicit")
    return fault("implied_aims", "contents", row, "certainty", "does not fit an aim")


def list_that_does_not_fit(text: Frames, rng: random.Random) -> Fault:
    told = text["claims"]["id"].isin(text["contents"]["claim_id"])
    has_rows, items, word, words = rng.choice(
        [
            (False, "", "whole", "'whole' needs rows"),
            (False, "6", "part", "'part' needs rows"),
            (True, "6", "counted", "'counted' does not fit"),
            (False, "", "counted", "'counted' needs the number"),
            (False, "6", "", "counts contents and has none"),
        ]
    )
    row = row_of(text, "claims", rng, told == has_rows)
    put(text, "claims", row, "agreement_items", items)
    put(text, "claims", row, "list", word)
    return fault("lists_of_contents", "claims", row, "list", words)


def quantity_without_unit(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "events", rng)
    quantity, unit = rng.choice([("82", ""), ("", "calls")])
    put(text, "events", row, "quantity", quantity)
    put(text, "events", row, "unit", unit)
    return fault("event_quantities", "events", row, "quantity", "quantity and unit go together")


def misshapen_count(text: Frames, rng: random.Random) -> Fault:
    cells, column, words = rng.choice(
        [
            (
                {"measure": "pairings", "kind": "village", "side": ""},
                "kind",
                "'village' does not fit",
            ),
            ({"measure": "twinned", "kind": "country"}, "kind", "'country' does not fit"),
            ({"measure": "border_units", "kind": "other"}, "kind", "'other' does not fit"),
            ({"measure": "border_units", "kind": ""}, "kind", "'' does not fit"),
            ({"measure": "border_length", "kind": "commune"}, "kind", "leave it empty"),
            ({"measure": "pairings", "kind": "", "side": "VN"}, "side", "have two sides"),
            ({"measure": "twinned", "kind": "", "side": ""}, "side", "stand on one side"),
            ({"measure": "twinned", "kind": "", "value": "1.5"}, "value", "no whole number"),
        ]
    )
    row = row_of(text, "counts", rng)
    for name, value in cells.items():
        put(text, "counts", row, name, value)
    return fault("count_shapes", "counts", row, column, words)


def later_than_its_source(name: str, column: str) -> Corruption:
    def corrupt(text: Frames, rng: random.Random) -> Fault:
        dates = zip(text["sources"]["id"], text["sources"]["published"], strict=True)
        bounded = {key for key, date in dates if date and parse_date(date).latest}
        planned = text["pairings"]["id"][text["pairings"]["status"] == "planned"].tolist()
        fits = [key in bounded for key in text[name]["source_id"]]
        if name == "claims":
            pairing = text[name]["pairing_id"]
            fits = [fit and key not in planned for fit, key in zip(fits, pairing, strict=True)]
        row, value = (
            row_of(text, name, rng, fits),
            rng.choice(["2999", "2999-01/..", "2999-01-01?"]),
        )
        put(text, name, row, column, value)
        return fault("not_after_publication", name, row, column, shown(value))

    return corrupt


def read_before_it_was_published(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "sources", rng)
    put(text, "sources", row, "published", "2022-07")
    put(text, "sources", row, "accessed", "2022-06-30")
    return fault("read_when_published", "sources", row, "accessed", "earlier than the publication")


def border_source_of_nothing(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "localities", rng, text["localities"]["at_border"] == "")
    put(text, "localities", row, "at_border_source_id", rng.choice(list(text["sources"]["id"])))
    return fault(
        "border_flags", "localities", row, "at_border_source_id", "source of an empty cell"
    )


def length_away_from_the_border(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "counts", rng, text["counts"]["measure"].str.startswith("border_"))
    area = text["counts"]["area_id"].iloc[row]
    put(text, "localities", list(text["localities"]["id"]).index(area), "at_border", "no")
    return fault("border_flags", "counts", row, "area_id", f"{area!r} is said not to touch")


def agreement_of_plans(text: Frames, rng: random.Random) -> Fault:
    row = row_of(text, "pairings", rng, text["pairings"]["status"] == "agreed")
    pairing = text["pairings"]["id"].iloc[row]
    text["claims"].loc[text["claims"]["pairing_id"] == pairing, "status"] = "planned"
    return fault("claimed_agreements", "pairings", row, "status", "every claim on this pairing")


def table_corruptions() -> Iterator[tuple[str, Corruption]]:
    """Every fault that takes more than one cell to see."""
    yield from {
        f"{corrupt.__name__}": corrupt
        for corrupt in (
            original_of_itself, reprint_of_a_reprint, half_a_point, point_of_unknown_quality,
            source_without_a_point, parent_below, parent_abroad, two_parents_at_once,
            code_of_two_places, two_codes_of_a_place, successor_of_itself, circle_of_successors,
            claim_without_members, pairing_without_claims, pairing_of_one_side,
            pairing_of_three_sides, aim_in_plain_words, list_that_does_not_fit,
            quantity_without_unit, misshapen_count, read_before_it_was_published,
            border_source_of_nothing, length_away_from_the_border, agreement_of_plans,
        )
    }.items()  # fmt: skip
    for name, column in (("claims", "signed"), ("events", "date"), ("counts", "as_of")):
        yield f"later_than_its_source: {name}", later_than_its_source(name, column)


# -- files ------------------------------------------------------------------------------------


def file_corruptions(
    data: bytes, each: Table, rng: random.Random
) -> dict[str, tuple[bytes, int, str]]:
    """Every fault of a file: bytes, the line where it must be found, and words of the message."""
    lines = data.decode().rstrip("\n").split("\n")
    at = rng.randrange(1, len(lines))  # some row
    row = lines[at]
    last = len(each.columns) - 1

    def with_row(new: str) -> bytes:
        return "\n".join([*lines[:at], new, *lines[at + 1 :], ""]).encode()

    def with_header(*names: str) -> bytes:
        return "\n".join([",".join(names), *lines[1:], ""]).encode()

    names = list(each.column_names)
    middle = len(row) // 2
    swapped = [names[1], names[0], *names[2:]]
    return {
        "nothing": (b"", 0, "the file is empty"),
        "white space": (b" \n\n", 0, "the file is empty"),
        "byte order mark": (b"\xef\xbb\xbf" + data, 1, "byte order mark"),
        "UTF-16": (data.decode().encode("utf-16"), 0, "the file is UTF-16"),
        "Latin-1": (with_row(row + "§").replace("§".encode(), b"\xe9"), at + 1, "byte 0xe9"),
        "carriage returns": (data.replace(b"\n", b"\r\n"), 1, "carriage return"),
        "one carriage return": (with_row(row + "\r"), at + 1, "carriage return"),
        "null byte": (with_row(row[:middle] + "\0" + row[middle:]), at + 1, r"'\x00'"),
        "line separator": (with_row(row + "\u2028"), at + 1, r"'\u2028'"),
        "tabs": (data.replace(b",", b"\t"), 1, "separated by tabs"),
        "semicolons": (data.replace(b",", b";"), 1, "separated by semicolons"),
        "missing column": (with_header(*names[:last]), 1, "the column is missing"),
        "extra column": (with_header(*names, "page"), 1, "'page' is not a column"),
        "renamed column": (with_header("key", *names[1:]), 1, "'key' is not a column"),
        "column twice": (with_header(*names, names[0]), 1, "stands twice"),
        "other order": (with_header(*swapped), 1, "in another order"),
        "no header": ("\n".join(lines[1:]).encode(), 1, "the column is missing"),
        "short row": (with_row("x,y"), at + 1, "the row has 2 cells"),
        "long row": (with_row("," * (last + 3)), at + 1, f"the row has {last + 4} cells"),
        "empty line": (with_row(f"\n{row}"), at + 1, "the line is empty"),
        "open quote": (with_row('"' + "," * last), at + 1, "quote"),
        "letters after a quote": (with_row('"x"y' + "," * last), at + 1, "quotes"),
        "line break in a cell": (with_row('"x\ny"' + "," * last), at + 1, "holds a line break"),
        "long line": (with_row("x" * 200_000 + "," * last), at + 1, "of 100,000 allowed"),
        "separate accents": (
            with_row(unicodedata.normalize("NFD", "à") + "," * last), at + 1, "separate accents",
        ),
    }  # fmt: skip


def file_bytes(text: Frames) -> dict[str, bytes]:
    return {f"{name}.csv": csv_bytes(frame) for name, frame in text.items()}


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
