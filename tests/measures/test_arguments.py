"""Every measure answers what it cannot take, and tells what it was made from."""

import itertools
from functools import partial

import numpy as np
import pandas as pd
import pytest

from twinstudy import contents, coverage, density, distances, restrict, signings, timeline
from twinstudy.errors import ArgumentError
from twinstudy.measures.distance import null_distances

MEASURES = [coverage, density, timeline, signings, distances, contents, null_distances]
WITH_AREAS = [coverage, density, timeline]
NO_WORDS = [7, b"commune", object(), [None], np.array([1, 2]), pd.DataFrame({"kind": [1]})]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_wrong_first_argument_and_no_words_are_answered(mini, measure):
    for first in (None, "data", [], pd.DataFrame()):
        with pytest.raises(ArgumentError, match=r"`dataset` is .*; give a dataset, as `load\(\)`"):
            measure(first)
    for argument, value in itertools.product(["kind", "status", "at"], NO_WORDS):
        with pytest.raises(ArgumentError, match=f"`{argument}` is "):
            measure(mini, **{argument: value})


@pytest.mark.parametrize("measure", WITH_AREAS)
def test_levels_of_areas_are_one_word(mini, measure):
    for value in [*NO_WORDS, [], ["province"], pd.Series(["province"])]:
        with pytest.raises(ArgumentError, match=r"`by` is [\s\S]*; use one of country,"):
            measure(mini, by=value)


@pytest.mark.parametrize(
    ("measure", "argument", "value", "allowed"),
    [
        *((measure, "kind", "villages", "village, commune, district") for measure in MEASURES),
        *((measure, "status", "x", "agreed, planned, doubtful") for measure in MEASURES),
        (coverage, "status", ["agreed", "x"], "agreed, planned, doubtful"),
        *((measure, "by", "region", "country, province, prefecture") for measure in WITH_AREAS),
        (density, "per", "possible_pairs", "border_km, unit"),
        (contents, "basis", "x", "deed, aim, later"),
        (null_distances, "within", "x", "country, province"),
        (null_distances, "samples", 0, "a whole number of at least 1"),
    ],
)
def test_a_wrong_word_is_answered_by_the_right_ones(mini, measure, argument, value, allowed):
    wrong = value[-1] if isinstance(value, list) else value
    with pytest.raises(ArgumentError, match=f"`{argument}` is {wrong!r}; use (one of )?{allowed}"):
        measure(mini, **{argument: value})


@pytest.mark.parametrize("measure", MEASURES)
def test_an_answer_is_narrow_of_its_own_and_tells_day_data_and_what_is_left_out(mini, measure):
    table = measure(mini, at="2021")
    assert table.attrs["at"] == "2021-12-31"
    assert table.attrs["data_version"] == mini.version
    assert table.attrs["left_out"]["planned pairings"] == 1
    assert len(table.columns) <= 14
    before = table.copy()
    table[table.columns] = 0
    pd.testing.assert_frame_equal(measure(mini, at="2021"), before)


@pytest.mark.parametrize("measure", [*MEASURES, partial(timeline, by="province")])
def test_of_nothing_the_columns_remain(mini, measure):
    nothing = restrict(mini, kind="other")
    table = measure(nothing)
    assert table.columns.tolist() == measure(mini).columns.tolist()
    assert not table.filter(["certain", "told", "pairings"]).to_numpy().any()
