"""The map: border, provinces, twinned localities and the ties between them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import MissingExtraError, known_words
from twinstudy.evidence.consolidate import being_by, consolidate, day_at, members
from twinstudy.figures.style import KIND_COLOURS, KIND_LABELS, KIND_MARKERS, axes_of, note
from twinstudy.records.dataset import Dataset
from twinstudy.tables.files import bundled_data
from twinstudy.tables.schema import KINDS, LEVELS, STATUSES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Window = tuple[float, float, float, float]  # west, east, south, north

_BORDER = (101.9, 108.55, 21.0, 23.95)  # the window of the outlines
_CROWD = (104.45, 105.58, 22.72, 23.45)  # the window that is drawn larger where it is crowded
_CROWDED = 15  # so many names
_INSET_AT = (0.36, 0.0, 0.305, 0.405)  # where the map has room: left, bottom, width, height
_LAND = {"VN": "#f5f1e8", "CN": "#eceff3"}
_NAMED_AT = {  # where the name of an outline has room; empty where it has none
    "l-vn-dien-bien-province": (103.0, 21.55),
    "l-vn-lai-chau-province": (103.1, 22.12),
    "l-vn-lao-cai-province": (103.85, 22.02),
    "l-vn-ha-giang-province": (104.62, 22.52),
    "l-vn-cao-bang-province": (106.15, 22.45),
    "l-vn-lang-son-province": (106.5, 21.72),
    "l-vn-quang-ninh-province": (107.3, 21.2),
    "l-cn-van-nam-province": (104.2, 23.6),
    "l-cn-quang-tay-province": (107.4, 23.2),
}
_FROM_BELOW = ("other", "province", "district", "commune", "village", "border_post")
_INK = {"VN": "#5b3a00", "CN": "#1d3557"}
_OTHER_INK = "#333333"
_STAND_IN_LEVELS = ("commune", "district", "prefecture")


def drawing_points(dataset: Dataset) -> pd.DataFrame:
    """Give every locality a point to be drawn at, and say whose point it is.

    A locality without a point of its own borrows that of the unit that it lies, or lay, in:
    its commune, else its district, else its prefecture. Only for drawing: a borrowed point says
    nothing of a distance.

    Parameters
    ----------
    dataset
        Records.

    Returns
    -------
    points
        One row a locality, in the order of ``dataset.localities``: ``longitude``, ``latitude``
        (float64, degrees; missing where nothing can be borrowed), ``own`` (bool) and
        ``drawn_at`` (str: the locality whose point it is; missing where there is none).

    Examples
    --------
    >>> from twinstudy import load
    >>> points = drawing_points(load())
    >>> bool((points["own"] <= points["longitude"].notna()).all())
    True
    """
    places, inside = dataset.localities, dataset.containments
    own = places["longitude"].notna()
    drawn_at = places["id"].where(own)
    for level in _STAND_IN_LEVELS:
        lenders = places.loc[own & (places["level"] == level), "id"]
        lent = dict(zip(lenders, lenders, strict=True))
        for _ in LEVELS:
            new = inside[inside["parent_id"].isin(lent) & ~inside["child_id"].isin(lent)]
            lent |= dict(zip(new["child_id"], new["parent_id"].map(lent), strict=True))
        drawn_at = drawn_at.fillna(places["id"].map(lent).astype("str"))
    points = places.set_index("id")[["longitude", "latitude"]].reindex(drawn_at)
    return points.reset_index(drop=True).assign(own=own, drawn_at=drawn_at)


def plot_map(
    dataset: Dataset,
    *,
    at: str | date | None = None,
    statuses: str | Iterable[str] = ("agreed",),
    labels: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw the border, the provinces, the twinned localities and the ties between them.

    Parameters
    ----------
    dataset
        Records.
    at
        Only pairings certainly or possibly in being by this day; None for the newest day that
        the data speak of.
    statuses
        Statuses of pairings to draw.
    labels
        Whether to name places.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        A filled marker stands at the point of the locality itself, a hollow one at that of the
        unit it lies in (see `drawing_points`); a tie with a hollow end is dashed. The line under
        the map says what is left out. The window is that of the border between Việt Nam and China;
        where no tie reaches into it, it holds all ties, and has no outlines. Where names crowd in
        Hà Giang, an inset shows it larger.

    Raises
    ------
    ArgumentError
        If `at` is not a day, or `statuses` holds another word.
    MissingExtraError
        If `labels` are asked for and adjustText is not installed.

    Notes
    -----
    Outlines: Natural Earth 1:10m, 1 to 3 km off the true border. A Vietnamese place has its own
    name, and of several members one is named, with the number of the others; the Chinese points
    have the name of the unit that they are the points of. Border posts have a marker only.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_map(load(), labels=False)
    >>> axes.get_legend().get_texts()[0].get_text()
    'villages'
    """
    statuses = known_words("statuses", statuses, STATUSES)
    axes = axes_of(ax, size=(7.2, 4.1))
    day = day_at(dataset, at)
    pairings = consolidate(dataset)
    drawn = pairings["status"].isin(statuses) & being_by(pairings, day)["possible"]
    kinds = pairings.set_index("pairing_id").loc[drawn.to_numpy(), "kind"].astype("str")
    ends = members(dataset)
    ends = ends[ends["pairing_id"].isin(kinds.index)]
    points = drawing_points(dataset).set_index(dataset.localities["id"])
    ties = _ties(ends, points).assign(kind=lambda tie: tie["pairing_id"].map(kinds))
    window = _window(points, ties)
    by_kind = {word: ties[ties["kind"] == word] for word in KINDS}
    by_kind = {word: part for word, part in by_kind.items() if len(part)}
    handles = _draw(axes, window, by_kind, points)
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(KINDS),
        fontsize=6.5, frameon=False, borderaxespad=0.2, handletextpad=0.5, columnspacing=1.5,
    )  # fmt: skip
    missing = int(drawn.sum()) - ties["pairing_id"].nunique()
    inside = points.index[_inside(points, window)]
    outside = int((~ties[["left", "right"]].isin(inside)).any(axis=1).sum())
    outlines = " Outlines: Natural Earth, 1-3 km off the border." if window == _BORDER else ""
    note(
        axes,
        f"twinstudy {dataset.version}, by {day.date()}: {int(drawn.sum())} pairings; not drawn for "
        f"want of a point: {missing}; ties leaving the map: {outside}; left out: "
        f"{int((~drawn).sum())} pairings not {' or '.join(statuses)}.\n"
        "Filled: the place's own point; hollow and dashed: that of the unit around it."
        f"{outlines}",
    )
    if labels:
        named = ties.loc[ties["kind"] != "border_post", "pairing_id"]
        names = label_table(dataset, ends[ends["pairing_id"].isin(named)], points)
        names = names[_inside(names, window)]
        ends_drawn = points[points.index.isin(ties[["left", "right"]].to_numpy().ravel())]
        crowd = _inside(names, _CROWD)
        if window == _BORDER and crowd.sum() >= _CROWDED:
            inset = _inset(axes, by_kind, points)
            _name(inset, names[crowd], ends_drawn)
            _name(axes, names[~crowd], ends_drawn, around=inset)
        else:
            _name(axes, names, ends_drawn)
    return axes


