"""Figures of rows: shares and densities of areas, distances at random, contents of agreements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import choose
from twinstudy.evidence.names import Names, pairing_names
from twinstudy.figures import style
from twinstudy.measures.contents import contents, told
from twinstudy.measures.coverage import coverage
from twinstudy.measures.density import density
from twinstudy.measures.distance import null_distances
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, label

_OF_REPORTED = "Share of the reported pairings that are named"
_LOCAL = ("village", "commune")
_RANK = {kind: number for number, kind in enumerate(style.KIND_LABELS)}
_WHOLE: style.Look = {"facecolor": "#F2F2F2", "edgecolor": "none"}
_OUTLINE: style.Look = {"facecolor": "none", "edgecolor": "#888888", "linestyle": (0, (3, 2))}
_BINS, _FEWEST = 60, 4  # bars of a row; pairings that a row needs
_BAR = "#0072B2"
_DOT: style.Look = {"marker": "o", "markersize": 9, "markeredgewidth": 1.3, "linestyle": "none",
                    "markeredgecolor": _BAR}  # fmt: skip
_MIDDLE: style.Look = {"color": "#E3E9EE", "linewidth": 0}
_DRAWN: style.Look = {"color": "#9A9A9A", "fill": True}
_OBSERVED: style.Look = {"marker": "D", "markersize": 8, "markeredgecolor": "white",
                         "linestyle": "none", "clip_on": False, "color": style.INK}  # fmt: skip
_PLAINLY, _IMPLIED = _DOT | {"markerfacecolor": _BAR}, _DOT | {"markerfacecolor": "white"}


def plot_coverage(
    data: Dataset | pd.DataFrame, *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
    """Draw which share of the units at the border is twinned, named and reported.

    Parameters
    ----------
    data
        A dataset, of which the units at the border are drawn, areas from west to east; or what
        `coverage` returns, or some of its rows, in their order.
    names
        Language of the names of areas: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `coverage`, such as ``kind`` and ``at``; for a dataset.

    Returns
    -------
    axes
        One row an area, kind and side, in per cent of the units that a source counts: named
        units that certainly exist (filled), that are not excluded to (hatched), and a diamond for
        each total, on its own date. Where nothing counts the units, the row stands apart below,
        in per cent of the highest total that is reported, with a dashed outline; named ones beyond
        the total end at 100 % in an arrow. Numbers stand at the right.

    Raises
    ------
    ArgumentError
        If `data` is something else, or no row has units or a total.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_coverage(load(), kind="commune", at="2025-06-30")
    >>> axes.get_xlabel()
    'share of the units at the border (%)'
    """
    columns = dict.fromkeys(("area_id", "area", "country", "kind"), "text")
    columns |= {"side": "text?", "certain": "number", "possible": "number"}
    columns |= dict.fromkeys(("eligible", "reported", "reported_share"), "number?")
    table = style.measured(data, coverage, columns, names, arguments)
    if isinstance(data, Dataset):
        table = table[table["eligible"].notna() & (table["side"] == table["country"])]
    rows = _shares(table)
    if rows.empty:
        raise ArgumentError("`data` has no row with units at the border or a total to draw")
    counted = rows["counted"]
    what, default = "units at the border", "Share of the units at the border that are twinned"
    if not counted.any():
        what, default = "highest total that is reported", _OF_REPORTED
    y = style.places(rows["head"])
    with style.drawing(ax, title, default, 1.5 + 0.23 * (y.max() + 1)) as axes:
        for part, look in ((counted, _WHOLE), (~counted, _OUTLINE)):
            axes.barh(y[part], 100, height=0.66, zorder=1, linewidth=0.8, **look)
        colours = rows["kind"].map(style.COLOURS)
        style.bars(axes, y, rows["certain"].clip(0, 100), rows["possible"].clip(0, 100), colours)
        for place in y[rows["possible"] > 100]:
            axes.plot(101.5, place, ">", markersize=6, color=style.INK, clip_on=False)
        totals = rows["shares"].explode().dropna().astype(float).clip(upper=100)
        axes.plot(totals, y[totals.index], zorder=4, clip_on=False, **style.DIAMOND)
        style.name_rows(axes, y, rows["label"], rows["head"], rows["text"])
        axes.set_xlim(0, 104)
        axes.set_xticks(range(0, 101, 25))
        axes.set_xlabel(f"share of the {what} (%)")
        looks = {"named, certain": style.CERTAIN, "named, possible": style.POSSIBLE}
        if len(totals):
            looks["reported, on its date"] = style.DIAMOND
        if counted.any() and not counted.all():
            looks["of the total reported"] = _OUTLINE
        style.legend(axes, looks, columns=2)
        style.note(axes, *style.left_out(table.attrs))
    return axes


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    """Gather the rows of a bar, one area, kind, side and number of units, in per cent."""
    found = []
    table = table.fillna({"eligible": 0})
    of_a_bar = ["area_id", "kind", "side", "eligible"]
    for _, group in table.groupby(of_a_bar, sort=False, dropna=False, observed=True):
        row = group.iloc[0]
        totals = sorted(set(group["reported"].dropna().astype(int)))
        counted = bool(row["eligible"])
        base = int(row["eligible"]) or max(totals, default=0)
        if not base:
            continue
        across = "" if row["side"] == row["country"] else ", across"
        if pd.isna(row["side"]):
            across = "" if table["side"].isna().all() else ", pairings"
        told = f"; {', '.join(map(str, totals))} reported" if counted and totals else ""
        of_total = "" if counted or not table["eligible"].any() else ", of the total reported"
        found.append(
            {
                "kind": str(row["kind"]), "counted": counted, "label": row["area"] + across,
                "head": style.KIND_LABELS[str(row["kind"])] + of_total,
                "certain": 100 * row["certain"] / base, "possible": 100 * row["possible"] / base,
                "shares": (100 * group["reported_share"].dropna()).tolist(),
                "text": f"{style.span(row['certain'], row['possible'])} of {base}{told}",
            }
        )  # fmt: skip
    found.sort(key=lambda row: (not row["counted"], _RANK[row["kind"]]))
    return pd.DataFrame(found)


def plot_density(
    data: Dataset | pd.DataFrame, *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
    """Draw the density of pairings of each area: named, and beside it reported.

    Parameters
    ----------
    data
        A dataset, of which the local twinnings (villages and communes together) are drawn if no
        ``kind`` is given, areas from west to east; or what `density` returns, or some of its rows,
        in their order.
    names
        Language of the names of areas: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `density`, such as ``per`` and ``at``; for a dataset.

    Returns
    -------
    axes
        One row an area and kind: named pairings, filled up to the lower bound of the density and
        hatched up to the upper one; a diamond with its interval for the reported total. Numbers of
        pairings stand at the right.

    Raises
    ------
    ArgumentError
        If `data` is something else, or is empty.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_density(load(), at="2025-06-30")
    >>> axes.get_xlabel()
    'pairings per 100 km of border'
    """
    if isinstance(data, Dataset):
        arguments = {"kind": _LOCAL} | arguments
    columns = dict.fromkeys(("area_id", "area", "kind", "basis"), "text")
    columns |= dict.fromkeys(("certain", "possible", "lower", "upper"), "number")
    given = style.measured(data, density, columns, names, arguments)
    if given.empty:
        raise ArgumentError("`data` is empty: no source states a denominator; nothing to draw")
    table = given.astype({"kind": "str", "basis": "str"})
    table["rank"] = table["kind"].map(_RANK).fillna(-1)
    table = table.sort_values(["rank", "kind"], kind="stable", ignore_index=True)
    spans = pd.Series(map(style.span, table["certain"], table["possible"]), dtype="str")
    table["text"] = spans + " " + table["basis"]
    row = table.groupby(["kind", "area_id"], sort=False)
    rows = row.agg(area=("area", "first"), text=("text", "; ".join)).reset_index()
    words = rows["kind"].replace(style.KIND_LABELS, regex=True).str.replace(" + ", " and ")
    several = len(set(words)) > 1
    heads = words if several else [""] * len(words)
    y = style.places(heads)
    table["y"] = y[row.ngroup()].to_numpy()
    named, told = (table[table["basis"] == basis] for basis in ("named", "reported"))
    unit = "border unit" if given.attrs.get("per") == "unit" else "100 km of border"
    default = f"Twinnings per {unit}" + ("" if several else f": {words[0]}")
    with style.drawing(ax, title, default, 1.4 + 0.32 * (y.max() + 1)) as axes:
        colours = named["kind"].map(style.COLOURS).fillna(style.COLOURS["commune"])
        style.bars(axes, named["y"], named["lower"], named["upper"], colours)
        axes.hlines(told["y"], told["lower"], told["upper"], style.INK, linewidth=1.4, zorder=3)
        middle = (told["lower"] + told["upper"]) / 2
        axes.plot(middle, told["y"], zorder=4, clip_on=False, **style.DIAMOND)
        style.name_rows(axes, y, rows["area"], heads, rows["text"])
        axes.set_xlim(0, 1.04 * max(float(table["upper"].max()), 1e-9))
        axes.set_xlabel(f"pairings per {unit}")
        axes.grid(axis="x")
        looks = {"named, at least": style.CERTAIN, "not excluded": style.POSSIBLE}
        if len(told):
            looks["reported total"] = style.DIAMOND
        style.legend(axes, looks, columns=3)
        style.note(axes, *style.left_out(given.attrs))
    return axes


def plot_null(
    data: Dataset | pd.DataFrame | Mapping[str, pd.DataFrame], *, ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
    """Draw the mean distance of pairings among those of random arrangements.

    Parameters
    ----------
    data
        A dataset, of which each kind is a row; or what `null_distances` returns, or several such
        tables by the name of their row.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `null_distances`, such as ``within``, ``samples`` and ``at``; for a dataset.

    Returns
    -------
    axes
        One row a kind of which four pairings or more are compared: the distribution of the means of
        the arrangements (grey), the middle 95 % of them (band), and the observed mean (diamond),
        with the share of arrangements that are as near, the observed one among them, as a fraction.

    Raises
    ------
    ArgumentError
        If `data` is something else, or no row has four pairings.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_null(load(), kind="commune", samples=50)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['communes']
    """
    tables = _null_tables(data, arguments)
    rows = {name: table for name, table in tables.items() if table["pairings"].iloc[0] >= _FEWEST}
    if not rows:
        raise ArgumentError(f"`data` has no kind of which {_FEWEST} pairings are compared")
    facts = pd.concat(rows.values())
    draws = [np.asarray(table.attrs["draws"]) for table in rows.values()]
    end = 1.04 * max(facts["observed_km"].max(), *(each.max() for each in draws))
    given, y = next(iter(rows.values())).attrs, np.arange(len(rows))
    default = "Mean distance of twins, against random arrangements"
    with style.drawing(ax, title, default, 1.6 + 0.75 * len(rows)) as axes:
        texts = []
        for place, name, row, drawn in zip(y, rows, style.rows_of(facts), draws, strict=True):
            counts, bins = np.histogram(drawn, np.linspace(0, end, _BINS + 1))
            axes.fill_betweenx([place - 0.8, place], row.low_km, row.high_km, zorder=0, **_MIDDLE)
            axes.stairs(place - 0.74 * counts / counts.max(), bins, baseline=place, **_DRAWN)
            colour = style.COLOURS.get(name, style.INK)
            axes.plot(row.observed_km, place, zorder=3, **_OBSERVED | {"color": colour})
            style.write(axes, f"{row.observed_km:.1f}", (row.observed_km, place), (0, -7),
                        ha="center", va="top", fontsize=style.SMALL)  # fmt: skip
            # The p-value is a fraction: of all arrangements, or of those drawn and the observed.
            number = len(drawn) if row.exact else len(drawn) + 1
            p = "" if pd.isna(row.p_value) else f"p = {round(row.p_value * number)}/{number:,}"
            texts.append(f"{row.pairings} pairings\n{p}")
        words = [style.KIND_LABELS.get(name, name) for name in rows]
        style.name_rows(axes, y - 0.35, words, beside=texts)
        axes.set_ylim(len(rows) - 0.5, -0.85)
        axes.set_xlim(0, end)
        axes.set_xlabel("mean distance of the two sides (km)")
        looks = {"middle 95 %": _MIDDLE, "random arrangements": _DRAWN, "observed": _OBSERVED}
        style.legend(axes, looks, columns=3)
        sampled = f"{given['samples']:,} arrangements, seed {given['seed']}"
        style.note(
            axes, *style.left_out(given)[:1], "" if facts["exact"].all() else sampled,
            f"kinds of fewer than {_FEWEST} pairings with points are not drawn",
        )  # fmt: skip
    return axes


def _null_tables(data: Any, arguments: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Compare each kind of a dataset, or take the tables that are given."""
    if isinstance(data, Dataset):
        chosen = {name: arguments[name] for name in ("at", "kind", "status") if name in arguments}
        choice = choose(data, **chosen)
        there = choice.pairings["kind"].value_counts()
        kinds = [kind for kind in KINDS if there.get(kind, 0) >= _FEWEST]
        asked = {each: arguments | {"kind": each, "status": choice.statuses} for each in kinds}
        return {kind: style.take(null_distances, data, more) for kind, more in asked.items()}
    given = data if isinstance(data, Mapping) else {"all": data}
    columns = dict.fromkeys(("observed_km", "low_km", "high_km", "p_value"), "number?")
    columns |= {"pairings": "number", "exact": "flag"}
    tables = {}
    for name, table in given.items():
        tables[str(name)] = style.measured(table, null_distances, columns, "vi", arguments)
        if len(table) != 1 or "draws" not in table.attrs:
            raise ArgumentError(
                "`data` lacks the arrangements in `attrs`; give what `null_distances` returns"
            )
    return tables


