"""The network as a ladder: who is tied to whom, from west to east along the border."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.hierarchy import ancestors, drawing_points, west_to_east
from twinstudy.evidence.names import Names, place_names
from twinstudy.figures import style
from twinstudy.network.graph import incidence_graph
from twinstudy.records.dataset import Dataset
from twinstudy.records.reading import some
from twinstudy.tables.schema import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES = {"VN": "Việt Nam", "CN": "China"}
_PLAIN = "#4D4D4D"
_LEFT, _HUB, _RIGHT, _WIDTH = 0.42, 0.5, 0.58, 1.02
_ONE_COLUMN = 40
_TYPE, _GAP, _HEAD = 6.5, 0.3, 1.3  # points; rows between groups, and above those of a province


def plot_pairings(
    data: Dataset | nx.Graph[Any],
    *,
    at: str | date | None = None,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
    """Draw the twinned localities of two countries face to face, and the ties between them.

    Localities that are tied, directly or by others, stand together; these groups stand one below
    the other from west to east, those of a dataset under the name of the province that they start
    from.

    Parameters
    ----------
    data
        A dataset, of which the incidence graph is drawn; or what `incidence_graph` or
        `locality_graph` returns.
    at
        Day of the graph that is made of a dataset; None for the newest day that the data speak of.
    names
        Language of the names: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `incidence_graph`, such as ``kind``; for a dataset.

    Returns
    -------
    axes
        The countries stand in reverse order of their codes (Việt Nam left of China), each name
        with its level in small letters where it is above a commune. In an incidence graph each
        pairing is a marker of its kind, filled where it certainly exists and hollow where it is
        only possible; in a locality graph a tie is a line, dashed where no pairing behind it is
        certain.

    Raises
    ------
    ArgumentError
        If `data` is something else, or does not tie localities of exactly two countries.

    Examples
    --------
    >>> from twinstudy import load
    >>> axes = plot_pairings(load(), kind="border_post")
    >>> "Hekou" in [text.get_text() for text in axes.texts]
    True
    """
    if isinstance(data, nx.Graph):
        graph = data
        provinces: pd.Series | None = None
    else:
        dataset = style.dataset_of(data, "plot_pairings", "data")
        graph = _with_points(dataset, at, names, arguments)
        provinces = ancestors(dataset, level="province", at=at)
    places = _places(graph)
    sides = sorted({facts["country"] for facts in places.values()}, reverse=True)
    if len(sides) != 2:
        raise ArgumentError(
            f"`data` has localities of {len(sides)} countries ({some(sides) or 'none'}); "
            "give some that tie two countries, as by restrict(dataset, countries=['VN', 'CN'])"
        )
    groups = _groups(graph, places)
    heads = [""] * len(groups)
    if provinces is not None:
        place = place_names(dataset, names)
        of = [_province(group, places, provinces, sides) for group in groups]
        west = west_to_east(dataset)
        order = sorted(range(len(groups)), key=lambda k: (west.get(of[k], np.inf), of[k]))
        groups = [groups[k] for k in order]
        heads = [place.get(of[k], "no province") if len(set(of)) > 1 else "" for k in order]
    laid = [_laid_out(graph, places, sides, group) for group in groups]
    starts = [head != above for head, above in zip(heads, ["", *heads], strict=False)]
    heights = [
        height + _GAP + _HEAD * start for (height, _), start in zip(laid, starts, strict=True)
    ]
    columns = _columns(heights)
    tallest = max(
        sum(heights[k] for k in column) + _HEAD * (bool(heads[column[0]]) and not starts[column[0]])
        for column in columns
    )
    width = style.WIDTH if len(columns) > 1 else style.WIDTH / 2 + 0.6
    with style.drawing(
        ax, size=(width, 1.0 + 0.13 * tallest), title=title, default="Who is twinned with whom",
        pad=18,
    ) as axes:  # fmt: skip
        for number, column in enumerate(columns):
            y = 0.0
            for k in column:
                if heads[k] and (starts[k] or k == column[0]):
                    left = number * _WIDTH
                    axes.fill_between(
                        [left + 0.01, left + _WIDTH - 0.03], y - 0.6, y + 0.5, linewidth=0,
                        color="#ECECEC", zorder=0,
                    )  # fmt: skip
                    axes.text(left + _HUB, y - 0.05, heads[k], ha="center", va="center",
                              fontsize=_TYPE, fontweight="bold", color=style.INK)  # fmt: skip
                    y += _HEAD
                _draw_group(axes, graph, places, laid[k][1], (number * _WIDTH, y))
                y += laid[k][0] + _GAP
            for x, side, align in ((_LEFT, sides[0], "right"), (_RIGHT, sides[1], "left")):
                axes.text(
                    number * _WIDTH + x, -1.5, _NAMES.get(side, side), ha=align, va="center",
                    fontsize=_TYPE + 1, fontweight="bold", color=style.INK,
                )  # fmt: skip
        axes.set_xlim(0, _WIDTH * len(columns))
        axes.set_ylim(tallest - 0.2, -2.2)
        axes.set_axis_off()
        _legend(axes, graph)
        style.note(axes, *_notes(graph), size=_TYPE)
    return axes


def _with_points(
    dataset: Dataset, at: str | date | None, names: Names, arguments: dict[str, Any]
) -> nx.Graph[Any]:
    """Make the incidence graph, with names and a longitude for every place that can borrow one."""
    style.known_arguments(incidence_graph, arguments)
    graph: nx.Graph[Any] = incidence_graph(dataset, at=at, **arguments)
    words = place_names(dataset, names)
    longitudes = drawing_points(dataset)["longitude"]
    for node, facts in graph.nodes(data=True):
        if node in words.index:
            facts["label"] = words[node]
            if pd.notna(longitudes[node]):
                facts["longitude"] = float(longitudes[node])
    return graph


def _places(graph: nx.Graph[Any]) -> dict[str, Any]:
    """List the localities, with what is shown of them: a name, and small their level."""
    nodes = {node: facts for node, facts in graph.nodes(data=True) if "country" in facts}
    levels = {facts.get("level") for facts in nodes.values()}
    places = {}
    for node, facts in nodes.items():
        level = label(str(facts.get("level", "")))
        name = str(facts.get("label", facts["name"])).removesuffix(f" ({level})")
        plain = level in ("village", "commune") or len(levels) == 1
        places[node] = facts | {"shown": name, "small": "" if plain else level}
    return places


def _groups(graph: nx.Graph[Any], places: dict[str, Any]) -> list[list[str]]:
    """List the connected groups from west to east; those without any point come last."""

    def where(group: list[str]) -> tuple[float, str]:
        known = [places[node]["longitude"] for node in group if "longitude" in places.get(node, {})]
        return (float(np.mean(known)) if known else np.inf, group[0])

    return sorted((sorted(group) for group in nx.connected_components(graph)), key=where)


def _province(
    group: list[str], places: dict[str, Any], provinces: pd.Series, sides: list[str]
) -> str:
    """Return the province of most members on the left of a group."""
    of = [provinces[node] for node in group if places.get(node, {}).get("country") == sides[0]]
    known = sorted(province for province in of if isinstance(province, str))
    return max(known, key=known.count) if known else ""


def _laid_out(
    graph: nx.Graph[Any], places: dict[str, Any], sides: list[str], group: list[str]
) -> tuple[float, dict[str, tuple[float, float]]]:
    """Place a group: its height in lines, and x and y of every node."""
    pairings = [node for node in group if node not in places]
    left, right = (
        [node for node in group if node in places and places[node]["country"] == side]
        for side in sides
    )
    west = {node: places[node].get("longitude", np.inf) for node in left}
    middle = {node: _mean(west, sorted(graph[node])) for node in group}
    left.sort(key=lambda node: (_mean(middle, sorted(graph[node])), west[node], node))
    height = max(len(left), len(right), len(pairings) * 0.9)
    y = {node: (height - len(left)) / 2 + row for row, node in enumerate(left)}
    right.sort(key=lambda node: (_mean(y, _reached(graph, places, node)), node))
    y |= {node: (height - len(right)) / 2 + row for row, node in enumerate(right)}
    pairings.sort(key=lambda node: (_mean(y, list(graph[node])), node))
    last = -np.inf
    for node in pairings:
        last = max(_mean(y, list(graph[node])), last + 0.9)
        y[node] = last
    over = max(0.0, last - (height - 0.5))
    y |= {node: y[node] - over for node in pairings}
    x = dict.fromkeys(left, _LEFT) | dict.fromkeys(right, _RIGHT) | dict.fromkeys(pairings, _HUB)
    return height, {node: (x[node], y[node]) for node in [*left, *right, *pairings]}


def _reached(graph: nx.Graph[Any], places: dict[str, Any], node: str) -> list[str]:
    """List the localities that a locality is tied to, directly or through a pairing."""
    near = sorted(graph[node])
    return [n for n in near if n in places] + [
        far for n in near if n not in places for far in sorted(graph[n]) if far != node
    ]


def _mean(y: dict[str, float], nodes: list[str]) -> float:
    known = [y[node] for node in nodes if np.isfinite(y.get(node, np.inf))]
    return float(np.mean(known)) if known else 0.0


def _columns(heights: list[float]) -> list[list[int]]:
    """Break the groups into two columns of about equal height where one would be long."""
    ends = np.cumsum(heights)
    if ends[-1] <= _ONE_COLUMN:
        return [list(range(len(heights)))]
    cut = int(np.argmin(np.abs(ends - ends[-1] / 2))) + 1
    return [each for each in (list(range(cut)), list(range(cut, len(heights)))) if each]


def _draw_group(
    axes: Axes, graph: nx.Graph[Any], places: dict[str, Any],
    positions: dict[str, tuple[float, float]], corner: tuple[float, float],
) -> None:  # fmt: skip
    at = {node: (x + corner[0], y + corner[1]) for node, (x, y) in positions.items()}
    # A subgraph would give its edges in the order of a set.
    for u, v, data in graph.edges(sorted(at), data=True):
        pairing = next((graph.nodes[n] for n in (u, v) if n not in places), None)
        colour = style.COLOURS[pairing["kind"]] if pairing else _PLAIN
        certain = pairing["exists"] == "certain" if pairing else data.get("certain", 1) > 0
        axes.plot(
            *zip(at[u], at[v], strict=True), color=colour, linewidth=0.8, zorder=1,
            linestyle="-" if certain else (0, (2.5, 1.5)),
        )  # fmt: skip
    for node, (x, y) in at.items():
        if node in places:
            left = positions[node][0] == _LEFT
            _write_place(axes, (x, y), places[node], left=left)
            axes.plot(x, y, marker="o", markersize=1.6, color=_PLAIN, zorder=2)
        else:
            data = graph.nodes[node]
            colour = style.COLOURS[data["kind"]]
            axes.plot(
                x, y, marker=style.MARKERS[data["kind"]], markersize=4.6, markeredgecolor=colour,
                markerfacecolor=colour if data["exists"] == "certain" else "white", zorder=3,
                markeredgewidth=0.9,
            )  # fmt: skip


def _write_place(axes: Axes, at: tuple[float, float], place: dict[str, Any], *, left: bool) -> None:
    """Write the name of a place, and small beside it its level."""
    align = "right" if left else "left"
    name = axes.annotate(
        place["shown"], at, (-3.5 if left else 3.5, 0), textcoords="offset points", ha=align,
        va="center", fontsize=_TYPE, color=style.INK, parse_math=False,
    )  # fmt: skip
    if place["small"]:
        axes.annotate(
            place["small"], (0 if left else 1, 0.5), (-2.5 if left else 2.5, 0), xycoords=name,
            textcoords="offset points", ha=align, va="center", fontsize=_TYPE - 1.5,
            color=style.MUTED,
        )  # fmt: skip


def _legend(axes: Axes, graph: nx.Graph[Any]) -> None:
    from matplotlib.lines import Line2D

    drawn = {data["kind"] for _, data in graph.nodes(data=True) if "kind" in data}
    handles = [
        Line2D([], [], color=style.COLOURS[kind], marker=style.MARKERS[kind], markersize=4.6,
               linewidth=0.8, label=style.KIND_LABELS[kind])
        for kind in style.KIND_LABELS if kind in drawn
    ]  # fmt: skip
    doubtful = any(data.get("exists") == "possible" for _, data in graph.nodes(data=True))
    doubtful |= any(data.get("certain", 1) == 0 for *_, data in graph.edges(data=True))
    if doubtful:
        handles.append(
            Line2D([], [], color=style.MUTED, marker="o" if drawn else None, markersize=4.6,
                   linewidth=0.8, markerfacecolor="white", linestyle="--", label="only possible")
        )  # fmt: skip
    if handles:
        axes.legend(
            handles=handles, ncols=7, fontsize=_TYPE, frameon=False, loc="lower center",
            bbox_to_anchor=(0.5, 1.0), handlelength=1.8, columnspacing=0.9, handletextpad=0.4,
            borderaxespad=0.2,
        )  # fmt: skip


def _notes(graph: nx.Graph[Any]) -> list[str]:
    facts = graph.graph
    left = sum(facts.get(f"left_out_{why}", 0) for why in ("by_kind", "by_status", "as_later"))
    return [
        f"on {facts['at']}" if facts.get("at", "NaT") != "NaT" else "",
        "from west (top) to east",
        f"{left} pairings left out by status, kind or day" if left else "",
    ]
