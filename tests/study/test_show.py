"""Tables and records look to people as `show` promises."""

import re
from unicodedata import east_asian_width

import numpy as np
import pandas as pd
import pytest
from conftest import MINIATURE, Edit

import twinstudy as ts
from twinstudy import Dataset, load, show
from twinstudy.errors import ArgumentError
from twinstudy.study.show import bibliography, compare, date_words, flat_table, record

FRAME = pd.DataFrame(
    {
        "pairing_id": ["p-a-b", "p-c-d"],
        "pairing": ["Pò Hèn – 滩散", "<b>C</b> – D & E"],
        "kind": pd.Categorical(["border_post", "village"]),
        "signed": ["2013~", None],
        "earliest": pd.to_datetime(["2013-01-01", None]),
        "share_lower": [0.254, np.nan],
        "km": [1234.56, 3.0],
        "witnesses": [12, 3],
        "official": [True, False],
        "url": ["https://www.example.org/a?b=1&c=2", None],
    }
)


def columns_of(text: str) -> int:
    return max(
        sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in text.splitlines()
    )


# -- tables ------------------------------------------------------------------------------------


def test_words_stand_for_codes_and_a_dash_for_what_is_missing() -> None:
    table = show(FRAME, "Two pairings")
    heads = "pairing, kind, signed, earliest, share lower, km, witnesses, official, address"
    assert ", ".join(table.heads) == heads
    assert table.rows == (
        ("Pò Hèn – 滩散", "border post", "about 2013", "2013-01-01", "25 %", "1,234.6", "12",
         "yes", "example.org"),
        ("<b>C</b> – D & E", "village", "–", "–", "–", "3.0", "3", "no", "–"),
    )  # fmt: skip
    assert table.numeric == (False,) * 4 + (True,) * 3 + (False,) * 2
    assert show(pd.DataFrame({"eligible": [34], "lower": [0.76]})).rows == (("34", "76 %"),)


def test_the_html_escapes_links_and_can_be_scrolled() -> None:
    hostile = pd.DataFrame({"url": ['javascript:alert("x")', 'https://a.example/"onclick="x']})
    page = show(pd.concat([FRAME, hostile]), 'Of "two" & more')._repr_html_()
    for text in (
        "&lt;b&gt;C&lt;/b&gt; – D &amp; E",
        "<caption>Of &quot;two&quot; &amp; more</caption>",
        '<a href="https://www.example.org/a?b=1&amp;c=2">example.org</a>',
        '<a data-pairing="p-a-b">Pò Hèn – 滩散</a>',
        '<th scope="col" class=n>km</th>',
        '<td class="n">1,234.6</td>',
        'tabindex="0"',
        "overflow:auto",
    ):
        assert text in page
    for text in ("<b>", 'href="javascript', 'onclick="x'):
        assert text not in page


def test_the_text_is_laid_out_for_a_terminal_and_keys_are_never_broken() -> None:
    assert str(show(FRAME[["pairing", "kind", "witnesses"]], "Two")).splitlines() == [
        "Two",
        "pairing           kind         witnesses",
        "----------------  -----------  ---------",
        "Pò Hèn – 滩散     border post         12",
        "<b>C</b> – D & E  village              3",
    ]
    key = "p-minh-tan-thanh-duc-thanh-thuy-thien-bao"
    wide = pd.DataFrame({"key": [key], "note": ["word " * 30], "name": ["滩散" * 3 + " x" * 20]})
    assert key in str(show(wide))
    assert columns_of(str(show(wide))) < 80


def test_latex_is_escaped_and_sets_numbers_to_the_right() -> None:
    frame = pd.DataFrame({"name": ["50 % of A_1 & {B}\\~^#$"], "number": [2]})
    text = show(frame, "A & B").to_latex()
    name = r"50 \% of A\_1 \& \{B\}\textbackslash{}\textasciitilde{}\textasciicircum{}\#\$"
    for part in (r"\caption{A \& B}", r"\begin{tabular}{lr}", f"\n{name} & 2 \\\\\n"):
        assert part in text


