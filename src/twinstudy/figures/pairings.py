"""The network as a ladder: who is tied to whom, from west to east along the border."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.hierarchy import drawing_points
from twinstudy.figures.style import (
    INK,
    KIND_COLOURS,
    KIND_LABELS,
    KIND_MARKERS,
    MUTED,
    axes_of,
    note,
)
from twinstudy.network.graph import incidence_graph
from twinstudy.records.dataset import Dataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES = {"VN": "Việt Nam", "CN": "China"}
_PLAIN = "#4D4D4D"
_LEFT, _HUB, _RIGHT, _WIDTH = 0.42, 0.5, 0.58, 1.02
_ONE_COLUMN = 40


def plot_pairings(
    graph: nx.Graph[Any] | Dataset, *, at: str | date | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the twinned localities of two countries face to face, and the ties between them.

    Localities that are tied, directly or by others, stand together; these groups stand one below
    the other from west to east, by the mean longitude of their localities with a point.

    Parameters
    ----------
    graph
        Records, of which the incidence graph is drawn, and places without a point stand where
        `drawing_points` puts them; or what `incidence_graph` or `locality_graph` returns.
    at
        Day of the graph that is made of records; None for the newest day that the data speak of.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        The countries stand in reverse order of their codes (Việt Nam left of China). In an
        incidence graph each pairing is a marker of its kind, filled where it is certain to be in
        being and hollow where it is only possible; in a locality graph a tie is a line, dashed
        where no pairing behind it is certain.

    Raises
    ------
    ArgumentError
        If the graph does not tie localities of exactly two countries, or `at` is not a day.

    Examples
    --------
    >>> from twinstudy import load, restrict
    >>> axes = plot_pairings(restrict(load(), kinds="border_post"))
    >>> "Thiên Bảo" in [text.get_text() for text in axes.texts]
    True
    """
    if isinstance(graph, Dataset):
        graph = _with_points(graph, at)
    places = {node: data for node, data in graph.nodes(data=True) if "country" in data}
    sides = sorted({data["country"] for data in places.values()}, reverse=True)
    if len(sides) != 2:
        raise ArgumentError(
            f"`graph` has localities of {len(sides)} countries ({', '.join(sides)}); "
            "give one that ties two countries"
        )
    groups = [_laid_out(graph, places, sides, group) for group in _groups(graph, places)]
    heights = [height for height, _ in groups]
    columns = _columns(heights)
    tallest = max(sum(heights[k] + 0.45 for k in column) for column in columns)
    axes = axes_of(
        ax, size=(3.6 * len(columns) if len(columns) > 1 else 5.0, 0.9 + 0.128 * tallest)
    )
    for number, column in enumerate(columns):
        y = 0.0
        for k in column:
            _draw_group(axes, graph, places, groups[k][1], (number * _WIDTH, y))
            y += heights[k] + 0.45
        for x, side, align in ((_LEFT, sides[0], "right"), (_RIGHT, sides[1], "left")):
            axes.text(
                number * _WIDTH + x, -1.3, _NAMES.get(side, side), ha=align, va="center",
                fontsize=7.5, fontweight="bold", color=INK,
            )  # fmt: skip
    axes.set_xlim(0, _WIDTH * len(columns))
    axes.set_ylim(tallest - 0.4, -2.0)
    axes.set_axis_off()
    _legend(axes, graph)
    note(axes, _note_text(graph), below=2)
    return axes


def _with_points(dataset: Dataset, at: str | date | None) -> nx.Graph[Any]:
    """Make the incidence graph, with a longitude for every place that can borrow one."""
    graph: nx.Graph[Any] = incidence_graph(dataset, at=at)
    points = drawing_points(dataset)["longitude"]
    for node, longitude in zip(dataset.localities["id"], points, strict=True):
        if node in graph and pd.notna(longitude):
            graph.nodes[node]["longitude"] = float(longitude)
    return graph


