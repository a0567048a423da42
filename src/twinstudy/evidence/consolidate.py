"""Claims to one row a pairing: what the sources, taken together, say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
import pandas as pd

from twinstudy.dates import as_day, date_bounds
from twinstudy.errors import known_word, known_words
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.tables.schema import KINDS, STATUSES

Rule = Literal["narrowest", "earliest_published", "envelope"]
Words = str | Iterable[str]


@remembered
def newest_day(dataset: Dataset) -> pd.Timestamp:
    """Find the newest day that the data speak of, which stands for "now" in every measure.

    It is the latest bound of all dates of publication, of signing, of events and of counts. An
    interval that is open at its end counts with its first day. Dates of signing of planned pairings
    are left out: a plan is no observation. NaT where no date is stated at all: there is no newest
    day then, nothing is certain by it, and every pairing without a stated date is possible.
    """
    claims = dataset.claims
    planned = dataset.pairings.loc[dataset.pairings["status"] == "planned", "id"]
    signed = claims.loc[~claims["pairing_id"].isin(planned), "signed"]
    dates = [dataset.sources["published"], signed, dataset.events["date"], dataset.counts["as_of"]]
    bounds = date_bounds(pd.concat(dates))
    newest: pd.Timestamp = bounds["latest"].fillna(bounds["earliest"]).max()
    return newest


def day_at(dataset: Dataset, at: str | date | None) -> pd.Timestamp:
    """Return the last day that an `at` argument means, or the newest day of the data, or NaT."""
    return newest_day(dataset) if at is None or dateless(at) else as_day(at)


@remembered
def source_days(dataset: Dataset) -> pd.DataFrame:
    """Return by ``source_id``: ``published`` (its last day), ``hedged``, ``witness``, ``kind``."""
    sources = dataset.sources
    bounds = date_bounds(sources["published"])
    frame = pd.DataFrame(
        {
            "published": bounds["latest"],
            "hedged": bounds["qualified"],
            "witness": sources["original_source_id"].fillna(sources["id"]),
            "kind": sources["kind"],
        }
    )
    return frame.set_index(pd.Index(sources["id"], name="source_id"))


@remembered
def members(dataset: Dataset) -> pd.DataFrame:
    """List the members of each pairing: the union over its claims.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    members
        One row a pairing and locality, sorted by pairing, side and locality: ``pairing_id``,
        ``locality_id`` (str), ``side`` (str: country code), ``second`` (bool: of the second side,
        which in a pairing inside one country is the second of its two members), ``claims`` and
        ``sources`` (int64): how many claims and how many distinct sources name it.

    Examples
    --------
    >>> from twinstudy import load
    >>> members(load()).columns.tolist()
    ['pairing_id', 'locality_id', 'side', 'second', 'claims', 'sources']
    """
    claims = dataset.claims.set_index("id")[["pairing_id", "source_id"]]
    named = dataset.memberships[["claim_id", "locality_id"]].join(claims, on="claim_id")
    named["side"] = named["locality_id"].map(dataset.localities.set_index("id")["country"])
    groups = named.groupby(["pairing_id", "side", "locality_id"])
    sources = groups["source_id"].nunique()
    found = pd.DataFrame({"claims": groups.size(), "sources": sources}).reset_index()
    starts = ~found["pairing_id"].duplicated()
    abroad = found["side"] != found["side"].where(starts).ffill()
    alone = ~found["pairing_id"].isin(found.loc[abroad, "pairing_id"])
    found.insert(3, "second", abroad | (alone & ~starts))
    return found[["pairing_id", "locality_id", "side", "second", "claims", "sources"]]


def consolidate(dataset: Dataset, *, rule: Rule = "narrowest") -> pd.DataFrame:
    """Consolidate the claims on each pairing into one row.

    Two dates disagree when there is no day that both allow; ``2014`` and ``2014-08-26`` do not
    disagree, the second is more precise. A qualifier never widens the bounds, so ``2013~`` and
    ``2014`` do. Every claim counts here, whether its source is independent or not.

    Parameters
    ----------
    dataset
        Records.
    rule
        Which date of signing to take where several are stated. ``"narrowest"``: the shortest
        stated interval; the envelope if not all of them overlap. ``"earliest_published"``: what
        the source published first states (by the latest day of its publication; sources without
        a date come last). ``"envelope"``: from the first to the last day that any claim allows.

    Returns
    -------
    pairings
        One row a pairing, in the order and on the index of ``dataset.pairings``:

        - ``pairing_id`` (str), ``kind``, ``matching``, ``status`` (categorical);
        - ``signed`` (str): the chosen date as EDTF text, missing where no claim gives one;
          ``signed_earliest``, ``signed_latest`` (datetime64[s], missing where open or unknown)
          and ``signed_qualified`` (bool) are the bounds and the hedge of that text;
        - ``signed_conflict`` (bool): not all stated intervals overlap, whatever `rule` is;
        - ``reported_by`` (datetime64[s]): earliest last day of publication among its sources;
          missing where none has an unqualified date of publication, and for planned and doubtful
          pairings, which no source can show to exist;
        - ``exists_by`` (datetime64[s]): the day from which it exists for certain, the earlier of
          ``reported_by`` and the last day of an unqualified date of signing; missing where there is
          neither, and for planned and doubtful pairings;
        - ``claims`` (int64); ``witnesses`` (int64): distinct sources, a translation or reprint
          being one with its original; ``official`` (bool): a claim stands in a source of kind
          government; silent claims, which tell of talks only, are neither and report nothing;
        - ``members`` (int64): distinct localities over all claims; ``side_a``, ``side_b`` (str):
          the country codes of the two sides in alphabetical order, twice the same for a pairing
          inside one country; ``members_a``, ``members_b`` (int64).

    Raises
    ------
    ArgumentError
        If `rule` is another word.

    Notes
    -----
    Ties. Of two equally long intervals the one that ends first is taken, of two equal ones the
    one that is not qualified. A shorter qualified date wins against a longer plain one, and the
    pairing is then not certain to be signed in any year. Of two intervals that are open at one
    end, both being endless, one with a last day wins. An envelope that is open at both ends is no
    date: `signed` is then missing. An envelope ends where the outermost claims end and carries
    their hedge; where two claims share that end, that of the plain one, which is none.

    Examples
    --------
    >>> from twinstudy import load
    >>> pairings = consolidate(load())
    >>> bool((pairings["members"] == pairings["members_a"] + pairings["members_b"]).all())
    True
    """
    known_word("rule", rule, get_args(Rule))
    return _consolidated(dataset, rule)


@remembered
def _consolidated(dataset: Dataset, rule: Rule) -> pd.DataFrame:
    """Consolidate once a rule."""
    every = dataset.claims[["pairing_id", "source_id", "signed", "status"]]
    claims = every[every["status"] != "silent"]  # these tell of talks, and attest no pairing
    claims = claims.join(source_days(dataset), on="source_id")
    of_pairing = claims.assign(
        official=claims["kind"] == "government",
        report=claims["published"].mask(claims["hedged"] | (claims["status"] == "planned")),
    ).groupby("pairing_id", sort=False)
    told = of_pairing.agg(
        reported_by=("report", "min"),
        witnesses=("witness", "nunique"),
        official=("official", "any"),
    )
    sides = (
        members(dataset)
        .groupby("pairing_id", sort=False)
        .agg(
            members=("side", "size"),
            side_a=("side", "first"),
            side_b=("side", "last"),
            members_b=("second", "sum"),
        )
    )
    sides.insert(3, "members_a", sides["members"] - sides["members_b"])
    found = dataset.pairings.set_index("id")[["kind", "matching", "status"]]
    found = found.join(_signed(claims, rule)).join(told)
    found.insert(9, "claims", every.groupby("pairing_id", sort=False).size())
    for name in ("signed_qualified", "signed_conflict", "official"):
        found[name] = found[name].eq(other=True)
    agreed = found["status"] == "agreed"
    found["reported_by"] = found["reported_by"].where(agreed)
    certain = found["signed_latest"].where(agreed & ~found["signed_qualified"])
    found.insert(9, "exists_by", np.fmin(found["reported_by"], certain))
    found["witnesses"] = found["witnesses"].fillna(0).astype("int64")
    return found.join(sides).rename_axis("pairing_id").reset_index()


def _signed(claims: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """Choose the date of signing of each pairing that has one; `consolidate` says how."""
    dated = claims.dropna(subset="signed")
    dated = pd.concat([dated, date_bounds(dated["signed"])], axis=1)
    # Open ends and unknown days are infinitely far off.
    dated["first"] = _number(dated["earliest"]).fillna(-np.inf)
    dated["last"] = _number(dated["latest"]).fillna(np.inf)
    dated["length"] = dated["last"] - dated["first"]
    of_pairing = dated.groupby("pairing_id", sort=False)
    conflict = of_pairing["first"].max() > of_pairing["last"].min()
    preferred = ["length", "last", "first", "qualified", "signed"]
    shortest = dated.sort_values(preferred, ascending=[True, True, False, True, True])
    if rule == "earliest_published":
        day = _number(shortest["published"]).fillna(np.inf)
        shortest = shortest[day == day.groupby(shortest["pairing_id"]).transform("min")]
    columns = ["signed", "earliest", "latest", "qualified"]
    chosen = shortest.drop_duplicates("pairing_id").set_index("pairing_id")[columns]
    if rule != "earliest_published":
        wide = conflict.index if rule == "envelope" else conflict.index[conflict]
        apart = dated[dated["pairing_id"].isin(wide)]
        chosen = pd.concat([chosen.drop(index=wide), _envelope(apart)])
    chosen = chosen.dropna(subset=["earliest", "latest"], how="all").add_prefix("signed_")
    chosen = chosen.rename(columns={"signed_signed": "signed"})
    return chosen.reindex(conflict.index).assign(signed_conflict=conflict)


def _envelope(dated: pd.DataFrame) -> pd.DataFrame:
    """Span the dates of each pairing from the first to the last day that any of them allows."""
    ends = {}
    for part, day, ascending in (("head", "first", True), ("tail", "last", False)):
        text = dated["signed"].str.split("/").str[0 if ascending else -1].astype("str")
        ends[part] = dated.assign(text=text, hedged=text.str[-1].isin(list("~?%")))
        ends[part] = (
            ends[part]
            .sort_values([day, "hedged", "text"], ascending=[ascending, True, True])
            .drop_duplicates("pairing_id")
            .set_index("pairing_id")
            .sort_index()
        )
    head, tail = ends["head"], ends["tail"]
    one = head["text"] == tail["text"]
    return pd.DataFrame(
        {
            "signed": head["text"].where(one, head["text"] + "/" + tail["text"]),
            "earliest": head["earliest"],
            "latest": tail["latest"],
            "qualified": head["hedged"] | tail["hedged"],
        }
    )


def _number(days: pd.Series) -> pd.Series:
    """Turn days into numbers of days, missing ones staying so."""
    return (days - pd.Timestamp("1970-01-01")).dt.days.astype("float64")


def existing(
    dataset: Dataset, *, at: str | date | None = None, rule: Rule = "narrowest"
) -> pd.DataFrame:
    """Tell which pairings exist by a day.

    Parameters
    ----------
    dataset
        Records.
    at
        Day; a year or month means its last day. None for the newest day that the data speak of.
    rule
        As in `consolidate`.

    Returns
    -------
    pairings
        One row a pairing, in the order of ``dataset.pairings``: ``pairing_id`` (str), ``kind``,
        ``status`` (categorical), and three bools. ``certain``: the pairing is agreed, and its
        date of signing is not qualified and ends by that day, or a source published by that day
        reports it (``exists_by`` of `consolidate`). ``possible``: certain, or without stated date,
        or its date begins by that day. ``undated``: no date of signing is stated. No source tells
        of an end, so a pairing that exists by a day counts on every later one.

    Raises
    ------
    ArgumentError
        If `at` is not a date or `rule` is another word.

    Examples
    --------
    >>> from twinstudy import load
    >>> early = existing(load(), at="1900")
    >>> bool(early["certain"].any()), bool((early["undated"] <= early["possible"]).all())
    (False, True)
    """
    known_word("rule", rule, get_args(Rule))
    pairings = _state(dataset, rule, day_at(dataset, at))
    return pairings[["pairing_id", "kind", "status", "certain", "possible", "undated"]]


@remembered
def _state(dataset: Dataset, rule: Rule, day: pd.Timestamp) -> pd.DataFrame:
    """Add to the rows of `consolidate` whether they are certain, possible and undated by a day."""
    pairings = _consolidated(dataset, rule)
    undated = pairings["signed"].isna()
    earliest = pairings["signed_earliest"]
    certain = pairings["exists_by"] <= day
    possible = certain | undated | earliest.isna() | (earliest <= day)
    return pairings.assign(certain=certain, possible=possible, undated=undated)


@dataclass(frozen=True)
class Choice:
    """The pairings that a graph, a map or a measure shows.

    ``pairings``: the rows of `consolidate` that exist for certain or possibly on ``day`` (NaT where
    nothing is dated), with ``certain`` and ``undated`` (bool); ``kinds``, ``statuses``: those
    asked for; ``left_out``: numbers by reason.
    """

    pairings: pd.DataFrame
    day: pd.Timestamp
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    left_out: dict[str, int]


def choose(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    kind: Words | None = None,
    status: Words = ("agreed",),
) -> Choice:
    """Choose pairings by kind, status and day."""
    kinds = KINDS if kind is None else known_words("kind", kind, KINDS)
    statuses = known_words("status", status, STATUSES)
    day = day_at(dataset, at)
    pairings = _state(dataset, "narrowest", day)
    of_kind, possible = pairings["kind"].isin(kinds), pairings.pop("possible")
    meant = of_kind & pairings["status"].isin(statuses)
    rest = pairings.loc[of_kind & ~meant, "status"].value_counts(sort=False)
    left_out = {f"{word} pairings": int(number) for word, number in rest.items() if number}
    if later := int((meant & ~possible).sum()):
        left_out[f"pairings signed after {shown_day(day)}"] = later
    return Choice(pairings[meant & possible], day, kinds, statuses, left_out)


def shown_day(day: pd.Timestamp) -> str:
    """Write a day, or that there is none."""
    return "no stated date" if dateless(day) else str(day.date())


def dateless(day: object) -> bool:
    """Tell whether a day is none, since nothing is dated."""
    return day is pd.NaT
