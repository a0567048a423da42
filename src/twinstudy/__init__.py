"""Border twinning between Việt Nam and China: sourced records, graphs and measures.

Every public name is imported when it is first used, so that importing the package costs next to
nothing. The stub beside this file says where each is, to type checkers and editors too.
"""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

_STUB = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
_MODULE_OF = {
    name: module for module, name in re.findall(r"from twinstudy\.(\S+) import (\w+)", _STUB)
}
__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
