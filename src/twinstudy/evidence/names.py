"""Names: finding places by them, however they are written, and giving them to readers."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, UnknownKeyError, known_word, known_words
from twinstudy.evidence.consolidate import members, newest_day
from twinstudy.evidence.hierarchy import existence, lineage
from twinstudy.records.dataset import Dataset, remembered
from twinstudy.records.reading import fold_name, main_part
from twinstudy.tables.schema import LEVELS

#: Level words that stand before a name, and after it; the designations of a dataset are added.
_BEFORE = {
    "country": "nước",
    "province": "tỉnh, thành phố, khu tự trị",
    "prefecture": "địa khu, châu, châu tự trị, thành phố",
    "district": "huyện, quận, thị xã, thành phố",
    "commune": "xã, phường, thị trấn, trấn, hương",
    "village": "thôn, bản, xóm, khu, khu phố, khu xã, tổ, làng, cụm dân cư",
    "border_post": "đồn, đồn biên phòng, trạm, trạm kiểm soát biên phòng",
}
_AFTER = {
    "country": "国",
    "province": "province, 省, 市, 自治区",
    "prefecture": "prefecture, 市, 州, 自治州, 地区",
    "district": "district, county, city, 县, 自治县, 区, 市",
    "commune": "commune, town, township, ward, 镇, 乡, 街道",
    "village": "village, hamlet, 村, 社区, 屯, 组, 小组",
    "border_post": "border post, 边防检查站",
}

_ORIGINS = ("name", "name_zh", "alias", "named_as")
_SHOWN = 3  # so many names are shown in a message
_COMPARED = 5_000  # of more names, only those that begin alike are compared

Names = Literal["international", "vi", "zh"]


class _Form(NamedTuple):
    """A name in small letters, and the folded level word that was taken off to get it."""

    text: str
    word: str


class _LevelWords(NamedTuple):
    """Folded level words, each with the levels that it can mean."""

    before: dict[str, set[str]]
    after: dict[str, set[str]]


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
    newest_day(dataset)  # refuses what is no dataset
    if not isinstance(name, str):
        raise ArgumentError(f"`name` is {name!r}; give a name as text")
    if not fold_name(name):
        raise ArgumentError(f"`name` is {name!r}; give a name with at least one letter")
    places = dataset.localities.set_index("id")
    countries = tuple(sorted(places["country"].unique()))
    for column, word, known in (("country", country, countries), ("level", level, LEVELS)):
        if word is not None:
            places = places[places[column].isin(known_words(column, word, known))]
    words = _level_words(dataset.localities)
    asked = _forms(name, words)
    stored = _stored_names(dataset, places)
    # Any spelling of a stored name is a part of it, and the shortest one asked for of any other.
    core = _key(asked[-1].text)
    near = stored[[core in _key(text) for text in stored["text"]]]
    designation, level_of = places["designation"].fillna(""), places["level"]
    ranks: dict[str, tuple[int, int, int, str]] = {}
    for text, place, origin in near.itertuples(index=False):
        for typed, form, word, part in _matches(asked, _forms(text, words), origin):
            fit = _fit(word, fold_name(designation[place]), level_of[place], words)
            rank = (_accents(typed, form), max(fit, part), origin, text)
            ranks[place] = min(rank, ranks.get(place, rank))
    return _found(dataset, ranks, [] if ranks else _suggested(core, stored["text"]))


def _stored_names(dataset: Dataset, places: pd.DataFrame) -> pd.DataFrame:
    """List what localities are called, one row a text: text, locality, number of its origin."""
    aliases, named = dataset.aliases, dataset.memberships
    parts = (
        (places["name"], places.index),
        (places["name_zh"], places.index),
        (aliases["name"], aliases["locality_id"]),
        (named["named_as"], named["locality_id"]),
    )
    stored = pd.concat(
        [
            pd.DataFrame({"text": text.array, "place": place.array, "origin": origin})
            for origin, (text, place) in enumerate(parts)
        ],
        ignore_index=True,
    )
    stored = stored[stored["text"].notna() & stored["place"].isin(places.index)]
    return stored.drop_duplicates(["text", "place"])


def _level_words(places: pd.DataFrame) -> _LevelWords:
    designations = places[["designation", "level"]].dropna().drop_duplicates()
    found = _LevelWords({}, {})
    for words, table in zip(found, (_BEFORE, _AFTER), strict=True):
        for level, texts in table.items():
            for text in texts.split(", "):
                words.setdefault(fold_name(text), set()).add(level)
        for text, level in designations.itertuples(index=False):
            words.setdefault(fold_name(text), set()).add(level)
    return found


def _forms(name: str, words: _LevelWords) -> list[_Form]:
    """List the spellings of a name: whole, and with one level word after the other taken off.

    The same follows for the part before a comma or a bracket.
    """
    small = unicodedata.normalize("NFC", name).lower()
    texts = [re.sub("[^\\w\u0300-\u036f]+", " ", part).strip()
             for part in (small, main_part(small))]  # fmt: skip
    forms: list[_Form] = []
    for text in dict.fromkeys(filter(None, texts)):
        forms.append(_Form(text, ""))
        while shorter := _shortened(forms[-1].text, words):
            forms.append(shorter)
    return forms or [_Form("", "")]


def _shortened(text: str, words: _LevelWords) -> _Form | None:
    tokens = text.split(" ")
    for count in range(len(tokens) - 1, 0, -1):
        if (word := fold_name(" ".join(tokens[:count]))) in words.before:
            return _Form(" ".join(tokens[count:]), word)
    for count in range(1, len(tokens)):
        if (word := fold_name(" ".join(tokens[count:]))) in words.after:
            return _Form(" ".join(tokens[:count]), word)
    if not text.isascii():  # a Chinese level word follows its name without space
        for count in range(1, len(text)):
            if (word := fold_name(text[count:])) in words.after:
                return _Form(text[:count], word)
    return None


def _matches(
    asked: list[_Form], stored: list[_Form], origin: int
) -> Iterable[tuple[str, str, str, int]]:
    """Yield the spellings that two names share.

    With each comes the level word of the name asked for, and 1 where a level word was taken off
    a stored name, which should have none: "Tát" may mean "Bản Tát", but rather "Tát".
    """
    written = _ORIGINS[origin] == "named_as"  # what a source writes may hold a level word
    for typed in asked:
        for form in stored:
            if _key(typed.text) == _key(form.text):
                whole = typed is asked[0] and not (written and form is stored[0])
                word = "" if whole else typed.word or asked[-1].word
                yield typed.text, form.text, word, int(form is not stored[0] and not written)


def _fit(word: str, designation: str, level: str, words: _LevelWords) -> int:
    """Say how well a locality fits a level word: 0 by its designation, 1 by its level, 2 not."""
    if not word or f"{designation} ".startswith(f"{word} "):
        return 0
    if not word.isascii() and designation.endswith(word):
        return 0
    meant = words.before.get(word, set()) | words.after.get(word, set())
    return 1 if level in meant else 2


def _accents(typed: str, stored: str) -> int:
    """Say whether accents agree: 0 if they do, or none was typed, else 1."""
    return int(fold_name(typed) != typed and typed.replace(" ", "") != stored.replace(" ", ""))


def _key(text: str) -> str:
    return fold_name(text).replace(" ", "")


def _suggested(key: str, texts: pd.Series) -> list[str]:
    """Find up to three stored names that begin with a key or are close to it."""
    names: dict[str, str] = {}
    for text in texts:
        names.setdefault(_key(text), text)
        names.setdefault(_key(main_part(text)), text)
    near = sorted(name for name in names if name.startswith(key))[:_SHOWN]
    rest = [name for name in names if len(names) <= _COMPARED or name[:1] == key[:1]]
    near += difflib.get_close_matches(key, rest, n=_SHOWN)
    return list(dict.fromkeys(names[each] for each in near))[:_SHOWN]


def _found(
    dataset: Dataset, ranks: dict[str, tuple[int, int, int, str]], nearest: list[str]
) -> pd.DataFrame:
    """Make the answer of `find_localities`, best first."""
    order = sorted(ranks, key=lambda place: (*ranks[place][:3], place))
    columns = ["name", "name_zh", "designation", "level", "country"]
    found = dataset.localities.set_index("id").loc[order, columns].reset_index()
    found["parents"] = _chains(dataset, order).array
    found["matched"] = pd.array([ranks[place][3] for place in order], dtype="str")
    origins = np.array([ranks[place][2] for place in order], dtype=np.int64)
    found["origin"] = pd.Categorical.from_codes(origins, categories=pd.Index(_ORIGINS))
    best = [place for place in order if ranks[place][:2] == ranks[order[0]][:2]]
    found["ambiguous"] = len(best) > 1
    found.attrs["nearest"] = nearest
    return found


def _chains(dataset: Dataset, places: list[str]) -> pd.Series:
    """Name the units above each place, the nearest first, on the newest day on which it exists."""
    if not places:
        return pd.Series(dtype="str")
    units = existence(dataset).loc[places]
    newest = newest_day(dataset)
    days = units["earliest"].where(units["earliest"] > newest, newest)
    days = days.mask(units["latest"] < days, units["latest"])
    above = lineage(dataset)
    above = above[above["locality_id"].isin(places)]
    day = above["locality_id"].map(days)
    above = above[~(above["earliest"] > day) & ~(above["latest"] < day)]
    above = above.sort_values(["locality_id", "level"], ascending=[True, False], kind="stable")
    name = dataset.localities.set_index("id")["name"].to_dict()
    chains: dict[str, list[str]] = {place: [] for place in places}
    for place, unit in zip(above["locality_id"], above["ancestor_id"], strict=True):
        chains[place].append(name[unit])
    return pd.Series({place: ", ".join(chain) for place, chain in chains.items()}, dtype="str")


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
    level = dataset.localities.set_index("id")["level"].astype("str").str.replace("_", " ")
    shared = name.index[name.duplicated(keep=False)].tolist()
    above = _chains(dataset, shared).str.split(", ").str[0].reindex(name.index)
    days = existence(dataset)[["earliest", "latest"]].astype("str")
    period = ("until " + days["latest"]).fillna("since " + days["earliest"])
    label = name
    key = pd.Series(name.index, index=name.index)
    notes = (
        (level + ", " + each).fillna(level)
        for each in (above.mask(above == "").astype("str"), period)
    )
    for note in (level, *notes, key):
        label = label.mask(label.duplicated(keep=False), name + " (" + note + ")")
    return label.rename("label")


@remembered
def pairing_names(dataset: Dataset, names: Names = "international") -> pd.Series:
    """Name pairings by their members, by ``pairing_id``: ``Minh Tân, Thanh Đức – Tianbao``.

    The side of Việt Nam stands first. Where several would have one name, their kind follows it.
    """
    named = members(dataset)
    named["name"] = named["locality_id"].map(place_names(dataset, names))
    named["abroad"] = named["side"] != "VN"
    named = named.sort_values(["pairing_id", "abroad", "second"], kind="stable")
    sides: dict[str, dict[bool, list[str]]] = {}
    for key, second, name in zip(named["pairing_id"], named["second"], named["name"], strict=True):
        sides.setdefault(key, {}).setdefault(second, []).append(name)
    texts = {key: " – ".join(map(", ".join, both.values())) for key, both in sides.items()}
    found = pd.Series(texts, dtype="str", name="pairing").rename_axis("pairing_id")
    kinds = dataset.pairings.set_index("id")["kind"].astype("str").str.replace("_", " ")
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
    asked = fold_name(text)
    keys = folded.index[folded == asked].unique().tolist()
    near = difflib.get_close_matches(text, names.index, n=1)
    if not keys and asked:
        found = find_localities(dataset, text)
        near = near or found.attrs["nearest"]
        named = members(dataset)
        best = found["id"] if found["ambiguous"].any() else found["id"].head(1)
        for places in (best, found["id"]):
            hits = named.loc[named["locality_id"].isin(places), "pairing_id"].unique().tolist()
            keys = hits if len(keys) != 1 else keys
    if len(keys) == 1:
        return str(keys[0])
    if not keys:
        remedy = f"near it: {', '.join(map(repr, near))}" if near else "see `pairings(dataset)`"
        raise UnknownKeyError(f"`pairing` is {text!r}, which is no pairing of the data; {remedy}")
    shown = ", ".join(f"{key!r} ({names[key]})" for key in keys[:_SHOWN])
    rest = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    raise ArgumentError(
        f"`pairing` is {text!r}, which can mean {shown}{rest}; give one of the keys"
    )
