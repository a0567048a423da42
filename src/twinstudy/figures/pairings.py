"""The network as a ladder: who is tied to whom, from west to east along the border."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from twinstudy.errors import ArgumentError, some
from twinstudy.evidence.hierarchy import ancestors, drawing_points, west_to_east
from twinstudy.evidence.names import Names, place_names
from twinstudy.figures import style
from twinstudy.network.graph import incidence_graph
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import label

_PLAIN = "#4D4D4D"
_LEFT, _HUB, _RIGHT, _WIDTH = 0.42, 0.5, 0.58, 1.02
_ONE_COLUMN = 40
_TYPE, _GAP, _HEAD = 6.5, 0.3, 1.3  # points; rows between groups, and above those of a province

_Point = tuple[float, float]


def plot_pairings(
    data: Dataset | nx.Graph[Any], *, names: Names = "international", ax: Axes | None = None,
    title: str | None = None, **arguments: Any,
) -> Axes:  # fmt: skip
    """Draw the twinned localities of two countries face to face, and the ties between them.

    Localities that are tied, directly or by others, stand together; these groups stand one below
    the other from west to east, those of a dataset under the name of the province that they start
    from.

    Parameters
    ----------
    data
        A dataset, of which the incidence graph is drawn; or what `incidence_graph` or
        `locality_graph` returns.
    names
        Language of the names: "international", "vi" or "zh"; for a dataset.
    ax
        Axes to draw into; None for those of a new pyplot figure.
    title
        Title; None for one that says what the figure shows, "" for none.
    **arguments
        Arguments of `incidence_graph`, such as ``kind`` and ``at``; for a dataset.

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
    words = west = provinces = longitudes = pd.Series(dtype=object)
    graph = style.take(incidence_graph, data, arguments, nx.Graph)
    if isinstance(data, Dataset):
        provinces = ancestors(data, level="province", at=arguments.get("at"))
        words, west = place_names(data, names), west_to_east(data)
        longitudes = drawing_points(data)["longitude"]
    places = _places(graph, words, longitudes)
    sides = sorted({place["country"] for place in places.values()}, reverse=True)
    if len(sides) != 2:
        raise ArgumentError(
            f"`data` has localities of {len(sides)} countries ({some(sides) or 'none'}); "
            "give some that tie two countries, as by restrict(dataset, countries=['VN', 'CN'])"
        )
    groups = []
    for group in map(sorted, nx.connected_components(graph)):
        members = [node for node in group if node in places]
        left = [node for node in members if places[node]["country"] == sides[0]]
        province = next(iter(provinces.reindex(left).mode()), "")
        middle = _mean([places[node]["west"] for node in members], np.inf)
        groups.append((west.get(province, np.inf), province, middle, group))
    groups.sort()
    several = len({province for _, province, *_ in groups}) > 1
    heads = [words.get(province, "no province") if several else "" for _, province, *_ in groups]
    laid = [_laid_out(graph, places, sides, group) for *_, group in groups]
    spots, headings, tallest = _stacked(laid, heads)
    columns = 1 if max(x for x, _ in spots.values()) < _WIDTH else 2
    width = style.WIDTH if columns > 1 else style.WIDTH / 2 + 0.6
    height = 1.0 + 0.13 * tallest
    with style.drawing(ax, title, "Who is twinned with whom", height, width=width) as axes:
        bold: style.Look = {"va": "center", "fontweight": "bold"}
        for (x, y), word in headings.items():
            across = [x + 0.01, x + _WIDTH - 0.03]
            axes.fill_between(across, y - 0.6, y + 0.5, linewidth=0, color="#ECECEC", zorder=0)
            axes.text(x + _HUB, y - 0.05, word, ha="center", fontsize=_TYPE, **bold)
        for x in (0, _WIDTH)[:columns]:
            axes.text(x + _LEFT, -1.5, label(sides[0]), ha="right", fontsize=_TYPE + 1, **bold)
            axes.text(x + _RIGHT, -1.5, label(sides[1]), ha="left", fontsize=_TYPE + 1, **bold)
        _draw(axes, graph, places, spots, sides[0])
        axes.set(xlim=(0, _WIDTH * columns), ylim=(tallest - 0.2, -2.2))
        axes.set_axis_off()
        looks = style.lines({facts.get("kind") for _, facts in graph.nodes(data=True)})
        if not all(_certain(graph, *edge) for edge in graph.edges):
            looks["only possible"] = {
                "color": style.MUTED, "marker": "o" if looks else None, "markersize": 4,
                "linewidth": 0.8, "linestyle": "--", "markerfacecolor": "white",
            }  # fmt: skip
        if looks:
            above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1)}
            style.legend(axes, looks, columns=7, fontsize=_TYPE, **above)
        left_out = sum(n for why, n in graph.graph.items() if str(why).startswith("left_out_"))
        style.note(
            axes, *style.left_out(graph.graph)[:1], "from west (top) to east",
            f"{left_out} pairings left out by status, kind or day" if left_out else "", size=_TYPE,
        )  # fmt: skip
    return axes


