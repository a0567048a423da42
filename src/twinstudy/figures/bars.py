"""Figures of the measures: tables in, axes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.figures.style import (
    COLOURS,
    HATCH,
    INK,
    LABELS,
    MUTED,
    UNITS,
    axes_of,
    beside,
    heading,
    hedged,
    note,
    note_text,
    plain,
    require,
    rows_of,
    span,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BASE = "#EFEFEF"
_DENSITY_LABELS = {
    "100 km": "pairings per 100 km of border",
    "share of possible pairs": "share of the possible pairs of units",
}


def plot_coverage(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how much of each area is twinned: named, reported, and what cannot be excluded.

    Parameters
    ----------
    table
        What `coverage` returns, or some of its rows.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        One bar an area, kind, unit and number of border units, in per cent of these units: named
        for certain (filled), named at least possibly (hatched), not excluded (grey). A diamond
        stands at each total that sources report, filled where it bounds the number at the date of
        the table. Where no source counts the border units, the bar is the highest total, and its
        outline is dashed. Rows without either are left out and counted in the note.

    Raises
    ------
    ArgumentError
        If the table is not one of `coverage`, or no row can be drawn.

    Examples
    --------
    >>> from twinstudy import coverage, load
    >>> axes = plot_coverage(coverage(load(), kind="commune", at="2025-06-30"))
    >>> axes.get_xlabel()
    'share of border units twinned; dashed: of the highest total, named (%)'
    """
    require(table, "coverage", ("eligible", "named_certain", "reported", "reported_when"))
    bars = _coverage_bars(table)
    if bars.empty:
        raise ArgumentError("`table` has no row with border units or a total; nothing to draw")
    headings = bars["kind"].ne(bars["kind"].shift()).cumsum()
    rows = range(len(bars))
    bars["y"] = [row + 0.75 * heading for row, heading in zip(rows, headings, strict=True)]
    height = 0.9 + 0.185 * (bars["y"].iloc[-1] + 1)
    axes = axes_of(ax, size=(7, height))
    for bar in rows_of(bars):
        _draw_share(axes, bar)
    for _, group in bars.groupby(headings):
        kind = group["kind"].iloc[0]
        heading(axes, group["y"].iloc[0] - 0.78, kind)
    _columns(axes, bars)
    axes.set_yticks(bars["y"].tolist(), bars["label"].tolist(), fontsize=7)
    axes.set_ylim(bars["y"].iloc[-1] + 0.7, -0.75)
    axes.set_xlim(0, max(100.0, 100 * float(bars["reach"].max())))
    axes.set_xlabel(_coverage_label(bars["counted"]), fontsize=7)
    plain(axes)
    _coverage_legend(axes, bars["counted"])
    left = len(table) - int(bars["drawn"].sum())
    more = f"{left} rows without border units or a total are not drawn" if left else ""
    note(axes, note_text(table, "border units", "eligible_source_id", more), below=30)
    return axes


def _coverage_label(counted: pd.Series) -> str:
    if counted.all():
        return "share of border units twinned (%)"
    if counted.any():
        return "share of border units twinned; dashed: of the highest total, named (%)"
    return "share of the highest reported total that is named (%)"


def _coverage_bars(table: pd.DataFrame) -> pd.DataFrame:
    """Gather the rows of a bar: one area, kind, unit, side and number of border units."""
    keys = ["area_id", "kind", "unit", "side", "eligible"]
    bars = []
    for _, group in table.groupby(keys, sort=False, dropna=False, observed=True):
        first = group.iloc[0]
        totals = group[group["reported"].notna()]
        counted = bool(pd.notna(first["eligible"]))
        base = first["eligible"] if counted else totals["reported"].max()
        if pd.isna(base) or base == 0:
            continue
        facing = pd.notna(first["side"]) and first["side"] != first["country"]
        unit = UNITS[first["unit"]]
        bars.append(
            {
                "kind": first["kind"],
                "label": f"{first['area']}{', opposite' * facing}"
                + ("" if counted else f"{' ' if facing else ', '}{unit}"),
                "counted": counted,
                "base": float(base),
                "named": (int(first["named_certain"]), int(first["named_possible"])),
                "undated": int(first["undated"]),
                "upper": float(group["share_upper"].min()) if counted else 1.0,
                "totals": [
                    (int(total.reported), total.reported_when in ("by", "on"))
                    for total in rows_of(totals)
                ],
                "of": f"{hedged(base, first['eligible_qualifier'])} {unit}" if counted else "–",
                "reach": max(first["named_possible"], totals["reported"].max(), base) / base
                if len(totals) else max(first["named_possible"], base) / base,
                "drawn": len(group),
            }
        )  # fmt: skip
    frame = pd.DataFrame(bars)
    if bars:
        if not frame["counted"].any() and (table["unit"] == "pairing").all():
            frame["label"] = frame["label"].str.removesuffix(", pairings")
        order = table["kind"].cat.categories
        frame["kind"] = pd.Categorical(frame["kind"], order)
        frame = frame.sort_values("kind", kind="stable", ignore_index=True).astype({"kind": "str"})
    return frame


