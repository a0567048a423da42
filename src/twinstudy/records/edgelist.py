"""Any frame of twinnings as a dataset: text tables, handed to the ordinary checks."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import replace
from functools import partial, reduce
from typing import Any, Literal

import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError, Problem, Problems, known_word, of_type, some, warning
from twinstudy.records import reading
from twinstudy.records.dataset import Dataset, dataset_of
from twinstudy.records.folding import distinct_ids, slug
from twinstudy.records.reading import BETWEEN, Reader, date_text, plain_text, read_column
from twinstudy.tables.cell_rules import doubtful_dates, problems_of
from twinstudy.tables.files import Frames, type_tables
from twinstudy.tables.schema import KINDS, LEVELS, TABLES, table
from twinstudy.tables.table_rules import check_tables

_PAIRS, _PLACES = "pairs", "localities"
_TOLD_AS = {"containments": _PLACES, "sources": _PAIRS, "child_id": "", "parent_id": "parent"}


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
    pairing with one claim a row; claims with different dates are a conflict, not an error. Ends of
    twinnings are not held: whatever was signed counts as existing from then on.

    Parameters
    ----------
    pairs
        One row a twinning.
    left, right
        Columns of the keys or names of the two places; a list where several columns make a key.
    left_country, right_country
        Column of two-letter country codes, or one code; ZZ for not known. Where it is ZZ, the
        country that `localities` gives to the key is taken, if it gives one.
    kind
        Column of kinds of pairing, or one kind; where there is none, the kind is ``other``.
    signed
        Column of dates of signing, or one date: EDTF text, ISO dates with or without time of day,
        years as numbers, dates, timestamps; missing values are not stated. An interval means
        signed on some day of it; so give the beginning of a twinning, never beginning and end.
    source
        Column of titles of sources, or one title; where there is none, "Edge list".
    localities
        Frame about places, indexed by key, or by key and country, with any columns of the
        localities table, and ``parent``: the key of the unit above, in the same country and named
        by `pairs` or this frame. A unit that moved has one row for each parent, with ``during``
        (such as ``../2025-06-30`` and ``2025-07-01/..``). Places without ``name`` are called by
        the first column of their key; points without ``position`` are approximate. The level of a
        member without ``level`` is that of the kind of its pairings, else ``commune``, which the
        report says.
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
        either side of it; years before 800 or to come; days nearly all of which are 1 January;
        intervals that look like beginning and end; names that differ only in accents, case or
        signs; kinds that disagree; members without level; rows of `localities` without effect;
        values that look like a misspelt column. There, `line` is the number of a row in `pairs` or
        `localities`, counted from 1.

    Raises
    ------
    DataError
        If rows name no place or country, one place twice, or what is no date or kind, or
        `localities` breaks a rule of the data model: all faults at once; of more than 1,000 in a
        column the rest is counted.
    ArgumentError
        If an argument cannot be used.

    Notes
    -----
    Text is brought to Unicode NFC, and white space, line breaks too, to single spaces; nothing
    else is changed, so "NA" and "007" stay what they are. Ids are made of country and key:
    ``l-de-koln``, ``p-de-koln-fr-lille``, ``c-de-koln-fr-lille-1``. They depend on nothing else,
    except that places whose keys fold to the same ASCII letters all get a hash of their key at
    the end, as do keys with letters that have no ASCII form, and ids of over 96 letters, which are
    cut. The claims of a pairing are numbered by date.

    Examples
    --------
    >>> import pandas as pd
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
    known_word("on_error", on_error, ("raise", "skip"))
    if isinstance(undated_values, str) or not isinstance(undated_values, Iterable):
        raise ArgumentError(f"`undated_values` is {undated_values!r}; give a list of values")
    declared = {date_text(value) for value in undated_values}
    of_type("pairs", pairs, (pd.DataFrame,), "a pandas DataFrame")
    problems: list[Problem] = []
    read = partial(_read, pairs, problems)
    left, right = ([key] if isinstance(key, Hashable) else [*key] for key in (left, right))
    if len(left) != len(right) or not left:
        raise ArgumentError(
            f"`left` has {len(left)} columns and `right` {len(right)}; give as many for both, "
            "which make one key; of a table with a column a twin, make one row a twinning first, "
            "by `pairs.melt`"
        )
    stated = _stated(pd.DataFrame() if localities is None else localities, len(left), problems)
    given = stated.dropna(subset="country").drop_duplicates(["country", "key"])
    known = given.drop_duplicates("key", keep=False).set_index("key")["country"]
    rows = pd.DataFrame({"kind": read("kind", kind, _kind)})
    rows["signed"] = read("signed", signed, partial(_date, declared))
    rows["source"] = read("source", source, plain_text).replace("", "Edge list")
    for side, columns, country in (("left", left, left_country), ("right", right, right_country)):
        code = read(f"{side}_country", country, _country)
        key = _joined(read(side, column, _key) for column in columns)
        code = code.mask(code.eq("ZZ") & key.isin(known.index), key.map(known))
        rows[side] = _joined([code, key])
        if code.eq("UK").any():
            said = "'UK' is no code of ISO 3166-1; that of the United Kingdom is GB"
            problems.append(warning(_PAIRS, said, country, "UK"))
    tied = rows["left"].eq(rows["right"])
    cells = rows["left"][tied].map(_shown).rename(str(right[0]))
    remedy = "is tied to itself; tell the two apart, as by country, or take the row out"
    problems += problems_of(cells, _PAIRS, {place: f"{place} {remedy}" for place in cells})
    faulty = tied | rows.isna().any(axis=1)
    if on_error == "skip" and faulty.any():
        problems = [replace(p, severity="warning") if p.file == _PAIRS else p for p in problems]
        problems.append(warning(_PAIRS, f"{faulty.sum()} of {len(faulty)} rows are left out"))
    rows = rows[~faulty]
    for word in sorted(declared):
        stands = f"{word!r} stands in {rows['signed'].eq(word).sum()} of {len(rows)} rows"
        problems.append(warning(_PAIRS, f"{stands} and is read as not stated", signed, word))
    rows["signed"] = rows["signed"].mask(rows["signed"].isin([*declared, ""]))
    problems += doubtful_dates(rows["signed"], _PAIRS, signed, "name {} in `undated_values`")
    rows = _paired(rows, kind, problems)
    stated = _matched(stated, rows, problems)
    places = _places(rows, stated, problems)
    tables = type_tables(_text_tables(rows, places, stated), suffix="")
    for each in check_tables(tables):
        file, column = (_TOLD_AS.get(word, word) for word in (each.file, each.column))
        if file in (_PAIRS, _PLACES) or each.severity == "error":
            message = each.message.replace("not in localities", "not in `localities` or `pairs`")
            problems.append(replace(each, file=file, column=column, message=message))
    return dataset_of(tables.typed, Problems(sorted(problems)))


# -- one cell, one column -----------------------------------------------------------------------


def _key(value: object) -> str:
    """Read a part of the key of a place."""
    text = plain_text(value)
    if not text:
        raise ArgumentError("the row names no place; fill the cell, or take the row out")
    return text


def _country(value: object) -> str:
    """Read the code of a country."""
    text = plain_text(value)
    if not text:
        remedy = "give its code, or ZZ where it is not known (for NA of Namibia read files with "
        raise ArgumentError(f"the row names no country; {remedy}keep_default_na=False)")
    if not re.fullmatch("[A-Z]{2}", text):
        remedy = "make codes of it, as by .str.upper() or .map() (ZZ where it is not known)"
        raise ArgumentError(f"{text!r} is no two-letter ISO 3166-1 code in capitals; {remedy}")
    return text


def _kind(value: object) -> str:
    """Read a kind of pairing, if there is one."""
    text = plain_text(value)
    return known_word("kind", text, KINDS) if text else ""


def _date(declared: set[str], value: object) -> str:
    """Read a date, letting through what is declared to be none."""
    text = date_text(value)
    if text and text not in declared:
        if not any(map(str.isdecimal, text)):
            raise ArgumentError(f"{text!r} is not a date; if none, name it in `undated_values`")
        parse_date(text)
    return text


def _read(
    pairs: pd.DataFrame, problems: list[Problem], argument: str, value: Any, how: Reader
) -> pd.Series:
    """Read a column, where a fault is missing, or one value for all rows."""
    of_type(argument, value, (Hashable,), "one column of `pairs`, or a value")
    if value is not None and value in pairs.columns:
        cells = pairs[value]
        if isinstance(cells, pd.DataFrame):
            raise ArgumentError(f"`pairs` has the column {value!r} more than once; rename one")
        return read_column(cells, how, _PAIRS, str(value), problems)
    columns = {str(column).casefold(): column for column in pairs.columns}
    word = value.casefold() if isinstance(value, str) else ""
    near = difflib.get_close_matches(word, columns, n=1, cutoff=0.8)
    meant = f"; is the column {columns[near[0]]!r} meant?" if near else ""
    if how is _key:
        known = ", ".join(map(repr, pairs.columns))
        raise ArgumentError(f"`{argument}` is {value!r}; use a column of `pairs`: {known}{meant}")
    try:
        text = how("" if pd.isna(value) else value)
    except ArgumentError as error:
        raise ArgumentError(f"`{argument}` is no column of `pairs`, and {error}{meant}") from None
    if near:
        said = f"`{argument}` is {value!r}, which is no column and holds for all rows{meant}"
        problems.append(warning(_PAIRS, said))
    return pd.Series(text, pd.RangeIndex(1, len(pairs) + 1), dtype="str")


def _joined(parts: Iterable[pd.Series]) -> pd.Series:
    """Join country and key, or the parts of a key, to one text a row; missing where one is."""
    return reduce(lambda text, part: text + BETWEEN + part, parts)


def _shown(place: str) -> str:
    """Write a place for a message: key and country."""
    country, *key = place.split(BETWEEN)
    return f"{', '.join(key)!r} of {country or 'no clear country'}"


# -- the whole ----------------------------------------------------------------------------------


def _paired(rows: pd.DataFrame, column: Hashable, problems: list[Problem]) -> pd.DataFrame:
    """Put the two places of each row in order; of the kinds of a pairing keep the first one."""
    swapped = rows["left"] > rows["right"]
    rows.loc[swapped, ["left", "right"]] = rows.loc[swapped, ["right", "left"]].to_numpy()
    ranked = rows["kind"].astype(pd.CategoricalDtype([*KINDS, ""], ordered=True))
    first = ranked.groupby([rows["left"], rows["right"]]).transform("min").astype("str")
    rows["kept"] = first.replace("", KINDS[-1])
    other = rows[rows["kind"].ne("") & rows["kind"].ne(rows["kept"])].itertuples()
    told = [f"{row.kind!r} in row {row.Index} (kept: {row.kept!r})" for row in other]
    if told:
        message = f"{len(told)} of {len(rows)} rows give another kind than is kept for the pairing"
        problems.append(warning(_PAIRS, f"{message}, such as {some(told)}", column))
    return rows.assign(kind=rows["kept"])


def _stated(frame: pd.DataFrame, width: int, problems: list[Problem]) -> pd.DataFrame:
    """Read a frame about places, by row: its key, and its cells, which are missing if empty."""
    columns = {column.name: column for column in table("localities").columns}
    columns |= {"during": table("containments").column("during"), "parent": columns["name"]}
    stated = reading.read_frame(_PLACES, frame, columns, problems)
    levels = [frame.index.get_level_values(n) for n in range(frame.index.nlevels)]
    for country in levels[width:]:
        stated["country"] = read_column(country, plain_text, _PLACES, "country", problems)
    parts = (read_column(part, _key, _PLACES, "", problems) for part in levels[:width])
    stated = stated.assign(key=_joined(parts), line=stated.index.astype("Int64"))
    return stated.replace("", None).dropna(subset="key")


def _inferred(stated: pd.DataFrame, named: Iterable[str]) -> pd.Series:
    """Take the country of a key from the pairs, and that of a parent from its children."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for country, key in (place.split(BETWEEN, 1) for place in named):
        known[key].add(country)
    everywhere = set().union(*known.values())
    for _ in LEVELS:
        for child, parent in zip(stated["key"], stated["parent"], strict=True):
            known[parent] |= known[child]
    found = stated["key"].map(lambda key: known[key] or everywhere)
    return found.map(lambda countries: "".join(countries) if len(countries) == 1 else "")


