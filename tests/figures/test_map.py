"""The map by its artists: who is drawn and named where, and what the note owns up to."""

import re
import time

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from artists import noted, texts, tied
from matplotlib.text import Text

import twinstudy as ts


def names(axes):
    return [text for text in axes.texts if text.get_zorder() == 4]


def test_the_legend_has_the_kinds_that_are_drawn(mini):
    legend = ts.plot_map(mini).get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["villages", "communes", "border posts"]
    one = ts.plot_map(mini, kind="commune")
    assert one.get_legend() is None
    assert one.figure.get_suptitle() == "Twinned communes"


def test_borrowed_points_are_hollow_and_their_ties_dashed(mini):
    axes = ts.plot_map(mini, labels=False)
    points = [line for line in axes.lines if line.get_marker() in set("os^*DX")]
    hollow = {line.get_gid() for line in points if line.get_markerfacecolor() == "white"}
    assert hollow == {"l-vn-thanh-thuy-post", "l-cn-thien-bao-post"}
    ties = {tie.get_gid(): tie.get_linestyle() for tie in axes.collections}
    assert [dash is None for _, dash in ties["p-thanh-thuy-post-thien-bao"]] == [False]
    assert [dash is None for _, dash in ties["p-thanh-thuy-minh-tan-thien-bao"]] == [True] * 3


def test_the_note_says_what_is_left_out_and_counts_points_of_unstated_licence(mini, tmp_path):
    said = noted(ts.plot_map(mini))
    for words in (
        "5 pairings on 2023-10-20; 1 left out by status, kind or day; 2 not drawn",
        "hollow: 2 of 8 places, drawn at the unit around them",
        "outlines: Natural Earth, provinces as before July 2025",
    ):
        assert words in said
    assert "unstated" not in said
    path = mini.save(tmp_path / "data") / "sources.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[table["id"] == "s-stat-2020", "licence"] = "none stated"
    table.to_csv(path, index=False, lineterminator="\n")
    assert "points of unstated licence" in noted(ts.plot_map(ts.load(path.parent)))


def test_names_are_one_a_side_in_the_language_asked_for(mini):
    assert {"Tràng Vĩ", "Minh Tân + 2"} <= set(texts(ts.plot_map(mini)))
    data = ts.restrict(ts.load(), kind="border_post")
    for language, wanted in (
        ("international", {"YUNNAN", "Gulf\nof Tonkin", "20 km"}),
        ("vi", {"VÂN NAM", "Vịnh\nBắc Bộ"}),
    ):
        axes = ts.plot_map(data, names=language, labels=False)
        assert wanted <= set(texts(axes))
        assert names(axes) == []


@pytest.fixture(scope="module")
def crowd():
    rng = np.random.default_rng(1)
    left, right = ([f"{word}{k}" for k in range(60)] for word in ("Alder", "Brook"))
    return tied(left, right, rng.uniform(10, 16, 120), rng.uniform(40, 45, 120))


def test_of_many_places_some_dozens_are_named_in_bounded_time(crowd):
    for data, most in ((ts.load(), 1), (crowd, 3)):
        ts.plot_map(data)
        start = time.process_time()
        axes = ts.plot_map(data)
        assert time.process_time() - start < most
    assert 40 <= len(names(axes)) <= 60
    assert f"{120 - len(names(axes))} places not named for lack of room" in noted(axes)


def test_no_name_lies_on_another_or_leaves_the_map(crowd):
    for data in (crowd, ts.load()):
        axes = ts.plot_map(data)
        view = axes.get_window_extent()
        inner = np.array([*view.min - 1, *-(view.max + 1)])
        axes.figure.draw_without_rendering()  # and then each name without its leader
        found = [Text.get_window_extent(text).extents for text in names(axes)]
        for k, box in enumerate(found):
            assert (box * [1, 1, -1, -1] >= inner).all()
            for other in found[:k]:
                apart = np.maximum(box[:2] - other[2:], other[:2] - box[2:])
                assert apart.max() > -1.5


@pytest.mark.parametrize(("x", "y", "near"), [(3.7, 51, False), (106.8, 22.3, True)])
def test_a_window_holds_ties_elsewhere_and_outlines_if_a_place_is_near_the_border(x, y, near):
    where = [6.96, 3.06, 24.1, x], [50.9, 50.6, 57, y]
    axes = ts.plot_map(tied(["Köln", "Lille"], ["Rīga", "Gent"], *where))
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert (west < 3.06, east > max(x, 24.1), south < min(y, 50.6), north > 57) == (True,) * 4
    assert {"Köln", "Lille", "Rīga"} <= set(texts(axes))
    assert (len(axes.patches) > 0, "outlines" in noted(axes)) == (near, near)
    assert "beyond" not in noted(axes)


