"""A part of a dataset that is still a dataset, and a dataset with more rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pandas as pd

from twinstudy.errors import ArgumentError, Problem, Problems
from twinstudy.records.dataset import Dataset, dataset_of
from twinstudy.records.reading import fold_name, main_part, read_as, some
from twinstudy.tables.files import Frames, text_tables, type_tables
from twinstudy.tables.schema import KINDS, STATUSES, TABLES, Table
from twinstudy.tables.table_rules import check_tables

Names = str | Iterable[str]

_LISTED = 10  # so many allowed values are listed in a message; of more, the nearest


def restrict(
    dataset: Dataset,
    *,
    kind: Names | None = None,
    status: Names | None = None,
    pairings: Names | None = None,
    sources: Names | None = None,
    countries: Names | None = None,
    areas: Names | None = None,
) -> Dataset:
    """Keep a part of a dataset, with everything that it refers to.

    Parameters
    ----------
    dataset
        Records.
    kind, status
        Keep pairings of these kinds and statuses.
    pairings
        Keep these pairings, by their ids.
    sources
        Keep what these sources say, by their ids or titles: their claims, events and counts, and
        pairings that still have a claim.
    countries
        Keep pairings all of whose members lie in these countries.
    areas
        Keep pairings with a member that is, or at some time lay in, one of these localities, and
        the counts of these localities and of what lay in them. Ids, or names that only one
        locality has; accents, case and what stands in brackets may be left out.

    Returns
    -------
    dataset
        Referentially closed: every key that it names is in it. Of localities it holds the members
        and the areas of counts, and what lies above them or came before or after, so that
        `ancestors` says of each what it says in the whole. A pairing that loses a side because the
        sources left name only the other one is left out, and `report` says so.

    Raises
    ------
    ArgumentError
        If `dataset` is none, or a value is not a kind, a status, a pairing, a source, a country or
        a locality of the dataset, or several localities have the name.

    Examples
    --------
    >>> from twinstudy import load
    >>> part = restrict(load(), kind="border_post")
    >>> part.pairings["kind"].unique().tolist()
    ['border_post']
    """
    tables = _tables_of(dataset)
    chosen, claims, counts, places = (
        tables[name] for name in ("pairings", "claims", "counts", "localities")
    )
    events, inside = tables["events"], tables["containments"]
    members = tables["memberships"].merge(claims, left_on="claim_id", right_on="id")
    members = members.merge(places[["id", "country"]], left_on="locality_id", right_on="id")
    if kind is not None:
        kinds = _known("kind", kind, KINDS)
        chosen = chosen[chosen["kind"].isin(kinds)]
        of_border = ~counts["measure"].isin(["pairings", "twinned"])
        counts = counts[of_border | counts["kind"].isin(kinds)]
    if status is not None:
        chosen = chosen[chosen["status"].isin(_known("status", status, STATUSES))]
    if pairings is not None:
        chosen = chosen[chosen["id"].isin(_known("pairings", pairings, chosen["id"]))]
    if sources is not None:
        titles = tables["sources"].set_index("id")["title"].dropna()
        sources = _known("sources", sources, tables["sources"]["id"], titles)
        claims, events, counts = (
            frame[frame["source_id"].isin(sources)] for frame in (claims, events, counts)
        )
    if countries is not None:
        countries = _known("countries", countries, places["country"].unique())
        outside = members.loc[~members["country"].isin(countries), "pairing_id"]
        chosen = chosen[~chosen["id"].isin(outside)]
        home = places.loc[places["country"].isin(countries), "id"]
        counts = counts[counts["area_id"].isin(home)]
    if areas is not None:
        area = set(_known("areas", areas, places["id"], _names(tables)))
        area = _reached(area, inside[["parent_id", "child_id"]])
        touched = members.loc[members["locality_id"].isin(area), "pairing_id"]
        chosen = chosen[chosen["id"].isin(touched)]
        counts = counts[counts["area_id"].isin(area)]

    claims = claims[claims["pairing_id"].isin(chosen["id"])]
    left, whole = (
        of.groupby("pairing_id").agg({"country": "nunique", "locality_id": "nunique"})
        for of in (members[members["claim_id"].isin(claims["id"])], members)
    )
    # Two members of one side of a border are left of some pairings: they are no pairing.
    sound = (left["country"] == whole["country"].reindex(left.index)) & (left["locality_id"] >= 2)
    report = Problems(
        Problem("pairings.csv", 0, "id", key, f"{key!r} is left out: what is kept of its claims "
                "does not name two sides", "warning")
        for key in left.index[~sound]
    )  # fmt: skip
    chosen = chosen[chosen["id"].isin(left.index[sound])]
    claims = claims[claims["pairing_id"].isin(chosen["id"])]
    events = events[events["pairing_id"].isin(chosen["id"])]
    named = members.loc[members["claim_id"].isin(claims["id"]), "locality_id"]
    old, new = "old_id", "new_id"
    local = _reached(
        {*named, *counts["area_id"]},
        inside[["child_id", "parent_id"]],
        tables["successions"][[old, new]],
        tables["successions"][[new, old]],
    )
    kept = {"pairings": chosen, "claims": claims, "events": events, "counts": counts,
            "localities": places[places["id"].isin(local)]}  # fmt: skip
    closed = type_tables(text_tables(_closed(tables, kept)))
    return dataset_of(closed.typed, report)


def _tables_of(dataset: Dataset) -> Frames:
    """Return the tables of what must be a dataset."""
    if not isinstance(dataset, Dataset):
        given = type(dataset).__name__
        raise ArgumentError(f"`dataset` is a {given}; give a dataset, as `load()` returns it")
    return dataset.tables


def _names(tables: Frames) -> pd.Series:
    """List what localities are called, by id: names with and without level word, and aliases."""
    places, aliases = tables["localities"].set_index("id"), tables["aliases"]
    words = places["designation"].fillna("")
    own = [places["name"], words + " " + places["name"], places["name_zh"]]
    names: pd.Series = pd.concat([*own, aliases.set_index("locality_id")["name"]]).dropna()
    return names


def _known(
    argument: str, names: Names, known: Iterable[str], called: pd.Series | None = None
) -> list[str]:
    """Return the keys that are meant, by themselves or by a name that only one of them has."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        names = [names]
    listed, known = [str(name) for name in names], list(known)
    called = pd.Series(dtype="str") if called is None else called
    if not set(listed) - set(known):
        return listed
    folded, parts = called.map(_folded), called.map(main_part).map(_folded)
    whole, part = folded.groupby(folded).groups, parts.groupby(parts).groups
    found, unknown, keys = [], [], set(known)
    for name in listed:
        hits = sorted({*whole.get(_folded(name), ())} or {*part.get(_folded(name), ())})
        if name in keys or not hits:
            unknown += [] if name in keys else [name]
            found.append(name)
        elif len(hits) > 1:
            raise ArgumentError(
                f"`{argument}` is {name!r}, which {len(hits)} are called; use one of {some(hits)}"
            )
        else:
            found += hits
    if unknown:
        unknown = sorted(unknown)
        near = difflib.get_close_matches(unknown[0], [*known, *called], n=1, cutoff=0.7)
        remedy = f"nearest: {near[0]!r}" if near else f"they are such as {some(known)}"
        if not known:
            remedy = "it has none"
        elif len(known) <= _LISTED:
            remedy = f"use some of {', '.join(known)}"
        shown = some([*map(repr, unknown)])
        raise ArgumentError(
            f"`{argument}` names {shown}, which the dataset does not have; {remedy}"
        )
    return found


