"""Figures of time: when pairings were signed, drawn as precisely as sources say and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.dates import parse_date
from twinstudy.errors import ArgumentError
from twinstudy.figures.style import (
    COLOURS,
    HATCH,
    INK,
    KIND_COLOURS,
    KIND_LABELS,
    LABELS,
    MUTED,
    axes_of,
    note,
    note_text,
    plain,
    require,
    rows_of,
    span,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND, _LINE = "#DCE6EE", "#0072B2"


def plot_timeline(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many pairings were signed by and in each year.

    Parameters
    ----------
    table
        What `timeline` returns: of the whole dataset, or of areas; or what `signings` returns,
        which `plot_signings` draws.
    ax
        Axes to draw into, which are split in two for the whole dataset; None for new ones.

    Returns
    -------
    axes
        Of the whole dataset, the upper axes: pairings signed by the end of each year, a band from
        those certain to those not excluded, with totals that sources report (diamonds) and the
        undated pairings as a column of their own. Below it stand the years: signed in that year
        for certain (filled), or possibly (hatched; a pairing is hatched in every year that its
        date allows). Of areas: the years of each, one row an area.

    Raises
    ------
    ArgumentError
        If the table is not one of `timeline` or is empty.

    Examples
    --------
    >>> from twinstudy import load, timeline
    >>> axes = plot_timeline(timeline(load()))
    >>> axes.get_ylabel()
    'named pairings signed by the end of the year'
    """
    if "precision" in table:
        return plot_signings(table, ax=ax)
    require(table, "timeline", ("year", "signed_certain", "cumulative_lower", "undated"))
    if table.empty:
        raise ArgumentError("`table` is empty; nothing to draw")
    if "area" in table:
        return _draw_areas(table, ax)
    named = table[table["signed_certain"].notna()]
    upper = axes_of(ax, size=(7, 4.6))
    spec = upper.get_subplotspec()
    if spec is None:
        raise ArgumentError("`ax` is not one of a grid; give axes made by add_subplot or subplots")
    inner = spec.subgridspec(2, 1, height_ratios=(1.9, 1), hspace=0.06)
    upper.set_subplotspec(inner[0])
    lower = upper.figure.add_subplot(inner[1], sharex=upper)
    _draw_band(upper, table, named)
    _draw_totals(upper, table)
    _draw_undated(upper, named)
    _draw_years(lower, named)
    _draw_pauses([upper, lower], table, shift=-0.5)
    for axes in (upper, lower):
        plain(axes)
    years = named["year"].to_numpy(np.int64)
    upper.set_xlim(years[0] - 3.2, years[-1] + 1)
    ends = years[[0, -1]]
    lower.set_xticks([y for y in years if y in ends or (y % 5 == 0 and abs(ends - y).min() > 1)])
    upper.tick_params(labelbottom=False, bottom=False)
    upper.set_ylabel("named pairings signed by the end of the year", fontsize=7)
    lower.set_ylabel("signed in the year", fontsize=7)
    more = "sources of the totals stand in the table" if table["reported"].notna().any() else ""
    note(lower, note_text(table, "", "", more), below=18)
    return upper