def test_rows_that_are_left_out_are_counted() -> None:
    table = show(pd.DataFrame({"n": range(1500)}), rows=3)
    assert len(table.rows) == 3
    for text in (str(table), table._repr_html_()):
        assert "… and 1,497 more rows" in text


def test_names_stand_for_keys_where_they_are_known(mini: Dataset) -> None:
    frame = ts.consolidate(mini)[["pairing_id", "claims"]].head(1)
    key = "p-chi-ma-ai-diem"
    for names, shown in ((None, key), (mini, "Chi Ma – Ái Điểm"), ({key: "X"}, "X")):
        assert show(frame, names=names).rows[0][0] == shown
    assert show(frame, names=mini).links[0] == ("p-chi-ma-ai-diem", "")


def test_an_index_that_says_something_becomes_columns(mini: Dataset) -> None:
    counted = mini.pairings.groupby(["kind", "status"], observed=True).size()
    assert show(counted).heads == ("kind", "status", "value")
    assert show(counted.unstack()).heads[0] == "kind"
    assert show({"planned pairings": 2}).rows == (("planned pairings", "2"),)
    some = FRAME.loc[[1, 0, 1], ["km"]]
    assert show(some).heads == ("km",)
    assert show(some["km"]).heads == ("index", "km")
    assert show(some.rename_axis("year")).heads == ("year", "km")


def test_the_opening_table_counts_provinces_from_west_to_east(mini: Dataset) -> None:
    provinces = "Điện Biên, Lai Châu, Lào Cai, Tuyên Quang, Cao Bằng, Lạng Sơn, Quảng Ninh"
    assert ", ".join(row[0] for row in show(load()).rows) == provinces
    table = show(mini)
    assert table.heads[:: len(table.heads) - 1] == ("province", "all kinds")
    assert sum(int(row[-1]) for row in table.rows) == 5


def test_it_takes_what_the_library_returns(mini: Dataset) -> None:
    frames = [
        ts.coverage(mini), ts.timeline(mini), ts.trace(mini, "p-chi-ma-ai-diem"),
        ts.conflicts(mini), ts.find_localities(mini, "Thanh Thủy"), ts.locality_graph(mini),
        mini.claims, ts.coverage(mini).attrs["left_out"], ts.coverage(mini).head(0),
        ts.conflicts(mini)["pairing_id"],
    ]  # fmt: skip
    for frame in frames:
        table = show(frame)
        assert all(len(row) == len(table.heads) for row in table.rows)
        assert not re.search("NaN|NaT|<NA>|nan", f"{table}{table._repr_html_()}")


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("frame", [None, 3, "p-po-hen-than-san", [1, 2]], ".*; give a table, such as show\\("),
        ("rows", [0, -1, 2.5, True], ".*; use a number of rows"),
        ("caption", [5], "of type int; give a text"),
    ],
)
def test_what_cannot_be_shown_is_told(name: str, values: list[object], message: str) -> None:
    for value in values:
        with pytest.raises(ArgumentError, match=f"^`{name}` is {message}"):
            show(**{"frame": FRAME, name: value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018", "2018"), ("2014-08-26", "2014-08-26"), ("2013~", "about 2013"),
        ("2015-10?", "2015-10 (uncertain)"), ("2013%", "about 2013 (uncertain)"),
        ("2014/2021", "2014 to 2021"), ("2020/..", "from 2020"),
        ("../2025-06-30", "until 2025-06-30"), ("par. 3/4", "par. 3/4"),
        ("2013~/2016?", "about 2013 to 2016 (uncertain)"),
    ],
)  # fmt: skip
def test_dates_in_words(text: str, words: str) -> None:
    assert date_words(text) == words


# -- records -----------------------------------------------------------------------------------


