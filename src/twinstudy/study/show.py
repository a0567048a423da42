"""Tables for people, in a notebook, a terminal or a paper: words for codes, and names for keys."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from types import NoneType
from typing import Any

import pandas as pd

from twinstudy.dates import FORM
from twinstudy.errors import ArgumentError, of_type
from twinstudy.evidence.consolidate import consolidate, members
from twinstudy.evidence.hierarchy import ancestors, lineage
from twinstudy.evidence.names import pairing_names, place_names
from twinstudy.evidence.trace import conflicts, pairings, trace
from twinstudy.records.dataset import Dataset
from twinstudy.tables.schema import KINDS, TABLES, label

_Fields = list[tuple[str, Any]]

WIDTH = 79
_MISSING = "–"
_HEADS = {"name_zh": "Chinese name", "signed_earliest": "signed from", "url": "address",
          "signed_latest": "signed until", "p_value": "p"}  # fmt: skip
_WORDS = {"country", "side", "side_a", "side_b"} | {
    column.name for table in TABLES for column in table.columns if column.type == "vocabulary"
}
#: The columns that may have the names of a column of keys, where they are not called like it.
_NAMED = {"pairing_id": ("pairing", "name"), "locality_id": ("locality", "name")}
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]"
#: What is told of a claim in full, by the name of the line.
_TOLD = {"claim": "claim_id", "at": "locator", "title": "title", "": "url", "signed": "signed",
         "members": "members", "witness": "witness", "note": "note"}  # fmt: skip
_STYLE = (
    ".twin-table{overflow:auto;max-height:34em;margin:1em 0}"
    ".twin-table table{border-collapse:collapse;margin:0;font-size:.9em}"
    ".twin-table caption{caption-side:top;text-align:left;font-weight:bold;padding:.3em .6em}"
    ".twin-table th,.twin-table td{text-align:left!important;vertical-align:top;"
    "padding:.25em .6em;max-width:26em;white-space:normal}"
    ".twin-table th{position:sticky;top:0;vertical-align:bottom;"
    "background:var(--jp-layout-color0,var(--pst-color-background,Canvas))}"
    ".twin-table .n{text-align:right!important;font-variant-numeric:tabular-nums}"
    ".twin-table tbody tr:nth-child(even){background:rgba(128,128,128,.1)}"
)
#: What LaTeX takes for commands, escaped.
_LATEX = str.maketrans({mark: f"\\{mark}" for mark in "&%$#_{}"} | {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip


@dataclass(frozen=True)
class Table:
    """A table for people: HTML in a notebook, text in a terminal, LaTeX for a paper.

    Attributes
    ----------
    caption
        What the table is; may be empty.
    heads
        Headings of the columns.
    rows
        Texts of the cells, row by row.
    numeric
        Whether a column holds numbers, which are set to the right.
    links
        For each row, what its cells lead to: an address, the key of a pairing, or nothing.
    more
        How many further rows are not shown.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    links: tuple[tuple[str, ...], ...]
    more: int = 0

    def _repr_html_(self) -> str:
        """Lay the table out for a notebook or a page; every text is escaped."""

        def cell(text: str, target: str, numeric: bool) -> str:  # noqa: FBT001 - a row of three
            inner = html.escape(text)
            if target:  # the site makes the key of a pairing a link to its page
                link = "href" if target.startswith(("http://", "https://")) else "data-pairing"
                inner = f'<a {link}="{html.escape(target)}">{inner}</a>'
            return f'<td class="n">{inner}</td>' if numeric else f"<td>{inner}</td>"

        name = html.escape(self.caption or "Table")
        heads = [
            f'<th scope="col"{" class=n" if numeric else ""}>{html.escape(head)}</th>'
            for head, numeric in zip(self.heads, self.numeric, strict=True)
        ]
        lines = [
            f'<div class="twin-table" role="group" tabindex="0" aria-label="{name}">',
            f"<style>{_STYLE}</style>",
            '<table class="dataframe">',
            *([f"<caption>{name}</caption>"] if self.caption else []),
            f"<thead><tr>{''.join(heads)}</tr></thead>",
            "<tbody>",
        ]
        for row, targets in zip(self.rows, self.links, strict=True):
            lines.append(f"<tr>{''.join(map(cell, row, targets, self.numeric))}</tr>")
        return "\n".join([*lines, "</tbody>", "</table>", *self._rest(), "</div>"])

    def __repr__(self) -> str:
        """Lay the table out for a terminal, in 79 columns where its keys allow it."""
        widths, least = [], []
        for head, numeric, *cells in zip(self.heads, self.numeric, *self.rows, strict=True):
            width = max(1, *map(wide, [*head.split(), *cells]))
            words = re.split(rf"\s|(?={_WIDE})", " ".join(cells))
            widths.append(width)
            least.append(width if numeric else max(min(width, 12), *map(wide, words)))
        while sum(widths) + 2 * len(widths) - 2 > WIDTH and widths != least:
            foldable = [n for n, width in enumerate(widths) if width > least[n]]
            widths[max(foldable, key=widths.__getitem__)] -= 1
        lines = [self.caption] if self.caption else []
        for row in (self.heads, ["-" * width for width in widths], *self.rows):
            for parts in zip_longest(*map(wrapped, row, widths), fillvalue=""):
                line = ""
                for part, width, numeric in zip(parts, widths, self.numeric, strict=True):
                    space = " " * (width - wide(part))
                    line += f"{space}{part}  " if numeric else f"{part}{space}  "
                lines.append(line.rstrip())
        return "\n".join([*lines, *self._rest()])

    def to_latex(self) -> str:
        """Write the table for LaTeX with the package booktabs; the text is UTF-8."""
        cells = [[cell.translate(_LATEX) for cell in row] for row in (self.heads, *self.rows)]
        heads, *rows = [" & ".join(row) + r" \\" for row in cells]
        columns = "".join("r" if number else "l" for number in self.numeric)
        caption = [rf"\caption{{{self.caption.translate(_LATEX)}}}"] if self.caption else []
        body = [r"\toprule", heads, r"\midrule", *rows, r"\bottomrule"]
        parts = [r"\begin{table}", r"\centering", *caption, rf"\begin{{tabular}}{{{columns}}}"]
        return "\n".join([*parts, *body, r"\end{tabular}", r"\end{table}", ""])

    def _rest(self) -> list[str]:
        """Say how many rows are not shown."""
        return [f"… and {self.more:,} more rows"] if self.more else []


