"""Numbers that the prose of a notebook states although none of its outputs shows them.

    python tests/prose.py

names the cells, so that the prose can follow the data. Counts in words from three to twelve are
numbers too.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What prose may say although no output shows it: units, and days of the calendar.
EXEMPT = re.compile(
    r"\b100 km|\b95 %|\b(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)(?: \d{4})?|\b\d{4}-\d\d-\d\d\b"
)
WORDS = dict(
    zip("three four five six seven eight nine ten eleven twelve".split(), range(3, 13), strict=True)
)


def numbers(text: str) -> set[float]:
    """Read every number of a text, whatever its sign and its grouping."""
    found = re.findall(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)", text)
    return {float(number.replace(",", "")) for number in found}


def claimed(markdown: str) -> set[float]:
    """Read the numbers that prose states: as digits, or in words from three to twelve."""
    text = re.sub(r"`[^`]*`|\]\([^)]*\)|^\d+\. ", " ", markdown, flags=re.MULTILINE)
    text = EXEMPT.sub(" ", " ".join(text.split()))
    words = set(re.findall(r"[a-z]+", text.lower()))
    return numbers(text) | {WORDS[word] for word in words & set(WORDS)}


def shown(cell: dict) -> set[float]:
    """Read the numbers that the outputs of a cell show."""
    texts = [
        "".join(part)
        for output in cell.get("outputs", [])
        for part in (output.get("text", ""), output.get("data", {}).get("text/plain", ""))
    ]
    # Of a date the year counts, and not the numbers of its month and day.
    text = re.sub(r"\b(\d{4})(?:-\d\d){1,2}\b", r"\1", "\n".join(texts))
    return numbers(re.sub(r"[-/;~?]", " ", text))


def unsupported(notebook: dict) -> list[str]:
    """List the numbers of the prose that stand in no output of the notebook."""
    known = {1.0, 2.0}.union(*(shown(c) for c in notebook["cells"]))
    # Prose may round 3.24 to 3.2, but not 3.6 to 4.
    known |= {round(number, digits) for number in known if number % 1 for digits in (1, 2, 3)}
    return [
        f"cell {cell.get('id', '?')}: {number:g}"
        for cell in notebook["cells"]
        if cell["cell_type"] == "markdown"
        for number in sorted(claimed("".join(cell["source"])) - known)
    ]


def main() -> int:
    """Name the prose of every notebook that has to change."""
    stale = 0
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for line in unsupported(notebook):
            print(f"{path.relative_to(ROOT).as_posix()}: {line} is in the prose and in no output")
            stale += 1
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main())
