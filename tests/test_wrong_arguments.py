"""Arguments of a wrong type are answered by the argument, its value or type, and what to give."""

from functools import partial

import pandas as pd
import pytest

import twinstudy as ts
from twinstudy.errors import ArgumentError

pytestmark = pytest.mark.filterwarnings("ignore:More than 20 figures")
NO_WORDS = [[], pd.Series(["vi"]), pd.DataFrame(), pd.NA, {"vi": 1}, 5]
DRAWN = [getattr(ts, "plot_" + word) for word in (
    "map", "pairings", "coverage", "density", "signings", "contents", "timeline")]  # fmt: skip


@pytest.mark.parametrize("value", NO_WORDS)
def test_no_words_for_a_word(mini, value):
    calls = [("names", each) for each in [*DRAWN[:6], ts.pairings]]
    calls += [("rule", ts.consolidate), ("rule", ts.existing), ("layer", ts.to_geodataframe)]
    for name, function in calls:
        with pytest.raises(ArgumentError, match=f"^`{name}` is "):
            function(mini, **{name: value})


@pytest.mark.parametrize("plot", DRAWN)
def test_titles_and_further_arguments_of_a_plot(mini, plot):
    with pytest.raises(ArgumentError, match=r"^`title` is of type int; give a text"):
        plot(mini, title=5)
    if plot is not ts.plot_map:
        with pytest.raises(ArgumentError, match=r"^`\*\*arguments` is 'knd'; use one of .*kind"):
            plot(mini, knd="village")


@pytest.mark.parametrize("value", [pd.NA, pd.Series([True]), pd.DataFrame(), "yes"])
def test_no_value_for_a_switch(mini, value):
    calls = {
        "labels": partial(ts.plot_map, mini),
        "by_kind": partial(ts.plot_map, mini),
        "links": partial(ts.plot_map, mini),
        "events": partial(ts.trace, mini, mini.pairings["id"].iloc[0]),
        "names": partial(ts.show, mini.pairings),
    }
    for name, call in calls.items():
        with pytest.raises(ArgumentError, match=f"^`{name}` is of type {type(value).__name__}; "):
            call(**{name: value})


def test_paths_and_characters_that_no_file_holds(mini, tmp_path):
    for call in (mini.save, partial(ts.write_graph, ts.locality_graph(mini))):
        with pytest.raises(ArgumentError, match=r"is '.*\\ud800\.json'; give the path of a f"):
            call(f"{tmp_path}/\ud800.json")
    with pytest.raises(ArgumentError, match=r"^`path` is 5; give the path of a file$"):
        ts.read_graph(5)
    axes = ts.plot_timeline(mini, title="Ties\ud800of\x1btwins")
    ts.save_figure(axes, tmp_path / "a.svg", origin="note\ud800book")
    assert "<dc:title>Ties of twins</dc:title>" in (tmp_path / "a.svg").read_text("utf-8")


@pytest.mark.parametrize("kind", [pd.Series(["commune"]), {"commune"}])
def test_kinds_of_a_timeline_may_be_any_collection(mini, kind):
    assert ts.plot_timeline(mini, kind=kind).figure.get_suptitle().startswith("Pairings of commune")
