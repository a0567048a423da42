"""Problems stand in an order that serves whoever mends them, and are shown as they are."""

from twinstudy import DataError, Problem
from twinstudy.errors import Problems


def problem(line: int, severity: str = "error", message: str = "is wrong") -> Problem:
    return Problem("claims.csv", line, "note", "", message, severity)  # type: ignore[arg-type]


def test_errors_come_before_warnings_and_causes_first() -> None:
    stages = [problem(9), problem(3, "warning"), problem(4)], [problem(2), problem(1, "warning")]
    found = [(each.severity, each.line) for each in Problems.in_order(*stages)]
    assert found == [("error", 4), ("error", 9), ("error", 2), ("warning", 3), ("warning", 1)]


def test_a_message_shows_three_of_a_kind_and_some_twenty_lines() -> None:
    alike = [problem(n, message=f"'{n}' is wrong") for n in range(10)]
    kinds = [problem(1, message="is " + "x" * n) for n in range(30)]
    lines = str(DataError([*alike, *kinds])).splitlines()
    assert lines[0] == "40 errors in the data:"
    assert lines[4] == "… and 7 more like it"
    assert lines[21:] == ["… and more kinds of problem", "all are in `problems` of this error"]


def test_what_a_problem_says_is_escaped() -> None:
    hostile = problem(1, message="<b>\x1b[31m")
    assert str(hostile) == r"claims.csv:1: note: <b>\x1b[31m"
    assert r"<td>&lt;b&gt;\x1b[31m</td>" in Problems([hostile])._repr_html_()