def _draw_share(axes: Axes, bar: Any) -> None:
    colour, (certain, possible) = COLOURS[bar.kind], bar.named
    scale = 100 / bar.base
    if bar.counted:
        axes.barh(bar.y, 100 * min(bar.upper, 1), height=0.62, color=_BASE, zorder=1)
    else:
        axes.barh(
            bar.y, 100, height=0.62, facecolor="none", edgecolor="#999999", linewidth=0.6,
            linestyle=(0, (3, 2)), zorder=1,
        )  # fmt: skip
    if certain:
        axes.barh(bar.y, certain * scale, height=0.62, color=colour, zorder=2)
    if possible > certain:
        axes.barh(
            bar.y, (possible - certain) * scale, left=certain * scale, height=0.62,
            facecolor="white", edgecolor=colour, hatch=HATCH, linewidth=0.6, zorder=2,
        )  # fmt: skip
    for total, bounds in bar.totals:
        axes.plot(
            total * scale, bar.y, marker="D", markersize=4.2, linestyle="none",
            markerfacecolor=INK if bounds else "white",
            markeredgecolor="white" if bounds else INK,  # so that it shows on a dark bar
            markeredgewidth=0.6 if bounds else 0.8, zorder=4, clip_on=False,
        )  # fmt: skip


def _columns(axes: Axes, bars: pd.DataFrame) -> None:
    """Write the figures themselves to the right of the bars."""
    texts: dict[str, list[str]] = {
        "named": [span(*named) for named in bars["named"]],
        "undated": [str(number) for number in bars["undated"]],
        "reported": [
            ", ".join(map(str, sorted({total for total, _ in totals}))) or "–"
            for totals in bars["totals"]
        ],
    }
    if bars["counted"].any():
        texts["border units"] = [*bars["of"]]
    for (title, column), offset in zip(texts.items(), (34, 68, 104, 114), strict=False):
        last = title == "border units"
        for y, text in [(bars["y"].iloc[0] - 0.78, title), *zip(bars["y"], column, strict=True)]:
            axes.annotate(
                text, (1, y), (offset, 0), xycoords=("axes fraction", "data"),
                textcoords="offset points", ha="left" if last else "right", va="center",
                fontsize=6.2 if text == title else 6.8,
                color=MUTED if text == title else INK, annotation_clip=False,
            )  # fmt: skip


def _coverage_legend(axes: Axes, counted: pd.Series) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    diamond: dict[str, Any] = {
        "marker": "D",
        "linestyle": "none",
        "markersize": 4,
        "markeredgecolor": INK,
    }
    handles: list[Any] = [
        Patch(facecolor=MUTED, label="named, certain"),
        Patch(facecolor="white", edgecolor=MUTED, hatch=HATCH, label="named, possible"),
    ]
    if counted.any():
        handles.append(Patch(facecolor=_BASE, label="not excluded"))
    if not counted.all():
        base = Patch(facecolor="none", edgecolor="#999999", linestyle="--", label="total as base")
        handles.append(base)
    handles += [
        Line2D([], [], markerfacecolor=INK, label="reported by then", **diamond),
        Line2D([], [], markerfacecolor="white", label="reported, later or unclear", **diamond),
    ]
    axes.legend(
        handles=handles, ncols=6, fontsize=6.2, frameon=False, loc="lower left",
        bbox_to_anchor=(-0.2, 1.0), handlelength=1.4, columnspacing=1.1, handletextpad=0.5,
        borderaxespad=0.2,
    )  # fmt: skip


