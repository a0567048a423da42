"""What all figures share: colours, words, axes to draw into, literal text, notes, and saving."""

from __future__ import annotations

import inspect
import io
import textwrap
import warnings
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import NoneType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from matplotlib.ticker import MaxNLocator

from twinstudy.errors import ArgumentError, known_word, of_type
from twinstudy.evidence.names import Names, place_names
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import CONTROL, write_bytes
from twinstudy.tables.schema import KINDS, label

#: Okabe and Ito, Color Universal Design, 2008; provinces darker and "other" black, so that
#: colour-blind readers can tell kinds apart that touch.
COLOURS = dict(
    zip(KINDS, ("#D55E00", "#0072B2", "#009E73", "#6A1B4D", "#F0C000", "#111111"), strict=True)
) | {"all": "#333333"}
MARKERS = dict(zip(KINDS, "os^*DX", strict=True))
KIND_LABELS = {kind: label(kind, plural=True) for kind in KINDS} | {"all": "all kinds"}
INK, MUTED, HATCH = "#222222", "#666666", "//////"
WIDTH = 6.7  # inches, 17 cm; type of 12 points in it has 6 in a column of 8.5 cm
SIZE, SMALL = 12, 10  # points

Look = dict[str, Any]
CERTAIN: Look = {"facecolor": MUTED}
POSSIBLE: Look = {"facecolor": "white", "edgecolor": MUTED, "hatch": HATCH, "linewidth": 0.6}
DIAMOND: Look = {"marker": "D", "linestyle": "none", "markersize": 6.5, "markeredgewidth": 1.2,
                 "markerfacecolor": "white", "markeredgecolor": INK}  # fmt: skip

_FONT = "DejaVu Sans"  # has every Vietnamese letter, and comes with matplotlib
_FALLBACKS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC"),
    *("Hiragino Sans GB", "Noto Sans CJK JP", "Droid Sans Fallback", "Arial Unicode MS"),
)
_STYLE: dict[Any, Any] = {
    "font.family": [_FONT], "font.size": SIZE, "text.color": INK, "text.parse_math": False,
    "hatch.linewidth": 0.7, "axes.axisbelow": True, "grid.color": "#E6E6E6", "grid.linewidth": 0.6,
    "lines.solid_capstyle": "butt", "legend.fontsize": SMALL, "legend.frameon": False,
    "legend.handlelength": 1.4, "legend.columnspacing": 1.1, "legend.handletextpad": 0.5,
    "legend.borderaxespad": 0.2, "legend.borderpad": 0.1,
}  # fmt: skip


def _defaults(**settings: Any) -> AbstractContextManager[None]:
    """Let no style or matplotlibrc of the user bear on a drawing."""
    return plt.style.context(["default", _STYLE, settings])


@contextmanager
def drawing(
    ax: Axes | None, title: str | None, default: str, height: float, *, width: float = WIDTH,
    words: str = "",
) -> Iterator[Axes]:  # fmt: skip
    """Give axes to draw into, those of the caller or of a new pyplot figure, and finish them.

    Without a title they have the default one.

    `words` are those that are measured while they are drawn, so that their fonts must be known.
    """
    usable = isinstance(ax, Axes) and ax.name == "rectilinear" and ax.get_figure() is not None
    if ax is not None and not usable:
        raise ArgumentError(f"`ax` is {ax!r:.40}; give plain axes of a figure: plt.subplots()[1]")
    if height > 100:  # some 500 rows; an image of 300 inches cannot be written
        raise ArgumentError("`data` has too many rows for a figure; draw some by `restrict`")
    of_type("title", title, (str, NoneType), "a text, or None for one that says what is shown")
    figure = None
    if ax is None:
        # Outside the context, which would take back what a notebook sets on its first figure.
        figure = plt.figure(
            figsize=(width, max(height, 2.6)), dpi=100, facecolor="w", edgecolor="w", layout="none"
        )
    try:
        with _defaults(**{"font.family": _fonts_for(set(words))}):
            if figure:
                figure.set_layout_engine("constrained")
            axes: Axes = ax or figure.add_subplot()  # type: ignore[union-attr]
            axes.set(xscale="linear", yscale="linear")
            yield axes
            shown = CONTROL.sub(" ", default if title is None else title)
            whole, legend = _filled(axes, shown, SIZE + 1), axes.get_legend()
            if figure:
                figure.suptitle(whole, x=0.01, ha="left", size=SIZE + 1)
            else:
                above = legend.get_window_extent().height * 72 / axes.figure.dpi if legend else 0
                axes.set_title(whole, loc="left", pad=6 + above, size=SIZE + 1)
            _make_literal(axes, figure or axes, set(words))
    except BaseException:
        if figure:
            plt.close(figure)
        raise


