"""Words and marks that the figures of measures share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.figures.style import KIND_COLOURS, KIND_LABELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, HATCH = "#222222", "#666666", "//////"
COLOURS = {**KIND_COLOURS, "all": "#333333"}
LABELS = {**KIND_LABELS, "all": "all kinds"}
UNITS = {
    "village": "villages",
    "commune": "communes",
    "district": "districts",
    "province": "provinces",
    "border_post": "posts",
    "locality": "places",
    "pairing": "pairings",
}


def require(
    table: pd.DataFrame, maker: str, columns: tuple[str, ...], *, argument: str = "table"
) -> None:
    """Refuse a table that is not what a measure returns.

    Parameters
    ----------
    table
        The table.
    maker
        Name of the measure.
    columns
        Columns that it must have.
    argument
        Name of the argument that holds the table.

    Raises
    ------
    ArgumentError
        If one is missing.

    Examples
    --------
    >>> require(pd.DataFrame({"year": [2014]}), "timeline", ("year", "undated"))
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: `table` lacks the column 'undated'; give what `timeline` returns
    """
    missing = [name for name in columns if name not in table]
    if missing:
        raise ArgumentError(
            f"`{argument}` lacks the column {missing[0]!r}; give what `{maker}` returns"
        )


def note_text(table: pd.DataFrame, what: str, column: str, more: str = "") -> str:
    """Say what a figure rests on: data version, date, sources, and what is left out.

    Parameters
    ----------
    table
        What a measure returned; its ``attrs`` are told.
    what
        What the sources state.
    column
        Column of source ids joined by "; "; empty for none.
    more
        What else there is to say.

    Returns
    -------
    text
        One sentence.

    Examples
    --------
    >>> table = pd.DataFrame({"source_id": ["s-a; s-b", "s-a"]})
    >>> table.attrs = {"data_version": "1", "left_out": {"planned pairings": 2}}
    >>> note_text(table, "lengths", "source_id")
    'twinstudy 1; lengths: 2 sources, which the table names; left out: planned pairings (2).'
    """
    attrs = table.attrs
    stated: list[str] = table[column].dropna().tolist() if column else []
    sources = {one for text in stated for one in text.split("; ")}
    shown = f"{len(sources)} sources, which the table names"
    if len(sources) == 1:
        shown = "1 source, which the table names"
    left = [f"{reason} ({number})" for reason, number in attrs.get("left_out", {}).items()]
    parts = [
        f"twinstudy {attrs.get('data_version', 'of unknown version')}",
        f"as of {attrs['at']}" if "at" in attrs else "",
        f"{what}: {shown}" if sources else "",
        "left out: " + ", ".join(left) if left else "",
        more,
    ]
    return "; ".join(part for part in parts if part) + "."


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Go through rows as named tuples.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    rows
        Its rows in their order.

    Examples
    --------
    >>> [row.year for row in rows_of(pd.DataFrame({"year": [2014, 2015]}))]
    [2014, 2015]
    """
    return iter(table.itertuples(index=False))


def plain(axes: Axes) -> None:
    """Take away lines and ticks that carry nothing.

    Parameters
    ----------
    axes
        Axes to change.

    Examples
    --------
    >>> from twinstudy.figures.style import axes_of
    >>> axes = axes_of(None, size=(7, 4))
    >>> plain(axes)
    >>> axes.spines["top"].get_visible()
    False
    """
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#999999")
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.tick_params(axis="x", labelsize=7, color="#999999")


def span(low: float, high: float) -> str:
    """Write a range of numbers, or the one number.

    Parameters
    ----------
    low, high
        Bounds.

    Returns
    -------
    text
        Such as ``"2–3"``.

    Examples
    --------
    >>> span(2, 3), span(2, 2)
    ('2–3', '2')
    """
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def hedged(value: float, qualifier: str) -> str:
    """Write a number with the hedge of its source.

    Parameters
    ----------
    value
        The number.
    qualifier
        exact, at_least or about.

    Returns
    -------
    text
        Such as ``"≥ 277"``.

    Examples
    --------
    >>> hedged(277, "at_least"), hedged(231.7, "exact")
    ('≥ 277', '231.7')
    """
    return {"at_least": "≥ ", "about": "≈ "}.get(qualifier, "") + f"{value:g}"


def heading(axes: Axes, y: float, kind: str) -> None:
    """Write the name of a kind of pairing above its rows.

    Parameters
    ----------
    axes
        Axes to write beside.
    y
        Height in data units.
    kind
        The kind.

    Examples
    --------
    >>> from twinstudy.figures.style import axes_of
    >>> axes = axes_of(None, size=(7, 4))
    >>> heading(axes, 1, "commune")
    >>> axes.texts[0].get_text()
    'communes and towns'
    """
    axes.annotate(
        LABELS[kind], (0, y), (-6, 0), textcoords="offset points", ha="right", va="center",
        color=COLOURS[kind], fontsize=7.5, fontweight="bold", annotation_clip=False,
    )  # fmt: skip


def beside(axes: Axes, y: float, text: str) -> None:
    """Write a text to the right of a row.

    Parameters
    ----------
    axes
        Axes to write beside.
    y
        Height in data units.
    text
        What to write.

    Examples
    --------
    >>> from twinstudy.figures.style import axes_of
    >>> axes = axes_of(None, size=(7, 4))
    >>> beside(axes, 1, "÷ 34 communes")
    >>> axes.texts[0].get_text()
    '÷ 34 communes'
    """
    axes.annotate(
        text, (1, y), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="left", va="center", fontsize=6.8, color=INK, annotation_clip=False,
    )  # fmt: skip
