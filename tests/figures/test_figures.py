"""Figures by their artists, labels and data; no image is compared with a stored one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import twinstudy as ts

SRC = Path(ts.__file__).parents[1]
BLUE, ORANGE = "#0072B2", "#D55E00"  # communes, villages


def bars(axes):
    """Bars as (left, width, filled), without those that are only there as background."""
    found = []
    for patch in axes.patches:
        assert isinstance(patch, Rectangle)
        if patch.get_zorder() > 1:
            shape = (round(patch.get_x(), 3), round(patch.get_width(), 3))
            found.append((*shape, not patch.get_hatch()))
    return found


def texts(axes):
    return [text.get_text() for text in axes.texts]


def diamonds(axes):
    """Totals as (value, filled)."""
    return [
        (round(float(line.get_xdata()[0]), 3), line.get_markerfacecolor() != "white")
        for line in axes.lines
        if line.get_marker() == "D"
    ]


@pytest.fixture(scope="module")
def drawn(mini):
    """Every figure of the miniature."""
    return {
        "coverage": ts.plot_coverage(ts.coverage(mini)),
        "border_km": ts.plot_density(ts.density(mini, per="border_km")),
        "unit": ts.plot_density(ts.density(mini, per="unit")),
        "timeline": ts.plot_timeline(ts.timeline(mini)),
        "provinces": ts.plot_timeline(ts.timeline(mini, by="province")),
        "signings": ts.plot_signings(ts.signings(mini)),
        "pairings": ts.plot_pairings(mini),
        "localities": ts.plot_pairings(ts.locality_graph(mini)),
    }


def test_coverage_draws_named_reported_and_eligible(mini):
    axes = ts.plot_coverage(ts.coverage(mini, kind="commune"))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Hà Giang"]
    assert bars(axes) == [(0, round(300 / 34, 3), True)]
    assert diamonds(axes) == [(100, True)]
    assert {"3", "0", "34", "34 communes"} <= set(texts(axes))


def test_coverage_hatches_what_is_only_possible(mini):
    table = ts.coverage(mini, at="2014", kind="village")
    axes = ts.plot_coverage(table[table["area"] == "Lạng Sơn"])
    # Chi Ma is dated 2015-12; by 2014 nothing is named, and the undated total is unclear.
    assert bars(axes) == []
    assert diamonds(axes) == [(round(900 / 73, 3), False)]
    villages = table[(table["area"] == "Quảng Ninh") & (table["unit"] == "village")]
    possible = ts.plot_coverage(villages.assign(eligible=4))
    assert bars(possible) == [(0, 50, False)]


def test_coverage_takes_the_highest_total_where_no_units_are_counted(mini):
    table = ts.coverage(mini, by="country", kind="village")
    axes = ts.plot_coverage(table)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Việt Nam, pairings"]
    assert diamonds(axes) == [(100, True)]
    assert "2–3" in texts(axes)
    assert texts(axes)[-1].endswith("3 rows without border units or a total are not drawn.")
    assert "border units" not in texts(axes)
    assert axes.get_xlabel() == "share of the highest reported total that is named (%)"
    pairings = ts.plot_coverage(table[table["unit"] == "pairing"])
    assert [label.get_text() for label in pairings.get_yticklabels()] == ["Việt Nam"]


def test_density_stacks_kinds_over_the_border_and_shows_what_divides(drawn):
    axes = drawn["border_km"]
    assert bars(axes) == []  # nothing is drawn in the background, so all bars have zorder 1
    widths = [(patch.get_x(), patch.get_width()) for patch in axes.patches]
    assert widths == [(0.0, 100 / 277), (100 / 277, 100 / 277)]
    assert "÷ ≥ 277 km" in texts(axes)


def test_density_of_all_kinds_alone_is_drawn_too(mini):
    table = ts.density(mini, per="border_km")
    axes = ts.plot_density(table[table["kind"] == "all"])
    assert [patch.get_width() for patch in axes.patches] == [200 / 277]


def test_density_per_unit_has_a_heading_a_kind(drawn):
    axes = drawn["unit"]
    assert {"villages", "communes and towns", "÷ 73 villages", "÷ 34 communes"} <= set(texts(axes))
    assert axes.get_xlabel() == "pairings per border unit"


def test_timeline_keeps_the_undated_apart(drawn):
    upper = drawn["timeline"]
    lower = next(axes for axes in upper.figure.axes if axes is not upper)
    undated = [patch for patch in upper.patches if patch.get_hatch() == "...."]
    assert [patch.get_height() for patch in undated] == [1]
    assert "undated: 1" in texts(upper)
    assert "25 reported (villages)" in texts(upper)
    heights = {
        round(patch.get_x() + patch.get_width() / 2): patch.get_height()
        for patch in lower.patches
        if not patch.get_hatch() and patch.get_height()
    }
    assert heights == {2015: 1, 2018: 1}
    assert sum(patch.get_height() for patch in lower.patches if patch.get_hatch()) == 3
    assert "exchanges paused from 2020\n(1 pairing)" in texts(lower)


def test_timeline_of_areas_has_a_row_an_area(drawn, mini):
    areas = [label.get_text() for label in drawn["provinces"].get_yticklabels()]
    assert areas == ts.timeline(mini, by="province")["area"].unique().tolist()
    assert "2–3 signed, of these 0 undated" in texts(drawn["provinces"])


def test_a_year_is_a_bar_of_a_year(drawn):
    axes = drawn["signings"]
    spans = [(round(bar.get_x(), 2), round(bar.get_width(), 2)) for bar in axes.patches]
    assert spans == [(2013, 1), (2014.65, 1.35), (2015.92, 0.08), (2018, 1)]
    hedged, conflict, *plain = axes.patches
    assert hedged.get_linestyle() == "--"
    assert conflict.get_hatch()
    assert not any(bar.get_hatch() for bar in plain)
    assert "1 undated pairings: 1 of border posts" in texts(axes)[-1]


def test_a_day_is_a_marker(mini):
    table = ts.signings(mini)
    table.loc[0, ["earliest", "latest"]] = table.loc[1, "earliest"]
    table.loc[0, "precision"] = "day"
    axes = ts.plot_timeline(table)  # hands over to plot_signings
    marker = next(line for line in axes.lines if line.get_marker() == "o")
    assert marker.get_xdata()[0] == pytest.approx(2014 + 237 / 365)
    assert marker.get_markerfacecolor() == "white"  # it was hedged


def test_the_ladder_goes_from_west_to_east_and_hides_no_one(drawn, mini):
    axes = drawn["pairings"]
    graph = ts.incidence_graph(mini)
    names = {data["name"] for _, data in graph.nodes(data=True) if data["bipartite"] == 0}
    assert names <= set(texts(axes))
    places = {
        text.get_text(): text.get_position() for text in axes.texts if text.get_ha() != "center"
    }
    assert places["Chi Ma"][1] < places["Phai Lầu"][1] < places["Tràng Vĩ"][1]
    assert places["Chi Ma"][0] < places["Ái Điểm"][0]
    markers = [
        line for line in axes.lines if line.get_marker() in "os^*DX" and line.get_markersize() > 2
    ]
    assert len(markers) == 5
    hollow = [line for line in markers if line.get_markerfacecolor() == "white"]
    assert len(hollow) == 1  # Tràng Vĩ, "2013~"


def test_the_ladder_of_a_locality_graph_ties_places_directly(drawn, mini):
    ties = [line for line in drawn["localities"].lines if len(line.get_xdata()) == 2]
    assert len(ties) == ts.locality_graph(mini).number_of_edges()
    assert sum(line.get_linestyle() == "--" for line in ties) == 1


def test_the_ladder_breaks_into_two_columns(drawn):
    import networkx as nx

    graph = nx.Graph()
    for number in range(60):
        graph.add_node(f"v{number:02}", name=f"V{number}", country="VN", longitude=float(number))
        graph.add_node(f"c{number:02}", name=f"C{number}", country="CN")
        graph.add_edge(f"v{number:02}", f"c{number:02}", certain=1)
    axes = ts.plot_pairings(graph)
    x = {text.get_position()[0] for text in axes.texts if text.get_text().startswith("V")}
    assert len(x) >= 2
    assert drawn["pairings"].get_xlim()[1] < axes.get_xlim()[1]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda t: ts.plot_coverage(t["coverage"].head(0)),
         "`table` has no row with border units or a total; nothing to draw"),
        (lambda t: ts.plot_coverage(t["timeline"]),
         "`table` lacks the column 'eligible'; give what `coverage` returns"),
        (lambda t: ts.plot_density(t["density"].head(0)),
         "`table` is empty: no source states a denominator; nothing to draw"),
        (lambda t: ts.plot_density(t["coverage"]),
         "`table` lacks the column 'denominator'; give what `density` returns"),
        (lambda t: ts.plot_timeline(t["timeline"].head(0)), "`table` is empty; nothing to draw"),
        (lambda t: ts.plot_timeline(t["coverage"]),
         "`table` lacks the column 'year'; give what `timeline` returns"),
        (lambda t: ts.plot_signings(t["signings"].query("precision == 'undated'")),
         "`table` has no dated pairing; nothing to draw"),
        (lambda t: ts.plot_timeline(t["timeline"], ax=Figure().add_axes((0, 0, 1, 1))),
         "`ax` is not one of a grid; give axes made by add_subplot or subplots"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(mini, draw, message):
    tables = {
        "coverage": ts.coverage(mini),
        "density": ts.density(mini, per="unit"),
        "timeline": ts.timeline(mini),
        "signings": ts.signings(mini),
    }
    with pytest.raises(ts.ArgumentError, match=re.escape(message)):
        draw(tables)


def test_a_ladder_needs_two_countries(mini):
    graph = ts.locality_graph(mini)
    one = graph.subgraph([node for node in graph if node.startswith("l-vn")])
    message = "`graph` has localities of 1 countries (VN); give one that ties two countries"
    with pytest.raises(ts.ArgumentError, match=re.escape(message)):
        ts.plot_pairings(one)


def test_axes_of_the_caller_are_used_and_tables_unchanged(mini):
    figure = Figure(figsize=(7, 12))
    grid = figure.subplots(4, 1)
    tables = [ts.coverage(mini), ts.density(mini, per="unit"), ts.timeline(mini), ts.signings(mini)]
    copies = [table.copy() for table in tables]
    draw = [ts.plot_coverage, ts.plot_density, ts.plot_timeline, ts.plot_signings]
    for plot, table, axes in zip(draw, tables, grid, strict=True):
        assert plot(table, ax=axes) is axes
    for table, copy in zip(tables, copies, strict=True):
        assert table.equals(copy)


def test_every_figure_says_what_it_rests_on(drawn, mini):
    for name, axes in drawn.items():
        words = " ".join(text for each in axes.figure.axes for text in texts(each))
        assert f"twinstudy {mini.version}" in words.replace("\n", " "), name
        assert "left out" in words.replace("\n", " "), name


def test_no_text_is_cut_off(drawn):
    # Saving takes in the box of all artists, so every text must be in it.
    for axes in drawn.values():
        renderer = FigureCanvasAgg(axes.figure).get_renderer()
        box = axes.figure.get_tightbbox(renderer)
        to_inches = axes.figure.dpi_scale_trans.inverted()
        for text in axes.texts:
            extent = text.get_window_extent(renderer).transformed(to_inches)
            assert extent.x0 >= box.x0 - 1e-6
            assert extent.x1 <= box.x1 + 1e-6


SCRIPT = """
import sys
import twinstudy as ts
data = ts.load(sys.argv[1])
figures = {
    "coverage": ts.plot_coverage(ts.coverage(data)),
    "density": ts.plot_density(ts.density(data, per="border_km")),
    "timeline": ts.plot_timeline(ts.timeline(data)),
    "provinces": ts.plot_timeline(ts.timeline(data, by="province")),
    "signings": ts.plot_signings(ts.signings(data)),
    "pairings": ts.plot_pairings(data),
}
for name, axes in figures.items():
    for ending in ("svg", "png"):
        ts.save_figure(axes.figure, f"{sys.argv[2]}/{name}.{ending}")
assert "matplotlib.pyplot" not in sys.modules
"""


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    data = Path(__file__).parents[1] / "miniature"
    folders = []
    for seed, core in (("1", "Haswell"), ("2", "Prescott")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {
            "PYTHONHASHSEED": seed, "OPENBLAS_CORETYPE": core, "PYTHONPATH": str(SRC),
        }  # fmt: skip
        command = [sys.executable, "-W", "error", "-c", SCRIPT, str(data), str(folder)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        folders.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    assert len(folders[0]) == 12
    assert folders[0] == folders[1]
