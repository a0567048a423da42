"""Any frame of twinnings as a dataset: text tables, handed to the ordinary checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Literal, cast

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, Problem, Problems, Severity, known_word, some, warning
from twinstudy.records.dataset import Dataset, dataset_of
from twinstudy.records.reading import (
    BETWEEN,
    PAIRS,
    Register,
    date_text,
    distinct_ids,
    doubtful_dates,
    fold_name,
    joined,
    plain_text,
    read_column,
    read_frame,
    refuse_no_frame,
    slug,
)
from twinstudy.tables.files import Frames, type_tables
from twinstudy.tables.schema import KINDS, LEVEL_OF_KIND, LEVELS, TABLES, table
from twinstudy.tables.table_rules import check_tables

_PLACES = "localities"


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
        ``"raise"``, or ``"skip"`` to leave out rows of `pairs` that cannot be used, also those
        whose country is no code.

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
        If rows name no place, one place twice, or what is not a date, or `localities` breaks a
        rule of the data model: all faults at once; of more than 1,000 in a column the rest is
        counted.
    ArgumentError
        If an argument cannot be used, or kinds or countries are not of the data model.

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
    refuse_no_frame("pairs", pairs)
    if localities is not None:
        refuse_no_frame("localities", localities)
    register = Register(pairs, [], skip=on_error == "skip")
    problems = register.problems
    lefts, rights = register.keys(left, right)
    stated = _stated(localities, len(lefts), problems)
    given = stated[stated["country"].ne("")].drop_duplicates(["country", "key"])
    known = given.drop_duplicates("key", keep=False).set_index("key")["country"]
    rows = pd.DataFrame(
        {
            "left": register.places("left", lefts, left_country, known),
            "right": register.places("right", rights, right_country, known),
            "kind": register.kinds(kind),
            "signed": register.dates(signed, declared),
            "source": register.read("source", source).replace("", "Edge list"),
        }
    )
    tied = rows["left"].eq(rows["right"])
    problems += _tied_to_itself(rows.loc[tied, "left"], rights[0])
    faulty = tied | rows.isna().any(axis=1)
    rows = rows[~faulty]
    if register.skip and faulty.any():
        for n, each in enumerate(problems):
            if each.file == PAIRS:
                problems[n] = replace(each, severity="warning")
        problems.append(warning(PAIRS, f"{faulty.sum()} of {len(faulty)} rows are left out"))
    for word in sorted(declared):
        stands = f"{word!r} stands in {rows['signed'].eq(word).sum()} of {len(rows)} rows"
        problems.append(warning(PAIRS, f"{stands} and is read as not stated", signed, word))
    rows = rows.assign(signed=rows["signed"].mask(rows["signed"].isin(declared), ""))
    problems += doubtful_dates(rows["signed"], PAIRS, signed)
    rows = _paired(rows, kind, problems)
    tables = type_tables(_text_tables(rows, *_places(rows, stated, problems)))
    found = _told(check_tables(tables))
    return dataset_of(tables.typed, Problems(sorted([*problems, *found])))


def _shown(place: str) -> str:
    """Write a place for a message: key and country."""
    country, *key = place.split(BETWEEN)
    return f"{', '.join(key)!r}" + f" of {country}" * bool(country)


def _tied_to_itself(places: pd.Series, column: Hashable) -> Iterator[Problem]:
    """Yield a problem for each row whose two places are one."""
    for line, place in places.items():
        remedy = "give the countries" if place.startswith("ZZ") else "correct one of the two"
        said = f"{_shown(place)} is tied to itself; {remedy}, or take the row out"
        yield Problem(PAIRS, cast(int, line), str(column), place.split(BETWEEN)[1], said)


def _paired(rows: pd.DataFrame, column: Hashable, problems: list[Problem]) -> pd.DataFrame:
    """Put the two places of each row in order; of the kinds of a pairing keep the first one."""
    ends = np.sort(rows[["left", "right"]].to_numpy("object"), axis=1)
    rows = rows.join(pd.DataFrame(ends, rows.index, ["low", "high"], dtype="str"))
    rows["pair"] = joined([rows["low"], rows["high"]])
    rank = rows["kind"].replace("", KINDS[-1]).map(KINDS.index)
    kept = rank.groupby(rows["pair"]).transform("min").map(dict(enumerate(KINDS)))
    other = rows["kind"].ne("") & rows["kind"].ne(kept)
    cells = zip(rows.index[other], rows.loc[other, "kind"], kept[other], strict=True)
    told = [f"{word!r} in row {line} (kept: {first!r})" for line, word, first in cells]
    if told:
        message = f"{len(told)} of {len(rows)} rows give another kind than is kept for the pairing"
        problems.append(warning(PAIRS, f"{message}, such as {some(told)}", column))
    return rows.assign(kind=kept)


def _stated(frame: pd.DataFrame | None, width: int, problems: list[Problem]) -> pd.DataFrame:
    """Read a frame about places, by row: key, country, key above ("" for none) and its cells."""
    columns = {column.name: column for column in table("localities").columns}
    columns |= {"during": table("containments").column("during"), "parent": columns["name"]}
    if frame is None or not len(frame):
        return pd.DataFrame(columns=["key", *columns], dtype="str")
    levels = [frame.index.get_level_values(n).to_series() for n in range(frame.index.nlevels)]
    if len(levels) not in (width, width + 1):
        raise ArgumentError(
            f"`localities` has an index of {len(levels)} levels; index it by the {width} "
            "columns of the key, or by these and the country"
        )

    def above(value: object) -> str:
        """Read the key of the unit above, which has as many parts as any key."""
        if not isinstance(value, tuple) or len(value) != width:
            raise ArgumentError(f"{value!r} is no key; write a tuple of {width} values")
        return BETWEEN.join(map(plain_text, value))

    stated = read_frame(_PLACES, frame, columns, problems)
    if width > 1 and "parent" in frame:
        stated["parent"] = read_column(frame["parent"], above, (_PLACES, "parent"), problems)
    for country in levels[width:]:
        stated["country"] = read_column(country, plain_text, (_PLACES, "country"), problems)
    place, no_key = (_PLACES, ""), "the row has no key; fill the index"
    stated["key"] = joined(
        read_column(part, plain_text, place, problems, no_key) for part in levels[:width]
    )
    return stated[stated["key"].notna()].fillna("")


def _inferred(stated: pd.DataFrame, named: Iterable[str]) -> list[str]:
    """Take the country of a key from the pairs, and that of a parent from its children."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for country, key in (place.split(BETWEEN, 1) for place in named):
        known[key].add(country)
    everywhere = set().union(*known.values())
    for _ in LEVELS:
        for child, parent in zip(stated["key"], stated["parent"], strict=True):
            known[parent] |= known[child]
    found = [known[key] or everywhere for key in stated["key"]]
    return ["".join(each) if len(each) == 1 else "" for each in found]


