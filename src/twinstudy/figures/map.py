"""The map: border, provinces and sea, twinned localities and the ties between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import NoneType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError, of_type
from twinstudy.evidence.consolidate import Choice, choose, members
from twinstudy.evidence.hierarchy import drawing_points
from twinstudy.evidence.names import Names, place_names
from twinstudy.figures import style
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import bundled_data
from twinstudy.tables.schema import KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Window = tuple[float, float, float, float]  # west, east, south, north
Links = Mapping[str, str] | Callable[[str], str | None]

_LAYER = (101.5, 109.0, 20.5, 24.0)  # what the outlines cover
_LAND = {"VN": "#f5f1e8", "CN": "#eceff3"}
_SEA, _INK = "#dcebf5", {"VN": "#5b3a00", "CN": "#1d3557"}
_TONKIN = (107.95, 21.1)
_NAMED_AT = {  # where the name of an outline has room
    "l-vn-dien-bien-province": (103.0, 21.55),
    "l-vn-lai-chau-province": (103.1, 22.12),
    "l-vn-lao-cai-province": (103.85, 22.02),
    "l-vn-ha-giang-province": (104.75, 22.42),
    "l-vn-cao-bang-province": (106.15, 22.45),
    "l-vn-lang-son-province": (106.5, 21.72),
    "l-vn-quang-ninh-province": (107.3, 21.2),
    "l-cn-van-nam-province": (103.9, 23.55),
    "l-cn-quang-tay-province": (107.4, 23.1),
}
_FROM_BELOW = dict(zip(KINDS, (4, 3, 2, 1, 5, 0), strict=True))
_MOST_NAMES, _TYPE = 60, 6.5  # names on a map, and their size in points
_MOST_TIES = 1000  # of a kind that are drawn one by one; of more, thin lines and points at once


def plot_map(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    kind: str | Iterable[str] | None = None,
    status: str | Iterable[str] = ("agreed",),
    names: Names = "international",
    labels: bool = True,
    by_kind: bool = False,
    window: tuple[float, float, float, float] | None = None,
    links: Links | None = None,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw the twinned localities and the ties between them, with border, provinces and sea.

    Parameters
    ----------
    dataset
        Records; also a part of them, as `restrict` gives it.
    at
        Only pairings that exist on this day, for certain or possibly; None for the newest day that
        the data speak of.
    kind, status
        Kinds and statuses of the pairings to draw; None for all kinds.
    names
        Language of the names: "international", "vi" or "zh".
    labels
        Whether to name places.
    by_kind
        Whether to draw a small map for each kind; `ax` is then divided among them.
    window
        West, east, south and north end of the map, in degrees; None for the ties that are drawn,
        where most of them lie at the border of Việt Nam and China for those that do.
    links
        URL by id of a pairing or locality, or a function that returns one or None: in an SVG the
        marks and ties become links.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the map shows, "" for none.

    Returns
    -------
    axes
        The map, or with `by_kind` that of the first kind. A filled marker stands at the point of
        the locality itself, a hollow one at that of the unit it lies in; a tie with a hollow end is
        dashed. A tie that leaves the map ends in an arrow with the name of its end. Marks
        have ids in an SVG: a tie that of its pairing, a marker that of its locality, each followed
        by ``--`` and the kind where it has been used before.

    Raises
    ------
    ArgumentError
        If an argument is not what it should be.

    Notes
    -----
    Outlines: Natural Earth 1:10m, 1 to 3 km off the true border, provinces as before July 2025. One
    member of each side is named, with the number of the others; at a borrowed point outside Việt
    Nam stands the name of the unit that it belongs to. At most 60 places have names, those with
    most ties, where there is room; the note counts the others.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_map(load(), at="2025-06-30", kind="commune")
    >>> axes.figure.get_suptitle()
    'Twinned communes'
    """
    dataset = style.dataset_of(dataset, "plot_map")
    for name, value in (("labels", labels), ("by_kind", by_kind)):
        of_type(name, value, (int,), "True or False")
    if not callable(links):
        of_type("links", links, (Mapping, NoneType), "a mapping from key to address, or a function")
    choice = choose(dataset, at=at, kind=kind, status=status)
    points = drawing_points(dataset)
    ties = _ties(dataset, choice, points)
    drawn = [word for word in KINDS if (ties["kind"] == word).any()]
    view = _window(points, ties) if window is None else _checked(window)
    height = style.WIDTH * (view[3] - view[2]) / (view[1] - view[0]) / _squeeze(view)
    rows = -(-len(drawn) // 2) if by_kind else 1
    size = (style.WIDTH, min(9.5, 0.9 + (height / 2 + 0.25) * rows if by_kind else 0.95 + height))
    words = style.KIND_LABELS[drawn[0]] if len(drawn) == 1 else "places"
    texts = place_names(dataset, names)
    ends = [*ties["left"], *ties["right"]]
    shown = texts[texts.index.isin([*ends, *points.loc[ends, "drawn_at"], *_NAMED_AT])]
    with style.drawing(
        ax,
        size=size,
        title=title,
        default=f"Twinned {words}",
        pad=18,
        words="".join(shown) + ("北部湾" if names == "zh" else ""),
    ) as axes:
        panels = _panels(axes, drawn) if by_kind and len(drawn) > 1 else {axes: drawn}
        used: set[str] = set()
        for panel, kinds in panels.items():
            _draw_land(panel, view, names, texts)
            part = ties[ties["kind"].isin(kinds)]
            for word in sorted(kinds, key=_FROM_BELOW.__getitem__):
                _draw_kind(panel, part[part["kind"] == word], points, links, used)
            _draw_leaving(panel, part, points, view, texts)
        _explain(axes, panels)
        if figure := axes.get_figure(root=True):
            figure.draw_without_rendering()  # so that the layout is settled
        unnamed = 0
        for panel, kinds in panels.items():
            part = ties[ties["kind"].isin(kinds)]
            if labels:
                part = part if len(kinds) == 1 else part[part["kind"] != "border_post"]
                table = _labels(dataset, part, points, texts)
                unnamed += _write_names(panel, table[_inside(table, view)])
        last = list(panels)[-1]
        style.note(
            last if last is axes else axes,
            *_notes(dataset, choice, ties, points, view),
            f"{unnamed} places not named for lack of room" if unnamed else "", size=_TYPE,
        )  # fmt: skip
    return next(iter(panels))


def _panels(axes: Axes, drawn: list[str]) -> dict[Axes, list[str]]:
    """Divide axes into a map for each kind."""
    rows = -(-len(drawn) // 2)
    axes.set_axis_off()
    places = [
        ((k % 2) * 0.505, 1 - (k // 2 + 1) / rows, 0.495, 0.9 / rows) for k in range(len(drawn))
    ]
    return {axes.inset_axes(place): [kind] for place, kind in zip(places, drawn, strict=True)}


def _checked(window: object) -> _Window:
    try:
        west, east, south, north = map(float, window)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        west = east = south = north = np.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ArgumentError(
            f"`window` is {window!r}; give west, east, south and north in degrees, such as "
            "(102, 108.5, 21, 24)"
        )
    return west, east, south, north


def _squeeze(view: _Window) -> float:
    """Return how much narrower a degree of longitude is than one of latitude."""
    return float(max(np.cos(np.radians((view[2] + view[3]) / 2)), 0.1))


def _window(points: pd.DataFrame, ties: pd.DataFrame) -> _Window:
    """Take in all ties with a margin; where most lie at the border, those that do."""
    ends = points.loc[[*ties["left"], *ties["right"]]]
    near = ends[_inside(ends, _LAYER)]
    if ends.empty or 2 * len(near) > len(ends):
        ends = near
    if ends.empty:
        return 102.0, 108.5, 21.0, 23.9
    x, y = ends["longitude"], ends["latitude"]
    middle = (y.min() + y.max()) / 2
    margin = max(0.06 * float(np.ptp(x)), 0.06 * float(np.ptp(y)), 0.1)
    tall = max(float(np.ptp(y)) / 2 + margin, 0.22 * float(np.ptp(x)))  # no flat strip
    wide = max(float(np.ptp(x)) / 2 + margin, 0.8 * tall)
    across = (x.min() + x.max()) / 2
    west, east, south, north = _LAYER if ends is near else (-180.0, 180.0, -90.0, 90.0)
    return (
        max(across - wide, west), min(across + wide, east),
        max(middle - tall, south), min(middle + tall, north),
    )  # fmt: skip


def _inside(points: pd.DataFrame, view: _Window) -> pd.Series:
    x, y = points["longitude"], points["latitude"]
    return x.between(view[0], view[1]) & y.between(view[2], view[3])


def _ties(dataset: Dataset, choice: Choice, points: pd.DataFrame) -> pd.DataFrame:
    """List the ties both ends of which can be drawn."""
    kinds = choice.pairings.set_index("pairing_id")["kind"].astype("str")
    ends = members(dataset)[["pairing_id", "locality_id", "second"]]
    placed = points.index[points["longitude"].notna()]
    ends = ends[ends["pairing_id"].isin(kinds.index) & ends["locality_id"].isin(placed)]
    ties = ends[~ends["second"]].merge(ends[ends["second"]], on="pairing_id")
    ties = ties.rename(columns={"locality_id_x": "left", "locality_id_y": "right"})
    own = points.index[points["own"]]
    return ties[["pairing_id", "left", "right"]].assign(
        own=ties["left"].isin(own) & ties["right"].isin(own), kind=ties["pairing_id"].map(kinds)
    )


def _draw_land(axes: Axes, view: _Window, names: Names, texts: pd.Series) -> None:
    west, east, south, north = view
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect(1 / _squeeze(view))
    axes.spines[:].set(color="#c9c9c9", linewidth=0.5)
    if west < _LAYER[1] and east > _LAYER[0] and south < _LAYER[3] and north > _LAYER[2]:
        small = axes.get_subplotspec() is None
        [sea] = _layer("sea")
        ring = np.array(sea["geometry"]["coordinates"][0])
        axes.fill(ring[:, 0], ring[:, 1], facecolor=_SEA, edgecolor="#a9c6d8", linewidth=0.4)
        for land in _layer("provinces"):
            shape = land["geometry"]["coordinates"]
            for polygon in shape if land["geometry"]["type"] == "MultiPolygon" else [shape]:
                ring = np.array(polygon[0])
                colour = _LAND[land["properties"]["country"]]
                axes.fill(ring[:, 0], ring[:, 1], facecolor=colour, edgecolor="#b9b4a8",
                          linewidth=0.4)  # fmt: skip
        border = np.array(_layer("border")[0]["geometry"]["coordinates"])
        axes.plot(border[:, 0], border[:, 1], color="#4d4d4d", linewidth=0.9, zorder=1.5)
        if not small and east - west < 3 * (_LAYER[1] - _LAYER[0]):
            word = sea["properties"].get(f"name_{names}", sea["properties"]["name"])
            _name_land(axes, _TONKIN, word.replace(" ", "\n", 1), "#5f8aa5", style="italic")
            for land in _layer("provinces"):
                facts = land["properties"]
                word = texts.get(facts["locality_id"], facts["name"])
                _name_land(axes, _NAMED_AT[facts["locality_id"]], word.upper(), "#8f897c")
    _draw_scale(axes, view)


def _name_land(axes: Axes, at: tuple[float, float], word: str, colour: str, **look: Any) -> None:
    axes.text(
        *at, word, fontsize=_TYPE, color=colour, ha="center", va="center", zorder=1, clip_on=True,
        **look,
    )  # fmt: skip


def _layer(name: str) -> list[dict[str, Any]]:
    text = (bundled_data() / "map" / f"{name}.geojson").read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def _draw_scale(axes: Axes, view: _Window) -> None:
    """Draw a bar of a round number of kilometres, in the south-west corner."""
    degree = 111.2 * _squeeze(view)
    most = (view[1] - view[0]) * degree / 4
    power = 10.0 ** np.floor(np.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    x = view[0] + 0.03 * (view[1] - view[0])
    y = view[2] + 0.05 * (view[3] - view[2])
    axes.plot([x, x + km / degree], [y, y], color=style.MUTED, linewidth=2, solid_capstyle="butt",
              gid=None, label="scale")  # fmt: skip
    axes.annotate(f"{km:g} km", (x, y), (0, 2.5), textcoords="offset points", fontsize=_TYPE,
                  color=style.MUTED, va="bottom")  # fmt: skip


def _draw_kind(
    axes: Axes, ties: pd.DataFrame, points: pd.DataFrame, links: Links | None, used: set[str]
) -> None:
    """Draw ties and markers of a kind, each with an id and a link."""
    from matplotlib.collections import LineCollection

    kind = ties["kind"].iloc[0]
    colour = style.COLOURS[kind]
    place = points[["longitude", "latitude"]]
    many = len(ties) > _MOST_TIES
    for pairing, part in [(kind, ties)] if many else ties.groupby("pairing_id"):
        segments = np.stack([place.loc[part["left"]], place.loc[part["right"]]], axis=1)
        styles = ["solid" if own else (0, (3, 1.5)) for own in part["own"]]
        lines = LineCollection(
            list(segments), colors=colour, linewidths=0.3 if many else 0.8, linestyles=styles,
            alpha=min(0.85, 600 / len(ties)), gid=_free(str(pairing), kind, used),
        )  # fmt: skip
        if links:
            lines.set_urls([_link(links, key) for key in part["pairing_id"]])
        axes.add_collection(lines, autolim=False)
    ends = points.loc[np.unique(ties[["left", "right"]])].reset_index()
    if many:
        axes.scatter(ends["longitude"], ends["latitude"], 1.5, np.where(ends["own"], colour, "w"),
                     marker=style.MARKERS[kind], edgecolors=colour, lw=0.2, zorder=3)  # fmt: skip
        return
    for end in style.rows_of(ends):
        axes.plot(
            end.longitude, end.latitude, marker=style.MARKERS[kind], markersize=3.6, zorder=3,
            markerfacecolor=colour if end.own else "white", markeredgecolor=colour,
            markeredgewidth=0.7, linestyle="none", gid=_free(end.locality_id, kind, used),
            url=_link(links, end.locality_id),
        )  # fmt: skip


def _free(name: str, kind: str, used: set[str]) -> str:
    free = name if name not in used else f"{name}--{kind}"
    used.add(free)
    return free


def _link(links: Links | None, key: str) -> str | None:
    return links(key) if callable(links) else links.get(key) if links else None


def _draw_leaving(
    axes: Axes, ties: pd.DataFrame, points: pd.DataFrame, view: _Window, texts: pd.Series
) -> None:
    """Let ties that leave the map end in an arrow with the name of the place beyond."""
    inside = _inside(points, view)
    leaving = ties[inside[ties["left"]].to_numpy() != inside[ties["right"]].to_numpy()]
    leaving = leaving.drop_duplicates(["left", "right"])
    if len(leaving) > _MOST_NAMES:
        return  # no names would be read; the note counts them
    for tie in style.rows_of(leaving):
        near, far = (tie.left, tie.right) if inside[tie.left] else (tie.right, tie.left)
        start, end = points.loc[[near, far], ["longitude", "latitude"]].to_numpy(float)
        step = end - start
        low, high = np.array(view).reshape(2, 2).T
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.nanmin(np.where(step > 0, (high - start) / step, (low - start) / step))
        edge = start + step * reach
        axes.annotate("", edge, start + step * reach * 0.85, zorder=2, arrowprops={
            "arrowstyle": "-|>", "color": style.COLOURS[tie.kind], "linewidth": 0.8, "shrinkA": 0,
            "shrinkB": 0, "mutation_scale": 7})  # fmt: skip
        west = edge[0] > (view[0] + view[1]) / 2
        axes.annotate(
            f"to {texts[far]}", edge, (-4 if west else 4, -3 if step[1] > 0 else 3),
            textcoords="offset points", fontsize=_TYPE, color=style.INK,
            ha="right" if west else "left", va="top" if step[1] > 0 else "bottom",
        )  # fmt: skip


def _explain(axes: Axes, panels: dict[Axes, list[str]]) -> None:
    from matplotlib.lines import Line2D

    if axes not in panels:
        for panel, [kind] in panels.items():
            panel.set_title(style.KIND_LABELS[kind], loc="left", fontsize=8, color=style.INK, pad=2)
        return
    handles = [
        Line2D([], [], color=style.COLOURS[kind], marker=style.MARKERS[kind], markersize=4,
               linewidth=0.8, label=style.KIND_LABELS[kind]) for kind in panels[axes]
    ]  # fmt: skip
    if len(handles) > 1:
        axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(KINDS),
                    fontsize=_TYPE + 0.5, frameon=False, borderaxespad=0.2, handletextpad=0.4,
                    columnspacing=1.1, handlelength=1.8, borderpad=0.1)  # fmt: skip


def _notes(
    dataset: Dataset, choice: Choice, ties: pd.DataFrame, points: pd.DataFrame, view: _Window
) -> list[str]:
    """Say the day, what is drawn where it is not, and what is left out."""
    ends = points.loc[np.unique(ties[["left", "right"]])]
    beyond = ties.set_index("pairing_id")[["left", "right"]].isin(ends.index[~_inside(ends, view)])
    leaving = int(beyond.any(axis=1).groupby(level=0).any().sum())
    number, placed = len(choice.pairings), ties["pairing_id"].nunique()
    unplaced, left = number - placed, sum(choice.left_out.values())
    day = str(choice.day)[:10]
    parts = [
        f"{number} pairings" + (f" on {day}" if day != "NaT" else ""),
        f"{left} left out by status, kind or day",
        f"{unplaced} not drawn as a side has no point" if unplaced else "",
        f"of these {leaving} beyond the map" if leaving else "",
        f"hollow: {(~ends['own']).sum()} of {len(ends)} places, drawn at the unit around them"
        if not ends["own"].all() else "",
    ]  # fmt: skip
    places = dataset.localities.set_index("id").loc[ends["drawn_at"].unique()]
    stated = dataset.sources.set_index("id")["licence"]
    unstated = int((places["position_source_id"].map(stated) == "none stated").sum())
    parts.append(f"{unstated} points of unstated licence" if unstated else "")
    if _inside(ends, _LAYER).any():
        parts.append("outlines: Natural Earth, provinces as before July 2025")
    return parts


def _labels(
    dataset: Dataset, ties: pd.DataFrame, points: pd.DataFrame, texts: pd.Series
) -> pd.DataFrame:
    """Choose the names of a map, those with most ties first: one for each side of a pairing."""
    found = members(dataset)
    drawn = pd.unique(ties[["left", "right"]].to_numpy().ravel())
    found = found[found["pairing_id"].isin(ties["pairing_id"]) & found["locality_id"].isin(drawn)]
    weight = found.groupby("locality_id").size()
    of = found["locality_id"].to_numpy()
    table = points.loc[of].assign(
        id=of, side=found["side"].astype("str").to_numpy(), weight=weight[of].to_numpy(),
        pairing=found["pairing_id"].to_numpy(),
    )  # fmt: skip
    table = table.sort_values(["weight", "own"], ascending=False, kind="stable")
    group = table.groupby(["pairing", "side"])["id"]
    others = group.transform("size") - 1
    more = (" + " + others.astype(str)).where(others > 0, "")
    lent = ~table["own"] & (table["side"] != "VN")
    table["text"] = texts[table["id"].where(~lent, table["drawn_at"])].to_numpy() + more.where(
        ~lent, ""
    )
    table["ink"] = table["side"].map(_INK).fillna("#333333")
    table = table[group.cumcount() == 0]
    near = table.round({"longitude": 1, "latitude": 1})
    return table[~near.duplicated(["text", "longitude", "latitude"])]


def _write_names(axes: Axes, labels: pd.DataFrame) -> int:
    """Write names where they overlap nothing written and cover few markers; count those left out.

    Crowded names choose first, each among 16 directions and 9 distances.
    """
    chosen = labels.head(_MOST_NAMES)
    to_pixels, unit = axes.transData.transform, axes.figure.dpi / 72
    at = to_pixels(chosen[["longitude", "latitude"]].to_numpy(float).reshape(-1, 2))
    markers = to_pixels(np.array([np.asarray(line.get_xydata())[0] for line in axes.lines
                                  if line.get_marker() != "None"]).reshape(-1, 2))  # fmt: skip
    view = axes.get_window_extent()
    taken = [text.get_window_extent().extents for text in axes.texts if text.get_text()]
    taken += [
        line.get_window_extent().extents for line in axes.lines if line.get_label() == "scale"
    ]
    apart = np.hypot(*(at[:, None] - at[None]).T)
    order = np.argsort(-(apart < 60 * unit).sum(axis=0), kind="stable")
    angle = np.arange(16) * np.pi / 8
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    left = len(labels) - len(chosen)
    for k in order:
        row = chosen.iloc[k]
        text = axes.annotate(
            row["text"], at[k], (0, 0), xycoords="data", textcoords="offset points",
            fontsize=_TYPE, color=row["ink"], zorder=4, ha="center", va="center",
            parse_math=False,
        )  # fmt: skip
        text.xy = (row["longitude"], row["latitude"])
        box = text.get_window_extent()
        half = np.array([box.width, box.height]) / 2
        steps = np.array([4, 7, 11, 16, 22, 29, 37, 46, 56]) * unit
        # The nearest edge of the name, not its middle, is so far from the point.
        reach = ring * half
        middles = (at[k] + reach[None] + ring[None] * steps[:, None, None]).reshape(-1, 2)
        boxes = np.concatenate([middles - half, middles + half], axis=1)
        free = (
            (boxes[:, :2] >= (view.x0, view.y0)) & (boxes[:, 2:] <= (view.x1, view.y1))
        ).all(axis=1)  # fmt: skip
        for x0, y0, x1, y1 in taken:
            free &= ~(
                (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < y1) & (boxes[:, 3] > y0)
            )
        if not free.any():
            text.remove()
            left += 1
            continue
        low, high = boxes[:, None, :2] - unit, boxes[:, None, 2:] + unit
        covered = ((markers > low) & (markers < high)).all(axis=2).sum(axis=1)
        best = min(np.flatnonzero(free), key=lambda n: (covered[n], n // 16, n))
        taken.append(boxes[best])
        text.set_position((middles[best] - at[k]) / unit)
        if best // 16 > 1:
            foot = np.clip(at[k], boxes[best, :2], boxes[best, 2:])
            axes.annotate(
                "", (row["longitude"], row["latitude"]), (foot - at[k]) / unit,
                textcoords="offset points", zorder=2.5, arrowprops={
                    "arrowstyle": "-", "color": "#8a8a8a", "linewidth": 0.35, "shrinkA": 0,
                    "shrinkB": 1.5},
            )  # fmt: skip
    return left
