"""The map by its artists: who is drawn and named where, and what the note owns up to."""

import re
import time

import numpy as np
import pandas as pd
import pytest

import twinstudy as ts
from twinstudy.evidence.hierarchy import drawing_points


def texts(axes):
    return [text.get_text() for text in axes.texts]


def noted(axes):
    return texts(axes)[-1].replace("\n", " ")


def markers(axes):
    return {line.get_gid(): line for line in axes.lines if line.get_marker() in set("os^*DX")}


def names(axes):
    return [text for text in axes.texts if text.get_zorder() == 4]


def test_points_are_own_or_borrowed_from_the_nearest_unit(mini):
    points = drawing_points(mini)
    assert points.loc["l-vn-phai-lau"].tolist() == [107.5678, 21.6084, True, "l-vn-phai-lau"]
    # The post lies in its commune, whose point it borrows; provinces lend none.
    assert points.loc["l-vn-thanh-thuy-post", "drawn_at"] == "l-vn-thanh-thuy-commune"
    assert not points.loc["l-vn-thanh-thuy-post", "own"]
    assert points.loc["l-cn-trang-nhi"].isna()[["longitude", "latitude", "drawn_at"]].all()


def test_the_legend_has_the_kinds_that_are_drawn(mini):
    legend = ts.plot_map(mini).get_legend()
    assert [t.get_text() for t in legend.get_texts()] == ["villages", "communes", "border posts"]
    one = ts.plot_map(mini, kind="commune")
    assert one.get_legend() is None
    assert one.figure.get_suptitle() == "Twinned communes"


def test_borrowed_points_are_hollow_and_their_ties_dashed(mini):
    axes = ts.plot_map(mini, labels=False)
    hollow = {name for name, line in markers(axes).items() if line.get_markerfacecolor() == "white"}
    assert hollow == {"l-vn-thanh-thuy-post", "l-cn-thien-bao-post"}
    ties = {tie.get_gid(): tie.get_linestyle() for tie in axes.collections}
    assert [dash is None for _, dash in ties["p-thanh-thuy-post-thien-bao"]] == [False]
    assert [dash is None for _, dash in ties["p-thanh-thuy-minh-tan-thien-bao"]] == [True] * 3


def test_the_note_says_what_is_left_out(mini):
    said = noted(ts.plot_map(mini))
    assert said.startswith(
        "5 pairings on 2023-10-20; 1 left out by status, kind or day; 2 not drawn"
    )
    assert "hollow: 2 of 8 places, drawn at the unit around them" in said
    assert "outlines: Natural Earth, provinces as before July 2025" in said
    assert "unstated" not in said


def test_points_of_unstated_licence_are_counted(edited):
    row = "s-stat-2020,statistics,List of units,Statistics office,,2020,vi,"
    folder = edited("sources.csv", row, row)
    text = (folder / "sources.csv").read_text(encoding="utf-8")
    header = text.splitlines()[0].split(",")
    rows = [line for line in text.splitlines() if line.startswith("s-stat-2020,")]
    cells = rows[0].split(",")
    cells[header.index("licence")] = "none stated"
    (folder / "sources.csv").write_text(text.replace(rows[0], ",".join(cells)), encoding="utf-8")
    assert "points of unstated licence" in noted(ts.plot_map(ts.load(folder)))


def test_one_name_a_side_counts_the_other_members(mini):
    axes = ts.plot_map(mini)
    assert {"Tràng Vĩ", "Minh Tân + 2"} <= set(texts(axes))
    assert names(ts.plot_map(mini, labels=False)) == []


def test_names_are_in_the_language_asked_for():
    data = ts.restrict(ts.load(), kind="border_post")
    assert "YUNNAN" in texts(ts.plot_map(data, labels=False))
    axes = ts.plot_map(data, names="vi", labels=False)
    assert {"VÂN NAM", "Vịnh\nBắc Bộ"} <= set(texts(axes)) | {"Vịnh\nBắc Bộ"}


def boxes(axes):
    axes.figure.draw_without_rendering()
    return [text.get_window_extent().extents for text in names(axes)]


@pytest.fixture
def crowd():
    rng = np.random.default_rng(1)
    left, right = ([f"{word}{k}" for k in range(60)] for word in ("Alder", "Brook"))
    points = pd.DataFrame(
        {"longitude": rng.uniform(10, 16, 120), "latitude": rng.uniform(40, 45, 120)},
        index=[*left, *right],
    )
    pairs = pd.DataFrame({"a": left, "b": right})
    return ts.from_edgelist(
        pairs, left="a", right="b", left_country="XA", right_country="XB", localities=points
    )


