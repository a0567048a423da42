"""Pages that are made from the records, notebooks and documents, into `docs/generated`."""

import html
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import jinja2
import matplotlib.pyplot as plt
import pandas as pd

import twinstudy as ts
from twinstudy.evidence.hierarchy import drawing_points, west_to_east
from twinstudy.evidence.names import place_names
from twinstudy.records.folding import fold_name
from twinstudy.study.show import date_words
from twinstudy.tables.schema import label

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "docs"
OUT = HERE / "generated"
DAY = "2025-06-30"  # the study day of the notebooks
BORDER = (101.9, 108.6, 20.85, 24.2)  # west, east, south, north

#: Documents and notebooks from outside `docs`, and where they stand in the source of the site.
MOVED = {
    ROOT / "data/README.md": OUT / "dictionary.md",
    ROOT / "data/CURATION.md": OUT / "curation.md",
    ROOT / "data/STATEMENT.md": OUT / "statement.md",
    ROOT / "CONTRIBUTING.md": OUT / "contributing.md",
    ROOT / "CODE_OF_CONDUCT.md": OUT / "conduct.md",
    ROOT / "CHANGELOG.md": OUT / "changelog.md",
} | {
    path: OUT / "notebooks" / path.name
    for path in [*sorted(ROOT.glob("notebooks/*.ipynb")), ROOT / "examples/own-data.ipynb"]
}


def write(dataset: ts.Dataset) -> None:
    """Write every generated page; what is left of an earlier run goes first."""
    shutil.rmtree(OUT, ignore_errors=True)
    for folder in ("pairings", "provinces", "notebooks", "parts", "downloads"):
        (OUT / folder).mkdir(parents=True)
    copy_documents()
    pairings(dataset)
    provinces(dataset)
    sources(dataset)
    gaps(dataset)
    downloads(dataset)
    (OUT / "parts/map.html").write_text(clickable_map(dataset), encoding="utf-8")


