"""Figure of the null model: observed distances against those of random arrangements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twinstudy.errors import ArgumentError
from twinstudy.figures.style import (
    COLOURS,
    INK,
    LABELS,
    MUTED,
    axes_of,
    beside,
    note,
    note_text,
    plain,
    require,
    rows_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BINS = 60
_HEIGHT = 0.72  # of the highest bar of a row, in rows


def plot_null(comparison: pd.DataFrame, draws: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the mean distance of pairings among those of random arrangements.

    Parameters
    ----------
    comparison
        What `null_model` returns, or some of its rows.
    draws
        What `null_samples` returns for the same arguments.
    ax
        Axes to draw into; None for new ones.

    Returns
    -------
    axes
        One row a kind of which two pairings or more are compared, with the points of the worst
        position there is: the distribution of the random means (grey), the interval that holds
        the middle 95 % of them (line), and the observed mean (diamond, in the colour of the kind).

    Raises
    ------
    ArgumentError
        If a table is another one, the two do not belong together, or nothing is compared.

    Examples
    --------
    >>> from twinstudy import load, null_model, null_samples
    >>> dataset = load()
    >>> tables = [make(dataset, samples=50, kind="district") for make in (null_model, null_samples)]
    >>> axes = plot_null(*tables)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['districts and counties']
    """
    columns = ("statistic", "observed_km", "p_value")
    require(comparison, "null_model", columns, argument="comparison")
    require(draws, "null_samples", ("sample", "mean_km"), argument="draws")
    if comparison.attrs != draws.attrs:
        raise ArgumentError(
            "`comparison` and `draws` are of different arguments or data; make them with the same"
        )
    rows = comparison[(comparison["statistic"] == "mean") & (comparison["pairings"] > 1)]
    rows = rows.sort_values(["kind", "position"]).drop_duplicates("kind", keep="last")
    if rows.empty:
        raise ArgumentError("`comparison` has no two pairings of one kind; nothing to draw")
    axes = axes_of(ax, size=(7, 0.9 + 0.55 * len(rows)))
    shown = draws.merge(rows[["kind", "position"]], on=["kind", "position"])
    end = max(shown["mean_km"].max(), rows["observed_km"].max()) * 1.02
    bins = np.linspace(0, end, _BINS + 1)
    for y, row in enumerate(rows_of(rows)):
        km = shown.loc[shown["kind"] == row.kind, "mean_km"]
        _draw_row(axes, y, row, np.histogram(km, bins)[0], bins)
    axes.set_yticks(range(len(rows)), [LABELS[kind] for kind in rows["kind"]])
    plain(axes)
    axes.set_ylim(len(rows) - 0.6, -0.75)
    axes.set_xlim(0, end)
    axes.set_xlabel("mean distance of the two sides (km)", fontsize=7)
    handles = axes.get_legend_handles_labels()[0]
    axes.legend(
        handles=handles[:3], loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False,
        fontsize=7, borderaxespad=0.2,
    )  # fmt: skip
    attrs = comparison.attrs
    more = f"{attrs['samples']:,} random arrangements, seed {attrs['seed']}"
    note(axes, note_text(comparison, "", "", more), below=26)
    return axes


def _draw_row(axes: Axes, y: int, row: Any, counts: np.ndarray, bins: np.ndarray) -> None:
    heights = counts / counts.max() * _HEIGHT
    axes.stairs(
        y - heights, bins, baseline=y, fill=True, color="#C8C8C8",
        label="random arrangements, mean of each",
    )  # fmt: skip
    axes.plot(
        [row.null_low_km, row.null_high_km], [y, y], color=MUTED, linewidth=2,
        solid_capstyle="butt", label="middle 95 % of them",
    )  # fmt: skip
    axes.plot(
        row.observed_km, y, "D", color=COLOURS[row.kind], markersize=5, markeredgecolor="white",
        clip_on=False, zorder=3, linestyle="none", label="observed mean",
    )  # fmt: skip
    axes.annotate(
        f"{row.observed_km:.1f}", (row.observed_km, y), (0, -6), textcoords="offset points",
        ha="center", va="top", fontsize=6.5, color=INK,
    )  # fmt: skip
    beside(axes, y - 0.2, f"{row.pairings} pairings\np = {row.p_value:.4f}")
