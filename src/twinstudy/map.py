"""The map: border, provinces, twinned localities and the ties between them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .errors import MissingExtraError, known_words
from .evidence import being_by, consolidate, day_at
from .files import bundled_data
from .graph import pairs_across
from .membership import members
from .records import Dataset
from .schema import KINDS, LEVELS, STATUSES
from .style import KIND_COLOURS, KIND_LABELS, KIND_MARKERS, axes_of, note
from .tables import codes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Window = tuple[float, float, float, float]  # west, east, south, north

_BORDER = (101.9, 108.4, 21.0, 23.95)  # the window of the outlines
_LAND = {"VN": "#f5f1e8", "CN": "#eceff3"}
_NAMED_AT = {  # where the name of an outline has room; empty where it has none
    "l-vn-dien-bien-province": (103.0, 21.55),
    "l-vn-lai-chau-province": (103.1, 22.12),
    "l-vn-lao-cai-province": (104.2, 22.08),
    "l-vn-ha-giang-province": (104.62, 22.52),
    "l-vn-cao-bang-province": (106.15, 22.45),
    "l-vn-lang-son-province": (106.5, 21.72),
    "l-vn-quang-ninh-province": (107.3, 21.2),
    "l-cn-van-nam-province": (104.2, 23.6),
    "l-cn-quang-tay-province": (107.4, 23.2),
}
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
    places = dataset.localities
    rows = np.arange(len(places))
    rank = places["level"].cat.codes.to_numpy()
    own = places["longitude"].notna().to_numpy()
    child = dataset.containments["child_id"].cat.codes.to_numpy()
    parent = dataset.containments["parent_id"].cat.codes.to_numpy()
    at = np.where(own, rows, -1)
    for level in _STAND_IN_LEVELS:
        found = np.where(own & (rank == LEVELS.index(level)), rows, -1)
        for _ in LEVELS:
            below = (found[child] < 0) & (found[parent] >= 0)
            found[child[below]] = found[parent[below]]
        at = np.where(at < 0, found, at)
    points = places[["longitude", "latitude"]].to_numpy()[at]
    points[at < 0] = np.nan
    return pd.DataFrame(
        {
            "longitude": points[:, 0],
            "latitude": points[:, 1],
            "own": own,
            "drawn_at": places["id"].array.take(at, allow_fill=True),
        }
    )


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
        where no tie reaches into it, it holds all ties, and has no outlines.

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
    axes = axes_of(ax, size=(7.2, 3.75))
    day = day_at(dataset, at)
    pairings = consolidate(dataset)
    drawn = pairings["status"].isin(statuses) & being_by(pairings, day)["possible"]
    ends = members(dataset)
    ends = ends[drawn.to_numpy()[ends["pairing_id"].cat.codes]]
    points = drawing_points(dataset)
    ties = _ties(ends, points)
    window = _window(points, ties)
    _draw_land(axes, window)
    kind = pairings["kind"].to_numpy(object)
    handles = [
        _draw_kind(axes, ties[kind[ties["pairing"]] == word], points, word)
        for word in KINDS
        if (kind[ties["pairing"]] == word).any()
    ]
    if labels:
        used = np.unique(ties[["left", "right"]])
        posts = (kind == "border_post")[ends["pairing_id"].cat.codes]
        table = _label_table(dataset, ends[~posts], points, window)
        _draw_labels(axes, table, points.iloc[used, :2].to_numpy())
    at_home = window == _BORDER
    axes.legend(
        handles=handles, bbox_to_anchor=(0.33, 0.0) if at_home else (1, 1),
        loc="lower left" if at_home else "upper left", fontsize=6.5, frameon=False,
        title="ties between", title_fontsize=6.5, alignment="left",
    )  # fmt: skip
    missing = int(drawn.sum()) - ties["pairing"].nunique()
    ends_inside = _inside(points, ties[["left", "right"]].to_numpy(), window)
    outside = int((~ends_inside).any(axis=1).sum())
    outlines = " Outlines: Natural Earth, 1-3 km off the border." if at_home else ""
    note(
        axes,
        f"twinstudy {dataset.version}, by {day.date()}: {int(drawn.sum())} pairings, {missing} not "
        f"drawn for want of a point, {outside} ties leave the map; {int((~drawn).sum())} pairings "
        f"that are not {' or '.join(statuses)} left out.\n"
        "Filled: point of the place itself; hollow and dashed: point of the commune, district or "
        f"prefecture around it.{outlines}",
    )
    return axes


def _window(points: pd.DataFrame, ties: pd.DataFrame) -> _Window:
    """Take the border as window, or all ties with a margin where none of them reaches into it."""
    rows = np.unique(ties[["left", "right"]])
    if not len(rows) or _inside(points, rows, _BORDER).any():
        return _BORDER
    x, y = points["longitude"].to_numpy()[rows], points["latitude"].to_numpy()[rows]
    margin = max(float(np.ptp(x)), float(np.ptp(y)), 1.0) * 0.08
    return x.min() - margin, x.max() + margin, y.min() - margin, y.max() + margin


def _draw_land(axes: Axes, window: _Window) -> None:
    west, east, south, north = window
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[])
    axes.set_aspect(1 / max(np.cos(np.radians((south + north) / 2)), 0.1))
    axes.spines[:].set_visible(False)
    if window != _BORDER:
        return
    for feature in _layer("provinces"):
        shape = feature["geometry"]["coordinates"]
        for polygon in shape if feature["geometry"]["type"] == "MultiPolygon" else [shape]:
            ring = np.array(polygon[0])
            land = _LAND[feature["properties"]["country"]]
            axes.fill(ring[:, 0], ring[:, 1], facecolor=land, edgecolor="#b9b4a8", linewidth=0.4)
    border = np.array(_layer("border")[0]["geometry"]["coordinates"])
    axes.plot(border[:, 0], border[:, 1], color="#4d4d4d", linewidth=1.1)
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
    """List the ties both ends of which can be drawn, as row numbers."""
    pairing, left, right, _ = pairs_across(
        codes_of(ends["pairing_id"]),
        ends["second"].to_numpy(),
        codes_of(ends["locality_id"]),
    )
    known = points["longitude"].notna().to_numpy()
    rows = known[left] & known[right]
    own = points["own"].to_numpy()
    return pd.DataFrame(
        {
            "pairing": pairing[rows],
            "left": left[rows],
            "right": right[rows],
            "own": (own[left] & own[right])[rows],
        }
    )


def _inside(points: pd.DataFrame, rows: np.ndarray, window: _Window) -> np.ndarray:
    west, east, south, north = window
    x, y = points["longitude"].to_numpy()[rows], points["latitude"].to_numpy()[rows]
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def _draw_kind(axes: Axes, ties: pd.DataFrame, points: pd.DataFrame, kind: str) -> Any:
    from matplotlib.collections import LineCollection
    from matplotlib.lines import Line2D

    place = points[["longitude", "latitude"]].to_numpy()
    colour, marker = KIND_COLOURS[kind], KIND_MARKERS[kind]
    for own, style in ((True, "solid"), (False, (0, (3, 1.5)))):
        part = ties[ties["own"] == own]
        segments = np.stack([place[part["left"]], place[part["right"]]], axis=1)
        axes.add_collection(
            LineCollection(
                list(segments), colors=colour, linewidths=0.8, linestyles=[style], alpha=0.85
            )
        )
    ends = np.unique(np.concatenate([ties["left"], ties["right"]]))
    own = points["own"].to_numpy()[ends]
    look: dict[str, Any] = {
        "s": 13,
        "marker": marker,
        "edgecolor": colour,
        "linewidth": 0.7,
        "zorder": 3,
    }
    axes.scatter(*place[ends[own]].T, facecolor=colour, **look)
    axes.scatter(*place[ends[~own]].T, facecolor="white", **look)
    return Line2D(
        [], [], color=colour, marker=marker, markersize=4, linewidth=0.8, label=KIND_LABELS[kind]
    )


def _draw_labels(axes: Axes, labels: pd.DataFrame, avoid: np.ndarray) -> None:
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
        texts, x=avoid[:, 0], y=avoid[:, 1], ax=axes, iter_lim=300, expand=(1.1, 1.35),
        force_text=(0.4, 0.6), force_static=(0.15, 0.25), force_pull=(0.01, 0.02),
        min_arrow_len=4, ensure_inside_axes=True,
        arrowprops={"arrowstyle": "-", "color": "#8a8a8a", "linewidth": 0.35, "shrinkB": 1.5},
    )  # fmt: skip


def _label_table(
    dataset: Dataset, ends: pd.DataFrame, points: pd.DataFrame, window: _Window
) -> pd.DataFrame:
    """Name Vietnamese places, one a pairing, and the units whose points the other ones share."""
    place = ends["locality_id"].cat.codes.to_numpy()
    names = dataset.localities.set_index("id")["name"]
    table = points.iloc[place].assign(
        name=dataset.localities["name"].to_numpy(object)[place],
        side=dataset.localities["country"].to_numpy(object)[place],
        pairing=ends["pairing_id"].cat.codes.to_numpy(),
    )
    table = table[_inside(points, place, window)].sort_values("own", ascending=False, kind="stable")
    group = table.groupby(["pairing", "side"])["name"]
    others = (group.transform("size") - 1).to_numpy()
    more = np.where(others > 0, [f" + {count}" for count in others], "")
    south = (table["side"] == "VN").to_numpy()
    table["text"] = np.where(south, table["name"] + more, names[table["drawn_at"]].to_numpy())
    table["ink"] = table["side"].map(_INK).fillna(_OTHER_INK)
    table = table[group.cumcount() == 0]
    return table.drop_duplicates(["text", "longitude", "latitude"])
