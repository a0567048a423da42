"""Valid tables, broken in every way: each fault is named with its line, and nothing is a traceback."""

import random
import re
from collections.abc import Iterable
from copy import deepcopy
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from conftest import MINIATURE
from corruptor import Corruption, Fault, Frames, cell_corruptions, mutated, table_corruptions

from twinstudy import check, load
from twinstudy.errors import Problems
from twinstudy.tables.cell_rules import VALUE_RULES, references, unique_keys, value_problems
from twinstudy.tables.files import Tables, bundled_data, text_tables, type_tables
from twinstudy.tables.schema import TABLES
from twinstudy.tables.table_rules import TABLE_RULES, check_tables

CELLS, ACROSS = dict(cell_corruptions()), dict(table_corruptions())
ON_TABLES = (unique_keys, references, *(rule for rule, _ in TABLE_RULES))
RULES = {rule.__name__: rule for rule in ON_TABLES}
RULES["required_cells"] = partial(value_problems, rules=[])
RULES |= {each[0].__name__: partial(value_problems, rules=[each]) for each in VALUE_RULES}
BATCH = 6
VALID = text_tables(load(MINIATURE).tables)


def broken(
    corruptions: Iterable[Corruption], rng: random.Random, valid: Frames = VALID
) -> tuple[Tables, list[Fault]]:
    text = deepcopy(valid)
    faults = [corrupt(text, rng) for corrupt in corruptions]
    for name, frame in text.items():
        text[name] = frame.set_index(pd.RangeIndex(2, len(frame) + 2))
    return type_tables(text), faults


def assert_named(faults: Iterable[Fault], problems: Problems) -> None:
    grades = [problem.severity for problem in problems]
    assert grades == sorted(grades)  # errors before warnings
    for fault in faults:
        assert any(
            (problem.file, problem.column) == (fault.file, fault.column)
            and problem.line in fault.lines
            and fault.words in problem.message
            for problem in problems
        ), f"{fault}\nnot in\n{problems}"


def assert_found(corruptions: Iterable[Corruption], seed: str) -> None:
    tables, faults = broken(corruptions, random.Random(seed))
    assert_named(faults, check_tables(tables))
    for fault in faults:  # by the rule that is meant
        assert_named([fault], Problems.in_order(RULES[fault.rule](tables)))


def test_the_tables_are_valid_before_and_every_rule_is_broken() -> None:
    assert check_tables(type_tables(VALID)) == []
    rng, everything = random.Random(0), CELLS | ACROSS
    assert {corrupt(deepcopy(VALID), rng).rule for corrupt in everything.values()} == set(RULES)


def _batches() -> list[list[str]]:
    """Faults of single cells, several at a time, each in a column of its own."""
    names = sorted(CELLS, key=lambda name: name.split(": ")[1])
    step = len(names) // BATCH + 1
    return [names[start::step] for start in range(step)]


@pytest.mark.parametrize("names", _batches(), ids=lambda names: names[0])
def test_every_spoilt_cell_is_named(names: list[str]) -> None:
    assert_found((CELLS[name] for name in names), names[0])


@pytest.mark.parametrize("name", sorted(ACROSS))
def test_every_fault_across_rows_and_tables_is_named(name: str) -> None:
    for seed in range(3):
        assert_found([ACROSS[name]], f"{name} {seed}")


def assert_no_traceback(folder: Path, source: Path, seed: int) -> None:
    """Put odd bytes into some files, and check that all is said in problems."""
    for number, each in enumerate(TABLES):
        data = (source / each.file).read_bytes()
        spoilt = random.Random(f"{seed} {number}").random() < 0.6
        (folder / each.file).write_bytes(mutated(data, 1000 * seed + number) if spoilt else data)
    problems = check(folder)
    assert_named([], problems)
    for problem in problems:
        lines = len(re.split(rb"\r\n?|\n", (folder / problem.file).read_bytes()))
        assert 0 <= problem.line <= lines, problem
        assert problem.message


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_bytes_never_end_in_a_traceback(tmp_path: Path, seed: int) -> None:
    assert_no_traceback(tmp_path, MINIATURE, seed)


@pytest.mark.nightly
def test_ten_thousand_corruptions_are_named() -> None:
    places = [text_tables(load().tables), VALID, VALID, VALID]
    all_of_them = CELLS | ACROSS
    names = sorted(all_of_them)
    for seed in range(10_000):
        corrupt = all_of_them[names[seed % len(names)]]
        tables, faults = broken([corrupt], random.Random(seed), places[seed % 4])
        assert_named(faults, check_tables(tables))


@pytest.mark.nightly
def test_two_thousand_spoilt_folders(tmp_path: Path) -> None:
    for seed in range(100, 2_100):
        assert_no_traceback(tmp_path, MINIATURE if seed % 8 else bundled_data(), seed)