def text(value: object) -> str:
    """Text of the data as MyST: every mark of punctuation is meant as it stands."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(str(value).split()))


def day(value: object) -> str:
    """A date of the data in words, whose parts stay on one line."""
    words = text(date_words(str(value).removesuffix(" 00:00:00")))
    return re.sub(r"\d{4}(\\-\d\d)+", r"[\g<0>]{.day}", words)


def link(url: str) -> str:
    """An address as the target of a MyST link."""
    return "<" + re.sub(r"[<>\s\\]", lambda found: f"%{ord(found[0]):02X}", url) + ">"


_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 - MyST, not HTML; `text` escapes
)
_TEMPLATES.filters |= {"text": text, "link": link, "plain": fold_name, "label": label, "date": day}


def page(target: str, template: str, **values: Any) -> None:
    """Fill in a template."""
    made = _TEMPLATES.get_template(template).render(**values)
    (OUT / target).write_text(made, encoding="utf-8")


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as plain values, missing ones as None."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def table(frame: pd.DataFrame, caption: str) -> str:
    """A table for people, as HTML in a MyST page, without keys."""
    keys = [name for name in frame if name.endswith("_id")]
    shown = ts.show(frame.drop(columns=keys).reset_index(drop=True), caption)
    return "```{raw} html\n" + shown._repr_html_() + "\n```"


def copy_documents() -> None:
    """Bring notebooks, documents and the findings of the README into the source of the site."""
    for origin, target in MOVED.items():
        written = origin.read_text(encoding="utf-8")
        if origin.suffix == ".ipynb":
            written = written.replace("](../docs/", "](../../")
        else:
            written = relinked(written, origin.parent, target.parent)
        target.write_text(written, encoding="utf-8")
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
    """A page a pairing, and a list of them all, by name."""
    flat = ts.pairings(dataset)
    flat = flat.merge(dataset.pairings[["id", "note"]], left_on="pairing_id", right_on="id")
    flat = flat.sort_values("name", key=lambda names: names.map(fold_name), kind="stable")
    titles = flat.set_index("pairing_id")["name"]
    members = ts.members(dataset).merge(dataset.localities, left_on="locality_id", right_on="id")
    members["shown"] = members["locality_id"].map(place_names(dataset))
    home = ts.ancestors(dataset, level="province", at=DAY)
    members["province"] = members["locality_id"].map(home)
    members = members.sort_values(["country", "shown"], ascending=[False, True])
    locators(dataset, members)
    apart = ts.conflicts(dataset)
    contents = dataset.contents.merge(dataset.claims, left_on="claim_id", right_on="id")
    for row in rows(flat):
        key = row["pairing_id"]
        mine = members["pairing_id"] == key
        shared = members["locality_id"].isin(members.loc[mine, "locality_id"]) & ~mine
        page(
            f"pairings/{key}.md",
            "pairing.md.j2",
            pairing=row,
            members=rows(members[mine]),
            claims=rows(ts.trace(dataset, key)),
            events=rows(ts.trace(dataset, key, events=True)),
            conflicts=rows(apart[apart["pairing_id"] == key]),
            contents=rows(contents[contents["pairing_id"] == key]),
            near=sorted(set(members.loc[shared, "pairing_id"])),
            titles=titles,
            places=place_names(dataset),
            version=dataset.version,
        )
    page("pairings.md", "pairings.md.j2", pairings=rows(flat))


def locators(dataset: ts.Dataset, members: pd.DataFrame) -> None:
    """Small maps of the border, one a pairing, that show where it lies."""
    axes = ts.plot_map(dataset, kind="other", labels=False, window=BORDER, title="")
    for artist in [*axes.lines, *axes.collections, *axes.texts]:
        if artist.get_gid() or artist is axes.texts[-1]:  # a mark, a tie, the note
            artist.remove()
    for name in axes.texts:
        name.set_fontsize(9)
    points = drawing_points(dataset)
    for key, places in members.groupby("pairing_id")["locality_id"]:
        here = points.loc[places]
        drawn = axes.scatter(here["longitude"], here["latitude"], s=60, color="#d55e00", zorder=9)
        ts.save_figure(axes.figure, OUT / f"pairings/{key}.svg")
        drawn.remove()
    plt.close(axes.figure)


def clickable_map(dataset: ts.Dataset) -> str:
    """The map as inline SVG; each mark leads to the page of its pairing and says its name."""
    titles = ts.pairings(dataset).set_index("pairing_id")["name"]
    links = {key: f"generated/pairings/{key}.html" for key in titles.index}
    axes = ts.plot_map(dataset, at=DAY, links=links)
    ts.save_figure(axes, OUT / "parts/map.svg")
    plt.close(axes.figure)
    svg = "<svg" + (OUT / "parts/map.svg").read_text(encoding="utf-8").partition("<svg")[2]

    def named(found: re.Match[str]) -> str:
        key = found[1].rsplit("/", 1)[1].removesuffix(".html")
        words = html.escape(titles[key])
        return f'<a href="{found[1]}" aria-label="{words}"><title>{words}</title>'

    svg = re.sub(r'<a xlink:href="([^"]+)"[^>]*>', named, svg)
    return f'<div class="twin-map" role="group" aria-label="Map of the twinned places">{svg}</div>'


def provinces(dataset: ts.Dataset) -> None:
    """A page a province of the study day, from west to east, with what sources count there."""
    flat = ts.pairings(dataset).query("status == 'agreed'")
    covered = ts.coverage(dataset, at=DAY).rename(columns={"lower": "named_share"})
    covered["side"] = covered["side"].fillna("pairings")
    dense = ts.density(dataset, at=DAY, kind=("village", "commune"))
    counts = dataset.counts.sort_values(["measure", "kind", "as_of"])
    members, province = ts.members(dataset), ts.ancestors(dataset, level="province", at=DAY)
    keys = members.groupby(members["locality_id"].map(province))["pairing_id"].agg(set)
    places = dataset.localities.set_index("id").loc[keys.index]
    east = west_to_east(dataset)
    places = places.assign(shown=place_names(dataset), east=east)
    places = places.sort_values(["country", "east"], ascending=[False, True])
    for key, name in places["shown"].items():
        page(
            f"provinces/{key}.md",
            "province.md.j2",
            name=name,
            day=DAY,
            pairings=rows(flat[flat["pairing_id"].isin(keys[key])]),
            coverage=table(covered[covered["area_id"] == key].iloc[:, 3:], "Twinned units"),
            density=table(dense[dense["area_id"] == key].iloc[:, 3:], "Local twinnings"),
            counts=rows(counts[counts["area_id"] == key]),
            publishers=dataset.sources.set_index("id")["publisher"].fillna("publisher not known"),
        )
    page("provinces.md", "provinces.md.j2", provinces=places["shown"], day=DAY)


def sources(dataset: ts.Dataset) -> None:
    """All sources by publisher, with the pairings that they speak of."""
    said = pd.concat([dataset.claims, dataset.events])
    used = said.groupby("source_id")["pairing_id"].agg(lambda keys: sorted(set(keys)))
    listed = dataset.sources.sort_values(["published", "id"], na_position="last")
    listed["publisher"] = listed["publisher"].fillna("Publisher not known")
    page(
        "sources.md",
        "sources.md.j2",
        sources=[row | {"pairings": used.get(row["id"], [])} for row in rows(listed)],
        titles=ts.pairings(dataset).set_index("pairing_id")["name"],
    )


def gaps(dataset: ts.Dataset) -> None:
    """What the data cannot say yet, computed from them."""
    flat = ts.pairings(dataset)
    agreed = flat[flat["status"] == "agreed"]
    short = ts.coverage(dataset, at=DAY).query("reported > possible")
    short["side"] = short["side"].fillna("pairings")
    columns = ["area", "kind", "side", "certain", "possible", "reported"]
    page(
        "gaps.md",
        "gaps.md.j2",
        lists={
            "Without a stated date of signing": rows(agreed[agreed["signed"].isna()]),
            "Known from one witness alone": rows(agreed[agreed["witnesses"] == 1]),
            "Planned or doubtful": rows(flat[flat["status"] != "agreed"]),
        },
        conflicts=rows(ts.conflicts(dataset)),
        titles=flat.set_index("pairing_id")["name"],
        short=table(short[columns], f"Reported, but not named, on {DAY}"),
    )


def downloads(dataset: ts.Dataset) -> None:
    """The files that a reader can take along."""
    out = OUT / "downloads"
    for name in ("locality-graph.graphml", "pairings.geojson"):
        ts.write_graph(ts.locality_graph(dataset), out / name)
    for name in ("pairings_flat.csv", "sources.bib"):
        shutil.copy(ROOT / "data" / name, out)
    with zipfile.ZipFile(out / "data-package.zip", "w", zipfile.ZIP_DEFLATED) as package:
        for path in sorted((ROOT / "data").rglob("*")):
            if path.is_file() and path.suffix != ".py":
                name = zipfile.ZipInfo(str(path.relative_to(ROOT)), (2026, 1, 1, 0, 0, 0))
                package.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED)
