"""Readable ids made of names, the same in any order of rows."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import pandas as pd

#: Latin letters that Unicode does not take apart.
_LETTERS = str.maketrans(
    {"đ": "d", "ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i",
     "ħ": "h", "ŧ": "t", "ŋ": "ng", "ə": "e"}
)  # fmt: skip
_WORD = re.compile("[a-z0-9]+")
_FOREIGN = re.compile(r"[^\W\x00-\x7f]")


def slug(text: str) -> str:
    """Fold a text to lower-case ASCII words joined by hyphens.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    slug
        The words; with a hash of the text where letters or digits have no ASCII form, or where
        there are none.

    Examples
    --------
    >>> slug("Đồng Văn"), slug("L'Aquila"), slug("爱店镇")
    ('dong-van', 'l-aquila', '73946b4fc97c')
    """
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
        folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = _WORD.findall(folded)
    if not words or (not folded.isascii() and _FOREIGN.search(folded)):
        words.append(content_hash(text))
    return "-".join(words)


def content_hash(*texts: str) -> str:
    """Hash texts to twelve hexadecimal digits, few enough to read and enough for millions.

    Parameters
    ----------
    texts
        What to hash.

    Returns
    -------
    digits
        The hash.

    Examples
    --------
    >>> content_hash("DE", "Köln")
    '6ff9cd4b0a2d'
    """
    return hashlib.blake2b("\x1f".join(texts).encode(), digest_size=6).hexdigest()


def distinct_ids(slugs: pd.Series, contents: pd.DataFrame) -> pd.Series:
    """Keep slugs that stand once; give all that stand more often a hash of what they mean.

    An id depends on its content and on whether another content has the same slug, on nothing
    else; so no id ever comes to mean another content.

    Parameters
    ----------
    slugs
        Slugs, one a content.
    contents
        Texts that make each content, distinct rows.

    Returns
    -------
    ids
        Distinct ids.

    Examples
    --------
    >>> names = pd.DataFrame({"name": ["Bern", "Zurich", "Zürich"]})
    >>> distinct_ids(names["name"].map(slug), names).tolist()
    ['bern', 'zurich-7c117fa11d7d', 'zurich-d94cce4e9837']
    """
    if slugs.nunique() == len(slugs):
        return slugs
    again = slugs.duplicated(keep=False)
    hashes = [content_hash(*row) for row in contents[again].itertuples(index=False, name=None)]
    return slugs.mask(again, slugs[again] + "-" + pd.Series(hashes, slugs.index[again], "str"))
