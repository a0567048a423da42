"""What all figures share: colours, words, a new pair of axes, the note below, and saving."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.tables.files import write_bytes
from twinstudy.tables.schema import KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours that colour-blind readers can tell apart: Okabe and Ito, Color Universal Design, 2008.
KIND_COLOURS = dict(
    zip(KINDS, ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#6E6E6E"), strict=True)
)
KIND_MARKERS = dict(zip(KINDS, "os^*DX", strict=True))
KIND_LABELS = dict(
    zip(
        KINDS,
        ("villages", "communes and towns", "districts and counties", "provinces", "border posts",
         "other"),
        strict=True,
    )
)  # fmt: skip

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

_FONT = "DejaVu Sans"  # has every Vietnamese letter, and comes with matplotlib
_METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}
_NOTE_SIZE = 5.5


def axes_of(ax: Axes | None, *, size: tuple[float, float]) -> Axes:
    """Return the given axes, or those of a new figure that no global state keeps."""
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained").add_subplot()


def note(axes: Axes, text: str, *, below: float = 4) -> None:
    """Write a note under axes: version, denominators, and what is left out."""
    inches = axes.get_window_extent().width / axes.figure.dpi
    columns = int(inches * 72 / (_NOTE_SIZE * 0.56))
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, columns)]
    axes.annotate(
        "\n".join(lines), (0, 0), (0, -below), xycoords="axes fraction", textcoords="offset points",
        ha="left", va="top", fontsize=_NOTE_SIZE, color="#444444", linespacing=1.35,
    )  # fmt: skip


def require(
    table: pd.DataFrame, maker: str, columns: tuple[str, ...], *, argument: str = "table"
) -> None:
    """Refuse a table that is not what a measure returns."""
    missing = [name for name in columns if name not in table]
    if missing:
        raise ArgumentError(
            f"`{argument}` lacks the column {missing[0]!r}; give what `{maker}` returns"
        )


def note_text(table: pd.DataFrame, what: str, column: str, more: str = "") -> str:
    """Say what a figure rests on: data version, date, sources, and what is left out."""
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
    """Go through rows as named tuples."""
    return iter(table.itertuples(index=False))


def plain(axes: Axes) -> None:
    """Take away lines and ticks that carry nothing."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#999999")
    axes.tick_params(axis="y", length=0, labelsize=7)
    axes.tick_params(axis="x", labelsize=7, color="#999999")


def span(low: float, high: float) -> str:
    """Write a range of numbers, or the one number."""
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def hedged(value: float, qualifier: str) -> str:
    """Write a number with the hedge of its source."""
    return {"at_least": "≥ ", "about": "≈ "}.get(qualifier, "") + f"{value:g}"


def heading(axes: Axes, y: float, kind: str) -> None:
    """Write the name of a kind of pairing above its rows."""
    axes.annotate(
        LABELS[kind], (0, y), (-6, 0), textcoords="offset points", ha="right", va="center",
        color=COLOURS[kind], fontsize=7.5, fontweight="bold", annotation_clip=False,
    )  # fmt: skip


def beside(axes: Axes, y: float, text: str) -> None:
    """Write a text to the right of a row."""
    axes.annotate(
        text, (1, y), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        ha="left", va="center", fontsize=6.8, color=INK, annotation_clip=False,
    )  # fmt: skip


def save_figure(figure: Figure, path: str | Path, *, dpi: int = 200) -> Path:
    """Save a figure so that the same drawing gives the same bytes.

    Parameters
    ----------
    figure
        What to save.
    path
        File to write, whole or not at all; its ending, .svg, .png or .pdf, is the format.
    dpi
        Dots per inch of a PNG.

    Returns
    -------
    path
        The file.

    Raises
    ------
    ArgumentError
        If the ending is another one.

    Notes
    -----
    No date, no random identifiers and no name of a program go into the file. Bytes are equal for
    one version of matplotlib; other versions place text otherwise.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(axes_of(None, size=(7, 4)).figure, Path(folder) / "empty.svg").name
    'empty.svg'
    """
    path = Path(path)
    if path.suffix not in _METADATA:
        endings = ", ".join(_METADATA)
        raise ArgumentError(f"`path` is {str(path)!r}; let it end in one of {endings}")
    import matplotlib as mpl

    settings: dict[Any, Any] = {
        "svg.hashsalt": "twinstudy",
        "svg.fonttype": "path",
        "font.family": _FONT,
    }
    buffer = io.BytesIO()
    with mpl.rc_context(settings):
        figure.savefig(
            buffer, format=path.suffix[1:], dpi=dpi, metadata=_METADATA[path.suffix],
            bbox_inches="tight", pad_inches=0.04,
        )  # fmt: skip
    write_bytes(path, buffer.getvalue())
    return path
