"""Figures by their artists, labels and data; no image is compared with a stored one."""

import io
import itertools
import re
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from artists import bars, labels, marks, noted, texts, tied
from matplotlib.axes import Axes

import twinstudy as ts
from twinstudy.errors import ArgumentError
from twinstudy.measures.distance import null_distances

MEASURES = ["coverage", "density", "timeline", "signings", "contents"]
DRAW = {name: getattr(ts, f"plot_{name}") for name in [*MEASURES, "pairings", "map"]}
DRAW["provinces"] = partial(ts.plot_timeline, by="province")


@pytest.fixture(scope="module")
def drawn(mini):
    return {name: draw(mini) for name, draw in DRAW.items()}


def test_coverage_draws_named_beside_reported(mini):
    axes = ts.plot_coverage(mini, kind="commune")
    assert labels(axes) == ["Hà Giang"]
    assert bars(axes) == [(0, round(300 / 34, 2), True)]
    assert [x for x, *_ in marks(axes, "D")] == [100]
    assert {"3 of 34; 34 reported", "communes"} <= set(texts(axes))
    assert axes.get_xlabel() == "share of the units at the border (%)"
    table = ts.coverage(mini, kind="commune").query("side == 'VN'").assign(possible=4)
    hatched = ts.plot_coverage(table)
    assert bars(hatched)[1] == (8.82, 2.94, False)
    for each, width in ((axes, 0), (hatched, 0.6)):  # no line where nothing is only possible
        assert [bar.get_linewidth() for bar in each.patches if bar.get_hatch()] == [width]


def test_coverage_sets_rows_of_another_base_apart_and_never_passes_100(mini):
    table = ts.coverage(mini, kind="commune").assign(certain=40, possible=40)
    table = table[(table["side"] == "VN") & table["reported"].notna()]
    other = table.assign(eligible=float("nan"), area_id="l-other", area="Other", reported=20)
    axes = ts.plot_coverage(pd.concat([table, other]))
    assert labels(axes) == ["Hà Giang", "Other"]
    assert {"communes", "communes, of the total reported", "40 of 20"} <= set(texts(axes))
    assert bars(axes) == [(0, 100, True)] * 2
    assert [y for _, y, _ in marks(axes, ">")] == axes.get_yticks().tolist()
    assert axes.get_yticks()[1] - axes.get_yticks()[0] == 2  # a line for the heading between
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words[2:] == ["reported, on its date", "of the total reported"]
    alone = ts.plot_coverage(other)
    assert alone.get_xlabel() == "share of the highest total that is reported (%)"
    assert "communes" in texts(alone)
    assert len(alone.get_legend().get_texts()) == 3


def test_density_draws_named_and_reported_in_one_row(mini):
    table = ts.density(mini, kind=("village", "commune"))
    total = table.head(1).assign(basis="reported", lower=5.0, upper=6.0, certain=14, possible=14)
    axes = ts.plot_density(pd.concat([table, total]))
    assert labels(axes)[-1] == table["area"].iloc[0]
    assert [x for x, *_ in marks(axes, "D")] == [5.5]
    assert sum(width for _, width, _ in bars(axes)) == pytest.approx(table["upper"].sum(), abs=0.1)
    assert any(text.endswith("named; 14 reported") for text in texts(axes))
    assert {"communes", "all kinds"} <= set(texts(ts.plot_density(mini, kind=None)))
    axes = ts.plot_density(mini, per="unit", kind="commune")
    assert axes.get_xlabel() == "pairings per border unit"


def test_timeline_draws_sharp_bounds_and_the_years(mini):
    table = ts.timeline(mini)
    upper = ts.plot_timeline(table)
    [lower] = upper.child_axes
    last = table.dropna(subset="lower").iloc[-1]
    assert f"{last['lower']} certain" in texts(upper)
    for name, hatch in (("certain", None), ("possible", "//////")):
        tops = {
            round(bar.get_x() + bar.get_width() / 2): bar.get_y() + bar.get_height()
            for bar in lower.patches
            if bar.get_hatch() == hatch and (bar.get_height() or hatch)
        }
        assert tops == table[table[name].fillna(0) > 0].set_index("year")[name].to_dict()
    low, high = (patch.get_data() for patch in upper.patches[:0:-1])
    ends = table.dropna(subset="lower")
    assert [*low[0]] == ends["lower"].tolist()
    assert [*high[0]] == ends["upper"].tolist()
    assert low[1][0] == ends["year"].iloc[0] - 0.5  # a value holds at the end of its year


