"""Any frame of twinnings as a dataset: text tables, handed to the ordinary checks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from statistics import median
from typing import Literal

import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, DataError, Problem, Problems
from twinstudy.records.dataset import Dataset, dataset_from_text
from twinstudy.records.reading import (
    date_text,
    distinct_ids,
    plain_text,
    read_as,
    read_column,
    slug,
)
from twinstudy.tables.files import Frames
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS, TABLES, table

_FILE, _PLACES = "pairs", "localities"
_DEFAULT_LEVEL, _DEFAULT_SOURCE = "commune", "Edge list"
_NO_PLACE = "the row names no place; fill the cell, or take the row out"
_NO_COUNTRY = "the row names no country; give its code, or ZZ where it is not known"
_BETWEEN = "\x1f"  # joins country and key to one text; white space, so it is never inside a part
_OF_PLACES = ("id", "level", "designation", "name", "name_zh", "exists", "longitude", "latitude",
              "position", "position_source_id", "note")  # fmt: skip


def from_edgelist(
    pairs: pd.DataFrame,
    *,
    left: Hashable | list[Hashable],
    right: Hashable | list[Hashable],
    left_country: Hashable = "ZZ",
    right_country: Hashable = "ZZ",
    kind: Hashable = None,
    signed: Hashable = None,
    source: Hashable = None,
    localities: pd.DataFrame | None = None,
    undated_values: Iterable[object] = (),
    on_error: Literal["raise", "skip"] = "raise",
) -> Dataset:
    """Make a dataset of any frame of twinnings.

    A place is a country and a key. Rows about the same two places, in whichever order, are one
    pairing with one claim a row; claims with different dates are a conflict, not an error.

    Parameters
    ----------
    pairs
        One row a twinning.
    left, right
        Columns of the keys or names of the two places; a list where several columns make a key.
    left_country, right_country
        Column of two-letter country codes, or one code; ZZ for not known.
    kind
        Column of kinds of pairing, or one kind; where there is none, the kind is ``other``.
    signed
        Column of dates of signing, or one date: EDTF text, ISO dates with or without time of day,
        years as numbers, dates, timestamps; missing values are not stated.
    source
        Column of titles of sources, or one title; where there is none, "Edge list".
    localities
        Frame about places, indexed by key, or by key and country, with any columns of the
        localities table, and ``parent``: the key of the unit above, in the same country and named
        by `pairs` or this frame. Places without ``name`` are called by the first column of their
        key; points without ``position`` are approximate. The level of a member without ``level``
        is that of the kind of its pairings, else ``commune``, which the report says.
    undated_values
        Values of `signed` that stand for "not known", such as ``[2000]``.
    on_error
        ``"raise"``, or ``"skip"`` to leave out rows of `pairs` that cannot be used.

    Returns
    -------
    dataset
        Records that satisfy every rule of the data model. The order of the rows changes nothing
        but the row numbers in `report`, which holds warnings: rows left out; values declared
        undated; a year with more than five times as many dates as the median of the two years on
        either side of it; names that differ only in accents, case or signs; kinds that disagree;
        members without level. There, `line` is the number of a row in `pairs` or `localities`,
        counted from 1.

    Raises
    ------
    DataError
        If rows name no place, one place twice, or what is not a date, or `localities` breaks a
        rule of the data model: all faults at once.
    ArgumentError
        If an argument cannot be used, or kinds or countries are not of the data model.

    Notes
    -----
    Text is brought to Unicode NFC, and white space, line breaks too, to single spaces; nothing
    else is changed, so "NA" and "007" stay what they are. Ids are made of country and key:
    ``l-de-koln``, ``p-de-koln-fr-lille``, ``c-de-koln-fr-lille-1``. They depend on nothing else,
    except that places whose keys fold to the same ASCII letters all get a hash of their key at
    the end, as do keys with letters that have no ASCII form. The claims of a pairing are numbered
    by date.

    Examples
    --------
    >>> pairs = pd.DataFrame({"city": ["Köln", "Lille"], "twin": ["Lille", "Köln"],
    ...                       "home": ["DE", "FR"], "abroad": ["FR", "DE"], "year": [1958, 1959]})
    >>> dataset = from_edgelist(pairs, left="city", right="twin", left_country="home",
    ...                         right_country="abroad", signed="year")
    >>> dataset.claims[["id", "pairing_id", "signed"]]
                         id          pairing_id signed
    0  c-de-koln-fr-lille-1  p-de-koln-fr-lille   1958
    1  c-de-koln-fr-lille-2  p-de-koln-fr-lille   1959
    >>> print(dataset.report)
    localities: warning: level: 2 members have no level and count as commune; give `level` in \