def _window(points: pd.DataFrame, ties: pd.DataFrame) -> _Window:
    """Take the border as window, or all ties with a margin where none of them reaches into it."""
    ends = points.loc[np.unique(ties[["left", "right"]])]
    if ends.empty or _inside(ends, _BORDER).any():
        return _BORDER
    x, y = ends["longitude"], ends["latitude"]
    margin = max(float(np.ptp(x)), float(np.ptp(y)), 1.0) * 0.08
    return x.min() - margin, x.max() + margin, y.min() - margin, y.max() + margin


def _draw(
    axes: Axes, window: _Window, by_kind: dict[str, pd.DataFrame], points: pd.DataFrame
) -> list[Any]:
    """Draw what lies in a window; return one handle a kind, in their order."""
    _draw_land(axes, window)
    below = sorted(by_kind, key=_FROM_BELOW.index)
    handles = {kind: _draw_kind(axes, by_kind[kind], points, kind) for kind in below}
    return [handles[kind] for kind in by_kind]


def _inset(axes: Axes, by_kind: dict[str, pd.DataFrame], points: pd.DataFrame) -> Axes:
    """Draw the crowded part of the border larger, where the map has room."""
    inset = axes.inset_axes(_INSET_AT)
    _draw(inset, _CROWD, by_kind, points)
    axes.indicate_inset_zoom(inset, edgecolor="#8a8a8a", linewidth=0.5)
    inset.spines[:].set(visible=True, color="#8a8a8a", linewidth=0.5)
    return inset


def _name(
    axes: Axes, names: pd.DataFrame, marked: pd.DataFrame, *, around: Axes | None = None
) -> None:
    """Write names beside their points, clear of all that are marked and of an inset."""
    if figure := axes.get_figure(root=True):
        figure.draw_without_rendering()  # so that the layout is settled
    marked = marked[_inside(marked, (*axes.get_xlim(), *axes.get_ylim()))]
    clear = marked[["longitude", "latitude"]].to_numpy()
    if around is not None:
        clear = np.concatenate([clear, _rim(axes, around)])
    draw_labels(axes, names, clear)


def _rim(axes: Axes, inset: Axes) -> np.ndarray:
    """List points on the rim of an inset, as close as labels are high."""
    box = inset.get_window_extent()
    x, y = np.linspace(box.x0, box.x1, 25), np.linspace(box.y0, box.y1, 25)
    rim = [(one, side) for one in x for side in (box.y0, box.y1)]
    rim += [(side, one) for one in y for side in (box.x0, box.x1)]
    return np.asarray(axes.transData.inverted().transform(rim))