def show(
    frame: Any,
    caption: str = "",
    *,
    names: Dataset | Mapping[str, str] | None = None,
    rows: int | None = None,
    at: str | None = None,
) -> Table:
    r"""Show a table for people.

    Words stand for codes, an en dash for what is missing; shares are per cent; numbers have the
    digits that they need, and stand to the right; text stands to the left. A column of keys is
    left out where the names stand beside it, and so are the numbers of the rows of a frame, which
    are an index of whole numbers without a name.

    Parameters
    ----------
    frame
        What any function of twinstudy returns as a frame or series, a table of the dataset, or a
        frame made of them; a mapping, such as ``attrs["left_out"]`` of a measure; a graph, of
        which the nodes are shown; or a `Dataset`, of which the agreed pairings are counted by
        Vietnamese province, from west to east, and kind.
    caption
        What the table is.
    names
        Where names for keys are to be taken from: the dataset, or a mapping from key to name.
        Without it, a key that has no name beside it is shown as it is.
    rows
        How many rows are shown at most; None for all.
    at
        Of a dataset: the day of which the provinces are; None for the newest of the data.

    Returns
    -------
    table
        Shows itself: as HTML in a notebook, as text where it is printed; ``to_latex()`` gives
        LaTeX. The same frame gives the same bytes.

    Raises
    ------
    ArgumentError
        If `frame` is none of these, or `rows` is no positive number.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"kind": ["border_post"], "share_lower": [0.25], "signed": ["2013~"]})
    >>> show(frame, "An example")
    An example
    kind         share  signed
                 lower
    -----------  -----  ----------
    border post   25 %  about 2013
    """
    if not (rows is None or (type(rows) is int and rows > 0)):
        raise ArgumentError(f"`rows` is {rows!r}; use a number of rows, 1 or more, or None")
    of_type("caption", caption, (str, NoneType), "a text")
    of_type("names", names, (Dataset, Mapping, NoneType), "the dataset, or a mapping of names")
    if isinstance(frame, Dataset):
        frame = _opening(frame, at)
    elif hasattr(frame, "nodes"):
        nodes = pd.DataFrame.from_dict(dict(frame.nodes(data=True)), orient="index")
        frame = nodes.assign(ties=pd.Series(dict(frame.degree))).rename_axis("key")
    elif isinstance(frame, Mapping):
        frame = pd.Series(dict(frame), name="number").rename_axis("what")
    of_type("frame", frame, (pd.DataFrame, pd.Series), "a table, such as show(coverage(dataset))")
    row_numbers = pd.api.types.is_integer_dtype(frame.index)  # which some rows of a frame keep
    if isinstance(frame, pd.Series):
        row_numbers = isinstance(frame.index, pd.RangeIndex)
        frame = frame.to_frame("value" if frame.name is None else frame.name)
    if any(frame.index.names) or not row_numbers:
        frame = frame.reset_index()
    if isinstance(names, Dataset):
        publishers = names.sources.set_index("id")["publisher"].dropna()
        names = {**place_names(names), **pairing_names(names), **publishers}
    flat = [" ".join(map(str, c)) if isinstance(c, tuple) else str(c) for c in frame.columns]
    frame = frame.set_axis(flat, axis=1)
    for head in frame.columns[frame.columns.duplicated()]:
        raise ArgumentError(f"`frame` has the column {head!r} more than once; rename one")
    kept = [c for c in flat if not set(_NAMED.get(c, [c.removesuffix("_id")])) & set(flat) - {c}]
    shown = frame if rows is None else frame.head(rows)
    shares = {"lower": "share"} if "eligible" in flat else {}  # of the units that `coverage` counts
    columns = [_formatted(shares.get(name, name), shown[name], names or {}) for name in kept]
    return Table(
        caption,
        tuple(_HEADS.get(name) or label(name.removesuffix("_id")) for name in kept),
        tuple(zip(*(texts for texts, _ in columns), strict=True)),
        tuple(numeric for _, numeric in columns),
        tuple(zip(*(_targets(name, shown) for name in kept), strict=True)),
        len(frame) - len(shown),
    )


