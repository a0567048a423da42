"""Contents: what twins agree to do, as far as it is told."""

from __future__ import annotations

from datetime import date

import pandas as pd

from twinstudy.errors import known_words
from twinstudy.evidence.consolidate import Words, choose, source_days
from twinstudy.measures.named import facts
from twinstudy.records.dataset import Dataset

_BASES = ("deed", "aim", "later")


def contents(
    dataset: Dataset,
    *,
    basis: Words = ("deed", "aim"),
    kind: Words | None = None,
    at: str | date | None = None,
    status: Words = ("agreed",),
) -> pd.DataFrame:
    """Count the pairings of which a source tells that a topic was agreed.

    Parameters
    ----------
    dataset
        Records.
    basis
        What the agreement rests on: ``"deed"``, a clause of the founding agreement; ``"aim"``, its
        stated purpose; ``"later"``, talks or an agreement after the founding.
    kind
        Kinds of pairing; None for all.
    at
        Day; only pairings that exist certainly or possibly by then. None for the newest day.
    status
        Statuses of pairing to count.

    Returns
    -------
    contents
        One row a topic, in the order of the data model:

        - ``topic`` (category);
        - ``explicit`` (int64): pairings of which a source says in plain words that it was agreed;
        - ``told`` (int64): these, and those of which it is implied;
        - ``not_agreed`` (int64): pairings without the topic of which a source gives the whole list:
          only of them can be said that it was not agreed;
        - ``base`` (int64): pairings with any contents told, the denominator of all of these;
        - ``pairings`` (int64): all chosen pairings, told or not;
        - ``witnesses`` (int64): independent sources that tell of the topic.

        ``attrs``: ``at``, ``basis``, ``data_version`` and ``left_out``.

    Raises
    ------
    ArgumentError
        If an argument is none of the words or dates that it can have.

    Notes
    -----
    A topic that is absent was not told, which is not the same as not agreed. The form of such
    agreements is older than the first pair of this border and repeats itself, so topics are no
    independent observations: counts of them bear no test. Dates play no part but for `at`.

    Examples
    --------
    >>> from twinstudy import load
    >>> table = contents(load())
    >>> bool((table["explicit"] <= table["told"]).all() and (table["told"] <= table["base"]).all())
    True
    """
    bases = known_words("basis", basis, _BASES)
    choice = choose(dataset, at=at, kind=kind, status=status)
    rows = told(dataset)
    rows = rows[rows["basis"].isin(bases)]
    rows = rows[rows["pairing_id"].isin(choice.pairings["pairing_id"])]
    whole = rows.loc[rows["list"] == "whole", "pairing_id"].unique()

    def number(part: pd.DataFrame, column: str = "pairing_id") -> pd.Series:
        """Count the distinct pairings of each topic, or witnesses."""
        return part.groupby("topic", observed=False)[column].nunique()

    table = pd.DataFrame(
        {
            "explicit": number(rows[rows["certainty"] == "explicit"]),
            "told": number(rows),
            "not_agreed": len(whole) - number(rows[rows["pairing_id"].isin(whole)]),
            "base": rows["pairing_id"].nunique(),
            "pairings": len(choice.pairings),
            "witnesses": number(rows, "witness"),
        }
    )
    frame = table.reset_index()
    frame.attrs = facts(dataset, choice, basis=list(bases))
    return frame


def told(dataset: Dataset) -> pd.DataFrame:
    """List the contents with the pairing of their claim, its list and its witness."""
    claims = dataset.claims.set_index("id")[["pairing_id", "source_id", "list"]]
    rows = dataset.contents.join(claims, on="claim_id")
    return rows.assign(witness=rows["source_id"].map(source_days(dataset)["witness"]))
