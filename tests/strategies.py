"""Hypothesis strategies: dates as sources state them, and whole valid datasets."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

MARKS = ("", "", "", "~", "?", "%")


def edtf_dates(first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> st.SearchStrategy[str]:
    """Dates of any precision, with or without a qualifier."""
    days = st.dates(first, last).map(dt.date.isoformat)
    return st.builds(
        lambda day, length, mark: day[:length] + mark,
        days,
        st.sampled_from([4, 7, 10]),
        st.sampled_from(MARKS),
    )


@st.composite
def edtf_intervals(
    draw: st.DrawFn,
    first: dt.date = dt.date.min,
    last: dt.date = dt.date.max,
) -> str:
    """Intervals, closed or open at one end, that do not end before they begin."""
    ends = sorted(draw(st.lists(st.dates(first, last), min_size=2, max_size=2)))
    precision = draw(st.lists(st.sampled_from([4, 7, 10]), min_size=2, max_size=2))
    marks = draw(st.lists(st.sampled_from(MARKS), min_size=2, max_size=2))
    start, end = (
        day.isoformat()[:length] + mark
        for day, length, mark in zip(ends, precision, marks, strict=True)
    )
    match draw(st.sampled_from(["closed", "open start", "open end"])):
        case "open start":
            return f"../{end}"
        case "open end":
            return f"{start}/.."
        case _:
            return f"{start}/{end}"


def edtf_texts(first: dt.date = dt.date.min, last: dt.date = dt.date.max) -> st.SearchStrategy[str]:
    """Every form of date that the data model knows."""
    return edtf_dates(first, last) | edtf_intervals(first, last)
