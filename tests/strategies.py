"""Hypothesis strategies: dates as sources state them, odd names, and whole valid datasets."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pandas as pd
from builders import text_frames
from hypothesis import strategies as st

from twinstudy.dates import parse_date
from twinstudy.tables.schema import KINDS, LEVELS, STATUSES, table

Row = dict[str, str]

MARKS = st.sampled_from(["", "", "", "~", "?", "%"])
COUNTRIES = ("VN", "CN", "LA", "NA")
LETTERS = st.characters(
    exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufffe\uffff"
)
FIRST, LAST = dt.date(1990, 1, 1), dt.date(2030, 12, 31)
LOW_LEVELS = ("district", "commune", "village", "border_post")
PARENT = ("child_id", "parent_id", "during")
CODED = {"system": "gso", "during": "2019/.."}
REFORM_BEFORE, REFORM_AFTER = "../2025-06-30", "2025-07-01/.."
ODD_NAMES = (
    "Phai Lầu", "Đồng Văn", "Ý Tý", "爱店社区", "马关", "NA", "null", "None", "nan", "-", "0", "007", "1e5",
    "=SUM(A1:A9)", "+84", "-1", "@here", 'Say "hi"', '"', '""', "a,b", ",", "it's", "a;b", "<b>x</b>",
    "&amp;", "Thanh  Thủy", "A\u00a0B", "\\n", "#", "p-0", "🇻🇳", "ĐỒNG VĂN", "dong van", "Ҙ", "İ",
)  # fmt: skip


def _end(first: dt.date, last: dt.date) -> st.SearchStrategy[tuple[str, str]]:
    """A day, and a date of some precision that it is in, with a mark or without."""
    days, lengths = st.dates(first, last).map(str), st.sampled_from([4, 7, 10])
    return st.builds(lambda day, length, mark: (day, day[:length] + mark), days, lengths, MARKS)


def edtf_intervals(
    first: dt.date = dt.date.min, last: dt.date = dt.date.max
) -> st.SearchStrategy[str]:
    """Intervals, closed or open at one end, that do not end before they begin."""
    forms = st.sampled_from(["{0[1]}/{1[1]}", "{0[1]}/..", "../{1[1]}"])
    ends = st.lists(_end(first, last), min_size=2, max_size=2).map(sorted)
    return st.builds(lambda form, ends: form.format(*ends), forms, ends)


def edtf_texts(first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> st.SearchStrategy[str]:
    """Every form of date that the data model knows: of any precision, qualified or not."""
    return _end(first, last).map(lambda end: end[1]) | edtf_intervals(first, last)


def names() -> st.SearchStrategy[str]:
    """Text as a cell may hold it: clean, but as odd as names get."""
    written = st.text(LETTERS, min_size=1, max_size=8)
    clean = written.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(bool)
    return st.sampled_from(ODD_NAMES) | clean


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A cell that may be empty."""
    return st.just("") | strategy


def _ids(draw: st.DrawFn, prefix: str, count: int) -> list[str]:
    numbers = st.lists(st.integers(0, 4095), min_size=count, max_size=count, unique=True)
    return [f"{prefix}-{number:x}" for number in draw(numbers)]


def _words(name: str, column: str) -> st.SearchStrategy[str]:
    return st.sampled_from(table(name).column(column).words)


def _by(draw: st.DrawFn, source: Row) -> str:
    """A date that a source could know: it does not begin after the publication."""
    latest = parse_date(source["published"]).latest if source["published"] else None
    return draw(maybe(edtf_texts(FIRST, min(LAST, latest or LAST))))


def _sources(draw: st.DrawFn) -> list[Row]:
    rows: list[Row] = []
    for key in _ids(draw, "s", draw(st.integers(1, 4))):
        originals = [row["id"] for row in rows if not row["original_source_id"]]
        rows.append({
            "id": key, "kind": draw(_words("sources", "kind")), "title": draw(maybe(names())),
            "published": draw(maybe(edtf_texts(dt.date(2000, 1, 1), LAST))),
            "language": draw(st.sampled_from(["", "vi", "zh"])),
            "url": draw(st.sampled_from(["", "https://example.org/đ?a=1,2"])),
            "original_source_id": draw(st.sampled_from(["", *originals])),
        })  # fmt: skip
    return rows


def _place(draw: st.DrawFn, key: str, country: str, level: str, sources: list[Row]) -> Row:
    row = {"id": key, "country": country, "level": level, "name": draw(names())}
    row |= {"name_zh": draw(maybe(names())), "designation": draw(st.sampled_from(["", "xã", "镇"]))}
    if draw(st.booleans()):
        row["longitude"] = str(draw(st.integers(-1800, 1800)) / 10)
        row["latitude"] = str(draw(st.integers(-900, 900)) / 10)
        row["position"] = draw(_words("localities", "position"))
        row["position_source_id"] = draw(st.sampled_from(["", *(each["id"] for each in sources)]))
    return row


def _country(draw: st.DrawFn, country: str, sources: list[Row]) -> dict[str, list[Row]]:
    """Two provinces, the first one perhaps ended by a reform, and places below."""
    count = draw(st.integers(2, 5))
    top, first, second, *below = _ids(draw, f"l-{country.lower()}", 3 + count)
    levels = {top: "country", first: "province", second: "province"}
    levels |= {key: draw(st.sampled_from(LOW_LEVELS)) for key in below}
    rows = {key: _place(draw, key, country, level, sources) for key, level in levels.items()}
    parents = [(first, top, ""), (second, top, "")]
    successions = []
    during = maybe(edtf_intervals(FIRST, LAST))
    for key in below:
        rows[key]["exists"] = draw(during)
    if draw(st.booleans()):
        rows[first]["exists"], rows[second]["exists"] = REFORM_BEFORE, REFORM_AFTER
        successions = [{"old_id": first, "new_id": second, "date": "2025-07-01", "kind": "merge"}]
        for key in below:
            parents += [(key, first, REFORM_BEFORE), (key, second, REFORM_AFTER)]
    else:
        province = st.sampled_from([first, second])
        parents += [(key, draw(province), draw(during)) for key in below if draw(st.booleans())]
    containments = [dict(zip(PARENT, cells, strict=True)) for cells in parents]
    named = [key for key in rows if draw(st.booleans())]
    return {
        "localities": list(rows.values()),
        "containments": containments,
        "successions": successions,
        "aliases": [{"locality_id": key, "name": draw(names()), "language": "vi"} for key in named],
        "codes": [{"locality_id": key, "code": f"0{key[2:]}"} | CODED for key in named],
    }


