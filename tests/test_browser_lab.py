"""The notebooks in the JupyterLab of this environment, as a person runs them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = [
    path.relative_to(ROOT).as_posix()
    for path in sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("examples/*.ipynb")])
]
TOKEN = "only-for-this-test"
SCREENSHOTS = ROOT / "results" / "screenshots"
KERNEL = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
CONTENT = "jupyterapp.shell.currentWidget.content.model.sharedModel.toJSON()"
SETTINGS = {
    # Else cells that are out of sight are not on the page.
    "notebook-extension/tracker": '{"windowingMode": "none"}',
    "apputils-extension/notification": '{"fetchNews": "false"}',
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that JupyterLab may write to."""
    folder = tmp_path_factory.mktemp("lab")
    for name in ("notebooks", "examples"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "figures").mkdir()
    return folder


@pytest.fixture(scope="module")
def address(checkout: Path) -> Iterator[str]:
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = checkout / ".jupyter"
    folders = {f"JUPYTER_{kind}_DIR": own / kind for kind in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{kind}_DIR": own / kind for kind in ("SETTINGS", "WORKSPACES")}
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "0"}  # as `tasks.py lab`
    environment |= {name: str(folder) for name, folder in folders.items()}
    environment["IPYTHONDIR"] = str(own / "ipython")
    for name, values in SETTINGS.items():
        settings = own / "SETTINGS" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        settings.parent.mkdir(parents=True)
        settings.write_text(values)
    options = [
        *("--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={checkout}"),
        *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with (
        (checkout / "lab.log").open("w") as log,
        subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], cwd=checkout,
                         env=environment, stdout=log, stderr=log) as server,
    ):  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{address}/api?token={TOKEN}", server, checkout / "lab.log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab does not answer: {log.read_text(encoding='utf-8')}")


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with chromium() as browser:
        yield browser.new_context(viewport={"width": 1300, "height": 1600})


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_notebook_runs_in_jupyterlab(
    context: BrowserContext, address: str, checkout: Path, notebook: str
) -> None:
    stored = nbformat.read(checkout / notebook, 4)
    page = context.new_page()
    page.set_default_timeout(120_000)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url))
    page.goto(f"{address}/lab/tree/{notebook}?token={TOKEN}&reset")
    page.locator(".jp-NotebookPanel:visible .jp-CodeCell").first.wait_for()
    page.wait_for_function(f"{KERNEL}?.status === 'idle'")
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    assert images(page.evaluate(CONTENT)) == 0
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(f"{KERNEL}.status === 'idle'")

    shown = page.evaluate(CONTENT)
    cells = [cell for cell in shown["cells"] if cell["cell_type"] == "code"]
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert [o["evalue"] for o in outputs if o["output_type"] == "error"] == []
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert images(shown) == images(stored)
    assert images(stored)
    pictures = page.locator(".jp-NotebookPanel:visible .jp-OutputArea img")
    assert pictures.count() == images(stored)
    assert 0 not in pictures.evaluate_all("images => images.map(image => image.naturalWidth)")
    assert not [url for url in asked if not url.startswith((address, "data:", "blob:"))]

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    pictures.first.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / f"{Path(notebook).stem}.png")
    page.close()


def images(content: Any) -> int:
    """Count the outputs that are pictures."""
    return sum(
        any(kind.startswith("image/") for kind in output.get("data", {}))
        for cell in content["cells"]
        for output in cell.get("outputs", [])
    )