def _groups(graph: nx.Graph[Any], places: dict[str, Any]) -> list[list[str]]:
    """List the connected groups from west to east; those without any point come last."""

    def where(group: list[str]) -> tuple[float, str]:
        known = [places[node]["longitude"] for node in group if "longitude" in places.get(node, {})]
        return (float(np.mean(known)) if known else np.inf, group[0])

    return sorted((sorted(group) for group in nx.connected_components(graph)), key=where)


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
    ends = np.cumsum(np.array(heights) + 0.45)
    if ends[-1] <= _ONE_COLUMN:
        return [list(range(len(heights)))]
    cut = int(np.argmin(np.abs(ends - ends[-1] / 2))) + 1
    return [list(range(cut)), list(range(cut, len(heights)))]


def _draw_group(
    axes: Axes, graph: nx.Graph[Any], places: dict[str, Any],
    positions: dict[str, tuple[float, float]], corner: tuple[float, float],
) -> None:  # fmt: skip
    at = {node: (x + corner[0], y + corner[1]) for node, (x, y) in positions.items()}
    # A subgraph would give its edges in the order of a set.
    for u, v, data in graph.edges(sorted(at), data=True):
        pairing = next((graph.nodes[n] for n in (u, v) if n not in places), None)
        colour = KIND_COLOURS[pairing["kind"]] if pairing else _PLAIN
        certain = pairing["exists"] == "certain" if pairing else data.get("certain", 1) > 0
        axes.plot(
            *zip(at[u], at[v], strict=True), color=colour, linewidth=0.8, zorder=1,
            linestyle="-" if certain else (0, (2.5, 1.5)),
        )  # fmt: skip
    for node, (x, y) in at.items():
        if node in places:
            left = positions[node][0] == _LEFT
            axes.text(
                x + (-0.012 if left else 0.012), y, places[node]["name"],
                ha="right" if left else "left", va="center", fontsize=6.2, color=INK,
            )  # fmt: skip
            axes.plot(x, y, marker="o", markersize=1.6, color=_PLAIN, zorder=2)
        else:
            data = graph.nodes[node]
            colour = KIND_COLOURS[data["kind"]]
            axes.plot(
                x, y, marker=KIND_MARKERS[data["kind"]], markersize=4.6, markeredgecolor=colour,
                markerfacecolor=colour if data["exists"] == "certain" else "white", zorder=3,
                markeredgewidth=0.9,
            )  # fmt: skip


def _legend(axes: Axes, graph: nx.Graph[Any]) -> None:
    from matplotlib.lines import Line2D

    drawn = {data["kind"] for _, data in graph.nodes(data=True) if "kind" in data}
    handles = [
        Line2D([], [], color=KIND_COLOURS[kind], marker=KIND_MARKERS[kind], markersize=4.6,
               linewidth=0.8, label=KIND_LABELS[kind])
        for kind in KIND_LABELS if kind in drawn
    ]  # fmt: skip
    doubtful = any(data.get("exists") == "possible" for _, data in graph.nodes(data=True))
    doubtful |= any(data.get("certain", 1) == 0 for *_, data in graph.edges(data=True))
    if doubtful:
        handles.append(
            Line2D([], [], color=MUTED, marker="o" if drawn else None, markersize=4.6,
                   linewidth=0.8, markerfacecolor="white", linestyle="--", label="only possible")
        )  # fmt: skip
    if handles:
        axes.legend(
            handles=handles, ncols=4, fontsize=6.2, frameon=False, loc="lower center",
            bbox_to_anchor=(0.5, 1.0), handlelength=2.2, columnspacing=1.2, borderaxespad=0.2,
        )  # fmt: skip


def _note_text(graph: nx.Graph[Any]) -> str:
    facts = graph.graph
    left = facts.get("left_out_by_status", 0) + facts.get("left_out_as_later", 0)
    parts = [
        f"twinstudy {facts.get('data_version', 'of unknown version')}",
        f"as of {facts['at']}" if "at" in facts else "",
        "from west (top) to east; groups without any known point last",
        f"{left} pairings left out by status or as later" if left else "",
    ]
    return "; ".join(part for part in parts if part) + "."