def _make_literal(axes: Axes, whole: Artist, settled: set[str]) -> None:
    """Make all text literal, never mathematics, in fonts that have its letters."""
    for each in [axes, *axes.child_axes]:
        for axis in (each.xaxis, each.yaxis):
            axis.get_major_ticks(len(axis.get_majorticklocs()))  # made here, not by the user's rc
    texts: list[Any] = whole.findobj(Text)
    fonts = _fonts_for({letter for text in texts for letter in text.get_text()} - settled)
    for text in texts:
        text.set(parse_math=False, usetex=False)
        if len(fonts) > 1:
            text.set_fontfamily(fonts)


def _fonts_for(letters: set[str]) -> list[str]:
    """Choose fonts that have letters, as installed; warn once of those that none has."""
    lacking, chosen = letters - {"\n"}, []
    for name in (_FONT, *_FALLBACKS):
        if name == _FONT or (lacking and name in font_manager.get_font_names()):
            chosen.append(name)
            known = font_manager.get_font(font_manager.findfont(name)).get_charmap()
            lacking -= set(map(chr, known))
    if lacking:
        shown = "".join(sorted(lacking)[:3])
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)  # said here, once
        warnings.warn(
            f"no font is installed for {len(lacking)} letters of the names, such as {shown}, so "
            "a picture shows boxes; install the font Noto Sans CJK (on Debian: fonts-noto-cjk), "
            "or take `names` in another language",
            stacklevel=5,
        )
    return chosen


def take(
    function: Callable[..., Any], data: object, arguments: dict[str, Any], kind: type = pd.DataFrame
) -> Any:
    """Take what a function returned, or call it on a dataset; refuse anything else."""
    name = function.__name__
    if isinstance(data, Dataset):
        known = [word for word in inspect.signature(function).parameters if word != "dataset"]
        for argument in arguments:
            known_word("**arguments", argument, tuple(known))
        return function(data, **arguments)
    of_type("data", data, (kind,), f"a dataset, such as `load()` returns, or what `{name}` returns")
    for argument in arguments:
        raise ArgumentError(
            f"`{argument}` is an argument of `{name}`; give it there, or give the dataset here"
        )
    return data


def measured(
    data: object, measure: Callable[..., pd.DataFrame], columns: dict[str, str], names: Names,
    arguments: dict[str, Any],
) -> pd.DataFrame:  # fmt: skip
    """Take what a measure returned, or measure a dataset.

    `columns` says what each must hold: text, number, day or flag, with ? where it may be missing.
    """
    table: pd.DataFrame = take(measure, data, arguments)
    if not isinstance(data, Dataset):
        read = {word: _cells(table, word, form, measure) for word, form in columns.items()}
        return table.assign(**read)
    if "area_id" in table:
        table["area"] = table["area_id"].map(place_names(data, names))
    return table


#: How the cells of a column are read; those that cannot be are missing.
_READ: dict[str, Callable[[pd.Series], pd.Series]] = {
    "text": lambda cells: cells.astype("str"),
    "number": lambda cells: pd.to_numeric(cells, errors="coerce"),
    "day": lambda cells: pd.to_datetime(cells, errors="coerce"),
    "flag": lambda cells: cells.map({True: True, False: False, "True": True, "False": False}),
}


def _cells(table: pd.DataFrame, column: str, form: str, measure: Callable[..., Any]) -> pd.Series:
    """Return a column of a table as one of numbers, days, flags or text; refuse other cells."""
    remedy = f"give what `{measure.__name__}` returns, or the dataset"
    if list(table.columns).count(column) != 1:
        fault = "has more than one" if column in table else "lacks the"
        raise ArgumentError(f"`data` {fault} column {column!r}; {remedy}")
    given, wanted = table[column], form.removesuffix("?")
    cells = _READ[wanted](given)
    words = {word for text in cells if column == "kind" for word in str(text).split(" + ")}
    unread = cells.isna() & (given.notna() | (form == wanted))
    if unread.any() or not words <= set(KIND_LABELS):
        raise ArgumentError(f"`data` has no {wanted} in some cells of {column!r}; {remedy}")
    return cells


