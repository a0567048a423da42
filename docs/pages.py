"""Pages that are made from the records, notebooks and documents, into `docs/generated`."""

from __future__ import annotations

import html
import os
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import jinja2
import matplotlib.pyplot as plt
import pandas as pd

import twinstudy as ts
from twinstudy.evidence.hierarchy import drawing_points

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "docs"
OUT = HERE / "generated"
DAY = "2025-06-30"  # the study day of the notebooks
BORDER = (101.9, 108.6, 21.0, 24.2)  # west, east, south, north

#: Documents and notebooks from outside `docs`, and where they stand in the source of the site.
MOVED = {
    ROOT / "data/README.md": OUT / "dictionary.md",
    ROOT / "data/CURATION.md": OUT / "curation.md",
    ROOT / "data/STATEMENT.md": OUT / "statement.md",
    ROOT / "CONTRIBUTING.md": OUT / "contributing.md",
    ROOT / "CHANGELOG.md": OUT / "changelog.md",
} | {
    path: OUT / "notebooks" / path.name
    for path in [*sorted(ROOT.glob("notebooks/*.ipynb")), ROOT / "examples/own-data.ipynb"]
}

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def write(dataset: ts.Dataset) -> None:
    """Write every generated page; what is left of an earlier run goes first."""
    shutil.rmtree(OUT, ignore_errors=True)
    for folder in ("pairings", "provinces", "notebooks", "parts", "downloads"):
        (OUT / folder).mkdir(parents=True)
    copy_documents()
    findings()
    pairings(dataset)
    provinces(dataset)
    sources(dataset)
    gaps(dataset)
    downloads(dataset)
    (OUT / "parts/map.html").write_text(clickable_map(dataset), encoding="utf-8")


def text(value: object) -> str:
    """Text of the data as MyST: every mark of punctuation is meant as it stands."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(value).split()))


def link(url: str) -> str:
    """An address as the target of a MyST link."""
    return "<" + re.sub(r"[<>\s\\]", lambda found: f"%{ord(found[0]):02X}", url) + ">"


def plain(value: str) -> str:
    """A name without accents, for those who search on a keyboard that has none."""
    letters = unicodedata.normalize("NFD", value.replace("đ", "d").replace("Đ", "D"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 - MyST, not HTML; `text` escapes
)
_TEMPLATES.filters |= {"text": text, "link": link, "plain": plain}


def page(target: str, template: str, **values: Any) -> None:
    """Fill in a template."""
    made = _TEMPLATES.get_template(template).render(**values)
    (OUT / target).write_text(made, encoding="utf-8")


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values, missing ones as None."""
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in frame.select_dtypes("datetime")}
    plain_frame = frame.assign(**days).astype(object)
    return plain_frame.where(frame.notna(), None).to_dict("records")


def table(frame: pd.DataFrame, caption: str) -> str:
    """A table for people, as HTML in a MyST page."""
    return "```{raw} html\n" + ts.show(frame, caption)._repr_html_() + "\n```"


def copy_documents() -> None:
    """Bring notebooks and documents from elsewhere in the project into the source of the site."""
    for origin, target in MOVED.items():
        if origin.suffix == ".ipynb":
            written = origin.read_text(encoding="utf-8")
            target.write_text(written.replace("](../docs/", "](../../"), encoding="utf-8")
        else:
            written = origin.read_text(encoding="utf-8")
            target.write_text(relinked(written, origin.parent, target.parent), encoding="utf-8")


