"""The card of a dataset, and dates in words."""

from pathlib import Path

import pytest

from twinstudy import Dataset, load
from twinstudy.study.display import card_html, card_text, date_words, headline, summary

MINIATURE = Path(__file__).parents[1] / "miniature"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(MINIATURE)


def test_summary_counts_each_pairing_in_every_province_that_has_a_member(dataset: Dataset) -> None:
    counts = summary(dataset).set_index("area")
    assert counts.columns.tolist() == [
        *("country", "village", "commune", "district", "border_post"),
        *("pairings", "localities", "claims", "sources"),
    ]
    assert counts.loc["Vân Nam"].tolist() == ["CN", 0, 1, 1, 1, 3, 3, 4, 3]
    assert counts.loc["Quảng Ninh"].tolist() == ["VN", 2, 0, 0, 0, 2, 2, 4, 4]


def test_headline(dataset: Dataset) -> None:
    assert headline(dataset) == (
        "6 pairings (1 planned or doubtful) named by 9 claims; 23 localities, 7 sources; "
        "newest day 2023-10-20"
    )


def test_card_fits_a_terminal_of_80_columns(dataset: Dataset) -> None:
    lines = card_text(dataset).splitlines()
    assert lines[0] == f"twinstudy {dataset.version}"
    assert max(map(len, lines)) < 80
    assert lines[4].split() == ["area", "village", "commune", "district", "post", "pairings"]
    assert lines[5].startswith("CN Quảng Tây ")
    assert lines[5].split()[3:] == ["3", "0", "0", "0", "3"]


def test_card_of_a_notebook_escapes_what_the_data_say(tmp_path: Path) -> None:
    for table in MINIATURE.glob("*.csv"):
        text = table.read_text(encoding="utf-8").replace("Lạng Sơn", "<script>alert(1)</script>")
        (tmp_path / table.name).write_text(text, encoding="utf-8")
    card = card_html(load(tmp_path))
    assert "<script>" not in card
    assert "&lt;script&gt;alert(1)" in card


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018", "2018"),
        ("2015-12", "December 2015"),
        ("2014-08-26", "26 August 2014"),
        ("2013~", "about 2013"),
        ("2015-10?", "October 2015 (uncertain)"),
        ("2013%", "about 2013 (uncertain)"),
        ("2014/2021", "2014 to 2021"),
        ("2020/..", "from 2020"),
        ("../2025-06-30", "until 30 June 2025"),
        ("2013~/2016?", "about 2013 to 2016 (uncertain)"),
        ("0850-03", "March 0850"),
    ],
)
def test_dates_in_words(text: str, words: str) -> None:
    assert date_words(text) == words


def test_a_dataset_shows_its_card(dataset: Dataset) -> None:
    assert str(dataset) == card_text(dataset)
    assert dataset._repr_html_() == card_html(dataset)
    assert repr(dataset).startswith(f"<twinstudy.Dataset {dataset.version}: ")
