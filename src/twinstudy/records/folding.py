"""How names are made alike, for finding them and for readable ids."""

from __future__ import annotations

import hashlib
import re
import tomllib
import unicodedata
from pathlib import Path

import pandas as pd

from twinstudy.tables.schema import LONGEST_ID

_ALIKE = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
_CHINESE = _ALIKE["chinese"]
_LETTERS = str.maketrans(_ALIKE["latin"] | dict(zip(_CHINESE[::2], _CHINESE[1::2], strict=True)))
_LONGEST_SLUG = LONGEST_ID - 10  # so that a letter before and a number behind have their place


def fold_name(text: str) -> str:
    """Fold a name for comparison: small letters without accents, Chinese in simplified form.

    >>> fold_name("Ðồng  Văn"), fold_name("東興市"), fold_name("L'Aquila")
    ('dong van', '东兴市', 'l aquila')
    """
    text = text.casefold()
    if not text.isascii():
        # Taken apart, some letters are capitals again, and some small ones can be taken apart.
        small = unicodedata.normalize("NFKD", text).casefold()
        text = unicodedata.normalize("NFKD", small).translate(_LETTERS)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[^\W_]+", text))


def main_part(name: str) -> str:
    """Return what stands before a comma or bracket: "Halifax" of "Halifax, West Yorkshire"."""
    return re.split(r"\s*[,;(（，、\[]", name, maxsplit=1)[0] or name


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens, with a hash for other scripts."""
    folded = fold_name(text)
    words = re.findall("[a-z0-9]+", folded)
    foreign = not words or re.search(r"[^\W\x00-\x7f]", folded)
    return "-".join([*words, _hash(text)] if foreign else words)


def distinct_ids(slugs: pd.Series) -> pd.Series:
    """Give slugs that stand more than once, or are too long, a hash of what they are indexed by."""
    hashed = slugs.duplicated(keep=False) | slugs.str.len().gt(_LONGEST_SLUG)
    ends = "-" + slugs.index.to_series()[hashed].map(_hash)
    return slugs.mask(hashed, slugs.str[: _LONGEST_SLUG - 13] + ends)


def _hash(text: str) -> str:
    """Hash a text to twelve hexadecimal digits, few to read and enough for millions."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