`localities`
    """
    left, right = _checked_keys(pairs, left, right)
    if on_error not in ("raise", "skip"):
        raise ArgumentError(f"`on_error` is {on_error!r}; use 'raise' or 'skip'")
    if isinstance(undated_values, str) or not isinstance(undated_values, Iterable):
        raise ArgumentError(f"`undated_values` is {undated_values!r}; give a list of values")
    declared = {date_text(value) for value in undated_values}
    problems: list[Problem] = []
    rows = pd.DataFrame(
        {
            "left": _ends(pairs, [left_country, *left], problems),
            "right": _ends(pairs, [right_country, *right], problems),
            "kind": _kinds(pairs, kind, problems),
            "signed": _dates(pairs, signed, declared, problems),
            "source": _read(pairs, source, plain_text, problems).replace("", _DEFAULT_SOURCE),
        }
    )
    for line, place in rows["left"][rows["left"].eq(rows["right"]) & rows["left"].ne("")].items():
        said = f"{_shown(place)} is tied to itself; correct one of the two, or take the row out"
        problems.append(Problem(_FILE, line, str(right[0]), place.split(_BETWEEN)[1], said))
    faulty = rows.index.isin({problem.line for problem in problems})
    rows = rows[~faulty].copy()
    if on_error == "skip" and faulty.any():
        problems = [replace(problem, severity="warning") for problem in problems]
        problems.append(_warning(_FILE, f"{faulty.sum()} of {len(faulty)} rows are left out"))
    for word in sorted(declared & {*rows["signed"]}):
        stands = f"{word!r} stands in {rows['signed'].eq(word).sum()} of {len(rows)} rows"
        problems.append(_warning(_FILE, f"{stands} and is read as not stated", signed, word))
    rows["signed"] = rows["signed"].mask(rows["signed"].isin(declared), "")
    problems += _spikes(rows["signed"], signed)
    problems += _pair_up(rows, kind)

    named = pd.Series(sorted({*rows["low"], *rows["high"]}), dtype="str")
    stated = _stated_places(localities, named, len(left), problems)
    places = _locality_rows(named, stated, rows, problems)
    text = _text_tables(rows, places)
    dataset = None
    try:
        dataset = dataset_from_text(text)
        found = dataset.report
    except DataError as error:
        found = error.problems
    report = Problems(sorted([*problems, *_told(found)]))
    if dataset is None or any(problem.severity == "error" for problem in report):
        raise DataError(report)
    return replace(dataset, report=report)


def _checked_keys(
    pairs: pd.DataFrame, left: Hashable | list[Hashable], right: Hashable | list[Hashable]
) -> tuple[list[Hashable], list[Hashable]]:
    """Return the columns of the keys as lists."""
    if not isinstance(pairs, pd.DataFrame):
        raise ArgumentError(f"`pairs` is a {type(pairs).__name__}; give a pandas DataFrame")
    both = []
    for argument, value in (("left", left), ("right", right)):
        columns = value if isinstance(value, list) else [value]
        for column in columns:
            if column not in pairs.columns:
                known = ", ".join(repr(name) for name in pairs.columns)
                raise ArgumentError(f"`{argument}` is {column!r}; use a column of `pairs`: {known}")
        both.append(columns)
    if len(both[0]) != len(both[1]) or not both[0]:
        raise ArgumentError(
            f"`left` has {len(both[0])} columns and `right` {len(both[1])}; give as many for both, "
            "in the same order"
        )
    return both[0], both[1]


def _warning(file: str, message: str, column: Hashable = "", value: str = "") -> Problem:
    """Make a warning about a column as a whole."""
    return Problem(file, 0, str(column), value, message, "warning")


def _shown(place: str) -> str:
    """Write a place for a message: key and country."""
    country, *key = place.split(_BETWEEN)
    return f"{', '.join(key)!r} of {country}"


def _listed(words: list[str]) -> str:
    """Write words for a message."""
    shown = ", ".join(map(repr, words[:50]))
    return shown if len(words) <= 50 else f"{shown} and {len(words) - 50} more"


def _is_column(pairs: pd.DataFrame, value: Hashable) -> bool:
    """Tell whether an argument names a column."""
    return value is not None and value in pairs.columns


def _read(
    pairs: pd.DataFrame, value: Hashable, read: Callable[[object], str], problems: list[Problem]
) -> pd.Series:
    """Read a column, or one value for all rows."""
    cells = pd.Series([value] * len(pairs), dtype="object")
    if _is_column(pairs, value):
        cells = pairs[value]  # type: ignore[index]
        if isinstance(cells, pd.DataFrame):
            raise ArgumentError(f"`pairs` has the column {value!r} more than once; rename one")
    return read_column(cells, read, _FILE, str(value), problems)


def _ends(pairs: pd.DataFrame, columns: list[Hashable], problems: list[Problem]) -> pd.Series:
    """Read the places of one side, country and key in one text; "" where a part is missing."""
    parts = []
    for column in columns:
        unread: list[Problem] = []
        parts.append(_read(pairs, column, plain_text, unread))
        empty = parts[-1].eq("") & ~parts[-1].index.isin([problem.line for problem in unread])
        missing = _NO_PLACE if len(parts) > 1 else _NO_COUNTRY
        problems += unread
        problems += [Problem(_FILE, n, str(column), "", missing) for n in parts[-1].index[empty]]
    wrong = sorted(word for word in {*parts[0]} if word and not re.fullmatch("[A-Z]{2}", word))
    if wrong:
        raise ArgumentError(
            f"`left_country` or `right_country` gives {_listed(wrong)}; give a column of "
            "two-letter ISO 3166-1 codes in capitals, or one code (ZZ where it is not known)"
        )
    whole = pd.concat([part.ne("") for part in parts], axis="columns").all(axis="columns")
    return parts[0].str.cat(parts[1:], sep=_BETWEEN).where(whole, "")


def _kinds(pairs: pd.DataFrame, kind: Hashable, problems: list[Problem]) -> pd.Series:
    """Read the kinds, all of which must be of the data model."""
    cells = _read(pairs, kind, plain_text, problems)
    wrong = sorted({*cells} - {"", *KINDS})
    if wrong:
        raise ArgumentError(
            f"`kind` gives {_listed(wrong)}; give a column of kinds, or one kind, of "
            f"{', '.join(KINDS)}"
        )
    return cells


def _dates(
    pairs: pd.DataFrame, signed: Hashable, declared: set[str], problems: list[Problem]
) -> pd.Series:
    """Read the dates, letting through what is declared to be none."""

    def read(value: object) -> str:
        text = date_text(value)
        if text and text not in declared:
            parse_date(text)
        return text

    if signed is not None and not _is_column(pairs, signed):
        try:
            read(signed)
        except ArgumentError as error:
            raise ArgumentError(f"`signed` is no column of `pairs`, and {error}") from None
    return _read(pairs, signed, read, problems)


def _spikes(signed: pd.Series, column: Hashable) -> Iterator[Problem]:
    """Yield years with over five times the median of their neighbours: they look like no date."""
    counts: Counter[int] = Counter()
    for word, count in signed[signed.ne("")].value_counts().items():
        bounds = parse_date(word)
        if bounds.earliest and bounds.latest and bounds.earliest.year == bounds.latest.year:
            counts[bounds.earliest.year] += count
    for year, count in sorted(counts.items()):
        around = [counts[y] for y in (year - 2, year - 1, year + 1, year + 2)
                  if min(counts) <= y <= max(counts)]  # fmt: skip
        if around and count > 5 * max(median(around), 1):
            message = (
                f"{count} of {counts.total()} dates lie in {year}, where the years around it have "
                f"{median(around):g} (median); if it stands for 'not known', name it in "
                "`undated_values`"
            )
            yield _warning(_FILE, message, column, str(year))


def _pair_up(rows: pd.DataFrame, column: Hashable) -> Iterator[Problem]:
    """Put the two places of each row in order; of the kinds of a pairing keep the first one."""
    turned = rows["left"] > rows["right"]
    rows["low"] = rows["left"].mask(turned, rows["right"])
    rows["high"] = rows["right"].mask(turned, rows["left"])
    rank = rows["kind"].map({word: n for n, word in enumerate(KINDS)}).fillna(len(KINDS) - 1)
    first = rank.groupby([rows["low"], rows["high"]]).transform("min")
    told, rows["kind"] = rows["kind"], [KINDS[int(n)] for n in first]
    for line in rows.index[told.ne("") & told.ne(rows["kind"])]:
        word, kept = told[line], rows["kind"][line]
        message = f"{word!r} is not kept, since another row calls the same pairing {kept!r}"
        yield Problem(_FILE, line, str(column), word, message, "warning")


def _stated_places(
    frame: pd.DataFrame | None, named: pd.Series, width: int, problems: list[Problem]
) -> pd.DataFrame:
    """Read a frame about places, by row: its columns, `place` and `above` ("" for none)."""
    if frame is None:
        return pd.DataFrame({"place": [], "above": []}, dtype="str")
    if not isinstance(frame, pd.DataFrame):
        raise ArgumentError(f"`localities` is a {type(frame).__name__}; give a pandas DataFrame")
    allowed = (*table("localities").column_names, "parent")
    unknown = sorted(set(map(str, frame.columns)) - set(allowed))
    if unknown:
        raise ArgumentError(
            f"`localities` has the columns {', '.join(map(repr, unknown))}; "
            f"use some of {', '.join(allowed)}"
        )
    levels = frame.index.nlevels
    if levels not in (width, width + 1):
        raise ArgumentError(
            f"`localities` has an index of {levels} levels; index it by the {width} "
            "columns of the key, or by these and the country"
        )

    def above(value: object) -> str:
        parts = value if width > 1 else (value,)
        if not isinstance(parts, tuple) or len(parts) != width:
            raise ArgumentError(f"{value!r} is no key; write a tuple of {width} values")
        return _BETWEEN.join(map(plain_text, parts))

    def read(values: pd.Series, column: str = "") -> pd.Series:
        return read_column(values, plain_text, _PLACES, column, problems)

    index = frame.index.to_frame(index=False)
    parts = [read(index.iloc[:, n]) for n in range(width)]
    keys = parts[0].str.cat(parts[1:], sep=_BETWEEN)
    parents = pd.Series("", index=keys.index)
    if "parent" in frame:
        parents = read_column(frame["parent"], above, _PLACES, "parent", problems)
    if levels > width:
        countries = read(index.iloc[:, width])
    elif "country" in frame:
        countries = read(frame["country"], "country")
    else:
        countries = _inferred_countries(keys, parents, named)
    stated = pd.DataFrame(
        {
            column.name: read_as(frame[column.name], column, _PLACES, problems)
            for column in table("localities").columns
            if column.name in frame and column.name != "country"
        },
        index=keys.index,
    )
    stated["place"] = countries + _BETWEEN + keys
    stated["above"] = (countries + _BETWEEN + parents).where(parents.ne(""), "")
    empty = pd.concat([part.eq("") for part in parts], axis="columns").any(axis="columns")
    again = stated["place"].duplicated()
    for line in stated.index[empty | countries.eq("") | again]:
        key = ", ".join(keys[line].split(_BETWEEN))
        message = f"{_shown(stated['place'][line])} stands in an earlier row; keep one of them"
        if empty[line]:
            message = "the row has no key; fill the index"
        elif not countries[line]:
            message = f"the country of {key!r} is not clear; index the frame by key and country"
        problems.append(Problem(_PLACES, line, "", key, message))
    return stated[~(empty | countries.eq("") | again)]


def _inferred_countries(keys: pd.Series, parents: pd.Series, named: pd.Series) -> pd.Series:
    """Take the country of a key from the pairs, and that of a parent from its children."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for country, key in (place.split(_BETWEEN, 1) for place in named):
        known[key].add(country)
    everywhere = {country for each in known.values() for country in each}
    for _ in LEVELS:
        for child, parent in zip(keys, parents, strict=True):
            known[parent] |= known[child]
    found = [known[key] or everywhere for key in keys]
    countries = [next(iter(each)) if len(each) == 1 else "" for each in found]
    return pd.Series(countries, index=keys.index, dtype="str")