def _matched(stated: pd.DataFrame, rows: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Give each row about a place its place and the one above; tell rows that have no effect."""
    named = sorted({*rows["left"], *rows["right"]})
    country = stated["country"].fillna(_inferred(stated, named))
    place, above = (_joined([country, stated[column]]) for column in ("key", "parent"))
    lost = country.eq("") | ~place.isin([*named, *above])
    useless = lost.any() and (country.eq("").any() or (named and not place.isin(named).any()))
    if lost.any():
        message = (
            f"{lost.sum():,} of {len(lost):,} rows are neither a place of `pairs` nor above one, "
            f"such as {some([*map(_shown, place[lost].unique())])}; `pairs` has "
            f"{some([*map(_shown, named)]) or 'none'}; index the frame by key, or by key and "
            "country, as they are spelt there"
        )
        problems.append(Problem(_PLACES, 0, "", "", message, "error" if useless else "warning"))
    stated = stated.assign(place=place, above=above)
    return stated[:0] if useless else stated


def _places(rows: pd.DataFrame, stated: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """Make the rows of localities, by place."""
    ends = rows.melt("kind", ["left", "right"], value_name="place").set_index("place")["kind"]
    ranked = ends.astype(pd.CategoricalDtype([*LEVELS, "other"], ordered=True))
    level = ranked.groupby(level=0).min().astype("str").replace("other", None)
    of_place = stated.groupby("place")
    several = of_place[list(table("localities").column_names)].nunique().gt(1)
    for column in several.columns[several.any()]:
        shown = some([*map(_shown, several.index[several[column]])])
        message = f"rows of one place differ, as those of {shown}; the first is kept, so give one"
        problems.append(warning(_PLACES, message, column))
    places = of_place.first().reindex(level.index.union(several.index))
    number = places["level"][level.index[level.isna()]].isna().sum()
    if number:
        said = f"{number} members have no level and count as commune; give `level` in `localities`"
        problems.append(warning(_PLACES, said, "level"))
    keys = places.index.to_series()
    parts = keys.str.split(BETWEEN)
    slugs = parts.map(lambda each: "-".join([each[0].lower(), *map(slug, each[1:])]))
    alike = keys.map(_shown).groupby(slugs[slugs.duplicated(keep=False)]).agg(" and ".join)
    if len(alike):
        message = (
            f"{some(alike.tolist())} differ in accents, case or signs only, and count as places of "
            "their own; write them alike if they are one"
        )
        problems.append(warning(_PLACES, message))
    defaults = {
        "id": "l-" + distinct_ids(slugs),
        "country": parts.str[0],
        "name": parts.str[1],
        "level": level.fillna("commune"),
        "position": pd.Series("approximate", places.index[places["longitude"].notna()]),
        "line": 0,
    }
    return places.fillna(defaults).assign(named_as=parts.str[1:].str.join(", "))


def _text_tables(rows: pd.DataFrame, places: pd.DataFrame, stated: pd.DataFrame) -> Frames:
    """Write all tables as text; those of places are indexed by the row of the frame about them."""
    inside = stated.dropna(subset="above").drop_duplicates(["place", "above", "during"])
    lost = inside["above"].str.replace(BETWEEN, ", ")  # country and key, for the message
    inside["child_id"] = inside["place"].map(places["id"])
    inside["parent_id"] = inside["above"].map(places["id"]).fillna(lost)
    titles = pd.Index(rows["source"].unique(), dtype="str").to_series()
    sources = pd.DataFrame({"title": titles, "kind": "other", "line": 0})
    sources["id"] = "s-" + distinct_ids(titles.map(slug))
    rows["source_id"] = rows["source"].map(sources["id"])
    rows = rows.sort_values(["signed", "source_id"])
    one, two = (rows[end].map(places["id"]) for end in ("left", "right"))
    pair = one + BETWEEN + two
    slugs = (one.str[2:] + "-" + two.str[2:]).groupby(pair).first()
    stem = pair.map(distinct_ids(slugs)).astype("str")
    number = rows.groupby(pair).cumcount().add(1).astype("str")
    ids = {"id": "c-" + stem + "-" + number, "pairing_id": "p-" + stem}
    claims = rows.assign(**ids, locator="entry " + number)
    pairings = claims.drop_duplicates("pairing_id").assign(matching="joint", status="agreed")
    members = claims.melt("id", ["left", "right"], value_name="place")
    called = places.rename(columns={"id": "locality_id"})[["locality_id", "named_as"]]
    made: dict[str, pd.DataFrame] = {
        "sources": sources.set_index("line"),
        "localities": places.set_index("line"),
        "containments": inside,
        "pairings": pairings.assign(id=pairings["pairing_id"]),
        "claims": claims,
        "memberships": members.join(called, on="place").rename(columns={"id": "claim_id"}),
    }
    text = {}
    for each in TABLES:
        frame = made.get(each.name, pd.DataFrame()).reindex(columns=each.column_names)
        text[each.name] = frame.astype("str").fillna("")
    return text
