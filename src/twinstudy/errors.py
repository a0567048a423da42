"""What can go wrong, said so that it can be mended: place, value, rule, remedy."""

from __future__ import annotations

import html
from collections.abc import Iterable
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
    """An argument has a value that the function cannot use.

    Examples
    --------
    >>> raise ArgumentError("`level` is 'town'; use one of province, district")
    Traceback (most recent call last):
    twinstudy.errors.ArgumentError: `level` is 'town'; use one of province, district
    """


class UnknownKeyError(TwinstudyError, LookupError):
    """A key names nothing in the dataset.

    Examples
    --------
    >>> issubclass(UnknownKeyError, LookupError)
    True
    """


class MissingExtraError(TwinstudyError, ImportError):
    """An optional dependency is needed and not installed.

    Examples
    --------
    >>> issubclass(MissingExtraError, ImportError)
    True
    """


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

    Examples
    --------
    >>> print(Problem("claims.csv", 14, "signed", "2013-13", "'2013-13' is not a date"))
    claims.csv:14: signed: '2013-13' is not a date
    """

    file: str
    line: int
    column: str
    value: str
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        words = f"{self.column}: {self.message}" if self.column else self.message
        return f"{place}: {words}" if self.severity == "error" else f"{place}: warning: {words}"


class Problems(list[Problem]):
    """A list of `Problem`, printed one a line and shown as a table in a notebook.

    Examples
    --------
    >>> Problems()
    no problems
    """

    def __str__(self) -> str:
        return "\n".join(map(str, self)) if self else "no problems"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self:
            return "<p>no problems</p>"
        rows = (
            f"<tr><td>{html.escape(p.file)}</td><td>{p.line or ''}</td>"
            f"<td>{html.escape(p.column)}</td><td>{html.escape(p.message)}</td>"
            f"<td>{p.severity}</td></tr>"
            for p in self
        )
        head = "<tr><th>file</th><th>line</th><th>column</th><th>problem</th><th>severity</th></tr>"
        return f"<table>{head}{''.join(rows)}</table>"


def known_words(
    argument: str, words: str | Iterable[str], allowed: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the words of an argument that takes one word or several.

    Parameters
    ----------
    argument
        Name of the argument.
    words
        One word, or several.
    allowed
        Words that it can have.

    Returns
    -------
    words
        The words.

    Raises
    ------
    ArgumentError
        If `words` is neither, or holds another word.

    Examples
    --------
    >>> known_words("statuses", "agreed", ("agreed", "planned"))
    ('agreed',)
    """
    if not isinstance(words, Iterable):
        raise ArgumentError(f"`{argument}` is {words!r}; use some of {', '.join(allowed)}")
    listed = (words,) if isinstance(words, str) else tuple(words)
    for word in listed:
        if word not in allowed:
            raise ArgumentError(f"`{argument}` is {word!r}; use one of {', '.join(allowed)}")
    return listed


class DataError(TwinstudyError, ValueError):
    """The data break a rule of the data model; `problems` holds every fault found.

    Examples
    --------
    >>> fault = Problem("claims.csv", 14, "signed", "2013-13", "'2013-13' is not a date")
    >>> raise DataError([fault])
    Traceback (most recent call last):
    twinstudy.errors.DataError: 1 problem in the data:
    claims.csv:14: signed: '2013-13' is not a date
    """

    _SHOWN = 50

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = Problems(problems)
        count = len(self.problems)
        lines = [f"{count} problem{'s' if count != 1 else ''} in the data:"]
        lines += map(str, self.problems[: self._SHOWN])
        if count > self._SHOWN:
            lines.append(f"… and {count - self._SHOWN} more in `problems` of this error")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple[type[DataError], tuple[Problems]]:
        return (type(self), (self.problems,))
