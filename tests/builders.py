"""Small datasets written as text, for cases that the miniature does not have."""

import csv
import io
import textwrap
from collections.abc import Sequence

import pandas as pd

from twinstudy import Dataset
from twinstudy.records.dataset import dataset_of
from twinstudy.tables.files import type_tables
from twinstudy.tables.schema import TABLES
from twinstudy.tables.table_rules import check_tables

PLACES = """
    id,country,level,name
    l-cn-a,CN,village,A
    l-vn-b,VN,village,B
    l-vn-c,VN,village,C
"""
PROVINCES = "l-east,VN,province,East", "l-west,VN,province,West"


def text_frames(tables: dict[str, list[dict[str, str]]]) -> dict[str, pd.DataFrame]:
    """Frames of text, indexed by line; columns and tables that are left out are empty."""
    frames = {}
    for each in TABLES:
        rows = tables.get(each.name, [])
        cells = [[row.get(name) or "" for name in each.column_names] for row in rows]
        index = pd.RangeIndex(2, len(rows) + 2)
        frames[each.name] = pd.DataFrame(cells, index, list(each.column_names), dtype="str")
    return frames


def dataset_from_text(text: dict[str, pd.DataFrame]) -> Dataset:
    """Make a dataset of frames of text, running every rule."""
    tables = type_tables(text)
    return dataset_of(tables.typed, check_tables(tables))


def build(**tables: str) -> Dataset:
    """Make a dataset of tables as CSV text; columns and tables that are left out are empty."""
    files = {name: io.StringIO(textwrap.dedent(text).strip()) for name, text in tables.items()}
    return dataset_from_text(text_frames({name: [*csv.DictReader(files[name])] for name in files}))


def twinned(*pairings: str, kinds: Sequence[str] = (), areas: str = "") -> Dataset:
    """Pairings such as "vn-a cn-x", of villages or of the kinds that are given."""
    places = sorted({place for pairing in pairings for place in pairing.split()})
    named = [f"l-{key},{key[:2].upper()},village,{key.split('-')[1]}" for key in places]
    kinds = kinds or ["village"] * len(pairings)
    agreed = [f"p-{n},{kind},unspecified,agreed" for n, kind in enumerate(kinds)]
    claims = [f"c-{n},p-{n},s-1,row {n}" for n in range(len(pairings))]
    members = [f"c-{n},l-{key}" for n, keys in enumerate(pairings) for key in keys.split()]
    return build(
        sources="id,kind\ns-1,newspaper",
        localities="\n".join(["id,country,level,name", *PROVINCES, *named]),
        containments="\n".join(["child_id,parent_id", *areas.split()]),
        pairings="\n".join(["id,kind,matching,status", *agreed]),
        claims="\n".join(["id,pairing_id,source_id,locator", *claims]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )


def claimed(signed: list[str], published: Sequence[str] = (), *, status: str = "agreed") -> Dataset:
    """One pairing of A with B, with a claim and a source for each date of signing."""
    days = published or [""] * len(signed)
    numbers = range(1, len(signed) + 1)
    sources = [f"s-{n},newspaper,{day}" for n, day in zip(numbers, days, strict=True)]
    claims = [f"c-{n},p-a-b,s-{n},{date}" for n, date in zip(numbers, signed, strict=True)]
    members = [f"c-{n},{place}" for n in numbers for place in ("l-cn-a", "l-vn-b")]
    return build(
        sources="\n".join(["id,kind,published", *sources]),
        localities=PLACES,
        pairings=f"id,kind,matching,status\np-a-b,village,joint,{status}",
        claims="\n".join(["id,pairing_id,source_id,signed", *claims]),
        memberships="\n".join(["claim_id,locality_id", *members]),
    )
