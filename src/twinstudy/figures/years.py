"""Figures of time: when pairings were signed, drawn as precisely as sources say and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import members
from twinstudy.evidence.hierarchy import ancestors, west_to_east
from twinstudy.evidence.names import Names, pairing_names, place_names
from twinstudy.figures import style
from twinstudy.measures.timeline import signings, timeline
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

_BAND, _EDGE, _LINE = "#DCE6EE", "#5B7F9A", "#0072B2"
_FILLED: style.Look = {"facecolor": _LINE, "edgecolor": _LINE, "linewidth": 0}
_HATCHED: style.Look = style.POSSIBLE | {"edgecolor": _LINE}


def plot_timeline(
    data: Dataset | pd.DataFrame, *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
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
    columns = dict.fromkeys(("certain", "possible", "lower", "upper", "reported"), "number?")
    columns = {"year": "number", "reported_kind": "text?"} | columns
    table = style.measured(data, timeline, columns, names, arguments)
    named = table[table["lower"].notna()]
    if named.empty:
        why = ", ".join(filter(None, style.left_out(table.attrs)))
        raise ArgumentError(f"`data` is empty{f' ({why})' if why else ''}; nothing to draw")
    if "area" in table:
        return _plot_areas(table, named, ax, title)
    kinds = np.atleast_1d(table.attrs.get("kind") or "all")
    kind = str(kinds[0]) if len(kinds) == 1 else "several"
    totals = table[table["reported"].notna() & (table["reported_kind"] == kind)]
    words = f"Pairings of {style.KIND_LABELS[kind]}" if kind in KINDS else "Pairings"
    with style.drawing(ax, title, f"{words} signed, by year", 5.4) as upper:
        lower = upper.inset_axes((0, -0.66, 1, 0.54), sharex=upper)
        _draw_band(upper, named, 0.0, 1.0)
        for row in style.rows_of(totals):
            look = style.DIAMOND | {"markeredgecolor": style.COLOURS[kind], "zorder": 5}
            upper.plot(row.year, row.reported, **look)
            style.write(upper, f"{row.reported:g} reported", (row.year, row.reported), (0, 12),
                        ha="center", color=style.COLOURS[kind])  # fmt: skip
        last = named.iloc[-1]
        top = 1.1 * max(last["upper"], totals["reported"].max() if len(totals) else 0, 1)
        style.write(upper, f"{last['lower']} certain", (last["year"] + 0.5, last["lower"]), (5, 0),
                    color=_LINE)  # fmt: skip
        if last["upper"] > last["lower"]:
            place = (last["year"] + 0.5, max(last["upper"], last["lower"] + 0.09 * top))
            style.write(upper, f"{last['upper']} not excluded", place, (5, 0), color=_EDGE)
        some = named[named["possible"].fillna(0) > 0]
        if len(some) > 300:  # years less than a point wide
            lower.vlines(some["year"], some["certain"], some["possible"], colors=_BAND)
            lower.vlines(some["year"], 0, some["certain"], colors=_LINE)
        else:
            lower.bar(some["year"], some["certain"], **_FILLED)
            more = some["possible"] - some["certain"]
            lower.bar(some["year"], more, bottom=some["certain"], **_HATCHED)
        looks = {"for certain": _FILLED, "possibly, by its date": _HATCHED}
        style.legend(lower, looks, loc="upper left")
        most = max(2, some["possible"].max() if len(some) else 0)
        for axes, end, word in (
            (upper, top, "by the end of the year"), (lower, 1.4 * most, "in the year"),
        ):  # fmt: skip
            style.plain(axes)
            axes.set_ylim(0, end)
            axes.yaxis.set_major_locator(style.even(5))
            axes.set_ylabel(word)
        style.years(upper, 8)
        upper.set_xlim(named["year"].min() - 0.7, last["year"] + 0.7)
        upper.tick_params(labelbottom=False)
        style.note(lower, *style.left_out(table.attrs))
    return upper


def _plot_areas(
    table: pd.DataFrame, named: pd.DataFrame, ax: Axes | None, title: str | None
) -> Axes:
    """Draw the band of each area in a row of its own, all to one scale."""
    groups = [group for _, group in named.groupby("area_id", sort=False)]
    top, first, year = max(1, named["upper"].max()), named["year"].min(), named["year"].max()
    bases = np.arange(len(groups))[::-1]
    default = "Pairings signed by the end of each year, by area"
    with style.drawing(ax, title, default, 1.3 + 0.55 * len(groups)) as axes:
        for base, group in zip(bases, groups, strict=True):
            _draw_band(axes, group, base, 0.88 / top)
        axes.hlines(bases, first - 0.5, year + 0.5, color="#BBBBBB", linewidth=0.6, zorder=0)
        ends = [group.iloc[-1] for group in groups]
        spans = [style.span(end["lower"], end["upper"]) for end in ends]
        style.name_rows(axes, bases + 0.3, [end["area"] for end in ends], beside=spans)
        axes.set_ylim(-0.05, len(groups))
        axes.set_xlim(first - 0.5, year + 0.5)
        style.years(axes, 8)
        step = style.even(3).tick_values(0, top)[1]
        room = bases[int(np.argmin([group["upper"].max() for group in groups]))]
        x, y = first + 0.03 * (year - first), room + 0.1
        axes.vlines(x, y, y + step * 0.88 / top, color=style.INK, linewidth=2.5)
        middle = (x, y + step * 0.44 / top)
        style.write(axes, f"{step:g} pairings", middle, (5, 0), fontsize=style.SMALL)
        style.note(axes, f"right: bounds at the end of {year}", *style.left_out(table.attrs))
    return axes


def _draw_band(axes: Axes, named: pd.DataFrame, base: float, scale: float) -> None:
    """Draw the band between the bounds of each year; a value holds at the end of its year."""
    edges = np.append(named["year"], named["year"].iloc[-1] + 1) - 0.5
    low, high = (base + scale * named[name].to_numpy(float) for name in ("lower", "upper"))
    axes.stairs(high, edges, baseline=low, fill=True, color=_BAND)
    axes.stairs(high, edges, baseline=None, color=_EDGE, linewidth=1.2, linestyle="--")
    axes.stairs(low, edges, baseline=None, color=_LINE, linewidth=2)


def plot_signings(
    data: Dataset | pd.DataFrame, *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
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
    columns = {"pairing": "text", "kind": "text", "precision": "text", "qualified": "flag"}
    columns |= {"conflict": "flag", "earliest": "day?", "latest": "day?", "not_after": "day?"}
    table = style.measured(data, signings, columns, names, arguments)
    if isinstance(data, Dataset):
        table = _by_province(data, table, names)
    if table.empty:
        raise ArgumentError("`data` has no pairing; nothing to draw")
    heads = table["area"].astype("str") if "area" in table else [""] * len(table)
    rows = table.assign(y=style.places(heads).to_numpy())
    known = pd.concat([rows["earliest"], rows["latest"], rows["not_after"]]).dropna()
    # Years of open bars alone say little; they begin with the first year that a date allows.
    first, last = (known.min().year, known.max().year) if len(known) else (2000, 2001)
    first, last = first - 0.6, last + 1.2
    height = 1.6 + 0.185 * (rows["y"].max() + 1)
    with style.drawing(ax, title, "When pairings were signed", height) as axes:
        for row in style.rows_of(rows):
            _draw_signing(axes, row, first, last)
        style.name_rows(axes, rows["y"], [style.short(name) for name in rows["pairing"]], heads)
        axes.set_xlim(first, last)
        style.years(axes)
        axes.grid(axis="x")
        hollow: style.Look = {"facecolor": "white", "edgecolor": style.MUTED}
        dot = {"marker": "o", "markersize": 6, "color": style.INK, "linestyle": "none"}
        explained = {
            word: (rows["kind"] == kind, {"color": style.COLOURS[kind]})
            for kind, word in style.KIND_LABELS.items()
        } | {
            "hedged": (rows["qualified"], hollow | {"linestyle": "--"}),
            "sources disagree": (rows["conflict"], hollow | {"hatch": style.HATCH}),
            "no stated date": (rows["precision"] == "none", hollow),
            "day": (rows["precision"] == "day", dot),
        }
        looks = {word: look for word, (shown, look) in explained.items() if shown.any()}
        style.legend(axes, looks, bbox_to_anchor=(1.03, 1), loc="lower right")
        style.note(axes, *style.left_out(table.attrs))
    return axes


def _by_province(dataset: Dataset, table: pd.DataFrame, names: Names) -> pd.DataFrame:
    """Add the province of the first member, that of Việt Nam where there is one, and sort by it."""
    found = members(dataset).sort_values("side", key=lambda side: side != "VN", kind="stable")
    places = found.drop_duplicates("pairing_id").set_index("pairing_id")["locality_id"]
    provinces = ancestors(dataset, level="province", at=table.attrs.get("at"))
    area = table["pairing_id"].map(places).map(provinces)
    table = table.assign(pairing=table["pairing_id"].map(pairing_names(dataset, names)))
    if area.isna().all():
        return table
    words = area.map(place_names(dataset, names)).fillna("no province")
    table = table.assign(west=area.map(west_to_east(dataset)), area=words)
    return table.sort_values(["west", "area"], kind="stable")


def _draw_signing(axes: Axes, row: Any, first: float, last: float) -> None:
    """Draw a dot for a day, and a bar for all that is less precise."""
    colour = style.COLOURS[row.kind]
    start = first - 1 if pd.isna(row.earliest) else _decimal_year(row.earliest)
    if row.precision == "day":
        axes.plot(
            start, row.y, "o", markersize=6.5, markeredgecolor=colour, markeredgewidth=1.4,
            markerfacecolor="white" if row.qualified else colour,
        )  # fmt: skip
        return
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


def _decimal_year(day: pd.Timestamp) -> float:
    return day.year + (day.day_of_year - 1) / (366 if day.is_leap_year else 365)