def _locality_rows(
    named: pd.Series, stated: pd.DataFrame, rows: pd.DataFrame, problems: list[Problem]
) -> pd.DataFrame:
    """Make the rows of localities, by place: columns of the table, `parent` and `line`."""
    further = stated["place"][~stated["place"].isin(named)]
    index = pd.Index([*named, *further], dtype="str")
    split = [place.split(_BETWEEN) for place in index]
    slugs = pd.Series(["-".join([c.lower(), *map(slug, key)]) for c, *key in split], index, "str")
    ids = distinct_ids(slugs, index.to_series())
    places = pd.DataFrame(
        {"id": "l-" + ids, "country": [c for c, *_ in split], "name": [key[0] for _, *key in split]}
    )
    told = stated.assign(line=stated.index).set_index("place").reindex(index)
    for column in told.columns.drop(["above", "line"]):
        fallback = places.get(column, "")
        places[column] = told[column].where(told[column].fillna("").ne(""), fallback)
    if "longitude" in places:
        unsure = places["longitude"].ne("") & (places.get("position", "") == "")
        places["position"] = pd.Series(places.get("position", ""), index).mask(
            unsure, "approximate"
        )
    places["line"] = told["line"].fillna(0).astype("int64")
    for group in index.to_series().groupby(slugs).agg(list)[slugs[slugs.ne(ids)].unique()]:
        message = (
            f"{' and '.join(map(_shown, group))} differ in accents, case or signs only, and count "
            f"as {len(group)} places; write them alike if they are one"
        )
        problems.append(_warning(_PLACES, message))
    above = told["above"].fillna("")
    places["parent"] = above.map(places["id"]).fillna("")
    for line, place in zip(places["line"], above, strict=True):
        if place and place not in index:
            message = f"{_shown(place)} is no place of `localities` or `pairs`; add its row"
            key = ", ".join(place.split(_BETWEEN)[1:])
            problems.append(Problem(_PLACES, line, "parent", key, message))
    _fill_levels(places, rows, problems)
    return places


