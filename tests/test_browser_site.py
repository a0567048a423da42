"""The site in Chromium, from disk and without network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chromium import chromium

from twinstudy import load

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
TEN = (
    "index",
    "tutorial",
    "questions",
    "api",
    "generated/api/twinstudy.coverage",
    "generated/pairings",
    "generated/pairings/p-po-hen-than-san",
    "generated/provinces/l-vn-ha-giang-province",
    "generated/notebooks/05-network",
    "generated/gaps",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site that `study` wrote, else one that is built here."""
    built = ROOT / "results/site"
    if (built / "index.html").exists():
        return built
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "docs", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context(offline=True, viewport={"width": 1400, "height": 900})


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def test_every_page_opens_offline_and_asks_for_nothing_from_outside(site: Path, page: Page) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda request: faults.append(f"{page.url}: {request.url}"))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split(":")[0]))
    paths = sorted(site.rglob("*.html"))
    assert len(paths) > len(load().pairings)
    for path in paths:
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        texts = page.eval_on_selector_all("main img", "images => images.map(i => i.alt)")
        assert all(texts), path.name
    assert faults == []
    assert asked <= {"file", "data"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", TEN)
def test_axe_finds_no_fault(site: Path, page: Page, name: str, scheme: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    page.goto((site / f"{name}.html").as_uri())
    # `preload` would read the style sheet by a request, which Chromium refuses from disk.
    response: dict[str, Any] = axe.run(page, options={"preload": False}).response
    faults = response["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []


@pytest.mark.parametrize("name", TEN)
def test_pages_fit_a_phone(site: Path, page: Page, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto((site / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("hen", "p-po-hen-than-san"),
        ("Pò Hèn", "p-po-hen-than-san"),
        ("滩散", "p-po-hen-than-san"),
        ("coverage", "twinstudy.coverage"),
    ],
)
def test_the_search_finds(site: Path, page: Page, asked: str, found: str) -> None:
    page.goto((site / "search.html").as_uri() + f"?q={asked}")
    page.wait_for_selector(f"#search-results a[href*='{found}']", timeout=10_000)


def test_marks_of_the_map_lead_to_pairings_by_keyboard(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    marks = page.locator(".twin-map a")
    assert marks.count() >= 40
    mark = page.locator(".twin-map a[href*='p-po-hen-than-san']").first
    mark.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Pò Hèn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/p-po-hen-than-san.html")
