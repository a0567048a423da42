"""Valid tables, broken in every way: each fault is named with its line, and nothing is a traceback."""

import random
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from conftest import MINIATURE
from corruptor import (
    Corruption,
    Fault,
    Frames,
    cell_corruptions,
    file_bytes,
    file_corruptions,
    mutated,
    table_corruptions,
)

from twinstudy import check
from twinstudy.errors import Problems
from twinstudy.tables.cell_rules import (
    VALUE_RULES,
    references,
    unique_keys,
    value_problems,
)
from twinstudy.tables.files import Tables, bundled_data, text_frame, type_tables
from twinstudy.tables.schema import TABLES, Table
from twinstudy.tables.table_rules import TABLE_RULES, check_tables

CELLS, ACROSS = dict(cell_corruptions()), dict(table_corruptions())
ON_TABLES = (unique_keys, references, *(rule for rule, _ in TABLE_RULES))
RULES = {rule.__name__: rule for rule in ON_TABLES}
RULES["required_cells"] = partial(value_problems, rules=[])
RULES |= {each[0].__name__: partial(value_problems, rules=[each]) for each in VALUE_RULES}
BATCH = 8


def read(folder: Path) -> Frames:
    frames = {}
    for each in TABLES:
        frame, problems, _ = text_frame((folder / each.file).read_bytes(), each)
        assert frame is not None
        assert problems == []
        frames[each.name] = frame
    return frames


VALID = read(MINIATURE)


def copied(frames: Frames) -> Frames:
    return {name: frame.copy() for name, frame in frames.items()}


def broken(
    corruptions: Iterable[Corruption], rng: random.Random, valid: Frames = VALID
) -> tuple[Tables, list[Fault]]:
    text = copied(valid)
    faults = [corrupt(text, rng) for corrupt in corruptions]
    for name, frame in text.items():
        text[name] = frame.set_index(pd.RangeIndex(2, len(frame) + 2))
    return type_tables(text), faults


def named(fault: Fault, problems: Problems) -> bool:
    return any(
        (problem.file, problem.column) == (fault.file, fault.column)
        and problem.line in fault.lines
        and fault.words in problem.message
        for problem in problems
    )


def assert_named(faults: list[Fault], tables: Tables) -> None:
    problems = check_tables(tables)
    grades = [problem.severity for problem in problems]
    assert grades == sorted(grades)  # errors before warnings
    for fault in faults:
        assert named(fault, problems), f"{fault}\nnot in\n{problems}"
        assert named(fault, Problems(RULES[fault.rule](tables))), fault


def test_the_tables_are_valid_before() -> None:
    assert check_tables(type_tables(VALID)) == []


def test_every_rule_is_broken_by_some_corruption() -> None:
    rng, everything = random.Random(0), CELLS | ACROSS
    assert {corrupt(copied(VALID), rng).rule for corrupt in everything.values()} == set(RULES)


def _batches() -> list[list[str]]:
    """Faults of single cells, several at a time, each in a column of its own."""
    names = sorted(CELLS)
    random.Random(1).shuffle(names)
    batches: list[list[str]] = []
    for name in names:
        place = name.split(": ")[1]
        fits = (
            batch for batch in batches
            if len(batch) < BATCH and place not in {other.split(": ")[1] for other in batch}
        )  # fmt: skip
        batch = next(fits, None)
        if batch is None:
            batches.append([name])
        else:
            batch.append(name)
    return batches


@pytest.mark.parametrize("names", _batches(), ids=lambda names: names[0])
def test_every_spoilt_cell_is_named(names: list[str]) -> None:
    tables, faults = broken((CELLS[name] for name in names), random.Random(names[0]))
    assert_named(faults, tables)


@pytest.mark.parametrize("name", sorted(ACROSS))
def test_every_fault_across_rows_and_tables_is_named(name: str) -> None:
    for seed in range(3):
        tables, faults = broken([ACROSS[name]], random.Random(f"{name} {seed}"))
        assert_named(faults, tables)


@pytest.mark.parametrize("each", TABLES, ids=lambda each: each.name)
def test_every_fault_of_a_file_is_named(each: Table) -> None:
    data = (MINIATURE / each.file).read_bytes()
    for case, (spoilt, line, words) in file_corruptions(data, each, random.Random(3)).items():
        found = text_frame(spoilt, each)[1]
        assert any(problem.line == line and words in problem.message for problem in found), (
            case,
            found,
        )
        assert {problem.file for problem in found} == {each.file}, case


def test_the_default_run_breaks_the_data_three_hundred_times() -> None:
    files = sum(
        len(file_corruptions((MINIATURE / each.file).read_bytes(), each, random.Random(0)))
        for each in TABLES
    )
    assert len(CELLS) + 3 * len(ACROSS) + files >= 300


@pytest.mark.parametrize("names", _batches()[:2], ids=lambda names: names[0])
def test_faults_in_files_are_named_by_check(tmp_path: Path, names: list[str]) -> None:
    rng, text = random.Random(0), copied(VALID)
    faults = [CELLS[name](text, rng) for name in names]
    for name, data in file_bytes(text).items():
        (tmp_path / name).write_bytes(data)
    problems = check(tmp_path)
    for fault in faults:
        assert named(fault, problems), (fault, problems)


def spoil_files(folder: Path, source: Path, seed: int) -> None:
    for number, each in enumerate(TABLES):
        data = (source / each.file).read_bytes()
        spoilt = random.Random(f"{seed} {number}").random() < 0.6
        (folder / each.file).write_bytes(mutated(data, 1000 * seed + number) if spoilt else data)


def assert_no_traceback(folder: Path) -> None:
    problems = check(folder)
    grades = [problem.severity for problem in problems]
    assert grades == sorted(grades)  # errors before warnings
    for problem in problems:
        lines = (folder / problem.file).read_bytes().count(b"\n") + 1
        assert 0 <= problem.line <= lines, problem
        assert problem.message


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_bytes_never_end_in_a_traceback(tmp_path: Path, seed: int) -> None:
    spoil_files(tmp_path, MINIATURE, seed)
    assert_no_traceback(tmp_path)


def test_garbage_in_every_file(tmp_path: Path) -> None:
    rng = random.Random(7)
    for each in TABLES:
        (tmp_path / each.file).write_bytes(rng.randbytes(2_000))
    assert {problem.file for problem in check(tmp_path)} == {each.file for each in TABLES}


@pytest.mark.nightly
def test_ten_thousand_corruptions_are_named() -> None:
    places = {folder: read(folder) for folder in (MINIATURE, bundled_data())}
    all_of_them = CELLS | ACROSS
    names = sorted(all_of_them)
    for seed in range(10_000):
        rng = random.Random(seed)
        valid = places[MINIATURE if seed % 4 else bundled_data()]
        tables, faults = broken([all_of_them[names[seed % len(names)]]], rng, valid)
        problems = check_tables(tables)
        assert named(faults[0], problems), (seed, faults, problems[:20])


@pytest.mark.nightly
def test_two_thousand_spoilt_folders(tmp_path: Path) -> None:
    for seed in range(100, 2_100):
        spoil_files(tmp_path, MINIATURE if seed % 8 else bundled_data(), seed)
        assert_no_traceback(tmp_path)
