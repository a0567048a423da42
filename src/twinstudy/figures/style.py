"""What all figures share: colours, words, a new pair of axes, the note below, and saving."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

_FONT = "DejaVu Sans"  # has every Vietnamese letter, and comes with matplotlib
_METADATA: dict[str, dict[str, Any]] = {
    ".svg": {"Date": None, "Creator": None},
    ".png": {"Software": None},
    ".pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
}
_NOTE_SIZE = 5.5


def axes_of(ax: Axes | None, *, size: tuple[float, float]) -> Axes:
    """Return the given axes, or those of a new figure that no global state keeps.

    Parameters
    ----------
    ax
        Axes to draw into; None for new ones.
    size
        Width and height of a new figure in inches.

    Returns
    -------
    axes
        Axes to draw into.

    Examples
    --------
    >>> axes_of(None, size=(7, 4)).figure.get_size_inches().tolist()
    [7.0, 4.0]
    """
    if ax is not None:
        return ax
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout="constrained").add_subplot()


def note(axes: Axes, text: str, *, below: float = 4) -> None:
    """Write a note under axes: version, denominators, and what is left out.

    Parameters
    ----------
    axes
        Axes that the note belongs to.
    text
        The note; lines are wrapped to the width of the axes.
    below
        Distance from the axes in points.

    Examples
    --------
    >>> axes = axes_of(None, size=(7, 4))
    >>> note(axes, "2 pairings are undated.")
    >>> axes.texts[0].get_text()
    '2 pairings are undated.'
    """
    inches = axes.get_window_extent().width / axes.figure.dpi
    columns = int(inches * 72 / (_NOTE_SIZE * 0.56))
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, columns)]
    axes.annotate(
        "\n".join(lines), (0, 0), (0, -below), xycoords="axes fraction", textcoords="offset points",
        ha="left", va="top", fontsize=_NOTE_SIZE, color="#444444", linespacing=1.35,
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
