"""Figures of what stands beside the record: random arrangements, and contents of agreements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.evidence.consolidate import choose
from twinstudy.evidence.names import Names, pairing_names
from twinstudy.figures import style
from twinstudy.measures.contents import contents, told
from twinstudy.measures.distance import null_distances
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS, _FEWEST = 60, 4  # bars of a row; pairings that a row needs
_BAR = "#0072B2"


def plot_null(
    data: Dataset | pd.DataFrame | Mapping[str, pd.DataFrame],
    *,
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
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
    draws = {name: np.asarray(table.attrs["draws"]) for name, table in rows.items()}
    end = 1.04 * max(
        max(each.max(), rows[name]["observed_km"].iloc[0]) for name, each in draws.items()
    )
    facts = next(iter(rows.values())).attrs
    with style.drawing(
        ax, size=(style.WIDTH, 1.6 + 0.75 * len(rows)), title=title, pad=24,
        default="Mean distance of twins, against random arrangements",
    ) as axes:  # fmt: skip
        for y, (name, table) in enumerate(rows.items()):
            _draw_null(axes, y, name, table, np.linspace(0, end, _BINS + 1))
        axes.set_yticks(range(len(rows)), [style.KIND_LABELS.get(name, name) for name in rows])
        style.plain(axes)
        axes.set_ylim(len(rows) - 0.5, -0.85)
        axes.set_xlim(0, end)
        axes.set_xlabel("mean distance of the two sides (km)", fontsize=style.SIZE)
        style.legend(axes, axes.get_legend_handles_labels()[0][:3], columns=3)
        sampled = [n for n, table in rows.items() if not table["exact"].iloc[0]]
        drawn = f"{facts['samples']:,} arrangements, seed {facts['seed']}" if sampled else ""
        style.note(
            axes, f"on {facts['at']}" if facts.get("at") else "", drawn,
            f"kinds of fewer than {_FEWEST} pairings with points are not drawn",
        )  # fmt: skip
    return axes


def _null_tables(data: object, arguments: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """Compare each kind of a dataset, or take the tables that are given."""
    if isinstance(data, Dataset):
        status = {name: arguments[name] for name in ("at", "status") if name in arguments}
        kinds = arguments.pop("kind", None)
        there = choose(data, kind=kinds, **status).pairings["kind"].value_counts()
        return {
            kind: null_distances(data, kind=kind, **arguments)
            for kind in KINDS if there.get(kind, 0) >= _FEWEST
        }  # fmt: skip
    given = data if isinstance(data, Mapping) else {"all": data}
    columns = ("pairings", "observed_km", "low_km", "high_km", "p_value", "exact")
    tables = {
        str(name): style.measured(table, null_distances, columns, "vi", arguments)
        for name, table in given.items()
    }
    for table in tables.values():
        if table.empty or "draws" not in table.attrs:
            raise ArgumentError(
                "`data` lacks the arrangements in `attrs`; give what `null_distances` returns"
            )
    return tables


def _draw_null(axes: Axes, y: int, name: str, table: pd.DataFrame, bins: np.ndarray) -> None:
    """Draw a row: the arrangements, the middle of them, and what is observed."""
    draws, row = np.asarray(table.attrs["draws"]), next(style.rows_of(table))
    counts = np.histogram(draws, bins)[0]
    axes.fill_betweenx(
        [y - 0.8, y], row.low_km, row.high_km, color="#E3E9EE", linewidth=0, zorder=0,
        label="middle 95 %",
    )  # fmt: skip
    axes.stairs(
        y - 0.74 * counts / counts.max(), bins, baseline=y, fill=True, color="#9A9A9A",
        label="random arrangements",
    )  # fmt: skip
    axes.plot(
        row.observed_km, y, "D", color=style.COLOURS.get(name, style.INK), markersize=8,
        clip_on=False, markeredgecolor="white", zorder=3, linestyle="none", label="observed",
    )  # fmt: skip
    axes.annotate(
        f"{row.observed_km:.1f}", (row.observed_km, y), (0, -7), textcoords="offset points",
        ha="center", va="top", fontsize=style.SMALL, color=style.INK,
    )  # fmt: skip
    style.beside(
        axes,
        y - 0.35,
        f"{row.pairings} pairings\n{_fraction(row, len(draws))}",
        fontsize=style.SIZE - 1,
    )


def _fraction(row: Any, drawn: int) -> str:
    """Write the p-value as the fraction that it is: of all arrangements, or of those drawn."""
    if pd.isna(row.p_value):
        return ""
    number = drawn if row.exact else drawn + 1
    return f"p = {round(row.p_value * number)}/{number:,}"


def plot_contents(
    data: Dataset | pd.DataFrame,
    *,
    names: Names = "international",
    ax: Axes | None = None,
    title: str | None = None,
    **arguments: Any,
) -> Axes:
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
    table = style.measured(data, contents, ("topic", "explicit", "told", "base"), names, arguments)
    rows = table[table["told"] > 0].sort_values(
        ["told", "explicit"], ascending=False, kind="stable", ignore_index=True
    )
    if rows.empty:
        raise ArgumentError("`data` has no contents that are told; nothing to draw")
    base, pairings = int(rows["base"].iloc[0]), int(rows["pairings"].iloc[0])
    with style.drawing(
        ax, size=(style.WIDTH, (3.4 if isinstance(data, Dataset) else 1.6) + 0.25 * len(rows)),
        title=title, default=f"What twins agree to do, told of {base} of {pairings} pairings",
        pad=24,
    ) as axes:  # fmt: skip
        if isinstance(data, Dataset):
            _draw_dots(axes, data, rows, names, arguments)
        else:
            axes.barh(rows.index, rows["told"], height=0.66, facecolor="white", edgecolor=_BAR)
            axes.barh(rows.index, rows["explicit"], height=0.66, color=_BAR)
            axes.set_xlim(0, base)
            axes.set_xlabel(f"pairings, of {base} with any contents told", fontsize=style.SIZE)
        topics = [topic.replace("_", " ") for topic in rows["topic"].astype("str")]
        axes.set_yticks(range(len(rows)), topics)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        for y, row in enumerate(style.rows_of(rows)):
            style.beside(axes, y, f"{row.told} ({row.explicit})")
        style.plain(axes)
        axes.tick_params(axis="x", length=0, labelsize=style.SIZE)
        style.legend(axes, _content_handles(), columns=2)
        silent = [str(t).replace("_", " ") for t in table.loc[table["told"] == 0, "topic"]]
        style.note(
            axes, *style.left_out(table.attrs)[:1],
            "no dot: not told, which is not the same as not agreed",
            f"never told: {', '.join(silent)}" if silent else "",
        )  # fmt: skip
    return axes


def _draw_dots(
    axes: Axes, dataset: Dataset, rows: pd.DataFrame, names: Names, arguments: dict[str, Any]
) -> None:
    """Draw a dot a topic and pairing, pairings with most topics first."""
    chosen = {name: arguments[name] for name in ("at", "kind", "status") if name in arguments}
    found = told(dataset)
    found = found[found["pairing_id"].isin(choose(dataset, **chosen).pairings["pairing_id"])]
    found = found[found["basis"].isin(rows.attrs["basis"])]
    found = found.astype({"topic": "str", "certainty": "str"}).sort_values("certainty")
    found = found.drop_duplicates(["pairing_id", "topic"])  # "explicit" stands before "implied"
    most = found.groupby("pairing_id").size().reset_index(name="topics")
    most = most.sort_values(["topics", "pairing_id"], ascending=[False, True])
    x = {pairing: k for k, pairing in enumerate(most["pairing_id"])}
    y = {topic: k for k, topic in enumerate(rows["topic"].astype("str"))}
    for dot in style.rows_of(found):
        plainly = dot.certainty == "explicit"
        axes.plot(
            x[dot.pairing_id], y[dot.topic], marker="o", markersize=9, markeredgecolor=_BAR,
            markerfacecolor=_BAR if plainly else "white", markeredgewidth=1.3, linestyle="none",
        )  # fmt: skip
    axes.set_xlim(-0.6, len(x) - 0.4)
    words = pairing_names(dataset, names)[list(x)]
    axes.set_xticks(
        range(len(x)), [style.short(word, 28) for word in words], rotation=55, ha="right",
        rotation_mode="anchor",
    )  # fmt: skip
    axes.grid(color="#EEEEEE", linewidth=0.8)
    axes.set_axisbelow(True)


def _content_handles() -> list[Any]:
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {"marker": "o", "markersize": 8, "linestyle": "none",
                            "markeredgecolor": _BAR}  # fmt: skip
    return [
        Line2D([], [], markerfacecolor=_BAR, label="in plain words", **look),
        Line2D([], [], markerfacecolor="white", label="implied", **look),
    ]