def _targets(name: str, frame: pd.DataFrame) -> list[str]:
    """Say what the cells of a column lead to."""
    leads = "pairing_id" if name in _NAMED["pairing_id"] else name
    linked = leads in frame and leads in ("pairing_id", "url")
    return frame[leads].fillna("").astype(str).tolist() if linked else [""] * len(frame)


def _formatted(name: str, column: pd.Series, known: Mapping[str, str]) -> tuple[list[str], bool]:
    """Turn a column into texts, and say whether it is one of numbers."""
    worded = name in _WORDS or isinstance(column.dtype, pd.CategoricalDtype)
    if pd.api.types.is_bool_dtype(column):
        column = column.map({True: "yes", False: "no"})
    elif pd.api.types.is_numeric_dtype(column):
        scale, form = _number_form(name, column.dropna().astype(float))
        return [_MISSING if pd.isna(v) else form.format(scale * v) for v in column], True
    elif pd.api.types.is_datetime64_any_dtype(column):
        column = column.dt.strftime("%Y-%m-%d")

    def text(value: Any) -> str:
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(sorted(map(str, value))) or _MISSING
        if pd.isna(value) or value == "":
            return _MISSING
        if name == "url":
            return re.sub(r"^https?://(?:www\.)?([^/]+).*", r"\1", str(value))
        return date_words(known.get(str(value)) or (label(str(value)) if worded else str(value)))

    return [text(value) for value in column], False


def _number_form(name: str, values: pd.Series) -> tuple[int, str]:
    """Say by what the numbers of a column are multiplied, and with what digits they are shown."""
    if "share" in name:
        return 100, "{:.0f} %"
    if name in ("longitude", "latitude") or name.startswith("p_value"):
        return 1, "{:.4f}"
    if (values % 1 == 0).all():
        return 1, "{:,.0f}" if (values.abs() >= 10_000).any() else "{:.0f}"
    return 1, "{:,.1f}" if values.abs().max() >= 100 else "{:.2f}"


def date_words(text: str) -> str:
    """Say an EDTF date that has marks in words; any other text stays as it is."""
    if not FORM.fullmatch(text):
        return text
    start, *rest = (
        f"{'about ' * (part[-1] in '~%')}{part.rstrip('~?%')}{' (uncertain)' * (part[-1] in '?%')}"
        for part in text.split("/")
    )
    if not rest or start == "..":
        return f"until {rest[0]}" if rest else start
    return f"from {start}" if rest == [".."] else f"{start} to {rest[0]}"


def wide(text: str) -> int:
    """Return how many columns of a terminal a text takes; a Chinese character takes two."""
    return len(text) + len(re.findall(_WIDE, text))


def wrapped(text: str, width: int = WIDTH, first: str = "", rest: str = "") -> list[str]:
    """Break a text into lines of a width: at spaces and Chinese characters, never in a key."""
    lines, line, begun = [], first, False
    for space, word in re.findall(rf"(\s*)({_WIDE}|(?:(?!{_WIDE})\S)+)", text):
        piece = " " * bool(space and begun) + word
        if begun and wide(line + piece) > width:
            lines.append(line)
            line, piece = rest, word
        line, begun = line + piece, True
    return [*lines, line]