def findings() -> None:
    """Take the findings of the study from the README to the first page."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = readme.partition("<!-- findings -->")[2].partition("<!-- end of findings -->")[0]
    (OUT / "parts/findings.md").write_text(relinked(told, ROOT, HERE), encoding="utf-8")


def relinked(written: str, origin: Path, folder: Path) -> str:
    """Let links of a document lead to where their targets stand on the site."""

    def lead(found: re.Match[str]) -> str:
        words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, _, anchor = target.partition("#")
        there = (origin / path).resolve()
        there = MOVED.get(there, there)
        if there.is_dir() or not (there.exists() or there in MOVED.values()):
            return words.strip("[]")
        return f"{words}({os.path.relpath(there, folder)}{'#' + anchor if anchor else ''})"

    return re.sub(r"(\[[^\]]*\])\(([^)\s]+)\)", lead, written)


def pairings(dataset: ts.Dataset) -> None:
    """A page a pairing, and a list of them all."""
    flat = ts.pairings(dataset)
    places = dataset.localities.set_index("id")
    members = ts.members(dataset)
    locators(dataset, members)
    of_place = members.groupby("locality_id")["pairing_id"].agg(list)
    apart = ts.conflicts(dataset)
    contents = dataset.contents.merge(
        dataset.claims[["id", "pairing_id", "source_id", "locator"]],
        left_on="claim_id",
        right_on="id",
    )
    titles = flat.set_index("pairing_id")["name"]
    notes = dataset.pairings.set_index("id")["note"]
    order = flat["pairing_id"].tolist()
    for number, row in enumerate(rows(flat)):
        key = row["pairing_id"]
        mine = members[members["pairing_id"] == key]
        near = sorted({other for place in mine["locality_id"] for other in of_place[place]} - {key})
        page(
            f"pairings/{key}.md",
            "pairing.md.j2",
            pairing=row,
            note=notes[key] if isinstance(notes[key], str) else None,
            members=rows(mine.merge(places, left_on="locality_id", right_index=True)),
            claims=rows(ts.trace(dataset, key)),
            events=rows(ts.trace(dataset, key, events=True)),
            conflicts=rows(apart[apart["pairing_id"] == key]),
            contents=rows(contents[contents["pairing_id"] == key]),
            near=[(other, titles[other]) for other in near],
            before=order[number - 1],
            after=order[(number + 1) % len(order)],
            titles=titles,
            version=dataset.version,
        )
    page("pairings.md", "pairings.md.j2", pairings=rows(flat), table=table)


def locators(dataset: ts.Dataset, members: pd.DataFrame) -> None:
    """Small maps of the border, one a pairing, that show where it lies."""
    axes = ts.plot_map(dataset, kind="other", labels=False, window=BORDER, title="")
    for artist in [*axes.lines, *axes.collections, *axes.texts]:
        if artist.get_zorder() >= 3:
            artist.remove()
    points = drawing_points(dataset)
    for key, places in members.groupby("pairing_id")["locality_id"]:
        here = points.loc[places]
        drawn = axes.scatter(here["longitude"], here["latitude"], s=60, color="#d55e00", zorder=9)
        ts.save_figure(axes.figure, OUT / f"pairings/{key}.svg")
        drawn.remove()
    plt.close(axes.figure)


def save(figure: Any, target: str) -> None:
    """Save a figure of the site as SVG and let go of it."""
    ts.save_figure(figure, OUT / target)
    plt.close(figure)


def clickable_map(dataset: ts.Dataset) -> str:
    """The map as inline SVG; each mark leads to the page of its pairing and says its name."""
    titles = ts.pairings(dataset).set_index("pairing_id")["name"]
    links = {key: f"generated/pairings/{key}.html" for key in titles.index}
    save(ts.plot_map(dataset, at=DAY, links=links).figure, "parts/map.svg")
    drawn = (OUT / "parts/map.svg").read_text(encoding="utf-8")
    svg = drawn[drawn.index("<svg") :]

    def named(found: re.Match[str]) -> str:
        key = found[1].rsplit("/", 1)[1].removesuffix(".html")
        words = html.escape(titles[key])
        return f'<a href="{found[1]}" aria-label="{words}"><title>{words}</title>'

    svg = re.sub(r'<a xlink:href="([^"]+)"[^>]*>', named, svg)
    return f'<div class="twin-map" role="group" aria-label="Map of the twinned places">{svg}</div>'


def provinces(dataset: ts.Dataset) -> None:
    """A page a province of the study day, from west to east."""
    flat = ts.pairings(dataset).query("status == 'agreed'")
    covered = ts.coverage(dataset, at=DAY)
    density = ts.density(dataset, at=DAY, kind=("village", "commune"))
    members = ts.members(dataset)
    members["province_id"] = members["locality_id"].map(
        ts.ancestors(dataset, level="province", at=DAY)
    )
    keys = members.groupby("province_id")["pairing_id"].agg(set)
    names = dataset.localities.set_index("id")["name"]
    listed = [(key, names[key]) for key in keys.index]
    for key, name in listed:
        page(
            f"provinces/{key}.md",
            "province.md.j2",
            name=name,
            day=DAY,
            pairings=rows(flat[flat["pairing_id"].isin(keys[key])]),
            coverage=table(covered[covered["area_id"] == key], f"Coverage of {name} on {DAY}"),
            density=table(
                density[density["area_id"] == key], f"Local twinnings for 100 km, {name}"
            ),
        )
    page("provinces.md", "provinces.md.j2", provinces=listed, day=DAY)


def sources(dataset: ts.Dataset) -> None:
    """All sources, with the pairings that they speak of."""
    said = pd.concat([dataset.claims, dataset.events])[
        ["source_id", "pairing_id"]
    ].drop_duplicates()
    used = said.groupby("source_id")["pairing_id"].agg(sorted)
    titles = ts.pairings(dataset).set_index("pairing_id")["name"]
    listed = dataset.sources.sort_values(["publisher", "published", "id"], na_position="last")
    page(
        "sources.md",
        "sources.md.j2",
        sources=[row | {"pairings": used.get(row["id"], [])} for row in rows(listed)],
        titles=titles,
    )


def gaps(dataset: ts.Dataset) -> None:
    """What the data cannot say yet, computed from them."""
    flat = ts.pairings(dataset)
    agreed = flat[flat["status"] == "agreed"]
    covered = ts.coverage(dataset, at=DAY)
    short = covered[covered["reported"] > covered["possible"]]
    page(
        "gaps.md",
        "gaps.md.j2",
        agreed=len(agreed),
        lists={
            "Without a stated date of signing": rows(agreed[agreed["signed"].isna()]),
            "Known from one witness alone": rows(agreed[agreed["witnesses"] == 1]),
            "Planned or doubtful": rows(flat[flat["status"] != "agreed"]),
        },
        conflicts=rows(ts.conflicts(dataset)),
        titles=flat.set_index("pairing_id")["name"],
        short=table(short, f"Reported, but not named, on {DAY}"),
    )


def downloads(dataset: ts.Dataset) -> None:
    """The files that a reader can take along."""
    out = OUT / "downloads"
    ts.write_graph(ts.locality_graph(dataset), out / "locality-graph.graphml")
    ts.write_graph(ts.locality_graph(dataset), out / "pairings.geojson")
    for name in ("pairings_flat.csv", "sources.bib"):
        shutil.copy(ROOT / "data" / name, out)
    with zipfile.ZipFile(out / "data-package.zip", "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted((ROOT / "data").rglob("*")):
            if path.is_file() and path.suffix != ".py":
                name = zipfile.ZipInfo(str(path.relative_to(ROOT)), (2026, 1, 1, 0, 0, 0))
                package.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