def plot_density(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the density of pairings of each area against each denominator that sources state.

    Parameters
    ----------
    table
        What `density` returns, or some of its rows.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        One bar an area and denominator, for ``per="border_km"``, with the kinds one after the
        other: certain pairings filled, those that are only possible hatched. Otherwise one bar an
        area, kind, side and denominator. A diamond stands at each reported total; beside kinds
        one after the other, at those of all kinds together. What the bar is divided by stands to
        the right.

    Raises
    ------
    ArgumentError
        If the table is not one of `density` or is empty.

    Examples
    --------
    >>> from twinstudy import density, load
    >>> axes = plot_density(density(load(), per="border_km", at="2025-06-30"))
    >>> axes.get_xlabel()
    'pairings per 100 km of border'
    """
    require(table, "density", ("denominator", "density_certain", "density_possible", "basis"))
    if table.empty:
        raise ArgumentError("`table` is empty: no source states a denominator; nothing to draw")
    stacked = table["denominator_unit"].iloc[0] == "km of border"
    keys = ["area_id", "denominator", "denominator_qualifier"]
    keys = keys if stacked else [keys[0], "kind", "side", *keys[1:]]
    groups = [group for _, group in table.groupby(keys, sort=False, dropna=False, observed=True)]
    if not stacked:
        groups.sort(key=lambda group: list(COLOURS).index(group["kind"].iloc[0]))
    titles = [group["area"].iloc[0] if stacked else group["kind"].iloc[0] for group in groups]
    y, places = -1.0, []
    for above, title in zip([None, *titles], titles, strict=False):
        y += 1.0 if above == title else (1.35 if stacked else 1.8)
        places.append(y)
    axes = axes_of(ax, size=(7, 1.0 + 0.185 * (y + 1)))
    drawn: set[str] = set()
    for place, group in zip(places, groups, strict=True):
        drawn |= _draw_density(axes, place, group, together=stacked)
        first = group.iloc[0]
        unit = "km" if stacked else UNITS.get(first["denominator_unit"], "pairs")
        divided = f"÷ {hedged(first['denominator'], first['denominator_qualifier'])} {unit}"
        beside(axes, place, divided)
    new = [above != title for above, title in zip([None, *titles], titles, strict=False)]
    names = [
        group["area"].iloc[0] if start or not stacked else ""
        for start, group in zip(new, groups, strict=True)
    ]
    axes.set_yticks(places, names, fontsize=7)
    if not stacked:
        for place, title, start in zip(places, titles, new, strict=True):
            if start:
                heading(axes, place - 0.8, title)
    axes.set_ylim(places[-1] + 0.7, -0.4 if stacked else -0.3)
    axes.set_xlim(0, None)
    axes.set_xlabel(
        _DENSITY_LABELS.get(
            table["unit"].iloc[0].removeprefix("pairings per "), "pairings per border unit"
        ),
        fontsize=7,
    )
    plain(axes)
    _density_legend(axes, sorted(drawn, key=list(COLOURS).index) if stacked else [])
    note(axes, note_text(table, "denominators", "denominator_source_id"), below=30)
    return axes


def _draw_density(axes: Axes, y: float, group: pd.DataFrame, *, together: bool) -> set[str]:
    """Draw one bar, and the totals beside it; return the kinds that are in it."""
    # Kinds stand one after the other; "all" stands for them where they are not in the table.
    named = group[group["basis"] == "named"]
    if together and (named["kind"] != "all").any():
        named = named[named["kind"] != "all"]
    left, drawn = 0.0, set()
    for part in ("density_certain", "density_possible"):
        for row in rows_of(named):
            width = row.density_certain
            if part == "density_possible":
                width = row.density_possible - row.density_certain
            if width <= 0:
                continue
            colour = COLOURS[row.kind]
            style: dict[str, Any] = {"color": colour}
            if part == "density_possible":
                style = {"facecolor": "white", "edgecolor": colour, "hatch": HATCH}
            axes.barh(y, width, left=left, height=0.62, linewidth=0.6, **style)
            left += width
            drawn.add(row.kind)
    totals = group[(group["basis"] == "reported") & ((group["kind"] == "all") | (not together))]
    for value in totals["density_certain"].unique():
        axes.plot(
            value, y, marker="D", markersize=4.2, linestyle="none", markerfacecolor=INK,
            markeredgecolor="white", markeredgewidth=0.6, zorder=4, clip_on=False,
        )  # fmt: skip
    return drawn


def _density_legend(axes: Axes, kinds: list[str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Any] = [Patch(color=COLOURS[kind], label=LABELS[kind]) for kind in kinds]
    handles += [] if kinds else [Patch(facecolor=MUTED, label="named, certain")]
    handles += [
        Patch(facecolor="white", edgecolor=MUTED, hatch=HATCH, label="only possible"),
        Line2D([], [], color=INK, marker="D", markersize=4, linestyle="none", label="reported"),
    ]
    axes.legend(
        handles=handles, ncols=9, fontsize=6, frameon=False, loc="lower left",
        bbox_to_anchor=(-0.12, 1.0), handlelength=1.4, columnspacing=1.1, handletextpad=0.5,
        borderaxespad=0.2,
    )  # fmt: skip
