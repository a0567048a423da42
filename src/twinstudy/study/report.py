"""The report: a folder of HTML pages that opens from disk, without network.

Pages are Jinja2 templates that escape every text of the data. The same data and notebooks give
the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd

from twinstudy.dates import date_bounds
from twinstudy.errors import MissingExtraError
from twinstudy.evidence.consolidate import newest_day
from twinstudy.evidence.hierarchy import ancestors
from twinstudy.evidence.membership import pairing_names
from twinstudy.evidence.names import fold
from twinstudy.figures.map import plot_map
from twinstudy.figures.style import LABELS, save_figure
from twinstudy.measures.coverage import coverage
from twinstudy.records.dataset import Dataset
from twinstudy.study.dictionary import TITLE
from twinstudy.study.display import KIND_WORDS, date_words, summary
from twinstudy.study.notebook_pages import NotebookPage, notebook_page
from twinstudy.study.profiles import (
    Values,
    pairing_profiles,
    place_profiles,
    plain_rows,
    source_profiles,
)
from twinstudy.tables.files import write_bytes
from twinstudy.tables.schema import KINDS, TABLES

try:
    import jinja2
    from markupsafe import Markup
except ImportError as missing:
    raise MissingExtraError("the report needs jinja2: pip install 'twinstudy[run]'") from missing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAP = "map.png"  # a quarter of the size that its names would have as outlines
KIND_LONG = {**LABELS, "other": "other localities"}
_REFORM = {"unchanged": "kept as", "rename": "renamed", "split": "split into"}
_HEDGES = {"at_least": "at least ", "about": "about "}
_MENU = (
    ("pairings.html", "Pairings"),
    ("places.html", "Places"),
    ("sources.html", "Sources"),
    ("gaps.html", "Known gaps"),
    ("data.html", "Data dictionary"),
)
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True)
class Page:
    """One page: where it goes, its template, and what the template is told."""

    path: str
    template: str
    content: Values


def write_report(
    dataset: Dataset, folder: Path, *, notebooks: Mapping[str, bytes] | None = None
) -> list[Path]:
    """Write the report.

    Parameters
    ----------
    dataset
        Records.
    folder
        Folder to write to; made if it is not there.
    notebooks
        Name without suffix, such as ``01-coverage``, and content of executed notebooks.

    Returns
    -------
    files
        What was written; ``index.html`` is the first page.

    Examples
    --------
    >>> import tempfile
    >>> from twinstudy import load, restrict
    >>> posts = restrict(load(), kinds="border_post")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(posts, Path(folder))[0].name
    'index.html'
    """
    published = {
        name: notebook_page(data, name) for name, data in sorted((notebooks or {}).items())
    }
    shared = {
        "menu": _MENU,
        "titles": pairing_names(dataset).to_dict(),
        "version": dataset.version,
        "day": str(newest_day(dataset).date()),
    }
    environment = _environment()
    folder.mkdir(parents=True, exist_ok=True)
    figure = cast("Figure", plot_map(dataset).figure)
    map_file = save_figure(figure, folder / MAP)
    written = []
    for page in _pages(dataset, published):
        root = "../" * page.path.count("/")
        html = environment.get_template(page.template).render(
            shared | {"page": page.path, "root": root} | page.content
        )
        written.append(_write(folder / page.path, html.encode()))
    for name in ("style.css", "search.js"):
        data = resources.files(__package__).joinpath("templates", name).read_bytes()
        written.append(_write(folder / name, data))
    return [*written, map_file]


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, data)
    return path


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("twinstudy.study"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "dated": date_words,
        "kind_words": KIND_WORDS.__getitem__,
        "kind_long": KIND_LONG.__getitem__,
        "spaced": lambda word: word.replace("_", " "),
        "reform_words": lambda kind: _REFORM.get(kind, "became part of"),
        "counted_as": lambda unit: "pairings" if unit == "pairing" else f"{unit}s",
        "hedge": lambda qualifier: _HEDGES.get(qualifier, ""),
        "counted": lambda number, noun: f"{number} {noun}{'' if number == 1 else 's'}",
    }
    environment.tests["han"] = lambda text: _HAN.search(text) is not None
    return environment


def _pages(dataset: Dataset, notebooks: Mapping[str, NotebookPage]) -> Iterator[Page]:
    pairings, places = pairing_profiles(dataset), place_profiles(dataset)
    sources = source_profiles(dataset)
    counts = summary(dataset)
    yield Page(
        "index.html",
        "index.html.j2",
        {
            "title": TITLE,
            "figures": [
                ("pairings", len(pairings)),
                ("places that are members", sum(bool(place["pairing_ids"]) for place in places)),
                ("claims", len(dataset.coded["claims"])),
                ("sources", len(sources)),
            ],
            "map": MAP,
            "drawn": sum(pairing["status"] == "agreed" for pairing in pairings),
            "notebooks": [
                {"path": f"notebooks/{name}.html"} | vars(notebook)
                for name, notebook in notebooks.items()
            ],
            "kinds": [kind for kind in KINDS if kind in counts],
            "provinces": plain_rows(counts.fillna({"area": "not known"})),
        },
    )
    provinces = _provinces(dataset)
    listed = [p | {"provinces": _sides_in(p, provinces)} for p in pairings]
    listed.sort(key=lambda pairing: fold(pairing["title"]))
    groups = [(kind, [p for p in listed if p["kind"] == kind]) for kind in KINDS]
    groups = [(kind, rows) for kind, rows in groups if rows]
    yield Page("pairings.html", "pairings.html.j2", {"title": "Pairings", "groups": groups})
    within = {place["id"]: place["within"] for place in places}
    for pairing in pairings:
        yield Page(
            f"pairings/{pairing['id']}.html",
            "pairing.html.j2",
            {"title": pairing["title"], "pairing": pairing, "within": within},
        )
    searchable = [place | {"search": _search_names(place)} for place in places]
    yield Page("places.html", "places.html.j2", {"title": "Places", "places": searchable})
    yield Page("sources.html", "sources.html.j2", {"title": "Sources", "sources": sources})
    yield Page("gaps.html", "gaps.html.j2", _gaps(dataset, pairings, places))
    tables = [(table, len(dataset.coded[table.name])) for table in TABLES]
    yield Page("data.html", "data.html.j2", {"title": "Data dictionary", "tables": tables})
    for name, notebook in notebooks.items():
        # What nbconvert gives is HTML already; the notebooks are the project's own.
        values = {"title": notebook.title, "body": Markup(notebook.body)}  # noqa: S704
        yield Page(f"notebooks/{name}.html", "notebook.html.j2", values)


def _provinces(dataset: Dataset) -> dict[str, str]:
    """Name the province of today of each place that lies in one."""
    names = dict(
        zip(dataset.coded["localities"]["id"], dataset.coded["localities"]["name"], strict=True)
    )
    found = ancestors(dataset, level="province").dropna()
    return {str(place): names[province] for place, province in found.items()}


def _sides_in(pairing: Values, provinces: dict[str, str]) -> str:
    sides = (
        dict.fromkeys(provinces[m["id"]] for m in side["members"] if m["id"] in provinces)
        for side in pairing["sides"]
    )
    return " – ".join(", ".join(names) for names in sides if names)


def _search_names(place: Values) -> str:
    """Join the folded names of a place, with and without its level word, for the search."""
    name, chinese, word = place["name"], place["name_zh"], place["designation"]
    names = [name, chinese, *place["other_names"]]
    if word:
        names += [f"{word} {name}", f"{chinese}{word}" if chinese else None]
    return "|".join(dict.fromkeys(fold(text) for text in names if text))


def _gaps(dataset: Dataset, pairings: list[Values], places: list[Values]) -> Values:
    pairings = sorted(pairings, key=lambda pairing: fold(pairing["title"]))
    agreed = [pairing for pairing in pairings if pairing["status"] == "agreed"]
    members = [place for place in places if place["pairing_ids"]]
    undated = [p["id"] for p in agreed if not p["signed"]]
    single = [p["id"] for p in agreed if p["witnesses"] == 1]
    unsure = [p["id"] for p in pairings if p["status"] != "agreed"]
    pointless = [place for place in members if place["longitude"] is None]
    return {
        "title": "Known gaps",
        "figures": [
            ("agreed pairings without a date of signing", len(undated), len(agreed)),
            ("agreed pairings with one witness only", len(single), len(agreed)),
            ("member places without a point on the map", len(pointless), len(members)),
        ],
        "lists": [
            (
                "Planned or doubtful",
                "A source that reports the signing, or rules it out, would settle these.",
                unsure,
            ),
            ("No date of signing", "No source read so far says when these were signed.", undated),
            (
                "One witness only",
                "All that is known of these rests on one independent source.",
                single,
            ),
        ],
        "conflicts": [
            (p["id"], list(dict.fromkeys(row["about"].replace("_", " ") for row in p["conflicts"])))
            for p in pairings
            if p["conflicts"]
        ],
        "totals": _unnamed(dataset),
        "at": _last_day(dataset),
    }


def _unnamed(dataset: Dataset) -> list[Values]:
    """List the totals that are higher than the number of units that are named."""
    table = coverage(dataset, at=_last_day(dataset))
    table = table[(table["reported"] > table["named_possible"]).fillna(value=False)]
    sources = {source["id"]: source for source in source_profiles(dataset)}
    return [
        row | {"sources": [sources[key] for key in row["reported_source_id"].split("; ")]}
        for row in plain_rows(table)
    ]


def _last_day(dataset: Dataset) -> str:
    """Return the last day on which all provinces with a total were there, if there is one."""
    ends = date_bounds(dataset.coded["localities"]["exists"])["latest"]
    ends = ends[dataset.coded["localities"]["level"] == "province"]
    last = ends[ends.index.isin(dataset.coded["counts"]["area_id"].cat.codes)].min()
    return str((newest_day(dataset) if pd.isna(last) else last).date())
