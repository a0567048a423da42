"""What all figures share: colours, words, axes to draw into, literal text, notes, and saving."""

from __future__ import annotations

import inspect
import io
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, known_word, of_type
from twinstudy.evidence.names import Names, place_names
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import write_bytes
from twinstudy.tables.schema import KINDS, label

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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

_FONT = "DejaVu Sans"  # has every Vietnamese letter, and comes with matplotlib
_FALLBACKS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC"),
    *("Hiragino Sans GB", "Noto Sans CJK JP", "Droid Sans Fallback", "Arial Unicode MS"),
)
_OF_THE_MACHINE = ("backend", "interactive", "toolbar", "webagg", "tk.", "keymap", "timezone",
                   "figure.max_open_warning", "savefig.directory", "date.epoch")  # fmt: skip


@contextmanager
def _defaults(**settings: Any) -> Iterator[None]:
    """Let no style or matplotlibrc of the user bear on a drawing."""
    import matplotlib as mpl

    default: dict[Any, Any] = dict(mpl.rcParamsDefault)
    plain = {k: v for k, v in default.items() if not k.startswith(_OF_THE_MACHINE)}
    ours = {"font.family": [_FONT], "hatch.linewidth": 0.7, "text.parse_math": False}
    with mpl.rc_context(plain | ours | settings):
        yield


@contextmanager
def drawing(
    ax: Axes | None, *, size: tuple[float, float], title: str | None, default: str,
    pad: float = 6, words: str = "",
) -> Iterator[Axes]:  # fmt: skip
    """Give axes to draw into, those of the caller or of a new pyplot figure, and finish them.

    `words` are those that are measured while they are drawn, so that their fonts must be known.
    """
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes as AnyAxes

    if ax is not None and not isinstance(ax, AnyAxes):
        raise ArgumentError(f"`ax` is {_a(ax)}; give axes, such as plt.subplots()[1]")
    if size[1] > 100:  # some 500 rows; an image of 300 inches cannot be written
        raise ArgumentError(
            f"`data` has too many rows (a figure of {size[1]:,.0f} inches); draw some by `restrict`"
        )
    of_type("title", title, (str, NoneType), "a text, or None for one that says what is shown")
    figure = None
    if ax is None:
        # Outside the context, which would take back what a notebook sets on its first figure.
        figure = plt.figure(figsize=size, dpi=100, facecolor="w", edgecolor="w", layout="none")
    try:
        letters = set(words)
        with _defaults(**{"font.family": _fonts_for(letters)}):
            if figure is not None:
                figure.set_layout_engine("constrained")
            axes: Axes = ax or figure.add_subplot()  # type: ignore[union-attr]
            yield axes
            words = _filled(axes, default if title is None else title, SIZE + 1)
            if figure is not None:
                figure.suptitle(words, x=0.01, ha="left", size=SIZE + 1)
            else:
                axes.set_title(words, loc="left", pad=pad, size=SIZE + 1)
            _make_literal(axes, figure or axes, letters)
    except BaseException:
        if figure is not None:
            plt.close(figure)
        raise


def _make_literal(axes: Axes, whole: Artist, settled: set[str]) -> None:
    """Make all text literal, never mathematics, in fonts that have its letters."""
    from matplotlib.text import Text

    for each in [axes, *axes.child_axes]:
        for axis in (each.xaxis, each.yaxis):
            axis.get_major_ticks(len(axis.get_majorticklocs()))  # made here, not by the user's rc
    texts: list[Any] = whole.findobj(Text)
    fonts = _fonts_for({letter for text in texts for letter in text.get_text()} - settled)
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)
        if len(fonts) > 1:
            text.set_fontfamily(fonts)


def _fonts_for(letters: set[str]) -> list[str]:
    """Choose fonts that have letters, as installed; warn once of those that none has."""
    from matplotlib import font_manager as fonts

    def known(name: str) -> set[str]:
        return set(map(chr, fonts.get_font(fonts.findfont(name)).get_charmap()))

    lacking = letters - known(_FONT) - {"\n"}
    installed = set(fonts.get_font_names()) if lacking else set()
    chosen = [_FONT]
    for name in _FALLBACKS:
        if lacking and name in installed:
            chosen.append(name)
            lacking -= known(name)
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


