"""What is computed from the tables and lies beside them: run by `python3 tasks.py data`.

The tables in canonical form, README.md (the dictionary), datapackage.json, pairings_flat.csv and
sources.bib.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.records.dataset import Dataset, load
from twinstudy.study.show import bibliography, flat_table
from twinstudy.tables.files import bundled_data, csv_bytes, text_tables, write_bytes
from twinstudy.tables.schema import TABLES, Column, Table

TITLE = "Border twinning between Việt Nam and China"

DESCRIPTION = (
    "Agreements that tie localities on both sides of the land border of Việt Nam and China (kết "
    "nghĩa, 结好): what each source claims, dated events, reported totals, what was agreed, and "
    "the places through the reform of 2025."
)
KEYWORDS = ["border studies", "China", "kết nghĩa", "local diplomacy", "twinning", "Việt Nam"]
CC_BY = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0, but for the points that LICENSE names",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
SOURCES = [
    {"title": "The publications listed in sources.csv and sources.bib"},
    {"title": "GeoNames, CC BY 4.0", "path": "https://www.geonames.org/"},
    {"title": "Natural Earth, public domain", "path": "https://www.naturalearthdata.com/"},
]

_STORED_AS = {"integer": "integer", "number": "number"}
_SAID_AS = {
    "id": "key",
    "reference": "key",
    "vocabulary": "word",
    "date": "EDTF date",
    "interval": "EDTF interval",
    "integer": "whole number",
    "number": "number",
    "text": "text",
}


def data_dictionary(dataset: Dataset) -> str:
    """Write the data dictionary as Markdown: every table and column in words, with row counts."""
    lines = [
        "# Data dictionary",
        "",
        f"{TITLE}: data version {dataset.version}.",
        (
            "Generated from `src/twinstudy/tables/schema.toml`; edit the tables, not this file, "
            "and run `python3 tasks.py data`."
        ),
        "",
        "UTF-8, LF, NFC, rows sorted by key, one value a cell; an empty cell means not stated.",
        (
            "Dates are EDTF: `2018`, `2015-12`, `2014-08-26`, `A/B`, `A/..`, `../B`, with `~` "
            "(approximate), `?` (uncertain) or `%` (both) after a date."
        ),
        "How the records were judged is told in [CURATION.md](CURATION.md).",
        "",
        "| table | rows | what it holds |",
        "|---|--:|---|",
    ]
    lines += [
        f"| [{table.name}](#{table.name}) | {len(dataset.tables[table.name]):,} "
        f"| {table.description} |"
        for table in TABLES
    ]
    for table in TABLES:
        lines += _table_lines(table)
    return "\n".join(lines) + "\n"


def _table_lines(table: Table) -> list[str]:
    unique = f"; ({', '.join(table.unique)}) is unique too" if table.unique else ""
    return [
        "",
        f"## {table.name}",
        "",
        f"{table.description} File `{table.file}`, key ({', '.join(table.key)}){unique}.",
        "",
        "| column | type | required | meaning |",
        "|---|---|---|---|",
        *(
            f"| `{column.name}` | {_type_words(column)} | {'yes' if column.required else ''} "
            f"| {_meaning(column)} |"
            for column in table.columns
        ),
        *(line for column in table.columns if column.meanings for line in _word_lines(column)),
    ]


def _word_lines(column: Column) -> list[str]:
    """Define the words of a vocabulary, one a line."""
    words = zip(column.words, column.meanings, strict=True)
    return ["", f"Words of `{column.name}`:", "", *(f"- `{a}`: {b}" for a, b in words)]


def _type_words(column: Column) -> str:
    words = _SAID_AS[column.type]
    if column.target:
        words += f" of [{column.target}](#{column.target})"
    if column.unit:
        words += f" ({column.unit})"
    return words


def _meaning(column: Column) -> str:
    meaning = column.description
    if column.words:
        meaning += " One of " + ", ".join(f"`{word}`" for word in column.words) + "."
    return meaning


def data_package(dataset: Dataset, folder: Path | None = None) -> dict[str, Any]:
    """Describe the files of the data as a Frictionless Data Package."""
    text = text_tables(dataset.tables)
    created = date_bounds(dataset.sources["accessed"])["latest"].max()  # the last reading
    package = {
        "profile": "data-package",
        "name": "twinstudy",
        "id": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_DNS, 'twinstudy')}",
        "title": TITLE,
        "description": DESCRIPTION,
        "version": dataset.version,
        "created": None if pd.isna(created) else f"{created:%Y-%m-%d}T00:00:00Z",
        "keywords": KEYWORDS,
        "contributors": [{"title": "The twinstudy contributors", "role": "author"}],
        "sources": SOURCES,
        "licenses": [CC_BY],
        "resources": [
            *(_resource(table, csv_bytes(text[table.name])) for table in TABLES),
            _flat(flat_table(dataset)),
            *_maps((folder or bundled_data()) / "map"),
        ],
    }
    return {key: value for key, value in package.items() if value is not None}


def _file(path: str, data: bytes) -> dict[str, Any]:
    """Say how large a file is, and its checksum."""
    sha256 = "sha256:" + hashlib.sha256(data).hexdigest()
    return {"path": path, "encoding": "utf-8", "bytes": len(data), "hash": sha256}


def _flat(data: bytes) -> dict[str, Any]:
    """Describe the flat table, whose cells are text."""
    names = data.split(b"\n", 1)[0].decode().split(",")
    return {
        "profile": "tabular-data-resource",
        "name": "pairings-flat",
        "title": "pairings_flat",
        "description": "One readable row a pairing, computed from the other tables.",
        **_file("pairings_flat.csv", data),
        "schema": {
            "fields": [{"name": name, "type": "string"} for name in names],
            "missingValues": [""],
            "primaryKey": ["pairing_id"],
        },
    }


def _maps(folder: Path) -> list[dict[str, Any]]:
    """Describe the files of the map layer, which are in the public domain."""
    return [
        {
            "profile": "data-resource",
            "name": f"map-{path.stem}",
            "title": f"Map layer: {path.stem}",
            "description": "For drawing only; see map/README.md.",
            "format": "geojson",
            "mediatype": "application/geo+json",
            "licenses": [{"name": "other-pd", "title": "Public domain (Natural Earth)"}],
            **_file(f"map/{path.name}", path.read_bytes()),
        }
        for path in sorted(folder.glob("*.geojson"))
    ]


def _resource(table: Table, data: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "title": table.name,
        "description": table.description,
        **_file(table.file, data),
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {
                        "resource": "" if column.target == table.name else column.target,
                        "fields": ["id"],
                    },
                }
                for column in table.columns
                if column.target
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    constraints = {
        "required": column.required or None,
        "unique": True if column.type == "id" else None,
        "enum": list(column.words) or None,
        "pattern": column.pattern or None,
        "minimum": column.minimum,
        "maximum": column.maximum,
    }
    field = {
        "name": column.name,
        "type": _STORED_AS.get(column.type, "string"),
        "description": column.description,
        "constraints": {key: value for key, value in constraints.items() if value is not None},
        "unit": column.unit,
    }
    return {key: value for key, value in field.items() if value}


def write_generated(folder: Path | None = None) -> list[Path]:
    """Bring the files of a data folder into step, and return those that were not; all or none."""
    folder = bundled_data() if folder is None else folder
    dataset = load(folder)
    contents = {
        f"{name}.csv": csv_bytes(frame) for name, frame in text_tables(dataset.tables).items()
    }
    contents["README.md"] = data_dictionary(dataset).encode()
    package = json.dumps(data_package(dataset, folder), ensure_ascii=False, indent=2) + "\n"
    contents["datapackage.json"] = package.encode()
    contents["pairings_flat.csv"] = flat_table(dataset)
    contents["sources.bib"] = bibliography(dataset).encode()
    changed = []
    for name, data in contents.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != data:
            write_bytes(path, data)
            changed.append(path)
    return changed


if __name__ == "__main__":
    lines = [f"changed: data/{path.name}" for path in write_generated()]
    print("\n".join(lines) or "nothing changed")
