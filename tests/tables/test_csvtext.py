"""Bytes of CSV files: what is read, what is refused, and the same with and without pyarrow."""

import csv
import io

import pandas as pd
import pytest
from conftest import MINIATURE
from corruptor import mutated
from hypothesis import given, settings
from hypothesis import strategies as st

from twinstudy.errors import Problem
from twinstudy.tables.files import csv_bytes, text_frame
from twinstudy.tables.schema import TABLES, table

MEMBERS = table("memberships")
HEADER = "claim_id,locality_id,named_as"
CELLS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufffe\uffff")
)


def read(text: str) -> tuple[list[list[str]], list[str]]:
    frame, problems = text_frame(text.encode(), MEMBERS)
    assert frame is not None
    return frame.to_numpy().tolist(), [str(problem) for problem in problems]


@pytest.fixture(params=["pyarrow", "csv module"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pyarrow":
        pytest.importorskip("pyarrow")
    else:
        monkeypatch.setattr("twinstudy.tables.csvtext.pa", None)
    return request.param


@pytest.mark.usefixtures("reader")
def test_cells_are_read_as_they_stand() -> None:
    rows, problems = read(f'{HEADER}\nNA,007, x \n"a,b","say ""hi""",=1+1\nnull,it\'s "so",\n')
    assert rows == [["NA", "007", " x "], ["a,b", 'say "hi"', "=1+1"], ["null", 'it\'s "so"', ""]]
    assert problems == []


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("rest", ["", "\n"])
def test_a_header_alone_is_a_table_without_rows(rest: str) -> None:
    assert read(HEADER + rest) == ([], [])


@pytest.mark.usefixtures("reader")
def test_the_last_line_end_may_be_missing() -> None:
    assert read(f"{HEADER}\na,b,c") == ([["a", "b", "c"]], [])


@pytest.mark.usefixtures("reader")
def test_a_quoted_header_is_a_header() -> None:
    assert read('"claim_id",locality_id,"named_as"\na,b,c\n') == ([["a", "b", "c"]], [])


@pytest.mark.usefixtures("reader")
def test_letters_after_a_closing_quote_are_refused() -> None:
    rows, problems = read(f'{HEADER}\na,b,"c"d\ne,f,g\n')
    assert rows == [["e", "f", "g"]]
    assert problems == [
        "memberships.csv:2: the quotes of this row do not match; double a quote inside quotes"
    ]


@pytest.mark.usefixtures("reader")
def test_every_bad_row_is_named_and_the_others_are_read() -> None:
    frame, problems = text_frame(
        f'{HEADER}\na,b\n\nc,d,e\n"f\n",g,h\ni,j,k,l\nm,n,o\n'.encode(), MEMBERS
    )
    assert frame is not None
    assert frame["claim_id"].tolist() == ["c", "m"]
    assert frame.index.tolist() == [4, 8]
    assert [problem.line for problem in problems] == [2, 3, 5, 7]


@pytest.mark.usefixtures("reader")
def test_an_open_quote_takes_no_rows_before_it() -> None:
    frame, problems = text_frame(f'{HEADER}\na,b,c\nd,"e,f\ng,h,i\n'.encode(), MEMBERS)
    assert frame is not None
    assert frame["claim_id"].tolist() == ["a"]
    assert [problem.line for problem in problems] == [3]


@pytest.mark.usefixtures("reader")
def test_a_quote_open_over_more_than_the_csv_module_takes() -> None:
    rows = "".join(f"a,b,{'x' * 1000}\n" for _ in range(300))
    frame, problems = text_frame(f'{HEADER}\na,b,"c\n{rows}'.encode(), MEMBERS)
    assert frame is not None
    assert problems[0].line == 2
    assert "quotes" in problems[0].message


@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\x7f", "\u2028", "\u2029", "\ufffe", "\uffff"]
)
def test_characters_that_other_formats_cannot_hold_are_refused(character: str) -> None:
    frame, problems = text_frame(f"{HEADER}\na,b,c\na,b,c{character}\n".encode(), MEMBERS)
    assert frame is None
    assert problems == [
        Problem(
            "memberships.csv",
            3,
            "",
            "",
            f"the line holds the control character {character!r}; take it out",
        )
    ]


def test_letters_with_separate_accents_are_named_and_read() -> None:
    frame, problems = text_frame(f"{HEADER}\na,b,Tra\u0300ng\na,b,Tràng\n".encode(), MEMBERS)
    assert frame is not None
    assert len(frame) == 2
    assert [(problem.line, problem.message) for problem in problems] == [
        (2, "the line holds letters with separate accents; normalise it to Unicode NFC")
    ]


HEADERS = {
    "claim_id,locality_id,named_as,named_as": ["a column stands twice; keep one of them"],
    "claim_id,name,named_as": [
        "the column is missing; add it to the header",
        f"'name' is not a column of this table; the columns are {HEADER}",
    ],
    "": ["the column is missing; add it to the header"] * 3,
    '"claim_id,locality_id,named_as': [
        *["the column is missing; add it to the header"] * 3,
        f"'claim_id,locality_id,named_as' is not a column of this table; the columns are {HEADER}",
    ],
}  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_each_fault_of_a_header_is_named(header: str) -> None:
    frame, problems = text_frame(f"{header}\na,b,c\n".encode(), MEMBERS)
    assert frame is None
    assert [problem.message for problem in problems] == HEADERS[header]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    frame = pd.DataFrame(rows, columns=HEADER.split(","), dtype="str")
    data = csv_bytes(frame)
    assert list(csv.reader(io.StringIO(data.decode(), newline=""))) == [
        HEADER.split(","),
        *map(list, rows),
    ]
    back, problems = text_frame(data, MEMBERS)
    assert back is not None
    assert {problem.message.partition(";")[0] for problem in problems} <= {
        "the line holds letters with separate accents"
    }
    assert back.reset_index(drop=True).equals(frame)
    assert csv_bytes(back) == data


@pytest.mark.parametrize("each", TABLES, ids=lambda each: each.name)
def test_both_readers_say_the_same_of_spoilt_files(
    each: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow")
    data = (MINIATURE / each.file).read_bytes()
    for seed in range(60):
        spoilt = mutated(data, seed)
        fast, found = text_frame(spoilt, each)
        with monkeypatch.context() as patch:
            patch.setattr("twinstudy.tables.csvtext.pa", None)
            plain, named = text_frame(spoilt, each)
        assert found == named, seed
        assert (fast is None) == (plain is None), seed
        if fast is not None and plain is not None:
            assert fast.to_numpy().tolist() == plain.to_numpy().tolist(), seed
            assert fast.index.tolist() == plain.index.tolist(), seed


@pytest.mark.parametrize("size", [1 << 20, 3 << 20])
def test_rows_across_the_blocks_of_the_fast_reader(size: int) -> None:
    rows = [f"c-{n:07},l-a,Đồng Văn {n}" for n in range(size // 30)]
    frame, problems = text_frame("\n".join([HEADER, *rows, ""]).encode(), MEMBERS)
    assert problems == []
    assert frame is not None
    assert frame["named_as"].tolist() == [row.rpartition(",")[2] for row in rows]
