"""Border twinning between Việt Nam and China: sourced records, graphs and measures.

Every public name is imported when it is first used, so that importing the package costs next to
nothing. Type checkers and editors read them from `__init__.pyi`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = {
    "errors": "ArgumentError DataError MissingExtraError Problem Problems TwinstudyError UnknownKeyError",
    "dates": "FuzzyDate date_bounds parse_date",
    "tables.table_rules": "check",
    "records.dataset": "Dataset load",
    "records.restrict": "extend restrict",
    "records.edgelist": "from_edgelist",
    "network.graph": "incidence_graph locality_graph",
    "evidence.consolidate": "being consolidate members newest_day",
    "evidence.hierarchy": "ancestors",
    "evidence.names": "find_localities fold pairing_names",
    "evidence.trace": "conflicts history trace",
    "measures.coverage": "coverage",
    "measures.density": "density",
    "measures.timeline": "signings timeline",
    "network.exchange": "read_graph write_graph",
    "measures.distance": "distances",
    "figures.style": "save_figure",
    "figures.bars": "plot_coverage plot_density",
    "figures.years": "plot_signings plot_timeline",
    "figures.pairings": "plot_pairings",
    "figures.map": "drawing_points plot_map",
    "measures.nullmodel": "null_model null_samples",
    "figures.null": "plot_null",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