def _fill_levels(places: pd.DataFrame, rows: pd.DataFrame, problems: list[Problem]) -> None:
    """Fill in the levels of members, the highest one that the kinds of their pairings tell."""
    level_of = {kind: LEVELS.index(level) for kind, level in LEVEL_OF_KIND.items()}
    ends = pd.concat([rows.set_index("low")["kind"], rows.set_index("high")["kind"]])
    told = ends.map(level_of).groupby(level=0).min()
    levels = told.map(dict(enumerate(LEVELS))).reindex(places.index)
    level = places["level"] if "level" in places else pd.Series("", index=places.index)
    missing = level.eq("") & places.index.isin(ends.index)
    places["level"] = level.mask(missing, levels.fillna(_DEFAULT_LEVEL))
    unranked = (missing & levels.isna()).sum()
    if unranked:
        message = (
            f"{unranked} members have no level and count as {_DEFAULT_LEVEL}; "
            "give `level` in `localities`"
        )
        problems.append(_warning(_PLACES, message, "level"))


def _text_tables(rows: pd.DataFrame, places: pd.DataFrame) -> Frames:
    """Write all tables as text; the index of places is the row of their frame, else 0."""
    titles = pd.Series(sorted({*rows["source"]}), dtype="str")
    titles.index = pd.Index("s-" + distinct_ids(titles.map(slug), titles))
    sources = pd.Series(titles.index, index=titles.array)
    claims = rows.assign(
        one=rows["low"].map(places["id"]), two=rows["high"].map(places["id"]),
        source_id=rows["source"].map(sources), undated=rows["signed"].eq(""),
    ).sort_values(["low", "high", "undated", "signed", "source_id"], kind="stable")  # fmt: skip
    pairings = claims.drop_duplicates(["low", "high"])
    stem = distinct_ids(
        pairings["one"].str[2:] + "-" + pairings["two"].str[2:],
        pairings["one"] + _BETWEEN + pairings["two"],
    )
    pairings = pairings.assign(id="p-" + stem)
    claims = claims.merge(pairings[["low", "high", "id"]], on=["low", "high"])
    ordinal = (claims.groupby("id").cumcount() + 1).astype("str")
    claims["claim_id"] = "c" + claims["id"].str[1:] + "-" + ordinal
    members = pd.concat([claims.set_index("claim_id")[end] for end in ("low", "high")])
    inside = places[places["parent"].ne("")]
    made = {
        "sources": {"id": titles.index, "title": titles.array, "kind": "other"},
        "localities": places.set_index("line"),
        "containments": inside.rename(columns={"id": "child_id", "parent": "parent_id"}).set_index(
            "line"
        ),
        "pairings": pairings.assign(matching="joint", status="agreed"),
        "claims": claims.assign(
            pairing_id=claims["id"], id=claims["claim_id"], locator="entry " + ordinal
        ),
        "memberships": {
            "claim_id": members.index,
            "locality_id": members.map(places["id"]).array,
            "named_as": members.str.split(_BETWEEN).str[1:].str.join(", ").array,
        },
    }
    text = {}
    for each in TABLES:
        frame = pd.DataFrame(made.get(each.name, {}))
        if each.name not in ("localities", "containments"):
            frame.index = pd.Index([0] * len(frame))
        text[each.name] = frame.reindex(columns=each.column_names, fill_value="").astype("str")
    return text


def _told(found: Problems) -> Iterator[Problem]:
    """Yield what the checks say of places and sources in the words of the frames given."""
    files = {"localities": _PLACES, "containments": _PLACES, "sources": _FILE}
    columns = {"child_id": "", "parent_id": "parent"}
    for problem in found:
        file = files.get(problem.file.removesuffix(".csv"))
        if file:
            yield replace(problem, file=file, column=columns.get(problem.column, problem.column))
