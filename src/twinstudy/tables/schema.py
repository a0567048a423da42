"""The tables as plain data: columns, types, vocabularies, keys, and a sentence on each.

They stand in ``schema.toml``. Everything else that speaks of the tables (reading, checks, the data
dictionary, the data package) is computed from `TABLES`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Type = Literal["id", "reference", "vocabulary", "date", "interval", "integer", "number", "text"]

LONGEST_ID = 100  # characters; ids become names of files


@dataclass(frozen=True)
class Column:
    """One column: its name, meaning and rule.

    Attributes
    ----------
    name
        Name in the header.
    description
        One sentence for the data dictionary.
    type
        ``id`` and ``reference`` are slugs; ``date`` and ``interval`` are EDTF texts;
        ``vocabulary`` is one of `words`; the others are what they say.
    required
        Whether every row must have a value.
    words
        Allowed values of a vocabulary, in the order in which they are listed and plotted.
    meanings
        A definition of each of the words, in their order; empty where the description has them.
    target
        Table that a reference points to.
    pattern
        Regular expression that the whole text must match, with `form` saying it in words.
    form
        What the pattern means, for error messages.
    minimum, maximum
        Bounds of a number, both allowed.
    unit
        Unit of a number.
    """

    name: str
    description: str
    type: Type = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    meanings: tuple[str, ...] = ()
    target: str = ""
    pattern: str = ""
    form: str = ""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table: its columns in file order and the columns that identify a row."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("id",)
    unique: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """Name of the CSV file."""
        return f"{self.name}.csv"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Header of the CSV file."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)


def _column(facts: dict[str, Any], vocabularies: dict[str, Any]) -> Column:
    """Make a column of its entry, in which a vocabulary may stand by its name."""
    words = facts.get("words", ())
    if isinstance(words, str):
        words = vocabularies[words]
    meanings = tuple(words.values()) if isinstance(words, dict) else ()
    return Column(**facts | {"words": tuple(words), "meanings": meanings})


def _table(facts: dict[str, Any], vocabularies: dict[str, Any]) -> Table:
    columns = tuple(_column(each, vocabularies) for each in facts["columns"])
    keys: dict[str, Any] = {name: tuple(facts[name]) for name in ("key", "unique") if name in facts}
    return Table(**facts | keys | {"columns": columns})


_DATA = tomllib.loads(Path(__file__).with_name("schema.toml").read_text(encoding="utf-8"))
_VOCABULARIES = _DATA["vocabularies"]

TABLES = tuple(_table(each, _VOCABULARIES) for each in _DATA["tables"])
_BY_NAME = {each.name: each for each in TABLES}

LEVELS = tuple(_VOCABULARIES["levels"])
KINDS = tuple(_VOCABULARIES["kinds"])
STATUSES = tuple(_VOCABULARIES["statuses"])

#: The level of the units that a pairing of each kind ties; `other` has none of its own.
LEVEL_OF_KIND = {kind: kind for kind in KINDS if kind in LEVELS}

#: What twins agree to do: each topic with its definition.
TOPICS: dict[str, str] = _VOCABULARIES["topics"]

#: What people read in place of the words of the data; of other words, their own with spaces.
LABELS: dict[str, str] = _DATA["labels"]

#: Words of each level that stand before a name, and after it.
LEVEL_WORDS: dict[str, dict[str, list[str]]] = _DATA["level_words"]

_PLURALS = {"country": "countries"}
_COUNTED = {*LEVELS, *KINDS, "locality", "pairing", "claim", "source", "event", "count"} - {"other"}


def table(name: str) -> Table:
    """Return the table called `name`.

    >>> table("aliases").key
    ('locality_id', 'name')
    """
    return _BY_NAME[name]


def label(word: str, *, plural: bool = False) -> str:
    """Return what people read in place of a word of the data; in the plural, of what is counted.

    >>> label("border_post", plural=True), label("other", plural=True), label("VN")
    ('border posts', 'other', 'Việt Nam')
    """
    shown = LABELS.get(word, word.replace("_", " "))
    if plural and word in _COUNTED:
        return _PLURALS.get(word, f"{shown}s")
    return shown
