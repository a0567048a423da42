"""Fail where a tracked file names this machine or a package registry, or is not NFC text.

The names are taken from the settings of this machine, so that none has to stand here.
"""

import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

from pip._internal.models.index import PyPI

ROOT = Path(__file__).resolve().parent.parent
APT = {".list", ".sources"}
PERSONAL = re.compile(r"(?<![\w.])(/(?:home|Users)/\w+|/root|[A-Z]:\\Users)[/\\]")


def output(*command: str) -> str:
    """Return what a command prints, or nothing where there is no such command."""
    try:
        return subprocess.run(command, capture_output=True, check=True, text=True, cwd=ROOT).stdout
    except FileNotFoundError:
        return ""


def hosts() -> set[str]:
    """Return the hosts that the package managers of this machine use."""
    settings = [PyPI.url, f"https://{PyPI.file_storage_domain}/"]
    settings.append(output(sys.executable, "-m", "pip", "config", "list"))
    settings.append(output("npm", "config", "get", "registry"))
    settings += [
        p.read_text(encoding="utf-8") for p in Path("/etc/apt").glob("**/*.*") if p.suffix in APT
    ]
    settings += [v for k, v in os.environ.items() if re.search(r"INDEX|REGISTRY", k.upper())]
    found = re.findall(r"https?://(?:[^@/\s]*@)?([\w.-]+)", "\n".join(settings))
    return set(found) - {"localhost", "127.0.0.1"}


def faults(path: Path, forbidden: set[str]) -> list[str]:
    """Return what is wrong with one file."""
    content = path.read_bytes()
    text = content.decode("utf-8", errors="replace")
    found = [f"names {word}" for word in sorted(forbidden) if word in text]
    found += [f"names {match[0]}" for match in PERSONAL.finditer(text)]
    if b"\0" not in content and not unicodedata.is_normalized("NFC", text):
        found.append("is not NFC")
    return found


def main() -> int:
    """Print every fault of every tracked file."""
    forbidden = hosts()
    if ROOT.parent != Path(ROOT.anchor):
        forbidden.add(f"{ROOT.parent}/")
    names = output("git", "ls-files", "-z").split("\0")[:-1]
    bad = [(name, fault) for name in names for fault in faults(ROOT / name, forbidden)]
    for name, fault in bad:
        print(f"{name}: {fault}")
    print(f"{len(names)} tracked files, {len(bad)} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
