"""What stands in a figure, and own data to draw."""

import pandas as pd

from twinstudy import from_edgelist


def texts(axes):
    return [text.get_text() for text in axes.texts]


def noted(axes):
    return texts(axes)[-1].replace("\n", " ")


def labels(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def bars(axes):
    """Bars as (left, width, filled), without the grounds they stand on."""
    return [
        (round(bar.get_x(), 2), round(bar.get_width(), 2), not bar.get_hatch())
        for bar in axes.patches
        if bar.get_zorder() > 1 and bar.get_width()
    ]


def marks(axes, marker):
    """Points with a marker, as (x, y, filled)."""
    return [
        (round(float(x), 2), float(y), line.get_markerfacecolor() != "white")
        for line in axes.lines
        if line.get_marker() == marker
        for x, y in line.get_xydata()
    ]


def tied(left, right, longitudes=None, latitudes=None, **more):
    """Tie places of two countries that are none, with points if any are given."""
    columns = {name: more.pop(name) for name in ("kind", "signed") if name in more}
    pairs = pd.DataFrame({"a": left, "b": right, **columns})
    if longitudes is not None:
        where = {"longitude": longitudes, "latitude": latitudes}
        more["localities"] = pd.DataFrame(where, index=[*left, *right])
    countries = {"left_country": "XA", "right_country": "XB"}
    more = countries | {name: name for name in columns} | more
    return from_edgelist(pairs, left="a", right="b", **more)
