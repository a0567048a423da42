"""Border twinning between Việt Nam and China: sourced records, graphs and measures.

Every public name is imported when it is first used, so that importing the package costs next to
nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers, which do not see names that are made late
    from .checks import check as check
    from .coverages import coverage as coverage
    from .dates import FuzzyDate as FuzzyDate
    from .dates import date_bounds as date_bounds
    from .dates import parse_date as parse_date
    from .densities import density as density
    from .distance import distances as distances
    from .edgelist import from_edgelist as from_edgelist
    from .errors import ArgumentError as ArgumentError
    from .errors import DataError as DataError
    from .errors import MissingExtraError as MissingExtraError
    from .errors import Problem as Problem
    from .errors import Problems as Problems
    from .errors import TwinstudyError as TwinstudyError
    from .errors import UnknownKeyError as UnknownKeyError
    from .evidence import being as being
    from .evidence import consolidate as consolidate
    from .evidence import newest_day as newest_day
    from .extension import extend as extend
    from .figures import plot_coverage as plot_coverage
    from .figures import plot_density as plot_density
    from .graph import incidence_graph as incidence_graph
    from .graph import locality_graph as locality_graph
    from .interchange import read_graph as read_graph
    from .interchange import write_graph as write_graph
    from .ladder import plot_pairings as plot_pairings
    from .map import drawing_points as drawing_points
    from .map import plot_map as plot_map
    from .membership import members as members
    from .membership import pairing_names as pairing_names
    from .names import find_localities as find_localities
    from .names import fold as fold
    from .nullfigure import plot_null as plot_null
    from .nullmodel import null_model as null_model
    from .nullmodel import null_samples as null_samples
    from .places import ancestors as ancestors
    from .records import Dataset as Dataset
    from .records import load as load
    from .restriction import restrict as restrict
    from .style import save_figure as save_figure
    from .timefigures import plot_signings as plot_signings
    from .timefigures import plot_timeline as plot_timeline
    from .timelines import signings as signings
    from .timelines import timeline as timeline
    from .tracing import conflicts as conflicts
    from .tracing import history as history
    from .tracing import trace as trace

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
        "extension": "extend",
        "edgelist": "from_edgelist",
        "graph": "incidence_graph locality_graph",
        "evidence": "being consolidate newest_day",
        "membership": "members pairing_names",
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
        "nullfigure": "plot_null",
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
