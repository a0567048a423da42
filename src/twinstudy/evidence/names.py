"""Names: finding places by them, however they are written, and giving them to readers."""

from __future__ import annotations

import difflib
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Literal, get_args

import pandas as pd

from twinstudy.errors import ArgumentError, UnknownKeyError, known_word, known_words, some
from twinstudy.evidence.consolidate import members, newest_day
from twinstudy.evidence.hierarchy import existence, lineage
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.records.folding import fold_name, main_part
from twinstudy.tables.schema import LEVEL_WORDS, LEVELS, label

_ORIGINS = ("name", "name_zh", "alias", "named_as")
_SHOWN = 3  # so many names are shown in a message

Names = Literal["international", "vi", "zh"]


Words = tuple[dict[str, set[str]], dict[str, set[str]]]  # folded level words and their levels
Form = tuple[str, str]  # a name in small letters, and the folded level word that was taken off it


def find_localities(
    dataset: Dataset, name: str, *, country: str | None = None, level: str | None = None
) -> pd.DataFrame:
    """Find the localities that a name can mean.

    Accents, case, spaces, level words ("xã", "huyện", "镇") and what follows a comma or a bracket
    may be left out or added. Names, Chinese names, aliases and the names that sources write are
    searched.

    Parameters
    ----------
    dataset
        Records.
    name
        Name as somebody writes it, such as "xã Đồng Văn", "dong van" or "爱店镇".
    country, level
        Only localities of this country or level.

    Returns
    -------
    localities
        One row a locality, best first: ``id``, ``name``, ``name_zh``, ``designation`` (str),
        ``level`` (categorical), ``country`` (str); ``parents`` (str): the units above it on the
        newest day that the data speak of, or on the last day of a unit that is no more, from the
        nearest one up; ``matched`` (str) and ``origin`` (categorical: name, name_zh, alias,
        named_as): the text that matched and the column where it stands; ``ambiguous`` (bool, the
        same in all rows): more than one locality matches as well as the first one. Without rows
        where nothing matches; ``attrs["nearest"]`` then lists up to three names that begin with
        it or are close.

    Raises
    ------
    ArgumentError
        If `name` is no text with a letter, or `country` or `level` is not one of the dataset.

    Notes
    -----
    Order: accents as typed before others (a name typed without accents matches all alike); then,
    if a level word is typed, units with that designation before others of its level, and these
    before the rest; then names before aliases, and these before what sources write; then by id.

    Examples
    --------
    >>> from twinstudy import load
    >>> found = find_localities(load(), "Tràng Vỹ")
    >>> found[["name", "matched", "origin"]].iloc[0].tolist()
    ['Tràng Vĩ', 'Tràng Vỹ', 'alias']
    >>> bool(find_localities(load(), "dong van")["ambiguous"].all())
    True
    """
    stored = _stored_names(dataset)
    if not isinstance(name, str):
        raise ArgumentError(f"`name` is {name!r}; give a name as text")
    if not fold_name(name):
        raise ArgumentError(f"`name` is {name!r}; give a name with at least one letter")
    places = dataset.localities.set_index("id")
    countries = tuple(sorted(places["country"].unique()))
    for column, word, known in (("country", country, countries), ("level", level, LEVELS)):
        if word is not None:
            places = places[places[column].isin(known_words(column, word, known))]
    stored = stored[stored["id"].isin(places.index)]
    words = _level_words(dataset)
    asked = _forms(name, words)
    # Any spelling of a stored name is a part of it, and the shortest one asked for of any other.
    core = _key(asked[-1][0])
    near = stored[stored["key"].str.contains(core, regex=False)]
    units = places.fillna({"designation": ""})[["designation", "level"]].T
    ranks = [
        (place, text, origin, accents, max(_fit(word, units[place], words), part))
        for text, place, origin in near[["matched", "id", "origin"]].to_numpy().tolist()
        for accents, word, part in _matches(asked, _forms(text, words), origin)
    ]
    found = pd.DataFrame(ranks, columns=["id", "matched", "origin", "accents", "fit"])
    found = found.astype({"id": "str", "matched": "str"})
    found["origin"] = pd.Categorical(found["origin"], categories=_ORIGINS)
    rank = ["accents", "fit", "origin"]
    found = found.sort_values([*rank, "id", "matched"]).drop_duplicates("id", ignore_index=True)
    found["ambiguous"] = bool(found.duplicated(["accents", "fit"])[1:2].any())
    above = _units_above(dataset)
    chains = above[above["locality_id"].isin(found["id"])][::-1].groupby("locality_id")["name"]
    found["parents"] = found["id"].map(chains.agg(", ".join)).astype("str").fillna("")
    shown = ["name", "name_zh", "designation", "level", "country"]
    found = found.join(places[shown], on="id")
    found = found[["id", *shown, "parents", "matched", "origin", "ambiguous"]]
    found.attrs["nearest"] = [] if len(found) else _suggested(core, stored)
    return found


