"""The names on the map, placed without overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twinstudy.errors import MissingExtraError
from twinstudy.records.dataset import Dataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK = {"VN": "#5b3a00", "CN": "#1d3557"}
_OTHER_INK = "#333333"


def label_table(dataset: Dataset, ends: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """Choose the names that a map shows.

    Parameters
    ----------
    dataset
        Records.
    ends
        Members of the pairings that are drawn, as `members` lists them.
    points
        What `drawing_points` returns.

    Returns
    -------
    labels
        One row a name: the columns of `points`, ``text`` and ``ink`` (a colour). Of the
        Vietnamese members of a pairing one is named, with the number of the others; the other
        side has the name of the unit that its point is of.

    Examples
    --------
    >>> from twinstudy import drawing_points, load, members
    >>> dataset = load()
    >>> labels = label_table(dataset, coded_members(dataset), drawing_points(dataset))
    >>> "Phai Lầu" in set(labels["text"])
    True
    """
    place = ends["locality_id"].cat.codes.to_numpy()
    names = dataset.coded["localities"].set_index("id")["name"]
    table = points.iloc[place].assign(
        name=dataset.coded["localities"]["name"].to_numpy(object)[place],
        side=dataset.coded["localities"]["country"].to_numpy(object)[place],
        pairing=ends["pairing_id"].cat.codes.to_numpy(),
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
    """Write labels near their points, without overlap.

    Parameters
    ----------
    axes
        Axes of a map, with its limits set.
    labels
        What `label_table` returns, or some of its rows.
    avoid
        Points to keep clear: longitude and latitude, one row each.

    Raises
    ------
    MissingExtraError
        If adjustText is not installed.

    Examples
    --------
    >>> from twinstudy.figures.style import axes_of
    >>> axes = axes_of(None, size=(2, 2))
    >>> label = {"longitude": 0.5, "latitude": 0.5, "text": "Phai Lầu", "ink": "black"}
    >>> draw_labels(axes, pd.DataFrame([label]), np.array([[0.5, 0.5]]))
    >>> axes.texts[0].get_text()
    'Phai Lầu'
    """
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
