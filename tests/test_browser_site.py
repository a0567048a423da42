"""The site in Chromium, from disk and without network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from chromium import chromium

from twinstudy import load

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
PAIRING = "generated/pairings/p-po-hen-than-san.html"


@pytest.fixture(scope="module")
def site() -> Path:
    """The site as `study` left it, or made now."""
    folder = ROOT / "results" / "site"
    if not (folder / "index.html").is_file():
        command = [sys.executable, "-m", "sphinx", "--quiet", "--builder", "html", "docs", folder]
        subprocess.run(command, cwd=ROOT, check=True)
    return folder


def some_pages(site: Path) -> list[Path]:
    """Ten pages, one or two of each sort."""
    every = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
    names = ["index.html", PAIRING, "api.html", "questions.html", "tutorial.html"]
    names += [p for p in every if p.startswith("generated/notebooks/")][:2]
    names += [p for p in every if p.startswith("generated/provinces/")][:1]
    names += [p for p in every if p.endswith("twinstudy.coverage.html")]
    names += ["generated/sources.html", "generated/pairings.html"]
    return [site / name for name in dict.fromkeys(names)]


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context(offline=True, viewport={"width": 1400, "height": 900})


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


def target(link: str) -> Path:
    return Path(unquote(urlsplit(link).path))


def test_every_page_opens_offline_without_a_fault(site: Path, page: Page) -> None:
    faults: list[str] = []

    def told(message: ConsoleMessage) -> None:  # the theme tells of its mode, which is no fault
        if message.type == "error":
            faults.append(f"{page.url}: {message.text}")

    page.on("console", told)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda request: faults.append(request.url))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split(":")[0]))
    paths = [path for path in sorted(site.rglob("*.html")) if "_static" not in path.parts]
    assert len(paths) > len(load().pairings)
    for path in paths:
        page.goto(path.as_uri())
        faults += page.eval_on_selector_all(
            "img", "images => images.filter(i => !i.naturalWidth || !i.alt).map(i => i.src)"
        )
        # The links of the map are of SVG, whose `href` is no text; none may be dead.
        links = page.eval_on_selector_all(
            "a[href]", "all => all.map(a => new URL(a.getAttribute('href'), a.baseURI).href)"
        )
        there = {link for link in links if link.startswith("file:")}
        faults += [f"{path.name}: {link}" for link in there if not target(link).exists()]
    assert faults == []
    assert asked <= {"file", "data"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(site: Path, page: Page, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # A colour that is still fading from one mode to the other has the contrast of neither.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    told: list[Any] = []
    for path in some_pages(site):
        page.goto(path.as_uri())
        page.wait_for_function("document.getAnimations().every(a => a.playState === 'finished')")
        # `preload` would read the style sheet by a request, which Chromium refuses from disk.
        response: dict[str, Any] = axe.run(page, options={"preload": False}).response
        told += [
            (path.name, fault["id"], [node["html"][:200] for node in fault["nodes"]][:3])
            for fault in response["violations"]
        ]
    assert told == []


def test_pages_fit_a_narrow_screen(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for path in some_pages(site):
        page.goto(path.as_uri())
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, path.name


def test_the_map_can_be_reached_by_keyboard_and_leads_to_pairings(site: Path, page: Page) -> None:
    page.goto((site / "index.html").as_uri())
    links = page.locator(".twin-map a")
    assert links.count() > 50
    names = links.evaluate_all("links => links.map(link => link.getAttribute('aria-label'))")
    assert all(names)
    links.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairings/p-*.html")


@pytest.mark.parametrize("asked", ["hen", "Pò Hèn", "滩散"])
def test_the_search_finds_a_pairing(site: Path, page: Page, asked: str) -> None:
    page.goto((site / "search.html").as_uri() + f"?q={asked}")
    # Results come one by one, and not in the same order on every machine.
    page.locator(f"#search-results li a[href*='{PAIRING}']").first.wait_for()