def plot_contents(
    data: Dataset | pd.DataFrame, *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
    """Draw what twins agree to do: a dot for each topic that a source tells of a pairing.

    Parameters
    ----------
    data
        A dataset; or what `contents` returns, of which only the counts can be drawn.
    names
        Language of the names of pairings: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `contents`, such as ``basis`` and ``at``; for a dataset.

    Returns
    -------
    axes
        One row a topic, those told most often first. Of a dataset, one column a pairing of which
        any contents are told: a filled dot where a source says so in plain words, a hollow one
        where it is implied. At the right, pairings told, and those in plain words in brackets. No
        dot means "not told", not "not agreed". Of a table, bars of these two numbers.

    Raises
    ------
    ArgumentError
        If `data` is something else, or nothing is told.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_contents(load())
    >>> axes.get_title() == "", len(axes.get_yticklabels()) > 5
    (True, True)
    """
    columns = {"topic": "text"} | dict.fromkeys(("explicit", "told", "base", "pairings"), "number")
    table = style.measured(data, contents, columns, names, arguments).astype({"topic": "str"})
    rows = table[table["told"] > 0]
    rows = rows.sort_values(["told", "explicit"], kind="stable", ascending=False, ignore_index=True)
    if rows.empty:
        raise ArgumentError("`data` has no contents that are told; nothing to draw")
    base, pairings = int(rows["base"].iloc[0]), int(rows["pairings"].iloc[0])
    default = f"What twins agree to do, told of {base} of {pairings} pairings"
    below = 3.4 if isinstance(data, Dataset) else 1.6
    with style.drawing(ax, title, default, below + 0.25 * len(rows)) as axes:
        if isinstance(data, Dataset):
            _draw_dots(axes, data, rows, names, arguments)
        else:
            axes.barh(rows.index, rows["told"], height=0.66, facecolor="white", edgecolor=_BAR)
            axes.barh(rows.index, rows["explicit"], height=0.66, color=_BAR)
            axes.set_xlim(0, base)
            axes.set_xlabel(f"pairings, of {base} with any contents told")
        counts = [f"{row.told} ({row.explicit})" for row in style.rows_of(rows)]
        style.name_rows(axes, rows.index, rows["topic"].map(label), beside=counts)
        axes.tick_params(axis="x", length=0)
        style.legend(axes, {"in plain words": _PLAINLY, "implied": _IMPLIED}, columns=2)
        silent = table.loc[table["told"] == 0, "topic"].map(label)
        style.note(
            axes, *style.left_out(table.attrs)[:1],
            "no dot: not told, which is not the same as not agreed",
            f"never told: {', '.join(silent)}" if len(silent) else "",
        )  # fmt: skip
    return axes


def _draw_dots(
    axes: Axes, dataset: Dataset, rows: pd.DataFrame, names: Names, arguments: dict[str, Any]
) -> None:
    """Draw a dot a topic and pairing, pairings with most topics first."""
    chosen = {name: arguments[name] for name in ("at", "kind", "status") if name in arguments}
    found = told(dataset).astype({"topic": "str", "certainty": "str"}).sort_values("certainty")
    found = found[found["pairing_id"].isin(choose(dataset, **chosen).pairings["pairing_id"])]
    found = found[found["basis"].isin(rows.attrs["basis"])]
    found = found.drop_duplicates(["pairing_id", "topic"])  # "explicit" stands before "implied"
    number = found.groupby("pairing_id").size()
    most = number.sort_values(ascending=False, kind="stable").index
    x = found["pairing_id"].map(pd.Series(range(len(most)), index=most))
    y = found["topic"].map(pd.Series(rows.index, index=rows["topic"]))
    for certainty, look in (("explicit", _PLAINLY), ("implied", _IMPLIED)):
        some = found["certainty"] == certainty
        axes.plot(x[some], y[some], **look)
    axes.set_xlim(-0.6, len(most) - 0.4)
    axes.set_xticks(
        range(len(most)), [style.short(word, 28) for word in pairing_names(dataset, names)[most]],
        rotation=55, ha="right", rotation_mode="anchor",
    )  # fmt: skip
    axes.grid()