def _folded(name: str) -> str:
    return fold_name(name).replace(" ", "")


def _reached(start: set[str], *links: pd.DataFrame) -> set[str]:
    """Add to some localities all that links, two columns from and to, lead to from them."""
    steps = pd.concat([link.set_axis(["old", "new"], axis="columns") for link in links])
    reached = start
    while True:
        further = {*steps.loc[steps["old"].isin(reached), "new"]} | reached
        if len(further) == len(reached):
            return reached
        reached = further


def _closed(tables: Frames, kept: Frames) -> Frames:
    """Take of every other table the rows all of whose keys are kept, and the sources of all."""
    frames = tables | kept
    cited: set[str] = set()
    for table in TABLES[1:]:
        frame = frames[table.name]
        for column in table.columns:
            if column.target in kept and table.name not in kept:
                frame = frame[frame[column.name].isin(kept[column.target]["id"])]
        frames[table.name] = frame
        for column in table.columns:
            if column.target == "sources":
                cited |= {*frame[column.name].dropna()}
    sources = tables["sources"]
    cited |= {*sources.loc[sources["id"].isin(cited), "original_source_id"].dropna()}
    return frames | {"sources": sources[sources["id"].isin(cited)]}


def extend(dataset: Dataset, **tables: pd.DataFrame) -> Dataset:
    """Add rows to tables of a dataset, such as counts that own data lack, or a further claim.

    Parameters
    ----------
    dataset
        Records.
    **tables
        Frames by the name of the table that they add to, such as ``counts=``, with any columns of
        that table; what a frame leaves out is not stated.

    Returns
    -------
    dataset
        A new dataset, to which every rule of the data model has been applied again, with a version
        of its own; `report` holds what the checks flag, after that of the dataset given.

    Raises
    ------
    ArgumentError
        If a name is no table, a value no frame, or a column none of its table.
    DataError
        If a rule is broken: all faults at once. `file` names the table, and `line` the row of the
        added frame, counted from 1; 0 for a row that was in the dataset before.

    Notes
    -----
    Text is brought to Unicode NFC with single spaces. Dates may be EDTF text, years as numbers,
    dates or timestamps.

    Examples
    --------
    >>> from twinstudy import load
    >>> length = {"id": "n-mine", "area_id": "l-vn-tuyen-quang-province", "value": 277,
    ...           "measure": "border_length", "side": "VN", "qualifier": "at_least",
    ...           "as_of": 2026, "source_id": "s-mine", "locator": "field notes"}
    >>> source = {"id": "s-mine", "kind": "other"}
    >>> dataset = load()
    >>> more = extend(dataset, sources=pd.DataFrame([source]), counts=pd.DataFrame([length]))
    >>> len(more.counts) - len(dataset.counts), more.version == dataset.version
    (1, False)
    """
    known = {table.name: table for table in TABLES}
    text = {  # line 0: what was there before has no row in an added frame
        name: frame.set_axis([0] * len(frame))
        for name, frame in text_tables(_tables_of(dataset)).items()
    }
    problems: list[Problem] = []
    for name, frame in tables.items():
        if name not in known:
            raise ArgumentError(f"{name!r} is no table; give rows of some of {', '.join(known)}")
        added = _rows(frame, known[name], problems)
        text[name] = pd.concat([text[name], added])
    typed = type_tables(text, suffix="")
    found = check_tables(typed)
    # What is flagged in rows that were there before stands in the report already.
    problems += [each for each in found if each.line or each.severity == "error"]
    earlier = dataset.report if all(p.severity == "warning" for p in problems) else []
    return dataset_of(typed.typed, Problems([*earlier, *sorted(problems)]))


def _rows(frame: pd.DataFrame, table: Table, problems: list[Problem]) -> pd.DataFrame:
    """Read the rows of a frame as text, indexed by row number counted from 1."""
    if not isinstance(frame, pd.DataFrame):
        message = f"`{table.name}` is a {type(frame).__name__}; give a pandas DataFrame"
        raise ArgumentError(message)
    unknown = [str(name) for name in frame.columns if name not in table.column_names]
    if unknown or not frame.columns.is_unique:
        shown = some([*map(repr, unknown)]) or "a column twice"
        raise ArgumentError(
            f"`{table.name}` has {shown}; use some of {', '.join(table.column_names)}, each once"
        )
    cells = {
        column.name: read_as(frame[column.name], column, table.name, problems)
        if column.name in frame
        else ""
        for column in table.columns
    }
    return pd.DataFrame(cells, index=pd.RangeIndex(1, len(frame) + 1), dtype="str")
