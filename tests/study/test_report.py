"""The report as files; the browser's view of it is in test_browser_report.py."""

import itertools
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from twinstudy import load
from twinstudy.study.notebook_pages import notebook_page
from twinstudy.study.report import write_report

MINIATURE = Path(__file__).parents[1] / "miniature"
TABLE = """<div><style scoped>td {}</style><table border="1" class="dataframe">
<thead><tr style="text-align: right;"><th></th><th>area</th><th>units</th></tr></thead>
<tbody><tr><th>0</th><td>Hà Giang</td><td>34</td></tr>
<tr><th>1</th><td>-</td><td>&lt;NA&gt;</td></tr></tbody></table></div>"""


def notebook() -> bytes:
    cell = new_code_cell(
        "coverage(load())",
        id="code",
        execution_count=1,
        outputs=[new_output("execute_result", {"text/html": TABLE, "text/plain": "table"})],
    )
    text = new_markdown_cell("# Coverage\n\nHow many are *twinned*?\n\n## Hà Giang", id="text")
    content: str = nbformat.writes(new_notebook(cells=[text, cell]))
    return content.encode()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(load(MINIATURE), folder, notebooks={"01-coverage": notebook()})
    return folder


def pages(folder: Path) -> dict[str, BeautifulSoup]:
    return {
        path.relative_to(folder).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser")
        for path in sorted(folder.rglob("*.html"))
    }


def test_there_is_a_page_for_everything(report: Path) -> None:
    assert sorted(pages(report)) == [
        "data.html",
        "gaps.html",
        "index.html",
        "notebooks/01-coverage.html",
        "pairings.html",
        *(f"pairings/{key}.html" for key in load(MINIATURE).pairings["id"]),
        "places.html",
        "sources.html",
    ]


def test_the_same_data_give_the_same_bytes(report: Path, tmp_path: Path) -> None:
    written = write_report(load(MINIATURE), tmp_path, notebooks={"01-coverage": notebook()})
    assert len(written) == sum(path.is_file() for path in report.rglob("*"))
    for path in written:
        assert path.read_bytes() == (report / path.relative_to(tmp_path)).read_bytes()


def test_every_link_inside_leads_somewhere(report: Path) -> None:
    anchors = {
        name: {tag["id"] for tag in page.find_all(id=True)} for name, page in pages(report).items()
    }
    for name, page in pages(report).items():
        links = [tag["href"] for tag in page.find_all(href=True)]
        links += [tag["src"] for tag in page.find_all(src=True)]
        links += [form["action"] for form in page.find_all("form")]
        for link in links:
            if link.startswith(("http://", "https://", "data:")):
                continue
            target, _, anchor = link.partition("#")
            path = (report / name).parent / target if target else report / name
            assert path.is_file(), (name, link)
            if anchor:
                assert anchor in anchors[path.resolve().relative_to(report).as_posix()], link


def test_nothing_is_loaded_from_outside(report: Path) -> None:
    for name, page in pages(report).items():
        for tag in page.find_all(["script", "img", "link", "iframe"]):
            address = tag.get("src") or tag.get("href") or ""
            assert not address.startswith(("http", "//")), (name, address)


def test_headings_stand_in_order(report: Path) -> None:
    for name, page in pages(report).items():
        levels = [int(tag.name[1]) for tag in page.find_all(["h1", "h2", "h3", "h4"])]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), name


def test_a_pairing_page_traces_every_claim(report: Path) -> None:
    page = pages(report)["pairings/p-phai-lau-trang-nhi.html"]
    assert page.h1.get_text() == "Phai Lầu – Tràng Nhì"
    assert page.h1["lang"] == "vi"
    claims = page.select(".claim")
    assert [claim.h3.get_text() for claim in claims] == [
        "Clusters, Agency, May 2021, par. 2",
        "Clusters in English, Agency, June 2021, par. 2",
        "Foreign relations, Paper, 4 July 2022, par. 9",
    ]
    assert claims[0].h3.a["href"] == "https://example.org/a"
    assert claims[1].select_one("span[lang=en]").get_text() == "Phai Lau"
    table = page.select_one("[aria-label=Disagreements]")
    assert [row.td.get_text() for row in table.select("tbody tr")] == [
        *("26 August 2014", "26 August 2014", "2015", "6", "7"),
    ]


def test_planned_pairings_are_marked(report: Path) -> None:
    page = pages(report)["pairings/p-xin-man-ma-quan.html"]
    assert page.select_one(".warn").get_text().startswith("Planned:")


def test_chinese_names_are_marked_as_chinese(report: Path) -> None:
    page = pages(report)["places.html"]
    row = page.find(id="l-cn-ma-quan-district")
    assert [tag.get_text() for tag in row.select("[lang^=zh]")] == ["马关", "县"]
    assert row["data-names"].split("|") == ["ma quan", "马关", "maguan", "县 ma quan", "马关县"]


def test_gaps_are_computed(report: Path) -> None:
    page = pages(report)["gaps.html"]
    figures = [
        " ".join(div.get_text(" ", strip=True).split()) for div in page.select(".figures div")
    ]
    assert figures == [
        "agreed pairings without a date of signing 1 of 5",
        "agreed pairings with one witness only 3 of 5",
        "member places without a point on the map 4 of 14",
    ]
    rows = [row.get_text(" ", strip=True) for row in page.select("[aria-label^=Reported] tbody tr")]
    assert rows[0].startswith("Hà Giang communes and towns communes, VN 34 3 ")


def test_texts_of_the_data_are_escaped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for table in MINIATURE.glob("*.csv"):
        text = table.read_text(encoding="utf-8")
        for harmless in ("Phai Lầu", "Agency", "whole border", "Two sources give two dates."):
            text = text.replace(harmless, "<img src=x onerror=alert(1)>")
        (data / table.name).write_text(text, encoding="utf-8")
    write_report(load(data), tmp_path / "report")
    for name, page in pages(tmp_path / "report").items():
        assert not page.find_all("img", src="x"), name
    place = pages(tmp_path / "report")["places.html"].find(id="l-vn-phai-lau")
    assert place.th.span.get_text() == "<img src=x onerror=alert(1)>"


def test_tables_of_notebooks_say_what_their_headings_are() -> None:
    page = BeautifulSoup(notebook_page(notebook(), "x").body, "html.parser")
    assert [tag.get("scope") for tag in page.select("thead th")] == ["col", "col"]
    assert [tag.get("scope") for tag in page.select("tbody th")] == ["row", "row"]
    assert [tag.get_text() for tag in page.select("td.n, th.n")] == ["units", "34", "<NA>"]
    assert page.select("style") == []
    assert page.details.summary.get_text() == "Code"


def test_a_failed_notebook_still_has_a_page() -> None:
    broken = nbformat.reads(notebook(), 4)
    broken.cells[1].outputs = [
        new_output("error", ename="ValueError", evalue="x", traceback=["\x1b[31mValueError: x"])
    ]
    page = notebook_page(nbformat.writes(broken).encode(), "x")
    assert page.failed
    assert "ValueError: x" in page.body
    assert "\x1b" not in page.body
