"""A part of a dataset that is still a dataset, and a dataset with more rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pandas as pd

from twinstudy.errors import ArgumentError, DataError, Problem, Problems, known_words, some, warning
from twinstudy.records.dataset import Dataset, dataset_of, refuse_other
from twinstudy.records.folding import fold_name, main_part
from twinstudy.records.reading import read_frame
from twinstudy.tables.cell_rules import doubtful_dates
from twinstudy.tables.files import Frames, text_tables, type_tables
from twinstudy.tables.schema import KINDS, STATUSES, TABLES, table
from twinstudy.tables.table_rules import check_tables

Names = str | Iterable[str]


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
    refuse_other(dataset)
    tables = dataset.tables
    chosen, claims, events = (tables[name] for name in ("pairings", "claims", "events"))
    counts, places, inside = (tables[name] for name in ("counts", "localities", "containments"))
    members = tables["memberships"].merge(claims, left_on="claim_id", right_on="id")
    members = members.merge(places[["id", "country"]], left_on="locality_id", right_on="id")
    if kind is not None:
        kinds = known_words("kind", kind, KINDS)
        chosen = chosen[chosen["kind"].isin(kinds)]
        of_border = ~counts["measure"].isin(["pairings", "twinned"])
        counts = counts[of_border | counts["kind"].isin(kinds)]
    if status is not None:
        chosen = chosen[chosen["status"].isin(known_words("status", status, STATUSES))]
    if pairings is not None:
        chosen = chosen[chosen["id"].isin(_known("pairings", pairings, chosen["id"]))]
    if sources is not None:
        titles = tables["sources"].set_index("id")["title"].dropna()
        sources = _known("sources", sources, tables["sources"]["id"], titles)
        claims, events, counts = (
            each[each["source_id"].isin(sources)] for each in (claims, events, counts)
        )
    if countries is not None:
        countries = _known("countries", countries, places["country"].unique())
        outside = members.loc[~members["country"].isin(countries), "pairing_id"]
        chosen = chosen[~chosen["id"].isin(outside)]
        home = places.loc[places["country"].isin(countries), "id"]
        counts = counts[counts["area_id"].isin(home)]
    if areas is not None:
        area = _known("areas", areas, places["id"], _names(tables))
        area = _reached(area, inside[["parent_id", "child_id"]])
        touched = members.loc[members["locality_id"].isin(area), "pairing_id"]
        chosen = chosen[chosen["id"].isin(touched)]
        counts = counts[counts["area_id"].isin(area)]

    part = members[
        members["pairing_id"].isin(chosen["id"]) & members["claim_id"].isin(claims["id"])
    ]
    left = part.groupby("pairing_id")[["country", "locality_id"]].nunique()
    whole = members.groupby("pairing_id")["country"].nunique()
    # Two members of one side of a border are left of some pairings: they are no pairing.
    sound = (left["country"] == whole.reindex(left.index)) & (left["locality_id"] >= 2)
    said = "is left out: what is kept of its claims does not name two sides"
    lost = left.index[~sound]
    report = Problems(warning("pairings.csv", f"{key!r} {said}", "id", key) for key in lost)
    chosen = chosen[chosen["id"].isin(left.index[sound])]
    named = part.loc[part["pairing_id"].isin(chosen["id"]), "locality_id"]
    above, steps = inside[["child_id", "parent_id"]], tables["successions"][["old_id", "new_id"]]
    local = _reached({*named, *counts["area_id"]}, above, steps, steps[["new_id", "old_id"]])
    kept = {"pairings": chosen, "claims": claims, "events": events, "counts": counts,
            "localities": places[places["id"].isin(local)]}  # fmt: skip
    return dataset_of(_closed(tables, kept), report)


def _names(tables: Frames) -> pd.Series:
    """List what localities are called, by id: names with and without level word, and aliases."""
    places, aliases = tables["localities"].set_index("id"), tables["aliases"]
    words = places["designation"].fillna("")
    own = [places["name"], words + " " + places["name"], places["name_zh"]]
    names: pd.Series = pd.concat([*own, aliases.set_index("locality_id")["name"]]).dropna()
    return names


def _known(
    argument: str, names: Names, known: Iterable[str], called: pd.Series | None = None
) -> set[str]:
    """Return the keys that are meant, by themselves or by a name that only one of them has."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        names = [names]
    wanted, known = {str(name) for name in names}, list(known)
    found = wanted.intersection(known)
    strange = sorted(wanted - found)
    called = pd.Series(dtype="str") if called is None or not strange else called
    folded, parts = called.map(_folded), called.map(main_part).map(_folded)
    unknown = []
    for name in strange:
        word = _folded(name)
        hits = sorted({*called.index[folded == word]} or {*called.index[parts == word]})
        if len(hits) > 1:
            raise ArgumentError(
                f"`{argument}` is {name!r}, which {len(hits)} are called; use one of {some(hits)}"
            )
        found.update(hits)
        unknown += [] if hits else [name]
    if unknown:
        near = difflib.get_close_matches(unknown[0], [*known, *called], n=1, cutoff=0.7)
        remedy = f"nearest: {near[0]!r}" if near else f"it has {some(known) or 'none'}"
        shown = some([*map(repr, unknown)])
        said = f"`{argument}` names {shown}, which the dataset does not have; {remedy}"
        raise ArgumentError(said)
    return found


def _folded(name: str) -> str:
    return fold_name(name).replace(" ", "")


def _reached(reached: set[str], *links: pd.DataFrame) -> set[str]:
    """Add to some localities all that links, two columns from and to, lead to from them."""
    steps = pd.concat([link.set_axis(["old", "new"], axis="columns") for link in links])
    while further := {*steps.loc[steps["old"].isin(reached), "new"]} - reached:
        reached = reached | further
    return reached


def _closed(tables: Frames, kept: Frames) -> Frames:
    """Take of every table the rows all of whose keys are kept, and the sources of all."""
    frames = tables | kept
    cited: set[str] = set()
    for each in TABLES[1:]:
        frame = frames[each.name]
        for column in each.columns:
            if column.target and column.target != "sources":
                frame = frame[frame[column.name].isin(frames[column.target]["id"])]
        frames[each.name] = frame
        for column in each.columns:
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
        of its own; `report` holds what the checks flag, and dates of signing that look like none,
        after that of the dataset given.

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
    >>> import pandas as pd
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
    refuse_other(dataset)
    # Line 0: what was there before has no row in an added frame.
    old = text_tables(dataset.tables)
    text = {name: frame.set_axis([0] * len(frame)) for name, frame in old.items()}
    problems: list[Problem] = []
    for name, frame in tables.items():
        if name not in text:
            raise ArgumentError(f"{name!r} is no table; give rows of some of {', '.join(text)}")
        columns = {column.name: column for column in table(name).columns}
        text[name] = pd.concat([text[name], read_frame(name, frame, columns, problems)])
    typed = type_tables(text, suffix="")
    found = check_tables(typed)
    # What is flagged in rows that were there before stands in the report already.
    problems += [each for each in found if each.line or each.severity == "error"]
    if any(each.severity == "error" for each in problems):
        raise DataError(sorted(problems))
    added = text["claims"].loc[text["claims"].index > 0, "signed"]
    problems += doubtful_dates(added, "claims", "signed", "leave {} empty")
    return dataset_of(typed.typed, Problems([*dataset.report, *sorted(problems)]))