def test_a_pairing_is_told_in_short_and_in_full(mini: Dataset) -> None:
    assert record(mini, "p-phai-lau-trang-nhi").splitlines() == [
        "Phai Lầu – Tràng Nhì",
        "p-phai-lau-trang-nhi",
        "  what      village, agreed",
        "  signed    2014-08-26 to 2015",
        "  exists by 2015-12-31",
        "  evidence  3 claims of 2 independent sources; some disagree",
        "  note      Two sources give two dates.",
        "  member    Phai Lầu (bản), VN village",
        "            l-vn-phai-lau",
        "  in        Quảng Ninh",
        "  member    Tràng Nhì (thôn), CN village",
        "            l-cn-trang-nhi",
        "  in        Quảng Tây",
        "  source    Agency, 2021-05",
        "  source    Agency, 2021-06",
        "  source    Paper, 2022-07-04",
        "  more      twinstudy show p-phai-lau-trang-nhi --full",
    ]
    assert {
        "  claim     c-phai-lau-trang-nhi-2",
        "            https://example.org/a-en",
        "  witness   s-agency-2021-05",
        "  disputed  signed: 2015 (c-phai-lau-trang-nhi-3)",
        "  event     2014 to 2021, call, 82 calls, Agency",
    } <= {*record(mini, "p-phai-lau-trang-nhi", full=True).splitlines()}


def test_a_place_is_told_with_its_pairings(mini: Dataset) -> None:
    assert record(mini, "l-vn-trang-vi").splitlines() == [
        "Tràng Vĩ (thôn), VN village",
        "l-vn-trang-vi",
        "  in        Quảng Ninh",
        "  also      Tràng Vỹ",
        "  point     21.5167 N, 108.0000 E (approximate)",
        "  pairing   Tràng Vĩ – Vạn Vĩ",
        "            p-trang-vi-van-vi",
    ]
    # One that came under other units is told with the last ones.
    assert "  in        Tuyên Quang" in record(load(), "l-vn-bach-dich-post").splitlines()


def test_every_record_fits_a_terminal() -> None:
    dataset = load()
    for key in [*dataset.pairings["id"], *dataset.localities["id"]]:
        assert columns_of(record(dataset, key)) < 80, key
        full = re.sub(".*http.*", "", record(dataset, key, full=True))
        assert columns_of(full) < 80, key


# -- two states of the data --------------------------------------------------------------------


def test_what_was_added_changed_and_withdrawn_is_named(mini: Dataset, edited: Edit) -> None:
    assert compare(mini, load(MINIATURE)) == []
    edited("pairings.csv", "Two sources give two dates.", "Two dates.")
    edited("events.csv", "e-phai-lau-trang-nhi-1", "e-phai-lau-trang-nhi-2")
    folder = edited("pairings.csv", "p-xin-man-ma-quan,district,joint,planned",
                    "p-xin-man-ma-quan,district,joint,agreed")  # fmt: skip
    lines = compare(mini, load(folder))
    assert lines[:7] == [
        "pairings",
        "  ~ p-phai-lau-trang-nhi: note",
        "  ~ p-xin-man-ma-quan: status",
        "events",
        "  + e-phai-lau-trang-nhi-2",
        "  - e-phai-lau-trang-nhi-1",
        "headline numbers, before and after",
    ]
    assert {"  planned districts: 1 -> 0", "  agreed districts: 0 -> 1"} <= set(lines)
    assert not [line for line in lines if line.startswith("  pairings:")]


# -- files -------------------------------------------------------------------------------------


def test_every_source_is_an_entry_of_the_bibliography(mini: Dataset) -> None:
    text = bibliography(mini)
    assert re.findall(r"@misc\{(.*),", text) == mini.sources["id"].tolist()
    assert text.count("{") == text.count("}")
    addresses = load().sources["url"].dropna()
    assert set(re.findall(r"  url = \{(.*)\}", bibliography(load()))) == set(addresses)
    entry = text[text.index("@misc{s-agency-2021-05,") :].split("\n\n")[0]
    told = {"title": "Clusters", "howpublished": "Agency", "date": "2021-05", "year": "2021",
            "url": "https://example.org/a"}  # fmt: skip
    for name, value in told.items():
        assert f"\n  {name} = {{{value}}}" in entry


def test_the_flat_table_has_a_readable_row_a_pairing(mini: Dataset) -> None:
    header, *rows = flat_table(mini).decode().splitlines()
    assert len(rows) == len(mini.pairings)
    cells = dict(zip(header.split(","), rows[0].split(","), strict=True))
    assert (cells["pairing_id"], cells["earliest"]) == ("p-chi-ma-ai-diem", "2015-12-01")
    assert cells["official"] in ("yes", "no")
