"""Small datasets written as text, for cases that the miniature does not have."""

import csv
import io
import textwrap

import pandas as pd

from twinstudy import Dataset
from twinstudy.records.dataset import dataset_from_text
from twinstudy.tables.schema import TABLES

PLACES = """
    id,country,level,name
    l-cn-a,CN,village,A
    l-vn-b,VN,village,B
    l-vn-c,VN,village,C
"""


def text_frames(tables: dict[str, list[dict[str, str]]]) -> dict[str, pd.DataFrame]:
    """Frames of text, indexed by line; columns and tables that are left out are empty."""
    frames = {}
    for each in TABLES:
        rows = tables.get(each.name, [])
        cells = [[row.get(name) or "" for name in each.column_names] for row in rows]
        index = pd.RangeIndex(2, len(rows) + 2)
        frames[each.name] = pd.DataFrame(cells, index, list(each.column_names), dtype="str")
    return frames


def build(**tables: str) -> Dataset:
    """Make a dataset of tables as CSV text; columns and tables that are left out are empty."""
    files = {name: io.StringIO(textwrap.dedent(text).strip()) for name, text in tables.items()}
    return dataset_from_text(text_frames({name: [*csv.DictReader(files[name])] for name in files}))


def claimed(
    signed: list[str], published: list[str] | None = None, *, status: str = "agreed"
) -> Dataset:
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
