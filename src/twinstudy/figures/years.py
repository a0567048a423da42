"""Figures of time: when pairings were signed, drawn as precisely as sources say and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import members
from twinstudy.evidence.hierarchy import ancestors, west_to_east
from twinstudy.evidence.names import Names, pairing_names, place_names
from twinstudy.figures import style
from twinstudy.measures.timeline import signings, timeline
from twinstudy.records.dataset import Dataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAND, _EDGE, _LINE = "#DCE6EE", "#5B7F9A", "#0072B2"


def plot_timeline(
    data: Dataset | pd.DataFrame,
    *,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
    """Draw how many pairings were signed by the end of each year, between two bounds.

    Parameters
    ----------
    data
        A dataset, or what `timeline` returns for one, as a whole or by areas.
    names
        Language of the names of areas: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `timeline`, such as ``kind``, ``by`` and ``at``; for a dataset.

    Returns
    -------
    axes
        Of the whole dataset: the band between what certainly exists by the end of a year and what
        is not excluded, with the totals that sources report for pairings of the kind that is
        drawn (diamonds); below it, as a child of these axes, what was signed in each year, for
        certain (filled) and possibly by its date (hatched). Of areas: the band of each in a row of
        its own, all to one scale, which a bar at the left gives.

    Raises
    ------
    ArgumentError
        If `data` is something else, or is empty.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_timeline(load(), at="2025-06-30")
    >>> axes.get_ylabel()
    'by the end of the year'
    """
    table = style.measured(data, timeline, ("year", "certain", "lower", "upper"), names, arguments)
    named = table[table["lower"].notna()]
    if named.empty:
        raise ArgumentError("`data` is empty; nothing to draw")
    if "area" in table:
        return _plot_areas(table, named, ax, title)
    kinds = table.attrs.get("kind")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds or [])
    totals = table[table["reported"].notna() & table["reported_kind"].isin(kinds or ["all"])]
    totals = totals if len(kinds) < 2 else totals[:0]
    words = "Pairings" if len(kinds) != 1 else f"Pairings of {style.KIND_LABELS[kinds[0]]}"
    with style.drawing(
        ax, size=(style.WIDTH, 5.4), title=title, default=f"{words} signed, by year"
    ) as upper:
        lower = upper.inset_axes((0, -0.66, 1, 0.54))
        edges = _draw_band(upper, named, 0.0, 1.0)
        low, high = int(named["lower"].iloc[-1]), int(named["upper"].iloc[-1])
        top = max(float(high), float(totals["reported"].max()) if len(totals) else 0.0, 1.0) * 1.1
        _draw_totals(upper, totals)
        upper.set_ylim(0, top)
        upper.set_yticks(_ticks(0, top, 5))
        apart = max(high - low, 0.09 * top)
        ends: list[tuple[int, float, str, str]] = [(low, low, "certain", _LINE)]
        ends += [(high, low + apart, "not excluded", _EDGE)] if high > low else []
        for value, y, text, colour in ends:
            upper.annotate(
                f"{value} {text}", (edges[-1], y), (5, 0), textcoords="offset points", ha="left",
                va="center", fontsize=style.SIZE, color=colour, annotation_clip=False,
            )  # fmt: skip
        _draw_years(lower, named)
        for axes in (upper, lower):
            style.plain(axes)
            axes.set_xlim(edges[0] - 0.2, edges[-1] + 0.2)
            axes.set_xticks([tick + 0.5 for tick in _ticks(edges[0], edges[-1], 8)])
        lower.set_xticklabels([f"{tick - 0.5:.0f}" for tick in lower.get_xticks()])
        upper.tick_params(labelbottom=False)
        upper.set_ylabel("by the end of the year", fontsize=style.SIZE)
        lower.set_ylabel("in the year", fontsize=style.SIZE)
        style.note(lower, *style.left_out(table.attrs))
    return upper


def plot_signings(
    data: Dataset | pd.DataFrame,
    *,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
    """Draw each date of signing as long as it is uncertain: a year is a bar of a year.

    Parameters
    ----------
    data
        A dataset, whose pairings are grouped by the province they start from, provinces from west
        to east; or what `signings` returns, or some of its rows, in their order, grouped where it
        has a column ``area``.
    names
        Language of the names: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `signings`, such as ``kind`` and ``at``; for a dataset.

    Returns
    -------
    axes
        One row a pairing: a dot for a day, a bar for a month, a year or an interval, in the colour
        of its kind; hollow where the source hedges, hatched where sources disagree. A pairing
        without stated date is an open bar that ends on the last day on which it can have been
        signed.

    Raises
    ------
    ArgumentError
        If `data` is something else, or is empty.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_signings(load(), kind="village")
    >>> len(axes.get_yticklabels()) > 10
    True
    """
    columns = ("pairing", "earliest", "latest", "not_after", "precision")
    table = style.measured(data, signings, columns, names, arguments)
    if isinstance(data, Dataset):
        table = _by_province(data, table, names)
    if table.empty:
        raise ArgumentError("`data` has no pairing; nothing to draw")
    rows = table.reset_index(drop=True)
    groups = rows["area"].astype("str") if "area" in rows else pd.Series("", index=rows.index)
    heads = groups.ne(groups.shift()).cumsum()
    rows["y"] = rows.index + (heads * 1.15 if "area" in rows else 0)
    known = pd.concat([rows["earliest"], rows["latest"], rows["not_after"]]).dropna()
    years = (known.min().year, known.max().year) if len(known) else (2000, 2001)
    # Years of open bars alone say little; they begin with the first year that a date allows.
    first, last = years[0] - 0.6, years[1] + 1.2
    size = (style.WIDTH, 1.6 + 0.185 * (float(rows["y"].iloc[-1]) + 1))
    with style.drawing(
        ax, size=size, title=title, default="When pairings were signed", pad=52
    ) as axes:
        for row in style.rows_of(rows):
            _draw_signing(axes, row, first, last)
        axes.set_yticks(rows["y"].tolist(), [style.short(name) for name in rows["pairing"]])
        for _, group in rows.groupby(heads) if "area" in rows else []:
            axes.annotate(
                group["area"].iloc[0], (0, group["y"].iloc[0] - 1), (2, 0), ha="left",
                va="center", xycoords=("axes fraction", "data"), textcoords="offset points",
                fontsize=style.SIZE, fontweight="bold", color=style.INK,
            )  # fmt: skip
        axes.set_ylim(float(rows["y"].iloc[-1]) + 0.7, -0.8)
        axes.set_xlim(first, last)
        axes.set_xticks(ticks := _ticks(first, last, 7), [f"{tick:.0f}" for tick in ticks])
        axes.grid(axis="x", color="#E6E6E6", linewidth=0.6)
        axes.set_axisbelow(True)
        style.plain(axes)
        style.legend(
            axes, _signing_handles(rows), columns=4, bbox_to_anchor=(1.03, 1), loc="lower right"
        )
        style.note(axes, *style.left_out(table.attrs))
    return axes


def _by_province(dataset: Dataset, table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Add the province of the first member, that of Việt Nam where there is one, and sort by it."""
    found = members(dataset).merge(table[["pairing_id"]], on="pairing_id")
    found["area_id"] = found["locality_id"].map(
        ancestors(dataset, level="province", at=table.attrs.get("at"))
    )
    found["south"] = found["side"] != "VN"
    found = found.sort_values(["south", "second"], kind="stable").drop_duplicates("pairing_id")
    area = table["pairing_id"].map(found.set_index("pairing_id")["area_id"])
    table = table.assign(
        pairing=table["pairing_id"].map(pairing_names(dataset, names)), at=area.map(
            west_to_east(dataset)), area=area.map(place_names(dataset, names)).fillna("no province")
    )  # fmt: skip
    if area.isna().all():
        return table.drop(columns="area")
    return table.sort_values(["at", "area"], kind="stable")


