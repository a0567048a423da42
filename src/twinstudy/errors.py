"""What can go wrong, said so that it can be mended: place, value, rule, remedy."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


class TwinstudyError(Exception):
    """Base of every exception that twinstudy raises on purpose.

    Examples
    --------
    >>> issubclass(DataError, TwinstudyError) and issubclass(DataError, ValueError)
    True
    """


class ArgumentError(TwinstudyError, ValueError):
    """An argument has a value that the function cannot use."""


class UnknownKeyError(TwinstudyError, LookupError):
    """A key names nothing in the dataset."""


class MissingExtraError(TwinstudyError, ImportError):
    """An optional dependency is needed and not installed."""


@dataclass(frozen=True, order=True)
class Problem:
    """One fault of a table: where it stands, what stands there, and how to mend it.

    Attributes
    ----------
    file
        Name of the file, such as ``claims.csv``.
    line
        Line in that file, the header being line 1; 0 for the file as a whole.
    column
        Name of the column; empty for the row or the file as a whole.
    value
        The value found, as text.
    message
        Value, rule and remedy in words.
    severity
        ``"error"`` keeps the data from being loaded, ``"warning"`` does not.
    count
        How many faults it stands for: 1, or more where the rest of a long list is summed up.

    Examples
    --------
    >>> print(Problem("claims.csv", 14, "signed", "2013-13", "'2013-13' has no month 13"))
    claims.csv:14: signed: '2013-13' has no month 13
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    severity: Severity = "error"
    count: int = 1

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        warning = "warning" if self.severity == "warning" else ""
        parts = filter(None, (place, warning, self.column, self.message))
        return printable(": ".join(parts))


class Problems(list[Problem]):
    """A list of `Problem`, printed one a line and shown as a table in a notebook.

    Examples
    --------
    >>> Problems()
    no problems
    """

    @classmethod
    def in_order(cls, *stages: Iterable[Problem]) -> Problems:
        """Put errors before warnings, and those of an earlier stage, the causes, first."""
        causes_first = [problem for stage in stages for problem in sorted(stage)]
        return cls(sorted(causes_first, key=lambda problem: problem.severity))

    def __str__(self) -> str:
        return "\n".join(map(str, self)) if self else "no problems"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self:
            return "<p>no problems</p>"
        lines = [
            "<tr><th>file</th><th>line</th><th>column</th><th>problem</th><th>severity</th></tr>"
        ]
        for p in self:
            cells = (p.file, str(p.line or ""), p.column, p.message, p.severity)
            shown = (f"<td>{html.escape(printable(cell))}</td>" for cell in cells)
            lines.append(f"<tr>{''.join(shown)}</tr>")
        return f"<table>{''.join(lines)}</table>"


class DataError(TwinstudyError, ValueError):
    """The data break a rule of the data model; `problems` holds every fault found.

    The message says how many errors and warnings there are, and shows three of each kind.

    Examples
    --------
    >>> raise DataError([Problem("claims.csv", 14, "signed", "2013-13", "'2013-13' has no month")])
    Traceback (most recent call last):
    twinstudy.errors.DataError: 1 error in the data:
    claims.csv:14: signed: '2013-13' has no month
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = Problems(sorted(problems, key=lambda problem: problem.severity))
        super().__init__(_summary(self.problems))

    def __reduce__(self) -> tuple[type[DataError], tuple[Problems]]:
        return (type(self), (self.problems,))


_EXAMPLES, _LINES = 3, 20


def _summary(problems: Problems) -> str:
    """Count errors and warnings, and show some of each kind."""
    numbers: Counter[str] = Counter()
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for problem in problems:
        numbers[problem.severity] += problem.count
        told = re.sub(r"0x\w+|'[^']*'|\"[^\"]*\"|[0-9][0-9,]*", "", problem.message)
        kinds.setdefault((problem.severity, problem.file, problem.column, told), []).append(problem)
    counts = [f"{n:,} {word}{'s' if n != 1 else ''}" for word, n in numbers.items()]
    lines: list[str] = []
    for alike in kinds.values():
        shown = alike if len(alike) <= _EXAMPLES + 1 else alike[:_EXAMPLES]
        rest = sum(problem.count for problem in alike[len(shown) :])
        lines += [*map(str, shown), *([f"… and {rest:,} more like it"] if rest else [])]
    if len(lines) > _LINES + 1:
        lines[_LINES:] = ["… and more kinds of problem"]
    if lines != list(map(str, problems)):
        lines.append("all are in `problems` of this error")
    return "\n".join([f"{' and '.join(counts) or 'no problem'} in the data:", *lines])


def printable(text: str) -> str:
    r"""Write characters that a terminal would not show, or obey, as escapes.

    >>> print(printable("a\x1b[31m \u202e"))
    a\x1b[31m \u202e
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def some(shown: Sequence[str]) -> str:
    """List three examples and count the rest."""
    more = f" and {len(shown) - 3:,} more" if len(shown) > 3 else ""
    return ", ".join(shown[:3]) + more


def warning(file: str, message: str, column: object = "", value: str = "") -> Problem:
    """Make a warning about a column as a whole."""
    return Problem(file, 0, str(column), value, message, "warning")


def of_type(argument: str, value: object, kinds: tuple[type, ...], wanted: str) -> None:
    """Refuse an argument of another type.

    >>> of_type("title", "Ties", (str,), "a text")
    """
    if not isinstance(value, kinds):
        raise ArgumentError(f"`{argument}` is of type {type(value).__name__}; give {wanted}")


def known_word(argument: str, word: object, allowed: tuple[str, ...]) -> str:
    """Return the word of an argument that takes one of some words.

    >>> known_word("by", "province", ("country", "province"))
    'province'
    """
    if not isinstance(word, str) or word not in allowed:
        raise ArgumentError(f"`{argument}` is {word!r}; use one of {', '.join(allowed)}")
    return word


def known_words(
    argument: str, words: str | Iterable[str], allowed: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the words of an argument that takes one word or several.

    >>> known_words("status", "agreed", ("agreed", "planned"))
    ('agreed',)
    """
    if not isinstance(words, Iterable):
        raise ArgumentError(f"`{argument}` is {words!r}; use some of {', '.join(allowed)}")
    listed = [words] if isinstance(words, str) else words
    return tuple(known_word(argument, word, allowed) for word in listed)