def _places(graph: nx.Graph[Any], words: pd.Series, longitudes: pd.Series) -> dict[str, Any]:
    """List the localities, with what is shown of them: a name, and small their level."""
    nodes = {node: facts for node, facts in graph.nodes(data=True) if "country" in facts}
    levels = {facts.get("level") for facts in nodes.values()}
    places = {}
    for node, facts in nodes.items():
        level = label(str(facts.get("level", "")))
        name = str(words.get(node, facts.get("label", facts["name"])))
        plain = level in ("village", "commune") or len(levels) == 1
        places[node] = {
            "country": facts["country"], "name": name.removesuffix(f" ({level})"),
            "small": "" if plain else level,
            "west": longitudes.get(node, facts.get("longitude", np.nan)),
        }  # fmt: skip
    return places


def _laid_out(
    graph: nx.Graph[Any], places: dict[str, Any], sides: list[str], group: list[str]
) -> tuple[float, dict[str, _Point]]:
    """Place a group: its height in rows, and where each node stands, near those it is tied to."""
    pairings = [node for node in group if node not in places]
    left, right = (
        [node for node in group if places.get(node, {}).get("country") == side] for side in sides
    )

    def mean(y: dict[str, float], node: str) -> float:
        return _mean([y.get(other, np.nan) for other in sorted(graph[node])], 0.0)

    west = {node: places[node]["west"] for node in left}
    middle = {node: mean(west, node) for node in group}
    left.sort(key=lambda node: (mean(middle, node), np.nan_to_num(west[node], nan=np.inf), node))
    height = max(len(left), len(right), len(pairings) * 0.9)
    y = {node: (height - len(left)) / 2 + row for row, node in enumerate(left)}
    between = y | {node: mean(y, node) for node in pairings}
    right.sort(key=lambda node: (mean(between, node), node))
    y |= {node: (height - len(right)) / 2 + row for row, node in enumerate(right)}
    last, hubs = -np.inf, {}
    for aim, node in sorted((mean(y, node), node) for node in pairings):
        last = hubs[node] = max(aim, last + 0.9)
    y |= {node: aim - max(0.0, last - (height - 0.5)) for node, aim in hubs.items()}
    x = dict.fromkeys(left, _LEFT) | dict.fromkeys(right, _RIGHT) | dict.fromkeys(pairings, _HUB)
    return height, {node: (x[node], y[node]) for node in x}


def _mean(values: list[float], none: float) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else none


def _stacked(
    laid: list[tuple[float, dict[str, _Point]]], heads: list[str]
) -> tuple[dict[str, _Point], dict[_Point, str], float]:
    """Stack groups in one column, or in two of about equal height, with headings."""
    total = sum(height + _GAP for height, _ in laid) + _HEAD * len(set(heads) - {""})
    left, top, above, tallest = 0.0, 0.0, "", 0.0
    spots: dict[str, _Point] = {}
    headings: dict[_Point, str] = {}
    for (height, group), head in zip(laid, heads, strict=True):
        if total > _ONE_COLUMN and not left and top + height / 2 > total / 2:
            left, top, above = _WIDTH, 0.0, ""
        if head != above:
            above = headings[left, top] = head
            top += _HEAD
        spots |= {node: (left + x, top + y) for node, (x, y) in group.items()}
        top += height + _GAP
        tallest = max(tallest, top)
    return spots, headings, tallest


def _certain(graph: nx.Graph[Any], u: str, v: str) -> bool:
    """Tell whether a tie certainly exists: by its own count, or by the pairing at one end."""
    known = [graph.nodes[node].get("exists", "certain") == "certain" for node in (u, v)]
    return all(known) and graph.edges[u, v].get("certain", 1) > 0


def _draw(
    axes: Axes, graph: nx.Graph[Any], places: dict[str, Any], spots: dict[str, _Point], first: str
) -> None:
    """Draw ties, pairings and localities, with names and small levels."""
    kinds = [graph.nodes[u].get("kind") or graph.nodes[v].get("kind") for u, v in graph.edges]
    ties = LineCollection(
        [(spots[u], spots[v]) for u, v in graph.edges], linewidths=0.8, zorder=1,
        colors=[style.COLOURS.get(kind, _PLAIN) for kind in kinds],
        linestyles=["-" if _certain(graph, *tie) else (0, (2.5, 1.5)) for tie in graph.edges],
    )  # fmt: skip
    axes.add_collection(ties, autolim=False)
    dots = zip(*(spots[node] for node in spots if node in places), strict=True)
    axes.plot(*dots, marker="o", markersize=1.6, color=_PLAIN, zorder=2, linestyle="none")
    for node, spot in spots.items():
        if node not in places:
            facts = graph.nodes[node]
            colour = style.COLOURS[facts["kind"]]
            axes.plot(
                *spot, marker=style.MARKERS[facts["kind"]], markersize=4.6, markeredgecolor=colour,
                markerfacecolor=colour if facts["exists"] == "certain" else "white", zorder=3,
                markeredgewidth=0.9,
            )  # fmt: skip
            continue
        place = places[node]
        align, out = ("right", -1) if place["country"] == first else ("left", 1)
        name = style.write(axes, place["name"], spot, (3.5 * out, 0), ha=align, fontsize=_TYPE)
        if place["small"]:
            look: style.Look = {"ha": align, "fontsize": _TYPE - 1.5, "color": style.MUTED}
            edge = (max(out, 0), 0.5)
            style.write(axes, place["small"], edge, (2.5 * out, 0), xycoords=name, **look)