def _matched(stated: pd.DataFrame, named: pd.Index, problems: list[Problem]) -> pd.DataFrame:
    """Give each row about a place its place and the one above; tell rows that cannot be used."""
    country = stated["country"].mask(stated["country"].eq(""), _inferred(stated, named))
    stated = stated.assign(
        place=joined([country, stated["key"]]),
        above=joined([country, stated["parent"]]).where(stated["parent"].ne(""), ""),
    )
    total = len(stated)

    def tell(rows: pd.Series, message: str, remedy: str, severity: Severity = "error") -> None:
        """Make one problem of all rows of a kind."""
        if rows.any():
            shown = some([*map(_shown, stated.loc[rows, "place"].unique())])
            said = f"{rows.sum():,} of {total:,} rows {message}, such as {shown}; {remedy}"
            problems.append(Problem(_PLACES, 0, "", "", said, severity))

    unclear = country.eq("")
    tell(unclear, "have no clear country", "index the frame by key and country")
    again = stated.duplicated(["place", "during"]) & ~unclear
    tell(again, "repeat a place", "keep one of each by drop_duplicates on key and country; of a "
         "unit that moved say in `during` when it lay in which `parent`")  # fmt: skip
    stated = stated[~unclear & ~again]
    here = stated["place"].isin(named)
    lost = ~here & ~stated["place"].isin(stated["above"])
    if not lost.any():
        return stated
    spelt = {fold_name(place.split(BETWEEN, 1)[1]): place for place in reversed(named)}
    near = [spelt[key] for key in stated.loc[lost, "key"].map(fold_name) if key in spelt]
    useless = len(named) > 0 and not here.any()
    remedy = "they have no pairing"
    if near or useless:
        remedy = (f"`pairs` has {some([*map(_shown, near or named[:1])])}; index the frame by key, "
                  "or by key and country, as they are spelt there")  # fmt: skip
    message = "are neither a place of `pairs` nor above one"
    tell(lost, message, remedy, "error" if useless else "warning")
    return stated[:0] if useless else stated


