"""Border twinning between Việt Nam and China: sourced records, graphs and measures.

Every public name is imported when it is first used, so that importing the package costs next to
nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_MODULE_OF = {
    name: module
    for module, names in {
        "errors": "ArgumentError DataError MissingExtraError Problem Problems TwinstudyError "
        "UnknownKeyError",
        "dates": "FuzzyDate date_bounds parse_date",
        "checks": "check",
        "records": "Dataset load",
        "restriction": "restrict",
        "edgelist": "from_edgelist",
        "graph": "incidence_graph locality_graph",
        "evidence": "being consolidate members newest_day",
        "places": "ancestors",
        "names": "find_localities fold",
        "tracing": "conflicts history trace",
        "coverages": "coverage",
        "densities": "density",
        "timelines": "signings timeline",
        "interchange": "read_graph write_graph",
        "distance": "distances",
        "style": "save_figure",
        "figures": "plot_coverage plot_density",
        "timefigures": "plot_signings plot_timeline",
        "ladder": "plot_pairings",
        "map": "drawing_points plot_map",
        "nullmodel": "null_model null_samples",
    }.items()
    for name in names.split()
}

__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
