"""What holds of every valid dataset, however odd."""

import itertools
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from builders import dataset_from_text
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import FIRST, LAST, ODD_NAMES, edtf_texts, frames

import twinstudy as ts
from twinstudy.records.folding import fold_name
from twinstudy.tables.files import text_tables, type_tables
from twinstudy.tables.schema import KINDS, LEVELS, STATUSES
from twinstudy.tables.table_rules import check_tables

some = settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # it takes minutes to shrink a dataset
)
datasets = frames().map(dataset_from_text)
days = st.none() | st.dates(FIRST, LAST)


def assert_equal(one, other):
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name])
    assert one.version == other.version


def assert_valid(dataset):
    """No error, and the frames that its text makes."""
    tables = type_tables(text_tables(dataset.tables))
    assert [problem for problem in check_tables(tables) if problem.severity == "error"] == []
    for name, frame in dataset.tables.items():
        pd.testing.assert_frame_equal(frame, tables.typed[name])


def listed(graph):
    return list(graph.nodes(data=True)), list(graph.edges(data=True)), graph.graph


@some
@given(frames(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_files_come_back_equal(text, rng):
    straight = dataset_from_text(text)
    orders = {name: rng.sample(range(len(rows)), len(rows)) for name, rows in text.items()}
    shuffled = dataset_from_text({name: rows.iloc[orders[name]] for name, rows in text.items()})
    assert_equal(shuffled, straight)
    for graph in (ts.locality_graph, ts.incidence_graph):
        assert listed(graph(shuffled)) == listed(graph(straight))
    with tempfile.TemporaryDirectory() as folder:
        first, second = straight.save(Path(folder, "a")), shuffled.save(Path(folder, "b"))
        assert_equal(ts.load(first), straight)
        for file in first.iterdir():
            assert file.read_bytes() == (second / file.name).read_bytes()


@some
@given(datasets, days)
def test_weights_add_up_to_pairings_and_no_tie_stays_on_one_side(dataset, at):
    pairings = ts.consolidate(dataset)
    shown = ts.existing(dataset, at=at)["possible"] & (pairings["status"] == "agreed")
    graph = ts.locality_graph(dataset, at=at)
    assert graph.graph["pairings"] == shown.sum()
    assert np.isclose(sum(weight for *_, weight in graph.edges(data="weight")), shown.sum())
    named = ts.members(dataset)
    sides = {
        pairing: [set(of_side["locality_id"]) for _, of_side in rows.groupby("second")]
        for pairing, rows in named.groupby("pairing_id")
    }
    ends = (sides[pairing] for pairing in pairings["pairing_id"][shown])
    tied = {frozenset(tie) for both in ends for tie in itertools.product(*both)}
    assert {frozenset(edge) for edge in graph.edges} == tied
    assert all(len(side) == 2 for side in sides.values())


@some
@given(datasets, days)
def test_both_graphs_tell_the_same_and_come_back_from_files(dataset, at):
    incidence, tied = ts.incidence_graph(dataset, at=at), ts.locality_graph(dataset, at=at)
    places = {node for node, part in incidence.nodes(data="bipartite") if part == 0}
    assert places == set(tied)
    for node in places:
        shared = {place for pairing in incidence[node] for place in incidence[pairing]} - {node}
        assert set(tied[node]) <= shared
    for graph in (incidence, tied):
        with tempfile.TemporaryDirectory() as folder:
            for suffix in (".graphml", ".json"):
                path = Path(folder, f"graph{suffix}")
                ts.write_graph(graph, path)
                assert listed(ts.read_graph(path)) == listed(graph), suffix
        for *_, facts in [*graph.nodes(data=True), *graph.edges(data=True)]:
            assert {type(value) for value in facts.values()} <= {str, int, float, bool}


@some
@given(datasets, st.dates(FIRST, LAST), st.dates(FIRST, LAST))
def test_certain_is_possible_and_both_grow(dataset, one, other):
    before, after = (ts.existing(dataset, at=day) for day in sorted([one, other]))
    for state in (before, after):
        assert (state["certain"] <= state["possible"]).all()
        assert (state["undated"] <= state["possible"]).all()
    for column in ("certain", "possible"):
        assert (before[column] <= after[column]).all()


@some
@given(datasets, days)
def test_measures_bound_each_other(dataset, at):
    covered = ts.coverage(dataset, at=at)
    assert (covered["undated"] <= covered["possible"]).all()
    assert (covered["lower"].dropna() >= 0).all()
    years = ts.timeline(dataset, at=at)
    counted = years.dropna(subset="certain")
    dense = [ts.density(dataset, per=per, at=at) for per in ("border_km", "unit")]
    for table in (covered, counted, *dense):
        assert (table["certain"] <= table["possible"]).all()
    for table in (years, *dense):
        bounds = table[["lower", "upper"]].dropna()
        assert (bounds["lower"] <= bounds["upper"]).all()
    for column in ("lower", "upper"):
        assert years[column].is_monotonic_increasing, column
    state = ts.existing(dataset, at=at).query("status == 'agreed' and possible")
    if len(counted):
        last = counted.iloc[-1]
        assert last[["lower", "upper"]].tolist() == [state["certain"].sum(), len(state)]
    signed = ts.signings(dataset, at=at)
    assert sorted(signed["pairing_id"]) == sorted(state["pairing_id"])
    assert signed["not_after"].isna().sum() <= (~state["certain"]).sum()
    apart = ts.distances(dataset, at=at).dropna(subset="km")
    assert (apart["km_min"] <= apart["km"] * (1 + 1e-9)).all()
    told = ts.contents(dataset, at=at)
    assert (told["explicit"] <= told["told"]).all()
    assert (told["told"] + told["not_agreed"] <= told["base"]).all()
    assert (told["base"] <= len(state)).all()


@some
@given(datasets)
def test_consolidation_takes_every_claim_in(dataset):
    for rule in ("narrowest", "earliest_published", "envelope"):
        pairings = ts.consolidate(dataset, rule=rule)
        assert pairings["pairing_id"].tolist() == dataset.pairings["id"].tolist()
        assert pairings["claims"].sum() == len(dataset.claims)
        assert (pairings["witnesses"].between(1, pairings["claims"])).all()
        earliest, latest = pairings["signed_earliest"], pairings["signed_latest"]
        assert ((earliest <= latest) | earliest.isna() | latest.isna()).all()
    stated = dataset.claims.groupby("pairing_id", observed=False)["signed"].nunique()
    disputed = set(ts.conflicts(dataset).query("about == 'signed'")["pairing_id"])
    assert disputed <= set(stated.index[stated > 1])
    for pairing in dataset.pairings["id"]:
        claims = dataset.claims["id"][dataset.claims["pairing_id"] == pairing]
        assert set(ts.trace(dataset, pairing)["claim_id"]) == set(claims)


@some
@given(datasets, st.data())
def test_a_part_is_a_dataset(dataset, data):
    choices = {
        "kind": KINDS,
        "status": STATUSES,
        "sources": dataset.sources["id"].tolist(),
        "countries": dataset.localities["country"].unique().tolist(),
        "areas": dataset.localities["id"].tolist(),
    }
    chosen = {
        name: data.draw(st.none() | st.lists(st.sampled_from(words), unique=True), label=name)
        for name, words in choices.items()
    }
    part = ts.restrict(dataset, **chosen)
    assert_valid(part)
    for name in ("memberships", "contents"):  # what hangs on a claim goes with it
        rows = dataset.tables[name]
        kept = rows[rows["claim_id"].isin(part.claims["id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(part.tables[name], kept)
    for level in ("country", "province"):
        whole, there = (ts.ancestors(each, level=level, at="2026") for each in (dataset, part))
        pd.testing.assert_series_equal(there, whole[there.index])


@some
@given(datasets, days)
def test_places_are_found_by_name_and_their_ancestors_fit(dataset, at):
    places = dataset.localities.set_index("id")
    for level in LEVELS:
        found = ts.ancestors(dataset, level=level, at=at).dropna()
        assert (places["level"][found] == level).all()
        assert places["country"][found].tolist() == places["country"][found.index].tolist()
    for column in ("name", "name_zh"):
        for key, name in places[column].dropna().items():
            if fold_name(name):  # a name may be all signs
                assert key in ts.find_localities(dataset, name)["id"].tolist(), name


ODD_CELLS = "A", "B", "C", " A", "A\u0300", "\x00", "", None, float("nan"), 7, 7.0
CELLS = st.sampled_from([*ODD_NAMES, *ODD_CELLS])
YEARS = st.none() | st.integers(1990, 2030) | st.sampled_from(["2013-13", "", "2014-08-26"])
COUNTRIES = st.sampled_from(["VN", "CN", "NA"]), st.just("CN")
ROW = st.tuples(CELLS, CELLS, *COUNTRIES, YEARS | edtf_texts(FIRST, LAST), CELLS)


@some
@given(st.lists(ROW, max_size=6), st.randoms(use_true_random=False))
def test_any_frame_of_twinnings_is_a_dataset_or_is_refused(rows, rng):
    names = ["left", "right", "left_country", "right_country", "signed", "source"]
    columns = {name: name for name in names}
    pairs = pd.DataFrame(rows, columns=names, dtype=object)
    try:
        dataset = ts.from_edgelist(pairs, **columns)
    except ts.DataError:
        dataset = ts.from_edgelist(pairs, **columns, on_error="skip")
    assert_valid(dataset)
    shuffled = pairs.iloc[rng.sample(range(len(pairs)), len(pairs))]
    assert ts.from_edgelist(shuffled, **columns, on_error="skip").version == dataset.version
    with tempfile.TemporaryDirectory() as folder:
        assert ts.load(dataset.save(folder)).version == dataset.version