def _places(
    rows: pd.DataFrame, stated: pd.DataFrame, problems: list[Problem]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make the rows of localities, by place, and of containments, both with `line`."""
    named = pd.Index(sorted({*rows["low"].unique(), *rows["high"].unique()}), dtype="str")
    stated = _matched(stated, named, problems)
    index = named.append(pd.Index(stated["place"], dtype="str")).unique()
    split = [place.split(BETWEEN) for place in index]
    slugs = pd.Series(["-".join([c.lower(), *map(slug, key)]) for c, *key in split], index, "str")
    ids = distinct_ids(slugs, index.to_series())
    alike = index.to_series().groupby(slugs[slugs.ne(ids)]).agg(list)
    if len(alike):
        message = (
            f"{some([' and '.join(map(_shown, group)) for group in alike])} differ in accents, "
            "case or signs only, and count as places of their own; write them alike if they are one"
        )
        problems.append(warning(_PLACES, message))
    of_place = stated.mask(stated == "").assign(line=stated.index).groupby("place", sort=False)
    several = of_place[list(table("localities").column_names)].nunique().gt(1)
    for column in several.columns[several.any()]:
        shown = some([*map(_shown, several.index[several[column]])])
        message = f"rows of one place differ, as those of {shown}; the first is kept, so give one"
        problems.append(warning(_PLACES, message, column))
    told = of_place.first().reindex(index, columns=[*table("localities").column_names, "line"])
    ends = pd.concat([rows.set_index(end)["kind"] for end in ("low", "high")])
    rank = {kind: LEVELS.index(level) for kind, level in LEVEL_OF_KIND.items()}
    level = ends.map(rank).groupby(level=0).min().map(dict(enumerate(LEVELS)))
    unranked = (level.isna() & told["level"].reindex(level.index).isna()).sum()
    if unranked:
        message = (
            f"{unranked} members have no level and count as commune; give `level` in `localities`"
        )
        problems.append(warning(_PLACES, message, "level"))
    defaults = pd.DataFrame(
        {
            "id": "l-" + ids,
            "country": [country for country, *_ in split],
            "name": [key[0] for _, *key in split],
            "level": level.fillna("commune").reindex(index),
            "position": told["longitude"].notna().map({True: "approximate", False: ""}),
            "line": 0,
        }
    )
    places = told.astype(object).fillna(defaults).fillna("")
    places["named_as"] = [", ".join(key) for _, *key in split]
    inside = stated[stated["above"].ne("")]
    for line, place in inside.loc[~inside["above"].isin(index), "above"].items():
        message = f"{_shown(place)} is no place of `localities` or `pairs`; add its row"
        key = ", ".join(place.split(BETWEEN)[1:])
        problems.append(Problem(_PLACES, cast(int, line), "parent", key, message))
    inside = inside[inside["above"].isin(index)]
    inside = inside.assign(
        child_id=inside["place"].map(places["id"]),
        parent_id=inside["above"].map(places["id"]),
        line=inside.index,
    )
    return places, inside


def _text_tables(rows: pd.DataFrame, places: pd.DataFrame, inside: pd.DataFrame) -> Frames:
    """Write all tables as text, indexed by the row of the frame about places, else by 0."""
    titles = pd.Series(sorted(rows["source"].unique()), dtype="str")
    sources = ("s-" + distinct_ids(titles.map(slug), titles)).set_axis(titles)
    rows = rows.assign(undated=rows["signed"].eq(""), source_id=rows["source"].map(sources))
    rows = rows.sort_values(["undated", "signed", "source_id"], kind="stable")
    first = rows.drop_duplicates("pair").set_index("pair")
    one, two = (first[end].map(places["id"].str[2:]) for end in ("low", "high"))
    stem = distinct_ids(one + "-" + two, "l-" + one + BETWEEN + "l-" + two)
    number = rows.groupby("pair").cumcount().add(1).astype("str")
    stems = rows["pair"].map(stem)
    claims = rows.assign(
        pairing_id="p-" + stems, id="c-" + stems + "-" + number, locator="entry " + number
    )
    members = claims.melt("id", ["low", "high"], value_name="place")
    called = places.rename(columns={"id": "locality_id"})[["locality_id", "named_as"]]
    made: dict[str, pd.DataFrame] = {
        "sources": pd.DataFrame({"id": sources, "title": titles.array, "kind": "other"}),
        "localities": places,
        "containments": inside,
        "pairings": first.assign(id="p-" + stem, matching="joint", status="agreed"),
        "claims": claims,
        "memberships": members.rename(columns={"id": "claim_id"}).join(called, on="place"),
    }
    text = {}
    for each in TABLES:
        frame = made.get(each.name, pd.DataFrame())
        lines = frame["line"] if "line" in frame else [0] * len(frame)
        frame = frame.reindex(columns=each.column_names, fill_value="").astype("str")
        text[each.name] = frame.set_axis(pd.Index(lines, dtype="int64"))
    return text


def _told(found: Problems) -> list[Problem]:
    """Say what the checks found in places and sources in the words of the frames given."""
    files = {"localities.csv": _PLACES, "containments.csv": _PLACES, "sources.csv": PAIRS}
    columns = {"child_id": "", "parent_id": "parent"}
    told = [
        replace(each, file=files[each.file], column=columns.get(each.column, each.column))
        for each in found
        if each.file in files
    ]
    if not any(each.severity == "error" for each in told):  # else the rest follows from these
        told += [each for each in found if each.severity == "error"]
    return told
