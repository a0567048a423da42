"""The map: border, provinces and sea, twinned localities and the ties between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from twinstudy.errors import ArgumentError, of_type
from twinstudy.evidence.consolidate import Choice, choose, members
from twinstudy.evidence.hierarchy import drawing_points
from twinstudy.evidence.names import Names, place_names
from twinstudy.figures import style
from twinstudy.network.exchange import cut_at_date_line
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import bundled_data
from twinstudy.tables.schema import KINDS

_Window = tuple[float, float, float, float]  # west, east, south, north
_Features = list[dict[str, Any]]

_LAYER = (101.5, 109.0, 20.5, 24.0)  # what the outlines cover
_GROUND = {"VN": "#f5f1e8", "CN": "#eceff3", "sea": "#dcebf5"}
_INK = {"VN": "#5b3a00", "CN": "#1d3557", "sea": "#5f8aa5"}
_FROM_BELOW = ("other", "province", "district", "commune", "village", "border_post")
_MOST_NAMES, _TYPE = 60, 6.5  # names on a map, and their size in points
_RING = np.exp(0.125j * np.pi * np.arange(16)).view(float).reshape(-1, 2)  # 16 directions
_LEADER = {"arrowstyle": "-", "color": "#8a8a8a", "linewidth": 0.35, "shrinkA": 0, "shrinkB": 1.5}
_STEPS = np.array([4, 7, 11, 16, 22, 29, 37, 46, 56])  # points
_POINT, _FAR = ["longitude", "latitude"], ["longitude_to", "latitude_to"]
_MOST_TIES = 1000  # of a kind that are drawn one by one; of more, thin lines and points at once


def plot_map(
    dataset: Dataset, *, at: str | date | None = None, kind: str | Iterable[str] | None = None,
    status: str | Iterable[str] = ("agreed",), names: Names = "international",
    labels: bool = True, by_kind: bool = False, links: Mapping[str, str] | None = None,
    window: tuple[float, float, float, float] | None = None, ax: Axes | None = None,
    title: str | None = None,
) -> Axes:  # fmt: skip
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
        URL by id of a pairing or locality: in an SVG their ties and marks become links.
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
    of_type("dataset", dataset, (Dataset,), "a dataset, such as `load()` returns")
    for name, value in (("labels", labels), ("by_kind", by_kind)):
        of_type(name, value, (int,), "True or False")
    of_type("links", links, (Mapping, NoneType), "a mapping from key to address")
    choice = choose(dataset, at=at, kind=kind, status=status)
    ends = _ends(dataset, choice)
    drawn = [word for word in KINDS if (ends["kind"] == word).any()]
    view = _window(ends) if window is None else _checked(window)
    height = style.WIDTH * (view[3] - view[2]) / (view[1] - view[0]) / _squeeze(view)
    if by_kind:
        height = min(8.6, (height / 2 + 0.25) * -(-len(drawn) // 2))
    words, layer = place_names(dataset, names), _layer(view)
    at_border = [feature["properties"].get("locality_id") for feature in layer]
    shown = words[words.index.isin([*ends["locality_id"], *ends["drawn_at"], *at_border])]
    default = f"Twinned {style.KIND_LABELS[drawn[0]] if len(drawn) == 1 else 'places'}"
    letters = "".join(shown) + ("北部湾" if names == "zh" else "")
    with style.drawing(ax, title, default, 0.95 + height, words=letters) as axes:
        panels = _panels(axes, ends, drawn) if by_kind and len(drawn) > 1 else {axes: ends}
        used: set[str] = set()
        for panel, part in panels.items():
            _draw_land(panel, view, layer, names, words, named=panel is axes)
            for word in sorted(part["kind"].unique(), key=_FROM_BELOW.index):
                _draw_kind(panel, part[part["kind"] == word], links or {}, used)
            _draw_leaving(panel, part, view, words)
        if axes in panels and len(drawn) > 1:
            style.legend(axes, style.lines(drawn), len(KINDS), fontsize=_TYPE + 0.5)
        if figure := axes.get_figure(root=True):
            figure.draw_without_rendering()  # so that the layout is settled
        unnamed = 0
        for panel, part in panels.items() if labels else ():
            posts = part["kind"] == "border_post"  # named only where nothing else is drawn
            table = _labels(part[~posts | bool(posts.all())], words)
            unnamed += _write_names(panel, table[_inside(table, view)])
        style.note(
            axes, *_notes(dataset, choice, ends, view),
            f"{unnamed} places not named for lack of room" if unnamed else "", size=_TYPE,
        )  # fmt: skip
    return next(iter(panels))


def _ends(dataset: Dataset, choice: Choice) -> pd.DataFrame:
    """List the members with a point of the pairings both sides of which have one."""
    kinds = choice.pairings.set_index("pairing_id")["kind"].astype("str")
    ends = members(dataset).join(drawing_points(dataset), on="locality_id")
    ends["kind"] = ends["pairing_id"].map(kinds)
    ends = ends[ends["kind"].notna() & ends["longitude"].notna()]
    return ends[ends.groupby("pairing_id")["second"].transform("nunique") == 2]


def _ties(ends: pd.DataFrame) -> pd.DataFrame:
    """List the ties of each pairing from end to end, both ways."""
    ties = ends.merge(ends, on=["pairing_id", "kind"], suffixes=("", "_to"))
    return ties[ties["second"] != ties["second_to"]]


def _panels(axes: Axes, ends: pd.DataFrame, drawn: list[str]) -> dict[Axes, pd.DataFrame]:
    """Divide axes into a map for each kind, with the ends that belong there."""
    axes.set_axis_off()
    rows, panels = -(-len(drawn) // 2), {}
    for k, kind in enumerate(drawn):
        panel = axes.inset_axes((k % 2 * 0.505, 1 - (k // 2 + 1) / rows, 0.495, 0.9 / rows))
        panel.set_title(style.KIND_LABELS[kind], loc="left", fontsize=8, color=style.INK, pad=2)
        panels[panel] = ends[ends["kind"] == kind]
    return panels


def _checked(window: object) -> _Window:
    try:
        west, east, south, north = map(float, window)  # type: ignore[call-overload]
    except (TypeError, ValueError):
        west = east = south = north = np.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ArgumentError(f"`window` is {window!r}; give west, east, south and north in degrees")
    return west, east, south, north


def _squeeze(view: _Window) -> float:
    """Return how much narrower a degree of longitude is than one of latitude."""
    return float(max(np.cos(np.radians((view[2] + view[3]) / 2)), 0.1))


def _window(ends: pd.DataFrame) -> _Window:
    """Take in all places with a margin; where most lie at the border, those that do."""
    west, east, south, north = -180.0, 180.0, -90.0, 90.0
    near = ends[_inside(ends, _LAYER)]
    if 2 * len(near) > len(ends):
        ends, (west, east, south, north) = near, _LAYER
    if ends.empty:
        return 102.0, 108.5, 21.0, 23.9
    low, high = ends[_POINT].min().to_numpy(), ends[_POINT].max().to_numpy()
    (x, y), (half_x, half_y) = (low + high) / 2, (high - low) / 2
    margin = max(0.12 * half_x, 0.12 * half_y, 0.1)
    tall = max(half_y + margin, 0.44 * half_x)  # no flat strip
    wide = max(half_x + margin, 0.8 * tall)
    return max(x - wide, west), min(x + wide, east), max(y - tall, south), min(y + tall, north)


def _inside(points: pd.DataFrame, view: _Window, end: str = "") -> pd.Series:
    x, y = points[f"longitude{end}"], points[f"latitude{end}"]
    return x.between(view[0], view[1]) & y.between(view[2], view[3])


def _layer(view: _Window) -> _Features:
    """Read the sea, provinces and border of a window."""
    west, east, south, north = _LAYER
    if view[0] > east or view[1] < west or view[2] > north or view[3] < south:
        return []
    files = [bundled_data() / "map" / f"{name}.geojson" for name in ("sea", "provinces", "border")]
    read = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    return [feature for features in read for feature in features["features"]]


def _lines(coordinates: list[Any]) -> list[Any]:
    """Return the lines that coordinates of GeoJSON consist of, however deep."""
    if isinstance(coordinates[0][0], float):
        return [coordinates]
    return [line for part in coordinates for line in _lines(part)]


def _draw_land(
    axes: Axes, view: _Window, layer: _Features, names: Names, words: pd.Series, *, named: bool
) -> None:
    """Draw sea, provinces and border, and a bar of a round number of kilometres."""
    west, east, south, north = view
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect(1 / _squeeze(view))
    axes.spines[:].set(color="#c9c9c9", linewidth=0.5)
    for feature in layer:
        facts = feature["properties"]
        for line in _lines(feature["geometry"]["coordinates"]):
            x, y = np.transpose(line)
            if "country_south" in facts:
                axes.plot(x, y, color="#4d4d4d", linewidth=0.9, zorder=1.5)
            else:
                colour = _GROUND[facts.get("country", "sea")]
                axes.fill(x, y, facecolor=colour, edgecolor="#b9b4a8", linewidth=0.4)
        if named and "label_at" in facts and east - west < 3 * (_LAYER[1] - _LAYER[0]):
            word = str(facts.get(f"name_{names}", facts["name"])).replace(" ", "\n", 1)
            look: style.Look = {"color": _INK["sea"], "style": "italic"}
            if "locality_id" in facts:
                word = str(words.get(facts["locality_id"], facts["name"])).upper()
                look = {"color": "#8f897c"}
            style.write(axes, word, facts["label_at"], ha="center", fontsize=_TYPE, zorder=1,
                        clip_on=True, **look)  # fmt: skip
    degree = 111.2 * _squeeze(view)
    most = (east - west) * degree / 4
    power = 10.0 ** np.floor(np.log10(most))
    km = max(step * power for step in (1, 2, 5) if step * power <= most)
    x, y = west + 0.03 * (east - west), south + 0.05 * (north - south)
    axes.plot([x, x + km / degree], [y, y], color=style.MUTED, linewidth=2, label="scale")
    style.write(axes, f"{km:g} km", (x, y), (0, 2.5), fontsize=_TYPE, color=style.MUTED,
                va="bottom")  # fmt: skip


def _draw_kind(axes: Axes, ends: pd.DataFrame, links: Mapping[str, str], used: set[str]) -> None:
    """Draw ties and markers of a kind, each with an id and a link."""
    kind = ends["kind"].iloc[0]
    colour = style.COLOURS[kind]
    ties = _ties(ends).query("~second")
    number, many = len(ties), len(ties) > _MOST_TIES
    across = ties[[*_POINT, *_FAR]].to_numpy().reshape(-1, 2, 2).tolist()
    pieces: list[Any] = [cut_at_date_line(*each) for each in across]
    ties = ties.assign(piece=pieces).explode("piece")
    for pairing, part in [(kind, ties)] if many else ties.groupby("pairing_id"):
        tie = LineCollection(
            part["piece"].tolist(), colors=colour, gid=str(pairing), alpha=min(0.85, 600 / number),
            linewidths=0.3 if many else 0.8, urls=list(map(links.get, part["pairing_id"])),
            linestyles=["solid" if own else (0, (3, 1.5)) for own in part["own"] & part["own_to"]],
        )  # fmt: skip
        axes.add_collection(tie, autolim=False)
    ends = ends.drop_duplicates("locality_id").sort_values("locality_id")
    if many:
        fill = np.where(ends["own"], colour, "w")
        axes.scatter(ends["longitude"], ends["latitude"], 1.5, fill, edgecolors=colour,
                     marker=style.MARKERS[kind], linewidths=0.2, zorder=3)  # fmt: skip
        return
    for end in style.rows_of(ends):
        axes.plot(
            end.longitude, end.latitude, marker=style.MARKERS[kind], markersize=3.6, zorder=3,
            markerfacecolor=colour if end.own else "white", markeredgecolor=colour,
            markeredgewidth=0.7, linestyle="none", url=links.get(end.locality_id),
            gid=end.locality_id + f"--{kind}" * (end.locality_id in used),
        )  # fmt: skip
    used.update(ends["locality_id"])


def _draw_leaving(axes: Axes, ends: pd.DataFrame, view: _Window, words: pd.Series) -> None:
    """Let ties that leave the map end in an arrow with the name of the place beyond."""
    ties = _ties(ends)
    leaving = ties[_inside(ties, view) & ~_inside(ties, view, "_to")]
    leaving = leaving.drop_duplicates(["locality_id", "locality_id_to"])
    if len(leaving) > _MOST_NAMES:
        return  # no names would be read; the note counts them
    low, high = np.array(view).reshape(2, 2).T
    for tie in style.rows_of(leaving):
        start = np.array([tie.longitude, tie.latitude])
        step = np.array([tie.longitude_to, tie.latitude_to]) - start
        with np.errstate(divide="ignore", invalid="ignore"):
            step *= np.nanmin(np.where(step > 0, high - start, low - start) / step)
        edge = start + step
        axes.annotate("", edge, start + 0.85 * step, zorder=2, arrowprops={
            "arrowstyle": "-|>", "color": style.COLOURS[tie.kind], "linewidth": 0.8, "shrinkA": 0,
            "shrinkB": 0, "mutation_scale": 7})  # fmt: skip
        left, down = edge[0] > (view[0] + view[1]) / 2, step[1] > 0
        style.write(
            axes, f"to {words[tie.locality_id_to]}", edge, (-4 if left else 4, -3 if down else 3),
            fontsize=_TYPE, ha="right" if left else "left", va="top" if down else "bottom",
        )  # fmt: skip


def _notes(dataset: Dataset, choice: Choice, ends: pd.DataFrame, view: _Window) -> list[str]:
    """Say the day, what is drawn where it is not, and what is left out."""
    number, day = len(choice.pairings), str(choice.day)[:10]
    unplaced = number - ends["pairing_id"].nunique()
    leaving = ends.loc[~_inside(ends, view), "pairing_id"].nunique()
    spots = ends.drop_duplicates("locality_id")
    places = dataset.localities.set_index("id").loc[spots["drawn_at"].unique()]
    stated = dataset.sources.set_index("id")["licence"]
    unstated = int((places["position_source_id"].map(stated) == "none stated").sum())
    hollow, outlines = int((~spots["own"]).sum()), bool(_inside(ends, _LAYER).any())
    return [
        f"{number} pairings" + (f" on {day}" if day != "NaT" else ""),
        f"{sum(choice.left_out.values())} left out by status, kind or day",
        f"{unplaced} not drawn as a side has no point" if unplaced else "",
        f"of these {leaving} beyond the map" if leaving else "",
        f"hollow: {hollow} of {len(spots)} places, drawn at the unit around them" if hollow else "",
        f"{unstated} points of unstated licence" if unstated else "",
        "outlines: Natural Earth, provinces as before July 2025" if outlines else "",
    ]


def _labels(ends: pd.DataFrame, words: pd.Series) -> pd.DataFrame:
    """Choose the names of a map, those with most ties first: one for each side of a pairing."""
    table = ends.assign(weight=ends.groupby("locality_id")["pairing_id"].transform("size"))
    table = table.sort_values(["weight", "own"], ascending=False, kind="stable")
    others = table.groupby(["pairing_id", "side"])["side"].transform("size") - 1
    lent = ~table["own"] & (table["side"] != "VN")
    more = (" + " + others.astype("str")).where((others > 0) & ~lent, "")
    table["text"] = table["locality_id"].where(~lent, table["drawn_at"]).map(words) + more
    table = table.drop_duplicates(["pairing_id", "side"])
    near = table.round({"longitude": 1, "latitude": 1})
    return table[~near.duplicated(["text", *_POINT])]


def _write_names(axes: Axes, labels: pd.DataFrame) -> int:
    """Write names where they overlap nothing written and cover few markers; count those left out.

    Crowded names choose first, each among 16 directions and 9 distances.
    """
    chosen = labels.head(_MOST_NAMES)
    view, unit = axes.get_window_extent(), axes.figure.dpi / 72
    marks: list[Any] = [line.get_xydata() for line in axes.lines if line.get_marker() != "None"]
    markers = axes.transData.transform(np.concatenate([np.empty((0, 2)), *marks]))
    written: list[Any] = [text for text in axes.texts if text.get_text()]
    written += [line for line in axes.lines if line.get_label() == "scale"]
    taken = [np.array(each.get_window_extent().extents) for each in written]
    at = axes.transData.transform(chosen[_POINT].to_numpy(float).reshape(-1, 2))
    crowd = (np.hypot(*(at[:, None] - at).T) < 60 * unit).sum(axis=0)
    for k in np.argsort(-crowd, kind="stable"):
        row = chosen.iloc[k]
        text = style.write(
            axes, row["text"], row[_POINT], fontsize=_TYPE, zorder=4, ha="center",
            color=_INK.get(row["side"], "#333333"), arrowprops=dict(_LEADER),
        )  # fmt: skip
        box = Text.get_window_extent(text)
        half = np.array([box.width, box.height]) / 2
        # The nearest edge of the name, not its middle, is so far from the point.
        middles = at[k] + (_RING * half + _RING * _STEPS[:, None, None] * unit).reshape(-1, 2)
        low, high = middles - half, middles + half
        free = ((low >= view.min) & (high <= view.max)).all(axis=1)
        for x0, y0, x1, y1 in taken:
            free &= ~((low < (x1, y1)) & (high > (x0, y0))).all(axis=1)
        if not free.any():
            text.remove()
            continue
        covers = (markers > low[:, None] - unit) & (markers < high[:, None] + unit)
        best = int(min(np.flatnonzero(free), key=covers.all(axis=2).sum(axis=1).__getitem__))
        taken.append(np.append(low[best], high[best]))
        text.set_position((middles[best] - at[k]) / unit)
        if text.arrow_patch:
            text.arrow_patch.set_visible(best >= 2 * len(_RING))
    return len(labels) - (len(taken) - len(written))