def _places(draw: st.DrawFn, sources: list[Row]) -> dict[str, list[Row]]:
    codes = st.lists(st.sampled_from(COUNTRIES), min_size=1, max_size=3, unique=True)
    countries = [_country(draw, code, sources) for code in draw(codes)]
    return {name: [row for country in countries for row in country[name]] for name in countries[0]}


def _sides(draw: st.DrawFn, places: list[Row]) -> list[str]:
    """Members of a pairing: of two countries, or exactly two of one."""
    below = [row for row in places if row["level"] != "country"]
    codes = st.sampled_from(sorted({row["country"] for row in below}))
    chosen = draw(st.lists(codes, min_size=1, max_size=2, unique=True))
    least, most = (2, 2) if len(chosen) == 1 else (1, 3)
    members: list[str] = []
    for country in chosen:
        of_it = st.sampled_from([row["id"] for row in below if row["country"] == country])
        members += draw(st.lists(of_it, min_size=least, max_size=most, unique=True))
    return members


def _claim(draw: st.DrawFn, key: str, source: Row) -> tuple[Row, list[Row]]:
    """A claim and what it tells; the word on its list fits the rows that it has."""
    topics = st.lists(_words("contents", "topic"), max_size=3, unique=True)
    told = [
        {"claim_id": key, "topic": topic, "basis": draw(_words("contents", "basis")),
         "certainty": "implied", "stated": draw(names())}
        for topic in draw(topics)
    ]  # fmt: skip
    items = draw(st.sampled_from(["", "6"]))
    fitting = ["", "whole", "part"] if told else ["counted" if items else ""]
    claim = {"id": key, "source_id": source["id"], "signed": _by(draw, source)}
    claim |= {"list": draw(st.sampled_from(fitting)), "agreement_items": items}
    return claim | {"note": draw(maybe(names()))}, told


def _pairings(draw: st.DrawFn, places: list[Row], sources: list[Row]) -> dict[str, list[Row]]:
    filled = "pairings", "claims", "memberships", "contents", "events"
    tables: dict[str, list[Row]] = {name: [] for name in filled}
    pairings = _ids(draw, "p", draw(st.integers(0, 5)))
    claims = iter(_ids(draw, "c", 3 * len(pairings)))
    for number, key in enumerate(pairings):
        kind, matching = draw(st.sampled_from(KINDS)), draw(_words("pairings", "matching"))
        status = draw(st.sampled_from([*STATUSES, "agreed"]))
        tables["pairings"] += [{"id": key, "kind": kind, "matching": matching, "status": status}]
        members = _sides(draw, places)
        for paragraph in range(draw(st.integers(1, 3))):
            claim, told = _claim(draw, next(claims), draw(st.sampled_from(sources)))
            tables["claims"] += [claim | {"pairing_id": key, "locator": f"par. {paragraph}"}]
            tables["contents"] += told
            # The first claim names all; a later one may name one side only.
            some = st.lists(st.sampled_from(members), min_size=1, unique=True)
            for member in draw(some) if paragraph else members:
                name = draw(maybe(names()))
                row = {"claim_id": claim["id"], "locality_id": member, "named_as": name}
                tables["memberships"] += [row]
        if draw(st.booleans()):
            source, quantity = draw(st.sampled_from(sources)), draw(st.sampled_from(["", "82"]))
            tables["events"] += [{
                "id": f"e-{number}", "pairing_id": key, "kind": draw(_words("events", "kind")),
                "date": _by(draw, source), "quantity": quantity, "unit": quantity and "calls",
                "source_id": source["id"],
            }]  # fmt: skip
    return tables


def _counts(draw: st.DrawFn, places: list[Row], sources: list[Row]) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(0, 4))):
        source, area = draw(st.sampled_from(sources)), draw(st.sampled_from(places))
        measure, value = draw(_words("counts", "measure")), str(draw(st.integers(0, 300)))
        kinds = {"pairings": ["", *KINDS], "twinned": ["", *KINDS], "border_units": LEVELS}
        kind = draw(st.sampled_from(kinds.get(measure, [""])))
        side = area["country"] if measure in {"twinned", "border_units"} else ""
        if measure.startswith(("border_length", "border_stretch")):
            value = f"{value}.5"
        rows.append({
            "id": f"n-{number}", "area_id": area["id"], "measure": measure, "kind": kind,
            "side": side, "value": value, "qualifier": draw(_words("counts", "qualifier")),
            "as_of": _by(draw, source), "source_id": source["id"],
        })  # fmt: skip
    return rows


@st.composite
def frames(draw: st.DrawFn) -> dict[str, pd.DataFrame]:
    """Frames of text that break no rule: several countries, reforms, all kinds of pairing."""
    sources = _sources(draw)
    tables = {"sources": sources} | _places(draw, sources)
    tables |= _pairings(draw, tables["localities"], sources)
    tables["counts"] = _counts(draw, tables["localities"], sources)
    return text_frames(tables)