def note(axes: Axes, *parts: str, size: float = SMALL - 0.5) -> None:
    """Write a short note under axes: day, denominators, and what is left out."""
    text = "; ".join(part for part in parts if part)
    if text:
        ticks = axes.xaxis.get_tightbbox() if axes.axison else None
        figure = axes.get_figure(root=True)
        alone = figure is not None and len(figure.axes) == 1
        below = 5 + (8 + ticks.height * 72 / axes.figure.dpi if ticks else 0)
        across = "figure fraction" if alone else "axes fraction"
        axes.annotate(
            _filled(axes, text[0].upper() + text[1:] + ".", size), (0.01 * alone, 0), (0, -below),
            xycoords=(across, "axes fraction"), textcoords="offset points", ha="left", va="top",
            fontsize=size, color=MUTED, linespacing=1.25,
        )  # fmt: skip


def left_out(attrs: dict[Any, Any]) -> list[str]:
    """Say the day of a table and what it leaves out."""
    left = [f"{reason} ({number})" for reason, number in attrs.get("left_out", {}).items()]
    day = f"on {attrs['at']}" if attrs.get("at") else ""
    return [day, "left out: " + ", ".join(left) if left else ""]


def _filled(axes: Axes, text: str, size: float) -> str:
    """Break a text into lines as wide as the figure."""
    figure: Any = axes.get_figure(root=True)
    share = 1 if figure.get_layout_engine() else axes.get_position().width
    inches = figure.get_figwidth() * share
    return textwrap.fill(text, max(20, int(inches * 72 / (size * 0.58))))


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Go through rows as named tuples."""
    return iter(table.itertuples(index=False))


def places(heads: Iterable[str]) -> pd.Series:
    """Place rows one below the other, with a line for a heading wherever it changes."""
    words = pd.Series(list(heads), dtype="str")
    starts = words.ne(words.shift(fill_value="")).cumsum()
    return (words.index + starts).astype(float)


def name_rows(
    axes: Axes, y: Iterable[float], names: Iterable[str], heads: Iterable[str] = (),
    beside: Iterable[str] = (),
) -> None:  # fmt: skip
    """Name rows at their left, head their groups, and write what they say at their right."""
    spots, across, last = list(y), axes.get_yaxis_transform(), ""
    axes.set_yticks(spots, list(names))
    for place, head in zip(spots, heads, strict=False):
        if head != last:
            axes.text(0, place - 1, head, fontweight="bold", va="center", transform=across)
        last = head
    for place, text in zip(spots, beside, strict=False):
        axes.text(1.015, place, text, fontsize=SIZE - 1, va="center", transform=across)
    axes.set_ylim(max(spots) + 0.7, min(spots) - 0.7 - bool(last))
    plain(axes)


def write(
    axes: Axes, text: str, at: Any, offset: tuple[float, float] = (0, 0), **look: Any
) -> Annotation:
    """Write a text beside a point, so many points away."""
    place: Look = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    return axes.annotate(text, at, offset, **place | look)


def bars(axes: Axes, y: Any, lower: pd.Series, upper: pd.Series, colours: pd.Series) -> None:
    """Fill bars up to a lower bound, and hatch them from there up to an upper one."""
    axes.barh(y, lower, height=0.66, color=colours, zorder=2)
    axes.barh(
        y, upper - lower, left=lower, height=0.66, zorder=2,
        **POSSIBLE | {"edgecolor": colours, "linewidth": 0.6 * (upper > lower)},
    )  # fmt: skip


def plain(axes: Axes) -> None:
    """Take away lines and ticks that carry nothing."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#999999")
    axes.tick_params(labelsize=SIZE, color="#999999")
    axes.tick_params(axis="y", length=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set_fontsize(SIZE)


def even(most: int) -> MaxNLocator:
    """Set ticks at even steps of whole numbers, about so many at most."""
    return MaxNLocator(most, integer=True, steps=[1, 2, 5, 10])


def years(axes: Axes, most: int = 7) -> None:
    """Give the scale of years a few ticks."""
    axes.xaxis.set_major_locator(even(most))
    axes.xaxis.set_major_formatter("{x:.0f}")


def short(name: str, most: int = 30) -> str:
    """Shorten a name: the first member of each side and how many more, then by an ellipsis."""
    if len(name) > most:
        sides = [side.split(", ") for side in name.split(" – ")]
        name = " – ".join(s[0] + (f" + {len(s) - 1}" if len(s) > 1 else "") for s in sides)
    return name if len(name) <= most + 4 else name[: most + 3] + "…"


def span(low: float, high: float) -> str:
    """Write a range of numbers, or the one number."""
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def lines(kinds: Container[object]) -> dict[str, Look]:
    """Say how ties of kinds look, by the label of the kind."""
    return {
        KIND_LABELS[kind]: {"color": COLOURS[kind], "marker": marker, "markersize": 4,
                            "linewidth": 0.8}
        for kind, marker in MARKERS.items() if kind in kinds
    }  # fmt: skip


def legend(axes: Axes, looks: dict[str, Look], columns: int = 4, **place: Any) -> None:
    """Explain above axes how things look: points and lines have a marker, all others are areas."""
    handles = [
        Line2D([], [], label=word, **look) if "marker" in look else Patch(label=word, **look)
        for word, look in looks.items()
    ]
    above = {"loc": "lower left", "bbox_to_anchor": (0, 1), "handles": handles}
    axes.legend(ncols=columns, **above | place)


def save_figure(
    figure: Figure | Axes, path: str | Path, *, dpi: int = 200, origin: str | None = None
) -> Path | None:
    """Save a figure so that the same drawing gives the same bytes.

    Parameters
    ----------
    figure
        What to save: a figure, or axes, such as a ``plot_`` function returns, with the figure they
        are in.
    path
        File to write, whole or not at all. Its ending, .svg, .png or .pdf, is the format; without
        an ending an SVG and a PNG are written.
    dpi
        Dots per inch of a PNG, from 10 to 1200.
    origin
        Where the figure is made, such as a notebook and cell; goes into the file's metadata.

    Returns
    -------
    path
        The file; None where two are written.

    Raises
    ------
    ArgumentError
        If the ending or the folder is none to write to, or `figure` or `dpi` is something else.

    Notes
    -----
    Title, origin and the name of this package go into the file, no date and no random identifier.
    Settings of the user do not bear on it. Text in an SVG is text, to be searched and edited. Bytes
    are equal for one version of matplotlib; other versions place text otherwise.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from twinstudy import load, plot_map
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(plot_map(load()), Path(folder) / "map")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['map.png', 'map.svg']
    """
    of_type("figure", figure, (Artist,), "a figure, or the axes that a plot returns")
    whole: Any = figure.get_figure(root=True)
    if whole is None:
        raise ArgumentError("`figure` is in no figure any more; give what a plot returns")
    of_type("dpi", dpi, (int, float, np.number), "a number of dots per inch, such as 200")
    if not 10 <= dpi <= 1200:
        raise ArgumentError(f"`dpi` is {dpi!r}; give dots per inch, from 10 to 1200")
    of_type("origin", origin, (str, NoneType), "a text or None")
    if CONTROL.search(str(path)) or not Path(str(path)).name or not isinstance(path, str | Path):
        raise ArgumentError(f"`path` is {path!r}; give the path of a file")
    path, origin = Path(path), CONTROL.sub(" ", origin or "")
    facts = {"Source": f"twinstudy: {origin}" if origin else "twinstudy"}
    if title := " ".join(whole.get_suptitle().split()):
        facts["Title"] = title
    metadata: dict[str, dict[str, Any]] = {
        ".svg": {"Date": None, "Creator": "twinstudy"} | facts,
        ".png": {"Software": "twinstudy"} | facts,
        ".pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": "twinstudy",
                 "Title": title, "Subject": facts["Source"]},
    }  # fmt: skip
    if path.suffix not in [*metadata, ""]:
        endings = ", ".join(metadata)
        raise ArgumentError(f"`path` is {str(path)!r}; let it end in one of {endings}, or in none")
    if not path.parent.is_dir():
        raise ArgumentError(f"`path` is {str(path)!r}, in a folder that does not exist; make it")
    for ending in [path.suffix] if path.suffix else [".svg", ".png"]:
        buffer = io.BytesIO()
        with _defaults(**{"svg.hashsalt": "twinstudy", "svg.fonttype": "none"}):
            whole.savefig(
                buffer, format=ending[1:], dpi=dpi, metadata=metadata[ending],
                bbox_inches="tight", pad_inches=0.04,
            )  # fmt: skip
        write_bytes(path.with_suffix(ending), buffer.getvalue())
    return path if path.suffix else None