@remembered
def _stored_names(dataset: Dataset) -> pd.DataFrame:
    """List what localities are called: ``matched`` (the text), ``id``, ``origin`` and ``key``."""
    places = dataset.localities
    parts = {
        "name": places[["name", "id"]],
        "name_zh": places[["name_zh", "id"]],
        "alias": dataset.aliases[["name", "locality_id"]],
        "named_as": dataset.memberships[["named_as", "locality_id"]],
    }
    stored = pd.concat(
        part.set_axis(["matched", "id"], axis=1).assign(origin=origin)
        for origin, part in parts.items()
    )
    stored = stored.dropna().drop_duplicates(["matched", "id"], ignore_index=True)
    return stored.assign(key=stored["matched"].map(_key))


def _level_words(dataset: Dataset) -> Words:
    """Return the words that tell a level, each with the levels that it can mean."""
    named = dataset.localities[["designation", "level"]].dropna().drop_duplicates()
    found: Words = ({}, {})
    for words, place in zip(found, ("before", "after"), strict=True):
        told = [(text, level) for level, texts in LEVEL_WORDS[place].items() for text in texts]
        for text, level in (*told, *named.to_numpy().tolist()):
            words.setdefault(fold_name(text), set()).add(level)
    return found


def _forms(name: str, words: Words) -> list[Form]:
    """List the spellings of a name: whole, and with one level word after the other taken off.

    The same follows for the part before a comma or a bracket.
    """
    small = unicodedata.normalize("NFKC", name).lower()
    forms: list[Form] = []
    for part in dict.fromkeys((small, main_part(small))):
        form: Form | None = (re.sub("[^\\w\u0300-\u036f]+", " ", part).strip(), "")
        while form and (form[0] or not forms):
            forms.append(form)
            form = _shortened(form[0], words)
    return forms


def _shortened(text: str, words: Words) -> Form | None:
    """Take the longest level word off the beginning of a name, else off its end."""
    before, after = words
    gaps = [place for place, letter in enumerate(text) if letter == " "]
    for gap in reversed(gaps):
        if (word := fold_name(text[:gap])) in before:
            return text[gap + 1 :], word
    # A Chinese level word follows its name without space.
    for gap in gaps + ([] if text.isascii() else list(range(1, len(text)))):
        if (word := fold_name(text[gap:])) in after:
            return text[:gap].strip(), word
    return None


def _matches(asked: list[Form], stored: list[Form], origin: str) -> Iterator[tuple[int, str, int]]:
    """Yield for each spelling that two names share whether accents differ, and the level word.

    With it comes 1 where a level word was taken off a stored name, which should have none: "Tát"
    may mean "Bản Tát", but rather "Tát". What a source writes may well hold one.
    """
    written = origin == "named_as"
    for typed, form in itertools.product(asked, stored):
        if _key(typed[0]) == _key(form[0]):
            whole = typed is asked[0] and not (written and form is stored[0])
            word = "" if whole else typed[1] or asked[-1][1]
            bare = fold_name(typed[0]) == typed[0]
            other = typed[0].replace(" ", "") != form[0].replace(" ", "")
            yield int(other and not bare), word, int(form is not stored[0] and not written)


def _fit(word: str, unit: pd.Series, words: Words) -> int:
    """Say how well a locality fits a level word: 0 by its designation, 1 by its level, 2 not."""
    designation = fold_name(unit["designation"])
    chinese = not word.isascii() and designation.endswith(word)
    if not word or chinese or f"{designation} ".startswith(f"{word} "):
        return 0
    return 1 if any(unit["level"] in known.get(word, ()) for known in words) else 2


def _key(text: str) -> str:
    return fold_name(text).replace(" ", "")


def _suggested(key: str, stored: pd.DataFrame) -> list[str]:
    """Find up to three stored names that begin with a key or are close to it."""
    keyed = [stored["key"], stored["matched"].map(main_part).map(_key)]
    names = pd.concat([stored["matched"].set_axis(key) for key in keyed])
    names = names[~names.index.duplicated()]
    near = sorted(name for name in names.index if name.startswith(key))[:_SHOWN]
    near += difflib.get_close_matches(key, names.index, n=_SHOWN)
    return list(dict.fromkeys(names[each] for each in near))[:_SHOWN]


@remembered
def _units_above(dataset: Dataset) -> pd.DataFrame:
    """List the units above each place, the nearest last, on the newest day on which it exists."""
    units, newest = existence(dataset), newest_day(dataset)
    days = units["earliest"].where(units["earliest"] > newest, newest)
    days = days.mask(units["latest"] < days, units["latest"])
    above = lineage(dataset).join(days.rename("day"), on="locality_id")
    above = above[~(above["earliest"] > above["day"]) & ~(above["latest"] < above["day"])]
    return above.assign(name=above["ancestor_id"].map(dataset.localities.set_index("id")["name"]))


