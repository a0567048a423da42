"""The report in Chromium, from disk and without network."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from chromium import chromium
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from twinstudy import fold, load
from twinstudy.study.report import write_report

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent


def small_notebook() -> bytes:
    figure = Figure()
    figure.subplots().plot([1, 2])
    png = io.BytesIO()
    figure.savefig(png, format="png")
    outputs = [
        new_output(
            "display_data",
            {"image/png": base64.b64encode(png.getvalue()).decode()},
            metadata={"image/png": {"alt": "A line that rises"}},
        ),
        new_output("stream", name="stdout", text="a wide line " * 40),
    ]
    cell = new_code_cell("plot_coverage(table)  # a figure", execution_count=1, outputs=outputs)
    notebook = new_notebook(cells=[new_markdown_cell("# A small one\n\nIts question."), cell])
    content: str = nbformat.writes(notebook)
    return content.encode()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    notebooks = {path.stem: path.read_bytes() for path in ROOT.glob("notebooks/*.ipynb")}
    write_report(load(), folder, notebooks=notebooks | {"small": small_notebook()})
    return folder


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context(offline=True, viewport={"width": 1100, "height": 900})


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def test_every_page_opens_offline_without_a_fault(report: Path, page: Page) -> None:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(request.url))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split(":")[0]))
    paths = sorted(report.rglob("*.html"))
    assert len(paths) > len(load().pairings)
    for path in paths:
        page.goto(path.as_uri())
        widths = page.eval_on_selector_all("img", "images => images.map(i => i.naturalWidth)")
        assert 0 not in widths, path.name
        texts = page.eval_on_selector_all("img", "images => images.map(i => i.alt)")
        assert not [alt for alt in texts if not alt or alt.startswith("No description")], path.name
    assert faults == []
    assert asked <= {"file", "data"}


@pytest.mark.parametrize("width", [1100, 360])
def test_axe_finds_no_fault(report: Path, page: Page, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.set_viewport_size({"width": width, "height": 800})
    paths = [*report.glob("notebooks/*.html"), *sorted(report.glob("pairings/*.html"))[::30]]
    paths += report.glob("*.html") if width > 400 else [report / "index.html"]
    for path in paths:
        # A few rows of the longest page stand for all.
        page.goto(path.as_uri() + ("?q=dong" if path.name == "places.html" else ""))
        # `preload` would read the style sheet by a request, which Chromium refuses from disk.
        response: dict[str, Any] = axe.run(page, options={"preload": False}).response
        faults = response["violations"]
        told = [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults]
        assert told == [], path.name


def test_pages_fit_a_narrow_screen(report: Path, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    for path in [*report.glob("*.html"), *report.glob("notebooks/*.html")]:
        page.goto(path.as_uri())
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, path.name


def shown(page: Page) -> list[str]:
    rows: list[str] = page.eval_on_selector_all(
        "#places tr:not([hidden]) th span:first-child", "names => names.map(n => n.textContent)"
    )
    return rows


@pytest.mark.parametrize("asked", ["dong van", "Đồng Văn", "  ĐỒNG  văn "])
def test_the_search_forgives_accents_and_capitals(report: Path, page: Page, asked: str) -> None:
    page.goto((report / "index.html").as_uri())
    page.get_by_label("Find a place").fill(asked)
    page.keyboard.press("Enter")
    page.wait_for_url("**/places.html?q=*")
    assert set(shown(page)) == {"Đồng Văn"}
    total = len(load().localities)
    assert page.locator("#found").text_content() == f"{len(shown(page))} of {total} places"


@pytest.mark.parametrize(
    ("asked", "name"),
    [("xã đồng văn", "Đồng Văn"), ("爱店镇", "Ái Điểm"), ("trang vy", "Tràng Vĩ")],
)
def test_the_search_knows_level_words_and_other_names(
    report: Path, page: Page, asked: str, name: str
) -> None:
    page.goto((report / "places.html").as_uri())
    page.get_by_label("Find a place").fill(asked)
    assert set(shown(page)) == {name}
    page.get_by_label("Find a place").fill("")
    assert len(shown(page)) == len(load().localities)


def test_the_page_folds_names_as_the_library_does(report: Path, page: Page) -> None:
    page.goto((report / "places.html").as_uri())
    dataset = load()
    texts = {*dataset.localities["name"], *dataset.localities["name_zh"].dropna()}
    texts |= {*dataset.aliases["name"], *dataset.memberships["named_as"].dropna()}
    listed = sorted([*texts, "a_b  c", "Ð-1 (x)", "²½", "İstanbul"])
    assert page.evaluate("texts => texts.map(fold)", listed) == [fold(text) for text in listed]


def test_the_keyboard_reaches_the_content(report: Path, page: Page) -> None:
    page.goto((report / "pairings.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_report_is_light(report: Path) -> None:
    assert sum(path.stat().st_size for path in report.rglob("*") if path.is_file()) < 5_000_000