def _draw_signing(axes: Axes, row: Any, first: float, last: float) -> None:
    colour = style.COLOURS[row.kind]
    if row.precision == "day":
        axes.plot(
            _decimal_year(row.earliest), row.y, marker="o", markersize=6.5, linestyle="none",
            markeredgecolor=colour, markeredgewidth=1.4,
            markerfacecolor="white" if row.qualified else colour,
        )  # fmt: skip
        return
    start = first - 1 if pd.isna(row.earliest) else _decimal_year(row.earliest)
    day = row.not_after if pd.isna(row.latest) else row.latest
    end = last + 1 if pd.isna(day) else _decimal_year(day + pd.Timedelta(days=1))
    none = row.precision == "none"
    hollow = row.qualified or row.conflict or none
    axes.barh(
        row.y, end - start, left=start, height=0.36 if none else 0.66, linewidth=1.0,
        edgecolor=colour, facecolor="white" if hollow else colour, zorder=1.5,
        hatch=style.HATCH if row.conflict else None, linestyle="--" if row.qualified else "-",
        alpha=0.75 if none else 1,
    )  # fmt: skip


def _signing_handles(rows: pd.DataFrame) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    kinds = [kind for kind in style.KIND_LABELS if (rows["kind"] == kind).any()]
    handles: list[Any] = [
        Patch(color=style.COLOURS[kind], label=style.KIND_LABELS[kind]) for kind in kinds
    ]
    words: dict[str, dict[str, Any]] = {
        "hedged": {"linestyle": "--"}, "sources disagree": {"hatch": style.HATCH},
        "no stated date": {},
    }  # fmt: skip
    shown = (rows["qualified"], rows["conflict"], rows["precision"] == "none")
    handles += [
        Patch(facecolor="white", edgecolor=style.MUTED, label=word, **look)
        for (word, look), rows_with in zip(words.items(), shown, strict=True)
        if rows_with.any()
    ]
    if (rows["precision"] == "day").any():
        handles.append(
            Line2D([], [], color=style.INK, marker="o", markersize=6, linestyle="none", label="day")
        )
    return handles