def _opening(dataset: Dataset, at: str | None) -> pd.DataFrame:
    """Count the agreed pairings by Vietnamese province, from west to east, and kind."""
    places = dataset.localities.set_index("id")
    places["province"] = ancestors(dataset, level="province", at=at)
    agreed = dataset.pairings.query("status == 'agreed'").set_index("id")
    named = members(dataset).join(agreed["kind"], on="pairing_id", how="inner")
    named = named.join(places[["province", "country"]], on="locality_id").query("country == 'VN'")
    named = named.fillna({"province": ""}).drop_duplicates(["province", "pairing_id"])
    counts = pd.crosstab(named["province"], named["kind"])
    counts = counts[[kind for kind in KINDS if kind in counts]].assign(all=counts.sum(axis=1))
    east = places.groupby("province")["longitude"].median().reindex(counts.index)
    counts = counts.loc[east.sort_values(kind="stable").index]
    counts.columns = [label(kind, plural=True) for kind in counts.columns]
    counts.insert(0, "province", places["name"].reindex(counts.index).fillna("not known"))
    return counts.reset_index(drop=True)


def record(dataset: Dataset, key: str, *, full: bool = False) -> str:
    """Tell in 79 columns what is known of a pairing or a place; in full, with every source."""
    title, fields = (_pairing if key.startswith("p-") else _place)(dataset, key, full)
    lines = [*wrapped(title), key]
    for name, value in fields:
        text = _text(value)
        lines += wrapped(text, WIDTH, f"  {name:<9} ", " " * 12) if text else []
    return "\n".join(lines)


def _pairing(dataset: Dataset, key: str, full: bool) -> tuple[str, _Fields]:  # noqa: FBT001
    """Tell of a pairing: what and when, who, and who says so."""
    row: Any = consolidate(dataset).set_index("pairing_id").loc[key]
    title, claims = pairing_names(dataset)[key], trace(dataset, key)
    apart = conflicts(dataset).query("pairing_id == @key")
    evidence = f"{row['claims']} claims of {row['witnesses']} independent sources"
    fields: _Fields = [
        ("what", f"{label(row['kind'])}, {row['status']}"),
        ("signed", date_words(_text(row["signed"]) or "no stated date")),
        ("exists by", _text(row["exists_by"])[:10]),
        ("evidence", evidence + ("; some disagree" if len(apart) else "")),
        ("note", dataset.pairings.set_index("id")["note"][key]),
    ]
    mine = members(dataset).query("pairing_id == @key").sort_values("side", ascending=False)
    for place in mine["locality_id"]:
        name, within = _place(dataset, place, full=False)
        fields += [("member", name), ("", place), *within[:1]]
    cited = claims[["publisher", "published"]].map(_text)
    said = (cited["publisher"] + ", " + cited["published"].map(date_words)).str.strip(", ")
    if not full:
        fields += [("source", text) for text in said.drop_duplicates()]
        return title, [*fields, ("more", f"twinstudy show {key} --full")]
    contents = dataset.contents.set_index("claim_id")
    for text, claim in zip(said, claims.to_dict("records"), strict=True):
        fields.append(("source", text or claim["source_id"]))
        fields += [(name, claim[column]) for name, column in _TOLD.items()]
        for item in contents[contents.index == claim["claim_id"]].to_dict("records"):
            fields.append(("agreed", f"{label(item['topic'])}: {_text(item['stated'])}"))
    for item in apart.to_dict("records"):
        value = f"{date_words(item['value'])} ({item['claim_id']})"
        fields.append(("disputed", f"{label(item['about'])}: {value}"))
    for event in trace(dataset, key, events=True).to_dict("records"):
        counted = f"{_text(event['quantity'])} {_text(event['unit'])}".strip()
        parts = event["date"], label(event["kind"]), counted, event["publisher"], event["note"]
        words = (date_words(_text(part)) for part in parts)
        fields.append(("event", ", ".join(filter(None, words))))
    return title, fields