@remembered
def place_names(dataset: Dataset, names: Names = "international") -> pd.Series:
    """Name localities for readers, by ``locality_id``.

    "international": a Chinese place by its English name, else its pinyin, else the Vietnamese
    reading, any other by its name; "vi": all by their names; "zh": by Chinese names where known.
    """
    known_word("names", names, get_args(Names))
    places = dataset.localities.set_index("id").rename_axis("locality_id")
    name = places["name"]
    if names == "vi":
        return name
    if names == "zh":
        return places["name_zh"].fillna(name).rename("name")
    aliases = dataset.aliases[["locality_id", "language", "name"]]
    aliases = aliases[aliases["locality_id"].isin(places.index[places["country"] == "CN"])]
    own = aliases["name"].map(fold_name) != aliases["locality_id"].map(name).map(fold_name)
    known = aliases[(aliases["language"] == "en") & own | (aliases["language"] == "zh-Latn")]
    # English before pinyin; pinyin written as one word before the same in syllables.
    known = known.assign(length=known["name"].str.len())
    best = known.sort_values(["language", "length", "name"]).drop_duplicates("locality_id")
    return best.set_index("locality_id")["name"].reindex(places.index).fillna(name)


@remembered
def place_labels(dataset: Dataset, names: Names = "international") -> pd.Series:
    """Name localities so that no two have one name, by ``locality_id``.

    Where several have one name, the level follows it; then also the unit above, or the end or the
    beginning of the place; then the id.
    """
    name = place_names(dataset, names)
    level = dataset.localities.set_index("id")["level"].map(label).astype("str")
    above = _units_above(dataset).drop_duplicates("locality_id", keep="last")
    nearest = above.set_index("locality_id")["name"].reindex(name.index)
    days = existence(dataset)[["earliest", "latest"]].astype("str")
    period = ("until " + days["latest"]).fillna("since " + days["earliest"])
    notes = [(level + ", " + each).fillna(level) for each in (nearest, period)]
    labels = name.rename("label")
    for note in (level, *notes, name.index.to_series()):
        alike = labels.duplicated(keep=False)
        labels[alike] = name[alike] + " (" + note[alike] + ")"
    return labels


@remembered
def pairing_names(dataset: Dataset, names: Names = "international") -> pd.Series:
    """Name pairings by their members, by ``pairing_id``: ``Minh Tân, Thanh Đức – Tianbao``.

    The side of Việt Nam stands first. Where several would have one name, their kind follows it.
    """
    named = members(dataset)
    named["name"] = named["locality_id"].map(place_names(dataset, names))
    named["abroad"] = named["side"] != "VN"
    named = named.sort_values(["pairing_id", "abroad", "second"], kind="stable")
    first = ~named["pairing_id"].duplicated()
    glue = pd.Series(", ", index=named.index)
    glue = glue.mask(named["second"] != named["second"].shift(), " – ").mask(first, "")
    found = (glue + named["name"]).groupby(named["pairing_id"]).sum().rename("pairing")
    kinds = dataset.pairings.set_index("id")["kind"].map(label).astype("str")
    return found.mask(found.duplicated(keep=False), found + " (" + kinds + ")")


def pairing_key(dataset: Dataset, text: str) -> str:
    """Return the key of the one pairing that a key, a name of it, or of a member means."""
    every = [pairing_names(dataset, names) for names in get_args(Names)]
    names = every[0]
    if not isinstance(text, str):
        raise ArgumentError(f"`pairing` is {text!r}; give the key or the name of a pairing")
    if text in names.index:
        return text
    bare = [each.str.replace(r" \([^()]*\)$", "", regex=True) for each in every]
    folded = pd.concat([*every, *bare]).map(fold_name)
    keys = folded.index[folded == fold_name(text)].unique()
    near = difflib.get_close_matches(text, names.index, n=1)
    if keys.empty and fold_name(text):
        found = find_localities(dataset, text)
        near = near or found.attrs["nearest"]
        named = members(dataset)
        best = found["id"] if found["ambiguous"].any() else found["id"].head(1)
        for places in (best, found["id"]):
            if len(keys) != 1:
                keys = named.loc[named["locality_id"].isin(places), "pairing_id"].unique()
    if len(keys) == 1:
        return str(keys[0])
    if not len(keys):
        remedy = f"near it: {', '.join(map(repr, near))}" if near else "see `pairings(dataset)`"
        raise UnknownKeyError(f"`pairing` is {text!r}, which is no pairing of the data; {remedy}")
    shown = some([f"{key!r} ({names[key]})" for key in keys])
    raise ArgumentError(f"`pairing` is {text!r}, which can mean {shown}; give one of the keys")