def test_a_tie_over_the_date_line_goes_the_short_way_in_two_parts():
    data = tied(["Suva"], ["Apia"], [178.0, -172.0], [-18.0, -14.0])
    [lines] = ts.plot_map(data, links={"p-xa-suva-xb-apia": "x"}).collections
    assert [np.diff(each[:, 0]).item() for each in lines.get_segments()] == [2.0, 8.0]
    assert list(lines.get_urls()) == ["x", "x"]


def test_a_tie_that_leaves_the_map_is_named_and_a_window_can_be_chosen_or_is_refused(mini):
    axes = ts.plot_map(ts.load())
    assert "to Guandu" in texts(axes)
    assert "of these 1 beyond the map" in noted(axes)
    assert axes.get_ylim()[1] <= 24
    axes = ts.plot_map(mini, window=(107, 108.5, 21, 22))
    assert axes.get_xlim() == (107, 108.5)
    for wrong in ((1, 2, 3), "Hà Giang", (108, 107, 21, 22), (0, 400, 0, 10)):
        with pytest.raises(ts.TwinstudyError, match="give west, east, south and north in degrees"):
            ts.plot_map(mini, window=wrong)


def test_a_map_is_drawn_on_what_its_axes_hold(mini):
    own = plt.figure().add_subplot()
    own.plot([104, 105, 106], [22, 22.5, 22], "o-")
    ts.plot_map(mini, ax=own)
    assert {"Tràng Vĩ", "Vạn Vĩ"} <= set(texts(own))


def test_data_without_points_or_pairings_are_drawn_empty(mini):
    assert noted(ts.plot_map(mini, status="doubtful")).startswith("0 pairings")
    said = noted(ts.plot_map(tied(["Alder"], ["Brook"])))
    assert "1 not drawn as a side has no point" in said


def test_a_map_a_kind_draws_each_pairing_once():
    data = ts.load()
    first = ts.plot_map(data, by_kind=True)
    panels = first.figure.axes[0].child_axes
    assert [axes.get_title(loc="left") for axes in panels][:2] == ["villages", "communes"]
    assert panels[0] is first
    marks = [line.get_gid() for axes in panels for line in axes.lines if line.get_gid()]
    ties = [tie.get_gid() for axes in panels for tie in axes.collections]
    assert len(marks) == len(set(marks))
    assert len(ties) == len(set(ties)) > 50


def test_marks_are_links_with_ids(mini, tmp_path):
    links = {"p-trang-vi-van-vi": "p/1.html", "l-vn-trang-vi": "l/1.html"}
    ts.save_figure(ts.plot_map(mini, links=links), tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert set(re.findall(r'xlink:href="(\w/1.html)"', text)) == {"p/1.html", "l/1.html"}
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert {"p-trang-vi-van-vi", "l-vn-trang-vi", "l-cn-thien-bao-commune"} <= set(ids)


def test_a_register_is_drawn_at_once_and_thin():
    n = np.arange(1001)
    pairs = pd.DataFrame({"a": n, "b": n + 2000})
    places = pd.DataFrame({"longitude": n % 90.0, "latitude": n % 40.0}, index=n)
    places = pd.concat([places, places.set_axis(n + 2000).add([80, 20])])
    by = {"left_country": "XA", "right_country": "XB", "localities": places, "kind": "commune"}
    dataset = ts.from_edgelist(pairs, left="a", right="b", **by)
    axes = ts.plot_map(dataset, links={key: key.upper() for key in dataset.pairings["id"]})
    lines, points = axes.collections
    assert len(lines.get_segments()) == 1001 == len(set(lines.get_urls()))
    assert lines.get_alpha() < 0.85
    assert len(points.get_offsets()) == 2002
    assert "LAI CHÂU" not in texts(axes)  # they would be a blot
    inside = ts.plot_map(dataset, window=(0, 85, 0, 39))
    assert not any(text.startswith("to ") for text in texts(inside))
    with pytest.raises(ts.TwinstudyError, match=r"too many rows .*`restrict`"):
        ts.plot_signings(dataset)
