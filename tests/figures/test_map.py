"""The map by its artists: who is drawn where, and what the note owns up to."""

import re
import sys
from dataclasses import replace

import pandas as pd
import pytest
from conftest import MINIATURE
from matplotlib.axes import Axes

from twinstudy import (
    Dataset,
    MissingExtraError,
    from_edgelist,
    load,
    plot_map,
    save_figure,
)


def noted(axes: Axes) -> str:
    """Read the note under a map on one line."""
    [text] = [t.get_text() for t in axes.texts if t.get_text().startswith("twinstudy ")]
    return text.replace("\n", " ")


def test_the_data_keep_their_gaps(mini: Dataset) -> None:
    before = mini.localities.copy()
    plot_map(mini, labels=False)
    assert before.equals(mini.localities)


def test_each_kind_that_can_be_drawn_is_in_the_legend(mini: Dataset) -> None:
    legend = plot_map(mini, labels=False).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == [
        "villages",
        "communes and towns",
        "border posts",
    ]


def test_ties_with_a_borrowed_end_are_dashed(mini: Dataset) -> None:
    axes = plot_map(mini, labels=False)
    ties = [c for c in axes.collections if type(c).__name__ == "LineCollection"]
    drawn = {(len(c.get_segments()), c.get_linestyle()[0][1] is None) for c in ties}
    # Solid: Tràng Vĩ, and three communes with Thiên Bảo. Dashed: the two posts.
    assert {(1, True), (3, True), (1, False)} <= drawn


def test_the_note_says_what_is_left_out(mini: Dataset) -> None:
    note = noted(plot_map(mini, labels=False))
    assert f"{mini.version}, by 2023-10-20: 5 pairings; not drawn for want of a point: 2" in note
    assert "left out: 1 pairings not agreed." in note
    assert "Natural Earth, 1-3 km off the border" in note


def test_one_label_a_side_counts_the_other_members(mini: Dataset) -> None:
    axes = plot_map(mini)
    names = {text.get_text() for text in axes.texts}
    assert {"Minh Tân + 2", "Thiên Bảo", "Tràng Vĩ", "Vạn Vĩ"} <= names


def test_labels_need_their_library(mini: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adjustText", None)
    message = "labels need adjustText; install it with: pip install 'twinstudy[run]'"
    with pytest.raises(MissingExtraError, match=re.escape(message)):
        plot_map(mini)


def test_the_same_map_gives_the_same_bytes(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for name in ("a.svg", "b.svg"):
        save_figure(plot_map(load(MINIATURE)).figure, tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.fixture(scope="module")
def elsewhere() -> Dataset:
    """Own data, far from the border of the outlines."""
    places = pd.DataFrame(
        {"longitude": [6.96, 3.06, 24.1], "latitude": [50.94, 50.64, 56.95], "level": "commune"},
        index=["Köln", "Lille", "Rīga"],
    )
    pairs = pd.DataFrame({"a": ["Köln", "Köln"], "b": ["Lille", "Rīga"], "of": ["FR", "LV"]})
    return from_edgelist(
        pairs, left="a", right="b", left_country="DE", right_country="of", kind="commune",
        localities=places,
    )  # fmt: skip


def test_ties_elsewhere_make_the_window_and_have_no_outlines(elsewhere: Dataset) -> None:
    axes = plot_map(elsewhere)
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    assert (west < 3.06, east > 24.1, south < 50.64, north > 56.95) == (True,) * 4
    assert len(axes.patches) == len(axes.lines) == 0
    assert {"Köln", "Lille", "Rīga"} <= {text.get_text() for text in axes.texts}
    said = noted(axes)
    assert "2 pairings; not drawn for want of a point: 0; ties leaving the map: 0;" in said
    assert "Outlines" not in said


def test_places_without_any_point_leave_the_border_empty(elsewhere: Dataset) -> None:
    bare = elsewhere.localities.assign(longitude=float("nan"), latitude=float("nan"))
    axes = plot_map(replace(elsewhere, localities=bare))
    assert axes.get_xlim() == (101.9, 108.55)
    assert "2 pairings; not drawn for want of a point: 2" in noted(axes)


def test_where_names_crowd_an_inset_shows_them() -> None:
    axes = plot_map(load())
    [inset] = axes.child_axes
    west, east = inset.get_xlim()
    assert (west, east) == (104.45, 105.58)
    inside = {text.get_text() for text in inset.texts}
    outside = {text.get_text() for text in axes.texts}
    assert {"Thiên Bảo", "Minh Tân + 2", "Điền Bồng"} <= inside
    assert {"Phai Lầu", "Pò Hèn", "Lào Cai"} <= outside
    assert not {"Minh Tân + 2", "Điền Bồng"} & outside
    assert plot_map(load(), labels=False).child_axes == []


def test_few_names_need_no_inset(mini: Dataset) -> None:
    assert plot_map(mini).child_axes == []
