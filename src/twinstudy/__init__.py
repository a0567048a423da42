"""Border twinning between Việt Nam and China: sourced records, graphs and measures.

Every public name is imported when it is first used, so that importing the package costs next to
nothing. Type checkers and editors read them from `__init__.pyi`.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_NAMES = """
records.dataset: load
tables.table_rules: check
records.restrict: restrict extend
records.edgelist: from_edgelist
records.dataset: Dataset
errors: Problem DataError TwinstudyError
evidence.names: find_localities
evidence.hierarchy: ancestors
evidence.consolidate: members
evidence.trace: pairings
evidence.consolidate: consolidate
evidence.trace: conflicts trace
evidence.consolidate: existing
dates: parse_date
network.graph: incidence_graph locality_graph
network.null: null_graphs
network.exchange: write_graph read_graph to_geodataframe
measures.coverage: coverage
measures.density: density
measures.timeline: timeline signings
measures.distance: distances
measures.contents: contents
figures.map: plot_map
figures.pairings: plot_pairings
figures.bars: plot_coverage plot_density
figures.years: plot_timeline plot_signings
figures.bars: plot_null plot_contents
study.show: show
figures.style: save_figure
"""
_MODULE_OF = {
    name: module
    for module, _, names in (line.partition(":") for line in _NAMES.split("\n") if line)
    for name in names.split()
}

__all__ = list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