def test_of_many_places_some_dozens_are_named_in_bounded_time(crowd):
    start = time.process_time()
    axes = ts.plot_map(crowd)
    assert time.process_time() - start < 3
    assert 40 <= len(names(axes)) <= 60
    assert f"{120 - len(names(axes))} places not named for lack of room" in noted(axes)


def test_no_name_lies_on_another_or_leaves_the_map(crowd):
    for data in (crowd, ts.load()):
        axes = ts.plot_map(data)
        found, view = boxes(axes), axes.get_window_extent()
        for k, (x0, y0, x1, y1) in enumerate(found):
            assert x0 >= view.x0 - 1
            assert x1 <= view.x1 + 1
            assert y0 >= view.y0 - 1
            assert y1 <= view.y1 + 1
            for a0, b0, a1, b1 in found[:k]:
                assert not (x0 < a1 - 1 and x1 > a0 + 1 and y0 < b1 - 1 and y1 > b0 + 1)


def test_the_map_of_the_data_takes_less_than_a_second():
    data = ts.load()
    ts.plot_map(data)
    start = time.process_time()
    ts.plot_map(data)
    assert time.process_time() - start < 1


def test_ties_elsewhere_make_the_window_and_have_no_outlines(elsewhere):
    axes = ts.plot_map(elsewhere)
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    assert (west < 3.06, east > 24.1, south < 50.64, north > 56.95) == (True,) * 4
    assert len(axes.patches) == 0
    assert {"Köln", "Lille", "Rīga"} <= set(texts(axes))
    assert "outlines" not in noted(axes)


def test_one_place_near_the_border_does_not_move_the_window():
    pairs = pd.DataFrame({"a": ["Alder", "Ash", "Aspen"], "b": ["Brook", "Bay", "Birch"]})
    points = pd.DataFrame(
        {"longitude": [10.0, 11, 12, 13, 14, 106.8], "latitude": [50.0, 51, 50, 49, 48, 22.3]},
        index=[*pairs["a"], *pairs["b"]],
    )
    data = ts.from_edgelist(
        pairs, left="a", right="b", left_country="XA", right_country="XB", localities=points
    )
    axes = ts.plot_map(data)
    assert axes.get_xlim()[0] < 10
    assert axes.get_xlim()[1] > 106.8
    assert "beyond" not in noted(axes)


def test_a_tie_that_leaves_the_map_is_named():
    axes = ts.plot_map(ts.load())
    assert "to Guandu" in texts(axes)
    assert "of these 1 beyond the map" in noted(axes)
    assert axes.get_ylim()[1] <= 24


def test_a_window_can_be_chosen_or_is_refused(mini):
    axes = ts.plot_map(mini, window=(107, 108.5, 21, 22))
    assert axes.get_xlim() == (107, 108.5)
    for wrong in ((1, 2, 3), "Hà Giang", (108, 107, 21, 22), (0, 400, 0, 10)):
        with pytest.raises(ts.TwinstudyError, match="give west, east, south and north in degrees"):
            ts.plot_map(mini, window=wrong)


def test_data_without_points_or_pairings_are_drawn_empty(mini):
    assert noted(ts.plot_map(mini, status="doubtful")).startswith("0 pairings")
    pairs = pd.DataFrame({"a": ["Alder"], "b": ["Brook"]})
    bare = ts.from_edgelist(pairs, left="a", right="b", left_country="XA", right_country="XB")
    assert "1 not drawn as a side has no point" in noted(ts.plot_map(bare))


def test_there_is_a_scale_and_the_sea_has_a_name():
    shown = texts(ts.plot_map(ts.load()))
    assert any(re.fullmatch(r"\d+ km", text) for text in shown)
    assert "Gulf\nof Tonkin" in shown


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
    for given in (links, links.get):
        ts.save_figure(ts.plot_map(mini, links=given), tmp_path / "map.svg")
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
    axes = ts.plot_map(dataset, links=str.upper)
    lines, points = axes.collections
    assert len(lines.get_segments()) == 1001 == len(set(lines.get_urls()))
    assert lines.get_alpha() < 0.85
    assert len(points.get_offsets()) == 2002
    assert "LAI CHÂU" not in texts(axes)  # they would be a blot
    inside = ts.plot_map(dataset, window=(0, 85, 0, 39))
    assert not any(text.startswith("to ") for text in texts(inside))
    with pytest.raises(ts.TwinstudyError, match=r"too many rows .*`restrict`"):
        ts.plot_signings(dataset)