def _draw_land(axes: Axes, window: _Window) -> None:
    west, east, south, north = window
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect(1 / max(np.cos(np.radians((south + north) / 2)), 0.1))
    axes.spines[:].set_visible(False)
    if window not in (_BORDER, _CROWD):
        return
    for feature in _layer("provinces"):
        shape = feature["geometry"]["coordinates"]
        for polygon in shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]:
            ring = np.array(polygon[0])
            land = _LAND[feature["properties"]["country"]]
            axes.fill(ring[:, 0], ring[:, 1], facecolor=land, edgecolor="#b9b4a8", linewidth=0.4)
    border = np.array(_layer("border")[0]["geometry"]["coordinates"])
    axes.plot(border[:, 0], border[:, 1], color="#4d4d4d", linewidth=1.1)
    if window == _BORDER:
        for feature in _layer("provinces"):
            _name_land(axes, feature["properties"])


def _name_land(axes: Axes, land: dict[str, str]) -> None:
    x, y = _NAMED_AT[land["locality_id"]]
    axes.text(
        x, y, land["name"].upper(), fontsize=6, color="#9a958a", ha="center", va="center", zorder=1
    )


def _layer(name: str) -> list[dict[str, Any]]:
    text = (bundled_data() / "map" / f"{name}.geojson").read_text(encoding="utf-8")
    return list(json.loads(text)["features"])


def _ties(ends: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """List the ties both ends of which can be drawn."""
    ends = ends[["pairing_id", "locality_id", "second"]]
    ends = ends[ends["locality_id"].isin(points.index[points["longitude"].notna()])]
    ties = ends[~ends["second"]].merge(ends[ends["second"]], on="pairing_id")
    ties = ties.rename(columns={"locality_id_x": "left", "locality_id_y": "right"})
    ties = ties[["pairing_id", "left", "right"]]
    own = points.index[points["own"]]
    return ties.assign(own=ties["left"].isin(own) & ties["right"].isin(own))


def _inside(points: pd.DataFrame, window: _Window) -> np.ndarray:
    west, east, south, north = window
    x, y = points["longitude"].to_numpy(), points["latitude"].to_numpy()
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _draw_kind(axes: Axes, ties: pd.DataFrame, points: pd.DataFrame, kind: str) -> Any:
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    place = points[["longitude", "latitude"]]
    colour, marker = KIND_COLOURS[kind], KIND_MARKERS[kind]
    for own, style in ((True, "solid"), (False, (0, (3, 1.5)))):
        part = ties[ties["own"] == own]
        segments = np.stack([place.loc[part["left"]], place.loc[part["right"]]], axis=1)
        axes.add_collection(
            LineCollection(
                list(segments), colors=colour, linewidths=0.8, linestyles=[style], alpha=0.85
            )
        )
    ends = points[points.index.isin(ties[["left", "right"]].to_numpy().ravel())]
    look: dict[str, Any] = {
        "s": 13,
        "marker": marker,
        "edgecolor": colour,
        "linewidth": 0.7,
        "zorder": 3,
    }
    for own, face in ((True, colour), (False, "white")):
        part = ends[ends["own"] == own]
        axes.scatter(part["longitude"], part["latitude"], facecolor=face, **look)
    return Line2D(
        [], [], color=colour, marker=marker, markersize=4, linewidth=0.8, label=KIND_LABELS[kind]
    )


def label_table(dataset: Dataset, ends: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Choose the names that a map shows."""
    places = dataset.localities.set_index("id")
    names = places["name"]
    of = ends["locality_id"]
    table = points.loc[of].assign(
        name=names.loc[of].to_numpy(object),
        side=places["country"].astype("str").loc[of].to_numpy(object),
        pairing=ends["pairing_id"].to_numpy(),
    )
    table = table[table["longitude"].notna()].sort_values("own", ascending=False, kind="stable")
    group = table.groupby(["pairing", "side"])["name"]
    others = (group.transform("size") - 1).to_numpy()
    more = np.where(others > 0, [f" + {count}" for count in others], "")
    south = (table["side"] == "VN").to_numpy()
    table["text"] = np.where(south, table["name"] + more, names[table["drawn_at"]].to_numpy())
    table["ink"] = table["side"].map(_INK).fillna(_OTHER_INK)
    table = table[group.cumcount() == 0]
    return table.drop_duplicates(["text", "longitude", "latitude"])


def draw_labels(axes: Axes, labels: pd.DataFrame, avoid: np.ndarray) -> None:
    """Write labels near their points, without overlap."""
    try:
        from adjustText import adjust_text
    except ImportError as error:
        message = "labels need adjustText; install it with: pip install 'twinstudy[run]'"
        raise MissingExtraError(message) from error
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=1.2, foreground="white", alpha=0.75)]
    texts = [
        axes.text(x, y, text, fontsize=5, zorder=4, color=ink, path_effects=halo)
        for x, y, text, ink in labels[["longitude", "latitude", "text", "ink"]].to_numpy()
    ]
    adjust_text(
        texts, x=avoid[:, 0], y=avoid[:, 1], ax=axes,
        iter_lim=300, expand=(1.2, 1.6),
        force_text=(0.2, 0.3), force_static=(0.2, 0.3), force_pull=(0.01, 0.02),
        min_arrow_len=4, ensure_inside_axes=True,
        arrowprops={"arrowstyle": "-", "color": "#8a8a8a", "linewidth": 0.35, "shrinkB": 1.5},
    )  # fmt: skip