def plot_signings(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw each date of signing as long as it is uncertain: a year is a bar of a year.

    Parameters
    ----------
    table
        What `signings` returns, or some of its rows.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        One row a dated pairing, by date: a dot for a day, a bar for a month, a year or an
        interval, in the colour of its kind; hollow where the source hedges, hatched where sources
        disagree. The undated pairings are counted by kind below.

    Raises
    ------
    ArgumentError
        If the table is not one of `signings`, or has no dated row.

    Examples
    --------
    >>> from twinstudy import load, signings
    >>> axes = plot_signings(signings(load(), kind="village"))
    >>> "Pò Hèn – Thán Sản" in [label.get_text() for label in axes.get_yticklabels()]
    True
    """
    require(table, "signings", ("pairing", "signed", "earliest", "precision"))
    dated = table[table["precision"] != "undated"].reset_index(drop=True)
    if dated.empty:
        raise ArgumentError("`table` has no dated pairing; nothing to draw")
    axes = axes_of(ax, size=(7, 1.1 + 0.165 * len(dated)))
    known = pd.concat([dated["earliest"], dated["latest"]]).dropna()
    first, last = known.min().year - 0.4, known.max().year + 1.4
    for y, row in enumerate(rows_of(dated)):
        _draw_signing(axes, y, row, first, last)
    axes.set_yticks(range(len(dated)), [_short(name) for name in dated["pairing"]], fontsize=6.4)
    axes.set_ylim(len(dated) - 0.3, -0.8)
    axes.set_xlim(first, last)
    # A tick at the start of a year: the year is what lies to its right.
    step = max(1, int(last - first) // 12)
    axes.set_xticks([y for y in range(int(np.ceil(first)), int(last) + 1) if y % step == 0])
    axes.grid(axis="x", color="#E6E6E6", linewidth=0.6)
    axes.set_axisbelow(True)
    plain(axes)
    axes.tick_params(axis="y", labelsize=6.4)
    _draw_pauses([axes], table)
    _signings_legend(axes, dated)
    undated = table[table["precision"] == "undated"]["kind"].value_counts(sort=False)
    counts = [f"{number} of {KIND_LABELS[str(kind)]}" for kind, number in undated.items() if number]
    more = f"{undated.sum()} undated pairings: " + ", ".join(counts) if counts else ""
    note(axes, note_text(table, "", "", more), below=18)
    return axes


def _draw_signing(axes: Axes, y: int, row: Any, first: float, last: float) -> None:
    colour = KIND_COLOURS[row.kind]
    if row.precision == "day":
        axes.plot(
            _decimal_year(row.earliest), y, marker="o", markersize=4.6,
            linestyle="none", markeredgecolor=colour, markeredgewidth=1.1,
            markerfacecolor="white" if row.qualified else colour,
        )  # fmt: skip
        return
    start = first if pd.isna(row.earliest) else _decimal_year(row.earliest)
    end = last if pd.isna(row.latest) else _decimal_year(row.latest + pd.Timedelta(days=1))
    hollow = row.qualified or row.conflict
    axes.barh(
        y, end - start, left=start, height=0.62, linewidth=0.8, edgecolor=colour,
        facecolor="white" if hollow else colour, hatch=HATCH if row.conflict else None,
        linestyle="--" if row.qualified else "-",
    )  # fmt: skip


def _signings_legend(axes: Axes, dated: pd.DataFrame) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    kinds = [kind for kind in KIND_LABELS if (dated["kind"] == kind).any()]
    handles: list[Any] = [
        Patch(color=KIND_COLOURS[kind], label=KIND_LABELS[kind]) for kind in kinds
    ]
    if (dated["precision"] == "day").any():
        dot = Line2D([], [], color=INK, marker="o", markersize=4.6, linestyle="none", label="day")
        handles.append(dot)
    if (dated["precision"] != "day").any():
        handles.append(Patch(facecolor=INK, label="month, year or interval"))
    if dated["qualified"].any():
        handles.append(Patch(facecolor="white", edgecolor=MUTED, linestyle="--", label="hedged"))
    if dated["conflict"].any():
        handles.append(Patch(facecolor="white", edgecolor=MUTED, hatch=HATCH, label="conflict"))
    axes.legend(
        handles=handles, ncols=5, fontsize=6.2, frameon=False, loc="lower right",
        bbox_to_anchor=(1.0, 1.0), handlelength=1.3, columnspacing=0.8, handletextpad=0.4,
        borderaxespad=0.2,
    )  # fmt: skip


def _decimal_year(day: pd.Timestamp) -> float:
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)


def _short(name: str, most: int = 44) -> str:
    """Shorten a long list of members: the first of each side, and how many more."""
    if len(name) <= most:
        return name
    sides = [side.split(", ") for side in name.split(" – ")]
    return " – ".join(s[0] + (f" + {len(s) - 1}" if len(s) > 1 else "") for s in sides)


def _draw_band(axes: Axes, table: pd.DataFrame, named: pd.DataFrame) -> None:
    from matplotlib.ticker import MaxNLocator

    # A value holds from the end of its year to the end of the next one.
    edges = np.append(named["year"].to_numpy(float) + 1, named["year"].iloc[-1] + 1.5) - 0.5
    low, high, known = (
        named[name].to_numpy(float)
        for name in ("cumulative_lower", "cumulative_upper", "in_being_certain")
    )
    axes.stairs(high, edges, baseline=low, fill=True, color=_BAND)
    axes.stairs(high, edges, baseline=None, color="#8FA9BD", linewidth=0.9, linestyle="--")
    axes.stairs(low, edges, baseline=None, color=_LINE, linewidth=1.6)
    if (known > low).any():
        axes.stairs(known, edges, baseline=None, color=MUTED, linewidth=0.9, linestyle=":")
    top = max(float(high.max()), float(table["reported"].fillna(0).max()), 1.0) * 1.08
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    ends = [(low[-1], "signed\nfor certain", _LINE), (high[-1], "not excluded", "#5B7F9A")]
    if (known > low).any():
        ends.insert(1, (known[-1], "in being, dated\nor published", MUTED))
    y = -1.0
    for value, text, colour in ends:
        y = max(value, y + 0.115 * top)
        axes.annotate(
            f"{value:g} {text}", (edges[-1], value), (9, 72 * 2.6 * (y - value) / top),
            textcoords="offset points", ha="left", va="center", fontsize=6.5, color=colour,
            linespacing=1.05, annotation_clip=False,
        )  # fmt: skip


def _draw_totals(axes: Axes, table: pd.DataFrame) -> None:
    from matplotlib.patheffects import withStroke

    for row in rows_of(table[table["reported"].notna()]):
        colour = COLOURS[row.reported_kind]
        axes.plot(
            row.year, row.reported, marker="D", markersize=5, linestyle="none",
            markerfacecolor="white", markeredgecolor=colour, markeredgewidth=1.3, zorder=5,
        )  # fmt: skip
        word = LABELS[row.reported_kind]
        axes.annotate(
            f"{row.reported:g} reported ({word})", (row.year, row.reported), (-6, 0),
            textcoords="offset points", ha="right", va="center", fontsize=6.2, color=colour,
            path_effects=[withStroke(linewidth=1.6, foreground="white", alpha=0.8)],
        )  # fmt: skip


def _draw_undated(axes: Axes, named: pd.DataFrame) -> None:
    number = int(named["undated"].iloc[0])
    x = named["year"].iloc[0] - 1.8
    axes.bar(x, number, width=1.0, facecolor="white", edgecolor=MUTED, hatch="....", linewidth=0.7)
    axes.annotate(
        f"undated: {number}", (x, number), (0, 3), textcoords="offset points", ha="center",
        va="bottom", fontsize=6.5, color=MUTED, annotation_clip=False,
    )  # fmt: skip


def _draw_years(axes: Axes, named: pd.DataFrame, y: float = 0.0, scale: float = 1.0) -> None:
    year = named["year"].to_numpy(float)
    certain = named["signed_certain"].to_numpy(float) * scale
    possible = named["signed_possible"].to_numpy(float) * scale
    axes.bar(year, certain, bottom=y, width=0.8, color=_LINE)
    some = possible > certain
    axes.bar(
        year[some], (possible - certain)[some], bottom=y + certain[some], width=0.8,
        facecolor="white", edgecolor=_LINE, hatch=HATCH, linewidth=0.6,
    )  # fmt: skip
    if scale == 1:
        top = max(2.0, float(possible.max()))
        axes.set_ylim(0, top * 1.45)  # room for the legend and the mark of a pause
        axes.set_yticks(range(0, int(top) + 1, max(1, int(top) // 4)))
        axes.legend(
            handles=_year_handles(), fontsize=6.5, frameon=False, loc="upper left",
            handlelength=1.4,
        )  # fmt: skip


def _year_handles(before: str = "") -> list[Any]:
    from matplotlib.patches import Patch

    return [
        Patch(color=_LINE, label=f"{before}for certain"),
        Patch(facecolor="white", edgecolor=_LINE, hatch=HATCH, label=f"{before}possibly"),
    ]


def _draw_pauses(axes_list: list[Axes], table: pd.DataFrame, *, shift: float = 0.0) -> None:
    """Mark where exchanges were suspended; `shift` moves a date on an axis of whole years."""
    for text, number in table.attrs.get("pauses", []):
        first = parse_date(text).earliest
        if first is None:
            continue
        x = _decimal_year(pd.Timestamp(first)) + shift
        for axes in axes_list:
            axes.axvline(x, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        axes_list[-1].annotate(
            f"exchanges paused from {first.year}\n({number} pairing{'s' if number != 1 else ''})",
            (x, 1), (3, -2), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="left", va="top", fontsize=6.2, color=MUTED,
        )  # fmt: skip


def _draw_areas(table: pd.DataFrame, ax: Axes | None) -> Axes:
    """Draw the years of each area as a row of bars, all to one scale."""
    named = table[table["signed_certain"].notna()]
    groups = [group for _, group in named.groupby("area_id", sort=False)]
    top = max(1, int(named["signed_possible"].max()))
    axes = axes_of(ax, size=(7, 0.9 + 0.42 * len(groups)))
    for row, group in enumerate(groups):
        base = float(len(groups) - 1 - row)
        _draw_years(axes, group, base, 0.8 / top)
        axes.axhline(base, color="#BBBBBB", linewidth=0.6, zorder=0)
        last = group.iloc[-1]
        axes.annotate(
            f"{span(last['cumulative_lower'], last['cumulative_upper'])} signed, of these "
            f"{last['undated']} undated", (1, base), (6, 2), xycoords=("axes fraction", "data"),
            textcoords="offset points", ha="left", va="bottom", fontsize=6.5, annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(
        [len(groups) - 1 - row + 0.25 for row in range(len(groups))],
        [group["area"].iloc[0] for group in groups], fontsize=7,
    )  # fmt: skip
    axes.set_ylim(-0.1, len(groups))
    plain(axes)
    axes.legend(
        handles=_year_handles("signed in the year "), ncols=2, fontsize=6.5,
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2,
    )  # fmt: skip
    note(axes, note_text(table, "", "", f"highest bar: {top} pairings"), below=18)
    return axes