def _place(dataset: Dataset, key: str, full: bool) -> tuple[str, _Fields]:  # noqa: FBT001
    """Tell of a place: what it is, where it lies, and its pairings."""
    places = dataset.localities.set_index("id")
    place: Any = places.loc[key]
    names = dict.fromkeys([place_names(dataset)[key], place["name"], _text(place["name_zh"])])
    word = f" ({place['designation']})" if _text(place["designation"]) else ""
    title = f"{', '.join(filter(None, names))}{word}, {place['country']} {label(place['level'])}"
    above = lineage(dataset).query("locality_id == @key and level != 'country'")
    age = above["latest"].rank(method="min", na_option="bottom")  # what is still there is the last
    above = above[age == age.max()].sort_values("level", ascending=False)
    aliases = dataset.aliases.query("locality_id == @key")
    point = f"{place['latitude']:.4f} N, {place['longitude']:.4f} E ({place['position']})"
    fields: _Fields = [
        ("in", ", ".join(above["ancestor_id"].map(places["name"]))),
        ("also", ", ".join(aliases["name"])),
        ("point", "" if pd.isna(place["longitude"]) else point),
    ]
    for row in dataset.successions.query("old_id == @key").to_dict("records"):
        fields.append(("became", f"{row['new_id']} ({row['kind']}, {date_words(row['date'])})"))
    fields.append(("note", place["note"] if full else ""))
    for pairing in members(dataset).query("locality_id == @key")["pairing_id"]:
        fields += [("pairing", pairing_names(dataset)[pairing]), ("", pairing)]
    return title, [(name, value) for name, value in fields if _text(value)]


def _text(value: Any) -> str:
    """Return a value as text, nothing for what is missing."""
    return "" if pd.isna(value) else str(value)


def compare(old: Dataset, new: Dataset) -> list[str]:
    """Say which rows were added, changed and withdrawn, and which headline numbers moved."""
    lines = []
    for table in TABLES:
        was, now = (each.tables[table.name].astype("str").fillna("") for each in (old, new))
        both = was.merge(now, "outer", list(table.key), suffixes=("", "|"), indicator="found")
        marks = []
        for row in both.to_dict("records"):
            key = " ".join(row[name] for name in table.key)
            changed = [c for c in was if row.get(f"{c}|", row[c]) != row[c]]
            if row["found"] != "both":
                marks.append(f"  {'-' if row['found'] == 'left_only' else '+'} {key}")
            elif changed:
                marks.append(f"  ~ {key}: {', '.join(map(str, changed))}")
        lines += [table.name, *sorted(marks, key=lambda line: line[2])] if marks else []
    before, after = _headlines(old), _headlines(new)
    moved = {name: (before.get(name, 0), after.get(name, 0)) for name in {**before, **after}}
    told = [f"  {name}: {was} -> {now}" for name, (was, now) in moved.items() if was != now]
    return [*lines, "headline numbers, before and after", *told] if told else lines


def _headlines(dataset: Dataset) -> dict[str, int]:
    """Count what people quote of a dataset."""
    judged = consolidate(dataset)
    agreed = judged[judged["status"] == "agreed"]
    groups: Any = judged.groupby(["status", "kind"], observed=True).size()
    named = (
        members(dataset).query("pairing_id in @agreed.pairing_id").drop_duplicates("locality_id")
    )
    names = dataset.localities.set_index("id")["name"]
    area = named["locality_id"].map(ancestors(dataset, level="province")).map(names)
    return {
        "pairings": len(judged),
        **{f"{status} {label(kind, plural=True)}": n for (status, kind), n in groups.items()},
        "agreed pairings with a stated date": int(agreed["signed"].notna().sum()),
        "witnesses of agreed pairings": int(agreed["witnesses"].sum()),
        **{f"twinned units in {name}": n for name, n in area.value_counts().sort_index().items()},
    }


def flat_table(dataset: Dataset) -> bytes:
    """Write one readable row a pairing as CSV."""
    frame = pairings(dataset)
    frame["official"] = frame["official"].map({True: "yes", False: "no"})
    return frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()


def bibliography(dataset: Dataset) -> str:
    """Write the sources as BibTeX, each under its key."""
    fields = {"title": "title", "author": "author", "howpublished": "publisher",
              "date": "published", "langid": "language", "url": "url",
              "urldate": "accessed", "note": "note"}  # fmt: skip
    entries = []
    for source in dataset.sources.astype("str").fillna("").to_dict("records"):
        found = {name: source[column] for name, column in fields.items()}
        found["title"] = found["title"] or source["id"]
        found["year"] = found["date"][:4] if found["date"][:4].isdigit() else ""
        found |= {name: found[name].translate(_LATEX) for name in found if name != "url"}
        lines = [f"  {name} = {{{value}}}" for name, value in found.items() if value]
        entries.append(f"@misc{{{source['id']},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)
