"""How names are made alike, so that they are found however they are written."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

_ALIKE = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
_CHINESE = _ALIKE["chinese"]
_LETTERS = str.maketrans(_ALIKE["latin"] | dict(zip(_CHINESE[::2], _CHINESE[1::2], strict=True)))


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
