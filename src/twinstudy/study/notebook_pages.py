"""Executed notebooks to HTML that fits into the pages of the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from twinstudy.errors import MissingExtraError

try:
    import nbformat
    from bs4 import BeautifulSoup
    from nbconvert import HTMLExporter
except ImportError as missing:
    raise MissingExtraError(
        f"the report needs {missing.name}: pip install 'twinstudy[run]'"
    ) from missing


_NUMBER = re.compile(r"[-+−]?[\d,.]+%?|<NA>|NaN|NaT|")


@dataclass(frozen=True)
class NotebookPage:
    """A notebook for the report.

    Attributes
    ----------
    title
        Its first heading.
    opening
        Its first paragraph, as text.
    body
        HTML without head; it loads nothing, since all images are inside.
    failed
        Whether a cell of it raised an error.
    """

    title: str
    opening: str
    body: str
    failed: bool = False


def notebook_page(data: bytes, name: str) -> NotebookPage:
    r"""Turn an executed notebook into HTML that is readable without Jupyter.

    Code is folded away, tables say which cells are headings and can be scrolled by keyboard.

    Parameters
    ----------
    data
        Content of the notebook.
    name
        Title for a notebook without heading.

    Returns
    -------
    page
        Title, opening and body.

    Examples
    --------
    >>> page = notebook_page(b'{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {},'
    ...     b'"source": "# Coverage\\n\\nWho is twinned?"}], "metadata": {}, "nbformat": 4,'
    ...     b'"nbformat_minor": 5}', "01-coverage")
    >>> page.title, page.opening
    ('Coverage', 'Who is twinned?')
    """
    notebook = nbformat.reads(data.decode(), 4)  # type: ignore[no-untyped-call]
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic",
        exclude_anchor_links=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    html, _ = exporter.from_notebook_node(notebook)
    soup = BeautifulSoup(html, "html.parser")
    heading, paragraph = soup.find(["h1", "h2"]), soup.find("p")
    title = heading.get_text(" ", strip=True) if heading else name
    opening = paragraph.get_text(" ", strip=True) if paragraph else ""
    for style in soup.find_all("style"):
        style.decompose()
    for table in soup.find_all("table"):
        _mend_table(soup, table)
    for code in soup.select("div.input"):
        folded = code.wrap(soup.new_tag("details"))
        summary = soup.new_tag("summary")
        summary.string = "Code"
        folded.insert(0, summary)
    for coloured in soup.select(".output_error span"):  # in colours that are hard to read
        del coloured["style"]
    for text in soup.select(".output pre"):
        text["tabindex"] = "0"
    failed = soup.select_one(".output_error") is not None
    return NotebookPage(title, opening, str(soup).strip(), failed)


def _mend_table(soup: Any, table: Any) -> None:
    """Say which cells are headings, set numbers to the right, and let wide tables scroll."""
    del table["border"]
    for row in table.find_all("tr"):
        del row["style"]
    for cell in table.find_all("th"):
        if cell.get_text(strip=True):
            cell["scope"] = "col" if cell.find_parent("thead") else "row"
        else:
            cell.name = "td"
    heads = table.select("thead tr")[-1:] or [soup.new_tag("tr")]
    columns = [row.find_all(["td", "th"]) for row in table.select("tbody tr")]
    for place, head in enumerate(reversed(heads[0].find_all(["td", "th"])), start=1):
        cells = [row[-place] for row in columns if len(row) >= place and row[-place].name == "td"]
        if cells and all(_NUMBER.fullmatch(cell.get_text(strip=True)) for cell in cells):
            for cell in [head, *cells]:
                cell["class"] = "n"
    scroller = table.wrap(soup.new_tag("div"))
    scroller.attrs |= {
        "class": "table", "role": "group", "aria-label": "Table", "tabindex": "0",
    }  # fmt: skip