def measured(
    data: object, measure: Callable[..., pd.DataFrame], columns: tuple[str, ...], names: Names,
    arguments: dict[str, Any],
) -> pd.DataFrame:  # fmt: skip
    """Take what a measure returned, or measure a dataset; refuse anything else."""
    name = measure.__name__
    if isinstance(data, Dataset):
        known_arguments(measure, arguments)
        table = measure(data, **arguments)
        if "area_id" in table:
            table["area"] = table["area_id"].map(place_names(data, names))
        return table
    if not isinstance(data, pd.DataFrame):
        raise ArgumentError(
            f"`data` is {_a(data)}; give a dataset, such as `load()` returns, "
            f"or what `{name}` returns"
        )
    missing = [column for column in columns if column not in data]
    if missing:
        raise ArgumentError(
            f"`data` lacks the column {missing[0]!r}; give what `{name}` returns, or the dataset"
        )
    if arguments:
        raise ArgumentError(
            f"`{next(iter(arguments))}` is an argument of `{name}`; give it there, or give the "
            "dataset in place of the table"
        )
    return data


def known_arguments(function: Callable[..., Any], arguments: dict[str, Any]) -> None:
    """Refuse arguments that the function which takes them does not know."""
    known = [name for name in inspect.signature(function).parameters if name != "dataset"]
    for name in arguments:
        known_word("**arguments", name, tuple(known))


def dataset_of(data: object, call: str, argument: str = "dataset") -> Dataset:
    """Refuse what is no dataset."""
    if not isinstance(data, Dataset):
        raise ArgumentError(
            f"`{argument}` is {_a(data)}; give a dataset, such as `load()` returns: {call}(load())"
        )
    return data


def _a(thing: object) -> str:
    return repr(thing) if thing is None or isinstance(thing, str) else f"a {type(thing).__name__}"


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
    figure = axes.get_figure(root=True)
    inches = figure.get_figwidth() * axes.get_position().width if figure else WIDTH
    if figure and figure.get_layout_engine() is not None:
        inches = figure.get_figwidth()
    return textwrap.fill(text, max(20, int(inches * 72 / (size * 0.58))))


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Go through rows as named tuples."""
    return iter(table.itertuples(index=False))


def plain(axes: Axes) -> None:
    """Take away lines and ticks that carry nothing."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color("#999999")
    axes.tick_params(axis="y", length=0, labelsize=SIZE)
    axes.tick_params(axis="x", labelsize=SIZE, color="#999999")


def short(name: str, most: int = 30) -> str:
    """Shorten a name: the first member of each side and how many more, then by an ellipsis."""
    if len(name) > most:
        sides = [side.split(", ") for side in name.split(" – ")]
        name = " – ".join(s[0] + (f" + {len(s) - 1}" if len(s) > 1 else "") for s in sides)
    return name if len(name) <= most + 4 else name[: most + 3] + "…"


def span(low: float, high: float) -> str:
    """Write a range of numbers, or the one number."""
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def beside(axes: Axes, y: float, text: str, **look: Any) -> None:
    """Write a text to the right of a row."""
    whole: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": SIZE, "color": INK}
    axes.annotate(
        text, (1, y), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        annotation_clip=False, **whole | look,
    )  # fmt: skip


def legend(axes: Axes, handles: list[Any], columns: int = 4, **place: Any) -> None:
    """Explain marks above axes."""
    place = {"loc": "lower left", "bbox_to_anchor": (0, 1)} | place
    axes.legend(
        handles=handles, ncols=columns, fontsize=SMALL, frameon=False, handlelength=1.4,
        columnspacing=1.1, handletextpad=0.5, borderaxespad=0.2, borderpad=0.1, **place,
    )  # fmt: skip


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
        Dots per inch of a PNG.
    origin
        Where the figure is made, such as a notebook and cell; goes into the file's metadata.

    Returns
    -------
    path
        The file; None where two are written.

    Raises
    ------
    ArgumentError
        If the ending or the folder is none to write to, or `figure` is something else.

    Notes
    -----
    Title, origin and the name of this package go into the file, no date and no random identifier.
    Settings of the user do not bear on it. Text in an SVG is text, to be searched and edited. Bytes
    are equal for one version of matplotlib; other versions place text otherwise.

    Examples
    --------
    >>> import tempfile
    >>> from twinstudy import load, plot_map
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_figure(plot_map(load()), Path(folder) / "map")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['map.png', 'map.svg']
    """
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure as AnyFigure

    given: object = figure
    whole = given.get_figure(root=True) if isinstance(given, Artist) else None
    if not isinstance(whole, AnyFigure):
        raise ArgumentError(
            f"`figure` is {_a(figure)}; give a figure or what a plot returns: "
            "save_figure(plot_map(load()), 'map.svg')"
        )
    of_type("dpi", dpi, (int, float, np.number), "a number of dots per inch, such as 200")
    of_type("origin", origin, (str, NoneType), "a text or None")
    of_type("path", path, (str, Path), "the path of a file")
    if "\0" in str(path) or not Path(path).name:
        raise ArgumentError(f"`path` is {str(path)!r}; give the path of a file")
    path = Path(path)
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