def test_totals_of_villages_stand_above_curves_of_villages_alone(mini):
    for kind, shown in (("village", True), (None, False), (["village", "commune"], False)):
        said = texts(ts.plot_timeline(mini, kind=kind))[:-1]
        assert any("25 reported" in text for text in said) == shown


def test_timelines_of_areas_have_one_scale(drawn, mini):
    axes = drawn["provinces"]
    table = ts.timeline(mini, by="province")
    assert labels(axes) == table["area"].unique().tolist()
    assert sum(bool(re.fullmatch(r"\d+ pairings", text)) for text in texts(axes)) == 1
    tops = [np.max(patch.get_data()[0]) % 1 for patch in axes.patches]
    assert max(tops) == pytest.approx(0.88)  # of the area with most


@pytest.mark.parametrize("first", ["0836/1990", "1958", "2013-05-04"])
def test_long_scales_have_few_even_ticks(first):
    data = tied(["Alder", "Ash"], ["Brook", "Bay"], signed=[first, "2015"])
    [lower] = ts.plot_timeline(data).child_axes
    if first == "0836/1990":  # years over centuries are lines at once
        assert not lower.patches
        assert [len(each.get_segments()) for each in lower.collections] == [1156, 1156]
    for axes in (lower, ts.plot_signings(data)):
        ticks = axes.get_xticks()
        assert 1 <= len(ticks) <= 9
        assert len({round(b - a, 6) for a, b in itertools.pairwise(ticks)}) <= 1
        assert all(tick == int(tick) for tick in ticks)


def test_every_pairing_has_a_row_of_signing(mini):
    axes = ts.plot_signings(mini)
    assert len(axes.get_yticks()) == len(ts.signings(mini))
    assert texts(axes)[:-1] == ["Hà Giang", "Lạng Sơn", "Quảng Ninh"]  # from west to east
    real = texts(ts.plot_signings(ts.load()))
    assert real.index("Lào Cai") < real.index("Cao Bằng")
    hatched = [bar for bar in axes.patches if bar.get_hatch()]
    hedged = [bar for bar in axes.patches if bar.get_linestyle() == "--"]
    assert (len(hatched), len(hedged)) == (1, 1)  # Phai Lầu: 2014 or 2015; Tràng Vĩ: 2013~


def test_a_date_is_as_long_as_it_is_uncertain(mini):
    table = ts.signings(mini)
    axes = ts.plot_signings(table[table["precision"] == "none"])
    [bar] = axes.patches
    assert bar.get_x() < axes.get_xlim()[0]
    assert bar.get_x() + bar.get_width() == pytest.approx(2022 + 185 / 365)  # after 2022-07-04
    table.loc[0, ["earliest", "latest"]] = pd.Timestamp("2014-08-26")
    table.loc[0, "precision"] = "day"
    axes = ts.plot_signings(table)
    assert [x for x, *_ in marks(axes, "o")] == [round(2014 + 237 / 365, 2)]
    assert any(bar.get_width() == pytest.approx(1) for bar in axes.patches)


def test_the_ladder_goes_from_west_to_east_and_hides_no_one(drawn, mini):
    axes = drawn["pairings"]
    graph = ts.incidence_graph(mini)
    places = [node for node, data in graph.nodes(data=True) if "country" in data]
    shown = {text.get_text(): text.xy for text in axes.texts if hasattr(text, "xy")}
    assert {"Chi Ma", "Phai Lầu", "Tràng Vĩ"} <= set(shown)
    assert shown["Chi Ma"][1] < shown["Phai Lầu"][1] < shown["Tràng Vĩ"][1]
    (dots,) = (line.get_xydata() for line in axes.lines if line.get_markersize() == 1.6)
    assert len(dots) == len(set(map(tuple, dots))) == len(places)
    assert {"Lạng Sơn", "Quảng Ninh", "border post"} <= set(texts(axes))
    real = {text.get_text(): text for text in ts.plot_pairings(ts.load(), kind="village").texts}
    heads = ["Lai Châu", "Lào Cai", "Cao Bằng", "Lạng Sơn", "Quảng Ninh"]
    rows = [real[head].get_position()[1] for head in heads]
    between = ts.locality_graph(mini)
    (ties,) = ts.plot_pairings(between).collections  # which ties places directly
    assert len(ties.get_segments()) == between.number_of_edges()
    assert rows == sorted(rows)
    assert rows[0] < real["Pô Tô"].xy[1] < rows[1]
    assert rows[3] < real["Chi Ma"].xy[1] < rows[4] < real["Tràng Vĩ"].xy[1]


