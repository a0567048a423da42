"""Figures of shares and densities: one row an area, what is named beside what is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.names import Names
from twinstudy.figures import style
from twinstudy.measures.coverage import coverage
from twinstudy.measures.density import density
from twinstudy.records.dataset import Dataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOCAL = ("village", "commune")
_DIAMOND: dict[str, Any] = {
    "marker": "D", "linestyle": "none", "markersize": 6.5, "markerfacecolor": "white",
    "markeredgecolor": style.INK, "markeredgewidth": 1.2,
}  # fmt: skip


def plot_coverage(
    data: Dataset | pd.DataFrame,
    *,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
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
    columns = ("certain", "possible", "eligible", "reported", "reported_share")
    table = style.measured(data, coverage, columns, names, arguments)
    if isinstance(data, Dataset):
        table = table[table["eligible"].notna() & (table["side"] == table["country"])]
    rows = _shares(table)
    if rows.empty:
        raise ArgumentError("`data` has no row with units at the border or a total to draw")
    heads = rows["head"].ne(rows["head"].shift()).cumsum()
    rows["y"] = [n + 1.0 * head for n, head in enumerate(heads)]
    counted = bool(rows["counted"].any())
    default = "Share of the units at the border that are twinned"
    with style.drawing(
        ax, size=(style.WIDTH, 1.5 + 0.23 * (rows["y"].iloc[-1] + 1)), title=title, pad=40,
        default=default if counted else "Share of the reported pairings that are named",
    ) as axes:  # fmt: skip
        for row in style.rows_of(rows):
            _draw_share(axes, row)
        for _, group in rows.groupby(heads):
            axes.annotate(
                group["head"].iloc[0], (0, group["y"].iloc[0] - 0.95), (0, 0), ha="left",
                va="center", xycoords=("axes fraction", "data"), textcoords="offset points",
                color=style.INK, fontsize=style.SIZE, fontweight="bold",
            )  # fmt: skip
        axes.set_yticks(rows["y"].tolist(), rows["label"].tolist(), fontsize=style.SIZE)
        axes.set_ylim(rows["y"].iloc[-1] + 0.7, -0.5)
        axes.set_xlim(0, 104)
        axes.set_xticks(range(0, 101, 25))
        what = "units at the border" if counted else "highest total that is reported"
        axes.set_xlabel(f"share of the {what} (%)", fontsize=style.SIZE)
        style.plain(axes)
        style.legend(axes, _share_handles(rows), columns=2)
        style.note(axes, *style.left_out(table.attrs))
    return axes


def _shares(table: pd.DataFrame) -> pd.DataFrame:
    """Gather the rows of a bar: one area, kind, side and number of units."""
    found = []
    pairings_alone = bool(table["side"].isna().all())
    for _, group in table.groupby(
        ["area_id", "kind", "side", "eligible"], sort=False, dropna=False, observed=True
    ):
        first = group.iloc[0]
        totals = sorted({int(total) for total in group["reported"].dropna()})
        counted = bool(pd.notna(first["eligible"]) and first["eligible"])
        base = int(first["eligible"]) if counted else max(totals, default=0)
        if not base:
            continue
        label = first["area"]
        if pd.isna(first["side"]):
            label += "" if pairings_alone else ", pairings"
        elif first["side"] != first["country"]:
            label += ", across"
        text = f"{style.span(first['certain'], first['possible'])} of {base}"
        told = f"; {', '.join(map(str, totals))} reported" if counted and totals else ""
        word = style.KIND_LABELS[str(first["kind"])]
        found.append(
            {
                "kind": str(first["kind"]), "label": label, "counted": counted,
                "head": word,
                "certain": 100 * first["certain"] / base,
                "possible": 100 * first["possible"] / base,
                "totals": [100 * share for share in group["reported_share"].dropna()],
                "text": text + told,
            }
        )  # fmt: skip
    rank = {word: number for number, word in enumerate(style.KIND_LABELS)}
    found.sort(key=lambda row: (not row["counted"], rank[row["kind"]]))
    rows = pd.DataFrame(found)
    if len(rows) and rows["counted"].any():
        rows["head"] += rows["counted"].map({True: "", False: ", of the total reported"})
    return rows


def _draw_share(axes: Axes, row: Any) -> None:
    colour = style.COLOURS[row.kind]
    outline: dict[str, Any] = {"facecolor": "#F2F2F2", "edgecolor": "none"}
    if not row.counted:
        outline = {"facecolor": "none", "edgecolor": "#888888", "linestyle": (0, (3, 2))}
    axes.barh(row.y, 100, height=0.66, zorder=1, linewidth=0.8, **outline)
    certain, possible = min(row.certain, 100), min(row.possible, 100)
    if certain:
        axes.barh(row.y, certain, height=0.66, color=colour, zorder=2)
    if possible > certain:
        axes.barh(
            row.y, possible - certain, left=certain, height=0.66, facecolor="white",
            edgecolor=colour, hatch=style.HATCH, linewidth=0.6, zorder=2,
        )  # fmt: skip
    if row.possible > 100:
        axes.plot(101.5, row.y, marker=">", color=colour, markersize=6, clip_on=False)
    for share in row.totals:
        axes.plot(min(share, 100), row.y, zorder=4, clip_on=False, **_DIAMOND)
    style.beside(axes, row.y, row.text, fontsize=style.SIZE - 1)


def _share_handles(rows: pd.DataFrame) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=style.MUTED, label="named, certain"),
        Patch(facecolor="white", edgecolor=style.MUTED, hatch=style.HATCH, label="named, possible"),
    ]
    if rows["totals"].map(len).any():
        handles.append(Line2D([], [], label="reported, on its date", **_DIAMOND))
    if rows["counted"].any() and not rows["counted"].all():
        handles.append(
            Patch(
                facecolor="none", edgecolor="#888888", linestyle="--", label="of the total reported"
            )
        )
    return handles


def plot_density(
    data: Dataset | pd.DataFrame,
    *,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
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
    columns = ("basis", "certain", "possible", "lower", "upper")
    table = style.measured(data, density, columns, names, arguments)
    if table.empty:
        raise ArgumentError("`data` is empty: no source states a denominator; nothing to draw")
    rank = {word: number for number, word in enumerate(style.KIND_LABELS)}
    kinds = sorted(set(table["kind"].astype("str")), key=lambda kind: (rank.get(kind, -1), kind))
    several, y, places = len(kinds) > 1, 0.0, []
    groups = []
    for kind in kinds:
        y += 1.0 * several
        of_kind = table[table["kind"].astype("str") == kind]
        for _, group in of_kind.groupby("area_id", sort=False):
            places.append(y)
            groups.append(group)
            y += 1
    words = {kind: _words(kind) for kind in kinds}
    unit = "border unit" if table.attrs.get("per") == "unit" else "100 km of border"
    with style.drawing(
        ax, size=(style.WIDTH, 1.4 + 0.32 * (places[-1] + 1)), title=title, pad=24,
        default=f"Twinnings per {unit}" + ("" if several else f": {words[kinds[0]]}"),
    ) as axes:  # fmt: skip
        for place, group in zip(places, groups, strict=True):
            _draw_density(axes, place, group)
        axes.set_yticks(places, [group["area"].iloc[0] for group in groups], fontsize=style.SIZE)
        for kind in kinds if several else []:
            first = next(p for p, group in zip(places, groups, strict=True)
                         if str(group["kind"].iloc[0]) == kind)  # fmt: skip
            axes.text(0, first - 0.8, words[kind], va="center", color=style.INK,
                      fontsize=style.SIZE, fontweight="bold")  # fmt: skip
        axes.set_ylim(places[-1] + 0.6, -0.6 + 0.3 * several)
        axes.set_xlim(0, 1.04 * max(float(table["upper"].max()), 1e-9))
        axes.set_xlabel(f"pairings per {unit}", fontsize=style.SIZE)
        style.plain(axes)
        axes.grid(axis="x", color="#E6E6E6", linewidth=0.6)
        axes.set_axisbelow(True)
        style.legend(axes, _density_handles(table), columns=3)
        style.note(axes, *style.left_out(table.attrs))
    return axes


def _words(kind: str) -> str:
    return " and ".join(style.KIND_LABELS[word] for word in kind.split(" + "))


def _colour(kind: str) -> str:
    return style.COLOURS[kind] if kind in style.COLOURS else style.COLOURS["commune"]


def _draw_density(axes: Axes, y: float, group: pd.DataFrame) -> None:
    """Draw the bar of what is named and the point of what is reported."""
    texts = []
    for row in style.rows_of(group):
        texts.append(f"{style.span(row.certain, row.possible)} {row.basis}")
        if row.basis == "reported":
            axes.plot([row.lower, row.upper], [y, y], color=style.INK, linewidth=1.4, zorder=3)
            axes.plot((row.lower + row.upper) / 2, y, zorder=4, clip_on=False, **_DIAMOND)
            continue
        colour = _colour(str(row.kind))
        axes.barh(y, row.lower, height=0.62, color=colour, zorder=2)
        axes.barh(
            y, row.upper - row.lower, left=row.lower, height=0.62, facecolor="white",
            edgecolor=colour, hatch=style.HATCH, linewidth=0.6, zorder=2,
        )  # fmt: skip
    style.beside(axes, y, "; ".join(texts), fontsize=style.SIZE - 1)


def _density_handles(table: pd.DataFrame) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [
        Patch(facecolor=style.MUTED, label="named, at least"),
        Patch(facecolor="white", edgecolor=style.MUTED, hatch=style.HATCH, label="not excluded"),
    ]
    if (table["basis"] == "reported").any():
        handles.append(Line2D([], [], label="reported total", **_DIAMOND))
    return handles
