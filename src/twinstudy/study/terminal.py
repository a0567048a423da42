"""Records as text for a terminal of 80 columns, and a line that shows progress."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
import threading
import time
from typing import Self, TextIO

from twinstudy.evidence.names import pairing_names
from twinstudy.records.dataset import Dataset
from twinstudy.study.display import date_words
from twinstudy.study.profiles import Values, pairing_profiles, place_profiles

_WIDTH = 79
_WIDE = re.compile("([\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60])")


def pairing_text(dataset: Dataset, pairing_id: str) -> str:
    """Tell all that is known of a pairing, each statement with its source.

    Parameters
    ----------
    dataset
        Records.
    pairing_id
        Key of the pairing.

    Returns
    -------
    text
        Lines of at most 79 characters, addresses apart.

    Raises
    ------
    UnknownKeyError
        If there is no such pairing.

    Examples
    --------
    >>> from twinstudy import load
    >>> print(pairing_text(load(), "p-po-hen-than-san").splitlines()[0])
    Pò Hèn – Thán Sản
    """
    [pairing] = pairing_profiles(dataset, [pairing_id])
    signed = date_words(pairing["signed"]) if pairing["signed"] else "no date stated"
    if pairing["signed_conflict"]:
        signed += "; sources disagree"
    keys = [member["locality_id"] for side in pairing["sides"] for member in side["members"]]
    places = {place["id"]: place for place in place_profiles(dataset, keys)}
    lines = [
        *_wrapped(pairing["title"]),
        f"{pairing_id}: {pairing['kind']}, {pairing['status']}, {pairing['matching']}",
        *_field("signed", signed),
        *_field(
            "attested",
            f"claims: {len(pairing['claims'])}, independent sources: {pairing['witnesses']}",
        ),
        *_field("note", pairing["note"]),
        "",
        "Members",
        *(line for key in keys for line in _place_lines(places[key])),
        "",
        "Claims",
    ]
    for claim in pairing["claims"]:
        names = (name["named_as"] or name["place"]["name"] for name in claim["names"])
        lines += _item(claim["id"])
        lines += _field("signed", date_words(claim["signed"]) if claim["signed"] else "not stated")
        lines += _field("members", ", ".join(names))
        lines += _field("contents", claim["agreement_items"])
        lines += _cited(claim)
        if claim["source"]["original"]:
            lines += _field("witness", f"same as {claim['source']['original']['id']}")
        lines += _field("note", claim["note"])
    if pairing["conflicts"]:
        lines += ["", "Where the claims disagree"]
    for row in pairing["conflicts"]:
        lines += _item(f"{row['about']}: {row['value']} ({row['disagreement']}; {row['claim_id']})")
    if pairing["events"]:
        lines += ["", "Events"]
    for event in pairing["events"]:
        what = [date_words(event["date"]) if event["date"] else "no date", event["kind"]]
        if event["quantity"]:
            what.append(f"{event['quantity']:,} {event['unit']}")
        lines += _item(", ".join(what))
        lines += _cited(event)
        lines += _field("note", event["note"])
    return "\n".join(lines)


def place_text(dataset: Dataset, locality_id: str) -> str:
    """Tell what is known of a place, with the pairings that it is a member of.

    Parameters
    ----------
    dataset
        Records.
    locality_id
        Key of the locality.

    Returns
    -------
    text
        Lines of at most 79 characters.

    Examples
    --------
    >>> from twinstudy import load
    >>> print(place_text(load(), "l-vn-phai-lau").splitlines()[0])
    Phai Lầu (bản), VN village
    """
    [place] = place_profiles(dataset, [locality_id])
    titles = pairing_names(dataset)
    lines = _place_lines(place)
    lines += _field("also", ", ".join(place["other_names"]))
    if place["longitude"] is not None:
        point = f"{place['latitude']:.4f} N, {place['longitude']:.4f} E ({place['position']})"
        lines += _field("point", point)
    for reform in place["became"]:
        words = f"{reform['kind']}, {reform['place']['name']} ({reform['new_id']})"
        lines += _field("became", f"{date_words(reform['date'])}: {words}")
    lines += _field("note", place["note"])
    for key in place["pairing_ids"]:
        lines += _field("pairing", f"{titles[key]} ({key})")
    if not place["pairing_ids"]:
        lines += _field("pairing", "none known")
    return "\n".join(line.removeprefix("  ") for line in lines)


def _place_lines(place: Values) -> list[str]:
    name = " ".join(filter(None, [place["name"], place["name_zh"]]))
    word = f" ({place['designation']})" if place["designation"] else ""
    lines = _item(f"{name}{word}, {place['country']} {place['level']}")
    lines += _field("id", place["id"])
    return lines + [line for words in place["within"] for line in _field("in", words)]


def _cited(statement: Values) -> list[str]:
    source = statement["source"]
    parts = [source["title"], source["publisher"], source["published"], statement["locator"]]
    words = ", ".join(filter(None, parts))
    address = [f"{' ' * 14}{source['url']}"] if source["url"] else []
    return [*_field("source", words or source["id"]), *address]


def _item(text: str) -> list[str]:
    return _wrapped(text, "  ", "    ")


def _field(name: str, value: object) -> list[str]:
    return _wrapped(str(value), f"    {name:<9} ", " " * 14) if value else []


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    """Break a text into lines; a Chinese character, two columns wide, counts as two."""
    filled = _WIDE.sub("\\1\0", text)
    lines = textwrap.wrap(filled, _WIDTH, initial_indent=first, subsequent_indent=rest)
    return [line.replace("\0", "") for line in lines]


class Progress:
    """A line that shows how far a task is, from its second second on.

    Parameters
    ----------
    task
        What goes on.
    stream
        Where to write; stderr if None. Nothing is written where it is no terminal.

    Examples
    --------
    >>> with Progress("reading") as progress:
    ...     progress.tell(1, 2, "claims.csv")
    """

    def __init__(self, task: str, stream: TextIO | None = None) -> None:
        self._task = task
        self._stream = sys.stderr if stream is None else stream
        self._state = (0, 0, "")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._began = time.monotonic()

    def tell(self, done: int, total: int, what: str) -> None:
        """Say how many of how many parts are done, and which one is at work."""
        self._state = (done, total, what)

    def __enter__(self) -> Self:
        if self._stream.isatty():
            self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self) -> None:
        while not self._done.wait(0.2 if self._seconds() >= 1 else 1.0):
            done, total, what = self._state
            line = f"{self._task}, {self._seconds():.0f} s"
            if total:
                filled = 24 * done // total
                share = f"{100 * done // total:3d} %"
                line = f"[{'#' * filled}{'.' * (24 - filled)}] {share}, {line}, {what}"
            self._stream.write(f"\r{line[: shutil.get_terminal_size().columns - 1]}\x1b[K")
            self._stream.flush()

    def _seconds(self) -> float:
        return time.monotonic() - self._began