def test_the_ladder_breaks_into_two_columns():
    axes = ts.plot_pairings(tied(*([f"{word}{n}" for n in range(60)] for word in "VC")))
    assert axes.get_xlim()[1] > 2
    spots = {text.xy[0] for text in axes.texts if re.fullmatch(r"V\d+", text.get_text())}
    assert len(spots) == 2


def test_the_null_figure_leaves_small_kinds_out_and_gives_exact_fractions():
    names = [[f"{word}{n}" for n in range(6)] for word in "AB"]
    where = [0.0, 2, 4, 9, 14, 20] * 2, [0.0] * 6 + [0.1] * 6
    rows = tied(*names, *where, kind=["commune"] * 5 + ["district"])
    axes = ts.plot_null(rows, samples=500)
    assert labels(axes) == ["communes"]
    assert "5 pairings\np = 1/120" in texts(axes)
    assert "fewer than 4 pairings" in noted(axes)
    table = null_distances(rows, kind="commune", samples=20)
    axes = ts.plot_null({"within provinces": table})
    assert labels(axes) == ["within provinces"]
    assert any(re.search(r"p = \d+/21$", text) for text in texts(axes))
    assert [x for x, *_ in marks(axes, "D")] == [round(table["observed_km"].iloc[0], 2)]


def test_contents_are_dots_of_pairings_or_bars_of_counts(mini):
    table = ts.contents(mini)
    axes = ts.plot_contents(mini)
    dots = marks(axes, "o")
    assert len(dots) == table["told"].sum()
    assert sum(filled for *_, filled in dots) == table["explicit"].sum()
    per_topic = [sum(y == row for _, y, _ in dots) for row in axes.get_yticks()]
    assert per_topic == table["told"].sort_values(ascending=False)[: len(per_topic)].tolist()
    counts = [f"{row.told} ({row.explicit})" for row in table.itertuples() if row.told]
    assert sorted(counts) == sorted(texts(axes)[: len(counts)])
    widths = [bar.get_width() for bar in ts.plot_contents(table).patches]
    assert sum(widths) == table["told"].sum() + table["explicit"].sum()


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda d, _: ts.plot_coverage(ts.coverage(d).head(0)), "`data` has no row with units"),
        (lambda d, _: ts.plot_density(ts.density(d).head(0)), "`data` is empty: no source states"),
        (lambda *_: ts.plot_timeline(tied(["A"], ["B"], [1, 2], [3, 4]), by="country"),
         r"empty \(.*left out: members in no country \(2\)\); nothing to draw"),
        (lambda d, _: ts.plot_timeline(ts.timeline(d).head(0)), "`data` is empty .*nothing to draw"),
        (lambda d, _: ts.plot_signings(ts.signings(d).head(0)), "`data` has no pairing; nothing"),
        (lambda d, _: ts.plot_contents(ts.contents(d).head(0)), "`data` has no contents that are"),
        (lambda d, _: ts.plot_coverage(ts.timeline(d)),
         "`data` lacks the column 'area_id'; give what `coverage` returns, or the dataset"),
        (lambda d, _: ts.plot_timeline(ts.timeline(d), at="2018"),
         "`at` is an argument of `timeline`; give it there, or give the dataset"),
        (lambda _, g: ts.plot_pairings(g, kind="village"), "`kind` is an argument of `incidence_gr"),
        (lambda *_: ts.plot_null(ts.load(), knd=1), r"`\*\*arguments` is 'knd'; use one of samples, seed"),
        (lambda _, g: ts.plot_map(g), r"`dataset` is of type Graph; give a dataset, such as `lo"),
        (lambda _, g: ts.plot_coverage(g), r"`data` is of type Graph; give a dataset, such as `load"),
        (lambda *_: ts.plot_pairings("data"), "`data` is of type str; give a dataset"),
        (lambda d, _: ts.plot_null(ts.contents(d)), "lacks the column 'observed_km'; give what"),
        (lambda d, _: ts.plot_map(d, ax=3), r"`ax` is 3; give plain axes of a figure: plt"),
        (lambda d, _: ts.plot_null(pd.concat([null_distances(d)] * 2)), "`data` lacks the arrangem"),
        (lambda _, g: ts.plot_pairings(g.subgraph([n for n in g if n.startswith("l-vn")])),
         r"`data` has localities of 1 countries \(VN\); give some that tie two countries"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_answered(mini, draw, message):
    before = plt.get_fignums()
    with pytest.raises(ts.TwinstudyError, match=message):
        draw(mini, ts.locality_graph(mini))
    assert plt.get_fignums() == before


@pytest.mark.parametrize("name", DRAW)
def test_figures_take_axes_titles_and_stay_legible_in_a_column(mini, name):
    own = plt.figure().add_subplot(xscale="log", yscale="log")
    assert DRAW[name](mini, ax=own, title="A finding") is own
    assert own.get_title(loc="left") == "A finding"
    axes = DRAW[name](mini)
    assert isinstance(axes, Axes)
    assert axes.figure.get_suptitle()
    assert axes.figure.get_figwidth() <= 17 / 2.54 + 0.01
    in_column = 8.5 / 2.54 / axes.figure.get_figwidth()
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        assert label.get_fontsize() * in_column >= 6 - 0.1


@pytest.mark.parametrize("projection", ["polar", "3d", None])
def test_axes_that_are_no_plain_ones_of_a_figure_are_refused(mini, projection):
    own = plt.figure().add_subplot(projection=projection)
    if projection is None:
        own.remove()
    for draw in DRAW.values():
        with pytest.raises(ArgumentError, match=r"^`ax` is <.*Axes.*; give plain axes of a figure"):
            draw(mini, ax=own)


@pytest.mark.parametrize("name", MEASURES)
def test_a_table_is_left_as_it_was_drawn_once_saved_and_refused_if_spoilt(mini, name):
    table, draw = getattr(ts, name)(mini), DRAW[name]
    copy, saved = table.copy(), pd.read_csv(io.StringIO(table.to_csv(index=False)))
    before, after = draw(table), draw(saved)
    pd.testing.assert_frame_equal(table, copy)
    assert len(after.patches) == len(before.patches) > 0
    assert labels(after) == labels(before)
    spoilt = {
        "^`data` has more than one column '": pd.concat([table, table], axis=1),
        "^`data` has no (text|number) in some cells of '": table.map(lambda _: None),
        "^`data` has no (text|number|day|flag) in some cells of '": table.map(lambda _: "some"),
    }
    for message, other in spoilt.items():
        with pytest.raises(ArgumentError, match=message):
            draw(other)


def test_a_figure_of_one_row_has_room_for_it(mini):
    covered, dense = ts.coverage(mini).query("eligible > 0"), ts.density(mini)
    for axes in (ts.plot_coverage(covered.head(1)), ts.plot_density(dense.head(1))):
        axes.figure.draw_without_rendering()  # a warning, that axes collapsed, would be an error
        assert axes.get_window_extent().height > 0.4 * axes.figure.dpi


def test_notes_say_the_day_and_no_version_and_no_text_is_cut_off(drawn, mini):
    for name, axes in drawn.items():
        words = " ".join(text for each in [axes, *axes.child_axes] for text in texts(each))
        assert mini.version not in words, name
        assert "n 2023-10-20" in words.replace("\n", " "), name
        axes.figure.draw_without_rendering()
        width = axes.figure.get_figwidth() * axes.figure.dpi
        for text in axes.texts:
            if text.get_text() and not text.get_clip_on():
                box = text.get_window_extent()
                assert (box.x0 > -2, box.x1 < width * 1.12) == (True, True), (name, text)