def _decimal_year(day: pd.Timestamp) -> float:
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Return evenly spaced round numbers within two bounds, at most so many."""
    step = next(
        step * 10.0**power
        for power in range(12)
        for step in (1, 2, 5)
        if (high - low) / (step * 10**power) <= most
    )
    return [float(tick) for tick in np.arange(np.ceil(low / step) * step, high + 1e-9, step)]


def _draw_band(axes: Axes, named: pd.DataFrame, base: float, scale: float) -> np.ndarray:
    """Draw the band between the bounds of each year; return its edges."""
    year = named["year"].to_numpy(float)
    edges = np.append(year, year[-1] + 1)  # a value holds at the end of its year
    low, high = (base + scale * named[name].to_numpy(float) for name in ("lower", "upper"))
    axes.stairs(high, edges, baseline=low, fill=True, color=_BAND)
    axes.stairs(high, edges, baseline=None, color=_EDGE, linewidth=1.2, linestyle="--")
    axes.stairs(low, edges, baseline=None, color=_LINE, linewidth=2)
    return edges


def _draw_totals(axes: Axes, totals: pd.DataFrame) -> None:
    for row in style.rows_of(totals):
        colour = style.COLOURS[row.reported_kind]
        axes.plot(
            row.year + 0.5, row.reported, marker="D", markersize=6.5, linestyle="none",
            markerfacecolor="white", markeredgecolor=colour, markeredgewidth=1.4, zorder=5,
        )  # fmt: skip
        axes.annotate(
            f"{row.reported:g} reported", (row.year + 0.5, row.reported), (-7, 0),
            textcoords="offset points", ha="right", va="center", fontsize=style.SIZE, color=colour,
        )  # fmt: skip


def _draw_years(axes: Axes, named: pd.DataFrame) -> None:
    """Draw what was signed in each year."""
    from matplotlib.patches import Patch

    some = named[named["possible"].fillna(0) > 0]
    year = some["year"].to_numpy(float) + 0.5
    certain, possible = (some[name].to_numpy(float) for name in ("certain", "possible"))
    if len(some) > 300:  # years less than a point wide
        axes.vlines(year, certain, possible, colors=_BAND)
        axes.vlines(year, 0, certain, colors=_LINE)
    else:
        axes.bar(year, certain, width=0.8, color=_LINE)
        axes.bar(
            year, possible - certain, bottom=certain, width=0.8, facecolor="white",
            edgecolor=_LINE, hatch=style.HATCH, linewidth=0.6,
        )  # fmt: skip
    top = max(2.0, float(possible.max(initial=0)))
    axes.set_ylim(0, top * 1.4)
    axes.set_yticks(_ticks(0, top, 4))
    handles = [
        Patch(color=_LINE, label="for certain"),
        Patch(facecolor="white", edgecolor=_LINE, hatch=style.HATCH, label="possibly, by its date"),
    ]
    axes.legend(handles=handles, fontsize=style.SMALL, frameon=False, loc="upper left", ncols=2,
                handlelength=1.4, borderaxespad=0)  # fmt: skip


def _plot_areas(
    table: pd.DataFrame, named: pd.DataFrame, ax: Axes | None, title: str | None
) -> Axes:
    """Draw the band of each area in a row of its own, all to one scale."""
    groups = [group for _, group in named.groupby("area_id", sort=False)]
    top = max(1, int(named["upper"].max()))
    year = int(named["year"].max())
    with style.drawing(
        ax, size=(style.WIDTH, 1.3 + 0.55 * len(groups)), title=title,
        default="Pairings signed by the end of each year, by area",
    ) as axes:  # fmt: skip
        for row, group in enumerate(groups):
            base = float(len(groups) - 1 - row)
            edges = _draw_band(axes, group, base, 0.88 / top)
            axes.axhline(base, color="#BBBBBB", linewidth=0.6, zorder=0)
            last = group.iloc[-1]
            style.beside(axes, base + 0.3, style.span(last["lower"], last["upper"]))
        axes.set_yticks(
            [len(groups) - 0.7 - row for row in range(len(groups))],
            [group["area"].iloc[0] for group in groups],
        )  # fmt: skip
        style.plain(axes)
        axes.set_ylim(-0.05, len(groups))
        axes.set_xlim(first := float(named["year"].min()), year + 1)
        ticks = _ticks(first, year, 8)
        axes.set_xticks([tick + 0.5 for tick in ticks], [f"{tick:.0f}" for tick in ticks])
        step = _ticks(0, top, 3)[1] if top > 1 else 1
        lowest = int(np.argmin([group["upper"].max() for group in groups]))  # has room
        x, y = first + 0.03 * (edges[-1] - first), len(groups) - 0.9 - lowest
        axes.plot([x, x], [y, y + step * 0.88 / top], color=style.INK, linewidth=2.5,
                  solid_capstyle="butt")  # fmt: skip
        axes.annotate(
            f"{step:g} pairings", (x, y + step * 0.44 / top), (5, 0), va="center",
            fontsize=style.SMALL, textcoords="offset points", color=style.INK,
        )  # fmt: skip
        style.note(axes, f"right: bounds at the end of {year}", *style.left_out(table.attrs))
    return axes
