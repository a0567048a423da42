"""The data dictionary and the data package, both computed from the schema and the tables."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from twinstudy.evidence.trace import pairings
from twinstudy.records.dataset import Dataset, load
from twinstudy.study.show import bibliography
from twinstudy.tables.files import bundled_data, csv_bytes, text_tables, write_bytes
from twinstudy.tables.schema import TABLES, Column, Table

TITLE = "Border twinning between Việt Nam and China"

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
    """Write the data dictionary: every table and column in words, with row counts.

    Parameters
    ----------
    dataset
        Records to count.

    Returns
    -------
    text
        Markdown.

    Examples
    --------
    >>> from twinstudy import load
    >>> print(data_dictionary(load()).splitlines()[0])
    # Data dictionary
    """
    lines = [
        "# Data dictionary",
        "",
        f"{TITLE}: data version {dataset.version}.",
        (
            "Generated from `twinstudy.schema`; edit the tables, not this file, and run "
            "`python3 tasks.py data`."
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
        f"| [{table.name}](#{table.name}) | {len(dataset.coded[table.name]):,} "
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


def data_package(dataset: Dataset) -> dict[str, Any]:
    """Describe the CSV files as a Frictionless Data Package.

    Parameters
    ----------
    dataset
        Records, as `Dataset.save` writes them.

    Returns
    -------
    package
        Descriptor with the fields, keys, foreign keys, sizes and hashes of all tables.

    References
    ----------
    Frictionless Data Package, https://specs.frictionlessdata.io/data-package/

    Examples
    --------
    >>> from twinstudy import load
    >>> data_package(load())["resources"][0]["schema"]["primaryKey"]
    ['id']
    """
    text = text_tables(dataset.tables)
    return {
        "profile": "tabular-data-package",
        "name": "twinstudy",
        "title": TITLE,
        "version": dataset.version,
        "licenses": [{"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0"}],
        "resources": [_resource(table, csv_bytes(text[table.name])) for table in TABLES],
    }


def _resource(table: Table, data: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": table.file,
        "title": table.name,
        "description": table.description,
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
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


def flat(dataset: Dataset) -> pd.DataFrame:
    """Write the flat table of pairings as text, a cell a value."""
    frame = pairings(dataset)
    for name in frame.select_dtypes("datetime"):
        frame[name] = frame[name].dt.strftime("%Y-%m-%d")
    for name in frame.select_dtypes("bool"):
        frame[name] = frame[name].map({True: "yes", False: "no"})
    return frame.astype("str").fillna("")


def write_generated(folder: Path | None = None) -> list[Path]:
    """Bring the files of a data folder into step: tables in canonical form, dictionary, package.

    Parameters
    ----------
    folder
        Folder with sound tables; None for the bundled data.

    Returns
    -------
    changed
        The files that were out of step and are written anew.

    Raises
    ------
    DataError
        If the tables break a rule; nothing is written.

    Examples
    --------
    >>> write_generated()
    []
    """
    folder = bundled_data() if folder is None else folder
    dataset = load(folder)
    contents = {
        f"{name}.csv": csv_bytes(frame) for name, frame in text_tables(dataset.tables).items()
    }
    contents["README.md"] = data_dictionary(dataset).encode()
    package = json.dumps(data_package(dataset), ensure_ascii=False, indent=2) + "\n"
    contents["datapackage.json"] = package.encode()
    contents["pairings_flat.csv"] = csv_bytes(flat(dataset))
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
